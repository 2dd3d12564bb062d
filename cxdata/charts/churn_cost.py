"""Churn charts: the cost as a range, churn by class, sensitivity to each assumption."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.theme import (
    ACCENT,
    CLASS_COLOURS,
    MUTED,
    SIZE,
    Figure,
    axis,
    faded,
    layout,
    literal,
    round_ticks,
    share_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of

# Room of one range with the line above it, and of the frame around all of them.
RANGE_HEIGHT, RANGE_HEAD = 54, 50
ONE_LINE = 60  # letters that a phone's width has room for


def cost_range_figure(
    ranges: list[tuple[str, float, float, float]],
    tr: Translator,
    currency: str,
    *,
    height: int | None = None,
) -> Figure:
    """Each amount as a bar from low to high with a mark at its central value, said above it.

    Parameters
    ----------
    ranges
        Name, low, central, high; amounts in ``currency``. Names are texts and shown as such.
    """
    rows = list(reversed(ranges))
    said = [_range_text(row, tr, currency) for row in rows]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": list(range(len(rows))),
                "base": [low for _, low, _, _ in rows],
                "x": [high - low for _, low, _, high in rows],
                "marker": {"color": faded(ACCENT, 0.35), "line": {"color": ACCENT, "width": 1}},
                "width": 0.36,
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "y": list(range(len(rows))),
                "x": [central for _, _, central, _ in rows],
                "marker": {
                    "symbol": "line-ns-open",
                    "size": 20,
                    "color": ACCENT,
                    "line": {"width": 3},
                },
                "cliponaxis": False,
                "customdata": said,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        ],
        "layout": layout(
            height or RANGE_HEAD + RANGE_HEIGHT * len(rows),
            margin={"l": 8, "r": 24, "t": 22, "b": 8},
            xaxis=_money_axis([amount for _, *amounts in rows for amount in amounts], tr, currency),
            yaxis=axis(showgrid=False, showticklabels=False, range=[-0.4, len(rows) - 0.5]),
            annotations=[_over_bar(place, _in_lines(text)) for place, text in enumerate(said)],
            shapes=[_zero_line()] if any(low < 0 for _, low, _, _ in rows) else [],
        ),
    }


def _range_text(row: tuple[str, float, float, float], tr: Translator, currency: str) -> str:
    name, low, central, high = row
    return tr(
        "{name}: {low} to {high}, central {central}",
        name=f"<b>{literal(name)}</b>",
        low=tr.money(low, currency),
        high=tr.money(high, currency),
        central=tr.money(central, currency),
    )


def _in_lines(text: str) -> str:
    """The amounts below the name where both don't fit in one line."""
    name, amounts = text.split("</b>", 1)
    is_long = len(name) + len(amounts) > ONE_LINE
    return f"{name}</b>{amounts.replace(': ', ':<br>', 1)}" if is_long else text


def _over_bar(place: int, text: str) -> Figure:
    """Left above its bar, so that it has the whole width on a phone."""
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "align": "left",
        "y": place + 0.2,
        "yanchor": "bottom",
        "text": text,
        "showarrow": False,
        "font": {"size": SIZE},
    }


def _zero_line() -> Figure:
    return {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "layer": "below",
        "line": {"color": MUTED, "width": 1},
    }


def _money_axis(amounts: list[float], tr: Translator, currency: str) -> Figure:
    least, most = min([*amounts, 0.0]), max([*amounts, 0.0])
    ticks = round_ticks(least, most, 5)
    pad = 0.02 * (most - least)
    return axis(
        range=[least - (pad if least < 0 else 0), most + pad] if most > least else None,
        tickvals=ticks,
        ticktext=[tr.money(tick, currency) for tick in ticks],
    )


def churn_by_class_figure(classes: pl.DataFrame, small_base_count: int, tr: Translator) -> Figure:
    """Customer churn rate of each class as a dot on its interval; a small base is pale.

    Parameters
    ----------
    classes
        As :func:`cxdata.metrics.churn.rates.churn_by_class` returns it.
    """
    dots = [
        Dot(
            name=name_of("nps_class", row["nps_class"], tr),
            value=row["customer_churn_rate"],
            low=row["rate_low"],
            high=row["rate_high"],
            text=tr.percent(row["customer_churn_rate"]),
            detail=_lost_of(row, tr),
            is_small_base=row["customer_count"] < small_base_count,
            colour=CLASS_COLOURS.get(row["nps_class"], MUTED),
        )
        for row in classes.to_dicts()
        if row["customer_churn_rate"] is not None
    ]
    most = max([0.01, *(it.high for it in dots)])
    return dots_figure(dots, share_axis(tr, round_ticks(0, most), range=[0, most * 1.08]))


def _lost_of(row: dict[str, Any], tr: Translator) -> str:
    lost, customers = tr.number(row["lost_count"]), tr.number(row["customer_count"])
    rate = tr.percent(row["customer_churn_rate"])
    return f"{rate} · {tr('{lost} lost of {customers}', lost=lost, customers=customers)}"


def sensitivity_figure(swings: pl.DataFrame, tr: Translator, currency: str) -> Figure:
    """How far each assumption alone moves the cost: a tornado, the widest swing on top.

    Parameters
    ----------
    swings
        As :func:`cxdata.metrics.churn.cost.tornado` returns it.
    """
    rows = list(reversed(swings.to_dicts()))
    names = [name_of("assumption", row["assumption"], tr) for row in rows]
    central = rows[0]["central_amount"]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "base": [min(row["low_amount"], row["high_amount"]) for row in rows],
                "x": [row["swing_amount"] for row in rows],
                "marker": {"color": faded(ACCENT, 0.45), "line": {"color": ACCENT, "width": 1}},
                "customdata": [
                    " – ".join(
                        tr.money(row[end], currency) for end in ("low_amount", "high_amount")
                    )
                    for row in rows
                ],
                "hovertemplate": "<b>%{y}</b><br>%{customdata}<extra></extra>",
            },
            *(_ends(rows, names, end, tr, currency) for end in ("low", "high")),
        ],
        "layout": layout(
            60 + 44 * len(rows),
            bargap=0.4,
            xaxis=_tornado_axis(rows, tr, currency),
            yaxis=axis(showgrid=False, type="category"),
            shapes=[
                {
                    "type": "line",
                    "x0": central,
                    "x1": central,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": MUTED, "dash": "dot"},
                }
            ],
        ),
    }


def _tornado_axis(rows: list[dict[str, Any]], tr: Translator, currency: str) -> Figure:
    """Only as wide as the swings, with room for the amounts at their ends."""
    ends = [row[end] for row in rows for end in ("low_amount", "high_amount")]
    least, most = min(ends), max(ends)
    room = 0.22 * ((most - least) or abs(most) or 1)
    ticks = round_ticks(least, most, 5)
    return axis(
        range=[least - room, most + room],
        tickvals=ticks,
        ticktext=[tr.money(tick, currency) for tick in ticks],
    )


def _ends(
    rows: list[dict[str, Any]], names: list[str], end: str, tr: Translator, currency: str
) -> Figure:
    """The amount at one end of each bar."""
    pick = min if end == "low" else max
    amounts = [pick(row["low_amount"], row["high_amount"]) for row in rows]
    return {
        "type": "scatter",
        "mode": "text",
        "y": names,
        "x": amounts,
        "text": [f"\u2002{tr.money(it, currency)}\u2002" for it in amounts],
        "textposition": "middle left" if end == "low" else "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
