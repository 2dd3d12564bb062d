"""Limits count what is unpacked, blank rows cost next to nothing, large files take turns."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.config import load_settings
from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file, turns
from cxdata.ingest.progress import in_time
from cxdata.ingest.reading.blanks import BlankRows
from cxdata.ingest.reading.delimited import DelimitedTable
from cxdata.ingest.reading.encodings import encoding_of
from cxdata.ingest.reading.regular import Dialect
from cxdata.ingest.reading.tables import open_tables
from cxdata.leftovers import clear_leftovers
from cxdata.store.connection import Store
from tests.examples import examples

PROJECT = Path(__file__).parents[2]
LIMITS = load_settings().imports
SMALL = replace(LIMITS, max_text_bytes=100_000, max_rows=1_000, max_cells=10_000)
HEAD = b"responded_at;nps_score\n"
ROW = b"2026-01-05;9\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def read(content: bytes, columns: Sequence[int] = (0, 1)) -> pl.DataFrame:
    """All rows below the header, of some columns."""
    (table,) = open_tables(content, limits=LIMITS)
    header_line = table.head()[0][0]
    return table.rows(columns, header_line, len(columns), lambda stage, done: None).frame


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answers.csv", content)
    return out.getvalue()


def parquet(rows: int) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(
        {"responded_at": ["2026-01-05"] * rows, "comment": ["word " * 40] * rows}
    ).write_parquet(out)
    return out.getvalue()


def workbook(rows: int, cell: str = "2026-01-05") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["responded_at", "nps_score"])
        for row in range(1, rows + 1):
            sheet.write_row(row, 0, [cell, "9"])
    return out.getvalue()


LONG = HEAD + ROW * 10_000  # 130 kB
JSON = b'{"responded_at":"2026-01-05","nps_score":9}'


@pytest.mark.parametrize(
    "content",
    [
        LONG,
        gzip.compress(LONG),
        zipped(LONG),
        LONG.decode().encode("utf-16"),
        b"\n".join([JSON] * 3_000),
        b"[" + b",".join([JSON] * 3_000) + b"]",
        parquet(999),
    ],
    ids=["csv", "gz", "zip", "utf-16", "json lines", "json array", "parquet"],
)
def test_a_file_with_more_text_than_allowed_is_refused_however_it_is_packed(content: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"more than 0 MB of text"):
        open_tables(content, limits=replace(SMALL, max_rows=10**6))


def test_a_gz_is_not_unpacked_beyond_what_may_be_read() -> None:
    seen: list[int] = []
    with pytest.raises(ImportRefused, match="more than 1 MB of text"):
        open_tables(
            gzip.compress(b"a;b\n" * 10_000_000),
            limits=replace(LIMITS, max_text_bytes=1_000_000, max_expansion_ratio=2_000),
            on_size=seen.append,
        )
    assert max(seen) <= 2_000_000


@pytest.mark.parametrize("rows_apart", [False, True])
def test_the_texts_and_rows_of_a_workbook_are_limited(
    monkeypatch: pytest.MonkeyPatch, rows_apart: bool
) -> None:
    if rows_apart:
        monkeypatch.setattr("cxdata.ingest.reading.workbooks.MAX_BYTES_HERE", 0)
    with pytest.raises(ImportRefused, match="more than 0 MB of text"):
        open_tables(workbook(900, "x" * 200), limits=SMALL)
    with pytest.raises(ImportRefused, match="more than 1000 rows"):
        open_tables(workbook(1_001), limits=SMALL)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEAD + ROW * 1_001, "more than 1000 rows"),
        (HEAD + b"1\n" * 1_001, "more than 1000 rows"),
        (b"\n".join([JSON] * 1_001), "more than 1000 rows"),
        (b"\n".join(b'{"k%d":1}' % n for n in range(900)), "more than 10000 cells"),
        (b"[" + b",".join(b'{"k%d":1}' % n for n in range(900)) + b"]", "more than 10000 cells"),
        (b"[{" + b",".join(b'"k%d":1' % n for n in range(3_000)) + b"}]", "3000 columns"),
    ],
)
def test_rows_cells_and_columns_are_limited(content: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        open_tables(content, limits=SMALL)[0].rows([0], 0, 2, lambda stage, done: None)


def test_json_in_a_wrapping_object_is_read_whole_only_while_it_is_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrapped = b'{"page": 1, "data": [' + b", ".join([JSON] * 50) + b"]}"
    assert open_tables(wrapped, limits=LIMITS)[0].head()[0] == (0, ["responded_at", "nps_score"])
    monkeypatch.setattr("cxdata.ingest.reading.json_rows.MAX_WRAPPED_BYTES", 1_000)
    with pytest.raises(ImportRefused, match="not one object per line"):
        open_tables(wrapped, limits=LIMITS)
    lines = b"\n".join([JSON] * 50)
    assert open_tables(lines, limits=LIMITS)[0].rows([0, 1], 0, 2, print).frame.height == 50


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[{}, ]", None), ("[{} {}]", None), ('[{"a": 1}] x', None),
        ('[{"a": 1}, 2]', None), ("[]", None), ("{}", None), ("[{}]", None),
        ('[{"a": 1}\n,\n{"b": 2}]', 2), ('{"a": 1}\n{"b": 2}', 2), ('\n\n{"a": 1}\n\nx', 1),
        ('{"a": [{"b": 1}, {"b": 2}], "c": 3}', 2), ('{"a": [{"b": 1}], "c": [{"d": 1}]}', 1),
    ],
)  # fmt: skip
def test_an_array_that_is_read_piece_by_piece_is_as_strict_as_one_read_whole(
    text: str, rows: int | None
) -> None:
    if rows is None:
        with pytest.raises(ImportRefused):
            read(text.encode(), columns=[0])
    else:
        assert read(text.encode(), columns=[0]).height == rows


def test_pieces_of_json_with_other_keys_become_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxdata.ingest.reading.json_rows.PIECE_ROWS", 2)
    objects = [{"a": "1"}, {"b": "2"}, {"c": "3", "a": "4"}, {}, {"b": "5"}]
    (table,) = open_tables(json.dumps(objects).encode(), limits=LIMITS)
    assert table.head() == [
        (0, ["a", "b", "c"]),
        *[(1, ["1", "", ""]), (2, ["", "2", ""]), (3, ["4", "", "3"]), (5, ["", "5", ""])],
    ]


BLANKS = [b"\n", b"\r\n", b"\r", b";\n", b" \n", b'""\n', b'"";" "\n', b"\t; \n", b"\xc2\xa0\n"]
BLANKS += ["\u3000\u2028;\u2003\n".encode(), b'"\n\n";\n']


@pytest.mark.parametrize("blank", BLANKS)
def test_blank_rows_before_between_and_after_are_passed_over_as_bytes(
    blank: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The careful reader, which takes a thousand times as long, sees few of them."""
    many = blank * 30_000
    content = many + HEAD + many + ROW + many + ROW + many
    seen = 0
    records = DelimitedTable._records

    def counted(table: DelimitedTable, start: int, line: int, stop: int) -> Iterator[object]:
        nonlocal seen
        for record in records(table, start, line, stop):
            seen += 1
            yield record

    monkeypatch.setattr(DelimitedTable, "_records", counted)
    frame = read(content)
    line_count = blank.count(b"\n") or 1
    ends = 30_000 * line_count
    assert frame["line"].to_list() == [2 * ends + 2, 3 * ends + 3]
    # Old line ends are read carefully, in stretches of 64 kB.
    assert seen < (70_000 if blank == b"\r" else 1_000)


