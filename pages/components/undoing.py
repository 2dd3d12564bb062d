"""Taking a batch out of the store again, after a second look."""

from __future__ import annotations

import polars as pl
import streamlit as st

from cxdata.errors import CxDataError
from cxdata.ingest import undo_batch
from pages.components.context import plain, show_error, tr, whole_store
from pages.components.figures import show_note
from pages.components.reader import can, guard
from pages.components.recording import as_reader


def draw_undo(batches: pl.DataFrame) -> None:
    """A choice among the batches still in the store, and a button that asks again."""
    translate = tr()
    names = {
        row["batch_id"]: f"{row['batch_id']} · {row['file_name']}"
        for row in batches.iter_rows(named=True)
        if row["undone_at"] is None
    }
    if not names or not can("undo"):
        return
    batch_id = st.selectbox(
        translate("Batch to undo"), list(names), format_func=names.__getitem__, key="undo_batch"
    )
    if st.button(translate("Undo this batch"), key="undo_ask", icon=":material/undo:"):
        confirm_undo(batch_id, names[batch_id])
    show_note([translate("Undoing a batch brings back exactly what it had replaced.")])


def confirm_undo(batch_id: int, name: str) -> None:
    """Ask once more, and then take the batch out."""
    translate = tr()

    @st.dialog(translate("Undo a batch"))
    def ask() -> None:
        st.markdown(plain(translate("All rows of {name} leave the store.", name=name)))
        if st.button(translate("Undo it"), type="primary", key="undo_do"):
            _undo(batch_id)

    ask()


def _undo(batch_id: int) -> None:
    as_reader()
    try:
        guard("undo")
        undo_batch(whole_store(), batch_id)
    except CxDataError as error:
        show_error(error)
        return
    st.rerun()
