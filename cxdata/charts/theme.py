"""One look for every chart: the colours of states, classes and channels, the frame around the data.

Figures are made in the colours of the light theme and shared by all readers; :func:`own_figure`
gives whoever draws one on dark ground the dark counterpart of each colour. A text's colour meets
4.5 to 1 on its ground in both, and no colour is the only carrier of a meaning. What stands here
and in docs/design.md is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from html import escape
from math import ceil, floor, log10
from textwrap import shorten
from typing import Any, Literal

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of_value
from cxdata.models import Channel, Dimension, NpsClass

# A figure in plotly's own JSON form: nothing is validated again at each redraw.
Figure = dict[str, Any]
Mode = Literal["light", "dark"]

TEXT, MUTED = "#1d2b33", "#55646d"
ACCENT, GOOD, BAD, GOAL = "#0e7c86", "#1b7f5c", "#b93f26", "#a85d0c"
# Good, bad and goal are colours of states alone: no class, channel or group has one of them.
CLASS_COLOURS: dict[NpsClass, str] = {
    "promoter": "#3a7d44",
    "passive": "#806b2c",
    "detractor": "#a8465e",
}
CHANNEL_COLOURS: dict[Channel, str] = {
    "call": "#2f6db3",
    "email": "#7a55ad",
    "chat": "#b83b78",
    "social": "#66701c",
}
# Groups beside each other, as many as a reader can follow; marks and dashes tell them apart, too.
GROUP_COLOURS = (ACCENT, "#7a55ad", "#2f6db3", "#b83b78")
GROUP_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
# Cells of heat maps from calm to bad and from bad to good; their letters are HEAT_INK.
HEAT_INK = "#10202a"
CALM, WARM, HOT = "#e3eeee", "#f0dcae", "#e58a72"
COLD, EVEN, FINE = "#e7a08f", "#efe6c8", "#a9d3b4"
# Cells of the pyramid's levels, below level 1 and from level 1 to 6.
LEVEL_HEAT = ("#e9b7a3", "#e8d3a4", "#dbe3b0", "#bfe0c0", "#9ad6c6", "#7fc7cf", "#6ab7d8")
# Letters on a colour of a class, and the inside of a hollow mark.
GROUND = HOLLOW = ON_CLASS = "#ffffff"
# What each colour is on dark ground.
DARK: dict[str, str] = {
    TEXT: "#e6edef",
    MUTED: "#a9b6bd",
    ACCENT: "#35a7b2",
    GOOD: "#45b891",
    BAD: "#e57862",
    GOAL: "#e39b4e",
    CLASS_COLOURS["promoter"]: "#7fbf86",
    CLASS_COLOURS["passive"]: "#cdb76a",
    CLASS_COLOURS["detractor"]: "#e08aa0",
    CHANNEL_COLOURS["call"]: "#6aa6e6",
    CHANNEL_COLOURS["email"]: "#b295e0",
    CHANNEL_COLOURS["chat"]: "#ea82b4",
    CHANNEL_COLOURS["social"]: "#b9c25a",
    **dict(
        zip(
            LEVEL_HEAT,
            ("#7d4030", "#66552a", "#545d2c", "#365f3a", "#1f6153", "#1d6069", "#1d5a78"),
            strict=True,
        )
    ),
    HEAT_INK: "#f2f6f7",
    CALM: "#22363c",
    WARM: "#5f5228",
    HOT: "#a04330",
    COLD: "#8f3a29",
    EVEN: "#4a4634",
    FINE: "#2f6245",
    GROUND: "#11191d",
}
SIZE = 14  # of all letters of a chart, in pixels
# Letters of an event that a chart shows; all of them on hover.
EVENT_LETTERS = 32
# So many letters of tick labels fit beside each other in a chart on a phone, 390 pixels wide.
LETTERS_OF_A_PHONE = 48
# A caption's height, and the room below the axis that it and the tick labels take together.
CAPTION_HEIGHT, CAPTION_ROOM, CAPTION_SIZE = 16, 44, 12
SECOND_LINE_HEIGHT = 17
# A lower figure is a strip beside its text and has no caption.
CAPTIONED_FROM = 100
# Grows upwards, into a margin that grows with it: on a phone its entries take several rows.
LEGEND_ABOVE = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
GRID = "rgba(138, 148, 158, 0.25)"
# Keys of a figure below which there are values and words, no colours.
_WITHOUT_COLOURS = frozenset(
    ("x", "y", "z", "text", "customdata", "hovertext", "ticktext", "tickvals", "base", "array")
)


def literal(text: object) -> str:
    """Text from a file as plotly and SVG show it: as text, never as markup.

    Quotes stay: plotly would show their entities, and no text stands in an attribute.
    """
    return escape(str(text), quote=False)


def group_name(value: str | None, dimension: Dimension, tr: Translator) -> str:
    """A value of a dimension as a chart shows it."""
    return literal(name_of_value(dimension, value, tr))


def faded(colour: str, opacity: float) -> str:
    """A ``#rrggbb`` colour with an opacity from 0 to 1.

    >>> faded("#0e7c86", 0.2)
    'rgba(14, 124, 134, 0.2)'
    """
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def layout(height: int, **changes: Any) -> dict[str, Any]:
    """The layout that all charts share, with one chart's own changes."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": SIZE, "color": MUTED},
        "hoverlabel": {"font": {"size": SIZE}},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": axis(),
        "yaxis": axis(),
        **changes,
    }


