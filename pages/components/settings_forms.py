"""Settings as forms: which there are, how each is asked for, and what was changed when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args
from zoneinfo import available_timezones

import polars as pl
import streamlit as st

from cxdata.config import WEEKDAYS, AbandonRule, AssumptionName, Audience, Clock
from cxdata.errors import CxDataError
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.models import CHANNELS, SURVEYS
from cxdata.store.connection import Store
from cxdata.store.settings_history import SettingChange, is_dated, recorded_changes
from pages.components.context import cached, offer, show_error, store, tr
from pages.components.figures import show_note, show_table

Kind = Literal["share", "number", "count", "duration", "choice", "truth", "text", "spans", "words"]
TEXT_LETTERS = 300
OWN_STANDARDS = "response_time_overrides"
OWN_COLUMNS = ("channel", "audience", "value", "favourable_seconds", "limit_seconds", "source")
OWN_ASSUMPTIONS = "churn_overrides"
ASSUMPTION_COLUMNS = ("segment", "assumption", "low", "central", "high", "source")
_AUTHOR, _SAVED = "settings_author", "settings_saved"
# Units of a duration: seconds in each; business days are kept as days.
UNITS: Mapping[str, float] = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 0}


@dataclass(frozen=True)
class Entry:
    """One setting: its name in the settings file, what it is called, and how it is asked for.

    ``family`` names the texts of its choices (:mod:`cxdata.i18n.names`).
    """

    name: str
    label: str
    kind: Kind
    choices: tuple[str, ...] = ()
    family: str = ""
    help: str = ""


@dataclass(frozen=True)
class Group:
    """Settings that are changed together."""

    title: str
    entries: tuple[Entry, ...]


def standard_entries(channel: str) -> tuple[Entry, ...]:
    """What "in time" means on a channel."""
    where = f"response_time.{channel}."
    return (
        Entry(where + "favourable", N_("Favourable time"), "duration"),
        Entry(where + "limit", N_("Limit (score 0 from here)"), "duration"),
        Entry(where + "goal", N_("Goal: share in time"), "share"),
        Entry(where + "goal_is_published", N_("The goal is published, not our own"), "truth"),
        Entry(where + "is_strict", N_("Exactly the favourable time is late"), "truth"),
        Entry(where + "clock", N_("Clock"), "choice", get_args(Clock), "clock"),
        Entry(
            where + "abandon_rule",
            N_("Abandoned contacts"),
            "choice",
            get_args(AbandonRule),
            "abandon_rule",
        ),
        Entry(where + "short_abandon_seconds", N_("A short abandon, seconds"), "number"),
        Entry(where + "source", N_("Source"), "text"),
    )


def assumption_entries(name: str, label: str, kind: Kind) -> tuple[Entry, ...]:
    """A value nobody measured: low, central and high."""
    where = f"churn.{name}."
    return (
        Entry(where + "low", N_("{label}, low"), kind, help=label),
        Entry(where + "central", N_("{label}, central"), kind, help=label),
        Entry(where + "high", N_("{label}, high"), kind, help=label),
        Entry(where + "source", N_("{label}, source"), "text", help=label),
    )


def groups() -> dict[str, Group]:
    """The groups of settings by their code, in the order of the page."""
    return {
        **{f"standard_{it}": Group(it, standard_entries(it)) for it in CHANNELS},
        "hours": Group(
            N_("Opening hours"),
            (
                *(Entry(f"opening_hours.{day}", day, "spans") for day in WEEKDAYS),
                Entry("opening_hours.source", N_("Source"), "text"),
            ),
        ),
        "contacts": Group(
            N_("Following contacts"),
            (
                Entry("contacts.return_days", N_("Days within which asking again counts"), "count"),
                Entry("contacts.answer_days", N_("Days from a contact to its answer"), "count"),
                Entry("contacts.leave_days", N_("Days from a contact to leaving"), "count"),
                Entry(
                    "contacts.information_reasons",
                    N_("Reasons that only ask for information"),
                    "words",
                ),
                Entry("contacts.source", N_("Source"), "text"),
            ),
        ),
        "answers": Group(
            N_("Answers"),
            (
                Entry("answers.small_base_count", N_("Greyed below, answers"), "count"),
                Entry("answers.minimum_count", N_("Withheld below, answers"), "count"),
                Entry("answers.confidence", N_("Confidence of intervals"), "share"),
                Entry("answers.source", N_("Source"), "text"),
            ),
        ),
        "churn": Group(
            N_("Churn economics"),
            (
                Entry(
                    "churn.class_survey",
                    N_("Survey whose last answer gives the class"),
                    "choice",
                    SURVEYS,
                    "survey",
                ),
                *assumption_entries("margin_rate", N_("Margin"), "share"),
                *assumption_entries("discount_rate", N_("Discount rate a year"), "share"),
                *assumption_entries("acquisition_cost_amount", N_("Cost of replacing"), "number"),
                *assumption_entries("horizon_years", N_("Years counted at most"), "number"),
                *assumption_entries(
                    "referral_rate", N_("New customers per promoter a year"), "number"
                ),
            ),
        ),
        "imports": Group(
            N_("Limits of files"),
            (
                Entry("imports.max_file_megabytes", N_("Largest file, MB"), "count"),
                Entry("imports.max_unpacked_megabytes", N_("Largest unpacked, MB"), "count"),
                Entry("imports.max_expansion_ratio", N_("Unpacked over packed size"), "number"),
                Entry("imports.max_rows", N_("Most rows"), "count"),
                Entry("imports.max_columns", N_("Most columns"), "count"),
                Entry("imports.max_cell_length", N_("Longest cell, characters"), "count"),
                Entry("imports.time_limit_seconds", N_("Longest import, seconds"), "count"),
                Entry("imports.held_refused_share", N_("Held above this refused share"), "share"),
                Entry("imports.held_refused_count", N_("… and from so many refused"), "count"),
                Entry("imports.listed_refusal_count", N_("Refusals listed at most"), "count"),
            ),
        ),
        "firm": Group(
            N_("The firm"),
            (
                Entry(
                    "firm.time_zone",
                    N_("Time zone"),
                    "choice",
                    tuple(sorted(available_timezones())),
                ),
                Entry("firm.country", N_("Country of the public holidays"), "text"),
                Entry("firm.currency", N_("Currency"), "text"),
            ),
        ),
    }


def group_name(code: str, translate: Translator) -> str:
    channel = code.removeprefix("standard_")
    if channel in CHANNELS:
        return translate("Standard: {channel}", channel=name_of("channel", channel, translate))
    return translate(groups()[code].title)


def setting_name(name: str, translate: Translator) -> str:
    """What a setting is called on this page; one that isn't on it, as in the settings file."""
    if name == OWN_STANDARDS:
        return translate("Standards for some contacts")
    if name == OWN_ASSUMPTIONS:
        return translate("Assumptions of segments")
    for code, group in groups().items():
        for entry in group.entries:
            if name == entry.name or name in (f"{entry.name}_seconds", f"{entry.name}_days"):
                unit = name.removeprefix(entry.name).removeprefix("_")
                said = f"{group_name(code, translate)} · {_label(entry, translate)}"
                return f"{said} ({name_of('unit', unit, translate)})" if unit else said
    return name


