"""How long an import takes, and how much memory, beside what merely reads the same file.

    python benchmarks/imports.py [--rows 1000000] [--repeats 3]

Answers of a survey, drawn with a fixed seed, as CSV without and with comments (one answer in three
has one, made of two of the sample's) and as XLSX. Each run is a process of its own; the contenders
take turns. Medians; what counts are the ratios to the bare reader, Python's csv module for CSV and
fastexcel for XLSX: of times on a quiet machine, of CPU times on a busy one. After the answers with
comments come 10,000 more of the month after. The files are made once, in ``data/benchmarks/``,
which takes two minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb
import fastexcel
import polars as pl
import psutil
import xlsxwriter

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "data" / "benchmarks"
sys.path.insert(0, str(PROJECT))

from cxdata.ingest import import_file  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

SEED = 20261122
CUSTOMER_COUNT = 200_000
HEADERS = (
    *("response_id", "responded_at", "customer_id", "survey", "channel", "segment", "region"),
    *("nps_score", "csat_score", "comment"),
)
STAGES = ("reading", "validating", "storing", "counting")
FIRST_ON, LAST_ON = date(2023, 7, 1), date(2026, 6, 30)
NEXT_MONTH = date(2026, 7, 1), date(2026, 7, 31)
NEXT_COUNT = 10_000


def main() -> None:
    options = _options()
    if options.run:
        print(json.dumps(RUNS[options.run](options.file)))
        return
    plain, comments, sheet = _files(options.rows)
    for path, bare in ((plain, "csv"), (comments, "csv"), (sheet, "fastexcel")):
        others = ("polars", "duckdb") if bare == "csv" else ()
        more = ("more",) if path == comments else ()
        found = _measured(path, (bare, *others, "import", *more), options.repeats)
        _show(path, found, bare)


def _measured(path: Path, names: tuple[str, ...], repeats: int) -> dict[str, dict[str, float]]:
    """Medians of each contender's numbers."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            runs[name].append(_run(name, path))
    return {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for name, found in runs.items()
    }


def _run(name: str, path: Path) -> dict[str, float]:
    """One run in a process of its own, with the most memory that it and its children took."""
    command = [sys.executable, __file__, "--run", name, "--file", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watched = psutil.Process(process.pid)
        peak = 0
        while process.poll() is None:
            try:
                family = [watched, *watched.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family))
            except psutil.NoSuchProcess:
                pass
            time.sleep(0.02)
        assert process.stdout
        found: dict[str, float] = json.loads(process.stdout.read().splitlines()[-1])
    return found | {"peak MB": peak / 1e6}


def _show(path: Path, found: dict[str, dict[str, float]], bare: str) -> None:
    print(f"\n{path.name}, {path.stat().st_size / 1e6:.0f} MB")
    for name, numbers in found.items():
        ratio = numbers["seconds"] / found[bare]["seconds"]
        stages = ", ".join(f"{key} {numbers[key]:.2f}" for key in STAGES if key in numbers)
        cpu_ratio = numbers["cpu"] / found[bare]["cpu"]
        print(
            f"  {name:10} {numbers['seconds']:7.2f} s  {ratio:5.1f} × {bare}"
            f"  CPU {numbers['cpu']:6.2f} s  {cpu_ratio:5.1f} × {bare}"
            f"  {numbers['peak MB']:6.0f} MB  {stages}"
        )


def _timed(read: Callable[[Path], object]) -> Callable[[Path], dict[str, float]]:
    def run(path: Path) -> dict[str, float]:
        began, cpu = time.perf_counter(), _cpu_seconds()
        read(path)
        return {"seconds": time.perf_counter() - began, "cpu": _cpu_seconds() - cpu}

    return run


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    return sum(os.times()[:4])


def _read_by_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _read_by_duckdb(path: Path) -> object:
    return duckdb.execute(
        "create table t as select * from read_csv($path, all_varchar = true)", {"path": str(path)}
    ).fetchall()


def _read_by_fastexcel(path: Path) -> object:
    return fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()


def _import(path: Path) -> dict[str, float]:
    """The whole import into a new store."""
    with TemporaryDirectory(dir=FOLDER) as folder:
        store = Store.open(Path(folder) / "cx.duckdb")
        found = _imported(store, path)
        store.close()
    return found


