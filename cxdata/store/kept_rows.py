"""What queries of one state of the store found: asked again before the next commit, not run again.

One page asks some queries a dozen times, the next view of it asks many of them again: up to when
each file tells, who was a customer on a day, how much was answered in a period. Each commit puts
new kept rows in the place of the old ones, so whatever is kept dies with what it was counted from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping

import polars as pl

from cxdata.models import Filters
from cxdata.store.narrowing import LISTS_OF_PEOPLE, NARROWINGS
from cxdata.store.query import tables_read

KEPT_QUERIES = 2048
KEPT_BYTES = 64 * 1024 * 1024
# A result larger than this is nothing that pages ask for twice.
LARGEST_BYTES = 2 * 1024 * 1024


class KeptRows:
    """The rows that queries found in one state of the store, the least used dropped first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[Hashable, pl.DataFrame] = {}
        self._bytes = 0

    def rows(
        self,
        seen_by: Hashable,
        name: str,
        filters: Filters | None,
        parameters: Mapping[str, object],
        find: Callable[[], pl.DataFrame],
    ) -> pl.DataFrame:
        """What ``find`` finds, or what it found for equal values and readers who see as much.

        ``seen_by`` tells apart readers who may see different rows.
        """
        if not _is_kept(name):
            return find()
        key = (seen_by, name, filters, _hashable(parameters))
        with self._lock:
            found = self._rows.pop(key, None)
            if found is not None:
                self._rows[key] = found  # the one used last stands last
        if found is None:
            found = find()
            self._keep(key, found)
        return found.clone()  # whoever changes their frame in place changes nobody else's

    def _keep(self, key: Hashable, rows: pl.DataFrame) -> None:
        size = int(rows.estimated_size())
        if size > LARGEST_BYTES:
            return
        with self._lock:
            if key in self._rows:
                return
            self._rows[key] = rows
            self._bytes += size
            while len(self._rows) > KEPT_QUERIES or self._bytes > KEPT_BYTES:
                oldest = self._rows.pop(next(iter(self._rows)))
                self._bytes -= int(oldest.estimated_size())


def _is_kept(name: str) -> bool:
    """Not lists of people; nor what isn't shown to everybody, of which some is written without a
    commit (who did what)."""
    hidden = (NARROWINGS[table].way == "hidden" for table in tables_read(name))
    return name not in LISTS_OF_PEOPLE and not any(hidden)


def _hashable(value: object) -> Hashable:
    """A value to remember by: 1 and True are equal to Python and not to SQL."""
    if isinstance(value, Mapping):
        return tuple((name, _hashable(value[name])) for name in sorted(value))
    if isinstance(value, list | tuple):
        return (list, *(_hashable(it) for it in value))
    return type(value), value
