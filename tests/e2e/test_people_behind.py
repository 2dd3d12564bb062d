"""From the Overview to what one detractor said, in three clicks."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]


def click_in_chart(tab: Tab, number: int, across: float, down: float = 0.5) -> None:
    """A click at a share of a chart's width and height."""
    chart = tab.main.locator(".js-plotly-plot").nth(number)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    tab.page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def test_three_clicks_from_the_overview_to_a_detractors_comment(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, height=900)
    tab.main.get_by_role("link", name="Are customers more loyal?").click()
    expect(tab.main.get_by_text("Why it moved")).to_be_visible()
    tab.settle()
    click_in_chart(tab, 0, 0.15)
    dialog = tab.page.get_by_role("dialog")
    expect(dialog.get_by_text("3,040 answers, the first 500 of them listed")).to_be_visible()
    expect(dialog.get_by_text("Relationship survey · Detractors")).to_be_visible()
    shown = dialog.get_by_text(re.compile(r" · NPS score [0-6] · "))  # the one answer in full
    first = shown.inner_text()
    grid = dialog.get_by_test_id("stDataFrame").bounding_box()
    assert grid is not None
    tab.page.mouse.click(grid["x"] + 200, grid["y"] + 38 + 35 * 3 + 15)
    expect(shown).not_to_have_text(first)


def test_escape_closes_a_list_wherever_the_keyboard_is_and_its_address_forgets_it(
    sample_server: Server, open_tab: OpenTab
) -> None:
    asked = quote('["nps_class", "detractor"]')
    for inside in (None, "stDataFrame"):
        tab = open_tab(sample_server, f"nps?lang=en&list={asked}")
        dialog = tab.page.get_by_role("dialog")
        expect(dialog).to_contain_text("Relationship survey · Detractors")
        assert "list" in tab.query
        if inside:
            dialog.get_by_test_id(inside).click(position={"x": 200, "y": 90})
            tab.settle()
        tab.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(tab.page).not_to_have_url(re.compile("list="))
    tab.page.reload()
    tab.settle()
    expect(tab.main.locator(".main-svg").first).to_be_visible()
    expect(dialog).to_have_count(0)


def test_a_cell_of_the_heat_table_opens_its_answers(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, "nps", height=1000)
    tab.main.get_by_text("For whom", exact=True).click()
    expect(tab.main.get_by_text("Professionnels is 34 points below the rest")).to_be_visible()
    tab.settle()
    click_in_chart(tab, tab.main.locator(".js-plotly-plot").count() - 1, 0.55)
    dialog = tab.page.get_by_role("dialog")
    expect(dialog.get_by_text("Segment = Premium · Journey = Facturation")).to_be_visible()
    expect(dialog.get_by_text("455 answers", exact=True)).to_be_visible()


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def swipe(touch: CDPSession, page: Page, x: float, y: float) -> None:
    """A finger that goes up or down from a place, as far as the page may be scrolled."""
    down = 60 if page.evaluate(SCROLLED) else -60
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 7):
        at = {"x": x, "y": y + down * step / 6}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        page.wait_for_timeout(16)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(500)


def test_a_tap_says_a_points_value_and_opens_its_answers_and_a_swipe_scrolls(
    sample_server: Server, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True,
        user_agent="Mozilla/5.0 (Linux; Android 14) Mobile Safari",
    )  # fmt: skip
    tab = Tab(context.new_page(), sample_server)
    tab.open("nps?lang=en")
    chart = tab.main.get_by_test_id("stPlotlyChart").last
    point = chart.locator("path.point").nth(5)
    expect(point).to_be_visible()
    chart.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box
    touch = context.new_cdp_session(tab.page)
    before = tab.page.evaluate(SCROLLED)
    swipe(touch, tab.page, box["x"], box["y"])
    assert tab.page.evaluate(SCROLLED) != before
    box = point.bounding_box()
    assert box
    tab.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = tab.page.locator("[class*=st-key-tapped_]")
    expect(told).to_contain_text("Dec 2025 NPS +21 (+16 to +26) 980 answers")
    told.get_by_role("button", name="Show these answers").tap()
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 Dec 2025 – 31 Dec 2025")
    expect(dialog).to_contain_text("980 answers")
    context.close()
