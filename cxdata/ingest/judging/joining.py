"""Days and times of day that stand in two columns, as one moment."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import CLOCK, load_columns
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import repeated, trimmed
from cxdata.ingest.judging.values import EMPTY
from cxdata.ingest.notes import Note

ON_OPENING_DAY = N_(
    "{column}: the times were taken as those of the day of the opening, or of the next if earlier."
)
JOINED = N_("{columns}: day and time of day were joined.")

_ZERO_CLOCK = r"(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)$"
_SERIAL = r"^[0-9]{5}(?:\.0+)?$"
_OF_SHEET = r"^(?:1899-12-3[01]|1900-01-0[01])[T ]"
_PART_OF_DAY = r"^0[.,][0-9]{3,}$"
_HAS_CLOCK = r"[0-9]\s?[:hH]\s?[0-9]{2}|[0-9]\s?[hH]$"
_WRITTEN_CLOCK = r"(?:[T,]|\s|à|\bat\b)+[0-9]{1,2}\s?[:hH].*$"
DAY_SECONDS = 86_400


def join_clocks(judging: Judging) -> list[Note]:
    """Write the time of day behind each day; a moment that has its own keeps it.

    A time of day without a day of its own is one of the day on which the contact was opened.
    """
    notes = []
    for clock, moment in _lone_clocks(judging).items():
        opened = trimmed(judging.texts["opened_at"])
        day, time = opened.str.replace(_WRITTEN_CLOCK, ""), _times(judging.texts[clock])
        joined = pl.select(pl.lit(_days(day)) + " " + pl.lit(time)).to_series()
        nothing = repeated("", joined, pl.String())
        judging.texts[moment] = joined.zip_with((day != "") & (time != ""), nothing)
        notes.append(Note(ON_OPENING_DAY, column=judging.header(clock)))
    for clock, moment in _pairs(judging).items():
        day, time = _days(judging.texts[moment]), _times(judging.texts[clock])
        takes = ~day.str.contains(_HAS_CLOCK) & (day != "") & (time != "")
        joined = pl.select(pl.lit(day) + " " + pl.lit(time)).to_series()
        judging.texts[moment] = joined.zip_with(takes, judging.texts[moment])
        notes.append(Note(JOINED, columns=judging.headers([moment, clock])))
    return notes


def move_past_midnight(judging: Judging) -> None:
    """An end whose day nobody wrote, and that lies before its opening, is of the next day."""
    for moment in judging.on_opening_day:
        end, opened = judging.values[moment], judging.values["opened_at"]
        is_next = (end < opened).fill_null(False)
        judging.values[moment] = (end + timedelta(days=1)).zip_with(is_next, end)


def refuse_missing_clocks(judging: Judging) -> None:
    """A day without its time, where other rows have one, would be midnight."""
    for clock, moment in _pairs(judging).items():
        if clock in judging.values:
            has_none = trimmed(judging.texts[clock]) == ""
            day = trimmed(judging.texts[moment])
            has_own = day.str.contains(_HAS_CLOCK) & ~day.str.contains(_ZERO_CLOCK)
            judging.refuse(clock, has_none & (day != "") & ~has_own, EMPTY)


def _lone_clocks(judging: Judging) -> dict[str, str]:
    """The times of day of which no column tells the day."""
    fields = load_columns().fields[judging.layout.kind].values()
    found = {
        each.name: each.builds
        for each in fields
        if each.type == CLOCK
        and each.name in judging.texts
        and each.builds not in judging.texts
        and each.builds != "opened_at"
    }
    judging.on_opening_day = tuple(found.values())
    return found


def _pairs(judging: Judging) -> dict[str, str]:
    fields = load_columns().fields[judging.layout.kind].values()
    return {
        each.name: each.builds
        for each in fields
        if each.type == CLOCK and each.name in judging.texts and each.builds in judging.texts
    }


def _days(text: pl.Series) -> pl.Series:
    clean = trimmed(text).str.replace(_ZERO_CLOCK, "")
    serial = clean.str.extract(f"({_SERIAL})").cast(pl.Float64).cast(pl.Int64)
    if not serial.count():
        return clean
    origin = pl.date(1899, 12, 30)
    days = pl.select((origin + pl.duration(days=pl.lit(serial))).cast(pl.String)).to_series()
    return days.fill_null(clean)


def _times(text: pl.Series) -> pl.Series:
    clean = trimmed(text).str.replace(_OF_SHEET, "")
    part = clean.str.extract(f"({_PART_OF_DAY})").str.replace(",", ".", literal=True)
    if not part.count():
        return clean
    seconds = (part.cast(pl.Float64) * DAY_SECONDS).round().cast(pl.Int64)
    spelled = pl.select(
        (pl.datetime(1970, 1, 1) + pl.duration(seconds=pl.lit(seconds))).dt.strftime("%H:%M:%S")
    ).to_series()
    return spelled.fill_null(clean)
