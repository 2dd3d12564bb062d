"""The files of a pack, each made when the browser asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.exports.deck.logo import logo_bytes
from cxdata.exports.deck.template import deck_template
from cxdata.exports.pack_files import MEDIA_TYPES, Face, PackLook, file_stem, pack_file
from cxdata.i18n import N_, Locale, translator
from cxdata.pack.making import PackChoice, pack_of
from cxdata.panels import Request
from cxdata.record import note_act
from cxdata.store.connection import Store
from pages.components.context import computed_once, show_error, store, store_path, tr
from pages.components.figures import show_note
from pages.components.recording import page_actor

R = TypeVar("R")
BUTTONS: dict[Face, tuple[str, str]] = {
    "pptx": (N_("Slides (PPTX)"), "slideshow"),
    "pdf": (N_("PDF"), "picture_as_pdf"),
    "xlsx": (N_("Workbook (XLSX)"), "table"),
    "eml": (N_("Mail (EML)"), "mail"),
}


def draw_pack_files(asked: Request, choice: PackChoice, language: Locale) -> None:
    """A button for each face; a template or logo that can't be used is said, not found out."""
    translate = tr()
    look = pack_look(asked.store)
    try:
        notes = [translate(text, **values) for text, values in deck_template(look.template).gaps]
        logo_bytes(look.logo)
    except CxDataError as error:
        show_error(error)
        return
    show_note(notes)
    made = _pack_request(asked, language)
    draw_faces(language, lambda face: _content(made, choice, face, look), key="pack_file")


def draw_faces(
    language: Locale, content: Callable[[Face], Callable[[], bytes]], *, key: str
) -> None:
    """A button for each face, whose file is made when the browser asks for it."""
    translate = tr()
    with st.container(horizontal=True):
        for face, (label, icon) in BUTTONS.items():
            st.download_button(
                translate(label),
                content(face),
                file_name=f"{file_stem(language)}.{face}",
                mime=MEDIA_TYPES[face],
                key=f"{key}:{face}",
                icon=f":material/{icon}:",
                on_click="ignore",
            )


def pack_look(con: Store) -> PackLook:
    """The firm's own template and logo, as the settings name them."""
    pack = con.settings.pack
    return PackLook(*(Path(it).expanduser() if it else None for it in (pack.template, pack.logo)))


def _pack_request(asked: Request, language: Locale) -> Request:
    """The page's filters in the language of the pack; it needs no page while it is made."""
    con = store()
    settings = con.settings
    words = translator(language, settings.own_dimensions.pairs).at(settings.answers.confidence)

    def remembered(function: Callable[..., R], /, *arguments: Any, **options: Any) -> R:
        return computed_once(con, function, *arguments, **options)

    return replace(asked, store=con, tr=words, remembered=remembered, mode="light")


def _content(made: Request, choice: PackChoice, face: Face, look: PackLook) -> Callable[[], bytes]:
    """The file; one that lists people is written down before it is handed out."""
    whole, by = Store.open(store_path()), page_actor()

    def content() -> bytes:
        pack = pack_of(made, choice)
        if pack.names_people:
            details = {"file": f"board-pack.{face}"}
            note_act(whole, by, "people_exported", filters=made.filters, details=details)
        return pack_file(pack, face, look).content

    return content
