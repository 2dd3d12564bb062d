"""From bytes to rows of text cells, each with its line in the user's file.

Every format is opened as a ``Table``: its first rows are looked at to find the header, then
the columns that are wanted are read. No cell is given a type here.
"""

from __future__ import annotations

from collections.abc import Sequence

from cxdata.config import ImportSettings
from cxdata.ingest.reading import formats
from cxdata.ingest.reading.delimited import DelimitedTable
from cxdata.ingest.reading.json_rows import open_json
from cxdata.ingest.reading.parquet import ParquetTable
from cxdata.ingest.reading.rows import (
    BAD_JSON,
    BAD_QUOTES,
    RAGGED,
    SHOWN_CELLS,
    FileRow,
    OnProgress,
    Table,
    TextRows,
)
from cxdata.ingest.reading.unpacking import OnSize, check_expansion, unpacked, unpacked_size
from cxdata.ingest.reading.workbooks import open_workbook

__all__ = [
    "BAD_JSON",
    "BAD_QUOTES",
    "RAGGED",
    "SHOWN_CELLS",
    "FileRow",
    "OnProgress",
    "Table",
    "TextRows",
    "open_tables",
]


def open_tables(
    content: bytes,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    delimiter: str | None = None,
    limits: ImportSettings,
    file_name: str = "",
    on_progress: OnProgress = lambda stage, done: None,
    on_size: OnSize = lambda byte_count: None,
) -> Sequence[Table]:
    """The tables of a file: one, or one for each visible sheet that isn't empty.

    What ``on_progress`` raises ends the reading. ``on_size`` is called with the bytes that the
    file is found to have, before and while they are unpacked.

    Raises
    ------
    ImportRefused
        If the file holds no table, or no sheet called ``sheet``, or exceeds the limits.
    """
    formats.check_size(len(content), limits)
    on_size(len(content))
    content = unpacked(content, limits, on_size)
    form = formats.recognise(content)
    on_size(unpacked_size(content))
    if form == "workbook":
        if content.startswith(b"PK"):
            check_expansion(content, limits)
        return open_workbook(content, sheet, limits, on_progress)
    if form == "parquet":
        return [ParquetTable(content, limits, on_progress, on_size)]
    if form == "json":
        return [open_json(content, encoding, limits, on_progress)]
    return [DelimitedTable(content, encoding, delimiter, limits, on_progress)]
