"""Response rate: of those who were asked, how many answered; whole, by group and over time."""

from __future__ import annotations

from typing import Literal

import polars as pl

from cxdata.errors import FilterError
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.people import Repeats, share_effect
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.metrics.statistics.withheld import protecting_periods, protecting_rows, withheld
from cxdata.models import LEFT_OUT, Dimension, Filters, Grain
from cxdata.store.connection import Store

# What invitations can be split by, besides the dimensions.
InvitationSplit = Literal["sent_by", "wave"]
FEW_INVITED = "too_few_invited"
_NONE = ""

RATE_SCHEMA: dict[str, pl.DataType] = {
    "invitation_count": pl.Int64(),
    "person_count": pl.Int64(),
    "running_count": pl.Int64(),
    "base": pl.String(),
    "base_count": pl.Int64(),
    "answered_count": pl.Int64(),
    "response_rate": pl.Float64(),
    "response_rate_low": pl.Float64(),
    "response_rate_high": pl.Float64(),
    "matched_count": pl.Int64(),
    "delivered_share": pl.Float64(),
    "delivered_share_low": pl.Float64(),
    "delivered_share_high": pl.Float64(),
    "opened_share": pl.Float64(),
    "opened_share_low": pl.Float64(),
    "opened_share_high": pl.Float64(),
    "is_small_base": pl.Boolean(),
    "reason": pl.String(),
}
_FIGURES = [name for name in RATE_SCHEMA if name not in ("base", "is_small_base", "reason")]


def response_rate(store: Store, filters: Filters) -> pl.DataFrame:
    """How many of the invitations that were sent in the period were answered.

    Counted are invitations that are known for long enough (``invitations.response_days``) for an
    answer to have come; the younger ones are ``running_count``.

    Returns
    -------
    pl.DataFrame
        One row, also without invitations.

        - ``invitation_count`` (Int64): sent in the period, the running ones included
        - ``person_count`` (Int64): how many people these went to; an invitation without a customer
          is one
        - ``running_count`` (Int64): not counted yet, or nothing tells whether they were answered
        - ``base`` (String): ``delivered`` if of all that count it is known whether they were
          delivered, else ``sent``
        - ``base_count``, ``answered_count`` (Int64): invitations of the base, and answered ones
        - ``response_rate`` (Float64): answered ÷ base, 0 to 1; with ``response_rate_low`` and
          ``response_rate_high`` (Wilson, with the effective number where people were asked
          repeatedly)
        - ``matched_count`` (Int64): invitations of which the store's answers tell whether they
          were answered, because no file does
        - ``delivered_share``, ``opened_share`` (Float64): of those that count; null where a file
          doesn't tell it; with Wilson intervals, ``_low`` and ``_high``
        - ``is_small_base`` (Boolean): fewer people than ``small_base_count``
        - ``reason`` (String): ``no_invitations``, ``answering_not_told``, ``too_early``,
          ``too_few_invited``; null if there is a rate

        All numbers are null if fewer than ``minimum_count`` people were invited.
    """
    counts = _counts(store, filters, _NONE, _NONE)
    if counts.is_empty():
        row = {"invitation_count": 0, "person_count": 0, "reason": "no_invitations"}
        return pl.DataFrame([row], schema=RATE_SCHEMA)
    return _figures(store, counts, _base_of(counts)).select(*RATE_SCHEMA)


def response_rate_by(
    store: Store, filters: Filters, dimension: Dimension | InvitationSplit
) -> pl.DataFrame:
    """The response rate of each value of a dimension, of what they were sent by, or of each wave.

    Returns
    -------
    pl.DataFrame
        One row per value that has invitations, most first (null: not known): a column named like
        ``dimension``, then those of :func:`response_rate`. All rows have the same ``base``.

    Raises
    ------
    FilterError
        If invitations have no such dimension.
    """
    if dimension in LEFT_OUT["invitations"]:
        raise FilterError(
            "Invitations can't be split by {dimension}.", "Use sent_by.", dimension=dimension
        )
    counts = _counts(store, filters, dimension, _NONE)
    protects = protecting_rows(counts, "person_count", store.settings.answers.minimum_count)
    figures = _figures(store, counts, _base_of(counts), protects)
    return figures.select(pl.col("dimension_value").alias(dimension), *RATE_SCHEMA)


