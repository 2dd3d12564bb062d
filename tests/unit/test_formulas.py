"""No cell of a file is a formula, whatever the reader's spreadsheet cuts lines at."""

from __future__ import annotations

import csv
import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.exports.extract import Extract, as_csv
from cxdata.i18n import translator
from cxdata.ingest.formulas import as_it_was, defused

SIGNS = "=+-@＝＋－＠"
# What a spreadsheet passes over before a formula.
PASSED = " \u00a0\u202f\u3000\ufeff\"'"
DANGEROUS = st.text(alphabet=f"{SIGNS}{PASSED};,|\t\r\n1a.5", max_size=14)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", "Great", "Great; ", "x,\u00a0", "a|", "a\n", "a\r", "\t"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_cell_begins_like_a_formula_with_any_separator(
    lang: str, before: str, sign: str, separator: str
) -> None:
    text = f"{before}{sign}1+cmd|' /C calc'!A0;{sign}2"
    if before == "Great":
        text = f"Great{separator}{sign}1+1{separator}x"
    frame = pl.DataFrame({text: [text, "b"], "count": [-3, 4]})
    extract = Extract("x", text, frame, text, date(2026, 6, 30))
    written = as_csv(extract, translator("fr" if lang == "fr" else "en")).decode("utf-8-sig")
    # Spreadsheets keep to quotes at a cell's beginning; others cut at every separator.
    cut = [cell for line in written.splitlines() for cell in line.split(separator)]
    read = [
        cell
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator)
        for cell in row
    ]
    for cell in [*cut, *read]:
        begins = cell.lstrip(' \u00a0\u202f"')[:1]
        assert begins not in set(SIGNS) or cell in {"-3", "-3.0"}, cell


def test_numbers_stay_numbers_and_texts_stand_in_quotes() -> None:
    frame = pl.DataFrame({"name": ["a", None], "nps": [-3.5, None]})
    written = as_csv(Extract("x", "t", frame, "s", None), translator("fr")).decode("utf-8-sig")
    _, first, second = written.splitlines()
    assert first.startswith('"a";-3,5;"t";"s"')
    assert second.startswith(";;")


@given(DANGEROUS)
def test_what_was_written_comes_back_exactly(text: str) -> None:
    assert as_it_was(defused(text, keeps_numbers=True)) == text


@given(DANGEROUS)
def test_nothing_but_apostrophes_is_added(text: str) -> None:
    for keeps_numbers in (False, True):
        shown = defused(text, keeps_numbers=keeps_numbers)
        assert shown.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    "text",
    ["Good", "a=1", "1-2", "mail@example.com", "Très bien, merci ; à bientôt", "l'été", "'Good'"],
)
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text
