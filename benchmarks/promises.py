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

from cxdata.config import AnswerSettings, Settings, load_settings
from cxdata.metrics.churn.dissatisfaction import bounds
from cxdata.metrics.churn.exposure import CLASSES, Exposure
from cxdata.metrics.churn.leaving_rates import leaving_rates
from cxdata.metrics.churn.rates import revenue_rate_interval
from cxdata.metrics.churn.value import Numbers
from cxdata.metrics.nps.control import control_limits
from cxdata.metrics.nps.score import against_the_rest, class_counts, nps_figures
from cxdata.metrics.nps.theme_points import theme_points
from cxdata.models import NPS_CLASSES, Period

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


def group_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """Groups that don't differ: how often a screen of 6 of them and of 30 pairs names any."""
    random, answers = np.random.default_rng(seed), settings.answers
    for name, shares in (("NPS 20", [0.25, 0.3, 0.45]), ("NPS 75", [0.05, 0.15, 0.8])):
        for least, most in ((30, 60), (30, 200), (200, 500)):
            silent = 0
            for _ in range(runs):
                sizes = random.integers(least, most, (6, 5))
                drawn = np.array([[random.multinomial(n, shares) for n in line] for line in sizes])
                tables = (drawn.sum(axis=1), drawn.reshape(-1, 3))
                silent += not any(_names_a_group(it, answers) for it in tables)
            firm_name = f"{name}, {least} to {most} answers a pair"
            yield Promise("a screen of alike groups names none", firm_name, 0.95, silent / runs)


def _names_a_group(classes: Values, answers: AnswerSettings) -> bool:
    counts = pl.DataFrame(
        {f"{name}_count": classes[:, it] for it, name in enumerate(reversed(NPS_CLASSES))}
    ).with_columns(answer_count=pl.Series(classes.sum(axis=1)))
    compared = against_the_rest(nps_figures(counts, answers), class_counts(counts), answers)
    return "real_change" in compared["rest_verdict"]


def control_promises(runs: int, seed: int) -> Iterator[Promise]:
    """36 months of 60 to 1,500 answers: alarms without cause, and with a shift (300 answers)."""
    random = np.random.default_rng(seed)
    for dispersion in (1.0, 1.5, 3.0):
        quiet = sum(not _is_alarm(random, dispersion, (60, 1500)) for _ in range(runs)) / runs
        named = f"dispersion {dispersion:g}, 60 to 1,500 answers a month"
        yield Promise("36 months without cause raise no alarm", named, 0.9, quiet)
    for shift, power in ((7, 0.4), (10, 0.73)):
        seen = sum(_is_alarm(random, 1.0, (299, 301), shift) for _ in range(runs)) / runs
        yield Promise(
            f"{shift} points in the last 12 of 36 months are seen", "300 a month", power, seen
        )


def _is_alarm(
    random: np.random.Generator, dispersion: float, answers: tuple[int, int], shift: float = 0
) -> bool:
    n = np.exp(random.uniform(float(np.log(answers[0])), float(np.log(answers[1])), 36)).astype(int)
    moved = random.normal(0, 1, 36) * 0.41 * np.sqrt((dispersion**2 - 1) / n)
    moved[24:] += shift / 200
    detractors = random.binomial(n, np.clip(0.25 - moved, 0.001, 0.6))
    promoters = random.binomial(n - detractors, np.clip((0.45 + moved) / (0.75 + moved), 0, 1))
    trend = pl.DataFrame(
        {
            "period": pl.date_range(date(2023, 1, 1), date(2025, 12, 1), "1mo", eager=True),
            "promoter_count": promoters, "passive_count": n - promoters - detractors,
            "detractor_count": detractors, "nps": 100.0 * (promoters - detractors) / n,
            "is_complete": True, "base": "ok",
        }
    )  # fmt: skip
    found = control_limits(trend)
    assert found is not None
    return bool(found.outside or found.ends_a_run)


def theme_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """25 themes of 1,500 comments in each of two periods, mentioned whatever the score."""
    random, silent = np.random.default_rng(seed), 0
    for _ in range(runs):
        columns: dict[str, Values] = {}
        total: dict[str, int] = {}
        for prefix in ("", "compared_"):
            scores = random.choice(3, 1500, p=[0.25, 0.3, 0.45])
            mentions = random.random((25, 1500)) < random.uniform(0.03, 0.3, (25, 1))
            for it, name in enumerate(("detractor", "passive", "promoter")):
                columns[f"{prefix}{name}_count"] = (mentions & (scores == it)).sum(axis=1)
                total[f"{prefix}{name}_count"] = int((scores == it).sum())
        found = theme_points(pl.DataFrame(columns), total, settings.answers)
        least = min(found.select(pl.col("^.*_p_value$").min()).row(0))
        silent += least >= 1 - settings.answers.confidence
    yield Promise("themes that mean nothing are not named", "25 themes", 0.95, silent / runs)


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
    for it in (
        *group_promises(settings, asked.runs, asked.seed),
        *control_promises(asked.runs, asked.seed),
        *theme_promises(settings, asked.runs, asked.seed),
    ):
        shares = f"{100 * it.nominal:.0f} % | {100 * it.measured:.1f} %"
        print(f"| {it.name} | {it.firm} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
