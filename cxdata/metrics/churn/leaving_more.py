"""Which group of customers surely leaves more often than the others."""

from __future__ import annotations

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.statistics.looks import (
    FIGURES_OF_A_SCREEN,
    simultaneous_confidence,
    simultaneous_p,
)
from cxdata.metrics.statistics.shares import ShareCounts, newcombe_interval, share_difference_p

RATES = ("leave_rate", "rest_rate", "difference", "difference_low", "difference_high", "p_value")


def leaving_more(values: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    """The groups that surely leave more often than all other customers together.

    Parameters
    ----------
    values
        Groups with ``customer_count`` and ``lost_count``, as
        :func:`cxdata.metrics.churn.cost.churn_cost_by` returns them. Rows without these counts,
        and with a small base, are not compared.

    Returns
    -------
    pl.DataFrame
        Rows of ``values``, the highest difference first; no rows if none is sure. In addition

        - ``leave_rate``, ``rest_rate`` (Float64): lost ÷ customers, 0 to 1, of the group and of
          the others that are compared
        - ``difference``, ``difference_low``, ``difference_high`` (Float64): Newcombe
        - ``p_value`` (Float64)

    Notes
    -----
    Chi-square test of two shares, of each group against the others. Interval and p-value hold for
    all groups together, and for the other figures of the screen (Bonferroni).
    """
    known = values.filter(pl.col("customer_count") >= answers.small_base_count)
    known = known.filter(pl.col("lost_count").is_not_null())
    looks = FIGURES_OF_A_SCREEN * known.height
    own = ShareCounts(known["lost_count"], known["customer_count"])
    lost, customers = (pl.col(name) for name in ("lost_count", "customer_count"))
    others = known.select(lost.sum() - lost, customers.sum() - customers)
    rest = ShareCounts(others["lost_count"], others["customer_count"])
    confidence = simultaneous_confidence(answers.confidence, looks)
    low, high = newcombe_interval(own, rest, confidence=confidence)
    p_values = simultaneous_p(share_difference_p(own, rest), looks)
    figures = (own.share, rest.share, own.share - rest.share, low, high, p_values)
    columns = [
        pl.Series(name, values, dtype=pl.Float64, nan_to_null=True)
        for name, values in zip(RATES, figures, strict=True)
    ]
    sure = known.with_columns(*columns).filter(
        pl.col("p_value") < 1 - answers.confidence, pl.col("difference_low") > 0
    )
    return sure.sort("difference", descending=True, maintain_order=True)
