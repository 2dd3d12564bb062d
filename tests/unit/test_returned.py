"""The refused rows go back in the user's own file, and come back corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from cxdata.exports.returned import returned_file, returned_name
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.ingest import import_file, refused_rows
from cxdata.store.connection import Store

HEADER = "Date de réponse;Score NPS;Segment\r\n"
REFUSED = '05/03/2026;11;=1+1\r\n31/02/2026;9;"Or;gent"\r\n'
SHORT, LONG = ";9\r\n", "06/03/2026;9;a;b\r\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    yield store
    store.close()


def sent_back(store: Store, content: bytes, locale: Locale = "en") -> bytes:
    report = import_file(store, content, dry_run=True)
    rows = refused_rows(store, content, report.refusals)
    return returned_file(rows, report.refusals, translator(locale))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_returned_file_is_refused_for_the_same_reasons(store: Store, locale: Locale) -> None:
    content = (HEADER + REFUSED + SHORT + LONG).encode("cp1252")
    first = import_file(store, content, dry_run=True)
    again = import_file(store, sent_back(store, content, locale), dry_run=True)
    assert again.row_count == 4
    assert [(it.line, it.column, it.value, it.reason, it.values) for it in again.refusals] == [
        (it.line, it.column, it.value, it.reason, it.values) for it in first.refusals
    ]


def test_corrected_rows_are_taken_with_their_texts_unchanged(store: Store) -> None:
    back = sent_back(store, (HEADER + REFUSED).encode("cp1252")).decode("cp1252")
    assert "'=1+1" in back
    mended = back.replace(";11;", ";10;").replace("31/02", "01/02")
    assert import_file(store, mended.encode("cp1252")).accepted_count == 2
    with store.cursor() as con:
        segments = con.execute("select segment from responses order by segment").fetchall()
    assert segments == [("=1+1",), ("Or;gent",)]


def test_further_header_rows_go_back_as_well(store: Store) -> None:
    header = (
        "ResponseId,RecordedDate,Q1\n"
        "Response ID,Recorded Date,How likely are you to recommend us?\n"
        '"{""ImportId"":""_recordId""}","{""ImportId"":""recordedDate""}","{""ImportId"":""Q1""}"\n'
    )
    content = (header + "R_1,2026-02-01 08:00:00,12\nR_2,2026-02-01 08:00:00,9\n").encode()
    back = sent_back(store, content)
    assert back.decode("utf-8-sig").count("\n") == 4
    assert import_file(store, back.replace(b",12,", b",8,")).accepted_count == 1


def test_a_file_that_is_no_text_goes_back_as_a_workbook(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"responded_at": ["2026-03-01"], "nps_score": [12]}).write_parquet(path)
    back = sent_back(store, path.read_bytes())
    assert back.startswith(b"PK")
    again = import_file(store, back, dry_run=True)
    assert [(it.column, it.value) for it in again.refusals] == [("nps_score", "12")]


def test_the_returned_file_has_a_name_of_its_own() -> None:
    fr = translator("fr")
    assert returned_name("a/réponses.xlsx", "", fr) == "réponses (lignes refusées).xlsx"
    assert returned_name("réponses.txt", ";", fr) == "réponses (lignes refusées).csv"
