"""Lists on a phone: a card for each row instead of a grid of which a screen shows two columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import streamlit as st

from cxdata.i18n import Translator
from pages.components.context import plain, tr
from pages.components.figures import show_note

# So many cards at first, and so many more at each wish.
CARDS_AT_ONCE = 20
# So many values stand on lines of their own, the others in the small print.
LARGE_LINES = 4


def draw_row_cards(
    rows: pl.DataFrame,
    columns: Mapping[str, Any],
    key: str,
    *,
    heads: Sequence[str],
    text: str = "",
    foot: Callable[[int], None] | None = None,
) -> None:
    """A card for each row: what it is about, then each other value that is known with its name.

    Parameters
    ----------
    columns
        The columns' settings, as a grid takes them: the name is theirs.
    heads
        What stands at the top of a card, as far as it is known; yes-or-no among them as a word.
    text
        The column that stands by itself, as it was typed.
    foot
        Draws what can be done with a row, given its place.
    """
    translate, shown_key = tr(), f"cards:{key}"
    most = int(st.session_state.get(shown_key, CARDS_AT_ONCE))
    for place, row in enumerate(rows.head(most).iter_rows(named=True)):
        with st.container(border=True, gap="xsmall"):
            head = [_told(it, row[it], columns, translate) for it in heads if it in row]
            st.markdown(f"**{plain(' · '.join(it for it in head if it))}**")
            if text and row.get(text):
                st.markdown(plain(row[text]))
            others = [it for it in rows.columns if it not in {*heads, text}]
            named = [_named(it, row[it], columns, translate) for it in others]
            known = [it for it in named if it]
            st.markdown("  \n".join(map(plain, known[:LARGE_LINES])))
            show_note(known[LARGE_LINES:])
            if foot:
                foot(place)
    left = rows.height - most
    if left > 0:
        st.button(
            translate.plural("Show {n} more", "Show {n} more", min(left, CARDS_AT_ONCE)),
            key=f"more_{shown_key}",
            on_click=_show_more,
            args=(shown_key, most),
        )


def _show_more(key: str, most: int) -> None:
    st.session_state[key] = most + CARDS_AT_ONCE


def _named(name: str, value: object, columns: Mapping[str, Any], translate: Translator) -> str:
    """A value with the name of its column; nothing where it isn't known."""
    told = _told(name, value, columns, translate)
    if not told or isinstance(value, bool):
        return told
    return translate("{label}: {value}", label=_label(name, columns), value=told)


def _told(name: str, value: object, columns: Mapping[str, Any], translate: Translator) -> str:
    """A value in words; a yes is its column's name, a no is nothing."""
    match value:
        case None | False:
            return ""
        case True:
            return _label(name, columns)
        case datetime():
            return f"{translate.short_day(value.date())} {value:%H:%M}"
        case date():
            return translate.short_day(value)
        case float() if columns[name]["type_config"].get("format") == "percent":
            return translate.percent(value)
        case float():
            return translate.number(value, 0 if value == round(value) else 1)
        case int():
            return translate.number(value)
        case _:
            return str(value)


def _label(name: str, columns: Mapping[str, Any]) -> str:
    return str(columns[name]["label"])
