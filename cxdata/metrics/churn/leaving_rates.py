"""Rates of leaving by class within the segment: what today's customers are expected to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import polars as pl

from cxdata.config import Settings
from cxdata.metrics.churn.exposure import CLASSES, Exposure, yearly_rate
from cxdata.metrics.churn.strata import drawn_rates
from cxdata.metrics.churn.value import Numbers
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.withheld import is_few, protecting

# Drawn apart from the excess (0), the retention (1) and the moves (2, 3).
RISK_STREAM = 4
# D: a rate is drawn as one of about so many customers fewer. The spread that counts show of
# themselves is too small by as much, in the rate and in who leaves (benchmarks/promises.py).
FEWER = 6
# The accounts of a group whose leaving is drawn one by one; the smaller ones are drawn together.
DRAWN_ALONE = 30
# A sum divided by its count may differ from the addend by a rounding.
AMOUNT_ROUNDING = 1e-9


@dataclass(frozen=True)
class RateGroup:
    """Customers who share a rate of leaving: of ``base`` at the window's start ``lost`` left.

    ``from_amount``, ``below_amount``: of which yearly revenue they are; None: not bounded.
    ``key`` is what their draws are seeded with.
    """

    key: tuple[int, ...]
    base: int
    lost: int
    from_amount: float | None = None
    below_amount: float | None = None

    def yearly(self, years: float) -> float:
        return yearly_rate(self.lost / self.base, years)

    def yearly_interval(self, years: float, confidence: float) -> tuple[float, float]:
        """Wilson interval of the rate."""
        ends = wilson_interval(self.lost, self.base, confidence=confidence)
        low, high = (yearly_rate(float(end), years) for end in ends)
        return low, high


@dataclass(frozen=True)
class LeavingRates:
    """The yearly rates of leaving that a window shows, by segment, class and size of revenue.

    ``groups`` of each segment and class, those of high revenue first; ``everybody`` is for
    segments in which nobody was.

    Notes
    -----
    Each class leaves at the rate of its own segment: one rate of the class for all segments
    would bill cheap segments' leaving to dear ones, or the other way round. Nothing is borrowed
    from other segments, so the whole is the sum of its segments, and no segment is drawn towards
    others that it isn't like.

    - Classes with fewer than ``small_base_count`` customers of a segment share one rate, with the
      next smaller ones until they are that many. A class of which nobody was there has the rate
      of its segment.
    - Segments whose customers are withheld (fewer than ``minimum_count``, and those that protect
      them) are taken together; nobody's rate is that of a handful of people.
    - Where large and small accounts leave at different rates, one rate for both is wrong by
      money. The largest accounts that make half of a group's revenue, but at least
      ``small_base_count``, have a rate of their own if as many others are left.
    """

    groups: Mapping[tuple[str | None, str], tuple[RateGroup, ...]]
    everybody: RateGroup
    settings: Settings
    years: float

    def of(self, segment: str | None, nps_class: str) -> tuple[RateGroup, ...]:
        return self.groups.get((segment, nps_class), (self.everybody,))

    def expected_amount(self, revenues: pl.DataFrame) -> float:
        """Which yearly revenue of these customers is lost within a year, on average."""
        return float(
            sum(
                (amounts * counts).sum() * group.yearly(self.years)
                for group, amounts, counts in self._held(revenues)
            )
        )

    def lost_draws(self, revenues: pl.DataFrame) -> Numbers:
        """The same as it may truly come: by the rates as they may truly be, and by who leaves."""
        churn = self.settings.churn
        drawn = np.zeros(churn.bootstrap_count)
        for group, amounts, counts in self._held(revenues):
            random = np.random.default_rng([churn.bootstrap_seed + RISK_STREAM, *group.key])
            rates = self._rate_draws(group)
            drawn += lost_amounts(rates, amounts, counts, random)
        return drawn

    def _rate_draws(self, group: RateGroup) -> Numbers:
        churn = self.settings.churn
        seed = crc32(repr((churn.bootstrap_seed + RISK_STREAM, group.key)).encode())
        weight = group.base / (group.base + FEWER)
        lost, base = np.array([group.lost * weight]), np.array([group.base * weight])
        rates = drawn_rates(lost, base, churn.bootstrap_count, seed)[:, 0]
        yearly: Numbers = 1 - (1 - rates) ** (1 / self.years)
        return yearly

    def _held(self, revenues: pl.DataFrame) -> Iterator[tuple[RateGroup, Numbers, Numbers]]:
        """Each group with the yearly revenues of its customers and how many have each."""
        held: dict[RateGroup, list[pl.DataFrame]] = {}
        known = revenues.filter(pl.col("revenue_amount").is_not_null())
        parts = known.partition_by("segment", "class", as_dict=True)
        for segment, nps_class in sorted(parts, key=str):  # the same sums at each time
            rows = parts[segment, nps_class]
            for group in self.of(segment, nps_class):
                held.setdefault(group, []).append(rows.filter(_is_between(group)))
        for group, frames in held.items():
            rows = by_revenue(pl.concat(frames))
            if rows.height:
                counts = rows["base_count"].cast(pl.Float64).to_numpy()
                yield group, rows["revenue_amount"].to_numpy(), counts


def leaving_rates(exposed: Exposure) -> LeavingRates:
    """The rates of a window; at least one customer has to be there, with revenues asked for."""
    assert exposed.start_revenues is not None
    rows, answers = exposed.start_revenues, exposed.settings.answers
    groups: dict[tuple[str | None, str], tuple[RateGroup, ...]] = {}
    for segments in _segment_parts(rows, answers.minimum_count):
        of_part = rows.filter(pl.col("segment").is_in(segments, nulls_equal=True))
        shared = _part_groups(of_part, segments, answers.small_base_count)
        groups |= {(segment, name): shared[name] for segment in segments for name in CLASSES}
    everybody = _group((0,), rows)
    return LeavingRates(groups, everybody, exposed.settings, exposed.years)


def class_groups(counts: Mapping[str, int], small_count: int) -> list[tuple[str, ...]]:
    """Which classes of a segment share a rate: the small ones, until they are enough.

    >>> class_groups({"promoter": 90, "passive": 20, "detractor": 40, "unknown": 3}, 30)
    [('unknown', 'passive', 'detractor'), ('promoter',)]
    """
    names = sorted((name for name in counts if counts[name]), key=lambda it: counts[it])
    small = [name for name in names if counts[name] < small_count]
    others = names[len(small) :]
    while small and others and sum(counts[name] for name in small) < small_count:
        small.append(others.pop(0))
    return [*([tuple(small)] if small else []), *((name,) for name in others)]


def by_revenue(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per yearly revenue, the highest first, with how many have it and left."""
    counts = pl.col("base_count", "lost_count").sum()
    return rows.group_by("revenue_amount").agg(counts).sort("revenue_amount", descending=True)


