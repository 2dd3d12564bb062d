"""NPS charts: the trend with its interval, and the values of a dimension side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.lines import (
    LineEnd,
    TargetRun,
    end_labels,
    end_room,
    end_text,
    level_lines,
    line_traces,
    target_lines,
)
from cxdata.charts.theme import (
    ACCENT,
    CLASS_COLOURS,
    GOAL,
    GRID,
    HOLLOW,
    MUTED,
    ON_CLASS,
    SIZE,
    Figure,
    axis,
    event_labels,
    event_lines,
    faded,
    group_name,
    layout,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics import GRAIN_STEPS
from cxdata.metrics.nps.control import ControlLimits
from cxdata.models import NPS_CLASSES, Dimension, Grain, NpsClass


@dataclass(frozen=True)
class Overlay:
    """What may be laid under or over a trend; nothing of it by default.

    ``year_before``: the same columns, its periods moved to this year's. ``lines``: name
    and value of targets and benchmarks; ``targets``: those of the settings, in their periods.
    ``events``: day and text of annotations.
    """

    year_before: pl.DataFrame | None = None
    limits: ControlLimits | None = None
    lines: Sequence[tuple[str, float]] = ()
    targets: Sequence[TargetRun] = ()
    events: Sequence[tuple[date, str]] = ()


def nps_trend_figure(
    trend: pl.DataFrame,
    tr: Translator,
    grain: Grain,
    *,
    height: int = 320,
    overlay: Overlay | None = None,
) -> Figure:
    """NPS per period: line, interval as a band, the last value at the line's end.

    Small bases are pale, partial periods hollow, and the line leads to them dotted. The axis is
    as high as the intervals of periods with enough answers need.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.nps.trend.nps_trend` returns it.
    """
    laid = overlay or Overlay()
    shown = trend.filter(pl.col("nps").is_not_null())
    rows, periods = shown.to_dicts(), shown["period"].to_list()
    names = [tr.period_name(period, grain) for period in periods]
    outside = {*laid.limits.outside, *laid.limits.ends_a_run} if laid.limits else set()
    are_whole = shown["is_complete"].to_list()
    span = _span(rows, laid)
    ends = [*_level_ends(periods, laid, tr)]
    ends += [LineEnd(rows[-1]["period"], rows[-1]["nps"], end_text("", tr.nps(rows[-1]["nps"])),
                    ACCENT)] if rows else []  # fmt: skip
    marks = {
        "type": "scatter",
        "mode": "markers",
        "x": periods,
        "y": shown["nps"].to_list(),
        "marker": {
            "size": 7,
            "color": [GOAL if row["period"] in outside else _marker_fill(row) for row in rows],
            "symbol": ["diamond" if row["period"] in outside else "circle" for row in rows],
            "line": {"color": ACCENT, "width": 1.5},
        },
        "error_y": _lone_interval(rows),
        "customdata": _choices(shown, grain),
        "text": [_hover(row, name, tr) for row, name in zip(rows, names, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return {
        "data": [
            *_limits(laid),
            *_year_before(laid, tr),
            *_band(periods, shown),
            *line_traces(periods, shown["nps"].to_list(), are_whole, ACCENT),
            marks,
        ],
        "layout": layout(
            height,
            margin={"l": 8, "r": end_room(ends), "t": 22, "b": 8},
            xaxis=time_axis(periods, names),
            yaxis=axis(zeroline=True, zerolinecolor=GRID, range=list(span)),
            shapes=[
                *_level_lines(laid),
                *target_lines(laid.targets, periods),
                *event_lines(laid.events),
            ],
            annotations=[
                *event_labels(laid.events, periods),
                *_earlier_targets(periods, laid, tr),
                *end_labels(ends, span, height),
            ],
        ),
    }


def _span(rows: list[dict[str, Any]], laid: Overlay) -> tuple[float, float]:
    """What the axis shows: all points and lines, and the intervals that rest on enough answers."""
    based = [row for row in rows if row["base"] == "ok"] or rows
    values = [
        *(row["nps"] for row in rows),
        *(row[end] for row in based for end in ("nps_low", "nps_high")),
        *(level for _, level in laid.lines),
        *(it.value for it in laid.targets),
    ]
    if laid.year_before is not None:
        values += laid.year_before["nps"].drop_nulls().to_list()
    if laid.limits is not None:
        values += [it for it in (*laid.limits.low, *laid.limits.high) if it is not None]
    least, most = min(values, default=-100.0), max(values, default=100.0)
    room = 0.06 * ((most - least) or 10.0)
    return (least - room, most + room)


def _lone_interval(rows: list[dict[str, Any]]) -> Figure:
    """The interval of a single period, where there is no band to show it."""
    if len(rows) != 1:
        return {"visible": False}
    row = rows[0]
    return {
        "type": "data",
        "symmetric": False,
        "array": [row["nps_high"] - row["nps"]],
        "arrayminus": [row["nps"] - row["nps_low"]],
        "color": MUTED,
    }


def _choices(shown: pl.DataFrame, grain: Grain) -> list[list[object]]:
    """What a click on each period chooses: its days, or those of its rolling window."""
    if "window_first_on" not in shown.columns:
        return [["period", period.isoformat()] for period in shown["period"]]
    after = pl.col("period").dt.offset_by(GRAIN_STEPS[grain])
    days = shown.select("window_first_on", last_on=after.dt.offset_by("-1d"))
    return [
        ["first_on", first.isoformat(), "last_on", last.isoformat()] for first, last in days.rows()
    ]


def _year_before(laid: Overlay, tr: Translator) -> list[Figure]:
    if laid.year_before is None or laid.year_before.is_empty():
        return []
    earlier = laid.year_before.filter(pl.col("nps").is_not_null())
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": earlier["period"].to_list(),
            "y": earlier["nps"].to_list(),
            "line": {"color": MUTED, "width": 1.5, "dash": "dash"},
            "hovertemplate": tr("a year before") + ": %{y:.0f}<extra></extra>",
        }
    ]


def _limits(laid: Overlay) -> list[Figure]:
    """Steps, since each period has limits of its own."""
    if laid.limits is None:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(laid.limits.periods),
            "y": list(ends),
            "line": {"color": MUTED, "width": 1.2, "dash": "dot", "shape": "hvh"},
            "hoverinfo": "skip",
        }
        for ends in (laid.limits.low, laid.limits.high)
    ]


def _level_lines(laid: Overlay) -> list[Figure]:
    centre = [
        {**line, "line": {"color": MUTED, "width": 1.2, "dash": "dot"}}
        for line in level_lines([laid.limits.centre] if laid.limits else [])
    ]
    return [*centre, *level_lines([value for _, value in laid.lines])]


def _level_ends(periods: list[date], laid: Overlay, tr: Translator) -> list[LineEnd]:
    """What each line to hold the NPS against is, at its end."""
    if not periods:
        return []
    lines = [*laid.lines]
    lines += [(tr("Target"), it.value) for it in laid.targets if it.last_on == periods[-1]]
    return [
        LineEnd(periods[-1], value, end_text(name, tr.nps(value, 1)), GOAL) for name, value in lines
    ]


def _earlier_targets(periods: list[date], laid: Overlay, tr: Translator) -> list[Figure]:
    """What each target was that isn't in force any more at the end, above the start of its line."""
    return [
        {
            "x": it.first_on,
            "y": it.value,
            "xanchor": "left",
            "yanchor": "bottom",
            "text": end_text(tr("Target"), tr.nps(it.value, 1)),
            "showarrow": False,
            "font": {"size": SIZE, "color": GOAL},
        }
        for it in laid.targets
        if it.last_on != periods[-1]
    ]


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
        return HOLLOW
    return faded(ACCENT, 0.35) if row["base"] == "small" else ACCENT


def _hover(row: dict[str, Any], name: str, tr: Translator) -> str:
    low, high = tr.nps(row["nps_low"]), tr.nps(row["nps_high"])
    lines = [
        f"<b>{name}</b>",
        tr("NPS {nps} ({low} to {high})", nps=tr.nps(row["nps"]), low=low, high=high),
        tr.plural("{n} answer", "{n} answers", row["answer_count"]),
    ]
    if not row["is_complete"]:
        lines.append(tr("partial period"))
    if row["base"] == "small":
        lines.append(tr("small base"))
    return "<br>".join(lines)


def nps_by_figure(values: pl.DataFrame, dimension: Dimension, tr: Translator) -> Figure:
    """One row per value of a dimension: NPS as a dot on its interval, worst at the bottom."""
    ranked = values.drop_nulls("nps").sort("nps", descending=True, maintain_order=True)
    dots = [
        Dot(
            name=group_name(row[dimension], dimension, tr),
            value=row["nps"],
            low=row["nps_low"],
            high=row["nps_high"],
            text=tr.nps(row["nps"]),
            detail=f"{tr.nps(row['nps'])} · {_answer_count(row, tr)}",
            choice=[dimension, row[dimension]],
            is_small_base=row["base"] == "small",
        )
        for row in ranked.iter_rows(named=True)
    ]
    return dots_figure(dots, axis(zeroline=True, zerolinecolor=MUTED))


def _answer_count(row: dict[str, Any], tr: Translator) -> str:
    return tr.plural("{n} answer", "{n} answers", row["answer_count"])


def nps_classes_figure(summary: dict[str, Any], tr: Translator) -> Figure:
    """Shares of promoters, passives and detractors in one bar.

    Parameters
    ----------
    summary
        The row of :func:`cxdata.metrics.nps.score.nps_summary`, with at least one answer.
    """
    total = summary["answer_count"]
    return {
        "data": [_class_bar(it, summary[f"{it}_count"], total, tr) for it in reversed(NPS_CLASSES)],
        "layout": layout(
            64, barmode="stack", xaxis=axis(visible=False, range=[0, 1]), yaxis=axis(visible=False)
        ),
    }


def _class_bar(nps_class: NpsClass, count: int, total: int, tr: Translator) -> Figure:
    name = name_of("nps_class", nps_class, tr)
    return {
        "type": "bar",
        "orientation": "h",
        "x": [count / total],
        "y": [""],
        "marker": {"color": CLASS_COLOURS[nps_class]},
        "customdata": [["nps_class", nps_class]],
        "text": [f"{name} {tr.percent(count / total, 0)}"],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": ON_CLASS, "size": SIZE},
        "hovertemplate": f"{name}: {tr.number(count)}<extra></extra>",
    }
