"""Are the customers that a case is about reached by the time that it is due?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from cxdata.metrics.statistics.rates import with_rate
from cxdata.metrics.statistics.survival import kaplan_meier
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

CASE_COUNTS = ("case_count", "judged_count", "in_time_count", "reached_count", "waiting_count")


def follow_up_summary(
    store: Store, filters: Filters, *, now: datetime | None = None
) -> pl.DataFrame:
    """Share of cases whose customer was reached by the due date, and how long that took.

    Of the cases opened from the first day of the period on, in the firm's own time, also after its
    last: they are opened when files come. Cases are our own work, not answers of people: their
    number is told however small it is.

    Parameters
    ----------
    now
        Up to when is judged (UTC); None: now.

    Returns
    -------
    pl.DataFrame
        One row, also without cases.

        - ``case_count`` (Int64): opened in the period, without withdrawn ones and those of which
          nothing was needed
        - ``judged_count`` (Int64): reached, closed or past their due date; the others are
          ``waiting_count``
        - ``in_time_count`` (Int64): reached by the due date; ``in_time_share`` (Float64, 0 to 1):
          of the judged ones, with ``in_time_share_low`` and ``…_high`` (Wilson); null if fewer
          than ``minimum_count`` are judged
        - ``reached_count`` (Int64): at any time
        - ``first_contact_p50_seconds`` (Float64): within which half are reached, by the clock on
          the wall (Kaplan-Meier: who isn't reached yet counts as waiting); null if half aren't
        - ``reason`` (String): ``no_cases``, ``none_due`` or null
    """
    moment = now or datetime.now(UTC).replace(tzinfo=None)
    found = _cases(store, filters)
    is_late = pl.col("due_at") < moment
    is_reached = pl.col("first_contact_at").is_not_null()
    is_judged = is_reached | is_late | pl.col("closed_at").is_not_null()
    is_in_time = is_reached & (pl.col("first_contact_at") <= pl.col("due_at"))
    counts = found.select(
        pl.len().cast(pl.Int64).alias("case_count"),
        is_judged.fill_null(False).sum().cast(pl.Int64).alias("judged_count"),
        is_in_time.fill_null(False).sum().cast(pl.Int64).alias("in_time_count"),
        is_reached.sum().cast(pl.Int64).alias("reached_count"),
    ).with_columns((pl.col("case_count") - pl.col("judged_count")).alias("waiting_count"))
    rates = with_rate(
        counts,
        "in_time_share",
        part="in_time_count",
        whole="judged_count",
        answers=store.settings.answers,
    )
    none = pl.when(pl.col("case_count") == 0).then(pl.lit("no_cases"))
    return rates.with_columns(
        pl.lit(_median_seconds(found, moment), pl.Float64).alias("first_contact_p50_seconds"),
        none.when(pl.col("judged_count") == 0).then(pl.lit("none_due")).alias("reason"),
    )


def root_causes(store: Store, filters: Filters) -> pl.DataFrame:
    """What was behind the cases, by how many customers it was, and by their revenue.

    Returns
    -------
    pl.DataFrame
        One row per root cause, the one with the most revenue first, then the most cases; no rows
        if none is told.

        - ``root_cause`` (String), ``case_count``, ``customer_count`` (Int64)
        - ``annual_revenue_amount`` (Float64): of these customers, each once; null if none is known
        - ``revenue_known_count`` (Int64): of how many of these customers it is known
        - ``case_share``, ``cumulative_share`` (Float64): of all cases with a root cause, 0 to 1
        - ``revenue_share``, ``cumulative_revenue_share`` (Float64): of the known revenue of all
          causes, 0 to 1; a customer of two causes counts in both. Null if none is known
    """
    found = _cases(store, filters).drop_nulls("root_cause")
    customers = found.unique(["root_cause", "customer_id"])
    revenue = customers.group_by("root_cause").agg(
        pl.col("annual_revenue_amount").sum().alias("revenue"),
        pl.col("annual_revenue_amount").count().cast(pl.Int64).alias("revenue_known_count"),
        pl.col("customer_id").drop_nulls().n_unique().cast(pl.Int64).alias("customer_count"),
    )
    counts = found.group_by("root_cause").agg(pl.len().cast(pl.Int64).alias("case_count"))
    joined = counts.join(revenue, on="root_cause", how="left").sort(
        ["revenue", "case_count", "root_cause"], descending=[True, True, False]
    )
    total, amount = pl.col("case_count").sum(), pl.col("revenue").sum()
    return joined.select(
        "root_cause",
        "case_count",
        "customer_count",
        pl.when(pl.col("revenue_known_count") > 0).then("revenue").alias("annual_revenue_amount"),
        "revenue_known_count",
        (pl.col("case_count") / total).alias("case_share"),
        (pl.col("case_count").cum_sum() / total).alias("cumulative_share"),
        pl.when(amount > 0).then(pl.col("revenue") / amount).alias("revenue_share"),
        pl.when(amount > 0)
        .then(pl.col("revenue").cum_sum() / amount)
        .alias("cumulative_revenue_share"),
    )


def _cases(store: Store, filters: Filters) -> pl.DataFrame:
    """The cases opened from the first day of the period on: they are opened when files come, mostly
    after the days that the files are of, so the last day cuts nothing."""
    if filters.period is not None:
        filters = replace(filters, period=Period(filters.period.first_on, date.max))
    return store.query("follow_up_cases", filters, time_zone=store.settings.firm.time_zone)


def _median_seconds(cases: pl.DataFrame, moment: datetime) -> float | None:
    """The time within which half are reached; who isn't yet waits until now or the closing."""
    if cases.is_empty():
        return None
    ended = pl.coalesce("first_contact_at", "closed_at", pl.lit(moment))
    waits = cases.select(
        (ended - pl.col("opened_at")).dt.total_seconds().clip(0).cast(pl.Float64).alias("time"),
        pl.col("first_contact_at").is_not_null().alias("is_reached"),
    )
    counts = waits.group_by("time").agg(
        pl.col("is_reached").sum().cast(pl.Int64).alias("event_count"),
        (~pl.col("is_reached")).sum().cast(pl.Int64).alias("censored_count"),
    )
    curve = kaplan_meier(counts)
    half = curve.filter(pl.col("survival") <= 0.5)
    return None if half.is_empty() else float(half["time"][0])
