"""The user's own file with its refused rows and a column that says what is wrong with each.

A delimited text keeps its delimiter, and its encoding if that is an old Windows one; anything
else becomes a workbook. No cell can be run by a spreadsheet, and all come back as they were
(see ``cxdata.ingest.returning``).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import xlsxwriter

from cxdata.i18n import Translator
from cxdata.ingest.formulas import defused
from cxdata.ingest.returning import REASON_HEADER, ReturnedRows
from cxdata.models import Refusal

KEPT_ENCODING = "cp1252"
WIDEST = 60
_NUMBER = re.compile(r"[+-]?[\d .,:/%€$-]*")


def returned_name(file_name: str, delimiter: str, tr: Translator) -> str:
    """What the file is called that goes back: it tells it from the one that came."""
    ending = "xlsx" if not delimiter else "tsv" if delimiter == "\t" else "csv"
    return f"{PurePath(file_name).stem} ({tr('refused rows')}).{ending}"


def returned_file(returned: ReturnedRows, refusals: Sequence[Refusal], tr: Translator) -> bytes:
    """The content of the file to be corrected and sent again."""
    reasons = _reasons(refusals, tr)
    rows = [*_header_rows(returned, tr), *_data_rows(returned, reasons)]
    if returned.delimiter:
        return _as_text(rows, returned.delimiter, returned.encoding)
    return _as_workbook(rows)


def _reasons(refusals: Sequence[Refusal], tr: Translator) -> dict[int, str]:
    """Of each line, where it stood and what is wrong there."""
    found: dict[int, list[str]] = {}
    for it in refusals:
        reason = tr(it.reason, **it.values)
        found.setdefault(it.line, []).append(f"{it.column}: {reason}" if it.column else reason)
    return {
        line: tr("line {line}", line=tr.number(line)) + " · " + " · ".join(reasons)
        for line, reasons in found.items()
    }


def _header_rows(returned: ReturnedRows, tr: Translator) -> Iterator[list[str]]:
    """The reason's header stands in the first of them, above the others as the file's own do."""
    for position, (_, cells) in enumerate(returned.headers):
        yield [*map(_kept, cells), "" if position else tr(REASON_HEADER)]


def _data_rows(returned: ReturnedRows, reasons: dict[int, str]) -> Iterator[list[str]]:
    for line, cells in returned.rows:
        yield [*map(_kept, cells), _kept(reasons[line])]


def _quoted(cell: str, delimiter: str) -> str:
    """Texts stand in quotes, numbers and days as they are."""
    if _NUMBER.fullmatch(cell) and delimiter not in cell:
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _kept(cell: str) -> str:
    return defused(cell, keeps_numbers=True)


def _as_text(rows: Sequence[Sequence[str]], delimiter: str, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    for row in rows:
        text.write(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\r\n")
    if encoding == KEPT_ENCODING:
        return text.getvalue().encode(KEPT_ENCODING, "replace")
    return text.getvalue().encode("utf-8-sig")


def _as_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        sheet = workbook.add_worksheet()
        for place, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(place, column, cell)
        for column in range(len(rows[0]) if rows else 0):
            widest = max(len(row[column]) for row in rows)
            sheet.set_column(column, column, min(WIDEST, 2 + widest))
    return target.getvalue()
