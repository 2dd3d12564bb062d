"""A file into the store, or a look at what would be stored: what pages and commands call."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Unpack
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from cxdata.cases.watching import wake_rules
from cxdata.config import ImportSettings
from cxdata.errors import AccessError, ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.judging.building import SNAPSHOT_FIELDS
from cxdata.ingest.judging.dates import FIRST_YEAR, LAST_YEAR, YEAR_OUT_OF_RANGE
from cxdata.ingest.judging.identities import settle_identities
from cxdata.ingest.judging.personal import (
    FoundInValues,
    name_fields,
    taken_personal,
    without_fields,
    without_personal,
)
from cxdata.ingest.judging.spellings import own_spellings
from cxdata.ingest.judging.validation import ValidRows, validate
from cxdata.ingest.notes import Note
from cxdata.ingest.outcome import Outcome, outcome_of
from cxdata.ingest.people.retention import keep_to_time_quietly, plain_name_count
from cxdata.ingest.progress import Watch, in_time
from cxdata.ingest.reading import formats
from cxdata.ingest.reading.tables import OnProgress, Table, open_tables
from cxdata.ingest.reading.unpacking import OnSize
from cxdata.ingest.recognising.choosing import choose_table, guess_questions
from cxdata.ingest.recognising.layout import Layout, require_complete
from cxdata.ingest.recognising.mapping import choose_layout
from cxdata.ingest.recognising.own_dimensions import new_names, places_of, see_groups, with_places
from cxdata.ingest.recognising.profiles import profile_for, used_note, with_profile
from cxdata.ingest.recognising.summaries import see_no_summary, summing_columns
from cxdata.ingest.recognising.weighing import weighed
from cxdata.ingest.returned_cases import CaseList, case_list_of, import_cases, previewed_cases
from cxdata.ingest.returning import ReturnedRows, returned_rows, taken_back
from cxdata.ingest.stand_ins import name_stand_in
from cxdata.ingest.storing.erased import name_key
from cxdata.ingest.storing.loading import (
    BatchRecord,
    Counts,
    earlier_batch,
    given_of,
    stage,
    store_staged,
    touched_days,
)
from cxdata.ingest.storing.replacing import store_questions
from cxdata.ingest.turns import large_file_turn
from cxdata.leftovers import clear_leftovers
from cxdata.log import logs_import, logs_refusal
from cxdata.models import Correction, ImportReport, Kind, OwnDimension, Question, Refusal
from cxdata.record import note_done
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.sources import BY_MESSAGES, DAY_FIELDS, TOLD_ANSWERS

PREVIEW_ROWS = 20
EXAMPLE_CELLS = 3
# The choices that change what is stored, besides the mapping.
_DECIDING = (
    *("date_order", "decimal_mark", "time_zone", "scales", "kept_columns"),
    *("same_id", "empty_cells", "unfinished", "waits", "flags"),
    *("swapped_dates", "two_parts", "price_interval", "revenue_year", "summary", "names"),
)
# The choices with which a file is opened.
_OPENING = ("sheet", "encoding", "delimiter")
HALF_OF_TWO = N_(
    "This is one of two tables; {column} stands in the other. A row replaces the whole row of an "
    "earlier file: join the two in a spreadsheet and import them as one."
)
PLAIN_NAMES_LEFT = N_(
    "Names of earlier imports that are stored as they were written: {count}. The setting "
    "privacy.hash_names replaces them all."
)
_OPTION_NAMES = {"mapping": "map", "kept_columns": "keep", "dimensions": "dimension"}
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
    ``export`` is the tool whose export was recognised, ``confidence`` how sure each field's column
    is (0 to 1), ``examples`` the first cells of each column, ``sheets`` what there was to choose
    from, ``sheet`` the one that was read, ``delimiter`` that of a delimited text,
    ``personal`` the columns with personal data that aren't taken unless kept on purpose,
    ``personal_taken`` those that are since a field is there for them,
    ``names`` the fields that say who somebody is,
    ``profile`` the saved profile that was used,
    ``outcome`` what would come of the rows, once nothing is open, ``lost_ends`` of which scores one
    end of the scale is refused.
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
    export: str = ""
    confidence: Mapping[str, float] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    delimiter: str = ""
    personal: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    personal_taken: tuple[str, ...] = ()
    profile: str = ""
    outcome: Outcome | None = None
    lost_ends: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """A table of the file, chosen with the layout that explains it."""

    table: Table
    layout: Layout
    sha256: str
    notes: tuple[Note, ...]
    questions: tuple[Question, ...] = ()
    sheets: tuple[str, ...] = ()
    choices: Choices = field(default_factory=Choices)
    profile: str = ""
    places: tuple[OwnDimension, ...] = ()  # dimensions that columns are to be kept as
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # the firm's own


@logs_import
def import_file(
    store: Store,
    source: Path | str | bytes,
    *,
    file_name: str | None = None,
    dry_run: bool = False,
    accept_refusals: bool = False,
    loaded_by: str | None = None,
    on_progress: OnProgress | None = None,
    sees_people: bool = True,
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
    sees_people
        Whether who imports may see names and comments: else a list of cases is refused.
    choices
        How the file is to be read; see ``Choices``.

    Raises
    ------
    ImportRefused
        If the whole file can't be taken, or leaves open what only its owner knows; the store is
        as it was.
    AccessError
        If it is a list of cases, and who imports may not see people.

    Notes
    -----
    Times without an offset are in ``time_zone``, or the firm's. A response or contact that names
    a customer but no segment, region or product has the customer's own of its day, whichever
    comes first.
    """
    clear_leftovers()
    say = in_time(on_progress or _silent, store.settings.imports)
    name = file_name or _name_of(source)
    with large_file_turn(say, store.settings.imports) as on_size:
        opened = _opened(store, source, choices, say, on_size)
        if (listed := _case_list(opened, choices)) is not None:
            _see_may_change_cases(sees_people)
            report = import_cases(
                store,
                listed,
                _cases_batch(opened, listed, name, loaded_by),
                partial(_are_too_many, store.settings.imports),
                _HELD,
                say,
                dry_run=dry_run,
                accept_refusals=accept_refusals,
            )
        else:
            reading = _read(store, opened, choices, say, on_size)
            report = _import(store, reading, name, dry_run, accept_refusals, loaded_by, say)
    if report.batch_id is not None:
        note_done(store, "imported", details=_told(report))
        keep_to_time_quietly(store)
    return report


