"""Net and gross revenue retention: by the prices of both ends, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.promises import retention_promises
from cxdata.config import load_settings
from cxdata.i18n import translator
from cxdata.metrics.churn.revenue_retention import revenue_retention
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.models import Filters, Period
from cxdata.panels import Request, panel
from cxdata.store.connection import Store
from tests.stores import add

YEAR = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb", load_settings())
    yield opened
    opened.close()


def customers(revenue: float | None, *, lost: int = 0, new: int = 0) -> list[dict[str, object]]:
    """Ten who pay 1000, ten whose revenue is given; of the former some left in June 2025."""
    old = [
        {
            "customer_id": f"C{n}", "segment": "Home" if n < 10 else "Firm",
            "start_date": date(2020, 1, 1),
            "end_date": date(2025, 6, 1) if n < lost else None,
            "annual_revenue": 1000.0 if n < 10 else revenue,
        }
        for n in range(20)
    ]  # fmt: skip
    came = [
        {
            "customer_id": f"N{n}", "segment": "Home", "start_date": date(2025, 3, 1),
            "end_date": None, "annual_revenue": 9000.0,
        }
        for n in range(new)
    ]  # fmt: skip
    return [*old, *came]


def two_extracts(store: Store) -> None:
    add(store, customers(2000), "customers", extract_date=date(2024, 12, 31))
    add(store, customers(2400, lost=2, new=8), "customers", extract_date=date(2025, 12, 31))


def test_what_stays_is_counted_at_the_prices_of_both_ends(store: Store) -> None:
    two_extracts(store)
    row = revenue_retention(store, YEAR).row(0, named=True)
    assert (row["customer_count"], row["revenue_count"], row["reason"]) == (20, 20, None)
    assert row["start_revenue_amount"] == 10 * 1000 + 10 * 2000
    assert row["end_revenue_amount"] == 8 * 1000 + 10 * 2400
    assert row["net_retention_rate"] == pytest.approx(32_000 / 30_000)
    assert row["gross_retention_rate"] == pytest.approx(28_000 / 30_000)
    assert (row["start_known_on"], row["end_known_on"]) == (date(2024, 12, 31), date(2025, 12, 31))
    net = 32 / 30
    squares = 2 * (net * 1000) ** 2 + 8 * (1000 - net * 1000) ** 2 + 10 * (2400 - net * 2000) ** 2
    unrelated = ((8 * 1000 + 10 * 2400 * 1.2) / 30_000 - net**2) * (10 * 1000**2 + 10 * 2000**2)
    half = 1.95996 * np.sqrt(max(squares, unrelated) / 30_000**2 * 20 / 19)
    rate, weights = 28 / 30, 10 * 1000**2 + 10 * 2000**2
    alike = 30_000**2 / weights  # those who left are small: no more uncertain than unrelated
    low, high = (float(it) for it in wilson_interval(rate * alike, alike, confidence=0.95))
    assert row["gross_retention_rate_low"] == pytest.approx(low)
    assert row["gross_retention_rate_high"] == pytest.approx(high)
    assert row["net_retention_rate_low"] == pytest.approx(net - half)
    assert row["net_retention_rate_high"] == pytest.approx(net + half)


def test_a_filter_takes_customers_as_they_were_at_the_start(store: Store) -> None:
    two_extracts(store)
    firm = Filters(period=YEAR.period, segment=("Firm",))
    row = revenue_retention(store, firm).row(0, named=True)
    assert row["customer_count"] == 10
    assert row["net_retention_rate"] == pytest.approx(1.2)
    assert row["gross_retention_rate"] == 1


@pytest.mark.parametrize("first", [date(2024, 11, 15), date(2025, 2, 1)])
def test_a_price_of_another_day_is_not_that_of_the_start(store: Store, first: date) -> None:
    """Today's price, or one of long before, would call growth what is none, or the reverse."""
    add(store, customers(2000), "customers", extract_date=first)
    add(store, customers(2400, lost=2), "customers", extract_date=date(2025, 12, 31))
    row = revenue_retention(store, YEAR).row(0, named=True)
    assert (row["reason"], row["net_retention_rate"]) == ("one_price", None)


def test_who_has_no_price_at_an_end_is_in_neither_sum(store: Store) -> None:
    add(store, customers(2000), "customers", extract_date=date(2024, 12, 31))
    add(
        store, customers(None, lost=2), "customers", extract_date=date(2025, 12, 31),
        empty_cells="clear",
    )  # fmt: skip
    row = revenue_retention(store, YEAR).row(0, named=True)
    assert (row["customer_count"], row["revenue_count"]) == (20, 10)
    assert row["net_retention_rate"] == pytest.approx(0.8)


def test_a_handful_is_not_told_of(store: Store) -> None:
    add(store, customers(2000)[:4], "customers", extract_date=date(2024, 12, 31))
    add(store, customers(2400)[:4], "customers", extract_date=date(2025, 12, 31))
    add(store, customers(1, new=9)[20:], "customers", extract_date=date(2025, 12, 31))
    row = revenue_retention(store, YEAR).row(0, named=True)
    assert (row["reason"], row["customer_count"]) == ("too_few_customers", None)


def test_the_figure_says_of_whom_it_is_and_why_there_is_no_earned_growth(store: Store) -> None:
    two_extracts(store)
    request = Request.computed_now(store, YEAR, translator("en"))
    shown = panel(request, "revenue_retention")
    assert shown.title.startswith("106.7% of the revenue of the start is there at the end, 93.3%")
    notes = " ".join(str(it) for it in shown.notes)
    assert "20 of 20 customers" in notes
    assert "Earned growth can't be given" in notes


def test_the_intervals_hold_the_true_rates() -> None:
    for promise in retention_promises(load_settings(), 300, 1):
        assert promise.measured >= 0.90, promise
