"""Net Promoter Score: its level, where it differs, and whether it moved.

Queries return counts of answers by class, the functions here the statistics. ``survey`` is
always one value: transactional, relationship and benchmark answers are never pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import answers_known, covered_days
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    FloatArray,
    nps,
    nps_difference,
    nps_interval,
    nps_standard_error,
    smallest_detectable_change,
    wilson_interval,
)
from cxdata.metrics.statistics.looks import (
    FIGURES_OF_A_SCREEN,
    simultaneous_confidence,
    simultaneous_p,
    student_p,
    student_quantile,
)
from cxdata.metrics.statistics.withheld import TOO_FEW, is_few, protecting_rows, withheld
from cxdata.models import Dimension, Filters, Period, Verdict
from cxdata.store.connection import Store

CLASS_COUNTS = ("promoter_count", "passive_count", "detractor_count")
ANSWER_COUNTS = ("answer_count", *CLASS_COUNTS)
# The names that queries give to sums of the columns of answer_days.
ANSWER_SUMS = dict(
    zip(("answers", "promoters", "passives", "detractors"), ANSWER_COUNTS, strict=True)
)
NO_ANSWERS = pl.DataFrame({name: [0] for name in ANSWER_COUNTS})
FIGURES = (*CLASS_COUNTS, "nps", "nps_low", "nps_high")
REST_FIGURES = (
    "rest_difference", "rest_difference_low", "rest_difference_high", "rest_p_value",
)  # fmt: skip


class NpsTest(NamedTuple):
    """One set of answers against another that shares none with it.

    ``difference`` and ``smallest_detectable_change`` are in points; they and ``p_value``
    (two-sided, adjusted Wald) are None if either figure can't be given.
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
        - ``nps`` (Float64): points, -100 to 100; null if withheld
        - ``nps_low``, ``nps_high`` (Float64): adjusted Wald interval, points
        - ``base`` (String): ``ok``, ``small`` (show greyed) or ``withheld``
        - ``reason`` (String): ``no_answers``, ``too_few_to_show``, ``protects_others`` (of parts
          of a whole: see :mod:`cxdata.metrics.statistics.withheld`) or null
    """
    return nps_figures(_counts(store, filters), store.settings.answers)


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
    counts = counts_by(store, filters, dimension)
    answers = store.settings.answers
    protects = protecting_rows(counts, "answer_count", answers.minimum_count)
    return against_the_rest(nps_figures(counts, answers, protects), class_counts(counts), answers)


def against_the_rest(
    figures: pl.DataFrame, own: ClassCounts, answers: AnswerSettings
) -> pl.DataFrame:
    """The parts of a whole, each also against all other parts together.

    Parameters
    ----------
    figures
        As :func:`nps_figures` returns them, one row per part.
    own
        The counts of the same rows, none withheld.

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
    whole = [np.asarray(it, dtype=np.float64) for it in own]
    rest = ClassCounts(*(it.sum() - it for it in whole))
    least = _least(own, rest)
    is_enough = (least >= answers.small_base_count) & figures["nps"].is_not_null()
    looks = FIGURES_OF_A_SCREEN * max(int(is_enough.sum()), 1)
    confidence = simultaneous_confidence(answers.confidence, looks)
    change, errors = nps_difference(own, rest), _errors(own, rest)
    error, degrees = np.hypot(*errors), _degrees_of_freedom((own, rest), errors)
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
        error**4 / np.maximum(side.answer_count - 1, 1)
        for side, error in zip(sides, errors, strict=True)
    )
    return np.asarray(np.square(sum(it**2 for it in errors)) / sum(parts), dtype=np.float64)


