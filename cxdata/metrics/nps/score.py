"""Net Promoter Score: its level, where it differs, and whether it moved.

Queries return counts of answers by class, the functions here the statistics. ``survey`` is
always one value: transactional, relationship and benchmark answers are never pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import answers_known, covered_days
from cxdata.metrics.nps.repeats import (
    CLASS_COUNTS,
    class_counts,
    compared_counts,
    groups_by,
    period_counts,
)
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    FloatArray,
    nps,
    nps_difference,
    nps_difference_error,
    nps_interval,
    nps_standard_error,
    smallest_detectable_change,
)
from cxdata.metrics.statistics.looks import (
    FIGURES_OF_A_SCREEN,
    simultaneous_confidence,
    simultaneous_p,
    student_p,
    student_quantile,
)
from cxdata.metrics.statistics.people import Repeats, share_effect
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.metrics.statistics.withheld import TOO_FEW, is_few, protecting_rows, withheld
from cxdata.models import Dimension, Filters, Period, Verdict
from cxdata.store.connection import Store

FIGURES = (*CLASS_COUNTS, "nps", "nps_low", "nps_high")
# With the figures, what a group is told by.
COUNTED = ("answer_count", "people_count", "design_effect")
REST_FIGURES = (
    "rest_difference", "rest_difference_low", "rest_difference_high", "rest_p_value",
)  # fmt: skip


class NpsTest(NamedTuple):
    """One set of answers against another that shares none with it.

    ``difference`` and ``smallest_detectable_change`` are in points; they and ``p_value``
    (two-sided, adjusted Wald) are None if either figure can't be given. Customers who answered in
    both sets are compared with themselves.
    """

    difference: float | None
    p_value: float | None
    verdict: Verdict
    smallest_detectable_change: float | None


@dataclass(frozen=True)
class NpsChange:
    """An NPS against that of another period.

    ``current`` and ``compared`` are :func:`nps_summary` frames; the four figures are those of
    :class:`NpsTest`. ``is_compared_complete`` is False where the compared period reaches before
    the first or after the last answer; ``compared_period`` is None if there is none, as
    :func:`compared_filters` says.
    """

    period: Period | None
    compared_period: Period | None
    current: pl.DataFrame
    compared: pl.DataFrame
    difference: float | None
    p_value: float | None
    verdict: Verdict
    smallest_detectable_change: float | None
    is_compared_complete: bool


def nps_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """Net Promoter Score over all answers of the filters, with its interval.

    Returns
    -------
    pl.DataFrame
        One row, also without answers.

        - ``answer_count`` (Int64): answers with an NPS score; null if withheld
        - ``promoter_count``, ``passive_count``, ``detractor_count`` (Int64): null if withheld
        - ``people_count`` (Int64): who gave these answers: customers, and each answer without a
          customer; null if withheld
        - ``design_effect`` (Float64): how many answers say as much as one of somebody who answered
          once, at least 1; null if withheld
        - ``nps`` (Float64): points, -100 to 100; null if withheld
        - ``nps_low``, ``nps_high`` (Float64): adjusted Wald interval with that effect, points
        - ``base`` (String): ``ok``, ``small`` (show greyed) or ``withheld``
        - ``reason`` (String): ``no_answers``, ``too_few_to_show``, ``protects_others`` (of parts
          of a whole: see :mod:`cxdata.metrics.statistics.withheld`) or null
    """
    return nps_figures(period_counts(store, filters), store.settings.answers)


def nps_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """Net Promoter Score per value of a dimension, each also against the rest.

    Returns
    -------
    pl.DataFrame
        One row per value that has answers, most answers first; no rows if none do.

        - a column named like ``dimension`` (String): null for answers that don't say
        - the columns of :func:`nps_summary`
        - the columns of :func:`against_the_rest`
    """
    groups = groups_by(store, filters, dimension)
    counts, answers = groups.counts, store.settings.answers
    protects = protecting_rows(
        counts, "people_count", answers.minimum_count, shared=groups.shared, answers="answer_count"
    )
    figures = nps_figures(counts, answers, protects)
    return against_the_rest(
        figures, class_counts(counts), answers, groups.rest, groups.moves_with_rest
    )


def against_the_rest(
    figures: pl.DataFrame,
    own: ClassCounts,
    answers: AnswerSettings,
    rest: ClassCounts,
    correlation: npt.ArrayLike = 0.0,
) -> pl.DataFrame:
    """The parts of a whole, each also against all other parts together.

    Parameters
    ----------
    figures
        As :func:`nps_figures` returns them, one row per part.
    own
        The counts of the same rows, none withheld.
    rest, correlation
        All other answers of each row, and how far the two scores move together because the same
        people answered in both.

    Returns
    -------
    pl.DataFrame
        The same rows, with

        - ``rest_difference`` (Float64): points above the NPS of all *other* answers, with
          ``rest_difference_low`` and ``rest_difference_high``; null if either figure is withheld
        - ``rest_p_value`` (Float64); null likewise
        - ``rest_verdict`` (String): ``too_few_answers`` if either side is a small base or
          withheld, ``real_change`` if the interval doesn't hold 0, else ``within_noise``
        - ``rest_look_count`` (Int64): so many looks interval and p-value are corrected for; null
          with too few answers

    Notes
    -----
    Interval, p-value and verdict hold for all parts with enough answers together, and for the
    other figures that stand on the same screen (Bonferroni): where no part differs, one is found
    to do so in at most a third of 1 - confidence of cases. Differences are as shown, intervals and
    tests on the adjusted counts, by Student's t (Welch), for the spread of few answers is a guess.
    """
    least = _least(own, rest)
    is_enough = (least >= answers.small_base_count) & figures["nps"].is_not_null()
    looks = FIGURES_OF_A_SCREEN * max(int(is_enough.sum()), 1)
    confidence = simultaneous_confidence(answers.confidence, looks)
    change = nps_difference(own, rest, correlation=correlation)
    error = nps_difference_error(own, rest, correlation=correlation)
    degrees = _degrees_of_freedom((own, rest), _errors(own, rest))
    margin = student_quantile(confidence, degrees) * error
    low, high = (100 * (change.z * error + side) for side in (-margin, margin))
    p_values = simultaneous_p(student_p(change.z, degrees), looks)
    is_told = figures["nps"].is_not_null() & (least >= answers.minimum_count)
    verdict = pl.when(pl.col("rest_p_value") < 1 - answers.confidence).then(pl.lit("real_change"))
    return figures.with_columns(
        nullable(change.difference).alias("rest_difference"),
        nullable(low).alias("rest_difference_low"),
        nullable(high).alias("rest_difference_high"),
        nullable(p_values).alias("rest_p_value"),
    ).with_columns(
        pl.when(is_told).then(pl.col(REST_FIGURES)),
        rest_verdict=pl.when(~is_enough)
        .then(pl.lit("too_few_answers"))
        .otherwise(verdict.otherwise(pl.lit("within_noise"))),
        rest_look_count=pl.when(is_enough).then(pl.lit(looks, pl.Int64)),
    )


def _errors(*sides: ClassCounts) -> tuple[FloatArray, ...]:
    return tuple(nps_standard_error(it, basis="adjusted") for it in sides)


def _degrees_of_freedom(
    sides: tuple[ClassCounts, ...], errors: tuple[FloatArray, ...]
) -> FloatArray:
    """Of the difference of two means whose spreads are estimated (Welch & Satterthwaite)."""
    parts = (
        error**4 / np.maximum(side.people - 1, 1) for side, error in zip(sides, errors, strict=True)
    )
    return np.asarray(np.square(sum(it**2 for it in errors)) / sum(parts), dtype=np.float64)


def nps_change(store: Store, filters: Filters) -> NpsChange:
    """Net Promoter Score of the filters' period against the period they compare it with."""
    answers = store.settings.answers
    before = compared_filters(filters)
    current, compared, moves = compared_counts(store, filters, before)
    return NpsChange(
        period=filters.period,
        compared_period=before.period if before else None,
        current=nps_figures(current, answers),
        compared=nps_figures(compared, answers),
        **_tested(current, compared, answers, moves)._asdict(),
        is_compared_complete=before is not None
        and covered_days(before, answers_known(store, before)) == before.period,
    )


