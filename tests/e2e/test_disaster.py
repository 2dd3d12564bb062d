"""The day of a disaster: killed in an import, damaged, restored in the browser, all as before."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxdata.store.backups import backup_to_folder, known_backups
from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab

FIGURES = ("nps", "response-times", "churn-cost")
# Of the figures that a reader sees: numbers with their signs, not the sentences around them.
LARGE = "stMetricValue"
IN_ROWS = {"response-times"}


def figures(tab: Tab) -> dict[str, list[str]]:
    """The large figures of the pages, to the digit."""
    found = {}
    for page in FIGURES:
        tab.open(f"{page}?lang=en")
        large = tab.main.get_by_test_id("stMarkdownContainer" if page in IN_ROWS else LARGE)
        shown = large.filter(has_text=re.compile(r"\d"))
        expect(shown.first).to_be_visible()
        tab.settle()
        found[page] = shown.all_inner_texts()
    return found


def kill(server: Server) -> None:
    assert server.process
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(20)


def import_and_kill(server: Server, open_tab: Callable[..., Tab], file: Path) -> None:
    """Begin an import in the browser and kill the server while it runs."""
    tab = open_tab(server, "import?lang=en")
    tab.main.locator("input[type=file]").set_input_files(file)
    tab.main.get_by_role("button", name="Import", exact=True).click(timeout=60_000)
    expect(tab.main.get_by_role("button", name="Cancel")).to_be_visible(timeout=30_000)
    kill(server)
    leave(tab)


def leave(tab: Tab) -> None:
    """Close a tab whose server is gone, which its browser rightly says."""
    tab.page.close()
    tab.errors.clear()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_after_a_disaster_the_same_figures_stand_there_again(
    serve: Callable[..., Server],
    open_tab: Callable[..., Tab],
    sample_path: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    prepared = tmp_path / "cx.duckdb"
    shutil.copyfile(sample_path, prepared)
    server = serve(prepared)
    first = open_tab(server, "nps?lang=en")
    before = figures(first)
    first.page.close()
    server.stop()
    store = Store.open(server.store_path)
    backup_to_folder(store, server.store_path.parent / "backups", store.settings.backup.keep)
    store.close()
    server.start()

    rows = "".join(f"D{n},2026-06-15 10:00:00,{n % 11},much too late\n" for n in range(60_000))
    (tmp_path / "more.csv").write_text("response_id,responded_at,nps_score,comment\n" + rows)
    import_and_kill(server, open_tab, tmp_path / "more.csv")
    content = server.store_path.read_bytes()
    server.store_path.write_bytes(content[: len(content) // 3])

    server.start(is_well=False)
    began, clicks = time.monotonic(), 0
    tab = open_tab(server, "?lang=en")
    expect(tab.main.get_by_text(re.compile("is damaged|can't be read"))).to_be_visible()
    assert "Traceback" not in tab.main.inner_text()
    tab.main.get_by_role("button", name="Restore this backup").click()
    clicks += 1
    tab.page.get_by_role("button", name="Restore it").click()
    clicks += 1
    expect(tab.figure).to_be_visible(timeout=60_000)
    record_property("clicks", clicks)
    record_property("seconds", round(time.monotonic() - began, 1))
    assert figures(tab) == before
    kinds = {it.kind for it in known_backups(server.store_path, server.store_path.parent)}
    assert "before_restore" in kinds
