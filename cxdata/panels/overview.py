"""The first screen: one sentence, and the cards, each a question with what to decide on.

A card is a panel. :data:`CARDS` lists them in their order; one more is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from cxdata import sentences as say
from cxdata.charts.at_a_glance import Amounts, compliance_picture, cost_picture, nps_picture
from cxdata.charts.cx_pyramid import pyramid_sketch
from cxdata.followup.snapshots import recorded_snapshots, snapshot_figures
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.changes import (
    ChannelsChange,
    ChurnChange,
    LevelChange,
    channels_change,
    churn_change,
    compared_window,
    contacts_are_known,
    evidence_is_known,
    is_known_throughout,
    level_change,
    losses_known_from,
)
from cxdata.metrics.churn.cost import churn_cost_summary, churn_cost_then
from cxdata.metrics.nps.score import compared_filters, nps_by, nps_change
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.nps.weighting import nps_weighted_change
from cxdata.metrics.pyramid.levels import company_level, pyramid_levels
from cxdata.metrics.response_time.compliance import compliance_by_channel, compliance_then
from cxdata.metrics.targets import Standing, standing
from cxdata.models import DIMENSIONS, Filters, Period
from cxdata.panels import pyramid
from cxdata.panels.nps import CLASSES_METHOD
from cxdata.panels.nps_weighting import coverage_line, verdict_mood
from cxdata.panels.panel import Headline, Mood, Panel, Picture, Request, line, panel_of
from cxdata.panels.response_time import worst_hours_on
from cxdata.panels.targets import (
    cost_standing,
    cost_target_text,
    no_target,
    target_day,
    target_mood,
    target_of,
)
from cxdata.sentences import first_screen as told
from cxdata.store.stored_json import stored_json

ENDS = ("low", "central", "high")


@dataclass(frozen=True)
class Card:
    """A card: its panel's key, the page that answers in full, the function that makes it.

    ``picture_width`` is the picture's width beside that of the headline, which is 1.
    """

    key: str
    page: str
    make: Callable[[Request], Panel]
    picture_width: float = 1.35


def briefing(request: Request) -> str:
    """The one sentence that a meeting must know."""
    return told.briefing(facts(request), request.tr)


def since_last_snapshot(request: Request) -> str:
    """What moved since the last snapshot of the same part and length; empty without one."""
    for row in request.remembered(recorded_snapshots).iter_rows(named=True):
        if _is_alike(stored_json(row["filters"], "snapshots.filters"), request.filters):
            then = request.remembered(snapshot_figures, row["snapshot_id"])
            currency = request.store.settings.firm.currency
            day = row["taken_at"].date()
            return told.since_text(row["title"], day, then, facts(request), request.tr, currency)
    return ""


def _is_alike(kept: Mapping[str, Any], filters: Filters) -> bool:
    """Whether a snapshot is of the same people, and of a period of as many months."""
    narrowed = all(tuple(kept.get(it) or ()) == getattr(filters, it) for it in DIMENSIONS)
    return (
        narrowed
        and kept.get("survey") == filters.survey
        and (_months(kept.get("period")) == _months(asdict(filters)["period"]))
    )


def _months(period: Mapping[str, Any] | None) -> int | None:
    if period is None:
        return None
    days = (date.fromisoformat(str(period[it])) for it in ("first_on", "last_on"))
    whole = Period(*days)
    return whole.month_count or -whole.day_count


def facts(request: Request) -> told.Facts:
    """What the sentence and the cards draw on."""
    channels = request.result(compliance_by_channel)
    missed = told.surely_missed(channels)
    before = compared_filters(request.filters)
    is_known = request.result(is_known_throughout)
    if before:
        is_known = is_known and request.remembered(is_known_throughout, before)
    return told.Facts(
        change=request.result(nps_change),
        weighted=request.result(nps_weighted_change),
        is_known=is_known,
        journeys=request.result(nps_by, "journey"),
        channels=channels,
        worst_hours=worst_hours_on(request, missed[0]) if missed else pl.DataFrame(),
        level=_level_change(request),
        channels_change=_channels_change(request, channels),
        churn=_churn_change(request),
    )


def _level_change(request: Request) -> LevelChange:
    levels, before = pyramid.journey_levels(request), compared_filters(request.filters)
    if before is None or levels.is_empty():
        return level_change(levels, None, levels.clear(), is_known=False)
    model = pyramid.model_of(request)
    return level_change(
        levels,
        before.period,
        request.remembered(pyramid_levels, before, model=model),
        is_known=request.remembered(evidence_is_known, before, model=model),
    )


def _channels_change(request: Request, channels: pl.DataFrame) -> ChannelsChange:
    before = compared_filters(request.filters)
    if before is None:
        return channels_change(channels, None, channels.clear(), is_known=False)
    return channels_change(
        channels,
        before.period,
        request.remembered(compliance_then, before),
        is_known=request.remembered(contacts_are_known, before),
    )


def _churn_change(request: Request) -> ChurnChange:
    current = request.result(churn_cost_summary).row(0, named=True)
    answers, before = request.store.settings.answers, compared_window(request.filters, current)
    if before is None:
        return churn_change(current, None, None, known_from=None, answers=answers)
    return churn_change(
        current,
        before.period,
        request.remembered(churn_cost_then, before).row(0, named=True),
        known_from=request.remembered(losses_known_from, current["window_last_on"]),
        answers=answers,
    )


# The cards


def nps_card(request: Request) -> Panel:
    """The NPS, its trend, and the journey to repair."""
    tr, found = request.tr, facts(request)
    change, trend = found.change, request.result(nps_trend, grain="month")
    now = change.current.row(0, named=True)
    title = say.nps_title(change, tr, found.weighted)
    target = target_of(request, "nps", target_day(request))
    held = standing(now["nps"], target, low=now["nps_low"], high=now["nps_high"])
    picture = None
    if trend["nps"].is_not_null().any():
        picture = Picture.of(nps_picture(trend, tr, "month", request.mode, target), title)
    is_whole = found.is_known and change.is_compared_complete
    is_few = now["base"] == "small"
    headline = Headline(
        tr("NPS"),
        say.nps_value(change, tr),
        told.few_text(now["answer_count"], now["people_count"], tr)
        if is_few
        else told.card_change(found, tr),
        verdict_mood(change, found.weighted) if is_whole and not is_few else "neutral",
        target=_nps_target(held, request),
        target_mood="neutral" if is_few else target_mood(held),
        no_target=no_target(request, target, now["nps"]),
        is_pale=is_few,
    )
    return panel_of(
        request,
        "overview_nps",
        tr("Are customers more loyal?"),
        title,
        CLASSES_METHOD,
        headline=headline,
        picture=picture,
        notes=_lines(
            line(*say.nps_basis(change, tr, is_short=True)),
            line(_people(now, tr), *coverage_line(request, is_short=True)),
        ),
        frame=trend,
        decision=told.nps_decision(found, tr),
    )


def _lines(*lines: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What stands on the card, then what stands behind its "How?"; without empty lines."""
    return tuple(it for it in lines if it)


