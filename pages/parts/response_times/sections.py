"""The parts of the Response times page; of the sections only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.i18n import N_
from cxdata.metrics.response_time.backlog import backlog_contacts
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.models import GRAINS, Channel, Grain
from cxdata.panels import Headline, Panel, Request, groups, response_time
from cxdata.panels.response_time import Group, groups_of
from cxdata.tables import NOTHING
from pages.components.annotations import draw_events_and_lines
from pages.components.contacts_list import draw_open_contacts, offer_contacts
from pages.components.context import offer, plain, store, tr
from pages.components.figures import (
    pick_one,
    show_note,
    show_picture,
    show_table,
    show_text,
    show_title,
)
from pages.components.navigation import PAGES
from pages.components.panels import (
    show_figure,
    show_notes,
    show_panel,
    show_panel_data,
    show_value,
)
from pages.components.reader import can
from pages.components.url_state import page_query

SECTIONS = {
    "trend": N_("Over time"),
    "when": N_("When"),
    "how_long": N_("How long"),
    "backlog": N_("Backlog now"),
    "by": N_("By group"),
    "across": N_("Across channels"),
    "costs": N_("What waiting costs"),
    "standards": N_("What “in time” means"),
}
BADGES = {"good": "green", "bad": "red", "neutral": "gray"}


def draw_channels(cards: Sequence[Panel]) -> None:
    """A row per channel on one scale: rate, verdict, interval and goal, how long people wait."""
    with st.container(key="channel_rows", gap="xsmall"):
        for card in cards:
            _draw_channel(card)


def _draw_channel(card: Panel) -> None:
    name, drawn, waits, missed = st.columns(
        [2.9, 2.4, 3, 1.3], gap="small", vertical_alignment="center"
    )
    shown = card.headline or Headline(card.title, NOTHING)
    with name:
        badge = f" :{BADGES[shown.mood]}-badge[{plain(shown.verdict)}]" if shown.verdict else ""
        st.markdown(f"{plain(card.title)} **{plain(shown.value)}**{badge}")
    if card.picture:
        with drawn:
            show_picture(card.picture.svg, card.picture.description)
    with waits, st.container(gap=None):
        show_note(shown.basis or _why_without(card))
        if card.headline:
            show_note(card.notes[0])
    choice = card.behind.choice if card.behind else None
    if choice:
        with missed:
            offer_contacts(f"missed:{choice.channel}", tr()("Missed"), choice)


def _why_without(card: Panel) -> Sequence[str]:
    """The line of small print that says why a channel has no rate."""
    return next((it for it in card.notes if card.reason in it), (card.reason,))


def _draw_rate(card: Panel) -> None:
    """A rate that isn't known has its place, too; the small print says why."""
    show_value(card.headline or Headline(card.title, "–"))
    if card.picture:
        show_picture(card.picture.svg, card.picture.description)
    show_notes(card)


def _draw_trend(asked: Request) -> None:
    """The rate of each channel over time, with the goals in force and what happened."""
    grain: Grain = pick_one("response_grain", tr()("Grain"), GRAINS, "grain", "month")
    show_panel(response_time.compliance_trend_panel(asked, grain))
    with st.container(horizontal=True):
        draw_events_and_lines()
        offer_contacts("all", tr()("Show the contacts"), ContactChoice())


def draw_section(section: str, asked: Request) -> None:
    """The part that the reader chose."""
    {
        "trend": _draw_trend,
        "when": _draw_when,
        "how_long": _draw_how_long,
        "backlog": _draw_backlog,
        "by": _draw_by,
        "across": _draw_across,
        "costs": _draw_costs,
        "standards": _draw_standards,
    }[section](asked)


def _draw_when(asked: Request) -> None:
    show_panel(response_time.hours_panel(asked, _channel("response_when", asked)))


def _draw_how_long(asked: Request) -> None:
    waits = response_time.waits_panel(asked)
    for first in range(0, len(waits.parts), 2):
        _draw_side_by_side(waits.parts[first : first + 2])
    show_notes(waits)
    show_panel_data(waits)


