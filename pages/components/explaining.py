"""How? beside every figure: what it is, how it is computed, what of, the way into Methods."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cxdata.i18n import N_
from cxdata.panels import Panel
from pages.components.context import offer, plain, tr
from pages.components.methods import MethodSection, method_section
from pages.components.url_state import OPEN_HOW, PART, keep_open, open_here, page_query

METHODS = "data/methods.py"
# Where a method comes from, by the marks of docs/metrics.md.
SOURCES = {
    "S": N_("Source: the French trade articles that this project started from."),
    "P": N_("Source: {source}."),
    "D": N_("A design choice of this project, to be replaced by the firm's own."),
}
_SHOWN = "explained_panels"


def begin_explaining() -> None:
    """No figure of the page has its mark yet; called by the frame before each page."""
    st.session_state[_SHOWN] = set()


def show_how(panel: Panel) -> None:
    """A small mark beside the figure; what it opens is made when it is opened, not before.

    A panel that is drawn in several places of a page has its mark in the first one.
    """
    section = method_section(panel.method, tr().locale)
    if section is None or not _is_first(panel.key):
        return
    key = f"how:{panel.key}"
    open_here(OPEN_HOW, panel.key, key)
    place = st.popover(
        tr()("How?"),
        key=key,
        type="tertiary",
        icon=":material/help:",
        on_change=keep_open,
        args=(OPEN_HOW, panel.key, key),
        kwargs={"is_one": True},
    )
    if place.open:
        with place, st.container(key=f"how_text:{panel.key}", gap="small"):
            _draw_how(panel, section)


def _draw_how(panel: Panel, section: MethodSection) -> None:
    translate = tr()
    st.markdown(f"**{plain(section.title)}**")
    st.markdown(section.text)
    if section.mark:
        st.caption(plain(translate(SOURCES[section.mark], source=section.source)))
    basis = panel.headline.basis if panel.headline else ()
    lines = [
        translate("Here: {what}", what=" · ".join(it for it in parts if it))
        for parts in (panel.scope_parts(translate), basis, *panel.notes_above, *panel.notes)
        if any(parts)
    ]
    for line in lines:
        st.caption(plain(line))
    st.page_link(
        METHODS,
        label=translate("All methods"),
        icon=":material/menu_book:",
        query_params=page_query(offer()) | {PART: [section.anchor]},
    )


def _is_first(key: str) -> bool:
    """Whether the panel has no mark yet; in a run of a part of the page, all were drawn before."""
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        return True
    shown: set[str] = st.session_state.setdefault(_SHOWN, set())
    is_first = key not in shown
    shown.add(key)
    return is_first
