"""Settings as forms: how each is asked for, and saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cxdata.errors import CxDataError, SettingsError
from cxdata.followup.setting_effects import has_effect
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.store.settings_history import is_dated
from pages.components.context import offer, show_error, store, tr, whole_store
from pages.components.reader import guard, signed_name
from pages.components.recording import note_settings
from pages.components.settings_entries import Entry, groups
from pages.components.settings_words import entry_label, refusal_in_words
from pages.parts.settings.effects import show_effect

SETTING_LETTERS = 300
LINES_LETTERS = 20_000
_AUTHOR, _SAVED = "settings_author", "settings_saved"
# Units of a duration: seconds in each; business days are kept as days.
UNITS: Mapping[str, float] = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 0}


def draw_group(code: str) -> None:
    """The group's form; what was changed is saved together, or refused with a sentence."""
    translate, group = tr(), groups()[code]
    say_saved(translate)
    if group.note:
        st.caption(translate(group.note))
    with st.form(f"settings_form:{code}:{store().data_version}", border=False):
        given: dict[str, Any] = {}
        for row in entry_rows(group.entries):
            for place, entry in zip(st.columns(max(len(row), 2 if row[0].kind != "text" else 1)),
                                    row, strict=False):  # fmt: skip
                with place:
                    given |= _asked(entry, code, translate)
        dated = any(is_dated(entry.name) for entry in group.entries)
        applies_from = ask_applies_from(code, translate) if dated else None
        author = ask_author(code, translate)
        has_one = any(has_effect(entry.name) for entry in group.entries)
        saves, looks = ask_to_save(code, translate, has_effect=has_one)
    if saves:
        save(given, author, applies_from)
    if looks:
        show_effect(given, applies_from)


def ask_to_save(code: str, translate: Translator, *, has_effect: bool) -> tuple[bool, bool]:
    """The buttons at a form's end: whether it is saved, and whether its effect is looked at."""
    with st.container(horizontal=True):
        saves = st.form_submit_button(
            translate("Save"), type="primary", key=f"settings_save:{code}"
        )
        looks = has_effect and st.form_submit_button(
            translate("See the effect"), key=f"settings_effect:{code}", icon=":material/preview:"
        )
    return saves, looks


