"""Whom the answers stand for: the customers of the period, as the files of customers tell them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from cxdata.metrics import answers_known
from cxdata.models import CUSTOMER_DIMENSIONS, LEFT_OUT, Dimension, Filters, Period
from cxdata.store.connection import Store

# D: a list of customers that is at most a month older than the answers tells whom they stand for.
MOST_DAYS_BEHIND = 31


@dataclass(frozen=True)
class CustomerBase:
    """The customers active on any day of ``period``.

    ``rows`` are those of ``customer_base.sql``, all of the filters. ``gap`` is why there are none,
    as a code: ``no_customer_list``, ``no_answers``, ``base_not_known``, ``no_base``; else None.
    ``known_on`` is the last day that customers are known to.
    """

    period: Period | None
    rows: pl.DataFrame
    gap: str | None = None
    known_on: date | None = None

    @property
    def customer_count(self) -> int:
        return int(self.rows["customer_count"].sum())


def customer_base(store: Store, filters: Filters) -> CustomerBase:
    """The customers whom the answers of the filters may stand for.

    Those active on any day of the period; over the whole history, of the days that the answers
    span. Customers have to be known on the period's first day, and to at most
    ``MOST_DAYS_BEHIND`` days before the last one of which answers are known; the base is that of
    the days up to there. Channel and journey don't filter: customers have none.
    """
    period, gap = _base_period(store, filters)
    known_on = _known_on(store)
    asked = replace(filters, period=period or Period(date.min, date.min))
    rows = store.query("customer_base", asked)
    if gap:
        return CustomerBase(None, rows.clear(), gap, known_on)
    return CustomerBase(period, rows, "no_base" if rows.is_empty() else None, known_on)


def base_gap(filters: Filters) -> str | None:
    """Why the answers of such filters stand for no set of customers, as a code; else None.

    ``asked_after_contacts`` and ``asked_of_others`` by their survey, ``experience_chosen`` where
    channels or journeys are chosen.
    """
    if filters.survey == "benchmark":
        return "asked_of_others"
    if filters.survey == "transactional":
        return "asked_after_contacts"
    chosen = [it for it in LEFT_OUT["customers"] if it != "survey" and getattr(filters, it)]
    return "experience_chosen" if chosen else None


def in_filters(filters: Filters) -> pl.Expr:
    """Whether rows with customers' dimensions are in the values chosen."""
    matches = pl.lit(True)
    for name in CUSTOMER_DIMENSIONS:
        if chosen := getattr(filters, name):
            matches = matches & pl.col(name).is_in(list(chosen)).fill_null(False)
    return matches


def base_counts(base: CustomerBase, dimension: Dimension) -> pl.DataFrame:
    """How many customers have each value of a customers' dimension, and on a mean day."""
    return base.rows.group_by(dimension).agg(pl.col("customer_count", "mean_customer_count").sum())


def _known_on(store: Store) -> date | None:
    known_on: date | None = store.query("customers_known")["known_on"].item()
    return known_on


def _base_period(store: Store, filters: Filters) -> tuple[Period | None, str | None]:
    known_on, answered = _known_on(store), answers_known(store, filters)
    if known_on is None:
        return None, "no_customer_list"
    if answered is None:
        return None, "no_answers"
    period = filters.period or answered
    needed_on = min(period.last_on, answered.last_on)
    if known_on < period.first_on or (needed_on - known_on).days > MOST_DAYS_BEHIND:
        return None, "base_not_known"
    return Period(period.first_on, min(period.last_on, known_on)), None
