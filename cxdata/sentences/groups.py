"""Groups held against each other: over time, and before and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.metrics.nps.score import NpsChange
from cxdata.models import Grain
from cxdata.sentences.scope import value_name

# Sure changes that a sentence names.
MOST_NAMED = 3


def groups_over_time_sentence(
    groups: pl.DataFrame,
    dimension: str,
    grain: Grain,
    words: Callable[[float], str],
    tr: Translator,
) -> str:
    """Which group stands surely below all others, and since when; or that none does.

    Of whole periods with a base, by intervals that don't meet: that is more than the confidence
    asks for. ``words`` says a value, such as 0.81 as "81%".
    """
    sure = groups.filter("is_complete", ~pl.col("is_small_base"), pl.col("low").is_not_null())
    by_period = {key[0]: it.to_dicts() for key, it in sure.group_by("period")}
    comparable = sorted(it for it, rows in by_period.items() if len(rows) > 1)
    if not comparable:
        return tr("No whole period with enough of two groups to compare them.")
    last = comparable[-1]
    lowest, following = sorted(by_period[last], key=lambda row: row["value"])[:2]
    below = _below_since([by_period[it] for it in comparable], lowest["group"])
    period, first_on = tr.period_name(last, grain), comparable[len(comparable) - max(below, 1)]
    if not below:
        return tr("{period}: no group stands surely below the others", period=period)
    told: dict[str, Any] = {
        "group": value_name(dimension, lowest["group"], tr),
        "value": words(lowest["value"]),
        "next": words(following["value"]),
        "period": period,
    }
    if below == len(comparable):
        return tr(
            "{group} stands below the others in all periods shown: {value}, the next {next} "
            "({period})",
            **told,
        )
    return tr(
        "{group} has stood below the others since {since}: {value}, the next {next} ({period})",
        since=tr.period_name(first_on, grain),
        **told,
    )


def _below_since(periods: list[list[dict[str, Any]]], group: object) -> int:
    """In how many of the last periods without a break the group is surely below all others."""
    count = 0
    for rows in reversed(periods):
        own = [row for row in rows if row["group"] == group]
        others = [row["low"] for row in rows if row["group"] != group]
        if not own or not others or own[0]["high"] >= min(others):
            break
        count += 1
    return count


def two_periods_sentence(
    periods: pl.DataFrame, dimension: str, confidence: float, tr: Translator
) -> str:
    """Which groups surely rose or fell, all looked at together; or that none did."""
    tested = periods.drop_nulls("p_value")
    if tested.is_empty():
        return tr("Too few answers to compare the two periods group by group")
    sure = tested.filter(pl.col("p_value") < (1 - confidence) / tested.height)
    if sure.is_empty():
        return tr("No group surely moved between the two periods")
    named = [
        f"{value_name(dimension, row[dimension], tr)} {tr.signed(row['difference'], 1)}"
        for row in sure.sort(pl.col("difference").abs(), descending=True).to_dicts()
    ]
    more = f" +{len(named) - MOST_NAMED}" if len(named) > MOST_NAMED else ""
    return tr("Surely moved: {groups}", groups=", ".join(named[:MOST_NAMED]) + more)


def latest_period_sentence(
    change: NpsChange,
    period: date,
    before: date,
    grain: Grain,
    partial: date | None,
    tr: Translator,
) -> str:
    """The last whole period against the one before, and which isn't whole yet.

    ``change`` is that of the two; ``partial`` the period after it, if it has begun.
    """
    now = change.current.row(0, named=True)
    name = tr.period_name(period, grain)
    said = name[:1].upper() + name[1:]
    if now["nps"] is not None:
        said = tr("{period}: {nps}", period=said, nps=tr.nps(now["nps"]))
    if change.difference is not None:
        verdict = {
            "real_change": tr("a real change"),
            "within_noise": tr("within the noise"),
            "too_few_answers": tr("too few answers"),
        }[change.verdict]
        said = tr(
            "{said}, {points} on {before} ({verdict})",
            said=said,
            points=tr.signed(change.difference, 1),
            before=tr.period_name(before, grain),
            verdict=verdict,
        )
    if partial is None:
        return said
    return f"{said} · {partial_sentence(partial, grain, tr)}"


def partial_sentence(period: date, grain: Grain, tr: Translator) -> str:
    """Which period isn't whole, and so isn't compared."""
    return tr("{period} is only partly known: dotted", period=tr.period_name(period, grain))
