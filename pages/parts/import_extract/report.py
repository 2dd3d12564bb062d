"""What became of a file: counts, what was corrected and refused and why, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl
import streamlit as st

from cxdata.exports.returned import returned_file, returned_name
from cxdata.i18n import Translator
from cxdata.ingest import recorded_batches, refused_rows
from cxdata.models import Correction, ImportReport
from cxdata.tables import (
    corrections_table,
    preview_frame,
    refusal_groups,
    refusal_groups_table,
    refusals_table,
)
from cxdata.tables.cases import returned_cases_frame
from pages.components.case_links import CASES_PAGE
from pages.components.context import cached, offer, plain, store, tr, whole_store
from pages.components.figures import show_note, show_table
from pages.components.grids import grid_rows
from pages.components.undoing import confirm_undo
from pages.components.url_state import page_query
from pages.parts.import_extract.columns import draw_unknown
from pages.parts.import_extract.naming import naming_dimensions, values_in_words
from pages.parts.import_extract.saved import draw_save_profile
from pages.parts.import_extract.uploads import Upload, heard

SHOWN_REFUSALS = 200
SHOWN_VALUES = 50  # refused ones, each once
SHOWN_CORRECTIONS = 200
SHOWN_ROWS = 6  # of the first rows, without scrolling
ROW_HEIGHT, METRIC_WIDTH = 36, 140  # pixels


def draw_first_rows(upload: Upload) -> None:
    """The first rows as they will be stored, and what would be corrected and refused."""
    translate = tr()
    preview = upload.preview
    if preview is None or preview.missing:
        return
    if not preview.rows.is_empty():
        zone = store().settings.firm.time_zone
        if preview.kind == "cases":
            st.caption(translate("The first changes"))
            rows = returned_cases_frame(preview.rows, zone, translate)
        else:
            st.caption(translate("The first rows, as they will be stored"))
            rows = preview_frame(preview.rows, zone, naming_dimensions(preview))
        st.dataframe(
            grid_rows(rows),
            hide_index=True,
            key=upload.key("rows"),
            height=_height(rows),
            placeholder="",
        )
    if upload.refused:
        label = translate("{n} would be refused", n=translate.number(preview.refused_count))
        with st.expander(label, icon=":material/block:"):
            show_table(refusal_groups_table(upload.refused, translate, values_in_words))
    _draw_corrections(preview.corrections, translate("Would be corrected"))


def draw_held(upload: Upload) -> None:
    """A file with so many refused rows that it waits for a yes."""
    translate = tr()
    preview = upload.preview
    if preview is None or not preview.is_held:
        return
    if preview.refused_count == preview.row_count:
        st.warning(translate("Every row would be refused: it may be the wrong column or kind."))
        return
    for lost in preview.lost_ends:
        st.warning(plain(translate(lost.template, **lost.values)))
    if not preview.lost_ends:
        share = translate.percent(preview.refused_count / max(preview.row_count, 1), 0)
        st.warning(
            plain(
                translate(
                    "{share} of the rows would be refused: it may be the wrong column or kind. "
                    "The file is held until you say so.",
                    share=share,
                )
            )
        )
    key = upload.key("accept_refusals")
    st.session_state[key] = upload.accepts_refusals
    st.checkbox(
        translate("Take the other rows all the same"),
        key=key,
        on_change=heard,
        args=(upload, "accept_refusals"),
    )


def draw_report(upload: Upload, report: ImportReport) -> None:
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
    with st.container(horizontal=True):
        for label, count in counts.items():
            st.metric(label, translate.number(count), width=METRIC_WIDTH)
    draw_notes(report.notes)
    _draw_cases(report, translate)
    _draw_ways_on(upload, report, translate)
    if report.refusals:
        _draw_refusals(upload, report, translate)
    if report.kind != "cases":
        draw_save_profile(upload, report)
    _draw_corrections(report.corrections, translate("Corrected"))


def _draw_cases(report: ImportReport, translate: Translator) -> None:
    """The cases that rules opened, and the rules that wait for a yes."""
    told = [
        translate("Cases opened: {n}.", n=translate.number(report.case_count))
        if report.case_count
        else "",
        *(
            translate("The rule {rule} would open too many cases and waits for a yes.", rule=it)
            for it in report.held_rules
        ),
    ]
    if any(told):
        st.page_link(
            CASES_PAGE, label=plain(" ".join(filter(None, told))), icon=":material/support_agent:"
        )


def draw_notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        show_note([_note_text(note)])


def _draw_outcome(report: ImportReport, translate: Translator) -> None:
    if report.batch_id and _is_undone(report.batch_id):
        st.info(translate("This import was undone: its rows left the store."))
    elif report.kind == "cases" and report.accepted_count:
        st.success(
            translate.plural("{n} case changed.", "{n} cases changed.", report.accepted_count)
        )
    elif report.accepted_count:
        st.success(
            translate.plural(
                "{n} row is in the store.", "{n} rows are in the store.", report.accepted_count
            )
        )
    else:
        st.info(translate("Nothing was added: the store is as it was."))


def _is_undone(batch_id: int) -> bool:
    batches = cached(recorded_batches)
    return bool(batches.filter(pl.col("batch_id") == batch_id)["undone_at"].is_not_null().any())


def _draw_ways_on(upload: Upload, report: ImportReport, translate: Translator) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if (
            report.batch_id
            and not _is_undone(report.batch_id)
            and st.button(
                translate("Undo this import"), key=upload.key("undo"), icon=":material/undo:"
            )
        ):
            confirm_undo(report.batch_id, f"{report.batch_id} · {report.file_name}")
        st.page_link(
            "data/inventory.py",
            label=translate("What is in the store"),
            icon=":material/inventory_2:",
            query_params=page_query(offer()),
        )


def _draw_refusals(upload: Upload, report: ImportReport, translate: Translator) -> None:
    st.markdown(f"**{plain(translate('Refused'))}**")
    st.download_button(
        translate("The refused rows in your own file, with the reasons"),
        _returned(upload, report, translate),
        file_name=returned_name(report.file_name, _delimiter(upload), translate),
        key=upload.key("returned"),
        icon=":material/download:",
        on_click="ignore",
        help=translate("Correct them there and drag the file here again."),
    )
    groups = refusal_groups(report.refusals, SHOWN_VALUES)
    show_table(refusal_groups_table(groups, translate, values_in_words))
    with st.expander(translate("Line by line"), icon=":material/format_list_numbered:"):
        show_table(refusals_table(report.refusals[:SHOWN_REFUSALS], translate))
        if len(report.refusals) > SHOWN_REFUSALS:
            rest = translate.number(len(report.refusals) - SHOWN_REFUSALS)
            show_note([translate("… and {n} more in the file", n=rest)])
    if upload.unknown:
        draw_unknown(upload)
        st.button(
            translate("Read this file again"),
            key=upload.key("again"),
            icon=":material/replay:",
            on_click=upload.look_again,
            help=translate("What is in the store already isn't taken twice."),
        )


def _height(rows: pl.DataFrame) -> int:
    return ROW_HEIGHT * (1 + min(max(rows.height, 1), SHOWN_ROWS)) + 2


def _delimiter(upload: Upload) -> str:
    return upload.preview.delimiter if upload.preview else ""


def _returned(upload: Upload, report: ImportReport, translate: Translator) -> Callable[[], bytes]:
    """Makes the file when it is asked for, which is after the page has run."""
    con, content, choices = whole_store(), upload.file.getvalue(), upload.choices

    def make() -> bytes:
        rows = refused_rows(con, content, report.refusals, **choices)
        return returned_file(rows, report.refusals, translate)

    return make


def _draw_corrections(corrections: Iterable[Correction], label: str) -> None:
    listed = list(corrections)
    if not listed:
        return
    translate = tr()
    with st.expander(f"{label} ({translate.number(len(listed))})", icon=":material/edit:"):
        show_table(corrections_table(listed[:SHOWN_CORRECTIONS], translate))


def _note_text(note: str) -> str:
    template, values = getattr(note, "template", note), getattr(note, "values", {})
    return tr()(template, **values_in_words(values))
