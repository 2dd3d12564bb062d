"""Delimited text: the fast reader and the careful one give the same rows, lines and faults."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cxdata.config import load_settings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading import delimited
from cxdata.ingest.reading.delimited import DelimitedTable
from cxdata.ingest.reading.encodings import wide_encoding
from cxdata.ingest.reading.tables import FileRow, TextRows, open_tables
from tests.examples import examples

LIMITS = load_settings().imports
# What trips readers: the marks themselves, blanks of all kinds, and what looks like something else.
LETTERS = st.sampled_from(
    [*'aé0,;"', "\n", "\r\n", "\r", " ", "\t", "x^", "\x00", "\x01", "\x1c", " ", "'"]
)
CELLS = st.lists(LETTERS, max_size=4).map("".join)
WRITTEN = st.one_of(
    CELLS,  # as it is, with quotes and breaks in wrong places
    CELLS.map(lambda cell: '"' + cell.replace('"', '""') + '"'),
    st.sampled_from(["", "1", "abc", '""', '""""', " "]),
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Mostly regular tables of three columns, with ragged and blank rows and wild quotes."""
    end = draw(LINE_ENDS)
    regular = st.lists(WRITTEN, min_size=3, max_size=3)
    ragged = st.lists(WRITTEN, max_size=5)
    rows = draw(st.lists(st.one_of(regular, regular, ragged), max_size=12))
    lines = ["a,b,c", *(",".join(row) for row in rows)]
    return end.join(lines) + draw(st.sampled_from(["", end, end + end]))


def read_by_csv(
    content: bytes, columns: Sequence[int]
) -> tuple[list[FileRow], list[int], list[FileRow]]:
    """The good rows below the first line, the lines of the faults, the last rows: by csv alone."""
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    good: list[FileRow] = []
    faults: list[int] = []
    last: list[FileRow] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return good, faults, last[-5:]
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise
            if line > 1:
                faults.append(line)
            continue
        if line == 1 or not "".join(cells).strip():
            continue
        last.append((line, cells))
        if len(cells) < 3 or any(cells[3:]):
            faults.append(line)
        else:
            good.append((line, [cells[index] for index in columns]))


def read(content: bytes, columns: Sequence[int]) -> TextRows:
    table = DelimitedTable(content, None, ",", LIMITS)
    return table.rows(columns, 1, 3, lambda stage, done: None)


def as_rows(rows: TextRows) -> list[FileRow]:
    return [(row[0], list(row[1:])) for row in rows.frame.rows()]


@settings(max_examples=examples(400), deadline=None)
@given(
    text=texts(),
    bom=st.booleans(),
    columns=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    window=st.integers(1, 80),
)
@example(text="a,b,c\nx\x01,1,2\n", bom=False, columns=[0], window=80)  # zlib, to Polars
@example(text='a,b,c\n,"\r\n",\n', bom=False, columns=[0, 1], window=9)
@example(text='a,b,c\n1,2,"3"\r\n4,5,6', bom=True, columns=[2], window=7)
@example(text='a,b,c\n"",""\n"x",,\n', bom=False, columns=[1], window=80)
def test_the_fast_way_reads_what_the_careful_one_reads(
    text: str, bom: bool, columns: list[int], window: int
) -> None:
    content = text.encode("utf-8-sig" if bom else "utf-8")
    assume(wide_encoding(content) is None)  # NULs may stand as they do in UTF-16
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGEST_WINDOW", window)
        patch.setattr(delimited, "SMALLEST_WINDOW", max(window // 3, 1))
        patch.setattr(delimited, "MAX_IRREGULAR_SHARE", 0.9)
        try:
            expected = read_by_csv(content, columns)
        except csv.Error:
            with pytest.raises(ImportRefused, match="is never closed"):
                read(content, columns)
            return
        found = read(content, columns)
    assert as_rows(found) == expected[0]
    assert [fault.line for fault in found.faults] == expected[1]
    assert found.tail == expected[2]
    lines = [line for line, _ in [*expected[0], *expected[2]]]
    table = DelimitedTable(content, None, ",", LIMITS)
    assert {line for line, _ in table.records(lines)} == set(lines)


def fast_rows(content: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many rows the fast reader gives."""
    counts: list[int] = []
    read_block = delimited.read_block

    def counted(*arguments: object) -> object:
        frame = read_block(*arguments)  # type: ignore[arg-type]
        counts.append(0 if frame is None else frame.height)
        return frame

    monkeypatch.setattr(delimited, "read_block", counted)
    read(content, [0, 1, 2])
    return sum(counts)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_regular_goes_the_fast_way(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = f'1,"a ""b"", c{end}d",été{end}'
    content = (f"a,b,c{end}" + row * 1000).encode()
    assert fast_rows(content, monkeypatch) == 1000


def test_a_few_faulty_rows_do_not_slow_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    good = "1,2,3\n" * 50_000
    content = f'a,b,c\n{good}1,2\n{good}1,2"x"\n1,"2"x,3\n{good}'.encode()
    assert fast_rows(content, monkeypatch) > 120_000
    rows = read(content, [0, 1, 2])
    assert [fault.line for fault in rows.faults] == [50_002, 100_003, 100_004]
    assert rows.frame.height == 150_000
    assert rows.frame["line"][-1] == 150_004


def test_a_long_cell_is_counted_in_characters_not_in_bytes() -> None:
    limits = replace(LIMITS, max_cell_length=100)
    (table,) = open_tables(f"a,b\n{'é' * 100},1\n".encode(), limits=limits)
    assert table.rows([0], 1, 2, lambda stage, done: None).frame.height == 1
    (table,) = open_tables(f"a,b\n{'e' * 101},1\n".encode(), limits=limits)
    with pytest.raises(ImportRefused, match="Line 2: a cell is longer than 100 characters"):
        table.rows([0], 1, 2, lambda stage, done: None)


def test_full_rows_are_found_again_by_their_lines() -> None:
    content = b'a,b,c\n1,"two\nlines",3\n\n4,5\n6,"7"x,8\n9,10,11\n'
    (table,) = open_tables(content, limits=LIMITS)
    assert table.records([2, 5, 6, 99]) == [
        (2, ["1", "two\nlines", "3"]),
        (5, ["4", "5"]),
        (6, ['6,"7"x,8']),
    ]


def test_what_the_progress_raises_ends_the_reading() -> None:
    class Stopped(Exception):
        pass

    def stop(stage: str, done: float) -> None:
        raise Stopped

    (table,) = open_tables(b"a,b\n1,2\n", limits=LIMITS)
    with pytest.raises(Stopped):
        table.rows([0], 1, 2, stop)
