"""From a path to a connection: a store is made, brought up to date, locked down, counted."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import duckdb

from cxdata import __version__
from cxdata.config import Settings
from cxdata.errors import StoreDamaged, StoreError
from cxdata.models import KINDS
from cxdata.store.days import ELSEWHERE, count_days, fingerprint
from cxdata.store.expected import SCHEMA, newest_version, numbered_migrations
from cxdata.store.faults import newer, no_store, plainly, store_damaged
from cxdata.store.files import (
    BESIDE_ENDINGS,
    beside,
    clear_abandoned,
    file_fault,
    flush,
    make_private,
    see_log_is_one,
    see_room,
    size_of,
    work_folder,
)
from cxdata.store.last_commit import meet_record
from cxdata.store.narrowing import SCOPES_DATABASE
from cxdata.store.settings_history import history_of, recorded_changes

# Files that either DuckDB 1.5 or 2.0 can open.
STORAGE_VERSION = "v1.5.0"

log = logging.getLogger(__name__)


def connected(path: Path, settings: Settings, migrations: Path) -> duckdb.DuckDBPyConnection:
    """The one read-write connection to the store at ``path``: made, migrated and recounted.

    Raises
    ------
    StoreError
        If the store can't be opened; the sentence says why and what to do.
    """
    try:
        if not path.exists():
            _create(path, migrations)
        see_is_file(path)
        see_log_is_one(path)
        make_private(path)
        clear_abandoned(path.parent, path)
        (path.parent / ".backups").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise file_fault(error, path) from error
    with plainly(path):
        con = plain_connection(path, settings)
    try:
        with plainly(path, con):
            _migrate(con, path, migrations)
            con.execute(f"attach ':memory:' as {SCOPES_DATABASE}")
            lock_down(con, path)
            _recount_if_settings_changed(con, settings)
            meet_record(path, con)
    except BaseException:
        con.close()
        raise
    make_private(path)
    return con


def see_is_file(path: Path) -> None:
    """Refuse a folder and a file without a byte, which DuckDB would describe in its own way."""
    if path.is_dir():
        raise StoreError(
            "{path} is a folder, not a store.",
            "Name a file in it, such as cx.duckdb (CXDATA_STORE).",
            path=str(path),
        )
    if path.stat().st_size == 0:
        raise no_store(path)


def copy_database(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Everything in the connection's store, written to the new file ``target``."""
    source = value(con, "select current_database() as name")
    con.execute(
        f"attach {sql_literal(target)} as backup_copy (storage_version '{STORAGE_VERSION}')"
    )
    try:
        con.execute(f'copy from database "{source}" to backup_copy')
    finally:
        con.execute("detach backup_copy")


def read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can read this file and nothing else, nor change it."""
    return duckdb.connect(
        str(path), read_only=True, config={"enable_external_access": False, "threads": 1}
    )


def schema_version(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The version that the store says it is of.

    Raises
    ------
    StoreError
        If it isn't a store, or says nothing that could be true.
    """
    try:
        found = con.sql("select schema_version from store_info").fetchall()
    except duckdb.CatalogException as error:
        raise no_store(path) from error
    if len(set(found)) != 1 or found[0][0] is None or found[0][0] < 1:
        raise store_damaged(path)
    return int(found[0][0])


def see_version_is_known(
    con: duckdb.DuckDBPyConnection, path: Path, migrations: Path
) -> tuple[int, int]:
    """The store's schema version and the newest one; refused if the store is the newer."""
    version, known = schema_version(con, path), newest_version(migrations)
    if version > known:
        raise newer(path, product_version(con))
    return version, known


def product_version(con: duckdb.DuckDBPyConnection) -> str | None:
    """The version of the dashboard that gave the store its tables; None: an early one."""
    try:
        found = con.sql("select product_version from store_info").fetchall()
    except (duckdb.BinderException, duckdb.CatalogException):
        return None
    return None if not found or found[0][0] is None else str(found[0][0])


