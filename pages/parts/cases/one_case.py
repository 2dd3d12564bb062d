"""One case: what happened, what the customer said, what was done; changed without overwriting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxdata.cases.changing import (
    CASE_NOTE_LETTERS,
    CASE_OUTCOMES,
    GIVEN_STATUSES,
    CaseConflict,
    Changes,
    change_case,
    numbers_of,
)
from cxdata.cases.listing import case_called, case_changes
from cxdata.cases.telling import why_not_told
from cxdata.errors import CxDataError
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.record import note_act
from cxdata.sentences.cases import (
    BY_RULE,
    about_text,
    case_due_text,
    case_value_text,
    difference_text,
    why_text,
)
from cxdata.store.connection import Store
from pages.components.answers_list import comment_text
from pages.components.case_links import may_work_on_cases
from pages.components.context import plain, show_error, store, store_path, tr
from pages.components.figures import show_note, show_title
from pages.components.reader import guard, signed_name
from pages.components.recording import as_reader, page_actor
from pages.components.url_state import place_here
from pages.parts.cases.owners import pick_owner

# Of which revision each open form is: what was on the screen when it was drawn first.
_BASES = "case_bases"
# The change that met somebody else's, and what differs.
_CONFLICT = "case_conflict"
_SEEN = "case_seen"


def draw_case(said: str) -> None:
    """The case that the address names."""
    translate = tr()
    st.button(
        translate("All cases"),
        key="case_back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=leave_case,
    )
    try:
        [number] = numbers_of([said])
        row = case_called(store(), number)
        _note_seen(number)
    except CxDataError as error:
        show_error(error)
        return
    _draw_head(row, translate)
    if may_work_on_cases():
        _draw_conflict(row, translate)
        _draw_form(row, translate)
    _draw_history(row, translate)


def leave_case() -> None:
    """Back to the list; a form that was open is forgotten."""
    place_here("case", ())
    place_here("customer", ())
    st.session_state.pop(_BASES, None)
    st.session_state.pop(_CONFLICT, None)


def _note_seen(number: int) -> None:
    """A case names somebody: that it was opened is written down, once per session."""
    seen = st.session_state.setdefault(_SEEN, set())
    if number not in seen:
        whole = Store.open(store_path())
        note_act(whole, page_actor(), "list_opened", details={"list": "case", "case": number})
        seen.add(number)


def _draw_head(row: Mapping[str, Any], translate: Translator) -> None:
    show_title(
        f"{about_text(row, translate)} · " + translate("Case {number}", number=row["case_number"])
    )
    currency, amount = store().settings.firm.currency, row["annual_revenue_amount"]
    show_note(
        [
            translate("Strategic account") if row["is_strategic"] else "",
            row["segment"] or "",
            ""
            if amount is None
            else translate("{amount} a year", amount=translate.money(amount, currency, digits=3)),
            case_due_text(row, store().settings.firm.time_zone, translate),
        ]
    )
    zone = store().settings.firm.time_zone
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(why_text(row, translate))}**")
        moment = row["responded_at"] or row["contacted_at"]
        show_note(
            [
                "" if row["nps_score"] is None else translate("{n} of 10", n=row["nps_score"]),
                "" if not row["channel"] else name_of("channel", row["channel"], translate),
                row["reason"] or "",
                "" if moment is None else translate.moment(moment, zone),
            ]
        )
        if row["comment"]:
            st.markdown(comment_text(row["comment"]))
    if untold := why_not_told(Store.open(store_path()), row["owner_email"]):
        sentence, _ = translate.error(untold)
        show_note([translate("Not told by mail: {why}", why=sentence)])
    if row["customer_id"]:
        st.button(
            translate("All that is known of this customer"),
            key="case_customer",
            icon=":material/person_search:",
            on_click=place_here,
            args=("customer", (row["customer_id"],)),
            width="stretch",
        )


def _base(row: Mapping[str, Any]) -> int:
    """The revision that the form is of: that of its first drawing, however often it is drawn."""
    bases: dict[int, int] = st.session_state.setdefault(_BASES, {})
    return bases.setdefault(row["case_number"], row["revision"])


def _draw_form(row: Mapping[str, Any], translate: Translator) -> None:
    number, base = row["case_number"], _base(row)
    key = f"{number}:{base}"
    causes = [*store().settings.cases.root_causes]
    if row["root_cause"] and row["root_cause"] not in causes:
        causes.insert(0, row["root_cause"])
    with st.form(f"case_form:{key}", border=False):
        status = st.selectbox(
            translate("Status"),
            GIVEN_STATUSES,
            index=GIVEN_STATUSES.index(row["status"]) if row["status"] in GIVEN_STATUSES else 0,
            format_func=lambda code: name_of("case_status", code, translate),
            key=f"case_status:{key}:{translate.locale}",
        )
        note = st.text_area(
            translate("Notes"),
            value=row["note"] or "",
            max_chars=CASE_NOTE_LETTERS,
            key=f"case_note:{key}",
        )
        owner = pick_owner(key, row["owner_email"], translate)
        causes_place, outcomes_place = st.columns(2)
        cause = causes_place.selectbox(
            translate("Root cause"),
            causes,
            index=causes.index(row["root_cause"]) if row["root_cause"] else None,
            format_func=lambda code: case_value_text("root_cause", code, translate),
            placeholder=translate("Not known yet"),
            key=f"case_cause:{key}:{translate.locale}",
        )
        outcome = outcomes_place.selectbox(
            translate("Outcome"),
            CASE_OUTCOMES,
            index=CASE_OUTCOMES.index(row["outcome"]) if row["outcome"] in CASE_OUTCOMES else None,
            format_func=lambda code: name_of("case_outcome", code, translate),
            placeholder=translate("Not known yet"),
            key=f"case_outcome:{key}:{translate.locale}",
        )
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", width="stretch"
        )
    if saves:
        said: Changes = {
            "status": status,
            "note": note,
            "owner_email": owner,
            "root_cause": cause,
            "outcome": outcome,
        }
        before = _as_drawn(number, base, row)
        changes: Changes = {
            name: value for name, value in said.items() if (value or None) != before.get(name)
        }
        _save(number, base, changes)


def _as_drawn(number: int, base: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the case was at the revision of the form: only what differs from it was typed."""
    if row["revision"] == base:
        return dict(row)
    then = dict(row)
    later = case_changes(store(), row["case_id"]).reverse()
    for change in later.iter_rows(named=True):
        if change["revision"] > base:
            then[change["field"]] = change["value_before"]
    return then


