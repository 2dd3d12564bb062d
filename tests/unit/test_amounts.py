"""Amounts of several currencies are never added up, nor negative or absurd ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.ingest import import_file
from cxdata.ingest.judging.amounts import NEGATIVE_AMOUNT, OTHER_CURRENCY, TOO_LARGE
from cxdata.models import ImportReport
from cxdata.store.connection import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def taken(store: Store, header: str, *cells: str) -> tuple[ImportReport, float]:
    lines = [f"C{place};{cell}" for place, cell in enumerate(cells)]
    text = "\n".join([f"customer_id;{header}", *lines, ""])
    report = import_file(store, text.encode(), file_name="customers.csv", kind="customers")
    with store.cursor() as con:
        total = con.execute("select coalesce(sum(annual_revenue_amount), 0) from customers")
        return report, float(total.fetchall()[0][0])


def refused(report: ImportReport) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in report.refusals]


def test_another_currency_in_the_cell_is_refused_by_line(store: Store) -> None:
    report, total = taken(store, "annual_revenue", "USD 1000", "EUR 1000", "500", "2 k€", "$30")
    assert total == 3500
    assert refused(report) == [(2, OTHER_CURRENCY), (6, OTHER_CURRENCY)]


def test_a_currency_column_says_it_for_the_row(store: Store) -> None:
    report, total = taken(
        store, "annual_revenue;currency", "1000;EUR", "1000;usd", "1000;", "1000;€", ";CHF"
    )
    assert total == 3000
    assert refused(report) == [(3, OTHER_CURRENCY)]


def test_the_cell_wins_over_the_row_and_a_word_that_isnt_known_is_not_the_firms(
    store: Store,
) -> None:
    report, total = taken(store, "annual_revenue;devise", "10 €;USD", "10;crowns", "10;EUR")
    assert total == 20
    assert refused(report) == [(3, OTHER_CURRENCY)]


def test_a_monthly_revenue_is_judged_alike(store: Store) -> None:
    report, total = taken(store, "monthly_revenue", "GBP 10", "10 EUR")
    assert total == 120
    assert refused(report) == [(2, OTHER_CURRENCY)]


@pytest.mark.parametrize(("currency", "cell"), [("USD", "$1,000.00"), ("CAD", "$1,000.00")])
def test_a_sign_that_several_share_is_the_firms_own(store: Store, currency: str, cell: str) -> None:
    store.change_settings({"firm.currency": currency})
    report, total = taken(store, "annual_revenue", cell)
    assert (total, report.refused_count) == (1000, 0)


def test_negative_and_absurd_revenue_is_never_summed(store: Store) -> None:
    report, total = taken(store, "annual_revenue", "1000", "-2270", "5e3", "9000000000000", "0")
    assert total == 1000
    assert (3, NEGATIVE_AMOUNT) in refused(report)
    assert (5, TOO_LARGE) in refused(report)
