"""Drivers of the NPS: the model, what it refuses, and how it is read from the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.config import load_settings
from cxdata.metrics.nps.drivers import (
    FIGURE_SCHEMA,
    adjusted_r_squared,
    correlation_matrix,
    drivers_summary,
    johnson_weights,
    lmg_shares,
    nps_drivers,
    r_squared,
    resampled_scatters,
    scatter_matrix,
    variance_inflation,
    with_random_variable,
)
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

DAY = date(2026, 5, 4)
Numbers = np.ndarray


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add(
    store: Store,
    scores: Numbers,
    ratings: Mapping[str, Numbers],
    *,
    day: date = DAY,
    survey: str = "relationship",
    segment: str = "home",
    is_current: bool = True,
) -> None:
    """Answers with their ratings; -1 is no rating, and no score."""
    with store.transaction() as con:
        first = con.execute("select count(*) from response_versions").fetchall()[0][0]
        frame = pl.DataFrame(
            {"response_id": [f"r{first + i}" for i in range(len(scores))], "score": scores}
        ).with_columns(**{name: pl.Series(values) for name, values in ratings.items()})
        con.register("new_answers", frame)
        con.execute(
            """insert into response_versions (response_id, responded_at, responded_on, survey,
                nps_score, segment, batch_id, content_hash, is_current)
            select response_id, $day::timestamp, $day, $survey,
                case when score >= 0 then score end, $segment, 1, 0, $is_current
            from new_answers""",
            {"day": day, "survey": survey, "segment": segment, "is_current": is_current},
        )
        con.register("new_ratings", frame.unpivot(index=["response_id", "score"]))
        con.execute(
            """insert into rating_versions (response_id, touchpoint, score, batch_id)
            select response_id, variable, value, 1 from new_ratings where value >= 0"""
        )
        con.unregister("new_answers")
        con.unregister("new_ratings")


def answered(count: int, seed: int = 1, **effects: float) -> tuple[Numbers, dict[str, Numbers]]:
    """Scores that follow each touchpoint's rating (1 to 5) with its own effect, and noise."""
    random = np.random.default_rng(seed)
    felt = {name: random.standard_normal(count) for name in effects}
    mood = sum(effect * felt[name] for name, effect in effects.items())
    scores = np.rint(7 + 1.5 * (mood + random.standard_normal(count)))
    ratings = {name: np.clip(np.rint(3.4 + value), 1, 5) for name, value in felt.items()}
    return np.clip(scores, 0, 10).astype(int), {k: v.astype(int) for k, v in ratings.items()}


def by_touchpoint(drivers: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["touchpoint"]: row for row in drivers.iter_rows(named=True)}


def random_correlations(count: int, seed: int) -> tuple[Numbers, Numbers]:
    random = np.random.default_rng(seed)
    rows = random.standard_normal((60, count + 1)) + random.standard_normal((60, 1))
    matrix = np.corrcoef(rows, rowvar=False)
    return matrix[:-1, :-1], matrix[:-1, -1]


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_weights_and_shares_are_positive_and_add_up_to_r_squared(count: int, seed: int) -> None:
    between, target = random_correlations(count, seed)
    for parts in (johnson_weights(between, target), lmg_shares(between, target)):
        assert parts.sum() == pytest.approx(r_squared(between, target), abs=1e-10)
        assert (parts >= -1e-12).all()


def test_lmg_is_the_mean_gain_over_all_orders() -> None:
    between, target = random_correlations(4, seed=3)

    def explained(chosen: tuple[int, ...]) -> float:
        index = np.array(chosen, dtype=int)
        return r_squared(between[np.ix_(index, index)], target[index]) if chosen else 0.0

    gains = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        for place, entered in enumerate(order):
            gains[entered] += explained(order[: place + 1]) - explained(order[:place])
    assert lmg_shares(between, target) == pytest.approx(gains / len(orders), abs=1e-12)


