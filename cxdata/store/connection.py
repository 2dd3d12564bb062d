"""The process's one read-write connection to the store, and everything that opens it safely."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from cxdata.config import Settings, load_settings
from cxdata.errors import StoreError
from cxdata.models import KINDS
from cxdata.store.days import count_days, fingerprint, kinds_counted_anew
from cxdata.store.last_commit import meet_record, note_commit
from cxdata.store.marks import KeptMarks
from cxdata.store.query import run_query
from cxdata.store.settings_history import (
    SINCE_EVER,
    SettingChange,
    SettingsHistory,
    change_now,
    history_of,
    insert_change,
    recorded_changes,
)

SCHEMA = Path(__file__).with_name("schema.sql")
MIGRATIONS = Path(__file__).with_name("migrations")
# Files that either DuckDB 1.5 or 2.0 can open.
STORAGE_VERSION = "v1.5.0"

log = logging.getLogger(__name__)
_open_stores: dict[Path, Store] = {}
_registry_lock = threading.Lock()


class Store:
    """One DuckDB file, opened once per process and shared by all threads.

    Every call works on a cursor of its own, so threads never share one. Readers never wait;
    writers take turns (``transaction``).
    """

    def __init__(self, path: Path, settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._base_settings = settings
        self._con = con
        self._history = self._read_history()
        self._write_lock = threading.RLock()
        self._data_version = self._read_data_version()

    @classmethod
    def open(
        cls,
        path: Path | str,
        settings: Settings | None = None,
        *,
        migrations: Path = MIGRATIONS,
    ) -> Store:
        """The store at ``path``: created, migrated and recounted as needed.

        Raises
        ------
        StoreError
            If another process holds the file, it isn't a store of this dashboard, it was made
            by a newer version, or its folder can't be written.
        """
        place = _resolved(path)
        with _registry_lock:
            if place not in _open_stores:
                chosen = settings or load_settings()
                con = _connected(place, chosen, migrations)
                _open_stores[place] = cls(place, chosen, con)
            return _open_stores[place]

    @property
    def settings(self) -> Settings:
        """The settings in force: the file's, with what was changed in the dashboard."""
        return self._history.now

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
        with self.transaction() as con:
            earlier = recorded_changes(con)
            before = history_of(self._base_settings, earlier).on(applies_from or SINCE_EVER)
            made = [
                change_now(name, before.value_or_none(name), value, changed_by, applies_from)
                for name, value in values.items()
                if before.value_or_none(name) != value
            ]
            if not made:
                return ()
            history = history_of(self._base_settings, [*earlier, *made])
            for change in made:
                insert_change(con, change)
            count_days(con, history, kinds_counted_anew(self._history, history))
            con.execute("update store_info set data_version = data_version + 1")
        self._history = history
        return tuple(made)

    @property
    def data_version(self) -> int:
        """Grows with every change of the data: part of every cache key."""
        return self._data_version

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._con.cursor()

    def query(self, name: str, **parameters: object) -> pl.DataFrame:
        """The result of ``cxdata/sql/<name>.sql`` with its ``$parameters`` bound."""
        with self.cursor() as cursor:
            return run_query(cursor, name, parameters)

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor in a transaction: all of it is stored, or after an error none of it."""
        with self._write_lock, self.cursor() as cursor:
            marks = KeptMarks.before(cursor)
            cursor.begin()
            try:
                yield cursor
                is_commit = marks.renew(cursor)
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()
            self._data_version = self._read_data_version()
            if is_commit:
                note_commit(self.path, cursor)

    def backup(self, target: Path | str) -> None:
        """A consistent copy of the live store in a new file.

        Raises
        ------
        StoreError
            If ``target`` exists already or can't be written.
        """
        target = Path(target).resolve()
        if target.exists():
            raise StoreError("There is already a file {path}.", "Choose another.", path=str(target))
        with tempfile.TemporaryDirectory(dir=_backup_folder(self.path)) as folder:
            copy = Path(folder) / "copy.duckdb"
            with self._write_lock, self.cursor() as cursor:
                copy_database(cursor, copy)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(copy, target)
            except OSError as error:
                raise _not_writable(target) from error

    def close(self) -> None:
        with _registry_lock:
            _open_stores.pop(self.path, None)
            self._con.close()

    def _read_history(self) -> SettingsHistory:
        with self.cursor() as cursor:
            return history_of(self._base_settings, recorded_changes(cursor))

    def _read_data_version(self) -> int:
        with self.cursor() as cursor:
            return int(_value(cursor, "select data_version from store_info"))


@cache
def _resolved(path: Path | str) -> Path:
    return Path(path).resolve()


def copy_database(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Everything in the connection's store, written to the new file ``target``."""
    source = _value(con, "select current_database() as name")
    con.execute(f"attach {_literal(target)} as backup_copy (storage_version '{STORAGE_VERSION}')")
    try:
        con.execute(f'copy from database "{source}" to backup_copy')
    finally:
        con.execute("detach backup_copy")


