"""Satisfaction and effort over time, as the share of favourable answers."""

from __future__ import annotations

import polars as pl

from cxdata.charts.lines import (
    LineEnd,
    end_labels,
    end_room,
    end_text,
    line_traces,
    mark_colours,
)
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
    are_whole = [row["is_complete"] for row in rows]
    shares = [row["favourable_share"] for row in rows]
    ends = [LineEnd(periods[-1], shares[-1], end_text("", tr.percent(shares[-1], 0)), ACCENT)
            ] if rows else []  # fmt: skip
    span = (0.0, 1.02)
    marks = {
        "type": "scatter",
        "mode": "markers",
        "x": periods,
        "y": shares,
        "marker": {
            "size": 7,
            "color": mark_colours(are_whole, ACCENT),
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
        "data": [
            low,
            {**high, "fill": "tonexty", "fillcolor": faded(ACCENT, 0.18)},
            *line_traces(periods, shares, are_whole, ACCENT),
            marks,
        ],
        "layout": layout(
            height,
            margin={"l": 8, "r": end_room(ends), "t": 8, "b": 8},
            annotations=end_labels(ends, span, height),
            xaxis=time_axis(periods, [tr.period_name(it, grain) for it in periods], 4),
            yaxis=share_axis(tr, (0, 0.25, 0.5, 0.75, 1), range=list(span)),
        ),
    }
