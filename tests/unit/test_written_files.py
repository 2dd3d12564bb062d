"""What the program writes never goes in the place of anything else: every command, every place."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cxdata import cli, files
from cxdata.errors import FileError
from cxdata.files import refuse_if_taken, write_file
from cxdata.ingest import import_file
from cxdata.store.connection import Store

PROJECT = Path(__file__).parents[2]
ANSWERS = "response_id;responded_at;nps_score\n1;2026-01-05;10\n2;2026-01-06;12\n"
# How each command is called so that it writes to a place.
WRITING = {
    ("import", "refused_path"): ["import", "{source}", "--refused", "{target}"],
    ("backup", "target"): ["backup", "{target}"],
    ("template", "output"): ["template", "contacts", "--output", "{target}"],
    ("export", "files"): ["export", "{target}", "--format", "xlsx", "--sections", "pyramid"],
    ("decisions", "ics_path"): ["decisions", "--ics", "{target}"],
    ("person", "output"): ["person", "export", "1", "--output", "{target}"],
}
# A folder into which a command writes under names of its own (tests/unit/test_backups.py).
FOLDERS = {("backup", "folder"), ("restore", "folder")}
# Paths that are only read, each with a call.
READING = {
    ("import", "files"): ["import", "{target}"],
    ("restore", "source"): ["restore", "{target}"],
    ("export", "template"): ["export", "new.pptx", "--template", "{target}"],
    ("export", "logo"): ["export", "new.pptx", "--logo", "{target}"],
    ("serve", "login"): ["serve", "--login", "{target}"],
}
# What no command may be able to write over.
TAKEN = (
    *("store", "wal", "source", "file", "folder", "device", "dangling", "unwritable", "nowhere"),
    *("link to store", "link to wal", "link to source", "link to file", "link to folder"),
    *("hard link to store", "hard link to wal", "hard link to source", "dotted store"),
)
NEVER = tuple(place for place in TAKEN if place not in ("file", "link to file"))


@dataclass
class House:
    """A folder with a store that has data and a log, a source, and places that are taken."""

    folder: Path
    store: Path
    source: Path

    def place(self, name: str) -> Path:
        known = {
            "store": self.store,
            "wal": self.store.with_name("cx.duckdb.wal"),
            "source": self.source,
            "file": self.folder / "letter.txt",
            "folder": self.folder / "sub",
            "device": Path(os.devnull),
            "dangling": self.folder / "dangling",
            "unwritable": self.folder / "letter.txt" / "refused.csv",
            "nowhere": self.folder / "nowhere" / "refused.csv",
            "dotted store": self.folder / "sub" / ".." / "cx.duckdb",
        }
        if name in known:
            return known[name]
        kind, target = name.split(" to ")
        made = self.folder / f"{kind} {target}".replace(" ", "-")
        (made.symlink_to if kind == "link" else made.hardlink_to)(known[target])
        return made

    def bytes(self) -> dict[str, bytes]:
        """Of each file by its path, the store's own ones among them; but for the log."""
        return {
            str(each.relative_to(self.folder)): each.read_bytes()
            for each in sorted(self.folder.rglob("*"))
            if each.is_file() and not {".backups", "logs"} & set(each.parts)
        }


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    source = tmp_path / "answers.csv"
    source.write_text(ANSWERS, "utf-8")
    (tmp_path / "letter.txt").write_text("keep me", "utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    store = Store.open(tmp_path / "cx.duckdb")
    import_file(store, source)
    house = House(tmp_path, store.path, source)
    assert house.place("wal").stat().st_size > 0
    yield house
    store.close()


def run(house: House, words: list[str], target: Path) -> Result:
    filled = [word.format(source=house.source, target=target) for word in words]
    return CliRunner().invoke(cli.main, [*filled, "--store", str(house.store)])


def path_parameters() -> set[tuple[str, str]]:
    """Every parameter of a command that names a file or folder, but for the store's own."""
    found = set()
    for name, command in cli.main.commands.items():
        for parameter in command.params:
            is_path = isinstance(parameter.type, click.Path | click.File)
            names = {"FILE", "PATH", "FOLDER", "DIR", "DIRECTORY"}
            said = (parameter.metavar or "").replace("[", "").replace("]", "").rstrip(".").upper()
            if (is_path or said in names) and parameter.name != "store_path":
                found.add((name, str(parameter.name)))
    return found


def test_every_path_of_the_command_line_is_tried_here() -> None:
    assert path_parameters() == {*WRITING, *READING, *FOLDERS}


def is_one_sentence(result: Result) -> bool:
    lines = result.stderr.strip().splitlines()
    return result.exit_code == 1 and len(lines) == 1 and "Traceback" not in result.output


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (words, place)
        for words in WRITING.values()
        for place in TAKEN
        if (words[0], place) != ("backup", "nowhere")  # a backup makes its folder
    ],
    ids=lambda it: it if isinstance(it, str) else it[0],
)
def test_no_command_writes_where_something_is(house: House, words: list[str], place: str) -> None:
    target = house.place(place)
    before = house.bytes()
    result = run(house, words, target)
    assert is_one_sentence(result), result.output
    assert house.bytes() == before


