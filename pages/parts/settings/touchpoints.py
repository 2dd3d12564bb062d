"""What rated touchpoints are called, in each language that the dashboard speaks."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from cxdata.config import TOUCHPOINT_LETTERS
from cxdata.i18n import LOCALES, translator
from cxdata.store.connection import Store
from pages.components.context import cached, store, tr
from pages.components.figures import show_note
from pages.components.settings_entries import TOUCHPOINT_NAMES
from pages.parts.settings.forms import ask_author, save, say_saved


def draw_touchpoint_names() -> None:
    """A row per touchpoint that answers rate or that has a name; without one, it is called as its
    column is."""
    translate = tr()
    say_saved(translate)
    show_note(
        [
            translate(
                "Shown in the language of each reader; without a name, as its column is called."
            )
        ]
    )
    named = {row["touchpoint"]: row for row in store().settings.value(TOUCHPOINT_NAMES)}
    known = dict.fromkeys([*cached(rated_touchpoints), *named])
    with st.form(f"settings_touchpoints:{store().data_version}", border=False):
        edited: Any = st.data_editor(
            [
                {"touchpoint": it} | {code: named.get(it, {}).get(code) for code in LOCALES}
                for it in known
            ]
            or [dict.fromkeys(("touchpoint", *LOCALES))],
            column_config={
                "touchpoint": st.column_config.TextColumn(translate("Touchpoint"), required=True),
                **{
                    code: st.column_config.TextColumn(
                        translator(code).own_name, max_chars=TOUCHPOINT_LETTERS
                    )
                    for code in LOCALES
                },
            },
            num_rows="dynamic",
            hide_index=True,
            placeholder="",
            key=f"settings_touchpoints_rows:{store().data_version}",
        )
        author = ask_author("touchpoints", translate)
        saves = st.form_submit_button(
            translate("Save"), type="primary", key="settings_save:touchpoints"
        )
    if saves:
        rows = [{name: it for name, it in row.items() if it not in (None, "")} for row in edited]
        save({TOUCHPOINT_NAMES: [row for row in rows if len(row) > 1]}, author, None)


def rated_touchpoints(con: Store) -> tuple[str, ...]:
    """As the store has them, by name; none without ratings."""
    found: pl.Series = con.query("touchpoints")["touchpoint"]
    return tuple(found.to_list())
