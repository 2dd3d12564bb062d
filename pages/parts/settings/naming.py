"""What journeys and rated touchpoints are called, in each language that the dashboard speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
import streamlit as st

from cxdata.config import GIVEN_NAME_LETTERS
from cxdata.i18n import LOCALES, N_, Translator, translator
from cxdata.store.connection import Store
from pages.components.context import cached, store, tr
from pages.components.figures import show_note
from pages.components.settings_entries import JOURNEY_NAMES, TOUCHPOINT_NAMES
from pages.parts.settings.forms import ask_author, save, say_saved

HEADERS = {"journey": N_("Journey"), "touchpoint": N_("Touchpoint")}


def draw_given_names() -> None:
    """A row per journey and per touchpoint that the data have or that has a name; without one, it
    is called as its file or column calls it."""
    translate = tr()
    say_saved(translate)
    show_note(
        [
            translate(
                "Shown in the language of each reader; without a name, as the file or its column "
                "calls it."
            )
        ]
    )
    with st.form(f"settings_touchpoints:{store().data_version}", border=False):
        journeys = _rows("journey", JOURNEY_NAMES, cached(known_journeys), translate)
        touchpoints = _rows("touchpoint", TOUCHPOINT_NAMES, cached(rated_touchpoints), translate)
        author = ask_author("touchpoints", translate)
        saves = st.form_submit_button(
            translate("Save"), type="primary", key="settings_save:touchpoints"
        )
    if saves:
        save({JOURNEY_NAMES: journeys, TOUCHPOINT_NAMES: touchpoints}, author, None)


def _rows(
    thing: str, setting: str, known: Iterable[str], translate: Translator
) -> list[dict[str, str]]:
    """The table of one kind of thing; those of its rows that hold a name."""
    named = {row[thing]: row for row in store().settings.value(setting)}
    edited: Any = st.data_editor(
        [
            {thing: it} | {code: named.get(it, {}).get(code) for code in LOCALES}
            for it in dict.fromkeys([*known, *named])
        ]
        or [dict.fromkeys((thing, *LOCALES))],
        column_config={
            thing: st.column_config.TextColumn(translate(HEADERS[thing]), required=True),
            **{
                code: st.column_config.TextColumn(
                    translator(code).own_name, max_chars=GIVEN_NAME_LETTERS
                )
                for code in LOCALES
            },
        },
        num_rows="dynamic",
        hide_index=True,
        placeholder="",
        key=f"settings_{thing}s_rows:{store().data_version}",
    )
    rows = [{name: it for name, it in row.items() if it not in (None, "")} for row in edited]
    return [row for row in rows if len(row) > 1]


def known_journeys(con: Store) -> tuple[str, ...]:
    """As files name them, by name; none without any."""
    found = con.query("named_values").filter(pl.col("dimension") == "journey")["value"]
    return tuple(found.to_list())


def rated_touchpoints(con: Store) -> tuple[str, ...]:
    """As the store has them, by name; none without ratings."""
    found: pl.Series = con.query("touchpoints")["touchpoint"]
    return tuple(found.to_list())