def _import_more(path: Path) -> dict[str, float]:
    """The import of some answers more into a store that has those of the file."""
    with TemporaryDirectory(dir=FOLDER) as folder:
        store = Store.open(Path(folder) / "cx.duckdb")
        _imported(store, path)
        more = Path(folder) / "more.csv"
        write_answers(more, NEXT_COUNT, has_comments=True, days=NEXT_MONTH, prefix="N")
        found = _imported(store, more)
        store.close()
    return found


def _imported(store: Store, path: Path) -> dict[str, float]:
    """How long it took, whole and each stage."""
    began: dict[str, float] = {}
    start, cpu = time.perf_counter(), _cpu_seconds()
    report = import_file(
        store, path, on_progress=lambda stage, _: began.setdefault(stage, time.perf_counter())
    )
    end, cpu = time.perf_counter(), _cpu_seconds() - cpu
    assert report.accepted_count == report.row_count, report
    borders = [start, *(began[stage] for stage in STAGES[1:]), end]
    return {"seconds": end - start, "cpu": cpu} | {
        stage: after - before
        for stage, (before, after) in zip(STAGES, pairwise(borders), strict=True)
    }


RUNS = {
    "csv": _timed(_read_by_csv),
    "polars": _timed(lambda path: pl.read_csv(path, infer_schema=False)),
    "duckdb": _timed(_read_by_duckdb),
    "fastexcel": _timed(_read_by_fastexcel),
    "import": _import,
    "more": _import_more,
}


def _files(row_count: int) -> tuple[Path, Path, Path]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    plain = FOLDER / f"import-{row_count}.csv"
    comments = FOLDER / f"import-{row_count}-comments.csv"
    sheet = FOLDER / f"import-{row_count}.xlsx"
    if not plain.exists():
        write_answers(plain, row_count, has_comments=False)
    if not comments.exists():
        write_answers(comments, row_count, has_comments=True)
    if not sheet.exists():
        _write_sheet(plain, sheet)
    return plain, comments, sheet


def write_answers(
    path: Path,
    row_count: int,
    *,
    has_comments: bool,
    days: tuple[date, date] = (FIRST_ON, LAST_ON),
    prefix: str = "R",
) -> None:
    """Answers as CSV, the same at each run."""
    draw = Random(SEED)
    comments = _sample_comments() if has_comments else []
    written = pl.date_range(*days, eager=True).dt.to_string("%Y-%m-%d").to_list()
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADERS)
        for number in range(row_count):
            seconds = draw.randrange(86_400)
            clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            has_comment = has_comments and draw.random() < 1 / 3
            table.writerow(
                (
                    f"{prefix}{number:07}",
                    f"{draw.choice(written)} {clock}",
                    f"C{draw.randrange(CUSTOMER_COUNT):06}",
                    draw.choice(("relationship", "transactional")),
                    draw.choice(("call", "email", "chat", "social")),
                    draw.choice(("Consumer", "Small business", "Key account")),
                    draw.choice(("Nord", "Sud, Corse", "Île-de-France")),
                    draw.choice((10, 10, 9, 9, 8, 8, 7, 6, 3, 0)),
                    draw.randrange(1, 6),
                    f"{draw.choice(comments)} {draw.choice(comments)}" if has_comment else "",
                )
            )


def _sample_comments() -> list[str]:
    answers = pl.read_parquet(PROJECT / "sample_data" / "responses.parquet")
    return answers["comment"].drop_nulls().unique().sort().to_list()


def _write_sheet(source: Path, target: Path) -> None:
    scores = {HEADERS.index("nps_score"), HEADERS.index("csat_score")}
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        with source.open(encoding="utf-8", newline="") as file:
            for row, cells in enumerate(csv.reader(file)):
                for column, cell in enumerate(cells):
                    if row and column in scores:
                        sheet.write_number(row, column, int(cell))
                    elif cell:
                        sheet.write_string(row, column, cell)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time imports beside bare readers.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--run", choices=tuple(RUNS), help="only this, in this process")
    parser.add_argument("--file", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
