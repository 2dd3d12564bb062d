"""The figures of the Response times page: on each channel, is the answer there in time?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import polars as pl

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.contact_hours import hours_figure
from cxdata.charts.response_time import (
    compliance_by_figure,
    compliance_trend_figure,
    journey_channels_figure,
    missed_map_figure,
    rate_picture,
)
from cxdata.charts.theme import Figure
from cxdata.charts.waits import (
    backlog_figure,
    nps_by_wait_figure,
    returns_figure,
    share_by_wait_figure,
    waits_figure,
)
from cxdata.config import Settings
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.churn.exposure import customers_known
from cxdata.metrics.decided import IN_TIME
from cxdata.metrics.response_time.backlog import backlog, backlog_contacts
from cxdata.metrics.response_time.compliance import (
    compliance_by,
    compliance_by_channel,
    compliance_trend,
)
from cxdata.metrics.response_time.contact_hours import hour_counts, missed_by_hour, worst_hours
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.metrics.response_time.returns import returns_by, returns_summary
from cxdata.metrics.response_time.wait_effects import leaving_by_wait, scores_by_wait
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.metrics.statistics.looks import FIGURES_OF_A_SCREEN
from cxdata.models import Channel, Dimension, Filters, Grain
from cxdata.panels.groups import recorded_events
from cxdata.panels.panel import (
    Behind,
    Headline,
    Mood,
    Panel,
    Picture,
    Request,
    SharedFrame,
    line,
    panel_of,
    points_text,
)
from cxdata.store.connection import Store

# What contacts are split by: their dimensions, or why the customer made contact.
Group = Dimension | Literal["reason"]


def groups_of(settings: Settings) -> tuple[Group, ...]:
    """What contacts can be split by, the channels aside."""
    return (*(it for it in settings.used_dimensions("contacts") if it != "channel"), "reason")


CONTACTS = Behind("contacts")
MOODS: Mapping[str, Mood] = {"reached": "good", "missed": "bad", "cannot_tell": "neutral"}
VERDICT = "interval-and-verdict-p-wilson-1927"
WAITING = "what-goes-with-waiting"
RETURNS = "customers-who-have-to-come-back"
# Shown or withheld.
_HAS_CONTACTS = (pl.col("contact_count") > 0).fill_null(True)


def compliance_panel(request: Request) -> Panel:
    """How many channels reach their goal; its parts are a card for each channel."""
    tr = request.tr
    question, method = tr("Do we answer in time?"), "2-response-time-compliance"
    channels = request.result(compliance_by_channel)
    title = say.compliance_title(channels, tr)
    if not say.has_contacts(channels):
        return _panel(request, "compliance", question, title, method, reason=title)
    cards = tuple(channel_panel(request, it) for it in channels["channel"])
    worst = say.worst_channel_sentence(channels, tr)
    return _panel(
        request,
        "compliance",
        question,
        title,
        method,
        reason=title if all(it.is_empty for it in cards) else "",
        lead=" ".join(
            line(worst, _first_below(request), *_worst_hours_sentences(request, channels))
        ),
        parts=cards,
        notes=(
            line(
                tr("In time = met ÷ (met + missed); still open past its time is missed."),
                tr("Not yet due is in neither."),
                tr("Line in the bar: {confidence} interval; mark: goal."),
            ),
        ),
        frame=channels,
        texts=lambda: tables.compliance_table(channels, tr),
    )


def channel_panel(request: Request, channel: Channel) -> Panel:
    """A channel's card: its rate against the goal, its waits against what is accepted."""
    tr = request.tr
    key, name = f"compliance_{channel}", name_of("channel", channel, tr)
    question = tr("Do we answer in time?")
    channels = request.result(compliance_by_channel).filter(pl.col("channel") == channel)
    if channels.is_empty():
        reason = say.contact_reason("no_contacts", tr)
        return _panel(request, key, question, name, VERDICT, reason=reason)
    row = channels.row(0, named=True)
    headline, picture = _rate(row, name, request)
    missed = Behind("contacts", choice=ContactChoice(channel=channel, status="missed"))
    return _panel(
        request,
        key,
        question,
        name,
        VERDICT,
        headline=headline,
        picture=picture,
        notes=(
            line(*say.channel_waits(row, tr)),
            line(*say.channel_basis(row, tr), say.graded_score_text(row, tr)),
            line(*say.channel_standard(row, tr)),
        ),
        reason="" if headline else say.contact_reason(row["reason"], tr),
        frame=channels,
        texts=lambda: tables.compliance_table(channels, tr),
        behind=missed if row["missed_count"] else None,
    )


