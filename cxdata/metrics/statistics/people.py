"""What it does to a score or a share that some people answered more than once.

Answers of one person are alike, so four of them say less than four people's. How much less is the
*design effect*: the variance that holds with repeated answers over that of as many single ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cxdata.metrics.statistics.intervals import ClassCounts, FloatArray, nps, nps_variance
from cxdata.metrics.statistics.looks import student_quantile

# What the three pseudo-answers of the adjusted Wald interval add to the sum of squares.
PSEUDO_SQUARES = 1.5
LEAST_DEGREES = 1.0


class Repeats(NamedTuple):
    """Sums over the people of each group; all are 0 where everybody answered once.

    With S the sum of a person's answers counted as 1, 0 and -1, and n their number: ``square``
    sums S² less the squares of the single answers, ``mixed`` S (n - 1), ``size`` n (n - 1).
    """

    square: FloatArray
    mixed: FloatArray
    size: FloatArray


class Shared(NamedTuple):
    """Sums over the people who answered in both of two groups: S S', S n', n S' and n n'."""

    square: FloatArray
    mixed: FloatArray
    mixed_back: FloatArray
    size: FloatArray


def design_effect(counts: ClassCounts, repeats: Repeats, *, confidence: float = 0.95) -> FloatArray:
    """How many answers say as much as one person's, 1 to the number of answers.

    Notes
    -----
    The cluster-robust variance of a mean of n answers is Σ (S - n x)² / n² over people; over that
    of n single answers it is 1 + (square - 2 x mixed + x² size) / Σ (each answer - x)². Both sums
    count the three pseudo-answers of the interval as if they were alike for each person: where all
    answers are the same, nothing tells how alike a person's are.

    With N = (Σ n)² / Σ n² people of equal weight, the variance gets the factor N / (N - 1), and
    the square of the quantile of Student's distribution with N - 1 degrees of freedom takes the
    place of the normal one's; each over what it is for as many single answers, so that the effect
    is exactly 1 where nobody answered twice. Below 1 it isn't taken: people don't contradict
    themselves on purpose.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley. Chapters 5 and 8.
    .. [2] Cameron, A. C. and Miller, D. L. (2015). A Practitioner's Guide to Cluster-Robust
       Inference. Journal of Human Resources 50(2).

    Examples
    --------
    100 people, four alike answers each:

    >>> four = ClassCounts(promoter=[200], passive=[80], detractor=[120])
    >>> alike = Repeats(square=np.array([960.0]), mixed=np.array([240.0]), size=np.array([1200.0]))
    >>> round(float(design_effect(four, alike)[0]), 2)
    4.11
    """
    n, mean = counts.answer_count, nps(counts) / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = repeats.square - 2 * mean * repeats.mixed + mean**2 * repeats.size
        alone = n * nps_variance(counts) + PSEUDO_SQUARES
        effect = 1 + np.maximum(excess + PSEUDO_SQUARES * repeats.size / n, 0) / alone
        people = n**2 / (n + repeats.size)
        effect *= small_sample(people, confidence) / small_sample(n, confidence)
    most = np.maximum(n, 1)
    return np.where(repeats.size > 0, np.clip(effect, 1, most), 1.0)


def share_effect(
    part: npt.ArrayLike, whole: npt.ArrayLike, repeats: Repeats, *, confidence: float = 0.95
) -> FloatArray:
    """The same of a share, each answer being counted as 1 if it is of the part, else as 0.

    Examples
    --------
    20 people, of whom half fit twice and half not at all:

    >>> twice = Repeats(square=np.array([20.0]), mixed=np.array([20.0]), size=np.array([40.0]))
    >>> share_effect([20], [40], twice).round(2).tolist()
    [2.2]
    """
    part, whole = (np.asarray(it, dtype=np.float64) for it in (part, whole))
    counts = ClassCounts(part, whole - part, np.zeros_like(part))
    return design_effect(counts, repeats, confidence=confidence)


def correlation(one: ClassCounts, other: ClassCounts, shared: Shared) -> FloatArray:
    """How far two scores move together because the same people are behind both, -1 to 1.

    Notes
    -----
    Covariance of the two means, Σ (S - n x) (S' - n' x') / (Σ n Σ n') over people in both, over
    the root of their variances with their design effects.
    """
    n, mean = one.answer_count, nps(one) / 100
    other_n, other_mean = other.answer_count, nps(other) / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = (
            shared.square
            - other_mean * shared.mixed
            - mean * shared.mixed_back
            + mean * other_mean * shared.size
        ) / (n * other_n)
        variances = [
            nps_variance(it) * np.asarray(it.design_effect) / it.answer_count for it in (one, other)
        ]
        found = covariance / np.sqrt(variances[0] * variances[1])
    return np.where(np.isfinite(found), np.clip(found, -1, 1), 0.0)


def small_sample(people: FloatArray, confidence: float) -> FloatArray:
    """What so few people of equal weight add to a variance and the square of its quantile."""
    degrees = np.maximum(people - 1, LEAST_DEGREES)
    return (degrees + 1) / degrees * student_quantile(confidence, degrees) ** 2
