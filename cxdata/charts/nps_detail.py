"""The NPS page's charts below the trend: why it moved, for whom, what drives it, what is said.

Each point carries in ``customdata`` what it stands for, so that a click opens the answers
behind it.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.theme import (
    ACCENT,
    BAD,
    CLASS_COLOURS,
    COLD,
    EVEN,
    FINE,
    GOOD,
    HEAT_INK,
    LEGEND_ABOVE,
    MUTED,
    SIZE,
    Figure,
    axis,
    faded,
    group_name,
    layout,
    literal,
    round_ticks,
    share_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of, touchpoint_name
from cxdata.metrics.nps.mix_split import is_split
from cxdata.metrics.nps.score import NpsChange
from cxdata.models import Dimension, NpsClass, Period

# Groups drawn one by one in the waterfall; the rest are one bar.
MOST_GROUPS = 6
WATERFALL_LOOK: dict[str, Any] = {
    "textposition": "outside",
    "cliponaxis": False,
    "connector": {"line": {"color": MUTED, "width": 1, "dash": "dot"}},
    "totals": {"marker": {"color": ACCENT}},
    "textfont": {"size": SIZE},
    "hovertemplate": "%{x}: %{text}<extra></extra>",
}
# A bar's name, its points, and what a click on it chooses.
Step = tuple[str, float, list[str | None] | None]
HEAT_COLOURS = [[0, COLD], [0.5, EVEN], [1, FINE]]


def waterfall_figure(
    mix: pl.DataFrame, dimension: Dimension, change: NpsChange, tr: Translator
) -> Figure:
    """From the earlier NPS to the present one: each group's own change, then the mix, in what the
    customers and what who answered did to it where both are known.

    Parameters
    ----------
    mix
        As :func:`cxdata.metrics.nps.mix.nps_mix` returns it, no effect withheld.
    change
        The two figures; the effects add up to their difference.
    """
    before, after = change.compared["nps"].item(), change.current["nps"].item()
    steps = _steps(mix, dimension, tr)
    days = _days(change.compared_period)
    return {
        "data": [
            {
                "type": "waterfall",
                "measure": ["absolute", *["relative"] * len(steps), "total"],
                "x": [tr("before"), *(name for name, *_ in steps), tr("now")],
                "y": [before, *(effect for _, effect, _ in steps), after],
                "text": [
                    tr.nps(before, 1),
                    *(tr.signed(effect, 1) for _, effect, _ in steps),
                    tr.nps(after, 1),
                ],
                "customdata": [days, *(choice for *_, choice in steps), []],
                **WATERFALL_LOOK,
                **_moves(change),
            }
        ],
        "layout": layout(
            320,
            margin={"l": 8, "r": 12, "t": 24, "b": 8},
            xaxis=axis(showgrid=False, type="category"),
            yaxis=axis(range=_roomy([before, after, *_levels(before, steps)])),
        ),
    }


def _moves(change: NpsChange) -> dict[str, Any]:
    """Better and worse have the colours of states only where the change is real."""
    is_real = change.verdict == "real_change" and change.is_compared_complete
    better, worse = (GOOD, BAD) if is_real else (faded(ACCENT, 0.55), faded(MUTED, 0.7))
    return {
        "increasing": {"marker": {"color": better}},
        "decreasing": {"marker": {"color": worse}},
    }


def _steps(mix: pl.DataFrame, dimension: Dimension, tr: Translator) -> list[Step]:
    rows = mix.sort(pl.col("rate_effect").abs(), descending=True).to_dicts()
    steps: list[Step] = [
        (group_name(row[dimension], dimension, tr), row["rate_effect"], [dimension, row[dimension]])
        for row in rows[:MOST_GROUPS]
    ]
    if len(rows) > MOST_GROUPS:
        rest = sum(row["rate_effect"] for row in rows[MOST_GROUPS:])
        steps.append((tr("other groups"), rest, None))
    if is_split(mix):
        steps.append((tr("customers changed"), float(mix["customers_effect"].sum()), None))
        steps.append((tr("who answered changed"), float(mix["respondents_effect"].sum()), None))
    else:
        steps.append((tr("mix of groups"), sum(row["mix_effect"] for row in rows), None))
    return steps


def _days(period: Period | None) -> list[str] | None:
    if period is None:
        return None
    return ["first_on", period.first_on.isoformat(), "last_on", period.last_on.isoformat()]


def _levels(before: float, steps: list[Step]) -> list[float]:
    levels = [before]
    for _, effect, _ in steps:
        levels.append(levels[-1] + effect)
    return levels


def _roomy(values: list[float]) -> list[float]:
    """From 0, or below it, to the values, with room for the labels."""
    least, most = min(0.0, *values), max(0.0, *values)
    room = 0.18 * (most - least or 1)
    return [least - room if least < 0 else 0, most + room]


def score_figure(distribution: pl.DataFrame, tr: Translator) -> Figure:
    """How many answers gave each score, coloured by class."""
    rows = distribution.to_dicts()
    return {
        "data": [
            {
                "type": "bar",
                "x": [row["score"] for row in rows],
                "y": [row["share"] for row in rows],
                "marker": {"color": [CLASS_COLOURS[score_class(row["score"])] for row in rows]},
                "text": [tr.percent(row["share"], 0) for row in rows],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [["score", row["score"]] for row in rows],
                "hovertext": [
                    tr.plural("{n} answer", "{n} answers", row["answer_count"]) for row in rows
                ],
                "hovertemplate": "%{x}: %{text} · %{hovertext}<extra></extra>",
            }
        ],
        "layout": layout(
            260,
            bargap=0.25,
            margin={"l": 8, "r": 12, "t": 20, "b": 8},
            xaxis=axis(showgrid=False, dtick=1),
            yaxis=axis(visible=False, rangemode="tozero"),
        ),
    }


def score_class(score: int) -> NpsClass:
    """Promoter from 9, passive from 7, detractor below."""
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


def heat_figure(heat: pl.DataFrame, rows: Dimension, columns: Dimension, tr: Translator) -> Figure:
    """NPS of each pair of values, with its n; a withheld cell stays empty.

    Parameters
    ----------
    heat
        As :func:`cxdata.metrics.nps.heat.nps_heat` returns it.
    """
    down = heat[rows].unique(maintain_order=True).sort(descending=True, nulls_last=False).to_list()
    across = heat[columns].unique(maintain_order=True).sort(nulls_last=True).to_list()
    cells = {(row[rows], row[columns]): row for row in heat.iter_rows(named=True)}
    names_down = [group_name(it, rows, tr) for it in down]
    names_across = [group_name(it, columns, tr) for it in across]
    grid = [[cells.get((one, other), {}) for other in across] for one in down]
    return {
        "data": [
            {
                "type": "heatmap",
                "x": names_across,
                "y": names_down,
                "z": [[cell.get("nps") for cell in line] for line in grid],
                "zmin": -60,
                "zmax": 80,
                "colorscale": HEAT_COLOURS,
                "showscale": False,
                "xgap": 3,
                "ygap": 3,
                "text": [[_heat_text(cell, tr) for cell in line] for line in grid],
                "texttemplate": "%{text}",
                "textfont": {"color": HEAT_INK, "size": SIZE},
                "hoverinfo": "skip",
            },
            _cells_to_click(grid, names_down, names_across, (rows, columns), tr),
        ],
        "layout": layout(
            70 + 46 * max(len(down), 1),
            hoverdistance=-1,
            xaxis=axis(showgrid=False, side="top", type="category"),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def _cells_to_click(
    grid: list[list[dict[str, Any]]],
    names_down: list[str],
    names_across: list[str],
    dimensions: tuple[Dimension, Dimension],
    tr: Translator,
) -> Figure:
    """A heat map can't be clicked: a point without colour lies over each cell that may open."""
    rows, columns = dimensions
    open_cells = [
        (names_across[across], names_down[down], cell)
        for down, line in enumerate(grid)
        for across, cell in enumerate(line)
        if cell and cell["nps"] is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [across for across, *_ in open_cells],
        "y": [down for _, down, _ in open_cells],
        "marker": {"size": 40, "symbol": "square", "opacity": 0},
        "customdata": [[rows, cell[rows], columns, cell[columns]] for *_, cell in open_cells],
        "text": [
            f"{tr.nps(cell['nps'])} ({tr.nps(cell['nps_low'])} – {tr.nps(cell['nps_high'])}) · "
            f"n = {tr.number(cell['answer_count'])}"
            for *_, cell in open_cells
        ],
        "hovertemplate": "%{y} · %{x}<br>%{text}<extra></extra>",
    }


