"""What the figures promise, measured: how often an interval holds what it is said to hold.

Each promise is simulated in firms whose truth is known, with a fixed seed, and printed beside its
nominal value. ``docs/metrics.md`` has the last values.

    python benchmarks/promises.py [--runs 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.config import Settings, load_settings
from cxdata.metrics.churn.dissatisfaction import bounds
from cxdata.metrics.churn.exposure import CLASSES, Exposure
from cxdata.metrics.churn.leaving_rates import leaving_rates
from cxdata.metrics.churn.rates import revenue_rate_interval
from cxdata.metrics.churn.value import Numbers
from cxdata.metrics.statistics.repeated import RepeatedCounts, repeated_share_interval
from cxdata.models import Period

Values = npt.NDArray[Any]
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
HALF_YEAR = Period(date(2025, 7, 1), date(2025, 12, 31))


@dataclass(frozen=True)
class Customers:
    """Everybody of a firm; ``rate``: the true share of such customers that leaves in a year."""

    segment: Values
    nps_class: Values
    revenue: Numbers
    rate: Numbers

    def rows(self, lost: Values) -> pl.DataFrame:
        """As ``churn_revenues.sql`` gives them."""
        return (
            pl.DataFrame(
                {
                    "segment": [f"segment {it:03}" for it in self.segment],
                    "class": [CLASSES[it] for it in self.nps_class],
                    "revenue_amount": self.revenue,
                    "lost_count": lost.astype(int),
                }
            )
            .group_by("segment", "class", "revenue_amount")
            .agg(base_count=pl.len(), lost_count=pl.col("lost_count").sum())
            .sort("segment", "class", "revenue_amount")
        )


@dataclass(frozen=True)
class Firm:
    name: str
    customers: Customers
    window: Period = YEAR

    @property
    def years(self) -> float:
        return 1 if self.window == YEAR else 0.5


@dataclass(frozen=True)
class Promise:
    """``measured`` is the share of the runs in which it was kept."""

    name: str
    firm: str
    nominal: float
    measured: float


def firm(
    name: str,
    counts: Sequence[Sequence[int]],
    rates: Sequence[Sequence[float]],
    mean_revenue: Sequence[float],
    *,
    spread: float = 0.0,
    seed: int = 7,
) -> Firm:
    """``counts`` and ``rates`` per segment and class; revenues are lognormal with that spread."""
    random = np.random.default_rng(seed)
    base = np.array(counts)
    segment, nps_class = (
        np.repeat(places.ravel(), base.ravel()) for places in np.indices(base.shape)
    )
    factor = np.exp(spread * random.standard_normal(len(segment)) - spread**2 / 2)
    revenue = np.array(mean_revenue, dtype=float)[segment] * factor
    return Firm(name, Customers(segment, nps_class, revenue, np.array(rates)[segment, nps_class]))


def firms() -> Iterator[Firm]:
    counts = [[268, 160, 150, 190], [160, 90, 80, 90], [100, 70, 70, 80]]
    rates = [[0.04, 0.06, 0.10, 0.06], [0.03, 0.06, 0.08, 0.06], [0.10, 0.20, 0.45, 0.20]]
    yield firm("all of a segment pay alike", counts, rates, [1000, 2000, 10_000])
    usual = firm("unequal revenue", counts, rates, [1000, 2000, 10_000], spread=1.0)
    yield usual
    yield replace(usual, name="unequal revenue, half a year", window=HALF_YEAR)
    yield firm("a few accounts bring most", counts, rates, [1000, 2000, 10_000], spread=2.0)
    everybody = usual.customers
    is_small = everybody.revenue < np.median(everybody.revenue)
    related = replace(everybody, rate=everybody.rate * np.where(is_small, 1.5, 0.5))
    yield Firm("small accounts leave three times as often", related)
    level = np.random.default_rng(8).uniform(0.02, 0.3, 60)
    sixty = [[it, it + 0.03, it + 0.15, it] for it in level]
    yield firm(
        "sixty small segments", [[6, 10, 20, 9]] * 60, sixty, list(1000 + 20_000 * level), spread=1
    )
    yield firm("a small firm", [[50, 50, 50, 20]], [[0.05, 0.1, 0.25, 0.1]], [1000], spread=1.0)
    yield firm(
        "few leave", [[300, 160, 140, 150]] * 2, [[0.01, 0.02, 0.05, 0.02]] * 2, [1000, 3000],
        spread=1.0,
    )  # fmt: skip


def churn_promises(simulated: Firm, settings: Settings, runs: int, seed: int) -> list[Promise]:
    """Revenue at risk against what is lost in the year after, revenue churn against its rate."""
    random = np.random.default_rng(seed)
    everybody, confidence = simulated.customers, settings.answers.confidence
    in_window = 1 - (1 - everybody.rate) ** simulated.years
    churn_rate = float(everybody.revenue @ in_window / everybody.revenue.sum())
    kept = np.zeros(2)
    for _ in range(runs):
        lost = random.random(len(in_window)) < in_window
        # Whoever left is followed by one who is alike: as many are there at the window's end.
        exposed = _exposure(simulated, settings, everybody.rows(lost))
        assert exposed.end_revenues is not None
        low, high = bounds(leaving_rates(exposed).lost_draws(exposed.end_revenues), confidence)
        is_leaving = random.random(len(everybody.rate)) < everybody.rate
        then_lost = everybody.revenue[is_leaving].sum()
        ends = revenue_rate_interval(exposed)
        kept += (
            low <= then_lost <= high,
            ends["revenue_rate_low"] <= churn_rate <= ends["revenue_rate_high"],
        )
    names = ("revenue at risk holds what is then lost", "revenue churn's interval holds its rate")
    return [
        Promise(name, simulated.name, confidence, float(share))
        for name, share in zip(names, kept / runs, strict=True)
    ]


def response_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """The interval of a response rate against the habit of the people who were asked."""
    confidence, name = settings.answers.confidence, "response rate: interval holds the rate"
    for firm_name, people, most_asked, habits in (
        ("asked once", 300, 1, (3, 7)),
        ("asked 1 to 4 times, each with a habit", 300, 4, (1.5, 3.5)),
        ("asked 1 to 12 times, of fixed habits", 200, 12, (0.3, 0.7)),
        ("few people, asked 1 to 4 times", 30, 4, (1.5, 3.5)),
        ("few answer", 500, 4, (0.5, 9.5)),
    ):
        random = np.random.default_rng(seed)
        truth = habits[0] / sum(habits)
        habit = random.beta(*habits, (runs, people))
        asked = random.integers(1, most_asked + 1, (runs, people))
        given = random.binomial(asked, habit)
        counts = (given, asked, given**2, given * asked, asked**2)
        sums = RepeatedCounts(*(it.sum(axis=1) for it in counts))
        low, high = repeated_share_interval(sums, confidence=confidence)
        yield Promise(name, firm_name, confidence, float(((low <= truth) & (truth <= high)).mean()))


def _exposure(simulated: Firm, settings: Settings, start: pl.DataFrame) -> Exposure:
    nobody = np.zeros(len(simulated.customers.rate), dtype=bool)
    revenue = pl.col("revenue_amount")
    counts = start.with_columns(
        known_count="base_count",
        known_amount=revenue * pl.col("base_count"),
        lost_known_amount=revenue * pl.col("lost_count"),
    )
    return Exposure(
        simulated.window, counts, counts.clear(), settings,
        start_revenues=start, end_revenues=simulated.customers.rows(nobody),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    settings = load_settings()
    print("| promise | firm | nominal | measured |")
    print("| --- | --- | --- | --- |")
    for simulated in firms():
        for it in churn_promises(simulated, settings, asked.runs, asked.seed):
            shares = f"{100 * it.nominal:.0f} % | {100 * it.measured:.1f} %"
            print(f"| {it.name} | {it.firm} | {shares} |", flush=True)
    for it in response_promises(settings, 10 * asked.runs, asked.seed):
        shares = f"{100 * it.nominal:.0f} % | {100 * it.measured:.1f} %"
        print(f"| {it.name} | {it.firm} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
