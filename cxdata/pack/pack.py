"""What a board pack is: plain, frozen values in the language of its reader.

Nothing here computes or words anything, and nothing knows a face. A pack that is kept holds all
that its slides, its PDF, its workbook and its mail say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from cxdata.charts.theme import ACCENT
from cxdata.models import Counted
from cxdata.pack.plain import CELL_LETTERS, is_number, short_text, unparted
from cxdata.panels.panel import Mood
from cxdata.panels.units import Unit

# lines: over time; bars: groups side by side, each with its interval; stacked: parts of a whole;
# columns: counts or shares upright; steps: from a first to a last value; spans: from low to high;
# points: two figures of each thing against each other.
ChartKind = Literal["lines", "bars", "stacked", "columns", "steps", "spans", "points"]
# pale: a small base; hollow: a period that isn't over.
PointMark = Literal["full", "pale", "hollow"]
Values = tuple[float | None, ...]
# What a cell without a value says.
NOTHING_SAID = ("", "–")


@dataclass(frozen=True)
class Series:
    """One row of numbers of a chart, with the ends of their intervals where they have any.

    ``starts`` are where steps and spans begin: a span reaches from there to its value, a step is
    as long as its value. ``across`` is the other figure of points. ``is_level`` is a goal, a target
    or a limit.
    """

    name: str
    values: Values
    low: Values = ()
    high: Values = ()
    starts: Values = ()
    across: Values = ()
    across_low: Values = ()
    across_high: Values = ()
    colour: str = ACCENT
    colours: tuple[str, ...] = ()
    marks: tuple[PointMark, ...] = ()
    is_level: bool = False
    is_dashed: bool = False

    @property
    def has_interval(self) -> bool:
        """Whether any value has an interval."""
        return any(it is not None for it in self.low)


@dataclass(frozen=True)
class PackEvent:
    """What happened, and the period of the chart in which it did."""

    place: int
    text: str


@dataclass(frozen=True)
class PackChart:
    """A chart as its data: ``names`` are the places of the values, in reading order.

    ``levels`` are values that all are held against, each with its name. ``unit`` is that of the
    values, ``across_unit`` that of the other figure of points. ``axis`` names what is drawn,
    ``across_axis`` the other direction of points. ``totals`` are the places of steps that are no
    step but a level.
    """

    kind: ChartKind
    names: tuple[str, ...]
    series: tuple[Series, ...]
    unit: Unit = "number"
    across_unit: Unit = "number"
    levels: tuple[tuple[str, float], ...] = ()
    events: tuple[PackEvent, ...] = ()
    axis: str = ""
    across_axis: str = ""
    totals: tuple[int, ...] = ()


@dataclass(frozen=True)
class GridCell:
    """A field of a coloured table: what it says, its number, its colour (empty: none)."""

    text: str
    value: float | None = None
    colour: str = ""


@dataclass(frozen=True)
class PackGrid:
    """A table whose fields are coloured by their number."""

    across: tuple[str, ...]
    down: tuple[str, ...]
    cells: tuple[tuple[GridCell, ...], ...]


@dataclass(frozen=True)
class PackTable:
    """A table of texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def shortened(self) -> PackTable:
        """The table as a page has room for it: no cell longer than a few lines or parted within a
        date, no column that says nothing but the first."""
        told = [
            place
            for place in range(len(self.columns))
            if not (place and self.rows and all(row[place] in NOTHING_SAID for row in self.rows))
        ]
        rows = (
            tuple(unparted(short_text(row[it], CELL_LETTERS)) for it in told) for row in self.rows
        )
        return PackTable(tuple(self.columns[it] for it in told), tuple(rows))

    @property
    def number_columns(self) -> tuple[bool, ...]:
        """Which columns hold numbers and nothing else, so that they stand at the right."""
        return tuple(
            any(row[place] not in NOTHING_SAID for row in self.rows)
            and all(row[place] in NOTHING_SAID or is_number(row[place]) for row in self.rows)
            for place in range(len(self.columns))
        )


@dataclass(frozen=True)
class PyramidLevel:
    """A level: the share of journeys that reached it, and those that stand on it, in words."""

    number: int
    name: str
    lit_share: float
    journeys: tuple[str, ...]


@dataclass(frozen=True)
class PackHeadline:
    """One large value in words, with its verdict."""

    label: str
    value: str
    verdict: str
    mood: Mood


@dataclass(frozen=True)
class PackFigure:
    """One figure with all that is said of it; a slide, a page and a sheet each.

    ``title`` is its message, ``basis`` how many cases it rests on and its interval, ``scope`` its
    filters and ``known`` how far its data goes, in words. ``method`` names how it is computed,
    ``method_place`` where that stands. ``reason`` says why there is nothing, or nothing drawn.
    ``frame`` are its numbers with their ``units``, as files of the pages have them.
    ``names_people`` says that it lists people.
    """

    key: str
    question: str
    title: str
    basis: tuple[str, ...]
    scope: str
    known: str
    method: str
    method_place: str
    headline: PackHeadline | None = None
    chart: PackChart | None = None
    grid: PackGrid | None = None
    pyramid: tuple[PyramidLevel, ...] = ()
    table: PackTable | None = None
    notes: tuple[str, ...] = ()
    lead: str = ""
    decision: str = ""
    reason: str = ""
    subject: Counted = "answers"
    data_until: date | None = None
    frame: pl.DataFrame | None = None
    names_people: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing but why."""
        return not (self.headline or self.chart or self.grid or self.pyramid or self.table)

    @property
    def description(self) -> str:
        """What it shows in one text, for those who don't see it."""
        value = self.headline and f"{self.headline.label} – {self.headline.value}"
        said = (self.question, self.title, value, self.reason, *self.basis)
        return " – ".join(dict.fromkeys(it for it in said if it))


@dataclass(frozen=True)
class PackSection:
    """A part of the pack: its figures side by side on one sheet, or one after the other.

    ``is_one_sheet`` is the summary: all its figures are answers of one sheet.
    """

    key: str
    title: str
    figures: tuple[PackFigure, ...]
    is_one_sheet: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether none of its figures shows anything but why."""
        return len(self.figures) > 1 and all(it.is_empty for it in self.figures)


@dataclass(frozen=True)
class PackMethod:
    """How figures are computed: a heading of the methods, what it says first, and for which."""

    name: str
    heading: str
    statement: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """The whole pack. ``facts`` say what it was made from: a name and a value in words each."""

    title: str
    subtitle: str
    scope: str
    known: str
    locale: str
    currency: str
    confidence: str
    sections: tuple[PackSection, ...]
    methods: tuple[PackMethod, ...]
    facts: tuple[tuple[str, str], ...]
    data_until: date | None = None

    @property
    def figures(self) -> tuple[PackFigure, ...]:
        """All figures, in their order."""
        return tuple(it for section in self.sections for it in section.figures)

    @property
    def names_people(self) -> bool:
        """Whether anything in it lists people."""
        return any(it.names_people for it in self.figures)
