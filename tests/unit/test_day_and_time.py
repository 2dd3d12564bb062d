"""Day and time of day in two columns are one moment; the hour that comes twice is resolved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from cxdata.ingest import import_file, preview_file
from cxdata.ingest.importing import FilePreview
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


def looked(store: Store, content: bytes, **choices: object) -> FilePreview:
    return preview_file(store, content, **choices)  # type: ignore[arg-type]


def lines(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


def moments(preview: FilePreview, name: str = "opened_at") -> list[datetime]:
    return preview.rows[name].to_list()


@pytest.mark.parametrize(
    ("headers", "day", "hour"),
    [
        ("Date;Heure", "02/03/2026", "09:37:00"),
        ("Date;Heure", "02/03/2026", "9h37"),
        ("Date;Time", "2026-03-02", "09:37"),
        ("Date;Time", "2026-03-02", "9:37 AM"),
        ("Call date;Call time", "2026-03-02", "09:37:00"),
        ("Start date;Start time", "2026-03-02", "09:37:00"),
        ("Date d'appel;Heure d'appel", "02/03/2026", "09:37:00"),
        ("Date de création;Heure de création", "02/03/2026", "09:37"),
        ("Jour;Heure", "13/03/2026", "09:37"),
    ],
)
def test_a_day_and_its_time_are_joined(headers: str, day: str, hour: str, store: Store) -> None:
    content = lines(
        f"{headers};Canal;N° ticket", f"{day};{hour};email;T1", f"{day};{hour};email;T2"
    )
    preview = looked(store, content, time_zone="UTC", date_order="dmy", kind="contacts")
    expected = datetime(2026, 3, 13 if day.startswith("13") else 2, 9, 37)
    assert moments(preview) == [expected, expected]
    assert any("day and time of day were joined" in note for note in preview.notes)


def test_openings_and_answers_have_their_own_times(store: Store) -> None:
    content = lines(
        "N° ticket;Canal;Date de création;Heure de création;Date de réponse;Heure de réponse",
        "1;email;02/03/2026;09:00;02/03/2026;12:00",
        "2;email;02/03/2026;23:00;03/03/2026;00:30",
        "3;email;13/03/2026;23:00;;",
    )
    preview = looked(store, content, time_zone="UTC")
    assert moments(preview, "first_response_at") == [
        datetime(2026, 3, 2, 12), datetime(2026, 3, 3, 0, 30), None,
    ]  # fmt: skip
    assert preview.refused_count == 0


@pytest.mark.parametrize("answered", ["Heure décroché", "Answered at"])
def test_the_time_of_an_answer_alone_is_on_the_day_of_its_opening(
    answered: str, store: Store
) -> None:
    content = lines(
        f"Call ID;Channel;Date;Heure d'appel;{answered}",
        "1;call;13/03/2026;09:00:00;09:00:20",
        "2;call;13/03/2026;23:59:50;00:00:20",
        "3;call;13/03/2026;10:00:00;",
    )
    preview = looked(store, content, time_zone="UTC")
    assert moments(preview, "first_response_at") == [
        datetime(2026, 3, 13, 9, 0, 20), datetime(2026, 3, 14, 0, 0, 20), None,
    ]  # fmt: skip
    assert (preview.refused_count, preview.questions) == (0, ())
    assert any("of the day of the opening" in note for note in preview.notes)
    taken(store, content)
    [row] = compliance_by_channel(store, Filters()).rows(named=True)
    assert row["not_known_count"] is None  # three contacts are too few to show
    with store.cursor() as con:
        found = con.execute("select outcome, count(*) from contact_outcomes group by 1 order by 1")
        assert found.fetchall() == [("answered", 2), ("waiting", 1)]


def test_a_sheets_own_days_and_times_are_joined(store: Store) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        clock = book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ("Ticket ID", "Channel", "Date", "Time"))
        for row in (1, 2):
            sheet.write_row(row, 0, (f"T{row}", "email"))
            sheet.write_datetime(row, 2, datetime(2026, 3, 20), day)
            sheet.write_datetime(row, 3, time(9, 37 + row), clock)
    preview = looked(store, buffer.getvalue(), time_zone="UTC")
    assert moments(preview) == [datetime(2026, 3, 20, 9, 38), datetime(2026, 3, 20, 9, 39)]


def test_a_column_called_time_can_hold_whole_moments(store: Store) -> None:
    content = lines("Call ID;Call Time;Channel", "1;2026-03-20 09:00:00;call")
    assert moments(looked(store, content, time_zone="UTC")) == [datetime(2026, 3, 20, 9)]


def test_a_moment_that_has_its_time_keeps_it(store: Store) -> None:
    content = lines("Ticket ID;Channel;Created at;Time", "1;email;2026-03-02 09:00;10:00")
    assert moments(looked(store, content, time_zone="UTC")) == [datetime(2026, 3, 2, 9)]


def test_a_duration_is_no_time_of_day(store: Store) -> None:
    content = lines(
        "Call ID;Channel;Date;Talk time;First response time",
        "1;call;2026-03-02;0:04:10;0:00:20",
        "2;call;2026-03-02;0:03:10;0:00:30",
    )
    preview = looked(store, content, time_zone="UTC")
    assert "opened_clock" not in preview.mapping
    assert any("days without times" in note for note in preview.notes)


def test_a_day_without_its_time_is_refused_where_others_have_one(store: Store) -> None:
    content = lines(
        "Ticket ID;Channel;Date;Time", "1;email;2026-03-02;09:00", "2;email;2026-03-02;"
    )
    [refusal] = looked(store, content).refusals
    assert (refusal.line, refusal.column) == (3, "Time")


def test_the_time_can_be_said(store: Store) -> None:
    content = lines("Ticket ID;Channel;Date;Uhr", "1;email;2026-03-02;09:00")
    said = looked(store, content, mapping={"opened_clock": "Uhr"}, time_zone="UTC")
    assert moments(said) == [datetime(2026, 3, 2, 9)]
    left = looked(store, content.replace(b"Uhr", b"Time"), mapping={"opened_clock": ""})
    assert any("days without times" in note for note in left.notes)


# The hour that comes twice: on 25 October 2026, 3:00 in Paris becomes 2:00


@pytest.mark.parametrize(
    ("opened", "answered", "minutes"),
    [
        ("02:10", "02:30", 20),  # both in the first occurrence
        ("02:50", "02:10", 20),  # the answer in the second
        ("02:50", "03:05", 75),  # the opening is always in the first
        ("01:50", "02:10", 20),
    ],
)
def test_both_ends_in_the_hour_that_comes_twice_are_resolved_together(
    opened: str, answered: str, minutes: int, store: Store
) -> None:
    content = lines(
        "contact_id,channel,opened_at,first_response_at",
        f"1,email,2026-10-25 {opened},2026-10-25 {answered}",
    )
    preview = looked(store, content)
    assert preview.refused_count == 0
    wait = moments(preview, "first_response_at")[0] - moments(preview)[0]
    assert wait.total_seconds() == 60 * minutes
    assert any("comes twice" in note for note in preview.notes) == (opened > answered)


@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 3, 29)])
def test_on_other_days_an_end_before_the_opening_is_refused(day: date, store: Store) -> None:
    content = lines(
        "contact_id,channel,opened_at,first_response_at", f"1,email,{day} 02:50,{day} 01:10"
    )
    assert looked(store, content).refused_count == 1


def test_times_with_an_offset_are_never_moved(store: Store) -> None:
    content = lines(
        "contact_id,channel,opened_at,first_response_at",
        "1,email,2026-10-25T02:50:00+02:00,2026-10-25T02:10:00+02:00",
    )
    assert looked(store, content).refused_count == 1


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_a_french_phone_log_is_judged_by_its_times(store: Store) -> None:
    source = CASES / "18-date-and-time-columns" / "journal_appels.csv"
    taken(store, source, kind="contacts", mapping={"channel": "=call"})
    [row] = compliance_by_channel(store, Filters()).rows(named=True)
    assert (row["met_count"], row["missed_count"], row["abandoned_count"]) == (30, 30, 15)
    with store.cursor() as con:
        hours = con.execute("select count(distinct local_hour) from contact_outcomes").fetchall()
    assert hours[0][0] > 5
