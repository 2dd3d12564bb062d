"""A year's revenue in a column of its own: which is today's, and what was paid in the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import HISTORY, YEARLY_PREFIX
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.prices import PRICE, YEARLY
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.revenue_histories import Price, history_text
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.revenue_years import years_of
from cxdata.models import Question, Reading

NO_YEAR = "none"
SHOWN_AMOUNTS = 3

WHICH_YEAR = N_(
    "{column}: the year isn't over on {day}. Up to which year are these the revenue of a whole "
    "year? Later columns aren't taken."
)
BY_YEAR = N_(
    "{columns}: revenue by calendar year. Figures of a day take that of its year, those of "
    "1 January that of the year before; today's is that of {year}."
)
BY_YEAR_BESIDE = N_(
    "{columns}: revenue by calendar year. Figures of a day take that of its year, those of "
    "1 January that of the year before."
)
NOT_OVER = N_("{columns}: not taken, as the year isn't over.")


def build_yearly(
    judging: Judging, said: Said, told: str | None
) -> tuple[list[Question], list[Note]]:
    """Revenue over time, and today's where no other column tells it, from columns by year.

    Parameters
    ----------
    told
        The last year of which the column has the revenue of a whole year; ``none`` if none has.

    Raises
    ------
    ImportRefused
        If no column is of the year that was told.
    """
    years = years_of(judging.values)
    if not years:
        return [], []
    notes: list[Note] = []
    until = said.extract_on or datetime.now(UTC).date()
    over = [it for it in years if _is_over(it, until, is_told=said.extract_on is not None)]
    questions = []
    if told or len(over) < len(years):
        questions = [_question(judging, years, over, until, told)]
    last = _last_year(years, over, told)
    taken = [it for it in years if it <= last]
    if told and len(taken) < len(years):
        left = [_field(it) for it in years if it > last]
        notes.append(Note(NOT_OVER, columns=judging.headers(left)))
    if taken:
        notes.append(_fill(judging, taken, is_over=taken[-1] in over))
    for year in years:
        judging.values.pop(_field(year))
    return questions, notes


def _fill(judging: Judging, years: Sequence[int], *, is_over: bool) -> Note:
    fields = [_field(it) for it in years]
    columns = judging.headers(fields)
    amounts = pl.DataFrame([judging.values[name].alias(name) for name in fields])
    rows = amounts.unique(maintain_order=True)
    texts = [history_text(_points(years, row, is_over=is_over)) for row in rows.rows()]
    told = rows.with_columns(pl.Series(HISTORY, texts, dtype=pl.String))
    joined = amounts.join(told, on=fields, how="left", nulls_equal=True, maintain_order="left")
    judging.build(HISTORY, joined[HISTORY])
    if {YEARLY, PRICE} & judging.layout.columns.keys():
        return Note(BY_YEAR_BESIDE, columns=columns)
    judging.build(YEARLY, judging.values[fields[-1]])
    return Note(BY_YEAR, columns=columns, year=years[-1])


def _points(years: Sequence[int], row: Sequence[float | None], *, is_over: bool) -> list[Price]:
    """Each year's amount from its first day on; nothing is known in years without a column."""
    amounts = dict(zip(years, row, strict=True))
    last = years[-1] + 1 if is_over else years[-1]
    return [(date(year, 1, 1), amounts.get(year)) for year in range(years[0], last + 1)]


def _is_over(year: int, until: date, *, is_told: bool) -> bool:
    """Today, unlike the day that a file tells to, may be long after the extract."""
    return until >= date(year, 12, 31) if is_told else until.year > year


def _last_year(years: Sequence[int], over: Sequence[int], told: str | None) -> int:
    if told == NO_YEAR:
        return 0
    if told:
        if told not in map(str, years):
            raise ImportRefused(
                "No column has the revenue of {year}.",
                "Its years are: {known}.",
                year=told,
                known=", ".join(map(str, years)),
            )
        return int(told)
    return over[-1] if over else 0


def _question(
    judging: Judging, years: Sequence[int], over: Sequence[int], until: date, told: str | None
) -> Question:
    """The last year that is over first, then those that may be a forecast or a rate of today."""
    offered = [*over[-1:], *(it for it in years if it not in over)]
    readings = [Reading(str(it), _cells(judging, it)) for it in offered]
    if not over:
        readings.insert(0, Reading(NO_YEAR))
    open_years = [it for it in years if it not in over] or [years[-1]]
    column = judging.headers([_field(it) for it in open_years])
    values: dict[str, object] = {"column": column, "day": until}
    return Question("revenue_year", WHICH_YEAR, tuple(readings), values=values, answer=told or "")


def _cells(judging: Judging, year: int) -> tuple[tuple[str, str], ...]:
    cells = judging.texts[_field(year)].unique(maintain_order=True)
    return tuple((cell.strip(), "") for cell in cells.filter(cells != "").head(SHOWN_AMOUNTS))


def _field(year: int) -> str:
    return f"{YEARLY_PREFIX}{year}"
