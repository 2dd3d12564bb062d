"""What the Overview says: the one sentence that a meeting must know, and what each card decides.

The sentence is made of established findings alone: real changes between periods that are known
throughout, goals surely missed, groups surely below the rest. What isn't sure isn't in it, and
where nothing is sure it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import journeys_named, name_of
from cxdata.metrics.changes import ChannelsChange, ChurnChange, LevelChange
from cxdata.metrics.nps.score import NpsChange
from cxdata.metrics.nps.weighting import WeightedChange, judgement
from cxdata.metrics.pyramid.levels import CompanyLevel
from cxdata.metrics.pyramid.model import PyramidModel
from cxdata.metrics.targets import Standing
from cxdata.models import Channel
from cxdata.sentences.churn_cost import dissatisfaction_sentence, holds_zero
from cxdata.sentences.nps import nps_change_sentence
from cxdata.sentences.response_time import hours_text
from cxdata.sentences.scope import compared_text, period_text, value_name

# Of each side, so many findings at most: a sentence is read at once or not at all.
MOST_FINDINGS = 2
MOST_INDICATORS = 2
# Where we answer, as it stands after "we answer too late".
WHERE: Mapping[Channel, str] = {
    "call": N_("on the phone"),
    "email": N_("to e-mails"),
    "chat": N_("in the chat"),
    "social": N_("on social media"),
}
# First hours of the parts of a day, and the first hour after them.
DAY_PARTS: Mapping[str, tuple[int, int]] = {
    N_("in the morning"): (6, 13),
    N_("in the afternoon"): (12, 18),
    N_("in the evening"): (17, 24),
    N_("at night"): (0, 7),
}


@dataclass(frozen=True)
class Facts:
    """What the sentence of the Overview may draw on.

    ``is_known``: the answers of both periods are known throughout. ``journeys`` as ``nps_by``
    returns them, ``channels`` as ``compliance_by_channel``; ``worst_hours`` are those of the
    channel that misses its goal by most, as ``worst_hours`` returns them.
    """

    change: NpsChange
    weighted: WeightedChange
    is_known: bool
    journeys: pl.DataFrame
    channels: pl.DataFrame
    worst_hours: pl.DataFrame
    level: LevelChange
    channels_change: ChannelsChange
    churn: ChurnChange


@dataclass(frozen=True)
class _Findings:
    """Clauses, the most important first; ``unmoved`` says that no change of the NPS is sure."""

    good: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


def briefing(facts: Facts, tr: Translator) -> str:
    """What the meeting must know, in a sentence; that nothing is established, if nothing is."""
    found = _findings(facts, tr)
    is_worse = _nps_moved(facts) and (facts.change.difference or 0) < 0
    good, bad = (_together(it[:MOST_FINDINGS], tr) for it in (found.good, found.bad))
    if good and bad:
        pair = {"bad": bad, "good": good}
        told = tr("{bad}; {good}", **pair) if is_worse else tr("{good}, but {bad}", **pair)
    elif bad:
        told = bad
    elif good:
        told = tr("{good}; nothing is surely below its goal", good=good)
    else:
        return _nothing_established(facts, tr)
    return f"{told[0].upper()}{told[1:]}."


def _findings(facts: Facts, tr: Translator) -> _Findings:
    found = _Findings()
    if _nps_moved(facts) and facts.change.difference:
        points = tr.signed(facts.change.difference, 1)
        if facts.change.difference > 0:
            found.good.append(tr("customers are more loyal ({points} points)", points=points))
        else:
            found.bad.append(tr("customers are less loyal ({points} points)", points=points))
    _add_level(facts.level, found, tr)
    _add_churn(facts.churn, found, tr)
    weakest = _weakest_journey(facts.journeys)
    if weakest:
        journey = value_name("journey", weakest["journey"], tr)
        found.bad.append(tr("the journey {journey} pulls the score down", journey=journey))
    _add_channels(facts, found, tr)
    return found


def _nps_moved(facts: Facts) -> bool:
    """Whether a change of the NPS is a real one, of the customers, between whole periods."""
    is_real = judgement(facts.change, facts.weighted) == "real_change"
    return is_real and facts.is_known and facts.change.is_compared_complete


def _add_level(change: LevelChange, found: _Findings, tr: Translator) -> None:
    if change.verdict != "real_change" or change.difference is None:
        return
    level = change.current.level
    if change.difference > 0:
        found.good.append(tr("the experience has risen to level {level}", level=level))
    elif change.difference < 0:
        found.bad.append(tr("the experience has fallen to level {level}", level=level))


def _add_churn(change: ChurnChange, found: _Findings, tr: Translator) -> None:
    if change.verdict != "real_change" or not change.compared or not change.rate_difference:
        return
    rates = {
        "now": tr.percent(change.current["customer_churn_rate"]),
        "then": tr.percent(change.compared["customer_churn_rate"]),
    }
    if change.rate_difference > 0:
        found.bad.append(tr("more customers leave ({now} against {then})", **rates))
    else:
        found.good.append(tr("fewer customers leave ({now} against {then})", **rates))


def _add_channels(facts: Facts, found: _Findings, tr: Translator) -> None:
    missed = surely_missed(facts.channels)
    if missed:
        where = _together([tr(WHERE[it]) for it in missed[:MOST_FINDINGS]], tr)
        hours = _hours_phrase(facts.worst_hours, tr) if len(missed) == 1 else ""
        late = tr("we answer too late {where}", where=where)
        found.bad.append(
            tr("{late}, most of all {hours}", late=late, hours=hours) if hours else late
        )
    reached = facts.channels.filter(~pl.col("is_small_base"), verdict="reached")["channel"]
    if found.good or reached.is_empty():
        return
    if reached.len() == facts.channels["compliance_rate"].count():
        found.good.append(tr("every channel answers in time"))
    else:
        where = _together([tr(WHERE[it]) for it in reached[:MOST_FINDINGS]], tr)
        found.good.append(tr("we answer in time {where}", where=where))


def surely_missed(channels: pl.DataFrame) -> list[Channel]:
    """The channels that surely miss their goal on enough contacts, the furthest below first."""
    missed = channels.filter(~pl.col("is_small_base"), verdict="missed")
    gap = (pl.col("goal") - pl.col("compliance_rate")).alias("gap")
    return missed.sort(gap, descending=True)["channel"].to_list()


def _hours_phrase(worst: pl.DataFrame, tr: Translator) -> str:
    """When a channel fails most: a part of the day, or the day with its hours."""
    if worst.is_empty():
        return ""
    row = worst.row(0, named=True)
    if row["weekday"] is None:
        for name, (first, after) in DAY_PARTS.items():
            if first <= row["from_hour"] and row["until_hour"] <= after:
                return tr(name)
    return hours_text(row, tr)


def _nothing_established(facts: Facts, tr: Translator) -> str:
    row = facts.change.current.row(0, named=True)
    n, people = row["answer_count"], row["people_count"]
    if row["nps"] is None and facts.channels["compliance_rate"].is_null().all():
        return tr("There is too little data yet to say anything for sure.")
    if row["base"] != "ok" and n and people != n:
        return tr.plural(
            "{n} customer who answered is too few to judge: nothing is established yet.",
            "{n} customers who answered are too few to judge: nothing is established yet.",
            people,
        )
    if row["base"] != "ok" and n:
        return tr.plural(
            "{n} answer is too few to judge: nothing is established yet.",
            "{n} answers are too few to judge: nothing is established yet.",
            n,
        )
    return tr("Nothing is established: no real change, no goal surely missed.")


def _together(parts: Sequence[str], tr: Translator) -> str:
    return tr(" and ").join(parts)


def _weakest_journey(journeys: pl.DataFrame) -> dict[str, Any] | None:
    real = journeys.filter(
        pl.col("rest_verdict") == "real_change",
        pl.col("rest_difference") < 0,
        pl.col("journey").is_not_null(),
    )
    return next(real.sort("rest_difference").iter_rows(named=True), None)


# What each card says beside its value


def card_change(facts: Facts, tr: Translator) -> str:
    """The change of the NPS with its verdict; of periods that aren't whole none is real."""
    change = facts.change
    is_whole = facts.is_known and change.is_compared_complete
    is_real = judgement(change, facts.weighted) == "real_change"
    if change.difference is None or is_whole or not is_real:
        return nps_change_sentence(change, tr, facts.weighted)
    points = tr.signed(change.difference, 1)
    return tr("{points} points, periods not fully known", points=points)


