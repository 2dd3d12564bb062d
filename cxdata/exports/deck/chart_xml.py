"""A chart of a pack as PowerPoint's own chart: DrawingML, with its data in a workbook inside.

python-pptx writes no error bars, no bands and no charts of two kinds, so the whole chart is
written here and handed to it. Intervals are error bars whose lengths lie in the workbook, so that
they can be edited, or, around a single line, a band of two stacked areas. What is drawn by no
series of its own (a goal across bars) is a shape over the chart; for that the plot's place within
the chart is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from cxdata.charts.theme import ACCENT
from cxdata.exports.deck import drawing_ml as ml
from cxdata.exports.deck.chart_data import ChartBook, Column
from cxdata.exports.deck.number_forms import number_form
from cxdata.i18n import LOCALES, Translator
from cxdata.pack.pack import PackChart, Series, Values
from cxdata.panels.units import Unit

# A band needs more than two periods; lines and labels of more would be a tangle.
LEAST_OF_A_BAND = 3
MOST_TICK_NAMES = 13
TICKS = 5
# The words of an event take so much of the plot's width and of its height; late ones stand at the
# left of their line.
EVENT_REACH, EVENT_ROW, EVENT_TURNS = 0.25, 0.12, 0.7


@dataclass(frozen=True)
class ChartLook:
    """How much room a chart has: letters in points, the share of its width that names take."""

    letters: int = 11
    name_share: float = 0.26
    is_small: bool = False


@dataclass(frozen=True)
class Plot:
    """Where the plot lies within its chart, as shares of width and height, and what it spans."""

    left: float
    top: float
    width: float
    height: float
    least: float
    most: float

    def across(self, value: float) -> float:
        """Where a value lies on an axis from left to right."""
        return self.left + self.width * (value - self.least) / ((self.most - self.least) or 1)


@dataclass(frozen=True)
class NativeChart:
    """A chart for python-pptx's ``add_chart``, which asks it for XML and workbook."""

    xml: str
    book: ChartBook
    plot: Plot

    def xml_bytes(self, chart_type: object) -> bytes:
        """The chart part, whatever type is named."""
        return self.xml.encode("utf-8")

    @property
    def xlsx_blob(self) -> bytes:
        """The workbook part."""
        return self.book.as_xlsx()


def native_chart(
    chart: PackChart, tr: Translator, currency: str, look: ChartLook | None = None
) -> NativeChart:
    """PowerPoint's chart of a pack's chart."""
    return _Writer(chart, tr, currency, look or ChartLook(), ChartBook()).written()


def nice_bounds(
    values: Iterable[float | None], *, has_zero: bool, unit: Unit
) -> tuple[float, float, float]:
    """Round ends of an axis and the step of its ticks.

    >>> nice_bounds([12.0, 31.0], has_zero=False, unit="points")
    (10.0, 35.0, 5.0)
    >>> nice_bounds([0.69, 0.93], has_zero=True, unit="share")
    (0.0, 1.0, 0.2)
    """
    known = [it for it in values if it is not None]
    least, most = min(known, default=0.0), max(known, default=1.0)
    if has_zero:
        least, most = min(0.0, least), max(0.0, most)
    span = (most - least) or abs(most) or 1.0
    magnitude = 10.0 ** floor(log10(span / TICKS))
    step = next(it * magnitude for it in (1, 2, 5, 10) if span / (it * magnitude) <= TICKS)
    low, high = floor(least / step + 1e-9) * step, ceil(most / step - 1e-9) * step
    if unit == "share" and most <= 1:
        high = min(high, 1.0)
    if unit in ("share", "count") and least >= 0:
        low = max(low, 0.0)
    if high <= low:
        high = low + step
    return round(low, 10), round(high, 10), round(step, 10)


def event_rows(places: Sequence[int], count: int) -> dict[int, int]:
    """In which row below the top the words of each event stand, so that none lie over others.

    >>> event_rows([2, 3, 9], 12)
    {2: 0, 3: 1, 9: 0}
    """
    rows: dict[int, int] = {}
    for place in sorted(places):
        near = {row for it, row in rows.items() if place - it < count * EVENT_REACH}
        rows[place] = next(row for row in range(len(rows) + 1) if row not in near)
    return rows


