"""Churn rates: which share of the customers, and of their revenue, was lost in a window.

Customer churn and revenue churn are two rates and never confused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.churn.exposure import CLASSES, Exposure, exposure, with_revenues
from cxdata.metrics.churn.leaving_rates import leaving_rates
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.withheld import is_few, protecting_rows, withheld
from cxdata.models import Filters
from cxdata.store.connection import Store

CLASS_SCHEMA: dict[str, pl.DataType] = {
    "nps_class": pl.String(),
    "customer_count": pl.Int64(),
    "lost_count": pl.Int64(),
    "customer_churn_rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "yearly_churn_rate": pl.Float64(),
    "revenue_churn_rate": pl.Float64(),
    "revenue_rate_low": pl.Float64(),
    "revenue_rate_high": pl.Float64(),
    "active_count": pl.Int64(),
    "active_revenue_amount": pl.Float64(),
    "revenue_at_risk_amount": pl.Float64(),
    "reason": pl.String(),
}
REASON_SCHEMA: dict[str, pl.DataType] = {
    "end_reason": pl.String(),
    "lost_count": pl.Int64(),
    "lost_share": pl.Float64(),
    "share_low": pl.Float64(),
    "share_high": pl.Float64(),
    "revenue_count": pl.Int64(),
    "lost_revenue_amount": pl.Float64(),
    **{f"{name}_count": pl.Int64() for name in CLASSES},
    "reason": pl.String(),
}


def share(part: float, whole: float) -> float | None:
    """``part / whole``; None where there is no whole, never 0 or 1.

    >>> round(share(1869, 7043), 4)
    0.2654
    """
    return part / whole if whole > 0 else None


def rate_figures(exposed: Exposure) -> dict[str, Any]:
    """Both churn rates of a window with their coverage; ``reason`` says why one is missing.

    The keys are those of :func:`cxdata.metrics.churn.cost.churn_cost_summary`; only ``reason``
    if there are too few customers.
    """
    if exposed.is_withheld:
        return {"reason": "too_few_customers" if exposed.customer_count else "no_customers"}
    count, lost = exposed.customer_count, exposed.lost_count
    low, high = rate_interval(exposed)
    classed = count - exposed.of_class("unknown").customer_count
    return {
        "customer_churn_rate": lost / count,
        "rate_low": low,
        "rate_high": high,
        "revenue_churn_rate": revenue_churn_rate(exposed),
        **revenue_rate_interval(exposed),
        "revenue_coverage_share": exposed.total("known_count") / count,
        # It would tell how many have no class, where that is withheld.
        "class_coverage_share": None if exposed.class_gaps["unknown"] else classed / count,
        "costed_lost_count": int(exposed.total("lost_known_count")),
        "reason": None if revenue_churn_rate(exposed) is not None else "no_revenue",
    }


def rate_interval(exposed: Exposure) -> tuple[float, float]:
    """Wilson interval of the customer churn rate."""
    confidence = exposed.settings.answers.confidence
    low, high = wilson_interval(exposed.lost_count, exposed.customer_count, confidence=confidence)
    return float(low), float(high)


def revenue_churn_rate(exposed: Exposure) -> float | None:
    """Yearly revenue of the lost ÷ that of all, where known.

    None without any, and where negative amounts (which no import takes any more) leave no share.
    """
    rate = share(exposed.total("lost_known_amount"), exposed.total("known_amount"))
    return rate if rate is not None and 0 <= rate <= 1 else None


def revenue_rate_interval(exposed: Exposure) -> dict[str, float]:
    """The ends of the revenue churn rate's interval; none without a rate.

    Notes
    -----
    Revenue churn is a share of customers of unequal weight, w = revenue ÷ revenue of all. It is as
    uncertain as a share of so many customers who pay alike as have its variance: 1 ÷ Σ w² [1]_
    where leaving has nothing to do with revenue, fewer where large accounts leave more often
    (Σ w² (left − rate)², as of any ratio). Wilson's interval with the smaller number [2]_. Where
    all pay alike it is that of the customer churn rate; where a few bring most, it is as wide as
    for these few.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling.
    .. [2] Korn, E. & Graubard, B. (1998). Confidence Intervals for Proportions with Small Expected
       Number of Positive Counts Estimated from Survey Data. Survey Methodology 24.
    """
    rate = revenue_churn_rate(exposed)
    if rate is None:
        return {}
    total, squares = exposed.total("known_amount"), exposed.total("known_squares")
    lost_squares = exposed.total("lost_known_squares")
    unrelated = rate * (1 - rate) * squares
    related = lost_squares * (1 - rate) ** 2 + (squares - lost_squares) * rate**2
    alike_count = total**2 / squares * (unrelated / max(unrelated, related) if unrelated else 1)
    low, high = wilson_interval(
        rate * alike_count, alike_count, confidence=exposed.settings.answers.confidence
    )
    return {"revenue_rate_low": float(low), "revenue_rate_high": float(high)}


def churn_by_class(store: Store, filters: Filters) -> pl.DataFrame:
    """Churn of promoters, passives, detractors and of customers without a class.

    Returns
    -------
    pl.DataFrame
        Four rows in that order, the last ``unknown``; no rows without customers.

        - ``nps_class`` (String): of the last answer before the window
        - ``customer_count``, ``lost_count`` (Int64): null if withheld, and so are the rates
        - ``customer_churn_rate``, ``rate_low``, ``rate_high`` (Float64): over the window, with
          Wilson interval
        - ``yearly_churn_rate`` (Float64): the same per year
        - ``revenue_churn_rate``, ``revenue_rate_low``, ``revenue_rate_high`` (Float64): where
          revenue is known, with its interval
        - ``active_count`` (Int64), ``active_revenue_amount`` (Float64): at the window's end, by
          the class of that day; null if these are fewer than ``minimum_count``
        - ``revenue_at_risk_amount`` (Float64): their part of the summary's: revenue × the rates of
          :class:`cxdata.metrics.churn.leaving_rates.LeavingRates`; null likewise, and if nobody
          was lost
        - ``reason`` (String): ``no_customers``, ``too_few_customers``, ``protects_others`` (see
          :mod:`cxdata.metrics.statistics.withheld`) or null
    """
    exposed = with_revenues(store, filters, exposure(store, filters))
    rows = [_class_figures(exposed, name) for name in CLASSES] if exposed.customer_count else []
    return pl.DataFrame(rows, schema=CLASS_SCHEMA)


def churn_by_reason(store: Store, filters: Filters) -> pl.DataFrame:
    """Why customers left, where a reason is given; and of which class those who say so were.

    Returns
    -------
    pl.DataFrame
        One row per reason among the customers lost in the window, the most frequent first, the
        lost without a reason (null) last; no rows if nobody was lost, or if fewer than
        ``minimum_count`` customers were there.

        - ``end_reason`` (String): as the file gives it; null where it gives none
        - ``lost_count`` (Int64): null if withheld, and so is all that follows but the reason's
          name
        - ``lost_share``, ``share_low``, ``share_high`` (Float64): of all the lost, with or
          without a reason, 0 to 1; Wilson interval
        - ``revenue_count`` (Int64): with a known revenue; ``lost_revenue_amount`` (Float64):
          their yearly revenue, null if none is known; both null if that of fewer than
          ``minimum_count`` is
        - ``promoter_count``, ``passive_count``, ``detractor_count``, ``unknown_count`` (Int64):
          of ``lost_count``, by the last answer before the window
        - ``reason`` (String): ``too_few_customers``, ``protects_others`` or null

    Notes
    -----
    Same customers and window as ``churn_cost_summary``: the counts add up to its
    ``lost_count``. A reason is what somebody wrote down when the customer left. It may be what
    is easiest to say.
    """
    exposed = exposure(store, filters)
    if exposed.period is None or exposed.is_withheld or exposed.lost_count == 0:
        return pl.DataFrame(schema=REASON_SCHEMA)
    found = store.query(
        "churn_reasons",
        replace(filters, period=exposed.period),
        class_survey=store.settings.churn.class_survey,
    )
    return _reasons(found, store.settings.answers)


def _reasons(found: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    lost = pl.col("lost_count")
    by_class = [
        lost.filter(pl.col("class") == name).sum().alias(f"{name}_count") for name in CLASSES
    ]
    rows = found.group_by("end_reason").agg(
        *by_class, lost.sum(), revenue_count=pl.col("known_count").sum(),
        lost_revenue_amount=pl.col("known_amount").sum(),
    )  # fmt: skip
    total = int(rows["lost_count"].sum())
    low, high = wilson_interval(rows["lost_count"], total, confidence=answers.confidence)
    known, minimum = pl.col("revenue_count"), answers.minimum_count
    figures = rows.with_columns(
        lost_share=lost / total,
        share_low=pl.Series(low),
        share_high=pl.Series(high),
        lost_revenue_amount=pl.when(known >= minimum).then("lost_revenue_amount"),
        revenue_count=pl.when(~known.is_between(1, minimum - 1)).then("revenue_count"),
    ).sort(pl.col("end_reason").is_null(), -lost, "end_reason")
    return withheld(
        figures,
        "lost_count",
        minimum,
        figures=[name for name in REASON_SCHEMA if name not in ("end_reason", "reason")],
        protects=protecting_rows(figures, "lost_count", minimum),
        few="too_few_customers",
    ).select(pl.col(name).cast(kind) for name, kind in REASON_SCHEMA.items())


def _class_at_risk(exposed: Exposure, nps_class: str) -> float | None:
    """A year's revenue of the active × the rates of leaving of their segments and class."""
    revenues = exposed.of_class(nps_class).end_revenues
    if revenues is None or exposed.lost_count == 0:
        return None
    return leaving_rates(exposed).expected_amount(revenues)


