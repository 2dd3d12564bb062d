"""The suggestion box: what customers suggest, what was done about it, what other comments are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxdata.cases.suggestions import (
    COMMENT_KINDS,
    MOST_REPLY_LETTERS,
    CommentKind,
    comment_to_check,
    listed_comments,
    note_kind,
    note_reply,
)
from cxdata.errors import CxDataError
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.panels.suggestions import kinds_panel, suggestions_panel
from pages.components.answers_list import comment_text
from pages.components.case_links import may_work_on_cases
from pages.components.context import plain, show_error, store, tr
from pages.components.figures import show_note, show_nothing, show_scope
from pages.components.panels import request, show_panel
from pages.components.reader import guard, signed_name
from pages.components.recording import as_reader, may_show_list
from pages.components.url_state import choose_here, open_choice

CARDS_AT_ONCE = 10
BOX_KINDS: tuple[CommentKind, ...] = COMMENT_KINDS[:-1]
STATES = ("open", "answered")
_MORE, _DRAWN = "suggestions_more", "suggestion_drawn"


def draw_suggestions() -> None:
    """How many there are and about what, then the comments themselves, then how good rules are."""
    asked = request()
    show_scope(asked.filters)
    show_panel(suggestions_panel(asked))
    _draw_list(tr())
    show_panel(kinds_panel(asked))
    if may_work_on_cases():
        _draw_check(tr())


def _draw_list(translate: Translator) -> None:
    if not may_show_list("suggestions"):
        return
    kind, is_answered = _picked(translate)
    found = listed_comments(store(), request().filters, kind, is_answered)
    if found.is_empty():
        show_nothing(translate("No comment fits, or of too few people to be shown."))
        return
    most = int(st.session_state.get(_MORE, CARDS_AT_ONCE))
    for row in found.head(most).iter_rows(named=True):
        _draw_card(row, translate)
    if found.height > most:
        st.button(
            translate.plural(
                "Show {n} more", "Show {n} more", min(found.height - most, CARDS_AT_ONCE)
            ),
            key="suggestions_show_more",
            on_click=lambda: st.session_state.update({_MORE: most + CARDS_AT_ONCE}),
        )


def _picked(translate: Translator) -> tuple[CommentKind, bool | None]:
    kind_key, state_key = (
        f"suggestions_kind:{translate.locale}",
        f"suggestions_state:{translate.locale}",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        open_choice("kind", kind_key, BOX_KINDS, BOX_KINDS[0])
        kind: CommentKind | None = st.segmented_control(
            translate("Kind of comment"),
            BOX_KINDS,
            format_func=lambda code: name_of("comment_kind", code, translate),
            key=kind_key,
            required=True,
            on_change=choose_here,
            args=("kind", kind_key, BOX_KINDS[0]),
            label_visibility="collapsed",
        )
        open_choice("state", state_key, STATES, None)
        state = st.pills(
            translate("Status"),
            STATES,
            format_func=lambda code: name_of("which_suggestions", code, translate),
            key=state_key,
            on_change=choose_here,
            args=("state", state_key),
            label_visibility="collapsed",
        )
    return kind or BOX_KINDS[0], None if state is None else state == "answered"


def _draw_card(row: Mapping[str, Any], translate: Translator) -> None:
    response_id, zone = row["response_id"], store().settings.firm.time_zone
    with st.container(border=True, gap="xsmall", key=f"suggestion_{response_id}"):
        st.markdown(comment_text(row["comment"]))
        show_note(
            [
                translate.day(row["responded_at"].date()),
                row["segment"] or "",
                "" if row["nps_score"] is None else translate("{n} of 10", n=row["nps_score"]),
                translate("kind confirmed") if row["is_told"] else "",
            ]
        )
        if row["reply"]:
            st.markdown(f"**{plain(translate('We did this'))}**  \n{comment_text(row['reply'])}")
            show_note([row["replied_by"] or "", translate.moment(row["replied_at"], zone)])
        if may_work_on_cases():
            with st.popover(translate("Answer or retype"), icon=":material/edit:"):
                _draw_form(row, translate)


def _draw_form(row: Mapping[str, Any], translate: Translator) -> None:
    response_id = row["response_id"]
    with st.form(f"suggestion_form:{response_id}:{store().data_version}", border=False):
        kind = _pick_kind(row, f"suggestion_kind:{response_id}", translate)
        reply = st.text_area(
            translate("We did this"),
            value=row["reply"] or "",
            max_chars=MOST_REPLY_LETTERS,
            key=f"suggestion_reply:{response_id}:{store().data_version}",
        )
        saves = st.form_submit_button(
            translate("Save"), type="primary", icon=":material/check:", width="stretch"
        )
    if saves:
        _save(row, kind, reply if (reply or "") != (row["reply"] or "") else None)


def _pick_kind(row: Mapping[str, Any], key: str, translate: Translator) -> str:
    kinds = list(COMMENT_KINDS)
    return (
        st.selectbox(
            translate("Kind of comment"),
            kinds,
            index=kinds.index(row["kind"]),
            format_func=lambda code: name_of("comment_kind", code, translate),
            key=f"{key}:{translate.locale}",
        )
        or row["kind"]
    )


def _save(row: Mapping[str, Any], kind: str, reply: str | None, *, is_drawn: bool = False) -> None:
    as_reader()
    try:
        guard("cases")
        if kind != row["kind"] or is_drawn or not (row["is_told"] or reply is not None):
            note_kind(
                store(), row["response_id"], kind,
                guess=row["guess"], is_drawn=is_drawn, noted_by=signed_name(),
            )  # fmt: skip
        if reply is not None:
            note_reply(
                store(), row["response_id"], reply, guess=row["guess"], noted_by=signed_name()
            )
    except CxDataError as error:
        show_error(error)
        return
    st.session_state.pop(_DRAWN, None)
    st.toast(plain(tr()("Saved.")), icon=":material/check:")
    st.rerun()


def _draw_check(translate: Translator) -> None:
    """A comment drawn by chance: only such comments measure how often the rules are right."""
    if st.button(
        translate("Check a comment drawn by chance"),
        key="suggestions_check",
        icon=":material/fact_check:",
    ):
        st.session_state[_DRAWN] = comment_to_check(store(), request().filters)
        if st.session_state[_DRAWN] is None:
            show_nothing(translate("No comment is left to be checked."))
    row: dict[str, Any] | None = st.session_state.get(_DRAWN)
    if row is None:
        return
    with st.container(border=True, key="suggestion_check"):
        st.markdown(comment_text(row["comment"]))
        with st.form("suggestion_check_form", border=False):
            kind = _pick_kind(row, f"suggestion_checked:{row['response_id']}", translate)
            saves = st.form_submit_button(translate("That is what it is"), type="primary")
    if saves:
        _save(row, kind, None, is_drawn=True)