def _people(now: dict[str, Any], tr: Translator) -> str:
    """Of how many customers the answers are, where some gave several."""
    answers, people = now["answer_count"], now["people_count"]
    if answers is None or answers == people:
        return ""
    return tr.plural("from {n} customer", "from {n} customers", people)


def _nps_target(held: Standing | None, request: Request) -> str:
    if held is None:
        return ""
    tr = request.tr
    points = tr("{points} points", points=tr.number(abs(held.distance), 1))
    return told.target_text(held, tr.nps(held.target), points, tr)


def pyramid_card(request: Request) -> Panel:
    """The level of the pyramid, and what the weakest journey needs for the next."""
    tr, model, levels = request.tr, pyramid.model_of(request), pyramid.journey_levels(request)
    company, change = company_level(levels), _level_change(request)
    rule = tr("The weakest journey gives the level; every gate has to be passed.")
    target = target_of(request, "level", target_day(request))
    held = standing(
        company.level,
        target,
        low=None if levels.is_empty() else levels["established_level"].min(),  # type: ignore[arg-type]
        high=company.highest_level,
    )
    state, whole = say.level_state(company, tr), pyramid.level_headline(request)
    headline = replace(
        whole,
        basis=(),
        verdict=" · ".join(line(told.level_change_text(change, tr), state)),
        mood=_moved_mood(change.difference, change.verdict),
        moved=change.verdict == "real_change",
        target=_level_target(held, request),
        target_mood=target_mood(held),
        no_target=no_target(request, target, company.level),
    )
    title = say.level_title(company, tr)
    compared = told.comparison_text(change, request.filters.period, tr)
    return panel_of(
        request,
        "overview_pyramid",
        tr("How mature is the experience?"),
        title,
        pyramid.LEVELS,
        scope=pyramid.SCOPE,
        known=pyramid.pyramid_known(request),
        headline=headline,
        picture=Picture.of(pyramid_sketch(levels, tr, request.mode), title),
        notes=_lines(
            whole.basis[:1] or line(compared),
            line(*whole.basis[1:], compared),
            line(rule, say.unfiltered_text(request.filters, tr, "assessments")),
        ),
        frame=levels,
        units=pyramid.UNITS,
        decision=told.level_decision(company, levels, model, tr),
    )


def _level_target(held: Standing | None, request: Request) -> str:
    if held is None:
        return ""
    tr = request.tr
    return told.target_text(held, tr.number(held.target), told.levels_away(held.distance, tr), tr)


