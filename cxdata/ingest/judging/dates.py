"""Dates and times as people and tools write them, in two languages, as moments in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.choices import DateOrder
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.judging.texts import first_reasons, nothing_like, trimmed

Epoch = Literal["", "seconds", "milliseconds"]

FIRST_YEAR, LAST_YEAR = 1900, 2100

NOT_A_DATE = N_("This is not a date.")
NO_SUCH_DAY = N_("There is no such day.")
NO_SUCH_TIME = N_("There is no such time of day.")
YEAR_OUT_OF_RANGE = N_("The year must lie from {first_year} to {last_year}.")

_CLOCK = (
    r"(?:(?:[T,]|\s|à|\bat\b)+(?P<hour>[0-9]{1,2})"
    r"(?:(?::|\s?[hH]\s?)(?P<minute>[0-9]{2})"
    r"(?:\s?(?::|mn|min|m)\s?(?P<seconds>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?s?)?|\s?[hH])"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?"
    r"\s*(?P<offset>[Zz]|(?:UTC|GMT)?\s?[+-][0-9]{1,2}(?::?[0-9]{2})?|UTC|GMT|CES?T)?)?"
)
_DATE = (
    r"^(?:(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
    r"|(?P<first>[0-9]{1,2})[-/.](?P<second>[0-9]{1,2})[-/.](?P<late_year>[0-9]{4}|[0-9]{2}))"
    + _CLOCK
    + "$"
)
# 12 mars 2026 · Thu, Mar 12, 2026 · 12-Mar-26 · 2026-Mar-12, each with or without a time.
_NAMED_DATE = (
    r"^(?:\p{L}{2,9}\.?,?\s+)?(?:"
    r"(?P<day>[0-9]{1,2})(?:er|st|nd|rd|th)?[-/.\s]+(?:de\s|of\s)?(?P<month>\p{L}{3,9})\.?[-/.,\s]+"
    r"(?P<year>[0-9]{4}|[0-9]{2})"
    r"|(?P<m_month>\p{L}{3,9})\.?\s*(?P<m_day>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+(?P<m_year>[0-9]{4})"
    r"|(?P<y_year>[0-9]{4})[-/.\s](?P<y_month>\p{L}{3,9})\.?[-/.\s](?P<y_day>[0-9]{1,2})"
    r")(?P<rest>[T,\s].*)?$"
)
_BEGINNING = len("31/12/2")  # what tells which of the two is the month
_MONTH_NAME = r"\p{L}{3}"
_ZONE_NAME = r"\s*\([^()]*\)$"  # Thu Mar 12 2026 14:05:30 GMT+0100 (Central European Time)
_COMPACT_DATE = r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})$"
_SERIAL_DATE = r"^[0-9]{5}(?:\.[0-9]+)?$"
_EPOCHS: dict[Epoch, str] = {
    "seconds": r"^1[0-9]{9}(?:\.[0-9]+)?$",
    "milliseconds": r"^1[0-9]{12}$",
}
# Forms that a whole column often has, read in one go; all else is taken apart.
_QUICK_FORMS = (
    (r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]$", "%Y-%m-%d", "%Y-%m-%d"),
    (
        r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]$",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
    ),
    (
        r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]$",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ),
    (
        r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]{6}$",
        "%Y-%m-%dT%H:%M:%S%.6f",
        "%Y-%m-%dT%H:%M:%S%.6f",
    ),
    (r"^[0-9][0-9]/[0-9][0-9]/[0-9]{4}$", "%d/%m/%Y", "%m/%d/%Y"),
    (r"^[0-9][0-9]/[0-9][0-9]/[0-9]{4} [0-9][0-9]:[0-9][0-9]$", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
    (
        r"^[0-9][0-9]/[0-9][0-9]/[0-9]{4} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]$",
        "%d/%m/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M:%S",
    ),
)


_SERIAL = r"^[345][0-9]{4}(?:[.,][0-9]+)?$"


@dataclass(frozen=True)
class DateForm:
    """How the dates of a column are written."""

    time_zone: str
    order: DateOrder = "dmy"
    epoch: Epoch = ""
    has_serials: bool = False


def parse_moments(filled: pl.Series, form: DateForm) -> tuple[pl.Series, pl.Series]:
    """Moments in UTC and the reasons of those that are none; what bears no offset is local."""
    if form.epoch:
        return _since_epoch(filled, form.epoch)
    local = _quick_moments(filled, form.order)
    is_left = (local.is_null() & filled.is_not_null()).arg_true()
    if is_left.is_empty():
        return _checked(filled, _in_utc(local, form.time_zone))
    apart, reasons = _taken_apart(filled.gather(is_left), form)
    moments = _in_utc(local, form.time_zone).scatter(is_left, apart)
    moments, outside = _checked(filled, moments)
    found = nothing_like(filled, pl.String()).scatter(is_left, reasons)
    return moments, found.fill_null(outside)


def epoch_of(text: pl.Series) -> Epoch:
    """Whether all values count the seconds, or milliseconds, since 1970.

    >>> epoch_of(pl.Series(["1774965930", ""])), epoch_of(pl.Series(["1774965930123"]))
    ('seconds', 'milliseconds')
    """
    filled = trimmed(text)
    filled = filled.filter(filled != "")
    for epoch, form in _EPOCHS.items():
        if len(filled) and filled.str.contains(form).all():
            return epoch
    return ""


def are_serials(text: pl.Series) -> bool:
    """Whether all values count days as Excel does, from 1982 to 2064; day 45,000 is 2023-03-15.

    So a sheet's dates look in a delimited file when its cells weren't formatted as dates.

    >>> are_serials(pl.Series(["46030", "46031.5", ""])), are_serials(pl.Series(["46030", "12"]))
    (True, False)
    """
    filled = trimmed(text)
    filled = filled.filter(filled != "")
    return bool(len(filled) and filled.str.contains(_SERIAL).all())


def date_order_votes(text: pl.Series) -> tuple[int, int, int]:
    """How many values can only be day first, only month first, or either.

    >>> date_order_votes(pl.Series(["31/01/2026", "01/02/2026", "2026-01-01"]))
    (1, 0, 1)
    """
    beginnings = trimmed(text).str.slice(0, _BEGINNING).rename("text").value_counts()
    first, second = _leading_pairs(beginnings["text"])
    told = pl.DataFrame(
        {
            "day_first": (first > 12) & (second <= 12),
            "month_first": (second > 12) & (first <= 12),
            "either": _is_either(first, second),
        }
    )
    day_first, month_first, either = told.select(pl.all() * beginnings["count"]).sum().row(0)
    return day_first, month_first, either


def open_dates(text: pl.Series) -> pl.Series:
    """The distinct values that are one day if the day stands first, another if the month does."""
    found = text.filter(_is_either(*_leading_pairs(text)).fill_null(False))
    return found.unique(maintain_order=True)


def has_half_days(text: pl.Series) -> bool:
    """Whether times are written with AM and PM."""
    return bool(text.str.contains(r"(?i)[0-9]\s*[ap]\.?m\.?\s*$").any())


def local_days(moments: pl.Series, time_zone: str) -> pl.Series:
    """The calendar days on which UTC moments fall in the firm's time zone."""
    return moments.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone).dt.date()


