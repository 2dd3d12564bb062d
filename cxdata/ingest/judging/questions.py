"""What a file leaves open: days and months, decimal marks. Values decide, else a hint, else
whoever knows the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

import polars as pl

from cxdata.config import is_time_zone
from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.choices import Choices, DateOrder, DecimalMark, SwappedDates, Waits
from cxdata.ingest.columns import CLOCK, Field, load_columns
from cxdata.ingest.judging import dates, durations, values
from cxdata.ingest.judging.dates import DateForm
from cxdata.ingest.judging.durations import DurationForm
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import trimmed
from cxdata.ingest.judging.values import Forms
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.rows import Table
from cxdata.ingest.recognising.layout import Layout
from cxdata.ingest.recognising.zones import zone_in
from cxdata.models import Kind, Question, Reading

SHOWN_EXAMPLES = 3
LIKELY_MINUTES = ("wait_time", "abandoned_after")

DATE_ORDER = N_("{columns}: does the day stand first, or the month?")
DECIMAL_MARK = N_("{columns}: does the mark stand before decimals, or before thousands?")

EPOCH_SECONDS = N_("{column}: the numbers were read as seconds since 1970.")
EPOCH_MILLISECONDS = N_("{column}: the numbers were read as milliseconds since 1970.")
SERIAL_DAYS = N_("{column}: the numbers were read as Excel's days; 45000 is 15 March 2023.")
LOCAL_TIMES = N_("{columns}: times without an offset were read as those of {time_zone}.")
TIMES_OF_HEADER = N_("{columns}: times were read as those of {time_zone}, as the header says.")
BARE_SECONDS = N_("{column}: numbers without a unit were read as seconds.")
PARTS_OF_DAYS = N_("{column}: the numbers were read as parts of a day, as sheets store them.")
TWO_PARTS = N_("{column}: does 02:03 mean hours and minutes, or minutes and seconds?")
HOURS_MINUTES, MINUTES_SECONDS = "h:mm", "mm:ss"
ALL = "all"  # of the durations of a file

_ORDERS: tuple[DateOrder, DateOrder] = ("dmy", "mdy")
_MARKS: tuple[DecimalMark, DecimalMark] = (",", ".")


@dataclass(frozen=True)
class Said:
    """What is said of a file: by its owner, or else by its export or profile."""

    time_zone: str
    date_order: DateOrder | None
    decimal_mark: DecimalMark | None
    scales: Mapping[str, str]
    extract_on: date | None
    is_zone_said: bool = False
    waits: Waits | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    swapped: SwappedDates | Literal[""] = ""
    two_parts: Mapping[str, str] = field(default_factory=dict)


def said_of(choices: Choices, layout: Layout, firm_time_zone: str) -> Said:
    """What the choices say, then what the layout hints at.

    Raises
    ------
    ImportRefused
        If there is no such time zone.
    """
    zone = choices.get("time_zone") or layout.time_zone
    extract_date = choices.get("extract_date")
    return Said(
        time_zone=_known_zone(zone) if zone else firm_time_zone,
        date_order=choices.get("date_order") or layout.date_order,
        decimal_mark=choices.get("decimal_mark"),
        scales={**layout.scales, **(choices.get("scales") or {})},
        extract_on=extract_date.date() if isinstance(extract_date, datetime) else extract_date,
        is_zone_said=bool(choices.get("time_zone")),
        waits=choices.get("waits"),
        flags=choices.get("flags") or {},
        swapped=choices.get("swapped_dates") or "",
        two_parts=choices.get("two_parts") or {},
    )


@dataclass
class Settled:
    """How each column is written, what was asked for that, and what had to be assumed."""

    forms: dict[str, Forms]
    questions: list[Question]
    notes: list[Note]


def settle_forms(
    judging: Judging, table: Table, said: Said, spellings: Mapping[str, Mapping[str, str]]
) -> Settled:
    """How the dates, numbers and durations of each column are written."""
    settled = Settled({}, [], [])
    orders = _date_orders(judging, table, said, settled)
    marks = _decimal_marks(judging, table, said, settled)
    for name in judging.texts:
        form = _date_form(judging, name, said, orders.get(name, "dmy"), table.has_serial_dates)
        settled.forms[name] = Forms(
            form,
            marks.get(name, "."),
            _duration_form(judging, name, table, settled, said),
            spellings.get(name, {}),
        )
    _note_times(judging, table, settled, said)
    return settled


def _known_zone(name: str) -> str:
    if not is_time_zone(name):
        raise ImportRefused(
            "There is no time zone called {time_zone}.",
            "Names look like Europe/Paris.",
            time_zone=name,
        )
    return name


def _date_form(
    judging: Judging, name: str, said: Said, order: DateOrder, has_serials: bool
) -> DateForm:
    is_date = judging.field(name).type in ("moment", "day")
    epoch = dates.epoch_of(judging.texts[name]) if is_date else ""
    named = _zone_named(judging, name) if is_date and not said.is_zone_said else None
    is_serial = is_date and dates.are_serials(judging.texts[name])
    return DateForm(named or said.time_zone, order, epoch, has_serials or is_serial)


def _zone_named(judging: Judging, name: str) -> str | None:
    """By the header of the moment, or that of its time of day."""
    clocks = [it for it in judging.of_type(CLOCK) if judging.field(it).builds == name]
    return next(filter(None, (zone_in(judging.header(it)) for it in (name, *clocks))), None)


def _note_times(judging: Judging, table: Table, settled: Settled, said: Said) -> None:
    local: dict[str, list[str]] = {}
    moments = judging.of_type("moment")
    for name in judging.of_type("moment", "day"):
        form = settled.forms[name].date
        if form.epoch:
            template = EPOCH_SECONDS if form.epoch == "seconds" else EPOCH_MILLISECONDS
            settled.notes.append(Note(template, column=judging.header(name)))
        elif not table.has_serial_dates and form.has_serials:
            settled.notes.append(Note(SERIAL_DAYS, column=judging.header(name)))
        elif name in moments and dates.bears_local_times(judging.texts[name]):
            named = None if said.is_zone_said else _zone_named(judging, name)
            local.setdefault(named or "", []).append(name)
    for zone, names in local.items():
        template = TIMES_OF_HEADER if zone else LOCAL_TIMES
        columns = judging.headers(names)
        settled.notes.append(Note(template, columns=columns, time_zone=zone or said.time_zone))


def _date_orders(
    judging: Judging, table: Table, said: Said, settled: Settled
) -> dict[str, DateOrder]:
    """Each column by its own values, an open one by the others; else it is asked."""
    decided: dict[str, DateOrder] = {}
    mixed: list[str] = []
    undecided: list[str] = []
    for name in judging.of_type("moment", "day"):
        day_first, month_first, either = dates.date_order_votes(judging.texts[name])
        if day_first and month_first:
            mixed.append(name)
        elif day_first or month_first:
            decided[name] = "dmy" if day_first else "mdy"
        elif either:
            undecided.append(name)
    if undecided and (order := _order_of_file(decided, table)) and not said.date_order:
        decided |= dict.fromkeys(undecided, order)
        undecided = []
    if not (mixed or undecided):
        return decided
    asked = [*mixed, *undecided]
    likely = said.date_order or _likely_order(judging, asked)
    settled.questions.append(_date_question(judging, asked, likely, said))
    return decided | dict.fromkeys(asked, likely)


def _order_of_file(decided: Mapping[str, DateOrder], table: Table) -> DateOrder | None:
    orders = set(decided.values())
    if len(orders) == 1:
        return next(iter(orders))
    return "dmy" if table.is_french_form and not orders else None


def _likely_order(judging: Judging, names: list[str]) -> DateOrder:
    """The one that more values prove; else month first where AM and PM are used."""
    votes = [dates.date_order_votes(judging.texts[name]) for name in names]
    day_first, month_first = (sum(vote[place] for vote in votes) for place in (0, 1))
    if day_first != month_first:
        return "dmy" if day_first > month_first else "mdy"
    is_american = any(dates.has_half_days(judging.texts[name]) for name in names)
    return "mdy" if is_american else "dmy"


def _date_question(judging: Judging, names: list[str], likely: DateOrder, said: Said) -> Question:
    cells = pl.concat([dates.open_dates(judging.texts[name]) for name in names])
    cells = cells.unique(maintain_order=True).head(SHOWN_EXAMPLES)
    readings = [
        Reading(order, _examples(cells, _days(cells, order, said.time_zone)))
        for order in sorted(_ORDERS, key=lambda each: each != likely)
    ]
    return Question(
        "date_order",
        DATE_ORDER,
        tuple(readings),
        values={"columns": judging.headers(names)},
        answer=said.date_order or "",
    )


def _days(cells: pl.Series, order: DateOrder, time_zone: str) -> pl.Series:
    moments, _ = dates.parse_moments(trimmed(cells), DateForm(time_zone, order))
    return dates.local_days(moments, time_zone).cast(pl.String)


def _examples(cells: pl.Series, became: pl.Series) -> tuple[tuple[str, str], ...]:
    return tuple(zip(cells.to_list(), became.fill_null("").to_list(), strict=True))


def _decimal_marks(
    judging: Judging, table: Table, said: Said, settled: Settled
) -> dict[str, DecimalMark]:
    """Each column by its own values, an open one by the others; else it is asked."""
    default: DecimalMark = "," if table.is_french_form else "."
    decided: dict[str, DecimalMark] = {}
    asked: list[str] = []
    for name in judging.of_type("number"):
        comma, point, neither = values.decimal_mark_votes(judging.texts[name])
        if comma != point:
            decided[name] = "," if comma > point else "."
        elif (neither or comma) and not _is_sheets_own(judging.texts[name], table):
            asked.append(name)
        else:
            decided[name] = default
    proven = {decided[name] for name in decided if _proves(judging.texts[name])}
    if len(proven) == 1 and not said.decimal_mark:
        return decided | dict.fromkeys(asked, next(iter(proven)))
    if asked:
        likely = said.decimal_mark or default
        settled.questions.append(_mark_question(judging, asked, likely, said))
        decided |= dict.fromkeys(asked, likely)
    return decided


def _proves(text: pl.Series) -> bool:
    comma, point, _ = values.decimal_mark_votes(text)
    return comma != point


def _is_sheets_own(text: pl.Series, table: Table) -> bool:
    """A sheet's numbers come with a point before their decimals, whatever its language."""
    return table.has_serial_dates and not text.str.contains(",", literal=True).any()


