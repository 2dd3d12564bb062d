"""What people write on the pyramid's page: assessments, views from the top, own thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from cxdata import tables
from cxdata.access.acts import Permission
from cxdata.errors import CxDataError
from cxdata.followup.annotations import FIRST_DAY, NAME_LETTERS
from cxdata.followup.assessing import EVIDENCE_LETTERS, Assessment, record_assessment
from cxdata.followup.visions import TOP_LEVEL, VISION_LETTERS, Vision, write_vision
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import journey_name
from cxdata.metrics.pyramid.model import (
    Indicator,
    PyramidModel,
    pyramid_model,
    with_override,
)
from cxdata.panels import Request
from cxdata.panels.pyramid import model_of, preview_panel
from cxdata.store.connection import Store
from cxdata.store.settings_history import SettingChange, recorded_changes
from pages.components.admission import refuses
from pages.components.context import cached, plain, show_error, store, tr, whole_store
from pages.components.figures import show_note, show_table, show_text, show_title
from pages.components.panels import show_figure
from pages.components.reader import guard, signed_name
from pages.components.recording import note_settings

OVERRIDES = "pyramid_overrides"
WAYS = {"cases": N_("Cases found of cases reviewed"), "share": N_("A share")}
REASON_LETTERS = 300
_AUTHOR, _SAVED = "pyramid_author", "pyramid_saved"


def draw_assessment_form(model: PyramidModel, journeys: Sequence[str], journey: str) -> None:
    """What somebody found of an assessed indicator; it becomes a batch, which can be undone."""
    translate = tr()
    show_title(translate("Write down an assessment"))
    if refuses("assess"):
        return
    _say_saved()
    version = store().data_version
    assessed = {it.id: it for it in model.indicators if it.kind == "assessed"}
    picked, way = st.columns(2, vertical_alignment="bottom")
    indicator = assessed[
        picked.selectbox(
            translate("Indicator"),
            list(assessed),
            format_func=lambda name: _indicator_name(assessed[name], translate),
            key=f"assess_indicator:{translate.locale}",
        )
    ]
    with way:
        how = (
            st.segmented_control(
                translate("How it was found"),
                list(WAYS),
                default="cases",
                required=True,
                format_func=lambda code: translate(WAYS[code]),
                key=f"assess_way:{translate.locale}",
            )
            or "cases"
        )  # it may come empty from the browser all the same
    show_note([translate(indicator.definition, return_days=indicator.return_days)])
    with st.form(f"assess_form:{version}", border=False):
        about = st.selectbox(
            translate("Journey"),
            list(journeys),
            index=list(journeys).index(journey) if journey in journeys else None,
            format_func=lambda it: journey_name(it, translate),
            accept_new_options=True,
            placeholder=translate("Choose or type"),
            key=f"assess_journey:{version}",
        )
        found = _asked_value(str(how), version, translate)
        day, person = st.columns(2)
        assessed_on = day.date_input(
            translate("Day of the review"),
            value="today",
            min_value=FIRST_DAY,
            max_value="today",
            format="DD/MM/YYYY",
            key=f"assess_day:{version}",
        )
        author = _author(person, translate("Name"), f"assess_author:{version}")
        evidence = st.text_input(
            translate("Evidence: what was looked at, and where it is kept"),
            max_chars=EVIDENCE_LETTERS,
            key=f"assess_evidence:{version}",
        )
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", key="assess_save"
        )
    if saves:
        written = Assessment(about or "", indicator, assessed_on, author, evidence, **found)
        _done("assess", lambda: _assessed(written, translate), author)


def draw_vision_form(model: PyramidModel, journey: str, visions: pl.DataFrame) -> None:
    """The text of a journey's team, and which lower levels it would make needless."""
    if refuses("assess"):
        return
    translate = tr()
    _say_saved()
    known: dict[str, Any] = next(
        (row for row in visions.to_dicts() if row["journey"] == journey), {}
    )
    version = store().data_version
    show_text(
        translate("What it would be for {journey}:", journey=journey_name(journey, translate))
    )
    with st.form(f"vision_form:{journey}:{version}", border=False):
        text = st.text_area(
            translate("What the customer could then do"),
            value=known.get("vision", ""),
            max_chars=VISION_LETTERS,
            key=f"vision_text:{journey}:{version}",
        )
        needless = st.multiselect(
            translate("Levels that it would make needless"),
            list(range(1, TOP_LEVEL)),
            default=known.get("needless_levels", []),
            format_func=lambda number: f"{number} · {translate(model.levels[number - 1].name)}",
            placeholder=translate("None"),
            key=f"vision_levels:{journey}:{version}:{translate.locale}",
        )
        author = _author(st.container(), translate("Author"), f"vision_author:{version}")
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", key="vision_save"
        )
    if saves:
        vision = Vision(journey, text or "", tuple(needless), author)
        _done("assess", lambda: _vision_written(vision, translate), author)


