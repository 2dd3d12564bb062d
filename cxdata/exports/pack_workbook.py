"""A pack as a workbook: what it is on the first sheet, then a sheet for each figure's numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cxdata.exports.extract import Extract, column_form, column_width, labelled, write_cell
from cxdata.i18n import N_, Translator, translator
from cxdata.pack.pack import Pack, PackFigure
from cxdata.panels.units import Unit, unit_of

SHEET_NAME_LETTERS = 31  # of a sheet, for Excel
FIRST_ROW = 3  # of the numbers: message, filters and a blank row stand above
PER_CENT = "%"
UNIT_NAMES: dict[Unit, str] = {
    "count": N_("number"),
    "points": N_("points"),
    "seconds": N_("seconds"),
}


def pack_workbook(pack: Pack) -> bytes:
    """Numbers are numbers, units stand in the heads, and nothing runs as a formula."""
    tr, target = translator(pack.locale), io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        first = workbook.add_worksheet(_sheet_name(tr("About"), ()))
        names = [first.get_name()]
        rows = []
        for figure in figures_with_numbers(pack):
            sheet = workbook.add_worksheet(_sheet_name(figure.question, names))
            names.append(sheet.get_name())
            _write_figure(workbook, sheet, figure, pack, tr)
            rows.append((sheet.get_name(), figure))
        _write_first(workbook, first, rows, pack, tr)
    return target.getvalue()


def figures_with_numbers(pack: Pack) -> Iterator[PackFigure]:
    """The figures with numbers, those of the summary last: most stand in a section, too."""
    ordered = sorted(pack.sections, key=lambda it: it.is_one_sheet)
    yield from (it for section in ordered for it in section.figures if it.frame is not None)


def _sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """A name that Excel takes: short, without certain signs, each once whatever its case.

    >>> _sheet_name("Do [we] answer in time, on every channel?", ["A"])
    'Do we answer in time, on every'
    >>> _sheet_name("a", ["A"])
    'a (2)'
    """
    plain = " ".join(re.sub(r"[\[\]:*?/\\']", " ", wanted).split()) or "1"
    name, place = plain[:SHEET_NAME_LETTERS].strip(), 1
    while name.lower() in {it.lower() for it in taken} or name.lower() == "history":
        place += 1
        end = f" ({place})"
        name = plain[: SHEET_NAME_LETTERS - len(end)].strip() + end
    return name


def _write_first(
    workbook: xlsxwriter.Workbook,
    sheet: Worksheet,
    rows: list[tuple[str, PackFigure]],
    pack: Pack,
    tr: Translator,
) -> None:
    bold = workbook.add_format({"bold": True})
    head = workbook.add_format({"bold": True, "bottom": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, pack.title, workbook.add_format({"bold": True, "font_size": 14}))
    row = 2
    for name, value in pack.facts:
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
        row += 1
    row += 1
    heads = (tr("Sheet"), tr("Message"), tr("Filters"), tr("Data"), tr("Method"), tr("Small print"))
    for place, text in enumerate(heads):
        sheet.write_string(row, place, text, head)
    for name, figure in rows:
        row += 1
        told = (
            name,
            figure.title,
            figure.scope,
            figure.known,
            f"{figure.method} ({figure.method_place})",
            " · ".join((*figure.basis, *figure.notes)),
        )
        for place, text in enumerate(told):
            sheet.write_string(row, place, text, wrapped)
    row += 2
    for it in pack.methods:
        for place, text in enumerate((it.heading, it.statement)):
            sheet.write_string(row, place, text, bold if place == 0 else wrapped)
        row += 1
    for place, width in enumerate((32, 60, 40, 30, 40, 80)):
        sheet.set_column(place, place, width)


def _write_figure(
    workbook: xlsxwriter.Workbook, sheet: Worksheet, figure: PackFigure, pack: Pack, tr: Translator
) -> None:
    frame = figure.frame if figure.frame is not None else pl.DataFrame()
    sheet.write_string(0, 0, figure.title, workbook.add_format({"bold": True}))
    sheet.write_string(1, 0, " · ".join(it for it in (figure.scope, figure.known) if it))
    extract = Extract(
        figure.key, figure.title, frame, figure.scope, figure.data_until, figure.subject
    )
    told = labelled(extract, tr)
    head = workbook.add_format({"bold": True, "bottom": 1})
    for place, (name, series) in enumerate(zip(frame.columns, told, strict=True)):
        form = workbook.add_format({"num_format": column_form(name)})
        sheet.write_string(FIRST_ROW, place, with_unit(name, series, pack.currency, tr), head)
        for row, value in enumerate(series, FIRST_ROW + 1):
            write_cell(sheet, row, place, value, form)
        sheet.set_column(place, place, column_width(series))
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    if told.height:
        sheet.autofilter(FIRST_ROW, 0, FIRST_ROW + told.height, told.width - 1)


def with_unit(name: str, series: pl.Series, currency: str, tr: Translator) -> str:
    """The head of a column: its name and, if it has numbers of a unit, the unit."""
    unit = unit_of(name) if series.dtype.is_numeric() else None
    if unit == "amount":
        return f"{series.name} ({currency})"
    if unit == "share":
        return f"{series.name} ({PER_CENT})"
    said = tr(UNIT_NAMES[unit]) if unit in UNIT_NAMES else ""
    return f"{series.name} ({said})" if said else series.name
