"""NPS over time: rolling windows, the year before, and what is usual."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.metrics.nps.trend import (
    nps_rolling,
    nps_trend,
    nps_trend_year_before,
)
from cxdata.models import Filters, Grain, Period
from cxdata.store.connection import Store
from tests.stores import add_classes as add

MAY_AND_JUNE = Period(date(2026, 5, 1), date(2026, 6, 30))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def year(store: Store) -> Store:
    """Half a year of answers; April has none, and June ends on the 20th."""
    add(store, date(2026, 1, 1), (0, 0, 90))
    add(store, date(2026, 2, 28), (10, 0, 0))
    add(store, date(2026, 3, 31), (0, 10, 0))
    add(store, date(2026, 5, 1), (20, 0, 0))
    add(store, date(2026, 6, 20), (0, 0, 20))
    return store


def test_a_window_pools_answers_and_never_averages_scores(year: Store) -> None:
    rolling = nps_rolling(year, Filters(), window=3)
    assert rolling.select("period", "answer_count", "nps").rows() == [
        (date(2026, 1, 1), 90, 100),
        (date(2026, 2, 1), 100, 80),
        (date(2026, 3, 1), 110, pytest.approx(100 * 80 / 110)),
        (date(2026, 4, 1), 20, -50),
        (date(2026, 5, 1), 30, pytest.approx(-100 * 20 / 30)),
        (date(2026, 6, 1), 40, 0),
    ]


def test_a_window_is_complete_where_all_its_days_have_data(year: Store) -> None:
    rolling = nps_rolling(year, Filters(), window=3)
    assert rolling["is_complete"].to_list() == [False, False, True, True, True, False]
    assert rolling["window_first_on"].to_list()[2:4] == [date(2026, 1, 1), date(2026, 2, 1)]
    assert not rolling["reaches_before"].any()


def test_a_window_may_begin_before_the_filters_period_and_says_so(year: Store) -> None:
    filters = Filters(period=Period(date(2026, 3, 15), date(2026, 5, 31)))
    rolling = nps_rolling(year, filters, window=2)
    assert rolling.select("period", "answer_count", "reaches_before", "is_complete").rows() == [
        (date(2026, 3, 1), 20, True, True),
        (date(2026, 4, 1), 10, True, True),
        (date(2026, 5, 1), 20, False, True),
    ]


def test_no_answer_after_the_filters_period_counts(year: Store) -> None:
    filters = Filters(period=Period(date(2026, 5, 1), date(2026, 6, 19)))
    last = nps_rolling(year, filters, window=2).row(-1, named=True)
    assert (last["period"], last["answer_count"]) == (date(2026, 6, 1), 20)
    assert not last["is_complete"]


def test_a_window_without_answers_has_no_row(year: Store) -> None:
    periods = nps_rolling(year, Filters(), window=1)["period"].to_list()
    assert periods == nps_trend(year, Filters())["period"].to_list()
    assert date(2026, 4, 1) not in periods


@pytest.mark.parametrize(
    ("grain", "period", "window_first_on"),
    [
        ("week", date(2026, 6, 15), date(2026, 6, 8)),
        ("month", date(2026, 6, 1), date(2026, 5, 1)),
        ("quarter", date(2026, 4, 1), date(2026, 1, 1)),
        ("year", date(2026, 1, 1), date(2025, 1, 1)),
    ],
)
def test_every_grain_rolls(year: Store, grain: Grain, period: date, window_first_on: date) -> None:
    last = nps_rolling(year, Filters(period=MAY_AND_JUNE), grain=grain, window=2).row(
        -1, named=True
    )
    assert (last["period"], last["window_first_on"]) == (period, window_first_on)


def test_nothing_to_roll_gives_no_rows_with_the_same_columns(year: Store) -> None:
    empty = nps_rolling(year, Filters(period=Period(date(2030, 1, 1), date(2030, 12, 31))))
    assert empty.is_empty()
    assert empty.schema == nps_rolling(year, Filters()).schema
    assert nps_rolling(year, Filters(survey="benchmark")).is_empty()


def test_a_window_of_nothing_is_a_mistake_of_the_caller(store: Store) -> None:
    with pytest.raises(ValueError, match="no answers"):
        nps_rolling(store, Filters(), window=0)


def test_windows_tell_nothing_of_a_period_with_a_handful_of_answers(store: Store) -> None:
    add(store, date(2026, 5, 31), (30, 20, 50))
    add(store, date(2026, 6, 1), (1, 1, 2))
    june = Filters(period=Period(date(2026, 6, 1), date(2026, 6, 30)))
    row = nps_rolling(store, june).row(0, named=True)
    assert (row["answer_count"], row["base"], row["reason"]) == (
        None,
        "withheld",
        "too_few_to_show",
    )
    assert (row["nps"], row["promoter_count"], row["nps_low"]) == (None, None, None)


# The year before


def test_the_year_before_stands_on_this_years_periods(store: Store) -> None:
    add(store, date(2025, 5, 1), (0, 0, 40))
    add(store, date(2025, 6, 30), (40, 0, 0))
    add(store, date(2026, 6, 30), (0, 40, 0))
    before = nps_trend_year_before(store, Filters(period=MAY_AND_JUNE))
    assert before.select("period", "period_before", "nps", "is_complete").rows() == [
        (date(2026, 5, 1), date(2025, 5, 1), 100, True),
        (date(2026, 6, 1), date(2025, 6, 1), -100, True),
    ]


def test_over_the_whole_history_only_periods_with_a_later_year_count(store: Store) -> None:
    add(store, date(2024, 6, 30), (0, 0, 40))
    add(store, date(2025, 6, 30), (40, 0, 0))
    before = nps_trend_year_before(store, Filters(), grain="quarter")
    assert before.select("period", "nps").rows() == [(date(2025, 4, 1), 100)]


def test_weeks_are_compared_with_weeks(store: Store) -> None:
    add(store, date(2025, 6, 2), (0, 0, 40))  # both are Mondays
    add(store, date(2026, 6, 7), (0, 40, 0))
    week = Filters(period=Period(date(2026, 6, 1), date(2026, 6, 7)))
    row = nps_trend_year_before(store, week, grain="week").row(0, named=True)
    assert (row["period"], row["period_before"]) == (date(2026, 6, 1), date(2025, 6, 2))
    assert (row["nps"], row["is_complete"]) == (100, True)


def test_chosen_days_to_compare_with_do_not_move_the_year_before(store: Store) -> None:
    add(store, date(2025, 5, 1), (0, 0, 40))
    add(store, date(2026, 6, 30), (0, 40, 0))
    plain = Filters(period=MAY_AND_JUNE)
    chosen = Filters(period=MAY_AND_JUNE, compared_to=Period(date(2024, 1, 1), date(2024, 1, 9)))
    assert nps_trend_year_before(store, chosen).equals(nps_trend_year_before(store, plain))


def test_no_year_before_gives_no_rows(store: Store) -> None:
    assert nps_trend_year_before(store, Filters()).is_empty()
    add(store, date(2026, 6, 30), (0, 40, 0))
    assert nps_trend_year_before(store, Filters(period=MAY_AND_JUNE)).is_empty()
