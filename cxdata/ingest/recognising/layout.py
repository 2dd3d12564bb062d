"""Where the header of a table stands and which column each field is taken from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cxdata.errors import ImportRefused
from cxdata.ingest.choices import DateOrder
from cxdata.models import Kind

SHOWN_HEADERS = 12
SHOWN_HEADER_LENGTH = 40
INVERTED = "!"  # a mapping to "!header" takes the opposite of a column of yes and no
FIXED = "="  # a mapping to "=value" gives every row that value


@dataclass(frozen=True)
class LeftOut:
    """A column whose value says that a row is no answer: a preview, a test, an unfinished one.

    ``values`` are these values in plain form; ``""`` stands for an empty cell. If ``only_with`` is
    not empty, they say it only where all cells of the column are among these.
    """

    index: int
    values: frozenset[str]
    reason: str
    only_with: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """Where the header stands, and which column each field is taken from.

    ``columns`` holds the column's index, ``fixed`` the values that every row gets.
    ``extra_lines`` are further header rows, which are no data. ``confidence`` says how sure each
    column is, from 0 to 1. ``export`` is the tool whose export was recognised; ``left_out``,
    ``date_order``, ``time_zone`` and ``scales`` are what is known of its files, and
    ``joined_with`` is a column of its other table. ``personal`` are the columns that look like
    personal data, each with its kind. ``first_cells`` are shown where there is no
    header; ``header_line`` is then 0. ``inverted`` are the flags that say the opposite of
    their columns.
    """

    kind: Kind
    header_line: int
    headers: tuple[str, ...]
    columns: dict[str, int]
    fixed: dict[str, str]
    extra_lines: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    width: int = 0
    missing: tuple[str, ...] = ()
    unknown: str = ""
    match_count: int = 0
    confidence: Mapping[str, float] = field(default_factory=dict)
    export: str = ""
    left_out: tuple[LeftOut, ...] = ()
    date_order: DateOrder | None = None
    time_zone: str | None = None
    scales: Mapping[str, str] = field(default_factory=dict)
    joined_with: str = ""
    personal: Mapping[int, str] = field(default_factory=dict)
    is_cross_tab: bool = False
    first_cells: tuple[str, ...] = ()
    inverted: frozenset[str] = frozenset()

    @property
    def last_header_line(self) -> int:
        return max([self.header_line, *self.extra_lines])

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> the user's header, ``!header`` for its opposite, or ``=value``."""
        names = self.column_names
        chosen = {
            name: (INVERTED if name in self.inverted else "") + names[index]
            for name, index in self.columns.items()
        }
        return chosen | {name: FIXED + value for name, value in self.fixed.items()}

    @property
    def column_names(self) -> tuple[str, ...]:
        """What names each column and no other: its header or label if it is the only one so
        called, else its number."""
        labels = [*self.labels, *[""] * len(self.headers)]
        names = [header or label for header, label in zip(self.headers, labels, strict=False)]
        return tuple(
            name if name and names.count(name) == 1 else f"#{index + 1}"
            for index, name in enumerate(names)
        )

    @property
    def untaken(self) -> tuple[str, ...]:
        """The headers of the columns that no field is taken from."""
        taken = set(self.columns.values())
        return tuple(
            header for index, header in enumerate(self.headers) if header and index not in taken
        )

    def header_of(self, name: str) -> str:
        """What the user calls the column: its header, or else its label, or its number."""
        index = self.columns[name]
        label = self.labels[index] if index < len(self.labels) else ""
        return self.headers[index] or label or f"#{index + 1}"


def require_complete(layout: Layout) -> None:
    """Refuse a file in which a field that must be there is found in no column.

    Raises
    ------
    ImportRefused
        It names what is missing, the columns that there are, and how to map one.
    """
    headers = shortened(layout.headers)
    if layout.is_cross_tab:
        raise ImportRefused(
            "The file is a cross-tab, not one row per answer.",
            "Export the answers themselves: one row for each, with its date.",
        )
    if layout.first_cells and (layout.unknown or layout.missing):
        raise ImportRefused(
            "The file's first row holds values, not headers: {cells}.",
            "Write headers above it, or name the columns by number, for example "
            "--map responded_at=#1 --map nps_score=#2.",
            cells=shortened(layout.first_cells),
        )
    if layout.unknown:
        near = nearest(layout.unknown, layout.headers)
        raise ImportRefused(
            "There is no column {header} in the file.",
            "Did you mean {near}?" if near else "Its columns are: {headers}.",
            header=layout.unknown,
            near=near,
            headers=headers,
        )
    if not layout.match_count:
        raise ImportRefused(
            "None of the file's columns is known. They are: {headers}.",
            "Say what the file holds (--as) and where it stands (--map responded_at=COLUMN).",
            headers=headers,
        )
    if layout.missing:
        raise ImportRefused(
            "The file has no column for {missing}. Its columns are: {headers}.",
            "Name the column, for example --map {example}=COLUMN, or a value for all rows, "
            "--map {example}==VALUE.",
            missing=", ".join(layout.missing),
            headers=headers,
            example=layout.missing[0].split(" / ")[0],
        )


def shortened(headers: Sequence[str]) -> str:
    """The first headers in one line, none of them longer than a glance."""
    named = [" ".join(header.split()) for header in headers if header.strip()]
    shown = [
        header if len(header) <= SHOWN_HEADER_LENGTH else header[: SHOWN_HEADER_LENGTH - 1] + "…"
        for header in named[:SHOWN_HEADERS]
    ]
    return ", ".join([*shown, "…"] if len(named) > SHOWN_HEADERS else shown)


def nearest(text: str, choices: Sequence[str]) -> str:
    """The choice that looks most like the text; empty if none does."""
    near = difflib.get_close_matches(text, [choice for choice in choices if choice], 1)
    return near[0] if near else ""