def test_uncorrelated_predictors_weigh_their_squared_correlation() -> None:
    target = np.array([0.6, -0.3, 0.0])
    for parts in (johnson_weights(np.eye(3), target), lmg_shares(np.eye(3), target)):
        assert parts == pytest.approx([0.36, 0.09, 0], abs=1e-12)


def test_the_order_of_the_predictors_changes_nothing() -> None:
    between, target = random_correlations(5, seed=8)
    order = np.array([3, 0, 4, 2, 1])
    turned = between[np.ix_(order, order)], target[order]
    assert johnson_weights(*turned) == pytest.approx(johnson_weights(between, target)[order])
    assert lmg_shares(*turned) == pytest.approx(lmg_shares(between, target)[order])


def test_stacked_matrices_give_the_weights_of_each() -> None:
    pairs = [random_correlations(4, seed) for seed in (1, 2, 3)]
    stacked = johnson_weights(np.stack([b for b, _ in pairs]), np.stack([t for _, t in pairs]))
    assert stacked == pytest.approx(np.stack([johnson_weights(*pair) for pair in pairs]))


def test_twins_share_their_weight_evenly() -> None:
    between = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1.0]])
    target = np.array([0.6, 0.6, 0.5])
    for parts in (johnson_weights(between, target), lmg_shares(between, target)):
        assert parts == pytest.approx([0.18, 0.18, 0.25])
    assert variance_inflation(between).tolist() == [np.inf, np.inf, 1]


def test_lmg_takes_twelve_predictors_and_refuses_thirteen() -> None:
    between, target = random_correlations(12, seed=5)
    assert lmg_shares(between, target).sum() == pytest.approx(r_squared(between, target))
    with pytest.raises(ValueError, match="13 predictors are too many for LMG: 12 at most"):
        lmg_shares(*random_correlations(13, seed=5))


def test_what_is_no_correlation_is_refused() -> None:
    with pytest.raises(ValueError, match="don't fit"):
        johnson_weights(np.eye(3), [0.1, 0.2])
    with pytest.raises(ValueError, match="finite"):
        r_squared(np.eye(2), [0.1, np.nan])
    with pytest.raises(ValueError, match="6 answers are too few for 5 predictors"):
        adjusted_r_squared(0.5, 6, 5)


@pytest.mark.parametrize("count", [400, 12_345])
def test_blocks_of_answers_vary_as_single_answers_do(count: int) -> None:
    random = np.random.default_rng(4)
    first = random.integers(1, 6, count)
    second = np.where(random.random(count) < 0.5, first, random.integers(1, 6, count))
    rows = np.column_stack([np.ones(count), first, second]).astype(np.float32)
    blocks, counts = resampled_scatters(rows, 2000, np.random.default_rng(1))
    singles = np.stack(
        [
            scatter_matrix(drawn.T @ drawn)
            for drawn in (rows[random.integers(0, count, count)].astype(float) for _ in range(600))
        ]
    )
    found, expected = (correlation_matrix(one)[:, 0, 1] for one in (blocks, singles))
    assert counts.mean() == pytest.approx(count, rel=0.01)
    assert found.mean() == pytest.approx(expected.mean(), abs=0.005)
    assert found.std() == pytest.approx(expected.std(), rel=0.15)


def test_the_random_variable_relates_to_nothing_by_chance_alone() -> None:
    rows = np.random.default_rng(2).standard_normal((50, 3))
    rows -= rows.mean(axis=0)
    scatters = np.repeat((rows.T @ rows)[None], 4000, axis=0)
    random = np.random.default_rng(3)
    extended = with_random_variable(scatters, np.full(4000, 50.0), random)
    assert extended[:, 1:, 1:] == pytest.approx(scatters)
    assert extended == pytest.approx(extended.transpose(0, 2, 1))
    correlations = correlation_matrix(extended)[:, 0, 1:]
    # The correlation of two unrelated variables has variance 1 / (n - 1).
    assert correlations.mean(axis=0) == pytest.approx(0, abs=0.01)
    assert correlations.var(axis=0) == pytest.approx(1 / 49, rel=0.1)


