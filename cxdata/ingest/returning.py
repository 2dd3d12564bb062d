"""The refused rows in the user's own file, to be corrected and sent again.

The returned file has the headers of the file that came, its refused rows with all their cells,
and a last column that says what is wrong. When it comes back, that column is no data, and what
was written so that a spreadsheet can't run it is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from cxdata.i18n import LOCALES, N_, translator
from cxdata.ingest.columns import plain_form
from cxdata.ingest.formulas import as_it_was
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.rows import RAGGED, SHOWN_CELLS, FileRow, OnProgress, Table, TextRows
from cxdata.models import Question, Refusal

REASON_HEADER = N_("Why the row was refused (this column may stay)")
# Stands where a row had no cell; a row that comes back with it wasn't corrected.
MISSING_CELL = "‹?›"


@dataclass(frozen=True)
class ReturnedRows:
    """What goes back: the header rows and the refused rows, each with its line in the file.

    All rows have the same number of cells. ``delimiter`` and ``encoding`` are the file's own;
    both are empty if it isn't delimited text.
    """

    headers: list[FileRow]
    rows: list[FileRow]
    delimiter: str = ""
    encoding: str = ""


def returned_rows(
    table: Table, header_lines: Sequence[int], refusals: Sequence[Refusal]
) -> ReturnedRows:
    """The header rows of a table and the rows that refusals stand on."""
    headers = [row for row in table.head() if row[0] in header_lines]
    rows = table.records(sorted({refusal.line for refusal in refusals}))
    header_width = _widest(headers)
    marked = [(line, _padded(cells, header_width, MISSING_CELL)) for line, cells in rows]
    width = max(header_width, _widest(marked))
    return ReturnedRows(
        [(line, _padded(cells, width)[:width]) for line, cells in headers],
        [(line, _padded(cells, width)[:width]) for line, cells in marked],
        table.delimiter,
        table.encoding,
    )


def taken_back(table: Table) -> Table:
    """The table, or if it is one that was returned, what it is without its reasons."""
    for _, cells in table.head():
        for index, cell in enumerate(cells):
            if _is_reason_header(cell) and not any(cells[index + 1 :]):
                return _TakenBack(table, index)
    return table


def _is_reason_header(cell: str) -> bool:
    return plain_form(cell) in _reason_headers()


@cache
def _reason_headers() -> frozenset[str]:
    return frozenset(plain_form(translator(locale)(REASON_HEADER)) for locale in LOCALES)


class _TakenBack:
    """A table without the column of reasons that was added to it, its cells as they once were."""

    def __init__(self, table: Table, reason_index: int) -> None:
        self._table = table
        self._reason_index = reason_index
        self.notes: list[Note] = table.notes
        self.questions: list[Question] = table.questions
        self.name = table.name
        self.delimiter = table.delimiter
        self.encoding = table.encoding
        self.is_french_form = table.is_french_form
        self.has_serial_dates = table.has_serial_dates

    def head(self) -> list[FileRow]:
        return self._cut(self._table.head())

    def spread(self, count: int) -> list[list[str]]:
        return [cells for _, cells in self._cut([(0, row) for row in self._table.spread(count)])]

    def records(self, lines: Sequence[int]) -> list[FileRow]:
        return self._cut(self._table.records(lines))

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        """A row that still has a mark of a missing cell, or cells beyond the header, is a fault."""
        beyond = range(width, self._reason_index)
        wanted = [*columns, *beyond]
        read = self._table.rows(wanted, after_line, self._reason_index + 1, on_progress)
        cells = read.frame.with_columns(
            pl.Series(name, [cell and as_it_was(cell) for cell in column], dtype=pl.String)
            for name, column in read.frame.to_dict().items()
            if column.dtype == pl.String
        )
        names = cells.columns[1:]
        is_marked = [pl.col(name) == MISSING_CELL for name in names[: len(columns)]]
        is_filled = [pl.col(name).str.strip_chars() != "" for name in names[len(columns) :]]
        is_fault = pl.any_horizontal(pl.lit(False), *is_marked, *is_filled).fill_null(False)
        lines = cells.filter(is_fault)["line"].to_list()
        faults = [_ragged(line, row, width) for line, row in self.records(lines)]
        return TextRows(
            cells.filter(~is_fault).select("line", *names[: len(columns)]),
            self._cut(read.tail),
            sorted([*read.faults, *faults], key=lambda fault: fault.line),
            read.further_faults,
        )

    def _cut(self, rows: Sequence[FileRow]) -> list[FileRow]:
        return [(line, [*map(as_it_was, cells[: self._reason_index])]) for line, cells in rows]


def _ragged(line: int, cells: Sequence[str], width: int) -> Refusal:
    there = [cell for cell in cells[: _filled_width(cells)] if cell != MISSING_CELL]
    shown = " | ".join(there)[:SHOWN_CELLS]
    return Refusal(line, "", shown, RAGGED, {"found": len(there), "expected": width})


def _filled_width(cells: Sequence[str]) -> int:
    return max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)


def _widest(rows: Sequence[FileRow]) -> int:
    return max((_filled_width(cells) for _, cells in rows), default=0)


def _padded(cells: Sequence[str], width: int, filling: str = "") -> list[str]:
    return [*cells, *[filling] * (width - len(cells))]
