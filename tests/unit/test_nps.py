"""NPS: counts from the store, figures, trend, change, and why it moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.metrics import DataDays, data_days
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.mix_split import SPLIT_COLUMNS
from cxdata.metrics.nps.score import (
    compared_filters,
    nps_by,
    nps_change,
    nps_figures,
    nps_summary,
    score_distribution,
    verdicts,
)
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.statistics.intervals import ClassCounts
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add_classes as add

APRIL = Period(date(2026, 4, 1), date(2026, 4, 30))
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
FIGURES = ["nps", "nps_low", "nps_high", "promoter_count", "passive_count", "detractor_count"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def test_the_summary_counts_classes_and_gives_the_interval(store: Store) -> None:
    add(store, date(2026, 5, 4), (30, 20, 50))
    row = nps_summary(store, Filters(period=MAY)).row(0, named=True)
    assert row == {
        "answer_count": 100,
        "promoter_count": 50,
        "passive_count": 20,
        "detractor_count": 30,
        "people_count": 100,
        "design_effect": 1.0,
        "nps": pytest.approx(20),
        "nps_low": pytest.approx(2.65, abs=0.005),
        "nps_high": pytest.approx(36.18, abs=0.005),
        "base": "ok",
        "reason": None,
    }


def test_no_answers_give_one_row_without_a_figure(store: Store) -> None:
    row = nps_summary(store, Filters()).row(0, named=True)
    assert (row["answer_count"], row["reason"]) == (0, "no_answers")
    assert [row[name] for name in FIGURES] == [None] * 6
    assert nps_trend(store, Filters()).is_empty()
    assert nps_by(store, Filters(), "segment").is_empty()
    assert nps_mix(store, Filters(period=MAY), "segment").is_empty()


@pytest.mark.parametrize(
    ("count", "base", "reason"),
    [(4, "withheld", "too_few_to_show"), (5, "small", None), (29, "small", None), (30, "ok", None)],
)
def test_few_answers_are_withheld_or_marked(
    store: Store, count: int, base: str, reason: str | None
) -> None:
    add(store, date(2026, 5, 4), (0, 0, count))
    row = nps_summary(store, Filters()).row(0, named=True)
    shown = None if reason else count
    assert (row["answer_count"], row["base"], row["reason"]) == (shown, base, reason)
    assert [row[name] is None for name in FIGURES] == [reason is not None] * 6


def test_surveys_are_never_pooled(store: Store) -> None:
    add(store, date(2026, 5, 4), (0, 0, 10))
    add(store, date(2026, 5, 4), (10, 0, 0), survey="transactional")
    assert nps_summary(store, Filters())["nps"].item() == 100
    assert nps_summary(store, Filters(survey="transactional"))["nps"].item() == -100


def test_filters_choose_segments_and_days_of_both_ends(store: Store) -> None:
    for day in (date(2026, 4, 30), MAY.first_on, MAY.last_on, date(2026, 6, 1)):
        add(store, day, (0, 0, 5))
    add(store, MAY.first_on, (7, 0, 0), segment="business")
    assert nps_summary(store, Filters(period=MAY))["answer_count"].item() == 17
    chosen = Filters(period=MAY, segment=("home", "unheard of"))
    assert nps_summary(store, chosen)["answer_count"].item() == 10


@pytest.mark.parametrize(
    ("grain", "periods"),
    [
        ("week", [date(2026, 3, 23), date(2026, 3, 30), date(2026, 5, 25)]),
        ("month", [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]),
        ("quarter", [date(2026, 1, 1), date(2026, 4, 1)]),
        ("year", [date(2026, 1, 1)]),
    ],
)
def test_the_trend_has_one_row_per_period_with_answers(
    store: Store, grain: str, periods: list[date]
) -> None:
    for day in (date(2026, 3, 29), date(2026, 4, 5), date(2026, 5, 31)):  # three Sundays
        add(store, day, (1, 1, 3))
    trend = nps_trend(store, Filters(), grain=grain)  # type: ignore[arg-type]
    assert trend["period"].to_list() == periods
    assert trend["answer_count"].sum() == 15
    assert trend["nps"].to_list() == pytest.approx([40] * len(periods))


def test_a_period_that_data_or_filters_cut_is_partial(store: Store) -> None:
    for day in (date(2026, 3, 10), date(2026, 4, 15), date(2026, 5, 20), date(2026, 5, 31)):
        add(store, day, (1, 1, 3))
    assert nps_trend(store, Filters())["is_complete"].to_list() == [False, True, True]
    until_30_may = Filters(period=Period(date(2026, 4, 1), date(2026, 5, 30)))
    assert nps_trend(store, until_30_may)["is_complete"].to_list() == [True, False]


def test_a_breakdown_compares_each_value_with_the_rest(store: Store) -> None:
    add(store, date(2026, 5, 4), (30, 20, 50), segment="home")
    add(store, date(2026, 5, 4), (20, 30, 50), segment="business")
    add(store, date(2026, 5, 4), (1, 1, 1), segment=None)
    add(store, date(2026, 5, 4), (2, 2, 1), segment="next")
    by = nps_by(store, Filters(), "segment")
    assert by["segment"].to_list() == ["business", "home", "next", None]
    assert by["nps"].to_list() == [pytest.approx(30), pytest.approx(20), None, None]
    assert by["answer_count"].to_list() == [100, 100, None, None]
    rest = 100 * (52 - 33) / 108
    assert by["rest_difference"][0] == pytest.approx(30 - rest)
    assert by["rest_difference"].to_list()[2:] == [None, None]
    assert by["rest_verdict"].to_list() == ["within_noise"] * 2 + ["too_few_answers"] * 2
    assert by["reason"].to_list() == [None, None, "protects_others", "too_few_to_show"]


def test_a_single_value_has_no_rest(store: Store) -> None:
    add(store, date(2026, 5, 4), (3, 2, 35))
    row = nps_by(store, Filters(), "segment").row(0, named=True)
    assert (row["rest_difference"], row["rest_verdict"]) == (None, "too_few_answers")


@pytest.mark.parametrize(
    ("factor", "p_value", "verdict"), [(1, 0.3987, "within_noise"), (10, 0.0069, "real_change")]
)
def test_a_change_is_real_only_beyond_the_noise(
    store: Store, factor: int, p_value: float, verdict: str
) -> None:
    add(store, date(2026, 4, 1), (20 * factor, 30 * factor, 50 * factor))
    add(store, date(2026, 5, 31), (30 * factor, 20 * factor, 50 * factor))
    change = nps_change(store, Filters(period=MAY))
    assert change.compared_period == APRIL
    assert (change.current["nps"].item(), change.compared["nps"].item()) == (
        pytest.approx(20),
        pytest.approx(30),
    )
    assert change.difference == pytest.approx(-10)
    assert change.p_value == pytest.approx(p_value, abs=1e-4)
    assert change.verdict == verdict
    assert change.smallest_detectable_change is not None
    just_significant = change.smallest_detectable_change * 1.959964 / (1.959964 + 0.841621)
    assert (just_significant < 10) == (verdict == "real_change")
    assert change.is_compared_complete


def test_a_change_against_nothing_has_no_figure(store: Store) -> None:
    add(store, date(2026, 5, 31), (30, 20, 50))
    for filters in (Filters(period=MAY), Filters()):
        change = nps_change(store, filters)
        assert change.verdict == "too_few_answers"
        assert change.difference is change.p_value is change.smallest_detectable_change is None
        assert change.compared["reason"].item() == "no_answers"
        assert not change.is_compared_complete


def test_a_year_before_is_compared_on_request(store: Store) -> None:
    add(store, date(2025, 5, 31), (0, 0, 40))
    add(store, date(2026, 5, 31), (0, 40, 0))
    filters = Filters(period=MAY, comparison="same_period_last_year")
    change = nps_change(store, filters)
    assert (change.difference, change.verdict) == (pytest.approx(-100), "real_change")


def test_any_two_periods_are_compared(store: Store) -> None:
    add(store, date(2024, 2, 29), (0, 0, 40))
    add(store, date(2026, 5, 31), (0, 40, 0))
    february = Period(date(2024, 2, 1), date(2024, 2, 29))
    filters = Filters(period=MAY, comparison="same_period_last_year", compared_to=february)
    change = nps_change(store, filters)
    assert change.compared_period == february
    assert (change.difference, change.verdict) == (pytest.approx(-100), "real_change")


@pytest.mark.parametrize(
    ("last_on", "is_compared"), [(date(2026, 4, 30), True), (date(2026, 5, 1), False)]
)
def test_periods_that_share_a_day_are_not_compared(
    store: Store, last_on: date, is_compared: bool
) -> None:
    add(store, date(2026, 4, 1), (20, 30, 50))
    add(store, date(2026, 5, 1), (30, 20, 50))
    filters = Filters(period=MAY, compared_to=Period(date(2026, 4, 1), last_on))
    change = nps_change(store, filters)
    assert (change.difference is not None) == is_compared == (change.compared_period is not None)
    assert nps_mix(store, filters, "segment").is_empty() != is_compared


def test_two_years_overlap_with_the_same_period_last_year() -> None:
    years = Period(date(2024, 7, 1), date(2026, 6, 30))
    filters = Filters(period=years, comparison="same_period_last_year")
    assert compared_filters(filters) is None
    assert compared_filters(replace(filters, comparison="previous_period")) is not None


def test_the_distribution_has_every_score_and_its_share(store: Store) -> None:
    add(store, date(2026, 5, 4), (30, 20, 50))
    scores = score_distribution(store, Filters())
    assert scores["score"].to_list() == list(range(11))
    given = scores.filter(pl.col("answer_count") > 0)
    assert given.select("score", "nps_class", "answer_count", "share").rows() == [
        (0, "detractor", 30, 0.3),
        (7, "passive", 20, 0.2),
        (10, "promoter", 50, 0.5),
    ]
    assert given["share_low"].to_list() == pytest.approx([0.219, 0.133, 0.404], abs=5e-4)
    assert scores["nps_class"].value_counts(sort=True).rows() == [
        ("detractor", 7), ("passive", 2), ("promoter", 2)
    ]  # fmt: skip
    assert set(scores["total_count"]) == {100}


@pytest.mark.parametrize(
    ("count", "base", "reason"),
    [
        (0, "withheld", "no_answers"),
        (1, "withheld", "too_few_to_show"),
        (4, "withheld", "too_few_to_show"),
        (5, "small", None),
        (30, "ok", None),
    ],
)
def test_the_distribution_of_a_handful_is_withheld(
    store: Store, count: int, base: str, reason: str | None
) -> None:
    add(store, date(2026, 5, 4), (0, 0, count))
    scores = score_distribution(store, Filters())
    total = None if reason == "too_few_to_show" else count
    assert scores.select("total_count", "base", "reason").unique().rows() == [(total, base, reason)]
    shown = [None] * 4 if count < 5 else [count, 1.0]
    assert list(scores.select("answer_count", "^share.*$").row(10))[: len(shown)] == shown


def test_the_effects_add_up_with_new_and_vanished_values(store: Store) -> None:
    for segment, before, after in [
        ("home", (10, 10, 20), (10, 5, 45)),
        ("new", (0, 0, 0), (5, 5, 20)),
        ("gone", (20, 0, 10), (0, 0, 0)),
    ]:
        add(store, date(2026, 4, 10), before, segment=segment)
        add(store, date(2026, 5, 10), after, segment=segment)
    filters = Filters(period=MAY)
    mix = nps_mix(store, filters, "segment")
    difference = nps_change(store, filters).difference
    assert difference == pytest.approx(100 * (65 - 15) / 90 - 100 * (30 - 30) / 70)
    total = mix["rate_effect"].sum() + mix["mix_effect"].sum()
    assert total == pytest.approx(difference, abs=1e-9)
    by = {row["segment"]: row for row in mix.iter_rows(named=True)}
    assert by["new"]["rate_effect"] == by["gone"]["rate_effect"] == 0
    # Centred on the mean of both periods' NPS, 500 / 9 and 0: a share of an above-average group.
    centre = (100 * 50 / 90 + 0) / 2
    assert by["new"]["mix_effect"] == pytest.approx((50 - centre) * 30 / 90)
    assert by["gone"]["mix_effect"] == pytest.approx((-100 / 3 - centre) * -30 / 70)
    assert (by["new"]["rate_effect_low"], by["gone"]["rate_effect_high"]) == (None, None)
    totals = ("rate_total_effect", "mix_total_effect")
    assert sum(by["new"][name] for name in totals) == pytest.approx(difference)
    assert (by["new"]["compared_nps"], by["gone"]["nps"]) == (None, None)


def test_effects_of_a_handful_of_people_are_withheld(store: Store) -> None:
    for day in (date(2026, 4, 10), date(2026, 5, 10)):
        add(store, day, (10, 10, 20))
        add(store, day, (9, 9, 9), segment="next")
        add(store, day, (0, 0, 4), segment="few")
    mix = nps_mix(store, Filters(period=MAY), "segment")
    assert mix.select("segment", "reason").rows() == [
        ("home", None), ("next", "protects_others"), ("few", "too_few_to_show"),
    ]  # fmt: skip
    shown, *withheld = mix.drop("segment", "reason", *SPLIT_COLUMNS).rows()
    assert None not in shown[:-6]
    assert shown[-6:] == (None,) * 6
    assert withheld == [(None,) * 24] * 2


def test_both_scores_of_a_value_have_their_intervals(store: Store) -> None:
    add(store, date(2026, 4, 10), (20, 30, 50))
    add(store, date(2026, 5, 10), (30, 20, 50))
    row = nps_mix(store, Filters(period=MAY), "segment").row(0, named=True)
    ends = [row[name] for name in ("nps_low", "nps_high", "compared_nps_low", "compared_nps_high")]
    assert ends == pytest.approx([2.65, 36.18, 14.05, 44.20], abs=0.006)


def test_the_days_with_data_are_known(store: Store) -> None:
    assert data_days(store) == DataDays(None, None)
    assert data_days(store).last_on is None
    add(store, MAY.first_on, (0, 0, 1))
    add(store, MAY.last_on, (0, 0, 1))
    assert data_days(store) == DataDays(MAY, None)
    assert data_days(store).last_on == MAY.last_on


def test_verdicts_follow_the_settings() -> None:
    answers = load_settings().answers
    one, other = ClassCounts([27], [1], [1]), ClassCounts([100], [100], [100])
    assert verdicts(one, other, answers) == ["too_few_answers"]
    assert verdicts(one, other, replace(answers, small_base_count=29)) == ["real_change"]


def test_figures_are_computed_row_by_row() -> None:
    counts = pl.DataFrame(
        {
            "answer_count": [10, 40],
            "promoter_count": [10, 0],
            "passive_count": [0, 40],
            "detractor_count": [0, 0],
        }
    )
    figures = nps_figures(counts, load_settings().answers)
    assert figures.select("nps", "base").rows() == [(100.0, "small"), (0.0, "ok")]
    assert figures["nps_low"][0] == pytest.approx(47.50, abs=0.005)
