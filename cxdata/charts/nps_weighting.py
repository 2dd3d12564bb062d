"""The NPS of the answers, of all customers and by revenue, each on its interval."""

from __future__ import annotations

import polars as pl

from cxdata.charts.dots import Dot, dots_figure
from cxdata.charts.theme import ACCENT, MUTED, Figure, axis
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of


def nps_weighting_figure(rows: pl.DataFrame, tr: Translator) -> Figure:
    """One row per way to weight the answers that has a figure; the raw one is grey.

    Parameters
    ----------
    rows
        As :func:`cxdata.metrics.nps.weighting_rows.weighting_rows` gives them.
    """
    dots = [
        Dot(
            name=name_of("weighting", row["weighting"], tr),
            value=row["nps"],
            low=row["nps_low"],
            high=row["nps_high"],
            text=tr.nps(row["nps"]),
            detail=tr("{low} to {high}", low=tr.nps(row["nps_low"]), high=tr.nps(row["nps_high"])),
            colour=MUTED if row["weighting"] == "answers" else ACCENT,
        )
        for row in rows.drop_nulls("nps").iter_rows(named=True)
    ]
    return dots_figure(dots, axis(zeroline=True, zerolinecolor=MUTED))
