"""The Import page and the undo on the Data page, as far as a page without a browser goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cxdata.ingest import import_file, undo_batch
from cxdata.ingest.recognising.profiles import save_profile
from cxdata.store.connection import Store
from tests.app.conftest import Opened, as_read
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
    page.app.main.file_uploader[0].set_value([(name, content, "text/csv")]).run()
    assert not page.app.exception
    return page


def take(page: Opened) -> Opened:
    button(page, "Import", "Importer").click().run()
    assert not page.app.exception
    return page


def button(page: Opened, *labels: str) -> Any:
    """The one button that is called so, in one language or the other."""
    [found] = [it for it in page.app.main.button if it.label in labels]
    return found


def has_import_button(page: Opened) -> bool:
    return any(it.label in ("Import", "Importer") for it in page.app.main.button)


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
    assert not has_import_button(page)


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
    assert not has_import_button(page)
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
    assert [row[:3] for row in page.rows("Line")] == [
        ["8", "Score NPS", "11"],
        ["9", "Date de réponse", "31/02/2026"],
        ["10", "Date de réponse", ""],
    ]
    reasons = [row[3] for row in page.rows("Line")]
    assert len(set(reasons)) == 3
    assert all(reasons)


def test_reasons_are_given_in_french(empty: Store, opened: Open) -> None:
    content = french_excel(HEADER + GOOD + BAD)
    english = take(upload(opened(empty, IMPORT), content)).rows("Line")
    other = french_excel(HEADER + GOOD + BAD + "09/03/2026;7;Or\r\n")
    french = take(upload(opened(empty, IMPORT, lang="fr"), other))
    reasons = [row[3] for row in french.rows("Ligne")]
    assert len(reasons) == 3
    assert not set(reasons) & {row[3] for row in english}


def test_the_report_groups_refused_values_with_what_to_do(empty: Store, opened: Open) -> None:
    rows = "".join(f"{day:02}/03/2026;9;CALLBACK\r\n" for day in range(1, 4))
    content = HEADER.replace("Segment", "Canal") + GOOD.replace("Or", "Appel") + rows
    page = take(upload(opened(empty, IMPORT), french_excel(content)))
    [group] = page.rows("What to do")
    assert group[:3] == ["3", "Canal", "CALLBACK"]
    assert group[4:] == ["Say once what it stands for; it is kept for the next files.", "8"]
    box = next(it for it in page.app.main.selectbox if "CALLBACK" in as_read(it.label))
    box.set_value("call").run()
    button(page, "Read this file again").click().run()
    assert "3 new answers · 6 already in the store" in page.text
    assert counts(take(page))["Accepted"] == "3"


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
    page.app.main.button(key="undo_ask:1").click().run()
    assert not page.app.exception
    assert empty.data_version == version
    assert {"undo_do", "undo_not"} <= {it.key for it in page.app.button}


def test_a_moment_of_import_is_written_in_the_readers_language(empty: Store, opened: Open) -> None:
    import_file(empty, b"responded_at,nps_score\n2026-03-01,10\n", file_name="first.csv")
    year = str(date.today().year)  # noqa: DTZ011
    for lang, header in (("en", "Batch"), ("fr", "Lot")):
        [row] = opened(empty, INVENTORY, lang=lang).rows(header)
        assert year in row[3]


# What only the file's owner knows

TWO_WAYS = b"responded_at,nps_score\n" + b"03/04/2026,9\n05/06/2026,10\n" * 2


def radio(page: Opened) -> Any:
    [found] = page.app.main.radio
    return found


def is_blocked(page: Opened) -> bool:
    return bool(button(page, "Import", "Importer").disabled)


def test_a_question_shows_both_readings_of_the_files_own_cells(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), TWO_WAYS)
    assert radio(page).value is None
    assert radio(page).options == ["Day first", "Month first", "None of these"]
    day_first, month_first, _ = radio(page).captions
    assert "03/04/2026 → 3 April 2026" in as_read(day_first)
    assert "03/04/2026 → 4 March 2026" in as_read(month_first)
    assert "a question is open" in page.text


def test_nothing_is_taken_before_the_question_is_answered(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), TWO_WAYS)
    assert is_blocked(page)
    radio(page).set_value("mdy").run()
    assert not is_blocked(page)
    assert radio(page).value == "mdy"
    take(page)
    with empty.cursor() as con:
        days = con.execute("select distinct responded_on from responses order by 1").fetchall()
    assert days == [(date(2026, 3, 4),), (date(2026, 5, 6),)]


def test_a_question_is_asked_in_french(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT, lang="fr"), TWO_WAYS)
    assert radio(page).options[:2] == ["Le jour d’abord", "Le mois d’abord"]
    assert "03/04/2026 → 3 avril 2026" in as_read(radio(page).captions[0])


# A file that is held

MOSTLY_BAD = b"responded_at,nps_score\n" + b"2026-03-01,9\n" * 5 + b"2026-03-01,99\n" * 20


def test_a_file_of_mostly_refused_rows_waits_for_a_yes(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), MOSTLY_BAD)
    assert "80% of the rows would be refused" in page.text
    assert is_blocked(page)
    page.app.main.checkbox[0].check().run()
    assert counts(take(page))["Accepted"] == "5"


# Columns


def test_a_corrected_column_is_said_to_be_so(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), b"responded_at,nps_score,place\n2026-03-01,9,North\n")
    box = next(it for it in page.app.main.selectbox if it.label == "Region")
    box.set_value("place").run()
    assert "✓ as you said · North" in page.text
    assert page.app.main.dataframe[0].value["Region"].to_list() == ["North"]


CUSTOMERS = b"name,started_on,contact\nA,2026-01-13,a@b.fr\nB,2026-01-14,c@d.fr\n"


def with_email_as_number(page: Opened) -> Opened:
    box = next(it for it in page.app.main.selectbox if it.label == "Customer number")
    box.set_value("contact").run()
    assert "contact looks like personal data" in page.text
    assert not has_import_button(page)
    return page


def test_a_choice_that_cannot_be_is_taken_back(empty: Store, opened: Open) -> None:
    page = with_email_as_number(upload(opened(empty, IMPORT), CUSTOMERS))
    button(page, "Take the last choice back").click().run()
    assert "Say which column holds: Customer number" in page.text


def test_personal_data_is_kept_on_purpose(empty: Store, opened: Open) -> None:
    page = with_email_as_number(upload(opened(empty, IMPORT), CUSTOMERS))
    page.app.main.checkbox[0].check().run()
    assert "Personal data, kept on purpose: contact." in page.text
    assert counts(take(page))["Accepted"] == "2"


def test_an_unknown_channel_is_named_once_for_all_files(empty: Store, opened: Open) -> None:
    content = b"responded_at,nps_score,channel\n" + b"2026-03-01,9,Zorp line\n" * 3
    page = upload(opened(empty, IMPORT), content)
    assert "3 would be refused" in page.text
    box = next(it for it in page.app.main.selectbox if "Zorp line" in as_read(it.label))
    box.set_value("call").run()
    assert "0 would be refused" in page.text
    assert page.rows("Word") == [["Channel", "Zorp line", "Calls"]]


# Several files


def test_several_files_are_taken_with_one_button(empty: Store, opened: Open) -> None:
    page = opened(empty, IMPORT)
    files = [(f"{day}.csv", f"responded_at,nps_score\n2026-03-{day},9\n") for day in (11, 12)]
    page.app.main.file_uploader[0].set_value(
        [(name, text.encode(), "text/csv") for name, text in files]
    ).run()
    button(page, "Import all 2 files").click().run()
    assert not page.app.exception
    assert page.text.count("1 row is in the store.") == 2


def test_a_file_with_a_question_holds_the_button_for_all(empty: Store, opened: Open) -> None:
    page = opened(empty, IMPORT)
    good = b"responded_at,nps_score\n2026-03-11,9\n"
    page.app.main.file_uploader[0].set_value(
        [("good.csv", good, "text/csv"), ("open.csv", TWO_WAYS, "text/csv")]
    ).run()
    assert button(page, "Import all 2 files").disabled


# Profiles


def test_a_saved_profile_is_used_for_the_next_file_of_that_shape(
    empty: Store, opened: Open
) -> None:
    page = upload(opened(empty, IMPORT), b"when it was,nps_score\n2026-03-01,9\n")
    box = next(it for it in page.app.main.selectbox if it.label == "Date of the answer")
    box.set_value("when it was").run()
    take(page)
    page.app.main.text_input[0].set_value("Shop").run()
    button(page, "Save").click().run()
    assert not page.app.exception
    page = upload(opened(empty, IMPORT), b"when it was,nps_score\n2026-03-02,8\n")
    assert "Read as the saved profile Shop says." in page.text
    assert counts(take(page))["Accepted"] == "1"


SHAPE = b"when it was,nps_score,comment\n03/04/2026,9,fine\n"


def save(store: Store, **choices: Any) -> None:
    headers = ["when it was", "nps_score", "comment"]
    save_profile(store, "Shop", headers=headers, kind="responses", choices=choices)  # type: ignore[arg-type]


def test_a_file_is_read_afresh_if_its_reader_wants_so_and_by_the_profile_again(
    empty: Store, opened: Open
) -> None:
    save(empty, mapping={"responded_at": "when it was"}, date_order="mdy")
    page = upload(opened(empty, IMPORT), SHAPE)
    assert "Read as the saved profile Shop says." in page.text
    assert "The saved profile Shop was used." not in page.text
    button(page, "Read it afresh").click().run()
    assert "The file is read without a saved profile." in page.text
    assert "Say which column holds: Date of the answer" in page.text
    button(page, "Use the fitting one again").click().run()
    assert "Read as the saved profile Shop says." in page.text
    assert counts(take(page))["Accepted"] == "1"


def test_what_was_read_afresh_is_imported_afresh(empty: Store, opened: Open) -> None:
    save(empty, mapping={"comment": "", "responded_at": "when it was"}, date_order="mdy")
    page = upload(opened(empty, IMPORT), SHAPE.replace(b"when it was", b"Date"))
    assert "saved profile" not in page.text  # another shape
    page = upload(opened(empty, IMPORT), SHAPE)
    button(page, "Read it afresh").click().run()
    box = next(it for it in page.app.main.selectbox if it.label == "Date of the answer")
    box.set_value("when it was").run()
    radio(page).set_value("dmy").run()
    take(page)
    with empty.cursor() as con:
        found = con.execute("select cast(responded_on as varchar), comment from responses")
        assert found.fetchall() == [("2026-04-03", "fine")]


def test_a_profile_that_no_longer_fits_is_no_dead_end(empty: Store, opened: Open) -> None:
    save(empty, mapping={"responded_at": "when it was", "nps_score": "#9"})
    page = upload(opened(empty, IMPORT), SHAPE)
    assert "There is no column #9 in the file." in page.text
    button(page, "Read it without a saved profile").click().run()
    assert "Say which column holds: Date of the answer" in page.text


@pytest.mark.parametrize(
    ("lang", "line", "label"),
    [
        ("en", "Read as the saved profile Shop says.", "Read it afresh"),
        ("fr", "Lu selon le profil enregistré Shop.", "Le relire sans profil"),
    ],
)
def test_the_profile_is_named_also_where_details_are_folded(
    lang: str, line: str, label: str, empty: Store, opened: Open
) -> None:
    save(empty, mapping={"responded_at": "when it was"}, date_order="mdy")
    page = opened(empty, IMPORT, lang=lang)
    other = b"responded_at,nps_score\n2026-03-11,9\n"
    page.app.main.file_uploader[0].set_value(
        [("shop.csv", SHAPE, "text/csv"), ("other.csv", other, "text/csv")]
    ).run()
    assert not page.app.exception
    assert line in page.text
    assert button(page, label)


# What a user would stumble over


def test_the_first_rows_are_shown_in_the_words_of_the_dashboard(empty: Store, opened: Open) -> None:
    content = "responded_at;nps_score;channel\n2026-03-01;9;Téléphone\n2026-03-02;3;\n".encode()
    shown = upload(opened(empty, IMPORT, lang="fr"), content).app.main.dataframe[0].value
    assert shown["Canal"].to_list()[0] == "Appels"
    assert shown["Enquête"].to_list() == ["relationnelle"] * 2


def test_a_file_without_a_good_row_offers_no_rest_to_take(empty: Store, opened: Open) -> None:
    rows = "".join(f"2026-03-01,{score}\n" for score in range(11, 71))
    page = upload(opened(empty, IMPORT), f"responded_at,nps_score\n{rows}".encode())
    assert "Every row would be refused: it may be the wrong column or kind." in page.text
    assert "The first rows" not in page.text
    assert not page.app.main.dataframe
    assert "Take the other rows all the same" not in [it.label for it in page.app.main.checkbox]
    assert button(page, "Import").disabled


def test_a_word_near_a_known_one_can_be_said_too(empty: Store, opened: Open) -> None:
    content = b"opened_at,channel,contact_id\n2026-03-01,telephne,1\n2026-03-02,call,2\n"
    page = upload(opened(empty, IMPORT), content)
    assert "This is not known here; near it is: Calls." in page.text
    box = next(it for it in page.app.main.selectbox if it.label.startswith("Take “telephne” as"))
    box.set_value("call").run()
    assert "2 rows · 0 would be refused" in page.text
    assert counts(take(page))["Accepted"] == "2"


def test_what_has_to_be_said_stands_above_what_may_be_looked_at(empty: Store, opened: Open) -> None:
    content = b"opened_at,channel,contact_id\n2026-03-01,pigeon,1\n2026-03-02,call,2\n"
    page = upload(opened(empty, IMPORT), content)
    labels = [it.label for it in page.app.main.selectbox]
    word = next(place for place, label in enumerate(labels) if "pigeon" in label)
    assert word < labels.index("Opened at")
