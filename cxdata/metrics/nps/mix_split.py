"""The mix of a change in two: did the customers change, or who of them answered?"""

from __future__ import annotations

import polars as pl

from cxdata.metrics.nps.customer_base import (
    CustomerBase,
    base_counts,
    base_gap,
    customer_base,
)
from cxdata.metrics.statistics.withheld import protecting_rows
from cxdata.models import CUSTOMER_DIMENSIONS, Dimension, Filters
from cxdata.store.connection import Store

BASE_SHARES = ("base_share", "compared_base_share")
SPLIT_EFFECTS = ("customers_effect", "respondents_effect")
SPLIT_COLUMNS = (*BASE_SHARES, *SPLIT_EFFECTS, "base_reason")


def with_mix_split(
    store: Store, filters: Filters, before: Filters | None, dimension: Dimension, mix: pl.DataFrame
) -> pl.DataFrame:
    """The rows of a mix with what the customers' own shares brought, and what who answered did.

    Parameters
    ----------
    mix
        One row per value with ``share``, ``compared_share``, ``mix_effect``, and in
        ``mix_factor`` what a change of a share is multiplied with.

    Returns
    -------
    pl.DataFrame
        The same rows with

        - ``base_share``, ``compared_base_share`` (Float64): of the customers of a mean day of
          each period with one of these values, 0 to 1
        - ``customers_effect`` (Float64): points, what the change of these shares brought
        - ``respondents_effect`` (Float64): points, the rest of ``mix_effect``
        - ``base_reason`` (String): why the four are null in all rows, as a code;
          ``customers_have_none`` of channel and journey

        A value with few customers, and the one that protects it, has none of them.
    """
    nothing = mix.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in (*BASE_SHARES, *SPLIT_EFFECTS))
    )
    reason = "customers_have_none" if dimension not in CUSTOMER_DIMENSIONS else base_gap(filters)
    if reason or before is None or mix.is_empty():
        return nothing.with_columns(base_reason=pl.lit(reason, pl.String))
    bases = customer_base(store, filters), customer_base(store, before)
    gap = bases[0].gap or bases[1].gap
    if gap:
        return nothing.with_columns(base_reason=pl.lit(gap, pl.String))
    return _split(mix, bases, dimension, store.settings.answers.minimum_count)


def is_split(mix: pl.DataFrame) -> bool:
    """Whether the mix of all rows is known in its two parts."""
    if mix.is_empty() or not set(SPLIT_EFFECTS) <= set(mix.columns):
        return False
    return mix.select(pl.col(SPLIT_EFFECTS).null_count()).row(0) == (0, 0)


def _split(
    mix: pl.DataFrame,
    bases: tuple[CustomerBase, CustomerBase],
    dimension: Dimension,
    minimum_count: int,
) -> pl.DataFrame:
    is_hidden = pl.lit(False)
    for base, name in zip(bases, BASE_SHARES, strict=True):
        mix = mix.join(
            base_counts(base, dimension),
            on=dimension,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        ).with_columns(pl.col("customer_count", "mean_customer_count").fill_null(0))
        protects = protecting_rows(mix, "customer_count", minimum_count)
        few = pl.Series(mix["customer_count"].is_between(1, minimum_count - 1))
        is_hidden = is_hidden | pl.lit(few | protects)
        count = pl.col("mean_customer_count")
        mix = mix.with_columns(pl.when(count.sum() > 0).then(count / count.sum()).alias(name)).drop(
            "customer_count", "mean_customer_count"
        )
    moved = pl.col("mix_factor") * (pl.col(BASE_SHARES[0]) - pl.col(BASE_SHARES[1]))
    is_known = pl.all_horizontal(pl.col(BASE_SHARES).is_not_null().all())
    return (
        mix.with_columns(customers_effect=moved)
        .with_columns(respondents_effect=pl.col("mix_effect") - pl.col("customers_effect"))
        .with_columns(
            base_reason=pl.when(~is_known).then(pl.lit("answers_without_base")),
        )
        .with_columns(
            pl.when(~is_hidden & is_known).then(pl.col(*BASE_SHARES, *SPLIT_EFFECTS)),
        )
    )
