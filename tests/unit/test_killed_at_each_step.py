"""Migration, backup and restore, killed before each of their steps: the old or the new, whole."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cxdata.store.backups import backup_to_file
from cxdata.store.connection import Store
from cxdata.store.expected import newest_version
from tests.stores import add, answers

PROJECT = Path(__file__).parents[2]
OLD = PROJECT / "tests" / "stores_of_old"
NOW = newest_version()
DAMAGED = {"cx.duckdb": "damaged", "cx.duckdb.wal": "stale", "cx.duckdb.committed.json": "{}"}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no kill -9")


def killed(what: str, template: Path, *how: str) -> tuple[int, set[str]]:
    """How many steps it has, and what a kill before each leaves."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.killing", what, str(template), *how],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr + told.stdout
    said = json.loads(told.stdout)
    return said["steps"], set(said["outcomes"])


def template_with_a_store(tmp_path: Path) -> Path:
    """A folder with a store of three answers."""
    template = tmp_path / "template"
    store = Store.open(template / "cx.duckdb")
    add(store, answers([1, 9, 10]), "responses")
    store.close()
    shutil.rmtree(template / ".backups")
    return template


def template_of_version(version: int, tmp_path: Path) -> Path:
    """A folder with a store of that version."""
    template = tmp_path / "template"
    template.mkdir()
    packed = (OLD / f"version-{version}.duckdb.gz").read_bytes()
    (template / "cx.duckdb").write_bytes(gzip.decompress(packed))
    return template


def test_a_migration_killed_at_any_statement_is_finished_later(tmp_path: Path) -> None:
    """And the copy set aside is of the store as it was, whole, or isn't there."""
    count, outcomes = killed("migration", template_of_version(1, tmp_path))
    assert count >= 15
    assert outcomes == {f"store: 3/3/{NOW}; aside: ['3/3/1']; strays: 0"}


def test_a_migration_killed_again_after_each_of_its_changes_is_finished_at_last(
    tmp_path: Path,
) -> None:
    """Each process finishes what the one before it could not, and the copy stays the first one."""
    count, outcomes = killed("migration", template_of_version(6, tmp_path), "chain")
    assert count >= NOW - 6
    assert outcomes == {f"store: 3/3/{NOW}; aside: ['3/3/6']; strays: 0"}


def test_a_restore_over_a_damaged_store_killed_at_any_step_leaves_the_old_or_the_new(
    tmp_path: Path,
) -> None:
    template = template_with_a_store(tmp_path)
    store = Store.open(template / "cx.duckdb")
    backup_to_file(store, template / "backup.duckdb")
    store.close()
    for name, content in DAMAGED.items():
        (template / name).write_text(content)
    count, outcomes = killed("restore", template)
    assert count >= 25
    assert outcomes == {
        f"refused; {json.dumps(DAMAGED, sort_keys=True)}",
        f"store: 1/3/{NOW}; aside: ['3 files, 7 bytes']; strays: 0",
    }


def test_a_restore_over_a_whole_store_killed_at_any_step_leaves_the_old_or_the_new(
    tmp_path: Path,
) -> None:
    template = template_with_a_store(tmp_path)
    store = Store.open(template / "cx.duckdb")
    backup_to_file(store, template / "backup.duckdb")
    add(store, answers([5, 6], survey="transactional"), "responses")
    store.close()
    _, outcomes = killed("restore", template)
    assert outcomes == {
        f"store: 2/5/{NOW}; aside: []; strays: 0",
        f"store: 1/3/{NOW}; aside: ['2/5/{NOW}']; strays: 0",
    }


@pytest.mark.parametrize("what", ["backup", "backup-to"])
def test_a_backup_killed_at_any_step_is_there_whole_or_not_at_all(
    tmp_path: Path, what: str
) -> None:
    count, outcomes = killed(what, template_with_a_store(tmp_path))
    assert count >= 15
    assert outcomes == {
        f"store: 1/3/{NOW}; copies: []; strays: 0; sound: True",
        f"store: 1/3/{NOW}; copies: ['1/3/{NOW}']; strays: 0; sound: True",
    }
