"""What if: sliders whose moves redraw only themselves; scenarios kept, compared, removed."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import polars as pl
import streamlit as st

from cxdata.errors import CxDataError
from cxdata.followup.annotations import NAME_LETTERS
from cxdata.followup.scenarios import (
    recorded_scenarios,
    remove_scenario,
    save_scenario,
    scenario_moves,
)
from cxdata.i18n import Translator
from cxdata.metrics.churn.acting import Effect, Effects, effects
from cxdata.metrics.churn.board import EXAMPLE
from cxdata.metrics.churn.what_if import MOST_POINTS, Moves, rescue_interval
from cxdata.models import Filters
from cxdata.panels import Panel, Request, churn
from cxdata.sentences import churn_detail as tell
from pages.components.admission import refuses
from pages.components.context import cached, plain, show_error, store, tr, whole_store
from pages.components.figures import draw_figure, show_note, show_nothing, show_table, show_title
from pages.components.panels import show_figure, show_notes, show_panel_data
from pages.components.reader import can, guard, signed_name

# One key per slider; their places are kept apart, since Streamlit forgets what isn't drawn.
MADE_PASSIVE, POINTS, CALLED, RESCUED, OWN = (
    f"what_if_{it}" for it in ("passive", "points", "called", "rescued", "own")
)
SLIDERS = (MADE_PASSIVE, POINTS, CALLED, RESCUED, OWN)
_AUTHOR, _SAID, _KEPT = "scenario_author", "scenario_said", "what_if_kept"
AUTHOR_LETTERS = 80


def draw_what_if(asked: Request) -> None:
    """The sliders with what they bring, and the saved scenarios below."""
    _draw_moves(asked)
    _draw_scenarios(asked)


@st.fragment
def _draw_moves(asked: Request) -> None:
    translate = asked.tr
    place = st.container()
    sliders, outcome = place.columns([2, 3], gap="medium")
    with sliders:
        moves = _asked_moves(asked.result(effects), translate)
    panel = churn.what_if_panel(asked, moves)
    with outcome:
        show_title(panel.title)
        if not panel.is_empty:
            show_figure(panel)
    rows = panel.frame
    if rows is None or panel.texts is None:
        return
    if not rows.is_empty():
        show_table(panel.texts())
    if not panel.is_empty:
        show_notes(panel)
        show_panel_data(panel)
    _draw_save_form(asked.filters, moves, rows, translate)


def _asked_moves(known: Effects, translate: Translator) -> Moves:
    share = translate.percent_format
    _begin(MADE_PASSIVE, round(EXAMPLE.detractors_to_passive_share * 100))
    passive = st.slider(
        translate("Detractors who become passives"), 0, 100, key=MADE_PASSIVE, format=share
    )
    _draw_concerned(known.to_passive, "detractors", translate)
    points = _asked_points(known, translate)
    _begin(CALLED, 0)
    called = st.slider(
        translate("Detractors who are called back"), 0, 100, key=CALLED, format=share
    )
    _draw_concerned(known.leaving, "detractors", translate)
    rescue = _asked_rescue(known, share, translate) if called else None
    _keep()
    return Moves(passive / 100, points, called / 100, rescue)


def _asked_points(known: Effects, translate: Translator) -> float:
    """At most as many points as are missed."""
    most = ceil(known.missed_share * MOST_POINTS)
    _begin(POINTS, 0)
    if most == 0:
        show_note([translate("No missed contacts to answer in time.")])
        return 0.0
    st.session_state[POINTS] = min(st.session_state[POINTS], most)
    points: int = st.slider(
        translate("Points more of the contacts answered in time"), 0, most, key=POINTS
    )
    _draw_concerned(known.in_time, "missed", translate)
    return float(points)


def _asked_rescue(
    known: Effects, share: str, translate: Translator
) -> tuple[float, float, float] | None:
    """The assumed share of leaving detractors whom a call keeps; None: as the cases show it."""
    interval, confidence = rescue_interval(known), known.settings.answers.confidence
    if interval:
        rescue = known.rescue
        show_note(
            [tell.rescue_text(rescue.rate, interval, rescue.called_count, confidence, translate)]
        )
        _begin(OWN, False)
        if not st.toggle(translate("Assume another rescue rate than the measured one"), key=OWN):
            return None
    _begin(RESCUED, (0, 0))
    placed: Any = st.slider(
        translate("Of those who would leave, a call keeps (assumed, low to high)"),
        0,
        100,
        key=RESCUED,
        format=share,
        help=translate("No published rate stands in for your own: start with what you believe."),
    )
    low, high = placed
    return (low / 100, (low + high) / 200, high / 100) if high else None


def _draw_concerned(effect: Effect, kind: str, translate: Translator) -> None:
    """Below a slider: how many it is about, or why it moves nothing."""
    show_note([tell.concerned_text(effect.concerned, effect.reason, kind, translate)])


def _begin(key: str, value: Any) -> None:
    """A slider's first place, or where the reader had left it."""
    kept = st.session_state.get(_KEPT, {})
    st.session_state[key] = st.session_state.get(key, kept.get(key, value))


