"""When a case is due: so many business hours after it was opened."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from cxdata.store.clocks import clock_spans
from cxdata.store.settings_history import SettingsHistory

# So far ahead is looked for the end of the time; firms that are closed for longer have no due date.
DAYS_AHEAD = timedelta(days=120)
HOUR_SECONDS = 3600.0


def due_after(history: SettingsHistory, opened_at: datetime, hours: float) -> datetime | None:
    """The moment (UTC) at which so many business hours have passed; None if that is never, or not
    within ``DAYS_AHEAD``.

    A time that ends with a working day ends then, not with the next morning.
    """
    first = opened_at.date()
    spans = clock_spans(history, first, first + DAYS_AHEAD).filter(
        (pl.col("clock") == "business") & pl.col("is_open") & (pl.col("until_at") > opened_at)
    )
    left = hours * HOUR_SECONDS
    for from_at, until_at in spans.select("from_at", "until_at").iter_rows():
        start: datetime = max(from_at, opened_at)
        room = (until_at - start).total_seconds()
        if left <= room:
            return (start + timedelta(seconds=left)).replace(microsecond=0)
        left -= room
    return None
