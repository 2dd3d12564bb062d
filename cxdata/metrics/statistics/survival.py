"""Waiting times when some waits are not over: Kaplan-Meier on grouped counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from cxdata.metrics.statistics.intervals import FloatArray, chi_square_p, normal_quantile

# wait_days: bucket b holds waits from 1.01^b up to 1.01^(b+1) seconds, -1 those below 1 s.
BUCKET_RATIO = 1.01


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


def with_band(curve: pl.DataFrame, confidence: float) -> pl.DataFrame:
    """A curve with the pointwise band of its survival.

    Parameters
    ----------
    curve
        ``survival`` and ``standard_error``, as :func:`kaplan_meier` gives them.

    Returns
    -------
    pl.DataFrame
        The same with ``survival_low`` and ``survival_high`` (Float64, 0 to 1); 1 where nobody
        has left, null where nobody stays.

    Notes
    -----
    On the scale log(-log S), so that it stays between 0 and 1: S^exp(±z · SE / (S · log S)).
    It holds at each time, not for the whole curve at once.

    References
    ----------
    .. [1] Kalbfleisch, J. D. and Prentice, R. L. (2002). The Statistical Analysis of Failure
       Time Data. 2nd edition, p. 18.
    """
    survival = pl.col("survival")
    spread = normal_quantile(confidence) * pl.col("standard_error") / (survival * survival.log())
    is_inside = (survival > 0) & (survival < 1)

    def end(sign: int) -> pl.Expr:
        inside = survival.pow((sign * spread).exp())
        return pl.when(survival == 1).then(1.0).when(is_inside).then(inside)

    return curve.with_columns(survival_low=end(-1), survival_high=end(1))


class LogRank(NamedTuple):
    """``chi_square`` and ``p_value`` are None if there is nothing to compare."""

    chi_square: float | None
    degrees_of_freedom: int
    p_value: float | None


def log_rank(counts: pl.DataFrame) -> LogRank:
    """Whether groups stop at different rates, or chance may explain what is seen.

    Parameters
    ----------
    counts
        One row per group and time: ``group``, ``time``, ``event_count``, ``censored_count``,
        without nulls, as for :func:`kaplan_meier`; with a column ``stratum`` groups are compared
        within each stratum only, so that a group isn't told by the strata that it is in.

    Notes
    -----
    Of the d events of a time, nᵢ / n are expected in group i; the sum over the times of observed
    less expected, Z, has the covariance V with d · nᵢ/n · (δᵢⱼ - nⱼ/n) · (n - d) / (n - 1); over
    strata both are added. Z' V⁻ Z is a chi-square with as many degrees of freedom as the rank of
    V: one less than there are groups.

    References
    ----------
    .. [1] Mantel, N. (1966). Evaluation of Survival Data and Two New Rank Order Statistics
       Arising in Its Consideration. Cancer Chemotherapy Reports 50.

    Examples
    --------
    >>> rows = pl.DataFrame({"group": ["a", "a", "b", "b"], "time": [1, 2, 3, 4],
    ...                      "event_count": 1, "censored_count": 0})
    >>> found = log_rank(rows)
    >>> f"{found.chi_square:.2f}, p {found.p_value:.3f}"
    '2.88, p 0.090'
    """
    groups = counts["group"].unique().sort().to_list()
    if "stratum" not in counts.columns:
        counts = counts.with_columns(stratum=pl.lit(""))
    surplus, covariance = np.zeros(len(groups)), np.zeros((len(groups), len(groups)))
    for rows in counts.partition_by("stratum"):
        found, spread = _observed_less_expected(rows, groups)
        surplus, covariance = surplus + found, covariance + spread
    degrees = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if degrees == 0:
        return LogRank(None, 0, None)
    # What is observed in all groups together is expected, so one row is always too many.
    chi_square = float(surplus @ np.linalg.pinv(covariance, hermitian=True) @ surplus)
    return LogRank(chi_square, degrees, chi_square_p(max(chi_square, 0), degrees))


def _observed_less_expected(rows: pl.DataFrame, groups: list[str]) -> tuple[FloatArray, FloatArray]:
    times = rows["time"].unique().sort()
    grid = pl.DataFrame({"group": groups}).join(pl.DataFrame({"time": times}), how="cross")
    filled = (
        grid.join(
            rows.group_by("group", "time").agg(pl.col("event_count", "censored_count").sum()),
            on=["group", "time"],
            how="left",
        )
        .sort("group", "time")
        .with_columns(pl.col("event_count", "censored_count").fill_null(0))
    )
    shape = (len(groups), len(times))
    events = filled["event_count"].to_numpy().reshape(shape).astype(float)
    leaving = events + filled["censored_count"].to_numpy().reshape(shape)
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    d, n = events.sum(axis=0), at_risk.sum(axis=0)
    share = at_risk / n
    factor = d * (n - d) / np.maximum(n - 1, 1)
    covariance = np.diag((share * factor).sum(axis=1)) - (share * factor) @ share.T
    return (events - share * d).sum(axis=1), covariance


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
