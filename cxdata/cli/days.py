"""Days, moments and comparisons as they are typed."""

from __future__ import annotations

from datetime import date, datetime

import click

from cxdata.cli.usage import WrongUsage
from cxdata.models import Comparison, Period

DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
MOMENT_FORMATS = [*DATE_FORMATS, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
COMPARISON_WORDS: dict[str, Comparison] = {
    "previous": "previous_period",
    "year": "same_period_last_year",
}


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
    day = click.DateTime(DATE_FORMATS)
    days = [day.convert(it, parameter, context).date() for it in (first, last)]
    if days[0] > days[1]:
        raise WrongUsage("{said} ends before it begins.", said=repr(text))
    return Period(*days)


def as_day(moment: datetime | None) -> date | datetime | None:
    """A moment at midnight is a day."""
    if moment is not None and moment.time() == datetime.min.time():
        return moment.date()
    return moment
