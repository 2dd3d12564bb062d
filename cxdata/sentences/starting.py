"""For whoever begins: what one row of each kind of file is, and what it adds to the figures."""

from __future__ import annotations

from collections.abc import Collection

from cxdata.i18n import N_, Translator
from cxdata.models import KINDS, Kind

ROWS: dict[Kind, str] = {
    "responses": N_("One row per answer to a survey."),
    "contacts": N_("One row per call, e-mail, chat or message."),
    "customers": N_("One row per customer, those who left as well."),
    "assessments": N_("One row per assessed indicator of a journey."),
    "invitations": N_("One row per invitation to a survey, answered or not."),
}
ADDS: dict[Kind, str] = {
    "responses": N_("The NPS with its causes, satisfaction and effort, the class of a customer."),
    "contacts": N_("Answers in time, waits, the backlog, contacts that come back."),
    "customers": N_("What churn costs; segment, region and product for answers and contacts."),
    "assessments": N_("The upper levels of the CX pyramid."),
    "invitations": N_("Who answered and who didn't: the response rate, by group and over time."),
}
# They add to one part of a page; a firm whose survey tool doesn't export them lacks nothing.
OPTIONAL_KINDS: tuple[Kind, ...] = ("invitations",)
WITHOUT_ANSWERS = N_(
    "This export doesn't say when somebody first answered: without that there is no rate of "
    "answers in time."
)
QUESTIONS = N_("The questions themselves are found by their words, in whatever order they stand.")


def missing_kinds(held: Collection[str]) -> tuple[Kind, ...]:
    """The kinds of file that a store with these kinds still waits for, the optional ones aside."""
    return tuple(kind for kind in KINDS if kind not in held and kind not in OPTIONAL_KINDS)


def row_sentence(kind: Kind, tr: Translator) -> str:
    """What one row of the file is."""
    return tr(ROWS[kind])


def adds_sentence(kind: Kind, tr: Translator) -> str:
    """What files of this kind add to the figures."""
    return tr(ADDS[kind])
