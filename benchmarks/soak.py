"""Twenty minutes of everything at once: pages, imports, undoing, settings, backups.

    python benchmarks/soak.py [--sessions 20] [--minutes 20] [--rows 100000] [--every 120]

A server on a copy of the sample data, with ``--sessions`` readers that open every page, part and
list (see ``stress_lists.py``). In the server's own process a writer takes in a file of ``--rows``
answers every ``--every`` seconds, changes a setting, makes a backup, and undoes the import of the
round before; a watcher asks for the NPS all the time. A figure is torn if its classes don't add
up, or if it has another number of answers than before or after the import that is running.

Exit code 1 if anything was torn, failed, hung or showed a fault. The memory of the process is
printed at each round, after a collection: it has to stay flat.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from servers import FIRST_PORT, FOLDER, PROJECT, SAMPLE, report, run
from stress_lists import FAULT_IN_LOG, Seen, _end, _wait_until_healthy, visit_for

SETTLE_SECONDS = 5
LEFT_ROUNDS = 2  # imports that stay in the store at a time


@dataclass
class Told:
    """What the process of the server saw of itself."""

    rounds: int = 0
    figures: int = 0
    torn: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def answers_file(round_number: int, rows: int) -> bytes:
    """A file whose rows are in no other round."""
    first = datetime(2026, 1, 5, 8, tzinfo=UTC)
    lines = ["response_id;responded_at;nps_score;segment;comment"]
    for number in range(rows):
        moment = first + timedelta(minutes=number % 200_000)
        lines.append(
            f"soak-{round_number}-{number};{moment:%Y-%m-%d %H:%M};{number % 11};"
            f"Premium;Delivery {number % 97} was late"
        )
    return "\n".join(lines).encode()


class Work:
    """The writer and the watcher in the server's process."""

    def __init__(self, store_path: Path, told_path: Path, rows: int, every: float) -> None:
        self.store_path, self.told_path, self.rows, self.every = store_path, told_path, rows, every
        self.told, self.allowed = Told(), {0}

    def start(self) -> None:
        for work in (self.write, self.watch):
            threading.Thread(target=self.guarded, args=(work,), daemon=True).start()

    def guarded(self, work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:
            self.told.failed.append(f"{type(error).__name__}: {error}"[:300])
            self.tell()
            raise

    def write(self) -> None:
        from cxdata.ingest import import_file, undo_batch
        from cxdata.store.backups import backup_to_file
        from cxdata.store.connection import Store

        time.sleep(SETTLE_SECONDS)
        store, taken = Store.open(self.store_path), []
        while True:
            began = time.monotonic()
            number = self.told.rounds
            now = self.count()
            self.allowed = {now, now + self.rows}
            made = import_file(store, answers_file(number, self.rows), file_name=f"{number}.csv")
            taken.append(made.batch_id)
            store.change_settings({"answers.small_base_count": 30 + number % 2})
            target = self.store_path.with_name(f"backup-{number}.duckdb")
            backup_to_file(store, target)
            target.unlink()
            if len(taken) > LEFT_ROUNDS:
                now = self.count()
                self.allowed = {now, now - self.rows}
                undo_batch(store, taken.pop(0))
            gc.collect()
            self.told.megabytes.append(round(psutil.Process().memory_info().rss / 1e6))
            self.told.rounds += 1
            self.tell()
            time.sleep(max(0.0, self.every - (time.monotonic() - began)))

    def watch(self) -> None:
        time.sleep(SETTLE_SECONDS / 2)
        self.allowed = {self.count()}
        while True:
            before = set(self.allowed)
            row = self.figure()
            seen = row["promoter_count"] + row["passive_count"] + row["detractor_count"]
            if seen != row["answer_count"]:
                self.told.torn.append(f"{seen} of {row['answer_count']}")
            elif row["answer_count"] not in before | self.allowed:
                self.told.torn.append(f"{row['answer_count']}, not one of {sorted(before)}")
            self.told.figures += 1
            time.sleep(0.1)

    def figure(self) -> dict[str, int]:
        from cxdata.metrics.nps.score import nps_summary
        from cxdata.models import Filters
        from cxdata.store.connection import Store

        return nps_summary(Store.open(self.store_path), Filters()).row(0, named=True)

    def count(self) -> int:
        return self.figure()["answer_count"]

    def tell(self) -> None:
        self.told_path.write_text(json.dumps(asdict(self.told)))


def serve(options: argparse.Namespace) -> None:
    """The server's process: the work beside it, then Streamlit as ever."""
    from streamlit.web.cli import main as streamlit

    sys.path[0] = str(PROJECT)  # benchmarks/pages.py is not the package of pages
    Work(options.serve, options.told, options.rows, options.every).start()
    sys.argv = ["streamlit", "run", "app.py", "--server.port", str(options.port)]
    sys.exit(streamlit())


def soak(options: argparse.Namespace) -> bool:
    log = FOLDER / "soak.log"
    seen = Seen()
    options.seconds = options.minutes * 60
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as output:
        store, told = Path(folder) / "cx.duckdb", Path(folder) / "told.json"
        shutil.copyfile(SAMPLE, store)
        command = [sys.executable, __file__, "--serve", str(store), "--told", str(told)]
        command += ["--port", str(options.port), "--rows", str(options.rows)]
        command += ["--every", str(options.every)]
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | {"CXDATA_STORE": str(store)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        hung = ""
        try:
            _wait_until_healthy(process, options.port, log)
            slowest = asyncio.run(visit_for(options, seen))
        except TimeoutError as error:
            hung, slowest = str(error), 0.0
        finally:
            _end(process)
        found = Told(**json.loads(told.read_text()))
    faults = FAULT_IN_LOG.findall(log.read_text("utf-8", "replace"))
    row = {
        "hung": hung or "no",
        "visits": seen.visits,
        "lists": seen.lists,
        "faults": len(seen.faults),
        "errors in the log": len(faults),
        "rounds": found.rounds,
        "figures": found.figures,
        "torn": len(found.torn),
        "failed": "; ".join(found.failed) or "no",
        "MB": " ".join(f"{it:.0f}" for it in found.megabytes),
        "slowest /health, s": slowest,
        "slowest run, s": seen.slowest_seconds,
    }
    for problem in (*dict.fromkeys(seen.faults), *dict.fromkeys(found.torn)):
        print(problem, file=sys.stderr)
    report("soak", list(row), [row])
    return not (hung or seen.faults or faults or found.torn or found.failed) and found.rounds > 1


def main() -> None:
    parser = argparse.ArgumentParser(description="Everything at once, for long.")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--every", type=float, default=120, help="seconds from import to import")
    parser.add_argument("--port", type=int, default=FIRST_PORT + 20)
    parser.add_argument("--patience", type=float, default=180, help="seconds for one run")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not SAMPLE.exists():
        run("-m", "cxdata", "--store", str(SAMPLE), "sample")
    sys.exit(not soak(options))


if __name__ == "__main__":
    main()
