"""A file whose columns the dashboard doesn't know: agreed, corrected, refused in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab
from tests.e2e.test_filters_and_import import choose, upload

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
ROWS = "".join(f"{day:02}/01/2026;Lyon;{day * 7 % 11};{day};bien\n" for day in range(1, 29))
UNKNOWN = f"Date;Magasin;Note;Rang;Remarques libres\n{ROWS}".encode()


@pytest.fixture(scope="module")
def empty_server(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    path = tmp_path_factory.mktemp("empty") / "empty.duckdb"
    Store.open(path).close()
    return serve(path)


def test_a_proposed_column_is_refused_then_agreed_to_then_corrected(
    empty_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(empty_server, "import")
    upload(tab, UNKNOWN, "note_fr.csv")
    expect(tab.main.get_by_text("could be NPS score (0–10)")).to_be_visible()
    take = tab.main.get_by_role("button", name="Import", exact=True)
    expect(take).to_be_disabled()

    tab.main.get_by_text("None of these", exact=True).first.click()
    expect(tab.main.get_by_text("Say which column holds: NPS score (0–10)")).to_be_visible()
    choose(tab, "NPS score (0–10)", "Rang")
    expect(tab.main.get_by_text("18 would be refused").first).to_be_visible()

    choose(tab, "NPS score (0–10)", "Note")
    tab.main.get_by_test_id("stRadio").get_by_text("From 0 to 10", exact=True).click()
    expect(take).to_be_enabled()
    take.click()
    expect(tab.main.get_by_text("28 rows are in the store.")).to_be_visible()


def test_a_proposed_column_is_agreed_to(empty_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(empty_server, "import?lang=fr")
    upload(tab, UNKNOWN.replace(b"2026", b"2025"), "note_fr.csv")
    tab.settle()
    tab.main.get_by_test_id("stRadio").get_by_text("Note", exact=True).click()
    tab.settle()
    tab.main.get_by_test_id("stRadio").get_by_text("De 0 à 10", exact=True).click()
    take = tab.main.get_by_role("button", name="Importer", exact=True)
    expect(take).to_be_enabled()
    take.click()
    expect(tab.main.get_by_text("28 lignes sont dans la base.")).to_be_visible()


def test_every_question_leaves_the_page_whole(empty_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(empty_server, "import")
    upload(tab, UNKNOWN, "note_fr.csv")
    tab.settle()
    tab.main.get_by_text("How the file is read", exact=True).click()
    expect(tab.main.get_by_role("combobox", name="What parts the columns")).to_be_visible()
    expect(tab.main.get_by_text("because of a fault")).to_have_count(0)