def _create(path: Path, migrations: Path) -> None:
    """Written aside and moved into place, so a store is never half made."""
    for ending in BESIDE_ENDINGS:
        if beside(path, ending).exists():
            raise StoreDamaged(
                "The store {path} is gone, but {left} is still there.",
                "Restore a backup, or move that file away to begin with an empty store.",
                path=str(path),
                left=str(beside(path, ending)),
            )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with plainly(path), work_folder(path.parent, path, "new") as folder:
        fresh = folder / "fresh.duckdb"
        with duckdb.connect() as con:
            con.execute(
                f"attach {sql_literal(fresh)} as fresh (storage_version '{STORAGE_VERSION}')"
            )
            con.execute("use fresh")
            con.execute(SCHEMA.read_text("utf-8"))
            _run_migrations(con, 1, migrations)
            con.execute("use memory")
            con.execute("detach fresh")
        make_private(fresh)
        flush(fresh)
        fresh.rename(path)


def plain_connection(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """With the limits of the settings; neither migrated nor locked down."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.store.memory_limit,
        "temp_directory": settings.store.temp_directory or str(path.parent / ".duckdb-temp"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.store.threads:
        config["threads"] = settings.store.threads
    return duckdb.connect(str(path), config=config)


def _migrate(con: duckdb.DuckDBPyConnection, path: Path, migrations: Path) -> None:
    version, known = see_version_is_known(con, path, migrations)
    if version == known:
        return
    aside = path.with_name(f"{path.stem}.before-version-{known}.duckdb")
    if not aside.exists():
        _set_copy_aside(con, path, aside)
        log.info("The store as it was before the update: %s", aside)
    try:
        _run_migrations(con, version, migrations)
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException) as error:
        log.info("migration failed", exc_info=error)
        raise StoreDamaged(
            "The store {path} can't be brought up to date: it says that it is of version "
            "{version}, but its tables aren't. It is as it was.",
            "Restore a backup.",
            path=str(path),
            version=version,
        ) from error


def _set_copy_aside(con: duckdb.DuckDBPyConnection, path: Path, aside: Path) -> None:
    """The whole copy or none, whenever the process is killed."""
    try:
        see_room(path.parent, size_of(path))
        with work_folder(path.parent, path, "update") as folder:
            copy = folder / "copy.duckdb"
            copy_database(con, copy)
            make_private(copy)
            flush(copy)
            copy.rename(aside)
            flush(path.parent)
    except OSError as error:
        raise file_fault(error, path) from error


def _run_migrations(con: duckdb.DuckDBPyConnection, version: int, migrations: Path) -> None:
    for number, file in numbered_migrations(migrations):
        if number > version:
            con.begin()
            try:
                con.execute(file.read_text("utf-8"))
                # An empty fingerprint has the day tables counted again, unless it can't be here.
                con.execute(
                    """update store_info set schema_version = $number, counted_with =
                        case when starts_with(counted_with, $elsewhere) then $elsewhere else '' end
                    """,
                    {"number": number, "elsewhere": ELSEWHERE},
                )
                if _names_its_product(con):
                    con.execute(
                        "update store_info set product_version = $version", {"version": __version__}
                    )
            except BaseException:
                con.rollback()
                raise
            con.commit()


def _names_its_product(con: duckdb.DuckDBPyConnection) -> bool:
    """Since schema version 7, a store knows which version of the dashboard can read it."""
    return bool(
        value(
            con,
            """select count(*) from duckdb_columns() where database_name = current_database()
                and table_name = 'store_info' and column_name = 'product_version'""",
        )
    )


def lock_down(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """No query can reach files, the network or extensions; only backups beside the store."""
    con.execute("set timezone = 'UTC'")
    con.execute(f"set allowed_directories = [{sql_literal(path.parent / '.backups')}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


def _recount_if_settings_changed(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    history = history_of(settings, recorded_changes(con))
    counted_with = value(con, "select counted_with from store_info")
    if str(counted_with).startswith(ELSEWHERE):
        if counted_with != ELSEWHERE + fingerprint(history):
            log.warning("The daily counts were made in a lake with other settings: count again.")
    elif counted_with != fingerprint(history):
        con.begin()
        try:
            count_days(con, history, KINDS)
        except BaseException:
            con.rollback()
            raise
        con.commit()


def value(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.sql(sql).fetchall()[0][0]


def sql_literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
