"""The files of a store: the database, what DuckDB keeps beside it, and who may read them.

DuckDB replays a ``.wal`` that lies beside a database, whoever put it there. So the database and
what lies beside it are one thing here: looked at, moved and removed together.
"""

from __future__ import annotations

import errno
import glob
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cxdata.errors import StoreDamaged, StoreError, StoreHeld
from cxdata.files import not_writable

try:
    import fcntl
except ImportError:  # Windows, where an open file can't be renamed or removed anyway
    fcntl = None  # type: ignore[assignment]

# What DuckDB keeps beside a database: what was committed since the last checkpoint.
WAL_ENDINGS = (".wal", ".wal.checkpoint", ".wal.recovery")
# What was committed last, kept apart, so that lost commits can be noticed.
COMMITTED_ENDING = ".committed.json"
# Names a restore that was begun; see restoring.py.
RESTORING_ENDING = ".restoring"
BESIDE_ENDINGS = (*WAL_ENDINGS, COMMITTED_ENDING)
ENDINGS = ("", *BESIDE_ENDINGS)
IN_USE = "in-use"
# Making a work folder takes no time; one that isn't made after so long never will be.
MAKING_SECONDS = 60
# Every change log that DuckDB wrote begins with its version entry.
WAL_BEGINNING = b"d\x00b"
FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What a copy may need more than the file has: a block or two, and room to go on working.
SPARE_BYTES = 4_000_000


def beside(path: Path, ending: str) -> Path:
    """The file of the store ``path`` with that ending: ``cx.duckdb.wal``."""
    return path.with_name(path.name + ending)


def parts(path: Path) -> list[Path]:
    """Those of the store's files that there are."""
    return [each for each in (beside(path, ending) for ending in ENDINGS) if each.exists()]


def belongs_to(path: Path, other: Path) -> bool:
    """Whether ``other`` is one of the files of the store ``path``, there or not."""
    names = {beside(path, ending) for ending in (*ENDINGS, RESTORING_ENDING)}
    return other in names or other.resolve() in names


def size_of(path: Path) -> int:
    """Bytes of the store and its change logs."""
    return sum(each.stat().st_size for each in parts(path) if each.is_file())


def identity(path: Path) -> tuple[int, int] | None:
    """Tells one file from another of the same name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def free_name(path: Path) -> Path:
    """The name, or the next one like it that nothing has yet, with nothing beside it either."""
    stem, number = path.stem, 1
    while any(beside(path, ending).exists() for ending in (*ENDINGS, RESTORING_ENDING)):
        number += 1
        path = path.with_name(f"{stem}-{number}{path.suffix}")
    return path


def keep_private() -> None:
    """From now on, files that this process makes are for its own user only."""
    os.umask(0o077)


def make_private(path: Path) -> None:
    """Take a store's files from all but their owner, where this user may."""
    for each in parts(path):
        with suppress(OSError):
            if each.is_file() and stat.S_IMODE(each.stat().st_mode) & 0o077:
                each.chmod(0o600)


def privacy_warnings(path: Path) -> list[StoreError]:
    """Where others on this computer can read the store, or put another in its place."""
    folder = path.parent
    if os.name == "nt" or not folder.is_dir():
        return []
    found = []
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        found.append(
            StoreError(
                "The folder {path} is open to all: everybody on this computer can take the store "
                "away or put another in its place.",
                "Take that right from the others (chmod o-rwx).",
                path=str(folder),
            )
        )
    if any(each.stat().st_mode & 0o007 for each in parts(path)):
        found.append(
            StoreError(
                "Everybody on this computer can read the store {path}.",
                "Move it to a place where files can be private.",
                path=str(path),
            )
        )
    return found


