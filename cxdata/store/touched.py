"""Which days of contacts are counted again after contacts came, went or changed.

What is counted of a contact comes from its own files and customer, from its neighbours (whether
the customer came back, or had asked), and from a few things that all contacts share. So a day is
counted again with those around it, and with those for which what is shared has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from cxdata.store.query import run_query

# So many contacts are counted at once, so that memory doesn't grow with them. A day is never cut.
SLICE_CONTACTS = 2_000_000


@dataclass(frozen=True)
class ContactBasis:
    """What all contacts share, as it was last counted; None without contacts."""

    returns_known_at: datetime | None
    askers_known_at: datetime | None
    first_clock_on: date | None
    last_clock_on: date | None


@dataclass(frozen=True)
class Slice:
    """Days whose contacts are counted at once, and those on which a neighbour of one can lie."""

    opened_days: tuple[date, ...]
    near_days: tuple[date, ...]


def contact_basis(con: duckdb.DuckDBPyConnection) -> ContactBasis:
    return ContactBasis(*run_query(con, "contact_basis", {}).row(0))


def days_again(
    con: duckdb.DuckDBPyConnection,
    before: ContactBasis,
    days: Sequence[date],
    return_days: int,
) -> list[date] | None:
    """The days of contacts to count again; None: all of them.

    Parameters
    ----------
    before
        As it was before ``contacts_known`` and the clocks were made again.
    days
        Those on which contacts came, went or changed.
    return_days
        Within so many days customers come back; a local day may be one more.
    """
    now = contact_basis(con)
    if before.first_clock_on != now.first_clock_on or _is_half_known(before, now):
        return None
    if not run_query(con, "resolving_again", {}).is_empty():
        return None
    again = set(_around(days, return_days + 1))
    again |= set(_between(before.returns_known_at, now.returns_known_at, return_days))
    again |= set(_between(before.askers_known_at, now.askers_known_at, 0))
    ends = [it for it in (before.last_clock_on, now.last_clock_on) if it]
    if ends:
        asked = {"clock_end_on": min(ends)}
        again |= set(run_query(con, "unsettled_days", asked)["opened_on"].to_list())
    return sorted(again)


def contact_slices(
    con: duckdb.DuckDBPyConnection, days: Collection[date] | None, return_days: int
) -> list[Slice]:
    """The days with contacts among ``days`` (None: all that have any), in the order of time and in
    as many slices as their contacts need."""
    wanted = None if days is None else set(days)
    counts = [
        (opened_on, count)
        for opened_on, count in run_query(con, "contact_dates", {}).iter_rows()
        if wanted is None or opened_on in wanted
    ]
    return [Slice(tuple(it), tuple(sorted(_around(it, return_days + 1)))) for it in _cut(counts)]


def whole_slice(days: Iterable[date]) -> Slice:
    """All days with contacts at once."""
    every = tuple(days)
    return Slice(every, every)


def _cut(counts: Iterable[tuple[date, int]]) -> Iterator[list[date]]:
    held: list[date] = []
    total = 0
    for opened_on, count in counts:
        if held and total + count > SLICE_CONTACTS:
            yield held
            held, total = [], 0
        held.append(opened_on)
        total += count
    if held:
        yield held


def _is_half_known(before: ContactBasis, now: ContactBasis) -> bool:
    """Whether something can be told of contacts at all, and couldn't before, or the other way."""
    return (before.returns_known_at is None) != (now.returns_known_at is None) or (
        before.askers_known_at is None
    ) != (now.askers_known_at is None)


def _between(before: datetime | None, now: datetime | None, back: int) -> Iterator[date]:
    """The local days from one moment to the other, so many days back; the moments are UTC."""
    if before is None or now is None or before == now:
        return iter(())
    low, high = sorted((before.toordinal(), now.toordinal()))
    return _days(low - back - 1, high - back + 1)


def _around(days: Iterable[date], reach: int) -> set[date]:
    return {
        near for day in days for near in _days(day.toordinal() - reach, day.toordinal() + reach)
    }


def _days(first: int, last: int) -> Iterator[date]:
    """From one day to the other, by their numbers; the calendar's own ends end it."""
    known = range(max(first, date.min.toordinal()), min(last, date.max.toordinal()) + 1)
    return map(date.fromordinal, known)
