"""Churn cost: who is in the base, who left, what it costs, and when no figure is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.errors import FilterError
from cxdata.metrics.churn.cost import (
    OF_THE_WHOLE,
    SUMMARY_SCHEMA,
    churn_cost_by,
    churn_cost_summary,
    churn_trend,
    churn_waterfall,
    tornado,
)
from cxdata.metrics.churn.dissatisfaction import Excess, bounds
from cxdata.metrics.churn.exposure import customers_known_until, yearly_rate
from cxdata.metrics.churn.promoters import promoter_value
from cxdata.metrics.churn.rates import churn_by_class
from cxdata.metrics.churn.retention import retention_of
from cxdata.metrics.churn.strata import Strata, drawn_rates
from cxdata.metrics.churn.value import (
    ASSUMPTION_NAMES,
    CASES,
    COST_ASSUMPTIONS,
    Economics,
    Numbers,
    assumptions,
    economics,
    expected_clv,
    expected_life_years,
    value_amount,
)
from cxdata.models import Filters, Grain, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.query import run_statement

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
OF_THE_YEAR = Filters(period=YEAR)
BEFORE, WITHIN = date(2020, 1, 1), date(2025, 6, 1)
ALWAYS = date(9999, 12, 31)
TABLES = ("customer_spans", "customers_known", "batches", "customer_versions", "response_versions")
FIGURES = [name for name in SUMMARY_SCHEMA if name.endswith(("_amount", "_rate"))]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("churn") / "cx.duckdb", load_settings())
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    """Empty again for each test."""
    with opened.transaction() as con:
        for table in TABLES:
            con.execute(f"delete from {table}")
    return opened


def add(
    store: Store,
    customer_count: int,
    nps_class: str | None = None,
    *,
    ended_on: date | None = None,
    started_on: date = BEFORE,
    segment: str | None = "Private",
    revenue: float | None = 1000,
    class_from_on: date = BEFORE,
    class_until_on: date = ALWAYS,
) -> None:
    known_count = customer_count if revenue is not None else 0
    with store.transaction() as con:
        con.execute(
            """insert into customer_spans (segment, nps_class, class_from_on, class_until_on,
                started_on, ended_on, customer_count, revenue_count, annual_revenue_amount)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                *(segment, nps_class, class_from_on, class_until_on, started_on, ended_on),
                *(customer_count, known_count, known_count * (revenue or 0)),
            ),
        )


def excess_of_counts(lost: Numbers, count: Numbers, *, revenue: Sequence[float] = ()) -> Excess:
    """Of promoters and detractors (columns) per segment (rows), over one year."""

    def classes(counts: Numbers) -> Numbers:
        nobody = np.zeros(len(counts))
        return np.column_stack([counts[:, 0], nobody, counts[:, 1], nobody])

    base = classes(count)
    amount = base * np.array(revenue or [1000] * len(count))[:, None]
    names = tuple(f"segment {place}" for place in range(len(count)))
    each = np.array(revenue or [1000] * len(count))[:, None]
    gone = classes(lost)
    counts = (base, gone, base, amount, amount * each, gone, gone * each, gone * each**2)
    return Excess(Strata(names, *counts), load_settings(), 1)


def add_year_end(store: Store) -> None:
    """The year is known to its end."""
    with store.transaction() as con:
        con.execute(
            """insert into customers_known (batch_id, known_on, ends, lost_count, current_count)
            values (1, '2025-12-31', 'told', 1, 1)"""
        )


def add_group(store: Store, kept: int, lost: int, nps_class: str | None, **values: object) -> None:
    add(store, kept, nps_class, **values)  # type: ignore[arg-type]
    add(store, lost, nps_class, ended_on=WITHIN, **values)  # type: ignore[arg-type]


def add_firm(store: Store) -> None:
    add_year_end(store)
    add_group(store, 95, 5, "promoter")
    add_group(store, 90, 10, "passive")
    add_group(store, 75, 25, "detractor")
    add_group(store, 80, 20, None, revenue=None)


def summary(store: Store, filters: Filters = OF_THE_YEAR) -> dict[str, object]:
    frame = churn_cost_summary(store, filters)
    assert frame.height == 1
    assert dict(frame.schema) == SUMMARY_SCHEMA
    return frame.row(0, named=True)


