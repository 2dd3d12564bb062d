"""Blank rows of a delimited text, found as bytes: a million of them cost no more than their size.

Blank is a row as the careful reader has it: all of its cells are empty or white, with or without
quotation marks around them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxdata.ingest.reading.regular import Block, Dialect

STRETCH_BYTES = 4_000_000  # that are looked at in one go
# What Python's str.strip takes away, in UTF-8, without the ends of lines.
_WHITE = (
    rb"(?:[\t\x0b\x0c\x1c-\x20]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]"
    rb"|\xe2\x81\x9f|\xe3\x80\x80)"
)
_WHITE_BYTES = bytes([9, 10, 11, 12, 13, *range(0x1C, 0x21)])
_NEITHER, _UNSURE, _FILLED = 0, 1, 2


@dataclass(frozen=True)
class Stretch:
    """Blank rows that follow each other: where they end, and how many lines they have."""

    end: int
    line_count: int


class BlankRows:
    """Tells the blank rows of texts that are cut in one way."""

    def __init__(self, dialect: Dialect) -> None:
        delimiter, quote = (re.escape(sign.encode()) for sign in (dialect.delimiter, dialect.quote))
        end = rb"(?:\r\n|\r|\n)"
        white = rb"(?:%s|%s)" % (_WHITE, end)
        bare = rb"(?:(?!%s)%s)*+" % (delimiter, _WHITE)
        enclosed = rb"%s%s*+%s(?=%s|\r|\n|\Z)" % (quote, white, quote, delimiter)
        cell = rb"(?:%s|%s)" % (enclosed, bare)
        row = rb"%s(?:%s%s)*+" % (cell, delimiter, cell)
        # Ends of lines alone are passed over in one step.
        self._stretch = re.compile(rb"(?:[\r\n]++|%s%s)*+" % (row, end))
        self._row = re.compile(rb"%s%s?" % (row, end))
        self._kinds = np.full(256, _FILLED, dtype=np.uint8)
        self._kinds[128:] = _UNSURE
        if dialect.is_plain:
            self._kinds[ord(dialect.quote)] = _UNSURE
            self._kinds[[*_WHITE_BYTES, ord(dialect.delimiter)]] = _NEITHER

    def stretch(self, text: bytes, start: int) -> Stretch | None:
        """The blank rows from ``start`` on, where a row begins; None if there are none.

        It ends early after ``STRETCH_BYTES``: more may follow.
        """
        stop = min(start + STRETCH_BYTES, len(text))
        if stop < len(text) and text[stop - 1 : stop + 1] == b"\r\n":
            stop += 1
        found = self._stretch.match(text, start, stop)
        if found is None or found.end() == start:
            return None
        end = found.end()
        returns = text.count(b"\r", start, end) - text.count(b"\r\n", start, end)
        return Stretch(end, text.count(b"\n", start, end) + returns)

    def of_block(self, text: bytes, block: Block) -> NDArray[np.bool_]:
        """Which records of a proven block are blank."""
        window = np.frombuffer(text, dtype=np.uint8)[block.starts[0] : block.end]
        kinds = np.bitwise_or.reduceat(self._kinds[window], block.starts - block.starts[0])
        is_blank: NDArray[np.bool_] = kinds == _NEITHER
        for place in np.flatnonzero(kinds == _UNSURE):
            start, end = int(block.starts[place]), int(block.ends[place])
            is_blank[place] = self._row.fullmatch(text, start, end) is not None
        return is_blank
