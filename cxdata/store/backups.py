"""Backups: made, checked before they count, thinned out by the calendar, listed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import duckdb

from cxdata.config import BackupSettings, Keep
from cxdata.errors import StoreError
from cxdata.log import log_backup
from cxdata.store.connection import Store, open_store_at
from cxdata.store.contents import (
    Contents,
    Difference,
    contents_of,
    difference,
    read_through,
    row_counts,
)
from cxdata.store.expected import MIGRATIONS
from cxdata.store.faults import no_store, plainly
from cxdata.store.files import (
    BESIDE_ENDINGS,
    COMMITTED_ENDING,
    ENDINGS,
    belongs_to,
    beside,
    file_fault,
    flush,
    free_name,
    make_private,
    not_readable,
    parts,
    see_room,
    size_of,
    work_folder,
)
from cxdata.store.opening import lock_down, read_only, see_version_is_known
from cxdata.store.restoring import MOMENT, copy_parts, staged

BackupKind = Literal["backup", "before_restore", "before_update"]

# Names of files that this program made beside a store or in its folder of backups.
OWN_FORM = r"\.(backup|before-restore|before-version)-(\d{4}-\d\d-\d\d-\d{6}|\d+)(-\d+)?\.duckdb"
BACKUP_KINDS: dict[str, BackupKind] = {
    "backup": "backup",
    "before-restore": "before_restore",
    "before-version": "before_update",
}


@dataclass(frozen=True)
class Backup:
    """A file that a store can be restored from.

    ``contents`` is None and ``problem`` says why if it can't be read.
    """

    path: Path
    kind: BackupKind
    made_at: datetime  # UTC
    size_bytes: int
    contents: Contents | None
    problem: StoreError | None


@dataclass(frozen=True)
class Preview:
    """What restoring a backup would bring, and what would change.

    ``changes`` is None where the store as it is now can't be read.
    """

    contents: Contents
    changes: Difference | None


def backup_folder(store_path: Path, settings: BackupSettings) -> Path:
    """Where backups go unless another folder is named: one in the store's own folder."""
    return store_path.parent / (settings.folder or "backups")


def backup_to_file(store: Store, target: Path | str, *, is_scheduled: bool = False) -> None:
    """A consistent copy of the live store in a new file, checked before it has that name.

    Raises
    ------
    StoreError
        If ``target`` exists already, belongs to the store, can't be written, or there is no room.
    """
    target = Path(target).absolute()
    if belongs_to(store.path, target):
        raise StoreError(
            "{path} belongs to the store itself.", "Choose another file.", path=str(target)
        )
    wanted = (beside(target, ending) for ending in ENDINGS)
    taken = next((it for it in wanted if os.path.lexists(it)), None)
    if taken:
        raise StoreError("There is already a file {path}.", "Choose another.", path=str(taken))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy_checked(store, target)
    except OSError as error:
        raise file_fault(error, target) from error
    size = target.stat().st_size
    log_backup(data_version=store.data_version, byte_count=size, is_scheduled=is_scheduled)


def backup_to_folder(
    store: Store,
    folder: Path,
    keep: Keep,
    now: datetime | None = None,
    *,
    is_scheduled: bool = False,
) -> tuple[Backup, tuple[Path, ...]]:
    """A backup under a dated name in ``folder``, and which older ones were thinned out.

    Only files that have the form of this store's own backups are ever removed.

    Raises
    ------
    StoreError
        If the folder can't be written, or there is no room.
    """
    moment = (now or datetime.now(UTC)).strftime(MOMENT)
    target = free_name(folder.absolute() / f"{store.path.stem}.backup-{moment}.duckdb")
    backup_to_file(store, target, is_scheduled=is_scheduled)
    made = _backup(target, "backup", _moment_in(moment))
    return made, _thin_out(store.path, folder, keep, made.path)


