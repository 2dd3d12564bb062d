"""Due dates of decisions as an iCalendar file (RFC 5545): a whole day each, and nobody invited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from cxdata import __version__
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.panels.decided import DecisionOutcome

CALENDAR_TYPE = "text/calendar"


def as_calendar(outcomes: Sequence[DecisionOutcome], tr: Translator) -> bytes:
    """The due dates of the open decisions; without any, a calendar without events.

    A decision keeps its name in the calendar, so that a file that is taken again moves its day.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//cx-dashboard//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for outcome in outcomes:
        if outcome.decision.status == "open":
            calendar.add_component(_due(outcome, tr))
    return bytes(calendar.to_ical())


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
