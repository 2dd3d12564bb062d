"""Stores of every earlier schema version come up to date, whole, whenever they are killed."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

import cxdata
from cxdata.errors import StoreError
from cxdata.ingest import check_store
from cxdata.store.connection import Store
from cxdata.store.expected import MIGRATIONS, missing_part, newest_version

PROJECT = Path(__file__).parents[2]
OLD = PROJECT / "tests" / "stores_of_old"
VERSIONS = range(1, newest_version())
# What people imported and wrote; the rest is counted from it.
OWN = ("batches", "response_versions", "contact_versions", "customer_versions", "annotations")


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store of an earlier schema version."""
    return unpacked(request.param, tmp_path / "cx.duckdb")


def unpacked(version: int, path: Path) -> Path:
    path.write_bytes(gzip.decompress((OLD / f"version-{version}.duckdb.gz").read_bytes()))
    return path


def rows(path: Path) -> dict[str, int]:
    with duckdb.connect(str(path), read_only=True) as con:
        return {name: int(con.sql(f"select count(*) from {name}").fetchall()[0][0]) for name in OWN}


def version_of(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as con:
        return int(con.sql("select schema_version from store_info").fetchall()[0][0])


def test_there_is_a_store_of_every_earlier_version() -> None:
    assert {int(it.name.split("-")[1].split(".")[0]) for it in OLD.glob("version-*.gz")} == set(
        VERSIONS
    )


def test_a_store_of_each_version_comes_up_to_date_with_all_its_rows(old: Path) -> None:
    before, version = rows(old), version_of(old)
    store = Store.open(old)
    with store.cursor() as con:
        assert missing_part(con) is None
        assert con.sql("select product_version from store_info").fetchall() == [
            (cxdata.__version__,)
        ]
        # Of three changes of one setting, the one that was stored last is in force.
        assert store.settings.response_time["call"].goal == 0.9
        numbers = con.sql("select change_number from settings_history order by rowid").fetchall()
        assert numbers == [(1,), (2,), (3,)]
    store.close()
    assert rows(old) == before
    aside = old.with_name(f"cx.before-version-{newest_version()}.duckdb")
    assert (rows(aside), version_of(aside)) == (before, version)


def test_a_store_of_a_newer_version_names_the_version_to_install(tmp_path: Path) -> None:
    path = tmp_path / "cx.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as con:
        con.execute("update store_info set schema_version = 9001, product_version = '7.2.0'")
    content = path.read_bytes()
    with pytest.raises(StoreError, match=r"Install version 7\.2\.0 or later"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_copy_that_was_cut_short_is_not_taken_for_the_store_before(tmp_path: Path) -> None:
    path = unpacked(6, tmp_path / "cx.duckdb")
    folder = tmp_path / ".cx.duckdb.update-left"
    folder.mkdir()
    (folder / "in-use").touch()
    (folder / "copy.duckdb").write_bytes(b"half")
    Store.open(path).close()
    assert not folder.exists()
    assert version_of(tmp_path / f"cx.before-version-{newest_version()}.duckdb") == 6


def test_steps_are_numbered_without_gaps() -> None:
    numbers = [int(file.name.split("_")[0]) for file in sorted(MIGRATIONS.glob("*.sql"))]
    assert numbers == list(range(2, newest_version() + 1))


def test_a_store_whose_version_does_not_fit_is_said_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "cx.duckdb"
    Store.open(path).close()
    for version in (1, 3, 0, -1):
        with duckdb.connect(str(path)) as con:
            con.execute(f"update store_info set schema_version = {version}")
        with pytest.raises(StoreError):
            Store.open(path)
        assert version_of(path) == version


def test_an_upgraded_store_is_sound(old: Path) -> None:
    """What is said about it is about the invented rows, not about the upgrade."""
    store = Store.open(old)
    problems = {note.template for note in check_store(store)}
    store.close()
    assert not any("recount" in text for text in problems)
