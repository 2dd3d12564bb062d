"""Whether following up goes with better scores and fewer losses: compared, never proven.

Who is called isn't chosen by chance: firms call those whom they can reach, or hope to keep. Within
each segment the followed are held against the others, which takes out what the segments explain;
what else differs stays.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.churn.exposure import exposure
from cxdata.metrics.statistics.intervals import normal_quantile
from cxdata.metrics.statistics.rates import with_rate
from cxdata.metrics.statistics.shares import ShareCounts, newcombe_interval
from cxdata.metrics.statistics.withheld import withheld
from cxdata.models import Filters
from cxdata.store.connection import Store

FOLLOWED, OTHERS = "followed", "others"
_DIFFERENCE = ("difference", "difference_low", "difference_high")


def rescue_rate(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of detractors whose next score is 7 or more: those who were reached in between, and
    the others.

    Each customer counts once, with the first detractor's answer of the period that has a next one
    to the same survey.

    Returns
    -------
    pl.DataFrame
        Two rows, ``followed`` and ``others``; no rows if no detractor answered again.

        - ``following`` (String)
        - ``customer_count``, ``rescued_count`` (Int64), ``rescue_rate`` (Float64, 0 to 1) with
          ``rescue_rate_low`` and ``…_high`` (Wilson); null of fewer than ``minimum_count``
        - ``difference`` (Float64): of the followed less the others, in both rows; null unless both
          are shown; with its ends (Newcombe)
        - ``verdict`` (String): ``better``, ``worse`` or ``cannot_tell``
    """
    found, answers = store.query("next_scores", filters), store.settings.answers
    if found.is_empty():
        return _framed(found.select(), "rescued_count", "rescue_rate", answers)
    counts = (
        found.group_by("is_followed")
        .agg(
            pl.len().cast(pl.Int64).alias("customer_count"),
            pl.col("is_rescued").sum().cast(pl.Int64).alias("rescued_count"),
        )
        .with_columns(_following())
    )
    rows = _framed(counts, "rescued_count", "rescue_rate", answers)
    shown = {row["following"]: row for row in rows.iter_rows(named=True)}
    difference = None
    if all(shown[it]["customer_count"] is not None for it in (FOLLOWED, OTHERS)):
        one, other = (
            ShareCounts(shown[it]["rescued_count"], shown[it]["customer_count"])
            for it in (FOLLOWED, OTHERS)
        )
        if min(shown[it]["customer_count"] for it in shown):
            low, high = newcombe_interval(one, other, confidence=answers.confidence)
            difference = (float(one.share - other.share), float(low), float(high))
    return _judged(rows, difference, answers, is_more_better=True)


def leaving_by_follow_up(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of detractors lost in the window: those who were reached before it, and the others.

    Returns
    -------
    pl.DataFrame
        Two rows, ``followed`` and ``others``; no rows where customers aren't known.

        - ``following`` (String)
        - ``customer_count``, ``lost_count`` (Int64), ``leave_rate`` (Float64, 0 to 1) with its
          Wilson interval; null of fewer than ``minimum_count``
        - ``difference`` (Float64): the rate of the followed less that of the others, within their
          segments (Mantel-Haenszel), in both rows, with its ends; null unless both are shown in
          one segment at least
        - ``verdict`` (String): ``better`` (fewer leave), ``worse`` or ``cannot_tell``

    References
    ----------
    .. [1] Greenland, S. & Robins, J. (1985). Estimation of a Common Effect Parameter from Sparse
       Follow-Up Data. Biometrics 41.
    """
    answers = store.settings.answers
    exposed = exposure(store, filters)
    if exposed.period is None:
        return _framed(pl.DataFrame(), "lost_count", "leave_rate", answers)
    found = store.query(
        "leaving_by_follow_up",
        replace(filters, period=exposed.period),
        class_survey=store.settings.churn.class_survey,
        time_zone=store.settings.firm.time_zone,
    )
    counts = (
        found.group_by("is_followed")
        .agg(pl.col("customer_count").sum(), pl.col("lost_count").sum())
        .with_columns(_following())
    )
    rows = _framed(counts, "lost_count", "leave_rate", answers)
    is_shown = rows["customer_count"].null_count() == 0 and rows.height == 2
    difference = mantel_haenszel(found, answers.confidence) if is_shown else None
    return _judged(rows, difference, answers, is_more_better=False)


def mantel_haenszel(strata: pl.DataFrame, confidence: float) -> tuple[float, float, float] | None:
    """The difference of two rates within strata, with its interval; None without a stratum that
    has both.

    Parameters
    ----------
    strata
        One row per ``segment`` and ``is_followed``: ``customer_count``, ``lost_count``.
    """
    wide = strata.pivot(
        "is_followed", index="segment", values=["customer_count", "lost_count"]
    ).fill_null(0)
    needed = [
        f"{name}_{it}" for name in ("customer_count", "lost_count") for it in ("true", "false")
    ]
    if not set(needed) <= set(wide.columns):
        return None
    n1, n0, x1, x0 = (
        wide[f"{name}_{it}"].to_numpy().astype(float)
        for name in ("customer_count", "lost_count")
        for it in ("true", "false")
    )
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        return None
    n1, n0, x1, x0 = n1[both], n0[both], x1[both], x0[both]
    total = n1 + n0
    weight = (n1 * n0 / total).sum()
    difference = float(((x1 * n0 - x0 * n1) / total).sum() / weight)
    spread = (x1 * (n1 - x1) * n0**3 + x0 * (n0 - x0) * n1**3) / (n1 * n0 * total**2)
    error = float(np.sqrt(spread.sum()) / weight) * float(normal_quantile(confidence))
    return difference, difference - error, difference + error


def _following() -> pl.Expr:
    is_followed = pl.when("is_followed").then(pl.lit(FOLLOWED)).otherwise(pl.lit(OTHERS))
    return is_followed.alias("following")


def _framed(counts: pl.DataFrame, part: str, rate: str, answers: AnswerSettings) -> pl.DataFrame:
    """Both rows, also where one has nobody; none if both have nobody."""
    both = pl.DataFrame({"following": [FOLLOWED, OTHERS]})
    if counts.is_empty():
        both = both.clear()
        counts = pl.DataFrame(
            schema={"following": pl.String, "customer_count": pl.Int64, part: pl.Int64}
        )
    rows = both.join(
        counts.select("following", pl.col("customer_count", part).cast(pl.Int64)),
        on="following",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("customer_count", part).fill_null(0))
    rated = with_rate(rows, rate, part=part, whole="customer_count", answers=answers)
    reason = pl.when(pl.col("customer_count") < answers.minimum_count).then(
        pl.lit("too_few_to_show")
    )
    return withheld(
        rated.with_columns(reason.alias("reason")),
        "customer_count",
        answers.minimum_count,
        figures=[part],
    )


def _judged(
    rows: pl.DataFrame,
    difference: tuple[float, float, float] | None,
    answers: AnswerSettings,
    *,
    is_more_better: bool,
) -> pl.DataFrame:
    """With the difference in each row, and what may be said of it: nothing where its interval holds
    0, or one of both groups is a small base."""
    verdict = "cannot_tell"
    is_small = rows.filter(pl.col("customer_count") < answers.small_base_count).height > 0
    if difference and not is_small:
        _, low, high = difference
        if low > 0 or high < 0:
            verdict = "better" if (low > 0) == is_more_better else "worse"
    values = difference or (None, None, None)
    return rows.with_columns(
        *(pl.lit(it, pl.Float64).alias(name) for name, it in zip(_DIFFERENCE, values, strict=True)),
        pl.lit(verdict).alias("verdict"),
    )
