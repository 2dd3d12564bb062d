"""From text rows to typed rows and refusals: every value is taken, corrected or refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import polars as pl

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.columns import RATING_PREFIX, load_columns, plain_form
from cxdata.ingest.judging import scales, values
from cxdata.ingest.judging.amounts import refuse_amounts, scale_amounts
from cxdata.ingest.judging.building import build_fields
from cxdata.ingest.judging.contact_moments import day_fields, settle_moments
from cxdata.ingest.judging.flags import settle_flags, with_flags
from cxdata.ingest.judging.invitation_steps import settle_steps
from cxdata.ingest.judging.joining import join_clocks, refuse_missing_clocks
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.nothing import empty_words
from cxdata.ingest.judging.personal import (
    FREE_TEXTS,
    FoundInValues,
    count_inside,
    name_fields,
    personal_values,
    without_addresses,
    without_fields,
)
from cxdata.ingest.judging.questions import Said, check_two_parts, said_of, settle_forms
from cxdata.ingest.judging.refusals import (
    corrections,
    reason_values,
    refusals,
    refused_lines,
)
from cxdata.ingest.judging.remaining import without_remaining
from cxdata.ingest.judging.scores import lost_ends
from cxdata.ingest.judging.swapped import settle_swapped
from cxdata.ingest.judging.texts import repeated
from cxdata.ingest.judging.values import Forms
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.rows import (
    TAIL_ROWS,
    OnProgress,
    Table,
    TextRows,
)
from cxdata.ingest.recognising.known_exports import REASONS_LEFT_OUT
from cxdata.ingest.recognising.layout import Layout, shortened
from cxdata.ingest.recognising.shapes import is_total
from cxdata.ingest.stand_ins import name_stand_in, with_stand_ins
from cxdata.models import Correction, Kind, Question, Reading, Refusal
from cxdata.store.sources import WAITS, knows_answers

BEFORE_OPENED = N_("This is before the contact was opened.")
BEFORE_SENT = N_("This is before the invitation was sent.")
ENDS_BEFORE_START = N_("The relation ends before it starts.")
ANSWERS_NOT_KNOWN = N_(
    "The file doesn't say when contacts were answered: they count as contacts, but not as in time, "
    "late, waiting or abandoned. Export the moment of the first answer as well, or the wait and "
    "whether it ended in an answer."
)
CLOSING_IS_NO_ANSWER = N_(
    "When a contact was closed doesn't say when it was answered. If yours are closed by the answer "
    "itself, take that column as the moment of the first answer."
)
NOT_A_SHARE = N_("An assessed value is a share: from 0 to 1, or a percentage with its sign.")
NOT_A_COUNT = N_("A number of cases is a whole number from 1 on.")

NOT_ALL_LISTED = N_("Refused values: {count}; the first {limit} are listed.")
TAKE_UNFINISHED = N_(
    "Some rows say that they are unfinished, disqualified or test answers. Are they left out?"
)
NAMES_HASHED = N_("Instead of names and addresses, keyed hashes are stored of: {columns}.")
TAKEN_IF_SAID = (REASONS_LEFT_OUT["previews"], REASONS_LEFT_OUT["unfinished"])
ROWS_LEFT_OUT = N_("Left out, not counted as data ({reason}): {count}.")

# What a field holds where the file says nothing.
DEFAULTS: Mapping[tuple[Kind, str], str] = {
    ("responses", "survey"): "relationship",
    ("contacts", "initiated_by"): "customer",
    ("invitations", "survey"): "relationship",
}
_DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "moment": pl.Datetime("us"),
    "day": pl.Date(),
    "score": pl.Int8(),
    "number": pl.Float64(),
    "yes_no": pl.Boolean(),
}


@dataclass(frozen=True)
class ValidRows:
    """Rows that can be stored, and what stood in the way of the others.

    ``frame`` has ``line``, every field of the kind (null where the file has none), a column
    ``rating_<touchpoint>`` per rated touchpoint, and ``is_corrected``. ``refusals`` are the first
    ones; ``refused_count`` counts the rows. ``rating_scales`` are the upper ends of the ratings',
    ``personal`` what turned out to be personal data and wasn't taken. ``given`` are the fields that
    the file says anything of, ``own_columns`` those of them that have a column of their own,
    ``day_fields`` the moments that it tells as days only. ``warnings`` are the notes that stand
    before the import as well. ``lost_ends`` says of which scores one end of the scale is refused,
    ``has_messages`` that what was answered is told by messages to and fro.
    """

    frame: pl.DataFrame
    row_count: int
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()
    corrections: tuple[Correction, ...] = ()
    left_out_count: int = 0
    rating_scales: Mapping[str, int] = field(default_factory=dict)
    personal: FoundInValues = field(default_factory=FoundInValues)
    given: frozenset[str] = frozenset()
    own_columns: frozenset[str] = frozenset()
    day_fields: tuple[str, ...] = ()
    warnings: tuple[Note, ...] = ()
    lost_ends: tuple[Note, ...] = ()
    has_messages: bool = False

    @property
    def refused_count(self) -> int:
        return self.row_count - self.frame.height


def validate(
    table: Table,
    layout: Layout,
    *,
    choices: Choices,
    time_zone: str,
    limits: ImportSettings,
    spellings: Mapping[str, Mapping[str, str]],
    currency: str,
    on_progress: OnProgress,
    name_key: str | None = None,
) -> ValidRows:
    """The rows of a table as the store wants them, and a refusal for each value that can't be.

    A row with a refused value isn't taken. Blank rows, further header rows, repetitions of
    the header, totals at the end and rows that are no answers are no rows.

    Parameters
    ----------
    choices
        What its owner says of the file; it wins over what the layout hints at.
    time_zone
        Of times without an offset, if neither says it.
    limits
        How many refused values are listed.
    spellings
        The firm's own: field -> spelling in plain form -> value.
    currency
        The firm's: amounts in another one are refused.
    name_key
        With it, a keyed stand-in takes the place of each name; None: names are stored.
    """
    said = said_of(choices, layout, time_zone)
    scales.check_scales(said)
    check_two_parts(said, layout.kind)
    read = table.rows(_wanted(layout), layout.last_header_line, layout.width, on_progress)
    on_progress("validating", 0.0)
    data, dropped = _data_rows(read, layout)
    data, left_out_notes, left_out_count = _without_left_out(
        data, layout, takes_all=choices.get("unfinished") == "take"
    )
    texts = _texts(data, layout)
    personal = personal_values(layout, texts, choices.get("kept_columns") or ())
    layout = without_fields(layout, personal.dropped)
    texts = {name: text for name, text in texts.items() if name not in personal.dropped}
    layout, remaining, remaining_notes = without_remaining(layout, texts, choices)
    personal = replace(personal, dropped=personal.dropped | remaining)
    texts = {name: text for name, text in texts.items() if name not in remaining}
    layout, texts, name_notes = _without_names(layout, texts, personal.columns, name_key)
    judging = Judging(layout, data["line"], texts)
    settle_steps(judging)
    joined_notes = join_clocks(judging)
    swapped = settle_swapped(judging, said)
    asked_as = scales.was_asked_as(said, judging)
    judging, said, taken_notes = scales.with_satisfaction(judging, said)
    layout = judging.layout
    nothing_notes = empty_words(judging, spellings)
    scales.settle_known_scales(judging, said)
    settled = settle_forms(judging, table, said, spellings)
    flags = settle_flags(judging, said)
    forms = with_flags(settled.forms, flags)
    for done, name in enumerate(list(judging.texts), start=1):
        _parse_column(judging, name, forms[name])
        on_progress("validating", done / (len(judging.texts) + 1))
    scale_notes = scale_amounts(judging)
    refuse_amounts(judging, currency)
    questions, notes = scales.settle_scales(judging, said)
    days_only = day_fields(judging)
    moment_notes = settle_moments(judging, days_only, said.time_zone)
    build_questions, build_notes = build_fields(judging, said, choices)
    warnings = [*moment_notes, *_answers_note(layout, said)]
    notes = [
        *table.notes,
        *_header_notes(layout, len(dropped)),
        *left_out_notes,
        *personal.notes,
        *name_notes,
        *_untaken_note(layout),
        *remaining_notes,
        *joined_notes,
        *swapped.notes,
        *settled.notes,
        *nothing_notes,
        *taken_notes,
        *notes,
        *scale_notes,
        *build_notes,
        *warnings,
        *_finish(judging),
    ]
    faults = [fault for fault in read.faults if fault.line not in dropped]
    if name_key is not None:  # the text of a whole row may name anybody
        faults = [replace(fault, value="") for fault in faults]
    further_count = len(read.further_faults) - sum(
        line in dropped for line in read.further_faults[-TAIL_ROWS:]
    )
    rows = _judged(judging, faults, further_count, notes, limits.listed_refusal_count)
    on_progress("validating", 1.0)
    return replace(
        rows,
        questions=(
            *_left_out_question(choices, left_out_notes),
            *swapped.questions,
            *settled.questions,
            *flags.questions,
            *asked_as,
            *questions,
            *build_questions,
        ),
        left_out_count=left_out_count,
        personal=personal,
        given=_given(judging),
        own_columns=frozenset(layout.columns),
        day_fields=days_only,
        warnings=tuple(warnings),
        lost_ends=tuple(lost_ends(judging)),
    )


def _answers_note(layout: Layout, said: Said) -> Iterator[Note]:
    """That a file of contacts can't tell whether they were answered."""
    if layout.kind != "contacts" or knows_answers(layout.mapping | {WAITS: said.waits or ""}):
        return
    yield Note(ANSWERS_NOT_KNOWN)
    if layout.columns.keys() & {"resolved_at", "resolved_after"}:
        yield Note(CLOSING_IS_NO_ANSWER)


