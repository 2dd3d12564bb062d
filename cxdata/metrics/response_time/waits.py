"""How long customers wait: the distribution of the waits, on a scale of equal ratios."""

from __future__ import annotations

import polars as pl

from cxdata.metrics.statistics.survival import BUCKET_RATIO
from cxdata.metrics.statistics.withheld import TOO_FEW
from cxdata.models import CHANNELS, Filters
from cxdata.store.connection import Store

# 1.01 to the power of 23 is 1.257: ten such bins, all but, make a factor of ten.
BUCKETS_PER_BIN = 23


def wait_distribution(store: Store, filters: Filters) -> pl.DataFrame:
    """How many contacts waited how long, per channel, in bins that each end a quarter higher.

    Returns
    -------
    pl.DataFrame
        One row per channel and bin that has contacts of customers, by channel in the order of
        ``CHANNELS``, shortest first; no rows if none has.

        - ``channel`` (String)
        - ``from_seconds``, ``until_seconds`` (Float64): on the contact's clock, the latter not
          included; the first bin is from 0 to 1 s
        - ``answered_count`` (Int64): waits that ended with an answer
        - ``waiting_count`` (Int64): open or abandoned: the customer waited at least so long
        - ``gave_up_count`` (Int64): those of the latter who gave up; the three are null if the
          channel has fewer than ``minimum_count``, and so are the next two
        - ``share`` (Float64): answered and waiting ÷ those of all the channel's bins, 0 to 1
        - ``channel_count`` (Int64): those of all the channel's bins
        - ``is_small_base`` (Boolean): of the channel
        - ``reason`` (String): ``too_few_to_show`` or null

    Notes
    -----
    Bins are made of whole buckets of ``wait_days``, so no contact is put in the wrong one. A
    wait that isn't over is longer than its bin says: read medians off
    :func:`cxdata.metrics.response_time.compliance.compliance_by_channel`, not off this.
    """
    answers = store.settings.answers
    counts = store.query("wait_counts", filters, dimension="channel")
    # Bucket -1 holds what is below a second; it has a bin of its own.
    step = pl.col("wait_bucket").floordiv(BUCKETS_PER_BIN)
    binned = (
        counts.group_by("channel", step.alias("step"))
        .agg(
            answered_count=pl.col("answered").sum(),
            waiting_count=pl.col("waiting").sum(),
            gave_up_count=pl.col("gave_up").sum(),
        )
        .sort(pl.col("channel").cast(pl.Enum(CHANNELS)), "step")
    )
    n = pl.col("answered_count") + pl.col("waiting_count")
    total = n.sum().over("channel")
    is_shown = total >= answers.minimum_count
    return binned.select(
        "channel",
        pl.when(pl.col("step") < 0)
        .then(0.0)
        .otherwise(_edge(pl.col("step")))
        .alias("from_seconds"),
        _edge(pl.col("step") + 1).alias("until_seconds"),
        pl.when(is_shown).then(pl.col("answered_count", "waiting_count", "gave_up_count")),
        pl.when(is_shown).then(n / total).alias("share"),
        pl.when(is_shown).then(total).alias("channel_count"),
        (total < answers.small_base_count).alias("is_small_base"),
        pl.when(~is_shown).then(pl.lit(TOO_FEW)).alias("reason"),
    )


def _edge(step: pl.Expr) -> pl.Expr:
    return pl.lit(BUCKET_RATIO).pow(step * BUCKETS_PER_BIN)
