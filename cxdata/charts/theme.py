"""One look for every chart: the colours of classes and channels, the frame around the data.

Backgrounds and text colours are left to the page's theme, so that charts follow light and
dark. Colours are readable on both, and never the only carrier of a meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from math import ceil, floor, log10
from textwrap import shorten
from typing import Any, Literal

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Channel, Dimension, NpsClass

# A figure in plotly's own JSON form: nothing is validated again at each redraw.
Figure = dict[str, Any]
Mode = Literal["light", "dark"]

ACCENT = "#0e7c86"
MUTED = "#8a949e"
GOAL = "#d9822b"
CLASS_COLOURS: dict[NpsClass, str] = {
    "promoter": "#2a9d78",
    "passive": "#b5a46a",
    "detractor": "#d0563f",
}
CHANNEL_COLOURS: dict[Channel, str] = {
    "call": "#3a76b0",
    "email": "#8a68b5",
    "chat": "#c98a2b",
    "social": "#3f9d8f",
}
# Letters of an event that a chart shows; all of them on hover.
EVENT_LETTERS = 32
# So many letters of tick labels fit beside each other in a chart on a phone, 390 pixels wide.
LETTERS_OF_A_PHONE = 56
# A caption's height, and the room below the axis that it and the tick labels take together.
CAPTION_HEIGHT, CAPTION_ROOM = 18, 42
SECOND_LINE_HEIGHT = 14
# A lower figure is a strip beside its text and has no caption.
CAPTIONED_FROM = 100
# Grows upwards, into a margin that grows with it: on a phone its entries take several rows.
LEGEND_ABOVE = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
GRID = "rgba(138, 148, 158, 0.25)"


def literal(text: object) -> str:
    """Text from a file as plotly and SVG show it: as text, never as markup.

    Quotes stay: plotly would show their entities, and no text stands in an attribute.
    """
    return escape(str(text), quote=False)


def group_name(value: str | None, dimension: Dimension, tr: Translator) -> str:
    """A value of a dimension as a chart shows it."""
    if value is None:
        return tr("not given")
    return name_of("channel", value, tr) if dimension == "channel" else literal(value)


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
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": axis(),
        "yaxis": axis(),
        **changes,
    }


def captioned(figure: Figure, text: str) -> Figure:
    """The figure with a line below it that says what it was made with.

    A picture of it, saved or pasted into a slide, then still says its filters and data date.
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
        "font": {"size": 10, "color": MUTED, "weight": 400},
    }
    changed = {
        "height": laid["height"] + CAPTION_HEIGHT + more,
        "margin": margin,
        "title": caption,
    }
    return {**figure, "layout": {**laid, **changed}}


def own_figure(figure: Figure) -> Figure:
    """A figure that whoever draws it may change, while others draw the same one.

    Figures are kept and shared by all sessions. While plotly validates a figure it takes ``type``
    out of each trace and puts it back; another session that validates the same trace in between
    takes it for a line. What lies deeper, plotly only reads; a test holds that.

    >>> shared = {"data": [{"type": "bar"}], "layout": {}}
    >>> own_figure(shared)["data"][0].pop("type"), shared
    ('bar', {'data': [{'type': 'bar'}], 'layout': {}})
    """
    return {
        **figure,
        "data": [dict(trace) for trace in figure["data"]],
        "layout": dict(figure["layout"]),
    }


def axis(**changes: Any) -> dict[str, Any]:
    return {
        "automargin": True,
        "fixedrange": True,
        "gridcolor": GRID,
        "zeroline": False,
        "ticks": "",
        **changes,
    }


def time_axis(periods: Sequence[date], names: Sequence[str], most: int = 8) -> dict[str, Any]:
    """At most so many of the periods' names, evenly spaced, the last one always there.

    Where a phone has no room for them in one line they stand in two; of long ones there are fewer.
    """
    step = max(1, -(-len(periods) // most))
    shown = list(names[::-1][::step])
    if sum(map(len, shown)) > LETTERS_OF_A_PHONE:
        folded = [in_two_lines(it) for it in names[::-1]]
        longest = max(len(line) for name in folded for line in name.split("<br>"))
        step = max(step, -(-len(periods) // (LETTERS_OF_A_PHONE // longest)))
        shown = folded[::step]
    return axis(
        showgrid=False,
        tickangle=0,
        tickmode="array",
        tickvals=list(periods[::-1][::step]),
        ticktext=shown,
    )


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


def event_labels(events: Sequence[tuple[date, str]]) -> list[dict[str, Any]]:
    """What happened, at the head of each event's line; neighbours at different heights."""
    return [
        {
            "x": day,
            "yref": "paper",
            "y": 1 - 0.09 * (position % 3),
            "xanchor": "left",
            "yanchor": "top",
            "text": literal(shorten(text, EVENT_LETTERS, placeholder="…")),
            "hovertext": literal(text),
            "showarrow": False,
            "font": {"size": 11, "color": MUTED},
        }
        for position, (day, text) in enumerate(events)
    ]
