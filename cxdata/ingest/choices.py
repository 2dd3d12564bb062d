"""What can be said about a file before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, TypedDict

from cxdata.models import Kind

DateOrder = Literal["dmy", "mdy"]
DecimalMark = Literal[",", "."]
SameId = Literal["combine", "replace", "apart"]
EmptyCells = Literal["keep", "clear"]
Unfinished = Literal["leave", "take"]


class Choices(TypedDict, total=False):
    """How a file is to be read; what is left out is found out, or asked.

    Keys
    ----
    kind
        What it holds; else the kind that its headers fit best.
    mapping
        Field -> header, ``#3`` for the third column, ``=value`` for all rows, or nothing to
        leave a field out; other fields are found by their headers.
    sheet
        A sheet's name, or ``#2``.
    encoding, delimiter
        Of a delimited text, such as ``cp1252`` and ``;``.
    date_order
        ``"dmy"`` or ``"mdy"``, for the columns whose values don't prove it.
    decimal_mark
        ``","`` or ``"."``, for the columns whose values don't prove it.
    time_zone
        Of times without an offset; else the firm's.
    scales
        Field, or ``ratings`` for all of them -> ``"0-10"``, ``"1-5"``, ``"1-7"``; an effort
        score asked as ease has ``"1-5 easy"`` or ``"1-7 easy"``.
    kept_columns
        Headers of columns with personal data that are kept on purpose.
    dimensions
        Headers of columns that are kept as dimensions of the firm's own, under their names.
    same_id
        What rows of one identifier are, in the file or in the store: parts of one
        (``"combine"``), newer states of the same (``"replace"``), different ones (``"apart"``).
    empty_cells
        Whether an empty cell keeps what the store has (``"keep"``) or not (``"clear"``).
    unfinished
        Whether unfinished, disqualified and test answers are left out (``"leave"``, the default)
        or taken (``"take"``).
    extract_date
        Up to when the file tells: a moment, or a day, which then counts to its end.
    profile
        The name of a saved profile; else one that fits the file's shape is taken by itself.
    """

    kind: Kind | None
    mapping: Mapping[str, str] | None
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    date_order: DateOrder | None
    decimal_mark: DecimalMark | None
    time_zone: str | None
    scales: Mapping[str, str] | None
    kept_columns: Sequence[str]
    dimensions: Sequence[str]
    same_id: SameId | None
    empty_cells: EmptyCells | None
    unfinished: Unfinished | None
    extract_date: date | datetime | None
    profile: str | None