def draw_group(code: str) -> None:
    """The group's form; what was changed is saved together, or refused with a sentence."""
    translate, group = tr(), groups()[code]
    _say_saved(translate)
    with st.form(f"settings_form:{code}:{store().data_version}", border=False):
        places = st.columns(2)
        given: dict[str, Any] = {}
        for position, entry in enumerate(group.entries):
            with places[position % 2]:
                given |= _asked(entry, code, translate)
        dated = any(is_dated(entry.name) for entry in group.entries)
        applies_from = _applies_from(code, translate) if dated else None
        author = _author(code, translate)
        saves = st.form_submit_button(
            translate("Save"), type="primary", key=f"settings_save:{code}"
        )
    if saves:
        save(given, author, applies_from)


def save(values: Mapping[str, Any], author: str, applies_from: date | None) -> None:
    """Change what differs from what was shown; after an error nothing is changed."""
    st.session_state[_AUTHOR] = author
    changed_by = " ".join(author.split()) or None
    shown = store().settings
    differing = {name: it for name, it in values.items() if it != shown.value_or_none(name)}
    with st.spinner(tr()("Counting again")):
        try:
            changes = store().change_settings(
                differing, changed_by=changed_by, applies_from=applies_from
            )
        except CxDataError as error:
            show_error(error)
            return
    st.session_state[_SAVED] = len(changes)
    st.rerun()


