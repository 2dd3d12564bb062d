"""Satisfaction and effort over time, as the share of favourable answers."""

from __future__ import annotations

import polars as pl

from cxdata.charts.theme import ACCENT, Figure, faded, layout, share_axis, time_axis
from cxdata.i18n import Translator
from cxdata.models import Grain


def satisfaction_figure(
    trend: pl.DataFrame, tr: Translator, grain: Grain, *, height: int = 240
) -> Figure:
    """Favourable share per period with its interval; partial periods hollow.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.nps.satisfaction.satisfaction_trend` returns it.
    """
    rows = trend.filter(pl.col("favourable_share").is_not_null()).to_dicts()
    periods = [row["period"] for row in rows]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": periods,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    low = {**edge, "y": [row["share_low"] for row in rows]}
    high = {**edge, "y": [row["share_high"] for row in rows]}
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": periods,
        "y": [row["favourable_share"] for row in rows],
        "line": {"color": ACCENT, "width": 2.5},
        "marker": {
            "size": 7,
            "color": [ACCENT if row["is_complete"] else "rgba(255,255,255,0.9)" for row in rows],
            "line": {"color": ACCENT, "width": 1.5},
        },
        "customdata": [
            ["measure", row["scale"], "period", row["period"].isoformat()] for row in rows
        ],
        "text": [
            f"{tr.percent(row['favourable_share'])} · n = {tr.number(row['answer_count'])}"
            for row in rows
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return {
        "data": [low, {**high, "fill": "tonexty", "fillcolor": faded(ACCENT, 0.18)}, line],
        "layout": layout(
            height,
            xaxis=time_axis(periods, [tr.period_name(it, grain) for it in periods], 4),
            yaxis=share_axis(tr, (0, 0.25, 0.5, 0.75, 1), range=[0, 1.02]),
        ),
    }
