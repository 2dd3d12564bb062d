"""Dissatisfaction: how much more often passives and detractors leave than promoters do.

Pure arithmetic on counts per segment and class. What it finds is an association.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cxdata.config import Settings
from cxdata.metrics.churn.exposure import CLASSES, Exposure
from cxdata.metrics.churn.retention import Retention, retention_of
from cxdata.metrics.churn.strata import (
    Places,
    Strata,
    comparison_groups,
    pooled_draws,
    pooled_rates,
    strata_of,
)
from cxdata.metrics.churn.value import CASES, Case, Numbers, economics, value_amounts
from cxdata.metrics.statistics.withheld import is_few

PROMOTER, PASSIVE, DETRACTOR = range(3)
DISSATISFIED = slice(PASSIVE, DETRACTOR + 1)


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

    The uncertainty is that of ``drawn_rates``. The retention of each segment, on which the value
    of its customers depends (:class:`cxdata.metrics.churn.retention.Retention`), is drawn
    along with them.
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
    def retention(self) -> Retention:
        """Which share of each segment's customers stays for a year."""
        return retention_of(self.strata, self.settings, self.years)

    def yearly(self, rates: Numbers) -> Numbers:
        """Rates over the window as rates of a year."""
        yearly: Numbers = 1 - (1 - rates) ** (1 / self.years)
        return yearly

    def lost_counts(self, rates: Numbers) -> Numbers:
        """Passives and detractors lost in excess, by class (last axis)."""
        counted = self.strata.base * self.has_promoters[:, None]
        found: Numbers = (excess_rates(rates) * counted[:, DISSATISFIED]).sum(axis=-2)
        return found

    def amounts(self, case: Case) -> Numbers:
        """What they cost: passive, detractor."""
        return self._excess_amounts(self.rates, self.values(self.strata, case))

    @cached_property
    def amount_draws(self) -> dict[Case, Numbers]:
        """The same as it may truly be: draws × passive, detractor, per set of assumptions."""
        return {
            case: self._excess_amounts(self.draws, self.value_draws(self.strata, case))
            for case in CASES
        }

    def _excess_amounts(self, rates: Numbers, values: Numbers) -> Numbers:
        compared = values * self.has_promoters[:, None]
        found: Numbers = (excess_rates(rates) * compared[..., DISSATISFIED]).sum(axis=-2)
        return found

    def values(self, strata: Strata, case: Case) -> Numbers:
        """What losing all the customers of ``strata`` would cost: segments × classes."""
        found: Numbers = self._values(strata, self.retention.central(strata.segments), case)[0]
        return found

    def value_draws(self, strata: Strata, case: Case) -> Numbers:
        """The same as it may truly be: draws × segments × classes."""
        return self._values(strata, self.retention.drawn(strata.segments), case)

    def _values(self, strata: Strata, retention_rate: Numbers, case: Case) -> Numbers:
        churn = self.settings.churn
        economies = [economics(churn, case, segment) for segment in strata.segments]
        return value_amounts(strata.amount, strata.known, retention_rate, economies)


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
    minimum = exposed.settings.answers.minimum_count
    dissatisfied = counts["passive"] + counts["detractor"]
    if is_few(counts["promoter"], minimum) or is_few(dissatisfied, minimum):
        return "too_few_customers"
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
