"""What a page writes into the record: lists and files of people before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st

from cxdata.errors import StoreError
from cxdata.exports.extract import Extract
from cxdata.record import acting_as, note_act, note_done
from cxdata.record.acting import Actor
from cxdata.store.connection import Store
from pages.components.context import current_filters, show_error, store_path, tr
from pages.components.reader import true_reader

_PLACE, _SEEN = "record_place", "record_seen"


def begin_record(place: str) -> None:
    """From here on, what this run does is done by its reader; called before a page is run."""
    st.session_state[_PLACE] = place or "overview"
    as_reader()


def as_reader() -> None:
    """As ``begin_record``, for what runs without the rest of the page, such as a dialog."""
    by = page_actor()
    acting_as(by.name, by.place)


def page_actor() -> Actor:
    """Who really asks, and the page; for what is done later in another thread, such as a file."""
    return Actor(true_reader().name, str(st.session_state.get(_PLACE, "")))


def may_show_list(name: str, *, choice: object = None, is_click: bool = False) -> bool:
    """Write down that a list of people is opened; False, with the reason on the page, if that
    can't be done.

    ``is_click``: it was asked for just now. What a page shows by itself is written down once per
    session and view, not at each run.
    """
    filters = current_filters()
    seen = st.session_state.setdefault(_SEEN, set())
    view = (name, filters, _whole().data_version)
    if not is_click and view in seen:
        return True
    details: dict[str, object] = {"list": name}
    if choice is not None:
        details["choice"] = _said(choice)
    try:
        note_act(_whole(), page_actor(), "list_opened", filters=filters, details=details)
    except StoreError as error:
        show_error(error)
        return False
    seen.add(view)
    return True


def recorded_file(name: str, ending: str, extract: Callable[[], Extract]) -> Callable[[], Extract]:
    """A file of people that is written down before it is made.

    It is made when the browser asks for it, outside of the page's run. If it can't be written
    down, the file holds the reason and nobody's data.
    """
    con, by, filters, translate = _whole(), page_actor(), current_filters(), tr()

    def made() -> Extract:
        try:
            details = {"file": f"{name}.{ending}"}
            note_act(con, by, "people_exported", filters=filters, details=details)
        except StoreError as error:
            reason = " ".join(translate.error(error))
            return Extract(name, reason, pl.DataFrame({"reason": [reason]}), "", None)
        return extract()

    return made


def note_settings(names: Sequence[str]) -> None:
    """Which settings were changed just now; from what to what stands in their own history."""
    if names:
        as_reader()
        note_done(_whole(), "settings_changed", details={"settings": list(names)})


def _said(choice: object) -> dict[str, object]:
    """What of a choice narrows the list."""
    fields = vars(choice) if hasattr(choice, "__dict__") else {"choice": str(choice)}
    return {name: value for name, value in fields.items() if value}


def _whole() -> Store:
    """The record is written into the store itself, whatever of it the reader may see."""
    return Store.open(store_path())
