"""Intervals: never certain, never about nothing, the same for one value and for a column."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.metrics.statistics.intervals import (
    Basis,
    ClassCounts,
    nps,
    nps_difference,
    nps_interval,
    nps_standard_error,
    smallest_detectable_change,
    two_sided_p,
    wilson_interval,
)

counts = st.integers(0, 10_000)


def test_no_answers_have_no_figure() -> None:
    nothing = ClassCounts(0, 0, 0)
    some = ClassCounts(50, 20, 30)
    figures = [
        nps(nothing),
        nps_standard_error(nothing, basis="adjusted"),
        *nps_interval(nothing),
        nps_difference(nothing, some).p_value,
        smallest_detectable_change(some, nothing),
        *wilson_interval(0, 0),
    ]
    assert all(math.isnan(figure) for figure in figures)


def test_a_column_gives_what_each_row_gives() -> None:
    column = ClassCounts(np.array([50, 3, 0]), np.array([20, 2, 0]), np.array([30, 1, 0]))
    low, high = nps_interval(column)
    one_low, one_high = nps_interval(ClassCounts(3, 2, 1))
    assert (low[1], high[1]) == (one_low, one_high)
    assert math.isnan(low[2])


def test_unanimous_answers_still_leave_doubt() -> None:
    low, high = nps_interval(ClassCounts(10, 0, 0))
    assert (low, high) == (pytest.approx(47.5036, abs=1e-4), 100)
    plain_low, plain_high = nps_interval(ClassCounts(10, 0, 0), basis="wald")
    assert (plain_low, plain_high) == (100, 100)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1])
def test_a_confidence_outside_0_to_1_is_a_programming_error(confidence: float) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        nps_interval(ClassCounts(5, 3, 2), confidence=confidence)


@given(counts, counts, counts)
def test_the_interval_lies_within_the_scale_and_has_a_width(p: int, n: int, d: int) -> None:
    if p + n + d:
        low, high = nps_interval(ClassCounts(p, n, d))
        assert -100 <= low < high <= 100


@given(counts, counts, counts)
def test_swapping_promoters_and_detractors_mirrors_the_interval(p: int, n: int, d: int) -> None:
    if p + n + d:
        low, high = nps_interval(ClassCounts(p, n, d))
        mirrored_low, mirrored_high = nps_interval(ClassCounts(d, n, p))
        assert (low, high) == (pytest.approx(-mirrored_high), pytest.approx(-mirrored_low))


@given(counts, counts)
def test_a_wilson_interval_holds_the_share(met: int, missed: int) -> None:
    if met + missed:
        low, high = wilson_interval(met, met + missed)
        assert 0 <= low <= met / (met + missed) + 1e-12
        assert met / (met + missed) - 1e-12 <= high <= 1


@pytest.mark.parametrize("basis", ["adjusted", "wald"])
def test_a_change_just_above_the_smallest_detectable_one_is_significant(basis: Basis) -> None:
    one, other = ClassCounts(50, 20, 30), ClassCounts(30, 20, 50)
    change = nps_difference(one, other, basis=basis)
    smallest = smallest_detectable_change(one, other, basis=basis, power=0.5)
    # Both are z standard errors of the same difference.
    error = float(smallest) / 1.959964
    assert two_sided_p(1.97) < 0.05 < two_sided_p(1.95)
    # On the adjusted basis z is that of the adjusted scores, a little nearer to 0.
    shrink = 100 / 103 if basis == "adjusted" else 1
    assert float(change.difference) * shrink / error == pytest.approx(float(change.z), rel=1e-6)


def test_more_power_needs_a_larger_change() -> None:
    one, other = ClassCounts(500, 200, 300), ClassCounts(500, 200, 300)
    half = smallest_detectable_change(one, other, power=0.5)
    assert half == pytest.approx(7.6266, abs=1e-4)
    most = smallest_detectable_change(one, other)
    assert most / half == pytest.approx((1.959964 + 0.841621) / 1.959964, rel=1e-6)


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_a_change_of_that_size_shows_in_eight_of_ten_cases(confidence: float) -> None:
    """4,000 pairs of periods; the truth differs by what their numbers are said to show."""
    draw, n, before = np.random.default_rng(13), 500, np.array([0.45, 0.3, 0.25])
    expected = ClassCounts(*(n * before))
    shift = float(smallest_detectable_change(expected, expected, confidence=confidence)) / 200
    after = before + np.array([shift, 0, -shift])
    one, other = (ClassCounts(*draw.multinomial(n, it, 4000).T) for it in (after, before))
    found = nps_difference(one, other).p_value < 1 - confidence
    assert found.mean() == pytest.approx(0.8, abs=0.03)
