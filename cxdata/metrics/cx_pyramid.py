"""CX pyramid: which level each journey has truly reached, by evidence and cumulative gates.

What the levels are and what each one asks for stands in ``cxdata/pyramid.toml``. Here the
evidence is collected (measured from daily counts, or assessed by a person), judged, and sent
through the gates. No public scoring method exists: this one is the project's own and says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.errors import SettingsError
from cxdata.metrics.intervals import wilson_interval
from cxdata.models import Filters, last_months
from cxdata.store.connection import Store

EvidenceKind = Literal["measured", "assessed"]
Axis = Literal["trigger", "effort", "completeness", "emotion"]
Direction = Literal["higher", "lower"]
Outcome = Literal["pass", "not_established", "fail", "no_evidence"]

PYRAMID = Path(__file__).parent.parent / "pyramid.toml"
COUNTS = (
    *("contacts", "customer_contacts", "proactive_contacts", "automatic_contacts"),
    *("due", "met", "resolved", "reasons", "information", "followed", "repeated"),
    *("answers", "promoters", "efforts", "easy_efforts"),
)
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
    "gap": pl.Float64(),
}
LEVEL_SCHEMA: dict[str, pl.DataType] = {
    "journey": pl.String(),
    "level": pl.Int64(),
    "is_established": pl.Boolean(),
    "established_level": pl.Int64(),
    "next_level_missing": pl.List(pl.String()),
}


@dataclass(frozen=True)
class Text:
    """A text of the model in each language; a firm's own model brings its own."""

    en: str
    fr: str


@dataclass(frozen=True)
class Indicator:
    """One piece of evidence; a measured one is ``counted`` ÷ ``out_of``, with at least
    ``min_count`` in the latter."""

    id: str
    level: int
    kind: EvidenceKind
    axis: Axis
    name: Text
    definition: Text
    direction: Direction
    threshold: float
    source: str
    counted: str | None = None
    out_of: str | None = None
    min_count: int = 0

    def gap(self, value: float) -> float:
        """How far beyond the threshold, in the good direction; negative: short of it."""
        return value - self.threshold if self.direction == "higher" else self.threshold - value


@dataclass(frozen=True)
class Level:
    number: int
    id: str
    name: Text
    meaning: Text
    gartner_2018: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class PyramidModel:
    """``survey`` is the one whose answers are evidence; assessments hold so many months."""

    levels: tuple[Level, ...]
    survey: str
    assessed_valid_months: int
    source: str

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(indicator for level in self.levels for indicator in level.indicators)


@dataclass(frozen=True)
class LevelVerdict:
    """What the gates say of one journey.

    ``level`` counts what clears its threshold, ``established_level`` only what does so beyond
    the noise. ``next_level_missing`` are the indicators that keep it from the next level.
    """

    level: int
    established_level: int
    next_level_missing: tuple[str, ...]

    @property
    def is_established(self) -> bool:
        return 0 < self.level == self.established_level


@dataclass(frozen=True)
class CompanyLevel:
    """The level of the weakest journeys; ``level`` is None without any journey."""

    level: int | None
    is_established: bool
    weakest_journeys: tuple[str, ...]


@cache
def load_model(path: Path = PYRAMID) -> PyramidModel:
    """The pyramid as its TOML file describes it.

    Raises
    ------
    SettingsError
        If the file can't be read or an entry is missing or makes no sense; it is named.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return _model(values)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            "The pyramid's description {path} can't be used: {reason}.",
            "Compare it with the one that came with the dashboard.",
            path=str(path),
            reason=str(error),
        ) from error


def measured_outcome(
    indicator: Indicator, counted: int, out_of: int, low: float, high: float
) -> Outcome:
    """The judgement of a share with its interval.

    ``pass``: the whole interval clears the threshold; ``not_established``: only the value does;
    ``no_evidence``: fewer than ``min_count`` cases.
    """
    if out_of < max(indicator.min_count, 1):
        return "no_evidence"
    if indicator.gap(counted / out_of) < 0:
        return "fail"
    adverse = low if indicator.direction == "higher" else high
    return "pass" if indicator.gap(adverse) >= 0 else "not_established"


def assessed_outcome(indicator: Indicator, value: float | None) -> Outcome:
    """The judgement of a person's finding; None, or not a share, is no evidence."""
    if value is None or not 0 <= value <= 1:
        return "no_evidence"
    return "pass" if indicator.gap(value) >= 0 else "fail"


