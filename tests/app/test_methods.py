"""How? beside a figure, and the page that it leads to: one text, in both languages."""

from __future__ import annotations

from collections.abc import Callable

from cxdata.i18n import LOCALES
from cxdata.store.connection import Store
from pages.components.methods import found_sections, method_section, method_sections
from tests.app.conftest import Opened

Open = Callable[..., Opened]


def test_the_sections_are_called_alike_in_every_language() -> None:
    anchors = {tuple(it.anchor for it in method_sections(locale)) for locale in LOCALES}
    assert len(anchors) == 1
    [of_both] = anchors
    assert len(set(of_both)) == len(of_both)
    french = method_section("interval-p-rocks-2016", "fr")
    assert french is not None
    assert (french.title, french.mark, french.source) == ("Intervalle", "P", "Rocks 2016")
    assert method_section("nowhere", "fr") is None


def test_a_search_finds_titles_first_and_nothing_for_nothing() -> None:
    found = found_sections("backlog", "en")
    assert found[0].title == "The backlog"
    assert all("backlog" in f"{it.title} {it.text}".casefold() for it in found)
    assert found_sections("  ", "en") == ()


def test_how_costs_nothing_until_it_is_opened(sample: Store, opened: Open) -> None:
    page = opened(sample, "insights/nps.py", lang="en")
    assert "All methods" not in page.text
    page.app.session_state["how:nps_trend"] = True
    page.app.run()
    assert not page.app.exception
    assert "All methods" in page.text
    assert "Here: 1 Jul 2025" in page.text


def test_methods_has_contents_and_a_search(sample: Store, opened: Open) -> None:
    page = opened(sample, "data/methods.py", lang="fr")
    [contents] = [it.value for it in page.app.main.markdown if "(#the-backlog)" in it.value]
    assert contents.count("](#") == len(method_sections("fr")) - 1
    assert [it.anchor for it in page.app.main.subheader if it.anchor == "the-backlog"]
    page.app.main.text_input[0].set_value("Wilson").run()
    [found] = [
        it.value for it in page.app.main.markdown if "](#" in it.value and "Wilson" not in it.value
    ]
    assert 0 < found.count("](#") < contents.count("](#")