def _heat_text(cell: dict[str, Any], tr: Translator) -> str:
    if not cell:
        return ""
    if cell["nps"] is None:
        return tr("protected") if cell["is_protecting"] else tr("withheld")
    shown = f"{_mark(cell)}<b>{tr.nps(cell['nps'])}</b>"
    n = tr.number(cell["answer_count"])
    return f"({shown})<br>{n}" if cell["base"] == "small" else f"{shown}<br>{n}"


def _mark(cell: dict[str, Any]) -> str:
    """Whether a cell is surely below or above all other answers."""
    if cell["rest_verdict"] != "real_change":
        return ""
    return "▼ " if cell["rest_difference"] < 0 else "▲ "


QUADRANT_COLOURS = {
    "fix": BAD,
    "open": ACCENT,
    "keep": GOOD,
    "watch": ACCENT,
    "maintain": MUTED,
}


# In which corner each quadrant lies, as shares of the chart.
QUADRANTS = (("fix", 0, 1), ("keep", 1, 1), ("watch", 0, 0), ("maintain", 1, 0))


def _quadrant(code: str, x: float, y: float, tr: Translator) -> dict[str, Any]:
    """What to do with what lies in a corner."""
    return {
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "xanchor": "right" if x else "left",
        "yanchor": "top" if y else "bottom",
        "text": f"<b>{name_of('quadrant', code, tr)}</b>",
        "showarrow": False,
        "font": {"size": SIZE, "color": QUADRANT_COLOURS[code]},
    }


