"""Response times in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import NAMES, name_of, name_of_value
from cxdata.metrics import value_column
from cxdata.metrics.response_time.compliance import channels_at_goal, is_never_reached
from cxdata.metrics.response_time.contact_mix import widest_journey
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.models import Channel, Filters, Grain
from cxdata.sentences.scope import reason_sentence, total

# Why contacts are in no rate: no file says when they were answered, or at what time they came.
NOT_KNOWN = ("answers_not_known", "times_not_known")


def compliance_title(channels: pl.DataFrame, tr: Translator) -> str:
    """How many channels surely reach their goal; why there is no figure, where there is none."""
    reached, due = channels_at_goal(channels)
    if due == 0:
        why = ("too_few_to_show", "protects_others", *NOT_KNOWN, "none_due", "no_contacts")
        found = channels["reason"].to_list()
        return contact_reason(next((it for it in why if it in found), "no_contacts"), tr)
    rated = channels.filter(pl.col("compliance_rate").is_not_null())
    if (rated["verdict"] == "cannot_tell").all():
        return tr("Can't tell yet whether the goals are reached")
    return tr.plural(
        "{reached} of {n} channel at its goal",
        "{reached} of {n} channels at their goal",
        due,
        reached=reached,
    )


def compliance_trend_sentence(trend: pl.DataFrame, tr: Translator) -> str:
    """The channel that was most often below its goal, beyond the margin of error.

    Of whole periods that rest on enough contacts; empty without any.
    """
    sure = trend.filter("is_complete", ~pl.col("is_small_base"), pl.col("rate_high").is_not_null())
    if sure.is_empty():
        return ""
    counts = sure.group_by("channel", maintain_order=True).agg(
        below=(pl.col("verdict") == "missed").sum(), n=pl.len()
    )
    worst = counts.sort("below", descending=True, maintain_order=True).row(0, named=True)
    if not worst["below"]:
        return tr("No channel was below its goal in any period, beyond the margin of error.")
    return tr.plural(
        "{channel}: below the goal in {below} of {n} period.",
        "{channel}: below the goal in {below} of {n} periods.",
        worst["n"],
        channel=name_of("channel", worst["channel"], tr),
        below=worst["below"],
    )


def first_below_sentence(trend: pl.DataFrame, grain: Grain, tr: Translator) -> str:
    """The channel that is below its goal in its last whole period for the first time; empty if
    none is.

    ``trend`` as :func:`cxdata.metrics.response_time.compliance.compliance_trend`; small bases
    aren't judged. That the rate is below and that it surely is are said apart.
    """
    based = trend.filter("is_complete", ~pl.col("is_small_base"), pl.col("rate_high").is_not_null())
    for channel in based["channel"].unique(maintain_order=True):
        *before, last = based.filter(pl.col("channel") == channel).sort("period").to_dicts()
        was_below = any(row["compliance_rate"] < row["goal"] for row in before)
        if not before or was_below or last["compliance_rate"] >= last["goal"]:
            continue
        told = {
            "channel": name_of("channel", channel, tr),
            "rate": tr.percent(last["compliance_rate"]),
            "goal": tr.percent(last["goal"], 0),
            "period": tr.period_name(last["period"], grain),
        }
        if last["verdict"] == "missed":
            return tr("{channel}: below the goal for the first time, {rate} in {period}.", **told)
        return tr(
            "{channel}: under {goal} for the first time, {rate} in {period}, too close to be sure.",
            **told,
        )
    return ""


def worst_channel_sentence(channels: pl.DataFrame, tr: Translator) -> str:
    """The channel furthest below its goal, and how many contacts that is; empty without a rate.

    A channel with a small base is never the worst.
    """
    if channels["compliance_rate"].is_null().all():
        return ""
    all_missed = channels.filter(pl.col("verdict") == "missed").with_columns(
        gap=pl.col("goal") - pl.col("compliance_rate")
    )
    if all_missed.is_empty():
        return tr("No channel surely misses its goal.")
    missed = all_missed.filter(~pl.col("is_small_base"))
    if missed.is_empty():
        names = [name_of("channel", it, tr) for it in all_missed["channel"]]
        return tr("Goal missed on a small base only: {channels}.", channels=", ".join(names))
    row = missed.sort("gap", descending=True).row(0, named=True)
    late = round(row["gap"] * (row["met_count"] + row["missed_count"]))
    return tr(
        "{channel}: {gap} points short of the goal, {late} contacts more to answer in time.",
        channel=name_of("channel", row["channel"], tr),
        gap=tr.number(100 * row["gap"]),
        late=tr.number(late),
    )


def standard_text(row: dict[str, Any], tr: Translator) -> str:
    """What "in time" means on a channel, and whose goal it is."""
    within = tr.on_clock(row["favourable_seconds"], row["clock"])
    if row["clock"] == "elapsed":
        limit = (
            tr("in less than {time}", time=within)
            if row["is_strict"]
            else tr("within {time}", time=within)
        )
    elif row["is_strict"]:
        limit = tr("in less than {time} of opening hours", time=within)
    else:
        limit = tr("within {time} of opening hours", time=within)
    goal = tr.percent(row["goal"], 0)
    whose = (
        tr("published goal {goal}", goal=goal)
        if row["goal_is_published"]
        else tr("company's own goal {goal}", goal=goal)
    )
    return f"{limit} · {whose} · {abandon_text(row['abandon_rule'], tr)}"


def abandon_text(rule: str, tr: Translator) -> str:
    return {
        "missed": tr("abandoned counts as missed"),
        "ignored": tr("abandoned ones left out"),
        "short_ignored": tr("short abandons left out"),
    }[rule]


def compliance_value(channels: pl.DataFrame, tr: Translator) -> str:
    """Channels that surely reach their goal, of those where something was due."""
    reached, due = channels_at_goal(channels)
    return tr("{reached} of {due}", reached=reached, due=due) if due else "–"


def compliance_basis(channels: pl.DataFrame, tr: Translator) -> list[str]:
    """How many contacts were due, and how many are not yet; that there were none.

    Only of channels that are shown: the sum of all would tell of the others.
    """
    if not has_contacts(channels):
        return [tr("No contacts for these filters.")]
    due = round(total(channels, "met_count") + total(channels, "missed_count"))
    return [
        tr.plural("{n} contact due", "{n} contacts due", due),
        tr("{n} not yet due", n=tr.number(total(channels, "not_yet_due_count"))),
        *channels_left_out(channels, tr),
        tr("without channels with too few contacts") if channels["met_count"].null_count() else "",
        tr("bars: {confidence} interval, mark: goal"),
    ]


def left_out_texts(unknown_count: int, untimed_count: int, tr: Translator) -> list[str]:
    """How many contacts no rate, wait or backlog counts, because no file says enough of them."""
    unknown = tr.plural(
        "{n} contact left out: no file says when it was answered",
        "{n} contacts left out: no file says when they were answered",
        unknown_count,
    )
    untimed = tr.plural(
        "{n} contact left out: its file has days without times",
        "{n} contacts left out: their files have days without times",
        untimed_count,
    )
    said = ((unknown, unknown_count), (untimed, untimed_count))
    return [text for text, count in said if count]


def channels_left_out(channels: pl.DataFrame, tr: Translator) -> list[str]:
    """As :func:`left_out_texts`, of all channels that are shown."""
    not_known = round(total(channels, "not_known_count"))
    return left_out_texts(not_known, round(total(channels, "untimed_count")), tr)


def not_known_reason(channels: pl.DataFrame, tr: Translator) -> str:
    """Why nothing can be said of the waits on these channels; empty if something can, or if
    another reason holds.

    ``channels`` as :func:`cxdata.metrics.response_time.compliance.compliance_by_channel`.
    """
    reasons = set(channels.filter(pl.col("contact_count").fill_null(1) > 0)["reason"])
    found = next((it for it in NOT_KNOWN if it in reasons), None)
    return contact_reason(found, tr) if found and reasons <= {*NOT_KNOWN} else ""


def has_contacts(channels: pl.DataFrame) -> bool:
    """Whether there are contacts in the filters, shown or withheld."""
    return bool((channels["contact_count"].is_null() | (channels["contact_count"] > 0)).any())


def channel_basis(row: dict[str, Any], tr: Translator) -> list[str]:
    """How sure a channel's rate is, and how many contacts it is made of."""
    if row["not_yet_due_count"] is None:
        return [contact_reason(row["reason"], tr)]
    waiting = tr("{n} not yet due", n=tr.number(row["not_yet_due_count"]))
    left_out = left_out_texts(row["not_known_count"], row["untimed_count"], tr)
    if row["compliance_rate"] is None:
        due_later = waiting if row["not_yet_due_count"] or not left_out else ""
        return [contact_reason(row["reason"], tr), due_later, *left_out]
    due = row["met_count"] + row["missed_count"]
    interval = tr.percent_range(row["rate_low"], row["rate_high"])
    return [
        tr("{confidence} interval {range}", range=interval),
        tr.plural("{n} contact due", "{n} contacts due", due),
        tr("small base") if row["is_small_base"] else "",
        waiting,
        *left_out,
    ]


