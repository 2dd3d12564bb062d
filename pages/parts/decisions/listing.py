"""The decisions one below the other, each as a card, on a phone as on a wide screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cxdata.i18n.names import name_of
from cxdata.metrics.decided import counted_by
from cxdata.models import DecisionFigure
from cxdata.panels import Request
from cxdata.panels.decided import DecisionOutcome, level_text, outcome_lines, outcome_mood
from cxdata.sentences import scope_text
from cxdata.sentences.decided import beside_text, windows_text
from pages.components.context import offer, plain
from pages.components.figures import MOOD_COLOURS, show_note
from pages.components.url_state import View, as_query, browser_locale, default_view
from pages.parts.decisions.changing import open_change

SHOWN = 20
STATE_COLOURS: Mapping[str, Any] = {
    "overdue": "red",
    "open": "blue",
    "done": "green",
    "dropped": "gray",
}
# Where the figure of a decision is looked at.
PAGE_OF: Mapping[DecisionFigure, str] = {
    "nps": "nps",
    "csat": "nps",
    "ces": "nps",
    "ces7": "nps",
    "call_in_time": "response_times",
    "email_in_time": "response_times",
    "chat_in_time": "response_times",
    "social_in_time": "response_times",
    "level": "cx_pyramid",
    "churn_rate": "churn_cost",
    "churn_cost": "churn_cost",
}


def draw_decisions(shown: Sequence[DecisionOutcome], asked: Request) -> None:
    """The first of them, and the others once somebody asks."""
    tr = asked.tr
    rest = len(shown) - SHOWN
    if rest > 0 and not st.session_state.get("decisions_all"):
        for outcome in shown[:SHOWN]:
            _draw_card(outcome, asked)
        st.button(
            tr.plural("Show {n} more", "Show {n} more", rest),
            key="decisions_more",
            on_click=lambda: st.session_state.update(decisions_all=True),
        )
        return
    for outcome in shown:
        _draw_card(outcome, asked)


def _draw_card(outcome: DecisionOutcome, asked: Request) -> None:
    decision, tr, key = outcome.decision, asked.tr, outcome.decision_id
    with st.container(border=True, gap="xsmall", key=f"decision_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            state = name_of("decision_state", outcome.state, tr)
            st.badge(state, color=STATE_COLOURS[outcome.state])
            st.markdown(f"**{plain(decision.text)}**", width="stretch")
            if st.button(
                tr("Edit"),
                key=f"decision_open:{key}",
                icon=":material/edit_note:",
                type="tertiary",
                help=tr("Change or close it; its history"),
            ):
                open_change(outcome)
        decided = tr.short_day(decision.decided_on) if decision.decided_on else "–"
        show_note(
            [
                decision.owner,
                tr("due {day}", day=tr.short_day(decision.due_on)),
                tr("decided {day}", day=decided),
                decision.root_cause,
            ]
        )
        _draw_figure(outcome, asked)


def _draw_figure(outcome: DecisionOutcome, asked: Request) -> None:
    """What it is about, the level of the day, and then and now with the verdict."""
    decision, tr = outcome.decision, asked.tr
    currency = asked.store.settings.firm.currency
    moved = outcome_lines(outcome, asked)[0]
    if decision.figure is None:
        show_note([moved])
        return
    name = name_of("decision_figure", decision.figure, tr)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            f"insights/{PAGE_OF[decision.figure]}.py",
            label=plain(name),
            icon=":material/monitoring:",
            query_params=_query(outcome),
            width="content",
        )
        colour = MOOD_COLOURS[outcome_mood(outcome)]
        st.markdown(f":{colour}-badge[{plain(moved)}]")
    show_note([scope_text(decision.filters, tr, counted_by(decision.figure))])
    show_note([beside_text(decision.figure, outcome.effect.beside, tr, currency)])
    windows = windows_text(outcome.effect.windows, tr)
    show_note([windows, tr("on the day: {level}", level=level_text(outcome, asked))])


def _query(outcome: DecisionOutcome) -> dict[str, list[str]]:
    """The filters that the decision is about, as a link to the page of its figure carries them."""
    filters = outcome.decision.filters
    default = default_view(browser_locale(), offer())
    names = ("segment", "region", "product", "channel", "journey")
    chosen = {name: getattr(filters, name) for name in names}
    rule = outcome.decision.period_rule or default.period
    view = View(lang=default.lang, period=rule, survey=filters.survey, **chosen)
    return as_query(view, default)
