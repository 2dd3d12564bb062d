"""The NPS of the answers, of all customers and by revenue side by side: one row each."""

from __future__ import annotations

import polars as pl

from cxdata.metrics.nps.score import NpsChange
from cxdata.metrics.nps.weighting import WEIGHTS, WeightedChange

ROWS_SCHEMA: dict[str, pl.DataType] = {
    "weighting": pl.String(),
    "nps": pl.Float64(),
    "nps_low": pl.Float64(),
    "nps_high": pl.Float64(),
    "compared_nps": pl.Float64(),
    "compared_nps_low": pl.Float64(),
    "compared_nps_high": pl.Float64(),
    "difference_points": pl.Float64(),
    "p_value": pl.Float64(),
    "verdict": pl.String(),
    "effective_count": pl.Int64(),
    "told_share": pl.Float64(),
    "borrowed_share": pl.Float64(),
    "left_out_share": pl.Float64(),
    "reason": pl.String(),
}
FIGURES = ("nps", "nps_low", "nps_high")


def weighting_rows(change: NpsChange, weighted: WeightedChange) -> pl.DataFrame:
    """What each way to weight the answers says.

    Returns
    -------
    pl.DataFrame
        Three rows: ``answers`` (the raw NPS), ``customers``, ``revenue``.

        - ``weighting`` (String)
        - ``nps``, ``nps_low``, ``nps_high``, and the same of the ``compared_`` period (Float64):
          points; null where ``reason`` says why
        - ``difference_points`` (Float64), ``p_value`` (Float64), ``verdict`` (String): of the
          change; null without one
        - ``effective_count`` (Int64): how many answers drawn at random would tell as much
        - ``told_share``, ``borrowed_share``, ``left_out_share`` (Float64): of customers, or of
          their revenue, as in :func:`cxdata.metrics.nps.weighting.nps_of_customers`; null of the
          raw one
        - ``reason`` (String): a code, or null
    """
    now = change.current.row(0, named=True)
    rows: list[dict[str, object]] = [
        {
            "weighting": "answers",
            **{name: now[name] for name in FIGURES},
            **_before(change.compared, ""),
            "difference_points": change.difference,
            "p_value": change.p_value,
            "verdict": None if change.difference is None else change.verdict,
            "effective_count": now["answer_count"],
            "reason": now["reason"],
        }
    ]
    current = weighted.current.row(0, named=True)
    tests = {
        "customers": (weighted.difference, weighted.p_value, weighted.verdict),
        "revenue": (
            weighted.revenue_difference,
            weighted.revenue_p_value,
            weighted.revenue_verdict,
        ),
    }
    for weight in WEIGHTS:
        difference, p_value, verdict = tests[weight]
        told = (*FIGURES, "effective_count", "told_share", "borrowed_share", "left_out_share")
        rows.append(
            {
                "weighting": weight,
                **{name: current[f"{weight}_{name}"] for name in told},
                **_before(weighted.compared, f"{weight}_"),
                "difference_points": difference,
                "p_value": p_value,
                "verdict": None if difference is None else verdict,
                "reason": current[f"{weight}_reason"],
            }
        )
    return pl.DataFrame(rows, schema=ROWS_SCHEMA)


def _before(compared: pl.DataFrame, prefix: str) -> dict[str, object]:
    if compared.is_empty():
        return {}
    row = compared.row(0, named=True)
    return {f"compared_{name}": row[f"{prefix}{name}"] for name in FIGURES}
