"""Groups over time as lines with bands, and two periods of each side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.dots import DOT_HEIGHT, HEAD_HEIGHT
from cxdata.charts.lines import (
    LETTERS_BESIDE_ENDS,
    LineEnd,
    end_labels,
    end_room,
    end_text,
    line_traces,
)
from cxdata.charts.theme import (
    ACCENT,
    GROUP_COLOURS,
    GROUP_SYMBOLS,
    HOLLOW,
    MUTED,
    Figure,
    axis,
    event_labels,
    event_lines,
    faded,
    group_name,
    layout,
    round_ticks,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.models import Dimension, Grain

HEIGHT = 330
BEFORE, NOW = ("before_nps", "before_low", "before_high"), ("nps", "low", "high")
Words = Callable[[float], str]


def groups_figure(
    groups: pl.DataFrame,
    tr: Translator,
    dimension: Dimension,
    grain: Grain,
    words: Words,
    *,
    channel: str | None = None,
    events: Sequence[tuple[date, str]] = (),
) -> Figure:
    """A line with its band for each group, named with its last value where it ends.

    Partial periods are dotted, small bases pale; the axis is as high as the intervals of periods
    with a base need.

    Parameters
    ----------
    groups
        As :func:`cxdata.panels.groups.groups_over_time` makes it, with at least one value; of at
        most as many groups as there are colours.
    words
        A value of the figure as text, such as 0.81 as "81%".
    channel
        Of contacts, the channel that they came in by.
    """
    shown = groups.filter(pl.col("value").is_not_null())
    names = shown["group"].unique(maintain_order=True).to_list()
    periods = shown["period"].unique().sort().to_list()
    span = _span(shown)
    own = {it: shown.filter(pl.col("group") == it) for it in names}
    ends = [
        _end(own[it], group_name(it, dimension, tr), GROUP_COLOURS[place], words)
        for place, it in enumerate(names)
    ]
    ticks = round_ticks(*span, 5)
    return {
        "data": [
            part
            for place, it in enumerate(names)
            for part in _group(own[it], it, place, dimension, channel, words, tr)
        ],
        "layout": layout(
            HEIGHT,
            margin={"l": 8, "r": end_room(ends), "t": 22, "b": 8},
            shapes=event_lines(events),
            annotations=[*event_labels(events, periods), *end_labels(ends, span, HEIGHT)],
            xaxis=time_axis(
                periods,
                [tr.period_name(it, grain) for it in periods],
                letters=LETTERS_BESIDE_ENDS,
            ),
            yaxis=axis(range=list(span), tickvals=ticks, ticktext=[words(it) for it in ticks]),
        ),
    }


def _span(shown: pl.DataFrame) -> tuple[float, float]:
    based = shown.filter(~pl.col("is_small_base"))
    ends = shown if based.is_empty() else based
    values = [*shown["value"], *ends["low"].drop_nulls(), *ends["high"].drop_nulls()]
    room = 0.05 * ((max(values) - min(values)) or abs(max(values)) or 1)
    return (min(values) - room, max(values) + room)


def _end(own: pl.DataFrame, name: str, colour: str, words: Words) -> LineEnd:
    last = own.row(-1, named=True)
    return LineEnd(last["period"], last["value"], end_text(name, words(last["value"])), colour)


def _group(
    own: pl.DataFrame,
    group: str,
    place: int,
    dimension: Dimension,
    channel: str | None,
    words: Words,
    tr: Translator,
) -> list[Figure]:
    colour, periods = GROUP_COLOURS[place], own["period"].to_list()
    name = group_name(group, dimension, tr)
    banded = own.drop_nulls(["low", "high"])
    days = banded["period"].to_list()
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*days, *reversed(days)],
        "y": [*banded["high"], *reversed(banded["low"].to_list())],
        "fill": "toself",
        "fillcolor": faded(colour, 0.13),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    on = ["channel", channel] if channel else []
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": periods,
        "y": own["value"].to_list(),
        "marker": {
            "size": 7,
            "symbol": GROUP_SYMBOLS[place],
            "color": [_fill(row, colour) for row in own.iter_rows(named=True)],
            "line": {"color": colour, "width": 1.5},
        },
        "customdata": [[*on, dimension, group, "period", it.isoformat()] for it in periods],
        "text": [_detail(row, name, words, tr) for row in own.iter_rows(named=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }
    lines = line_traces(periods, own["value"].to_list(), own["is_complete"].to_list(), colour)
    return [band, *lines, marks]


def _fill(row: dict[str, Any], colour: str) -> str:
    if not row["is_complete"]:
        return HOLLOW
    return faded(colour, 0.35) if row["is_small_base"] else colour


def _detail(row: dict[str, Any], name: str, words: Words, tr: Translator) -> str:
    said = f"<b>{name}</b><br>{words(row['value'])}"
    if row["low"] is not None:
        said += tr(" ({low} to {high})", low=words(row["low"]), high=words(row["high"]))
    said += f" · n = {tr.number(row['n'])}"
    return said if row["is_complete"] else f"{said}<br>{tr('partial period')}"


def two_periods_figure(
    periods: pl.DataFrame, dimension: Dimension, names: tuple[str, str], tr: Translator
) -> Figure:
    """Each group before (hollow) and now (filled) with both intervals, the largest gain on top.

    Parameters
    ----------
    periods
        As :func:`cxdata.panels.groups.nps_of_two_periods` makes it, with at least one difference.
    names
        What the earlier and the later period are called.
    """
    rows = list(reversed(periods.drop_nulls("difference").to_dicts()))
    places = range(len(rows))
    ends = [row[it] for row in rows for it in ("before_low", "before_high", "low", "high")]
    room = 0.06 * ((max(ends) - min(ends)) or 1)
    return {
        "data": [
            _side(rows, "before", [it + 0.14 for it in places], MUTED, names[0], dimension, tr),
            _side(rows, "", [it - 0.14 for it in places], ACCENT, names[1], dimension, tr),
        ],
        "layout": layout(
            HEAD_HEIGHT + (DOT_HEIGHT + 12) * max(len(rows), 1),
            margin={"l": 8, "r": 16, "t": 12, "b": 8},
            xaxis=axis(
                zeroline=True,
                zerolinecolor=MUTED,
                range=[min(ends) - room, max(ends) + room],
            ),
            yaxis=axis(
                showgrid=False,
                tickvals=list(places),
                ticktext=[
                    f"{group_name(row[dimension], dimension, tr)} "
                    f"<b>{tr.signed(row['difference'], 1)}</b>"
                    for row in rows
                ],
                range=[-0.6, max(len(rows), 1) - 0.4],
            ),
        ),
    }


def _side(
    rows: Sequence[dict[str, Any]],
    which: str,
    places: Sequence[float],
    colour: str,
    name: str,
    dimension: Dimension,
    tr: Translator,
) -> Figure:
    value, low, high = BEFORE if which else NOW
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [row[value] for row in rows],
        "y": list(places),
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [row[high] - row[value] for row in rows],
            "arrayminus": [row[value] - row[low] for row in rows],
            "color": faded(colour, 0.6),
            "thickness": 2,
            "width": 0,
        },
        "marker": {
            "size": 11,
            "color": HOLLOW if which else colour,
            "line": {"color": colour, "width": 2},
        },
        "text": [f" {tr.nps(row[value])}" for row in rows],
        "textposition": "top center" if which else "bottom center",
        "textfont": {"color": colour},
        "cliponaxis": False,
        "customdata": [None if which else [dimension, row[dimension]] for row in rows],
        "hovertext": [
            f"{name}: {tr.nps(row[value])} ({tr.nps(row[low])} – {tr.nps(row[high])})"
            for row in rows
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
