"""Kills a process at each of its steps in turn, and says what was left each time.

    python -m tests.killing migration|backup|backup-to|restore FOLDER

``FOLDER`` holds what :mod:`tests.unit.test_killed_at_each_step` put there. Prints one JSON object:
how many kills there were, and each different outcome with its number.

Steps are the statements of a migration, and whatever the process does with files otherwise
(opens, renames, removes, makes or locks one): just before each, a child dies by SIGKILL.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cxdata.config import Keep
from cxdata.errors import CxDataError
from cxdata.store import opening
from cxdata.store.backups import backup_to_file, backup_to_folder, known_backups
from cxdata.store.connection import Store, restore_store
from cxdata.store.files import COMMITTED_ENDING, beside, parts

FILE_EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate"}
FILE_EVENTS |= {"fcntl.flock", "fcntl.lockf", "shutil.copyfile", "shutil.rmtree"}
MOST_STEPS = 1_000


@dataclass(frozen=True)
class Killing:
    """``arm`` has the process die before its n-th step; ``look`` says what was left."""

    arm: Callable[[int], None]
    act: Callable[[Path], None]
    look: Callable[[Path], str]


def main() -> None:
    killing, template = KILLINGS[sys.argv[1]], Path(sys.argv[2])
    folder = template.with_name("killed")
    found: Counter[str] = Counter()
    for number in range(MOST_STEPS):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
        status = _in_a_child(lambda number=number: _armed(killing, folder, number))  # type: ignore[misc]
        is_done = not os.WIFSIGNALED(status)
        if is_done and status:
            sys.exit(f"step {number} ended with {status}")
        seen = folder / "seen.txt"
        looked = _in_a_child(lambda seen=seen: seen.write_text(_looked(killing, folder), "utf-8"))
        found[seen.read_text("utf-8") if looked == 0 else f"looking ended with {looked}"] += 1
        if is_done:
            break
    shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps({"kills": number, "outcomes": found}))


def _armed(killing: Killing, folder: Path, number: int) -> None:
    killing.arm(number)
    killing.act(folder)


def _looked(killing: Killing, folder: Path) -> str:
    try:
        return killing.look(folder)
    except CxDataError:
        kept = {it.name: it.read_text("utf-8") for it in folder.glob("cx.*")}
        return f"refused; {json.dumps(kept, sort_keys=True)}"


def _in_a_child(act: Callable[[], object]) -> int:
    """The child's status. Nothing of DuckDB or Polars may have run in this process before."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1]


def before_file_events(number: int) -> None:
    left = number

    def count_down(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in FILE_EVENTS or (event == "open" and _is_code(arguments)):
            return
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count_down)


def before_statements(number: int) -> None:
    left = number

    def count_down() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    class Dying:
        def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
            self._con = con

        def execute(self, sql: str, *parameters: object) -> object:
            *others, last = duckdb.extract_statements(sql)
            for each in others:
                count_down()
                self._con.execute(each)
            count_down()
            return self._con.execute(last, *parameters)

        def begin(self) -> None:
            count_down()
            self._con.begin()

        def commit(self) -> None:
            count_down()
            self._con.commit()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._con, name)

    migrate: Any = opening._migrate
    opening._migrate = lambda con, *others: migrate(Dying(con), *others)  # type: ignore[arg-type]


def _is_code(arguments: tuple[Any, ...]) -> bool:
    return str(arguments[0]).endswith((".py", ".pyc", ".sql", ".toml", ".so"))


def migrate(folder: Path) -> None:
    Store.open(folder / "cx.duckdb").close()


def look_at_the_store(folder: Path) -> str:
    """What the store holds, and what the copies beside it do; nothing else may lie there."""
    store = Store.open(folder / "cx.duckdb")
    with store.cursor() as con:
        said = _held(con)
    store.close()
    asides = [it for it in folder.iterdir() if ".before-" in it.name and it.suffix == ".duckdb"]
    told = []
    for aside in asides:
        has_log = bool(set(parts(aside)) - {aside, beside(aside, COMMITTED_ENDING)})
        if has_log or aside.stat().st_size < 20_000:
            told.append(f"{len(parts(aside))} files, {aside.stat().st_size} bytes")
            continue
        with duckdb.connect(str(aside), read_only=True) as con:
            told.append(_held(con))
    return f"store: {said}; aside: {told}; strays: {_strays(folder)}"


def _strays(folder: Path) -> int:
    """Work folders with something in them."""
    return sum(any(it.iterdir()) for it in folder.glob(".cx.duckdb.*"))


def _held(con: duckdb.DuckDBPyConnection) -> str:
    """The rows of the facts, and the schema version."""
    found = con.execute(
        """select (select count(*) from batches) as batches,
            (select count(*) from response_versions) as responses,
            (select schema_version from store_info) as version"""
    ).fetchall()
    return "/".join(map(str, found[0]))


def restore(folder: Path) -> None:
    restore_store(folder / "cx.duckdb", folder / "backup.duckdb")


def backup(folder: Path) -> None:
    backup_to_file(Store.open(folder / "cx.duckdb"), folder / "copies" / "copy.duckdb")


def backup_to(folder: Path) -> None:
    backup_to_folder(Store.open(folder / "cx.duckdb"), folder / "copies", Keep(1, 0, 0))


def look_at_the_copies(folder: Path) -> str:
    """Each file that has a backup's name, and how many are left half made after the next one."""
    copies = folder / "copies"
    told = []
    for each in sorted(copies.glob("*.duckdb")):
        with duckdb.connect(str(each), read_only=True) as con:
            told.append(_held(con))
    store = Store.open(folder / "cx.duckdb")
    with suppress(CxDataError):
        backup_to_file(store, copies / "next.duckdb")
    with store.cursor() as con:
        said = _held(con)
    store.close()
    strays = _strays(copies) + _strays(folder / ".backups")
    sound = [it.problem is None for it in known_backups(folder / "cx.duckdb", copies)]
    return f"store: {said}; copies: {told}; strays: {strays}; sound: {all(sound)}"


KILLINGS = {
    "migration": Killing(before_statements, migrate, look_at_the_store),
    "restore": Killing(before_file_events, restore, look_at_the_store),
    "backup": Killing(before_file_events, backup, look_at_the_copies),
    "backup-to": Killing(before_file_events, backup_to, look_at_the_copies),
}

if __name__ == "__main__":
    main()
