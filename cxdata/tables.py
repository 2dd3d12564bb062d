"""Frames as tables for people: chosen columns, translated headers, formatted cells.

Each function returns a frame of texts, one row per row of its input. Cells that come from
files are unchanged texts: whoever shows them must show them as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from cxdata.config import WEEKDAYS, ResponseStandard, Settings
from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of, touchpoint_name
from cxdata.metrics import value_column
from cxdata.metrics.customer_value import CASES
from cxdata.metrics.pyramid_model import PyramidModel, override_changes
from cxdata.models import CHANNELS, Channel, Correction, Dimension, Grain, Period, Refusal
from cxdata.sentences import (
    DRIVER_REASONS,
    audience_text,
    contact_reason,
    p_text,
    period_text,
    reason_sentence,
    standard_text,
)
from cxdata.sentences.churn_detail import basis_text, kept_text, moves_text
from cxdata.sentences.cx_pyramid import changes_text, effort_text, gap_text, threshold_text
from cxdata.store.settings_history import SINCE_EVER, SettingChange, SettingsHistory

Row = dict[str, Any]
Cell = Callable[[Row], str]
NOTHING = "–"
# The field's habit: beyond it a touchpoint is mostly told by the others.
NOTABLE_VIF = 5


def table(frame: pl.DataFrame, columns: dict[str, Cell]) -> pl.DataFrame:
    """A column of texts per entry: its header, and the cell made from each row."""
    rows = frame.to_dicts()
    return pl.DataFrame(
        {header: [cell(row) for row in rows] for header, cell in columns.items()},
        schema=dict.fromkeys(columns, pl.String),
    )


def nps_trend_table(trend: pl.DataFrame, grain: Grain, tr: Translator) -> pl.DataFrame:
    """NPS per period with n, interval and whether the period is complete."""

    def note(row: Row) -> str:
        notes = [] if row["is_complete"] else [tr("partial period")]
        if row["base"] == "small":
            notes.append(tr("small base"))
        return ", ".join([*notes, *filter(None, [reason_sentence(row["reason"], tr)])])

    return table(
        trend,
        {
            tr("Period"): lambda row: tr.period_name(row["period"], grain),
            **_nps_columns(tr),
            tr("Note"): note,
        },
    )


def nps_by_table(values: pl.DataFrame, dimension: Dimension, tr: Translator) -> pl.DataFrame:
    """NPS per value of a dimension, and whether it differs from the rest."""

    def against_rest(row: Row) -> str:
        if row["rest_difference"] is None:
            return NOTHING
        points = tr.signed(row["rest_difference"], 1)
        verdict = name_of("change", row["rest_verdict"], tr)
        return f"{points} · {verdict} ({p_text(row['rest_p_value'], tr)})"

    return table(
        values,
        {
            name_of("dimension", dimension, tr): _named(dimension, tr),
            **_nps_columns(tr),
            tr("Against the rest"): against_rest,
        },
    )


def nps_mix_table(mix: pl.DataFrame, dimension: Dimension, tr: Translator) -> pl.DataFrame:
    """How each value's own change and its share moved the NPS."""

    def moved(now: str, before: str, show: Callable[[float], str]) -> Cell:
        def cell(row: Row) -> str:
            shown = [NOTHING if row[it] is None else show(row[it]) for it in (before, now)]
            return " → ".join(shown)

        return cell

    return table(
        mix,
        {
            name_of("dimension", dimension, tr): _named(dimension, tr),
            tr("Share"): moved("share", "compared_share", lambda it: tr.percent(it, 0)),
            tr("NPS"): moved("nps", "compared_nps", tr.nps),
            tr("Rate effect"): _cell("rate_effect", lambda it: tr.signed(it, 1)),
            tr("Mix effect"): _cell("mix_effect", lambda it: tr.signed(it, 1)),
        },
    )


