"""Response times: on each channel, is the answer there in the time customers accept?

Only contacts that customers began are judged. Channels run on different clocks (elapsed or
business time), so nothing here pools them; :func:`channels_at_goal` counts them instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

import polars as pl

from cxdata.config import AnswerSettings, Settings
from cxdata.metrics import complete_by_channel, data_days, period_end, period_start
from cxdata.metrics.statistics.competing import (
    ROUNDING,
    in_the_end,
    reached_at,
    wait_incidence,
)
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.looks import FIGURES_OF_A_SCREEN, simultaneous_confidence
from cxdata.metrics.statistics.rates import base_and_gap, with_rate
from cxdata.metrics.statistics.withheld import protecting_periods, protecting_rows, withheld
from cxdata.models import CHANNELS, Dimension, Filters, FiscalYear, Grain
from cxdata.store.connection import Store

AbandonVariant = Literal[
    "abandoned_missed", "abandoned_in_time_met", "abandoned_in_time_ignored", "abandoned_ignored"
]
# The names that queries give to sums of the columns of contact_days.
CONTACT_SUMS = {
    "contacts": "contact_count",
    "met": "met_count",
    "missed": "missed_count",
    "not_yet_due": "not_yet_due_count",
    "abandoned": "abandoned_count",
    "scores": "score_sum",
    "own_standards": "own_standard_count",
    "unknown": "not_known_count",
    "untimed": "untimed_count",
}
QUANTILES = {"p50_seconds": 0.5, "p90_seconds": 0.9}
# What becomes of the waits, as far as it was seen.
IN_THE_END = (
    "ever_answered_share", "ever_answered_share_low", "ever_answered_share_high", "gave_up_share",
)  # fmt: skip
WAITED = (*QUANTILES, *IN_THE_END)
# The names that queries give to sums of the columns of wait_days.
WAIT_SUMS = {"answered": "answered_count", "waiting": "waiting_count", "gave_up": "gave_up_count"}
# What a rate is told by, and what else is counted of a group of contacts.
RATED = ("met_count", "missed_count", "compliance_rate", "rate_low", "rate_high", "score")
COUNTED = (
    *RATED, "not_yet_due_count", "abandoned_count", "own_standard_count", "not_known_count",
    "untimed_count",
)  # fmt: skip


def compliance_by_channel(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of contacts answered in time, per channel, beside its goal.

    Each contact is judged by the standard in force on the day it was opened. Goal and standard
    shown are those in force on the period's last day.

    Returns
    -------
    pl.DataFrame
        One row per channel of the filters that has contacts at any time, in the order of
        ``CHANNELS``; also if it has none in these filters.

        - ``channel`` (String)
        - ``contact_count`` (Int64): begun by customers; met, missed, not yet due, and
          abandoned ones that the channel's rule ignores; null if fewer than ``minimum_count``,
          and then so is all that follows
        - ``met_count``, ``missed_count``, ``not_yet_due_count``, ``abandoned_count`` (Int64):
          abandoned before an answer; part of the missed ones unless the rule ignores them. Met
          and missed are null where the rate is withheld
        - ``compliance_rate`` (Float64): met / (met + missed), 0 to 1; null if fewer than
          ``minimum_count`` were due
        - ``rate_low``, ``rate_high`` (Float64): Wilson interval; null likewise
        - ``score`` (Float64): mean graded score of those due, 0 to 100; null likewise
        - ``goal`` (Float64), ``goal_is_published`` (Boolean): else the company's own goal
        - ``verdict`` (String): ``reached`` or ``missed`` if an interval that holds for all rows
          together is on that side of the goal, else ``cannot_tell``
        - ``is_small_base`` (Boolean): fewer than ``small_base_count`` were due: show greyed, and
          name no such row as the worst
        - ``clock`` (String): ``elapsed``, ``opening`` or ``business``, of all seconds here
        - ``favourable_seconds``, ``limit_seconds`` (Float64), ``is_strict`` (Boolean)
        - ``abandon_rule`` (String): ``missed``, ``ignored`` or ``short_ignored``
        - ``own_standard_count`` (Int64): contacts judged by a standard of their own: that of
          their segment, region or journey, or of strategic accounts
        - ``not_known_count`` (Int64): of which no file says when they were answered: counted as
          contacts, and in no rate
        - ``untimed_count`` (Int64): of days without times, where the standard isn't in days;
          likewise
        - ``reason`` (String): ``no_contacts``, ``none_due``, ``answers_not_known``,
          ``times_not_known``, ``too_few_to_show``, ``protects_others`` (of parts of a whole: see
          :mod:`cxdata.metrics.statistics.withheld`) or null
        - ``p50_seconds``, ``p90_seconds`` (Float64): within which half, and 9 in 10, of all
          contacts are answered (Aalen-Johansen: who gave up is never answered); null if that
          many never are, if too many are still waiting to know, and of fewer than
          ``minimum_count`` waits
        - ``ever_answered_share``, ``gave_up_share`` (Float64): of all contacts, answered and
          given up by the longest wait seen, 0 to 1; what is missing to 1 still waits. Null of
          fewer than ``minimum_count`` waits
        - ``ever_answered_share_low``, ``ever_answered_share_high`` (Float64): its interval
    """
    quantiles = _wait_quantiles(store, filters, "channel").drop("dimension_value")
    figures = _of_channels(store, filters)
    joined = figures.join(quantiles, on="channel", how="left", maintain_order="left")
    return in_channel_order(shown_contacts(joined, store.settings.answers.minimum_count))


