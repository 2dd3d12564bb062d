"""Backups: checked before they count, thinned out by the calendar, made when due, listed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cxdata import cli
from cxdata.config import Keep, keep_of, load_settings
from cxdata.errors import SettingsError, StoreError
from cxdata.store import backups
from cxdata.store.backups import (
    back_up_if_due,
    backup_to_file,
    backup_to_folder,
    kept,
    known_backups,
    preview,
)
from cxdata.store.connection import Store
from cxdata.store.files import COMMITTED_ENDING
from cxdata.store.schedule import backups_on_schedule
from tests.stores import add, answers

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    add(opened, answers([1, 9, 10]), "responses")
    yield opened
    opened.close()


def run(place: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["--store", str(place), *map(str, arguments)])


def days_kept(days: list[datetime], keep: Keep) -> list[str]:
    return [f"{it:%m-%d}" for it in sorted(kept(days, keep))]


def test_of_daily_backups_the_newest_of_days_weeks_and_months_stay() -> None:
    """30 June 2026 is a Tuesday; weeks begin on Monday."""
    year = [NOW - timedelta(days=days) for days in range(365)]
    assert days_kept(year, Keep(3, 0, 0)) == ["06-28", "06-29", "06-30"]
    assert days_kept(year, Keep(0, 3, 0)) == ["06-21", "06-28", "06-30"]
    assert days_kept(year, Keep(0, 0, 3)) == ["04-30", "05-31", "06-30"]
    assert days_kept(year, Keep(3, 3, 3)) == [
        *("04-30", "05-31", "06-21", "06-28", "06-29", "06-30"),
    ]


def test_of_several_backups_of_a_day_the_last_stays() -> None:
    day = [NOW - timedelta(hours=hours) for hours in range(5)]
    assert kept(day, Keep(1, 1, 1)) == {NOW}


def test_a_gap_takes_no_backup_away() -> None:
    """Counted are days that have a backup, not days that have passed."""
    sparse = [NOW, NOW - timedelta(days=100), NOW - timedelta(days=200)]
    assert kept(sparse, Keep(7, 0, 0)) == set(sparse)


@pytest.mark.parametrize("text", ["", "7", "d", "7x", "7d,7d", "-1d", "0d", "7d;4w", 7, None])
def test_what_is_to_stay_has_one_form(text: object) -> None:
    with pytest.raises(SettingsError, match="days, weeks and months"):
        keep_of(text)


def test_only_this_stores_own_backups_are_ever_removed(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    foreign = [
        *("mine.duckdb", "other.backup-2020-01-01-000000.duckdb", "cx.backup-2020.duckdb.txt"),
        *("cx.backup-2020-99-99-000000.duckdb", "cx.duckdb", "xcx.backup-2020-01-01-000000.duckdb"),
    ]
    for name in foreign:
        (folder / name).write_text("not ours")
    (folder / "cx.backup-2020-01-02-000000.duckdb").mkdir()
    (folder / "cx.backup-2020-01-03-000000.duckdb").symlink_to(folder / "mine.duckdb")
    for days in (3, 2, 1, 0):
        _, gone = backup_to_folder(store, folder, Keep(2, 0, 0), NOW - timedelta(days=days))
    assert [it.name for it in gone] == ["cx.backup-2026-06-28-120000.duckdb"]
    left = {it.name for it in folder.iterdir()}
    kept = ("cx.backup-2026-06-29-120000.duckdb", "cx.backup-2026-06-30-120000.duckdb")
    assert left == {
        *foreign,
        *("cx.backup-2020-01-02-000000.duckdb", "cx.backup-2020-01-03-000000.duckdb"),
        *kept,
        *(name + COMMITTED_ENDING for name in kept),
    }


def test_the_backup_just_made_stays_though_others_claim_to_be_newer(
    store: Store, tmp_path: Path
) -> None:
    """They were made while the clock was ahead."""
    for days in (400, 300, 0):
        made, _ = backup_to_folder(store, tmp_path / "b", Keep(1, 0, 0), NOW + timedelta(days=days))
    assert made.path.exists()
    assert made.problem is None


@pytest.mark.parametrize("name", ["cx.duckdb", "cx.duckdb.wal", "cx.duckdb.wal.checkpoint"])
def test_a_backup_never_takes_the_place_of_the_store(store: Store, name: str) -> None:
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match="belongs to the store"):
        backup_to_file(store, store.path.with_name(name))
    assert store.path.read_bytes() == before


def test_a_backup_is_not_made_beside_a_change_log_that_it_would_inherit(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "copy.duckdb.wal").write_bytes(b"stale")
    with pytest.raises(StoreError, match="already a file"):
        backup_to_file(store, tmp_path / "copy.duckdb")


def test_a_backup_that_lacks_rows_doesnt_count(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "read_through", lambda con: {"batches": 0})
    with pytest.raises(StoreError, match="thrown away"):
        backup_to_file(store, tmp_path / "copy.duckdb")
    assert not (tmp_path / "copy.duckdb").exists()


def test_without_room_nothing_is_begun(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr("cxdata.store.files.shutil.disk_usage", lambda folder: usage)
    with pytest.raises(StoreError, match="1 MB are free"):
        backup_to_file(store, tmp_path / "copy.duckdb")


def test_a_backup_is_due_when_the_newest_is_old_or_claims_to_be_of_the_future(
    store: Store,
) -> None:
    settings = load_settings().backup
    assert settings.every_hours == 24
    assert back_up_if_due(store, settings, NOW)
    assert back_up_if_due(store, settings, NOW + timedelta(hours=23)) is None
    assert back_up_if_due(store, settings, NOW + timedelta(hours=24))
    assert back_up_if_due(store, settings, NOW - timedelta(days=30))


def test_the_running_dashboard_makes_one(store: Store) -> None:
    with backups_on_schedule(store.path, first_look_seconds=0, look_seconds=3600):
        until = time.monotonic() + 60
        while not known_backups(store.path, store.path.parent / "backups"):
            assert time.monotonic() < until
            time.sleep(0.05)
    [made] = known_backups(store.path, store.path.parent / "backups")
    assert (made.kind, made.problem) == ("backup", None)
    assert made.contents
    assert made.contents.row_counts["responses"] == 3


def test_the_list_says_which_can_be_restored(store: Store, tmp_path: Path) -> None:
    made, _ = backup_to_folder(store, tmp_path / "backups", Keep(9, 0, 0), NOW)
    bad = tmp_path / "backups" / "cx.backup-2026-06-01-120000.duckdb"
    bad.write_bytes(made.path.read_bytes()[:30_000])
    listed = json.loads(run(store.path, "restore", "--list", "--json").stdout)["backups"]
    assert [(Path(it["path"]).name, it["is_sound"]) for it in listed] == [
        ("cx.backup-2026-06-30-120000.duckdb", True),
        (bad.name, False),
    ]
    assert listed[0]["batch_count"] == 1
    assert listed[0]["rows"]["responses"] == 3
    assert "damaged" in listed[1]["problem"]
    assert "no" in run(store.path, "restore", "--list").stdout


def test_a_backup_to_a_folder_by_command_says_what_went(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    backup_to_folder(store, folder, Keep(9, 0, 0), NOW)
    result = run(store.path, "backup", "--to", folder, "--keep", "1d", "--json")
    said = json.loads(result.stdout)
    assert Path(said["backup"]).is_file()
    assert said["removed"] == [str(folder / "cx.backup-2026-06-30-120000.duckdb")]
    assert run(store.path, "backup").exit_code == 2
    assert run(store.path, "backup", "--to", folder, "--keep", "soon").exit_code == 1


def test_a_preview_says_what_would_change_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    backup_to_file(store, tmp_path / "copy.duckdb")
    assert preview(store.path, tmp_path / "copy.duckdb").changes is not None
    told = run(store.path, "restore", "--dry-run", tmp_path / "copy.duckdb")
    assert "It holds what the store holds now." in told.stdout
    add(store, answers([5, 5], survey="transactional"), "responses")
    version = store.data_version
    changes = json.loads(
        run(store.path, "restore", "--dry-run", "--json", tmp_path / "copy.duckdb").stdout
    )["changes"]
    assert [it["batch_id"] for it in changes["going"]] == [2]
    assert changes["coming"] == []
    assert changes["rows"] == {"responses": {"now": 5, "then": 3}}
    assert store.data_version == version
    store.close()
    for path in tmp_path.glob("cx.duckdb*"):
        path.write_bytes(b"damaged")
    told = run(store.path, "restore", "--dry-run", tmp_path / "copy.duckdb")
    assert "can't be read" in told.stdout
    assert store.path.read_bytes() == b"damaged"


def test_the_store_itself_is_no_backup(store: Store, tmp_path: Path) -> None:
    for source in (store.path, tmp_path / "nothing.duckdb", tmp_path):
        result = run(store.path, "restore", source)
        assert result.exit_code == 1
        assert "Traceback" not in result.output
