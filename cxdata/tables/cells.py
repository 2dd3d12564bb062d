"""How a table of texts is made: one function per column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.sentences import (
    contact_reason,
)

Row = dict[str, Any]


Cell = Callable[[Row], str]


NOTHING = "–"


def table(frame: pl.DataFrame, columns: dict[str, Cell]) -> pl.DataFrame:
    """A column of texts per entry: its header, and the cell made from each row."""
    rows = frame.to_dicts()
    return pl.DataFrame(
        {header: [cell(row) for row in rows] for header, cell in columns.items()},
        schema=dict.fromkeys(columns, pl.String),
    )


def column_cell(column: str, show: Callable[[Any], str]) -> Cell:
    return lambda row: NOTHING if row[column] is None else show(row[column])


def count_cell(column: str, tr: Translator) -> Cell:
    """The base of a group; where it is withheld, whether for its own sake or for others'."""

    def cell(row: Row) -> str:
        if row[column] is not None:
            return tr.number(row[column])
        if row.get("reason") is None:
            return NOTHING
        return tr("protected") if row["reason"] == "protects_others" else tr("withheld")

    return cell


def named_cell(column: str, tr: Translator) -> Cell:
    if column == "channel":
        return lambda row: name_of("channel", row[column], tr)
    return lambda row: tr("not given") if row[column] is None else row[column]


def rate_cell(share: str, ends: str, tr: Translator) -> Cell:
    """A share with its interval; where it is missing, why."""

    def cell(row: Row) -> str:
        if row[share] is None:
            return contact_reason(row.get("reason"), tr) or NOTHING
        low, high = row.get(f"{ends}_low"), row.get(f"{ends}_high")
        interval = "" if low is None or high is None else f" ({tr.percent_range(low, high)})"
        return f"{tr.percent(row[share])}{interval}"

    return cell


def share_text(value: float | None, tr: Translator) -> str:
    return NOTHING if value is None else tr.percent(value)
