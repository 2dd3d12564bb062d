"""A pack is frozen, something comes later, the meeting is led by keys; the next pack holds what it
decides."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab
from tests.stores import add, answers, customers

pytestmark = pytest.mark.browser
LATE = b"response_id,responded_at,nps_score\n" + b"".join(
    b"late-%d,2026-06-14 10:00,0\n" % number for number in range(5)
)


def test_a_pack_is_frozen_compared_after_an_import_and_gone_through_by_keys(
    serve: Callable[..., Server], open_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    add(store, customers(40, lost_count=8, segment="Home"), "customers")
    add(store, answers([10, 9, 8, 3] * 10, segment="Home"), "responses")
    store.close()
    server = serve(tmp_path / "cx.duckdb")
    tab = open_tab(server, "board-pack?lang=en")
    tab.main.get_by_text("Freeze for the meeting").click()
    tab.main.get_by_label("Name of the meeting").fill("March")
    tab.main.get_by_role("button", name="Freeze", exact=True).click()
    expect(tab.main.get_by_text("“March” is frozen")).to_be_visible(timeout=60_000)

    tab.open("import?lang=en")
    late = {"name": "late.csv", "mimeType": "text/csv", "buffer": LATE}
    tab.main.locator("input[type=file]").set_input_files(late)  # type: ignore[arg-type]
    expect(tab.main.get_by_role("button", name="Import", exact=True)).to_be_enabled(timeout=60_000)
    tab.settle()
    tab.main.get_by_role("button", name="Import", exact=True).click()
    expect(tab.main.get_by_text("Duplicates", exact=True)).to_be_visible(timeout=60_000)

    tab.open("board-pack?lang=en&part=snapshots&against=today")
    # 20 - 10 of 40 then, 20 - 15 of 45 now.
    expect(tab.main.get_by_text("we said +25; it is +11 now")).to_be_visible(timeout=60_000)
    expect(tab.main.get_by_text("1 file came later: 5 answers of the period.")).to_be_visible()
    tab.main.get_by_text("Open in meeting mode").click()
    screen = tab.main.locator(".st-key-meeting_steps p").first
    expect(screen).to_contain_text("Agenda · 0 /", timeout=60_000)
    expect(tab.sidebar).to_be_hidden()
    for key, said in (
        ("PageDown", "NPS · 1 /"),
        ("ArrowRight", "NPS · 2 /"),
        ("End", "Decisions · "),
        ("Home", "Agenda · 0 /"),
        ("ArrowRight", "NPS · 1 /"),
    ):
        tab.settle()
        tab.page.keyboard.press(key)
        expect(screen).to_contain_text(said)
    expect(tab.main.get_by_text("+25", exact=True)).to_be_visible()
    expect(tab.main.locator(".st-key-meeting_foot")).to_contain_text("“March”, as it was on")

    tab.main.get_by_text("A live question").click()
    expect(tab.figure).to_have_text("+11", timeout=60_000)
    tab.main.get_by_text("Back to the meeting, screen 1").click()
    expect(screen).to_contain_text("NPS · 1 /", timeout=60_000)
    expect(tab.main.get_by_text("+25", exact=True)).to_be_visible()

    tab.main.get_by_role("button", name="Decide").click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("What is decided").fill("Call detractors back within a day")
    dialog.get_by_label("Owner", exact=True).fill("Head of care")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden(timeout=60_000)
    tab.open("meeting?lang=en")
    tab.main.get_by_role("button", name="Decisions").click()
    decided = "Call detractors back within a day"
    expect(tab.main.get_by_text(decided).first).to_be_visible(timeout=60_000)

    tab.open("board-pack?lang=en")
    with tab.page.expect_download(timeout=120_000) as taken:
        tab.main.get_by_role("button", name="Workbook (XLSX)").click()
    with zipfile.ZipFile(Path(taken.value.path())) as file:
        texts = "".join(file.read(it).decode() for it in file.namelist() if "haredStr" in it)
    assert decided in texts
    assert "Head of care" in texts
