"""The rules that open cases: on or off, changed, tried on what was; those that wait for a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from cxdata.cases.rehearsal import rehearse
from cxdata.cases.rules import (
    ALERT_WAYS,
    ANSWER_RULES,
    OWNER_WAYS,
    RULE_KINDS,
    THRESHOLDS,
    CaseRule,
    RuleKind,
    keep_rule,
    recorded_rules,
)
from cxdata.cases.telling import can_tell, owners_not_told
from cxdata.cases.watching import HOLDING, Hold, decide_hold, held_alerts
from cxdata.errors import CxDataError
from cxdata.exports.mailing.chats import chat_addresses
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import CHANNELS, SEVERITIES, Dimension
from cxdata.record import note_done
from cxdata.sentences.cases import rehearsal_subjects, rehearsal_text, rule_name
from pages.components.context import offer, plain, show_error, tr, whole_store
from pages.components.figures import show_note, show_title
from pages.components.reader import guard, signed_name
from pages.components.recording import as_reader
from pages.parts.cases.owners import pick_owner, pick_owners_of

SHOWN_UNTOLD = 3  # owners whom no mail tells


def draw_rules() -> None:
    """What waits for a yes, then each rule with its switch."""
    translate, con = tr(), whole_store()
    show_title(translate("What opens a case"))
    for hold in held_alerts(con):
        _draw_hold(hold, translate)
    for rule in recorded_rules(con):
        _draw_rule(rule, translate)
    if st.button(translate("New rule"), key="rule_new", icon=":material/add:"):
        _edit(None, translate)
    _draw_telling(translate)
    show_note(
        [translate("A change counts from the next import on, and is kept with who and when.")]
    )


def _draw_telling(translate: Translator) -> None:
    """Which owners of unfinished cases no mail tells, and why; or that none leaves at all."""
    con = whole_store()
    if not can_tell(con.file_settings.mail):
        show_note([translate("No mail tells anybody: mail isn't set up in the settings file.")])
        return
    untold = owners_not_told(con)
    if len(untold) > SHOWN_UNTOLD:
        count = translate.number(len(untold))
        show_note([translate("Owners whom no mail tells: {n}, among them:", n=count)])
    for error in list(untold.values())[:SHOWN_UNTOLD]:
        sentence, _ = translate.error(error)
        show_note([sentence])


def _draw_hold(hold: Hold, translate: Translator) -> None:
    most = whole_store().settings.cases.most_at_once
    with st.container(border=True):
        st.warning(
            plain(
                translate(
                    HOLDING,
                    rule=hold.rule,
                    count=translate.number(hold.case_count),
                    most=translate.number(most),
                )
            )
        )
        with st.container(horizontal=True):
            takes = st.button(translate("Yes, open them"), key=f"hold_yes:{hold.hold_id}")
            leaves = st.button(translate("No"), key=f"hold_no:{hold.hold_id}")
    if takes or leaves:
        _decide(hold, is_taken=takes)


def _decide(hold: Hold, *, is_taken: bool) -> None:
    as_reader()
    try:
        guard("rules")
        count = decide_hold(
            whole_store(), hold.hold_id, is_taken=is_taken, decided_by=signed_name()
        )
    except CxDataError as error:
        show_error(error)
        return
    st.toast(plain(tr().plural("{n} case opened.", "{n} cases opened.", count)))
    st.rerun()


def _draw_rule(rule: CaseRule, translate: Translator) -> None:
    version = whole_store().data_version
    with st.container(border=True, gap="xsmall"):
        head = f"rule_head_{rule.code}"
        with st.container(horizontal=True, vertical_alignment="center", key=head):
            st.toggle(
                plain(rule_name(rule, translate)),
                value=rule.is_active,
                key=f"rule_on:{rule.code}:{version}",
                on_change=_switch,
                args=(rule, f"rule_on:{rule.code}:{version}"),
            )
            tries = st.button(
                translate("Try it"), key=f"rule_try:{rule.code}", icon=":material/science:"
            )
            edits = st.button(
                translate("Change it"), key=f"rule_edit:{rule.code}", icon=":material/edit:"
            )
        show_note(rule_parts(rule, translate))
        if tries:
            tried = rehearse(whole_store(), rule)
            st.markdown(plain(rehearsal_text(tried, translate)))
            show_note(rehearsal_subjects(tried, translate))
    if edits:
        _edit(rule, translate)


def rule_parts(rule: CaseRule, translate: Translator) -> list[str]:
    """What a rule says, in short parts."""
    told = THRESHOLDS[rule.kind]
    threshold = "–" if rule.threshold is None else translate.typable(rule.threshold)
    return [
        name_of("rule_kind", rule.kind, translate) if rule.name else "",
        translate("{told}: {value}", told=translate(told[0]), value=threshold) if told else "",
        name_of("severity", rule.severity, translate),
        translate.plural(
            "due in {n} business hour", "due in {n} business hours", round(rule.due_hours)
        ),
        name_of("owner_by", rule.owner_by, translate),
        rule.owner,
        ", ".join(f"{value}: {who}" for value, who in rule.owners.items()),
        name_of("alert_by", rule.alert_by, translate),
        f"chat:{rule.chat}" if rule.chat else "",
    ]


def _switch(rule: CaseRule, key: str) -> None:
    _keep(replace(rule, is_active=bool(st.session_state[key])))


def _keep(rule: CaseRule) -> bool:
    as_reader()
    try:
        guard("rules")
        keep_rule(whole_store(), rule, changed_by=signed_name())
    except CxDataError as error:
        show_error(error)
        return False
    note_done(whole_store(), "rule_changed", details={"rule": rule.code, "on": rule.is_active})
    return True


def _edit(rule: CaseRule | None, translate: Translator) -> None:
    @st.dialog(translate("Rule"))
    def draw() -> None:
        edited = _asked(rule, translate)
        with st.container(horizontal=True):
            tries = st.button(translate("Try it"), key="rule_dialog_try", icon=":material/science:")
            saves = st.button(
                translate("Save"), key="rule_dialog_save", type="primary", icon=":material/check:"
            )
        if tries:
            _try(edited, translate)
        if saves and _keep(edited):
            st.rerun()

    draw()


def _try(rule: CaseRule, translate: Translator) -> None:
    try:
        tried = rehearse(whole_store(), rule)
    except CxDataError as error:
        show_error(error)
        return
    st.markdown(plain(rehearsal_text(tried, translate)))
    show_note(rehearsal_subjects(tried, translate))


def _asked(rule: CaseRule | None, translate: Translator) -> CaseRule:
    """The rule as the dialog has it."""
    code = (
        rule.code if rule else st.text_input(translate("Short name"), key="rule_code", max_chars=40)
    )
    kinds = (rule.kind,) if rule else RULE_KINDS
    kind: RuleKind = (
        st.selectbox(
            translate("Kind"),
            kinds,
            format_func=lambda it: name_of("rule_kind", it, translate),
            key=f"rule_kind:{code}:{translate.locale}",
        )
        or kinds[0]
    )
    base = rule or CaseRule(str(code or ""), kind)
    key = f"{base.code}:{kind}"
    said: dict[str, Any] = {
        "kind": kind,
        "name": _text(translate("Name"), base.name, f"name:{key}"),
    }
    if told := THRESHOLDS[kind]:
        said["threshold"] = st.number_input(
            translate(told[0])[:1].upper() + translate(told[0])[1:],
            value=base.threshold,
            key=f"rule_threshold:{key}",
            step=1.0 if isinstance(base.threshold, float) or base.threshold is None else 1,
        )
    if kind == "comment_says":
        for name, label in (
            ("terms", translate("Words, one a line")),
            ("themes", translate("Themes, one a line")),
        ):
            lines = st.text_area(label, "\n".join(getattr(base, name)), key=f"rule_{name}:{key}")
            said[name] = tuple(it.strip() for it in (lines or "").splitlines() if it.strip())
    said |= _narrowing(base, kind, key, translate)
    said |= _handling(base, key, translate)
    return replace(base, code=str(code or "").strip(), **said)


def _narrowing(base: CaseRule, kind: RuleKind, key: str, translate: Translator) -> dict[str, Any]:
    segments = dict.fromkeys([*offer().values.get("segment", ()), *base.segments])
    said: dict[str, Any] = {
        "segments": tuple(
            st.multiselect(
                translate("Segments"), list(segments), default=base.segments,
                placeholder=translate("All segments"), key=f"rule_segments:{key}",
            )
        )
    }  # fmt: skip
    if kind in ("strategic_detractor", "account_waits"):
        said["least_revenue_amount"] = st.number_input(
            translate("Or a yearly revenue of at least"),
            value=base.least_revenue_amount,
            min_value=0.0,
            key=f"rule_revenue:{key}",
        )
    if kind in ("compliance_below", "backlog_past_due", "account_waits"):
        said["channels"] = tuple(
            st.multiselect(
                translate("Channels"), CHANNELS, default=base.channels,
                format_func=lambda code: name_of("channel", code, translate),
                placeholder=translate("All channels"), key=f"rule_channels:{key}",
            )
        )  # fmt: skip
    counts, quiet, back = st.columns(3, vertical_alignment="bottom")
    if kind not in ANSWER_RULES:
        said["minimum_count"] = counts.number_input(
            translate("Least n"), 1, value=base.minimum_count, key=f"rule_least:{key}"
        )
    said["quiet_days"] = quiet.number_input(
        translate("Quiet, days"), 1, value=base.quiet_days, key=f"rule_quiet:{key}"
    )
    said["look_back_days"] = back.number_input(
        translate("Looks back, days (empty: without end)"),
        min_value=0,
        value=base.look_back_days,
        key=f"rule_back:{key}",
    )
    return said


def _handling(base: CaseRule, key: str, translate: Translator) -> dict[str, Any]:
    owner_by = st.selectbox(
        translate("Who gets the case"),
        OWNER_WAYS,
        index=OWNER_WAYS.index(base.owner_by),
        format_func=lambda code: name_of("owner_by", code, translate),
        key=f"rule_owner_by:{key}:{translate.locale}",
    )
    owners = dict(base.owners)
    if owner_by != "fixed":
        dimension: Dimension = "region" if owner_by == "region" else "segment"
        owners = pick_owners_of(dimension, base.owners, key, translate)
    owner = pick_owner(f"rule:{key}", base.owner or None, translate)
    severity, due = st.columns(2)
    return {
        "owner_by": owner_by,
        "owner": owner or "",
        "owners": owners,
        "severity": severity.selectbox(
            translate("Severity"), SEVERITIES, index=SEVERITIES.index(base.severity),
            format_func=lambda code: name_of("severity", code, translate),
            key=f"rule_severity:{key}:{translate.locale}",
        ),
        "due_hours": due.number_input(
            translate("Business hours until due"), 0.5, value=float(base.due_hours),
            key=f"rule_due:{key}",
        ),
        "alert_by": st.selectbox(
            translate("How they are told"), ALERT_WAYS, index=ALERT_WAYS.index(base.alert_by),
            format_func=lambda code: name_of("alert_by", code, translate),
            key=f"rule_alert:{key}:{translate.locale}",
        ),
        "chat": _asked_chat(base, key, translate),
    }  # fmt: skip


def _asked_chat(base: CaseRule, key: str, translate: Translator) -> str:
    """The chat that is told besides; nothing is asked where there is none."""
    known = chat_addresses(whole_store().file_settings.mail)
    offered = list(dict.fromkeys([*([base.chat] if base.chat else []), *known]))
    if not offered:
        return base.chat
    picked = st.selectbox(
        translate("Chat that is told besides"),
        offered,
        index=offered.index(base.chat) if base.chat else None,
        placeholder=translate("None"),
        key=f"rule_chat:{key}",
        help=translate("It needs rights of its own, as {name}.", name="chat:NAME"),
    )
    return picked or ""


def _text(label: str, value: str, key: str) -> str:
    return st.text_input(label, value, max_chars=80, key=f"rule_{key}") or ""
