"""What a store holds, in few numbers: to tell what a backup would bring back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from cxdata.store.opening import value

# What people imported, wrote and set; the rest is counted from it.
COUNTED = {
    "responses": "response_versions",
    "contacts": "contact_versions",
    "customers": "customer_versions",
    "assessments": "assessment_versions",
    "invitations": "invitation_versions",
    "annotations": "annotations",
    "reference_lines": "reference_lines",
    "snapshots": "snapshots",
    "scenarios": "scenarios",
    "decisions": "decisions",
    "saved_views": "saved_views",
    "settings": "settings_history",
}


@dataclass(frozen=True)
class Batch:
    """One import; two stores have the same one if all of this is equal."""

    batch_id: int
    file_name: str
    sha256: str
    loaded_at: datetime
    is_undone: bool


@dataclass(frozen=True)
class Contents:
    """What a store holds: its batches, oldest first, and the rows of what people brought."""

    data_version: int
    batches: tuple[Batch, ...]
    row_counts: dict[str, int]

    @property
    def last_loaded_at(self) -> datetime | None:
        """When the last import came (UTC); None without one."""
        return max((it.loaded_at for it in self.batches), default=None)


@dataclass(frozen=True)
class Difference:
    """What a restore would change: imports that go, imports that come back, rows before and after
    by table where they differ."""

    going: tuple[Batch, ...]
    coming: tuple[Batch, ...]
    row_counts: dict[str, tuple[int, int]]

    @property
    def is_none(self) -> bool:
        return not (self.going or self.coming or self.row_counts)


def contents_of(con: duckdb.DuckDBPyConnection) -> Contents:
    """What the connection's store holds; tables of later versions count as empty."""
    tables = {name for (name,) in con.sql("select table_name from duckdb_tables()").fetchall()}
    batches = con.sql(
        """select batch_id, file_name, sha256, loaded_at, undone_at is not null as is_undone
        from batches order by batch_id"""
    ).fetchall()
    return Contents(
        data_version=int(value(con, "select data_version from store_info")),
        batches=tuple(Batch(*row) for row in batches),
        row_counts={
            name: int(value(con, f"select count(*) as n from {table}")) if table in tables else 0
            for name, table in COUNTED.items()
        },
    )


def difference(now: Contents, then: Contents) -> Difference:
    """What changes if ``then`` takes the place of ``now``."""
    return Difference(
        going=tuple(it for it in now.batches if it not in then.batches),
        coming=tuple(it for it in then.batches if it not in now.batches),
        row_counts={
            name: (count, then.row_counts[name])
            for name, count in now.row_counts.items()
            if count != then.row_counts[name]
        },
    )


def row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The rows of every table of the connection's own database."""
    return {name: int(value(con, f'select count(*) as n from "{name}"')) for name in _tables(con)}


def read_through(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Read every row of every table, so that each block's checksum is compared: their numbers.

    Raises
    ------
    duckdb.Error
        If any can't be read.
    """
    return {
        name: int(
            con.sql(
                f'select count(*) as n, bit_xor(hash(each_row)) as h from "{name}" as each_row'
            ).fetchall()[0][0]
        )
        for name in _tables(con)
    }


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = con.sql(
        """select table_name from duckdb_tables()
        where database_name = current_database() and not internal and not temporary
        order by table_name"""
    ).fetchall()
    return [str(name) for (name,) in found]