def score_distribution(store: Store, filters: Filters) -> pl.DataFrame:
    """How many answers gave each score.

    Returns
    -------
    pl.DataFrame
        Eleven rows, scores 0 to 10, also without answers.

        - ``score`` (Int64) and ``nps_class`` (String)
        - ``answer_count`` (Int64): null if too few people answered in all
        - ``share`` (Float64): of all answers with a score, 0 to 1; null likewise
        - ``share_low``, ``share_high`` (Float64): Wilson interval, with the design effect of
          customers who answered more than once
        - ``total_count`` (Int64): all answers with a score, the same in every row; null likewise
        - ``base`` (String) and ``reason`` (String): as in :func:`nps_summary`, of all answers
    """
    answers = store.settings.answers
    given = store.query("score_counts", filters).rename({"answers": "answer_count"})
    scores = pl.DataFrame({"score": range(11)}, schema={"score": pl.Int64})
    counts = scores.join(given, on="score", how="left", maintain_order="left").fill_null(0)
    n, total = counts["answer_count"], int(counts["answer_count"].sum())
    people = int(period_counts(store, filters)["people_count"].item())
    effect = _share_effects(store, filters, counts)
    low, high = share_interval(ShareCounts(n, total, effect), confidence=answers.confidence)
    return (
        counts.with_columns(
            _class_of_score().alias("nps_class"),
            (pl.col("answer_count") / float(total or 1)).alias("share"),
            nullable(low).alias("share_low"),
            nullable(high).alias("share_high"),
            pl.lit(total, pl.Int64).alias("total_count"),
        )
        .with_columns(
            pl.when(people >= answers.minimum_count).then(pl.col("answer_count", "^share.*$")),
            *base_and_reason(pl.lit(people), answers),
        )
        .with_columns(
            total_count=pl.when(not is_few(people, answers.minimum_count)).then("total_count")
        )
    )


