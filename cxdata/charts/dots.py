"""Groups side by side: each value as a dot on its interval, one row per group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cxdata.charts.theme import ACCENT, MUTED, Figure, axis, faded, layout

DOT_HEIGHT, HEAD_HEIGHT = 40, 64


@dataclass(frozen=True)
class Dot:
    """One group: its name as a chart shows it, its figure and interval, and both in words.

    ``choice`` is what a click on it asks for, as names and values in turn.
    """

    name: str
    value: float
    low: float
    high: float
    text: str
    detail: str
    choice: Sequence[object] | None = None
    is_small_base: bool = False
    colour: str = ACCENT


def dots_figure(
    dots: Sequence[Dot], across: dict[str, Any], *, lines: Sequence[dict[str, Any]] = ()
) -> Figure:
    """The groups from the top down; a small base is pale.

    Parameters
    ----------
    dots
        At most as many as a reader compares: some twenty.
    across
        The axis of the values, as :func:`cxdata.charts.theme.axis` makes it.
    lines
        Shapes to hold the values against, such as a goal.
    """
    rows = list(reversed(dots))
    return {
        "data": [_trace(rows)],
        "layout": layout(
            HEAD_HEIGHT + DOT_HEIGHT * max(len(rows), 1),
            margin={"l": 8, "r": 16, "t": 16, "b": 8},
            xaxis=across,
            # Names that are the same in the reader's eyes stay rows of their own.
            yaxis=axis(
                showgrid=False,
                tickvals=list(range(len(rows))),
                ticktext=[it.name for it in rows],
                range=[-0.6, max(len(rows), 1) - 0.4],
            ),
            shapes=list(lines),
        ),
    }


def _trace(rows: Sequence[Dot]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [it.value for it in rows],
        "y": list(range(len(rows))),
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [it.high - it.value for it in rows],
            "arrayminus": [it.value - it.low for it in rows],
            "color": MUTED,
            "thickness": 2,
            "width": 5,
        },
        "marker": {
            "size": 12,
            "color": [faded(it.colour, 0.35) if it.is_small_base else it.colour for it in rows],
        },
        "text": [it.text for it in rows],
        "textposition": "top center",
        "cliponaxis": False,
        "customdata": [it.choice for it in rows],
        "hovertext": [f"<b>{it.name}</b><br>{it.detail}" for it in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def level(value: float, colour: str = MUTED) -> dict[str, Any]:
    """A line through all rows at one value, as a shape."""
    return {
        "type": "line",
        "x0": value,
        "x1": value,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": colour, "width": 1.5, "dash": "dash"},
    }
