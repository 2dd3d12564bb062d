"""JSON lines, or one array of objects, as a table: a column per key, a row per object.

An object inside an object gives columns such as ``person.name``; a list of plain values is one
cell; what lies deeper stays JSON. Objects are read one after the other and laid out at once, so
that they never all stand in memory.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading.encodings import encoding_of, in_utf8
from cxdata.ingest.reading.rows import (
    BAD_JSON,
    SHOWN_CELLS,
    FrameTable,
    OnProgress,
    check_cell_count,
    check_cell_lengths,
    check_column_count,
    check_row_count,
    check_text_size,
    numbered,
)
from cxdata.models import Refusal

Cells = Mapping[str, str]

PIECE_ROWS = 10_000  # that are laid out together
MAX_WRAPPED_BYTES = 50_000_000  # an array within an object is read whole
_NEXT = re.compile(r"[\s,]*")
_WHITE = re.compile(r"\s*")
# Numbers stay as they are written.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def open_json(
    content: bytes,
    encoding: str | None,
    limits: ImportSettings,
    on_progress: OnProgress = lambda stage, done: None,
) -> FrameTable:
    """The table; the line is the text's, or the object's number in an array.

    Raises
    ------
    ImportRefused
        If it is neither an array of objects nor one object per line, or exceeds the limits.
    """
    coded = in_utf8(content, encoding_of(content, encoding).name)
    check_text_size(len(coded), limits)
    text = coded.decode("utf-8-sig")
    faults = _Faults(limits.listed_refusal_count)
    try:
        layout = _laid_out(_array(text), text, limits, on_progress)
    except (ValueError, RecursionError):  # no array as a whole, perhaps line by line
        layout = None
    if layout is None:
        layout = _laid_out(_lines(text, faults), text, limits, on_progress)
    if not layout.names:
        raise _no_table()
    table = layout.table()
    check_cell_lengths(table, limits)
    return FrameTable(
        table, layout.names, faults=faults.listed, further_faults=faults.further_lines
    )


class _Faults:
    """Lines that are no object: the first ones are listed, of the others the number is kept."""

    def __init__(self, listed_count: int) -> None:
        self.listed: list[Refusal] = []
        self.further_lines: array[int] = array("q")
        self._listed_count = listed_count

    def add(self, line: int, written: str) -> None:
        if len(self.listed) < self._listed_count:
            self.listed.append(Refusal(line, "", written.strip()[:SHOWN_CELLS], BAD_JSON))
        else:
            self.further_lines.append(line)


class _Layout:
    """Rows as frames of a column per key that was met so far."""

    def __init__(self, limits: ImportSettings) -> None:
        self.names: list[str] = []
        self.row_count = 0
        self._limits = limits
        self._places: dict[str, int] = {}
        self._frames: list[pl.DataFrame] = []

    def add(self, lines: list[int], rows: list[Cells]) -> None:
        for cells in rows:
            for name in cells:
                if name not in self._places:
                    self._places[name] = len(self.names)
                    self.names.append(name)
            check_column_count(len(self.names), self._limits)
        self.row_count += len(rows)
        check_row_count(self.row_count, self._limits)
        check_cell_count(self.row_count, len(self.names), self._limits)
        there = list(dict.fromkeys(name for cells in rows for name in cells))
        self._frames.append(
            pl.DataFrame(
                {
                    "n": pl.Series(lines, dtype=pl.Int64),
                    **{
                        f"t{self._places[name]}": pl.Series(
                            [cells.get(name, "") for cells in rows], dtype=pl.String
                        )
                        for name in there
                    },
                }
            )
        )

    def table(self) -> pl.DataFrame:
        whole = pl.concat(self._frames, how="diagonal")
        self._frames.clear()
        lines = whole["n"]
        texts = whole.select(f"t{place}" for place in range(len(self.names)))
        filled = numbered(texts, first_line=0)
        return filled.with_columns(lines.gather(filled["line"]).alias("line"))


def _laid_out(
    rows: Iterable[tuple[int, Cells, int]], text: str, limits: ImportSettings, say: OnProgress
) -> _Layout:
    """The rows that are given with their line and where in the text they end."""
    layout = _Layout(limits)
    lines: list[int] = []
    some: list[Cells] = []
    for line, cells, end in rows:
        lines.append(line)
        some.append(cells)
        if len(some) == PIECE_ROWS or len(cells) > limits.max_columns:
            layout.add(lines, some)
            lines, some = [], []
            say("reading", min(end / len(text), 1.0))
    layout.add(lines, some)
    return layout


def _array(text: str) -> Iterator[tuple[int, Cells, int]]:
    """The objects of the only array, by itself or in an object around it.

    Raises
    ------
    ValueError, RecursionError
        If the text isn't one whole piece of JSON.
    """
    start = _after(_WHITE, text, 0)
    if not text.startswith("[", start):
        yield from _wrapped(text, start)
        return
    number, place = 0, _after(_WHITE, text, start + 1)
    while not text.startswith("]", place):
        found, place = _DECODER.raw_decode(text, place)
        if not isinstance(found, dict):
            raise _no_table()
        number += 1
        yield number, _cells(found), place
        place = _next_in_array(text, place)
    if text[place + 1 :].strip():
        raise ValueError("more follows the array")


def _after(what: re.Pattern[str], text: str, place: int) -> int:
    found = what.match(text, place)
    return found.end() if found else place


def _next_in_array(text: str, place: int) -> int:
    """Where the next object begins, or the array ends."""
    after = _after(_NEXT, text, place)
    comma_count = text.count(",", place, after)
    if comma_count != (0 if text.startswith("]", after) else 1):
        raise ValueError("a comma is missing or too many")
    return after


def _wrapped(text: str, start: int) -> Iterator[tuple[int, Cells, int]]:
    """Of the object that begins at a place: its only table, or else itself."""
    line_end = text.find("\n", start)
    if line_end > 0 and _is_whole(text[start:line_end]) and text[line_end:].strip():
        raise ValueError("an object on a line of its own")
    if len(text) > MAX_WRAPPED_BYTES:
        raise ImportRefused(
            "The JSON is larger than {limit} MB and not one object per line.",
            "Save it as JSON lines, or as CSV.",
            limit=MAX_WRAPPED_BYTES // 1_000_000,
        )
    whole = _DECODER.decode(text)
    if not isinstance(whole, dict):
        raise _no_table()
    lists = [each for each in whole.values() if isinstance(each, list)]
    tables = [each for each in lists if each and isinstance(each[0], dict)]
    rows = tables[0] if len(tables) == 1 else [whole]
    if not all(isinstance(each, dict) for each in rows):
        raise _no_table()
    for number, each in enumerate(rows, start=1):
        yield number, _cells(each), len(text) * number // len(rows)


def _is_whole(line: str) -> bool:
    try:
        _DECODER.decode(line.strip())
    except (ValueError, RecursionError):
        return False
    return True


def _lines(text: str, faults: _Faults) -> Iterator[tuple[int, Cells, int]]:
    line = start = 0
    while start < len(text):
        line += 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        written = text[start:end]
        start = end + 1
        if not written.strip():
            continue
        try:
            found = _DECODER.decode(written.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield line, _cells(found), end
        else:
            faults.add(line, written)


def _cells(found: Mapping[str, Any]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            cells |= {_text(f"{name}.{inner}"): _text(each) for inner, each in value.items()}
        else:
            cells[_text(name)] = _text(value)
    return cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return ", ".join(map(_text, value))
    if not isinstance(value, str):
        return json.dumps(value)
    # Half of a letter that was written as \\ud83d\\ude00 is no text.
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _no_table() -> ImportRefused:
    return ImportRefused(
        "The JSON is no table: one object per row is needed.",
        "Save it as CSV, XLSX or Parquet and import that.",
    )