def entry_rows(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Which fields stand beside each other, in their order, also where a phone stacks them: low,
    central and high; two others; a text alone.

    >>> from pages.components.settings_entries import groups
    >>> [len(it) for it in entry_rows(groups()["churn"].entries)][:5]
    [1, 3, 1, 3, 1]
    """
    rows: list[list[Entry]] = []
    for entry in entries:
        kin = entry.name.rpartition(".")[0]
        most = 3 if kin.count(".") == 1 and entry.kind != "text" and entry.help else 2
        fits = (
            rows
            and entry.kind != "text"
            and rows[-1][-1].kind != "text"
            and rows[-1][-1].name.rpartition(".")[0] == kin
            and len(rows[-1]) < most
        )
        if fits:
            rows[-1].append(entry)
        else:
            rows.append([entry])
    return rows


def save(values: Mapping[str, Any], author: str, applies_from: date | None) -> None:
    """Change what differs from what was shown; after an error nothing is changed."""
    st.session_state[_AUTHOR] = author
    changed_by = " ".join(author.split()) or None
    shown = store().settings
    differing = {name: it for name, it in values.items() if it != shown.value_or_none(name)}
    with st.spinner(tr()("Counting again")):
        try:
            guard("settings")
            changes = whole_store().change_settings(
                differing, changed_by=changed_by, applies_from=applies_from
            )
        except SettingsError as error:
            show_error(refusal_in_words(error, tr()))
            return
        except CxDataError as error:
            show_error(error)
            return
    note_settings([change.setting for change in changes])
    st.session_state[_SAVED] = len(changes)
    st.rerun()


def ask_author(code: str, translate: Translator) -> str:
    if signed := signed_name():
        return signed
    author: str = st.text_input(
        translate("Changed by"),
        value=st.session_state.get(_AUTHOR, ""),
        max_chars=80,
        key=f"settings_by:{code}",
    )
    return author


def say_saved(translate: Translator) -> None:
    count = st.session_state.pop(_SAVED, None)
    if count == 0:
        st.info(translate("Nothing was changed."))
    elif count:
        st.success(
            translate.plural("{n} setting was changed.", "{n} settings were changed.", count)
        )


def ask_applies_from(code: str, translate: Translator) -> date | None:
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
    label = entry_label(entry, translate)
    if entry.kind == "duration":
        return _asked_duration(entry.name, label, key, translate)
    value = store().settings.value(entry.name)
    if entry.kind == "share":
        return {entry.name: _times(_asked_number(f"{label} (%)", value * 100, key, st), 0.01)}
    if entry.kind == "number":
        return {entry.name: _asked_number(label, value, key, st)}
    if entry.kind == "count":
        return {entry.name: _whole(_asked_number(label, value, key, st))}
    if entry.kind == "truth":
        return {entry.name: st.toggle(label, value=value, key=key)}
    if entry.kind == "choice":
        return {entry.name: _asked_choice(entry, label, value, key, translate)}
    if entry.kind == "month":
        return {entry.name: _asked_month(entry, label, value, key, translate)}
    if entry.kind == "days":
        return {entry.name: _asked_lines(label, value, key, translate)}
    text = st.text_input(
        label,
        value=value if entry.kind == "text" else ", ".join(value),
        max_chars=SETTING_LETTERS,
        key=key,
        help=translate("Such as 09:00-12:30, 14:00-18:00; empty: closed.")
        if entry.kind == "spans"
        else None,
    )
    if entry.kind == "text":
        return {entry.name: " ".join(text.split())}
    return {entry.name: [part.strip() for part in text.split(",") if part.strip()]}


def _asked_lines(label: str, value: list[str], key: str, translate: Translator) -> list[str]:
    """One text per line: a column of a spreadsheet can be pasted."""
    text: str = st.text_area(
        label,
        value="\n".join(value),
        max_chars=LINES_LETTERS,
        key=key,
        help=translate(
            "One a line, such as 17/06/2026 Works, 2026-12-24..2026-12-31 or, for every year, "
            "05-02. A list can be pasted."
        ),
    )
    return [" ".join(each.split()) for each in text.splitlines() if each.strip()]


def _asked_number(label: str, value: float, key: str, place: Any) -> float | str:
    """A number as typed: a text, so that whatever is typed can be answered with a sentence.

    A browser's own number field drops letters, what lies beyond its bounds and, in some
    languages, the decimal comma, without a word.
    """
    text: str = place.text_input(label, value=tr().typable(value), max_chars=40, key=key)
    return as_number(text, tr())


def as_number(text: str, translate: Translator) -> float | str:
    """What a typed number means; the text itself if it is none."""
    number = translate.typed_number(text)
    return text.strip() if number is None else number


def _times(given: float | str, factor: float) -> float | str:
    return given if isinstance(given, str) else round(given * factor, 6)


def _whole(given: float | str) -> float | str:
    """A whole number as such; a fraction of one as the text that will be refused."""
    if isinstance(given, str):
        return given
    return int(given) if given.is_integer() else tr().typable(given)


def _asked_choice(entry: Entry, label: str, value: str, key: str, translate: Translator) -> str:
    def shown(choice: str) -> str:
        return name_of(entry.family, choice, translate) if entry.family else choice

    chosen: str = st.selectbox(
        label, entry.choices, index=entry.choices.index(value), format_func=shown, key=key
    )
    return chosen


def _asked_month(entry: Entry, label: str, value: int, key: str, translate: Translator) -> int:
    chosen: int = st.selectbox(
        label,
        range(1, 13),
        index=value - 1,
        format_func=translate.month_name,
        key=key,
        help=translate(entry.help),
    )
    return chosen


def _asked_duration(name: str, label: str, key: str, translate: Translator) -> dict[str, Any]:
    """Seconds in the unit that gives a plain number, or business days."""
    days = store().settings.value_or_none(f"{name}_days")
    seconds = store().settings.value_or_none(f"{name}_seconds")
    unit = "days" if days is not None else _plain_unit(seconds)
    amount = days if days is not None else seconds / UNITS[unit]
    number, units = st.columns([2, 3])
    given = _asked_number(label, amount, key, number)
    chosen = units.selectbox(
        translate("Unit"),
        list(UNITS),
        index=list(UNITS).index(unit),
        format_func=lambda code: name_of("unit", code, translate),
        key=f"{key}:unit",
    )
    if chosen == "days":
        return {f"{name}_days": given}
    return {f"{name}_seconds": _times(given, UNITS[chosen])}


def _plain_unit(seconds: float) -> str:
    """The largest unit of which the seconds are at least two, and whole."""
    fitting = [
        unit
        for unit, size in UNITS.items()
        if size and seconds % size == 0 and (unit == "seconds" or seconds >= 2 * size)
    ]
    return fitting[-1] if fitting else "seconds"