CELLS = st.lists(
    st.sampled_from(["", " ", '""', '" "', "x", '"x"', "\xa0", '""""', '" "" "', "\t"]),
    min_size=1,
    max_size=4,
)


@given(
    st.lists(CELLS, min_size=1, max_size=30),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([";", "\t", ","]),
)
@settings(max_examples=examples(300), deadline=None)
def test_a_blank_row_is_what_the_careful_reader_finds_blank(
    rows: list[list[str]], end: str, delimiter: str
) -> None:
    text = "".join(delimiter.join(row) + end for row in rows)
    blanks, place = BlankRows(Dialect(delimiter)), 0
    data = text.encode()
    passed = 0
    while found := blanks.stretch(data, place):
        place, passed = found.end, passed + found.line_count
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    expected = 0
    try:
        while not "".join(next(reader)).strip():
            expected += 1
    except (csv.Error, StopIteration):
        pass
    assert passed == expected


def test_faults_beyond_those_that_are_listed_are_counted_by_their_lines(store: Store) -> None:
    few = replace(LIMITS, listed_refusal_count=10)
    (table,) = open_tables(HEAD + b"1\n" * 5_000 + ROW, limits=few)
    rows = table.rows([0, 1], 1, 2, lambda stage, done: None)
    assert [fault.line for fault in rows.faults] == [*range(2, 12)]
    assert [*rows.further_faults] == [*range(12, 5_002)]
    store.change_settings({"imports.listed_refusal_count": 10})
    report = import_file(store, HEAD + b"1\n" * 5_000 + ROW + b"Total;\n", accept_refusals=True)
    assert (report.row_count, report.refused_count, report.accepted_count) == (5_001, 5_000, 1)
    assert len(report.refusals) == 10


