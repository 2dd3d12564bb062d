"""Sheets as text, and Parquet tried out, in a process of their own, where neither can do harm.

    python -P cxdata/ingest/reading/risky_reader.py FILE FOLDER LIMITS

A workbook may claim billions of cells, a damaged Parquet file text of any length; the reader then
ends the whole process. Imports nothing of the project, so that it starts at once.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

OUT_OF_MEMORY = 3  # exit codes
ORPHANED = 4
PR_SET_PDEATHSIG = 1  # of Linux


def sheets_of(
    source: bytes | str, wanted: str | None, max_columns: int
) -> Iterator[tuple[str, int, pl.DataFrame | None]]:
    """The sheet that is wanted, else each visible one that isn't empty: name, width, text cells.

    No cells if the sheet is wider than ``max_columns``.

    Raises
    ------
    fastexcel.FastExcelError
        If the workbook can't be read.
    LookupError
        With the names of all sheets, if none is called ``wanted``.
    """
    workbook = fastexcel.read_excel(source)
    names = workbook.sheet_names if wanted is None else [_sheet_name(workbook, wanted)]
    for name in names:
        try:
            # skip_rows=0 keeps empty rows at the top, so that row numbers stay the sheet's own.
            sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        except fastexcel.CalamineError:
            if wanted is None:  # a chart sheet
                continue
            raise
        if sheet.total_height and (wanted is not None or sheet.visible == "visible"):
            yield name, sheet.width, sheet.to_polars() if sheet.width <= max_columns else None


def _sheet_name(workbook: fastexcel.ExcelReader, wanted: str) -> str:
    """The sheet of that name, or of that number if it is written ``#2``."""
    names = workbook.sheet_names
    if wanted in names:
        return wanted
    if wanted.startswith("#") and wanted[1:].isdigit() and 0 < int(wanted[1:]) <= len(names):
        return names[int(wanted[1:]) - 1]
    raise LookupError(*names)


def main(file: str, folder: str, told: str) -> None:
    """Say what became of the file in ``found.json``, and write each sheet as an Arrow file.

    ``told`` is JSON: the ``sheet`` that is wanted or null, ``max_columns``, ``max_rows``,
    ``max_text_bytes``, and ``memory`` (bytes) and ``seconds`` that may be used.
    """
    limits = json.loads(told)
    _end_with_parent()
    _limit(limits["memory"], limits["seconds"])
    os.umask(0o077)
    try:
        found = _tried_out(file) if _is_parquet(file) else _written(file, Path(folder), limits)
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    (Path(folder) / "found.json").write_text(json.dumps(found), "utf-8")


def _is_parquet(file: str) -> bool:
    with open(file, "rb") as opened:
        return opened.read(4) == b"PAR1"


def _tried_out(parquet: str) -> dict[str, object]:
    """Read to its end, piece by piece; how many bytes its texts have, each row's counted."""
    texts = pl.selectors.by_dtype(pl.String, pl.Categorical, pl.Enum).cast(pl.String)
    size = 0
    try:
        for piece in pl.scan_parquet(parquet).collect_batches():
            lengths = piece.select(texts.str.len_bytes().cast(pl.Int64))
            size += sum(int(column.sum()) for column in lengths)
    except (pl.exceptions.PolarsError, OSError) as error:
        return {"error": str(error)}
    return {"bytes": size}


def _written(workbook: str, folder: Path, limits: dict[str, Any]) -> dict[str, object]:
    sheets, text_bytes = [], 0
    wanted, max_columns = limits["sheet"], limits["max_columns"]
    try:
        for number, (name, width, frame) in enumerate(sheets_of(workbook, wanted, max_columns)):
            sheets.append((name, width))
            if frame is None:
                continue
            if frame.height > limits["max_rows"]:
                return {"too_many_rows": frame.height}
            text_bytes += sum(int(column.str.len_bytes().sum()) for column in frame)
            if text_bytes > limits["max_text_bytes"]:
                return {"bytes": text_bytes}
            frame.write_ipc(folder / f"{number}.arrow")
    except LookupError as error:
        return {"names": error.args}
    except fastexcel.FastExcelError as error:
        return {"error": str(error)}
    return {"sheets": sheets}


def _limit(byte_count: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows: the process still ends alone
        return
    resource.setrlimit(resource.RLIMIT_AS, (byte_count, byte_count))
    cpu_seconds = int(seconds * (os.cpu_count() or 1)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))


def _end_with_parent() -> None:
    """Where the system can do so, this process ends when the one that waits for it is killed."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(ORPHANED)


if __name__ == "__main__":
    main(*sys.argv[1:])
