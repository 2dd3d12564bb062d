"""How often the 95 % interval of the excess churn contains the truth, in simulated firms.

Each firm has customers with known true rates of leaving and revenues of their own. Its departures
are drawn many times over; each time the excess of passives and detractors over promoters is
estimated from the sums alone, as customers lost and as money. Beside it stands the usual way, one
excess for all segments (Mantel–Haenszel), with the same departures. Where there is nothing to
find, the last column is how often it is found all the same.

    python benchmarks/churn_coverage.py [--runs 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.config import Settings, load_settings
from cxdata.metrics.churn.dissatisfaction import DETRACTOR, PASSIVE, PROMOTER, Excess, bounds
from cxdata.metrics.churn.exposure import CLASSES
from cxdata.metrics.churn.strata import Strata
from cxdata.metrics.churn.value import Numbers

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Firm:
    """Everybody of a firm; ``rate``: the true share of such customers that leaves in a year.

    ``is_null``: dissatisfaction changes nothing.
    """

    name: str
    place: npt.NDArray[Any]  # segment × class
    segment_count: int
    revenue: Numbers
    rate: Numbers
    is_null: bool

    def strata(self, lost: Numbers) -> Strata:
        """Of those who leave, or of the expectation of each."""
        names = tuple(f"segment {place:03}" for place in range(self.segment_count))
        counts = [self._summed(self.revenue**power * lost**left) for left, power in SUMS]
        return Strata(names, *counts)

    def _summed(self, values: Numbers) -> Numbers:
        size = self.segment_count * len(CLASSES)
        summed = np.bincount(self.place, weights=values, minlength=size).astype(float)
        return summed.reshape(self.segment_count, len(CLASSES))


# Of each sum of Strata whether it is of the lost, and of which power of the revenue.
SUMS = ((0, 0), (1, 0), (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2))


def firm(
    name: str,
    base: Sequence[Sequence[int]] | Numbers,
    rates: Sequence[Sequence[float]] | Numbers,
    revenue: Sequence[float] | Numbers,
    *,
    spread: float = 0.0,
    is_related: bool = False,
    is_null: bool = False,
) -> Firm:
    """``base``, ``rates`` per segment and class; revenues are lognormal with that spread.

    ``is_related``: the smaller accounts of each segment leave three times as often.
    """
    random, counts = np.random.default_rng(7), np.array(base, dtype=int)
    place = np.repeat(np.arange(counts.size), counts.ravel())
    size = random.standard_normal(len(place))
    segment = place // counts.shape[1]
    amounts = np.array(revenue, dtype=float)[segment] * np.exp(spread * size - spread**2 / 2)
    rate = np.array(rates, dtype=float).ravel()[place]
    if is_related:
        rate = rate * np.where(size < 0, 1.5, 0.5)
    return Firm(name, place, len(counts), amounts, np.minimum(rate, 0.95), is_null)


def firms() -> Iterator[Firm]:
    three = [[268, 160, 150, 190], [160, 90, 80, 90], [100, 70, 70, 80]]
    alike = [[0.04, 0.07, 0.17, 0.08], [0.03, 0.06, 0.16, 0.07], [0.10, 0.13, 0.23, 0.14]]
    dear = [[0.04, 0.06, 0.10, 0.06], [0.03, 0.06, 0.08, 0.06], [0.10, 0.20, 0.45, 0.20]]
    pays = [1000, 2000, 10_000]
    yield firm("the excess is alike in all segments", three, alike, pays)
    yield firm("dear segments have a larger excess", three, dear, pays)
    yield firm("the same, unequal revenue", three, dear, pays, spread=1.0)
    yield firm("the same, a few accounts bring most", three, dear, pays, spread=2.0)
    yield firm("small accounts leave three times as often", three, dear, pays, spread=1.0,
        is_related=True)  # fmt: skip
    two = [[900, 150, 100, 300], [100, 150, 900, 300]]
    yield firm("the segment drives both class and leaving", two,
        [[0.05, 0.07, 0.09, 0.06], [0.40, 0.42, 0.44, 0.42]], [1000, 4000], spread=1.0)  # fmt: skip
    yield firm("a small firm, one segment", [[50, 50, 50, 20]], [[0.05, 0.1, 0.25, 0.1]], [1000],
        spread=1.0)  # fmt: skip
    yield firm("few leave at all", [[100, 60, 40, 50], [80, 50, 30, 40]],
        [[0.01, 0.02, 0.05, 0.02], [0.01, 0.02, 0.06, 0.02]], [1000, 3000], spread=1.0)  # fmt: skip
    level = np.random.default_rng(7).uniform(0.02, 0.2, 60)
    rising = np.stack([level, level + 0.03, level + 0.15, level], axis=1)
    yield firm("sixty small segments", [[6, 10, 20, 9]] * 60, rising, np.full(60, 1e3))
    yield unlike("sixty small segments of unlike mix", (1.0, 1.2, 1.8, 1.0))
    yield from null_firms()


def unlike(name: str, factors: Sequence[float], *, is_null: bool = False) -> Firm:
    """Sixty segments with few promoters, fewer the more often all leave, and the dearer it is."""
    level = np.random.default_rng(9).uniform(0.02, 0.4, 60)
    promoters, detractors = 2 + 25 * (1 - level / 0.4), 2 + 40 * level / 0.4
    base = np.stack([promoters, np.full(60, 10), detractors, np.full(60, 9)], axis=1)
    rates = level[:, None] * np.array(factors)
    return firm(name, base.round(), rates, 1000 + 20_000 * level, spread=1.0, is_null=is_null)


def null_firms() -> Iterator[Firm]:
    three = [[268, 160, 150, 190], [160, 90, 80, 90], [100, 70, 70, 80]]
    level = np.repeat([[0.04], [0.03], [0.15]], 4, axis=1)
    pays = [1000, 2000, 10_000]
    yield firm("nothing to find, unequal revenue", three, level, pays, spread=1.0, is_null=True)
    yield firm("nothing, a few accounts bring most", three, level, pays, spread=2.0, is_null=True)
    two = np.repeat([[0.05], [0.40]], 4, axis=1)
    yield firm("nothing, the segment drives class and leaving",
        [[900, 150, 100, 300], [100, 150, 900, 300]], two, [1000, 4000], spread=1.0,
        is_null=True)  # fmt: skip
    yield unlike("nothing, small segments of unlike mix", (1.0,) * 4, is_null=True)
    six = [[300, 100, 100, 50], [25, 10, 5, 9], [20, 10, 20, 9], [10, 10, 40, 9], [5, 10, 60, 9],
        [4, 5, 80, 9]]  # fmt: skip
    levels = np.repeat([[0.05], [0.05], [0.1], [0.2], [0.3], [0.4]], 4, axis=1)
    yield firm("nothing, five small segments beside a large one", six, levels,
        [1000, 2000, 1000, 3000, 500, 2000], spread=1.0, is_null=True)  # fmt: skip


@dataclass(frozen=True)
class Coverage:
    """Shares of the runs whose interval contains the truth, and what the estimate is on average.

    ``alarm_share``: of those that put a part down to dissatisfaction, in money or customers.
    """

    name: str
    true_count: float
    mean_count: float
    count_coverage: float
    amount_coverage: float
    pooled_amount_coverage: float
    alarm_share: float | None


def coverage(simulated: Firm, settings: Settings, runs: int, seed: int) -> Coverage:
    """Of the lost in excess, of their value at the central assumptions, and of the latter with
    one excess for all segments."""
    random = np.random.default_rng(seed)
    # The share of each that leaves, in place of who does: the truth of both sums.
    expected = Excess(simulated.strata(simulated.rate), settings, 1)
    true_count = float(expected.lost_counts.sum())
    true_amount = float(expected.amounts("central").sum())
    found = []
    for _ in range(runs):
        lost = (random.random(len(simulated.rate)) < simulated.rate).astype(float)
        excess = Excess(simulated.strata(lost), settings, 1)
        counts, amounts = (
            each.sum(axis=1) for each in (excess.lost_count_draws, excess.drawn_amounts("central"))
        )
        pooled = pooled_bounds(excess)
        found.append(
            (
                excess.lost_counts.sum(),
                _holds(bounds(counts, CONFIDENCE), true_count),
                _holds(bounds(amounts, CONFIDENCE), true_amount),
                _holds(pooled, true_amount),
                bounds(amounts, CONFIDENCE)[0] > 0,
            )
        )
    mean, *kept, alarms = (float(it) for it in np.array(found, dtype=float).mean(axis=0))
    counts_kept, amounts_kept, pooled_kept = kept
    return Coverage(
        simulated.name, true_count, mean, counts_kept, amounts_kept, pooled_kept,
        alarms if simulated.is_null else None,
    )  # fmt: skip


def pooled_bounds(excess: Excess) -> tuple[float, float]:
    """Of the amount with one excess for all segments: Mantel–Haenszel, times the value of all."""
    promoters, kept = excess.heads(PROMOTER), excess.values(excess.strata, "central")
    amount, variance, borne = 0.0, 0.0, np.zeros(len(promoters.total))
    for place in (PASSIVE, DETRACTOR):
        of = excess.heads(place)
        weight = promoters.total * of.total / np.maximum(promoters.total + of.total, 1)
        share = weight / max(weight.sum(), 1)
        scale = kept[:, place].sum()
        amount += scale * float(share @ (of.rates - promoters.rates))
        variance += scale**2 * float(share**2 @ of.variances[0])
        borne += scale * share
    half = 1.96 * (variance + float(borne**2 @ promoters.variances[0])) ** 0.5
    return amount - half, amount + half


def _holds(ends: tuple[float, float], truth: float) -> bool:
    return ends[0] <= truth <= ends[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    settings = load_settings()
    print("| firm | true | found | customers | money | money, one excess for all | alarms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for simulated in firms():
        it = coverage(simulated, settings, asked.runs, asked.seed)
        shares = (it.count_coverage, it.amount_coverage, it.pooled_amount_coverage)
        cells = " | ".join(f"{100 * share:.1f} %" for share in shares)
        alarms = "" if it.alarm_share is None else f"{100 * it.alarm_share:.1f} %"
        row = f"| {it.name} | {it.true_count:.1f} | {it.mean_count:.1f} | {cells} | {alarms} |"
        print(row, flush=True)


if __name__ == "__main__":
    main()
