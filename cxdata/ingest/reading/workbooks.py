"""Workbooks (XLSX, XLS, XLSB, ODS) as tables, one for each visible sheet that isn't empty."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading import risky_reader
from cxdata.ingest.reading.apart import ReadApart, read_apart, without_panic
from cxdata.ingest.reading.formats import damaged, locked, opened_zip
from cxdata.ingest.reading.rows import (
    FrameTable,
    OnProgress,
    check_cell_lengths,
    check_column_count,
    check_row_count,
    check_text_size,
    numbered,
)

MAX_CELLS_HERE = 5_000_000  # that this process lays out
MAX_BYTES_HERE = 20_000_000  # unpacked
START_BYTES = 4_096
_SHEET_NAME = re.compile(r"xl/worksheets/[^/]*\.xml")

Sheet = tuple[str, int, pl.DataFrame | None]


def open_workbook(
    content: bytes, wanted: str | None, limits: ImportSettings, on_progress: OnProgress
) -> Sequence[FrameTable]:
    """Its sheets; of a merged cell, the first cell has the value.

    Raises
    ------
    ImportRefused
        If it is locked, damaged, empty or larger than the limits, or has no such sheet.
    """
    found = (
        _sheets_here(content, wanted, limits)
        if _is_small(content, limits)
        else _sheets_apart(content, wanted, limits, on_progress)
    )
    tables, text_bytes = [], 0
    for name, width, frame in found:
        check_column_count(width, limits)
        assert frame is not None
        text_bytes += sum(int(column.str.len_bytes().sum()) for column in frame)
        check_text_size(text_bytes, limits)
        tables.append(_table(name, frame, limits))
    if not tables:
        raise ImportRefused("The workbook's sheets are empty.", "Export it again.")
    return tables


def _table(name: str, frame: pl.DataFrame, limits: ImportSettings) -> FrameTable:
    check_row_count(frame.height, limits)
    rows = numbered(frame, first_line=1)
    check_cell_lengths(rows, limits)
    return FrameTable(rows, name=name, has_serial_dates=True)


def _sheets_here(content: bytes, wanted: str | None, limits: ImportSettings) -> list[Sheet]:
    try:
        with without_panic():
            return list(risky_reader.sheets_of(content, wanted, limits.max_columns))
    except LookupError as error:
        raise _no_such_sheet(wanted, error.args) from error
    except fastexcel.FastExcelError as error:
        raise _unreadable(str(error)) from error


def _sheets_apart(
    content: bytes, wanted: str | None, limits: ImportSettings, on_progress: OnProgress
) -> Iterator[Sheet]:
    with read_apart(content, wanted, limits, on_progress) as read:
        for number, (name, width) in enumerate(_found(read, wanted, limits)):
            path = read.folder / f"{number}.arrow"
            yield name, width, _arrow_frame(path) if path.exists() else None


def _arrow_frame(path: Path) -> pl.DataFrame:
    with path.open("rb") as file:  # opened by its name, it would stay open
        return pl.read_ipc(file)


def _found(read: ReadApart, wanted: str | None, limits: ImportSettings) -> list[tuple[str, int]]:
    """The names and widths of the sheets, as the process says them."""
    if read.found is None:
        raise ImportRefused(
            "The workbook claims more cells than can be read.",
            "Delete what stands at the far end of its sheets, or save it as CSV.",
        )
    if "names" in read.found:
        raise _no_such_sheet(wanted, read.found["names"])
    if "error" in read.found:
        raise _unreadable(read.found["error"])
    check_row_count(read.found.get("too_many_rows", 0), limits)
    check_text_size(read.found.get("bytes", 0), limits)
    return [(name, width) for name, width in read.found["sheets"]]


def _is_small(content: bytes, limits: ImportSettings) -> bool:
    """Whether it can be laid out in this process, as far as its sheets tell.

    Raises
    ------
    ImportRefused
        If it is damaged, or a sheet claims absurdly many cells.
    """
    if not content.startswith(b"PK"):
        return False
    with opened_zip(content) as archive:
        entries = archive.infolist()
        is_large = sum(entry.file_size for entry in entries) > MAX_BYTES_HERE
        if not is_large and archive.testzip() is not None:
            raise damaged()
        sheet_names = [e.filename for e in entries if _SHEET_NAME.fullmatch(e.filename)]
        extents = [_extent(archive, name, is_large) for name in sheet_names]
    cell_counts = [rows * columns for rows, columns in extents]
    if max(cell_counts, default=0) > limits.max_cells:
        rows, columns = max(extents, key=lambda extent: extent[0] * extent[1])
        raise ImportRefused(
            "A sheet claims {rows} rows and {columns} columns.",
            "Delete the stray cell at its far end, or save it as CSV.",
            rows=rows,
            columns=columns,
        )
    return bool(extents) and not is_large and max(cell_counts) <= MAX_CELLS_HERE


def _extent(archive: zipfile.ZipFile, name: str, is_large: bool) -> tuple[int, int]:
    """The sheet's furthest row and column: of a large one what it says of itself at its start."""
    with archive.open(name) as sheet:
        start = sheet.read(START_BYTES if is_large else -1)
    stated = re.search(rb"""<(?:\w+:)?dimension\b[^>]*\bref=["'][^"':]*:([A-Z]+)(\d+)["']""", start)
    found = re.findall(rb"""\br=["']([A-Za-z]*)(\d+)["']""", start)
    places = [stated.groups()] if is_large and stated else found
    rows = max((int(digits[:12]) for _, digits in places), default=1)
    columns = max(
        (_column_number(letters.upper()) for letters in {a for a, _ in places}), default=1
    )
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 1 if not letters else 0
    for letter in letters[:12]:
        number = number * 26 + letter - ord("A") + 1
    return number


def _unreadable(message: str) -> ImportRefused:
    return locked() if "password" in message.lower() else damaged()


def _no_such_sheet(wanted: str | None, names: Sequence[object]) -> ImportRefused:
    return ImportRefused(
        "The workbook has no sheet called {sheet}.",
        "Its sheets are: {names}.",
        sheet=wanted or "",
        names=", ".join(map(str, names)),
    )
