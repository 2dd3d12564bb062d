"""``send`` and ``mails``: what is due by mail sent, and what became of it."""

from __future__ import annotations

from typing import Any

import click
import polars as pl

from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told, told_error
from cxdata.cli.usage import WrongUsage
from cxdata.i18n import Locale, translator
from cxdata.ingest.notes import Note
from cxdata.models import Reader
from cxdata.record import actor
from cxdata.store.connection import Store

ACTS_ON_MAILS = ("list", "retry", "drop", "schedules")
LISTED_MAILS = 1000


@spoken_command()
@click.option("--due", "is_due", is_flag=True, help="What schedules have due, and what waits.")
@click.option("--test", "address", metavar="ADDRESS", help="A short mail to ADDRESS, at once.")
@served
def send(store: Store, is_due: bool, address: str | None, lang: Locale) -> Told:
    """Send the mails that are due: for a scheduler, where the dashboard doesn't run all the time.

    The running dashboard sends by itself, too; no mail is sent twice by that.
    """
    # Imported when something is sent: other commands start faster without packs.
    from cxdata.exports.mailing.sending import send_due, send_test

    if is_due == bool(address):
        raise WrongUsage("Say --due, or --test with an ADDRESS.")
    if address:
        by = Reader(actor().name, "manager")  # who may is known before
        done = send_test(store, address, by, translator(lang))
    else:
        done = send_due(store)
    told = Told(
        {
            "sent": done.sent_count,
            "failed": done.failed_count,
            "dead": done.dead_count,
            "unsure": done.unsure_count,
            "waiting": done.left.waiting_count + done.left.retried_count,
            "problem": None if done.problem is None else told_error(done.problem),
        },
        is_done=done.problem is None and not done.failed_count and not done.left.needs_somebody,
    )
    told.note(Note("Mails sent: {n}.", n=done.sent_count))
    if done.failed_count:
        told.note(Note("Mails that are tried again later: {n}.", n=done.failed_count))
    if done.left.needs_somebody:
        told.note(Note("Mails that wait for somebody's decision: {n}.", n=done.left.needs_somebody))
    if done.problem:
        told.add(told_error(done.problem))
    return told


@spoken_command()
@click.argument("act", type=click.Choice(ACTS_ON_MAILS))
@click.argument("mail_id", metavar="[MAIL]", required=False)
@served
def mails(store: Store, act: str, mail_id: str | None) -> Told:
    """List the mails of the outbox or the schedules, try MAIL again, or give it up.

    Those come first that somebody has to decide about.
    """
    from cxdata.outbox import drop_mail, recorded_mails, retry_mail

    if (act in ("retry", "drop")) != bool(mail_id):
        raise WrongUsage("retry and drop take a MAIL, list and schedules none.")
    if act == "schedules":
        return _schedules(store)
    if act == "list":
        return _listed(recorded_mails(store, limit=LISTED_MAILS))
    told = Told({"mail_id": mail_id})
    if act == "retry":
        retry_mail(store, str(mail_id))
        told.add(Note("The mail {mail} is tried again.", mail=str(mail_id)))
    else:
        drop_mail(store, str(mail_id))
        told.add(Note("The mail {mail} is given up.", mail=str(mail_id)))
    return told


def _listed(recorded: pl.DataFrame) -> Told:
    rows = [{**row, "problem": _sentence(row["problem"])} for row in recorded.to_dicts()]
    told = Told({"mails": rows})
    shown = ("mail_id", "state", "kind", "recipient", "attempt_count", "queued_at", "next_at")
    told.print_rows(recorded.select(shown))
    for row in rows:
        if row["problem"] is not None:
            told.print(row["mail_id"])
            told.print(row["problem"])
    if recorded.is_empty():
        told.note(Note("No mail was put into the outbox yet."))
    return told


def _sentence(problem: str | None) -> Note | None:
    from cxdata.outbox import told_problem

    message, hint, values = told_problem(problem)
    if not message:
        return None
    whole = "{sentence} {hint}" if hint else "{sentence}"
    return Note(whole, sentence=Note(message, **values), hint=Note(hint, **values))


def _schedules(store: Store) -> Told:
    from cxdata.followup.mail_schedules import recorded_schedules

    rows: list[dict[str, Any]] = [
        {
            "schedule_id": it.schedule_id,
            "title": it.recipe.title,
            "next_at": it.next_at(store),
            "is_paused": it.is_paused,
            "to": [each.address for each in it.recipe.recipients],
            "made_by": it.made_by,
        }
        for it in recorded_schedules(store)
    ]
    told = Told({"schedules": rows})
    if rows:
        told.print_rows(pl.DataFrame(rows, schema_overrides={"made_by": pl.String}))
    else:
        told.note(Note("No mail is sent on a schedule yet."))
    return told
