"""Why the NPS moved: by the scores of a dimension's values, or by their shares."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.nps.mix_intervals import EFFECTS, effect_intervals
from cxdata.metrics.nps.mix_split import BASE_SHARES, SPLIT_COLUMNS, SPLIT_EFFECTS, with_mix_split
from cxdata.metrics.nps.repeats import GROUP_COUNTS, class_counts, groups_by
from cxdata.metrics.nps.score import compared_filters, nullable
from cxdata.metrics.statistics.intervals import nps_interval
from cxdata.metrics.statistics.withheld import PROTECTS, TOO_FEW, protecting_rows
from cxdata.models import Dimension, Filters
from cxdata.store.connection import Store

BEFORE = "compared_"
SCORES = ("nps", "nps_low", "nps_high")
# Six of each value, six of all together.
EFFECT_COLUMNS = tuple(
    f"{name}{kind}{end}"
    for kind in ("_effect", "_total_effect")
    for name in EFFECTS
    for end in ("", "_low", "_high")
)


def nps_mix(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """Why the NPS moved: by the values' own scores (rate) or by their shares (mix).

    Returns
    -------
    pl.DataFrame
        One row per value that has answers in either period, most answers first; no rows if
        either period has none. The effects of all rows add up to the change of the NPS.

        - a column named like ``dimension`` (String): null for answers that don't say
        - ``answer_count``, ``compared_answer_count`` (Int64): null if withheld
        - ``people_count``, ``compared_people_count`` (Int64): who gave them; null likewise
        - ``share``, ``compared_share`` (Float64): of the period's answers, 0 to 1; null likewise
        - ``nps``, ``compared_nps`` (Float64): points; null without answers or if withheld
        - ``nps_low``, ``nps_high``, ``compared_nps_low``, ``compared_nps_high`` (Float64):
          adjusted Wald intervals, points
        - ``rate_effect``, ``mix_effect`` (Float64): points; null if withheld; each with ``_low``
          and ``_high``, which hold for all values together
        - ``rate_total_effect``, ``mix_total_effect`` (Float64): of all values together, the same
          in each row, each with ``_low`` and ``_high``; null if any effect is withheld
        - ``customers_effect``, ``respondents_effect`` (Float64): the mix effect in two, what the
          shares of all customers brought and what who of them answered did; with
          ``base_share``, ``compared_base_share`` and ``base_reason`` as in
          :func:`cxdata.metrics.nps.mix_split.with_mix_split`
        - ``reason`` (String): ``too_few_to_show``, ``protects_others`` or null

    Notes
    -----
    Kitagawa, centred: rate = mean share x change of score, mix = change of share x (mean score -
    mean NPS of both periods). Shares add up to 1 in both periods, so the centre changes no sum; a
    value that grows brings points if its score is above the whole's, and costs some if below. A
    new or vanished value has one score only, which counts for both periods: all its effect is
    mix. Intervals: :func:`cxdata.metrics.nps.mix_intervals.effect_intervals`.
    Mix in two: the same centred score x change of the customers' share, and the rest of it. No
    residual.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a Difference Between Two Rates. JASA 50.
    """
    before = compared_filters(filters)
    found = groups_by(store, filters, dimension)
    current, shared, compared, shared_before = found.counts, found.shared, found.counts.clear(), 0
    if before is not None:
        found = groups_by(store, before, dimension)
        compared, shared_before = found.counts, found.shared
    both = current.join(compared, on=dimension, how="full", coalesce=True, nulls_equal=True)
    if current.is_empty() or compared.is_empty():
        both = both.clear()
    both = both.rename({f"{name}_right": f"{BEFORE}{name}" for name in GROUP_COUNTS})
    effects = kitagawa(both.with_columns(pl.exclude(dimension).fill_null(0)))
    effects = with_mix_split(store, filters, before, dimension, effects)
    answers = store.settings.answers
    ordered = _with_intervals(effects, answers).sort(
        "answer_count", dimension, descending=[True, False], maintain_order=True
    )
    more = {"": shared, BEFORE: shared_before}
    return _withheld_effects(ordered, answers.minimum_count, more).select(
        dimension, "answer_count", "compared_answer_count",
        "people_count", "compared_people_count", "share", "compared_share",
        *SCORES, *(f"{BEFORE}{name}" for name in SCORES),
        *EFFECT_COLUMNS, *SPLIT_COLUMNS, "reason",
    )  # fmt: skip


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
    whole = (_whole("") + _whole("compared_")) / 2
    return counts.with_columns(*_share_and_score(""), *_share_and_score("compared_")).with_columns(
        rate_effect=(mean_share * rate).fill_null(0.0),
        mix_effect=(mean_nps - whole) * mix,
        mix_factor=mean_nps - whole,
    )


def _whole(prefix: str) -> pl.Expr:
    """The NPS of a period over all values."""
    return (pl.col(f"{prefix}share") * pl.col(f"{prefix}nps")).sum()


def _with_intervals(effects: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    for prefix in ("", BEFORE):
        ends = nps_interval(class_counts(effects, prefix), confidence=answers.confidence)
        for name, values in zip(SCORES[1:], ends, strict=True):
            columns[f"{prefix}{name}"] = nullable(values)
    return effects.with_columns(
        *effect_intervals(effects, confidence=answers.confidence), **columns
    )


def _share_and_score(prefix: str) -> tuple[pl.Expr, pl.Expr]:
    n = pl.col(f"{prefix}answer_count").cast(pl.Float64)
    balance = pl.col(f"{prefix}promoter_count") - pl.col(f"{prefix}detractor_count")
    score = pl.when(n > 0).then(100 * balance / n)
    return (n / n.sum()).alias(f"{prefix}share"), score.alias(f"{prefix}nps")


def _withheld_effects(
    effects: pl.DataFrame, minimum_count: int, shared: Mapping[str, float]
) -> pl.DataFrame:
    """Each period is a table of its own; an effect needs both, since the effects add up."""

    def hidden(prefix: str) -> tuple[pl.Expr, pl.Expr]:
        base = f"{prefix}people_count"
        protects = protecting_rows(
            effects,
            base,
            minimum_count,
            shared=shared[prefix],
            answers=f"{prefix}answer_count",
        )
        return pl.col(base).is_between(1, minimum_count - 1), pl.lit(protects)

    few, protects = hidden("")
    few_before, protects_before = hidden(BEFORE)
    is_hidden, was_hidden = few | protects, few_before | protects_before
    figures = ("answer_count", "people_count", "share", *SCORES)
    reason = pl.when(few | few_before).then(pl.lit(TOO_FEW))
    return effects.with_columns(
        pl.when(~is_hidden).then(pl.col(figures)),
        pl.when(~was_hidden).then(pl.col([f"{BEFORE}{name}" for name in figures])),
        pl.when(~is_hidden & ~was_hidden).then(
            pl.col(*EFFECT_COLUMNS[:6], *BASE_SHARES, *SPLIT_EFFECTS)
        ),
        pl.when(~(is_hidden | was_hidden).any()).then(pl.col(EFFECT_COLUMNS[6:])),
        reason=reason.when(is_hidden | was_hidden).then(pl.lit(PROTECTS)),
    )
