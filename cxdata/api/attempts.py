"""How often a file of the watched folder was begun and never ended: kept beside it.

A file that ends the process can't be reported by the process that it ended. So each attempt is
written down before the file is opened, and struck out when it has ended, however it did.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from cxdata.running import write_privately

NOTE = ".attempts.json"  # a hidden name, which the folder's own look leaves alone
LARGEST_NOTE_BYTES = 1_000_000
MOST_ATTEMPTS = 2

Stamp = tuple[int, int, int]  # size, time of the last change, number of the file


class Attempts:
    """The attempts at the files of one folder that didn't end."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / NOTE

    def count(self, name: str, stamp: Stamp) -> int:
        """How often this very file was begun and not ended; a file that changed is another."""
        return self._kept().get(_key(name, stamp), 0)

    def begin(self, name: str, stamp: Stamp) -> None:
        """Write down that a file is opened now.

        Raises
        ------
        OSError
            If it can't be; the file isn't to be opened then.
        """
        kept, key = self._kept(), _key(name, stamp)
        self._write(kept | {key: kept.get(key, 0) + 1})

    def take_back(self, name: str, stamp: Stamp) -> None:
        """The last attempt was ended by something else than the file."""
        kept, key = self._kept(), _key(name, stamp)
        self._write({**kept, key: kept[key] - 1} if kept.get(key, 0) > 1 else _without(kept, key))

    def end(self, name: str, stamp: Stamp) -> None:
        """Nothing bad came of it, or it is said in a report."""
        kept, key = self._kept(), _key(name, stamp)
        if key in kept:
            self._write(_without(kept, key))

    def keep_only(self, waiting: Collection[tuple[str, Stamp]]) -> None:
        """Forget files that aren't there any more."""
        kept = self._kept()
        known = {_key(name, stamp) for name, stamp in waiting}
        if kept.keys() - known:
            self._write({key: count for key, count in kept.items() if key in known})

    def _kept(self) -> dict[str, int]:
        """Nothing where there is no note of ours, or one that can't be read."""
        with suppress(OSError, ValueError):
            handle = os.open(self.place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "rb") as file:
                said = json.loads(file.read(LARGEST_NOTE_BYTES))
            if isinstance(said, dict):
                return {str(key): it for key, it in said.items() if isinstance(it, int)}
        return {}

    def _write(self, kept: dict[str, int]) -> None:
        if kept:
            write_privately(self.place, json.dumps(kept, ensure_ascii=False).encode())
        else:
            self.place.unlink(missing_ok=True)


def _key(name: str, stamp: Stamp) -> str:
    return f"{stamp[0]}:{stamp[1]}:{stamp[2]}:{name}"


def _without(kept: dict[str, int], key: str) -> dict[str, int]:
    return {each: count for each, count in kept.items() if each != key}
