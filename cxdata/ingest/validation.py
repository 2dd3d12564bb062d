"""From text rows to typed rows and refusals: every value is taken, corrected or refused."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest import values
from cxdata.ingest.columns import RATING_PREFIX, Field, load_columns, plain
from cxdata.ingest.mapping import Layout, is_total, shortened
from cxdata.ingest.notes import Note
from cxdata.ingest.reading import BAD_QUOTES, RAGGED, OnProgress, Table, TextRows
from cxdata.ingest.values import DateOrder, Forms, Parsed
from cxdata.models import Correction, Kind, Question, Refusal

BEFORE_OPENED = N_("This is before the contact was opened.")
ENDS_BEFORE_START = N_("The relation ends before it starts.")
CES_OUT_OF_SCALE = N_("score {value}: this CES goes from 1 to {scale}")

MONTH_FIRST_TAKEN = N_(
    "{columns}: days and months can't be told apart; month first was taken, as AM and PM are "
    "used. If that is wrong, undo the import and choose day first."
)
DAY_FIRST_TAKEN = N_(
    "{columns}: days and months can't be told apart; day first was taken. If that is wrong, "
    "undo the import and choose month first."
)
THOUSANDS_COMMA = N_("{column}: 1,234 was read as 1234.")
THOUSANDS_DOT = N_("{column}: 1.234 was read as 1234.")

# Every reason for which a value or a row is refused; the catalogues translate these.
REASONS = (
    values.EMPTY,
    values.NOT_A_DATE,
    values.NO_SUCH_DAY,
    values.NO_SUCH_TIME,
    values.YEAR_OUT_OF_RANGE,
    values.NOT_A_SCORE,
    values.SCORE_OUT_OF_RANGE,
    values.NOT_A_NUMBER,
    values.UNKNOWN_CHOICE,
    BEFORE_OPENED,
    ENDS_BEFORE_START,
    CES_OUT_OF_SCALE,
    RAGGED,
    BAD_QUOTES,
)

# What a field holds where the file says nothing.
DEFAULTS: Mapping[tuple[Kind, str], str] = {
    ("responses", "survey"): "relationship",
    ("contacts", "initiated_by"): "customer",
}
_DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "moment": pl.Datetime("us"),
    "day": pl.Date(),
    "score": pl.Int8(),
    "number": pl.Float64(),
    "yes_no": pl.Boolean(),
}
SHOWN_VALUE = 200  # characters of a refused value that are kept


@dataclass(frozen=True)
class ValidRows:
    """Rows that can be stored, and what stood in the way of the others.

    ``frame`` has ``line``, every field of the kind (null where the file has none), a column
    ``rating_<touchpoint>`` per rated touchpoint, and ``is_corrected``.
    """

    frame: pl.DataFrame
    row_count: int
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()
    corrections: tuple[Correction, ...] = ()
    left_out_count: int = 0

    @property
    def refused_count(self) -> int:
        return self.row_count - self.frame.height


@dataclass
class _Columns:
    """The parsed columns of a file while its rows are being judged."""

    layout: Layout
    lines: pl.Series
    texts: dict[str, pl.Series]
    values: dict[str, pl.Series] = field(default_factory=dict)
    reasons: dict[str, pl.Series] = field(default_factory=dict)
    corrected: list[pl.Series] = field(default_factory=list)

    def refuse(self, name: str, where: pl.Series, reason: str) -> None:
        """Refuse a field's values, unless they are refused already."""
        given = pl.Series([reason], dtype=pl.String)
        applies = where.fill_null(False) & self.reasons[name].is_null()
        self.reasons[name] = given.zip_with(applies, self.reasons[name])


def validate(
    table: Table,
    layout: Layout,
    *,
    time_zone: str,
    date_order: DateOrder | None = None,
    on_progress: OnProgress,
) -> ValidRows:
    """The rows of a table as the store wants them, and a refusal for each value that can't be.

    A row with a refused value isn't taken. Blank rows, further header rows, repetitions of
    the header and totals at the end are no rows.
    """
    read = table.rows(
        list(layout.columns.values()), layout.last_header_line, layout.width, on_progress
    )
    on_progress("validating", 0.0)
    data, dropped = _data_rows(read, layout)
    faults = tuple(fault for fault in read.faults if fault.line not in dropped)
    columns = _Columns(layout, data["line"], _texts(data, layout))
    notes = [*table.notes, *_header_notes(layout, len(dropped)), *_untaken_note(layout)]
    forms, form_notes = _forms(columns, table, time_zone, date_order)
    for done, name in enumerate(columns.texts, start=1):
        _parse_column(columns, name, forms[name])
        on_progress("validating", done / len(columns.texts))
    notes += [*form_notes, *_finish(columns)]
    return _judged(columns, faults, notes)


