"""Comments are not people: how much less those of customers say who commented more than once.

Daily counts add up comments; what these change is added to the counts here, once for the period
and once for the compared one (``compared_``):

- ``promoter_people``, ``passive_people``, ``detractor_people``, ``comment_people`` (Int64): who
  mentions the theme in comments of the class, or in any; ``scored_people`` in a scored one,
  ``rest_people`` who has scored comments that don't mention it
- ``promoter_effect``, …, ``other_effect`` (Float64): of the share of the class's comments, other
  than passives' for ``other_effect``; ``nps_effect`` of the NPS of those who mention it,
  ``points_effect`` of what it costs or brings
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cxdata.metrics.statistics.intervals import ClassCounts, FloatArray, nps, nps_variance
from cxdata.metrics.statistics.people import (
    Repeats,
    Shared,
    design_effect,
    share_effect,
    small_sample,
)
from cxdata.models import NPS_CLASSES

# What a share is of; promoters and detractors together are the other side of passives.
SHARES = {name: (name,) for name in (*NPS_CLASSES, "comment")} | {
    "other": ("promoter", "detractor")
}
SIDES = {"": 1, "compared_": 2}
NO_SPREAD = 1e-12


def with_theme_people(
    counts: pl.DataFrame, repeats: pl.DataFrame, confidence: float
) -> pl.DataFrame:
    """Counts by term, ``''`` being all comments, with the columns of this module.

    ``repeats`` as ``theme_repeats.sql`` gives them.
    """
    added: list[pl.Series] = []
    for prefix, side in SIDES.items():
        own = repeats.filter(side=side).drop("side")
        beside = counts.select("term").join(own, on="term", how="left", maintain_order="left")
        sums = {it.name: _floats(it) for it in beside.drop("term").fill_null(0)}
        columns = _figures(counts, sums, prefix, confidence)
        added += [pl.Series(f"{prefix}{name}", values) for name, values in columns.items()]
    return counts.with_columns(added)


def _figures(
    counts: pl.DataFrame, sums: dict[str, FloatArray], prefix: str, confidence: float
) -> dict[str, FloatArray]:
    is_total = (counts["term"] == "").to_numpy()

    def of_all(values: FloatArray) -> FloatArray:
        return np.full(len(values), values[is_total].sum())

    found: dict[str, FloatArray] = {}
    for name, classes in SHARES.items():
        part = np.sum([_floats(counts[f"{prefix}{it}_count"]) for it in classes], axis=0)
        square = sums[f"{name}_square"]
        repeats = Repeats(square, sums[f"{name}_mixed"], of_all(square))
        found[f"{name}_effect"] = share_effect(part, of_all(part), repeats, confidence=confidence)
        found[f"{name}_people"] = part - sums[f"{name}_repeated"]
    own = ClassCounts(*(_floats(counts[f"{prefix}{it}_count"]) for it in NPS_CLASSES))
    whole = ClassCounts(*(of_all(np.asarray(it)) for it in own[:3]))
    mine = Repeats(*(sums[it] for it in Repeats._fields))
    everyone = Repeats(*(of_all(it) for it in mine))
    both = Shared(*(sums[f"both_{it}"] for it in ("square", "mixed", "mixed_back", "size")))
    rest_repeated = of_all(sums["repeated"]) - sums["rest_repeated"]
    return found | {
        "nps_effect": design_effect(own, mine, confidence=confidence),
        "points_effect": points_effect(own, whole, mine, everyone, both, confidence),
        "scored_people": own.answer_count - sums["repeated"],
        "rest_people": whole.answer_count - own.answer_count - rest_repeated,
    }


def points_effect(
    own: ClassCounts,
    whole: ClassCounts,
    repeats: Repeats,
    repeats_of_all: Repeats,
    both: Shared,
    confidence: float,
) -> FloatArray:
    """The design effect of the NPS of all comments less that of those without the theme.

    Parameters
    ----------
    own, repeats
        Of the comments that mention it; ``whole`` and ``repeats_of_all`` of all.
    both
        Of people who have comments of either kind.

    Notes
    -----
    By linearisation, a comment of the value x adds x (1/n - 1/r) + m x / r - X / n + R / r -
    m R / r to the difference, m being 1 if it mentions the theme and else 0, X and R the two
    scores, n and r the numbers of comments. The variance sums the squares of what people add, over
    that of what single comments add.
    """
    n = whole.answer_count
    r = n - own.answer_count
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, own_sum = nps(whole) / 100, nps(own) / 100 * own.answer_count
        own_sum = np.nan_to_num(own_sum)
        rest_mean = (mean * n - own_sum) / r
        x, one, mx, m = 1 / n - 1 / r, rest_mean / r - mean / n, 1 / r, -rest_mean / r
        told = (whole.answer_count * nps_variance(whole)) + mean**2 * n
        own_told = np.nan_to_num(own.answer_count * nps_variance(own)) + own_sum**2 / np.maximum(
            own.answer_count, 1
        )
        # Sums of products of (x, 1, m x, m), of single comments, and of what people's have more.
        single = _form(
            (x, one, mx, m), told, mean * n, n, own_told, own_sum, own.answer_count,
            own_told, own_sum, own_sum, own.answer_count,
        )  # fmt: skip
        excess = _form(
            (x, one, mx, m), *repeats_of_all, *repeats,
            repeats.square + both.square, repeats.mixed + both.mixed_back,
            repeats.mixed + both.mixed, repeats.size + both.size,
        )  # fmt: skip
        effect = 1 + np.maximum(excess, 0) / single
        people = own.answer_count**2 / (own.answer_count + repeats.size)
        effect *= small_sample(people, confidence) / small_sample(own.answer_count, confidence)
    is_repeated = (repeats_of_all.size > 0) & (single > NO_SPREAD)
    return np.where(is_repeated, np.clip(np.nan_to_num(effect, nan=1.0), 1, n), 1.0)


def _form(
    weights: tuple[FloatArray, ...],
    xx: FloatArray, x1: FloatArray, one1: FloatArray,
    ss: FloatArray, s1: FloatArray, nn: FloatArray,
    xs: FloatArray, xn: FloatArray, one_s: FloatArray, one_n: FloatArray,
) -> FloatArray:  # fmt: skip
    x, one, mx, m = weights
    whole = x**2 * xx + 2 * x * one * x1 + one**2 * one1
    own = mx**2 * ss + 2 * mx * m * s1 + m**2 * nn
    between = x * mx * xs + x * m * xn + one * mx * one_s + one * m * one_n
    return np.asarray(whole + own + 2 * between)


def _floats(values: pl.Series) -> FloatArray:
    return values.to_numpy().astype(np.float64)
