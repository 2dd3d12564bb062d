"""kill -9 in the middle of imports: the store must open again, with all of the batch or nothing.

    python benchmarks/kills.py [--rows 30000] [--rounds 20]

A process imports a file into a store that holds an earlier batch, and is killed at one of ten
points: in reading, validating, storing and counting, and just around the commit. Then the store is
opened, checked, and the file imported again, which must add nothing twice. Every answer of 3 or
less opens a case whose owner is told by mail: answers, cases and mails are all there, or all not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from cxdata.access.rights import Right, Subject, grant  # noqa: E402
from cxdata.config import SETTINGS_VARIABLE  # noqa: E402
from cxdata.ingest import check_store, import_file  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

# A stage, and between which shares of the stage's own time the process is killed.
POINTS = (
    ("reading", 0.0, 0.5),
    ("reading", 0.5, 1.0),
    ("validating", 0.0, 0.5),
    ("validating", 0.5, 1.0),
    ("storing", 0.0, 0.5),
    ("storing", 0.5, 1.0),
    ("counting", 0.0, 1.0),
    ("committing", 0.0, 0.5),
    ("committing", 0.5, 1.5),
    ("done", 0.0, 0.0),
)
SEED = 20261122
# Nothing leaves in this benchmark: only the outbox is looked at.
MAIL_SETTINGS = """[mail]
sender = "cx@example.org"
server = "127.0.0.1"
allowed = ["example.org"]
"""
OWNERS = 7
KEPT_ROWS = 1_000  # of the batch that is there before


@dataclass(frozen=True)
class Outcome:
    """What a killed import left: how many of its rows, and what was wrong with the store."""

    row_count: int
    problems: tuple[str, ...]
    added_again: int


def main() -> None:
    options = _options()
    if options.store:
        _import_and_tell(options.store, options.file)
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.toml").write_text(MAIL_SETTINGS, "utf-8")
        os.environ[SETTINGS_VARIABLE] = str(folder / "settings.toml")
        spans = _spans(folder, options.rows)
        print(", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in spans.items()))
        wrong, draw = 0, Random(SEED)
        for stage, low, high in POINTS:
            seconds = [
                draw.uniform(low, high) * spans.get(stage, 0.0) for _ in range(options.rounds)
            ]
            outcomes = [killed_import(folder, options.rows, stage, each) for each in seconds]
            wrong += sum(not _is_right(outcome, options.rows) for outcome in outcomes)
            left = Counter("all" if each.row_count else "nothing" for each in outcomes)
            print(f"{stage:10} {low:4.0%} to {high:4.0%}: {dict(left)}", flush=True)
    print(f"{len(POINTS) * options.rounds} kills, {wrong} wrong")


def killed_import(folder: Path, row_count: int, stage: str, seconds: float) -> Outcome:
    """An import of ``row_count`` rows that is killed some seconds after a stage began."""
    store_path, file = prepared(folder, row_count)
    with _started(store_path, file) as process:
        _wait_for(process, stage)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
    return _outcome(store_path, file)


def prepared(folder: Path, row_count: int) -> tuple[Path, Path]:
    """A new store with one batch, and a file of other rows."""
    template, path = folder / "template.duckdb", folder / "cx.duckdb"
    if not template.exists():
        store = Store.open(template)
        store.change_settings({"cases.most_at_once": 100_000})
        import_file(
            store, _accounts(folder / "accounts.csv", KEPT_ROWS + row_count), kind="customers"
        )
        for number in range(OWNERS):
            owner = Subject("person", f"o{number}@example.org")
            grant(store, Right(owner, "manager", may_see_people=True))
        import_file(store, _written(folder / "earlier.csv", 0, KEPT_ROWS))
        store.close()
    for old in folder.glob("cx.duckdb*"):
        old.unlink()
    shutil.copy(template, path)
    return path, _written(folder / "file.csv", KEPT_ROWS, row_count)


def _is_right(outcome: Outcome, row_count: int) -> bool:
    is_whole = outcome.row_count in (0, row_count)
    return (
        is_whole and not outcome.problems and outcome.added_again + outcome.row_count == row_count
    )


def _outcome(store_path: Path, file: Path) -> Outcome:
    store = Store.open(store_path)
    try:
        before = _count(store)
        problems = [*map(str, check_store(store)), *_case_problems(store)]
        report = import_file(store, file)
        problems += [*map(str, check_store(store)), *_case_problems(store)]
        added = _count(store) - before
        if added != report.accepted_count and report.batch_id is not None:
            problems.append(f"{report.accepted_count} rows were reported, {added} added")
        return Outcome(before - KEPT_ROWS, tuple(problems), added)
    finally:
        store.close()


def _case_problems(store: Store) -> list[str]:
    """What is wrong between the answers of 3 or less and their cases."""
    with store.cursor() as con:
        answers, cases, known = con.execute(
            """select (select count(*) from responses where nps_score <= 3),
                (select count(*) from cases),
                (select count(distinct response_id) from cases where response_id in (
                    select response_id from responses where nps_score <= 3))"""
        ).fetchall()[0]
        told, mails, batches = con.execute(
            """select (select count(*) from cases as kase join (
                    select unnest(cast(letter ->> '$.about' as json)::varchar[]) as case_id
                    from mails) as mail using (case_id)),
                (select count(*) from mails),
                (select count(distinct batch_id) from cases)"""
        ).fetchall()[0]
    is_right = answers == cases == known == told and mails == batches * OWNERS
    said = (
        f"{answers} low answers, {cases} cases, {known} of them of these, {told} in {mails} mails"
    )
    return [] if is_right else [said]


def _accounts(path: Path, count: int) -> Path:
    rows = (f"C{number},2020-01-01,o{number % OWNERS}@example.org\n" for number in range(count))
    path.write_text("customer_id,started_on,owner_email\n" + "".join(rows), "utf-8")
    return path


def _count(store: Store) -> int:
    with store.cursor() as con:
        return int(con.execute("select count(*) from responses").fetchall()[0][0])


def _written(path: Path, first: int, count: int) -> Path:
    if not path.exists():
        rows = (
            f"R{number},C{number},2026-01-{number % 28 + 1:02} 10:00:00,{number % 11},"
            f"trop long d{number}\n"
            for number in range(first, first + count)
        )
        header = "response_id,customer_id,responded_at,nps_score,comment\n"
        path.write_text(header + "".join(rows), "utf-8")
    return path


def _started(store_path: Path, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--store", str(store_path), "--file", str(file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _wait_for(process: subprocess.Popen[str], stage: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if line.strip() == stage:
            return


def _spans(folder: Path, row_count: int) -> dict[str, float]:
    """How long each stage takes when nobody kills it."""
    began: dict[str, float] = {}
    with _started(*prepared(folder, row_count)) as process:
        assert process.stdout
        for line in process.stdout:
            began[line.strip()] = time.perf_counter()
    names = list(began)
    return {name: began[after] - began[name] for name, after in pairwise(names)}


def _import_and_tell(store_path: Path, file: Path) -> None:
    """Say each stage as it begins; counting's end is where the commit begins."""
    said: set[str] = set()

    def say(stage: str, done: float) -> None:
        name = "committing" if stage == "counting" and done == 1.0 else stage
        if name not in said:
            said.add(name)
            print(name, flush=True)

    store = Store.open(store_path)
    import_file(store, file, on_progress=say)
    print("done", flush=True)
    store.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill imports and look at what they left.")
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--store", type=Path, help="only import into this store, and tell")
    parser.add_argument("--file", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
