"""When contacts are missed: hours of the firm's own time, and the worst of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from cxdata.metrics.response_time.contact_hours import LEAST_COUNT, missed_by_hour, worst_hours
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add_contact_facts, withhold_nothing

SHARES = ["weekday", "local_hour", "due_count", "missed_count", "missed_share", "reason"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def hours(cells: dict[tuple[int, int], tuple[int, int]]) -> pl.DataFrame:
    """Weekday and hour: how many were missed of how many."""
    rows = [(*place, missed, due) for place, (missed, due) in cells.items()]
    columns = ["weekday", "local_hour", "missed_count", "due_count"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64), orient="row")


def week(missed: int, due: int) -> dict[tuple[int, int], tuple[int, int]]:
    return {(day, hour): (missed, due) for day in range(5) for hour in range(8, 20)}


def found(cells: dict[tuple[int, int], tuple[int, int]]) -> tuple[object, ...] | None:
    worst = worst_hours(hours(cells)).select("weekday", "from_hour", "until_hour").rows()
    return worst[0] if worst else None


@pytest.mark.parametrize(
    ("opened_at", "opened_on", "weekday", "hour"),
    [
        (datetime(2026, 3, 29, 0, 59), date(2026, 3, 29), 6, 1),  # the last minute of winter
        (datetime(2026, 3, 29, 1, 0), date(2026, 3, 29), 6, 3),  # the first of summer
        (datetime(2026, 10, 25, 0, 30), date(2026, 10, 25), 6, 2),  # half past two
        (datetime(2026, 10, 25, 1, 30), date(2026, 10, 25), 6, 2),  # and again
        (datetime(2026, 10, 25, 2, 0), date(2026, 10, 25), 6, 3),
        (datetime(2026, 6, 15, 22, 30), date(2026, 6, 16), 1, 0),  # Tuesday in Paris
        (datetime(2025, 12, 31, 23, 0), date(2026, 1, 1), 3, 0),
    ],
)
def test_hours_and_weekdays_are_the_firms_own_also_when_the_clocks_change(
    store: Store, opened_at: datetime, opened_on: date, weekday: int, hour: int
) -> None:
    add_contact_facts(store, {"opened_at": opened_at, "opened_on": opened_on, "answered": 1})
    withhold_nothing(store)
    rows = missed_by_hour(store, Filters()).select("weekday", "local_hour", "contact_count").rows()
    assert rows == [(weekday, hour, 1)]


def test_an_hour_of_which_nothing_is_due_or_too_little_has_no_share(store: Store) -> None:
    monday = datetime(2026, 6, 15, 8)  # 10:00 in Paris
    add_contact_facts(
        store,
        *[{"opened_at": monday, "answered": 100}] * 2,
        *[{"opened_at": monday.replace(hour=9), "answered": wait} for wait in (1, 1, 1, 100)],
        *[{"opened_at": monday.replace(hour=10), "answered": wait} for wait in (1, 1, 1, 1, 100)],
        {"opened_at": monday.replace(hour=11), "initiated_by": "company"},
        {"opened_at": monday.replace(hour=11, minute=59), "channel": "social"},
        extracted_at=monday.replace(hour=12),
    )
    frame = missed_by_hour(store, Filters())
    assert frame.select(SHARES).rows() == [
        (0, 10, None, None, None, "too_few_to_show"),
        (0, 11, None, None, None, "too_few_to_show"),
        (0, 12, 5, 1, 0.2, None),
    ]
    assert frame["is_small_base"].to_list() == [True] * 3


def test_an_empty_store_has_no_hours_and_no_worst(store: Store) -> None:
    by_hour = missed_by_hour(store, Filters(period=Period(date(2026, 1, 1), date(2026, 1, 2))))
    assert by_hour.is_empty()
    assert worst_hours(by_hour).is_empty()


def test_a_bad_morning_is_found_with_its_edges() -> None:
    cells = week(10, 100) | {(0, hour): (60, 100) for hour in range(9, 12)}
    row = worst_hours(hours(cells)).row(0, named=True)
    assert (row["weekday"], row["from_hour"], row["until_hour"]) == (0, 9, 12)
    assert (row["missed_share"], row["rest_share"]) == (0.6, 0.1)
    assert (row["due_count"], row["rest_due_count"]) == (300, 5700)
    assert row["difference_low"] < row["difference"] == 0.5 < row["difference_high"]


def test_evenings_of_every_day_are_one_stretch_without_a_weekday() -> None:
    cells = week(10, 100) | {(day, hour): (60, 100) for day in range(5) for hour in (18, 19)}
    assert found(cells) == (None, 18, 20)


def test_a_stretch_ends_where_contacts_end() -> None:
    cells = week(10, 100) | {(4, 19): (90, 100), (4, 22): (0, 0)}
    assert found(cells) == (4, 19, 20)


@pytest.mark.parametrize(
    "cells",
    [
        week(10, 100),
        week(0, 100),
        week(100, 100),
        week(100, 10_000) | {(0, 9): (500, 10_000)},  # sure, and four points only
        week(1, 10) | {(0, 9): (3, 3)},  # less than chance allows over so many stretches
        {(0, 9): (50, 100)},  # no rest to hold it against
        {},
    ],
)
def test_nothing_stands_out_by_chance_by_a_little_or_alone(
    cells: dict[tuple[int, int], tuple[int, int]],
) -> None:
    assert found(cells) is None


def test_a_handful_of_contacts_is_not_named() -> None:
    few = LEAST_COUNT - 1
    assert found(week(10, 100) | {(6, 3): (few, few)}) is None
    assert found(week(10, 100) | {(6, 3): (few + 1, few + 1)}) == (6, 3, 4)


def test_the_p_value_counts_every_stretch_that_was_tried() -> None:
    cells = {(0, 9): (40, 100), (0, 10): (10, 100)}
    row = worst_hours(hours(cells)).row(0, named=True)
    # Monday: 9, 10, both; every day: the same three. Alone z² is 24 × 199 / 200.
    assert row["tried_count"] == 6
    assert row["p_value"] == pytest.approx(6 * 1.0253e-6, rel=1e-3)
