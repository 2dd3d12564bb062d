"""Dissatisfaction: how much more often passives and detractors leave than promoters do.

Pure arithmetic on counts per segment and class. What it finds is an association.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import ChurnSettings, Settings
from cxdata.metrics.customer_value import CASES, Case, Numbers, economics, value_amounts
from cxdata.metrics.exposure import CLASSES, Exposure

PROMOTER, PASSIVE, DETRACTOR = range(3)
Places = npt.NDArray[np.intp]
DISSATISFIED = slice(PASSIVE, DETRACTOR + 1)
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


def excess_rates(rates: Numbers) -> Numbers:
    """Rates of passives and detractors above the promoters' of the same segment.

    >>> excess_rates(np.array([[0.1, 0.15, 0.3, 0.2]])).round(4).tolist()
    [[0.05, 0.2]]
    """
    above: Numbers = rates[..., DISSATISFIED] - rates[..., PROMOTER, None]
    return above


@dataclass(frozen=True)
class Excess:
    """Excess churn of passives and detractors over promoters within each segment.

    Amounts are what their leaving costs: margin over the expected life, and replacing them.

    Notes
    -----
    Direct standardisation: Σₖ nₖ (pₖ − p₀ₖ) over the segments k, with nₖ customers of the class,
    of whom pₖ left, while of the segment's promoters p₀ₖ did. Each segment counts with its own
    excess and its own revenue, so neither has to be alike in all of them. Segments with fewer
    than ``small_base_count`` promoters are compared together: a share of three promoters says
    next to nothing, and dozens of such segments would add up their noise. Their customers count
    with their own revenue all the same. A segment without promoters can't be compared and is
    left out; ``compared_share`` says how many of the dissatisfied are compared.

    Judged against the alternatives in 400 seeded runs each (``benchmarks/churn_coverage.py``):
    one excess for all segments (Mantel–Haenszel) has a somewhat narrower interval where the
    excess is alike, and where dear segments have a larger excess its 95 % interval of the amount
    almost never contains the truth, because it multiplies the firm's average excess with the
    revenue of all.

    The uncertainty is that of ``drawn_rates``. The retention rate, on which the value of each
    customer depends, is drawn along with them.
    """

    strata: Strata
    settings: Settings
    years: float

    @cached_property
    def _groups(self) -> Places:
        small = self.settings.answers.small_base_count
        return comparison_groups(self.strata.base[:, PROMOTER], small)

    @property
    def has_promoters(self) -> npt.NDArray[np.bool_]:
        """Per segment whether its customers can be compared."""
        promoted: npt.NDArray[np.bool_] = self.strata.base[:, PROMOTER] > 0
        return promoted

    @property
    def compared_share(self) -> float | None:
        """Passives and detractors in segments with promoters ÷ all of them."""
        dissatisfied = self.strata.base[:, DISSATISFIED].sum(axis=1)
        total = dissatisfied.sum()
        return float(dissatisfied[self.has_promoters].sum() / total) if total else None

    @cached_property
    def rates(self) -> Numbers:
        """Rate of leaving over the window: segments × classes; 0 where nobody was."""
        return pooled_rates(self.strata.lost, self.strata.base, self._groups)

    @cached_property
    def draws(self) -> Numbers:
        """The same as they may truly be: draws × segments × classes."""
        return pooled_draws(self.strata.lost, self.strata.base, self._groups, self.settings.churn)

    @cached_property
    def retention(self) -> float:
        """Share of all customers that stays for a year."""
        return float(self._yearly_kept(self.strata.lost.sum() / self.strata.base.sum()))

    @cached_property
    def retention_draws(self) -> Numbers:
        """The same as it may truly be."""
        churn, base = self.settings.churn, self.strata.base
        lost, count = np.array(self.strata.lost.sum()), np.array(base.sum())
        drawn = drawn_rates(lost, count, churn.bootstrap_count, churn.bootstrap_seed + 1)
        return self._yearly_kept(drawn)

    def _yearly_kept(self, rate: Numbers | float) -> Numbers:
        kept: Numbers = np.asarray((1 - np.asarray(rate)) ** (1 / self.years))
        return kept

    def yearly(self, rates: Numbers) -> Numbers:
        """Rates over the window as rates of a year."""
        return 1 - self._yearly_kept(rates)

    def lost_counts(self, rates: Numbers) -> Numbers:
        """Passives and detractors lost in excess, by class (last axis)."""
        counted = self.strata.base * self.has_promoters[:, None]
        found: Numbers = (excess_rates(rates) * counted[:, DISSATISFIED]).sum(axis=-2)
        return found

    def amounts(self, rates: Numbers, retention: Numbers | float, case: Case) -> Numbers:
        """What they cost: draws × passive, detractor; one draw for one retention rate."""
        values = self.values(self.strata, retention, case) * self.has_promoters[:, None]
        found: Numbers = (excess_rates(rates) * values[..., DISSATISFIED]).sum(axis=-2)
        return found

    def values(self, strata: Strata, retention: Numbers | float, case: Case) -> Numbers:
        """What losing all the customers of ``strata`` would cost: draws × segments × classes."""
        churn = self.settings.churn
        economies = [economics(churn, case, segment) for segment in strata.segments]
        return value_amounts(strata.amount, strata.known, retention, economies)

    @cached_property
    def amount_draws(self) -> dict[Case, Numbers]:
        """Draws × passive, detractor, per set of assumptions."""
        return {case: self.amounts(self.draws, self.retention_draws, case) for case in CASES}


def excess_of(exposed: Exposure) -> Excess:
    return Excess(strata_of(exposed.start), exposed.settings, exposed.years)


def excess_gap(exposed: Exposure) -> str | None:
    """Why no excess can be given: a code, or None."""
    counts = {name: exposed.of_class(name).customer_count for name in CLASSES}
    if exposed.lost_count == 0:
        return "nobody_lost"
    if exposed.lost_count == exposed.customer_count:
        return "everyone_lost"
    if counts["unknown"] == exposed.customer_count:
        return "no_classes"
    if counts["passive"] + counts["detractor"] == 0:
        return "no_dissatisfied"
    return None if excess_of(exposed).compared_share else "no_promoters"


def bounds(draws: Numbers, confidence: float) -> tuple[float, float]:
    """The ends between which ``confidence`` of the draws lie."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def widest(
    central: float, draws: Sequence[Numbers], confidence: float
) -> tuple[float, float, float]:
    """Low, central and high: the outermost bounds of several sets of draws, with the central."""
    ends = [bounds(each, confidence) for each in draws]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return min(low, central), central, max(high, central)