def _rate(
    row: Mapping[str, Any], name: str, request: Request
) -> tuple[Headline, Picture] | tuple[None, None]:
    """A channel's rate with its verdict, in words and drawn; neither where it isn't given."""
    tr = request.tr
    if row["compliance_rate"] is None:
        return None, None
    rate = tr.percent(row["compliance_rate"])
    verdict = name_of("goal_verdict", row["verdict"], tr)
    drawn = rate_picture(dict(row), tr, request.mode)
    return (
        Headline(
            name,
            rate,
            verdict,
            MOODS[row["verdict"]],
            moved=False,
            basis=say.channel_figures(dict(row), tr),
        ),
        Picture(drawn, f"{name}: {rate}, {verdict}"),
    )


def _worst_hours_sentences(request: Request, channels: pl.DataFrame) -> list[str]:
    """When each channel fails; empty where no hours stand out."""
    return [
        say.worst_hours_sentence(_worst_hours(request, it), it, request.tr)
        for it in _used(channels)
    ]


def compliance_trend_panel(request: Request, grain: Grain = "month") -> Panel:
    """The rate of each channel over time, with the goals in force and what happened."""
    tr = request.tr
    trend = request.result(compliance_trend, grain=grain)
    why = _without_points(request, trend)
    said = say.compliance_trend_sentence(trend, tr)
    return _panel(
        request,
        "compliance_trend",
        tr("Is the answer in time more often than before?"),
        said or tr("In time over time"),
        VERDICT,
        lead=_first_below(request, grain),
        chart=None if why else _trend_figure(request, trend, grain),
        notes=(
            line(
                tr("Hollow: partial period. Dashed: the goal in force then."),
                points_text(
                    trend, "compliance_rate", pl.col("met_count") + pl.col("missed_count"), tr
                ),
                say.fiscal_year_text(grain, tr),
            ),
        ),
        reason=why,
        frame=tables.with_period_names(trend, grain, tr),
        behind=Behind("contacts", grain),
    )


def _first_below(request: Request, grain: Grain = "month") -> str:
    """Which channel is below its goal for the first time in the last whole period, if one is."""
    return say.first_below_sentence(
        request.result(compliance_trend, grain=grain), grain, request.tr
    )


def _without_points(request: Request, trend: pl.DataFrame) -> str:
    """Why no period has a rate; empty if one has."""
    if trend.is_empty():
        return say.contact_reason("no_contacts", request.tr)
    if trend["compliance_rate"].is_not_null().any():
        return ""
    channels = request.result(compliance_by_channel)
    code = next(iter(trend["reason"].drop_nulls()), "too_few_to_show")
    return say.not_known_reason(channels, request.tr) or say.contact_reason(code, request.tr)


def _trend_figure(request: Request, trend: pl.DataFrame, grain: Grain) -> Figure:
    events = recorded_events(request, tuple(IN_TIME))
    return request.drawn(compliance_trend_figure, trend, grain, events=events)


def used_channels(request: Request) -> list[Channel]:
    """The channels with contacts in the filters."""
    return _used(request.result(compliance_by_channel))


def _used(channels: pl.DataFrame) -> list[Channel]:
    return channels.filter(_HAS_CONTACTS)["channel"].to_list()


