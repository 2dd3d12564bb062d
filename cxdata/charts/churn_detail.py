"""Churn in detail: from gross cost to its parts, by group, over time, by reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.lines import (
    LETTERS_BESIDE_ENDS,
    LineEnd,
    TargetRun,
    end_labels,
    end_room,
    end_text,
    line_traces,
    mark_colours,
    target_lines,
)
from cxdata.charts.theme import (
    ACCENT,
    CLASS_COLOURS,
    GOAL,
    GROUP_COLOURS,
    MUTED,
    SIZE,
    Figure,
    axis,
    event_labels,
    event_lines,
    faded,
    group_name,
    layout,
    literal,
    round_ticks,
    share_axis,
    time_axis,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Dimension, Grain

STEP_COLOURS = {
    "gross": MUTED,
    "not_compared": MUTED,
    "not_explained": MUTED,
    "dissatisfaction": ACCENT,
    "detractor": CLASS_COLOURS["detractor"],
    "passive": CLASS_COLOURS["passive"],
}
# Customer churn and revenue churn are told apart by colour, line and sign.
RATES = {
    "customer_churn_rate": (ACCENT, "solid", "circle"),
    "revenue_churn_rate": (GROUP_COLOURS[1], "dash", "square"),
}
MOST_REASONS = 12
HEIGHT = 320  # of the trend, in pixels


def churn_waterfall_figure(steps: pl.DataFrame, tr: Translator, currency: str) -> Figure:
    """From the cost of churn down to what goes with dissatisfaction, each step with its range.

    Parameters
    ----------
    steps
        As :func:`cxdata.metrics.churn.cost.churn_waterfall` returns it, with its steps.
    """
    rows = list(reversed(steps.to_dicts()))
    names = [name_of("churn_step", row["step"], tr) for row in rows]
    colours = [STEP_COLOURS[row["step"]] for row in rows]
    ends = [row[end] for row in rows for end in ("from_amount", "to_amount", "high_amount")]
    ticks = round_ticks(min([0.0, *ends]), max(ends), 5)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "base": [row["to_amount"] for row in rows],
                "x": [row["from_amount"] - row["to_amount"] for row in rows],
                "width": 0.5,
                "marker": {"color": [faded(it, 0.55) for it in colours]},
                "error_x": _range_of_step(rows),
                "customdata": [_step_text(row, tr, currency) for row in rows],
                "hovertemplate": "<b>%{y}</b><br>%{customdata}<extra></extra>",
            }
        ],
        "layout": layout(
            64 + 56 * len(rows),
            margin={"l": 8, "r": 16, "t": 22, "b": 8},
            xaxis=axis(tickvals=ticks, ticktext=[tr.money(it, currency) for it in ticks]),
            yaxis=axis(showgrid=False, type="category"),
            annotations=[
                _over(place, _step_text(row, tr, currency)) for place, row in enumerate(rows)
            ],
        ),
    }


def _range_of_step(rows: Sequence[dict[str, Any]]) -> Figure:
    """Low and high of each step, drawn from where its bar begins."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [row["high_amount"] - row["central_amount"] for row in rows],
        "arrayminus": [row["central_amount"] - row["low_amount"] for row in rows],
        "color": MUTED,
        "thickness": 1.5,
        "width": 5,
    }


def _step_text(row: dict[str, Any], tr: Translator, currency: str) -> str:
    return tr(
        "{central} ({low} to {high})",
        **{end: tr.money(row[f"{end}_amount"], currency) for end in ("low", "central", "high")},
    )


def _over(place: int, text: str) -> Figure:
    return {
        "xref": "paper",
        "x": 0.01,
        "xanchor": "left",
        "y": place + 0.24,
        "yanchor": "bottom",
        "text": text,
        "showarrow": False,
        "font": {"size": SIZE},
    }


def cost_by_figure(
    values: pl.DataFrame,
    dimension: Dimension,
    small_base_count: int,
    tr: Translator,
    currency: str,
) -> Figure:
    """The cost of churn of each value of a dimension as a range, the dearest first.

    Parameters
    ----------
    values
        As :func:`cxdata.metrics.churn.cost.churn_cost_by` returns it, with at least one cost.
    """
    rows = [row for row in values.to_dicts() if row["cost_central_amount"] is not None]
    ends = [row[f"cost_{end}_amount"] for row in rows for end in ("low", "high")]
    ticks = round_ticks(0.0, max(ends), 5)
    dots = [
        Dot(
            name=group_name(row[dimension], dimension, tr),
            value=row["cost_central_amount"],
            low=row["cost_low_amount"],
            high=row["cost_high_amount"],
            text=_cost_text(row, tr, currency),
            detail=_lost_text(row, tr),
            is_small_base=row["customer_count"] < small_base_count,
        )
        for row in rows
    ]
    across = axis(
        range=[0, max(ends) * 1.04 or 1],
        tickvals=ticks,
        ticktext=[tr.money(it, currency) for it in ticks],
    )
    return dots_figure(dots, across)


def _cost_text(row: dict[str, Any], tr: Translator, currency: str) -> str:
    low, high = (tr.money(row[f"cost_{end}_amount"], currency) for end in ("low", "high"))
    return tr("{low} to {high}", low=low, high=high)


def _lost_text(row: dict[str, Any], tr: Translator) -> str:
    lost = tr(
        "{lost} lost of {customers}",
        lost=tr.number(row["lost_count"]),
        customers=tr.number(row["customer_count"]),
    )
    return f"{lost} ({tr.percent(row['customer_churn_rate'])})"