def _mark_question(judging: Judging, names: list[str], likely: DecimalMark, said: Said) -> Question:
    cells = pl.concat([values.open_numbers(judging.texts[name]) for name in names])
    cells = cells.unique(maintain_order=True).head(SHOWN_EXAMPLES)
    readings = [
        Reading(mark, _examples(cells, _amounts(cells, mark)))
        for mark in sorted(_MARKS, key=lambda each: each != likely)
    ]
    return Question(
        "decimal_mark",
        DECIMAL_MARK,
        tuple(readings),
        values={"columns": judging.headers(names)},
        answer=said.decimal_mark or "",
    )


def _amounts(cells: pl.Series, mark: DecimalMark) -> pl.Series:
    parsed = values.parse(cells, Field("", "number"), Forms(DateForm("UTC"), mark))
    return parsed.values.cast(pl.String).str.replace(r"\.0$", "")


def _duration_form(
    judging: Judging, name: str, table: Table, settled: Settled, said: Said
) -> DurationForm:
    if judging.field(name).type != "duration":
        return DurationForm()
    header, text = judging.header(name), judging.texts[name]
    form = durations.duration_form(header, text, is_sheet=table.has_serial_dates)
    if durations.has_bare_numbers(text) and not durations.states_unit(header):
        template = PARTS_OF_DAYS if form.unit_seconds == durations.DAY_SECONDS else BARE_SECONDS
        settled.notes.append(Note(template, column=header))
    if not durations.has_two_parts(text):
        return form
    told = said.two_parts.get(name) or said.two_parts.get(ALL) or ""
    if not told and durations.tells_two_parts(header, text):
        return form
    question = _two_parts_question(name, header, text, form, told)
    settled.questions.append(question)
    is_hours = (told or question.readings[0].choice) == HOURS_MINUTES
    two_part_seconds = durations.MINUTE if is_hours else durations.SECOND
    return replace(form, two_part_seconds=two_part_seconds)


