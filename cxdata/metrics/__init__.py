"""Metrics: a query gives counts, a pure function gives the statistic.

Here is what every family shares: the days that have data, and periods of a grain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from cxdata.metrics.known_until import known_until
from cxdata.models import Filters, FiscalYear, Grain, Period
from cxdata.store.connection import Store

GRAIN_STEPS: dict[Grain, str] = {"week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


@dataclass(frozen=True)
class DataDays:
    """The days from the first to the last answer and contact; None where there are none."""

    answers: Period | None
    contacts: Period | None

    @property
    def last_on(self) -> date | None:
        """The last day with any data: where the default period ends."""
        return max((days.last_on for days in (self.answers, self.contacts) if days), default=None)


def data_days(store: Store) -> DataDays:
    """Which days have data, whatever the filters."""
    row = store.query("data_days").row(0, named=True)
    return DataDays(
        _period(row["answers_first_on"], row["answers_last_on"]),
        _period(row["contacts_first_on"], row["contacts_last_on"]),
    )


def answers_known(store: Store, filters: Filters) -> Period | None:
    """The days of which all answers to the filters' survey are known; None without answers.

    From the first answer on, to the survey's own last known day.
    """
    return _known(data_days(store).answers, known_until(store).until("answers", filters))


def contacts_known(store: Store, filters: Filters) -> Period | None:
    """The days of which all contacts on the filters' channels are known; None without contacts.

    From the first contact on, to the last day to which each of these channels is known.
    """
    return _known(data_days(store).contacts, known_until(store).until("contacts", filters))


def covered_days(filters: Filters, days: Period | None) -> Period | None:
    """The days that lie in the filters' period and also have data; None if there are none."""
    if days is None or filters.period is None:
        return days
    first_on = max(days.first_on, filters.period.first_on)
    last_on = min(days.last_on, filters.period.last_on)
    return _period(first_on, last_on) if first_on <= last_on else None


def period_start(day: pl.Expr, grain: Grain, fiscal_year: FiscalYear) -> pl.Expr:
    """The first day of the period in which a day lies; weeks start on Monday, quarters and years
    where the fiscal year says."""
    offset = fiscal_year.offset if grain in ("quarter", "year") else 0
    # A day that the earlier month hasn't becomes its last: still of that month.
    moved = day.dt.offset_by(f"-{offset}mo").dt.truncate(GRAIN_STEPS[grain])
    return moved.dt.offset_by(f"{offset}mo").alias("period")


def period_end(first_on: date, grain: Grain) -> date:
    """The last day of the period that begins on a day.

    >>> period_end(date(2026, 2, 1), "quarter")
    datetime.date(2026, 4, 30)
    """
    end: date = pl.Series([first_on]).dt.offset_by(GRAIN_STEPS[grain]).dt.offset_by("-1d")[0]
    return end


def period_before(first_on: date, grain: Grain) -> date:
    """The first day of the period before the one that begins on a day.

    >>> period_before(date(2026, 4, 1), "quarter")
    datetime.date(2026, 1, 1)
    """
    before: date = pl.Series([first_on]).dt.offset_by(f"-{GRAIN_STEPS[grain]}")[0]
    return before


def complete_by_channel(store: Store, filters: Filters, grain: Grain) -> pl.Expr:
    """As :func:`is_complete`, of each ``channel`` by its own last known day."""
    days = data_days(store).contacts
    known = known_until(store).days("contacts", filters)
    whole = pl.lit(False)
    for channel, until in known.items():
        covered = covered_days(filters, _known(days, until))
        is_whole = is_complete(grain, covered)
        whole = pl.when(pl.col("channel") == channel).then(is_whole).otherwise(whole)
    return whole.alias("is_complete")


def is_complete(grain: Grain, covered: Period | None) -> pl.Expr:
    """Whether every day of the ``period`` is covered; a partial one is drawn as partial."""
    if covered is None:
        return pl.lit(False).alias("is_complete")
    first_on = pl.col("period")
    last_on = first_on.dt.offset_by(GRAIN_STEPS[grain]).dt.offset_by("-1d")
    whole = (first_on >= covered.first_on) & (last_on <= covered.last_on)
    return whole.alias("is_complete")


def value_column(dimension: str) -> str:
    """The column with a dimension's values; those of contacts' reasons are ``contact_reason``,
    because ``reason`` says why a figure isn't given."""
    return "contact_reason" if dimension == "reason" else dimension


def _known(days: Period | None, until: date | None) -> Period | None:
    if days is None or until is None or until < days.first_on:
        return None
    return Period(days.first_on, until)


def _period(first_on: date | None, last_on: date | None) -> Period | None:
    return Period(first_on, last_on) if first_on and last_on else None
