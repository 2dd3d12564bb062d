"""Exposure: who was a customer before a window's first day, and who of them left within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

import polars as pl

from cxdata.config import Settings
from cxdata.errors import FilterError
from cxdata.metrics import data_days
from cxdata.metrics.statistics.withheld import PROTECTS, is_few, protecting
from cxdata.models import CUSTOMER_DIMENSIONS, Filters, Period, last_months
from cxdata.store.clocks import DAY
from cxdata.store.connection import Store

ONE_MOMENT = "only_one_moment"
CLASSES = ("promoter", "passive", "detractor", "unknown")
DAYS_PER_YEAR = 365.25
MOST_MONTHS = 120  # of a period that is looked at as the last months


@dataclass(frozen=True)
class Exposure:
    """The counts of one exposure window; rows as ``churn_base.sql`` gives them.

    ``start`` are the customers active before its first day, ``end`` those after its last.
    ``start_revenues``, ``end_revenues`` are the same by yearly revenue, as ``churn_revenues.sql``
    gives them, where they were asked for (:func:`with_revenues`). ``gap`` is why there is no
    window, if there is none: ``after_data``, ``ends_not_told``, ``only_one_moment``; or None
    without data. ``window_reason`` is why the window is another than was asked for:
    ``only_one_moment``, ``known_earlier``; or None.
    """

    period: Period | None
    start: pl.DataFrame
    end: pl.DataFrame
    settings: Settings
    gap: str | None = None
    window_reason: str | None = None
    start_revenues: pl.DataFrame | None = None
    end_revenues: pl.DataFrame | None = None

    def of(self, dimension: str, value: str | None) -> Exposure:
        return self._of(pl.col(dimension).eq_missing(pl.lit(value, dtype=pl.String)))

    def of_class(self, nps_class: str) -> Exposure:
        return self._of(pl.col("class") == nps_class)

    def _of(self, matches: pl.Expr) -> Exposure:
        starts, ends = self.start_revenues, self.end_revenues
        return replace(
            self,
            start=self.start.filter(matches),
            end=self.end.filter(matches),
            start_revenues=None if starts is None else starts.filter(matches),
            end_revenues=None if ends is None else ends.filter(matches),
        )

    def total(self, column: str) -> float:
        return float(self.start[column].sum() or 0)

    @property
    def is_one_moment(self) -> bool:
        """Whether leaving is known of one moment alone: no rate of a year can be told."""
        return self.window_reason == ONE_MOMENT

    @property
    def customer_count(self) -> int:
        return int(self.total("base_count"))

    @property
    def lost_count(self) -> int:
        return int(self.total("lost_count"))

    @property
    def is_withheld(self) -> bool:
        return self.customer_count < self.settings.answers.minimum_count

    @cached_property
    def class_gaps(self) -> dict[str, str | None]:
        """Of each class why its customers at the start aren't told of: a code, or None.

        The classes are parts of all customers, see :mod:`cxdata.metrics.statistics.withheld`.
        """
        minimum = self.settings.answers.minimum_count
        counts = {name: self.of_class(name).customer_count for name in CLASSES}
        protects = protecting(counts, [CLASSES], minimum)
        few = {True: "too_few_customers", False: None}
        return {
            name: PROTECTS if name in protects else few[is_few(count, minimum)]
            for name, count in counts.items()
        }

    @property
    def years(self) -> float:
        """The window's length; whole months count as twelfths, so 12 months are one year."""
        assert self.period is not None
        return _years(self.period)

    @property
    def yearly_churn_rate(self) -> float:
        return yearly_rate(self.lost_count / self.customer_count, self.years)


def yearly_rate(rate: float, years: float) -> float:
    """The churn rate of one year that gives ``rate`` over ``years``: 1 − (1 − rate)^(1/years).

    >>> round(yearly_rate(0.19, 2), 6)
    0.1
    """
    return float(1 - (1 - rate) ** (1 / years))


@dataclass(frozen=True)
class CustomersKnown:
    """What the files of customers tell of their leaving.

    ``until`` is the last day that their history is known to; None without customers. ``ends``:
    ``told`` by their day, ``flagged`` (they only mark who is lost, on ``flagged_on``, the day of
    the extract), ``none`` (they don't say who left); None without customers. ``data_until`` is the
    last day of answers and contacts, where the last months of the data end.
    """

    until: date | None
    ends: Literal["told", "flagged", "none"] | None = None
    flagged_on: date | None = None
    data_until: date | None = None

    def window(self, period: Period | None) -> tuple[Period | None, str | None]:
        """The window of a period for which leaving is known; or why there is none, as a code.

        Cut at the last known day; without a period, the 12 months that end there; in place of the
        last months of all data, as many that end there. Where losses
        are only flagged, a period that holds that day becomes the month that ends on it.

        >>> telco = CustomersKnown(date(2018, 9, 30), "flagged", date(2018, 9, 30))
        >>> telco.window(None)[0]
        Period(first_on=datetime.date(2018, 9, 1), last_on=datetime.date(2018, 9, 30))
        >>> telco.window(Period(date(2017, 1, 1), date(2017, 12, 31)))
        (None, 'only_one_moment')
        """
        if self.until is None:
            return None, None
        if self.ends == "none":
            return None, "ends_not_told"
        if self.ends == "flagged" and self.flagged_on:
            return self._flagged_window(period, self.flagged_on)
        known = known_part(self._last_months(period) or period, self.until)
        return known, None if known else "after_data"

    def _last_months(self, period: Period | None) -> Period | None:
        """As many last months of the customers' data where the period is the last months of all
        data, and these go on for longer; else None."""
        if period is None or self.until is None or period.last_on != self.data_until:
            return None
        if self.until >= period.last_on:
            return None
        counts = range(1, MOST_MONTHS + 1)
        found = (it for it in counts if last_months(period.last_on, it) == period)
        count = next(found, None)
        return None if count is None else last_months(self.until, count)

    def _flagged_window(
        self, period: Period | None, flagged_on: date
    ) -> tuple[Period | None, str | None]:
        if period is None or period.first_on <= flagged_on <= period.last_on:
            return last_months(flagged_on, 1), None
        return None, "only_one_moment" if period.last_on < flagged_on else "after_data"

    @property
    def no_days(self) -> str | None:
        """Why nobody's leaving has a day of its own, as a code; None where it has."""
        return {"none": "ends_not_told", "flagged": "only_one_moment"}.get(self.ends or "")


