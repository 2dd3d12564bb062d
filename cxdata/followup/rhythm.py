"""When something is due that comes again: weekly, monthly, or so many days before a meeting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from cxdata.config import Settings
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.store.clocks import utc_moment, working_days

Every = Literal["week", "month", "working_day", "meeting"]
RHYTHMS: tuple[Every, ...] = get_args(Every)
MOST_DAYS_BEFORE = 90
LAST = 31  # the last day of any month; of working days the last one, too
LAST_WORKING_DAY = 24  # no month has more
_DAY = timedelta(days=1)
# How far ahead a monthly day can lie.
_AHEAD, _BACK = timedelta(days=63), timedelta(days=63)


@dataclass(frozen=True)
class Rhythm:
    """When a mail is due, at a local time of the firm.

    ``number``: with ``week`` the weekday (0: Monday), with ``month`` the day (31: the last one),
    with ``working_day`` which of the month's working days (of a month with fewer, the last),
    with ``meeting`` how many days before ``meeting_on``.
    """

    every: Every
    number: int
    at: time
    meeting_on: date | None = None

    def see_possible(self) -> None:
        """Refuse one that never is.

        Raises
        ------
        CxDataError
            If its number is none of its kind, or a meeting has no day.
        """
        bounds: dict[Every, tuple[int, int]] = {
            "week": (0, 6),
            "month": (1, LAST),
            "working_day": (1, LAST_WORKING_DAY),
            "meeting": (0, MOST_DAYS_BEFORE),
        }
        least, most = bounds[self.every]
        if not least <= self.number <= most or (self.every == "meeting") != bool(self.meeting_on):
            raise CxDataError(
                N_("A mail can't be due like that: {every}, {number}."),
                N_("Choose a weekday, a day of the month, or a meeting with its day."),
                every=self.every,
                number=self.number,
            )


def latest_occasion(
    rhythm: Rhythm, settings: Settings, after: datetime, until: datetime
) -> datetime | None:
    """The last moment in (``after``, ``until``] at which it was due (UTC); None if none was.

    Of several that were missed only the last counts: what was due before is older news.
    """
    days = _days(rhythm, settings, until.date() - _BACK, until.date() + _DAY)
    moments = (utc_moment(it, rhythm.at, settings.firm.time_zone) for it in days)
    return max((it for it in moments if after < it <= until), default=None)


def next_occasion(rhythm: Rhythm, settings: Settings, after: datetime) -> datetime | None:
    """The first moment after ``after`` at which it is due (UTC); None if it never is again."""
    days = _days(rhythm, settings, after.date() - _DAY, after.date() + _AHEAD)
    moments = (utc_moment(it, rhythm.at, settings.firm.time_zone) for it in days)
    return min((it for it in moments if it > after), default=None)


def _days(rhythm: Rhythm, settings: Settings, first_on: date, last_on: date) -> Iterator[date]:
    """The local days on which it is due; of a meeting its one day, whenever that is."""
    if rhythm.every == "meeting":
        if rhythm.meeting_on is not None:
            yield rhythm.meeting_on - rhythm.number * _DAY
        return
    if rhythm.every == "week":
        for place in range((last_on - first_on).days + 1):
            if (day := first_on + place * _DAY).weekday() == rhythm.number:
                yield day
        return
    month = first_on.replace(day=1)
    while month <= last_on:
        after = (month + 32 * _DAY).replace(day=1)
        yield _day_of_month(rhythm, settings, month, after - _DAY)
        month = after


def _day_of_month(rhythm: Rhythm, settings: Settings, first_on: date, last_on: date) -> date:
    """Its day of one month; where the firm works on no day of it, its last day."""
    if rhythm.every == "month":
        return min(first_on + (rhythm.number - 1) * _DAY, last_on)
    worked = working_days(settings, first_on, last_on) or [last_on]
    return worked[min(rhythm.number, len(worked)) - 1]
