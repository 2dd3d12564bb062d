"""Lines over time, alike on every chart: solid where a period is whole, dotted where it isn't,
named where they end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from textwrap import shorten

from cxdata.charts.theme import GOAL, HOLLOW, SIZE, Figure, faded, literal

# Room that a letter takes, that a line of letters takes, and that a chart's frame takes.
LETTER_WIDTH, END_HEIGHT, FRAME_HEIGHT = 7.4, 18, 66
# Letters of a line's name at its end; a phone has room for no more.
END_LETTERS = 16
# Letters of tick labels that fit on a phone beside the names at the ends.
LETTERS_BESIDE_ENDS = 30


@dataclass(frozen=True)
class LineEnd:
    """Where a line ends: its last period or age, its value, and what it is called, as markup."""

    at: date | float
    value: float
    text: str
    colour: str


@dataclass(frozen=True)
class TargetRun:
    """A target in a row of periods that have the same; ``first_on`` and ``last_on`` are the first
    days of the first and the last of them."""

    first_on: date
    last_on: date
    value: float


def end_text(name: str, value: str) -> str:
    """A line's name with its last value, as markup; a long name is cut."""
    short = literal(shorten(name, END_LETTERS, placeholder="…") if " " in name else _cut(name))
    return f"{short} <b>{value}</b>" if short else f"<b>{value}</b>"


def _cut(word: str) -> str:
    return word if len(word) <= END_LETTERS else f"{word[: END_LETTERS - 1]}…"


def line_traces(
    periods: Sequence[date],
    values: Sequence[float | None],
    are_whole: Sequence[bool],
    colour: str,
    *,
    dash: str = "solid",
    width: float = 2.5,
) -> list[Figure]:
    """The line itself through whole periods, and dotted to each period that isn't whole."""
    look = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    whole = [it if done else None for it, done in zip(values, are_whole, strict=True)]
    solid = {
        **look,
        "x": list(periods),
        "y": whole,
        "line": {"color": colour, "width": width, "dash": dash},
    }
    if all(are_whole):
        return [solid]
    count = len(periods)
    near = [not all(are_whole[max(0, it - 1) : min(count, it + 2)]) for it in range(count)]
    dotted = [it if is_near else None for it, is_near in zip(values, near, strict=True)]
    pale = {"color": faded(colour, 0.6), "width": width - 0.5, "dash": "dot"}
    return [solid, {**look, "x": list(periods), "y": dotted, "line": pale}]


def mark_colours(are_whole: Sequence[bool], colour: str) -> list[str]:
    """Marks are filled where the period is whole."""
    return [colour if done else HOLLOW for done in are_whole]


def end_labels(ends: Sequence[LineEnd], span: tuple[float, float], height: int) -> list[Figure]:
    """The lines' names at their ends, right of the chart, none upon another.

    ``span`` is what the axis of values shows, ``height`` the chart's in pixels.
    """
    scale = max(height - FRAME_HEIGHT, 40) / ((span[1] - span[0]) or 1)
    ordered = sorted(ends, key=lambda it: it.value)
    wanted = [it.value * scale for it in ordered]
    places = list(wanted)
    for _ in range(len(places)):  # neighbours push each other apart, half each
        for place in range(1, len(places)):
            missing = END_HEIGHT - (places[place] - places[place - 1])
            if missing > 0:
                places[place - 1] -= missing / 2
                places[place] += missing / 2
    return [
        {
            "x": end.at,
            "y": end.value,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 9,
            "yshift": round(place - own, 1),
            "text": end.text,
            "showarrow": False,
            "font": {"size": SIZE, "color": end.colour},
        }
        for end, place, own in zip(ordered, places, wanted, strict=True)
    ]


def end_room(ends: Sequence[LineEnd]) -> int:
    """The room right of the chart that the names take, in pixels."""
    letters = max((len(_plain(it.text)) for it in ends), default=0)
    return 16 + round(LETTER_WIDTH * letters)


def _plain(text: str) -> str:
    return text.replace("<b>", "").replace("</b>", "")


def level_lines(levels: Sequence[float], colour: str = GOAL) -> list[Figure]:
    """A dashed line across the chart at each level, as shapes."""
    return [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": level,
            "y1": level,
            "line": {"color": colour, "width": 1.5, "dash": "dash"},
        }
        for level in levels
    ]


def target_lines(runs: Sequence[TargetRun], periods: Sequence[date]) -> list[Figure]:
    """A dashed line at each target, as shapes: to half a period beside where it changes, and
    across the chart where all its periods have the same."""
    if not runs:
        return []
    if len(runs) == 1 and (runs[0].first_on, runs[0].last_on) == (periods[0], periods[-1]):
        return level_lines([runs[0].value])
    gaps = [after - before for before, after in pairwise(periods)]
    half = min(gaps, default=timedelta(days=30)) / 2
    return [
        {
            **line,
            "xref": "x",
            "x0": run.first_on - half if run.first_on > periods[0] else run.first_on,
            "x1": run.last_on + half if run.last_on < periods[-1] else run.last_on,
        }
        for run, line in zip(runs, level_lines([it.value for it in runs]), strict=True)
    ]
