"""What churn costs in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxdata.config import AssumptionName, ChurnSettings
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Period
from cxdata.sentences.scope import period_text, reason_sentence

ENDS = ("low", "high")


def cost_title(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """The cost of churn as a range; where there is none, who left."""
    if not _is_costed(churn):
        return _who_left(churn, tr)
    return tr(
        "Lost customers cost {low} to {high}",
        low=tr.money(churn["cost_low_amount"], currency),
        high=tr.money(churn["cost_high_amount"], currency),
    )


def cost_sentence(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """Who left, at what rates."""
    customers = _who_left(churn, tr)
    if not churn["customer_churn_rate"] or churn["revenue_churn_rate"] is None:
        return customers
    revenue = tr("{rate} of revenue", rate=tr.percent(churn["revenue_churn_rate"]))
    return f"{customers}, {revenue}"


def _is_costed(churn: dict[str, Any]) -> bool:
    """Whether there is a cost to tell: not where it is unknown, nor where nobody left."""
    return churn["cost_low_amount"] is not None and churn["lost_count"] > 0


def _who_left(churn: dict[str, Any], tr: Translator) -> str:
    if churn["customer_churn_rate"] is None:
        return reason_sentence(churn["reason"], tr)
    customers = tr.number(churn["customer_count"])
    if churn["lost_count"] == 0:
        return tr("None of the {customers} customers left", customers=customers)
    return tr(
        "{lost} of {customers} customers left ({rate})",
        lost=tr.number(churn["lost_count"]),
        customers=customers,
        rate=tr.percent(churn["customer_churn_rate"]),
    )


def who_left_sentence(churn: dict[str, Any], tr: Translator) -> str:
    """Who left of how many, the rate with its interval; why that isn't known."""
    if not churn["customer_churn_rate"]:
        return _who_left(churn, tr)
    return tr(
        "{lost} of {customers} customers left: {rate} ({range} at {confidence})",
        lost=tr.number(churn["lost_count"]),
        customers=tr.number(churn["customer_count"]),
        rate=tr.percent(churn["customer_churn_rate"]),
        range=tr.percent_range(churn["rate_low"], churn["rate_high"]),
    )


def revenue_left_text(churn: dict[str, Any], tr: Translator) -> str:
    """The share of revenue that left, with its interval; empty where it isn't known."""
    if not churn["customer_churn_rate"] or churn["revenue_churn_rate"] is None:
        return ""
    rate = tr("{rate} of revenue", rate=tr.percent(churn["revenue_churn_rate"]))
    if churn["revenue_rate_low"] is None:
        return rate
    ends = tr.percent_range(churn["revenue_rate_low"], churn["revenue_rate_high"])
    return tr("{rate} ({range} at {confidence})", rate=rate, range=ends)


