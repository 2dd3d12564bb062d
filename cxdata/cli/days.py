"""Days, moments and comparisons as they are typed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from cxdata.cli.usage import WrongUsage
from cxdata.models import Comparison, Period

DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
# As in the address of a page: a calendar can go a few years back and forth from these.
FIRST_YEAR_TYPED, LAST_YEAR_TYPED = 1900, 2199
MOMENT_FORMATS = [*DATE_FORMATS, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
COMPARISON_WORDS: dict[str, Comparison] = {
    "previous": "previous_period",
    "year": "same_period_last_year",
}


class TypedDay(click.DateTime):
    """A day that periods can be counted from, before and after it."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        moment: datetime = super().convert(value, param, ctx)
        if not FIRST_YEAR_TYPED <= moment.year <= LAST_YEAR_TYPED:
            self.fail(f"{value!r} isn't in the years {FIRST_YEAR_TYPED} to {LAST_YEAR_TYPED}.")
        return moment


TYPED_DAY = TypedDay(DATE_FORMATS)


def as_comparison(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> Comparison | Period | None:
    """``previous``, ``year``, or two days as ``2025-01-01..2025-03-31``."""
    if text is None or text in COMPARISON_WORDS:
        return COMPARISON_WORDS[text] if text else None
    first, dots, last = text.partition("..")
    if not dots:
        raise WrongUsage(
            "{said} is not previous, year, or two days as FIRST..LAST.", said=repr(text)
        )
    days = [TYPED_DAY.convert(it, parameter, context).date() for it in (first, last)]
    if days[0] > days[1]:
        raise WrongUsage("{said} ends before it begins.", said=repr(text))
    return Period(*days)


def as_day(moment: datetime | None) -> date | datetime | None:
    """A moment at midnight is a day."""
    if moment is not None and moment.time() == datetime.min.time():
        return moment.date()
    return moment
