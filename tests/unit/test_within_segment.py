"""Dissatisfaction within the segment: what was really lost, and nothing where there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.churn_coverage import coverage, firm, unlike
from cxdata.config import load_settings
from cxdata.metrics.churn.acting import effects
from cxdata.metrics.churn.contrast import Contrast, Departures, contrast_draws, mean_rate
from cxdata.metrics.churn.cost import churn_cost_summary, churn_trend, churn_waterfall
from cxdata.metrics.churn.value import economics, value_amount
from cxdata.metrics.churn.what_if import Moves, what_if
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from tests.stores import add

YEAR = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
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
                "customer_id": key, "segment": segment, "start_date": date(2020, 1, 1),
                "annual_revenue": revenue, "end_date": left if number < lost else None,
            })  # fmt: skip
            if score is not None:
                answers.append({
                    "response_id": key, "customer_id": key, "survey": "relationship",
                    "date": datetime(2024, 11, 15), "nps_score": score,
                })  # fmt: skip
    add(store, customers, "customers", extract_date=date(2025, 12, 31))
    add(store, answers, "responses")


def only_small_accounts_leave_in_excess(store: Store) -> None:
    fill(
        store,
        ("All", 3, 1_000, 100, 40), ("All", 3, 10_000, 100, 10),
        ("All", 10, 1_000, 400, 40), ("All", 10, 10_000, 400, 40),
    )  # fmt: skip


def test_what_is_billed_is_the_revenue_that_really_went(store: Store) -> None:
    only_small_accounts_leave_in_excess(store)
    row = churn_cost_summary(store, YEAR).row(0, named=True)
    # 140,000 of the detractors' 1.1 million left; at the promoters' 10 %, 110,000 would have.
    x = (1 - 130 / 1000) / 1.1
    years = sum(x**year for year in range(5))
    assert row["excess_lost_count"] == pytest.approx(30)
    assert row["dissatisfaction_central_amount"] == pytest.approx(30_000 * 0.3 * years + 30 * 80)
    assert row["dissatisfaction_central_amount"] == pytest.approx(32_119, rel=2e-4)
    # Of ten large accounts more or fewer: 1.96 × √(100 × .09 × (1 + 100 / 400)) × 10,000 × margin.
    half = 1.96 * np.sqrt(100 * 0.09 * 1.25) * 10_000 * 0.3 * years
    low, high = (row[f"dissatisfaction_{end}_amount"] for end in ("low", "high"))
    assert high - low > 1.5 * half
    assert low < 0 < high


def test_moving_detractors_keeps_the_revenue_that_really_goes(store: Store) -> None:
    fill(
        store,
        ("All", 3, 1_000, 100, 40), ("All", 3, 10_000, 100, 10),
        ("All", 8, 1_000, 400, 40), ("All", 8, 10_000, 400, 40),
    )  # fmt: skip
    row = what_if(effects(store, YEAR), Moves(detractors_to_passive_share=1.0)).row(0, named=True)
    assert row["kept_central_count"] == pytest.approx(150 * (0.25 - 0.10))
    x = (1 - 130 / 1000) / 1.1
    worth = [pay * 0.3 * sum(x**year for year in range(5)) + 80 for pay in (1_000, 10_000)]
    today = 60 * worth[0] + 90 * worth[1]
    of_detractors = (40 * worth[0] + 10 * worth[1]) / (100 * sum(worth))
    assert row["central_amount"] == pytest.approx(today * (of_detractors - 0.10))


def test_who_has_no_class_is_not_at_the_promoters_rate(store: Store) -> None:
    fill(
        store,
        ("All", 10, 1_000, 100, 10), ("All", 3, 1_000, 50, 15), ("All", None, 1_000, 100, 40),
    )  # fmt: skip
    steps = {row["step"]: row for row in churn_waterfall(store, YEAR).to_dicts()}
    assert list(steps) == [
        "gross", "not_compared", "not_explained", "dissatisfaction", "detractor", "passive"
    ]  # fmt: skip
    central = economics(store.settings.churn, "central")
    one = value_amount(1000, 1, 1 - 65 / 250, central)
    expected = {"gross": 65, "not_compared": 40, "not_explained": 15, "dissatisfaction": 10}
    for step, count in expected.items():
        assert steps[step]["central_amount"] == pytest.approx(count * one)
    assert steps["not_compared"]["from_amount"] == pytest.approx(65 * one)
    assert steps["not_compared"]["to_amount"] == steps["not_explained"]["from_amount"]


def test_too_few_without_a_class_are_not_told_apart(store: Store) -> None:
    fill(
        store,
        ("All", 10, 1_000, 100, 10), ("All", 3, 1_000, 50, 15), ("All", None, 1_000, 3, 2),
    )  # fmt: skip
    assert "not_compared" not in churn_waterfall(store, YEAR)["step"].to_list()


def test_small_segments_are_never_merged() -> None:
    """Of two segments with few promoters the one leaves four times as often, whoever it is."""
    of = Departures(*(np.array(it) for it in ((10.0, 40.0), (1.0, 16.0), (10.0, 40.0), (1.0, 16.0),
        (0.1, 0.4))))  # fmt: skip
    compared = Departures(*(np.array(it) for it in ((20.0, 5.0), (2.0, 2.0), (20.0, 5.0),
        (2.0, 2.0), (0.1, 0.4))))  # fmt: skip
    within = Contrast(of, compared, of.total)
    assert within.total == pytest.approx(0, abs=1e-9)
    merged = 17 - 50 * 4 / 25
    assert merged == pytest.approx(9)
    [draws] = contrast_draws([within], 4000, 1)
    # 40 × √(.24 / 5) from the five promoters, 40 × √(.24 / 40) from their like, and the rest.
    spread = np.sqrt(40**2 * 0.24 * (1 / 5 + 1 / 40) + 10**2 * 0.09 * (1 / 20 + 1 / 10))
    assert draws.std() == pytest.approx(spread, rel=0.15)


def test_a_rate_is_as_certain_as_of_so_many_customers_alike() -> None:
    alike = Departures(*(np.array([it]) for it in (1000.0, 200.0, 10_000.0, 2_000.0, 0.2)))
    assert mean_rate(alike, np.array([1.0])) == (pytest.approx(0.2), pytest.approx(100))
    # One brings half of what a hundred bring.
    few = Departures(*(np.array([it]) for it in (198.0, 19.8, 99.0**2 + 99, 990.0, 0.1)))
    rate, count = mean_rate(few, np.array([1.0]))
    assert rate == pytest.approx(0.1)
    assert count == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("is_null", [True, False])
def test_small_segments_of_unlike_mix_keep_the_promise(is_null: bool) -> None:
    factors = (1.0,) * 4 if is_null else (1.0, 1.2, 1.8, 1.0)
    found = coverage(unlike("", factors, is_null=is_null), load_settings(), 25, 3)
    assert found.count_coverage >= 0.85
    assert found.amount_coverage >= 0.85
    if is_null:
        assert abs(found.mean_count) < 25
        assert (found.alarm_share or 0) <= 0.1


def test_related_and_unequal_revenue_keeps_the_promise() -> None:
    related = firm(
        "", [[160, 90, 80, 90], [100, 70, 70, 80]],
        [[0.04, 0.06, 0.10, 0.06], [0.10, 0.20, 0.45, 0.20]], [1000, 10_000],
        spread=1.0, is_related=True,
    )  # fmt: skip
    found = coverage(related, load_settings(), 25, 3)
    assert found.amount_coverage >= 0.85


def test_negative_revenues_of_an_old_store_give_no_rate_and_no_cost(store: Store) -> None:
    fill(store, ("All", 10, 1_000, 100, 10), ("All", 3, 2_000, 50, 15))
    with store.transaction() as con:
        con.execute(
            """update customer_versions set annual_revenue_amount = -9000
            where ended_on is not null"""
        )
        rebuild_days(con, store.settings_history, ["customers"])
    row = churn_cost_summary(store, YEAR).row(0, named=True)
    assert (row["customer_churn_rate"], row["reason"]) == (pytest.approx(25 / 150), "no_revenue")
    for name in ("revenue_churn_rate", "revenue_rate_low", "cost_central_amount"):
        assert row[name] is None


def test_revenue_churn_of_each_period_has_the_interval_of_its_few(store: Store) -> None:
    only_small_accounts_leave_in_excess(store)
    whole = churn_cost_summary(store, YEAR).row(0, named=True)
    [year] = churn_trend(store, YEAR, "year").to_dicts()
    for name in ("revenue_churn_rate", "revenue_rate_low", "revenue_rate_high"):
        assert year[name] == pytest.approx(whole[name])
    assert whole["revenue_churn_rate"] == pytest.approx(580_000 / 5_500_000)
    assert whole["revenue_rate_low"] < 0.1055 < whole["revenue_rate_high"]
