"""Two shares against each other, and many tests at once: pure arithmetic on columns.

Like :mod:`cxdata.metrics.statistics.intervals`: an empty set has no figure, the result is ``nan``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cxdata.metrics.statistics.intervals import FloatArray, two_sided_p, wilson_interval


class ShareCounts(NamedTuple):
    """How many of how many: numbers, or columns of numbers.

    ``design_effect`` is how many of them say as much as one of somebody of whom there is one only
    (:func:`cxdata.metrics.statistics.people.share_effect`); every interval and test counts with
    it.
    """

    part: npt.ArrayLike
    whole: npt.ArrayLike
    design_effect: npt.ArrayLike = 1.0

    @property
    def share(self) -> FloatArray:
        whole = np.asarray(self.whole, dtype=np.float64)
        return np.asarray(self.part, dtype=np.float64) / np.where(whole == 0, np.nan, whole)

    @property
    def effective(self) -> tuple[FloatArray, FloatArray]:
        """Part and whole of as many as would say the same if nobody were in them twice."""
        effect = np.asarray(self.design_effect, dtype=np.float64)
        return (
            np.asarray(self.part, dtype=np.float64) / effect,
            np.asarray(self.whole, dtype=np.float64) / effect,
        )


def share_interval(
    counts: ShareCounts, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the interval of a share, 0 to 1; ``nan`` of nothing.

    Notes
    -----
    Wilson's interval with the effective number: the whole over the design effect.

    >>> low, high = share_interval(ShareCounts(20, 40, design_effect=2))
    >>> f"{low:.3f} to {high:.3f}"  # as 10 of 20
    '0.299 to 0.701'
    """
    return wilson_interval(*counts.effective, confidence=confidence)


def newcombe_interval(
    one: ShareCounts, other: ShareCounts, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the interval of ``one.share - other.share``, -1 to 1.

    Notes
    -----
    Newcombe's method 10, from the Wilson intervals of both shares; the two sets must not
    overlap.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval Estimation for the Difference Between Independent
       Proportions: Comparison of Eleven Methods. Statistics in Medicine 17.

    Examples
    --------
    >>> low, high = newcombe_interval(ShareCounts(56, 70), ShareCounts(48, 80))
    >>> f"{low:.4f} to {high:.4f}"
    '0.0524 to 0.3339'
    """
    difference = one.share - other.share
    one_low, one_high = share_interval(one, confidence=confidence)
    other_low, other_high = share_interval(other, confidence=confidence)
    below = np.hypot(one.share - one_low, other_high - other.share)
    above = np.hypot(one_high - one.share, other.share - other_low)
    return difference - below, difference + above


def share_difference_p(one: ShareCounts, other: ShareCounts) -> FloatArray:
    """How likely chance alone makes two shares of separate sets differ this much (two-sided).

    Equal shares of all or nothing give 1.

    Notes
    -----
    The chi-square test of two shares with the factor (N - 1) / N, which holds down to small
    expected counts. The two are held equal, so the design effect is that of both sets together:
    the mean of theirs by their parts.

    References
    ----------
    .. [1] Campbell, I. (2007). Chi-squared and Fisher-Irwin Tests of Two-by-two Tables with
       Small Sample Recommendations. Statistics in Medicine 26.

    Examples
    --------
    >>> f"{share_difference_p(ShareCounts(56, 70), ShareCounts(48, 80)):.4f}"
    '0.0083'
    """
    effect = _common_effect(one, other)
    m, n = (np.asarray(it.whole, dtype=np.float64) / effect for it in (one, other))
    both = ShareCounts(np.add(one.part, other.part) / effect, m + n).share
    spread = both * (1 - both) * (1 / np.where(m == 0, np.nan, m) + 1 / np.where(n == 0, np.nan, n))
    difference = one.share - other.share
    error = np.sqrt(spread * (m + n) / np.maximum(m + n - 1, 1))
    z = np.where(difference == 0, 0.0, difference / np.where(error == 0, np.nan, error))
    return two_sided_p(z)


def _common_effect(one: ShareCounts, other: ShareCounts) -> FloatArray:
    effects = [np.asarray(it.design_effect, dtype=np.float64) for it in (one, other)]
    parts = [np.asarray(it.part, dtype=np.float64) for it in (one, other)]
    whole = parts[0] + parts[1]
    weights = [np.where(whole > 0, it / np.where(whole > 0, whole, 1), 0.5) for it in parts]
    return np.asarray(effects[0] * weights[0] + effects[1] * weights[1])


def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """The p-values of many tests, adjusted for their number.

    Of all tests with an adjusted p below 0.05, at most 5 % are expected to be chance. ``nan``
    stays ``nan`` and isn't counted.

    References
    ----------
    .. [1] Benjamini, Y., Hochberg, Y. (1995). Controlling the False Discovery Rate. Journal of
       the Royal Statistical Society B 57.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.005]).tolist()
    [0.02, 0.04, 0.04, 0.02]
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]  # nan sorts last
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.asarray(np.clip(adjusted, 0, 1), dtype=np.float64)
