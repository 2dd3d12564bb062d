"""The parts of the pyramid's page; below the picture only the chosen one is computed and drawn."""

from __future__ import annotations

import streamlit as st

from cxdata.charts.cx_pyramid import PHONE
from cxdata.followup.visions import recorded_visions
from cxdata.i18n import N_
from cxdata.panels import Panel, Request, pyramid
from pages.components.context import cached, plain, tr
from pages.components.figures import show_note, show_table, show_text, show_title
from pages.components.panels import show_figure, show_notes, show_panel, show_panel_data
from pages.components.url_state import choose_here, open_choice
from pages.parts.cx_pyramid.forms import (
    draw_assessment_form,
    draw_threshold_form,
    draw_vision_form,
)

SECTIONS = {
    "evidence": N_("Evidence"),
    "gate": N_("The next gate"),
    "history": N_("Over time"),
    "vision": N_("View from the top"),
    "assess": N_("Assess"),
    "thresholds": N_("Thresholds"),
}


def draw_picture(levels: Panel, asked: Request) -> None:
    """The pyramid, large or for a phone: the style sheet shows the one that fits."""
    narrow = pyramid.levels_panel(asked, PHONE)
    for key, panel in (("pyramid_wide", levels), ("pyramid_narrow", narrow)):
        with st.container(key=key):
            show_figure(panel)


def draw_what_holds(asked: Request) -> str:
    """A choice of the journey, what holds it back, and what it would take; the journey."""
    journeys = pyramid.journey_levels(asked)["journey"].to_list()
    key, weakest = "pyramid_journey", pyramid.weakest_journey(asked)
    open_choice(key, f"{key}:", journeys, weakest)
    journey: str = st.selectbox(
        tr()("Journey"),
        journeys,
        key=f"{key}:",
        on_change=choose_here,
        args=(key, f"{key}:", weakest),
    )
    holds = pyramid.holds_panel(asked, journey)
    show_text(holds.title)
    st.markdown("\n".join(f"- {plain(sentence)}" for (sentence,) in holds.notes))
    return journey


def draw_levels(levels: Panel, asked: Request) -> None:
    """The table twin of the picture, and Gartner's five levels on demand."""
    if levels.texts:
        show_table(levels.texts())
    gartner = pyramid.gartner_panel(asked)
    place = st.expander(gartner.title, key="pyramid_gartner", on_change="rerun", type="compact")
    if place.open:
        with place:
            show_panel(gartner, is_titled=False)


def draw_section(section: str, asked: Request, journey: str) -> None:
    """The part that the reader chose."""
    match section:
        case "evidence":
            show_panel(pyramid.evidence_panel(asked, journey))
        case "gate":
            show_panel(pyramid.gates_panel(asked))
        case "history":
            _draw_history(asked)
        case "vision":
            _draw_visions(asked, journey)
        case "assess":
            draw_assessing(asked, journey)
        case "thresholds":
            draw_threshold_form(asked)
            show_panel(pyramid.thresholds_panel(asked), is_titled=False)


def draw_assessing(asked: Request, journey: str = "") -> None:
    """The form to write down what somebody found, and what waits for it."""
    journeys = pyramid.journey_levels(asked)["journey"].to_list()
    draw_assessment_form(pyramid.model_of(asked), journeys, journey)
    missing = pyramid.missing_panel(asked)
    if not missing.is_empty:
        show_panel(missing)


def _draw_history(asked: Request) -> None:
    history = pyramid.history_panel(asked)
    if history.is_empty:
        show_figure(history)
        return
    show_title(history.title)
    show_figure(history)
    show_notes(history)
    changes = pyramid.changes_panel(asked)
    if changes.is_empty:
        show_text(changes.reason)
    else:
        show_figure(changes)
    show_panel_data(history)


def _draw_visions(asked: Request, journey: str) -> None:
    panel = pyramid.vision_panel(asked)
    show_title(panel.title)
    for parts in panel.notes_above:
        show_note(parts)
    if panel.table is not None:
        for about, vision, basis in panel.table.iter_rows():
            with st.container(border=True):
                st.markdown(f"**{plain(about)}**")
                st.markdown("  \n".join(plain(line) for line in vision.splitlines()))
                show_note([basis])
    draw_vision_form(pyramid.model_of(asked), journey, cached(recorded_visions))
