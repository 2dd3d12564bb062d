"""Who answered is not who we serve: coverage, and the NPS of all customers beside the raw one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxdata.config import AnswerSettings
from cxdata.metrics.nps.customer_base import (
    CustomerBase,
    base_gap,
    customer_base,
    in_filters,
)
from cxdata.metrics.nps.score import NpsChange, compared_filters, verdicts
from cxdata.metrics.statistics.intervals import (
    FloatArray,
    nps,
    nps_difference,
    nps_interval,
    two_sided_p,
)
from cxdata.metrics.statistics.post_stratification import (
    UNTOLD,
    CellName,
    People,
    Weighted,
    collapsed_cells,
    weighted_nps,
)
from cxdata.metrics.statistics.withheld import TOO_FEW, is_few
from cxdata.models import Dimension, Filters, Verdict
from cxdata.store.connection import Store

# From the coarsest to the finest: what cells too small for a figure of their own drop last first.
CELL_DIMENSIONS: tuple[Dimension, ...] = ("segment", "region", "product")
Weight = Literal["customers", "revenue"]
WEIGHTS: tuple[Weight, ...] = ("customers", "revenue")
# What one change of the NPS may be called: a verdict, or that other people answered.
Judgement = Verdict | Literal["who_answered"]

# Of the NPS of all customers what stands beside the raw one; all of it: figures nps_customers.
OF_CUSTOMERS = (
    "customer_count",
    "answered_share",
    "answered_revenue_share",
    "coverage_reason",
    "customers_nps",
    "customers_nps_low",
    "customers_nps_high",
    "customers_left_out_share",
    "customers_reason",
    "revenue_nps",
    "revenue_nps_low",
    "revenue_nps_high",
    "revenue_reason",
)

COVERAGE_SCHEMA: dict[str, pl.DataType] = {
    "customer_count": pl.Int64(),
    "answered_count": pl.Int64(),
    "answered_share": pl.Float64(),
    "answered_revenue_share": pl.Float64(),
    "unplaced_share": pl.Float64(),
    "base_first_on": pl.Date(),
    "base_last_on": pl.Date(),
    "coverage_reason": pl.String(),
}
WEIGHTED_SCHEMA: dict[str, pl.DataType] = {
    "nps": pl.Float64(),
    "nps_low": pl.Float64(),
    "nps_high": pl.Float64(),
    "person_count": pl.Int64(),
    "effective_count": pl.Int64(),
    "cell_count": pl.Int64(),
    "told_share": pl.Float64(),
    "borrowed_share": pl.Float64(),
    "left_out_share": pl.Float64(),
    "reason": pl.String(),
}


@dataclass(frozen=True, eq=False)
class Sample:
    """Who answered, and whom they may stand for.

    ``people`` are the rows of ``answering_people.sql``; ``gap`` is why they stand for nobody.
    """

    base: CustomerBase
    people: pl.DataFrame
    gap: str | None
    answers: AnswerSettings

    def of_segments(self, segments: pl.Series) -> Sample:
        """Of some segments alone."""
        matches = pl.col("segment").is_in(segments, nulls_equal=True)
        base = CustomerBase(self.base.period, self.base.rows.filter(matches), self.base.gap)
        return Sample(base, self.people.filter(matches), self.gap, self.answers)

    @cached_property
    def placed(self) -> pl.DataFrame:
        """Those who answered and belong to a cell that customers have.

        Customers of these days; and who isn't in the files of customers, where the answers tell a
        group that customers have: if no customer has any, everybody is of the one there is.
        """
        cells = self.base.rows.select(CELL_DIMENSIONS).unique()
        has_groups = any(cells[name].is_not_null().any() for name in CELL_DIMENSIONS)
        tells = pl.any_horizontal(pl.col(CELL_DIMENSIONS).is_not_null()) | (not has_groups)
        belongs = (pl.col("relation") == "active") | ((pl.col("relation") == "unknown") & tells)
        placed = self.people.filter(belongs)
        return placed.join(cells, on=CELL_DIMENSIONS, how="semi", nulls_equal=True)

    @cached_property
    def _by_customers(self) -> Cells | None:
        return _cells(self, "customers")

    @cached_property
    def _by_revenue(self) -> Cells | None:
        return _cells(self, "revenue")

    def cells(self, weight: Weight) -> Cells | None:
        """Its cells, made once per weight; None without anything to weight by."""
        return self._by_customers if weight == "customers" else self._by_revenue


@dataclass(frozen=True)
class WeightedChange:
    """The NPS of all customers against that of another period; and how much who answered did.

    ``current`` and ``compared`` are :func:`nps_of_customers` frames. ``difference``, ``p_value``
    and ``verdict`` are those of the segments with answers in both periods, weighted by
    ``customers``; ``left_out_share`` is the share of customers in others (of the period where it
    is larger). ``revenue_difference`` and its like are the same by revenue. ``rate_effect``,
    ``customers_effect`` and ``respondents_effect`` split the change of the raw NPS in these
    segments: by the scores in the cells, by the customers' mix, by who of them answered;
    ``respondents_p_value`` is how likely chance alone makes the last that large. All are None
    where ``reason`` says why.
    """

    current: pl.DataFrame
    compared: pl.DataFrame
    difference: float | None = None
    p_value: float | None = None
    verdict: Verdict = "too_few_answers"
    revenue_difference: float | None = None
    revenue_p_value: float | None = None
    revenue_verdict: Verdict = "too_few_answers"
    respondents_effect: float | None = None
    respondents_p_value: float | None = None
    respondents_verdict: Verdict = "too_few_answers"
    left_out_share: float = 0.0
    reason: str | None = None


def nps_of_customers(store: Store, filters: Filters) -> pl.DataFrame:
    """How many of the customers answered, and the NPS of all of them.

    Segment, region, product and the firm's own dimensions filter customers; all filters answers.

    Returns
    -------
    pl.DataFrame
        One row, also without answers or customers.

        - ``customer_count`` (Int64): customers active on any day of the period; null if too few
        - ``answered_count`` (Int64): those of them with a scored answer in it; null if too few
        - ``answered_share`` (Float64): of customers, 0 to 1
        - ``answered_revenue_share`` (Float64): their part of the known yearly revenue, 0 to 1;
          null without revenue, and where it would tell that of a few
        - ``unplaced_share`` (Float64): of the people who answered, those who aren't customers of
          these days and whose answers tell no group of theirs; the weighted figures leave them out
        - ``base_first_on``, ``base_last_on`` (Date): the days of which the customers are
        - ``coverage_reason`` (String): why these are null; a code of ``cxdata.sentences.REASONS``
        - ``customers_nps``, ``customers_nps_low``, ``customers_nps_high`` (Float64): the NPS
          weighted to all customers, points, and its interval
        - ``customers_person_count``, ``customers_effective_count`` (Int64): people who answered
          and have a cell, and how many drawn at random would tell as much
        - ``customers_cell_count`` (Int64): cells after those too small were joined
        - ``customers_told_share`` (Float64): of customers, those whose own cell has answers;
          ``customers_borrowed_share``: those told by the others of their segment;
          ``customers_left_out_share``: those of segments (almost) without answers, whom nothing
          stands for
        - ``customers_reason`` (String): why there is no figure
        - ``revenue_nps`` and its like: the same, each customer counted by yearly revenue

    Notes
    -----
    Post-stratification by segment, region and product: see
    :mod:`cxdata.metrics.statistics.post_stratification`. A cell stands by itself from
    ``answers.small_base_count`` people on. Its size is the mean of the period's days: a customer
    counts for the days of being one. Who answered counts once, with the mean of their answers.
    """
    return _figures(_sample(store, filters), filters)


def nps_weighted_change(store: Store, filters: Filters) -> WeightedChange:
    """The NPS of all customers in the filters' period against the one they compare it with."""
    current = _sample(store, filters)
    now = _figures(current, filters)
    before = compared_filters(filters)
    if before is None:
        return WeightedChange(now, now.clear(), reason="no_earlier_period")
    compared = _sample(store, before)
    then = _figures(compared, before)
    reason = now["customers_reason"].item() or then["customers_reason"].item()
    if reason:
        return WeightedChange(now, then, reason=reason)
    return _changed(now, then, current, compared)


