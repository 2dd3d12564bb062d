"""Response times in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.response_time import channels_at_goal
from cxdata.sentences.scope import total


def compliance_title(channels: pl.DataFrame, tr: Translator) -> str:
    """How many channels surely reach their goal."""
    reached, due = channels_at_goal(channels)
    if due == 0:
        return tr("No contact was due yet.")
    return tr("{reached} of {due} channels at their goal", reached=reached, due=due)


def worst_channel_sentence(channels: pl.DataFrame, tr: Translator) -> str:
    """The channel furthest below its goal, and how many contacts that is; empty if none was due."""
    if channels["compliance_rate"].is_not_null().sum() == 0:
        return ""
    missed = channels.filter(pl.col("verdict") == "missed").with_columns(
        gap=pl.col("goal") - pl.col("compliance_rate")
    )
    if missed.is_empty():
        return tr("No channel surely misses its goal.")
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
    within = tr.duration(row["favourable_seconds"])
    if row["clock"] == "business":
        limit = tr("within {time} of opening hours", time=within)
    elif row["is_strict"]:
        limit = tr("in less than {time}", time=within)
    else:
        limit = tr("within {time}", time=within)
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
    """How many contacts were due, and how many are not yet."""
    due = round(total(channels, "met_count") + total(channels, "missed_count"))
    return [
        tr.plural("{n} contact due", "{n} contacts due", due),
        tr("{n} not yet due", n=tr.number(total(channels, "not_yet_due_count"))),
        tr("bars: 95% interval, mark: goal"),
    ]
