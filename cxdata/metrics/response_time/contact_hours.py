"""When are contacts missed: by weekday and hour of the firm's own time, and the worst hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.statistics.looks import simultaneous_p
from cxdata.metrics.statistics.rates import base_and_gap, with_rate
from cxdata.metrics.statistics.shares import ShareCounts, newcombe_interval, share_difference_p
from cxdata.metrics.statistics.withheld import protecting_rows, withheld
from cxdata.models import Filters
from cxdata.store.connection import Store

HourTable = npt.NDArray[np.int64]

WEEKDAY_COUNT, HOUR_COUNT = 7, 24
FIGURES = ("missed_count", "missed_share", "share_low", "share_high")
# What is summed over a stretch of hours.
SUMMED = ("due_count", "missed_count", "withheld_hours", "withheld_due")
# D: with many contacts less than this is sure as well, and still not worth a change of shifts.
LEAST_DIFFERENCE = 0.05
# D: as for other figures, a block or a rest of fewer contacts is too small to name.
LEAST_COUNT = 30
WORST_SCHEMA = pl.Schema(
    {
        "weekday": pl.Int8,
        "from_hour": pl.Int8,
        "until_hour": pl.Int8,
        "due_count": pl.Int64,
        "missed_count": pl.Int64,
        "missed_share": pl.Float64,
        "rest_due_count": pl.Int64,
        "rest_missed_count": pl.Int64,
        "rest_share": pl.Float64,
        "difference": pl.Float64,
        "difference_low": pl.Float64,
        "difference_high": pl.Float64,
        "p_value": pl.Float64,
        "tried_count": pl.Int64,
    }
)


def missed_by_hour(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of contacts missed, per weekday and hour at which they were opened.

    Days and hours are those of the firm's time zone, also across the changes of the clocks.
    Contacts of all channels in the filters count together, but for channels with fewer than
    ``minimum_count``, which the others would give away. Choose one channel for a reading that
    isn't a matter of which channel is used when.

    Returns
    -------
    pl.DataFrame
        One row per weekday and hour in which customers made contact, in that order; no rows
        if they made none.

        - ``weekday`` (Int8): 0 Monday to 6 Sunday
        - ``local_hour`` (Int8): 0 to 23
        - ``contact_count`` (Int64): begun by customers, at least 1; null if withheld
        - ``due_count``, ``missed_count`` (Int64): met or missed; of those, missed; null if
          withheld
        - ``missed_share`` (Float64): missed ÷ due, 0 to 1; null if fewer than
          ``minimum_count`` were due
        - ``share_low``, ``share_high`` (Float64): Wilson interval
        - ``is_small_base`` (Boolean): show greyed
        - ``reason`` (String): ``none_due``, ``too_few_to_show``, ``protects_others`` (see
          :mod:`cxdata.metrics.statistics.withheld`) or null
    """
    counts, minimum = hour_counts(store, filters), store.settings.answers.minimum_count
    hidden = counts["is_withheld"]
    by_contacts = protecting_rows(counts, "contact_count", minimum)
    figures = _hour_figures(counts, store.settings.answers)
    rated = withheld(figures, "due_count", minimum, figures=FIGURES, protects=hidden)
    names = ("due_count", *FIGURES)
    return withheld(rated, "contact_count", minimum, figures=names, protects=by_contacts).drop(
        "is_withheld"
    )


def hour_counts(store: Store, filters: Filters) -> pl.DataFrame:
    """The counts of :func:`missed_by_hour` as they are, to be counted with and not shown.

    Returns
    -------
    pl.DataFrame
        As there: ``weekday``, ``local_hour``, ``contact_count``, ``due_count``,
        ``missed_count``; and ``is_withheld`` (Boolean) where what was due isn't shown.
    """
    shown = replace(filters, channel=_shown_channels(store, filters))
    counts = store.query("missed_by_hour", shown).rename(
        {"contacts": "contact_count", "due": "due_count", "missed": "missed_count"}
    )
    minimum = store.settings.answers.minimum_count

    def hidden(base: str, before: pl.Series | None = None) -> pl.Series:
        protects = protecting_rows(counts, base, minimum, hidden=before)
        return protects | counts[base].is_between(1, minimum - 1)

    by_contacts = hidden("contact_count")
    return counts.with_columns(is_withheld=by_contacts | hidden("due_count", by_contacts))


def _shown_channels(store: Store, filters: Filters) -> tuple[str, ...]:
    """The filters' channels, without those with too few contacts to be shown beside others."""
    if len(filters.channel) == 1:
        return filters.channel  # beside no other
    counts = store.query("compliance_counts", filters, dimension="channel")
    is_few = pl.col("contacts") < store.settings.answers.minimum_count
    shown = tuple(counts.filter(~is_few)["channel"].unique().sort())
    return shown if shown and len(shown) < counts["channel"].n_unique() else filters.channel


