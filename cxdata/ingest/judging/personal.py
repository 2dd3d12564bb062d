"""Personal data that no figure needs: found by headers and values, left out unless kept."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.rows import FileRow, Table
from cxdata.ingest.recognising.layout import Layout
from cxdata.ingest.stand_ins import IN_TEXT

PERSONAL_FILE = Path(__file__).with_name("personal.toml")
SPREAD_ROWS = 2_000  # from all over the file, in which every column is looked at
SPREAD_CELLS = 400_000  # at most; a wide table is looked at in fewer rows
SAMPLED_CELLS = 5_000  # of a column that is taken, spread over the whole file
FEW_DISTINCT = 500  # different cells of a sample, up to which all of the column's are looked at
LEAST_SHARE = 0.5  # of a column's filled cells that look like personal data
LEAST_DISTINCT = 3  # different cells from which they count each once, however often others stand
LEAST_BARE = 10  # different cells from which digits alone can be told from other numbers
BARE_SHARE = 0.95  # of these that have a phone number's form
START_LENGTH = 6  # digits with which phone numbers of many people begin differently
MOST_STARTS = 50  # different beginnings are enough, however many cells there are

NOT_TAKEN = N_(
    "Personal data, not taken: {columns}. A column that is needed can be kept on purpose."
)
LOOKS_PERSONAL = N_("{column} looks like personal data, and {field} would be taken from it.")
TAKEN = N_(
    "Personal data, taken and stored: {columns}. A field is there for it; leave the field out if "
    "it isn't needed."
)
KEPT = N_("Personal data, kept on purpose: {columns}.")
INSIDE_TEXTS = N_(
    "{column}: {count} texts contain an e-mail address or a phone number. They are kept as they "
    "were written."
)
# Fields in which people write what they like.
FREE_TEXTS = ("comment", "reason", "end_reason", "evidence")

_CAN_BE = re.compile(r"[\d@]")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True)
class PersonalKind:
    """What a kind of personal data is called and looks like.

    ``values`` is the form of a cell, ``bare`` one that other numbers may have as well; a column
    in whose header one of the words of ``numbers`` stands isn't judged by that. ``inside`` is
    looked for within longer texts.
    """

    name: str
    headers: frozenset[str]
    parts: tuple[str, ...]
    values: re.Pattern[str]
    bare: re.Pattern[str] | None
    numbers: frozenset[str]
    inside: str


@dataclass(frozen=True)
class _Cells:
    """Filled cells of a column with how often each is there, and the different ones, of these or
    of the whole column."""

    sample: Mapping[str, int]
    distinct: Collection[str]

    @property
    def count(self) -> int:
        return sum(self.sample.values())


@dataclass(frozen=True)
class FoundInValues:
    """What all values of taken columns tell that some rows didn't.

    ``dropped`` are fields that are not taken after all, ``columns`` all columns that were found.
    """

    dropped: frozenset[str] = frozenset()
    columns: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


@cache
def personal_kinds() -> tuple[PersonalKind, ...]:
    raw = tomllib.loads(PERSONAL_FILE.read_text("utf-8"))
    return tuple(
        PersonalKind(
            name,
            frozenset(map(plain_form, table["headers"])),
            tuple(map(plain_form, table["parts"])),
            re.compile(table["values"]),
            re.compile(table["bare"]) if "bare" in table else None,
            frozenset(table.get("numbers", [])),
            table.get("inside", ""),
        )
        for name, table in raw.items()
    )


def personal_columns(
    layout: Layout, head: Sequence[FileRow], spread: Sequence[Sequence[str]] = ()
) -> dict[int, str]:
    """Column -> kind of personal data, by its header or by most of the cells that are looked at."""
    headers = [cells for line, cells in head if line <= layout.last_header_line]
    below = [cells for line, cells in head if line > layout.last_header_line]
    below += [list(cells) for cells in spread if list(cells) not in headers]
    found = {}
    for index, header in enumerate(layout.headers):
        cells = Counter(_stripped(row[index] for row in below if index < len(row)))
        if (kind := _kind_of(header, _Cells(cells, cells))) is not None:
            found[index] = kind
    return found


def personal_kind(header: str, texts: pl.Series) -> str | None:
    """The kind of personal data that a whole column holds, judged by cells from all over it.

    >>> personal_kind("Contact", pl.Series(["", "", "ann@example.com"]))
    'e-mail'
    """
    return _kind_of(header, _cells_of(texts))


def without_personal(
    layout: Layout, table: Table, kept_columns: Collection[str]
) -> tuple[Layout, list[Note]]:
    """The layout without columns of personal data that nobody asked to keep.

    Goes by headers and some rows; ``personal_values`` looks at all rows of what is taken. A column
    stays if its header is in ``kept_columns``, or its field is there for such data.

    Raises
    ------
    ImportRefused
        If a field that must be there would be lost so.
    """
    spread = table.spread(min(SPREAD_ROWS, SPREAD_CELLS // max(len(layout.headers), 1)) or 1)
    found = personal_columns(layout, table.head(), spread)
    kept = {index for index in found if _is_kept(layout, index, kept_columns)}
    dropped = _dropped(layout, found, kept)
    left = without_fields(layout, dropped)
    taken = set(left.columns.values())
    untaken = [index for index in found if index not in taken]
    notes = [
        *_named(NOT_TAKEN, layout, untaken),
        *_named(KEPT, layout, [index for index in kept if index in taken]),
        *_named(TAKEN, layout, [index for index in found if index in taken - kept]),
    ]
    return replace(left, personal=found), notes


def personal_values(
    layout: Layout,
    texts: Mapping[str, pl.Series],
    kept_columns: Collection[str],
) -> FoundInValues:
    """What looks like personal data in a file of which some rows didn't show it.

    Of each text field that is taken, cells from all over the file are judged.

    Raises
    ------
    ImportRefused
        If a field that must be there would be lost so.
    """
    found = {}
    for name, index in layout.columns.items():
        is_text = load_columns().field(layout.kind, name).type == "text"
        if index in layout.personal or not is_text or _holds(layout, name, "anything"):
            continue
        if (kind := personal_kind(layout.headers[index], texts[name])) is not None:
            found[index] = kind
    kept = {index for index in found if _is_kept(layout, index, kept_columns)}
    dropped = _dropped(layout, found, kept)
    notes = (
        *_named(NOT_TAKEN, layout, [layout.columns[name] for name in dropped]),
        *_named(KEPT, layout, kept),
        *_named(TAKEN, layout, found.keys() - kept - {layout.columns[it] for it in dropped}),
    )
    return FoundInValues(dropped, tuple(sorted(found)), notes)


def taken_personal(
    layout: Layout, found: Collection[int], kept_columns: Collection[str]
) -> frozenset[int]:
    """Of the columns with personal data those that are stored though nobody kept them on purpose:
    a field is there for them."""
    taken = set(layout.columns.values()) & set(found)
    return frozenset(it for it in taken if not _is_kept(layout, it, kept_columns))


def without_fields(layout: Layout, names: Collection[str]) -> Layout:
    columns = {name: index for name, index in layout.columns.items() if name not in names}
    return replace(layout, columns=columns)


def count_inside(texts: pl.Series, column: str) -> Iterator[Note]:
    """A note if e-mail addresses or phone numbers stand within free texts."""
    inside = "|".join(each.inside for each in personal_kinds() if each.inside)
    candidates = texts.filter(texts.str.contains(r"@|\d\d\D?\d\d"))
    if count := int(candidates.str.contains(inside).sum()):
        yield Note(INSIDE_TEXTS, column=column, count=count)


def name_fields(layout: Layout, found: Collection[int]) -> list[str]:
    """The fields that say who somebody is: those that are there for it, and columns of personal
    data that are kept on purpose; ``found`` are such columns beside those of the layout."""
    described = load_columns()
    fields = {
        name: described.field(layout.kind, name)
        for name in dict.fromkeys((*layout.columns, *layout.fixed))
    }
    return [
        name
        for name, field in fields.items()
        if field.type == "text"
        and name not in FREE_TEXTS
        and (field.holds or layout.columns.get(name) in {*layout.personal, *found})
    ]


def without_addresses(texts: pl.Series) -> pl.Series:
    """Free texts without the e-mail addresses and phone numbers within."""
    inside = "|".join(each.inside for each in personal_kinds() if each.inside)
    return texts.str.replace_all(inside, IN_TEXT)


def _cells_of(texts: pl.Series) -> _Cells:
    """Cells from all over a column; the different ones of all its cells, if they are few."""
    filled = texts.filter(texts.str.len_bytes() > 0)
    sample = Counter(_spread(filled))
    cells = _Cells(sample, sample)
    if cells.count < len(filled) and len(sample) <= FEW_DISTINCT:
        return _Cells(sample, Counter(_spread(filled.unique(maintain_order=True))))
    return cells


def _spread(cells: pl.Series) -> list[str]:
    return _stripped(cells.gather_every(max(1, -(-len(cells) // SAMPLED_CELLS))))


def _stripped(cells: Iterable[str]) -> list[str]:
    return [stripped for cell in cells if (stripped := cell.strip())]


def _kind_of(header: str, cells: _Cells) -> str | None:
    # "E-mail" may also be a channel, "Phone" a count: cells that are there must be able to be.
    can_be = any(map(_CAN_BE.search, cells.distinct))
    for kind in personal_kinds():
        if _is_called_so(kind, header) and (can_be or not cells.distinct):
            return kind.name
        if can_be and (_look_so(kind, cells) or _are_bare(kind, header, cells.distinct)):
            return kind.name
    return None


def _is_called_so(kind: PersonalKind, header: str) -> bool:
    name = plain_form(header)
    return name in kind.headers or any(part in name for part in kind.parts)


def _look_so(kind: PersonalKind, cells: _Cells) -> bool:
    """Most of the cells, or most of the different ones if these are more than a few."""
    found = _matching(kind.values, cells.sample)
    matching = sum(map(cells.sample.__getitem__, found))
    if matching and matching >= LEAST_SHARE * cells.count:
        return True
    if cells.distinct is not cells.sample:
        found = _matching(kind.values, cells.distinct)
    return len(found) >= LEAST_DISTINCT and len(found) >= LEAST_SHARE * len(cells.distinct)


def _matching(form: re.Pattern[str], cells: Iterable[str]) -> list[str]:
    return [cell for cell in cells if form.match(cell)]


def _are_bare(kind: PersonalKind, header: str, distinct: Collection[str]) -> bool:
    """Nearly all have the form of digits alone, and they begin in many ways; a count doesn't."""
    if kind.bare is None or len(distinct) < LEAST_BARE or _words(header) & kind.numbers:
        return False
    matching = _matching(kind.bare, distinct)
    starts = {cell[:START_LENGTH] for cell in matching}
    is_varied = len(starts) >= min(LEAST_SHARE * len(matching), MOST_STARTS)
    return len(matching) >= BARE_SHARE * len(distinct) and is_varied


