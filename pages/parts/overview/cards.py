"""The cards of the Overview: a question that opens its page, an answer, a decision."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cxdata.panels import Panel
from cxdata.panels.overview import Card
from pages.components.context import offer, plain
from pages.components.panels import show_figure, show_notes, show_value
from pages.components.url_state import page_query


def draw_card(place: DeltaGenerator, card: Card, panel: Panel) -> None:
    """A framed place for one question, whose title opens the page that answers it in full."""
    with place, st.container(border=True, height="stretch", gap="xsmall"):
        page, label = f"insights/{card.page}.py", f"**{plain(panel.question)}**"
        st.page_link(page, label=label, query_params=page_query(offer()))
        # Side by side; below each other on a phone.
        widths = [1, card.picture_width]
        headline, picture = st.columns(widths, gap="small", vertical_alignment="center")
        with headline:
            if panel.headline:
                show_value(panel.headline)
        with picture:
            show_figure(panel)
        show_notes(panel)
        if panel.decision:
            st.markdown(f":material/arrow_forward: {plain(panel.decision)}")
