"""How a table of texts is made: one function per column."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of_value
from cxdata.sentences import (
    contact_reason,
)

Row = dict[str, Any]


Cell = Callable[[Row], str]


NOTHING = "–"


def table(
    frame: pl.DataFrame, columns: dict[str, Cell], by: dict[str, Cell] | None = None
) -> pl.DataFrame:
    """A column of texts per entry: its header, and the cell made from each row.

    ``by`` stands before the others. Its headers may be names that the firm gave: one that is
    called like another column gets a number.
    """
    rows = frame.to_dicts()
    first = {free_header(header, columns): cell for header, cell in (by or {}).items()}
    return pl.DataFrame(
        {header: [cell(row) for row in rows] for header, cell in {**first, **columns}.items()},
        schema=dict.fromkeys([*first, *columns], pl.String),
    )


def free_header(header: str, others: Collection[str]) -> str:
    """The header, with a number if another column is called so.

    >>> free_header("Store", ["NPS"]), free_header("NPS", ["NPS"])
    ('Store', 'NPS (2)')
    """
    return f"{header} (2)" if header in others else header


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
    return lambda row: name_of_value(column, row[column], tr)


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
