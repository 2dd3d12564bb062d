"""What promoters bring by recommending: new customers, and what advertising would have cost."""

from __future__ import annotations

import polars as pl

from cxdata.metrics.churn.exposure import Exposure, exposure
from cxdata.metrics.churn.retention import retention_of
from cxdata.metrics.churn.strata import strata_of
from cxdata.metrics.churn.value import CASES, Case, economics, expected_clv
from cxdata.metrics.statistics.withheld import is_few
from cxdata.models import Filters
from cxdata.store.connection import Store

BASE_NAMES = ("promoter_count", "valued_promoter_count")
FIGURES = ("referred_count", "value_amount", "advertising_amount", "net_amount")


def _named(figure: str, case: Case) -> str:
    what, _, unit = figure.rpartition("_")
    return f"{what}_{case}_{unit}"


PROMOTER_SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(BASE_NAMES, pl.Int64()),
    **{_named(figure, case): pl.Float64() for figure in FIGURES for case in CASES},
    **{_named("promoter_value_amount", case): pl.Float64() for case in CASES},
    "reason": pl.String(),
}


def promoter_value(store: Store, filters: Filters) -> pl.DataFrame:
    """What today's promoters bring in a year by recommending, as a range.

    The promoters are the customers active after the window (as
    :func:`cxdata.metrics.churn.cost.churn_cost_summary` has it) whose last answer says so.
    Segment, region and product filter. Amounts in the firm's currency, of one year.

    Returns
    -------
    pl.DataFrame
        Exactly one row; of each figure a low, central and high value (Float64), with all
        assumptions at that end.

        - ``promoter_count`` (Int64): active promoters; ``valued_promoter_count`` (Int64): those
          in segments in which a revenue is known; all that follows is theirs. Both null if
          fewer than ``minimum_count``
        - ``referred_low_count`` …: new customers that they bring: × ``referral_rate``
        - ``value_low_amount`` …: the lifetime value of these: margin of an average customer of
          the segment over the expected life
        - ``advertising_low_amount`` …: what winning as many by advertising would have cost:
          × ``acquisition_cost_amount``
        - ``net_low_amount`` …: value less advertising, at the same end: what a recommended
          customer is worth beyond the price of a bought one. Negative if acquisition costs more
          than a customer brings
        - ``promoter_value_low_amount`` …: value per promoter
        - ``reason`` (String): why the amounts are null, or null: ``no_customers``,
          ``after_data``, ``too_few_customers``, ``no_promoters``, ``no_revenue``,
          ``everyone_lost`` (no life can be expected)

    Notes
    -----
    Nobody measured the referral rate: until new customers are asked who sent them, it is the
    assumption on which all of this rests. New customers are assumed to be like those of the
    promoter's segment.

    References
    ----------
    .. [1] Reichheld, F. (2006). The Ultimate Question.
    """
    exposed = exposure(store, filters)
    return pl.DataFrame([_figures(exposed)], schema=PROMOTER_SCHEMA)


def _figures(exposed: Exposure) -> dict[str, object]:
    promoters = exposed.of_class("promoter").end
    count = int(promoters["base_count"].sum())
    gap, minimum = _gap(exposed, count), exposed.settings.answers.minimum_count
    if gap:
        return {"promoter_count": None if is_few(count, minimum) else count, "reason": gap}
    segments = _segments(exposed)
    valued = int(segments["promoter_count"].sum())
    if is_few(valued, minimum):
        return {"promoter_count": count, "reason": "too_few_customers"}
    if valued == 0:
        return {"promoter_count": count, "valued_promoter_count": 0, "reason": "no_revenue"}
    figures: dict[str, object] = dict(zip(BASE_NAMES, (count, valued), strict=True))
    for case in CASES:
        referred, value, advertising = _brought(exposed, segments, case)
        amounts = (referred, value, advertising, value - advertising)
        figures |= {_named(name, case): it for name, it in zip(FIGURES, amounts, strict=True)}
        figures[_named("promoter_value_amount", case)] = value / valued
    return figures


def _gap(exposed: Exposure, promoter_count: int) -> str | None:
    if exposed.gap:
        return exposed.gap
    if exposed.is_withheld:
        return "too_few_customers" if exposed.customer_count else "no_customers"
    if exposed.lost_count == exposed.customer_count:
        return "everyone_lost"
    if promoter_count < exposed.settings.answers.minimum_count:
        return "too_few_customers" if promoter_count else "no_promoters"
    return None


def _segments(exposed: Exposure) -> pl.DataFrame:
    """Per segment with a known revenue its promoters and the mean revenue of its customers."""
    is_promoter = pl.col("class") == "promoter"
    return (
        exposed.end.group_by("segment")
        .agg(
            promoter_count=pl.col("base_count").filter(is_promoter).sum(),
            known_count=pl.col("known_count").sum(),
            known_amount=pl.col("known_amount").sum(),
        )
        .filter(pl.col("known_count") > 0)
        .with_columns(mean_amount=pl.col("known_amount") / pl.col("known_count"))
        .sort("segment", nulls_last=True)
    )


def _brought(exposed: Exposure, segments: pl.DataFrame, case: Case) -> tuple[float, float, float]:
    """New customers, their lifetime value, and what advertising for them would have cost."""
    churn = exposed.settings.churn
    kept = retention_of(strata_of(exposed.start), exposed.settings, exposed.years)
    referred = value = advertising = 0.0
    for row in segments.to_dicts():
        own = economics(churn, case, row["segment"])
        rate: float = getattr(churn.assumption("referral_rate", row["segment"]), case)
        new = row["promoter_count"] * rate
        margin = row["mean_amount"] * own.margin_rate
        referred += new
        stays = float(kept.central([row["segment"]])[0, 0])
        value += new * expected_clv(margin, stays, own.discount_rate, own.horizon_years)
        advertising += new * own.acquisition_cost_amount
    return referred, value, advertising