def _class_figures(exposed: Exposure, nps_class: str) -> dict[str, object]:
    of_class, gap = exposed.of_class(nps_class), exposed.class_gaps[nps_class]
    today = _active_figures(of_class)
    if gap:
        return {"nps_class": nps_class, **today, "reason": gap}
    rates = rate_figures(of_class)
    at_risk = None if today["active_count"] is None else _class_at_risk(exposed, nps_class)
    return {
        "nps_class": nps_class,
        "customer_count": of_class.customer_count,
        "lost_count": of_class.lost_count,
        **{name: rates.get(name) for name in ("customer_churn_rate", "rate_low", "rate_high")},
        "yearly_churn_rate": None if of_class.is_withheld else of_class.yearly_churn_rate,
        **{
            name: rates.get(name)
            for name in ("revenue_churn_rate", "revenue_rate_low", "revenue_rate_high")
        },
        **today,
        "revenue_at_risk_amount": at_risk,
        "reason": rates["reason"] if of_class.is_withheld else None,
    }


def _active_figures(of_class: Exposure) -> dict[str, object]:
    """Nothing shows all who are active, so no class has to protect another."""
    count = int(of_class.end["base_count"].sum())
    if is_few(count, of_class.settings.answers.minimum_count):
        return {"active_count": None, "active_revenue_amount": None}
    amount = float(of_class.end["known_amount"].sum())
    return {"active_count": count, "active_revenue_amount": amount}