def _connected(path: Path, settings: Settings, migrations: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        _create(path, migrations)
    con = _connect(path, settings)
    try:
        _migrate(con, path, migrations)
        _lock_down(con, path)
        _recount_if_settings_changed(con, settings)
        meet_record(path, con)
    except BaseException:
        con.close()
        raise
    return con


def _create(path: Path, migrations: Path) -> None:
    """Written aside and moved into place, so a store is never half made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-store-") as folder:
            fresh = Path(folder) / "fresh.duckdb"
            with duckdb.connect() as con:
                con.execute(
                    f"attach {_literal(fresh)} as fresh (storage_version '{STORAGE_VERSION}')"
                )
                con.execute("use fresh")
                con.execute(SCHEMA.read_text("utf-8"))
                _run_migrations(con, 1, migrations)
                con.execute("use memory")
                con.execute("detach fresh")
            fresh.rename(path)
    except OSError as error:
        raise _not_writable(path) from error


def _connect(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.store.memory_limit,
        "temp_directory": settings.store.temp_directory or str(path.parent / ".duckdb-temp"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.store.threads:
        config["threads"] = settings.store.threads
    try:
        return duckdb.connect(str(path), config=config)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise StoreError(
                "Another program has the store {path} open.",
                "Use the dashboard's own pages, or stop it first.",
                path=str(path),
            ) from error
        raise _not_a_store(path) from error
    except duckdb.Error as error:
        raise _not_a_store(path) from error


def _migrate(con: duckdb.DuckDBPyConnection, path: Path, migrations: Path) -> None:
    version = _schema_version(con, path)
    known = max([1, *(number for number, _ in _numbered(migrations))])
    if version > known:
        raise StoreError(
            "The store {path} was made by a newer version of the dashboard.",
            "Update the dashboard, or open another store.",
            path=str(path),
        )
    if version < known:
        aside = path.with_name(f"{path.stem}.before-version-{known}.duckdb")
        if not aside.exists():
            copy_database(con, aside)
            log.info("The store as it was before the update: %s", aside)
        _run_migrations(con, version, migrations)


def _schema_version(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    try:
        return int(_value(con, "select schema_version from store_info"))
    except (duckdb.CatalogException, IndexError) as error:
        raise _not_a_store(path) from error


def _numbered(migrations: Path) -> list[tuple[int, Path]]:
    return sorted((int(file.name.split("_")[0]), file) for file in migrations.glob("*.sql"))


def _run_migrations(con: duckdb.DuckDBPyConnection, version: int, migrations: Path) -> None:
    for number, file in _numbered(migrations):
        if number > version:
            con.begin()
            try:
                con.execute(file.read_text("utf-8"))
                # An empty fingerprint has the day tables counted again.
                con.execute(
                    "update store_info set schema_version = $number, counted_with = ''",
                    {"number": number},
                )
            except BaseException:
                con.rollback()
                raise
            con.commit()


def _lock_down(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """No query can reach files, the network or extensions; only backups beside the store."""
    con.execute("set timezone = 'UTC'")
    con.execute(f"set allowed_directories = [{_literal(_backup_folder(path))}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


def _recount_if_settings_changed(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    history = history_of(settings, recorded_changes(con))
    if _value(con, "select counted_with from store_info") != fingerprint(history):
        con.begin()
        try:
            count_days(con, history, KINDS)
        except BaseException:
            con.rollback()
            raise
        con.commit()


def _backup_folder(path: Path) -> Path:
    """Where backups are made before they move to their place: all that DuckDB may write to."""
    folder = path.parent / ".backups"
    folder.mkdir(exist_ok=True)
    return folder


def _value(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.sql(sql).fetchall()[0][0]


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _not_writable(path: Path) -> StoreError:
    return StoreError(
        "{path} can't be written.",
        "Check that its folder exists, that you may write there and that the disk isn't full.",
        path=str(path),
    )


def _not_a_store(path: Path) -> StoreError:
    return StoreError(
        "{path} is not a store of this dashboard.",
        "Name another file with --store, CXDATA_STORE or STORE=.",
        path=str(path),
    )
