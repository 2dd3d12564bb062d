"""Rows below the header that go on with it: survey tools write up to three."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cxdata.ingest.columns import Columns, load_columns, plain_form
from cxdata.ingest.reading.tables import FileRow
from cxdata.ingest.recognising.currencies import CURRENCY

MAX_EXTRA_HEADER_ROWS = 3
LEAST_SPREAD_COLUMNS = 3  # unnamed columns from which a header counts as spread

_NUMBER_OR_DATE = re.compile(
    rf"\s*(?:{CURRENCY}\s*)?[-+]?\d[\d\s.,:/%€$+TZ-]*(?:[aApP][mM]|[kKM]?\s*{CURRENCY})?\s*"
)
_DIGITS = re.compile(r"\d+")
_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']""")


def extra_header_rows(
    headers: Sequence[str], below: Sequence[FileRow], formed: Sequence[int]
) -> list[FileRow]:
    """The rows straight below the header that are no data.

    ``formed`` are the columns whose values have a form, such as dates and scores: where the rows
    further below have it and this one has a text instead, it is a header, too.
    """
    table = load_columns()
    extra: list[FileRow] = []
    for place, (line, cells) in enumerate(below[:MAX_EXTRA_HEADER_ROWS]):
        rest = [each for _, each in below[place + 1 :]]
        is_spread = place == 0 and _names_spread_columns(headers, cells)
        if not (
            is_spread or _has_markers(cells, table) or _is_label_row(cells, rest, formed, table)
        ):
            break
        extra.append((line, cells))
    return extra


def _names_spread_columns(headers: Sequence[str], cells: Sequence[str]) -> bool:
    """A question spread over unnamed columns, each of which this row names differently."""
    padded = [*headers, *[""] * (len(cells) - len(headers))]
    unnamed = [index for index, header in enumerate(padded) if not header and index > 0]
    texts = [cells[index].strip() if index < len(cells) else "" for index in unnamed]
    if len(unnamed) < LEAST_SPREAD_COLUMNS or not all(texts):
        return False
    if any(_NUMBER_OR_DATE.fullmatch(text) for text in texts):
        return False
    groups: dict[int, list[str]] = {}
    for index, text in zip(unnamed, texts, strict=True):
        start = max(place for place in range(index) if padded[place] or place == 0)
        groups.setdefault(start, []).append(text)
    return all(len(set(group)) == len(group) for group in groups.values())


def _has_markers(cells: Sequence[str], table: Columns) -> bool:
    """Some cell is what only survey tools write, and no cell is a number or a date."""
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in cells):
        return False
    return any(plain_form(cell) in table.header_markers or _IMPORT_ID.match(cell) for cell in cells)


def _is_label_row(
    cells: Sequence[str], rest: Sequence[Sequence[str]], formed: Sequence[int], table: Columns
) -> bool:
    """No cell has a number's or date's form, though the columns below it have."""
    filled = [cell for cell in cells if cell.strip()]
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in filled) or _goes_on_below(cells, rest):
        return False
    labelled = [index for index in formed if _label(cells, index, table)]
    return any(
        _NUMBER_OR_DATE.fullmatch(row[index])
        for row in rest
        for index in labelled
        if index < len(row)
    )


def _goes_on_below(cells: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """A cell with a digit has the form of the one below it, as R1 stands above R2."""
    forms = [_DIGITS.sub("9", cell) for cell in cells]
    return any(
        form == _DIGITS.sub("9", row[index])
        for index, form in enumerate(forms)
        if "9" in form
        for row in rest[:1]
        if index < len(row)
    )


def _label(cells: Sequence[str], index: int, table: Columns) -> bool:
    text = cells[index].strip() if index < len(cells) else ""
    return bool(text) and text.casefold() not in table.nothing