def _share_effects(store: Store, filters: Filters, counts: pl.DataFrame) -> FloatArray:
    """Of the share of each score the design effect."""
    found = store.query("repeats_of_scores", filters)
    beside = counts.select("score").join(found, on="score", how="left", maintain_order="left")
    size = found["size"].max() or 0
    sums = beside.with_columns(pl.col("size").fill_null(size)).fill_null(0)
    repeats = Repeats(*(sums[name].to_numpy().astype(float) for name in Repeats._fields))
    n = counts["answer_count"].to_numpy()
    confidence = store.settings.answers.confidence
    return share_effect(n, np.full(len(n), n.sum()), repeats, confidence=confidence)


def nps_figures(
    counts: pl.DataFrame, answers: AnswerSettings, protects: pl.Series | None = None
) -> pl.DataFrame:
    """Frames of class counts with the figures of :func:`nps_summary`, row by row.

    Counts without ``people_count`` and ``design_effect`` are of people who gave one answer each.
    Rows that ``protects`` marks are withheld for the sake of others.
    """
    if "people_count" not in counts.columns:
        counts = counts.with_columns(people_count=pl.col("answer_count"), design_effect=1.0)
    classes = class_counts(counts)
    low, high = nps_interval(classes, confidence=answers.confidence)
    figures = counts.with_columns(
        nullable(nps(classes)).alias("nps"),
        nullable(low).alias("nps_low"),
        nullable(high).alias("nps_high"),
    ).with_columns(
        pl.when(pl.col("people_count") >= answers.minimum_count).then(
            pl.col(*FIGURES, "design_effect")
        ),
        *base_and_reason(pl.col("people_count"), answers),
    )
    return withheld(
        figures,
        "people_count",
        answers.minimum_count,
        figures=(*COUNTED, *FIGURES),
        protects=protects,
    )


