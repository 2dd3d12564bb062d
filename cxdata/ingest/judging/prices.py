"""What a price is for: a month, a quarter, a year; said by a column, the header, or asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.choices import PriceInterval
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import nothing_like, repeated
from cxdata.ingest.notes import Note
from cxdata.models import Question, Reading

PRICE, INTERVAL, YEARLY = "monthly_revenue_amount", "billing_interval", "annual_revenue_amount"
PER_YEAR: dict[PriceInterval, int] = {"month": 12, "year": 1, "quarter": 4, "week": 52}
OTHERS = {"half_year": 2, "day": 365}  # only a column can say these
SHOWN_PRICES = 3

WHAT_INTERVAL = N_("{column}: is the price for a month, a year, a quarter or a week?")
CONVERTED = N_(
    "{column}: prices became a year's by their interval (how many × how often a year: {intervals})."
)
YEARLY_REVENUE = N_("{column}: a month's revenue was taken twelve times.")
REQUESTED = N_(
    "{column} may be the day on which the end was asked for. A column with the effective end, such "
    "as “Ended At”, would be better."
)

_NAMED = (
    ("month", re.compile(r"month|mensuel|mois|\bmrr\b|monat|mensual", re.IGNORECASE)),
    ("quarter", re.compile(r"quarter|trimest|quartal", re.IGNORECASE)),
    ("week", re.compile(r"week|hebdo|semaine|woche", re.IGNORECASE)),
    (
        "year",
        re.compile(r"year|annual|annuel|/\s*an\b|\bpar an\b|\barr\b|jahr|anual", re.IGNORECASE),
    ),
)
_REQUEST = re.compile(r"cancel+ed at|cancelled|cancellation date|demande|request", re.IGNORECASE)


def build_revenue(
    judging: Judging, told: PriceInterval | None, *, is_mapped: bool
) -> tuple[list[Question], list[Note]]:
    """A year's revenue from prices; the header's interval wins over the column's.

    Parameters
    ----------
    told
        The interval of prices that nothing else tells.
    is_mapped
        Whether somebody said that the column holds a month's revenue.
    """
    price = judging.values.get(PRICE)
    if price is None:
        judging.drop(INTERVAL)  # it is of no price, and may be something else
        return [], []
    header = judging.header(PRICE)
    named = next((each for each, pattern in _NAMED if pattern.search(header)), None)
    intervals = judging.values.get(INTERVAL)
    if named or intervals is None:
        intervals = repeated(named, price, pl.String()) if named else None
    if intervals is None:
        intervals = nothing_like(price, pl.String())
    is_open = price.is_not_null() & intervals.is_null()
    is_asked = bool(is_open.any()) and not (is_mapped and INTERVAL not in judging.values)
    filled = intervals.fill_null(told or "month")
    factor = filled.replace_strict({**PER_YEAR, **OTHERS}, default=None, return_dtype=pl.Float64)
    judging.build(YEARLY, price * factor)
    found = filled.filter(price.is_not_null()).unique(maintain_order=True).to_list()
    questions = [_question(judging, is_open, told)] if is_asked else []
    if found == ["month"]:
        return questions, [Note(YEARLY_REVENUE, column=header)]
    return questions, [Note(CONVERTED, column=header, intervals=_listed(filled, price))]


def request_notes(judging: Judging) -> list[Note]:
    """Said where the end may only be asked for, not reached."""
    if "ended_on" not in judging.layout.columns or not judging.values["ended_on"].count():
        return []
    header = judging.header("ended_on")
    return [Note(REQUESTED, column=header)] if _REQUEST.search(header) else []


def _question(judging: Judging, is_open: pl.Series, told: PriceInterval | None) -> Question:
    cells = judging.texts[PRICE].filter(is_open).unique(maintain_order=True).head(SHOWN_PRICES)
    readings = tuple(
        Reading(each, tuple((cell, f"{cell} × {times}") for cell in cells))
        for each, times in PER_YEAR.items()
    )
    values: dict[str, object] = {"column": judging.header(PRICE)}
    return Question("price_interval", WHAT_INTERVAL, readings, values=values, answer=told or "")


def _listed(filled: pl.Series, price: pl.Series) -> str:
    counted = filled.filter(price.is_not_null()).value_counts(sort=True, name="count").rows()
    times: Mapping[str, int] = dict([*PER_YEAR.items(), *OTHERS.items()])
    return ", ".join(f"{count} × {times[each]}" for each, count in counted)
