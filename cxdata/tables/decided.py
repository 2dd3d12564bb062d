"""Decisions as tables: what was decided, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxdata.i18n import Translator
from cxdata.tables.cells import NOTHING, Cell, table

TEXTS = ("text", "owner", "due", "figure", "level", "goal", "state", "moved", "beside")


def decisions_table(rows: Sequence[dict[str, str]], tr: Translator) -> pl.DataFrame:
    """What was decided, by whom it is done until when, and where its figure stood."""
    return table(
        _frame(rows),
        {
            tr("What is decided"): _said("text"),
            tr("Owner"): _said("owner"),
            tr("Due"): _said("due"),
            tr("State"): _said("state"),
            tr("Figure"): _said("figure"),
            tr("On the day"): _said("level"),
            tr("Goal"): _said("goal"),
        },
    )


def outcomes_table(rows: Sequence[dict[str, str]], tr: Translator) -> pl.DataFrame:
    """Of each decision its figure then and now, with its verdict, and beside other groups."""
    return table(
        _frame(rows),
        {
            tr("What is decided"): _said("text"),
            tr("Owner"): _said("owner"),
            tr("Due"): _said("due"),
            tr("Figure"): _said("figure"),
            tr("Then and now"): _said("moved"),
            tr("Groups it didn't concern"): _said("beside"),
        },
    )


def _frame(rows: Sequence[dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(TEXTS, pl.String))


def _said(name: str) -> Cell:
    return lambda row: row[name] or NOTHING
