"""Who answered, and the NPS of all customers, in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.metrics.nps.weighting import WeightedChange
from cxdata.models import Period
from cxdata.sentences.scope import p_text, period_text, reason_sentence

# From here on a share of customers is worth a word.
NOTABLE_SHARE = 0.005


def coverage_text(figures: pl.DataFrame, tr: Translator, *, is_short: bool = False) -> list[str]:
    """One line beside an NPS: who answered, and the NPS of all customers; or why not.

    ``figures`` are those of :func:`cxdata.metrics.nps.weighting.nps_of_customers`; ``is_short``
    is for a card: without the NPS by revenue, and in fewer words.
    """
    row = figures.row(0, named=True)
    if row["answered_share"] is None:
        reason = reason_sentence(row["coverage_reason"], tr)
        if is_short:
            return [reason]
        return [tr("How many customers answered isn't known: {reason}", reason=reason)]
    parts = [_answered(row, tr, is_short=is_short)]
    if row["customers_nps"] is None:
        parts.append(reason_sentence(row["customers_reason"], tr))
        return parts
    of_all = _with_interval(row, "customers", tr)
    parts.append(
        tr("all: {nps}", nps=of_all) if is_short else tr("all customers: {nps}", nps=of_all)
    )
    if row["customers_left_out_share"] >= NOTABLE_SHARE:
        parts.append(
            tr(
                "without the {share} of customers whose segment didn't answer",
                share=tr.percent(row["customers_left_out_share"], 0),
            )
        )
    if row["revenue_nps"] is not None and not is_short:
        parts.append(tr("by revenue {nps}", nps=_with_interval(row, "revenue", tr)))
    return parts


def _answered(row: dict[str, Any], tr: Translator, *, is_short: bool) -> str:
    share = tr.percent(row["answered_share"], 0)
    if row["answered_revenue_share"] is None:
        return tr("{share} of customers answered", share=share)
    revenue = tr.percent(row["answered_revenue_share"], 0)
    if is_short:
        return tr(
            "{share} of customers ({revenue} of revenue) answered", share=share, revenue=revenue
        )
    return tr("{share} of customers, {revenue} of revenue answered", share=share, revenue=revenue)


def who_answered_title(weighted: WeightedChange, tr: Translator) -> str:
    """What is said in place of a raw change that isn't so of all customers."""
    difference = weighted.difference or 0.0
    now, then = weighted.current.row(0, named=True), weighted.compared.row(0, named=True)
    values = {
        "size": tr.number(abs(difference), 1),
        "before": tr.nps(then["customers_nps"], 1),
        "now": tr.nps(now["customers_nps"], 1),
    }
    if values["size"] == tr.number(0, 1):
        return tr("Who answered changed: weighted to all customers, the NPS did not move")
    if weighted.verdict == "real_change":
        if difference > 0:
            return tr(
                "Who answered changed: weighted to all customers, the NPS rose {size} points "
                "({before} to {now}), a real change",
                **values,
            )
        return tr(
            "Who answered changed: weighted to all customers, the NPS fell {size} points "
            "({before} to {now}), a real change",
            **values,
        )
    if difference >= 0:
        return tr(
            "Who answered changed: weighted to all customers, the NPS rose {size} points "
            "({before} to {now}), within the noise",
            **values,
        )
    return tr(
        "Who answered changed: weighted to all customers, the NPS fell {size} points "
        "({before} to {now}), within the noise",
        **values,
    )


def customers_title(weighted: WeightedChange, tr: Translator) -> str:
    """The NPS of all customers, and whether it moved."""
    row = weighted.current.row(0, named=True)
    if row["customers_nps"] is None:
        return tr("The NPS of all customers isn't known")
    shown = tr.nps(row["customers_nps"], 1)
    if weighted.difference is None or weighted.verdict == "too_few_answers":
        return tr("The NPS of all customers is {nps}", nps=shown)
    if weighted.verdict == "within_noise":
        return tr("The NPS of all customers is {nps}: it did not move beyond the noise", nps=shown)
    points = tr.signed(weighted.difference, 1)
    return tr(
        "The NPS of all customers is {nps}: {points} points, a real change",
        nps=shown,
        points=points,
    )


def customers_notes(weighted: WeightedChange, tr: Translator) -> list[tuple[str, ...]]:
    """The small print of the NPS of all customers, a line each."""
    row = weighted.current.row(0, named=True)
    if row["answered_share"] is None:
        return []
    lines = [_coverage_line(row, tr), _cells_line(row, tr), _respondents_line(weighted, tr)]
    return [tuple(filter(None, parts)) for parts in lines if any(parts)]


def _coverage_line(row: dict[str, Any], tr: Translator) -> list[str]:
    days = Period(row["base_first_on"], row["base_last_on"])
    return [
        tr(
            "{n} of {total} customers of {period} answered",
            n=tr.number(row["answered_count"]),
            total=tr.number(row["customer_count"]),
            period=period_text(days, tr),
        ),
        tr("their part of revenue isn't known or is withheld")
        if row["answered_revenue_share"] is None
        else tr("{share} of known revenue", share=tr.percent(row["answered_revenue_share"])),
        tr(
            "{share} of those who answered are left out: neither customers nor of a group of "
            "theirs",
            share=tr.percent(row["unplaced_share"]),
        )
        if (row["unplaced_share"] or 0) > NOTABLE_SHARE
        else "",
    ]


def _cells_line(row: dict[str, Any], tr: Translator) -> list[str]:
    if row["customers_nps"] is None:
        return []
    return [
        tr.plural(
            "{n} group of segment, region and product with enough answers",
            "{n} groups of segment, region and product with enough answers",
            row["customers_cell_count"],
        ),
        tr(
            "worth {n} answers drawn at random, by revenue {other}",
            n=tr.number(row["customers_effective_count"]),
            other=tr.number(row["revenue_effective_count"]),
        )
        if row["revenue_nps"] is not None
        else tr("worth {n} answers drawn at random", n=tr.number(row["customers_effective_count"])),
        tr(
            "{share} of customers are told by others of their segment: nobody of their own group "
            "answered",
            share=tr.percent(row["customers_borrowed_share"]),
        )
        if row["customers_borrowed_share"] > NOTABLE_SHARE
        else "",
        tr(
            "{share} of customers are in no figure: their segment didn't answer",
            share=tr.percent(row["customers_left_out_share"]),
        )
        if row["customers_left_out_share"] > 0
        else "",
    ]


def _respondents_line(weighted: WeightedChange, tr: Translator) -> list[str]:
    if weighted.respondents_effect is None or weighted.respondents_p_value is None:
        return [reason_sentence(weighted.reason, tr)] if weighted.reason else []
    return [
        tr(
            "who of them answered brought {points} points to the change of the NPS of the answers",
            points=tr.signed(weighted.respondents_effect, 1),
        ),
        p_text(weighted.respondents_p_value, tr),
        tr(
            "{share} of customers are in segments that answered in one period only, and are not "
            "compared",
            share=tr.percent(weighted.left_out_share),
        )
        if weighted.left_out_share > NOTABLE_SHARE
        else "",
    ]


def _with_interval(row: dict[str, Any], weight: str, tr: Translator) -> str:
    return tr(
        "{nps} ({low} to {high})",
        nps=tr.nps(row[f"{weight}_nps"]),
        low=tr.nps(row[f"{weight}_nps_low"]),
        high=tr.nps(row[f"{weight}_nps_high"]),
    )
