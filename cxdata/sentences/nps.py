"""The NPS and its change in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl

from cxdata.i18n import Translator
from cxdata.metrics.nps.score import NpsChange
from cxdata.metrics.nps.weighting import WeightedChange, judgement
from cxdata.metrics.statistics.intervals import POWER
from cxdata.sentences.nps_weighting import who_answered_title
from cxdata.sentences.scope import compared_text, p_text, period_text, reason_sentence, value_name


def nps_change_sentence(
    change: NpsChange, tr: Translator, weighted: WeightedChange | None = None
) -> str:
    """Direction, size and whether it is real, or rests on who answered."""
    if change.difference is None:
        return tr("No earlier figure")
    points = tr.signed(change.difference, 1)
    match change.verdict if weighted is None else judgement(change, weighted):
        case "who_answered":
            return tr("{points} points: others answered", points=points)
        case "too_few_answers":
            return tr("{points} points, too few answers", points=points)
        case "within_noise":
            return tr("{points} points, within the noise", points=points)
        case "real_change":
            return tr("{points} points, real change", points=points)


def nps_title(change: NpsChange, tr: Translator, weighted: WeightedChange | None = None) -> str:
    """The message of the NPS trend; where only who answered changed, what all customers say."""
    if change.difference is None:
        now = change.current["nps"].item()
        if now is None:
            return tr("NPS over time")
        return tr("The NPS is {value}, with nothing earlier to hold it against", value=tr.nps(now))
    if weighted is not None and judgement(change, weighted) == "who_answered":
        return who_answered_title(weighted, tr)
    size = tr.number(abs(change.difference), 1)
    match change.verdict:
        case "too_few_answers":
            return tr("Too few answers to say whether the NPS moved")
        case "within_noise":
            return tr("The NPS did not move beyond the noise")
        case "real_change":
            if change.difference > 0:
                return tr("The NPS rose {size} points: a real change", size=size)
            return tr("The NPS fell {size} points: a real change", size=size)


def nps_basis(change: NpsChange, tr: Translator, *, is_short: bool = False) -> list[str]:
    """Interval, n, comparison, p and what would have shown: the small print of an NPS.

    A short one, for a card, begins with what it is compared with, since the filters that say it
    are folded on a phone; it has no p and what would have shown, which the verdict says, and not
    how many customers answered.
    """
    now = change.current.row(0, named=True)
    parts = [_compared(change, tr)] if is_short else []
    parts.append(_interval(now, tr))
    if now["answer_count"]:  # of none, the sentence before says so
        people = now["answer_count"] if is_short else now["people_count"]
        parts.append(answers_text(now["answer_count"], people, tr))
    if now["base"] == "small":
        parts.append(tr("small base"))
    p_value = None if is_short or change.difference is None else change.p_value
    if p_value is not None and change.compared_period:
        parts.append(tr("against {period}", period=period_text(change.compared_period, tr)))
        parts.append(p_text(p_value, tr))
        if change.smallest_detectable_change is not None:
            least = tr.number(change.smallest_detectable_change, 1)
            parts.append(
                tr(
                    "a change of {least} points would have shown in {power} of cases",
                    least=least,
                    power=tr.percent(POWER, 0),
                )
            )
    if not change.is_compared_complete and change.compared_period:
        parts.append(tr("the data doesn't cover the whole earlier period"))
    return [part for part in parts if part]


def _compared(change: NpsChange, tr: Translator) -> str:
    """With what, where there is a change."""
    if change.difference is None or change.period is None or change.compared_period is None:
        return ""
    return compared_text(change.period, change.compared_period, tr)


def answers_text(answers: int, people: int, tr: Translator) -> str:
    """How many answers, and of how many customers where some gave several."""
    counted = tr.plural("{n} answer", "{n} answers", answers)
    if people == answers:
        return counted
    customers = tr.plural("{n} customer", "{n} customers", people)
    return tr("{answers} from {customers}", answers=counted, customers=customers)


def _interval(row: dict[str, Any], tr: Translator) -> str:
    if row["nps"] is None:
        return reason_sentence(row["reason"], tr)
    return tr(
        "{confidence} interval {low} to {high}",
        low=tr.nps(row["nps_low"]),
        high=tr.nps(row["nps_high"]),
    )


def weakest_sentence(values: pl.DataFrame, dimension: str, tr: Translator) -> str:
    """The value that is surely below the rest, by how much; empty if none is.

    ``values`` as :func:`cxdata.metrics.nps.score.nps_by` returns them.
    """
    weakest = _weakest(values)
    if weakest is None:
        return ""
    return _below_the_rest(weakest, value_name(dimension, weakest[dimension], tr), tr)


def groups_title(values: pl.DataFrame, dimension: str, tr: Translator) -> str:
    """The weakest group, that none surely is, or that none can be compared."""
    if (values["rest_verdict"] == "too_few_answers").all():
        return tr("Too few answers to compare groups")
    return weakest_sentence(values, dimension, tr) or tr("No group is surely below the rest.")


def heat_title(heat: pl.DataFrame, rows: str, columns: str, tr: Translator) -> str:
    """The pair of groups that is surely below all other answers; if none is, no pair is named."""
    weakest = _weakest(heat)
    if weakest is None:
        return tr("NPS of each pair")
    name = " · ".join(value_name(it, weakest[it], tr) for it in (rows, columns))
    return _below_the_rest(weakest, name, tr)


def looks_text(values: pl.DataFrame, tr: Translator) -> str:
    """What a difference from the rest has passed; empty where none is sure."""
    if (values["rest_verdict"] != "real_change").all():
        return ""
    return tr("Against the rest: sure for all groups looked at together ({confidence}).")


def _weakest(values: pl.DataFrame) -> dict[str, Any] | None:
    """Of those that are surely below the rest, the one furthest below."""
    real = values.filter(
        (pl.col("rest_verdict") == "real_change") & (pl.col("rest_difference") < 0)
    )
    return next(real.sort("rest_difference").iter_rows(named=True), None)


def _below_the_rest(row: dict[str, Any], name: str, tr: Translator) -> str:
    """With n and the interval that holds for all groups looked at."""
    return tr.plural(
        "{name} is {points} points below the rest ({low} to {high}, {n} answer).",
        "{name} is {points} points below the rest ({low} to {high}, {n} answers).",
        row["answer_count"],
        name=name,
        points=tr.number(-row["rest_difference"]),
        low=tr.number(-row["rest_difference_high"]),
        high=tr.number(-row["rest_difference_low"]),
    )


def target_verdict(
    row: Mapping[str, Any], target: float, tr: Translator
) -> tuple[str, Literal["good", "bad", "neutral"]]:
    """How far an NPS is from its target, and whether that is sure by its interval."""
    distance = row["nps"] - target
    points = tr.number(abs(distance), 1)
    if row["nps_low"] >= target:
        return tr("reached, {points} points above", points=points), "good"
    if row["nps_high"] < target:
        return tr("missed, {points} points short", points=points), "bad"
    return tr("{points} points, too close to tell", points=tr.signed(distance, 1)), "neutral"


def nps_value(change: NpsChange, tr: Translator) -> str:
    """The NPS itself; a dash where there is none."""
    value = change.current["nps"].item()
    return "–" if value is None else tr.nps(value)
