"""The same value for all rows: a phone log without a channel, a survey without a date."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.ingest import FilePreview
from cxdata.ingest.columns import load_columns
from cxdata.ingest.judging.spellings import known_values
from cxdata.ingest.recognising.layout import FIXED
from pages.components.context import tr
from pages.parts.import_extract.naming import field_label
from pages.parts.import_extract.uploads import Upload

YES_NO = {"yes": N_("Yes"), "no": N_("No")}


def draw_value(upload: Upload, preview: FilePreview, field: str, mapped: str) -> None:
    """Where the value is given that every row gets; the file waits until there is one."""
    key = upload.key("for_all", field)
    value = mapped.removeprefix(FIXED)
    label = tr()("{field}: the same for all rows", field=field_label(field))
    kind = load_columns().field(preview.kind, field).type
    offered = known_values(field) or (tuple(YES_NO) if kind == "yes_no" else ())
    about: dict[str, Any] = {"key": key, "on_change": _hear, "args": (upload, field, key)}
    if offered:
        st.session_state[key] = value if value in offered else None
        translate = tr()
        st.selectbox(label, offered, format_func=lambda it: _name(field, it, translate), **about)
    elif kind in ("moment", "day"):
        st.session_state[key] = _day(value)
        st.date_input(label, format="DD/MM/YYYY", **about)
    else:
        st.session_state[key] = value
        st.text_input(label, **about)


def _name(field: str, value: str, translate: Translator) -> str:
    if field in NAMES and value in NAMES[field]:
        return name_of(field, value, translate)
    return translate(YES_NO[value]) if value in YES_NO else value


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _hear(upload: Upload, field: str, key: str) -> None:
    value = st.session_state[key]
    said = value.isoformat() if isinstance(value, date) else str(value or "").strip()
    upload.hear(("mapping", field), FIXED + said)