def band_series(chart: PackChart) -> Series | None:
    """The one line whose interval is drawn as a band; None where error bars are."""
    told = [it for it in chart.series if it.has_interval]
    if chart.kind != "lines" or len(told) != 1 or len(chart.names) < LEAST_OF_A_BAND:
        return None
    whole = None not in (*told[0].low, *told[0].high)
    return told[0] if whole else None


@dataclass(frozen=True)
class _Writer:
    """One chart while it is written."""

    chart: PackChart
    tr: Translator
    currency: str
    look: ChartLook
    book: ChartBook

    def written(self) -> NativeChart:
        parts = {
            "lines": self._lines,
            "bars": self._bars,
            "stacked": self._stacked,
            "columns": self._columns,
            "steps": self._steps,
            "spans": self._spans,
            "points": self._points,
        }[self.chart.kind]()
        return NativeChart(self._space(parts), self.book, parts.plot)

    # The kinds

    def _lines(self) -> _Parts:
        chart, band = self.chart, band_series(self.chart)
        numbers = [n for it in chart.series for n in (*it.values, *it.low, *it.high)]
        bounds = nice_bounds(numbers, has_zero=False, unit=chart.unit)
        names = self.book.add("", chart.names)
        series: list[str] = []
        hidden: list[int] = []
        plots: list[str] = []
        form = self._form(numbers)
        # A legend counts areas before lines, whatever their numbers: so do the numbers.
        first = 0 if band is None else 2
        for one in chart.series:
            column = self.book.add(one.name, one.values)
            errors = "" if one is band or not one.has_interval else self._error_bars(one, "y")
            label = self._last_label(one, form) if len(chart.series) == 1 else ""
            series.append(
                ml.ser(
                    first + len(series),
                    column,
                    ml.line_look(one),
                    ml.marker(one, is_small=self.look.is_small),
                    ml.point_marks(one),
                    label,
                    errors,
                    ml.names(names),
                    ml.values(column),
                    ml.tag("c:smooth", val=0),
                )
            )
        if chart.events:
            hidden.append(first + len(series))
            series.append(self._events(first + len(series), names, bounds))
        if band is not None:
            areas = self._band(band, names)
            hidden = [0, 1, *hidden]
            plots.append(
                ml.el("c:areaChart", ml.tag("c:grouping", val="stacked"), areas, *ml.axes_ids())
            )
        plots.append(
            ml.el(
                "c:lineChart",
                ml.tag("c:grouping", val="standard"),
                ml.tag("c:varyColors", val=0),
                *series,
                ml.tag("c:marker", val=1),
                *ml.axes_ids(),
            )
        )
        has_legend = len(chart.series) > 1
        right = 0.0 if has_legend else 0.11 if self.look.is_small else 0.035
        plot = self._plot(0.075, 0.12 if has_legend else 0.05, bounds, bottom=0.13, right=right)
        axes = self._names_axis("b") + self._values_axis("l", bounds, form)
        return _Parts("".join(plots), axes, plot, hidden if has_legend else None)

    def _bars(self) -> _Parts:
        chart = self.chart
        numbers = [n for it in chart.series for n in (*it.values, *it.low, *it.high)]
        numbers += [value for _, value in chart.levels]
        bounds = nice_bounds(numbers, has_zero=True, unit=chart.unit)
        form = self._form(numbers)
        names = self.book.add("", chart.names)
        written: list[str] = []
        for one in chart.series:
            column = self.book.add(one.name, one.values)
            written.append(
                ml.ser(
                    len(written),
                    column,
                    ml.el("c:spPr", ml.fill(one.colour, ml.TINT)),
                    ml.tag("c:invertIfNegative", val=0),
                    ml.point_fills(one, ml.TINT),
                    self._labels(form, "inBase", is_over_line=one.has_interval),
                    self._error_bars(one, "") if one.has_interval else "",
                    ml.names(names),
                    ml.values(column),
                )
            )
        bars = ml.el(
            "c:barChart",
            ml.tag("c:barDir", val="bar"),
            ml.tag("c:grouping", val="clustered"),
            ml.tag("c:varyColors", val=0),
            *written,
            ml.tag("c:gapWidth", val=45 if len(written) == 1 else 30),
            *ml.axes_ids(),
        )
        has_legend = len(written) > 1
        plot = self._plot(self.look.name_share, 0.1 if has_legend else 0.07, bounds, bottom=0.1)
        axes = self._names_axis("l", is_turned=True) + self._values_axis("b", bounds, form)
        return _Parts(bars, axes, plot, [] if has_legend else None)

    def _stacked(self) -> _Parts:
        """Parts of a whole, lying; the numbers stand in them."""
        chart = self.chart
        names = self.book.add("", chart.names)
        numbers = [n for it in chart.series for n in it.values]
        form = self._form(numbers)
        sums = [
            sum(it.values[place] or 0 for it in chart.series) for place in range(len(chart.names))
        ]
        bounds = (0.0, max([*sums, 1e-9]), max([*sums, 1e-9]))
        written: list[str] = []
        for one in chart.series:
            column = self.book.add(one.name, one.values)
            written.append(
                ml.ser(
                    len(written),
                    column,
                    ml.el("c:spPr", ml.fill(one.colour)),
                    ml.tag("c:invertIfNegative", val=0),
                    ml.point_fills(one),
                    self._labels(f"{form};;" if form == "#,##0" else form, "ctr", "FFFFFF"),
                    ml.names(names),
                    ml.values(column),
                )
            )
        bars = ml.el(
            "c:barChart",
            ml.tag("c:barDir", val="bar"),
            ml.tag("c:grouping", val="stacked"),
            ml.tag("c:varyColors", val=0),
            *written,
            ml.tag("c:gapWidth", val=50),
            ml.tag("c:overlap", val=100),
            *ml.axes_ids(),
        )
        left = self.look.name_share if any(chart.names) else 0.02
        axes = self._names_axis("l", is_turned=True) + self._values_axis(
            "b", bounds, form, is_shown=False
        )
        return _Parts(bars, axes, self._plot(left, 0.16, bounds, bottom=0.06), [])

    def _columns(self) -> _Parts:
        chart = self.chart
        names = self.book.add("", chart.names)
        is_stack = len(chart.series) > 1
        heights = [
            sum(it.values[place] or 0 for it in chart.series) for place in range(len(chart.names))
        ]
        bounds = nice_bounds(heights, has_zero=True, unit="number")
        form = self._form(heights)
        has_labels = not is_stack and len(chart.names) <= MOST_TICK_NAMES
        written: list[str] = []
        for one in chart.series:
            column = self.book.add(one.name, one.values)
            written.append(
                ml.ser(
                    len(written),
                    column,
                    ml.el("c:spPr", ml.fill(one.colour)),
                    ml.tag("c:invertIfNegative", val=0),
                    ml.point_fills(one),
                    self._labels(form, "outEnd") if has_labels else "",
                    self._error_bars(one, "") if one.has_interval else "",
                    ml.names(names),
                    ml.values(column),
                )
            )
        bars = ml.el(
            "c:barChart",
            ml.tag("c:barDir", val="col"),
            ml.tag("c:grouping", val="stacked" if is_stack else "clustered"),
            ml.tag("c:varyColors", val=0),
            *written,
            ml.tag("c:gapWidth", val=35),
            ml.tag("c:overlap", val=100) if is_stack else "",
            *ml.axes_ids(),
        )
        plot = self._plot(0.075, 0.12 if is_stack else 0.06, bounds, bottom=0.14)
        axes = self._names_axis("b") + self._values_axis("l", bounds, form)
        return _Parts(bars, axes, plot, [] if is_stack else None)

    def _steps(self) -> _Parts:
        """A waterfall: on an unseen base what lies above 0, and what lies below."""
        chart, [one] = self.chart, self.chart.series
        starts = [it or 0.0 for it in one.starts]
        ends = [a + (b or 0.0) for a, b in zip(starts, one.values, strict=True)]
        pieces = [_piece(a, b, v or 0.0) for a, b, v in zip(starts, ends, one.values, strict=True)]
        tops = [max(pair) for pair in zip(starts, ends, strict=True)]
        plus, minus = _distances(one)
        reach = [top + by for top, by in zip(tops, plus, strict=True) if by] if plus else []
        bounds = nice_bounds([*starts, *ends, *reach], has_zero=True, unit=chart.unit)
        form = self._form([*starts, *ends])
        names = self.book.add("", chart.names)
        self.book.add(one.name, one.values)
        columns = [
            self.book.add(name, [it[place] for it in pieces])
            for place, name in enumerate(
                (self.tr("unseen base"), self.tr("above zero"), self.tr("below zero"))
            )
        ]
        looks = ("<a:noFill/>", ml.solid(ACCENT), ml.solid(ACCENT))
        opacity = ml.TINT if plus else 100_000  # so that the interval is seen through it
        bars = [
            ml.ser(
                place,
                column,
                ml.el("c:spPr", look, "<a:ln><a:noFill/></a:ln>"),
                ml.tag("c:invertIfNegative", val=0),
                ml.point_fills(one, opacity) if place else "",
                ml.names(names),
                ml.values(column),
            )
            for place, (column, look) in enumerate(zip(columns, looks, strict=True))
        ]
        if plus:  # the words stand above the interval
            tops = [top + (by or 0.0) for top, by in zip(tops, plus, strict=True)]
            reach_down = [
                None if a is None or b is None else a + b for a, b in zip(plus, minus, strict=True)
            ]
        top = self.book.add(self.tr("upper end"), tops)
        labels = "".join(
            self._step_label(place, value or 0.0, form) for place, value in enumerate(one.values)
        )
        line = ml.ser(
            len(bars),
            top,
            "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>",
            ml.el("c:marker", ml.tag("c:symbol", val="none")),
            ml.el("c:dLbls", labels, *ml.shows(is_value=False)),
            self._drop(one.name, reach_down) if plus else "",
            ml.names(names),
            ml.values(top),
            ml.tag("c:smooth", val=0),
        )
        plots = ml.el(
            "c:barChart",
            ml.tag("c:barDir", val="col"),
            ml.tag("c:grouping", val="stacked"),
            ml.tag("c:varyColors", val=0),
            *bars,
            ml.tag("c:gapWidth", val=40),
            ml.tag("c:overlap", val=100),
            *ml.axes_ids(),
        ) + ml.el(
            "c:lineChart",
            ml.tag("c:grouping", val="standard"),
            ml.tag("c:varyColors", val=0),
            line,
            ml.tag("c:marker", val=1),
            *ml.axes_ids(),
        )
        axes = self._names_axis("b") + self._values_axis("l", bounds, form)
        return _Parts(plots, axes, self._plot(0.08, 0.08, bounds, bottom=0.16), None)

    def _step_label(self, place: int, value: float, form: str) -> str:
        """The size of a step in words: its place is the upper end of the bar, its number is not."""
        is_total = place in self.chart.totals
        said = self._said(value, is_signed=not is_total and self.chart.unit != "amount")
        return ml.el(
            "c:dLbl",
            ml.tag("c:idx", val=place),
            ml.el(
                "c:tx",
                ml.el(
                    "c:rich",
                    "<a:bodyPr/>",
                    f"<a:p><a:r>{ml.run(self.look.letters, is_bold=is_total)}"
                    f"<a:t>{escape(said)}</a:t></a:r></a:p>",
                ),
            ),
            ml.tag("c:dLblPos", val="t"),
            *ml.shows(is_value=True),
        )

    def _drop(self, name: str, lengths: Sequence[float | None]) -> str:
        """Lines from the upper ends down to the lower ends."""
        text = self.tr("{name}: from the upper to the lower end", name=name)
        none = tuple(None if it is None else 0.0 for it in lengths)
        down, up = self.book.add(text, lengths), self.book.add("", none)
        return ml.errors("y", ml.numbers_ref(up), ml.numbers_ref(down))

    def _said(self, value: float, *, is_signed: bool) -> str:
        tr = self.tr
        match self.chart.unit:
            case "share":
                return tr.percent(value)
            case "amount":
                return tr.money(value, self.currency)
            case "points":
                return tr.signed(value, 1)
            case _:
                return tr.signed(value, 1) if is_signed else tr.number(value, 1)

    def _spans(self) -> _Parts:
        chart, [one] = self.chart, self.chart.series
        lengths = [
            None if a is None or b is None else b - a
            for a, b in zip(one.starts, one.values, strict=True)
        ]
        numbers = [*one.starts, *one.values]
        bounds = nice_bounds(numbers, has_zero=False, unit=chart.unit)
        names = self.book.add("", chart.names)
        low, high = self.book.add(self.tr("from"), one.starts), self.book.add("", one.values)
        length = self.book.add(one.name, lengths)
        del high
        bars = ml.el(
            "c:barChart",
            ml.tag("c:barDir", val="bar"),
            ml.tag("c:grouping", val="stacked"),
            ml.tag("c:varyColors", val=0),
            ml.ser(
                0,
                low,
                "<c:spPr><a:noFill/></c:spPr>",
                ml.tag("c:invertIfNegative", val=0),
                ml.names(names),
                ml.values(low),
            ),
            ml.ser(
                1,
                length,
                ml.el("c:spPr", ml.fill(one.colour, ml.TINT)),
                ml.tag("c:invertIfNegative", val=0),
                ml.names(names),
                ml.values(length),
            ),
            ml.tag("c:gapWidth", val=60),
            ml.tag("c:overlap", val=100),
            *ml.axes_ids(),
        )
        form = self._form(numbers)
        axes = self._names_axis("l", is_turned=True) + self._values_axis("b", bounds, form)
        return _Parts(bars, axes, self._plot(self.look.name_share, 0.05, bounds, bottom=0.1), None)

    def _points(self) -> _Parts:
        """A series for each thing, so that its name is a label that follows it."""
        chart, [one] = self.chart, self.chart.series
        across = [*one.across, *one.across_low, *one.across_high]
        upright = [*one.values, *one.low, *one.high]
        left_right = nice_bounds(across, has_zero=False, unit=chart.across_unit)
        bounds = nice_bounds(upright, has_zero=True, unit=chart.unit)
        self.book.add("", chart.names)
        columns = {
            "x": self.book.add(chart.across_axis or "x", one.across),
            "y": self.book.add(chart.axis or one.name, one.values),
        }
        ends = self._ends_of_points(one)
        written = [self._point(place, columns, ends) for place in range(len(chart.names))]
        plots = ml.el(
            "c:scatterChart",
            ml.tag("c:scatterStyle", val="lineMarker"),
            ml.tag("c:varyColors", val=0),
            *written,
            *ml.axes_ids(),
        )
        form = number_form(chart.across_unit, across, self.tr, self.currency)
        axes = self._values_axis(
            "b", left_right, form, own=ml.NAMES_AXIS, other=ml.VALUES_AXIS, title=chart.across_axis
        ) + self._values_axis("l", bounds, self._form(upright), title=chart.axis)
        return _Parts(plots, axes, self._plot(0.1, 0.06, bounds, bottom=0.18), None)

    def _ends_of_points(self, one: Series) -> dict[str, tuple[Column, Column]]:
        """How far the intervals of both figures reach, as columns of the workbook."""
        ends = {}
        for axis, low, value, high in (
            ("x", one.across_low, one.across, one.across_high),
            ("y", one.low, one.values, one.high),
        ):
            plus, minus = _distances(Series("", value, low, high))
            if plus:
                ends[axis] = self._interval_columns(f"{one.name} {axis}", plus, minus)
        return ends

    def _point(
        self, place: int, columns: dict[str, Column], ends: dict[str, tuple[Column, Column]]
    ) -> str:
        one, name = self.chart.series[0], self.chart.names[place]
        colour = one.colours[place] if one.colours else one.colour
        is_open = bool(one.marks) and one.marks[place] == "hollow"
        fill = "<a:noFill/>" if is_open else ml.solid(colour)
        errors = "".join(
            ml.errors(axis, ml.cell(plus, place), ml.cell(minus, place))
            for axis, (plus, minus) in ends.items()
        )
        return ml.el(
            "c:ser",
            ml.tag("c:idx", val=place),
            ml.tag("c:order", val=place),
            ml.el("c:tx", ml.text_ref(f"{self.book.columns[0].cell(place)}", (name,))),
            '<c:spPr><a:ln w="19050"><a:noFill/></a:ln></c:spPr>',
            ml.el(
                "c:marker",
                ml.tag("c:symbol", val="circle"),
                ml.tag("c:size", val=11),
                ml.el("c:spPr", fill, ml.el_a("a:ln", ml.solid(colour), w=19050)),
            ),
            ml.el(
                "c:dLbls",
                self._label_text(),
                ml.tag("c:dLblPos", val="r"),
                *ml.shows(is_value=False, is_name=True),
            ),
            errors,
            ml.el("c:xVal", ml.cell(columns["x"], place)),
            ml.el("c:yVal", ml.cell(columns["y"], place)),
            ml.tag("c:smooth", val=0),
        )

    # Parts of a chart

    def _form(self, values: Iterable[float | None]) -> str:
        return number_form(self.chart.unit, values, self.tr, self.currency)

    def _plot(
        self,
        left: float,
        top: float,
        bounds: tuple[float, float, float],
        *,
        bottom: float,
        right: float = 0.0,
    ) -> Plot:
        if self.look.is_small:
            left, bottom = max(left, 0.12), max(bottom, 0.16)
        return Plot(left, top, 0.98 - right - left, 1 - top - bottom, bounds[0], bounds[1])

    def _error_bars(self, one: Series, axis: str) -> str:
        plus, minus = _distances(one)
        above, below = self._interval_columns(one.name, plus, minus)
        return ml.errors(axis, ml.numbers_ref(above), ml.numbers_ref(below))

    def _interval_columns(self, name: str, plus: Values, minus: Values) -> tuple[Column, Column]:
        tr = self.tr
        return (
            self.book.add(tr("{name}: up to the upper end", name=name), plus),
            self.book.add(tr("{name}: down to the lower end", name=name), minus),
        )

    def _band(self, one: Series, names: Column) -> str:
        """Two areas: up to the lower end unseen, from there to the upper end pale."""
        tr = self.tr
        low = self.book.add(tr("{name}, low", name=one.name), one.low)
        widths = [
            None if a is None or b is None else b - a
            for a, b in zip(one.low, one.high, strict=True)
        ]
        width = self.book.add(tr("{name}, from low to high", name=one.name), widths)
        self.book.add(tr("{name}, high", name=one.name), one.high)
        areas = (
            ml.ser(
                0,
                low,
                "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>",
                ml.names(names),
                ml.values(low),
            ),
            ml.ser(
                1,
                width,
                ml.el("c:spPr", ml.solid(one.colour, 20_000), "<a:ln><a:noFill/></a:ln>"),
                ml.names(names),
                ml.values(width),
            ),
        )
        return "".join(areas)

    def _events(self, place: int, names: Column, bounds: tuple[float, float, float]) -> str:
        """What happened: a line down from the top of its period, with its words beside it, lower
        where those of the one before reach so far."""
        at: dict[int, str] = {}
        for it in self.chart.events:
            at[it.place] = f"{at[it.place]} · {it.text}" if it.place in at else it.text
        places = range(len(self.chart.names))
        span = bounds[1] - bounds[0]
        rows = event_rows([*at], len(self.chart.names))
        lowered = {place: bounds[1] - span * EVENT_ROW * row for place, row in rows.items()}
        tops = [lowered.get(place) for place in places]
        column = self.book.add(self.tr("Events"), tops)
        drops = self.book.add(
            self.tr("Events, down to"),
            [None if it is None else it - bounds[0] for it in tops],
        )
        none = self.book.add("", [None if it is None else 0.0 for it in tops])
        labels = "".join(
            ml.el(
                "c:dLbl",
                ml.tag("c:idx", val=it),
                ml.el(
                    "c:tx",
                    ml.el(
                        "c:rich",
                        "<a:bodyPr/>",
                        f"<a:p><a:r>{ml.run(self.look.letters - 1)}<a:t>{escape(_cut(text))}</a:t>"
                        "</a:r></a:p>",
                    ),
                ),
                ml.tag("c:dLblPos", val="l" if it > len(places) * EVENT_TURNS else "r"),
                *ml.shows(is_value=True),
            )
            for it, text in at.items()
        )
        return ml.ser(
            place,
            column,
            "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>",
            ml.el("c:marker", ml.tag("c:symbol", val="none")),
            ml.el("c:dLbls", labels, *ml.shows(is_value=False)),
            ml.errors("y", ml.numbers_ref(none), ml.numbers_ref(drops), dash="sysDot"),
            ml.names(names),
            ml.values(column),
            ml.tag("c:smooth", val=0),
        )

    def _last_label(self, one: Series, form: str) -> str:
        """The number of the last period that has one."""
        known = [place for place, it in enumerate(one.values) if it is not None]
        if not known:
            return ""
        last = ml.el(
            "c:dLbl",
            ml.tag("c:idx", val=known[-1]),
            ml.number_code(form),
            self._label_text(is_bold=True),
            ml.tag("c:dLblPos", val="r"),
            *ml.shows(is_value=True),
        )
        return ml.el("c:dLbls", last, *ml.shows(is_value=False))

    def _labels(
        self, form: str, position: str, colour: str = "", *, is_over_line: bool = False
    ) -> str:
        """The numbers; over a line on paper of their own, which lets through."""
        paper = '<a:schemeClr val="bg1"><a:alpha val="70000"/></a:schemeClr>'
        return ml.el(
            "c:dLbls",
            ml.number_code(form),
            f"<c:spPr><a:solidFill>{paper}</a:solidFill></c:spPr>" if is_over_line else "",
            self._label_text(colour, is_bold=True),
            ml.tag("c:dLblPos", val=position),
            *ml.shows(is_value=True),
        )

    def _label_text(self, colour: str = "", *, is_bold: bool = False) -> str:
        return ml.text_look(self.look.letters, colour=colour, is_bold=is_bold)

    def _names_axis(self, side: str, *, is_turned: bool = False) -> str:
        count = len(self.chart.names)
        most = 4 if self.look.is_small else MOST_TICK_NAMES
        skip = -(-count // most) if side == "b" and count > most else 1
        return ml.el(
            "c:catAx",
            ml.tag("c:axId", val=ml.NAMES_AXIS),
            ml.el("c:scaling", ml.tag("c:orientation", val="maxMin" if is_turned else "minMax")),
            ml.tag("c:delete", val=int(not any(self.chart.names))),
            ml.tag("c:axPos", val=side),
            ml.tag("c:numFmt", formatCode="General", sourceLinked=0),
            ml.tag("c:majorTickMark", val="none"),
            ml.tag("c:minorTickMark", val="none"),
            ml.tag("c:tickLblPos", val="none" if self.look.is_small and side == "b" else "low"),
            ml.el("c:spPr", ml.grey_line(9525, 60_000)),
            ml.text_look(self.look.letters),
            ml.tag("c:crossAx", val=ml.VALUES_AXIS),
            ml.tag("c:crosses", val="autoZero"),
            ml.tag("c:auto", val=0),
            ml.tag("c:lblAlgn", val="ctr"),
            ml.tag("c:lblOffset", val=60),
            ml.tag("c:tickLblSkip", val=skip),
            ml.tag("c:noMultiLvlLbl", val=1),
        )

    def _values_axis(
        self,
        side: str,
        bounds: tuple[float, float, float],
        form: str,
        *,
        is_shown: bool = True,
        own: int = ml.VALUES_AXIS,
        other: int = ml.NAMES_AXIS,
        title: str = "",
    ) -> str:
        is_lying = side == "b" and own == ml.VALUES_AXIS
        return ml.el(
            "c:valAx",
            ml.tag("c:axId", val=own),
            ml.el(
                "c:scaling",
                ml.tag("c:orientation", val="minMax"),
                ml.tag("c:max", val=bounds[1]),
                ml.tag("c:min", val=bounds[0]),
            ),
            ml.tag("c:delete", val=0 if is_shown else 1),
            ml.tag("c:axPos", val=side),
            ml.el("c:majorGridlines", ml.el("c:spPr", ml.grey_line(6350, 25_000)))
            if is_shown
            else "",
            self._axis_title(title, side) if title else "",
            ml.number_code(form),
            ml.tag("c:majorTickMark", val="none"),
            ml.tag("c:minorTickMark", val="none"),
            ml.tag("c:tickLblPos", val="nextTo" if is_lying else "low"),
            "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>",
            ml.text_look(self.look.letters - 1, is_pale=True),
            ml.tag("c:crossAx", val=other),
            ml.tag("c:crosses", val="max" if is_lying else "autoZero"),
            ml.tag("c:crossBetween", val="midCat" if self.chart.kind == "points" else "between"),
            ml.tag("c:majorUnit", val=bounds[2]),
        )

    def _axis_title(self, title: str, side: str) -> str:
        turn = ' rot="-5400000" vert="horz"' if side == "l" else ""
        return ml.el(
            "c:title",
            ml.el(
                "c:tx",
                ml.el(
                    "c:rich",
                    f"<a:bodyPr{turn}/>",
                    f'<a:p><a:pPr><a:defRPr b="0"/></a:pPr><a:r>{ml.run(self.look.letters - 1)}'
                    f"<a:t>{escape(title)}</a:t></a:r></a:p>",
                ),
            ),
            ml.tag("c:overlay", val=0),
        )

    def _space(self, parts: _Parts) -> str:
        plot = parts.plot
        inner = ml.el(
            "c:layout",
            ml.el(
                "c:manualLayout",
                ml.tag("c:layoutTarget", val="inner"),
                ml.tag("c:xMode", val="edge"),
                ml.tag("c:yMode", val="edge"),
                *(
                    ml.tag(f"c:{name}", val=round(value, 4))
                    for name, value in zip(
                        "xywh", (plot.left, plot.top, plot.width, plot.height), strict=True
                    )
                ),
            ),
        )
        legend = "" if parts.hidden is None else self._legend(parts.hidden)
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f'<c:chartSpace {ml.NAMESPACES}><c:date1904 val="0"/>'
            f'<c:lang val="{LOCALES.get(self.tr.locale, "en_GB").replace("_", "-")}"/>'
            '<c:roundedCorners val="0"/>'
            + ml.el(
                "c:chart",
                ml.tag("c:autoTitleDeleted", val=1),
                ml.el("c:plotArea", inner, parts.plots, parts.axes, "<c:spPr><a:noFill/></c:spPr>"),
                legend,
                ml.tag("c:plotVisOnly", val=1),
                ml.tag("c:dispBlanksAs", val="gap"),
            )
            + "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
            + ml.text_look(self.look.letters)
            + "</c:chartSpace>"
        )

    def _legend(self, hidden: Sequence[int]) -> str:
        entries = "".join(
            ml.el("c:legendEntry", ml.tag("c:idx", val=it), ml.tag("c:delete", val=1))
            for it in hidden
        )
        return ml.el(
            "c:legend",
            ml.tag("c:legendPos", val="t"),
            entries,
            ml.tag("c:overlay", val=0),
            ml.text_look(self.look.letters),
        )


@dataclass(frozen=True)
class _Parts:
    """What is drawn, its axes and place; the series that a legend leaves out, None: no legend."""

    plots: str
    axes: str
    plot: Plot
    hidden: list[int] | None


def _piece(start: float, end: float, size: float) -> tuple[float, float, float]:
    """The unseen base of a step, what of it lies above 0 and what below.

    >>> _piece(10, 15, 5), _piece(-4, -6, -2), _piece(-2, 3, 5)
    ((10, 5, 0.0), (-4, 0.0, -2), (0.0, 3, -2))
    """
    low, high = min(start, end), max(start, end)
    if low >= 0:
        return low, abs(size), 0.0
    if high <= 0:
        return high, 0.0, -abs(size)
    return 0.0, high, low


def _distances(one: Series) -> tuple[Values, Values]:
    """How far the interval reaches above and below each value; empty where there is none."""
    if not one.has_interval:
        return (), ()
    rows = list(zip(one.values, one.low, one.high, strict=True))
    return (
        tuple(None if v is None or high is None else high - v for v, _, high in rows),
        tuple(None if v is None or low is None else v - low for v, low, _ in rows),
    )


def _cut(text: str, letters: int = 44) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
