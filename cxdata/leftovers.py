"""Folders for a while: each belongs to a living process, and is cleared away after a killed one.

A folder is held by a lock on a file in it. The system gives the lock up when the last process
that holds it ends, however it ends; a number of a process would say nothing in a container.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nobody can remove there what is open
    fcntl = None  # type: ignore[assignment]

PREFIX = "cxdata-"
LOCK_NAME = "in-use"
# A folder without a lock is somebody's who is just making it, or an older version's.
UNLOCKED_SECONDS = 86_400  # the longest time limit of an import
_NAME = re.compile(re.escape(PREFIX) + r"\w+")


@dataclass(frozen=True)
class TemporaryFolder:
    """A folder that only its owner can look into, for as long as it is used.

    A process that inherits ``lock`` (None on systems without locks) holds the folder too.
    """

    path: Path
    lock: int | None


@contextmanager
def temporary_folder() -> Iterator[TemporaryFolder]:
    """An empty folder among the system's temporary files; it goes at the end."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))  # 0700
    lock = _locked(path) if fcntl else None
    try:
        yield TemporaryFolder(path, lock)
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def clear_leftovers(among: Path | None = None) -> int:
    """Remove the folders of processes that were killed; how many went.

    What a living process uses stays, as does what another user or program made. ``among`` is by
    default the folder of the system's temporary files.
    """
    among = among or Path(tempfile.gettempdir())
    try:
        entries = [each for each in os.scandir(among) if _NAME.fullmatch(each.name)]
    except OSError:
        return 0
    return sum(_cleared(entry) for entry in entries)


def _cleared(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_dir(follow_symlinks=False) or not _is_own(entry):
            return False
        with _unused(Path(entry.path)) as is_left:
            if is_left:
                shutil.rmtree(entry.path, ignore_errors=True)
        return is_left and not os.path.exists(entry.path)
    except OSError:  # it went meanwhile
        return False


def _is_own(entry: os.DirEntry[str]) -> bool:
    return not hasattr(os, "getuid") or entry.stat(follow_symlinks=False).st_uid == os.getuid()


@contextmanager
def _unused(path: Path) -> Iterator[bool]:
    """Whether nobody uses a folder; its lock is held meanwhile, so that nobody can begin to."""
    lock = path / LOCK_NAME
    if not fcntl or not lock.exists():
        yield time.time() - path.stat().st_mtime > UNLOCKED_SECONDS
        return
    handle = os.open(lock, os.O_RDWR)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _locked(folder: Path) -> int:
    """The lock is taken before the file has its name: nobody finds it free."""
    unnamed = folder / (LOCK_NAME + "-soon")
    handle = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with suppress(OSError):
        unnamed.rename(folder / LOCK_NAME)
    return handle
