"""What only a browser shows: widths, heights, themes, and what leaves the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from pages.components.navigation import PAGES
from tests.e2e.conftest import Server, Tab
from tests.e2e.readers import Readers

pytestmark = pytest.mark.browser
OpenTab = Overview = Callable[..., Tab]
PHONE = {"width": 390, "height": 844}
PATHS = [entry.url_path for entry in PAGES]
# Pairs of elements that cover each other by more than a hair. Only leaves: what holds others
# covers them by nature.
OVERLAPS = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const shown = [...main.querySelectorAll('[data-testid=stElementContainer]')]
        .filter(it => !it.querySelector('[data-testid=stElementContainer]'))
        .filter(it => !it.closest('details:not([open])'))
        .map(it => [it, it.getBoundingClientRect()])
        .filter(([, box]) => box.width > 1 && box.height > 1);
    const found = [];
    shown.forEach(([one, a], index) => shown.slice(index + 1).forEach(([other, b]) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > 2) found.push([one.innerText, other.innerText]);
    }));
    return found;
}"""
# Boxes of text that are wider than the place they have, and neither wrap nor scroll.
CUT_TEXTS = """() => [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMetric] *')]
    .filter(it => it.children.length === 0 && it.scrollWidth > it.clientWidth + 1 && it.clientWidth)
    .map(it => it.innerText)"""
