"""Hostile and very large files through the preview: how long beside a normal file, how much memory.

    python benchmarks/import_limits.py [--megabytes 20] [--only blank] [--seconds 300]

Each file is made and looked at by a process of its own. CPU seconds are those of the process and
of the reader beside it; the ratio is to a normal file of the same size. A file that isn't done
after ``--seconds`` is ended and counted as such.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from cxdata.errors import ImportRefused  # noqa: E402
from cxdata.ingest import preview_file  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

HEAD = b"response_id;responded_at;nps_score;segment;comment\n"
ROW = b"R%08d;2026-01-%02d 10:00:00;%d;Premium;Some words about the delivery that was late\n"
SHORT_HEAD, SHORT = b"responded_at;nps_score\n", b"2026-01-05;9\n"
NORMAL = "a normal file"
JSON = b'{"responded_at":"2026-01-05","nps_score":9}'


def normal(size: int) -> bytes:
    count = size // len(ROW % (0, 1, 1))
    return HEAD + b"".join(ROW % (n, n % 28 + 1, n % 11) for n in range(count))


def filled_up(line: bytes) -> Callable[[int], bytes]:
    """Three good rows, and then the same line again and again."""
    return lambda size: normal(250) + line * (size // len(line))


def sheet(fill: str, row_count: int = 1_000_000, column_count: int = 10) -> bytes:
    """A header, one row, and then rows of nothing: of cells with a form, or of blanks too."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        written, form = book.add_worksheet(), book.add_format({"bg_color": "#eeeeee"})
        written.write_row(0, 0, ["responded_at", "nps_score"])
        written.write_row(1, 0, ["2026-01-05", "9"])
        for row in range(2, row_count):
            for column in range(column_count):
                written.write(row, column, fill or None, form)
    return out.getvalue()


CASES: dict[str, Callable[[int], bytes]] = {
    NORMAL: normal,
    "line ends below": filled_up(b"\n"),
    "line ends of Windows below": filled_up(b"\r\n"),
    "old line ends": lambda size: normal(250).replace(b"\n", b"\r") + b"\r" * size,
    "line ends above": lambda size: b"\n" * size + normal(250),
    "rows of delimiters": filled_up(b";;;;\n"),
    "rows of blanks": filled_up(b" \n"),
    "rows of quotation marks": filled_up(b'""\n'),
    "rows with one cell": filled_up(b"1\n"),
    "rows with wrong quotation marks": filled_up(b'"a"b;c\n'),
    "a blank row after each": lambda size: normal(size).replace(b"\n", b"\n\n"),
    "JSON of empty objects": lambda size: b"[" + b"{}," * (size // 3) + b"{}]",
    "JSON of a key in each row": lambda size: b"\n".join(
        b'{"k%d":1}' % (n % 1_900) for n in range(size // 12)
    ),
    "a sheet with a million formatted rows": lambda size: sheet(""),
    "a sheet with a million blank texts": lambda size: sheet(" ", column_count=3),
    "at the limit: 300 MB": lambda size: normal(299_000_000),
    "at the limit: 20 million rows of two": lambda size: SHORT_HEAD + SHORT * 19_999_000,
    "at the limit: 300 MB of JSON lines": lambda size: (JSON + b"\n") * 6_700_000,
    "300 MB in a GZ": lambda size: gzip.compress(normal(299_000_000), 1),
    "600 MB in a GZ": lambda size: gzip.compress(normal(600_000_000), 1),
}


def main() -> None:
    options = _options()
    if options.worker:
        _work(Path(options.worker), options.only, options.megabytes * 1_000_000)
        return
    print("| file | MB | CPU, s | ÷ normal | peak, GB | longest silence, s | end |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    base = 0.0
    for name in CASES:
        if name != NORMAL and options.only not in name:
            continue
        told = _measured(name, options.megabytes, options.seconds)
        if told is None:
            print(f"| {name} | | | | | | not done after {options.seconds} s |", flush=True)
            continue
        base = base or float(told["cpu"])
        ratio = float(told["cpu"]) / base
        figures = "{MB:.1f} | {cpu:.1f} | {ratio:.1f} | {GB:.2f} | {silence:.1f} | {end}"
        print(f"| {name} | {figures.format(ratio=ratio, **told)} |", flush=True)


def _measured(name: str, megabytes: int, seconds: float) -> dict[str, float | str] | None:
    with TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--worker", folder, "--only", name]
        command += ["--megabytes", str(megabytes)]
        subprocess.run([*command, "--seconds", "0"], check=True)  # makes the file
        try:
            done = subprocess.run(
                command, check=True, capture_output=True, text=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return None
    told: dict[str, float | str] = json.loads(done.stdout)
    return told


def _work(folder: Path, name: str, size: int) -> None:
    import resource  # not on Windows

    file = folder / "file"
    if not file.exists():
        file.write_bytes(CASES[name](size))
        return
    store = Store.open(folder / "cx.duckdb")
    content = file.read_bytes()
    heard = [time.monotonic()]
    try:
        preview = preview_file(
            store, content, on_progress=lambda *_: heard.append(time.monotonic())
        )
        end = f"{preview.row_count} rows"
    except ImportRefused as error:
        end = str(error)
    heard.append(time.monotonic())
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    silence = max(after - before for before, after in pairwise(heard))
    print(
        json.dumps(
            {
                "MB": len(content) / 1e6,
                "cpu": sum(each.ru_utime + each.ru_stime for each in spent),
                "GB": sum(each.ru_maxrss for each in spent) / 1e6,
                "silence": silence,
                "end": end,
            }
        )
    )
    store.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Look at hostile and very large files.")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--only", default="", help="only files with this in their name")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--worker", metavar="FOLDER", help="make or look at one file there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
