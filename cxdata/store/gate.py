"""A gate before the store's connection: many pass, and one who must have it alone waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cxdata.errors import StoreError

# How long somebody waits at a closed gate: reopening a store takes a second or two.
PASS_SECONDS = 60.0


class Gate:
    """Who is inside may enter again; who closes the gate waits until all others have left."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[int, int] = {}
        self._closer: int | None = None

    @contextmanager
    def passing(self) -> Iterator[None]:
        me = threading.get_ident()
        with self._changed:
            is_open = self._changed.wait_for(
                lambda: self._closer in (None, me) or me in self._inside, PASS_SECONDS
            )
            if not is_open:
                raise _busy()
            self._inside[me] = self._inside.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[me] -= 1
                if not self._inside[me]:
                    del self._inside[me]
                self._changed.notify_all()

    @contextmanager
    def closed(self, seconds: float) -> Iterator[None]:
        """Nobody else inside; refused if somebody doesn't leave in time."""
        me = threading.get_ident()
        with self._changed:
            if not self._changed.wait_for(lambda: self._closer is None, seconds):
                raise _busy()
            self._closer = me
            is_empty = self._changed.wait_for(lambda: not (self._inside.keys() - {me}), seconds)
            if not is_empty:
                self._closer = None
                self._changed.notify_all()
                raise _busy()
        try:
            yield
        finally:
            with self._changed:
                self._closer = None
                self._changed.notify_all()

    def is_inside(self) -> bool:
        with self._changed:
            return threading.get_ident() in self._inside


def _busy() -> StoreError:
    return StoreError(
        "Somebody is still working with the store.", "Try again when that is done, in a minute."
    )
