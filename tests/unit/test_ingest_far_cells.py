"""Old and binary workbooks that claim more cells than there is memory, made by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from cxdata.config import load_settings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading.tables import open_tables

LIMITS = replace(load_settings().imports, max_unpacked_bytes=1_000_000_000)
XLSB = Path(__file__).parents[3] / "shared/fixtures/nasty/calamine/date.xlsb"
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # sectors of a compound file
# Records of the fixture's only sheet: the row number of its third row, the column of a cell in it.
THIRD_ROW, FIRST_COLUMN = bytes.fromhex("001902000000"), bytes.fromhex("051000000000")


def heads(content: bytes) -> list[object]:
    return [table.head() for table in open_tables(content, limits=LIMITS)]


def xls(cells: list[tuple[int, int]], extent: tuple[int, int]) -> bytes:
    """A workbook of one sheet with the number 1 in some cells, which says it had that extent."""
    rows, columns = extent
    sheet = _begin(0x10) + _record(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
    for row, column in cells:
        sheet += _record(0x203, struct.pack("<HHHd", row, column, 0, 1.0))
    sheet_name = struct.pack("<BB", 1, 0) + b"A"
    start = len(_begin(5)) + 4 + 6 + len(sheet_name) + 4
    place = _record(0x85, struct.pack("<IH", start, 0) + sheet_name)
    return _compound_file(_begin(5) + place + _record(0x0A) + sheet + _record(0x0A))


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0x07CC, 0, 6))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound_file(stream: bytes) -> bytes:
    """Header, one sector of the table of sectors, one of names, then the stream ``Workbook``."""
    stream = stream.ljust(4096, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    sectors = [FAT, END, *range(3, 10), END]
    names = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    table = struct.pack("<128I", *sectors, *[FREE] * (128 - len(sectors)))
    return header + table + names.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    described = struct.pack("<HBBIII", len(raw) + 2, kind, 1, FREE, FREE, child)
    return raw.ljust(64, b"\0") + described + bytes(36) + struct.pack("<IQ", start, size)


def xlsb(row: int, column: int) -> bytes:
    """The fixture with the first cell of its third row moved."""
    buffer, name = io.BytesIO(), "xl/worksheets/sheet1.bin"
    with zipfile.ZipFile(XLSB) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.namelist():
            piece = source.read(entry)
            if entry == name:
                assert THIRD_ROW in piece
                start = piece.index(THIRD_ROW)
                moved = piece[start:].replace(THIRD_ROW, b"\x00\x19" + struct.pack("<I", row), 1)
                moved = moved.replace(FIRST_COLUMN, b"\x05\x10" + struct.pack("<I", column), 1)
                piece = piece[:start] + moved
            target.writestr(entry, piece)
    return buffer.getvalue()


def test_the_workbook_made_by_hand_is_one() -> None:
    assert heads(xls([(0, 0), (2, 1)], (3, 2))) == [[(1, ["1", ""]), (3, ["", "1"])]]


@pytest.mark.parametrize(
    ("cells", "extent"),
    [
        ([(0, 0)], (0xFFFFFFFF, 0xFFFF)),
        ([(0, 0)], (0xFFFFFFFF, 1)),
        ([(0, 0), (65_535, 65_535)], (1, 1)),
        ([(0, 0), (65_535, 1_500)], (1, 1)),
    ],
)
def test_an_xls_that_claims_more_cells_than_there_is_memory_is_refused(
    cells: list[tuple[int, int]], extent: tuple[int, int]
) -> None:
    with pytest.raises(ImportRefused, match="The workbook claims more cells than can be read"):
        heads(xls(cells, extent))


@pytest.mark.skipif(not XLSB.exists(), reason="../shared/fixtures is not on this machine")
def test_an_xlsb_with_a_cell_at_the_far_end_is_refused() -> None:
    assert heads(xlsb(2, 0)) == heads(XLSB.read_bytes())
    with pytest.raises(ImportRefused, match="The workbook claims more cells than can be read"):
        heads(xlsb(1_048_575, 16_383))


@pytest.mark.skipif(not XLSB.exists(), reason="../shared/fixtures is not on this machine")
def test_an_xlsb_with_a_cell_where_no_sheet_has_one_is_read_without_it_or_refused() -> None:
    """What the reader makes of such a cell is its own affair; this process must outlive it."""
    found = []
    with suppress(ImportRefused):
        found = heads(xlsb(0xFFFFFFFF, 0xFFFFFFFF))
    assert [[line for line, _ in head] for head in found] in ([], [[1, 2]])
