"""CX pyramid: which level each journey has truly reached, by evidence and cumulative gates.

The evidence is collected (measured from counts, or assessed by a person), judged, and sent
through the gates of ``cxdata.metrics.pyramid.model``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any, cast

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import data_days
from cxdata.metrics.pyramid.model import (
    INDICATOR_COUNTS,
    GateOutcome,
    Indicator,
    PyramidModel,
    assessed_outcome,
    measured_outcome,
    pyramid_model,
    reached_level,
)
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.rates import REPEATED, people_of_share
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.metrics.statistics.withheld import protecting_rows
from cxdata.models import Filters, Period, Survey, last_months
from cxdata.store.connection import Store

EVIDENCE_SCHEMA: dict[str, pl.DataType] = {
    "journey": pl.String(),
    "level": pl.Int64(),
    "indicator": pl.String(),
    "kind": pl.String(),
    "axis": pl.String(),
    "value": pl.Float64(),
    "threshold": pl.Float64(),
    "direction": pl.String(),
    "n": pl.Int64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "outcome": pl.String(),
    "assessed_on": pl.Date(),
    "assessed_by": pl.String(),
    "is_expired": pl.Boolean(),
    "evidence": pl.String(),
    "gap": pl.Float64(),
}
LEVEL_SCHEMA: dict[str, pl.DataType] = {
    "journey": pl.String(),
    "level": pl.Int64(),
    "is_established": pl.Boolean(),
    "established_level": pl.Int64(),
    "possible_level": pl.Int64(),
    "next_level_missing": pl.List(pl.String()),
    "next_level_progress": pl.Float64(),
    "lacks_evidence": pl.Boolean(),
}
# Shares of answers of which customers may have given several, and the scale that they are on.
SHARES_OF_ANSWERS = {"answers": ("promoters", "nps"), "efforts": ("easy_efforts", "ces")}
# Journey -> how often each thing was counted; journey and indicator -> its assessment.
OutcomeCounts = Mapping[str, Mapping[str, float]]
Assessed = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class CompanyLevel:
    """The level of the weakest journeys; ``level`` is None without any journey, and where the
    first level isn't shown for want of evidence alone: not known is not level 0.

    ``possible_level`` is the highest that the noise allows; None stands for ``level``.
    """

    level: int | None
    is_established: bool
    weakest_journeys: tuple[str, ...]
    possible_level: int | None = None

    @property
    def highest_level(self) -> int | None:
        """The highest level that the evidence doesn't rule out."""
        return self.level if self.possible_level is None else self.possible_level

    @property
    def is_open(self) -> bool:
        """Whether the noise leaves more than one level possible above what is shown."""
        return self.highest_level != self.level


def pyramid_evidence(
    store: Store, filters: Filters, *, model: PyramidModel | None = None
) -> pl.DataFrame:
    """Every indicator of every journey, with its value and whether it clears its threshold.

    All filters but ``survey`` apply to what is measured (``model.survey`` gives the answers).
    Of the filters, ``journey`` applies to assessments, and the period's last day: what was
    assessed later doesn't count, nor what is older than ``model.assessed_valid_months`` on that
    day. A period that holds the last day of the contacts and answers reaches to the last day of
    all data, assessments included.

    Returns
    -------
    pl.DataFrame
        One row per journey that has any evidence and indicator of the model, by journey, then
        in the model's order; no rows without evidence.

        - ``journey``, ``level`` (1 to 6), ``indicator`` (id), ``kind`` (measured, assessed),
          ``axis`` (trigger, effort, completeness, emotion)
        - ``value`` (Float64): share, 0 to 1; null without cases, and below
          ``answers.minimum_count`` of them
        - ``threshold`` (Float64), ``direction`` (higher, lower: which is better)
        - ``n`` (Int64): contacts, needs or answers, null if withheld; for assessed the cases
          reviewed, null if not told. Where a journey's measured value would give another's away
          (see :mod:`cxdata.metrics.statistics.withheld`), ``n``, ``value``, its interval and
          ``gap`` are null and only the outcome is told
        - ``low``, ``high`` (Float64): Wilson interval, one of those that hold all at once;
          null where no value or no n
        - ``outcome``: pass, not_established (only the value clears the threshold, its interval
          doesn't, or it has none), cant_tell (the value doesn't, its interval reaches it), fail,
          no_evidence (none, too few, expired)
        - ``assessed_on`` (Date), ``assessed_by`` (String): of the latest assessment, expired or
          not; null for measured and never assessed
        - ``is_expired`` (Boolean): that assessment is too old to count; false for measured
        - ``evidence`` (String): what the assessor refers to; null if nothing
        - ``gap`` (Float64): beyond the threshold in the good direction; negative: short of it

    Notes
    -----
    An assessment is evidence by a person. With its number of cases it has an interval and can be
    within the noise; without, its value can reach the threshold and never establish it.

    Intervals are simultaneous: with the confidence of the settings all of them, over journeys
    and indicators, hold their true values at once (Bonferroni; dependence between them does no
    harm). Else the weakest of many journeys would be low by chance alone.

    References
    ----------
    .. [1] Dunn, O. J. (1961). Multiple Comparisons Among Means. Journal of the American
       Statistical Association 56(293).
    """
    chosen = model or pyramid_model(store.settings)
    counts = journey_counts(store, filters, chosen)
    as_of = evidence_day(store, filters.period)
    assessed = assessed_as_of(store, filters, as_of)
    rows = evidence_rows(counts, assessed, as_of, chosen, store.settings.answers)
    evidence = pl.DataFrame(rows, schema=EVIDENCE_SCHEMA, orient="row")
    return _without_few(evidence, store.settings.answers.minimum_count)


