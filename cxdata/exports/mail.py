"""A pack as a mail to be sent by hand: the summary in its text, the pack attached.

Outlook opens a file that says ``X-Unsent: 1`` as a draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from cxdata.charts.theme import ACCENT, CLASS_COLOURS, MUTED
from cxdata.i18n import Translator, translator
from cxdata.pack.pack import Pack, PackFigure
from cxdata.panels import Mood

MAIL_INK, MAIL_PALE = "#1d2b33", "#56646d"
VERDICT_COLOURS: dict[Mood, str] = {
    "good": CLASS_COLOURS["promoter"],
    "bad": CLASS_COLOURS["detractor"],
    "neutral": MUTED,
}


@dataclass(frozen=True)
class Attachment:
    """A file of a mail: its name, what kind it is (``application/pdf``), its content."""

    name: str
    kind: str
    content: bytes


def pack_mail(pack: Pack, attachments: Sequence[Attachment]) -> bytes:
    """The mail as a file: text and HTML say the same, and every text of the pack is text."""
    message = pack_message(pack, attachments)
    message["X-Unsent"] = "1"
    return message.as_bytes()


def pack_message(
    pack: Pack, attachments: Sequence[Attachment], notes: Sequence[str] = ()
) -> EmailMessage:
    """The mail without sender and recipient; ``notes`` are lines below the summary."""
    tr = translator(pack.locale)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(f"{pack.title} – {pack.subtitle}")
    below = "".join(f"{it}\n" for it in notes)
    # Written so that every server takes it: lines stay short, and all signs ASCII.
    message.set_content(mail_text(pack, tr) + below, cte="quoted-printable")
    message.add_alternative(mail_html(pack, tr, notes), subtype="html", cte="quoted-printable")
    for it in attachments:
        main, _, sub = it.kind.partition("/")
        message.add_attachment(it.content, maintype=main, subtype=sub, filename=it.name)
    message["Content-Language"] = pack.locale  # last: parts that are added take it along
    return message


def summary_figures(pack: Pack) -> tuple[PackFigure, ...]:
    """What the text of a mail says: the summary; without one, each section's first figure."""
    for section in pack.sections:
        if section.is_one_sheet:
            return section.figures
    return tuple(it.figures[0] for it in pack.sections if it.figures)


def mail_text(pack: Pack, tr: Translator) -> str:
    """The summary as plain text."""
    lines = [pack.title, " · ".join((pack.scope, pack.known)), ""]
    for figure in summary_figures(pack):
        lines += [figure.question, _value(figure, tr), figure.title]
        lines += [figure.reason if figure.reason != figure.title else ""]
        lines += [f"→ {figure.decision}"] if figure.decision else []
        lines += [" · ".join((*figure.basis, *figure.notes)), ""]
    lines += _facts(pack, tr)
    return "\n".join(_without_empty(lines)) + "\n"


def _without_empty(lines: Sequence[str]) -> list[str]:
    """Without empty lines after empty ones: where a figure has no value there is none."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        is_end = place + 1 == len(lines) or lines[place + 1] == ""
        if line or (kept and kept[-1] and is_end) or (kept and kept[-1] and lines[place - 1]):
            kept.append(line)
    return kept


def _value(figure: PackFigure, tr: Translator) -> str:
    if figure.headline is None:
        return ""
    value = tr("{label}: {value}", label=figure.headline.label, value=figure.headline.value)
    return f"{value} ({figure.headline.verdict})" if figure.headline.verdict else value


def _facts(pack: Pack, tr: Translator) -> list[str]:
    return [tr("{label}: {value}", label=name, value=value) for name, value in pack.facts]


def mail_html(pack: Pack, tr: Translator, notes: Sequence[str] = ()) -> str:
    """The summary as HTML that mail programs show: tables, and styles on each part."""
    cards = "".join(_card(it) for it in summary_figures(pack))
    facts = "<br>".join(map(escape, [*_facts(pack, tr), *notes]))
    return (
        f'<!doctype html><html lang="{escape(pack.locale)}"><head><meta charset="utf-8">'
        f"<title>{escape(pack.title)}</title></head>"
        f'<body style="font-family:Calibri,Arial,sans-serif;color:{MAIL_INK};margin:16px">'
        f'<h1 style="font-size:22px;margin:0 0 4px">{escape(pack.title)}</h1>'
        f'<p style="color:{MAIL_PALE};margin:0 0 12px">'
        f"{escape(pack.scope)} · {escape(pack.known)}</p>"
        f'<table role="presentation" cellpadding="0" cellspacing="0" width="640">{cards}</table>'
        f'<p style="color:{MAIL_PALE};font-size:11px">{facts}</p></body></html>'
    )


def _card(figure: PackFigure) -> str:
    parts = [f'<p style="color:{MAIL_PALE};margin:0">{escape(figure.question)}</p>']
    if figure.headline:
        parts.append(
            f'<p style="font-size:28px;font-weight:bold;color:{ACCENT};margin:0">'
            f"{escape(figure.headline.value)}</p>"
        )
        if figure.headline.verdict:
            colour = VERDICT_COLOURS[figure.headline.mood]
            parts.append(
                f'<p style="font-weight:bold;color:{colour};margin:0">'
                f"● {escape(figure.headline.verdict)}</p>"
            )
    parts.append(f'<h2 style="font-size:16px;margin:4px 0">{escape(figure.title)}</h2>')
    if figure.reason and figure.reason != figure.title:
        parts.append(f'<p style="margin:0">{escape(figure.reason)}</p>')
    if figure.decision:
        parts.append(f'<p style="margin:0;color:{ACCENT}">→ {escape(figure.decision)}</p>')
    small = " · ".join((*figure.basis, *figure.notes))
    parts.append(f'<p style="color:{MAIL_PALE};font-size:11px;margin:4px 0 0">{escape(small)}</p>')
    return (
        f'<tr><td style="border-top:3px solid {ACCENT};padding:8px 0 16px">{"".join(parts)}'
        "</td></tr>"
    )


def _one_line(text: str) -> str:
    return re.sub(r"\s*[\r\n]+\s*", " ", text)
