"""Accounts at risk: whom to call first, by what their leaving would take away."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.metrics.churn.exposure import CLASSES, Exposure, exposure, with_revenues
from cxdata.metrics.churn.leaving_rates import RateGroup, leaving_rates
from cxdata.metrics.churn.retention import Retention, retention_of
from cxdata.metrics.churn.strata import strata_of
from cxdata.metrics.churn.value import CASES, economics, value_amount
from cxdata.models import OWN_DIMENSIONS, Filters
from cxdata.store.clocks import DAY
from cxdata.store.connection import Store

# A segment, a class, and the customers whose rate of leaving its customers have.
Place = tuple[str | None, str, RateGroup | None]
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
    "rate_from_amount": pl.Float64(),
    "rate_below_amount": pl.Float64(),
    "annual_revenue_amount": pl.Float64(),
    "revenue_at_risk_amount": pl.Float64(),
    **{f"value_at_risk_{case}_amount": pl.Float64() for case in CASES},
    "last_answered_on": pl.Date(),
    "last_score": pl.Int64(),
    "last_contact_on": pl.Date(),
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
          leaves within a year in this segment, 0 to 1, with its Wilson interval: of customers
          like this one (:class:`cxdata.metrics.churn.leaving_rates.LeavingRates`), not of this
          customer, of whom nothing else is used
        - ``class_customer_count`` (Int64): customers at the window's start, of whom the rate is
        - ``is_small_base`` (Boolean): these are fewer than ``answers.small_base_count``
        - ``rate_from_amount``, ``rate_below_amount`` (Float64): the rate is that of customers
          with a yearly revenue from and below these; null where not bounded
        - ``annual_revenue_amount`` (Float64): null if not known
        - ``revenue_at_risk_amount`` (Float64): revenue × rate; over all active customers these
          add up to ``revenue_at_risk_amount`` of the summary
        - ``value_at_risk_low_amount``, …``central``…, ``…high…`` (Float64): rate × what losing
          this customer would cost (``value_amount``), both at their low, central or high end
        - ``last_contact_on`` (Date): the day of the last contact before the window's end, whoever
          began it; null where none is known
        - ``last_answered_on`` (Date), ``last_score`` (Int64): of the answer that gives the
          class; null if there is none
        - ``reason`` (String): why the rate or the amounts are null: ``too_few_customers`` (in
          the window), ``nobody_lost`` (likewise), ``only_one_moment`` (no rate of a year can be
          told), ``no_revenue`` (this customer's isn't known); or null

    Notes
    -----
    The list names people, and a score of each. Whoever may see it may see the answers behind
    any figure; it is no figure from which one could be told.
    """
    exposed = with_revenues(store, filters, exposure(store, filters))
    if exposed.period is None or exposed.end["base_count"].sum() < _minimum(exposed):
        return pl.DataFrame(schema=ACCOUNT_SCHEMA).drop(store.settings.unused_dimensions)
    gap = _rate_gap(exposed)
    places = _places(exposed, gap)
    found = store.query(
        "at_risk_accounts",
        filters,
        at_on=exposed.period.last_on + DAY,
        class_survey=store.settings.churn.class_survey,
        segments=[segment for segment, _, _ in places],
        classes=[nps_class for _, nps_class, _ in places],
        from_amounts=[group and group.from_amount for _, _, group in places],
        below_amounts=[group and group.below_amount for _, _, group in places],
        rates=[group and group.yearly(exposed.years) for _, _, group in places],
        most_rows=most_rows,
    )
    rates = [_rate(exposed, group, gap) for _, _, group in places]
    kept = retention_of(strata_of(exposed.start), exposed.settings, exposed.years)
    rows = [_account(exposed, row, rates[row["rate_place"]], kept) for row in found.to_dicts()]
    accounts = pl.DataFrame(rows, schema=ACCOUNT_SCHEMA)
    return accounts.drop(store.settings.unused_dimensions)


def _minimum(exposed: Exposure) -> int:
    return exposed.settings.answers.minimum_count


def _rate_gap(exposed: Exposure) -> str | None:
    """Why the window says nothing of who leaves."""
    if exposed.is_one_moment:
        return exposed.window_reason
    if exposed.is_withheld:
        return "too_few_customers"
    return None if exposed.lost_count else "nobody_lost"


def _places(exposed: Exposure, gap: str | None) -> list[Place]:
    """Each segment, class and group of a like revenue that active customers may be in."""
    segments = exposed.end["segment"].unique().sort(nulls_last=True)
    if gap:
        return [(segment, name, None) for segment in segments for name in CLASSES]
    rates = leaving_rates(exposed)
    return [
        (segment, name, group)
        for segment in segments
        for name in CLASSES
        for group in rates.of(segment, name)
    ]


def _rate(exposed: Exposure, group: RateGroup | None, gap: str | None) -> dict[str, Any]:
    """The yearly rate of leaving with its base and interval, or why there is none."""
    if group is None:
        return {"reason": gap}
    low, high = group.yearly_interval(exposed.years, exposed.settings.answers.confidence)
    return {
        "churn_rate": group.yearly(exposed.years),
        "rate_low": low,
        "rate_high": high,
        "rate_from_amount": group.from_amount,
        "rate_below_amount": group.below_amount,
        "class_customer_count": group.base,
        "is_small_base": group.base < exposed.settings.answers.small_base_count,
    }


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
