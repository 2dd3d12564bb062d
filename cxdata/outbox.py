"""The outbox: mails on their way, each put in whole and once, each step kept before the next.

A mail is known by what it is about, for which occasion and to whom: put in again, nothing is
added. Before anything is said to a server the mail is ``sending``, and before the last word of it
the store knows that it may arrive. So whatever ends the process, a mail that may have arrived is
never sent again by itself: it is ``unsure``, and a person decides (or the settings do).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import polars as pl

from cxdata.config import MailSettings, WhenUnsure, is_mailbox
from cxdata.errors import CxDataError
from cxdata.i18n import N_, Locale
from cxdata.models import MailState, last_months
from cxdata.record.acting import Actor
from cxdata.record.acts import INSERT, act_row
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

# After each attempt that failed; after the last of them nobody tries again by itself.
PAUSES = tuple(timedelta(minutes=it) for it in (1, 5, 15, 60, 240, 720, 1440))
RATE_SPAN = timedelta(hours=1)
HEADLINE_LETTERS = 200
# A recipient that begins so is a chat, by the name that it has in the file of chats.
CHAT_PREFIX = "chat:"
PACK = "pack"  # the kind of mail that is computed when it is sent
ENDED: tuple[MailState, ...] = ("sent", "dropped")
# What no mail has a place for; line ends and tabs stay.
_NOT_WRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_COLUMNS = """mail_id, kind, recipient, locale, schedule_id, occasion_at, letter, names_people,
    queued_at, queued_by, attempt_count"""


class Writing(Protocol):
    """Whatever a statement can be given to: the transaction of the caller."""

    def execute(self, query: str, parameters: Any = ..., /) -> Any: ...


@dataclass(frozen=True)
class Letter:
    """What a mail says: lines of text, and links with what they are called."""

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Mail:
    """A mail that is taken out to be sent; ``letter`` is None where it is computed then, and
    ``about`` names what it is about then."""

    mail_id: str
    kind: str
    recipient: str
    locale: Locale
    schedule_id: str | None
    occasion_at: datetime | None  # UTC
    letter: Letter | None
    names_people: bool
    queued_at: datetime  # UTC
    queued_by: str | None
    attempt_count: int
    about: tuple[str, ...] = ()


class NothingToSay(CxDataError):
    """What a mail was to say isn't so any more: it is dropped, and nobody need look at it."""


def see_address(mail: MailSettings, address: str) -> None:
    """Refuse an address that is none, or that no mail may go to.

    Raises
    ------
    CxDataError
        With what is wrong with it.
    """
    if not is_mailbox(address):
        raise CxDataError(
            N_("{address} isn't the address of a mailbox."),
            N_("Such as ada@example.org."),
            address=address or "–",
        )
    if not mail.allowed:
        raise CxDataError(
            N_("No mail may leave: the list of allowed addresses and domains is empty."),
            N_("Whoever looks after the server fills mail.allowed in the settings file."),
        )
    if not mail.lets_through(address):
        raise CxDataError(
            N_("No mail may go to {address}: neither it nor its domain is on the list."),
            N_("Whoever looks after the server adds it to mail.allowed in the settings file."),
            address=address,
        )


def queue_mail(
    con: Writing,
    kind: str,
    key: str,
    recipient: str,
    subject: str,
    paragraphs: Sequence[str],
    links: Sequence[tuple[str, str]] = (),
    *,
    locale: Locale = "en",
    queued_by: str | None = None,
    names_people: bool = False,
    now: datetime | None = None,
) -> str | None:
    """Put a mail into the outbox within the caller's transaction; None if it was put in before.

    It leaves once that is committed. Whether it may go to that address is looked up when it is
    sent: one that may not is shown as dead, and breaks nothing of what the caller does.

    Parameters
    ----------
    kind, key
        What it is about (``case``, ``digest``), and for which occasion: the same kind, key and
        recipient is the same mail.
    paragraphs, links
        Text as it is, never markup; names and addresses of links.
    names_people
        It is sent only if its recipient may see people by the rights in the store then.
    """
    if kind == PACK:
        raise ValueError("a pack is computed when it is sent")
    letter = Letter(
        one_line_of(subject),
        tuple(written_text(it) for it in paragraphs),
        tuple((one_line_of(name), "".join(written_text(url).split())) for name, url in links),
    )
    said = json.dumps(vars(letter), ensure_ascii=False)
    values = {"letter": said, "locale": locale, "by": queued_by, "names_people": names_people}
    return _put(con, kind, key, recipient, now, values)