def _given(judging: Judging) -> frozenset[str]:
    """The stored fields that the file says anything of; a default is the dashboard's own word."""
    layout = judging.layout
    said = {*layout.columns, *layout.fixed}
    by_default = {name for kind, name in DEFAULTS if kind == layout.kind and name not in said}
    found = judging.values.keys() - by_default
    if "is_lost" in found:
        found |= {"ended_on"}
    if "ces_score" in found:
        found |= {"ces_scale"}
    return frozenset(found & set(load_columns().stored(layout.kind)))


def _wanted(layout: Layout) -> list[int]:
    return [*layout.columns.values(), *(each.index for each in layout.left_out)]


def _data_rows(read: TextRows, layout: Layout) -> tuple[pl.DataFrame, set[int]]:
    """Without totals and repeated headers; also the lines of those."""
    dropped = _total_lines(read) | _header_lines(read.frame, layout)
    if not dropped:
        return read.frame, dropped
    return read.frame.filter(~pl.col("line").is_in(sorted(dropped))), dropped


def _header_lines(frame: pl.DataFrame, layout: Layout) -> set[int]:
    """The rows that repeat the header; one column alone tells nothing."""
    headers = [layout.headers[index] for index in layout.columns.values()]
    if len(headers) < 2 or not any(headers):
        return set()
    for place, header in enumerate(headers):
        if frame.is_empty():
            break
        frame = frame.filter(pl.col(f"c{place}").str.strip_chars() == header)
    return set(frame["line"])


