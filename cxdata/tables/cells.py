"""How a table of texts is made: one function per column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.ingest.formulas import defused
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


def as_csv(texts: pl.DataFrame, tr: Translator) -> bytes:
    """A table as the reader's Excel opens it: UTF-8 with BOM, its language's separator.

    All texts stand in quotes; where a formula would begin stands an apostrophe.
    """
    safe = pl.DataFrame(
        {defused(column.name): [text and defused(text) for text in column] for column in texts},
        schema={defused(name): pl.String for name in texts.columns},
    )
    written = safe.write_csv(
        include_bom=True, separator=tr.list_separator, quote_style="non_numeric"
    )
    return written.encode("utf-8")


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
