"""From a chart as the pages draw it to its data: the same numbers, names, intervals and goals.

The pages' charts are plotly's own JSON (``cxdata.charts``). What a slide, a page of paper or a
workbook draws is read off them, so that a figure is drawn from one source everywhere and a new
one needs no second drawing. Ends of intervals, which plotly takes as distances, are the numbers
of the panel's frame again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from math import isfinite
from typing import Any

import polars as pl

from cxdata.charts.theme import ACCENT, CLASS_COLOURS, GOAL, MUTED, Figure
from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.models import Grain
from cxdata.pack.pack import (
    ChartKind,
    GridCell,
    PackChart,
    PackEvent,
    PackGrid,
    PointMark,
    Series,
    Values,
)
from cxdata.pack.plain import drawn_text, short_text
from cxdata.panels.panel import Panel
from cxdata.panels.units import Unit

_COLOUR = re.compile(r"#[0-9a-f]{6}$", re.IGNORECASE)
_RGBA = re.compile(r"rgba?\((\d+), ?(\d+), ?(\d+)(?:, ?([\d.]+))?\)$")
# A colour with less than this opacity is the pale one of a small base.
PALE_OPACITY = 0.5
# Two floats that are the same number, one of them come by with a subtraction.
_CLOSE = 1e-9


def chart_of(panel: Panel, tr: Translator) -> PackChart | PackGrid | None:
    """What a panel's chart draws, as data; None if it has none or none that can be read."""
    if panel.chart is None:
        return None
    grain = panel.behind.grain if panel.behind else "month"
    told = ChartSource(panel.frame, panel.column_units(), panel.question)
    return read_chart(panel.chart, told, tr, grain)


@dataclass(frozen=True)
class ChartSource:
    """What is known of a chart's numbers: the frame that they come from, and its units."""

    frame: pl.DataFrame | None
    units: Mapping[str, Unit]
    question: str

    def column(self, values: Values) -> str | None:
        """The column of the frame that has all of the values; none is drawn as 0 by some charts."""
        known = {it for it in values if it}
        if self.frame is None or not known:
            return None
        return next((it for it in self._numeric() if known <= set(self.frame[it])), None)

    def unit(self, values: Values) -> Unit | None:
        """The unit that all the values have, each in the first column that has it."""
        if (column := self.column(values)) is not None:
            return self.units[column]
        found = {self.column((it,)) for it in values if it}
        units = {self.units[it] for it in found if it is not None}
        return units.pop() if len(units) == 1 and None not in found else None

    def _numeric(self) -> list[str]:
        if self.frame is None:
            return []
        return [it for it in self.units if self.frame[it].dtype.is_numeric()]

    def exact(self) -> list[float]:
        """All numbers of the frame, in order."""
        if self.frame is None:
            return []
        numeric = (it.drop_nulls() for it in self.frame if it.dtype.is_numeric())
        return sorted({float(it) for column in numeric for it in column if isfinite(it)})


def read_chart(
    figure: Figure, told: ChartSource, tr: Translator, grain: Grain
) -> PackChart | PackGrid | None:
    """A chart in plotly's JSON as data.

    Parameters
    ----------
    told
        Names, units and exact ends are looked up there.
    grain
        Of the periods, if it is a chart over time.
    """
    traces = [it for it in figure["data"] if it.get("x") is not None and len(it["x"])]
    kinds = {it["type"] for it in traces}
    layout = figure["layout"]
    if "heatmap" in kinds:
        return _grid(traces, layout)
    reader = _Reader(traces, layout, told, told.exact(), tr, grain)
    chart: PackChart | None
    if "waterfall" in kinds:
        chart = reader.waterfall()
    elif any("base" in it for it in traces):
        chart = reader.with_base()
    elif "bar" in kinds:
        chart = reader.bars()
    elif all(it["type"] == "scatter" for it in traces) and traces:
        chart = reader.scatter()
    else:
        chart = None
    return chart if chart and chart.names and chart.series else None


