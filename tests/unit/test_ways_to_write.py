"""Zones in headers, durations in two parts, remaining times, half-converted dates."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.importing import FilePreview
from cxdata.ingest.recognising.zones import without_zone, zone_in
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.models import Filters, ImportReport
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def taken(store: Store, content: bytes | Path, **choices: object) -> ImportReport:
    return import_file(store, content, **choices)  # type: ignore[arg-type]


def looked(store: Store, content: bytes | Path, **choices: object) -> FilePreview:
    return preview_file(store, content, **choices)  # type: ignore[arg-type]


def lines(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


# Zones in headers


@pytest.mark.parametrize(
    ("header", "zone"),
    [
        ("Created at (UTC)", "UTC"),
        ("created at (utc)", "UTC"),
        ("datetime (utc)", "UTC"),
        ("created_at_utc", "UTC"),
        ("createdAtUtc", "UTC"),
        ("CREATED_UTC", "UTC"),
        ("Date [GMT]", "UTC"),
        ("Start (GMT+1)", "Etc/GMT-1"),
        ("Start (gmt +01:00)", "Etc/GMT-1"),
        ("Start UTC+02:00", "Etc/GMT-2"),
        ("Start (UTC-5)", "Etc/GMT+5"),
        ("Start (UTC+05:30)", "Asia/Kolkata"),
        ("Créé le (Europe/Paris)", "Europe/Paris"),
        ("created (europe/paris)", "Europe/Paris"),
        ("Date America/New_York", "America/New_York"),
        ("Date (heure de Paris)", "Europe/Paris"),
        ("Date, heure de Londres", "Europe/London"),
        ("Ouvert le (Paris)", "Europe/Paris"),
        ("Opened (New York time)", "America/New_York"),
        ("Opened (Eastern Time)", "America/New_York"),
        ("Opened (CET)", "Europe/Paris"),
        ("Opened CEST", "Europe/Paris"),
        ("Time to answer", None),
        ("Response time", None),
        ("Heure de fin", None),
        ("Heure d'appel", None),
        ("La date est", None),
        ("LA DATE EST", None),
        ("Attribute", None),
        ("Outcome", None),
    ],
)
def test_a_header_names_its_zone_in_any_spelling(header: str, zone: str | None) -> None:
    assert zone_in(header) == zone


@pytest.mark.parametrize(
    ("header", "bare"),
    [
        ("created_at_utc", "created at"),
        ("Created at (UTC)", "Created at"),
        ("Ouvert le (heure de Paris)", "Ouvert le"),
        ("Created at", "Created at"),
    ],
)
def test_a_header_is_known_without_its_zone(header: str, bare: str) -> None:
    assert without_zone(header) == bare


@pytest.mark.parametrize(
    ("header", "hour"),
    [
        ("created_at_utc", 10),
        ("Created at (utc)", 10),
        ("Created at (GMT+1)", 9),
        ("Ouvert le (heure de New York)", 14),
        ("Created at", 8),  # the firm's own: Europe/Paris
    ],
)
def test_times_are_those_of_the_zone_that_their_header_names(
    header: str, hour: int, store: Store
) -> None:
    content = lines(f"ticket id,{header},channel", "1,2026-07-01 10:00,email")
    shown = looked(store, content)
    assert shown.rows["opened_at"].to_list() == [datetime(2026, 7, 1, hour)]
    assert any("as the header says" in note for note in shown.notes) == (hour != 8)


def test_what_is_said_of_the_zone_wins_over_a_header(store: Store) -> None:
    content = lines("ticket id,created_at_utc,channel", "1,2026-07-01 10:00,email")
    shown = looked(store, content, time_zone="Europe/Paris")
    assert shown.rows["opened_at"].to_list() == [datetime(2026, 7, 1, 8)]


# Durations in two parts


def timed(header: str, *cells: str) -> bytes:
    rows = (f"T{n},2026-03-02T09:00:00Z,email,{cell}" for n, cell in enumerate(cells))
    return lines(f"ticket id,created at,channel,{header}", *rows)


def waited(preview: FilePreview) -> list[timedelta]:
    rows = preview.rows
    return (rows["first_response_at"] - rows["opened_at"]).to_list()


def test_two_parts_are_asked_with_what_each_reading_gives(store: Store) -> None:
    [question] = looked(store, timed("first response time", "0:30", "26:30")).questions
    assert (question.option, question.about) == ("two_parts", "first_response_after")
    assert {it.choice: it.examples[0] for it in question.readings} == {
        "h:mm": ("26:30", "26 h 30 min"),
        "mm:ss": ("26:30", "26 min 30 s"),
    }
    with pytest.raises(ImportRefused, match="--two-parts first_response_after=h:mm"):
        taken(store, timed("first response time", "0:30", "26:30"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"first_response_after": "h:mm"}, timedelta(hours=26, minutes=30)),
        ({"all": "h:mm"}, timedelta(hours=26, minutes=30)),
        ({"all": "mm:ss"}, timedelta(minutes=26, seconds=30)),
    ],
)
def test_two_parts_are_read_as_is_said(
    said: dict[str, str], expected: timedelta, store: Store
) -> None:
    shown = looked(store, timed("first response time", "26:30"), two_parts=said)
    assert waited(shown) == [expected]
    assert not any(it.is_open for it in shown.questions)


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("First response time (h:mm)", ("26:30",), timedelta(hours=26, minutes=30)),
        ("First response time (hh:mm)", ("26:30",), timedelta(hours=26, minutes=30)),
        ("First response time [heures:minutes]", ("26:30",), timedelta(hours=26, minutes=30)),
        ("First response time (mm:ss)", ("26:30",), timedelta(minutes=26, seconds=30)),
        ("First response time (min:sec)", ("26:30",), timedelta(minutes=26, seconds=30)),
        ("First response time", ("26:30", "1:02:03"), timedelta(minutes=26, seconds=30)),
    ],
)
def test_two_parts_that_header_or_values_tell_are_not_asked(
    header: str, cells: tuple[str, ...], expected: timedelta, store: Store
) -> None:
    shown = looked(store, timed(header, *cells), mapping={"first_response_after": "#4"})
    assert shown.questions == ()
    assert waited(shown)[0] == expected


@pytest.mark.parametrize("said", [{"all": "hours"}, {"channel": "h:mm"}])
def test_two_parts_can_be_nothing_else(said: dict[str, str], store: Store) -> None:
    with pytest.raises(ImportRefused, match="is h:mm or mm:ss"):
        looked(store, timed("first response time", "26:30"), two_parts=said)


# Remaining times


REMAINING = ("3:40", "-1:20", "2:00", "-26:30", "0:10", "3:59")


def test_a_time_that_was_left_is_not_taken_and_said(store: Store) -> None:
    shown = looked(store, timed("Time to first response", *REMAINING))
    assert "first_response_after" not in shown.mapping
    assert any("how much was left of a time limit" in note for note in shown.notes)
    assert any("doesn't say when contacts were answered" in note for note in shown.notes)
    taken(store, timed("Time to first response", *REMAINING))
    [row] = compliance_by_channel(store, Filters()).rows(named=True)
    assert (row["compliance_rate"], row["not_known_count"]) == (None, 6)


def test_a_time_that_was_left_is_refused_where_somebody_takes_it(store: Store) -> None:
    content = timed("SLA", *REMAINING)
    with pytest.raises(ImportRefused, match="SLA holds times below zero"):
        looked(store, content, mapping={"first_response_after": "SLA"})


def test_a_single_value_below_zero_is_refused_alone(store: Store) -> None:
    cells = [*["0:00:30"] * 30, "-0:00:02"]
    assert looked(store, timed("first response time", *cells)).refused_count == 1


# Half-converted dates


def half_converted(*, is_day_first: bool = True, days: int = 90) -> bytes:
    """What a spreadsheet of the other language makes of a file of days, one answer a day."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ("Response ID", "Response date", "NPS"))
        for n in range(days):
            day = date(2026, 1, 1) + timedelta(days=n)
            sheet.write_row(n + 1, 0, (f"R{n}", "", 9))
            if day.day <= 12:
                sheet.write_datetime(n + 1, 1, datetime(2026, day.day, day.month), form)
            else:
                sheet.write_string(
                    n + 1, 1, f"{day:%d/%m/%Y}" if is_day_first else f"{day:%m/%d/%Y}"
                )
    return buffer.getvalue()


