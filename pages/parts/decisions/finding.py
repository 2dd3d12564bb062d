"""Which decisions are listed: by owner, figure, state and words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.panels.decided import DecisionOutcome
from pages.components.context import tr

STATES = ("overdue", "open", "done", "dropped")


def draw_finding(found: Sequence[DecisionOutcome]) -> list[DecisionOutcome]:
    """The fields to find decisions by, and those that fit."""
    translate = tr()
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    said = row.text_input(
        translate("Search"),
        label_visibility="collapsed",
        key="decisions_search",
        icon=":material/search:",
        placeholder=translate("Words of a decision, an owner or a cause"),
    )
    choices = row.popover(translate("Filter"), icon=":material/filter_list:")
    owners = sorted({it.decision.owner for it in found if it.decision.owner})
    owned = choices.multiselect(
        translate("Owner"),
        owners,
        placeholder=translate("All"),
        key="decisions_owner",
    )
    figures = list(dict.fromkeys(it.decision.figure or "" for it in found))
    about = choices.multiselect(
        translate("Figure"),
        figures,
        format_func=lambda it: _figure(it, translate),
        placeholder=translate("All"),
        key=f"decisions_figure:{translate.locale}",
    )
    stands = choices.multiselect(
        translate("State"),
        STATES,
        format_func=lambda it: name_of("decision_state", it, translate),
        placeholder=translate("All"),
        key=f"decisions_state:{translate.locale}",
    )
    return [
        it
        for it in found
        if (not owned or it.decision.owner in owned)
        and (not about or (it.decision.figure or "") in about)
        and (not stands or it.state in stands)
        and it.decision.holds(said or "")
    ]


def _figure(code: str, translate: Translator) -> str:
    return name_of("decision_figure", code, translate) if code else translate("None of these")
