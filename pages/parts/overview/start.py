"""The first page while files are missing: what is there, and what each other one would add."""

from __future__ import annotations

import polars as pl
import streamlit as st

from cxdata.sentences.starting import missing_kinds
from cxdata.tables import start_table
from pages.components.context import offer, tr
from pages.components.figures import show_table
from pages.components.reader import can
from pages.components.url_state import page_query


def draw_beginning(held: pl.DataFrame) -> None:
    """Above the cards of an empty store."""
    if held.is_empty():
        with st.container(border=True):
            st.markdown(f"**{tr()('Begin here')}**")
            _draw(held)


def draw_missing(held: pl.DataFrame) -> None:
    """Below the cards, folded, while a kind of file is missing that isn't optional."""
    missing = len(missing_kinds(held["kind"].to_list()))
    if missing and not held.is_empty():
        label = tr().plural("{n} kind of file is missing", "{n} kinds of file are missing", missing)
        with st.expander(label, icon=":material/playlist_add:"):
            _draw(held)


def _draw(held: pl.DataFrame) -> None:
    translate = tr()
    show_table(start_table(held, translate))
    if not can("import"):
        return
    st.page_link(
        "data/import_extract.py",
        label=translate("What to export, and templates"),
        icon=":material/upload_file:",
        query_params=page_query(offer()),
    )
