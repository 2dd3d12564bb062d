"""Groups held against each other, as texts."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from cxdata.i18n import Translator
from cxdata.models import Dimension, Grain
from cxdata.sentences import value_name
from cxdata.tables.cells import NOTHING, Row, column_cell, table


def groups_table(
    groups: pl.DataFrame,
    dimension: Dimension,
    grain: Grain,
    words: Callable[[float], str],
    tr: Translator,
) -> pl.DataFrame:
    """The figure of each group and period with its interval and n."""

    def interval(row: Row) -> str:
        if row["low"] is None:
            return NOTHING
        return tr("{low} to {high}", low=words(row["low"]), high=words(row["high"]))

    return table(
        groups,
        {
            tr("Period"): lambda row: tr.period_name(row["period"], grain),
            tr("Value"): column_cell("value", words),
            tr("Interval"): interval,
            tr("n"): column_cell("n", tr.number),
            tr("Note"): lambda row: "" if row["is_complete"] else tr("partial period"),
        },
        by={tr("Group"): lambda row: value_name(dimension, row["group"], tr)},
    )


def two_periods_table(periods: pl.DataFrame, dimension: Dimension, tr: Translator) -> pl.DataFrame:
    """The NPS of each group before and now, with the difference."""
    return table(
        periods,
        {
            tr("Before"): column_cell("before_nps", lambda it: tr.nps(it, 1)),
            tr("Now"): column_cell("nps", lambda it: tr.nps(it, 1)),
            tr("Change"): column_cell("difference", lambda it: tr.signed(it, 1)),
        },
        by={tr("Group"): lambda row: value_name(dimension, row[dimension], tr)},
    )
