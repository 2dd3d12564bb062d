"""Answers by the form of file that they came in: one series across a change of survey tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from cxdata.metrics.nps.repeats import ANSWER_SUMS, class_counts
from cxdata.metrics.nps.score import nps_figures
from cxdata.metrics.statistics.intervals import nps_difference
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
        - ``break_p_value`` (Float64): two-sided, times the number of changes (Bonferroni)
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
    counts = named.group_by("form", maintain_order=True).agg(
        pl.col("file_name").first().alias("source"),
        pl.col("score_column").first(),
        pl.col("answered_on").min().alias("first_on"),
        pl.col("answered_on").max().alias("last_on"),
        pl.col(ANSWER_SUMS.values()).sum(),
    )
    if counts.height < 2:
        return pl.DataFrame(schema=SOURCE_SCHEMA)
    answers = store.settings.answers
    protects = protecting_rows(counts, "answer_count", answers.minimum_count)
    figures = nps_figures(counts, answers, protects)
    breaks = [_no_break()] + [
        _break(named, before, after, store)
        for before, after in zip(counts.to_dicts(), counts.to_dicts()[1:], strict=False)
    ]
    is_lone = figures["nps"].is_null()
    for place, found in enumerate(breaks):
        if is_lone[place] or (place and is_lone[place - 1]) or found["break_p_value"] is None:
            continue
        found["break_p_value"] = min(1.0, found["break_p_value"] * (counts.height - 1))
        found["is_break"] = found["break_p_value"] < 1 - answers.confidence
    for place, found in enumerate(breaks):
        if is_lone[place] or (place and is_lone[place - 1]):
            breaks[place] = {**_no_break(), "is_overlapping": found["is_overlapping"]}
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


def _break(
    days: pl.DataFrame, before: Mapping[str, Any], after: Mapping[str, Any], store: Store
) -> dict[str, Any]:
    is_overlapping = after["first_on"] <= before["last_on"]
    if is_overlapping:
        first_on, last_on = after["first_on"], min(before["last_on"], after["last_on"])
        spans = [(first_on, last_on)] * 2
    else:
        spans = [
            (before["last_on"] - WINDOW + timedelta(days=1), before["last_on"]),
            (after["first_on"], after["first_on"] + WINDOW - timedelta(days=1)),
        ]
    sides = [
        days.filter(pl.col("answered_on").is_between(*span), form=each["form"]).select(
            pl.col(ANSWER_SUMS.values()).sum()
        )
        for each, span in zip((before, after), spans, strict=True)
    ]
    found = {**_no_break(), "is_overlapping": is_overlapping}
    if min(side["answer_count"].item() for side in sides) < store.settings.answers.minimum_count:
        return found
    change = nps_difference(class_counts(sides[1]), class_counts(sides[0]))
    return {
        **found,
        "break_points": float(change.difference[0]),
        "break_p_value": float(change.p_value[0]),
        "is_break": False,
    }
