"""The data behind a figure as a file: numbers stay numbers, texts stay texts.

Every file says what it is, which filters it was made with and how far the data goes. A cell
that a spreadsheet would run as a formula can't: workbooks get it as a text cell, CSV files in
quotes and with an apostrophe where the formula would begin.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cxdata.exports.whole_numbers import WholeNumber
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.ingest.formulas import defused
from cxdata.models import Counted
from cxdata.panels.units import Unit, unit_of
from cxdata.sentences import DRIVER_REASONS, REASONS, contact_reason, reason_sentence

# How a column is shown in a workbook, by its unit.
FORMATS: Mapping[Unit, str] = {
    "share": "0.0%",
    "count": "#,##0",
    "points": "0.0",
    "seconds": "#,##0",
    "amount": "#,##0",
    "day": "dd/mm/yyyy",
    "moment": "dd/mm/yyyy hh:mm",
}
# By the end of its name, before its unit is asked for, and where it says none.
OWN_FORMATS = {"goal": "0%", "_p_value": "0.0000"}
OTHER_FORMATS = {"_low": "0.0", "_high": "0.0", "_difference": "0.0"}
CODED = {
    "channel": "channel",
    "comment_kind": "comment_kind",
    "nps_class": "nps_class",
    "verdict": "goal",
    "rest_verdict": "difference",
    "clock": "clock",
    "status": "status",
    "abandon_rule": "abandon_rule",
    "base": "base",
    "contact_outcome": "contact_outcome",
    "outcome": "outcome",
    "kind": "evidence",
    "axis": "axis",
    "direction": "direction",
    "wait_class": "wait_class",
    "backlog_class": "backlog_class",
    "step": "churn_step",
    "assumption": "assumption",
    "move": "move",
    "basis": "basis",
    "act": "act",
    "decision_figure": "decision_figure",
    "decision_status": "decision_state",
    "change_verdict": "difference",
    "beside_verdict": "beside_verdict",
}
# The ends of an interval, named after what they are the ends of.
INTERVAL_NAMES = {
    "_low": N_("{name}, low ({confidence})"),
    "_high": N_("{name}, high ({confidence})"),
}
WIDEST = 60


@dataclass(frozen=True)
class Extract:
    """One table on its way out.

    ``name`` is the file's name without its end, ``title`` the figure's message, ``scope`` the
    filters in words, ``data_until`` the last day up to which all of it is known, ``subject`` what
    is counted, ``known`` in words how far each part of it is known, where the parts differ.
    """

    name: str
    title: str
    frame: pl.DataFrame
    scope: str
    data_until: date | None
    subject: Counted = "answers"
    known: str = ""


def as_csv(extract: Extract, tr: Translator) -> bytes:
    """UTF-8 with BOM, separator and decimal mark as the Excel of the language expects.

    Title, filters and data date stand in columns of their own, so that every row carries them
    and the first line is the header.
    """
    about = {
        tr("Figure"): extract.title,
        tr("Filters"): _scope(extract),
        tr("Data until"): extract.data_until.isoformat() if extract.data_until else "",
    }
    told = labelled(extract, tr)
    whole = told.with_columns(pl.lit(text).alias(name) for name, text in about.items())
    safe = pl.DataFrame([_defused(column) for column in whole])
    return safe.write_csv(
        include_bom=True,
        separator=tr.list_separator,
        decimal_comma=tr.decimal_mark == ",",
        quote_style="non_numeric",
    ).encode("utf-8")


def _scope(extract: Extract) -> str:
    return " · ".join(filter(None, (extract.scope, extract.known)))


def _defused(column: pl.Series) -> pl.Series:
    """A column whose name and texts no spreadsheet runs."""
    named = column.alias(defused(column.name))
    if column.dtype != pl.String:
        return named
    texts = [text and defused(text) for text in column]
    return pl.Series(named.name, texts, dtype=pl.String)


def as_workbook(extract: Extract, tr: Translator) -> bytes:
    """One sheet with the data as a filterable table, one that says what it is."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        _write_data(workbook, extract, tr)
        _write_about(workbook, extract, tr)
    return target.getvalue()


