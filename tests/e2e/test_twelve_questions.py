"""Questions of a meeting (docs/design.md), each answered from the Overview in three clicks at most.

Each way begins with the click on a card's question; every further click is one step of the list.
The eighth and the twelfth, targets and what changed, are answered on the Overview itself.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

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
        (6, (), "before: €2.8M"),
        (7, ("Accounts at risk",), "252 strategic accounts hold €400k of the €2.8M at risk"),
        (4, ("Why they leave", "Professionnels"), "Professionnels · “Prix” is given most often"),
    ),
}


def test_each_question_of_a_meeting_is_answered_in_three_clicks(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab, clicks = open_tab(sample_server, height=1400), dict[int, int]()
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
    assert set(range(1, 13)) - {*clicks} == {8, 12}
    assert max(clicks.values()) <= MOST_CLICKS, clicks


def click(tab: Tab, name: str) -> None:
    """A tab, or a choice of the part that is open: the first one so called."""
    found = tab.main.locator("[data-testid=stButtonGroup] button")
    found.filter(has_text=name).first.click()
    tab.settle()