def customers_known(store: Store) -> CustomersKnown:
    """What the files of customers tell of their leaving, and up to when."""
    until, ends, flagged_on = store.query("customers_known").row(0)
    return CustomersKnown(until, ends, flagged_on, data_days(store).last_on)


def customers_known_until(store: Store) -> date | None:
    """The last day that the customers' history is known to; None without customers.

    The latest extract date of their files or, of a file without one, its last start or end (or,
    if it tells no ends, the day it was loaded). Later starts and ends are announcements. What
    files of answers or contacts tell later says nothing of who left.
    """
    return customers_known(store).until


def exposure(store: Store, filters: Filters, *, needs_ends: bool = True) -> Exposure:
    """The window of ``filters.period`` for which it is known who left.

    See :meth:`CustomersKnown.window`. Segment, region and product filter. Without ``needs_ends``
    the period is only cut at the last known day, and who left doesn't matter.
    """
    known = customers_known(store)
    if needs_ends:
        period, gap = known.window(filters.period)
    else:
        period = known_part(filters.period, known.until)
        gap = "after_data" if known.until and period is None else None
    if period is None:
        nobody = base_rows(store, filters, [])
        return Exposure(None, nobody, nobody, store.settings, gap)
    found = exposures(store, filters, [period])[0]
    if needs_ends and known.ends == "flagged":
        return replace(found, window_reason=ONE_MOMENT)
    is_moved = filters.period is not None and period.first_on < filters.period.first_on
    return replace(found, window_reason="known_earlier" if is_moved else None)


def exposures(store: Store, filters: Filters, periods: Sequence[Period]) -> list[Exposure]:
    """A window for each period as it is, one after the other or apart."""
    after = [Period(it.last_on + DAY, it.last_on + DAY) for it in periods]
    if {it.first_on for it in periods}.isdisjoint(it.first_on for it in after):
        # Both in one question: each window is known by its first day.
        rows = base_rows(store, filters, [*periods, *after])
        starts = ends = rows.partition_by("first_on", as_dict=True)
    else:
        rows = base_rows(store, filters, periods)
        starts = rows.partition_by("first_on", as_dict=True)
        ends = base_rows(store, filters, after).partition_by("first_on", as_dict=True)
    nobody = rows.clear()
    return [
        Exposure(
            period,
            starts.get((period.first_on,), nobody),
            ends.get((period.last_on + DAY,), nobody),
            store.settings,
        )
        for period in periods
    ]


def with_revenues(store: Store, filters: Filters, exposed: Exposure) -> Exposure:
    """The same window with its customers by their revenue; as it is where there is no window."""
    if exposed.period is None:
        return exposed
    first_on, after = exposed.period.first_on, exposed.period.last_on + DAY
    rows = store.query(
        "churn_revenues",
        filters,
        first_ons=[first_on, after],
        last_ons=[exposed.period.last_on, after],
    )
    of_day = pl.col("first_on")
    return replace(
        exposed,
        start_revenues=rows.filter(of_day == first_on),
        end_revenues=rows.filter(of_day == after),
    )


def base_rows(store: Store, filters: Filters, periods: Sequence[Period]) -> pl.DataFrame:
    """Counts of customers at the start of each period, and of those lost in it."""
    days = [it.first_on for it in periods], [it.last_on for it in periods]
    return store.query("churn_base", filters, first_ons=days[0], last_ons=days[1])


def known_part(period: Period | None, until: date | None) -> Period | None:
    """What of the period is known; the last 12 months of the data where none is asked for."""
    if until is None:
        return None
    if period is None:
        return last_months(until, 12)
    last_on = min(period.last_on, until)
    return Period(period.first_on, last_on) if period.first_on <= last_on else None


def check_customer_dimension(dimension: str) -> None:
    if dimension not in CUSTOMER_DIMENSIONS:
        raise FilterError(
            "Customers can't be split by {dimension}.",
            "Use segment, region, product or a dimension of your own.",
            dimension=dimension,
        )


def _years(period: Period) -> float:
    after = period.last_on + DAY
    first = period.first_on
    if after.day == first.day:
        return ((after.year - first.year) * 12 + after.month - first.month) / 12
    return period.day_count / DAYS_PER_YEAR
