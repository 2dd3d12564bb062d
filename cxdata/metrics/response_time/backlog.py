"""The backlog: who is waiting for an answer now, and how much time is left.

"Now" is that of each contact's file, never the wall clock. The filters' period doesn't cut a
backlog: who has waited since before it waits all the more.
"""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from cxdata.metrics.nps.answers_behind import LISTED_ROWS
from cxdata.models import CHANNELS, Filters
from cxdata.store.connection import Store

BacklogClass = Literal["past_due", "due_within_1_hour", "due_within_1_day", "due_later"]
BACKLOG_CLASSES: tuple[BacklogClass, ...] = get_args(BacklogClass)


def backlog(store: Store, filters: Filters) -> pl.DataFrame:
    """Open contacts of customers by the time left until their favourable time ends.

    All open contacts of the filters' dimensions count; the period is left aside.

    Returns
    -------
    pl.DataFrame
        One row per channel and class that has open contacts, by channel in the order of
        ``CHANNELS``, then by class, most pressing first; no rows if nobody waits.

        - ``channel`` (String)
        - ``backlog_class`` (String): ``past_due`` (missed already), ``due_within_1_hour``,
          ``due_within_1_day`` or ``due_later``
        - ``contact_count`` (Int64): at least 1
        - ``oldest_opened_at`` (Datetime, UTC)

    Notes
    -----
    The time left is counted by the clock on the wall from "now" to the deadline, which itself
    is on the channel's clock: an email due in two business hours on a Friday evening is due
    later than within a day.
    """
    counts = store.query("backlog_counts", filters)
    order = [
        pl.col("channel").cast(pl.Enum(CHANNELS)),
        pl.col("backlog_class").cast(pl.Enum(BACKLOG_CLASSES)),
    ]
    return counts.rename({"contacts": "contact_count"}).sort(order)


def backlog_contacts(store: Store, filters: Filters, most_rows: int = LISTED_ROWS) -> pl.DataFrame:
    """The contacts that customers wait in, those longest past their deadline first.

    All open contacts of the filters' dimensions are meant; the period is left aside. The list
    is for those who answer, so no minimum guards it.

    Returns
    -------
    pl.DataFrame
        One row per contact, past due first (longest past first), then those due soonest; at
        most ``most_rows``, no rows if nobody waits.

        - ``contact_id`` (String)
        - ``customer_id``, ``name`` (String), ``is_strategic`` (Boolean): null if not known
        - ``channel``, ``journey``, ``reason``, ``segment`` and the firm's own dimensions that are
          used, such as ``own_1`` (String)
        - ``opened_at`` (Datetime, UTC)
        - ``due_at`` (Datetime, UTC): when the favourable time ends or ended; null if it lies
          beyond the days that the clocks are known for
        - ``seconds_left`` (Float64): by the clock on the wall, negative if past; null likewise
        - ``now_at`` (Datetime, UTC): up to when the contact's file tells
    """
    found = store.query("backlog_contacts", filters, most_rows=most_rows)
    return found.drop(store.settings.unused_dimensions)
