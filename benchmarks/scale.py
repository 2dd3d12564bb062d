"""What each step costs on stores of several sizes: does anything grow faster than the rows?

    python benchmarks/scale.py [--thousands 200 1000 3000 10000] [--folder data/benchmarks/scale]
        [--steps generate panels …]

Each size is so many thousand answers, five times as many contacts and a tenth as many customers.
Each step runs in a process of its own: its CPU time (all threads and what it started), its time,
and the most memory that it ever held. The last column is CPU by row against the size before: 1 is
a step that grows as the rows do. Absolute times are those of a machine that may be busy.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from click.testing import CliRunner  # noqa: E402

from benchmarks.generate_large import generate  # noqa: E402
from cxdata import cli  # noqa: E402
from cxdata.cli.showing import METRICS  # noqa: E402
from cxdata.i18n import translator  # noqa: E402
from cxdata.ingest import import_file, undo_batch  # noqa: E402
from cxdata.ingest.soundness import soundness  # noqa: E402
from cxdata.models import Filters, Kind, Period  # noqa: E402
from cxdata.panels import PANELS, Request  # noqa: E402
from cxdata.store.backups import backup_to_file  # noqa: E402
from cxdata.store.connection import Store, restore_store  # noqa: E402

NEW_ROWS = 100_000
NEW_FROM = datetime(2026, 6, 20, tzinfo=UTC)  # to the last day of the generated rows
YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
A_SEGMENT = Filters(period=YEAR, segment=("Consumer",))


def size_of(folder: Path, thousands: int) -> Path:
    return folder / f"{thousands}.duckdb"


def new_rows(kind: Kind, customer_count: int) -> bytes:
    """A file of ten days that no other file tells of."""
    names = {
        "responses": "response_id,responded_at,survey,customer_id,channel,nps_score,segment,region",
        "contacts": "contact_id,opened_at,initiated_by,customer_id,channel,first_response_at,"
        "resolved_at,journey,reason,segment,region",
    }
    lines = [names[kind]]
    for number in range(NEW_ROWS):
        at = NEW_FROM + timedelta(seconds=number * 8)
        own = f"new-{number},{at}"
        who = f"c{number * 7919 % customer_count}"
        if kind == "responses":
            lines.append(f"{own},relationship,{who},call,{number % 11},Consumer,Nord")
        else:
            answered, resolved = at + timedelta(minutes=3), at + timedelta(hours=2)
            lines.append(
                f"{own},customer,{who},call,{answered},{resolved},Repair,delay,Consumer,Nord"
            )
    return "\n".join(lines).encode()


def imported(store: Store, kind: Kind, customer_count: int) -> int:
    report = import_file(
        store,
        new_rows(kind, customer_count),
        file_name=f"{kind}.csv",
        kind=kind,
        same_id="replace",
        empty_cells="clear",
        time_zone="UTC",
    )
    assert report.batch_id is not None, report
    return report.batch_id


def panels(store: Store) -> Iterator[tuple[str, float]]:
    """Every figure of every page and part, with filters that nobody has asked for, and again."""
    request = Request.computed_now(store, A_SEGMENT, translator("en"))
    for turn in ("new", "again"):
        for entry in PANELS:
            began = cpu_seconds()
            entry.make(request)
            yield f"{turn} {entry.key}", cpu_seconds() - began


def shown(path: Path) -> Iterator[tuple[str, float]]:
    """Every metric of the command line, of all data."""
    for name in METRICS:
        began = cpu_seconds()
        found = CliRunner().invoke(cli.main, ["show", name, "--store", str(path)])
        if found.exit_code:
            print(f"show {name}: {found.output[-200:]}", file=sys.stderr)
        yield name, cpu_seconds() - began


def cpu_seconds() -> float:
    """Of this process, all threads, and of the processes that it started and that have ended."""
    used = [resource.getrusage(it) for it in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(it.ru_utime + it.ru_stime for it in used)


def in_parts(parts: Iterator[tuple[str, float]]) -> dict[str, object]:
    """The sum of all, and the dearest five."""
    told = list(parts)
    turns = {
        name: sum(cpu for it, cpu in told if it.startswith(name)) for name in ("new ", "again ")
    }
    dearest = sorted(told, key=lambda it: -it[1])[:5]
    return {
        "dearest": {name: round(cpu, 1) for name, cpu in dearest},
        **{f"cpu of {name}": round(cpu, 1) for name, cpu in turns.items() if cpu},
    }


def undone(store: Store, kind: str) -> None:
    with store.cursor() as con:
        (batch_id,) = con.execute(
            "select max(batch_id) from batches where kind = $kind and undone_at is null",
            {"kind": kind},
        ).fetchall()[0]
    undo_batch(store, batch_id)


def opened(act: Callable[[Store], object]) -> Callable[[Path, int], object]:
    def run(path: Path, _thousands: int) -> object:
        store = Store.open(path)
        found = act(store)
        store.close()
        return found

    return run


def standard_changed(store: Store) -> None:
    name = "response_time.call.favourable_seconds"
    store.change_settings({name: store.settings.value(name) - 10})


def checked(store: Store) -> dict[str, object]:
    return {"problems": [str(it) for it in soundness(store).problems]}


def backed_up(store: Store) -> None:
    target = store.path.with_suffix(".backup")
    target.unlink(missing_ok=True)
    backup_to_file(store, target)


# In this order: what one step leaves is there for the next.
STEPS: dict[str, Callable[[Path, int], object]] = {
    "generate": lambda path, it: generate(path, it * 1000, it * 5000, it * 100),
    "panels": opened(lambda store: in_parts(panels(store))),
    "show": lambda path, _: in_parts(shown(path)),
    "import answers": lambda path, it: opened(lambda s: imported(s, "responses", it * 100))(
        path, it
    ),
    "undo answers": opened(lambda store: undone(store, "responses")),
    "import contacts": lambda path, it: opened(lambda s: imported(s, "contacts", it * 100))(
        path, it
    ),
    "check": opened(checked),
    "undo contacts": opened(lambda store: undone(store, "contacts")),
    "change a standard": opened(standard_changed),
    "back up": opened(backed_up),
    "restore": lambda path, _: restore_store(path, path.with_suffix(".backup")),
}


def measure(name: str, path: Path, thousands: int) -> dict[str, object]:
    """One step in this process."""
    began, cpu = time.perf_counter(), cpu_seconds()
    found = STEPS[name](path, thousands)
    status = Path("/proc/self/status").read_text()
    peak = next(it.split()[1] for it in status.splitlines() if it.startswith("VmHWM"))
    return {
        "step": name,
        "thousands": thousands,
        "cpu": round(cpu_seconds() - cpu, 1),
        "seconds": round(time.perf_counter() - began, 1),
        "peak_mb": int(peak) // 1024,
        "store_mb": path.stat().st_size >> 20,
        "load": round(os.getloadavg()[0], 1),
        **(found if isinstance(found, dict) else {}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--thousands", type=int, nargs="+", default=[200, 1000, 3000, 10_000])
    parser.add_argument("--folder", type=Path, default=Path("data/benchmarks/scale"))
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--here", action="store_true", help="one step of one size, in this process")
    options = parser.parse_args()
    if options.here:
        (thousands,), (name,) = options.thousands, options.steps
        print(json.dumps(measure(name, size_of(options.folder, thousands), thousands)))
        return
    before: dict[str, tuple[int, float]] = {}
    for thousands in options.thousands:
        for name in options.steps:
            path = size_of(options.folder, thousands)
            if name == "generate" and path.exists():
                continue
            told = subprocess.run(
                [
                    *(sys.executable, __file__, "--here", "--folder", str(options.folder)),
                    *("--thousands", str(thousands), "--steps", name),
                ],
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            if told.returncode:
                print(f"{thousands:>6} {name}: failed", flush=True)
                continue
            row = json.loads(told.stdout.splitlines()[-1])
            cpu = float(row["cpu"])
            earlier = before.get(name)
            row["by_row"] = earlier and round(cpu / earlier[1] * earlier[0] / thousands, 2)
            before[name] = (thousands, max(cpu, 0.1))
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
