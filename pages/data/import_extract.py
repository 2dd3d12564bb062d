"""Import: here is the new extract; what was taken, corrected, refused?"""

import streamlit as st

from pages.components.context import tr
from pages.components.figures import show_note, show_title
from pages.components.importing import (
    chosen_file,
    draw_extract_date,
    draw_first_rows,
    draw_kind,
    draw_mapping,
    draw_notes,
    draw_report,
    looked_at,
    missing_text,
    report_of,
    take,
)

translate = tr()
show_title(translate("Import an extract"))
file = chosen_file()
if file is None:
    show_note([translate("Answers, contacts, customers or assessments, one row each.")])
    st.stop()

report = report_of(file)
if report is not None:
    draw_report(report)
    st.stop()

preview = looked_at(file)
if preview is None:
    st.stop()

draw_kind(file, preview)
draw_mapping(file, preview)
draw_notes(preview.notes)
if preview.missing:
    missing = missing_text(preview)
    show_note([translate("Say which column holds: {missing}", missing=missing)])
    st.stop()

draw_extract_date(file, preview)
draw_first_rows(preview)
show_note(
    [
        translate.plural("{n} row", "{n} rows", preview.row_count),
        translate("{n} would be refused", n=translate.number(preview.refused_count)),
    ]
)
if st.button(translate("Import"), type="primary", key="import_take"):
    take(file)
