"""A dimension of the firm's own, as its owner brings it: a file, a click, a filter, a figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxdata.i18n import translator
from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab
from tests.unit.test_own_dimensions import SAMPLE, nps_of, sample_rows

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
FR = translator("fr")


def test_a_store_is_kept_filtered_by_and_in_the_address(
    serve: Callable[..., Server], open_tab: OpenTab, tmp_path: Path
) -> None:
    Store.open(tmp_path / "empty.duckdb").close()
    server = serve(tmp_path / "empty.duckdb")
    tab = open_tab(server, "import?lang=fr", locale="fr-FR")
    tab.main.locator("input[type=file]").set_input_files(SAMPLE)
    expect(tab.main.get_by_text(FR("{n} would be refused", n=0)).first).to_be_visible()
    expect(tab.main.get_by_role("button", name=FR("Import"), exact=True)).to_be_visible()
    tab.settle()
    tab.main.get_by_text(FR("Columns"), exact=True).click()
    keep = tab.main.get_by_role("combobox", name=FR("Keep as a dimension of your own"))
    expect(keep).to_be_visible()
    keep.scroll_into_view_if_needed()
    tab.choose(keep, "Magasin")
    tab.page.keyboard.press("Escape")
    tab.settle()
    expect(tab.main.get_by_role("button", name="Remove Magasin", exact=True)).to_be_visible()
    tab.main.get_by_role("button", name=FR("Import"), exact=True).click()
    expect(tab.main.get_by_text(FR("Duplicates"), exact=True)).to_be_visible(timeout=30_000)

    tab.sidebar.get_by_text(FR("NPS"), exact=True).click()
    expect(tab.figure).to_be_visible()
    tab.pick("Magasin", "Lille")
    lille = [row for row in sample_rows() if row["Magasin"] == "Lille"]
    expect(tab.figure).to_have_text(FR.nps(nps_of(lille)), timeout=30_000)
    said = FR.plural("{n} answer", "{n} answers", len(lille))
    expect(tab.main.get_by_text(said).first).to_be_visible()
    assert tab.query["own_1"] == ["Lille"]

    again = open_tab(server, "nps?own_1=Lille&lang=en")
    expect(again.figure).to_have_text(translator("en").nps(nps_of(lille)))
    again.page.locator(".st-key-filters").get_by_test_id("stPopoverButton").click()
    expect(again.page.get_by_role("combobox", name="Magasin")).to_be_visible()