def channel_figures(row: dict[str, Any], tr: Translator) -> tuple[str, ...]:
    """Of how many contacts a channel's rate is, and its interval, as short as they can be."""
    if row["compliance_rate"] is None:
        return ()
    due = tr("n = {n}", n=tr.number(row["met_count"] + row["missed_count"]))
    interval = tr.percent_range(row["rate_low"], row["rate_high"])
    told = (due, tr("{range} ({confidence})", range=interval))
    return (*told, tr("small base")) if row["is_small_base"] else told


def channel_waits(row: dict[str, Any], tr: Translator) -> list[str]:
    """Within which time half and 9 in 10 are answered."""
    half, most = row["p50_seconds"], row["p90_seconds"]
    return [
        tr("● half within {time}", time=tr.on_clock(half, row["clock"]))
        if half is not None
        else "",
        _most_within(row, most, tr),
    ]


def graded_score_text(row: dict[str, Any], tr: Translator) -> str:
    """The mean graded score of a channel; empty where it isn't given."""
    score = row["score"]
    return "" if score is None else tr("graded score {score} of 100", score=tr.number(score))


def _most_within(row: dict[str, Any], most: float | None, tr: Translator) -> str:
    if most is not None:
        return tr("◆ 9 in 10 within {time}", time=tr.on_clock(most, row["clock"]))
    if not is_never_reached(row, "p90_seconds"):
        return ""
    return tr(
        "◆ 9 in 10 never: {answered} are answered ({range}), {gave_up} give up",
        answered=tr.percent(row["ever_answered_share"]),
        range=tr.percent_range(row["ever_answered_share_low"], row["ever_answered_share_high"]),
        gave_up=tr.percent(row["gave_up_share"]),
    )


