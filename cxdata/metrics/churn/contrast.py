"""Contrasts: by how much more often some customers leave than others of the same segment.

Pure arithmetic on sums per segment: of heads, or of what each customer is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxdata.metrics.churn.strata import NEUTRAL, Strata
from cxdata.metrics.churn.value import Numbers

# D: where its spread is estimated, a rate counts as that of so many customers more, who leave as
# all of the segment do: a segment of three of whom nobody left isn't certain to keep everybody.
BORROWED = 2.0
TINY = 1e-12
# What makes rates of a year of those of a window.
Yearly = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class Departures:
    """Customers of one kind per segment, each with a weight: 1, or what they are worth.

    ``total``, ``lost``: the weights of all and of those who left; ``squares``,
    ``lost_squares``: of these, the sums of the squared weights; ``level``: the share of all the
    segment's customers who left.
    """

    total: Numbers
    lost: Numbers
    squares: Numbers
    lost_squares: Numbers
    level: Numbers

    @property
    def is_there(self) -> npt.NDArray[np.bool_]:
        there: npt.NDArray[np.bool_] = self.total > 0
        return there

    @property
    def rates(self) -> Numbers:
        """The share of the weight that left, per segment; 0 where nobody was."""
        return _ratio(self.lost, self.total)

    @property
    def alike_count(self) -> Numbers:
        """How many customers of equal weight have as uncertain a share; 0 where nobody was.

        References
        ----------
        .. [1] Kish, L. (1965). Survey Sampling.
        """
        return _ratio(self.total**2, self.squares)

    @property
    def variances(self) -> tuple[Numbers, Numbers]:
        """Of each segment's rate, if leaving has nothing to do with the weight, and as it has."""
        count, squares = self.alike_count, self.total**2
        rates = (self.rates * count + BORROWED * self.level) / (count + BORROWED)
        kept_squares = self.squares - self.lost_squares
        related = self.lost_squares * (1 - rates) ** 2 + kept_squares * rates**2
        return _ratio(rates * (1 - rates) * self.squares, squares), _ratio(related, squares)


def heads(strata: Strata, place: int, level: Numbers) -> Departures:
    """The customers of one class, each counting once."""
    base, lost = strata.base[:, place], strata.lost[:, place]
    return Departures(base, lost, base, lost, level)


def valued(
    strata: Strata, place: int, level: Numbers, per_revenue: Numbers, per_customer: Numbers
) -> Departures:
    """Those with a known revenue, each counting with revenue × the one + the other."""

    def value(amount: Numbers, count: Numbers) -> Numbers:
        found: Numbers = per_revenue * amount[:, place] + per_customer * count[:, place]
        return found

    def squared(squares: Numbers, amount: Numbers, count: Numbers) -> Numbers:
        crossed = 2 * per_revenue * per_customer * amount[:, place]
        found: Numbers = (
            per_revenue**2 * squares[:, place] + crossed + per_customer**2 * count[:, place]
        )
        return found

    return Departures(
        value(strata.amount, strata.known),
        value(strata.lost_amount, strata.lost_known),
        squared(strata.squares, strata.amount, strata.known),
        squared(strata.lost_squares, strata.lost_amount, strata.lost_known),
        level,
    )


@dataclass(frozen=True)
class Contrast:
    """How much more of a weight leaves than if it left like the ``compared`` of its segment.

    Σ weights × (rate − rate of the compared), over the segments that have both. ``compared`` None:
    how much of it leaves.

    Notes
    -----
    Direct standardisation. Every segment is compared within itself, however small: rates of
    segments are never merged, as that would bill to the customers what is the segment's own.
    A segment with few to compare with adds noise and no bias, and its noise is in the draws.
    """

    of: Departures
    compared: Departures | None
    target: Numbers

    @property
    def weights(self) -> Numbers:
        """The target where both kinds are there, else 0."""
        is_there = self.of.is_there
        if self.compared is not None:
            is_there = is_there & self.compared.is_there
        return np.where(is_there, self.target, 0.0)

    @property
    def differences(self) -> Numbers:
        """Per segment; 0 where one of both isn't there."""
        compared = 0.0 if self.compared is None else self.compared.rates
        return np.where(self.weights > 0, self.of.rates - compared, 0.0)

    @property
    def total(self) -> float:
        return float(self.weights @ self.differences)

    def yearly_differences(self, yearly: Yearly) -> Numbers:
        """``differences`` of the rates of a year."""
        compared = 0.0 if self.compared is None else yearly(self.compared.rates)
        return np.where(self.weights > 0, yearly(self.of.rates) - compared, 0.0)

    def yearly_total(self, yearly: Yearly) -> float:
        """The total, of the rates of a year."""
        kinds = [it for it in (self.of, self.compared) if it is not None]
        rates = yearly(np.array([mean_rate(it, self.weights)[0] for it in kinds]))
        return float(self.weights.sum() * (rates[0] - rates[1:].sum()))


