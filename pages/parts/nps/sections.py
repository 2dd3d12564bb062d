"""The parts of the NPS page; below the trend only the chosen one is computed and drawn."""

from __future__ import annotations

import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.nps import Overlay, nps_by_figure, nps_trend_figure
from cxdata.charts.nps_detail import (
    drivers_figure,
    heat_figure,
    score_figure,
    themes_figure,
    waterfall_figure,
)
from cxdata.charts.satisfaction import satisfaction_figure
from cxdata.followup.annotations import recorded_lines
from cxdata.i18n import N_
from cxdata.metrics.nps.drivers import drivers_summary, nps_drivers
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.satisfaction import (
    satisfaction_by,
    satisfaction_summary,
    satisfaction_trend,
)
from cxdata.metrics.nps.score import nps_by, nps_change, score_distribution
from cxdata.metrics.nps.themes import nps_themes
from cxdata.metrics.nps.trend import control_limits, nps_rolling, nps_trend, nps_trend_year_before
from cxdata.models import DIMENSIONS, GRAINS, Dimension, Filters, Grain
from pages.components.annotations import events_of
from pages.components.answers_list import show_choosable
from pages.components.context import cached, tr
from pages.components.downloads import show_data
from pages.components.figures import pick_one, show_chart, show_note, show_nothing, show_title

SECTIONS = {
    "why": N_("Why it moved"),
    "whom": N_("For whom"),
    "drivers": N_("What drives it"),
    "words": N_("What they say"),
    "satisfaction": N_("Satisfaction and effort"),
}
OVERLAYS = {
    "rolling": N_("Last three together"),
    "year_before": N_("A year before"),
    "limits": N_("Control limits"),
}


def draw_trend(filters: Filters, title: str) -> None:
    """NPS over time, with what the reader wants laid over it."""
    translate = tr()
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    with left:
        grain: Grain = pick_one("nps_grain", translate("Grain"), GRAINS, "grain", "month")
    with right:
        laid = st.pills(
            translate("Show"),
            list(OVERLAYS),
            selection_mode="multi",
            format_func=lambda code: translate(OVERLAYS[code]),
            key=f"nps_overlays:{translate.locale}",
            label_visibility="collapsed",
        )
    if "rolling" in laid:
        trend = cached(nps_rolling, filters, grain=grain)
    else:
        trend = cached(nps_trend, filters, grain=grain)
    overlay = _overlay(filters, grain, laid)
    figure = nps_trend_figure(trend, translate, grain, overlay=overlay)
    show_choosable("nps_trend", figure, grain=grain)
    show_note(
        [
            translate("Band: 95% interval. Pale: small base. Hollow: partial period."),
            translate("Diamond: outside the control limits.") if overlay.limits else "",
        ]
    )
    show_data("nps_trend", title, tables.nps_trend_table(trend, grain, translate), trend)


def _overlay(filters: Filters, grain: Grain, laid: list[str]) -> Overlay:
    limits = control_limits(cached(nps_trend, filters, grain=grain)) if "limits" in laid else None
    return Overlay(
        year_before=cached(nps_trend_year_before, filters, grain=grain)
        if "year_before" in laid
        else None,
        limits=limits,
        lines=[
            (say.line_name(row, tr()), row["nps"])
            for row in cached(recorded_lines, filters.survey).iter_rows(named=True)
        ],
        events=events_of(filters),
    )


def draw_section(section: str, filters: Filters) -> None:
    """The part that the reader chose."""
    {
        "why": _draw_why,
        "whom": _draw_whom,
        "drivers": _draw_drivers,
        "words": _draw_words,
        "satisfaction": _draw_satisfaction,
    }[section](filters)


