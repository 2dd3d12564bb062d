"""Marks of what the store holds, so that a check can prove that it is still what was stored.

A mark is a hash of rows that doesn't depend on their order. Each batch has one for every table
that it brought rows to, made in the import's own transaction; each small table that people write
to has one, renewed by every transaction that changes the table. A mark says of which columns it
is, so a later version may add columns. What changes the file behind the store's back doesn't
renew any mark; and a table that doesn't fit its mark before a transaction keeps the mark that it
has, so that a later change never makes damage look whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5

import duckdb

# What a batch brings rows to. Which version is current isn't part of what it brought.
BATCH_TABLES = (
    "response_versions",
    "rating_versions",
    "comment_terms",
    "contact_versions",
    "customer_versions",
    "assessment_versions",
    "invitation_versions",
    "refused_rows",
)
UNMARKED_COLUMNS = frozenset({"is_current"})
# Small, and changed by people or by each import as a whole.
KEPT_TABLES = (
    "batches",
    "batch_marks",
    "annotations",
    "reference_lines",
    "snapshots",
    "snapshot_packs",
    "pack_choices",
    "scenarios",
    "journey_visions",
    "settings_history",
    "import_profiles",
    "value_spellings",
    "cases",
    "alert_rules",
    "case_history",
    "held_alerts",
    "comment_notes",
    "rights_changes",
    "access_tokens",
    "decisions",
    "mail_schedules",
    "saved_views",
    "start_views",
)
_LOW_HALF = 2**64 - 1
# The mark of no rows, whatever the columns; computing it would take most of a transaction's time.
_MARK_OF_NONE = md5(b"0", usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Mark:
    """A mark of rows, and the columns that it is of."""

    columns: tuple[str, ...]
    row_count: int
    mark: str


# Rows and the sum of their hashes.
Print = tuple[int, int | None]


@dataclass(frozen=True)
class KeptMarks:
    """How the small tables stand before a transaction, so that it renews only what it changes.

    ``trusted`` are the tables that fit their marks, each with the columns of its mark, and
    ``prints`` what they hold, told by DuckDB's own hash: another one in each version, but a tenth
    of the time, and it is kept in memory only.
    """

    trusted: Mapping[str, tuple[str, ...]]
    prints: Mapping[str, Print]
    data_version: int

    @classmethod
    def before(cls, con: duckdb.DuckDBPyConnection) -> KeptMarks:
        """Called before the first transaction begins: reading damage would abort it. No other
        process has the file open, so what a transaction leaves is what the next one finds."""
        recorded = recorded_table_marks(con)
        actual = table_marks(con, {name: mark.columns for name, mark in recorded.items()})
        trusted = {
            name: mark.columns for name, mark in recorded.items() if actual.get(name) == mark
        }
        return cls(trusted, prints_of(con, trusted), _data_version(con))

    def renewed(self, con: duckdb.DuckDBPyConnection) -> KeptMarks:
        """Called before the commit: marks what was changed, and counts the commit; this one itself
        if nothing was."""
        actual = prints_of(con, self.trusted)
        changed = [name for name, found in self.prints.items() if actual[name] != found]
        version = _data_version(con)
        if not changed and version == self.data_version:
            return self
        marked = {name: mark_table(con, name) for name in changed}
        con.execute("update store_info set commit_count = commit_count + 1")
        grown = {name: it for name, it in marked.items() if it != self.trusted[name]}
        return KeptMarks({**self.trusted, **grown}, {**actual, **prints_of(con, grown)}, version)


def mark_batch(
    con: duckdb.DuckDBPyConnection, batch_id: int, tables: Sequence[str] = BATCH_TABLES
) -> None:
    """Keep marks of what a batch holds now; inside the transaction that brings it.

    ``tables`` are those that it may have brought rows to.
    """
    con.execute("delete from batch_marks where batch_id = $id", {"id": batch_id})
    made_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    for table, columns in _columns_of(con, _tables_with(con, batch_id, tables)).items():
        con.execute(
            f"""insert into batch_marks (table_name, batch_id, columns, row_count, mark, made_at,
                is_of_import)
            select '{table}', $id, $columns, row_count, mark, $made_at, true
            from ({_mark_sql(table, columns)} where batch_id = $id)) as marked""",
            {"id": batch_id, "columns": ",".join(columns), "made_at": made_at},
        )


def _tables_with(con: duckdb.DuckDBPyConnection, batch_id: int, tables: Sequence[str]) -> list[str]:
    """Those that the batch brought rows to: mostly one or two, and the others cost nothing."""
    found = f"select 1 from {{}} where batch_id = {int(batch_id)} limit 1"
    return [name for name in tables if con.execute(found.format(name)).fetchall()]


def batch_fits_marks(con: duckdb.DuckDBPyConnection, batch_id: int, tables: Sequence[str]) -> bool:
    """Whether what a batch holds is what its marks say, none of its rows without one."""
    rows = con.execute(
        "select table_name, columns, row_count, mark from batch_marks where batch_id = $id",
        {"id": batch_id},
    ).fetchall()
    recorded = {name: Mark(tuple(columns.split(",")), *mark) for name, columns, *mark in rows}
    for table in tables:
        mark = recorded.get(table)
        columns = mark.columns if mark else ("batch_id",)
        count, found = con.execute(
            f"{_mark_sql(table, columns)} where batch_id = $id)", {"id": batch_id}
        ).fetchall()[0]
        if (Mark(columns, count, found) != mark) if mark else count:
            return False
    return True


def batch_marks(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]
) -> dict[int, Mark]:
    """What each batch holds in a table now, by batch_id; none for batches without rows there."""
    rows = con.execute(f"{_mark_sql(table, columns, 'batch_id, ')}) group by batch_id").fetchall()
    return {row[0]: Mark(tuple(columns), *row[1:]) for row in rows}


def recorded_table_marks(con: duckdb.DuckDBPyConnection) -> dict[str, Mark]:
    """The marks that the small tables had after the last transaction, by name of the table; none
    if they are damaged or gone."""
    try:
        rows = con.execute(
            "select table_name, columns, row_count, mark from table_marks"
        ).fetchall()
    except duckdb.Error:
        return {}
    return {
        name: Mark(tuple(columns.split(",")), count, mark) for name, columns, count, mark in rows
    }


def table_marks(
    con: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[str]]
) -> dict[str, Mark]:
    """What small tables hold now; without those that are damaged or gone."""
    try:
        return marks_of(con, columns)
    except duckdb.Error:
        if len(columns) == 1:
            return {}
        alone = (table_marks(con, {name: columns[name]}) for name in columns)
        return {name: mark for found in alone for name, mark in found.items()}


def marks_of(
    con: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[str]]
) -> dict[str, Mark]:
    """What tables hold now in some of their columns; an error if one can't be read."""
    if not columns:
        return {}
    filled = _with_rows(con, columns)
    parts = [
        f"select {place} as place, marked.* from ({_mark_sql(name, columns[name])})) as marked"
        for place, name in enumerate(filled)
    ]
    rows = con.execute(" union all ".join(parts)).fetchall() if parts else []
    marks = {name: Mark(tuple(columns[name]), 0, _MARK_OF_NONE) for name in columns}
    for place, count, mark in rows:
        marks[filled[place]] = Mark(tuple(columns[filled[place]]), count, mark)
    return marks