def _told(report: ImportReport) -> dict[str, object]:
    return {
        "batch": report.batch_id,
        "file": report.file_name,
        "kind": report.kind,
        "accepted": report.accepted_count,
        "refused": report.refused_count,
    }


def _import(
    store: Store,
    reading: _Reading,
    file_name: str,
    dry_run: bool,
    accept_refusals: bool,
    loaded_by: str | None,
    say: OnProgress,
) -> ImportReport:
    choices, key = reading.choices, name_key(store, reading.choices, is_kept=not dry_run)
    require_complete(reading.layout)
    reading = replace(reading, layout=_without_named(reading.layout, key))
    batch = BatchRecord(
        file_name=file_name,
        sha256=reading.sha256,
        kind=reading.layout.kind,
        mapping=_remembered(reading.layout, choices, reading.spellings),
        loaded_by=loaded_by,
        extracted_at=_extracted_at(choices.get("extract_date"), store.settings.firm.time_zone),
    )
    if (known := _flawless_earlier(store, batch)) is not None:
        if not dry_run:
            names = new_names(store, reading.places, reading.layout)
            store.change_settings(names, changed_by=loaded_by)
        return replace(known, mapping=reading.layout.mapping)
    rows = _validated(store, reading, choices, say, key)
    require_answers([*reading.questions, *rows.questions])
    layout = without_fields(reading.layout, rows.personal.dropped)
    batch = replace(batch, mapping=_remembered(layout, choices, reading.spellings) | _learned(rows))
    names = {} if dry_run else new_names(store, reading.places, layout)
    report = _load(store, rows, batch, choices, names, dry_run, accept_refusals, say)
    return replace(
        report,
        mapping=layout.mapping,
        notes=(*reading.notes, *rows.notes, *report.notes, *_plain_note(store, key)),
    )


