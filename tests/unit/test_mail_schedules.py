"""Mails on a schedule: due once, for the right day, with each recipient's own rights."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from cxdata.access.rights import Right, Subject, grant, revoke
from cxdata.config import Settings, load_settings
from cxdata.errors import AccessError, CxDataError
from cxdata.exports.mailing.letters import filters_now
from cxdata.exports.mailing.sending import send_due
from cxdata.followup.mail_schedules import (
    MailRecipe,
    Recipient,
    RelativeFilters,
    change_schedule,
    delete_schedule,
    known_recipients,
    pause_schedule,
    queue_due,
    recipe_json,
    recipe_of,
    recorded_schedules,
    save_schedule,
    schedule_called,
    schedule_history,
    send_now,
)
from cxdata.followup.rhythm import Rhythm, latest_occasion, next_occasion
from cxdata.i18n import translator
from cxdata.models import EVERYTHING, Reader, Scope
from cxdata.outbox import OutboxCounts, queue_mail, recorded_mails, told_problem, utc_now
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from cxdata.tables.mails import (
    due_text,
    mailing_line,
    outbox_text,
    problem_text,
    schedule_act_parts,
    schedule_text,
)
from tests.mail_server import Faults, mail_server, mail_settings
from tests.stores import add, answers, customers, withhold_nothing

PORT = 18602
EVE = Reader("eve@example.org", "administrator", may_see_people=True)
MAX = Reader("max@example.org", "manager")
EARLY, NIGHT = time(7, 30), time(2, 30)
MONDAYS = Rhythm("week", 0, EARLY)
SUNDAY = datetime(2026, 6, 28, 12)
ADA, BOB = Recipient("ada@example.org", "en"), Recipient("bob@example.org", "fr")


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    made = Faults()
    with mail_server(tmp_path_factory.mktemp("schedules"), PORT, made):
        yield made


@pytest.fixture(scope="module")
def folder(faults: Faults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return next(iter(tmp_path_factory.getbasetemp().glob("schedules*")))


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Iterator[Store]:
    """Ada sees all and people, Bob the figures of one segment, without names."""
    opened = Store.open(tmp_path / "cx.duckdb", mail_settings(folder, PORT))
    grant(opened, Right(Subject("person", "eve@example.org"), "administrator"))
    grant(opened, Right(Subject("person", "ada@example.org"), "reader", may_see_people=True))
    home = Scope.of({"segment": ["Home"]})
    grant(opened, Right(Subject("person", "bob@example.org"), "reader", home))
    yield opened
    opened.close()


def recipe(*recipients: Recipient, **changes: Any) -> MailRecipe:
    return replace(MailRecipe("Board", MONDAYS, recipients or (ADA,)), **changes)


@pytest.fixture(scope="module")
def firm() -> Settings:
    return load_settings().changed({"firm.closing_days": ["2026-05-04 Bridge"]})


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        (MONDAYS, SUNDAY, datetime(2026, 6, 29, 5, 30)),
        (MONDAYS, datetime(2026, 6, 29, 5, 30), datetime(2026, 7, 6, 5, 30)),
        (MONDAYS, datetime(2026, 12, 6), datetime(2026, 12, 7, 6, 30)),  # an hour on: winter
        # At 2:00 the clocks go to 3:00: 2:30 is 3:30. In October it comes twice: the first.
        (Rhythm("week", 6, NIGHT), datetime(2026, 3, 28), datetime(2026, 3, 29, 1, 30)),
        (Rhythm("week", 6, NIGHT), datetime(2026, 10, 24), datetime(2026, 10, 25, 0, 30)),
        (Rhythm("week", 6, NIGHT), datetime(2026, 10, 25, 0, 30), datetime(2026, 11, 1, 1, 30)),
        (Rhythm("month", 1, EARLY), SUNDAY, datetime(2026, 7, 1, 5, 30)),
        (Rhythm("month", 31, EARLY), SUNDAY, datetime(2026, 6, 30, 5, 30)),
        (Rhythm("month", 31, EARLY), datetime(2026, 2, 1), datetime(2026, 2, 28, 6, 30)),
        # 1 May is a holiday, 4 May a closing day, 2 and 3 May a weekend; 8 May a holiday.
        (Rhythm("working_day", 1, EARLY), datetime(2026, 5, 1), datetime(2026, 5, 5, 5, 30)),
        (Rhythm("working_day", 4, EARLY), datetime(2026, 5, 1), datetime(2026, 5, 11, 5, 30)),
        (Rhythm("working_day", 24, EARLY), datetime(2026, 5, 1), datetime(2026, 5, 29, 5, 30)),
        (
            Rhythm("meeting", 2, EARLY, date(2026, 12, 10)),
            SUNDAY,
            datetime(2026, 12, 8, 6, 30),
        ),
        (Rhythm("meeting", 2, EARLY, date(2026, 6, 28)), SUNDAY, None),
    ],
)
def test_it_is_due_at_the_local_time_of_the_firm(
    firm: Settings, rhythm: Rhythm, after: datetime, expected: datetime | None
) -> None:
    assert next_occasion(rhythm, firm, after) == expected
    if expected:
        minute = timedelta(minutes=1)
        assert latest_occasion(rhythm, firm, after, expected) == expected
        assert latest_occasion(rhythm, firm, expected, expected + minute) is None
        assert latest_occasion(rhythm, firm, expected - minute, expected - minute) is None


@pytest.mark.parametrize(
    "rhythm",
    [
        Rhythm("week", 7, EARLY),
        Rhythm("month", 0, EARLY),
        Rhythm("working_day", 25, EARLY),
        Rhythm("meeting", 2, EARLY),
        Rhythm("week", 1, EARLY, date(2026, 1, 1)),
    ],
)
def test_a_rhythm_that_never_is_is_refused(rhythm: Rhythm) -> None:
    with pytest.raises(CxDataError, match="can't be due like that"):
        rhythm.see_possible()


def test_an_occasion_is_sent_once_to_each_and_of_missed_ones_the_last(store: Store) -> None:
    save_schedule(store, recipe(ADA, BOB), EVE, now=SUNDAY)
    assert queue_due(store, SUNDAY + timedelta(hours=1)) == 0
    assert queue_due(store, SUNDAY + timedelta(days=1)) == 2
    assert queue_due(store, SUNDAY + timedelta(days=1)) == 0
    with store.transaction() as con:  # as a restore of an older backup has it
        con.execute("update mail_schedules set considered_until = $at", {"at": SUNDAY})
    assert queue_due(store, SUNDAY + timedelta(days=1)) == 0
    assert queue_due(store, SUNDAY + timedelta(days=36)) == 2  # down for five weeks
    assert queue_due(store, SUNDAY + timedelta(days=36)) == 0
    last = datetime(2026, 8, 3, 5, 30)
    assert recorded_mails(store)["occasion_at"].max() == last


def test_what_was_due_while_it_was_paused_or_before_a_meeting_that_is_over_is_not_sent(
    store: Store,
) -> None:
    made = save_schedule(store, recipe(), EVE, now=SUNDAY)
    pause_schedule(store, made, EVE, is_paused=True, now=SUNDAY)
    assert recorded_schedules(store)[0].next_at(store, SUNDAY) is None
    assert queue_due(store, SUNDAY + timedelta(days=8)) == 0
    pause_schedule(store, made, EVE, is_paused=False, now=SUNDAY + timedelta(days=8, hours=1))
    assert queue_due(store, SUNDAY + timedelta(days=9)) == 0
    assert queue_due(store, SUNDAY + timedelta(days=15)) == 1
    meeting = Rhythm("meeting", 2, EARLY, date(2026, 12, 10))
    save_schedule(store, recipe(title="Meeting", rhythm=meeting), EVE, now=SUNDAY)
    pause_schedule(store, made, EVE, is_paused=True)
    assert queue_due(store, datetime(2026, 12, 11)) == 0
    acts = recorded_acts(store, act="mails_scheduled")["details"].to_list()
    assert len(acts) == 5


def test_a_schedule_that_is_deleted_takes_the_mails_with_it_that_wait(store: Store) -> None:
    made = save_schedule(store, recipe(), MAX, now=SUNDAY)
    assert send_now(store, made, MAX, signed="max@example.org") == 1
    delete_schedule(store, made, MAX)
    assert recorded_mails(store)["state"].to_list() == ["dropped"]
    assert recorded_schedules(store) == []
    with pytest.raises(CxDataError, match="no schedule"):
        send_now(store, made, MAX)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " \n"}, "needs a title"),
        ({"recipients": ()}, "1 to 100 recipients"),
        ({"recipients": (Recipient("nobody", "en"),)}, "isn't the address"),
        ({"recipients": (Recipient("ada@elsewhere.org", "en"),)}, "on the list"),
        ({"recipients": (Recipient("new@example.org", "en"),)}, "has no rights here"),
        ({"rhythm": Rhythm("week", 9, EARLY)}, "can't be due"),
        ({"rhythm": Rhythm("meeting", 0, EARLY, date(2026, 1, 1))}, "That day is past"),
    ],
)
def test_what_can_never_be_sent_is_refused_at_once(
    store: Store, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(CxDataError, match=said):
        save_schedule(store, recipe(**changes), EVE, now=SUNDAY)
    assert recorded_schedules(store) == []


def test_a_schedule_is_changed_keeps_its_history_and_drops_what_waits_for_who_left(
    store: Store,
) -> None:
    made = save_schedule(store, recipe(ADA, BOB), EVE, now=SUNDAY)
    seen = schedule_called(store, made).recipe
    assert queue_due(store, SUNDAY + timedelta(days=1)) == 2
    wednesday = SUNDAY + timedelta(days=3)
    tuesdays = Rhythm("week", 1, EARLY)
    changed = replace(seen, title="Board of June", rhythm=tuesdays, recipients=(ADA,))
    assert change_schedule(store, made, seen, EVE, seen=seen) == ()
    said = change_schedule(store, made, changed, EVE, seen=seen, now=wednesday)
    assert said == ("title", "rhythm", "recipients")
    [kept] = recorded_schedules(store)
    assert (kept.schedule_id, kept.recipe) == (made, changed)
    assert kept.next_at(store, wednesday) == datetime(2026, 7, 7, 5, 30)
    assert queue_due(store, wednesday) == 0  # Tuesday was before it was one
    mails = recorded_mails(store).select("recipient", "state").rows()
    assert set(mails) == {("ada@example.org", "waiting"), ("bob@example.org", "dropped")}
    with pytest.raises(CxDataError, match="nothing is overwritten"):
        change_schedule(store, made, replace(seen, title="Other"), EVE, seen=seen)
    history = schedule_history(store, made)
    assert [(it["what"], it["fields"]) for it in history] == [("changed", list(said)), ("set", [])]
    told = schedule_act_parts(history[0], "Europe/Paris", translator("fr"))
    assert told[2:] == [
        "modifié\xa0: Titre, Quand, Destinataires",
        "ada@example.org",
    ]
    assert schedule_act_parts(history[1], "Europe/Paris", translator("en"))[2:] == [
        "set",
        "ada@example.org, bob@example.org",
    ]
    past = replace(changed, rhythm=Rhythm("meeting", 2, EARLY, date(2026, 6, 1)))
    with pytest.raises(CxDataError, match="That day is past"):
        change_schedule(store, made, past, EVE, seen=changed, now=wednesday)


def test_who_gives_no_rights_changes_a_schedule_but_not_what_addresses_without_rights_see(
    store: Store,
) -> None:
    new = Recipient("new@example.org", "en")
    made = save_schedule(store, recipe(new, outside_scope=EVERYTHING), EVE, now=SUNDAY)
    seen = schedule_called(store, made).recipe
    renamed = replace(seen, title="Other")
    assert change_schedule(store, made, renamed, MAX, seen=seen) == ("title",)
    more = (*seen.recipients, Recipient("more@example.org", "en"))
    home = Scope.of({"segment": ["Home"]})
    for changed in (
        replace(renamed, recipients=more),
        replace(renamed, outside_scope=home),
    ):
        with pytest.raises(AccessError):
            change_schedule(store, made, changed, MAX, seen=renamed)
    with pytest.raises(AccessError):
        change_schedule(store, made, replace(seen, title="x"), Reader("r", "reader"), seen=seen)
    assert change_schedule(
        store, made, replace(renamed, outside_scope=home), EVE, seen=renamed
    ) == ("outside_scope",)


def test_only_who_gives_rights_lets_addresses_without_rights_see_anything(store: Store) -> None:
    outside = recipe(Recipient("new@example.org", "en"), outside_scope=EVERYTHING)
    for reader in (MAX, Reader("r", "reader"), replace(MAX, scope=Scope.of({"region": ["Nord"]}))):
        with pytest.raises(AccessError):
            save_schedule(store, outside, reader, now=SUNDAY)
    save_schedule(store, outside, EVE, now=SUNDAY)
    assert recorded_schedules(store)[0].recipe.recipients[0].is_outside
    assert known_recipients(store) == [f"{it}@example.org" for it in ("ada", "bob", "eve")]


def test_a_recipe_is_kept_as_it_is() -> None:
    filters = RelativeFilters(period="last_month", segment=("Home", 'a"b'), survey="transactional")
    scope = Scope.of({"segment": ["Home"]})
    kept = recipe(
        ADA, replace(BOB, is_outside=True), filters=filters, outside_scope=scope, with_names=True
    )  # fmt: skip
    assert recipe_of(recipe_json(kept)) == kept


@pytest.mark.parametrize(
    ("period", "first_on", "last_on"),
    [
        ("12m", date(2025, 6, 16), date(2026, 6, 15)),
        ("last_month", date(2026, 5, 1), date(2026, 5, 31)),
        ("last_quarter", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_the_period_moves_on_with_the_data(
    store: Store, period: str, first_on: date, last_on: date
) -> None:
    filters = RelativeFilters(period=period)
    assert filters_now(store, filters).period is None
    add(store, [{**answers([9])[0], "responded_at": datetime(2026, 6, 15, 9)}], "responses")
    found = filters_now(store, filters).period
    assert found
    assert (found.first_on, found.last_on) == (first_on, last_on)


def workbook_text(message: EmailMessage) -> str:
    [part] = [it for it in message.iter_attachments() if str(it.get_filename()).endswith("xlsx")]
    with zipfile.ZipFile(io.BytesIO(part.get_content())) as file:
        return "".join(file.read(it).decode("utf-8", "replace") for it in file.namelist())


def test_each_recipient_gets_what_their_rights_reach_in_their_language(
    store: Store, faults: Faults
) -> None:
    withhold_nothing(store)
    store.change_settings({"churn.bootstrap_count": 100})
    rows = [
        {**it, "customer_id": f"{segment}-{it['customer_id']}", "name": f"{segment} person"}
        for segment in ("Home", "Plants")
        for it in customers(12, 3, segment=segment)
    ]
    add(store, rows, "customers")
    said = answers([3, 2, 9, 0] * 3)
    add(
        store,
        [
            {**it, "response_id": f"{segment}{n}", "customer_id": f"{segment}-C{n}"}
            for segment in ("Home", "Plants")
            for n, it in enumerate(said)
        ],
        "responses",
    )
    ida, tim = Recipient("ida@example.org", "en"), Recipient("tim@example.org", "fr")
    grant(store, Right(Subject("person", "tim@example.org"), "reader"))
    made = save_schedule(
        store,
        recipe(
            ADA,
            BOB,
            ida,
            tim,
            sections=("churn_cost",),
            faces=("xlsx",),
            with_names=True,
            filters=RelativeFilters(period="all"),
            outside_scope=EVERYTHING,
        ),
        EVE,
        signed="eve@example.org",
    )
    send_now(store, made, EVE)
    revoke(store, Subject("person", "tim@example.org"))  # no outsider by that
    done = send_due(store)
    assert (done.sent_count, done.dead_count) == (3, 1)
    by_address = {to.partition("@")[0]: message for to, message in faults.arrived}
    books = {name: workbook_text(message) for name, message in by_address.items()}
    assert by_address.keys() == {"ada", "bob", "ida"}
    assert {name for name, it in books.items() if "Home person" in it} == {"ada"}
    assert {name for name, it in books.items() if "Limit" in it and "Home" in it} == {"bob"}
    assert by_address["bob"]["Content-Language"] == "fr"
    assert [it["X-Unsent"] for it in by_address.values()] == [None] * 3
    body = by_address["ada"].get_body(("plain",))
    assert body is not None
    assert "This mail is sent by itself: Board." in body.get_content()
    assert "eve@example.org has set it up." in body.get_content()
    [failed] = [it for it in recorded_mails(store).to_dicts() if it["state"] == "dead"]
    assert "rights here yet" in told_problem(failed["problem"])[0]
    assert "droits" in problem_text(failed, translator("fr"))
    exported = recorded_acts(store, act="people_exported")["details"].to_list()
    assert len(exported) == 1
    assert "ada@example.org" in exported[0]


def test_a_late_mail_says_so_and_one_that_is_too_large_is_not_sent(
    folder: Path, tmp_path: Path, faults: Faults
) -> None:
    settings = mail_settings(folder, PORT, most_attachment_megabytes=0.1)
    settings = replace(settings, mail=replace(settings.mail, most_attachment_bytes=100))
    store = Store.open(tmp_path / "cx.duckdb", settings)
    grant(store, Right(Subject("person", "eve@example.org"), "administrator"))
    grant(store, Right(Subject("person", "ada@example.org"), "reader"))
    faults.arrived.clear()
    started = utc_now() - timedelta(days=14)
    save_schedule(store, recipe(sections=("methods",), faces=()), EVE, now=started)
    save_schedule(store, recipe(title="Large", faces=("xlsx",)), EVE, now=started)
    store.change_settings({"mail.most_attachment_megabytes": 50})  # the file alone says it
    done = send_due(store)
    assert (done.queued_count, done.sent_count, done.dead_count) == (2, 1, 1)
    [(_, message)] = faults.arrived
    body = message.get_body(("plain",))
    assert body is not None
    assert "it could not be sent then" in body.get_content()
    message_text = told_problem(recorded_mails(store)["problem"][0])[0]
    assert message_text == "The attachments have {size} MB; {most} MB are the most."
    store.close()


def test_schedules_are_told_in_words(store: Store) -> None:
    made = save_schedule(store, recipe(ADA, BOB), EVE, now=SUNDAY)
    [schedule] = recorded_schedules(store)
    assert schedule.schedule_id == made
    at = schedule.next_at(store, SUNDAY)
    en, fr = translator("en"), translator("fr")
    assert schedule_text(schedule, at, "Europe/Paris", en) == (
        "Board · every Monday at 07:30 · 2 recipients · next: 29 Jun 2026, 07:30"
    )
    assert due_text(MONDAYS, fr) == "chaque lundi à 07:30"
    assert due_text(Rhythm("month", 31, EARLY), en) == ("on the last day of each month at 07:30")
    meeting = Rhythm("meeting", 2, EARLY, date(2026, 12, 10))
    assert due_text(meeting, fr) == "2 jours avant la réunion du 10 décembre 2026, à 07:30"
    with store.transaction() as con:
        queue_mail(con, "alert_of_a_later_version", "1", "ada@example.org", "S", ["x"])
    [row] = recorded_mails(store).to_dicts()
    said = outbox_text(row, "Europe/Paris", en)
    assert said.startswith("Waits · ada@example.org · alert_of_a_later_version · ")
    line = mailing_line(1, None, OutboxCounts(1, 2, 3, 4), "Europe/Paris", en)
    assert line == "Sent by mail · 1 schedule · 3 mails wait · 7 mails need a decision"
