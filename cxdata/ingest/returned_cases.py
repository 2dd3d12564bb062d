"""A list of cases that comes back with what somebody wrote into it, as CSV or workbook.

It is known by its columns of numbers and versions, in any language that files leave in. Empty cells
say nothing. Columns that no case is given by (names, comments, due dates) are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import polars as pl

from cxdata.cases.changing import CaseField
from cxdata.cases.outcomes import Returned, ReturnedRow, returned_changes, write_returned
from cxdata.i18n import LOCALES, N_, translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.ingest.columns import plain_form
from cxdata.ingest.formulas import as_it_was
from cxdata.ingest.judging.dates import DateForm, parse_moments
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.rows import OnProgress, Table, TextRows
from cxdata.ingest.storing.loading import (
    BatchRecord,
    Counts,
    earlier_batch,
    insert_cases_batch,
)
from cxdata.models import ImportReport, Refusal
from cxdata.store.connection import Store

# Column of the file, and the field of a case that it gives.
FIELDS: Mapping[str, CaseField] = {
    "case_status": "status",
    "root_cause": "root_cause",
    "case_outcome": "outcome",
    "note": "note",
    "owner_email": "owner_email",
}
CODES: Mapping[CaseField, str] = {
    "status": "case_status",
    "root_cause": "root_cause",
    "outcome": "case_outcome",
}
KNOWN_BY = ("case_number", "revision")
COLUMNS = (*KNOWN_BY, *FIELDS, "first_contact_at")
NOT_A_CASE = N_("This is no number of a case.")
NOT_A_VERSION = N_("This is no version of a case: leave the column as it was.")
LIST_OF_CASES = N_(
    "This is a list of cases. Cases that change: {changed}; rows that say nothing new: {same}. "
    "What somebody changed since the list was made isn't overwritten."
)


@dataclass(frozen=True)
class CaseList:
    """Where in a table the list of cases stands: its header and the column of each field."""

    table: Table
    header_line: int
    headers: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def mapping(self) -> dict[str, str]:
        return {name: self.headers[place] for name, place in self.places.items()}


def case_list_of(tables: Sequence[Table]) -> CaseList | None:
    """The list of cases among the tables of a file; None if it is an extract."""
    for table in tables:
        for line, cells in table.head():
            places: dict[str, int] = {}
            for place, cell in enumerate(cells):
                name = _headers().get(plain_form(as_it_was(cell)))
                if name:
                    places.setdefault(name, place)
            if all(it in places for it in KNOWN_BY):
                return CaseList(table, line, tuple(cells), places)
    return None


def import_cases(
    store: Store,
    listed: CaseList,
    batch: BatchRecord,
    is_too_many: Callable[[int, int], bool],
    held: Note,
    say: OnProgress,
    *,
    dry_run: bool,
    accept_refusals: bool,
) -> ImportReport:
    """Take what the list brings as one batch, all that isn't refused or, after an error, none.

    ``is_too_many`` says of refused and of all rows whether the file waits for a yes, for which
    ``held`` is the note.
    """
    rows, faults, row_count = _rows(store, listed, say)
    with store.transaction() as con:
        known = earlier_batch(con, batch)
        if known is not None:
            note = Note(
                N_("This file was imported before, as batch {batch}."), batch=known.batch_id
            )
            same = Returned({}, row_count, ())
            return replace(_report(batch, listed, same, (), row_count), notes=(note,))
        returned = returned_changes(store, con, rows)
        report = _report(batch, listed, returned, faults, row_count)
        if is_too_many(report.refused_count, row_count) and not (dry_run or accept_refusals):
            return replace(report, is_held=True, notes=(held,), accepted_count=0, replaced_count=0)
        if dry_run or not row_count:
            return report
        counts = Counts(report.accepted_count, 0, report.replaced_count, report.duplicate_count)
        batch_id, loaded_at = insert_cases_batch(
            con, batch, counts, row_count, report.refusals, report.refused_count
        )
        write_returned(store, con, returned, batch_id)
        say("counting", 1.0)
    return replace(report, batch_id=batch_id, loaded_at=loaded_at)


def previewed_cases(
    store: Store, listed: CaseList, batch: BatchRecord, say: OnProgress
) -> tuple[ImportReport, pl.DataFrame]:
    """What the list would bring: a report as of a dry run, and the first changes."""
    rows, faults, row_count = _rows(store, listed, say)
    with store.trial() as con:
        returned = returned_changes(store, con, rows)
    lines = {row.number: row.line for row in rows}
    frame = pl.DataFrame(
        [
            {"line": lines[number], "case_number": number, "first_contact_at": contacted_at}
            | {column: said.get(field) for column, field in FIELDS.items()}
            for number, (said, contacted_at) in returned.changes.items()
        ],
        schema={
            "line": pl.Int64,
            "case_number": pl.Int64,
            "first_contact_at": pl.Datetime("us"),
            **dict.fromkeys(FIELDS, pl.String),
        },
    )
    return _report(batch, listed, returned, faults, row_count), frame


def _report(
    batch: BatchRecord,
    listed: CaseList,
    returned: Returned,
    faults: Sequence[Refusal],
    row_count: int,
) -> ImportReport:
    refusals = sorted((*faults, *returned.refusals), key=lambda it: it.line)
    refused = len({it.line for it in refusals})
    changed = len(returned.changes)
    return ImportReport(
        batch_id=None,
        file_name=batch.file_name,
        kind="cases",
        row_count=row_count,
        accepted_count=changed,
        corrected_count=0,
        replaced_count=changed,
        refused_count=refused,
        duplicate_count=row_count - changed - refused,
        refusals=tuple(refusals),
        mapping=listed.mapping,
        notes=(Note(LIST_OF_CASES, changed=changed, same=returned.same_count),),
    )


def _rows(
    store: Store, listed: CaseList, say: OnProgress
) -> tuple[list[ReturnedRow], list[Refusal], int]:
    """The rows that name a case, those that can't be read, and how many there are."""
    names = list(listed.places)
    read: TextRows = listed.table.rows(
        [listed.places[name] for name in names], listed.header_line, len(listed.headers), say
    )
    columns = dict(zip(names, read.frame.columns[1:], strict=True))
    moments, unreadable = _moments(store, listed, read.frame, columns)
    rows, faults = [], [*read.faults]
    for place, cells in enumerate(read.frame.iter_rows(named=True)):
        line = cells["line"]
        said = {name: as_it_was(cells[column] or "") for name, column in columns.items()}
        shown = {
            FIELDS.get(name, name): (listed.headers[listed.places[name]], text)
            for name, text in said.items()
        }
        wrong = [
            Refusal(line, *shown[name], reason)
            for name, reason in zip(KNOWN_BY, (NOT_A_CASE, NOT_A_VERSION), strict=True)
            if _whole(said[name]) is None
        ]
        if unreadable[place]:
            wrong.append(Refusal(line, *shown["first_contact_at"], unreadable[place] or ""))
        if wrong:
            faults.extend(wrong)
            continue
        values = {
            field: _code(field, said[column]) for column, field in FIELDS.items() if column in said
        }
        number, revision = _whole(said["case_number"]) or 0, _whole(said["revision"]) or 0
        rows.append(ReturnedRow(line, number, revision, values, moments[place], shown))
    return rows, faults, read.frame.height + len(read.faults) + len(read.further_faults)


