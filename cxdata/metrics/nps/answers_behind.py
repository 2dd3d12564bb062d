"""The answers behind a figure: who said it, when, in which words.

Lists of people read facts, as drivers do; all other figures come from daily counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, cast, get_args

import polars as pl

from cxdata.metrics import period_end
from cxdata.models import (
    CHANNELS,
    DIMENSIONS,
    GRAINS,
    NPS_CLASSES,
    Dimension,
    Filters,
    Grain,
    NpsClass,
    Period,
)
from cxdata.store.connection import Store

Measure = Literal["nps", "csat", "ces", "ces7"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
# Rows of a query over facts that aren't in the store: its name, the filters and what it binds.
AskedElsewhere = Callable[[Store, str, Filters, Mapping[str, object]], pl.DataFrame]
# As many as a page lists and a browser scrolls through at ease.
LISTED_ROWS = 500


@dataclass(frozen=True)
class Choice:
    """Which part of a figure's answers is meant; without any field, all of them.

    ``measure`` is the score that the answers have; ``score`` is a value of it. ``grain`` and
    ``period_on`` are a period of a trend, cut to the filters' period; ``period`` are exact days
    that take the place of the filters' own, such as a rolling window or the compared period.
    ``values`` are dimensions with the value chosen, None for answers that don't say. ``term``
    is a theme of :mod:`cxdata.metrics.nps.themes`.
    """

    measure: Measure = "nps"
    nps_class: NpsClass | None = None
    score: int | None = None
    grain: Grain | None = None
    period_on: date | None = None
    period: Period | None = None
    values: tuple[tuple[Dimension, str | None], ...] = ()
    term: str | None = None


@dataclass(frozen=True)
class AnswersBehind:
    """A list of answers, or the reason why there is none.

    ``answer_count`` is the number of answers, also of those beyond the list's end; None if
    withheld or not known here. ``theme`` has the words of the chosen theme. ``reason`` is
    ``no_answers``, ``too_few_to_show``, ``in_a_lake`` (the counts come from there) or None.
    """

    answers: pl.DataFrame
    answer_count: int | None
    theme: str | None
    reason: str | None


def answers_behind(
    store: Store,
    filters: Filters,
    choice: Choice,
    *,
    most_rows: int = LISTED_ROWS,
    elsewhere: AskedElsewhere | None = None,
) -> AnswersBehind:
    """The answers behind a figure: those of the filters, or what was chosen of them.

    ``elsewhere`` is asked where the store has none because its counts come from a lake; what it
    raises is passed on.

    Returns
    -------
    AnswersBehind
        ``answers`` has one row per answer: strategic customers first, then detractors, passives,
        promoters and answers without a score, then the highest revenue, then the newest; no rows
        if there are none or if they are withheld.

        - ``response_id`` (String), ``responded_on`` (Date), ``responded_at`` (Datetime, UTC)
        - ``nps_score`` (Int8), ``nps_class`` (String), ``csat_score``, ``ces_score``,
          ``ces_scale`` (Int8), ``comment`` (String): null where not given
        - ``customer_id``, ``name`` (String), ``is_strategic`` (Boolean),
          ``annual_revenue_amount`` (Float64): the customer's, null if not known
        - ``segment``, ``region``, ``product``, ``channel``, ``journey``, ``language`` and the
          firm's own dimensions that are used, such as ``own_1`` (String): as they were when the
          answer was given

    Notes
    -----
    Privacy: the group is what filters, period and dimension values leave; class, score and theme
    choose of it. Nothing is listed if the group or what is chosen of it is of fewer than
    ``minimum_count`` people, and then no count is given either: that none of four people is a
    detractor says what each of them is.

    What is left of the group may be fewer than that. Whoever may open this list may open that of
    the whole group, so hiding a list for the sake of the others would hide nothing. For the same
    reason the minimum doesn't keep a small segment's answers out of the list of a larger group:
    it guards against reading a person out of a figure, while names are for those who call back.
    """
    meant = filters_of_choice(filters, choice)
    if meant is None:
        return _listed(_nothing(store), 0, None, "no_answers")
    minimum = store.settings.answers.minimum_count
    values = {**_chosen(choice), "minimum_count": minimum, "most_rows": most_rows}
    found = store.query("answers_behind", meant, **values)
    if not found["group_answers"][0] and store.is_counted_elsewhere:
        if elsewhere is None:
            return _listed(found.drop(store.settings.unused_dimensions), None, None, "in_a_lake")
        found = elsewhere(store, "answers_behind", meant, values)
    found = found.drop(store.settings.unused_dimensions)
    first = found.row(0, named=True)
    group_count, count = first["group_answers"], first["chosen_answers"]
    group_people, people = first["group_people"], first["chosen_people"]
    if group_count == 0 or (group_people >= minimum and count == 0):
        return _listed(found, 0, first["theme"], "no_answers")
    if min(group_people, people) < minimum:
        return _listed(found, None, first["theme"], "too_few_to_show")
    return _listed(found, count, first["theme"], None)


def choice_of(named: Sequence[object], *, grain: Grain = "month") -> Choice:
    """A choice from names and values in turn, as the points of a chart carry them.

    Names: ``measure``, ``nps_class``, ``score``, ``term``, ``period`` (first day of a period of
    the ``grain``), ``grain``, ``first_on`` and ``last_on`` (exact days), and the dimensions.

    >>> choice_of(["segment", None, "score", 3]).values
    (('segment', None),)

    Raises
    ------
    ValueError
        If a name or value doesn't exist: what a browser sends can be anything.
    """
    if len(named) % 2:
        raise ValueError("a choice has a value for each name")
    given = {str(name): value for name, value in zip(named[::2], named[1::2], strict=True)}
    unknown = given.keys() - {*_READERS, *DIMENSIONS, "grain", "first_on", "last_on"}
    if unknown:
        raise ValueError(f"nothing can be chosen by {', '.join(sorted(unknown))}")
    fields = {
        _FIELDS.get(name, name): read(given[name])
        for name, read in _READERS.items()
        if name in given
    }
    return Choice(
        **fields,
        grain=_one_of(GRAINS, given.get("grain", grain)) if "period" in given else None,
        period=_exact_days(given),
        values=tuple((name, _value(name, given[name])) for name in DIMENSIONS if name in given),
    )


def named_choice(choice: Choice) -> list[str | int | None]:
    """A choice as names and values in turn, from which :func:`choice_of` makes it again.

    >>> named_choice(Choice(score=3, values=(("segment", None),)))
    ['measure', 'nps', 'score', 3, 'segment', None]
    """
    days = choice.period
    named: dict[str, str | int | None] = {
        "measure": choice.measure,
        "nps_class": choice.nps_class,
        "score": choice.score,
        "term": choice.term,
        "period": choice.period_on.isoformat() if choice.period_on else None,
        "grain": choice.grain,
        "first_on": days.first_on.isoformat() if days else None,
        "last_on": days.last_on.isoformat() if days else None,
    }
    said = {name: value for name, value in named.items() if value is not None}
    return [part for pair in (*said.items(), *choice.values) for part in pair]


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
        raise ValueError("a score is a number from 0 to 10")
    return int(value)


def _one_of(codes: Sequence[str], value: object) -> Any:
    if value not in codes:
        raise ValueError(f"none of {', '.join(codes)}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


# Name in a chart's point -> how its value is read. The name is that of the field but for period.
_READERS = {
    "measure": lambda value: _one_of(MEASURES, value),
    "nps_class": lambda value: _one_of(NPS_CLASSES, value),
    "score": _number,
    "period": _day,
    "term": _text,
}
_FIELDS = {"period": "period_on"}


def _value(name: Dimension, value: object) -> str | None:
    if value is None:
        return None
    return cast(str, _one_of(CHANNELS, value)) if name == "channel" else _text(value)


def _exact_days(given: Mapping[str, object]) -> Period | None:
    if "first_on" not in given and "last_on" not in given:
        return None
    return Period(_day(given.get("first_on")), _day(given.get("last_on")))


def filters_of_choice(filters: Filters, choice: Choice) -> Filters | None:
    """The filters over the days that were chosen; None if they have none in common."""
    if choice.period is not None:
        return replace(filters, period=choice.period)
    if choice.grain is None or choice.period_on is None:
        return filters
    first_on, last_on = choice.period_on, period_end(choice.period_on, choice.grain)
    if filters.period is not None:
        first_on = max(first_on, filters.period.first_on)
        last_on = min(last_on, filters.period.last_on)
    if first_on > last_on:
        return None
    return replace(filters, period=Period(first_on, last_on))


def _chosen(choice: Choice) -> dict[str, object]:
    own = dict(choice.values)
    is_comment = choice.term is not None and choice.nps_class is None and choice.score is None
    return {
        "measure": "any" if is_comment else choice.measure,
        "own": list(own),
        **{f"own_{name}": own.get(name) for name in DIMENSIONS},
        "nps_class": choice.nps_class,
        "score": choice.score,
        "term": choice.term,
    }


def _nothing(store: Store) -> pl.DataFrame:
    """The columns of the list, from a question that nobody's answer fits."""
    nobody = Filters(period=Period(date.min, date.min))
    found = store.query("answers_behind", nobody, **_chosen(Choice()), minimum_count=1, most_rows=0)
    return found.drop(store.settings.unused_dimensions)


def _listed(
    found: pl.DataFrame, count: int | None, theme: str | None, reason: str | None
) -> AnswersBehind:
    answers = found.filter(pl.col("response_id").is_not_null())
    return AnswersBehind(
        answers.drop("group_answers", "group_people", "chosen_answers", "chosen_people", "theme"),
        count,
        theme,
        reason,
    )