def _keep() -> None:
    kept = {it: st.session_state[it] for it in SLIDERS if it in st.session_state}
    st.session_state[_KEPT] = st.session_state.get(_KEPT, {}) | kept


def _draw_save_form(
    filters: Filters, moves: Moves, rows: pl.DataFrame, translate: Translator
) -> None:
    if refuses("scenarios"):
        return
    with st.form("scenario_form", border=False, clear_on_submit=True):
        name, person, button = st.columns([3, 2, 1], vertical_alignment="bottom")
        named = name.text_input(
            translate("Name of the scenario"), max_chars=NAME_LETTERS, key="scenario_name"
        )
        author = signed_name() or person.text_input(
            translate("Saved by"),
            value=st.session_state.get(_AUTHOR, ""),
            max_chars=AUTHOR_LETTERS,
            key="scenario_by",
        )
        saves = button.form_submit_button(
            translate("Save"), type="primary", icon=":material/save:", key="scenario_save"
        )
    if saves:
        st.session_state[_AUTHOR] = author
        saved_by = " ".join(author.split()) or None
        _done(
            lambda: save_scenario(whole_store(), named, moves, filters, rows, saved_by),
            translate("The scenario was saved."),
        )


def _draw_scenarios(asked: Request) -> None:
    translate, data = tr(), store()
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    saved = cached(recorded_scenarios)
    show_title(translate("Saved scenarios"))
    if saved.is_empty():
        show_nothing(churn.scenarios_panel(asked).reason)
        return
    names = {
        row["scenario_id"]: tell.scenario_label(row, translate)
        for row in saved.iter_rows(named=True)
    }
    picked = st.multiselect(
        translate("Compare"),
        list(names),
        default=list(names)[: churn.COMPARED],
        format_func=names.__getitem__,
        placeholder=translate("None"),
        key=f"scenarios_compared:{data.data_version}:{translate.locale}",
    )
    if picked:
        _draw_comparison(churn.scenarios_panel(asked, picked))
    _draw_buttons(names, translate)


def _draw_comparison(panel: Panel) -> None:
    """Drawn without a caption of filters: each scenario has its own."""
    if panel.lead:
        st.warning(plain(panel.lead))
    if panel.chart:
        draw_figure(panel.chart, "scenarios", config={"displayModeBar": False})
    if panel.texts:
        show_table(panel.texts())
    show_notes(panel)
    show_panel_data(panel)


def _draw_buttons(names: dict[str, str], translate: Translator) -> None:
    choice, again, remove = st.columns([3, 2, 1], vertical_alignment="bottom")
    one = choice.selectbox(
        translate("Scenario"),
        list(names),
        format_func=names.__getitem__,
        key=f"scenario_one:{store().data_version}",
    )
    again.button(
        translate("Set the sliders so"),
        icon=":material/replay:",
        key="scenario_again",
        on_click=_set_sliders,
        args=(one,),
    )
    if can("scenarios") and remove.button(
        translate("Remove"), icon=":material/delete:", key="scenario_remove"
    ):
        _done(lambda: remove_scenario(whole_store(), one), translate("The scenario was removed."))


def _set_sliders(scenario_id: str) -> None:
    """The sliders as the scenario has them; what they bring is then of today's data."""
    try:
        moves = scenario_moves(store(), scenario_id)
    except CxDataError:  # somebody removed it meanwhile; the list is drawn without it now
        return
    st.session_state[MADE_PASSIVE] = round(moves.detractors_to_passive_share * 100)
    st.session_state[POINTS] = round(moves.compliance_points)
    st.session_state[CALLED] = round(moves.follow_up_share * 100)
    if moves.rescue_rate:
        low, _, high = moves.rescue_rate
        st.session_state[RESCUED] = (round(low * 100), round(high * 100))
    st.session_state[OWN] = moves.rescue_rate is not None
    _keep()


def _done(act: Callable[[], object], said: str) -> None:
    """Change the store and show the page anew, or say why not."""
    try:
        guard("scenarios")
        act()
    except CxDataError as error:
        show_error(error)
        return
    st.session_state[_SAID] = said
    st.rerun()
