"""A decision made beside a figure stands in the list and in the pack, beside what became of one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxdata.followup.decisions import Decision, add_decision
from cxdata.models import Filters
from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab
from tests.stores import add

pytestmark = pytest.mark.browser
START, DAYS = date(2026, 1, 5), 56
DECIDED, DUE = START + timedelta(days=27), START + timedelta(days=DAYS - 1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers of two segments, of which one rises after what was decided about it."""
    path = tmp_path_factory.mktemp("decided") / "cx.duckdb"
    store = Store.open(path)
    rows = [
        {
            "response_id": f"{segment} {day} {number}",
            "responded_at": datetime(2026, 1, 5, 10) + timedelta(days=day),
            "nps_score": 10 if number < (7 if day >= 28 and segment == "Home" else 5) else 0,
            "segment": segment,
        }
        for day in range(DAYS)
        for segment in ("Home", "Office")
        for number in range(10)
    ]
    add(store, rows, "responses")
    past = Decision("New carrier", "Head of logistics", DUE, "nps", Filters(segment=("Home",)))
    add_decision(store, past, today=DECIDED)
    store.close()
    return path


def test_a_decision_beside_a_figure_stands_in_the_list_and_in_the_pack(
    path: Path, serve: Callable[..., Server], open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(serve(path), "nps?segment=Office&lang=en")
    tab.page.locator(".st-key-decide-bar button").click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("What is decided").fill("Call back within a day <b>x</b>")
    dialog.get_by_label("Owner", exact=True).fill("Head of care")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    tab.open("decisions?lang=en")
    cards = tab.main.locator("[class*=st-key-decision_]").filter(has=tab.page.get_by_text("due "))
    expect(cards.first).to_contain_text("overdue")
    expect(cards.first).to_contain_text("New carrier")
    expect(cards.first).to_contain_text("0.0 → +40.0, a real change")
    expect(cards.first).to_contain_text("moved more than elsewhere")
    expect(tab.main).to_contain_text("Call back within a day <b>x</b>")
    tab.open("board-pack?lang=en")
    with tab.page.expect_download(timeout=120_000) as taken:
        tab.main.get_by_role("button", name="Workbook (XLSX)").click()
    content = Path(taken.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        texts = "".join(file.read(it).decode() for it in file.namelist() if "haredStr" in it)
    assert "New carrier" in texts
    assert "Call back within a day &lt;b&gt;x&lt;/b&gt;" in texts
