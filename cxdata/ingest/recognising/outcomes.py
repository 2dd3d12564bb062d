"""Columns that tell in words how a call ended: answered, missed, left to the voicemail."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.recognising.layout import Layout

ANSWERED = "is_answered"
FLAGS = frozenset({ANSWERED, "is_abandoned"})
LEAST_CELLS = 2  # filled cells from which words say something
# Words that only the end of a call is told with; the others may be the state of a ticket, too.
EVIDENT = frozenset(
    map(
        plain_form,
        (
            *("answered", "unanswered", "not answered", "missed", "missed call", "no answer"),
            *("voicemail", "left voicemail", "hung up", "hangup", "abandoned", "call answered"),
            *("décroché", "décrochée", "non décroché", "non décrochée", "pas décroché", "manqué"),
            *("manquée", "appel manqué", "appel décroché", "raccroché", "abandonné", "abandonnée"),
            *("messagerie vocale", "boîte vocale", "répondeur", "répondu", "répondue"),
            *("non répondu", "sans réponse", "appel abandonné", "appel répondu", "perdu"),
        ),
    )
)


def outcome_column(
    layout: Layout, rows: Sequence[Sequence[str]], decided: Collection[str]
) -> int | None:
    """The one column that no field is taken from and that holds nothing but ends of calls; None
    if the layout has a flag for them, or if there is none or more than one.

    Parameters
    ----------
    rows
        The first rows below the header.
    decided
        The fields that somebody said something of.
    """
    if layout.kind != "contacts" or FLAGS & {*layout.columns, *layout.fixed, *decided}:
        return None
    taken = {*layout.columns.values(), *(each.index for each in layout.left_out)}
    found = [
        index
        for index in range(len(layout.headers))
        if index not in taken and _are_outcomes([row[index] for row in rows if index < len(row)])
    ]
    return found[0] if len(found) == 1 else None


def _are_outcomes(cells: Sequence[str]) -> bool:
    words = [plain_form(cell) for cell in cells if cell.strip()]
    known = load_columns().spellings[ANSWERED]
    return (
        len(words) >= LEAST_CELLS
        and all(word in known for word in words)
        and any(word in EVIDENT for word in words)
    )
