"""How many customers have answered, and what part of revenue they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.i18n import Locale, translator
from cxdata.metrics.churn.coverage import answer_coverage
from cxdata.models import Filters, Period
from cxdata.panels import Request, panel
from cxdata.store.connection import Store
from tests.stores import add, answers

ON_THE_DAY = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 15)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    yield store
    store.close()


def fill(store: Store, count: int, answered: int, **answer: object) -> None:
    """Customers; the first of them answered on 15 June 2026, and have three times the revenue."""
    rows = [
        {
            "customer_id": f"C{n}",
            "started_on": date(2020, 1, 1),
            "annual_revenue_amount": 3000 if n < answered else 1000,
            "segment": "Home" if n % 2 else "Firm",
        }
        for n in range(count)
    ]
    add(store, rows, "customers")
    given = answers([9] * answered, **answer)
    add(store, [{**row, "customer_id": f"C{n}"} for n, row in enumerate(given)], "responses")


def row(store: Store, filters: Filters = ON_THE_DAY) -> dict[str, object]:
    return answer_coverage(store, filters).row(0, named=True)


def test_the_share_of_customers_and_of_revenue_who_have_answered(store: Store) -> None:
    fill(store, 20, 8)
    found = row(store)
    assert (found["customer_count"], found["answered_count"]) == (20, 8)
    assert found["answered_share"] == 0.4
    # Wilson interval of 8 of 20
    assert found["answered_share_low"] == pytest.approx(0.2188, abs=5e-5)
    assert found["answered_share_high"] == pytest.approx(0.6134, abs=5e-5)
    assert found["answered_revenue_share"] == pytest.approx(24 / 36)
    assert (found["window_last_on"], found["reason"]) == (date(2026, 6, 15), None)


def test_a_segment_counts_its_own_customers(store: Store) -> None:
    fill(store, 22, 12)
    found = row(store, Filters(period=ON_THE_DAY.period, segment=("Home",)))
    assert (found["customer_count"], found["answered_count"]) == (11, 6)


def test_answers_after_the_last_day_do_not_count(store: Store) -> None:
    fill(store, 20, 8)
    before = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 14)))
    assert row(store, before)["answered_count"] == 0
    assert row(store, before)["answered_share_low"] == pytest.approx(0, abs=1e-9)


def test_transactional_answers_do_not_count(store: Store) -> None:
    fill(store, 20, 8, survey="transactional")
    assert row(store)["answered_count"] == 0


@pytest.mark.parametrize("answered", [1, 4, 16, 19])
def test_the_revenue_of_a_few_is_not_told(store: Store, answered: int) -> None:
    fill(store, 20, answered)
    found = row(store)
    assert found["answered_count"] == answered
    assert found["answered_revenue_share"] is None


@pytest.mark.parametrize(
    ("customers", "year", "reason"),
    [(4, 2026, "too_few_to_show"), (20, 2027, "after_data")],
)
def test_where_there_is_no_figure_it_says_why(
    store: Store, customers: int, year: int, reason: str
) -> None:
    fill(store, customers, 3)
    found = row(store, Filters(period=Period(date(year, 1, 1), date(year, 6, 15))))
    assert found["reason"] == reason
    assert found["customer_count"] is None
    assert found["answered_share"] is None


def test_without_customers_it_says_so(store: Store) -> None:
    assert row(store)["reason"] == "no_customers_at_end"


@pytest.mark.parametrize(
    ("lang", "value", "title", "notes"),
    [
        (
            "en",
            "8 of 20",
            "40.0% of customers have answered",
            ("95% interval 21.9% to 61.3%", "66.7% of known revenue"),
        ),
        (
            "fr",
            "8 sur 20",
            "40,0\u00a0% des clients ont répondu",
            (
                "intervalle à 95\u00a0% : 21,9\u00a0% à 61,3\u00a0%".replace(" :", "\u00a0:"),
                "66,7\u00a0% du chiffre d’affaires connu",
            ),
        ),
    ],
)
def test_the_panel_says_it_in_words(
    lang: Locale, value: str, title: str, notes: tuple[str, ...], store: Store
) -> None:
    fill(store, 20, 8)
    shown = panel(Request.computed_now(store, ON_THE_DAY, translator(lang)), "answer_coverage")
    assert shown.headline
    assert (shown.headline.value, shown.title) == (value, title)
    assert shown.notes[0] == notes
