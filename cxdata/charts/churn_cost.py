"""Churn charts: the cost as a range, churn by class, sensitivity to each assumption."""

from __future__ import annotations

import polars as pl

from cxdata.charts.theme import (
    ACCENT,
    CLASS_COLOURS,
    MUTED,
    Figure,
    axis,
    faded,
    layout,
    round_ticks,
    share_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of


def cost_range_figure(
    ranges: list[tuple[str, float, float, float]],
    tr: Translator,
    currency: str,
    *,
    height: int = 130,
) -> Figure:
    """Each amount as a bar from low to high with a mark at its central value.

    Parameters
    ----------
    ranges
        Name, low, central, high; amounts in ``currency``.
    """
    rows = list(reversed(ranges))
    names = [name for name, *_ in rows]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "base": [low for _, low, _, _ in rows],
                "x": [high - low for _, low, _, high in rows],
                "marker": {"color": faded(ACCENT, 0.35), "line": {"color": ACCENT, "width": 1}},
                "width": 0.32,
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers+text",
                "y": names,
                "x": [central for _, _, central, _ in rows],
                "marker": {
                    "symbol": "line-ns-open",
                    "size": 24,
                    "color": ACCENT,
                    "line": {"width": 3},
                },
                "text": [tr.money(central, currency) for _, _, central, _ in rows],
                "textposition": "top center",
                "cliponaxis": False,
                "customdata": [
                    f"{tr.money(low, currency)} – {tr.money(high, currency)}"
                    for _, low, _, high in rows
                ],
                "hovertemplate": "%{y}<br>%{text} (%{customdata})<extra></extra>",
            },
        ],
        "layout": layout(
            height,
            bargap=0.55,
            margin={"l": 8, "r": 24, "t": 18, "b": 8},
            xaxis=_money_axis([amount for _, *amounts in rows for amount in amounts], tr, currency),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def _money_axis(amounts: list[float], tr: Translator, currency: str) -> Figure:
    ticks = round_ticks(min([*amounts, 0.0]), max([*amounts, 0.0]), 3)
    return axis(
        rangemode="tozero", tickvals=ticks, ticktext=[tr.money(tick, currency) for tick in ticks]
    )


def churn_by_class_figure(classes: pl.DataFrame, tr: Translator) -> Figure:
    """Customer churn rate of each class as a dot on its interval.

    Parameters
    ----------
    classes
        As :func:`cxdata.metrics.churn_cost.churn_by_class` returns it.
    """
    rows = [row for row in reversed(classes.to_dicts()) if row["customer_churn_rate"] is not None]
    names = [name_of("nps_class", row["nps_class"], tr) for row in rows]
    most = max([0.01, *(row["rate_high"] for row in rows)])
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [row["customer_churn_rate"] for row in rows],
                "y": names,
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [row["rate_high"] - row["customer_churn_rate"] for row in rows],
                    "arrayminus": [row["customer_churn_rate"] - row["rate_low"] for row in rows],
                    "color": MUTED,
                    "thickness": 2,
                    "width": 5,
                },
                "marker": {
                    "size": 13,
                    "color": [CLASS_COLOURS.get(row["nps_class"], MUTED) for row in rows],
                },
                "text": [tr.percent(row["customer_churn_rate"]) for row in rows],
                "textposition": "top center",
                "cliponaxis": False,
                "customdata": [
                    tr(
                        "{lost} lost of {customers}",
                        lost=tr.number(row["lost_count"]),
                        customers=tr.number(row["customer_count"]),
                    )
                    for row in rows
                ],
                "hovertemplate": "<b>%{y}</b><br>%{text} · %{customdata}<extra></extra>",
            }
        ],
        "layout": layout(
            70 + 48 * max(len(rows), 1),
            xaxis=share_axis(tr, round_ticks(0, most), range=[0, most * 1.08]),
            yaxis=axis(showgrid=False, type="category"),
        ),
    }


def sensitivity_figure(swings: pl.DataFrame, tr: Translator, currency: str) -> Figure:
    """How far each assumption alone moves the cost: a tornado, the widest swing on top.

    Parameters
    ----------
    swings
        As :func:`cxdata.metrics.churn_cost.sensitivity` returns it.
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
            }
        ],
        "layout": layout(
            60 + 44 * len(rows),
            bargap=0.4,
            xaxis=_money_axis(
                [row[end] for row in rows for end in ("low_amount", "high_amount")], tr, currency
            ),
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
