"""How old the data is, beside how often files usually come."""

from __future__ import annotations

from datetime import date

from cxdata.i18n import Translator
from cxdata.ingest.storing.rhythm import ImportRhythm


def rhythm_text(rhythm: ImportRhythm, today: date, tr: Translator) -> str:
    """When files were imported last, and how often that is done; that it isn't known, if so."""
    if rhythm.last_on is None:
        return ""
    last = tr("Last import on {day}.", day=tr.day(rhythm.last_on))
    if rhythm.usual_days is None:
        return f"{last} " + tr("Too few imports to know how often files usually come.")
    days = round(rhythm.usual_days)
    usual = tr.plural("Files usually come every day.", "Files usually come every {n} days.", days)
    if not rhythm.is_late(today):
        return f"{last} {usual}"
    since = (today - rhythm.last_on).days
    late = tr.plural("The last one is {n} day old.", "The last ones are {n} days old.", since)
    return f"{usual} {late}"