def _hour_figures(counts: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    figures = with_rate(
        counts,
        "missed_share",
        part="missed_count",
        whole="due_count",
        answers=answers,
        ends="share",
    )
    return figures.with_columns(base_and_gap("due_count", answers, if_none="none_due"))


def worst_hours(
    by_hour: pl.DataFrame, *, confidence: float = 0.95, minimum_count: int = 1, searches: int = 1
) -> pl.DataFrame:
    """The stretch of hours, of one weekday or of every day, in which most is surely missed.

    Parameters
    ----------
    by_hour
        As :func:`hour_counts` returns it, or at least its ``weekday``, ``local_hour``,
        ``due_count`` and ``missed_count``.
    minimum_count
        A stretch is not named if it, or the rest, holds a single withheld hour, or such with
        fewer contacts together: its shown hours would give them away.
    searches
        So many are made at once, one for each channel: each is corrected for all.

    Returns
    -------
    pl.DataFrame
        One row; no row if no stretch stands out.

        - ``weekday`` (Int8): 0 Monday to 6 Sunday; null: every day
        - ``from_hour``, ``until_hour`` (Int8): the latter, up to 24, not included
        - ``due_count``, ``missed_count`` (Int64), ``missed_share`` (Float64)
        - ``rest_due_count``, ``rest_missed_count`` (Int64), ``rest_share`` (Float64): all
          other hours
        - ``difference`` (Float64): of the shares, 0 to 1, with ``difference_low`` and
          ``difference_high`` (Newcombe, not corrected)
        - ``p_value`` (Float64): corrected for the number of stretches and searches, at most 1
        - ``tried_count`` (Int64): so many stretches were looked at

    Notes
    -----
    Every stretch of whole hours of each weekday, and of all days together, is tested against
    all other hours (two shares, chi-square with (N - 1) / N). A stretch qualifies if its p
    times the number of stretches and of searches (Bonferroni) is below 1 - ``confidence``, its
    share is at least ``LEAST_DIFFERENCE`` above the rest, and both sides have ``LEAST_COUNT``
    contacts due. The one furthest from chance is given; of equals the shortest. It begins and
    ends with an hour in which something was due. What the search found is no independent proof: the
    interval is a little too favourable to it, and it says nothing about why.
    """
    if "is_withheld" not in by_hour.columns:
        by_hour = by_hour.with_columns(is_withheld=pl.lit(False))
    is_withheld = pl.col("is_withheld") & (pl.col("due_count") > 0)
    counted = by_hour.with_columns(
        withheld_hours=is_withheld.cast(pl.Int64),
        withheld_due=pl.when(is_withheld).then("due_count").otherwise(0),
    )
    tried = _stretches({name: _table(counted, name) for name in SUMMED})
    if tried.is_empty():
        return pl.DataFrame(schema=WORST_SCHEMA)
    block = ShareCounts(tried["missed_count"], tried["due_count"])
    rest = ShareCounts(tried["rest_missed_count"], tried["rest_due_count"])
    low, high = newcombe_interval(block, rest, confidence=confidence)
    p_values = simultaneous_p(share_difference_p(block, rest), tried.height * searches)
    figures = tried.with_columns(
        missed_share=pl.Series(block.share),
        rest_share=pl.Series(rest.share),
        difference=pl.Series(block.share - rest.share),
        difference_low=pl.Series(low),
        difference_high=pl.Series(high),
        p_value=pl.Series(p_values, dtype=pl.Float64, nan_to_null=True),
        distance=pl.Series(_distance(block, rest), dtype=pl.Float64, nan_to_null=True),
        tried_count=pl.lit(tried.height, pl.Int64),
    )
    sure = figures.filter(
        pl.col("p_value") < 1 - confidence,
        pl.col("difference") >= LEAST_DIFFERENCE,
        pl.min_horizontal("due_count", "rest_due_count") >= LEAST_COUNT,
        _is_safe("", minimum_count),
        _is_safe("rest_", minimum_count),
    )
    length = pl.col("until_hour") - pl.col("from_hour")
    first = sure.sort(-pl.col("distance"), length, "weekday", "from_hour", nulls_last=True).head(1)
    return first.select(*WORST_SCHEMA).cast(WORST_SCHEMA)


def _table(by_hour: pl.DataFrame, column: str) -> HourTable:
    """Counts by weekday and hour; a last row holds those of all days."""
    table = np.zeros((WEEKDAY_COUNT + 1, HOUR_COUNT), dtype=np.int64)
    counts = by_hour[column].fill_null(0)  # not shown, and so not counted with
    table[by_hour["weekday"].to_numpy(), by_hour["local_hour"].to_numpy()] = counts
    table[WEEKDAY_COUNT] = table[:WEEKDAY_COUNT].sum(axis=0)
    return table


def _is_safe(prefix: str, minimum_count: int) -> pl.Expr:
    """Whether the withheld hours of a stretch, or of the rest, stay so."""
    hours, due = pl.col(f"{prefix}withheld_hours"), pl.col(f"{prefix}withheld_due")
    return (hours == 0) | ((hours > 1) & (due >= minimum_count))


def _stretches(tables: Mapping[str, HourTable]) -> pl.DataFrame:
    """Every stretch that begins and ends with an hour in which something was due."""
    due, rows = tables["due_count"], []
    for weekday in range(WEEKDAY_COUNT + 1):
        hours = np.flatnonzero(due[weekday])
        for place, first in enumerate(hours):
            sums = [np.cumsum(table[weekday, first:]) for table in tables.values()]
            for last in hours[place:]:
                rows.append(
                    (
                        None if weekday == WEEKDAY_COUNT else weekday,
                        int(first),
                        int(last) + 1,
                        *(int(each[last - first]) for each in sums),
                    )
                )
    names = ("weekday", "from_hour", "until_hour")
    schema = {name: WORST_SCHEMA[name] for name in names} | dict.fromkeys(tables, pl.Int64())
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        (int(table[WEEKDAY_COUNT].sum()) - pl.col(name)).alias(f"rest_{name}")
        for name, table in tables.items()
    )


def _distance(one: ShareCounts, other: ShareCounts) -> npt.NDArray[np.float64]:
    """The difference in standard errors; p-values of many contacts are all 0."""
    m, n = (np.asarray(it.whole, dtype=np.float64) for it in (one, other))
    both = np.add(one.part, other.part) / (m + n)
    spread = both * (1 - both) * (1 / m + 1 / np.where(n == 0, np.nan, n))
    error = np.sqrt(np.where(spread == 0, np.nan, spread))
    return np.asarray((one.share - other.share) / error, dtype=np.float64)
