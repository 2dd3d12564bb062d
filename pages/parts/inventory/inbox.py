"""What came by the watched folder last, in one line; nothing where none is watched."""

from __future__ import annotations

import streamlit as st

from cxdata.api.inbox import Taken, watched_inbox
from cxdata.i18n import Translator
from pages.components.context import plain, store, tr
from pages.components.figures import show_note


def draw_inbox() -> None:
    """The last file and what became of it, or why the folder can't be read."""
    inbox, translate = watched_inbox(), tr()
    if inbox is None:
        return
    if inbox.problem is not None:
        sentence, hint = translate.error(inbox.problem)
        st.warning(plain(f"{sentence} {hint}"), icon=":material/folder_off:")
    if inbox.last is None:
        show_note([translate("The watched folder has brought nothing since the start.")])
        return
    show_note([outcome_text(inbox.last, translate, store().settings.firm.time_zone)])


def outcome_text(taken: Taken, translate: Translator, time_zone: str) -> str:
    """What became of a file, and when."""
    said = {"moment": translate.moment(taken.taken_at, time_zone), "file": taken.file_name}
    if taken.outcome == "done":
        return translate("Watched folder, {moment}: {file} was taken.", **said)
    if taken.outcome == "again":
        return translate("Watched folder, {moment}: nothing in {file} was new.", **said)
    return translate("Watched folder, {moment}: {file} was refused, see its report.", **said)