def draw_threshold_form(asked: Request) -> None:
    """An indicator's own threshold; what it would change is shown before it is saved."""
    translate, model = tr(), model_of(asked)
    show_title(translate("Change a threshold"))
    if refuses("settings"):
        return
    _say_saved()
    version = store().data_version
    indicator = model.indicator(
        st.selectbox(
            translate("Indicator"),
            [it.id for it in model.indicators],
            format_func=lambda name: _indicator_name(model.indicator(name), translate),
            key=f"threshold_indicator:{translate.locale}",
        )
    )
    show_note([translate(indicator.definition, return_days=indicator.return_days)])
    own = _asked_override(indicator, f"{indicator.id}:{version}", translate)
    reason, person = st.columns(2)
    source = reason.text_input(
        translate("Why this threshold"),
        max_chars=REASON_LETTERS,
        key=f"threshold_why:{indicator.id}:{version}",
    )
    author = _author(person, translate("Changed by"), f"threshold_author:{version}")
    listed = store().settings.value(OVERRIDES)
    if own:
        _preview(asked, with_override(listed, indicator.id, own))
    _buttons(indicator, own | ({"source": source} if source else {}), listed, author, translate)
    _draw_override_history(model, translate)


def _asked_value(how: str, version: int, translate: Translator) -> dict[str, Any]:
    """The value as two counts or as a share."""
    left, right = st.columns(2)
    if how == "share":
        percent = left.number_input(
            translate("Share, in percent"),
            min_value=0.0,
            max_value=100.0,
            value=None,
            step=1.0,
            key=f"assess_share:{version}",
        )
        cases = right.number_input(
            translate("Cases reviewed, if known"),
            min_value=1,
            value=None,
            step=1,
            help=translate("Without their number the share has no interval."),
            key=f"assess_cases:{version}",
        )
        return {"value": None if percent is None else percent / 100, "reviewed_count": cases}
    found = left.number_input(
        translate("Cases found"), min_value=0, value=None, step=1, key=f"assess_found:{version}"
    )
    reviewed = right.number_input(
        translate("Cases reviewed"),
        min_value=1,
        value=None,
        step=1,
        key=f"assess_reviewed:{version}",
    )
    return {"found_count": found, "reviewed_count": reviewed}


def _asked_override(indicator: Indicator, key: str, translate: Translator) -> dict[str, Any]:
    """What is asked for and differs from what counts now, with what the firm had changed."""
    columns = st.columns(3)
    percent = columns[0].number_input(
        translate("Threshold, in percent"),
        min_value=0.0,
        max_value=100.0,
        value=round(100 * indicator.threshold, 4),
        step=1.0,
        format="%g",
        key=f"threshold_value:{key}",
    )
    weight = columns[1].number_input(
        translate("Weight"),
        min_value=0.0,
        max_value=100.0,
        value=float(indicator.weight),
        step=1.0,
        format="%g",
        help=translate(
            "It orders what holds a journey back and the progress inside a level. It lets nothing "
            "pass."
        ),
        key=f"threshold_weight:{key}",
    )
    asked = {"threshold": round(percent / 100, 6), "weight": weight}
    if indicator.kind == "measured":
        asked["min_count"] = columns[2].number_input(
            translate("Least n"),
            min_value=1,
            value=indicator.min_count,
            step=1,
            key=f"threshold_count:{key}",
        )
    now = {name: getattr(indicator, name) for name in asked}
    changed = {name: value for name, value in asked.items() if value != now[name]}
    if not changed:
        return {}
    known: dict[str, Any] = next(
        (it for it in store().settings.value(OVERRIDES) if it["indicator"] == indicator.id), {}
    )
    return {name: value for name, value in known.items() if name != "indicator"} | changed


