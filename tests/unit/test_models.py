"""Periods: whole days, whole months where they are whole months."""

from __future__ import annotations

from datetime import date

import pytest

from cxdata.models import Period, last_months


@pytest.mark.parametrize(
    ("first", "last", "previous_first", "previous_last"),
    [
        ("2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"),
        ("2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("2025-07-01", "2026-06-30", "2024-07-01", "2025-06-30"),
        ("2026-03-10", "2026-03-19", "2026-02-28", "2026-03-09"),
        ("2026-03-10", "2026-03-10", "2026-03-09", "2026-03-09"),
    ],
)
def test_the_previous_period_ends_the_day_before_and_is_as_long(
    first: str, last: str, previous_first: str, previous_last: str
) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    expected = Period(date.fromisoformat(previous_first), date.fromisoformat(previous_last))
    assert period.previous() == expected


@pytest.mark.parametrize(
    ("first", "last", "before_first", "before_last"),
    [
        ("2024-02-01", "2024-02-29", "2023-02-01", "2023-02-28"),
        ("2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2023-02-28", "2023-02-28"),
        ("2026-04-01", "2026-06-30", "2025-04-01", "2025-06-30"),
        # Whole weeks: Mondays on Mondays.
        ("2026-03-02", "2026-03-08", "2025-03-03", "2025-03-09"),
        ("2025-12-29", "2026-01-11", "2024-12-30", "2025-01-12"),
        # From a Monday to a Sunday, but a whole month: June to June.
        ("2026-06-01", "2026-08-31", "2025-06-01", "2025-08-31"),
        ("2027-02-01", "2027-02-28", "2026-02-01", "2026-02-28"),
        ("2026-03-03", "2026-03-09", "2025-03-03", "2025-03-09"),
    ],
)
def test_the_year_before_has_the_same_days(
    first: str, last: str, before_first: str, before_last: str
) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    expected = Period(date.fromisoformat(before_first), date.fromisoformat(before_last))
    assert period.year_before() == expected


def test_the_last_months_end_on_the_given_day() -> None:
    assert last_months(date(2026, 6, 30), 3) == Period(date(2026, 4, 1), date(2026, 6, 30))
    assert last_months(date(2026, 3, 30), 1) == Period(date(2026, 2, 28), date(2026, 3, 30))


def test_a_period_can_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends on or after"):
        Period(date(2026, 1, 2), date(2026, 1, 1))
