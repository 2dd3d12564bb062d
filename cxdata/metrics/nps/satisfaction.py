"""Satisfaction (CSAT) and effort (CES), each on its own scale; scales are never pooled.

The share is of favourable answers and the higher the better on every scale: satisfied ones, or
easy ones. For the mean, ``higher_is_better`` says the direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import answers_known, covered_days, is_complete, period_start
from cxdata.metrics.nps.repeats import PEOPLE
from cxdata.metrics.nps.score import base_and_reason, nullable
from cxdata.metrics.statistics.rates import REPEATED, people_of_share
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.metrics.statistics.withheld import (
    LONGER,
    WHOLE,
    is_few,
    protecting_periods,
    protecting_rows,
    withheld,
)
from cxdata.models import Dimension, Filters, Grain
from cxdata.store.connection import Store

Scale = Literal["csat", "ces", "ces7"]
SATISFACTION_SCALES: tuple[Scale, ...] = get_args(Scale)
SCORE_COUNTS = ("answer_count", "favourable_count", "score_sum")
FIGURES = ("favourable_count", "favourable_share", "share_low", "share_high", "mean_score")
# The ends of the names that queries give to the sums of each scale.
SUMMED = ("answers", "favourable", "sum")


@dataclass(frozen=True)
class ScaleFacts:
    """What a scale goes up to, and which end is good."""

    top_score: int
    higher_is_better: bool


SCALE_FACTS: dict[Scale, ScaleFacts] = {
    "csat": ScaleFacts(5, True),
    "ces": ScaleFacts(5, False),
    "ces7": ScaleFacts(7, False),
}


def satisfaction_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """Satisfaction and effort over all answers of the filters.

    Returns
    -------
    pl.DataFrame
        One row per scale, also without answers: ``csat``, ``ces``, ``ces7``.

        - ``scale`` (String): ``csat`` (1 to 5), ``ces`` (effort, 1 to 5) or ``ces7`` (1 to 7)
        - ``top_score`` (Int64): 5 or 7; every scale begins at 1
        - ``higher_is_better`` (Boolean): of the scores and their mean
        - ``answer_count`` (Int64): answers with a score on this scale; null if withheld
        - ``people_count`` (Int64): who gave them: customers, and each answer without a customer;
          null if withheld
        - ``design_effect`` (Float64): how many answers say as much as one of somebody who answered
          once; null if withheld
        - ``favourable_count`` (Int64): of those, satisfied (4 or 5) or easy (1 or 2 of 5,
          1 to 3 of 7); null if withheld
        - ``favourable_share`` (Float64): 0 to 1, the higher the better; null if withheld
        - ``share_low``, ``share_high`` (Float64): Wilson interval of the share, with that
          effect
        - ``mean_score`` (Float64): null if withheld
        - ``base`` (String): ``ok``, ``small`` (show greyed) or ``withheld``
        - ``reason`` (String): ``no_answers``, ``too_few_to_show``, ``protects_others`` (of parts
          of a whole) or null

    Notes
    -----
    Top-two-box share. On the scale of seven, three of seven answers are favourable, as in CES
    2.0 (CEB 2013), where they agree at least "somewhat" that it was easy.
    """
    sums = store.query("satisfaction_days", filters).drop("answered_on").sum().fill_null(0)
    figures = [
        satisfaction_figures(
            _with_people(store, filters, _of_scale(sums, scale), scale),
            scale,
            store.settings.answers,
        )
        for scale in SATISFACTION_SCALES
    ]
    return pl.concat(figures)


def satisfaction_trend(
    store: Store, filters: Filters, scale: Scale, *, grain: Grain = "month"
) -> pl.DataFrame:
    """Satisfaction or effort per period.

    Returns
    -------
    pl.DataFrame
        One row per period that has answers on the scale, oldest first; no rows if none do.

        - ``period`` (Date): first day of the period; weeks start on Monday
        - ``is_complete`` (Boolean): false if some of its days lie outside the filters' period
          or the days that have data
        - the columns of :func:`satisfaction_summary`
    """
    covered, years = (
        covered_days(filters, answers_known(store, filters)),
        store.settings.fiscal_year,
    )
    counts = (
        _of_scale(store.query("satisfaction_days", filters), scale, "answered_on")
        .filter(pl.col("answer_count") > 0)
        .group_by(period_start(pl.col("answered_on"), grain, years))
        .agg(pl.col(SCORE_COUNTS).sum())
        .sort("period")
    )
    counted = _with_people(store, filters, counts, scale, grain=grain)
    answers, people_of = store.settings.answers, None
    minimum = answers.minimum_count
    if any(is_few(it, minimum) for it in counted["people_count"]):
        people_of = _people_of_longer(store, filters, scale, grain)
    protects = protecting_periods(
        counted, "people_count", minimum, grain, years, people_of=people_of
    )
    figures = satisfaction_figures(counted, scale, answers, protects)
    return figures.select("period", is_complete(grain, covered), pl.exclude("period"))


def satisfaction_by(
    store: Store, filters: Filters, scale: Scale, dimension: Dimension
) -> pl.DataFrame:
    """Satisfaction or effort per value of a dimension, such as per journey.

    Returns
    -------
    pl.DataFrame
        One row per value that has answers on the scale, most answers first; no rows if none do.

        - a column named like ``dimension`` (String): null for answers that don't say
        - the columns of :func:`satisfaction_summary`
    """
    sums = store.query("satisfaction_counts_by", filters, dimension=dimension)
    counts = (
        _of_scale(sums.rename({"dimension_value": dimension}), scale, dimension)
        .filter(pl.col("answer_count") > 0)
        .sort("answer_count", dimension, descending=[True, False], nulls_last=True)
    )
    counted = _with_people(store, filters, counts, scale, dimension=dimension)
    everybody = _with_people(store, filters, counts.select(pl.col(SCORE_COUNTS).sum()), scale)
    answers = store.settings.answers
    protects = protecting_rows(
        counted,
        "people_count",
        answers.minimum_count,
        shared=counted["people_count"].sum() - everybody["people_count"].item(),
        answers="answer_count",
    )
    return satisfaction_figures(counted, scale, answers, protects)


def satisfaction_figures(
    counts: pl.DataFrame,
    scale: Scale,
    answers: AnswerSettings,
    protects: pl.Series | None = None,
) -> pl.DataFrame:
    """The columns of :func:`satisfaction_summary` from counts and sums, row by row.

    Rows that ``protects`` marks are withheld for the sake of others.

    >>> from cxdata.config import load_settings
    >>> counts = pl.DataFrame({"answer_count": [100], "favourable_count": [85],
    ...                        "score_sum": [430]})
    >>> row = satisfaction_figures(counts, "csat", load_settings().answers).row(0, named=True)
    >>> row["favourable_share"], round(row["share_low"], 3), row["mean_score"]
    (0.85, 0.767, 4.3)
    """
    if "people_count" not in counts.columns:
        counts = counts.with_columns(people_count=pl.col("answer_count"), design_effect=1.0)
    n, people, facts = pl.col("answer_count"), pl.col("people_count"), SCALE_FACTS[scale]
    shares = (counts[name] for name in ("favourable_count", "answer_count", "design_effect"))
    low, high = share_interval(ShareCounts(*shares), confidence=answers.confidence)
    shown = pl.when(people >= answers.minimum_count)
    figures = counts.select(
        pl.exclude(*SCORE_COUNTS, *PEOPLE),
        pl.lit(scale).alias("scale"),
        pl.lit(facts.top_score, pl.Int64).alias("top_score"),
        pl.lit(facts.higher_is_better).alias("higher_is_better"),
        n,
        people,
        shown.then("design_effect").alias("design_effect"),
        shown.then("favourable_count").alias("favourable_count"),
        shown.then(pl.col("favourable_count") / n).alias("favourable_share"),
        shown.then(nullable(low)).alias("share_low"),
        shown.then(nullable(high)).alias("share_high"),
        shown.then(pl.col("score_sum") / n).alias("mean_score"),
        *base_and_reason(people, answers),
    )
    return withheld(
        figures,
        "people_count",
        answers.minimum_count,
        figures=("answer_count", "design_effect", *FIGURES),
        protects=protects,
    )


def _with_people(
    store: Store,
    filters: Filters,
    counts: pl.DataFrame,
    scale: Scale,
    *,
    grain: Grain | Literal["all"] = "all",
    dimension: Dimension | Literal["none"] = "none",
) -> pl.DataFrame:
    """The counts with who gave them, and what it does that some gave several."""
    found = store.query(
        "repeats_of_scale",
        filters,
        scale=scale,
        grain=grain,
        fiscal_offset=store.settings.fiscal_year.offset,
        dimension=dimension,
    ).rename({"dimension_value": dimension})
    keys = [name for name in ("period", dimension) if name in counts.columns]
    if not keys:
        repeats = found.select(pl.col(REPEATED).sum())
    else:
        repeats = counts.select(keys).join(
            found, on=keys, how="left", nulls_equal=True, maintain_order="left"
        )
    repeats = repeats.select(pl.col(REPEATED).fill_null(0))
    share = counts["favourable_count"], counts["answer_count"]
    return counts.hstack(people_of_share(*share, repeats, store.settings.answers.confidence))


def _people_of_longer(
    store: Store, filters: Filters, scale: Scale, grain: Grain
) -> dict[tuple[str, date | None], int]:
    """How many people answered in each longer period that is shown somewhere as a whole."""
    days = _of_scale(store.query("satisfaction_days", filters), scale, "answered_on")
    whole = _with_people(store, filters, days.select(pl.col(SCORE_COUNTS).sum()), scale)
    found: dict[tuple[str, date | None], int] = {(WHOLE, None): whole["people_count"].item()}
    for longer in LONGER[grain]:
        start = period_start(pl.col("answered_on"), longer, store.settings.fiscal_year)
        counts = days.group_by(start).agg(pl.col(SCORE_COUNTS).sum())
        people = _with_people(store, filters, counts, scale, grain=longer)
        found |= {(longer, on): n for on, n in people.select("period", "people_count").rows()}
    return found


def _of_scale(sums: pl.DataFrame, scale: Scale, *kept: str) -> pl.DataFrame:
    names = {f"{scale}_{end}": name for end, name in zip(SUMMED, SCORE_COUNTS, strict=True)}
    return sums.select(*kept, *names).rename(names)