@pytest.mark.parametrize(
    ("margin", "retention", "discount", "horizon", "expected"),
    [
        (100, 0.8, 0.1, None, 366.6667),
        (100, 0.8, 0.1, 1, 100),
        (100, 0.8, 0.1, 2, 172.7273),
        (100, 0.8, 0.1, 1000, 366.6667),
        (100, 0.0, 0.1, 5, 100),
        (100, 1.0, 0.0, 5, 500),
        (0, 0.8, 0.1, 5, 0),
    ],
)
def test_the_lifetime_value_counts_the_first_year_in_full(
    margin: float, retention: float, discount: float, horizon: float | None, expected: float
) -> None:
    assert expected_clv(margin, retention, discount, horizon) == pytest.approx(expected, abs=1e-4)


def test_without_loss_discount_or_horizon_the_value_has_no_end() -> None:
    assert expected_clv(100, 1, 0) == float("inf")


@pytest.mark.parametrize(
    ("rate", "years", "expected"),
    [(0.19, 2, 0.1), (0.1, 1, 0.1), (0.05, 0.25, 0.18549375), (0, 3, 0), (1, 2, 1)],
)
def test_a_windows_rate_becomes_a_yearly_one(rate: float, years: float, expected: float) -> None:
    assert yearly_rate(rate, years) == pytest.approx(expected)


@pytest.mark.parametrize("rate", [0, -0.1, 1.1])
def test_no_life_is_expected_from_a_rate_that_is_none(rate: float) -> None:
    with pytest.raises(ValueError, match="a life can be expected"):
        expected_life_years(rate)


def test_the_excess_is_compared_within_strata_not_across_their_mix() -> None:
    # Both classes leave alike in each segment; detractors are mostly where everyone leaves.
    lost = np.array([[9.0, 1.0], [5.0, 45.0]])
    count = np.array([[90.0, 10.0], [10.0, 90.0]])
    crude = lost.sum(axis=0)[1] / 100 - lost.sum(axis=0)[0] / 100
    assert crude == pytest.approx(0.32)
    excess = excess_of_counts(lost, count)
    assert excess.lost_counts.sum() == pytest.approx(0, abs=1e-12)


def test_each_segment_counts_with_its_own_excess_and_its_own_revenue() -> None:
    # 20 points more in a segment worth 1,000 a head, 2 points more in one worth 100.
    lost = np.array([[10.0, 30.0], [4.0, 6.0]])
    count = np.array([[100.0, 100.0], [100.0, 100.0]])
    excess = excess_of_counts(lost, count, revenue=(1000, 100))
    assert excess.lost_counts.tolist() == pytest.approx([0, 22])
    central = economics(load_settings().churn, "central")
    dear = value_amount(1000, 1, 1 - 40 / 200, central)
    cheap = value_amount(100, 1, 1 - 10 / 200, central)
    assert excess.amounts("central").tolist() == pytest.approx([0, 20 * dear + 2 * cheap])


def test_each_segment_has_its_own_retention_unless_it_is_small() -> None:
    lost = np.array([[30.0, 10.0], [5.0, 5.0], [8.0, 1.0]])
    count = np.array([[100.0, 100.0], [20.0, 10.0], [19.0, 10.0]])
    strata = excess_of_counts(lost, count).strata
    kept = retention_of(strata, load_settings(), 2)
    assert kept.rates.tolist() == pytest.approx(
        [(1 - 40 / 200) ** 0.5, (1 - 10 / 30) ** 0.5, *[(1 - 59 / 259) ** 0.5] * 2]
    )
    assert kept.central([*strata.segments, "elsewhere"])[0, 3] == kept.rates[-1]
    assert (kept.draws[:, 2] == kept.draws[:, 3]).all()
    assert not np.allclose(kept.draws[:, 1], kept.draws[:, 3])
    medians = np.median(kept.draws, axis=0).tolist()
    assert medians == pytest.approx(kept.rates.tolist(), abs=0.01)


def test_segments_with_few_promoters_are_compared_with_these_and_without_any_not_at_all() -> None:
    lost = np.array([[5.0, 30.0], [0.0, 4.0], [1.0, 3.0], [0.0, 9.0]])
    count = np.array([[50.0, 100.0], [4.0, 10.0], [6.0, 10.0], [0.0, 10.0]])
    excess = excess_of_counts(lost, count)
    expected = (30 - 100 * 0.1) + (4 - 10 * 0.0) + (3 - 10 / 6)
    assert excess.lost_counts.tolist() == pytest.approx([0, expected])
    assert excess.compared_share == pytest.approx(120 / 130)


