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
from cxdata.metrics.churn.contrast import (
    Contrast,
    Departures,
    contrast_draws,
    heads,
    valued,
)
from cxdata.metrics.churn.exposure import CLASSES, Exposure
from cxdata.metrics.churn.retention import Retention, retention_of
from cxdata.metrics.churn.strata import Strata, strata_of
from cxdata.metrics.churn.value import (
    CASES,
    Case,
    Economics,
    Numbers,
    economics,
    value_amounts,
    worth,
)
from cxdata.metrics.statistics.withheld import is_few

PROMOTER, PASSIVE, DETRACTOR, UNKNOWN = range(4)
DISSATISFIED = slice(PASSIVE, DETRACTOR + 1)


@dataclass(frozen=True)
class Excess:
    """Excess churn of passives and detractors over promoters within each segment.

    Amounts are what their leaving costs: margin over the expected life, and replacing them.

    Notes
    -----
    Direct standardisation: Σₖ (lostₖ − p₀ₖ nₖ) over the segments k, with nₖ customers of the
    class, of whom lostₖ left, while of the segment's promoters the share p₀ₖ did. Of amounts it is
    the same with each customer counting with the value that their leaving costs: what was really
    lost, less the share of the promoters' value that was lost × the value of the class. Leaving
    and revenue may be related, within a segment and a class.

    Each segment counts with its own excess and its own revenue. However few promoters it has, it
    is compared with these alone: to put segments together would bring back the mix that comparing
    within them takes out (:class:`cxdata.metrics.churn.contrast.Contrast`). A segment without
    promoters can't be compared and is left out; ``compared_share`` says how many of the
    dissatisfied are compared. Size of revenue is not held alike: where it drives both class and
    leaving, its part is in the excess.

    Judged against the alternatives in seeded runs (``benchmarks/churn_coverage.py``): one excess
    for all segments (Mantel–Haenszel), or one for those with few promoters, has a narrower
    interval where the excess is alike, and one that doesn't hold the truth where it isn't.

    The uncertainty is that of ``rate_draws``. The retention of each segment, on which the value
    of its customers depends (:class:`cxdata.metrics.churn.retention.Retention`), is drawn beside.
    """

    strata: Strata
    settings: Settings
    years: float

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
    def retention(self) -> Retention:
        """Which share of each segment's customers stays for a year."""
        return retention_of(self.strata, self.settings, self.years)

    def yearly(self, rates: Numbers) -> Numbers:
        """Rates over the window as rates of a year."""
        yearly: Numbers = 1 - (1 - rates) ** (1 / self.years)
        return yearly

    def heads(self, place: int) -> Departures:
        """The customers of a class, each counting once."""
        return heads(self.strata, place, self.strata.level)

    def valued(self, place: int, case: Case) -> Departures:
        """Those of known revenue, each counting with what losing them costs."""
        kept = self.retention.central(self.strata.segments)
        per_revenue, per_customer = worth(kept, self.economies(self.strata, case))
        return valued(self.strata, place, self.strata.level, per_revenue[0], per_customer)

    @cached_property
    def _heads(self) -> list[Contrast]:
        promoters, base = self.heads(PROMOTER), self.strata.base
        return [Contrast(self.heads(it), promoters, base[:, it]) for it in (PASSIVE, DETRACTOR)]

    @cached_property
    def _valued(self) -> dict[Case, list[Contrast]]:
        found: dict[Case, list[Contrast]] = {}
        for case in CASES:
            promoters = self.valued(PROMOTER, case)
            of = [self.valued(it, case) for it in (PASSIVE, DETRACTOR)]
            found[case] = [Contrast(it, promoters, it.total) for it in of]
        return found

    @property
    def is_valued(self) -> bool:
        """Whether any are compared whose revenue is known."""
        known = self.strata.known > 0
        both = known[:, DISSATISFIED].any(axis=1) & known[:, PROMOTER]
        return bool(both.any())

    @property
    def lost_counts(self) -> Numbers:
        """Passives and detractors lost in excess."""
        return np.array([it.total for it in self._heads])

    @cached_property
    def lost_count_draws(self) -> Numbers:
        """The same as they may truly be: draws × passive, detractor."""
        return self._drawn(self._heads)

    def amounts(self, case: Case) -> Numbers:
        """What they cost: passive, detractor."""
        return np.array([it.total for it in self._valued[case]])

    @cached_property
    def amount_draws(self) -> dict[Case, Numbers]:
        """The same as it may truly be: draws × passive, detractor, per set of assumptions."""
        return {case: self.drawn_amounts(case) for case in CASES}

    def drawn_amounts(self, case: Case) -> Numbers:
        """Of one set of assumptions: draws × passive, detractor."""
        contrasts = self._valued[case]
        moved = self.value_draws(self.strata, case) - self.values(self.strata, case)
        by_class = (moved[..., PASSIVE], moved[..., DETRACTOR])
        by_value = [each @ it.differences for each, it in zip(by_class, contrasts, strict=True)]
        return self._drawn(contrasts) + np.stack(by_value, axis=-1)

    def _drawn(self, contrasts: list[Contrast]) -> Numbers:
        churn = self.settings.churn
        drawn = contrast_draws(contrasts, churn.bootstrap_count, churn.bootstrap_seed)
        return np.stack(drawn, axis=-1)

    @cached_property
    def is_apart(self) -> npt.NDArray[np.bool_]:
        """Whose leaving is compared with nobody's: segments × classes.

        Customers without a class, and those of a class where no promoter has a known revenue.
        """
        apart = np.zeros(self.strata.base.shape, dtype=bool)
        apart[:, UNKNOWN] = True
        apart[:, DISSATISFIED] = (self.strata.known[:, PROMOTER] == 0)[:, None]
        return apart

    def apart_amount(self, case: Case) -> float:
        """What the leaving of those costs who are compared with nobody."""
        return float(self._apart(self.retention.central(self.strata.segments), case)[0])

    def apart_draws(self, case: Case) -> Numbers:
        """The same as it may truly be."""
        return self._apart(self.retention.drawn(self.strata.segments), case)

    def _apart(self, retention_rate: Numbers, case: Case) -> Numbers:
        lost = value_amounts(
            self.strata.lost_amount * self.is_apart,
            self.strata.lost_known * self.is_apart,
            retention_rate,
            self.economies(self.strata, case),
        )
        found: Numbers = lost.sum(axis=(1, 2))
        return found

    def values(self, strata: Strata, case: Case) -> Numbers:
        """What losing all the customers of ``strata`` would cost: segments × classes."""
        found: Numbers = self._values(strata, self.retention.central(strata.segments), case)[0]
        return found

    def value_draws(self, strata: Strata, case: Case) -> Numbers:
        """The same as it may truly be: draws × segments × classes."""
        return self._values(strata, self.retention.drawn(strata.segments), case)

    def _values(self, strata: Strata, retention_rate: Numbers, case: Case) -> Numbers:
        economies = self.economies(strata, case)
        return value_amounts(strata.amount, strata.known, retention_rate, economies)

    def economies(self, strata: Strata, case: Case) -> list[Economics]:
        """What a customer of each of these segments is assumed to be worth."""
        return [economics(self.settings.churn, case, segment) for segment in strata.segments]


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
