"""Response-time charts: a bullet per channel, the trend, and groups held against the goal.

Each point of a chart carries in ``customdata`` what it stands for, so that a click opens the
contacts behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure, level
from cxdata.charts.lines import (
    LETTERS_BESIDE_ENDS,
    LineEnd,
    end_labels,
    end_room,
    end_text,
    line_traces,
    mark_colours,
)
from cxdata.charts.svg import INK, box, drawing, stroke
from cxdata.charts.theme import (
    BAD,
    CHANNEL_COLOURS,
    COLD,
    EVEN,
    FINE,
    GOAL,
    GOOD,
    HEAT_INK,
    LEGEND_ABOVE,
    MUTED,
    SIZE,
    Figure,
    Mode,
    axis,
    event_labels,
    event_lines,
    faded,
    layout,
    literal,
    shade,
    share_axis,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of, name_of_value
from cxdata.metrics import value_column
from cxdata.models import Channel, Grain

WIDTH, ROW = 240, 26
HEIGHT = 320  # of the trend, in pixels
# Within the favourable time, within the limit, beyond it.
ZONE_COLOURS = (GOOD, GOAL, BAD)
TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1)
CLOSE_TICKS = tuple(it / 10 for it in range(11))
# A channel's mark says which it is without its colour, too.
CHANNEL_SYMBOLS: dict[Channel, str] = {
    "call": "circle",
    "email": "square",
    "chat": "diamond",
    "social": "triangle-up",
}
# Groups that a reader compares; the largest ones of more.
MOST_GROUPS = 20


def rate_picture(row: dict[str, Any], tr: Translator, mode: Mode) -> str:
    """One channel on the scale that all share, 0 to 100 %: rate, interval and goal, in one row.

    Parameters
    ----------
    row
        Of :func:`cxdata.metrics.response_time.compliance.compliance_by_channel`, with a rate.
    """
    rate, goal = WIDTH * row["compliance_rate"], WIDTH * row["goal"]
    low, high = WIDTH * row["rate_low"], WIDTH * row["rate_high"]
    return drawing(
        WIDTH,
        ROW,
        [
            box((0, 5), WIDTH, ROW - 10, MUTED, opacity=0.16),
            box((0, 5), rate, ROW - 10, shade(CHANNEL_COLOURS[row["channel"]], mode)),
            stroke((low, ROW / 2), (high, ROW / 2), INK[mode], width=1.5),
            stroke((goal, 1), (goal, ROW - 1), shade(GOAL, mode), width=3),
        ],
    )


def compliance_trend_figure(
    trend: pl.DataFrame,
    tr: Translator,
    grain: Grain,
    *,
    events: Sequence[tuple[date, str]] = (),
) -> Figure:
    """One line per channel over time; partial periods hollow; events and goals in force.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.response_time.compliance.compliance_trend` returns it.
    """
    periods = trend["period"].unique().sort().to_list()
    channels = [it for it in CHANNEL_COLOURS if it in trend["channel"]]
    own = {it: trend.filter(pl.col("channel") == it) for it in channels}
    ends = [
        *(end for it in channels for end in _channel_end(own[it], it, tr)),
        *_goal_ends(trend, channels, tr),
    ]
    span = _shown_shares(trend)
    return {
        "data": [
            *_goal_lines(trend, channels, tr),
            *(part for it in channels for part in _line(own[it], it, tr)),
        ],
        "layout": layout(
            HEIGHT,
            margin={"l": 8, "r": end_room(ends), "t": 22, "b": 8},
            shapes=event_lines(events),
            annotations=[
                *event_labels(events, periods),
                *end_labels(ends, (span[0], span[1]), HEIGHT),
            ],
            hovermode="x unified",
            xaxis=time_axis(
                periods,
                [tr.period_name(it, grain) for it in periods],
                letters=LETTERS_BESIDE_ENDS,
            ),
            yaxis=share_axis(tr, CLOSE_TICKS if span[0] > 0.4 else TICKS, range=span),
        ),
    }


def _channel_end(rows: pl.DataFrame, channel: Channel, tr: Translator) -> list[LineEnd]:
    """The channel's name with its last rate, where its line ends."""
    known = rows.drop_nulls("compliance_rate")
    if known.is_empty():
        return []
    last = known.row(-1, named=True)
    text = end_text(name_of("channel", channel, tr), tr.percent(last["compliance_rate"], 0))
    return [LineEnd(last["period"], last["compliance_rate"], text, CHANNEL_COLOURS[channel])]


def _shown_shares(trend: pl.DataFrame) -> list[float]:
    """From a round share below all lines and goals, so that differences can be seen.

    A small base counts only where there is nothing else.
    """
    known = trend.drop_nulls("compliance_rate")
    based = known.filter(~pl.col("is_small_base"))
    rates = (known if based.is_empty() else based)["compliance_rate"].to_list()
    least = min([*rates, *trend["goal"].drop_nulls()], default=0.0)
    return _share_range(least)


def _goal_lines(trend: pl.DataFrame, channels: Sequence[Channel], tr: Translator) -> list[Figure]:
    """The goals in force in each period: one line for the channels that share theirs."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _goal_name(goals, mine, channels, tr),
            "x": trend["period"].unique().sort().to_list(),
            "y": list(goals),
            "line": {
                "color": GOAL if len(mine) == len(channels) else CHANNEL_COLOURS[mine[0]],
                "width": 1.5,
                "dash": "dash",
                "shape": "hvh",
            },
            "hoverinfo": "skip",
        }
        for goals, mine in _shared_goals(trend, channels).items()
    ]


def _goal_ends(trend: pl.DataFrame, channels: Sequence[Channel], tr: Translator) -> list[LineEnd]:
    """What the goal lines are, where they end; whose they are says the colour."""
    return [
        LineEnd(
            max(trend["period"].to_list()),
            goals[-1],
            tr("goal {goal}", goal=tr.percent(goals[-1], 0)),
            GOAL if len(mine) == len(channels) else CHANNEL_COLOURS[mine[0]],
        )
        for goals, mine in _shared_goals(trend, channels).items()
        if goals and goals[-1] is not None
    ]


def _shared_goals(
    trend: pl.DataFrame, channels: Sequence[Channel]
) -> dict[tuple[float, ...], list[Channel]]:
    """Which channels have the same goals in every period."""
    periods = trend["period"].unique().sort().to_list()
    shared: dict[tuple[float, ...], list[Channel]] = {}
    for channel in channels:
        shared.setdefault(_goals_of(channel, trend, periods), []).append(channel)
    return shared


def _goals_of(channel: Channel, trend: pl.DataFrame, periods: list[date]) -> tuple[float, ...]:
    """A channel's goal in every period; where it has no contacts, the goal before or after."""
    own = dict(trend.filter(pl.col("channel") == channel).select("period", "goal").iter_rows())
    goals = pl.Series([own.get(it) for it in periods], dtype=pl.Float64)
    return tuple(goals.fill_null(strategy="forward").fill_null(strategy="backward"))


def _goal_name(
    goals: tuple[float, ...], mine: Sequence[Channel], channels: Sequence[Channel], tr: Translator
) -> str:
    """The goal, or what it was before and is now; whose it is, if it isn't everybody's."""
    values = dict.fromkeys(tr.percent(goal, 0) for goal in goals)
    goal = tr("goal {goal}", goal=" → ".join(values))
    if len(mine) == len(channels):
        return goal
    return f"{', '.join(name_of('channel', it, tr) for it in mine)}: {goal}"


def _line(rows: pl.DataFrame, channel: Channel, tr: Translator) -> list[Figure]:
    colour, are_whole = CHANNEL_COLOURS[channel], rows["is_complete"].to_list()
    periods, rates = rows["period"].to_list(), rows["compliance_rate"].to_list()
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": name_of("channel", channel, tr),
        "x": periods,
        "y": rates,
        "marker": {
            "size": 7,
            "symbol": CHANNEL_SYMBOLS[channel],
            "color": mark_colours(are_whole, colour),
            "line": {"color": colour, "width": 1.5},
        },
        "customdata": [
            ["channel", channel, "period", period.isoformat()] for period in rows["period"]
        ],
        "text": [_trend_detail(row, tr) for row in rows.iter_rows(named=True)],
        "hovertemplate": "%{text}",
    }
    return [*line_traces(periods, rates, are_whole, colour), marks]


def _trend_detail(row: dict[str, Any], tr: Translator) -> str:
    if row["compliance_rate"] is None:
        return ""
    due = _due(row)
    interval = tr.percent_range(row["rate_low"], row["rate_high"], 0)
    return f"{tr.percent(row['compliance_rate'])} ({interval}) · n = {tr.number(due)}"


def compliance_by_figure(values: pl.DataFrame, dimension: str, tr: Translator) -> Figure:
    """One channel, one row per value of a dimension, worst first, against the goal.

    Values with a small base are pale and stand below the others.

    Parameters
    ----------
    values
        Rows of one channel of :func:`cxdata.metrics.response_time.compliance.compliance_by`. Of
        more than twenty values the largest are shown.
    """
    shown = values.filter(pl.col("compliance_rate").is_not_null())
    largest = shown.sort("contact_count", descending=True).head(MOST_GROUPS)
    column = value_column(dimension)
    dots = [
        _compliance_dot(
            row,
            value_text(row[column], dimension, tr),
            [dimension, row[column]],
            tr,
        )
        for row in largest.sort("is_small_base", "compliance_rate").iter_rows(named=True)
    ]
    least = min((it.low for it in dots), default=0.0)
    goals = [level(goal, GOAL) for goal in shown["goal"].unique().to_list()]
    return dots_figure(dots, share_axis(tr, CLOSE_TICKS, range=_share_range(least)), lines=goals)


def missed_map_figure(values: pl.DataFrame, dimension: str, tr: Translator) -> Figure:
    """Groups down, channels across: the share in time of each, marked where it surely misses.

    Parameters
    ----------
    values
        As :func:`cxdata.metrics.response_time.compliance.compliance_by` returns it, with a rate at
        least. Of more than twenty groups the largest are shown.
    """
    column = value_column(dimension)
    totals = values.group_by(column, maintain_order=True).agg(pl.col("contact_count").sum())
    largest = totals.sort("contact_count", descending=True, maintain_order=True)
    groups = list(reversed(largest[column].to_list()[:MOST_GROUPS]))
    channels = [it for it in CHANNEL_COLOURS if it in values["channel"]]
    cells = {(row[column], row["channel"]): row for row in values.iter_rows(named=True)}
    grid = [[cells.get((group, it), {}) for it in channels] for group in groups]
    down = [value_text(it, dimension, tr) for it in groups]
    across = [name_of("channel", it, tr) for it in channels]
    return {
        "data": [
            {
                "type": "heatmap",
                "x": list(range(len(across))),
                "y": list(range(len(down))),
                "z": [[_short_of_goal(cell) for cell in line] for line in grid],
                "zmin": -0.3,
                "zmax": 0.3,
                "colorscale": [[0, COLD], [0.5, EVEN], [1, FINE]],
                "showscale": False,
                "xgap": 3,
                "ygap": 3,
                "text": [[_map_text(cell, tr) for cell in line] for line in grid],
                "texttemplate": "%{text}",
                "textfont": {"color": HEAT_INK, "size": SIZE},
                "hoverinfo": "skip",
            },
            _map_points(grid, dimension, column, tr),
        ],
        "layout": layout(
            56 + 40 * max(len(down), 1),
            hoverdistance=-1,
            xaxis=axis(
                showgrid=False, side="top", tickvals=list(range(len(across))), ticktext=across
            ),
            yaxis=axis(showgrid=False, tickvals=list(range(len(down))), ticktext=down),
        ),
    }


def _short_of_goal(cell: dict[str, Any]) -> float | None:
    if not cell or cell["compliance_rate"] is None:
        return None
    return float(cell["compliance_rate"] - cell["goal"])


def _map_text(cell: dict[str, Any], tr: Translator) -> str:
    if not cell or cell["compliance_rate"] is None:
        return ""
    rate = tr.percent(cell["compliance_rate"], 0)
    shown = f"✗ <b>{rate}</b>" if cell["verdict"] == "missed" else rate
    return f"({shown})" if cell["is_small_base"] else shown


def _map_points(
    grid: list[list[dict[str, Any]]], dimension: str, column: str, tr: Translator
) -> Figure:
    """A heat map can't be clicked: a point without colour lies over each cell."""
    points = [
        (across, down, cell)
        for down, line in enumerate(grid)
        for across, cell in enumerate(line)
        if cell and cell["compliance_rate"] is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [across for across, *_ in points],
        "y": [down for _, down, _ in points],
        "marker": {"size": 36, "symbol": "square", "opacity": 0},
        "customdata": [
            ["channel", cell["channel"], dimension, cell[column], "status", "missed"]
            for *_, cell in points
        ],
        "text": [_compliance_detail(cell, tr) for *_, cell in points],
        "hovertemplate": "%{text}<extra></extra>",
    }


def journey_channels_figure(journeys: pl.DataFrame, tr: Translator) -> Figure:
    """Journeys down, a mark per channel: the same wish, answered better here than there.

    Parameters
    ----------
    journeys
        As :func:`cxdata.metrics.response_time.contact_mix.journey_channels` returns it. Of more
        than twenty journeys the first are shown.
    """
    shown = journeys.filter(pl.col("compliance_rate").is_not_null())
    names = list(reversed(shown["journey"].unique(maintain_order=True).to_list()[:MOST_GROUPS]))
    places = {name: place for place, name in enumerate(names)}
    rows = [row for row in shown.iter_rows(named=True) if row["journey"] in places]
    least = min((row["rate_low"] for row in rows), default=0.0)
    return {
        "data": [
            _journey_marks([row for row in rows if row["channel"] == channel], places, tr)
            for channel in CHANNEL_COLOURS
            if any(row["channel"] == channel for row in rows)
        ],
        "layout": layout(
            100 + 44 * max(len(names), 1),
            showlegend=True,
            legend=LEGEND_ABOVE,
            xaxis=share_axis(tr, CLOSE_TICKS, range=_share_range(least)),
            yaxis=axis(
                tickvals=list(range(len(names))),
                ticktext=[value_text(name, "journey", tr) for name in names],
                range=[-0.6, max(len(names), 1) - 0.4],
            ),
            shapes=[level(goal, GOAL) for goal in shown["goal"].unique().to_list()],
        ),
    }


def _journey_marks(
    rows: list[dict[str, Any]], places: dict[str | None, int], tr: Translator
) -> Figure:
    """One channel's mark in each journey; a small base is pale."""
    channel: Channel = rows[0]["channel"]
    colour = CHANNEL_COLOURS[channel]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name_of("channel", channel, tr),
        "x": [row["compliance_rate"] for row in rows],
        "y": [places[row["journey"]] for row in rows],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [row["rate_high"] - row["compliance_rate"] for row in rows],
            "arrayminus": [row["compliance_rate"] - row["rate_low"] for row in rows],
            "color": faded(colour, 0.5),
            "thickness": 2,
            "width": 4,
        },
        "marker": {
            "size": 13,
            "color": [faded(colour, 0.35) if row["is_small_base"] else colour for row in rows],
            "symbol": CHANNEL_SYMBOLS[channel],
        },
        "customdata": [
            ["channel", channel, "journey", row["journey"], "status", "missed"] for row in rows
        ],
        "text": [
            f"<b>{value_text(row['journey'], 'journey', tr)} · "
            f"{name_of('channel', channel, tr)}</b><br>{_compliance_detail(row, tr)}"
            for row in rows
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _compliance_dot(row: dict[str, Any], name: str, value: Sequence[object], tr: Translator) -> Dot:
    detail = _compliance_detail(row, tr)
    return Dot(
        name,
        row["compliance_rate"],
        row["rate_low"],
        row["rate_high"],
        f"{tr.percent(row['compliance_rate'], 0)} · n = {tr.number(_due(row))}",
        f"{detail}<br>{tr('small base')}" if row["is_small_base"] else detail,
        ["channel", row["channel"], *value, "status", "missed"],
        is_small_base=row["is_small_base"],
        colour=CHANNEL_COLOURS[row["channel"]],
    )


def _due(row: dict[str, Any]) -> int:
    return int(row["met_count"] + row["missed_count"])


def _compliance_detail(row: dict[str, Any], tr: Translator) -> str:
    return tr(
        "{rate} in time ({low} to {high}), {met} met, {missed} missed, {waiting} not yet due",
        rate=tr.percent(row["compliance_rate"]),
        low=tr.percent(row["rate_low"]),
        high=tr.percent(row["rate_high"]),
        met=tr.number(row["met_count"]),
        missed=tr.number(row["missed_count"]),
        waiting=tr.number(row["not_yet_due_count"]),
    )


def _share_range(least: float) -> list[float]:
    """From a round share below the lowest interval, so that differences can be seen."""
    return [max(0.0, int(least * 10) / 10 - 0.05), 1.02]


def value_text(value: str | None, dimension: str, tr: Translator) -> str:
    """A value of a dimension, or a reason, as a chart shows it."""
    return literal(name_of_value(dimension, value, tr))


def across_axis(tr: Translator) -> dict[str, Any]:
    """Shares from 0 to 1."""
    return share_axis(tr, TICKS, range=[0, 1.02])


def points_axis() -> dict[str, Any]:
    """Points of the NPS, with a line at 0."""
    return axis(zeroline=True, zerolinecolor=MUTED)
