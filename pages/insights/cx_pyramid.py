"""CX pyramid: which level have we truly reached, what holds us, what would the next one take?"""

import streamlit as st

from cxdata.panels.pyramid import SCOPE, levels_panel
from pages.components.figures import show_scope, show_title
from pages.components.insight import pick_tab
from pages.components.panels import request, show_figure, show_notes
from pages.parts.cx_pyramid.sections import (
    draw_assessing,
    draw_headline,
    draw_section,
    offer_forms,
    offered_sections,
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

journey = draw_headline(asked)
section = pick_tab("pyramid", offered_sections())
draw_section(section, asked, journey)
offer_forms(section)
