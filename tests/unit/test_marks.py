"""Marks: what is proven of a batch, also of one that was there before marks were kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from cxdata.models import OWN_DIMENSIONS
from cxdata.store.connection import Store
from cxdata.store.last_commit import record_path
from cxdata.store.marks import (
    BATCH_TABLES,
    KEPT_TABLES,
    Mark,
    batch_marks,
    recorded_table_marks,
    table_marks,
)
from tests.damaged import copied, make_store, plant, run

MARKS = "select table_name, batch_id, row_count, mark from batch_marks order by all"
HAVE_OWN_DIMENSIONS = (
    *("customer_versions", "response_versions", "contact_versions", "contact_outcomes"),
    *("answer_days", "score_days", "term_days", "contact_days", "wait_days", "need_days"),
    "customer_spans",
)
BEFORE_OWN_DIMENSIONS = "".join(
    f"alter table {table} drop column {name};"
    for table in HAVE_OWN_DIMENSIONS
    for name in OWN_DIMENSIONS
)
CASE_COLUMNS = (
    *("case_number", "contact_id", "batch_id", "about", "about_value", "fired_on", "facts"),
    *("status", "severity", "root_cause", "opened_by", "revision", "changed_at"),
)
BEFORE_CASES = "".join(f"alter table cases drop column {name};" for name in CASE_COLUMNS)
BEFORE_MARKS = f"""{BEFORE_OWN_DIMENSIONS}
    drop table access_tokens; drop table decisions;
    drop table mail_schedules; drop table mails;
    drop table saved_views; drop table start_views;
    drop table case_history; drop table held_alerts; drop table comment_notes;
    alter table alert_rules drop column change_number;
    {BEFORE_CASES}
    drop table batch_marks; drop table table_marks;
    drop table answers_known; drop table contacts_known; drop table customers_known;
    drop table customer_dimensions; drop table repeat_answers;
    alter table store_info drop column commit_count;
    alter table customer_versions drop column kept_fields;
    alter table response_versions drop column kept_fields;
    alter table contact_versions drop column kept_fields;
    alter table assessment_versions drop column kept_fields;
    alter table rating_versions drop column is_kept;
    drop table contact_sources;
    alter table contact_outcomes drop column is_timed;
    alter table contact_days drop column unknown_count;
    alter table contact_days drop column untimed_count;
    alter table response_standards drop column is_in_days;
    alter table wait_days drop column gave_up_count;
    alter table contact_outcomes drop column is_resolution_known;
    alter table contact_days drop column resolution_known_count;
    drop view invitations; drop table invitation_versions;
    drop table invitations_known; drop table invitation_outcomes;
    alter table annotations drop column scope;
    alter table scenarios drop column scope;
    alter table snapshots drop column scope;
    alter table snapshots drop column note; alter table snapshots drop column made_with;
    drop table snapshot_packs; drop table pack_choices;
    drop table customer_prices; alter table customer_versions drop column revenue_history;
    drop table rights_changes;
    drop table acts; drop table erasures; drop table erasure_key;
    update store_info set schema_version = 7;
"""
# Columns that marks have been of since later versions.
ADDED = {"kept_fields", "is_kept", "revenue_history", "scope", "note", "made_with", *OWN_DIMENSIONS}


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


def kept_marks(path: Path) -> dict[str, Mark]:
    with duckdb.connect(str(path), read_only=True) as con:
        return recorded_table_marks(con)


def marks_of_columns_of(first: dict[str, Mark], path: Path) -> dict[str, Mark]:
    """What the small tables of a store hold in the columns that other marks of them name."""
    with duckdb.connect(str(path), read_only=True) as con:
        return table_marks(con, {name: mark.columns for name, mark in first.items()})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "made.duckdb"
    make_store(path, has_invitations=False)  # earlier versions had none
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path)


def test_an_update_marks_what_is_there_as_an_import_would_have(path: Path, tmp_path: Path) -> None:
    imported, before = marks_of_old_columns(path), tmp_path / "before.duckdb"
    shutil.copy(path, before)
    undone = [row for row in imported if row[1] == 6]
    plant(path, BEFORE_MARKS)
    record_path(path).unlink()
    Store.open(path).close()
    assert rows(path, MARKS) == [row for row in imported if row not in undone]
    first = kept_marks(path)
    assert set(first) == set(KEPT_TABLES)
    whole = marks_of_columns_of(first, before)
    del first["batch_marks"], whole["batch_marks"]  # compared above
    for later in (
        "rights_changes",
        "access_tokens",
        "decisions",
        "mail_schedules",
        "saved_views",
        "start_views",
        "snapshot_packs",
        "pack_choices",
        "case_history",
        "held_alerts",
        "comment_notes",
    ):  # there were none then
        del first[later], whole[later]
    assert first == whole
    assert all(mark.row_count for mark in first.values())
    assert rows(path, "select distinct is_of_import from batch_marks") == [(False,)]
    assert {row[0] for row in imported} == {*BATCH_TABLES} - {"invitation_versions"}


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


@pytest.mark.parametrize("is_filled", [False, True])
def test_small_tables_have_the_marks_that_were_kept_when_they_were_written(
    path: Path, tmp_path: Path, is_filled: bool
) -> None:
    store = Store.open(path if is_filled else tmp_path / "empty.duckdb")
    with store.cursor() as con:
        kept = recorded_table_marks(con)
        found = table_marks(con, {name: mark.columns for name, mark in kept.items()})
    store.close()
    assert found == kept
    assert found.keys() == set(KEPT_TABLES)
    assert {mark.row_count for mark in found.values()} == {0} or is_filled


def test_a_table_that_lacks_a_column_has_no_mark_even_if_it_is_empty(tmp_path: Path) -> None:
    Store.open(tmp_path / "cx.duckdb").close()
    with duckdb.connect(str(tmp_path / "cx.duckdb")) as con:
        marks = recorded_table_marks(con)
        con.execute("alter table cases drop column closed_at; drop table scenarios")
        found = table_marks(con, {name: mark.columns for name, mark in marks.items()})
    assert {name: marks[name] for name in found} == found
    assert marks.keys() - found.keys() == {"cases", "scenarios"}
