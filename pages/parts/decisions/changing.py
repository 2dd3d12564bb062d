"""One decision in a dialog: changed or closed, with its history.

Whoever saves what somebody else changed meanwhile sees what differs, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.followup.annotations import NAME_LETTERS, YEARS_AHEAD
from cxdata.followup.decisions import (
    ADDRESS_LETTERS,
    CAUSE_LETTERS,
    CHANGEABLE,
    DECISION_LETTERS,
    Decision,
    DecisionChanged,
    change_decision,
    decision_states,
    firm_day,
    goal_of_text,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import DECISION_STATUSES, DecisionFigure
from cxdata.panels.decided import DecisionOutcome
from cxdata.sentences.decided import figure_value
from pages.components.admission import refuses
from pages.components.context import plain, show_error, store, tr, whole_store
from pages.components.figures import show_note
from pages.components.reader import guard, signed_name
from pages.components.recording import as_reader

_AUTHOR = "decision_author"
_SEEN = "decision_seen"
NOT_SHARES = ("nps", "level", "churn_cost")


def open_change(outcome: DecisionOutcome) -> None:
    """The decision in a dialog: as it is on the screen, whatever others do meanwhile."""

    @st.dialog(tr()("A decision"), width="medium")
    def ask() -> None:
        draw_change(outcome)

    st.session_state[_SEEN] = outcome.change_number
    ask()


def draw_change(outcome: DecisionOutcome) -> None:
    """The form, for who may change it, and the history."""
    translate = tr()
    if not refuses("decisions"):
        _draw_form(outcome, translate)
    with st.expander(translate("History"), icon=":material/history:"):
        _draw_history(outcome, translate)


def _draw_form(outcome: DecisionOutcome, translate: Translator) -> None:
    decision, key = outcome.decision, outcome.decision_id
    with st.form(f"decision_change:{key}", border=False):
        text = st.text_area(
            translate("What is decided"),
            value=decision.text,
            max_chars=DECISION_LETTERS,
            height=100,
            key=f"change_text:{key}",
        )
        left, right = st.columns(2)
        status = left.selectbox(
            translate("State"),
            DECISION_STATUSES,
            index=DECISION_STATUSES.index(decision.status),
            format_func=lambda it: name_of("decision_status", it, translate),
            key=f"change_status:{key}:{translate.locale}",
        )
        today = firm_day(store())
        due_on = right.date_input(
            translate("Due"),
            value=decision.due_on,
            min_value=min(decision.due_on, today),
            max_value=today + YEARS_AHEAD,
            format="DD/MM/YYYY",
            key=f"change_due:{key}",
        )
        owner = left.text_input(
            translate("Owner"),
            value=decision.owner,
            max_chars=NAME_LETTERS,
            key=f"change_owner:{key}",
        )
        address = right.text_input(
            translate("E-mail of the owner (optional)"),
            value=decision.owner_email,
            max_chars=ADDRESS_LETTERS,
            key=f"change_address:{key}",
        )
        goal = left.text_input(
            translate("Goal (optional)"),
            value=_goal_text(decision, translate),
            disabled=decision.figure is None,
            key=f"change_goal:{key}",
        )
        cause = right.text_input(
            translate("Root cause (optional)"),
            value=decision.root_cause,
            max_chars=CAUSE_LETTERS,
            key=f"change_cause:{key}",
        )
        note = st.text_input(
            translate("Why (optional)"), max_chars=DECISION_LETTERS, key=f"change_note:{key}"
        )
        author = signed_name() or st.text_input(
            translate("Written down by"),
            value=st.session_state.get(_AUTHOR, ""),
            max_chars=NAME_LETTERS,
            key=f"change_author:{key}",
        )
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", key=f"change_save:{key}"
        )
    if not saves:
        return
    said = {
        "text": text,
        "owner": owner,
        "owner_email": address,
        "due_on": due_on,
        "root_cause": cause,
        "status": status,
    }
    _save(outcome, said, goal or "", note or "", author or "", translate)


def _goal_text(decision: Decision, translate: Translator) -> str:
    if decision.goal is None:
        return ""
    if decision.figure in NOT_SHARES:
        return translate.typable(decision.goal)
    return f"{translate.typable(100 * decision.goal)} %"


def _save(
    outcome: DecisionOutcome,
    said: Mapping[str, Any],
    goal: str,
    note: str,
    author: str,
    translate: Translator,
) -> None:
    as_reader()
    st.session_state[_AUTHOR] = author
    decision = outcome.decision
    try:
        guard("decisions")
        wanted = {**said, "goal": decision.goal}
        if goal != _goal_text(decision, translate):
            wanted["goal"] = goal_of_text(decision.figure, goal, translate)
        changes = {
            name: wanted[name] for name in CHANGEABLE if wanted[name] != getattr(decision, name)
        }
        if changes or note:
            change_decision(
                whole_store(),
                outcome.decision_id,
                st.session_state[_SEEN],
                changed_by=author or None,
                note=note,
                **changes,
            )
    except DecisionChanged as error:
        show_error(error)
        _draw_differences(error, decision.figure, translate)
        st.session_state[_SEEN] = error.state  # who has seen it may save once more
        return
    except CxDataError as error:
        show_error(error)
        return
    st.rerun()


def _draw_differences(
    error: DecisionChanged, figure: DecisionFigure | None, translate: Translator
) -> None:
    """Each field that differs: what stands there now, and what would take its place."""
    for name, (then, now, wanted) in error.fields.items():
        label = name_of("decision_field", name, translate)
        shown = [_field_text(name, it, figure, translate) for it in (then, now, wanted)]
        said = translate(
            "{field}: was {then}, is now {now}", field=label, then=shown[0], now=shown[1]
        )
        if wanted != then:
            said += " · " + translate("yours: {wanted}", wanted=shown[2])
        st.markdown(f"- {plain(said)}")


def _draw_history(outcome: DecisionOutcome, translate: Translator) -> None:
    """Who changed what and when; the first state is how it was made."""
    states = decision_states(store(), outcome.decision_id).to_dicts()
    zone, before = store().settings.firm.time_zone, None
    for state in states:
        at = translate.moment(state["changed_at"], zone)
        show_note([at, state["changed_by"] or "", _change_text(before, state, translate)])
        if state["note"]:
            st.markdown(f"> {plain(state['note'])}")
        before = state


def _change_text(
    before: Mapping[str, Any] | None, state: Mapping[str, Any], translate: Translator
) -> str:
    if before is None:
        return translate("made")
    figure = state["figure"]
    changes = [
        translate(
            "{field}: {then} → {now}",
            field=name_of("decision_field", name, translate),
            then=_field_text(name, before[name], figure, translate),
            now=_field_text(name, state[name], figure, translate),
        )
        for name in CHANGEABLE
        if before[name] != state[name]
    ]
    return " · ".join(changes) or translate("noted")


def _field_text(name: str, value: Any, figure: DecisionFigure | None, translate: Translator) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, date):
        return translate.short_day(value)
    if name == "status":
        return name_of("decision_status", str(value), translate)
    if name == "goal" and figure:
        return figure_value(figure, float(value), translate, store().settings.firm.currency)
    return str(value)