def churn_trend_figure(
    trend: pl.DataFrame,
    tr: Translator,
    grain: Grain,
    *,
    events: Sequence[tuple[date, str]] = (),
    targets: Sequence[TargetRun] = (),
) -> Figure:
    """Customer churn with its interval, and revenue churn, per period; each named at its end.

    Partial periods are hollow and the lines lead to them dotted: a half year isn't half the
    churn.

    Parameters
    ----------
    trend
        As :func:`cxdata.metrics.churn.cost.churn_trend` returns it, with at least one rate.
    events
        Day and text of what happened.
    targets
        What customer churn should be at most in a period.
    """
    shown = trend.filter(pl.col("customer_churn_rate").is_not_null())
    periods = shown["period"].to_list()
    wanted = [it.value for it in targets]
    most = max([*shown["rate_high"], *shown["revenue_churn_rate"].drop_nulls(), *wanted])
    columns = [it for it in RATES if shown[it].is_not_null().any()]
    ends = [_rate_end(shown, it, tr) for it in columns]
    ends += [
        LineEnd(it.last_on, it.value, end_text(tr("Target"), tr.percent(it.value)), GOAL)
        for it in targets[-1:]
    ]
    return {
        "data": [
            _rate_band(shown),
            *(part for it in columns for part in _rate_line(shown, it, tr)),
        ],
        "layout": layout(
            HEIGHT,
            margin={"l": 8, "r": end_room(ends), "t": 22, "b": 8},
            hovermode="x unified",
            xaxis=time_axis(
                periods,
                [tr.period_name(it, grain) for it in periods],
                letters=LETTERS_BESIDE_ENDS,
            ),
            yaxis=_rate_axis(most, tr),
            shapes=[*event_lines(events), *target_lines(targets, periods)],
            annotations=[
                *event_labels(events, periods),
                *end_labels(ends, (0, (most or 0.01) * 1.08), HEIGHT),
            ],
        ),
    }


def _rate_end(shown: pl.DataFrame, column: str, tr: Translator) -> LineEnd:
    last = shown.drop_nulls(column).row(-1, named=True)
    name = tr("customers") if column == "customer_churn_rate" else tr("revenue")
    text = end_text(name, tr.percent(last[column]))
    return LineEnd(last["period"], last[column], text, RATES[column][0])


def _rate_axis(most: float, tr: Translator) -> Figure:
    top = most or 0.01
    return share_axis(tr, round_ticks(0, top), range=[0, top * 1.08])


def _rate_band(shown: pl.DataFrame) -> Figure:
    """The interval of the customer churn rate."""
    periods = shown["period"].to_list()
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*periods, *reversed(periods)],
        "y": [*shown["rate_high"], *reversed(shown["rate_low"].to_list())],
        "fill": "toself",
        "fillcolor": faded(ACCENT, 0.16),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _rate_line(shown: pl.DataFrame, column: str, tr: Translator) -> list[Figure]:
    colour, dash, symbol = RATES[column]
    name, are_whole = name_of("column", column, tr), shown["is_complete"].to_list()
    periods, rates = shown["period"].to_list(), shown[column].to_list()
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": periods,
        "y": rates,
        "marker": {
            "size": 7,
            "symbol": symbol,
            "color": mark_colours(are_whole, colour),
            "line": {"color": colour, "width": 1.5},
        },
        "text": [_rate_text(row, column, name, tr) for row in shown.iter_rows(named=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return [*line_traces(periods, rates, are_whole, colour, dash=dash), marks]


def _rate_text(row: dict[str, Any], column: str, name: str, tr: Translator) -> str:
    if row[column] is None:
        return ""
    rate = f"{name}: {tr.percent(row[column])}"
    if column == "revenue_churn_rate":
        if row["revenue_rate_low"] is None:
            return rate
        return f"{rate} ({tr.percent_range(row['revenue_rate_low'], row['revenue_rate_high'])})"
    interval = tr.percent_range(row["rate_low"], row["rate_high"])
    lost, customers = tr.number(row["lost_count"]), tr.number(row["customer_count"])
    return f"{rate} ({interval}) · " + tr(
        "{lost} lost of {customers}", lost=lost, customers=customers
    )


def reasons_figure(reasons: pl.DataFrame, tr: Translator) -> Figure:
    """Why customers left: each reason's share of the lost on its interval, most frequent first.

    Parameters
    ----------
    reasons
        As :func:`cxdata.metrics.churn.rates.churn_by_reason` returns it, with a share at least.
    """
    rows = reasons.filter(pl.col("lost_share").is_not_null()).head(MOST_REASONS).to_dicts()
    most = max(row["share_high"] for row in rows)
    dots = [
        Dot(
            name=tr("no reason given") if row["end_reason"] is None else literal(row["end_reason"]),
            value=row["lost_share"],
            low=row["share_low"],
            high=row["share_high"],
            text=tr.percent(row["lost_share"], 0),
            detail=_reason_classes(row, tr),
            colour=MUTED if row["end_reason"] is None else ACCENT,
        )
        for row in rows
    ]
    return dots_figure(dots, share_axis(tr, round_ticks(0, most), range=[0, most * 1.08]))


def _reason_classes(row: dict[str, Any], tr: Translator) -> str:
    counts = {
        name_of("nps_class", name, tr): row[f"{name}_count"]
        for name in ("promoter", "passive", "detractor", "unknown")
    }
    told = " · ".join(f"{name} {tr.number(count)}" for name, count in counts.items())
    return f"{tr.plural('{n} customer', '{n} customers', row['lost_count'])}<br>{told}"