def back_up_if_due(
    store: Store, settings: BackupSettings, now: datetime | None = None
) -> Backup | None:
    """A backup if the newest one is older than the settings want; None if none is due.

    A newest one that lies in the future was made while the clock was wrong and doesn't count.
    """
    now = now or datetime.now(UTC)
    folder = backup_folder(store.path, settings)
    if not settings.every_hours or not is_due(store.path, folder, settings.every_hours, now):
        return None
    made, _ = backup_to_folder(store, folder, settings.keep, now, is_scheduled=True)
    return made


def is_due(store_path: Path, folder: Path, every_hours: float, now: datetime) -> bool:
    """Whether the newest backup in the folder is older than so many hours."""
    made = [it for it, _ in _named(store_path, folder, "backup") if it <= now]
    return not made or now - max(made) >= timedelta(hours=every_hours)


def newest_backup_at(store_path: Path, folder: Path) -> datetime | None:
    """When the newest backup of the folder was made (UTC); None if there is none."""
    return max((it for it, _ in _named(store_path, folder, "backup")), default=None)


def known_backups(store_path: Path, folder: Path) -> list[Backup]:
    """The store's backups in the folder and what was set aside beside it, newest first.

    Each is opened and read from end to end; one that can't be says so.

    Raises
    ------
    StoreError
        If a folder can't be read.
    """
    store_path = store_path.resolve()
    folders = {folder.resolve(): None, store_path.parent: None}
    try:
        found = [
            _backup(path, kind, moment)
            for where in folders
            for name, kind in BACKUP_KINDS.items()
            for moment, path in _named(store_path, where, name)
        ]
    except PermissionError as error:
        raise not_readable(folder) from error
    return sorted(found, key=lambda each: (each.made_at, each.path.name), reverse=True)


def preview(store_path: Path | str, source: Path | str) -> Preview:
    """What restoring this backup would bring and change; the store itself isn't touched.

    Raises
    ------
    StoreError
        If the backup can't be restored.
    """
    place, source = Path(store_path).resolve(), Path(source).resolve()
    try:
        with staged(place, source) as copy:
            with plainly(copy), read_only(copy) as con:
                then = contents_of(con)
            now = _contents_now(place, copy.parent)
    except OSError as error:
        raise file_fault(error, place) from error
    return Preview(then, None if now is None else difference(now, then))


