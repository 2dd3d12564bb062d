"""Who left after an invitation: those who didn't answer beside those who did.

An association. Who doesn't answer differs from who does in many ways; nothing here says that
asking, or answering, keeps anybody.
"""

from __future__ import annotations

import polars as pl

from cxdata.metrics.churn.exposure import customers_known
from cxdata.metrics.statistics.rates import base_and_gap, with_rate
from cxdata.metrics.statistics.shares import ShareCounts, newcombe_interval, share_difference_p
from cxdata.metrics.statistics.withheld import withheld
from cxdata.models import Filters
from cxdata.store.connection import Store

ANSWERING = ("not_answered", "answered")
_COUNTS = {"was_answered": pl.Boolean(), "customers": pl.Int64(), "lost": pl.Int64()}
_DIFFERENCE = ("difference", "difference_low", "difference_high", "p_value")


def leaving_by_answering(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of invited customers who left within ``invitations.leave_days``, by answering.

    A customer counts once, with the first invitation of those that the filters choose, if still a
    customer when it is settled; leaving is counted from that day on.

    Returns
    -------
    pl.DataFrame
        One row for those who didn't answer and one for those who did, if any; no rows where
        customers aren't known so far, or no file says on which day they left.

        - ``answering`` (String): ``not_answered``, ``answered``
        - ``customer_count``, ``lost_count`` (Int64): null if fewer than ``minimum_count``
        - ``leave_rate`` (Float64): lost ÷ customers, 0 to 1; null likewise; with
          ``leave_rate_low`` and ``leave_rate_high`` (Wilson)
        - ``difference`` (Float64): the rate of those who didn't answer less that of the others, in
          both rows, -1 to 1; null unless both are shown; with ``difference_low`` and
          ``difference_high`` (Newcombe)
        - ``p_value`` (Float64): how likely chance alone makes them differ so much
        - ``is_small_base`` (Boolean)
        - ``reason`` (String): ``too_few_to_show`` or null
    """
    known, settings = customers_known(store), store.settings
    found = pl.DataFrame(schema=_COUNTS)
    if known.until is not None and not known.no_days:
        found = store.query(
            "leaving_by_answering",
            filters,
            response_days=settings.invitations.response_days,
            leave_days=settings.invitations.leave_days,
            known_until_on=known.until,
        )
    counts = found.select(
        pl.when("was_answered")
        .then(pl.lit("answered"))
        .otherwise(pl.lit("not_answered"))
        .alias("answering"),
        pl.col("customers").alias("customer_count"),
        pl.col("lost").alias("lost_count"),
    )
    answers = settings.answers
    rates = with_rate(
        counts, "leave_rate", part="lost_count", whole="customer_count", answers=answers
    )
    figures = rates.with_columns(base_and_gap("customer_count", answers, if_none="no_customers"))
    shown = withheld(figures, "customer_count", answers.minimum_count, figures=["lost_count"])
    ordered = shown.sort(pl.col("answering").cast(pl.Enum(ANSWERING)))
    return ordered.with_columns(**_difference(ordered, answers.confidence))


def _difference(rows: pl.DataFrame, confidence: float) -> dict[str, pl.Expr]:
    if rows.height < len(ANSWERING) or rows["customer_count"].null_count():
        return {name: pl.lit(None, pl.Float64) for name in _DIFFERENCE}
    silent, answered = (
        ShareCounts(row["lost_count"], row["customer_count"]) for row in rows.to_dicts()
    )
    low, high = newcombe_interval(silent, answered, confidence=confidence)
    values = (
        silent.share - answered.share,
        low,
        high,
        share_difference_p(silent, answered),
    )
    return {
        name: pl.lit(float(it), pl.Float64) for name, it in zip(_DIFFERENCE, values, strict=True)
    }
