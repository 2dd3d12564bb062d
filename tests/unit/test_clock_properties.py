"""The clocks hold what clocks must, against a slow reference that goes quarter by quarter.

The reference asks of each quarter of an hour in UTC what the clock on the wall says then and
whether that is open. The code goes the other way, from opening hours to UTC, and adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata.config import WEEKDAYS, OpeningSpan
from cxdata.store.connection import Store
from cxdata.store.days import DAYS_AHEAD
from tests.clocks import business_seconds, business_spans, clock_settings, outcomes_of
from tests.examples import examples

QUARTER = timedelta(minutes=15)
# Clocks change in Europe, in America, in half hours on Lord Howe; year's end; French holidays.
ANCHORS = (
    datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 11, 1),
    datetime(2026, 4, 5), datetime(2025, 12, 31), datetime(2026, 5, 10),
)  # fmt: skip
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
DAYS_AROUND = 6


@dataclass(frozen=True)
class Hours:
    """Opening hours by weekday, where they hold, and whose holidays are closed."""

    by_weekday: tuple[tuple[OpeningSpan, ...], ...]
    zone: str
    country: str | None

    @property
    def by_name(self) -> dict[str, tuple[OpeningSpan, ...]]:
        return dict(zip(WEEKDAYS, self.by_weekday, strict=True))

    def spans(self, first_on: date, last_on: date) -> pl.DataFrame:
        return business_spans(self.by_name, self.zone, self.country, first_on, last_on)


@cache
def closed_days(country: str | None) -> frozenset[date]:
    if country is None:
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=range(2025, 2028)))


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the wall clock shows an open time; a span past midnight is yesterday's."""
    local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(hours.zone))
    minutes = local.hour * 60 + local.minute
    for days_back in (0, 1):
        day = local.date() - timedelta(days=days_back)
        if day in closed_days(hours.country):
            continue
        for start, end in hours.by_weekday[day.weekday()]:
            first, last = (it.hour * 60 + it.minute for it in (start, end))
            last += 0 if last > first else 1440
            if first <= minutes + 1440 * days_back < last:
                return True
    return False


