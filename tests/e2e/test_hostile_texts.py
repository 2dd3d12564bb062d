"""Texts from files stay texts in a real browser: no link, no picture, no letter set bold."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Server, Tab
from tests.stores import HOSTILE_TEXTS

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
# What Markdown, HTML or Streamlit's directives would have made of the texts. The cards of the
# Overview have links and bold questions of their own, charts have bold captions; pages have a
# title, and steps are numbered in bold.
INTERPRETED = """() => [...document.querySelectorAll(
    '[data-testid=stMain], [data-testid=stSidebar] [data-testid=stMultiSelect], [role=dialog]'
)].flatMap(place => [...place.querySelectorAll(
    'a, b, strong, em, i, u, h1, code, .katex, [data-testid=stMarkdownColoredText], ' +
    'img:not([src^="data:"]):not([src*="/media/"]), svg a, svg tspan[style*=bold]'
)]).filter(it => !it.closest('[data-testid=stPageLink]') && it.textContent !== 'Refused')
    .filter(it => it.tagName !== 'H1' || !it.closest('[data-testid=stHeading]'))
    .filter(it => it.tagName !== 'STRONG' || !/^\\d\\. /.test(it.textContent))
    .filter(it => it.tagName !== 'tspan' || it.textContent === 'bold')
    .map(it => it.outerHTML)"""


def read(tab: Tab) -> str:
    """What the page shows, without the signs that keep addresses from being links."""
    return tab.main.inner_text().replace("\u2060", "")


@pytest.mark.parametrize("path", ["nps", "cx-pyramid", "", "data"])
def test_nothing_is_made_of_hostile_names(path: str, own_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(own_server, f"{path}?segment={quote(HOSTILE_TEXTS['markdown'])}")
    expect(tab.main.get_by_test_id("stElementContainer").nth(1)).to_be_visible()
    assert tab.page.evaluate(INTERPRETED) == []


def test_a_hostile_file_name_is_read_whole(own_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(own_server, "data")
    shown = read(tab)
    assert " ".join(HOSTILE_TEXTS.values()) in shown


def test_a_chart_writes_hostile_names_as_they_are(own_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(own_server, "nps")
    tab.main.get_by_text("For whom", exact=True).click()
    labels = tab.main.locator("svg .ytick text")
    expect(labels.get_by_text(HOSTILE_TEXTS["html"]).first).to_be_visible()
    shown = {text.strip() for text in labels.all_text_contents()}
    assert set(HOSTILE_TEXTS.values()) <= shown
    assert tab.page.evaluate(INTERPRETED) == []


def test_hostile_filters_are_shown_as_they_are_written(
    own_server: Server, open_tab: OpenTab
) -> None:
    query = "&".join(f"segment={quote(text)}" for text in HOSTILE_TEXTS.values())
    tab = open_tab(own_server, f"nps?{query}")
    expect(tab.figure).to_be_visible()
    tab.page.locator(".st-key-filters").get_by_test_id("stPopoverButton").click()
    chosen = tab.page.get_by_test_id("stMultiSelectTagsContainer").first.inner_text()
    for text in HOSTILE_TEXTS.values():
        assert text in read(tab)
        assert text in chosen
    assert tab.page.evaluate(INTERPRETED) == []


def test_an_unknown_hostile_value_in_a_link_is_named_as_text(
    own_server: Server, open_tab: OpenTab
) -> None:
    unknown = "<img src=x onerror=alert(1)>**bold** [a](https://example.com)"
    tab = open_tab(own_server, f"nps?segment={quote(unknown)}")
    expect(tab.figure).to_be_visible()
    assert unknown in read(tab)
    assert tab.page.evaluate(INTERPRETED) == []
