"""Tables in which a row sums up many answers: it is none."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from cxdata.errors import ImportRefused
from cxdata.ingest.columns import plain_form
from cxdata.ingest.reading.tables import FileRow
from cxdata.ingest.recognising.layout import Layout

COUNT_HEADERS = frozenset(
    map(
        plain_form,
        (
            *("count", "counts", "number", "n", "total", "responses", "answers", "respondents"),
            *("number of responses", "number of answers", "number of respondents", "nb responses"),
            *("response count", "answer count", "total responses", "frequency", "sample size"),
            *("base", "nombre", "effectif", "effectifs", "reponses", "repondants", "frequence"),
            *("nombre de reponses", "nb reponses", "nb de reponses", "nbre de reponses", "volume"),
            *("nombre de repondants", "total reponses", "taille de l echantillon", "nb", "nbre"),
            *("nombre reponses", "nombre d avis", "nb avis", "reviews", "votes", "surveys"),
            *("completed surveys", "surveys completed", "enquetes", "nombre d enquetes"),
        ),
    )
)
# What a row about one person has, and a sum hasn't.
OF_ONE = frozenset({"response_id", "customer_id", "comment"})
LEAST_ROWS = 2

PROMOTERS = re.compile(r"promot(?:er|eur|or)")
DETRACTORS = re.compile(r"detract(?:or|eur)")
_NUMBER = re.compile(r"[-+]?\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?\s*%?")
_FLAG = re.compile(r"[01]?|true|false|yes|no|oui|non|vrai|faux|x", re.IGNORECASE)


def see_no_summary(head: Sequence[FileRow], layout: Layout) -> None:
    """Refuse a table of sums.

    Raises
    ------
    ImportRefused
        If promoters and detractors are counted side by side, or a count stands beside the score.
    """
    counted = summing_columns(head, layout)
    if counted:
        raise ImportRefused(
            "Each row sums up many answers ({columns}): its value is the score of nobody.",
            "Export the answers themselves, one row for each, with its date and score; or have the "
            "sums taken as so many answers (--summary weigh, “How the file is read”).",
            columns=", ".join(layout.headers[index] for index in counted),
        )


def summing_columns(head: Sequence[FileRow], layout: Layout) -> list[int]:
    """The columns that show a table to be one of sums; none if it isn't."""
    if layout.kind != "responses":
        return []
    rows = [cells for line, cells in head if line > layout.last_header_line]
    return [*_promoters_and_detractors(layout, rows), *_counts(layout, rows)]


def _promoters_and_detractors(layout: Layout, rows: Sequence[Sequence[str]]) -> list[int]:
    names = [plain_form(header) for header in layout.headers]
    promoters = [i for i, name in enumerate(names) if PROMOTERS.search(name)]
    detractors = [i for i, name in enumerate(names) if DETRACTORS.search(name)]
    found = [index for index in (*promoters[:1], *detractors[:1]) if _are_counts(rows, index)]
    return found if promoters and detractors else []


def _are_counts(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Numbers, and not only a yes or no of each row."""
    cells = _cells(rows, index)
    is_flag = all(_FLAG.fullmatch(cell) for cell in cells)
    return bool(cells) and not is_flag and all(_NUMBER.fullmatch(cell) for cell in cells)


def _counts(layout: Layout, rows: Sequence[Sequence[str]]) -> list[int]:
    if OF_ONE & layout.columns.keys() or not any(
        name.endswith("_score") for name in layout.columns
    ):
        return []
    taken = set(layout.columns.values())
    return [
        index
        for index, header in enumerate(layout.headers)
        if plain_form(header) in COUNT_HEADERS
        and index not in taken
        and _weigh(_cells(rows, index))
    ][:1]


def _weigh(cells: Collection[str]) -> bool:
    """Whole numbers, some above 1, that don't number the rows."""
    if len(cells) < LEAST_ROWS:
        return False
    digits = [re.sub(r"[\s\u00a0\u202f]", "", cell) for cell in cells]
    if not all(text.isdecimal() for text in digits):
        return False
    numbers = [int(text) for text in digits]
    steps = {after - before for before, after in pairwise(numbers)}
    return max(numbers) > 1 and steps not in ({1}, {-1})


def _cells(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    return [row[index].strip() for row in rows if index < len(row) and row[index].strip()]
