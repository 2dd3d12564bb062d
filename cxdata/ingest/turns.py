"""One large file at a time: what one takes in memory is bounded, what ten take at once isn't."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cxdata.config import ImportSettings
from cxdata.ingest.progress import Timed
from cxdata.ingest.reading.unpacking import OnSize

WAIT_SECONDS = 0.2

_turn = threading.Lock()  # the process's


@contextmanager
def large_file_turn(timed: Timed, limits: ImportSettings) -> Iterator[OnSize]:
    """What is to be told how many bytes a file is found to have.

    From ``limits.large_file_bytes`` on it waits there until no other large file is being read,
    says so at the stage ``waiting``, and then has the turn until the end of the context. Waiting
    doesn't count as time of the import; what ``timed`` raises ends it.
    """
    is_held = False

    def claim(byte_count: int) -> None:
        nonlocal is_held
        if not is_held and byte_count >= limits.large_file_bytes:
            with timed.standing_still():
                while not _turn.acquire(timeout=WAIT_SECONDS):
                    timed("waiting", 0.0)
            is_held = True

    try:
        yield claim
    finally:
        if is_held:
            _turn.release()
