"""What a batch refused, in the reader's language."""

from __future__ import annotations

import polars as pl
import streamlit as st

from cxdata.ingest import recorded_refusals
from cxdata.tables import refusals_table
from pages.components.context import cached, store, tr
from pages.components.figures import show_note, show_table
from pages.components.reader import can, current_reader

SHOWN_REFUSALS = 500


def draw_refused(batches: pl.DataFrame) -> None:
    """A choice among the batches with refused rows, and the values that were refused: for those
    who import, and may see what files say of people."""
    if not (can("import") and current_reader().may_see_people):
        return
    translate = tr()
    names = {
        row["batch_id"]: f"{row['batch_id']} · {row['file_name']}"
        for row in batches.iter_rows(named=True)
        if row["refused_count"]
    }
    if not names or not store().may_see_people:
        return
    with st.expander(translate("Refused values")):
        batch_id = st.selectbox(
            translate("Batch"), list(names), format_func=names.__getitem__, key="refused_batch"
        )
        refusals = cached(recorded_refusals, batch_id, limit=SHOWN_REFUSALS)
        show_table(refusals_table(refusals, translate))
        if len(refusals) == SHOWN_REFUSALS:
            count = translate.number(SHOWN_REFUSALS)
            show_note([translate("The first {count} are shown.", count=count)])
