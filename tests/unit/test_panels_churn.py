"""The figures of the Churn cost page as panels: wording, emptiness and privacy, without a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.followup.scenarios import save_scenario
from cxdata.i18n import translator
from cxdata.metrics.churn.acting import effects
from cxdata.metrics.churn.board import EXAMPLE
from cxdata.metrics.churn.exposure import customers_known_until, known_part
from cxdata.metrics.churn.what_if import Moves, what_if
from cxdata.models import Filters, Period
from cxdata.panels import PANELS, Panel, PanelEntry, Request, churn, panels_of
from cxdata.store.connection import Store
from tests.stores import add, answers, customers

METHODS = Path(__file__).parents[2] / "docs" / "metrics.md"
HALF_YEAR = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 30)))
ENTRIES = [it for it in PANELS if it.page == "churn_cost"]
AMOUNT = re.compile(r"€\d")
RANGE = re.compile(r"€[\d.,kM]+ to €[\d.,kM]+")
TOO_FEW = "Too few customers to give a rate."
NO_REVENUE = "No revenue is known for the customers concerned."
Stores = Callable[[str], Store]

each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda it: it.key)
each_store = pytest.mark.parametrize("name", ["small", "nobody", "three", "eight", "unpriced"])


def add_asked(store: Store, scores: list[int], asked_at: datetime, mark: str) -> None:
    """Each customer's answer to the relationship survey."""
    rows = [
        {**row, "response_id": f"{mark}{place}", "customer_id": f"C{place}"}
        for place, row in enumerate(answers(scores))
    ]
    add(store, [{**it, "responded_at": asked_at} for it in rows], "responses")


def add_small(store: Store) -> None:
    """Eighty customers, of whom 17 leave: 12 of 30 detractors, 3 of 20 passives, 2 of 30."""
    scores = [2] * 30 + [8] * 20 + [10] * 30
    lost = {*range(12), *range(30, 33), 50, 51}
    add(
        store,
        [
            {
                **row,
                "ended_on": date(2026, 2 + place % 3, 10) if place in lost else None,
                "end_reason": ("Price" if place % 3 else "Moved") if place in lost else None,
                "segment": "Gold" if place % 2 else "Home",
                "region": "North",
                "is_strategic": place % 10 == 9,
            }
            for place, row in enumerate(customers(80))
        ],
        "customers",
    )
    add_asked(store, scores, datetime(2025, 12, 1, 12), "before ")
    add_asked(store, scores, datetime(2026, 1, 5, 12), "within ")
    rows = what_if(effects(store, HALF_YEAR), EXAMPLE)
    save_scenario(store, "Call back", EXAMPLE, HALF_YEAR, rows)


def add_three(store: Store) -> None:
    add(store, customers(3, lost_count=1, segment="Gold", end_reason="Price"), "customers")
    add_asked(store, [2, 8, 10], datetime(2025, 12, 1, 12), "before ")


def add_eight(store: Store) -> None:
    """Too few of each class to put a part of the cost down to dissatisfaction."""
    add(store, customers(8, lost_count=2), "customers")
    add_asked(store, [2, 2, 2, 8, 8, 8, 10, 10], datetime(2025, 12, 1, 12), "before ")


def add_unpriced(store: Store) -> None:
    rows = [{**it, "annual_revenue_amount": None} for it in customers(40, lost_count=4)]
    add(store, rows, "customers")


