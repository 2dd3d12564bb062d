"""The data of a figure: as a table on the page and as files, made only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
import streamlit as st

from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.models import Counted, Filters
from cxdata.sentences import scope_text
from cxdata.sentences.known import known_text
from pages.components.context import current_filters, tr
from pages.components.figures import known_days, show_table
from pages.components.url_state import OPEN_DATA, keep_open, open_here

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_data(
    key: str,
    title: str,
    texts: pl.DataFrame | Callable[[], pl.DataFrame],
    frame: pl.DataFrame,
    *,
    scope: Counted = "answers",
    filters: Filters | None = None,
    known: Mapping[str, date] | None = None,
) -> None:
    """``texts`` as the table for people, ``frame`` as what the files hold.

    ``filters`` are those that both were made with, if not the page's own. Nothing is sent before
    the reader opens it, and texts that are given as a function aren't made before.
    """
    translate = tr()
    open_here(OPEN_DATA, key, f"data:{key}")
    place = st.expander(
        translate("Data"),
        key=f"data:{key}",
        on_change=keep_open,
        args=(OPEN_DATA, key, f"data:{key}"),
        type="compact",
        icon=":material/table:",
    )
    if not place.open:
        return
    if known is None:
        known = known_days(scope, filters or current_filters())
    extract = Extract(
        key,
        title,
        frame,
        scope_text(filters or current_filters(), translate, scope),
        min(known.values(), default=None),
        scope,
        known_text(known, translate) if len({*known.values()}) > 1 else "",
    )
    with place:
        show_table(texts() if callable(texts) else texts)
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
