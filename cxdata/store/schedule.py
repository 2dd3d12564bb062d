"""Backups by the running dashboard: a thread looks now and then whether one is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cxdata.errors import CxDataError
from cxdata.store.backups import back_up_if_due
from cxdata.store.connection import Store

# The first look is late enough to leave the first visitors alone.
FIRST_LOOK_SECONDS = 120.0
LOOK_SECONDS = 600.0

log = logging.getLogger(__name__)


@contextmanager
def backups_on_schedule(
    store_path: Path,
    first_look_seconds: float = FIRST_LOOK_SECONDS,
    look_seconds: float = LOOK_SECONDS,
    also: Callable[[Store], object] = lambda store: None,
) -> Iterator[None]:
    """As long as this is open, backups are made as the settings ``[backup]`` say, and at each look
    ``also`` is done.

    What is due is read off the newest backup's name, so a restart forgets nothing.
    """
    stopped = threading.Event()

    def look_again_and_again() -> None:
        seconds = first_look_seconds
        while not stopped.wait(seconds):
            look(store_path)
            _do_also(store_path, also)
            seconds = look_seconds

    thread = threading.Thread(target=look_again_and_again, name="backups", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=5)


def _do_also(store_path: Path, also: Callable[[Store], object]) -> None:
    try:
        also(Store.open(store_path))
    except CxDataError as error:
        log.error("What is due now and then wasn't done: %s", error)


def look(store_path: Path) -> None:
    """Make a backup if one is due; what hinders it goes to the log."""
    try:
        store = Store.open(store_path)
        made = back_up_if_due(store, store.settings.backup)
    except CxDataError as error:
        log.error("No backup was made: %s", error)
        return
    if made:
        log.info("Backup made: %s", made.path.name)
