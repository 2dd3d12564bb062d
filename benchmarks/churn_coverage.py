"""How often the 95 % interval of the excess churn contains the truth, in simulated firms.

Each firm has segments with known true rates of leaving per class. Its departures are drawn
many times over; each time the excess of passives and detractors over promoters is estimated from
the counts alone, as customers lost and as money. Beside it stands the usual way, one excess for
all segments (Mantel–Haenszel), with the same draws.

    python benchmarks/churn_coverage.py [--runs 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.config import load_settings
from cxdata.metrics.churn.dissatisfaction import DISSATISFIED, PROMOTER, Excess, bounds
from cxdata.metrics.churn.strata import Strata
from cxdata.metrics.churn.value import Numbers

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Firm:
    """``base``: customers per segment and class (promoter, passive, detractor, unknown);
    ``rates``: the true shares that leave in a year; ``revenue`` of one customer per segment."""

    name: str
    base: Numbers
    rates: Numbers
    revenue: Numbers

    def strata(self, lost: Numbers) -> Strata:
        names = tuple(f"segment {place:03}" for place in range(len(self.base)))
        return Strata(names, self.base, lost, self.base, self.base * self.revenue[:, None])


def firm(
    name: str,
    base: Sequence[Sequence[float]],
    rates: Sequence[Sequence[float]],
    revenue: Sequence[float],
) -> Firm:
    return Firm(name, *(np.array(each, dtype=float) for each in (base, rates, revenue)))


def many_segments() -> Firm:
    """Sixty small segments, each with its own level of leaving."""
    level = np.random.default_rng(7).uniform(0.02, 0.2, 60)
    rates = np.stack([level, level + 0.03, level + 0.15, level], axis=1)
    return Firm(
        "sixty small segments", np.tile([6.0, 10.0, 20.0, 9.0], (60, 1)), rates, np.full(60, 1e3)
    )


FIRMS = (
    firm(
        "the excess is alike in all segments",
        [[268, 160, 150, 190], [160, 90, 80, 90], [100, 70, 70, 80]],
        [[0.04, 0.07, 0.17, 0.08], [0.03, 0.06, 0.16, 0.07], [0.10, 0.13, 0.23, 0.14]],
        [1000, 2000, 10_000],
    ),
    firm(
        "dear segments have a larger excess",
        [[268, 160, 150, 190], [160, 90, 80, 90], [100, 70, 70, 80]],
        [[0.04, 0.06, 0.10, 0.06], [0.03, 0.06, 0.08, 0.06], [0.10, 0.20, 0.45, 0.20]],
        [1000, 2000, 10_000],
    ),
    firm(
        "segment drives both class and leaving",
        [[900, 150, 100, 300], [100, 150, 900, 300]],
        [[0.05, 0.07, 0.09, 0.06], [0.40, 0.42, 0.44, 0.42]],
        [1000, 4000],
    ),
    firm(
        "a small firm, one segment",
        [[50, 50, 50, 20]],
        [[0.05, 0.10, 0.25, 0.10]],
        [1000],
    ),
    firm(
        "few leave at all",
        [[100, 60, 40, 50], [80, 50, 30, 40]],
        [[0.01, 0.02, 0.05, 0.02], [0.01, 0.02, 0.06, 0.02]],
        [1000, 3000],
    ),
    many_segments(),
)


@dataclass(frozen=True)
class Coverage:
    """Shares of the runs whose interval contains the truth, and what the estimate is on average."""

    name: str
    true_count: float
    mean_count: float
    count_coverage: float
    amount_coverage: float
    pooled_amount_coverage: float


def coverage(simulated: Firm, runs: int, seed: int) -> Coverage:
    """Of the lost in excess, of their value at the central assumptions, and of the latter with
    one excess for all segments."""
    random, settings = np.random.default_rng(seed), load_settings()
    expected = Excess(simulated.strata(simulated.base * simulated.rates), settings, 1)
    true_count = float((_above(simulated.rates) * simulated.base[:, DISSATISFIED]).sum())
    values = expected.values(expected.strata, "central")[:, DISSATISFIED]
    true_amount = float((_above(simulated.rates) * values).sum())
    found = []
    for _ in range(runs):
        lost = random.binomial(simulated.base.astype(int), simulated.rates).astype(float)
        excess = Excess(simulated.strata(lost), settings, 1)
        found.append(
            (
                excess.lost_counts(excess.rates).sum(),
                _holds(excess.lost_counts(excess.draws).sum(axis=1), true_count),
                _holds(excess.amount_draws["central"].sum(axis=1), true_amount),
                _holds(pooled_amounts(excess), true_amount),
            )
        )
    means = np.array(found, dtype=float).mean(axis=0)
    return Coverage(simulated.name, true_count, *(float(it) for it in means))


def pooled_amounts(excess: Excess) -> Numbers:
    """Draws of the amount with one excess for all segments: Mantel–Haenszel."""
    base = excess.strata.base
    promoters, others = base[:, PROMOTER, None], base[:, DISSATISFIED]
    weight = promoters * others / (promoters + others)
    common = (_above(excess.draws) * weight).sum(axis=1) / weight.sum(axis=0)
    values = excess.value_draws(excess.strata, "central")[..., DISSATISFIED]
    amounts: Numbers = (common * values.sum(axis=1)).sum(axis=1)
    return amounts


def _above(rates: Numbers) -> Numbers:
    above: Numbers = rates[..., DISSATISFIED] - rates[..., PROMOTER, None]
    return above


def _holds(draws: Numbers, truth: float) -> bool:
    low, high = bounds(draws, CONFIDENCE)
    return low <= truth <= high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print("| firm | true | found | customers | money | money, one excess for all |")
    print("| --- | --- | --- | --- | --- | --- |")
    for simulated in FIRMS:
        it = coverage(simulated, asked.runs, asked.seed)
        shares = (it.count_coverage, it.amount_coverage, it.pooled_amount_coverage)
        cells = " | ".join(f"{100 * share:.1f} %" for share in shares)
        print(f"| {it.name} | {it.true_count:.1f} | {it.mean_count:.1f} | {cells} |")


if __name__ == "__main__":
    main()