def pyramid_levels(
    store: Store, filters: Filters, *, model: PyramidModel | None = None
) -> pl.DataFrame:
    """The level that each journey has reached, and what it lacks for the next.

    Returns
    -------
    pl.DataFrame
        One row per journey that has any evidence, by name; no rows without.

        - ``journey`` (String)
        - ``level`` (Int64): 0 to 6; 0: not even level 1 is shown
        - ``is_established`` (Boolean): no gate up to that level was passed within the noise
        - ``established_level`` (Int64): the highest level of which that is true
        - ``possible_level`` (Int64): the highest level below which no gate failed beyond the
          noise; above ``level`` where it can't be told
        - ``next_level_missing`` (List(String)): ids of the indicators that fail or lack evidence
          at the next level, the heaviest first; empty at level 6
        - ``next_level_progress`` (Float64): weight of those of the next level that pass ÷ weight
          of all, 0 to 1; null at level 6. It passes no gate.
        - ``lacks_evidence`` (Boolean): none of the missing ones failed, they lack evidence

    Notes
    -----
    Gates are cumulative: the whole of a level before the next one counts (the published rule).
    """
    chosen = model or pyramid_model(store.settings)
    return levels_of(pyramid_evidence(store, filters, model=chosen), chosen)


def levels_of(evidence: pl.DataFrame, model: PyramidModel) -> pl.DataFrame:
    """What the gates make of evidence as ``pyramid_evidence`` gives it; as ``pyramid_levels``."""
    rows = [
        _level_row(str(journey), dict(group.select("indicator", "outcome").iter_rows()), model)
        for (journey,), group in evidence.group_by("journey", maintain_order=True)
    ]
    return pl.DataFrame(rows, schema=LEVEL_SCHEMA, orient="row")


def company_level(levels: pl.DataFrame) -> CompanyLevel:
    """A company is where its weakest journey is, and at most where all may still be.

    Parameters
    ----------
    levels
        As ``pyramid_levels`` returns them.
    """
    if levels.is_empty():
        return CompanyLevel(None, False, ())
    lowest = min(levels["level"])
    is_established = lowest > 0 and all(it >= lowest for it in levels["established_level"])
    lowest_journeys = levels.filter(pl.col("level") == lowest)
    weakest = tuple(lowest_journeys["journey"])
    if lowest == 0 and lowest_journeys["lacks_evidence"].all():
        return CompanyLevel(None, False, weakest)
    return CompanyLevel(lowest, is_established, weakest, levels["possible_level"].min())  # type: ignore[arg-type]


def of_journey(evidence: pl.DataFrame, journey: str) -> pl.DataFrame:
    """The rows of one journey of ``pyramid_evidence``."""
    return evidence.filter(pl.col("journey") == journey)


def pyramid_counts(store: Store, filters: Filters, model: PyramidModel) -> pl.DataFrame:
    """Everything that an indicator can be counted from.

    Returns
    -------
    pl.DataFrame
        One row per journey and quarter with contacts or answers; no order. ``journey``,
        ``quarter`` (Date, its first day), and each of ``INDICATOR_COUNTS`` (Int64). Contacts of
        which it isn't known whether they were resolved aren't in what that is counted out of.
    """
    asked = replace(filters, survey=cast(Survey, model.survey))
    names = ("pyramid_contacts", "pyramid_needs", "pyramid_answers")
    offset = store.settings.fiscal_year.offset
    parts = [store.query(name, asked, fiscal_offset=offset) for name in names]
    joined = reduce(
        lambda one, other: one.join(other, on=["journey", "quarter"], how="full", coalesce=True),
        parts,
    )
    counts = joined.with_columns(needs=pl.col("asked_needs") + pl.col("unasked_needs"))
    counts = counts.with_columns(pl.col(INDICATOR_COUNTS).fill_null(0))
    return counts.select("journey", "quarter", *INDICATOR_COUNTS)


