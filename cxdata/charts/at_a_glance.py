"""The Overview's drawings: pictures, since a picture redraws several times faster than a chart.

They show what the full charts show, intervals included; the numbers stand beside them in words.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.charts.svg import INK, PALE_INK, PAPER, area, box, dot, drawing, path, stroke, words
from cxdata.charts.theme import ACCENT, CHANNEL_COLOURS, GOAL, MUTED, Mode, round_ticks
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Grain

WIDTH, HEIGHT = 310, 178
LETTERS = 12


def nps_picture(trend: pl.DataFrame, tr: Translator, grain: Grain, mode: Mode) -> str:
    """The NPS trend with its interval; partial periods hollow, small bases pale.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.nps.trend.nps_trend` returns it, with at least one figure.
    """
    rows = trend.filter(pl.col("nps").is_not_null()).to_dicts()
    least = float(min(row["nps_low"] for row in rows))
    most = float(max(row["nps_high"] for row in rows))
    left, bottom = 34, HEIGHT - 22

    def x(place: int) -> float:
        return left + (WIDTH - left - 12) * (place / max(len(rows) - 1, 1)) + 4

    def y(value: float) -> float:
        return 8 + (bottom - 16) * (most - value) / ((most - least) or 1)

    high = [(x(place), y(row["nps_high"])) for place, row in enumerate(rows)]
    low = [(x(place), y(row["nps_low"])) for place, row in enumerate(rows)]
    line = [(x(place), y(row["nps"])) for place, row in enumerate(rows)]
    grid = [
        part
        for tick in round_ticks(least, most, 5)
        for part in (
            stroke((left, y(tick)), (WIDTH, y(tick)), MUTED, width=0.4),
            words((left - 6, y(tick)), tr.number(tick), PALE_INK[mode], LETTERS, anchor="end"),
        )
    ]
    dots = [
        dot(at, _fill(row, mode), ACCENT, radius=3.4) for at, row in zip(line, rows, strict=True)
    ]
    names = [
        words(
            (x(place), HEIGHT - 8),
            tr.period_name(rows[place]["period"], grain),
            PALE_INK[mode],
            LETTERS,
            anchor="end" if 0 < place == len(rows) - 1 else "middle",
        )
        for place in sorted({0, (len(rows) - 1) // 2, len(rows) - 1})
        if len(rows) > 2 or place == 0
    ]
    if len(rows) == 1:  # a band needs two
        grid.append(stroke(low[0], high[0], ACCENT, width=2))
    band = area([*high, *reversed(low)], ACCENT, opacity=0.18)
    return drawing(WIDTH, HEIGHT, [*grid, band, path(line, ACCENT), *dots, *names])


def _fill(row: dict[str, Any], mode: Mode) -> str:
    if not row["is_complete"]:
        return PAPER[mode]
    return "#7fb4b9" if row["base"] == "small" else ACCENT


def compliance_picture(channels: pl.DataFrame, tr: Translator, mode: Mode) -> str:
    """One bar per channel with its interval, a mark at the goal, the verdict in words.

    Parameters
    ----------
    channels
        As :func:`cxdata.metrics.response_time.compliance.compliance_by_channel` returns it.
    """
    rows = [row for row in channels.to_dicts() if row["compliance_rate"] is not None]
    left, length, step = 114, 84, HEIGHT / max(len(rows), 3)
    parts: list[str] = []
    for place, row in enumerate(rows):
        middle = step * (place + 0.5)
        parts += _bullet(row, middle, left, length, tr, mode)
    return drawing(WIDTH, HEIGHT, parts)


def _bullet(
    row: dict[str, Any], middle: float, left: float, length: float, tr: Translator, mode: Mode
) -> list[str]:
    rate, goal = row["compliance_rate"], left + length * row["goal"]
    low, high = left + length * row["rate_low"], left + length * row["rate_high"]
    said = f"{tr.percent(rate, 0)} {name_of('goal', row['verdict'], tr)}"
    return [
        words(
            (left - 6, middle),
            name_of("channel", row["channel"], tr),
            PALE_INK[mode],
            LETTERS,
            anchor="end",
        ),
        box((left, middle - 8), length * rate, 16, CHANNEL_COLOURS[row["channel"]]),
        stroke((low, middle), (high, middle), INK[mode], width=1.5),
        stroke((goal, middle - 13), (goal, middle + 13), GOAL, width=3),
        words((left + length + 6, middle), said, INK[mode], LETTERS),
    ]


def cost_picture(
    ranges: list[tuple[str, float, float, float]], tr: Translator, currency: str, mode: Mode
) -> str:
    """Each amount from low to high, with a mark at its central value.

    Parameters
    ----------
    ranges
        Name, low, central, high; at least one.
    """
    amounts = [amount for _, *rest in ranges for amount in rest]
    least, most = min(0.0, *amounts), max(0.0, *amounts)
    step = (HEIGHT - 20) / len(ranges)

    def x(amount: float) -> float:
        return 4 + (WIDTH - 34) * (amount - least) / ((most - least) or 1)

    parts: list[str] = []
    for place, (name, low, central, high) in enumerate(ranges):
        top = step * place
        value = tr.money(central, currency)
        parts += [
            words((2, top + 10), f"{name} · {value}", INK[mode], LETTERS + 1),
            box((x(low), top + 22), x(high) - x(low), 18, ACCENT, opacity=0.35),
            stroke((x(central), top + 18), (x(central), top + 44), ACCENT, width=3),
        ]
    ends = [
        words(
            (x(tick), HEIGHT - 8),
            tr.money(tick, currency),
            PALE_INK[mode],
            LETTERS,
            anchor="start" if place == 0 else "middle",
        )
        for place, tick in enumerate(round_ticks(least, most, 3))
    ]
    return drawing(WIDTH, HEIGHT, [*parts, *ends])
