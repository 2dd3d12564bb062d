"""Marks: what is proven of a batch, also of one that was there before marks were kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from cxdata.store.connection import Store
from cxdata.store.last_commit import record_path
from cxdata.store.marks import BATCH_TABLES, KEPT_TABLES, batch_marks
from tests.damaged import make_store, plant, run

MARKS = "select table_name, batch_id, row_count, mark from batch_marks order by all"
# Of the others the update marks what they had before their changes were numbered.
KEPT = """select table_name, row_count, mark from table_marks where table_name not in (
    'batch_marks', 'import_profiles', 'settings_history', 'journey_visions', 'scenarios')"""
BEFORE_MARKS = """
    drop table batch_marks; drop table table_marks;
    drop table answers_known; drop table contacts_known; drop table customers_known;
    drop table customer_dimensions;
    alter table store_info drop column commit_count;
    alter table customer_versions drop column kept_fields;
    alter table response_versions drop column kept_fields;
    alter table contact_versions drop column kept_fields;
    alter table assessment_versions drop column kept_fields;
    alter table rating_versions drop column is_kept;
    update store_info set schema_version = 7;
"""
# Columns that marks have been of since later versions.
ADDED = {"kept_fields", "is_kept"}


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def marks_of_old_columns(path: Path) -> list[tuple[object, ...]]:
    """The marks that imports would have left before a later version added columns."""
    found: list[tuple[object, ...]] = []
    with duckdb.connect(str(path), read_only=True) as con:
        recorded = con.execute("select table_name, batch_id, columns from batch_marks").fetchall()
        for table, batch_id, columns in recorded:
            old = [name for name in columns.split(",") if name not in ADDED]
            mark = batch_marks(con, table, old).get(batch_id)  # none of what an undo took out
            found.append((table, batch_id, *((mark.row_count, mark.mark) if mark else (0, ""))))
    return sorted(found)  # type: ignore[type-var]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "cx.duckdb"
    make_store(made)
    return made


def test_an_update_marks_what_is_there_as_an_import_would_have(path: Path) -> None:
    imported, kept = marks_of_old_columns(path), rows(path, f"{KEPT} order by all")
    undone = [row for row in imported if row[1] == 6]
    plant(path, BEFORE_MARKS)
    record_path(path).unlink()
    Store.open(path).close()
    assert rows(path, MARKS) == [row for row in imported if row not in undone]
    assert rows(path, f"{KEPT} order by all") == kept
    assert rows(path, "select distinct is_of_import from batch_marks") == [(False,)]
    assert {row[0] for row in rows(path, "select table_name from table_marks")} == set(KEPT_TABLES)
    assert {row[0] for row in imported} == set(BATCH_TABLES)


def test_deep_proves_rows_of_before_the_update_by_their_own_hashes(path: Path) -> None:
    plant(
        path, "update response_versions set nps_score = 9 where response_id = 'R1'; " + BEFORE_MARKS
    )
    record_path(path).unlink()
    usual = run(path, "check")
    assert usual.exit_code == 0
    assert "Imports before 20" in usual.output
    assert "check --deep does." in usual.output
    deep = run(path, "check", "--deep")
    assert deep.exit_code == 1
    assert "Batch 2: 1 rows of responses aren't what their file said." in deep.output


def test_equal_rows_dont_cancel_each_other_and_order_doesnt_matter(path: Path) -> None:
    plant(path, "insert into refused_rows from refused_rows")
    assert "refused_rows has 2 rows of it, 1 were stored." in run(path, "check").output
    plant(path, "insert into refused_rows from refused_rows limit 1")
    assert "refused_rows has 3 rows of it, 1 were stored." in run(path, "check").output
