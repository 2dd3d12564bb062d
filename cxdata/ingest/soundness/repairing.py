"""The repair: what can be made again from the rest is, in one step; the rest is named.

Views come from this version's schema, counts from the facts, terms from the comments, and which
version of a row is current from the versions themselves. Facts and what people wrote can't be
made again: the check says which import or backup brings them back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import DERIVED_TABLES
from cxdata.ingest.soundness.checking import Depth, has_absurd_moments, soundness
from cxdata.ingest.soundness.commits import last_number, least_data_version, newest_batch
from cxdata.ingest.soundness.content import batch_differences, unfit_tables
from cxdata.ingest.soundness.counts import recounted_differences
from cxdata.ingest.soundness.report import Problem, Soundness
from cxdata.ingest.soundness.schema import expected_schema
from cxdata.ingest.storing.batches import TERMS
from cxdata.ingest.storing.loading import delete_read_terms, insert_terms
from cxdata.ingest.storing.merging import choose_current
from cxdata.ingest.storing.tables import TABLES, FactTable
from cxdata.store.connection import Store
from cxdata.store.days import fingerprint
from cxdata.store.last_commit import CommitRecord, commit_of, write_record
from cxdata.store.marks import mark_batch, mark_table

MADE_VIEW = N_("The view {table} was made again.")
MADE_TABLE = N_("The table {table} was made again.")
COUNTED = N_("The daily counts {table} were counted again.")
READ_TERMS = N_("Batch {batch}: its comments were read for their terms again.")
SET_CURRENT = N_("{table}: of {count} rows the newest version counts again.")
SET_NUMBERS = N_("The numbers of batches go on after the last one.")
SET_VERSION = N_("The data version goes on after the last one.")
TAKEN_AS_IT_IS = N_("The file that tells of lost commits was made again from the store.")
ACCEPTED_BATCH = N_("Batch {batch} ({file}): its rows were taken as they are.")
ACCEPTED_TABLE = N_("{table}: the rows were taken as they are.")
FAILED = N_("The repair failed, and nothing was changed: {reason}.")

# What a repair mends; of content and references only the terms, of tables only the derived ones.
_MENDED = frozenset(
    {"view", "table", "column", "block", "sequence", "store_info", "data_version", "current"}
    | {"content", "reference", "count"}
)
_UNPROVEN = frozenset({"content", "kept"})
_OF_RECORD = frozenset({"record", "lost"})


def repair_store(store: Store, depth: Depth = "full", *, accepts: bool = False) -> Soundness:
    """Repair what can be, all of it or, after an error, nothing; what is wrong afterwards and
    what was repaired.

    Parameters
    ----------
    accepts
        Also take as they are the rows that aren't as they were stored, so that they are proven
        from now on: for who knows what changed them.
    """
    before = soundness(store, depth)
    repaired: list[Note] = []
    if _is_mendable(before.problems, accepts):
        try:
            with store.transaction(is_check=True) as con:
                repaired = list(_repaired(con, store, before.problems))
                repaired += _accepted(con) if accepts else []
                con.execute("update store_info set data_version = data_version + 1")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            failed = Problem("repair", FAILED, reason=reason)
            return replace(before, problems=(*before.problems, failed))
    if any(problem.code in _OF_RECORD for problem in before.problems):
        with store.cursor(is_check=True) as con:
            write_record(store.path, CommitRecord(commit_of(con)))
        repaired.append(Note(TAKEN_AS_IT_IS))
    return replace(soundness(store, depth), repaired=tuple(repaired)) if repaired else before


def _is_mendable(problems: Sequence[Problem], accepts: bool) -> bool:
    codes = _MENDED | (_UNPROVEN if accepts else frozenset())
    return any(
        it.code in codes and (not it.remedy or (accepts and it.code in _UNPROVEN))
        for it in problems
    )


def _accepted(con: duckdb.DuckDBPyConnection) -> Iterator[Note]:
    """Mark again what doesn't fit its mark; the marks of batches are a small table themselves."""
    batches = {it.batch.batch_id: it.batch for it in batch_differences(con)}
    for batch_id, batch in batches.items():
        mark_batch(con, batch_id)
        yield Note(ACCEPTED_BATCH, batch=batch_id, file=batch.file_name)
    for name in unfit_tables(con):
        mark_table(con, name)
        yield Note(ACCEPTED_TABLE, table=name)


