"""Whatever the command line can say of a file, the Import page can say."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import click
import pytest
import xlsxwriter

from cxdata.cli.importing import import_command
from cxdata.ingest import import_file
from cxdata.ingest.recognising.profiles import save_profile
from cxdata.store.connection import Store
from pages.parts.import_extract.questions import READINGS
from tests.app.conftest import Opened, as_read
from tests.app.test_import_page import IMPORT, button, counts, is_blocked, take, upload
from tests.app.test_import_questions import box

Open = Callable[..., Opened]
# What the page draws for each option: a kind of element and its label.
BEFORE = {
    "kind": ("selectbox", "What the file holds"),
    "pairs": ("selectbox", "Channel"),
    "extract_date": ("date_input", "Day of the extract, if the file doesn't tell"),
    "sheet": ("selectbox", "Sheet"),
    "delimiter": ("selectbox", "What parts the columns"),
    "encoding": ("selectbox", "Letters"),
    "date_order": ("selectbox", "Days and months"),
    "decimal_mark": ("selectbox", "Decimal mark"),
    "summary": ("selectbox", "Tables of sums"),
    "time_zone": ("selectbox", "Time zone of the file's times"),
    "scale_pairs": ("selectbox", "Scale of NPS score (0–10)"),
    "kept_columns": ("checkbox", "Keep E-mail"),
    "names": ("checkbox", "Keyed hashes in the place of names and e-mail addresses"),
    "dimensions": ("multiselect", "Keep as a dimension of your own"),
    "accept_refusals": ("checkbox", "Take the other rows all the same"),
    "profile": ("selectbox", "Saved profile"),
    "files": ("file_uploader", "Extracts as your tools gave them"),
}
AFTER = {
    "profile_name": ("text_input", "Name of the profile"),
    "refused_path": ("download_button", "The refused rows in your own file, with the reasons"),
}
# The page looks at a file before anything is stored, and a download replaces no file.
BY_ITSELF = {"dry_run", "force"}
OF_THE_PROGRAM = {"is_json", "store_path", "language"}
# Asked where a file leaves it open, each answer by its own name.
# Asked of a flag's column with its own values: tests/app/test_import_questions.py.
# Asked of columns by year with the file's own years: tests/app/test_import_questions.py.
ASKED_OF_FIELDS = {"flag_pairs", "two_part_pairs", "revenue_year"}
ASKED = {"same_id", "empty_cells", "unfinished", "waits", "swapped_dates"} | {
    "price_interval",
}


def labels(page: Opened) -> set[tuple[str, str]]:
    kinds = {kind for kind, _ in (*BEFORE.values(), *AFTER.values())}
    return {
        (kind, as_read(element.label if hasattr(element, "label") else element.proto.label))
        for kind in kinds
        for element in page.app.main.get(kind)
    }


def sheets_with_much_to_say() -> bytes:
    """Two sheets with an e-mail address, and more refused rows than are taken by themselves."""
    buffer = io.BytesIO()
    rows = [("responded_at", "nps_score", "E-mail", "Store")]
    rows += [("2026-03-01", 9, "a@b.fr", "Lille")] * 5
    rows += [("2026-03-01", 99, "a@b.fr", "Lille")] * 20
    with xlsxwriter.Workbook(buffer) as book:
        for name in ("March", "Notes"):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows if name == "March" else [("what", "who")]):
                sheet.write_row(number, 0, row)
    return buffer.getvalue()


def test_each_option_of_the_command_has_its_place_on_the_page(empty: Store, opened: Open) -> None:
    save_profile(empty, "Shop", headers=["a"], kind="responses", choices={"mapping": {}})
    page = upload(opened(empty, IMPORT), sheets_with_much_to_say(), "march.xlsx")
    before = labels(page)
    [accept] = [it for it in page.app.main.checkbox if it.label.startswith("Take the other")]
    accept.check().run()
    after = labels(take(page))
    for parameter in import_command.params:
        name = str(parameter.name)
        if name in BY_ITSELF | OF_THE_PROGRAM | ASKED_OF_FIELDS:
            continue
        if name in ASKED:
            assert isinstance(parameter.type, click.Choice)
            assert all((name, str(choice)) in READINGS for choice in parameter.type.choices), name
            continue
        place, shown = (AFTER[name], after) if name in AFTER else (BEFORE[name], before)
        assert any(kind == place[0] and text.startswith(place[1]) for kind, text in shown), name


# The same value for all rows


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_phone_log_without_a_channel_is_taken(lang: str, empty: Store, opened: Open) -> None:
    content = b"contact_id,opened_at\n1,2026-01-05T10:00:00Z\n2,2026-01-05T11:00:00Z\n"
    page = upload(opened(empty, IMPORT, lang=lang), content)
    box(page, "Contenu du fichier", "What the file holds").set_value("contacts").run()
    box(page, "Canal", "Channel").set_value("=").run()
    value = box(page, "Canal : pour toutes les lignes", "Channel: the same for all rows")
    assert value.value is None
    value.set_value("call").run()
    take(page)
    with empty.cursor() as con:
        assert con.execute("select channel, count(*) from contacts group by all").fetchall() == [
            ("call", 2)
        ]


def test_answers_without_a_date_get_one(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), b"nps_score,city\n9,Lyon\n3,Lille\n")
    box(page, "Date of the answer").set_value("=").run()
    day = next(it for it in page.app.main.date_input if it.label.startswith("Date of the answer"))
    day.set_value(date(2026, 3, 31)).run()
    take(page)
    with empty.cursor() as con:
        found = con.execute("select distinct cast(responded_on as varchar) from responses")
        assert found.fetchall() == [("2026-03-31",)]


def test_a_value_that_is_not_given_yet_holds_the_file(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), b"responded_at,nps_score,journey\n2026-03-01,9,Buying\n")
    box(page, "Journey").set_value("=").run()
    assert is_blocked(page)
    [text] = [it for it in page.app.main.text_input if it.label.startswith("Journey")]
    text.set_value("Moving").run()
    assert not is_blocked(page)
    take(page)
    with empty.cursor() as con:
        assert con.execute("select journey from responses").fetchall() == [("Moving",)]


# Several files


def test_one_set_of_answers_serves_files_with_the_same_columns(empty: Store, opened: Open) -> None:
    page = opened(empty, IMPORT)
    files = [
        (f"{month}.csv", f"responded_at,nps_score\n03/{month:02}/2026,9\n".encode(), "text/csv")
        for month in (4, 5, 6)
    ]
    page.app.main.file_uploader[0].set_value(files).run()
    assert button(page, "Import all 3 files").disabled
    page.app.main.radio[0].set_value("dmy").run()
    button(page, "Say the same of the 2 other files with these columns").click().run()
    assert not page.app.exception
    button(page, "Import all 3 files").click().run()
    with empty.cursor() as con:
        found = con.execute("select cast(responded_on as varchar) from responses order by 1")
        assert found.fetchall() == [("2026-04-03",), ("2026-05-03",), ("2026-06-03",)]


def test_what_is_true_of_one_file_alone_is_not_said_of_others(empty: Store, opened: Open) -> None:
    page = opened(empty, IMPORT)
    files = [(f"{it}.csv", f"nps_score,city\n{it},Lyon\n".encode(), "text/csv") for it in (8, 9)]
    page.app.main.file_uploader[0].set_value(files).run()
    [first, second] = [it for it in page.app.main.selectbox if it.label == "Date of the answer"]
    first.set_value("=").run()
    day = next(it for it in page.app.main.date_input if it.label.startswith("Date of the answer"))
    day.set_value(date(2026, 3, 31)).run()
    assert "Say the same" not in " ".join(it.label for it in page.app.main.button)
    assert page.app.main.selectbox(key=second.key).value == ""


def test_what_the_page_says_is_what_the_command_would_say(empty: Store, opened: Open) -> None:
    content = b"contact_id,opened_at\n1,2026-01-05T10:00:00Z\n"
    page = upload(opened(empty, IMPORT), content)
    box(page, "What the file holds").set_value("contacts").run()
    box(page, "Channel").set_value("=").run()
    box(page, "Channel: the same for all rows").set_value("call").run()
    assert counts(take(page))["Accepted"] == "1"
    again = import_file(empty, content, kind="contacts", mapping={"channel": "=call"})
    assert again.duplicate_count == 1
