"""No barriers on the pages, by axe; benchmarks/barriers.py walks all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]


def barriers(page: Page) -> dict[str, list[str]]:
    """What axe finds: the rule, and the places that break it."""
    found = Axe().run(page).response["violations"]
    return {it["id"]: [" ".join(map(str, node["target"])) for node in it["nodes"]] for it in found}


def test_a_page_has_no_barriers_in_either_theme(sample_server: Server, open_tab: OpenTab) -> None:
    for path, is_dark in (("nps?lang=fr&segment=Premium", False), ("settings?lang=en", True)):
        tab = open_tab(sample_server, path, is_dark=is_dark)
        assert barriers(tab.page) == {}, path