FILLED: dict[str, Callable[[Store], None]] = {
    "small": add_small,
    "nobody": lambda _store: None,
    "three": add_three,
    "eight": add_eight,
    "unpriced": add_unpriced,
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """``stores("small")``: each is made once."""
    opened: dict[str, Store] = {}

    def made(name: str) -> Store:
        if name not in opened:
            opened[name] = Store.open(tmp_path_factory.mktemp("store") / "cx.duckdb")
            FILLED[name](opened[name])
        return opened[name]

    yield made
    kept.cache_clear()
    for store in opened.values():
        store.close()


@cache
def kept(store: Store, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return function(store, *arguments, **options)


def asked(store: Store, lang: str = "en") -> Request:
    """Results are kept, as pages keep them: each is computed once."""
    return Request(store, HALF_YEAR, translator(lang), partial(kept, store))


def test_the_page_has_its_panels_in_the_list() -> None:
    assert len(ENTRIES) == 20
    assert len({it.key for it in PANELS}) == len(PANELS)


@each_store
@each
def test_each_panel_says_what_it_answers_and_of_whom(
    entry: PanelEntry, name: str, stores: Stores
) -> None:
    store = stores(name)
    panel, until = entry.make(asked(store)), customers_known_until(store)
    assert panel.key == entry.key
    assert panel.question
    assert panel.scope == "customers"
    assert panel.filters.period in (HALF_YEAR.period, known_part(HALF_YEAR.period, until))
    assert panel.data_until == until
    assert panel.is_empty == (panel.reason != "")


def test_the_data_date_is_that_of_customers(stores: Stores) -> None:
    [small, nobody] = [churn.cost_panel(asked(stores(it))) for it in ("small", "nobody")]
    assert small.scope_parts(translator("en"))[1].startswith("customers known until ")
    assert nobody.data_until is None
    assert nobody.scope_parts(translator("en"))[1] == "no data yet"


@each
def test_each_figure_is_there_where_enough_is_known(entry: PanelEntry, stores: Stores) -> None:
    panel = entry.make(asked(stores("small")))
    assert panel.reason == ""
    assert panel.title
    assert panel.frame is not None
    assert panel.frame.height > 0


@each
def test_titles_and_questions_are_in_the_readers_language(
    entry: PanelEntry, stores: Stores
) -> None:
    english, french = (entry.make(asked(stores("small"), lang)) for lang in ("en", "fr"))
    assert english.title != french.title
    assert english.question != french.question
    assert french.notes != english.notes or not english.notes


@each
def test_the_table_behind_is_made_of_texts(entry: PanelEntry, stores: Stores) -> None:
    panel = entry.make(asked(stores("small")))
    for texts in (panel.table, panel.texts and panel.texts()):
        if texts is not None:
            assert texts.height > 0
            assert set(texts.dtypes) == {pl.String}


@each
def test_the_method_is_a_heading_of_the_documentation(entry: PanelEntry, stores: Stores) -> None:
    headings = re.findall(r"^#+ (.+)$", METHODS.read_text("utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}
    assert entry.make(asked(stores("nobody"))).method in anchors


# Where there is nothing to show


@pytest.mark.parametrize("name", ["nobody", "three"])
@each
def test_without_enough_customers_there_is_a_reason_and_no_figure(
    entry: PanelEntry, name: str, stores: Stores
) -> None:
    panel = entry.make(asked(stores(name)))
    if entry.key == "churn_assumptions":
        assert panel.table is not None
        return
    assert panel.is_empty
    assert panel.reason.endswith(".")
    assert panel.reason != entry.make(asked(stores(name), "fr")).reason


@each
def test_three_customers_are_nowhere_counted(entry: PanelEntry, stores: Stores) -> None:
    panel = entry.make(asked(stores("three")))
    if panel.frame is None or entry.key == "churn_assumptions":
        return
    counted = panel.frame.select(pl.selectors.matches("_(count|rate|share|amount)$"))
    given = [column.name for column in counted if column.drop_nulls().sum() > 0]
    assert given == []
    assert "Price" not in panel.frame.write_csv()


@pytest.mark.parametrize(
    ("make", "name", "reason"),
    [
        (churn.cost_panel, "nobody", "No customers for these filters at the start of the period."),
        (churn.cost_panel, "three", TOO_FEW),
        (churn.cost_panel, "unpriced", NO_REVENUE),
        (churn.revenue_churn_panel, "three", TOO_FEW),
        (churn.revenue_churn_panel, "unpriced", NO_REVENUE),
        (churn.revenue_at_risk_panel, "unpriced", NO_REVENUE),
        (churn.classes_panel, "eight", TOO_FEW),
        (churn.reasons_panel, "three", TOO_FEW),
        (churn.cohorts_panel, "three", TOO_FEW),
        (churn.trend_panel, "three", "No complete period with enough customers."),
        (churn.survival_panel, "three", "Too few customers with an answer to follow them."),
        (churn.at_risk_panel, "three", "Too few customers are still there to list them."),
        (churn.scenarios_panel, "three", "No scenario was saved yet."),
    ],
)  # fmt: skip
def test_a_reason_is_the_true_one(
    make: Callable[[Request], Panel], name: str, reason: str, stores: Stores
) -> None:
    assert make(asked(stores(name))).reason == reason


def test_a_part_that_cant_be_given_is_a_gap_below_the_cost(stores: Stores) -> None:
    panel = churn.cost_panel(asked(stores("eight")))
    assert panel.chart is not None
    assert (panel.reason, panel.gap) == ("", TOO_FEW)
    assert churn.cost_panel(asked(stores("small"))).gap == ""


# Money


@each_store
@each
def test_money_is_told_with_its_range(entry: PanelEntry, name: str, stores: Stores) -> None:
    panel = entry.make(asked(stores(name)))
    value = panel.headline.value if panel.headline else ""
    if AMOUNT.search(f"{panel.title} {value}"):
        assert RANGE.search(f"{panel.title} · {value}")
    columns = [] if panel.frame is None else panel.frame.columns
    for central in (it for it in columns if "central_amount" in it):
        assert {central.replace("central", end) for end in ("low", "high")} <= set(columns)


def test_the_cost_is_drawn_as_ranges(stores: Stores) -> None:
    panel = churn.cost_panel(asked(stores("small")))
    assert panel.chart is not None
    texts = [it["text"] for it in panel.chart["layout"]["annotations"]]
    assert len(texts) == 2
    assert all(RANGE.search(it) for it in texts)
    assert any("an association, not a proof" in part for part in panel.notes[0])


def test_the_rates_stand_with_what_they_are_of(stores: Stores) -> None:
    request = asked(stores("small"))
    customer, revenue = churn.customer_churn_panel(request), churn.revenue_churn_panel(request)
    assert customer.headline is not None
    assert revenue.headline is not None
    assert (customer.headline.value, revenue.headline.value) == ("21.2%", "21.2%")
    assert customer.notes[0][0].startswith("17 lost of 80 · ")
    assert revenue.notes[0][0].startswith("of yearly revenue, known for 100% · ")
    assert revenue.notes[0][0].endswith(" at 95%")


# Choices


def test_the_grain_is_a_choice(stores: Stores) -> None:
    request = asked(stores("small"))
    by_month, by_quarter = churn.trend_panel(request), churn.trend_panel(request, "quarter")
    assert by_month.frame is not None
    assert by_quarter.frame is not None
    assert by_month.frame.height > by_quarter.frame.height > 0


def test_the_dimension_is_a_choice(stores: Stores) -> None:
    request = asked(stores("small"))
    for dimension, groups in (("segment", {"Gold", "Home"}), ("region", {"North"})):
        panel = churn.cost_by_panel(request, dimension)
        assert panel.frame is not None
        assert set(panel.frame[dimension]) == groups
    assert churn.cost_by_panel(request).title == churn.cost_by_panel(request, "segment").title


def test_the_moves_are_a_choice(stores: Stores) -> None:
    request = asked(stores("small"))
    example, more = churn.what_if_panel(request), churn.what_if_panel(request, Moves(0.2))
    assert example.title == churn.what_if_panel(request, EXAMPLE).title != more.title
    still = churn.what_if_panel(request, Moves())
    assert still.reason == still.title == "Move a slider to see what acting could bring."
    assert still.frame is not None
    assert still.frame.is_empty()


def test_a_move_without_evidence_keeps_its_row_and_says_why(stores: Stores) -> None:
    panel = churn.what_if_panel(asked(stores("small")), Moves(follow_up_share=0.5))
    assert panel.is_empty
    assert panel.reason.startswith("No evidence yet")
    assert panel.frame is not None
    assert panel.frame["reason"].to_list()[0] == "needs_cases"


def test_the_scenarios_are_a_choice(stores: Stores) -> None:
    panel = churn.scenarios_panel(asked(stores("small")))
    assert panel.frame is not None
    assert set(panel.frame["name"]) == {"Call back"}
    assert churn.scenarios_panel(asked(stores("small")), []).is_empty


def test_accounts_at_risk_are_listed_strategic_ones_first(stores: Stores) -> None:
    panel = churn.at_risk_panel(asked(stores("small")))
    assert panel.frame is not None
    assert panel.texts is not None
    assert panel.frame["is_strategic"].to_list()[:2] == [True, True]
    assert panel.frame.height == panel.texts().height == 63
    assert "63 accounts listed" in panel.notes[0]


def test_the_list_is_what_the_page_shows_in_its_order(stores: Stores) -> None:
    keys = [it.key for it in panels_of(asked(stores("small")), "churn_cost")]
    assert keys == [it.key for it in ENTRIES]
