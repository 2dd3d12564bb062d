"""How sure the parts of a change of the NPS are: intervals of rate and mix effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from cxdata.metrics.nps.repeats import class_counts
from cxdata.metrics.nps.score import nullable
from cxdata.metrics.statistics.intervals import FloatArray, normal_quantile, nps_standard_error
from cxdata.metrics.statistics.looks import simultaneous_confidence

EffectName = Literal["rate", "mix"]
EFFECTS: tuple[EffectName, ...] = ("rate", "mix")


class Side(NamedTuple):
    """One of the two periods, by group. ``sign``: 1 for the present one, -1 for the earlier."""

    sign: float
    share: FloatArray
    score: FloatArray
    # What the period's own score weighs in the mean of both: a half, or all of it.
    weight: FloatArray
    # Variance of one answer within its group, in points².
    variance: FloatArray
    answer_count: float

    @property
    def whole(self) -> float:
        return float(self.share @ self.score)


class Influence(NamedTuple):
    """What an answer of each group (columns) does to each effect (rows).

    ``mean`` by being one of its group, ``own`` per point by which it differs from its group.
    """

    mean: FloatArray
    own: FloatArray


def effect_intervals(effects: pl.DataFrame, *, confidence: float) -> list[pl.Series]:
    """Intervals of the effects of each group, and of all groups together.

    Parameters
    ----------
    effects
        As :func:`cxdata.metrics.nps.mix.kitagawa` returns them.

    Returns
    -------
    list[pl.Series]
        ``rate_effect_low``, ``rate_effect_high``, ``mix_effect_low``, ``mix_effect_high``
        (Float64, points), which hold for all groups together; null for the rate effect of a value
        that one period lacks. ``rate_total_effect`` and ``mix_total_effect``, each with ``_low``
        and ``_high``: the sums over all groups, the same in every row.

    Notes
    -----
    The delta method. Both periods are samples of answers, and an effect is a product of a share
    and a difference of scores. The variance of either is the sum over both periods of (Σ share ·
    (mean² + own² · variance within)) ÷ answers, with ``mean`` and ``own`` of :class:`Influence`;
    that of the product is by the product rule, plus the product of both variances, which counts
    where both factors are near 0. The variance within a group is that of its NPS on the adjusted
    counts.
    """
    sides = (_side(effects, 1.0, ""), _side(effects, -1.0, "compared_"))
    has_both = effects["nps"].is_not_null() & effects["compared_nps"].is_not_null()
    each = simultaneous_confidence(confidence, len(EFFECTS) * effects.height)
    columns = []
    for name in EFFECTS:
        factors, values = _factors(name, *sides), effects[f"{name}_effect"].to_numpy()
        found = [_influences(name, side) for side in sides]
        products = [_of_product(factors, it) for it in found]
        one, other = (_variances(sides, [it[place] for it in found]) for place in (0, 1))
        error = np.sqrt(_variances(sides, products) + one * other)
        if name == "rate":
            error = np.where(has_both.to_numpy(), error, np.nan)
        columns += _ends(f"{name}_effect", values, normal_quantile(each) * error)
        total = np.full(effects.height, values.sum())
        summed = np.sqrt(_variances(sides, [_summed(it) for it in products]))
        margin = normal_quantile(confidence) * np.broadcast_to(summed, total.shape)
        columns.append(pl.Series(f"{name}_total_effect", total))
        columns += _ends(f"{name}_total_effect", total, margin)
    return columns


def _side(effects: pl.DataFrame, sign: float, prefix: str) -> Side:
    classes = class_counts(effects, prefix)
    n = classes.answer_count
    other = effects["nps" if prefix else "compared_nps"].is_null().to_numpy()
    error = np.nan_to_num(100 * nps_standard_error(classes, basis="adjusted"))
    return Side(
        sign,
        effects[f"{prefix}share"].to_numpy(),
        effects[f"{prefix}nps"].fill_null(0.0).to_numpy(),
        np.where(n == 0, 0.0, np.where(other, 1.0, 0.5)),
        n * error**2,
        float(n.sum()),
    )


def _factors(name: EffectName, now: Side, before: Side) -> tuple[FloatArray, FloatArray]:
    """What an effect is the product of: a share and a difference of scores."""
    if name == "rate":
        has_both = now.weight * before.weight > 0
        return (now.share + before.share) / 2, np.where(has_both, now.score - before.score, 0.0)
    mean_score = now.weight * now.score + before.weight * before.score
    return now.share - before.share, mean_score - (now.whole + before.whole) / 2


def _influences(name: EffectName, side: Side) -> tuple[Influence, Influence]:
    """What an answer does to each of the two factors."""
    own_group = np.eye(len(side.share))
    by_share = np.divide(own_group, side.share, out=np.zeros_like(own_group), where=side.share > 0)
    shares, nothing = own_group - side.share[:, np.newaxis], np.zeros_like(own_group)
    if name == "rate":
        return Influence(shares / 2, nothing), Influence(nothing, side.sign * by_share)
    return Influence(side.sign * shares, nothing), Influence(
        np.broadcast_to((side.whole - side.score) / 2, shares.shape),
        by_share * side.weight[:, np.newaxis] - 0.5,
    )


def _of_product(
    factors: tuple[FloatArray, FloatArray], of_each: tuple[Influence, Influence]
) -> Influence:
    one, other = (it[:, np.newaxis] for it in factors)
    return Influence(*(other * a + one * b for a, b in zip(*of_each, strict=True)))


def _variances(sides: tuple[Side, ...], influences: Sequence[Influence]) -> FloatArray:
    """Of what answers of both periods make, by row of the influences."""
    parts = [
        (it.mean**2 + it.own**2 * side.variance) @ side.share / max(side.answer_count, 1)
        for side, it in zip(sides, influences, strict=True)
    ]
    return np.asarray(sum(parts), dtype=np.float64)


def _summed(influence: Influence) -> Influence:
    return Influence(*(it.sum(axis=0, keepdims=True) for it in influence))


def _ends(name: str, values: FloatArray, margin: FloatArray) -> list[pl.Series]:
    low, high = nullable(values - margin), nullable(values + margin)
    return [low.alias(f"{name}_low"), high.alias(f"{name}_high")]
