"""Decisions: what was decided, who does it until when, and did it help?"""

import streamlit as st

from cxdata.panels.decided import decisions_panel, outcomes, summary_title
from cxdata.sentences.decided import not_by_chance_text
from pages.components.context import tr
from pages.components.deciding import open_decision_form
from pages.components.figures import show_note, show_nothing, show_title
from pages.components.panels import request, show_panel_data
from pages.components.reader import can
from pages.parts.decisions.files import draw_calendar
from pages.parts.decisions.finding import draw_finding
from pages.parts.decisions.listing import draw_decisions

asked, translate = request(), tr()
found = outcomes(asked)
show_title(summary_title(found, asked))
with st.container(horizontal=True, gap="small"):
    if can("decisions") and st.button(
        translate("New decision"), key="decision_new", type="primary", icon=":material/add:"
    ):
        open_decision_form("new")
    draw_calendar(found)
if found:
    shown = draw_finding(found)
    if shown:
        draw_decisions(shown, asked)
        show_note([not_by_chance_text(translate)])
        show_panel_data(decisions_panel(asked, shown))
    else:
        show_nothing(translate("No decision fits."))
else:
    show_nothing(translate("Decide beside a figure, or here: what, who, until when."))
