"""From a list to a case: a button that opens one about an answer, a contact or a customer."""

from __future__ import annotations

import streamlit as st

from cxdata.cases.opening import open_by_hand
from cxdata.errors import CxDataError
from pages.components.context import show_error, store, tr
from pages.components.navigation import PAGES
from pages.components.reader import can, current_reader, guard, signed_name
from pages.components.recording import as_reader

CASES_PAGE = next(it.path for it in PAGES if it.url_path == "cases")


def may_work_on_cases() -> bool:
    """Whether whom the dashboard is shown to works on cases: they name people."""
    return can("cases") and current_reader().may_see_people


def offer_case(
    key: str,
    *,
    response_id: str | None = None,
    contact_id: str | None = None,
    customer_id: str | None = None,
) -> None:
    """A button that opens a case about the first that is named, or finds the one there is."""
    if not may_work_on_cases():
        return
    translate = tr()
    if not st.button(
        translate("Open a case"),
        key=f"case_open:{key}",
        icon=":material/support_agent:",
        type="tertiary",
    ):
        return
    as_reader()
    try:
        guard("cases")
        number = open_by_hand(
            store(),
            response_id=response_id,
            contact_id=contact_id,
            customer_id=customer_id,
            opened_by=signed_name(),
        )
    except CxDataError as error:
        show_error(error)
        return
    st.page_link(
        CASES_PAGE,
        label=translate("Case {number}", number=number),
        icon=":material/arrow_forward:",
        query_params={"case": [str(number)]},
    )
