"""Response-time charts: one bullet per channel against its goal, and the trend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.theme import (
    CHANNEL_COLOURS,
    GOAL,
    MUTED,
    Figure,
    axis,
    event_labels,
    event_lines,
    layout,
    share_axis,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Channel, Grain


def compliance_figure(channels: pl.DataFrame, tr: Translator, *, height: int = 210) -> Figure:
    """One bar per channel: rate with its interval, a mark at the goal, the verdict in words.

    Parameters
    ----------
    channels
        As :func:`cxdata.metrics.response_time.compliance_by_channel` returns it.
    """
    rows = [row for row in reversed(channels.to_dicts()) if row["compliance_rate"] is not None]
    names = [name_of("channel", row["channel"], tr) for row in rows]
    return {
        "data": [_rates(rows, names, tr), _goals(rows, names, tr), _verdicts(rows, names, tr)],
        "layout": layout(
            height,
            bargap=0.45,
            xaxis=share_axis(tr, (0, 0.5, 1), range=[0, 1.75], showgrid=False),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def _rates(rows: list[dict[str, Any]], names: list[str], tr: Translator) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [row["compliance_rate"] for row in rows],
        "y": names,
        "marker": {"color": [CHANNEL_COLOURS[row["channel"]] for row in rows]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [row["rate_high"] - row["compliance_rate"] for row in rows],
            "arrayminus": [row["compliance_rate"] - row["rate_low"] for row in rows],
            "color": MUTED,
            "thickness": 1.5,
            "width": 4,
        },
        "customdata": [_detail(row, tr) for row in rows],
        "hovertemplate": "<b>%{y}</b><br>%{customdata}<extra></extra>",
    }


def _verdicts(rows: list[dict[str, Any]], names: list[str], tr: Translator) -> Figure:
    """Rate and verdict in words, clear of the bars and goals."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [1.03] * len(rows),
        "y": names,
        "text": [
            f"{tr.percent(row['compliance_rate'], 0)} {name_of('goal', row['verdict'], tr)}"
            for row in rows
        ],
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _goals(rows: list[dict[str, Any]], names: list[str], tr: Translator) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["goal"] for row in rows],
        "y": names,
        "marker": {"symbol": "line-ns-open", "size": 22, "color": GOAL, "line": {"width": 3}},
        "customdata": [tr("goal {goal}", goal=tr.percent(row["goal"], 0)) for row in rows],
        "hovertemplate": "%{y}: %{customdata}<extra></extra>",
    }


def _detail(row: dict[str, Any], tr: Translator) -> str:
    return tr(
        "{rate} in time ({low} to {high}), {met} met, {missed} missed, {waiting} not yet due",
        rate=tr.percent(row["compliance_rate"]),
        low=tr.percent(row["rate_low"]),
        high=tr.percent(row["rate_high"]),
        met=tr.number(row["met_count"]),
        missed=tr.number(row["missed_count"]),
        waiting=tr.number(row["not_yet_due_count"]),
    )


def compliance_trend_figure(
    trend: pl.DataFrame,
    tr: Translator,
    grain: Grain,
    *,
    events: Sequence[tuple[date, str]] = (),
) -> Figure:
    """One line per channel over time; partial periods hollow; events at their days."""
    periods = trend["period"].unique().sort().to_list()
    return {
        "data": [
            _line(trend.filter(pl.col("channel") == channel), channel, tr, grain)
            for channel in CHANNEL_COLOURS
            if channel in trend["channel"]
        ],
        "layout": layout(
            320,
            showlegend=True,
            legend={"orientation": "h", "y": 1.12, "x": 0},
            shapes=event_lines(events),
            annotations=event_labels(events),
            hovermode="x unified",
            xaxis=time_axis(periods, [tr.period_name(it, grain) for it in periods]),
            yaxis=share_axis(tr, (0, 0.2, 0.4, 0.6, 0.8, 1), range=[0, 1.02]),
        ),
    }


def _line(rows: pl.DataFrame, channel: Channel, tr: Translator, grain: Grain) -> Figure:
    colour = CHANNEL_COLOURS[channel]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name_of("channel", channel, tr),
        "x": rows["period"].to_list(),
        "y": rows["compliance_rate"].to_list(),
        "line": {"color": colour, "width": 2},
        "marker": {
            "size": 6,
            "color": [colour if done else "rgba(255,255,255,0.9)" for done in rows["is_complete"]],
            "line": {"color": colour, "width": 1.5},
        },
        "customdata": [
            f"{tr.percent(rate)} · n = {tr.number(n)}" if rate is not None else ""
            for rate, n in zip(
                rows["compliance_rate"], rows["met_count"] + rows["missed_count"], strict=True
            )
        ],
        "hovertemplate": "%{customdata}",
    }
