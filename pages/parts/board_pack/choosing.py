"""What of a pack is wanted: its sections in their order, its language, its title, names or not."""

from __future__ import annotations

import streamlit as st

from cxdata.i18n import LOCALES, Locale, translator
from cxdata.pack.making import PACK_TITLE_LETTERS, PackChoice
from cxdata.pack.sections import PACK_SECTIONS, section_title
from pages.components.context import plain, store, tr


def draw_choice() -> tuple[PackChoice, Locale]:
    """Sections stand in the order in which they are picked; none are all."""
    translate = tr()
    names = {it.key: section_title(it, translate) for it in PACK_SECTIONS}
    picked = st.multiselect(
        translate("Sections, in the order in which they are picked"),
        list(names),
        default=list(names),
        format_func=names.__getitem__,
        key=f"pack_sections:{translate.locale}",
    )
    left, right = st.columns([2, 1])
    with left:
        title = st.text_input(
            translate("Title"),
            max_chars=PACK_TITLE_LETTERS,
            placeholder=translate("Customer experience: board pack"),
            key="pack_title",
        )
    with right:
        codes = list(LOCALES)
        language = st.selectbox(
            translate("Language of the pack"),
            codes,
            index=codes.index(translate.locale) if translate.locale in codes else 0,
            format_func=lambda code: plain(translator(code).own_name),
            key=f"pack_language:{translate.locale}",
        )
    with_names = store().may_see_people and st.checkbox(
        translate("With the names of the accounts at risk"), key="pack_names"
    )
    return PackChoice(tuple(picked), title or "", bool(with_names)), language
