"""Mail that leaves by itself: to whom it may, whole, once, whatever the server does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cxdata.access.rights import Right, Subject, grant
from cxdata.errors import AccessError, CxDataError, SettingsError
from cxdata.exports.mailing import sending
from cxdata.exports.mailing.sending import Sent, look_for_mail, send_due, send_test
from cxdata.exports.mailing.smtp import MailServer, see_mail_settings
from cxdata.followup.rhythm import Rhythm
from cxdata.i18n import translator
from cxdata.ingest.people.erasing import erase_person
from cxdata.models import Reader
from cxdata.outbox import (
    PAUSES,
    claim_mail,
    drop_mail,
    forget_mails,
    note_handed_over,
    outbox_counts,
    queue_mail,
    recorded_mails,
    retry_mail,
    told_problem,
    utc_now,
)
from cxdata.record import recorded_acts
from cxdata.record.carrying import restore_with_record
from cxdata.store.backups import backup_to_file
from cxdata.store.connection import Store
from tests.mail_server import BEFORE_THE_END, Faults, certificate, mail_server, mail_settings
from tests.stores import add, customers

PORT = 18601
ADMIN = Reader("eve@example.org", "administrator", may_see_people=True)
MANAGER = Reader("max@example.org", "manager")
MONDAYS = Rhythm("week", 0, datetime(2026, 1, 1, 7, 30).time())
SUNDAY = datetime(2026, 6, 28, 12)
HOSTILE = 'Late <b>"again"</b> & =1+1\n.\n..\nFrom me 😀 ' + "é" * 10_000


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    made = Faults()
    with mail_server(tmp_path_factory.mktemp("server"), PORT, made):
        yield made


@pytest.fixture
def folder(faults: Faults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    faults.arrived.clear()
    faults.to_come.clear()
    return next(it for it in tmp_path_factory.getbasetemp().glob("server*"))


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT))
    yield opened
    opened.close()


def queued(store: Store, key: str = "1", to: str = "ada@example.org", **options: object) -> str:
    with store.transaction() as con:
        made = queue_mail(
            con, "case", key, to, f"Case {key}", [HOSTILE], [("Open", "https://cx.example.org/1")],
            **options,  # type: ignore[arg-type]
        )  # fmt: skip
    assert made
    return made


def states(store: Store) -> dict[str, int]:
    return dict(Counter(recorded_mails(store)["state"].to_list()))


def problem(store: Store) -> str:
    message, _, values = told_problem(recorded_mails(store)["problem"][0])
    return message.format(**values)


def test_a_mail_arrives_whole_and_says_the_same_in_text_and_html(
    store: Store, faults: Faults
) -> None:
    mail_id = queued(store)
    done = send_due(store)
    assert (done.sent_count, done.problem, states(store)) == (1, None, {"sent": 1})
    [(to, message)] = faults.arrived
    assert (to, message["To"], message["From"]) == (
        "ada@example.org", "ada@example.org", "cx@example.org",
    )  # fmt: skip
    assert message["Message-ID"] == f"<{mail_id}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert html
    assert HOSTILE in text.get_content().replace("\r\n", "\n")
    assert "Late &lt;b&gt;&quot;again&quot;&lt;/b&gt; &amp; =1+1" in html.get_content()
    assert 'href="https://cx.example.org/1"' in html.get_content()
    assert all(len(it) < 900 for it in message.as_bytes().splitlines())
    with store.cursor() as con:  # what was said is kept no longer than it is needed
        assert con.execute("select letter from mails").fetchall() == [(None,)]
    act = recorded_acts(store, act="mail_sent").row(0, named=True)
    assert '"to": "ada@example.org"' in act["details"]


def test_no_header_is_smuggled_in(store: Store, faults: Faults) -> None:
    with store.transaction() as con:
        queue_mail(
            con, "case", "1", "ada@example.org", "Hi\r\nBcc: all@example.org\n\nX", ["\x00\ud800"],
            [("a\nb", "javascript:alert(1)")],
        )  # fmt: skip
    assert send_due(store).sent_count == 1
    [(_, message)] = faults.arrived
    assert message["Subject"] == "Hi Bcc: all@example.org X"
    assert message["Bcc"] is None
    html = message.get_body(("html",))
    assert html is not None
    assert "href" not in html.get_content()
    assert "javascript:alert(1)" in html.get_content()


def test_the_same_mail_is_put_in_once(store: Store) -> None:
    queued(store)
    with store.transaction() as con:
        assert queue_mail(con, "case", "1", "ADA@example.org", "Other", ["x"]) is None
    assert send_due(store).sent_count == 1
    with store.transaction() as con:
        assert queue_mail(con, "case", "1", "ada@example.org", "Other", ["x"]) is None
        assert queue_mail(con, "case", "2", "ada@example.org", "Other", ["x"])


def test_a_mail_of_a_transaction_that_fails_is_not_there(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as con:
            queue_mail(con, "case", "1", "ada@example.org", "S", ["x"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert recorded_mails(store).is_empty()


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("eve@elsewhere.org", "neither it nor its domain is on the list"),
        ("eve@sub.example.org", "neither it nor its domain is on the list"),
        ("eve@example.org.evil.net", "neither it nor its domain is on the list"),
        ("eve@example.org\nBcc: x@evil.net", "isn't the address of a mailbox"),
        ("Eve <eve@example.org>", "isn't the address of a mailbox"),
        ("eve@example.org, bob@example.org", "isn't the address of a mailbox"),
        ("eve", "isn't the address of a mailbox"),
        ("", "isn't the address of a mailbox"),
    ],
)
def test_nothing_goes_to_an_address_outside_the_list(
    store: Store, faults: Faults, to: str, said: str
) -> None:
    queued(store, to=to)
    assert send_due(store).dead_count == 1
    assert (states(store), faults.arrived) == ({"dead": 1}, [])
    assert said in problem(store)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"allowed": []}, "the list of allowed addresses and domains is empty"),
        ({"server": ""}, "no mail server is set"),
        ({"sender": ""}, "mails have no sender"),
        ({"password_file": ""}, "login has no password"),
        ({"password_file": "/nowhere/password"}, "can't be read: /nowhere/password"),
        ({"security": "none", "server": "mail.example.org"}, "would travel unencrypted"),
    ],
)
def test_without_what_it_needs_nothing_leaves_and_one_sentence_says_so(
    folder: Path, tmp_path: Path, faults: Faults, changes: dict[str, object], said: str
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT, **changes))
    queued(store)
    done = send_due(store)
    assert said in str(done.problem)
    assert (done.left.waiting_count, faults.arrived) == (1, [])
    with pytest.raises(SettingsError, match=said):
        see_mail_settings(store.file_settings.mail)
    store.close()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"port": 18699}, "can't be reached"),
        ({"user": "other"}, "doesn't accept the login of other: 535"),
        ({"certificate_file": ""}, "doesn't prove who it is"),
        ({"security": "tls"}, "can't be reached"),
        ({"server": "nowhere.invalid"}, "can't be reached"),
    ],
)
def test_a_server_that_is_not_there_or_not_itself_costs_all_an_attempt_and_loses_nothing(
    folder: Path, tmp_path: Path, faults: Faults, changes: dict[str, object], said: str
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT, **changes))
    queued(store), queued(store, "2")
    done = send_due(store)
    assert said in str(done.problem)
    assert (done.left.retried_count, faults.arrived) == (2, [])
    assert recorded_mails(store)["attempt_count"].to_list() == [1, 1]
    store.close()


def test_pauses_grow_and_stand_in_the_store_until_a_mail_is_dead(
    store: Store, faults: Faults
) -> None:
    queued(store)
    at = utc_now()
    for place, pause in enumerate(PAUSES):
        faults.to_come.append("rcpt_later")
        assert send_due(store, now=at).failed_count == 1, place
        assert recorded_mails(store)["next_at"][0] == at + pause
        assert send_due(store, now=at + pause - timedelta(seconds=1)) == Sent(
            left=outbox_counts(store)
        )
        at += pause
    faults.to_come.append("rcpt_later")
    assert send_due(store, now=at).dead_count == 1
    assert "451 Try again later" in problem(store)
    retry_mail(store, recorded_mails(store)["mail_id"][0])
    assert send_due(store).sent_count == 1
    assert len(faults.arrived) == 1


def test_what_a_server_never_takes_is_dead_at_once_and_the_others_go_on(
    store: Store, faults: Faults
) -> None:
    for key in "123":
        queued(store, key)
    faults.to_come.extend(["rcpt_never", "", "data_never"])
    done = send_due(store)
    assert (done.dead_count, done.sent_count) == (2, 1)
    [one, two] = recorded_mails(store)["mail_id"].to_list()[:2]
    drop_mail(store, one)
    assert states(store) == {"dropped": 1, "dead": 1, "sent": 1}
    for gone in (one, "nothing"):
        with pytest.raises(CxDataError, match="no mail"):
            retry_mail(store, gone)
    retry_mail(store, two)
    assert send_due(store).sent_count == 1


@pytest.mark.parametrize("fault", BEFORE_THE_END)
def test_a_fault_before_the_end_of_a_mail_loses_and_doubles_nothing(
    store: Store, faults: Faults, fault: str
) -> None:
    queued(store), queued(store, "2")
    faults.to_come.append(fault)  # type: ignore[arg-type]
    send_due(store)
    send_due(store, now=utc_now() + timedelta(minutes=2))
    arrived = [it["Message-ID"] for _, it in faults.arrived]
    assert len(arrived) == len(set(arrived)) == 2
    assert states(store) == {"sent": 2}


def test_a_server_that_says_nothing_in_time_gets_the_mail_later(
    folder: Path, tmp_path: Path, faults: Faults
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT, timeout_seconds=1))
    queued(store)
    faults.to_come.append("rcpt_slow")
    assert send_due(store).problem is not None
    assert (states(store), faults.arrived) == ({"waiting": 1}, [])
    assert send_due(store, now=utc_now() + timedelta(minutes=2)).sent_count == 1
    store.close()


@pytest.mark.parametrize("when", ["ask", "again"])
def test_a_line_that_breaks_while_a_mail_is_taken_leaves_it_to_a_person_or_to_the_settings(
    folder: Path, tmp_path: Path, faults: Faults, when: str
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT, when_unsure=when))
    queued(store), queued(store, "2")
    faults.to_come.append("taken_drop")
    done = send_due(store)
    assert (done.unsure_count, done.sent_count) == (1, 1)
    send_due(store, now=utc_now() + timedelta(days=1))
    arrived = Counter(it["Message-ID"] for _, it in faults.arrived)
    if when == "ask":
        assert states(store) == {"unsure": 1, "sent": 1}
        assert set(arrived.values()) == {1}
    else:  # twice, under one number
        assert states(store) == {"sent": 2}
        assert sorted(arrived.values()) == [1, 2]
    assert '"arrived": "unsure"' in str(recorded_acts(store, act="mail_sent")["details"].to_list())
    store.close()


def test_a_process_that_ends_between_two_steps_loses_and_doubles_nothing(
    store: Store, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(store)
    assert claim_mail(store, 10)  # and then it ends: nothing was said to the server
    assert states(store) == {"sending": 1}
    send_due(store)
    assert states(store) == {"waiting": 1}  # its attempt counts, so that it can't stop the others
    send_due(store, now=utc_now() + timedelta(minutes=2))
    assert (states(store), len(faults.arrived)) == ({"sent": 1}, 1)
    queued(store, "2")
    mail = claim_mail(store, 10)
    assert mail
    note_handed_over(store, mail)  # and then it ends: it may have arrived
    assert send_due(store, now=utc_now() + timedelta(days=1)).unsure_count == 1
    assert (states(store), len(faults.arrived)) == ({"sent": 1, "unsure": 1}, 1)


def test_a_step_that_cannot_be_kept_ends_the_mail_before_its_last_word(
    store: Store, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise CxDataError("no room")

    queued(store)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "note_handed_over", broken)
        send_due(store)
    assert faults.arrived == []


def test_no_more_leave_in_an_hour_than_the_settings_say(
    folder: Path, tmp_path: Path, faults: Faults
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT, most_per_hour=2))
    for key in "12345":
        queued(store, key)
    now = utc_now()
    assert send_due(store, now=now).sent_count == 2
    assert send_due(store, now=now + timedelta(minutes=59)).sent_count == 0
    assert send_due(store, now=now + timedelta(minutes=61)).sent_count == 2
    store.close()


def test_a_mail_that_names_people_goes_to_nobody_who_may_not_see_them(
    store: Store, faults: Faults
) -> None:
    grant(store, Right(Subject("person", "eve@example.org"), "administrator"))
    grant(store, Right(Subject("person", "ada@example.org"), "reader", may_see_people=True))
    grant(store, Right(Subject("person", "bob@example.org"), "reader"))
    for who in ("ada", "bob", "ida"):
        queued(store, to=f"{who}@example.org", names_people=True)
    assert send_due(store).sent_count == 1
    assert [to for to, _ in faults.arrived] == ["ada@example.org"]
    assert states(store) == {"dead": 2, "sent": 1}


def test_a_test_mail_is_sent_at_once_to_whom_mails_may_go(store: Store, faults: Faults) -> None:
    assert send_test(store, "ada@example.org", MANAGER, translator("fr")).sent_count == 1
    assert faults.arrived[0][1]["Subject"] == "Essai du courrier de ce tableau de bord"
    with pytest.raises(CxDataError, match="on the list"):
        send_test(store, "ada@elsewhere.org", MANAGER, translator("en"))
    with pytest.raises(AccessError):
        send_test(store, "ada@example.org", Reader("r", "reader"), translator("en"))


def test_old_mails_go_with_the_record(store: Store) -> None:
    queued(store)
    send_due(store)
    queued(store, "2")
    later = utc_now().date() + timedelta(days=400)
    assert forget_mails(store, 24, later) == 0
    assert forget_mails(store, 0, later) == 0
    assert forget_mails(store, 12, later) == 1
    assert states(store) == {"waiting": 1}


def test_a_restore_takes_no_mail_back(store: Store, faults: Faults, tmp_path: Path) -> None:
    queued(store)
    backup_to_file(store, tmp_path / "backup.duckdb")
    send_due(store)
    queued(store, "2")
    restore_with_record(store.path, tmp_path / "backup.duckdb")
    assert states(store) == {"sent": 1, "waiting": 1}
    assert send_due(store).sent_count == 1
    assert len(faults.arrived) == 2


def test_a_mail_that_waits_forgets_who_is_erased(store: Store) -> None:
    add(store, customers(3, name="Ada Lovelace"), "customers")
    with store.transaction() as con:
        queue_mail(con, "case", "1", "eve@example.org", "Ada Lovelace", ["Call Ada Lovelace"])
    erase_person(store, "C1")
    with store.cursor() as con:
        [(letter,)] = con.execute("select letter from mails").fetchall()
    assert "Lovelace" not in letter
    assert "Call …" in letter


def test_a_store_that_is_gone_stops_no_look(tmp_path: Path) -> None:
    place = tmp_path / "cx.duckdb"
    place.write_text("nothing")
    look_for_mail(place)


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_a_server_without_a_login_takes_mails_too(
    folder: Path, tmp_path: Path, security: str
) -> None:
    changes = {"user": "", "password_file": "", "security": security}
    store = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT + 2, **changes))
    queued(store)
    plain = Faults()
    with mail_server(folder, PORT + 2, plain, is_open=True):
        assert send_due(store).sent_count == 1
    assert len(plain.arrived) == 1
    store.close()


def test_the_line_says_goodbye_once(folder: Path) -> None:
    server = MailServer(mail_settings(folder, PORT).mail)
    assert server.connect() is server.connect()
    server.close()
    server.close()
    assert certificate(folder).exists()