def compliance_then(store: Store, filters: Filters) -> pl.DataFrame:
    """:func:`compliance_by_channel` of a period to compare with: without the waits, which take
    half of the time; its columns up to ``reason``."""
    figures = _of_channels(store, filters)
    return in_channel_order(shown_contacts(figures, store.settings.answers.minimum_count))


def _of_channels(store: Store, filters: Filters) -> pl.DataFrame:
    known = store.query("contact_channels", channels=list(filters.channel))
    counts = _counts(store, filters, "channel").drop("dimension_value")
    everything = known.join(counts, on="channel", how="left")
    everything = everything.with_columns(pl.exclude("channel").fill_null(0))
    standards = standards_of(settings_in_force(store, filters))
    return compliance_figures(everything, standards, store.settings.answers)


def compliance_trend(store: Store, filters: Filters, grain: Grain = "month") -> pl.DataFrame:
    """Share of contacts answered in time, per period and channel.

    Returns
    -------
    pl.DataFrame
        One row per period and channel that have contacts, oldest first; no rows if none do.

        - ``period`` (Date): first day of the period; weeks start on Monday
        - ``is_complete`` (Boolean): false if some of its days lie outside the filters' period
          or after the last known day of the channel
        - the columns of :func:`compliance_by_channel` up to ``reason``; goal and standard
          are those in force on each period's own last day
    """
    years = store.settings.fiscal_year
    counts = (
        store.query("compliance_days", filters)
        .rename(CONTACT_SUMS)
        .group_by(period_start(pl.col("opened_on"), grain, years), "channel", maintain_order=True)
        .agg(pl.col(*CONTACT_SUMS.values()).sum())
    )
    standards = _standards_by_period(store, filters, counts["period"], grain)
    answers = store.settings.answers
    figures = compliance_figures(counts, standards, answers)
    figures = _shown_periods(figures, answers.minimum_count, grain, years)
    ordered = in_channel_order(figures).sort("period", maintain_order=True)
    whole = complete_by_channel(store, filters, grain)
    return ordered.select("period", whole, pl.exclude("period"))


def compliance_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """Share of contacts answered in time, per channel and value of a dimension.

    Returns
    -------
    pl.DataFrame
        One row per channel and value that have contacts, by channel, most contacts first; no
        rows if none do. A column named like ``dimension`` (String, null for contacts that
        don't say), then the columns of :func:`compliance_by_channel`.
    """
    if dimension == "channel":
        return compliance_by_channel(store, filters)
    standards = standards_of(settings_in_force(store, filters))
    counts = _counts(store, filters, dimension)
    answers = store.settings.answers
    figures = compliance_figures(counts, standards, answers)
    quantiles = _wait_quantiles(store, filters, dimension)
    keys = ["channel", "dimension_value"]
    joined = figures.join(quantiles, on=keys, how="left", nulls_equal=True, maintain_order="left")
    shown = shown_contacts(joined, store.settings.answers.minimum_count, is_parted=True)
    named = pl.col("dimension_value").alias(dimension)
    return in_channel_order(shown).select(named, pl.exclude("dimension_value"))


def channels_at_goal(compliance: pl.DataFrame) -> tuple[int, int]:
    """On how many channels the goal is surely reached, and on how many something was due.

    ``compliance`` is a :func:`compliance_by_channel` frame. This is the only overall figure:
    one rate over channels with different clocks and goals would mean nothing.
    """
    due = compliance.filter(pl.col("compliance_rate").is_not_null())
    return due.filter(pl.col("verdict") == "reached").height, due.height


