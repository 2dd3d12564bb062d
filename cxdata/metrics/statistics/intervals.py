"""Intervals and tests on shares: pure arithmetic, one formula for one value or a whole column.

Every function takes numbers or arrays and returns numbers or arrays of the same length. An
empty set has no figure: the result is ``nan``, which frames turn into null.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Basis = Literal["adjusted", "wald"]

# Rocks (2016): three pseudo-answers, in the shares of a triangular answer.
PSEUDO_PROMOTERS = 0.75
PSEUDO_PASSIVES = 1.5
PSEUDO_DETRACTORS = 0.75
# In how many cases a change that is said to show does: the field's habit (Cohen 1988).
POWER = 0.8


class ClassCounts(NamedTuple):
    """How many answers are in each NPS class: numbers, or columns of numbers.

    ``design_effect`` is how many of them say as much as one of somebody who answered once
    (:func:`cxdata.metrics.statistics.people.design_effect`); every standard error counts with it.
    ``people_count`` is how many people gave them; None: everybody one.
    """

    promoter: npt.ArrayLike
    passive: npt.ArrayLike
    detractor: npt.ArrayLike
    design_effect: npt.ArrayLike = 1.0
    people_count: npt.ArrayLike | None = None

    @property
    def answer_count(self) -> FloatArray:
        return _floats(self.promoter) + _floats(self.passive) + _floats(self.detractor)

    @property
    def people(self) -> FloatArray:
        return self.answer_count if self.people_count is None else _floats(self.people_count)


class NpsDifference(NamedTuple):
    """``difference`` in points; ``z`` and the two-sided ``p_value`` that belong to it."""

    difference: FloatArray
    z: FloatArray
    p_value: FloatArray


def nps(counts: ClassCounts) -> FloatArray:
    """Net Promoter Score in points, -100 to 100: 100 x (promoter share - detractor share).

    >>> float(nps(ClassCounts(promoter=50, passive=20, detractor=30)))
    20.0
    """
    return 100 * _balance(counts)


def nps_variance(counts: ClassCounts) -> FloatArray:
    """Variance of one answer counted as 1, 0 or -1: p + d - (p - d)².

    >>> float(nps_variance(ClassCounts(promoter=1, passive=0, detractor=1)))
    1.0
    """
    n = counts.answer_count
    both = _ratio(_floats(counts.promoter) + _floats(counts.detractor), n)
    return np.asarray(both - _balance(counts) ** 2, dtype=np.float64)


def nps_standard_error(counts: ClassCounts, *, basis: Basis = "wald") -> FloatArray:
    """Standard error of an NPS on the scale -1 to 1 (a hundredth of a point scale)."""
    basis_counts = _on_basis(_effective(counts), basis)
    error = np.sqrt(_ratio(nps_variance(basis_counts), basis_counts.answer_count))
    return np.where(counts.answer_count > 0, error, np.nan)


def nps_interval(
    counts: ClassCounts, *, confidence: float = 0.95, basis: Basis = "adjusted"
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the interval of an NPS, in points, within -100 to 100.

    Parameters
    ----------
    basis
        ``adjusted`` (adjusted Wald) adds 0.75 promoter, 1.5 passive and 0.75 detractor, so
        that unanimous answers don't pretend to certainty; its centre is pulled a little
        towards 0. ``wald`` is the plain interval, for comparison with other tools.

    Raises
    ------
    ValueError
        If ``confidence`` is not strictly between 0 and 1.

    Notes
    -----
    centre ± z · sqrt((p + d - (p - d)²) / n), all with the pseudo-answers counted in. Under the
    root, the counts are divided by the design effect; to the centre, the pseudo-answers are added
    as often as its root says, between once and as often as the effect itself: measured, that holds
    the coverage best where few people gave many answers.

    References
    ----------
    .. [1] Rocks, B. (2016). Interval Estimation for the Net Promoter Score. The American
       Statistician 70(4).

    Examples
    --------
    >>> low, high = nps_interval(ClassCounts(promoter=50, passive=20, detractor=30))
    >>> f"{low:.2f} to {high:.2f}"
    '2.65 to 36.18'
    """
    centre = _centre(counts, basis)
    margin = normal_quantile(confidence) * nps_standard_error(counts, basis=basis)
    low, high = 100 * (centre - margin), 100 * (centre + margin)
    return np.clip(low, -100, 100), np.clip(high, -100, 100)


