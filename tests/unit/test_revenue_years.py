"""Columns with the revenue of one year each: the right one is today's, the others are dated."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from cxdata.errors import ImportRefused
from cxdata.ingest import check_store, import_file, preview_file, undo_batch
from cxdata.ingest.recognising.revenue_years import yearly_columns
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.churn.exposure import exposure
from cxdata.metrics.churn.revenue_retention import revenue_retention
from cxdata.metrics.churn.start_prices import start_prices
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import withhold_nothing

YEAR = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
LAST_ON = date(2025, 12, 31)
OPEN = 2099  # a year that isn't over


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    withhold_nothing(opened)
    yield opened
    opened.close()


def sheet(*headers: str) -> bytes:
    """A French list of four customers, as Excel has it: dates and numbers of its own."""
    start, left = date(2020, 3, 1), date(2025, 9, 30)
    rows: list[tuple[object, ...]] = [
        ("C1", "Un", start, None, 1000, 1200.5),
        ("C2", "Deux", start, left, 500, None),
        ("C3", "Trois", date(2025, 2, 20), None, None, 300),
        ("C4", "Quatre", start, None, 2500, 2000),
    ]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page, day = book.add_worksheet("Clients"), book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_row(0, 0, ("N° client", "Raison sociale", "Client depuis", "Résilié le"))
        page.write_row(0, 4, headers)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, place, value, day)
                elif value is not None:
                    page.write(number, place, value)
    return buffer.getvalue()


def kept(store: Store) -> dict[str, tuple[float | None, str | None]]:
    with store.cursor() as con:
        rows = con.execute(
            """select customer_id, annual_revenue_amount, revenue_history from customer_versions
            where is_current"""
        ).fetchall()
    return {customer: (amount, history) for customer, amount, history in rows}


@pytest.mark.parametrize(
    "headers",
    [
        ["CA 2024", "CA 2025"],
        ["CA HT 2024 (€)", "CA HT 2025 (€)"],
        ["Chiffre d’affaires 2024", "Chiffre d’affaires 2025"],
        ["2024 Revenue", "2025 Revenue"],
        ["Revenue FY24", "Revenue FY2025"],
        ["ARR 31/12/2024", "ARR Dec 2025"],
        ["Umsatz 2024", "Umsatz Jahr 2025"],
        ["Facturation exercice 2024", "Facturation exercice 2025"],
    ],
)
def test_a_column_of_each_year_is_known(headers: list[str]) -> None:
    assert yearly_columns(["id", *headers], ()) == {
        "annual_revenue_amount_2024": 1,
        "annual_revenue_amount_2025": 2,
    }


@pytest.mark.parametrize(
    "header",
    [
        *("Budget CA 2025", "CA 2024/2025", "CA T1 2025", "CA janv. 2025", "Évolution CA 2025"),
        *(
            "Marge 2025",
            "Nombre de commandes 2025",
            "Revenue Q1 2025",
            "CA N-1",
            "Forecast ARR 2025",
        ),
        *("CA", "2025", "Facture 2025", "Target revenue 2025", "% CA 2025 vs 2024"),
    ],
)
def test_what_is_no_revenue_of_a_year_is_not_taken_for_one(header: str) -> None:
    assert yearly_columns([header], ()) == {}


def test_of_two_measures_one_is_taken_for_all_years() -> None:
    headers = ["CA TTC 2024", "CA HT 2024", "CA HT 2025", "ARR 2025", "CA TTC 2025"]
    assert list(yearly_columns(headers, ()).values()) == [1, 2]


def test_each_day_has_the_revenue_of_its_year(store: Store) -> None:
    content = sheet("CA 2024", "CA 2025")
    assert not preview_file(store, content, extract_date=LAST_ON).questions
    report = import_file(store, content, extract_date=LAST_ON)
    assert any("today's is that of 2025" in note for note in report.notes)
    assert kept(store) == {
        "C1": (1200.5, "2024-01-01=1000;2025-01-01=1200.5;2026-01-01="),
        "C2": (None, "2024-01-01=500;2025-01-01="),
        "C3": (300, "2024-01-01=;2025-01-01=300;2026-01-01="),
        "C4": (2000, "2024-01-01=2500;2025-01-01=2000;2026-01-01="),
    }
    exposed = exposure(store, YEAR)
    assert (exposed.total("known_amount"), exposed.total("lost_known_amount")) == (4000, 500)
    assert churn_cost_summary(store, YEAR)["revenue_churn_rate"].to_list() == [500 / 4000]
    row = revenue_retention(store, YEAR).row(0, named=True)
    assert (row["start_revenue_amount"], row["end_revenue_amount"]) == (4000, 1200.5 + 2000)
    assert row["net_retention_rate"] == pytest.approx(3200.5 / 4000)
    assert row["gross_retention_rate"] == pytest.approx((1000 + 0 + 2000) / 4000)
    assert start_prices(store, YEAR)["told"].to_list() == ["all"]
    assert check_store(store) == []


def test_after_its_last_year_a_file_doesnt_tell_what_is_paid(store: Store) -> None:
    import_file(store, sheet("CA 2024", "CA 2025"), extract_date=date(2026, 6, 30))
    half = Filters(period=Period(date(2025, 7, 1), date(2026, 6, 30)))
    assert exposure(store, half).total("known_amount") == 1200.5 + 300 + 2000
    assert revenue_retention(store, half)["reason"].to_list() == ["one_price"]


@pytest.mark.parametrize(
    ("said", "amounts"),
    [("2024", (1000, 500, None, 2500)), (str(OPEN), (1200.5, None, 300, 2000))],
)
def test_a_year_that_isnt_over_is_asked_of(
    store: Store, said: str, amounts: tuple[float | None, ...]
) -> None:
    content = sheet("CA 2024", f"CA {OPEN}")
    [asked] = preview_file(store, content).questions
    assert [it.choice for it in asked.readings] == ["2024", str(OPEN)]
    with pytest.raises(ImportRefused, match="--revenue-year 2024"):
        import_file(store, content)
    report = import_file(store, content, revenue_year=said, extract_date=LAST_ON)
    assert tuple(kept(store)[f"C{number}"][0] for number in range(1, 5)) == amounts
    assert any(f"CA {OPEN}: not taken" in note for note in report.notes) == (said == "2024")


def test_the_extracts_day_decides_which_years_are_over(store: Store) -> None:
    content = sheet("CA 2024", "CA 2025")
    [asked] = preview_file(store, content, extract_date=date(2025, 6, 30)).questions
    assert (asked.option, asked.values["column"]) == ("revenue_year", "CA 2025")
    assert not preview_file(store, content, extract_date=LAST_ON).questions


def test_a_lone_year_that_isnt_over_can_be_left_out(store: Store) -> None:
    text = f"customer id,name,start date,Revenue FY{OPEN}\nA,Ann,2024-01-01,70\n"
    [asked] = preview_file(store, text.encode()).questions
    assert [it.choice for it in asked.readings] == ["none", str(OPEN)]
    import_file(store, text.encode(), revenue_year="none")
    assert kept(store) == {"A": (None, None)}


def test_a_year_without_a_column_is_refused(store: Store) -> None:
    with pytest.raises(ImportRefused, match="Its years are: 2024, 2025"):
        import_file(store, sheet("CA 2024", "CA 2025"), revenue_year="2023")


def test_todays_revenue_is_that_of_its_own_column(store: Store) -> None:
    text = (
        "customer id,start date,ARR,CA 2023,CA 2024\nA,2020-01-01,90,50,\nB,2020-01-01,80,60,70\n"
    )
    import_file(store, text.encode(), extract_date=date(2025, 3, 31))
    assert kept(store) == {
        "A": (90, "2023-01-01=50;2024-01-01="),
        "B": (80, "2023-01-01=60;2024-01-01=70;2025-01-01="),
    }


def test_thousands_of_the_header_and_other_currencies(store: Store) -> None:
    text = "customer id;name;CA 2023 (k€);CA 2024 (k€)\nA;Ann;1,5;2\nB;Bob;3;USD 4\nC;Cy;-1;2\n"
    report = import_file(store, text.encode(), accept_refusals=True)
    assert kept(store) == {"A": (2000, "2023-01-01=1500;2024-01-01=2000;2025-01-01=")}
    assert report.refused_count == 2
    assert any("1000 times, as the header says" in note for note in report.notes)


@pytest.mark.parametrize(
    ("header", "cell", "amount"),
    [
        ("CA annuel (k€)", "1,5", 1500),
        ("CA annuel (k€)", "1,5 k€", 1500),
        ("CA annuel (M€)", "1,5", 1_500_000),
        ("CA annuel (€)", "1,5", 1.5),
        ("MRR (kEUR)", "1,5", 18_000),
    ],
)
def test_thousands_of_the_header_hold_for_any_revenue(
    store: Store, header: str, cell: str, amount: float
) -> None:
    import_file(store, f"customer id;name;{header}\nA;Ann;{cell}\n".encode())
    assert kept(store)["A"] == (amount, None)


def test_a_year_can_be_said_and_left_out(store: Store) -> None:
    text = "customer id,name,Umsatz alt,CA 2024\nA,Ann,40,50\n"
    mapping = {"annual_revenue_amount_2023": "Umsatz alt", "annual_revenue_amount_2024": ""}
    import_file(store, text.encode(), mapping=mapping)
    assert kept(store) == {"A": (40, "2023-01-01=40;2024-01-01=")}


def test_a_later_list_keeps_the_years_and_undo_takes_only_its_own(store: Store) -> None:
    import_file(store, sheet("CA 2024", "CA 2025"), extract_date=LAST_ON)
    before = kept(store)
    text = "customer id,annual revenue\nC1,1500\nC4,2100\n"
    later = import_file(store, text.encode(), extract_date=date(2026, 12, 31))
    assert kept(store)["C1"] == (1500, before["C1"][1])
    year = Filters(period=Period(date(2026, 1, 1), date(2026, 12, 31)))
    row = revenue_retention(store, year).row(0, named=True)
    assert (row["start_revenue_amount"], row["end_revenue_amount"]) == (3200.5, 3600)
    assert check_store(store) == []
    assert later.batch_id is not None
    undo_batch(store, later.batch_id)
    assert kept(store) == before
    assert check_store(store) == []