def test_a_stratum_without_promoters_has_no_weight() -> None:
    alone = excess_of_counts(np.array([[1.0, 3.0]]), np.array([[10.0, 10.0]]))
    both = np.array([[1.0, 3.0], [0.0, 9.0]]), np.array([[10.0, 10.0], [0.0, 9.0]])
    beside = excess_of_counts(*both)
    assert alone.lost_counts.tolist() == pytest.approx([0, 2])
    assert beside.lost_counts.tolist() == pytest.approx([0, 2])


def test_draws_repeat_with_their_seed_and_spread_even_where_nobody_left() -> None:
    lost, count = np.array([[0.0, 3.0]]), np.array([[20.0, 20.0]])
    draws = drawn_rates(lost, count, 500, 7)
    assert (draws == drawn_rates(lost, count, 500, 7)).all()
    assert draws.shape == (500, 1, 2)
    assert draws[:, 0, 0].max() > 0.05
    assert np.median(draws[:, 0, 1]) == pytest.approx(0.15, abs=0.01)


def test_the_base_is_who_was_there_before_the_first_day(store: Store) -> None:
    add_year_end(store)
    add(store, 10)
    add(store, 1, ended_on=date(2024, 12, 31))
    add(store, 2, ended_on=date(2025, 1, 1))
    add(store, 3, ended_on=date(2025, 12, 31))
    add(store, 4, ended_on=date(2026, 1, 1))
    add(store, 5, started_on=date(2025, 1, 1))
    add(store, 6, started_on=date(2024, 12, 31))
    figures = summary(store)
    assert figures["customer_count"] == 10 + 2 + 3 + 4 + 6
    assert figures["lost_count"] == 2 + 3


def test_a_class_is_known_before_the_window_never_from_within_it(store: Store) -> None:
    add_year_end(store)
    new_year = date(2025, 1, 1)
    add(store, 20, "promoter", class_until_on=new_year)
    add(store, 20, "detractor", class_from_on=new_year, class_until_on=date(2025, 2, 1))
    add(store, 20, "passive", class_from_on=date(2025, 2, 1))
    rows = churn_by_class(store, OF_THE_YEAR)
    assert rows["nps_class"].to_list() == ["promoter", "passive", "detractor", "unknown"]
    assert rows["customer_count"].to_list() == [0, 0, 20, 0]
    assert rows["active_count"].to_list() == [0, 20, 0, 0]
    assert rows["reason"].to_list() == ["no_customers", "no_customers", None, "no_customers"]


def test_rates_have_wilson_intervals_and_coverage_is_said(store: Store) -> None:
    add_firm(store)
    figures = summary(store)
    assert figures["customer_count"] == 400
    assert figures["customer_churn_rate"] == pytest.approx(60 / 400)
    assert figures["rate_low"] == pytest.approx(0.118345, abs=1e-6)
    assert figures["rate_high"] == pytest.approx(0.188314, abs=1e-6)
    assert figures["revenue_churn_rate"] == pytest.approx(40 / 300)
    assert figures["revenue_coverage_share"] == pytest.approx(0.75)
    assert figures["class_coverage_share"] == pytest.approx(0.75)
    assert figures["reason"] is None


def test_the_cost_is_that_of_the_lost_with_a_known_revenue(store: Store) -> None:
    add_firm(store)
    figures = summary(store)
    assert figures["costed_lost_count"] == 40
    kept = 0.85 / 1.10
    one = 1000 * 0.30 * (1 - kept**5) / (1 - kept) + 80
    assert figures["cost_central_amount"] == pytest.approx(40 * one)
    low = economics(store.settings.churn, "low")
    # Low: all assumptions low, and as many leave as the interval allows: by Wilson, whose ends
    # are close to those of the draws, 18.83 % a year.
    least = value_amount(40_000, 40, 1 - 0.188314, low)
    assert figures["cost_low_amount"] == pytest.approx(least, rel=2e-3)
    assert figures["cost_low_amount"] < figures["cost_central_amount"] < figures["cost_high_amount"]


def test_dissatisfaction_is_the_excess_over_promoters_times_number_and_value(store: Store) -> None:
    add_firm(store)
    figures = summary(store)
    assert figures["excess_lost_count"] == pytest.approx(100 * 0.05 + 100 * 0.20)
    value = figures["cost_central_amount"] / 40
    assert figures["dissatisfaction_central_amount"] == pytest.approx(25 * value)
    # 1.96 × √(100 × .09 + 100 × .1875 + 4 × 100 × .0475) = 13.4
    assert figures["excess_lost_low_count"] == pytest.approx(25 - 13.4, abs=2)
    assert figures["excess_lost_high_count"] == pytest.approx(25 + 13.4, abs=2)
    assert 0 < figures["dissatisfaction_low_amount"] < figures["dissatisfaction_central_amount"]
    assert figures["dissatisfaction_high_amount"] > figures["dissatisfaction_central_amount"]


