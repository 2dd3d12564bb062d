"""How waits end when they can end in two ways: the share answered by each time, and that given up.

A customer who gave up will never be answered. Counting that wait as one that is still going on
(censoring it, as Kaplan-Meier would) spreads it over those who were answered later.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.survival import bucket_seconds

# Products of many fractions miss a round share by some 1e-16; R's survfit allows the same.
ROUNDING = 1e-9


def cumulative_incidence(counts: pl.DataFrame) -> pl.DataFrame:
    """The share whose wait has ended by each time, by how it ended (Aalen-Johansen).

    Parameters
    ----------
    counts
        One row per time, in any order, without nulls: ``time`` (a number), ``event_count``
        (waits that ended then as they should), ``competing_count`` (that ended otherwise) and
        ``censored_count`` (last seen then, still going on). A censored wait counts as longer
        than an ended one of the same time.

    Returns
    -------
    pl.DataFrame
        One row per time at which a wait ended, shortest first; no rows if none did.

        - ``time`` (Float64)
        - ``at_risk_count`` (Int64): still waiting just before
        - ``event_count``, ``competing_count`` (Int64): ended then
        - ``incidence``, ``competing_incidence`` (Float64): share ended so by then, 0 to 1; what
          is missing to 1 still waits

    Notes
    -----
    F(t) = sum over the times up to t of S(t-) · e/n, with the share S(t-) still waiting just
    before, e events among n at risk; S falls with every wait that ends, in whichever way.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An Empirical Transition Matrix for Nonhomogeneous
       Markov Chains Based on Censored Observations. Scandinavian Journal of Statistics 5.

    Examples
    --------
    >>> waits = pl.DataFrame({"time": [10, 20], "event_count": [0, 80],
    ...                       "competing_count": [20, 0], "censored_count": [0, 0]})
    >>> cumulative_incidence(waits)["incidence"].to_list()
    [0.0, 0.8]
    """
    ended = pl.col("event_count") + pl.col("competing_count")
    n = pl.col("at_risk_count").cast(pl.Float64)
    before = ((n - ended) / n).cum_prod().shift(1, fill_value=1.0)
    return (
        _at_risk(counts)
        .filter(ended > 0)
        .select(
            pl.col("time").cast(pl.Float64),
            "at_risk_count",
            "event_count",
            "competing_count",
            incidence=(before * pl.col("event_count") / n).cum_sum(),
            competing_incidence=(before * pl.col("competing_count") / n).cum_sum(),
        )
    )


def wait_incidence(buckets: pl.DataFrame) -> pl.DataFrame:
    """:func:`cumulative_incidence` of being answered, in seconds of the channel's clock.

    Parameters
    ----------
    buckets
        ``wait_bucket``, ``answered_count``, ``waiting_count`` and, of these, ``gave_up_count``,
        as in ``wait_days``.

    Notes
    -----
    The geometric middle of a bucket stands for it: at most 0.5 % from the exact value.
    """
    return cumulative_incidence(
        buckets.select(
            time=bucket_seconds(pl.col("wait_bucket")),
            event_count="answered_count",
            competing_count="gave_up_count",
            censored_count=pl.col("waiting_count") - pl.col("gave_up_count"),
        )
    )


def reached_at(curve: pl.DataFrame, share: float) -> float | None:
    """The time by which ``share`` (0 to 1) of all waits have ended as they should.

    None if they haven't: because too many ended otherwise, or still go on.
    """
    reached = curve.filter(pl.col("incidence") >= share - ROUNDING)
    return None if reached.is_empty() else float(reached["time"][0])


class Ending(NamedTuple):
    """Shares of all waits by the longest one seen, 0 to 1: ``share`` ended as it should, with its
    interval, ``competing`` otherwise. What is missing to 1 still waits.
    """

    share: float
    low: float
    high: float
    competing: float


def in_the_end(curve: pl.DataFrame, confidence: float) -> Ending | tuple[None, ...]:
    """What becomes of the waits, as far as was seen; four times None if none has ended.

    Notes
    -----
    Wilson's interval at the number of waits that would leave as much to chance without censoring:
    F · (1 - F) / Var F. Without censoring that is the number of waits itself.
    """
    if curve.is_empty():
        return (None,) * 4
    share, competing = (float(curve[it][-1]) for it in ("incidence", "competing_incidence"))
    ended = int(curve.select("event_count", "competing_count").sum().sum_horizontal().item())
    variance = _variance_at_end(curve)
    count = share * (1 - share) / variance if variance > ROUNDING**2 else ended
    low, high = map(float, wilson_interval(share * count, count, confidence=confidence))
    return Ending(share, low, high, competing)


def _variance_at_end(curve: pl.DataFrame) -> float:
    """That of the last ``incidence``, by the delta method.

    Sum over the times j of (F - Fⱼ)² · dⱼ / (nⱼ (nⱼ - dⱼ)) + Sⱼ² · eⱼ (nⱼ - eⱼ) / nⱼ³
    - 2 (F - Fⱼ) · Sⱼ · eⱼ / nⱼ², with d waits that ended, e of them as they should, and the
    share Sⱼ that still waited just before (Marubini and Valsecchi 1995, chapter 10).
    """
    n, e = pl.col("at_risk_count").cast(pl.Float64), pl.col("event_count").cast(pl.Float64)
    d = e + pl.col("competing_count")
    left = pl.col("incidence").last() - pl.col("incidence")
    before = ((n - d) / n).cum_prod().shift(1, fill_value=1.0)
    still = pl.when(n > d).then(left**2 * d / (n * (n - d))).otherwise(0.0)
    parts = still + before**2 * e * (n - e) / n**3 - 2 * left * before * e / n**2
    return float(curve.select(parts.sum()).item())


def _at_risk(counts: pl.DataFrame) -> pl.DataFrame:
    names = ("event_count", "competing_count", "censored_count")
    leaving = pl.sum_horizontal(*names)
    return (
        counts.group_by("time")
        .agg(pl.col(*names).sum().cast(pl.Int64))
        .sort("time")
        .with_columns(at_risk_count=leaving.sum() - leaving.cum_sum() + leaving)
    )