def answers_by_month(store: Store) -> list[int]:
    return nps_trend(store, Filters(), grain="month")["answer_count"].to_list()


@pytest.mark.parametrize("is_day_first", [True, False])
def test_half_converted_dates_are_asked_with_three_rows(is_day_first: bool, store: Store) -> None:
    [question] = looked(store, half_converted(is_day_first=is_day_first)).questions
    assert (question.option, question.values["dates"], question.values["texts"]) == (
        *("swapped_dates", 36, 54),
    )
    examples = {it.choice: [became for _, became in it.examples] for it in question.readings}
    assert examples == {
        "repair": ["2026-01-02", "2026-01-03", "2026-01-04"],
        "keep": ["2026-02-01", "2026-03-01", "2026-04-01"],
    }
    with pytest.raises(ImportRefused, match="--swapped-dates repair"):
        taken(store, half_converted())


@pytest.mark.parametrize("is_day_first", [True, False])
def test_half_converted_dates_are_repaired(is_day_first: bool, store: Store) -> None:
    report = taken(store, half_converted(is_day_first=is_day_first), swapped_dates="repair")
    assert answers_by_month(store) == [31, 28, 31]
    assert any("swapped back" in note for note in report.notes)


def test_half_converted_dates_can_be_taken_as_they_stand(store: Store) -> None:
    taken(store, half_converted(), swapped_dates="keep")
    assert answers_by_month(store)[:3] == [22, 19, 22]


