"""Sending what is due: one at a time in the process that owns the store, each step kept.

What is guaranteed: a mail that surely didn't leave is tried again after growing pauses, until it
is dead and shown. One that may have left isn't sent again by itself: if the process or the line
ends between the last word of a mail and the server's answer, it is ``unsure`` and waits for a
person (``mail.when_unsure``: or is sent again, with the same Message-ID).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from cxdata.access.acts import see_may
from cxdata.cases.telling import queue_digests
from cxdata.errors import CxDataError, SettingsError, StoreError
from cxdata.exports.mailing.case_letters import case_letter
from cxdata.exports.mailing.chats import post_to_chat
from cxdata.exports.mailing.letters import composed_mail
from cxdata.exports.mailing.smtp import MailFault, MailServer, see_mail_settings
from cxdata.followup.mail_schedules import queue_due, recorded_schedules
from cxdata.i18n import Translator
from cxdata.log import log_refusal
from cxdata.models import Reader
from cxdata.outbox import (
    CHAT_PREFIX,
    Mail,
    NothingToSay,
    OutboxCounts,
    claim_mail,
    forget_mails,
    is_mail_due,
    note_failed,
    note_handed_over,
    note_needless,
    note_sent,
    note_unsure,
    outbox_counts,
    postpone_due,
    queue_mail,
    recover_mails,
    see_address,
    utc_now,
)
from cxdata.store.connection import Store

FIRST_LOOK_SECONDS = 20.0
LOOK_SECONDS = 30.0
STOP_SECONDS = 5.0

log = logging.getLogger(__name__)

_turns: dict[Path, threading.Lock] = {}
_turns_lock = threading.Lock()
_wake = threading.Event()


@dataclass(frozen=True)
class Sent:
    """What became of the mails of one run; ``problem``: why none could leave.

    ``left`` is the state of the outbox afterwards.
    """

    sent_count: int = 0
    failed_count: int = 0
    dead_count: int = 0
    unsure_count: int = 0
    queued_count: int = 0
    problem: CxDataError | None = None
    left: OutboxCounts = field(default_factory=OutboxCounts)


def send_due(store: Store, *, only: str | None = None, now: datetime | None = None) -> Sent:
    """Put into the outbox what schedules have due, and send what waits there and may leave now.

    Parameters
    ----------
    only
        The mail_id of the one mail that is wanted.

    Raises
    ------
    StoreError
        If the store can't be read or written.
    """
    with _turn(store):
        at = now or utc_now()
        settings = store.file_settings.mail
        done = Sent(unsure_count=recover_mails(store, settings.when_unsure, at))
        try:
            see_mail_settings(settings)
        except SettingsError as error:
            # Nothing is put in that would leave in a heap once it can.
            is_wanted = is_mail_due(store, at) or bool(recorded_schedules(store))
            problem = error if is_wanted else None
            return replace(done, problem=problem, left=outbox_counts(store))
        done = (
            done
            if only
            else replace(done, queued_count=queue_due(store, at) + queue_digests(store, at))
        )
        if is_mail_due(store, at):
            done = _sent(store, done, only, now)
        forget_mails(store, store.settings.privacy.record_months, at.date())
        return replace(done, left=outbox_counts(store))


def _sent(store: Store, done: Sent, only: str | None, now: datetime | None) -> Sent:
    """One mail after the other, until none is due, enough have left, or the server is gone."""
    settings = store.file_settings.mail
    server = MailServer(settings)
    try:
        while mail := claim_mail(store, settings.most_per_hour, only=only, now=now):
            try:
                done = _one(store, server, mail, done, now)
            except MailFault as error:
                if only is None:
                    postpone_due(store, error, now)
                return replace(done, failed_count=done.failed_count + 1, problem=error)
    finally:
        server.close()
    return done


def _one(store: Store, server: MailServer, mail: Mail, done: Sent, now: datetime | None) -> Sent:
    """What became of one mail.

    Raises
    ------
    MailFault
        If the server is gone, so that no other mail need be tried.
    """
    settings = store.file_settings.mail
    try:
        note_leaving = partial(note_handed_over, store, mail, now)
        if mail.recipient.startswith(CHAT_PREFIX):
            post_to_chat(settings, mail.recipient, case_letter(store, mail), note_leaving)
        else:
            see_address(settings, mail.recipient)
            message = composed_mail(store, mail, now or utc_now())
            server.hand_over(message, mail.recipient, note_leaving)
    except MailFault as fault:
        if fault.known == "unsure":
            note_unsure(store, mail, settings.when_unsure, now)
            return replace(done, unsure_count=done.unsure_count + 1)
        state = note_failed(store, mail, fault, for_good=fault.known == "never", now=now)
        if fault.known == "server":
            raise
        return _failed(done, is_dead=state == "dead")
    except NothingToSay:
        note_needless(store, mail, now)
        return done
    except CxDataError as error:
        # Trouble of the store or the settings passes; rights, addresses, sizes don't by themselves.
        passes = isinstance(error, StoreError | SettingsError)
        state = note_failed(store, mail, error, for_good=not passes, now=now)
        return _failed(done, is_dead=state == "dead")
    details = {"names": True} if mail.names_people else {}
    note_sent(store, mail, details, now)
    return replace(done, sent_count=done.sent_count + 1)


def _failed(done: Sent, *, is_dead: bool) -> Sent:
    if is_dead:
        return replace(done, dead_count=done.dead_count + 1)
    return replace(done, failed_count=done.failed_count + 1)


def send_test(store: Store, address: str, by: Reader, tr: Translator) -> Sent:
    """A short mail to an address, sent at once: whether server, login and list are right.

    Raises
    ------
    AccessError
        If they may not.
    CxDataError
        If no mail may go to the address, or none can leave as the settings are.
    """
    see_may(by, "mails")
    see_address(store.file_settings.mail, address)
    see_mail_settings(store.file_settings.mail)
    at = utc_now()
    with store.transaction() as con:
        mail_id = queue_mail(
            con,
            "test",
            at.isoformat(),
            address,
            tr("A test of the mail of this dashboard"),
            [tr("This mail has arrived, so mails can leave.")],
            locale=tr.locale,
            queued_by=by.name,
            now=at,
        )
    return send_due(store, only=mail_id)


@contextmanager
def _turn(store: Store) -> Iterator[None]:
    """One sends at a time: no other process has the store, and no other thread is in here."""
    with _turns_lock:
        turn = _turns.setdefault(store.path, threading.Lock())
    with turn:
        yield


def send_soon() -> None:
    """The running dashboard looks at once, not at its next turn."""
    _wake.set()


@contextmanager
def mails_on_schedule(
    store_path: Callable[[], Path],
    first_look_seconds: float = FIRST_LOOK_SECONDS,
    look_seconds: float = LOOK_SECONDS,
) -> Iterator[None]:
    """As long as this is open, mails that are due are sent."""
    stopped = threading.Event()

    def look_again_and_again() -> None:
        seconds = first_look_seconds
        while not stopped.is_set():
            _wake.wait(seconds)
            _wake.clear()
            if stopped.is_set():
                return
            # A look of its own thread: a fault in it goes to the log and ends that look alone.
            look = threading.Thread(
                target=look_for_mail, args=(store_path(),), name="mail-look", daemon=True
            )
            look.start()
            look.join()
            seconds = look_seconds

    thread = threading.Thread(target=look_again_and_again, name="mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        _wake.set()
        thread.join(STOP_SECONDS)


def look_for_mail(store_path: Path) -> None:
    """Send what is due; what hinders it goes to the log, and is shown where mails are listed."""
    try:
        done = send_due(Store.open(store_path))
    except CxDataError as error:
        log_refusal("mail", error)
        return
    if done.problem is not None:
        log_refusal("mail", done.problem)
    if done.sent_count or done.failed_count or done.dead_count or done.unsure_count:
        log.info(
            "Mail: %d sent, %d failed, %d given up, %d unsure",
            done.sent_count,
            done.failed_count,
            done.dead_count,
            done.unsure_count,
        )