def _without_left_out(
    data: pl.DataFrame, layout: Layout, *, takes_all: bool
) -> tuple[pl.DataFrame, list[Note], int]:
    """Without rows that are no answers; a row is counted for the first reason that holds.

    ``takes_all``: all the same with those that are unfinished or tests.
    """
    before = data.height
    counted: dict[str, int] = {}
    for place, each in enumerate(layout.left_out, start=len(layout.columns)):
        text = data[f"c{place}"].fill_null("")
        if takes_all and each.reason in TAKEN_IF_SAID:
            continue
        unique = text.unique()
        if each.only_with and any(plain_form(value) not in each.only_with for value in unique):
            continue
        values_here = [value for value in unique if plain_form(value) in each.values]
        is_left_out = text.is_in(values_here)
        if count := int(is_left_out.sum()):
            counted[each.reason] = counted.get(each.reason, 0) + count
            data = data.filter(~is_left_out)
    notes = [Note(ROWS_LEFT_OUT, reason=Note(why), count=count) for why, count in counted.items()]
    return data, notes, before - data.height


def _left_out_question(choices: Choices, notes: list[Note]) -> Iterator[Question]:
    """Answered from the start: such rows are left out, unless somebody says otherwise."""
    if choices.get("unfinished") or any(it.values["reason"] in TAKEN_IF_SAID for it in notes):
        readings = (Reading("leave"), Reading("take"))
        answer = choices.get("unfinished") or "leave"
        yield Question("unfinished", TAKE_UNFINISHED, readings, answer=answer)


