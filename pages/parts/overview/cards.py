"""The cards of the Overview: a question that opens its page, an answer, a decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.context import offer, plain
from pages.components.url_state import page_query


@contextmanager
def card(column: DeltaGenerator, page: str, question: str) -> Iterator[None]:
    """A framed place for one question, whose title opens the page that answers it in full."""
    with column, st.container(border=True, height="stretch", gap="xsmall"):
        st.page_link(page, label=f"**{plain(question)}**", query_params=page_query(offer()))
        yield


def decision(text: str) -> None:
    """What the figure asks the meeting to decide on."""
    if text:
        st.markdown(f":material/arrow_forward: {plain(text)}")


def headline_and_chart(chart_width: float = 1.3) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The figure to the left, what it looks like to the right; below each other on a phone."""
    headline, chart = st.columns([1, chart_width], gap="small", vertical_alignment="center")
    return headline, chart
