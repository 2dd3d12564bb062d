"""CSV and its kin as rows of text cells, each with the physical line on which it starts.

Two readers share the work. The careful one is Python's strict ``csv`` and has the last word: it
knows of every fault where it is and why. Where a stretch of the text is proven to be regular, the
fast one reads it, to the same result.
"""

from __future__ import annotations

import csv
import re
from array import array
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading.blanks import BlankRows
from cxdata.ingest.reading.delimiters import cutting_of
from cxdata.ingest.reading.encodings import encoding_of, in_utf8
from cxdata.ingest.reading.regular import Block, proven_block, read_block
from cxdata.ingest.reading.rows import (
    BAD_QUOTES,
    HEAD_ROWS,
    RAGGED,
    SHOWN_CELLS,
    TAIL_ROWS,
    FileRow,
    OnProgress,
    TextRows,
    check_column_count,
    check_row_count,
    check_text_size,
    too_long,
)
from cxdata.ingest.reading.sampling import spread_rows
from cxdata.models import Refusal

SAMPLE_BYTES = 65_536
LARGEST_WINDOW = 4_000_000
SMALLEST_WINDOW = 64_000
MAX_IRREGULAR_SHARE = 0.1  # above it, the careful reader takes the whole stretch
SEARCHED_ROWS = 10_000  # faulty ones that are passed over to find the header
MAX_LINE_DELIMITERS = 1_000_000  # more would fill the memory with cells
_LINE_END = re.compile(rb"\r\n|\r|\n")
_EMPTY_LINES = re.compile(rb"[\s;,|\"]*[\r\n]")


@dataclass(frozen=True)
class _Record:
    """A row where it stands in the text: its cells, or the reason why it has none."""

    line: int
    start: int
    end: int
    next_line: int
    cells: list[str] | str

    @property
    def is_blank(self) -> bool:
        return isinstance(self.cells, list) and not "".join(self.cells).strip()


@dataclass
class _Collected:
    """What has been read so far; ``tail`` has the places of the last rows.

    Of the faults beyond ``listed_count`` only the lines are kept.
    """

    columns: Sequence[int]
    width: int
    listed_count: int
    frames: list[pl.DataFrame] = field(default_factory=list)
    faults: list[Refusal] = field(default_factory=list)
    further_faults: array[int] = field(default_factory=lambda: array("q"))
    tail: deque[_Record] = field(default_factory=lambda: deque(maxlen=TAIL_ROWS))
    row_count: int = 0

    def add(self, records: Sequence[_Record]) -> None:
        """Rows of the careful reader."""
        good: list[FileRow] = []
        for record in records:
            cells = record.cells
            if isinstance(cells, list) and _fits(cells, self.width):
                good.append((record.line, cells))
            elif len(self.faults) >= self.listed_count:
                self.further_faults.append(record.line)
            elif isinstance(cells, str):
                self.faults.append(Refusal(record.line, "", "", cells))
            else:
                self.faults.append(_ragged(record.line, cells, self.width))
        self.row_count += len(records) - len(good)
        if good:
            self.add_frame(_frame(good, self.columns))

    def add_frame(self, frame: pl.DataFrame) -> None:
        self.frames.append(frame)
        self.row_count += frame.height

    def add_faults(self, lines: NDArray[np.int64]) -> None:
        """Rows that are too short, beyond those that are listed."""
        self.further_faults.frombytes(lines.astype(np.int64).tobytes())
        self.row_count += len(lines)

    def remember(self, records: Sequence[_Record]) -> None:
        self.tail.extend(each for each in records if isinstance(each.cells, list))

    def text_rows(self) -> TextRows:
        frame = pl.concat([*self.frames, _frame([], self.columns)])
        if not frame["line"].is_sorted():
            frame = frame.sort("line")
        tail = [(each.line, each.cells) for each in self.tail if isinstance(each.cells, list)]
        faults = sorted(self.faults, key=lambda fault: fault.line)
        return TextRows(frame, tail, faults, self.further_faults)