def nps_change(store: Store, filters: Filters) -> NpsChange:
    """Net Promoter Score of the filters' period against the period they compare it with."""
    answers = store.settings.answers
    before = compared_filters(filters)
    current = _counts(store, filters)
    compared = _counts(store, before) if before else NO_ANSWERS
    return NpsChange(
        period=filters.period,
        compared_period=before.period if before else None,
        current=nps_figures(current, answers),
        compared=nps_figures(compared, answers),
        **_tested(current, compared, answers)._asdict(),
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
        - ``answer_count`` (Int64): null if there are too few answers in all
        - ``share`` (Float64): of all answers with a score, 0 to 1; null likewise
        - ``share_low``, ``share_high`` (Float64): Wilson interval
        - ``total_count`` (Int64): all answers with a score, the same in every row; null likewise
        - ``base`` (String) and ``reason`` (String): as in :func:`nps_summary`, of all answers
    """
    answers = store.settings.answers
    given = store.query("score_counts", filters).rename({"answers": "answer_count"})
    scores = pl.DataFrame({"score": range(11)}, schema={"score": pl.Int64})
    counts = scores.join(given, on="score", how="left", maintain_order="left").fill_null(0)
    n, total = counts["answer_count"], int(counts["answer_count"].sum())
    low, high = wilson_interval(n, [total] * 11, confidence=answers.confidence)
    return (
        counts.with_columns(
            _class_of_score().alias("nps_class"),
            (pl.col("answer_count") / float(total or 1)).alias("share"),
            nullable(low).alias("share_low"),
            nullable(high).alias("share_high"),
            pl.lit(total, pl.Int64).alias("total_count"),
        )
        .with_columns(
            pl.when(total >= answers.minimum_count).then(pl.col("answer_count", "^share.*$")),
            *base_and_reason(pl.col("total_count"), answers),
        )
        .with_columns(
            total_count=pl.when(not is_few(total, answers.minimum_count)).then("total_count")
        )
    )


def nps_figures(
    counts: pl.DataFrame, answers: AnswerSettings, protects: pl.Series | None = None
) -> pl.DataFrame:
    """Frames of class counts with the figures of :func:`nps_summary`, row by row.

    Rows that ``protects`` marks are withheld for the sake of others.
    """
    classes = class_counts(counts)
    low, high = nps_interval(classes, confidence=answers.confidence)
    figures = counts.with_columns(
        nullable(nps(classes)).alias("nps"),
        nullable(low).alias("nps_low"),
        nullable(high).alias("nps_high"),
    ).with_columns(
        pl.when(pl.col("answer_count") >= answers.minimum_count).then(pl.col(FIGURES)),
        *base_and_reason(pl.col("answer_count"), answers),
    )
    return withheld(
        figures, "answer_count", answers.minimum_count, figures=FIGURES, protects=protects
    )


def base_and_reason(n: pl.Expr, answers: AnswerSettings) -> tuple[pl.Expr, pl.Expr]:
    """How firm a figure of ``n`` answers is, and why there is none if there is none."""
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
        pl.when(~is_taken).then(pl.col("answer_count", *FIGURES)),
        base=pl.lit("withheld"),
        reason=pl.when(is_taken).then(pl.lit(TOO_FEW)).otherwise("reason"),
    )


def verdicts(
    current: ClassCounts, compared: ClassCounts, answers: AnswerSettings
) -> Sequence[Verdict]:
    """What may be said of each difference.

    ``too_few_answers`` if either side is a small base, ``real_change`` if chance alone would
    go this far less often than 1 - confidence, else ``within_noise``.
    """
    enough = _least(current, compared) >= answers.small_base_count
    p_values = nps_difference(current, compared).p_value
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


def counts_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """Class counts per value of a dimension, which gives its column the name."""
    counts = store.query("nps_counts_by", filters, dimension=dimension)
    return counts.rename({"dimension_value": dimension, **ANSWER_SUMS})


def class_counts(counts: pl.DataFrame, prefix: str = "") -> ClassCounts:
    """The columns of a frame, such as ``promoter_count`` or ``compared_promoter_count``."""
    return ClassCounts(*(counts[f"{prefix}{name}"].to_numpy() for name in CLASS_COUNTS))


def nullable(values: FloatArray) -> pl.Series:
    """As a column: what is no number is null."""
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)


def _counts(store: Store, filters: Filters) -> pl.DataFrame:
    return store.query("nps_counts", filters).rename(ANSWER_SUMS)


def _tested(one: pl.DataFrame, other: pl.DataFrame, answers: AnswerSettings) -> NpsTest:
    """The one row of counts of each side, tested against each other."""
    classes, others = class_counts(one), class_counts(other)
    is_shown = bool((_least(classes, others) >= answers.minimum_count).all())
    test = nps_difference(classes, others)
    smallest = smallest_detectable_change(classes, others, confidence=answers.confidence)
    return NpsTest(
        difference=float(test.difference[0]) if is_shown else None,
        p_value=float(test.p_value[0]) if is_shown else None,
        verdict=verdicts(classes, others, answers)[0],
        smallest_detectable_change=float(smallest[0]) if is_shown else None,
    )


def _least(one: ClassCounts, other: ClassCounts) -> pl.Series:
    return pl.Series(one.answer_count).clip(upper_bound=pl.Series(other.answer_count))


def _class_of_score() -> pl.Expr:
    score = pl.col("score")
    promoter = pl.when(score >= 9).then(pl.lit("promoter"))
    return promoter.when(score >= 7).then(pl.lit("passive")).otherwise(pl.lit("detractor"))
