"""Backups on the Data page: those there are, one more now, and one in the place of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import streamlit as st

from cxdata.config import load_settings
from cxdata.errors import CxDataError, StoreError
from cxdata.ingest.people.restoring import restore_without_erased
from cxdata.record import note_done
from cxdata.store.backups import (
    Backup,
    Preview,
    backup_folder,
    backup_to_folder,
    known_backups,
    newest_backup_at,
    preview,
)
from cxdata.store.connection import Store
from cxdata.store.files import privacy_warnings
from cxdata.tables import backups_table, changes_table
from pages.components.context import plain, show_error, store_path, tr
from pages.components.figures import show_note, show_nothing, show_table, show_title
from pages.components.reader import can, entrance_of_process, guard
from pages.components.recording import as_reader

SAID = "backups_said"  # what was done last, to be said once


def draw_backups(store: Store) -> None:
    """What there is to fall back on, and what endangers the store: for administrators."""
    if not can("backup"):
        return
    translate = tr()
    settings = store.settings.backup
    folder = backup_folder(store.path, settings)
    show_title(translate("Backups"))
    for warning in _warnings(store, folder):
        st.warning(plain(" ".join(translate.error(warning))), icon=":material/warning:")
    _say_once()
    hours = translate.number(settings.every_hours)
    show_note(
        [
            translate("Made by the dashboard every {hours} hours.", hours=hours)
            if settings.every_hours
            else translate("The dashboard makes none by itself (setting backup.every_hours)."),
            translate("Each is read from end to end before it counts."),
        ]
    )
    _draw_list(known_backups(store.path, folder), store.settings.firm.time_zone)
    if st.button(translate("Back up now"), key="backup_now", icon=":material/save:"):
        _back_up(store, folder)


def draw_rescue() -> None:
    """Where the store is damaged: the backups, one of which can take its place. Where people log
    in, nobody's rights can be read from it: then the command line restores."""
    if entrance_of_process().way != "local":
        return
    place = store_path()
    try:
        settings = load_settings()
        backups = known_backups(place, backup_folder(place.absolute(), settings.backup))
    except CxDataError as error:
        show_error(error)
        return
    show_title(tr()("Backups"))
    _draw_list(backups, settings.firm.time_zone)


def _draw_list(backups: list[Backup], time_zone: str) -> None:
    translate = tr()
    if not backups:
        show_nothing(translate("There is no backup yet."))
        return
    show_table(backups_table(backups, time_zone, translate))
    names = {str(it.path): it.path.name for it in backups if it.problem is None}
    if not names:
        return
    chosen = st.selectbox(
        translate("Backup to restore"),
        list(names),
        format_func=names.__getitem__,
        key=f"restore_backup:{translate.locale}",
    )
    if st.button(translate("Restore this backup"), key="restore_ask", icon=":material/history:"):
        _confirm(Path(chosen), time_zone)


def _confirm(source: Path, time_zone: str) -> None:
    """Say what would change, and ask once more."""
    translate = tr()

    @st.dialog(translate("Restore a backup"))
    def ask() -> None:
        try:
            told = preview(store_path(), source)
        except CxDataError as error:
            show_error(error)
            return
        _tell(told, time_zone)
        if st.button(translate("Restore it"), type="primary", key="restore_do"):
            _restore(source)

    ask()


def _tell(told: Preview, time_zone: str) -> None:
    translate = tr()
    last = told.contents.last_loaded_at
    if last:
        moment = translate.moment(last, time_zone)
        st.markdown(plain(translate("The last import in it is of {moment}.", moment=moment)))
    if told.changes is None:
        st.markdown(plain(translate("What the store holds now can't be read or compared.")))
    elif told.changes.is_none:
        st.markdown(plain(translate("It holds what the store holds now.")))
    else:
        for batch in told.changes.going:
            text = translate(
                "The import {name} goes.", name=f"{batch.batch_id} · {batch.file_name}"
            )
            st.markdown(plain(text))
        for batch in told.changes.coming:
            name = f"{batch.batch_id} · {batch.file_name}"
            st.markdown(plain(translate("The import {name} comes back.", name=name)))
        if told.changes.row_counts:
            show_table(changes_table(told.changes, translate))
    show_note([translate("What is there now is kept aside under a dated name.")])


def _restore(source: Path) -> None:
    as_reader()
    try:
        guard("restore")
        done = restore_without_erased(store_path(), source)
    except CxDataError as error:
        show_error(error)
        return
    translate = tr()
    said = translate("The backup is restored.")
    if done.set_aside:
        said += " " + translate("The store before is {name}.", name=done.set_aside.name)
    st.session_state[SAID] = said
    st.rerun()


def _back_up(store: Store, folder: Path) -> None:
    try:
        guard("backup")
        made, gone = backup_to_folder(store, folder, store.settings.backup.keep)
    except CxDataError as error:
        show_error(error)
        return
    as_reader()
    note_done(store, "backed_up", details={"file": made.path.name})
    translate = tr()
    said = translate("The backup {name} is made and checked.", name=made.path.name)
    if gone:
        said += " " + translate.plural(
            "{n} older backup was removed.", "{n} older backups were removed.", len(gone)
        )
    st.session_state[SAID] = said
    st.rerun()


def _say_once() -> None:
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(plain(said), icon=":material/check:")


def _warnings(store: Store, folder: Path) -> list[StoreError]:
    found = privacy_warnings(store.path)
    try:
        store.see_in_place()
    except StoreError as error:
        found.append(error)
    every_hours = store.settings.backup.every_hours
    newest = newest_backup_at(store.path, folder)
    if every_hours and newest and datetime.now(UTC) - newest > 2 * timedelta(hours=every_hours):
        found.append(
            StoreError("The newest backup is overdue.", "See the log for what hinders it.")
        )
    return found