def nps_difference(
    current: ClassCounts,
    compared: ClassCounts,
    *,
    basis: Basis = "adjusted",
    correlation: npt.ArrayLike = 0.0,
) -> NpsDifference:
    """By how many points two sets of answers differ, and how likely by chance.

    ``difference`` is that of the two NPS as shown; ``z`` and ``p_value`` (two-sided) are on
    ``basis``, the same as the intervals'. Two overlapping sets must not be compared: compare
    a subset with the rest. Where the same people answered in both sets, ``correlation`` says how
    far the two scores move together (:func:`cxdata.metrics.statistics.people.correlation`).

    >>> change = nps_difference(ClassCounts(50, 20, 30), ClassCounts(50, 30, 20))
    >>> f"{change.difference:.1f} points, p {change.p_value:.4f}"
    '-10.0 points, p 0.3987'
    """
    gap = _centre(current, basis) - _centre(compared, basis)
    z = _ratio(gap, nps_difference_error(current, compared, basis=basis, correlation=correlation))
    return NpsDifference(nps(current) - nps(compared), z, two_sided_p(z))


def smallest_detectable_change(
    current: ClassCounts,
    compared: ClassCounts,
    *,
    confidence: float = 0.95,
    power: float = POWER,
    basis: Basis = "adjusted",
    correlation: npt.ArrayLike = 0.0,
) -> FloatArray:
    """The change, in points, that these numbers of answers would have shown so often.

    A true change of that size is significant with the probability ``power``. With 0.5 it is the
    change that would just have been significant: half of all cases miss it.

    Notes
    -----
    (z(confidence) + z(power)) · sqrt(SE₁² + SE₂²), with the spreads seen in both sets, less twice
    their covariance where the same people answered in both.

    References
    ----------
    .. [1] Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences. 2nd edition:
       a power of 80 % by convention.
    """
    quantile = normal_quantile(confidence) + NormalDist().inv_cdf(power)
    error = nps_difference_error(current, compared, basis=basis, correlation=correlation)
    return 100 * quantile * error