def test_no_ratings_give_no_rows_and_a_reason(store: Store) -> None:
    add(store, np.full(40, 9), {})
    drivers = nps_drivers(store, Filters())
    assert drivers.is_empty()
    assert {*FIGURE_SCHEMA, "quadrant", "reason", "model_reason"} <= set(drivers.columns)
    summary = drivers_summary(drivers).row(0, named=True)
    assert (summary["answer_count"], summary["model_reason"]) == (0, "no_ratings")
    assert summary["r_squared"] is None


def test_the_strongest_touchpoint_weighs_most_and_noise_weighs_nothing(store: Store) -> None:
    add(store, *answered(800, delivery=1.0, advice=0.5, price=0.0))
    drivers = nps_drivers(store, Filters())
    assert drivers["touchpoint"].to_list() == ["delivery", "advice", "price"]
    assert drivers["is_significant"].to_list() == [True, True, False]
    assert drivers["estimated_weight"].sum() == pytest.approx(1)
    assert drivers["lmg_share"].sum() == pytest.approx(1)
    # Standardised effects 1 and 0.5 without correlation: squares 4 to 1.
    assert drivers["weight"].to_list() == pytest.approx([0.8, 0.2, 0], abs=0.05)
    assert drivers["weight_low"][2] == 0
    for row in drivers.iter_rows(named=True):
        assert row["weight_low"] <= row["weight"] <= row["weight_high"] <= 1
    assert drivers["answer_count"].unique().to_list() == [800]
    assert drivers["model_reason"].unique().to_list() == [None]


def test_figures_equal_those_of_the_rows_themselves(store: Store) -> None:
    scores, ratings = answered(500, advice=0.6, delivery=0.9)
    add(store, scores, ratings)
    rows = by_touchpoint(nps_drivers(store, Filters()))
    matrix = np.corrcoef([ratings["advice"], ratings["delivery"], scores])
    between, target = matrix[:2, :2], matrix[:2, 2]
    weights = johnson_weights(between, target) / r_squared(between, target)
    coefficients = np.linalg.solve(between, target)
    for place, name in enumerate(("advice", "delivery")):
        row = rows[name]
        assert row["estimated_weight"] == pytest.approx(weights[place], abs=1e-9)
        assert row["correlation"] == pytest.approx(target[place], abs=1e-9)
        assert row["coefficient"] == pytest.approx(coefficients[place], abs=1e-9)
        assert row["vif"] == pytest.approx(1 / (1 - between[0, 1] ** 2), abs=1e-9)
        assert row["r_squared"] == pytest.approx(r_squared(between, target), abs=1e-9)
        assert row["mean_score"] == pytest.approx(ratings[name].mean())
        assert row["top_share"] == pytest.approx((ratings[name] >= 4).mean())
        assert row["performance_share"] == pytest.approx((ratings[name].mean() - 1) / 4)


def test_the_same_answers_give_the_same_figures_whatever_their_order(store: Store) -> None:
    scores, ratings = answered(1500, delivery=0.3, advice=0.1)
    add(store, scores, ratings)
    add(store, scores[::-1], {n: r[::-1] for n, r in ratings.items()}, survey="transactional")
    first = nps_drivers(store, Filters())
    assert first.equals(nps_drivers(store, Filters()))
    assert first.equals(nps_drivers(store, Filters(survey="transactional")))


def test_nothing_significant_is_an_answer(store: Store) -> None:
    add(store, *answered(300, seed=2, delivery=0.0, advice=0.0))
    drivers = nps_drivers(store, Filters())
    assert drivers["weight"].to_list() == [0, 0]
    assert drivers["quadrant"].to_list() == [None, None]
    assert drivers_summary(drivers)["model_reason"].item() == "nothing_significant"
    assert drivers["r_squared"].is_not_null().all()


