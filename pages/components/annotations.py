"""Events and lines: where readers write down what explains a figure, and what to hold it against.

Both are drawn on the charts over time, for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from cxdata.errors import CxDataError
from cxdata.followup.annotations import (
    FIRST_DAY,
    NAME_LETTERS,
    TEXT_LETTERS,
    Annotation,
    ReferenceLine,
    add_annotation,
    add_reference_line,
    change_annotation,
    change_reference_line,
    last_sensible_day,
    recorded_annotations,
    recorded_lines,
    remove_annotation,
    remove_reference_line,
)
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.models import LINE_KINDS, SURVEYS, LineKind
from pages.components.context import current_filters, offer, show_error, store, tr, whole_store
from pages.components.reader import can, guard, signed_name

NEW = ""
TABS = {"event": N_("Events"), "line": N_("Lines")}
LINE_KINDS_SAID: dict[LineKind, str] = {
    "target": N_("Our target"),
    "benchmark": N_("A published benchmark"),
}
_AUTHOR = "annotations_author"


def draw_events_and_lines() -> None:
    """A button that opens the place to add, change and remove events and lines, for who may."""
    if not can("events"):
        return
    opens = st.button(
        tr()("Events and lines"), key="annotations", icon=":material/flag:", type="tertiary"
    )
    if opens:
        st.dialog(tr()("Events and lines"))(draw_editor)()


def draw_editor() -> None:
    """The events or the lines, one of them to be changed, or a new one."""
    translate = tr()
    tab = st.segmented_control(
        translate("What to draw"),
        list(TABS),
        default="event",
        required=True,
        format_func=lambda code: translate(TABS[code]),
        key=f"annotations_tab:{translate.locale}",
        label_visibility="collapsed",
    )
    if tab == "line":
        _draw_lines(translate)
    else:
        _draw_events(translate)


def _draw_events(translate: Translator) -> None:
    recorded = recorded_annotations(store())
    names = {
        row["annotation_id"]: f"{translate.short_day(row['noted_on'])} · {row['text']}"
        for row in recorded.iter_rows(named=True)
    }
    key = _picked(translate("Event"), translate("New event"), names, "event")
    row = _row(recorded, "annotation_id", key)
    with st.form(f"event_form:{key}", border=False):
        noted_on = st.date_input(
            translate("Day"),
            value=row.get("noted_on", offer().last_on or "today"),
            min_value=FIRST_DAY,
            max_value=last_sensible_day(),
            format="DD/MM/YYYY",
            key=f"event_day:{key}",
        )
        text = _text(translate("What happened"), row.get("text"), TEXT_LETTERS, f"event:{key}")
        author = _author(row, f"event_author:{key}", translate)
        saves, removes = _buttons(key, translate)
    if removes:
        _done(lambda: remove_annotation(whole_store(), key))
    if saves:
        _keep_author(author)
        event = Annotation(noted_on, text, author)
        _done(
            lambda: (
                change_annotation(whole_store(), key, event)
                if key
                else add_annotation(whole_store(), event)
            )
        )


def _draw_lines(translate: Translator) -> None:
    recorded = recorded_lines(store())
    names = {row["line_id"]: _line_name(row, translate) for row in recorded.iter_rows(named=True)}
    key = _picked(translate("Target or benchmark"), translate("New line"), names, "line")
    row = _row(recorded, "line_id", key)
    kind: LineKind = st.segmented_control(
        translate("Kind of line"),
        LINE_KINDS,
        default=row.get("kind", "target"),
        required=True,
        format_func=lambda code: translate(LINE_KINDS_SAID[code]),
        key=f"line_kind:{key}:{translate.locale}",
        label_visibility="collapsed",
    ) or row.get("kind", "target")  # it may come empty from the browser all the same
    with st.form(f"line_form:{key}", border=False):
        line = _line_of_form(kind, row, key, translate)
        saves, removes = _buttons(key, translate)
    if removes:
        _done(lambda: remove_reference_line(whole_store(), key))
    if saves:
        _keep_author(line.author)
        _done(
            lambda: (
                change_reference_line(whole_store(), key, line)
                if key
                else add_reference_line(whole_store(), line)
            )
        )


def _line_of_form(
    kind: LineKind, row: Mapping[str, Any], key: str, translate: Translator
) -> ReferenceLine:
    """The fields of a line; source and date are asked for where they are needed."""
    is_benchmark = kind == "benchmark"
    survey = st.selectbox(
        translate("Survey"),
        SURVEYS,
        index=SURVEYS.index(row.get("survey", current_filters().survey)),
        format_func=lambda code: name_of("survey", code, translate),
        key=f"line_survey:{key}:{translate.locale}",
    )
    label = translate("Sector") if is_benchmark else translate("Name")
    name = _text(label, row.get("name"), NAME_LETTERS, f"line_name:{key}")
    points = st.number_input(
        translate("NPS in points"),
        -100.0,
        100.0,
        value=row.get("nps", 0.0),
        step=1.0,
        format="%.1f",
        key=f"line_nps:{key}",
    )
    source, published_on = "", None
    if is_benchmark:
        source = _text(translate("Source"), row.get("source"), TEXT_LETTERS, f"line_source:{key}")
        published_on = st.date_input(
            translate("Published on"),
            value=row.get("published_on"),
            min_value=FIRST_DAY,
            max_value="today",
            format="DD/MM/YYYY",
            key=f"line_published:{key}",
        )
    author = _author(row, f"line_author:{key}", translate)
    return ReferenceLine(kind, survey, name, points, source, published_on, author)


def _picked(label: str, new: str, names: Mapping[str, str], what: str) -> str:
    """The id of the one to change; empty for a new one."""
    if not names:
        return NEW
    picked: str = st.selectbox(
        label,
        [NEW, *names],
        format_func=lambda it: names[it] if it else new,
        key=f"{what}_picked:{store().data_version}:{tr().locale}",
    )
    return picked


def _row(recorded: pl.DataFrame, id_column: str, key: str) -> dict[str, Any]:
    """The recorded one as it is now; nothing for a new one."""
    return next((row for row in recorded.iter_rows(named=True) if row[id_column] == key), {})


def _line_name(row: Mapping[str, Any], translate: Translator) -> str:
    survey = name_of("survey", row["survey"], translate)
    return f"{row['name']} · {translate.nps(row['nps'], 1)} · {survey}"


def _text(label: str, value: str | None, most: int, key: str) -> str:
    return st.text_input(label, value=value or "", max_chars=most, key=key) or ""


def _author(row: Mapping[str, Any], key: str, translate: Translator) -> str:
    if signed := signed_name():
        return signed
    known = row.get("author") if row else st.session_state.get(_AUTHOR)
    return _text(translate("Author"), known, NAME_LETTERS, key)


def _keep_author(author: str) -> None:
    """Who writes one event in a session mostly writes the next one, too."""
    st.session_state[_AUTHOR] = author


def _buttons(key: str, translate: Translator) -> tuple[bool, bool]:
    """Whether to save and whether to remove; Enter saves."""
    with st.container(horizontal=True):
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", key=f"save:{key}"
        )
        removes = bool(key) and st.form_submit_button(
            translate("Remove"), icon=":material/delete:", key=f"remove:{key}"
        )
    return saves, removes


def _done(write: Callable[[], object]) -> None:
    """Write, and draw the page again with what has changed; or say what is wrong."""
    try:
        guard("events")
        write()
    except CxDataError as error:
        show_error(error)
        return
    st.rerun()
