"""Due dates of decisions and cases as iCalendar files (RFC 5545); nobody is invited.

A decision is due on a whole day, a case at a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from cxdata import __version__
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.panels.decided import DecisionOutcome
from cxdata.sentences.cases import about_text

CALENDAR_TYPE = "text/calendar"


def as_calendar(outcomes: Sequence[DecisionOutcome], tr: Translator) -> bytes:
    """The due dates of the open decisions; without any, a calendar without events.

    A decision keeps its name in the calendar, so that a file that is taken again moves its day.
    """
    return _calendar(_due(it, tr) for it in outcomes if it.decision.status == "open")


def as_case_calendar(cases: pl.DataFrame, dashboard_url: str, tr: Translator) -> bytes:
    """The due moments of unfinished cases, in the same way; of each until when and whom to call.

    Parameters
    ----------
    cases
        Rows as :func:`cxdata.cases.listing.recorded_cases` returns them.
    dashboard_url
        Where links lead; empty: without.
    """
    rows = cases.filter(pl.col("is_unfinished") & pl.col("due_at").is_not_null())
    return _calendar(_case_due(it, dashboard_url, tr) for it in rows.iter_rows(named=True))


def _calendar(events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//cx-dashboard//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _case_due(case: Mapping[str, Any], dashboard_url: str, tr: Translator) -> Event:
    """No comment stands in it: calendars are shown to others."""
    event, number = Event(), case["case_number"]
    title = tr("Case {number}", number=number) + f" · {about_text(case, tr)}"
    owner = case["owner_email"]
    event.add("uid", f"{case['case_id']}@cx-dashboard")
    event.add("dtstamp", datetime.now(UTC).replace(microsecond=0))
    event.add("sequence", case["revision"])
    event.add("summary", tr("Due: {what}", what=title))
    event.add("description", f"{tr('Owner')}: {owner}" if owner else "")
    if dashboard_url:
        event.add("url", f"{dashboard_url}/cases?case={number}")
    event.add("dtstart", case["due_at"].replace(tzinfo=UTC))
    event.add("dtend", case["due_at"].replace(tzinfo=UTC))
    event.add("transp", "TRANSPARENT")
    return event


def _due(outcome: DecisionOutcome, tr: Translator) -> Event:
    decision, event = outcome.decision, Event()
    figure = decision.figure and name_of("decision_figure", decision.figure, tr)
    said = {
        tr("Owner"): " ".join(filter(None, (decision.owner, decision.owner_email))),
        tr("Figure"): figure or "",
        tr("Root cause"): decision.root_cause,
    }
    event.add("uid", f"{outcome.decision_id}@cx-dashboard")
    event.add("dtstamp", datetime.now(UTC).replace(microsecond=0))
    event.add("sequence", outcome.change_number)
    event.add("summary", tr("Due: {what}", what=decision.text))
    event.add("description", "\n".join(f"{name}: {text}" for name, text in said.items() if text))
    event.add("dtstart", decision.due_on)
    event.add("dtend", decision.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event
