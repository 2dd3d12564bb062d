"""kill -9 in the middle of repairs: the store must be as damaged as before, or whole.

    python benchmarks/kills_repair.py [--kills 50]

A store is damaged in eight places that a repair mends, a process repairs it, and is killed at a
moment of its run, which begins and ends with a check. Then the store is opened and checked: of the
problems that were planted all must be there, or none. In the end the last one is repaired in peace.
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
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from cxdata.ingest import import_file  # noqa: E402
from cxdata.ingest.soundness import check_store, repair_store  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

ROWS = 1_000
SEED = 20261129
DAMAGE = """
    drop view contacts;
    create or replace view customers as select customer_id, batch_id from customer_versions;
    drop table need_days;
    update response_versions set is_current = false where response_id < 'R2';
    delete from comment_terms where batch_id = 1;
    update customer_spans set annual_revenue_amount = 1;
    update answer_days set promoter_count = promoter_count + 5;
    update store_info set data_version = 0;
"""


def main() -> None:
    options = _options()
    if options.store:
        _repair_and_tell(options.store)
        return
    with TemporaryDirectory() as name:
        template = _damaged(Path(name) / "template.duckdb")
        planted = _problems(_copied(template))
        seconds = _seconds_of_a_repair(_copied(template))
        print(f"{len(planted)} problems, a repair takes {seconds:.2f} s", flush=True)
        draw = Random(SEED)
        left: Counter[str] = Counter()
        for _ in range(options.kills):
            left[_killed(_copied(template), draw.uniform(0.2, 1.0) * seconds, planted)] += 1
        store = Store.open(Path(name) / "cx.duckdb")
        is_sound = repair_store(store).is_sound
        store.close()
        print(f"{options.kills} kills: {dict(left)}; repaired in the end: {is_sound}")


def _killed(path: Path, seconds: float, planted: set[str]) -> str:
    """What a repair leaves that is killed some seconds after it began."""
    with _started(path) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
    found = _problems(path)
    if found not in (planted, set()):
        return "WRONG"
    return "as before" if found else "repaired"


def _problems(path: Path) -> set[str]:
    store = Store.open(path)
    try:
        return set(map(str, check_store(store)))
    finally:
        store.close()


def _seconds_of_a_repair(path: Path) -> float:
    with _started(path) as process:
        assert process.stdout
        process.stdout.readline()
        began = time.perf_counter()
        process.stdout.readline()
        return time.perf_counter() - began


def _started(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--store", str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _repair_and_tell(path: Path) -> None:
    store = Store.open(path)
    print("repairing", flush=True)
    repair_store(store)
    print("done", flush=True)
    store.close()


def _damaged(path: Path) -> Path:
    store = Store.open(path)
    for content in (_answers(), _customers(), _contacts()):
        import_file(store, content)
    store.close()
    with duckdb.connect(str(path)) as con:
        con.execute(DAMAGE)
    return path


def _copied(template: Path) -> Path:
    path = template.with_name("cx.duckdb")
    for old in template.parent.glob("cx.duckdb*"):
        old.unlink()
    for file in template.parent.glob("template.duckdb*"):
        shutil.copy(file, path.with_name(file.name.replace("template", "cx")))
    return path


def _answers() -> bytes:
    rows = (
        f"R{n},C{n % 200},2026-01-{n % 28 + 1:02} 10:00:00,{n % 11},trop long d{n}\n"
        for n in range(ROWS)
    )
    return ("response_id,customer_id,responded_at,nps_score,comment\n" + "".join(rows)).encode()


def _customers() -> bytes:
    rows = (f"C{n},2020-01-01,{1000 + n}\n" for n in range(200))
    return ("customer_id,started_on,annual_revenue_amount\n" + "".join(rows)).encode()


def _contacts() -> bytes:
    rows = (
        f"T{n},C{n % 200},2026-01-{n % 28 + 1:02} 10:00:00,2026-01-{n % 28 + 1:02} 10:05:00,call\n"
        for n in range(ROWS)
    )
    header = "contact_id,customer_id,opened_at,first_response_at,channel\n"
    return (header + "".join(rows)).encode()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill repairs and look at what they left.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--store", type=Path, help="only repair this store, and tell")
    return parser.parse_args()


if __name__ == "__main__":
    main()
