"""Coverage: how many of the customers have answered, and what share of revenue they are."""

from __future__ import annotations

import numpy as np
import polars as pl

from cxdata.metrics.churn.exposure import Exposure, exposure
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.withheld import TOO_FEW, is_few
from cxdata.models import Filters
from cxdata.store.connection import Store

COVERAGE_SCHEMA: dict[str, pl.DataType] = {
    "customer_count": pl.Int64(),
    "answered_count": pl.Int64(),
    "answered_share": pl.Float64(),
    "answered_share_low": pl.Float64(),
    "answered_share_high": pl.Float64(),
    "revenue_known_count": pl.Int64(),
    "answered_revenue_share": pl.Float64(),
    "window_last_on": pl.Date(),
    "reason": pl.String(),
}
UNANSWERED = "unknown"


def answer_coverage(store: Store, filters: Filters) -> pl.DataFrame:
    """How many of the customers at the end of the period have answered up to then.

    Segment, region and product filter. Customers are those active after the period's last day,
    which is cut at the last day that their history is known to; answered have those of them with
    a scored answer to the relationship survey up to that day, however old.

    Returns
    -------
    pl.DataFrame
        One row, also without customers.

        - ``customer_count`` (Int64): customers at the end; null if too few to show
        - ``answered_count`` (Int64): those of them who have answered; null likewise
        - ``answered_share`` (Float64): of customers, 0 to 1; null without customers
        - ``answered_share_low``, ``answered_share_high`` (Float64): Wilson interval
        - ``revenue_known_count`` (Int64): customers whose yearly revenue is known
        - ``answered_revenue_share`` (Float64): their part of the yearly revenue of all, where
          known, 0 to 1; null without revenue, and where either part has too few customers with
          a known one to show without telling theirs
        - ``window_last_on`` (Date): the last day; null without data
        - ``reason`` (String): ``no_customers_at_end``, ``after_data``, ``too_few_to_show``; null
          if there is a figure
    """
    window = exposure(store, filters, needs_ends=False)
    minimum, confidence = (
        store.settings.answers.minimum_count,
        store.settings.answers.confidence,
    )
    row: dict[str, object] = {"window_last_on": window.period and window.period.last_on}
    customers = _total(window, "base_count")
    if not customers:
        row["reason"] = window.gap or "no_customers_at_end"
    elif is_few(customers, minimum):
        row["reason"] = TOO_FEW
    else:
        row |= _shares(window, customers, minimum, confidence)
    return pl.DataFrame([row], schema=COVERAGE_SCHEMA)


def _shares(
    window: Exposure, customers: int, minimum_count: int, confidence: float
) -> dict[str, object]:
    answered = _total(window, "base_count", is_answered=True)
    low, high = map(float, wilson_interval(answered, customers, confidence=confidence))
    known = _total(window, "known_count")
    known_answered = _total(window, "known_count", is_answered=True)
    revenue = _sum(window, "known_amount")
    tells = any(is_few(it, minimum_count) for it in (known_answered, known - known_answered))
    share = _sum(window, "known_amount", is_answered=True) / revenue if revenue > 0 else np.nan
    return {
        "customer_count": customers,
        "answered_count": answered,
        "answered_share": answered / customers,
        "answered_share_low": low,
        "answered_share_high": high,
        "revenue_known_count": known,
        "answered_revenue_share": None if tells or np.isnan(share) else share,
    }


def _total(window: Exposure, column: str, *, is_answered: bool = False) -> int:
    return int(_sum(window, column, is_answered=is_answered))


def _sum(window: Exposure, column: str, *, is_answered: bool = False) -> float:
    rows = window.end.filter(pl.col("class") != UNANSWERED) if is_answered else window.end
    return float(rows[column].sum() or 0)
