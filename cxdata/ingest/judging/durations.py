"""Durations as call centres and ticket tools write them, as seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.judging.texts import first_reasons, trimmed

NOT_A_DURATION = N_("This is not a duration.")

SECOND, MINUTE, HOUR, DAY_SECONDS = 1, 60, 3_600, 86_400
LONGEST = 10 * 366 * DAY_SECONDS  # no contact takes longer
DAY_FRACTION_DIGITS = 4  # digits behind the point that make a sheet's number a part of a day

# 1:02:03, 1.02:03:04 and "1 day, 2:03:04"; a sheet's time of day counts from 30 December 1899.
_CLOCK = (
    r"^(?:1899-12-3[01][T ]|(?P<days>[0-9]+)\s*(?:\.|,|d|j|days?,?|jours?,?)\s*)?"
    r"(?P<first>[0-9]{1,4}):(?P<second>[0-9]{2})(?::(?P<third>[0-9]{2}(?:[.,][0-9]+)?))?$"
)
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_WORDED = (
    rf"^(?:(?P<days>{_NUMBER})\s*(?:d|j|days?|jours?))?[,\s]*(?:et\s|and\s)?"
    rf"(?:(?P<hours>{_NUMBER})\s*(?:h|hrs?|hours?|heures?))?[,\s]*(?:et\s|and\s)?"
    rf"(?:(?P<minutes>{_NUMBER})\s*(?:m|mn|mins?|minutes?)\.?)?[,\s]*(?:et\s|and\s)?"
    rf"(?:(?P<seconds>{_NUMBER})\s*(?:s|secs?|seconds?|secondes?)\.?)?"
    r"(?P<rest>[0-9]{1,2})?$"  # 1 h 05, 5 min 10: of the next smaller unit
)
_ISO = (
    r"^p(?:(?P<days>[0-9]+(?:\.[0-9]+)?)d)?"
    r"(?:t(?:(?P<hours>[0-9]+(?:\.[0-9]+)?)h)?(?:(?P<minutes>[0-9]+(?:\.[0-9]+)?)m)?"
    r"(?:(?P<seconds>[0-9]+(?:\.[0-9]+)?)s)?)?(?P<rest>)$"
)
_PLAIN = rf"^{_NUMBER}$"
_TWO_PARTS = r"^[0-9]{1,4}:[0-9]{2}$"
_THREE_PARTS = r"^[0-9]{1,4}:[0-9]{2}:[0-9]{2}"
_NEGATIVE = r"^[-−–]\s?[0-9]"
_HOURS_FIRST = re.compile(r"(?<![hm:])hh?\s?:\s?m{1,2}(?:in)?(?!m|in|\s?:)|heures?\s?:\s?min")
_MINUTES_FIRST = re.compile(r"(?<!:)mm?(?:in)?\s?:\s?s(?:s|ec)?|minutes?\s?:\s?sec")


@dataclass(frozen=True)
class DurationForm:
    """How the durations of a column are written.

    ``unit_seconds`` is what a bare number counts, ``two_part_seconds`` what the second part of
    ``02:03`` does: 1 if it is minutes and seconds, 60 if it is hours and minutes.
    """

    unit_seconds: float = SECOND
    two_part_seconds: int = SECOND


def duration_form(header: str, text: pl.Series, *, is_sheet: bool) -> DurationForm:
    """What the header says of its unit, or else the values: a sheet's are parts of a day.

    >>> duration_form("Resolution time (in Hrs)", pl.Series(["1.5"]), is_sheet=False)
    DurationForm(unit_seconds=3600.0, two_part_seconds=1)
    """
    is_hours_first = bool(_HOURS_FIRST.search(header.casefold()))
    two_part_seconds = MINUTE if is_hours_first else SECOND
    unit = _unit_named(header)
    if unit is None and is_sheet and _are_parts_of_days(text):
        unit = DAY_SECONDS
    return DurationForm(unit or SECOND, two_part_seconds)


def states_unit(header: str) -> bool:
    return _unit_named(header) is not None


def has_bare_numbers(text: pl.Series) -> bool:
    return bool(trimmed(text).str.contains(_PLAIN).any())


def has_two_parts(text: pl.Series) -> bool:
    return bool(trimmed(text).str.contains(_TWO_PARTS).any())


def two_part_cells(text: pl.Series) -> pl.Series:
    """The different values in two parts, the largest first: they tell most."""
    clean = trimmed(text).rename("text")
    found = clean.filter(clean.str.contains(_TWO_PARTS)).unique().to_frame()
    first = pl.col("text").str.extract(r"^([0-9]+)").cast(pl.Int64)
    return found.sort(first, "text", descending=[True, False])["text"]


def tells_two_parts(header: str, text: pl.Series) -> bool:
    """Whether the header, or values with hours beside them, say what two parts are."""
    folded = header.casefold()
    if _HOURS_FIRST.search(folded) or _MINUTES_FIRST.search(folded):
        return True
    return bool(trimmed(text).str.contains(_THREE_PARTS).any())


def negative_count(text: pl.Series) -> int:
    """How many durations are below zero: what is left of a time limit, not what has passed."""
    return int(trimmed(text).str.contains(_NEGATIVE).sum())


def spelled(seconds: float | None) -> str:
    """A duration that nobody can misread.

    >>> spelled(1590), spelled(95_400), spelled(None)
    ('26 min 30 s', '26 h 30 min', '')
    """
    if seconds is None:
        return ""
    hours, rest = divmod(round(seconds), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s"


def parse_durations(filled: pl.Series, form: DurationForm) -> tuple[pl.Series, pl.Series]:
    """Seconds, and the reasons of those that are none."""
    folded = filled.str.to_lowercase()
    seconds = pl.coalesce(
        pl.lit(_plain_seconds(folded, form)),
        pl.lit(_clock_seconds(folded, form)),
        pl.lit(_unit_seconds(folded, _ISO)),
        pl.lit(_unit_seconds(folded, _WORDED)),
    )
    values = pl.select(pl.when(seconds <= LONGEST).then(seconds)).to_series()
    return values, first_reasons(filled, [(values.is_null(), NOT_A_DURATION)])


def _unit_named(header: str) -> float | None:
    units = load_columns().spellings["time_unit"]
    words = re.findall(r"[^\W\d_]+", header)
    named = [units[plain_form(word)] for word in reversed(words) if plain_form(word) in units]
    return float(named[0]) if named else None


def _are_parts_of_days(text: pl.Series) -> bool:
    bare = trimmed(text)
    bare = bare.filter(bare.str.contains(_PLAIN) & (bare != "0"))
    fine = bare.str.contains(rf"[.,][0-9]{{{DAY_FRACTION_DIGITS}}}")
    return len(bare) > 0 and int(fine.sum()) * 2 > len(bare)


def _plain_seconds(text: pl.Series, form: DurationForm) -> pl.Series:
    return _number(text.str.extract(f"({_PLAIN})")) * form.unit_seconds


def _clock_seconds(text: pl.Series, form: DurationForm) -> pl.Series:
    parts = text.str.extract_groups(_CLOCK).struct.unnest()
    third = _number(parts["third"])
    first, second = _number(parts["first"]), _number(parts["second"])
    whole = first * HOUR + second * MINUTE + third
    short = (first * MINUTE + second) * form.two_part_seconds
    days = _number(parts["days"]).fill_null(0) * DAY_SECONDS
    is_clock = (second < MINUTE) & (third.fill_null(0) < MINUTE)
    seconds = days + whole.fill_null(short)
    return seconds.zip_with(is_clock.fill_null(False), pl.Series([None], dtype=pl.Float64))


def _unit_seconds(text: pl.Series, form: str) -> pl.Series:
    """The sum of a text's days, hours, minutes and seconds; null if it names none."""
    parts = text.str.extract_groups(form).struct.unnest()
    units = {"days": DAY_SECONDS, "hours": HOUR, "minutes": MINUTE, "seconds": SECOND}
    rest = pl.when(pl.col("minutes").is_null()).then(MINUTE).otherwise(SECOND)
    rests = parts.select(pl.col("rest").cast(pl.Float64, strict=False) * rest).to_series()
    counted = [*(_number(parts[name]) * unit for name, unit in units.items()), rests]
    found = pl.any_horizontal(each.is_not_null() for each in map(pl.lit, counted))
    total = pl.sum_horizontal(map(pl.lit, counted))
    has_unit = pl.lit(text.str.contains(r"\p{L}"))
    return pl.select(pl.when(found & has_unit).then(total)).to_series()


def _number(text: pl.Series) -> pl.Series:
    return text.str.replace(",", ".", literal=True).cast(pl.Float64)