def worst_channel(request: Request) -> Channel | None:
    """The channel furthest below its goal, on no small base if any; None without contacts."""
    used = request.result(compliance_by_channel).filter(_HAS_CONTACTS)
    above = pl.col("compliance_rate") - pl.col("goal")
    ordered = used.sort("is_small_base", above, nulls_last=True)
    return next(iter(ordered["channel"]), None)


def hours_panel(request: Request, channel: Channel | None = None) -> Panel:
    """When a channel fails, by weekday and hour; the worst channel unless another is chosen."""
    tr = request.tr
    key, question = "response_missed_by_hour", tr("When are contacts missed?")
    method = "when-contacts-are-missed"
    channel = channel or worst_channel(request)
    if channel is None:
        return _without_contacts(request, key, question, method)
    by_hour = request.remembered(missed_by_hour, _on(request.filters, channel))
    worst = _worst_hours(request, channel)
    channels = request.result(compliance_by_channel).filter(pl.col("channel") == channel)
    not_known = say.not_known_reason(channels, tr)
    title = say.hours_title(by_hour, worst, channel, tr, not_known)
    above = (line(*say.worst_hours_basis(worst, tr)),)
    if by_hour.is_empty() or not_known:
        return _panel(request, key, question, title, method, notes_above=above, reason=title)
    zone = request.store.settings.firm.time_zone
    return _panel(
        request,
        key,
        question,
        title,
        method,
        notes_above=above,
        chart=request.drawn(_hours_figure, by_hour, channel, SharedFrame(worst)),
        notes=(
            line(
                tr("Share missed in % by local time ({zone}) of opening", zone=zone),
                tr("in brackets: small base; grey: too few due to show a share"),
                tr("bars: number of contacts"),
            ),
        ),
        frame=by_hour,
        units={"weekday": "number", "local_hour": "number"},
        texts=lambda: tables.hours_table(by_hour, tr),
        behind=CONTACTS,
        chart_key="missed_by_hour",
    )


def _hours_figure(
    by_hour: pl.DataFrame, tr: Translator, channel: Channel, worst: SharedFrame
) -> Figure:
    return hours_figure(by_hour, channel, tr, worst.frame)


def worst_hours_on(request: Request, channel: Channel) -> pl.DataFrame:
    """The hours in which a channel surely fails most, as ``worst_hours`` returns them."""
    return _worst_hours(request, channel)


def _worst_hours(request: Request, channel: Channel) -> pl.DataFrame:
    searches = FIGURES_OF_A_SCREEN * len(used_channels(request))
    return request.remembered(_worst_hours_of, _on(request.filters, channel), searches=searches)


def _worst_hours_of(store: Store, filters: Filters, searches: int) -> pl.DataFrame:
    """The hours in which a channel fails most, if any stand out although all were searched."""
    answers, counts = store.settings.answers, hour_counts(store, filters)
    return worst_hours(
        counts,
        confidence=answers.confidence,
        minimum_count=answers.minimum_count,
        searches=searches,
    )


def waits_panel(request: Request) -> Panel:
    """How long customers wait; its parts are a distribution for each channel."""
    tr = request.tr
    key, question = "response_waits", tr("How long do customers wait?")
    channels = request.result(compliance_by_channel)
    waits = request.result(wait_distribution)
    clocks: dict[Channel, str] = dict(channels.select("channel", "clock").iter_rows())
    parts = tuple(channel_waits_panel(request, it) for it in _used(channels))
    if not parts:
        return _without_contacts(request, key, question, "the-distribution-of-waits")
    return _panel(
        request,
        key,
        question,
        tr("How long customers wait"),
        "the-distribution-of-waits",
        parts=parts,
        reason=parts[0].reason if all(it.is_empty for it in parts) else "",
        notes=(
            line(
                tr("Share of contacts by wait, on a logarithmic scale of the channel's clock"),
                tr("grey: gave up; pale grey: without an answer so far, at least so long"),
            ),
        ),
        frame=waits,
        texts=lambda: tables.waits_table(waits, clocks, tr),
    )


