"""One file on the Import page, from the first look to its report."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cxdata.errors import ImportRefused
from cxdata.i18n.names import name_of
from cxdata.ingest import FilePreview
from cxdata.ingest.judging.personal import LOOKS_PERSONAL
from cxdata.ingest.recognising.profiles import USED
from pages.components.context import plain, show_error, tr
from pages.components.figures import show_note
from pages.parts.import_extract.columns import (
    draw_keep,
    draw_mapping,
    draw_names,
    draw_personal,
    draw_unknown,
)
from pages.parts.import_extract.naming import missing_text, values_in_words
from pages.parts.import_extract.outcome import draw_outcome
from pages.parts.import_extract.questions import draw_circumstances, draw_questions
from pages.parts.import_extract.reading import draw_reading
from pages.parts.import_extract.report import draw_first_rows, draw_held, draw_notes, draw_report
from pages.parts.import_extract.saved import draw_profile, draw_way_out
from pages.parts.import_extract.sharing import draw_sharing
from pages.parts.import_extract.uploads import Upload, interrupted, look_at, want


def draw_interruption() -> None:
    """An import that was cancelled, or ended by a click elsewhere, is said once."""
    upload = interrupted()
    if upload:
        st.warning(
            plain(
                tr()(
                    "The import of {name} was cancelled: the store is as it was.", name=upload.name
                )
            )
        )


def draw_file(upload: Upload, uploads: Sequence[Upload]) -> None:
    """A file in a frame of its own: one line about it, and below what can be done."""
    with st.container(border=True):
        if upload.report is None:
            look_at(upload)
        _draw_line(upload)
        if upload.report is not None:
            draw_report(upload, upload.report)
            return
        if upload.error is not None:
            _draw_error(upload)
        if upload.preview is not None:
            _draw_preview(upload, upload.preview, uploads)


def draw_import_all(uploads: Sequence[Upload]) -> None:
    """One button for all files, once none of them waits for an answer."""
    waiting = [upload for upload in uploads if upload.report is None]
    if len(waiting) < 2:
        return
    is_ready = all(upload.is_ready for upload in waiting)
    st.button(
        tr().plural("Import {n} file", "Import all {n} files", len(waiting)),
        type="primary",
        key="import_all",
        disabled=not is_ready,
        on_click=want,
        args=(waiting,),
        help=None if is_ready else tr()("A file still waits for an answer."),
    )


def _draw_line(upload: Upload) -> None:
    """Name, recognised export, kind, rows and refused rows, and what it waits for."""
    translate = tr()
    preview, report = upload.preview, upload.report
    parts: list[str] = []
    if preview is not None:
        kind = name_of("kind", preview.kind, translate)
        parts = [
            translate("recognised: {export}", export=preview.export) if preview.export else "",
            kind,
        ]
    if report is None and preview is not None and not preview.missing:
        parts += [
            translate.plural("{n} row", "{n} rows", preview.row_count),
            translate("{n} would be refused", n=translate.number(preview.refused_count)),
            _left_out(preview),
        ]
    st.markdown(f"**{plain(upload.name)}**")
    show_note([*parts, _state(upload)])


def _left_out(preview: FilePreview) -> str:
    count = preview.left_out_count
    return tr().plural("{n} left out", "{n} left out", count) if count else ""


def _state(upload: Upload) -> str:
    translate = tr()
    preview = upload.preview
    if upload.report is not None:
        return translate("held") if upload.report.is_held else ""
    if preview is None:
        return translate("can't be taken as it is")
    if preview.missing:
        return translate("a column is needed")
    if upload.has_open_question:
        return translate("a question is open")
    return "" if upload.is_ready else translate("held")


def _draw_error(upload: Upload) -> None:
    error = upload.error
    if error is None:
        return
    show_error(ImportRefused(error.message, error.hint, **values_in_words(error.values)))
    if error.message == LOOKS_PERSONAL:
        draw_keep(upload, str(error.values["column"]))
    if upload.said:
        st.button(
            tr()("Take the last choice back"),
            key=upload.key("back"),
            icon=":material/undo:",
            on_click=upload.take_back,
        )
    draw_way_out(upload)
    draw_reading(upload, None)


def _draw_preview(upload: Upload, preview: FilePreview, uploads: Sequence[Upload]) -> None:
    if preview.kind == "cases":
        draw_held(upload)
        draw_notes(preview.notes)
        draw_first_rows(upload)
        _draw_take(upload)
        return
    draw_profile(upload)
    draw_held(upload)
    draw_questions(upload, preview)
    if preview.missing:
        missing = missing_text(preview)
        show_note([tr()("Say which column holds: {missing}", missing=missing)])
    needs_care = not upload.is_ready
    if len(uploads) == 1:
        _draw_details(upload, preview)
    else:
        with st.expander(tr()("Details"), expanded=needs_care, icon=":material/tune:"):
            _draw_details(upload, preview)
    draw_sharing(upload, uploads)
    draw_outcome(preview)
    _draw_take(upload)


def _draw_take(upload: Upload) -> None:
    if upload.is_waiting:
        st.button(
            tr()("Import"),
            type="primary",
            key=upload.key("take"),
            disabled=not upload.is_ready,
            on_click=want,
            args=([upload],),
        )


def _draw_details(upload: Upload, preview: FilePreview) -> None:
    draw_notes(tuple(each for each in preview.notes if each.template != USED))
    draw_circumstances(upload, preview)
    draw_unknown(upload)
    draw_mapping(upload, preview)
    draw_reading(upload, preview)
    draw_personal(upload, preview)
    draw_names(upload, preview)
    draw_first_rows(upload)
