"""From bytes to rows of text cells, each with its line in the user's file.

Every format is opened as a ``Table``: its first rows are looked at to find the header, then
the columns that are wanted are read. No cell is given a type here.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import fastexcel
import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest import formats
from cxdata.ingest.notes import Note
from cxdata.models import Refusal

HEAD_ROWS = 30
TAIL_ROWS = 5
CHUNK_ROWS = 50_000
SHOWN_CELLS = 80  # characters of a faulty row that are shown

RAGGED = N_("The row has {found} cells, the header {expected}.")
BAD_QUOTES = N_("The quotation marks of the row don't match.")

OnProgress = Callable[[str, float], None]
Row = tuple[int, list[str]]  # the line and its cells


@dataclass(frozen=True)
class TextRows:
    """Columns ``line`` and ``c0``, ``c1``… in the order that was asked for.

    Blank rows are left out; rows whose cells can't be told apart are ``faults``; ``tail`` is
    the last rows in full, a total among them perhaps.
    """

    frame: pl.DataFrame
    tail: list[Row]
    faults: list[Refusal] = field(default_factory=list)


class Table(Protocol):
    """A table of text cells in a file."""

    notes: list[Note]
    name: str
    is_french_form: bool
    has_serial_dates: bool

    def head(self) -> list[Row]:
        """The first rows that aren't blank, the header among them."""
        ...

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        """The cells of ``columns`` below ``after_line``, in a table ``width`` columns wide."""
        ...


def open_tables(
    content: bytes, *, encoding: str | None = None, sheet: str | None = None
) -> Sequence[Table]:
    """The tables of a file: one, or one for each visible sheet that isn't empty.

    Raises
    ------
    ImportRefused
        If the file holds no table, or no sheet called ``sheet``.
    """
    form = formats.recognise(content)
    if form == "workbook":
        return _open_workbook(content, sheet)
    if form == "parquet":
        return [ParquetTable(content)]
    return [DelimitedTable(content, encoding)]


class DelimitedTable:
    """CSV and its kin; the line is the physical one, also after quoted line breaks."""

    has_serial_dates = False
    name = ""

    def __init__(self, content: bytes, encoding: str | None) -> None:
        decided = formats.encoding_of(content, encoding)
        self._content = content
        self._encoding = decided.name
        sample = formats.sample_text(content, decided.name)
        self._delimiter = formats.delimiter_of(sample)
        self._has_declaration = sample.startswith("sep=")
        self.is_french_form = self._delimiter == ";"
        self.notes = [decided.note] if decided.note else []

    def head(self) -> list[Row]:
        head: list[Row] = []
        for line, cells in self._records(lambda stage, done: None):
            if isinstance(cells, list):
                head.append((line, cells))
            if len(head) == HEAD_ROWS:
                break
        formats.check_column_count(max((len(cells) for _, cells in head), default=0))
        return head

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        frames: list[pl.DataFrame] = []
        faults: list[Refusal] = []
        chunk: list[Row] = []
        tail: deque[Row] = deque(maxlen=TAIL_ROWS)
        for line, cells in self._records(on_progress):
            if line <= after_line:
                continue
            if isinstance(cells, str):
                faults.append(Refusal(line, "", "", cells))
                continue
            tail.append((line, cells))
            if len(cells) < width or any(cells[width:]):
                faults.append(_ragged(line, cells, width))
            else:
                chunk.append((line, cells))
            if len(chunk) == CHUNK_ROWS:
                frames.append(_frame(chunk, columns))
                chunk = []
        return TextRows(pl.concat([*frames, _frame(chunk, columns)]), list(tail), faults)

    def _records(self, on_progress: OnProgress) -> Iterator[tuple[int, list[str] | str]]:
        """Each row that isn't blank with the line that it starts on; a reason if unreadable."""
        source = io.BytesIO(self._content)
        text = io.TextIOWrapper(source, self._encoding, newline="")
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        if self._has_declaration:
            next(reader)
        for line, cells in _numbered(reader):
            if isinstance(cells, str) or "".join(cells).strip():
                yield line, cells
            if line % CHUNK_ROWS == 0:
                on_progress("reading", source.tell() / len(self._content))


class SheetTable:
    """A sheet; the line is the row number that the spreadsheet shows."""

    has_serial_dates = True
    is_french_form = False

    def __init__(self, name: str, frame: pl.DataFrame) -> None:
        self.name = name
        self.notes: list[Note] = []
        self._frame = _with_lines(frame, first_line=1)

    def head(self) -> list[Row]:
        return _rows_of(self._frame.head(HEAD_ROWS))

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        below = self._frame.filter(pl.col("line") > after_line)
        return TextRows(_chosen(below, columns), _rows_of(below.tail(TAIL_ROWS)))


