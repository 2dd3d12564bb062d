"""The customers, and the twelve quarters in which they leave, stay and answer.

Each quarter first loses customers by the class of their last answer, then asks some of
those who stay. Churn and scores are drawn by quota, so that the planted figures are in the
data exactly and not only on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from clock import DAY_SECONDS, utc_from_local
from plan import (
    ANSWER_JOURNEYS,
    ANSWER_MIX,
    ANSWERS_PER_MONTH,
    CHURN_RATIOS,
    CUSTOMER_COUNT,
    DETRACTOR,
    EXTRACTED_AT,
    FIRST_ON,
    FIX_QUARTER,
    FOUNDER_SEGMENTS,
    FOUNDER_SHARE,
    JOURNEY_NPS_AFTER_FIX,
    JOURNEY_NPS_BEFORE_FIX,
    LAST_ON,
    LOYALTY_MEMORY,
    NEWCOMER_SEGMENTS,
    NO_CLASS,
    PASSIVE,
    PASSIVE_SHARE,
    PRODUCT_SHARES,
    PROMOTER,
    PROMOTER_CHURN,
    REGION_LEANING,
    REGION_SHARES,
    REVENUE_MEDIANS,
    REVENUE_SIGMA,
    SEGMENT_NPS,
    SILENT_SHARE,
    epoch_day,
)

NEVER = 10**6  # ended_day of those who are still customers
ANSWER_HOURS = np.array([0] * 7 + [2, 4, 6, 7, 6, 7, 6, 5, 5, 5, 6, 8, 9, 9, 7, 4, 1], dtype=float)
CLASS_SCORES = {
    DETRACTOR: ((0, 1, 2, 3, 4, 5, 6), (0.10, 0.05, 0.07, 0.11, 0.14, 0.24, 0.29)),
    PASSIVE: ((7, 8), (0.44, 0.56)),
    PROMOTER: ((9, 10), (0.53, 0.47)),
}


@dataclass
class People:
    """One entry per customer; segment, region and product are positions in plan.py's lists."""

    segment: np.ndarray
    region: np.ndarray
    product: np.ndarray
    started_day: np.ndarray
    ended_day: np.ndarray
    leaning: np.ndarray  # lasting loyalty, in standard deviations
    is_silent: np.ndarray
    revenue_amount: np.ndarray
    nps_class: np.ndarray  # of the last relationship answer


def chosen(rng: np.random.Generator, shares: object, count: int) -> np.ndarray:
    """``count`` positions drawn by their shares (any positive weights)."""
    weights = np.asarray(shares, dtype=float)
    return rng.choice(len(weights), size=count, p=weights / weights.sum())


def customers(rng: np.random.Generator) -> People:
    count = CUSTOMER_COUNT
    founder_count = round(count * FOUNDER_SHARE)
    first_day, last_day = epoch_day(FIRST_ON), epoch_day(LAST_ON)
    founders = first_day - 1 - (rng.beta(1.0, 1.6, founder_count) * 365 * 9).astype(int)
    newcomers = rng.integers(first_day, last_day - 10, count - founder_count)
    segment = np.concatenate(
        [
            chosen(rng, FOUNDER_SEGMENTS, founder_count),
            chosen(rng, NEWCOMER_SEGMENTS, count - founder_count),
        ]
    )
    return People(
        segment=segment,
        region=chosen(rng, REGION_SHARES, count),
        product=chosen(rng, PRODUCT_SHARES, count),
        started_day=np.concatenate([np.sort(founders), np.sort(newcomers)]),
        ended_day=np.full(count, NEVER),
        leaning=rng.standard_normal(count),
        is_silent=rng.random(count) < SILENT_SHARE,
        revenue_amount=np.array(REVENUE_MEDIANS)[segment] * rng.lognormal(0, REVENUE_SIGMA, count),
        nps_class=np.full(count, NO_CLASS),
    )


