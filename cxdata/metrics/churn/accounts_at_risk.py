"""Accounts at risk: whom to call first, by what their leaving would take away."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.metrics.churn.exposure import CLASSES, Exposure, exposure, yearly_rate
from cxdata.metrics.churn.rates import rate_interval
from cxdata.metrics.churn.retention import Retention, retention_of
from cxdata.metrics.churn.strata import strata_of
from cxdata.metrics.churn.value import CASES, economics, value_amount
from cxdata.models import OWN_DIMENSIONS, Filters
from cxdata.store.clocks import DAY
from cxdata.store.connection import Store

# As many as a page lists and a browser scrolls through at ease.
LISTED_ACCOUNTS = 500
ACCOUNT_SCHEMA: dict[str, pl.DataType] = {
    "customer_id": pl.String(),
    "name": pl.String(),
    "is_strategic": pl.Boolean(),
    "owner_email": pl.String(),
    "segment": pl.String(),
    "region": pl.String(),
    "product": pl.String(),
    **dict.fromkeys(OWN_DIMENSIONS, pl.String()),
    "nps_class": pl.String(),
    "churn_rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "class_customer_count": pl.Int64(),
    "is_small_base": pl.Boolean(),
    "annual_revenue_amount": pl.Float64(),
    "revenue_at_risk_amount": pl.Float64(),
    **{f"value_at_risk_{case}_amount": pl.Float64() for case in CASES},
    "last_answered_on": pl.Date(),
    "last_score": pl.Int64(),
    "reason": pl.String(),
}


def at_risk_accounts(
    store: Store, filters: Filters, most_rows: int = LISTED_ACCOUNTS
) -> pl.DataFrame:
    """Active customers by the revenue that is at risk with each, strategic accounts first.

    Active after the window's last day (as :func:`cxdata.metrics.churn.cost.churn_cost_summary`
    has it), with the class of that day. Segment, region and product filter.

    Returns
    -------
    pl.DataFrame
        One row per customer, at most ``most_rows``: strategic accounts first, then the highest
        revenue at risk, then the highest revenue; customers without a known one last. No rows
        if fewer than ``minimum_count`` customers are active.

        - ``customer_id``, ``name``, ``owner_email`` (String), ``is_strategic`` (Boolean; false
          where not told), ``segment``, ``region``, ``product`` and the firm's own dimensions that
          are used, such as ``own_1`` (String): as the file has them
        - ``nps_class`` (String): ``promoter``, ``passive``, ``detractor`` or ``unknown``
        - ``churn_rate``, ``rate_low``, ``rate_high`` (Float64): the share of this class that
          leaves within a year, 0 to 1, with its Wilson interval: of the class, not of this
          customer, of whom nothing else is used
        - ``class_customer_count`` (Int64): customers of this class at the window's start, of whom
          the rate is, at least 0; null if withheld
        - ``is_small_base`` (Boolean): these are fewer than ``answers.small_base_count``
        - ``annual_revenue_amount`` (Float64): null if not known
        - ``revenue_at_risk_amount`` (Float64): revenue × rate; over all active customers these
          add up to ``revenue_at_risk_amount`` of the summary
        - ``value_at_risk_low_amount``, …``central``…, ``…high…`` (Float64): rate × what losing
          this customer would cost (``value_amount``), both at their low, central or high end
        - ``last_answered_on`` (Date), ``last_score`` (Int64): of the answer that gives the
          class; null if there is none
        - ``reason`` (String): why the rate or the amounts are null: ``too_few_customers`` (of
          that class), ``protects_others`` (than it, see :mod:`cxdata.metrics.statistics.withheld`),
          ``nobody_lost`` or ``everyone_lost`` (in the window), ``only_one_moment`` (no rate of a
          year can be told), ``no_revenue``
          (this customer's isn't known); or null

    Notes
    -----
    The list names people, and a score of each. Whoever may see it may see the answers behind
    any figure; it is no figure from which one could be told.
    """
    exposed = exposure(store, filters)
    if exposed.period is None or exposed.end["base_count"].sum() < _minimum(exposed):
        return pl.DataFrame(schema=ACCOUNT_SCHEMA).drop(store.settings.unused_dimensions)
    rates = {name: _class_rates(exposed, name) for name in CLASSES}
    found = store.query(
        "at_risk_accounts",
        filters,
        at_on=exposed.period.last_on + DAY,
        class_survey=store.settings.churn.class_survey,
        classes=list(CLASSES),
        rates=[rates[name].get("churn_rate") for name in CLASSES],
        most_rows=most_rows,
    )
    kept = retention_of(strata_of(exposed.start), exposed.settings, exposed.years)
    rows = [_account(exposed, row, rates[row["nps_class"]], kept) for row in found.to_dicts()]
    accounts = pl.DataFrame(rows, schema=ACCOUNT_SCHEMA)
    return accounts.drop(store.settings.unused_dimensions)


def _minimum(exposed: Exposure) -> int:
    return exposed.settings.answers.minimum_count


def _class_rates(exposed: Exposure, nps_class: str) -> dict[str, Any]:
    """The class's yearly rate of leaving with its base and interval, or why there is none."""
    of_class = exposed.of_class(nps_class)
    count = of_class.customer_count
    base = {
        "class_customer_count": None if exposed.class_gaps[nps_class] else count,
        "is_small_base": count < exposed.settings.answers.small_base_count,
    }
    gap = _rate_gap(exposed, nps_class)
    if gap:
        return {**base, "reason": gap}
    low, high = (yearly_rate(end, exposed.years) for end in rate_interval(of_class))
    return {**base, "churn_rate": of_class.yearly_churn_rate, "rate_low": low, "rate_high": high}


def _rate_gap(exposed: Exposure, nps_class: str) -> str | None:
    if exposed.is_one_moment:
        return exposed.window_reason
    if exposed.lost_count == 0 and exposed.customer_count:
        return "nobody_lost"
    if exposed.of_class(nps_class).is_withheld or exposed.class_gaps[nps_class]:
        return exposed.class_gaps[nps_class] or "too_few_customers"
    return "everyone_lost" if exposed.lost_count == exposed.customer_count else None


def _account(
    exposed: Exposure, row: dict[str, Any], rates: dict[str, Any], kept: Retention
) -> dict[str, Any]:
    account = {name: row[name] for name in ACCOUNT_SCHEMA if name in row} | rates
    if row["annual_revenue_amount"] is None:
        return {"reason": "no_revenue"} | account
    if "churn_rate" not in rates:
        return account
    ends = zip(CASES, ("rate_low", "churn_rate", "rate_high"), strict=True)
    churn, segment = exposed.settings.churn, row["segment"]
    stays = float(kept.central([segment])[0, 0])
    amounts = {
        f"value_at_risk_{case}_amount": rates[end]
        * value_amount(row["annual_revenue_amount"], 1, stays, economics(churn, case, segment))
        for case, end in ends
    }
    return account | amounts