def test_only_current_scored_answers_of_the_filters_count(store: Store) -> None:
    scores, ratings = answered(60, delivery=1.0, advice=0.5)
    add(store, scores, ratings)
    add(store, scores, ratings, survey="transactional")
    add(store, scores, ratings, is_current=False)
    add(store, scores, ratings, segment="office")
    add(store, scores, ratings, day=date(2026, 6, 1))
    add(store, np.full(60, -1), ratings)
    filters = Filters(period=Period(date(2026, 5, 1), date(2026, 5, 31)), segment=("home",))
    drivers = nps_drivers(store, filters)
    assert drivers["rating_count"].to_list() == [60, 60]
    assert drivers["answer_count"].to_list() == [60, 60]
    assert nps_drivers(store, replace(filters, period=None))["answer_count"].to_list() == [120, 120]


def test_an_answer_counts_only_if_it_rates_every_touchpoint(store: Store) -> None:
    scores, ratings = answered(200, delivery=1.0, advice=0.5, price=0.3)
    ratings["price"][:50] = -1
    ratings["advice"][:20] = -1
    add(store, scores, ratings)
    drivers = nps_drivers(store, Filters())
    assert drivers["answer_count"].to_list() == [150] * 3
    rows = by_touchpoint(drivers)
    assert [rows[n]["rating_count"] for n in ("delivery", "advice", "price")] == [200, 180, 150]


@pytest.mark.parametrize(("rated", "is_left_out"), [(100, False), (99, True)])
def test_a_touchpoint_with_less_than_half_the_ratings_is_left_out_and_said(
    store: Store, rated: int, is_left_out: bool
) -> None:
    scores, ratings = answered(200, delivery=1.0, advice=0.5, price=0.3)
    ratings["price"][rated:] = -1
    add(store, scores, ratings)
    drivers = nps_drivers(store, Filters())
    row = by_touchpoint(drivers)["price"]
    assert row["is_left_out"] is is_left_out
    assert row["reason"] == ("rarely_rated" if is_left_out else None)
    assert (row["weight"] is None) is is_left_out
    assert row["mean_score"] is not None
    assert row["answer_count"] == (200 if is_left_out else rated)
    assert drivers_summary(drivers)["left_out_count"].item() == int(is_left_out)


def test_touchpoints_never_rated_together_make_way_for_those_that_are(store: Store) -> None:
    scores, ratings = answered(200, a=1.0, b=0.5, c=0.5, d=0.5)
    for name in ("a", "b"):
        ratings[name][110:] = -1
    for name in ("c", "d"):
        ratings[name][:110] = -1
    add(store, scores, ratings)
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert {name: row["reason"] for name, row in rows.items()} == {
        "a": None,
        "b": None,
        "c": "rarely_rated",
        "d": "rarely_rated",
    }
    assert rows["a"]["answer_count"] == 110


@pytest.mark.parametrize(
    ("count", "touchpoints", "reason"),
    [
        (29, 2, "too_few_answers"),
        (30, 2, None),
        (39, 4, "too_few_answers"),  # ten answers per touchpoint
        (40, 4, None),
        (0, 2, "no_ratings"),
        (40, 1, "one_touchpoint"),
    ],
)
def test_a_model_needs_a_base_and_two_touchpoints(
    store: Store, count: int, touchpoints: int, reason: str | None
) -> None:
    add(store, *answered(count, **{f"t{i}": 2.0 for i in range(touchpoints)}))
    drivers = nps_drivers(store, Filters())
    summary = drivers_summary(drivers).row(0, named=True)
    assert (summary["answer_count"], summary["model_reason"]) == (count, reason)
    assert drivers["weight"].is_null().all() == (reason is not None)
    assert drivers["is_left_out"].sum() == 0
    if reason:
        empty = drivers.select(*(name for name in FIGURE_SCHEMA if name != "touchpoint"))
        assert empty.null_count().sum_horizontal().sum() == empty.width * empty.height
        assert summary["r_squared"] is None


