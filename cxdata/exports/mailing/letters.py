"""A mail as it is handed to a server: for its recipient's rights and language, all of it or none.

Every text is text: escaped in the HTML, on one line in the headers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from cxdata.access.identity import Identity, reader_of
from cxdata.config import MailSettings
from cxdata.errors import AccessError, CxDataError
from cxdata.exports.mail import MAIL_INK, MAIL_PALE, Attachment, pack_message
from cxdata.exports.mailing.case_letters import case_letter
from cxdata.exports.pack_files import MEDIA_TYPES, PackLook, file_stem, pack_file
from cxdata.followup.mail_schedules import (
    LATE,
    MailSchedule,
    RelativeFilters,
    recipient_reader,
    schedule_called,
)
from cxdata.i18n import N_, Translator
from cxdata.i18n.firm import firm_translator
from cxdata.metrics import data_days
from cxdata.models import Filters
from cxdata.outbox import PACK, Letter, Mail, one_line_of
from cxdata.pack.making import PackChoice, pack_of
from cxdata.panels import Request
from cxdata.record import note_act
from cxdata.record.acting import Actor
from cxdata.store.connection import Store

UTC_ZONE = ZoneInfo("UTC")
_LINK = re.compile(r"https?://[^\s<>\"']+")


class TooLarge(CxDataError):
    """A mail whose attachments are larger than one may be."""


def composed_mail(store: Store, mail: Mail, now: datetime) -> EmailMessage:
    """The whole mail, by the rights in the store now.

    Raises
    ------
    AccessError
        If its recipient may not see what it would say.
    TooLarge
        If its attachments are too large.
    CxDataError
        If it can't be computed, or its schedule is gone.
    """
    settings, brand = store.file_settings.mail, store.settings.brand
    if mail.letter is not None:
        _see_people(store, mail)
        message = letter_message(mail.letter, mail.locale)
    elif mail.kind != PACK:
        message = letter_message(case_letter(store, mail), mail.locale)
    else:
        message = _pack(store, mail, now)
    message["From"] = Address(one_line_of(brand.name), addr_spec=settings.sender)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Date"] = format_datetime(now.replace(tzinfo=UTC_ZONE))
    message["Message-ID"] = message_id(mail, settings)
    message["Auto-Submitted"] = "auto-generated"  # nobody's absence is answered to it
    return message


def message_id(mail: Mail, settings: MailSettings) -> str:
    """The same for the same mail, however often it is sent: whoever gets it twice can tell."""
    return f"<{mail.mail_id}@{settings.sender.rpartition('@')[2]}>"


def letter_message(letter: Letter, locale: str) -> EmailMessage:
    """A text with its links as a message without sender and recipient."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line_of(letter.subject)
    links = [f"{name}: {url}" for name, url in letter.links]
    text = "\n\n".join([*letter.paragraphs, *(["\n".join(links)] if links else [])])
    message.set_content(text + "\n", cte="quoted-printable")
    message.add_alternative(_letter_html(letter, locale), subtype="html", cte="quoted-printable")
    message["Content-Language"] = locale
    return message


def _letter_html(letter: Letter, locale: str) -> str:
    parts = "".join(
        f'<p style="margin:0 0 12px;white-space:pre-wrap">{escape(it)}</p>'
        for it in letter.paragraphs
    )
    links = "".join(f'<p style="margin:0 0 12px">{_link(*it)}</p>' for it in letter.links)
    return (
        f'<!doctype html><html lang="{escape(locale)}"><head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head>"
        f'<body style="font-family:Calibri,Arial,sans-serif;color:{MAIL_INK};margin:16px">'
        f'<h1 style="font-size:20px;margin:0 0 12px">{escape(letter.subject)}</h1>'
        f"{parts}{links}</body></html>"
    )


def _link(name: str, url: str) -> str:
    """A link to the web; anything else is shown as it is."""
    if not _LINK.fullmatch(url):
        return escape(f"{name}: {url}")
    return f'<a href="{escape(url)}" style="color:{MAIL_PALE}">{escape(name)}</a>'


def _see_people(store: Store, mail: Mail) -> None:
    if mail.names_people and not reader_of(store, Identity(mail.recipient.lower())).may_see_people:
        raise AccessError(
            N_("This mail names people, whom {name} may not see."),
            N_("Give them the right to names and comments, or send it to somebody else."),
            name=mail.recipient,
        )


def _pack(store: Store, mail: Mail, now: datetime) -> EmailMessage:
    """A board pack, computed for its recipient."""
    schedule = schedule_called(store, mail.schedule_id or "")
    recipe, settings = schedule.recipe, store.settings
    reader = recipient_reader(store, recipe, mail.recipient)
    seen = store.seen_by(reader)
    tr = firm_translator(settings, mail.locale)
    request = Request.computed_now(seen, filters_now(seen, recipe.filters), tr)
    with_names = recipe.with_names and seen.may_see_people
    pack = pack_of(request, PackChoice(recipe.sections, recipe.title, with_names))
    look = PackLook(
        *(
            Path(it).expanduser() if it else None
            for it in (settings.pack.template, settings.pack.logo)
        )
    )
    attachments = [
        Attachment(
            f"{file_stem(mail.locale)}.{face}",
            MEDIA_TYPES[face],
            pack_file(pack, face, look).content,
        )
        for face in recipe.faces
    ]
    _see_size(attachments, store.file_settings.mail)
    if pack.names_people:
        by = Actor(mail.queued_by or "–", "mail")
        details = {"file": "board-pack", "to": mail.recipient}
        note_act(store, by, "people_exported", filters=request.filters, details=details)
    return pack_message(pack, attachments, _notes(schedule, mail, settings.firm.time_zone, now, tr))


def filters_now(store: Store, filters: RelativeFilters) -> Filters:
    """The filters of a schedule as they are today, by the last day of the data."""
    fiscal_year = store.settings.fiscal_year
    return filters.on(data_days(store).last_on, lambda day: fiscal_year.start_of(day, "quarter"))


def _notes(
    schedule: MailSchedule, mail: Mail, time_zone: str, now: datetime, tr: Translator
) -> Sequence[str]:
    """Why somebody gets this, and that it comes late."""
    notes = [tr("This mail is sent by itself: {title}.", title=one_line_of(schedule.recipe.title))]
    if schedule.made_by:
        notes.append(tr("{name} has set it up.", name=one_line_of(schedule.made_by)))
    if mail.occasion_at and now - mail.occasion_at > LATE:
        notes.append(
            tr(
                "It was due on {moment}; it could not be sent then.",
                moment=_local(mail.occasion_at, time_zone, tr),
            )
        )
    return notes


def _local(moment: datetime, time_zone: str, tr: Translator) -> str:
    return tr.moment(moment, time_zone)


def _see_size(attachments: Sequence[Attachment], mail: MailSettings) -> None:
    size = sum(len(it.content) for it in attachments)
    if size > mail.most_attachment_bytes:
        raise TooLarge(
            N_("The attachments have {size} MB; {most} MB are the most."),
            N_("Choose fewer sections or files, or raise mail.most_attachment_megabytes."),
            size=round(size / 1_000_000, 1),
            most=round(mail.most_attachment_bytes / 1_000_000, 1),
        )
