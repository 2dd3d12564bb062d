"""Picking who gets a case."""

from __future__ import annotations

import streamlit as st

from cxdata.cases.owners import known_owners, owners_within
from cxdata.i18n import Translator
from cxdata.store.connection import Store
from pages.components.context import store, store_path
from pages.components.reader import current_reader


def pick_owner(key: str, owner: str | None, translate: Translator) -> str | None:
    """One of those who can be given a case; None for nobody. Whoever sees a part of the data is
    offered the owners of the accounts in it, and themselves."""
    seen = store()
    if seen.scope.is_everything:
        known = known_owners(Store.open(store_path()))
    else:
        known = (*owners_within(seen), current_reader().name)
    offered = list(dict.fromkeys([*([owner] if owner else []), *known]))
    picked: str | None = st.selectbox(
        translate("Owner"),
        offered,
        index=offered.index(owner) if owner else None,
        placeholder=translate("Nobody yet"),
        key=f"case_owner:{key}:{translate.locale}",
    )
    return picked
