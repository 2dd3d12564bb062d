"""One person's data: for administrators, all of it, as a file, and gone."""

from __future__ import annotations

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.exports.person import person_archive
from cxdata.i18n.names import NAMES, name_of
from cxdata.ingest.people.erasing import Erased, erase_person
from cxdata.ingest.people.finding import find_person, person_data
from cxdata.record import note_act
from cxdata.store.backups import backup_folder, known_backups
from pages.components.context import plain, show_error, tr, whole_store
from pages.components.figures import show_note, show_text
from pages.components.grids import grid_rows
from pages.components.reader import can, guard
from pages.components.recording import as_reader, page_actor

_ASKED, _SAID = "person_asked", "person_said"
LONGEST = 200


def draw_person() -> None:
    """Closed until somebody opens it."""
    if not can("person"):
        return
    translate = tr()
    place = st.expander(
        translate("One person's data"),
        key="person",
        on_change="rerun",
        icon=":material/person_search:",
    )
    if place.open:
        with place:
            _draw()


def _draw() -> None:
    translate = tr()
    if said := st.session_state.pop(_SAID, None):
        for text in said:
            show_text(text)
    show_note(
        [
            translate(
                "By the customer's identifier; of an answer or contact without one by its own, or "
                "by the e-mail address that stands in its comment."
            )
        ]
    )
    with st.form("person_form", border=False):
        who = st.text_input(
            translate("Identifier"), max_chars=LONGEST, key=f"person_who:{translate.locale}"
        )
        if st.form_submit_button(translate("Show all of it"), key="person_show"):
            st.session_state[_ASKED] = (who.strip(), True)
    asked, is_new = st.session_state.get(_ASKED, ("", False))
    if not asked:
        return
    try:
        _draw_person(asked, is_new=is_new)
    except CxDataError as error:
        st.session_state.pop(_ASKED, None)
        show_error(error)


def _draw_person(who: str, *, is_new: bool) -> None:
    guard("person")
    translate, con = tr(), whole_store()
    frames = person_data(con, find_person(con, who))
    counts = {name: frame.height for name, frame in frames.items()}
    if is_new:
        note_act(con, page_actor(), "person_shown", details=counts)
        st.session_state[_ASKED] = (who, False)
    for name, frame in frames.items():
        title = f"{name_of('about_person', name, translate)} ({translate.number(frame.height)})"
        st.markdown(f"**{plain(title)}**")
        known = [it.name for it in frame if it.null_count() < len(it)]
        st.dataframe(
            grid_rows(frame.select(known)),
            key=f"person:{name}:{con.data_version}",
            column_config={it: _label(it) for it in known},
            hide_index=True,
            height=min(240, 38 + 35 * frame.height),
            placeholder="",
            alt=title,
        )
    by = page_actor()

    def made() -> bytes:
        note_act(con, by, "person_exported", details=counts)
        return person_archive(who, frames)

    with st.container(horizontal=True):
        st.download_button(
            translate("Take all of it (ZIP)"),
            made,
            file_name="person.zip",
            mime="application/zip",
            key="person_zip",
            icon=":material/download:",
            on_click="ignore",
        )
        if st.button(
            translate("Erase this person"), key="person_erase", icon=":material/person_remove:"
        ):
            confirm_erasure(who)


def _label(column: str) -> str:
    """The field's name where it has one; else that of the store, as in the files."""
    return name_of("field", column, tr()) if column in NAMES["field"] else column


def confirm_erasure(who: str) -> None:
    """Say what that means, and ask once more."""
    translate, con = tr(), whole_store()

    @st.dialog(translate("Erase a person"))
    def ask() -> None:
        for text in (
            translate("Who they are, their comments and identifiers leave the store for good."),
            translate("Every count stays. A later file doesn't bring them back."),
        ):
            st.markdown(plain(text))
        folder = backup_folder(con.path, con.settings.backup)
        copies = [it.path.name for it in known_backups(con.path, folder)]
        if copies:
            names = ", ".join(copies[:3]) + (" …" if len(copies) > 3 else "")
            st.markdown(
                plain(translate("Backups aren't covered and still hold them: {names}", names=names))
            )
        if st.button(translate("Erase"), type="primary", key="person_erase_do"):
            _erase(who)

    ask()


def _erase(who: str) -> None:
    as_reader()
    try:
        guard("person")
        with st.spinner(tr()("The file is written anew …")):
            done = erase_person(whole_store(), who)
    except CxDataError as error:
        show_error(error)
        return
    st.session_state.pop(_ASKED, None)
    st.session_state[_SAID] = _told(done)
    st.rerun()


def _told(done: Erased) -> list[str]:
    translate = tr()
    said = [translate("The person is erased; all counts stay.")]
    if done.proof.is_gone:
        megabytes = translate.number(done.proof.byte_count / 1e6, 1)
        said.append(
            translate("Nothing of them was found in the store's {size} MB.", size=megabytes)
        )
    else:
        places = ", ".join(done.proof.places)
        said.append(
            translate("Texts that name them still stand in: {places}.", places=places or "–")
        )
    return said
