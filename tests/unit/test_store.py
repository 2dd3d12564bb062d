"""The store: created whole, migrated safely, locked down, one writer, many threads."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from cxdata.config import load_settings
from cxdata.errors import StoreError
from cxdata.store import expected
from cxdata.store.backups import backup_to_file
from cxdata.store.connection import MIGRATIONS, Store, restore_store

pytestmark = pytest.mark.usefixtures("stores_are_made")

ROOT = Path(__file__).parents[2]
OPEN_ELSEWHERE = """
import sys
from cxdata.errors import StoreError
from cxdata.store.backups import backup_to_file
from cxdata.store.connection import MIGRATIONS, Store
try:
    Store.open(sys.argv[1])
except StoreError as error:
    print(error)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def insert_contact(store: Store, contact_id: str) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into contact_versions (contact_id, channel, initiated_by, opened_at,
            opened_on, batch_id, content_hash, is_current)
            values ($id, 'call', 'customer', '2026-01-05 10:00:00', '2026-01-05', 1, 0, true)""",
            {"id": contact_id},
        )


def test_a_new_store_is_empty_and_has_every_view(store: Store) -> None:
    with store.cursor() as cursor:
        for view in ("customers", "responses", "ratings", "contacts", "assessments"):
            assert cursor.sql(f"select count(*) from {view}").fetchall() == [(0,)]


def test_the_copies_that_other_tests_get_are_what_would_be_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = contents(store)
    monkeypatch.undo()
    monkeypatch.setattr(expected, "SCHEMA", tmp_path / "nothing to make one of")
    copy = Store.open(tmp_path / "copy.duckdb")
    assert contents(copy) == made
    assert copy.data_version == store.data_version
    copy.close()


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every table and view with its rows, and how each was made."""
    with store.cursor() as cursor:
        places = """from (select schema_name, table_name as name, sql from duckdb_tables()
            union all select schema_name, view_name, sql from duckdb_views() where not internal
            union all select schema_name, index_name, sql from duckdb_indexes()
            union all select schema_name, sequence_name, sql from duckdb_sequences())"""
        made = cursor.sql(f"select * {places} order by all").fetchall()
        names = cursor.sql("select table_name from duckdb_tables() order by all").fetchall()
        rows = {name: cursor.sql(f"from {name}").fetchall() for (name,) in names}
    return {"made": made, **rows}


def test_the_same_path_gives_the_same_store(store: Store) -> None:
    assert Store.open(store.path) is store


def test_another_process_is_told_plainly_that_the_store_is_open(store: Store) -> None:
    told = subprocess.run(
        [sys.executable, "-c", OPEN_ELSEWHERE, str(store.path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith(f"Another program has the store {store.path} open.")


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.duckdb"
    text.write_text("not a database")
    foreign = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(foreign)) as con:
        con.execute("create table t (x integer)")
    for path in (text, foreign):
        before = path.read_bytes()
        with pytest.raises(StoreError, match="not a store of this dashboard"):
            Store.open(path)
        assert path.read_bytes() == before


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can't be written"):
        Store.open(tmp_path / "file" / "cx.duckdb")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "copy batches to 'stolen.csv'",
        "attach 'other.duckdb' as other",
        "install httpfs",
        "set memory_limit = '1GB'",
        "set enable_external_access = true",
    ],
)
def test_no_query_reaches_outside_the_store(store: Store, sql: str) -> None:
    with store.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql).fetchall()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.transaction() as con:
            con.execute("update store_info set data_version = 99")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert store.data_version == 0
    with store.cursor() as cursor:
        assert cursor.sql("select data_version from store_info").fetchall() == [(0,)]


def test_readers_and_writers_on_many_threads_lose_nothing(store: Store) -> None:
    with ThreadPoolExecutor(20) as pool:
        writes = [pool.submit(insert_contact, store, str(number)) for number in range(10)]
        reads = [pool.submit(store.query, "contact_moments") for _ in range(10)]
        for done in [*writes, *reads]:
            done.result()
    with store.cursor() as cursor:
        assert cursor.sql("select count(*) from contacts").fetchall() == [(10,)]


