"""Parquet files as tables of text."""

from __future__ import annotations

import io
from collections.abc import Sequence

import polars as pl

from cxdata.config import ImportSettings
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.apart import read_apart
from cxdata.ingest.reading.formats import damaged
from cxdata.ingest.reading.rows import (
    HEAD_ROWS,
    FileRow,
    OnProgress,
    TextRows,
    check_cell_lengths,
    check_column_count,
    check_row_count,
    check_text_size,
    numbered,
    rows_of,
)
from cxdata.ingest.reading.unpacking import OnSize, check_unpacked_size
from cxdata.models import Question


class ParquetTable:
    """A Parquet file; typed values become their plain text, the line is the row's number."""

    has_serial_dates = False
    is_french_form = False
    name = delimiter = encoding = ""

    def __init__(
        self, content: bytes, limits: ImportSettings, on_progress: OnProgress, on_size: OnSize
    ) -> None:
        _try_out(content, limits, on_progress, on_size)
        self._content = content
        self._limits = limits
        self._head = self._read(row_count=HEAD_ROWS)
        check_column_count(self._head.width, limits)
        self.notes: list[Note] = []
        self.questions: list[Question] = []

    def head(self) -> list[FileRow]:
        rows = numbered(self._head.select(map(_as_text, self._head)), first_line=1)
        return [(0, self._head.columns), *rows_of(rows)]

    def spread(self, count: int) -> list[list[str]]:
        """Of the columns of text; the others say what they are by their type."""
        texts = [name for name, kind in self._head.schema.items() if kind == pl.String]
        if not texts:
            return []
        found = self._read(columns=texts)
        some = found.gather_every(max(1, -(-found.height // count))).fill_null("")
        empty = pl.Series([""]).new_from_index(0, some.height)
        columns = [some[name] if name in texts else empty for name in self._head.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def rows(
        self, columns: Sequence[int], after_line: int, width: int, on_progress: OnProgress
    ) -> TextRows:
        on_progress("reading", 0.0)
        check_row_count(self._row_count(), self._limits)
        names = [self._head.columns[index] for index in columns]
        typed = self._read(columns=list(dict.fromkeys(names)))
        texts = [_as_text(typed[name]).alias(f"c{place}") for place, name in enumerate(names)]
        lines = pl.int_range(1, typed.height + 1, dtype=pl.Int64, eager=True).alias("line")
        frame = pl.DataFrame([lines, *texts])
        check_cell_lengths(frame, self._limits)
        on_progress("reading", 1.0)
        return TextRows(frame, [])

    def records(self, lines: Sequence[int]) -> list[FileRow]:
        typed = self._read().with_row_index("line of file", 1)
        wanted = typed.filter(pl.col("line of file").is_in(list(lines)))
        texts = [_as_text(series).fill_null("") for series in wanted.drop("line of file")]
        return rows_of(pl.DataFrame([wanted["line of file"], *texts]))

    def _row_count(self) -> int:
        try:
            return int(pl.scan_parquet(io.BytesIO(self._content)).select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError) as error:
            raise damaged() from error

    def _read(self, columns: list[str] | None = None, row_count: int | None = None) -> pl.DataFrame:
        source = io.BytesIO(self._content)
        try:
            return pl.read_parquet(source, columns=columns, n_rows=row_count)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise damaged() from error


def _try_out(
    content: bytes, limits: ImportSettings, on_progress: OnProgress, on_size: OnSize
) -> None:
    """Refuse what breaks its reader, or repeats one long text until the memory is full."""
    with read_apart(content, None, limits, on_progress) as read:
        if read.found is None or "error" in read.found:
            raise damaged()
        check_unpacked_size(read.found["bytes"], len(content), limits)
        check_text_size(read.found["bytes"], limits)
        on_size(read.found["bytes"])


def _as_text(series: pl.Series) -> pl.Series:
    """The canonical text of a typed column; what has none (lists, bytes) is empty."""
    if isinstance(series.dtype, pl.Datetime):
        moment = series.dt.convert_time_zone("UTC") if series.dtype.time_zone else series
        form = "%Y-%m-%dT%H:%M:%S%.6fZ" if series.dtype.time_zone else "%Y-%m-%dT%H:%M:%S%.6f"
        return moment.dt.to_string(form)
    if series.dtype.is_nested() or series.dtype in (pl.Binary, pl.Object, pl.Duration):
        return pl.Series(series.name, [None] * len(series), dtype=pl.String)
    return series.cast(pl.String)
