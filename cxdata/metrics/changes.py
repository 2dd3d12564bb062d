"""What else moved besides the NPS: the level, the channels at their goal, the cost of churn.

Each against the period that the filters compare with. A change is ``real_change`` only where both
sides are known throughout, judged alike, and chance doesn't explain it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

import numpy as np
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import answers_known, contacts_known, covered_days
from cxdata.metrics.nps.score import compared_filters
from cxdata.metrics.pyramid.levels import CompanyLevel, company_level
from cxdata.metrics.pyramid.model import PyramidModel, pyramid_model
from cxdata.metrics.response_time.compliance import channels_at_goal
from cxdata.metrics.statistics.shares import ShareCounts, share_difference_p
from cxdata.models import Filters, Period, Survey, Verdict
from cxdata.store.connection import Store

# Months and leap years differ by so many days and can still be compared.
UNEVEN_DAYS = 3
# So much of a period has to be known for its figure to stand for it.
LEAST_KNOWN_SHARE = 0.9


@dataclass(frozen=True)
class LevelChange:
    """The company's level and the one it is compared with.

    ``compared`` is None where ``reason`` says why there is nothing to compare with:
    ``no_earlier_period``, ``not_known_then`` (the data doesn't cover that period, or tells of
    other journeys), ``no_evidence``. ``verdict`` is ``real_change`` where the levels that the one
    may be at all lie above, or below, those of the other.
    """

    current: CompanyLevel
    compared: CompanyLevel | None = None
    compared_period: Period | None = None
    verdict: Verdict = "too_few_answers"
    reason: str | None = None

    @property
    def difference(self) -> int | None:
        """In levels."""
        if self.compared is None or self.compared.level is None or self.current.level is None:
            return None
        return self.current.level - self.compared.level


@dataclass(frozen=True)
class ChannelsChange:
    """How many channels reach their goal, and how many did.

    ``gained`` reach it surely and surely missed it; ``lost`` the reverse. Channels whose goal was
    changed in between, or that aren't known throughout both periods, are in neither, and
    ``compared_reached`` is None unless all can be compared. ``reason`` as of a
    :class:`LevelChange`, or ``goals_changed``.
    """

    reached: int
    due: int
    compared_reached: int | None = None
    compared_period: Period | None = None
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class ChurnChange:
    """The cost of churn of a window and of the one it is compared with.

    ``current`` and ``compared`` are rows of ``churn_cost_summary``, the latter None if there is
    none. ``difference_amount`` is that of the central amounts, both by the same assumptions;
    ``rate_difference`` of the shares of customers who left, and ``verdict`` is of it: chance moves
    who leaves, assumptions don't differ between the two. They are None, and the verdict
    ``too_few_answers``, where ``reason`` says why the two can't be compared:
    ``no_earlier_period``, ``not_known_then`` (nobody is known to have left so early),
    ``other_length``, or the reason of a missing cost.
    """

    current: dict[str, Any]
    compared: dict[str, Any] | None = None
    compared_period: Period | None = None
    difference_amount: float | None = None
    rate_difference: float | None = None
    verdict: Verdict = "too_few_answers"
    reason: str | None = None


def is_known_throughout(store: Store, filters: Filters) -> bool:
    """Whether the answers of nearly all of the filters' period are known.

    Else its NPS is that of a part of it, which may differ from the rest by the season alone.
    """
    if filters.period is None:
        return True
    covered = covered_days(filters, answers_known(store, filters))
    return covered is not None and (
        covered.day_count >= LEAST_KNOWN_SHARE * filters.period.day_count
    )


def level_change(
    levels: pl.DataFrame, period: Period | None, then: pl.DataFrame, *, is_known: bool
) -> LevelChange:
    """The company's level against that of another period.

    A journey that stood at no level for want of evidence then and has evidence now may have been
    at any of its possible levels then: that is no rise.

    Parameters
    ----------
    levels, then
        As ``pyramid_levels`` returns them, of now and of the compared period.
    period
        The compared period; None if there is none.
    is_known
        As :func:`evidence_is_known` says of it.
    """
    current, compared = company_level(levels), company_level(then)
    if current.level is None:
        return LevelChange(current, reason="no_evidence")
    if period is None:
        return LevelChange(current, reason="no_earlier_period")
    if compared.level is None:
        return LevelChange(current, None, period, reason="no_evidence")
    if not is_known or set(levels["journey"]) != set(then["journey"]):
        return LevelChange(current, None, period, reason="not_known_then")
    return LevelChange(current, compared, period, _level_verdict(levels, then))


def evidence_is_known(store: Store, filters: Filters, *, model: PyramidModel | None = None) -> bool:
    """Whether the contacts and the answers of all of the filters' period are known, as far as
    there are any at all."""
    chosen = model or pyramid_model(store.settings)
    asked = replace(filters, survey=cast(Survey, chosen.survey))
    known = [it for it in (answers_known(store, asked), contacts_known(store, filters)) if it]
    return bool(known) and all(covered_days(filters, it) == filters.period for it in known)


def contacts_are_known(store: Store, filters: Filters) -> bool:
    """Whether the contacts of all of the filters' period are known."""
    return covered_days(filters, contacts_known(store, filters)) == filters.period


