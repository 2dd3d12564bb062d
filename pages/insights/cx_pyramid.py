"""CX pyramid: which level have we truly reached, what holds us, what would the next one take?"""

import streamlit as st

from cxdata.metrics.cx_pyramid import company_level, pyramid_levels
from cxdata.sentences import level_title
from pages.components.context import cached, current_filters, tr
from pages.components.figures import show_note, show_nothing, show_scope, show_title
from pages.components.pyramid_sections import (
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
    ]
)
draw_levels(levels, model)
section = st.segmented_control(
    translate("Look closer"),
    list(SECTIONS),
    default="evidence",
    required=True,
    format_func=lambda code: translate(SECTIONS[code]),
    key=f"pyramid_section:{translate.locale}",
    label_visibility="collapsed",
)
draw_section(section, filters, model, journey)