def wilson_interval(
    success_count: npt.ArrayLike, count: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the interval of a share, 0 to 1.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable Inference, the Law of Succession, and Statistical
       Inference. JASA 22.

    Examples
    --------
    >>> low, high = wilson_interval(85, 100)
    >>> f"{low:.3f} to {high:.3f}"
    '0.767 to 0.907'
    """
    z, n = normal_quantile(confidence), _floats(count)
    share = _ratio(_floats(success_count), n)
    shrink = 1 + _ratio(np.float64(z**2), n)
    centre = (share + _ratio(np.float64(z**2), 2 * n)) / shrink
    spread = _ratio(share * (1 - share), n) + _ratio(np.float64(z**2), 4 * n**2)
    margin = z * np.sqrt(spread) / shrink
    return np.clip(centre - margin, 0, 1), np.clip(centre + margin, 0, 1)


def normal_quantile(confidence: float) -> float:
    """How many standard errors lie on each side of a two-sided interval.

    Raises
    ------
    ValueError
        If ``confidence`` is not strictly between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not strictly between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def two_sided_p(z: npt.ArrayLike) -> FloatArray:
    """How likely chance alone goes this far from zero, in either direction."""
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    return np.asarray(erfc(np.abs(_floats(z)) / math.sqrt(2)), dtype=np.float64)


def chi_square_p(chi_square: float, degrees_of_freedom: int) -> float:
    """How likely chance alone gives a chi-square of at least this size.

    Notes
    -----
    With x half the chi-square: for an even number of degrees 2k exp(-x) · sum of xⁱ / i! for
    i < k; for an odd one erfc(√x) + exp(-x) · sum of x^(i + ½) / Γ(i + 3/2).

    >>> round(chi_square_p(3.841459, 1), 4), round(chi_square_p(5.991465, 2), 4)
    (0.05, 0.05)
    >>> round(chi_square_p(7.814728, 3), 4)
    0.05

    Raises
    ------
    ValueError
        If there is no degree of freedom, or the chi-square is negative.
    """
    if degrees_of_freedom < 1 or chi_square < 0:
        raise ValueError("a chi-square is at least 0 and has at least one degree of freedom")
    half, (count, odd) = chi_square / 2, divmod(degrees_of_freedom, 2)
    first = math.erfc(math.sqrt(half)) if odd else 0.0
    terms: list[float] = [half ** (i + odd / 2) / math.gamma(i + 1 + odd / 2) for i in range(count)]
    return first + math.exp(-half) * sum(terms)


def _on_basis(counts: ClassCounts, basis: Basis) -> ClassCounts:
    if basis == "wald":
        return counts
    return ClassCounts(
        _floats(counts.promoter) + PSEUDO_PROMOTERS,
        _floats(counts.passive) + PSEUDO_PASSIVES,
        _floats(counts.detractor) + PSEUDO_DETRACTORS,
    )


def _balance(counts: ClassCounts) -> FloatArray:
    return _ratio(_floats(counts.promoter) - _floats(counts.detractor), counts.answer_count)


def nps_difference_error(
    current: ClassCounts,
    compared: ClassCounts,
    *,
    basis: Basis = "adjusted",
    correlation: npt.ArrayLike = 0.0,
) -> FloatArray:
    """Standard error of the difference of two NPS, on the scale -1 to 1.

    Only what was answered moves together; each side's pseudo-answers are its own.
    """
    one = nps_standard_error(current, basis=basis)
    other = nps_standard_error(compared, basis=basis)
    together = _floats(correlation) * np.sqrt(_real_part(current, basis))
    together = together * np.sqrt(_real_part(compared, basis))
    spared = np.where(together == 0, 0.0, 2 * together * one * other)
    independent = np.hypot(one, other)
    return np.where(spared == 0, independent, np.sqrt(np.maximum(independent**2 - spared, 0)))


def _real_part(counts: ClassCounts, basis: Basis) -> FloatArray:
    """Of the variance that a standard error is the root of, the part that isn't pseudo-answers'."""
    whole = _on_basis(_effective(counts), basis)
    if basis == "wald":
        return np.ones_like(whole.answer_count)
    pseudo = PSEUDO_PROMOTERS + PSEUDO_DETRACTORS
    pseudo_squares = pseudo + (pseudo + PSEUDO_PASSIVES) * _balance(whole) ** 2
    return np.clip(1 - _ratio(pseudo_squares, whole.answer_count * nps_variance(whole)), 0, 1)


def _effective(counts: ClassCounts) -> ClassCounts:
    """As many answers as would say the same if everybody had given one."""
    effect = _floats(counts.design_effect)
    return ClassCounts(
        _floats(counts.promoter) / effect,
        _floats(counts.passive) / effect,
        _floats(counts.detractor) / effect,
    )


def _centre(counts: ClassCounts, basis: Basis) -> FloatArray:
    root = np.sqrt(_floats(counts.design_effect))
    return _balance(
        _on_basis(
            ClassCounts(
                _floats(counts.promoter) / root,
                _floats(counts.passive) / root,
                _floats(counts.detractor) / root,
            ),
            basis,
        )
    )


def _ratio(part: FloatArray | np.float64, whole: FloatArray) -> FloatArray:
    return np.asarray(part / np.where(whole == 0, np.nan, whole), dtype=np.float64)


def _floats(values: npt.ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)
