"""The form that a decision is written in: on the page of decisions, beside figures, in a meeting.

:func:`draw_decision_form` draws it wherever it is called, also in a dialog; :func:`offer_deciding`
is a button that opens it in one, with the filters of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.followup.annotations import NAME_LETTERS, YEARS_AHEAD
from cxdata.followup.decisions import (
    ADDRESS_LETTERS,
    CAUSE_LETTERS,
    DECISION_LETTERS,
    Decision,
    add_decision,
    firm_day,
    goal_of_text,
)
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.decided import IN_TIME
from cxdata.models import DECISION_FIGURES, DecisionFigure, Filters
from cxdata.panels.response_time import worst_channel
from cxdata.sentences import scope_text
from pages.components.context import current_filters, plain, show_error, store, tr, whole_store
from pages.components.figures import show_note
from pages.components.panels import request
from pages.components.reader import can, guard, signed_name
from pages.components.recording import as_reader
from pages.components.url_state import current_view

# How long a new decision has, until somebody says otherwise.
USUAL_TIME = timedelta(days=91)
DECIDE = N_("Decide about this")
PAGE_FIGURES: Mapping[str, DecisionFigure] = {
    "nps": "nps",
    "cx_pyramid": "level",
    "churn_cost": "churn_cost",
}
_AUTHOR, _OWNER = "decision_author", "decision_owner"


def offer_deciding(key: str, page: str = "", *, text: str = "") -> None:
    """A sign that opens the form with the filters of the page, for who may decide.

    ``page`` is the file of the page whose figure it is about, without its end.
    """
    if can("decisions") and st.button(
        tr()(DECIDE), key=f"decide:{key}", icon=":material/gavel:", type="tertiary"
    ):
        open_decision_form(key, figure=figure_of_page(page), text=text)


def figure_of_page(page: str) -> DecisionFigure | None:
    """What a decision is about that is made on a page; of channels the one that is chosen, else
    the one furthest below its goal."""
    if page != "response_times":
        return PAGE_FIGURES.get(page)
    chosen = current_filters().channel
    channel = chosen[0] if len(chosen) == 1 else worst_channel(request())
    return next((it for it, its_channel in IN_TIME.items() if its_channel == channel), None)


def open_decision_form(
    key: str,
    *,
    figure: DecisionFigure | None = None,
    text: str = "",
    filters: Filters | None = None,
    snapshot_id: str | None = None,
) -> None:
    """The form in a dialog; the page is drawn again once the decision is kept."""

    @st.dialog(tr()("A decision"))
    def ask() -> None:
        if draw_decision_form(
            key, figure=figure, text=text, filters=filters, snapshot_id=snapshot_id
        ):
            st.rerun()

    ask()


def draw_decision_form(
    key: str,
    *,
    figure: DecisionFigure | None = None,
    text: str = "",
    filters: Filters | None = None,
    snapshot_id: str | None = None,
    root_cause: str = "",
) -> str | None:
    """The fields of a new decision; its decision_id in the run in which it was kept.

    Parameters
    ----------
    key
        Tells this form from others on the same page.
    figure, text, root_cause
        What stands in the fields at first.
    filters
        What the decision is about; None: those of the page.
    snapshot_id
        The snapshot that the meeting looks at.
    """
    translate, view = tr(), current_view()
    about = filters or current_filters()
    chosen = _figure_field(key, figure, translate)
    show_note([scope_text(about, translate)])
    with st.form(f"decision_form:{key}", border=False):
        decided = st.text_area(
            translate("What is decided"),
            value=text,
            max_chars=DECISION_LETTERS,
            height=100,
            key=f"decision_text:{key}",
        )
        owner_place, due_place = st.columns(2)
        owner = owner_place.text_input(
            translate("Owner"),
            value=st.session_state.get(_OWNER, ""),
            max_chars=NAME_LETTERS,
            key=f"decision_owner:{key}",
        )
        today = firm_day(store())
        due_on = due_place.date_input(
            translate("Due"),
            value=today + USUAL_TIME,
            min_value=today,
            max_value=today + YEARS_AHEAD,
            format="DD/MM/YYYY",
            key=f"decision_due:{key}",
        )
        address_place, goal_place = st.columns(2)
        address = address_place.text_input(
            translate("E-mail of the owner (optional)"),
            max_chars=ADDRESS_LETTERS,
            key=f"decision_address:{key}",
        )
        goal = goal_place.text_input(
            translate("Goal (optional)"),
            key=f"decision_goal:{key}",
            help=translate("In the figure's own unit; shares in percent."),
        )
        cause = st.text_input(
            translate("Root cause (optional)"),
            value=root_cause,
            max_chars=CAUSE_LETTERS,
            key=f"decision_cause:{key}",
        )
        author = signed_name() or st.text_input(
            translate("Written down by"),
            value=st.session_state.get(_AUTHOR, ""),
            max_chars=NAME_LETTERS,
            key=f"decision_author:{key}",
        )
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", key=f"decision_save:{key}"
        )
    if not saves:
        return None
    as_reader()
    try:
        guard("decisions")
        decision = Decision(
            text=decided or "",
            owner=owner or "",
            due_on=due_on,
            figure=chosen,
            filters=about,
            owner_email=address or "",
            goal=goal_of_text(chosen, goal or "", translate),
            root_cause=cause or "",
            snapshot_id=snapshot_id,
            period_rule=view.period if view and filters is None else "",
        )
        made = add_decision(whole_store(), decision, decided_by=author or None)
    except CxDataError as error:
        show_error(error)
        return None
    st.session_state[_AUTHOR], st.session_state[_OWNER] = author, owner
    said = translate("The decision is kept.")
    if not address:
        said += " " + translate("Without an address, nobody can write to {owner}.", owner=owner)
    st.toast(plain(said), icon=":material/gavel:")
    return made


def _figure_field(
    key: str, figure: DecisionFigure | None, translate: Translator
) -> DecisionFigure | None:
    """The figure that the decision should move; none is an answer, too."""
    options: list[DecisionFigure | Literal[""]] = ["", *DECISION_FIGURES]
    none = translate("None of these")
    picked: DecisionFigure | Literal[""] = st.selectbox(
        translate("Figure that it should move"),
        options,
        index=options.index(figure or ""),
        format_func=lambda it: name_of("decision_figure", it, translate) if it else none,
        key=f"decision_figure:{key}:{translate.locale}",
    )
    return picked or None
