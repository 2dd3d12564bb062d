"""Damage of the files themselves: WAL, the file beside the store, blocks, header, and what keeps
a store from opening. Each ends in sentences and exit code 1; none is called sound without a word.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from cxdata.store.last_commit import record_path
from tests.damaged import copied, make_store, plant, run

PROJECT = Path(__file__).parents[2]
BLOCK_BYTES, HEADER_BYTES = 262_144, 3 * 4_096
# Three commits that only the WAL has, as after a crash.
COMMITS = """
import os, sys
from datetime import date
from cxdata.followup.annotations import Annotation, add_annotation
from cxdata.store.connection import Store
store = Store.open(sys.argv[1])
for day in (1, 2, 3):
    add_annotation(store, Annotation(date(2026, 6, day), "Event"))
os._exit(0)
"""


@dataclass(frozen=True)
class Damage:
    """What happens to the files, and part of what is said of it; nothing: any one sentence."""

    name: str
    happens: Callable[[Path], None]
    said: str = ""


def wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def record(path: Path, **last: int) -> None:
    place = record_path(path)
    said = json.loads(place.read_text("utf-8"))
    said["last"] |= last
    place.write_text(json.dumps(said), "utf-8")


def keep_of(file: Path, start: int, end: int | None) -> None:
    file.write_bytes(file.read_bytes()[start:end])


def zero(file: Path, start: int = 0, end: int | None = None) -> None:
    content = bytearray(file.read_bytes())
    stop = len(content) if end is None else end
    content[start:stop] = bytes(stop - start)
    file.write_bytes(content)


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 0xFF
    file.write_bytes(content)


def flip_block_of(path: Path, table: str) -> None:
    with duckdb.connect(str(path), read_only=True) as con:
        blocks = con.execute(
            f"select max(block_id) from pragma_storage_info('{table}') where persistent"
        ).fetchall()
    flip(path, HEADER_BYTES + blocks[0][0] * BLOCK_BYTES + BLOCK_BYTES // 2)


def end_of_wal_lost(path: Path) -> None:
    keep_of(wal(path), 0, -40)


def read_by_an_older_copy(path: Path) -> None:
    """A copy of the file alone from before, without its WAL, is put in the place of the store."""
    wal(path).unlink()


# What the store's own sentences at opening don't touch.
OF_COMMITS = (
    Damage("end of WAL lost", end_of_wal_lost, "1 commits are missing"),
    Damage("WAL empty", lambda path: wal(path).write_bytes(b""), "3 commits are missing"),
    Damage("WAL deleted", lambda path: wal(path).unlink(), "3 commits are missing"),
    Damage("older copy of the file alone", read_by_an_older_copy, "3 commits are missing"),
    Damage(
        "file beside the store from later",
        lambda path: record(path, commit_count=900, batch_id=41),
        "commits are missing: the last one was made at 20",
    ),
    Damage(
        "file beside the store is no JSON",
        lambda path: record_path(path).write_text("{", "utf-8"),
        "which tells of lost commits, can't be read.",
    ),
    Damage(
        "file beside the store is another JSON",
        lambda path: record_path(path).write_text('{"last": 3}', "utf-8"),
        "which tells of lost commits, can't be read.",
    ),
    Damage(
        "file beside the store is a folder",
        lambda path: (record_path(path).unlink(), record_path(path).mkdir())[1],
        "which tells of lost commits, can't be read.",
    ),
)
BLOCKS = tuple(
    Damage(f"block of {table}", lambda path, table=table: flip_block_of(path, table))  # type: ignore[misc]
    for table in (
        "response_versions",
        "comment_terms",
        "clock_spans",
        "term_days",
        "contact_outcomes",
    )
)
# Opening says what is wrong: these are of the sentences for damaged files.
OF_OPENING = (
    *BLOCKS,
    Damage("WAL with a flipped bit", lambda path: flip(wal(path), wal(path).stat().st_size // 2)),
    Damage("WAL of noise", lambda path: wal(path).write_bytes(os.urandom(5_000))),
    Damage("first header flipped", lambda path: flip(path, 20)),
    Damage("magic bytes gone", lambda path: zero(path, 8, 12)),
    Damage("both database headers flipped", lambda path: (flip(path, 4_200), flip(path, 8_300))[1]),
    Damage("headers zeroed", lambda path: zero(path, 0, HEADER_BYTES)),
    Damage("truncated to half", lambda path: keep_of(path, 0, path.stat().st_size // 2)),
    Damage("truncated within the headers", lambda path: keep_of(path, 0, 5_000)),
    Damage("no bytes", lambda path: path.write_bytes(b"")),
    Damage("zeroed", lambda path: zero(path)),
    Damage("noise", lambda path: path.write_bytes(os.urandom(50_000))),
    Damage("a text", lambda path: path.write_text("score;comment\n9;fine\n", "utf-8")),
    Damage("a folder", lambda path: (path.unlink(), path.mkdir())[1]),
    Damage("no store_info", lambda path: plant(path, "drop table store_info")),
    Damage("empty store_info", lambda path: plant(path, "delete from store_info")),
    Damage("newer version", lambda path: plant(path, "update store_info set schema_version = 999")),
    Damage("facts dropped", lambda path: plant(path, "drop table response_versions cascade")),
    Damage(
        "settings that are no JSON",
        lambda path: plant(path, "update settings_history set value_after = '{'"),
    ),
    Damage(
        "settings that make no sense",
        lambda path: plant(path, "update settings_history set value_after = '-5'"),
    ),
    Damage(
        "a setting that doesn't exist",
        lambda path: plant(path, "update settings_history set setting = 'no.such'"),
    ),
    Damage("no table of settings", lambda path: plant(path, "drop table settings_history")),
    Damage("WAL zeroed", lambda path: zero(wal(path))),
    Damage(
        "a database of something else",
        lambda path: (path.unlink(), plant(path, "create table t (a integer)"))[1],
    ),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose last three commits stand in its WAL only."""
    path = tmp_path_factory.mktemp("made") / "made.duckdb"
    make_store(path)
    plant(path, "checkpoint")
    command = [sys.executable, "-c", COMMITS, str(path)]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(PROJECT)}, check=True)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = copied(made, tmp_path)
    shutil.copy(wal(made), wal(copy))
    return copy


