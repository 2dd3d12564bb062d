"""A file into the store, or a look at what would be stored: what pages and commands call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest import formats
from cxdata.ingest.loading import BatchRecord, Counts, earlier_batch, stage, store_staged
from cxdata.ingest.mapping import Layout, choose_layout, require_complete
from cxdata.ingest.notes import Note
from cxdata.ingest.reading import OnProgress, Table, open_tables
from cxdata.ingest.validation import ValidRows, validate
from cxdata.ingest.values import DateOrder
from cxdata.models import ImportReport, Kind, Refusal
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class FilePreview:
    """What a file would bring.

    ``headers`` names every column, one without a header of its own by its number (``#3``);
    ``mapping`` is field -> one of these, or ``=value``; ``missing`` are fields that must be mapped
    first: while there are any, ``rows`` is empty. ``rows`` are the first rows as they would
    be stored, with their ``line``.
    """

    file_name: str
    kind: Kind
    headers: tuple[str, ...]
    mapping: dict[str, str]
    missing: tuple[str, ...]
    rows: pl.DataFrame
    row_count: int
    refused_count: int
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Reading:
    """A table of the file, chosen with the layout that explains it."""

    table: Table
    layout: Layout
    sha256: str
    notes: tuple[Note, ...]


def import_file(
    store: Store,
    source: Path | str | bytes,
    *,
    file_name: str | None = None,
    kind: Kind | None = None,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    extract_date: date | datetime | None = None,
    loaded_by: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    date_order: DateOrder | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Take a file's rows into the store, all of the good ones or, after an error, none.

    Parameters
    ----------
    source
        A path, or the file's bytes.
    file_name
        What the file is called; by default the path's last part.
    kind
        What it holds; by default the kind that its headers fit best.
    mapping
        Field -> header, ``#3`` for the third column, ``=value`` for all rows, or nothing to
        leave a field out; other fields are found by their headers.
    dry_run
        Only say what would happen.
    extract_date
        Up to when the file tells: a moment, or a day, which then counts to its end.
    date_order
        ``"dmy"`` or ``"mdy"``, where the values don't prove it.
    on_progress
        Called with the stage (reading, validating, storing, counting) and how much of it is
        done, from 0 to 1.

    Raises
    ------
    ImportRefused
        If the whole file can't be taken; the store is as it was.

    Notes
    -----
    Times without an offset are the firm's local time (``settings.firm.time_zone``). A
    response or contact that names a customer but no segment, region or product takes the
    customer's own of the day on which it is loaded.
    """
    say = on_progress or _silent
    reading = _read(source, kind, mapping, sheet, encoding)
    require_complete(reading.layout)
    time_zone = store.settings.firm.time_zone
    batch = BatchRecord(
        file_name=file_name or _name_of(source),
        sha256=reading.sha256,
        kind=reading.layout.kind,
        mapping=_remembered(reading.layout, date_order),
        loaded_by=loaded_by,
        extracted_at=_extracted_at(extract_date, time_zone),
    )
    if (known := _flawless_earlier(store, batch)) is not None:
        return replace(known, mapping=reading.layout.mapping)
    rows = validate(
        reading.table, reading.layout, time_zone=time_zone, date_order=date_order, on_progress=say
    )
    report = _load(store, rows, batch, dry_run, say)
    return replace(
        report,
        mapping=reading.layout.mapping,
        notes=(*reading.notes, *rows.notes, *report.notes),
    )


def preview_file(
    store: Store,
    source: Path | str | bytes,
    *,
    file_name: str | None = None,
    kind: Kind | None = None,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    date_order: DateOrder | None = None,
    on_progress: OnProgress | None = None,
) -> FilePreview:
    """What ``import_file`` would make of the file, also while columns are missing.

    Raises
    ------
    ImportRefused
        If the file holds no table, or the mapping names what doesn't exist.
    """
    reading = _read(source, kind, mapping, sheet, encoding)
    layout = reading.layout
    rows = ValidRows(pl.DataFrame(), 0, ())
    if layout.unknown or not layout.missing:
        require_complete(layout)
        rows = validate(
            reading.table,
            layout,
            time_zone=store.settings.firm.time_zone,
            date_order=date_order,
            on_progress=on_progress or _silent,
        )
    return FilePreview(
        file_name=file_name or _name_of(source),
        kind=layout.kind,
        headers=layout.column_names,
        mapping=layout.mapping,
        missing=layout.missing,
        rows=_as_stored(rows.frame.head(PREVIEW_ROWS)),
        row_count=rows.row_count,
        refused_count=rows.refused_count,
        refusals=rows.refusals,
        notes=(*reading.notes, *rows.notes),
    )


def _read(
    source: Path | str | bytes,
    kind: Kind | None,
    mapping: Mapping[str, str] | None,
    sheet: str | None,
    encoding: str | None,
) -> _Reading:
    """The file's table, or of several sheets the first that explains itself best."""
    content = formats.file_bytes(source)
    tables = open_tables(content, encoding=encoding, sheet=sheet)
    layouts = [choose_layout(table.head(), kind, mapping) for table in tables]
    best = max(range(len(tables)), key=lambda index: _fitness(layouts[index]))
    notes = (Note(N_("The sheet {sheet} was read."), sheet=tables[best].name),)
    return _Reading(
        tables[best],
        layouts[best],
        hashlib.sha256(content).hexdigest(),
        notes if len(tables) > 1 else (),
    )


def _fitness(layout: Layout) -> tuple[bool, bool, int, int]:
    named = len([header for header in layout.headers if header])
    return not layout.unknown, not layout.missing, layout.match_count, named


def _flawless_earlier(store: Store, batch: BatchRecord) -> ImportReport | None:
    """The report on a file that came before without a refused row: no need to read it again."""
    with store.cursor() as con:
        earlier = earlier_batch(con, batch)
    if earlier is None or earlier.refused_count:
        return None
    rows = ValidRows(pl.DataFrame(), earlier.row_count, ())
    report = _report(rows, batch, Counts(0, 0, 0, earlier.row_count))
    return replace(report, refused_count=0, notes=(_known_note(earlier.batch_id),))


def _known_note(batch_id: int) -> Note:
    return Note(N_("This file was imported before, as batch {batch}."), batch=batch_id)


def _load(
    store: Store, rows: ValidRows, batch: BatchRecord, dry_run: bool, say: OnProgress
) -> ImportReport:
    say("storing", 0.0)
    report = _report(rows, batch, Counts(0, 0, 0, rows.frame.height))
    with store.transaction() as con:
        earlier = earlier_batch(con, batch)
        if earlier is not None:
            return replace(report, notes=(_known_note(earlier.batch_id),))
        counts = stage(con, batch.kind, rows, store.settings.firm.time_zone)
        report = _report(rows, batch, counts)
        if dry_run or rows.frame.is_empty():
            return report
        batch_id, loaded_at = store_staged(con, rows, counts, batch)
        say("counting", 0.0)
        if counts.accepted:
            rebuild_days(con, store.settings, [batch.kind])
    say("counting", 1.0)
    return replace(report, batch_id=batch_id, loaded_at=loaded_at)


def _report(rows: ValidRows, batch: BatchRecord, counts: Counts) -> ImportReport:
    return ImportReport(
        batch_id=None,
        file_name=batch.file_name,
        kind=batch.kind,
        row_count=rows.row_count,
        accepted_count=counts.accepted,
        corrected_count=counts.corrected,
        replaced_count=counts.replaced,
        refused_count=rows.refused_count,
        duplicate_count=counts.duplicate,
        refusals=rows.refusals,
        mapping={},
    )


def _remembered(layout: Layout, date_order: DateOrder | None) -> dict[str, str]:
    """The mapping, and what else decides how the file is read."""
    return layout.mapping | ({"@date_order": date_order} if date_order else {})


def _extracted_at(extract_date: date | datetime | None, time_zone: str) -> datetime | None:
    """In UTC; a day counts to its end, a moment without offset is local."""
    if extract_date is None:
        return None
    if not isinstance(extract_date, datetime):
        extract_date = datetime.combine(extract_date, time(23, 59, 59))
    if extract_date.tzinfo is None:
        extract_date = extract_date.replace(tzinfo=ZoneInfo(time_zone))
    return extract_date.astimezone(UTC).replace(tzinfo=None)


def _as_stored(frame: pl.DataFrame) -> pl.DataFrame:
    """Only the columns that hold something."""
    if frame.is_empty():
        return frame
    return frame.select(
        each for each in frame.drop("is_corrected") if each.null_count() < len(each)
    )


def _name_of(source: Path | str | bytes) -> str:
    return "upload" if isinstance(source, bytes) else Path(source).name


def _silent(stage_name: str, done: float) -> None:
    """Progress nobody asked for."""