def reached_level(outcomes: Mapping[str, Outcome], levels: Sequence[Level]) -> LevelVerdict:
    """The highest level whose gate, and every gate below it, lets the journey through.

    ``outcomes`` is by indicator id; an absent one is no evidence, and that never passes.
    """
    level = _highest(outcomes, levels, {"pass", "not_established"})
    following = levels[level].indicators if level < len(levels) else ()
    missing = tuple(
        it.id for it in following if outcomes.get(it.id) not in ("pass", "not_established")
    )
    return LevelVerdict(level, _highest(outcomes, levels, {"pass"}), missing)


def _highest(
    outcomes: Mapping[str, Outcome], levels: Sequence[Level], passing: set[Outcome]
) -> int:
    for level in levels:
        if not all(outcomes.get(indicator.id) in passing for indicator in level.indicators):
            return level.number - 1
    return len(levels)


def pyramid_evidence(
    store: Store, filters: Filters, *, model: PyramidModel | None = None
) -> pl.DataFrame:
    """Every indicator of every journey, with its value and whether it clears its threshold.

    All filters but ``survey`` apply to what is measured (``model.survey`` gives the answers);
    only ``journey`` applies to assessments. These hold for ``model.assessed_valid_months`` up to
    the data's last day; an older one is no evidence.

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
        - ``n`` (Int64): contacts or answers; null for assessed
        - ``low``, ``high`` (Float64): Wilson interval; null for assessed and where no value
        - ``outcome``: pass, not_established (only the value clears the threshold, its interval
          doesn't), fail, no_evidence (none, too few, expired)
        - ``assessed_on`` (Date), ``assessed_by`` (String): of the latest assessment, expired or
          not; null for measured and never assessed
        - ``gap`` (Float64): beyond the threshold in the good direction; negative: short of it

    Notes
    -----
    An assessment is evidence by a person and has no interval: its date and name stand for it.
    """
    chosen = model or load_model()
    counts = _counts(store, filters, chosen)
    latest = _assessments(store, filters)
    valid_from = _valid_from(store, chosen)
    rows = [
        row
        for journey in sorted({*counts, *(key[0] for key in latest)})
        for row in _journey_rows(
            journey, chosen, counts.get(journey, {}), latest, valid_from, store.settings.answers
        )
    ]
    return pl.DataFrame(rows, schema=EVIDENCE_SCHEMA, orient="row")


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
        - ``next_level_missing`` (List(String)): ids of the indicators that fail or lack evidence
          at the next level; empty at level 6

    Notes
    -----
    Gates are cumulative: the whole of a level before the next one counts (the published rule).
    """
    chosen = model or load_model()
    evidence = pyramid_evidence(store, filters, model=chosen)
    rows = [
        _level_row(str(journey), dict(group.select("indicator", "outcome").iter_rows()), chosen)
        for (journey,), group in evidence.group_by("journey", maintain_order=True)
    ]
    return pl.DataFrame(rows, schema=LEVEL_SCHEMA, orient="row")


def company_level(levels: pl.DataFrame) -> CompanyLevel:
    """A company is where its weakest journey is.

    Parameters
    ----------
    levels
        As ``pyramid_levels`` returns them.
    """
    if levels.is_empty():
        return CompanyLevel(None, False, ())
    by_journey = {row["journey"]: row["level"] for row in levels.iter_rows(named=True)}
    lowest = min(by_journey.values())
    is_established = lowest > 0 and all(it >= lowest for it in levels["established_level"])
    weakest = tuple(journey for journey, level in by_journey.items() if level == lowest)
    return CompanyLevel(lowest, is_established, weakest)


def _counts(store: Store, filters: Filters, model: PyramidModel) -> dict[str, dict[str, int]]:
    """By journey: everything an indicator can be counted from."""
    asked = {**filters.parameters(), "survey": model.survey}
    names = ("pyramid_contacts", "pyramid_needs", "pyramid_answers")
    parts = [store.query(name, **asked) for name in names]
    joined = reduce(
        lambda one, other: one.join(other, on="journey", how="full", coalesce=True), parts
    )
    counts = joined.with_columns(pl.col(COUNTS).fill_null(0))
    if counts["resolved"].sum() == 0:  # never recorded: unknown, not "nothing was solved"
        counts = counts.with_columns(resolved=pl.lit(0), customer_contacts=pl.lit(0))
    return {row.pop("journey"): row for row in counts.iter_rows(named=True)}


def _assessments(store: Store, filters: Filters) -> dict[tuple[str, str], dict[str, Any]]:
    rows = store.query("pyramid_assessments", **filters.parameters())
    return {(row["journey"], row["indicator"]): row for row in rows.iter_rows(named=True)}


def _valid_from(store: Store, model: PyramidModel) -> date:
    until = store.query("pyramid_data_until").item()
    return last_months(until, model.assessed_valid_months).first_on if until else date.min


def _journey_rows(
    journey: str,
    model: PyramidModel,
    counts: dict[str, int],
    latest: dict[tuple[str, str], dict[str, Any]],
    valid_from: date,
    answers: AnswerSettings,
) -> list[dict[str, object]]:
    found = [
        _measured(indicator, counts, answers)
        if indicator.kind == "measured"
        else _assessed(indicator, latest.get((journey, indicator.id), {}), valid_from)
        for indicator in model.indicators
    ]
    if all(row["outcome"] == "no_evidence" for row in found):
        return []
    return [{"journey": journey, **row} for row in found]


def _measured(
    indicator: Indicator, counts: dict[str, int], answers: AnswerSettings
) -> dict[str, object]:
    counted = counts.get(indicator.counted or "", 0)
    out_of = counts.get(indicator.out_of or "", 0)
    if out_of < answers.minimum_count:
        return {**_row(indicator, None), "n": out_of, "outcome": "no_evidence"}
    low, high = map(float, wilson_interval(counted, out_of, confidence=answers.confidence))
    return {
        **_row(indicator, counted / out_of),
        "n": out_of,
        "low": low,
        "high": high,
        "outcome": measured_outcome(indicator, counted, out_of, low, high),
    }


def _assessed(
    indicator: Indicator, assessment: dict[str, Any], valid_from: date
) -> dict[str, object]:
    value, assessed_on = assessment.get("value"), assessment.get("assessed_on")
    is_valid = assessed_on is not None and assessed_on >= valid_from
    return {
        **_row(indicator, value),
        "outcome": assessed_outcome(indicator, value if is_valid else None),
        "assessed_on": assessed_on,
        "assessed_by": assessment.get("assessed_by"),
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
        "gap": None if value is None else indicator.gap(value),
    }


def _level_row(
    journey: str, outcomes: dict[str, Outcome], model: PyramidModel
) -> dict[str, object]:
    verdict = reached_level(outcomes, model.levels)
    return {
        "journey": journey,
        "level": verdict.level,
        "is_established": verdict.is_established,
        "established_level": verdict.established_level,
        "next_level_missing": list(verdict.next_level_missing),
    }


def _model(values: dict[str, Any]) -> PyramidModel:
    levels = tuple(_level(number, table) for number, table in enumerate(values["levels"], 1))
    ids = [indicator.id for level in levels for indicator in level.indicators]
    if not levels or len(ids) != len(set(ids)):
        raise ValueError("it needs levels, and each indicator a name of its own")
    return PyramidModel(
        levels, values["survey"], int(values["assessed_valid_months"]), str(values["source"])
    )


def _level(number: int, table: dict[str, Any]) -> Level:
    if table["number"] != number or not table["indicators"]:
        raise ValueError(f"level {number} is missing, or has no indicators")
    return Level(
        number,
        table["id"],
        Text(**table["name"]),
        Text(**table["meaning"]),
        table["gartner_2018"],
        tuple(_indicator(number, it) for it in table["indicators"]),
    )


def _indicator(level: int, table: dict[str, Any]) -> Indicator:
    texts = {name: Text(**table[name]) for name in ("name", "definition")}
    indicator = Indicator(
        **{**table, **texts, "level": level, "threshold": float(table["threshold"])}
    )
    choices = {"kind": EvidenceKind, "axis": Axis, "direction": Direction}
    for name, known in choices.items():
        if getattr(indicator, name) not in get_args(known):
            raise ValueError(f"{indicator.id}: {name} has to be one of {get_args(known)}")
    if indicator.kind == "measured" and not {indicator.counted, indicator.out_of} <= set(COUNTS):
        raise ValueError(f"{indicator.id}: counted and out_of have to be among {COUNTS}")
    return indicator


def journeys_by_level(levels: pl.DataFrame) -> dict[int, list[str]]:
    """Level 0 to 6 -> the journeys that reached just that one, as ``pyramid_levels`` has them."""
    grouped: dict[int, list[str]] = {}
    for row in levels.iter_rows(named=True):
        grouped.setdefault(row["level"], []).append(row["journey"])
    return grouped


def of_journey(evidence: pl.DataFrame, journey: str) -> pl.DataFrame:
    """The rows of one journey of ``pyramid_evidence``."""
    return evidence.filter(pl.col("journey") == journey)
