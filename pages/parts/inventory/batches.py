"""What was imported, the newest first, each with its own way back; all of it as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.tables import batches_table
from pages.components.context import plain, store, tr
from pages.components.figures import show_note, show_table
from pages.components.reader import can
from pages.components.undoing import confirm_undo

SHOWN_BATCHES = 6


def draw_batches(batches: pl.DataFrame) -> None:
    """The newest batches that are in the store, and all of them below, folded once they are many.

    ``batches`` as ``recorded_batches`` returns them.
    """
    translate = tr()
    zone = store().settings.firm.time_zone
    held = batches.filter(pl.col("undone_at").is_null()).head(SHOWN_BATCHES)
    may_undo = can("undo")
    for row in held.iter_rows(named=True):
        _draw_batch(row, zone, translate, may_undo=may_undo)
    if may_undo and not held.is_empty():
        show_note([translate("Undoing a batch brings back exactly what it had replaced.")])
    with st.expander(translate("All imports, as a table"), icon=":material/table_rows:"):
        show_table(batches_table(batches, zone, translate))


def _draw_batch(
    row: Mapping[str, Any], zone: str, translate: Translator, *, may_undo: bool
) -> None:
    with st.container(
        key=f"batch_row_{row['batch_id']}", horizontal=True, vertical_alignment="center"
    ):
        with st.container(gap=None):
            st.markdown(plain(row["file_name"]))
            show_note(
                [
                    name_of("kind", row["kind"], translate),
                    translate.plural("{n} row", "{n} rows", row["row_count"]),
                    _corrected(row["corrected_count"], translate),
                    _refused(row["refused_count"], translate),
                    translate.moment(row["loaded_at"], zone),
                    row["loaded_by"] or "",
                ]
            )
        key = f"undo_ask:{row['batch_id']}"
        if may_undo and st.button(translate("Undo"), key=key, icon=":material/undo:"):
            confirm_undo(row["batch_id"], f"{row['batch_id']} · {row['file_name']}")


def _corrected(count: int, translate: Translator) -> str:
    return translate.plural("{n} corrected", "{n} corrected", count) if count else ""


def _refused(count: int, translate: Translator) -> str:
    return translate.plural("{n} refused", "{n} refused", count) if count else ""