def base_and_reason(n: pl.Expr, answers: AnswerSettings) -> tuple[pl.Expr, pl.Expr]:
    """How firm a figure of ``n`` people is, and why there is none if there is none."""
    is_withheld, is_small = n < answers.minimum_count, n < answers.small_base_count
    base = pl.when(is_withheld).then(pl.lit("withheld")).when(is_small).then(pl.lit("small"))
    reason = pl.when(n == 0).then(pl.lit("no_answers"))
    return (
        base.otherwise(pl.lit("ok")).alias("base"),
        reason.when(is_withheld).then(pl.lit(TOO_FEW)).alias("reason"),
    )


def without_figures(figures: pl.DataFrame) -> pl.DataFrame:
    """The same rows with all figures and counts of answers withheld.

    A row that has no figure already keeps its own reason.
    """
    is_taken = pl.col("base") != "withheld"
    return figures.with_columns(
        pl.when(~is_taken).then(pl.col(*COUNTED, *FIGURES)),
        base=pl.lit("withheld"),
        reason=pl.when(is_taken).then(pl.lit(TOO_FEW)).otherwise("reason"),
    )


def verdicts(
    current: ClassCounts,
    compared: ClassCounts,
    answers: AnswerSettings,
    *,
    correlation: npt.ArrayLike = 0.0,
) -> Sequence[Verdict]:
    """What may be said of each difference.

    ``too_few_answers`` if either side is a small base of people, ``real_change`` if chance alone
    would go this far less often than 1 - confidence, else ``within_noise``.
    """
    enough = _least(current, compared) >= answers.small_base_count
    p_values = nps_difference(current, compared, correlation=correlation).p_value
    return [
        "too_few_answers"
        if not is_enough
        else "real_change"
        if p_value < 1 - answers.confidence
        else "within_noise"
        for is_enough, p_value in zip(enough, p_values, strict=True)
    ]


def compared_filters(filters: Filters) -> Filters | None:
    """The same filters over the period to compare with.

    None over the whole history, and where the two periods overlap: answers that are in both
    can't have changed.
    """
    if filters.period is None:
        return None
    other = filters.compared_to or filters.period.compared(filters.comparison)
    if other.first_on <= filters.period.last_on and filters.period.first_on <= other.last_on:
        return None
    return replace(filters, period=other, compared_to=None)


def nullable(values: FloatArray) -> pl.Series:
    """As a column: what is no number is null."""
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)


def _tested(
    one: pl.DataFrame, other: pl.DataFrame, answers: AnswerSettings, moves: float
) -> NpsTest:
    """The one row of counts of each side, tested against each other."""
    classes, others = class_counts(one), class_counts(other)
    is_shown = bool((_least(classes, others) >= answers.minimum_count).all())
    test = nps_difference(classes, others, correlation=moves)
    smallest = smallest_detectable_change(
        classes, others, confidence=answers.confidence, correlation=moves
    )
    return NpsTest(
        difference=float(test.difference[0]) if is_shown else None,
        p_value=float(test.p_value[0]) if is_shown else None,
        verdict=verdicts(classes, others, answers, correlation=moves)[0],
        smallest_detectable_change=float(smallest[0]) if is_shown else None,
    )


def _least(one: ClassCounts, other: ClassCounts) -> pl.Series:
    return pl.Series(one.people).clip(upper_bound=pl.Series(other.people))


def _class_of_score() -> pl.Expr:
    score = pl.col("score")
    promoter = pl.when(score >= 9).then(pl.lit("promoter"))
    return promoter.when(score >= 7).then(pl.lit("passive")).otherwise(pl.lit("detractor"))
