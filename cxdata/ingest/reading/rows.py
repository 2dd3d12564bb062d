"""What every format is opened as: a table of text cells, each row with its line in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.models import Question, Refusal

HEAD_ROWS = 30
TAIL_ROWS = 5
SHOWN_CELLS = 80  # characters of a faulty row that are shown

RAGGED = N_("The row has {found} cells, the header {expected}.")
BAD_QUOTES = N_("The quotation marks of the row don't match.")
BAD_JSON = N_("The line is no JSON object.")

OnProgress = Callable[[str, float], None]
FileRow = tuple[int, list[str]]  # the line and its cells


@dataclass(frozen=True)
class TextRows:
    """Columns ``line`` and ``c0``, ``c1``… in the order that was asked for.

    Blank rows are left out; rows whose cells can't be told apart are ``faults``; ``tail`` is
    the last rows in full, a total among them perhaps. ``further_faults`` are the lines of faults
    beyond those that are listed.
    """

    frame: pl.DataFrame
    tail: list[FileRow]
    faults: list[Refusal] = field(default_factory=list)
    further_faults: Sequence[int] = ()


class Table(Protocol):
    """A table of text cells in a file.

    ``delimiter`` and ``encoding`` are those of a delimited text, and empty of any other file.
    """

    notes: list[Note]
    questions: list[Question]
    name: str
    is_french_form: bool
    has_serial_dates: bool
    delimiter: str
    encoding: str

    def head(self) -> list[FileRow]:
        """The first rows that aren't blank, the header among them."""
        ...

    def spread(self, count: int) -> list[list[str]]:
        """The cells of at most ``count`` rows from all over the table, found without much reading.

        The header may be among them; rows that can't be told apart at a glance are missing.
        """
        ...

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        """The cells of ``columns`` below ``after_line``, in a table ``width`` columns wide."""
        ...

    def records(self, lines: Sequence[int]) -> list[FileRow]:
        """The rows that start on these lines, in the file's order and with all their cells.

        A row whose quotation marks don't match has one cell: its text.
        """
        ...


class FrameTable:
    """A table that its reader gave as a frame: a sheet, a Parquet file, JSON.

    ``frame`` has ``line`` and the text columns ``t0``, ``t1``…, without blank rows; ``names`` are
    the columns' own names where these aren't a row of the table.
    """

    is_french_form = False
    delimiter = encoding = ""

    def __init__(
        self,
        frame: pl.DataFrame,
        names: Sequence[str] = (),
        *,
        name: str = "",
        has_serial_dates: bool = False,
        faults: Sequence[Refusal] = (),
        further_faults: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.has_serial_dates = has_serial_dates
        self.notes: list[Note] = []
        self.questions: list[Question] = []
        self._frame = frame
        self._names = names
        self._faults = list(faults)
        self._further_faults = further_faults

    def head(self) -> list[FileRow]:
        names: list[FileRow] = [(0, list(self._names))] if self._names else []
        return [*names, *rows_of(self._frame.head(HEAD_ROWS))]

    def spread(self, count: int) -> list[list[str]]:
        step = max(1, -(-self._frame.height // count))
        return [cells for _, cells in rows_of(self._frame.gather_every(step))]

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        below = self._frame.filter(pl.col("line") > after_line)
        texts = [pl.col(f"t{index}").alias(f"c{place}") for place, index in enumerate(columns)]
        tail = [] if self._names else rows_of(below.tail(TAIL_ROWS))
        on_progress("reading", 1.0)
        rows = below.select("line", *texts)
        return TextRows(rows, tail, self._faults, self._further_faults)

    def records(self, lines: Sequence[int]) -> list[FileRow]:
        return rows_of(self._frame.filter(pl.col("line").is_in(list(lines))))


def numbered(frame: pl.DataFrame, first_line: int) -> pl.DataFrame:
    """Text columns ``t0``, ``t1``… of the rows that aren't blank, with ``line``."""
    texts = frame.rename({name: f"t{index}" for index, name in enumerate(frame.columns)})
    lined = texts.with_row_index("line", first_line)
    # A sheet with one stray cell far below has a million rows of nothing.
    there = lined.filter(pl.any_horizontal(pl.col(texts.columns).is_not_null()))
    filled = pl.any_horizontal(pl.col(texts.columns).str.strip_chars() != "")
    return (
        there.with_columns(pl.col(texts.columns).fill_null(""))
        .filter(filled)
        .with_columns(pl.col("line").cast(pl.Int64))
    )


def check_column_count(count: int, limits: ImportSettings) -> None:
    """Refuse a table that is absurdly wide."""
    if count > limits.max_columns:
        raise ImportRefused(
            "The table has {count} columns; {limit} are the most that can be read.",
            "Keep the columns that are needed.",
            count=count,
            limit=limits.max_columns,
        )


def check_row_count(count: int, limits: ImportSettings) -> None:
    if count > limits.max_rows:
        raise ImportRefused(
            "The table has more than {limit} rows.",
            "Split it, for example by month.",
            limit=limits.max_rows,
        )


def check_cell_count(rows: int, columns: int, limits: ImportSettings) -> None:
    """Refuse a table that would be laid out larger than the memory, empty cells included."""
    if rows * columns > limits.max_cells:
        raise ImportRefused(
            "The table has {rows} rows and {columns} columns: more than {limit} cells.",
            "Keep the columns that are needed, or split it, for example by month.",
            rows=rows,
            columns=columns,
            limit=limits.max_cells,
        )


def check_text_size(byte_count: int, limits: ImportSettings) -> None:
    """Refuse more text than can be read in memory, however small it was packed."""
    if byte_count > limits.max_text_bytes:
        raise ImportRefused(
            "The file holds more than {limit} MB of text.",
            "Split it, for example by month.",
            limit=limits.max_text_bytes // 1_000_000,
        )


def check_cell_lengths(frame: pl.DataFrame, limits: ImportSettings) -> None:
    """Refuse a table with a cell that is absurdly long; ``frame`` is a ``FrameTable``'s."""
    for name in frame.columns[1:]:
        lengths = frame[name].str.len_bytes()
        if (lengths.max() or 0) <= limits.max_cell_length:  # type: ignore[operator]
            continue
        longest = frame[name].str.len_chars()
        if (longest.max() or 0) > limits.max_cell_length:  # type: ignore[operator]
            row = longest.arg_max() or 0
            raise too_long(int(frame["line"][row]), limits)


def too_long(line: int, limits: ImportSettings) -> ImportRefused:
    return ImportRefused(
        "Line {line}: a cell is longer than {limit} characters.",
        "A quotation mark may be missing there.",
        line=line,
        limit=limits.max_cell_length,
    )


def rows_of(frame: pl.DataFrame) -> list[FileRow]:
    return [(row[0], list(row[1:])) for row in frame.iter_rows()]