def _untaken_note(layout: Layout) -> Iterator[Note]:
    if layout.untaken:
        columns = shortened(layout.untaken)
        yield Note(N_("Columns that were not taken: {columns}."), columns=columns)


def _total_lines(read: TextRows) -> set[int]:
    """The last rows of the file, as long as they are totals."""
    lines: set[int] = set()
    for line, cells in reversed(read.tail):
        if not is_total(cells):
            break
        lines.add(line)
    return lines


def _header_notes(layout: Layout, dropped_count: int) -> Iterator[Note]:
    if layout.extra_lines:
        lines = ", ".join(map(str, layout.extra_lines))
        yield Note(N_("Further header rows, not counted as data: line {lines}."), lines=lines)
    if dropped_count:
        yield Note(
            N_("Totals and repeated headers, not counted as data: {count}."), count=dropped_count
        )


def _without_names(
    layout: Layout, texts: dict[str, pl.Series], found: Collection[int], key: str | None
) -> tuple[Layout, dict[str, pl.Series], list[Note]]:
    """With a key, a stand-in for each name, before anything is judged, listed or kept."""
    if key is None:
        return layout, texts, []
    fields = name_fields(layout, found)
    texts = texts | {name: with_stand_ins(texts[name], key) for name in fields}
    for name in texts.keys() & {*FREE_TEXTS}:
        texts[name] = without_addresses(texts[name])
    fixed = {
        name: name_stand_in(value, key) if name in fields else value
        for name, value in layout.fixed.items()
    }
    columns = ", ".join(layout.header_of(name) for name in fields if name in layout.columns)
    notes = [Note(NAMES_HASHED, columns=columns)] if columns else []
    return replace(layout, fixed=fixed), texts, notes


def _texts(data: pl.DataFrame, layout: Layout) -> dict[str, pl.Series]:
    """The text of every field that has a column, a fixed value or a default."""
    filled = data.select(pl.col(f"c{it}").fill_null("") for it in range(len(layout.columns)))
    texts = dict(zip(layout.columns, filled.get_columns(), strict=True)) | {
        name: _repeated(value, data.height) for name, value in layout.fixed.items()
    }
    for (kind, name), value in DEFAULTS.items():
        if kind == layout.kind and name not in texts:
            texts[name] = _repeated(value, data.height)
    return texts


def _repeated(value: str, height: int) -> pl.Series:
    return pl.Series([value], dtype=pl.String).new_from_index(0, height)


def _parse_column(judging: Judging, name: str, forms: Forms) -> None:
    described = judging.field(name)
    if name in judging.layout.fixed:
        _check_fixed(judging, name, forms)
    parsed = values.parse(judging.texts[name], described, forms)
    default = DEFAULTS.get((judging.layout.kind, name))
    judging.values[name] = parsed.values if default is None else parsed.values.fill_null(default)
    if name in judging.layout.inverted:
        judging.values[name] = ~judging.values[name]
    judging.reasons[name] = parsed.reasons
    is_corrected = parsed.is_corrected
    if name in judging.shown:
        is_corrected |= judging.shown[name] != judging.texts[name]
    if is_corrected.any():
        judging.corrected[name] = is_corrected
    if described.is_required:
        judging.refuse(name, parsed.values.is_null(), values.EMPTY)


def _check_fixed(judging: Judging, name: str, forms: Forms) -> None:
    value, described = judging.layout.fixed[name], judging.field(name)
    parsed = values.parse(pl.Series([value], dtype=pl.String), described, forms)
    reason = parsed.reasons[0]
    if reason:
        raise ImportRefused(
            "{field} can't be {value} for all rows: {reason}",
            "Choose another value.",
            field=name,
            value=value,
            reason=Note(reason, **reason_values(reason, described, value)),
        )


def _finish(judging: Judging) -> list[Note]:
    """What can only be judged with more than one column."""
    kind = judging.layout.kind
    notes = list(_count_personal(judging))
    if kind == "responses":
        notes += _count_scoreless(judging)
    refuse_missing_clocks(judging)
    if kind == "contacts":
        for name in ("first_response_at", "abandoned_at", "resolved_at"):
            _refuse_earlier(judging, name, "opened_at", BEFORE_OPENED)
    if kind == "customers":
        _refuse_earlier(judging, "ended_on", "started_on", ENDS_BEFORE_START)
    if kind == "invitations":
        _refuse_days_before(judging, ("opened_at", "answered_at"), "sent_at", BEFORE_SENT)
    if kind == "assessments":
        _refuse_impossible_shares(judging)
    return notes


