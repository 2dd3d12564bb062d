"""The batches of the store: list them, undo one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import polars as pl

from cxdata.cases.outcomes import cases_changed_after, undo_returned
from cxdata.cases.watching import cases_staying, withdraw_cases
from cxdata.errors import StoreError
from cxdata.ingest.storing.loading import delete_read_terms, insert_terms, touched_days
from cxdata.ingest.storing.merging import refold
from cxdata.ingest.storing.tables import TABLES, FactTable
from cxdata.log import logs_undo
from cxdata.models import Kind, Refusal
from cxdata.record import note_done
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.marks import BATCH_TABLES, batch_fits_marks, mark_batch
from cxdata.store.stored_json import stored_json

TERMS = "comment_terms"


def recorded_batches(store: Store) -> pl.DataFrame:
    """One row per batch, newest first, the undone ones included.

    Raises
    ------
    AccessError
        If the store is seen by a reader with rights to a part of it.
    """
    store.see_whole()
    with store.cursor() as con:
        batches: pl.DataFrame = con.sql(
            """select batch_id, file_name, kind, loaded_by, loaded_at, extracted_at, mapping,
                row_count, accepted_count, corrected_count, replaced_count, refused_count,
                duplicate_count, undone_at
            from batches order by batch_id desc"""
        ).pl()
    return batches


def recorded_refusals(store: Store, batch_id: int, limit: int | None = None) -> list[Refusal]:
    """The listed refusals of a batch in the file's order, the first ``limit`` of them.

    Raises
    ------
    AccessError
        If the store is seen by a reader with rights to a part of it, or without the right to
        see people: a row that was refused has no dimensions to tell by.
    """
    store.see_whole()
    store.see_people()
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
    rows that a later batch replaced stay as that batch brought them. Cases that the batch opened
    are withdrawn, but for those that somebody has touched (``cases_of_batch``). Cases that a list
    of cases changed are what they were before it, but for those that somebody changed after it.

    Raises
    ------
    StoreError
        If there is no such batch, or it is undone already.
    """
    with store.transaction() as con:
        kind = _undoable_kind(con, batch_id)
        if kind == "cases":
            gone, _ = undo_returned(con, batch_id)
            _note_undone(con, batch_id)
            con.execute("update store_info set data_version = data_version + 1")
        else:
            gone = _undo_facts(store, con, batch_id, kind)
    note_done(store, "undone", details={"batch": batch_id, "kind": kind, "rows": gone})
    return gone


def _undo_facts(store: Store, con: duckdb.DuckDBPyConnection, batch_id: int, kind: Kind) -> int:
    days = touched_days(con, batch_id, kind)
    gone = _withdraw(con, batch_id, TABLES[kind])
    con.execute("delete from rating_versions where batch_id = $id", {"id": batch_id})
    con.execute("delete from comment_terms where batch_id = $id", {"id": batch_id})
    again = _made_again(con, kind)
    _note_undone(con, batch_id)
    withdraw_cases(con, batch_id)
    touched = None if again is None else [*days, *again]
    rebuild_days(con, store.settings_history, [kind], touched)
    return gone


def _note_undone(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    con.execute(
        "update batches set undone_at = $now where batch_id = $id",
        {"now": datetime.now(UTC).replace(tzinfo=None, microsecond=0), "id": batch_id},
    )


def cases_of_batch(store: Store, batch_id: int) -> tuple[int, ...]:
    """The numbers of the cases that a batch opened or changed and that stay as they are when it is
    undone: somebody has touched them since."""
    with store.cursor() as con:
        return (*cases_staying(con, batch_id), *cases_changed_after(con, batch_id))


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
    """Delete the batch's versions and let the newest remaining ones take their place.

    ``taken_from`` then holds the rows of which versions remain that took something over.
    """
    con.execute(
        f"""create or replace temp table taken_from as
        select distinct {table.key} as fact_key from {table.name}
        where batch_id > $id and kept_fields is not null and {table.key} in (
            select {table.key} from {table.name} where batch_id = $id)""",
        {"id": batch_id},
    )
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


def _made_again(con: duckdb.DuckDBPyConnection, kind: Kind) -> list[date] | None:
    """Make again what later versions had taken over from the batch; the days of those rows.

    None: any day may be another. A file of contacts or customers is known up to the last moment in
    it, which holds for all its rows.
    """
    table = TABLES[kind]
    changed = refold(con, kind, "taken_from")
    if changed and kind in ("contacts", "customers"):
        return None
    if not changed or not table.day:
        return []
    if kind == "responses":
        for batch_id in changed:
            _read_terms_again(con, batch_id)
    rows = con.execute(
        f"""select distinct {table.day} from {table.name}
        where {table.key} in (select fact_key from taken_from)"""
    ).fetchall()
    return [row[0] for row in rows]


def _read_terms_again(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    is_whole = batch_fits_marks(con, batch_id, [name for name in BATCH_TABLES if name != TERMS])
    delete_read_terms(con, batch_id)
    insert_terms(con, batch_id, lambda done: None)
    if is_whole:
        mark_batch(con, batch_id)
