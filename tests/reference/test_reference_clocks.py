"""Opening hours against published examples: what the store makes of contacts, to the second.

The documented examples of the Python package businesstimedelta and of a help desk's manual.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import pytest

from cxdata.config import WEEKDAYS, OpeningSpan
from cxdata.store.connection import Store
from tests.clocks import clock_settings, outcomes_of

HOUR = 3600
MONDAY = datetime(2022, 7, 25, 5, 35, 40)
FRIDAY = datetime(2022, 7, 29, 16, 30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def mail(
    store: Store, *, open_until: time, opened_at: datetime, now_at: datetime, favourable: int = HOUR
) -> dict[str, object]:
    """The outcome of an e-mail to a firm that opens at nine on weekdays, in UTC."""
    hours: dict[str, tuple[OpeningSpan, ...]] = {
        day: ((time(9), open_until),) if day in WEEKDAYS[:5] else () for day in WEEKDAYS
    }
    store.change_settings(clock_settings(hours, "UTC", favourable))
    [found] = [it for it in outcomes_of(store, [opened_at], now_at) if it["channel"] == "email"]
    return found


def test_open_hours_from_monday_morning_to_friday_afternoon(store: Store) -> None:
    friday = datetime(2022, 7, 29, 14)
    waiting = mail(store, open_until=time(17, 30), opened_at=MONDAY, now_at=friday)
    assert waiting["wait_seconds"] == 39 * HOUR


@pytest.mark.parametrize(
    ("hours", "due_at"),
    [(24, datetime(2022, 7, 27, 16)), (100, datetime(2022, 8, 9, 15, 30))],
)
def test_deadline_in_open_hours(store: Store, hours: int, due_at: datetime) -> None:
    waiting = mail(
        store,
        open_until=time(17, 30),
        opened_at=MONDAY,
        now_at=datetime(2022, 8, 10),
        favourable=hours * HOUR,
    )
    assert waiting["due_at"] == due_at


def test_an_hour_that_starts_half_an_hour_before_closing_ends_the_next_working_day(
    store: Store,
) -> None:
    waiting = mail(store, open_until=time(17), opened_at=FRIDAY, now_at=datetime(2022, 8, 2))
    assert waiting["due_at"] == datetime(2022, 8, 1, 9, 30)


def test_a_deadline_at_closing_time_is_closing_time(store: Store) -> None:
    nine = datetime(2022, 7, 29, 9)
    waiting = mail(
        store,
        open_until=time(17),
        opened_at=nine,
        now_at=datetime(2022, 8, 2),
        favourable=8 * HOUR,
    )
    assert waiting["due_at"] == datetime(2022, 7, 29, 17)
