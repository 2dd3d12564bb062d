"""The parts of the pyramid's page; below the picture only the chosen one is computed and drawn."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.cx_pyramid import PAGE, PHONE, history_figure, pyramid_svg
from cxdata.followup.visions import recorded_visions
from cxdata.i18n import N_
from cxdata.metrics.pyramid.gates import next_gate, without_evidence
from cxdata.metrics.pyramid.history import company_history, pyramid_history, with_changes
from cxdata.metrics.pyramid.levels import (
    company_level,
    of_journey,
    pyramid_evidence,
    pyramid_levels,
)
from cxdata.metrics.pyramid.model import PyramidModel, pyramid_model
from cxdata.models import Filters
from pages.components.context import cached, plain, store, tr
from pages.components.downloads import show_data
from pages.components.figures import (
    colour_mode,
    show_chart,
    show_note,
    show_nothing,
    show_picture,
    show_table,
    show_text,
    show_title,
)
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


def draw_picture(levels: pl.DataFrame, model: PyramidModel) -> None:
    """The pyramid, large or for a phone: the style sheet shows the one that fits."""
    translate = tr()
    names = [translate(level.name) for level in model.levels]
    said = say.level_title(company_level(levels), translate)
    for key, look in (("pyramid_wide", PAGE), ("pyramid_narrow", PHONE)):
        with st.container(key=key):
            drawing = pyramid_svg(levels, names, translate, mode=colour_mode(), look=look)
            show_picture(drawing, said)


def draw_what_holds(levels: pl.DataFrame, filters: Filters, model: PyramidModel) -> str:
    """A choice of the journey, what holds it back, and what it would take; the journey."""
    translate = tr()
    journeys = levels["journey"].to_list()
    journey: str = st.selectbox(
        translate("Journey"),
        journeys,
        index=journeys.index(company_level(levels).weakest_journeys[0]),
        key="pyramid_journey",
    )
    [row] = levels.filter(pl.col("journey") == journey).to_dicts()
    show_text(say.stands_sentence(row, model, translate))
    gates = of_journey(cached(next_gate, filters, model=model), journey).to_dicts()
    sentences = [
        say.gate_sentence(gate, model.indicator(gate["indicator"]), translate) for gate in gates
    ]
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    return journey


def draw_levels(levels: pl.DataFrame, model: PyramidModel) -> None:
    """The table twin of the picture, and Gartner's five levels on demand."""
    translate = tr()
    show_table(tables.levels_table(levels, model, translate))
    place = st.expander(
        translate("Gartner's five levels of 2018"),
        key="pyramid_gartner",
        on_change="rerun",
        type="compact",
    )
    if not place.open:
        return
    with place:
        show_note(
            [
                translate(
                    "Augie Ray's pyramid has six levels, Gartner's form of 2018 five; how the two "
                    "go together is our reading. It is not Gartner's maturity model."
                )
            ]
        )
        show_table(tables.gartner_table(model, translate))


def draw_section(section: str, filters: Filters, model: PyramidModel, journey: str) -> None:
    """The part that the reader chose."""
    match section:
        case "evidence":
            _draw_evidence(filters, model, journey)
        case "gate":
            _draw_gates(filters, model)
        case "history":
            _draw_history(filters, model)
        case "vision":
            _draw_visions(journey, model)
        case "assess":
            draw_assessing(filters, model, journey)
        case "thresholds":
            draw_threshold_form(filters, model)
            show_note(
                [tr()("Where nothing else is said, thresholds are this project's own choice.")]
            )
            show_table(tables.indicators_table(model, tr()))


def draw_assessing(filters: Filters, model: PyramidModel, journey: str = "") -> None:
    """The form to write down what somebody found, and what waits for it."""
    translate = tr()
    levels = cached(pyramid_levels, filters, model=model)
    draw_assessment_form(model, levels["journey"].to_list(), journey)
    missing = without_evidence(cached(next_gate, filters, model=model))
    if not missing.is_empty():
        show_title(translate("Work to do: without this evidence no gate opens"))
        table = tables.gates_table(missing, model, translate)
        show_table(table.select(table.columns[:4]))


def model_now() -> PyramidModel:
    """The pyramid with the firm's own thresholds."""
    return pyramid_model(store().settings)


def _draw_evidence(filters: Filters, model: PyramidModel, journey: str) -> None:
    translate = tr()
    title = translate("Evidence for {journey}", journey=journey)
    show_title(title)
    evidence = cached(pyramid_evidence, filters, model=model)
    shown = tables.evidence_table(of_journey(evidence, journey), model, translate)
    show_table(shown)
    months = model.assessed_valid_months
    show_note(
        [
            translate.plural(
                "An assessment holds for {n} month.", "An assessment holds for {n} months.", months
            ),
            translate(
                "Its interval needs its number of cases; without it, day and name stand for it."
            ),
        ]
    )
    everything = tables.evidence_table(evidence, model, translate)
    whole = pl.concat(
        [evidence.select(pl.col("journey").alias(translate("Journey"))), everything],
        how="horizontal",
    )
    named = tables.with_names(evidence, model, translate)
    show_data("pyramid_evidence", title, whole, named, scope="contacts")


def _draw_gates(filters: Filters, model: PyramidModel) -> None:
    translate = tr()
    gates = cached(next_gate, filters, model=model)
    title = translate("What passing the next gate would take")
    show_title(title)
    if gates.is_empty():
        show_nothing(translate("Nothing holds any journey back."))
        return
    shown = tables.gates_table(gates, model, translate)
    show_table(shown)
    show_note(
        [
            translate("Each indicator by itself, everything else as it is."),
            translate(
                "For answers and assessments: the same share of the journey's contacts. A customer "
                "counts once in every month."
            ),
        ]
    )
    named = tables.with_names(gates, model, translate)
    show_data("pyramid_gates", title, shown, named, scope="contacts")


def _draw_history(filters: Filters, model: PyramidModel) -> None:
    translate = tr()
    history = cached(pyramid_history, filters, model=model)
    if history.is_empty():
        show_nothing(translate("No evidence for any level yet"))
        return
    title = say.moved_sentence(history, translate)
    show_title(title)
    figure = history_figure(history, company_history(history), translate)
    show_chart("pyramid_history", figure, scope="contacts")
    show_note(
        [
            translate(
                "Contacts and answers of the quarter alone; assessments that held at its end."
            ),
            translate("In brackets: not established. “?”: for want of evidence."),
            translate("A longer period shows more quarters."),
        ]
    )
    changes = with_changes(history)
    if changes.is_empty():
        show_text(
            translate("No indicator that matters was gained or lost from quarter to quarter.")
        )
    else:
        show_table(tables.level_history_table(changes, model, translate))
    shown = tables.level_history_table(history, model, translate)
    named = tables.with_names(history, model, translate)
    show_data("pyramid_history", title, shown, named, scope="contacts")


def _draw_visions(journey: str, model: PyramidModel) -> None:
    translate = tr()
    top = translate(model.levels[-1].name)
    show_title(translate("From the top: what “{level}” would be", level=top))
    show_note([translate("Innovators start at the top and ask what the lower levels are for.")])
    visions = cached(recorded_visions)
    for row in visions.to_dicts():
        with st.container(border=True):
            st.markdown(f"**{plain(row['journey'])}**")
            st.markdown("  \n".join(plain(line) for line in row["vision"].splitlines()))
            show_note([say.vision_basis(row, _day_of(row), translate)])
    draw_vision_form(model, journey, visions)


def _day_of(row: dict[str, object]) -> date:
    at = row["written_at"]
    return at.date()  # type: ignore[attr-defined, no-any-return]