def _preview(asked: Request, overrides: list[dict[str, Any]]) -> None:
    """The levels as they are, and as they would be."""
    try:
        other = pyramid_model(store().settings.changed({OVERRIDES: overrides}))
    except CxDataError as error:
        show_error(error)
        return
    panel = preview_panel(asked, other)
    st.markdown(f"**{plain(panel.title)}**")
    show_figure(panel)


def _buttons(
    indicator: Indicator,
    own: Mapping[str, Any],
    listed: list[dict[str, Any]],
    author: str,
    translate: Translator,
) -> None:
    """Save what was asked for, or go back to the model's own."""
    is_own = any(each["indicator"] == indicator.id for each in listed)
    with st.container(horizontal=True):
        saves = st.button(
            translate("Save"),
            type="primary",
            icon=":material/check:",
            disabled=not own,
            key="threshold_save",
        )
        resets = is_own and st.button(
            translate("Back to the model's own"), icon=":material/undo:", key="threshold_reset"
        )
    if saves or resets:
        overrides = with_override(listed, indicator.id, {} if resets else own)
        _done(
            "settings",
            lambda: _overridden(overrides, author, translate),
            author,
        )


def _draw_override_history(model: PyramidModel, translate: Translator) -> None:
    """Which thresholds were changed when and by whom, the newest first."""
    changes = [it for it in cached(pyramid_changes) if it.setting == OVERRIDES]
    if changes:
        zone = store().settings.firm.time_zone
        st.markdown(f"**{translate('What was changed')}**")
        show_table(tables.override_history_table(changes, model, zone, translate))


def pyramid_changes(con: Store) -> tuple[SettingChange, ...]:
    """What was changed of the settings; nothing for whoever sees a part of the store."""
    if not (con.scope.is_everything and con.may_see_people):
        return ()
    with con.cursor() as cursor:
        return recorded_changes(cursor)


def _indicator_name(indicator: Indicator, translate: Translator) -> str:
    return f"{indicator.level} · {translate(indicator.name)}"


def _author(place: Any, label: str, key: str) -> str:
    if signed := signed_name():
        return signed
    known = st.session_state.get(_AUTHOR, "")
    return place.text_input(label, value=known, max_chars=NAME_LETTERS, key=key) or ""


def _assessed(assessment: Assessment, translate: Translator) -> str:
    report = record_assessment(whole_store(), assessment)
    if report.batch_id is None or not report.accepted_count:
        return translate("The store has this assessment already.")
    return translate("Saved as batch {batch}; under Data it can be undone.", batch=report.batch_id)


def _vision_written(vision: Vision, translate: Translator) -> str:
    write_vision(whole_store(), vision)
    return translate("Saved.")


def _overridden(overrides: list[dict[str, Any]], author: str, translate: Translator) -> str:
    whole_store().change_settings({OVERRIDES: overrides}, changed_by=author or None)
    note_settings([OVERRIDES])
    return translate("Saved.")


def _done(act: Permission, write: Callable[[], str], author: str) -> None:
    """Write, and draw the page again with what has changed; or say what is wrong."""
    try:
        guard(act)
        st.session_state[_SAVED] = write()
    except CxDataError as error:
        show_error(error)
        return
    st.session_state[_AUTHOR] = author
    st.rerun()


def _say_saved() -> None:
    said = st.session_state.pop(_SAVED, "")
    if said:
        st.success(plain(said), icon=":material/check:")
