"""Tables of response times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import polars as pl

from cxdata.config import WEEKDAYS, ResponseStandard, Settings
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics import value_column
from cxdata.metrics.response_time.compliance import is_never_reached
from cxdata.models import CHANNELS, Channel
from cxdata.sentences import (
    audience_text,
    standard_text,
)
from cxdata.store.settings_history import SINCE_EVER, SettingsHistory
from cxdata.tables.cells import (
    NOTHING,
    Cell,
    Row,
    column_cell,
    count_cell,
    free_header,
    named_cell,
    rate_cell,
    table,
)
from cxdata.tables.nps import _nps_columns


def compliance_table(channels: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Rate, counts, waits and score per channel."""
    return table(
        channels,
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("In time ({confidence} interval)"): _based("compliance_rate", "rate", tr),
            tr("Verdict"): _verdict(tr),
            tr("Met"): column_cell("met_count", tr.number),
            tr("Missed"): column_cell("missed_count", tr.number),
            tr("Not yet due"): column_cell("not_yet_due_count", tr.number),
            tr("Abandoned"): column_cell("abandoned_count", tr.number),
            tr("Half answered within"): _within("p50_seconds", tr),
            tr("9 in 10 within"): _within("p90_seconds", tr),
            tr("Graded score"): column_cell("score", tr.number),
        },
    )


def compliance_by_table(values: pl.DataFrame, dimension: str, tr: Translator) -> pl.DataFrame:
    """Rate, counts and waits per channel and value of a dimension."""
    column = value_column(dimension)
    texts = compliance_table(values, tr)
    header = free_header(name_of("dimension", dimension, tr), texts.columns)
    named = table(values, {header: named_cell(column, tr)})
    return pl.concat([texts[:, :1], named, texts[:, 1:]], how="horizontal")


def hours_table(by_hour: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Share missed per weekday and hour."""
    return table(
        by_hour,
        {
            tr("Weekday"): lambda row: tr.weekday(row["weekday"]),
            tr("Hour"): lambda row: tr.hour(row["local_hour"]),
            tr("Missed ({confidence} interval)"): _based("missed_share", "share", tr),
            tr("Missed"): column_cell("missed_count", tr.number),
            tr("Due"): column_cell("due_count", tr.number),
            tr("Contacts"): count_cell("contact_count", tr),
        },
    )


def waits_table(waits: pl.DataFrame, clocks: Mapping[Channel, str], tr: Translator) -> pl.DataFrame:
    """How many contacts waited how long; ``clocks`` are the channels' own."""
    timed = _with_clocks(waits, clocks)
    return table(
        timed,
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("From"): _on_clock("from_seconds", tr),
            tr("Until"): _on_clock("until_seconds", tr),
            tr("Answered"): column_cell("answered_count", tr.number),
            tr("Gave up"): column_cell("gave_up_count", tr.number),
            tr("Without an answer so far"): lambda row: (
                NOTHING
                if row["waiting_count"] is None
                else tr.number(row["waiting_count"] - row["gave_up_count"])
            ),
            tr("Share"): column_cell("share", tr.percent),
        },
    )