@pytest.mark.parametrize(
    "cells",
    [
        ("2026-01-02", "2026-01-03", "2026-01-20", "13/01/2026", "14/01/2026", "15/01/2026"),
        ("2026-01-02", "2026-01-03", "2026-01-04", "13/01/2026", "02/01/2026", "15/01/2026"),
        ("2026-01-02", "2026-01-03", "13/01/2026", "14/01/2026", "15/01/2026"),
        ("13/01/2026", "14/01/2026", "15/01/2026"),
    ],
)
def test_dates_that_prove_otherwise_are_not_asked(cells: tuple[str, ...], store: Store) -> None:
    content = lines("responded_at;nps_score", *(f"{cell};9" for cell in cells))
    assert looked(store, content).questions == ()


# The cases themselves


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_tickets_with_hours_and_minutes_are_in_time_as_they_were(store: Store) -> None:
    source = CASES / "24-hmm-durations" / "tickets_hmm.csv"
    assert [it.option for it in looked(store, source).questions] == ["two_parts"]
    taken(store, source, two_parts={"first_response_after": "h:mm"})
    [row] = compliance_by_channel(store, Filters()).rows(named=True)
    assert (row["met_count"], row["missed_count"]) == (28, 12)


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_answers_of_a_converted_workbook_fall_into_their_months(store: Store) -> None:
    source = CASES / "25-excel-swapped-dates" / "reponses.xlsx"
    assert [it.option for it in looked(store, source).questions] == ["swapped_dates"]
    taken(store, source, swapped_dates="repair")
    assert answers_by_month(store) == [31, 28, 31]


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_the_remaining_time_of_jira_is_no_wait(store: Store) -> None:
    source = CASES / "02-jira-service" / "jsm_export.csv"
    mapping = {"channel": "=email", "first_response_after": "Custom field (Time to first response)"}
    with pytest.raises(ImportRefused, match="holds times below zero"):
        looked(store, source, kind="contacts", mapping=mapping)


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_the_calls_of_aircall_are_read_in_utc(store: Store) -> None:
    source = CASES / "01-aircall" / "aircall_calls_history.csv"
    mapping = {"opened_at": "datetime (utc)", "channel": "=call"}
    shown = looked(store, source, kind="contacts", mapping=mapping)
    assert shown.rows["opened_at"][0] == datetime(2025, 12, 4, 7)
