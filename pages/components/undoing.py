"""Taking a batch out of the store again, after a second look."""

from __future__ import annotations

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.ingest import undo_batch
from cxdata.ingest.storing.batches import cases_of_batch
from pages.components.context import plain, show_error, tr, whole_store
from pages.components.reader import guard
from pages.components.recording import as_reader


def confirm_undo(batch_id: int, name: str) -> None:
    """Ask once more, and then take the batch out."""
    translate = tr()

    @st.dialog(translate("Undo a batch"))
    def ask() -> None:
        st.markdown(plain(translate("All rows of {name} leave the store.", name=name)))
        with st.container(horizontal=True):
            undoes = st.button(translate("Undo it"), type="primary", key="undo_do")
            leaves = st.button(translate("No, keep it"), key="undo_not")
        if undoes:
            _undo(batch_id, name)
        elif leaves:
            st.rerun()

    ask()


def _undo(batch_id: int, name: str) -> None:
    as_reader()
    try:
        guard("undo")
        undo_batch(whole_store(), batch_id)
    except CxDataError as error:
        show_error(error)
        return
    st.toast(plain(tr()("{name} has left the store.", name=name)), icon=":material/undo:")
    if staying := cases_of_batch(whole_store(), batch_id):
        told = tr()(
            "Cases that it opened and somebody has touched stay: {cases}.",
            cases=", ".join(f"#{it}" for it in staying),
        )
        st.toast(plain(told))
    st.rerun()
