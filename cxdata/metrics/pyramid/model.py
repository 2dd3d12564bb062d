"""The pyramid as a model: its levels and indicators, what an indicator's outcome is, the gates.

What the levels are and what each one asks for stands in ``cxdata/pyramid.toml``; the firm's own
thresholds and weights come from the settings. No public scoring method exists: this one is the
project's own and says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from cxdata.config import IndicatorOverride, Settings
from cxdata.errors import SettingsError
from cxdata.i18n import N_

EvidenceKind = Literal["measured", "assessed"]
EvidenceData = Literal["contacts", "answers", "assessments"]
Axis = Literal["trigger", "effort", "completeness", "emotion"]
Direction = Literal["higher", "lower"]
GateOutcome = Literal["pass", "not_established", "cant_tell", "fail", "no_evidence"]

PYRAMID = Path(__file__).parents[2] / "pyramid.toml"
PASSING: frozenset[GateOutcome] = frozenset({"pass", "not_established"})
ESTABLISHED: frozenset[GateOutcome] = frozenset({"pass"})
POSSIBLE: frozenset[GateOutcome] = PASSING | {"cant_tell"}
INDICATOR_COUNTS = (
    *("resolution_known", "due", "met", "resolved"),
    *("reasons", "information", "followed", "repeated", "first", "first_resolved"),
    *("asked_needs", "unasked_needs", "automatic_needs", "needs"),
    *("answers", "promoters", "efforts", "easy_efforts"),
)


@dataclass(frozen=True)
class Indicator:
    """One piece of evidence; a measured one is ``counted`` ÷ ``out_of``, with at least
    ``min_count`` in the latter.

    ``source`` is whose choice the threshold is, ``why`` its reason. ``weight`` orders what holds
    a journey back and makes up the progress inside a level; it lets nothing pass. With
    ``case_leaves``, a contact that turns out well isn't counted any more at all.

    ``name``, ``definition`` and ``why`` are texts of the catalogue; ``definition`` may name
    ``{return_days}``.
    """

    id: str
    level: int
    kind: EvidenceKind
    data: EvidenceData
    axis: Axis
    name: str
    definition: str
    direction: Direction
    threshold: float
    weight: float
    source: str
    why: str
    counted: str | None = None
    out_of: str | None = None
    min_count: int = 0
    case_leaves: bool = False
    return_days: int = 0

    def gap(self, value: float) -> float:
        """How far beyond the threshold, in the good direction; negative: short of it."""
        return value - self.threshold if self.direction == "higher" else self.threshold - value


@dataclass(frozen=True)
class Level:
    number: int
    id: str
    name: str
    meaning: str
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

    def indicator(self, name: str) -> Indicator:
        """The indicator of that id.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {indicator.id: indicator for indicator in self.indicators}[name]


@dataclass(frozen=True)
class LevelVerdict:
    """What the gates say of one journey.

    ``level`` counts what clears its threshold, ``established_level`` only what does so beyond
    the noise, ``possible_level`` also what is below its threshold within the noise. In between
    lies what can't be told. ``next_level_missing`` are the indicators that keep it from the
    next level, the
    heaviest first; ``next_level_progress`` is the weight of those of that level that pass, 0 to
    1, None at the top.
    """

    level: int
    established_level: int
    possible_level: int
    next_level_missing: tuple[str, ...]
    next_level_progress: float | None

    @property
    def is_established(self) -> bool:
        return 0 < self.level == self.established_level


def pyramid_model(settings: Settings, path: Path = PYRAMID) -> PyramidModel:
    """The pyramid as its TOML file describes it, with what the firm's settings change of it.

    Raises
    ------
    SettingsError
        If the file can't be read or an entry is missing or makes no sense, or the settings
        change an indicator that doesn't exist; it is named.
    """
    model, unexplained = _read(path)
    overrides = {each.indicator: each for each in settings.pyramid.overrides}
    unknown = sorted(overrides.keys() - {it.id for it in model.indicators})
    if unknown:
        raise SettingsError(
            N_("The pyramid has no indicator {name}."),
            N_("The names are those of cxdata/pyramid.toml."),
            name=unknown[0],
        )
    days = settings.contacts.return_days
    levels = tuple(
        replace(
            level,
            indicators=tuple(
                _changed(replace(it, return_days=days), overrides.get(it.id), unexplained)
                for it in level.indicators
            ),
        )
        for level in model.levels
    )
    months = settings.pyramid.assessed_valid_months
    return replace(model, levels=levels, assessed_valid_months=months)


