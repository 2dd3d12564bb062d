"""The parts of the Response times page; of the sections only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast

import polars as pl
import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.contact_hours import hours_figure
from cxdata.charts.response_time import (
    bullet_picture,
    compliance_by_figure,
    compliance_trend_figure,
    journey_channels_figure,
)
from cxdata.charts.theme import Figure
from cxdata.charts.waits import (
    backlog_figure,
    nps_by_wait_figure,
    returns_figure,
    share_by_wait_figure,
    waits_figure,
)
from cxdata.i18n import N_, Locale, translator
from cxdata.i18n.names import name_of
from cxdata.metrics.response_time.backlog import backlog, backlog_contacts
from cxdata.metrics.response_time.compliance import compliance_by, compliance_trend
from cxdata.metrics.response_time.contact_hours import hour_counts, missed_by_hour, worst_hours
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.metrics.response_time.returns import returns_by, returns_summary
from cxdata.metrics.response_time.wait_effects import leaving_by_wait, scores_by_wait
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.models import DIMENSIONS, GRAINS, Channel, Dimension, Filters, Grain
from cxdata.store.connection import Store
from pages.components.annotations import events_of
from pages.components.contacts_list import (
    draw_open_contacts,
    offer_contacts,
    show_contacts_chart,
)
from pages.components.context import cached, offer, plain, store, tr
from pages.components.downloads import show_data
from pages.components.figures import (
    Mood,
    colour_mode,
    pick_one,
    show_chart,
    show_headline,
    show_note,
    show_nothing,
    show_picture,
    show_table,
    show_text,
    show_title,
)
from pages.components.navigation import PAGES
from pages.components.url_state import page_query

SECTIONS = {
    "when": N_("When"),
    "how_long": N_("How long"),
    "backlog": N_("Backlog now"),
    "by": N_("By group"),
    "across": N_("Across channels"),
    "costs": N_("What waiting costs"),
    "standards": N_("What “in time” means"),
}
GROUPS = (*(it for it in DIMENSIONS if it != "channel"), "reason")
MOODS: dict[str, Mood] = {"reached": "good", "missed": "bad", "cannot_tell": "neutral"}
# On a wide screen, so that one channel's card doesn't fill the page.
LEAST_CARDS = 3


def draw_channels(channels: pl.DataFrame) -> None:
    """One card per channel: rate against goal, waits against favourable time and limit."""
    places = st.columns(max(channels.height, LEAST_CARDS), gap="small")
    for place, row in zip(places, channels.iter_rows(named=True), strict=False):
        with place, st.container(border=True, height="stretch", gap="xsmall"):
            _draw_channel(row)


def _draw_channel(row: dict[str, Any]) -> None:
    translate, channel = tr(), row["channel"]
    name = name_of("channel", channel, translate)
    if row["compliance_rate"] is None:
        show_headline(name, "–")
    else:
        rate = translate.percent(row["compliance_rate"])
        verdict = name_of("goal_verdict", row["verdict"], translate)
        show_headline(name, rate, verdict, mood=MOODS[row["verdict"]], moved=False)
        drawn = bullet_picture(row, translate, colour_mode())
        show_picture(drawn, f"{name}: {rate}, {verdict}")
    show_note(say.channel_waits(row, translate))
    show_note(say.channel_basis(row, translate))
    show_note(say.channel_standard(row, translate))
    if row["missed_count"]:
        choice = ContactChoice(channel=channel, status="missed")
        offer_contacts(f"missed:{channel}", translate("Missed contacts"), choice)


def worst_hours_of(con: Store, filters: Filters) -> pl.DataFrame:
    """The hours in which a channel fails most, if any stand out."""
    answers, counts = con.settings.answers, hour_counts(con, filters)
    return worst_hours(counts, confidence=answers.confidence, minimum_count=answers.minimum_count)


def worst_hours_sentences(channels: pl.DataFrame, filters: Filters) -> list[str]:
    """When each channel fails, for those where hours stand out."""
    found = [
        say.worst_hours_sentence(cached(worst_hours_of, _on(filters, it)), it, tr())
        for it in _used(channels)
    ]
    return [it for it in found if it]


def _hours_figure(_con: Store, filters: Filters, channel: Channel, locale: Locale) -> Figure:
    """Hundreds of numbers in words: made once per language, as all results are."""
    by_hour = cached(missed_by_hour, _on(filters, channel))
    return hours_figure(by_hour, channel, translator(locale))


def draw_trend(filters: Filters) -> None:
    """The rate of each channel over time, with the goals in force and what happened."""
    translate = tr()
    title = st.empty()
    grain: Grain = pick_one("response_grain", translate("Grain"), GRAINS, "grain", "month")
    trend = cached(compliance_trend, filters, grain=grain)
    with title:
        said = say.compliance_trend_sentence(trend, translate)
        show_title(said or translate("In time over time"))
    events = tuple(events_of(filters))
    figure = cached(_trend_figure, filters, grain, events, translate.locale)
    show_contacts_chart("compliance_trend", figure, grain=grain)
    show_note([translate("Hollow: partial period. Dashed: the goal in force then.")])


def _trend_figure(
    _con: Store,
    filters: Filters,
    grain: Grain,
    events: tuple[tuple[date, str], ...],
    locale: Locale,
) -> Figure:
    trend = cached(compliance_trend, filters, grain=grain)
    return compliance_trend_figure(trend, translator(locale), grain, events=events)


def draw_section(section: str, filters: Filters, channels: pl.DataFrame) -> None:
    """The part that the reader chose."""
    {
        "when": _draw_when,
        "how_long": _draw_how_long,
        "backlog": _draw_backlog,
        "by": _draw_by,
        "across": _draw_across,
        "costs": _draw_costs,
        "standards": _draw_standards,
    }[section](filters, channels)


def _draw_when(filters: Filters, channels: pl.DataFrame) -> None:
    translate = tr()
    channel = _channel("response_when", channels)
    by_hour = cached(missed_by_hour, _on(filters, channel))
    worst = cached(worst_hours_of, _on(filters, channel))
    sentence = say.hours_title(by_hour, worst, channel, translate)
    show_title(sentence)
    show_note(say.worst_hours_basis(worst, translate))
    if by_hour.is_empty():
        return
    show_contacts_chart("missed_by_hour", cached(_hours_figure, filters, channel, translate.locale))
    zone = store().settings.firm.time_zone
    show_note(
        [
            translate("Share missed in % by local time ({zone}) of opening", zone=zone),
            translate("in brackets: small base; grey: too few due to show a share"),
            translate("bars: number of contacts"),
        ]
    )
    _show_data("missed_by_hour", sentence, lambda: tables.hours_table(by_hour, translate), by_hour)


def _draw_how_long(filters: Filters, channels: pl.DataFrame) -> None:
    translate = tr()
    waits = cached(wait_distribution, filters)
    used = _used(channels)
    for first in range(0, len(used), 2):
        for place, channel in zip(st.columns(2), used[first : first + 2], strict=False):
            with place:
                row = channels.row(by_predicate=pl.col("channel") == channel, named=True)
                _draw_waits(row, waits.filter(pl.col("channel") == channel))
    show_note(
        [
            translate("Share of contacts by wait, on a logarithmic scale of the channel's clock"),
            translate("grey: without an answer so far, or abandoned: at least so long"),
        ]
    )
    title = translate("How long customers wait")
    _show_data(
        "waits", title, lambda: tables.waits_table(waits, _clocks(channels), translate), waits
    )


def _draw_waits(row: dict[str, Any], waits: pl.DataFrame) -> None:
    translate = tr()
    if waits["share"].is_null().all():
        st.markdown(f"**{plain(name_of('channel', row['channel'], translate))}**")
        show_nothing(say.contact_reason(waits.row(0, named=True)["reason"], translate))
    else:
        st.markdown(f"**{plain(say.waits_sentence(row, translate))}**")
        show_contacts_chart(f"waits_{row['channel']}", waits_figure(waits, row, translate))


def _draw_backlog(filters: Filters, _channels: pl.DataFrame) -> None:
    translate = tr()
    zone = store().settings.firm.time_zone
    counts, contacts = cached(backlog, filters), cached(backlog_contacts, filters)
    sentence = say.backlog_sentence(counts, translate)
    show_title(sentence)
    show_note(say.backlog_basis(contacts, zone, translate))
    if counts.is_empty():
        return
    everything = replace(filters, period=None)
    show_chart("backlog", backlog_figure(counts, translate), scope="contacts", filters=everything)
    _show_data(
        "backlog",
        sentence,
        lambda: tables.backlog_table(counts, zone, translate),
        counts,
        filters=everything,
    )
    draw_open_contacts(contacts, everything)


def _draw_by(filters: Filters, channels: pl.DataFrame) -> None:
    translate = tr()
    dimension: str = pick_one("response_by", translate("By"), GROUPS, "dimension", "journey")
    channel = _channel("response_by_channel", channels)
    if dimension == "reason":
        values = cached(compliance_by_reason, filters)
    else:
        values = cached(compliance_by, filters, cast(Dimension, dimension))
    own = values.filter(pl.col("channel") == channel)
    sentence = say.groups_sentence(own, dimension, channel, translate)
    show_title(sentence)
    if own["compliance_rate"].is_not_null().any():
        figure = compliance_by_figure(own, dimension, translate)
        show_contacts_chart("compliance_by", figure)
        show_note(
            [
                translate("Worst first, on 95% intervals; dashed: the goal."),
                translate("Pale, below the others: small base, not ranked."),
            ]
        )
    _show_data(
        "compliance_by",
        sentence,
        lambda: tables.compliance_by_table(values, dimension, translate),
        values,
    )


def _draw_across(filters: Filters, channels: pl.DataFrame) -> None:
    translate = tr()
    journeys = cached(journey_channels, filters)
    sentence = say.across_sentence(journeys, translate)
    show_title(sentence)
    show_note([translate("The customer doesn't care about the channel: the same journey on each.")])
    if journeys["compliance_rate"].is_not_null().any():
        show_contacts_chart("journeys", journey_channels_figure(journeys, translate))
        show_note(
            [
                translate("One mark per channel on its 95% interval; dashed: the goal."),
                translate("Pale: small base."),
            ]
        )
    _show_data(
        "journeys",
        sentence,
        lambda: tables.journey_channels_table(journeys, _clocks(channels), translate),
        journeys,
    )
    _draw_returns(filters)


def _draw_returns(filters: Filters) -> None:
    translate = tr()
    row = cached(returns_summary, filters).row(0, named=True)
    sentence = say.returns_sentence(row, store().settings.contacts.return_days, translate)
    show_title(sentence)
    if row["return_rate"] is None:
        return
    rates = (
        (translate("Repeat-contact rate"), "return_rate", "followed_count"),
        (translate("Channel-switch rate"), "switch_rate", "followed_count"),
        (translate("First-contact resolution"), "first_resolution_rate", "first_count"),
    )
    for place, (label, rate, count) in zip(st.columns(3), rates, strict=True):
        with place:
            known = row[rate] is not None
            show_headline(label, translate.percent(row[rate]) if known else "–")
            show_note([say.share_text(row, rate, count, translate)])
    dimension: str = pick_one(
        "response_returns", translate("By"), (*GROUPS, "channel"), "dimension", "journey"
    )
    values = cached(returns_by, filters, cast(Any, dimension))
    show_contacts_chart("returns", returns_figure(values, dimension, translate))
    _show_data(
        "returns", sentence, lambda: tables.returns_table(values, dimension, translate), values
    )


def _draw_costs(filters: Filters, _channels: pl.DataFrame) -> None:
    translate = tr()
    scores = cached(scores_by_wait, filters)
    sentence = say.wait_scores_sentence(scores, translate)
    show_title(sentence)
    show_text(
        translate(
            "An association, not a proof: who waits long may differ in other ways from who doesn't."
        )
    )
    if scores["nps"].is_not_null().any():
        _draw_scores(scores)
    show_note(say.answers_after_text(filters, store().settings.contacts.answer_days, translate))
    _show_data(
        "scores_by_wait", sentence, lambda: tables.wait_scores_table(scores, translate), scores
    )
    _draw_leaving(filters)


def _draw_scores(scores: pl.DataFrame) -> None:
    """NPS and satisfaction by wait, side by side."""
    translate = tr()
    left, right = st.columns(2)
    with left:
        st.markdown(f"**{plain(translate('NPS by wait'))}**")
        show_contacts_chart("nps_by_wait", nps_by_wait_figure(scores, translate))
    if scores["csat_satisfied_share"].is_null().all():
        return
    with right:
        st.markdown(f"**{plain(translate('Satisfied customers by wait'))}**")
        rows, count = scores.to_dicts(), "csat_count"
        figure = share_by_wait_figure(rows, "csat_satisfied_share", count, translate)
        show_contacts_chart("csat_by_wait", figure)


def _draw_leaving(filters: Filters) -> None:
    translate = tr()
    leaving = cached(leaving_by_wait, filters)
    title = translate("Customers lost afterwards, by the wait of their first contact")
    show_title(title)
    if leaving["leave_rate"].is_null().all():
        show_nothing(translate("No customers whose leaving could have been seen."))
        return
    rows = leaving.to_dicts()
    figure = share_by_wait_figure(rows, "leave_rate", "customer_count", translate)
    show_contacts_chart("leaving_by_wait", figure)
    days = store().settings.contacts.leave_days
    show_note(
        [
            translate.plural(
                "lost within {n} day after the contact",
                "lost within {n} days after the contact",
                days,
            )
        ]
    )
    _show_data("leaving_by_wait", title, lambda: tables.leaving_table(leaving, translate), leaving)


def _draw_standards(_filters: Filters, _channels: pl.DataFrame) -> None:
    translate, settings = tr(), store().settings
    show_title(translate("What “in time” means"))
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
                translate(settings.opening_hours_source),
            ]
        )
    with rules:
        st.markdown(f"**{plain(translate('How it is counted'))}**")
        for rule in say.COUNTING_RULES:
            st.markdown(f"- {plain(translate(rule))}")
    for entry in PAGES:
        if entry.url_path == "settings":
            st.page_link(
                entry.path,
                label=translate("Change the standards"),
                icon=":material/tune:",
                query_params=page_query(offer()),
            )


def _on(filters: Filters, channel: Channel) -> Filters:
    return replace(filters, channel=(channel,))


# Shown or withheld.
_HAS_CONTACTS = (pl.col("contact_count") > 0).fill_null(True)


def _clocks(channels: pl.DataFrame) -> dict[Channel, str]:
    return dict(channels.select("channel", "clock").iter_rows())


def _used(channels: pl.DataFrame) -> list[Channel]:
    """The channels with contacts in these filters."""
    return channels.filter(_HAS_CONTACTS)["channel"].to_list()


def _channel(key: str, channels: pl.DataFrame) -> Channel:
    """The channel to look at; first the one furthest below its goal, on no small base if any."""
    used = channels.filter(_HAS_CONTACTS)
    above = pl.col("compliance_rate") - pl.col("goal")
    first = used.sort("is_small_base", above, nulls_last=True)["channel"][0]
    codes = tuple(used["channel"])
    picked: Channel = pick_one(f"{key}:{','.join(codes)}", tr()("Channel"), codes, "channel", first)
    return picked


def _show_data(
    key: str,
    title: str,
    texts: Callable[[], pl.DataFrame],
    frame: pl.DataFrame,
    *,
    filters: Filters | None = None,
) -> None:
    show_data(f"response_{key}", title, texts, frame, scope="contacts", filters=filters)
