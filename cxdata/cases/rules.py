"""Rules as data: what opens a case, from which threshold on, for whom, how often.

A starting set ships with the program (``starting_rules.toml``). What people change of it, and
rules of their own, are rows of ``alert_rules``, none of which is ever rewritten: of each rule the
last one counts.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args

from cxdata.cases.owners import known_owners
from cxdata.cases.words import NamedWord
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.models import CHANNELS, SEVERITIES, SURVEYS, Kind, Severity
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

RuleKind = Literal[
    "strategic_detractor",
    "low_score",
    "comment_says",
    "nps_drop",
    "theme_rising",
    "compliance_below",
    "backlog_past_due",
    "account_waits",
]
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
OwnerBy = Literal["account", "segment", "region", "fixed"]
OWNER_WAYS: tuple[OwnerBy, ...] = get_args(OwnerBy)
AlertBy = Literal["none", "mail", "digest"]
ALERT_WAYS: tuple[AlertBy, ...] = get_args(AlertBy)
# After a file of which kind a rule is asked. Customers also say which accounts are strategic.
ANSWER_RULES: frozenset[RuleKind] = frozenset({"strategic_detractor", "low_score", "comment_says"})
ASKED_AFTER: Mapping[RuleKind, frozenset[Kind]] = {
    "strategic_detractor": frozenset({"responses", "customers"}),
    "low_score": frozenset({"responses"}),
    "comment_says": frozenset({"responses"}),
    "nps_drop": frozenset({"responses"}),
    "theme_rising": frozenset({"responses"}),
    "compliance_below": frozenset({"contacts"}),
    "backlog_past_due": frozenset({"contacts"}),
    "account_waits": frozenset({"contacts"}),
}
# What the threshold of each kind is, and the least and most that make sense; None: it has none.
THRESHOLDS: Mapping[RuleKind, tuple[str, float, float] | None] = {
    "strategic_detractor": (N_("the highest score that opens a case"), 0, 6),
    "low_score": (N_("the highest score that opens a case"), 0, 10),
    "comment_says": None,
    "nps_drop": (N_("by how many points the NPS fell at least"), 0, 200),
    "theme_rising": (N_("by how many points of share the theme rose at least"), 0, 100),
    "compliance_below": (N_("how many points below the goal at least"), 0, 100),
    "backlog_past_due": (N_("how many contacts past their deadline at least"), 1, 1_000_000),
    "account_waits": (
        N_("how many contacts of one customer past their deadline at least"),
        1,
        1000,
    ),
}
WHOLE_THRESHOLDS = frozenset(
    {"strategic_detractor", "low_score", "backlog_past_due", "account_waits"}
)
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
CHAT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
RULE_NAME_LETTERS, TERM_LETTERS, MOST_TERMS = 80, 80, 200
STARTING_RULES = Path(__file__).with_name("starting_rules.toml")


@dataclass(frozen=True)
class CaseRule:
    """One rule.

    ``threshold`` is what ``THRESHOLDS`` says of its kind. ``minimum_count``: of figures, how many
    people, contacts or comments they have to rest on. For ``quiet_days`` after a case nothing opens
    another one of the same customer (rules of answers) or of the same group by the same rule.
    ``look_back_days``: what is older, counted from the last known day of the data, wakes nothing;
    None: it does, whatever its age. Figures are those of the last ``window_days``.

    ``surveys`` (none: relationship and transactional), ``channels`` and ``segments`` (none: all)
    narrow it. An account is strategic if the file says so, if it is of one of ``segments``, or has
    at least ``least_revenue_amount`` a year. ``terms`` are words or phrases of comments; one that
    ends with ``*`` stands for all that begin so. ``themes`` are those of the NPS page.

    The owner is that of the account, or of the segment or region by ``owners``; else ``owner``.
    ``due_hours`` are business hours. ``alert_by`` is how the owner is told; ``chat`` names the chat
    that is told besides, empty: none.
    """

    code: str
    kind: RuleKind
    is_active: bool = False
    name: str = ""
    threshold: float | None = None
    minimum_count: int = 1
    quiet_days: int = 30
    look_back_days: int | None = 30
    window_days: int = 90
    surveys: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    least_revenue_amount: float | None = None
    terms: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    owner_by: OwnerBy = "account"
    owners: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    severity: Severity = "normal"
    due_hours: float = 16.0
    alert_by: AlertBy = "digest"
    chat: str = ""

    @property
    def asked_surveys(self) -> tuple[str, ...]:
        return self.surveys or ("relationship", "transactional")

    def owner_of(self, account: str | None, segment: str | None, region: str | None) -> str | None:
        """Who gets a case of this account and group; None: nobody yet."""
        if self.owner_by == "account" and account:
            return account.lower()
        value = region if self.owner_by == "region" else segment
        named = self.owners.get(value or "") if self.owner_by != "fixed" else None
        return (named or self.owner).lower() or None


@cache
def starting_rules() -> tuple[CaseRule, ...]:
    """The rules that ship with the program."""
    listed = tomllib.loads(STARTING_RULES.read_text("utf-8"))["rules"]
    return tuple(_rule_of(row) for row in listed)


def recorded_rules(store: Store) -> tuple[CaseRule, ...]:
    """All rules as they are now: the starting set first, then those of the firm's own."""
    changed = {}
    for row in store.query("alert_rules").iter_rows(named=True):
        definition = stored_json(row["definition"], "alert_rules.definition")
        changed[row["rule"]] = replace(_rule_of(definition), is_active=row["is_active"])
    kept = [changed.pop(it.code, it) for it in starting_rules()]
    return (*kept, *changed.values())