def judgement(change: NpsChange, weighted: WeightedChange) -> Judgement:
    """What may be said of a change of the raw NPS, given that of all customers.

    ``who_answered`` where other people answered, more than chance would, and what the raw NPS
    seems to tell isn't so of all customers: it seems to have moved and they didn't, or the other
    way round.

    >>> from cxdata.metrics.nps.score import NpsChange
    >>> none = pl.DataFrame()
    >>> fall = NpsChange(None, None, none, none, -11.7, 0.01, "real_change", 12.7, True)
    >>> judgement(fall, WeightedChange(
    ...     none, none, 5.0, 0.3, "within_noise", respondents_effect=-16.7, respondents_p_value=0.0,
    ...     respondents_verdict="real_change",
    ... ))
    'who_answered'
    """
    if weighted.difference is None or change.difference is None:
        return change.verdict
    if weighted.respondents_verdict != "real_change" or "too_few_answers" in (
        change.verdict,
        weighted.verdict,
    ):
        return change.verdict
    is_same = change.verdict == weighted.verdict and (
        change.verdict == "within_noise" or change.difference * weighted.difference > 0
    )
    return change.verdict if is_same else "who_answered"


def _sample(store: Store, filters: Filters) -> Sample:
    base = customer_base(store, filters)
    days = base.period or filters.period
    if base.gap or days is None:
        return Sample(base, pl.DataFrame(), base.gap, store.settings.answers)
    people = store.query(
        "answering_people", filters, from_on=days.first_on, until_on=days.last_on
    ).filter(in_filters(filters) | (pl.col("relation") != "active"))
    return Sample(base, people, base_gap(filters), store.settings.answers)


