"""Making a pack: the panels of the chosen sections, in words and numbers of its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from cxdata import __version__
from cxdata import sentences as say
from cxdata.errors import AccessError, FilterError
from cxdata.followup.made_with import settings_mark
from cxdata.i18n import N_, Translator
from cxdata.pack.drawn import chart_of
from cxdata.pack.methods import method, methods, plain_heading
from cxdata.pack.pack import (
    Pack,
    PackChart,
    PackFigure,
    PackGrid,
    PackHeadline,
    PackMethod,
    PackSection,
    PackTable,
)
from cxdata.pack.plain import told_text, unparted
from cxdata.pack.sections import (
    Drawn,
    PackEntry,
    SectionEntry,
    chosen_sections,
    section_title,
)
from cxdata.panels import Headline, Panel, Request, panel
from cxdata.record import note_act
from cxdata.sentences.known import known_text
from cxdata.store.connection import Store

PACK_TITLE_LETTERS = 200
STATEMENT_LETTERS = 320


@dataclass(frozen=True)
class PackChoice:
    """What of a pack is wanted: sections in their order (none: all), its title, names or not."""

    sections: tuple[str, ...] = ()
    title: str = ""
    with_names: bool = False


def pack_of(request: Request, choice: PackChoice | None = None) -> Pack:
    """The pack of a request: its filters, its language, its reader's rights.

    Returns
    -------
    Pack
        A section without data is there, and each of its figures says why it has none.

    Raises
    ------
    AccessError
        If names are asked for by somebody who may not see them.
    FilterError
        If there is no such section, or nothing is left of the title.
    """
    wanted = choice or PackChoice()
    if wanted.with_names and not request.store.may_see_people:
        raise AccessError(say.PEOPLE_HIDDEN, N_("Leave the names out of the pack."))
    chosen = chosen_sections(wanted.sections)
    request = computed_once_each(request)
    sections = tuple(
        _section(it, request, with_names=wanted.with_names) for it in chosen if not it.is_methods
    )
    has_methods = any(it.is_methods for it in chosen)
    days = [it.data_until for section in sections for it in section.figures if it.data_until]
    tr = request.tr
    pack = Pack(
        title=_title(wanted.title) or tr("Customer experience: board pack"),
        subtitle=told_text(say.period_text(request.filters.period, tr)),
        scope=told_text(say.scope_text(request.filters, tr, "answers")),
        known=told_text(known_text(request.all_known(), tr)),
        locale=tr.locale,
        currency=request.store.settings.firm.currency,
        confidence=tr.level,
        sections=sections,
        methods=(),
        facts=(),
        data_until=min(days, default=None),
    )
    methods = _methods(pack, tr) if has_methods else ()
    return replace(pack, methods=methods, facts=_facts(pack, request))


def computed_once_each(request: Request) -> Request:
    """The same request, for which several figures that rest on one result compute it once."""
    results: dict[object, object] = {}

    def remembered(function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
        key = (function, arguments, tuple(sorted(options.items())))
        if key not in results:
            results[key] = request.remembered(function, *arguments, **options)
        return results[key]

    return replace(request, remembered=remembered)


def note_pack(store: Store, pack: Pack, request: Request, file: str) -> None:
    """Write down that a pack with people's names leaves; nothing of one without.

    Raises
    ------
    StoreError
        If it can't be written; the pack isn't handed out then.
    """
    if pack.names_people:
        note_act(store, None, "people_exported", filters=request.filters, details={"file": file})


def _title(said: str) -> str:
    title = " ".join(filter(None, told_text(said).split(" ")))
    if len(title) > PACK_TITLE_LETTERS:
        raise FilterError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(title),
            most=PACK_TITLE_LETTERS,
        )
    return title


def _section(entry: SectionEntry, request: Request, *, with_names: bool) -> PackSection:
    basis = tuple(told_text(it) for it in entry.basis(request) if it)
    figures = tuple(
        _figure(it, request, basis) for it in entry.figures if with_names or not it.names_people
    )
    return PackSection(
        entry.key, section_title(entry, request.tr), figures, is_one_sheet=entry.is_one_sheet
    )


def _figure(entry: PackEntry, request: Request, basis: tuple[str, ...]) -> PackFigure:
    tr, shown = request.tr, panel(request, entry.key)
    drawn = entry.draw(request, shown) if entry.draw else chart_of(shown, tr)
    scope, known = shown.scope_parts(tr)
    section = method(shown.method, tr.locale)
    notes = _notes(shown, basis)
    headline = _headline(shown.headline) if shown.headline else None
    lists_people = entry.names_people and shown.frame is not None
    basis = (*basis, interval) if (interval := _interval(drawn, tr)) else basis
    return PackFigure(
        key=entry.key,
        question=told_text(shown.question),
        title=told_text(shown.title or shown.question).rstrip(" \u00a0\u202f:"),
        basis=basis,
        scope=told_text(scope),
        known=told_text(known),
        method=plain_heading(section.heading),
        method_place=f"docs/metrics.md#{section.name}",
        headline=headline,
        chart=drawn if isinstance(drawn, PackChart) else None,
        grid=drawn if isinstance(drawn, PackGrid) else None,
        pyramid=drawn if isinstance(drawn, tuple) else (),
        table=_table(shown, is_list=lists_people) if drawn is None else None,
        notes=notes,
        lead=told_text(shown.lead),
        decision=told_text(shown.decision),
        reason=told_text(" ".join(dict.fromkeys(it for it in (shown.reason, shown.gap) if it))),
        subject=shown.scope,
        data_until=shown.data_until,
        frame=shown.frame,
        names_people=lists_people,
    )


def _headline(shown: Headline) -> PackHeadline:
    return PackHeadline(
        told_text(shown.label), told_text(shown.value), told_text(shown.verdict), shown.mood
    )


def _interval(drawn: Drawn, tr: Translator) -> str:
    """What the thin lines and bands of a chart are; empty where it has none."""
    if not isinstance(drawn, PackChart) or not any(it.has_interval for it in drawn.series):
        return ""
    if drawn.unit == "amount":
        return tr("thin lines: from low to high")
    return tr("thin lines and bands: {confidence} interval")


def _notes(shown: Panel, basis: tuple[str, ...]) -> tuple[str, ...]:
    """The small print, a text a line, without what the basis says already."""
    headline_basis = shown.headline.basis if shown.headline else ()
    lines = (
        [unparted(part) for it in parts if it and (part := told_text(it)) not in basis]
        for parts in (headline_basis, *shown.notes_above, *shown.notes)
    )
    return tuple(" · ".join(parts) for parts in lines if parts)


def _table(shown: Panel, *, is_list: bool) -> PackTable | None:
    """What a figure without a chart shows: its table, or its list of people."""
    if is_list and shown.texts is not None:
        return _told(shown.texts())
    if shown.table is not None:
        return _told(shown.table) if shown.table.height else None
    if shown.headline is None and shown.frame is not None and shown.texts is not None:
        return _told(shown.texts()) if shown.frame.height else None
    return None


def _told(table: pl.DataFrame) -> PackTable:
    return PackTable(
        tuple(told_text(it) for it in table.columns),
        tuple(
            tuple(told_text("" if it is None else it) for it in row) for row in table.iter_rows()
        ),
    )


def _methods(pack: Pack, tr: Translator) -> tuple[PackMethod, ...]:
    """The methods of all figures, each once, in the order in which they are met."""
    used: dict[str, list[str]] = {}
    for figure in pack.figures:
        used.setdefault(figure.method_place.partition("#")[2], []).append(figure.question)
    sections = methods(tr.locale)
    found = ((it, sections[place + 1 :][:1]) for place, it in enumerate(sections))
    by_name = {
        it.name: PackMethod(
            it.name,
            plain_heading(it.heading),
            next(filter(None, (first_statement(one.text) for one in (it, *after))), ""),
            tuple(dict.fromkeys(used.get(it.name, ()))),
        )
        for it, after in found
    }
    return tuple(by_name[it] for it in used)


def first_statement(text: str) -> str:
    """The first paragraph of a section of the methods as plain text, cut at a sentence's end.

    >>> first_statement("| a |\\n\\nThe *share* of [those](x.md) who `left`. More follows.")
    'The share of those who left. More follows.'
    """
    paragraphs = (it.strip() for it in text.split("\n\n"))
    first = next((it for it in paragraphs if re.match(r"[^\W\d_«“\"]|[«“\"`]", it)), "")
    linked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", first.replace("\n", " "))
    plain = re.sub(r"[`*]", "", linked)
    if len(plain) <= STATEMENT_LETTERS and not plain.endswith(":"):
        return plain
    cut = plain[:STATEMENT_LETTERS]
    end = cut.rfind(". ")
    if end > 0:
        return cut[: end + 1]
    return (
        plain[:-1].rstrip() + "."
        if len(plain) <= STATEMENT_LETTERS
        else cut.rsplit(" ", 1)[0] + "…"
    )


def _facts(pack: Pack, request: Request) -> tuple[tuple[str, str], ...]:
    """What a figure of the pack can be traced by in years to come."""
    tr, store = request.tr, request.store
    until = tr.day(pack.data_until) if pack.data_until else "–"
    rights = say.rights_text(store.scope, tr)
    facts = {
        tr("Filters"): pack.scope,
        tr("Data date"): until,
        tr("Data"): pack.known,
        tr("Data version"): str(store.data_version),
        tr("Settings"): settings_mark(store.settings),
        tr("Program version"): __version__,
        tr("Limited to"): told_text(rights),
    }
    return tuple((name, value) for name, value in facts.items() if value)


def sequence_of(words: Sequence[str]) -> tuple[str, ...]:
    """Names of sections as they are typed: one word each, or several parted by commas.

    >>> sequence_of(["nps, churn_cost", "methods"])
    ('nps', 'churn_cost', 'methods')
    """
    return tuple(name for word in words for it in word.split(",") if (name := it.strip()))