def channel_standard(row: dict[str, Any], tr: Translator) -> list[str]:
    """What the channel is held against, and how many contacts against something else."""
    own = row["own_standard_count"] or 0
    judged = tr.plural(
        "{n} contact judged by a standard of its own",
        "{n} contacts judged by standards of their own",
        own,
    )
    return [standard_text(row, tr), judged if own else ""]


def hours_text(row: dict[str, Any], tr: Translator) -> str:
    """A stretch of hours: "Monday, 8:00 to 12:00", "every day, 18:00 to 24:00"."""
    every = row["weekday"] is None
    day = tr("every day") if every else tr.weekday(row["weekday"], starts_line=False)
    return tr(
        "{day}, {from_hour} to {until_hour}",
        day=day,
        from_hour=tr.hour(row["from_hour"]),
        until_hour=tr.hour(row["until_hour"]),
    )


def worst_hours_sentence(worst: pl.DataFrame, channel: Channel, tr: Translator) -> str:
    """When a channel fails most; empty if no hours stand out.

    ``worst`` as :func:`cxdata.metrics.response_time.contact_hours.worst_hours` returns it.
    """
    if worst.is_empty():
        return ""
    row = worst.row(0, named=True)
    return tr(
        "{channel}: {hours}, {share} missed against {rest} otherwise.",
        channel=name_of("channel", channel, tr),
        hours=hours_text(row, tr),
        share=tr.percent(row["missed_share"], 0),
        rest=tr.percent(row["rest_share"], 0),
    )


def hours_title(
    by_hour: pl.DataFrame,
    worst: pl.DataFrame,
    channel: Channel,
    tr: Translator,
    not_known: str = "",
) -> str:
    """When a channel fails most, that no hours stand out, or why nothing can be said.

    ``not_known`` as :func:`not_known_reason` says it of the channel.

    ``by_hour`` as :func:`cxdata.metrics.response_time.contact_hours.missed_by_hour` returns it.
    """
    named = name_of("channel", channel, tr)
    if not_known:
        return not_known
    if by_hour.is_empty():
        return contact_reason("no_contacts", tr)
    if (by_hour["due_count"] == 0).all() and not by_hour["due_count"].null_count():
        return contact_reason("none_due", tr)
    if by_hour["missed_share"].is_null().all():
        return tr("{channel}: too few contacts an hour to compare hours.", channel=named)
    even = tr("{channel}: no hours stand out.", channel=named)
    return worst_hours_sentence(worst, channel, tr) or even