@logs_refusal("preview")
def preview_file(
    store: Store,
    source: Path | str | bytes,
    *,
    file_name: str | None = None,
    on_progress: OnProgress | None = None,
    sees_people: bool = True,
    **choices: Unpack[Choices],
) -> FilePreview:
    """What ``import_file`` would make of the file, also while columns are missing or questions
    are open; the rows are then read in the likeliest way.

    Raises
    ------
    ImportRefused
        If the file holds no table, or the mapping names what doesn't exist.
    """
    clear_leftovers()
    say = in_time(on_progress or _silent, store.settings.imports)
    with large_file_turn(say, store.settings.imports) as on_size:
        opened = _opened(store, source, choices, say, on_size)
        name = file_name or _name_of(source)
        if (listed := _case_list(opened, choices)) is not None:
            _see_may_change_cases(sees_people)
            return _cases_preview(store, opened, listed, name, say)
        reading = _read(store, opened, choices, say, on_size, guesses=True)
        return _preview(store, reading, name, say)


def _cases_preview(
    store: Store, opened: _Opened, listed: CaseList, name: str, say: OnProgress
) -> FilePreview:
    report, changes = previewed_cases(store, listed, _cases_batch(opened, listed, name, None), say)
    return FilePreview(
        file_name=name,
        kind="cases",
        headers=listed.headers,
        mapping=listed.mapping,
        missing=(),
        rows=changes.head(PREVIEW_ROWS),
        row_count=report.row_count,
        refused_count=report.refused_count,
        refusals=report.refusals,
        notes=tuple(it for it in report.notes if isinstance(it, Note)),
        is_held=_are_too_many(store.settings.imports, report.refused_count, report.row_count),
        sheet=listed.table.name,
        delimiter=listed.table.delimiter,
    )


def _see_may_change_cases(sees_people: bool) -> None:
    if not sees_people:
        raise AccessError(
            N_("This is a list of cases, which name people: your rights don't reach them."),
            N_("Ask an administrator of this dashboard for the right to names and comments."),
        )


def _case_list(opened: _Opened, choices: Choices) -> CaseList | None:
    """The list of cases that the file is, unless somebody says that it is something else."""
    return None if choices.get("kind") else case_list_of(opened.tables)


def _cases_batch(
    opened: _Opened, listed: CaseList, name: str, loaded_by: str | None
) -> BatchRecord:
    return BatchRecord(
        file_name=name,
        sha256=hashlib.sha256(opened.content).hexdigest(),
        kind="cases",
        mapping=listed.mapping,
        loaded_by=loaded_by,
        extracted_at=None,
    )


def _preview(store: Store, reading: _Reading, file_name: str, say: OnProgress) -> FilePreview:
    layout = reading.layout
    rows = ValidRows(pl.DataFrame(), 0, ())
    if layout.unknown or layout.is_cross_tab or not layout.missing:
        require_complete(layout)
        key = name_key(store, reading.choices, is_kept=False)
        rows = _validated(store, reading, reading.choices, say, key)
    questions, notes = _beside_store(store, layout.kind, rows, reading.choices)
    asked = (*reading.questions, *rows.questions, *questions)
    is_open = any(question.is_open for question in asked)
    zone = store.settings.firm.time_zone

    def staged(con: duckdb.DuckDBPyConnection) -> Counts:
        return _staged(con, layout.kind, rows, reading.choices, zone)

    return FilePreview(
        file_name=file_name,
        kind=layout.kind,
        headers=layout.column_names,
        mapping=without_fields(layout, rows.personal.dropped).mapping,
        missing=layout.missing,
        rows=_as_stored(rows.frame.head(PREVIEW_ROWS)),
        row_count=rows.row_count,
        refused_count=rows.refused_count,
        refusals=rows.refusals,
        notes=(*reading.notes, *rows.notes, *notes),
        questions=asked,
        left_out_count=rows.left_out_count,
        corrections=rows.corrections,
        is_held=_waits_for_yes(rows, store.settings.imports),
        export=layout.export,
        confidence=layout.confidence,
        examples=_examples(reading.table, layout),
        sheets=reading.sheets,
        sheet=reading.table.name,
        delimiter=reading.table.delimiter,
        **_personal(layout, rows.personal, reading.choices.get("kept_columns") or ()),
        names=tuple(name_fields(layout, rows.personal.columns)),
        profile=reading.profile,
        outcome=None if is_open else outcome_of(store, layout.kind, rows, staged),
        lost_ends=rows.lost_ends,
    )


