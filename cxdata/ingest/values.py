"""From text to typed values, a whole column at a time, with a reason for each that can't be.

Reasons are English templates; the translated text is found by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import Field, load_columns, plain

DateOrder = Literal["dmy", "mdy"]
DecimalMark = Literal[",", "."]

FIRST_YEAR, LAST_YEAR = 1900, 2100
MAX_WHOLE_DIGITS = 15  # more can't be held exactly

EMPTY = N_("A value is needed here.")
NOT_A_DATE = N_("This is not a date.")
NO_SUCH_DAY = N_("There is no such day.")
NO_SUCH_TIME = N_("There is no such time of day.")
YEAR_OUT_OF_RANGE = N_("The year must lie from {first_year} to {last_year}.")
NOT_A_SCORE = N_("This is not a score: a whole number from {low} to {high} is needed.")
SCORE_OUT_OF_RANGE = N_("score {value}: {scale} goes from {low} to {high}")
NOT_A_NUMBER = N_("This is not a number.")
UNKNOWN_CHOICE = N_("This is not known here; known are: {known}.")

_SPACES = r"[\s\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_DATE = (
    r"^(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<late_year>\d{4}|\d{2}))"
    r"(?:(?:[T,]|\s|à)+(?P<hour>\d{1,2})[:hH](?P<minute>\d{2})"
    r"(?::(?P<seconds>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<offset>[Zz]|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?)?$"
)
_COMPACT_DATE = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_SERIAL_DATE = r"^\d{5}(?:\.\d+)?$"
_NUMBER = r"^[-+]?\d+(?:\.\d+)?$"


@dataclass(frozen=True)
class Parsed:
    """A column's values; null where there is none, with a reason where one can't be taken."""

    values: pl.Series
    reasons: pl.Series
    is_corrected: pl.Series


@dataclass(frozen=True)
class Forms:
    """How a column's dates and numbers are written, decided over all of its values."""

    time_zone: str
    date_order: DateOrder = "dmy"
    decimal_mark: DecimalMark = "."
    has_serial_dates: bool = False


def parse(text: pl.Series, field: Field, forms: Forms) -> Parsed:
    """The values of a column by its field's type."""
    if field.type == "text":
        return _parse_text(text)
    clean = trimmed(text)
    is_nothing = clean.str.to_lowercase().is_in(list(load_columns().nothing)) & (clean != "")
    filled = clean.zip_with((clean != "") & ~is_nothing, pl.Series([None], dtype=pl.String))
    parsed = _parse_filled(filled, field, forms)
    return Parsed(parsed.values, parsed.reasons, parsed.is_corrected | is_nothing)


def trimmed(text: pl.Series) -> pl.Series:
    """Without control characters, and without spaces of any kind at either end."""
    cleaned = text.str.replace_all(_CONTROL, "")
    return cleaned.str.replace_all(rf"^{_SPACES}+|{_SPACES}+$", "")


def date_order_votes(text: pl.Series) -> tuple[int, int, int]:
    """How many values can only be day first, only month first, or either.

    >>> date_order_votes(pl.Series(["31/01/2026", "01/02/2026", "2026-01-01"]))
    (1, 0, 1)
    """
    first, second = (
        trimmed(text).str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d", group).cast(pl.Int16)
        for group in (1, 2)
    )
    day_first = int(((first > 12) & (second <= 12)).sum())
    month_first = int(((second > 12) & (first <= 12)).sum())
    either = int(((first <= 12) & (second <= 12) & (first != second)).sum())
    return day_first, month_first, either


def has_half_days(text: pl.Series) -> bool:
    """Whether times are written with AM and PM."""
    return bool(text.str.contains(r"(?i)\d\s*[ap]\.?m\.?\s*$").any())


def decimal_mark_of(text: pl.Series, default: DecimalMark) -> tuple[DecimalMark, bool]:
    """The decimal mark that the column's own values prove, and whether it was open.

    >>> decimal_mark_of(pl.Series(["1 234,5", "7"]), ".")
    (',', False)
    >>> decimal_mark_of(pl.Series(["1,234", "7"]), ".")
    ('.', True)
    """
    bare = _bare_number(text)
    comma = bare.str.contains(r"^[^,.]*,(\d{1,2}|\d{4,})$|\..*,|^0,")
    dot = bare.str.contains(r"^[^,.]*\.(\d{1,2}|\d{4,})$|,.*\.|^0\.")
    if comma.sum() != dot.sum():
        return ("," if comma.sum() > dot.sum() else "."), False
    return default, bool(bare.str.contains(r"^[-+]?\d{1,3}[,.]\d{3}$").any())