def test_a_backup_is_a_store_with_the_same_rows(store: Store, tmp_path: Path) -> None:
    insert_contact(store, "C1")
    backup_to_file(store, tmp_path / "elsewhere" / "copy.duckdb")
    copy = Store.open(tmp_path / "elsewhere" / "copy.duckdb")
    with copy.cursor() as cursor:
        assert cursor.sql("select contact_id from contacts").fetchall() == [("C1",)]
    copy.close()
    with pytest.raises(StoreError, match="already a file"):
        backup_to_file(store, tmp_path / "elsewhere" / "copy.duckdb")


def migration(folder: Path, name: str, sql: str) -> Path:
    """The store's own steps and one more."""
    shutil.copytree(MIGRATIONS, folder)
    (folder / name).write_text(sql)
    return folder


def newest_version() -> int:
    return max(int(file.name.split("_")[0]) for file in MIGRATIONS.glob("*.sql"))


def test_an_older_store_is_migrated_after_a_copy_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "cx.duckdb"
    store = Store.open(path)
    insert_contact(store, "C1")
    store.close()
    steps = migration(tmp_path / "steps", "9001_note.sql", "alter table batches add note varchar")
    migrated = Store.open(path, migrations=steps)
    with migrated.cursor() as cursor:
        assert cursor.sql("select note from batches").fetchall() == []
        assert cursor.sql("select contact_id from contacts").fetchall() == [("C1",)]
    migrated.close()
    aside = tmp_path / "cx.before-version-9001.duckdb"
    with duckdb.connect(str(aside)) as con:
        assert con.sql("select schema_version from store_info").fetchall() == [(newest_version(),)]
        assert con.sql("select contact_id from contacts").fetchall() == [("C1",)]


def test_a_migration_that_fails_leaves_the_older_store(tmp_path: Path) -> None:
    path = tmp_path / "cx.duckdb"
    Store.open(path).close()
    steps = migration(
        tmp_path / "steps", "9001_bad.sql", "alter table batches add note varchar; select nothing"
    )
    with pytest.raises(StoreError, match="can't be brought up to date"):
        Store.open(path, migrations=steps)
    reopened = Store.open(path)
    with reopened.cursor() as cursor:
        assert cursor.sql("select schema_version from store_info").fetchall() == [
            (newest_version(),)
        ]
    reopened.close()


def test_a_newer_store_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cx.duckdb"
    steps = migration(tmp_path / "steps", "9001_note.sql", "alter table batches add note varchar")
    Store.open(path, migrations=steps).close()
    with pytest.raises(StoreError, match="made by a newer version"):
        Store.open(path)


def test_changed_settings_count_the_day_tables_again_when_the_store_opens(tmp_path: Path) -> None:
    path = tmp_path / "cx.duckdb"
    store = Store.open(path)
    insert_contact(store, "C1")
    store.close()
    changed = tmp_path / "mine.toml"
    changed.write_text("[response_time.call]\nfavourable_seconds = 60\n")
    reopened = Store.open(path, load_settings(changed))
    with reopened.cursor() as cursor:
        assert cursor.sql("select sum(contact_count) from contact_days").fetchall() == [(1,)]
    reopened.close()


def test_readers_and_writers_go_on_through_restores(store: Store, tmp_path: Path) -> None:
    """Each reader sees the whole of the old or of the new."""
    insert_contact(store, "C1")
    backup_to_file(store, tmp_path / "one.duckdb")
    insert_contact(store, "C2")
    backup_to_file(store, tmp_path / "two.duckdb")
    stopped = threading.Event()
    seen: set[int] = set()

    def read() -> None:
        while not stopped.is_set():
            with store.cursor() as cursor:
                seen.add(cursor.sql("select count(*) from contacts").fetchall()[0][0])
                store.query("contact_moments")  # a cursor within a cursor

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for name in ("one", "two", "one"):
            restore_store(store.path, tmp_path / f"{name}.duckdb")
        stopped.set()
        for reader in readers:
            reader.result()
    assert seen == {1, 2}
    insert_contact(store, "C3")
    with store.cursor() as cursor:
        assert cursor.sql("select count(*) from contacts").fetchall() == [(2,)]


def test_what_is_kept_by_state_is_not_taken_for_the_restored_data(
    store: Store, tmp_path: Path
) -> None:
    """A backup may have a data version that the store had with other content."""
    backup_to_file(store, tmp_path / "empty.duckdb")
    states = {store.state}
    for number in range(3):
        insert_contact(store, str(number))
        states.add(store.state)
        restore_store(store.path, tmp_path / "empty.duckdb")
        assert store.state not in states
        states.add(store.state)
