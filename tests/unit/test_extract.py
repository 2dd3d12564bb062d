"""Files that leave the dashboard: numbers as numbers, texts as texts, filters inside."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import get_args

import fastexcel
import polars as pl
import pytest

from cxdata.exports.extract import FORMATS, Extract, as_csv, as_workbook
from cxdata.i18n import Locale, translator
from cxdata.metrics.pyramid.gates import next_gate
from cxdata.metrics.pyramid.history import pyramid_history
from cxdata.metrics.pyramid.levels import pyramid_evidence
from cxdata.metrics.response_time.backlog import backlog
from cxdata.metrics.response_time.compliance import compliance_by_channel, compliance_trend
from cxdata.metrics.response_time.contact_hours import missed_by_hour
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels
from cxdata.metrics.response_time.returns import returns_by
from cxdata.metrics.response_time.wait_effects import leaving_by_wait, scores_by_wait
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.models import Filters
from cxdata.panels.units import Unit
from cxdata.store.connection import Store

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


FIGURES = pl.DataFrame(
    {
        "channel": ["call", "chat"],
        "return_rate_low": [None, 0.1],
        "abandon_rule": ["short_ignored", "missed"],
        "clock": ["elapsed", "business"],
        "reason": ["too_few_to_show", None],
        "outcome": ["not_established", "fail"],
    }
)


def test_codes_are_the_words_of_the_page_in_the_readers_language() -> None:
    extract = Extract("x", "t", FIGURES, "s", None, "contacts")
    header, row, _ = cells(as_csv(extract, translator("en")), ",")
    assert header[:6] == [
        "Channel", "Repeat-contact rate, low (95%)", "Abandoned ones", "Clock", "Reason", "Outcome",
    ]  # fmt: skip
    assert row[:6] == [
        "Calls", "", "are left out if short", "every hour counts",
        "Too few contacts to show a figure.", "≈ reached, not established",
    ]  # fmt: skip
    french = cells(as_csv(extract, translator("fr")), ";")
    assert french[1][4] == "Trop peu de contacts pour montrer un chiffre."
    assert french[2][4:6] == ["", "✗\N{NO-BREAK SPACE}non validé"]


def test_why_there_is_no_figure_is_said_of_what_was_counted() -> None:
    [_, few, none] = cells(as_csv(Extract("x", "t", FIGURES, "s", None), translator("en")), ",")
    assert few[4] == "Too few answers to show without telling who gave them."
    assert none[4] == ""


def test_a_reason_that_people_wrote_stays_as_it_is() -> None:
    frame = pl.DataFrame({"reason": ["Invoice", None]})
    rows = cells(as_csv(Extract("x", "t", frame, "s", None), translator("fr")), ";")
    assert [row[0] for row in rows[1:]] == ["Invoice", ""]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_two_columns_of_a_figure_of_contacts_have_the_same_name(
    tmp_path: Path, lang: Locale
) -> None:
    store, filters = Store.open(tmp_path / "cx.duckdb"), Filters()
    frames = {
        "channels": compliance_by_channel(store, filters),
        "trend": compliance_trend(store, filters),
        "reasons": compliance_by_reason(store, filters),
        "journeys": journey_channels(store, filters),
        "hours": missed_by_hour(store, filters),
        "waits": wait_distribution(store, filters),
        "backlog": backlog(store, filters),
        "returns": returns_by(store, filters, "reason"),
        "scores": scores_by_wait(store, filters),
        "leaving": leaving_by_wait(store, filters),
        "evidence": pyramid_evidence(store, filters),
        "gates": next_gate(store, filters),
        "history": pyramid_history(store, filters),
    }
    store.close()
    for name, frame in frames.items():
        extract = Extract(name, "t", frame, "s", None, "contacts")
        [header] = cells(as_csv(extract, translator(lang)), ";" if lang == "fr" else ",")
        assert not [it for it in header if "_" in it], name


def test_each_unit_is_shown_in_its_own_way_in_a_workbook() -> None:
    assert set(FORMATS) == {*get_args(Unit)} - {"number"}