def worst_hours_basis(worst: pl.DataFrame, tr: Translator) -> list[str]:
    """How many contacts say so, how large the difference surely is, and how it was found."""
    if worst.is_empty():
        return []
    row = worst.row(0, named=True)
    return [
        tr(
            "{missed} of {due} missed there",
            missed=tr.number(row["missed_count"]),
            due=tr.number(row["due_count"]),
        ),
        tr(
            "difference {low} to {high} points ({confidence})",
            low=tr.number(100 * row["difference_low"]),
            high=tr.number(100 * row["difference_high"]),
        ),
        tr(
            "sure although {n} stretches of hours were tried",
            n=tr.number(row["tried_count"]),
        ),
    ]


def waits_sentence(row: dict[str, Any], tr: Translator) -> str:
    """How long a channel's customers wait, in words."""
    channel = name_of("channel", row["channel"], tr)
    if row["p50_seconds"] is None:
        if is_never_reached(row, "p50_seconds"):
            return tr("{channel}: {answered} are answered, {gave_up} give up.", **_endings(row, tr))
        return tr("{channel}: fewer than half have an answer.", channel=channel)
    half = tr.on_clock(row["p50_seconds"], row["clock"])
    if row["p90_seconds"] is None:
        if is_never_reached(row, "p90_seconds"):
            return tr(
                "{channel}: half answered within {half}, 9 in 10 never: {answered} are answered, "
                "{gave_up} give up.",
                half=half,
                **_endings(row, tr),
            )
        return tr("{channel}: half answered within {half}.", channel=channel, half=half)
    if row["p90_seconds"] == row["p50_seconds"]:
        return tr("{channel}: 9 in 10 answered within {most}.", channel=channel, most=half)
    return tr(
        "{channel}: half answered within {half}, 9 in 10 within {most}.",
        channel=channel,
        half=half,
        most=tr.on_clock(row["p90_seconds"], row["clock"]),
    )


def _endings(row: dict[str, Any], tr: Translator) -> dict[str, str]:
    """What becomes of a channel's waits, for a sentence."""
    return {
        "channel": name_of("channel", row["channel"], tr),
        "answered": tr.percent(row["ever_answered_share"]),
        "gave_up": tr.percent(row["gave_up_share"]),
    }


def backlog_sentence(open_contacts: pl.DataFrame, tr: Translator, not_known: str = "") -> str:
    """How many wait, and how many of them too long already; or why that isn't known.

    ``open_contacts`` as :func:`cxdata.metrics.response_time.backlog.backlog` returns it.
    """
    count = round(total(open_contacts, "contact_count"))
    if not count:
        return not_known or tr("Nobody is waiting for an answer.")
    late = open_contacts.filter(pl.col("backlog_class") == "past_due")
    if late.is_empty():
        return tr.plural(
            "{n} contact is open, within its time.",
            "{n} contacts are open, all within their time.",
            count,
        )
    return tr.plural(
        "{late} of {n} open contact is past its time.",
        "{late} of {n} open contacts are past their time.",
        count,
        late=tr.number(total(late, "contact_count")),
    )


def backlog_basis(contacts: pl.DataFrame, time_zone: str, tr: Translator) -> list[str]:
    """What "now" is, and which filter a backlog doesn't have."""
    if contacts.is_empty():
        return []
    now = tr.moment(contacts["now_at"].max(), time_zone)  # type: ignore[arg-type]
    return [
        tr("“Now” is the date of the extract, {now}, not today", now=now),
        tr("all open contacts, whatever the period chosen"),
    ]


def time_left_text(seconds: float | None, tr: Translator) -> str:
    """How much time is left until a deadline, or how long it has passed."""
    if seconds is None:
        return tr("not known")
    if seconds < 0:
        return tr("{time} past", time=tr.duration(-seconds))
    return tr("{time} left", time=tr.duration(seconds))


