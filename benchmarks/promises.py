"""What the figures promise, measured: how often an interval holds what it is said to hold.

Each promise is simulated in firms whose truth is known, with a fixed seed, and printed beside its
nominal value. ``docs/metrics.md`` has the last values, in a row for each entry of ``PROMISES``.

    python benchmarks/promises.py [--only NAME] [--runs 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import answers_of_people, churn_coverage, response_screen
from cxdata.config import AnswerSettings, Settings, load_settings
from cxdata.metrics.churn.dissatisfaction import bounds
from cxdata.metrics.churn.exposure import CLASSES, Exposure
from cxdata.metrics.churn.leaving_rates import leaving_rates
from cxdata.metrics.churn.rates import revenue_rate_interval
from cxdata.metrics.churn.revenue_retention import retention_rates
from cxdata.metrics.churn.value import Numbers
from cxdata.metrics.nps.control import control_limits
from cxdata.metrics.nps.driver_priority import Priority, priority
from cxdata.metrics.nps.drivers import DRAW_COUNT, resampled_products
from cxdata.metrics.nps.repeats import all_others, class_counts
from cxdata.metrics.nps.score import against_the_rest, nps_figures
from cxdata.metrics.nps.theme_points import theme_points
from cxdata.metrics.nps.weighting import Cells, respondents_test
from cxdata.metrics.pyramid.levels import (
    EVIDENCE_SCHEMA,
    CompanyLevel,
    company_level,
    evidence_rows,
    levels_of,
)
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.metrics.statistics.intervals import ClassCounts, nps_difference, nps_interval
from cxdata.metrics.statistics.people import (
    Repeats,
    Shared,
    correlation,
    design_effect,
    share_effect,
)
from cxdata.metrics.statistics.post_stratification import People, collapsed_cells, weighted_nps
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
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
    """``measured`` is the share of the runs in which what the name says came true."""

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


def repeated_answer_promises(confidence: float, runs: int, seed: int) -> list[Promise]:
    """The NPS where customers answer again: its interval, its change, and that of a panel."""
    random = np.random.default_rng(seed)
    found = []
    for people, shares in product((30, 100, 500), ((0.4, 0.3, 0.3), (0.8, 0.15, 0.05))):
        for most, alike in ((4, 1.0), (4, 0.5), (10, 1.0)):
            counts = _answered(random, runs, people, most, alike, shares)
            low, high = nps_interval(counts, confidence=confidence)
            truth = 100 * (shares[0] - shares[2])
            kept = float(((low <= truth) & (truth <= high)).mean())
            said = f"{most} answers" if most == 4 else f"1 to {most} answers"
            name = f"{people} customers, {said} each, alike in {100 * alike:.0f} %, NPS {truth:.0f}"
            found.append(Promise("the NPS's interval holds it", name, confidence, kept))
    for people in (50, 200):
        sides = [_answered(random, runs, people, 4, 1.0, (0.4, 0.3, 0.3)) for _ in range(2)]
        called = float((nps_difference(*sides).p_value < 1 - confidence).mean())
        name = f"two times {people} customers, 4 alike answers each"
        found.append(
            Promise("a change is called real where nothing changed", name, 1 - confidence, called)
        )
    for again in (0.0, 0.5, 0.9):
        called = _panel(random, runs, 200, again, confidence)
        name = f"the same 200 customers twice, {100 * again:.0f} % say the same again"
        found.append(
            Promise("a change is called real where nothing changed", name, 1 - confidence, called)
        )
    return found


def _answered(
    random: np.random.Generator,
    runs: int,
    people: int,
    most: int,
    alike: float,
    shares: Sequence[float],
) -> ClassCounts:
    """Everybody gives ``most`` answers, or, with more than 4, 1 to ``most``; an answer is the one
    that the customer always gives with the chance ``alike``, else any."""
    each = np.full((runs, people), most)
    if most > 4:
        each = np.minimum(random.geometric(0.4, (runs, people)), most)
    always = random.choice([1, 0, -1], (runs, people), p=shares)
    balance, told = np.zeros((runs, people)), np.zeros((runs, people))
    for place in range(most):
        other = random.choice([1, 0, -1], (runs, people), p=shares)
        answer = np.where(random.random((runs, people)) < alike, always, other) * (place < each)
        balance, told = balance + answer, told + np.abs(answer)
    repeats = Repeats(
        (balance**2 - told).sum(axis=1),
        (balance * (each - 1)).sum(axis=1),
        (each * (each - 1)).sum(axis=1).astype(float),
    )
    promoters, detractors = (
        (told.sum(axis=1) + sign * balance.sum(axis=1)) / 2 for sign in (1, -1)
    )
    counts = ClassCounts(promoters, each.sum(axis=1) - told.sum(axis=1), detractors)
    return counts._replace(design_effect=design_effect(counts, repeats))


def _panel(
    random: np.random.Generator, runs: int, people: int, again: float, confidence: float
) -> float:
    """How often a change is called real where nothing changed but single answers."""
    shares = [0.4, 0.3, 0.3]
    first = random.choice([1, 0, -1], (runs, people), p=shares)
    other = random.choice([1, 0, -1], (runs, people), p=shares)
    second = np.where(random.random((runs, people)) < again, first, other)
    one, two = (
        ClassCounts(*((it == balance).sum(axis=1) for balance in (1, 0, -1)))
        for it in (first, second)
    )
    both, one_sum, two_sum = (
        it.sum(axis=1).astype(float) for it in (first * second, first, second)
    )
    shared = Shared(both, one_sum, two_sum, np.full(runs, float(people)))
    p_value = nps_difference(one, two, correlation=correlation(one, two, shared)).p_value
    return float((p_value < 1 - confidence).mean())


def dissatisfaction_promises(
    simulated: churn_coverage.Firm, settings: Settings, runs: int, seed: int
) -> list[Promise]:
    """The part that goes with dissatisfaction against the truth; where there is none, how often
    it is put down to it."""
    it = churn_coverage.coverage(simulated, settings, runs, seed)
    held = [
        Promise(f"excess churn's interval holds the true {what}", it.name, 0.95, share)
        for what, share in (("customers", it.count_coverage), ("money", it.amount_coverage))
    ]
    if it.alarm_share is None:
        return held
    alarm = Promise("“goes with dissatisfaction” without any", it.name, 0.025, it.alarm_share)
    return [*held, alarm]


def retention_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """Net and gross revenue retention against their true rates, in firms of unequal revenue."""
    confidence = settings.answers.confidence
    for name, count, spread in (("200 customers", 200, 1.0), ("a few bring most", 400, 1.5)):
        random = np.random.default_rng([seed, count])
        start = np.exp(spread * np.random.default_rng(7).standard_normal(count))
        leaving, growing, factor = 0.1, 0.3, 1.2
        gross, net = 1 - leaving, (1 - leaving) * (1 + growing * (factor - 1))
        kept = np.zeros(2)
        for _ in range(runs):
            stays = random.random(count) >= leaving
            end = start * stays * np.where(random.random(count) < growing, factor, 1)
            ends = retention_rates(_retention_sums(start, end), confidence)
            kept += [
                ends[f"{kind}_retention_rate_low"] <= true <= ends[f"{kind}_retention_rate_high"]
                for kind, true in (("net", net), ("gross", gross))
            ]
        for kind, share in zip(("net", "gross"), kept / runs, strict=True):
            yield Promise(f"{kind} retention's interval", name, confidence, float(share))


def _retention_sums(start: Numbers, end: Numbers) -> dict[str, float]:
    kept = np.minimum(start, end)
    products = {
        "ss": start @ start,
        "se": start @ end,
        "ee": end @ end,
        "sk": start @ kept,
        "kk": kept @ kept,
        "er": end @ (end / start),
    }
    sums = {"s": start.sum(), "e": end.sum(), "k": kept.sum()}
    known = {"known_count": float(len(start))}
    return {name: float(it) for name, it in (sums | products).items()} | known


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
        low, high = share_interval(_share_counts(given, asked), confidence=confidence)
        yield Promise(name, firm_name, confidence, float(((low <= truth) & (truth <= high)).mean()))


def _share_counts(part: Values, whole: Values) -> ShareCounts:
    """Of each firm (row), from how many of how many of each of its people."""
    sums = part.sum(axis=1), whole.sum(axis=1)
    products = (part * (part - 1), part * (whole - 1), whole * (whole - 1))
    repeats = Repeats(*(it.sum(axis=1).astype(float) for it in products))
    return ShareCounts(*sums, share_effect(*sums, repeats))


def _exposure(simulated: Firm, settings: Settings, start: pl.DataFrame) -> Exposure:
    nobody = np.zeros(len(simulated.customers.rate), dtype=bool)
    revenue = pl.col("revenue_amount")
    counts = start.with_columns(
        known_count="base_count",
        known_amount=revenue * pl.col("base_count"),
        lost_known_amount=revenue * pl.col("lost_count"),
        known_squares=revenue**2 * pl.col("base_count"),
        lost_known_squares=revenue**2 * pl.col("lost_count"),
    )
    return Exposure(
        simulated.window, counts, counts.clear(), settings,
        start_revenues=start, end_revenues=simulated.customers.rows(nobody),
    )  # fmt: skip


@dataclass(frozen=True)
class Survey:
    """Customers by segment: how many, which part of each answers, and how; revenues are lognormal
    with that spread, and where ``is_related`` the larger half is less content."""

    name: str
    size: Sequence[int]
    response: Sequence[float]
    promoter: Sequence[float]
    detractor: Sequence[float]
    spread: float = 0.0
    is_related: bool = False


SURVEYS = (
    Survey("three segments of which 5, 30 and 2 % answer", [8000, 3000, 1500], [0.05, 0.3, 0.02],
           [0.45, 0.6, 0.25], [0.3, 0.15, 0.4]),
    Survey("360 customers of which 15 to 50 % answer", [200, 100, 60], [0.2, 0.5, 0.15],
           [0.45, 0.6, 0.25], [0.3, 0.15, 0.4]),
    Survey("nearly all are promoters, few answer", [500, 500], [0.2, 0.05], [0.97, 0.9],
           [0.01, 0.05]),
    Survey("twenty segments of which 8 to 50 % answer", [100] * 20,
           list(np.linspace(0.08, 0.5, 20)), list(np.linspace(0.2, 0.7, 20)),
           list(np.linspace(0.5, 0.1, 20))),
    Survey("unequal revenue", [800, 300, 150], [0.1, 0.4, 0.2], [0.45, 0.6, 0.25],
           [0.3, 0.15, 0.4], spread=1.0),
    Survey("a few accounts bring most", [800, 300, 150], [0.1, 0.4, 0.2], [0.45, 0.6, 0.25],
           [0.3, 0.15, 0.4], spread=2.0),
    Survey("a few accounts bring most, and are less content", [800, 300, 150], [0.1, 0.4, 0.2],
           [0.45, 0.6, 0.25], [0.3, 0.15, 0.4], spread=2.0, is_related=True),
)  # fmt: skip


def weighting_promises(survey: Survey, settings: Settings, runs: int, seed: int) -> list[Promise]:
    """The NPS of all customers: its interval, false real changes, false "who answered changed"."""
    random, confidence = np.random.default_rng(seed), settings.answers.confidence
    segment = np.repeat(np.arange(len(survey.size)), survey.size)
    revenue = np.exp(survey.spread * random.standard_normal(len(segment)))
    promoter, detractor = np.array(survey.promoter)[segment], np.array(survey.detractor)[segment]
    if survey.is_related:
        is_large = revenue > np.median(revenue)
        promoter = np.minimum(np.where(is_large, 0.7, 1.2) * promoter, 1 - detractor)
    kept: list[list[bool]] = [[], [], [], []]
    for _ in range(runs):
        found = []
        for _period in range(2):
            is_in = random.random(len(segment)) < np.array(survey.response)[segment]
            chance = random.random(int(is_in.sum()))
            scores = chance < promoter[is_in], chance > 1 - detractor[is_in]
            rows = _survey_rows(segment[is_in], *scores)
            found.append([
                (_weighted_survey(segment, is_in, scores, worth, settings), worth, rows)
                for worth in (np.ones(len(segment)), revenue)
            ])  # fmt: skip
        if any(it[0] is None for sides in found for it in sides):
            continue  # a segment without answers is said to be left out: another promise
        for place, (figure, worth, _rows) in enumerate(found[0]):
            low, high = nps_interval(figure.classes, confidence=confidence)
            truth = 100 * float(worth @ (promoter - detractor) / worth.sum())
            kept[place].append(bool(low[0] <= truth <= high[0]))
        test = nps_difference(found[0][0][0].classes, found[1][0][0].classes)
        kept[2].append(bool(test.p_value[0] >= 1 - confidence))
        sides = [_cells(survey, side[0][2]) for side in found]
        moved = respondents_test(sides[0], sides[1], settings.answers)
        kept[3].append(moved["respondents_verdict"] != "real_change")
    names = (
        "the interval of the NPS of all customers holds it",
        "the interval of the NPS by revenue holds it",
        "no real change of the NPS of all customers where there is none",
        "who answered isn't said to have changed where it didn't",
    )
    return [
        Promise(name, survey.name, confidence, float(np.mean(it)))
        for name, it in zip(names, kept, strict=True)
        if survey.spread or "revenue" not in name
    ]


def _weighted_survey(
    segment: Values, is_in: Values, scores: tuple[Values, Values], worth: Values, settings: Settings
) -> Any:
    counts = np.bincount(segment[is_in], minlength=segment.max() + 1)
    groups = collapsed_cells(
        {(str(at),): int(count) for at, count in enumerate(counts)},
        enough=settings.answers.small_base_count,
        least=settings.answers.minimum_count,
    )
    if min(groups.values()) < 0:
        return None
    places = np.array([groups[(str(at),)] for at in range(len(counts))])
    cell = places[segment]
    shares = np.bincount(cell, worth)
    people = People(
        cell[is_in], *(it.astype(float) for it in scores), worth[is_in], np.ones(int(is_in.sum()))
    )
    return weighted_nps(people, shares / shares.sum(), confidence=settings.answers.confidence)


def _survey_rows(segment: Values, promoter: Values, detractor: Values) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "segment": [str(it) for it in segment],
            "region": pl.Series([None] * len(segment), dtype=pl.String),
            "product": pl.Series([None] * len(segment), dtype=pl.String),
            "answer_count": 1,
            "promoter_count": promoter.astype(int),
            "detractor_count": detractor.astype(int),
            "person_count": 1,
        }
    )


def _cells(survey: Survey, rows: pl.DataFrame) -> Cells:
    counts = dict(rows.group_by("segment").len().iter_rows())
    sizes = {(str(at), None, None): float(it) for at, it in enumerate(survey.size)}
    people = {name: counts.get(name[0], 0) for name in sizes}
    return Cells(sizes, people, {}, rows, "customers")  # type: ignore[arg-type]


def revenue_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """Revenue at risk and revenue churn in all the firms."""
    for simulated in firms():
        yield from churn_promises(simulated, settings, runs, seed)


JOURNEYS = ("Billing", "Buying", "Delivery", "Installing", "Repair")


def pyramid_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """The levels shown against the true one, of five journeys with 200 cases at each indicator.

    Up to level 3 all indicators are truly five points beyond their thresholds, above it 19 short.
    """
    random, confidence = np.random.default_rng(seed), settings.answers.confidence
    true = [pyramid_firm(random, settings, {}) for _ in range(runs)]
    weak = {("Repair", "low_effort_share"): -0.2}
    below = [pyramid_firm(random, settings, weak) for _ in range(runs)]
    alike = "all truly at level 3"
    found = "one journey 20 points short at level 3"
    for name, firm_name, nominal, kept in (
        ("the true level is among those shown", alike, confidence, _shown(true, 3)),
        ("the true level is among those shown", found, confidence, _shown(below, 2)),
        ("no level above the true one is established", found, confidence,
         [not (it.is_established and (it.level or 0) > 2) for it in below]),
        ("a journey below is found (power)", found, 0.8, [it.highest_level == 2 for it in below]),
    ):  # fmt: skip
        yield Promise(name, firm_name, nominal, float(np.mean(kept)))


def _shown(companies: Sequence[CompanyLevel], true_level: int) -> list[bool]:
    return [(it.level or 0) <= true_level <= (it.highest_level or 0) for it in companies]


def pyramid_firm(
    random: np.random.Generator,
    settings: Settings,
    own: dict[tuple[str, str], float],
    cases: int = 200,
) -> CompanyLevel:
    """What is shown of a firm; ``own`` is how far beyond its threshold an indicator truly is."""
    model = pyramid_model(settings)
    counts: dict[str, dict[str, int]] = {journey: {} for journey in JOURNEYS}
    assessed: dict[tuple[str, str], dict[str, Any]] = {}
    for journey, it in product(JOURNEYS, model.indicators):
        beyond = own.get((journey, it.id), 0.05 if it.level <= 3 else -0.19)
        share = it.threshold + (beyond if it.direction == "higher" else -beyond)
        seen = int(random.binomial(cases, share))
        if it.kind == "measured":
            counts[journey] |= {f"{it.id} of {it.counted}": seen, it.out_of or "": cases}
        else:
            assessed[journey, it.id] = {
                "value": seen / cases, "case_count": cases, "assessed_on": YEAR.last_on,
            }  # fmt: skip
    levels = tuple(
        replace(
            level,
            indicators=tuple(
                replace(it, counted=it.counted and f"{it.id} of {it.counted}")
                for it in level.indicators
            ),
        )
        for level in model.levels
    )
    each = replace(model, levels=levels)
    rows = evidence_rows(counts, assessed, YEAR.last_on, each, settings.answers)
    return company_level(levels_of(pl.DataFrame(rows, schema=EVIDENCE_SCHEMA, orient="row"), each))


def driver_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """Which touchpoint is named as the first of six that share a common impression."""
    random, confidence = np.random.default_rng(seed), settings.answers.confidence
    for count in (400, 2000):
        firsts = [_first(_rated(random, [0.0] * 6, count), confidence) for _ in range(runs)]
        name = f"six touchpoints, {count} answers"
        yield Promise(
            "an impression alone names no touchpoint", name, confidence,
            float(np.mean([not it.is_first.any() for it in firsts])),
        )  # fmt: skip
        yield Promise(
            "an impression alone shows none beyond it", name, confidence,
            float(np.mean([not it.is_beyond_halo.any() for it in firsts])),
        )  # fmt: skip
    effects = [0.4, 0.2, 0.0, 0.0, 0.0, 0.0]
    named, same = [], []
    for _ in range(runs):
        rows = _rated(random, effects, 800)
        whole = _first(rows, confidence).is_first
        fewer = _first(np.delete(rows, 6, axis=1), confidence).is_first
        named.append(bool(whole[0]))
        same.append(not (whole[1:].any() or fewer[1:].any()))
    name = "one counts twice as much as the next, 800 answers"
    yield Promise("the first touchpoint is named (power)", name, 0.8, float(np.mean(named)))
    yield Promise(
        "no other is named, with or without an irrelevant one", name, confidence,
        float(np.mean(same)),
    )  # fmt: skip


def _rated(random: np.random.Generator, effects: Sequence[float], count: int) -> Values:
    """1, ratings from 1 to 5 that are half a common impression, and the score."""
    impression = random.standard_normal((count, 1))
    own = random.standard_normal((count, len(effects)))
    ratings = np.clip(np.rint(3.6 + np.sqrt(0.5) * (impression + own)), 1, 5)
    liked = 0.6 * impression + own @ np.array(effects)[:, None]
    scores = np.clip(np.rint(7 + 1.6 * (liked + 0.7 * random.standard_normal((count, 1)))), 0, 10)
    return np.hstack([np.ones((count, 1)), ratings, scores])


def _first(rows: Values, confidence: float) -> Priority:
    samples = resampled_products(rows, DRAW_COUNT, np.random.default_rng(3))
    ends = np.full(rows.shape[1] - 2, 5.0)
    return priority(rows.T @ rows, samples, ends, ends / 5, confidence)


def repeat_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """Customers who answer more than once; five times as many firms, since each is small."""
    yield from repeated_answer_promises(settings.answers.confidence, 5 * runs, seed)


def survey_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """The NPS of all customers in all the surveys."""
    for survey in SURVEYS:
        yield from weighting_promises(survey, settings, runs, seed)


def excess_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """The cost of dissatisfaction in all the firms of ``churn_coverage``."""
    for simulated in churn_coverage.firms():
        yield from dissatisfaction_promises(simulated, settings, runs, seed)


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
    own, rest = class_counts(counts), all_others(counts)
    compared = against_the_rest(nps_figures(counts, answers), own, answers, rest)
    return "real_change" in compared["rest_verdict"]


def control_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """36 months of 60 to 1,500 answers: alarms without cause, and with a shift (300 answers)."""
    random, nominal = np.random.default_rng(seed), 0.9
    for dispersion in (1.0, 1.5, 3.0):
        quiet = sum(not _is_alarm(random, dispersion, (60, 1500)) for _ in range(runs)) / runs
        named = f"dispersion {dispersion:g}, 60 to 1,500 answers a month"
        yield Promise("36 months without cause raise no alarm", named, nominal, quiet)
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


def people_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """What is said beside the NPS where customers answer more than once."""
    for it in answers_of_people.measured(settings, runs, seed):
        yield Promise(*it)


def response_screen_promises(settings: Settings, runs: int, seed: int) -> Iterator[Promise]:
    """What the page of response times says where nothing is wrong."""
    for it in response_screen.measured(settings, runs, seed):
        yield Promise(*it)


Measure = Callable[[Settings, int, int], Iterable[Promise]]
# Each has its rows in docs/metrics.md and docs/metrics.fr.md, under "Promises"; a test says which.
# The functions take the settings, how many firms are simulated, and the seed.
PROMISES: dict[str, Measure] = {
    "repeats": repeat_promises,
    "people": people_promises,
    "response_screen": response_screen_promises,
    "weighting": survey_promises,
    "response_rate": response_promises,
    "revenue": revenue_promises,
    "retention": retention_promises,
    "dissatisfaction": excess_promises,
    "groups": group_promises,
    "control": control_promises,
    "themes": theme_promises,
    "pyramid": pyramid_promises,
    "drivers": driver_promises,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(PROMISES), action="append")
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    settings = load_settings()
    print("| name | promise | firm | nominal | measured | firms simulated |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in asked.only or PROMISES:
        began = perf_counter()
        for it in PROMISES[name](settings, asked.runs, asked.seed):
            shares = f"{100 * it.nominal:.0f} % | {100 * it.measured:.1f} % | {asked.runs}"
            print(f"| `{name}` | {it.name} | {it.firm} | {shares} |", flush=True)
        print(f"{name}: {perf_counter() - began:.0f} seconds", file=sys.stderr)


if __name__ == "__main__":
    main()