def _level_verdict(levels: pl.DataFrame, then: pl.DataFrame) -> Verdict:
    """By the lowest and highest level that the company may surely be at, now and then."""
    (low, high), (low_then, high_then) = (
        (min(it["established_level"]), min(it["possible_level"])) for it in (levels, then)
    )
    return "real_change" if low > high_then or high < low_then else "within_noise"


def channels_change(
    now: pl.DataFrame, period: Period | None, then: pl.DataFrame, *, is_known: bool
) -> ChannelsChange:
    """Which channels came to reach their goal, and which no longer do.

    Both periods are judged for as many channels at once as each has, and both by the same goal.

    Parameters
    ----------
    now, then
        As ``compliance_by_channel`` and ``compliance_then`` return them.
    period
        The compared period; None if there is none.
    is_known
        As :func:`contacts_are_known` says of it.
    """
    reached, due = channels_at_goal(now)
    if period is None or due == 0:
        return ChannelsChange(reached, due, reason="no_earlier_period")
    if not is_known:
        return ChannelsChange(reached, due, None, period, reason="not_known_then")
    rated = now.filter(pl.col("compliance_rate").is_not_null()).join(
        then.filter(pl.col("compliance_rate").is_not_null()),
        on="channel",
        how="left",
        suffix="_then",
    )
    if rated["goal_then"].null_count():
        return ChannelsChange(reached, due, None, period, reason="not_known_then")
    judged_alike = pl.all_horizontal(
        pl.col(it) == pl.col(f"{it}_then") for it in ("goal", "favourable_seconds", "clock")
    )
    alike = rated.filter(judged_alike, ~pl.col("is_small_base"), ~pl.col("is_small_base_then"))
    moves = {
        name: tuple(alike.filter(verdict=verdict, verdict_then=earlier)["channel"])
        for name, verdict, earlier in (
            ("gained", "reached", "missed"),
            ("lost", "missed", "reached"),
        )
    }
    is_whole = rated.filter(judged_alike).height == rated.height
    return ChannelsChange(
        reached,
        due,
        rated.filter(verdict_then="reached").height if is_whole else None,
        period,
        **moves,
        reason=None if is_whole else "goals_changed",
    )


def churn_change(
    current: dict[str, Any],
    period: Period | None,
    compared: dict[str, Any] | None,
    *,
    known_from: date | None,
    answers: AnswerSettings,
) -> ChurnChange:
    """The cost of churn against that of another window.

    Parameters
    ----------
    current, compared
        Rows of ``churn_cost_summary``; the latter None if there is none.
    period
        The days that ``compared`` should be of, as :func:`compared_window` gives them.
    known_from
        As :func:`losses_known_from` gives it.

    Notes
    -----
    The shares who left are tested as two shares of separate customers and times (chi-square with
    (N - 1) / N). A window that begins before anybody is known to have left isn't compared: files
    that leave out who left earlier would show a rise that isn't one.
    """
    if current["customer_churn_rate"] is None:
        return ChurnChange(current, reason=current["reason"])
    if period is None or compared is None:
        return ChurnChange(current, reason="no_earlier_period")
    reason = _not_comparable(period, current, compared, known_from)
    if reason:
        return ChurnChange(current, None, period, reason=reason)
    now, then = (ShareCounts(it["lost_count"], it["customer_count"]) for it in (current, compared))
    return ChurnChange(
        current,
        compared,
        period,
        difference_amount=_less(current["cost_central_amount"], compared["cost_central_amount"]),
        rate_difference=_less(current["customer_churn_rate"], compared["customer_churn_rate"]),
        verdict=_churn_verdict(now, then, answers),
    )


def compared_window(filters: Filters, current: Mapping[str, Any]) -> Filters | None:
    """The filters of the window to compare with; None without one.

    It lies before the current *window*, which may have been moved to where customers are known.
    ``current`` is a row of ``churn_cost_summary``.
    """
    first_on, last_on = current["window_first_on"], current["window_last_on"]
    if filters.period is None or not first_on or not last_on:
        return None
    return compared_filters(replace(filters, period=Period(first_on, last_on)))


def losses_known_from(store: Store, until_on: date) -> date | None:
    """The first day of the month in which somebody is first known to have left; None without."""
    first: date | None = store.query("churn_first_end", until_on=until_on).item()
    return first and first.replace(day=1)


def _not_comparable(
    period: Period, current: dict[str, Any], compared: dict[str, Any], known_from: date | None
) -> str | None:
    """Why the two windows can't be held against each other, as a code."""
    if compared["customer_churn_rate"] is None:
        return str(compared["reason"])
    windows = [Period(it["window_first_on"], it["window_last_on"]) for it in (current, compared)]
    if windows[1] != period or known_from is None or known_from > period.first_on:
        return "not_known_then"
    days = [it.day_count for it in windows]
    return "other_length" if abs(days[0] - days[1]) > UNEVEN_DAYS else None


def _churn_verdict(now: ShareCounts, then: ShareCounts, answers: AnswerSettings) -> Verdict:
    if np.min([now.whole, then.whole]) < answers.small_base_count:
        return "too_few_answers"
    p_value = float(share_difference_p(now, then))
    return "real_change" if p_value < 1 - answers.confidence else "within_noise"


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
