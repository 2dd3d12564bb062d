"""NPS charts: the trend with its interval, and the values of a dimension side by side."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.charts.theme import (
    ACCENT,
    CLASS_COLOURS,
    GRID,
    MUTED,
    Figure,
    axis,
    faded,
    layout,
    literal,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import NPS_CLASSES, Grain

# Below this height a chart is a sparkline: fewer labels.
SMALL = 200


def nps_trend_figure(
    trend: pl.DataFrame, tr: Translator, grain: Grain, *, height: int = 320
) -> Figure:
    """NPS per period: line, interval as a band, small bases pale, partial periods hollow.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.nps.nps_trend` returns it.
    """
    shown = trend.filter(pl.col("nps").is_not_null())
    periods = shown["period"].to_list()
    names = [tr.period_name(period, grain) for period in periods]
    band = _band(periods, shown)
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": periods,
        "y": shown["nps"].to_list(),
        "line": {"color": ACCENT, "width": 2.5},
        "marker": {
            "size": 7,
            "color": [_marker_fill(row) for row in shown.iter_rows(named=True)],
            "line": {"color": ACCENT, "width": 1.5},
        },
        "text": [
            _hover(row, name, tr)
            for row, name in zip(shown.iter_rows(named=True), names, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return {
        "data": [*band, line],
        "layout": layout(
            height,
            xaxis=time_axis(periods, names, 4 if height < SMALL else 8),
            yaxis=axis(zeroline=True, zerolinecolor=GRID),
        ),
    }


def _band(periods: list[object], shown: pl.DataFrame) -> list[Figure]:
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": periods,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    return [
        {**edge, "y": shown["nps_low"].to_list()},
        {
            **edge,
            "y": shown["nps_high"].to_list(),
            "fill": "tonexty",
            "fillcolor": faded(ACCENT, 0.18),
        },
    ]


def _marker_fill(row: dict[str, Any]) -> str:
    if not row["is_complete"]:
        return "rgba(255,255,255,0.9)"
    return faded(ACCENT, 0.35) if row["base"] == "small" else ACCENT


def _hover(row: dict[str, Any], name: str, tr: Translator) -> str:
    low, high = tr.nps(row["nps_low"]), tr.nps(row["nps_high"])
    lines = [
        f"<b>{name}</b>",
        tr("NPS {nps} ({low} to {high})", nps=tr.nps(row["nps"]), low=low, high=high),
        tr.plural("{n} answer", "{n} answers", row["answer_count"]),
    ]
    if not row["is_complete"]:
        lines.append(tr("period not complete"))
    if row["base"] == "small":
        lines.append(tr("small base"))
    return "<br>".join(lines)


def nps_by_figure(values: pl.DataFrame, dimension: str, tr: Translator) -> Figure:
    """One row per value of a dimension: NPS as a dot on its interval, worst at the bottom."""
    rows = values.sort("nps", nulls_last=False).to_dicts()
    shown = [row for row in rows if row["nps"] is not None]
    labels = [literal(row[dimension]) for row in shown]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [row["nps"] for row in shown],
                "y": labels,
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [row["nps_high"] - row["nps"] for row in shown],
                    "arrayminus": [row["nps"] - row["nps_low"] for row in shown],
                    "color": MUTED,
                    "thickness": 2,
                    "width": 5,
                },
                "marker": {
                    "size": 12,
                    "color": [
                        faded(ACCENT, 0.35) if row["base"] == "small" else ACCENT for row in shown
                    ],
                },
                "text": [tr.nps(row["nps"]) for row in shown],
                "textposition": "top center",
                "cliponaxis": False,
                "customdata": [
                    tr.plural("{n} answer", "{n} answers", row["answer_count"]) for row in shown
                ],
                "hovertemplate": "<b>%{y}</b><br>%{text} · %{customdata}<extra></extra>",
            }
        ],
        "layout": layout(
            70 + 46 * max(len(shown), 1),
            xaxis=axis(zeroline=True, zerolinecolor=MUTED),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def nps_classes_figure(summary: dict[str, Any], tr: Translator) -> Figure:
    """Shares of promoters, passives and detractors in one bar.

    Parameters
    ----------
    summary
        The row of :func:`cxdata.metrics.nps.nps_summary`, with at least one answer.
    """
    total = summary["answer_count"]
    return {
        "data": [
            _class_bar(
                name_of("nps_class", it, tr), summary[f"{it}_count"], total, CLASS_COLOURS[it], tr
            )
            for it in reversed(NPS_CLASSES)
        ],
        "layout": layout(
            64, barmode="stack", xaxis=axis(visible=False, range=[0, 1]), yaxis=axis(visible=False)
        ),
    }


def _class_bar(name: str, count: int, total: int, colour: str, tr: Translator) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [count / total],
        "y": [""],
        "marker": {"color": colour},
        "text": [f"{name} {tr.percent(count / total, 0)}"],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": "#ffffff"},
        "hovertemplate": f"{name}: {tr.number(count)}<extra></extra>",
    }
