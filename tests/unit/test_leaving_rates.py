"""Rates of leaving within the segment, what is at risk by them, and what is then lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.promises import Customers, Firm, churn_promises, firms
from cxdata.config import load_settings
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.churn.cost import churn_cost_by, churn_cost_summary
from cxdata.metrics.churn.exposure import exposure, with_revenues
from cxdata.metrics.churn.leaving_rates import (
    class_groups,
    leaving_rates,
    lost_amounts,
    revenue_edge,
)
from cxdata.metrics.churn.rates import churn_by_class
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add

YEAR = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
EXTRACT_DATE = date(2025, 12, 31)
AMOUNTS = [f"revenue_at_risk_{end}amount" for end in ("", "low_", "high_")]
Group = tuple[str, int | None, float, int, int]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb", load_settings())
    yield opened
    opened.close()


def fill(store: Store, *groups: Group) -> None:
    """Customers: segment, last score, yearly revenue, how many, how many of them left in 2025."""
    customers, answers = [], []
    for segment, score, revenue, count, lost in groups:
        for number in range(count):
            key = f"{segment} {score} {revenue} {number}"
            left = date(2025, 1, 15) + timedelta(days=number * 300 // count)
            customers.append({
                "customer_id": key, "segment": segment, "region": "NS"[number % 2],
                "start_date": date(2020, 1, 1), "annual_revenue": revenue,
                "end_date": left if number < lost else None,
            })  # fmt: skip
            if score is not None:
                answers.append({
                    "response_id": key, "customer_id": key, "survey": "relationship",
                    "date": datetime(2024, 11, 15), "nps_score": score,
                })  # fmt: skip
    add(store, customers, "customers", extract_date=EXTRACT_DATE)
    add(store, answers, "responses")


def at_risk(frame: pl.DataFrame) -> list[float]:
    return [frame[name].item() for name in AMOUNTS]


def test_the_whole_is_the_sum_of_its_segments(store: Store) -> None:
    """Dear customers of a segment leave often, and many cheap ones hardly ever."""
    fill(store, ("Big", 10, 10_000, 100, 30), ("Small", 10, 100, 1000, 20))
    central, low, high = at_risk(churn_cost_summary(store, YEAR))
    assert central == pytest.approx(70 * 10_000 * 0.30 + 980 * 100 * 0.02)
    rows = churn_cost_by(store, YEAR, "segment")
    parts = dict(rows.select("segment", "revenue_at_risk_amount").rows())
    assert parts == pytest.approx({"Big": 210_000, "Small": 1_960})
    # Of 70 customers 21 leave: the rate of 100 and the chance of 70, n p q (1 + 70 / 100).
    spread = 1.96 * np.sqrt(70 * 0.3 * 0.7 * 1.7) * 10_000
    assert high - low == pytest.approx(2 * spread, rel=0.1)
    assert low < central - 0.8 * spread < central + 0.8 * spread < high


@pytest.mark.parametrize("dimension", ["segment", "region", "product"])
def test_the_parts_of_any_dimension_add_up_and_so_do_classes_and_accounts(
    store: Store, dimension: str
) -> None:
    fill(
        store,
        ("Big", 10, 10_000, 60, 12), ("Big", 3, 9_000, 40, 25), ("Big", 8, 9_500, 8, 1),
        ("Small", 10, 100, 300, 20), ("Small", 3, 50, 35, 20), ("Small", None, 70, 90, 9),
        ("Tiny", 3, 5_000, 3, 1), ("New", 10, 700, 20, 0),
    )  # fmt: skip
    whole = churn_cost_summary(store, YEAR)["revenue_at_risk_amount"].item()
    parts = churn_cost_by(store, YEAR, dimension)["revenue_at_risk_amount"]
    # The segment of three, and the one that protects it, are told of nowhere but in the whole.
    withheld = {"Tiny", "New"} if dimension == "segment" else set()
    accounts = at_risk_accounts(store, YEAR, 1000)
    told = accounts.filter(~pl.col("segment").is_in(withheld))["revenue_at_risk_amount"].sum()
    assert parts.sum() == pytest.approx(told)
    assert accounts["revenue_at_risk_amount"].sum() == pytest.approx(whole)
    assert churn_by_class(store, YEAR)["revenue_at_risk_amount"].sum() == pytest.approx(whole)


def test_nobodys_rate_is_that_of_a_handful(store: Store) -> None:
    fill(store, ("Tiny", 3, 500, 3, 1), ("Next", 10, 500, 40, 4), ("Big", 10, 500, 200, 50))
    accounts = at_risk_accounts(store, YEAR, 1000)
    rates = accounts.unique("segment").select("segment", "churn_rate", "class_customer_count")
    assert sorted(rates.rows()) == [
        ("Big", pytest.approx(0.25), 200),
        ("Next", pytest.approx(5 / 43), 43),
        ("Tiny", pytest.approx(5 / 43), 43),
    ]


def test_small_accounts_that_leave_more_often_dont_bill_large_ones(store: Store) -> None:
    fill(
        store,
        ("All", 3, 1_000, 100, 40), ("All", 3, 10_000, 100, 10),
        ("All", 10, 1_000, 400, 40), ("All", 10, 10_000, 400, 40),
    )  # fmt: skip
    expected = 60_000 * 0.4 + 900_000 * 0.1 + 360_000 * 0.1 + 3_600_000 * 0.1
    assert at_risk(churn_cost_summary(store, YEAR))[0] == pytest.approx(expected)
    accounts = at_risk_accounts(store, YEAR, 1000).filter(nps_class="detractor")
    told = accounts.unique("annual_revenue_amount").sort("annual_revenue_amount")
    assert told["churn_rate"].to_list() == pytest.approx([0.4, 0.1])
    assert told["rate_from_amount"].to_list() == [None, pytest.approx(10_000)]


def test_revenue_churn_is_as_uncertain_as_the_few_who_bring_it(store: Store) -> None:
    fill(store, ("All", 10, 1_000_000, 5, 1), ("All", 10, 1_000, 200, 20))
    row = churn_cost_summary(store, YEAR).row(0, named=True)
    assert row["revenue_churn_rate"] == pytest.approx(1_020_000 / 5_200_000)
    rate = 1_020_000 / 5_200_000
    squares, lost_squares = 5e12 + 200e6, 1e12 + 20e6
    unrelated = rate * (1 - rate) * squares
    related = lost_squares * (1 - rate) ** 2 + (squares - lost_squares) * rate**2
    assert related > unrelated
    alike = 5_200_000**2 / squares * unrelated / related
    low, high = wilson_interval(
        alike * row["revenue_churn_rate"], alike, confidence=store.settings.answers.confidence
    )
    assert (row["revenue_rate_low"], row["revenue_rate_high"]) == pytest.approx(
        (float(low), float(high))
    )
    assert row["rate_high"] - row["rate_low"] < 0.1 < row["revenue_rate_high"] - low


def test_where_all_pay_alike_revenue_churn_has_the_customers_interval(store: Store) -> None:
    fill(store, ("All", 10, 500, 200, 30))
    row = churn_cost_summary(store, YEAR).row(0, named=True)
    for end in ("low", "high"):
        assert row[f"revenue_rate_{end}"] == pytest.approx(row[f"rate_{end}"])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"promoter": 90, "passive": 80, "detractor": 70, "unknown": 60}, 4),
        ({"promoter": 20, "passive": 20, "detractor": 70, "unknown": 0}, 2),
        ({"promoter": 3, "passive": 4, "detractor": 5, "unknown": 6}, 1),
        ({"promoter": 0, "passive": 0, "detractor": 0, "unknown": 0}, 0),
    ],
)
def test_small_classes_of_a_segment_share_a_rate(counts: dict[str, int], expected: int) -> None:
    groups = class_groups(counts, 30)
    assert len(groups) == expected
    told = [name for group in groups for name in group]
    assert sorted(told) == sorted(name for name in counts if counts[name])
    if len(groups) > 1:
        assert all(sum(counts[name] for name in group) >= 30 for group in groups)


@pytest.mark.parametrize(
    ("rows", "edge"),
    [
        ([(10_000, 100), (1_000, 100)], 10_000),
        ([(1_000, 300)], None),
        ([(50_000, 1), (10_000, 29), (1_000, 40)], 10_000),
        ([(50_000, 1), (10_000, 29), (1_000, 29)], None),
        ([(10_000, 20), (1_000, 100)], None),
    ],
)
def test_large_accounts_have_a_rate_of_their_own_where_enough_are_left(
    rows: list[tuple[float, int]], edge: float | None
) -> None:
    frame = pl.DataFrame(rows, schema=["revenue_amount", "base_count"], orient="row")
    found = revenue_edge(frame.with_columns(lost_count=0), 30)
    assert found == (None if edge is None else pytest.approx(edge))


def test_what_is_lost_has_the_mean_and_spread_of_those_who_may_leave() -> None:
    random = np.random.default_rng(3)
    amounts = np.sort(np.exp(random.standard_normal(400)))[::-1]
    drawn = lost_amounts(np.full(20_000, 0.2), amounts, np.ones(400), random)
    assert drawn.mean() == pytest.approx(0.2 * amounts.sum(), rel=0.01)
    assert drawn.std() == pytest.approx(np.sqrt(0.16 * (amounts**2).sum()), rel=0.02)


@pytest.mark.parametrize(
    "simulated",
    [it for it in firms() if it.name in ("unequal revenue", "a small firm")],
    ids=lambda it: it.name,
)
def test_the_intervals_hold_what_they_promise(simulated: Firm) -> None:
    for promise in churn_promises(simulated, load_settings(), runs=150, seed=2):
        # 92 to 98 %, and the chance of 150 runs.
        assert 0.90 <= promise.measured <= 0.99, promise


def test_a_firm_without_risk_has_none(store: Store) -> None:
    fill(store, ("All", 10, 500, 50, 0))
    assert at_risk(churn_cost_summary(store, YEAR)) == [None, None, None]


def test_a_class_or_segment_that_is_new_has_the_rate_of_what_was_there(store: Store) -> None:
    fill(store, ("Old", 10, 500, 50, 10))
    rates = leaving_rates(with_revenues(store, YEAR, exposure(store, YEAR)))
    assert [it.yearly(1) for it in rates.of("Old", "detractor")] == [pytest.approx(0.2)]
    assert [it.yearly(1) for it in rates.of("new", "promoter")] == [pytest.approx(0.2)]


def test_customers_of_a_simulated_firm_are_counted_whole() -> None:
    ones = np.ones(3)
    rows = Customers(ones.astype(int), ones.astype(int), ones, ones).rows(np.array([1, 0, 1]))
    assert rows.select("base_count", "lost_count").rows() == [(3, 2)]
