"""Whether the store is sound: the light check of the start, and the full one at a click."""

from __future__ import annotations

import streamlit as st

from cxdata.ingest.soundness import Soundness, light_check, soundness
from cxdata.sentences.soundness import not_checked_texts, problem_texts, verdict_text
from pages.components.context import computed_once, plain, tr, whole_store
from pages.components.figures import show_text, show_title
from pages.components.reader import can

RESULT = "soundness_result"


def draw_soundness() -> None:
    """The result of the light check, or of the full one if it was of the same data: for those who
    can mend what it finds."""
    if not can("repair"):
        return
    translate, con = tr(), whole_store()
    show_title(translate("Is the store sound?"))
    if st.button(translate("Check everything"), key="check_all", icon=":material/fact_check:"):
        with st.spinner(translate("Everything in the store is read and counted again …")):
            st.session_state[RESULT] = (con.data_version, soundness(con, is_serving=True))
    version, found = st.session_state.get(RESULT, (None, None))
    _draw(found if version == con.data_version and found else computed_once(con, light_check))


def _draw(found: Soundness) -> None:
    translate = tr()
    verdict = plain(verdict_text(found, translate))
    if found.is_sound:
        st.success(verdict, icon=":material/verified:")
    else:
        st.error(verdict, icon=":material/report:")
    for text in problem_texts(found, translate):
        show_text(text)
    if not all(problem.remedy for problem in found.problems):
        show_text(
            translate(
                "What names no remedy is mended by the command line, also while the dashboard "
                "runs: check --repair."
            )
        )
    unchecked = not_checked_texts(found, translate)
    if unchecked:
        with st.expander(translate("What was not checked"), icon=":material/rule:"):
            for text in unchecked:
                show_text(text)
