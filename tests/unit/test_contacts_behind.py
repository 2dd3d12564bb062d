"""The contacts behind a figure: which, in which order, and when none are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.metrics.response_time.contact_hours import missed_by_hour
from cxdata.metrics.response_time.contacts_behind import (
    ContactChoice,
    contact_choice_of,
    contacts_behind,
)
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add, add_contact_facts

NOW = datetime(2026, 5, 26, 12)  # a Tuesday, 14:00 in Paris
COLUMNS = [
    "contact_id", "opened_at", "channel", "journey", "reason", "status", "outcome",
    "wait_seconds", "favourable_seconds", "clock", "due_at", "customer_id", "name", "is_strategic",
    "annual_revenue_amount", "segment", "region", "product",
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def one(contact_id: str, channel: str = "call", **fields: object) -> dict[str, object]:
    opened_at = NOW - timedelta(hours=1)
    return {"contact_id": contact_id, "channel": channel, "opened_at": opened_at, **fields}


def ids(
    store: Store, choice: ContactChoice | None = None, filters: Filters | None = None
) -> list[str]:
    behind = contacts_behind(store, filters or Filters(), choice or ContactChoice())
    return behind.contacts["contact_id"].to_list()


def test_the_worst_come_first(store: Store) -> None:
    add_contact_facts(
        store,
        one("fast", answered=9),
        one("slow", answered=80),
        one("late call", answered=180),  # twice its time
        one("late chat", "chat", answered=180),  # four times
        one("gave up", abandoned=30),
        one("gave up late", abandoned=60),
        one("due", "social"),
        one("due sooner", "social", opened_at=NOW - timedelta(hours=3)),
        one("overdue", "social", opened_at=NOW - timedelta(hours=40)),  # ten times
        one("ours", initiated_by="company"),
        extracted_at=NOW,
    )
    assert ids(store) == [
        "overdue", "late chat", "late call", "gave up late", "gave up", "due sooner", "due",
        "slow", "fast",
    ]  # fmt: skip


def test_a_row_says_who_waited_for_what(store: Store) -> None:
    client = {"customer_id": "c", "name": "=1+1", "is_strategic": True, "annual_revenue_amount": 7}
    add(store, [client], "customers")
    about = {"journey": "Billing", "reason": "invoice", "segment": "home", "customer_id": "c"}
    add_contact_facts(store, *[one(f"k{n}", answered=100, **about) for n in range(5)])
    behind = contacts_behind(store, Filters(), ContactChoice())
    row = behind.contacts.row(0, named=True)
    assert list(row) == COLUMNS
    assert (row["name"], row["is_strategic"], row["annual_revenue_amount"]) == ("=1+1", True, 7)
    assert (row["status"], row["outcome"], row["reason"]) == ("missed", "answered", "invoice")
    assert (row["wait_seconds"], row["favourable_seconds"], row["due_at"]) == (100, 90, None)
    assert (behind.contact_count, behind.reason) == (5, None)


def test_a_wait_has_the_clock_of_the_standard_that_judged_it(store: Store) -> None:
    own = {"channel": "call", "audience": "segment", "value": "Gold", "clock": "opening"}
    store.change_settings({"response_time_overrides": [own]})
    calls = [one(f"k{n}", answered=30, segment="Gold" if n < 2 else "Tin") for n in range(5)]
    add_contact_facts(store, *calls)
    contacts = contacts_behind(store, Filters(), ContactChoice()).contacts
    assert dict(contacts.select("contact_id", "clock").iter_rows()) == {
        "k0": "opening", "k1": "opening", "k2": "elapsed", "k3": "elapsed", "k4": "elapsed",
    }  # fmt: skip


def test_a_contact_is_listed_once_though_its_customer_was_imported_twice(store: Store) -> None:
    for name in ("before", "after"):
        add(store, [{"customer_id": "c", "name": name}], "customers")
    add_contact_facts(store, *[one(f"k{n}", answered=1, customer_id="c") for n in range(5)])
    assert (
        contacts_behind(store, Filters(), ContactChoice()).contacts["name"].to_list()
        == ["after"] * 5
    )


CHOICES = [
    (["status", "missed"], 6),
    (["outcome", "abandoned"], 5),
    (["wait_class", "favourable"], 5),
    (["channel", "chat"], 5),
    (["segment", "home"], 5),
    (["segment", None], 11),
    (["weekday", 1], 11),
    (["weekday", 0], 5),
    (["weekday", 1, "local_hour", 13], 6),
    (["from_hour", 12, "until_hour", 13], 5),
    (["from_seconds", 100, "until_seconds", 200], 5),
    (["reason", "invoice"], 5),
    (["period", "2026-05-25", "grain", "week"], 16),
    (["period", "2026-04-01"], 0),
    (["status", "missed", "outcome", "answered"], 1),
]


@pytest.mark.parametrize(("named", "count"), CHOICES)
def test_what_is_chosen_is_listed(store: Store, named: list[object], count: int) -> None:
    store.change_settings({"answers.minimum_count": 1})
    monday = NOW - timedelta(days=1, hours=2)  # noon in Paris
    add_contact_facts(
        store,
        *[one(f"a{n}", abandoned=100, reason="invoice") for n in range(5)],
        one("late", answered=90),
        *[one(f"h{n}", "chat", answered=1, opened_at=monday, segment="home") for n in range(5)],
        *[one(f"s{n}", "social", opened_at=NOW - timedelta(hours=3)) for n in range(5)],
        extracted_at=NOW,
    )
    behind = contacts_behind(store, Filters(), contact_choice_of(named))
    assert behind.contact_count == behind.contacts.height == count


@pytest.mark.parametrize(("repeat", "count"), [("returned", 10), ("switched", 5)])
def test_those_who_came_back_are_listed(store: Store, repeat: str, count: int) -> None:
    def asked(customer: int, days: int, channel: str) -> dict[str, object]:
        opened_at = NOW - timedelta(days=30 - days)
        about = {"journey": "Billing", "reason": "invoice", "customer_id": f"c{customer}"}
        return {"channel": channel, "opened_at": opened_at, "answered": 1, **about}

    same = [asked(n, day, "call") for n in range(5) for day in (0, 1)]
    other = [asked(n, day, ("call", "chat")[day]) for n in range(5, 10) for day in (0, 1)]
    add_contact_facts(store, *same, *other, extracted_at=NOW)
    choice = contact_choice_of(["repeat", repeat])
    assert contacts_behind(store, Filters(), choice).contact_count == count


def test_figures_and_lists_count_alike(store: Store) -> None:
    contacts = [
        one(f"k{n}", channel, answered=n * 9.7, opened_at=NOW - timedelta(hours=n))
        for n, channel in enumerate(["call", "chat", "email"] * 40)
    ]
    add_contact_facts(store, *contacts, extracted_at=NOW)
    for row in compliance_by_channel(store, Filters()).iter_rows(named=True):
        choice = ContactChoice(channel=row["channel"], status="missed")
        behind = contacts_behind(store, Filters(), choice)
        assert (behind.contact_count or 0) == row["missed_count"], row["channel"]
    for row in missed_by_hour(store, Filters()).filter(contact_count=5).iter_rows(named=True):
        choice = contact_choice_of(["weekday", row["weekday"], "local_hour", row["local_hour"]])
        assert contacts_behind(store, Filters(), choice).contact_count == 5
    waits = wait_distribution(store, Filters(channel=("call",)))
    for row in waits.filter(pl.col("answered_count") >= 5).iter_rows(named=True):
        edges = ["from_seconds", row["from_seconds"], "until_seconds", row["until_seconds"]]
        behind = contacts_behind(store, Filters(channel=("call",)), contact_choice_of(edges))
        assert behind.contact_count == row["answered_count"] + row["waiting_count"]


# Privacy


def test_a_group_of_four_or_four_of_a_group_are_not_listed(store: Store) -> None:
    few = [one(f"k{n}", answered=1, segment="home") for n in range(4)]
    add_contact_facts(store, *few, *[one(f"m{n}", answered=100) for n in range(5)])
    for choice in (
        ContactChoice(values=(("segment", "home"),)),
        ContactChoice(status="met"),
        ContactChoice(values=(("segment", "home"),), status="missed"),
    ):
        behind = contacts_behind(store, Filters(), choice)
        assert behind.contacts.is_empty()
        assert (behind.contact_count, behind.reason) == (None, "too_few_to_show")
    assert contacts_behind(store, Filters(), ContactChoice(status="missed")).contact_count == 5


def test_nothing_is_no_contacts(store: Store) -> None:
    empty = contacts_behind(store, Filters(), ContactChoice())
    assert (empty.contacts.columns, empty.contact_count, empty.reason) == (
        COLUMNS,
        0,
        "no_contacts",
    )
    add_contact_facts(store, *[one(f"k{n}", answered=1) for n in range(5)])
    assert contacts_behind(store, Filters(), ContactChoice(status="missed")).reason == "no_contacts"
    may = Filters(period=Period(date(2026, 5, 1), date(2026, 5, 31)))
    june = ContactChoice(grain="month", period_on=date(2026, 6, 1))
    assert contacts_behind(store, may, june).reason == "no_contacts"


def test_a_long_list_is_cut_and_says_how_long_it_is(store: Store) -> None:
    add_contact_facts(store, *[one(f"k{n}", answered=1) for n in range(9)])
    behind = contacts_behind(store, Filters(), ContactChoice(), most_rows=6)
    assert (behind.contacts.height, behind.contact_count) == (6, 9)


@pytest.mark.parametrize(
    "named",
    [
        ["status"], ["status", "late"], ["outcome", "met"], ["wait_class", None], ["repeat", "x"],
        ["weekday", 7], ["weekday", "monday"], ["weekday", True], ["local_hour", 24],
        ["local_hour", 1.5], ["from_hour", 9], ["until_hour", 9], ["from_seconds", "9"],
        ["from_seconds", float("nan"), "until_seconds", 2], ["channel", "fax"], ["segment", 3],
        ["period", "yesterday"], ["period", "2026-01-01", "grain", "day"], ["drop", "table"],
    ],
)  # fmt: skip
def test_what_a_browser_makes_up_is_refused(named: list[object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        contact_choice_of(named)
