"""The first screen: a sentence; cards with a question, its answer and what to decide on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cxdata.panels import Headline, Mood, Panel
from cxdata.panels.overview import Card
from pages.components.context import offer, plain
from pages.components.deciding import offer_deciding
from pages.components.explaining import show_how
from pages.components.figures import MOOD_COLOURS, show_note, show_title
from pages.components.panels import show_figure, show_value
from pages.components.reader import can
from pages.components.url_state import page_query

CARDS_STYLE = Path(__file__).with_name("cards.css")
IN_A_ROW = 2


def draw_briefing(sentence: str) -> None:
    """What the meeting must know, in large type: the page's title."""
    show_title(sentence)


def draw_since(text: str) -> None:
    """What moved since the last meeting, where one kept a snapshot."""
    if text:
        with st.container(key="since_snapshot"):
            st.markdown(f":material/history: {plain(text)}")


def draw_cards(cards: Sequence[tuple[Card, Panel]]) -> None:
    """All cards, filling what is left of the screen."""
    st.html(CARDS_STYLE)
    with st.container(key="overview_cards", gap=None):
        for first in range(0, len(cards), IN_A_ROW):
            row = cards[first : first + IN_A_ROW]
            for place, (card, panel) in zip(st.columns(IN_A_ROW, gap="small"), row, strict=False):
                with place:
                    _draw_card(card, panel)


def _draw_card(card: Card, panel: Panel) -> None:
    """A framed place for one question, whose title opens the page that answers it in full."""
    with st.container(border=True, height="stretch", gap="xsmall", key=f"card_{card.page}"):
        _draw_question(card, panel)
        # Side by side; below each other on a phone.
        headline, picture = st.columns([1, card.picture_width], gap="small")
        with headline:
            if panel.headline:
                _draw_headline(card, panel.headline)
        with picture:
            show_figure(panel)
        if panel.decision:
            with st.container(key=f"decide_{card.page}", horizontal=True, wrap=False, gap="xsmall"):
                st.markdown(f":material/arrow_forward: {plain(panel.decision)}", width="stretch")
                offer_deciding(card.page, card.page, text=panel.decision)
        show_note(panel.notes[0] if panel.notes else ())


def _draw_question(card: Card, panel: Panel) -> None:
    """The question, which opens its page, and what qualifies the answer, one click away."""
    with st.container(horizontal=True, horizontal_alignment="distribute", key=f"ask_{card.page}"):
        page, label = f"insights/{card.page}.py", f"**{plain(panel.question)}**"
        st.page_link(page, label=label, query_params=page_query(offer()))
        show_how(panel)


def _draw_headline(card: Card, headline: Headline) -> None:
    """The value, its change, and its target with the distance to it."""
    key = f"{'pale' if headline.is_pale else 'firm'}_{card.page}"
    with st.container(key=key, gap="xsmall"):
        show_value(headline)
        if headline.target:
            st.markdown(_badge(headline.target, headline.target_mood))
        elif headline.no_target and can("settings"):
            st.page_link(
                "data/settings.py",
                label=headline.no_target,
                query_params={**page_query(offer()), "part": "targets"},
            )
        elif headline.no_target:
            st.caption(plain(headline.no_target))


def _badge(text: str, mood: Mood) -> str:
    return f":{MOOD_COLOURS[mood]}-badge[{plain(text)}]"