def mean_rate(of: Departures, weights: Numbers) -> tuple[float, float]:
    """The segments' rates, weighted, and as of how many customers that share is certain.

    0 and 0 without weight.

    >>> ten = Departures(*(np.array([it]) for it in (10.0, 2.0, 10.0, 2.0, 0.2)))
    >>> rate, count = mean_rate(ten, np.array([1.0]))
    >>> round(rate, 2), round(count, 2)
    (0.2, 10.0)
    """
    size = weights.sum()
    if size <= 0:
        return 0.0, 0.0
    shares = weights / size
    rate = float(shares @ of.rates)
    variance = max(float(shares**2 @ each) for each in of.variances)
    if 0 < rate < 1 and variance > TINY:
        return rate, rate * (1 - rate) / variance
    return rate, 1 / float((shares**2 * _ratio(np.ones_like(shares), of.alike_count)).sum())


def rate_draws(of: Departures, weights: Numbers, draw_count: int, seed: int) -> Numbers:
    """The weighted mean of the segments' rates as it may truly be, given who left.

    Notes
    -----
    From Beta(a third + left, a third + stayed) (see
    :func:`cxdata.metrics.churn.strata.drawn_rates`), as of so many customers alike as have its
    variance: fewer where a few bring most, or where those who bring most leave more often.
    """
    return _drawn(of, weights, draw_count, np.random.default_rng(seed))


def contrast_draws(
    contrasts: Sequence[Contrast],
    draw_count: int,
    seed: int,
    yearly: Yearly | None = None,
) -> list[Numbers]:
    """Each contrast's total as it may truly be, given who left: both rates as in ``rate_draws``.

    Parameters
    ----------
    contrasts
        With the same customers to compare with, so that they vary together.
    yearly
        What makes a rate of a year of one of the window; by default rates stay as they are.
    """
    common = np.random.default_rng(seed).standard_normal(draw_count)
    found = []
    for place, each in enumerate(contrasts):
        difference = _yearly(each.of, each, draw_count, [seed, place, 0], yearly)
        if each.compared is not None:
            alike = _correlation(contrasts[0], each)
            alone = np.random.default_rng([seed, place, 1]).standard_normal(draw_count)
            order = alike * common + np.sqrt(1 - alike**2) * alone
            drawn = _yearly(each.compared, each, draw_count, [seed, place, 2], yearly)
            difference = difference - np.sort(drawn)[order.argsort().argsort()]
        found.append(each.weights.sum() * difference)
    return found


def _yearly(
    of: Departures, each: Contrast, draw_count: int, seed: list[int], yearly: Yearly | None
) -> Numbers:
    drawn = _drawn(of, each.weights, draw_count, np.random.default_rng(seed))
    return drawn if yearly is None else yearly(drawn)


def _drawn(
    of: Departures, weights: Numbers, draw_count: int, random: np.random.Generator
) -> Numbers:
    rate, count = mean_rate(of, weights)
    drawn: Numbers = random.beta(rate * count + NEUTRAL, (1 - rate) * count + NEUTRAL, draw_count)
    return drawn


def _correlation(one: Contrast, other: Contrast) -> float:
    """Of what the two are compared with."""
    if one is other or one.compared is None:
        return 1.0
    variance = one.compared.variances[0]
    together = float((one.weights * other.weights) @ variance)
    apart = float((one.weights**2) @ variance) * float((other.weights**2) @ variance)
    return min(together / float(np.sqrt(apart)), 1.0) if apart > 0 else 0.0


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    found: Numbers = np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole > 0)
    return found
