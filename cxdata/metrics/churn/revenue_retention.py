"""Revenue retention: what of the yearly revenue of a window's first day is there at its end.

It needs the prices of two moments, from a file that dates them or from two extracts of customers:
one price alone can't grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist

import polars as pl

from cxdata.metrics.churn.exposure import exposure
from cxdata.metrics.churn.start_prices import extracts_of
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

RETENTION_SCHEMA: dict[str, pl.DataType] = {
    "customer_count": pl.Int64(),
    "revenue_count": pl.Int64(),
    "start_revenue_amount": pl.Float64(),
    "end_revenue_amount": pl.Float64(),
    "net_retention_rate": pl.Float64(),
    "net_retention_rate_low": pl.Float64(),
    "net_retention_rate_high": pl.Float64(),
    "gross_retention_rate": pl.Float64(),
    "gross_retention_rate_low": pl.Float64(),
    "gross_retention_rate_high": pl.Float64(),
    "start_known_on": pl.Date(),
    "end_known_on": pl.Date(),
    "window_first_on": pl.Date(),
    "window_last_on": pl.Date(),
    "reason": pl.String(),
}


def revenue_retention(store: Store, filters: Filters) -> pl.DataFrame:
    """Net and gross revenue retention over the window, by the prices of its two ends.

    The window is that of :func:`cxdata.metrics.churn.cost.churn_cost_summary`. Segment, region and
    product filter, as they were at its start.

    Returns
    -------
    pl.DataFrame
        Exactly one row.

        - ``customer_count`` (Int64): customers before the window's first day, where an extract
          tells their prices those that it knows; ``revenue_count`` (Int64): those of them whose
          yearly revenue is known at both ends (0 at the end for who left), of whom the rates are.
          Null if too few
        - ``start_revenue_amount``, ``end_revenue_amount`` (Float64): their yearly revenue
        - ``net_retention_rate`` (Float64): end ÷ start, above 1 where those who stay buy more;
          ``net_retention_rate_low``, ``net_retention_rate_high``: its interval
        - ``gross_retention_rate`` (Float64, 0 to 1): the same with nobody counting for more than
          at the start; ``gross_retention_rate_low``, ``gross_retention_rate_high``: its interval
        - ``start_known_on``, ``end_known_on`` (Date): up to which days the extracts tell that the
          prices are from; null where none does, and the files date the prices themselves
        - ``window_first_on``, ``window_last_on`` (Date)
        - ``reason`` (String): why there are no rates, or null: those of an exposure window
          (``no_customers``, ``after_data``, ``ends_not_told``, ``only_one_moment``), and
          ``one_price`` (no extract of the window's start, or none of its end, and no file that
          dates its prices),
          ``too_few_customers``, ``no_revenue``

    Notes
    -----
    The prices of a day are those that a file dates (subscriptions with starts and ends, revenue by
    year), or those of an extract that tells up to that day, and no longer than 31 days before it;
    today's price is not taken for it. New customers are in neither sum.

    Both are ratios of sums over customers, e ÷ s. The net rate has the variance
    Σ (e − R s)² ÷ (Σ s)² × n ÷ (n − 1), or, if greater, the one that it would have if changes had
    nothing to do with the size of an account; where all changed alike, which leaves none, it is as
    wide as the gross one. The gross rate is a share of customers of unequal weight; Wilson's
    interval with as many customers alike as have its variance (Kish; Korn & Graubard, as for
    revenue churn).

    References
    ----------
    .. [1] Reichheld, F., Darnell, D. & Burns, M. (2021). Net Promoter 3.0. Harvard Business Review.
    """
    exposed = exposure(store, filters)
    row: dict[str, object] = {"reason": exposed.gap or "no_customers"}
    if exposed.period is not None:
        row = _of_window(store, filters, exposed.period)
        if exposed.is_one_moment:
            row = {"reason": exposed.window_reason}
        row |= {
            "window_first_on": exposed.period.first_on,
            "window_last_on": exposed.period.last_on,
        }
    return pl.DataFrame([row], schema=RETENTION_SCHEMA)


def _of_window(store: Store, filters: Filters, window: Period) -> dict[str, object]:
    start_on, end_on = extracts_of(store, window)
    sums = store.query(
        "revenue_retention",
        replace(filters, period=window),
        start_known_on=start_on,
        end_known_on=end_on,
    ).row(0, named=True)
    if sums["start_count"] == 0:
        return {"reason": "no_customers" if start_on and end_on else "one_price"}
    minimum = store.settings.answers.minimum_count
    hidden = sums["start_count"] - sums["known_count"]
    if sums["known_count"] == 0 and (start_on is None or end_on is None):
        return {"reason": "one_price"}
    if sums["start_count"] < minimum or sums["known_count"] < minimum or 0 < hidden < minimum:
        few = sums["known_count"] > 0 or sums["start_count"] < minimum
        return {"reason": "too_few_customers" if few else "no_revenue"}
    if sums["s"] <= 0:
        return {"reason": "no_revenue"}
    rates = retention_rates(sums, store.settings.answers.confidence)
    return {
        "customer_count": sums["start_count"],
        "revenue_count": sums["known_count"],
        "start_revenue_amount": sums["s"],
        "end_revenue_amount": sums["e"],
        **rates,
        "start_known_on": start_on,
        "end_known_on": end_on,
    }


def retention_rates(sums: Mapping[str, float], confidence: float) -> dict[str, float]:
    """Both rates with their intervals, from sums over customers as the query gives them.

    >>> ten = {"s": 10.0, "e": 9.0, "k": 9.0, "ss": 10.0, "se": 9.0, "ee": 9.0, "sk": 9.0,
    ...     "kk": 9.0, "er": 9.0, "known_count": 10.0}
    >>> {name: round(it, 3) for name, it in retention_rates(ten, 0.95).items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'net_retention_rate': 0.9, 'net_retention_rate_low': 0.704, 'net_retention_rate_high': 1.096,
     'gross_retention_rate': 0.9, 'gross_retention_rate_low': 0.596,
     'gross_retention_rate_high': 0.982}
    """
    net, gross = sums["e"] / sums["s"], sums["k"] / sums["s"]
    low, high = _gross_interval(sums, gross, confidence)
    n = sums["known_count"]
    squares = sums["ee"] - 2 * net * sums["se"] + net**2 * sums["ss"]
    unrelated = (sums["er"] / sums["s"] - net**2) * sums["ss"]
    variance = max(squares, unrelated, 0.0) / sums["s"] ** 2 * n / max(n - 1, 1)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    half = z * variance**0.5 if variance > 0 else gross - low
    return {
        "net_retention_rate": net,
        "net_retention_rate_low": max(net - half, 0.0),
        "net_retention_rate_high": net + half,
        "gross_retention_rate": gross,
        "gross_retention_rate_low": low,
        "gross_retention_rate_high": high,
    }


def _gross_interval(
    sums: Mapping[str, float], gross: float, confidence: float
) -> tuple[float, float]:
    unrelated = gross * (1 - gross) * sums["ss"]
    related = sums["kk"] - 2 * gross * sums["sk"] + gross**2 * sums["ss"]
    alike = sums["s"] ** 2 / sums["ss"]
    alike *= unrelated / max(unrelated, related) if unrelated > 0 else 1
    low, high = wilson_interval(gross * alike, alike, confidence=confidence)
    return float(low), float(high)
