"""Every question that an import can ask: with the offered answer, another, and none of these."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cxdata.store.connection import Store
from tests.app.conftest import Opened, as_read
from tests.app.test_import_page import IMPORT, counts, is_blocked, radio, take, upload

Open = Callable[..., Opened]


def lines(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def two_sheets() -> bytes:
    """Two months, each on a sheet of its own, and a sheet with something else."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name, day in (("March", "2026-03-01"), ("April", "2026-04-01")):
            sheet = book.add_worksheet(name)
            for number, row in enumerate([("responded_at", "nps_score"), (day, 9), (day, 3)]):
                sheet.write_row(number, 0, row)
        book.add_worksheet("Notes").write_row(0, 0, ("what", "who"))
    return buffer.getvalue()


COLUMN = lines(
    "Date;Shop;Mark;Free words",
    *(f"{day:02}/01/2026;Lyon;{day * 7 % 11};fine" for day in range(1, 29)),
)
SCALE = lines("responded_at;nps_score;csat_score", *["2026-01-01;4;5", "2026-01-02;2;3"] * 15)
ORDER = lines("responded_at,nps_score", *["03/04/2026,9", "05/06/2026,10"] * 2)
MARK = lines("customer_id;name;annual revenue", "C1;Ann;1.234", "C2;Bob;980")
LETTERS = b"responded_at,nps_score,comment\n2026-03-01,9,caf\x8e\n2026-03-02,8,No\xe9l\n"
CUT = lines("responded_at;nps_score;comment,a;b", *["2026-03-01;9;fine,x;y"] * 4)
DAY = lines("customer_id;name;churn;tenure months;mrr", "C1;A;Yes;3;10", "C2;B;No;0;20")

CALLS = "call id;opened at;channel;wait time"
WAITS = lines(CALLS, *(f"{n};2026-03-02T10:0{n}:00Z;call;0:00:20" for n in range(6)))
FLAG = lines(
    f"{CALLS};answered",
    *(f"{n};2026-03-02T10:0{n}:00Z;call;0:00:20;{'KX' if n else 'ZZ'}" for n in range(6)),
)
TWO_PARTS = lines(
    "ticket id;created at;channel;first response time",
    *(f"{n};2026-03-0{n}T10:00:00Z;email;{n}:30" for n in range(1, 7)),
)
SWAPPED = lines(
    "responded_at;nps_score",
    *(f"2026-0{n}-01;9" for n in range(2, 6)),
    *(f"{n}/01/2026;9" for n in range(13, 17)),
)

YEARS = lines("N° client;Raison sociale;CA 2024;CA 2099", "C1;Un;10;20", "C2;Deux;30;40")

CUT_AGAIN = ("delimiter", 2)  # its columns have other names then
# The file, the offered answer, another one if there is, and the rows that are then taken.
ASKED: dict[str, tuple[bytes, str, str]] = {
    "sheet": (two_sheets(), "March", "April"),
    "scales": (SCALE, "0-10", "1-5"),
    "date_order": (ORDER, "dmy", "mdy"),
    "decimal_mark": (MARK, ",", "."),
    "encoding": (LETTERS, "mac-roman", "cp1252"),
    "delimiter": (CUT, ";", ","),
    "waits": (WAITS, "unknown", "answered"),
    "flags": (FLAG, "KX", "ZZ"),
    "two_parts": (TWO_PARTS, "h:mm", "mm:ss"),
    "revenue_year": (YEARS, "2024", "2099"),
    "swapped_dates": (SWAPPED, "repair", "keep"),
}
FREED = [(option, which) for option in ASKED for which in (1, 2) if (option, which) != CUT_AGAIN]


def box(page: Opened, *labels: str) -> Any:
    [found] = [it for it in page.app.main.selectbox if as_read(it.label) in labels]
    return found


def dropped(page: Opened, content: bytes, option: str = "") -> Opened:
    return upload(page, content, "file.xlsx" if option == "sheet" else "file.csv")