def _figures(sample: Sample, filters: Filters) -> pl.DataFrame:
    parts = [_coverage(sample, filters)]
    for weight in WEIGHTS:
        parts.append(_weighted_row(sample, weight))
    return pl.concat(parts, how="horizontal")


def _coverage(sample: Sample, filters: Filters) -> pl.DataFrame:
    period, base, answers = sample.base.period, sample.base, sample.answers
    row: dict[str, object] = {
        "base_first_on": period and period.first_on,
        "base_last_on": period and period.last_on,
    }
    reason = base.gap or ("asked_of_others" if filters.survey == "benchmark" else None)
    if reason is None and is_few(base.customer_count, answers.minimum_count):
        reason = TOO_FEW
    if reason is None:
        active = sample.people.filter(relation="active")
        answered = int(active["person_count"].sum())
        if is_few(answered, answers.minimum_count):
            reason = TOO_FEW
        else:
            row |= {
                "customer_count": base.customer_count,
                "answered_count": answered,
                "answered_share": answered / base.customer_count,
                "answered_revenue_share": _revenue_share(base, active, answers.minimum_count),
                "unplaced_share": _unplaced_share(sample),
            }
    row["coverage_reason"] = reason
    return pl.DataFrame([row], schema=COVERAGE_SCHEMA)


def _revenue_share(base: CustomerBase, active: pl.DataFrame, minimum_count: int) -> float | None:
    """Of the known revenue; None without one, and where either part is that of a few."""
    known = active.filter(pl.col("revenue_amount").is_not_null())
    answered, count = int(known["person_count"].sum()), int(base.rows["revenue_count"].sum())
    whole = float(base.rows["revenue_amount"].sum())
    if whole <= 0 or any(is_few(it, minimum_count) for it in (answered, count - answered)):
        return None
    amount = (known["revenue_amount"] * known["person_count"]).sum()
    return min(float(amount) / whole, 1.0)


def _unplaced_share(sample: Sample) -> float | None:
    everybody = int(sample.people["person_count"].sum())
    placed = int(sample.placed["person_count"].sum())
    return 1 - placed / everybody if everybody else None


def _weighted_row(sample: Sample, weight: Weight) -> pl.DataFrame:
    row = _weighted_figures(sample, weight)
    frame = pl.DataFrame([row], schema=WEIGHTED_SCHEMA)
    return frame.rename(lambda name: f"{weight}_{name}")


