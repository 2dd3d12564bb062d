"""The process's one read-write connection to the store, shared by all threads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import duckdb
import polars as pl

from cxdata.config import Settings, load_settings
from cxdata.errors import AccessError, StoreDamaged, StoreError
from cxdata.log import log_restore
from cxdata.models import EVERYTHING, Filters, Reader, Scope
from cxdata.store.days import count_days, is_counted_elsewhere, kinds_counted_anew
from cxdata.store.expected import MIGRATIONS
from cxdata.store.faults import plainly, store_damaged
from cxdata.store.files import file_fault, identity, keep_private, make_private, nobody_else
from cxdata.store.gate import Gate
from cxdata.store.kept_rows import KeptRows
from cxdata.store.last_commit import note_commit
from cxdata.store.marks import KeptMarks
from cxdata.store.narrowing import LISTS_OF_PEOPLE, NARROWINGS
from cxdata.store.opening import connected, copy_database, value
from cxdata.store.query import run_query, tables_read
from cxdata.store.restoring import Restored, finish_interrupted, put_in_place, staged
from cxdata.store.rewriting import rewrite_file
from cxdata.store.seen import KEPT_SCOPES, ScopedViews, seen_only
from cxdata.store.seen_settings import SeenValues, settings_within
from cxdata.store.settings_history import (
    SINCE_EVER,
    SettingChange,
    SettingsHistory,
    change_now,
    history_of,
    insert_change,
    recorded_changes,
)

# How long a restore waits for a running import, and for readers to finish.
WRITER_SECONDS = 30.0
READER_SECONDS = 30.0

T = TypeVar("T")

_open_stores: dict[Path, Store] = {}
_registry_lock = threading.RLock()
_openings = itertools.count(1)


class Store:
    """One DuckDB file, opened once per process and shared by all threads.

    Every call works on a cursor of its own, so threads never share one. Readers never wait;
    writers take turns (``transaction``). Whatever DuckDB says about damaged files or a full disk
    reaches the caller as a ``StoreError``; after a fatal error the file is opened anew.
    """

    def __init__(self, path: Path, settings: Settings, migrations: Path) -> None:
        self.path = path
        self._base_settings = settings
        self._migrations = migrations
        self._gate = Gate()
        self._write_lock = threading.RLock()
        self._is_broken = False
        self._history: SettingsHistory
        self._kept_marks: KeptMarks | None
        self._seen_values: dict[object, SeenValues] = {}
        self._connect()

    @classmethod
    def open(
        cls,
        path: Path | str,
        settings: Settings | None = None,
        *,
        migrations: Path = MIGRATIONS,
    ) -> Store:
        """The store at ``path``: created, migrated and recounted as needed.

        A restore that was interrupted is finished first.

        Raises
        ------
        StoreError
            If another process holds the file, it isn't a store of this dashboard, it is damaged,
            it was made by a newer version, or its folder can't be written.
        """
        place = _resolved(path)
        keep_private()
        with _registry_lock:
            if place not in _open_stores:
                _open_stores[place] = cls(place, settings or load_settings(), migrations)
            store = _open_stores[place]
        store._see_usable()
        return store

    @classmethod
    def if_open(cls, path: Path | str) -> Store | None:
        """The store at ``path`` if this process has it open; nothing is opened for it."""
        return _open_stores.get(_resolved(path))

    @property
    def settings(self) -> Settings:
        """The settings in force: the file's, with what was changed in the dashboard."""
        return self._history.now

    @property
    def file_settings(self) -> Settings:
        """The settings of the file alone: what nobody may change in the dashboard, such as where
        mails leave."""
        return self._base_settings

    @property
    def settings_history(self) -> SettingsHistory:
        """The settings in force on each day."""
        return self._history

    def change_settings(
        self,
        values: Mapping[str, Any],
        *,
        changed_by: str | None = None,
        applies_from: date | None = None,
    ) -> tuple[SettingChange, ...]:
        """Change settings for good, all of them or, after an error, none; see ``Settings.changed``.
        The changes that were made.

        What is equal already isn't recorded. ``applies_from`` is the first day for whose
        contacts a dated setting counts; None: for all.

        Raises
        ------
        SettingsError
            If a setting doesn't exist, or the values make no sense together.
        """
        with self.changing_settings(values, changed_by=changed_by, applies_from=applies_from) as (
            _,
            made,
        ):
            return made

    @contextmanager
    def changing_settings(
        self,
        values: Mapping[str, Any],
        *,
        changed_by: str | None = None,
        applies_from: date | None = None,
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, tuple[SettingChange, ...]]]:
        """A transaction in which settings change, as by ``change_settings``, with whatever else
        is stored in it; the changes that were made."""
        history = self._history
        with self.transaction() as con:
            earlier = recorded_changes(con)
            before = history_of(self._base_settings, earlier).on(applies_from or SINCE_EVER)
            made = [
                change_now(name, before.value_or_none(name), value, changed_by, applies_from)
                for name, value in values.items()
                if before.value_or_none(name) != value
            ]
            if made:
                history = history_of(self._base_settings, [*earlier, *made])
                for change in made:
                    insert_change(con, change)
                count_days(con, history, kinds_counted_anew(self._history, history))
                con.execute("update store_info set data_version = data_version + 1")
            yield con, tuple(made)
        self._history = history

    def history_with(self, values: Mapping[str, Any], applies_from: date | None) -> SettingsHistory:
        """The settings of each day as ``change_settings`` would leave them.

        Raises
        ------
        SettingsError
            If a setting doesn't exist, or the values make no sense together.
        """
        with self.cursor() as con:
            earlier = recorded_changes(con)
        before = history_of(self._base_settings, earlier).on(applies_from or SINCE_EVER)
        made = [
            change_now(name, before.value_or_none(name), value, None, applies_from)
            for name, value in values.items()
            if before.value_or_none(name) != value
        ]
        return history_of(self._base_settings, [*earlier, *made])

    @property
    def data_version(self) -> int:
        """Grows with every change of the data."""
        return self._data_version

    @property
    def state(self) -> tuple[object, ...]:
        """Differs whenever the data may differ, also after a restore, and between readers who may
        see different rows: part of every cache key."""
        return self._opening, self._data_version

    @property
    def scope(self) -> Scope:
        """The rows that can be read through this."""
        return EVERYTHING

    @property
    def may_see_people(self) -> bool:
        """Whether names, comments and lists of people can be read through this."""
        return True

    def seen_by(self, reader: Reader) -> Store:
        """The store as the reader may see it: itself, or a handle for reading.

        The handle can be used wherever figures, lists and files are made of a store. Whatever is
        read through it comes from the rows of the reader's scope; what changes the store refuses.
        """
        if reader.scope.is_everything and reader.may_see_people:
            return self
        return SeenStore(self, reader)

    @property
    def is_counted_elsewhere(self) -> bool:
        """Whether its counts come from facts in a lake: single answers aren't in it then."""
        with self.cursor() as con:
            return is_counted_elsewhere(con)

    def within(self, con: duckdb.DuckDBPyConnection) -> Store:
        """The store as an open transaction sees it, for reading figures in it."""
        return StoreWithin(self, con)

    def see_whole(self) -> None:
        """Refuse to whoever doesn't see the whole store what can't be cut to a scope.

        Raises
        ------
        AccessError
            If the store is seen by a reader with rights to a part of it.
        """

    @contextmanager
    def cursor(self, *, is_check: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of the caller's own; ``is_check`` leaves what DuckDB raises as it is."""
        self._see_usable()
        told = nullcontext() if is_check else plainly(self.path, self._con, self._mark_broken)
        with self._gate.passing(), told, self._con.cursor() as cursor:
            yield cursor

    @contextmanager
    def recording(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for the record of who did what, which everybody's acts are written into."""
        with self.cursor() as cursor:
            yield cursor

    def query(
        self, name: str, filters: Filters | None = None, /, **parameters: object
    ) -> pl.DataFrame:
        """The result of ``cxdata/sql/<name>.sql`` for the filters, its ``$parameters`` bound.

        Raises
        ------
        ValueError
            If the query doesn't take one of the filters or parameters, or lacks one.
        """
        self._see_usable()
        return self._kept_rows.rows(
            None, name, filters, parameters, lambda: self._found(name, filters, parameters)
        )

    def _found(
        self, name: str, filters: Filters | None, parameters: Mapping[str, object]
    ) -> pl.DataFrame:
        with self.cursor() as cursor:
            return run_query(cursor, name, parameters, filters)

    @contextmanager
    def transaction(self, *, is_check: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor in a transaction: all of it is stored, or after an error none of it."""
        with self._write_lock, self.cursor(is_check=is_check) as cursor:
            self.see_in_place()
            marks = self._kept_marks = self._kept_marks or KeptMarks.before(cursor)
            cursor.begin()
            try:
                yield cursor
                renewed = marks.renewed(cursor)
                self.see_in_place()
            except BaseException:
                with suppress(duckdb.Error):  # what was raised first says more
                    cursor.rollback()
                raise
            cursor.commit()
            self._kept_rows, self._kept_marks = KeptRows(), renewed
            self._data_version = self._read_data_version(cursor)
            if renewed is not marks:
                note_commit(self.path, cursor)
            make_private(self.path)

    def see_people(self) -> None:
        """Refuse lists of people to whoever may not see them.

        Raises
        ------
        AccessError
            If the store is seen by a reader without the right to names and comments.
        """

    @contextmanager
    def keeping(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction for what people keep beside the figures, with ``scope``."""
        with self.transaction() as con:
            yield con

    @contextmanager
    def trial(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor in a transaction of which nothing stays; what DuckDB raises is left as it is."""
        with self._write_lock, self.cursor(is_check=True) as cursor:
            self.see_in_place()
            cursor.begin()
            try:
                yield cursor
            finally:
                with suppress(duckdb.Error):  # what was raised first says more
                    cursor.rollback()

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Whoever wants to write waits until the caller has read everything."""
        with self._write_lock, self._gate.passing():
            self.see_in_place()
            yield
            self.see_in_place()

    def see_in_place(self) -> None:
        """Refuse to write to a file that was deleted or replaced: it would be lost.

        Raises
        ------
        StoreDamaged
            If the file that this process has open is not the one at the store's path any more.
        """
        if identity(self.path) != self._identity:
            raise StoreDamaged(
                "The file of the store {path} was deleted or replaced while the dashboard had it "
                "open: nothing more is stored in it.",
                "Make a backup now, which still has everything, and restore it.",
                path=str(self.path),
            )

    def copy_to(self, target: Path, measured: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """A consistent copy in the new file ``target``, which must lie in ``.backups`` beside the
        store, and what ``measured`` finds in the store at the same moment.

        Raises
        ------
        StoreError
            If the store can't be read or the copy not written.
        """
        with self._write_lock, self.cursor() as cursor:
            copy_database(cursor, target)
            return measured(cursor)

    def rewrite(self) -> None:
        """Write the file anew, so that nothing of what was deleted is left in its bytes.

        Readers and writers wait meanwhile; the data stays as it is.

        Raises
        ------
        StoreError
            If somebody doesn't finish in time, or there is no room; nothing was done then.
        """
        self.give_way(lambda: rewrite_file(self.path, self.settings))

    def close(self) -> None:
        with _registry_lock:
            if _open_stores.get(self.path) is self:
                del _open_stores[self.path]
            self._con.close()

    def give_way(self, act: Callable[[], T]) -> T:
        """Do something with the store's files while nobody has them open, and open them anew.

        Whoever is reading finishes first; whoever comes meanwhile waits.

        Raises
        ------
        StoreError
            If somebody doesn't finish in time; nothing was done then.
        """
        if not self._write_lock.acquire(timeout=WRITER_SECONDS):
            raise StoreError(
                "Somebody is importing or changing something.", "Try again when that is done."
            )
        try:
            seen = self._data_version
            with self._gate.closed(READER_SECONDS), _registry_lock:
                self._close_quietly()
                self._is_broken = True
                done = act()
                self._connect()
            with self.transaction() as con:  # what pages keep by data version is not taken for new
                con.execute(
                    "update store_info set data_version = greatest(data_version, $seen + 1)",
                    {"seen": seen},
                )
            return done
        finally:
            self._write_lock.release()

    def _connect(self) -> None:
        try:
            finish_interrupted(self.path)
        except OSError as error:
            raise file_fault(error, self.path) from error
        con = connected(self.path, self._base_settings, self._migrations)
        try:
            with plainly(self.path, con), con.cursor() as cursor:
                history = history_of(self._base_settings, recorded_changes(cursor))
                version = self._read_data_version(cursor)
        except BaseException:
            con.close()
            raise
        self._con, self._history, self._data_version = con, history, version
        self._views, self._kept_rows = ScopedViews(con), KeptRows()
        self._kept_marks = None
        self._identity = identity(self.path)
        self._opening = next(_openings)
        self._is_broken = False

    def _read_data_version(self, cursor: duckdb.DuckDBPyConnection) -> int:
        found = cursor.sql("select data_version from store_info").fetchall()
        if len(set(found)) != 1 or found[0][0] is None:
            raise store_damaged(self.path)
        return int(found[0][0])

    def _mark_broken(self) -> None:
        self._is_broken = True

    def _see_usable(self) -> None:
        """After a fatal error of DuckDB, close the file and open it anew."""
        if not self._is_broken or self._gate.is_inside():
            return
        with self._gate.closed(READER_SECONDS), _registry_lock:
            if self._is_broken:
                self._close_quietly()
                self._connect()

    def _close_quietly(self) -> None:
        with suppress(duckdb.Error):
            self._con.close()


class SeenStore(Store):
    """The store as one reader may see it: a handle, made anew at each use.

    Equal rights read the same views and have the same ``state``, so that what one reader had
    computed is there for the next.
    """

    def __init__(self, whole: Store, reader: Reader) -> None:
        self.path = whole.path
        self._whole = whole
        self._reader = reader

    @property
    def settings(self) -> Settings:
        return self._within(self._whole.settings)

    @property
    def file_settings(self) -> Settings:
        self._refuse()

    @property
    def settings_history(self) -> SettingsHistory:
        periods = self._whole.settings_history.periods
        return SettingsHistory(tuple((first_on, self._within(each)) for first_on, each in periods))

    @property
    def data_version(self) -> int:
        return self._whole.data_version

    @property
    def state(self) -> tuple[object, ...]:
        return (*self._whole.state, self.scope, self.may_see_people)

    @property
    def scope(self) -> Scope:
        return self._reader.scope

    @property
    def may_see_people(self) -> bool:
        return self._reader.may_see_people

    @property
    def is_counted_elsewhere(self) -> bool:
        return self._whole.is_counted_elsewhere

    def seen_by(self, reader: Reader) -> Store:
        return self._whole.seen_by(reader)

    def see_whole(self) -> None:
        if not self.scope.is_everything:
            self._refuse()

    def see_people(self) -> None:
        if not self.may_see_people:
            raise AccessError(
                "Your rights don't reach names, comments and lists of people.",
                "The figures are those of the same people.",
            )

    @contextmanager
    def cursor(self, *, is_check: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that sees the reader's rows and no other table."""
        if is_check:
            self._refuse()
        with self._reading(NARROWINGS.keys()) as cursor:
            yield cursor

    def query(
        self, name: str, filters: Filters | None = None, /, **parameters: object
    ) -> pl.DataFrame:
        if name in LISTS_OF_PEOPLE:
            self.see_people()
        whole = self._whole
        whole._see_usable()
        return whole._kept_rows.rows(
            (self.scope, self.may_see_people),
            name,
            filters,
            parameters,
            lambda: self._found(name, filters, parameters),
        )

    def _found(
        self, name: str, filters: Filters | None, parameters: Mapping[str, object]
    ) -> pl.DataFrame:
        with self._reading(tables_read(name)) as cursor:
            return run_query(cursor, name, parameters, filters)

    @contextmanager
    def recording(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._whole.recording() as cursor:
            yield cursor

    @contextmanager
    def keeping(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As for the whole store, for managers; what is in it is the caller's to look after."""
        if self._reader.role == "reader":
            self._refuse()
        with self._whole.transaction() as con:
            yield con

    def changing_settings(self, *_: Any, **__: Any) -> NoReturn:
        self._refuse()

    def transaction(self, *, is_check: bool = False) -> NoReturn:
        self._refuse()

    def trial(self) -> NoReturn:
        self._refuse()

    def rewrite(self) -> NoReturn:
        self._refuse()

    def unchanged(self) -> NoReturn:
        self._refuse()

    def see_in_place(self) -> None:
        self._whole.see_in_place()

    def copy_to(self, target: Path, measured: Callable[[duckdb.DuckDBPyConnection], T]) -> NoReturn:
        self._refuse()

    def close(self) -> NoReturn:
        self._refuse()

    def give_way(self, act: Callable[[], T]) -> NoReturn:
        self._refuse()

    @contextmanager
    def _reading(self, tables: Collection[str]) -> Iterator[duckdb.DuckDBPyConnection]:
        whole = self._whole
        with (
            whole.cursor() as cursor,
            whole._views.entered(
                cursor,
                self.scope,
                sees_people=self.may_see_people,
                version=whole.state,
                history=whole.settings_history,
                tables=tables,
            ),
            seen_only(),
        ):
            yield cursor

    def _within(self, settings: Settings) -> Settings:
        return settings_within(settings, self.scope, self._named_values)

    def _named_values(self) -> SeenValues:
        """Of the dimensions that settings name, the values that are seen: once per scope."""
        kept, key = self._whole._seen_values, self.state
        if key not in kept:
            rows = self.query("named_values")
            if len(kept) >= KEPT_SCOPES:
                kept.clear()
            kept[key] = {
                name: frozenset(rows.filter(rows["dimension"] == name)["value"])
                for name in ("segment", "region", "journey")
            }
        return kept[key]

    def _refuse(self) -> NoReturn:
        raise AccessError(
            "Your rights reach a part of the data: what is about the whole store isn't shown or "
            "changed with them.",
            "Somebody with rights to everything can do it.",
        )


class StoreWithin(SeenStore):
    """The whole store as one open transaction sees it: what is asked runs on its own cursor."""

    def __init__(self, whole: Store, con: duckdb.DuckDBPyConnection) -> None:
        super().__init__(whole, Reader("", "administrator", EVERYTHING, may_see_people=True))
        self._con = con

    @property
    def state(self) -> tuple[object, ...]:
        return (*self._whole.state, id(self._con))

    @contextmanager
    def cursor(self, *, is_check: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self._con

    def query(
        self, name: str, filters: Filters | None = None, /, **parameters: object
    ) -> pl.DataFrame:
        return run_query(self._con, name, parameters, filters)

    def _within(self, settings: Settings) -> Settings:
        return settings


def restore_store(path: Path | str, source: Path | str) -> Restored:
    """Put a backup in the place of the store; what was there is kept aside, and never opened.

    The backup is copied, brought up to date and read from end to end before anything is moved. A
    store that this process has open goes on with the restored data; killed at any moment, the
    old or the new store is there as a whole.

    Raises
    ------
    StoreError
        If the backup is damaged, of a newer version or in use, there is no room, or another
        program has the store open.
    """
    place, source = _resolved(path), Path(source).resolve()
    keep_private()
    try:
        finish_interrupted(place, is_given_up=True)
        with staged(place, source) as ready:
            done = _put_in_place(place, ready)
    except OSError as error:
        raise file_fault(error, place) from error
    version = done.contents.data_version
    log_restore(data_version=version, is_set_aside=done.set_aside is not None)
    return done


def _put_in_place(place: Path, ready: Path) -> Restored:
    with _registry_lock:
        live = _open_stores.get(place)
        if live is None:
            return _put_in_place_alone(place, ready)
    return live.give_way(lambda: _put_in_place_alone(place, ready))


def _put_in_place_alone(place: Path, ready: Path) -> Restored:
    with nobody_else(place):
        return put_in_place(place, ready)


def open_store_at(path: Path | str) -> Store | None:
    """The store at ``path`` if this process has it open already; waits for nobody who opens one."""
    return _open_stores.get(_resolved(path))


@cache
def _resolved(path: Path | str) -> Path:
    return Path(path).resolve()


__all__ = ["MIGRATIONS", "Store", "open_store_at", "restore_store", "value"]
