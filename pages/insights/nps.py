"""NPS: is loyalty rising or falling, for whom, why, and is it real?"""

import streamlit as st

from cxdata.panels.nps import nps_panel
from pages.components.answers_list import open_people
from pages.components.figures import show_nothing, show_scope, show_title
from pages.components.insight import pick_tab
from pages.components.panels import request
from pages.parts.nps.sections import SECTIONS, draw_headline, draw_section

asked = request()
panel = nps_panel(asked)
show_title(panel.title)
show_scope(asked.filters)
if panel.headline is None:
    show_nothing(panel.reason)
    st.stop()

draw_headline(asked, panel)
section = pick_tab("nps", SECTIONS)
draw_section(section, asked)
open_people()
