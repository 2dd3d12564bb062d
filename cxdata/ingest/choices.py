"""What can be said about a file before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, TypedDict

from cxdata.models import Kind

DateOrder = Literal["dmy", "mdy"]
DecimalMark = Literal[",", "."]
SameId = Literal["combine", "replace", "apart"]
EmptyCellsChoice = Literal["keep", "clear"]
Unfinished = Literal["leave", "take"]
Waits = Literal["answered", "unknown"]
SwappedDates = Literal["repair", "keep"]
Summary = Literal["weigh"]
NamesChoice = Literal["hash"]
PriceInterval = Literal["month", "year", "quarter", "week"]


class Choices(TypedDict, total=False):
    """How a file is to be read; what is left out is found out, or asked.

    Keys
    ----
    kind
        What it holds; else the kind that its headers fit best.
    mapping
        Field -> header, ``#3`` for the third column, ``=value`` for all rows, ``!header`` for
        the opposite of a column of yes and no, or nothing to leave a field out; other fields are
        found by their headers.
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
    swapped_dates
        Whether half-converted dates, with day and month swapped, are swapped back (``"repair"``)
        or taken as they stand (``"keep"``).
    two_parts
        Field of a duration, or ``all`` of them -> what ``02:03`` is: ``"h:mm"`` or ``"mm:ss"``.
    flags
        Field of yes and no -> the value that means yes, several with ``|`` between them.
    waits
        What waits of contacts are whose file doesn't say how they ended: until an answer, all of
        them (``"answered"``), or that isn't known (``"unknown"``).
    summary
        Whether a table of sums is taken as so many answers (``"weigh"``); else it is refused.
    price_interval
        What a price is for, ``"month"``, ``"year"``, ``"quarter"`` or ``"week"``, where neither
        its header nor a column tells.
    revenue_year
        The last year of which a column by year (``CA 2025``) has the revenue of a whole year, or
        ``"none"``, where that year isn't over.
    names
        Whether a keyed stand-in is stored in the place of each name (``"hash"``).
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
    empty_cells: EmptyCellsChoice | None
    unfinished: Unfinished | None
    names: NamesChoice | None
    swapped_dates: SwappedDates | None
    two_parts: Mapping[str, str] | None
    flags: Mapping[str, str] | None
    waits: Waits | None
    summary: Summary | None
    price_interval: PriceInterval | None
    revenue_year: str | None
    extract_date: date | datetime | None
    profile: str | None