def _write_data(workbook: xlsxwriter.Workbook, extract: Extract, tr: Translator) -> None:
    sheet = workbook.add_worksheet(tr("Data"))
    header = workbook.add_format({"bold": True, "bottom": 1})
    told = labelled(extract, tr)
    for place, (name, series) in enumerate(zip(extract.frame.columns, told, strict=True)):
        form = workbook.add_format({"num_format": column_form(name)})
        sheet.write_string(0, place, series.name, header)
        for row, value in enumerate(series, 1):
            write_cell(sheet, row, place, value, form)
        sheet.set_column(place, place, column_width(series))
    sheet.freeze_panes(1, 0)
    if told.height:
        sheet.autofilter(0, 0, told.height, told.width - 1)


def _write_about(workbook: xlsxwriter.Workbook, extract: Extract, tr: Translator) -> None:
    sheet = workbook.add_worksheet(tr("About"))
    until = tr.day(extract.data_until) if extract.data_until else "–"
    lines = {
        tr("Figure"): extract.title,
        tr("Filters"): _scope(extract),
        tr("Data until"): until,
    }
    for row, (name, text) in enumerate(lines.items()):
        sheet.write_string(row, 0, name, workbook.add_format({"bold": True}))
        sheet.write_string(row, 1, text)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, WIDEST)


def write_cell(sheet: Worksheet, row: int, place: int, value: object, form: Format) -> None:
    match value:
        case None:
            sheet.write_blank(row, place, None)
        case bool():
            sheet.write_boolean(row, place, value)
        case int():
            sheet.write_number(row, place, value, form)
        case float():
            sheet.write_number(row, place, WholeNumber(value), form)
        case date():
            sheet.write_datetime(row, place, value, form)
        case _:
            sheet.write_string(row, place, str(value))


def labelled(extract: Extract, tr: Translator) -> pl.DataFrame:
    """Columns under the reader's names for them, codes as words, lists as text."""
    columns: dict[str, pl.Series] = {}
    for series in extract.frame:
        name = label = _label(series.name, tr)
        place = 1
        while name in columns:  # a dimension of the firm's own may be called like a figure
            place += 1
            name = f"{label} ({place})"
        columns[name] = _worded(series, extract.subject, tr).alias(name)
    return pl.DataFrame(list(columns.values()))


def _worded(series: pl.Series, subject: Counted, tr: Translator) -> pl.Series:
    if series.dtype == pl.List:
        return series.cast(pl.List(pl.String)).list.join(", ")
    if series.name == "weekday":
        return pl.Series([tr.weekday(it) for it in series], dtype=pl.String)
    if series.name == "reason":
        return pl.Series([_why(it, subject, tr) for it in series], dtype=pl.String)
    if series.name == "touchpoint":
        return pl.Series([tr.touchpoint_names.get(it, it) for it in series], dtype=pl.String)
    if series.name == "journey":
        return pl.Series([tr.journey_names.get(it, it) for it in series], dtype=pl.String)
    family = CODED.get(series.name)
    if family is None:
        return series
    names = [name_of(family, it, tr) if it in NAMES[family] else it for it in series]
    return pl.Series(names, dtype=pl.String)


def _why(code: str | None, subject: Counted, tr: Translator) -> str | None:
    """Why there is no figure, as the page says it."""
    if code in REASONS:
        return contact_reason(code, tr) if subject == "contacts" else reason_sentence(code, tr)
    return tr(DRIVER_REASONS[code]) if code in DRIVER_REASONS else code


def _label(name: str, tr: Translator) -> str:
    for family in ("column", "dimension", "field"):
        if name in NAMES[family]:
            return name_of(family, name, tr)
    for end, text in INTERVAL_NAMES.items():
        if name.endswith(end) and (stem := _label(name.removesuffix(end), tr)) != name:
            return tr(text, name=stem)
    return name


def column_form(name: str) -> str:
    unit = unit_of(name)
    by_unit = FORMATS.get(unit) if unit else None
    return _by_end(name, OWN_FORMATS) or by_unit or _by_end(name, OTHER_FORMATS) or "General"


def _by_end(name: str, formats: Mapping[str, str]) -> str | None:
    return next((form for end, form in formats.items() if name.endswith(end)), None)


def column_width(series: pl.Series) -> int:
    longest = max((len(str(value)) for value in series if value is not None), default=0)
    return min(WIDEST, 2 + max(len(series.name), longest))
