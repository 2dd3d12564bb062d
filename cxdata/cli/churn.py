"""For ``show``: the figures of churn, and what acting could bring as it is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from cxdata.cli.metric import Metric
from cxdata.cli.usage import WrongUsage
from cxdata.metrics.churn import accounts_at_risk, customer_survival, promoters, revenue_retention
from cxdata.metrics.churn import cost as churn_cost
from cxdata.metrics.churn import rates as churn_rates
from cxdata.metrics.churn.acting import effects
from cxdata.metrics.churn.board import EXAMPLE
from cxdata.metrics.churn.what_if import MOST_POINTS, Moves, what_if
from cxdata.metrics.known_until import known_until
from cxdata.models import Filters
from cxdata.store.connection import Store

MOVES = {
    "detractors": "detractors_to_passive_share",
    "compliance": "compliance_points",
    "follow-up": "follow_up_share",
}


def churn_metrics(moves: Moves) -> Mapping[str, Metric]:
    """By their names on the command line; customers have no channel, journey or survey."""

    def moved(store: Store, filters: Filters) -> pl.DataFrame:
        return what_if(effects(store, filters), moves)

    def until(store: Store, filters: Filters) -> Mapping[str, date]:
        return known_until(store).days("customers", filters)

    return {
        "churn-cost": Metric(
            churn_cost.churn_cost_summary,
            until,
            churn_cost.churn_cost_by,
            churn_cost.churn_trend,
        ),
        "churn-classes": Metric(churn_rates.churn_by_class, until),
        "churn-reasons": Metric(churn_rates.churn_by_reason, until),
        "churn-waterfall": Metric(churn_cost.churn_waterfall, until),
        "churn-cohorts": Metric(customer_survival.churn_cohorts, until),
        "revenue-retention": Metric(revenue_retention.revenue_retention, until),
        "tornado": Metric(churn_cost.tornado, until),
        "survival": Metric(
            customer_survival.survival_by_class,
            until,
            whole=lambda store, filters, rows: customer_survival.survival_difference(
                store, filters
            ),
        ),
        "at-risk": Metric(accounts_at_risk.at_risk_accounts, until),
        "promoter-value": Metric(promoters.promoter_value, until),
        "what-if": Metric(moved, until),
    }


def as_moves(texts: Sequence[str], rescue: str | None) -> Moves:
    """``detractors=10%``, ``compliance=5``, ``follow-up=0.5``; ``10%,20%,30%`` of rescues.

    Where nothing is said, the example of the board's sentence.

    >>> as_moves(["detractors=10%", "compliance=5"], None)
    Moves(detractors_to_passive_share=0.1, compliance_points=5.0, follow_up_share=0.0, rescue_rate=None)
    """  # noqa: E501 - doctest output stands on one line
    sizes: dict[str, float] = {}
    for text in texts:
        name, separator, size = text.partition("=")
        if not separator or name not in MOVES:
            raise WrongUsage(
                "--move takes {known} with =SIZE, not {said}.",
                known=", ".join(MOVES),
                said=repr(text),
            )
        sizes[MOVES[name]] = _points(size) if name == "compliance" else _share(size)
    moves = Moves(rescue_rate=None, **sizes)
    if rescue is None:
        return moves if sizes else EXAMPLE
    rates = [_share(each) for each in rescue.split(",")]
    if len(rates) not in (1, 3):
        raise WrongUsage("--rescue takes one rate, or three: low,central,high.")
    low, central, high = rates * (3 // len(rates))
    return replace(moves, rescue_rate=(low, central, high))


def _points(text: str) -> float:
    return _number(text.removesuffix("%"))


def _share(text: str) -> float:
    return _points(text) / MOST_POINTS if text.endswith("%") else _number(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise WrongUsage("{said} is not a number.", said=repr(text)) from error
