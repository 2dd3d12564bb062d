"""Customers by segment and class: their counts, and their rates of leaving as they may truly be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cxdata.metrics.churn.exposure import CLASSES
from cxdata.metrics.churn.value import Numbers

# P: Kerman (2011): a third of a customer on either side leaves a share's middle where it is.
NEUTRAL = 1 / 3
# What a stratum holds, and the column of an exposure's rows that has it.
COUNTS = {
    "base": "base_count",
    "lost": "lost_count",
    "known": "known_count",
    "amount": "known_amount",
    "squares": "known_squares",
    "lost_known": "lost_known_count",
    "lost_amount": "lost_known_amount",
    "lost_squares": "lost_known_squares",
}


@dataclass(frozen=True)
class Strata:
    """Customers per segment (first axis) and class (second, in the order of ``CLASSES``).

    ``base``, ``lost`` are counts; ``known`` those with a known revenue, ``amount`` that revenue,
    ``squares`` the sum of its squares; ``lost_known``, ``lost_amount``, ``lost_squares`` the same
    of the lost.
    """

    segments: tuple[str | None, ...]
    base: Numbers
    lost: Numbers
    known: Numbers
    amount: Numbers
    squares: Numbers
    lost_known: Numbers
    lost_amount: Numbers
    lost_squares: Numbers

    @property
    def level(self) -> Numbers:
        """The share of each segment's customers who left; 0 where nobody was."""
        lost, base = self.lost.sum(axis=1), self.base.sum(axis=1)
        found: Numbers = lost / np.maximum(base, 1)
        return found

    def of(self, segments: Sequence[str | None]) -> Strata:
        """The same for exactly these segments; nobody where there is none of that name."""
        places = {name: place for place, name in enumerate(self.segments)}
        found = [places.get(name, -1) for name in segments]
        is_there = np.array([place >= 0 for place in found], dtype=bool)[:, None]

        def taken(counts: Numbers) -> Numbers:
            if not self.segments:
                return np.zeros((len(found), len(CLASSES)))
            return np.where(is_there, counts[found], 0.0)

        return Strata(tuple(segments), *(taken(getattr(self, name)) for name in COUNTS))


def strata_of(rows: pl.DataFrame) -> Strata:
    """Counts of an exposure's rows by segment; a null segment is one like the others."""
    sums = [
        pl.col(column).filter(pl.col("class") == name).sum().alias(f"{column} {name}")
        for column in COUNTS.values()
        for name in CLASSES
    ]
    found = rows.group_by("segment").agg(sums).sort("segment", nulls_last=True)
    counts = [
        found.select(f"{column} {name}" for name in CLASSES).to_numpy().astype(float)
        for column in COUNTS.values()
    ]
    return Strata(tuple(found["segment"]), *counts)


def drawn_rates(lost: Numbers, count: Numbers, draw_count: int, seed: int) -> Numbers:
    """Rates of leaving as they may truly be, given who left: one more leading axis of draws.

    Notes
    -----
    Bayesian bootstrap of each cell: for who stayed and who left it draws from
    Beta(lost, count − lost). A third of a customer is added on either side, so that a cell in
    which nobody (or everybody) left has a spread, too.

    References
    ----------
    .. [1] Rubin, D. (1981). The Bayesian Bootstrap. Annals of Statistics 9.
    .. [2] Kerman, J. (2011). Neutral Noninformative and Informative Conjugate Beta and Gamma
       Prior Distributions. Electronic Journal of Statistics 5.
    """
    random = np.random.default_rng(seed)
    drawn: Numbers = random.beta(
        lost + NEUTRAL, count - lost + NEUTRAL, size=(draw_count, *count.shape)
    )
    return drawn
