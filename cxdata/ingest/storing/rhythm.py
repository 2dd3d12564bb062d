"""How often files are imported, so that old data can be told from data that is usual."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from cxdata.store.connection import Store

# Of the last days of import so many count; with fewer than so many gaps no rhythm is known.
COUNTED_GAPS, LEAST_GAPS = 12, 3
# A file that comes a few days later than usual isn't late: months have 28 to 31 days.
GRACE = 1.25


@dataclass(frozen=True)
class ImportRhythm:
    """The last day on which files were imported, and the usual number of days between such days.

    ``last_on`` is None without imports, ``usual_days`` where too few are known to say.
    """

    last_on: date | None = None
    usual_days: float | None = None

    def is_late(self, today: date) -> bool:
        """Whether longer ago than usual, with a grace of a quarter; never without a rhythm.

        >>> ImportRhythm(date(2026, 6, 1), 30).is_late(date(2026, 7, 8))
        False
        >>> ImportRhythm(date(2026, 6, 1), 30).is_late(date(2026, 7, 9))
        True
        """
        if self.last_on is None or self.usual_days is None:
            return False
        return (today - self.last_on).days > self.usual_days * GRACE


def rhythm_of(days: Collection[date]) -> ImportRhythm:
    """The rhythm of these days of import: the median gap of the last dozen.

    >>> rhythm_of([date(2026, month, 1) for month in (1, 2, 3, 4)]).usual_days
    31
    >>> rhythm_of([date(2026, 6, 1)])
    ImportRhythm(last_on=datetime.date(2026, 6, 1), usual_days=None)
    """
    counted = sorted(set(days))[-COUNTED_GAPS - 1 :]
    gaps = [(later - earlier).days for earlier, later in pairwise(counted)]
    usual = median(gaps) if len(gaps) >= LEAST_GAPS else None
    return ImportRhythm(counted[-1] if counted else None, usual)


def import_rhythm(store: Store) -> ImportRhythm:
    """The rhythm of the imports that count, by the firm's own days; for a reader with rights to a
    part of the data that of the files they see rows of."""
    zone = ZoneInfo(store.settings.firm.time_zone)
    moments = [at for (at,) in store.query("import_moments").iter_rows()]
    return rhythm_of({_local_day(at, zone) for at in moments})


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
