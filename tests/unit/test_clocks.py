"""Clocks: opening hours, holidays and time zones, as spans that tile all time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.config import WEEKDAYS, OpeningSpan, load_settings
from cxdata.errors import SettingsError
from cxdata.store.clocks import clock_spans, elapsed_spans
from cxdata.store.settings_history import history_of
from tests.clocks import business_seconds, business_spans

NINE_TO_SIX: tuple[OpeningSpan, ...] = ((time(9), time(18)),)
WITH_LUNCH: tuple[OpeningSpan, ...] = ((time(9), time(12)), (time(14), time(18)))
HOUR = 3600.0


def spans_of(
    hours: tuple[OpeningSpan, ...],
    first_on: date,
    last_on: date,
    *,
    zone: str = "Europe/Paris",
    country: str | None = None,
    weekdays: tuple[str, ...] = WEEKDAYS[:5],
) -> pl.DataFrame:
    table = {day: hours if day in weekdays else () for day in WEEKDAYS}
    return business_spans(table, zone, country, first_on, last_on)


def seconds(spans: pl.DataFrame, start: datetime, end: datetime) -> float:
    return float(business_seconds(spans, pl.Series([start]), pl.Series([end]))[0])


MAY = spans_of(WITH_LUNCH, date(2026, 4, 25), date(2026, 6, 5), country="FR")


def test_every_moment_lies_in_exactly_one_span() -> None:
    spans = clock_spans(history_of(load_settings(), []), date(2026, 3, 20), date(2026, 4, 10))
    for (_clock,), own in spans.group_by("clock"):
        ordered = own.sort("from_at")
        assert ordered["from_at"][0] == datetime(2026, 3, 20)
        assert ordered["until_at"][-1] == datetime(2026, 4, 11)
        assert ordered["from_at"][1:].to_list() == ordered["until_at"][:-1].to_list()
        assert (ordered["from_at"].dt.date() == ordered["day"]).all()
        assert ((ordered["until_at"] - timedelta(microseconds=1)).dt.date() == ordered["day"]).all()


def test_seconds_before_are_those_of_the_open_spans_before() -> None:
    opened = pl.when("is_open").then((pl.col("until_at") - pl.col("from_at")).dt.total_seconds())
    own = opened.otherwise(0)
    assert (
        MAY.select((own.cum_sum() - own).cast(pl.Float64))
        .to_series()
        .equals(MAY["seconds_before"], check_names=False)
    )


def test_lunch_does_not_count() -> None:
    # Tuesday 26 May 2026, 11:30 to 14:30 in Paris is 09:30 to 12:30 in UTC.
    assert seconds(MAY, datetime(2026, 5, 26, 9, 30), datetime(2026, 5, 26, 12, 30)) == HOUR


def test_holidays_and_weekends_do_not_count() -> None:
    # Thursday 30 April 17:00 to Monday 4 May 10:00 in Paris; Friday 1 May is a holiday.
    start, end = datetime(2026, 4, 30, 15), datetime(2026, 5, 4, 8)
    assert seconds(MAY, start, end) == 2 * HOUR
    without = spans_of(WITH_LUNCH, date(2026, 4, 25), date(2026, 6, 5))
    assert seconds(without, start, end) == 9 * HOUR


def test_a_night_outside_opening_hours_is_zero_seconds() -> None:
    assert seconds(MAY, datetime(2026, 5, 26, 17), datetime(2026, 5, 27, 6)) == 0


@pytest.mark.parametrize(
    ("sunday", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 7), 24)]
)
def test_a_day_around_the_clock_has_the_hours_that_it_really_has(sunday: date, hours: int) -> None:
    around = spans_of(
        ((time(0), time(0)),),
        sunday - timedelta(days=1),
        sunday + timedelta(days=1),
        weekdays=("sunday",),
    )
    open_time = around.filter("is_open").select(pl.col("until_at") - pl.col("from_at")).to_series()
    assert open_time.dt.total_seconds().sum() == hours * HOUR


@pytest.mark.parametrize(
    ("start", "end", "from_hour", "until_hour"),
    [
        # In Paris the hour from 02:00 to 03:00 is that of 00:00 UTC, and once more of 01:00 UTC.
        (time(1), time(2), 23, 24),
        (time(1), time(2, 30), 23, 24.5),
        (time(2), time(2, 30), 24, 24.5),
        (time(2), time(3), 24, 26),
        (time(1), time(4), 23, 27),
        (time(2, 30), time(4), 24.5, 27),
    ],
)
def test_opening_and_closing_in_the_hour_that_comes_twice_are_its_first(
    start: time, end: time, from_hour: float, until_hour: float
) -> None:
    sunday, saturday = date(2026, 10, 25), datetime(2026, 10, 24)
    spans = spans_of(((start, end),), date(2026, 10, 24), sunday, weekdays=("sunday",))
    opened = spans.filter("is_open")
    assert (opened["from_at"].min(), opened["until_at"].max()) == (
        saturday + timedelta(hours=from_hour),
        saturday + timedelta(hours=until_hour),
    )
    open_seconds = (opened["until_at"] - opened["from_at"]).dt.total_seconds().sum()
    assert open_seconds == (until_hour - from_hour) * HOUR


@pytest.mark.parametrize(("night", "open_hours"), [(24, 10), (17, 9)])
def test_a_night_that_closes_after_the_hour_that_comes_twice_is_an_hour_longer(
    night: int, open_hours: int
) -> None:
    saturday = date(2026, 10, night)
    spans = spans_of(
        ((time(18), time(3)),), saturday, saturday + timedelta(days=1), weekdays=("saturday",)
    )
    opened = spans.filter("is_open")
    open_seconds = (opened["until_at"] - opened["from_at"]).dt.total_seconds().sum()
    assert open_seconds == open_hours * HOUR


def test_two_spans_that_meet_in_the_hour_that_comes_twice_leave_no_gap() -> None:
    sunday = date(2026, 10, 25)
    met = ((time(0), time(2, 30)), (time(2, 30), time(6)))
    opened = spans_of(met, date(2026, 10, 24), sunday, weekdays=("sunday",)).filter("is_open")
    open_seconds = (opened["until_at"] - opened["from_at"]).dt.total_seconds().sum()
    assert open_seconds == 7 * HOUR


def test_closing_when_the_clocks_jump_is_that_moment() -> None:
    # On 29 March 2026 the clocks of Paris jump from 02:00 to 03:00, at 01:00 UTC.
    spans = spans_of(
        ((time(22), time(2)),), date(2026, 3, 28), date(2026, 3, 29), weekdays=("saturday",)
    )
    opened = spans.filter("is_open")
    assert opened["until_at"].max() == datetime(2026, 3, 29, 1)


def test_opening_moves_in_utc_when_the_clocks_change() -> None:
    spans = spans_of(NINE_TO_SIX, date(2026, 3, 27), date(2026, 3, 30))
    opened = spans.filter("is_open")["from_at"].to_list()
    assert opened == [datetime(2026, 3, 27, 8), datetime(2026, 3, 30, 7)]
    # Friday 17:00 to Monday 10:00 local time: two open hours, whatever the UTC distance.
    assert seconds(spans, datetime(2026, 3, 27, 16), datetime(2026, 3, 30, 8)) == 2 * HOUR


def test_far_zones_belong_to_their_own_local_day() -> None:
    # Monday 09:00 in Auckland is still Sunday in UTC.
    spans = spans_of(NINE_TO_SIX, date(2026, 6, 7), date(2026, 6, 7), zone="Pacific/Auckland")
    assert spans.filter("is_open").select("from_at", "until_at").rows() == [
        (datetime(2026, 6, 7, 21), datetime(2026, 6, 8))
    ]


def test_overlapping_and_overnight_spans_count_once() -> None:
    night: tuple[OpeningSpan, ...] = ((time(22), time(2)), (time(1), time(3)))
    spans = spans_of(night, date(2026, 6, 1), date(2026, 6, 3), zone="UTC")
    assert seconds(spans, datetime(2026, 6, 1, 21), datetime(2026, 6, 2, 4)) == 5 * HOUR


def test_the_elapsed_clock_counts_every_second() -> None:
    spans = elapsed_spans(date(2026, 3, 28), date(2026, 3, 30))
    assert seconds(spans, datetime(2026, 3, 28, 1), datetime(2026, 3, 30, 1)) == 48 * HOUR


def test_an_unknown_country_is_said_plainly() -> None:
    with pytest.raises(SettingsError, match="country XX are not known"):
        spans_of(NINE_TO_SIX, date(2026, 1, 1), date(2026, 1, 2), country="XX")


moments = st.datetimes(datetime(2026, 4, 25), datetime(2026, 5, 20))


@given(moments, moments, moments)
def test_open_seconds_add_up(a: datetime, b: datetime, c: datetime) -> None:
    whole = seconds(MAY, a, c)
    assert seconds(MAY, a, b) + seconds(MAY, b, c) == pytest.approx(whole, abs=3e-6)