def level_change_text(change: LevelChange, tr: Translator) -> str:
    """By how many levels it moved; empty where nothing can be compared."""
    if change.difference is None:
        return ""
    if change.difference == 0:
        return tr("as before")
    levels = tr.signed(change.difference)
    verdict = "real_change" if change.verdict == "real_change" else "within_noise"
    return tr.plural(
        "{levels} level, {verdict}",
        "{levels} levels, {verdict}",
        abs(change.difference),
        levels=levels,
        verdict=name_of("change", verdict, tr),
    )


def channels_change_text(change: ChannelsChange, tr: Translator) -> str:
    """Which channels came to miss or to reach their goal; empty where it can't be compared."""
    if change.lost:
        return tr("{channels}: newly below goal", channels=_channel_names(change.lost, tr))
    if change.gained:
        return tr("{channels}: newly at goal", channels=_channel_names(change.gained, tr))
    if change.compared_reached is None:
        return tr("goals were changed") if change.reason == "goals_changed" else ""
    if change.compared_reached == change.reached:
        return tr("as before")
    return tr("{n} before, within the noise", n=tr.number(change.compared_reached))


def _channel_names(channels: Collection[str], tr: Translator) -> str:
    return ", ".join(name_of("channel", it, tr) for it in channels)


def churn_change_text(change: ChurnChange, tr: Translator, currency: str) -> str:
    """By how much the cost moved, and whether more or fewer customers really left."""
    if change.difference_amount is None:
        return ""
    sign = "+" if change.difference_amount > 0 else "\N{MINUS SIGN}"
    amount = sign + tr.money(abs(change.difference_amount), currency)
    return f"{amount}, {name_of('change', churn_verdict(change), tr)}"


