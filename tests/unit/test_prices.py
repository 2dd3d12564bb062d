"""A price has an interval, and the request to cancel is not the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.churn.exposure import exposure
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

CASE = Path(__file__).parents[3] / "shared/cases/import/08-stripe-subscriptions/subscriptions.csv"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def yearly(store: Store) -> list[float | None]:
    with store.cursor() as con:
        found = con.execute("select annual_revenue_amount from customers order by customer_id")
        return [row[0] for row in found.fetchall()]


def priced(header: str, *rows: str) -> bytes:
    lines = (f"C{at};2024-01-01;{row}" for at, row in enumerate(rows))
    return "\n".join([f"customer id;start date;{header}", *lines, ""]).encode()


def test_each_price_is_a_years_by_its_interval(store: Store) -> None:
    intervals = ("month", "Annuel", "quarterly", "Semaine", "6 mois")
    content = priced("Amount;Interval", *(f"20;{each}" for each in intervals))
    report = import_file(store, content)
    assert yearly(store) == [240, 20, 80, 1040, 40]
    assert any("prices became a year's" in note for note in report.notes)


@pytest.mark.parametrize(
    ("header", "amount"),
    [
        ("MRR", 240),
        ("Price (per year)", 20),
        ("Tarif /an", 20),
        ("Prix par mois", 240),
        ("ARR", 20),
    ],
)
def test_the_header_says_what_a_price_is_for(store: Store, header: str, amount: float) -> None:
    field = "annual_revenue_amount" if header == "ARR" else "monthly_revenue_amount"
    import_file(store, priced(header, "20"), mapping={field: header})
    assert yearly(store) == [amount]


@pytest.mark.parametrize(
    ("content", "become"),
    [
        (priced("Amount", "20", "30"), [20, 30]),
        (priced("Montant;Périodicité", "20;mensuel", "30;"), [240, 30]),
    ],
)
def test_a_price_without_an_interval_is_asked_of(
    store: Store, content: bytes, become: list[float]
) -> None:
    [asked] = preview_file(store, content).questions
    assert [it.choice for it in asked.readings] == ["month", "year", "quarter", "week"]
    with pytest.raises(ImportRefused, match="--price-interval year"):
        import_file(store, content)
    import_file(store, content, price_interval="year")
    assert yearly(store) == become


def test_an_interval_of_no_price_refuses_nothing(store: Store) -> None:
    report = import_file(store, priced("Billing period", "2026-01", "2026-02"))
    assert (report.accepted_count, report.refused_count) == (2, 0)


def test_the_effective_end_is_taken_before_the_request(store: Store) -> None:
    content = priced("Canceled At (UTC);Ended At (UTC)", "2025-03-01;2025-12-31", "2025-05-01;")
    report = import_file(store, content)
    with store.cursor() as con:
        found = con.execute("select ended_on from customers order by customer_id").fetchall()
    assert found == [(date(2025, 12, 31),), (None,)]
    assert not any("asked for" in note for note in report.notes)


def test_a_request_alone_is_said(store: Store) -> None:
    report = import_file(store, priced("Canceled At", "2025-03-01", ""))
    assert any("the day on which the end was asked for" in note for note in report.notes)


def test_a_changed_price_is_said(store: Store) -> None:
    text = (
        "Subscription ID,Customer ID,Start Date,End Date,Monthly revenue\n"
        "S1,C1,2024-01-01,2025-01-01,20\nS2,C1,2025-01-01,,50\nS3,C2,2024-01-01,,20\n"
    )
    report = import_file(store, text.encode(), kind="customers", extract_date=date(2025, 12, 31))
    assert any(it.startswith("1 of them have changed what they pay") for it in report.notes)
    assert yearly(store) == [600, 240]


def test_a_sum_with_an_unknown_price_is_not_known(store: Store) -> None:
    text = (
        "Subscription ID,Customer ID,Start Date,End Date,Monthly revenue\n"
        "S1,C1,2024-01-01,,20\nS2,C1,2024-02-01,,\nS3,C2,2024-01-01,,20\nS4,C2,2024-02-01,,5\n"
        "S5,C3,2024-01-01,2024-06-01,\nS6,C3,2024-06-01,,30\n"
    )
    import_file(store, text.encode(), kind="customers", extract_date=date(2025, 12, 31))
    assert yearly(store) == [None, 300, 360]


def test_the_case_of_subscriptions(store: Store) -> None:
    if not CASE.exists():
        return
    import_file(store, CASE, extract_date=date(2025, 12, 31))
    year = Period(date(2025, 1, 1), date(2025, 12, 31))
    row = churn_cost_summary(store, Filters(period=year)).row(0, named=True)
    assert (row["lost_count"], row["customer_count"]) == (5, 69)
    assert yearly(store)[61] == 240
    exposed = exposure(store, Filters(period=year))
    assert (exposed.total("known_amount"), exposed.total("lost_known_amount")) == (18_720, 1_200)
