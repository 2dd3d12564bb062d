"""Local time to UTC, and time that counts only while the office is open (vectorised)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays
import numpy as np
import polars as pl
from plan import TIME_ZONE, epoch_day

DAY_SECONDS = 86_400
OPENS_AT, CLOSES_AT = 9 * 3600, 18 * 3600
OPEN_SECONDS = CLOSES_AT - OPENS_AT


def utc_from_local(seconds: np.ndarray) -> np.ndarray:
    """UTC seconds of local wall-clock seconds; the doubled hour of October is its first."""
    local = pl.Series(seconds * 1000).cast(pl.Datetime("ms"))
    utc = local.dt.replace_time_zone(TIME_ZONE, ambiguous="earliest")
    return utc.dt.epoch("s").to_numpy()


def local_from_utc(seconds: np.ndarray) -> np.ndarray:
    utc = pl.Series(seconds * 1000).cast(pl.Datetime("ms", "UTC"))
    local = utc.dt.convert_time_zone(TIME_ZONE).dt.replace_time_zone(None)
    return local.dt.epoch("s").to_numpy()


@lru_cache
def holiday_days() -> np.ndarray:
    return np.array(
        sorted(epoch_day(day) for day in holidays.country_holidays("FR", years=range(2023, 2028)))
    )


@lru_cache
def _openings() -> np.ndarray:
    days = np.arange(epoch_day(date(2023, 6, 1)), epoch_day(date(2027, 12, 31)))
    is_open = ((days + 3) % 7 < 5) & ~np.isin(days, holiday_days())
    return utc_from_local(days[is_open] * DAY_SECONDS + OPENS_AT)


def after_open_seconds(opened_at: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """The moment at which ``seconds`` of opening time have passed since ``opened_at``."""
    openings = _openings()
    index = np.searchsorted(openings, opened_at, side="right") - 1
    passed = np.minimum(opened_at - openings[index], OPEN_SECONDS)
    day_count, rest = np.divmod(index * OPEN_SECONDS + passed + seconds, OPEN_SECONDS)
    return openings[day_count] + rest