def settings_in_force(store: Store, filters: Filters) -> Settings:
    """The settings on the last day of the filters' period, or of the contacts without one."""
    last_on = _last_day(store, filters)
    return store.settings_history.on(last_on) if last_on else store.settings


def standards_of(settings: Settings) -> pl.DataFrame:
    """One row per ``channel`` with its goal and its standard for all contacts."""
    names = (
        "goal", "goal_is_published", "clock", "favourable_seconds", "limit_seconds", "is_strict",
        "abandon_rule",
    )  # fmt: skip
    return pl.DataFrame(
        [
            {"channel": channel, **{name: getattr(standard, name) for name in names}}
            for channel, standard in settings.response_time.items()
        ]
    )


def compliance_figures(
    counts: pl.DataFrame, standards: pl.DataFrame, answers: AnswerSettings
) -> pl.DataFrame:
    """Rates, intervals and verdicts from counts that have a ``channel``, row by row.

    ``standards`` are those of each channel, or of each ``period`` and channel. A verdict holds for
    all rates of a table together, and for the other tables of the screen (Bonferroni).
    """
    keys = [name for name in ("period", "channel") if name in standards.columns]
    due = counts.with_columns(due_count=pl.col("met_count") + pl.col("missed_count"))
    rates = with_rate(
        due, "compliance_rate", part="met_count", whole="due_count", answers=answers, ends="rate"
    )
    score = pl.col("score_sum") / pl.col("due_count")
    is_small_base, gap = base_and_gap("due_count", answers, if_none="none_due")
    no_contacts = pl.when(pl.col("contact_count") == 0).then(pl.lit("no_contacts"))
    nothing_due = pl.col("due_count") == 0
    unknown, untimed = pl.col("not_known_count"), pl.col("untimed_count")
    return (
        rates.with_columns(score=pl.when(pl.col("compliance_rate").is_not_null()).then(score))
        .join(standards, on=keys, how="left", maintain_order="left")
        .pipe(_with_verdict, answers)
        .with_columns(
            is_small_base=is_small_base,
            reason=no_contacts.when(nothing_due & (unknown > 0) & (unknown >= untimed))
            .then(pl.lit("answers_not_known"))
            .when(nothing_due & (untimed > 0))
            .then(pl.lit("times_not_known"))
            .otherwise(gap),
        )
        .drop("score_sum")
    )


