"""What settings are called, what was changed when, and why a value is refused, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, get_args

import polars as pl

from cxdata.config import WEEKDAYS, AssumptionName, TargetFigure
from cxdata.errors import SettingsError
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.models import CHANNELS
from cxdata.sentences import percent_text
from cxdata.store.connection import Store
from cxdata.store.settings_history import SettingChange, recorded_changes
from pages.components.context import cached, store, tr
from pages.components.figures import show_note, show_table
from pages.components.settings_entries import (
    JOURNEY_NAMES,
    OWN_ASSUMPTIONS,
    OWN_STANDARDS,
    TARGETS,
    TOUCHPOINT_NAMES,
    Entry,
    groups,
)

# The columns of the tables that list settings are written into.
SETTING_COLUMNS = {
    "segment": N_("Segment"),
    "assumption": N_("Assumption"),
    "low": N_("Low cost"),
    "central": N_("Central"),
    "high": N_("High cost"),
    "channel": N_("Channel"),
    "audience": N_("For whom"),
    "value": N_("Which"),
    "favourable_seconds": N_("Favourable time, seconds"),
    "limit_seconds": N_("Limit, seconds"),
    "source": N_("Source"),
    "figure": N_("Figure"),
    "survey": N_("Survey (of the NPS)"),
    "first_on": N_("From"),
    "last_on": N_("Until"),
}
LISTS: Mapping[str, str] = {
    OWN_STANDARDS: N_("Standards for some contacts"),
    OWN_ASSUMPTIONS: N_("Assumptions of segments"),
    TARGETS: N_("Targets"),
    TOUCHPOINT_NAMES: N_("Names of touchpoints"),
    JOURNEY_NAMES: N_("Names of journeys"),
}


def settings_group_name(code: str, translate: Translator) -> str:
    channel = code.removeprefix("standard_")
    if channel in CHANNELS:
        return translate("Standard: {channel}", channel=name_of("channel", channel, translate))
    return translate(groups()[code].title)


def setting_name(name: str, translate: Translator) -> str:
    """What a setting is called on this page; one that isn't on it, as in the settings file."""
    if name in LISTS:
        return translate(LISTS[name])
    for code, group in groups().items():
        for entry in group.entries:
            if name == entry.name or name in (f"{entry.name}_seconds", f"{entry.name}_days"):
                unit = name.removeprefix(entry.name).removeprefix("_")
                said = f"{settings_group_name(code, translate)} · {entry_label(entry, translate)}"
                return f"{said} ({name_of('unit', unit, translate)})" if unit else said
    return name


def entry_label(entry: Entry, translate: Translator) -> str:
    if entry.name.startswith("opening_hours.") and entry.label in WEEKDAYS:
        return translate.weekday(WEEKDAYS.index(entry.label))
    return translate(entry.label, label=translate(entry.help) if entry.help else "")


def refusal_in_words(error: SettingsError, translate: Translator) -> SettingsError:
    """A refused value with its setting called as on this page, and shares in per cent."""
    name = str(error.values.get("name", ""))
    told = dict(error.values) | {"name": _place_name(name, translate)}
    shown = percent_text if _is_share(name) else _number
    ends = [end for end in ("value", "least", "most") if end in told]
    told |= {end: _each(str(told[end]), shown, translate) for end in ends}
    families = {"assumption": AssumptionName, "target_figure": TargetFigure}
    family = {"assumption": "assumption", "figure": "target_figure"}.get(name.split(".")[-1])
    if family:
        codes = get_args(families[family])
        told["choices"] = ", ".join(name_of(family, it, translate) for it in codes)
    return SettingsError(error.message, error.hint, **told)


def _place_name(name: str, translate: Translator) -> str:
    """A setting, a group of three, or a cell of a table such as ``churn_overrides.2.low``."""
    whole, _, rest = name.partition(".")
    if whole in LISTS and rest:
        row, _, column = rest.rstrip(".").partition(".")
        place = translate("{table}, row {row}", table=setting_name(whole, translate), row=row)
        return (
            f"{place}, {translate(SETTING_COLUMNS[column])}" if column in SETTING_COLUMNS else place
        )
    for entry in (it for group in groups().values() for it in group.entries):
        if entry.help and entry.name == f"{name}.low":
            return translate(entry.help)
    return setting_name(name, translate)


def _is_share(name: str) -> bool:
    entries = [it for group in groups().values() for it in group.entries if it.kind == "share"]
    return any(it.name in (name, f"{name}.low") for it in entries)


def _each(values: str, shown: Callable[[float, Translator], str], translate: Translator) -> str:
    """One number or several, as people write them; what is no number, as it is."""
    try:
        numbers = [float(it) for it in values.split(", ")]
    except ValueError:
        return values
    if not all(map(isfinite, numbers)):
        return values
    return ", ".join(shown(it, translate) for it in numbers)


def _number(value: float, translate: Translator) -> str:
    return translate.number(value, 0 if value.is_integer() else 2)


def draw_history() -> None:
    """Every change, the newest first."""
    translate = tr()
    changes = cached(all_changes)
    if not changes:
        show_note([translate("No setting was changed: all are those of the settings file.")])
        return
    show_table(setting_changes_table(changes, translate))


def setting_changes_table(changes: Sequence[SettingChange], translate: Translator) -> pl.DataFrame:
    """What was changed by whom, the newest first; from when, if any of it is dated."""
    zone = store().settings.firm.time_zone
    is_dated_at_all = any(change.is_dated for change in changes)
    return pl.DataFrame(
        [
            {
                translate("Setting"): setting_name(change.setting, translate),
                translate("Before"): _said(change.value_before, translate),
                translate("After"): _said(change.value_after, translate),
                **(
                    {translate("Counts for contacts from"): _first_day(change, translate)}
                    if is_dated_at_all
                    else {}
                ),
                translate("Changed by"): change.changed_by or "–",
                translate("Changed at"): translate.moment(change.changed_at, zone),
            }
            for change in reversed(changes)
        ]
    )


def all_changes(con: Store) -> tuple[SettingChange, ...]:
    with con.cursor() as cursor:
        return recorded_changes(cursor)


def _first_day(change: SettingChange, translate: Translator) -> str:
    if not change.is_dated:
        return "–"
    return translate.day(change.applies_from) if change.applies_from else translate("all contacts")


def setting_value_text(value: Any, translate: Translator) -> str:
    """A setting's value in one line, numbers as the reader's language writes them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(float(value), translate)
    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    return _said(value, translate)


def _said(value: Any, translate: Translator) -> str:
    """A setting's value in one line."""
    if value is None:
        return "–"
    if isinstance(value, list):
        separator = "; " if any(isinstance(it, dict) for it in value) else ", "
        return separator.join(_said(it, translate) for it in value) or "–"
    if isinstance(value, dict):
        return ", ".join(_said_part(name, it, translate) for name, it in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _said_part(name: str, value: Any, translate: Translator) -> str:
    """A part of a list's row: names of assumptions in words, other parts as they stand."""
    if name == "assumption" and value in get_args(AssumptionName):
        return name_of("assumption", value, translate)
    if name == "figure" and value in get_args(TargetFigure):
        return name_of("target_figure", value, translate)
    return _said(value, translate)
