"""A view from a user's hand: saved, started with, opened again, deleted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser


def test_a_view_is_saved_started_with_opened_and_deleted(
    serve: Callable[..., Server],
    sample_path: Path,
    tmp_path: Path,
    open_tab: Callable[..., Tab],
) -> None:
    shutil.copyfile(sample_path, tmp_path / "views.duckdb")
    server = serve(tmp_path / "views.duckdb")
    tab = open_tab(server, "nps?segment=Premium&period=last_month&part=whom")
    views = tab.bar.get_by_role("button", name="Views")
    views.click()
    tab.page.get_by_role("button", name="Save this view").click()
    tab.page.get_by_role("textbox", name="Name of the view").fill("Premium, monthly")
    tab.page.get_by_text("I start with this view").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(tab.page.get_by_text("The view was saved.")).to_be_visible()

    later = open_tab(server)  # without an address
    expect(later.figure).to_be_visible()
    assert later.page.url.startswith(f"{server.url}/nps?")
    assert later.query == {"segment": ["Premium"], "period": ["last_month"], "part": ["whom"]}
    later.bar.get_by_role("button", name="Premium").click()
    later.settle()
    assert "segment" not in later.query
    later.bar.get_by_role("button", name="Views").click()
    later.page.get_by_role("button", name="Premium, monthly").click()
    expect(later.bar.get_by_role("button", name="Premium", exact=True)).to_be_visible()
    later.settle()
    assert later.query == {"segment": ["Premium"], "period": ["last_month"], "part": ["whom"]}

    later.bar.get_by_role("button", name="Views").click()
    later.page.get_by_role("button", name="Change views").click()
    later.page.get_by_role("button", name="Delete", exact=True).click()
    later.page.get_by_role("button", name="Delete it").click()
    expect(later.page.get_by_text("“Premium, monthly” was deleted.")).to_be_visible()
    again = open_tab(server)
    assert again.query == {}