def _parse_filled(filled: pl.Series, field: Field, forms: Forms) -> Parsed:
    if field.type in ("moment", "day"):
        return _parse_dates(filled, field, forms)
    if field.type == "score":
        return _parse_scores(filled, field)
    if field.type == "number":
        return _parse_numbers(filled, forms)
    return _parse_choices(filled, load_columns().spellings[field.type], field.type == "yes_no")


def _parse_text(text: pl.Series) -> Parsed:
    clean = trimmed(text)
    values = clean.zip_with(clean != "", pl.Series([None], dtype=pl.String))
    return Parsed(values, _no_reasons(text), text.str.contains(_CONTROL))


def _parse_choices(filled: pl.Series, spellings: Mapping[str, str], is_boolean: bool) -> Parsed:
    known = {text: spellings.get(plain(text)) for text in filled.drop_nulls().unique()}
    values = filled.replace_strict(known, default=None, return_dtype=pl.String)
    reasons = _reasons(filled, [(values.is_null(), UNKNOWN_CHOICE)])
    if is_boolean:
        return Parsed(values == "true", reasons, _never(filled))
    return Parsed(values, reasons, (filled != values).fill_null(False))


def _parse_scores(filled: pl.Series, field: Field) -> Parsed:
    """A whole number; a label beside it (10 - Extremely likely) is left out."""
    whole = filled.str.extract(r"^([-+]?\d{1,9})(?:[.,]0+)?$")
    labelled = filled.str.extract(rf"^(\d{{1,2}})(?:{_SPACES}*[-–—:=(.]){_SPACES}*[^\d\s.,:/-].*$")
    worded = _worded_scores(filled, field)
    number = whole.fill_null(labelled).fill_null(worded).cast(pl.Int64)
    is_outside = (number < field.low) | (number > field.high)
    reasons = _reasons(filled, [(number.is_null(), NOT_A_SCORE), (is_outside, SCORE_OUT_OF_RANGE)])
    values = number.zip_with(~is_outside.fill_null(True), pl.Series([None], dtype=pl.Int64))
    return Parsed(values.cast(pl.Int8), reasons, whole.is_null() & values.is_not_null())


def _worded_scores(filled: pl.Series, field: Field) -> pl.Series:
    words = load_columns().spellings.get(field.name, {})
    known = {text: words.get(plain(text)) for text in filled.drop_nulls().unique()} if words else {}
    return filled.replace_strict(known, default=None, return_dtype=pl.String)


def _parse_numbers(filled: pl.Series, forms: Forms) -> Parsed:
    """Without spaces, currency and thousands marks; a percentage becomes a share."""
    is_percent = filled.str.ends_with("%").fill_null(False)
    bare = _bare_number(filled)
    thousands = "." if forms.decimal_mark == "," else ","
    grouped = rf"^([-+]?\d{{1,3}})(?:\{thousands}\d{{3}})+(?:\{forms.decimal_mark}\d+)?$"
    is_grouped = bare.str.contains(grouped).fill_null(False)
    ungrouped = bare.zip_with(~is_grouped, bare.str.replace_all(thousands, "", literal=True))
    canonical = ungrouped.str.replace(forms.decimal_mark, ".", literal=True)
    is_number = canonical.str.contains(_NUMBER) & ~canonical.str.contains(
        rf"\d{{{MAX_WHOLE_DIGITS + 1}}}"
    )
    if forms.decimal_mark == ",":  # a lone dot is no decimal mark here
        is_number &= ~ungrouped.str.contains(".", literal=True)
    number = canonical.zip_with(is_number.fill_null(False), pl.Series([None], dtype=pl.String))
    amount = number.cast(pl.Float64)
    values = amount.zip_with(~is_percent, amount / 100)
    return Parsed(values, _reasons(filled, [(~is_number, NOT_A_NUMBER)]), is_percent)


def _bare_number(text: pl.Series) -> pl.Series:
    return text.str.replace_all(rf"{_SPACES}|['’%€$£]|EUR|USD|GBP|CHF", "")


def _parse_dates(filled: pl.Series, field: Field, forms: Forms) -> Parsed:
    """Moments in UTC, or days; what bears no offset is the firm's local time."""
    spelled = filled.str.replace(_COMPACT_DATE, "${1}-${2}-${3}")
    parts = spelled.str.extract_groups(_DATE).struct.unnest()
    pieces = parts.select(_day(forms.date_order).alias("day_on"), *_clock())
    local = pieces.select(
        pl.col("day_on").cast(pl.Datetime("us"))
        + pl.duration(hours="hour", minutes="minute", microseconds="microseconds")
    ).to_series()
    if forms.has_serial_dates:
        local = local.fill_null(_serial_moments(filled))
    reasons = _date_reasons(filled, parts, pieces, local)
    local = local.zip_with(reasons.is_null(), pl.Series([None], dtype=pl.Datetime("us")))
    moments = _in_utc(local, pieces["offset_minutes"], forms.time_zone)
    values = moments if field.type == "moment" else local_days(moments, forms.time_zone)
    return Parsed(values, reasons, _never(filled))


