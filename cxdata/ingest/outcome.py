"""What would come of a file, counted beside the store before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.judging.dates import local_days
from cxdata.ingest.judging.validation import ANSWERS_NOT_KNOWN, ValidRows
from cxdata.ingest.notes import Note
from cxdata.ingest.storing.loading import Counts
from cxdata.models import Kind
from cxdata.store.connection import Store

LEAST_PROMOTER, MOST_DETRACTOR = 9, 6  # from and up to which score
LONG_DAYS = 366  # one extract rarely spreads over more
LEAST_WAITS = 5  # so many waits, all of them zero, are none

IN_FUTURE = N_("Dates in the future: {count}, the last is {last}. Day and month may be swapped.")
LONG_SPREAD = N_(
    "The dates spread over more than twelve months, from {first} to {last}. Is that one extract?"
)
ALL_ZERO = N_("All {count} waits are zero: the file may hold days without their times.")
NOBODY_KNOWN = N_("Of {count} customer numbers in the file, none is known in the store.")
HALF_REPLACED = N_("{count} of {rows} rows would replace what the store has of the same number.")

_MOMENTS: dict[Kind, str] = {
    "responses": "responded_at",
    "contacts": "opened_at",
    "customers": "started_on",
    "assessments": "assessed_on",
    "invitations": "sent_at",
}
_SPREADS: tuple[Kind, ...] = ("responses", "contacts")


@dataclass(frozen=True)
class Outcome:
    """What would come of a file's good rows.

    Each is new, replaces an earlier version, or is there already (``duplicate_count``). The first
    figure: of answers the NPS (points, -100 to 100; None without a recommendation) of
    ``scored_count`` answers, all of ``survey`` (empty if they are of several); of contacts
    and invitations how
    many of ``row_count`` were answered (if the file ``knows_answers``), of customers how many have
    an end. ``flags`` are what looks wrong.
    """

    row_count: int
    new_count: int
    replaced_count: int
    duplicate_count: int
    nps: float | None = None
    scored_count: int = 0
    survey: str = ""
    answered_count: int = 0
    ended_count: int = 0
    knows_answers: bool = True
    flags: tuple[Note, ...] = ()


def outcome_of(
    store: Store,
    kind: Kind,
    rows: ValidRows,
    staged: Callable[[duckdb.DuckDBPyConnection], Counts],
) -> Outcome | None:
    """Count the rows beside those of the store; None if there is no good row.

    ``staged`` lays the rows beside the store's as the import would, and counts them.
    """
    frame = rows.frame
    if frame.is_empty():
        return None
    with store.cursor() as con:
        counts = staged(con)
        people = (*_of_people(con, kind, frame),)
    days = _days(kind, frame, store.settings.firm.time_zone)
    flags = (*rows.warnings, *_of_dates(kind, days), *_of_waits(kind, frame, rows), *people)
    scores = _column(frame, "nps_score")
    return Outcome(
        row_count=frame.height,
        new_count=counts.accepted - counts.replaced,
        replaced_count=counts.replaced,
        duplicate_count=counts.duplicate,
        nps=nps_of(scores),
        scored_count=scores.count(),
        survey=_only_survey(frame),
        answered_count=_answered(kind, frame),
        ended_count=_column(frame, "ended_on").count(),
        knows_answers=_knows_answers(kind, rows),
        flags=(*flags, *_of_counts(counts, frame.height)),
    )


def _answered(kind: Kind, frame: pl.DataFrame) -> int:
    """Of contacts and invitations, how many were answered."""
    if kind == "invitations":
        return int(frame["is_answered"].sum())
    return _column(frame, "first_response_at").count()


def _knows_answers(kind: Kind, rows: ValidRows) -> bool:
    if kind == "invitations":
        return rows.frame["is_answered"].count() > 0
    return not any(it.template == ANSWERS_NOT_KNOWN for it in rows.warnings)


def nps_of(scores: pl.Series) -> float | None:
    """Promoters less detractors in points; None without a score.

    >>> nps_of(pl.Series([10, 9, 7, 3])), nps_of(pl.Series([None], dtype=pl.Float64))
    (25.0, None)
    """
    known = scores.drop_nulls()
    if known.is_empty():
        return None
    balance = int((known >= LEAST_PROMOTER).sum()) - int((known <= MOST_DETRACTOR).sum())
    return 100 * balance / len(known)


def _days(kind: Kind, frame: pl.DataFrame, time_zone: str) -> pl.Series:
    """The firm's own days of the rows; a customer may have none."""
    moments = _column(frame, _MOMENTS[kind]).drop_nulls()
    return moments if moments.dtype == pl.Date else local_days(moments, time_zone)


def _of_dates(kind: Kind, days: pl.Series) -> Iterator[Note]:
    if days.is_empty():
        return
    first, last = days.min(), days.max()
    today = datetime.now(UTC).date()
    if (count := int((days > today).sum())) > 0:
        yield Note(IN_FUTURE, count=count, last=last)
    if kind in _SPREADS and (last - first).days > LONG_DAYS:  # type: ignore[operator, union-attr]
        yield Note(LONG_SPREAD, first=first, last=last)


def _of_waits(kind: Kind, frame: pl.DataFrame, rows: ValidRows) -> Iterator[Note]:
    if kind != "contacts" or rows.day_fields:  # days are told as such
        return
    waits = (_column(frame, "first_response_at") - frame["opened_at"]).drop_nulls()
    if len(waits) >= LEAST_WAITS and not (waits.dt.total_microseconds() != 0).any():
        yield Note(ALL_ZERO, count=len(waits))


def _of_people(con: duckdb.DuckDBPyConnection, kind: Kind, frame: pl.DataFrame) -> Iterator[Note]:
    """Answers and contacts whose customers the store should know."""
    named = _column(frame, "customer_id").drop_nulls().unique()
    if kind == "customers" or named.is_empty():
        return
    con.register("named", pl.DataFrame({"customer_id": named.cast(pl.String)}))
    is_any, known = con.execute(
        """select exists (select 1 from customers), count(*) from named
        where customer_id in (select customer_id from customers)"""
    ).fetchall()[0]
    if is_any and not known:
        yield Note(NOBODY_KNOWN, count=len(named))


def _of_counts(counts: Counts, row_count: int) -> Iterator[Note]:
    if counts.replaced > 1 and 2 * counts.replaced >= row_count:
        yield Note(HALF_REPLACED, count=counts.replaced, rows=row_count)


def _only_survey(frame: pl.DataFrame) -> str:
    surveys = _column(frame, "survey").drop_nulls().unique().to_list()
    return str(surveys[0]) if len(surveys) == 1 else ""


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    """A column that some kinds of files have; nothing in each row for the others."""
    nothing = pl.Series(name, [None], dtype=pl.Datetime("us")).new_from_index(0, frame.height)
    return frame[name] if name in frame.columns else nothing
