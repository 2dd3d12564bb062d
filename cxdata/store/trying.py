"""The store as it would be with other settings: read, never written.

Settings that no count rests on are tried by reading the same rows with them. Where counts rest on
them, these are made again in a transaction of which nothing stays.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

import duckdb
import polars as pl

from cxdata.config import Settings
from cxdata.models import Filters, Kind
from cxdata.store.connection import Store
from cxdata.store.days import count_days, kinds_counted_anew
from cxdata.store.query import run_query
from cxdata.store.settings_history import SettingsHistory

# Counting as many rows again takes some seconds; nobody looks at a form for longer.
MOST_COUNTED_ANEW = 300_000
_FACTS: Mapping[Kind, str] = {
    "responses": "response_versions",
    "contacts": "contact_versions",
    "customers": "customer_versions",
    "invitations": "invitation_versions",
}
_trials = itertools.count(1)


class TriedStore(Store):
    """A store with other settings, for reading alone; in a trial, what was counted again in it."""

    def __init__(
        self,
        whole: Store,
        history: SettingsHistory,
        cursor: duckdb.DuckDBPyConnection | None = None,
    ) -> None:
        self.path = whole.path
        self._whole = whole
        self._tried = history
        self._cursor = cursor
        self._trial = next(_trials)

    @property
    def settings(self) -> Settings:
        return self._tried.now

    @property
    def settings_history(self) -> SettingsHistory:
        return self._tried

    @property
    def data_version(self) -> int:
        return self._whole.data_version

    @property
    def state(self) -> tuple[object, ...]:
        return (*self._whole.state, "tried", self._trial)

    @contextmanager
    def cursor(self, *, is_check: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        if self._cursor is not None:
            yield self._cursor
            return
        with self._whole.cursor() as cursor:
            yield cursor

    def query(
        self, name: str, filters: Filters | None = None, /, **parameters: object
    ) -> pl.DataFrame:
        with self.cursor() as cursor:
            return run_query(cursor, name, parameters, filters)

    def transaction(self, *, is_check: bool = False) -> NoReturn:
        raise ValueError("what is tried isn't written")


def counted_anew(store: Store, history: SettingsHistory) -> tuple[frozenset[Kind], int]:
    """The kinds of facts that these settings count anew, and how many rows those have."""
    kinds = kinds_counted_anew(store.settings_history, history)
    with store.cursor() as con:
        rows = [
            con.sql(f"select count(*) as n from {_FACTS[kind]}").fetchall()[0][0]
            for kind in kinds
            if kind in _FACTS
        ]
    return kinds, sum(rows)


@contextmanager
def tried(store: Store, history: SettingsHistory, kinds: frozenset[Kind]) -> Iterator[Store]:
    """The store with these settings, and with the counts of ``kinds`` made with them.

    Who wants to write waits meanwhile if anything is counted; readers don't.
    """
    if not kinds:
        yield TriedStore(store, history)
        return
    with store.trial() as cursor:
        count_days(cursor, history, kinds)
        yield TriedStore(store, history, cursor)
