"""A file into the store, or a look at what would be stored: what pages and commands call."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Unpack
from zoneinfo import ZoneInfo

import polars as pl

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest import formats
from cxdata.ingest.choices import Choices
from cxdata.ingest.loading import BatchRecord, Counts, earlier_batch, stage, store_staged
from cxdata.ingest.mapping import Layout, choose_layout, require_complete
from cxdata.ingest.notes import Note
from cxdata.ingest.reading import OnProgress, Table, open_tables
from cxdata.ingest.validation import ValidRows, validate
from cxdata.models import Correction, ImportReport, Kind, Question, Refusal
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

PREVIEW_ROWS = 20
# The choices that change what is stored, besides the mapping.
_DECIDING = ("date_order", "decimal_mark", "time_zone", "scales", "kept_columns")
_HELD = Note(
    N_("So many rows are refused that nothing was taken; accept the refusals to take the others.")
)


@dataclass(frozen=True)
class FilePreview:
    """What a file would bring.

    ``headers`` names every column, one without a header of its own by its number (``#3``);
    ``mapping`` is field -> one of these, or ``=value``; ``missing`` are fields that must be mapped
    first: while there are any, ``rows`` is empty. ``rows`` are the first rows as they would
    be stored, with their ``line``. ``questions`` are what the file leaves open, the answered ones
    included; ``is_held`` says that too many rows are refused to go on without a yes.
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
    questions: tuple[Question, ...] = ()
    left_out_count: int = 0
    corrections: tuple[Correction, ...] = ()
    is_held: bool = False


@dataclass(frozen=True)
class _Reading:
    """A table of the file, chosen with the layout that explains it."""

    table: Table
    layout: Layout
    sha256: str
    notes: tuple[Note, ...]
    questions: tuple[Question, ...] = ()


def import_file(
    store: Store,
    source: Path | str | bytes,
    *,
    file_name: str | None = None,
    dry_run: bool = False,
    accept_refusals: bool = False,
    loaded_by: str | None = None,
    on_progress: OnProgress | None = None,
    **choices: Unpack[Choices],
) -> ImportReport:
    """Take a file's rows into the store, all of the good ones or, after an error, none.

    Parameters
    ----------
    source
        A path, or the file's bytes.
    file_name
        What the file is called; by default the path's last part.
    dry_run
        Only say what would happen.
    accept_refusals
        Take the good rows also if so many are refused that the file would be held.
    on_progress
        Called with the stage (reading, validating, storing, counting) and how much of it is
        done, from 0 to 1. What it raises ends the import, and the store is as it was.
    choices
        How the file is to be read; see ``Choices``.

    Raises
    ------
    ImportRefused
        If the whole file can't be taken, or leaves open what only its owner knows; the store is
        as it was.

    Notes
    -----
    Times without an offset are in ``time_zone``, or the firm's. A response or contact that names
    a customer but no segment, region or product takes the customer's own of the day on which it
    is loaded.
    """
    say = on_progress or _silent
    reading = _read(store, source, choices)
    require_complete(reading.layout)
    batch = BatchRecord(
        file_name=file_name or _name_of(source),
        sha256=reading.sha256,
        kind=reading.layout.kind,
        mapping=_remembered(reading.layout, choices),
        loaded_by=loaded_by,
        extracted_at=_extracted_at(choices.get("extract_date"), store.settings.firm.time_zone),
    )
    if (known := _flawless_earlier(store, batch)) is not None:
        return replace(known, mapping=reading.layout.mapping)
    rows = _validated(store, reading, choices, say)
    require_answers([*reading.questions, *rows.questions])
    report = _load(store, rows, batch, dry_run, accept_refusals, say)
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
    on_progress: OnProgress | None = None,
    **choices: Unpack[Choices],
) -> FilePreview:
    """What ``import_file`` would make of the file, also while columns are missing or questions
    are open; the rows are then read in the likeliest way.

    Raises
    ------
    ImportRefused
        If the file holds no table, or the mapping names what doesn't exist.
    """
    reading = _read(store, source, choices)
    layout = reading.layout
    rows = ValidRows(pl.DataFrame(), 0, ())
    if layout.unknown or not layout.missing:
        require_complete(layout)
        rows = _validated(store, reading, choices, on_progress or _silent)
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
        questions=(*reading.questions, *rows.questions),
        left_out_count=rows.left_out_count,
        corrections=rows.corrections,
        is_held=_is_too_many(rows, store.settings.imports),
    )


def require_answers(questions: Sequence[Question]) -> None:
    """Refuse a file that can be read in two ways until somebody says which.

    Raises
    ------
    ImportRefused
        With the first question that is open, and the option that answers it.
    """
    for question in questions:
        if question.is_open:
            raise ImportRefused(
                question.text,
                "Answer with --{option}: {answers}.",
                option=question.option.replace("_", "-"),
                answers=_answers(question),
                **question.values,
            )


def _answers(question: Question) -> str:
    about = f"{question.about}=" if question.about else ""
    return ", ".join(f"{about}{reading.choice}" for reading in question.readings)


def _is_too_many(rows: ValidRows, limits: ImportSettings) -> bool:
    is_large_share = rows.refused_count > limits.held_refused_share * rows.row_count
    return is_large_share and rows.refused_count >= limits.held_refused_count


def _validated(
    store: Store, reading: _Reading, choices: Choices, on_progress: OnProgress
) -> ValidRows:
    return validate(
        reading.table,
        reading.layout,
        time_zone=choices.get("time_zone") or store.settings.firm.time_zone,
        date_order=choices.get("date_order"),
        on_progress=on_progress,
    )


def _read(store: Store, source: Path | str | bytes, choices: Choices) -> _Reading:
    """The file's table, or of several sheets the first that explains itself best."""
    content = formats.file_bytes(source)
    tables = open_tables(content, encoding=choices.get("encoding"), sheet=choices.get("sheet"))
    layouts = [
        choose_layout(table.head(), choices.get("kind"), choices.get("mapping")) for table in tables
    ]
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
    store: Store,
    rows: ValidRows,
    batch: BatchRecord,
    dry_run: bool,
    accept_refusals: bool,
    say: OnProgress,
) -> ImportReport:
    say("storing", 0.0)
    report = _report(rows, batch, Counts(0, 0, 0, rows.frame.height))
    if _is_too_many(rows, store.settings.imports) and not (dry_run or accept_refusals):
        return replace(_report(rows, batch, Counts(0, 0, 0, 0)), is_held=True, notes=(_HELD,))
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
        left_out_count=rows.left_out_count,
        corrections=rows.corrections,
    )


def _remembered(layout: Layout, choices: Choices) -> dict[str, str]:
    """The mapping, and what else decides how the file is read."""
    said = {name: str(choices[name]) for name in _DECIDING if choices.get(name)}  # type: ignore[literal-required]
    return layout.mapping | {f"@{name}": value for name, value in said.items()}


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
