"""Invitations: what a file says of each, what it doesn't, and what becomes of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cxdata.ingest import check_store, import_file, preview_file, undo_batch
from cxdata.models import ImportReport
from cxdata.store.connection import Store
from tests.stores import add, withhold_nothing

STEPS = "is_delivered, is_opened, is_started, is_answered"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    withhold_nothing(opened)
    yield opened
    opened.close()


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
        return found


def take(store: Store, text: str, **choices: object) -> ImportReport:
    return import_file(store, text.encode(), accept_refusals=True, **choices)  # type: ignore[arg-type]


def steps(store: Store) -> list[tuple[object, ...]]:
    return rows(store, f"select {STEPS} from invitations order by customer_id")


def test_flags_and_moments_tell_each_step(store: Store) -> None:
    report = take(
        store,
        "Customer ID,Sent at,Delivered,Opened at,Responded at\n"
        "C1,2026-03-02 09:00,yes,2026-03-02 10:00,2026-03-03 08:00\n"
        "C2,2026-03-02 09:00,yes,,\n"
        "C3,2026-03-02 09:00,no,,\n",
    )
    assert (report.kind, report.accepted_count) == ("invitations", 3)
    assert steps(store) == [
        (True, True, None, True),
        (True, False, None, False),
        (False, False, None, False),
    ]
    assert rows(store, "select count(answered_at), min(sent_on) from invitations") == [
        (1, date(2026, 3, 2))
    ]


def test_french_headers_are_known(store: Store) -> None:
    report = take(
        store,
        "N° client;Envoyé le;Canal d'envoi;Remis;Ouvert;Répondu;Campagne\n"
        "C1;02/03/2026 09:00;SMS;oui;oui;oui;Mars\n"
        "C2;13/03/2026 09:00;Courriel;oui;non;non;Mars\n",
    )
    assert report.kind == "invitations"
    assert rows(store, "select sent_by, wave, is_answered from invitations order by all") == [
        ("email", "Mars", False),
        ("sms", "Mars", True),
    ]
    assert steps(store)[1] == (True, False, None, False)


def test_one_status_tells_only_the_steps_that_it_names(store: Store) -> None:
    take(
        store,
        "Date d'envoi;Client ID;Statut\n"
        "2026-03-02;C1;Envoyé\n2026-03-02;C2;Ouvert\n2026-03-02;C3;Répondu\n"
        "2026-03-02;C4;Rebond\n2026-03-02;C5;Non envoyé\n",
    )
    assert steps(store) == [
        (True, False, None, False),
        (True, True, None, False),
        (True, True, None, True),
        (False, False, None, False),
    ]


def test_what_a_file_does_not_tell_is_not_no(store: Store) -> None:
    report = take(
        store, "Customer ID,Sent at,Campaign\nC1,2026-03-02,Spring\nC2,2026-03-02,Spring\n"
    )
    assert steps(store) == [(None, None, None, None)] * 2
    assert any("doesn't say who answered" in note for note in report.notes)
    assert any("which invitations were delivered" in note for note in report.notes)


def test_a_status_without_answers_or_openings_does_not_deny_them(store: Store) -> None:
    take(store, "Customer ID,Sent at,Status\nC1,2026-03-02,Sent\nC2,2026-03-02,Delivered\n")
    assert steps(store) == [(False, None, None, None), (True, None, None, None)]


def test_yes_no_and_moments_may_stand_in_one_column(store: Store) -> None:
    """As LimeSurvey writes them: N, Y or the moment."""
    report = take(
        store,
        "token,Customer ID,sent,completed\n"
        "a,C1,2026-03-02 09:00,2026-03-04 10:00\n"
        "b,C2,2026-03-02 09:00,N\n"
        "c,C3,N,N\n",
    )
    assert (report.accepted_count, report.left_out_count) == (2, 1)
    assert rows(
        store, "select is_answered, answered_at is not null from invitations order by 1"
    ) == [
        (False, False),
        (True, True),
    ]


def test_counts_of_openings_and_kinds_of_bounces_are_understood(store: Store) -> None:
    take(
        store,
        "Customer ID,Sent at,Opens,Clicks,Bounced,Responded\n"
        "C1,2026-03-02,3,1,,yes\nC2,2026-03-02,0,0,hard,no\nC3,2026-03-02,1,0,,no\n",
    )
    assert steps(store) == [
        (True, True, True, True),
        (False, False, False, False),
        (True, True, False, False),
    ]


def test_whoever_answered_was_reached_and_the_report_says_so(store: Store) -> None:
    report = take(
        store,
        "Customer ID,Sent at,Delivered,Opened,Responded\n"
        "C1,2026-03-02,yes,no,yes\nC2,2026-03-02,no,no,no\n",
    )
    assert steps(store)[0] == (True, True, None, True)
    assert any(note.startswith("1 invitations came further") for note in report.notes)


def test_an_answer_before_its_invitation_is_refused(store: Store) -> None:
    report = take(
        store,
        "Customer ID,Sent at,Responded at\n"
        "C1,2026-03-02 09:00,2026-02-27\nC2,2026-03-02 09:00,2026-03-02\n",
    )
    assert (report.accepted_count, report.refused_count) == (1, 1)
    assert report.refusals[0].line == 2


def test_a_file_of_answers_with_days_of_sending_stays_one(store: Store) -> None:
    text = (
        "Response ID,Customer ID,Sent at,Opened,Response date,NPS score\n"
        "R1,C1,2026-03-02,yes,2026-03-03,9\nR2,C2,2026-03-02,yes,2026-03-04,3\n"
    )
    assert preview_file(store, text.encode()).kind == "responses"
    assert preview_file(store, text.encode(), kind="invitations").kind == "invitations"


def test_a_file_of_contacts_stays_one(store: Store) -> None:
    text = (
        "Ticket ID,Opened,Channel,Customer ID,Status,First response at\n"
        "T1,2026-03-02 09:00,email,C1,Closed,2026-03-02 10:00\n"
    )
    assert preview_file(store, text.encode()).kind == "contacts"


def test_events_of_one_invitation_are_one(store: Store) -> None:
    report = take(
        store,
        "Message ID,Customer ID,Sent date,Event\n"
        "m1,C1,2026-03-02 09:00,sent\nm1,C1,2026-03-02 09:01,delivered\n"
        "m1,C1,2026-03-02 11:00,opened\nm2,C2,2026-03-02 09:00,sent\n"
        "m2,C2,2026-03-02 09:02,bounced\n",
    )
    assert report.accepted_count == 2
    assert rows(
        store, "select invitation_id, is_delivered, is_opened, sent_at from invitations order by 1"
    ) == [
        ("m1", True, True, datetime(2026, 3, 2, 8)),
        ("m2", False, False, datetime(2026, 3, 2, 8)),
    ]


def test_an_invitation_without_a_number_is_the_same_when_it_comes_again_answered(
    store: Store,
) -> None:
    head = "Customer ID,Sent at,Responded\n"
    take(store, head + "C1,2026-03-02,no\nC2,2026-03-02,yes\n")
    report = take(store, head + "C1,2026-03-02,yes\nC2,2026-03-02,yes\nC3,2026-03-09,no\n")
    assert (report.accepted_count, report.replaced_count, report.duplicate_count) == (2, 1, 1)
    assert steps(store) == [(None, None, None, True)] * 2 + [(None, None, None, False)]


def test_two_invitations_of_one_day_are_two(store: Store) -> None:
    take(store, "Customer ID,Sent at,Responded\nC1,2026-03-02,no\nC1,2026-03-02,yes\n")
    assert len(steps(store)) == 2


def test_an_undo_brings_back_what_was(store: Store) -> None:
    head = "Invitation ID,Customer ID,Sent at,Responded\n"
    take(store, head + "I1,C1,2026-03-02,no\n")
    second = take(store, head + "I1,C1,2026-03-02,yes\nI2,C2,2026-03-02,yes\n")
    assert second.batch_id
    assert undo_batch(store, second.batch_id) == 2
    assert rows(store, "select invitation_id, is_answered from invitations") == [("I1", False)]
    assert rows(store, "select count(*) from invitation_outcomes") == [(1,)]
    assert check_store(store) == []


def test_what_a_later_file_says_nothing_of_stays(store: Store) -> None:
    take(
        store,
        "Invitation ID,Customer ID,Sent at,Opened\nI1,C1,2026-03-02,yes\nI2,C2,2026-03-02,no\n",
    )
    take(store, "Invitation ID,Customer ID,Sent at,Responded\nI1,C1,2026-03-02,no\n")
    assert steps(store) == [(None, True, None, False), (None, False, None, None)]


def test_dimensions_come_from_the_customers_as_of_the_day(store: Store) -> None:
    take(store, "Customer ID,Sent at,Responded\nC1,2026-03-02,no\nC2,2026-03-02,yes\n")
    customers = [
        {"customer_id": "C1", "segment": "Business", "started_on": date(2020, 1, 1)},
        {"customer_id": "C2", "segment": "Private", "started_on": date(2020, 1, 1)},
    ]
    add(store, customers, "customers")
    found = "select segment from invitation_outcomes order by customer_id"
    assert rows(store, found) == [("Business",), ("Private",)]


ANSWERED = (
    "select customer_id, is_answered, told_by, is_settled from invitation_outcomes order by 1"
)


def test_answers_tell_who_answered_where_the_file_does_not(store: Store) -> None:
    """The answer belongs to the last invitation before it, within the days that are set."""
    take(
        store,
        "Invitation ID,Customer ID,Sent at\n"
        "1,C1,2026-03-02\n2,C2,2026-03-02\n3,C3,2026-03-02\n4,C4,2026-03-30\n5,,2026-03-02\n"
        "6,C1,2026-03-10\n",
    )
    answers = [
        {"response_id": "a", "customer_id": "C1", "responded_at": datetime(2026, 3, 11, 12)},
        {"response_id": "b", "customer_id": "C2", "responded_at": datetime(2026, 3, 17, 12)},
        {"response_id": "c", "customer_id": "C4", "responded_at": datetime(2026, 3, 31, 12)},
    ]
    add(store, [it | {"nps_score": 9, "survey": "relationship"} for it in answers], "responses")
    found = rows(
        store,
        "select invitation_id, is_answered, told_by, is_settled from invitation_outcomes "
        "order by 1",
    )
    assert found == [
        ("1", False, "answers", True),
        ("2", False, "answers", True),  # a day too late
        ("3", False, "answers", True),
        ("4", None, None, False),  # answers aren't known so far
        ("5", None, None, False),  # nobody knows whose it is
        ("6", True, "answers", True),
    ]


def test_young_invitations_are_not_settled(store: Store) -> None:
    text = "Customer ID,Sent at,Responded\nC1,2026-03-02,no\nC2,2026-03-20,no\n"
    take(store, text, extract_date=date(2026, 3, 25))
    assert rows(store, ANSWERED) == [("C1", False, "file", True), ("C2", False, "file", False)]


def test_invitations_are_known_until_their_own_last_day(store: Store) -> None:
    take(store, "Customer ID,Sent at,Responded at\nC1,2026-03-02,2026-03-09\nC2,2026-03-05,\n")
    known = "select survey, known_on from invitations_known"
    assert rows(store, known) == [("relationship", date(2026, 3, 9))]
    take(
        store,
        "Customer ID,Sent at,Responded at\nC3,2026-03-02,2026-03-09\nC4,2026-03-05,\n",
        extract_date=date(2026, 3, 31),
    )
    assert rows(store, known) == [("relationship", date(2026, 3, 31))]


def test_every_row_has_one_end(store: Store) -> None:
    states = ["Sent", "Opened", "Finished", "Bounced", "Not sent", "whatever", ""]
    days = ["2026-03-02", "", "N", "yesterday", "2026-02-31"]
    lines = [f"I{n},{days[n % 5]},{states[n % 7]}" for n in range(140)]
    text = "Invitation ID,Sent at,Status\n" + "\n".join(lines) + "\n"
    report = take(store, text, kind="invitations")
    ends = report.accepted_count + report.refused_count + report.duplicate_count
    assert ends == report.row_count
    assert ends + report.left_out_count == 140
    good = [n for n in range(140) if n % 5 == 0 and states[n % 7] not in ("whatever", "Not sent")]
    assert report.accepted_count == len(good)
    assert rows(store, "select count(*) from invitation_outcomes") == [(len(good),)]