class DelimitedTable:
    """A delimited text; the line is the physical one, also after quoted line breaks."""

    has_serial_dates = False
    name = ""

    def __init__(
        self,
        content: bytes,
        encoding: str | None,
        delimiter: str | None,
        limits: ImportSettings,
        on_progress: OnProgress = lambda stage, done: None,
    ) -> None:
        decided = encoding_of(content, encoding)
        self._text = in_utf8(content, decided.name)
        check_text_size(len(self._text), limits)
        self._on_progress = on_progress
        self._known_head: list[FileRow] | None = None
        sample = sample_text(self._text)
        cutting = cutting_of(sample, delimiter)
        self._dialect = cutting.dialect
        self._blanks = BlankRows(cutting.dialect)
        self.delimiter = cutting.dialect.delimiter
        self.encoding = decided.name
        self._limits = limits
        self._start, self._first_line = len(BOM_UTF8) * self._text.startswith(BOM_UTF8), 1
        if sample.startswith("sep="):
            declaration = _LINE_END.search(self._text)
            self._start, self._first_line = declaration.end() if declaration else 0, 2
        # Without lone carriage returns, and there rarely are any, a line feed ends each line.
        returns = self._text.count(b"\r")
        self._has_lone_returns = returns != 0 and returns != self._text.count(b"\r\n")
        self.is_french_form = self.delimiter == ";"
        self.notes = [note for note in (decided.note,) if note]
        self.questions = [each for each in (decided.question, cutting.question) if each]

    def head(self) -> list[FileRow]:
        if self._known_head is None:
            self._known_head = self._read_head()
        return self._known_head

    def _read_head(self) -> list[FileRow]:
        head: list[FileRow] = []
        records = self._filled(self._start, self._first_line, self._on_progress)
        for count, record in enumerate(records):
            if isinstance(record.cells, list):
                head.append((record.line, record.cells))
                check_column_count(len(record.cells), self._limits)
            if len(head) == HEAD_ROWS or count == SEARCHED_ROWS:
                break
        return head

    def spread(self, count: int) -> list[list[str]]:
        return spread_rows(self._text, self._start, self._dialect, count)

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        collected = _Collected(columns, width, self._limits.listed_refusal_count)
        for part in self._parts(after_line, on_progress):
            if isinstance(part, Block):
                self._take(part, collected)
            else:
                records = [each for each in part if not each.is_blank]
                collected.add(records)
                collected.remember(records)
            check_row_count(collected.row_count, self._limits)
        return collected.text_rows()

    def records(self, lines: Sequence[int]) -> list[FileRow]:
        wanted = set(lines)
        sought = np.asarray(sorted(wanted), dtype=np.int64)
        found: list[_Record] = []
        for part in self._parts(0, self._on_progress):
            if isinstance(part, Block):
                found += self._careful(part, np.flatnonzero(np.isin(part.lines, sought)))
            else:
                found += [each for each in part if each.line in wanted]
        return [(each.line, self._cells(each)) for each in found]

    def _cells(self, record: _Record) -> list[str]:
        if isinstance(record.cells, list):
            return record.cells
        return [self._text[record.start : record.end].decode().rstrip("\r\n")]

    def _parts(self, after_line: int, on_progress: OnProgress) -> Iterator[Block | list[_Record]]:
        """The records below a line, in pieces that were proven or read carefully.

        Blank ones may be among them; long stretches of those are passed over.
        """
        start, line = self._place_after(after_line)
        text = np.frombuffer(self._text, dtype=np.uint8)
        size = LARGEST_WINDOW
        while start < len(text):
            on_progress("reading", start / len(text))
            start, line = self._past_blanks(start, line, on_progress)
            if start >= len(text):
                break
            stop = min(start + size, len(text))
            block = self._proven(text, start, stop, line)
            if block is not None:
                yield block
                start, line = block.end, block.next_line
                size = min(2 * size, LARGEST_WINDOW)
                continue
            size = SMALLEST_WINDOW
            records = list(self._records(start, line, min(start + size, len(text))))
            yield records
            start, line = records[-1].end, records[-1].next_line
        on_progress("reading", 1.0)

    def _proven(self, text: NDArray[np.uint8], start: int, stop: int, line: int) -> Block | None:
        if not self._dialect.is_plain:
            return None
        limit = self._limits.max_cell_length
        return proven_block(text, start, stop, line, self._dialect, limit)

    def _place_after(self, after_line: int) -> tuple[int, int]:
        """Where the first record below a line that isn't blank starts, and on which line."""
        for record in self._filled(self._start, self._first_line, self._on_progress):
            if record.line > after_line:
                return record.start, record.line
        return len(self._text), after_line + 1

    def _past_blanks(self, start: int, line: int, on_progress: OnProgress) -> tuple[int, int]:
        """Where blank rows that begin at a place end, and on which line."""
        while start < len(self._text) and (found := self._blanks.stretch(self._text, start)):
            start, line = found.end, line + found.line_count
            on_progress("reading", start / len(self._text))
        return start, line

    def _filled(self, start: int, line: int, on_progress: OnProgress) -> Iterator[_Record]:
        """Every record from a place on that isn't blank, one at a time."""
        while start < len(self._text):
            start, line = self._past_blanks(start, line, on_progress)
            for record in self._records(start, line, len(self._text)):
                start, line = record.end, record.next_line
                if record.is_blank:
                    break
                yield record

    def _take(self, block: Block, collected: _Collected) -> None:
        """The fast reader's rows where records are equally wide; too short ones are faults."""
        is_blank = self._blanks.of_block(self._text, block)
        fits = (block.widths == collected.width) & ~is_blank
        is_short = (block.widths < collected.width) & ~is_blank
        is_wide = (block.widths > collected.width) & ~is_blank
        columns = collected.columns
        frame = None
        is_regular = is_wide.sum() <= MAX_IRREGULAR_SHARE * (~is_blank).sum()
        if columns and collected.width > 1 and is_regular:
            frame = self._read_fast(block, fits, columns, collected.width)
        if frame is None:
            collected.add(self._careful(block, np.flatnonzero(~is_blank)))
        else:
            collected.add_frame(frame)
            short = np.flatnonzero(is_short)
            listed = max(collected.listed_count - len(collected.faults), 0)
            others = np.sort(np.concatenate((short[:listed], np.flatnonzero(is_wide))))
            collected.add(self._careful(block, others))
            collected.add_faults(block.lines[short[listed:]])
        collected.remember(self._careful(block, np.flatnonzero(~is_blank)[-TAIL_ROWS:]))

    def _read_fast(
        self, block: Block, fits: NDArray[np.bool_], columns: Sequence[int], width: int
    ) -> pl.DataFrame | None:
        if not fits.any():
            return _frame([], columns)
        frame = read_block(self._text, block, fits, columns, width, self._dialect)
        if frame is None:
            return None
        return frame.insert_column(0, pl.Series("line", block.lines[fits]))

    def _careful(self, block: Block, places: NDArray[np.int64]) -> list[_Record]:
        """The records at these places of a block as the careful reader has them."""
        if not len(places):
            return []
        runs = np.split(places, np.flatnonzero(np.diff(places) != 1) + 1)
        return [
            record
            for run in runs
            for record in self._records(
                int(block.starts[run[0]]), int(block.lines[run[0]]), int(block.ends[run[-1]])
            )
        ]

    def _records(self, start: int, line: int, stop: int) -> Iterator[_Record]:
        """Every record that starts between two places, the first of which starts one."""
        csv.field_size_limit(self._limits.max_cell_length)
        lines = _Lines(self._text, start, line, self._dialect.delimiter, self._has_lone_returns)
        reader = csv.reader(
            lines, delimiter=self._dialect.delimiter, quotechar=self._dialect.quote, strict=True
        )
        while lines.place < stop:
            start, first = lines.place, lines.line
            try:
                cells: list[str] | str = next(reader)
            except csv.Error as error:
                cells = self._reason(error, first)
            yield _Record(first, start, lines.place, lines.line, cells)

    def _reason(self, error: csv.Error, line: int) -> str:
        if "field limit" in str(error):
            raise too_long(line, self._limits) from error
        if "unexpected end" in str(error):
            raise ImportRefused(
                "The quotation mark that opens on line {line} is never closed.",
                "Correct that line, or export the file again.",
                line=line,
            ) from error
        return BAD_QUOTES