def channel_waits_panel(request: Request, channel: Channel) -> Panel:
    """The distribution of the waits on one channel."""
    tr = request.tr
    key, question = f"waits_{channel}", tr("How long do customers wait?")
    method = "the-distribution-of-waits"
    is_on = pl.col("channel") == channel
    channels = request.result(compliance_by_channel).filter(is_on)
    waits = request.result(wait_distribution).filter(is_on)
    if channels.is_empty() or waits["share"].is_null().all():
        said = say.contact_reason(next(iter(waits["reason"]), "no_contacts"), tr)
        reason = say.not_known_reason(channels, tr) or said
        name = name_of("channel", channel, tr)
        return _panel(request, key, question, name, method, reason=reason)
    row = channels.row(0, named=True)
    return _panel(
        request,
        key,
        question,
        say.waits_sentence(row, tr),
        method,
        chart=waits_figure(waits, row, tr),
        notes=(line(tr("n = {n}", n=tr.number(waits["channel_count"].max() or 0))),),  # type: ignore[arg-type]
        frame=waits,
        texts=lambda: tables.waits_table(waits, {channel: row["clock"]}, tr),
        behind=CONTACTS,
    )


def backlog_panel(request: Request) -> Panel:
    """Who is waiting now, whatever the period: by channel and the time that is left."""
    tr = request.tr
    counts = request.result(backlog)
    basis: list[str] = []
    if request.store.may_see_people:
        zone = request.store.settings.firm.time_zone
        basis = say.backlog_basis(request.result(backlog_contacts), zone, tr)
    whole = replace(request.filters, period=None)
    channels = request.remembered(compliance_by_channel, whole)
    zone = request.store.settings.firm.time_zone
    title = say.backlog_sentence(counts, tr, say.not_known_reason(channels, tr))
    is_empty = counts.is_empty()
    return _panel(
        request,
        "response_backlog",
        tr("Who is waiting for an answer?"),
        title,
        "the-backlog",
        filters=whole,
        notes_above=(line(*basis, *say.channels_left_out(channels, tr)),),
        chart=None if is_empty else backlog_figure(counts, tr),
        reason=title if is_empty else "",
        frame=None if is_empty else counts,
        texts=lambda: tables.backlog_table(counts, zone, tr),
        chart_key="backlog",
    )


def compliance_by_panel(
    request: Request, dimension: Group = "journey", channel: Channel | None = None
) -> Panel:
    """Each group on a channel against its goal; the worst channel unless another is chosen.

    Files and the table hold the groups of all channels.
    """
    tr = request.tr
    key, question = "response_compliance_by", tr("For which groups is the answer late?")
    channel = channel or worst_channel(request)
    if channel is None:
        return _without_contacts(request, key, question, VERDICT)
    if dimension == "reason":
        values = request.result(compliance_by_reason)
    else:
        values = request.result(compliance_by, dimension)
    own = values.filter(pl.col("channel") == channel)
    title = say.groups_sentence(own, dimension, channel, tr)
    is_known = own["compliance_rate"].is_not_null().any()
    ranks = line(
        tr("Worst first, on {confidence} intervals; dashed: the goal."),
        tr("Pale, below the others: small base, not ranked."),
    )
    return _panel(
        request,
        key,
        question,
        title,
        VERDICT,
        chart=compliance_by_figure(own, dimension, tr) if is_known else None,
        notes=(ranks,) if is_known else (),
        reason="" if is_known else title,
        frame=values,
        texts=lambda: tables.compliance_by_table(values, dimension, tr),
        behind=CONTACTS,
        chart_key="compliance_by",
    )


