"""The first page while files are missing: three steps, templates, the sample; what each adds."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from cxdata.errors import CxDataError
from cxdata.exports.templates import FILE_NAMES, template_workbook
from cxdata.followup.samples import load_samples
from cxdata.i18n.names import name_of
from cxdata.ingest import recorded_batches
from cxdata.models import KINDS
from cxdata.sentences.starting import missing_kinds
from cxdata.tables import start_table
from pages.components.context import cached, offer, show_error, tr, whole_store
from pages.components.downloads import XLSX
from pages.components.figures import show_note, show_nothing, show_table, show_title
from pages.components.reader import can, guard
from pages.components.recording import as_reader
from pages.components.url_state import page_query


def draw_beginning(held: pl.DataFrame) -> None:
    """In place of everything else while the store is empty."""
    translate = tr()
    show_title(translate("Welcome: three steps to the first figures"))
    if not can("import"):
        show_nothing(translate("The store is empty."))
        return
    for place, draw in zip(st.columns(3), (_draw_export, _draw_fill, _draw_import), strict=True):
        with place, st.container(border=True, height="stretch"):
            draw()
    _draw_sample()
    show_table(start_table(held, translate))


def _draw_export() -> None:
    translate = tr()
    st.markdown(f"**{translate('1 · Export')}**")
    st.markdown(translate("Begin with the answers of your survey: one file is enough."))
    _link(translate("What to export, from which tool"), ":material/help:")


def _draw_fill() -> None:
    translate = tr()
    st.markdown(f"**{translate('2 · No export? Fill in a template')}**")
    with st.container(horizontal=True, gap="xsmall"):
        for kind in KINDS:
            st.download_button(
                name_of("kind", kind, translate),
                partial(template_workbook, kind, translate),
                file_name=translate(FILE_NAMES[kind]),
                mime=XLSX,
                key=f"begin_template:{kind}",
                icon=":material/download:",
                on_click="ignore",
            )


def _draw_import() -> None:
    translate = tr()
    st.markdown(f"**{translate('3 · Import')}**")
    st.markdown(translate("Drop the file: what was taken, corrected or refused is shown first."))
    _link(translate("Import an extract"), ":material/upload_file:")


def _draw_sample() -> None:
    """The sample of a fictional firm, while nothing was ever imported."""
    translate = tr()
    if not cached(recorded_batches).is_empty():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        asks = st.button(
            translate("Look at the sample"), key="load_sample", icon=":material/visibility:"
        )
        show_note([translate("A fictional firm; the Import page takes it out again.")])
    if asks:
        _load_sample()


def _load_sample() -> None:
    as_reader()
    try:
        guard("import")
        with st.spinner(tr()("Loading the sample: about half a minute")):
            load_samples(whole_store())
    except CxDataError as error:
        show_error(error)
        return
    st.rerun()


def draw_missing(held: pl.DataFrame) -> None:
    """Below the cards, folded, while a kind of file is missing that isn't optional."""
    missing = len(missing_kinds(held["kind"].to_list()))
    if not missing:
        return
    label = tr().plural("{n} kind of file is missing", "{n} kinds of file are missing", missing)
    with st.expander(label, icon=":material/playlist_add:"):
        show_table(start_table(held, tr()))
        if can("import"):
            _link(tr()("What to export, and templates"), ":material/upload_file:")


def _link(label: str, icon: str) -> None:
    st.page_link("data/import_extract.py", label=label, icon=icon, query_params=page_query(offer()))
