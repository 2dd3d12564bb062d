"""Answers by the form of file that they came in: one series across a change of survey tool."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.nps.repeats import (
    ANSWER_SUMS,
    BOTH,
    GROUP_COUNTS,
    class_counts,
    period_counts,
    with_people,
)
from cxdata.metrics.nps.score import nps_figures
from cxdata.metrics.statistics.intervals import nps_difference
from cxdata.metrics.statistics.people import Shared, correlation
from cxdata.metrics.statistics.withheld import protecting_rows
from cxdata.models import Filters
from cxdata.store.connection import Store

# What tells one form from another: the headers of these fields.
FORM_FIELDS = ("nps_score", "responded_at")
# Design choice of this project: a quarter on either side of the change, as far as there is one.
WINDOW = timedelta(days=91)
SOURCE_SCHEMA: dict[str, pl.DataType] = {
    "source": pl.String(),
    "score_column": pl.String(),
    "first_on": pl.Date(),
    "last_on": pl.Date(),
    "answer_count": pl.Int64(),
    "promoter_count": pl.Int64(),
    "passive_count": pl.Int64(),
    "detractor_count": pl.Int64(),
    "nps": pl.Float64(),
    "nps_low": pl.Float64(),
    "nps_high": pl.Float64(),
    "base": pl.String(),
    "reason": pl.String(),
    "is_overlapping": pl.Boolean(),
    "break_points": pl.Float64(),
    "break_p_value": pl.Float64(),
    "is_break": pl.Boolean(),
}


class _Side(NamedTuple):
    """Answers of one form on some days."""

    form: str
    first_on: date
    last_on: date


def nps_sources(store: Store, filters: Filters) -> pl.DataFrame:
    """The NPS of each form of file, side by side, and whether the score broke where it changed.

    Returns
    -------
    pl.DataFrame
        One row per form in which answers of the filters came, the earliest first; no rows if
        there is one form only, or none.

        - ``source`` (String): the first file of that form; ``score_column``: its score's header
        - ``first_on``, ``last_on`` (Date): of its answers
        - the columns of :func:`cxdata.metrics.nps.score.nps_summary`
        - ``is_overlapping`` (Boolean): its answers begin while those of the form before go on;
          null in the first row, as are the next three
        - ``break_points`` (Float64): points by which this form's answers lie above those of
          the form before: over the days that both have, else over 91 days on either side of the
          change; null if either side is withheld
        - ``break_p_value`` (Float64): two-sided, times the number of changes (Bonferroni);
          customers who answered more than once, or in both forms, are allowed for
        - ``is_break`` (Boolean): below what the confidence of the settings leaves to chance

    Notes
    -----
    Forms are told apart by the headers of the score and of the date. A break says that the score
    moved where the form did; that asking differently is why can't be told from one series, unless
    both forms ran side by side.
    """
    if len({_form(text) for text in store.query("response_forms")["mapping"]}) < 2:
        return pl.DataFrame(schema=SOURCE_SCHEMA)  # without reading the answers
    days = store.query("nps_source_days", filters).rename(ANSWER_SUMS)
    if days.is_empty():
        return pl.DataFrame(schema=SOURCE_SCHEMA)
    forms = [_form(text) for text in days["mapping"]]
    named = days.with_columns(
        pl.Series("form", ["\n".join(it) for it in forms], pl.String),
        pl.Series("score_column", [it[0] for it in forms], pl.String),
    )
    forms_in_turn = named.group_by("form", maintain_order=True).agg(
        pl.col("file_name").first().alias("source"),
        pl.col("score_column").first(),
        pl.col("answered_on").min().alias("first_on"),
        pl.col("answered_on").max().alias("last_on"),
    )
    if forms_in_turn.height < 2:
        return pl.DataFrame(schema=SOURCE_SCHEMA)
    rows = forms_in_turn.to_dicts()
    pairs = list(pairwise(rows))
    compared = [(_whole(it),) for it in rows] + [_around(*it) for it in pairs]
    counted = _counted(store, filters, named, compared)
    wholes = pl.concat([sides.select(GROUP_COUNTS) for sides in counted[: len(rows)]])
    answers, counts = store.settings.answers, forms_in_turn.hstack(wholes)
    protects = protecting_rows(
        counts,
        "people_count",
        answers.minimum_count,
        shared=counts["people_count"].sum() - period_counts(store, filters)["people_count"].item(),
        answers="answer_count",
    )
    figures = nps_figures(counts, answers, protects)
    is_lone = figures["nps"].is_null().to_list()
    breaks = [_no_break()] + [
        {
            **(_no_break() if is_lone[place] or is_lone[place + 1] else _break(sides, answers)),
            "is_overlapping": _is_overlapping(*pair),
        }
        for place, (pair, sides) in enumerate(zip(pairs, counted[len(rows) :], strict=True))
    ]
    for found in breaks:
        if found["break_p_value"] is not None:
            found["break_p_value"] = min(1.0, found["break_p_value"] * len(pairs))
            found["is_break"] = found["break_p_value"] < 1 - answers.confidence
    schema = {name: SOURCE_SCHEMA[name] for name in _no_break()}
    joined = figures.hstack(pl.DataFrame(breaks, schema=schema, orient="row"))
    return joined.select(*SOURCE_SCHEMA)


def changed_on(sources: pl.DataFrame) -> list[tuple[date, str]]:
    """The day from which each later form of ``nps_sources`` has answers, and its first file."""
    return list(sources.slice(1).select("first_on", "source").iter_rows())


def _form(text: str) -> tuple[str, ...]:
    try:
        mapping = json.loads(text)
    except ValueError:
        mapping = {}
    known = mapping if isinstance(mapping, dict) else {}
    return tuple(str(known.get(name, "")) for name in FORM_FIELDS)


def _no_break() -> dict[str, Any]:
    return dict.fromkeys(("is_overlapping", "break_points", "break_p_value", "is_break"))


def _whole(row: Mapping[str, Any]) -> _Side:
    return _Side(row["form"], row["first_on"], row["last_on"])


def _is_overlapping(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool(after["first_on"] <= before["last_on"])


def _around(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[_Side, _Side]:
    """What is compared where a form follows another: the days that both have, or those beside."""
    if _is_overlapping(before, after):
        days = after["first_on"], min(before["last_on"], after["last_on"])
        return _Side(before["form"], *days), _Side(after["form"], *days)
    day = timedelta(days=1)
    return (
        _Side(before["form"], before["last_on"] - WINDOW + day, before["last_on"]),
        _Side(after["form"], after["first_on"], after["first_on"] + WINDOW - day),
    )


def _counted(
    store: Store, filters: Filters, days: pl.DataFrame, compared: Sequence[Sequence[_Side]]
) -> list[pl.DataFrame]:
    """Of each comparison a frame with a row per side: its counts, and who is behind them."""
    sides = [(place, number, side) for place, it in enumerate(compared)
             for number, side in enumerate(it)]  # fmt: skip
    batches = dict(days.group_by("form").agg(pl.col("batch_id").unique()).iter_rows())
    asked = [(batch, *it) for it in sides for batch in batches[it[2].form]]
    found = store.query(
        "source_repeats",
        filters,
        batches=[it[0] for it in asked],
        comparisons=[it[1] for it in asked],
        sides=[it[2] for it in asked],
        side_first_ons=[it[3].first_on for it in asked],
        side_last_ons=[it[3].last_on for it in asked],
    )
    counts = pl.DataFrame(
        [
            days.filter(pl.col("answered_on").is_between(*side[1:]), form=side.form)
            .select(pl.col(ANSWER_SUMS.values()).sum())
            .row(0)
            for _, _, side in sides
        ],
        schema=list(ANSWER_SUMS.values()),
        orient="row",
    )
    keys = pl.DataFrame({"comparison": [it[0] for it in sides], "side": [it[1] for it in sides]})
    repeats = keys.join(found, on=["comparison", "side"], how="left", maintain_order="left")
    with_repeats = repeats.fill_null(0)
    every = with_people(counts, with_repeats, store.settings.answers)
    return with_repeats.hstack(every).partition_by("comparison", maintain_order=True)


def _break(sides: pl.DataFrame, answers: AnswerSettings) -> dict[str, Any]:
    if sides["people_count"].min() < answers.minimum_count:  # type: ignore[operator]
        return _no_break()
    before, after = class_counts(sides[:1]), class_counts(sides[1:])
    both = Shared(*(sides[name].to_numpy()[1:].astype(float) for name in BOTH))
    moves = correlation(after, before, both)
    change = nps_difference(after, before, correlation=moves)
    return {
        "break_points": float(change.difference[0]),
        "break_p_value": float(change.p_value[0]),
        "is_break": False,
    }