@pytest.mark.parametrize("damage", OF_COMMITS, ids=[damage.name for damage in OF_COMMITS])
def test_lost_commits_are_found_and_said_until_the_store_is_taken_as_it_is(
    path: Path, damage: Damage
) -> None:
    damage.happens(path)
    found = run(path, "check")
    assert damage.said in found.output
    assert "The store is sound." not in found.output
    assert (found.exit_code, type(found.exception)) == (1, SystemExit)
    if damage.name.endswith("folder"):
        return
    assert damage.said in run(path, "check").output  # looking doesn't mend it
    assert run(path, "check", "--repair").exit_code == 0
    assert run(path, "check").exit_code == 0


@pytest.mark.parametrize("damage", OF_OPENING, ids=[damage.name for damage in OF_OPENING])
def test_a_damaged_file_is_a_sentence_and_no_traceback(path: Path, damage: Damage) -> None:
    damage.happens(path)
    found = run(path, "check")
    assert type(found.exception) is SystemExit, found.exception
    assert found.exit_code == 1
    assert "The store is sound." not in found.output
    assert found.output.strip().endswith(".")
    assert "Traceback" not in found.output


def test_a_store_whose_wal_is_whole_is_sound(path: Path) -> None:
    assert wal(path).exists()
    assert run(path, "check").output.endswith("The store is sound.\n")


def test_a_lost_commit_is_still_said_after_later_ones(path: Path) -> None:
    wal(path).unlink()
    assert run(path, "spellings", "--add", "segment", "B2C=Home").exit_code == 0
    assert "3 commits are missing" in run(path, "check").output


def test_without_the_file_beside_it_a_check_says_what_it_cannot_know(path: Path) -> None:
    wal(path).unlink()
    record_path(path).unlink()
    found = run(path, "check")
    assert found.exit_code == 0
    assert "Whether commits were lost before" in found.output


def test_a_store_that_is_one_commit_ahead_of_the_file_is_whole(path: Path) -> None:
    """The process ended between the commit and the file."""
    said = json.loads(record_path(path).read_text("utf-8"))["last"]["commit_count"]
    record(path, commit_count=said - 1)
    assert run(path, "check").exit_code == 0


def test_the_file_beside_the_store_is_for_nobody_else(path: Path) -> None:
    assert run(path, "spellings", "--add", "segment", "B2C=Home").exit_code == 0
    assert record_path(path).stat().st_mode & 0o077 == 0
    assert not list(path.parent.glob(".*.new"))