def kept(moments: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Which of these backups stay: the newest of each of the last days, weeks (from Monday) and
    months that have any.

    >>> days = [datetime(2026, 3, day) for day in (1, 2, 3, 30, 31)]
    >>> sorted(it.day for it in kept(days, Keep(days=2, weeks=0, months=1)))
    [30, 31]
    """
    newest_first = sorted(set(moments), reverse=True)
    periods: list[tuple[int, Callable[[datetime], tuple[int, int]]]] = [
        (keep.days, lambda it: (it.year, it.timetuple().tm_yday)),
        (keep.weeks, lambda it: (it.isocalendar().year, it.isocalendar().week)),
        (keep.months, lambda it: (it.year, it.month)),
    ]
    staying: set[datetime] = set()
    for count, period_of in periods:
        newest: dict[tuple[int, int], datetime] = {}
        for moment in newest_first:
            newest.setdefault(period_of(moment), moment)
        staying |= set(list(newest.values())[:count])
    return staying


def _copy_checked(store: Store, target: Path) -> None:
    """Made where DuckDB may write, read back from the target's own folder, then given its name."""
    size = size_of(store.path)
    inner = store.path.parent / ".backups"
    inner.mkdir(mode=0o700, parents=True, exist_ok=True)
    see_room(inner, size)
    with work_folder(inner, store.path, "copy") as made_in:
        copy = made_in / "copy.duckdb"
        expected = store.copy_to(copy, row_counts)
        side = beside(store.path, COMMITTED_ENDING)
        with suppress(FileNotFoundError):
            shutil.copyfile(side, beside(copy, COMMITTED_ENDING))
        make_private(copy)
        with work_folder(target.parent, store.path, "backup") as folder:
            ready = folder / "copy.duckdb"
            _move(copy, ready)
            with plainly(ready), read_only(ready) as con:
                found = read_through(con)
            if found != expected:
                raise StoreError(
                    "The backup {path} doesn't hold what the store holds; it was thrown away.",
                    "Try again; if it happens again, check the store and the disk.",
                    path=str(target),
                )
            for each in parts(ready):
                flush(each)
            _move(ready, target)
            flush(target.parent)


def _move(source: Path, target: Path) -> None:
    """What lies beside the database first: with the database the backup is there."""
    for ending in (*BESIDE_ENDINGS, ""):
        if beside(source, ending).exists():
            try:
                os.rename(beside(source, ending), beside(target, ending))
            except OSError:  # another disk
                see_room(target.parent, beside(source, ending).stat().st_size)
                shutil.copyfile(beside(source, ending), beside(target, ending))
    make_private(target)


def _thin_out(store_path: Path, folder: Path, keep: Keep, newest: Path) -> tuple[Path, ...]:
    named = _named(store_path, folder, "backup")
    staying = kept([moment for moment, _ in named], keep)
    gone = [path for moment, path in named if moment not in staying and path != newest]
    for path in gone:
        for ending in ENDINGS:
            beside(path, ending).unlink(missing_ok=True)
    return tuple(gone)


def _named(store_path: Path, folder: Path, name: str) -> list[tuple[datetime, Path]]:
    """The files in the folder that have the form of this store's own, with their moments."""
    if not folder.is_dir():
        return []
    form = re.compile(re.escape(store_path.stem) + OWN_FORM)
    found = []
    for path in sorted(folder.iterdir()):
        match = form.fullmatch(path.name)
        if match and match[1] == name and path.is_file() and not path.is_symlink():
            moment = _moment_in(match[2]) if "-" in match[2] else _changed_at(path)
            if moment:
                found.append((moment, path))
    return found


def _moment_in(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _backup(path: Path, kind: BackupKind, made_at: datetime | None) -> Backup:
    stamp = tuple((it.stat().st_mtime_ns, it.stat().st_size) for it in parts(path))
    read = _read_backup(path, stamp)
    contents, problem = (None, read) if isinstance(read, StoreError) else (read, None)
    return Backup(path, kind, made_at or _changed_at(path), size_of(path), contents, problem)


@lru_cache(maxsize=256)
def _read_backup(path: Path, stamp: object) -> Contents | StoreError:
    """What it holds, or why it can't be read; read again when the file has changed.

    Change logs beside it belong to it, so such a file is read as a copy, never in its place.
    """
    del stamp
    if not path.stat().st_size:
        return no_store(path)
    try:
        if any(it.exists() for it in parts(path)[1:]):
            with staged(path.with_name(f"{path.stem}.read.duckdb"), path) as copy:
                return _contents_in(copy)
        return _contents_in(path)
    except StoreError as error:
        return error
    except OSError as error:
        return file_fault(error, path)


def _contents_in(path: Path) -> Contents:
    with plainly(path), read_only(path) as con:
        see_version_is_known(con, path, MIGRATIONS)
        read_through(con)
        return contents_of(con)


def _contents_now(place: Path, folder: Path) -> Contents | None:
    """What the store holds now; None if it can't be read or there is none.

    A store that this process hasn't open is read as a copy: it may be damaged.
    """
    try:
        live = open_store_at(place)
        if live:
            with live.cursor() as con:
                return contents_of(con)
        if not place.exists():
            return None
        see_room(folder, size_of(place))
        copy = folder / "now.duckdb"
        copy_parts(place, copy)
        with plainly(copy), duckdb.connect(str(copy)) as con:
            lock_down(con, copy)
            return contents_of(con)
    except StoreError:
        return None
