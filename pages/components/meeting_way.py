"""The way back to a meeting: what a page that was opened from it carries in its address.

A live question leaves the meeting for a page with the meeting's filters. Whatever is filtered
there, the way back leads to the same screen with the meeting's own filters.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import streamlit as st

from cxdata.models import DIMENSIONS, Filters
from pages.components.context import tr
from pages.components.url_state import (
    WHOLE_HISTORY,
    Query,
    custom_period,
    place_here,
    placed_here,
)

MEETING_PAGE, MEETING_PATH = "meeting", "insights/meeting.py"
# In the address of a page that was opened from a meeting: the meeting's own address.
WAY = "meeting"
SCREEN, SNAPSHOT = "screen", "snapshot"
_KEPT = "meeting_way"
_OWN = frozenset({SCREEN, SNAPSHOT, "lang", "period", "comparison", "survey", *DIMENSIONS})


def meeting_query(filters: Filters, lang: str, snapshot_id: str | None, screen: int) -> Query:
    """The address of a screen: filters by their days, so that nothing of them is left to now."""
    query = filters_query(filters, lang)
    query[SCREEN] = [str(screen)]
    if snapshot_id:
        query[SNAPSHOT] = [snapshot_id]
    return query


def filters_query(filters: Filters, lang: str) -> Query:
    """Filters as a link carries them, all of them said."""
    days, other = filters.period, filters.compared_to
    query: Query = {
        "lang": [lang],
        "period": [custom_period(days.first_on, days.last_on) if days else WHOLE_HISTORY],
        "comparison": [
            custom_period(other.first_on, other.last_on) if other else filters.comparison
        ],
        "survey": [filters.survey],
    }
    return query | {it: list(getattr(filters, it)) for it in DIMENSIONS if getattr(filters, it)}


def question_query(filters: Filters, lang: str, snapshot_id: str | None, screen: int) -> Query:
    """The address of a page for a live question, with the way back."""
    way = urlencode(meeting_query(filters, lang, snapshot_id, screen), doseq=True)
    return filters_query(filters, lang) | {WAY: [way]}


def draw_way_back(page: str) -> None:
    """On a page that was opened from a meeting, and those visited after it: the link back."""
    if page == MEETING_PAGE:
        st.session_state.pop(_KEPT, None)
        return
    said = placed_here(WAY)
    if said:
        st.session_state[_KEPT] = said[-1]
    way = st.session_state.get(_KEPT)
    query = way_of(way) if way else {}
    if not query:
        return
    with st.container(key="way_back", horizontal=True, gap="small", vertical_alignment="center"):
        label = tr()("Back to the meeting, screen {n}", n=query.get(SCREEN, ["1"])[0])
        st.page_link(MEETING_PATH, label=label, icon=":material/co_present:", query_params=query)
        st.button(tr()("Leave the meeting"), key="leave_meeting", on_click=_leave, type="tertiary")


def way_of(said: str) -> Query:
    """The address that was carried; only what a meeting's has, and nothing of what is wrong."""
    try:
        found = parse_qs(said, strict_parsing=True, max_num_fields=100)
    except ValueError:
        return {}
    query = {name: values for name, values in found.items() if name in _OWN}
    screens = query.get(SCREEN, [])
    return query if len(screens) == 1 and screens[0].isdecimal() and len(screens[0]) < 5 else {}


def _leave() -> None:
    st.session_state.pop(_KEPT, None)
    place_here(WAY, ())
