"""What tables, views and columns a store of this version has: read off a new, empty one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb

SCHEMA = Path(__file__).with_name("schema.sql")
MIGRATIONS = Path(__file__).with_name("migrations")


def numbered_migrations(migrations: Path = MIGRATIONS) -> list[tuple[int, Path]]:
    """The steps from one schema version to the next: the version that each leads to."""
    return sorted((int(file.name.split("_")[0]), file) for file in migrations.glob("*.sql"))


def newest_version(migrations: Path = MIGRATIONS) -> int:
    return max([1, *(number for number, _ in numbered_migrations(migrations))])


def build_schema(con: duckdb.DuckDBPyConnection, until: int, migrations: Path = MIGRATIONS) -> None:
    """The empty tables of a schema version, in the connection's database."""
    con.execute(SCHEMA.read_text("utf-8"))
    for number, file in numbered_migrations(migrations):
        if number <= until:
            con.execute(file.read_text("utf-8"))
            con.execute("update store_info set schema_version = $number", {"number": number})


def missing_part(con: duckdb.DuckDBPyConnection) -> str | None:
    """The first table, view or column that the store should have and hasn't: ``batches.kind``."""
    found = set(_columns(con))
    tables = {table for table, _ in found}
    for table, column in expected_columns():
        if (table, column) not in found:
            return f"{table}.{column}" if table in tables else table
    return None


@cache
def expected_columns() -> tuple[tuple[str, str], ...]:
    """Each table and view with each of its columns."""
    with duckdb.connect() as con:
        build_schema(con, newest_version())
        return _columns(con)


def _columns(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str], ...]:
    """The tables and views of the connection's own database; a view that can't be read lacks
    its columns."""
    rows = con.cursor().execute(
        """select table_name, column_name from duckdb_columns()
        where database_name = current_database() and not internal
            and schema_name = 'main'
        order by table_name, column_index"""
    )
    return tuple((str(table), str(column)) for table, column in rows.fetchall())