def _day(order: DateOrder) -> pl.Expr:
    day, month = ("first", "second") if order == "dmy" else ("second", "first")
    late_year = pl.col("late_year")
    century = pl.when(late_year.str.len_chars() == 2).then(pl.lit("20") + late_year)
    year = pl.coalesce("year", century.otherwise(late_year))
    text = pl.concat_str(
        year,
        pl.coalesce("month", month).str.zfill(2),
        pl.coalesce("day", day).str.zfill(2),
        separator="-",
    )
    return text.str.to_date("%Y-%m-%d", strict=False)


def _clock() -> list[pl.Expr]:
    """Hours, minutes, microseconds of the minute, the offset; null for no such time."""
    hour = pl.col("hour").cast(pl.Int64).fill_null(0)
    is_afternoon = pl.col("half").str.to_lowercase().str.starts_with("p")
    hour = pl.when(is_afternoon.is_null()).then(hour).otherwise(hour % 12 + 12 * is_afternoon)
    minute = pl.col("minute").cast(pl.Int64).fill_null(0)
    second = pl.col("seconds").cast(pl.Int64).fill_null(0)
    fraction = pl.col("fraction").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
    return [
        pl.when(hour < 24).then(hour).alias("hour"),
        pl.when(minute < 60).then(minute).alias("minute"),
        pl.when(second < 60).then(second * 1_000_000 + fraction).alias("microseconds"),
        _offset_minutes().alias("offset_minutes"),
    ]


def _offset_minutes() -> pl.Expr:
    """Minutes ahead of UTC; null where none is written."""
    offset = pl.col("offset")
    sign = pl.when(offset.str.contains("-", literal=True)).then(-1).otherwise(1)
    hours = offset.str.extract(r"[+-](\d{1,2})").cast(pl.Int64).fill_null(0)
    minutes = offset.str.extract(r"[+-]\d{2}:?(\d{2})").cast(pl.Int64).fill_null(0)
    return pl.when(offset.is_not_null()).then(sign * (hours * 60 + minutes))


def _serial_moments(filled: pl.Series) -> pl.Series:
    """What a spreadsheet's day number means: days since 30 December 1899, to the second."""
    serial = filled.str.extract(f"({_SERIAL_DATE})").cast(pl.Float64)
    seconds = (serial * 86_400).round().cast(pl.Int64)
    origin = pl.datetime(1899, 12, 30, time_unit="us")
    return pl.select(origin + pl.duration(seconds=pl.lit(seconds))).to_series()


def _date_reasons(
    filled: pl.Series, parts: pl.DataFrame, pieces: pl.DataFrame, local: pl.Series
) -> pl.Series:
    has_form = parts["year"].is_not_null() | parts["first"].is_not_null()
    is_outside = ~local.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    return _reasons(
        filled,
        [
            (~has_form & local.is_null(), NOT_A_DATE),
            (has_form & pieces["day_on"].is_null(), NO_SUCH_DAY),
            (has_form & local.is_null(), NO_SUCH_TIME),
            (is_outside, YEAR_OUT_OF_RANGE),
        ],
    )


def _in_utc(local: pl.Series, offset_minutes: pl.Series, time_zone: str) -> pl.Series:
    """Local times as UTC.

    The hour that occurs twice in autumn is taken as its first, summer occurrence; a time in
    the hour that is skipped in spring is moved on by one hour, as clocks are.
    """
    column = pl.lit(local)
    by_zone = column.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    moved = (column + pl.duration(hours=1)).dt.replace_time_zone(
        time_zone, ambiguous="earliest", non_existent="null"
    )
    utc = pl.coalesce(by_zone, moved).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    by_offset = column - pl.duration(minutes=pl.lit(offset_minutes))
    return pl.select(pl.coalesce(by_offset, utc)).to_series()


def local_days(moments: pl.Series, time_zone: str) -> pl.Series:
    """The calendar days on which UTC moments fall in the firm's time zone."""
    return moments.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone).dt.date()


def _reasons(filled: pl.Series, rules: Sequence[tuple[pl.Series, str]]) -> pl.Series:
    """The first reason that holds, for values that are there."""
    found = _no_reasons(filled)
    for holds, reason in reversed(rules):
        applies = holds.fill_null(False) & filled.is_not_null()
        found = pl.Series([reason], dtype=pl.String).zip_with(applies, found)
    return found


def _no_reasons(text: pl.Series) -> pl.Series:
    return pl.Series("reason", [None], dtype=pl.String).new_from_index(0, len(text))


def _never(text: pl.Series) -> pl.Series:
    return pl.Series("is_corrected", [False]).new_from_index(0, len(text))