def _weighted_figures(sample: Sample, weight: Weight) -> dict[str, object]:
    answers, cells = sample.answers, None if sample.gap else sample.cells(weight)
    if cells is None or sample.gap:
        return {"reason": sample.gap or "no_revenue"}
    if not cells.people:
        return {"reason": "no_answers" if sample.people.is_empty() else "answers_without_base"}
    found = cells.weighted(answers.confidence)
    if found is None or is_few(found.person_count, answers.minimum_count):
        return {"reason": TOO_FEW}
    if weight == "revenue" and found.kish_count < answers.minimum_count:
        return {"reason": "few_hold_revenue"}
    low, high = nps_interval(found.classes, confidence=answers.confidence)
    told = sum(size for name, size in cells.sizes.items() if cells.people.get(name))
    left = sum(size for name, size in cells.sizes.items() if cells.groups[name] == UNTOLD)
    whole = sum(cells.sizes.values())
    told -= sum(
        size
        for name, size in cells.sizes.items()
        if cells.people.get(name) and cells.groups[name] == UNTOLD
    )
    return {
        "nps": float(nps(found.classes)[0]),
        "nps_low": float(low[0]),
        "nps_high": float(high[0]),
        "person_count": found.person_count,
        "effective_count": round(found.effective_count),
        "cell_count": max(cells.groups.values()) + 1,
        "told_share": told / whole,
        "borrowed_share": (whole - told - left) / whole,
        "left_out_share": left / whole,
        "reason": None,
    }


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of all customers.

    ``sizes``: their customers, or the revenue of these; ``people``: how many of them answered;
    ``groups``: what each is joined with; ``rows``: the people who answered and have a cell.
    """

    sizes: dict[CellName, float]
    people: dict[CellName, int]
    groups: dict[CellName, int]
    rows: pl.DataFrame
    weight: Weight

    @cached_property
    def _of_rows(self) -> tuple[list[CellName], NDArray[np.intp]]:
        """The different cells of the rows, and which of them each row has."""
        own = self.rows.select(CELL_DIMENSIONS)
        names = own.unique(maintain_order=True).with_row_index("cell")
        found = own.join(
            names, on=CELL_DIMENSIONS, how="left", nulls_equal=True, maintain_order="left"
        )
        return names.select(CELL_DIMENSIONS).rows(), found["cell"].to_numpy().astype(np.intp)

    def places(self, groups: Mapping[CellName, int]) -> NDArray[np.intp]:
        """The number of each row's group; ``UNTOLD`` where its cell has none."""
        names, cells = self._of_rows
        numbers = np.array([groups.get(name, UNTOLD) for name in names], dtype=np.intp)
        placed: NDArray[np.intp] = numbers[cells]
        return placed

    def weighted(self, confidence: float) -> Weighted | None:
        """The NPS of all customers, made once; None where no group has enough people."""
        if confidence not in self._made:
            self._made[confidence] = _weighted(self, confidence)
        return self._made[confidence]

    @cached_property
    def _made(self) -> dict[float, Weighted | None]:
        return {}


def _cells(sample: Sample, weight: Weight) -> Cells | None:
    """None without anything to weight by."""
    answers = sample.answers
    column = "mean_customer_count" if weight == "customers" else "mean_revenue_amount"
    sizes = _by_cell(sample.base.rows, column, pl.col(column).sum())
    sizes = {name: size for name, size in sizes.items() if size > 0}
    if not sizes:
        return None
    rows = sample.placed
    if weight == "revenue":
        rows = rows.filter(pl.col("revenue_amount").is_not_null())
    people = {
        name: int(count)
        for name, count in _by_cell(rows, "person_count", pl.col("person_count").sum()).items()
    }
    groups = collapsed_cells(
        {name: people.get(name, 0) for name in sizes},
        enough=answers.small_base_count,
        least=answers.minimum_count,
    )
    return Cells(sizes, people, groups, rows, weight)


def _by_cell(frame: pl.DataFrame, column: str, value: pl.Expr) -> dict[CellName, float]:
    rows = frame.group_by(CELL_DIMENSIONS).agg(value).sort(CELL_DIMENSIONS, nulls_last=True)
    return {
        (row[0], row[1], row[2]): row[3] for row in rows.select(*CELL_DIMENSIONS, column).rows()
    }


def _weighted(cells: Cells, confidence: float) -> Weighted | None:
    """None where no group has enough people."""
    size = max(cells.groups.values(), default=UNTOLD) + 1
    if not size:
        return None
    place = cells.places(cells.groups)
    is_in = place != UNTOLD
    rows = cells.rows.filter(pl.Series(is_in, dtype=pl.Boolean))
    given = rows["answer_count"].to_numpy()
    ones = np.ones(rows.height)
    people = People(
        place[is_in],
        rows["promoter_count"].to_numpy() / given,
        rows["detractor_count"].to_numpy() / given,
        ones if cells.weight == "customers" else rows["revenue_amount"].to_numpy(),
        rows["person_count"].to_numpy().astype(np.float64),
    )
    shares = _group_sizes(cells, size)
    return weighted_nps(people, shares / shares.sum(), confidence=confidence)


def _group_sizes(cells: Cells, size: int) -> FloatArray:
    sizes = np.zeros(size)
    for name, number in cells.sizes.items():
        if cells.groups[name] != UNTOLD:
            sizes[cells.groups[name]] += number
    return sizes