def journey_counts(store: Store, filters: Filters, model: PyramidModel) -> OutcomeCounts:
    """The counts of ``pyramid_counts`` over all its quarters.

    With ``answers_people`` and ``answers_effect``: who gave these answers, and how many of them
    say as much as one person's; and the same of ``efforts``.
    """
    counts = pyramid_counts(store, filters, model)
    whole = counts.group_by("journey").agg(pl.sum(*INDICATOR_COUNTS))
    counted = whole.with_columns(period=pl.lit(None, pl.Date))
    return _by_journey(_with_people(store, filters, model, counted, "all"))


def quarter_counts(
    store: Store, filters: Filters, model: PyramidModel
) -> Iterator[tuple[date, OutcomeCounts]]:
    """Each quarter with counts, oldest first: its first day, and as ``journey_counts`` its own."""
    counts = pyramid_counts(store, filters, model).rename({"quarter": "period"}).sort("period")
    counted = _with_people(store, filters, model, counts, "quarter")
    for (quarter,), each in counted.group_by("period", maintain_order=True):
        yield cast(date, quarter), _by_journey(each)


def _by_journey(counts: pl.DataFrame) -> OutcomeCounts:
    return {row.pop("journey"): row for row in counts.drop("period").iter_rows(named=True)}


def _with_people(
    store: Store, filters: Filters, model: PyramidModel, counts: pl.DataFrame, grain: str
) -> pl.DataFrame:
    asked = replace(filters, survey=cast(Survey, model.survey))
    keys = ["period", "journey"]
    for whole, (part, scale) in SHARES_OF_ANSWERS.items():
        found = store.query(
            "repeats_of_scale",
            asked,
            scale=scale,
            grain=grain,
            dimension="journey",
            fiscal_offset=store.settings.fiscal_year.offset,
        ).rename({"dimension_value": "journey"})
        repeats = counts.select(keys).join(
            found, on=keys, how="left", nulls_equal=True, maintain_order="left"
        )
        sums = repeats.select(pl.col(REPEATED).fill_null(0))
        confidence = store.settings.answers.confidence
        people, effect = people_of_share(counts[part], counts[whole], sums, confidence)
        counts = counts.with_columns(
            people.alias(f"{whole}_people"), effect.alias(f"{whole}_effect")
        )
    return counts


def share_and_people(indicator: Indicator, counts: Mapping[str, float]) -> tuple[ShareCounts, int]:
    """What a measured indicator is counted from, and how many people, or contacts, that is."""
    whole = indicator.out_of or ""
    out_of = counts.get(whole, 0)
    effect = counts.get(f"{whole}_effect", 1.0)
    share = ShareCounts(counts.get(indicator.counted or "", 0), out_of, effect)
    return share, int(counts.get(f"{whole}_people", out_of))


def evidence_day(store: Store, period: Period | None) -> date | None:
    """The day on which assessments have to hold; None for an empty store."""
    until: date | None = store.query("pyramid_data_until").item()
    counted_until = data_days(store).last_on
    if period is None or until is None or counted_until is None:
        return until
    return period.last_on if period.last_on < counted_until else until


def assessed_as_of(store: Store, filters: Filters, as_of: date | None) -> Assessed:
    """The latest assessment of each journey and indicator up to a day, expired or not."""
    rows = store.query("pyramid_assessments", filters).iter_rows(named=True)
    return {
        (row["journey"], row["indicator"]): row
        for row in rows
        if as_of is not None and row["assessed_on"] <= as_of
    }


def evidence_rows(
    counts: OutcomeCounts,
    assessed: Assessed,
    as_of: date | None,
    model: PyramidModel,
    answers: AnswerSettings,
) -> list[dict[str, object]]:
    """The rows of ``pyramid_evidence``."""
    since = last_months(as_of, model.assessed_valid_months).first_on if as_of else date.min

    def rows(each: AnswerSettings) -> list[dict[str, object]]:
        return [
            row
            for journey in sorted({*counts, *(key[0] for key in assessed)})
            for row in _journey_rows(journey, model, counts.get(journey, {}), assessed, since, each)
        ]

    judged = pl.DataFrame(rows(answers), schema=EVIDENCE_SCHEMA, orient="row")
    return rows(replace(answers, confidence=each_confidence(judged, answers.confidence)))


