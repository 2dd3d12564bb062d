"""Kills a process at its steps in turn, and says what was left each time.

    python -m tests.killing migration|backup|backup-to|restore FOLDER [chain]

``FOLDER`` holds what :mod:`tests.unit.test_killed_at_each_step` put there. Prints one JSON object:
how many steps there were, and each different outcome with the number of kills that had it.

Steps are the statements of a migration, and whatever the process does with files otherwise
(opens, renames, removes, makes or locks one): just before each, a child dies by SIGKILL. A first
run that nobody kills says what lies in the folder before each step: of steps that leave the same,
to the byte, the process dies before the last one only, since nothing else survives it.

``chain``: each process goes on where the one before it was killed, and is killed at its first step
that changed something for good; what was left is looked at once, when one has reached the end.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
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
# Two changes within one tick of the file system's clock have the same moment.
SURELY_LATER_NANOSECONDS = 50_000_000
MOST_KILLS = 100
WORK = ".cx.duckdb."

_digests: dict[tuple[Path, int, int, int], str] = {}


@dataclass(frozen=True)
class Killing:
    """``arm`` has something done before each step; ``look`` says what was left."""

    arm: Callable[[Callable[[], None]], None]
    act: Callable[[Path], None]
    look: Callable[[Path], str]


def main() -> None:
    killing, template = KILLINGS[sys.argv[1]], Path(sys.argv[2])
    folder = template.with_name("killed")
    if sys.argv[3:] == ["chain"]:
        count, found = _killed_again_and_again(killing, template, folder)
    else:
        count, found = _killed_once_each(killing, template, folder)
    shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps({"steps": count, "outcomes": found}))


def _killed_once_each(killing: Killing, template: Path, folder: Path) -> tuple[int, Counter[str]]:
    states = _states(killing, template, folder)
    found: Counter[str] = Counter()
    for number, state in enumerate(states):
        if number + 1 < len(states) and states[number + 1] == state:
            continue
        _copy(template, folder)
        status = _in_a_child(lambda number=number: _killed(killing, folder, number))  # type: ignore[misc]
        is_done = number + 1 == len(states)
        if os.WIFSIGNALED(status) == is_done or (is_done and status):
            sys.exit(f"step {number} of {len(states) - 1} ended with {status}")
        found[_seen(killing, folder)] += 1
    return len(states) - 1, found


def _killed_again_and_again(
    killing: Killing, template: Path, folder: Path
) -> tuple[int, Counter[str]]:
    """How many were killed, and what the last one, which nobody killed, left."""
    _copy(template, folder)
    kills = 0
    while os.WIFSIGNALED(status := _in_a_child(lambda: _killed_at_a_change(killing, folder))):
        kills += 1
        if kills > MOST_KILLS:
            sys.exit(f"{kills} processes came no further")
    if status:
        sys.exit(f"after {kills} kills one ended with {status}")
    return kills, Counter([_seen(killing, folder)])


def _seen(killing: Killing, folder: Path) -> str:
    seen = folder / "seen.txt"
    looked = _in_a_child(lambda: seen.write_text(_looked(killing, folder), "utf-8"))
    return seen.read_text("utf-8") if looked == 0 else f"looking ended with {looked}"


def _states(killing: Killing, template: Path, folder: Path) -> list[str]:
    """What lies in the folder before each step, and at the end."""
    _copy(template, folder)
    told = folder.with_name("states.json")
    status = _in_a_child(lambda: told.write_text(json.dumps(_watched(killing, folder)), "utf-8"))
    if status:
        sys.exit(f"the run that nobody kills ended with {status}")
    states: list[str] = json.loads(told.read_text("utf-8"))
    told.unlink()
    return states


def _copy(template: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)


def _watched(killing: Killing, folder: Path) -> list[str]:
    states: list[str] = []
    is_looking = False

    def note() -> None:
        nonlocal is_looking
        if not is_looking:  # reading the files is no step
            is_looking = True
            states.append(_state(folder))
            is_looking = False

    killing.arm(note)
    killing.act(folder)
    is_looking = True
    return [*states, _state(folder)]


def _state(folder: Path, *, with_work: bool = True) -> str:
    """Everything in the folder: what it is called, who may do what with it, each byte.

    ``with_work``: also what the next process begins anew (folders of unfinished work).
    """
    digest = blake2b()
    for path in sorted(folder.rglob("*")):
        if not with_work and any(it.startswith(WORK) for it in path.parts):
            continue
        content = _content_digest(path) if path.is_file() else ""
        digest.update(f"{path} {path.stat().st_mode} {content} ".encode())
    return digest.hexdigest()


def _content_digest(path: Path) -> str:
    """A file is read anew only if it was changed since, or just before it was read.

    The moment of its change (``ctime``) can't be set back, as that of its writing can.
    """
    stat = path.stat()
    key = (path, stat.st_ino, stat.st_size, stat.st_ctime_ns)
    if key in _digests:
        return _digests[key]
    read_at = time.time_ns()
    digest = blake2b(path.read_bytes()).hexdigest()
    if read_at - stat.st_ctime_ns > SURELY_LATER_NANOSECONDS:
        _digests[key] = digest
    return digest


def _killed(killing: Killing, folder: Path, number: int) -> None:
    left = number

    def count_down() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    killing.arm(count_down)
    killing.act(folder)


def _killed_at_a_change(killing: Killing, folder: Path) -> None:
    """Before its first step that finds something changed for good since its first one."""
    begun: list[str] = []

    def compare() -> None:
        state = _state(folder, with_work=False)
        begun[:] = begun or [state]
        if begun != [state]:
            os.kill(os.getpid(), signal.SIGKILL)

    killing.arm(compare)
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


def before_file_events(step: Callable[[], None]) -> None:
    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS and not (event == "open" and _is_code(arguments)):
            step()

    sys.addaudithook(hear)


def before_statements(step: Callable[[], None]) -> None:
    class Stepping:
        def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
            self._con = con

        def execute(self, sql: str, *parameters: object) -> object:
            *others, last = duckdb.extract_statements(sql)
            for each in others:
                step()
                self._con.execute(each)
            step()
            return self._con.execute(last, *parameters)

        def begin(self) -> None:
            step()
            self._con.begin()

        def commit(self) -> None:
            step()
            self._con.commit()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._con, name)

    migrate: Any = opening._migrate
    opening._migrate = lambda con, *others: migrate(Stepping(con), *others)  # type: ignore[arg-type]


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
