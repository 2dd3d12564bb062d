"""Control limits follow the number of answers; chance alone seldom goes beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdata.metrics.nps.control import control_limits, run_length, run_share

MONTHS = pl.date_range(date(2024, 1, 1), date(2030, 1, 1), "1mo", eager=True)


def trend_of(
    answers: Sequence[tuple[int, int]],
    *,
    incomplete: tuple[int, ...] = (),
    small: tuple[int, ...] = (),
) -> pl.DataFrame:
    """Months of so many promoters and detractors; nobody is passive."""
    places = range(len(answers))
    return pl.DataFrame(
        {
            "period": MONTHS.head(len(answers)),
            "promoter_count": [it[0] for it in answers],
            "passive_count": [0] * len(answers),
            "detractor_count": [it[1] for it in answers],
            "is_complete": [place not in incomplete for place in places],
            "base": ["small" if place in small else "ok" for place in places],
        },
        schema_overrides={"promoter_count": pl.Int64, "detractor_count": pl.Int64},
    ).with_columns(
        nps=100.0
        * (pl.col("promoter_count") - pl.col("detractor_count"))
        / (pl.col("promoter_count") + pl.col("detractor_count"))
    )


STEADY = [(60, 40), (58, 42), (61, 39), (240, 160), (59, 41), (962, 638)]


def test_the_limits_are_wider_where_there_are_fewer_answers() -> None:
    """Centre: 1440 promoters, 960 detractors of 2400. z scores are small: no over-dispersion."""
    found = control_limits(trend_of(STEADY))
    assert found is not None
    assert found.centre == pytest.approx(20)
    assert found.dispersion == 1
    # Variance with 3 pseudo-answers: (2401.5 / 2403) - (480 / 2403)²; quantile of 1 - 0.06 / 12.
    variance = 2401.5 / 2403 - (480 / 2403) ** 2
    error = 100 * (variance / 2403) ** 0.5
    for place, n in ((0, 100), (3, 400), (5, 1600)):
        reach = 2.575829 * error * (2400 / n) ** 0.5
        assert found.low[place] == pytest.approx(20 - reach)
        assert found.high[place] == pytest.approx(20 + reach)
    assert found.outside == found.ends_a_run == ()


def test_scores_that_move_more_than_their_answers_explain_widen_the_limits() -> None:
    """NPS 0 and 40 in turn, 100 answers each: z of -2 and +2 times 1.02, mean distance 4.09."""
    found = control_limits(trend_of([(50, 50), (70, 30)] * 6))
    assert found is not None
    error = 100 * ((1201.5 / 1203 - (240 / 1203) ** 2) / 1203) ** 0.5 * 12**0.5
    assert found.dispersion == pytest.approx(40 / error / 1.128379)
    assert found.outside == ()


def test_a_point_outside_is_named_by_its_period() -> None:
    found = control_limits(trend_of([*[(60, 40), (62, 38)] * 4, (320, 80), *[(61, 39)] * 3]))
    assert found is not None
    assert found.outside == (date(2024, 9, 1),)
    few = control_limits(trend_of([*[(60, 40), (62, 38)] * 4, (24, 6), *[(61, 39)] * 3]))
    assert few is not None
    assert few.outside == ()  # the same 60 points, of 30 answers instead of 400


def test_a_level_that_has_shifted_is_a_run_before_any_month_lies_outside() -> None:
    found = control_limits(trend_of([(57, 43), (58, 42)] * 5 + [(64, 36), (65, 35)] * 5))
    assert found is not None
    assert found.run_length == 9
    assert found.outside == ()
    assert found.ends_a_run == (*MONTHS[8:10], *MONTHS[18:20])
    mixed = control_limits(trend_of([(57, 43), (64, 36)] * 10))
    assert mixed is not None
    assert mixed.ends_a_run == ()


@pytest.mark.parametrize(("n", "length"), [(12, 8), (20, 9), (36, 10)])
def test_a_run_is_as_long_as_chance_seldom_makes_it(n: int, length: int) -> None:
    """Counted in 40,000 series of heads and tails."""
    assert run_length(n) == length
    heads = np.random.default_rng(5).integers(0, 2, (40_000, n))
    run, found = np.ones(len(heads), dtype=int), np.zeros(len(heads), dtype=bool)
    for place in range(1, n):
        run = np.where(heads[:, place] == heads[:, place - 1], run + 1, 1)
        found |= run >= length
    assert run_share(n, length) == pytest.approx(found.mean(), abs=0.004)
    assert found.mean() < 0.045


def test_fewer_than_six_periods_that_count_have_no_limits() -> None:
    assert control_limits(trend_of(STEADY[:5])) is None
    assert control_limits(trend_of(STEADY, incomplete=(5,))) is None
    assert control_limits(trend_of(STEADY, small=(0,))) is None
    assert control_limits(trend_of([]).clear()) is None


def test_partial_and_small_periods_neither_count_nor_lie_outside() -> None:
    answers = [*STEADY, (0, 100), (100, 0)]
    assert control_limits(trend_of(answers, incomplete=(7,), small=(6,))) == control_limits(
        trend_of(STEADY)
    )


def test_limits_stay_on_the_scale() -> None:
    found = control_limits(trend_of([(1, 99), (99, 1)] * 4))
    assert found is not None
    assert (set(found.low), set(found.high)) == ({-100}, {100})


def alarms(random: np.random.Generator, dispersion: float, lasting: float = 0) -> Any:
    """Whether 36 months of 60 to 1,500 answers, without cause, or with a shift, raise an alarm."""
    n = np.exp(random.uniform(np.log(60), np.log(1500), 36)).astype(int)
    moved = random.normal(0, 1, 36) * 0.41 * np.sqrt((dispersion**2 - 1) / n)
    moved[24:] += lasting / 200
    detractors = random.binomial(n, np.clip(0.25 - moved, 0.001, 0.6))
    promoters = random.binomial(n - detractors, np.clip((0.45 + moved) / (0.75 + moved), 0, 1))
    frame = trend_of([*zip(promoters.tolist(), detractors.tolist(), strict=True)]).with_columns(
        passive_count=n - promoters - detractors, nps=100.0 * (promoters - detractors) / n
    )
    found = control_limits(frame)
    assert found is not None
    return bool(found.outside or found.ends_a_run)


@pytest.mark.parametrize("dispersion", [1.0, 1.5])
def test_36_months_without_cause_raise_an_alarm_in_at_most_10_percent(dispersion: float) -> None:
    random = np.random.default_rng(21)
    assert np.mean([alarms(random, dispersion) for _ in range(400)]) <= 0.10


def test_a_lasting_shift_of_10_points_is_mostly_seen() -> None:
    random = np.random.default_rng(22)
    assert np.mean([alarms(random, 1.0, lasting=10) for _ in range(150)]) >= 0.6
