"""The text of the methods under anchors of its own, and the list of what stands in it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components.context import plain
from pages.components.methods import MethodSection

CHAPTER = 2


def draw_contents(sections: Sequence[MethodSection]) -> None:
    """A link to each section, those of a chapter below it: one text, so that it costs one element.

    The links lead within the page, so nothing is computed again.
    """
    lines = [
        f"{'' if it.level == CHAPTER else '    '}- [{plain(it.title)}](#{it.anchor})"
        for it in sections
    ]
    st.markdown("\n".join(lines))


def draw_sections(sections: Sequence[MethodSection]) -> None:
    """Each section under its anchor."""
    for it in sections:
        draw = st.header if it.level == CHAPTER else st.subheader
        draw(plain(it.title), anchor=it.anchor)
        said = f"*{plain(it.source)}*\n\n{it.text}" if it.source else it.text
        if said:
            st.markdown(said)
