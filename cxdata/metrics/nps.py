"""Net Promoter Score: its level, its path, where it differs, and why it moved.

Queries return counts of answers by class, the functions here the statistics. ``survey`` is
always one value: transactional, relationship and benchmark answers are never pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import covered_days, data_days, is_complete, period_start
from cxdata.metrics.intervals import (
    ClassCounts,
    FloatArray,
    nps,
    nps_difference,
    nps_interval,
    smallest_detectable_change,
)
from cxdata.models import Dimension, Filters, Grain, Period, Verdict
from cxdata.store.connection import Store

CLASS_COUNTS = ("promoter_count", "passive_count", "detractor_count")
COUNTS = ("answer_count", *CLASS_COUNTS)
# The names that queries give to sums of the columns of answer_days.
SUMMED = dict(zip(("answers", "promoters", "passives", "detractors"), COUNTS, strict=True))


@dataclass(frozen=True)
class NpsChange:
    """An NPS against that of another period.

    ``current`` and ``compared`` are :func:`nps_summary` frames. ``difference`` and
    ``smallest_detectable_change`` are in points; they and ``p_value`` (two-sided, adjusted
    Wald) are None if either figure can't be given. ``is_compared_complete`` is False where the
    compared period reaches before the first or after the last answer; ``compared_period`` is
    None if the filters cover the whole history.
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

        - ``answer_count`` (Int64): answers with an NPS score
        - ``promoter_count``, ``passive_count``, ``detractor_count`` (Int64): null if withheld
        - ``nps`` (Float64): points, -100 to 100; null if withheld
        - ``nps_low``, ``nps_high`` (Float64): adjusted Wald interval, points
        - ``base`` (String): ``ok``, ``small`` (show greyed) or ``withheld``
        - ``reason`` (String): ``no_answers``, ``too_few_to_show`` or null
    """
    counts = store.query("nps_counts", **_parameters(filters)).rename(SUMMED)
    return nps_figures(counts, store.settings.answers)


def nps_trend(store: Store, filters: Filters, *, grain: Grain = "month") -> pl.DataFrame:
    """Net Promoter Score per period.

    Returns
    -------
    pl.DataFrame
        One row per period that has answers, oldest first; no rows if none do.

        - ``period`` (Date): first day of the period; weeks start on Monday
        - ``is_complete`` (Boolean): false if some of its days lie outside the filters' period
          or the days that have data
        - the columns of :func:`nps_summary`
    """
    covered = covered_days(filters, data_days(store).answers)
    counts = (
        store.query("nps_days", **_parameters(filters))
        .rename(SUMMED)
        .group_by(period_start(pl.col("answered_on"), grain))
        .agg(pl.col(COUNTS).sum())
        .sort("period")
    )
    figures = nps_figures(counts, store.settings.answers)
    return figures.select("period", is_complete(grain, covered), pl.exclude("period"))


def nps_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """Net Promoter Score per value of a dimension, each also against the rest.

    Returns
    -------
    pl.DataFrame
        One row per value that has answers, most answers first; no rows if none do.

        - a column named like ``dimension`` (String): null for answers that don't say
        - the columns of :func:`nps_summary`
        - ``rest_difference`` (Float64): points above the NPS of all *other* answers; null if
          either figure is withheld
        - ``rest_p_value`` (Float64) and ``rest_verdict`` (String, as in :func:`verdicts`)
    """
    counts = _counts_by(store, filters, dimension)
    answers = store.settings.answers
    own, rest = _classes(counts), _classes(counts.select(pl.col(COUNTS).sum() - pl.col(COUNTS)))
    change = nps_difference(own, rest)
    compared = pl.DataFrame(
        {
            "rest_difference": _nullable(change.difference),
            "rest_p_value": _nullable(change.p_value),
            "rest_verdict": verdicts(own, rest, answers),
        }
    )
    is_shown = _least(own, rest) >= answers.minimum_count
    hidden = pl.when(is_shown).then(pl.col("rest_difference", "rest_p_value"))
    return nps_figures(counts, answers).hstack(compared).with_columns(hidden)


def nps_change(store: Store, filters: Filters) -> NpsChange:
    """Net Promoter Score of the filters' period against the period they compare it with."""
    answers = store.settings.answers
    before = compared_filters(filters)
    counts = [
        store.query("nps_counts", **_parameters(either)).rename(SUMMED)
        if either
        else pl.DataFrame({name: [0] for name in COUNTS})
        for either in (filters, before)
    ]
    current, compared = (_classes(frame) for frame in counts)
    is_shown = bool((_least(current, compared) >= answers.minimum_count).all())
    test = nps_difference(current, compared)
    smallest = smallest_detectable_change(current, compared, confidence=answers.confidence)
    return NpsChange(
        period=filters.period,
        compared_period=before.period if before else None,
        current=nps_figures(counts[0], answers),
        compared=nps_figures(counts[1], answers),
        difference=float(test.difference[0]) if is_shown else None,
        p_value=float(test.p_value[0]) if is_shown else None,
        verdict=verdicts(current, compared, answers)[0],
        smallest_detectable_change=float(smallest[0]) if is_shown else None,
        is_compared_complete=before is not None
        and covered_days(before, data_days(store).answers) == before.period,
    )


