"""Every block of the file that holds something is read: DuckDB proves each by its checksum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.report import Problem
from cxdata.store.days import DAY_TABLES

# Filled again by a recount, whatever they hold.
DERIVED_TABLES = (
    *DAY_TABLES,
    *("response_standards", "clock_spans", "local_offsets", "contact_sources"),
)
DAMAGED = N_("A part of the file is damaged: {table} can't be read in full.")
FREE_BLOCKS = N_("{count} free blocks of the file: nothing is kept in them.")
RESTORE = N_("Restore a backup that was made before the damage.")


def unreadable_tables(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The tables with a block that is not as it was written."""
    found = _columns(con)
    if _are_readable(con, found):
        return ()
    return tuple(name for name in found if not _are_readable(con, {name: found[name]}))


def block_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    for table in unreadable_tables(con):
        remedy = None if table in DERIVED_TABLES else Note(RESTORE)
        yield Problem("block", DAMAGED, table=table, remedy=remedy)


def free_blocks(con: duckdb.DuckDBPyConnection) -> Iterator[Note]:
    """What no reading can reach, and needn't."""
    count = con.execute(
        "select free_blocks from pragma_database_size() where database_name = current_database()"
    ).fetchall()[0][0]
    if count:
        yield Note(FREE_BLOCKS, count=int(count))


def filled_tables(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Those with rows, deleted ones that still stand in the file included; what the transaction
    itself wrote isn't among them."""
    rows = con.execute(
        """select table_name from duckdb_tables()
        where database_name = current_database() and not internal and not temporary
            and estimated_size > 0"""
    ).fetchall()
    return frozenset(row[0] for row in rows)


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """By table that has blocks, in the order of their names."""
    rows = con.execute(
        """select table_name, list(column_name order by column_index)
        from duckdb_columns()
        where (database_oid, schema_oid, table_oid) in (
            select (database_oid, schema_oid, table_oid) from duckdb_tables()
            where database_name = current_database() and not internal and not temporary
                and estimated_size > 0)
        group by table_name order by table_name"""
    ).fetchall()
    return dict(rows)


def _are_readable(con: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[str]]) -> bool:
    """Hashing a column reads all of it, long texts and nulls included."""
    parts = []
    for name, columns in tables.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        parts.append(f'select bit_xor(hash({listed})) from "{name}"')
    try:
        if parts:
            con.execute(" union all ".join(parts)).fetchall()
    except duckdb.Error:
        return False
    return True
