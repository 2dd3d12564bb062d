"""From the words of a command to filters: days, periods, comparisons, values."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from cxdata.cli.usage import WrongUsage
from cxdata.config import plain_name
from cxdata.errors import FilterError
from cxdata.metrics import data_days
from cxdata.metrics.churn.exposure import customers_known_until
from cxdata.metrics.nps.score import compared_filters
from cxdata.models import (
    SURVEYS,
    Comparison,
    Filters,
    Period,
    Survey,
    last_months,
)
from cxdata.store.connection import Store


def chosen_filters(
    store: Store,
    first: date | None,
    last: date | None,
    wheres: Sequence[str],
    comparison: Comparison | Period | None,
) -> Filters:
    chosen = _wheres(store, wheres)
    survey = chosen.pop("survey", ("relationship",))
    filters = Filters(
        period=_period(store, first, last), survey=cast(Survey, survey[-1]), **cast(Any, chosen)
    )
    if isinstance(comparison, Period):
        return replace(filters, compared_to=comparison)
    return replace(filters, comparison=comparison) if comparison else filters


def comparable_filters(store: Store, filters: Filters) -> Filters:
    """With a period to compare: by default the last twelve months of the answers."""
    answers = data_days(store).answers
    if filters.period is None and answers is not None:
        filters = replace(filters, period=last_months(answers.last_on, 12))
    other = filters.compared_to or (filters.period and filters.period.compared(filters.comparison))
    if filters.period and other and compared_filters(filters) is None:
        raise FilterError(
            "The periods {first} to {last} and {other_first} to {other_last} overlap.",
            "Choose days that lie apart.",
            first=filters.period.first_on,
            last=filters.period.last_on,
            other_first=other.first_on,
            other_last=other.last_on,
        )
    return filters


def _period(store: Store, first: date | None, last: date | None) -> Period | None:
    """An open end is the first or the last day of the data."""
    if first is None and last is None:
        return None
    days = [day for day in store.query("data_days").row(0) if day is not None]
    # A store of customers alone ends where their history does.
    if not days and (until := customers_known_until(store)):
        days = [until]
    first_on = first or min([*days, last or date.max])
    last_on = last or max([*days, first_on])
    if first_on > last_on:
        raise FilterError(
            "The period ends before it begins ({first} to {last}).", first=first_on, last=last_on
        )
    return Period(first_on, last_on)


def _wheres(store: Store, wheres: Sequence[str]) -> dict[str, tuple[str, ...]]:
    known = store.query("dimension_values").select("dimension", "value").rows()
    chosen: dict[str, tuple[str, ...]] = {}
    for where in wheres:
        dimension, separator, value = where.partition("=")
        if not separator:
            raise WrongUsage(
                "{option} takes {form}, not {said}.",
                option="--where",
                form="DIM=VALUE",
                said=repr(where),
            )
        dimension = dimension_called(store, dimension)
        offered_filters = [*store.settings.used_dimensions(), "survey"]
        if dimension not in offered_filters:
            shown = [shown_name(store, it) for it in offered_filters]
            _check_choice(dimension, shown, "There is no filter called {choice}.")
        values = [each for name, each in known if name == dimension]
        offered = [*SURVEYS] if dimension == "survey" else values
        if offered:
            _check_choice(
                value,
                offered,
                "No data has {dimension} {choice}.",
                dimension=shown_name(store, dimension),
            )
        chosen[dimension] = (*chosen.get(dimension, ()), value)
    return chosen


def dimension_called(store: Store, name: str) -> str:
    """The dimension of the firm's own that has this name, in any case; else the name itself."""
    called = {plain_name(own): place for place, own in store.settings.own_dimensions.pairs}
    return called.get(plain_name(name), name)


def shown_name(store: Store, dimension: str) -> str:
    """What people type for a dimension."""
    names: dict[str, str] = dict(store.settings.own_dimensions.pairs)
    return names.get(dimension, dimension)


def _check_choice(choice: str, known: Sequence[str], message: str, **values: str) -> None:
    if choice in known:
        return
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(choice.lower(), by_lower, 1)
    raise FilterError(
        message,
        "Did you mean {near}?" if near else "There are: {known}.",
        choice=choice,
        near=by_lower[near[0]] if near else "",
        known=", ".join(known[:20]),
        **values,
    )


def filters_document(store: Store, filters: Filters, *, is_compared: bool) -> dict[str, Any]:
    """What a figure is about; where it is compared, also with which days."""
    period = filters.period
    document: dict[str, Any] = {
        "from": period and period.first_on,
        "to": period and period.last_on,
        "survey": filters.survey,
        **{name: list(getattr(filters, name)) for name in store.settings.used_dimensions()},
    }
    if is_compared:
        before = compared_filters(filters)
        compared = before and before.period
        document["compared_from"] = compared and compared.first_on
        document["compared_to"] = compared and compared.last_on
    return document
