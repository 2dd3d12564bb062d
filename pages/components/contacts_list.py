"""The contacts behind a figure: a click on a bar or cell opens the list, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from cxdata.charts.theme import Figure
from cxdata.exports.extract import Extract
from cxdata.i18n import Translator
from cxdata.i18n.names import journey_name, name_of
from cxdata.metrics.response_time.contacts_behind import (
    STATUSES,
    ContactChoice,
    ContactsBehind,
    contact_choice_of,
    contacts_behind,
    named_contact_choice,
)
from cxdata.models import OWN_DIMENSIONS, Filters, Grain
from cxdata.sentences import contact_choice_text, contact_reason, scope_text, time_left_text
from pages.components.case_links import offer_case
from pages.components.choosing import (
    EXPORTED_ROWS,
    draw_files,
    offer_list,
    open_list,
    show_chosen_from,
    view_fingerprint,
)
from pages.components.context import cached, current_filters, plain, store, tr
from pages.components.figures import (
    amount_format,
    is_on_phone,
    known_days,
    show_note,
    show_nothing,
)
from pages.components.grids import grid_rows, in_words
from pages.components.recording import may_show_list
from pages.components.row_cards import draw_row_cards

# What an executive looks for first stands first.
LISTED = (
    "is_strategic", "name", "channel", "status", "outcome", "wait", "times_favourable",
    "opened_at", "journey", "reason", "annual_revenue_amount", "segment", "region", "product",
    *OWN_DIMENSIONS, "customer_id", "contact_id",
)  # fmt: skip
OPEN_LISTED = (
    "is_strategic", "name", "channel", "time_left", "due_at", "opened_at", "journey", "reason",
    "segment", *OWN_DIMENSIONS, "customer_id", "contact_id",
)  # fmt: skip
CARD_HEADS = ("name", "channel", "status", "outcome", "time_left", "is_strategic")
ALWAYS_LISTED = {"channel", "status", "wait", "opened_at", "contact_id", "time_left"}
MOMENTS = ("opened_at", "due_at", "now_at")


def show_contacts_chart(key: str, figure: Figure, *, grain: Grain = "month") -> None:
    """A chart whose points open the contacts behind them; ``grain`` is that of its periods."""
    show_chosen_from(
        key, figure, partial(contact_choice_of, grain=grain), named_contact_choice, scope="contacts"
    )


def offer_contacts(key: str, label: str, choice: ContactChoice) -> None:
    """A button for those who don't click on charts."""
    offer_list(key, label, choice, named_contact_choice)


def open_contacts() -> None:
    """Opens the contacts that were just asked for; called once, at the end of a page."""
    open_list("contacts", tr()("The contacts behind the figure"), draw_contacts, contact_choice_of)


def draw_contacts(choice: ContactChoice) -> None:
    """The contacts behind a figure as a list, of one status if the reader says so."""
    translate, filters = tr(), current_filters()
    key = view_fingerprint(filters, choice)
    picked = choice if _is_of_one_status(choice) else _of_status(choice, key, translate)
    found = cached(contacts_behind, filters, picked)
    show_note(scope_in_words(filters, picked, translate))
    if found.reason:
        show_nothing(contact_reason(found.reason, translate))
        return
    st.markdown(f"**{plain(contacts_text(found, translate))}**")
    _draw_list(found.contacts, LISTED, f"{key}:{picked.status}", translate)
    show_note(
        [
            translate("Missed ones first, longest over their time first; then abandoned ones."),
            translate("Each wait is on the clock of the standard that it was judged by."),
        ]
    )
    _draw_export(filters, picked, key, translate)


def draw_open_contacts(contacts: pl.DataFrame, filters: Filters) -> None:
    """Open contacts by the time left, past due first, with the list as a file."""
    if not may_show_list("open_contacts"):
        return
    translate = tr()
    key = view_fingerprint(filters, "open")
    _draw_list(contacts, OPEN_LISTED, key, translate)
    told = scope_text(filters, translate, "contacts")
    until = min(known_days("contacts", current_filters()).values(), default=None)
    zone = store().settings.firm.time_zone
    title = translate("Open contacts")
    draw_files(
        key, "open_contacts", lambda: Extract("open", title, for_file(contacts, zone), told, until)
    )


def scope_in_words(filters: Filters, choice: ContactChoice, translate: Translator) -> list[str]:
    """The filters and what was chosen of them, in words."""
    return [scope_text(filters, translate, "contacts"), *contact_choice_text(choice, translate)]


def contacts_text(found: ContactsBehind, translate: Translator) -> str:
    """How many contacts there are, and how many of them are listed."""
    count, listed = found.contact_count or 0, found.contacts.height
    whole = translate.plural("{n} contact", "{n} contacts", count)
    if listed >= count:
        return whole
    return translate(
        "{whole}, the first {n} of them listed", whole=whole, n=translate.number(listed)
    )


def _is_of_one_status(choice: ContactChoice) -> bool:
    return choice.status is not None or choice.outcome is not None or choice.wait_class is not None


def _of_status(choice: ContactChoice, key: str, translate: Translator) -> ContactChoice:
    picked = st.segmented_control(
        translate("Status"),
        STATUSES,
        format_func=lambda code: name_of("status", code, translate),
        key=f"contacts_status:{key}:{translate.locale}",
        label_visibility="collapsed",
    )
    return replace(choice, status=picked)


