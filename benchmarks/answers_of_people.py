"""Firms whose customers answer several times, alike, and in which there is nothing to find.

Each function measures one statement of ``cxdata.metrics``; ``benchmarks/promises.py`` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings, Settings
from cxdata.metrics.nps.driver_priority import Priority, priority
from cxdata.metrics.nps.drivers import DRAW_COUNT, resampled_products
from cxdata.metrics.nps.repeats import SHARED_PARTS, class_counts, grouped
from cxdata.metrics.nps.score import against_the_rest, nps_figures
from cxdata.metrics.nps.theme_people import SHARES, with_theme_people
from cxdata.metrics.nps.theme_points import theme_points
from cxdata.metrics.statistics.intervals import ClassCounts, nps_difference
from cxdata.metrics.statistics.people import (
    Repeats,
    Shared,
    correlation,
    design_effect,
    share_effect,
)
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.models import NPS_CLASSES

Values = npt.NDArray[Any]
Measured = tuple[str, str, float, float]  # promise, firm, nominal, measured
CLASSES = (0.45, 0.3, 0.25)
ALIKE = 0.8


def measured(settings: Settings, runs: int, seed: int) -> Iterator[Measured]:
    answers = settings.answers
    yield from shares(answers.confidence, 5 * runs, seed)
    yield from screens(answers, runs, seed)
    yield from themes(answers, runs, seed)
    yield from forms(answers.confidence, 5 * runs, seed)
    yield from drivers(answers.confidence, runs // 4 or 1, seed)


def shares(confidence: float, runs: int, seed: int) -> Iterator[Measured]:
    """Satisfied or easy answers, an indicator of the pyramid: four alike answers of each."""
    random = np.random.default_rng(seed)
    for people, share in ((30, 0.5), (50, 0.8), (100, 0.9), (500, 0.95)):
        part = 4 * (random.random((runs, people)) < share)
        whole = np.full_like(part, 4)
        sums = part.sum(axis=1), whole.sum(axis=1)
        products = (part * (part - 1), part * (whole - 1), whole * (whole - 1))
        repeats = Repeats(*(it.sum(axis=1).astype(float) for it in products))
        effect = share_effect(*sums, repeats, confidence=confidence)
        low, high = share_interval(ShareCounts(*sums, effect), confidence=confidence)
        kept = float(((low <= share) & (share <= high)).mean())
        firm = f"{people} customers, 4 alike answers each, {100 * share:.0f} %"
        yield "the interval of a share of answers holds it", firm, confidence, kept


def screens(answers: AnswerSettings, runs: int, seed: int) -> Iterator[Measured]:
    """Six groups and thirty pairs of customers who answer on one to four of five journeys."""
    random = np.random.default_rng(seed)
    for people in (400, 1500):
        silent = 0
        for _ in range(runs):
            who, balance = _answers(random, people, 4)
            segment = random.integers(0, 6, people)[who]
            journey = random.integers(0, 5, len(who))
            tables = (_table(who, balance, it) for it in (segment, journey, 5 * segment + journey))
            silent += not any(_names_one(*it, answers) for it in tables)
        firm = f"{people} customers, 1 to 4 answers each, alike in {100 * ALIKE:.0f} %"
        yield "a screen of alike groups names none", firm, answers.confidence, silent / runs


def themes(answers: AnswerSettings, runs: int, seed: int) -> Iterator[Measured]:
    """25 themes, which each customer has a habit of naming, whatever the score."""
    random, silent = np.random.default_rng(seed), 0
    for _ in range(runs):
        columns: dict[str, Values] = {}
        sums: list[pl.DataFrame] = []
        for side, prefix in ((1, ""), (2, "compared_")):
            who, balance = _answers(random, 600, 6)
            habit = random.beta(0.3, 1.7, (25, 600))
            mentions = random.random((25, len(who))) < habit[:, who]
            every = np.vstack([np.ones(len(who), dtype=bool), mentions])
            for name, value in zip(NPS_CLASSES, (1, 0, -1), strict=True):
                columns[f"{prefix}{name}_count"] = (every & (balance == value)).sum(axis=1)
            columns[f"{prefix}comment_count"] = every.sum(axis=1)
            sums.append(_theme_sums(who, balance, every).with_columns(side=pl.lit(side)))
        terms = pl.Series("term", ["", *(f"t{it}" for it in range(25))])
        counts = pl.DataFrame({"term": terms, **columns})
        beside = pl.concat([it.with_columns(terms) for it in sums])
        found = with_theme_people(counts, beside, answers.confidence)
        points = theme_points(found[1:], counts.row(0, named=True), answers)
        least = min(points.select(pl.col("^.*_p_value$").min()).row(0))
        silent += least >= 1 - answers.confidence
    firm = "25 themes, 600 customers with 1 to 6 comments in each period"
    yield "themes that mean nothing are not named", firm, answers.confidence, silent / runs


def forms(confidence: float, runs: int, seed: int) -> Iterator[Measured]:
    """Two forms that many of the same customers fill in, some several times."""
    random, people = np.random.default_rng(seed), 200
    level = random.choice([1, 0, -1], (runs, people), p=CLASSES)
    sums, sides = [], []
    for _ in range(2):
        given = random.integers(1, 4, (runs, people)) * (random.random((runs, people)) < 0.7)
        balance, told = np.zeros((runs, people)), np.zeros((runs, people))
        for place in range(3):
            other = random.choice([1, 0, -1], (runs, people), p=CLASSES)
            said = np.where(random.random((runs, people)) < ALIKE, level, other) * (place < given)
            balance, told = balance + said, told + np.abs(said)
        sums.append((balance, given))
        positive, negative = ((told.sum(axis=1) + it * balance.sum(axis=1)) / 2 for it in (1, -1))
        counts = ClassCounts(positive, given.sum(axis=1) - told.sum(axis=1), negative)
        repeats = Repeats(
            (balance**2 - told).sum(axis=1),
            (balance * (given - 1)).sum(axis=1),
            (given * (given - 1.0)).sum(axis=1),
        )
        effect = design_effect(counts, repeats, confidence=confidence)
        sides.append(counts._replace(design_effect=effect))
    (one, n), (two, m) = sums
    both = Shared(*(it.sum(axis=1).astype(float) for it in (one * two, one * m, n * two, n * m)))
    p_value = nps_difference(*sides, correlation=correlation(*sides, both)).p_value
    kept = float((p_value >= 1 - confidence).mean())
    firm = "200 customers, 70 % in each form, 1 to 3 answers"
    yield "no break is found where there is none", firm, confidence, kept


def drivers(confidence: float, runs: int, seed: int) -> Iterator[Measured]:
    """Six touchpoints that share an impression; customers rate them one to four times, alike."""
    random = np.random.default_rng(seed)
    for people in (200, 800):
        found = [_priority(random, people, confidence) for _ in range(runs)]
        firm = f"six touchpoints, {people} customers, 1 to 4 alike answers"
        kept = (
            float(np.mean([not it.is_first.any() for it in found])),
            float(np.mean([not it.is_beyond_halo.any() for it in found])),
        )
        yield "an impression alone names no touchpoint", firm, confidence, kept[0]
        yield "an impression alone shows none beyond it", firm, confidence, kept[1]


def _answers(random: np.random.Generator, people: int, most: int) -> tuple[Values, Values]:
    """Who gave each answer, and the answer as 1, 0 or -1."""
    who = np.repeat(np.arange(people), random.integers(1, most + 1, people))
    level = random.choice([1, 0, -1], people, p=CLASSES)
    other = random.choice([1, 0, -1], len(who), p=CLASSES)
    return who, np.where(random.random(len(who)) < ALIKE, level[who], other)


def _table(who: Values, balance: Values, group: Values) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts by group, and what ``repeats_by.sql`` tells of them."""
    shape = (who.max() + 1, group.max() + 1)
    at = np.ravel_multi_index((who, group), shape)

    def sums(values: Values) -> Values:
        return np.bincount(at, values, shape[0] * shape[1]).reshape(shape)

    n, s, a = sums(np.ones(len(who))), sums(balance), sums(np.abs(balance))
    other_n, other_s = n.sum(axis=1, keepdims=True) - n, s.sum(axis=1, keepdims=True) - s
    is_in, groups = n > 0, (n > 0).sum(axis=1, keepdims=True)
    columns = {
        "repeated": np.maximum(n - 1, 0), "square": s**2 - a, "mixed": s * (n - 1) * is_in,
        "size": n * (n - 1), "both_square": s * other_s, "both_mixed": s * other_n,
        "both_mixed_back": n * other_s, "both_size": n * other_n,
        "both_people": is_in & (other_n > 0),
        **dict.fromkeys(SHARED_PARTS, is_in * (groups - 1) / np.maximum(groups, 1)),
    }  # fmt: skip
    repeats = {name: it.sum(axis=0) for name, it in columns.items()}
    whole = {name: repeats[name] for name in SHARED_PARTS}
    counts = {"answer_count": n, "promoter_count": (a + s) / 2, "passive_count": n - a,
              "detractor_count": (a - s) / 2}  # fmt: skip
    return (
        pl.DataFrame({name: it.sum(axis=0).astype(int) for name, it in counts.items()}),
        pl.DataFrame({name: it.astype(int) for name, it in repeats.items()} | whole),
    )


