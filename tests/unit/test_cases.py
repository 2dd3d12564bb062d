"""Cases: opened with an import, once; withdrawn with it; changed by people, never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.cases.changing import CaseConflict, change_case, change_cases, numbers_of
from cxdata.cases.listing import (
    CaseChoice,
    case_called,
    case_changes,
    case_counts,
    recorded_cases,
    rules_of_cases,
)
from cxdata.cases.opening import open_by_hand
from cxdata.cases.rules import keep_rule, rule_called
from cxdata.cases.watching import decide_hold, held_alerts
from cxdata.errors import AccessError, CxDataError
from cxdata.ingest import undo_batch
from cxdata.ingest.people.erasing import erase_person
from cxdata.ingest.people.retention import keep_to_time
from cxdata.ingest.storing.batches import cases_of_batch
from cxdata.models import Reader, Scope
from cxdata.store.connection import Store
from tests.stores import MIDDAY, add

ACCOUNTS = [
    {"customer_id": f"C{number}", "name": f"Firm {number}", "region": ("Nord", "Sud")[number % 2],
     "owner_email": "ann@x.org", "is_strategic": number == 0, "started_on": "2020-01-01"}
    for number in range(12)
]  # fmt: skip


def scored(*scores: int, start: int = 0) -> list[dict[str, object]]:
    return [
        {"response_id": f"R{start + place}", "customer_id": f"C{(start + place) % 12}",
         "responded_at": MIDDAY + timedelta(minutes=place), "nps_score": score,
         "comment": f"Comment number {start + place} of ours"}
        for place, score in enumerate(scores)
    ]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    add(opened, ACCOUNTS, "customers")
    yield opened
    opened.close()


def numbers(store: Store, **choice: Any) -> list[int]:
    return sorted(recorded_cases(store, CaseChoice(**choice))["case_number"].to_list())


def test_an_import_opens_the_expected_cases_once_and_again_none(tmp_path: Path) -> None:
    """Of ten thousand answers of five thousand customers 40 are low, two of one customer."""
    store = Store.open(tmp_path / "cx.duckdb")
    rows = [
        {"response_id": f"R{it}", "customer_id": f"C{it % 5000}", "nps_score": 9,
         "responded_at": MIDDAY + timedelta(seconds=it)}
        for it in range(10_000)
    ]  # fmt: skip
    for it in range(0, 4000, 100):
        rows[it]["nps_score"] = 3
    rows[5000]["nps_score"] = 0  # again customer 0
    first = add(store, rows, "responses")
    assert (first.case_count, first.held_rules) == (40, ())
    assert add(store, rows, "responses").case_count == 0
    assert add(store, rows[::-1], "responses").case_count == 0  # the same rows in another file
    cases = recorded_cases(store, CaseChoice("all"))
    assert cases["response_id"].to_list() == [f"R{it}" for it in range(3900, -1, -100)]
    assert cases["rule"].unique().to_list() == ["very_low_score"]
    store.close()


def test_undoing_takes_back_what_nobody_touched_and_says_what_stays(store: Store) -> None:
    batch = add(store, scored(0, 6, 3, 4, 1), "responses").batch_id
    assert batch is not None
    assert numbers(store) == [1, 2, 3]  # of the strategic account one, not two
    change_case(store, 2, {"status": "contacted"}, changed_by="ann@x.org")
    undo_batch(store, batch)
    assert cases_of_batch(store, batch) == (2,)
    assert numbers(store) == [2]
    withdrawn = recorded_cases(store, CaseChoice("all")).filter(pl.col("status") == "withdrawn")
    assert sorted(withdrawn["case_number"].to_list()) == [1, 3]
    assert add(store, scored(0, 6, 3, 4, 1), "responses").case_count == 2  # the kept one is known
    assert numbers(store) == [2, 4, 5]


def test_a_score_that_is_corrected_downwards_opens_a_case(store: Store) -> None:
    assert add(store, scored(9, 9), "responses").case_count == 0
    assert add(store, scored(9, 2), "responses").case_count == 1


def test_an_account_that_turns_out_to_be_strategic_later_gets_its_case(store: Store) -> None:
    add(store, scored(9, 5), "responses")
    later = add(store, [{**ACCOUNTS[1], "is_strategic": True}], "customers")
    assert later.case_count == 1
    assert recorded_cases(store)["rule"].to_list() == ["strategic_detractor"]


def test_a_rule_that_would_open_too_many_waits_for_a_yes(store: Store) -> None:
    store.change_settings({"cases.most_at_once": 2})
    report = add(store, scored(6, 0, 1, 2), "responses")
    assert (report.case_count, report.held_rules) == (1, ("very_low_score",))
    [hold] = held_alerts(store)
    assert (hold.case_count, hold.batch_id) == (3, report.batch_id)
    assert decide_hold(store, hold.hold_id, is_taken=True, decided_by="ann") == 3
    assert numbers(store) == [1, 2, 3, 4]
    with pytest.raises(CxDataError, match="decided already"):
        decide_hold(store, hold.hold_id, is_taken=True, decided_by="eve")


def test_at_the_limit_a_rule_opens_and_a_no_opens_nothing(store: Store) -> None:
    store.change_settings({"cases.most_at_once": 3})
    assert add(store, scored(9, 0, 1, 2), "responses").held_rules == ()
    store.change_settings({"cases.most_at_once": 1})
    assert add(store, scored(0, 0, start=16), "responses").held_rules == ("very_low_score",)
    [hold] = held_alerts(store)
    assert decide_hold(store, hold.hold_id, is_taken=False, decided_by=None) == 0
    assert held_alerts(store) == ()
    assert len(numbers(store)) == 3


def test_undoing_the_import_of_a_held_rule_ends_its_waiting(store: Store) -> None:
    store.change_settings({"cases.most_at_once": 1})
    batch = add(store, scored(9, 0, 1), "responses").batch_id
    assert batch is not None
    undo_batch(store, batch)
    assert held_alerts(store) == ()


def test_a_rule_that_is_off_opens_nothing(store: Store) -> None:
    for code in ("very_low_score", "strategic_detractor"):
        keep_rule(store, replace(rule_called(store, code), is_active=False))
    assert add(store, scored(0, 0), "responses").case_count == 0


def test_who_changes_a_case_that_was_changed_meanwhile_sees_what_differs(store: Store) -> None:
    add(store, scored(9, 0), "responses")
    case = case_called(store, 1)
    assert change_case(store, 1, {"note": "called"}, revision=case["revision"], changed_by="a") == 2
    with pytest.raises(CaseConflict) as refused:
        change_case(store, 1, {"note": "mine", "status": "closed"}, revision=1, changed_by="b")
    [difference] = refused.value.differences
    assert (difference.field, difference.theirs, difference.mine) == ("note", "called", "mine")
    assert str(refused.value).startswith("Case 1 was changed by a since you opened it")
    assert case_called(store, 1)["note"] == "called"
    assert change_case(store, 1, {"status": "closed"}, revision=refused.value.revision) == 3


def test_all_that_was_done_to_a_case_is_kept(store: Store) -> None:
    add(store, scored(9, 0), "responses")
    change_case(store, 1, {"status": "no_answer", "note": "rang"}, changed_by="ann@x.org")
    assert case_called(store, 1)["first_contact_at"] is None
    change_case(
        store,
        1,
        {"status": "resolved", "root_cause": "delivery", "outcome": "satisfied"},
        changed_by="ann@x.org",
    )
    case = case_called(store, 1)
    assert case["first_contact_at"] == case["closed_at"] is not None
    assert change_case(store, 1, {"status": "resolved"}) == 3  # nothing differs: no change
    change_case(store, 1, {"status": "contacted"}, changed_by="eve")
    case = case_called(store, 1)
    assert (case["closed_at"], case["revision"]) == (None, 4)
    history = case_changes(store, case["case_id"])
    told = history.select("revision", "changed_by", "field", "value_before", "value_after").rows()
    assert told == [
        (1, None, "owner_email", None, "ann@x.org"),
        (1, None, "status", None, "open"),
        (2, "ann@x.org", "note", None, "rang"),
        (2, "ann@x.org", "status", "open", "no_answer"),
        (3, "ann@x.org", "outcome", None, "satisfied"),
        (3, "ann@x.org", "root_cause", None, "delivery"),
        (3, "ann@x.org", "status", "no_answer", "resolved"),
        (4, "eve", "status", "resolved", "contacted"),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner_email": "zoe@x.org"}, "Nobody called zoe@x.org can be given a case."),
        ({"root_cause": "weather"}, "root cause: there is no weather."),
        ({"status": "withdrawn"}, "status: there is no withdrawn."),
        ({"note": "x" * 10_001}, "A text has 10001 characters"),
    ],
)
def test_what_a_case_can_not_have_is_refused_in_one_sentence(
    store: Store, changes: Any, said: str
) -> None:
    add(store, scored(9, 0), "responses")
    with pytest.raises(CxDataError) as refused:
        change_case(store, 1, changes)
    assert said in str(refused.value)
    assert case_called(store, 1)["revision"] == 1


def test_several_are_changed_alike_but_for_those_that_somebody_changed(store: Store) -> None:
    add(store, scored(9, 0, 1, 2), "responses")
    change_case(store, 2, {"note": "x"})
    done = change_cases(store, {1: 1, 2: 1, 3: 1}, {"status": "closed"}, changed_by="a")
    assert (done.done, done.changed) == ((1, 3), (2,))
    assert numbers(store, which="done") == [1, 3]
    counts = case_counts(store, "ann@x.org")
    assert (counts.unfinished, counts.own, counts.all) == (1, 1, 3)


def test_cases_are_found_and_the_overdue_stand_first(store: Store) -> None:
    add(store, scored(9, 0, 1, 2), "responses")
    with store.transaction() as con:
        con.execute(
            """update cases set opened_at = opened_at - interval 1 day,
                due_at = opened_at - interval 1 hour where case_number = 2"""
        )
    cases = recorded_cases(store)
    assert cases["case_number"][0] == 2
    assert cases["is_overdue"].to_list() == [True, False, False]
    assert numbers(store, which="overdue") == [2]
    assert numbers(store, searched="FIRM 3") == [3]
    assert numbers(store, searched="number 1 of") == [1]
    assert numbers(store, owner="ann@x.org") == [1, 2, 3]
    assert numbers(store, owner="") == []


def test_a_case_is_opened_by_hand_once_while_it_is_unfinished(store: Store) -> None:
    add(store, scored(9, 9), "responses")
    first = open_by_hand(store, response_id="R1", note="odd", opened_by="bob")
    assert open_by_hand(store, response_id="R1") == first
    assert open_by_hand(store, customer_id="C1") == first + 1
    case = case_called(store, first)
    assert (case["customer_id"], case["opened_by"], case["note"]) == ("C1", "bob", "odd")
    assert case["owner_email"] == "ann@x.org"
    change_case(store, first, {"status": "closed"})
    assert open_by_hand(store, response_id="R1") == first + 2
    with pytest.raises(CxDataError, match="no such answer"):
        open_by_hand(store, response_id="R99")
    assert add(store, scored(9, 0), "responses").case_count == 0  # it is followed up already


def test_cases_are_seen_and_changed_within_the_scope_and_by_who_may_see_people(
    store: Store,
) -> None:
    add(store, scored(9, 0, 1, 2), "responses")
    scope = Scope.of({"region": ["Nord"]})
    nord = store.seen_by(Reader("n", "manager", scope, may_see_people=True))
    assert numbers(nord) == [2]
    assert case_counts(nord).unfinished == 1
    assert [code for code, _ in rules_of_cases(nord)] == [case_called(nord, 2)["rule"]]
    assert change_case(nord, 2, {"status": "contacted"}, changed_by="n") == 2
    for number in (1, 99):
        with pytest.raises(CxDataError, match="no case"):
            change_case(nord, number, {"status": "closed"})
        with pytest.raises(CxDataError, match="no case"):
            case_called(nord, number)
    unnamed = store.seen_by(Reader("u", "manager", may_see_people=False))
    for look in (lambda: recorded_cases(unnamed), lambda: change_case(unnamed, 1, {"note": "x"})):
        with pytest.raises(AccessError):
            look()
    reading = store.seen_by(Reader("r", "reader", scope, may_see_people=True))
    with pytest.raises(AccessError):
        change_case(reading, 2, {"status": "closed"})


def test_erasing_a_person_reaches_cases_and_their_history(store: Store) -> None:
    add(store, scored(9, 0), "responses")
    change_case(store, 1, {"note": "Firm 1 was angry, C1"}, changed_by="ann@x.org")
    erased = erase_person(store, "C1")
    assert erased.proof.is_gone
    assert erased.row_counts["cases"] == 1
    case = case_called(store, 1)
    assert case["note"] is None
    assert case["customer_id"].startswith("erased-")
    history = case_changes(store, case["case_id"]).filter(pl.col("field") == "note")
    assert history.select("value_before", "value_after").rows() == [(None, None)]
    assert add(store, scored(9, 0), "responses").case_count == 0  # known under its other name


def test_notes_of_finished_cases_go_with_comments(store: Store) -> None:
    add(store, scored(9, 0, 1), "responses")
    change_case(store, 1, {"note": "said a lot", "status": "closed"})
    change_case(store, 2, {"note": "still talking"})
    store.change_settings({"privacy.comment_months": 1})
    later = datetime.now(UTC).date() + timedelta(days=100)
    keep_to_time(store, later)
    assert [case_called(store, it)["note"] for it in (1, 2)] == [None, "still talking"]
    history = case_changes(store, case_called(store, 1)["case_id"])
    assert history.filter(pl.col("field") == "note")["value_after"].to_list() == [None]


def test_numbers_are_read_as_typed() -> None:
    assert numbers_of(["#12", " 7 ", "12"]) == (12, 7)
    with pytest.raises(CxDataError, match="no number"):
        numbers_of(["x"])