def _draw_list(
    contacts: pl.DataFrame, listed: tuple[str, ...], key: str, translate: Translator
) -> None:
    rows = shown(contacts, listed, store().settings.firm.time_zone, translate)
    if is_on_phone():
        draw_row_cards(
            rows,
            _columns(translate),
            key,
            heads=CARD_HEADS,
            foot=lambda place: _offer(contacts, place),
        )
        return
    event = st.dataframe(
        grid_rows(rows),
        key=f"contacts:{key}",
        column_config=_columns(translate),
        hide_index=True,
        height=min(360, 38 + 35 * contacts.height),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        alt=translate("The contacts behind the figure"),
    )
    for place, _ in event.selection.cells[:1]:
        _offer(contacts, place)


def _offer(contacts: pl.DataFrame, place: int) -> None:
    """A case about the contact in that row."""
    if place < contacts.height:
        contact_id = contacts["contact_id"][place]
        offer_case(f"contact:{contact_id}", contact_id=contact_id)


def shown(
    contacts: pl.DataFrame, listed: tuple[str, ...], time_zone: str, translate: Translator
) -> pl.DataFrame:
    """The columns in which anything is known: codes and waits as words, local times."""
    coded = {it: family for it, family in _CODED.items() if it in contacts.columns}
    worded = local(contacts, time_zone).with_columns(
        *(_named(contacts[it], family, translate) for it, family in coded.items()),
        in_words("journey", contacts["journey"].to_list(), lambda it: journey_name(it, translate)),
        *(_times(contacts, translate)),
    )
    known = [
        it
        for it in listed
        if it in worded.columns and (it in ALWAYS_LISTED or worded[it].is_not_null().any())
    ]
    return worded.select(known)


_CODED = {"channel": "channel", "status": "status", "outcome": "contact_outcome"}


def _named(codes: pl.Series, family: str, translate: Translator) -> pl.Series:
    return in_words(codes.name, codes.to_list(), lambda code: name_of(family, code, translate))


def _times(contacts: pl.DataFrame, translate: Translator) -> list[pl.Series | pl.Expr]:
    """Seconds as people say them; how many times the favourable time stays a number to sort by."""
    if "seconds_left" in contacts.columns:
        left = contacts["seconds_left"].to_list()
        return [
            in_words("time_left", left, lambda it: time_left_text(it, translate), skips_null=False)
        ]
    waits = zip(contacts["wait_seconds"].to_list(), contacts["clock"].to_list(), strict=True)
    times = pl.col("wait_seconds") / pl.col("favourable_seconds")
    return [
        in_words("wait", waits, lambda it: _wait_text(it[0], it[1], translate)),
        times.round(1).alias("times_favourable"),
        pl.col("annual_revenue_amount").round(),
    ]


def _wait_text(seconds: float | None, clock: str | None, translate: Translator) -> str | None:
    """A wait on the clock of its standard, whose opening hours have no days of 24 hours."""
    return None if seconds is None or clock is None else translate.on_clock(seconds, clock)


def local(contacts: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Moments in the firm's own time, as lists and files show them."""
    moments = [it for it in MOMENTS if it in contacts.columns]
    utc = pl.col(moments).dt.replace_time_zone("UTC")
    return contacts.with_columns(utc.dt.convert_time_zone(time_zone).dt.replace_time_zone(None))


def for_file(contacts: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Local times, and the names that files know a contact's outcome and reason by."""
    renamed = {"outcome": "contact_outcome", "reason": "contact_reason"}
    return local(contacts, time_zone).rename(renamed, strict=False)


def _columns(translate: Translator) -> Mapping[str, Any]:
    """Headers; numbers and moments stay what they are, so that they sort."""
    config = st.column_config
    texts = ("name", "channel", "journey", "reason", "segment", "region", "product")
    fields = (*texts, *OWN_DIMENSIONS)
    revenue = name_of("field", "annual_revenue_amount", translate)
    currency = store().settings.firm.currency
    moment = "DD/MM/YYYY HH:mm"
    return {
        **{it: config.TextColumn(name_of("field", it, translate)) for it in fields},
        "customer_id": config.TextColumn(name_of("field", "customer_id", translate)),
        "contact_id": config.TextColumn(name_of("field", "contact_id", translate)),
        "is_strategic": config.CheckboxColumn(name_of("field", "is_strategic", translate)),
        "status": config.TextColumn(translate("Status")),
        "outcome": config.TextColumn(translate("Outcome")),
        "wait": config.TextColumn(translate("Wait")),
        "times_favourable": config.NumberColumn(translate("× favourable time"), format="localized"),
        "time_left": config.TextColumn(translate("Time left")),
        "opened_at": config.DatetimeColumn(name_of("field", "opened_at", translate), format=moment),
        "due_at": config.DatetimeColumn(translate("Due at"), format=moment),
        "annual_revenue_amount": config.NumberColumn(
            f"{revenue} ({currency})", format=amount_format()
        ),
    }


def _draw_export(filters: Filters, choice: ContactChoice, key: str, translate: Translator) -> None:
    """The list as a file, longer than on the page."""
    told = " · ".join(scope_in_words(filters, choice, translate))
    data, zone = store(), store().settings.firm.time_zone
    until = min(known_days("contacts", current_filters()).values(), default=None)

    def extract() -> Extract:
        whole = contacts_behind(data, filters, choice, most_rows=EXPORTED_ROWS)
        frame = for_file(whole.contacts, zone)
        return Extract("contacts", contacts_text(whole, translate), frame, told, until)

    draw_files(key, "contacts", extract)
