"""Rows from all over a delimited text, found without reading what stands between them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from cxdata.ingest.reading.regular import Dialect

WHOLE_BYTES = 500_000  # a text up to this long is read whole
STRETCHES = 60
STRETCH_BYTES = 8_000


def spread_rows(text: bytes, start: int, dialect: Dialect, count: int) -> list[list[str]]:
    """The cells of at most ``count`` rows, in the text's order.

    A stretch of a long text may begin within a quoted cell, so only rows of the most frequent
    width count; one without a line feed is left out.
    """
    rows = [row for piece in _pieces(text, start) for row in _parsed(piece, dialect)]
    widths = Counter(map(len, rows))
    usual = max(widths, key=widths.__getitem__, default=0)
    whole = [row for row in rows if len(row) == usual]
    return whole[:: max(1, -(-len(whole) // count))]


def _pieces(text: bytes, start: int) -> Iterator[bytes]:
    """Whole lines of the text, from its start to its end."""
    if len(text) - start <= WHOLE_BYTES:
        yield text[start:]
        return
    for place in range(start, len(text), (len(text) - start) // STRETCHES):
        piece = text[place : place + STRETCH_BYTES]
        yield piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1]


def _parsed(piece: bytes, dialect: Dialect) -> list[list[str]]:
    lines = io.StringIO(piece.decode("utf-8", "replace"), newline="")
    reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
    try:
        return list(reader)
    except csv.Error:  # such as a cell beyond the limit
        return []
