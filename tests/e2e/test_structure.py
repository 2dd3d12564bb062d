"""No later change moves the pages unseen: their build is as ``structure.json`` keeps it.

A change that is meant: ``python -m tests.e2e.structure``, and the difference is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Server, Tab
from tests.e2e.structure import KEPT, LOOKED_AT, differences, structure

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
# What a careless change would do: other letters, a card that moved, a part that is gone.
CARELESS = {
    "face": "h1 { font-family: monospace !important; }",
    "card": ".st-key-card_nps { margin-top: 40px; }",
    "tabs": ".st-key-page_tabs button:nth-child(2) { display: none; }",
    "value": "[data-testid=stMetricValue] { font-size: 20px !important; }",
    "state": "[data-testid=stMetricDelta] { color: rgb(1, 2, 3) !important; }",
}

PLANT = """style => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


def test_the_pages_are_built_as_they_were(sample_server: Server, open_tab: OpenTab) -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    assert set(kept) == set(LOOKED_AT)
    moved = {}
    for path, drawn in LOOKED_AT.items():
        tab = open_tab(sample_server, path)
        expect(tab.main.locator(drawn).first).to_be_visible()
        tab.page.wait_for_timeout(800)
        if found := differences(kept[path], structure(tab.page)):
            moved[path] = found
    assert moved == {}


def test_a_careless_change_would_be_seen(sample_server: Server, open_tab: OpenTab) -> None:
    for name, style in CARELESS.items():
        path = "nps?lang=en" if name == "tabs" else "?lang=fr"
        tab = open_tab(sample_server, path)
        expect(tab.main.locator(LOOKED_AT[path]).first).to_be_visible()
        tab.page.wait_for_timeout(500)
        before = structure(tab.page)
        tab.page.evaluate(PLANT, style)
        assert any(it[2:].startswith(name) for it in differences(before, structure(tab.page))), name