def flush(path: Path) -> None:
    """Have what was written there survive a power cut; a folder: its names."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # Windows doesn't open folders
        return
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def work_folder(parent: Path, path: Path, purpose: str) -> Iterator[Path]:
    """A private folder in ``parent`` for what is made for the store ``path``; gone afterwards.

    What a killed process left behind there is removed first.
    """
    clear_abandoned(parent, path)
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=f".{path.name}.{purpose}-"))
    handle = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)
        _remove(folder)


def clear_abandoned(parent: Path, path: Path) -> None:
    """Remove the store's work folders that killed processes left, unless a restore needs one."""
    if beside(path, RESTORING_ENDING).exists():
        return
    for folder in parent.glob(f".{glob.escape(path.name)}.*-*"):
        if folder.is_dir() and not folder.is_symlink() and _is_abandoned(folder):
            _remove(folder)


def _remove(folder: Path) -> None:
    """What says whose it is goes last, so that a removal that is cut short is gone on with."""
    for each in folder.iterdir():
        if each.name != IN_USE:
            each.unlink() if each.is_file() else shutil.rmtree(each, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Its maker holds a lock as long as it lives. Without that file it is just being made, or
    its maker was killed just then."""
    try:
        handle = os.open(folder / IN_USE, os.O_RDWR)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime > MAKING_SECONDS
    except OSError:
        return False
    try:
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    if fcntl is None:
        try:
            (folder / IN_USE).unlink()
        except OSError:
            return False
    return True


@contextmanager
def nobody_else(path: Path) -> Iterator[None]:
    """Hold a store's file without opening it as one; refused while another program has it.

    To be used only while this process hasn't the store open: letting go of a file lets go of
    all locks that the process has on it.
    """
    if fcntl is None or not path.is_file():
        yield
        return
    try:
        handle = os.open(path, os.O_RDWR)
    except PermissionError as error:
        raise store_not_writable(path) from error
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise held_elsewhere(path) from error
        yield
    finally:
        os.close(handle)


def see_not_in_use(path: Path) -> None:
    """Refuse a file that another program writes to: a copy of it would be torn."""
    if fcntl is None:
        return
    with path.open("rb") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise held_elsewhere(path) from error


def see_room(folder: Path, needed: int) -> None:
    """Refuse what wouldn't fit on the disk, before anything is written."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise StoreError(
            "There isn't enough room on the disk of {path}: {needed} MB are needed, {free} MB are "
            "free.",
            "Free some space and try again.",
            path=str(folder),
            needed=_megabytes(needed + SPARE_BYTES),
            free=free // 1_000_000,
        )


def see_log_is_one(path: Path) -> None:
    """Refuse a change log that DuckDB would pass over in silence, with all that it held."""
    for ending in WAL_ENDINGS:
        log = beside(path, ending)
        if not log.is_file() or log.stat().st_size == 0:
            continue
        with log.open("rb") as file:
            if file.read(len(WAL_BEGINNING)) != WAL_BEGINNING:
                raise unreadable_log(log)


def unreadable_log(log: Path) -> StoreDamaged:
    return StoreDamaged(
        "The change log {path} can't be read or belongs to another store: the last changes would "
        "be lost.",
        "Restore a backup, or move that file aside to go on without these changes.",
        path=str(log),
    )


def held_elsewhere(path: Path) -> StoreHeld:
    return StoreHeld(
        "Another program has the store {path} open.",
        "Use the dashboard's own pages, or stop it first.",
        path=str(path),
    )


def store_not_writable(path: Path) -> StoreError:
    said = not_writable(path)
    return StoreError(said.message, said.hint, **said.values)


def not_readable(path: Path) -> StoreError:
    return StoreError(
        "{path} can't be read.", "Check that you may read it and its folder.", path=str(path)
    )


def disk_full(path: Path) -> StoreError:
    return StoreError(
        "The disk of {path} is full; nothing was stored.",
        "Free some space and try again.",
        path=str(path),
    )


def file_fault(error: OSError, path: Path) -> StoreError:
    """What the system said about a file, as a sentence."""
    return disk_full(path) if error.errno in FULL_DISK else store_not_writable(path)


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)