def _refuse_impossible_shares(judging: Judging) -> None:
    if "value" in judging.values:
        judging.refuse("value", ~judging.values["value"].is_between(0, 1), NOT_A_SHARE)
    if "case_count" in judging.values:
        count = judging.values["case_count"]
        judging.refuse("case_count", (count < 1) | (count != count.floor()), NOT_A_COUNT)


def _refuse_earlier(judging: Judging, later: str, earlier: str, reason: str) -> None:
    if later in judging.values and earlier in judging.values:
        judging.refuse(later, judging.values[later] < judging.values[earlier], reason)


def _refuse_days_before(
    judging: Judging, later: tuple[str, ...], earlier: str, reason: str
) -> None:
    """As :func:`_refuse_earlier`, by a whole day: one of the two may be told as a day only."""
    for name in later:
        if name in judging.values and earlier in judging.values:
            day_before = judging.values[earlier] - timedelta(days=1)
            judging.refuse(name, judging.values[name] <= day_before, reason)


def _count_personal(judging: Judging) -> Iterator[Note]:
    for name in FREE_TEXTS:
        if name in judging.values:
            yield from count_inside(judging.values[name], judging.header(name))


def _count_scoreless(judging: Judging) -> Iterator[Note]:
    scores = [judging.values[name] for name in judging.values if name.endswith("_score")]
    refused = [judging.reasons[name] for name in judging.reasons if name.endswith("_score")]
    is_empty = repeated(True, judging.lines, pl.Boolean())
    for each in [*scores, *refused]:
        is_empty &= each.is_null()
    if count := int(is_empty.sum()):
        yield Note(N_("Answers without any score: {count}."), count=count)


def _judged(
    judging: Judging, faults: list[Refusal], further_count: int, notes: list[Note], limit: int
) -> ValidRows:
    """``further_count`` rows are faults too, but not listed."""
    is_taken = ~refused_lines(judging)
    listed, count = refusals(judging, limit)
    listed = sorted([*faults, *listed], key=lambda refusal: refusal.line)[:limit]
    fault_count = len(faults) + further_count
    if count + fault_count > limit:
        notes = [*notes, Note(NOT_ALL_LISTED, count=count + fault_count, limit=limit)]
    is_corrected = repeated(False, judging.lines, pl.Boolean())
    for each in judging.corrected.values():
        is_corrected |= each
    return ValidRows(
        frame=_frame(judging, is_corrected, is_taken),
        row_count=len(judging.lines) + fault_count,
        refusals=tuple(listed),
        notes=tuple(notes),
        corrections=corrections(judging, is_taken),
        rating_scales=scales.rating_scales(judging),
    )


def _frame(judging: Judging, is_corrected: pl.Series, is_taken: pl.Series) -> pl.DataFrame:
    """The rows that are taken; fields that the file doesn't have share one column of nothing."""
    table, kind = load_columns(), judging.layout.kind
    dtypes = {
        name: _DTYPES.get(table.field(kind, name).type, pl.String()) for name in table.stored(kind)
    }
    found = [
        judging.lines.alias("line"),
        *(
            judging.values[name].cast(dtypes[name]).alias(name)
            for name in dtypes
            if name in judging.values
        ),
        *(judging.values[name].alias(name) for name in _ratings(judging)),
        is_corrected.alias("is_corrected"),
    ]
    rows = pl.DataFrame(found)
    if not is_taken.all():
        rows = rows.filter(is_taken)
    empty = {
        dtype: pl.Series([None], dtype=dtype).new_from_index(0, rows.height)
        for dtype in set(dtypes.values())
    }
    columns = {
        name: rows[name] if name in judging.values else empty[dtype].alias(name)
        for name, dtype in dtypes.items()
    }
    ratings = [rows[name] for name in _ratings(judging)]
    return pl.DataFrame([rows["line"], *columns.values(), *ratings, rows["is_corrected"]])


def _ratings(judging: Judging) -> list[str]:
    return sorted(name for name in judging.values if name.startswith(RATING_PREFIX))
