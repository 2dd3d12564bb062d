"""When it fails: the share of missed contacts by weekday and hour, with their number."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.charts.theme import BAD, CALM, HEAT_INK, HOT, MUTED, WARM, Figure, axis, faded, layout
from cxdata.i18n import Translator
from cxdata.models import Channel

# From calm to bad: lighter means less on paper too, and each cell says its share.
COLOURS = [[0, CALM], [0.35, WARM], [1, HOT]]
WEEK = range(7)
# Hours that stand on the map also without contacts, so that a few cells look like a few.
DAYTIME = (8, 18)
HourCell = dict[str, Any]


def hours_figure(
    by_hour: pl.DataFrame, channel: Channel, tr: Translator, worst: pl.DataFrame | None = None
) -> Figure:
    """One channel: weekdays down, hours across, the number of contacts of each hour above.

    A cell with too few contacts to show is grey and empty; a small base stands in brackets.

    Parameters
    ----------
    by_hour
        As :func:`cxdata.metrics.response_time.contact_hours.missed_by_hour` returns it, with at
        least one row.
    worst
        As :func:`cxdata.metrics.response_time.contact_hours.worst_hours` returns it: these hours
        stand in a frame.
    """
    cells = {(row["weekday"], row["local_hour"]): row for row in by_hour.iter_rows(named=True)}
    used = by_hour["local_hour"].to_list()
    hours = list(range(min(DAYTIME[0], *used), max(DAYTIME[1], *used) + 1))
    grid = [[cells.get((day, hour), {}) for hour in hours] for day in reversed(WEEK)]
    names = [tr.weekday(day) for day in reversed(WEEK)]
    return {
        "data": [
            _shares(grid, names, hours, tr),
            _withheld(grid, names, hours),
            _to_click(grid, names, hours, channel, tr),
            _volumes(by_hour, hours, tr),
        ],
        "layout": layout(
            400,
            bargap=0.1,
            shapes=_frames(worst, hours),
            hoverdistance=-1,
            xaxis=axis(
                showgrid=False,
                tickvals=hours[::2],
                ticktext=[tr.hour(hour) for hour in hours[::2]],
                tickangle=0,
                anchor="y",
                range=[hours[0] - 0.5, hours[-1] + 0.5],
            ),
            yaxis=axis(showgrid=False, type="category", domain=[0, 0.82]),
            yaxis2=axis(visible=False, domain=[0.85, 1], rangemode="tozero"),
        ),
    }


def _frames(worst: pl.DataFrame | None, hours: list[int]) -> list[Figure]:
    """A frame around the hours in which most is surely missed; none where none stand out."""
    if worst is None or worst.is_empty():
        return []
    row = worst.row(0, named=True)
    # Weekdays stand from the top down, so that Monday has the highest number.
    days = (0, 6) if row["weekday"] is None else (6 - row["weekday"],) * 2
    return [
        {
            "type": "rect",
            "x0": row["from_hour"] - 0.5,
            "x1": row["until_hour"] - 0.5,
            "y0": days[0] - 0.5,
            "y1": days[1] + 0.5,
            "line": {"color": BAD, "width": 3},
        }
    ]


def _shares(
    grid: list[list[HourCell]], names: list[str], hours: list[int], tr: Translator
) -> Figure:
    return {
        "type": "heatmap",
        "x": hours,
        "y": names,
        "z": [[cell.get("missed_share") for cell in line] for line in grid],
        "zmin": 0,
        "zmax": 0.7,
        "colorscale": COLOURS,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": [[_short(cell, tr) for cell in line] for line in grid],
        "texttemplate": "%{text}",
        # Without a size plotly fits it to the cells, and leaves it out where it can't be read.
        "textfont": {"color": HEAT_INK},
        "hoverinfo": "skip",
    }


def _withheld(grid: list[list[HourCell]], names: list[str], hours: list[int]) -> Figure:
    """Contacts, but too few of them due to show a share."""
    return {
        "type": "heatmap",
        "x": hours,
        "y": names,
        "z": [
            [0 if cell and cell["missed_share"] is None else None for cell in line] for line in grid
        ],
        "colorscale": [[0, faded(MUTED, 0.25)], [1, faded(MUTED, 0.25)]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
    }


def _to_click(
    grid: list[list[HourCell]], names: list[str], hours: list[int], channel: Channel, tr: Translator
) -> Figure:
    """A heat map can't be clicked: a point without colour lies over each cell."""
    open_cells = [
        (names[down], hours[across], cell)
        for down, line in enumerate(grid)
        for across, cell in enumerate(line)
        if cell
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [hour for _, hour, _ in open_cells],
        "y": [name for name, *_ in open_cells],
        "marker": {"size": 26, "symbol": "square", "opacity": 0},
        "customdata": [
            ["channel", channel, "weekday", cell["weekday"], "local_hour", cell["local_hour"]]
            for *_, cell in open_cells
        ],
        "text": [_detail(cell, tr) for *_, cell in open_cells],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _volumes(by_hour: pl.DataFrame, hours: list[int], tr: Translator) -> Figure:
    counts = dict(by_hour.group_by("local_hour").agg(pl.col("contact_count").sum()).iter_rows())
    shown = [counts.get(hour, 0) for hour in hours]
    return {
        "type": "bar",
        "x": hours,
        "y": shown,
        "yaxis": "y2",
        "marker": {"color": faded(MUTED, 0.55)},
        "hovertext": [
            f"{_span(hour, tr)}: {tr.plural('{n} contact', '{n} contacts', count)}"
            for hour, count in zip(hours, shown, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _short(cell: HourCell, tr: Translator) -> str:
    if not cell or cell["missed_share"] is None:
        return ""
    share = tr.number(100 * cell["missed_share"])
    return f"({share})" if cell["is_small_base"] else share


def _detail(cell: HourCell, tr: Translator) -> str:
    head = f"<b>{tr.weekday(cell['weekday'])} {_span(cell['local_hour'], tr)}</b>"
    if cell["contact_count"] is None:
        return f"{head}<br>{tr('withheld')}"
    contacts = tr.plural("{n} contact", "{n} contacts", cell["contact_count"])
    if cell["missed_share"] is None:
        return f"{head}<br>{contacts}<br>{tr('too few due to show a share')}"
    share = tr(
        "{share} missed ({low} to {high})",
        share=tr.percent(cell["missed_share"]),
        low=tr.percent(cell["share_low"]),
        high=tr.percent(cell["share_high"]),
    )
    small = f"<br>{tr('small base')}" if cell["is_small_base"] else ""
    return f"{head}<br>{share}<br>{contacts}{small}"


def _span(hour: int, tr: Translator) -> str:
    return tr("{from_hour} to {until_hour}", from_hour=tr.hour(hour), until_hour=tr.hour(hour + 1))