def revenue_edge(rows: pl.DataFrame, small_count: int) -> float | None:
    """From which yearly revenue on customers have a rate of their own; None: all have one.

    Parameters
    ----------
    rows
        ``revenue_amount`` and ``base_count``, one row per revenue.
    """
    known = by_revenue(rows.filter(pl.col("revenue_amount").is_not_null()))
    count, amount = pl.col("base_count"), pl.col("base_count") * pl.col("revenue_amount")
    above = known.with_columns(count_above=count.cum_sum(), amount_above=amount.cum_sum()).filter(
        pl.col("count_above") >= small_count, pl.col("amount_above") >= amount.sum() / 2
    )
    total = int(known["base_count"].sum())
    if above.is_empty() or total - above["count_above"][0] < small_count:
        return None
    return float(above["revenue_amount"][0]) * (1 - AMOUNT_ROUNDING)


def lost_amounts(
    rates: Numbers, amounts: Numbers, counts: Numbers, random: np.random.Generator
) -> Numbers:
    """The revenue of those who leave, one draw of departures per rate.

    Parameters
    ----------
    amounts, counts
        Yearly revenue of one customer, the highest first, and how many have it.

    Notes
    -----
    The largest ``DRAWN_ALONE`` accounts leave or stay one by one: a figure may hang on a single
    one. Of the others, the number that leaves is drawn, and their revenue with the variance of
    as many drawn without replacement; where all have the same one, that is exact.
    """
    alone = np.minimum(counts, np.maximum(DRAWN_ALONE - (counts.cumsum() - counts), 0))
    largest = np.repeat(amounts, alone.astype(int))
    drawn: Numbers = (random.random((len(rates), len(largest))) < rates[:, None]) @ largest
    others = counts - alone
    n = others.sum()
    if n == 0:
        return drawn
    mean = float((others * amounts).sum() / n)
    variance = float((others * (amounts - mean) ** 2).sum() / max(n - 1, 1))
    leaving = random.binomial(int(n), np.clip(rates, 0, 1)).astype(float)
    spread = np.sqrt(leaving * (1 - leaving / n) * variance) * random.standard_normal(len(rates))
    together: Numbers = drawn + np.clip(leaving * mean + spread, 0, n * mean)
    return together


def _segment_parts(rows: pl.DataFrame, minimum_count: int) -> list[list[str | None]]:
    """Each segment alone, and those together whose customers are withheld."""
    totals = rows.group_by("segment").agg(pl.col("base_count").sum()).sort("segment")
    counts: dict[str | None, int] = dict(totals.rows())
    withheld = protecting(counts, [list(counts)], minimum_count) | {
        segment for segment, count in counts.items() if is_few(count, minimum_count)
    }
    alone: list[list[str | None]] = [[it] for it in counts if it not in withheld]
    return [*alone, [it for it in counts if it in withheld]] if withheld else alone


def _part_groups(
    rows: pl.DataFrame, segments: Sequence[str | None], small_count: int
) -> dict[str, tuple[RateGroup, ...]]:
    """Of each class the groups that its customers are in."""
    name = crc32(repr(list(segments)).encode())
    counts = {it: int(rows.filter(pl.col("class") == it)["base_count"].sum()) for it in CLASSES}
    of_all: tuple[RateGroup, ...] = (_group((name, 0), rows),)
    found = dict.fromkeys(CLASSES, of_all)
    for place, classes in enumerate(class_groups(counts, small_count), start=1):
        of_classes = rows.filter(pl.col("class").is_in(classes))
        edge = revenue_edge(of_classes, small_count)
        groups = (_group((name, place), of_classes),) if edge is None else tuple(
            _group((name, place, side), of_classes, *ends)
            for side, ends in enumerate([(edge, None), (None, edge)])
        )  # fmt: skip
        found |= dict.fromkeys(classes, groups)
    return found


def _group(
    key: tuple[int, ...],
    rows: pl.DataFrame,
    from_amount: float | None = None,
    below_amount: float | None = None,
) -> RateGroup:
    bounds = RateGroup(key, 0, 0, from_amount, below_amount)
    held = rows.filter(_is_between(bounds))
    base, lost = (int(held[column].sum()) for column in ("base_count", "lost_count"))
    return RateGroup(key, base, lost, from_amount, below_amount)


def _is_between(group: RateGroup) -> pl.Expr:
    """Whose revenue is the group's; an unknown one counts with the small ones."""
    revenue = pl.col("revenue_amount")
    if group.from_amount is not None:
        return (revenue >= group.from_amount).fill_null(value=False)
    if group.below_amount is not None:
        return (revenue < group.below_amount).fill_null(value=True)
    return pl.lit(value=True)
