"""What the store holds, for the page that lists it."""

from __future__ import annotations

import polars as pl

from cxdata.store.connection import Store


def holdings(store: Store) -> pl.DataFrame:
    """How much of each kind there is, from when to when, and how complete it is.

    Returns
    -------
    pl.DataFrame
        One row per kind that has rows: ``kind``, ``row_count`` (Int64), ``first_on``,
        ``last_on`` (Date), ``customer_share``, ``segment_share`` (Float64, 0 to 1; null for
        assessments).
    """
    return store.query("holdings")