def _moved_mood(difference: float | None, verdict: str, *, better: int = 1) -> Mood:
    """Only a real change is good or bad news."""
    if verdict != "real_change" or not difference:
        return "neutral"
    return "good" if difference * better > 0 else "bad"


def compliance_card(request: Request) -> Panel:
    """How many channels answer in time, and where to answer faster."""
    tr, channels = request.tr, request.result(compliance_by_channel)
    change, missed = _channels_change(request, channels), told.surely_missed(channels)
    title = say.compliance_title(channels, tr)
    worst = worst_hours_on(request, missed[0]) if missed else pl.DataFrame()
    picture = None
    if channels["compliance_rate"].is_not_null().any():
        picture = Picture.of(compliance_picture(channels, tr, request.mode), title)
    basis = say.compliance_basis(channels, tr)
    is_all = change.due > 0 and change.reached == change.due
    return panel_of(
        request,
        "overview_response_time",
        tr("Do we answer in time?"),
        title,
        "interval-and-verdict-p-wilson-1927",
        scope="contacts",
        headline=Headline(
            tr("Channels at goal"),
            say.compliance_value(channels, tr),
            told.channels_change_text(change, tr),
            "bad" if change.lost else "good" if change.gained else "neutral",
            target=told.channels_target(channels, tr),
            target_mood="good" if is_all else "bad" if missed else "neutral",
        ),
        picture=picture,
        notes=_lines(
            line(told.comparison_text(change, request.filters.period, tr), *basis[:1]),
            line(*basis[1:]),
            *_channel_lines(channels, tr),
        ),
        frame=channels,
        decision=told.channels_decision(channels, worst, tr),
    )


def _channel_lines(channels: pl.DataFrame, tr: Translator) -> list[tuple[str, ...]]:
    """Of how many contacts the rate of each channel is, and its interval."""
    return [
        line(f"{name_of('channel', row['channel'], tr)} {tr.percent(row['compliance_rate'])}",
             *say.channel_figures(row, tr))
        for row in channels.iter_rows(named=True)
        if row["compliance_rate"] is not None
    ]  # fmt: skip


def cost_card(request: Request) -> Panel:
    """What churn costs as a range, against before, and whom to keep."""
    tr, settings = request.tr, request.store.settings
    change, currency = _churn_change(request), settings.firm.currency
    churn, summary = change.current, request.result(churn_cost_summary)
    amounts, title = say.cost_amounts(churn, tr), say.cost_title(churn, tr, currency)
    target, held = cost_standing(request, churn)
    picture, decision, assumed = None, "", ""
    if amounts:
        rows = _cost_rows(request, change, amounts, target)
        picture = Picture.of(cost_picture(rows, tr, currency, request.mode), title)
        decision = told.churn_decision(churn, tr, currency)
        assumed = say.assumptions_text(settings.churn, tr, currency)
    return panel_of(
        request,
        "overview_churn",
        tr("What does churn cost?"),
        title,
        "what-a-lost-customer-costs-p-fader--hardie",
        scope="customers",
        headline=Headline(
            tr("Cost of churn"),
            say.cost_value(churn, tr, currency),
            told.churn_change_text(change, tr, currency),
            _moved_mood(change.difference_amount, told.churn_verdict(change), better=-1),
            moved=False,
            target=cost_target_text(held, request),
            target_mood=target_mood(held),
            no_target=no_target(request, target, amounts or None),
        ),
        picture=picture,
        notes=_lines(
            line(say.who_left_sentence(churn, tr)),
            line(say.revenue_left_text(churn, tr)),
            line(
                told.churn_comparison(change, tr),
                say.other_window_text(churn, request.filters.period, tr),
                say.unfiltered_text(request.filters, tr),
            ),
            line(assumed),
        ),
        frame=summary,
        decision=decision,
    )


def _cost_rows(
    request: Request,
    change: ChurnChange,
    amounts: list[tuple[str, float, float, float]],
    target: float | None,
) -> list[Amounts]:
    """The cost, that of before where it can be compared, and the part of dissatisfaction."""
    [cost, *parts] = [Amounts(*row) for row in amounts]
    before = []
    if change.compared and change.compared["cost_central_amount"] is not None:
        low, central, high = (change.compared[f"cost_{it}_amount"] for it in ENDS)
        before = [Amounts(request.tr("before"), low, central, high, is_past=True)]
    return [replace(cost, target=target), *before, *parts]


# In reading order, two in a row.
CARDS: tuple[Card, ...] = (
    Card("overview_nps", "nps", nps_card, 1.05),
    Card("overview_pyramid", "cx_pyramid", pyramid_card, 1.2),
    Card("overview_response_time", "response_times", compliance_card),
    Card("overview_churn", "churn_cost", cost_card, 1.1),
)
