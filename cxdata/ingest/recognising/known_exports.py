"""Exports of known tools: how each is recognised, and which of its columns means what.

Each is a small file in ``export_forms/``; a new tool needs no code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cxdata.i18n import N_
from cxdata.ingest.choices import DateOrder
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.models import Kind

FORMS_FOLDER = Path(__file__).with_name("export_forms")
LONGEST_NAME = 500  # characters of a header that are compared
# Why rows of an export are no answers.
REASONS_LEFT_OUT = {
    "previews": N_("previews and tests"),
    "unfinished": N_("unfinished answers"),
    "other_surveys": N_("answers to another kind of survey"),
    "not_sent": N_("invitations that were not sent"),
}
_IMPORT_ID = re.compile(r"""^\s*\{\s*["']ImportId["']\s*:\s*["']([^"']*)["']""")

Names = Sequence[frozenset[str]]  # what each column is called, in plain form


@dataclass(frozen=True)
class RowsLeftOut:
    """Rows that are no answers: those in which one of ``columns`` has one of ``values``."""

    columns: tuple[str, ...]
    values: frozenset[str]
    reason: str


@dataclass(frozen=True)
class Export:
    """The form of one tool's export; all headers are in plain form.

    It is known by one header of each group of ``known_by``, by ``first_header`` and by a question
    among the headers if it ``asks``, ``unless`` some other header is there. ``columns`` are the
    headers of each field, the preferred first; ``fixed`` the values of fields that no column
    tells; columns of ``never`` are taken for no field. ``joined_with`` names a column of the
    tool's other table, without which this one is half of the whole. ``headers`` are the preferred
    headers of each field as the tool writes them. ``menu`` is the way to the file in the tool's
    own words, as far as public documents show it, ``source`` such a document. A form that no tool
    writes has ``is_tool`` false.
    """

    name: str
    kind: Kind
    known_by: tuple[frozenset[str], ...] = ()
    first_header: frozenset[str] = frozenset()
    asks: bool = False
    unless: frozenset[str] = frozenset()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    left_out: tuple[RowsLeftOut, ...] = ()
    date_order: DateOrder | None = None
    time_zone: str | None = None
    scales: Mapping[str, str] = field(default_factory=dict)
    joined_with: str = ""
    menu: tuple[str, ...] = ()
    source: str = ""
    is_tool: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


def column_names(
    headers: Sequence[str], below: Sequence[Sequence[str]]
) -> tuple[frozenset[str], ...]:
    """What each column is called: by its header, by further header rows, by its import id.

    >>> column_names(["Q1"], [["Would you?"], ["{'ImportId':'QID1'}"]]) == (
    ...     frozenset({"q1", "wouldyou", "qid1"}),
    ... )
    True
    """
    return _called(tuple(headers), tuple(map(tuple, below)))


@lru_cache(maxsize=200)
def _called(
    headers: tuple[str, ...], below: tuple[tuple[str, ...], ...]
) -> tuple[frozenset[str], ...]:
    """Asked for each kind of file and row that may be the header, several times."""
    rows = [headers, *below]
    return tuple(
        frozenset(_name(row[index][:LONGEST_NAME]) for row in rows if index < len(row)) - {""}
        for index in range(len(headers))
    )


def recognise_export(names: Names, headers: Sequence[str]) -> Export | None:
    """The export whose marks are all there, the one with the most marks; None if there is none."""
    return _recognised(tuple(names), tuple(headers))


@lru_cache(maxsize=200)
def _recognised(names: tuple[frozenset[str], ...], headers: tuple[str, ...]) -> Export | None:
    """Asked several times for each row that may be the header."""
    every = frozenset().union(*names)
    known = [each for each in load_exports() if _fits(each, every, names, headers)]
    return max(known, key=lambda each: len(each.known_by), default=None)


def columns_in(export: Export, names: Names) -> dict[str, int]:
    """Field -> the column that the export has for it, by the headers' order of preference.

    Of fields that say the same, such as a moment and a duration, the first listed is taken.
    """
    table = load_columns()
    found: dict[str, int] = {}
    for name, headers in export.columns.items():
        if table.rivals(export.kind, name) & found.keys():
            continue
        index = _first_called(headers, names, taken=found.values())
        if index is not None:
            found[name] = index
    return found


def never_taken(export: Export, names: Names) -> frozenset[int]:
    """The columns that are taken for no field."""
    return frozenset(index for index, called in enumerate(names) if called & export.never)


def left_out_columns(export: Export, names: Names) -> list[tuple[int, RowsLeftOut]]:
    """The columns that say which rows are no answers, each with what it says."""
    found = [(_first_called(each.columns, names), each) for each in export.left_out]
    return [(index, each) for index, each in found if index is not None]


@cache
def load_exports() -> tuple[Export, ...]:
    """Every export in ``export_forms/``, by the files' names."""
    return tuple(_export(path) for path in sorted(FORMS_FOLDER.glob("*.toml")))


@lru_cache(maxsize=20_000)
def _name(cell: str) -> str:
    import_id = _IMPORT_ID.match(cell)
    return _plain_header(import_id[1] if import_id else cell)


def _plain_header(text: str) -> str:
    """The plain form, or the sign that the header is (#)."""
    return plain_form(text) or text.strip()


def _fits(export: Export, every: frozenset[str], names: Names, headers: Sequence[str]) -> bool:
    if export.first_header and not (names and names[0] & export.first_header):
        return False
    if export.asks and not any(header.rstrip().endswith("?") for header in headers):
        return False
    is_known = not any(group.isdisjoint(every) for group in export.known_by)
    return is_known and export.unless.isdisjoint(every)


def _first_called(headers: Sequence[str], names: Names, taken: Collection[int] = ()) -> int | None:
    for header in headers:
        for index, called in enumerate(names):
            if header in called and index not in taken:
                return index
    return None


def _export(path: Path) -> Export:
    raw = tomllib.loads(path.read_text("utf-8"))
    return Export(
        name=raw["name"],
        kind=raw["kind"],
        known_by=tuple(_plain_set(group) for group in raw.get("known_by", [])),
        first_header=_plain_set(raw.get("first_header", [])),
        asks=raw.get("asks", False),
        unless=_plain_set(raw.get("unless", [])),
        columns={name: tuple(map(_plain_header, each)) for name, each in raw["columns"].items()},
        fixed=raw.get("fixed", {}),
        never=_plain_set(raw.get("never", [])),
        left_out=tuple(_rows_left_out(each) for each in raw.get("left_out", [])),
        date_order=raw.get("date_order"),
        time_zone=raw.get("time_zone"),
        scales=raw.get("scales", {}),
        joined_with=raw.get("joined_with", ""),
        menu=tuple(raw.get("menu", [])),
        source=raw.get("source", ""),
        is_tool=raw.get("is_tool", True),
        headers={name: each[0] for name, each in raw["columns"].items()},
    )


def _rows_left_out(raw: Mapping[str, Any]) -> RowsLeftOut:
    return RowsLeftOut(
        tuple(map(_plain_header, raw["columns"])),
        _plain_set(raw["values"]),
        REASONS_LEFT_OUT[raw["reason"]],
    )


def _plain_set(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(map(_plain_header, texts))