def quarter_months(quarter: int) -> list[int]:
    """First day of each month of a quarter, and of the month after it."""
    months = [FIRST_ON.year * 12 + FIRST_ON.month - 1 + quarter * 3 + n for n in range(4)]
    return [epoch_day(date(month // 12, month % 12 + 1, 1)) for month in months]


def live_through(rng: np.random.Generator, people: People) -> pl.DataFrame:
    """All relationship answers; sets ``ended_day`` and ``nps_class`` of the people.

    One row per answer: ``customer`` (position), ``responded_at`` (UTC seconds), ``journey``,
    ``nps_score``.
    """
    quarters = []
    for quarter in range(len(SEGMENT_NPS)):
        months = quarter_months(quarter)
        _lose(rng, people, months[0], months[-1])
        answers = _answers(rng, people, quarter, months)
        people.nps_class[answers["customer"].to_numpy()] = answers["nps_class"].to_numpy()
        quarters.append(answers)
    return pl.concat(quarters).drop("nps_class")


def _lose(rng: np.random.Generator, people: People, from_day: int, until_day: int) -> None:
    """Systematic sampling over customers sorted by segment and class: exact to one customer."""
    active = np.flatnonzero((people.started_day < from_day) & (people.ended_day == NEVER))
    active = rng.permutation(active)
    active = active[np.lexsort((people.nps_class[active], people.segment[active]))]
    yearly = (
        np.array(PROMOTER_CHURN)[people.segment[active]]
        * np.array(CHURN_RATIOS)[people.nps_class[active]]
    )
    expected = np.floor(np.cumsum(yearly / 4) + rng.random())
    lost = active[np.diff(expected, prepend=0.0) > 0]
    people.ended_day[lost] = rng.integers(from_day, until_day, len(lost))


def _answers(
    rng: np.random.Generator, people: People, quarter: int, months: list[int]
) -> pl.DataFrame:
    counts = ANSWERS_PER_MONTH[quarter]
    who = _asked(rng, people, months[0], ANSWER_MIX[quarter], sum(counts))
    month = np.repeat(np.arange(3), counts)
    day = rng.integers(np.array(months)[month], np.array(months)[month + 1])
    local = day * DAY_SECONDS + chosen(rng, ANSWER_HOURS, len(who)) * 3600
    local += rng.integers(0, 3600, len(who))
    drawn = pl.DataFrame(
        {
            "customer": who,
            "responded_at": np.minimum(utc_from_local(local), EXTRACTED_AT - 60),
            "segment": people.segment[who],
            "journey": chosen(rng, ANSWER_JOURNEYS, len(who)),
            "loyalty": loyalty(rng, people, who),
        }
    )
    nps_class = _classes_by_quota(drawn, quarter)
    return drawn.select(
        "customer",
        "responded_at",
        "journey",
        nps_score=scores(rng, nps_class),
        nps_class=nps_class,
    )


def _asked(
    rng: np.random.Generator, people: People, from_day: int, mix: tuple[float, ...], count: int
) -> np.ndarray:
    """Customers who answer this quarter, each once; those never heard before come first."""
    can_answer = (
        (people.started_day < from_day - 30) & (people.ended_day == NEVER) & ~people.is_silent
    )
    eagerness = rng.exponential(size=len(can_answer)) / np.where(
        people.nps_class == NO_CLASS, 2.0, 1.0
    )
    asked = []
    for segment, share in enumerate(mix):
        candidates = np.flatnonzero(can_answer & (people.segment == segment))
        asked.append(candidates[np.argsort(eagerness[candidates])[: round(count * share)]])
    every = rng.permutation(np.concatenate(asked))
    return every[:count] if len(every) >= count else np.append(every, _one_more(every, can_answer))


def _one_more(asked: np.ndarray, can_answer: np.ndarray) -> np.ndarray:
    """Rounding three shares can leave one answer short."""
    can_answer = can_answer.copy()
    can_answer[asked] = False
    return np.flatnonzero(can_answer)[:1]


def loyalty(rng: np.random.Generator, people: People, who: np.ndarray) -> np.ndarray:
    """How loyal each customer feels at one answer: mostly their lasting leaning."""
    passing = rng.standard_normal(len(who)) * np.sqrt(1 - LOYALTY_MEMORY**2)
    region = np.array(REGION_LEANING)[people.region[who]]
    return LOYALTY_MEMORY * people.leaning[who] + passing + region


def _classes_by_quota(drawn: pl.DataFrame, quarter: int) -> np.ndarray:
    """The least loyal of each segment and journey are its detractors, in the planned share."""
    by_journey = JOURNEY_NPS_AFTER_FIX if quarter >= FIX_QUARTER else JOURNEY_NPS_BEFORE_FIX
    cell = ["segment", "journey"]
    rank = drawn.select((pl.col("loyalty").rank("ordinal").over(cell) - 0.5) / pl.len().over(cell))
    nps = (
        np.array(SEGMENT_NPS[quarter])[drawn["segment"].to_numpy()]
        + np.array(by_journey)[drawn["journey"].to_numpy()]
    )
    return classes(rank.to_series().to_numpy(), nps)


def classes(rank: np.ndarray, nps: np.ndarray) -> np.ndarray:
    """Class of each answer from its rank (0 to 1, least loyal first) and the NPS aimed at."""
    detractor_share = (1 - PASSIVE_SHARE - nps / 100) / 2
    is_promoter = rank >= detractor_share + PASSIVE_SHARE
    return np.where(is_promoter, PROMOTER, np.where(rank < detractor_share, DETRACTOR, PASSIVE))


def scores(rng: np.random.Generator, nps_class: np.ndarray) -> np.ndarray:
    score = np.zeros(len(nps_class), dtype=np.int64)
    for one_class, (values, shares) in CLASS_SCORES.items():
        of_class = nps_class == one_class
        score[of_class] = np.array(values)[chosen(rng, shares, int(of_class.sum()))]
    return score
