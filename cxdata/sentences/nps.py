"""The NPS and its change in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.metrics.nps.score import NpsChange
from cxdata.metrics.nps.weighting import WeightedChange, judgement
from cxdata.metrics.statistics.intervals import POWER
from cxdata.sentences.nps_weighting import who_answered_title
from cxdata.sentences.scope import p_text, period_text, reason_sentence, value_name


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
        return tr("NPS over time")
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


def nps_basis(change: NpsChange, tr: Translator) -> list[str]:
    """Interval, n, comparison, p and what would have shown: the small print of an NPS."""
    now = change.current.row(0, named=True)
    parts = [_interval(now, tr)]
    if now["answer_count"] is not None:
        parts.append(tr.plural("{n} answer", "{n} answers", now["answer_count"]))
    if now["base"] == "small":
        parts.append(tr("small base"))
    if change.difference is not None and change.compared_period and change.p_value is not None:
        parts.append(tr("against {period}", period=period_text(change.compared_period, tr)))
        parts.append(p_text(change.p_value, tr))
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


def _interval(row: dict[str, Any], tr: Translator) -> str:
    if row["nps"] is None:
        return reason_sentence(row["reason"], tr)
    return tr(
        "{confidence} interval {low} to {high}",
        low=tr.nps(row["nps_low"]),
        high=tr.nps(row["nps_high"]),
    )


def weakest_sentence(values: pl.DataFrame, dimension: str, tr: Translator) -> str:
    """The value that is really below the rest, if one is; empty where none can be compared."""
    if values["rest_difference"].is_not_null().sum() == 0:
        return ""
    real = values.filter(
        (pl.col("rest_verdict") == "real_change") & (pl.col("rest_difference") < 0)
    ).sort("rest_difference")
    if real.is_empty():
        return tr("No group is really below the others.")
    row = real.row(0, named=True)
    return tr(
        "{name} is {points} points below the rest.",
        name=value_name(dimension, row[dimension], tr),
        points=tr.number(-row["rest_difference"]),
    )


def nps_value(change: NpsChange, tr: Translator) -> str:
    """The NPS itself; a dash where there is none."""
    value = change.current["nps"].item()
    return "–" if value is None else tr.nps(value)
