"""How long customers wait, what is still open, and what goes with waiting."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.response_time import ZONE_COLOURS, across_axis, points_axis, value_text
from cxdata.charts.theme import (
    ACCENT,
    BAD,
    GOAL,
    LEGEND_ABOVE,
    MUTED,
    SIZE,
    Figure,
    axis,
    faded,
    layout,
    round_ticks,
    share_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics import value_column

# Waits that people name; on a scale of waits they are the ticks.
NAMED_SECONDS = (1, 10, 60, 600, 3_600, 4 * 3_600, 86_400, 7 * 86_400, 30 * 86_400)
BACKLOG_COLOURS = {
    "past_due": BAD,
    "due_within_1_hour": GOAL,
    "due_within_1_day": ACCENT,
    "due_later": MUTED,
}
CLASS_COLOUR = dict(
    zip(
        ("favourable", "limit", "beyond", "abandoned"),
        (*ZONE_COLOURS, MUTED),
        strict=True,
    )
)


def waits_figure(waits: pl.DataFrame, standard: dict[str, Any], tr: Translator) -> Figure:
    """One channel's waits on a logarithmic scale, cut at the favourable time and the limit.

    Answered contacts are bars in the colour of their zone. On top of them stand in grey those who
    gave up, and in a paler grey those who still wait, as long as they have waited.

    Parameters
    ----------
    waits
        Rows of one channel of :func:`cxdata.metrics.response_time.waits.wait_distribution`, at
        least one.
    standard
        The channel's row of :func:`cxdata.metrics.response_time.compliance.compliance_by_channel`.
    """
    rows = [_bin(row) for row in waits.sort("from_seconds").iter_rows(named=True)]
    cuts = (standard["favourable_seconds"], standard["limit_seconds"])
    ends = (_first_seen(rows), max(rows[-1]["until"], log10(cuts[1]) + 0.1))
    ticks = [it for it in NAMED_SECONDS if ends[0] <= log10(it) <= ends[1]]
    colours = [ZONE_COLOURS[sum(it["middle"] > log10(cut) for cut in cuts)] for it in rows]
    return {
        "data": [
            _bars(rows, "answered_count", colours, standard["clock"], tr),
            _bars(rows, "gave_up_count", [faded(MUTED, 0.7)] * len(rows), standard["clock"], tr),
            _bars(rows, "still_count", [faded(MUTED, 0.3)] * len(rows), standard["clock"], tr),
        ],
        "layout": layout(
            230,
            barmode="stack",
            margin={"l": 8, "r": 12, "t": 24, "b": 8},
            xaxis=axis(
                showgrid=False,
                range=list(ends),
                tickvals=[log10(it) for it in ticks],
                ticktext=[tr.on_clock(it, standard["clock"]) for it in ticks],
                tickangle=0,
            ),
            yaxis=share_axis(tr, round_ticks(0, max(it["share"] for it in rows) or 1, 3)),
            shapes=[_cut(log10(it)) for it in cuts],
            annotations=[
                _cut_name(log10(cut), name, anchor)
                for cut, name, anchor in zip(
                    cuts, (tr("favourable"), tr("limit")), ("right", "left"), strict=True
                )
            ],
        ),
    }


def _bin(row: dict[str, Any]) -> dict[str, Any]:
    """A bin with its ends on the scale; a wait below a second stands at a second."""
    start, end = (log10(max(row[it], 1.0)) for it in ("from_seconds", "until_seconds"))
    if end <= start:  # all below a second
        end = start + 0.1
    still = row["waiting_count"] - row["gave_up_count"]
    return {**row, "from": start, "until": end, "middle": (start + end) / 2, "still_count": still}


def _first_seen(rows: list[dict[str, Any]]) -> float:
    """Where the first bars begin that can be seen: 1 in 1,000 waits may be shorter."""
    passed = 0.0
    for row in rows:
        passed += row["share"]
        if passed > 0.001:
            return float(row["from"])
    return float(rows[0]["from"])


def _bars(
    rows: list[dict[str, Any]],
    column: str,
    colours: list[str],
    clock: str,
    tr: Translator,
) -> Figure:
    named = {
        "answered_count": tr("answered"),
        "gave_up_count": tr("gave up"),
        "still_count": tr("without an answer"),
    }[column]
    return {
        "type": "bar",
        "x": [it["middle"] for it in rows],
        "width": [0.92 * (it["until"] - it["from"]) for it in rows],
        "y": [it[column] / it["channel_count"] for it in rows],
        "marker": {"color": colours},
        "customdata": [
            [
                "channel",
                it["channel"],
                "from_seconds",
                it["from_seconds"],
                "until_seconds",
                it["until_seconds"],
            ]
            for it in rows
        ],
        "text": [
            tr(
                "{low} to {high}",
                low=tr.on_clock(it["from_seconds"], clock),
                high=tr.on_clock(it["until_seconds"], clock),
            )
            + f"<br>{tr.number(it[column])} {named}"
            for it in rows
        ],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _cut(at: float) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": GOAL, "width": 1.5, "dash": "dash"},
    }


def _cut_name(at: float, name: str, anchor: str) -> dict[str, Any]:
    return {
        "x": at,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "xanchor": anchor,
        "text": name,
        "showarrow": False,
        "font": {"size": SIZE, "color": GOAL},
    }


def backlog_figure(backlog: pl.DataFrame, tr: Translator) -> Figure:
    """Open contacts per channel by the time left, those past their time first.

    Parameters
    ----------
    backlog
        As :func:`cxdata.metrics.response_time.backlog.backlog` returns it.
    """
    channels = list(reversed(backlog["channel"].unique(maintain_order=True).to_list()))
    counts = {
        (row["channel"], row["backlog_class"]): row["contact_count"]
        for row in backlog.iter_rows(named=True)
    }
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": name_of("backlog_class", code, tr),
                "x": [counts.get((channel, code), 0) for channel in channels],
                "y": [name_of("channel", channel, tr) for channel in channels],
                "marker": {"color": colour},
                "customdata": [["channel", channel, "backlog_class", code] for channel in channels],
                "text": [
                    tr.number(counts[channel, code]) if counts.get((channel, code)) else ""
                    for channel in channels
                ],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "hovertemplate": "%{y} · %{x} · "
                + name_of("backlog_class", code, tr)
                + "<extra></extra>",
            }
            for code, colour in BACKLOG_COLOURS.items()
            if any(counts.get((channel, code)) for channel in channels)
        ],
        "layout": layout(
            90 + 44 * max(len(channels), 1),
            barmode="stack",
            bargap=0.35,
            showlegend=True,
            legend={**LEGEND_ABOVE, "traceorder": "normal"},
            xaxis=axis(rangemode="tozero", tickformat=",d", visible=False),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def returns_figure(
    returns: pl.DataFrame, dimension: str, tr: Translator, *, most: int = 20
) -> Figure:
    """How many had to come back, per value of a dimension, most first.

    Parameters
    ----------
    returns
        As :func:`cxdata.metrics.response_time.returns.returns_by` returns it.
    """
    shown = returns.filter(pl.col("return_rate").is_not_null())
    largest = shown.sort("followed_count", descending=True).head(most)
    dots = [
        Dot(
            value_text(row[value_column(dimension)], dimension, tr),
            row["return_rate"],
            row["return_rate_low"],
            row["return_rate_high"],
            f"{tr.percent(row['return_rate'])} · n = {tr.number(row['followed_count'])}",
            _interval(row, "return_rate", tr),
            [dimension, row[value_column(dimension)], "repeat", "returned"],
            is_small_base=row["is_small_base"],
        )
        for row in largest.sort("return_rate", descending=True).iter_rows(named=True)
    ]
    most_share = max((it.high for it in dots), default=0.1)
    across = share_axis(tr, round_ticks(0, most_share, 5), range=[0, most_share * 1.08])
    return dots_figure(dots, across)


def nps_by_wait_figure(scores: pl.DataFrame, tr: Translator) -> Figure:
    """The NPS of those who waited so long, with its interval.

    Parameters
    ----------
    scores
        As :func:`cxdata.metrics.response_time.wait_effects.scores_by_wait` returns it.
    """
    dots = [
        Dot(
            name_of("wait_class", row["wait_class"], tr),
            row["nps"],
            row["nps_low"],
            row["nps_high"],
            f"{tr.nps(row['nps'])} · n = {tr.number(row['answer_count'])}",
            tr(
                "NPS {nps} ({low} to {high})",
                nps=tr.nps(row["nps"]),
                low=tr.nps(row["nps_low"]),
                high=tr.nps(row["nps_high"]),
            ),
            ["wait_class", row["wait_class"]],
            is_small_base=row["is_small_base"],
            colour=CLASS_COLOUR[row["wait_class"]],
        )
        for row in scores.iter_rows(named=True)
        if row["nps"] is not None
    ]
    return dots_figure(dots, points_axis())


def share_by_wait_figure(
    rows: Sequence[dict[str, Any]], share: str, count: str, tr: Translator
) -> Figure:
    """A share of those who waited so long, such as the satisfied or the lost, with its interval.

    Parameters
    ----------
    rows
        Of a frame of :mod:`cxdata.metrics.response_time.wait_effects`; those without the share
        aren't drawn.
    share, count
        The columns of the share (its interval in columns that end so) and of its n.
    """
    dots = [
        Dot(
            name_of("wait_class", row["wait_class"], tr),
            row[share],
            row[f"{share}_low"],
            row[f"{share}_high"],
            f"{tr.percent(row[share])} · n = {tr.number(row[count])}",
            _interval(row, share, tr),
            ["wait_class", row["wait_class"]],
            is_small_base=row["is_small_base"],
            colour=CLASS_COLOUR[row["wait_class"]],
        )
        for row in rows
        if row[share] is not None
    ]
    most = max((it.high for it in dots), default=1.0)
    if most > 0.5:
        return dots_figure(dots, across_axis(tr))
    return dots_figure(dots, share_axis(tr, round_ticks(0, most, 4), range=[0, most * 1.1]))


def _interval(row: dict[str, Any], share: str, tr: Translator) -> str:
    interval = tr.percent_range(row[f"{share}_low"], row[f"{share}_high"])
    return f"{tr.percent(row[share])} ({interval})"
