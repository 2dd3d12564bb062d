"""What the NPS of a period does by itself: limits that follow its number of answers, and runs."""

from __future__ import annotations

from datetime import date
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.metrics.nps.repeats import class_counts
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    FloatArray,
    nps,
    nps_standard_error,
)

LIMITS_MINIMUM_COUNT = 6
# How often chance alone brings a period beyond the limits, or a run, in the whole series (D). By
# simulation both together stay below 7 % over 36 months, whatever the numbers of answers.
OUTSIDE_RATE = 0.06
RUN_RATE = 0.04
# The mean distance of two neighbours, in standard deviations of a normal value.
MEAN_RANGE = 2 / np.sqrt(np.pi)


class ControlLimits(NamedTuple):
    """Between ``low`` and ``high`` (points) a score moves without anything having happened.

    ``periods`` are the first days of the periods that count, oldest first, ``low`` and ``high``
    the limits of each. ``outside`` are those whose score lies beyond them; ``ends_a_run`` those
    with which at least ``run_length`` neighbours lie on the same side of ``centre``.
    ``dispersion`` (at least 1) says how many times wider than the answers' own noise the scores
    move.
    """

    centre: float
    periods: tuple[date, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    outside: tuple[date, ...]
    ends_a_run: tuple[date, ...]
    run_length: int
    dispersion: float


def control_limits(trend: pl.DataFrame) -> ControlLimits | None:
    """What the score of a period does by itself: beyond it, or in a long run, something happened.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.nps.trend.nps_trend` returns it. Only complete periods whose base
        isn't small count. Not of rolling windows: neighbours share answers there.

    Returns
    -------
    ControlLimits | None
        None if fewer than six periods count.

    Notes
    -----
    Laney's p'-chart for an NPS. The centre is the NPS of all answers that count; σᵢ is the
    standard error that the NPS of so many answers has if all are alike, with the design effect of
    the period. With zᵢ = (scoreᵢ -
    centre) ÷ σᵢ, the dispersion is the mean distance of neighbouring z, divided by 2 ÷ √π, and at
    least 1: answers are never less than themselves. Limits are centre ± q · dispersion · σᵢ,
    within ±100, where q is the normal quantile at which chance alone brings one of the periods
    outside in ``OUTSIDE_RATE`` of series. A run is as many neighbours on one side as chance alone
    brings in at most ``RUN_RATE`` of series (heads and tails). Where the level has shifted, the
    centre lies between the old level and the new one.

    References
    ----------
    .. [1] Laney, D. B. (2002). Improved Control Charts for Attributes. Quality Engineering 14(4).
    .. [2] Wheeler, D. J. (2000). Understanding Variation: The Key to Managing Chaos, 2nd ed.,
       p. 60: "useful limits may be constructed with as few as five or six values".

    Examples
    --------
    >>> months = pl.date_range(date(2026, 1, 1), date(2026, 6, 1), "1mo", eager=True)
    >>> steady = pl.DataFrame({"period": months, "nps": [20.0, 22, 20, 22, 20, 22],
    ...     "promoter_count": [40, 41, 40, 41, 40, 41], "passive_count": [40] * 6,
    ...     "detractor_count": [20, 19, 20, 19, 20, 19], "is_complete": True, "base": "ok"})
    >>> found = control_limits(steady)
    >>> round(found.centre, 1), round(found.low[0], 1), round(found.high[0], 1), found.outside
    (21.0, 1.8, 40.2, ())
    """
    counted = trend.filter("is_complete", pl.col("base") == "ok").sort("period")
    if counted.height < LIMITS_MINIMUM_COUNT:
        return None
    counts = class_counts(counted)
    whole = ClassCounts(*(np.sum(it) for it in counts[:3]))
    centre, scores = float(nps(whole)), counted["nps"].to_numpy()
    errors = _errors(counts, whole)
    z = (scores - centre) / errors
    dispersion = max(1.0, float(np.abs(np.diff(z)).mean() / MEAN_RANGE))
    reach = outside_quantile(counted.height) * dispersion * errors
    low, high = np.maximum(centre - reach, -100), np.minimum(centre + reach, 100)
    periods = np.array(counted["period"].to_list())
    length = run_length(counted.height)
    return ControlLimits(
        centre,
        tuple(periods),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(periods[(scores < low) | (scores > high)]),
        tuple(periods[_ends_a_run(np.sign(scores - centre), length)]),
        length,
        dispersion,
    )


def outside_quantile(period_count: int) -> float:
    """How many standard errors the limits lie from the centre.

    >>> round(outside_quantile(12), 2), round(outside_quantile(36), 2)
    (2.81, 3.14)
    """
    return NormalDist().inv_cdf(1 - OUTSIDE_RATE / (2 * period_count))


def run_length(period_count: int) -> int:
    """How many neighbours on one side are a run; one more than there are, if all may be chance.

    >>> run_length(12), run_length(36), run_length(4)
    (8, 10, 5)
    """
    lengths = range(2, period_count + 1)
    found = (it for it in lengths if run_share(period_count, it) <= RUN_RATE)
    return next(found, period_count + 1)


def run_share(period_count: int, length: int) -> float:
    """In which share of series chance alone brings a run of that length (heads and tails).

    >>> run_share(4, 4), run_share(3, 2)  # 2 of 16, 6 of 8
    (0.125, 0.75)
    """
    # By the length of the run so far; who reaches the length stays.
    share = np.zeros(length + 1)
    share[1] = 1.0
    for _ in range(period_count - 1):
        longer = np.zeros(length + 1)
        longer[2:] = share[1:-1] / 2
        longer[1] = share[:-1].sum() / 2
        longer[length] += share[length]
        share = longer
    return float(share[length])


def _errors(counts: ClassCounts, whole: ClassCounts) -> FloatArray:
    """Of the NPS of as many answers as each period has, in points, were all answers alike."""
    effect = np.asarray(counts.design_effect, dtype=np.float64)
    shrink = np.sqrt(whole.answer_count * effect / counts.answer_count)
    return np.asarray(100 * nps_standard_error(whole, basis="adjusted") * shrink)


def _ends_a_run(sides: FloatArray, length: int) -> npt.NDArray[np.bool_]:
    """Whether a period is at least the last of so many neighbours on a side; the centre is none."""
    ends, run, before = np.zeros(len(sides), dtype=bool), 0, 0.0
    for place, side in enumerate(sides):
        run = run + 1 if side == before else 1
        before = side
        ends[place] = side != 0 and run >= length
    return ends
