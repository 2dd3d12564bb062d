"""The Import page and the undo on the Data page, as far as a page without a browser goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cxdata.ingest import import_file, undo_batch
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.stores import add, answers

Open = Callable[..., Opened]
IMPORT, INVENTORY, NPS = "data/import_extract.py", "data/inventory.py", "insights/nps.py"
HEADER = "Date de réponse;Score NPS;Segment\r\n"
GOOD = "".join(
    f"{day:02}/03/2026;{score};Or\r\n" for day, score in enumerate([10, 9, 9, 10, 8, 3], 1)
)
BAD = "05/03/2026;11;Or\r\n31/02/2026;9;Or\r\n;9;Or\r\n"


def french_excel(text: str) -> bytes:
    return text.encode("cp1252")


def upload(page: Opened, content: bytes, name: str = "réponses.csv") -> Opened:
    page.app.main.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not page.app.exception
    return page


def take(page: Opened) -> Opened:
    page.app.main.button(key="import_take").click().run()
    assert not page.app.exception
    return page


def counts(page: Opened) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.app.main.metric}


# A look before anything is stored


def test_a_file_is_shown_before_it_is_stored(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), french_excel(HEADER + GOOD + BAD))
    assert "9 rows · 3 would be refused" in page.text
    shown = page.app.main.dataframe[0].value
    assert str(shown["Date of the answer"].iloc[0]) == "2026-03-01 00:00:00"
    assert shown["Segment"].to_list() == ["Or"] * 6
    assert empty.data_version == 0


def test_a_missing_column_is_asked_for_by_its_name(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), b"when it was;nps_score\n2026-03-01;9\n2026-03-02;10\n")
    assert "Say which column holds: Date of the answer" in page.text
    assert not [it for it in page.app.main.button if it.key == "import_take"]


def test_a_column_chosen_by_hand_is_taken(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), b"when it was;nps_score\n2026-03-01;9\n2026-03-02;10\n")
    box = next(it for it in page.app.main.selectbox if it.label == "Date of the answer")
    box.set_value("when it was").run()
    assert counts(take(page))["Accepted"] == "2"


def test_answers_without_any_score_ask_for_one(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), b"responded_at;journey;segment\n2026-03-01;Buying;Gold\n")
    assert "Say which column holds: NPS score (0–10)" in page.text


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "picture.csv"),
        (b"%PDF-1.7 ...", "report.csv"),
        (b"PK\x03\x04 not really a workbook", "book.xlsx"),
    ],
    ids=["empty", "picture", "pdf", "workbook"],
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_file_that_is_none_gets_one_sentence(
    content: bytes, name: str, lang: str, empty: Store, opened: Open
) -> None:
    page = upload(opened(empty, IMPORT, lang=lang), content, name)
    assert len(page.app.main.error) == 1
    assert not [it for it in page.app.main.button if it.key == "import_take"]
    assert empty.data_version == 0


# What was taken


def test_the_report_counts_and_names_what_was_refused(empty: Store, opened: Open) -> None:
    page = take(upload(opened(empty, IMPORT), french_excel(HEADER + GOOD + BAD)))
    assert counts(page) == {
        "Rows": "9",
        "Accepted": "6",
        "Corrected": counts(page)["Corrected"],
        "Replaced": "0",
        "Refused": "3",
        "Duplicates": "0",
    }
    assert "6 rows are in the store." in page.text
    assert [row[:3] for row in page.rows("Reason")] == [
        ["8", "Score NPS", "11"],
        ["9", "Date de réponse", "31/02/2026"],
        ["10", "Date de réponse", ""],
    ]
    reasons = [row[3] for row in page.rows("Reason")]
    assert len(set(reasons)) == 3
    assert all(reasons)


def test_reasons_are_given_in_french(empty: Store, opened: Open) -> None:
    content = french_excel(HEADER + GOOD + BAD)
    english = take(upload(opened(empty, IMPORT), content)).rows("Reason")
    other = french_excel(HEADER + GOOD + BAD + "09/03/2026;7;Or\r\n")
    french = take(upload(opened(empty, IMPORT, lang="fr"), other))
    reasons = [row[3] for row in french.rows("Valeur")]
    assert len(reasons) == 3
    assert not set(reasons) & {row[3] for row in english}


def test_the_nps_page_shows_new_answers_at_once(empty: Store, opened: Open) -> None:
    add(empty, answers([10, 10, 10, 10, 0], segment="Or"), "responses")
    page = opened(empty, NPS)
    assert page.figures == ["+60"]
    page.app.switch_page(IMPORT).run()
    take(upload(page, french_excel(HEADER + GOOD)))
    page.app.switch_page(NPS).run()
    # 4 + 4 promoters, 1 + 1 detractors of 11
    assert page.figures == ["+55"]
    assert "11 answers" in page.text


def test_the_same_file_again_adds_nothing(empty: Store, opened: Open) -> None:
    content = french_excel(HEADER + GOOD)
    take(upload(opened(empty, IMPORT), content))
    version = empty.data_version
    page = take(upload(opened(empty, IMPORT), content))
    assert "Nothing was added: the store is as it was." in page.text
    assert "This file was imported before, as batch 1." in page.text
    assert counts(page)["Duplicates"] == "6"
    assert empty.data_version == version


def test_a_file_without_a_good_row_leaves_the_store_as_it_was(empty: Store, opened: Open) -> None:
    page = take(upload(opened(empty, IMPORT), french_excel(HEADER + BAD)))
    assert "Nothing was added: the store is as it was." in page.text
    assert counts(page)["Refused"] == "3"
    assert "The store is empty: import an extract." in opened(empty, INVENTORY).text


# What is in the store, and out of it again


def test_the_inventory_counts_the_sample(sample: Store, opened: Open) -> None:
    held = {row[0]: row[1:4] for row in opened(sample, INVENTORY).rows("With a segment")}
    assert held["Answers"] == ["60,052", "1 July 2023", "30 June 2026"]
    assert held["Contacts"][0] == "249,862"
    assert held["Customers"][0] == "20,000"
    assert held["Assessments"][0] == "120"


def test_an_undone_batch_takes_its_answers_along(empty: Store, opened: Open) -> None:
    first = "responded_at,nps_score\n" + "2026-03-01,10\n" * 8
    import_file(empty, first.encode(), file_name="first.csv")
    second = "responded_at,nps_score\n" + "2026-03-02,0\n" * 8
    import_file(empty, second.encode(), file_name="second.csv")
    assert opened(empty, NPS).figures == ["0"]
    undo_batch(empty, 2)
    states = {row[1]: row[-1] for row in opened(empty, INVENTORY).rows("Batch")}
    assert states == {"first.csv": "in the store", "second.csv": "undone"}
    page = opened(empty, NPS)
    assert page.figures == ["+100"]
    assert "8 answers" in page.text


def test_undo_asks_before_it_does_anything(empty: Store, opened: Open) -> None:
    import_file(empty, b"responded_at,nps_score\n2026-03-01,10\n", file_name="first.csv")
    version = empty.data_version
    page = opened(empty, INVENTORY)
    page.app.main.button(key="undo_ask").click().run()
    assert not page.app.exception
    assert empty.data_version == version


def test_a_moment_of_import_is_written_in_the_readers_language(empty: Store, opened: Open) -> None:
    import_file(empty, b"responded_at,nps_score\n2026-03-01,10\n", file_name="first.csv")
    year = str(date.today().year)  # noqa: DTZ011
    for lang, header in (("en", "Batch"), ("fr", "Lot")):
        [row] = opened(empty, INVENTORY, lang=lang).rows(header)
        assert year in row[3]
