"""Groups compared: over time as lines with bands, and the NPS of two periods side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from cxdata import sentences as say
from cxdata.charts.groups import groups_figure, two_periods_figure
from cxdata.charts.theme import GROUP_COLOURS
from cxdata.followup.annotations import recorded_annotations
from cxdata.metrics.churn.cost import churn_cost_by, churn_trend
from cxdata.metrics.decided import IN_TIME
from cxdata.metrics.nps.score import NpsChange, compared_filters, nps_by, nps_change
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.response_time.compliance import compliance_by, compliance_trend
from cxdata.models import Channel, Counted, DecisionFigure, Dimension, Filters, Grain
from cxdata.panels.decided import decided_events
from cxdata.panels.panel import Behind, Panel, Request, line, panel_of, points_text
from cxdata.panels.units import Unit
from cxdata.sentences import groups as tell
from cxdata.tables.groups import groups_table, two_periods_table

# Groups that are drawn unless the reader chooses others, the largest ones.
MOST = len(GROUP_COLOURS)
MOST_SIDE_BY_SIDE = 8
# The figure of a comparison of groups, by its channel or by what it counts.
DECIDED_ABOUT: Mapping[Channel | Counted | None, tuple[DecisionFigure, ...]] = {
    None: ("nps",),
    "customers": ("churn_rate", "churn_cost"),
    **{channel: (figure,) for figure, channel in IN_TIME.items()},
}
GroupValues = Callable[[Request, Filters, Grain], pl.DataFrame]


def groups_over_time(
    request: Request,
    dimension: Dimension,
    groups: Sequence[str],
    grain: Grain,
    values: GroupValues,
    filters: Filters | None = None,
) -> pl.DataFrame:
    """The same figure of each group, period by period.

    Returns
    -------
    pl.DataFrame
        One row per group and period, in the order of the groups, oldest first: ``group``
        (String), ``period`` (Date), ``is_complete`` (Boolean), ``value``, ``low``, ``high``
        (Float64, in the figure's unit, null where withheld), ``is_small_base`` (Boolean), ``n``
        (Int64). No rows without groups.
    """
    asked = filters or request.filters
    frames = [
        values(request, of_group(asked, dimension, group), grain).select(
            pl.lit(group).alias("group"),
            "period",
            "is_complete",
            *(pl.col(it).cast(pl.Float64) for it in ("value", "low", "high")),
            pl.col("is_small_base").fill_null(False),
            pl.col("n").cast(pl.Int64),
        )
        for group in groups[:MOST]
    ]
    return pl.concat(frames) if frames else NO_GROUPS.clone()


def of_group(filters: Filters, dimension: Dimension, group: str) -> Filters:
    """The filters with this group of the dimension alone."""
    chosen: dict[str, Any] = {dimension: (group,)}
    return replace(filters, **chosen)


NO_GROUPS = pl.DataFrame(
    schema={
        "group": pl.String, "period": pl.Date, "is_complete": pl.Boolean, "value": pl.Float64,
        "low": pl.Float64, "high": pl.Float64, "is_small_base": pl.Boolean, "n": pl.Int64,
    }
)  # fmt: skip


def nps_groups(request: Request, dimension: Dimension) -> tuple[str, ...]:
    """The groups that can be compared over time by their NPS, most answers first."""
    return _named(request.result(nps_by, dimension), dimension, "nps", "answer_count")


def nps_groups_panel(
    request: Request,
    dimension: Dimension = "segment",
    groups: Sequence[str] = (),
    grain: Grain = "month",
) -> Panel:
    """The NPS of a few groups over time: the largest ones, unless others are chosen."""
    tr = request.tr
    shown = tuple(groups) or nps_groups(request, dimension)
    frame = groups_over_time(request, dimension, shown, grain, _nps_values)
    return _groups_panel(
        request,
        "nps_groups",
        tr("Do all groups move alike?"),
        frame,
        dimension,
        grain,
        lambda value: tr.nps(value),
        method="a-part-against-the-rest",
        unit="points",
        behind=Behind("answers", grain),
    )


def _nps_values(request: Request, filters: Filters, grain: Grain) -> pl.DataFrame:
    trend = request.remembered(nps_trend, filters, grain=grain)
    return trend.select(
        "period", "is_complete", value="nps", low="nps_low", high="nps_high",
        is_small_base=pl.col("base") == "small", n="answer_count",
    )  # fmt: skip


def compliance_groups(request: Request, dimension: Dimension, channel: Channel) -> tuple[str, ...]:
    """The groups whose answers in time can be compared over time, most contacts first."""
    values = request.result(compliance_by, dimension).filter(pl.col("channel") == channel)
    return _named(values, dimension, "compliance_rate", "contact_count")


def compliance_groups_panel(
    request: Request,
    dimension: Dimension = "journey",
    channel: Channel = "call",
    groups: Sequence[str] = (),
    grain: Grain = "month",
) -> Panel:
    """The share answered in time of a few groups on one channel, over time."""
    tr = request.tr
    shown = tuple(groups) or compliance_groups(request, dimension, channel)
    on = replace(request.filters, channel=(channel,))
    frame = groups_over_time(request, dimension, shown, grain, _compliance_values, on)
    return _groups_panel(
        request,
        "response_groups",
        tr("Do all groups wait alike?"),
        frame,
        dimension,
        grain,
        lambda value: tr.percent(value, 0),
        method="interval-and-verdict-p-wilson-1927",
        unit="share",
        behind=Behind("contacts", grain),
        channel=channel,
        scope="contacts",
    )


def _compliance_values(request: Request, filters: Filters, grain: Grain) -> pl.DataFrame:
    trend = request.remembered(compliance_trend, filters, grain=grain)
    return trend.select(
        "period", "is_complete", "is_small_base", value="compliance_rate", low="rate_low",
        high="rate_high", n=pl.col("met_count") + pl.col("missed_count"),
    )  # fmt: skip


def churn_groups(request: Request, dimension: Dimension) -> tuple[str, ...]:
    """The groups whose churn can be compared over time, most customers first."""
    values = request.result(churn_cost_by, dimension)
    return _named(values, dimension, "customer_churn_rate", "customer_count")


def churn_groups_panel(
    request: Request,
    dimension: Dimension = "segment",
    groups: Sequence[str] = (),
    grain: Grain = "quarter",
) -> Panel:
    """The customer churn of a few groups over time."""
    tr = request.tr
    shown = tuple(groups) or churn_groups(request, dimension)
    frame = groups_over_time(request, dimension, shown, grain, _churn_values)
    return _groups_panel(
        request,
        "churn_groups",
        tr("Do all groups stay alike?"),
        frame,
        dimension,
        grain,
        lambda value: tr.percent(value),
        method="two-rates-always-named",
        unit="share",
        scope="customers",
    )


def _churn_values(request: Request, filters: Filters, grain: Grain) -> pl.DataFrame:
    trend = request.remembered(churn_trend, filters, grain=grain)
    small = request.store.settings.answers.small_base_count
    return trend.select(
        "period", "is_complete", value="customer_churn_rate", low="rate_low", high="rate_high",
        is_small_base=pl.col("customer_count") < small, n="customer_count",
    )  # fmt: skip


def _named(values: pl.DataFrame, dimension: str, figure: str, count: str) -> tuple[str, ...]:
    known = values.drop_nulls([dimension, figure])
    return tuple(known.sort(count, descending=True, maintain_order=True)[dimension])


def _groups_panel(
    request: Request,
    key: str,
    question: str,
    frame: pl.DataFrame,
    dimension: Dimension,
    grain: Grain,
    words: Callable[[float], str],
    *,
    method: str,
    unit: Unit,
    channel: Channel | None = None,
    **shown: Any,
) -> Panel:
    tr = request.tr
    if frame["value"].is_null().all():
        reason = tr("Too few of each group to compare them over time.")
        return panel_of(request, key, question, reason, method, reason=reason, **shown)
    title = tell.groups_over_time_sentence(frame, dimension, grain, words, tr)
    if channel:
        title = f"{say.value_name('channel', channel, tr)} · {title}"
    return panel_of(
        request,
        key,
        question,
        title,
        method,
        chart=groups_figure(
            frame,
            tr,
            dimension,
            grain,
            words,
            channel=channel,
            events=recorded_events(request, DECIDED_ABOUT[channel or shown.get("scope")]),
        ),
        notes=(
            line(
                tr("Bands: {confidence} intervals. Pale: small base. Dotted: partial period."),
                points_text(frame, "value", "n", tr),
                say.fiscal_year_text(grain, tr),
            ),
        ),
        frame=frame.rename({"group": dimension}),
        texts=lambda: groups_table(frame, dimension, grain, words, tr),
        units={**dict.fromkeys(("value", "low", "high"), unit), "n": "count"},
        **shown,
    )


def recorded_events(
    request: Request, figures: Sequence[DecisionFigure] = ()
) -> tuple[tuple[date, str], ...]:
    """Day and text of what happened in the period, as charts over time draw it, and of what was
    decided about these figures."""
    recorded = request.remembered(recorded_annotations, request.filters.period)
    happened = recorded.select("noted_on", "text").iter_rows()
    return (*happened, *decided_events(request, figures))


# Two periods


def nps_of_two_periods(request: Request, dimension: Dimension) -> pl.DataFrame:
    """The NPS of each group in the period and in the one it is compared with.

    Returns
    -------
    pl.DataFrame
        One row per group, the largest gain first; at most eight groups, those with most answers;
        no rows where nothing is compared. A column named like ``dimension`` (String), then
        ``before_nps``, ``before_low``, ``before_high``, ``nps``, ``low``, ``high``,
        ``difference`` (Float64, points, null where withheld), ``p_value`` (Float64, of each group
        by itself; null where the earlier period isn't wholly covered).
    """
    groups = nps_groups(request, dimension)[:MOST_SIDE_BY_SIDE]
    if compared_filters(request.filters) is None:
        groups = ()
    rows: list[dict[str, Any]] = [
        {dimension: it}
        | _both(request.remembered(nps_change, of_group(request.filters, dimension, it)))
        for it in groups
    ]
    schema = {dimension: pl.String, **dict.fromkeys(TWO_PERIODS, pl.Float64)}
    frame = pl.DataFrame(rows, schema=schema)
    return frame.sort("difference", descending=True, nulls_last=True, maintain_order=True)


TWO_PERIODS = (
    "before_nps", "before_low", "before_high", "nps", "low", "high", "difference", "p_value",
)  # fmt: skip


def _both(change: NpsChange) -> dict[str, float | None]:
    before, now = change.compared.row(0, named=True), change.current.row(0, named=True)
    return {
        **{f"before_{it}": before[f"nps_{it}"] for it in ("low", "high")},
        **{it: now[f"nps_{it}"] for it in ("low", "high")},
        "before_nps": before["nps"],
        "nps": now["nps"],
        "difference": change.difference,
        "p_value": change.p_value if change.is_compared_complete else None,
    }


def nps_two_periods_panel(request: Request, dimension: Dimension = "segment") -> Panel:
    """Each group's NPS before and now, side by side."""
    tr = request.tr
    question, method = tr("Which groups moved?"), "trend-and-partial-periods"
    frame = nps_of_two_periods(request, dimension)
    change = request.result(nps_change)
    confidence = request.store.settings.answers.confidence
    title = tell.two_periods_sentence(frame, dimension, confidence, tr)
    if frame["difference"].is_null().all() or change.compared_period is None:
        return panel_of(request, "nps_two_periods", question, title, method, reason=title)
    now = say.period_text(change.period, tr) if change.period else tr("now")
    names = (say.period_text(change.compared_period, tr), now)
    return panel_of(
        request,
        "nps_two_periods",
        question,
        title,
        method,
        chart=two_periods_figure(frame, dimension, names, tr),
        notes=(
            line(
                tr("Hollow: {before}. Filled: {now}.", before=names[0], now=names[1]),
                tr("Lines: {confidence} intervals."),
                ""
                if change.is_compared_complete
                else tr("the data doesn't cover the whole earlier period"),
            ),
        ),
        frame=frame,
        texts=lambda: two_periods_table(frame, dimension, tr),
        units={**dict.fromkeys(TWO_PERIODS[:-1], "points"), "p_value": "number"},
        behind=Behind("answers"),
    )
