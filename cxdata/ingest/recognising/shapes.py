"""What a table's first rows look like: headers over rows, rows without headers, a cross-tab, a
list of what codes mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cxdata.ingest.columns import load_columns, plain_form

LEAST_CELLS = 2  # of a row that is called data
LEAST_COUNTED = 2  # columns of counts and rows of categories that make a cross-tab
MAX_CODEBOOK_WIDTH = 6

_DAY = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T\sà]+\d{1,2}[:h]\d{2}.*)?\s*", re.DOTALL)
_NUMBER = re.compile(r"\s*[-+]?[\d\s\u00a0\u202f]*\d([.,]\d+)?\s*%?\s*")
_YEAR = re.compile(r"\s*(19|20)\d\d\s*")


def is_day(cell: str) -> bool:
    """Whether a cell is a day or a moment and nothing else.

    >>> is_day("31/03/2026 14:05"), is_day("Export of 31/03/2026"), is_day("3.5")
    (True, False, False)
    """
    return bool(_DAY.fullmatch(cell))


def has_no_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is data: it has a day where the next row has one, or a number in
    every column in which the rows below have nothing else.

    >>> has_no_header([["2026-01-05", "9"], ["2026-01-06", "7"]])
    True
    >>> has_no_header([["date", "nps"], ["2026-01-06", "7"]])
    False
    """
    if len(rows) < 2:
        return False
    first, below = rows[0], rows[1:]
    if any(is_day(cell) and is_day(under) for cell, under in zip(first, below[0], strict=False)):
        return True
    if len(_filled(first)) < LEAST_CELLS:
        return False
    numbers = [index for index in range(len(first)) if _is_all_numbers(below, index)]
    years = [index for index in numbers if _YEAR.fullmatch(first[index])]
    is_counting = all(_NUMBER.fullmatch(first[index]) for index in numbers)
    return bool(numbers) and is_counting and len(years) < len(numbers)


def is_cross_tab(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows and columns are categories, and the cells count.

    The rows are named once each, all else is numbers, and somewhere there is a total, a share or
    a whole row of numbers for headers.

    >>> rows = [["North", "3", "4", "7"], ["South", "1", "2", "3"]]
    >>> is_cross_tab(["", "Web", "Shop", "Total"], rows)
    True
    >>> is_cross_tab(["id", "nps", "csat"], [["a", "9", "5"], ["b", "7", "4"]])
    False
    """
    names = [row[0].strip() for row in rows if row and row[0].strip()]
    cells = [cell for row in rows for cell in row[1:] if cell.strip()]
    if len(names) < LEAST_COUNTED or len(set(names)) < len(names) or len(_filled(headers[1:])) < 2:
        return False
    if any(_NUMBER.fullmatch(name) or is_day(name) for name in names) or not cells:
        return False
    if not all(_NUMBER.fullmatch(cell) for cell in cells):
        return False
    words = {plain_form(text) for text in [*names, *headers]}
    are_numbers = all(_NUMBER.fullmatch(header) for header in _filled(headers[1:]))
    return (
        bool(words & load_columns().counting) or any("%" in cell for cell in cells) or are_numbers
    )


def is_codebook(headers: Sequence[str]) -> bool:
    """Whether the headers are those of a list of variables, labels and values.

    >>> is_codebook(["Variable", "Label", "Values"]), is_codebook(["Date", "NPS"])
    (True, False)
    """
    filled = [plain_form(header) for header in _filled(headers)]
    return 2 <= len(filled) <= MAX_CODEBOOK_WIDTH and load_columns().codebook.issuperset(filled)


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row adds up the rows above it, or says from when they are.

    >>> is_total(["Total", "", "41"]), is_total(["Reporting period 2026-03-01 to 2026-03-31"])
    (True, True)
    >>> is_total(["Reporting period", "9"])
    False
    """
    filled = [plain_form(cell) for cell in cells if cell.strip()]
    words = load_columns()
    if len(filled) == 1 and filled[0].startswith(words.footers):
        return True
    return bool(filled) and filled[0] in words.totals


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell.strip()]


def _is_all_numbers(rows: Sequence[Sequence[str]], index: int) -> bool:
    cells = [row[index] for row in rows if index < len(row) and row[index].strip()]
    return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)
