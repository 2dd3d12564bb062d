"""A figure as a thing: everything that a face needs to show it, and nothing of any face.

A panel is made by one pure function of a :class:`Request`. Pages, the command line and whatever
writes slides, mails or files show the same panels; none of them computes or words anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

import polars as pl

from cxdata.charts.svg import Sketch
from cxdata.charts.theme import Figure, Mode
from cxdata.i18n import Translator
from cxdata.metrics.known_until import known_until
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.models import Counted, Filters, Grain
from cxdata.panels.units import Unit, units_of
from cxdata.sentences import beyond_rights_text, scope_text
from cxdata.sentences.known import known_text
from cxdata.store.connection import Store

Mood = Literal["good", "bad", "neutral"]

P = ParamSpec("P")
R = TypeVar("R")


class Remembered(Protocol):
    """How the results of functions of the store are come by: computed now, or kept from before."""

    def __call__(self, function: Callable[..., R], /, *arguments: Any, **options: Any) -> R: ...


@dataclass(frozen=True, eq=False)
class SharedFrame:
    """A frame as something to remember by: the very same one, not one with equal rows."""

    frame: pl.DataFrame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedFrame) and self.frame is other.frame

    def __hash__(self) -> int:
        return id(self.frame)


def _drawn_in(
    store: Store,
    draw: Callable[..., Figure],
    shared: SharedFrame,
    tr: Translator,
    *arguments: Any,
    **options: Any,
) -> Figure:
    return draw(shared.frame, tr, *arguments, **options)


class _Way:
    """How results are come by: no part of what they are, so all ways are alike to remember by."""

    def __init__(self, remembered: Remembered) -> None:
        self.remembered = remembered

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Way)

    def __hash__(self) -> int:
        return 0


def _made_in(
    store: Store,
    make: Callable[[Request], R],
    filters: Filters,
    tr: Translator,
    mode: Mode,
    way: _Way,
) -> R:
    return make(Request(store, filters, tr, way.remembered, mode))


@dataclass(frozen=True)
class Request:
    """What a panel is made from.

    ``remembered`` calls a function of the store with further arguments. Pages pass one that
    keeps results for everybody; :meth:`computed_now` keeps none. Words say the confidence and the
    fiscal year that the store's settings ask for, whichever ``tr`` says.
    """

    store: Store
    filters: Filters
    tr: Translator
    remembered: Remembered
    mode: Mode = "light"

    def __post_init__(self) -> None:
        settings = self.store.settings
        told = self.tr.at(settings.answers.confidence).in_years(settings.fiscal_year)
        object.__setattr__(self, "tr", told)

    @classmethod
    def computed_now(cls, store: Store, filters: Filters, tr: Translator) -> Request:
        """A request whose results are computed each time."""

        def compute(function: Callable[..., R], /, *arguments: Any, **options: Any) -> R:
            return function(store, *arguments, **options)

        return cls(store, filters, tr, compute)

    def result(self, function: Callable[..., R], /, *arguments: Any, **options: Any) -> R:
        """``function(store, filters, …)``; the filters are those of the request."""
        return self.remembered(function, self.filters, *arguments, **options)

    def drawn(
        self, draw: Callable[..., Figure], frame: pl.DataFrame, /, *arguments: Any, **options: Any
    ) -> Figure:
        """``draw(frame, tr, …)`` of a remembered frame, itself remembered once per language.

        For charts of hundreds of numbers in words.
        """
        shared = SharedFrame(frame)
        return self.remembered(_drawn_in, draw, shared, self.tr, *arguments, **options)

    def made(self, make: Callable[[Request], R]) -> R:
        """``make(self)``, itself remembered once per language and mode; nobody may change it.

        For panels of words and drawings of our own, whose making takes longer than showing them.
        """
        way = _Way(self.remembered)
        made: R = self.remembered(_made_in, make, self.filters, self.tr, self.mode, way)
        return made

    def known(self, scope: Counted, filters: Filters | None = None) -> dict[str, date]:
        """The last known day of each part of what is counted; empty without data."""
        return self.remembered(known_until).days(scope, filters or self.filters)

    def all_known(self) -> dict[str, date]:
        """The last known day of answers, contacts and customers; empty without data."""
        return self.remembered(known_until).all_days(self.filters)


@dataclass(frozen=True)
class Headline:
    """One large value in words, with its verdict; ``moved`` says that the verdict is a change.

    ``target`` says what it should reach and how far it is from it, ``target_mood`` whether that
    is good or bad for sure; ``no_target`` that none is set, where one could be. ``is_pale``: it
    rests on so few that it must not look like others. ``basis`` says of how many it is and, of an
    estimate, its interval, as short as it can be: it stands right below the value, where the
    panel's notes don't. ``interval`` is that of a value which stands within a sentence.
    """

    label: str
    value: str
    verdict: str = ""
    mood: Mood = "neutral"
    moved: bool = True
    target: str = ""
    target_mood: Mood = "neutral"
    no_target: str = ""
    is_pale: bool = False
    basis: tuple[str, ...] = ()
    interval: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing of our own, with what it shows in words; ``sketch`` is the same to be stretched to
    its place, with labels apart."""

    svg: str
    description: str
    sketch: Sketch | None = None

    @classmethod
    def of(cls, sketch: Sketch, description: str) -> Picture:
        """The picture that a sketch is where it isn't stretched."""
        return cls(sketch.svg, description, sketch)


