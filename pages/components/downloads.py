"""The data of a figure: as a table on the page and as files, made only when asked for."""

from __future__ import annotations

import polars as pl
import streamlit as st

from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.models import Scope
from cxdata.sentences import scope_text
from pages.components.context import current_filters, offer, tr
from pages.components.figures import show_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_data(
    key: str, title: str, texts: pl.DataFrame, frame: pl.DataFrame, *, scope: Scope = "answers"
) -> None:
    """``texts`` as the table for people, ``frame`` as what the files hold.

    Nothing is built or sent before the reader opens it.
    """
    translate = tr()
    place = st.expander(
        translate("Data"),
        key=f"data:{key}",
        on_change="rerun",
        type="compact",
        icon=":material/table:",
    )
    if not place.open:
        return
    extract = Extract(
        key,
        title,
        frame,
        scope_text(current_filters(), translate, scope),
        offer().last_on,
    )
    with place:
        show_table(texts)
        with st.container(horizontal=True):
            _button(key, "csv", "text/csv", lambda: as_csv(extract, translate))
            _button(key, "xlsx", XLSX, lambda: as_workbook(extract, translate))


def _button(key: str, ending: str, mime: str, make: object) -> None:
    st.download_button(
        ending.upper(),
        make,  # type: ignore[arg-type]
        file_name=f"{key}.{ending}",
        mime=mime,
        key=f"download:{key}:{ending}",
        icon=":material/download:",
        on_click="ignore",
    )
