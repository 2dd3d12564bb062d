"""The parts of the NPS page; below the trend only the chosen one is computed and drawn."""

from __future__ import annotations

import streamlit as st

from cxdata.i18n import N_
from cxdata.models import GRAINS, Dimension, Grain
from cxdata.panels import Request, invitations, nps
from cxdata.panels.nps_weighting import nps_customers_panel
from pages.components.context import store, tr
from pages.components.figures import pick_many, pick_one, show_nothing, show_title
from pages.components.panels import show_panel

SECTIONS = {
    "why": N_("Why it moved"),
    "who": N_("Who answered"),
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


def draw_trend(asked: Request) -> None:
    """NPS over time, with what the reader wants laid over it."""
    translate = tr()
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    with left:
        grain: Grain = pick_one("nps_grain", translate("Grain"), GRAINS, "grain", "month")
    with right:
        laid = pick_many("nps_overlays", translate("Show"), OVERLAYS)
    show_panel(nps.nps_trend_panel(asked, grain, laid), is_titled=False)


def draw_section(section: str, asked: Request) -> None:
    """The part that the reader chose."""
    {
        "why": _draw_why,
        "who": _draw_who,
        "whom": _draw_whom,
        "drivers": lambda it: show_panel(nps.drivers_panel(it)),
        "words": _draw_words,
        "satisfaction": _draw_satisfaction,
    }[section](asked)


def _draw_why(asked: Request) -> None:
    show_panel(nps.nps_why_panel(asked, _dimension("nps_why", "segment")))
    sources = nps.nps_sources_panel(asked)
    if not sources.reason:
        show_panel(sources)


def _draw_whom(asked: Request) -> None:
    dimension = _dimension("nps_whom", "segment")
    by = nps.nps_by_panel(asked, dimension)
    show_title(by.title)
    ranked, scores = st.columns(2)
    with ranked:
        show_panel(by, is_titled=False)
    with scores:
        show_panel(nps.score_panel(asked), is_titled=False)
    other = _dimension("nps_across", "journey", without=dimension)
    show_panel(nps.nps_heat_panel(asked, dimension, other), is_titled=False)


def _draw_words(asked: Request) -> None:
    show_panel(nps.themes_panel(asked))
    show_panel(nps.theme_points_panel(asked))


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
