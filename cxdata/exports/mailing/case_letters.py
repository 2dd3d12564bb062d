"""What an owner of cases is told: what happened, the comment, and a link; as they may see it now.

A mail after an import tells of the cases that it opened for them; the weekly one of all that they
haven't finished. Cases that they may not see, or that are settled meanwhile, aren't in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cxdata.cases.changing import UNFINISHED_CASES
from cxdata.cases.listing import CaseChoice, cases_now, recorded_cases
from cxdata.cases.telling import DIGEST_MAIL, case_links, told_reader
from cxdata.errors import AccessError
from cxdata.i18n import N_, Translator
from cxdata.i18n.firm import firm_translator
from cxdata.i18n.names import name_of
from cxdata.outbox import CHAT_PREFIX, Letter, Mail, NothingToSay, one_line_of
from cxdata.sentences.cases import about_text, case_due_text, why_text
from cxdata.store.connection import Store

# Of more the mail says how many; the list has them all.
MOST_TOLD_CASES = 40


def case_letter(store: Store, mail: Mail) -> Letter:
    """The mail, by the rights of its recipient now.

    Raises
    ------
    AccessError
        If they may see none of the cases, or no cases at all.
    CxDataError
        If no mail may go to them.
    NothingToSay
        If none of the cases is left to do.
    """
    seen = store.seen_by(told_reader(store, store, mail.recipient))
    tr = firm_translator(store.settings, mail.locale)
    if mail.kind == DIGEST_MAIL:
        choice = CaseChoice("unfinished", owner=mail.recipient)
        found = recorded_cases(seen, choice, MOST_TOLD_CASES)
        count = int(found["case_count"][0]) if found.height else 0
    else:
        found = _opened(seen, store, mail)
        count = found.height
        found = found.head(MOST_TOLD_CASES)
    if not count:
        raise NothingToSay(N_("There is nothing to tell any more."))
    rows = list(found.iter_rows(named=True))
    dashboard = store.file_settings.mail
    names = {it["case_number"]: _name(it, tr) for it in rows}
    paragraphs = [_told(it, store, tr) for it in rows]
    if count > len(rows):
        paragraphs.append(
            tr.plural("And {n} more in the dashboard.", "And {n} more in the dashboard.",
                      count - len(rows))
        )  # fmt: skip
    if not dashboard.dashboard_url:
        paragraphs.append(tr("Look in the dashboard, on the page Cases."))
    subject = _subject(mail, rows, count, tr)
    return Letter(one_line_of(subject), tuple(paragraphs), case_links(dashboard, names))


def _opened(seen: Store, whole: Store, mail: Mail) -> pl.DataFrame:
    """Those of the cases that the mail is about which are still theirs and to do."""
    found = _called(seen, mail.about)
    if found.is_empty() and not _called(whole, mail.about).is_empty():
        raise AccessError(
            N_("{name} may not see the cases that this mail is about."),
            N_("Give them the right to, or give the case to somebody else."),
            name=mail.recipient,
        )
    is_theirs = pl.lit(True) if _is_chat(mail) else pl.col("owner_email") == mail.recipient
    return found.filter(pl.col("status").is_in(UNFINISHED_CASES) & is_theirs)


def _is_chat(mail: Mail) -> bool:
    return mail.recipient.startswith(CHAT_PREFIX)


def _called(store: Store, case_ids: Sequence[str]) -> pl.DataFrame:
    return store.query("cases_told", case_ids=list(case_ids), now=cases_now())


def _subject(mail: Mail, rows: Sequence[Mapping[str, Any]], count: int, tr: Translator) -> str:
    if mail.kind == DIGEST_MAIL:
        late = sum(bool(it["is_overdue"]) for it in rows)
        told = tr.plural("{n} case to do", "{n} cases to do", count)
        return (
            f"{told}, {tr.plural('{n} overdue', '{n} overdue', late)}" if late else told
        )  # the list has overdue ones first
    if count == 1:
        return _name(rows[0], tr)
    if _is_chat(mail):
        return tr.plural("{n} new case", "{n} new cases", count)
    return tr.plural("{n} new case for you", "{n} new cases for you", count)


def _name(row: Mapping[str, Any], tr: Translator) -> str:
    return tr("Case {number}", number=row["case_number"]) + f" · {about_text(row, tr)}"


def _told(row: Mapping[str, Any], store: Store, tr: Translator) -> str:
    """One case: whom it is about, why, what the customer wrote, until when."""
    marks = [
        tr("Strategic account") if row["is_strategic"] else "",
        name_of("severity", row["severity"], tr) if row["severity"] != "normal" else "",
    ]
    lines = [
        " · ".join([_name(row, tr), *filter(None, marks)]),
        why_text(row, tr),
        row["comment"] or "",
        case_due_text(row, store.settings.firm.time_zone, tr),
    ]
    return "\n".join(it for it in lines if it)
