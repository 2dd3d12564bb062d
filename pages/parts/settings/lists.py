"""Settings that are lists, as tables to write in: standards and assumptions for some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

import streamlit as st

from cxdata.config import AssumptionName, Audience, TargetFigure
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import CHANNELS, SURVEYS
from pages.components.context import offer, store, tr
from pages.components.figures import show_note
from pages.components.settings_entries import OWN_ASSUMPTIONS, OWN_STANDARDS, TARGETS
from pages.components.settings_words import SETTING_COLUMNS
from pages.parts.settings.effects import show_effect
from pages.parts.settings.forms import (
    ask_applies_from,
    ask_author,
    ask_to_save,
    save,
    say_saved,
)

OWN_COLUMNS = ("channel", "audience", "value", "favourable_seconds", "limit_seconds", "source")
TARGET_COLUMNS = ("figure", "value", "segment", "survey", "first_on", "last_on", "source")
TARGET_DAYS = ("first_on", "last_on")
ASSUMPTION_COLUMNS = ("segment", "assumption", "low", "central", "high", "source")


def draw_own_standards() -> None:
    """Standards for some contacts only, as a table to write in; the first that fits counts."""
    translate = tr()
    say_saved(translate)
    listed = store().settings.value(OWN_STANDARDS)
    with st.form(f"settings_own:{store().data_version}", border=False):
        edited = st.data_editor(
            [{name: row.get(name) for name in OWN_COLUMNS} for row in listed]
            or [dict.fromkeys(OWN_COLUMNS)],
            column_config=_own_columns(translate),
            num_rows="dynamic",
            hide_index=True,
            placeholder="",
            key=f"settings_own_rows:{store().data_version}",
        )
        applies_from = ask_applies_from("own", translate)
        author = ask_author("own", translate)
        saves, looks = ask_to_save("own", translate, has_effect=True)
    values = {OWN_STANDARDS: _written(edited)}
    if saves:
        save(values, author, applies_from)
    if looks:
        show_effect(values, applies_from)


def _own_columns(translate: Translator) -> dict[str, Any]:
    return {
        "channel": st.column_config.SelectboxColumn(
            translate(SETTING_COLUMNS["channel"]),
            options=CHANNELS,
            format_func=lambda code: name_of("channel", str(code), translate),
        ),
        "audience": st.column_config.SelectboxColumn(
            translate(SETTING_COLUMNS["audience"]),
            options=get_args(Audience),
            format_func=lambda code: name_of("audience_kind", str(code), translate),
        ),
        "value": st.column_config.TextColumn(
            translate(SETTING_COLUMNS["value"]), help=translate("For strategic accounts: yes.")
        ),
        "favourable_seconds": st.column_config.NumberColumn(
            translate(SETTING_COLUMNS["favourable_seconds"]), min_value=1
        ),
        "limit_seconds": st.column_config.NumberColumn(
            translate(SETTING_COLUMNS["limit_seconds"]), min_value=1
        ),
        "source": st.column_config.TextColumn(translate(SETTING_COLUMNS["source"])),
    }


def draw_own_assumptions() -> None:
    """Assumptions of single segments, as a table to write in; what isn't named is the firm's."""
    translate = tr()
    say_saved(translate)
    listed = store().settings.value(OWN_ASSUMPTIONS)
    show_note(
        [
            translate("Rates as shares: 0.3 is 30%."),
            translate("Low is what makes the cost low; the discount rate's low is its highest."),
        ]
    )
    with st.form(f"settings_segments:{store().data_version}", border=False):
        edited = st.data_editor(
            [{name: row.get(name) for name in ASSUMPTION_COLUMNS} for row in listed]
            or [dict.fromkeys(ASSUMPTION_COLUMNS)],
            column_config=_assumption_columns(listed, translate),
            num_rows="dynamic",
            hide_index=True,
            placeholder="",
            key=f"settings_segments_rows:{store().data_version}",
        )
        author = ask_author("segments", translate)
        saves, looks = ask_to_save("segments", translate, has_effect=True)
    values = {OWN_ASSUMPTIONS: _written(edited)}
    if saves:
        save(values, author, None)
    if looks:
        show_effect(values, None)


def _assumption_columns(
    listed: Sequence[Mapping[str, Any]], translate: Translator
) -> dict[str, Any]:
    known = dict.fromkeys([*offer().values["segment"], *(row["segment"] for row in listed)])
    segment = translate(SETTING_COLUMNS["segment"])
    return {
        "segment": st.column_config.SelectboxColumn(segment, options=list(known))
        if known
        else st.column_config.TextColumn(segment),
        "assumption": st.column_config.SelectboxColumn(
            translate(SETTING_COLUMNS["assumption"]),
            options=get_args(AssumptionName),
            format_func=lambda code: name_of("assumption", str(code), translate),
        ),
        "low": st.column_config.NumberColumn(translate(SETTING_COLUMNS["low"])),
        "central": st.column_config.NumberColumn(translate(SETTING_COLUMNS["central"])),
        "high": st.column_config.NumberColumn(translate(SETTING_COLUMNS["high"])),
        "source": st.column_config.TextColumn(translate(SETTING_COLUMNS["source"])),
    }


def draw_targets() -> None:
    """What figures should reach, as a table to write in; the first that fits counts."""
    translate = tr()
    say_saved(translate)
    listed = store().settings.value(TARGETS)
    show_note(
        [
            translate("Without a segment: of all customers. Without days: always."),
            translate("The target in force on a period's last day counts."),
            translate("Goals of channels stand with their standards."),
        ]
    )
    with st.form(f"settings_targets:{store().data_version}", border=False):
        edited = st.data_editor(
            [_target_row(row) for row in listed] or [dict.fromkeys(TARGET_COLUMNS)],
            column_config=_target_columns(listed, translate),
            num_rows="dynamic",
            hide_index=True,
            placeholder="",
            key=f"settings_targets_rows:{store().data_version}",
        )
        author = ask_author("targets", translate)
        saves, looks = ask_to_save("targets", translate, has_effect=True)
    values = {TARGETS: _written(edited)}
    if saves:
        save(values, author, None)
    if looks:
        show_effect(values, None)


def _written(edited: Any) -> list[dict[str, Any]]:
    """The rows that say something, days as they are kept."""
    rows = (
        {name: _kept(value) for name, value in row.items() if value not in (None, "")}
        for row in edited
    )
    return [row for row in rows if row]


def _target_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A target as it is written, with days as days."""
    days = {name: row.get(name) and date.fromisoformat(row[name]) for name in TARGET_DAYS}
    return {name: row.get(name) for name in TARGET_COLUMNS} | days


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _target_columns(listed: Sequence[Mapping[str, Any]], translate: Translator) -> dict[str, Any]:
    told = [row["segment"] for row in listed if row.get("segment")]
    known = dict.fromkeys([*offer().values["segment"], *told])
    words = {name: translate(SETTING_COLUMNS[name]) for name in TARGET_COLUMNS}
    words["value"] = translate("Target")
    return {
        "figure": st.column_config.SelectboxColumn(
            words["figure"],
            options=get_args(TargetFigure),
            format_func=lambda code: name_of("target_figure", str(code), translate),
        ),
        "value": st.column_config.NumberColumn(words["value"]),
        "segment": st.column_config.SelectboxColumn(words["segment"], options=list(known))
        if known
        else st.column_config.TextColumn(words["segment"]),
        "survey": st.column_config.SelectboxColumn(
            words["survey"],
            options=SURVEYS,
            format_func=lambda code: name_of("survey", str(code), translate),
        ),
        **{
            name: st.column_config.DateColumn(words[name], format="DD/MM/YYYY")
            for name in TARGET_DAYS
        },
        "source": st.column_config.TextColumn(words["source"]),
    }
