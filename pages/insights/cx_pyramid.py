"""CX pyramid: which level have we truly reached, what holds us, what would the next one take?"""

import streamlit as st

from cxdata.metrics.pyramid.levels import company_level, pyramid_levels
from cxdata.sentences import level_title, unfiltered_text
from pages.components.context import cached, current_filters, offer, tr
from pages.components.figures import (
    pick_section,
    show_note,
    show_nothing,
    show_scope,
    show_title,
)
from pages.parts.cx_pyramid.sections import (
    SECTIONS,
    draw_assessing,
    draw_levels,
    draw_picture,
    draw_section,
    draw_what_holds,
    model_now,
)

filters, translate, model = current_filters(), tr(), model_now()
levels = cached(pyramid_levels, filters, model=model)
company = company_level(levels)
show_title(level_title(company, translate))
show_scope(filters, scope="contacts")
if company.level is None:
    show_nothing(
        translate("Import contacts, answers or assessments with their journey to see a level.")
        if offer().last_on is None
        else translate("Too few contacts and answers name a journey: import more, or assess it.")
    )
    show_note([translate("Fewer cases than an indicator asks for are no evidence.")])
    draw_assessing(filters, model)
    st.stop()

picture, holds = st.columns([3, 2], gap="medium")
with picture:
    draw_picture(levels, model)
with holds:
    journey = draw_what_holds(levels, filters, model)
show_note(
    [
        translate("▼ weakest journey: it gives the company's level; every gate has to be passed."),
        translate("○ not established: within the noise."),
        translate("✗ below level 1."),
        translate("The scoring is this project's own: no public method exists."),
        unfiltered_text(filters, translate, "assessments"),
    ]
)
draw_levels(levels, model)
section = pick_section("pyramid", SECTIONS)
draw_section(section, filters, model, journey)
