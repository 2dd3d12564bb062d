"""Records of a delimited text that are proven to be regular, found many at a time.

A block is proven when its quotation marks open and close at the borders of cells only. Then
every reader that keeps to RFC 4180 cuts it alike, so that a fast one can take the careful one's
place; where the proof fails, nothing is said and the careful one reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Offsets = NDArray[np.int64]
Bytes = NDArray[np.uint8]

LF, CR = 10, 13


@dataclass(frozen=True)
class Dialect:
    """What stands between cells and around them."""

    delimiter: str
    quote: str = '"'

    @property
    def is_plain(self) -> bool:
        """Whether both are one byte of UTF-8."""
        return self.delimiter.isascii() and self.quote.isascii()


@dataclass(frozen=True)
class Block:
    """Whole records that follow each other in a text.

    One number per record: where it starts and ends in the text (its line break is the end's), the
    line that it starts on, and how many cells it has. ``end`` and ``next_line`` are the first
    record's after the block.
    """

    starts: Offsets
    ends: Offsets
    lines: Offsets
    widths: Offsets
    end: int
    next_line: int


@dataclass(frozen=True)
class _Borders:
    """Places of a window where cells (``places``) and records (``breaks``, of these) end."""

    places: Offsets
    breaks: Offsets
    lines: Offsets  # line breaks up to each record's end, those inside of cells included


def proven_block(
    text: Bytes, start: int, stop: int, line: int, dialect: Dialect, max_cell_length: int
) -> Block | None:
    """The records from ``start``, where one begins on ``line``, that end before ``stop``.

    Ends early before a quotation mark in the wrong place; None if there is nothing before it, if a
    line ends with a lone carriage return, or if a cell is longer than allowed.
    """
    window = text[start:stop]
    is_last = stop >= len(text)
    borders = _borders(window, dialect, is_last)
    if borders is None or len(borders.breaks) == 0:
        return None
    ends = borders.places[borders.breaks]
    inner = window[: ends[-1] + 1]
    if not _breaks_are_whole(inner) or _longest(borders, ends) > max_cell_length:
        return None
    begins = np.concatenate(([0], ends[:-1] + 1))
    lines = line + np.concatenate(([0], borders.lines[:-1]))
    return Block(
        starts=start + begins,
        ends=np.minimum(start + ends + 1, len(text)),
        lines=lines,
        widths=np.diff(borders.breaks, prepend=-1),
        end=min(int(start + ends[-1] + 1), len(text)),
        next_line=line + int(borders.lines[-1]),
    )


def read_block(
    text: bytes,
    block: Block,
    chosen: NDArray[np.bool_],
    columns: Sequence[int],
    width: int,
    dialect: Dialect,
) -> pl.DataFrame | None:
    """``c0``, ``c1``… of the chosen records, which are all ``width`` cells wide.

    None if the fast reader doesn't find as many records as were proven.
    """
    # Without a first line of our own, Polars takes some texts for compressed files.
    names = [f"x{index}" for index in range(width)]
    header = dialect.delimiter.join(names).encode() + b"\n"
    content = b"".join([header, *_pieces(text, block, chosen)])
    quote = dialect.quote if dialect.quote.encode() in content else None
    try:
        frame = pl.read_csv(
            content,
            schema=dict.fromkeys(names, pl.String),
            columns=sorted({names[index] for index in columns}),
            separator=dialect.delimiter,
            quote_char=quote,
            eol_char="\n",
            empty_string_is_null=False,
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != int(chosen.sum()):
        return None
    return frame.select(pl.col(f"x{index}").alias(f"c{n}") for n, index in enumerate(columns))


def _borders(window: Bytes, dialect: Dialect, is_last: bool) -> _Borders | None:
    delimiter, quote = ord(dialect.delimiter), ord(dialect.quote)
    is_quote = window == quote
    has_quotes = bool(is_quote.any())
    marks = (window == delimiter) | (window == LF)
    if has_quotes:
        marks |= is_quote
    places = np.flatnonzero(marks)
    kinds = window[places]
    if not has_quotes:
        free = np.ones(len(places), dtype=bool)
        is_open = False
    else:
        inside = np.cumsum(kinds == quote) & 1
        limit = _first_misplaced(window, places, kinds == quote, inside, delimiter, quote, is_last)
        places, kinds, inside = places[:limit], kinds[:limit], inside[:limit]
        free = (kinds != quote) & (inside == 0)
        is_open = limit is not None or bool(len(inside) and inside[-1])
    broken_lines = np.cumsum(kinds == LF)[free]
    places, kinds = places[free], kinds[free]
    breaks = np.flatnonzero(kinds == LF)
    lines = broken_lines[breaks]
    if is_last and not is_open and len(window) and window[-1] != LF:
        places = np.append(places, len(window))
        breaks = np.append(breaks, len(places) - 1)
        lines = np.append(lines, 0)
    return _Borders(places, breaks, lines)


def _first_misplaced(
    window: Bytes,
    places: Offsets,
    is_quote: NDArray[np.bool_],
    inside: NDArray[np.int64],
    delimiter: int,
    quote: int,
    is_last: bool,
) -> int | None:
    """The index of the first quotation mark that isn't at a cell's border, if there is one."""
    quotes = np.flatnonzero(is_quote)
    at = places[quotes]
    before = window[np.maximum(at - 1, 0)]
    after = window[np.minimum(at + 1, len(window) - 1)]
    opens_well = (before == delimiter) | (before == LF) | (before == quote) | (at == 0)
    closes_well = (after == delimiter) | (after == LF) | (after == CR) | (after == quote)
    # At the end of a window that isn't the text's, what follows isn't known.
    closes_well = np.where(at == len(window) - 1, is_last, closes_well)
    misplaced = np.flatnonzero(~np.where(inside[quotes] == 1, opens_well, closes_well))
    return int(quotes[misplaced[0]]) if len(misplaced) else None


def _breaks_are_whole(inner: Bytes) -> bool:
    """Whether each carriage return is followed by a line feed."""
    returns = np.flatnonzero(inner == CR)
    if len(returns) == 0:
        return True
    return bool(returns[-1] < len(inner) - 1 and (inner[returns + 1] == LF).all())


def _longest(borders: _Borders, ends: Offsets) -> int:
    """The longest cell in bytes, its quotation marks included."""
    places = borders.places[: borders.breaks[-1] + 1]
    return int(np.diff(places, prepend=-1).max()) - 1


def _pieces(text: bytes, block: Block, chosen: NDArray[np.bool_]) -> list[bytes]:
    if chosen.all():
        return [text[block.starts[0] : block.end]]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])).astype(np.int8)))
    return [
        _ended(text[block.starts[first] : block.ends[after - 1]])
        for first, after in edges.reshape(-1, 2)
    ]


def _ended(piece: bytes) -> bytes:
    return piece if piece.endswith(b"\n") else piece + b"\n"