def captioned(figure: Figure, text: str) -> Figure:
    """The figure with a line below it that says what it was made with.

    A picture of it that is saved then still says its filters and data date. On the page itself
    they stand above already: the page's style hides the line there.
    """
    laid = figure["layout"]
    if laid["height"] < CAPTIONED_FROM:
        return figure
    second_line = any("<br>" in it for it in laid["xaxis"].get("ticktext", ()))
    more = SECOND_LINE_HEIGHT if second_line else 0
    margin = {**laid["margin"], "b": CAPTION_ROOM + more}
    caption = {
        "text": literal(text),
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 0,
        "yref": "container",
        "yanchor": "bottom",
        "pad": {"b": 2, "l": 2},
        "automargin": True,
        "font": {"size": CAPTION_SIZE, "color": MUTED, "weight": 400},
    }
    changed = {
        "height": laid["height"] + CAPTION_HEIGHT + more,
        "margin": margin,
        "title": caption,
    }
    return {**figure, "layout": {**laid, **changed}}


def with_description(figure: Figure, text: str) -> Figure:
    """The figure with what it shows in words, for readers who don't see it."""
    return {**figure, "layout": {**figure["layout"], "meta": text}}


def description(figure: Figure) -> str | None:
    """What :func:`with_description` said of the figure; None if nobody did."""
    said: str | None = figure["layout"].get("meta")
    return said


def own_figure(figure: Figure, mode: Mode = "light") -> Figure:
    """A figure that whoever draws it may change, while others draw the same one.

    On dark ground each colour is its dark counterpart.

    Figures are kept and shared by all sessions. While plotly validates a figure it takes ``type``
    out of each trace and puts it back; another session that validates the same trace in between
    takes it for a line. What lies deeper, plotly only reads; a test holds that.

    >>> shared = {"data": [{"type": "bar"}], "layout": {}}
    >>> own_figure(shared)["data"][0].pop("type"), shared
    ('bar', {'data': [{'type': 'bar'}], 'layout': {}})
    """
    own = figure if mode == "light" else _darkened(figure)
    return {
        **own,
        "data": [dict(trace) for trace in own["data"]],
        "layout": dict(own["layout"]),
    }


def _darkened(part: Any) -> Any:
    """The part of a figure with the dark counterpart of each of our colours."""
    if isinstance(part, dict):
        return {
            name: value if name in _WITHOUT_COLOURS else _darkened(value)
            for name, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_darkened(it) for it in part]
    return _dark(part) if isinstance(part, str) else part


def shade(colour: str, mode: Mode) -> str:
    """One of our colours on the ground of that mode.

    >>> shade("#0e7c86", "dark")
    '#35a7b2'
    """
    return colour if mode == "light" else _dark(colour)


@cache
def _dark(text: str) -> str:
    """The dark counterpart of one of our colours, faded or not; anything else as it is."""
    if text in DARK:
        return DARK[text]
    for light, dark in DARK.items():
        if text.startswith(faded(light, 1).removesuffix("1)")):
            return faded(dark, float(text.rsplit(", ", 1)[1].removesuffix(")")))
    return text


