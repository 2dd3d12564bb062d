"""A frozen pack beside another, or beside the same pack made today: what differs, and why.

Numbers are compared to the last digit, but for what a sum loses by the order of its terms. A cause
is named only if something of it is known to have changed; where several have, they can't be told
apart, and all are named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isclose, isnan
from typing import Any, Literal

import polars as pl

from cxdata.errors import CxDataError
from cxdata.followup.made_with import MadeWith, changed_settings, made_with
from cxdata.followup.snapshots import Snapshot
from cxdata.i18n import N_
from cxdata.i18n.firm import firm_translator
from cxdata.models import Counted, Filters, Kind, Reader
from cxdata.pack.freezing import FrozenPack, frozen_pack
from cxdata.pack.making import PackChoice, pack_of
from cxdata.pack.pack import Pack, PackFigure
from cxdata.panels import Request
from cxdata.store.connection import Store

# later: files that came since; undone: files that count no more; settings; program; filters: the
# two packs are of other people or days; added: what people write beside the data, or nothing known.
Cause = Literal["later", "undone", "settings", "program", "filters", "added"]
# What a figure of what is counted is made from, besides itself.
MADE_FROM: Mapping[Counted, tuple[Kind, ...]] = {
    "answers": ("responses", "customers", "invitations"),
    "contacts": ("contacts", "customers"),
    "customers": ("customers", "responses", "contacts"),
    "assessments": ("assessments", "contacts", "responses", "customers"),
    "invitations": ("invitations", "responses", "customers"),
}
# The pyramid is made from all, whatever its figures count.
OF_ALL = "pyramid"
# Settings that only some figures rest on, by their first name; the others concern all.
OF_SOME: Mapping[str, tuple[Counted, ...]] = {
    "answers": ("answers", "contacts", "customers", "assessments", "invitations"),
    "contacts": ("contacts", "assessments"),
    "invitations": ("answers", "invitations"),
    "opening_hours": ("contacts", "assessments", "customers"),
    "response_time": ("contacts", "assessments", "customers"),
    "response_time_overrides": ("contacts", "assessments", "customers"),
    "churn": ("customers",),
    "pyramid": ("assessments", "contacts"),
}

# A sum of the same numbers differs by less, as threads add them in another order each time.
SUMS_APART = 1e-9


@dataclass(frozen=True)
class LaterRows:
    """Rows of the filters that came with later files; ``corrected_count`` of them were there, with
    other values."""

    counted: Counted
    row_count: int
    corrected_count: int


@dataclass(frozen=True)
class FigureDifference:
    """One figure then and now; a text is empty where there is no such figure on that side.

    ``differing_count`` of ``number_count`` numbers differ, those of rows that only one side has
    included.
    """

    section: str
    key: str
    question: str
    then: str
    now: str
    differing_count: int
    number_count: int
    causes: tuple[Cause, ...]

    @property
    def is_same(self) -> bool:
        """Whether its numbers and its words are the same."""
        return not self.causes


@dataclass(frozen=True)
class PackComparison:
    """Two packs side by side. ``other`` is the later snapshot, None for today.

    ``later`` and ``undone`` count files by kind; ``settings`` are those that differ, with their
    values then and now. All are empty where an earlier version kept nothing of it (``is_traced``).
    """

    then: Snapshot
    other: Snapshot | None
    then_pack: Pack
    now_pack: Pack
    figures: tuple[FigureDifference, ...]
    rows: tuple[LaterRows, ...]
    later: Mapping[str, int]
    undone: Mapping[str, int]
    settings: tuple[tuple[str, Any, Any], ...]
    programs: tuple[str, str]
    is_traced: bool

    @property
    def differing(self) -> tuple[FigureDifference, ...]:
        """The figures that aren't the same."""
        return tuple(it for it in self.figures if not it.is_same)


AsRequest = Callable[[Store, Filters, str], Request]


