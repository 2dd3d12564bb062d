"""Before the button stands what will come of the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from cxdata.ingest import import_file
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.app.test_import_page import IMPORT, counts, take, upload
from tests.app.test_import_questions import lines

Open = Callable[..., Opened]


def scored(*scores: int, first: int = 1, day: str = "2026-03-01") -> bytes:
    rows = [f"{number};{day};{score}" for number, score in enumerate(scores, first)]
    return lines("response_id;responded_at;nps_score", *rows)


def test_rows_are_counted_as_they_then_are(empty: Store, opened: Open) -> None:
    import_file(empty, scored(9, 9, 3))
    content = scored(9, 3, 3, 10, 10) + b"6;2026-03-01;99\n"
    page = upload(opened(empty, IMPORT), content)
    assert "2 new answers · 1 replaced · 2 already in the store · 1 refused" in page.text
    assert empty.data_version == 1
    report = counts(take(page))
    assert (report["Accepted"], report["Replaced"], report["Duplicates"]) == ("3", "1", "2")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "NPS of this file +25, 100 answers · in the store −100, 30 answers"),
        ("fr", "NPS de ce fichier +25, 100 réponses · dans la base −100, 30 réponses"),
    ],
)
def test_the_files_nps_stands_beside_the_stores(
    lang: str, text: str, empty: Store, opened: Open
) -> None:
    import_file(empty, scored(*[0] * 30, first=1000))
    page = upload(opened(empty, IMPORT, lang=lang), scored(*[10] * 50, *[8] * 25, *[2] * 25))
    assert text in page.text.replace("\u00a0", " ")


def test_nothing_is_foretold_while_a_question_is_open(empty: Store, opened: Open) -> None:
    content = b"responded_at,nps_score\n" + b"03/04/2026,9\n05/06/2026,10\n" * 2
    page = upload(opened(empty, IMPORT), content)
    assert "NPS of this file" not in page.text
    page.app.main.radio[0].set_value("mdy").run()
    assert "4 new answers" in page.text
    assert "NPS of this file +100, 4 answers" in page.text


NEXT_YEAR = (date.today() + timedelta(days=300)).isoformat()  # noqa: DTZ011
WAITS = [f"{it};call;2026-03-01T10:00:00Z;2026-03-01T10:00:00Z;K{it}" for it in range(6)]
CONTACTS = "contact_id;channel;opened_at;first_response_at;customer_id"
FLAGGED = {
    "future": (scored(9, day=NEXT_YEAR), "Dates in the future: 1, the last is"),
    "spread": (scored(9) + b"7;2024-01-01;3\n", "from 1 January 2024 to 1 March 2026"),
    "zero": (lines(CONTACTS, *WAITS), "All 6 waits are zero"),
    "nobody": (lines(CONTACTS, *WAITS), "Of 6 customer numbers in the file, none is known"),
    "half": (scored(*[5] * 4, first=1000), "4 of 4 rows would replace"),
}


@pytest.mark.parametrize("case", FLAGGED)
def test_what_looks_wrong_is_said_in_words(case: str, empty: Store, opened: Open) -> None:
    import_file(empty, scored(*[9] * 4, first=1000))
    import_file(empty, b"customer_id,name,started_on\nC1,Ann,2025-01-01\n")
    content, text = FLAGGED[case]
    page = upload(opened(empty, IMPORT), content)
    assert any(text in line for line in page.text.split("\n"))


def test_a_file_without_fault_has_no_flag(empty: Store, opened: Open) -> None:
    import_file(empty, b"customer_id,name,started_on\nK1,Ann,2025-01-01\n")
    waits = [row.replace(":00:00Z;K", f":0{place}:00Z;K") for place, row in enumerate(WAITS)]
    page = upload(opened(empty, IMPORT), lines(CONTACTS, *waits))
    assert "6 of 6 contacts were answered" in page.text
    assert not page.app.main.warning


def test_refused_values_stand_there_once_with_how_many(empty: Store, opened: Open) -> None:
    rows = [f"{it};2026-03-01;CALLBACK" for it in range(24)]
    rows += [f"{it};2026-03-01;call" for it in range(24, 200)]
    page = upload(opened(empty, IMPORT), lines("contact_id;opened_at;channel", *rows))
    [row] = page.rows("How often")
    assert row[:3] == ["24", "channel", "CALLBACK"]
    assert "Calls, Emails, Chat, Social media" in row[3]
    assert row[4:] == ["Say once what it stands for; it is kept for the next files.", "2"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_code_of_a_field_is_shown(lang: str, empty: Store, opened: Open) -> None:
    content = lines("Date;Shop;Mark", *(f"{it:02}/01/2026;a;{it * 7 % 11}" for it in range(1, 29)))
    page = upload(opened(empty, IMPORT, lang=lang), content)
    labels = " ".join(it.label for kind in ("radio", "selectbox") for it in page.app.main.get(kind))
    assert "nps_score" not in page.text + labels
    assert "responded_at" not in page.text + labels