def drivers_figure(drivers: pl.DataFrame, tr: Translator) -> Figure:
    """Importance against performance of each rated touchpoint with intervals, cut at the means
    of what is significant.

    Parameters
    ----------
    drivers
        As :func:`cxdata.metrics.nps.drivers.nps_drivers` returns it.
    """
    rows = [row for row in drivers.to_dicts() if row["weight"] is not None]
    weights, means = [row["weight"] for row in rows], [row["performance_share"] for row in rows]
    real = [row for row in rows if row["is_significant"]] or rows
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": means,
                "y": weights,
                "text": [literal(touchpoint_name(row["touchpoint"], tr)) for row in rows],
                "textposition": "top center",
                "cliponaxis": False,
                "error_x": _ends(rows, "performance_share", "performance"),
                "error_y": _ends(rows, "weight", "weight"),
                "marker": {
                    "size": 14,
                    "color": [QUADRANT_COLOURS.get(row["quadrant"], MUTED) for row in rows],
                    "symbol": [
                        "circle" if row["is_significant"] else "circle-open" for row in rows
                    ],
                },
                "customdata": [tr.percent(row["weight"], 0) for row in rows],
                "hovertemplate": "%{text}: %{customdata}<extra></extra>",
            }
        ],
        "layout": layout(
            360,
            margin={"l": 8, "r": 30, "t": 24, "b": 8},
            annotations=[_quadrant(*it, tr) for it in QUADRANTS] if rows else [],
            xaxis=share_axis(
                tr,
                [it / 10 for it in range(11)],
                title={"text": tr("mean rating, share of the scale (performance)")},
            ),
            yaxis=share_axis(
                tr,
                round_ticks(0, max([0.01, *(row["weight_high"] for row in rows)])),
                rangemode="tozero",
                title={"text": tr("share of what is explained (importance)")},
            ),
            shapes=[
                _cut("x", sum(row["performance_share"] for row in real) / len(real)),
                _cut("y", sum(row["weight"] for row in real) / len(real)),
            ]
            if rows
            else [],
        ),
    }