@dataclass(frozen=True)
class Behind:
    """The list that a point of the chart opens; ``grain`` is that of the chart's periods.

    ``choice`` is the part of all contacts that a button beside it opens, for those who don't
    click on charts.
    """

    people: Literal["answers", "contacts"]
    grain: Grain = "month"
    choice: ContactChoice | None = None


@dataclass(frozen=True)
class Panel:
    """One figure.

    ``key`` is its name in addresses and files, ``question`` what it answers, ``title`` its
    message. ``headline``, ``chart``, ``picture`` and ``table`` (of texts) are what it shows of
    itself; where it can't be given they are None and ``reason`` says why. ``notes`` are the small
    print, a line each: n, interval, rules; ``notes_above`` are those that a reader needs before
    the chart. ``decision`` is what the figure asks a meeting to decide on. ``frame`` is what is
    drawn, with numbers as numbers, for files; ``texts`` makes the same a table for people;
    ``units`` are those of columns whose names don't say them. ``scope`` says which filters apply,
    ``known`` how far the data goes, of each part that is counted by itself (empty: there is
    none), ``data_until`` to which day all of them are known, ``method`` where docs/metrics.md
    explains it: a heading's anchor. ``behind`` says which people the chart's points open.

    ``lead`` are sentences that a reader needs before everything else, ``gap`` says why a part of
    what is drawn can't be given. ``parts`` are the panels that this one is made of, side by side;
    they share its frame. ``chart_key`` is the chart's own name, if not ``key``.
    """

    key: str
    question: str
    title: str
    scope: Counted
    filters: Filters
    known: Mapping[str, date]
    method: str
    headline: Headline | None = None
    chart: Figure | None = None
    picture: Picture | None = None
    table: pl.DataFrame | None = None
    notes_above: tuple[tuple[str, ...], ...] = ()
    notes: tuple[tuple[str, ...], ...] = ()
    reason: str = ""
    frame: pl.DataFrame | None = None
    texts: Callable[[], pl.DataFrame] | None = None
    units: Mapping[str, Unit] = field(default_factory=dict)
    decision: str = ""
    behind: Behind | None = None
    lead: str = ""
    parts: tuple[Panel, ...] = ()
    chart_key: str = ""
    gap: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show but the reason."""
        shown = (self.chart, self.picture, self.headline, self.table)
        return all(it is None for it in shown) and all(part.is_empty for part in self.parts)

    @property
    def data_until(self) -> date | None:
        """The last day up to which all of what is counted is known; None without data."""
        return min(self.known.values(), default=None)

    def column_units(self) -> dict[str, Unit]:
        """The unit of each column of the frame that has numbers or days."""
        return {} if self.frame is None else units_of(self.frame, self.units)

    def scope_parts(self, tr: Translator) -> tuple[str, ...]:
        """The filters and the data date in words, as they stand under the figure."""
        return (scope_text(self.filters, tr, self.scope), known_text(self.known, tr))


def panel_of(
    request: Request,
    key: str,
    question: str,
    title: str,
    method: str,
    *,
    scope: Counted = "answers",
    filters: Filters | None = None,
    known: Mapping[str, date] | None = None,
    **shown: Any,
) -> Panel:
    """A panel with what all have in common filled in from the request.

    ``filters`` are those that the figure was made with, if not the request's own; ``known`` is
    how far its data goes, if it counts more than its scope says; ``shown`` is what else the panel
    has. One that is empty because the reader's rights are by what isn't counted here says so.
    """
    panel = Panel(
        key,
        question,
        title,
        scope,
        filters or request.filters,
        request.known(scope, filters) if known is None else known,
        method,
        **shown,
    )
    beyond = beyond_rights_text(request.store.scope, request.tr, scope)
    return replace(panel, reason=beyond) if beyond and panel.is_empty else panel


def points_text(frame: pl.DataFrame, value: str, count: str | pl.Expr, tr: Translator) -> str:
    """Of how many each point of a chart is, from the least to the most; empty without points.

    ``value`` is the column that is drawn: where it has nothing, nothing is counted.
    """
    counts = frame.filter(pl.col(value).is_not_null()).select(
        n=pl.col(count) if isinstance(count, str) else count
    )["n"]
    if counts.is_empty() or counts.null_count() == len(counts):
        return ""
    least, most = tr.number(counts.min()), tr.number(counts.max())  # type: ignore[arg-type]
    if least == most:
        return tr("n = {n} per point", n=most)
    return tr("n = {least} to {most} per point", least=least, most=most)


def line(*parts: str) -> tuple[str, ...]:
    """One line of small print without its empty parts."""
    return tuple(part for part in parts if part)
