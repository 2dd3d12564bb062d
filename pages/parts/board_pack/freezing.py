"""Freezing the pack that is chosen, for a meeting."""

from __future__ import annotations

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.followup.snapshots import NOTE_LETTERS, TITLE_LETTERS
from cxdata.i18n import N_
from cxdata.pack.freezing import freeze_pack
from cxdata.pack.making import PackChoice
from cxdata.panels import Request
from pages.components.context import plain, show_error, tr
from pages.components.figures import show_note
from pages.components.reader import can, guard, signed_name

FOR_GOOD = N_("It opens as it is now for good, in each language and as each file, whatever comes.")


def draw_freezing(asked: Request, choice: PackChoice) -> None:
    """Name, note and, where nobody logs in, author; only for who may."""
    if not can("snapshots"):
        return
    translate = tr()
    with st.expander(translate("Freeze for the meeting"), icon=":material/ac_unit:"):
        with st.form("pack_freeze", border=False):
            title = st.text_input(
                translate("Name of the meeting"), max_chars=TITLE_LETTERS, key="freeze_title"
            )
            note = st.text_area(
                translate("Note"), max_chars=NOTE_LETTERS, key="freeze_note", height=68
            )
            by = signed_name() or st.text_input(translate("By"), max_chars=100, key="freeze_by")
            pressed = st.form_submit_button(translate("Freeze"))
        show_note([translate(FOR_GOOD)])
        if pressed:
            _freeze(asked, choice, title, note, by)


def _freeze(asked: Request, choice: PackChoice, title: str, note: str, by: str) -> None:
    translate = tr()
    try:
        guard("snapshots")
        with st.spinner(translate("The pack is made in each language …")):
            freeze_pack(asked, title, choice, note=note, taken_by=by.strip() or None)
    except CxDataError as error:
        show_error(error)
        return
    named = " ".join(title.split())
    st.success(plain(translate("“{title}” is frozen: it stands under Snapshots.", title=named)))