@dataclass(frozen=True)
class _Reader:
    """One chart while it is read."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]
    told: ChartSource
    exact: list[float]
    tr: Translator
    grain: Grain

    # Steps

    def waterfall(self) -> PackChart:
        """Steps from a first value to a last one."""
        [trace] = self.traces
        values, level = _numbers(trace["y"]), 0.0
        starts: list[float | None] = []
        for value, measure in zip(values, trace["measure"], strict=True):
            is_step = measure == "relative"
            starts.append(level if is_step else 0.0)
            level = (level if is_step else 0.0) + (value or 0.0)
        totals = tuple(it for it, kind in enumerate(trace["measure"]) if kind != "relative")
        colours = (ACCENT if it in totals else _direction(value) for it, value in enumerate(values))
        steps = Series(self._name(()), values, starts=tuple(starts), colours=tuple(colours))
        names = _texts(trace["x"])
        return PackChart("steps", names, (steps,), unit=self._unit(()), totals=totals)

    def with_base(self) -> PackChart:
        """Bars that don't begin at 0: ranges about a value, steps, or swings."""
        [bar, *others] = self.traces
        starts, lengths = _numbers(bar["base"]), _numbers(bar["x"])
        ends = tuple(
            self._snapped((start or 0.0) + (length or 0.0))
            for start, length in zip(starts, lengths, strict=True)
        )
        names = self._row_names(bar)
        central = next((it for it in others if it.get("mode") == "markers"), None)
        if central is not None:
            values = _numbers(central["x"])
            ranges = Series(
                self._name(values), _turned(values), low=_turned(starts), high=_turned(ends)
            )
            return self._over_rows("bars", names, (ranges,), values)
        if bar.get("error_x"):
            return self._lying_steps(bar, names, starts, lengths)
        spans = Series(self._name(()), _turned(ends), starts=_turned(starts))
        return self._over_rows("spans", names, (spans,), ends)

    def _lying_steps(
        self,
        bar: dict[str, Any],
        names: tuple[str, ...],
        starts: Values,
        lengths: Values,
    ) -> PackChart:
        """Steps from the top down, each with the range of its size; all begin at 0 or above."""
        sizes = tuple(self._snapped(it or 0.0) for it in lengths)
        low, high = self._ends(sizes, bar["error_x"])
        steps = Series(
            self._name(()),
            _turned(sizes),
            _turned(low),
            _turned(high),
            starts=_turned(starts),
            colours=_turned(_colours(bar, len(sizes))),
        )
        totals = tuple(it for it, start in enumerate(_turned(starts)) if not start)[:1]
        unit = self._unit(sizes)
        return PackChart("steps", _turned(names), (steps,), unit=unit, totals=totals)

    # Bars

    def bars(self) -> PackChart:
        bars = [it for it in self.traces if it["type"] == "bar"]
        is_stack = self.layout.get("barmode") == "stack"
        is_lying = bars[0].get("orientation") == "h"
        names = self._row_names(bars[0]) if is_lying else self._column_names(bars[0])
        turned = _turned if is_lying else tuple
        series = []
        for bar in bars:
            values = _numbers(bar["x" if is_lying else "y"])
            one_by_one = _colours(bar, len(values))
            is_one = len(set(one_by_one)) == 1
            series.append(
                Series(
                    drawn_text(bar.get("name") or self._bar_name(bar, values)),
                    turned(values),
                    colour=one_by_one[0] if one_by_one else ACCENT,
                    colours=() if is_one else turned(one_by_one),
                )
            )
        if is_lying and series[0].name and not bars[0].get("name"):
            series.reverse()  # parts of one bar, the last of which is drawn first
        kind: ChartKind = "stacked" if is_stack and is_lying else "columns"
        unit = self._unit(series[0].values, bars[0].get("text"))
        return PackChart(kind, names if not is_lying else _turned(names), tuple(series), unit=unit)

    def _bar_name(self, bar: Mapping[str, Any], values: Values) -> str:
        """Of a part of one bar: its own text without the number; of several bars, the column."""
        text = bar.get("text")
        if len(values) == 1 and text:
            return re.sub(r"[\s\d.,%]+$", "", drawn_text(text[0]))
        said = re.search(r"<br>[\s\d.,]*(.+)$", str(text[0])) if text else None
        return drawn_text(said[1]) if said else self._name(values)

    # Lines and dots

    def scatter(self) -> PackChart:
        shown = [it for it in self.traces if it.get("mode") != "text"]
        drawn = [it for it in shown if not _is_look(it)]
        if any(_is_shown(it.get("error_x")) and _is_shown(it.get("error_y")) for it in drawn):
            return self._points(drawn[0])
        is_over_time = len(drawn) < len(shown)
        if not is_over_time and all(it.get("mode", "").startswith("markers") for it in drawn):
            return self._dots(drawn)
        return self._lines(drawn)

    def _points(self, trace: dict[str, Any]) -> PackChart:
        values, across = _numbers(trace["y"]), _numbers(trace["x"])
        low, high = self._ends(values, trace["error_y"])
        left, right = self._ends(across, trace["error_x"])
        symbols = trace["marker"].get("symbol", [])
        is_open = [isinstance(symbols, list) and it == "circle-open" for it in symbols]
        series = Series(
            self._name(values),
            values,
            low,
            high,
            across=across,
            across_low=left,
            across_high=right,
            colours=_colours(trace, len(values)),
            marks=tuple("hollow" if it else "full" for it in is_open),
        )
        return PackChart(
            "points",
            _texts(trace["text"]),
            (series,),
            unit=self._unit(values),
            across_unit=self._unit(across),
            axis=_title(self.layout["yaxis"]),
            across_axis=_title(self.layout["xaxis"]),
        )

    def _dots(self, traces: list[dict[str, Any]]) -> PackChart:
        """Rows of dots on their intervals; one series for each sign."""
        rows, names = self._rows(traces)
        series = []
        for trace in traces:
            places = {row: place for place, row in enumerate(trace["y"])}
            order = [places.get(row) for row in rows]
            values = _numbers(trace["x"])
            low, high = self._ends(values, trace.get("error_x"))
            colours, marks = _colours(trace, len(values)), _marks(trace, len(values))
            is_one = len(set(colours)) == 1
            series.append(
                Series(
                    drawn_text(trace.get("name") or self._name(values)),
                    _placed(values, order),
                    _placed(low, order) if low else (),
                    _placed(high, order) if high else (),
                    colour=colours[0] if is_one else ACCENT,
                    colours=()
                    if is_one
                    else tuple(MUTED if it is None else colours[it] for it in order),
                    marks=tuple("full" if it is None else marks[it] for it in order)
                    if {*marks} - {"full"}
                    else (),
                )
            )
        values = _numbers(it for trace in traces for it in trace["x"])
        return self._over_rows("bars", names, tuple(series), values, turned=False)

    def _rows(self, traces: list[dict[str, Any]]) -> tuple[list[Any], tuple[str, ...]]:
        """The rows from the top down, as they are called in the chart and by readers."""
        axis = self.layout["yaxis"]
        if axis.get("tickvals") is not None:
            rows = list(reversed(list(axis["tickvals"])))
            return rows, _texts(reversed(list(axis["ticktext"])))
        rows = list(reversed(list(dict.fromkeys(it for trace in traces for it in trace["y"]))))
        return rows, _texts(rows)

    def _over_rows(
        self,
        kind: Any,
        names: tuple[str, ...],
        series: tuple[Series, ...],
        values: Values,
        *,
        turned: bool = True,
    ) -> PackChart:
        """A chart of rows, with the lines that cross all of them."""
        unit = self._unit(values)
        lines = [it["x0"] for it in self._shapes("x")]
        levels = tuple((self.tr("goal {goal}", goal=self._said(it, unit)), it) for it in lines)
        is_goal = kind == "bars"
        return PackChart(
            kind,
            _turned(names) if turned else names,
            series,
            unit=unit,
            levels=levels if is_goal and unit == "share" else (),
        )

    def _said(self, value: float, unit: Unit) -> str:
        return self.tr.percent(value, 0) if unit == "share" else self.tr.number(value, 1)

    def _lines(self, traces: list[dict[str, Any]]) -> PackChart:
        """Lines over periods; a band belongs to the line that is drawn after it."""
        places = sorted({it for trace in traces if not _is_band(trace) for it in trace["x"]})
        order = {it: place for place, it in enumerate(places)}
        series: list[Series] = []
        band: list[dict[str, Any]] = []
        for trace in traces:
            if _is_band(trace):
                band.append(trace)
                continue
            series.append(self._line(trace, band, order))
            band = []
        levels = tuple(self._target_lines(places))
        values = _numbers(it for one in series if not one.is_dashed for it in one.values)
        return PackChart(
            "lines",
            tuple(self._place_name(it) for it in places),
            (*series, *levels),
            unit=self._unit(values),
            events=self._events(places),
        )

    def _line(
        self, trace: dict[str, Any], band: list[dict[str, Any]], order: Mapping[Any, int]
    ) -> Series:
        own = [order[it] for it in trace["x"]]
        values = _numbers(trace["y"])
        low, high = self._band(band, trace) if band else self._ends(values, trace.get("error_y"))
        where: list[int | None] = [None] * len(order)
        for place, it in enumerate(own):
            where[it] = place
        dash = trace.get("line", {}).get("dash", "solid")
        is_level = dash != "solid" and trace.get("hoverinfo") == "skip"
        marks = _marks(trace, len(values))
        return Series(
            drawn_text(trace.get("name") or self._name(values)),
            _placed(values, where),
            _placed(low, where) if low else (),
            _placed(high, where) if high else (),
            colour=_plain_colour(_line_colour(trace)),
            marks=tuple("full" if it is None else marks[it] for it in where)
            if {*marks} - {"full"}
            else (),
            is_level=is_level,
            is_dashed=dash != "solid",
        )

    def _band(self, band: list[dict[str, Any]], trace: dict[str, Any]) -> tuple[Values, Values]:
        """The lower and the upper edge, in the places of the line."""
        if len(band) == 1:  # there and back again
            half = len(band[0]["x"]) // 2
            edges = (band[0]["y"][half:][::-1], band[0]["y"][:half])
            periods = band[0]["x"][:half]
        else:
            edges, periods = (band[0]["y"], band[1]["y"]), band[0]["x"]
        at = {it: place for place, it in enumerate(periods)}
        where = [at.get(it) for it in trace["x"]]
        low, high = (_placed(_numbers(it), where) for it in edges)
        return low, high

    def _target_lines(self, places: Sequence[Any]) -> Iterable[Series]:
        """Targets, benchmarks and the centre of limits: a level across the periods that have it."""
        labels: dict[float, str] = {}
        for it in self._labels():
            if not _is_event(it) and (text := drawn_text(it["text"])) and text[0].isalpha():
                labels[it["y"]] = text
        for shape in self._shapes("y"):
            value = shape["y0"]
            if value in labels:
                values = tuple(value if _covers(shape, it) else None for it in places)
                yield Series(labels[value], values, colour=GOAL, is_level=True, is_dashed=True)

    def _events(self, places: Sequence[Any]) -> tuple[PackEvent, ...]:
        """What happened, at the last period that had begun."""
        said = [
            (it["x"], drawn_text(it.get("hovertext") or it["text"]))
            for it in self._labels()
            if _is_event(it) and isinstance(it.get("x"), (date, datetime))
        ]
        days = [it for it in places if isinstance(it, (date, datetime))]
        return tuple(
            PackEvent(max(0, bisect_left(days, day) - (day not in days)), text)
            for day, text in said
            if days
        )

    def _labels(self) -> list[dict[str, Any]]:
        return list(self.layout.get("annotations", ()))

    def _shapes(self, along: str) -> list[dict[str, Any]]:
        """Straight lines at one value of an axis."""
        return [
            it
            for it in self.layout.get("shapes", ())
            if it.get(f"{along}0") == it.get(f"{along}1")
            and isinstance(it.get(f"{along}0"), (int, float))
            and it.get(f"{along}ref") != "paper"
        ]

    # Names and units

    def _place_name(self, place: Any) -> str:
        if isinstance(place, (date, datetime)):
            return self.tr.period_name(place, self.grain)
        if isinstance(place, (int, float)):
            return self.tr.number(place, 0 if float(place).is_integer() else 1)
        return drawn_text(place)

    def _row_names(self, bar: dict[str, Any]) -> tuple[str, ...]:
        """Of lying bars, from the bottom up as they are drawn."""
        if all(isinstance(it, str) for it in bar["y"]):
            return _texts(bar["y"])
        said = [re.search(r"<b>(.*?)</b>", it["text"]) for it in self._labels()]
        return tuple(drawn_text(it[1]) if it else "" for it in said)

    def _column_names(self, bar: dict[str, Any]) -> tuple[str, ...]:
        if bar.get("textposition") == "none":  # bins: their ends are said on hover
            return tuple(drawn_text(str(it).split("<br>")[0]) for it in bar["text"])
        return tuple(self._place_name(it) for it in bar["x"])

    def _name(self, values: Values) -> str:
        """What the reader calls the column that the values come from."""
        column = self.told.column(values)
        if column is None:
            return drawn_text(self.told.question)
        return (
            name_of("column", column, self.tr)
            if column in NAMES["column"]
            else drawn_text(self.told.question)
        )

    def _unit(self, values: Iterable[float | None], texts: Any = None) -> Unit:
        """The unit of the column that has the values; else what the chart writes beside them."""
        if (unit := self.told.unit(tuple(values))) is not None:
            return unit
        axes = [self.layout.get(it, {}).get("ticktext") or () for it in ("xaxis", "yaxis")]
        said = [str(it) for it in (*axes[0], *axes[1], *(texts or ()))]
        if any("%" in it for it in said):
            return "share"
        return "points" if "points" in self.told.units.values() else "number"

    # Intervals

    def _ends(self, values: Values, error: Any) -> tuple[Values, Values]:
        """The interval's ends, which the chart has as distances."""
        if not _is_shown(error):
            return (), ()
        below, above = _numbers(error["arrayminus"]), _numbers(error["array"])
        low = tuple(
            None if it is None or by is None else self._snapped(it - by)
            for it, by in zip(values, below, strict=True)
        )
        high = tuple(
            None if it is None or by is None else self._snapped(it + by)
            for it, by in zip(values, above, strict=True)
        )
        return low, high

    def _snapped(self, value: float) -> float:
        """The frame's own number, if the value is one but for what a subtraction loses."""
        at = bisect_left(self.exact, value)
        near = min(
            self.exact[max(0, at - 1) : at + 1], key=lambda it: abs(it - value), default=value
        )
        return near if abs(near - value) <= _CLOSE * max(1.0, abs(value)) else value


