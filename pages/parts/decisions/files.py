"""The due dates as a file for calendars."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cxdata.exports.calendar import CALENDAR_TYPE, as_calendar
from cxdata.panels.decided import DecisionOutcome
from pages.components.context import tr


def draw_calendar(found: Sequence[DecisionOutcome]) -> None:
    """A button for the due dates of what is open; nothing where nothing is."""
    if not any(it.decision.status == "open" for it in found):
        return
    translate = tr()
    st.download_button(
        translate("Due dates for the calendar"),
        lambda: as_calendar(found, translate),
        file_name="decisions.ics",
        mime=CALENDAR_TYPE,
        key="decisions_ics",
        icon=":material/calendar_month:",
        on_click="ignore",
    )
