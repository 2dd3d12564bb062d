"""Many groups are looked at before one is named: what is asked of each, and what chance brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.metrics.churn.leaving_more import leaving_more
from cxdata.metrics.nps.repeats import all_others, class_counts
from cxdata.metrics.nps.score import against_the_rest, nps_figures
from cxdata.metrics.response_time.compliance import compliance_figures
from cxdata.metrics.statistics.looks import (
    simultaneous_confidence,
    simultaneous_p,
    student_p,
    student_quantile,
)

ANSWERS = load_settings().answers
RNG = np.random.default_rng


def test_one_look_needs_no_correction() -> None:
    assert simultaneous_confidence(0.9, 1) == pytest.approx(0.9)
    assert simultaneous_confidence(0.9, 0) == pytest.approx(0.9)
    assert simultaneous_p([0.2], 1).tolist() == [0.2]


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(10, 2.2281), (30, 2.0423), (100, 1.9840), (1e9, 1.9600)]
)
def test_a_spread_that_is_guessed_widens_the_interval(degrees: float, quantile: float) -> None:
    """Student's table at 95 %, two-sided."""
    assert float(student_quantile(0.95, degrees)) == pytest.approx(quantile, abs=0.002)
    assert float(student_p(quantile, degrees)) == pytest.approx(0.05, abs=0.0002)


def counts(*rows: tuple[int, int, int]) -> pl.DataFrame:
    """Detractors, passives, promoters of each part."""
    return pl.DataFrame(
        [
            {"promoter_count": it[2], "passive_count": it[1], "detractor_count": it[0],
             "answer_count": sum(it)}
            for it in rows
        ]
    )  # fmt: skip


def compared(frame: pl.DataFrame) -> pl.DataFrame:
    own, rest = class_counts(frame), all_others(frame)
    return against_the_rest(nps_figures(frame, ANSWERS), own, ANSWERS, rest)


def test_a_part_is_compared_at_the_confidence_of_all_looks() -> None:
    """30, 20, 50 against 20, 30, 50: p 0.3987 by the oracle; two looks on each of three figures."""
    row = compared(counts((30, 20, 50), (20, 30, 50))).row(0, named=True)
    assert row["rest_look_count"] == 6
    assert row["rest_difference"] == pytest.approx(-10)
    assert row["rest_p_value"] == 1
    quantile = 2.664  # Student's at 1 - 0.05 / 6 and 203 degrees; the normal one is 2.638
    margin = 100 * quantile * np.hypot(0.085534, 0.076915)
    assert row["rest_difference_low"] == pytest.approx(-9.7087 - margin, abs=0.03)
    assert row["rest_difference_high"] == pytest.approx(-9.7087 + margin, abs=0.03)


def test_the_same_difference_is_named_among_few_groups_and_not_among_many() -> None:
    """17 points below the rest, as 300 answers give them: p about 0.003 before any correction."""
    odd, usual = (100, 75, 125), (75, 75, 150)
    assert compared(counts(odd, *[usual] * 3))["rest_verdict"][0] == "real_change"
    many = compared(counts(odd, *[usual] * 29))
    assert many["rest_verdict"].to_list() == ["within_noise"] * 30


def test_parts_too_small_to_compare_are_no_looks() -> None:
    found = compared(counts((105, 75, 120), (75, 75, 150), (1, 1, 27), (0, 1, 3)))
    assert found["rest_look_count"].to_list() == [6, 6, None, None]
    assert found["rest_verdict"].to_list()[2:] == ["too_few_answers"] * 2
    assert found["rest_difference"].is_null().to_list() == [False, False, False, True]


def screen(random: np.random.Generator, shares: Any) -> bool:
    """Whether a screen of 6 groups, and of their 30 pairs with another dimension, names any."""
    sizes = random.integers(30, 200, (6, 5))
    drawn = np.array([[random.multinomial(n, shares) for n in line] for line in sizes])
    tables = (drawn.sum(axis=1), drawn.reshape(-1, 3))
    return any(
        "real_change" in compared(counts(*map(tuple, it.tolist())))["rest_verdict"]
        for it in tables
    )  # fmt: skip


def test_a_screen_of_groups_that_do_not_differ_names_one_in_at_most_5_percent() -> None:
    random = RNG(11)
    named = [screen(random, [0.25, 0.3, 0.45]) for _ in range(240)]
    assert np.mean(named) <= 0.05


def rates(met: Any, due: Any, goal: float = 0.8) -> pl.DataFrame:
    names = ("not_yet_due", "abandoned", "own_standard", "not_known", "untimed")
    frame = pl.DataFrame({"met_count": met, "contact_count": due}).with_columns(
        (pl.col("contact_count") - pl.col("met_count")).alias("missed_count"),
        *(pl.lit(0).alias(f"{name}_count") for name in names),
        channel=pl.lit("chat"),
        score_sum=pl.lit(0.0),
    )
    standards = pl.DataFrame({"channel": ["chat"], "goal": [goal]})
    return compliance_figures(frame, standards, ANSWERS)


def test_groups_at_their_goal_are_said_to_miss_it_in_at_most_5_percent_of_screens() -> None:
    random = RNG(12)
    due = random.integers(40, 400, 20)
    named = ["missed" in rates(random.binomial(due, 0.8), due)["verdict"] for _ in range(300)]
    assert np.mean(named) <= 0.05


def test_the_more_groups_there_are_the_further_below_the_goal_one_has_to_be() -> None:
    """72 of 100 for 80 %: p 0.0455 on its own; 300 of 500: p below 1e-20."""
    found = rates([72, 300, 80], [100, 500, 100])
    assert found["verdict"].to_list() == ["cannot_tell", "missed", "cannot_tell"]


def test_customers_who_leave_alike_name_no_group_for_it() -> None:
    random = RNG(13)
    customers = random.integers(60, 900, 12)
    named = []
    for _ in range(300):
        lost = random.binomial(customers, 0.12)
        values = pl.DataFrame({"customer_count": customers, "lost_count": lost})
        named.append(not leaving_more(values, ANSWERS).is_empty())
    assert np.mean(named) <= 0.05


def test_customers_who_leave_more_often_are_found() -> None:
    values = pl.DataFrame(
        {"customer_count": [1_000, 200, 20, None], "lost_count": [100, 60, 20, None]}
    )
    row = leaving_more(values, ANSWERS).row(0, named=True)
    assert (row["customer_count"], row["leave_rate"], row["rest_rate"]) == (200, 0.3, 0.1)
    assert 0 < row["difference_low"] < 0.2 < row["difference_high"]