def _with_verdict(rates: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    """``reached`` or ``missed`` where the interval that holds for all rates lies on that side."""
    looks = FIGURES_OF_A_SCREEN * rates["compliance_rate"].count()
    confidence = simultaneous_confidence(answers.confidence, looks)
    low, high = wilson_interval(rates["met_count"], rates["due_count"], confidence=confidence)
    ends = rates.select(pl.Series("low", low), pl.Series("high", high), "goal")
    reached = pl.when(pl.col("low") >= pl.col("goal")).then(pl.lit("reached"))
    missed = reached.when(pl.col("high") < pl.col("goal")).then(pl.lit("missed"))
    return rates.hstack(ends.select(verdict=missed.otherwise(pl.lit("cannot_tell"))))


def shown_contacts(
    figures: pl.DataFrame, minimum_count: int, *, is_parted: bool = False
) -> pl.DataFrame:
    """:func:`compliance_figures` without what small groups of contacts are told by.

    Channels are wholes of their own, since nothing counts several of them together. If
    ``is_parted``, the rows are parts of channels whose own figures are shown.
    """

    def protects(base: str, hidden: pl.Series | None = None) -> pl.Series:
        if not is_parted:
            return pl.repeat(False, figures.height, eager=True)
        return protecting_rows(figures, base, minimum_count, within=["channel"], hidden=hidden)

    return _without_few(figures, minimum_count, protects)


def wait_quantiles(waits: pl.DataFrame, keys: list[str], answers: AnswerSettings) -> pl.DataFrame:
    """The columns of ``WAITED`` for each group of wait buckets; no row for too few to show."""
    rows = [
        dict(zip(keys, values, strict=True)) | _waited(buckets, answers.confidence)
        for values, buckets in waits.group_by(keys, maintain_order=True)
        if buckets.select("answered_count", "waiting_count").sum().sum_horizontal().item()
        >= answers.minimum_count
    ]
    schema = dict.fromkeys(keys, pl.String) | dict.fromkeys(WAITED, pl.Float64)
    return pl.DataFrame(rows, schema=schema)


def is_never_reached(row: Mapping[str, Any], quantile: str) -> bool:
    """Whether so many gave up that the share of a quantile can't be answered any more.

    ``row`` of :func:`compliance_by_channel`, ``quantile`` the name of its column.
    """
    gave_up = row["gave_up_share"]
    return gave_up is not None and gave_up > 1 - QUANTILES[quantile] + ROUNDING


def _waited(buckets: pl.DataFrame, confidence: float) -> dict[str, float | None]:
    curve = wait_incidence(buckets)
    end = in_the_end(curve, confidence)
    return {
        **{name: reached_at(curve, share) for name, share in QUANTILES.items()},
        **dict(zip(IN_THE_END, end, strict=True)),
    }


def service_level(
    *,
    answered_count: int,
    answered_in_time_count: int,
    abandoned_count: int,
    abandoned_in_time_count: int,
    variant: AbandonVariant = "abandoned_missed",
) -> float | None:
    """The share answered in time, by the four ways the field treats abandoned calls.

    Parameters
    ----------
    abandoned_in_time_count
        Given up before the favourable time had passed.
    variant
        ``abandoned_missed`` (our default; Cisco's "negative"), ``abandoned_in_time_met``
        ("positive"), ``abandoned_in_time_ignored`` ("ignored") or ``abandoned_ignored``
        (answered calls only).

    Returns
    -------
    float or None
        0 to 1; None if nothing counts.

    Examples
    --------
    >>> calls = dict(answered_count=1000, answered_in_time_count=860,
    ...              abandoned_count=60, abandoned_in_time_count=20)
    >>> round(service_level(**calls), 4)
    0.8113
    >>> round(service_level(**calls, variant="abandoned_ignored"), 4)
    0.86
    """
    late = abandoned_count - abandoned_in_time_count
    parts: Mapping[AbandonVariant, tuple[int, int]] = {
        "abandoned_missed": (0, abandoned_count),
        "abandoned_in_time_met": (abandoned_in_time_count, abandoned_count),
        "abandoned_in_time_ignored": (0, late),
        "abandoned_ignored": (0, 0),
    }
    also_met, also_due = parts[variant]
    due = answered_count + also_due
    return (answered_in_time_count + also_met) / due if due else None


def _shown_periods(
    figures: pl.DataFrame, minimum_count: int, grain: Grain, years: FiscalYear
) -> pl.DataFrame:
    """The same of periods within each channel."""

    def protects(base: str, hidden: pl.Series | None = None) -> pl.Series:
        return protecting_periods(figures, base, minimum_count, grain, years, within="channel")

    return _without_few(figures, minimum_count, protects)


def _without_few(
    figures: pl.DataFrame, minimum_count: int, protects: Callable[..., pl.Series]
) -> pl.DataFrame:
    """Groups of too few contacts tell nothing, those of which too few were due no rate."""
    by_contacts = protects("contact_count")
    hidden = by_contacts | figures["contact_count"].is_between(1, minimum_count - 1)
    by_due = protects("due_count", hidden) & ~hidden
    rated = withheld(figures, "due_count", minimum_count, figures=RATED, protects=by_due)
    names = [*COUNTED, *(name for name in WAITED if name in figures.columns)]
    shown = withheld(rated, "contact_count", minimum_count, figures=names, protects=by_contacts)
    return shown.with_columns(
        verdict=pl.when(pl.col("compliance_rate").is_not_null())
        .then("verdict")
        .otherwise(pl.lit("cannot_tell"))
    ).drop("due_count")


def _counts(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    counts = store.query("compliance_counts", filters, dimension=dimension)
    return counts.rename(CONTACT_SUMS)


def _wait_quantiles(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    waits = store.query("wait_counts", filters, dimension=dimension)
    keys = ["channel", "dimension_value"]
    return wait_quantiles(waits.rename(WAIT_SUMS), keys, store.settings.answers)


def _standards_by_period(
    store: Store, filters: Filters, periods: pl.Series, grain: Grain
) -> pl.DataFrame:
    """Those in force on the last day of each period, or of the filters' period before it ends."""
    until = _last_day(store, filters)
    frames = [
        standards_of(store.settings_history.on(min(period_end(first_on, grain), until or date.max)))
        .with_columns(period=pl.lit(first_on, pl.Date))
        for first_on in periods.unique()
    ]  # fmt: skip
    nothing = standards_of(store.settings).clear().with_columns(period=pl.lit(None, pl.Date))
    return pl.concat([nothing, *frames])


def _last_day(store: Store, filters: Filters) -> date | None:
    """The last day of the filters' period, or of the contacts without one; None without both."""
    days = filters.period or data_days(store).contacts
    return days.last_on if days else None


def in_channel_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Calls first, social messages last; rows of a channel stay in their order."""
    order = pl.col("channel").cast(pl.Enum(CHANNELS))
    return frame.sort(order, maintain_order=True)
