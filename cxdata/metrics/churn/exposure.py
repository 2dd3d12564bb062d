"""Exposure: who was a customer before a window's first day, and who of them left within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import polars as pl

from cxdata.config import Settings
from cxdata.errors import FilterError
from cxdata.metrics.statistics.withheld import PROTECTS, is_few, protecting
from cxdata.models import CUSTOMER_DIMENSIONS, Filters, Period, last_months
from cxdata.store.clocks import DAY
from cxdata.store.connection import Store

CLASSES = ("promoter", "passive", "detractor", "unknown")
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Exposure:
    """The counts of one exposure window; rows as ``churn_base.sql`` gives them.

    ``start`` are the customers active before its first day, ``end`` those after its last.
    ``start_revenues``, ``end_revenues`` are the same by yearly revenue, as ``churn_revenues.sql``
    gives them, where they were asked for (:func:`with_revenues`). ``gap`` is why there is no
    window, if there is none: ``after_data``; or None without data.
    """

    period: Period | None
    start: pl.DataFrame
    end: pl.DataFrame
    settings: Settings
    gap: str | None = None
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


def customers_known_until(store: Store) -> date | None:
    """The last day that the customers' history is known to; None without data.

    The latest of: a customer's start or end, the extract date of a batch of customers, the last
    answer, the last contact. Starts and ends after the extract date (or, without one, after the
    day the file was loaded) are announcements and don't count.
    """
    until: date | None = store.query(
        "churn_data_until", time_zone=store.settings.firm.time_zone
    ).item()
    return until


def exposure(store: Store, filters: Filters) -> Exposure:
    """The window of ``filters.period``, cut at the last known day.

    Without a period, the 12 months that end there. Segment, region and product filter.
    """
    until = customers_known_until(store)
    period = known_part(filters.period, until)
    if period is None:
        nobody = base_rows(store, filters, [])
        return Exposure(None, nobody, nobody, store.settings, "after_data" if until else None)
    return exposures(store, filters, [period])[0]


def exposures(store: Store, filters: Filters, periods: Sequence[Period]) -> list[Exposure]:
    """A window for each period as it is, one after the other or apart."""
    after = [Period(it.last_on + DAY, it.last_on + DAY) for it in periods]
    rows = base_rows(store, filters, periods)
    nobody = rows.clear()
    starts = rows.partition_by("first_on", as_dict=True)
    ends = base_rows(store, filters, after).partition_by("first_on", as_dict=True)
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
            "Use segment, region or product.",
            dimension=dimension,
        )


def _years(period: Period) -> float:
    after = period.last_on + DAY
    first = period.first_on
    if after.day == first.day:
        return ((after.year - first.year) * 12 + after.month - first.month) / 12
    return period.day_count / DAYS_PER_YEAR
