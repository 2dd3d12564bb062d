"""Clocks that count only opening hours, as spans that tile all time.

The open seconds between two moments are B(until) - B(from), where B(t) is the
``seconds_before`` of the span that holds t, plus the time since its start if it is open. So
holidays, lunch breaks, time zones and changes of the clocks are settled once per span, and
millions of contacts need only a look-up each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import WEEKDAYS, Firm, OpeningSpan, Settings
from cxdata.errors import SettingsError
from cxdata.store.settings_history import SettingsHistory

Moments = npt.NDArray[np.datetime64]
DAY = timedelta(days=1)


def clock_spans(history: SettingsHistory, first_on: date, last_on: date) -> pl.DataFrame:
    """The spans of every clock over the UTC days ``first_on`` to ``last_on``, both included.

    Opening hours are those in force on each local day.

    Returns
    -------
    pl.DataFrame
        Grain and columns of the table ``clock_spans``: one row per clock, UTC day and
        stretch of it that is wholly open or wholly closed, in the order of time. Per clock
        they cover every moment exactly once.

        - ``clock`` (String): ``elapsed`` (always open), ``opening`` (opening hours, also on
          public holidays) or ``business`` (opening hours, not on public holidays); both are
          closed on the firm's own closing days
        - ``day`` (Date): the UTC day
        - ``from_at``, ``until_at`` (Datetime, UTC): the latter not included
        - ``is_open`` (Boolean)
        - ``seconds_before`` (Float64): open seconds of this clock before ``from_at``
    """
    firm = history.now.firm
    first, last = first_on - 2 * DAY, last_on + DAY
    closed = _own_closing_days(firm, first, last)
    holidays_too = closed | _public_holidays(firm.country or None, firm.subdivision, first, last)
    business = _working_spans(history, holidays_too, first, last)
    opening = _working_spans(history, closed, first, last)
    return pl.concat(
        [
            elapsed_spans(first_on, last_on),
            _tiled("opening", *opening, first_on, last_on),
            _tiled("business", *business, first_on, last_on),
        ]
    )


def elapsed_spans(first_on: date, last_on: date) -> pl.DataFrame:
    """The clock that never stops; columns as in :func:`clock_spans`."""
    first, after_last = _moments([_midnight(first_on), _midnight(last_on + DAY)])
    return _tiled("elapsed", np.array([first]), np.array([after_last]), first_on, last_on)


def _working_spans(
    history: SettingsHistory, closed: Set[date], first: date, last: date
) -> tuple[Moments, Moments]:
    """Starts and ends of the open stretches, each day by the hours in force on it.

    A local day reaches into the UTC days before and after it.
    """
    ends = [since - DAY for since, _ in history.periods[1:]] + [last]
    pieces = [
        _utc_spans(
            each.opening_hours,
            each.firm.time_zone,
            closed,
            max(since, first),
            min(until, last),
        )
        for (since, each), until in zip(history.periods, ends, strict=True)
    ]
    starts, closings = zip(*pieces, strict=True)
    return np.concatenate(starts), np.concatenate(closings)


def _utc_spans(
    opening_hours: Mapping[str, tuple[OpeningSpan, ...]],
    time_zone: str,
    closed: Set[date],
    first_on: date,
    last_on: date,
) -> tuple[Moments, Moments]:
    """Starts and ends of the open stretches of the local days, both included; of no days, none."""
    if last_on < first_on:
        return _moments([]), _moments([])
    zone = ZoneInfo(time_zone)
    spans = [
        _utc_span(day, span, zone)
        for day in _open_days(closed, first_on, last_on)
        for span in opening_hours[WEEKDAYS[day.weekday()]]
    ]
    return _moments([start for start, _ in spans]), _moments([end for _, end in spans])


def local_offsets(time_zone: str, first_on: date, last_on: date) -> pl.DataFrame:
    """How far local time is ahead of UTC over the UTC days, both included.

    Returns
    -------
    pl.DataFrame
        One row per stretch with one offset, in the order of time; they tile the days.

        - ``from_at``, ``until_at`` (Datetime, UTC): the latter not included
        - ``offset_minutes`` (Int64)
    """
    # Clocks change on quarters of an hour.
    first, end = _midnight(first_on), _midnight(last_on + DAY)
    quarters = pl.datetime_range(first, end, "15m", closed="left", eager=True).alias("from_at")
    local = pl.col("from_at").dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    ahead = local.dt.base_utc_offset() + local.dt.dst_offset()
    offsets = quarters.to_frame().with_columns(offset_minutes=ahead.dt.total_minutes())
    is_change = pl.col("offset_minutes").ne_missing(pl.col("offset_minutes").shift(1))
    changes = offsets.filter(is_change)
    until_at = pl.col("from_at").shift(-1, fill_value=end)
    return changes.select("from_at", until_at.alias("until_at"), "offset_minutes")


def working_days(settings: Settings, first_on: date, last_on: date) -> list[date]:
    """The days from ``first_on`` to ``last_on`` on which the firm works: those with opening hours
    (Monday to Friday where no day has any), without public holidays and closing days."""
    firm = settings.firm
    closed = _own_closing_days(firm, first_on, last_on) | _public_holidays(
        firm.country or None, firm.subdivision, first_on, last_on
    )
    opened = [it for it, name in enumerate(WEEKDAYS) if settings.opening_hours.get(name)]
    weekdays = opened or list(range(5))
    return [it for it in _open_days(closed, first_on, last_on) if it.weekday() in weekdays]


def utc_moment(day: date, moment: time, time_zone: str) -> datetime:
    """A local time as UTC; of a time that comes twice the first, one that is skipped an hour on."""
    return _utc(day, moment, ZoneInfo(time_zone))


def _open_days(closed: Set[date], first_on: date, last_on: date) -> Iterator[date]:
    day_count = (last_on - first_on).days + 1
    return (day for n in range(day_count) if (day := first_on + n * DAY) not in closed)


def _own_closing_days(firm: Firm, first_on: date, last_on: date) -> set[date]:
    return {day for each in firm.closing_days for day in each.within(first_on, last_on)}


def _public_holidays(
    country: str | None, subdivision: str, first_on: date, last_on: date
) -> set[date]:
    if country is None:
        return set()
    years = range(first_on.year, last_on.year + 1)
    try:
        return set(holidays.country_holidays(country, subdiv=subdivision or None, years=years))
    except NotImplementedError as error:
        if subdivision and country in holidays.list_supported_countries():
            raise _no_such_region(country, subdivision) from error
        raise SettingsError(
            "The public holidays of the country {country} are not known.",
            "Set firm.country to two letters such as FR, or to nothing for no holidays.",
            country=country,
        ) from error


def _no_such_region(country: str, subdivision: str) -> SettingsError:
    known = holidays.list_supported_countries()[country]
    return SettingsError(
        "The regional holidays of {subdivision} ({country}) are not known.",
        "Regions of that country are: {known}." if known else "That country has no regions.",
        subdivision=subdivision,
        country=country,
        known=", ".join(known),
    )


def _utc_span(day: date, span: OpeningSpan, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start, end = span
    end_day = day if end > start else day + DAY
    return _utc(day, start, zone), _utc(end_day, end, zone)


def _utc(day: date, moment: time, zone: ZoneInfo) -> datetime:
    """As calendars read a local time (RFC 5545, 3.3.5): of a time that comes twice the first; one
    that is skipped as if the clocks had not been changed yet."""
    return datetime.combine(day, moment, zone).astimezone(UTC).replace(tzinfo=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _moments(values: list[datetime]) -> Moments:
    return np.array(values, dtype="datetime64[us]")


def _tiled(
    clock: str, starts: Moments, ends: Moments, first_on: date, last_on: date
) -> pl.DataFrame:
    """Cut all time at UTC midnights, openings and closings; overlapping spans count once."""
    first, after_last = _moments([_midnight(first_on), _midnight(last_on + DAY)])
    midnights = np.arange(first, after_last, np.timedelta64(1, "D"))
    changes = np.clip(np.concatenate([starts, ends]), first, after_last)
    edges = np.unique(np.concatenate([midnights, [after_last], changes]))
    from_at, until_at = edges[:-1], edges[1:]
    opened = np.searchsorted(np.sort(starts), from_at, side="right")
    closed = np.searchsorted(np.sort(ends), from_at, side="right")
    is_open = opened > closed
    seconds = (until_at - from_at) / np.timedelta64(1, "s") * is_open
    return pl.DataFrame(
        {
            "clock": pl.Series([clock], dtype=pl.String).new_from_index(0, len(from_at)),
            "day": from_at.astype("datetime64[D]"),
            "from_at": from_at,
            "until_at": until_at,
            "is_open": is_open,
            "seconds_before": np.cumsum(seconds) - seconds,
        }
    )
