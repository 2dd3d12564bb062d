"""A chart of a pack as a figure for a browser, in letters that a room can read.

Everything that is drawn comes from the pack: a chart of years ago looks as its data says.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from cxdata.charts.theme import (
    GOAL,
    GRID,
    GROUND,
    HEAT_INK,
    MUTED,
    TEXT,
    Figure,
    axis,
    faded,
    layout,
    literal,
)
from cxdata.i18n import Translator
from cxdata.pack.drawn import fewer_rows
from cxdata.pack.numbers import number_text
from cxdata.pack.pack import PackChart, PackGrid, Series
from cxdata.panels.units import Unit

ROOM_SIZE = 22  # of letters, in pixels
TICKS = 4  # about so many on an axis: what a room needs
ROOM_HEIGHT = 440
CELL_SIZE = 20  # of letters in the cells of a coloured table
MOST_ROOM_ROWS = 9
ROW_LETTERS = 26
MOST_TICKS = 7
PALE = 0.55


def chart_figure(chart: PackChart, tr: Translator, currency: str) -> Figure:
    """The chart in plotly's own form; of a long ranking the first and the last rows."""
    shown, _ = fewer_rows(chart, MOST_ROOM_ROWS)
    drawn = _Drawing(shown, tr, currency)
    return drawn.lying() if shown.kind in ("bars", "stacked", "spans") else drawn.upright()


