"""Personal data that no figure needs: found by headers and values, left out unless kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain
from cxdata.ingest.mapping import Layout
from cxdata.ingest.notes import Note
from cxdata.ingest.rows import Row

PERSONAL_FILE = Path(__file__).with_name("personal.toml")
LEAST_SHARE = 0.5  # of a column's filled cells that look like personal data

NOT_TAKEN = N_(
    "Personal data, not taken: {columns}. A column that is needed can be kept on purpose."
)
LOOKS_PERSONAL = N_("{column} looks like personal data, and {field} would be taken from it.")
KEPT = N_("Personal data, kept on purpose: {columns}.")
INSIDE_TEXTS = N_(
    "{column}: {count} texts contain an e-mail address or a phone number. They are kept as they "
    "were written."
)


@dataclass(frozen=True)
class PersonalKind:
    """What a kind of personal data is called and looks like."""

    name: str
    headers: frozenset[str]
    parts: tuple[str, ...]
    values: re.Pattern[str]
    inside: str


@cache
def personal_kinds() -> tuple[PersonalKind, ...]:
    raw = tomllib.loads(PERSONAL_FILE.read_text("utf-8"))
    return tuple(
        PersonalKind(
            name,
            frozenset(map(plain, table["headers"])),
            tuple(map(plain, table["parts"])),
            re.compile(table["values"]),
            table.get("inside", ""),
        )
        for name, table in raw.items()
    )


def personal_columns(layout: Layout, head: Sequence[Row]) -> dict[int, str]:
    """Column -> kind of personal data, by its header or by most of its first cells."""
    below = [cells for line, cells in head if line > layout.last_header_line]
    found = {}
    for index, header in enumerate(layout.headers):
        cells = [row[index].strip() for row in below if index < len(row) and row[index].strip()]
        kind = next((each.name for each in personal_kinds() if _is_so(each, header, cells)), None)
        if kind is not None:
            found[index] = kind
    return found


def without_personal(
    layout: Layout, head: Sequence[Row], kept_columns: Collection[str]
) -> tuple[Layout, list[Note]]:
    """The layout without columns of personal data that nobody asked to keep.

    A column stays if its header is in ``kept_columns``, or its field is there for such data.

    Raises
    ------
    ImportRefused
        If a field that must be there would be lost so.
    """
    found = personal_columns(layout, head)
    kept = {index for index in found if _is_kept(layout, index, kept_columns)}
    dropped = {
        name: index
        for name, index in layout.columns.items()
        if index in found and index not in kept and not _holds(layout, name, found[index])
    }
    _check_required(layout, dropped)
    taken = set(layout.columns.values()) - set(dropped.values())
    untaken = [index for index in found if index not in taken]
    columns = {name: index for name, index in layout.columns.items() if name not in dropped}
    kept_taken = [index for index in kept if index in taken]
    notes = [*_named(NOT_TAKEN, layout, untaken), *_named(KEPT, layout, kept_taken)]
    return replace(layout, columns=columns), notes


def count_inside(texts: pl.Series, column: str) -> Iterator[Note]:
    """A note if e-mail addresses or phone numbers stand within free texts."""
    inside = "|".join(each.inside for each in personal_kinds() if each.inside)
    candidates = texts.filter(texts.str.contains(r"@|\d\d\D?\d\d"))
    if count := int(candidates.str.contains(inside).sum()):
        yield Note(INSIDE_TEXTS, column=column, count=count)


def _is_so(kind: PersonalKind, header: str, cells: Sequence[str]) -> bool:
    name = plain(header)
    if name in kind.headers or any(part in name for part in kind.parts):
        # "E-mail" may also be a channel, "Phone" a count: cells that are there must be able to be.
        return not cells or any(re.search(r"[\d@]", cell) for cell in cells)
    matching = sum(kind.values.match(cell) is not None for cell in cells)
    return matching > 0 and matching >= LEAST_SHARE * len(cells)


def _is_kept(layout: Layout, index: int, kept_columns: Collection[str]) -> bool:
    names = {layout.headers[index], layout.column_names[index], f"#{index + 1}"}
    return bool({plain(name) for name in names} & {plain(name) for name in kept_columns})


def _holds(layout: Layout, name: str, kind: str) -> bool:
    """A comment may hold anything: it is the customer's answer, and is never left out."""
    return load_columns().field(layout.kind, name).holds in (kind, "anything")


def _check_required(layout: Layout, dropped: Collection[str]) -> None:
    for name in dropped:
        if load_columns().field(layout.kind, name).is_required:
            raise ImportRefused(
                LOOKS_PERSONAL,
                "Keep the column on purpose (--keep), or name another one.",
                column=layout.header_of(name),
                field=name,
            )


def _named(template: str, layout: Layout, indexes: Sequence[int]) -> Iterator[Note]:
    if indexes:
        names = (layout.column_names[index] for index in sorted(indexes))
        yield Note(template, columns=", ".join(names))
