"""What is read of a store that a restore set aside; nothing is written to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from cxdata.store.opening import read_only


def rows_set_aside(
    path: Path, tables: Mapping[str, Sequence[str]]
) -> dict[str, list[tuple[Any, ...]]] | None:
    """The rows of these tables, of each the columns that are named; None if they can't be read:
    the store is damaged, or of a version that has no such tables."""
    try:
        with read_only(path) as con:
            return {
                table: con.execute(f"select {', '.join(columns)} from {table}").fetchall()
                for table, columns in tables.items()
            }
    except duckdb.Error:
        return None