def bears_local_times(text: pl.Series) -> bool:
    """Whether some value has a time of day that bears no offset."""
    has_time = text.str.contains(r"[0-9](?::|\s?[hH]\s?)[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*$")
    has_offset = text.str.contains(
        r":[0-9]{2}(?:[.,][0-9]+)?\s*(?:UTC|GMT)?[+-][0-9]{1,2}:[0-9]{2}\s*$"
    )
    return bool((has_time & ~has_offset).any())


def _leading_pairs(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    first, second = (
        trimmed(text).str.extract(r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]", group).cast(pl.Int16)
        for group in (1, 2)
    )
    return first, second


def _is_either(first: pl.Series, second: pl.Series) -> pl.Series:
    return (first <= 12) & (second <= 12) & (first != second)


def _since_epoch(filled: pl.Series, epoch: Epoch) -> tuple[pl.Series, pl.Series]:
    per_second = 1 if epoch == "seconds" else 1_000
    microseconds = filled.cast(pl.Float64, strict=False) / per_second * 1_000_000
    moments = microseconds.round().cast(pl.Int64).cast(pl.Datetime("us"))
    return moments, first_reasons(filled, [(moments.is_null(), NOT_A_DATE)])


def _quick_moments(filled: pl.Series, order: DateOrder) -> pl.Series:
    """Local times of the values in the commonest form of the column; null for all others."""
    sample = filled.drop_nulls().head(1)
    for form, day_first, month_first in _QUICK_FORMS:
        if sample.str.contains(form).any():
            spelled = day_first if order == "dmy" else month_first
            has_form = filled.str.contains(form).fill_null(False)
            fitting = filled.zip_with(has_form, nothing_like(filled, pl.String()))
            return fitting.str.to_datetime(spelled, strict=False, time_unit="us")
    return nothing_like(filled, pl.Datetime("us"))


def _checked(filled: pl.Series, moments: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Without moments beyond the years that make sense."""
    is_inside = moments.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(True)
    reasons = first_reasons(filled, [(~is_inside, YEAR_OUT_OF_RANGE)])
    return moments.zip_with(is_inside, nothing_like(moments)), reasons


def _taken_apart(filled: pl.Series, form: DateForm) -> tuple[pl.Series, pl.Series]:
    spelled = _numbered_months(filled.str.replace(_COMPACT_DATE, "${1}-${2}-${3}"))
    parts = spelled.str.extract_groups(_DATE).struct.unnest()
    pieces = parts.select(_day(form.order).alias("day_on"), *_clock())
    local = pieces.select(
        pl.col("day_on").cast(pl.Datetime("us"))
        + pl.duration(hours="hour", minutes="minute", microseconds="microseconds")
    ).to_series()
    if form.has_serials:
        local = local.fill_null(_serial_moments(filled))
    reasons = _date_reasons(filled, parts, pieces, local)
    local = local.zip_with(reasons.is_null(), nothing_like(local))
    by_offset = pl.select(local - pl.duration(minutes=pl.lit(pieces["offset_minutes"])))
    has_offset = pieces["offset_minutes"].is_not_null()
    return by_offset.to_series().zip_with(has_offset, _in_utc(local, form.time_zone)), reasons


def _numbered_months(text: pl.Series) -> pl.Series:
    """Dates with the name of a month as year, month, day; all other texts as they are."""
    named = text.str.contains(_MONTH_NAME).fill_null(False).arg_true()
    if named.is_empty():
        return text
    texts = text.gather(named).str.replace(_ZONE_NAME, "")
    parts = texts.str.extract_groups(_NAMED_DATE).struct.unnest()
    names = parts.select(pl.coalesce("month", "m_month", "y_month")).to_series()
    months = load_columns().spellings["month"]
    numbers = {name: months.get(plain_form(name)) for name in names.drop_nulls().unique()}
    year = pl.coalesce("year", "m_year", "y_year")
    spelled = parts.with_columns(
        names.replace_strict(numbers, default=None, return_dtype=pl.String).alias("number")
    ).select(
        pl.concat_str(
            pl.when(year.str.len_chars() == 2).then(pl.lit("20") + year).otherwise(year),
            pl.col("number").str.zfill(2),
            pl.coalesce("day", "m_day", "y_day").str.zfill(2),
            separator="-",
        )
        + pl.col("rest").fill_null("")
    )
    return text.scatter(named, spelled.to_series().fill_null(texts))


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
    hours = offset.str.extract(r"[+-]([0-9]{1,2})").cast(pl.Int64).fill_null(0)
    minutes = offset.str.extract(r"[+-][0-9]{2}:?([0-9]{2})").cast(pl.Int64).fill_null(0)
    named = pl.when(offset == "CET").then(60).when(offset == "CEST").then(120)
    return pl.when(offset.is_not_null()).then(named.otherwise(sign * (hours * 60 + minutes)))


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
    return first_reasons(
        filled,
        [
            (~has_form & local.is_null(), NOT_A_DATE),
            (has_form & pieces["day_on"].is_null(), NO_SUCH_DAY),
            (has_form & local.is_null(), NO_SUCH_TIME),
            (is_outside, YEAR_OUT_OF_RANGE),
        ],
    )


def _in_utc(local: pl.Series, time_zone: str) -> pl.Series:
    """Local times as UTC.

    The hour that occurs twice in autumn is taken as its first, summer occurrence; a time in
    the hour that is skipped in spring is moved on by one hour, as clocks are.
    """
    utc = _at_zone(local, time_zone)
    if utc.null_count() == local.null_count():
        return utc
    return utc.fill_null(_at_zone(local + timedelta(hours=1), time_zone))


def _at_zone(local: pl.Series, time_zone: str) -> pl.Series:
    zoned = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