def queue_computed(
    con: Writing,
    kind: str,
    key: str,
    recipient: str,
    about: Sequence[str] = (),
    *,
    locale: Locale = "en",
    occasion_at: datetime | None = None,
    now: datetime | None = None,
) -> str | None:
    """As ``queue_mail``, for one that names people and is computed when it is sent, with the rights
    that its recipient has then; ``about`` are identifiers of what it is about, and no texts."""
    said = json.dumps({"about": list(about)}, ensure_ascii=False)
    values = {
        "letter": said,
        "locale": locale,
        "by": None,
        "names_people": True,
        "occasion_at": occasion_at,
    }
    return _put(con, kind, key, recipient, now, values)


def queue_pack(
    con: Writing,
    schedule_id: str,
    occasion_at: datetime,
    recipient: str,
    *,
    locale: Locale,
    queued_by: str | None,
    key: str = "",
    now: datetime | None = None,
) -> str | None:
    """As ``queue_mail``, for a board pack of a schedule: one per occasion and recipient."""
    values = {
        "locale": locale,
        "by": queued_by,
        "schedule_id": schedule_id,
        "occasion_at": occasion_at,
    }
    occasion = key or occasion_at.isoformat()
    return _put(con, PACK, f"{schedule_id}:{occasion}", recipient, now, values)


