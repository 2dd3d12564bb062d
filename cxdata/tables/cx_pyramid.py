"""Tables of the pyramid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.pyramid.model import PyramidModel, override_changes
from cxdata.sentences.cx_pyramid import (
    changes_text,
    effort_text,
    gap_text,
    level_range,
    threshold_text,
    vision_basis,
)
from cxdata.store.settings_history import SettingChange
from cxdata.tables.cells import NOTHING, Row, column_cell, named_cell, table


def levels_table(levels: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """The level of each journey and what it lacks for the next: the pyramid's table twin."""
    names = {it.id: tr(it.name) for it in model.indicators}

    def level(row: Row) -> str:
        if row["possible_level"] != row["level"]:
            return level_range(row["level"], row["possible_level"])
        if row["level"] == 0:
            return tr("not known") if row["lacks_evidence"] else tr("below level 1")
        name = tr(model.levels[row["level"] - 1].name)
        return f"{row['level']} · {name}"

    return table(
        levels,
        {
            tr("Journey"): named_cell("journey", tr),
            tr("Level"): level,
            tr("Established"): lambda row: (
                tr("can't tell")
                if row["possible_level"] != row["level"]
                else tr("yes")
                if row["is_established"]
                else tr("no")
            ),
            tr("Missing for the next level"): lambda row: (
                ", ".join(names[it] for it in row["next_level_missing"]) or NOTHING
            ),
        },
    )


def evidence_table(evidence: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """Each indicator's value against its threshold, with n, interval or signature."""
    names = {it.id: tr(it.name) for it in model.indicators}

    def value(row: Row) -> str:
        if row["value"] is None:
            return NOTHING
        if row["low"] is None:
            return tr.percent(row["value"], 0)
        return f"{tr.percent(row['value'])} ({tr.percent_range(row['low'], row['high'])})"

    def basis(row: Row) -> str:
        if row["kind"] == "measured":
            return tr("withheld") if row["n"] is None else f"n = {tr.number(row['n'])}"
        if row["assessed_on"] is None:
            return tr("not assessed yet")
        expired = tr("expired") if row["is_expired"] else ""
        signed = f"{row['assessed_by']}, {tr.short_day(row['assessed_on'])}"
        is_told = row["n"] is not None
        cases = f"n = {tr.number(row['n'])}" if is_told else tr("number of cases not given")
        return " · ".join(filter(None, [expired, signed, cases, row["evidence"]]))

    return table(
        evidence,
        {
            tr("Level"): lambda row: str(row["level"]),
            tr("Indicator"): lambda row: names[row["indicator"]],
            tr("Outcome"): lambda row: name_of("outcome", row["outcome"], tr),
            tr("Value ({confidence} interval)"): value,
            tr("Threshold"): lambda row: threshold_text(row, tr),
            tr("Gap (points)"): lambda row: gap_text(row["gap"], tr),
            tr("Basis"): basis,
            tr("Axis"): lambda row: name_of("axis", row["axis"], tr),
        },
    )


def evidence_by_journey_table(
    evidence: pl.DataFrame, model: PyramidModel, tr: Translator
) -> pl.DataFrame:
    """The evidence of several journeys, the journey first."""
    journeys = table(evidence, {tr("Journey"): named_cell("journey", tr)})
    return pl.concat([journeys, evidence_table(evidence, model, tr)], how="horizontal")


def visions_table(visions: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Each journey's view from the top, with who wrote it and when."""
    return table(
        visions,
        {
            tr("Journey"): named_cell("journey", tr),
            tr("View from the top"): lambda row: row["vision"],
            tr("Basis"): lambda row: vision_basis(row, row["written_at"].date(), tr),
        },
    )


def with_names(frame: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """A frame of the pyramid for a file: its indicators by their names instead of their ids."""
    names = {it.id: tr(it.name) for it in model.indicators}
    listed = [it for it in ("next_level_missing", "gained", "lost") if it in frame.columns]
    return frame.with_columns(
        pl.col(["indicator"] if "indicator" in frame.columns else []).replace(names),
        pl.col(listed).list.eval(pl.element().replace(names)),
    )


def gates_table(gates: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """What keeps each journey from its next level, and what it would take."""
    names = {it.id: tr(it.name) for it in model.indicators}
    return table(
        gates,
        {
            tr("Journey"): named_cell("journey", tr),
            tr("Level"): lambda row: str(row["level"]),
            tr("Indicator"): lambda row: names[row["indicator"]],
            tr("Outcome"): lambda row: name_of("outcome", row["outcome"], tr),
            tr("Value"): column_cell("value", tr.percent),
            tr("Threshold"): lambda row: threshold_text(row, tr),
            tr("n"): column_cell("n", tr.number),
            tr("Gap (points)"): lambda row: gap_text(row["gap"], tr),
            tr("What it takes"): lambda row: effort_text(row, tr) or NOTHING,
        },
    )


def level_history_table(history: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """The level of each journey in each quarter, the newest first, with what changed."""

    def level(row: Row) -> str:
        lacks = tr("for want of evidence") if row["lacks_evidence"] else ""
        return ", ".join(filter(None, [_level_and_state(row, tr), lacks]))

    return table(
        history.sort(["period", "journey"], descending=[True, False]),
        {
            tr("Quarter"): lambda row: tr.period_name(row["period"], "quarter"),
            tr("Journey"): named_cell("journey", tr),
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
        return _level_and_state(row, tr)

    return table(
        now,
        {
            tr("Journey"): named_cell("journey", tr),
            tr("Level now"): said,
            tr("With this threshold"): lambda row: said(other.get(row["journey"])),
        },
    )


def _level_and_state(row: Row, tr: Translator) -> str:
    if row["possible_level"] != row["level"]:
        levels = level_range(row["level"], row["possible_level"])
        return ", ".join([levels, tr("can't tell")])
    if row["level"] == 0 and row["lacks_evidence"]:
        return tr("not known")
    state = tr("established") if row["is_established"] else tr("not established")
    return f"{row['level']}, {state}"


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
            tr(known[name].name),
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
                "name": tr(it.name),
                "definition": tr(it.definition, return_days=it.return_days),
                "kind": it.kind,
                "threshold": it.threshold,
                "direction": it.direction,
                "min_count": it.min_count or None,
                "weight": it.weight,
                "why": tr(it.why),
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
            tr("Least n"): column_cell("min_count", tr.number),
            tr("Weight"): column_cell("weight", lambda it: f"{it:g}"),
            tr("Why this threshold"): lambda row: row["why"],
        },
    )


def gartner_table(model: PyramidModel, tr: Translator) -> pl.DataFrame:
    """The six levels beside the five of Gartner's form of 2018."""
    header = (tr("Level"), tr("The customer says"), tr("What it means"), tr("Gartner, 2018"))
    rows = [
        (
            str(level.number),
            tr(level.name),
            tr(level.meaning),
            level.gartner_2018,
        )
        for level in model.levels
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
