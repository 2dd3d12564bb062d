"""What a change of settings would move, before it is made: figures now and then, with their n.

Nothing is written. Each figure is computed twice by the metric that pages show it with, the second
time on the store with the other settings (:mod:`cxdata.store.trying`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cxdata.config import TargetFigure
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.nps.score import nps_change
from cxdata.metrics.pyramid.levels import company_level, pyramid_levels
from cxdata.metrics.response_time.compliance import channels_at_goal, compliance_by_channel
from cxdata.metrics.targets import target_of_days, target_value
from cxdata.models import Channel, Filters
from cxdata.store.connection import Store
from cxdata.store.trying import MOST_COUNTED_ANEW, counted_anew, tried

EffectUnit = Literal["points", "share", "amount", "count", "level"]


@dataclass(frozen=True)
class EffectFigure:
    """A figure: its code, of which channel if of one, its unit, value and n; None: not known."""

    code: str
    unit: EffectUnit
    value: float | None
    n: int | None
    channel: Channel | None = None

    @property
    def place(self) -> tuple[str, Channel | None]:
        return self.code, self.channel


@dataclass(frozen=True)
class SettingsEffect:
    """The figures that move, as they are and as they would be, in the pages' order.

    ``is_of_past``: the change counts for contacts after the data only; the figures are those that
    it would have given. ``uncounted_rows``: so many would have to be counted again that nothing
    was computed; else 0.
    """

    moved: tuple[tuple[EffectFigure, EffectFigure], ...] = ()
    is_of_past: bool = False
    uncounted_rows: int = 0


def settings_effect(
    store: Store,
    values: Mapping[str, Any],
    filters: Filters,
    *,
    applies_from: date | None = None,
    last_on: date | None = None,
) -> SettingsEffect:
    """What these values would move in the figures of the filters.

    Parameters
    ----------
    applies_from
        As for ``Store.change_settings``.
    last_on
        The last day of the data: a change that applies later would move nothing yet.

    Raises
    ------
    SettingsError
        If a setting doesn't exist, or the values make no sense together.
    """
    differing = {
        it: value for it, value in values.items() if store.settings.value_or_none(it) != value
    }
    is_of_past = bool(applies_from and last_on and applies_from > last_on)
    history = store.history_with(differing, None if is_of_past else applies_from)
    kinds, row_count = counted_anew(store, history)
    if row_count > MOST_COUNTED_ANEW:
        return SettingsEffect(is_of_past=is_of_past, uncounted_rows=row_count)
    makers = _makers_of(differing)
    now = [it for make in makers for it in make(store, filters)]
    with tried(store, history, kinds) as other:
        then = {it.place: it for make in makers for it in make(other, filters)}
    pairs = [(it, then[it.place]) for it in now if it.place in then]
    return SettingsEffect(tuple(it for it in pairs if _differ(*it)), is_of_past)


def has_effect(name: str) -> bool:
    """Whether a setting moves any of these figures."""
    return _table_of(name) in MAKERS_BY_TABLE


def _differ(now: EffectFigure, then: EffectFigure) -> bool:
    """Sums of floats differ in their last digits by the order in which they are added."""
    if now.value is None or then.value is None or now.n != then.n:
        return (now.value, now.n) != (then.value, then.n)
    return abs(now.value - then.value) > 1e-9 * max(1.0, abs(now.value))


def _nps(store: Store, filters: Filters) -> Iterator[EffectFigure]:
    row = nps_change(store, filters).current.row(0, named=True)
    yield EffectFigure("nps", "points", row["nps"], row["answer_count"])


def _compliance(store: Store, filters: Filters) -> Iterator[EffectFigure]:
    rows = compliance_by_channel(store, filters)
    for row in rows.to_dicts():
        due = row["met_count"] + row["missed_count"]
        yield EffectFigure("compliance", "share", row["compliance_rate"], due, row["channel"])
    reached, channels = channels_at_goal(rows)
    yield EffectFigure("channels_at_goal", "count", reached, channels)


def _level(store: Store, filters: Filters) -> Iterator[EffectFigure]:
    levels = pyramid_levels(store, filters)
    level = company_level(levels).level
    journeys = levels["journey"].n_unique()
    yield EffectFigure("level", "level", None if level is None else float(level), journeys)


def _churn(store: Store, filters: Filters) -> Iterator[EffectFigure]:
    row = churn_cost_summary(store, filters).row(0, named=True)
    for code in ("cost", "dissatisfaction"):
        for end in ("low", "central", "high"):
            yield EffectFigure(
                f"{code}_{end}", "amount", row[f"{code}_{end}_amount"], row["costed_lost_count"]
            )


def _targets(store: Store, filters: Filters) -> Iterator[EffectFigure]:
    """How far the figures of all customers are from their targets; None without one."""
    day = filters.period.last_on if filters.period else None
    units: tuple[tuple[TargetFigure, EffectUnit, str, Maker], ...] = (
        ("nps", "points", "nps", _nps),
        ("level", "level", "level", _level),
        ("churn_cost", "amount", "cost_central", _churn),
    )
    for figure, unit, code, make in units:
        [found] = [it for it in make(store, filters) if it.code == code]
        target = target_value(store.settings, figure, filters, day)
        if target is not None and figure == "churn_cost" and filters.period:
            target = target_of_days(target, filters.period.day_count)
        far = None if target is None or found.value is None else found.value - target
        yield EffectFigure(f"{figure}_distance", unit, far, found.n)


Maker = Callable[[Store, Filters], Iterator[EffectFigure]]
# Which figures rest on which table of the settings.
MAKERS_BY_TABLE: Mapping[str, tuple[Maker, ...]] = {
    "response_time": (_compliance, _level),
    "opening_hours": (_compliance, _level),
    "contacts": (_compliance, _level),
    "answers": (_nps, _compliance, _level, _churn),
    "firm": (_nps, _compliance, _level, _churn),
    "churn": (_churn,),
    "response_time_overrides": (_compliance, _level),
    "churn_overrides": (_churn,),
    "pyramid_overrides": (_level,),
    "targets": (_targets,),
}


def _table_of(name: str) -> str:
    return name.split(".")[0]


def _makers_of(values: Mapping[str, Any]) -> list[Maker]:
    found = [make for name in values for make in MAKERS_BY_TABLE.get(_table_of(name), ())]
    return list(dict.fromkeys(found))
