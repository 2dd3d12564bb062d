"""Fields that are made from others: moments from durations, starts and ends from a snapshot."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.texts import nothing_like, repeated
from cxdata.ingest.notes import Note
from cxdata.models import Question

MONTHS_PER_YEAR = 12
SNAPSHOT_FIELDS = frozenset({"is_lost", "tenure_months"})  # need the extract date

EXTRACT_DATE = N_("{columns}: the file tells how things stood on one day. Which day was that?")
LOST_ON = N_(
    "{column}: who is marked as lost is counted as lost on {day}, the extract date. The file "
    "doesn't say when before it: look at the month that ends on that day, and at no longer period."
)
STARTED_BEFORE = N_(
    "{column}: starts were counted back from {day}, or from the loss. Only full months are told, "
    "so each start is the earliest day possible."
)
KNOWN_UNTIL = N_(
    "Customers are taken as known until {day}, the last start or end in the file. If the file is "
    "of a later day, say which: the extract date."
)
YEARLY_REVENUE = N_("{column}: a month's revenue was taken twelve times.")
NO_WAIT = N_(
    "{column}: {count} abandoned contacts don't say when; the moment they were opened was taken."
)


def build_fields(judging: Judging, said: Said) -> tuple[list[Question], list[Note]]:
    """Fill the fields that others build; where the file states one itself, that stays."""
    if judging.layout.kind == "contacts":
        return [], _build_moments(judging)
    if judging.layout.kind == "customers":
        return _build_customers(judging, said)
    return [], []


def _build_moments(judging: Judging) -> list[Note]:
    """Moments of a contact, counted from its opening.

    A waiting time ends with an answer, or else with the caller hanging up: the flag tells.
    """
    waited = _after(judging, "wait_time")
    answered = _after(judging, "first_response_after").fill_null(waited)
    left = _after(judging, "abandoned_after")
    resolved = _after(judging, "resolved_after")
    flag = judging.values.get("is_abandoned")
    notes: list[Note] = []
    if flag is not None:
        is_abandoned = flag.fill_null(False)
        answered = answered.zip_with(~is_abandoned, nothing_like(answered))
        left, notes = _left(judging, is_abandoned, left.fill_null(waited), resolved)
    elif "first_response_at" in judging.values or answered.count():
        given = judging.values.get("first_response_at", answered).fill_null(answered)
        left = left.zip_with(given.is_null(), nothing_like(left))
    for name, built in {
        "first_response_at": answered,
        "abandoned_at": left,
        "resolved_at": resolved,
    }.items():
        if built.count():
            judging.build(name, built)
    return notes


def _after(judging: Judging, name: str) -> pl.Series:
    opened = judging.values["opened_at"]
    seconds = judging.values.get(name)
    if seconds is None:
        return nothing_like(opened)
    return opened + (seconds * 1_000_000).round().cast(pl.Int64).cast(pl.Duration("us"))


def _left(
    judging: Judging, is_abandoned: pl.Series, left: pl.Series, resolved: pl.Series
) -> tuple[pl.Series, list[Note]]:
    given = judging.values.get("abandoned_at", nothing_like(left))
    closed = judging.values.get("resolved_at", nothing_like(left)).fill_null(resolved)
    known = given.fill_null(left).fill_null(closed)
    count = int((is_abandoned & known.is_null()).sum())
    known = known.fill_null(judging.values["opened_at"])
    built = known.zip_with(is_abandoned, nothing_like(left))
    column = judging.header("is_abandoned")
    return built, [Note(NO_WAIT, column=column, count=count)] if count else []


def _build_customers(judging: Judging, said: Said) -> tuple[list[Question], list[Note]]:
    notes = _build_revenue(judging)
    names = [name for name, needs in _needs(judging).items() if needs.any()]
    if not names:
        return [], [*notes, *_known_until(judging, said)]
    question = Question(
        "extract_date",
        EXTRACT_DATE,
        values={"columns": judging.headers(names)},
        answer=said.extract_on.isoformat() if said.extract_on else "",
    )
    if said.extract_on is None:
        return [question], notes
    until = repeated(said.extract_on, judging.lines, pl.Date())
    if "is_lost" in names:
        is_lost = judging.values["is_lost"].fill_null(False)
        judging.build("ended_on", until.zip_with(is_lost, nothing_like(until)))
        notes.append(Note(LOST_ON, column=judging.header("is_lost"), day=said.extract_on))
    if "tenure_months" in names:
        judging.build("started_on", _starts(judging, until))
        column = judging.header("tenure_months")
        notes.append(Note(STARTED_BEFORE, column=column, day=said.extract_on))
    return [question], notes


def _known_until(judging: Judging, said: Said) -> list[Note]:
    """Up to when the file tells who left, where nobody said it."""
    ends = judging.values.get("ended_on")
    if said.extract_on or ends is None:
        return []
    starts = judging.values.get("started_on", nothing_like(ends))
    today = datetime.now(UTC).date()
    known = pl.concat([starts, ends]).rechunk()
    last_on = known.filter(known <= today).max()
    return [] if last_on is None else [Note(KNOWN_UNTIL, day=last_on)]


def _needs(judging: Judging) -> dict[str, pl.Series]:
    """Where a flag or a tenure stands without the day that it could have stated."""
    nothing = nothing_like(judging.lines, pl.Date())
    is_lost = judging.values.get("is_lost", nothing_like(judging.lines, pl.Boolean()))
    tenure = judging.values.get("tenure_months", nothing_like(judging.lines, pl.Float64()))
    return {
        "is_lost": is_lost.fill_null(False) & judging.values.get("ended_on", nothing).is_null(),
        "tenure_months": tenure.is_not_null() & judging.values.get("started_on", nothing).is_null(),
    }


def _starts(judging: Judging, until: pl.Series) -> pl.Series:
    """The earliest day possible: the month that isn't full yet counts, too."""
    months = judging.values["tenure_months"].floor().cast(pl.Int64)
    back = pl.concat_str(pl.lit("-"), pl.lit(months + 1).cast(pl.String), pl.lit("mo"))
    ends = judging.values.get("ended_on", nothing_like(until)).fill_null(until)
    return pl.select(pl.lit(ends).dt.offset_by(back)).to_series()


def _build_revenue(judging: Judging) -> list[Note]:
    monthly = judging.values.get("monthly_revenue_amount")
    if monthly is None:
        return []
    judging.build("annual_revenue_amount", monthly * MONTHS_PER_YEAR)
    return [Note(YEARLY_REVENUE, column=judging.header("monthly_revenue_amount"))]
