"""What DuckDB says when the store is damaged or can't be written, as one sentence each.

The traceback goes to the log. What only a mistake in the code can cause is left as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cxdata.errors import StoreDamaged, StoreError
from cxdata.store.expected import missing_part
from cxdata.store.files import (
    WAL_ENDINGS,
    beside,
    disk_full,
    file_fault,
    held_elsewhere,
    store_not_writable,
    unreadable_log,
)

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # without a log of its own, a program stays silent here

FULL = ("No space left on device", "File too large", "Disk quota exceeded")
LOCKED = ("Could not set lock on file", "being used by another process")
FORBIDDEN = ("Permission denied", "Read-only file system", "Operation not permitted")
WRONG_LOG = ("WAL file", "WAL does not match", "Corrupt WAL")
NO_DATABASE = "not a valid DuckDB database file"
OTHER_FORMAT = "database file with version number"
DAMAGE = ("Corrupt database file", "Could not read", "has been invalidated")
# The database is lost to this process until it is opened again.
FATAL = (duckdb.FatalException, duckdb.InternalException)
BROKEN = (duckdb.SerializationException, duckdb.IOException, *FATAL)
SHAPE = (duckdb.CatalogException, duckdb.BinderException)
VALUE = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)


def is_fatal(error: duckdb.Error) -> bool:
    """Whether nothing more can be asked before the store is opened again."""
    return isinstance(error, FATAL) or "has been invalidated" in str(error)


@contextmanager
def plainly(
    path: Path,
    con: duckdb.DuckDBPyConnection | None = None,
    on_fatal: Callable[[], None] | None = None,
) -> Iterator[None]:
    """Turn what DuckDB or the system raises about the store ``path`` into a ``StoreError``.

    ``con`` is asked whether a table is missing where a statement couldn't be understood;
    ``on_fatal`` is called when the database can't be used any more.
    """
    try:
        yield
    except duckdb.Error as error:
        if on_fatal and is_fatal(error):
            on_fatal()
        told = store_fault(error, path, con)
        if told is None:
            raise
        log.error("%s", told, exc_info=error)
        raise told from error


def store_fault(
    error: duckdb.Error, path: Path, con: duckdb.DuckDBPyConnection | None = None
) -> StoreError | None:
    """What an error of DuckDB says about the store; None: nothing, the mistake is elsewhere."""
    said = str(error)
    if any(each in said for each in FULL):
        return disk_full(path)
    if any(each in said for each in LOCKED):
        return held_elsewhere(path)
    if any(each in said for each in FORBIDDEN):
        return store_not_writable(path)
    if any(each in said for each in WRONG_LOG):
        return unreadable_log(_log_beside(path))
    if NO_DATABASE in said:
        return no_store(path)
    if OTHER_FORMAT in said:
        return newer(path)
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            "This needs more memory than the store {path} may take, or the disk is full.",
            "Raise store.memory_limit in the settings file, or free some space.",
            path=str(path),
        )
    if isinstance(error, BROKEN) or any(each in said for each in DAMAGE):
        return store_damaged(path)
    if isinstance(error, SHAPE):
        return _shape_fault(path, con)
    if isinstance(error, VALUE):
        return StoreDamaged(
            "The store {path} has a value that can't be read or counted.",
            "Check the store; if it is damaged, restore a backup.",
            path=str(path),
        )
    if isinstance(error, duckdb.ConnectionException):
        return StoreError(
            "The store {path} was closed meanwhile.", "Load the page again.", path=str(path)
        )
    return None


def store_damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(
        "The store {path} is damaged: parts of it can't be read.",
        "Restore a backup; the damaged store is kept aside.",
        path=str(path),
    )


def no_store(path: Path) -> StoreDamaged:
    if path.is_file() and path.stat().st_size == 0:
        return StoreDamaged(
            "The store {path} is empty: the file has no byte.",
            "Restore a backup, or remove the file to begin with an empty store.",
            path=str(path),
        )
    return StoreDamaged(
        "{path} is not a store of this dashboard, or it is damaged from its beginning.",
        "Restore a backup, or name another file (CXDATA_STORE).",
        path=str(path),
    )


def newer(path: Path, version: str | None = None) -> StoreError:
    """``version``: the product's that made it, if that is known."""
    if version:
        return StoreError(
            "The store {path} was made by a newer version of the dashboard.",
            "Install version {version} or later, or open another store.",
            path=str(path),
            version=version,
        )
    return StoreError(
        "The store {path} was made by a newer version of the dashboard.",
        "Update the dashboard, or open another store.",
        path=str(path),
    )


def wrong_shape(path: Path, part: str) -> StoreDamaged:
    return StoreDamaged(
        "The store {path} is damaged: {part} is missing.",
        "Restore a backup; the damaged store is kept aside.",
        path=str(path),
        part=part,
    )


def _shape_fault(path: Path, con: duckdb.DuckDBPyConnection | None) -> StoreError | None:
    """A statement that can't be understood is the store's fault only if it lacks something."""
    if con is None:
        return store_damaged(path)
    try:
        part = missing_part(con)
    except duckdb.Error:
        return store_damaged(path)
    return wrong_shape(path, part) if part else None


def _log_beside(path: Path) -> Path:
    return next(
        (it for it in (beside(path, end) for end in WAL_ENDINGS) if it.exists()),
        beside(path, WAL_ENDINGS[0]),
    )


__all__ = ["file_fault", "is_fatal", "newer", "no_store", "plainly", "store_damaged", "store_fault"]
