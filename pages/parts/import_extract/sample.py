"""The sample data: taken out again before a firm's own files come in."""

from __future__ import annotations

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.followup.samples import sample_batches, take_out_samples
from cxdata.ingest import recorded_batches
from pages.components.context import cached, plain, show_error, tr, whole_store
from pages.components.reader import can, guard
from pages.components.recording import as_reader


def draw_sample_mark() -> None:
    """That the store holds the sample, and a button that takes it out; nothing without it."""
    if not sample_batches(cached(recorded_batches)) or not can("undo"):
        return
    translate = tr()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        told = translate("The store holds the sample of a fictional firm.")
        st.markdown(f":material/visibility: {plain(told)}")
        if st.button(translate("Take it out"), key="undo_sample", icon=":material/undo:"):
            _take_out()


def _take_out() -> None:
    as_reader()
    try:
        guard("undo")
        take_out_samples(whole_store())
    except CxDataError as error:
        show_error(error)
        return
    st.toast(tr()("The sample has left the store."), icon=":material/check:")
    st.rerun()
