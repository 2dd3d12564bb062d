"""The batches of the store: list them, undo one, check that all hangs together."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import polars as pl

from cxdata.errors import StoreError
from cxdata.i18n import N_
from cxdata.ingest.loading import TABLES, FactTable, touched_days
from cxdata.ingest.notes import Note
from cxdata.log import logs_undo
from cxdata.models import Kind, Refusal
from cxdata.store.connection import Store
from cxdata.store.days import DAY_TABLES, count_days, rebuild_days
from cxdata.store.stored_json import stored_json


def recorded_batches(store: Store) -> pl.DataFrame:
    """One row per batch, newest first, the undone ones included."""
    with store.cursor() as con:
        batches: pl.DataFrame = con.sql(
            """select batch_id, file_name, kind, loaded_by, loaded_at, extracted_at, mapping,
                row_count, accepted_count, corrected_count, replaced_count, refused_count,
                duplicate_count, undone_at
            from batches order by batch_id desc"""
        ).pl()
    return batches


def recorded_refusals(store: Store, batch_id: int, limit: int | None = None) -> list[Refusal]:
    """The listed refusals of a batch in the file's order, the first ``limit`` of them."""
    with store.cursor() as con:
        rows = con.execute(
            """select line, "column", value, reason, reason_values from refused_rows
            where batch_id = $batch_id order by line limit $limit""",
            {"batch_id": batch_id, "limit": limit},
        ).fetchall()
    return [
        Refusal(
            line, column, value, reason, stored_json(reason_values, "refused_rows.reason_values")
        )
        for line, column, value, reason, reason_values in rows
    ]


@logs_undo
def undo_batch(store: Store, batch_id: int) -> int:
    """Take a batch's rows out again; the number of its current rows that went.

    Rows that it had replaced come back in the newest version that another batch brought;
    rows that a later batch replaced stay as that batch brought them.

    Raises
    ------
    StoreError
        If there is no such batch, or it is undone already.
    """
    with store.transaction() as con:
        kind = _undoable_kind(con, batch_id)
        days = touched_days(con, batch_id, kind)
        gone = _withdraw(con, batch_id, TABLES[kind])
        con.execute("delete from rating_versions where batch_id = $id", {"id": batch_id})
        con.execute("delete from comment_terms where batch_id = $id", {"id": batch_id})
        con.execute(
            "update batches set undone_at = $now where batch_id = $id",
            {"now": datetime.now(UTC).replace(tzinfo=None, microsecond=0), "id": batch_id},
        )
        rebuild_days(con, store.settings_history, [kind], days)
        return gone


def check_store(store: Store) -> list[Note]:
    """What is wrong in the store; nothing if all hangs together."""
    found: list[Note] = []
    with store.cursor() as con:
        for table in TABLES.values():
            found += _version_problems(con, table)
        found += _batch_problems(con)
    return found + _count_problems(store)


def _undoable_kind(con: duckdb.DuckDBPyConnection, batch_id: int) -> Kind:
    found = con.execute(
        "select kind, undone_at from batches where batch_id = $id", {"id": batch_id}
    ).fetchall()
    if not found:
        raise StoreError(
            "There is no batch {batch}.", "The command batches lists them.", batch=batch_id
        )
    kind: Kind = found[0][0]
    if found[0][1] is not None:
        raise StoreError("Batch {batch} is undone already.", batch=batch_id)
    return kind


def _withdraw(con: duckdb.DuckDBPyConnection, batch_id: int, table: FactTable) -> int:
    """Delete the batch's versions and let the newest remaining ones take their place."""
    con.execute(
        f"""create or replace temp table withdrawn as
        select {table.key} as fact_key from {table.name}
        where batch_id = $id and is_current""",
        {"id": batch_id},
    )
    con.execute(f"delete from {table.name} where batch_id = $id", {"id": batch_id})
    con.execute(
        f"""update {table.name} set is_current = true
        where ({table.key}, batch_id) in (
            select version.{table.key}, max(version.batch_id) as newest
            from {table.name} as version
            join withdrawn on withdrawn.fact_key = version.{table.key}
            group by version.{table.key})"""
    )
    return int(con.execute("select count(*) from withdrawn").fetchall()[0][0])


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])


def _version_problems(con: duckdb.DuckDBPyConnection, table: FactTable) -> list[Note]:
    unclear = _count(
        con,
        f"""select count(*) from (
            select {table.key} from {table.name}
            group by {table.key} having count(*) filter (is_current) <> 1)""",
    )
    orphaned = _count(
        con,
        f"""select count(*) from {table.name} as fact
        left join batches on batches.batch_id = fact.batch_id and batches.undone_at is null
        where batches.batch_id is null""",
    )
    problems = []
    if unclear:
        text = N_("{table}: {count} rows have not exactly one current version.")
        problems.append(Note(text, table=table.view, count=unclear))
    if orphaned:
        text = N_("{table}: {count} rows belong to no batch, or to an undone one.")
        problems.append(Note(text, table=table.view, count=orphaned))
    return problems


def _batch_problems(con: duckdb.DuckDBPyConnection) -> list[Note]:
    unequal = _count(
        con,
        """select count(*) from batches
        where row_count <> accepted_count + refused_count + duplicate_count""",
    )
    unrated = _count(
        con,
        """select count(*) from rating_versions as rating
        left join response_versions as response
            on response.response_id = rating.response_id and response.batch_id = rating.batch_id
        where response.response_id is null""",
    )
    problems = []
    if unequal:
        problems.append(Note(N_("{count} batches don't add up."), count=unequal))
    if unrated:
        problems.append(Note(N_("{count} ratings belong to no answer."), count=unrated))
    return problems


class _Recounted(Exception):
    """Ends the transaction of a check, so that nothing of it stays."""


def _count_problems(store: Store) -> list[Note]:
    """The day tables that differ from a recount."""
    problems: list[Note] = []
    try:
        with store.transaction() as con:
            for name in DAY_TABLES:
                con.execute(f"create or replace temp table before_{name} as from {name}")
            count_days(con, store.settings_history, TABLES)
            differing = [name for name in DAY_TABLES if _differs(con, name)]
            text = N_("The daily counts {table} differ from a recount.")
            problems = [Note(text, table=name) for name in differing]
            raise _Recounted
    except _Recounted:
        return problems


def _differs(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Sums of fractions may differ in their last digits by the order in which they were added."""
    described = con.execute(f"describe {name}").fetchall()
    columns = ", ".join(
        f"round({column[0]}, 3)" if column[1] == "DOUBLE" else column[0] for column in described
    )
    now, before = f"(select {columns} from {name})", f"(select {columns} from before_{name})"
    difference = f"""({now} except all {before}) union all ({before} except all {now})"""
    return _count(con, f"select count(*) from ({difference})") > 0