def _repaired(
    con: duckdb.DuckDBPyConnection, store: Store, problems: Sequence[Problem]
) -> Iterator[Note]:
    """In the order in which one needs the other."""
    mended = [problem for problem in problems if not problem.remedy]
    codes = {problem.code for problem in mended}
    made = [*_make_tables(con, mended), *_make_views(con, mended)]
    yield from made
    if codes & {"store_info", "data_version"}:
        _set_version(con, store)
        yield Note(SET_VERSION)
    if "sequence" in codes:
        _set_sequence(con)
        yield Note(SET_NUMBERS)
    if not _facts_are_whole(problems):
        return
    for table in TABLES.values():
        if count := _set_current(con, table):
            yield Note(SET_CURRENT, table=table.view, count=count)
    for batch_id in _batches_without_terms(con):
        _read_terms(con, batch_id)
        yield Note(READ_TERMS, batch=batch_id)
    for name in recounted_differences(con, store):
        yield Note(COUNTED, table=name)


def _facts_are_whole(problems: Sequence[Problem]) -> bool:
    """Nothing can be counted from what can't be read or has impossible moments."""
    return not has_absurd_moments(problems) and not any(
        problem.remedy and problem.code in {"block", "table", "column"} for problem in problems
    )


def _make_tables(con: duckdb.DuckDBPyConnection, mended: Sequence[Problem]) -> Iterator[Note]:
    broken = {it.values.get("table") for it in mended if it.code in {"table", "column", "block"}}
    for name in DERIVED_TABLES:
        if name in broken:
            con.execute(f'drop table if exists "{name}"')
            con.execute(expected_schema().tables[name])
            yield Note(MADE_TABLE, table=name)


def _make_views(con: duckdb.DuckDBPyConnection, mended: Sequence[Problem]) -> Iterator[Note]:
    for name in [str(it.values["table"]) for it in mended if it.code == "view"]:
        con.execute(f'drop view if exists "{name}"')
        con.execute(expected_schema().views[name])
        yield Note(MADE_VIEW, table=name)


def _set_version(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """One row, as far as anything in the store or beside it says."""
    row = con.execute(
        """select max(schema_version), greatest(max(data_version), $least), max(commit_count)
        from store_info""",
        {"least": least_data_version(con, store.path)},
    ).fetchall()[0]
    con.execute("delete from store_info")
    con.execute(
        """insert into store_info (schema_version, data_version, counted_with, commit_count)
        values ($schema, $data, $counted_with, $commits)""",
        {
            "schema": row[0],
            "data": row[1],
            "counted_with": fingerprint(store.settings_history),
            "commits": row[2],
        },
    )


def _set_sequence(con: duckdb.DuckDBPyConnection) -> None:
    """One number is drawn: a sequence that gave none doesn't say where it stands."""
    last = max(newest_batch(con), last_number(con), 1)
    con.execute(f"create or replace sequence batch_ids start {last}")
    con.execute("select nextval('batch_ids')").fetchall()


def _set_current(con: duckdb.DuckDBPyConnection, table: FactTable) -> int:
    """Of rows without one current version, or with another than imports would have."""
    con.execute(
        f"""create or replace temp table unclear as
        select {table.key} as fact_key from {table.name} group by {table.key}
        having count(*) filter (is_current) <> 1
            or max(content_hash) filter (is_current) <> max_by(content_hash, batch_id)"""
    )
    count = int(con.execute("select count(*) from unclear").fetchall()[0][0])
    if count:
        choose_current(con, table, "unclear")
    return count


def _batches_without_terms(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Those whose terms aren't as they were stored, but whose comments are."""
    differences = list(batch_differences(con))
    broken = {it.batch.batch_id for it in differences if it.table != TERMS}
    own = {it.batch.batch_id for it in differences if it.table == TERMS}
    return sorted(own - broken)


def _read_terms(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Today's word lists may be other ones than then: the mark is of what is read now."""
    delete_read_terms(con, batch_id)
    insert_terms(con, batch_id, lambda done: None)
    if any(it.table == TERMS and it.batch.batch_id == batch_id for it in batch_differences(con)):
        mark_batch(con, batch_id)