def _changed(
    now: pl.DataFrame,
    then: pl.DataFrame,
    current: Sample,
    compared: Sample,
) -> WeightedChange:
    figures: dict[str, object] = {}
    answers = current.answers
    for weight, prefix in (("customers", ""), ("revenue", "revenue_")):
        pair = _in_both(current, compared, weight)  # type: ignore[arg-type]
        if pair is None:
            continue
        one, other = (it.weighted(answers.confidence) for it in pair)
        if one is None or other is None:
            continue
        if weight == "revenue" and min(one.kish_count, other.kish_count) < answers.minimum_count:
            continue
        test = nps_difference(one.classes, other.classes)
        figures |= {
            f"{prefix}difference": float(test.difference[0]),
            f"{prefix}p_value": float(test.p_value[0]),
            f"{prefix}verdict": verdicts(one.classes, other.classes, answers)[0],
        }
        if weight == "customers":
            figures["left_out_share"] = max(
                _left_out(current, pair[0]), _left_out(compared, pair[1])
            )
            figures |= respondents_test(pair[0], pair[1], answers)
    reason = None if "difference" in figures else "no_segment_in_both"
    return WeightedChange(now, then, reason=reason, **figures)  # type: ignore[arg-type]


def _in_both(current: Sample, compared: Sample, weight: Weight) -> tuple[Cells, Cells] | None:
    """The cells of each period, of the segments that have a figure in both; None without any."""
    pair = current, compared
    while True:
        cells = [it.cells(weight) for it in pair]
        one, other = cells
        if one is None or other is None:
            return None
        told = [{name[0] for name, at in it.groups.items() if at != UNTOLD} for it in (one, other)]
        both = told[0] & told[1]
        if not both:
            return None
        everything = [{name[0] for name in it.sizes} for it in (one, other)]
        if everything[0] == everything[1] == both:
            return one, other
        segments = pl.Series(list(both), dtype=pl.String)
        pair = pair[0].of_segments(segments), pair[1].of_segments(segments)


def _left_out(sample: Sample, cells: Cells) -> float:
    whole = float(sample.base.rows["mean_customer_count"].sum())
    return 1 - sum(cells.sizes.values()) / whole if whole else 0.0


def respondents_test(now: Cells, then: Cells, answers: AnswerSettings) -> dict[str, object]:
    """What who answered did to the raw score, and whether chance alone may have done it.

    Σ mean score of a cell × change of (its share of the answers − its share of the customers),
    in cells that are large enough in both periods. That nothing but chance chose who answered is
    tested with these scores: the spread of their mean over n people in each period.
    """
    names = {**now.sizes, **then.sizes}
    fewer = {name: min(now.people.get(name, 0), then.people.get(name, 0)) for name in names}
    groups = collapsed_cells(fewer, enough=answers.small_base_count, least=answers.minimum_count)
    size = max(groups.values(), default=UNTOLD) + 1
    if not size:
        return {}
    sides = [_side(it, groups, size) for it in (now, then)]
    mean = np.nanmean([score for _, _, score, _ in sides], axis=0)
    moves = sides[0][0] - sides[0][1] - (sides[1][0] - sides[1][1])
    effect = float(mean @ moves)
    variance = sum(
        float(answered @ mean**2 - (answered @ mean) ** 2) / count
        for answered, _, _, count in sides
    )
    p_value = float(two_sided_p(effect / np.sqrt(variance))) if variance > 0 else 1.0
    is_real = p_value < 1 - answers.confidence
    return {
        "respondents_effect": effect,
        "respondents_p_value": p_value,
        "respondents_verdict": "real_change" if is_real else "within_noise",
    }


def _side(
    cells: Cells, groups: dict[CellName, int], size: int
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Of each group its share of those who answered and of the customers, its score in points;
    and how many answered."""
    rows = cells.rows
    place = cells.places(groups)
    is_in = place != UNTOLD
    count = rows["person_count"].to_numpy()[is_in].astype(np.float64)
    score = ((rows["promoter_count"] - rows["detractor_count"]) / rows["answer_count"]).to_numpy()
    people = np.bincount(place[is_in], count, size)
    points = 100 * np.bincount(place[is_in], count * score[is_in], size)
    base = np.zeros(size)
    for name, number in cells.sizes.items():
        if groups[name] != UNTOLD:
            base[groups[name]] += number
    with np.errstate(invalid="ignore"):
        scores = points / people
    return people / people.sum(), base / base.sum(), scores, float(people.sum())
