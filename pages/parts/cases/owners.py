"""Picking who gets a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxdata.cases.owners import known_owners, owners_within
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Dimension
from cxdata.store.connection import Store
from pages.components.context import offer, plain, store, store_path
from pages.components.reader import current_reader


def pick_owner(key: str, owner: str | None, translate: Translator) -> str | None:
    """One of those who can be given a case; None for nobody. Whoever sees a part of the data is
    offered the owners of the accounts in it, and themselves."""
    offered = list(dict.fromkeys([*([owner] if owner else []), *_offered_owners()]))
    picked: str | None = st.selectbox(
        translate("Owner"),
        offered,
        index=offered.index(owner) if owner else None,
        placeholder=translate("Nobody yet"),
        key=f"case_owner:{key}:{translate.locale}",
    )
    return picked


def _offered_owners() -> tuple[str, ...]:
    seen = store()
    if seen.scope.is_everything:
        return known_owners(Store.open(store_path()))
    return (*owners_within(seen), current_reader().name)


def pick_owners_of(
    dimension: Dimension, owners: Mapping[str, str], key: str, translate: Translator
) -> dict[str, str]:
    """An owner for each value of a dimension, in a table; values without one are left out."""
    values = list(dict.fromkeys([*offer().values.get(dimension, ()), *owners]))
    if not values:
        return {}
    known = list(dict.fromkeys([*_offered_owners(), *owners.values()]))
    edited: Any = st.data_editor(
        [{"value": it, "owner": owners.get(it)} for it in values],
        column_config={
            "value": st.column_config.TextColumn(
                plain(name_of("dimension", dimension, translate)), disabled=True
            ),
            "owner": st.column_config.SelectboxColumn(translate("Owner"), options=known),
        },
        hide_index=True,
        num_rows="fixed",
        placeholder="",
        height=min(250, 38 + 35 * len(values)),
        key=f"rule_owners:{key}:{dimension}:{translate.locale}",
    )
    return {row["value"]: str(row["owner"]) for row in edited if row["owner"]}
