"""What a change would move, shown before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from cxdata.errors import CxDataError, SettingsError
from cxdata.followup.setting_effects import settings_effect
from cxdata.tables.setting_effects import effect_sentence, effect_table
from pages.components.context import offer, plain, show_error, store, tr, whole_store
from pages.components.figures import show_note, show_table
from pages.components.reader import guard
from pages.components.settings_words import refusal_in_words
from pages.components.url_state import default_view


def show_effect(values: Mapping[str, Any], applies_from: date | None) -> None:
    """The figures of the last twelve months that the values would move, now and then; or that none
    does, or why it can't be said beforehand."""
    translate, choices = tr(), offer()
    filters = default_view(translate.locale, choices).filters(choices)
    shown = store().settings
    differing = {name: it for name, it in values.items() if it != shown.value_or_none(name)}
    if not differing:
        st.info(translate("Nothing is different yet."))
        return
    with st.spinner(translate("Computing, nothing is saved")):
        try:
            guard("settings")
            effect = settings_effect(
                whole_store(),
                differing,
                filters,
                applies_from=applies_from,
                last_on=choices.last_on,
            )
        except SettingsError as error:
            show_error(refusal_in_words(error, translate))
            return
        except CxDataError as error:
            show_error(error)
            return
    if effect.uncounted_rows:
        count = translate.number(effect.uncounted_rows)
        said = translate(
            "{n} rows would have to be counted again, which takes too long to show beforehand what "
            "moves. Saving counts them.",
            n=count,
        )
        st.info(plain(said))
        return
    if effect.is_of_past and applies_from:
        said = translate(
            "It counts for contacts opened from {day} on, after the last day of the data: no "
            "figure moves yet. Had it counted for all contacts:",
            day=translate.day(applies_from),
        )
        st.markdown(plain(said))
    if not effect.moved:
        st.info(translate("None of the main figures of the last 12 months moves."))
        return
    sentence = effect_sentence(effect, translate, shown.firm.currency)
    st.markdown(f"**{plain(sentence)}**")
    show_table(effect_table(effect, translate, shown.firm.currency))
    show_note([translate("Last 12 months, all customers. Nothing is saved yet.")])