def test_under_the_privacy_minimum_no_rating_is_shown(store: Store) -> None:
    add(store, *answered(4, delivery=1.0, advice=0.5))
    shown = ["mean_score", "top_share", "performance_share", "weight", "correlation", "r_squared"]
    drivers = nps_drivers(store, Filters())
    assert drivers.select(shown).null_count().row(0) == (2,) * len(shown)
    assert drivers["reason"].to_list() == ["too_few_to_show"] * 2
    assert drivers["base"].to_list() == ["withheld"] * 2
    assert drivers["model_reason"].to_list() == ["too_few_answers"] * 2


def test_a_privacy_minimum_above_the_small_base_holds_for_the_model(tmp_path: Path) -> None:
    settings = load_settings()
    strict = replace(settings, answers=replace(settings.answers, minimum_count=50))
    store = Store.open(tmp_path / "strict.duckdb", strict)
    scores, ratings = answered(60, delivery=1.0, advice=0.5)
    ratings["delivery"][:8] = -1
    ratings["advice"][52:] = -1
    add(store, scores, ratings)
    drivers = nps_drivers(store, Filters())
    assert drivers["base"].to_list() == ["ok", "ok"]
    assert drivers["answer_count"].to_list() == [None, None]
    assert drivers["model_reason"].to_list() == ["too_few_answers"] * 2
    store.close()


def test_a_constant_touchpoint_is_left_out_and_said(store: Store) -> None:
    scores, ratings = answered(100, delivery=1.0, advice=0.5)
    add(store, scores, {**ratings, "price": np.full(100, 4)})
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert rows["price"]["reason"] == "constant_ratings"
    assert rows["price"]["mean_score"] == 4
    assert rows["price"]["weight"] is None
    assert rows["delivery"]["weight"] > 0.5


def test_if_every_touchpoint_is_constant_there_is_no_model(store: Store) -> None:
    scores, _ = answered(100, delivery=1.0)
    add(store, scores, {"price": np.full(100, 4), "advice": np.full(100, 5)})
    drivers = nps_drivers(store, Filters())
    assert drivers["reason"].to_list() == ["constant_ratings"] * 2
    assert drivers_summary(drivers)["model_reason"].item() == "one_touchpoint"


def test_a_constant_score_has_no_drivers(store: Store) -> None:
    _, ratings = answered(100, delivery=1.0, advice=0.5)
    add(store, np.full(100, 9), ratings)
    drivers = nps_drivers(store, Filters())
    assert drivers["weight"].null_count() == 2
    assert drivers_summary(drivers)["model_reason"].item() == "constant_score"


@pytest.mark.parametrize("is_sum", [False, True])
def test_a_touchpoint_that_others_determine_is_left_out_and_said(
    store: Store, is_sum: bool
) -> None:
    scores, ratings = answered(100, delivery=1.0, advice=0.5)
    alias = ratings["delivery"] + ratings["advice"] - 1 if is_sum else ratings["delivery"]
    add(store, scores, {**ratings, "z": alias})
    drivers = nps_drivers(store, Filters())
    rows = by_touchpoint(drivers)
    assert rows["z"]["reason"] == "collinear"
    assert rows["z"]["weight"] is None
    assert rows["delivery"]["vif"] < 2
    assert drivers["estimated_weight"].sum() == pytest.approx(1)


def test_almost_the_same_touchpoints_are_told_by_their_vif(store: Store) -> None:
    scores, ratings = answered(400, delivery=1.0, advice=0.5)
    twin = ratings["delivery"].copy()
    twin[:3] = 6 - twin[:3]
    add(store, scores, {**ratings, "twin": twin})
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert rows["twin"]["vif"] > 10
    assert rows["advice"]["vif"] < 2
    assert rows["twin"]["weight"] == pytest.approx(rows["delivery"]["weight"], abs=0.05)