def churn_verdict(change: ChurnChange) -> str:
    """What may be said of the cost: real only where the rate really moved the same way."""
    if change.difference_amount is None or change.rate_difference is None:
        return "too_few_answers"
    is_same_way = change.difference_amount * change.rate_difference > 0
    if change.verdict == "real_change" and not is_same_way:
        return "within_noise"
    return change.verdict


def comparison_text(change: LevelChange | ChannelsChange, period: Any, tr: Translator) -> str:
    """With which period it is compared; empty without a change."""
    if period is None or change.compared_period is None or change.reason:
        return ""
    return compared_text(period, change.compared_period, tr)


def churn_comparison(change: ChurnChange, tr: Translator) -> str:
    """With which period the cost is compared, or why it can't be."""
    if change.compared_period and change.difference_amount is not None:
        return tr("against {period}", period=period_text(change.compared_period, tr))
    if change.reason == "not_known_then" and change.compared_period:
        return tr("who left before isn't fully known")
    return ""


def target_text(standing: Standing, target: str, distance: str, tr: Translator) -> str:
    """A target and how far the figure is from it; sure or not.

    ``target`` and ``distance`` (without a sign) are written with their unit.
    """
    told = {"target": target, "distance": distance}
    if standing.verdict == "reached":
        return tr("Target {target}: ✓ reached", **told)
    if standing.verdict == "missed":
        return tr("Target {target}: ✗ {distance} away", **told)
    return tr("Target {target}: ≈ {distance} away, can't tell yet", **told)


def levels_away(distance: float, tr: Translator) -> str:
    return tr.plural("{n} level", "{n} levels", abs(round(distance)))


def channels_target(channels: pl.DataFrame, tr: Translator) -> str:
    """All channels should reach their goal; how many surely don't, or can't be told."""
    due = channels.filter(pl.col("compliance_rate").is_not_null())
    missed = due.filter(verdict="missed").height
    unsure = due.filter(verdict="cannot_tell").height
    if due.is_empty():
        return ""
    target = tr("all {n}", n=due.height)
    if missed:
        return tr("Target {target}: ✗ {n} missing", target=target, n=missed)
    if unsure:
        return tr("Target {target}: ≈ {n} can't be told yet", target=target, n=unsure)
    return tr("Target {target}: ✓ reached", target=target)


# What each card asks a meeting to decide


def nps_decision(facts: Facts, tr: Translator) -> str:
    """Which journey to repair, or why nothing can be decided on."""
    weakest = _weakest_journey(facts.journeys)
    if weakest:
        return tr.plural(
            "Fix {name} first: {points} points below the rest ({low} to {high}, {n} answer).",
            "Fix {name} first: {points} points below the rest ({low} to {high}, {n} answers).",
            weakest["answer_count"],
            name=value_name("journey", weakest["journey"], tr),
            points=tr.number(-weakest["rest_difference"]),
            low=tr.number(-weakest["rest_difference_high"]),
            high=tr.number(-weakest["rest_difference_low"]),
        )
    now = facts.change.current.row(0, named=True)
    if now["nps"] is None:
        return ""
    if now["base"] != "ok":
        return tr("Ask more customers: so few answers decide nothing.")
    return tr("Nothing to decide here: no journey is surely below the rest.")


