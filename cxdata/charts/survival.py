"""How long customers stay: survival after an answer by its class, and cohorts by age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from cxdata.charts.lines import LineEnd, end_labels, end_room, end_text
from cxdata.charts.theme import (
    CLASS_COLOURS,
    COLD,
    EVEN,
    FINE,
    HEAT_INK,
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
MOST_COHORTS = 12
MOST_AGES = 12  # columns of the triangle that each have a number above


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
    ends = [_class_end(own[it], it, tr) for it in classes]
    title = tr("months since the answer")
    return _still_there_figure(traces, least, title, 340, tr, ends)


def _class_end(own: pl.DataFrame, nps_class: NpsClass, tr: Translator) -> LineEnd:
    last = own.sort("months").row(-1, named=True)
    text = end_text(name_of("nps_class", nps_class, tr), tr.percent(last["survival"], 0))
    return LineEnd(last["months"], last["survival"], text, CLASS_COLOURS[nps_class])


def _still_there_figure(
    lines: list[Figure],
    least: float,
    time_title: str,
    height: int,
    tr: Translator,
    ends: Sequence[LineEnd],
) -> Figure:
    """Shares still there over time; the axis begins a little below ``least``."""
    span = (max(0.0, least - 0.03), 1.01)
    return {
        "data": lines,
        "layout": layout(
            height,
            margin={"l": 8, "r": end_room(ends), "t": 12, "b": 8},
            annotations=end_labels(ends, span, height),
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
    """The share still there of each cohort at each age, as a triangle: a row per cohort.

    Shares are whole percents; a small base stands in brackets.

    Parameters
    ----------
    cohorts
        As :func:`cxdata.metrics.churn.customer_survival.churn_cohorts` returns it, with a share.
    """
    shown = cohorts.filter(pl.col("still_share").is_not_null())
    firsts = _drawn_cohorts(shown)
    cells = {
        (row["cohort"], row["age_quarters"]): row
        for row in shown.filter(pl.col("cohort").is_in(firsts)).iter_rows(named=True)
    }
    ages = list(range(max(age for _, age in cells) + 1))
    grid = [[cells.get((first_on, age), {}) for age in ages] for first_on in firsts]
    return {
        "data": [_cohort_cells(grid, [_cohort_name(it, cells, tr) for it in firsts], ages, tr)],
        "layout": layout(
            76 + 32 * len(firsts),
            margin={"l": 8, "r": 12, "t": 28, "b": 8},
            xaxis=axis(
                showgrid=False,
                side="top",
                tickvals=ages[:: 1 if len(ages) <= MOST_AGES else 2],
                title={"text": tr("quarters as a customer")},
            ),
            yaxis=axis(showgrid=False, type="category", autorange="reversed"),
        ),
    }


def _cohort_cells(
    grid: list[list[dict[str, Any]]], names: list[str], ages: list[int], tr: Translator
) -> Figure:
    return {
        "type": "heatmap",
        "x": ages,
        "y": names,
        "z": [[cell.get("still_share") for cell in line] for line in grid],
        "zmin": 0.5,
        "zmax": 1,
        "colorscale": [[0, COLD], [0.5, EVEN], [1, FINE]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": [[_cohort_share(cell, tr) for cell in line] for line in grid],
        "texttemplate": "%{text}",
        "textfont": {"color": HEAT_INK},
        "hovertext": [[_cohort_text(cell, tr) for cell in line] for line in grid],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
    }


def _drawn_cohorts(shown: pl.DataFrame) -> list[date]:
    """The newest cohorts of which more than the first day is known; else the newest of all."""
    aged = shown.filter(pl.col("age_quarters") > 0)
    firsts: list[date] = (shown if aged.is_empty() else aged)["cohort"].unique().sort().to_list()
    return firsts[-MOST_COHORTS:]


def _cohort_name(
    first_on: date, cells: dict[tuple[date, int], dict[str, Any]], tr: Translator
) -> str:
    """The quarter of its start; a star if losses of its first days may be missing."""
    row = next(row for (cohort, _), row in cells.items() if cohort == first_on)
    name = tr.period_name(first_on, "quarter")
    return name if row["is_watched_from_start"] else f"{name} *"


def _cohort_share(cell: dict[str, Any], tr: Translator) -> str:
    if not cell:
        return ""
    share = tr.number(100 * cell["still_share"])
    return f"({share})" if cell["is_small_base"] else share


def _cohort_text(row: dict[str, Any], tr: Translator) -> str:
    if not row:
        return ""
    interval = tr.percent_range(row["share_low"], row["share_high"])
    age = tr.plural("after {n} quarter", "after {n} quarters", row["age_quarters"])
    share, name = tr.percent(row["still_share"]), tr.period_name(row["cohort"], "quarter")
    return f"<b>{name}</b> {age}<br>{share} ({interval}) · n = {tr.number(row['customer_count'])}"
