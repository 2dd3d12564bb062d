"""Whether what customers paid at the start of a window is told, or taken from a later day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from cxdata.metrics.churn.exposure import exposure
from cxdata.models import Filters, Period
from cxdata.store.clocks import DAY
from cxdata.store.connection import Store

# D: prices known so many days before a moment are those of the moment.
PRICES_HOLD = timedelta(days=31)
PRICES_SCHEMA: dict[str, pl.DataType] = {
    "told": pl.String(),
    "told_share": pl.Float64(),
    "window_first_on": pl.Date(),
}


def start_prices(store: Store, filters: Filters) -> pl.DataFrame:
    """Of how many customers the revenue at the start of the window is that of the day.

    The window is that of :func:`cxdata.metrics.churn.cost.churn_cost_summary`. Segment, region and
    product filter.

    Returns
    -------
    pl.DataFrame
        Exactly one row.

        - ``told`` (String): ``all``, ``some`` or ``none`` of the known revenues are told for that
          day, by dates in their file or by an extract of the 31 days before; null without a
          window, without a known revenue, and if these are of fewer than ``minimum_count``
          customers
        - ``told_share`` (Float64, 0 to 1): their share; null where the rest, or they, are too few
          to tell of
        - ``window_first_on`` (Date)
    """
    exposed = exposure(store, filters)
    row: dict[str, object] = {}
    if exposed.period is not None:
        row = _told(store, filters, exposed.period)
        row["window_first_on"] = exposed.period.first_on
    return pl.DataFrame([row], schema=PRICES_SCHEMA)


def _told(store: Store, filters: Filters, window: Period) -> dict[str, object]:
    start_on, _ = extracts_of(store, window)
    found = store.query(
        "start_prices",
        replace(filters, period=None),
        at_on=window.first_on,
        start_known_on=start_on,
    ).row(0, named=True)
    known, told = found["known_count"], found["told_count"]
    minimum = store.settings.answers.minimum_count
    if known < max(minimum, 1):
        return {}
    is_few = 0 < told < minimum or 0 < known - told < minimum
    return {
        "told": "all" if told == known else "some" if told else "none",
        "told_share": None if is_few else told / known,
    }


def extracts_of(store: Store, window: Period) -> tuple[date | None, date | None]:
    """The last known days of the extracts whose prices are those of the window's start and end.

    None where there is none; one extract can't be that of both.
    """
    days = store.query("customer_extracts")["known_on"].to_list()
    start_on = _prices_of(days, window.first_on)
    end_on = _prices_of(days, window.last_on + DAY)
    return (None if start_on == end_on else start_on), end_on


def _prices_of(days: Sequence[date], moment: date) -> date | None:
    """The newest extract whose prices are those of the moment."""
    return max((it for it in days if moment - PRICES_HOLD <= it <= moment), default=None)