def _moments(
    store: Store, listed: CaseList, frame: pl.DataFrame, columns: Mapping[str, str]
) -> tuple[list[datetime | None], list[str | None]]:
    column = columns.get("first_contact_at")
    if column is None:
        return [None] * frame.height, [None] * frame.height
    texts = frame[column].str.strip_chars()
    filled = pl.Series([text or None for text in texts], dtype=pl.String)
    form = DateForm(store.settings.firm.time_zone, has_serials=listed.table.has_serial_dates)
    found, reasons = parse_moments(filled, form)
    return found.to_list(), reasons.to_list()


def _whole(cell: str) -> int | None:
    """A whole number as spreadsheets write it: ``12``, ``#12``, ``12.0``, ``1 200``."""
    digits = "".join(cell.split()).lstrip("#").removesuffix(".0").removesuffix(",0")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 12
    return int(digits) if is_number else None


def _code(field: CaseField, cell: str) -> str:
    """The code of a word in any language; what is none stays as it is."""
    family = CODES.get(field)
    return _words(family).get(plain_form(cell), cell.strip()) if family else cell.strip()


@cache
def _words(family: str) -> Mapping[str, str]:
    """What stands for each code, in each language and as itself."""
    spoken = [translator(it) for it in LOCALES]
    known = {plain_form(name_of(family, code, tr)): code for code in NAMES[family] for tr in spoken}
    return known | {plain_form(code): code for code in NAMES[family]}


@cache
def _headers() -> Mapping[str, str]:
    """What the columns are called, in each language and as themselves."""
    known = {plain_form(name): name for name in COLUMNS}
    for locale in LOCALES:
        tr = translator(locale)
        for name in COLUMNS:
            for family in ("column", "field", "case_field"):
                if name in NAMES[family]:
                    known[plain_form(name_of(family, name, tr))] = name
    return known
