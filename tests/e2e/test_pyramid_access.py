"""The pyramid's page for keyboards and screen readers.

axe (https://github.com/dequelabs/axe-core) looks for what assistive technology can't use; its
script comes with a package of the development dependencies, nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
SECTIONS = (
    "Levels and next steps", "Over time", "Evidence", "The next gate", "View from the top",
    "Assess", "Thresholds",
)  # fmt: skip
FORMS = ("Assess", "Thresholds")
# Streamlit's own that we can't mend: the rule, and what the selector goes through. A table wider
# than a phone scrolls in a box of Streamlit's that can't be given a tabindex; today's browsers
# let the keyboard into such a box by themselves.
KNOWN = {("scrollable-region-focusable", ".stTable")}
SERIOUS = {"serious", "critical"}
# What Tab or, within a group, the arrows have to reach. What a field takes out of the order of
# Tab (its steppers, a menu's arrow) does what the field itself does with arrow keys.
CONTROLS = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const controls = 'button, input, textarea, summary, a[href], [role=spinbutton]';
    return [...main.querySelectorAll(controls)].filter(it => {
        const box = it.getBoundingClientRect();
        const style = getComputedStyle(it);
        const isReached = it.tabIndex >= 0 || it.closest('[role=radiogroup]');
        const isShown = box.width > 1 && box.height > 1 && style.visibility !== 'hidden';
        return isReached && isShown && !it.disabled
            && it.getAttribute('aria-hidden') !== 'true' && !it.closest('[aria-hidden=true]');
    });
}"""
UNVISITED = f"""() => ({CONTROLS})().filter(it => !it.hasAttribute('data-visited'))
    .map(it => it.outerHTML.slice(0, 200))"""
VISIT = "() => document.activeElement.setAttribute('data-visited', '')"
# Arrows move within groups; Tab steps over them. How many buttons the group has that was reached,
# nothing outside the page itself.
ARRIVED = """() => {
    const at = document.activeElement;
    if (!at.closest('[data-testid=stMain]')) return null;
    at.setAttribute('data-visited', '');
    return at.closest('[role=radiogroup]')?.querySelectorAll('button').length || 0;
}"""


def section(tab: Tab, name: str) -> Locator:
    if name in FORMS:
        return tab.main.get_by_role("button", name=name)
    group = tab.main.get_by_test_id("stButtonGroup").filter(has_text="The next gate")
    return group.get_by_role("radio", name=name, exact=True)


def serious(tab: Tab, rules: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """Rule, selector and text of what is found; by all rules, or by these."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(tab.page, options=options).response["violations"]
    return [
        (each["id"], target, node["html"][:120])
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
        for target in node["target"]
        if not any(each["id"] == rule and part in target for rule, part in KNOWN)
    ]


def serious_once_shown(tab: Tab, rules: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """What is found when nothing is dimmed any more, and colours have faded in."""
    for _ in range(20):
        tab.page.wait_for_timeout(500)
        if not (found := serious(tab, rules)):
            break
    return found


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_on_the_page(
    is_dark: bool, sample_server: Server, open_tab: OpenTab
) -> None:
    # The dark page differs from the light one in its colours only.
    rules = ("color-contrast",) if is_dark else ()
    tab = open_tab(sample_server, "cx-pyramid", height=900, is_dark=is_dark)
    tab.main.get_by_text("Gartner's five levels of 2018").click()
    expect(tab.main.get_by_text("Commitment")).to_be_visible()
    for name in SECTIONS:
        section(tab, name).click()
        tab.settle()
        tab.page.mouse.move(0, 0)
        assert serious_once_shown(tab, rules) == [], name


def test_axe_finds_nothing_serious_on_a_phone(sample_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(sample_server, "cx-pyramid?lang=fr", width=390, height=844)
    assert serious_once_shown(tab) == []


def test_the_picture_says_its_message_and_has_a_table_twin(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, "cx-pyramid")
    [wide] = tab.main.get_by_role("img", name="Level 2 of 6 is reached, not established").all()
    expect(wide).to_be_visible()
    twin = tab.main.get_by_role("table").first
    expect(twin.get_by_role("columnheader").first).to_have_text("Journey")
    expect(twin.get_by_role("row").filter(has_text="Facturation")).to_contain_text(
        "2 · Solve my problem when I ask"
    )


def test_a_phone_gets_the_narrow_picture(sample_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(sample_server, "cx-pyramid", width=390, height=844)
    expect(tab.page.locator(".st-key-pyramid_narrow img")).to_be_visible()
    expect(tab.page.locator(".st-key-pyramid_wide img")).not_to_be_visible()


@pytest.mark.parametrize("name", ["Evidence", "View from the top", "Assess", "Thresholds"])
def test_every_control_of_the_page_is_reached_with_the_keyboard(
    name: str, sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, "cx-pyramid", height=900)
    section(tab, name).click()
    tab.settle()
    tab.page.evaluate("() => document.activeElement.blur()")
    assert tab.page.evaluate(UNVISITED)
    for _ in range(120):
        tab.page.keyboard.press("Tab")
        size = tab.page.evaluate(ARRIVED)
        if size is None:
            continue
        visit_neighbours(tab, size)
        if not tab.page.evaluate(UNVISITED):
            break
    assert tab.page.evaluate(UNVISITED) == []


def visit_neighbours(tab: Tab, size: int) -> None:
    """In a group of so many buttons, those that the right arrow reaches, and back."""
    for key in ("ArrowRight", "ArrowLeft"):
        for _ in range(max(size - 1, 0)):
            tab.page.keyboard.press(key)
            tab.page.evaluate(VISIT)


def test_a_section_opens_with_the_keyboard_alone(sample_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(sample_server, "cx-pyramid", height=900)
    section(tab, "Evidence").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Enter")
    expect(tab.main.get_by_text("What passing the next gate would take")).to_be_visible()


def test_a_journey_nobody_knew_is_typed_and_assessed_in_an_empty_store(
    serve: Callable[..., Server], tmp_path: Path, open_tab: OpenTab
) -> None:
    store = Store.open(tmp_path / "empty.duckdb")
    store.close()
    tab = open_tab(serve(store.path), "cx-pyramid", height=900)
    journey = tab.main.get_by_role("combobox", name="Journey")
    journey.fill("Buying <b>")
    tab.page.keyboard.press("Enter")
    tab.main.get_by_label("Cases found").first.fill("9")
    tab.main.get_by_label("Cases reviewed").first.fill("10")
    tab.main.get_by_role("textbox", name="Name").fill("A. Martin")
    tab.main.get_by_role("textbox", name="Evidence").fill("Grid 12")
    tab.main.get_by_role("button", name="Save").click()
    expect(tab.main.get_by_text("It can't be told yet whether level 1 is reached")).to_be_visible()
    tab.settle()
    twin = tab.main.get_by_role("table").first
    expect(twin.get_by_role("row").filter(has_text="Buying <b>")).to_be_visible()