class _Lines:
    """The physical lines of a text; ``place`` and ``line`` are where the next begins."""

    def __init__(
        self, text: bytes, place: int, line: int, delimiter: str, has_lone_returns: bool
    ) -> None:
        self.place = place
        self.line = line
        self._text = text
        self._delimiter = delimiter.encode()
        self._has_lone_returns = has_lone_returns

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        start = self.place
        if start >= len(self._text):
            raise StopIteration
        if self._has_lone_returns:
            found = _LINE_END.search(self._text, start)
            self.place = found.end() if found else len(self._text)
        else:
            self.place = (self._text.find(b"\n", start) + 1) or len(self._text)
        piece = self._text[start : self.place]
        if len(piece) > MAX_LINE_DELIMITERS and piece.count(self._delimiter) > MAX_LINE_DELIMITERS:
            raise _too_wide(self.line)
        self.line += 1
        return piece.decode()


def sample_text(text: bytes) -> str:
    """The first whole lines of the file, without empty ones at the top of a long one."""
    start = 0
    if len(text) > SAMPLE_BYTES:
        beginning = _EMPTY_LINES.match(text)
        start = beginning.end() if beginning else 0
    sample = text[start : start + SAMPLE_BYTES].decode("utf-8-sig", "ignore")
    last_break = max(sample.rfind("\n"), sample.rfind("\r"))
    return (
        sample if len(text) - start <= SAMPLE_BYTES or last_break < 0 else sample[: last_break + 1]
    )


def _too_wide(line: int) -> ImportRefused:
    return ImportRefused(
        "Line {line} has more than a million cells.",
        "Line breaks may be missing: export the file again.",
        line=line,
    )


def _fits(cells: Sequence[str], width: int) -> bool:
    return len(cells) >= width and not any(cells[width:])


def _ragged(line: int, cells: list[str], width: int) -> Refusal:
    shown = " | ".join(cells)[:SHOWN_CELLS]
    return Refusal(line, "", shown, RAGGED, {"found": len(cells), "expected": width})


def _frame(chunk: Sequence[FileRow], columns: Sequence[int]) -> pl.DataFrame:
    texts = {
        f"c{place}": pl.Series([cells[index] for _, cells in chunk], dtype=pl.String)
        for place, index in enumerate(columns)
    }
    return pl.DataFrame({"line": pl.Series([line for line, _ in chunk], dtype=pl.Int64), **texts})