def test_the_same_data_gives_the_same_interval(store: Store) -> None:
    add_firm(store)
    assert churn_cost_summary(store, OF_THE_YEAR).equals(churn_cost_summary(store, OF_THE_YEAR))


def test_revenue_at_risk_weighs_the_active_by_their_class(store: Store) -> None:
    add_firm(store)
    expected = 95_000 * 0.05 + 90_000 * 0.10 + 75_000 * 0.25
    figures = summary(store)
    assert figures["revenue_at_risk_amount"] == pytest.approx(expected)
    low, high = (figures[f"revenue_at_risk_{end}_amount"] for end in ("low", "high"))
    # What is lost varies with the rates and with who leaves: n p q (1 + n / 100) in each class.
    spread = 1.96 * np.sqrt(sum(n * p * (1 - p) * (1 + n / 100) for n, p in
        [(95, 0.05), (90, 0.10), (75, 0.25)])) * 1000  # fmt: skip
    assert high - low == pytest.approx(2 * spread, rel=0.1)
    assert low < expected - 0.8 * spread < expected + 0.8 * spread < high


def test_amounts_of_half_a_year_use_a_yearly_retention(store: Store) -> None:
    add_firm(store)
    half = Filters(period=Period(date(2025, 1, 1), date(2025, 6, 30)))
    central = economics(store.settings.churn, "central")
    retention = (1 - 60 / 400) ** 2
    expected = value_amount(40_000, 40, retention, central)
    assert summary(store, half)["cost_central_amount"] == pytest.approx(expected)


def test_without_a_period_the_window_is_the_last_twelve_months(store: Store) -> None:
    add_firm(store)
    figures = summary(store, Filters())
    assert (figures["window_first_on"], figures["window_last_on"]) == (YEAR.first_on, YEAR.last_on)
    assert figures["customer_count"] == 400


def test_a_period_is_cut_where_the_data_end(store: Store) -> None:
    add_firm(store)
    longer = Filters(period=Period(date(2025, 1, 1), date(2027, 12, 31)))
    assert summary(store, longer) == summary(store)


def test_a_period_after_the_data_has_no_figures(store: Store) -> None:
    add_firm(store)
    later = summary(store, Filters(period=Period(date(2026, 1, 1), date(2026, 12, 31))))
    assert later["reason"] == "after_data"
    assert all(later[name] is None for name in FIGURES)