def fewer_rows(chart: PackChart, most: int) -> tuple[PackChart, int]:
    """A chart with no more rows than a reader compares, and how many are left out.

    Of a ranking the first and the last stay; of rows with several bars the first, and fewer. Names
    are no longer than a chart has room for.
    """
    chart, count = _with_short_texts(chart), len(chart.names)
    if chart.kind == "bars" and len(chart.series) > 1:
        most = max(3, most * 6 // (5 * len(chart.series)))
        kept = [*range(min(most, count))]
    else:
        kept = [*range(most - most // 2), *range(count - most // 2, count)]
    if chart.kind not in ("bars", "spans", "stacked") or count <= most:
        return chart, 0
    return _with_rows(chart, kept), count - most


def _with_short_texts(chart: PackChart) -> PackChart:
    series = tuple(replace(it, name=short_text(it.name)) for it in chart.series)
    events = tuple(replace(it, text=short_text(it.text)) for it in chart.events)
    return replace(
        chart, names=tuple(short_text(it) for it in chart.names), series=series, events=events
    )


def _with_rows(chart: PackChart, kept: Sequence[int]) -> PackChart:
    def picked(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(values[it] for it in kept) if values else ()

    series = tuple(
        replace(
            it,
            values=picked(it.values),
            low=picked(it.low),
            high=picked(it.high),
            starts=picked(it.starts),
            colours=picked(it.colours),
            marks=picked(it.marks),
        )
        for it in chart.series
    )
    return replace(chart, names=picked(chart.names), series=series)


def _grid(traces: list[dict[str, Any]], layout: dict[str, Any]) -> PackGrid:
    """The first heat map; a second one colours the fields that the first leaves empty."""
    first, *others = [it for it in traces if it["type"] == "heatmap"]
    marked = layout["xaxis"].get("tickvals", ())
    ticks = dict(zip(marked, layout["xaxis"].get("ticktext", map(str, marked)), strict=True))
    across = tuple(drawn_text(ticks.get(it, "" if ticks else it)) for it in first["x"])
    rows = []
    for down, texts in enumerate(first["text"]):
        cells = []
        for place, text in enumerate(texts):
            value = first["z"][down][place]
            shown = [first, *others] if value is None else [first]
            colour = next(filter(None, (_shade(it, down, place) for it in shown)), "")
            cells.append(GridCell(drawn_text(text), value, colour))
        rows.append(tuple(cells))
    return PackGrid(across, _turned(_texts(first["y"])), _turned(rows))


def _shade(trace: dict[str, Any], down: int, place: int) -> str:
    """The colour of a field of a heat map on its scale; empty where it has no number."""
    value = trace["z"][down][place]
    if value is None:
        return ""
    least, most = trace.get("zmin", 0), trace.get("zmax", 1)
    share = min(1.0, max(0.0, (value - least) / ((most - least) or 1)))
    scale = [(float(at), _rgb(colour)) for at, colour in trace["colorscale"]]
    for (start, one), (end, other) in pairwise(scale):
        if share <= end:
            part = (share - start) / ((end - start) or 1)
            return _hexed([a + part * (b - a) for a, b in zip(one, other, strict=True)])
    return _hexed(scale[-1][1])


def _rgb(colour: str) -> tuple[float, ...]:
    """A colour's red, green and blue; one that lets through is laid on white."""
    if _COLOUR.match(colour):
        return tuple(float(int(colour[it : it + 2], 16)) for it in (1, 3, 5))
    found = _RGBA.match(colour)
    if found is None:
        return _rgb(MUTED)
    opacity = float(found[4] or 1)
    return tuple(255 + opacity * (int(found[it]) - 255) for it in (1, 2, 3))


def _hexed(colour: Iterable[float]) -> str:
    return "#" + "".join(f"{round(it):02x}" for it in colour)


def _is_shown(error: Any) -> bool:
    return bool(error) and error.get("visible", True) and "array" in error


def _is_look(trace: Mapping[str, Any]) -> bool:
    """A line through values that the marks after it carry (``cxdata.charts.lines.line_traces``)."""
    is_silent = trace.get("hoverinfo") == "skip" and trace.get("showlegend") is False
    return is_silent and trace.get("mode") == "lines" and not _is_band(trace)


def _is_band(trace: Mapping[str, Any]) -> bool:
    return trace.get("line", {}).get("width") == 0 or "fill" in trace


def _is_event(label: Mapping[str, Any]) -> bool:
    """Events stand at the head of the chart; other labels at a value, where a line ends."""
    return label.get("yref") == "paper"


def _covers(shape: Mapping[str, Any], place: Any) -> bool:
    """Whether a level is drawn at a place; one across the chart is drawn at all of them."""
    first, last = shape["x0"], shape["x1"]
    return not isinstance(first, (date, datetime)) or bool(first <= place <= last)


def _line_colour(trace: Mapping[str, Any]) -> str:
    """A line's own colour, or that of the marks that carry its values."""
    line = trace.get("line") or trace.get("marker", {}).get("line") or {}
    return str(line.get("color", ACCENT))


def _direction(value: float | None) -> str:
    return CLASS_COLOURS["promoter" if (value or 0) >= 0 else "detractor"]


def _title(axis: dict[str, Any]) -> str:
    return drawn_text((axis.get("title") or {}).get("text", ""))


def _numbers(values: Iterable[Any]) -> Values:
    return tuple(
        None if it is None or not isfinite(it) else it if isinstance(it, int) else float(it)
        for it in values
    )


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(drawn_text(it) for it in values)


def _turned(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(reversed(values))


def _placed(values: Sequence[Any], order: Iterable[int | None]) -> tuple[Any, ...]:
    return tuple(None if it is None else values[it] for it in order)


def _colours(trace: dict[str, Any], count: int) -> tuple[str, ...]:
    colour = trace.get("marker", {}).get("color", ACCENT)
    many = colour if isinstance(colour, list) else [colour] * count
    return tuple(_plain_colour(it) for it in many)


def _plain_colour(colour: str) -> str:
    """A colour without its opacity: a small base is said by its mark."""
    found = _RGBA.match(colour)
    if found:
        return _hexed(int(found[it]) for it in (1, 2, 3))
    return colour if _COLOUR.match(colour) else ACCENT


def _marks(trace: dict[str, Any], count: int) -> tuple[PointMark, ...]:
    colour = trace.get("marker", {}).get("color", ACCENT)
    many = colour if isinstance(colour, list) else [colour] * count
    return tuple(_mark(it) for it in many)


def _mark(colour: str) -> PointMark:
    found = _RGBA.match(colour)
    if found is None:
        return "full"
    if found[1] == found[2] == found[3] == "255":
        return "hollow"
    return "pale" if float(found[4] or 1) < PALE_OPACITY else "full"
