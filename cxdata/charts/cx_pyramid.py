"""The pyramid, drawn as a pyramid: an SVG image whose levels are lit by journey.

It is shown as an image, so nothing in it can run or be clicked; a table beside says the same
to keyboards and screen readers. The levels over time are a chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten, wrap
from typing import Any

import polars as pl

from cxdata.charts.lines import TargetRun
from cxdata.charts.svg import (
    PALE_INK,
    PAPER,
    Label,
    Sketch,
    Tone,
    area,
    box,
    dot,
    stroke,
)
from cxdata.charts.theme import (
    ACCENT,
    EVENT_LETTERS,
    GOAL,
    HEAT_INK,
    LEVEL_HEAT,
    MUTED,
    SIZE,
    Figure,
    Mode,
    axis,
    layout,
    literal,
    shade,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import journey_name

LEVEL_COUNT = 6
STEP_WIDTH = 360
# Beyond so many journeys a level's light is one area, without a line between each two.
SLICED_JOURNEYS = 12
# From the base up.
LEVEL_COLOURS = ("#0b5f67", "#0e727b", "#12858f", "#2a8f86", "#3f967a", "#5b9a64")
_UNLIT: dict[Mode, str] = {"light": "#dde3e7", "dark": "#333b42"}


@dataclass(frozen=True)
class PyramidLook:
    """Size of the drawing in its own units; sizes of letters are their heights.

    ``name_letters`` and ``journey_letters`` are the room for the name and the journeys of a
    level, in letters a line; without the former the levels have numbers only.
    """

    width: int
    level_height: int
    base_width: int
    number_size: int
    name_size: float
    journey_size: float
    name_letters: int
    journey_letters: int


OVERVIEW = PyramidLook(340, 24, 118, 14, 0, 14, 0, 25)
PAGE = PyramidLook(640, 82, 246, 30, 18, 17, 29, 34)
PHONE = PyramidLook(360, 78, 116, 22, 14.5, 14, 23, 27)


def named_pyramid(
    levels: pl.DataFrame,
    level_names: Sequence[str],
    tr: Translator,
    *,
    mode: Mode,
    look: PyramidLook = PAGE,
) -> Sketch:
    """The six levels, each lit for the share of journeys that reached it, its own beside it.

    The journeys are slices from the base to the top, the highest one to the left. The weakest
    one has a mark and a word, one whose level isn't established a hollow ring, one of which it
    can't be told the levels that it may be at.

    Parameters
    ----------
    levels
        As ``pyramid_levels`` returns them; without rows nothing is lit.
    level_names
        Name of each level, from the first to the sixth.
    """
    rows = levels.sort(["level", "journey"], descending=[True, False]).to_dicts()
    reached = [row["level"] for row in rows]
    shapes: list[str] = []
    labels: list[Label] = []
    for level in range(1, LEVEL_COUNT + 1):
        tone: Tone = "ink" if any(it >= level for it in reached) else "quiet"
        centre = (look.base_width / 2, _middle(level, look))
        shapes += _shape(level, reached, mode, look)
        shapes.append(dot(centre, PAPER[mode], PAPER[mode], radius=look.number_size * 0.68))
        labels.append(Label(centre, str(level), tone, "middle", True, look.number_size))
        at_level = [row for row in rows if max(row["level"], 1) == level]
        name = level_names[level - 1] if look.name_letters else ""
        journeys = journey_words(at_level, rows, tr)
        shapes += _leader(level, mode, look) if journeys and not name else []
        labels += _beside(level, name, journeys, tone, look)
    height = look.level_height * LEVEL_COUNT + 8
    return Sketch(look.width, height, tuple(shapes), tuple(labels), mode)


def pyramid_sketch(levels: pl.DataFrame, tr: Translator, mode: Mode) -> Sketch:
    """The six levels as :func:`named_pyramid` lights them, without names: for the Overview."""
    look = OVERVIEW
    rows = levels.sort(["level", "journey"], descending=[True, False]).to_dicts()
    reached = [row["level"] for row in rows]
    shapes: list[str] = []
    labels: list[Label] = []
    for level in range(1, LEVEL_COUNT + 1):
        # The number stands in the middle: on light only where more than half is lit.
        is_lit = 2 * sum(it >= level for it in reached) > len(reached)
        shapes += _shape(level, reached, mode, look)
        centre = (look.base_width / 2, _middle(level, look))
        labels.append(Label(centre, str(level), "paper" if is_lit else "ink", "middle", True))
        at_level = [row for row in rows if max(row["level"], 1) == level]
        if at_level:
            shapes += _leader(level, mode, look)
            named = journey_words(at_level, rows, tr, is_short=True)
            [said] = _listed(named, 1, look)
            labels.append(Label((_text_x(look), _middle(level, look)), said))
    height = 6 + look.level_height * LEVEL_COUNT
    return Sketch(look.width, height, tuple(shapes), tuple(labels), mode)


def step_sketch(gate: Mapping[str, Any], tr: Translator, mode: Mode) -> Sketch:
    """An indicator's way: a bar to where it is, a mark at what is needed, both in words.

    Parameters
    ----------
    gate
        A row of :func:`cxdata.metrics.pyramid.gates.next_gate` with a value.
    """
    now, needed = STEP_WIDTH * gate["value"], STEP_WIDTH * gate["threshold"]
    colour, goal = shade(ACCENT, mode), shade(GOAL, mode)
    sign = "≥" if gate["direction"] == "higher" else "≤"
    said = tr(
        "{now} now, {needed} needed",
        now=tr.percent(gate["value"], 0),
        needed=f"{sign}\N{NO-BREAK SPACE}{tr.percent(gate['threshold'], 0)}",
    )
    shapes = (
        box((0, 22), STEP_WIDTH, 14, MUTED, opacity=0.16),
        box((0, 22), now, 14, colour),
        stroke((needed, 18), (needed, 40), goal, width=3),
    )
    return Sketch(STEP_WIDTH, 40, shapes, (Label((0, 9), said, "quiet"),), mode)


def history_figure(
    history: pl.DataFrame,
    company: pl.DataFrame,
    tr: Translator,
    *,
    events: Sequence[tuple[date, str]] = (),
    targets: Sequence[TargetRun] = (),
) -> Figure:
    """The level of each journey in each quarter, the company's on top; not established: in
    brackets, for want of evidence: with a question mark. Above the company's stands what it
    should be, where a target is set.

    Parameters
    ----------
    history, company
        As ``pyramid_history`` and ``company_history`` return them, with at least one row.
    """
    quarters = history["period"].unique().sort().to_list()
    company_rows = company.with_columns(
        journey=pl.lit(None, pl.String), lacks_evidence=pl.lit(False)
    )
    columns = ("journey", "period", "level", "possible_level", "is_established",
               "lacks_evidence")  # fmt: skip
    cells = {
        (row["journey"], row["period"]): row
        for frame in (history, company_rows)
        for row in frame.select(columns).to_dicts()
    }
    journeys = sorted({name for name, _ in cells if name is not None}, reverse=True)
    grid = [[cells.get((name, quarter), {}) for quarter in quarters] for name in [*journeys, None]]
    names = [literal(journey_name(it, tr)) for it in journeys]
    names.append(f"<b>{literal(tr('Company'))}</b>")
    if targets:
        grid.append([_wanted(quarter, targets) for quarter in quarters])
        names.append(f"<i>{literal(tr('Target'))}</i>")
    return {
        "data": [
            {
                "type": "heatmap",
                "x": [tr.period_name(quarter, "quarter") for quarter in quarters],
                "y": names,
                "z": [[_lit(cell) for cell in line] for line in grid],
                "zmin": 0,
                "zmax": LEVEL_COUNT,
                "colorscale": [[place / LEVEL_COUNT, it] for place, it in enumerate(LEVEL_HEAT)],
                "showscale": False,
                "xgap": 3,
                "ygap": 3,
                "text": [[_level_text(cell) for cell in line] for line in grid],
                "texttemplate": "%{text}",
                "textfont": {"color": HEAT_INK, "size": 16},
                "hoverinfo": "skip",
            }
        ],
        "layout": layout(
            60 + 40 * len(names) + 24 * bool(events),
            annotations=_events_below(quarters, events),
            xaxis=axis(showgrid=False, side="top", type="category"),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def _wanted(quarter: date, targets: Sequence[TargetRun]) -> dict[str, Any]:
    """The level that a quarter should have reached, as a cell; empty without a target."""
    levels = [int(it.value) for it in targets if it.first_on <= quarter <= it.last_on]
    return {"level": levels[0], "is_wanted": True} if levels else {}


def _events_below(
    quarters: Sequence[date], events: Sequence[tuple[date, str]]
) -> list[dict[str, Any]]:
    """What happened, below the quarter in which it did."""
    placed = [
        (max(place for place, first_on in enumerate(quarters) if first_on <= day), text)
        for day, text in events
        if quarters[0] <= day
    ]
    return [
        {
            "x": place,
            "y": -0.5,
            "yanchor": "top",
            "text": f"▲ {literal(shorten(text, EVENT_LETTERS, placeholder='…'))}",
            "hovertext": literal(text),
            "showarrow": False,
            "font": {"size": SIZE, "color": MUTED},
        }
        for place, text in placed
    ]


def _lit(cell: dict[str, Any]) -> int | None:
    """The level that a cell's colour stands for; none where it isn't known."""
    level: int | None = cell.get("level")
    return None if level == 0 and cell.get("lacks_evidence") else level


def _level_text(cell: dict[str, Any]) -> str:
    if not cell:
        return ""
    if cell.get("is_wanted"):
        return f"≥ {cell['level']}"
    if _lit(cell) is None:
        return "?"
    mark = "?" if cell["lacks_evidence"] else ""
    if cell["possible_level"] != cell["level"]:
        return f"{cell['level']}–{cell['possible_level']}"
    return f"{cell['level']}{mark}" if cell["is_established"] else f"({cell['level']}{mark})"


def _shape(level: int, reached: Sequence[int], mode: Mode, look: PyramidLook) -> list[str]:
    """The level's own shape and its light."""
    lit = sum(it >= level for it in reached)
    parts = [area(_slice(level, 0, 1, look), _UNLIT[mode])]
    if lit:
        parts.append(area(_slice(level, 0, lit / len(reached), look), LEVEL_COLOURS[level - 1]))
    if lit and len(reached) <= SLICED_JOURNEYS:
        borders = [_slice(level, at / len(reached), 1, look) for at in range(1, len(reached))]
        parts += [stroke(it[0], it[3], PAPER[mode], width=1.5) for it in borders]
    return parts


