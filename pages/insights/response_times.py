"""Response times: on each channel, do we answer in the time customers accept? When not?"""

import streamlit as st

from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.panels.response_time import compliance_panel
from pages.components.annotations import draw_events_and_lines
from pages.components.contacts_list import offer_contacts, open_contacts
from pages.components.context import tr
from pages.components.figures import pick_section, show_scope, show_text, show_title
from pages.components.panels import request, show_notes, show_panel_data
from pages.parts.response_times.sections import SECTIONS, draw_channels, draw_section, draw_trend

asked = request()
panel = compliance_panel(asked)
show_title(panel.title)
show_scope(panel.filters, scope=panel.scope)
if not panel.parts:
    st.stop()

show_text(panel.lead)
draw_channels(panel.parts)
show_notes(panel)
show_panel_data(panel)

draw_trend(asked)
with st.container(horizontal=True):
    draw_events_and_lines()
    offer_contacts("all", tr()("Show the contacts"), ContactChoice())

section = pick_section("response", SECTIONS)
draw_section(section, asked)
open_contacts()
