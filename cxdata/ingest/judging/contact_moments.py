"""Moments of contacts beside each other: days without times, and the hour that comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.judging.dates import local_days
from cxdata.ingest.judging.joining import move_past_midnight
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import trimmed
from cxdata.ingest.notes import Note

MOMENTS = ("opened_at", "first_response_at", "abandoned_at", "resolved_at")
LEAST_MIDNIGHTS = 5  # so many moments, all of them at midnight, are days

DAYS_ONLY = N_(
    "{columns}: days without times. Standards in days are judged with them; those in seconds, "
    "minutes or hours, and the hours of the day, are not. Export the time of day as well."
)
SECOND_TIME = N_(
    "{column}: {count} times in the hour that comes twice when the clocks go back were taken as "
    "its second occurrence, because the contact was opened before."
)

_CLOCK = r"[0-9](?::|\s?[hH]\s?)[0-9]{2}|[0-9]\s?[hH]$"
_MIDNIGHT = (
    r"(?:[T,]|\s|à|\bat\b)+0{1,2}(?::|\s?[hH]\s?)00(?::00(?:[.,]0+)?)?"
    r"\s*(?:[Zz]|UTC|[+-][0-9]{2}:?[0-9]{2})?$"
)
_SERIAL_DAY = r"^[0-9]{5}(?:\.0+)?$"
_SERIAL = r"^[0-9]{5}\.[0-9]+$"
_OFFSET = r"(?:[Zz]|UTC|GMT|CES?T|[+-][0-9]{2}:?[0-9]{2})$"
_EPOCH = r"^[0-9]{10,13}(?:\.[0-9]+)?$"


def day_fields(judging: Judging) -> tuple[str, ...]:
    """The moments of contacts that the file tells as days only."""
    if judging.layout.kind != "contacts":
        return ()
    return tuple(name for name in MOMENTS if name in judging.texts and _are_days(judging, name))


def settle_moments(judging: Judging, day_names: tuple[str, ...], time_zone: str) -> list[Note]:
    """Ends that lie before the opening only because of how they are written.

    An end on the day of the opening, of which only the day is known, is no earlier. Of two local
    times in the hour that comes twice, the opening is in its first occurrence; an end that would
    lie before it is in the second.
    """
    if judging.layout.kind != "contacts":
        return []
    notes = list(_days_note(judging, day_names))
    move_past_midnight(judging)
    opened = judging.values["opened_at"]
    for name in MOMENTS[1:]:
        if name not in judging.values:
            continue
        end = judging.values[name]
        if name in day_names and "opened_at" not in day_names:
            is_same = local_days(end, time_zone) == local_days(opened, time_zone)
            end = opened.zip_with((is_same & (end < opened)).fill_null(False), end)
        else:
            end, count = _in_second_hour(end, judging.texts[name], opened, time_zone)
            if count:
                notes.append(Note(SECOND_TIME, column=judging.header(name), count=count))
        judging.values[name] = end
    return notes


def _days_note(judging: Judging, day_names: tuple[str, ...]) -> Iterator[Note]:
    told = [name for name in day_names if judging.values[name].count()]
    if told:
        yield Note(DAYS_ONLY, columns=judging.headers(told))


def _are_days(judging: Judging, name: str) -> bool:
    text = trimmed(judging.texts[name])
    text = text.filter(judging.values[name].is_not_null() & (text != ""))
    if text.is_empty() or text.str.contains(rf"{_SERIAL}|{_EPOCH}").any():
        return bool(len(text)) and bool(text.str.contains(_SERIAL_DAY).all())
    if not text.str.contains(_CLOCK).any():
        return True
    return len(text) >= LEAST_MIDNIGHTS and bool(text.str.contains(_MIDNIGHT).all())


def _in_second_hour(
    end: pl.Series, text: pl.Series, opened: pl.Series, time_zone: str
) -> tuple[pl.Series, int]:
    is_before = (end < opened).fill_null(False)
    if not is_before.any():
        return end, 0
    later = end + timedelta(hours=1)
    is_twice = _local(end, time_zone) == _local(later, time_zone)
    is_local = ~trimmed(text).str.contains(_OFFSET)
    is_second = is_before & (is_twice & is_local & (later >= opened)).fill_null(False)
    return later.zip_with(is_second, end), int(is_second.sum())


def _local(moments: pl.Series, time_zone: str) -> pl.Series:
    zoned = moments.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    return zoned.dt.replace_time_zone(None)
