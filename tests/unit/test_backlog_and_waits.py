"""Who waits now and how long it took: the backlog and the distribution of waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.metrics.response_time.backlog import backlog, backlog_contacts
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add, add_contact_facts

NOW = datetime(2026, 5, 26, 12)  # a Tuesday, 14:00 in Paris


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def ago(seconds: float, channel: str = "social", **fields: object) -> dict[str, object]:
    return {"channel": channel, "opened_at": NOW - timedelta(seconds=seconds), **fields}


FOUR_HOURS = 4 * 3600


@pytest.mark.parametrize(
    ("channel", "seconds", "backlog_class"),
    [
        ("social", FOUR_HOURS + 1, "past_due"),
        ("social", FOUR_HOURS, "due_within_1_hour"),  # "at most 4 h": not past at the stroke
        ("social", FOUR_HOURS - 3600, "due_within_1_hour"),
        ("social", FOUR_HOURS - 3601, "due_within_1_day"),
        ("call", 90, "past_due"),  # "less than 90 s": past at the stroke
        ("call", 89, "due_within_1_hour"),
        ("email", 0, "due_within_1_day"),  # tomorrow at 14:00
    ],
)
def test_a_contact_is_in_the_class_of_the_time_that_it_has_left(
    store: Store, channel: str, seconds: float, backlog_class: str
) -> None:
    add_contact_facts(store, ago(seconds, channel), extracted_at=NOW)
    rows = backlog(store, Filters()).rows()
    assert rows == [(channel, backlog_class, 1, NOW - timedelta(seconds=seconds))]


def test_on_a_friday_evening_an_email_is_due_later_than_in_a_day(store: Store) -> None:
    friday = datetime(2026, 6, 5, 15)  # 17:00 in Paris, an hour before closing
    add_contact_facts(store, {"channel": "email", "opened_at": friday}, extracted_at=friday)
    assert backlog(store, Filters())["backlog_class"].to_list() == ["due_later"]
    due_at = backlog_contacts(store, Filters())["due_at"].item()
    assert due_at == datetime(2026, 6, 8, 15)  # Monday 17:00


def test_the_period_does_not_cut_a_backlog_but_other_filters_do(store: Store) -> None:
    old = ago(40 * 86_400, segment="home")
    add_contact_facts(store, old, ago(60, "chat"), ago(5, answered=1), extracted_at=NOW)
    today = Filters(period=Period(NOW.date(), NOW.date()))
    assert backlog(store, today)["contact_count"].to_list() == [1, 1]
    home = Filters(period=today.period, segment=("home",))
    assert backlog(store, home).select("channel", "backlog_class").rows() == [
        ("social", "past_due")
    ]
    assert backlog_contacts(store, Filters(channel=("chat",))).height == 1


def test_those_longest_past_their_deadline_come_first(store: Store) -> None:
    add(store, [{"customer_id": "c", "name": "Zoé", "is_strategic": True}], "customers")
    add_contact_facts(
        store,
        ago(FOUR_HOURS + 10, contact_id="late", customer_id="c"),
        ago(FOUR_HOURS + 99, contact_id="later"),
        ago(60, contact_id="soon"),
        ago(0, contact_id="now"),
        ago(9, contact_id="company's", initiated_by="company"),
        ago(9, contact_id="gone", abandoned=5),
        extracted_at=NOW,
    )
    frame = backlog_contacts(store, Filters())
    assert frame.select("contact_id", "seconds_left").rows() == [
        ("later", -99.0), ("late", -10.0), ("soon", FOUR_HOURS - 60.0), ("now", float(FOUR_HOURS)),
    ]  # fmt: skip
    assert frame.select("name", "is_strategic").row(1) == ("Zoé", True)
    assert set(frame["now_at"]) == {NOW}
    assert backlog_contacts(store, Filters(), most_rows=1)["contact_id"].to_list() == ["later"]


def test_nobody_waiting_is_no_backlog(store: Store) -> None:
    assert backlog(store, Filters()).is_empty()
    assert backlog_contacts(store, Filters()).is_empty()
    add_contact_facts(store, ago(100, answered=1), ago(100, abandoned=1), extracted_at=NOW)
    assert backlog(store, Filters()).is_empty()


def test_every_wait_is_in_the_bin_that_its_edges_say(store: Store) -> None:
    waits = [0, 0.5, 1, 1.2, 45, 89.9, 90, 14_400, 86_400]
    add_contact_facts(store, *[ago(90_000, answered=wait) for wait in waits], extracted_at=NOW)
    frame = wait_distribution(store, Filters())
    assert frame["answered_count"].sum() == len(waits)
    for row in frame.iter_rows(named=True):
        inside = [it for it in waits if row["from_seconds"] <= it < row["until_seconds"]]
        assert (row["answered_count"], row["share"]) == (len(inside), len(inside) / 9)
    first = frame.row(0, named=True)
    assert (first["from_seconds"], first["until_seconds"], first["answered_count"]) == (0, 1, 2)
    ratios = (frame["until_seconds"] / frame["from_seconds"])[1:]
    assert ratios.to_list() == pytest.approx([1.01**23] * (frame.height - 1))


def test_open_and_abandoned_waits_are_kept_apart_and_channels_too(store: Store) -> None:
    calls = [ago(300, "call", answered=10)] * 3 + [ago(300, "call", abandoned=10)]
    chats, mails = [ago(60, "chat")] * 2, [ago(60, "email")] * 3
    add_contact_facts(store, *calls, ago(10, "call"), *chats, *mails, extracted_at=NOW)
    frame = wait_distribution(store, Filters())
    columns = ["channel", "answered_count", "waiting_count", "gave_up_count", "share", "reason"]
    assert frame.select(columns).rows() == [
        ("call", 3, 2, 1, 1.0, None),
        ("email", None, None, None, None, "too_few_to_show"),
        ("chat", None, None, None, None, "too_few_to_show"),
    ]
    assert frame["is_small_base"].to_list() == [True] * 3
    assert wait_distribution(
        store, Filters(period=Period(date(2020, 1, 1), date(2020, 1, 1)))
    ).is_empty()