def backlog_table(backlog: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Open contacts per channel and time left."""
    return table(
        backlog,
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("Time left"): lambda row: name_of("backlog_class", row["backlog_class"], tr),
            tr("Contacts"): count_cell("contact_count", tr),
            tr("Oldest opened"): lambda row: tr.moment(row["oldest_opened_at"], time_zone),
        },
    )


def journey_channels_table(
    journeys: pl.DataFrame, clocks: Mapping[Channel, str], tr: Translator
) -> pl.DataFrame:
    """The same journey channel by channel: in time, waits, returns and NPS."""

    def asked_again(row: Row) -> str:
        is_known = row["return_rate"] is not None  # "reason" is that of the share in time
        return rate_cell("return_rate", "return_rate", tr)(row) if is_known else NOTHING

    def nps(row: Row) -> str:
        if row["nps"] is None:
            return NOTHING
        interval = tr("{low} to {high}", low=tr.nps(row["nps_low"]), high=tr.nps(row["nps_high"]))
        return f"{tr.nps(row['nps'])} ({interval})"

    return table(
        _with_clocks(journeys, clocks),
        {
            tr("Journey"): named_cell("journey", tr),
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("Contacts"): count_cell("contact_count", tr),
            tr("In time ({confidence} interval)"): _based("compliance_rate", "rate", tr),
            tr("Verdict"): _verdict(tr),
            tr("Half answered within"): _within("p50_seconds", tr),
            tr("9 in 10 within"): _within("p90_seconds", tr),
            tr("Asked again"): asked_again,
            tr("NPS ({confidence} interval)"): nps,
        },
    )


def returns_table(returns: pl.DataFrame, dimension: str, tr: Translator) -> pl.DataFrame:
    """Repeat contacts, changes of channel and first-contact resolution per value."""
    first = "first_resolution_rate"
    return table(
        returns,
        {
            tr("Followed"): count_cell("followed_count", tr),
            tr("Asked again ({confidence} interval)"): _based("return_rate", "return_rate", tr),
            tr("On another channel"): _based("switch_rate", "switch_rate", tr),
            tr("Settled at first contact"): rate_cell(first, first, tr),
        },
        by={
            name_of("dimension", dimension, tr): named_cell(value_column(dimension), tr),
        },
    )


def wait_scores_table(scores: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """NPS and satisfaction of those who waited so long."""
    satisfied = "csat_satisfied_share"
    return table(
        scores,
        {
            tr("Wait"): lambda row: name_of("wait_class", row["wait_class"], tr),
            **_nps_columns(tr),
            tr("Satisfied ({confidence} interval)"): rate_cell(satisfied, satisfied, tr),
            tr("Satisfaction answers"): column_cell("csat_count", tr.number),
        },
    )


def leaving_table(leaving: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Customers lost afterwards, of those who waited so long."""
    return table(
        leaving,
        {
            tr("Wait"): lambda row: name_of("wait_class", row["wait_class"], tr),
            tr("Customers"): count_cell("customer_count", tr),
            tr("Lost afterwards"): column_cell("lost_count", tr.number),
            tr("Share ({confidence} interval)"): _based("leave_rate", "leave_rate", tr),
        },
    )


def standards_history_table(history: SettingsHistory, tr: Translator) -> pl.DataFrame:
    """Every standard with whom it is for and from when it counts, newest first per channel."""
    return table(
        pl.DataFrame(_standards(history), infer_schema_length=None),
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("For"): lambda row: audience_text(row["audience"], row["value"], tr),
            tr("Standard"): lambda row: standard_text(row, tr),
            tr("Score 0 from"): _on_clock("limit_seconds", tr),
            tr("Clock"): lambda row: name_of("clock", row["clock"], tr),
            tr("Contacts opened from"): lambda row: (
                tr("the beginning") if row["from_on"] == SINCE_EVER else tr.day(row["from_on"])
            ),
            tr("Source"): lambda row: tr(row["source"]),
        },
    )


def _standards(history: SettingsHistory) -> list[Row]:
    """Each standard once, with the first day of the stretch that brought it."""
    found: list[Row] = []
    before: list[tuple[Channel, str | None, str, ResponseStandard]] = []
    for first_on, settings in history.periods:
        now = [
            *((channel, None, "", own) for channel, own in settings.response_time.items()),
            *(
                (it.channel, it.audience, it.value, it.standard)
                for it in settings.response_time_overrides
            ),
        ]
        found += [
            {"from_on": first_on, "channel": channel, "audience": audience, "value": value,
             **asdict(own)}
            for channel, audience, value, own in now
            if (channel, audience, value, own) not in before
        ]  # fmt: skip
        before = list(now)
    return sorted(
        found, key=lambda row: (CHANNELS.index(row["channel"]), -row["from_on"].toordinal())
    )


def opening_hours_table(settings: Settings, tr: Translator) -> pl.DataFrame:
    """When the firm is open, by weekday."""

    def spans(row: Row) -> str:
        own = settings.opening_hours[WEEKDAYS[row["weekday"]]]
        return ", ".join(f"{start:%H:%M} – {end:%H:%M}" for start, end in own) or tr("closed")

    return table(
        pl.DataFrame({"weekday": range(7)}),
        {
            tr("Weekday"): lambda row: tr.weekday(row["weekday"]),
            tr("Open"): spans,
        },
    )


def _based(share: str, ends: str, tr: Translator) -> Cell:
    """A share with its interval, and whether its base is small; where it is missing, why."""
    shown = rate_cell(share, ends, tr)

    def cell(row: Row) -> str:
        is_small = row[share] is not None and row["is_small_base"]
        return f"{shown(row)} · {tr('small base')}" if is_small else shown(row)

    return cell


def _verdict(tr: Translator) -> Cell:
    """What is sure of the goal; nothing without a rate."""
    return lambda row: (
        NOTHING if row["compliance_rate"] is None else name_of("goal", row["verdict"], tr)
    )


def _with_clocks(frame: pl.DataFrame, clocks: Mapping[Channel, str]) -> pl.DataFrame:
    """Each row with the clock that its channel's seconds are counted on."""
    return frame.with_columns(
        pl.col("channel").replace_strict(dict(clocks), return_dtype=pl.String).alias("clock")
    )


def _within(quantile: str, tr: Translator) -> Cell:
    """Within which time so many are answered; "never" where too many gave up."""
    time = _on_clock(quantile, tr)
    return lambda row: tr("never") if is_never_reached(row, quantile) else time(row)


def _on_clock(column: str, tr: Translator) -> Cell:
    """Seconds of the row's own clock."""
    return lambda row: NOTHING if row[column] is None else tr.on_clock(row[column], row["clock"])