def compliance_map_panel(request: Request, dimension: Group = "journey") -> Panel:
    """All groups on all channels at once: who gets the answer in time, and where not.

    ``lead`` says for each channel which group misses its goal by most.
    """
    tr = request.tr
    key, question = "response_map", tr("For which groups is the answer late?")
    if dimension == "reason":
        values = request.result(compliance_by_reason)
    else:
        values = request.result(compliance_by, dimension)
    used = used_channels(request)
    said = {it: _group_of_channel(values, dimension, it, tr) for it in used}
    worst = worst_channel(request)
    if worst is None or values["compliance_rate"].is_null().all():
        reason = said[worst] if worst else say.contact_reason("no_contacts", tr)
        return _panel(request, key, question, reason, VERDICT, reason=reason)
    return _panel(
        request,
        key,
        question,
        said[worst],
        VERDICT,
        lead=" ".join(text for it, text in said.items() if it != worst),
        chart=missed_map_figure(values, dimension, tr),
        notes=(
            line(
                tr("Share answered in time. ✗: surely below the goal. In brackets: small base."),
            ),
        ),
        frame=values,
        texts=lambda: tables.compliance_by_table(values, dimension, tr),
        behind=CONTACTS,
    )


def _group_of_channel(
    values: pl.DataFrame, dimension: Group, channel: Channel, tr: Translator
) -> str:
    """The group that surely misses the goal by most; else the lowest one, as not sure."""
    own = values.filter(pl.col("channel") == channel)
    lowest = say.lowest_group_text(own, dimension, channel, tr)
    if lowest and "missed" not in own["verdict"]:
        return lowest
    return say.groups_sentence(own, dimension, channel, tr)


def across_panel(request: Request) -> Panel:
    """The same journey on each channel."""
    tr = request.tr
    journeys = request.result(journey_channels)
    clocks: dict[Channel, str] = dict(
        request.result(compliance_by_channel).select("channel", "clock").iter_rows()
    )
    title = say.across_sentence(journeys, request.store.settings.answers.confidence, tr)
    is_known = journeys["compliance_rate"].is_not_null().any()
    marks = line(
        tr("One mark per channel on its {confidence} interval; dashed: the goal."),
        tr("Pale: small base."),
    )
    return _panel(
        request,
        "response_journeys",
        tr("Is the same wish answered alike on each channel?"),
        title,
        VERDICT,
        notes_above=(
            line(tr("The customer doesn't care about the channel: the same journey on each.")),
        ),
        chart=journey_channels_figure(journeys, tr) if is_known else None,
        notes=(marks,) if is_known else (),
        reason="" if is_known else title,
        frame=journeys,
        texts=lambda: tables.journey_channels_table(journeys, clocks, tr),
        behind=CONTACTS,
        chart_key="journeys",
    )


def returns_panel(request: Request) -> Panel:
    """How many have to come back; its parts are three rates."""
    tr = request.tr
    summary = request.result(returns_summary)
    row, title = summary.row(0, named=True), _returns_title(request)
    is_known = row["return_rate"] is not None
    return _panel(
        request,
        "response_return_rates",
        tr("Who has to come back?"),
        title,
        RETURNS,
        reason="" if is_known else title,
        parts=_return_rates(request, row) if is_known else (),
        frame=summary if is_known else None,
    )


def _returns_title(request: Request) -> str:
    row = request.result(returns_summary).row(0, named=True)
    return say.returns_sentence(row, request.store.settings.contacts.return_days, request.tr)


def _return_rates(request: Request, row: Mapping[str, Any]) -> tuple[Panel, ...]:
    tr = request.tr
    named = (
        (tr("Repeat-contact rate"), "return_rate", "followed_count"),
        (tr("Channel-switch rate"), "switch_rate", "followed_count"),
        (tr("First-contact resolution"), "first_resolution_rate", "first_count"),
    )
    return tuple(_return_rate(request, row, *each) for each in named)


def _return_rate(
    request: Request, row: Mapping[str, Any], name: str, rate: str, count: str
) -> Panel:
    tr, known = request.tr, row[rate] is not None
    basis = say.share_basis_text(dict(row), rate, count, tr)
    return _panel(
        request,
        f"response_{rate}",
        tr("Who has to come back?"),
        name,
        RETURNS,
        headline=Headline(name, tr.percent(row[rate])) if known else None,
        notes=(line(basis),),
        reason="" if known else basis,
    )


