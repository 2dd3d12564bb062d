"""The store's file written anew from what its tables hold, so that nothing else is in it.

What is deleted stays in the blocks of a file until something else is written there. A copy of the
tables has none of that.
"""

from __future__ import annotations

import os
from pathlib import Path

from cxdata.config import Settings
from cxdata.errors import StoreError
from cxdata.store.contents import read_through, row_counts
from cxdata.store.faults import plainly
from cxdata.store.files import (
    WAL_ENDINGS,
    beside,
    file_fault,
    flush,
    make_private,
    see_room,
    size_of,
    unreadable_log,
    work_folder,
)
from cxdata.store.opening import copy_database, plain_connection, read_only


def rewrite_file(path: Path, settings: Settings) -> None:
    """Put a copy of the store in its place; killed at any moment, the old or the new is whole.

    To be called while nobody has the file open.

    Raises
    ------
    StoreError
        If there is no room, or the copy isn't what the store is; that is as it was then.
    """
    try:
        see_room(path.parent, size_of(path))
        with plainly(path), work_folder(path.parent, path, "rewrite") as folder:
            fresh = folder / "fresh.duckdb"
            with plain_connection(path, settings) as con:
                copy_database(con, fresh)
                counts = row_counts(con)
            _see_same(fresh, counts)
            _see_no_log(path)
            make_private(fresh)
            flush(fresh)
            os.replace(fresh, path)
            flush(path.parent)
    except OSError as error:
        raise file_fault(error, path) from error


def _see_same(fresh: Path, counts: dict[str, int]) -> None:
    with read_only(fresh) as con:
        if read_through(con) != counts:
            raise StoreError("The copy of the store isn't what the store is; nothing was changed.")


def _see_no_log(path: Path) -> None:
    """A change log beside the new file would be replayed into it."""
    for ending in WAL_ENDINGS:
        log = beside(path, ending)
        if log.exists() and log.stat().st_size:
            raise unreadable_log(log)