def _draw_why(filters: Filters) -> None:
    translate = tr()
    dimension = _dimension("nps_why", "segment")
    change, mix = cached(nps_change, filters), cached(nps_mix, filters, dimension)
    sentence = say.mix_sentence(mix, change, translate)
    show_title(sentence)
    if mix.is_empty() or change.difference is None or mix["rate_effect"].null_count():
        show_nothing(translate("Too few answers in a group to say what each one brought."))
    else:
        show_choosable("nps_why", waterfall_figure(mix, dimension, change, translate))
        show_note(
            [
                translate(
                    "Own change of each group at its mean share; then what the mix of groups did."
                )
            ]
        )
    show_data("nps_mix", sentence, tables.nps_mix_table(mix, dimension, translate), mix)


def _draw_whom(filters: Filters) -> None:
    translate = tr()
    dimension = _dimension("nps_whom", "segment")
    values = cached(nps_by, filters, dimension)
    compared = say.weakest_sentence(values, dimension, translate)
    sentence = compared or translate("Too few answers to compare groups")
    show_title(sentence)
    ranked, scores = st.columns(2)
    with ranked:
        show_choosable("nps_by", nps_by_figure(values, dimension, translate))
        show_data("nps_by", sentence, tables.nps_by_table(values, dimension, translate), values)
    with scores:
        distribution = cached(score_distribution, filters)
        show_choosable("nps_scores", score_figure(distribution, translate))
        table = tables.score_table(distribution, translate)
        show_data("nps_scores", translate("Scores given"), table, distribution)
    other = _dimension("nps_across", "journey", without=dimension)
    heat = cached(nps_heat, filters, dimension, other)
    show_choosable("nps_heat", heat_figure(heat, dimension, other, translate))
    show_note(
        [
            translate("Below the NPS: number of answers."),
            translate("In brackets: small base. Withheld: too few answers."),
            translate("Protected: would give a withheld cell away."),
        ]
    )
    table = tables.nps_heat_table(heat, dimension, other, translate)
    show_data("nps_heat", translate("NPS of each pair"), table, heat)


def _draw_drivers(filters: Filters) -> None:
    translate = tr()
    drivers = cached(nps_drivers, filters)
    model = drivers_summary(drivers).row(0, named=True)
    sentence = say.drivers_sentence(drivers, model, translate)
    show_title(sentence)
    if drivers["weight"].is_not_null().any():
        show_chart("nps_drivers", drivers_figure(drivers, translate))
    show_note(say.drivers_basis(model, translate))
    if not drivers.is_empty():
        show_data("nps_drivers", sentence, tables.drivers_table(drivers, translate), drivers)


def _draw_words(filters: Filters) -> None:
    translate = tr()
    themes = cached(nps_themes, filters)
    sentence = say.themes_sentence(themes, translate)
    show_title(sentence)
    if themes.is_empty():
        return
    show_choosable("nps_themes", themes_figure(themes, translate))
    show_note(
        [translate("Share of each class's comments that mention it; bars are 95% intervals.")]
    )
    show_data("nps_themes", sentence, tables.themes_table(themes, translate), themes)


def _draw_satisfaction(filters: Filters) -> None:
    translate = tr()
    summary = cached(satisfaction_summary, filters)
    shown = summary.filter(summary["reason"].ne_missing("no_answers"))["scale"].to_list()
    if not shown:
        show_nothing(translate("No satisfaction or effort scores for these filters."))
        return
    for place, scale in zip(st.columns(len(shown)), shown, strict=True):
        with place:
            row = summary.filter(summary["scale"] == scale).row(0, named=True)
            show_title(say.satisfaction_sentence(row, translate))
            show_note(say.satisfaction_basis(row, translate))
            trend = cached(satisfaction_trend, filters, scale, grain="month")
            show_choosable(f"nps_{scale}", satisfaction_figure(trend, translate, "month"))
            journeys = cached(satisfaction_by, filters, scale, "journey")
            table = tables.satisfaction_table(journeys, "journey", translate)
            show_data(f"nps_{scale}", say.satisfaction_sentence(row, translate), table, journeys)


def _dimension(key: str, default: Dimension, *, without: Dimension | None = None) -> Dimension:
    offered = tuple(it for it in DIMENSIONS if it != without)
    first = default if default in offered else offered[0]
    picked: Dimension = pick_one(f"{key}:{without}", tr()("By"), offered, "dimension", first)
    return picked
