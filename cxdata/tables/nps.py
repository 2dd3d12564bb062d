"""Tables of the NPS, its drivers and themes, satisfaction and effort."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of, touchpoint_name
from cxdata.metrics.nps.mix_split import SPLIT_EFFECTS
from cxdata.models import Dimension, Grain
from cxdata.sentences import (
    DRIVER_REASONS,
    reason_sentence,
)
from cxdata.tables.cells import NOTHING, Cell, Row, column_cell, count_cell, named_cell, table

# The field's habit: beyond it a touchpoint is mostly told by the others.
NOTABLE_VIF = 5


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

    return table(
        values,
        {
            **_nps_columns(tr),
            tr("Against the rest"): _against_rest(tr),
        },
        by={
            name_of("dimension", dimension, tr): named_cell(dimension, tr),
        },
    )


def nps_mix_table(mix: pl.DataFrame, dimension: Dimension, tr: Translator) -> pl.DataFrame:
    """How each value's own change and its share moved the NPS."""

    def moved(now: str, before: str, show: Callable[[float], str]) -> Cell:
        def cell(row: Row) -> str:
            shown = [NOTHING if row[it] is None else show(row[it]) for it in (before, now)]
            return " → ".join(shown)

        return cell

    split: dict[str, Cell] = {}
    if all(name in mix.columns and mix[name].is_not_null().any() for name in SPLIT_EFFECTS):
        split = {
            tr("Share of customers"): moved(
                "base_share", "compared_base_share", lambda it: tr.percent(it, 0)
            ),
            tr("Customers changed"): column_cell("customers_effect", lambda it: tr.signed(it, 1)),
            tr("Who answered changed"): column_cell(
                "respondents_effect", lambda it: tr.signed(it, 1)
            ),
        }
    return table(
        mix,
        {
            tr("Share"): moved("share", "compared_share", lambda it: tr.percent(it, 0)),
            tr("NPS"): moved("nps", "compared_nps", tr.nps),
            tr("Rate effect"): _effect("rate_effect", tr),
            tr("Mix effect"): _effect("mix_effect", tr),
            **split,
        },
        by={
            name_of("dimension", dimension, tr): named_cell(dimension, tr),
        },
    )


def _effect(name: str, tr: Translator) -> Cell:
    """Points with their interval, if there is one."""

    def cell(row: Row) -> str:
        if row[name] is None:
            return NOTHING
        points = tr.signed(row[name], 1)
        if row[f"{name}_low"] is None:
            return points
        low, high = (tr.signed(row[f"{name}_{end}"], 1) for end in ("low", "high"))
        return f"{points} ({tr('{low} to {high}', low=low, high=high)})"

    return cell


def _nps_columns(tr: Translator) -> dict[str, Cell]:
    def interval(row: Row) -> str:
        if row["nps"] is None:
            return NOTHING
        return tr("{low} to {high}", low=tr.nps(row["nps_low"]), high=tr.nps(row["nps_high"]))

    return {
        tr("NPS"): column_cell("nps", tr.nps),
        tr("{confidence} interval"): interval,
        tr("Answers"): count_cell("answer_count", tr),
    }


def _against_rest(tr: Translator) -> Cell:
    """The difference with the interval that holds for all groups looked at, and what is sure."""

    def cell(row: Row) -> str:
        if row["rest_difference"] is None:
            return NOTHING
        low, high = (tr.signed(row[f"rest_difference_{end}"], 1) for end in ("low", "high"))
        verdict = name_of("difference", row["rest_verdict"], tr)
        points = tr.signed(row["rest_difference"], 1)
        return f"{points} ({tr('{low} to {high}', low=low, high=high)}) · {verdict}"

    return cell


def nps_sources_table(sources: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Each form of the answers with its NPS, and how it lies against the form before."""

    def against(row: Row) -> str:
        if row["break_points"] is None:
            return NOTHING
        verdict = tr("real change") if row["is_break"] else tr("within the noise")
        return f"{tr.signed(row['break_points'], 1)} · {verdict}"

    return table(
        sources,
        {
            tr("First file"): lambda row: row["source"],
            tr("Column of the score"): lambda row: row["score_column"] or NOTHING,
            tr("From"): column_cell("first_on", tr.short_day),
            tr("To"): column_cell("last_on", tr.short_day),
            **_nps_columns(tr),
            tr("Against the form before (points)"): against,
        },
    )


def score_table(distribution: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """How many answers gave each score."""
    return table(
        distribution,
        {
            tr("Score given"): lambda row: str(row["score"]),
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Answers"): count_cell("answer_count", tr),
            tr("Share"): column_cell("share", tr.percent),
        },
    )


def nps_heat_table(
    heat: pl.DataFrame, rows: Dimension, columns: Dimension, tr: Translator
) -> pl.DataFrame:
    """NPS of each pair of values."""
    return table(
        heat,
        {
            **_nps_columns(tr),
            tr("Against the rest"): _against_rest(tr),
        },
        by={
            name_of("dimension", rows, tr): named_cell(rows, tr),
            name_of("dimension", columns, tr): named_cell(columns, tr),
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

    def gain(row: Row) -> str:
        if row["gain"] is None:
            return NOTHING
        low, high = (tr.number(row[f"gain_{it}"], 1) for it in ("low", "high"))
        return f"{tr.number(row['gain'], 1)} ({tr('{low} to {high}', low=low, high=high)})"

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
            tr("Touchpoint"): lambda row: touchpoint_name(row["touchpoint"], tr),
            tr("Importance"): weight,
            tr("Mean rating"): column_cell("mean_score", lambda it: tr.number(it, 2)),
            tr("Gain (points of the score)"): gain,
            tr("Beyond the common impression"): lambda row: (
                NOTHING
                if row["beyond_halo"] is None
                else tr("yes")
                if row["is_beyond_halo"]
                else tr("can't tell")
            ),
            tr("Quadrant"): lambda row: (
                name_of("quadrant", row["quadrant"], tr) if row["quadrant"] else NOTHING
            ),
            tr("Answers"): column_cell("rating_count", tr.number),
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
            tr("Comments"): column_cell("comment_count", tr.number),
            tr("Of detractors' comments"): share("detractor"),
            tr("Of promoters' comments"): share("promoter"),
            tr("Class"): lambda row: (
                name_of("nps_class", row["nps_class"], tr) if row["nps_class"] else NOTHING
            ),
            tr("NPS"): column_cell("nps_with", tr.nps),
            tr("Movement"): lambda row: (
                name_of("trend", row["trend"], tr) if row["trend"] else NOTHING
            ),
        },
    )


def theme_points_table(themes: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """What each theme costs or brings, and its part of the change."""
    return table(
        themes,
        {
            tr("Theme"): lambda row: row["theme"],
            tr("Comments"): column_cell("comment_count", tr.number),
            tr("Points"): _effect("theme_points", tr),
            tr("Change"): _effect("points_change", tr),
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
            tr("Favourable ({confidence} interval)"): share,
            tr("Mean"): column_cell("mean_score", lambda it: tr.number(it, 2)),
            tr("Answers"): count_cell("answer_count", tr),
        },
        by={
            name_of("dimension", dimension, tr): named_cell(dimension, tr),
        },
    )