def _data_rows(read: TextRows, layout: Layout) -> tuple[pl.DataFrame, set[int]]:
    """Without totals and repeated headers; also the lines of those."""
    totals = _total_lines(read)
    names = read.frame.columns[1:]
    headers = [layout.headers[index] for index in layout.columns.values()]
    repeats = pl.lit(len(names) > 1)
    for name, header in zip(names, headers, strict=True):
        repeats &= pl.col(name).str.strip_chars() == header
    repeated = set(read.frame.filter(repeats)["line"]) if any(headers) else set()
    dropped = totals | repeated
    return read.frame.filter(~pl.col("line").is_in(sorted(dropped))), dropped


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


def _texts(data: pl.DataFrame, layout: Layout) -> dict[str, pl.Series]:
    """The text of every field that has a column, a fixed value or a default."""
    texts = {name: data[f"c{place}"].fill_null("") for place, name in enumerate(layout.columns)} | {
        name: _repeated(value, data.height) for name, value in layout.fixed.items()
    }
    for (kind, name), value in DEFAULTS.items():
        if kind == layout.kind:
            texts[name] = _with_default(texts.get(name), value, data.height)
    return texts


def _with_default(text: pl.Series | None, value: str, height: int) -> pl.Series:
    default = _repeated(value, height)
    return default if text is None else default.zip_with(values.trimmed(text) == "", text)


def _repeated(value: str, height: int) -> pl.Series:
    return pl.Series([value], dtype=pl.String).new_from_index(0, height)


def _forms(
    columns: _Columns, table: Table, time_zone: str, date_order: DateOrder | None
) -> tuple[dict[str, Forms], list[Note]]:
    """How the dates and numbers of each column are written, and what had to be assumed."""
    default = Forms(time_zone, has_serial_dates=table.has_serial_dates)
    orders, notes = _date_orders(columns, table.is_french_form, date_order)
    forms = dict.fromkeys(columns.texts, default)
    for name, order in orders.items():
        forms[name] = replace(default, date_order=order)
    for name in _of_type(columns, "number"):
        mark, is_open = values.decimal_mark_of(
            columns.texts[name], "," if table.is_french_form else "."
        )
        forms[name] = replace(default, decimal_mark=mark)
        if is_open:
            template = THOUSANDS_COMMA if mark == "." else THOUSANDS_DOT
            notes.append(Note(template, column=_header(columns, name)))
    return forms, notes


def _date_orders(
    columns: _Columns, is_french_form: bool, wanted: DateOrder | None
) -> tuple[dict[str, DateOrder], list[Note]]:
    """Each column by its own values; an open one by the others, else day first, with a note."""
    names = _of_type(columns, "moment") + _of_type(columns, "day")
    decided: dict[str, DateOrder] = {}
    undecided: list[str] = []
    for name in names:
        day_first, month_first, either = values.date_order_votes(columns.texts[name])
        if wanted or day_first != month_first:
            decided[name] = wanted or ("dmy" if day_first > month_first else "mdy")
        elif either:
            undecided.append(name)
    assumed, notes = _assumed_order(columns, set(decided.values()), undecided, is_french_form)
    return decided | dict.fromkeys(undecided, assumed), notes


def _assumed_order(
    columns: _Columns, decided: set[DateOrder], undecided: list[str], is_french_form: bool
) -> tuple[DateOrder, list[Note]]:
    if not undecided or is_french_form:
        return "dmy", []
    if len(decided) == 1:
        return next(iter(decided)), []
    headers = ", ".join(_header(columns, name) for name in undecided)
    if any(values.has_half_days(columns.texts[name]) for name in undecided):
        return "mdy", [Note(MONTH_FIRST_TAKEN, columns=headers)]
    return "dmy", [Note(DAY_FIRST_TAKEN, columns=headers)]


def _of_type(columns: _Columns, type_name: str) -> list[str]:
    return [name for name in columns.texts if _field(columns, name).type == type_name]


def _field(columns: _Columns, name: str) -> Field:
    return load_columns().field(columns.layout.kind, name)


def _header(columns: _Columns, name: str) -> str:
    return columns.layout.header_of(name) if name in columns.layout.columns else name


def _parse_column(columns: _Columns, name: str, forms: Forms) -> None:
    described = _field(columns, name)
    if name in columns.layout.fixed:
        _check_fixed(columns.layout.fixed[name], described, forms)
    parsed: Parsed = values.parse(columns.texts[name], described, forms)
    columns.values[name] = parsed.values
    columns.reasons[name] = parsed.reasons
    columns.corrected.append(parsed.is_corrected)
    if described.is_required:
        columns.refuse(name, parsed.values.is_null(), values.EMPTY)


def _check_fixed(value: str, described: Field, forms: Forms) -> None:
    parsed = values.parse(pl.Series([value], dtype=pl.String), described, forms)
    reason = parsed.reasons[0]
    if reason:
        raise ImportRefused(
            "{field} can't be {value} for all rows: {reason}",
            "Choose another value.",
            field=described.name,
            value=value,
            reason=reason.format(**_reason_values(reason, described, value)),
        )


