"""What each batch brought and what people wrote is still there, proven by the marks kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import RESTORE, filled_tables
from cxdata.ingest.soundness.report import Problem
from cxdata.ingest.storing.batches import TERMS
from cxdata.ingest.storing.tables import TABLES
from cxdata.store.marks import (
    BATCH_TABLES,
    KEPT_TABLES,
    Mark,
    batch_marks,
    recorded_table_marks,
    table_marks,
)

OTHER_ROWS = N_("Batch {batch} ({file}): {table} has {found} rows of it, {stored} were stored.")
CHANGED_ROWS = N_("Batch {batch} ({file}): rows of {table} aren't as they were stored.")
UNPROVEN_ROWS = N_("Batch {batch} ({file}): nothing proves its {found} rows of {table}.")
IMPORT_AGAIN = N_(
    "Undo batch {batch} and import {file} of {moment} again, or restore a backup made after it."
)
OTHER_KEPT = N_("{table}: {found} rows, and the dashboard left {stored}.")
CHANGED_KEPT = N_("{table}: rows aren't as the dashboard left them.")
UNPROVEN_KEPT = N_("{table}: nothing proves its rows.")
ONLY_SINCE = N_(
    "Imports before {moment}: proven are their rows as they were then, at the update of the store."
)
# What an undo leaves.
STAYS = "refused_rows"


@dataclass(frozen=True)
class NamedBatch:
    """What names a batch to people."""

    batch_id: int
    file_name: str
    loaded_at: datetime
    is_undone: bool

    @property
    def moment(self) -> str:
        return f"{self.loaded_at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class MarkDifference:
    """A batch whose rows of a table don't fit their mark: None where there is none."""

    table: str
    batch: NamedBatch
    stored: Mark | None
    found: Mark | None


def content_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    differences = list(batch_differences(con))
    broken = {it.batch.batch_id for it in differences if it.table != TERMS}
    for each in differences:
        # Terms can be read from their comments again, if these are whole.
        is_repairable = each.table == TERMS and each.batch.batch_id not in broken
        yield _batch_problem(each, None if is_repairable else _import_again(each.batch))


def kept_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Of the small tables only: cheap enough for each start."""
    remedy = Note(RESTORE)
    recorded = recorded_table_marks(con)
    actual = table_marks(con, {name: mark.columns for name, mark in recorded.items()})
    for name in KEPT_TABLES:
        stored, found = recorded.get(name), actual.get(name)
        if stored is None:
            yield Problem("kept", UNPROVEN_KEPT, table=name, remedy=remedy)
        elif found is None or found == stored:
            continue  # what can't be read is said of the blocks or the schema
        elif found.row_count != stored.row_count:
            yield Problem(
                "kept",
                OTHER_KEPT,
                table=name,
                found=found.row_count,
                stored=stored.row_count,
                remedy=remedy,
            )
        else:
            yield Problem("kept", CHANGED_KEPT, table=name, remedy=remedy)


def unfit_tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The small tables that can be read and don't fit their mark, or have none."""
    return sorted({str(it.values["table"]) for it in kept_problems(con)} - _missing(con))


def _missing(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute(
        """select table_name from duckdb_tables()
        where database_name = current_database() and not temporary"""
    ).fetchall()
    return set(KEPT_TABLES) - {row[0] for row in rows}


def unproven_imports(con: duckdb.DuckDBPyConnection) -> Iterator[Note]:
    """From when the marks are of batches that were there before marks were kept."""
    made_at = con.execute("select max(made_at) from batch_marks where not is_of_import").fetchall()[
        0
    ][0]
    if made_at:
        yield Note(ONLY_SINCE, moment=f"{made_at:%Y-%m-%d %H:%M} UTC")


def batch_differences(con: duckdb.DuckDBPyConnection) -> Iterator[MarkDifference]:
    """Of each table and batch that is there and not undone; rows of others are nobody's."""
    batches, filled, recorded = _batches(con), filled_tables(con), _recorded(con)
    for table in BATCH_TABLES:
        stored = recorded.get(table, {})
        found = _found(con, table, stored) if table in filled else {}
        for batch_id in sorted(stored.keys() | found.keys()):
            batch = batches.get(batch_id)
            if batch is None or (batch.is_undone and table != STAYS):
                continue
            if stored.get(batch_id) != found.get(batch_id):
                yield MarkDifference(table, batch, stored.get(batch_id), found.get(batch_id))


def _batch_problem(each: MarkDifference, remedy: Note | None) -> Problem:
    values: dict[str, object] = {
        "batch": each.batch.batch_id,
        "file": each.batch.file_name,
        "table": _shown(each.table),
    }
    found = each.found.row_count if each.found else 0
    if each.stored is None:
        return Problem("content", UNPROVEN_ROWS, remedy=remedy, found=found, **values)
    if found != each.stored.row_count:
        stored = each.stored.row_count
        return Problem("content", OTHER_ROWS, remedy=remedy, found=found, stored=stored, **values)
    return Problem("content", CHANGED_ROWS, remedy=remedy, **values)


def _recorded(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, Mark]]:
    """By table and batch."""
    rows = con.execute(
        "select table_name, batch_id, columns, row_count, mark from batch_marks"
    ).fetchall()
    found: dict[str, dict[int, Mark]] = {}
    for table, batch_id, columns, count, mark in rows:
        found.setdefault(table, {})[batch_id] = Mark(tuple(columns.split(",")), count, mark)
    return found


def _found(
    con: duckdb.DuckDBPyConnection, table: str, stored: Mapping[int, Mark]
) -> dict[int, Mark]:
    """By the columns that each batch's own mark is of; of batches without one by any."""
    forms = list(dict.fromkeys(mark.columns for mark in stored.values())) or [("batch_id",)]
    found: dict[int, Mark] = {}
    for columns in forms:
        for batch_id, mark in batch_marks(con, table, columns).items():
            if batch_id not in stored or stored[batch_id].columns == columns:
                found[batch_id] = mark
    return found


def _batches(con: duckdb.DuckDBPyConnection) -> dict[int, NamedBatch]:
    rows = con.execute(
        "select batch_id, file_name, loaded_at, undone_at is not null from batches"
    ).fetchall()
    return {row[0]: NamedBatch(*row) for row in rows}


def _import_again(batch: NamedBatch) -> Note:
    if batch.is_undone:
        return Note(RESTORE)
    return Note(IMPORT_AGAIN, batch=batch.batch_id, file=batch.file_name, moment=batch.moment)


def _shown(table: str) -> str:
    """Facts by the name of their view."""
    views = {each.name: each.view for each in TABLES.values()}
    return {"rating_versions": "ratings", **views}.get(table, table)
