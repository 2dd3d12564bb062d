"""Response times: on each channel, do we answer in the time customers accept? When not?"""

import streamlit as st

from cxdata.panels.response_time import compliance_panel
from pages.components.contacts_list import open_contacts
from pages.components.figures import offer_import, show_scope, show_text, show_title
from pages.components.insight import pick_tab
from pages.components.panels import request
from pages.parts.response_times.sections import SECTIONS, draw_channels, draw_section

asked = request()
panel = compliance_panel(asked)
show_title(panel.title)
show_scope(panel.filters, scope=panel.scope)
if not panel.parts:
    offer_import(panel.known)
    st.stop()

show_text(panel.lead)
draw_channels(panel.parts)
section = pick_tab("response", SECTIONS)
draw_section(section, asked)
open_contacts()
