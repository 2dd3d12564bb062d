"""Did a decision help? A figure before and after it, and beside what it didn't concern.

The windows are as long as each other and whole weeks. What moved as much where nothing was decided
isn't the decision's doing, so the change is held against that of the other groups: a difference of
differences. Groups weren't chosen by chance; an interval can't mend that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, cast

import numpy as np
import polars as pl

from cxdata.metrics import answers_known, contacts_known, covered_days
from cxdata.metrics.changes import (
    churn_change,
    evidence_is_known,
    level_change,
    losses_known_from,
)
from cxdata.metrics.churn.cost import churn_cost_then
from cxdata.metrics.churn.exposure import customers_known_until
from cxdata.metrics.nps.repeats import class_counts
from cxdata.metrics.nps.satisfaction import Scale, satisfaction_summary
from cxdata.metrics.nps.score import nps_change, nps_summary
from cxdata.metrics.pyramid.levels import company_level, pyramid_levels
from cxdata.metrics.response_time.compliance import compliance_by_channel, settings_in_force
from cxdata.metrics.statistics.intervals import normal_quantile, nps_standard_error
from cxdata.metrics.statistics.shares import ShareCounts, share_difference_p
from cxdata.metrics.targets import Better
from cxdata.models import (
    CHANNELS,
    DIMENSIONS,
    Channel,
    Counted,
    DecisionFigure,
    Dimension,
    Filters,
    Period,
    Verdict,
    dimensions_of,
)
from cxdata.store.connection import Store

# Less than two weeks of a figure are mostly weekdays and chance; more than a year is other times.
LEAST_DAYS, MOST_DAYS, WEEK = 14, 364, 7
IN_TIME: Mapping[DecisionFigure, Channel] = {
    "call_in_time": "call",
    "email_in_time": "email",
    "chat_in_time": "chat",
    "social_in_time": "social",
}
SCALE_OF: Mapping[DecisionFigure, Scale] = {"csat": "csat", "ces": "ces", "ces7": "ces7"}
LOWER_IS_BETTER: frozenset[DecisionFigure] = frozenset({"churn_rate", "churn_cost"})
# How sure the change was greater, or smaller, than where nothing was decided.
BesideVerdict = Literal["more", "less", "cannot_tell"]


@dataclass(frozen=True)
class FigureLevel:
    """A figure over a period, in its own unit: points, a share from 0 to 1, a level, an amount.

    ``count`` is what it rests on (answers, contacts that were due, customers), ``error`` its
    standard error, ``reason`` why there is none, as a code of its own metric.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    count: int | None = None
    reason: str | None = None
    is_small: bool = False
    error: float | None = None
    part: ShareCounts | None = None


@dataclass(frozen=True)
class Windows:
    """The days before and after a decision that are compared."""

    before: Period
    after: Period


@dataclass(frozen=True)
class Beside:
    """The groups that a decision didn't concern, and its own change less theirs.

    ``dimension`` is what they differ by, ``values`` which they are, ``difference`` their change.
    Several channels, which run on different clocks, aren't pooled: it is the mean of their changes.
    ``gap`` with its interval is the decision's change less that; None with ``reason``: ``too_few``
    or ``not_known``.
    """

    dimension: Dimension
    values: tuple[str, ...]
    difference: float | None = None
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    verdict: BesideVerdict = "cannot_tell"
    reason: str | None = None


@dataclass(frozen=True)
class DecisionEffect:
    """A figure after a decision against the time before.

    ``reason`` says why the two can't be held against each other: ``no_figure``, ``too_early``
    (less than two weeks lie between), ``not_known`` (the data doesn't go to the end of the window),
    ``not_known_then``, ``judged_otherwise`` (the standard was changed in between), or the metric's
    own. ``verdict`` is None then. ``beside`` is None where nothing is unconcerned, or the figure
    has no interval to compare by.
    """

    windows: Windows | None = None
    then: FigureLevel = FigureLevel()
    now: FigureLevel = FigureLevel()
    difference: float | None = None
    verdict: Verdict | None = None
    reason: str | None = None
    beside: Beside | None = None


def counted_by(figure: DecisionFigure) -> Counted:
    """What a figure counts, and so which filters it has."""
    if figure in IN_TIME or figure == "level":
        return "contacts"
    return "customers" if figure in LOWER_IS_BETTER else "answers"


def better_of(figure: DecisionFigure) -> Better:
    """Which way is good."""
    return "lower" if figure in LOWER_IS_BETTER else "higher"


