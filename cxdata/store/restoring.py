"""A backup takes the place of the store; killed at any moment, the old or the new is whole.

The backup is copied beside the store, opened there, brought up to date and read from end to end.
Then a small file beside the store (``cx.duckdb.restoring``) says what is to be moved where. From
that moment on the restore counts as decided: whoever opens the store next finishes it. Before
that moment nothing has happened. The store that was there is never opened: its files, change logs
included, move aside together under one dated name.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cxdata.config import load_settings
from cxdata.errors import StoreDamaged, StoreError
from cxdata.store.contents import Contents, contents_of, read_through
from cxdata.store.expected import MIGRATIONS
from cxdata.store.faults import no_store, plainly
from cxdata.store.files import (
    COMMITTED_ENDING,
    ENDINGS,
    RESTORING_ENDING,
    WAL_ENDINGS,
    belongs_to,
    beside,
    clear_abandoned,
    flush,
    free_name,
    make_private,
    not_readable,
    parts,
    see_log_is_one,
    see_not_in_use,
    see_room,
    size_of,
    work_folder,
)
from cxdata.store.opening import connected

MOMENT = "%Y-%m-%d-%H%M%S"


@dataclass(frozen=True)
class Restored:
    """What a restore did; ``set_aside`` is None where no store was before."""

    set_aside: Path | None
    contents: Contents


@contextmanager
def staged(place: Path, source: Path) -> Iterator[Path]:
    """A copy of the backup beside the store, brought up to date and read from end to end.

    Raises
    ------
    StoreError
        If there is no such file, it is the store itself, in use, damaged or of a newer version,
        or there is no room.
    """
    _see_source(place, source)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    see_room(place.parent, 2 * size_of(source))
    with work_folder(place.parent, place, "restore") as folder:
        copy = folder / "copy.duckdb"
        try:
            copy_parts(source, copy)
        except PermissionError as error:
            raise not_readable(source) from error
        with _about(source):
            _bring_up_to_date(copy)
        yield copy


@contextmanager
def _about(source: Path) -> Iterator[None]:
    """Of a damaged backup it is said that it is the backup that is damaged."""
    try:
        yield
    except StoreDamaged as error:
        raise StoreError(
            "The backup {path} is damaged or is no store of this dashboard; nothing was changed.",
            "Choose another backup.",
            path=str(source),
        ) from error


def copy_parts(source: Path, target: Path) -> None:
    """The store's files, its change logs with it: what DuckDB would read as one."""
    for ending in ENDINGS:
        if beside(source, ending).is_file():
            shutil.copyfile(beside(source, ending), beside(target, ending))
    make_private(target)


def put_in_place(place: Path, ready: Path) -> Restored:
    """Decide the restore and carry it out; ``ready`` lies in a folder beside the store."""
    with plainly(ready), duckdb.connect(str(ready), read_only=True) as con:
        contents = contents_of(con)
    aside = None
    if parts(place):
        moment = datetime.now(UTC).strftime(MOMENT)
        aside = free_name(place.with_name(f"{place.stem}.before-restore-{moment}.duckdb"))
    plan: dict[str, object] = {
        "ready": str(ready.relative_to(place.parent)),
        "endings": [ending for ending in ENDINGS if beside(ready, ending).exists()],
        "aside": aside.name if aside else free_name(place.with_suffix(".aside.duckdb")).name,
    }
    _decide(place, plan)
    finish_interrupted(place)
    return Restored(aside, contents)


def finish_interrupted(place: Path, *, is_given_up: bool = False) -> None:
    """Carry out what a restore had decided when it was killed; nothing if there is none.

    Every step can be repeated. ``is_given_up``: another restore comes now, so that one that
    can't be finished is forgotten.

    Raises
    ------
    StoreDamaged
        If the restored copy is gone, or the plan can't be read.
    """
    note = beside(place, RESTORING_ENDING)
    if not note.exists():
        return
    try:
        plan = json.loads(note.read_text("utf-8"))
        ready, aside = place.parent / plan["ready"], place.parent / plan["aside"]
        endings = [str(each) for each in plan["endings"]]
    except (ValueError, KeyError, TypeError) as error:
        if is_given_up:
            note.unlink()
            return
        raise _unfinished(place) from error
    # Once the database itself has moved, it and what lies beside it are the new store.
    if ready.exists():
        _move(place, aside, ready, endings)
    elif not place.exists() and not is_given_up:
        raise _unfinished(place)
    flush(place.parent)
    note.unlink(missing_ok=True)
    flush(place.parent)
    clear_abandoned(place.parent, place)


def _move(place: Path, aside: Path, ready: Path, endings: list[str]) -> None:
    """The change logs first: they must never lie beside the new database."""
    for ending in (*WAL_ENDINGS, COMMITTED_ENDING, ""):
        comes, stands = beside(ready, ending), beside(place, ending)
        has_come = ending in endings and not comes.exists()
        if stands.exists() and not has_come:
            os.replace(stands, beside(aside, ending))
    flush(place.parent)
    for ending in (*WAL_ENDINGS, COMMITTED_ENDING, ""):
        if beside(ready, ending).exists():
            os.replace(beside(ready, ending), beside(place, ending))


def _decide(place: Path, plan: dict[str, object]) -> None:
    """Written aside, flushed and moved into place: the plan is there as a whole or not at all."""
    note = beside(place, RESTORING_ENDING)
    draft = place.parent / str(plan["ready"])
    draft = draft.with_name("plan.json")
    draft.write_text(json.dumps(plan), "utf-8")
    flush(draft)
    os.replace(draft, note)
    flush(place.parent)


def _bring_up_to_date(copy: Path) -> None:
    """Open the copy as the store would be opened, and read every row of it."""
    see_log_is_one(copy)
    con = connected(copy, load_settings(), MIGRATIONS)
    try:
        with plainly(copy, con):
            read_through(con)
            con.execute("checkpoint")
    finally:
        con.close()
    for ending in ENDINGS:
        if beside(copy, ending).exists():
            flush(beside(copy, ending))


def _see_source(place: Path, source: Path) -> None:
    if belongs_to(place, source):
        raise StoreError(
            "{path} is the store itself; a backup can take its place.", path=str(source)
        )
    if not source.exists():
        raise StoreError("There is no file {path}.", path=str(source))
    if not source.is_file():
        raise StoreError("{path} is not a file.", "Name a backup.", path=str(source))
    if place.is_dir():
        raise StoreError(
            "{path} is a folder, not a store.",
            "Name a file in it, such as cx.duckdb (CXDATA_STORE).",
            path=str(place),
        )
    try:
        see_not_in_use(source)
    except PermissionError as error:
        raise not_readable(source) from error
    if source.stat().st_size == 0:
        with _about(source):
            raise no_store(source)


def _unfinished(place: Path) -> StoreDamaged:
    return StoreDamaged(
        "A restore of the store {path} was interrupted and can't be finished.",
        "Restore a backup; what was there before is kept aside.",
        path=str(place),
    )
