"""Files of invitations: told from those of answers and contacts, and which rows were never sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.recognising.known_exports import REASONS_LEFT_OUT
from cxdata.ingest.recognising.layout import Layout, LeftOut

# What only a file of invitations tells. A status may be that of anything.
_MARKS = frozenset(
    {
        *("invitation_id", "wave", "sent_by", "is_delivered", "delivered_at", "is_bounced"),
        *("is_opened", "opened_at", "is_started", "started_at", "is_answered", "answered_at"),
    }
)
_SCORES = frozenset({"nps_score", "csat_score", "ces_score"})
# What stands instead of a moment where nothing was sent.
_NOT_YET = frozenset(
    map(plain_form, ("", "n", "no", "non", "false", "0", "not sent", "non envoyé", "-"))
)
_FAILED = "failed"


def are_invitations(layout: Layout, others: Mapping[str, Layout]) -> bool:
    """Whether a layout of invitations says so itself, beside those that take the same header for
    one of other kinds: it says when each was sent, and has no scores.

    A list of all who were asked, with the scores of those who answered, is a file of answers
    unless somebody says otherwise.
    """
    if layout.export:
        return True
    if "sent_at" not in layout.columns:
        return False
    answers, contacts = others.get("responses"), others.get("contacts")
    if answers is not None and _SCORES & answers.columns.keys():
        return False
    if _MARKS & layout.columns.keys():
        return contacts is None or bool(contacts.missing) or _has_steps(layout)
    return "status" in layout.columns and (contacts is None or bool(contacts.missing))


def _has_steps(layout: Layout) -> bool:
    """Whether two different things tell what became of it."""
    return len({*_MARKS, "status"} & layout.columns.keys()) > 1


def unsent_columns(layout: Layout) -> Iterator[LeftOut]:
    """The columns that say which rows were never sent."""
    reason = REASONS_LEFT_OUT["not_sent"]
    spellings = load_columns().spellings["invitation_status"]
    if "status" in layout.columns:
        failed = frozenset(word for word, value in spellings.items() if value == _FAILED)
        yield LeftOut(layout.columns["status"], failed, reason)
    if "sent_at" in layout.columns:
        yield LeftOut(layout.columns["sent_at"], _NOT_YET, reason)