def refused_rows(
    store: Store,
    source: Path | str | bytes,
    refusals: Sequence[Refusal],
    **choices: Unpack[Choices],
) -> ReturnedRows:
    """The rows of a file on which refusals of its import stand, to be sent back to its owner.

    Raises
    ------
    ImportRefused
        If the file can't be read.
    """
    say = in_time(_silent, store.settings.imports)
    with large_file_turn(say, store.settings.imports) as on_size:
        opened = _opened(store, source, choices, say, on_size)
        if (listed := _case_list(opened, choices)) is not None:
            return returned_rows(listed.table, (listed.header_line,), refusals)
        reading = _read(store, opened, choices, say, on_size)
        layout = reading.layout
        return returned_rows(reading.table, (layout.header_line, *layout.extra_lines), refusals)


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
                "Answer with {answers}.",
                answers=_answers(question),
                **question.values,
            )


def _answers(question: Question) -> str:
    """What answers the question on the command line."""
    option = "--" + _OPTION_NAMES.get(question.option, question.option.replace("_", "-"))
    about = f"{question.about}=" if question.about else ""
    said = [
        f"{option} {_quoted(about + it.choice)}" + (f" ({it.outcome})" if it.outcome else "")
        for it in question.readings
    ]
    return " / ".join(said) or option


def _quoted(word: str) -> str:
    """A word of a command as a shell takes it, if it has a space in it."""
    return f'"{word}"' if " " in word else word


def _waits_for_yes(rows: ValidRows, limits: ImportSettings) -> bool:
    return bool(rows.lost_ends) or _is_too_many(rows, limits)


def _is_too_many(rows: ValidRows, limits: ImportSettings) -> bool:
    return _are_too_many(limits, rows.refused_count, rows.row_count)


def _are_too_many(limits: ImportSettings, refused_count: int, row_count: int) -> bool:
    is_large_share = refused_count > limits.held_refused_share * row_count
    return is_large_share and refused_count >= limits.held_refused_count


def _validated(
    store: Store,
    reading: _Reading,
    choices: Choices,
    on_progress: OnProgress,
    key: str | None,
) -> ValidRows:
    rows = validate(
        reading.table,
        reading.layout,
        choices=choices,
        time_zone=choices.get("time_zone") or store.settings.firm.time_zone,
        limits=store.settings.imports,
        spellings=reading.spellings,
        currency=store.settings.firm.currency,
        on_progress=on_progress,
        name_key=key,
    )
    see_groups(rows.frame, reading.layout, store.settings.own_dimensions.most_values)
    zone = store.settings.firm.time_zone
    return settle_identities(rows, reading.layout, choices, zone)


@dataclass(frozen=True)
class _Opened:
    """The bytes of a file, and the tables in it."""

    content: bytes
    tables: list[Table]


def _opened(
    store: Store, source: Path | str | bytes, choices: Choices, say: OnProgress, on_size: OnSize
) -> _Opened:
    _check_extract_date(choices.get("extract_date"))
    content = formats.file_bytes(source, store.settings.imports)
    return _Opened(content, _tables(store, content, choices, say, on_size))


