"""Table of the NPS of the answers, of all customers and by revenue."""

from __future__ import annotations

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.sentences import p_text, reason_sentence
from cxdata.tables.cells import NOTHING, Row, count_cell, table


def nps_weighting_table(rows: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """NPS, interval, the earlier one and the change for each way to weight the answers."""

    def shown(row: Row, prefix: str = "") -> str:
        if row[f"{prefix}nps"] is None:
            return NOTHING
        low, high = tr.nps(row[f"{prefix}nps_low"]), tr.nps(row[f"{prefix}nps_high"])
        return tr("{nps} ({low} to {high})", nps=tr.nps(row[f"{prefix}nps"]), low=low, high=high)

    def moved(row: Row) -> str:
        if row["difference_points"] is None:
            return NOTHING
        points = tr.signed(row["difference_points"], 1)
        verdict = name_of("change", row["verdict"], tr)
        return f"{points} · {verdict} ({p_text(row['p_value'], tr)})"

    return table(
        rows,
        {
            tr("NPS of"): lambda row: name_of("weighting", row["weighting"], tr),
            tr("Now ({confidence} interval)"): shown,
            tr("Before ({confidence} interval)"): lambda row: shown(row, "compared_"),
            tr("Change"): moved,
            tr("Worth as many answers"): count_cell("effective_count", tr),
            tr("Note"): lambda row: reason_sentence(row["reason"], tr),
        },
    )