def with_override(
    listed: Sequence[Mapping[str, Any]], indicator: str, own: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The setting ``pyramid_overrides`` with an indicator's changed; without any, as in the model.

    >>> with_override([{"indicator": "a", "threshold": 0.5}], "b", {"threshold": 0.7})
    [{'indicator': 'a', 'threshold': 0.5}, {'indicator': 'b', 'threshold': 0.7}]
    >>> with_override([{"indicator": "a", "threshold": 0.5}], "a", {})
    []
    """
    others = [dict(each) for each in listed if each.get("indicator") != indicator]
    return [*others, {"indicator": indicator, **own}] if own else others


def override_changes(
    before: Sequence[Mapping[str, Any]] | None, after: Sequence[Mapping[str, Any]] | None
) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Which indicators differ between two values of ``pyramid_overrides``: id, before, after."""
    old, new = (
        {str(each.get("indicator")): dict(each) for each in listed or ()}
        for listed in (before, after)
    )
    return [
        (name, old.get(name, {}), new.get(name, {}))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def measured_outcome(
    indicator: Indicator, value: float, case_count: int, low: float, high: float
) -> GateOutcome:
    """The judgement of a share with its interval.

    ``pass``: the whole interval clears the threshold; ``not_established``: only the value does;
    ``cant_tell``: the value doesn't, but its interval reaches the threshold; ``fail``: not even
    that; ``no_evidence``: fewer than ``min_count`` cases, which are contacts, or the people who
    answered.
    """
    if case_count < max(indicator.min_count, 1):
        return "no_evidence"
    return _judged(indicator, value, low, high)


def assessed_outcome(
    indicator: Indicator,
    value: float | None,
    low: float | None = None,
    high: float | None = None,
) -> GateOutcome:
    """The judgement of a person's finding; None, or not a share, is no evidence.

    ``low`` and ``high`` are the ends of its interval, if its number of cases is known: then it
    is judged like a measured share. Without them the value alone decides, and can do no more
    than reach the threshold: who doesn't say of how many cases is never better off for it.
    """
    if value is None or not 0 <= value <= 1:
        return "no_evidence"
    if low is None or high is None:
        return "not_established" if indicator.gap(value) >= 0 else "fail"
    return _judged(indicator, value, low, high)


def _judged(indicator: Indicator, value: float, low: float, high: float) -> GateOutcome:
    worst, best = (low, high) if indicator.direction == "higher" else (high, low)
    if indicator.gap(value) >= 0:
        return "pass" if indicator.gap(worst) >= 0 else "not_established"
    return "cant_tell" if indicator.gap(best) >= 0 else "fail"


def reached_level(outcomes: Mapping[str, GateOutcome], levels: Sequence[Level]) -> LevelVerdict:
    """The highest level whose gate, and every gate below it, lets the journey through.

    ``outcomes`` is by indicator id; an absent one is no evidence, and that never passes.
    """
    level = _highest(outcomes, levels, PASSING)
    following = levels[level].indicators if level < len(levels) else ()
    missing = [it for it in following if outcomes.get(it.id) not in PASSING]
    missing.sort(key=lambda it: -it.weight)
    whole = sum(it.weight for it in following)
    return LevelVerdict(
        level,
        _highest(outcomes, levels, ESTABLISHED),
        _highest(outcomes, levels, POSSIBLE),
        tuple(it.id for it in missing),
        1 - sum(it.weight for it in missing) / whole if whole else None,
    )


def _highest(
    outcomes: Mapping[str, GateOutcome], levels: Sequence[Level], passing: Collection[GateOutcome]
) -> int:
    for level in levels:
        if not all(outcomes.get(indicator.id) in passing for indicator in level.indicators):
            return level.number - 1
    return len(levels)


def _changed(
    indicator: Indicator, override: IndicatorOverride | None, unexplained: str
) -> Indicator:
    if override is None:
        return indicator
    own = {
        name: getattr(override, name)
        for name in ("threshold", "min_count", "weight")
        if getattr(override, name) is not None
    }
    said = override.source
    if override.threshold is None and not said:
        return replace(indicator, **own)
    why = said or unexplained
    return replace(indicator, **own, source=said or "D", why=why)


@cache
def _read(path: Path) -> tuple[PyramidModel, str]:
    """The model of the file, and what stands for the reason that a firm doesn't give."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return _model(values), str(values["unexplained"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            "The pyramid's description {path} can't be used: {reason}.",
            "Compare it with the one that came with the dashboard.",
            path=str(path),
            reason=str(error),
        ) from error


def _model(values: dict[str, Any]) -> PyramidModel:
    levels = tuple(_level(number, table) for number, table in enumerate(values["levels"], 1))
    ids = [indicator.id for level in levels for indicator in level.indicators]
    if not levels or len(ids) != len(set(ids)):
        raise ValueError("it needs levels, and each indicator a name of its own")
    return PyramidModel(
        levels,
        survey=values["survey"],
        assessed_valid_months=0,  # a setting
        source=str(values["source"]),
    )


def _level(number: int, table: dict[str, Any]) -> Level:
    if table["number"] != number or not table["indicators"]:
        raise ValueError(f"level {number} is missing, or has no indicators")
    return Level(
        number,
        table["id"],
        table["name"],
        table["meaning"],
        table["gartner_2018"],
        tuple(_indicator(number, it) for it in table["indicators"]),
    )


def _indicator(level: int, table: dict[str, Any]) -> Indicator:
    shares = {name: float(table[name]) for name in ("threshold", "weight")}
    indicator = Indicator(**{**table, **shares, "level": level})
    for name in ("name", "definition", "why"):
        if not isinstance(getattr(indicator, name), str):
            raise ValueError(f"{indicator.id}: {name} has to be a text")
    choices = {"kind": EvidenceKind, "data": EvidenceData, "axis": Axis, "direction": Direction}
    for name, known in choices.items():
        if getattr(indicator, name) not in get_args(known):
            raise ValueError(f"{indicator.id}: {name} has to be one of {get_args(known)}")
    if (indicator.kind == "assessed") != (indicator.data == "assessments"):
        raise ValueError(f"{indicator.id}: only what is assessed rests on assessments")
    if indicator.kind == "measured" and not {indicator.counted, indicator.out_of} <= set(
        INDICATOR_COUNTS
    ):
        raise ValueError(f"{indicator.id}: counted and out_of have to be among {INDICATOR_COUNTS}")
    return indicator