def groups_sentence(values: pl.DataFrame, dimension: str, channel: Channel, tr: Translator) -> str:
    """The group of a channel that surely misses the goal by most; or that none does.

    ``values`` are the channel's rows of
    :func:`cxdata.metrics.response_time.compliance.compliance_by`. Groups with a small base are not
    compared.
    """
    named = name_of("channel", channel, tr)
    known = _comparable(values)
    if known.is_empty():
        return tr("{channel}: too few contacts to compare groups.", channel=named)
    missed = known.filter(pl.col("verdict") == "missed").sort("compliance_rate")
    if missed.is_empty() and "missed" in values["verdict"]:
        return tr("{channel}: only groups with a small base miss the goal.", channel=named)
    if missed.is_empty():
        return tr("{channel}: no group surely misses the goal.", channel=named)
    row = missed.row(0, named=True)
    group = _value(dimension, row[value_column(dimension)], tr)
    rate = tr.percent(row["compliance_rate"], 0)
    told = {
        "channel": named,
        "group": group,
        "rate": rate,
        "range": tr.percent_range(row["rate_low"], row["rate_high"], 0),
        "due": tr.number(row["met_count"] + row["missed_count"]),
        "goal": tr.percent(row["goal"], 0),
    }
    if known.height == 1:
        return tr(
            "{channel}: {group} has {rate} in time ({range}, {due} contacts), below {goal}.", **told
        )
    return tr(
        "{channel}: {group} has {rate} in time ({range}, {due} contacts), below {goal}: the lowest "
        "of {n}.",
        n=tr.number(known.height),
        **told,
    )


def lowest_group_text(
    values: pl.DataFrame, dimension: str, channel: Channel, tr: Translator
) -> str:
    """Which group of a channel has the lowest rate, sure or not; empty with fewer than two.

    ``values`` are the channel's rows of
    :func:`cxdata.metrics.response_time.compliance.compliance_by`.
    """
    known = _comparable(values).sort("compliance_rate", maintain_order=True)
    if known.height < 2:
        return ""
    row = known.row(0, named=True)
    return tr(
        "{channel}: lowest in {group}, {rate} in time ({range}), not surely below {goal}.",
        channel=name_of("channel", channel, tr),
        group=_value(dimension, row[value_column(dimension)], tr),
        rate=tr.percent(row["compliance_rate"], 0),
        range=tr.percent_range(row["rate_low"], row["rate_high"], 0),
        goal=tr.percent(row["goal"], 0),
    )


def across_sentence(journeys: pl.DataFrame, confidence: float, tr: Translator) -> str:
    """The journey whose channels differ most, beyond chance, although all pairs were looked at.

    ``journeys`` as :func:`cxdata.metrics.response_time.contact_mix.journey_channels` returns it.
    """
    known = _comparable(journeys)
    if not known["journey"].is_duplicated().any():
        return tr("No journey has two channels with enough contacts to compare.")
    widest = widest_journey(journeys, confidence=confidence)
    if widest.is_empty():
        return tr("No journey is surely answered better on one channel than on another.")
    row = widest.row(0, named=True)
    return tr(
        "{journey}: {best_rate} in time {best}, {worst_rate} {worst} "
        "(difference {low} to {high} points, {n} contacts).",
        journey=_value("journey", row["journey"], tr),
        best_rate=tr.percent(row["best_met"] / row["best_due"], 0),
        best=tr(BY_CHANNEL[row["best"]]),
        worst_rate=tr.percent(row["worst_met"] / row["worst_due"], 0),
        worst=tr(BY_CHANNEL[row["worst"]]),
        low=tr.number(100 * row["difference_low"]),
        high=tr.number(100 * row["difference_high"]),
        n=tr.number(row["best_due"] + row["worst_due"]),
    )


def _comparable(rows: pl.DataFrame) -> pl.DataFrame:
    """Those with a rate whose base isn't small: only they are ranked."""
    return rows.filter(pl.col("compliance_rate").is_not_null(), ~pl.col("is_small_base"))


# How a channel is called within a sentence.
BY_CHANNEL: dict[Channel, str] = {
    "call": N_("by telephone"),
    "email": N_("by email"),
    "chat": N_("by chat"),
    "social": N_("on social media"),
}


def returns_sentence(row: dict[str, Any], days: int, tr: Translator) -> str:
    """How many had to ask again; why there is no figure, where there is none.

    ``row`` of :func:`cxdata.metrics.response_time.returns.returns_summary`.
    """
    if row["return_rate"] is None:
        return contact_reason(row["reason"], tr)
    return tr.plural(
        "After {share} of contacts the customer had to ask the same again within {n} day.",
        "After {share} of contacts the customer had to ask the same again within {n} days.",
        days,
        share=tr.percent(row["return_rate"]),
    )