def _finish(columns: _Columns) -> list[Note]:
    """What can only be judged with more than one column."""
    kind = columns.layout.kind
    if kind == "responses":
        return [*_settle_effort_scale(columns), *_count_scoreless(columns)]
    if kind == "contacts":
        for name in ("first_response_at", "abandoned_at", "resolved_at"):
            _refuse_earlier(columns, name, "opened_at", BEFORE_OPENED)
    if kind == "customers":
        _refuse_earlier(columns, "ended_on", "started_on", ENDS_BEFORE_START)
    return []


def _refuse_earlier(columns: _Columns, later: str, earlier: str, reason: str) -> None:
    if later in columns.values and earlier in columns.values:
        columns.refuse(later, columns.values[later] < columns.values[earlier], reason)


def _settle_effort_scale(columns: _Columns) -> list[Note]:
    """Effort is asked from 1 to 5 or from 1 to 7: said by a column, the header or a value."""
    effort = columns.values.get("ces_score")
    if effort is None or "ces_scale" in columns.values:
        return []
    header = plain(_header(columns, "ces_score"))
    if header.endswith("5"):
        columns.refuse("ces_score", effort > 5, CES_OUT_OF_SCALE)
    is_seven = header.endswith("7") or (not header.endswith("5") and bool((effort > 5).any()))
    scale = pl.Series([7 if is_seven else 5], dtype=pl.Int8).new_from_index(0, len(effort))
    columns.values["ces_scale"] = scale.zip_with(
        effort.is_not_null(), pl.Series([None], dtype=pl.Int8)
    )
    if header.endswith(("5", "7")):
        return []
    column, high = _header(columns, "ces_score"), 7 if is_seven else 5
    return [Note(N_("{column}: effort was read as 1 to {high}."), column=column, high=high)]


def _count_scoreless(columns: _Columns) -> Iterator[Note]:
    scores = [columns.values[name] for name in columns.values if name.endswith("_score")]
    refused = [columns.reasons[name] for name in columns.reasons if name.endswith("_score")]
    is_empty = pl.Series([True]).new_from_index(0, len(columns.lines))
    for each in [*scores, *refused]:
        is_empty &= each.is_null()
    if count := int(is_empty.sum()):
        yield Note(N_("Answers without any score: {count}."), count=count)


def _judged(columns: _Columns, faults: tuple[Refusal, ...], notes: list[Note]) -> ValidRows:
    refusals = sorted([*faults, *_refusals(columns)], key=lambda refusal: refusal.line)
    is_corrected = pl.Series([False]).new_from_index(0, len(columns.lines))
    for each in columns.corrected:
        is_corrected |= each
    refused = sorted({refusal.line for refusal in refusals})
    frame = _frame(columns).with_columns(is_corrected.alias("is_corrected"))
    return ValidRows(
        frame=frame.filter(~pl.col("line").is_in(refused)),
        row_count=frame.height + len(faults),
        refusals=tuple(refusals),
        notes=tuple(notes),
    )


def _frame(columns: _Columns) -> pl.DataFrame:
    fields = load_columns().fields[columns.layout.kind]
    ratings = [name for name in columns.values if name.startswith(RATING_PREFIX)]
    empty = pl.Series([None], dtype=pl.Null).new_from_index(0, len(columns.lines))
    return pl.DataFrame(
        [
            columns.lines.alias("line"),
            *(
                columns.values.get(name, empty)
                .cast(_DTYPES.get(each.type, pl.String()))
                .alias(name)
                for name, each in fields.items()
            ),
            *(columns.values[name].alias(name) for name in sorted(ratings)),
        ]
    )


def _refusals(columns: _Columns) -> Iterator[Refusal]:
    for name, reasons in columns.reasons.items():
        refused = pl.DataFrame(
            {"line": columns.lines, "value": columns.texts[name], "reason": reasons}
        ).filter(pl.col("reason").is_not_null())
        for line, value, reason in refused.iter_rows():
            shown = value[:SHOWN_VALUE]
            known = _reason_values(reason, _field(columns, name), shown)
            yield Refusal(line, _header(columns, name), shown, reason, known)


def _reason_values(reason: str, described: Field, value: str) -> dict[str, object]:
    """What fills the reason's placeholders."""
    spellings = load_columns().spellings.get(described.type, {})
    offered: dict[str, object] = {
        "value": value.strip(),
        "scale": described.scale or described.name,
        "low": described.low,
        "high": described.high,
        "known": ", ".join(dict.fromkeys(spellings.values())),
        "first_year": values.FIRST_YEAR,
        "last_year": values.LAST_YEAR,
    }
    if reason == CES_OUT_OF_SCALE:
        offered["scale"] = 5
    wanted = {name for _, name, _, _ in string.Formatter().parse(reason) if name}
    return {name: offered[name] for name in offered if name in wanted}


def reason_text(refusal: Refusal) -> str:
    """The reason in English, its placeholders filled."""
    return refusal.reason.format(**refusal.values)