def compared_with_today(
    store: Store, snapshot_id: str, locale: str, as_request: AsRequest | None = None
) -> PackComparison:
    """A snapshot beside the same pack, made now with its filters and within its rights.

    ``as_request`` makes the request, of a store, filters and a language; without it everything is
    computed now.

    Raises
    ------
    CxDataError
        As of ``frozen_pack``.
    """
    frozen = frozen_pack(store, snapshot_id, locale)
    seen = _within(store, frozen.snapshot)
    sections = tuple(it.key for it in frozen.pack.sections)
    request = (as_request or computed_request)(seen, frozen.snapshot.filters, frozen.pack.locale)
    today = pack_of(request, PackChoice(sections, frozen.pack.title))
    return _compared(frozen, None, today, made_with(seen), seen)


def compared_snapshots(
    store: Store, snapshot_id: str, other_id: str, locale: str
) -> PackComparison:
    """Two snapshots side by side, the earlier one first, whichever is named first.

    Raises
    ------
    CxDataError
        As of ``frozen_pack``; or if both are the same.
    """
    if snapshot_id == other_id:
        raise CxDataError(
            N_("A snapshot is compared with another one, or with today."),
            N_("Look at the list of snapshots."),
        )
    pair = [frozen_pack(store, it, locale) for it in (snapshot_id, other_id)]
    then, now = sorted(pair, key=lambda it: it.snapshot.taken_at)
    return _compared(
        then, now.snapshot, now.pack, now.snapshot.made_with, _within(store, then.snapshot)
    )


def computed_request(store: Store, filters: Filters, locale: str) -> Request:
    """A request in a language whose results are computed now."""
    return Request.computed_now(store, filters, firm_translator(store.settings, locale))


def _within(store: Store, snapshot: Snapshot) -> Store:
    """The store as whoever took the snapshot saw it: a reader's scope holds all of that one."""
    if snapshot.scope == store.scope:
        return store
    return store.seen_by(Reader("", "reader", snapshot.scope, may_see_people=False))


def _compared(
    frozen: FrozenPack, other: Snapshot | None, now: Pack, made_now: MadeWith | None, store: Store
) -> PackComparison:
    then, made_then = frozen.snapshot, frozen.snapshot.made_with
    is_traced = made_then is not None and made_now is not None
    later: dict[str, int] = {}
    undone: dict[str, int] = {}
    settings: tuple[tuple[str, Any, Any], ...] = ()
    rows: tuple[LaterRows, ...] = ()
    if made_then and made_now:
        later = _by_kind(set(made_now.batches) - set(made_then.batches))
        undone = _by_kind(set(made_then.batches) - set(made_now.batches))
        settings = changed_settings(made_then.settings, made_now.settings)
        rows = _later_rows(store, then.filters, made_then, later)
    programs = tuple(it.program_version if it else "" for it in (made_then, made_now))
    is_other = other is not None and (other.filters, other.scope) != (then.filters, then.scope)
    causes: dict[Cause, tuple[str, ...]] = {
        "later": tuple(later),
        "undone": tuple(undone),
        "settings": tuple(name.partition(".")[0] for name, _, _ in settings),
    }
    figures = tuple(
        _difference(*it, causes, has_new_program=len({*programs}) > 1, is_other=is_other)
        for it in _pairs(frozen.pack, now)
    )
    return PackComparison(
        then,
        other,
        frozen.pack,
        now,
        figures,
        rows,
        later,
        undone,
        settings,
        (programs[0], programs[1]),
        is_traced,
    )


