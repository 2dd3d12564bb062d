"""Whatever happened to the store's files: one sentence, what to do next, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from cxdata import cli
from cxdata.errors import StoreDamaged, StoreError
from cxdata.store import connection
from cxdata.store.backups import backup_to_file
from cxdata.store.connection import Store, restore_store
from tests.stores import add, answers, calls, customers

PROJECT = Path(__file__).parents[2]
BLOCK = 262_144
SHOWN = (("show", "nps"), ("show", "response-time"), ("show", "churn-cost"), ("batches",))
IMPORTED = "response_id,responded_at,nps_score\nR1,2026-01-05 10:00:00,9\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store and a backup of it."""
    folder = tmp_path_factory.mktemp("whole")
    store = Store.open(folder / "cx.duckdb")
    add(store, customers(30, 5), "customers")
    add(store, answers([0, 5, 9, 10] * 200, comment="late again " * 8), "responses")
    add(store, calls([10, 500] * 200), "contacts")
    store.change_settings({"response_time.call.goal": 0.9})
    backup_to_file(store, folder / "backup.duckdb")
    store.close()
    return folder


@pytest.fixture(scope="module")
def nps_of_whole(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a copy of the whole store shows."""
    copied = shutil.copytree(whole, tmp_path_factory.mktemp("shown") / "own")
    return run(copied / "cx.duckdb", "show", "nps", "--json").stdout


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "own")
    return tmp_path / "own" / "cx.duckdb"


def run(place: Path, *arguments: object) -> Result:
    """One command as its own process would run it: the store isn't open already."""
    result = CliRunner().invoke(cli.main, ["--store", str(place), *map(str, arguments)])
    for store in list(connection._open_stores.values()):
        store.close()
    return result


def sentence(result: Result) -> str:
    """What a refused command says: one line, and nothing of the code behind it."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    [line] = result.stderr.strip().splitlines()[-1:]
    assert line.endswith(".")
    return line


def cut(place: Path) -> None:
    with place.open("r+b") as file:
        file.truncate(place.stat().st_size // 2)


def flip(place: Path, first: int, step: int) -> None:
    content = bytearray(place.read_bytes())
    for position in range(first, len(content), step):
        content[position] ^= 0x10
    place.write_bytes(content)


def put_a_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def sql(text: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        with duckdb.connect(str(place)) as con:
            con.execute(text)

    return change


def put_a_log(content: bytes, ending: str = ".wal") -> Callable[[Path], None]:
    return lambda place: place.with_name(place.name + ending).write_bytes(content) and None


def put_anothers_log(place: Path) -> None:
    """The change log of another store, as a killed process leaves it."""
    other = place.with_name("other.duckdb")
    leaving = (
        "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]); con.execute('create table t "
        "as select 1 as x'); con.execute('checkpoint'); con.execute('insert into t values (2)'); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", leaving, str(other)], check=False)
    shutil.move(f"{other}.wal", f"{place}.wal")


SETTING = "('response_time.call.goal', '0.8', {value}, now()::timestamp, null, null, 99)"
DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut in half": (cut, "damaged"),
    "30 bytes": (lambda place: os.truncate(place, 30), "damaged"),
    "one block": (lambda place: os.truncate(place, 12_288 + BLOCK), "damaged"),
    "empty": (lambda place: os.truncate(place, 0), "no byte"),
    "zeroed": (
        lambda place: place.write_bytes(bytes(place.stat().st_size)) and None,
        "not a store",
    ),
    "a text": (lambda place: place.write_text("hello") and None, "not a store"),
    "head flipped": (lambda place: flip(place, 8, 10**9), "not a store"),
    "all blocks flipped": (lambda place: flip(place, 20_000, BLOCK // 4), "damaged"),
    "a folder": (put_a_folder, "is a folder"),
    "no store_info": (sql("drop table store_info"), "not a store"),
    "empty store_info": (sql("delete from store_info"), "damaged"),
    "two store_info": (
        sql("insert into store_info select * replace (9002 as schema_version) from store_info"),
        "damaged",
    ),
    "version 3": (sql("update store_info set schema_version = 3"), "brought up to date"),
    "version 9001": (sql("update store_info set schema_version = 9001"), "newer version"),
    "no data version": (
        sql("alter table store_info rename data_version to other"),
        "data_version is missing",
    ),
    "no batches": (sql("drop table batches"), "batches is missing"),
    "no view": (sql("drop view responses"), "responses is missing"),
    "no day table": (sql("drop table answer_days"), "answer_days is missing"),
    "no column": (
        sql("alter table answer_days drop column promoter_count"),
        "answer_days.promoter_count is missing",
    ),
    "settings no JSON": (
        sql(f"insert into settings_history values {SETTING.format(value=repr('{bad'))}"),
        "settings_history can't be read",
    ),
    "foreign log": (put_anothers_log, "change log"),
    "rubbish log": (put_a_log(b"rubbish" * 50), "change log"),
    "zeroed log": (put_a_log(bytes(5000)), "change log"),
    "rubbish checkpoint log": (put_a_log(b"rubbish", ".wal.checkpoint"), "change log"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_said_in_one_sentence_and_a_backup_brings_all_back(
    place: Path, damage: str, nps_of_whole: str
) -> None:
    act, said = DAMAGES[damage]
    act(place)
    (place.parent / "more.csv").write_text(IMPORTED)
    commands = (*SHOWN, ("import", place.parent / "more.csv"))
    results = [run(place, *each) for each in commands]
    checked = run(place, "check")  # which may say more than one sentence
    assert checked.exit_code == 1
    assert "Traceback" not in checked.output
    refused = [each for each in results if each.exit_code]
    assert refused
    assert all(said in sentence(each) for each in refused)
    if damage == "a folder":
        place.rmdir()
    restored = run(place, "restore", place.parent / "backup.duckdb")
    assert restored.exit_code == 0, restored.output
    assert run(place, "show", "nps", "--json").stdout == nps_of_whole
    assert run(place, "check").exit_code == 0
    assert not list(place.parent.glob("cx.duckdb.wal*"))
    assert damage == "a folder" or list(place.parent.glob("cx.before-restore-*.duckdb"))


BAD_BACKUPS: dict[str, Callable[[Path], None]] = {
    name: DAMAGES[name][0]
    for name in (
        *("cut in half", "30 bytes", "empty", "zeroed", "a text", "all blocks flipped"),
        *("no store_info", "version 3", "settings no JSON", "foreign log", "rubbish log"),
    )
}


@pytest.mark.parametrize("damage", BAD_BACKUPS)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(place: Path, damage: str) -> None:
    backup = place.parent / "backup.duckdb"
    BAD_BACKUPS[damage](backup)
    before = {it.name: it.read_bytes() for it in place.parent.glob("cx.*")}
    assert "damaged" in sentence(run(place, "restore", backup))
    assert {it.name: it.read_bytes() for it in place.parent.glob("cx.*")} == before
    assert not [it for it in place.parent.iterdir() if it.name.startswith(".cx.duckdb.")]


def test_a_backup_of_a_newer_version_is_refused(place: Path) -> None:
    backup = place.parent / "backup.duckdb"
    sql("update store_info set schema_version = 9001, product_version = '9.9'")(backup)
    assert "Install version 9.9 or later" in sentence(run(place, "restore", backup))


def test_a_stale_log_is_never_replayed_into_a_restored_store(
    place: Path, nps_of_whole: str
) -> None:
    """A process that was killed after the backup left its commits beside the store."""
    leaving = (
        "import os, sys; from cxdata.store.connection import Store; "
        "from cxdata.ingest import import_file; store = Store.open(sys.argv[1]); "
        "import_file(store, sys.argv[2]); os.kill(os.getpid(), 9)"
    )
    (place.parent / "more.csv").write_text(IMPORTED)
    subprocess.run(
        [sys.executable, "-c", leaving, str(place), str(place.parent / "more.csv")],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    assert place.with_name("cx.duckdb.wal").stat().st_size
    cut(place)
    assert run(place, "restore", place.parent / "backup.duckdb").exit_code == 0
    assert run(place, "show", "nps", "--json").stdout == nps_of_whole
    [aside] = place.parent.glob("cx.before-restore-*.duckdb")
    assert aside.with_name(aside.name + ".wal").exists()


def test_a_restored_store_that_is_open_goes_on_with_the_restored_data(place: Path) -> None:
    store = Store.open(place)
    version, state = store.data_version, store.state
    add(store, answers([0] * 50, survey="transactional"), "responses")
    restore_store(place, place.parent / "backup.duckdb")
    assert Store.open(place) is store
    with store.cursor() as con:
        assert con.sql("select count(*) from responses").fetchall() == [(800,)]
    assert store.data_version > version + 1
    assert store.state != state
    add(store, answers([10], survey="benchmark"), "responses")
    store.close()


def test_a_store_that_was_deleted_takes_nothing_more_and_its_data_can_be_saved(
    place: Path,
) -> None:
    store = Store.open(place)
    for left in place.parent.glob("cx.duckdb*"):
        left.unlink()
    with pytest.raises(StoreDamaged, match="deleted or replaced"):
        add(store, answers([1], survey="benchmark"), "responses")
    backup_to_file(store, place.parent / "rescued.duckdb")
    restore_store(place, place.parent / "rescued.duckdb")
    add(store, answers([1], survey="benchmark"), "responses")
    with store.cursor() as con:
        assert con.sql("select count(*) from responses").fetchall() == [(801,)]
    store.close()


def test_a_store_whose_log_alone_is_left_is_not_replaced_by_an_empty_one(place: Path) -> None:
    put_a_log(b"d\x00b left")(place)
    place.unlink()
    assert "is gone" in sentence(run(place, "batches"))
    assert not place.exists()


# What an import does when no file may grow: as on a full disk.
FILLING = """
import resource, signal, sys
from click.testing import CliRunner
from cxdata import cli
from cxdata.store.connection import Store
place, file, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
Store.open(place).close()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
result = CliRunner().invoke(cli.main, ["--store", place, *sys.argv[4:], file])
sys.stdout.write(result.stderr)
assert result.exit_code == 1 and isinstance(result.exception, SystemExit), repr(result.exception)
"""


@pytest.mark.parametrize("command", [("import",), ("backup",), ("restore",)])
def test_a_full_disk_is_said_and_the_store_stays(
    place: Path, command: tuple[str, ...], nps_of_whole: str
) -> None:
    file = place.parent / "more.csv"
    file.write_text(
        "response_id,responded_at,nps_score,comment\n"
        + "".join(f"N{n},2026-01-05 10:00:00,9,{n} {n**9}\n" for n in range(20_000))
    )
    argument = {"backup": "full.duckdb", "restore": "backup.duckdb"}.get(command[0], "more.csv")
    told = subprocess.run(
        [sys.executable, "-c", FILLING, place, place.parent / argument, "300000", *command],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "full" in told.stdout or "can't be written" in told.stdout
    assert run(place, "show", "nps", "--json").stdout == nps_of_whole
    assert run(place, "check").exit_code == 0
    assert not (place.parent / "full.duckdb").exists()


AS_NOBODY = """
import json, os, sys
import cxdata.cli, cxdata.cli.showing, cxdata.store.backups, cxdata.ingest, polars
from click.testing import CliRunner
if sys.argv[1] == "yes":
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
told = []
for words in json.loads(sys.argv[2]):
    result = CliRunner().invoke(cxdata.cli.main, words)
    is_told = result.exception is None or isinstance(result.exception, SystemExit)
    told.append((result.exit_code, result.stderr if is_told else "Traceback"))
print(json.dumps(told))
"""


def as_nobody(*commands: tuple[str, ...]) -> list[tuple[int, str]]:
    """Run as a user without rights, where this one has all: how each ends, and what it says."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    run = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, "yes" if is_root else "no", json.dumps(commands)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [(code, said) for code, said in json.loads(run.stdout)]


# Of the store and of its folder.
CLOSED_MODES = ((0o444, 0o755), (0o000, 0o755), (0o644, 0o555), (0o600, 0o000))


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[list[Path]]:
    """A store that may not be read or written for each of the modes."""
    places = [tmp_path / f"closed{number}" / "cx.duckdb" for number in range(len(CLOSED_MODES))]
    for place, (mode, folder_mode) in zip(places, CLOSED_MODES, strict=True):
        Store.open(place).close()
        place.chmod(mode)
        place.parent.chmod(folder_mode)
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.name.startswith(("pytest", "popen", "test")):
            parent.chmod(parent.stat().st_mode | 0o055)
    yield places
    for place in places:
        place.parent.chmod(0o700)


def test_what_may_not_be_read_or_written_is_said(closed: list[Path]) -> None:
    """One process for all: to start it takes longer than what it does."""
    words = (("batches",), ("check",), ("restore", "--list"))
    commands = [("--store", str(place), *each) for place in closed for each in words]
    told = as_nobody(*commands)
    assert len(told) == len(commands)
    for command, (code, said) in zip(commands, told, strict=True):
        assert "Traceback" not in said, command
        if command[2:] != ("restore", "--list"):
            assert code == 1, (command, said)
            assert "can't be written" in said or "can't be read" in said, command


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cx.duckdb"
    store = Store.open(path)
    add(store, answers([1, 2]), "responses")
    backup_to_file(store, tmp_path / "new" / "copies" / "copy.duckdb")
    found = {it.name: it.stat().st_mode & 0o777 for it in path.parent.rglob("*")}
    store.close()
    assert "cx.duckdb.wal" in found
    assert {mode for name, mode in found.items() if ".duckdb" in name} == {0o600}
    assert {found["copies"], found[".backups"], path.parent.stat().st_mode & 0o777} == {0o700}


def test_a_store_of_before_is_taken_from_the_others(place: Path) -> None:
    place.chmod(0o644)
    Store.open(place).close()
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_open_to_all_is_said_by_check(place: Path) -> None:
    assert "open to all" not in run(place, "check").stderr
    place.parent.chmod(0o777)
    assert "open to all" in run(place, "check").stderr


def test_after_a_fatal_error_the_store_is_opened_anew(place: Path) -> None:
    store = Store.open(place)
    with pytest.raises(StoreError), store.cursor():
        raise duckdb.FatalException("FATAL Error: database has been invalidated")
    with store.cursor() as con:
        assert con.sql("select count(*) from responses").fetchall() == [(800,)]
    store.close()


def test_a_mistake_in_the_code_is_not_blamed_on_the_store(place: Path) -> None:
    store = Store.open(place)
    with pytest.raises(duckdb.CatalogException), store.cursor() as con:
        con.execute("select * from no_such_table")
    store.close()