@pytest.mark.parametrize(("option", "which"), FREED)
def test_an_answer_frees_the_file(option: str, which: int, empty: Store, opened: Open) -> None:
    content = ASKED[option][0]
    page = dropped(opened(empty, IMPORT), content, option)
    assert radio(page).value is None
    assert is_blocked(page)
    radio(page).set_value(ASKED[option][which]).run()
    assert not page.app.exception
    assert not is_blocked(page)
    assert int(counts(take(page))["Accepted"]) > 0


@pytest.mark.parametrize("option", ASKED)
@pytest.mark.parametrize(("lang", "none"), [("en", "None of these"), ("fr", "Rien de cela")])
def test_none_of_these_keeps_the_file_and_says_how_to_go_on(
    option: str, lang: str, none: str, empty: Store, opened: Open
) -> None:
    page = dropped(opened(empty, IMPORT, lang=lang), ASKED[option][0], option)
    assert radio(page).options[-1] == none
    before = len(page.lines())
    radio(page).set_value("").run()
    assert not page.app.exception
    assert radio(page).value == ""
    assert is_blocked(page)
    assert len(page.lines()) == before + 1
    radio(page).set_value(ASKED[option][1]).run()
    assert not is_blocked(page)


# Which column is which


def test_a_column_proposed_by_its_values_can_be_agreed_to(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), COLUMN)
    assert as_read(radio(page).label).startswith("Mark could be NPS score (0–10)")
    assert is_blocked(page)
    radio(page).set_value("Mark").run()
    assert counts(take(page))["Accepted"] == "28"


def test_another_column_can_be_taken_than_the_proposed_one(empty: Store, opened: Open) -> None:
    ranked = lines(
        "Date;Rank;Mark",
        *(f"{day:02}/01/2026;{day};{day * 7 % 11}" for day in range(1, 29)),
    )
    page = upload(opened(empty, IMPORT), ranked)
    assert radio(page).options == ["Mark", "None of these"]
    box(page, "NPS score (0–10)").set_value("Rank").run()
    assert not page.app.exception
    assert not page.app.main.radio
    assert "18 would be refused" in page.text


def test_none_of_the_columns_leaves_the_field_out(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), COLUMN)
    radio(page).set_value("").run()
    assert not page.app.exception
    assert "Say which column holds: NPS score (0–10)" in page.text
    box(page, "Satisfaction (1–5)").set_value("Mark").run()
    assert not page.app.exception
    assert page.app.main.expander


def test_the_columns_are_drawn_while_one_is_asked_of(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), COLUMN)
    assert box(page, "NPS score (0–10)").value == "Mark"
    assert box(page, "Date of the answer").value == "Date"


def test_a_sheet_that_was_not_offered_can_be_taken(empty: Store, opened: Open) -> None:
    page = dropped(opened(empty, IMPORT), two_sheets(), "sheet")
    radio(page).set_value("").run()
    assert box(page, "Sheet").options == ["March", "April", "Notes"]
    box(page, "Sheet").set_value("April").run()
    assert not page.app.exception
    assert counts(take(page))["Accepted"] == "2"


# What parts columns, the day of the extract, the zone of times, words


def test_the_day_of_an_extract_is_asked_and_can_be_changed(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), DAY)
    assert is_blocked(page)
    page.app.main.date_input[0].set_value("2026-07-31").run()
    assert not is_blocked(page)
    page.app.main.date_input[0].set_value("2026-06-30").run()
    take(page)
    with empty.cursor() as con:
        found = con.execute("select cast(max(ended_on) as varchar) from customers")
        assert found.fetchall() == [("2026-06-30",)]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_the_zone_of_times_is_said_on_the_page(zone: str, empty: Store, opened: Open) -> None:
    content = lines("contact_id;channel;opened_at", "1;call;2026-01-05 10:00")
    page = upload(opened(empty, IMPORT), content)
    box(page, "Time zone of the file's times").set_value(zone).run()
    take(page)
    with empty.cursor() as con:
        [(opened_at,)] = con.execute("select cast(opened_at as varchar) from contacts").fetchall()
    assert (
        opened_at == {"UTC": "2026-01-05 10:00:00", "America/New_York": "2026-01-05 15:00:00"}[zone]
    )