@pytest.mark.parametrize("place", NEVER)
def test_even_with_force_nothing_of_the_store_or_the_source_is_replaced(
    house: House, place: str
) -> None:
    target = house.place(place)
    before = house.bytes()
    result = run(house, [*WRITING["import", "refused_path"], "--force"], target)
    assert is_one_sentence(result), result.output
    assert house.bytes() == before


@pytest.mark.parametrize("place", ["store", "wal", "file", "folder", "dangling", "nowhere"])
def test_what_can_not_be_imported_stays_as_it_was(house: House, place: str) -> None:
    target = house.place(place)
    before = house.bytes()
    result = run(house, READING["import", "files"], target)
    assert is_one_sentence(result), result.output
    assert house.bytes() == before


@pytest.mark.parametrize("place", ["file", "folder", "dangling", "nowhere"])
def test_what_can_not_be_restored_leaves_the_store_and_itself(house: House, place: str) -> None:
    target = house.place(place)
    before = house.bytes()
    result = run(house, READING["restore", "source"], target)
    assert is_one_sentence(result), result.output
    assert {name: house.bytes()[name] for name in ("letter.txt", "answers.csv")} == {
        name: before[name] for name in ("letter.txt", "answers.csv")
    }
    with Store.open(house.store).cursor() as con:
        assert con.execute("select count(*) from batches").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["letter.txt", "link-file"])
def test_force_replaces_another_file_also_through_a_link(house: House, name: str) -> None:
    target = house.place("file" if name == "letter.txt" else "link to file")
    result = run(house, [*WRITING["import", "refused_path"], "--force"], target)
    assert "12" in (house.folder / "letter.txt").read_text("utf-8-sig"), result.output
    assert target.is_symlink() == (name == "link-file")


def test_a_new_file_can_be_read_by_its_owner_alone(house: House) -> None:
    target = house.folder / "sub" / "refused.csv"
    run(house, WRITING["import", "refused_path"], target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(each.name for each in target.parent.iterdir()) == ["refused.csv"]


def test_nothing_is_imported_if_the_refused_rows_have_no_place(house: House) -> None:
    other = house.folder / "others.csv"
    other.write_text(ANSWERS.replace("2026-01-0", "2026-02-0"), "utf-8")
    result = run(house, ["import", str(other), "--refused", "{target}"], house.place("file"))
    assert result.stdout == ""
    with Store.open(house.store).cursor() as con:
        assert con.execute("select count(*) from batches").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["cx.duckdb.wal", "CX.DuckDB.WAL", "cx.duckdb.tmp"])
@pytest.mark.parametrize("may_replace", [False, True])
def test_no_file_is_made_that_would_be_read_beside_the_store(
    tmp_path: Path, name: str, may_replace: bool
) -> None:
    with pytest.raises(FileError, match="belongs to the store"):
        refuse_if_taken(tmp_path / name, tmp_path / "cx.duckdb", may_replace=may_replace)
    refuse_if_taken(tmp_path / "cx.duckdb.bak", tmp_path / "cx.duckdb")
    refuse_if_taken(tmp_path / "cx.csv", tmp_path / "cx.duckdb")


@pytest.mark.parametrize("name", ["cx.duckdb", "cx.duckdb.anything", "cx.before-restore-1.duckdb"])
def test_what_lies_beside_the_store_under_its_name_is_never_replaced(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"old")
    with pytest.raises(FileError, match="belongs to the store"):
        write_file(tmp_path / name, b"new", store=tmp_path / "cx.duckdb", may_replace=True)
    assert (tmp_path / name).read_bytes() == b"old"


def test_relative_paths_and_a_linked_store_are_seen_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "cx.duckdb").write_bytes(b"old")
    (tmp_path / "link.duckdb").symlink_to(tmp_path / "real" / "cx.duckdb")
    monkeypatch.chdir(tmp_path / "real")
    for target in ("cx.duckdb", "./cx.duckdb", "../link.duckdb", "cx.duckdb.wal"):
        with pytest.raises(FileError, match="belongs to the store"):
            refuse_if_taken(target, tmp_path / "link.duckdb", may_replace=True)


def test_what_comes_to_the_place_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "refused.csv"
    monkeypatch.setattr(files, "refuse_if_taken", lambda *place, **said: target.write_bytes(b"a"))
    with pytest.raises(FileError, match="There is already a file"):
        write_file(target, b"b", store=None)
    assert target.read_bytes() == b"a"
    assert [*tmp_path.iterdir()] == [target]


def test_a_full_disk_leaves_what_was_there_and_says_so(tmp_path: Path) -> None:
    """Files may have 1,000 bytes in a process of its own: the system's own refusal."""
    target = tmp_path / "refused.csv"
    target.write_bytes(b"old")
    program = f"""
import resource, signal
from cxdata.errors import FileError
from cxdata.files import write_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_file({str(target)!r}, bytes(5000), store=None, may_replace=True)
except FileError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=True
    )
    assert "can't be written. Check that its folder exists" in done.stdout
    assert target.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [target]
