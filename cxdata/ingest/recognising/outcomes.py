"""Columns that tell in words how something ended: a call answered or missed, a customer lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.recognising.layout import Layout
from cxdata.models import Kind

ANSWERED = "is_answered"
FLAGS = frozenset({ANSWERED, "is_abandoned"})
LEAST_CELLS = 2  # filled cells from which words say something


@dataclass(frozen=True)
class Ending:
    """The ``flag`` that such words are read as, unless one of ``flags`` is there, and the words
    that only an end is told with; the others may be the state of something else, too."""

    flag: str
    flags: frozenset[str]
    evident: frozenset[str]


def _plain(*words: str) -> frozenset[str]:
    return frozenset(map(plain_form, words))


ENDS_IN_WORDS: Mapping[Kind, Ending] = {
    "contacts": Ending(
        ANSWERED,
        FLAGS,
        _plain(
            *("answered", "unanswered", "not answered", "missed", "missed call", "no answer"),
            *("voicemail", "left voicemail", "hung up", "hangup", "abandoned", "call answered"),
            *("décroché", "décrochée", "non décroché", "non décrochée", "pas décroché", "manqué"),
            *("manquée", "appel manqué", "appel décroché", "raccroché", "abandonné", "abandonnée"),
            *("messagerie vocale", "boîte vocale", "répondeur", "répondu", "répondue"),
            *("non répondu", "sans réponse", "appel abandonné", "appel répondu", "perdu"),
        ),
    ),
    # A list of customers whose state nobody reads would count those who left as being there.
    "customers": Ending(
        "is_lost",
        frozenset({"is_lost"}),
        _plain(
            *("churned", "churn", "lost", "left", "cancelled", "canceled", "terminated"),
            *("former", "former customer", "former client", "ex client", "ancien client"),
            *("ancienne cliente", "client perdu", "parti", "partie", "perdu", "perdue", "résilié"),
            *("résiliée", "désabonné", "désabonnée", "inactive", "inactif", "closed", "clôturé"),
            *("expired", "expiré", "deactivated", "désactivé", "quitté", "a quitté"),
        ),
    ),
}


def outcome_column(
    layout: Layout, rows: Sequence[Sequence[str]], decided: Collection[str]
) -> int | None:
    """The one column that no field is taken from and that holds nothing but ends; None if the
    layout has a flag for them, or if there is none or more than one.

    Parameters
    ----------
    rows
        The first rows below the header.
    decided
        The fields that somebody said something of.
    """
    outcome = ENDS_IN_WORDS.get(layout.kind)
    if outcome is None or outcome.flags & {*layout.columns, *layout.fixed, *decided}:
        return None
    taken = {*layout.columns.values(), *(each.index for each in layout.left_out)}
    found = [
        index
        for index in range(len(layout.headers))
        if index not in taken
        and _are_outcomes([row[index] for row in rows if index < len(row)], outcome)
    ]
    return found[0] if len(found) == 1 else None


def _are_outcomes(cells: Sequence[str], outcome: Ending) -> bool:
    words = [plain_form(cell) for cell in cells if cell.strip()]
    known = load_columns().spellings[outcome.flag]
    return (
        len(words) >= LEAST_CELLS
        and all(word in known for word in words)
        and any(word in outcome.evident for word in words)
    )
