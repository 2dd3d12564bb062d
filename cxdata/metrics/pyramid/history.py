"""The level of each journey over time, by quarter, with what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import polars as pl

from cxdata.metrics import answers_known, contacts_known, covered_days, is_complete
from cxdata.metrics.pyramid.levels import (
    EVIDENCE_SCHEMA,
    LEVEL_SCHEMA,
    assessed_as_of,
    company_level,
    evidence_day,
    evidence_rows,
    levels_of,
    quarter_counts,
)
from cxdata.metrics.pyramid.model import PASSING, PyramidModel, pyramid_model
from cxdata.models import Filters, Period, Survey
from cxdata.store.connection import Store

HISTORY_SCHEMA: dict[str, pl.DataType] = {
    "period": pl.Date(),
    "is_complete": pl.Boolean(),
    **LEVEL_SCHEMA,
    "gained": pl.List(pl.String()),
    "lost": pl.List(pl.String()),
}
COMPANY_SCHEMA: dict[str, pl.DataType] = {
    "period": pl.Date(),
    "level": pl.Int64(),
    "possible_level": pl.Int64(),
    "is_established": pl.Boolean(),
    "weakest_journeys": pl.List(pl.String()),
}


def pyramid_history(
    store: Store, filters: Filters, *, model: PyramidModel | None = None
) -> pl.DataFrame:
    """The level of each journey in each quarter of the filters' period.

    What is measured is that of the quarter's own contacts and answers, as far as the period
    holds them; what is assessed is what held at the quarter's end.

    Returns
    -------
    pl.DataFrame
        One row per quarter and journey that has any evidence in it, by quarter, then journey; no
        rows without data.

        - ``period`` (Date): the quarter's first day
        - ``is_complete`` (Boolean): all its days lie in the period, and both answers and contacts
          are known to its end
        - the columns of ``pyramid_levels``
        - ``gained``, ``lost`` (List(String)): indicators that pass and didn't in the quarter
          before, or the reverse, up to the level above the higher of the two; empty where that
          quarter is unknown

    Notes
    -----
    A quarter has fewer cases than a year: what a year establishes, a quarter may show only
    within the noise, or not at all.
    """
    chosen = model or pyramid_model(store.settings)
    asked = replace(filters, survey=cast(Survey, chosen.survey))
    known = [it for it in (answers_known(store, asked), contacts_known(store, filters)) if it]
    if not known:
        return pl.DataFrame(schema=HISTORY_SCHEMA)
    first_on, last_on = min(it.first_on for it in known), min(it.last_on for it in known)
    whole = Period(first_on, last_on) if first_on <= last_on else None
    rows: list[dict[str, Any]] = []
    before: dict[str, dict[str, Any]] = {}
    for quarter, evidence in _quarters(store, filters, chosen):
        levels = levels_of(evidence, chosen).to_dicts()
        now = {
            row["journey"]: {**row, "passing": _passing(evidence, row["journey"])} for row in levels
        }
        rows += [
            {"period": quarter, **row, **_changes(before.get(row["journey"]), now[row["journey"]])}
            for row in levels
        ]
        before = now
    history = pl.DataFrame(rows, schema={**HISTORY_SCHEMA}, orient="row")
    return history.with_columns(is_complete("quarter", covered_days(filters, whole)))


def company_history(history: pl.DataFrame) -> pl.DataFrame:
    """The company's level in each quarter of ``pyramid_history``: its weakest journey's.

    Returns
    -------
    pl.DataFrame
        One row per quarter, oldest first: ``period`` (Date), ``level`` and
        ``possible_level`` (Int64, 0 to 6), ``is_established`` (Boolean), ``weakest_journeys``
        (List(String)).
    """
    rows = []
    for (period,), levels in history.group_by("period", maintain_order=True):
        company = company_level(levels)
        rows.append(
            (
                period,
                company.level,
                company.highest_level,
                company.is_established,
                company.weakest_journeys,
            )
        )
    return pl.DataFrame(rows, schema=COMPANY_SCHEMA, orient="row")


def with_changes(history: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``pyramid_history`` in which an indicator was gained or lost."""
    return history.filter((pl.col("gained").list.len() + pl.col("lost").list.len()) > 0)


def _quarters(
    store: Store, filters: Filters, model: PyramidModel
) -> Iterator[tuple[Any, pl.DataFrame]]:
    """Each quarter with counts, and its evidence."""
    for quarter, counts in quarter_counts(store, filters, model):
        last_on = pl.select(pl.lit(quarter).dt.offset_by("1q").dt.offset_by("-1d")).item()
        if filters.period:
            last_on = min(last_on, filters.period.last_on)
        as_of = evidence_day(store, Period(quarter, last_on))
        assessed = assessed_as_of(store, filters, as_of)
        answers = store.settings.answers
        rows = evidence_rows(counts, assessed, as_of, model, answers)
        yield quarter, pl.DataFrame(rows, schema=EVIDENCE_SCHEMA, orient="row")


def _passing(evidence: pl.DataFrame, journey: str) -> dict[str, int]:
    """The indicators that pass, each with its level, in the model's order."""
    passing = evidence.filter(journey=journey).filter(pl.col("outcome").is_in(list(PASSING)))
    return dict(passing.select("indicator", "level").iter_rows())


def _changes(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, list[str]]:
    if before is None:
        return {"gained": [], "lost": []}
    highest = max(before["level"], now["level"]) + 1
    return {
        "gained": _only_in(now["passing"], before["passing"], highest),
        "lost": _only_in(before["passing"], now["passing"], highest),
    }


def _only_in(one: Mapping[str, int], other: Mapping[str, int], highest: int) -> list[str]:
    return [name for name, level in one.items() if name not in other and level <= highest]