def grid_figure(grid: PackGrid) -> Figure:
    """A coloured table as squares in the colours that its cells have."""
    down, across = [literal(it) for it in grid.down], [literal(it) for it in grid.across]
    shapes, notes = [], []
    for row, cells in enumerate(grid.cells):
        for place, cell in enumerate(cells):
            if cell.colour:
                shapes.append(
                    {
                        "type": "rect",
                        "x0": place - 0.48,
                        "x1": place + 0.48,
                        "y0": row - 0.46,
                        "y1": row + 0.46,
                        "line": {"width": 0},
                        "fillcolor": _as_it_is(cell.colour),
                        "layer": "below",
                    }
                )
            if cell.text:
                notes.append(
                    {
                        "x": place,
                        "y": row,
                        "text": literal(cell.text),
                        "showarrow": False,
                        "font": {
                            "size": CELL_SIZE,
                            "color": _as_it_is(HEAT_INK) if cell.colour else MUTED,
                        },
                    }
                )
    step = max(1, -(-len(across) // MOST_TICKS))
    places = list(range(0, len(across), step))
    return {
        "data": [
            {
                "type": "scatter",
                "x": [0],
                "y": [0],
                "mode": "markers",
                "marker": {"opacity": 0},
                "hoverinfo": "skip",
            }
        ],
        "layout": layout(
            ROOM_HEIGHT,
            shapes=shapes,
            annotations=notes,
            xaxis=_axis(
                tickvals=places,
                ticktext=[across[it] for it in places],
                range=[-0.5, len(across) - 0.5],
                showgrid=False,
            ),
            yaxis=_axis(
                tickvals=list(range(len(down))),
                ticktext=down,
                range=[len(down) - 0.5, -0.5],
                showgrid=False,
            ),
        ),
    }


class _Drawing:
    """One chart, its numbers in words of one language."""

    def __init__(self, chart: PackChart, tr: Translator, currency: str) -> None:
        self.chart, self.tr, self.currency = chart, tr, currency
        self.names = [_short(it) for it in chart.names]
        self.places = list(range(len(chart.names)))

    def said(self, value: float | None, unit: Unit | None = None) -> str:
        if value is None:
            return ""
        return literal(number_text(value, unit or self.chart.unit, self.tr, self.currency))

    def lying(self) -> Figure:
        """Rows from the top down: bars, parts of a whole, spans."""
        chart = self.chart
        traces = [self._bar(it) for it in chart.series]
        levels = [
            {
                "type": "line",
                "x0": value,
                "x1": value,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": GOAL, "width": 3, "dash": "dash"},
            }
            for _, value in chart.levels
        ]
        labels = [
            {
                "x": value,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": literal(name),
                "showarrow": False,
                "font": {"size": ROOM_SIZE, "color": GOAL},
            }
            for name, value in chart.levels
        ]
        return {
            "data": traces,
            "layout": self._layout(
                barmode="stack" if chart.kind == "stacked" else "group",
                bargap=0.3,
                shapes=levels,
                annotations=labels,
                xaxis=_axis(showticklabels=chart.kind != "stacked", **self._ticks()),
                yaxis=_axis(
                    tickvals=self.places,
                    ticktext=self.names,
                    autorange="reversed",
                    showgrid=False,
                ),
            ),
        }

    def upright(self) -> Figure:
        """Periods and steps from left to right, and points."""
        chart = self.chart
        if chart.kind == "points":
            return self._points()
        traces = []
        for it in chart.series:
            traces += self._line(it) if chart.kind == "lines" else [self._column(it)]
        step = max(1, -(-len(self.names) // MOST_TICKS))
        places = self.places[::-1][::step] if chart.kind == "lines" else self.places
        return {
            "data": traces,
            "layout": self._layout(
                barmode="stack" if chart.kind == "columns" else "overlay",
                bargap=0.3,
                xaxis=_axis(
                    tickvals=places,
                    ticktext=[_folded(self.names[it]) for it in places],
                    showgrid=False,
                    tickangle=0,
                ),
                yaxis=_axis(**self._ticks(), **self._reach()),
            ),
        }

    def _layout(self, **changes: Any) -> dict[str, Any]:
        has_legend = len(self.chart.series) > 1
        made = layout(ROOM_HEIGHT, **changes)
        top = 52 if has_legend or self.chart.levels else 8
        return {
            **made,
            "margin": {"l": 8, "r": 24 + self._room_at_the_end(), "t": top, "b": 8},
            "font": {"size": ROOM_SIZE, "color": MUTED},
            "showlegend": has_legend,
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "yanchor": "bottom",
                "font": {"size": ROOM_SIZE},
                "traceorder": "normal",
            },
        }

    def _room_at_the_end(self) -> int:
        """For the last value, which stands beside the end of its line."""
        if self.chart.kind != "lines":
            return 0
        last = (
            next((value for value in reversed(it.values) if value is not None), None)
            for it in self.chart.series
            if not it.is_level
        )
        return max((len(self.said(it)) for it in last), default=0) * (ROOM_SIZE + 4) * 6 // 10

    def _ticks(self) -> dict[str, Any]:
        """The axis of values in words, as many as a room needs."""
        return self._round_ticks(self._numbers(), self.chart.unit)

    def _round_ticks(self, numbers: Sequence[float | None], unit: Unit) -> dict[str, Any]:
        known = [it for it in numbers if it is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)
        step = _round_step((high - low) / TICKS)
        values = [step * it for it in range(ceil(low / step), floor(high / step) + 1)]
        told = [self.said(_round(it, step), unit) for it in values]
        return {"tickvals": values, "ticktext": told}

    def _reach(self) -> dict[str, Any]:
        """How far lines reach; of everything else the drawing decides."""
        numbers = self._numbers()
        if self.chart.kind != "lines" or not numbers:
            return {}
        margin = 0.05 * ((max(numbers) - min(numbers)) or 1.0)
        return {"range": [min(numbers) - margin, max(numbers) + margin]}

    def _numbers(self) -> list[float]:
        """All that the axis has to reach."""
        chart = self.chart
        found: list[float | None] = [value for _, value in chart.levels]
        for it in chart.series:
            starts = it.starts or (0.0,) * len(it.values)
            if chart.kind == "steps":
                found += [(a or 0) + (b or 0) for a, b in zip(starts, it.values, strict=True)]
                found += starts
            elif chart.kind == "lines":  # not stretched by the interval of a few answers
                few = [it.marks[n] == "pale" for n in self.places] if it.marks else []
                found += it.values
                for ends in (it.low, it.high):
                    found += [end for n, end in enumerate(ends) if not (few and few[n])]
            else:
                found += [*it.values, *it.low, *it.high, *it.starts]
        if chart.kind not in ("lines", "points", "spans"):
            found.append(0.0)
        if chart.kind in ("stacked", "columns"):
            found += [sum(it.values[n] or 0 for it in chart.series) for n in self.places]
        return [it for it in found if it is not None]

    def _bar(self, it: Series) -> dict[str, Any]:
        spans = bool(it.starts) and self.chart.kind == "spans"
        lengths = [
            None if value is None else value - ((it.starts[n] or 0) if spans else 0)
            for n, value in enumerate(it.values)
        ]
        inside = self.chart.kind == "stacked"
        return {
            "type": "bar",
            "orientation": "h",
            "name": literal(it.name),
            "y": self.places,
            "x": lengths,
            **({"base": [start or 0 for start in it.starts]} if spans else {}),
            "text": [self.said(value) for value in it.values],
            "textposition": "inside" if inside else "auto",
            "insidetextanchor": "middle" if inside else "start",
            "textangle": 0,
            "textfont": {"size": ROOM_SIZE, "color": GROUND if inside else TEXT},
            "marker": {"color": self._colours(it, 1.0 if inside else PALE)},
            "hoverinfo": "skip",
            **({"error_x": _distances(it)} if it.has_interval else {}),
        }

    def _column(self, it: Series) -> dict[str, Any]:
        starts = {"base": [start or 0 for start in it.starts]} if it.starts else {}
        return {
            "type": "bar",
            "name": literal(it.name),
            "x": self.places,
            "y": list(it.values),
            **starts,
            "text": [self.said(value) for value in it.values],
            "textposition": "auto",
            "textangle": 0,
            "textfont": {"size": ROOM_SIZE, "color": TEXT},
            "cliponaxis": False,
            "marker": {"color": self._colours(it, PALE)},
            "hoverinfo": "skip",
            **({"error_y": _distances(it)} if it.has_interval else {}),
        }

    def _line(self, it: Series) -> list[dict[str, Any]]:
        traces: list[dict[str, Any]] = []
        common = {"type": "scatter", "hoverinfo": "skip", "name": literal(it.name)}
        if it.has_interval:
            there = [n for n in self.places if None not in (it.low[n], it.high[n])]
            traces.append(
                {
                    **common,
                    "x": [*there, *reversed(there)],
                    "y": [*(it.high[n] for n in there), *(it.low[n] for n in reversed(there))],
                    "mode": "lines",
                    "line": {"width": 0},
                    "fill": "toself",
                    "fillcolor": faded(it.colour, 0.18),
                    "showlegend": False,
                }
            )
        last = max((n for n, value in enumerate(it.values) if value is not None), default=-1)
        traces.append(
            {
                **common,
                "x": self.places,
                "y": list(it.values),
                "mode": "lines" if it.is_level else "lines+markers+text",
                "line": {
                    "color": it.colour,
                    "width": 2 if it.is_level else 4,
                    "dash": "dash" if it.is_dashed else "solid",
                },
                "marker": {"size": 9, "color": it.colour},
                "text": [self.said(v) if n == last else "" for n, v in enumerate(it.values)],
                "textposition": "middle right",
                "textfont": {"size": ROOM_SIZE + 4, "color": TEXT},
                "cliponaxis": False,
            }
        )
        return traces

    def _points(self) -> Figure:
        chart = self.chart
        traces = [
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": literal(it.name),
                "x": list(it.across),
                "y": list(it.values),
                "text": self.names,
                "textposition": "top center",
                "textfont": {"size": ROOM_SIZE - 2, "color": TEXT},
                "marker": {"size": 14, "color": self._colours(it, 1.0)},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
            for it in chart.series
        ]
        across, along = (
            _axis(
                title={"text": literal(name), "font": {"size": ROOM_SIZE}},
                gridcolor=GRID,
                range=_widened(numbers),
                **self._round_ticks(numbers, unit),
            )
            for name, unit, numbers in (
                (
                    chart.across_axis,
                    chart.across_unit,
                    [v for it in chart.series for v in it.across],
                ),
                (chart.axis, chart.unit, [v for it in chart.series for v in it.values]),
            )
        )
        return {"data": traces, "layout": self._layout(xaxis=across, yaxis=along)}

    def _colours(self, it: Series, opacity: float) -> list[str]:
        colours = it.colours or (it.colour,) * len(it.values)
        marks = it.marks or ("full",) * len(it.values)
        return [
            faded(colour, opacity * (0.6 if mark == "pale" else 1))
            for colour, mark in zip(colours, marks, strict=True)
        ]


def _as_it_is(colour: str) -> str:
    """A colour that stays on dark ground, too: those of cells are mixed, and few of them have a
    dark counterpart; their letters are for these.

    >>> _as_it_is("#10202a")
    'rgb(16, 32, 42)'
    """
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


def _distances(it: Series) -> dict[str, Any]:
    """Intervals as plotly has them: how far they reach to each side."""
    rows = list(zip(it.values, it.low, it.high, strict=True))
    whole = [None not in row for row in rows]
    return {
        "type": "data",
        "array": [h - v if ok else 0 for (v, _, h), ok in zip(rows, whole, strict=True)],  # type: ignore[operator]
        "arrayminus": [v - a if ok else 0 for (v, a, _), ok in zip(rows, whole, strict=True)],  # type: ignore[operator]
        "color": TEXT,
        "thickness": 3,
        "width": 6,
    }


def _widened(numbers: Sequence[float | None]) -> list[float]:
    """From the least to the most, with room for the words beside the outermost points."""
    known = [it for it in numbers if it is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = 0.15 * ((high - low) or 1.0)
    return [low - room, high + room]


def _axis(**changes: Any) -> dict[str, Any]:
    return axis(tickfont={"size": ROOM_SIZE, "color": MUTED}, **changes)


def _short(name: str) -> str:
    cut = name if len(name) <= ROW_LETTERS else f"{name[: ROW_LETTERS - 1]}…"
    return literal(cut)


def _folded(name: str) -> str:
    """A long name in two lines."""
    if len(name) <= 7 or " " not in name:
        return name
    words = name.split(" ")
    half = -(-len(words) // 2)
    return f"{' '.join(words[:half])}<br>{' '.join(words[half:])}"


def _round_step(least: float) -> float:
    """The next 1, 2 or 5 with noughts that isn't less: ticks at round values.

    >>> [_round_step(it) for it in (0.003, 1.7, 7.5, 20)]
    [0.005, 2.0, 10.0, 20.0]
    >>> _round_step(0)
    1.0
    """
    if least <= 0:
        return 1.0
    power = 10.0 ** floor(log10(least))
    return next(power * it for it in (1, 2, 5, 10) if power * it >= least * (1 - 1e-9))


def _round(value: float, step: float) -> float:
    """A tick's value without digits that nobody needs."""
    magnitude = 0
    while step < 10 and magnitude < 4:
        step, magnitude = step * 10, magnitude + 1
    return round(value, magnitude)
