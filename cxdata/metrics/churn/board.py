"""The figures of the one sentence for the board: what happened, to whom, at what cost, and what
acting could bring."""

from __future__ import annotations

import polars as pl

from cxdata.metrics.churn.acting import effects
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.churn.what_if import Moves, what_if
from cxdata.models import Filters
from cxdata.store.connection import Store

# D: small enough to be believed, and easy to multiply.
EXAMPLE = Moves(detractors_to_passive_share=0.10)
MOVED = {
    "detractors_to_passive": "detractors_to_passive_share",
    "compliance": "compliance_points",
    "follow_up": "follow_up_share",
}
ACTING_SCHEMA: dict[str, pl.DataType] = {
    "detractors_to_passive_share": pl.Float64(),
    "compliance_points": pl.Float64(),
    "follow_up_share": pl.Float64(),
    "acting_kept_count": pl.Float64(),
    "acting_low_amount": pl.Float64(),
    "acting_central_amount": pl.Float64(),
    "acting_high_amount": pl.Float64(),
    "acting_basis": pl.String(),
    "acting_reason": pl.String(),
}
SHOWN = (
    *("window_first_on", "window_last_on", "customer_count", "lost_count"),
    *("customer_churn_rate", "revenue_churn_rate"),
    *("cost_low_amount", "cost_central_amount", "cost_high_amount"),
    *("dissatisfaction_low_amount", "dissatisfaction_central_amount"),
    *("dissatisfaction_high_amount", "excess_lost_count", "revenue_at_risk_amount", "reason"),
)


def board_figures(store: Store, filters: Filters, moves: Moves = EXAMPLE) -> pl.DataFrame:
    """What :func:`cxdata.sentences.board_sentence` says.

    Returns
    -------
    pl.DataFrame
        Exactly one row: columns of ``churn_cost_summary`` with its ``reason``, then

        - ``detractors_to_passive_share`` (Float64, 0 to 1), ``compliance_points`` (Float64, 0
          to 100), ``follow_up_share`` (Float64, 0 to 1): the moves; by default one detractor in
          ten becomes a passive. Null where nothing is moved, and of a move whose effect can't
          be told: the amounts are those of the others
        - ``acting_kept_count``, ``acting_low_amount``, ``acting_central_amount``,
          ``acting_high_amount`` (Float64): the ``total`` of ``what_if``, a year's
        - ``acting_basis`` (String): ``measured`` or ``assumed``
        - ``acting_reason`` (String): why (some of) them are null, or null; ``no_moves`` if
          nothing is moved
    """
    summary = churn_cost_summary(store, filters).select(SHOWN)
    rows = {row["move"]: row for row in what_if(effects(store, filters), moves).to_dicts()}
    acted = rows.get("total", {"reason": "no_moves"})
    told = {move: row["size"] for move, row in rows.items() if row["basis"]}
    row = {
        **{column: told.get(move) for move, column in MOVED.items()},
        "acting_kept_count": acted.get("kept_central_count"),
        **{
            f"acting_{end}_amount": acted.get(f"{end}_amount") for end in ("low", "central", "high")
        },
        "acting_basis": acted.get("basis"),
        "acting_reason": acted["reason"],
    }
    return summary.hstack(pl.DataFrame([row], schema=ACTING_SCHEMA))
