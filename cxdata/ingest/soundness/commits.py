"""How far the store is: one row that says it, nothing set back, and no commit lost at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.report import Problem
from cxdata.store.last_commit import (
    CommitRecord,
    RecordError,
    commit_of,
    read_record,
    record_path,
)

NOT_ONE_ROW = N_("store_info has {count} rows; one is right.")
SET_BACK = N_("The data version is {found}, and was {least} at least.")
NUMBERS_AGAIN = N_("The next import would get the number of a batch that is there.")
LOST_COMMITS = N_(
    "{count} commits are missing: the last one was made at {moment} UTC, with batch {batch} as "
    "the newest; in the store it is batch {found}."
)
IMPORT_LOST = N_(
    "Import the files since then again, or restore a newer backup; a repair takes the store as it "
    "is."
)
BROKEN_RECORD = N_("{path}, which tells of lost commits, can't be read.")
NO_RECORD = N_("Whether commits were lost: {path}, which would tell, isn't there.")
RECORD_SINCE = N_(
    "Whether commits were lost before {moment} UTC: {path}, which tells, was made then."
)


def commit_problems(con: duckdb.DuckDBPyConnection, store_path: Path) -> Iterator[Problem]:
    rows = con.execute("select count(*) from store_info").fetchall()[0][0]
    if rows != 1:
        yield Problem("store_info", NOT_ONE_ROW, count=rows)
    yield from _version_problems(con, store_path)
    if last_number(con) < newest_batch(con):
        yield Problem("sequence", NUMBERS_AGAIN)
    yield from _record_problems(con, store_path)


def unknown_commits(store_path: Path) -> Iterator[Note]:
    """What the file beside the store can't tell."""
    try:
        record = read_record(store_path)
    except RecordError:
        return
    path = str(record_path(store_path))
    if record is None:
        yield Note(NO_RECORD, path=path)
    elif record.made_at:
        yield Note(RECORD_SINCE, path=path, moment=record.made_at.replace("T", " "))


def least_data_version(con: duckdb.DuckDBPyConnection, store_path: Path) -> int:
    """Each import that brought a row, each undo and each change of settings raised it by one; and
    so it stood at the last commit."""
    counted = con.execute(
        """select (select count(*) filter (accepted_count > 0) + count(undone_at) from batches)
            + (select count(distinct changed_at) from settings_history)"""
    ).fetchall()[0][0]
    record = _record(store_path)
    commits = con.execute("select max(commit_count) from store_info").fetchall()[0][0]
    is_same = record is not None and record.last.commit_count == commits
    return max(int(counted), record.last.data_version if record and is_same else 0)


def newest_batch(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute("select coalesce(max(batch_id), 0) from batches").fetchall()[0][0])


def last_number(con: duckdb.DuckDBPyConnection) -> int:
    """The last number that the sequence of batches gave out; 0 if it gave none."""
    found = con.execute(
        """select last_value from duckdb_sequences()
        where database_name = current_database() and sequence_name = 'batch_ids'"""
    ).fetchall()
    return int(found[0][0] or 0) if found else 0


def record_now(con: duckdb.DuckDBPyConnection, store_path: Path) -> CommitRecord | None:
    """What the file says of the store as it is; None if there is none or it can't be read."""
    record = _record(store_path)
    return record and record.after(commit_of(con), new_count=0)


def _version_problems(con: duckdb.DuckDBPyConnection, store_path: Path) -> Iterator[Problem]:
    found = con.execute("select min(data_version) from store_info").fetchall()[0][0]
    least = least_data_version(con, store_path)
    if found is not None and found < least:
        yield Problem("data_version", SET_BACK, found=int(found), least=least)


def _record_problems(con: duckdb.DuckDBPyConnection, store_path: Path) -> Iterator[Problem]:
    try:
        read_record(store_path)
    except RecordError:
        yield Problem("record", BROKEN_RECORD, path=str(record_path(store_path)))
        return
    record = record_now(con, store_path)
    if record and record.lost and record.lost_count:
        yield Problem(
            "lost",
            LOST_COMMITS,
            count=record.lost_count,
            moment=record.lost.committed_at.replace("T", " "),
            batch=record.lost.batch_id,
            found=newest_batch(con),
            remedy=Note(IMPORT_LOST),
        )


def _record(store_path: Path) -> CommitRecord | None:
    try:
        return read_record(store_path)
    except RecordError:
        return None