def axis(**changes: Any) -> dict[str, Any]:
    return {
        "automargin": True,
        "fixedrange": True,
        "tickfont": {"size": SIZE, "color": MUTED},
        "gridcolor": GRID,
        "zeroline": False,
        "ticks": "",
        **changes,
    }


def time_axis(
    periods: Sequence[date],
    names: Sequence[str],
    most: int = 8,
    letters: int = LETTERS_OF_A_PHONE,
) -> dict[str, Any]:
    """At most so many of the periods' names, evenly spaced, the last one always there.

    Where a phone has no room for them in one line they stand in two; of long ones there are fewer.
    ``letters`` are those that it has room for. The axis is as long as its periods: what is
    written into a chart doesn't squeeze them.
    """
    step = max(1, -(-len(periods) // most))
    shown = list(names[::-1][::step])
    if sum(map(len, shown)) > letters:
        folded = [in_two_lines(it) for it in names[::-1]]
        longest = max(len(line) for name in folded for line in name.split("<br>"))
        step = max(step, -(-len(periods) // max(1, letters // longest)))
        shown = folded[::step]
    return axis(
        showgrid=False,
        tickangle=0,
        tickmode="array",
        tickvals=list(periods[::-1][::step]),
        ticktext=shown,
        **_range_of(periods),
    )


def _range_of(periods: Sequence[date]) -> dict[str, Any]:
    """From a little before the first to a little after the last; as it comes without any."""
    if not periods:
        return {}
    gap = (periods[-1] - periods[0]) / (len(periods) - 1) if len(periods) > 1 else timedelta(30)
    beside = max(gap * 0.3, (periods[-1] - periods[0]) * 0.02)
    ends = (datetime.combine(it, time()) for it in (periods[0], periods[-1]))
    first, last = ends
    return {"range": [(first - beside).isoformat(), (last + beside).isoformat()]}


def in_two_lines(name: str) -> str:
    """The name of a period with a line break where it makes the narrowest label.

    >>> in_two_lines("T1 exercice 2026"), in_two_lines("2026")
    ('T1 exercice<br>2026', '2026')
    """
    words = name.split(" ")
    folded = [(" ".join(words[:it]), " ".join(words[it:])) for it in range(1, len(words))]
    return "<br>".join(min(folded, key=lambda lines: max(map(len, lines)), default=(name,)))


def share_axis(tr: Translator, ticks: Sequence[float], **changes: Any) -> dict[str, Any]:
    """Shares as the reader's language writes percentages; with a decimal if one needs it."""
    digits = 0 if all(round(it * 100, 6) % 1 == 0 for it in ticks) else 1
    return axis(tickvals=list(ticks), ticktext=[tr.percent(it, digits) for it in ticks], **changes)


def round_ticks(least: float, most: float, count: int = 4) -> list[float]:
    """At most about ``count`` round values that span ``least`` to ``most``, 0 among them.

    >>> round_ticks(0, 6.13)
    [0.0, 2.0, 4.0, 6.0]
    """
    span = most - least
    if span <= 0:
        return [least]
    magnitude = 10.0 ** floor(log10(span / count))
    step = next(it * magnitude for it in (1, 2, 5, 10) if span / (it * magnitude) <= count)
    return [it * step for it in range(ceil(least / step), floor(most / step) + 1)]


def event_lines(events: Sequence[tuple[date, str]]) -> list[dict[str, Any]]:
    """A vertical line at each event's day, as shapes of a chart over time."""
    return [
        {
            "type": "line",
            "yref": "paper",
            "x0": day,
            "x1": day,
            "y0": 0,
            "y1": 1,
            "line": {"color": MUTED, "width": 1, "dash": "dot"},
        }
        for day, _ in events
    ]


def event_labels(
    events: Sequence[tuple[date, str]], periods: Sequence[date]
) -> list[dict[str, Any]]:
    """What happened, at the head of each event's line, on the side that has more room; neighbours
    at different heights."""
    middle = periods[0] + (periods[-1] - periods[0]) / 2 if periods else date.max
    return [
        {
            "x": day,
            "yref": "paper",
            "y": 1 - 0.08 * (position % 3),
            "xanchor": "right" if day > middle else "left",
            "yanchor": "top",
            "text": literal(shorten(text, EVENT_LETTERS, placeholder="…")),
            "hovertext": literal(text),
            "showarrow": False,
            "font": {"size": SIZE, "color": MUTED},
        }
        for position, (day, text) in enumerate(events)
    ]
