"""NPS and its statistics against published results (METHODS.md §1), to the digits given."""

from __future__ import annotations

import polars as pl
import pytest

from cxdata.metrics.nps.mix import kitagawa
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    nps,
    nps_difference,
    nps_interval,
    nps_standard_error,
    nps_variance,
)


def answers(detractor: int, passive: int, promoter: int) -> ClassCounts:
    """In the order in which the sources give them."""
    return ClassCounts(promoter, passive, detractor)


# R package NPS (brendan-r/NPS), nps, nps_var and nps_se, on the scale -1 to 1.
@pytest.mark.parametrize(
    ("counts", "variance", "standard_error"),
    [
        (answers(1, 2, 3), 5 / 9, 0.3043),
        (answers(1, 0, 1), 1, 0.7071),
        (answers(0, 1, 1), 0.25, 0.3536),
        (answers(1, 1, 1), 2 / 3, 0.4714),
        (answers(1, 0, 0), 0, 0),
    ],
)
def test_variance_and_standard_error_are_those_of_the_r_package(
    counts: ClassCounts, variance: float, standard_error: float
) -> None:
    assert nps_variance(counts) == pytest.approx(variance, abs=1e-12)
    assert nps_standard_error(counts) == pytest.approx(standard_error, abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "points"), [(answers(1, 2, 3), 33.33), (answers(30, 20, 50), 20.0)]
)
def test_the_score_is_promoters_less_detractors(counts: ClassCounts, points: float) -> None:
    assert nps(counts) == pytest.approx(points, abs=0.005)


def test_the_plain_wald_interval_of_a_hundred_answers() -> None:
    low, high = nps_interval(answers(30, 20, 50), basis="wald")
    assert (float(low), float(high)) == pytest.approx((20 - 17.09, 20 + 17.09), abs=0.005)


# Rocks (2016), adjusted Wald with 0.75, 1.5 and 0.75 pseudo-answers; on the scale -1 to 1.
@pytest.mark.parametrize(
    ("counts", "centre", "standard_error", "low", "high"),
    [
        (answers(30, 20, 50), 0.194175, 0.085534, 0.0265, 0.3618),
        (answers(20, 30, 50), 0.291262, 0.076915, 0.1405, 0.4420),
        (answers(1, 2, 3), 0.222222, 0.249828, -0.2674, 0.7119),
        (answers(0, 0, 10), 0.769231, 0.150102, 0.4750, 1.0),  # 1.0634, clipped
    ],
)
def test_the_adjusted_wald_interval(
    counts: ClassCounts, centre: float, standard_error: float, low: float, high: float
) -> None:
    error = nps_standard_error(counts, basis="adjusted")
    assert error == pytest.approx(standard_error, abs=5e-7)
    ends = [float(end) / 100 for end in nps_interval(counts)]
    assert ends == pytest.approx([low, high], abs=5e-5)
    assert ends[0] + 1.959964 * float(error) == pytest.approx(centre, abs=1e-6)


def test_two_samples_of_a_hundred_differ_within_the_noise() -> None:
    change = nps_difference(answers(30, 20, 50), answers(20, 30, 50), basis="wald")
    assert change.difference == pytest.approx(-10)
    assert change.z == pytest.approx(-0.854, abs=5e-4)
    assert change.p_value == pytest.approx(0.3929, abs=5e-5)
    adjusted = nps_difference(answers(30, 20, 50), answers(20, 30, 50))
    assert adjusted.p_value == pytest.approx(0.3987, abs=5e-5)


def test_the_same_shares_of_a_thousand_are_a_real_change() -> None:
    change = nps_difference(answers(300, 200, 500), answers(200, 300, 500), basis="wald")
    assert change.p_value == pytest.approx(0.0069, abs=5e-5)


def test_every_segment_rises_and_the_whole_falls_by_mix() -> None:
    # Shares .8/.2 become .4/.6, NPS 50/10 become 55/15: 42 falls to 31, rate +5, mix -16.
    split = kitagawa(
        pl.DataFrame(
            {
                "answer_count": [40, 60],
                "promoter_count": [22, 9],
                "detractor_count": [0, 0],
                "compared_answer_count": [80, 20],
                "compared_promoter_count": [40, 2],
                "compared_detractor_count": [0, 0],
            }
        )
    )
    assert split["nps"].to_list() == [55, 15]
    assert split["compared_nps"].to_list() == [50, 10]
    assert split["rate_effect"].sum() == pytest.approx(5, abs=1e-12)
    assert split["mix_effect"].sum() == pytest.approx(-16, abs=1e-12)
