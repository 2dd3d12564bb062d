"""Cases and rules in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxdata.cases.changing import CaseDifference
from cxdata.cases.rehearsal import TOLD_SUBJECTS, Rehearsal
from cxdata.cases.rules import CaseRule
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.store.stored_json import stored_json

BY_RULE = N_("a rule")
KIND_WORDS = {
    "low_score": N_("{score} of 10; the rule asks for {most} at most"),
    "strategic_detractor": N_("strategic account, {score} of 10"),
    "comment_says": N_("the comment says “{said}”"),
    "nps_drop": N_("NPS of {group} {before} → {now} points in {days} days, n = {n}"),
    "theme_rising": N_("“{group}” in {now} of comments, before {before}, in {days} days"),
    "compliance_below": N_("{group}: {now} in time, the goal is {before}, in {days} days, n = {n}"),
    "backlog_past_due": N_("{group}: {n} wait past their deadline"),
    "account_waits": N_("{n} of its contacts wait past their deadline"),
}


def rule_name(rule: CaseRule, tr: Translator) -> str:
    """What the firm calls the rule, else what its kind is called."""
    return rule.name or name_of("rule_kind", rule.kind, tr)


def why_text(case: Mapping[str, Any], tr: Translator) -> str:
    """Why a case was opened: what its rule saw, or that somebody did it by hand."""
    facts = stored_json(case["facts"] or "{}", "cases.facts")
    kind = facts.get("kind")
    if kind not in KIND_WORDS:
        return tr("opened by hand") if case["rule"] is None else str(case["rule"])
    return tr(KIND_WORDS[kind], **_said(kind, facts, case, tr))


def _said(
    kind: str, facts: Mapping[str, Any], case: Mapping[str, Any], tr: Translator
) -> dict[str, object]:
    group = case.get("about_value") or ""
    if case.get("about") == "channel":
        group = name_of("channel", group, tr)
    told: dict[str, object] = {"group": group, "days": facts.get("days", "–")}
    told["n"] = tr.number(facts.get("n", 0))
    told["score"] = _whole(facts.get("score"), tr)
    told["most"] = _whole(facts.get("most_score"), tr)
    told["said"] = facts.get("phrase") or facts.get("theme") or "–"
    if kind == "nps_drop":
        told |= {"now": _points(facts, "nps", tr), "before": _points(facts, "nps_before", tr)}
    elif kind == "theme_rising":
        told |= {"now": _share(facts, "share", tr), "before": _share(facts, "share_before", tr)}
    elif kind == "compliance_below":
        told |= {"now": _share(facts, "rate", tr), "before": _share(facts, "goal", tr)}
    return told


def about_text(case: Mapping[str, Any], tr: Translator) -> str:
    """Whom or what a case is about, in few words."""
    if case["customer_id"]:
        return str(case["name"] or case["customer_id"])
    if case["about"] == "channel":
        return name_of("channel", case["about_value"], tr)
    return str(case["about_value"] or tr("customer not known"))


def case_due_text(case: Mapping[str, Any], time_zone: str, tr: Translator) -> str:
    """Until when, which no line parts, or that it is over; empty without a due date."""
    if case["due_at"] is None:
        return ""
    moment = tr.moment(case["due_at"], time_zone).replace(" ", "\N{NO-BREAK SPACE}")
    return (
        tr("overdue since {moment}", moment=moment)
        if case["is_overdue"]
        else tr("due {moment}", moment=moment)
    )


def case_value_text(field: str, value: str | None, tr: Translator) -> str:
    """The value of a field of a case in words; a dash for none."""
    families = {"status": "case_status", "outcome": "case_outcome", "root_cause": "root_cause"}
    if value is None:
        return "–"
    family = families.get(field)
    return name_of(family, value, tr) if family and value in NAMES[family] else value


def difference_text(difference: CaseDifference, tr: Translator) -> str:
    """What somebody else wrote, beside what one was about to write."""
    field = name_of("case_field", difference.field, tr)
    theirs = case_value_text(difference.field, difference.theirs, tr)
    told = tr(
        "{field}: now {theirs} (by {who}), before {before}",
        field=field,
        theirs=theirs,
        who=difference.changed_by or tr(BY_RULE),
        before=case_value_text(difference.field, difference.before, tr),
    )
    if difference.mine is None or difference.mine == difference.theirs:
        return told
    mine = case_value_text(difference.field, difference.mine, tr)
    return tr("{told}; yours: {mine}", told=told, mine=mine)


def rehearsal_text(tried: Rehearsal, tr: Translator) -> str:
    """What a rule would have done."""
    if tried.period is None:
        return tr("There is no data to try the rule on.")
    if tried.is_now_only:
        return tr.plural(
            "It would fire {n} time today; the past can't be told.",
            "It would fire {n} times today; the past can't be told.",
            tried.fired_count,
        )
    told = tr.plural(
        "It would have fired {n} time from {first} to {last}",
        "It would have fired {n} times from {first} to {last}",
        tried.fired_count,
        first=tr.short_day(tried.period.first_on),
        last=tr.short_day(tried.period.last_on),
    )
    if len(tried.subject_counts) <= TOLD_SUBJECTS or tried.top_count <= TOLD_SUBJECTS:
        return tr("{told}.", told=told)
    return tr("{told}, {n} of them for the same three.", told=told, n=tr.number(tried.top_count))


def rehearsal_subjects(tried: Rehearsal, tr: Translator) -> list[str]:
    """For whom it would have fired most, with how often."""
    names = dict(tried.names)
    return [
        f"{names.get(key, key.split(':', 1)[-1])}: {tr.number(count)}"
        for key, count in tried.subject_counts[:TOLD_SUBJECTS]
    ]


def _points(facts: Mapping[str, Any], name: str, tr: Translator) -> str:
    value = facts.get(name)
    return "–" if value is None else tr.number(value, 0)


def _share(facts: Mapping[str, Any], name: str, tr: Translator) -> str:
    value = facts.get(name)
    return "–" if value is None else tr.percent(value, 0)


def _whole(value: Any, tr: Translator) -> str:
    return "–" if value is None else tr.number(value, 0)
