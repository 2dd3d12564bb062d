"""No barriers on the pages, by axe; benchmarks/barriers.py walks all of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pages.components.navigation import PAGES
from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]


def barriers(page: Page) -> dict[str, list[str]]:
    """What axe finds: the rule, and the places that break it."""
    found = Axe().run(page).response["violations"]
    return {it["id"]: [" ".join(map(str, node["target"])) for node in it["nodes"]] for it in found}


# Every page in one pair of language and theme, all pairs in turn; what opens over a page in the
# dark, where it once had the colours of light ground.
PAIRS = tuple(product(("en", "fr"), (False, True)))
PATHS = [it.url_path for it in PAGES]
OPENED = ("nps?how=nps_trend&data=nps_trend", "nps?list=%5B%22nps_class%22%2C%22detractor%22%5D")


@pytest.mark.parametrize(("lang", "is_dark"), PAIRS)
def test_no_page_has_barriers(
    lang: str, is_dark: bool, sample_server: Server, open_tab: OpenTab
) -> None:
    place = PAIRS.index((lang, is_dark))
    paths = PATHS[place :: len(PAIRS)]
    paths += [OPENED[lang == "fr"]] if is_dark else []
    tab, found = open_tab(sample_server, f"methods?lang={lang}", is_dark=is_dark), {}
    for path in paths:
        tab.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        expect(tab.page.locator("h1").first).to_be_visible()
        tab.page.wait_for_timeout(300)
        if broken := barriers(tab.page):
            found[path] = broken
    assert found == {}
