"""The parts of the NPS page; only the chosen one is computed and drawn."""

from __future__ import annotations

import streamlit as st

from cxdata.charts.theme import group_name
from cxdata.i18n import N_
from cxdata.models import GRAINS, Dimension, Grain
from cxdata.panels import Panel, Request, groups, invitations, nps
from cxdata.panels.nps_weighting import nps_customers_panel
from pages.components.annotations import draw_events_and_lines
from pages.components.answers_list import offer_people
from pages.components.choosing import view_fingerprint
from pages.components.context import store, tr
from pages.components.figures import (
    pick_many,
    pick_one,
    show_note,
    show_nothing,
    show_title,
)
from pages.components.insight import draw_values
from pages.components.panels import show_figure, show_notes, show_panel, show_panel_data
from pages.parts.nps.comments import draw_said

SECTIONS = {
    "trend": N_("Over time"),
    "why": N_("Why it moved"),
    "whom": N_("For whom"),
    "drivers": N_("What drives it"),
    "words": N_("What they say"),
    "satisfaction": N_("Satisfaction and effort"),
    "who": N_("Who answered"),
}
OVERLAYS = {
    "rolling": N_("Last three together"),
    "year_before": N_("A year before"),
    "limits": N_("Control limits"),
}


def draw_headline(asked: Request, panel: Panel) -> None:
    """The NPS, its change, its target and its classes, in one row."""
    target = nps.nps_target_panel(asked).headline
    shown = [it for it in (panel.headline, target) if it]
    figures, classes = st.columns([len(shown), 2], vertical_alignment="center", gap="medium")
    with figures:
        draw_values(shown)
    with classes:
        show_figure(panel)
    show_note(nps.nps_brief(asked))


def _draw_trend(asked: Request) -> None:
    """NPS over time, with what the reader wants laid over it."""
    translate = tr()
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    with left:
        grain: Grain = pick_one("nps_grain", translate("Grain"), GRAINS, "grain", "month")
    with right:
        laid = pick_many("nps_overlays", translate("Show"), OVERLAYS)
    trend = nps.nps_trend_panel(asked, grain, laid)
    if trend.lead:
        show_title(trend.lead)
    show_figure(trend)
    show_notes(trend)
    show_panel_data(trend)
    with st.container(horizontal=True):
        draw_events_and_lines()
        offer_people("nps")


def draw_section(section: str, asked: Request) -> None:
    """The part that the reader chose."""
    {
        "trend": _draw_trend,
        "why": _draw_why,
        "who": _draw_who,
        "whom": _draw_whom,
        "drivers": lambda it: show_panel(nps.drivers_panel(it)),
        "words": draw_said,
        "satisfaction": _draw_satisfaction,
    }[section](asked)


def _draw_why(asked: Request) -> None:
    dimension = _dimension("nps_why", "segment")
    show_panel(nps.nps_why_panel(asked, dimension))
    show_panel(groups.nps_two_periods_panel(asked, dimension))
    show_notes(nps.nps_panel(asked))
    sources = nps.nps_sources_panel(asked)
    if not sources.reason:
        show_panel(sources)


def _draw_whom(asked: Request) -> None:
    dimension = _dimension("nps_whom", "segment")
    grain: Grain = pick_one("nps_groups_grain", tr()("Grain"), GRAINS, "grain", "quarter")
    chosen = _groups(asked, dimension)
    show_panel(groups.nps_groups_panel(asked, dimension, chosen, grain))
    by = nps.nps_by_panel(asked, dimension)
    show_title(by.title)
    ranked, scores = st.columns(2)
    with ranked:
        show_panel(by, is_titled=False)
    with scores:
        show_panel(nps.score_panel(asked), is_titled=False)
    other = _dimension("nps_across", "journey", without=dimension)
    show_panel(nps.nps_heat_panel(asked, dimension, other), is_titled=False)


def _groups(asked: Request, dimension: Dimension) -> tuple[str, ...]:
    """The groups to compare over time; the largest ones until the reader chooses."""
    offered = groups.nps_groups(asked, dimension)
    if len(offered) <= groups.MOST:
        return offered
    translate = asked.tr
    picked = st.multiselect(
        translate("Groups to compare, {n} at most", n=groups.MOST),
        offered,
        default=offered[: groups.MOST],
        max_selections=groups.MOST,
        format_func=lambda it: group_name(it, dimension, translate),
        key=f"nps_groups:{dimension}:{view_fingerprint(asked.filters)}",
        label_visibility="collapsed",
    )
    return tuple(picked)


def _draw_satisfaction(asked: Request) -> None:
    scales = nps.asked_scales(asked)
    if not scales:
        show_nothing(tr()("No satisfaction or effort scores for these filters."))
        return
    for place, scale in zip(st.columns(len(scales)), scales, strict=True):
        with place:
            show_panel(nps.satisfaction_panel(asked, scale))


def _draw_who(asked: Request) -> None:
    """How many of the customers answered, and of those who were asked; what the rate is by group
    and over time, and who left, stands below."""
    show_panel(nps_customers_panel(asked))
    whole = invitations.response_rate_panel(asked)
    show_panel(whole, is_titled=whole.headline is not None)
    if whole.headline is None:
        return
    trend, groups = st.columns(2)
    with trend:
        show_panel(invitations.response_rate_trend_panel(asked))
    with groups:
        offered = store().settings.used_dimensions("invitations")
        dimension: Dimension = pick_one("nps_who", tr()("By"), offered, "dimension", offered[0])
        show_panel(invitations.response_rate_by_panel(asked, dimension))
    show_panel(invitations.leaving_by_answering_panel(asked))


def _dimension(key: str, default: Dimension, *, without: Dimension | None = None) -> Dimension:
    offered = tuple(it for it in store().settings.used_dimensions() if it != without)
    first = default if default in offered else offered[0]
    picked: Dimension = pick_one(f"{key}:{without}", tr()("By"), offered, "dimension", first)
    return picked
