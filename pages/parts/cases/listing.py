"""The list of cases: overdue first, mine, searched; a card each, or a grid to choose several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from cxdata.cases.changing import GIVEN_STATUSES, change_cases
from cxdata.cases.listing import (
    WHICH,
    CaseChoice,
    CaseCounts,
    case_counts,
    recorded_cases,
    rules_of_cases,
)
from cxdata.cases.rules import RULE_KINDS, recorded_rules, starting_rules
from cxdata.errors import CxDataError
from cxdata.exports.calendar import CALENDAR_TYPE, as_case_calendar
from cxdata.exports.extract import Extract
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import SEVERITIES
from cxdata.sentences.cases import about_text, case_due_text, case_value_text, rule_name, why_text
from cxdata.store.connection import Store
from cxdata.tables.cases import cases_for_file
from pages.components.case_links import may_work_on_cases
from pages.components.choosing import EXPORTED_ROWS, draw_files, view_fingerprint
from pages.components.context import current_filters, plain, show_error, store, store_path, tr
from pages.components.figures import show_note, show_nothing
from pages.components.grids import grid_rows
from pages.components.reader import current_reader, guard, signed_name
from pages.components.recording import as_reader, may_show_list
from pages.components.url_state import (
    choose_here,
    open_choice,
    open_text,
    place_here,
    placed_here,
)
from pages.parts.cases.owners import pick_owner

CARDS_AT_ONCE, SEARCH_LETTERS = 20, 100
_MORE, _MINE = "cases_more", "mine"


def draw_cases() -> None:
    """How many there are to do, what to choose from, and the list."""
    translate, con = tr(), store()
    counts = case_counts(con, current_reader().name)
    choice = _picked(con, counts, translate)
    if not may_show_list("cases"):
        return
    found = recorded_cases(con, choice)
    if found.is_empty():
        show_nothing(
            translate("No case fits.")
            if counts.all
            else translate(
                "There is no case yet: rules open them after an import, or somebody does by hand."
            )
        )
        return
    several = may_work_on_cases() and st.toggle(
        translate("Choose several"), key=f"cases_several:{translate.locale}"
    )
    if several:
        _draw_grid(found, translate)
    else:
        _draw_cards(found, translate)
    count = int(found["case_count"][0])
    if count > found.height:
        show_note(
            [
                translate(
                    "The first {n} of {count}; the files hold all.",
                    n=translate.number(found.height),
                    count=translate.number(count),
                )
            ]
        )
    _draw_files(con, choice, translate)


def counts_text(counts: CaseCounts, translate: Translator) -> str:
    """How many cases there are to do, in one sentence."""
    if not counts.all:
        return translate("Whom to call back")
    told = translate.plural("{n} case to do", "{n} cases to do", counts.unfinished)
    parts = [
        translate.plural("{n} overdue", "{n} overdue", counts.overdue) if counts.overdue else "",
        translate.plural("{n} without an owner", "{n} without an owner", counts.unowned)
        if counts.unowned
        else "",
    ]
    return ", ".join([told, *filter(None, parts)])


def _picked(con: Store, counts: CaseCounts, translate: Translator) -> CaseChoice:
    """Which cases the reader wants to see."""
    which_key, mine_key = f"cases_which:{translate.locale}", f"cases_mine:{translate.locale}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        open_choice("which", which_key, WHICH, WHICH[0])
        which = st.segmented_control(
            translate("Which cases"),
            WHICH,
            format_func=lambda code: name_of("which_cases", code, translate),
            key=which_key,
            required=True,
            on_change=choose_here,
            args=("which", which_key, WHICH[0]),
            label_visibility="collapsed",
        )
        open_choice(_MINE, mine_key, (_MINE,), None)
        mine = st.pills(
            translate("Whose"),
            [_MINE],
            format_func=lambda _: translate("Mine ({n})", n=translate.number(counts.own)),
            key=mine_key,
            on_change=choose_here,
            args=(_MINE, mine_key),
            label_visibility="collapsed",
        )
        open_text("search", "cases_search", SEARCH_LETTERS)
        searched = st.text_input(
            translate("Search"),
            key="cases_search",
            placeholder=translate("Customer, note, comment"),
            on_change=choose_here,
            args=("search", "cases_search", ""),
            label_visibility="collapsed",
            max_chars=SEARCH_LETTERS,
        )
        more = _further(con, translate)
    owner = current_reader().name if mine else more.pop("owner", None)
    return CaseChoice(which or WHICH[0], searched=searched or "", **{**more, "owner": owner})


def _further(con: Store, translate: Translator) -> dict[str, Any]:
    """Choices that few need, behind a button."""
    rules = _rules(con, translate)
    causes = con.settings.cases.root_causes
    with st.popover(translate("Filter"), icon=":material/tune:"):
        rule = _pick("rule", translate("Rule"), translate("All rules"), rules, translate)
        severity = _pick(
            "severity",
            translate("Severity"),
            translate("All"),
            {it: name_of("severity", it, translate) for it in SEVERITIES},
            translate,
        )
        cause = _pick(
            "cause",
            translate("Root cause"),
            translate("All root causes"),
            {it: case_value_text("root_cause", it, translate) for it in causes},
            translate,
        )
        unowned_key = f"cases_unowned:{translate.locale}"
        st.session_state[unowned_key] = bool(placed_here("unowned"))
        unowned = st.toggle(
            translate("Without an owner"),
            key=unowned_key,
            on_change=lambda: place_here("unowned", "1" * st.session_state[unowned_key]),
        )
    return {
        "rule": rule,
        "severity": severity,
        "root_cause": cause,
        "owner": "" if unowned else None,
    }


def _pick(
    name: str, label: str, all_of_them: str, told: Mapping[str, str], translate: Translator
) -> str | None:
    """One of the codes, by what each is called; the address carries it under that name."""
    key = f"cases_{name}:{translate.locale}"
    open_choice(name, key, tuple(told), None)
    return st.selectbox(
        label,
        list(told),
        index=None,
        format_func=lambda code: told[code],
        placeholder=all_of_them,
        key=key,
        on_change=choose_here,
        args=(name, key),
    )


def _rules(con: Store, translate: Translator) -> dict[str, str]:
    """By code, what the rules are called that opened cases which the reader sees. The firm's own
    rules are listed only to those who see everything; for others one has the name of its kind."""
    recorded = recorded_rules(con) if _is_whole(con) else starting_rules()
    names = {it.code: rule_name(it, translate) for it in recorded}
    kinds: dict[str, str] = {it: name_of("rule_kind", it, translate) for it in RULE_KINDS}
    return {
        code: names.get(code) or kinds.get(kind or "", code) for code, kind in rules_of_cases(con)
    }


def _is_whole(con: Store) -> bool:
    return con.scope.is_everything


def _draw_cards(found: pl.DataFrame, translate: Translator) -> None:
    """A card each: whom, why, until when; the way into the case ends its first line."""
    most = int(st.session_state.get(_MORE, CARDS_AT_ONCE))
    for row in found.head(most).iter_rows(named=True):
        _draw_card(row, translate)
    if found.height > most:
        st.button(
            translate.plural(
                "Show {n} more", "Show {n} more", min(found.height - most, CARDS_AT_ONCE)
            ),
            key="cases_show_more",
            on_click=lambda: st.session_state.update({_MORE: most + CARDS_AT_ONCE}),
        )


def _draw_card(row: Mapping[str, Any], translate: Translator) -> None:
    number = row["case_number"]
    with st.container(border=True, gap="xsmall", key=f"case_card_{number}"):
        why = why_text(row, translate)
        marks = [
            translate("Strategic account") if row["is_strategic"] else "",
            "" if row["nps_score"] is None else translate("{n} of 10", n=row["nps_score"]),
            name_of("severity", row["severity"], translate) if row["severity"] != "normal" else "",
        ]
        told = [it for it in marks if it and it.casefold() not in why.casefold()]
        with st.container(horizontal=True, vertical_alignment="center", key=f"case_head_{number}"):
            st.markdown(f"**{plain(' · '.join([about_text(row, translate), *told]))}**")
            st.button(
                translate("Case {number}", number=number),
                key=f"case_see:{number}",
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=place_here,
                args=("case", (str(number),)),
            )
        if row["comment"]:
            st.markdown(plain(_short(row["comment"])))
        show_note(
            [
                why,
                name_of("case_status", row["status"], translate),
                case_due_text(row, store().settings.firm.time_zone, translate),
                row["owner_email"] or translate("without an owner"),
            ]
        )


def _short(text: str, letters: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= letters else line[: letters - 1] + "…"


def _draw_grid(found: pl.DataFrame, translate: Translator) -> None:
    """The cases as rows to choose several of, and what to do with those."""
    rows = list(found.iter_rows(named=True))
    grid = pl.DataFrame(
        {
            translate("Case"): [it["case_number"] for it in rows],
            translate("About"): [about_text(it, translate) for it in rows],
            translate("Why"): [why_text(it, translate) for it in rows],
            translate("Status"): [name_of("case_status", it["status"], translate) for it in rows],
            translate("Owner"): [it["owner_email"] or "" for it in rows],
            translate("Due at"): [
                case_due_text(it, store().settings.firm.time_zone, translate) for it in rows
            ],
        }
    )
    event = st.dataframe(
        grid_rows(grid),
        key=f"cases_grid:{view_fingerprint(current_filters(), found.height)}",
        hide_index=True,
        height=min(420, 38 + 35 * grid.height),
        on_select="rerun",
        selection_mode="multi-row",
        alt=translate("Cases"),
    )
    chosen = {
        rows[place]["case_number"]: rows[place]["revision"]
        for place in event.selection.rows
        if place < len(rows)
    }
    if not chosen:
        show_note([translate("Tick the cases to assign or close.")])
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        owner = pick_owner("bulk", None, translate)
        assigns = st.button(translate("Assign"), key="cases_assign", icon=":material/person:")
        status = st.selectbox(
            translate("Status"),
            GIVEN_STATUSES,
            index=1,
            format_func=lambda code: name_of("case_status", code, translate),
            key=f"cases_status:{translate.locale}",
        )
        sets = st.button(translate("Set"), key="cases_set", icon=":material/edit:")
        closes = st.button(translate("Close them"), key="cases_close", icon=":material/check:")
    if assigns:
        _change_all(chosen, {"owner_email": owner}, translate)
    elif sets:
        _change_all(chosen, {"status": status}, translate)
    elif closes:
        _change_all(chosen, {"status": "closed"}, translate)


def _change_all(chosen: Mapping[int, int], changes: Any, translate: Translator) -> None:
    as_reader()
    try:
        guard("cases")
        done = change_cases(store(), dict(chosen), changes, changed_by=signed_name())
    except CxDataError as error:
        show_error(error)
        return
    told = translate.plural("{n} case changed.", "{n} cases changed.", len(done.done))
    if done.changed:
        left = ", ".join(f"#{it}" for it in done.changed)
        told += " " + translate(
            "Changed by somebody else meanwhile, and left: {cases}.", cases=left
        )
    st.toast(plain(told))
    st.rerun()


def _draw_files(con: Store, choice: CaseChoice, translate: Translator) -> None:
    zone = con.settings.firm.time_zone

    def extract() -> Extract:
        whole = recorded_cases(con, choice, EXPORTED_ROWS)
        return Extract(
            "cases", translate("Cases"), cases_for_file(whole, zone, translate), "", None
        )

    key = view_fingerprint(current_filters(), choice)
    draw_files(key, "cases", extract)
    url = Store.open(store_path()).file_settings.mail.dashboard_url
    st.download_button(
        translate("Due dates for the calendar"),
        lambda: as_case_calendar(recorded_cases(con, choice, EXPORTED_ROWS), url, translate),
        file_name="cases.ics",
        mime=CALENDAR_TYPE,
        key=f"cases_ics:{key}",
        icon=":material/calendar_month:",
        on_click="ignore",
    )
