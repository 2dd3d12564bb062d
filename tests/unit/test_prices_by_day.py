"""A figure of a day takes what customers paid on that day, as far as files tell it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.i18n import translator
from cxdata.ingest import check_store, import_file, undo_batch
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.churn.exposure import exposure
from cxdata.metrics.churn.rates import churn_by_reason
from cxdata.metrics.churn.revenue_retention import revenue_retention
from cxdata.metrics.churn.start_prices import start_prices
from cxdata.models import Filters, Period
from cxdata.panels import Request, panel
from cxdata.store.connection import Store
from tests.stores import add, withhold_nothing

YEAR = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
LAST_ON = date(2025, 12, 31)
SUBSCRIPTIONS = (
    "Subscription ID,Customer ID,Start Date,End Date,Annual revenue,Churn reason\n"
    # A was upgraded, B renewed a week late, C took a second one beside, D left,
    "1,A,2024-01-01,2025-06-01,100,\n2,A,2025-06-01,,250,\n"
    "3,B,2023-12-27,2024-12-26,200,\n4,B,2025-01-03,,220,\n"
    "5,C,2024-03-01,,300,\n6,C,2025-02-01,,50,\n"
    "7,D,2024-01-01,2024-10-01,900,\n8,D,2024-10-01,2025-04-30,400,price\n"
    # E paused over the turn of the year, F has one price.
    "9,E,2024-01-01,2024-09-30,70,\n10,E,2025-05-01,,80,\n"
    "11,F,2024-01-01,,1000,\n"
)  # fmt: skip
# On 1 January, and of the lost; on the day after the year.
START, LOST, END = 100 + 200 + 300 + 400 + 0 + 1000, 400, 250 + 220 + 350 + 80 + 1000
HISTORIES = {
    "A": "2024-01-01=100;2025-06-01=250",
    "B": "2023-12-27=200;2025-01-03=220",
    "C": "2024-03-01=300;2025-02-01=350",
    "D": "2024-01-01=900;2024-10-01=400",
    "E": "2024-01-01=70;2024-09-30=0;2025-05-01=80",
    "F": "2024-01-01=1000",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    withhold_nothing(opened)
    yield opened
    opened.close()


def subscriptions(store: Store, text: str = SUBSCRIPTIONS) -> int | None:
    """The batch that the file became; None if it is there already."""
    return import_file(store, text.encode(), kind="customers", extract_date=LAST_ON).batch_id


def histories(store: Store) -> dict[str, str | None]:
    with store.cursor() as con:
        return dict(
            con.execute(
                "select customer_id, revenue_history from customer_versions where is_current"
            ).fetchall()
        )


def amounts(store: Store, filters: Filters = YEAR) -> tuple[float, float, float]:
    """At the start of the window, of the lost, after its end."""
    exposed = exposure(store, filters)
    end = float(exposed.end["known_amount"].sum())
    return exposed.total("known_amount"), exposed.total("lost_known_amount"), end


def test_a_day_has_the_revenue_of_the_subscriptions_that_ran(store: Store) -> None:
    subscriptions(store)
    assert histories(store) == HISTORIES
    assert amounts(store) == (START, LOST, END)
    earlier = Filters(period=Period(date(2024, 9, 1), date(2024, 12, 31)))
    assert amounts(store, earlier) == (100 + 200 + 300 + 900 + 70 + 1000, 0, START)


def test_every_figure_of_a_window_takes_the_revenue_of_its_days(store: Store) -> None:
    subscriptions(store)
    row = churn_cost_summary(store, YEAR).row(0, named=True)
    assert row["revenue_churn_rate"] == pytest.approx(LOST / START)
    [reason] = churn_by_reason(store, YEAR).rows(named=True)
    assert (reason["end_reason"], reason["lost_revenue_amount"]) == ("price", LOST)
    half = Filters(period=Period(date(2024, 10, 1), date(2025, 3, 31)))
    accounts = at_risk_accounts(store, half)
    found = dict(accounts.select("customer_id", "annual_revenue_amount").iter_rows())
    assert found == {"A": 100, "B": 220, "C": 350, "D": 400, "E": 0, "F": 1000}


def test_retention_needs_no_second_extract_where_the_file_dates_its_prices(store: Store) -> None:
    subscriptions(store)
    row = revenue_retention(store, YEAR).row(0, named=True)
    assert (row["customer_count"], row["revenue_count"]) == (6, 6)
    assert row["net_retention_rate"] == pytest.approx(END / START)
    assert row["gross_retention_rate"] == pytest.approx((100 + 200 + 300 + 0 + 0 + 1000) / START)


def test_after_what_a_file_knows_its_prices_are_not_those_of_the_day(store: Store) -> None:
    subscriptions(store)
    text = "customer id,start date,end date\nG,2024-01-01,2026-12-01\n"
    import_file(store, text.encode(), kind="customers", extract_date=date(2026, 12, 31))
    later = Filters(period=Period(date(2026, 6, 1), date(2026, 11, 30)))
    assert start_prices(store, later)["told"].to_list() == ["none"]
    assert revenue_retention(store, later)["reason"].to_list() == ["one_price"]
    assert amounts(store, later)[0] == END


def test_undo_reimport_and_check_hold(store: Store) -> None:
    batch_id = subscriptions(store)
    assert batch_id is not None
    assert check_store(store) == []
    changed = SUBSCRIPTIONS.replace("11,F,2024-01-01,,1000", "11,F,2024-01-01,,1100")
    again = subscriptions(store, changed)
    assert again is not None
    assert amounts(store) == (START + 100, LOST, END + 100)
    assert check_store(store) == []
    undo_batch(store, again)
    assert amounts(store) == (START, LOST, END)
    assert subscriptions(store) is None  # nothing new
    regions = import_file(
        store, b"customer id,region\nA,North\nF,South\n", kind="customers",
        extract_date=date(2026, 3, 31),
    )  # fmt: skip
    assert histories(store) == HISTORIES
    assert amounts(store) == (START, LOST, END)
    assert check_store(store) == []
    undo_batch(store, batch_id)
    assert set(histories(store).values()) == {None}
    assert check_store(store) == []
    assert regions.batch_id is not None
    undo_batch(store, regions.batch_id)
    assert amounts(store) == (0, 0, 0)


def test_a_start_that_is_not_known_dates_no_price(store: Store) -> None:
    text = (
        "Subscription ID,Customer ID,Start Date,Annual revenue\n"
        "1,A,,100\n2,A,2025-06-01,250\n3,B,2024-01-01,70\n4,B,2024-02-01,\n5,C,,9\n"
    )
    subscriptions(store, text)
    assert histories(store) == {"A": None, "B": "2024-01-01=70;2024-02-01=", "C": None}


def test_each_extract_tells_the_prices_from_its_day_on(store: Store) -> None:
    def one(revenue: float) -> list[dict[str, object]]:
        start = date(2020, 1, 1)
        gone = {"customer_id": "Z", "start_date": start, "end_date": start, "annual_revenue": 1.0}
        return [{**gone, "customer_id": "A", "end_date": None, "annual_revenue": revenue}, gone]

    for day, revenue in ((date(2024, 12, 31), 100.0), (LAST_ON, 150.0)):
        add(store, one(revenue), "customers", extract_date=day)
    assert amounts(store) == (100, 0, 150)
    assert start_prices(store, YEAR)["told"].to_list() == ["all"]
    half = Filters(period=Period(date(2025, 7, 1), LAST_ON))
    assert amounts(store, half) == (100, 0, 150)
    assert start_prices(store, half)["told"].to_list() == ["none"]
    add(store, one(110.0), "customers", extract_date=date(2024, 12, 31))  # a correction
    assert amounts(store) == (110, 0, 150)


def test_one_price_is_not_taken_for_that_of_the_start_without_a_word(store: Store) -> None:
    rows = [
        {"customer_id": f"C{n}", "start_date": date(2020, 1, 1), "annual_revenue": 10.0,
         "end_date": date(2025, 5, 5) if n < 3 else None}
        for n in range(10)
    ]  # fmt: skip
    add(store, rows, "customers", extract_date=LAST_ON)
    request = Request.computed_now(store, YEAR, translator("en"))
    [notes] = panel(request, "churn_revenue").notes
    assert "later prices: those of 1 January 2025 aren't known" in notes
    assert revenue_retention(store, YEAR)["reason"].to_list() == ["one_price"]


def test_no_mark_where_the_prices_are_those_of_the_start(store: Store) -> None:
    subscriptions(store)
    request = Request.computed_now(store, YEAR, translator("fr"))
    [notes] = panel(request, "churn_revenue").notes
    assert not any("prix" in note for note in notes)
    assert start_prices(store, YEAR).rows() == [("all", 1.0, date(2025, 1, 1))]
