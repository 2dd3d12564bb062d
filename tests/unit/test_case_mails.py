"""Owners of cases are told by mail: once, with the import, and never of whom they may not see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests
from icalendar import Calendar

from cxdata.access.rights import Right, Subject, grant, revoke
from cxdata.cases.changing import change_case, change_cases
from cxdata.cases.listing import CaseChoice, recorded_cases
from cxdata.cases.rules import keep_rule, rule_called
from cxdata.cases.telling import digest_at, queue_digests, why_not_told
from cxdata.cases.watching import decide_hold, held_alerts
from cxdata.exports.calendar import as_case_calendar
from cxdata.exports.mailing.sending import send_due
from cxdata.i18n import translator
from cxdata.ingest import undo_batch
from cxdata.models import Scope
from cxdata.outbox import recorded_mails, told_problem, utc_now
from cxdata.store.connection import Store
from tests.mail_server import Faults, mail_server, mail_settings
from tests.stores import MIDDAY, add

PORT = 9401
ANN, BEN, OUT = "ann@example.org", "ben@example.org", "eve@elsewhere.net"
HOSTILE = "<img src=x onerror=alert(1)> \"Très\" 'mal' =1+1 & 😀\n.\n" + "é" * 9_900
ACCOUNTS = [
    {"customer_id": f"C{number}", "name": f"Firm {number}", "region": ("Nord", "Sud")[number % 2],
     "owner_email": (ANN, ANN, BEN, OUT)[number % 4], "is_strategic": number == 0,
     "started_on": "2020-01-01"}
    for number in range(12)
]  # fmt: skip


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    made = Faults()
    with mail_server(tmp_path_factory.mktemp("casemail"), PORT, made):
        yield made


@pytest.fixture
def store(
    faults: Faults, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Iterator[Store]:
    faults.arrived.clear()
    faults.to_come.clear()
    folder = next(it for it in tmp_path_factory.getbasetemp().glob("casemail*"))
    settings = mail_settings(folder, PORT)
    linked = replace(settings.mail, dashboard_url="https://cx.example.org")
    opened = Store.open(tmp_path / "cx.duckdb", replace(settings, mail=linked))
    add(opened, ACCOUNTS, "customers")
    for name in (ANN, BEN, OUT):
        grant(opened, Right(Subject("person", name), "manager", may_see_people=True))
    yield opened
    opened.close()


def answers(*scores: int, comment: str = "Late again") -> list[dict[str, object]]:
    return [
        {"response_id": f"R{place}", "customer_id": f"C{place}", "nps_score": score,
         "responded_at": MIDDAY + timedelta(minutes=place), "comment": comment}
        for place, score in enumerate(scores)
    ]  # fmt: skip


def queued(store: Store) -> list[tuple[str, str]]:
    mails = recorded_mails(store)
    return sorted(mails.select("recipient", "state").iter_rows())


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))  # type: ignore[arg-type]
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_each_owner_gets_one_mail_of_an_import_and_only_where_mail_may_go(
    store: Store, faults: Faults
) -> None:
    add(store, answers(0, 1, 2, 3, 9), "responses")
    assert recorded_cases(store).height == 4
    assert queued(store) == [(ANN, "waiting"), (BEN, "waiting")]
    assert add(store, answers(0, 1, 2, 3, 9), "responses").case_count == 0
    assert send_due(store).sent_count == 2
    told = dict(faults.arrived)
    assert told[BEN]["Subject"] == "Dossier 3 · Firm 2"
    assert told[ANN]["Subject"] == "2 nouveaux dossiers pour vous"
    text = text_of(told[ANN])
    assert text.index("Firm 0") < text.index("Firm 1")  # the urgent one first
    assert "Late again" in text
    assert "https://cx.example.org/cases?case=1" in text
    assert "Firm 2" not in text
    assert send_due(store).sent_count == 0
    refused = why_not_told(store, OUT)
    assert refused is not None
    assert "neither it nor its domain" in refused.message
    assert why_not_told(store, ANN) is None


def test_a_comment_is_text_in_the_mail(store: Store, faults: Faults) -> None:
    add(store, answers(9, 9, 0, comment=HOSTILE), "responses")
    assert send_due(store).sent_count == 1
    [(_, message)] = faults.arrived
    assert HOSTILE.strip() in text_of(message)
    html = text_of(message, "html")
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &quot;Très&quot;" in html
    assert "é" * 9_900 in html


def test_nobody_is_told_of_whom_they_may_not_see(store: Store, faults: Faults) -> None:
    """Ann sees one region, Ben no names: he gets nothing, she only of whom she sees."""
    revoke(store, Subject("person", BEN))
    grant(store, Right(Subject("person", BEN), "manager"))
    north = Scope.of({"region": ("Nord",)})
    grant(store, Right(Subject("person", ANN), "manager", north, may_see_people=True))
    add(store, answers(0, 0, 0), "responses")
    assert queued(store) == [(ANN, "waiting")]
    refused = why_not_told(store, BEN)
    assert refused is not None
    assert "may not see names" in refused.message
    assert send_due(store).sent_count == 1
    [(_, message)] = faults.arrived
    assert "Firm 0" in message["Subject"]
    assert "Firm 1" not in text_of(message)


def test_rights_count_as_they_are_when_the_mail_leaves(store: Store, faults: Faults) -> None:
    south = Scope.of({"region": ("Sud",)})
    add(store, answers(0, 9, 0), "responses")
    grant(store, Right(Subject("person", ANN), "manager", south, may_see_people=True))
    revoke(store, Subject("person", BEN))
    done = send_due(store)
    assert (done.sent_count, done.dead_count, faults.arrived) == (0, 2, [])
    problems = {told_problem(it)[0] for it in recorded_mails(store)["problem"]}
    assert problems == {
        "{name} may not see the cases that this mail is about.",
        "Nobody has given {name} rights here yet.",
    }


def test_what_is_undone_or_settled_before_the_mail_leaves_is_not_told(
    store: Store, faults: Faults
) -> None:
    batch = add(store, answers(0, 9, 0), "responses").batch_id
    assert batch is not None
    change_case(store, 2, {"status": "resolved"}, changed_by=BEN)
    undo_batch(store, batch)
    done = send_due(store)
    assert (done.sent_count, done.dead_count, faults.arrived) == (0, 0, [])
    assert queued(store) == [(ANN, "dropped"), (BEN, "dropped")]
    assert done.left.needs_somebody == 0


def test_a_rule_says_whether_anybody_is_told(store: Store) -> None:
    for code in ("strategic_detractor", "very_low_score"):
        keep_rule(store, replace(rule_called(store, code), alert_by="digest"))
    add(store, answers(0, 1, 2), "responses")
    assert queued(store) == []


def test_where_no_mail_leaves_none_waits_for_the_day_on_which_it_does(
    store: Store, tmp_path: Path
) -> None:
    silent = Store.open(tmp_path / "silent.duckdb")
    add(silent, ACCOUNTS, "customers")
    grant(silent, Right(Subject("person", ANN), "manager", may_see_people=True))
    assert add(silent, answers(0), "responses").case_count == 1
    assert queued(silent) == []
    assert why_not_told(silent, ANN) is None
    silent.close()


def test_whoever_is_given_cases_by_hand_is_told_once_unless_they_took_them(
    store: Store, faults: Faults
) -> None:
    add(store, answers(9, 9, 1, 1, 9, 9, 1), "responses")  # C2 and C6 are Ben's, C3 is Eve's
    send_due(store)
    faults.arrived.clear()
    cases = recorded_cases(store).sort("case_number")
    numbers = cases.filter(owner_email=BEN)["case_number"].to_list()
    change_cases(store, dict.fromkeys(numbers), {"owner_email": ANN}, changed_by=BEN)
    assert send_due(store).sent_count == 1
    [(recipient, message)] = faults.arrived
    assert recipient == ANN
    assert "2 nouveaux dossiers pour vous" in str(message["Subject"])
    change_case(store, numbers[0], {"owner_email": BEN}, changed_by=BEN)  # took it
    change_case(store, numbers[1], {"owner_email": ANN, "note": "again"}, changed_by=BEN)
    change_case(store, numbers[1], {"owner_email": OUT}, changed_by=ANN)  # no mail may go there
    change_case(store, numbers[1], {"owner_email": BEN, "status": "closed"}, changed_by=ANN)
    assert send_due(store).sent_count == 0
    assert why_not_told(store, OUT) is not None


def test_a_held_rule_tells_when_somebody_says_yes(store: Store) -> None:
    store.change_settings({"cases.most_at_once": 1})
    add(store, answers(9, 0, 1), "responses")
    assert queued(store) == []
    [hold] = held_alerts(store)
    decide_hold(store, hold.hold_id, is_taken=True, decided_by=ANN)
    assert queued(store) == [(ANN, "waiting"), (BEN, "waiting")]


def test_once_a_week_each_owner_gets_what_is_to_do(store: Store, faults: Faults) -> None:
    add(store, answers(0, 1, 2), "responses")
    send_due(store)
    faults.arrived.clear()
    change_case(store, 3, {"status": "closed"}, changed_by=BEN)
    monday = datetime(2030, 1, 7, 7)  # 8 in the morning in Paris
    assert digest_at(store.settings, monday) == datetime(2030, 1, 7, 6, 30)
    assert digest_at(store.settings, monday - timedelta(hours=1)) is None
    assert queue_digests(store, datetime(2024, 1, 8, 7)) == 0  # nobody had any then
    assert queue_digests(store, monday) == 1
    assert queue_digests(store, monday + timedelta(hours=1)) == 0
    send_due(store, now=monday)
    [(to, message)] = faults.arrived
    assert to == ANN
    assert message["Subject"].startswith("2 dossiers à traiter")
    assert "Late again" in text_of(message)
    store.change_settings({"cases.digest_days": []})
    assert digest_at(store.settings, monday) is None


def test_due_dates_of_unfinished_cases_are_a_calendar_without_comments(store: Store) -> None:
    add(store, answers(0, 1, 2, comment=HOSTILE), "responses")
    change_case(store, 3, {"status": "closed"}, changed_by=BEN)
    made = as_case_calendar(
        recorded_cases(store, CaseChoice("all")), "https://cx.example.org", translator("fr")
    )
    events = Calendar.from_ical(made).walk("VEVENT")
    case = recorded_cases(store, CaseChoice())
    assert {str(it["summary"]) for it in events} == {
        "Échéance\u00a0: Dossier 1 · Firm 0", "Échéance\u00a0: Dossier 2 · Firm 1",
    }  # fmt: skip
    assert {it["dtstart"].dt.replace(tzinfo=None) for it in events} == set(case["due_at"])
    assert {str(it["url"]) for it in events} >= {"https://cx.example.org/cases?case=1"}
    assert b"onerror" not in made


@pytest.fixture
def chat(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store with a chat on Teams that the rule of low scores tells; what is posted is kept."""
    place = tmp_path / "chats"
    place.write_text(
        "# of the care team\ncare = workflows://teams.example.org:443/wf/secret-sig/\n"
    )
    settings = store.file_settings
    named = replace(settings, mail=replace(settings.mail, chats_file=str(place)))
    monkeypatch.setattr(store, "_base_settings", named)
    keep_rule(store, replace(rule_called(store, "very_low_score"), chat="care", alert_by="none"))
    grant(store, Right(Subject("person", "chat:care"), "reader", may_see_people=True))
    return store