def returns_by_panel(request: Request, dimension: Group = "journey") -> Panel:
    """How many have to come back in each group."""
    tr = request.tr
    key, question, title = "response_returns", tr("Who has to come back?"), _returns_title(request)
    if request.result(returns_summary)["return_rate"].is_null().all():
        return _panel(request, key, question, title, RETURNS, reason=title)
    values = request.result(returns_by, dimension)
    return _panel(
        request,
        key,
        question,
        title,
        RETURNS,
        chart=returns_figure(values, dimension, tr),
        frame=values,
        texts=lambda: tables.returns_table(values, dimension, tr),
        behind=CONTACTS,
        chart_key="returns",
    )


def wait_scores_panel(request: Request) -> Panel:
    """The scores after a contact by how long it was waited for; its parts are NPS and CSAT."""
    tr = request.tr
    scores = request.result(scores_by_wait)
    title = say.wait_scores_sentence(scores, tr)
    days = request.store.settings.contacts.answer_days
    has_scores = scores["nps"].is_not_null().any()
    return _panel(
        request,
        "response_scores_by_wait",
        tr("Which scores go with waiting?"),
        title,
        WAITING,
        lead=tr(
            "An association, not a proof: who waits long may differ in other ways from who doesn't."
        ),
        parts=_scores(request, scores) if has_scores else (),
        notes=(
            line(
                *say.answers_after_text(request.filters, days, tr),
                points_text(scores, "nps", "answer_count", tr),
            ),
        ),
        reason="" if has_scores else title,
        frame=scores,
        texts=lambda: tables.wait_scores_table(scores, tr),
    )


def _scores(request: Request, scores: pl.DataFrame) -> tuple[Panel, ...]:
    """NPS by wait, and satisfaction where it was asked."""
    tr = request.tr
    named = [("nps_by_wait", tr("NPS by wait"), nps_by_wait_figure(scores, tr))]
    share = "csat_satisfied_share"
    if scores[share].is_not_null().any():
        figure = share_by_wait_figure(scores.to_dicts(), share, "csat_count", tr)
        named.append(("csat_by_wait", tr("Satisfied customers by wait"), figure))
    question = tr("Which scores go with waiting?")
    return tuple(
        _panel(request, key, question, title, WAITING, chart=figure, behind=CONTACTS)
        for key, title, figure in named
    )


def leaving_panel(request: Request) -> Panel:
    """How many customers left after their first contact, by how long it was waited for."""
    tr = request.tr
    key, question = "response_leaving_by_wait", tr("Does leaving go with waiting?")
    title = tr("Customers lost afterwards, by the wait of their first contact")
    leaving = request.result(leaving_by_wait)
    if leaving["leave_rate"].is_null().all():
        gap = request.remembered(customers_known).no_days
        reason = tr("No customers whose leaving could have been seen.")
        reason = say.reason_sentence(gap, tr) or reason
        return _panel(request, key, question, title, WAITING, reason=reason)
    lost = tr.plural(
        "lost within {n} day after the contact",
        "lost within {n} days after the contact",
        request.store.settings.contacts.leave_days,
    )
    return _panel(
        request,
        key,
        question,
        title,
        WAITING,
        chart=share_by_wait_figure(leaving.to_dicts(), "leave_rate", "customer_count", tr),
        notes=(line(lost),),
        frame=leaving,
        texts=lambda: tables.leaving_table(leaving, tr),
        behind=CONTACTS,
        chart_key="leaving_by_wait",
        known=request.known("contacts") | request.known("customers"),
    )


def _panel(
    request: Request, key: str, question: str, title: str, method: str, **shown: Any
) -> Panel:
    """A panel of contacts."""
    return panel_of(request, key, question, title, method, scope="contacts", **shown)


def _without_contacts(request: Request, key: str, question: str, method: str) -> Panel:
    reason = say.contact_reason("no_contacts", request.tr)
    return _panel(request, key, question, reason, method, reason=reason)


def _on(filters: Filters, channel: Channel) -> Filters:
    return replace(filters, channel=(channel,))