def _slice(level: int, start: float, end: float, look: PyramidLook) -> list[tuple[float, float]]:
    """A share of the level from its left: lower left, lower right, upper right, upper left."""
    bottom, top = _y(level - 1, look), _y(level, look) + 3
    centre = look.base_width / 2

    def x(at: float, half: float) -> float:
        return centre - half + 2 * half * at

    lower, upper = _half_width(level - 1, look), _half_width(level, look)
    return [(x(start, lower), bottom), (x(end, lower), bottom),
            (x(end, upper), top), (x(start, upper), top)]  # fmt: skip


def journey_words(
    rows: Sequence[dict[str, Any]],
    all_rows: Sequence[dict[str, Any]],
    tr: Translator,
    *,
    is_short: bool = False,
) -> list[str]:
    """The journeys of a level, each with what has to be known of it; short: in signs alone."""
    lowest = min((row["level"] for row in all_rows), default=0)
    said = []
    for row in rows:
        below = "? " if row.get("lacks_evidence") else "✗ "
        mark = below if row["level"] == 0 else "" if row["is_established"] else "○ "
        is_weakest = row["level"] == lowest and len(all_rows) > 1
        is_open = row["possible_level"] != row["level"]
        levels = f" {row['level']}–{row['possible_level']}" if is_open else ""
        mark = "" if is_open else mark
        called = journey_name(row["journey"], tr)
        name = f"▼ {mark}{called}{levels}" if is_weakest else f"{mark}{called}{levels}"
        is_said = is_weakest and not is_short
        said.append(f"{name} ({tr('weakest')})" if is_said else name)
    return said