def _author(code: str, translate: Translator) -> str:
    author: str = st.text_input(
        translate("Changed by"),
        value=st.session_state.get(_AUTHOR, ""),
        max_chars=80,
        key=f"settings_by:{code}",
    )
    return author


def _say_saved(translate: Translator) -> None:
    count = st.session_state.pop(_SAVED, None)
    if count == 0:
        st.info(translate("Nothing was changed."))
    elif count:
        st.success(
            translate.plural("{n} setting was changed.", "{n} settings were changed.", count)
        )


def _applies_from(code: str, translate: Translator) -> date | None:
    """From which day's contacts on the change counts; None for all of them."""
    ever = st.toggle(
        translate("A correction: it counts for all contacts, the earlier ones included"),
        key=f"settings_ever:{code}",
    )
    day: date = st.date_input(
        translate("Otherwise it counts for contacts opened from this day on"),
        value=(offer().last_on or date.today()) + timedelta(days=1),  # noqa: DTZ011 - a proposal
        format="DD/MM/YYYY",
        key=f"settings_from:{code}",
    )
    return None if ever else day


def _asked(entry: Entry, code: str, translate: Translator) -> dict[str, Any]:
    """The entry's widget; setting -> value as it was given."""
    key = f"settings:{entry.name}:{store().data_version}"
    label = _label(entry, translate)
    if entry.kind == "duration":
        return _asked_duration(entry.name, label, key, translate)
    value = store().settings.value(entry.name)
    if entry.kind == "share":
        shown = st.number_input(
            f"{label} (%)", 0.0, 100.0, round(value * 100, 4), key=key, format="%g"
        )
        return {entry.name: round(shown / 100, 6)}
    if entry.kind == "number":
        return {entry.name: st.number_input(label, value=float(value), key=key, format="%g")}
    if entry.kind == "count":
        return {entry.name: st.number_input(label, value=int(value), step=1, key=key)}
    if entry.kind == "truth":
        return {entry.name: st.toggle(label, value=value, key=key)}
    if entry.kind == "choice":
        return {entry.name: _asked_choice(entry, label, value, key, translate)}
    text = st.text_input(
        label,
        value=value if entry.kind == "text" else ", ".join(value),
        max_chars=TEXT_LETTERS,
        key=key,
        help=translate("Such as 09:00-12:30, 14:00-18:00; empty: closed.")
        if entry.kind == "spans"
        else None,
    )
    if entry.kind == "text":
        return {entry.name: " ".join(text.split())}
    return {entry.name: [part.strip() for part in text.split(",") if part.strip()]}


def _asked_choice(entry: Entry, label: str, value: str, key: str, translate: Translator) -> str:
    def shown(choice: str) -> str:
        return name_of(entry.family, choice, translate) if entry.family else choice

    chosen: str = st.selectbox(
        label, entry.choices, index=entry.choices.index(value), format_func=shown, key=key
    )
    return chosen


def _asked_duration(name: str, label: str, key: str, translate: Translator) -> dict[str, Any]:
    """Seconds in the unit that gives a plain number, or business days."""
    days = store().settings.value_or_none(f"{name}_days")
    seconds = store().settings.value_or_none(f"{name}_seconds")
    unit = "days" if days is not None else _plain_unit(seconds)
    amount = days if days is not None else seconds / UNITS[unit]
    number, units = st.columns([2, 3])
    given = number.number_input(label, value=float(amount), key=key, format="%g")
    chosen = units.selectbox(
        translate("Unit"),
        list(UNITS),
        index=list(UNITS).index(unit),
        format_func=lambda code: name_of("unit", code, translate),
        key=f"{key}:unit",
    )
    if chosen == "days":
        return {f"{name}_days": given}
    return {f"{name}_seconds": given * UNITS[chosen]}


