"""Tables of sums taken as weighted counts: a row of n answers becomes n rows without identity.

They have a date and a score and nothing else; of classes, whose scores nobody knows any more,
promoters are put at 9, passives at 7 and detractors at 6.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import plain_form
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.rows import OnProgress, Table
from cxdata.ingest.recognising.layout import Layout
from cxdata.ingest.recognising.shapes import is_total
from cxdata.ingest.recognising.summaries import COUNT_HEADERS, DETRACTORS, PROMOTERS

MOST_ANSWERS = 200_000  # that one table of sums may stand for
SCORE_HEADER = "nps_score"
ROUNDED = 2  # answers that three rounded shares may miss
CLASS_SCORES = (9, 7, 6)  # promoters, passives, detractors
WEIGHED = N_(
    "{rows} rows of sums were taken as {count} answers without customer or identifier, as said. "
    "Of promoters, passives and detractors the exact scores aren't known: they stand at 9, 7 and 6."
)
WEIGHED_SCORES = N_(
    "{rows} rows of sums were taken as {count} answers without customer or identifier, as said."
)

_PASSIVES = re.compile(r"passi(?:ve|f|v)|neutr")


@dataclass(frozen=True)
class Weighed:
    """The answers as delimited text, and what is said of them."""

    content: bytes
    note: Note


def weighed(table: Table, layout: Layout, say: OnProgress) -> Weighed:
    """One row per answer that the table counts.

    Raises
    ------
    ImportRefused
        If the counts can't be told, or are too many.
    """
    width = len(layout.headers)
    frame = table.rows(range(width), layout.last_header_line, width, say).frame
    rows = [[cell or "" for cell in row[1:]] for row in frame.iter_rows()]
    rows = [row for row in rows if any(cell.strip() for cell in row) and not is_total(row)]
    classes = _classes(layout.headers)
    counts = (i for i, header in enumerate(layout.headers) if plain_form(header) in COUNT_HEADERS)
    total = next(counts, None)
    score = layout.columns.get("nps_score")
    used = {*classes, total, *([score] if score is not None else [])}
    kept = [index for index in range(width) if index not in used]
    if not _has_classes(classes):
        if score is None or total is None:
            raise ImportRefused("What the rows of sums count can't be told.", "Export the answers.")
        counted = [(row, [(row[score], _count(row[total]))]) for row in rows]
    else:
        counted = [(row, list(_of_classes(row, classes, total))) for row in rows]
    count = sum(number for _, each in counted for _, number in each)
    if count > MOST_ANSWERS:
        raise ImportRefused(
            "The rows stand for {count} answers; at most {limit} are taken.",
            "Split the table, or export the answers.",
            count=count,
            limit=MOST_ANSWERS,
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(layout.headers[index] for index in kept), SCORE_HEADER])
    for row, each in counted:
        for answer, number in each:
            writer.writerows([[*(row[index] for index in kept), answer]] * number)
    template = WEIGHED if _has_classes(classes) else WEIGHED_SCORES
    return Weighed(text.getvalue().encode(), Note(template, rows=len(rows), count=count))


def _classes(headers: Sequence[str]) -> list[int | None]:
    return [_first(headers, pattern) for pattern in (PROMOTERS, _PASSIVES, DETRACTORS)]


def _has_classes(classes: Sequence[int | None]) -> bool:
    return classes[0] is not None and classes[2] is not None


def _first(headers: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    found = (i for i, header in enumerate(headers) if pattern.search(plain_form(header)))
    return next(found, None)


def _of_classes(
    row: Sequence[str], classes: Sequence[int | None], total: int | None
) -> Iterator[tuple[str, int]]:
    """The counts of a row; shares are those of its total, which also tells the passives."""
    whole = _count(row[total]) if total is not None else None
    counts = [_count(row[index], whole) if index is not None else None for index in classes]
    promoters, passives, detractors = counts
    if passives is None and whole is not None:
        passives = max(whole - (promoters or 0) - (detractors or 0), 0)
    if passives is None:
        raise ImportRefused(
            "Promoters and detractors alone don't tell how many answers there were.",
            "Add a column with the passives or with all answers.",
        )
    numbers = (promoters or 0, passives, detractors or 0)
    if whole is not None and abs(sum(numbers) - whole) > ROUNDED:
        raise ImportRefused(
            "{sum} promoters, passives and detractors aren't the {whole} answers beside them.",
            "Correct it in the file.",
            sum=sum(numbers),
            whole=whole,
        )
    for score, number in zip(CLASS_SCORES, numbers, strict=True):
        yield str(score), number


def _count(cell: str, whole: int | None = None) -> int:
    text = re.sub(r"[\s\u00a0\u202f]", "", cell).replace(",", ".")
    if not text:
        raise ImportRefused("A count of answers is empty.", "Write 0 where there were none.")
    if text.endswith("%") and whole is not None and re.fullmatch(r"\d+(\.\d+)?%", text):
        return round(float(text[:-1]) * whole / 100)
    if not re.fullmatch(r"\d+(\.0+)?", text):
        raise ImportRefused("{value} is no count of answers.", "Correct it.", value=cell.strip())
    return int(float(text))
