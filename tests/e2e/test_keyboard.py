"""Everything that a mouse reaches, the keyboard reaches and leaves, and one sees where it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
# What has the focus: its nearest named container, role, words; whether something shows it.
FOCUSED = """() => {
    const it = document.activeElement;
    const place = it.closest('[data-testid=stSidebar], [data-testid=stHeader], [role=dialog],' +
        '[class*=st-key-filter_bar], [class*=st-key-page_tabs], [class*=st-key-page]');
    const look = getComputedStyle(it), around = getComputedStyle(it.parentElement || it);
    const ring = (s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
        || s.boxShadow !== 'none';
    return {
        tag: it.tagName,
        place: !place ? '' : place.getAttribute('role') ||
            [...place.classList].find(name => name.startsWith('st-key-')) || place.dataset.testid,
        words: (it.innerText || it.getAttribute('aria-label') || '').trim().slice(0, 40),
        seen: ring(look) || ring(around),
    };
}"""


def steps(page: Page, most: int = 90) -> list[dict[str, object]]:
    """What Tab reaches, one after the other, until it comes back to where it began."""
    found: list[dict[str, object]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["tag"] == "BODY":
            break
        found.append(at)
    return found


def test_tab_reaches_the_frame_the_bar_the_parts_and_the_data_and_shows_where_it_is(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, "nps?lang=en")
    expect(tab.main.locator(".main-svg").first).to_be_visible()
    walked = steps(tab.page)
    places = [it["place"] for it in walked]
    for place in ("stSidebar", "st-key-filter_bar", "st-key-page_tabs", "st-key-page"):
        assert place in places, walked
    words = " · ".join(str(it["words"]) for it in walked)
    for reached in ("CX pyramid", "Filter", "Over time", "How?", "Data", "Show the answers"):
        assert reached in words, words
    assert [it for it in walked if not it["seen"]] == []
