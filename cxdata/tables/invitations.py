"""Tables of response rates, and of who left after being asked."""

from __future__ import annotations

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Grain
from cxdata.sentences import reason_sentence
from cxdata.tables.cells import NOTHING, Cell, Row, count_cell, named_cell, table


def response_rate_table(values: pl.DataFrame, split: str, tr: Translator) -> pl.DataFrame:
    """The rate of each value, with n and how far the invitations came."""
    named = _sent_by_cell(tr) if split == "sent_by" else named_cell(split, tr)
    header = tr("Sent by") if split == "sent_by" else _split_name(split, tr)
    return table(values, _rate_columns(tr), by={header: named})


def response_rate_trend_table(trend: pl.DataFrame, grain: Grain, tr: Translator) -> pl.DataFrame:
    """The rate of each period, and whether it is complete."""
    return table(
        trend,
        {
            tr("Period"): lambda row: tr.period_name(row["period"], grain),
            **_rate_columns(tr),
            tr("Note"): lambda row: "" if row["is_complete"] else tr("not all counted yet"),
        },
    )


def leaving_by_answering_table(leaving: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Leaving of those who answered and of those who didn't."""
    return table(
        leaving,
        {
            tr("Asked"): lambda row: name_of("answering", row["answering"], tr),
            tr("Customers"): count_cell("customer_count", tr),
            tr("Lost"): count_cell("lost_count", tr),
            tr("Share lost"): _rate_cell("leave_rate", tr),
        },
    )


def _split_name(split: str, tr: Translator) -> str:
    return tr("Wave or campaign") if split == "wave" else name_of("dimension", split, tr)


def _sent_by_cell(tr: Translator) -> Cell:
    return lambda row: (
        tr("not given") if row["sent_by"] is None else name_of("sent_by", row["sent_by"], tr)
    )


def _rate_columns(tr: Translator) -> dict[str, Cell]:
    return {
        tr("Invitations"): count_cell("invitation_count", tr),
        tr("People"): count_cell("person_count", tr),
        tr("Response rate"): _rate_cell("response_rate", tr),
        tr("Delivered"): _share_cell("delivered_share", tr),
        tr("Opened"): _share_cell("opened_share", tr),
    }


def _rate_cell(rate: str, tr: Translator) -> Cell:
    def cell(row: Row) -> str:
        if row[rate] is None:
            return reason_sentence(row["reason"], tr) or NOTHING
        interval = tr.percent_range(row[f"{rate}_low"], row[f"{rate}_high"])
        return f"{tr.percent(row[rate])} ({interval})"

    return cell


def _share_cell(share: str, tr: Translator) -> Cell:
    return lambda row: NOTHING if row[share] is None else tr.percent(row[share])