def test_an_example_of_an_encoding_is_found_in_a_line_of_any_length() -> None:
    """With a search that goes back at each letter this took the square of its length."""
    content = b"a" * 3_000_000 + b"\n" + b"caf\x8e \x8e\xe9 caf\xe9 x\x8ey;" * 3
    decided = encoding_of(content)
    if decided.question:
        assert all(
            len(shown) <= 60 for each in decided.question.readings for shown, _ in each.examples
        )
    assert decided.name in ("cp1252", "mac-roman")


class Cancelled(Exception):
    """What a page raises when somebody presses its button."""


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b" \n" * 8_000_000 + ROW,
        HEAD + b'"a"b;\n' * 100_000,
        b"[" + b"{}," * 100_000 + b"{}]",
    ],
    ids=["blank", "faulty", "json"],
)
def test_reading_can_be_ended_within_a_file_that_takes_long(content: bytes, store: Store) -> None:
    calls = 0

    def say(stage: str, done: float) -> None:
        nonlocal calls
        calls += stage == "reading"
        if calls == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        preview_file(store, content, on_progress=say)


def test_a_second_large_file_waits_its_turn_and_says_so(store: Store) -> None:
    store.change_settings({"imports.large_file_megabytes": 0.01})
    said: list[str] = []
    is_waiting = threading.Event()

    def say(stage: str, done: float) -> None:
        said.append(stage)
        if stage == "waiting":
            is_waiting.set()

    limits = store.settings.imports
    with turns.large_file_turn(in_time(lambda stage, done: None, limits), limits) as on_size:
        on_size(limits.large_file_bytes)
        second = threading.Thread(target=lambda: preview_file(store, LONG, on_progress=say))
        second.start()
        assert is_waiting.wait(30)
        assert preview_file(store, HEAD + ROW).row_count == 1  # a small one passes
    second.join(60)
    assert said[0] == "waiting"
    assert said[-1] == "validating"


def test_waiting_can_be_ended_and_does_not_count_as_time_of_the_import() -> None:
    limits = replace(LIMITS, time_limit_seconds=0.3, large_file_bytes=10)
    seen: list[str] = []

    def say(stage: str, done: float) -> None:
        seen.append(stage)
        if len(seen) == 4:
            raise Cancelled

    with turns.large_file_turn(in_time(lambda stage, done: None, limits), limits) as on_size:
        on_size(10)
        waiting = in_time(say, limits)
        with pytest.raises(Cancelled), turns.large_file_turn(waiting, limits) as other:
            other(10)
    assert seen == ["waiting"] * 4
    with turns.large_file_turn(in_time(lambda stage, done: None, limits), limits) as on_size:
        on_size(10)  # the turn of the one that was ended was never taken


def test_the_turn_is_given_back_after_a_refusal(store: Store) -> None:
    store.change_settings({"imports.large_file_megabytes": 0.001})
    for _ in range(2):
        with pytest.raises(ImportRefused):
            import_file(store, b"a;b\n" + b"x;y\n" * 3_000)


def test_what_a_killed_import_left_goes_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    places = tmp_path / "temporary"
    places.mkdir()
    file = tmp_path / "large.xlsx"
    file.write_bytes(workbook(60_000))
    program = f"""
import cxdata.ingest.reading.workbooks as workbooks
from cxdata.ingest import import_file
from cxdata.store.connection import Store
workbooks.MAX_BYTES_HERE = 0
import_file(Store.open({str(tmp_path / "other.duckdb")!r}), {str(file)!r})
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, env={**os.environ, "TMPDIR": str(places)}
    )
    while not [*places.glob("cxdata-*/file")] and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [*places.glob("cxdata-*/file")]
    monkeypatch.setattr(tempfile, "tempdir", str(places))
    end = time.monotonic() + 60
    while [*places.iterdir()] and time.monotonic() < end:  # its reader ends a moment later
        import_file(store, HEAD + ROW)
        time.sleep(0.05)
    assert [*places.iterdir()] == []
    assert clear_leftovers() == 0
