"""NPS: is loyalty rising or falling, for whom, why, and is it real?"""

import streamlit as st

from cxdata.panels.nps import nps_panel
from pages.components.annotations import draw_events_and_lines
from pages.components.answers_list import offer_people, open_people
from pages.components.figures import pick_section, show_nothing, show_scope, show_title
from pages.components.panels import request, show_figure, show_notes, show_value
from pages.parts.nps.sections import SECTIONS, draw_section, draw_trend

asked = request()
panel = nps_panel(asked)
show_title(panel.title)
show_scope(asked.filters)
if panel.headline is None:
    show_nothing(panel.reason)
    st.stop()

headline, classes = st.columns([1, 3], vertical_alignment="center")
with headline:
    show_value(panel.headline)
with classes:
    show_figure(panel)
    show_notes(panel)

draw_trend(asked)
with st.container(horizontal=True):
    draw_events_and_lines()
    offer_people("nps")

section = pick_section("nps", SECTIONS)
draw_section(section, asked)
open_people()
