"""What figures should reach, the same on the cards, the pages and the charts over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cxdata.charts.lines import TargetRun
from cxdata.config import TargetFigure
from cxdata.followup.annotations import recorded_lines
from cxdata.metrics import period_end
from cxdata.metrics.targets import (
    Standing,
    standing,
    target_of_days,
    target_value,
    targeted_segment,
)
from cxdata.models import Grain, Period
from cxdata.panels.panel import Mood, Request
from cxdata.sentences.first_screen import target_text


def target_of(request: Request, figure: TargetFigure, last_on: date | None) -> float | None:
    """The target in force; of the NPS of all, the one line that was drawn for it otherwise."""
    settings, filters = request.store.settings, request.filters
    found = target_value(settings, figure, filters, last_on)
    if found is None and figure == "nps" and targeted_segment(filters) == "":
        lines = request.remembered(recorded_lines, filters.survey).filter(kind="target")
        return lines["nps"].item() if lines.height == 1 else None
    return found


def target_day(request: Request) -> date | None:
    """The day whose targets count: the period's last one, or that of the data."""
    period = request.filters.period
    return period.last_on if period else max(request.all_known().values(), default=None)


def no_target(request: Request, target: object, value: object) -> str:
    """What stands in place of a target where there is a value to hold against one."""
    if target is not None or value is None:
        return ""
    tr = request.tr
    if targeted_segment(request.filters) is None:
        return tr("No target for these filters")
    return tr("No target set")


def target_mood(found: Standing | None) -> Mood:
    """Good or bad only where the whole interval lies on one side."""
    if found is None or found.verdict == "cannot_tell":
        return "neutral"
    return "good" if found.verdict == "reached" else "bad"


def cost_standing(
    request: Request, churn: Mapping[str, Any]
) -> tuple[float | None, Standing | None]:
    """The year's target of the cost as that of its window, and how the cost stands to it.

    ``churn`` is a row of :func:`cxdata.metrics.churn.cost.churn_cost_summary`.
    """
    first_on, last_on = churn["window_first_on"], churn["window_last_on"]
    if not first_on or not last_on:
        return None, None
    target, window = target_of(request, "churn_cost", last_on), Period(first_on, last_on)
    if target is not None and window.month_count != 12:
        target = target_of_days(target, window.day_count)
    low, central, high = (churn[f"cost_{it}_amount"] for it in ("low", "central", "high"))
    return target, standing(central, target, low=low, high=high, better="lower")


def cost_target_text(held: Standing | None, request: Request) -> str:
    """The target of the cost and how far it is; empty without."""
    if held is None:
        return ""
    tr, currency = request.tr, request.store.settings.firm.currency
    at_most = tr("at most {amount}", amount=tr.money(held.target, currency))
    return target_text(held, at_most, tr.money(abs(held.distance), currency), tr)


def target_runs(
    request: Request, figure: TargetFigure, periods: Sequence[date], grain: Grain
) -> tuple[TargetRun, ...]:
    """The targets that the settings have for a chart's periods, each from its first to its last.

    A period has the target that is in force on its last day, or on that of the filters where
    they end before it. Empty where none is set.
    """
    last_on = request.filters.period.last_on if request.filters.period else date.max
    runs: list[TargetRun] = []
    is_going_on = False
    for first_on in periods:
        day = min(period_end(first_on, grain), last_on)
        value = target_value(request.store.settings, figure, request.filters, day)
        if value is None:
            is_going_on = False
        elif is_going_on and runs[-1].value == value:
            runs[-1] = TargetRun(runs[-1].first_on, first_on, value)
        else:
            runs.append(TargetRun(first_on, first_on, value))
            is_going_on = True
    return tuple(runs)
