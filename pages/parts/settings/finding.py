"""Finding one setting among all, and the way back to what a changed one was at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cxdata.i18n import Translator
from cxdata.store.settings_history import SettingChange, is_dated
from pages.components.context import cached, offer, plain, store, tr
from pages.components.figures import show_note
from pages.components.settings_entries import groups
from pages.components.settings_words import all_changes, setting_name, setting_value_text
from pages.components.url_state import choose_part
from pages.parts.settings.forms import save

_FOUND = "settings_found"


def draw_finder(codes: Sequence[str], key: str) -> None:
    """A list of all settings that narrows as one types; choosing one opens its group."""
    translate = tr()
    names = {
        entry.name: (code, setting_name(entry.name, translate))
        for code, group in groups().items()
        for entry in group.entries
    }

    def opened() -> None:
        if chosen := st.session_state.get(_FOUND):
            st.session_state[key] = names[chosen][0]
            choose_part(codes, key)

    st.selectbox(
        translate("Find a setting"),
        list(names),
        index=None,
        format_func=lambda name: names[name][1],
        placeholder=translate("Type what you want to change"),
        key=_FOUND,
        on_change=opened,
    )


def draw_ways_back(code: str) -> None:
    """Each setting of the group that was changed, with a button that puts its default back."""
    translate, settings = tr(), store().settings
    first = first_values(cached(all_changes))
    names = [
        f"{entry.name}{unit}" for entry in groups()[code].entries
        for unit in ("", "_seconds", "_days")
    ]  # fmt: skip
    changed = [it for it in names if it in first and settings.value_or_none(it) != first[it]]
    if not changed:
        return
    show_note([translate("Changed since the settings file:")])
    for name in changed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(_told(name, settings.value_or_none(name), first[name], translate)))
            st.button(
                translate("Back to default"),
                key=f"settings_back:{name}",
                icon=":material/undo:",
                on_click=st.session_state.__setitem__,
                args=("settings_back", name),
            )
    if (name := st.session_state.pop("settings_back", None)) in changed:
        save({name: first[name]}, "", _from_on(name))


def first_values(changes: Sequence[SettingChange]) -> Mapping[str, Any]:
    """What each setting that was ever changed was before; ``changes`` oldest first."""
    first: dict[str, Any] = {}
    for change in changes:
        first.setdefault(change.setting, change.value_before)
    return first


def _told(name: str, now: Any, before: Any, translate: Translator) -> str:
    return translate(
        "{setting}: {now} (default: {default})",
        setting=setting_name(name, translate),
        now=setting_value_text(now, translate),
        default=setting_value_text(before, translate),
    )


def _from_on(name: str) -> date | None:
    """A dated setting goes back for what comes after the data, as a change proposes."""
    if not is_dated(name):
        return None
    return (offer().last_on or date.today()) + timedelta(days=1)  # noqa: DTZ011 - a proposal