def _save(number: int, revision: int, changes: Changes) -> None:
    as_reader()
    try:
        guard("cases")
        now = change_case(store(), number, changes, revision=revision, changed_by=signed_name())
    except CaseConflict as error:
        st.session_state[_CONFLICT] = (number, changes, error)
        st.rerun()
    except CxDataError as error:
        show_error(error)
        return
    st.session_state.pop(_CONFLICT, None)
    st.session_state.setdefault(_BASES, {})[number] = now
    st.toast(plain(tr()("Case {number} is saved.", number=number)), icon=":material/check:")
    st.rerun()


def _draw_conflict(row: Mapping[str, Any], translate: Translator) -> None:
    """What somebody else changed meanwhile; the reader decides which of both counts."""
    number, changes, error = st.session_state.get(_CONFLICT, (None, None, None))
    if number != row["case_number"]:
        return
    with st.container(border=True, key="case_conflict"):
        show_error(error)
        for difference in error.differences:
            st.markdown(plain(difference_text(difference, translate)))
        with st.container(horizontal=True):
            mine = st.button(translate("Save mine all the same"), key="case_mine", type="primary")
            theirs = st.button(translate("Leave theirs"), key="case_theirs")
    if mine:
        st.session_state.pop(_CONFLICT, None)
        _save(number, error.revision, changes)
    elif theirs:
        st.session_state.pop(_CONFLICT, None)
        st.session_state.setdefault(_BASES, {})[number] = row["revision"]
        st.rerun()


def _draw_history(row: Mapping[str, Any], translate: Translator) -> None:
    zone = store().settings.firm.time_zone
    with st.expander(translate("What was done"), icon=":material/history:"):
        for change in case_changes(store(), row["case_id"]).iter_rows(named=True):
            by = change["changed_by"] or (row["opened_by"] if change["revision"] == 1 else None)
            show_note(
                [
                    translate.moment(change["changed_at"], zone),
                    by or translate(BY_RULE),
                    translate(
                        "{field}: {before} → {after}",
                        field=name_of("case_field", change["field"], translate),
                        before=case_value_text(change["field"], change["value_before"], translate),
                        after=case_value_text(change["field"], change["value_after"], translate),
                    ),
                ]
            )