def rule_called(store: Store, code: str) -> CaseRule:
    """The rule of that code.

    Raises
    ------
    CxDataError
        If there is none.
    """
    rules = recorded_rules(store)
    found = next((it for it in rules if it.code == code), None)
    if found is None:
        raise CxDataError(
            N_("There is no rule called {rule}."),
            N_("There are: {known}."),
            rule=code,
            known=", ".join(it.code for it in rules),
        )
    return found


def keep_rule(store: Store, rule: CaseRule, *, changed_by: str | None = None) -> None:
    """Put a rule in the place of the one of its code, or add it; it counts from the next import.

    Raises
    ------
    CxDataError
        If its threshold is missing or senseless, it has nothing to look for, or an owner isn't
        known.
    """
    see_sensible(rule)
    _see_owners(store, rule)
    row = {
        "rule": rule.code,
        "definition": json.dumps(asdict(rule), ensure_ascii=False, allow_nan=False),
        "is_active": rule.is_active,
        "minimum": rule.minimum_count,
        "now": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "who": changed_by,
    }
    with store.transaction() as con:
        con.execute(
            """insert into alert_rules (rule, definition, is_active, min_answer_count, changed_at,
                changed_by, change_number)
            select $rule, $definition, $is_active, $minimum, $now, $who,
                coalesce(max(change_number), 0) + 1
            from alert_rules""",
            row,
        )
        con.execute("update store_info set data_version = data_version + 1")


def see_sensible(rule: CaseRule) -> None:
    """Refuse what makes no sense.

    Raises
    ------
    CxDataError
        With what is wrong, in one sentence.
    """
    if not CODE.fullmatch(rule.code):
        raise CxDataError(
            N_("A rule is called by letters, digits and _: {said} is none."),
            N_("Such as angry_premium."),
            said=repr(rule.code[:80]),
        )
    if rule.kind not in RULE_KINDS:
        raise CxDataError(N_("There is no kind of rule called {kind}."), kind=rule.kind)
    _see_threshold(rule)
    if len(rule.name) > RULE_NAME_LETTERS:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(rule.name),
            most=RULE_NAME_LETTERS,
        )
    if rule.chat and not CHAT_NAME.fullmatch(rule.chat):
        raise CxDataError(
            N_("A chat is called by letters, digits, - and _: {said} is none."),
            said=repr(rule.chat[:80]),
        )
    texts = (*rule.terms, *rule.themes)
    if rule.kind == "comment_says" and not any(it.strip(" *") for it in texts):
        raise CxDataError(N_("This rule needs words or themes to look for in comments."))
    if len(texts) > MOST_TERMS or any(len(it) > TERM_LETTERS for it in texts):
        raise CxDataError(
            N_("At most {most} words, of at most {letters} characters each."),
            most=MOST_TERMS,
            letters=TERM_LETTERS,
        )
    _see_numbers(rule)
    for values, known, what in (
        (rule.surveys, SURVEYS, N_("survey")),
        (rule.channels, CHANNELS, N_("channel")),
        ((rule.severity,), SEVERITIES, N_("severity")),
        ((rule.owner_by,), OWNER_WAYS, N_("owner")),
        ((rule.alert_by,), ALERT_WAYS, N_("alert")),
    ):
        for value in values:
            if value not in known:
                raise CxDataError(
                    N_("{what}: there is no {said}."),
                    N_("There are: {known}."),
                    what=NamedWord(what),
                    said=value,
                    known=", ".join(known),
                )


def _see_threshold(rule: CaseRule) -> None:
    needed = THRESHOLDS[rule.kind]
    if needed is None:
        return
    told, least, most = needed
    if rule.threshold is None or not isfinite(rule.threshold):
        raise CxDataError(N_("This rule needs a threshold: {told}."), told=NamedWord(told))
    is_whole = rule.kind not in WHOLE_THRESHOLDS or float(rule.threshold).is_integer()
    if not least <= rule.threshold <= most or not is_whole:
        raise CxDataError(
            N_("The threshold, {told}, lies between {least} and {most}."),
            told=NamedWord(told),
            least=f"{least:g}",
            most=f"{most:g}",
        )


def _see_numbers(rule: CaseRule) -> None:
    days = 3660
    for said, least, most, what in (
        (rule.minimum_count, 1, 1_000_000, N_("minimum count")),
        (rule.quiet_days, 1, days, N_("quiet days")),
        (rule.look_back_days, 0, days, N_("look-back in days")),
        (rule.window_days, 7, days, N_("window in days")),
        (rule.due_hours, 0.5, 2000, N_("business hours until due")),
        (rule.least_revenue_amount, 0, 1e15, N_("yearly revenue")),
    ):
        if said is not None and not (isfinite(said) and least <= said <= most):
            raise CxDataError(
                N_("{what} lies between {least} and {most}."),
                what=NamedWord(what),
                least=f"{least:g}",
                most=f"{most:g}",
            )


def _see_owners(store: Store, rule: CaseRule) -> None:
    named = [it.lower() for it in (rule.owner, *rule.owners.values()) if it]
    if not named:
        return
    known = known_owners(store)
    for owner in named:
        if owner not in known:
            raise CxDataError(
                N_("Nobody called {owner} can be given a case."),
                N_("Give them rights, make them an account's owner, or name them in {setting}."),
                owner=owner[:80],
                setting="cases.owners",
            )


def _rule_of(row: Mapping[str, Any]) -> CaseRule:
    """A rule from TOML or JSON; what a later version says more is left aside."""
    known = {it.name for it in fields(CaseRule)}
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in row.items()
        if name in known
    }
    return CaseRule(**said)
