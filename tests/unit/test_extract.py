"""Files that leave the dashboard: numbers as numbers, texts as texts, filters inside."""

from __future__ import annotations

import csv
import io
from datetime import date

import fastexcel
import polars as pl
import pytest

from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.i18n import translator

FRAME = pl.DataFrame(
    {
        "period": [date(2026, 1, 1), date(2026, 2, 1)],
        "segment": ["=1+1", None],
        "channel": ["call", "email"],
        "answer_count": [1234, 5],
        "nps": [12.5, None],
        "customer_churn_rate": [0.265, 0.0],
    },
    schema_overrides={"period": pl.Date},
)
EXTRACT = Extract("nps_trend", "NPS rose", FRAME, "1 Jan – 28 Feb · Pro; B2B", date(2026, 2, 28))


def cells(content: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def test_a_french_csv_opens_in_a_french_excel() -> None:
    content = as_csv(EXTRACT, translator("fr"))
    assert content.startswith(b"\xef\xbb\xbf")
    header, first, second = cells(content, ";")
    assert header[:2] == ["Période", "Segment"]
    assert first[3:6] == ["1234", "12,5", "0,265"]
    assert second[1:5] == ["", "E-mails", "5", ""]


def test_an_english_csv_has_commas_and_points() -> None:
    header, first, _ = cells(as_csv(EXTRACT, translator("en")), ",")
    assert header[2] == "Channel"
    assert first[:6] == ["2026-01-01", "'=1+1", "Calls", "1234", "12.5", "0.265"]


def test_every_row_carries_filters_and_data_date() -> None:
    header, *rows = cells(as_csv(EXTRACT, translator("en")), ",")
    assert header[-3:] == ["Figure", "Filters", "Data until"]
    assert {tuple(row[-3:]) for row in rows} == {
        ("NPS rose", "1 Jan – 28 Feb · Pro; B2B", "2026-02-28")
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_csv_starts_like_a_formula(start: str) -> None:
    frame = pl.DataFrame({"segment": [f"{start}cmd|' /C calc'!A0"]})
    extract = Extract("x", start + "title", frame, start + "scope", None)
    _, row = cells(as_csv(extract, translator("en")), ",")
    assert [cell[0] for cell in row if cell] == ["'", "'", "'"]


def test_a_workbook_holds_numbers_as_numbers_and_formulas_as_text() -> None:
    book = fastexcel.read_excel(as_workbook(EXTRACT, translator("en")))
    data = book.load_sheet("Data").to_polars()
    assert data["Answers"].to_list() == [1234, 5]
    assert data["NPS"].to_list() == [12.5, None]
    assert data["Segment"].to_list() == ["=1+1", None]
    assert data["Period"].cast(pl.Date).to_list() == FRAME["period"].to_list()


def test_a_workbook_says_what_it_is() -> None:
    book = fastexcel.read_excel(as_workbook(EXTRACT, translator("fr")))
    about = book.load_sheet("À propos", header_row=None).to_polars().rows()
    assert ("Figure", "NPS rose") in [(row[0], row[1]) for row in about] or about[0][
        1
    ] == "NPS rose"
    assert about[2][1] == "28 février 2026"


def test_an_empty_table_is_a_file_with_a_header() -> None:
    empty = Extract("x", "t", FRAME.clear(), "s", None)
    assert len(cells(as_csv(empty, translator("en")), ",")) == 1
    assert fastexcel.read_excel(as_workbook(empty, translator("en"))).sheet_names == [
        "Data",
        "About",
    ]