def dissatisfaction_sentence(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """The part of the cost that goes with dissatisfaction."""
    if churn["dissatisfaction_low_amount"] is None:
        return reason_sentence(churn["reason"], tr)
    low, high = (churn[f"dissatisfaction_{end}_amount"] for end in ("low", "high"))
    ends = {"low": tr.money(low, currency), "high": tr.money(high, currency)}
    if holds_zero(churn, "dissatisfaction"):
        return tr("No part of it can be told to go with dissatisfaction ({low} to {high}).", **ends)
    return tr("{low} to {high} of it goes with dissatisfaction (an association).", **ends)


def holds_zero(row: Mapping[str, Any], what: str) -> bool:
    """Whether an amount's range holds 0, so that no part of it can be told; false without one.

    >>> holds_zero({"kept_low_amount": -1.0, "kept_high_amount": 2.0}, "kept")
    True
    """
    low, high = row[f"{what}_low_amount"], row[f"{what}_high_amount"]
    return low is not None and low <= 0 <= high


def cost_amounts(churn: dict[str, Any], tr: Translator) -> list[tuple[str, float, float, float]]:
    """The amounts that are known, each with its name: low, central, high. The name of a part
    that can't be told says so."""
    if not _is_costed(churn):
        return []
    part = tr("of which dissatisfaction")
    if holds_zero(churn, "dissatisfaction"):
        part = tr("{part}: can't be told", part=part)
    named = {"cost": tr("Cost of churn"), "dissatisfaction": part}
    ranges = [
        (name, *(churn[f"{what}_{end}_amount"] for end in ("low", "central", "high")))
        for what, name in named.items()
    ]
    return [amounts for amounts in ranges if amounts[1] is not None]


def churn_basis(churn: dict[str, Any], tr: Translator) -> list[str]:
    """Coverage and window of the churn figures."""
    covered = {
        tr("class known for {share} of customers"): churn["class_coverage_share"],
        tr("revenue known for {share}"): churn["revenue_coverage_share"],
    }
    parts = [text.format(share=tr.percent(it, 0)) for text, it in covered.items() if it is not None]
    if churn["window_first_on"] and churn["window_last_on"]:
        parts.append(period_text(Period(churn["window_first_on"], churn["window_last_on"]), tr))
    if churn.get("window_reason"):
        parts.append(reason_sentence(churn["window_reason"], tr))
    return parts


def other_window_text(churn: dict[str, Any], period: Period | None, tr: Translator) -> str:
    """The window, where it isn't the period that was asked for; else empty."""
    first_on, last_on = churn["window_first_on"], churn["window_last_on"]
    if not (period and first_on and last_on) or period == Period(first_on, last_on):
        return ""
    return period_text(Period(first_on, last_on), tr)


def revenue_at_risk_sentence(
    churn: dict[str, Any], confidence: float, tr: Translator, currency: str
) -> str:
    """A year's revenue of active customers that may be lost, with its interval."""
    if churn["revenue_at_risk_amount"] is None:
        return ""
    low, high = (tr.money(churn[f"revenue_at_risk_{end}_amount"], currency) for end in ENDS)
    return tr(
        "{amount} of a year's revenue is at risk among today's customers ({low} to {high} at "
        "{level}).",
        amount=tr.money(churn["revenue_at_risk_amount"], currency),
        low=low,
        high=high,
        level=percent_text(confidence, tr),
    )


def cost_value(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """The range of the cost of churn; a dash where it can't be given, or nobody left."""
    if not _is_costed(churn):
        return "–"
    low, high = (tr.money(churn[f"cost_{end}_amount"], currency) for end in ("low", "high"))
    return f"{low} – {high}"


def assumptions_text(churn: ChurnSettings, tr: Translator, currency: str) -> str:
    """What the range of the cost rests on, in a line."""
    margin, years = churn.margin_rate, churn.horizon_years
    discount, replacing = churn.discount_rate, churn.acquisition_cost_amount
    assumed = tr(
        "assuming a margin of {margin}, a discount rate of {discount} a year, {years} years at the "
        "most, {cost} to replace a customer",
        margin=tr.percent_range(margin.low, margin.high, 0),
        discount=tr.percent_range(
            min(discount.low, discount.high), max(discount.low, discount.high), 0
        ),
        years=tr(
            "{low} to {high}",
            **{
                end: tr.number(it, 0 if it == int(it) else 1)
                for end, it in zip(ENDS, (years.low, years.high), strict=True)
            },
        ),
        cost=tr(
            "{low} to {high}",
            low=tr.money(replacing.low, currency, digits=6),
            high=tr.money(replacing.high, currency, digits=6),
        ),
    )
    own = sorted({segment for segment, _ in churn.overrides})
    if not own:
        return assumed
    return f"{assumed} ({tr('other values for {segments}', segments=', '.join(own))})"


def sources_text(churn: ChurnSettings, names: Sequence[AssumptionName], tr: Translator) -> str:
    """Where these assumptions of the firm come from, in a line."""
    told = [
        f"{name_of('assumption', name, tr)} – "
        + (tr(churn.assumption(name).source) or tr("no source given"))
        for name in names
    ]
    return tr("Sources of the assumptions: {sources}", sources="; ".join(told))


def board_sentence(board: dict[str, Any], tr: Translator, currency: str) -> str:
    """What happened, to how many, at what cost, and what acting could bring: for the board.

    Parameters
    ----------
    board
        The row of :func:`cxdata.metrics.churn.board.board_figures`.
    """
    if board["customer_churn_rate"] is None:
        return reason_sentence(board["reason"], tr)
    told = _what_happened(board, tr) + _what_it_costs(board, tr, currency)
    sentence = f"{told}{_what_acting_brings(board, tr, currency)}."
    is_told = _is_costed(board) or board["lost_count"] == 0
    return sentence if is_told else f"{sentence} {reason_sentence(board['reason'], tr)}"


def _what_happened(board: dict[str, Any], tr: Translator) -> str:
    first, last = (tr.day(board[f"window_{end}_on"]) for end in ("first", "last"))
    if board["lost_count"] == 0:
        customers = tr.number(board["customer_count"])
        return tr(
            "From {first} to {last}, none of the {customers} customers left",
            first=first,
            last=last,
            customers=customers,
        )
    who = tr.plural(
        "{n} customer of {customers} left ({rate})",
        "{n} customers of {customers} left ({rate})",
        board["lost_count"],
        customers=tr.number(board["customer_count"]),
        rate=tr.percent(board["customer_churn_rate"]),
    )
    return tr("From {first} to {last}, {who}", first=first, last=last, who=who)


def _what_it_costs(board: dict[str, Any], tr: Translator, currency: str) -> str:
    if not _is_costed(board):
        return ""
    cost = tr(", which costs {range}", range=_money_range(board, "cost", tr, currency))
    if board["dissatisfaction_low_amount"] is None:
        return cost
    if holds_zero(board, "dissatisfaction"):
        return cost + tr(", without any part that can be told to go with dissatisfaction")
    part = _money_range(board, "dissatisfaction", tr, currency)
    return cost + tr(", of which {range} goes with dissatisfaction (an association)", range=part)


def _what_acting_brings(board: dict[str, Any], tr: Translator, currency: str) -> str:
    if board["acting_low_amount"] is None:
        return ""
    *firsts, last = _moved(board, tr)
    moves = tr(" and ").join([", ".join(firsts), last] if firsts else [last])
    if holds_zero(board, "acting"):
        return tr("; what would be gained if {moves} can't be told yet", moves=moves)
    kept = _money_range(board, "acting", tr, currency)
    return tr(
        "; if {moves}, {range} a year could be kept, if the association is causal",
        moves=moves,
        range=kept,
    )


def _moved(board: dict[str, Any], tr: Translator) -> list[str]:
    passive, called = board["detractors_to_passive_share"] or 0, board["follow_up_share"] or 0
    points = board["compliance_points"] or 0
    return [
        *(
            [tr("{share} of detractors became passives", share=percent_text(passive, tr))]
            * (passive > 0)
        ),
        *([_points_moved(points, tr)] * (points > 0)),
        *(
            [tr("{share} of detractors were called back", share=percent_text(called, tr))]
            * (called > 0)
        ),
    ]


def _points_moved(points: float, tr: Translator) -> str:
    if points == 1:
        return tr("one point more of the contacts was answered in time")
    return tr(
        "{points} points more of the contacts were answered in time",
        points=tr.number(points, 0 if points == int(points) else 1),
    )


def percent_text(share: float, tr: Translator) -> str:
    """A share that somebody chose: without decimals if it has none (12%, 12.5%)."""
    return tr.percent(share, 0 if round(share * 100, 6) % 1 == 0 else 1)


def _money_range(board: dict[str, Any], what: str, tr: Translator, currency: str) -> str:
    low, high = (tr.money(board[f"{what}_{end}_amount"], currency) for end in ("low", "high"))
    return low if low == high else tr("{low} to {high}", low=low, high=high)