def _by_kind(batches: set[Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for it in sorted(batches, key=lambda it: it.batch_id):
        counts[it.kind] = counts.get(it.kind, 0) + 1
    return counts


def _later_rows(
    store: Store, filters: Filters, made: MadeWith, later: Mapping[str, int]
) -> tuple[LaterRows, ...]:
    """Of the kinds of which later files came."""
    asked: tuple[tuple[str, Counted, str], ...] = (
        ("responses", "answers", "later_answers"),
        ("contacts", "contacts", "later_contacts"),
        ("customers", "customers", "later_customers"),
    )
    batches = [it.batch_id for it in made.batches]
    found = []
    for kind, counted, query in asked:
        if kind in later:
            row = store.query(query, filters, batches=batches).row(0)
            found.append(LaterRows(counted, *row))
    return tuple(found)


def _pairs(then: Pack, now: Pack) -> list[tuple[str, PackFigure | None, PackFigure | None]]:
    """The figures of both packs, in the order of the first; those that list people are left out."""
    found: dict[tuple[str, str], list[PackFigure | None]] = {}
    for place, pack in enumerate((then, now)):
        for section in pack.sections:
            for figure in section.figures:
                if not figure.names_people:
                    found.setdefault((section.key, figure.key), [None, None])[place] = figure
    return [(section, one, other) for (section, _), (one, other) in found.items()]


def _difference(
    section: str,
    then: PackFigure | None,
    now: PackFigure | None,
    changed: Mapping[Cause, tuple[str, ...]],
    *,
    has_new_program: bool,
    is_other: bool,
) -> FigureDifference:
    figure = then or now
    if figure is None:
        raise ValueError("a figure of neither pack")
    frames = [it.frame if it else None for it in (then, now)]
    differing, count = differing_numbers(*frames)
    said = [_said(it) for it in (then, now)]
    is_same = not differing and said[0] == said[1]
    subject: Counted = "assessments" if OF_ALL in figure.key else figure.subject
    causes = () if is_same else _causes(subject, changed, has_new_program, is_other)
    return FigureDifference(
        section, figure.key, figure.question, said[0], said[1], differing, count, causes
    )


def _said(figure: PackFigure | None) -> str:
    """The large value, else the message."""
    if figure is None:
        return ""
    return figure.headline.value if figure.headline else figure.title or figure.reason


def _causes(
    subject: Counted,
    changed: Mapping[Cause, tuple[str, ...]],
    has_new_program: bool,
    is_other: bool,
) -> tuple[Cause, ...]:
    kinds = MADE_FROM[subject]
    found: list[Cause] = ["filters"] if is_other else []
    for cause in ("later", "undone"):
        if any(it in kinds for it in changed[cause]):
            found.append(cause)
    if any(subject in OF_SOME.get(it, (subject,)) for it in changed["settings"]):
        found.append("settings")
    if has_new_program:
        found.append("program")
    return tuple(found) or ("added",)


def differing_numbers(then: pl.DataFrame | None, now: pl.DataFrame | None) -> tuple[int, int]:
    """How many values differ between two frames of one figure, and how many there are in both.

    Rows are told apart by the first columns that suffice; columns that only one side has aren't
    compared.

    >>> one = pl.DataFrame({"at": ["a", "b"], "nps": [1.0, 2.0]})
    >>> differing_numbers(one, one.with_columns(nps=pl.Series([1.0, 2.5])))
    (1, 2)
    """
    if then is None or now is None:
        lone = then if now is None else now
        count = 0 if lone is None else lone.height * lone.width
        return count, count
    shared = [it for it in then.columns if it in now.columns]
    keys = _keys(then, now, shared)
    values = [it for it in shared if it not in keys]
    one, other = _cells(then, keys, values), _cells(now, keys, values)
    places = {*one, *other}
    differing = sum(
        it not in one or it not in other or not _is_alike(one[it], other[it]) for it in places
    )
    return differing, len(places)


def _keys(then: pl.DataFrame, now: pl.DataFrame, shared: list[str]) -> list[str]:
    """The fewest first columns by which the rows of each frame are told apart; else none."""
    for count in range(len(shared)):
        keys = shared[:count]
        if all(_is_told_apart(it, keys) for it in (then, now)):
            return keys
    return []


def _is_told_apart(frame: pl.DataFrame, keys: list[str]) -> bool:
    if not keys:
        return frame.height <= 1
    return frame.select(keys).n_unique() == frame.height


def _cells(frame: pl.DataFrame, keys: list[str], values: list[str]) -> dict[Any, Any]:
    """Each value by its row's key, and by its place where no key tells rows apart."""
    found = {}
    for place, row in enumerate(frame.iter_rows(named=True)):
        key = tuple(str(row[it]) for it in keys) or place
        for name in values:
            found[key, name] = row[name]
    return found


def _is_alike(one: Any, other: Any) -> bool:
    """The same value; of two sums of the same numbers, whatever their order."""
    if isinstance(one, float) and isinstance(other, float):
        if isnan(one) or isnan(other):
            return isnan(one) and isnan(other)
        return isclose(one, other, rel_tol=SUMS_APART, abs_tol=SUMS_APART)
    return bool(one == other)
