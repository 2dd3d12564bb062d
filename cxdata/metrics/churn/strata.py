"""Customers by segment and class: their counts, and their rates of leaving as they may truly be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import ChurnSettings
from cxdata.metrics.churn.exposure import CLASSES
from cxdata.metrics.churn.value import Numbers

Places = npt.NDArray[np.intp]
# P: Kerman (2011): a third of a customer on either side leaves a share's middle where it is.
NEUTRAL = 1 / 3


@dataclass(frozen=True)
class Strata:
    """Customers per segment (first axis) and class (second, in the order of ``CLASSES``).

    ``base``, ``lost`` are counts, ``known`` those with a known revenue, ``amount`` that revenue.
    """

    segments: tuple[str | None, ...]
    base: Numbers
    lost: Numbers
    known: Numbers
    amount: Numbers

    def of(self, segments: Sequence[str | None]) -> Strata:
        """The same for exactly these segments; nobody where there is none of that name."""
        places = {name: place for place, name in enumerate(self.segments)}
        found = [places.get(name, -1) for name in segments]
        is_there = np.array([place >= 0 for place in found], dtype=bool)[:, None]

        def taken(counts: Numbers) -> Numbers:
            if not self.segments:
                return np.zeros((len(found), len(CLASSES)))
            return np.where(is_there, counts[found], 0.0)

        parts = (self.base, self.lost, self.known, self.amount)
        return Strata(tuple(segments), *(taken(part) for part in parts))


def strata_of(rows: pl.DataFrame) -> Strata:
    """Counts of an exposure's rows by segment; a null segment is one like the others."""
    columns = ("base_count", "lost_count", "known_count", "known_amount")
    sums = [
        pl.col(column).filter(pl.col("class") == name).sum().alias(f"{column} {name}")
        for column in columns
        for name in CLASSES
    ]
    found = rows.group_by("segment").agg(sums).sort("segment", nulls_last=True)
    counts = [
        found.select(f"{column} {name}" for name in CLASSES).to_numpy().astype(float)
        for column in columns
    ]
    return Strata(tuple(found["segment"]), *counts)


def comparison_groups(compared_count: Numbers, small_count: int) -> Places:
    """Which segments are compared together: those with few customers to compare with.

    A segment with fewer than ``small_count`` (such as promoters) joins the others of that kind;
    one without any stays alone, as nothing can be compared in it.

    Returns
    -------
    ndarray
        One group number per segment, from 0.

    >>> comparison_groups(np.array([100.0, 3.0, 50.0, 7.0, 0.0]), 30).tolist()
    [0, 1, 2, 1, 3]
    """
    is_small = (compared_count > 0) & (compared_count < small_count)
    labels = np.where(is_small, -1, np.arange(len(compared_count)))
    _, first, groups = np.unique(labels, return_index=True, return_inverse=True)
    in_order = np.argsort(np.argsort(first))
    numbered: Places = in_order[groups]
    return numbered


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


def pooled_rates(lost: Numbers, count: Numbers, groups: Places) -> Numbers:
    """Each segment's rates of leaving, those of its group; 0 where nobody was.

    >>> lost, count = np.array([[1.0], [2.0], [3.0]]), np.array([[10.0], [10.0], [10.0]])
    >>> pooled_rates(lost, count, np.array([0, 1, 0])).tolist()
    [[0.2], [0.2], [0.2]]
    """
    gone, base = _summed(lost, groups), _summed(count, groups)
    rates: Numbers = np.divide(gone, base, out=np.zeros_like(gone), where=base > 0)
    return rates[groups]


def pooled_draws(
    lost: Numbers, count: Numbers, groups: Places, churn: ChurnSettings, stream: int = 0
) -> Numbers:
    """``pooled_rates`` as they may truly be: one more leading axis of draws.

    Different streams are drawn independently of each other.
    """
    seed = churn.bootstrap_seed + stream
    gone, base = _summed(lost, groups), _summed(count, groups)
    drawn = drawn_rates(gone, base, churn.bootstrap_count, seed)
    of_segments: Numbers = drawn[:, groups]
    return of_segments


def _summed(counts: Numbers, groups: Places) -> Numbers:
    summed = np.zeros((int(groups.max(initial=-1)) + 1, *counts.shape[1:]))
    np.add.at(summed, groups, counts)
    return summed