def _draw_side_by_side(parts: Sequence[Panel]) -> None:
    """At most two, each half the page wide."""
    for place, part in zip(st.columns(2), parts, strict=False):
        with place:
            st.markdown(f"**{plain(part.title)}**")
            show_figure(part)
            show_notes(part)


def _draw_backlog(asked: Request) -> None:
    waiting = response_time.backlog_panel(asked)
    show_panel(waiting)
    if not waiting.is_empty and asked.store.may_see_people:
        draw_open_contacts(asked.result(backlog_contacts), waiting.filters)


def _draw_by(asked: Request) -> None:
    dimension = _group("response_by", groups_of(asked.store.settings))
    everywhere = response_time.compliance_map_panel(asked, dimension)
    show_panel(everywhere)
    channel = _channel("response_by_channel", asked)
    on_channel = response_time.compliance_by_panel(asked, dimension, channel)
    show_panel(on_channel, is_titled=on_channel.title != everywhere.title)
    if dimension != "reason":
        show_panel(groups.compliance_groups_panel(asked, dimension, channel))


def _draw_across(asked: Request) -> None:
    show_panel(response_time.across_panel(asked))
    rates = response_time.returns_panel(asked)
    show_title(rates.title)
    if rates.is_empty:
        return
    for place, rate in zip(st.columns(len(rates.parts)), rates.parts, strict=True):
        with place:
            _draw_rate(rate)
    dimension = _group("response_returns", (*groups_of(asked.store.settings), "channel"))
    show_panel(response_time.returns_by_panel(asked, dimension), is_titled=False)


def _draw_costs(asked: Request) -> None:
    scores = response_time.wait_scores_panel(asked)
    show_title(scores.title)
    show_text(scores.lead)
    if scores.parts:
        _draw_side_by_side(scores.parts)
    show_notes(scores)
    show_panel_data(scores)
    show_panel(response_time.leaving_panel(asked))


def _draw_standards(asked: Request) -> None:
    translate, settings = tr(), store().settings
    show_title(translate("What “in time” means"))
    rates = response_time.compliance_panel(asked)
    for card in rates.parts:
        st.markdown(f"**{plain(card.title)}**")
        for parts in card.notes[1:]:
            show_note(parts)
    show_notes(rates)
    show_panel_data(rates)
    show_table(tables.standards_history_table(store().settings_history, translate))
    show_note(
        [
            translate(
                "A published goal is quoted with its source; all others are the company's own."
            ),
            translate("A contact is judged by the standard in force on the day it was opened."),
        ]
    )
    hours, rules = st.columns(2)
    with hours:
        st.markdown(f"**{plain(translate('Opening hours'))}**")
        show_table(tables.opening_hours_table(settings, translate))
        show_note(
            [
                translate("time zone {zone}", zone=settings.firm.time_zone),
                translate(
                    "closed on the public holidays of {country} where business time counts",
                    country=translate.country(settings.firm.country),
                )
                if settings.firm.country
                else "",
                translate.plural(
                    "and on {n} closing day of its own",
                    "and on {n} closing days of its own",
                    len(settings.firm.closing_days),
                )
                if settings.firm.closing_days
                else "",
                translate(settings.opening_hours_source),
            ]
        )
    with rules:
        st.markdown(f"**{plain(translate('How it is counted'))}**")
        for rule in say.COUNTING_RULES:
            st.markdown(f"- {plain(translate(rule))}")
    for entry in PAGES:
        if entry.url_path == "settings" and can(entry.act):
            st.page_link(
                entry.path,
                label=translate("Change the standards"),
                icon=":material/tune:",
                query_params=page_query(offer()),
            )


def _group(key: str, offered: tuple[Group, ...]) -> Group:
    return cast(Group, pick_one(key, tr()("By"), offered, "dimension", "journey"))


def _channel(key: str, asked: Request) -> Channel:
    """The channel to look at; first the one furthest below its goal."""
    codes, first = tuple(response_time.used_channels(asked)), response_time.worst_channel(asked)
    picked: Any = pick_one(
        f"{key}:{','.join(codes)}", tr()("Channel"), codes, "channel", first or codes[0]
    )
    return cast(Channel, picked)