def each_confidence(evidence: pl.DataFrame, confidence: float) -> float:
    """The confidence of each interval with which all of them hold at once.

    >>> two = [{"outcome": "pass", "kind": "measured"}, {"outcome": "fail", "kind": "measured"}]
    >>> round(each_confidence(pl.DataFrame(two, schema=EVIDENCE_SCHEMA), 0.95), 4)
    0.975
    """
    return 1 - (1 - confidence) / max(interval_count(evidence), 1)


def interval_count(evidence: pl.DataFrame) -> int:
    """How many values of ``pyramid_evidence`` are judged with an interval."""
    has_cases = (pl.col("kind") == "measured") | pl.col("n").is_not_null()
    return evidence.filter(has_cases & (pl.col("outcome") != "no_evidence")).height


def _without_few(evidence: pl.DataFrame, minimum_count: int) -> pl.DataFrame:
    """What is measured of journeys is a part of what is measured of all."""
    is_measured = pl.col("kind") == "measured"
    counted = evidence.with_columns(pl.when(is_measured).then("n").alias("n"))
    protects = protecting_rows(counted, "n", minimum_count, within=["indicator"])
    is_hidden = pl.lit(protects) | (is_measured & pl.col("n").is_between(1, minimum_count - 1))
    return evidence.with_columns(
        pl.when(~is_hidden.fill_null(False)).then(pl.col("n", "value", "low", "high", "gap"))
    )


def _journey_rows(
    journey: str,
    model: PyramidModel,
    counts: Mapping[str, float],
    assessed: Assessed,
    valid_from: date,
    answers: AnswerSettings,
) -> list[dict[str, object]]:
    found = [
        _measured(indicator, counts, answers)
        if indicator.kind == "measured"
        else _assessed(
            indicator, assessed.get((journey, indicator.id), {}), valid_from, answers.confidence
        )
        for indicator in model.indicators
    ]
    if all(row["outcome"] == "no_evidence" for row in found):
        return []
    return [{"journey": journey, **row} for row in found]


def _measured(
    indicator: Indicator, counts: Mapping[str, float], answers: AnswerSettings
) -> dict[str, object]:
    share, people = share_and_people(indicator, counts)
    out_of = int(cast(float, share.whole))
    if people < answers.minimum_count:
        return {**_row(indicator, None), "n": people, "outcome": "no_evidence"}
    low, high = map(float, share_interval(share, confidence=answers.confidence))
    return {
        **_row(indicator, float(share.share)),
        "n": out_of,
        "low": low,
        "high": high,
        "outcome": measured_outcome(indicator, float(share.share), people, low, high),
    }


def _assessed_interval(
    value: float | None, case_count: int | None, confidence: float
) -> tuple[float | None, float | None]:
    if value is None or case_count is None or not 0 <= value <= 1:
        return None, None
    low, high = wilson_interval(value * case_count, case_count, confidence=confidence)
    return float(low), float(high)


def _assessed(
    indicator: Indicator, assessment: Mapping[str, Any], valid_from: date, confidence: float
) -> dict[str, object]:
    value, assessed_on = assessment.get("value"), assessment.get("assessed_on")
    is_expired = assessed_on is not None and assessed_on < valid_from
    case_count = assessment.get("case_count")
    low, high = _assessed_interval(value, case_count, confidence)
    return {
        **_row(indicator, value),
        "n": case_count,
        "low": low,
        "high": high,
        "outcome": assessed_outcome(indicator, None if is_expired else value, low, high),
        "assessed_on": assessed_on,
        "assessed_by": assessment.get("assessed_by"),
        "is_expired": is_expired,
        "evidence": assessment.get("evidence"),
    }


def _row(indicator: Indicator, value: float | None) -> dict[str, object]:
    return {
        "level": indicator.level,
        "indicator": indicator.id,
        "kind": indicator.kind,
        "axis": indicator.axis,
        "value": value,
        "threshold": indicator.threshold,
        "direction": indicator.direction,
        "is_expired": False,
        "gap": None if value is None else indicator.gap(value),
    }


def _level_row(
    journey: str, outcomes: dict[str, GateOutcome], model: PyramidModel
) -> dict[str, object]:
    verdict = reached_level(outcomes, model.levels)
    missing = verdict.next_level_missing
    return {
        "journey": journey,
        "level": verdict.level,
        "is_established": verdict.is_established,
        "established_level": verdict.established_level,
        "possible_level": verdict.possible_level,
        "next_level_missing": list(missing),
        "next_level_progress": verdict.next_level_progress,
        "lacks_evidence": bool(missing)
        and all(outcomes.get(name) == "no_evidence" for name in missing),
    }
