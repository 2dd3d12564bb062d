"""Dates of which a spreadsheet in another language converted some, with day and month swapped.

What it could read as a date, with a first number up to 12, became one, the wrong way round; the
others stayed text. So all true dates have days up to 12, and all texts days above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.texts import trimmed
from cxdata.ingest.notes import Note
from cxdata.models import Question, Reading

LEAST_EACH = 3  # so many dates and so many texts: fewer can be chance
SHOWN_EXAMPLES = 3
LAST_MONTH = 12

SWAPPED = N_(
    "{columns}: {dates} dates, all with days up to 12, stand beside {texts} texts, all with days "
    "above 12. That happens when a spreadsheet in another language opens the file: day and month "
    "of the dates are then swapped. Are they to be swapped back?"
)
REPAIRED = N_("{columns}: day and month of {dates} dates were swapped back, as said.")
KEPT = N_("{columns}: {dates} dates were taken as they stand, as said.")

_TRUE_DATE = r"^([0-9]{4})-([0-9]{2})-([0-9]{2})"
_TEXT_DATE = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{2,4}"


@dataclass
class Swapped:
    """What was asked about half-converted dates, and what was said of that."""

    questions: list[Question] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def settle_swapped(judging: Judging, said: Said) -> Swapped:
    """Ask whether half-converted dates are to be repaired, and repair them if so."""
    counts = {
        name: count
        for name in judging.of_type("moment", "day")
        if (count := _half_converted(judging.texts[name]))
    }
    if not counts:
        return Swapped()
    names = list(counts)
    values: dict[str, object] = {
        "columns": judging.headers(names),
        "dates": sum(dates for dates, _ in counts.values()),
        "texts": sum(texts for _, texts in counts.values()),
    }
    readings = (
        Reading("repair", _examples(judging, names, is_repaired=True)),
        Reading("keep", _examples(judging, names, is_repaired=False)),
    )
    question = Question("swapped_dates", SWAPPED, readings, values=values, answer=said.swapped)
    if said.swapped != "keep":
        for name in names:
            judging.texts[name] = _repaired(judging.texts[name])
    template = KEPT if said.swapped == "keep" else REPAIRED
    note = Note(template, columns=values["columns"], dates=values["dates"])
    return Swapped([question], [note] if said.swapped else [])


def _half_converted(text: pl.Series) -> tuple[int, int] | None:
    """How many true dates and how many texts there are, if they look so."""
    clean = trimmed(text)
    day = clean.str.extract(_TRUE_DATE, 3).cast(pl.Int16)
    first, second = (clean.str.extract(_TEXT_DATE, group).cast(pl.Int16) for group in (1, 2))
    dates, texts = day.count(), first.count()
    if min(dates, texts) < LEAST_EACH or (day > LAST_MONTH).any():
        return None
    is_day_first = bool(((first > LAST_MONTH) & (second <= LAST_MONTH)).drop_nulls().all())
    is_month_first = bool(((second > LAST_MONTH) & (first <= LAST_MONTH)).drop_nulls().all())
    return (dates, texts) if is_day_first or is_month_first else None


def _repaired(text: pl.Series) -> pl.Series:
    return trimmed(text).str.replace(_TRUE_DATE, "${1}-${3}-${2}")


def _examples(
    judging: Judging, names: Sequence[str], *, is_repaired: bool
) -> tuple[tuple[str, str], ...]:
    cells = trimmed(judging.texts[names[0]])
    told = cells.str.extract(_TRUE_DATE, 2) != cells.str.extract(_TRUE_DATE, 3)
    shown = cells.filter(told.fill_null(False)).unique(maintain_order=True).head(SHOWN_EXAMPLES)
    became = _repaired(shown) if is_repaired else shown
    days = became.str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})").to_list()
    return tuple(zip(shown.to_list(), days, strict=True))