def test_an_end_announced_after_the_extract_is_not_yet_known(store: Store) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, extracted_at,
                mapping, row_count, accepted_count, corrected_count, replaced_count,
                refused_count, duplicate_count)
            values (1, 'a.csv', '', 'customers', '2026-05-01', null, '{}', 0, 0, 0, 0, 0, 0)"""
        )
        con.execute(
            """insert into customer_versions (customer_id, ended_on, batch_id, content_hash,
                is_current)
            values ('C1', '2025-08-31', 1, 0, true), ('C2', '2031-12-31', 1, 0, true)"""
        )
        rebuild_days(con, store.settings_history, ["customers"])
    assert customers_known_until(store) == date(2025, 8, 31)
    with store.transaction() as con:
        con.execute("update batches set extracted_at = '2025-09-30 22:30:00'")
        rebuild_days(con, store.settings_history, ["customers"])
    assert customers_known_until(store) == date(2025, 10, 1)  # 00:30 in Paris


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([], "no_customers"),
        ([(1, 0, "promoter", 1000)], "too_few_customers"),
        ([(0, 1, "promoter", 1000)], "too_few_customers"),
        ([(90, 10, "promoter", None), (80, 20, "detractor", None)], "no_revenue"),
        ([(0, 10, "promoter", 1000), (0, 10, "detractor", 1000)], "everyone_lost"),
        ([(10, 0, "promoter", 1000), (10, 0, "detractor", 1000)], "nobody_lost"),
        ([(90, 10, None, 1000)], "no_classes"),
        ([(90, 10, "detractor", 1000)], "no_promoters"),
        ([(90, 10, "promoter", 1000)], "no_dissatisfied"),
        ([(90, 10, "promoter", 1000), (3, 1, "detractor", 1000)], "too_few_customers"),
        ([(3, 1, "promoter", 1000), (90, 10, "detractor", 1000)], "too_few_customers"),
        (
            [
                (90, 10, "promoter", 1000),
                (80, 20, "detractor", 1000),
                (3, 1, "passive", 1000),
            ],
            None,
        ),
    ],
)
def test_a_figure_that_cannot_be_given_says_why(
    store: Store, groups: list[tuple[int, int, str | None, float | None]], reason: str | None
) -> None:
    add_year_end(store)
    for kept, lost, nps_class, revenue in groups:
        add_group(store, kept, lost, nps_class, revenue=revenue)
    figures = summary(store)
    assert figures["reason"] == reason
    assert any(figures[name] is None for name in FIGURES) == (reason is not None)
    numbers = [figures[name] for name in FIGURES if figures[name] is not None]
    assert np.isfinite(np.array(numbers, dtype=float)).all()
    assert churn_by_class(store, OF_THE_YEAR).height == (4 if groups else 0)
    assert set(tornado(store, OF_THE_YEAR)["assumption"]) <= {*COST_ASSUMPTIONS, "churn_rate"}


def test_nobody_lost_costs_nothing_but_tells_nothing_of_the_risk(store: Store) -> None:
    add_year_end(store)
    add(store, 50, "promoter")
    add(store, 50, "detractor")
    figures = summary(store)
    assert (figures["customer_churn_rate"], figures["cost_high_amount"]) == (0, 0)
    assert figures["rate_high"] > 0.03
    assert figures["dissatisfaction_central_amount"] is None
    assert figures["revenue_at_risk_amount"] is None


def test_a_segment_without_promoters_is_left_out_of_the_comparison(store: Store) -> None:
    add_firm(store)
    before = summary(store)["excess_lost_count"]
    add_group(store, 10, 90, "detractor", segment="Business")
    assert summary(store)["excess_lost_count"] == pytest.approx(before)


@pytest.mark.parametrize("segment", ["Private", "Business"])
def test_a_row_by_dimension_is_what_its_filter_gives(store: Store, segment: str) -> None:
    add_firm(store)
    add_group(store, 80, 20, "promoter", segment="Business")
    add_group(store, 60, 40, "detractor", segment="Business")
    rows = churn_cost_by(store, OF_THE_YEAR, "segment")
    row = rows.filter(pl.col("segment") == segment).drop("segment").row(0, named=True)
    assert row == summary(store, replace(OF_THE_YEAR, segment=(segment,)))
    assert sum(rows["customer_count"]) == summary(store)["customer_count"]


def test_the_costs_of_large_segments_add_up_to_the_whole(store: Store) -> None:
    add_firm(store)
    add_group(store, 80, 20, "promoter", segment="Business")
    add_group(store, 40, 60, "detractor", segment="Business")
    rows = churn_cost_by(store, OF_THE_YEAR, "segment")
    whole = summary(store)
    for name in ("cost_central_amount", "dissatisfaction_central_amount"):
        assert sum(rows[name]) == pytest.approx(whole[name])
    assert sum(rows["cost_low_amount"]) < whole["cost_low_amount"]


def test_customers_without_a_segment_are_a_row_of_their_own(store: Store) -> None:
    add_firm(store)
    add_group(store, 80, 20, "promoter", segment=None)
    rows = churn_cost_by(store, OF_THE_YEAR, "segment")
    assert set(rows["segment"]) == {"Private", None}
    assert rows.filter(pl.col("segment").is_null())["customer_count"].item() == 100


@pytest.mark.parametrize("dimension", ["channel", "journey", "nps_class"])
def test_customers_have_no_channel_or_journey(store: Store, dimension: str) -> None:
    with pytest.raises(FilterError, match="Use segment, region, product or a dimension"):
        churn_cost_by(store, OF_THE_YEAR, dimension)


def test_each_assumption_alone_moves_the_cost_widest_first(store: Store) -> None:
    add_firm(store)
    rows = tornado(store, OF_THE_YEAR)
    assert set(rows["assumption"]) == {*COST_ASSUMPTIONS, "churn_rate"}
    assert rows["swing_amount"].is_sorted(descending=True)
    assert (rows["low_amount"] <= rows["central_amount"]).all()
    assert (rows["central_amount"] <= rows["high_amount"]).all()
    assert set(rows["central_amount"]) == {summary(store)["cost_central_amount"]}


def test_nothing_moves_a_cost_where_nobody_was_lost(store: Store) -> None:
    add_year_end(store)
    add_group(store, 40, 0, "promoter")
    assert tornado(store, OF_THE_YEAR).is_empty()


def test_every_assumption_is_listed_with_its_source() -> None:
    rows = assumptions(load_settings())
    assert rows["name"].to_list() == list(ASSUMPTION_NAMES)
    assert all(rows["source"])
    assert [economics(load_settings().churn, case).margin_rate for case in CASES] == [0.2, 0.3, 0.4]


def test_replacing_a_customer_costs_even_without_margin() -> None:
    assert value_amount(1000, 2, 0.9, Economics(0, 0.1, 80, 5)) == 160


def add_customer(store: Store, customer_id: str, started_on: date | None, **values: object) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into customer_versions (customer_id, segment, started_on, ended_on,
                annual_revenue_amount, batch_id, content_hash, is_current)
            values (?, 'Private', ?, ?, ?, 1, 0, true)""",
            [customer_id, started_on, values.get("ended_on"), values.get("revenue")],
        )