def nps_mix(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """Why the NPS moved: by the values' own scores (rate) or by their shares (mix).

    Returns
    -------
    pl.DataFrame
        One row per value that has answers in either period, most answers first; no rows if
        either period has none. The effects of all rows add up to the change of the NPS.

        - a column named like ``dimension`` (String): null for answers that don't say
        - ``answer_count``, ``compared_answer_count`` (Int64)
        - ``share``, ``compared_share`` (Float64): of the period's answers, 0 to 1
        - ``nps``, ``compared_nps`` (Float64): points; null without answers or if withheld
        - ``rate_effect``, ``mix_effect`` (Float64): points; null if withheld
        - ``reason`` (String): ``too_few_to_show`` or null

    Notes
    -----
    Kitagawa: rate = mean share x change of score, mix = mean score x change of share. A new
    or vanished value has one score only, which counts for both periods: all its effect is mix.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a Difference Between Two Rates. JASA 50.
    """
    before = compared_filters(filters)
    current = _counts_by(store, filters, dimension)
    compared = current.clear() if before is None else _counts_by(store, before, dimension)
    both = current.join(compared, on=dimension, how="full", coalesce=True, nulls_equal=True)
    if current.is_empty() or compared.is_empty():
        both = both.clear()
    effects = kitagawa(
        both.rename(_compared_names()).with_columns(pl.exclude(dimension).fill_null(0))
    )
    return _withheld_effects(effects, store.settings.answers.minimum_count).select(
        dimension, "answer_count", "compared_answer_count", "share", "compared_share",
        "nps", "compared_nps", "rate_effect", "mix_effect", "reason",
    ).sort("answer_count", dimension, descending=[True, False], maintain_order=True)  # fmt: skip


def nps_figures(counts: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    """Frames of class counts with the figures of :func:`nps_summary`, row by row."""
    classes = _classes(counts)
    low, high = nps_interval(classes, confidence=answers.confidence)
    n = pl.col("answer_count")
    is_withheld = n < answers.minimum_count
    is_small = n < answers.small_base_count
    base = pl.when(is_withheld).then(pl.lit("withheld")).when(is_small).then(pl.lit("small"))
    reason = pl.when(n == 0).then(pl.lit("no_answers"))
    return counts.with_columns(
        _nullable(nps(classes)).alias("nps"),
        _nullable(low).alias("nps_low"),
        _nullable(high).alias("nps_high"),
    ).with_columns(
        pl.when(~is_withheld).then(pl.col(*CLASS_COUNTS, "nps", "nps_low", "nps_high")),
        base=base.otherwise(pl.lit("ok")),
        reason=reason.when(is_withheld).then(pl.lit("too_few_to_show")),
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


def kitagawa(counts: pl.DataFrame) -> pl.DataFrame:
    """Shares, scores and effects from the class counts of two periods, row by row.

    >>> kitagawa(pl.DataFrame({
    ...     "answer_count": [40, 60], "promoter_count": [22, 9], "detractor_count": [0, 0],
    ...     "compared_answer_count": [80, 20], "compared_promoter_count": [40, 2],
    ...     "compared_detractor_count": [0, 0],
    ... })).select(pl.col("rate_effect", "mix_effect").sum().round(9)).row(0)
    (5.0, -16.0)
    """
    rate, mix = pl.col("nps") - pl.col("compared_nps"), pl.col("share") - pl.col("compared_share")
    mean_share = (pl.col("share") + pl.col("compared_share")) / 2
    mean_nps = pl.mean_horizontal("nps", "compared_nps")  # of the one there is, if one
    return counts.with_columns(*_share_and_score(""), *_share_and_score("compared_")).with_columns(
        rate_effect=(mean_share * rate).fill_null(0.0), mix_effect=mean_nps * mix
    )


def compared_filters(filters: Filters) -> Filters | None:
    """The same filters over the period to compare with; None over the whole history."""
    if filters.period is None:
        return None
    return replace(filters, period=filters.period.compared(filters.comparison))


def _parameters(filters: Filters) -> dict[str, object]:
    return {**filters.parameters(), "survey": filters.survey}


def _counts_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    counts = store.query("nps_counts_by", dimension=dimension, **_parameters(filters))
    return counts.rename({"dimension_value": dimension, **SUMMED})


def _classes(counts: pl.DataFrame) -> ClassCounts:
    return ClassCounts(*(counts[name].to_numpy() for name in CLASS_COUNTS))


def _least(one: ClassCounts, other: ClassCounts) -> pl.Series:
    return pl.Series(one.answer_count).clip(upper_bound=pl.Series(other.answer_count))


def _nullable(values: FloatArray) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)


def _compared_names() -> dict[str, str]:
    return {f"{name}_right": f"compared_{name}" for name in COUNTS}


def _share_and_score(prefix: str) -> tuple[pl.Expr, pl.Expr]:
    n = pl.col(f"{prefix}answer_count").cast(pl.Float64)
    balance = pl.col(f"{prefix}promoter_count") - pl.col(f"{prefix}detractor_count")
    score = pl.when(n > 0).then(100 * balance / n)
    return (n / n.sum()).alias(f"{prefix}share"), score.alias(f"{prefix}nps")


def _withheld_effects(effects: pl.DataFrame, minimum_count: int) -> pl.DataFrame:
    def is_few(name: str) -> pl.Expr:
        return pl.col(name).is_between(1, minimum_count - 1)

    few, few_before = is_few("answer_count"), is_few("compared_answer_count")
    return effects.with_columns(
        pl.when(~few).then("nps"),
        pl.when(~few_before).then("compared_nps"),
        pl.when(~few & ~few_before).then(pl.col("rate_effect", "mix_effect")),
        reason=pl.when(few | few_before).then(pl.lit("too_few_to_show")),
    )
