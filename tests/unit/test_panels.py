"""Panels: every figure of the list on an empty and a small store, in words, units and methods."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from cxdata.charts.cx_pyramid import LEVEL_COLOURS
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.models import Filters, Period
from cxdata.panels import PANELS, Panel, PanelEntry, Request
from cxdata.panels.document import panel_document
from cxdata.panels.overview import CARDS
from cxdata.panels.units import is_text, unit_of
from cxdata.store.connection import Store
from tests.stores import add, answers, calls, customers

DOCS = Path(__file__).parents[2] / "docs"
PERIOD = Period(date(2026, 1, 1), date(2026, 6, 30))
entries = pytest.mark.parametrize("entry", PANELS, ids=[it.key for it in PANELS])
languages = pytest.mark.parametrize("lang", LOCALES)
NOTHING = "–"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("empty") / "empty.duckdb")
    yield store
    store.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A little of everything: customers, some lost; their answers, with comments; calls."""
    store = Store.open(tmp_path_factory.mktemp("small") / "small.duckdb")
    add(store, customers(40, lost_count=8, segment="Home"), "customers")
    given = answers([10, 9, 8, 3] * 10, journey="Buying", csat_score=4, comment="slow delivery")
    add(store, [{**row, "customer_id": f"C{n}"} for n, row in enumerate(given)], "responses")
    called = calls([20, 400] * 20, journey="Buying", reason="broken", segment="Home")
    add(store, called, "contacts")
    yield store
    store.close()


def made(entry: PanelEntry, store: Store, lang: Locale = "en") -> Panel:
    return made_once(entry, store, lang)


@cache
def made_once(entry: PanelEntry, store: Store, lang: Locale) -> Panel:
    """For all tests: none of them changes a store."""
    return entry.make(Request.computed_now(store, Filters(period=PERIOD), translator(lang)))


def headings(name: str) -> list[str]:
    """The headings of a document, marks included, outside its code."""
    text = re.sub(r"^```.*?^```$", "", (DOCS / name).read_text("utf-8"), flags=re.M | re.S)
    return re.findall(r"^#+ .+$", text, flags=re.MULTILINE)


def anchor(heading: str) -> str:
    """What a link to a heading ends in.

    >>> anchor("## 5. Satisfaction (CSAT)")
    '5-satisfaction-csat'
    """
    return re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()).replace(" ", "-")


@entries
@languages
def test_each_headline_stands_with_of_how_many_it_is(
    entry: PanelEntry, lang: Locale, small: Store
) -> None:
    """Its own words, its notes, its title or its table have a count beside the value."""
    panel = made(entry, small, lang)
    for shown in (panel, *panel.parts):
        if shown.headline is None or shown.headline.value == NOTHING:
            continue
        told = " ".join(
            [shown.title, *shown.headline.basis, *(it for parts in shown.notes for it in parts)]
        )
        is_counted = re.search(r"(?<![\d.,])\d[\d.,\u202f]*(?![\d.,]*\s?[%€])", told)
        assert is_counted, shown.key
        if "%" in shown.headline.value:
            assert re.search(r"\d\s?% \w+ \d", told), shown.key


# Charts whose count stands with each of their points (hover and Data), as one for all would say
# nothing: each cell, hour, theme, reason or assumption has its own, or none.
COUNTED_AT_EACH_POINT = {
    "churn_cost_by",
    "churn_reasons",
    "nps_heat",
    "response_journeys",
    "response_missed_by_hour",
    "churn_tornado",
    "churn_what_if",
    "nps_themes",
    "nps_theme_points",
    "nps_two_periods",
    "pyramid_history",
    "response_returns",
}


@entries
@languages
def test_each_chart_says_of_how_many_it_is(entry: PanelEntry, lang: Locale, small: Store) -> None:
    panel = made(entry, small, lang)
    for shown in (panel, *panel.parts):
        if shown.chart is None or shown.key in COUNTED_AT_EACH_POINT:
            continue
        notes = [*shown.notes_above, *shown.notes, *panel.notes]
        told = " ".join([shown.title, *(it for parts in notes for it in parts)])
        assert re.search(r"(?<![\d.,])\d[\d.,\u202f]*(?![\d.,]*\s?[%€])", told), shown.key


def test_every_panel_has_a_name_of_its_own() -> None:
    assert [key for key, count in Counter(it.key for it in PANELS).items() if count > 1] == []


def test_every_card_of_the_overview_is_a_panel_of_the_list() -> None:
    assert [it.key for it in PANELS if it.page == "overview"] == [it.key for it in CARDS]


@entries
@languages
def test_on_an_empty_store_a_panel_says_why_and_shows_no_figure(
    entry: PanelEntry, lang: Locale, empty: Store
) -> None:
    panel = made(entry, empty, lang)
    assert panel.question
    assert panel.reason or panel.title
    assert panel.chart is None
    assert panel.headline is None or panel.headline.value == NOTHING
    assert panel.data_until is None
    drawn = panel.picture.svg if panel.picture else ""
    # The Overview's pyramid is drawn all the same, with nothing lit.
    assert entry.key == "overview_pyramid" or not drawn
    assert not any(colour in drawn for colour in LEVEL_COLOURS)


@entries
@languages
def test_a_panel_is_a_document_of_plain_values(
    entry: PanelEntry, lang: Locale, small: Store, empty: Store
) -> None:
    for store in (small, empty):
        panel = made(entry, store, lang)
        document = panel_document(panel, translator(lang))
        again = json.loads(json.dumps(document, allow_nan=False))
        assert again == document
        assert again["key"] == entry.key
        rows = panel.frame if panel.frame is not None else panel.table
        assert len(again["rows"]) == (0 if rows is None else rows.height)


@entries
def test_every_column_with_numbers_or_days_has_a_unit(entry: PanelEntry, small: Store) -> None:
    panel = made(entry, small)
    frame = pl.DataFrame() if panel.frame is None else panel.frame
    numeric = [name for name, dtype in frame.schema.items() if not is_text(dtype)]
    assert list(panel.column_units()) == numeric


@entries
def test_every_method_is_a_heading_of_the_methods_in_both_languages(
    entry: PanelEntry, empty: Store, small: Store
) -> None:
    english, french = headings("metrics.md"), headings("metrics.fr.md")
    anchors = [anchor(it) for it in english]
    for store in (empty, small):
        place = anchors.index(made(entry, store).method)
        assert anchors.count(anchors[place]) == 1
        assert french[place].split()[0] == english[place].split()[0]


def test_the_small_store_shows_what_it_has(small: Store) -> None:
    """Else the tests above would hold of nothing."""
    panels = [made(it, small) for it in PANELS]
    with_rows = {it.key for it in panels if it.frame is not None and it.frame.height}
    assert {"nps", "nps_trend", "overview_churn", "answer_coverage"} <= with_rows
    assert {"pyramid_levels", "pyramid_evidence", "overview_response_time"} <= with_rows


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("compliance_rate", "share"),
        ("rate_low", "share"),
        ("promoter_share_high", "share"),
        ("goal", "share"),
        ("answer_count", "count"),
        ("nps", "points"),
        ("compared_nps_low", "points"),
        ("p90_seconds", "seconds"),
        ("cost_low_amount", "amount"),
        ("window_last_on", "day"),
        ("period", "day"),
        ("written_at", "moment"),
        ("mean_score", "number"),
        ("segment", None),
        ("reason", None),
        ("description", None),
        ("format", None),
    ],
)
def test_the_end_of_a_name_says_the_unit(column: str, unit: str | None) -> None:
    assert unit_of(column) == unit