def add_answer(store: Store, customer_id: str, at: str, nps_score: int, **values: object) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into response_versions (response_id, customer_id, responded_at, responded_on,
                survey, nps_score, batch_id, content_hash, is_current)
            values (?, ?, ?, ?, ?, ?, 1, 0, true)""",
            (
                *(f"{customer_id} {at}", customer_id, at, at[:10]),
                *(values.get("survey", "relationship"), nps_score),
            ),
        )


def spans(store: Store) -> list[tuple[object, ...]]:
    with store.transaction() as con:
        con.execute("delete from customer_prices; delete from customer_spans")
        run_statement(con, "rebuild_customer_prices", {})
        run_statement(con, "rebuild_customer_spans", {"class_survey": "relationship"})
    with store.cursor() as cursor:
        return cursor.sql(
            """select nps_class, class_from_on, class_until_on, started_on, customer_count,
                revenue_count, annual_revenue_amount
            from customer_spans order by class_from_on, nps_class"""
        ).fetchall()


def test_a_class_holds_from_the_day_after_its_answer_until_the_next(store: Store) -> None:
    add_customer(store, "a", BEFORE, revenue=500)
    add_answer(store, "a", "2025-03-01 09:00:00", 9)
    add_answer(store, "a", "2025-06-01 09:00:00", 3)
    add_answer(store, "a", "2025-05-01 09:00:00", 0, survey="transactional")
    assert spans(store) == [
        (None, BEFORE, date(2025, 3, 2), BEFORE, 1, 1, 500.0),
        ("promoter", date(2025, 3, 2), date(2025, 6, 2), BEFORE, 1, 1, 500.0),
        ("detractor", date(2025, 6, 2), ALWAYS, BEFORE, 1, 1, 500.0),
    ]


def test_of_two_answers_on_a_day_the_later_counts(store: Store) -> None:
    add_customer(store, "a", date(2025, 3, 2))
    add_answer(store, "a", "2025-03-01 09:00:00", 2)
    add_answer(store, "a", "2025-03-01 18:00:00", 8)
    expected = ("passive", date(2025, 3, 2), ALWAYS, date(2025, 3, 2), 1, 0, 0.0)
    assert spans(store) == [expected]


def test_customers_without_a_start_have_always_been_there_and_alike_ones_share_a_row(
    store: Store,
) -> None:
    for customer_id, revenue in (("a", 100), ("b", 100), ("c", 250), ("d", None)):
        add_customer(store, customer_id, None, revenue=revenue)
    add_answer(store, "unknown customer", "2025-03-01 09:00:00", 9)
    always = (None, date(1, 1, 1), ALWAYS, date(1, 1, 1))
    assert sorted(spans(store), key=lambda row: row[-1]) == [
        (*always, 1, 0, 0.0), (*always, 2, 2, 200.0), (*always, 1, 1, 250.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "nps_class"), [(6, "detractor"), (7, "passive"), (9, "promoter")]
)
def test_the_class_follows_the_score(store: Store, score: int, nps_class: str) -> None:
    add_customer(store, "a", WITHIN)
    add_answer(store, "a", "2025-03-01 09:00:00", score)
    assert [row[0] for row in spans(store)] == [nps_class]


def test_each_day_of_a_relation_lies_in_exactly_one_span(store: Store) -> None:
    add_customer(store, "a", BEFORE)
    for month in (1, 2, 7):
        add_answer(store, "a", f"2025-0{month}-15 09:00:00", month)
    rows = spans(store)
    assert rows[0][1] == BEFORE
    assert [row[2] for row in rows[:-1]] == [row[1] for row in rows[1:]]
    assert rows[-1][2] == ALWAYS


# Assumptions of segments


def with_own(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str = "margin_rate", **values: float
) -> None:
    """An assumption of the segment Business alone."""
    own = {"segment": "Business", "assumption": name, "source": "CFO", **values}
    changed = store.settings.changed({"churn_overrides": [own]})
    monkeypatch.setattr(Store, "settings", property(lambda _: changed))


def test_a_segments_own_assumption_counts_for_it_everywhere_and_for_nobody_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_firm(store)
    for kept, lost, nps_class in ((95, 5, "promoter"), (75, 25, "detractor")):
        add_group(store, kept, lost, nps_class, segment="Business")
    before, alone = summary(store), churn_cost_by(store, OF_THE_YEAR, "segment")
    with_own(store, monkeypatch, low=0.6, central=0.6, high=0.6)
    after, changed = summary(store), churn_cost_by(store, OF_THE_YEAR, "segment")
    private = pl.col("segment") == "Private"
    assert changed.filter(private).equals(alone.filter(private))
    # Twice the margin of 30 of the 70 lost; replacing them costs the same.
    kept = 1 - before["lost_count"] / before["customer_count"]  # type: ignore[operator]
    margin = expected_clv(30_000 * 0.3, kept, 0.1, 5)
    more = float(after["cost_central_amount"]) - float(before["cost_central_amount"])  # type: ignore[arg-type]
    assert more == pytest.approx(margin)
    assert after["dissatisfaction_central_amount"] > before["dissatisfaction_central_amount"]  # type: ignore[operator]
    assert after["customer_churn_rate"] == before["customer_churn_rate"]
    tornado_rows = tornado(store, OF_THE_YEAR)
    assert set(tornado_rows["central_amount"]) == {after["cost_central_amount"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("margin_rate", 0.5), ("discount_rate", 0.05), ("acquisition_cost_amount", 200),
        ("horizon_years", 8), ("referral_rate", 0.2),
    ],
)  # fmt: skip
def test_each_assumption_of_a_segment_moves_the_figures_of_that_segment_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    add_firm(store)
    add_group(store, 95, 5, "promoter", segment="Business")

    def central() -> dict[str, tuple[float, float]]:
        """Per segment the cost of churn and what its promoters bring."""
        return {
            segment: (
                summary(store, replace(OF_THE_YEAR, segment=(segment,)))["cost_central_amount"],
                promoter_value(store, replace(OF_THE_YEAR, segment=(segment,)))[
                    "value_central_amount"
                ].item(),
            )
            for segment in ("Private", "Business")
        }

    before = central()
    with_own(store, monkeypatch, name, low=value, central=value, high=value)
    after = central()
    assert after["Private"] == before["Private"]
    (cost, worth), (cost_before, worth_before) = after["Business"], before["Business"]
    assert (cost > cost_before) == (name != "referral_rate")
    assert (worth > worth_before) == (name != "acquisition_cost_amount")


# Over time


def test_each_period_has_its_own_customers_and_loses_its_own(store: Store) -> None:
    add_year_end(store)
    add(store, 90)
    add(store, 6, ended_on=date(2025, 2, 10))
    add(store, 4, ended_on=date(2025, 11, 30))
    add(store, 50, started_on=date(2025, 6, 15))
    rows = churn_trend(store, OF_THE_YEAR, "quarter")
    assert rows.select("period", "is_complete", "customer_count", "lost_count").rows() == [
        (date(2025, 1, 1), True, 100, 6),
        (date(2025, 4, 1), True, 94, 0),
        (date(2025, 7, 1), True, 144, 0),
        (date(2025, 10, 1), True, 144, 4),
    ]
    assert rows["yearly_churn_rate"][0] == pytest.approx(1 - 0.94**4)
    assert rows["cost_central_amount"][1] == 0


@pytest.mark.parametrize(
    ("grain", "count"), [("month", 12), ("quarter", 4), ("year", 1), ("week", 53)]
)
def test_a_year_has_its_periods(store: Store, grain: Grain, count: int) -> None:
    add_firm(store)
    rows = churn_trend(store, OF_THE_YEAR, grain)
    assert rows.height == count
    assert rows["lost_count"].sum() == 60


def test_a_whole_year_of_the_trend_is_the_summary(store: Store) -> None:
    add_firm(store)
    row = churn_trend(store, OF_THE_YEAR, "year").row(0, named=True)
    whole = summary(store)
    assert {name: row.get(name) for name in whole} == whole | dict.fromkeys(OF_THE_WHOLE)
    assert not set(OF_THE_WHOLE) & set(row)


def test_a_period_that_is_cut_is_partial(store: Store) -> None:
    add_firm(store)
    cut = Filters(period=Period(date(2025, 1, 15), date(2026, 3, 31)))
    rows = churn_trend(store, cut, "month")
    assert rows["is_complete"].to_list() == [False, *[True] * 11]
    assert rows["window_first_on"][0] == date(2025, 1, 15)
    assert rows["window_last_on"][-1] == date(2025, 12, 31)


def test_without_a_period_the_trend_begins_with_the_first_recorded_end(store: Store) -> None:
    add_firm(store)
    rows = churn_trend(store, Filters(), "month")
    assert (rows["period"][0], rows.height) == (date(2025, 6, 1), 7)


def test_an_empty_store_has_no_trend(store: Store) -> None:
    assert churn_trend(store, Filters(), "month").is_empty()
    assert "is_complete" in churn_trend(store, Filters(), "month").columns


# From gross churn to dissatisfaction


def test_the_waterfall_goes_down_to_nothing_and_its_parts_add_up(store: Store) -> None:
    add_firm(store)
    rows = churn_waterfall(store, OF_THE_YEAR)
    assert rows["step"].to_list() == [
        "gross", "not_explained", "dissatisfaction", "detractor", "passive"
    ]  # fmt: skip
    gross, other, whole, detractor, passive = rows["central_amount"]
    figures = summary(store)
    assert gross == figures["cost_central_amount"]
    assert whole == pytest.approx(figures["dissatisfaction_central_amount"])
    assert other + whole == pytest.approx(gross)
    assert detractor + passive == pytest.approx(whole)
    assert detractor / passive == pytest.approx(0.20 / 0.05)
    assert rows["to_amount"][4] == 0
    for before, after in ((0, 1), (2, 3)):
        assert rows["from_amount"][after] == pytest.approx(rows["from_amount"][before])
    assert (rows["low_amount"] <= rows["central_amount"]).all()
    assert (rows["central_amount"] <= rows["high_amount"]).all()
    assert rows["low_amount"][2] == pytest.approx(figures["dissatisfaction_low_amount"])


def test_a_waterfall_without_classes_says_why_it_ends_early(store: Store) -> None:
    add_year_end(store)
    add_group(store, 90, 10, None)
    rows = churn_waterfall(store, OF_THE_YEAR)
    assert rows.select("step", "reason").rows() == [
        ("gross", None), ("dissatisfaction", "no_classes")
    ]  # fmt: skip


def test_there_is_no_waterfall_where_everyone_left(store: Store) -> None:
    add_year_end(store)
    add_group(store, 0, 10, "promoter")
    assert churn_waterfall(store, OF_THE_YEAR).is_empty()


def test_the_observed_rate_is_in_the_tornado_with_its_interval(store: Store) -> None:
    add_firm(store)
    row = tornado(store, OF_THE_YEAR).filter(assumption="churn_rate").row(0, named=True)
    central = economics(store.settings.churn, "central")
    least = value_amount(40_000, 40, 1 - 0.188314, central)
    # Wilson's end is close to that of the draws.
    assert row["low_amount"] == pytest.approx(least, rel=2e-3)


# Simulated firms


def test_where_the_segment_drives_class_and_leaving_the_plain_difference_is_wrong_ours_right() -> (
    None
):
    # True excess 4 points in both segments; most detractors are where 40 % leave anyway.
    count = np.array([[900.0, 100.0], [100.0, 900.0]])
    rates = np.array([[0.05, 0.09], [0.40, 0.44]])
    expected = excess_of_counts(count * rates, count)
    assert expected.lost_counts.sum() == pytest.approx(40)
    plain = (count * rates).sum(axis=0)
    assert plain[1] - plain[0] == pytest.approx(320)
    held = 0
    for seed in range(20):
        lost = np.random.default_rng(seed).binomial(count.astype(int), rates).astype(float)
        excess = excess_of_counts(lost, count)
        low, high = bounds(excess.lost_count_draws.sum(axis=1), 0.95)
        held += low < 40 < high
        assert lost.sum(axis=0)[1] - lost.sum(axis=0)[0] > high
    assert held >= 18


def test_customers_of_a_firm_without_dissatisfaction_cost_nothing_for_it(store: Store) -> None:
    add_year_end(store)
    for segment, share_lost in (("Private", 10), ("Business", 40)):
        for nps_class in ("promoter", "passive", "detractor"):
            add_group(store, 100 - share_lost, share_lost, nps_class, segment=segment)
    figures = summary(store)
    assert figures["excess_lost_count"] == pytest.approx(0, abs=1e-9)
    low, high = figures["dissatisfaction_low_amount"], figures["dissatisfaction_high_amount"]
    assert float(low) < 0 < float(high)  # type: ignore[arg-type]
