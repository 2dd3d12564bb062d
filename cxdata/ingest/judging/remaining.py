"""Columns that hold what is left of a time limit, not what has passed: some of it is negative."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.columns import load_columns
from cxdata.ingest.judging.durations import negative_count
from cxdata.ingest.judging.personal import without_fields
from cxdata.ingest.judging.texts import trimmed
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.layout import Layout

# Of the filled cells: a single one below zero may be a clock that went wrong.
LEAST_SHARE = 0.05

REMAINING = N_(
    "{column} holds times below zero: it says how much was left of a time limit, not how much time "
    "passed."
)
NOT_TAKEN = N_(
    "{column} holds times below zero: it says how much was left of a time limit, not how much time "
    "passed. It was not taken."
)


def without_remaining(
    layout: Layout, texts: Mapping[str, pl.Series], choices: Choices
) -> tuple[Layout, frozenset[str], list[Note]]:
    """Without the durations that are remaining times, which these are, and a note for each.

    Raises
    ------
    ImportRefused
        If somebody said that such a column is a duration.
    """
    fields = load_columns().fields[layout.kind]
    found = [
        name
        for name, text in texts.items()
        if name in fields and fields[name].type == "duration" and _is_remaining(text)
    ]
    said = choices.get("mapping") or {}
    for name in found:
        if name in said:
            raise ImportRefused(
                REMAINING,
                "Take another column, or leave the field out with --map {field}=.",
                column=layout.header_of(name),
                field=name,
            )
    notes = [Note(NOT_TAKEN, column=layout.header_of(name)) for name in found]
    return without_fields(layout, found), frozenset(found), notes


def _is_remaining(text: pl.Series) -> bool:
    filled = int((trimmed(text) != "").sum())
    count = negative_count(text)
    return count > 0 and count >= LEAST_SHARE * filled
