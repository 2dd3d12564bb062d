"""The steps of an import in the browser: look at the file, correct the mapping, take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cxdata.errors import CxDataError
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.ingest import FilePreview, fields_of, import_file, preview_file
from cxdata.models import KINDS, ImportReport, Kind
from cxdata.tables import as_csv, preview_frame, refusals_table
from pages.components.context import plain, show_error, store, tr
from pages.components.figures import show_note, show_table

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "xlsb", "ods", "parquet"]
STAGES = {
    "reading": N_("Reading the file"),
    "validating": N_("Checking each row"),
    "storing": N_("Storing"),
    "counting": N_("Counting again"),
}
NOT_USED = ""
SHOWN_REFUSALS = 200

Choices = tuple[Kind | None, tuple[tuple[str, str], ...]]


def chosen_file() -> UploadedFile | None:
    return st.file_uploader(
        tr()("An extract: CSV, Excel, ODS or Parquet"),
        type=FILE_TYPES,
        key="import_file",
        help=tr()("French Excel files (; and decimal comma) are read as they are."),
    )


def looked_at(file: UploadedFile) -> FilePreview | None:
    """What the file would bring, with the reader's corrections; None if it is refused."""
    kind, mapping = _choices(file)
    return _once(
        ("preview", file.file_id, kind, mapping, store().data_version),
        lambda: preview_file(
            store(), file.getvalue(), file_name=file.name, kind=kind, mapping=dict(mapping)
        ),
    )


def draw_kind(file: UploadedFile, preview: FilePreview) -> None:
    translate = tr()
    st.selectbox(
        translate("What the file holds"),
        KINDS,
        index=KINDS.index(preview.kind),
        format_func=lambda code: name_of("kind", code, translate),
        key=_kind_key(file),
    )


def draw_mapping(file: UploadedFile, preview: FilePreview) -> None:
    """One select per field of the kind: which column of the file it is."""
    translate = tr()
    with st.expander(translate("Columns"), expanded=bool(preview.missing)):
        places = st.columns(3)
        for position, field in enumerate(fields_of(preview.kind)):
            options = [NOT_USED, *preview.headers]
            current = preview.mapping.get(field, NOT_USED)
            with places[position % 3]:
                st.selectbox(
                    name_of("field", field, translate),
                    options,
                    index=options.index(current) if current in options else 0,
                    format_func=lambda name: name or translate("– not in the file –"),
                    key=_mapping_key(file, preview.kind, field),
                )


def missing_text(preview: FilePreview) -> str:
    """The fields that have to be mapped first; of alternatives one is enough."""
    translate = tr()
    return ", ".join(
        " / ".join(name_of("field", field, translate) for field in alternatives.split(" / "))
        for alternatives in preview.missing
    )


def draw_extract_date(file: UploadedFile, preview: FilePreview) -> None:
    """Up to when a file of contacts tells: what "now" is for those still open."""
    if preview.kind == "contacts":
        st.date_input(
            tr()("Day of the extract, if the file doesn't tell"),
            value=None,
            format="DD/MM/YYYY",
            key=_date_key(file),
            help=tr()(
                "Contacts still open on that day count as missed once their time has passed."
            ),
        )


def draw_first_rows(preview: FilePreview) -> None:
    translate = tr()
    st.caption(translate("The first rows, as they will be stored"))
    rows = preview_frame(preview.rows, store().settings.firm.time_zone, translate)
    st.dataframe(rows, hide_index=True, key="import_rows", height=260)


def take(file: UploadedFile) -> None:
    """Import the file with its progress on the page, and keep the report for the next run."""
    kind, mapping = _choices(file)
    bar = st.progress(0.0, text=tr()(STAGES["reading"]))

    def say(stage: str, done: float) -> None:
        bar.progress(done, text=tr()(STAGES[stage]))

    try:
        report = import_file(
            store(),
            file.getvalue(),
            file_name=file.name,
            kind=kind,
            mapping=dict(mapping),
            extract_date=st.session_state.get(_date_key(file)),
            on_progress=say,
        )
    except CxDataError as error:
        bar.empty()
        show_error(error)
        return
    st.session_state[_report_key(file)] = report
    st.rerun()


def report_of(file: UploadedFile) -> ImportReport | None:
    report: ImportReport | None = st.session_state.get(_report_key(file))
    return report


def draw_report(report: ImportReport) -> None:
    """What was taken, corrected and refused, and why."""
    translate = tr()
    _draw_outcome(report, translate)
    counts = {
        translate("Rows"): report.row_count,
        translate("Accepted"): report.accepted_count,
        translate("Corrected"): report.corrected_count,
        translate("Replaced"): report.replaced_count,
        translate("Refused"): report.refused_count,
        translate("Duplicates"): report.duplicate_count,
    }
    for place, (label, count) in zip(st.columns(len(counts)), counts.items(), strict=True):
        place.metric(label, translate.number(count))
    draw_notes(report.notes)
    if report.refusals:
        _draw_refusals(report, translate)


def draw_notes(notes: tuple[str, ...]) -> None:
    show_note([_note_text(note) for note in notes])


def _draw_outcome(report: ImportReport, translate: Translator) -> None:
    if report.accepted_count:
        st.success(
            translate.plural(
                "{n} row is in the store.", "{n} rows are in the store.", report.accepted_count
            )
        )
    else:
        st.info(translate("Nothing was added: the store is as it was."))


def _draw_refusals(report: ImportReport, translate: Translator) -> None:
    texts = refusals_table(report.refusals, translate)
    st.markdown(f"**{plain(translate('Refused'))}**")
    show_table(texts.head(SHOWN_REFUSALS))
    st.download_button(
        translate("Download the refused rows"),
        as_csv(texts, translate),
        file_name="refused.csv",
        mime="text/csv",
        key="import_refused",
        icon=":material/download:",
    )


def _choices(file: UploadedFile) -> Choices:
    """Kind and mapping as the reader left the widgets; nothing before they are drawn."""
    kind: Kind | None = st.session_state.get(_kind_key(file))
    picked: dict[str, Any] = {
        field: st.session_state.get(_mapping_key(file, kind, field))
        for field in (fields_of(kind) if kind else ())
    }
    return kind, tuple((field, header) for field, header in picked.items() if header is not None)


def _kind_key(file: UploadedFile) -> str:
    return f"import_kind:{file.file_id}:{tr().locale}"


def _date_key(file: UploadedFile) -> str:
    return f"import_date:{file.file_id}"


def _mapping_key(file: UploadedFile, kind: Kind | None, field: str) -> str:
    return f"import_map:{file.file_id}:{kind}:{field}"


def _report_key(file: UploadedFile) -> str:
    return f"import_report:{file.file_id}"


def _once(key: tuple[object, ...], compute: Callable[[], FilePreview]) -> FilePreview | None:
    """The last preview of this session, made again only when file or choices change."""
    if st.session_state.get("import_preview_key") != key:
        try:
            st.session_state["import_preview"] = compute()
        except CxDataError as error:
            show_error(error)
            return None
        st.session_state["import_preview_key"] = key
    preview: FilePreview = st.session_state["import_preview"]
    return preview


def _note_text(note: str) -> str:
    template, values = getattr(note, "template", note), getattr(note, "values", {})
    return tr()(template, **values)
