"""Waiting times when some waits are not over: Kaplan-Meier on grouped counts."""

from __future__ import annotations

import numpy as np
import polars as pl

# wait_days: bucket b holds waits from 1.01^b up to 1.01^(b+1) seconds, -1 those below 1 s.
BUCKET_RATIO = 1.01
# Products of many fractions miss a round share by some 1e-16; R's survfit allows the same.
ROUNDING = 1e-9


def kaplan_meier(counts: pl.DataFrame) -> pl.DataFrame:
    """The share still waiting after each time at which somebody stopped waiting.

    Open cases count as at risk as long as they were seen (right-censored): dropping them
    would flatter, because the long waits are the ones still open.

    Parameters
    ----------
    counts
        One row per time, in any order, without nulls: ``time`` (a number), ``event_count``
        (waits that ended then) and ``censored_count`` (waits last seen then). A censored
        wait counts as longer than an ended one of the same time.

    Returns
    -------
    pl.DataFrame
        One row per time with events, shortest first; no rows if no wait ended.

        - ``time`` (Float64)
        - ``at_risk_count`` (Int64): still waiting just before
        - ``event_count`` (Int64): ended then, at least 1
        - ``survival`` (Float64): share that waits longer, 0 to 1
        - ``standard_error`` (Float64): Greenwood's, null where nobody waits longer

    Notes
    -----
    S(t) = product of (1 - d/n) over the times up to t; its variance is
    S(t)² · sum of d / (n (n - d)).

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric Estimation from Incomplete
       Observations. JASA 53.

    Examples
    --------
    >>> waits = pl.DataFrame({"time": [1, 2], "event_count": [1, 1], "censored_count": [2, 0]})
    >>> kaplan_meier(waits)["survival"].to_list()
    [0.75, 0.0]
    """
    n, d = pl.col("at_risk_count").cast(pl.Float64), pl.col("event_count").cast(pl.Float64)
    return (
        _at_risk(counts)
        .filter(pl.col("event_count") > 0)
        .with_columns(
            survival=((n - d) / n).cum_prod(),
            risk_sum=pl.when(n > d).then(d / (n * (n - d))).cum_sum(),
        )
        .select(
            pl.col("time").cast(pl.Float64),
            "at_risk_count",
            "event_count",
            "survival",
            standard_error=pl.col("survival") * pl.col("risk_sum").sqrt(),
        )
    )


def survival_quantile(curve: pl.DataFrame, share: float) -> float | None:
    """The time within which ``share`` (0 to 1) of the waits end; None if not known yet.

    The smallest time at which at most 1 - ``share`` still wait. None if more than that were
    still waiting when last seen.
    """
    reached = curve.filter(pl.col("survival") <= 1 - share + ROUNDING)
    return None if reached.is_empty() else float(reached["time"][0])


def wait_quantile(buckets: pl.DataFrame, share: float) -> float | None:
    """A quantile of waits counted in buckets, in seconds of the channel's clock.

    Parameters
    ----------
    buckets
        ``wait_bucket``, ``answered_count`` and ``waiting_count``, as in ``wait_days``.

    Notes
    -----
    The geometric middle of the bucket is reported: at most 0.5 % from the exact value.
    """
    curve = kaplan_meier(
        buckets.select(
            time=bucket_seconds(pl.col("wait_bucket")),
            event_count="answered_count",
            censored_count="waiting_count",
        )
    )
    return survival_quantile(curve, share)


def bucket_seconds(bucket: pl.Expr) -> pl.Expr:
    """The geometric middle of a bucket of ``wait_days``, in seconds; 0 for bucket -1."""
    middle = ((bucket.cast(pl.Float64) + 0.5) * np.log(BUCKET_RATIO)).exp()
    return pl.when(bucket < 0).then(0.0).otherwise(middle)


def _at_risk(counts: pl.DataFrame) -> pl.DataFrame:
    leaving = pl.col("event_count") + pl.col("censored_count")
    return (
        counts.group_by("time")
        .agg(pl.col("event_count", "censored_count").sum().cast(pl.Int64))
        .sort("time")
        .with_columns(at_risk_count=leaving.sum() - leaving.cum_sum() + leaving)
    )