def _beside(
    level: int, name: str, journeys: list[str], name_tone: Tone, look: PyramidLook
) -> list[Label]:
    """The level's name and its journeys, a line each and more if there is room."""
    named = wrap(name, look.name_letters) if name else []
    room = max(1, 4 - len(named)) if named else 1
    lines = [(it, name_tone, True, look.name_size) for it in named]
    lines += [(it, "ink", False, look.journey_size) for it in _listed(journeys, room, look)]
    y = _middle(level, look) - sum(size * 1.18 for *_, size in lines) / 2
    labels = []
    for text, tone, is_bold, size in lines:
        labels.append(Label((_text_x(look), y + size * 0.59), text, tone, "start", is_bold, size))
        y += size * 1.18
    return labels


def _leader(level: int, mode: Mode, look: PyramidLook) -> list[str]:
    """A dotted line from the level to its journeys."""
    edge = look.base_width / 2 + _half_width(level - 0.5, look)
    y = _middle(level, look)
    return [stroke((edge + 4, y), (_text_x(look) - 3, y), PALE_INK[mode], dashes="2 3")]


def _listed(journeys: list[str], room: int, look: PyramidLook) -> list[str]:
    """The journeys in lines; how many are left out if there are too many."""
    for kept in range(len(journeys), 0, -1):
        rest = f" +{len(journeys) - kept}" if kept < len(journeys) else ""
        lines = wrap(", ".join(journeys[:kept]) + rest, look.journey_letters, max_lines=room + 1,
                     break_on_hyphens=False)  # fmt: skip
        if len(lines) <= room:
            return lines
    return wrap(", ".join(journeys), look.journey_letters, max_lines=room, placeholder=" …")


def _text_x(look: PyramidLook) -> float:
    return look.base_width + look.level_height * 0.22


def _middle(level: int, look: PyramidLook) -> float:
    return _y(level - 0.5, look) + 1


def _y(level: float, look: PyramidLook) -> float:
    return 4 + look.level_height * (LEVEL_COUNT - level)


def _half_width(level: float, look: PyramidLook) -> float:
    """The top is cut so that level 6 still has room for its number."""
    return look.base_width / 2 * (1 - level / (LEVEL_COUNT + 0.9))
