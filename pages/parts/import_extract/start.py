"""Before a file is there: what to export from which tool, and a template for each kind."""

from __future__ import annotations

import streamlit as st

from cxdata.exports.templates import FILE_NAMES, template_rows, template_workbook
from cxdata.i18n.names import name_of
from cxdata.ingest.recognising.tool_guides import Guide, guides
from cxdata.ingest.storing.inventory import holdings
from cxdata.models import KINDS, Kind
from cxdata.sentences.starting import QUESTIONS, WITHOUT_ANSWERS, adds_sentence, row_sentence
from cxdata.tables import guide_table, template_table
from pages.components.context import cached, plain, tr
from pages.components.downloads import XLSX
from pages.components.figures import pick_one, show_note, show_table

TOOL_WIDTH = 320  # pixels


def draw_start() -> None:
    """Open while the store is empty; folded afterwards."""
    translate = tr()
    label = translate("What to export, and from where")
    is_first = cached(holdings).is_empty()
    with st.expander(label, expanded=is_first, icon=":material/help:"):
        kind: Kind = pick_one("start_kind", translate("Kind"), KINDS, "kind", KINDS[0])
        st.markdown(f"**{plain(row_sentence(kind, translate))}**")
        show_note([adds_sentence(kind, translate)])
        _draw_template(kind)
        found = {guide.name: guide for guide in guides(kind)}
        if found:
            _draw_guide(kind, found)


def _draw_template(kind: Kind) -> None:
    translate = tr()
    st.download_button(
        translate("Template for Excel: {kind}", kind=name_of("kind", kind, translate)),
        lambda: template_workbook(kind, translate),
        file_name=translate(FILE_NAMES[kind]),
        mime=XLSX,
        key=f"template:{kind}",
        icon=":material/download:",
        on_click="ignore",
    )
    show_note([translate("Put your rows in place of the examples and drag the file above.")])


def _draw_guide(kind: Kind, found: dict[str, Guide]) -> None:
    """One tool at a time; without one, the columns that any file may have."""
    translate = tr()
    chosen = st.selectbox(
        translate("Your tool"),
        list(found),
        index=None,
        placeholder=translate("another one, or a list of our own"),
        key=f"start_tool:{kind}",
        width=TOOL_WIDTH,
    )
    if chosen is None:
        show_table(template_table(template_rows(kind, translate), translate))
        return
    guide = found[chosen]
    if guide.menu:
        st.markdown(plain(translate("The way to the file: {menu}", menu=" › ".join(guide.menu))))
    else:
        show_note([translate("The way to the file stands in the tool's own help.")])
    show_table(guide_table(guide, translate))
    if kind == "responses":
        show_note([translate(QUESTIONS)])
    if not guide.tells_answers:
        st.warning(plain(translate(WITHOUT_ANSWERS)))
    if guide.source:
        show_note([translate("Source: {address}", address=guide.source)])
