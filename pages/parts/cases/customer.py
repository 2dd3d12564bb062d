"""A customer's page: everything on one time line, so that nobody calls without knowing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxdata.cases.customer import customer_events, customer_head
from cxdata.errors import CxDataError
from cxdata.i18n import Translator
from cxdata.record import note_act
from cxdata.sentences.customer import event_text
from cxdata.store.connection import Store
from pages.components.answers_list import comment_text
from pages.components.case_links import offer_case
from pages.components.context import plain, show_error, store, store_path, tr
from pages.components.figures import show_note, show_nothing, show_title
from pages.components.recording import page_actor
from pages.components.url_state import place_here

EVENTS_AT_ONCE = 40
_SEEN = "customer_seen"


def draw_customer(customer_id: str) -> None:
    """The customer that the address names."""
    translate = tr()
    st.button(
        translate("Back"),
        key="customer_back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=place_here,
        args=("customer", ()),
    )
    try:
        head = customer_head(store(), customer_id)
        _note_seen(customer_id)
        events = customer_events(store(), customer_id)
    except CxDataError as error:
        show_error(error)
        return
    _draw_head(head, translate)
    offer_case(f"customer:{customer_id}", customer_id=customer_id)
    if events.is_empty():
        show_nothing(translate("Nothing is known of this customer but the name."))
        return
    most = int(st.session_state.get("customer_events", EVENTS_AT_ONCE))
    for event in events.head(most).iter_rows(named=True):
        _draw_event(event, translate)
    if events.height > most:
        st.button(
            translate.plural("Show {n} more", "Show {n} more", events.height - most),
            key="customer_more",
            on_click=lambda: st.session_state.update({"customer_events": events.height}),
        )


def _note_seen(customer_id: str) -> None:
    """That a customer's page was opened is written down, once per session; not whose."""
    seen = st.session_state.setdefault(_SEEN, set())
    if customer_id not in seen:
        whole = Store.open(store_path())
        note_act(whole, page_actor(), "list_opened", details={"list": "customer"})
        seen.add(customer_id)


def _draw_head(head: Mapping[str, Any], translate: Translator) -> None:
    show_title(str(head["name"] or head["customer_id"]))
    currency, amount = store().settings.firm.currency, head["annual_revenue_amount"]
    show_note(
        [
            translate("Strategic account") if head["is_strategic"] else "",
            *(head[it] or "" for it in ("segment", "region", "product")),
            ""
            if amount is None
            else translate("{amount} a year", amount=translate.money(amount, currency, digits=3)),
            head["owner_email"] or "",
        ]
    )


def _draw_event(event: Mapping[str, Any], translate: Translator) -> None:
    settings = store().settings
    moment = (
        translate.day(event["happened_at"].date())
        if event["is_day"]
        else translate.moment(event["happened_at"], settings.firm.time_zone)
    )
    with st.container(border=True, gap="xsmall"):
        show_note([moment])
        st.markdown(f"**{plain(event_text(event, settings.firm.currency, translate))}**")
        if event["text"]:
            st.markdown(comment_text(event["text"]))