def _put(
    con: Writing,
    kind: str,
    key: str,
    recipient: str,
    now: datetime | None,
    values: Mapping[str, object],
) -> str | None:
    at = now or utc_now()
    parts = "\x1f".join((kind, key, recipient.lower()))
    row = {
        "letter": None,
        "schedule_id": None,
        "occasion_at": None,
        "names_people": False,
        **values,
        "id": hashlib.blake2b(parts.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        "kind": kind,
        "recipient": recipient,
        "now": at,
    }
    done = con.execute(
        """insert into mails (mail_id, kind, recipient, locale, schedule_id, occasion_at, letter,
            names_people, queued_at, queued_by, state, attempt_count, next_at, handed_over_at,
            ended_at, problem)
        select $id, $kind, $recipient, $locale, $schedule_id, $occasion_at, $letter,
            $names_people, $now, $by, 'waiting', 0, $now, null, null, null
        where not exists (select 1 from mails where mail_id = $id)
        returning mail_id""",
        row,
    ).fetchall()
    return str(done[0][0]) if done else None


def recover_mails(store: Store, when_unsure: WhenUnsure, now: datetime | None = None) -> int:
    """Look after what a process that ended left ``sending``; how many are unsure now.

    Called by the only one who sends: what didn't begin to leave waits again.
    """
    at = now or utc_now()
    with store.cursor() as con:
        if not con.execute("select exists (from mails where state = 'sending')").fetchall()[0][0]:
            return 0
    with _noting(store) as con:
        con.execute(
            """update mails set state = 'waiting'
            where state = 'sending' and handed_over_at is null"""
        )
        left = con.execute(f"select {_COLUMNS} from mails where state = 'sending'").fetchall()
        for row in left:
            _end_unsure(con, _mail(row), when_unsure, problem_json(UNSURE), at)
    return len(left)


UNSURE = N_("The line broke while the mail server took the mail: whether it arrived isn't known.")


def claim_mail(
    store: Store, most_per_hour: int, *, only: str | None = None, now: datetime | None = None
) -> Mail | None:
    """Take out the mail that is due the longest; None if none is due, or enough have left.

    From here on it is ``sending``, and its next attempt is in the future whatever happens.
    """
    at = now or utc_now()
    with _noting(store) as con:
        left = con.execute(
            "select count(*) from mails where handed_over_at > $since", {"since": at - RATE_SPAN}
        ).fetchall()[0][0]
        found = con.execute(
            f"""select {_COLUMNS} from mails
            where state = 'waiting' and next_at <= $now and ($only is null or mail_id = $only)
            order by next_at, queued_at, mail_id limit 1""",
            {"now": at, "only": only},
        ).fetchall()
        if not found or left >= most_per_hour:
            return None
        mail = _mail(found[0])
        con.execute(
            """update mails set state = 'sending', attempt_count = attempt_count + 1,
                next_at = $next_at, handed_over_at = null
            where mail_id = $id""",
            {"id": mail.mail_id, "next_at": at + pause_after(mail.attempt_count + 1)},
        )
    return mail


def pause_after(attempt_count: int) -> timedelta:
    """How long nobody tries again after so many attempts.

    >>> [pause_after(it).total_seconds() / 60 for it in (1, 2, 8)]
    [1.0, 5.0, 1440.0]
    """
    return PAUSES[min(max(attempt_count, 1), len(PAUSES)) - 1]


def note_handed_over(store: Store, mail: Mail, now: datetime | None = None) -> None:
    """From here on the mail may have arrived."""
    with _noting(store) as con:
        con.execute(
            "update mails set handed_over_at = $now where mail_id = $id",
            {"id": mail.mail_id, "now": now or utc_now()},
        )


def note_sent(
    store: Store, mail: Mail, details: Mapping[str, object], now: datetime | None = None
) -> None:
    """The server has taken it: its text goes, and the record says who got what."""
    with _noting(store) as con:
        _end(con, mail, "sent", None, now or utc_now())
        con.execute(INSERT, _sent_row(mail, details))


def note_needless(store: Store, mail: Mail, now: datetime | None = None) -> None:
    """There is nothing left to say in it: it isn't sent."""
    with _noting(store) as con:
        _end(con, mail, "dropped", None, now or utc_now())


def note_unsure(
    store: Store, mail: Mail, when_unsure: WhenUnsure, now: datetime | None = None
) -> None:
    """The server fell silent while it took it."""
    with _noting(store) as con:
        _end_unsure(con, mail, when_unsure, problem_json(UNSURE), now or utc_now())


def note_failed(
    store: Store, mail: Mail, error: CxDataError, *, for_good: bool, now: datetime | None = None
) -> MailState:
    """It surely didn't leave: it waits for its next attempt, or is dead; which of the two."""
    state: MailState = "dead" if for_good or mail.attempt_count + 1 > len(PAUSES) else "waiting"
    with _noting(store) as con:
        con.execute(
            """update mails set state = $state, handed_over_at = null, problem = $problem,
                ended_at = $ended_at
            where mail_id = $id""",
            {
                "id": mail.mail_id,
                "state": state,
                "problem": error_json(error),
                "ended_at": (now or utc_now()) if state == "dead" else None,
            },
        )
    return state


def postpone_due(store: Store, error: CxDataError, now: datetime | None = None) -> None:
    """The server can't be reached: for all that are due, that was an attempt."""
    at = now or utc_now()
    while (mail := claim_mail(store, 2**31, now=at)) is not None:
        note_failed(store, mail, error, for_good=False, now=at)


def retry_mail(store: Store, mail_id: str, now: datetime | None = None) -> None:
    """Somebody wants it to be tried again, from the first attempt on.

    Raises
    ------
    CxDataError
        If there is no such mail, or it isn't waiting, unsure or dead.
    """
    _decide(store, mail_id, "waiting", now or utc_now())


def drop_mail(store: Store, mail_id: str, now: datetime | None = None) -> None:
    """Somebody gives it up: it isn't sent, and its text goes.

    Raises
    ------
    CxDataError
        As of ``retry_mail``.
    """
    _decide(store, mail_id, "dropped", now or utc_now())


def _decide(store: Store, mail_id: str, state: MailState, at: datetime) -> None:
    with _noting(store) as con:
        done = con.execute(
            """update mails set state = $state, attempt_count = 0, next_at = $now,
                handed_over_at = null, problem = null,
                letter = case when $state = 'dropped' then null else letter end,
                ended_at = case when $state = 'dropped' then cast($now as timestamp) end
            where mail_id = $id and state in ('waiting', 'unsure', 'dead') returning 1""",
            {"id": mail_id, "state": state, "now": at},
        ).fetchall()
    if not done:
        raise CxDataError(
            N_("There is no mail {mail} that waits or failed."),
            N_("Look at the list of mails."),
            mail=mail_id,
        )


def recorded_mails(store: Store, *, limit: int | None = None) -> pl.DataFrame:
    """The outbox, those first that somebody has to look at, then the newest.

    Returns
    -------
    pl.DataFrame
        One row per mail: ``mail_id``, ``kind``, ``recipient``, ``locale``, ``schedule_id``,
        ``title`` (of its schedule, null where there is none any more), ``occasion_at``,
        ``state``, ``attempt_count`` (Int32), ``queued_at``, ``next_at``, ``ended_at`` (Datetime,
        UTC; ``next_at`` null unless it waits), ``problem`` (String, JSON; null without). No rows
        if none was put in.
    """
    with store.cursor() as con:
        rows: pl.DataFrame = con.sql(
            """select mail_id, kind, recipient, locale, mails.schedule_id, title, occasion_at,
                state, attempt_count, queued_at,
                case when state = 'waiting' then next_at end as next_at, ended_at, problem
            from mails left join mail_schedules using (schedule_id)
            order by state in ('unsure', 'dead') desc, state = 'waiting' desc, queued_at desc,
                mail_id
            limit $most""",
            params={"most": 2**40 if limit is None else limit},
        ).pl()
    return rows


@dataclass(frozen=True)
class OutboxCounts:
    """How many mails wait for the first time, are tried again, and wait for a person."""

    waiting_count: int = 0
    retried_count: int = 0
    unsure_count: int = 0
    dead_count: int = 0

    @property
    def needs_somebody(self) -> int:
        return self.unsure_count + self.dead_count


def outbox_counts(store: Store) -> OutboxCounts:
    """The state of the outbox in few numbers."""
    with store.cursor() as con:
        row = con.execute(
            """select count(*) filter (state in ('waiting', 'sending') and attempt_count = 0),
                count(*) filter (state in ('waiting', 'sending') and attempt_count > 0),
                count(*) filter (state = 'unsure'), count(*) filter (state = 'dead')
            from mails"""
        ).fetchall()[0]
    return OutboxCounts(*map(int, row))


def is_mail_due(store: Store, now: datetime | None = None) -> bool:
    """Whether there is anything to send, or left over from a process that ended."""
    with store.cursor() as con:
        found = con.execute(
            """select exists (from mails
            where state = 'sending' or (state = 'waiting' and next_at <= $now))""",
            {"now": now or utc_now()},
        ).fetchall()
    return bool(found[0][0])


def forget_mails(store: Store, months: int, today: date | None = None) -> int:
    """Take out mails that ended so many months ago, as long as the record is kept; how many.

    0 months: all are kept.
    """
    if not months:
        return 0
    first_kept = last_months(today or utc_now().date(), months).first_on
    with _noting(store) as con:
        gone = con.execute(
            "delete from mails where ended_at < $first returning 1", {"first": first_kept}
        ).fetchall()
    return len(gone)


def told_problem(text: str | None) -> tuple[str, str, dict[str, object]]:
    """Why the last attempt failed: sentence and hint to be translated, and what fills them."""
    if text is None:
        return "", "", {}
    said = stored_json(text, "mails.problem")
    return str(said["message"]), str(said["hint"]), dict(said["values"])


def error_json(error: CxDataError) -> str:
    """A refusal as it is kept, to be said in any language later."""
    return problem_json(error.message, error.hint, error.values)


def problem_json(message: str, hint: str = "", values: Mapping[str, object] | None = None) -> str:
    said = {name: written_text(str(it))[:500] for name, it in (values or {}).items()}
    return json.dumps({"message": message, "hint": hint, "values": said}, ensure_ascii=False)


def written_text(text: str) -> str:
    """A text without what no mail can hold; lines, quotes, signs and emoji stay."""
    return _NOT_WRITTEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line_of(text: str) -> str:
    """A text of a header: on one line, and not too long.

    >>> one_line_of("Late\\r\\nBcc: all@example.org")
    'Late Bcc: all@example.org'
    """
    line = " ".join(written_text(text).replace("\u2028", " ").replace("\u2029", " ").split())
    return line if len(line) <= HEADLINE_LETTERS else line[: HEADLINE_LETTERS - 1] + "…"


def utc_now() -> datetime:
    """Now as the store keeps moments."""
    return datetime.now(UTC).replace(tzinfo=None)


def _end_unsure(
    con: Writing, mail: Mail, when_unsure: WhenUnsure, problem: str, at: datetime
) -> None:
    if when_unsure == "again":
        con.execute(
            """update mails set state = 'waiting', handed_over_at = null, problem = $problem
            where mail_id = $id""",
            {"id": mail.mail_id, "problem": problem},
        )
    else:
        con.execute(
            "update mails set state = 'unsure', problem = $problem where mail_id = $id",
            {"id": mail.mail_id, "problem": problem},
        )
    con.execute(INSERT, _sent_row(mail, {"arrived": "unsure"}))


def _end(con: Writing, mail: Mail, state: MailState, problem: str | None, at: datetime) -> None:
    con.execute(
        """update mails set state = $state, problem = $problem, ended_at = $now, letter = null
        where mail_id = $id""",
        {"id": mail.mail_id, "state": state, "problem": problem, "now": at},
    )


def _sent_row(mail: Mail, details: Mapping[str, object]) -> dict[str, object]:
    by = Actor(mail.queued_by or "–", "mail")
    return act_row("mail_sent", by, details={"kind": mail.kind, "to": mail.recipient, **details})


def _mail(row: Sequence[Any]) -> Mail:
    named = dict(zip((it.strip() for it in _COLUMNS.split(",")), row, strict=True))
    kept = named.pop("letter")
    said = {} if kept is None else stored_json(kept, "mails.letter")
    if "subject" not in said:
        return Mail(letter=None, about=tuple(said.get("about", ())), **named)
    links = tuple((name, url) for name, url in said["links"])
    return Mail(letter=Letter(said["subject"], tuple(said["paragraphs"]), links), **named)


@contextmanager
def _noting(store: Store) -> Iterator[Writing]:
    """A transaction of the outbox alone, which waits for nobody who imports."""
    with store.recording() as con:
        con.begin()
        try:
            yield con
        except BaseException:
            con.rollback()
            raise
        con.commit()