def _ends(rows: list[dict[str, Any]], value: str, ends: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [row[f"{ends}_high"] - row[value] for row in rows],
        "arrayminus": [row[value] - row[f"{ends}_low"] for row in rows],
        "color": MUTED,
        "thickness": 1,
        "width": 0,
    }


def _cut(direction: str, value: float) -> dict[str, Any]:
    other = "y" if direction == "x" else "x"
    return {
        "type": "line",
        f"{direction}0": value,
        f"{direction}1": value,
        f"{other}0": 0,
        f"{other}1": 1,
        f"{other}ref": "paper",
        "line": {"color": MUTED, "dash": "dot", "width": 1},
    }


def themes_figure(themes: pl.DataFrame, tr: Translator, most: int = 12) -> Figure:
    """How often detractors and promoters mention each theme, with intervals.

    Parameters
    ----------
    themes
        As :func:`cxdata.metrics.nps.themes.nps_themes` returns it.
    """
    rows = list(reversed(themes.head(most).to_dicts()))
    names = [literal(row["theme"]) for row in rows]
    kinds: tuple[NpsClass, ...] = ("detractor", "promoter")
    return {
        "data": [_mentions(rows, names, kind, tr) for kind in kinds],
        "layout": layout(
            90 + 30 * max(len(rows), 1),
            showlegend=True,
            legend=LEGEND_ABOVE,
            xaxis=share_axis(tr, _share_ticks(rows), rangemode="tozero"),
            yaxis=axis(type="category"),
        ),
    }


def theme_points_figure(
    themes: pl.DataFrame, confidence: float, tr: Translator, most: int = 12
) -> Figure:
    """What each theme costs (left) or brings (right), with its interval; pale where not sure.

    Parameters
    ----------
    themes
        Rows of :func:`cxdata.metrics.nps.themes.nps_themes` with points, those that do most first.
        As many are drawn of those that cost as of those that bring, as far as there are.
    """
    costs, brings = (
        themes.filter(pl.col("theme_points") < 0),
        themes.filter(pl.col("theme_points") >= 0),
    )
    cost_count = min(costs.height, max(most // 2, most - brings.height))
    drawn = pl.concat([costs.head(cost_count), brings.head(most - cost_count)])
    rows = drawn.sort("theme_points", descending=True).to_dicts()
    dots = [
        Dot(
            literal(row["theme"]),
            row["theme_points"],
            row["theme_points"] if row["theme_points_low"] is None else row["theme_points_low"],
            row["theme_points"] if row["theme_points_high"] is None else row["theme_points_high"],
            tr.signed(row["theme_points"], 1),
            f"{tr.signed(row['theme_points'], 1)} · n = {tr.number(row['comment_count'])}",
            ["term", row["term"]],
            is_small_base=row["theme_points_p_value"] is None
            or row["theme_points_p_value"] >= 1 - confidence,
        )
        for row in rows
    ]
    return dots_figure(dots, axis(zeroline=True, zerolinecolor=MUTED))


def _share_ticks(rows: list[dict[str, Any]]) -> list[float]:
    shares = [row[f"{kind}_share"] or 0 for row in rows for kind in ("detractor", "promoter")]
    return round_ticks(0, max([0.01, *shares]))


def _mentions(
    rows: list[dict[str, Any]], names: list[str], kind: NpsClass, tr: Translator
) -> Figure:
    shares = [row[f"{kind}_share"] for row in rows]
    colour = CLASS_COLOURS[kind]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name_of("nps_class", kind, tr),
        "x": shares,
        "y": names,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_beyond(row, kind, "high") for row in rows],
            "arrayminus": [_beyond(row, kind, "low") for row in rows],
            "color": faded(colour, 0.5),
            "thickness": 2,
            "width": 3,
        },
        "marker": {
            "size": 11,
            "color": colour,
            "symbol": "circle" if kind == "detractor" else "diamond",
        },
        "customdata": [["term", row["term"]] for row in rows],
        "text": ["" if share is None else tr.percent(share, 0) for share in shares],
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }


def _beyond(row: dict[str, Any], kind: NpsClass, end: str) -> float:
    share, bound = row[f"{kind}_share"], row[f"{kind}_share_{end}"]
    return 0.0 if share is None or bound is None else abs(bound - share)