def _words(header: str) -> set[str]:
    """The words of a header without accents: N° client, OrderID, order_id.

    >>> sorted(_words("Réf. OrderID"))
    ['id', 'order', 'ref']
    """
    letters = unicodedata.normalize("NFKD", header.replace("°", ""))
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    return {word.casefold() for word in _WORD.findall(bare)}


def _is_kept(layout: Layout, index: int, kept_columns: Collection[str]) -> bool:
    names = {layout.headers[index], layout.column_names[index], f"#{index + 1}"}
    return bool({plain_form(name) for name in names} & {plain_form(name) for name in kept_columns})


def _dropped(layout: Layout, found: Mapping[int, str], kept: Collection[int]) -> frozenset[str]:
    """The fields that lose their column; refused if one of them must be there."""
    dropped = [
        name
        for name, index in layout.columns.items()
        if index in found and index not in kept and not _holds(layout, name, found[index])
    ]
    for name in dropped:
        if load_columns().field(layout.kind, name).is_required:
            raise ImportRefused(
                LOOKS_PERSONAL,
                "Keep the column on purpose (--keep), or name another one.",
                column=layout.header_of(name),
                field=name,
            )
    return frozenset(dropped)


def _holds(layout: Layout, name: str, kind: str) -> bool:
    """A comment may hold anything: it is the customer's answer, and is never left out."""
    return load_columns().field(layout.kind, name).holds in (kind, "anything")


def _named(template: str, layout: Layout, indexes: Collection[int]) -> Iterator[Note]:
    if indexes:
        names = (layout.column_names[index] for index in sorted(indexes))
        yield Note(template, columns=", ".join(names))
