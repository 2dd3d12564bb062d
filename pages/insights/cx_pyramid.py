"""CX pyramid: which level have we truly reached, and what holds us there?"""

import streamlit as st

from cxdata.charts.cx_pyramid import PAGE, pyramid_svg
from cxdata.metrics.cx_pyramid import (
    company_level,
    journeys_by_level,
    load_model,
    of_journey,
    pyramid_evidence,
    pyramid_levels,
)
from cxdata.sentences import held_back_sentence, level_title
from cxdata.tables import evidence_table, levels_table
from pages.components.context import cached, current_filters, tr
from pages.components.figures import (
    colour_mode,
    show_note,
    show_nothing,
    show_picture,
    show_scope,
    show_table,
    show_text,
    show_title,
)

filters, translate, model = current_filters(), tr(), load_model()
levels = cached(pyramid_levels, filters)
company = company_level(levels)
show_title(level_title(company, translate))
show_scope(filters, scope="contacts")
if company.level is None:
    show_nothing(
        translate("Import contacts, answers or assessments with their journey to see a level.")
    )
    st.stop()

show_text(held_back_sentence(company, levels, model, translate))
names = [getattr(level.name, translate.locale) for level in model.levels]
drawing = pyramid_svg(
    company.level, names, journeys_by_level(levels), mode=colour_mode(), look=PAGE
)
show_picture(drawing, level_title(company, translate))
show_note(
    [
        translate("A company is where its weakest journey is; every gate below has to be passed."),
        translate("The scoring is this project's own: no public method exists."),
    ]
)
show_table(levels_table(levels, model, translate))

journey = st.selectbox(
    translate("Evidence for the journey"),
    levels["journey"].to_list(),
    index=levels["journey"].to_list().index(company.weakest_journeys[0]),
    key="pyramid_journey",
)
evidence = cached(pyramid_evidence, filters)
show_table(evidence_table(of_journey(evidence, journey), model, translate))