def share_basis_text(row: dict[str, Any], share: str, count: str, tr: Translator) -> str:
    """The interval and n of a rate; what is missing where there is none."""
    if row[share] is None:
        return tr("not known")
    interval = tr.percent_range(row[f"{share}_low"], row[f"{share}_high"])
    return f"{tr('{confidence} interval {range}', range=interval)} · n = {tr.number(row[count])}"


LATE_AGAINST_PROMPT = {
    "limit": N_("NPS {prompt} after a prompt answer, {late} after a late one (within the limit)."),
    "beyond": N_("NPS {prompt} after a prompt answer, {late} after a late one (beyond the limit)."),
    "abandoned": N_("NPS {prompt} after a prompt answer, {late} after an abandoned contact."),
}


def wait_scores_sentence(scores: pl.DataFrame, tr: Translator) -> str:
    """The NPS of those answered in time against that of those who waited longest.

    ``scores`` as :func:`cxdata.metrics.response_time.wait_effects.scores_by_wait` returns it.
    """
    known = {
        row["wait_class"]: row for row in scores.iter_rows(named=True) if row["nps"] is not None
    }
    late = next((known[it] for it in ("beyond", "limit", "abandoned") if it in known), None)
    if "favourable" not in known or late is None:
        return tr("Too few answers after a contact to compare waits.")
    prompt = known["favourable"]
    if late["nps_high"] >= prompt["nps_low"] and late["nps_low"] <= prompt["nps_high"]:
        return tr("The NPS doesn't surely differ with the wait.")
    said = LATE_AGAINST_PROMPT[late["wait_class"]]
    return tr(said, prompt=tr.nps(prompt["nps"]), late=tr.nps(late["nps"]))


# What an auditor asks first.
COUNTING_RULES = (
    N_("Only contacts that customers began are judged; the wait ends with the first answer."),
    N_("Answered late, abandoned, or still open past the favourable time: missed."),
    N_("Still open within the favourable time: not yet due, and in no rate."),
    N_("“Now” is the date of the extract, or the latest moment in the contacts; never today."),
    N_("No rate without contacts that are due, and none over channels with different clocks."),
    N_("Half and 9 in 10 are of all contacts, those given up and open too (Aalen-Johansen)."),
)


def answers_after_text(filters: Filters, days: int, tr: Translator) -> list[str]:
    """Which answers stand beside which contacts."""
    return [
        tr("{survey} survey", survey=name_of("survey", filters.survey, tr)),
        tr.plural(
            "answers up to {n} day after the customer's last contact",
            "answers up to {n} days after the customer's last contact",
            days,
        ),
    ]


def contact_reason(code: str | None, tr: Translator) -> str:
    """Why a figure of contacts isn't given; empty without a reason."""
    if code == "too_few_to_show":
        return tr("Too few contacts to show a figure.")
    return reason_sentence(code, tr)


def contact_choice_text(choice: ContactChoice, tr: Translator) -> list[str]:
    """Which part of a figure's contacts was chosen."""
    channel = [("channel", choice.channel)] if choice.channel else []
    parts = [
        f"{name_of('dimension', name, tr)} = {_value(name, value, tr)}"
        for name, value in (*channel, *choice.values)
    ]
    if choice.grain and choice.period_on:
        parts.append(tr.period_name(choice.period_on, choice.grain))
    if choice.weekday is not None:
        parts.append(tr.weekday(choice.weekday))
    if choice.local_hours:
        first, last = choice.local_hours
        parts.append(
            tr("{from_hour} to {until_hour}", from_hour=tr.hour(first), until_hour=tr.hour(last))
        )
    if choice.wait_seconds:
        low, high = map(tr.duration, choice.wait_seconds)
        parts.append(tr("wait {low} to {high}", low=low, high=high))
    for family, code in (
        ("status", choice.status),
        ("contact_outcome", choice.outcome),
        ("wait_class", choice.wait_class),
        ("repeat", choice.repeat),
    ):
        if code is not None:
            parts.append(name_of(family, code, tr))
    return parts


def _value(name: str, value: str | None, tr: Translator) -> str:
    return name_of_value(name, value, tr)


def audience_text(audience: str | None, value: str, tr: Translator) -> str:
    """Whom a standard is for."""
    if audience is None:
        return tr("everybody")
    return tr(NAMES["audience"][audience], value=name_of_value(audience, value, tr))