def prints_of(
    con: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[str]]
) -> dict[str, Print]:
    """What tables hold in some of their columns, to be compared with a later state by the same
    process only: told by DuckDB's own hash, in a quarter of the time of a mark.

    Raises
    ------
    duckdb.Error
        If one of them or one of the columns can't be read.
    """
    parts = []
    for name in _with_rows(con, columns):
        listed = ", ".join(f'"{column}"' for column in columns[name])
        parts.append(f"select '{name}', count(*), sum(hash({listed})) from {name}")
    rows = con.execute(" union all ".join(parts)).fetchall() if parts else []
    found = {name: (count, digest) for name, count, digest in rows}
    return {name: found.get(name, (0, None)) for name in columns}


def _with_rows(con: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The tables that aren't empty; an error if one of them or one of the columns is gone."""
    parts = []
    for name, own in columns.items():
        listed = ", ".join(f'"{column}"' for column in own)
        parts.append(f"(select '{name}' from (select {listed} from {name}) limit 1)")
    rows = con.execute(" union all ".join(parts)).fetchall() if parts else []
    found = {row[0] for row in rows}
    return [name for name in columns if name in found]


def mark_table(con: duckdb.DuckDBPyConnection, name: str) -> tuple[str, ...]:
    """Keep the mark of what a small table holds now; the columns that it is of."""
    columns = _columns_of(con, [name])[name]
    count, mark = con.execute(f"{_mark_sql(name, columns)})").fetchall()[0]
    con.execute("delete from table_marks where table_name = $name", {"name": name})
    con.execute(
        """insert into table_marks (table_name, columns, row_count, mark)
        values ($name, $columns, $count, $mark)""",
        {"name": name, "columns": ",".join(columns), "count": count, "mark": mark},
    )
    return columns


def _mark_sql(table: str, columns: Sequence[str], group: str = "") -> str:
    """A select of row_count and mark, open at its end for a condition or a closing bracket.

    A sum, not an exclusive or: of equal rows none cancels another.
    """
    texts = ", ".join(f"""coalesce(cast("{name}" as varchar), chr(30))""" for name in columns)
    return f"""select {group}count(*) as row_count, md5(concat_ws('.', cast(count(*) as varchar),
            cast(sum(cast(digest >> 64 as ubigint)) as varchar),
            cast(sum(cast(digest & {_LOW_HALF}::uhugeint as ubigint)) as varchar))) as mark
        from (select {group}md5_number(concat_ws(chr(31), {texts})) as digest from {table}"""


def _columns_of(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    return {
        table: tuple(
            name for name in con.sql(f"from {table}").columns if name not in UNMARKED_COLUMNS
        )
        for table in sorted(tables)
    }


def _data_version(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute("select max(data_version) from store_info").fetchall()[0][0])