class ParquetTable:
    """A Parquet file; typed values become their plain text, the line is the row's number."""

    has_serial_dates = False
    is_french_form = False
    name = ""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._head = self._read(row_count=HEAD_ROWS)
        formats.check_column_count(self._head.width)
        self.notes: list[Note] = []

    def head(self) -> list[Row]:
        rows = _with_lines(self._head.select(map(_as_text, self._head)), first_line=1)
        return [(0, self._head.columns), *_rows_of(rows)]

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        typed = self._read(columns=list(columns))
        names = [self._head.columns[index] for index in columns]
        texts = [_as_text(typed[name]).alias(f"c{place}") for place, name in enumerate(names)]
        lines = pl.int_range(1, typed.height + 1, dtype=pl.Int64, eager=True).alias("line")
        return TextRows(pl.DataFrame([lines, *texts]), [])

    def _read(self, columns: list[int] | None = None, row_count: int | None = None) -> pl.DataFrame:
        source = io.BytesIO(self._content)
        try:
            return pl.read_parquet(source, columns=columns, n_rows=row_count)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise formats.damaged() from error


def _numbered(reader: csv._reader) -> Iterator[tuple[int, list[str] | str]]:  # type: ignore[name-defined]
    """Each record of a strict reader with its first line; a reason instead of bad quotes."""
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _reason(error, line)


def _reason(error: csv.Error, line: int) -> str:
    if "field limit" in str(error):
        raise ImportRefused(
            "Line {line}: a cell is longer than {limit} characters.",
            "A quotation mark may be missing there.",
            line=line,
            limit=formats.MAX_CELL_LENGTH,
        ) from error
    if "unexpected end" in str(error):
        raise ImportRefused(
            "The quotation mark that opens on line {line} is never closed.",
            "Correct that line, or export the file again.",
            line=line,
        ) from error
    return BAD_QUOTES


def _ragged(line: int, cells: list[str], width: int) -> Refusal:
    shown = " | ".join(cells)[:SHOWN_CELLS]
    return Refusal(line, "", shown, RAGGED, {"found": len(cells), "expected": width})


def _frame(chunk: list[Row], columns: Sequence[int]) -> pl.DataFrame:
    cells = [row for _, row in chunk]
    texts = {
        f"c{place}": pl.Series([row[index] for row in cells], dtype=pl.String)
        for place, index in enumerate(columns)
    }
    return pl.DataFrame(
        {
            "line": pl.Series([line for line, _ in chunk], dtype=pl.Int64),
            **texts,
        }
    )


def _open_workbook(content: bytes, wanted: str | None) -> Sequence[Table]:
    formats.check_workbook_size(content)
    try:
        workbook = fastexcel.read_excel(content)
        names = workbook.sheet_names if wanted is None else [_sheet_name(workbook, wanted)]
        tables = [table for name in names if (table := _open_sheet(workbook, name, wanted))]
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise formats.locked() from error
        raise formats.damaged() from error
    if not tables:
        raise ImportRefused("The workbook's sheets are empty.", "Export it again.")
    return tables


def _sheet_name(workbook: fastexcel.ExcelReader, wanted: str) -> str:
    """The sheet of that name, or of that number if it is written ``#2``."""
    names = workbook.sheet_names
    if wanted in names:
        return wanted
    if wanted.startswith("#") and wanted[1:].isdigit() and 0 < int(wanted[1:]) <= len(names):
        return names[int(wanted[1:]) - 1]
    raise ImportRefused(
        "The workbook has no sheet called {sheet}.",
        "Its sheets are: {names}.",
        sheet=wanted,
        names=", ".join(names),
    )


def _open_sheet(
    workbook: fastexcel.ExcelReader, name: str, wanted: str | None
) -> SheetTable | None:
    """The sheet as text, or None if it is empty, or hidden and not asked for."""
    try:
        # skip_rows=0 keeps empty rows at the top, so that row numbers stay the sheet's own.
        sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.CalamineError:
        if wanted is None:  # a chart sheet
            return None
        raise
    if sheet.total_height == 0 or (wanted is None and sheet.visible != "visible"):
        return None
    formats.check_column_count(sheet.width)
    return SheetTable(name, sheet.to_polars())


def _with_lines(frame: pl.DataFrame, first_line: int) -> pl.DataFrame:
    """Text columns ``t0``, ``t1``… of the rows that aren't blank, with ``line``."""
    texts = frame.rename({name: f"t{index}" for index, name in enumerate(frame.columns)})
    numbered = texts.with_columns(pl.all().fill_null("")).with_row_index("line", first_line)
    filled = pl.any_horizontal(pl.col(texts.columns).str.strip_chars() != "")
    return numbered.filter(filled).with_columns(pl.col("line").cast(pl.Int64))


def _rows_of(frame: pl.DataFrame) -> list[Row]:
    return [(row[0], list(row[1:])) for row in frame.iter_rows()]


def _chosen(frame: pl.DataFrame, columns: Sequence[int]) -> pl.DataFrame:
    texts = [pl.col(f"t{index}").alias(f"c{place}") for place, index in enumerate(columns)]
    return frame.select("line", *texts)


def _as_text(series: pl.Series) -> pl.Series:
    """The canonical text of a typed column; what has none (lists, bytes) is empty."""
    if isinstance(series.dtype, pl.Datetime):
        moment = series.dt.convert_time_zone("UTC") if series.dtype.time_zone else series
        form = "%Y-%m-%dT%H:%M:%S%.6fZ" if series.dtype.time_zone else "%Y-%m-%dT%H:%M:%S%.6f"
        return moment.dt.to_string(form)
    if series.dtype.is_nested() or series.dtype in (pl.Binary, pl.Object, pl.Duration):
        return pl.Series(series.name, [None] * len(series), dtype=pl.String)
    return series.cast(pl.String)
