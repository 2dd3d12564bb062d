"""The last commit, kept in a small file beside the store: what was lost with the end of the WAL.

A store that lost its newest commits looks whole from inside. The file beside it, written after
each commit, says how many there were. A store that is ahead of the file is right: the process may
have ended between the two. A store that is behind has lost commits, and the file goes on saying
so, whatever is stored later, until somebody takes the store as it is (``check --repair``).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

SUFFIX = ".committed.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Commit:
    """How far a store is: commits and data version count up, the batch is the newest."""

    commit_count: int
    data_version: int
    batch_id: int
    committed_at: str


@dataclass(frozen=True)
class CommitRecord:
    """What the file beside a store says.

    ``made_at`` is when the file was made from a store that had none, None if it was there from the
    store's beginning. ``lost_count`` commits were there once and are gone, ``lost`` is the last of
    them.
    """

    last: Commit
    made_at: str | None = None
    lost_count: int = 0
    lost: Commit | None = None

    def after(self, now: Commit, new_count: int) -> CommitRecord:
        """With ``now`` as the last commit, the ``new_count`` newest of which were made since."""
        gone = self.last.commit_count - (now.commit_count - new_count)
        if gone <= 0:
            return replace(self, last=now)
        return replace(self, last=now, lost_count=self.lost_count + gone, lost=self.last)


class RecordError(ValueError):
    """The file beside the store can't be read."""


def record_path(store_path: Path) -> Path:
    """Where the last commit of a store is kept."""
    return store_path.with_name(store_path.name + SUFFIX)


def read_record(store_path: Path) -> CommitRecord | None:
    """What the file says; None if there is none.

    Raises
    ------
    RecordError
        If it can't be read.
    """
    try:
        return _parsed(json.loads(record_path(store_path).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RecordError(str(error)) from error


def commit_of(con: duckdb.DuckDBPyConnection) -> Commit:
    """How far the store itself is."""
    commits, version, batch_id = con.execute(
        """select max(commit_count), max(data_version),
            (select coalesce(max(batch_id), 0) from batches)
        from store_info"""
    ).fetchall()[0]
    return Commit(int(commits), int(version), int(batch_id), _now())


def note_commit(store_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """Write down the commit that was just made.

    The commit stands whatever happens here: what can't be written or read goes to the log.
    """
    now = commit_of(con)
    try:
        before = read_record(store_path)
    except RecordError:
        log.warning("%s can't be read; check says more.", record_path(store_path))
        return
    if before is None:
        write_record(store_path, CommitRecord(now, made_at=_now()))
    else:
        write_record(store_path, before.after(now, new_count=1))


def meet_record(store_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """At opening: begin the file where there is none, and log what was lost."""
    try:
        found = read_record(store_path)
    except RecordError:
        log.warning("%s can't be read; check says more.", record_path(store_path))
        return
    now = commit_of(con)
    if found is None:
        write_record(store_path, CommitRecord(now, made_at=_now() if now.commit_count else None))
        return
    record = found.after(now, new_count=0)
    if record.lost_count:
        log.error("Commits of the store %s are missing: %s.", store_path, record.lost_count)


def write_record(store_path: Path, record: CommitRecord) -> None:
    """Put the file in place in one step; nobody else may read it."""
    place = record_path(store_path)
    fresh = place.with_name(f".{place.name}.new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(record), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    except OSError as error:
        log.warning("The last commit can't be written to %s: %s", place, error)


def _parsed(raw: dict[str, Any]) -> CommitRecord:
    lost = raw["lost"] and _commit(raw["lost"])
    made_at = raw["made_at"]
    return CommitRecord(
        _commit(raw["last"]), made_at and str(made_at), int(raw["lost_count"]), lost or None
    )


def _commit(raw: dict[str, Any]) -> Commit:
    return Commit(
        int(raw["commit_count"]),
        int(raw["data_version"]),
        int(raw["batch_id"]),
        datetime.fromisoformat(raw["committed_at"]).isoformat(),
    )


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()
