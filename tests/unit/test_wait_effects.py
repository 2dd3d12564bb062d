"""What goes with waiting: each answer and each customer once, and nothing said of few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.metrics.response_time.wait_effects import leaving_by_wait, scores_by_wait
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add, add_contact_facts

START = datetime(2026, 1, 5, 8)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def called(
    customer: str | None, days: float = 0, wait: float = 10, **more: object
) -> dict[str, object]:
    opened_at = START + timedelta(days=days)
    ended = {} if {"abandoned", "answered"} & more.keys() else {"answered": wait}
    return {"customer_id": customer, "opened_at": opened_at, **ended, **more}


def answer(
    customer: str | None, days: float, score: int | None = 10, **more: object
) -> dict[str, object]:
    at = (START + timedelta(days=days)).replace(tzinfo=UTC)
    return {"customer_id": customer, "responded_at": at, "nps_score": score, **more}


def scores(store: Store, filters: Filters | None = None) -> list[tuple[object, ...]]:
    frame = scores_by_wait(store, filters or Filters())
    return frame.select("wait_class", "answer_count", "nps", "reason").rows()


def test_an_answer_after_two_contacts_counts_once_with_the_last(store: Store) -> None:
    rows = [called(f"c{n}", day, wait) for n in range(5) for day, wait in ((0, 10), (1, 100))]
    add_contact_facts(store, *rows)
    add(store, [answer(f"c{n}", 2) for n in range(5)], "responses")
    assert scores(store) == [("limit", 5, 100.0, None)]


def test_each_class_has_its_score_with_an_interval(store: Store) -> None:
    waits: dict[str, dict[str, object]] = {
        "favourable": {"wait": 10}, "limit": {"wait": 90}, "beyond": {"wait": 241},
        "abandoned": {"abandoned": 300},
    }  # fmt: skip
    rows = [called(f"{name}{n}", **wait) for name, wait in waits.items() for n in range(5)]  # type: ignore[arg-type]
    add_contact_facts(store, *rows)
    given = {"favourable": 10, "limit": 8, "beyond": 8, "abandoned": 0}
    said = [
        answer(f"{name}{n}", 1, score, csat_score=5 if score == 10 else 3)
        for name, score in given.items()
        for n in range(5)
    ]
    add(store, said, "responses")
    frame = scores_by_wait(store, Filters())
    assert frame["wait_class"].to_list() == list(waits)
    assert frame["nps"].to_list() == [100, 0, 0, -100]
    assert frame["csat_satisfied_share"].to_list() == [1, 0, 0, 0]
    assert frame["csat_count"].to_list() == [5] * 4
    first = frame.row(0, named=True)
    assert (first["nps_low"], first["nps_high"]) == (pytest.approx(17.49, abs=0.005), 100)
    assert first["csat_satisfied_share_low"] == pytest.approx(0.5655, abs=5e-5)


@pytest.mark.parametrize(
    ("days", "customer", "found"),
    [
        (0, "c", True),  # at the very moment
        (30, "c", True),
        (30.001, "c", False),
        (-0.001, "c", False),  # before the contact
        (1, None, False),
    ],
)
def test_an_answer_belongs_to_a_contact_of_the_thirty_days_before_it(
    store: Store, days: float, customer: str | None, found: bool
) -> None:
    add_contact_facts(store, *[called(f"c{n}") for n in range(5)], called(None, 60))
    said = [answer(customer and f"c{n}", days) for n in range(5)]
    add(store, said, "responses")
    assert bool(scores(store)) == found


def test_the_last_contact_counts_even_if_the_filters_leave_it_out(store: Store) -> None:
    rows = [called(f"c{n}", 0, 100) for n in range(5)]
    chats = [called(f"c{n}", 1, channel="chat") for n in range(5)]
    add_contact_facts(store, *rows, *chats)
    add(store, [answer(f"c{n}", 2) for n in range(5)], "responses")
    assert scores(store, Filters(channel=("call",))) == []
    assert scores(store, Filters(channel=("chat",))) == [("favourable", 5, 100.0, None)]
    tomorrow = START.date() + timedelta(days=1)
    assert scores(store, Filters(period=Period(tomorrow, tomorrow))) == scores(store)


def test_other_surveys_and_contacts_of_the_company_are_left_aside(store: Store) -> None:
    add_contact_facts(
        store,
        *[called(f"c{n}", 0, 100) for n in range(5)],
        *[called(f"c{n}", 1, initiated_by="company") for n in range(5)],
    )
    add(store, [answer(f"c{n}", 2, survey="transactional") for n in range(5)], "responses")
    assert scores(store) == []
    transactional = Filters(survey="transactional")
    assert scores(store, transactional) == [("limit", 5, 100.0, None)]


def test_a_wait_that_nobody_knows_yet_has_no_class(store: Store) -> None:
    open_rows = [called(f"c{n}", answered=None) for n in range(5)]
    add_contact_facts(store, *open_rows, extracted_at=START + timedelta(seconds=60))
    add(store, [answer(f"c{n}", 1) for n in range(5)], "responses")
    assert scores(store) == []


def test_answers_without_a_score_are_no_detractors_and_few_are_withheld(store: Store) -> None:
    add_contact_facts(store, *[called(f"c{n}") for n in range(6)])
    said = [answer(f"c{n}", 1, 10 if n < 4 else None, csat_score=5) for n in range(6)]
    add(store, said, "responses")
    row = scores_by_wait(store, Filters()).row(0, named=True)
    assert (row["answer_count"], row["nps"], row["detractor_count"]) == (None,) * 3
    assert (row["reason"], row["csat_count"], row["csat_satisfied_share"]) == (
        "too_few_to_show", 6, 1.0,
    )  # fmt: skip


def test_an_empty_store_says_nothing_about_waiting(store: Store) -> None:
    assert scores_by_wait(store, Filters()).is_empty()
    assert leaving_by_wait(store, Filters()).is_empty()


# Leaving


def client(number: object, ended_on: date | None = None) -> dict[str, object]:
    return {"customer_id": f"c{number}", "started_on": date(2020, 1, 1), "ended_on": ended_on}


def day(after: int) -> date:
    return START.date() + timedelta(days=after)


def known_until(store: Store, until: date) -> None:
    """Customers are known until a day."""
    with store.transaction() as con:
        con.execute("delete from customers_known")
        con.execute(
            """insert into customers_known (batch_id, known_on, ends, lost_count, current_count)
            values (1, $until, 'told', 1, 1)""",
            {"until": until},
        )


def leaving(store: Store) -> list[tuple[object, ...]]:
    frame = leaving_by_wait(store, Filters())
    return frame.select("wait_class", "customer_count", "lost_count", "leave_rate").rows()


def test_lost_is_who_leaves_in_the_ninety_days_after(store: Store) -> None:
    ends = [day(0), day(90), day(91), None, None]
    add(store, [client(n, end) for n, end in enumerate(ends)], "customers")
    add_contact_facts(store, *[called(f"c{n}") for n in range(5)])
    known_until(store, day(90))
    assert leaving(store) == [("favourable", 5, 2, 0.4)]


def test_who_was_not_watched_for_ninety_days_or_had_left_before_does_not_count(
    store: Store,
) -> None:
    clients = [client(n) for n in range(5)] + [client("gone", day(-1))]
    add(store, clients, "customers")
    contacts = [called(f"c{n}") for n in range(5)]
    add_contact_facts(store, *contacts, called("cgone"), called("stranger"), called(None))
    known_until(store, day(89))
    assert leaving(store) == []
    known_until(store, day(90))
    assert leaving(store) == [("favourable", 5, 0, 0.0)]


def test_staying_long_does_not_make_a_class_look_loyal(store: Store) -> None:
    """Who stays makes more contacts and so sooner or later a bad one: only the first counts."""
    clients = [client(n, day(30) if n < 5 else None) for n in range(10)]
    add(store, clients, "customers")
    first = [called(f"c{n}") for n in range(10)]
    later = [called(f"c{n}", 100, abandoned=300) for n in range(5, 10)]
    add_contact_facts(store, *first, *later)
    known_until(store, day(400))
    assert leaving(store) == [("favourable", 10, 5, 0.5)]


def test_few_customers_are_withheld(store: Store) -> None:
    add(store, [client(n, day(1)) for n in range(4)], "customers")
    add_contact_facts(store, *[called(f"c{n}", abandoned=300) for n in range(4)])
    known_until(store, day(90))
    row = leaving_by_wait(store, Filters()).row(0, named=True)
    assert (row["customer_count"], row["lost_count"], row["leave_rate"]) == (None,) * 3
    assert (row["is_small_base"], row["reason"]) == (True, "too_few_to_show")
