"""CX pyramid: which level have we truly reached, what holds us, what would the next one take?"""

import streamlit as st

from cxdata.panels.pyramid import SCOPE, levels_panel
from pages.components.figures import pick_section, show_scope, show_title
from pages.components.panels import request, show_figure, show_notes
from pages.parts.cx_pyramid.sections import (
    SECTIONS,
    draw_assessing,
    draw_levels,
    draw_picture,
    draw_section,
    draw_what_holds,
)

asked = request()
levels = levels_panel(asked)
show_title(levels.title)
show_scope(asked.filters, scope=SCOPE, known=levels.known)
if levels.is_empty:
    show_figure(levels)
    show_notes(levels)
    draw_assessing(asked)
    st.stop()

picture, holds = st.columns([3, 2], gap="medium")
with picture:
    draw_picture(levels, asked)
with holds:
    journey = draw_what_holds(asked)
show_notes(levels)
draw_levels(levels, asked)
section = pick_section("pyramid", SECTIONS)
draw_section(section, asked, journey)