def test_opposite_signs_are_a_conflict(store: Store) -> None:
    random = np.random.default_rng(6)
    delivery = np.clip(np.rint(3 + random.standard_normal(600)), 1, 5).astype(int)
    shadow = np.clip(delivery + random.integers(-1, 2, 600), 1, 5)
    scores = np.clip(np.rint(6 + 1.6 * (delivery - 3) - 0.8 * (shadow - 3)), 0, 10).astype(int)
    add(store, scores, {"delivery": delivery, "shadow": shadow})
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert rows["shadow"]["correlation"] > 0 > rows["shadow"]["coefficient"]
    assert [rows[name]["has_sign_conflict"] for name in ("delivery", "shadow")] == [False, True]


def test_quadrants_set_weight_against_performance(store: Store) -> None:
    scores, ratings = answered(900, fix=1.0, keep=1.0, watch=0.2, maintain=0.2)
    for name in ("keep", "maintain"):
        ratings[name] = np.clip(ratings[name] + 1, 1, 5)
    add(store, scores, ratings)
    for name, row in by_touchpoint(nps_drivers(store, Filters())).items():
        assert row["quadrant"] == name


def test_no_quadrant_advises_to_improve_what_lowers_the_score(store: Store) -> None:
    scores, ratings = answered(500, delivery=0.8, advertising=-0.8)
    add(store, scores, ratings)
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert rows["advertising"]["is_significant"]
    assert rows["advertising"]["correlation"] < 0
    assert rows["advertising"]["quadrant"] is None
    assert rows["delivery"]["quadrant"] is not None


def test_a_scale_to_ten_is_read_from_all_ratings_of_the_touchpoint(store: Store) -> None:
    scores, ratings = answered(100, delivery=1.0, advice=0.5)
    add(store, scores, {**ratings, "advice": np.full(100, 5)})
    add(store, np.array([9]), {"advice": np.array([10])}, survey="transactional")
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert (rows["delivery"]["scale_top"], rows["advice"]["scale_top"]) == (5, 10)
    assert rows["advice"]["performance_share"] == 0.5
    assert rows["advice"]["top_share"] == 0


def test_a_scale_that_a_file_states_is_believed(store: Store) -> None:
    add(store, *answered(100, delivery=1.0, advice=0.5))
    with store.transaction() as con:
        con.execute("update rating_versions set scale = 10 where touchpoint = 'advice'")
    rows = by_touchpoint(nps_drivers(store, Filters()))
    assert (rows["delivery"]["scale_top"], rows["advice"]["scale_top"]) == (5, 10)
    assert rows["advice"]["top_share"] == 0


def test_touchpoints_keep_their_own_ratings_whatever_they_are_called(store: Store) -> None:
    names = ["Événement", "app; drop", "zèle", "Été", "a'b", "Zone", "été", "日本"]
    scores, ratings = answered(400, **{name: 1.0 if name == "zèle" else 0.0 for name in names})
    ratings["Zone"][:30] = -1
    add(store, scores, ratings)
    drivers = nps_drivers(store, Filters())
    assert drivers["touchpoint"][0] == "zèle"
    assert drivers["weight"][0] > 0.9
    for name, row in by_touchpoint(drivers).items():
        complete = ratings["Zone"] >= 0
        expected = np.corrcoef(ratings[name][complete], scores[complete])[0, 1]
        assert row["correlation"] == pytest.approx(expected, abs=1e-9)


def test_of_fourteen_touchpoints_the_twelve_most_rated_are_modelled(store: Store) -> None:
    scores, ratings = answered(300, **{f"t{i:02}": 0.4 for i in range(14)})
    ratings["t03"][:10] = ratings["t05"][:10] = -1
    add(store, scores, ratings)
    drivers = nps_drivers(store, Filters())
    left_out = drivers.filter("is_left_out")
    assert sorted(left_out["touchpoint"]) == ["t03", "t05"]
    assert set(left_out["reason"]) == {"too_many_touchpoints"}
    assert drivers["answer_count"].unique().to_list() == [300]
    assert drivers["lmg_share"].sum() == pytest.approx(1)