def compliance_table(channels: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Rate, counts, waits and score per channel."""

    def rate(row: Row) -> str:
        if row["compliance_rate"] is None:
            return reason_sentence(row["reason"], tr)
        low, high = row["rate_low"], row["rate_high"]
        return f"{tr.percent(row['compliance_rate'])} ({tr.percent_range(low, high)})"

    def verdict(row: Row) -> str:
        is_known = row["compliance_rate"] is not None
        return name_of("goal", row["verdict"], tr) if is_known else NOTHING

    return table(
        channels,
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("In time (95% interval)"): rate,
            tr("Verdict"): verdict,
            tr("Met"): _cell("met_count", tr.number),
            tr("Missed"): _cell("missed_count", tr.number),
            tr("Not yet due"): _cell("not_yet_due_count", tr.number),
            tr("Abandoned"): _cell("abandoned_count", tr.number),
            tr("Half answered within"): _on_clock("p50_seconds", tr),
            tr("9 in 10 within"): _on_clock("p90_seconds", tr),
            tr("Graded score"): _cell("score", tr.number),
        },
    )


def levels_table(levels: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """The level of each journey and what it lacks for the next: the pyramid's table twin."""
    names = {it.id: getattr(it.name, tr.locale) for it in model.indicators}

    def level(row: Row) -> str:
        if row["level"] == 0:
            return tr("below level 1")
        name = getattr(model.levels[row["level"] - 1].name, tr.locale)
        return f"{row['level']} · {name}"

    return table(
        levels,
        {
            tr("Journey"): lambda row: row["journey"],
            tr("Level"): level,
            tr("Established"): lambda row: tr("yes") if row["is_established"] else tr("no"),
            tr("Missing for the next level"): lambda row: (
                ", ".join(names[it] for it in row["next_level_missing"]) or NOTHING
            ),
        },
    )


def evidence_table(evidence: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """Each indicator's value against its threshold, with n, interval or signature."""
    names = {it.id: getattr(it.name, tr.locale) for it in model.indicators}

    def value(row: Row) -> str:
        if row["value"] is None:
            return NOTHING
        if row["low"] is None:
            return tr.percent(row["value"], 0)
        return f"{tr.percent(row['value'])} ({tr.percent_range(row['low'], row['high'])})"

    def basis(row: Row) -> str:
        if row["kind"] == "measured":
            return f"n = {tr.number(row['n'])}"
        if row["assessed_on"] is None:
            return tr("not assessed yet")
        expired = tr("expired") if row["is_expired"] else ""
        signed = f"{row['assessed_by']}, {tr.short_day(row['assessed_on'])}"
        return " · ".join(filter(None, [expired, signed, row["evidence"]]))

    return table(
        evidence,
        {
            tr("Level"): lambda row: str(row["level"]),
            tr("Indicator"): lambda row: names[row["indicator"]],
            tr("Outcome"): lambda row: name_of("outcome", row["outcome"], tr),
            tr("Value (95% interval)"): value,
            tr("Threshold"): lambda row: threshold_text(row, tr),
            tr("Gap (points)"): lambda row: gap_text(row["gap"], tr),
            tr("Basis"): basis,
            tr("Axis"): lambda row: name_of("axis", row["axis"], tr),
        },
    )


def classes_table(classes: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Churn of each class with its counts."""

    def rate(row: Row) -> str:
        if row["customer_churn_rate"] is None:
            return reason_sentence(row["reason"], tr)
        low, high = row["rate_low"], row["rate_high"]
        return f"{tr.percent(row['customer_churn_rate'])} ({tr.percent_range(low, high)})"

    return table(
        classes,
        {
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Customers"): _cell("customer_count", tr.number),
            tr("Lost"): _cell("lost_count", tr.number),
            tr("Customer churn (95% interval)"): rate,
            tr("Revenue churn"): _cell("revenue_churn_rate", tr.percent),
        },
    )


def assumptions_table(assumptions: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Low, central and high value of each assumption, with its source."""

    def shown(row: Row, end: str) -> str:
        value = row[end]
        match row["name"]:
            case "margin_rate":
                return tr("{value} of revenue", value=_whole_percent(value, tr))
            case "discount_rate":
                return tr("{value} a year", value=_whole_percent(value, tr))
            case "acquisition_cost_amount":
                return tr("{value} per customer", value=tr.money(value, currency, digits=6))
            case "referral_rate":
                return tr("{count} per promoter a year", count=tr.number(value, 2))
            case _:
                return tr.plural("{n} year", "{n} years", int(value))

    def name(row: Row) -> str:
        named = name_of("assumption", row["name"], tr)
        return named if row["segment"] is None else f"{named} · {row['segment']}"

    return table(
        assumptions,
        {
            tr("Assumption"): name,
            tr("Low cost"): lambda row: shown(row, "low"),
            tr("Central"): lambda row: shown(row, "central"),
            tr("High cost"): lambda row: shown(row, "high"),
            tr("Source"): lambda row: tr(row["source"]),
        },
    )


def _nps_columns(tr: Translator) -> dict[str, Cell]:
    def interval(row: Row) -> str:
        if row["nps"] is None:
            return NOTHING
        return tr("{low} to {high}", low=tr.nps(row["nps_low"]), high=tr.nps(row["nps_high"]))

    return {
        tr("NPS"): _cell("nps", tr.nps),
        tr("95% interval"): interval,
        tr("Answers"): _cell("answer_count", tr.number),
    }


def _cell(column: str, show: Callable[[Any], str]) -> Cell:
    return lambda row: NOTHING if row[column] is None else show(row[column])


def _named(column: str, tr: Translator) -> Cell:
    if column == "channel":
        return lambda row: name_of("channel", row[column], tr)
    return lambda row: tr("not given") if row[column] is None else row[column]


def refusals_table(refusals: Iterable[Refusal], tr: Translator) -> pl.DataFrame:
    """Where each refused value stands in the user's file, and why it was refused."""
    header = (tr("Line"), tr("Column"), tr("Value"), tr("Reason"))
    rows = [
        (tr.number(it.line), it.column, it.value, tr(it.reason, **it.values)) for it in refusals
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def corrections_table(corrections: Iterable[Correction], tr: Translator) -> pl.DataFrame:
    """Which values were brought to the store's form, how often, and where the first stands."""
    header = (tr("Column"), tr("Value"), tr("Taken as"), tr("How often"), tr("First line"))
    rows = [
        (it.column, it.value, it.became, tr.number(it.count), tr.number(it.first_line))
        for it in corrections
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def profiles_table(profiles: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Each saved profile: what its files hold, how many columns they have, and since when."""
    return table(
        profiles,
        {
            tr("Profile"): lambda row: row["name"],
            tr("Kind"): lambda row: name_of("kind", row["kind"], tr),
            tr("Columns"): lambda row: tr.number(len(json.loads(row["headers"]))),
            tr("Saved"): lambda row: tr.moment(row["saved_at"], time_zone),
        },
    )


def spellings_in_words(spellings: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Each spelling of the firm's own, and what it is taken as."""

    def value(row: Row) -> str:
        family = row["field"]
        is_code = row["value"] in NAMES.get(family, {})
        return name_of(family, row["value"], tr) if is_code else row["value"]

    return table(
        spellings,
        {
            tr("Field"): lambda row: name_of("field", row["field"], tr),
            tr("Word"): lambda row: row["spelling"],
            tr("Taken as"): value,
        },
    )


def preview_frame(rows: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Rows as they will be stored, under the fields' names and in local time.

    Values keep their types; a rating keeps the name of its column.
    """
    moments = pl.col(pl.Datetime).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    local = rows.with_columns(moments.dt.replace_time_zone(None))
    named = {name: name_of("field", name, tr) for name in rows.columns if name in NAMES["field"]}
    return local.rename({**named, "line": tr("Line")} if "line" in rows.columns else named)


def batches_table(batches: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """What was imported when, with what became of its rows."""
    return table(
        batches,
        {
            tr("Batch"): lambda row: tr.number(row["batch_id"]),
            tr("File"): lambda row: row["file_name"],
            tr("Kind"): lambda row: name_of("kind", row["kind"], tr),
            tr("Imported"): lambda row: tr.moment(row["loaded_at"], time_zone),
            tr("Rows"): _cell("row_count", tr.number),
            tr("Accepted"): _cell("accepted_count", tr.number),
            tr("Corrected"): _cell("corrected_count", tr.number),
            tr("Refused"): _cell("refused_count", tr.number),
            tr("Duplicates"): _cell("duplicate_count", tr.number),
            tr("State"): lambda row: tr("undone") if row["undone_at"] else tr("in the store"),
        },
    )


def holdings_table(holdings: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """How many rows of each kind there are, and from when to when."""
    return table(
        holdings,
        {
            tr("Kind"): lambda row: name_of("kind", row["kind"], tr),
            tr("Rows"): _cell("row_count", tr.number),
            tr("From"): _cell("first_on", tr.day),
            tr("To"): _cell("last_on", tr.day),
            tr("With a customer"): _cell("customer_share", tr.percent),
            tr("With a segment"): _cell("segment_share", tr.percent),
        },
    )


def as_csv(texts: pl.DataFrame, tr: Translator) -> bytes:
    """A table as the reader's Excel opens it: UTF-8 with BOM, ``;`` in French.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    safe = texts.with_columns(pl.all().str.replace(r"^([=+\-@\t\r])", "'$1"))
    separator = ";" if tr.locale == "fr" else ","
    return safe.write_csv(include_bom=True, separator=separator).encode("utf-8")


def score_table(distribution: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """How many answers gave each score."""
    return table(
        distribution,
        {
            tr("Score given"): lambda row: str(row["score"]),
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Answers"): _cell("answer_count", tr.number),
            tr("Share"): _cell("share", tr.percent),
        },
    )


def nps_heat_table(
    heat: pl.DataFrame, rows: Dimension, columns: Dimension, tr: Translator
) -> pl.DataFrame:
    """NPS of each pair of values."""
    return table(
        heat,
        {
            name_of("dimension", rows, tr): _named(rows, tr),
            name_of("dimension", columns, tr): _named(columns, tr),
            **_nps_columns(tr),
        },
    )


def drivers_table(drivers: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Importance, performance and warnings of each rated touchpoint."""

    def weight(row: Row) -> str:
        if row["weight"] is None:
            return tr(DRIVER_REASONS[row["reason"]]) if row["reason"] else NOTHING
        low, high = row["weight_low"], row["weight_high"]
        interval = "" if low is None else f" ({tr.percent_range(low, high, 0)})"
        return f"{tr.percent(row['weight'], 0)}{interval}"

    def warning(row: Row) -> str:
        warnings = [
            tr("sign conflict") if row["has_sign_conflict"] else "",
            tr("VIF {value}", value=tr.number(row["vif"], 1))
            if (row["vif"] or 0) > NOTABLE_VIF
            else "",
        ]
        return ", ".join(filter(None, warnings)) or NOTHING

    return table(
        drivers,
        {
            tr("Touchpoint"): lambda row: touchpoint_name(row["touchpoint"]),
            tr("Importance"): weight,
            tr("Mean rating"): _cell("mean_score", lambda it: tr.number(it, 2)),
            tr("Quadrant"): lambda row: (
                name_of("quadrant", row["quadrant"], tr) if row["quadrant"] else NOTHING
            ),
            tr("Answers"): _cell("rating_count", tr.number),
            tr("Warnings"): warning,
        },
    )


def themes_table(themes: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Each theme with its mentions by class, its class and its movement."""

    def share(kind: str) -> Cell:
        def cell(row: Row) -> str:
            if row[f"{kind}_share"] is None:
                return NOTHING
            low, high = row[f"{kind}_share_low"], row[f"{kind}_share_high"]
            return f"{tr.percent(row[f'{kind}_share'])} ({tr.percent_range(low, high)})"

        return cell

    return table(
        themes,
        {
            tr("Theme"): lambda row: row["theme"],
            tr("Comments"): _cell("comment_count", tr.number),
            tr("Of detractors' comments"): share("detractor"),
            tr("Of promoters' comments"): share("promoter"),
            tr("Class"): lambda row: (
                name_of("nps_class", row["nps_class"], tr) if row["nps_class"] else NOTHING
            ),
            tr("NPS"): _cell("nps_with", tr.nps),
            tr("Movement"): lambda row: (
                name_of("trend", row["trend"], tr) if row["trend"] else NOTHING
            ),
        },
    )


def satisfaction_table(values: pl.DataFrame, dimension: Dimension, tr: Translator) -> pl.DataFrame:
    """Favourable share and mean per value of a dimension."""

    def share(row: Row) -> str:
        if row["favourable_share"] is None:
            return reason_sentence(row["reason"], tr)
        interval = tr.percent_range(row["share_low"], row["share_high"])
        return f"{tr.percent(row['favourable_share'])} ({interval})"

    return table(
        values,
        {
            name_of("dimension", dimension, tr): _named(dimension, tr),
            tr("Favourable (95% interval)"): share,
            tr("Mean"): _cell("mean_score", lambda it: tr.number(it, 2)),
            tr("Answers"): _cell("answer_count", tr.number),
        },
    )


def compliance_by_table(values: pl.DataFrame, dimension: str, tr: Translator) -> pl.DataFrame:
    """Rate, counts and waits per channel and value of a dimension."""
    column = value_column(dimension)
    texts = compliance_table(values, tr)
    named = table(values, {name_of("dimension", dimension, tr): _named(column, tr)})
    return pl.concat([texts[:, :1], named, texts[:, 1:]], how="horizontal")


def hours_table(by_hour: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Share missed per weekday and hour."""
    return table(
        by_hour,
        {
            tr("Weekday"): lambda row: tr.weekday(row["weekday"]),
            tr("Hour"): lambda row: tr.hour(row["local_hour"]),
            tr("Missed (95% interval)"): _rate("missed_share", "share", tr),
            tr("Missed"): _cell("missed_count", tr.number),
            tr("Due"): _cell("due_count", tr.number),
            tr("Contacts"): _cell("contact_count", tr.number),
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
            tr("Answered"): _cell("answered_count", tr.number),
            tr("Without an answer"): _cell("waiting_count", tr.number),
            tr("Share"): _cell("share", tr.percent),
        },
    )


def backlog_table(backlog: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Open contacts per channel and time left."""
    return table(
        backlog,
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("Time left"): lambda row: name_of("backlog_class", row["backlog_class"], tr),
            tr("Contacts"): _cell("contact_count", tr.number),
            tr("Oldest opened"): lambda row: tr.moment(row["oldest_opened_at"], time_zone),
        },
    )


def journey_channels_table(
    journeys: pl.DataFrame, clocks: Mapping[Channel, str], tr: Translator
) -> pl.DataFrame:
    """The same journey channel by channel: in time, waits, returns and NPS."""

    def nps(row: Row) -> str:
        if row["nps"] is None:
            return NOTHING
        interval = tr("{low} to {high}", low=tr.nps(row["nps_low"]), high=tr.nps(row["nps_high"]))
        return f"{tr.nps(row['nps'])} ({interval})"

    return table(
        _with_clocks(journeys, clocks),
        {
            tr("Journey"): _named("journey", tr),
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("Contacts"): _cell("contact_count", tr.number),
            tr("In time (95% interval)"): _rate("compliance_rate", "rate", tr),
            tr("Verdict"): lambda row: (
                NOTHING if row["compliance_rate"] is None else name_of("goal", row["verdict"], tr)
            ),
            tr("Half answered within"): _on_clock("p50_seconds", tr),
            tr("9 in 10 within"): _on_clock("p90_seconds", tr),
            tr("Asked again"): _rate("return_rate", "return_rate", tr),
            tr("NPS (95% interval)"): nps,
        },
    )


def returns_table(returns: pl.DataFrame, dimension: str, tr: Translator) -> pl.DataFrame:
    """Repeat contacts, changes of channel and first-contact resolution per value."""
    first = "first_resolution_rate"
    return table(
        returns,
        {
            name_of("dimension", dimension, tr): _named(value_column(dimension), tr),
            tr("Followed"): _cell("followed_count", tr.number),
            tr("Asked again (95% interval)"): _rate("return_rate", "return_rate", tr),
            tr("On another channel"): _rate("switch_rate", "switch_rate", tr),
            tr("Settled at first contact"): _rate(first, first, tr),
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
            tr("Satisfied (95% interval)"): _rate(satisfied, satisfied, tr),
            tr("Satisfaction answers"): _cell("csat_count", tr.number),
        },
    )


def leaving_table(leaving: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Customers lost afterwards, of those who waited so long."""
    return table(
        leaving,
        {
            tr("Wait"): lambda row: name_of("wait_class", row["wait_class"], tr),
            tr("Customers"): _cell("customer_count", tr.number),
            tr("Lost afterwards"): _cell("lost_count", tr.number),
            tr("Share (95% interval)"): _rate("leave_rate", "leave_rate", tr),
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


def _rate(share: str, ends: str, tr: Translator) -> Cell:
    """A share with its interval; where it is missing, why."""

    def cell(row: Row) -> str:
        if row[share] is None:
            return contact_reason(row.get("reason"), tr) or NOTHING
        low, high = row.get(f"{ends}_low"), row.get(f"{ends}_high")
        interval = "" if low is None or high is None else f" ({tr.percent_range(low, high)})"
        return f"{tr.percent(row[share])}{interval}"

    return cell


def _with_clocks(frame: pl.DataFrame, clocks: Mapping[Channel, str]) -> pl.DataFrame:
    """Each row with the clock that its channel's seconds are counted on."""
    return frame.with_columns(
        pl.col("channel").replace_strict(dict(clocks), return_dtype=pl.String).alias("clock")
    )


def _on_clock(column: str, tr: Translator) -> Cell:
    """Seconds of the row's own clock."""
    return lambda row: NOTHING if row[column] is None else tr.on_clock(row[column], row["clock"])


def gates_table(gates: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """What keeps each journey from its next level, and what it would take."""
    names = {it.id: getattr(it.name, tr.locale) for it in model.indicators}
    return table(
        gates,
        {
            tr("Journey"): lambda row: row["journey"],
            tr("Level"): lambda row: str(row["level"]),
            tr("Indicator"): lambda row: names[row["indicator"]],
            tr("Outcome"): lambda row: name_of("outcome", row["outcome"], tr),
            tr("Value"): _cell("value", tr.percent),
            tr("Threshold"): lambda row: threshold_text(row, tr),
            tr("n"): _cell("n", tr.number),
            tr("Gap (points)"): lambda row: gap_text(row["gap"], tr),
            tr("What it takes"): lambda row: effort_text(row, tr) or NOTHING,
        },
    )


def level_history_table(history: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """The level of each journey in each quarter, the newest first, with what changed."""

    def level(row: Row) -> str:
        state = tr("established") if row["is_established"] else tr("not established")
        lacks = tr("for want of evidence") if row["lacks_evidence"] else ""
        return ", ".join(filter(None, [str(row["level"]), state, lacks]))

    return table(
        history.sort(["period", "journey"], descending=[True, False]),
        {
            tr("Quarter"): lambda row: tr.period_name(row["period"], "quarter"),
            tr("Journey"): lambda row: row["journey"],
            tr("Level"): level,
            tr("What changed"): lambda row: changes_text(row, model, tr) or NOTHING,
        },
    )


def level_changes_table(now: pl.DataFrame, then: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """The level of each journey as it is, and with thresholds that aren't saved yet."""
    other = {row["journey"]: row for row in then.iter_rows(named=True)}

    def said(row: Row | None) -> str:
        if row is None:
            return NOTHING
        state = tr("established") if row["is_established"] else tr("not established")
        return f"{row['level']}, {state}"

    return table(
        now,
        {
            tr("Journey"): lambda row: row["journey"],
            tr("Level now"): said,
            tr("With this threshold"): lambda row: said(other.get(row["journey"])),
        },
    )


def override_history_table(
    changes: Iterable[SettingChange], model: PyramidModel, time_zone: str, tr: Translator
) -> pl.DataFrame:
    """Which of the pyramid's thresholds were changed, the newest first."""

    def said(own: Mapping[str, Any]) -> str:
        parts = {
            tr("threshold"): tr.percent(own["threshold"]) if "threshold" in own else "",
            tr("least n"): tr.number(own["min_count"]) if "min_count" in own else "",
            tr("weight"): f"{own['weight']:g}" if "weight" in own else "",
        }
        listed = ", ".join(f"{name} {value}" for name, value in parts.items() if value)
        reason = f" ({own['source']})" if own.get("source") else ""
        return listed + reason or tr("as in the model")

    header = (tr("Indicator"), tr("Before"), tr("After"), tr("Changed by"), tr("Changed at"))
    known = {it.id: it for it in model.indicators}
    rows = [
        (
            getattr(known[name].name, tr.locale),
            said(before),
            said(after),
            change.changed_by or NOTHING,
            tr.moment(change.changed_at, time_zone),
        )
        for change in reversed(list(changes))
        for name, before, after in override_changes(change.value_before, change.value_after)
        if name in known
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def indicators_table(model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """What each indicator is, from when on it is reached, and why."""
    rows = pl.DataFrame(
        [
            {
                "level": it.level,
                "name": getattr(it.name, tr.locale),
                "definition": getattr(it.definition, tr.locale),
                "kind": it.kind,
                "threshold": it.threshold,
                "direction": it.direction,
                "min_count": it.min_count or None,
                "weight": it.weight,
                "why": getattr(it.why, tr.locale),
            }
            for it in model.indicators
        ]
    )
    return table(
        rows,
        {
            tr("Level"): lambda row: str(row["level"]),
            tr("Indicator"): lambda row: row["name"],
            tr("What it is"): lambda row: row["definition"],
            tr("Kind"): lambda row: name_of("evidence", row["kind"], tr),
            tr("Threshold"): lambda row: threshold_text(row, tr),
            tr("Least n"): _cell("min_count", tr.number),
            tr("Weight"): _cell("weight", lambda it: f"{it:g}"),
            tr("Why this threshold"): lambda row: row["why"],
        },
    )


def gartner_table(model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """The six levels beside the five of Gartner's form of 2018."""
    header = (tr("Level"), tr("The customer says"), tr("What it means"), tr("Gartner, 2018"))
    rows = [
        (
            str(level.number),
            getattr(level.name, tr.locale),
            getattr(level.meaning, tr.locale),
            level.gartner_2018,
        )
        for level in model.levels
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def churn_summary_table(summary: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Both churn rates with their coverage, and the amounts, one line per figure."""
    row = summary.row(0, named=True)
    shown = [
        (tr("Customer churn"), _with_interval(row, "customer_churn_rate", "rate", tr)),
        (tr("Customers"), tr.number(row["customer_count"])),
        (tr("Lost"), tr.number(row["lost_count"])),
        (tr("Revenue churn"), _share(row["revenue_churn_rate"], tr)),
        (tr("Customers with a known revenue"), _share(row["revenue_coverage_share"], tr)),
        (tr("Customers with an answer before the period"), _share(row["class_coverage_share"], tr)),
        (tr("Cost of churn"), _amounts(row, "cost_", currency, tr)),
        (tr("of which dissatisfaction"), _amounts(row, "dissatisfaction_", currency, tr)),
        (tr("Revenue at risk in a year"), _amount("revenue_at_risk_amount", currency, tr)(row)),
    ]
    header = (tr("Figure"), tr("Value"))
    return pl.DataFrame(shown, schema=dict.fromkeys(header, pl.String), orient="row")


def waterfall_table(steps: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Each step from the cost of churn to what goes with dissatisfaction, with its range."""
    return table(
        steps,
        {
            tr("Step"): lambda row: name_of("churn_step", row["step"], tr),
            **_range_columns("", currency, tr),
            tr("Note"): lambda row: reason_sentence(row["reason"], tr) or NOTHING,
        },
    )


def tornado_table(swings: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """How far each assumption alone moves the cost."""
    return table(
        swings,
        {
            tr("Assumption"): lambda row: name_of("assumption", row["assumption"], tr),
            **_range_columns("", currency, tr),
            tr("From end to end"): _amount("swing_amount", currency, tr),
        },
    )


def cost_by_table(
    values: pl.DataFrame, dimension: Dimension, currency: str, tr: Translator
) -> pl.DataFrame:
    """Churn and its cost per value of a dimension."""
    return table(
        values,
        {
            name_of("dimension", dimension, tr): _named(dimension, tr),
            **_churn_columns(currency, tr),
        },
    )


def churn_trend_table(
    trend: pl.DataFrame, grain: Grain, currency: str, tr: Translator
) -> pl.DataFrame:
    """Churn and its cost per period, and whether the period is complete."""
    return table(
        trend,
        {
            tr("Period"): lambda row: tr.period_name(row["period"], grain),
            **_churn_columns(currency, tr),
            tr("Customer churn a year"): _cell("yearly_churn_rate", tr.percent),
            tr("Note"): lambda row: NOTHING if row["is_complete"] else tr("partial period"),
        },
    )


def reasons_table(reasons: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Why customers left, with the class they were of."""
    return table(
        reasons,
        {
            tr("Reason"): lambda row: row["end_reason"] or tr("no reason given"),
            tr("Lost"): _cell("lost_count", tr.number),
            tr("Share (95% interval)"): _rate("lost_share", "share", tr),
            tr("Yearly revenue lost"): _amount("lost_revenue_amount", currency, tr),
            **{
                name_of("nps_class", name, tr): _cell(f"{name}_count", tr.number)
                for name in ("promoter", "passive", "detractor", "unknown")
            },
        },
    )


def survival_table(curve: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """The share still there of each class, at the last step of each month."""
    last = pl.col("months").floor().alias("month")
    monthly = curve.group_by("nps_class", last, maintain_order=True).last()
    return table(
        monthly,
        {
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Months since the answer"): lambda row: tr.number(row["months"], 1),
            tr("Still there (95% band)"): _rate("survival", "survival", tr),
            tr("Watched"): _cell("at_risk_count", tr.number),
        },
    )


def cohorts_table(cohorts: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """The share still there of each cohort after each full year, and at its present age."""
    age = pl.col("age_quarters")
    told = cohorts.filter((age % 4 == 0) | (age == age.max().over("cohort")))
    return table(
        told,
        {
            tr("Customers since"): lambda row: tr.period_name(row["cohort"], "quarter"),
            tr("Quarters as a customer"): _cell("age_quarters", tr.number),
            tr("Customers"): _cell("customer_count", tr.number),
            tr("Still there (95% interval)"): _rate("still_share", "share", tr),
            tr("Note"): lambda row: (
                NOTHING if row["is_watched_from_start"] else tr("earlier losses may be missing")
            ),
        },
    )


def promoters_table(promoters: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """What promoters bring by recommending, low, central and high."""
    row = promoters.row(0, named=True)
    shown = {
        tr("New customers a year"): "referred_{end}_count",
        tr("Their lifetime value"): "value_{end}_amount",
        tr("What advertising would have cost"): "advertising_{end}_amount",
        tr("Value less advertising"): "net_{end}_amount",
        tr("Value per promoter"): "promoter_value_{end}_amount",
    }
    header = (tr("Figure"), tr("Low"), tr("Central"), tr("High"))
    cells = [
        (label, *(_number(row, name.format(end=end), currency, tr) for end in CASES))
        for label, name in shown.items()
    ]
    return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")


def what_if_table(rows: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """What each move and all together would bring, and what that rests on."""
    return table(
        rows,
        {
            tr("Move"): lambda row: moves_text(row, tr),
            tr("Customers concerned"): _cell("concerned_count", tr.number),
            tr("Kept in a year"): lambda row: kept_text(row, tr),
            tr("Worth"): lambda row: _amounts(row, "", currency, tr),
            tr("Basis"): lambda row: basis_text(row, tr),
        },
    )


def scenarios_table(
    compared: pl.DataFrame, currency: str, time_zone: str, tr: Translator
) -> pl.DataFrame:
    """Saved scenarios side by side, as they were when saved."""
    moved = compared.filter(pl.col("move") != "total").to_dicts()

    def moves(row: Row) -> str:
        own = [each for each in moved if each["scenario_id"] == row["scenario_id"]]
        return ", ".join(moves_text(each, tr) for each in own)

    return table(
        compared.filter(pl.col("move") == "total"),
        {
            tr("Scenario"): lambda row: row["name"],
            tr("Moves"): moves,
            tr("Kept in a year"): lambda row: kept_text(row, tr),
            tr("Worth"): lambda row: _amounts(row, "", currency, tr),
            tr("Period"): lambda row: period_text(_period(row), tr),
            tr("Saved"): lambda row: tr.moment(row["saved_at"], time_zone),
        },
    )


def _period(row: Row) -> Period | None:
    return Period(row["first_on"], row["last_on"]) if row["first_on"] else None


def _churn_columns(currency: str, tr: Translator) -> dict[str, Cell]:
    def rate(row: Row) -> str:
        if row["customer_churn_rate"] is None:
            return reason_sentence(row["reason"], tr)
        return _with_interval(row, "customer_churn_rate", "rate", tr)

    return {
        tr("Customers"): _cell("customer_count", tr.number),
        tr("Lost"): _cell("lost_count", tr.number),
        tr("Customer churn (95% interval)"): rate,
        tr("Revenue churn"): _cell("revenue_churn_rate", tr.percent),
        tr("Cost of churn"): lambda row: _amounts(row, "cost_", currency, tr),
        tr("of which dissatisfaction"): lambda row: _amounts(row, "dissatisfaction_", currency, tr),
    }


def _range_columns(what: str, currency: str, tr: Translator) -> dict[str, Cell]:
    headers = dict(zip(CASES, (tr("Low"), tr("Central"), tr("High")), strict=True))
    return {header: _amount(f"{what}{end}_amount", currency, tr) for end, header in headers.items()}


def _amount(column: str, currency: str, tr: Translator) -> Cell:
    return _cell(column, lambda it: tr.money(it, currency))


def _amounts(row: Row, what: str, currency: str, tr: Translator) -> str:
    """Low to high; a dash where it can't be given."""
    low, high = row[f"{what}low_amount"], row[f"{what}high_amount"]
    if low is None:
        return NOTHING
    return tr("{low} to {high}", low=tr.money(low, currency), high=tr.money(high, currency))


def _number(row: Row, column: str, currency: str, tr: Translator) -> str:
    value = row[column]
    if value is None:
        return NOTHING
    return tr.number(value) if column.endswith("_count") else tr.money(value, currency)


def _share(value: float | None, tr: Translator) -> str:
    return NOTHING if value is None else tr.percent(value)


def _whole_percent(value: float, tr: Translator) -> str:
    """Without decimals if it has none: 12%, 12.5%."""
    return tr.percent(value, 0 if round(value * 100, 6) % 1 == 0 else 1)


def _with_interval(row: Row, share: str, ends: str, tr: Translator) -> str:
    if row[share] is None:
        return NOTHING
    interval = tr.percent_range(row[f"{ends}_low"], row[f"{ends}_high"])
    return f"{tr.percent(row[share])} ({interval})"
