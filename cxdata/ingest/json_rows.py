"""JSON lines, or one array of objects, as a table: a column per key, a row per object.

An object inside an object gives columns such as ``person.name``; a list of plain values is one
cell; what lies deeper stays JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest.encodings import encoding_of
from cxdata.ingest.rows import (
    BAD_JSON,
    SHOWN_CELLS,
    FrameTable,
    check_cell_lengths,
    check_column_count,
    check_row_count,
    numbered,
)
from cxdata.models import Refusal

Cells = Mapping[str, str]


def open_json(content: bytes, encoding: str | None, limits: ImportSettings) -> FrameTable:
    """The table; the line is the text's, or the object's number in an array.

    Raises
    ------
    ImportRefused
        If it is neither an array of objects nor one object per line.
    """
    text = content.decode(encoding_of(content, encoding).name)
    objects = _array(text)
    faults: list[Refusal] = []
    rows = dict(_lines(text, faults)) if objects is None else dict(enumerate(objects, start=1))
    if not rows:
        raise _no_table()
    names = list(dict.fromkeys(name for cells in rows.values() for name in cells))
    check_column_count(len(names), limits)
    check_row_count(len(rows), limits)
    frame = pl.DataFrame(
        {f"t{n}": [cells.get(name, "") for cells in rows.values()] for n, name in enumerate(names)},
        schema={f"t{n}": pl.String for n in range(len(names))},
    )
    lines = pl.Series("line", list(rows), dtype=pl.Int64)
    filled = numbered(frame, first_line=0).with_columns(line=pl.col("line"))
    table = filled.with_columns(lines.gather(filled["line"]).alias("line"))
    check_cell_lengths(table, limits)
    return FrameTable(table, names, faults=faults)


def _array(text: str) -> list[Cells] | None:
    """The objects of the only array, by itself or in an object around it; None for JSON lines."""
    try:
        whole = _loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(whole, dict):
        lists = [each for each in whole.values() if isinstance(each, list)]
        tables = [each for each in lists if each and isinstance(each[0], dict)]
        whole = tables[0] if len(tables) == 1 else [whole]
    if not isinstance(whole, list) or not all(isinstance(each, dict) for each in whole):
        raise _no_table()
    return [_cells(each) for each in whole]


def _lines(text: str, faults: list[Refusal]) -> Iterator[tuple[int, Cells]]:
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            found = _loads(written)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield line, _cells(found)
        else:
            faults.append(Refusal(line, "", written.strip()[:SHOWN_CELLS], BAD_JSON))


def _loads(text: str) -> Any:
    """Numbers stay as they are written."""
    return json.loads(text.lstrip("\ufeff"), parse_int=str, parse_float=str)


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
