"""What contacts are about: compliance by reason, and each journey channel by channel."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.response_time.compliance import (
    CONTACT_SUMS,
    WAIT_SUMS,
    WAITED,
    compliance_by,
    compliance_figures,
    in_channel_order,
    settings_in_force,
    shown_contacts,
    standards_of,
    wait_quantiles,
)
from cxdata.metrics.response_time.returns import RETURN_SUMS as RETURNS
from cxdata.metrics.response_time.returns import return_figures
from cxdata.metrics.statistics.looks import (
    FIGURES_OF_A_SCREEN,
    simultaneous_confidence,
    simultaneous_p,
)
from cxdata.metrics.statistics.shares import ShareCounts, newcombe_interval, share_difference_p
from cxdata.models import Filters
from cxdata.store.connection import Store

JOURNEY_COLUMNS = (
    "journey", "channel", "contact_count", "met_count", "missed_count", "not_yet_due_count",
    "abandoned_count", "compliance_rate", "rate_low", "rate_high", "goal", "verdict", "score",
    *WAITED, "is_small_base", "reason",
)  # fmt: skip
RETURN_COLUMNS = (
    "followed_count", "returned_count", "return_rate", "return_rate_low", "return_rate_high",
    "switch_rate", "first_resolution_rate",
)  # fmt: skip
WIDEST_COLUMNS = {
    "journey": pl.String(), "best": pl.String(), "worst": pl.String(),
    "best_met": pl.Int64(), "best_due": pl.Int64(), "worst_met": pl.Int64(),
    "worst_due": pl.Int64(),
}  # fmt: skip
NPS_COLUMNS = ("answer_count", "nps", "nps_low", "nps_high", "base")


def compliance_by_reason(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of contacts answered in time, per channel and reason of the contact.

    Returns
    -------
    pl.DataFrame
        One row per channel and reason in which customers made contact, by channel, most
        contacts first; no rows if there are none. ``contact_reason`` (String, null for contacts
        that don't say; ``reason`` says why a rate is not given), then the columns of
        :func:`cxdata.metrics.response_time.compliance.compliance_by_channel`.
    """
    buckets = store.query("compliance_counts_by_reason", filters)
    keys = ["channel", "dimension_value"]
    counts = buckets.group_by(keys).agg(pl.col(*CONTACT_SUMS).sum()).rename(CONTACT_SUMS)
    settings = settings_in_force(store, filters)
    figures = compliance_figures(counts, standards_of(settings), store.settings.answers)
    waits = buckets.filter(pl.col("wait_bucket").is_not_null()).rename(WAIT_SUMS)
    quantiles = wait_quantiles(waits, keys, store.settings.answers)
    joined = figures.join(quantiles, on=keys, how="left", nulls_equal=True)
    ordered = joined.sort("contact_count", "dimension_value", descending=[True, False])
    shown = shown_contacts(ordered, store.settings.answers.minimum_count, is_parted=True)
    named = pl.col("dimension_value").alias("contact_reason")
    return in_channel_order(shown).select(named, pl.exclude("dimension_value"))


