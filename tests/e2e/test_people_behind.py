"""From the Overview to what one detractor said, in three clicks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

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
