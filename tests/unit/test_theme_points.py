"""Themes in points of the NPS: by hand, by leaving out, and without anything to find."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdata import sentences as say
from cxdata.charts.nps_detail import theme_points_figure
from cxdata.config import load_settings
from cxdata.i18n import translator
from cxdata.metrics.nps.theme_groups import theme_groups
from cxdata.metrics.nps.theme_points import theme_points

ANSWERS = load_settings().answers
NAMES = ("promoter", "passive", "detractor")


def points(now: Any, whole: Any, before: Any = None, whole_before: Any = None) -> pl.DataFrame:
    """Counts of promoters, passives and detractors, by theme; and of all comments."""
    now, before = np.array(now), np.array(now if before is None else before)
    columns = {f"{name}_count": now[:, it] for it, name in enumerate(NAMES)}
    columns |= {f"compared_{name}_count": before[:, it] for it, name in enumerate(NAMES)}
    total = {f"{name}_count": int(whole[it]) for it, name in enumerate(NAMES)}
    earlier = whole if whole_before is None else whole_before
    total |= {f"compared_{name}_count": int(earlier[it]) for it, name in enumerate(NAMES)}
    return theme_points(pl.DataFrame(columns), total, ANSWERS)


def test_the_points_are_what_leaving_the_theme_out_changes() -> None:
    """All: 88 of 200 promoters, 64 detractors: 12. Without the 40: 25. It costs 13."""
    row = points([(8, 8, 24)], (88, 48, 64)).row(0, named=True)
    assert row["theme_points"] == pytest.approx(12 - 25)
    assert row["points_change"] == pytest.approx(0)
    # Pseudo-answers: 8.75 and 24.75 of 43; 80.75 and 40.75 of 163. One of two tests is sure.
    own = (33.5 / 43 - (16 / 43) ** 2) / 43
    others = (121.5 / 163 - (40 / 163) ** 2) / 163
    variance = 0.2**2 * 1e4 * (own + others) + 65**2 * 0.2 * 0.8 / 200
    margin = 2.241403 * variance**0.5  # of 1 - 0.05 / 2
    assert row["theme_points_low"] == pytest.approx(-13 - margin, abs=1e-4)
    assert row["theme_points_high"] == pytest.approx(-13 + margin, abs=1e-4)
    assert row["theme_points_p_value"] < 0.001


def test_a_theme_has_its_part_of_the_change() -> None:
    row = points([(8, 8, 24)], (88, 48, 64), [(30, 5, 5)], (110, 45, 45)).row(0, named=True)
    # Before: all 32.5, without the theme (80, 40, 40) 25: it brought 7.5.
    assert row["points_change"] == pytest.approx(-13 - 7.5)
    assert row["points_change_high"] < 0
    assert row["points_change_p_value"] < 0.001


def test_few_comments_have_points_and_no_test() -> None:
    row = points([(2, 2, 8)], (88, 48, 64)).row(0, named=True)
    assert row["theme_points"] == pytest.approx(12 - 100 * (86 - 56) / 188)
    assert (row["theme_points_low"], row["theme_points_p_value"]) == (None, None)


def test_the_interval_is_as_wide_as_drawing_again_says() -> None:
    cells = np.array([60, 50, 90, 280, 160, 160])  # with the theme, then without
    n = cells.sum()
    drawn = np.random.default_rng(6).multinomial(n, cells / n, 20_000)
    whole = 100 * (drawn[:, 0] + drawn[:, 3] - drawn[:, 2] - drawn[:, 5]) / n
    without = 100 * (drawn[:, 3] - drawn[:, 5]) / drawn[:, 3:].sum(axis=1)
    row = points([cells[:3]], cells[:3] + cells[3:]).row(0, named=True)
    width = (row["theme_points_high"] - row["theme_points_low"]) / 2 / 2.241403
    assert width == pytest.approx((whole - without).std(), rel=0.03)


def test_themes_that_mean_nothing_are_named_on_at_most_5_percent_of_screens() -> None:
    """25 themes of 1,500 comments each period, mentioned whatever the score."""
    random, shares, named = np.random.default_rng(7), [0.45, 0.3, 0.25], []
    for _ in range(300):
        drawn = []
        for _ in range(2):
            scores = random.choice(3, 1500, p=shares)
            mentions = random.random((25, 1500)) < random.uniform(0.03, 0.3, (25, 1))
            drawn += [
                np.stack([(mentions & (scores == it)).sum(axis=1) for it in range(3)], axis=1),
                np.bincount(scores, minlength=3),
            ]
        found = points(*drawn)
        p_values = found.select(pl.col("^.*_p_value$").min()).row(0)
        named.append(min(p_values) < 0.05)
    assert np.mean(named) <= 0.06


def test_what_costs_and_what_brings_is_said_only_where_it_is_sure() -> None:
    columns = ("theme_points", "points_change")
    rows = [
        {"theme": "Billing", **dict.fromkeys(columns, -3.2), "theme_points_p_value": 0.001,
         "points_change_p_value": 0.2},
        {"theme": "Advice", **dict.fromkeys(columns, 2.1), "theme_points_p_value": 0.01,
         "points_change_p_value": 0.01},
        {"theme": "Chat", **dict.fromkeys(columns, -9.0), "theme_points_p_value": None,
         "points_change_p_value": None},
    ]  # fmt: skip
    themes = pl.DataFrame(rows, schema_overrides={"theme_points_p_value": pl.Float64}).with_columns(
        (pl.col(columns) - 1).name.suffix("_low"), (pl.col(columns) + 1).name.suffix("_high")
    )
    assert say.theme_points_sentence(themes, 0.95, translator("en")) == (
        "“Billing” costs 3.2 points (2.2 to 4.2). “Advice” brings 2.1 points (1.1 to 3.1). "
        "“Advice” added 2.1 points to the change (1.1 to 3.1)."
    )
    unsure = themes.with_columns(pl.lit(0.3).alias("theme_points_p_value"),
                                 pl.lit(0.3).alias("points_change_p_value"))  # fmt: skip
    said = say.theme_points_sentence(unsure, 0.95, translator("en"))
    assert said == "No theme surely costs or brings points."


@pytest.mark.parametrize(
    ("costing", "bringing", "drawn"), [(20, 20, (6, 6)), (2, 20, (2, 10)), (20, 1, (11, 1))]
)
def test_as_many_themes_are_drawn_that_cost_as_that_bring(
    costing: int, bringing: int, drawn: tuple[int, int]
) -> None:
    points = [-9.0 + it / 10 for it in range(costing)] + [8.0 - it / 10 for it in range(bringing)]
    themes = pl.DataFrame(
        {
            "theme": [f"t{it}" for it in range(len(points))],
            "term": [f"t{it}" for it in range(len(points))],
            "theme_points": points,
            "theme_points_low": points,
            "theme_points_high": points,
            "theme_points_p_value": [0.0] * len(points),
            "comment_count": [50] * len(points),
        }
    ).sort(pl.col("theme_points").abs(), descending=True)
    figure = theme_points_figure(themes, 0.95, translator("en"))
    shown = [float(it) for trace in figure["data"] for it in trace["x"]]
    assert (sum(it < 0 for it in shown), sum(it >= 0 for it in shown)) == drawn
    assert not [trace for trace in figure["data"] if trace.get("opacity", 1) < 1]


@pytest.mark.parametrize(
    ("language", "points", "both", "first"),
    [
        ("fr", -2.0, 20, "fr:a"),
        ("fr", -2.0, 19, "fr:b"),  # less than half of the rarer one's 40
        ("fr", 2.0, 40, "fr:b"),  # moves the NPS the other way
        ("en", -2.0, 40, "fr:b"),
    ],
)
def test_themes_that_are_mostly_said_together_are_one_group(
    language: str, points: float, both: int, first: str
) -> None:
    themes = pl.DataFrame(
        {
            "term": ["fr:a", "fr:b"],
            "language": ["fr", language],
            "comment_count": [100, 40],
            "theme_points": [-3.0, points],
        }
    )
    pairs = pl.DataFrame({"term": ["fr:a"], "other_term": ["fr:b"], "both_count": [both]})
    assert theme_groups(themes, pairs)["first_term"].to_list() == ["fr:a", first]
    assert theme_groups(themes.clear(), pairs.clear()).is_empty()
