"""The parts of the pyramid's page; only the chosen one is computed and drawn."""

from __future__ import annotations

import streamlit as st

from cxdata.charts.cx_pyramid import PHONE
from cxdata.followup.visions import recorded_visions
from cxdata.i18n import N_
from cxdata.i18n.names import journey_name
from cxdata.panels import Panel, Request, pyramid
from pages.components.context import cached, plain, tr
from pages.components.figures import show_note, show_table, show_text, show_title
from pages.components.panels import (
    draw_picture,
    show_figure,
    show_notes,
    show_panel,
    show_panel_data,
    show_value,
)
from pages.components.reader import can
from pages.components.url_state import PART, choose_here, open_choice, place_here, placed_here
from pages.parts.cx_pyramid.forms import (
    draw_assessment_form,
    draw_threshold_form,
    draw_vision_form,
)

SECTIONS = {
    "levels": N_("Levels and next steps"),
    "history": N_("Over time"),
    "evidence": N_("Evidence"),
    "gate": N_("The next gate"),
    "vision": N_("View from the top"),
}
# Where people write; opened by a button at the end of the page.
FORMS = {"assess": N_("Assess"), "thresholds": N_("Thresholds")}


def offered_sections() -> dict[str, str]:
    """The parts to choose from; a form is one of them while it is open."""
    asked = placed_here(PART)
    return SECTIONS | {code: name for code, name in FORMS.items() if code in asked}


def offer_forms(section: str) -> None:
    """The buttons that open the forms, for those who may write."""
    may_open = {"assess": can("assess"), "thresholds": can("settings")}
    with st.container(horizontal=True):
        for code, name in FORMS.items():
            if may_open[code] and code != section:
                st.button(
                    tr()(name),
                    key=f"open_{code}",
                    icon=":material/edit:",
                    type="tertiary",
                    on_click=place_here,
                    args=(PART, (code,)),
                )


def draw_headline(asked: Request) -> str:
    """The company's level; above the steps, the choice of the journey that they are of."""
    level, journey = st.columns([3, 2], vertical_alignment="center", gap="medium")
    with level:
        show_value(pyramid.level_headline(asked))
    with journey:
        return _pick_journey(asked)


def draw_pyramid(levels: Panel, asked: Request) -> None:
    """The pyramid, large or for a phone: the style sheet shows the one that fits."""
    narrow = pyramid.levels_panel(asked, PHONE)
    for key, panel in (("pyramid_wide", levels), ("pyramid_narrow", narrow)):
        with st.container(key=key):
            show_figure(panel)


def _pick_journey(asked: Request) -> str:
    journeys = pyramid.journey_levels(asked)["journey"].to_list()
    key, weakest = "pyramid_journey", pyramid.weakest_journey(asked)
    open_choice(key, f"{key}:", journeys, weakest)
    journey: str = st.selectbox(
        tr()("Journey"),
        journeys,
        format_func=lambda it: journey_name(it, asked.tr),
        key=f"{key}:",
        on_change=choose_here,
        args=(key, f"{key}:", weakest),
    )
    return journey


def _draw_steps(asked: Request, journey: str) -> None:
    """The steps to the journey's next level, each a bar from now to what is needed."""
    steps = pyramid.steps_panel(asked, journey)
    show_title(steps.title)
    for place, step in enumerate(steps.parts, 1):
        st.markdown(f"**{place}. {plain(step.title)}**")
        if step.picture:
            draw_picture(step.picture)
        for parts in step.notes:
            show_note(parts)
    show_text(steps.lead)


def _draw_levels(asked: Request, journey: str) -> None:
    """The picture beside the steps to the next level; below, the picture's table twin and
    Gartner's five levels on demand."""
    levels = pyramid.levels_panel(asked)
    picture, steps = st.columns([3, 2], gap="medium")
    with picture:
        draw_pyramid(levels, asked)
    with steps:
        _draw_steps(asked, journey)
    show_notes(levels)
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
        case "levels":
            _draw_levels(asked, journey)
        case "evidence":
            with st.container(key="evidence"):
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
            show_panel(pyramid.thresholds_panel(asked))


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