def filters_about(figure: DecisionFigure | None, filters: Filters) -> Filters:
    """The filters without what the figure can't have; a channel's share is of that channel.

    >>> filters_about("chat_in_time", Filters(channel=("call",), segment=("SMB",))).channel
    ('chat',)
    """
    if figure is None:
        return filters
    had = dimensions_of(counted_by(figure))
    dropped: dict[str, tuple[str, ...]] = {it: () for it in DIMENSIONS if it not in had}
    if figure in IN_TIME:
        dropped["channel"] = (IN_TIME[figure],)
    return replace(filters, **dropped)  # type: ignore[arg-type]


def figure_level(store: Store, figure: DecisionFigure, filters: Filters) -> FigureLevel:
    """A figure over the filters' period, with its interval and what it rests on."""
    about = filters_about(figure, filters)
    if figure == "nps":
        return _nps_level(nps_summary(store, about))
    if figure in SCALE_OF:
        found = satisfaction_summary(store, about).filter(scale=SCALE_OF[figure])
        return _satisfaction_level(store, found)
    if figure in IN_TIME:
        return _in_time_level(store, about)
    if figure == "level":
        return _pyramid_level(pyramid_levels(store, about))
    return _churn_level(store, figure, churn_cost_then(store, about))


def comparable_windows(
    decided_on: date, due_on: date, *, today: date, known_on: date | None
) -> Windows | str:
    """As many whole weeks before the decision as from it to the due date; or why there are none.

    Until the due date is over, the later window ends today or on the last known day.

    >>> found = comparable_windows(
    ...     date(2026, 1, 31), date(2026, 3, 31), today=date(2026, 6, 1), known_on=date(2026, 5, 1))
    >>> found.after, found.before.last_on, found.before.day_count
    (Period(first_on=datetime.date(2026, 2, 4), last_on=datetime.date(2026, 3, 31)), \
datetime.date(2026, 1, 31), 56)
    """
    is_due = today >= due_on
    if known_on is None or (is_due and known_on < due_on):
        return "not_known"
    until = due_on if is_due else min(today, known_on)
    days = min((until - decided_on).days // WEEK * WEEK, MOST_DAYS)
    if days < LEAST_DAYS:
        return "too_early"
    length = timedelta(days=days - 1)
    return Windows(Period(decided_on - length, decided_on), Period(until - length, until))


def decision_effect(
    store: Store,
    figure: DecisionFigure | None,
    filters: Filters,
    decided_on: date,
    due_on: date,
    *,
    today: date,
) -> DecisionEffect:
    """A decision's figure before it and since, whether that is a real change, and how the groups
    changed that it didn't concern.

    Parameters
    ----------
    filters
        What the decision is about; its period isn't read.
    """
    if figure is None:
        return DecisionEffect(reason="no_figure")
    about = replace(filters_about(figure, filters), compared_to=None)
    known_on = _known_until(store, figure, about)
    windows = comparable_windows(decided_on, due_on, today=today, known_on=known_on)
    if isinstance(windows, str):
        return DecisionEffect(reason=windows)
    after, before = (replace(about, period=it) for it in (windows.after, windows.before))
    if not _are_known(store, figure, before):
        return DecisionEffect(
            windows, now=figure_level(store, figure, after), reason="not_known_then"
        )
    if figure in ("level", *LOWER_IS_BETTER):
        return _by_its_own_rules(store, figure, windows, before, after)
    then, now = (figure_level(store, figure, it) for it in (before, after))
    if then.value is None or now.value is None:
        return DecisionEffect(windows, then, now, reason=then.reason or now.reason)
    if figure in IN_TIME and not _judged_alike(store, before, after):
        return DecisionEffect(windows, then, now, reason="judged_otherwise")
    return DecisionEffect(
        windows,
        then,
        now,
        now.value - then.value,
        _verdict(store, figure, before, after, then, now),
        beside=_beside(store, figure, before, after, (then, now)),
    )


# One figure


def _nps_level(found: pl.DataFrame) -> FigureLevel:
    row = found.row(0, named=True)
    error = None
    if row["nps"] is not None:
        error = 100 * float(nps_standard_error(class_counts(found), basis="adjusted")[0])
    ends = (row["nps"], row["nps_low"], row["nps_high"], row["answer_count"], row["reason"])
    return FigureLevel(*ends, row["base"] != "ok", error)


def _satisfaction_level(store: Store, found: pl.DataFrame) -> FigureLevel:
    row = found.row(0, named=True)
    if row["favourable_share"] is None:
        return FigureLevel(reason=row["reason"])
    part = ShareCounts(row["favourable_count"], row["answer_count"], row["design_effect"])
    ends = (row["favourable_share"], row["share_low"], row["share_high"])
    error = _share_error(part, store.settings.answers.confidence)
    return FigureLevel(*ends, row["answer_count"], None, row["base"] != "ok", error, part)


def _in_time_level(store: Store, filters: Filters) -> FigureLevel:
    found = compliance_by_channel(store, filters)
    if found.is_empty():
        return FigureLevel(reason="no_contacts")
    row = found.row(0, named=True)
    if row["compliance_rate"] is None:
        return FigureLevel(reason=row["reason"])
    due = row["met_count"] + row["missed_count"]
    part = ShareCounts(row["met_count"], due)
    error = _share_error(part, store.settings.answers.confidence)
    ends = (row["compliance_rate"], row["rate_low"], row["rate_high"])
    return FigureLevel(*ends, due, None, row["is_small_base"], error, part)


def _pyramid_level(levels: pl.DataFrame) -> FigureLevel:
    company = company_level(levels)
    if company.level is None:
        return FigureLevel(reason="no_evidence")
    low = cast(int, levels["established_level"].min())
    return FigureLevel(company.level, low, company.highest_level, levels.height)


def _churn_level(store: Store, figure: DecisionFigure, found: pl.DataFrame) -> FigureLevel:
    row = found.row(0, named=True)
    if figure == "churn_cost":
        central, low, high = (row[f"cost_{it}_amount"] for it in ("central", "low", "high"))
        return FigureLevel(central, low, high, row["customer_count"], row["reason"])
    if row["customer_churn_rate"] is None:
        return FigureLevel(reason=row["reason"])
    part = ShareCounts(row["lost_count"], row["customer_count"])
    answers = store.settings.answers
    return FigureLevel(
        row["customer_churn_rate"],
        row["rate_low"],
        row["rate_high"],
        row["customer_count"],
        None,
        row["customer_count"] < answers.small_base_count,
        _share_error(part, answers.confidence),
        part,
    )


def _share_error(part: ShareCounts, confidence: float) -> float:
    """The standard error of a share on the adjusted counts, so that none or all of few isn't sure
    (Agresti & Coull 1998)."""
    square = normal_quantile(confidence) ** 2
    counted, whole = (float(it) for it in part.effective)
    share = (counted + square / 2) / (whole + square)
    return float(np.sqrt(share * (1 - share) / (whole + square)))


# Then and now


def _known_until(store: Store, figure: DecisionFigure, filters: Filters) -> date | None:
    if figure in LOWER_IS_BETTER:
        return customers_known_until(store)
    scope = counted_by(figure)
    known = (answers_known if scope == "answers" else contacts_known)(store, filters)
    return known.last_on if known else None


def _are_known(store: Store, figure: DecisionFigure, filters: Filters) -> bool:
    """Whether all days of the filters' period are known; of customers their own rules say it."""
    if figure in LOWER_IS_BETTER:
        return True
    if figure == "level":
        return evidence_is_known(store, filters)
    scope = counted_by(figure)
    known = (answers_known if scope == "answers" else contacts_known)(store, filters)
    return covered_days(filters, known) == filters.period


def _judged_alike(store: Store, before: Filters, after: Filters) -> bool:
    """Whether contacts had to be answered in the same time in both windows."""
    [channel] = before.channel
    then, now = (
        settings_in_force(store, it).response_time[cast(Channel, channel)] for it in (before, after)
    )
    return (then.favourable_seconds, then.clock) == (now.favourable_seconds, now.clock)


def _verdict(
    store: Store,
    figure: DecisionFigure,
    before: Filters,
    after: Filters,
    then: FigureLevel,
    now: FigureLevel,
) -> Verdict:
    if figure == "nps":
        return nps_change(store, replace(after, compared_to=before.period)).verdict
    if then.is_small or now.is_small or then.part is None or now.part is None:
        return "too_few_answers"
    p_value = float(share_difference_p(now.part, then.part))
    return "real_change" if p_value < 1 - store.settings.answers.confidence else "within_noise"


def _by_its_own_rules(
    store: Store, figure: DecisionFigure, windows: Windows, before: Filters, after: Filters
) -> DecisionEffect:
    """Levels and losses are compared as the Overview compares them."""
    if figure == "level":
        levels, earlier = pyramid_levels(store, after), pyramid_levels(store, before)
        moved = level_change(levels, windows.before, earlier, is_known=True)
        then, now = _pyramid_level(earlier), _pyramid_level(levels)
        verdict = None if moved.reason else moved.verdict
        return DecisionEffect(windows, then, now, moved.difference, verdict, moved.reason)
    summary, earlier = churn_cost_then(store, after), churn_cost_then(store, before)
    current, compared = (it.row(0, named=True) for it in (summary, earlier))
    then, now = (_churn_level(store, figure, it) for it in (earlier, summary))
    if current["window_last_on"] != windows.after.last_on:
        return DecisionEffect(windows, then, reason="not_known")
    answers, known_from = store.settings.answers, losses_known_from(store, windows.after.last_on)
    change = churn_change(current, windows.before, compared, known_from=known_from, answers=answers)
    is_cost = figure == "churn_cost"
    difference = change.difference_amount if is_cost else change.rate_difference
    if change.reason or difference is None:
        return DecisionEffect(windows, then, now, reason=change.reason or now.reason or then.reason)
    beside = None if is_cost else _beside(store, figure, before, after, (then, now))
    return DecisionEffect(windows, then, now, difference, change.verdict, beside=beside)


# What wasn't concerned


def _beside(
    store: Store,
    figure: DecisionFigure,
    before: Filters,
    after: Filters,
    own: tuple[FigureLevel, FigureLevel],
) -> Beside | None:
    dimension = _narrowed(figure, before)
    if dimension is None:
        return _other_channels(store, before, after, own) if figure in IN_TIME else None
    offered = store.query("dimension_values").filter(dimension=dimension)["value"]
    chosen = getattr(before, dimension)
    values = tuple(it for it in offered if it not in chosen)
    if not values:
        return None
    pairs = [_levels(store, figure, before, after, {dimension: values})]
    return _held(store, Beside(dimension, values), own, pairs)


def _narrowed(figure: DecisionFigure, filters: Filters) -> Dimension | None:
    """The first dimension that the decision is narrowed by; others stay as they are beside it."""
    had = dimensions_of(counted_by(figure))
    given = ("channel",) if figure in IN_TIME else ()
    return next((it for it in had if getattr(filters, it) and it not in given), None)


def _other_channels(
    store: Store, before: Filters, after: Filters, own: tuple[FigureLevel, FigureLevel]
) -> Beside | None:
    """The channels that are known throughout both windows and were judged alike in both."""
    [channel] = before.channel
    pairs, values = [], []
    for figure, other in IN_TIME.items():
        then, now = (replace(it, channel=(other,)) for it in (before, after))
        if other == channel or not all(_are_known(store, figure, it) for it in (then, now)):
            continue
        if not _judged_alike(store, then, now):
            continue
        pair = _levels(store, figure, then, now, {})
        if all(it.error is not None and not it.is_small for it in pair):
            pairs.append(pair)
            values.append(other)
    if not pairs:
        return None
    return _held(store, Beside("channel", tuple(it for it in CHANNELS if it in values)), own, pairs)


def _levels(
    store: Store,
    figure: DecisionFigure,
    before: Filters,
    after: Filters,
    values: Mapping[Dimension, tuple[str, ...]],
) -> tuple[FigureLevel, FigureLevel]:
    then, now = (
        figure_level(store, figure, replace(it, **values))  # type: ignore[arg-type]
        for it in (before, after)
    )
    return then, now


def _held(
    store: Store,
    beside: Beside,
    own: tuple[FigureLevel, FigureLevel],
    pairs: Sequence[tuple[FigureLevel, FigureLevel]],
) -> Beside:
    """The change less that of the others: a difference of differences.

    Four independent samples, so their variances add up; who answered in both windows makes the
    interval a little too wide, not too narrow. Few answers on any side tell nothing.
    """
    levels = [*own, *(it for pair in pairs for it in pair)]
    if any(it.value is None or it.error is None or it.is_small for it in levels):
        return replace(beside, reason="too_few")
    own_difference, *differences = (_less(*it) for it in (own, *pairs))
    difference = sum(differences) / len(pairs)
    variance = _variance(own) + sum(map(_variance, pairs)) / len(pairs) ** 2
    margin = normal_quantile(store.settings.answers.confidence) * variance**0.5
    gap = own_difference - difference
    return replace(
        beside,
        difference=difference,
        gap=gap,
        gap_low=gap - margin,
        gap_high=gap + margin,
        verdict="more" if gap > margin else "less" if gap < -margin else "cannot_tell",
    )


def _less(then: FigureLevel, now: FigureLevel) -> float:
    return cast(float, now.value) - cast(float, then.value)


def _variance(pair: tuple[FigureLevel, FigureLevel]) -> float:
    return sum(cast(float, it.error) ** 2 for it in pair)
