"""Frames as tables for people: chosen columns, translated headers, formatted cells.

Each function returns a frame of texts, one row per row of its input. Cells that come from
files are unchanged texts: whoever shows them must show them as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from cxdata.config import ResponseStandard
from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of, touchpoint_name
from cxdata.metrics.cx_pyramid import PyramidModel
from cxdata.models import Channel, Dimension, Grain, Refusal
from cxdata.sentences import DRIVER_REASONS, p_text, reason_sentence, standard_text

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
            tr("Half answered within"): _cell("p50_seconds", tr.duration),
            tr("9 in 10 within"): _cell("p90_seconds", tr.duration),
            tr("Graded score"): _cell("score", tr.number),
        },
    )


def standards_table(
    channels: pl.DataFrame, standards: Mapping[Channel, ResponseStandard], tr: Translator
) -> pl.DataFrame:
    """What "in time" means on each channel, whose goal it is, and where both come from."""
    sources = {channel: standard.source for channel, standard in standards.items()}
    return table(
        channels,
        {
            tr("Channel"): lambda row: name_of("channel", row["channel"], tr),
            tr("Standard"): lambda row: standard_text(row, tr),
            tr("Source"): lambda row: tr(sources[row["channel"]]),
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

    def threshold(row: Row) -> str:
        share = tr.percent(row["threshold"], 0)
        return f"≥ {share}" if row["direction"] == "higher" else f"≤ {share}"

    def basis(row: Row) -> str:
        if row["kind"] == "measured":
            return f"n = {tr.number(row['n'])}"
        if row["assessed_on"] is None:
            return tr("not assessed yet")
        return f"{row['assessed_by']}, {tr.short_day(row['assessed_on'])}"

    return table(
        evidence,
        {
            tr("Level"): lambda row: str(row["level"]),
            tr("Indicator"): lambda row: names[row["indicator"]],
            tr("Outcome"): lambda row: name_of("outcome", row["outcome"], tr),
            tr("Value (95% interval)"): value,
            tr("Threshold"): threshold,
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
            case "margin_rate" | "discount_rate":
                return tr.percent(value, 0)
            case "acquisition_cost_amount":
                return tr.money(value, currency, digits=6)
            case _:
                return tr.plural("{n} year", "{n} years", int(value))

    return table(
        assumptions,
        {
            tr("Assumption"): lambda row: name_of("assumption", row["name"], tr),
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
