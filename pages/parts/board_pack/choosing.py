"""What of a pack is wanted: its sections in their order, its language, its title, names or not;
and the choices that are kept under a name."""

from __future__ import annotations

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.pack.choices import KeptChoice, forget_choice, keep_pack_choice, kept_pack_choices
from cxdata.pack.making import PACK_TITLE_LETTERS, PackChoice
from cxdata.pack.sections import PACK_SECTIONS, section_title
from pages.components.context import plain, show_error, store, tr, whole_store
from pages.components.reader import can, guard, signed_name

NEW = ""


def draw_choice() -> tuple[PackChoice, Locale]:
    """Sections stand in the order in which they are picked; none are all."""
    translate = tr()
    _draw_kept()
    names = {it.key: section_title(it, translate) for it in PACK_SECTIONS}
    st.session_state.setdefault(_sections_key(), list(names))
    picked = st.multiselect(
        translate("Sections, in the order in which they are picked"),
        list(names),
        format_func=names.__getitem__,
        key=_sections_key(),
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
        st.session_state.setdefault(
            _language_key(), translate.locale if translate.locale in codes else codes[0]
        )
        language = st.selectbox(
            translate("Language of the pack"),
            codes,
            format_func=lambda code: translator(code).own_name,
            key=_language_key(),
        )
    with_names = store().may_see_people and st.checkbox(
        translate("With the names of the accounts at risk"), key="pack_names"
    )
    choice = PackChoice(tuple(picked), title or "", bool(with_names))
    if can("snapshots"):
        _draw_keeping(choice, language)
    return choice, language


def _sections_key() -> str:
    return f"pack_sections:{tr().locale}"


def _language_key() -> str:
    return f"pack_language:{tr().locale}"


def _draw_kept() -> None:
    """The choices that are kept; one that is picked fills the fields below."""
    translate = tr()
    kept = {it.choice_id: it for it in kept_pack_choices(store(), signed_name())}
    if not kept:
        return
    st.selectbox(
        translate("Kept choice"),
        [NEW, *kept],
        format_func=lambda it: _name(kept[it]) if it else translate("none"),
        key="pack_kept",
        on_change=_fill,
        args=(kept,),
    )


def _name(kept: KeptChoice) -> str:
    return plain(kept.name if kept.owner is None else tr()("{name} (mine)", name=kept.name))


def _fill(kept: dict[str, KeptChoice]) -> None:
    found = kept.get(st.session_state["pack_kept"])
    if found is None:
        return
    st.session_state[_sections_key()] = list(found.choice.sections)
    st.session_state["pack_title"] = found.choice.title
    st.session_state["pack_names"] = found.choice.with_names and store().may_see_people
    if found.locale:
        st.session_state[_language_key()] = found.locale


def _draw_keeping(choice: PackChoice, language: Locale) -> None:
    """Keep what is chosen under a name, or forget the choice that is picked."""
    translate = tr()
    with st.expander(translate("Keep this choice under a name")):
        name = st.text_input(translate("Name"), key="pack_choice_name")
        is_own = signed_name() is not None and st.checkbox(
            translate("Only for me"), key="pack_choice_own"
        )
        with st.container(horizontal=True):
            st.button(
                translate("Keep"),
                key="pack_keep",
                on_click=_keep,
                args=(name, choice, language, is_own),
            )
            if picked := st.session_state.get("pack_kept"):
                st.button(
                    translate("Forget the kept choice"),
                    key="pack_forget",
                    on_click=_forget,
                    args=(picked,),
                )


def _keep(name: str, choice: PackChoice, language: Locale, is_own: bool) -> None:
    by = guard("snapshots").name
    try:
        keep_pack_choice(
            whole_store(),
            name,
            choice,
            language,
            owner=signed_name() if is_own else None,
            changed_by=signed_name() and by,
        )
    except CxDataError as error:
        show_error(error)
        return
    st.toast(tr()("Kept."))


def _forget(choice_id: str) -> None:
    guard("snapshots")
    try:
        forget_choice(whole_store(), choice_id, signed_name())
    except CxDataError as error:
        show_error(error)
