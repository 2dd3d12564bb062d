"""Which touchpoint to repair first, as far as it is established.

Answers give ratings that share a common impression (halo): who is content rates all well. So a
touchpoint's tie to the score is read beyond that impression, what better ratings would go with
is read with all others being the same, and one is named only if it is established against every
other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cxdata.metrics.statistics.intervals import FloatArray, normal_quantile

# Rounds of least squares for the common factor; the change after them is below rounding.
FACTOR_ROUNDS = 25
# A factor that ratings share less than this isn't told from none.
LEAST_LOADING = 1e-6
HIGHEST_LOADING = 0.999


class Priority(NamedTuple):
    """By touchpoint, in the order of the model; ``is_first`` is true of one at most."""

    performance_margin: FloatArray  # half the interval of the mean rating's place, 0 to 1
    gain: FloatArray  # points of the score from 0 to 10
    gain_low: FloatArray
    gain_high: FloatArray
    beyond_halo: FloatArray  # a correlation, -1 to 1
    is_beyond_halo: npt.NDArray[np.bool_]
    is_first: npt.NDArray[np.bool_]
    halo_share: float


def common_factor(correlations: FloatArray) -> FloatArray:
    """Loadings of the one factor that explains the correlations best, off the diagonal.

    Least squares in turns, loading by loading (minres for one factor); several matrices may be
    stacked in front. Loadings are from 0: a common impression raises all ratings.

    References
    ----------
    .. [1] Harman, H. H. & Jones, W. H. (1966). Factor Analysis by Minimizing Residuals (Minres).
       Psychometrika 31(3).

    Examples
    --------
    >>> common_factor(np.array([[1, 0.48, 0.4], [0.48, 1, 0.3], [0.4, 0.3, 1]])).round(3).tolist()
    [0.8, 0.6, 0.5]
    """
    count = correlations.shape[-1]
    apart = correlations * (1 - np.eye(count))
    mean = apart.sum(axis=(-2, -1)) / max(count * (count - 1), 1)
    loadings = np.repeat(np.sqrt(np.clip(mean, 0, 1))[..., None], count, axis=-1)
    for _ in range(FACTOR_ROUNDS):
        for place in range(count):
            others = (loadings**2).sum(axis=-1) - loadings[..., place] ** 2
            shared = (apart[..., place, :] * loadings).sum(axis=-1)
            fitted = np.where(others > LEAST_LOADING, shared / np.maximum(others, LEAST_LOADING), 0)
            loadings[..., place] = np.clip(fitted, 0, HIGHEST_LOADING)
    return np.asarray(loadings)


def beyond_halo(correlations: FloatArray, target: FloatArray) -> FloatArray:
    """Of each correlation with the score, what the common impression doesn't account for.

    Notes
    -----
    With loadings λ, the impression's own correlation with the score is φ = Σ λⱼ cⱼ ÷ Σ λⱼ²,
    within -1 and 1; what is left is cⱼ - λⱼ φ. Where all ratings and the score share nothing
    but the impression, it is 0 for each.

    Examples
    --------
    >>> halo = np.array([0.8, 0.6, 0.5])
    >>> alone = np.outer(halo, halo) + np.diag(1 - halo**2)
    >>> np.abs(beyond_halo(alone, 0.7 * halo)).round(3).tolist()
    [0.0, 0.0, 0.0]
    """
    loadings = common_factor(correlations)
    squares = (loadings**2).sum(axis=-1)
    products = (loadings * target).sum(axis=-1)
    shared = np.where(
        squares > LEAST_LOADING, products / np.maximum(squares, LEAST_LOADING), 0
    ).clip(-1, 1)
    return np.asarray(target - loadings * shared[..., None])


def priority(
    whole: FloatArray, samples: FloatArray, tops: FloatArray, lowest: FloatArray, confidence: float
) -> Priority:
    """What each touchpoint stands for, with intervals from samples drawn again.

    Parameters
    ----------
    whole, samples
        Sums of products of rows that begin with a 1, then the ratings, then the score: of the
        answers, and of each sample.
    tops, lowest
        Best and worst rating of each touchpoint.

    Notes
    -----
    The gain is the coefficient of a rating, all others being the same, times what is missing
    to the best rating. Leaving out a touchpoint that adds nothing doesn't change those of the
    others but for noise, as it does change relative weights. Margins are standard errors over
    the samples times a normal quantile: simultaneous over touchpoints (Bonferroni); for the
    first one, over the touchpoints that it might falsely stand before.
    """
    count = len(tops)
    gains, drawn_gains = _gains(whole, tops), _gains(samples, tops)
    correlations, drawn = _correlations(whole), _correlations(samples)
    beyond = beyond_halo(correlations[:-1, :-1], correlations[:-1, -1])
    drawn_beyond = beyond_halo(drawn[..., :-1, :-1], drawn[..., :-1, -1])
    each = normal_quantile(1 - (1 - confidence) / count)
    margin = each * drawn_gains.std(axis=0)
    is_beyond = beyond - each * drawn_beyond.std(axis=0) > 0
    places = samples[:, 0, 1:-1] / samples[:, 0, :1] / (tops - lowest)
    loadings = common_factor(correlations[:-1, :-1])
    return Priority(
        normal_quantile(confidence) * places.std(axis=0),
        gains,
        gains - margin,
        gains + margin,
        beyond,
        is_beyond,
        is_beyond & (gains - margin > 0) & _before_all(gains, drawn_gains, confidence),
        float((loadings**2).mean()),
    )


def _before_all(gains: FloatArray, drawn: FloatArray, confidence: float) -> npt.NDArray[np.bool_]:
    """Whether a gain is established above every other: all of its differences have to be."""
    count = len(gains)
    margin = normal_quantile(1 - (1 - confidence) / max(count - 1, 1))
    errors = (drawn[:, :, None] - drawn[:, None, :]).std(axis=0)
    is_above = gains[:, None] - gains[None, :] > margin * errors
    return np.asarray((is_above | np.eye(count, dtype=bool)).all(axis=1))


def _gains(products: FloatArray, tops: FloatArray) -> FloatArray:
    counts = products[..., 0, 0]
    means = products[..., 0, 1:] / counts[..., None]
    scatter = products[..., 1:, 1:] - (products[..., 0, 1:][..., :, None] * means[..., None, :])
    inverse = np.linalg.pinv(scatter[..., :-1, :-1], hermitian=True)
    slopes = np.einsum("...ij,...j->...i", inverse, scatter[..., :-1, -1])
    return np.asarray(slopes * (tops - means[..., :-1]))


def _correlations(products: FloatArray) -> FloatArray:
    sums = products[..., 0, 1:]
    scatter = products[..., 1:, 1:] - (
        sums[..., :, None] * sums[..., None, :] / products[..., 0, 0][..., None, None]
    )
    spread = np.sqrt(np.clip(np.diagonal(scatter, axis1=-2, axis2=-1), 0, None))
    scale = spread[..., :, None] * spread[..., None, :]
    return np.asarray(np.where(scale > 0, scatter / np.where(scale > 0, scale, 1), 0.0))