class Answer:
    """What the server of a chat says."""

    def __init__(self, status_code: int) -> None:
        self.status_code, self.content, self.text = status_code, b"", ""


def posting(monkeypatch: pytest.MonkeyPatch, *codes: int) -> list[dict[str, Any]]:
    posted: list[dict[str, Any]] = []
    left = list(codes)

    def post(url: str, **said: Any) -> Answer:
        posted.append({"url": url, **json.loads(said["data"])})
        return Answer(left.pop(0) if left else 202)

    monkeypatch.setattr(requests, "post", post)
    return posted


def test_a_chat_is_told_as_text_once_and_again_after_a_failure(
    chat: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    posted = posting(monkeypatch, 500)
    comment = (
        'Late <b>"again"</b> **now** [a](http://x.y) <at>boss</at> <!channel> 😀 ' + "é" * 9_900
    )
    add(chat, answers(9, 1, 2, comment=comment), "responses")
    assert queued(chat) == [("chat:care", "waiting")]
    done = send_due(chat)
    assert (done.sent_count, done.failed_count) == (0, 1)
    assert send_due(chat, now=utc_now() + timedelta(minutes=5)).sent_count == 1
    assert [it["url"] for it in posted] == [posted[0]["url"]] * 2
    [_, body] = [it["attachments"][0]["content"] for it in posted]
    assert "entities" not in body["msteams"]  # nobody is called by what a customer wrote
    text = body["body"][-1]["text"]
    assert "\\*\\*now\\*\\*" in text
    assert "</at>" not in text
    assert "\\[a\\]" in text
    assert '"again"' in text.replace("\\", "")
    assert "😀" in text
    assert "é" * 9_900 in text
    assert len(text.encode()) < 28_000
    assert "secret-sig" not in caplog.text
    with chat.cursor() as con:
        assert con.execute("select count(*) from mails where letter is not null").fetchall() == [
            (0,)
        ]


def test_a_chat_without_rights_or_place_is_told_nothing(
    chat: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = posting(monkeypatch)
    keep_rule(chat, replace(rule_called(chat, "strategic_detractor"), chat="board"))
    revoke(chat, Subject("person", "chat:care"))
    add(chat, answers(9, 1, 1), "responses")
    assert queued(chat) == []
    grant(chat, Right(Subject("person", "chat:board"), "reader", may_see_people=True))
    add(chat, answers(0), "responses")
    assert ("chat:board", "waiting") in queued(chat)
    assert send_due(chat).dead_count == 1
    assert posted == []