SIZES = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const page = document.documentElement;
    return {
        wide: Math.max(main.scrollWidth - main.clientWidth, page.scrollWidth - page.clientWidth),
        high: main.scrollHeight - main.clientHeight,
    };
}"""


@pytest.fixture(scope="module")
def overview(readers: Readers, sample_server: Server) -> Iterator[Overview]:
    """``overview("fr", width=1440)``: the Overview, opened once per language, on such a screen."""
    lent, tabs = [], dict[str, Tab]()

    def overview(lang: str, *, width: int = 1280, height: int = 720, is_dark: bool = False) -> Tab:
        if lang not in tabs:
            lent.append(readers.lend("en-GB", f"{sample_server.url}/health"))
            tabs[lang] = Tab(lent[-1].context.new_page(), sample_server)
            tabs[lang].watch()
            tabs[lang].resize(width=width, height=height, is_dark=is_dark)
            tabs[lang].open(f"?lang={lang}")
        tabs[lang].resize(width=width, height=height, is_dark=is_dark)
        tabs[lang].settle()
        return tabs[lang]

    yield overview
    for reader in lent:
        readers.take_back(reader)
    for tab in tabs.values():
        assert (tab.outside, tab.errors) == ([], [])


def wait_for_charts(tab: Tab) -> None:
    for chart in tab.main.get_by_test_id("stPlotlyChart").all():
        expect(chart.locator(".main-svg").first).to_be_visible()


@pytest.mark.parametrize(("lang", "is_dark"), [("en", True), ("fr", False)])
def test_every_page_fits_a_phone_and_asks_for_nothing_outside(
    lang: str, is_dark: bool, sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, **PHONE, is_dark=is_dark)
    too_wide = {}
    for path in PATHS:
        tab.open(f"{path}?lang={lang}")
        wait_for_charts(tab)
        assert tab.page.evaluate(OVERLAPS) == [], path
        assert tab.page.evaluate(CUT_TEXTS) == [], path
        if (pixels := tab.page.evaluate(SIZES)["wide"]) > 0:
            too_wide[path] = pixels
    assert too_wide == {}
    assert tab.outside == []
    assert tab.errors == []


def test_the_sidebar_opens_and_closes_on_a_phone(sample_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(sample_server, "nps", **PHONE)
    expect(tab.sidebar).not_to_be_in_viewport()
    tab.page.get_by_test_id("stExpandSidebarButton").click()
    expect(tab.sidebar.get_by_text("Churn cost")).to_be_in_viewport()
    tab.sidebar.get_by_text("Churn cost").click()
    expect(tab.main.get_by_text("Lost customers cost")).to_be_visible()
    assert "/churn-cost" in tab.page.url
    expect(tab.sidebar).not_to_be_in_viewport()


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_overview_needs_no_scrolling_on_a_projector(
    lang: str, is_dark: bool, overview: Overview
) -> None:
    tab = overview(lang, is_dark=is_dark)
    wait_for_charts(tab)
    expect(tab.main.get_by_test_id("stMetricValue")).to_have_count(4)
    sizes = tab.page.evaluate(SIZES)
    assert sizes["high"] <= 0
    assert sizes["wide"] <= 0
    assert tab.page.evaluate(OVERLAPS) == []
    assert tab.page.evaluate(CUT_TEXTS) == []


# How far the cards end above the end of the screen, and letters of theirs below 14 pixels.
CARDS = """() => {
    const cards = [...document.querySelectorAll('[class*=st-key-card_]')];
    const bottom = Math.max(...cards.map(it => it.getBoundingClientRect().bottom));
    const small = cards.flatMap(it => [...it.querySelectorAll('p, span')])
        .filter(it => it.innerText && !it.closest('[data-testid=stIconMaterial]'))
        .filter(it => parseFloat(getComputedStyle(it).fontSize) < 14);
    const cut = [...document.querySelectorAll('.cx-sketch')]
        .filter(it => it.getBoundingClientRect().height < 90);
    return { below: innerHeight - bottom, small: small.map(it => it.innerText), low: cut.length };
}"""


@pytest.mark.parametrize(
    ("width", "height", "lang"), [(1280, 720, "fr"), (1440, 900, "en"), (1920, 1080, "fr")]
)
def test_the_cards_of_the_overview_fill_the_screen(
    width: int, height: int, lang: str, overview: Overview
) -> None:
    tab = overview(lang, width=width, height=height)
    expect(tab.main.get_by_test_id("stMetricValue")).to_have_count(4)
    expect(tab.main.locator(".cx-sketch")).to_have_count(4)
    found = tab.page.evaluate(CARDS)
    assert 0 <= found["below"] < 0.1 * height
    assert (found["small"], found["low"]) == ([], 0)


def test_light_and_dark_follow_the_reader(
    sample_server: Server, open_tab: OpenTab, overview: Overview
) -> None:
    colour = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    assert open_tab(sample_server, is_dark=True).page.evaluate(colour) == "rgb(17, 25, 29)"
    light = overview("en").page.get_by_test_id("stApp")
    expect(light).to_have_css("background-color", "rgb(255, 255, 255)")


def test_the_browsers_language_is_the_first_one(sample_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(sample_server, locale="fr-BE")
    expect(tab.main.get_by_text("Que coûte l’attrition").first).to_be_visible()
    assert tab.query == {}


# What a sheet of A4 across has between its margins, in CSS pixels.
SHEET = {"width": 1046, "height": 718}
RIGHTMOST = """() => Math.max(...[...document.querySelectorAll('.main-svg, h1, table')]
    .map(it => it.getBoundingClientRect().right))"""


# How bright the page's ground is, and the brightest of its headings and small print: 0 to 255.
BRIGHTNESS = """() => {
    const bright = (it, name) =>
        Math.min(...getComputedStyle(it)[name].match(/[0-9]+/g).slice(0, 3).map(Number));
    const words = document.querySelectorAll('[data-testid=stMain] :is(h1, h2, p)');
    const ground = bright(document.querySelector('[data-testid=stApp]'), 'backgroundColor');
    return [ground, Math.max(...[...words].map((it) => bright(it, 'color')))];
}"""


def test_paper_has_the_scope_and_whole_figures_and_no_frame_and_is_white(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, "churn-cost?lang=en", width=1600, height=900, is_dark=True)
    wait_for_charts(tab)
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.page.emulate_media(media="print")
    ground, brightest = tab.page.evaluate(BRIGHTNESS)
    assert ground == 255
    assert brightest < 110
    tab.page.set_viewport_size(SHEET)
    for frame in (tab.sidebar, tab.bar, tab.main.locator(".st-key-page_tabs")):
        expect(frame).not_to_be_visible()
    expect(tab.main.get_by_text("customers known until").first).to_be_visible()
    assert tab.page.evaluate(RIGHTMOST) <= SHEET["width"]
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.page.evaluate(BRIGHTNESS)[0] < 30
