"""Shares of things of which one person may have several: intervals that know it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cxdata.metrics.statistics.intervals import FloatArray, wilson_interval


class RepeatedCounts(NamedTuple):
    """Of ``whole`` things of people, ``part`` fit; then sums over people of the squares of their
    parts, of part times whole, and of the squares of their wholes. Numbers, or columns."""

    part: npt.ArrayLike
    whole: npt.ArrayLike
    part_squares: npt.ArrayLike
    products: npt.ArrayLike
    whole_squares: npt.ArrayLike


def share_design_effect(counts: RepeatedCounts) -> FloatArray:
    """How many times larger the variance of the share is than that of as many people's.

    At least 1, which it is where everybody has one; at most what it is where all things of a person
    are alike.

    Notes
    -----
    The variance of a ratio, sum of (part - share * whole)² over people, over that of a binomial
    share. Where all or none fit, nothing shows how alike they are: then as if they were wholly so.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling, 6.1 and 8.2.

    Examples
    --------
    >>> twenty_with_two_alike = RepeatedCounts(20, 40, 40, 40, 80)
    >>> float(share_design_effect(twenty_with_two_alike))
    2.0
    """
    part, whole, squares, products, wholes = (np.asarray(it, dtype=np.float64) for it in counts)
    safe = np.where(whole == 0, np.nan, whole)
    share = part / safe
    most = np.maximum(wholes / safe, 1)
    spread = squares - 2 * share * products + share**2 * wholes
    binomial = share * (1 - share) * whole
    effect = np.where(binomial > 0, spread / np.where(binomial > 0, binomial, 1), most)
    return np.asarray(np.clip(effect, 1, most), dtype=np.float64)


def repeated_share_interval(
    counts: RepeatedCounts, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the interval of a share, 0 to 1; ``nan`` of nothing.

    Notes
    -----
    Wilson's interval with the effective number: the whole over the design effect.

    >>> low, high = repeated_share_interval(RepeatedCounts(20, 40, 40, 40, 80))
    >>> f"{low:.3f} to {high:.3f}"  # as 10 of 20
    '0.299 to 0.701'
    """
    effect = share_design_effect(counts)
    part, whole = (np.asarray(it, dtype=np.float64) for it in counts[:2])
    return wilson_interval(part / effect, whole / effect, confidence=confidence)
