"""Whoever gets a case is told by mail: put into the outbox in the transaction that opens the case.

The outbox holds the numbers of cases alone. What the mail says is read when it is sent, with the
rights that its recipient has then: so nobody is told of whom they may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import duckdb

from cxdata.access.identity import Identity, reader_of
from cxdata.cases.opening import CaseRow
from cxdata.cases.rules import CaseRule
from cxdata.config import MailSettings, Settings
from cxdata.errors import AccessError, CxDataError
from cxdata.i18n import LOCALES, N_, Locale
from cxdata.models import Reader
from cxdata.outbox import CHAT_PREFIX, queue_computed, see_address, utc_now
from cxdata.store.clocks import utc_moment
from cxdata.store.connection import Store

CASE_MAIL, DIGEST_MAIL = "case", "digest"
# A weekly mail that couldn't be put in for longer than this isn't sent late.
DIGEST_LATE = timedelta(days=2)


def can_tell(mail: MailSettings) -> bool:
    """Whether any mail leaves: what couldn't isn't put in, or it would leave in a heap one day."""
    return bool(mail.sender and mail.server and mail.allowed)


def mail_locale(settings: Settings) -> Locale:
    """The language of mails to people whose own isn't known: as set, else that of the country."""
    country = settings.firm.country.upper()
    for locale, spoken in LOCALES.items():
        if settings.cases.mail_language == locale:
            return locale
        if not settings.cases.mail_language and spoken.endswith(f"_{country}"):
            return locale
    return "en"


def told_reader(store: Store, whole: Store, owner: str) -> Reader:
    """For whom the mail to an owner of cases is written.

    A chat has rights like a person, by the name that it has as a recipient (``chat:care``): whoever
    reads it sees what these reach.

    Parameters
    ----------
    store
        Where rights are looked up; within a transaction, as that sees them.
    whole
        The store itself, whose settings say to whom mails may go.

    Raises
    ------
    CxDataError
        If no mail may go to them, they have no rights, or not the one to names and comments.
    """
    if not owner.startswith(CHAT_PREFIX):
        see_address(whole.file_settings.mail, owner)
    reader = reader_of(store, Identity(owner.lower()))
    if not reader.may_see_people:
        raise AccessError(
            N_("{name} may not see names and comments, and so no cases."),
            N_("Give them the right to, or give the case to somebody else."),
            name=owner,
        )
    return reader


def why_not_told(store: Store, owner: str | None) -> CxDataError | None:
    """Why an owner of cases gets no mail of them; None if they do, or if nobody does: no mail is
    set up."""
    if not owner or not can_tell(store.file_settings.mail):
        return None
    try:
        told_reader(store, store, owner)
    except CxDataError as error:
        return error
    return None


def owners_not_told(store: Store) -> dict[str, CxDataError]:
    """The owners of unfinished cases whom no mail tells of them, each with the reason."""
    owners = store.query("case_owners", opened_until=utc_now())["owner_email"].to_list()
    return {it: error for it in owners if (error := why_not_told(store, it))}


def tell_owners(
    store: Store,
    con: duckdb.DuckDBPyConnection,
    cases: Iterable[tuple[CaseRule, Sequence[CaseRow]]],
    occasion: str,
) -> int:
    """Put one mail per owner into the outbox, however many cases they get, and one message for each
    chat that a rule names; how many.

    Owners that no mail may go to, or who may see no case, are left out: the page of the case says
    so. Cases of rules that tell nobody, or tell in the weekly mail, are left out, too.

    Parameters
    ----------
    occasion
        What opened them: the same occasion tells an owner once.
    """
    mail = store.file_settings.mail
    if not can_tell(mail):
        return 0
    by_owner: dict[str, list[str]] = {}
    for rule, rows in cases:
        for row in rows:
            if rule.alert_by == "mail" and row["owner_email"]:
                by_owner.setdefault(row["owner_email"], []).append(row["case_id"])
            if rule.chat and mail.chats_file:
                by_owner.setdefault(CHAT_PREFIX + rule.chat, []).append(row["case_id"])
    inside, locale = store.within(con), mail_locale(store.settings)
    told = 0
    for owner, case_ids in by_owner.items():
        if _may_be_told(inside, store, owner):
            made = queue_computed(con, CASE_MAIL, occasion, owner, case_ids, locale=locale)
            told += made is not None
    return told


def tell_assigned(
    store: Store, con: duckdb.DuckDBPyConnection, owner: str, case_ids: Sequence[str]
) -> bool:
    """Put one mail to whom somebody gave cases by hand into the outbox, in the transaction that
    gives them; False where no mail may go to them, or none leaves at all.

    Parameters
    ----------
    store
        The whole store.
    """
    if not can_tell(store.file_settings.mail) or not _may_be_told(store.within(con), store, owner):
        return False
    locale, occasion = mail_locale(store.settings), f"given {uuid4().hex}"
    return queue_computed(con, CASE_MAIL, occasion, owner, case_ids, locale=locale) is not None


def _may_be_told(store: Store, whole: Store, owner: str) -> bool:
    try:
        told_reader(store, whole, owner)
    except CxDataError:
        return False
    return True


def digest_at(settings: Settings, now: datetime) -> datetime | None:
    """When the weekly mail was due last (UTC), within ``DIGEST_LATE``; None if it wasn't."""
    days = settings.cases.digest_days
    for back in range(DIGEST_LATE.days + 2):
        day = now.date() + timedelta(days=1 - back)
        if day.weekday() in days:
            due = utc_moment(day, settings.cases.digest_at, settings.firm.time_zone)
            if now - DIGEST_LATE < due <= now:
                return due
    return None


def queue_digests(store: Store, now: datetime | None = None) -> int:
    """Put the weekly mail of their unfinished cases into the outbox, of each owner one; how many.

    Once per occasion: asked again, nothing is added. An owner who had none then gets none.
    """
    at = now or utc_now()
    due = digest_at(store.settings, at)
    if due is None or not can_tell(store.file_settings.mail) or _is_known(store, due):
        return 0
    owners = store.query("case_owners", opened_until=due)["owner_email"].to_list()
    told = [it for it in owners if _may_be_told(store, store, it)]
    if not told:
        return 0
    locale, count = mail_locale(store.settings), 0
    with store.transaction() as con:
        for owner in told:
            made = queue_computed(
                con, DIGEST_MAIL, due.isoformat(), owner, locale=locale, occasion_at=due, now=at
            )
            count += made is not None
    return count


def _is_known(store: Store, due: datetime) -> bool:
    """Whether the mails of that occasion are in already, whatever became of them."""
    with store.cursor() as con:
        found = con.execute(
            "select exists (from mails where kind = $kind and occasion_at = $due)",
            {"kind": DIGEST_MAIL, "due": due},
        ).fetchall()
    return bool(found[0][0])


def case_links(mail: MailSettings, numbers: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    """Links to cases, by what each is called; none where the dashboard's address isn't set."""
    if not mail.dashboard_url:
        return ()
    return tuple(
        (name, f"{mail.dashboard_url}/cases?case={number}") for number, name in numbers.items()
    )