def _read(
    store: Store,
    opened: _Opened,
    choices: Choices,
    say: OnProgress,
    on_size: OnSize,
    *,
    guesses: bool = False,
) -> _Reading:
    """The file's table, or of several sheets the one that explains itself best."""
    content, tables = opened.content, opened.tables
    heads = [table.head() for table in tables]
    profile = profile_for(store, heads, choices.get("profile"), choices.get("kind"))
    if profile:
        said, choices = choices, with_profile(profile, choices)
        if any(choices.get(name) != said.get(name) for name in _OPENING):
            tables = _tables(store, content, choices, say, on_size)
    if store.settings.privacy.hash_names:
        choices = {**choices, "names": "hash"}
    places = places_of(store, choices.get("dimensions") or ())
    mapping = with_places(store, choices.get("mapping") or {}, places)
    layouts = [
        choose_layout(
            table.head(),
            choices.get("kind"),
            mapping,
            guesses=guesses,
            own=store.settings.own_dimensions.names,
        )
        for table in tables
    ]
    chosen = choose_table(tables, layouts)
    sum_notes: tuple[Note, ...] = ()
    if choices.get("summary") and summing_columns(
        tables[chosen.index].head(), layouts[chosen.index]
    ):
        answers = weighed(tables[chosen.index], layouts[chosen.index], say)
        sum_notes = (answers.note,)
        tables = list(
            open_tables(
                answers.content,
                encoding="utf-8",
                delimiter=",",
                limits=store.settings.imports,
                on_progress=say,
                on_size=on_size,
            )
        )
        layouts = [
            choose_layout(tables[0].head(), "responses", choices.get("mapping"), guesses=guesses)
        ]
        chosen = choose_table(tables, layouts)
    see_no_summary(tables[chosen.index].head(), layouts[chosen.index])
    layout, personal_notes = without_personal(
        layouts[chosen.index], tables[chosen.index], choices.get("kept_columns") or ()
    )
    return _Reading(
        tables[chosen.index],
        layout,
        hashlib.sha256(content).hexdigest(),
        (
            *chosen.notes,
            *sum_notes,
            *_recognised_notes(layout),
            *([used_note(profile)] if profile else ()),
            *personal_notes,
        ),
        (
            *tables[chosen.index].questions,
            *chosen.questions,
            *guess_questions(tables[chosen.index], layout),
        ),
        sheets=tuple(table.name for table in tables if table.name),
        choices=choices,
        profile=profile.name if profile else "",
        places=tuple(places),
        spellings=own_spellings(store),
    )


def _tables(
    store: Store, content: bytes, choices: Choices, say: OnProgress, on_size: OnSize
) -> list[Table]:
    opened = open_tables(
        content,
        encoding=choices.get("encoding"),
        sheet=choices.get("sheet"),
        delimiter=choices.get("delimiter"),
        limits=store.settings.imports,
        on_progress=say,
        on_size=on_size,
    )
    return [taken_back(table) for table in opened]


def _recognised_notes(layout: Layout) -> Iterator[Note]:
    if layout.export:
        yield Note(N_("The form of the file is known: {export}."), export=layout.export)
    if layout.joined_with:
        yield Note(HALF_OF_TWO, column=layout.joined_with)


def _plain_note(store: Store, key: str | None) -> Iterator[Note]:
    """That names of earlier imports stand as they were written, where this one's don't."""
    if key is None or store.settings.privacy.hash_names:
        return
    with store.cursor() as con:
        count = plain_name_count(con)
    if count:
        yield Note(PLAIN_NAMES_LEFT, count=count)


def _without_named(layout: Layout, key: str | None) -> Layout:
    """The layout with stand-ins for names that it gives to all rows: it is kept with the batch."""
    if key is None:
        return layout
    named = {*name_fields(layout, ())}
    fixed = {
        name: name_stand_in(value, key) if name in named else value
        for name, value in layout.fixed.items()
    }
    return replace(layout, fixed=fixed)


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
    choices: Choices,
    names: Mapping[str, str],
    dry_run: bool,
    accept_refusals: bool,
    say: OnProgress,
) -> ImportReport:
    say("storing", 0.0)
    report = _report(rows, batch, Counts(0, 0, 0, rows.frame.height))
    if _waits_for_yes(rows, store.settings.imports) and not (dry_run or accept_refusals):
        why = rows.lost_ends or (_HELD,)
        return replace(_report(rows, batch, Counts(0, 0, 0, 0)), is_held=True, notes=why)
    with store.changing_settings(names, changed_by=batch.loaded_by) as (con, _):
        earlier = earlier_batch(con, batch)
        if earlier is not None:
            return replace(report, notes=(_known_note(earlier.batch_id),))
        watch = Watch(con, say)
        zone = store.settings.firm.time_zone
        counts = watch.run("storing", lambda: _staged(con, batch.kind, rows, choices, zone))
        keeps_empty = choices.get("empty_cells") == "keep"
        questions, notes = store_questions(
            con, batch.kind, given_of(rows, keeps_empty=keeps_empty), counts, choices, zone
        )
        require_answers(questions)
        report = replace(_report(rows, batch, counts), notes=(*rows.lost_ends, *notes))
        if dry_run or rows.frame.is_empty():
            return report
        batch_id, loaded_at = watch.run(
            "storing",
            lambda: store_staged(con, rows, counts, batch, watch.step, keeps_empty=keeps_empty),
        )
        # A contact that is there already may be known to be unanswered now.
        if counts.accepted or batch.extracted_at or batch.kind == "contacts":
            history = store.settings_history
            days = touched_days(
                con, batch_id, batch.kind, has_others=counts.replaced + counts.duplicate > 0
            )
            Watch(con, say).run("counting", lambda: rebuild_days(con, history, [batch.kind], days))
        woken = wake_rules(store, con, batch_id, batch.kind)
        say("counting", 1.0)
    return replace(
        report,
        batch_id=batch_id,
        loaded_at=loaded_at,
        case_count=woken.case_count,
        held_rules=tuple(it.rule for it in woken.held),
    )


