"""Questions of a meeting (docs/design.md), each answered from the Overview in three clicks at most.

Each way begins with the click on a card's question; every further click is one step of the list.
The eighth and the twelfth, targets and what changed, are answered on the Overview itself; for the
latter a snapshot was taken at the last board.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from cxdata.followup.snapshots import take_snapshot
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab

OpenTab = Callable[..., Tab]
MOST_CLICKS = 3
# The question of the card; then the number of each question, what is clicked, what is then said.
Way = tuple[int, tuple[str, ...], str]
WAYS: dict[str, tuple[Way, ...]] = {
    "Are customers more loyal?": (
        (1, ("Quarter",), "Q2 2026: +27, +0.8 on Q1 2026 (within the noise)"),
        (3, ("For whom",), "Professionnels stands below the others in all periods shown"),
        (2, ("For whom", "Journey"), "Facturation"),
        (11, ("What they say", "Premium"), "Detractors · "),
    ),
    "How mature is the experience?": (
        (10, (), "Facturation: from level 2 to level 3, “Meet my needs when I ask”"),
    ),
    "Do we answer in time?": (
        (5, (), "Calls: Monday, 8:00 to 12:00, 60% missed against 14% otherwise."),
        (9, ("By group", "Region"), "Emails: lowest in "),
    ),
    "What does churn cost?": (
        (6, (), "before: €1.4M – €5.2M"),
        (7, ("Accounts at risk",), "252 strategic accounts hold €400k of the €2.8M at risk"),
        (4, ("Why they leave", "Professionnels"), "Professionnels · “Prix” is given most often"),
    ),
}


# The number of each question that the Overview answers without a click, and what it says.
ON_THE_OVERVIEW = (
    (8, "Target all 4: ✗ 1 missing"),
    (12, "Since “Board, March” ("),
)
LAST_BOARD = Filters(period=Period(date(2025, 4, 1), date(2026, 3, 31)))


def test_each_question_of_a_meeting_is_answered_in_three_clicks(
    serve: Callable[..., Server], sample_path: Path, tmp_path: Path, open_tab: OpenTab
) -> None:
    shutil.copyfile(sample_path, tmp_path / "board.duckdb")
    store = Store.open(tmp_path / "board.duckdb")
    take_snapshot(store, "Board, March", LAST_BOARD)
    store.close()
    server = serve(tmp_path / "board.duckdb")
    tab, clicks = open_tab(server, height=1400), dict[int, int]()
    tab.open("")
    for number, answer in ON_THE_OVERVIEW:
        expect(tab.main.get_by_text(answer).first).to_be_visible()
        clicks[number] = 0
    for card, ways in WAYS.items():
        tab.open("")
        tab.main.get_by_role("link", name=card).click()
        tab.page.wait_for_selector(".st-key-page_tabs")
        tab.settle()
        for number, steps, answer in ways:
            for step in steps:
                click(tab, step)
            expect(tab.main.get_by_text(answer).first).to_be_visible()
            clicks[number] = 1 + len(steps)
    tab.page.close()
    server.stop()
    assert sorted(clicks) == [*range(1, 13)]
    assert max(clicks.values()) <= MOST_CLICKS, clicks


def click(tab: Tab, name: str) -> None:
    """A tab, or a choice of the part that is open: the first one so called."""
    found = tab.main.locator("[data-testid=stButtonGroup] button")
    found.filter(has_text=name).first.click()
    tab.settle()
