"""A case from its alert to its end on a phone, and two people who change one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab
from tests.stores import HOSTILE_TEXTS, MIDDAY, add

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def case_server(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    path: Path = tmp_path_factory.mktemp("cases") / "cx.duckdb"
    store = Store.open(path)
    accounts = [{"customer_id": f"C{n}", "name": f"Firm {n}"} for n in range(3)]
    add(store, accounts, "customers")
    rows = [
        {"response_id": f"R{n}", "customer_id": f"C{n}", "nps_score": n,
         "responded_at": MIDDAY + timedelta(minutes=n), "comment": HOSTILE_TEXTS["html"]}
        for n in range(3)
    ]  # fmt: skip
    add(store, rows, "responses")
    store.close()
    return serve(path)


def test_on_a_phone_from_the_alert_to_the_closed_case(
    case_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(case_server, "cases", **PHONE)
    expect(tab.main.get_by_text("3 cases to do")).to_be_visible()
    expect(tab.main.get_by_text(HOSTILE_TEXTS["html"]).first).to_be_visible()
    expect(tab.main.get_by_role("button", name="Case 1", exact=True)).to_be_visible()
    card = tab.main.locator(".st-key-case_card_1").bounding_box()
    assert card is not None
    assert card["width"] > 250  # a thumb's, from edge to edge, and any place of it opens the case
    tab.page.mouse.click(card["x"] + card["width"] / 4, card["y"] + card["height"] * 3 / 4)
    expect(tab.main.get_by_text("Firm 0 · Case 1")).to_be_visible()
    tab.settle()
    assert tab.query["case"] == ["1"]
    tab.choose(tab.main.get_by_role("combobox", name="Status"), "Closed")
    tab.main.get_by_role("textbox", name="Notes").fill("Called, all is well.")
    tab.main.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_text("Case 1 is saved.")).to_be_visible()
    tab.settle()
    tab.main.get_by_role("button", name="All cases").click()
    expect(tab.main.get_by_text("2 cases to do")).to_be_visible()


def test_two_people_who_change_one_case_see_what_differs(
    case_server: Server, open_tab: OpenTab
) -> None:
    one, other = (open_tab(case_server, "cases?case=2") for _ in range(2))
    for tab, text in ((one, "first"), (other, "second")):
        tab.main.get_by_role("textbox", name="Notes").fill(text)
    one.main.get_by_role("button", name="Save").click()
    expect(one.page.get_by_text("Case 2 is saved.")).to_be_visible()
    other.main.get_by_role("button", name="Save").click()
    expect(other.main.get_by_text("Notes: now first", exact=False)).to_be_visible()
    other.main.get_by_role("button", name="Save mine all the same").click()
    expect(other.page.get_by_text("Case 2 is saved.")).to_be_visible()
    other.settle()
    expect(other.main.get_by_role("textbox", name="Notes")).to_have_value("second")