def response_rate_trend(store: Store, filters: Filters, *, grain: Grain = "month") -> pl.DataFrame:
    """The response rate of the invitations that were sent in each period.

    Returns
    -------
    pl.DataFrame
        One row per period in which invitations were sent, oldest first:

        - ``period`` (Date): its first day; weeks start on Monday
        - ``is_complete`` (Boolean): false if some of its invitations are still running
        - the columns of :func:`response_rate`; all rows have the same ``base``
    """
    counts = _counts(store, filters, _NONE, grain)
    minimum = store.settings.answers.minimum_count
    years = store.settings.fiscal_year
    protects = protecting_periods(counts, "person_count", minimum, grain, years)
    figures = _figures(store, counts, _base_of(counts), protects)
    is_complete = pl.Series("is_complete", counts["running_count"] == 0)
    return figures.with_columns(is_complete).select("period", "is_complete", *RATE_SCHEMA)


def _counts(store: Store, filters: Filters, dimension: str, grain: str) -> pl.DataFrame:
    offset = store.settings.fiscal_year.offset
    found = store.query(
        "invitation_counts", filters, dimension=dimension, grain=grain, fiscal_offset=offset
    )
    return found.rename(
        {"invitations": "invitation_count", "people": "person_count", "running": "running_count"}
    )


def _base_of(counts: pl.DataFrame) -> str:
    """By what all rows are divided, so that they compare."""
    sent, told = counts["sent"].sum(), counts["delivery_told"].sum()
    return "delivered" if sent and told == sent else "sent"


def _figures(
    store: Store, counts: pl.DataFrame, base: str, protects: pl.Series | None = None
) -> pl.DataFrame:
    answers = store.settings.answers
    answered = "answered" if base == "sent" else "delivered_answered"
    given, asked = (counts[it].to_numpy() for it in (answered, base))
    repeats = Repeats(*(counts[f"{base}_{it}"].to_numpy().astype(float) for it in Repeats._fields))
    effect = share_effect(given, asked, repeats, confidence=answers.confidence)
    low, high = share_interval(ShareCounts(given, asked, effect), confidence=answers.confidence)
    rated = counts.with_columns(
        pl.lit(base).alias("base"),
        pl.col(base).alias("base_count"),
        pl.col(answered).alias("answered_count"),
        pl.col("matched").alias("matched_count"),
        *_share("response_rate", answered, base),
        pl.Series("response_rate_low", low, dtype=pl.Float64).fill_nan(None),
        pl.Series("response_rate_high", high, dtype=pl.Float64).fill_nan(None),
        (pl.col("person_count") < answers.small_base_count).alias("is_small_base"),
        pl.when(pl.col("told") == 0)
        .then(pl.lit("answering_not_told"))
        .when(pl.col(base) == 0)
        .then(pl.lit("too_early"))
        .alias("reason"),
    )
    for name in ("delivered", "opened"):
        told = {"delivered": "delivery_told", "opened": "opening_told"}[name]
        ends = wilson_interval(counts[name], counts[told], confidence=answers.confidence)
        rated = rated.with_columns(
            *_share(f"{name}_share", name, told),
            *(
                pl.Series(f"{name}_share_{end}", values, dtype=pl.Float64).fill_nan(None)
                for end, values in zip(("low", "high"), ends, strict=True)
            ),
        )
    shown = withheld(
        rated.rename({"base": "base_named"}),
        "person_count",
        answers.minimum_count,
        figures=[name for name in _FIGURES if name != "person_count"],
        protects=protects,
        few=FEW_INVITED,
    )
    return shown.rename({"base_named": "base"})


def _share(name: str, part: str, whole: str) -> tuple[pl.Expr]:
    return (pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole)).alias(name),)
