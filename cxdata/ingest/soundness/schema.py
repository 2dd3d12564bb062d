"""The store's tables and views are those of this version: compared with a store made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import DERIVED_TABLES, RESTORE
from cxdata.ingest.soundness.report import Problem
from cxdata.store.expected import MIGRATIONS, SCHEMA

MISSING_VIEW = N_("The view {table} is missing.")
CHANGED_VIEW = N_("The view {table} isn't the one of this version.")
MISSING_TABLE = N_("The table {table} is missing.")
FOREIGN = N_("{table} isn't part of the store.")
MISSING_COLUMN = N_("{table}: the column {column} is missing.")
CHANGED_COLUMN = N_("{table}: the column {column} isn't as in this version.")
FOREIGN_COLUMN = N_("{table}: the column {column} isn't part of the store.")
MISSING_SEQUENCE = N_("The numbers of the batches have no sequence any more.")
TAKE_OUT = N_("Take it out with the tool that added it, or restore a backup.")


@dataclass(frozen=True)
class Schema:
    """What there is: columns by table (type, nullable, default), views and tables as SQL."""

    columns: Mapping[str, Mapping[str, tuple[object, ...]]]
    views: Mapping[str, str]
    tables: Mapping[str, str]
    sequences: frozenset[str]
    indexes: frozenset[str]


@cache
def expected_schema() -> Schema:
    """That of a store that is made now."""
    with duckdb.connect() as con:
        con.execute(SCHEMA.read_text("utf-8"))
        for migration in sorted(MIGRATIONS.glob("*.sql")):
            con.execute(migration.read_text("utf-8"))
        return schema_of(con)


def schema_of(con: duckdb.DuckDBPyConnection) -> Schema:
    """That of the connection's store."""
    columns: dict[str, dict[str, tuple[object, ...]]] = {}
    tables = _named(con, "table_name, sql", "duckdb_tables()", "not temporary")
    for table, column, *form in _rows(
        con, "table_name, column_name, data_type, is_nullable, column_default", "duckdb_columns()"
    ):
        if table in tables:
            columns.setdefault(table, {})[column] = tuple(form)
    return Schema(
        columns=columns,
        views=_named(con, "view_name, sql", "duckdb_views()", "not temporary"),
        tables=tables,
        sequences=frozenset(_named(con, "sequence_name, sql", "duckdb_sequences()")),
        indexes=frozenset(_named(con, "index_name, sql", "duckdb_indexes()")),
    )


def schema_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    found, expected = schema_of(con), expected_schema()
    for view, sql in expected.views.items():
        if view not in found.views:
            yield Problem("view", MISSING_VIEW, table=view)
        elif found.views[view] != sql:
            yield Problem("view", CHANGED_VIEW, table=view)
    for table in expected.tables:
        if table in found.tables:
            yield from _column_problems(table, found, expected)
        else:
            yield Problem("table", MISSING_TABLE, table=table, remedy=_remedy(table))
    if not expected.sequences <= found.sequences:
        yield Problem("sequence", MISSING_SEQUENCE)
    for name in sorted(_foreign(found, expected)):
        yield Problem("foreign", FOREIGN, table=name, remedy=Note(TAKE_OUT))


def _column_problems(table: str, found: Schema, expected: Schema) -> Iterator[Problem]:
    is_now, should_be = found.columns[table], expected.columns[table]
    remedy = _remedy(table)
    for column, form in should_be.items():
        if column not in is_now:
            yield Problem("column", MISSING_COLUMN, table=table, column=column, remedy=remedy)
        elif is_now[column] != form:
            yield Problem("column", CHANGED_COLUMN, table=table, column=column, remedy=remedy)
    for column in is_now.keys() - should_be.keys():
        taken = None if table in DERIVED_TABLES else Note(TAKE_OUT)
        yield Problem("column", FOREIGN_COLUMN, table=table, column=column, remedy=taken)


def _remedy(table: str) -> Note | None:
    return None if table in DERIVED_TABLES else Note(RESTORE)


def _foreign(found: Schema, expected: Schema) -> set[str]:
    return {
        *(found.views.keys() - expected.views.keys()),
        *(found.tables.keys() - expected.tables.keys()),
        *(found.sequences - expected.sequences),
        *(found.indexes - expected.indexes),
    }


def _named(
    con: duckdb.DuckDBPyConnection, columns: str, source: str, condition: str = "true"
) -> dict[str, str]:
    return {name: sql or "" for name, sql in _rows(con, columns, source, condition)}


def _rows(
    con: duckdb.DuckDBPyConnection, columns: str, source: str, condition: str = "true"
) -> list[tuple[str, ...]]:
    is_internal = "" if "sequences" in source or "indexes" in source else "and not internal"
    rows: list[tuple[str, ...]] = con.execute(
        f"""select {columns} from {source}
        where database_name = current_database() {is_internal} and {condition}"""
    ).fetchall()
    return rows
