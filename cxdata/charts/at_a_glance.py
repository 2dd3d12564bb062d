"""The Overview's drawings: pictures, since a picture redraws several times faster than a chart.

They show what the full charts show, intervals included; the last value stands at its end, and
targets are drawn where there are any. They are sketches: stretched to their card, with labels that
keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from cxdata.charts.svg import INK, Label, Sketch, area, box, path, point, stroke
from cxdata.charts.theme import ACCENT, CHANNEL_COLOURS, GOAL, MUTED, Mode, round_ticks
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Grain

WIDTH, HEIGHT = 320.0, 150.0
PALE_ACCENT = "#7fb4b9"
# Room for the ticks, for the value at the end, and for the names of periods.
LEFT, RIGHT, BELOW = 34.0, 44.0, 24.0
# So close to each other, two labels would touch.
APART = 20.0
# An interval that is narrower would be a speck.
LEAST_WIDTH = 3.0


def nps_picture(
    trend: pl.DataFrame, tr: Translator, grain: Grain, mode: Mode, target: float | None = None
) -> Sketch:
    """The NPS trend with its interval; partial periods dotted, small bases pale.

    The axis is that of the periods with enough answers: a month of twelve doesn't flatten the
    others, and is cut where it goes beyond.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.nps.trend.nps_trend` returns it, with at least one figure.
    """
    rows = trend.filter(pl.col("nps").is_not_null()).to_dicts()
    scaled = [row for row in rows if row["base"] == "ok"] or rows
    ends = [value for row in scaled for value in (row["nps_low"], row["nps_high"])]
    ends += [target] if target is not None else []
    least, most = float(min(ends)), float(max(ends))
    right, bottom = WIDTH - RIGHT, HEIGHT - BELOW

    def x(place: int) -> float:
        return LEFT + 4 + (right - LEFT - 8) * (place / max(len(rows) - 1, 1))

    def y(value: float) -> float:
        share = (most - value) / ((most - least) or 1)
        return 8 + (bottom - 16) * min(max(share, 0), 1)

    high = [(x(place), y(row["nps_high"])) for place, row in enumerate(rows)]
    low = [(x(place), y(row["nps_low"])) for place, row in enumerate(rows)]
    line = [(x(place), y(row["nps"])) for place, row in enumerate(rows)]
    ticks = round_ticks(least, most, 4)
    shapes = [stroke((LEFT, y(tick)), (right, y(tick)), MUTED, width=0.4) for tick in ticks]
    labels = [Label((LEFT - 5, y(tick)), tr.number(tick), "quiet", "end") for tick in ticks]
    if target is not None:
        shapes.append(stroke((LEFT, y(target)), (right, y(target)), GOAL, dashes="5 3", width=1.6))
    shapes.append(area([*high, *reversed(low)], ACCENT, opacity=0.18))
    if len(rows) == 1:  # a band needs two
        shapes.append(stroke(low[0], high[0], ACCENT, width=2))
    shapes += _pieces(rows, line)
    shapes += [
        point(at, PALE_ACCENT, size=6)
        for at, row in zip(line, rows, strict=True)
        if row["base"] == "small"
    ]
    shapes.append(point(line[-1], ACCENT if rows[-1]["base"] == "ok" else PALE_ACCENT, size=9))
    labels += _ends(rows, line[-1], None if target is None else y(target), target, right, tr)
    labels += _period_names(rows, grain, x, tr)
    return Sketch(WIDTH, HEIGHT, tuple(shapes), tuple(labels), mode)


def _pieces(rows: Sequence[dict[str, Any]], line: list[tuple[float, float]]) -> list[str]:
    """The line from each period to the next, dotted to and from a partial one."""
    return [
        path(
            line[place : place + 2],
            ACCENT,
            dashes="none" if one["is_complete"] and other["is_complete"] else "2 4",
        )
        for place, (one, other) in enumerate(pairwise(rows))
    ]


def _ends(
    rows: Sequence[dict[str, Any]],
    last: tuple[float, float],
    target_y: float | None,
    target: float | None,
    right: float,
    tr: Translator,
) -> list[Label]:
    """The last value at its end, and the target at its own unless the two would touch."""
    ends = [Label((right + 7, last[1]), tr.nps(rows[-1]["nps"]), is_bold=True)]
    if target is not None and target_y is not None:
        is_apart = abs(target_y - last[1]) >= APART
        at = (right + 7, target_y) if is_apart else (LEFT + 6, target_y - 10)
        ends.append(Label(at, tr.nps(target), "goal"))
    return ends


def _period_names(
    rows: Sequence[dict[str, Any]], grain: Grain, x: Any, tr: Translator
) -> list[Label]:
    """The first and the last period below their points."""
    places = sorted({0, len(rows) - 1})
    return [
        Label(
            (x(place) - (4 if place == 0 else -4), HEIGHT - 9),
            tr.period_name(rows[place]["period"], grain),
            "quiet",
            "start" if place == 0 else "end",
        )
        for place in places
    ]


def compliance_picture(channels: pl.DataFrame, tr: Translator, mode: Mode) -> Sketch:
    """One bar per channel with its interval, a mark at the goal, the verdict in words.

    Parameters
    ----------
    channels
        As :func:`cxdata.metrics.response_time.compliance.compliance_by_channel` returns it.
    """
    rows = [row for row in channels.to_dicts() if row["compliance_rate"] is not None]
    step = HEIGHT / max(len(rows), 3)
    shapes: list[str] = []
    labels: list[Label] = []
    for place, row in enumerate(rows):
        middle, left, length = step * (place + 0.5), 128.0, 72.0
        goal, low, high = (left + length * row[it] for it in ("goal", "rate_low", "rate_high"))
        rate, colour = row["compliance_rate"], CHANNEL_COLOURS[row["channel"]]
        shapes += [
            box((left, middle - 7), length, 14, MUTED, opacity=0.15),
            box((left, middle - 7), length * rate, 14, colour,
                opacity=0.45 if row["is_small_base"] else 1),
            *([stroke((low, middle), (high, middle), INK[mode], width=1.5)]
              if high - low >= LEAST_WIDTH else []),
            stroke((goal, middle - 11), (goal, middle + 11), GOAL, width=3),
        ]  # fmt: skip
        verdict = name_of("goal", row["verdict"], tr)
        labels += [
            Label((left - 7, middle), name_of("channel", row["channel"], tr), "quiet", "end"),
            Label((left + length + 8, middle), f"{tr.percent(rate, 0)} {verdict}"),
        ]
    return Sketch(WIDTH, HEIGHT, tuple(shapes), tuple(labels), mode)


@dataclass(frozen=True)
class Amounts:
    """A row of the cost's drawing; ``is_past``: of the period to compare with."""

    name: str
    low: float
    central: float
    high: float
    target: float | None = None
    is_past: bool = False


def _amount_label(row: Amounts, at: tuple[float, float], tr: Translator, currency: str) -> Label:
    """The central value; of what can't be told, where 0 is within the range, only a "?"."""
    is_firm = not row.is_past and not row.low <= 0 <= row.high
    told = tr.money(row.central, currency) if is_firm or row.is_past else "?"
    return Label(at, told, "ink" if is_firm else "quiet", is_bold=is_firm)


def cost_picture(rows: Sequence[Amounts], tr: Translator, currency: str, mode: Mode) -> Sketch:
    """Each amount from low to high, with a mark at its central value, which stands at its end.

    ``rows`` are at least one.
    """
    known = [it for row in rows for it in (row.low, row.central, row.high, row.target)]
    amounts = [it for it in known if it is not None]
    least, most = min(0.0, *amounts), max(0.0, *amounts)
    step = HEIGHT / max(len(rows), 2)

    def x(amount: float) -> float:
        return 2 + (WIDTH - 72) * (amount - least) / ((most - least) or 1)

    shapes: list[str] = []
    labels: list[Label] = []
    for place, row in enumerate(rows):
        top = step * place
        colour = MUTED if row.is_past else ACCENT
        shapes += [
            box((x(row.low), top + 22), x(row.high) - x(row.low), 14, colour, opacity=0.35),
            stroke((x(row.central), top + 19), (x(row.central), top + 39), colour, width=3),
        ]
        labels += [
            Label((2, top + 11), row.name, "quiet"),
            _amount_label(row, (x(row.high) + 6, top + 29), tr, currency),
        ]
        if row.target is not None:
            at = x(row.target)
            shapes.append(stroke((at, top + 17), (at, top + 41), GOAL, width=2.5, dashes="5 3"))
    return Sketch(WIDTH, HEIGHT, tuple(shapes), tuple(labels), mode)
