"""Did customers have to ask again: repeat contacts, changes of channel, first resolutions.

A contact can be followed if customer, journey and reason are known and ``return_days`` of
contacts lie behind it. Only customers' own contacts count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.statistics.rates import base_and_gap, with_rate
from cxdata.metrics.statistics.withheld import is_few, protecting_pairs, protecting_rows, withheld
from cxdata.models import Dimension, Filters
from cxdata.store.connection import Store

# The names that queries give to the counts of need_days.
RETURN_SUMS = {
    "followed": "followed_count",
    "returned": "returned_count",
    "switched": "switched_count",
    "firsts": "first_count",
    "first_resolved": "first_resolved_count",
}
RATES = {
    "return_rate": ("returned_count", "followed_count"),
    "switch_rate": ("switched_count", "followed_count"),
    "first_resolution_rate": ("first_resolved_count", "first_count"),
}
FIRST = tuple(f"first_resolution_rate{end}" for end in ("", "_low", "_high"))
FOLLOWED = (
    "returned_count",
    "switched_count",
    *(f"{name}{end}" for name in ("return_rate", "switch_rate") for end in ("", "_low", "_high")),
    "first_count",
    "first_resolved_count",
    *FIRST,
)


def returns_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """How often customers had to ask the same again, and how often once was enough.

    Returns
    -------
    pl.DataFrame
        One row, also without contacts.

        - ``followed_count`` (Int64): contacts after which a return would have been seen
        - ``returned_count`` (Int64): of those, the customer asked for the same reason of the
          same journey again within ``return_days``
        - ``return_rate`` (Float64): returned ÷ followed, the repeat-contact rate, with
          ``return_rate_low`` and ``return_rate_high`` (Wilson)
        - ``switched_count`` (Int64): of the returned, those whose next contact came by another
          channel
        - ``switch_rate`` (Float64): switched ÷ followed, the channel-switch rate, with
          ``switch_rate_low`` and ``switch_rate_high``
        - ``first_count`` (Int64): followed contacts that are no return themselves, and of which
          is known whether they were resolved
        - ``first_resolved_count`` (Int64): of those, resolved and not asked again
        - ``first_resolution_rate`` (Float64): first-contact resolution (FCR), with
          ``first_resolution_rate_low`` and ``first_resolution_rate_high``
        - ``is_small_base`` (Boolean): of the followed
        - ``reason`` (String): ``none_followed``, ``too_few_to_show``, ``protects_others`` (of parts
          of a whole: see :mod:`cxdata.metrics.statistics.withheld`) or null

    Notes
    -----
    Rates, and the counts that they are made of, are null where they rest on fewer than
    ``minimum_count`` contacts. Whether a contact was resolved is known if a file of it says when
    contacts were, on a channel on which any was; else it isn't in the base of first-contact
    resolution, and without a base the rate is null, not 0. A customer who gave up in silence
    counts as settled if the contact was resolved; calls from unknown numbers can't be followed at
    all.
    """
    counts = _counts(store, filters)
    counts = counts.drop("row_value", "column_value").sum().fill_null(0)
    return return_figures(counts.rename(RETURN_SUMS), store.settings.answers)


def returns_by(
    store: Store, filters: Filters, dimension: Dimension | Literal["reason"]
) -> pl.DataFrame:
    """:func:`returns_summary` per value of a dimension or per reason of the contact.

    Returns
    -------
    pl.DataFrame
        One row per value in which customers made contact, most followed contacts first; no rows
        if there are none.

        - a column named like ``dimension`` (String, null for contacts that don't say); by
          reason it is ``contact_reason``, because ``reason`` says why a rate is not given
        - the columns of :func:`returns_summary`
    """
    if dimension == "reason":
        counts = store.query("return_counts_by_reason", filters)
        value, named = "dimension_value", "contact_reason"
    else:
        counts = _counts(store, filters, dimension).drop("column_value")
        value, named = "row_value", dimension
    answers = store.settings.answers
    return return_figures(counts.rename({value: named, **RETURN_SUMS}), answers, named)


def return_figures(counts: pl.DataFrame, answers: AnswerSettings, *dimensions: str) -> pl.DataFrame:
    """The columns of :func:`returns_summary` from its counts, row by row.

    With one dimension, or two, the rows are parts of what is shown for all of them together, or
    for each value.

    >>> from cxdata.config import load_settings
    >>> counts = pl.DataFrame({"followed_count": [100], "returned_count": [20],
    ...     "switched_count": [5], "first_count": [80], "first_resolved_count": [60]})
    >>> row = return_figures(counts, load_settings().answers).row(0, named=True)
    >>> row["return_rate"], row["switch_rate"], row["first_resolution_rate"]
    (0.2, 0.05, 0.75)
    """
    figures = counts
    for name, (part, whole) in RATES.items():
        figures = with_rate(figures, name, part=part, whole=whole, answers=answers)
    figures = figures.with_columns(base_and_gap("followed_count", answers, if_none="none_followed"))
    return _without_few(figures, answers.minimum_count, dimensions)


def _counts(
    store: Store, filters: Filters, dimension: Dimension | Literal["all"] = "all"
) -> pl.DataFrame:
    return store.query("return_counts", filters, rows_dimension=dimension, columns_dimension="all")


def _without_few(
    figures: pl.DataFrame, minimum_count: int, dimensions: Sequence[str]
) -> pl.DataFrame:
    """Too few followed tell nothing; of too few first contacts nothing is told as of such."""
    protects = _protecting(figures, "followed_count", minimum_count, dimensions)
    hidden = protects | figures["followed_count"].is_between(1, minimum_count - 1)
    by_first = _protecting(figures, "first_count", minimum_count, dimensions, hidden) & ~hidden
    few_first = pl.Series(
        [is_few(it, minimum_count) for it in figures["first_count"]], dtype=pl.Boolean
    )
    is_told = pl.lit(~(few_first | by_first))
    first = figures.with_columns(
        pl.when(is_told).then(pl.col("first_count", "first_resolved_count", *FIRST))
    )
    return withheld(first, "followed_count", minimum_count, figures=FOLLOWED, protects=protects)


def _protecting(
    figures: pl.DataFrame,
    base: str,
    minimum_count: int,
    dimensions: Sequence[str],
    hidden: pl.Series | None = None,
) -> pl.Series:
    if not dimensions:
        return pl.repeat(False, figures.height, eager=True)
    if len(dimensions) == 1 or (hidden is not None and hidden.any()):
        within = dimensions[1:]
        return protecting_rows(figures, base, minimum_count, within=within, hidden=hidden)
    places = figures.select(dimensions).rows()
    found = protecting_pairs(dict(zip(places, figures[base], strict=True)), minimum_count)
    return pl.Series([place in found for place in places], dtype=pl.Boolean)
