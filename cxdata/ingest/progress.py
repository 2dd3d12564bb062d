"""Long work that says how far it is, and that can be ended: by who watches it, or by the clock."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

import duckdb

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading.rows import OnProgress

WATCH_SECONDS = 0.2
INTERRUPT_SECONDS = 0.05

Result = TypeVar("Result")


class Ended(Exception):
    """Ends work that nobody waits for any longer."""


class Timed:
    """Says how far the work is, and refuses the file once it has taken longer than allowed."""

    def __init__(self, on_progress: OnProgress, limits: ImportSettings) -> None:
        self._on_progress = on_progress
        self._limit = limits.time_limit_seconds
        self._end = time.monotonic() + self._limit

    def __call__(self, stage: str, done: float) -> None:
        if time.monotonic() > self._end:
            raise ImportRefused(
                "The import took longer than {limit} seconds and was ended.",
                "Split the file, for example by month.",
                limit=round(self._limit),
            )
        self._on_progress(stage, done)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Time that doesn't count, such as waiting for another file."""
        began, end = time.monotonic(), self._end
        self._end = math.inf
        try:
            yield
        finally:
            self._end = end + time.monotonic() - began


def in_time(on_progress: OnProgress, limits: ImportSettings) -> Timed:
    """The same, but it refuses the file once it has taken longer than allowed.

    Raises
    ------
    ImportRefused
        From then on, at each call.
    """
    return Timed(on_progress, limits)


class Watch:
    """Runs work on a connection in a thread beside the caller's.

    The caller's thread goes on saying how far it is; what ``on_progress`` raises there interrupts
    the work, and is raised once that has ended.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, on_progress: OnProgress) -> None:
        self._con = con
        self._on_progress = on_progress
        self._done = 0.0
        self._is_ended = False

    def step(self, done: float) -> None:
        """What the work itself calls to say how much of it is done, from 0 to 1."""
        if self._is_ended:
            raise Ended
        self._done = done

    def run(self, stage: str, work: Callable[[], Result]) -> Result:
        self._on_progress(stage, self._done)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(work)
            try:
                while not wait([running], WATCH_SECONDS).done:
                    self._on_progress(stage, self._done)
            finally:
                self._is_ended = not running.done()
                while not running.done():
                    self._con.interrupt()
                    wait([running], INTERRUPT_SECONDS)
            return running.result()