def _plain_unit(seconds: float) -> str:
    """The largest unit of which the seconds are at least two, and whole."""
    fitting = [
        unit
        for unit, size in UNITS.items()
        if size and seconds % size == 0 and (unit == "seconds" or seconds >= 2 * size)
    ]
    return fitting[-1] if fitting else "seconds"


def _label(entry: Entry, translate: Translator) -> str:
    if entry.name.startswith("opening_hours.") and entry.label in WEEKDAYS:
        return translate.weekday(WEEKDAYS.index(entry.label))
    return translate(entry.label, label=translate(entry.help) if entry.help else "")


def draw_own_standards() -> None:
    """Standards for some contacts only, as a table to write in; the first that fits counts."""
    translate = tr()
    _say_saved(translate)
    listed = store().settings.value(OWN_STANDARDS)
    with st.form(f"settings_own:{store().data_version}", border=False):
        edited = st.data_editor(
            [{name: row.get(name) for name in OWN_COLUMNS} for row in listed]
            or [dict.fromkeys(OWN_COLUMNS)],
            column_config=_own_columns(translate),
            num_rows="dynamic",
            hide_index=True,
            key=f"settings_own_rows:{store().data_version}",
        )
        applies_from = _applies_from("own", translate)
        author = _author("own", translate)
        saves = st.form_submit_button(translate("Save"), type="primary", key="settings_save:own")
    if saves:
        rows = [
            {name: value for name, value in row.items() if value not in (None, "")}
            for row in edited
        ]
        save({OWN_STANDARDS: [row for row in rows if row]}, author, applies_from)


def _own_columns(translate: Translator) -> dict[str, Any]:
    return {
        "channel": st.column_config.SelectboxColumn(
            translate("Channel"),
            options=CHANNELS,
            format_func=lambda code: name_of("channel", str(code), translate),
        ),
        "audience": st.column_config.SelectboxColumn(
            translate("For whom"),
            options=get_args(Audience),
            format_func=lambda code: name_of("audience_kind", str(code), translate),
        ),
        "value": st.column_config.TextColumn(
            translate("Which"), help=translate("For strategic accounts: yes.")
        ),
        "favourable_seconds": st.column_config.NumberColumn(
            translate("Favourable time, seconds"), min_value=1
        ),
        "limit_seconds": st.column_config.NumberColumn(translate("Limit, seconds"), min_value=1),
        "source": st.column_config.TextColumn(translate("Source")),
    }


def draw_own_assumptions() -> None:
    """Assumptions of single segments, as a table to write in; what isn't named is the firm's."""
    translate = tr()
    _say_saved(translate)
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
            key=f"settings_segments_rows:{store().data_version}",
        )
        author = _author("segments", translate)
        saves = st.form_submit_button(
            translate("Save"), type="primary", key="settings_save:segments"
        )
    if saves:
        rows = [
            {name: value for name, value in row.items() if value not in (None, "")}
            for row in edited
        ]
        save({OWN_ASSUMPTIONS: [row for row in rows if row]}, author, None)


def _assumption_columns(
    listed: Sequence[Mapping[str, Any]], translate: Translator
) -> dict[str, Any]:
    known = dict.fromkeys([*offer().values["segment"], *(row["segment"] for row in listed)])
    segment = translate("Segment")
    return {
        "segment": st.column_config.SelectboxColumn(segment, options=list(known))
        if known
        else st.column_config.TextColumn(segment),
        "assumption": st.column_config.SelectboxColumn(
            translate("Assumption"),
            options=get_args(AssumptionName),
            format_func=lambda code: name_of("assumption", str(code), translate),
        ),
        "low": st.column_config.NumberColumn(translate("Low cost")),
        "central": st.column_config.NumberColumn(translate("Central")),
        "high": st.column_config.NumberColumn(translate("High cost")),
        "source": st.column_config.TextColumn(translate("Source")),
    }


def draw_history() -> None:
    """Every change, the newest first."""
    translate = tr()
    changes = cached(all_changes)
    if not changes:
        show_note([translate("No setting was changed: all are those of the settings file.")])
        return
    show_table(changes_table(changes, translate))


def changes_table(changes: Sequence[SettingChange], translate: Translator) -> pl.DataFrame:
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
    return _said(value, translate)