def _names_one(counts: pl.DataFrame, repeats: pl.DataFrame, answers: AnswerSettings) -> bool:
    groups = grouped(counts, repeats, answers)
    figures, own = nps_figures(groups.counts, answers), class_counts(groups.counts)
    compared = against_the_rest(figures, own, answers, groups.rest, groups.moves_with_rest)
    return "real_change" in compared["rest_verdict"]


def _theme_sums(who: Values, balance: Values, mentions: Values) -> pl.DataFrame:
    """What ``theme_repeats.sql`` tells, a row per theme; the first is of all comments."""
    people = who.max() + 1

    def of_people(values: Values) -> Values:
        return np.array([np.bincount(who, it, people) for it in np.atleast_2d(values)])

    classes = {
        name: (of_people(mentions & (balance == value)), of_people(balance == value))
        for name, value in zip(NPS_CLASSES, (1, 0, -1), strict=True)
    }
    classes["comment"] = of_people(mentions), of_people(np.ones(len(who)))
    classes["other"] = tuple(  # type: ignore[assignment]
        sum(classes[it][place] for it in SHARES["other"]) for place in range(2)
    )
    columns: dict[str, Values] = {}
    for name, (part, whole) in classes.items():
        columns |= {
            f"{name}_square": part * (part - 1), f"{name}_mixed": part * (whole - 1),
            f"{name}_repeated": np.maximum(part - 1, 0),
        }  # fmt: skip
    n, s = of_people(mentions), of_people(mentions * balance)
    a = classes["other"][0]
    other_n, other_s = of_people(np.ones(len(who))) - n, of_people(balance) - s
    columns |= {
        "square": s**2 - a, "mixed": s * (n - 1), "size": n * (n - 1),
        "repeated": np.maximum(n - 1, 0),
        "rest_repeated": np.maximum(n + other_n - 1, 0) - np.maximum(other_n - 1, 0),
        "both_square": s * other_s, "both_mixed": s * other_n, "both_mixed_back": n * other_s,
        "both_size": n * other_n,
    }  # fmt: skip
    return pl.DataFrame({name: it.sum(axis=1) for name, it in columns.items()})


def _priority(random: np.random.Generator, people: int, confidence: float) -> Priority:
    who = np.repeat(np.arange(people), random.integers(1, 5, people))
    impression, own = random.standard_normal((people, 1)), random.standard_normal((people, 6))
    ratings = np.clip(np.rint(3.6 + np.sqrt(0.5) * (impression + own)), 1, 5)
    noise = random.standard_normal((people, 1))
    scores = np.clip(np.rint(7 + 1.6 * (0.6 * impression + 0.7 * noise)), 0, 10)
    rows = np.hstack([np.ones((people, 1)), ratings, scores])[who]
    samples = resampled_products(rows, DRAW_COUNT, np.random.default_rng(3), who)
    ends = np.full(6, 5.0)
    return priority(rows.T @ rows, samples, ends, ends / 5, confidence)
