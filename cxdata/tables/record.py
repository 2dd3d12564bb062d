"""The record as a table."""

from __future__ import annotations

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.record.reading import told
from cxdata.tables.cells import NOTHING, table


def record_table(acts: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Each act: when, who, where, what, of what."""
    return table(
        acts,
        {
            tr("When"): lambda row: tr.moment(row["done_at"], time_zone),
            tr("Who"): lambda row: row["done_by"],
            tr("Where"): lambda row: row["place"] or NOTHING,
            tr("What"): lambda row: name_of("act", row["act"], tr),
            tr("Details"): lambda row: told(row["details"]) or NOTHING,
            tr("Chosen filters"): lambda row: told(row["filters"]) or NOTHING,
        },
    )