def journey_channels(store: Store, filters: Filters) -> pl.DataFrame:
    """The same journey channel by channel: in time, how long, how often again, and how loved.

    "The customer does not care about the channel": where the same wish is answered well on one
    channel and badly on another, the difference is the firm's, not the customer's.

    Returns
    -------
    pl.DataFrame
        One row per journey and channel in which customers made contact, by journey (null: not
        known, last), then in the order of ``CHANNELS``; no rows if there are none.

        - ``journey``, ``channel`` (String)
        - ``contact_count``, ``met_count``, ``missed_count``, ``not_yet_due_count``,
          ``abandoned_count`` (Int64)
        - ``compliance_rate``, ``rate_low``, ``rate_high``, ``goal`` (Float64), ``verdict``
          (String), ``score``, ``p50_seconds``, ``p90_seconds``, ``ever_answered_share`` with its
          interval, ``gave_up_share`` (Float64), ``is_small_base`` (Boolean), ``reason`` (String):
          as in
          :func:`cxdata.metrics.response_time.compliance.compliance_by_channel`. The seconds are
          those of each channel's own clock.
        - ``followed_count``, ``returned_count`` (Int64), ``return_rate``, ``return_rate_low``,
          ``return_rate_high``, ``switch_rate``, ``first_resolution_rate`` (Float64): as in
          :func:`cxdata.metrics.response_time.returns.returns_summary`
        - ``answer_count`` (Int64), ``nps``, ``nps_low``, ``nps_high`` (Float64), ``base``
          (String): of the answers to the filters' survey that name this journey and channel;
          null where none does or where they are withheld

    Notes
    -----
    Journeys reach each channel with different wishes and customers, so a difference between
    channels is a question to ask, not a verdict.
    """
    keys = ["journey", "channel"]
    counts = store.query(
        "return_counts", filters, rows_dimension="journey", columns_dimension="channel"
    ).rename({"row_value": "journey", "column_value": "channel", **RETURNS})
    returns = return_figures(counts, store.settings.answers, *keys)
    scores = nps_heat(store, filters, "journey", "channel")
    figures = (
        compliance_by(store, filters, "journey")
        .select(JOURNEY_COLUMNS)
        .join(returns.select(*keys, *RETURN_COLUMNS), on=keys, how="left", nulls_equal=True)
        .join(scores.select(*keys, *NPS_COLUMNS), on=keys, how="left", nulls_equal=True)
    )
    return in_channel_order(figures).sort("journey", nulls_last=True, maintain_order=True)


def widest_journey(journeys: pl.DataFrame, *, confidence: float = 0.95) -> pl.DataFrame:
    """The journey that is surely answered better on one channel than on another, by most.

    Parameters
    ----------
    journeys
        As :func:`journey_channels` returns it. Rates of a small base are not compared.

    Returns
    -------
    pl.DataFrame
        One row; no row if no two channels of a journey surely differ.

        - ``journey``, ``best``, ``worst`` (String): the journey and its two channels
        - ``best_met``, ``best_due``, ``worst_met``, ``worst_due`` (Int64)
        - ``difference``, ``difference_low``, ``difference_high`` (Float64): of the two shares, 0
          to 1 (Newcombe)
        - ``p_value`` (Float64)
        - ``tried_count`` (Int64): so many pairs of channels were looked at

    Notes
    -----
    All pairs of channels of all journeys are compared. Interval and p-value hold for all of them
    together, and for the other figures of the screen (Bonferroni).
    """
    pairs = _channel_pairs(journeys)
    if pairs.is_empty():
        return pairs.with_columns(difference=pl.lit(None, pl.Float64))
    looks = FIGURES_OF_A_SCREEN * pairs.height
    best = ShareCounts(pairs["best_met"], pairs["best_due"])
    worst = ShareCounts(pairs["worst_met"], pairs["worst_due"])
    each = simultaneous_confidence(confidence, looks)
    low, high = newcombe_interval(best, worst, confidence=each)
    figures = pairs.with_columns(
        difference=pl.Series(best.share - worst.share),
        difference_low=pl.Series(low),
        difference_high=pl.Series(high),
        p_value=pl.Series(simultaneous_p(share_difference_p(best, worst), looks)),
        tried_count=pl.lit(pairs.height, pl.Int64),
    )
    sure = figures.filter(pl.col("p_value") < 1 - confidence, pl.col("difference_low") > 0)
    return sure.sort("difference", descending=True, maintain_order=True).head(1)


def _channel_pairs(journeys: pl.DataFrame) -> pl.DataFrame:
    """Each two channels of each journey, the better one first."""
    known = journeys.filter(pl.col("compliance_rate").is_not_null(), ~pl.col("is_small_base"))
    rows = known.sort("compliance_rate", descending=True, maintain_order=True).to_dicts()
    pairs = [
        {
            "journey": one["journey"], "best": one["channel"], "worst": other["channel"],
            "best_met": one["met_count"], "best_due": one["met_count"] + one["missed_count"],
            "worst_met": other["met_count"],
            "worst_due": other["met_count"] + other["missed_count"],
        }
        for one, other in combinations(rows, 2)
        if one["journey"] == other["journey"]
    ]  # fmt: skip
    return pl.DataFrame(pairs, schema=WIDEST_COLUMNS)