def level_decision(
    company: CompanyLevel, levels: pl.DataFrame, model: PyramidModel, tr: Translator
) -> str:
    """What the weakest journeys need for the next level."""
    if not company.weakest_journeys or company.level == 6:
        return ""
    weakest = levels.filter(pl.col("journey").is_in(company.weakest_journeys))
    ids = dict.fromkeys(it for names in weakest["next_level_missing"] for it in names)
    names = {indicator.id: tr(indicator.name) for indicator in model.indicators}
    named = [tr("“{name}”", name=names[it]) for it in ids][:MOST_INDICATORS]
    listed = ", ".join(named)
    if len(ids) > len(named):
        listed = tr("{listed} and {n} more", listed=listed, n=len(ids) - len(named))
    told = {
        "journeys": journeys_named(company.weakest_journeys, tr),
        "missing": listed,
        "level": (company.level or 0) + 1,
    }
    if company.is_open or company.level is None:
        return tr("Collect more cases of {journeys} to tell: {missing}.", **told)
    return tr("For level {level}, improve {journeys}: {missing}.", **told)


def channels_decision(channels: pl.DataFrame, worst_hours: pl.DataFrame, tr: Translator) -> str:
    """Where to answer faster, how many contacts that is, and when above all."""
    if channels["compliance_rate"].is_null().all():
        return ""
    missed = surely_missed(channels)
    if not missed:
        few = channels.filter("is_small_base", verdict="missed")["channel"].to_list()
        if few:
            names = _channel_names(few, tr)
            return tr("Wait for more contacts: goal missed on few only ({channels}).",
                      channels=names)  # fmt: skip
        return tr("Nothing to decide here: no channel surely misses its goal.")
    row = channels.row(by_predicate=pl.col("channel") == missed[0], named=True)
    gap = row["goal"] - row["compliance_rate"]
    told = {
        "where": tr(WHERE[missed[0]]),
        "late": tr.number(round(gap * (row["met_count"] + row["missed_count"]))),
    }
    if worst_hours.is_empty():
        return tr("Answer faster {where}: {late} more in time reach the goal.", **told)
    hours = hours_text(worst_hours.row(0, named=True), tr)
    return tr("Answer faster {where} (worst: {hours}): {late} more in time reach the goal.",
              hours=hours, **told)  # fmt: skip


def churn_decision(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """Whom to keep, as far as that can be told."""
    low, high = (churn[f"dissatisfaction_{end}_amount"] for end in ("low", "high"))
    if low is None:
        return dissatisfaction_sentence(churn, tr, currency)
    ends = {"low": tr.money(low, currency), "high": tr.money(high, currency)}
    if holds_zero(churn, "dissatisfaction"):
        return tr(
            "Ask why customers leave: no part can be told to go with dissatisfaction "
            "({low} to {high}).",
            **ends,
        )
    return tr(
        "Call back dissatisfied customers first: {low} to {high} goes with dissatisfaction (an "
        "association).",
        **ends,
    )


def few_text(answers: int, people: int, tr: Translator) -> str:
    """Beside a value of few answers, or of few people's, in place of a verdict."""
    if people != answers:
        return tr.plural(
            "{n} customer answered: too few to judge",
            "{n} customers answered: too few to judge",
            people,
        )
    return tr.plural("{n} answer: too few to judge", "{n} answers: too few to judge", answers)


def since_text(
    title: str, day: date, then: Mapping[str, Any], now: Facts, tr: Translator, currency: str
) -> str:
    """What is different from what a meeting saw: the figures of then and now, without a verdict,
    since the two periods may share most of their days."""
    moved = [
        tr("{figure} {then} → {now}", figure=figure, then=one, now=other)
        for figure, one, other in _then_and_now(then, now, tr, currency)
        if one != other
    ]
    since = tr("Since “{title}” ({day})", title=title, day=tr.day(day))
    return tr("{since}: {moved}", since=since, moved=" · ".join(moved) or tr("nothing moved"))


def _then_and_now(
    then: Mapping[str, Any], now: Facts, tr: Translator, currency: str
) -> list[tuple[str, str, str]]:
    """Each figure with its value then and now, as texts; what isn't known of either is left out."""
    pairs: list[tuple[str, Callable[[Any], str], Any, Any]] = [
        (tr("NPS"), tr.nps, then["nps"]["nps"], now.change.current["nps"].item()),
        (tr("Level"), tr.number, then["pyramid"]["level"], now.level.current.level),
        (
            tr("Channels at goal"),
            tr.number,
            then["response_time"]["channels_at_goal"],
            now.channels_change.reached,
        ),
        (
            tr("Cost of churn"),
            lambda amount: tr.money(amount, currency),
            then["churn_cost"]["cost_central_amount"],
            now.churn.current["cost_central_amount"],
        ),
    ]
    return [
        (name, shown(one), shown(other))
        for name, shown, one, other in pairs
        if one is not None and other is not None
    ]
