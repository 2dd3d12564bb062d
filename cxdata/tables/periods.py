"""What the quarters and years of a fiscal year are called, for files."""

from __future__ import annotations

from datetime import date

import polars as pl

from cxdata.i18n import Translator
from cxdata.models import Grain


def with_period_names(
    frame: pl.DataFrame, grain: Grain, tr: Translator, *, column: str = "period"
) -> pl.DataFrame:
    """A frame for a file: beside the first day of each period a ``period_name``, where that day
    doesn't say it.

    Only quarters and years of a fiscal year that isn't the calendar's have one; else the frame is
    returned as it is.
    """
    if tr.fiscal_year.is_calendar or grain not in ("quarter", "year"):
        return frame
    days: list[date] = frame[column].to_list()
    names = pl.Series("period_name", [tr.period_name(it, grain) for it in days], dtype=pl.String)
    place = frame.columns.index(column) + 1
    return frame.select(*frame.columns[:place], names, *frame.columns[place:])