def _two_parts_question(
    name: str, header: str, text: pl.Series, form: DurationForm, told: str
) -> Question:
    """Waits are likelier minutes, answers and solutions hours."""
    cells = durations.two_part_cells(text).head(SHOWN_EXAMPLES)
    readings = []
    for choice, seconds in ((MINUTES_SECONDS, durations.SECOND), (HOURS_MINUTES, durations.MINUTE)):
        became, _ = durations.parse_durations(cells, replace(form, two_part_seconds=seconds))
        shown = tuple(durations.spelled(it) for it in became)
        readings.append(Reading(choice, tuple(zip(cells.to_list(), shown, strict=True))))
    ordered = readings if name in LIKELY_MINUTES else readings[::-1]
    values: dict[str, object] = {"column": header}
    return Question("two_parts", TWO_PARTS, tuple(ordered), name, values, told)


def check_two_parts(said: Said, kind: Kind) -> None:
    """Refuse what no duration is.

    Raises
    ------
    ImportRefused
        It names the fields and forms that there are.
    """
    fields = [each.name for each in load_columns().fields[kind].values() if each.type == "duration"]
    for name, form in said.two_parts.items():
        if name not in (*fields, ALL) or form not in (HOURS_MINUTES, MINUTES_SECONDS):
            raise ImportRefused(
                "{field} can't be {value}: a duration in two parts is h:mm or mm:ss.",
                "Durations are: {known}.",
                field=name,
                value=form,
                known=", ".join([*fields, ALL]),
            )
