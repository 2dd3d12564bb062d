"""The PDF of a pack: pages of the same figures, accessible (PDF/UA-1), its numbers attached.

Everything that a page says goes to typst as JSON, never into its source, so no text can be markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from cxdata.charts.cx_pyramid import LEVEL_COLOURS
from cxdata.charts.theme import ACCENT, GOAL
from cxdata.exports.deck.chart_xml import EVENT_TURNS, event_rows, nice_bounds
from cxdata.exports.deck.slides import nothing_table, nothing_title
from cxdata.exports.pack_workbook import figures_with_numbers
from cxdata.exports.report.glyphs import plainest_values, shown_values
from cxdata.i18n import Translator, translator
from cxdata.ingest.formulas import defused
from cxdata.pack.drawn import fewer_rows
from cxdata.pack.numbers import number_text
from cxdata.pack.pack import (
    Pack,
    PackChart,
    PackFigure,
    PackGrid,
    PackMethod,
    PackSection,
    PackTable,
    Series,
)
from cxdata.panels.units import Unit

SOURCE = Path(__file__).with_name("pages.typ")
MOST_ROWS, MOST_SMALL_ROWS, MOST_TABLE_ROWS = 14, 5, 24
CSV_HEADS = ("figure", "message", "filters", "known_until", "row", "column", "value")


def as_report(pack: Pack) -> bytes:
    """The pack as a PDF; one that is only a summary is one page."""
    document = report_document(pack, translator(pack.locale))
    numbers = document.pop("numbers")
    shown = shown_values(document)
    try:
        return _typeset({**shown, "numbers": numbers}, pack.data_until)
    except typst.TypstError:  # signs that no font has together; anything else is raised again
        return _typeset({**plainest_values(shown), "numbers": numbers}, pack.data_until)


def _typeset(document: dict[str, Any], data_until: date | None) -> bytes:
    # The day of the data, not of the making: the same pack is the same file.
    made_on = datetime.combine(data_until or date(2000, 1, 1), time(), UTC)
    return typst.compile(
        _source(),
        format="pdf",
        sys_inputs={"pack": json.dumps(document, ensure_ascii=False, allow_nan=False)},
        pdf_standards="ua-1",
        ignore_system_fonts=True,
        timestamp=made_on,
    )


@cache
def _source() -> bytes:
    return SOURCE.read_bytes()


def report_document(pack: Pack, tr: Translator) -> dict[str, Any]:
    """All that the pages say and draw, as values that JSON has words for."""
    is_summary = len(pack.sections) == 1 and pack.sections[0].is_one_sheet and not pack.methods
    sections = [_section_pages(it, pack, tr) for it in pack.sections]
    return {
        "title": pack.title,
        "locale": pack.locale,
        "subtitle": pack.subtitle,
        "facts": [list(it) for it in pack.facts],
        "scope": pack.scope,
        "known": pack.known,
        "is_summary": is_summary,
        "sections": sections,
        "methods": [_method(it) for it in pack.methods],
        "numbers": pack_csv(pack),
        "accent": ACCENT,
        "goal": GOAL,
        "words": {
            "page": tr("Page"),
            "method": tr("Method"),
            "methods": tr("How each figure is computed"),
            "question": tr("Question"),
            "in_short": tr("In short"),
            "numbers": tr("The numbers of this pack, with data version and settings"),
            "four": tr("Four questions, four answers"),
        },
    }


def pack_csv(pack: Pack) -> str:
    """All numbers of the pack, a line each, after what they were made from.

    Names of columns are codes, so that what reads them in years to come knows them.
    """
    lines = [_csv_line(("pack", pack.title, *(["" for _ in CSV_HEADS[2:]])))]
    lines += [_csv_line((name, value, "", "", "", "", "")) for name, value in pack.facts]
    lines.append(_csv_line(CSV_HEADS))
    for figure in figures_with_numbers(pack):
        for row, name, value in _numbers_of(figure):
            head = (figure.key, figure.title, figure.scope, figure.known)
            lines.append(_csv_line((*head, str(row), name, value)))
    return "\r\n".join(lines) + "\r\n"


def _numbers_of(figure: PackFigure) -> Iterator[tuple[int, str, str]]:
    if figure.frame is None:
        return
    for row, values in enumerate(figure.frame.iter_rows(named=True), 1):
        for name, value in values.items():
            if value is not None:
                told = ", ".join(map(str, value)) if isinstance(value, list) else value
                yield row, name, repr(told) if isinstance(told, float) else str(told)


def _csv_line(cells: tuple[str, ...]) -> str:
    return ",".join('"' + defused(it).replace('"', '""') + '"' for it in cells)


def _section_pages(section: PackSection, pack: Pack, tr: Translator) -> dict[str, Any]:
    is_empty = section.is_empty and not section.is_one_sheet
    return {
        "title": section.title,
        "is_one_sheet": section.is_one_sheet,
        "nothing": nothing_title(section, tr) if is_empty else "",
        "reasons": _table_page(nothing_table(section, tr))[0] if is_empty else None,
        "methods": list(dict.fromkeys(it.method for it in section.figures)),
        "figures": [
            _figure_page(it, pack, tr, is_small=section.is_one_sheet) for it in section.figures
        ],
    }


def _figure_page(
    figure: PackFigure, pack: Pack, tr: Translator, *, is_small: bool
) -> dict[str, Any]:
    headline = figure.headline
    most = MOST_SMALL_ROWS if is_small else MOST_ROWS
    chart, left_out = fewer_rows(figure.chart, most) if figure.chart else (None, 0)
    notes = [" · ".join(figure.basis), *figure.notes]
    if left_out:
        notes.append(
            tr(
                "{n} of {whole} rows are left out here: the workbook has all.",
                n=tr.number(left_out),
                whole=tr.number(left_out + len(chart.names) if chart else 0),
            )
        )
    table, rest = _table_page(figure.table)
    if rest:
        notes.append(
            tr.plural("{n} row more in the workbook.", "{n} rows more in the workbook.", rest)
        )
    return {
        "question": figure.question,
        "title": figure.title,
        "headline": headline
        and {
            "label": headline.label,
            "value": headline.value,
            "verdict": headline.verdict,
            "mood": headline.mood,
        },
        "lead": figure.lead,
        "decision": figure.decision,
        "reason": figure.reason,
        "notes": [it for it in notes if it],
        "foot": " · ".join(it for it in (figure.scope, figure.known) if it),
        "method": figure.method,
        "description": figure.description,
        "chart": chart and chart_page(chart, tr, pack.currency),
        "grid": figure.grid and _grid_page(figure.grid),
        "pyramid": [
            {
                "number": it.number,
                "name": it.name,
                "lit": it.lit_share,
                "journeys": list(it.journeys),
                "colour": LEVEL_COLOURS[it.number - 1],
            }
            for it in figure.pyramid
        ],
        "table": None if is_small else table,
    }


def chart_page(chart: PackChart, tr: Translator, currency: str) -> dict[str, Any]:
    """A chart with its axis and all its numbers in words, so that typst only draws."""

    def said(value: float | None, unit: Unit = chart.unit) -> str:
        return "" if value is None else number_text(value, unit, tr, currency)

    has_zero = chart.kind not in ("lines", "points", "spans")
    numbers = _drawn_numbers(chart)
    low, high, step = nice_bounds(numbers, has_zero=has_zero, unit=chart.unit)
    if chart.kind == "stacked":
        low, high, step = 0.0, max(_sums(chart), default=1.0) or 1.0, 1.0
    across: dict[str, Any] = {}
    if chart.kind == "points":
        one = chart.series[0]
        bounds = nice_bounds(
            [*one.across, *one.across_low, *one.across_high], has_zero=False, unit=chart.across_unit
        )
        across = {
            "low": bounds[0],
            "high": bounds[1],
            "ticks": [[it, said(it, chart.across_unit)] for it in _ticks(*bounds)],
        }
    rows = event_rows([it.place for it in chart.events], len(chart.names))
    return {
        "kind": chart.kind,
        "names": list(chart.names),
        "low": low,
        "high": high,
        "ticks": [[it, said(it)] for it in _ticks(low, high, step)],
        "across": across,
        "axis": chart.axis,
        "across_axis": chart.across_axis,
        "levels": [[name, value] for name, value in chart.levels],
        "events": [
            [it.place, it.text, rows[it.place], it.place > len(chart.names) * EVENT_TURNS]
            for it in chart.events
        ],
        "totals": list(chart.totals),
        "series": [_series_page(it, chart, said) for it in chart.series],
    }


def _series_page(series: Series, chart: PackChart, said: Any) -> dict[str, Any]:
    colours = list(series.colours) or [series.colour] * len(series.values)
    return {
        "name": series.name,
        "values": list(series.values),
        "low": list(series.low),
        "high": list(series.high),
        "starts": list(series.starts),
        "across": list(series.across),
        "across_low": list(series.across_low),
        "across_high": list(series.across_high),
        "colour": series.colour,
        "colours": colours,
        "marks": list(series.marks) or ["full"] * len(series.values),
        "is_level": series.is_level,
        "is_dashed": series.is_dashed,
        "texts": [said(it) for it in series.values],
    }


def _drawn_numbers(chart: PackChart) -> list[float | None]:
    """All that the axis has to reach."""
    numbers: list[float | None] = [value for _, value in chart.levels]
    for it in chart.series:
        if chart.kind == "steps":
            ends = [(a or 0) + (b or 0) for a, b in zip(it.starts, it.values, strict=True)]
            numbers += [*it.starts, *ends]
            if it.high:
                numbers += [(a or 0) + (b or 0) for a, b in zip(it.starts, it.high, strict=True)]
        else:
            numbers += [*it.values, *it.low, *it.high, *it.starts]
    return [*numbers, *_sums(chart)] if chart.kind == "columns" else numbers


def _sums(chart: PackChart) -> list[float]:
    return [sum(it.values[place] or 0 for it in chart.series) for place in range(len(chart.names))]


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [low + it * step for it in range(round((high - low) / step) + 1)]


def _grid_page(grid: PackGrid) -> dict[str, Any]:
    return {
        "across": list(grid.across),
        "down": list(grid.down),
        "cells": [[{"text": it.text, "colour": it.colour} for it in row] for row in grid.cells],
    }


def _table_page(table: PackTable | None) -> tuple[dict[str, Any] | None, int]:
    if table is None:
        return None, 0
    shown = table.shortened
    rows = [list(it) for it in shown.rows[:MOST_TABLE_ROWS]]
    told = {"columns": list(shown.columns), "rows": rows, "at_right": list(shown.number_columns)}
    return told, len(table.rows) - len(rows)


def _method(it: PackMethod) -> dict[str, Any]:
    return {"question": " ".join(it.figures), "heading": it.heading, "statement": it.statement}