def quarters(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From a moment on: the rest of its quarter of an hour, then whole ones."""
    midnight = datetime.combine(start.date(), time())
    until = midnight + ((start - midnight) // QUARTER + 1) * QUARTER
    while True:
        yield start, until
        start, until = until, until + QUARTER


def slow_seconds(hours: Hours, start: datetime, end: datetime) -> float:
    total = timedelta()
    for first, last in quarters(start):
        if first >= end:
            return total.total_seconds()
        if is_open(hours, first):
            total += min(last, end) - first
    raise AssertionError("time goes on")


def slow_deadline(hours: Hours, start: datetime, open_time: timedelta) -> datetime:
    for first, last in quarters(start):
        if not is_open(hours, first):
            continue
        if last - first >= open_time:
            return first + open_time
        open_time -= last - first
    raise AssertionError("time goes on")


# Edges outside the hours that come twice or never: what happens there has tests of its own.
edges = st.sampled_from([time(h, m) for h in (0, *range(4, 24)) for m in (0, 15, 30, 45)])


@st.composite
def days_hours(draw: st.DrawFn) -> tuple[OpeningSpan, ...]:
    """Up to three spans of a day; the last may go past midnight."""
    moments = sorted(draw(st.sets(edges, min_size=0, max_size=6)))
    if len(moments) % 2:
        moments = moments[:-1]
    spans = [(moments[n], moments[n + 1]) for n in range(0, len(moments), 2)]
    if spans and draw(st.booleans()):
        # Not before the next day's first quarter, so that spans may overlap, too.
        spans[-1] = (spans[-1][0], draw(st.sampled_from([time(0), time(0, 45), time(5)])))
    return tuple(span for span in spans if span[0] != span[1] or span[0] == time(0))


@st.composite
def opening_hours(draw: st.DrawFn, *, zones: tuple[str, ...] = ZONES) -> Hours:
    week = draw(st.lists(days_hours(), min_size=7, max_size=7))
    if not any(week):
        week[0] = ((time(9), time(18)),)
    return Hours(tuple(week), draw(st.sampled_from(zones)), draw(st.sampled_from(["FR", None])))


@st.composite
def moments(draw: st.DrawFn, count: int) -> list[datetime]:
    """So many moments around one of the anchors, in order, to the microsecond."""
    anchor = draw(st.sampled_from(ANCHORS))
    least, most = anchor - timedelta(days=DAYS_AROUND), anchor + timedelta(days=DAYS_AROUND)
    return sorted(draw(st.lists(st.datetimes(least, most), min_size=count, max_size=count)))


def clock_over(hours: Hours, times: list[datetime], *, days_ahead: int = 2) -> pl.DataFrame:
    first_on, last_on = times[0].date(), times[-1].date() + timedelta(days=days_ahead)
    return hours.spans(first_on - timedelta(days=1), last_on)


def fast_seconds(spans: pl.DataFrame, start: datetime, end: datetime) -> float:
    return float(business_seconds(spans, pl.Series([start]), pl.Series([end]))[0])


@given(opening_hours(), moments(2))
def test_business_seconds_are_those_that_a_look_at_the_wall_clock_gives(
    hours: Hours, times: list[datetime]
) -> None:
    start, end = times
    found = fast_seconds(clock_over(hours, times), start, end)
    assert found == pytest.approx(slow_seconds(hours, start, end), abs=2e-6)


@given(opening_hours(), moments(5))
def test_business_seconds_add_up_are_never_negative_and_never_longer_than_the_time_that_passed(
    hours: Hours, times: list[datetime]
) -> None:
    spans = clock_over(hours, times)
    parts = [fast_seconds(spans, start, end) for start, end in pairwise(times)]
    assert sum(parts) == pytest.approx(fast_seconds(spans, times[0], times[-1]), abs=1e-5)
    for part, (start, end) in zip(parts, pairwise(times), strict=True):
        assert 0 <= part <= (end - start).total_seconds() + 1e-6


# The same in SQL: what becomes of contacts in the store.


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("clocks") / "cx.duckdb")
    yield opened
    opened.close()


@st.composite
def weeks_in_order(draw: st.DrawFn) -> Hours:
    """Opening hours as settings take them: only a day's last span passes midnight."""
    hours = draw(opening_hours(zones=("Europe/Paris", "America/New_York", "Asia/Kolkata")))
    return Hours(hours.by_weekday, hours.zone, "FR")


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(weeks_in_order(), moments(6), st.integers(60, 30 * 3600))
def test_waits_and_deadlines_in_the_store_are_those_of_the_wall_clock(
    store: Store, hours: Hours, times: list[datetime], favourable: int
) -> None:
    store.change_settings(clock_settings(hours.by_name, hours.zone, favourable))
    now_at, on_holidays_too = times[-1], Hours(hours.by_weekday, hours.zone, None)
    clocks = {"email": hours, "social": on_holidays_too}
    rows = outcomes_of(store, times[:-1], now_at)
    assert len(rows) == 15
    for row in rows:
        opened_at = row["opened_at"]
        assert isinstance(opened_at, datetime)
        if row["channel"] == "chat":
            waited = (now_at - opened_at).total_seconds()
            due_at = opened_at + timedelta(seconds=favourable)
        else:
            clock = clocks[str(row["channel"])]
            waited = slow_seconds(clock, opened_at, now_at)
            due_at = slow_deadline(clock, opened_at, timedelta(seconds=favourable))
        assert row["wait_seconds"] == pytest.approx(waited, abs=2e-6)
        found = row["due_at"]
        if due_at.date() > now_at.date() + DAYS_AHEAD:
            assert found is None
        else:
            assert isinstance(found, datetime)
            assert abs(found - due_at) <= timedelta(microseconds=2)
        if abs(waited - favourable) > 1e-5:
            assert (row["status"] == "missed") == (waited > favourable)