def test_a_file_that_is_cut_otherwise_has_other_columns(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), CUT)
    radio(page).set_value(",").run()
    assert not page.app.exception
    assert radio(page).value == ","
    assert "responded_at;nps_score;comment" in box(page, "NPS score (0–10)").options


def test_what_was_said_of_the_reading_can_be_left_to_the_file_again(
    empty: Store, opened: Open
) -> None:
    page = upload(opened(empty, IMPORT), lines("responded_at;nps_score", "2026-03-01;9"))
    box(page, "What parts the columns").set_value("|").run()
    assert not page.app.exception
    assert "Say which column holds" in page.text or page.app.main.error
    box(page, "What parts the columns").set_value(None).run()
    assert counts(take(page))["Accepted"] == "1"


# Keys

DATED = ["Date", "responded_at", "opened_at", "", "#2"]
SCORED = ["Score", "score", "NPS", "Note", "rating_a", "rating_b:c"]
OTHERS = ["x:y", "=a", "email", "name", "Churn", "Canal", "Channel", "customer_id"]
TEXTS = st.sampled_from([*DATED, *SCORED, *OTHERS])
CELLS = st.sampled_from(
    [
        "",
        "03/04/2026",
        "2026-03-01 10:00",
        "7",
        "1.234",
        "call",
        "zorp:x",
        "x:zorp",
        "yes",
        "a@b.fr",
    ]
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A table with headers that meet again and cells that leave much open."""
    width = draw(st.integers(1, 6))
    header = draw(st.lists(TEXTS, min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=4))
    mark = draw(st.sampled_from([";", ",", "|"]))
    return "\n".join(mark.join(row) for row in [header, *rows * 6]).encode()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=files())
@example(content=b"opened_at,opened_at,opened_at,Date\n" + b",,7,03/04/2026\n" * 6)
def test_no_two_widgets_share_a_key_whatever_the_file(
    content: bytes, empty: Store, opened: Open
) -> None:
    page = upload(opened(empty, IMPORT), content)
    for place in range(len(page.app.main.radio)):
        left = page.app.main.radio  # an answer may take other questions away
        if place < len(left):
            left[place].set_value(left[place].options and "").run()
        assert not page.app.exception


# Labels of scores


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_lost_end_is_said_before_the_button_and_its_label_can_be_taught(
    lang: str, empty: Store, opened: Open
) -> None:
    rows = [f"2026-03-01;{score}" for score in [*["9"] * 20, *["Never ever"] * 2]]
    page = upload(opened(empty, IMPORT, lang=lang), lines("responded_at;nps_score", *rows))
    [warning] = [it.value for it in page.app.main.warning]
    assert "Never ever" in warning
    assert is_blocked(page)
    [word] = [it for it in page.app.main.selectbox if "Never ever" in it.label]
    word.set_value("0").run()
    assert not page.app.main.warning
    assert counts(take(page))[{"en": "Accepted", "fr": "Acceptées"}[lang]] == "22"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_bare_score_is_asked_with_what_each_answer_would_give(
    lang: str, empty: Store, opened: Open
) -> None:
    rows = [f"2026-03-01;{score}" for score in (5, 4, 5, 1)]
    page = upload(opened(empty, IMPORT, lang=lang), lines("Date;Score", *rows))
    assert is_blocked(page)
    asked = radio(page)
    shown = {"en": "Satisfaction, from 1 to 5", "fr": "Satisfaction, de 1 à 5"}[lang]
    assert as_read(asked.options[0]) == shown
    captions = " ".join(asked.proto.captions)
    assert {"en": "75% satisfied", "fr": "75\u00a0% satisfaits"}[lang] in as_read(captions)
    asked.set_value("1-5 satisfaction").run()
    assert counts(take(page))[{"en": "Accepted", "fr": "Acceptées"}[lang]] == "4"
    with empty.cursor() as con:
        assert con.execute("select sum(csat_score) from responses").fetchall() == [(15,)]