def _staged(
    con: duckdb.DuckDBPyConnection, kind: Kind, rows: ValidRows, choices: Choices, zone: str
) -> Counts:
    return stage(
        con,
        kind,
        rows,
        zone,
        is_apart=choices.get("same_id") == "apart" and kind != "customers",
        keeps_empty=choices.get("empty_cells") == "keep",
    )


def _beside_store(
    store: Store, kind: Kind, rows: ValidRows, choices: Choices
) -> tuple[list[Question], list[Note]]:
    """What a file leaves open when its rows are laid beside the store's own; nothing is stored."""
    if rows.frame.is_empty():
        return [], []
    with store.cursor() as con:
        zone = store.settings.firm.time_zone
        counts = _staged(con, kind, rows, choices, zone)
        keeps_empty = choices.get("empty_cells") == "keep"
        given = given_of(rows, keeps_empty=keeps_empty)
        return store_questions(con, kind, given, counts, choices, zone)


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


def _remembered(
    layout: Layout,
    choices: Choices,
    spellings: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """The mapping, and what else decides how the file is read."""
    said = {name: str(choices[name]) for name in _DECIDING if choices.get(name)}  # type: ignore[literal-required]
    if SNAPSHOT_FIELDS & layout.columns.keys() and choices.get("extract_date"):
        said["extract_date"] = str(choices["extract_date"])
    if own := {name: spellings[name] for name in layout.columns if name in spellings}:
        said["spellings"] = json.dumps(own, ensure_ascii=False, sort_keys=True)
    return layout.mapping | {f"@{name}": value for name, value in said.items()}


def _learned(rows: ValidRows) -> dict[str, str]:
    """What the rows themselves tell of what the file knows."""
    days = {DAY_FIELDS: ",".join(rows.day_fields)} if rows.day_fields else {}
    return days | ({TOLD_ANSWERS: BY_MESSAGES} if rows.has_messages else {})


def _check_extract_date(extract_date: date | datetime | None) -> None:
    if extract_date and not FIRST_YEAR <= extract_date.year <= LAST_YEAR:
        raise ImportRefused(
            "The file can't tell how things stood in the year {year}.",
            YEAR_OUT_OF_RANGE,
            year=str(extract_date.year),
            first_year=str(FIRST_YEAR),
            last_year=str(LAST_YEAR),
        )


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


def _personal(
    layout: Layout, in_values: FoundInValues, kept_columns: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The columns with personal data: left out unless kept, and taken."""
    found = {*layout.personal, *in_values.columns}
    stored = taken_personal(without_fields(layout, in_values.dropped), found, kept_columns)
    return {
        name: tuple(layout.column_names[index] for index in sorted(indexes))
        for name, indexes in (("personal", found - stored), ("personal_taken", stored))
    }


def _examples(table: Table, layout: Layout) -> dict[str, tuple[str, ...]]:
    """The first different cells of each column below the header."""
    below = [cells for line, cells in table.head() if line > layout.last_header_line]
    columns = (
        dict.fromkeys(cells[index].strip() for cells in below if index < len(cells))
        for index in range(len(layout.column_names))
    )
    return {
        name: tuple(filter(None, cells))[:EXAMPLE_CELLS]
        for name, cells in zip(layout.column_names, columns, strict=True)
    }


def _name_of(source: Path | str | bytes) -> str:
    return "upload" if isinstance(source, bytes) else Path(source).name


def _silent(stage_name: str, done: float) -> None:
    """Progress nobody asked for."""
