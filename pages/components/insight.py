"""What the pages of figures share: headlines in a row, and the parts as tabs below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cxdata.panels import Headline
from pages.components.figures import pick_section
from pages.components.panels import show_value


def draw_values(headlines: Sequence[Headline]) -> None:
    """Values beside each other, each with its verdict: what a page is about, in a glance."""
    for place, headline in zip(st.columns(len(headlines)), headlines, strict=True):
        with place:
            show_value(headline)


def pick_tab(page: str, sections: Mapping[str, str]) -> str:
    """The part of the page to look at, as tabs that stay in view."""
    with st.container(key="page_tabs"):
        return pick_section(page, sections)
