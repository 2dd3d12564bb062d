"""How long customers stay: survival after an answer by its class, and cohorts by age."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.theme import (
    ACCENT,
    CLASS_COLOURS,
    LEGEND_ABOVE,
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
from cxdata.models import NPS_CLASSES, NpsClass

DASHES: dict[NpsClass, str] = {"promoter": "solid", "passive": "dashdot", "detractor": "dash"}
MOST_COHORTS = 8


def survival_figure(curve: pl.DataFrame, tr: Translator) -> Figure:
    """The share still there by months since the answer: a step line per class in its band.

    Parameters
    ----------
    curve
        As :func:`cxdata.metrics.churn.customer_survival.survival_by_class` returns it, with rows.
    """
    classes = [it for it in NPS_CLASSES if (curve["nps_class"] == it).any()]
    own = {it: curve.filter(pl.col("nps_class") == it) for it in classes}
    traces = [part for it in classes for part in (*_band(own[it], it), _steps(own[it], it, tr))]
    least = min(curve["survival_low"].fill_null(0.0))
    return _still_there_figure(traces, least, tr("months since the answer"), 360, tr)


def _still_there_figure(
    lines: list[Figure], least: float, time_title: str, height: int, tr: Translator
) -> Figure:
    """Shares still there over time; the axis begins a little below ``least``."""
    return {
        "data": lines,
        "layout": layout(
            height,
            margin={"l": 8, "r": 12, "t": 28, "b": 8},
            showlegend=True,
            legend=LEGEND_ABOVE,
            xaxis=axis(showgrid=False, title={"text": time_title}, rangemode="tozero"),
            yaxis=_share_axis(least, tr),
        ),
    }


def _share_axis(least: float, tr: Translator) -> Figure:
    """From a round share below the lowest to all: a cut axis says where it begins."""
    ticks = [it for it in round_ticks(max(0.0, least - 0.02), 1.0, 5) if 0 <= it <= 1]
    return share_axis(tr, ticks, range=[max(0.0, least - 0.03), 1.01])


def _band(own: pl.DataFrame, nps_class: NpsClass) -> list[Figure]:
    """The pointwise band, as far as there is one."""
    known = own.filter(pl.col("survival_low").is_not_null())
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": known["months"].to_list(),
        "line": {"width": 0, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": nps_class,
    }
    low = {**edge, "y": known["survival_low"].to_list()}
    colour = faded(CLASS_COLOURS[nps_class], 0.18)
    high = {
        **edge,
        "y": known["survival_high"].to_list(),
        "fill": "tonexty",
        "fillcolor": colour,
    }
    return [low, high]


def _steps(own: pl.DataFrame, nps_class: NpsClass, tr: Translator) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name_of("nps_class", nps_class, tr),
        "legendgroup": nps_class,
        "x": own["months"].to_list(),
        "y": own["survival"].to_list(),
        "line": {
            "shape": "hv",
            "width": 2.5,
            "color": CLASS_COLOURS[nps_class],
            "dash": DASHES[nps_class],
        },
        "text": [_survival_text(row, tr) for row in own.iter_rows(named=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _survival_text(row: dict[str, Any], tr: Translator) -> str:
    name = name_of("nps_class", row["nps_class"], tr)
    share = tr.percent(row["survival"])
    if row["survival_low"] is not None:
        share += f" ({tr.percent_range(row['survival_low'], row['survival_high'])})"
    months = tr("after {months} months", months=tr.number(row["months"], 1))
    return f"<b>{name}</b> {months}<br>{share} · n = {tr.number(row['at_risk_count'])}"


def cohorts_figure(cohorts: pl.DataFrame, tr: Translator) -> Figure:
    """The share still there at each age, a line per cohort, the newest ones; older ones paler.

    Parameters
    ----------
    cohorts
        As :func:`cxdata.metrics.churn.customer_survival.churn_cohorts` returns it, with a share.
    """
    shown = cohorts.filter(pl.col("still_share").is_not_null())
    firsts = _drawn_cohorts(shown)
    least = min(shown.filter(pl.col("cohort").is_in(firsts))["still_share"])
    lines = [
        _cohort_line(shown.filter(pl.col("cohort") == first_on), place, len(firsts), tr)
        for place, first_on in enumerate(firsts)
    ]
    return _still_there_figure(lines, least, tr("quarters as a customer"), 340, tr)


def _drawn_cohorts(shown: pl.DataFrame) -> list[date]:
    """The newest cohorts of which more than the first day is known; else the newest of all."""
    aged = shown.filter(pl.col("age_quarters") > 0)
    firsts: list[date] = (shown if aged.is_empty() else aged)["cohort"].unique().sort().to_list()
    return firsts[-MOST_COHORTS:]


def _cohort_line(own: pl.DataFrame, place: int, count: int, tr: Translator) -> Figure:
    row = own.row(0, named=True)
    name = tr.period_name(row["cohort"], "quarter")
    is_whole = row["is_watched_from_start"]
    colour = faded(ACCENT, 0.3 + 0.7 * (place + 1) / count) if is_whole else MUTED
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name if is_whole else f"{name} *",
        "x": own["age_quarters"].to_list(),
        "y": own["still_share"].to_list(),
        "line": {"color": colour, "width": 2, "dash": "solid" if is_whole else "dot"},
        "marker": {"size": 5, "symbol": "circle-open" if row["is_small_base"] else "circle"},
        "text": [_cohort_text(it, name, tr) for it in own.iter_rows(named=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _cohort_text(row: dict[str, Any], name: str, tr: Translator) -> str:
    interval = tr.percent_range(row["share_low"], row["share_high"])
    age = tr.plural("after {n} quarter", "after {n} quarters", row["age_quarters"])
    share = tr.percent(row["still_share"])
    return f"<b>{name}</b> {age}<br>{share} ({interval}) · n = {tr.number(row['customer_count'])}"
