"""Reading: every cell as text, on the line on which the user finds it."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cxdata.config import load_settings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading import delimited
from cxdata.ingest.reading.tables import RAGGED, TextRows, open_tables

LIMITS = load_settings().imports
ACID_TEST = Path(__file__).parents[3] / "shared/fixtures/nasty/csv-spectrum"


def rows_of(content: bytes, after_line: int = 1) -> TextRows:
    """All columns of the only table."""
    (table,) = open_tables(content, limits=LIMITS)
    width = len(table.head()[0][1])
    return table.rows(list(range(width)), after_line, width, lambda stage, done: None)


def test_the_line_is_the_physical_one_also_after_quoted_line_breaks() -> None:
    rows = rows_of(b'a,b\r\n1,"two\r\nlines"\r\n\r\n2,x\r\n')
    assert rows.frame.rows() == [(2, "1", "two\r\nlines"), (5, "2", "x")]


def test_old_line_ends_are_read() -> None:
    assert rows_of(b"a;b\r1;2\r3;4\r").frame.rows() == [(2, "1", "2"), (3, "3", "4")]


def test_leading_zeros_and_words_for_nothing_stay_as_they_are() -> None:
    assert rows_of(b"a,b\n007,N/A\n1e5,NULL\n").frame.rows() == [
        (2, "007", "N/A"),
        (3, "1e5", "NULL"),
    ]


def test_ragged_rows_are_faults_and_not_shifted() -> None:
    rows = rows_of(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,\n")
    assert rows.frame["line"].to_list() == [2, 5]
    assert [(fault.line, fault.reason, fault.values["found"]) for fault in rows.faults] == [
        (3, RAGGED, 2),
        (4, RAGGED, 4),
    ]


def test_a_row_with_bad_quotes_is_a_fault_and_the_next_is_read() -> None:
    rows = rows_of(b'a,b\n"1"x,2\n3,4\n')
    assert rows.frame.rows() == [(3, "3", "4")]
    assert [fault.line for fault in rows.faults] == [2]


def test_a_quote_that_is_never_closed_refuses_the_file() -> None:
    content = b'a,b\n1,2\n3,"open\n4,5\n'
    (table,) = open_tables(content[:8], limits=LIMITS)
    with pytest.raises(ImportRefused, match="opens on line 3"):
        rows_of(content)
    assert table.head()[0] == (1, ["a", "b"])


def test_a_cell_without_end_refuses_the_file() -> None:
    with pytest.raises(ImportRefused, match="longer than 131072"):
        rows_of(b'a,b\n1,"' + b"x" * 200_000 + b'"\n')


def test_too_many_columns_refuse_the_file() -> None:
    with pytest.raises(ImportRefused, match="3000 columns"):
        rows_of(b",".join([b"a"] * 3000) + b"\n")


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LARGEST_WINDOW", 9)
    content = "a,b\n" + "".join(f"{number},x\n" for number in range(10))
    assert rows_of(content.encode()).frame["c0"].to_list() == [str(number) for number in range(10)]


def sheet(cells: dict[tuple[int, int], object]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        page = book.add_worksheet()
        for (row, column), value in cells.items():
            if isinstance(value, datetime):
                page.write_datetime(row, column, value, moment)
            else:
                page.write(row, column, value)
    return buffer.getvalue()


def test_a_sheets_line_is_its_row_number_and_every_cell_is_text() -> None:
    content = sheet(
        {
            (3, 0): "when",
            (3, 1): "score",
            (5, 0): datetime(2026, 3, 4, 5, 6, 7),
            (5, 1): 9,
            (6, 0): "N/A",
            (6, 1): "007",
        }
    )
    rows = rows_of(content, after_line=4)
    assert rows.frame.rows() == [(6, "2026-03-04 05:06:07", "9"), (7, "N/A", "007")]


def test_hidden_and_empty_sheets_are_skipped_unless_asked_for() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Empty")
        book.add_worksheet("Shown").write(0, 0, "a")
        secret = book.add_worksheet("Secret")
        secret.write(0, 0, "b")
        secret.hide()
    content = buffer.getvalue()
    assert [table.name for table in open_tables(content, limits=LIMITS)] == ["Shown"]
    assert [table.name for table in open_tables(content, limits=LIMITS, sheet="Secret")] == [
        "Secret"
    ]
    assert [table.name for table in open_tables(content, limits=LIMITS, sheet="#3")] == ["Secret"]
    with pytest.raises(ImportRefused, match="Its sheets are: Empty, Shown, Secret"):
        open_tables(content, limits=LIMITS, sheet="Nowhere")


def test_parquet_values_become_their_plain_text() -> None:
    frame = pl.DataFrame(
        {
            "at": [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), None],
            "local": [datetime(2026, 1, 2, 3, 4, 5), None],
            "on": [date(2026, 1, 2), None],
            "score": [9.0, None],
            "flag": [True, None],
            "list": [[1], None],
        }
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    assert rows_of(buffer.getvalue(), after_line=0).frame.rows() == [
        (
            1,
            "2026-01-02T03:04:05.000000Z",
            "2026-01-02T03:04:05.000000",
            "2026-01-02",
            "9.0",
            "true",
            None,
        ),
        (2, None, None, None, None, None, None),
    ]


@pytest.mark.skipif(not ACID_TEST.exists(), reason="../shared/fixtures is not on this machine")
@pytest.mark.parametrize("name", sorted(path.stem for path in ACID_TEST.glob("csvs/*.csv")))
def test_the_csv_acid_test_is_read_as_its_authors_say(name: str) -> None:
    expected = json.loads((ACID_TEST / f"json/{name}.json").read_text("utf-8"))
    rows = rows_of((ACID_TEST / f"csvs/{name}.csv").read_bytes())
    assert not rows.faults
    read = [[cell.replace("\r\n", "\n") for cell in row[1:]] for row in rows.frame.rows()]
    assert read == [[text.replace("\r\n", "\n") for text in each.values()] for each in expected]
