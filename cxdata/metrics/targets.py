"""Targets: how far a figure is from what it should reach, and whether that is sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cxdata.config import Settings, TargetFigure
from cxdata.models import DIMENSIONS, Filters

Better = Literal["higher", "lower"]
# As the goals of channels are judged.
StandingVerdict = Literal["reached", "missed", "cannot_tell"]
DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True)
class Standing:
    """A figure beside its target, in the figure's own unit.

    ``distance`` is the figure less the target; ``verdict`` is sure only where the whole interval
    lies on that side of it.
    """

    target: float
    distance: float
    verdict: StandingVerdict


def standing(
    value: float | None,
    target: float | None,
    *,
    low: float | None,
    high: float | None,
    better: Better = "higher",
) -> Standing | None:
    """How a figure with its interval stands to a target; None without either.

    >>> standing(23.4, 30, low=21.9, high=24.9)
    Standing(target=30, distance=-6.600000000000001, verdict='missed')
    >>> standing(23.4, 24, low=21.9, high=24.9).verdict
    'cannot_tell'
    >>> standing(2.9e6, 2e6, low=1.4e6, high=5.4e6, better="lower").verdict
    'cannot_tell'
    """
    if value is None or target is None:
        return None
    return Standing(target, value - target, _verdict(target, low, high, better))


def _verdict(
    target: float, low: float | None, high: float | None, better: Better
) -> StandingVerdict:
    if low is None or high is None:
        return "cannot_tell"
    is_above, is_below = low >= target, high < target
    if better == "lower":
        is_above, is_below = high <= target, low > target
    return "reached" if is_above else "missed" if is_below else "cannot_tell"


def target_value(
    settings: Settings, figure: TargetFigure, filters: Filters, day: date | None
) -> float | None:
    """The target that the filters' figure has on a day; None if none is set for them.

    One segment has its own, all customers theirs. What is narrowed otherwise has none: the
    target of all customers isn't that of a region or channel.
    """
    segment = targeted_segment(filters)
    if day is None or segment is None:
        return None
    found = settings.target(figure, filters.survey, segment or None, day)
    return None if found is None else found.value


def targeted_segment(filters: Filters) -> str | None:
    """The one segment that the filters ask for; empty for all customers, None for another part.

    >>> targeted_segment(Filters(segment=("Premium",))), targeted_segment(Filters())
    ('Premium', '')
    >>> targeted_segment(Filters(region=("Sud",))) is None
    True
    """
    narrowed = [it for it in DIMENSIONS if getattr(filters, it)]
    if not narrowed:
        return ""
    if narrowed == ["segment"] and len(filters.segment) == 1:
        return filters.segment[0]
    return None


def target_of_days(yearly: float, days: int) -> float:
    """A year's target as that of so many days.

    >>> target_of_days(730_500, 181)
    362000.0
    """
    return yearly * days / DAYS_OF_A_YEAR


def rate_of_a_part(yearly: float, parts: int) -> float:
    """A year's share of those who leave as that of each of its equal parts.

    >>> round(rate_of_a_part(0.19, 2), 6)
    0.1
    """
    return float(1 - (1 - yearly) ** (1 / parts))
