"""A backup takes the place of the store, and whoever was erased since stays erased."""

from __future__ import annotations

from pathlib import Path

from cxdata.ingest.people.erasing import erase_known
from cxdata.record.carrying import restore_with_record
from cxdata.store.connection import Store
from cxdata.store.restoring import Restored


def restore_without_erased(path: Path | str, source: Path | str) -> Restored:
    """As ``restore_with_record``; people whom the backup brings back are erased again.

    Raises
    ------
    StoreError
        As of ``restore_store``.
    """
    done = restore_with_record(path, source)
    erase_known(Store.open(path))
    return done
