"""What is kept for the next files: saved profiles and the firm's own spellings."""

from __future__ import annotations

import polars as pl
import streamlit as st

from cxdata.errors import CxDataError
from cxdata.i18n.names import name_of
from cxdata.ingest.judging.spellings import remove_spelling, spellings_table
from cxdata.ingest.recognising.profiles import (
    kept_choices,
    remove_profile,
    save_profile,
    saved_profiles,
)
from cxdata.models import ImportReport
from cxdata.tables import profiles_table, spellings_in_words
from pages.components.context import plain, show_error, store, tr, whole_store
from pages.components.figures import show_table
from pages.components.reader import guard, guarded, signed_name
from pages.parts.import_extract.uploads import Upload


def draw_save_profile(upload: Upload, report: ImportReport) -> None:
    """A name under which the next file of this shape is read as this one was."""
    translate = tr()
    preview = upload.preview
    if preview is None:
        return
    if upload.saved_as:
        shown = translate("Saved as {name}: files of this shape are read so.", name=upload.saved_as)
        st.caption(plain(shown))
        return
    with st.expander(
        translate("Read the next file of this shape like this"), icon=":material/save:"
    ):
        name = st.text_input(translate("Name of the profile"), key=upload.key("profile_name"))
        if st.button(translate("Save"), key=upload.key("profile_save"), disabled=not name.strip()):
            try:
                guard("words")
                save_profile(
                    whole_store(),
                    name,
                    headers=preview.headers,
                    kind=report.kind,
                    saved_by=signed_name(),
                    choices=kept_choices(
                        whole_store(), upload.choices, report.mapping, preview.profile
                    ),
                )
            except CxDataError as error:
                show_error(error)
                return
            upload.saved_as = name
            st.rerun()


def draw_profile(upload: Upload) -> None:
    """Which saved profile the file is read by, with a way to read it afresh, and back."""
    translate = tr()
    preview = upload.preview
    if upload.reads_afresh:
        line, label = (
            translate("The file is read without a saved profile."),
            translate("Use the fitting one again"),
        )
        act, icon = upload.use_profile, ":material/bookmark:"
    elif preview is not None and preview.profile:
        line = translate("Read as the saved profile {name} says.", name=preview.profile)
        label, act, icon = translate("Read it afresh"), upload.read_afresh, ":material/refresh:"
    else:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(line), width="content")
        st.button(label, key=upload.key("afresh"), icon=icon, on_click=act)


def draw_way_out(upload: Upload) -> None:
    """A way to read a file afresh that can't be read, perhaps because of a saved profile."""
    if not upload.reads_afresh and not saved_profiles(whole_store()).is_empty():
        st.button(
            tr()("Read it without a saved profile"),
            key=upload.key("afresh"),
            icon=":material/refresh:",
            on_click=upload.read_afresh,
        )


def draw_saved() -> None:
    """What was saved, with a way to forget it; nothing if nothing was."""
    translate = tr()
    profiles, spellings = saved_profiles(whole_store()), spellings_table(whole_store())
    if profiles.is_empty() and spellings.is_empty():
        return
    with st.expander(translate("Kept for the next files"), icon=":material/bookmarks:"):
        if not profiles.is_empty():
            _draw_profiles(profiles)
        if not spellings.is_empty():
            _draw_spellings(spellings)


def _draw_profiles(profiles: pl.DataFrame) -> None:
    translate = tr()
    show_table(profiles_table(profiles, store().settings.firm.time_zone, translate))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            translate("Profile"), profiles["name"].to_list(), key="import_profile", index=None
        )
        st.button(
            translate("Forget this profile"),
            key="import_profile_remove",
            disabled=name is None,
            on_click=_forget_profile,
            args=(name,),
        )


def _draw_spellings(spellings: pl.DataFrame) -> None:
    translate = tr()
    show_table(spellings_in_words(spellings, translate))
    kept = [tuple(row) for row in spellings.select("field", "spelling").iter_rows()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        word = st.selectbox(
            translate("Word"),
            kept,
            format_func=lambda it: f"{name_of('field', it[0], translate)}: {it[1]}",
            key="import_word",
            index=None,
        )
        st.button(
            translate("Forget this word"),
            key="import_word_remove",
            disabled=word is None,
            on_click=_forget_word,
            args=(word,),
        )


@guarded("words")
def _forget_profile(name: str) -> None:
    remove_profile(whole_store(), name)
    _look_again()


@guarded("words")
def _forget_word(word: tuple[str, str]) -> None:
    remove_spelling(whole_store(), *word)
    _look_again()


def _look_again() -> None:
    """What was forgotten may change how the files on the page are read."""
    uploads: dict[str, Upload] = st.session_state.get("import_uploads", {})
    for upload in uploads.values():
        upload.looked_for = None
