"""Response rates: over time, and group beside group; leaving by who answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.lines import line_traces, mark_colours
from cxdata.charts.theme import (
    ACCENT,
    Figure,
    faded,
    layout,
    literal,
    round_ticks,
    share_axis,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Grain

SHOWN_GROUPS = 20


def response_rate_trend_figure(
    trend: pl.DataFrame, tr: Translator, grain: Grain, *, height: int = 240
) -> Figure:
    """Response rate per period with its interval; periods that still run are hollow.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.invitations.response_rate.response_rate_trend` returns it.
    """
    rows = trend.filter(pl.col("response_rate").is_not_null()).to_dicts()
    periods = [row["period"] for row in rows]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": periods,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    are_whole, rates = [row["is_complete"] for row in rows], [row["response_rate"] for row in rows]
    marks = {
        "type": "scatter",
        "mode": "markers",
        "x": periods,
        "y": rates,
        "marker": {
            "size": 7,
            "color": mark_colours(are_whole, ACCENT),
            "line": {"color": ACCENT, "width": 1.5},
        },
        "text": [_text(row, tr) for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
    }
    high = [row["response_rate_high"] for row in rows]
    return {
        "data": [
            {**edge, "y": [row["response_rate_low"] for row in rows]},
            {**edge, "y": high, "fill": "tonexty", "fillcolor": faded(ACCENT, 0.18)},
            *line_traces(periods, rates, are_whole, ACCENT),
            marks,
        ],
        "layout": layout(
            height,
            xaxis=time_axis(periods, [tr.period_name(it, grain) for it in periods], 4),
            yaxis=share_axis(tr, (0, 0.25, 0.5, 0.75, 1), range=[0, 1.02]),
        ),
    }


def response_rate_by_figure(values: pl.DataFrame, split: str, tr: Translator) -> Figure:
    """The groups with the most invitations, as dots on their intervals."""
    shown = values.drop_nulls("response_rate").head(SHOWN_GROUPS)
    ranked = shown.sort("response_rate", descending=True, maintain_order=True)
    dots = [
        Dot(
            name=_group(row[split], split, tr),
            value=row["response_rate"],
            low=row["response_rate_low"],
            high=row["response_rate_high"],
            text=tr.percent(row["response_rate"]),
            detail=_text(row, tr),
            is_small_base=row["is_small_base"],
        )
        for row in ranked.iter_rows(named=True)
    ]
    return dots_figure(dots, _axis(dots, tr))


def leaving_by_answering_figure(leaving: pl.DataFrame, tr: Translator) -> Figure:
    """Share lost of those who answered and of those who didn't."""
    dots = [
        Dot(
            name=name_of("answering", row["answering"], tr),
            value=row["leave_rate"],
            low=row["leave_rate_low"],
            high=row["leave_rate_high"],
            text=f"{tr.percent(row['leave_rate'])} · n = {tr.number(row['customer_count'])}",
            detail=tr.percent_range(row["leave_rate_low"], row["leave_rate_high"]),
            is_small_base=row["is_small_base"],
        )
        for row in leaving.drop_nulls("leave_rate").iter_rows(named=True)
    ]
    return dots_figure(dots, _axis(dots, tr))


def _axis(dots: Sequence[Dot], tr: Translator) -> dict[str, Any]:
    most = max((it.high for it in dots), default=1.0)
    if most > 0.5:
        return share_axis(tr, (0, 0.25, 0.5, 0.75, 1), range=[0, 1.02])
    return share_axis(tr, round_ticks(0, most, 4), range=[0, most * 1.1])


def _group(value: str | None, split: str, tr: Translator) -> str:
    if split == "sent_by" and value is not None:
        return name_of("sent_by", value, tr)
    return tr("not given") if value is None else literal(value)


def _text(row: dict[str, Any], tr: Translator) -> str:
    interval = tr.percent_range(row["response_rate_low"], row["response_rate_high"])
    share, n = tr.percent(row["response_rate"]), tr.number(row["base_count"])
    return f"{share} ({interval}) · n = {n}"
