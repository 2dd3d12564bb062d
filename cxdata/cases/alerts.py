"""What a rule fires on: answers, accounts and groups, read from facts and figures.

Figures are those of the pages, with their intervals, tests and minimums: a group that is withheld
fires nothing. Facts of an alert are codes and numbers; no name and no comment stands in them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cxdata.cases.rules import ANSWER_RULES, CaseRule
from cxdata.metrics.known_until import KnownUntil, known_until
from cxdata.metrics.nps.score import nps_change
from cxdata.metrics.nps.themes import nps_themes
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.metrics.statistics.looks import simultaneous_p
from cxdata.models import CHANNELS, Filters, Period
from cxdata.store.connection import Store

# Before one of these words a wish to be called is none: "ne me rappelez pas", "no need to call me".
DENIALS = (
    "ne", "n", "pas besoin de", "inutile de", "sans",
    "not", "don t", "dont", "never", "no need to", "without",
)  # fmt: skip


@dataclass(frozen=True)
class Alert:
    """One thing that a rule saw.

    Of ``response_id``, ``contact_id``, ``customer_id`` and ``about`` with ``about_value`` those are
    set that name what it is about. ``fired_on`` is the day of it: of an answer its own, of a figure
    the last of its window.
    """

    rule: CaseRule
    fired_on: date
    response_id: str | None = None
    contact_id: str | None = None
    customer_id: str | None = None
    about: str | None = None
    about_value: str | None = None
    owner: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Of whom or what it is: one customer or group."""
        return self.customer_id or f"{self.about}:{self.about_value}"


def last_answered_on(known: Mapping[str, date], rule: CaseRule, today: date) -> date | None:
    """Of the days up to which surveys are known, the last of the rule's; never after today: a day
    that lies ahead is a slip of the file."""
    days = [day for survey, day in known.items() if survey in rule.asked_surveys]
    return min(max(days), today) if days else None


def alerts_of_batch(store: Store, rule: CaseRule, batch_id: int, today: date) -> list[Alert]:
    """What a rule fires on after an import; ``store`` sees its rows.

    Nothing that is older than the rule looks back, counted from the last known day of the data.
    """
    return next(woken_alerts(store, [rule], batch_id, today))


def woken_alerts(
    store: Store, rules: Sequence[CaseRule], batch_id: int, today: date
) -> Iterator[list[Alert]]:
    """As :func:`alerts_of_batch`, of several rules one after the other."""
    brought = store.query("brought_days", batch_id=batch_id).row(0, named=True)
    known: KnownUntil | None = None
    for rule in rules:
        if not _may_wake(rule, brought):
            yield []
            continue
        known = known or known_until(store)
        if rule.kind in ANSWER_RULES:
            known_on = last_answered_on(known.answers, rule, today)
            first_on = known_on and _first_on(rule, known_on)
            yield answer_alerts(store, rule, batch_id=batch_id, first_on=first_on)
        else:
            known_on = _woken_on(known, rule, brought, today)
            yield [] if known_on is None else group_alerts(store, rule, known_on)


def answer_alerts(
    store: Store,
    rule: CaseRule,
    *,
    batch_id: int | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
) -> list[Alert]:
    """The answers that a rule fires on, by their moment."""
    is_of_accounts = rule.kind == "strategic_detractor"
    reads = rule.kind == "comment_says"
    found = store.query(
        "alert_answers",
        batch_id=batch_id,
        first_on=first_on,
        last_on=last_on,
        surveys=list(rule.asked_surveys),
        most_score=None if reads else rule.threshold,
        is_of_accounts=is_of_accounts,
        account_segments=list(rule.segments),
        least_revenue=rule.least_revenue_amount,
        segments=list(rule.segments) if rule.segments and not is_of_accounts else None,
        asked=asked_pattern(rule.terms) if reads else None,
        denied=denied_pattern(rule.terms) if reads else None,
        themes=list(rule.themes) if reads and rule.themes else None,
    )
    return [
        Alert(
            rule,
            row["responded_on"],
            response_id=row["response_id"],
            customer_id=row["customer_id"],
            owner=rule.owner_of(row["owner_email"], row["segment"], row["region"]),
            facts=_told(
                score=row["nps_score"],
                most_score=None if reads else rule.threshold,
                phrase=row["phrase"] or None,
                theme=row["theme"],
            ),
        )
        for row in found.iter_rows(named=True)
    ]


def asked_pattern(terms: Sequence[str]) -> str | None:
    """The pattern of words or phrases in a comment that is words with blanks around each.

    >>> asked_pattern(["Rappelez-moi", "plaint*"])
    ' (rappelez moi|plaint[\\\\pL\\\\pN]*) '
    """
    patterns = [it for it in map(_pattern, terms) if it]
    return f" ({'|'.join(patterns)}) " if patterns else None


def denied_pattern(terms: Sequence[str]) -> str | None:
    """The pattern of the same where somebody says not to, a word apart at most."""
    asked = asked_pattern(terms)
    return asked and f" ({'|'.join(DENIALS)}) ([\\pL\\pN]+ )?{asked.lstrip()}"


def group_alerts(store: Store, rule: CaseRule, on: date) -> list[Alert]:
    """What a rule of figures fires on, with figures up to that day."""
    match rule.kind:
        case "nps_drop":
            return _falling_segments(store, rule, on)
        case "theme_rising":
            return _rising_themes(store, rule, on)
        case "compliance_below":
            return _channels_below(store, rule, on)
        case "backlog_past_due":
            return _backlogs(store, rule)
        case "account_waits":
            return _waiting_accounts(store, rule)
    raise ValueError(f"{rule.kind} is no rule of figures")


def _falling_segments(store: Store, rule: CaseRule, on: date) -> list[Alert]:
    """Real falls only: the test allows for as many looks as there are segments."""
    known = store.query("dimension_values")
    listed = known.filter(known["dimension"] == "segment")["value"].to_list()
    segments = [it for it in listed if not rule.segments or it in rule.segments]
    answers = store.settings.answers
    looks = len(segments) * len(rule.asked_surveys)
    found = []
    for survey in rule.asked_surveys:
        for segment in segments:
            change = nps_change(store, _window(rule, on, survey=survey, segment=(segment,)))
            now, before = change.current.row(0, named=True), change.compared.row(0, named=True)
            people = min(now["people_count"] or 0, before["people_count"] or 0)
            fall = -(change.difference or 0.0)
            is_sure = (
                change.p_value is not None
                and change.verdict == "real_change"
                and float(simultaneous_p(change.p_value, looks)) < 1 - answers.confidence
            )
            if (
                is_sure
                and people >= rule.minimum_count
                and fall >= (rule.threshold or 0)
                and fall > 0
            ):
                found.append(
                    Alert(
                        rule,
                        on,
                        about="segment",
                        about_value=segment,
                        owner=rule.owner_of(None, segment, None),
                        facts=_told(
                            survey=survey,
                            nps=now["nps"],
                            nps_before=before["nps"],
                            n=people,
                            days=rule.window_days,
                        ),
                    )
                )
    return found


def _rising_themes(store: Store, rule: CaseRule, on: date) -> list[Alert]:
    found = []
    for survey in rule.asked_surveys:
        themes = nps_themes(store, _window(rule, on, survey=survey), limit=None)
        for row in themes.iter_rows(named=True):
            rise = round(100 * (row["change"] or 0.0), 9)
            is_asked = not rule.themes or row["theme"] in rule.themes or row["term"] in rule.themes
            is_rise = row["trend"] in ("rising", "new") and rise >= (rule.threshold or 0)
            if is_asked and is_rise and (row["comment_count"] or 0) >= rule.minimum_count:
                found.append(
                    Alert(
                        rule,
                        on,
                        about="theme",
                        about_value=row["theme"],
                        owner=rule.owner_of(None, None, None),
                        facts=_told(
                            survey=survey,
                            share=row["share"],
                            share_before=row["compared_share"],
                            n=row["comment_count"],
                            days=rule.window_days,
                        ),
                    )
                )
    return found


def _channels_below(store: Store, rule: CaseRule, on: date) -> list[Alert]:
    """Only where an interval that holds for all channels together is clear of the goal."""
    figures = compliance_by_channel(store, _window(rule, on))
    found = []
    for row in figures.iter_rows(named=True):
        if row["verdict"] != "missed" or row["compliance_rate"] is None:
            continue
        due = (row["met_count"] or 0) + (row["missed_count"] or 0)
        below = round(100 * (row["goal"] - row["compliance_rate"]), 9)
        if due >= rule.minimum_count and below >= (rule.threshold or 0):
            found.append(
                Alert(
                    rule,
                    on,
                    about="channel",
                    about_value=row["channel"],
                    owner=rule.owner_of(None, None, None),
                    facts=_told(
                        rate=row["compliance_rate"], goal=row["goal"], n=due, days=rule.window_days
                    ),
                )
            )
    return found


def _backlogs(store: Store, rule: CaseRule) -> list[Alert]:
    found = store.query("backlog_known", channels=list(rule.channels) or None)
    return [
        Alert(
            rule,
            row["known_on"],
            about="channel",
            about_value=row["channel"],
            owner=rule.owner_of(None, None, None),
            facts=_told(n=row["contact_count"], least=rule.threshold),
        )
        for row in found.iter_rows(named=True)
        if row["contact_count"] >= (rule.threshold or 1)
    ]


def _waiting_accounts(store: Store, rule: CaseRule) -> list[Alert]:
    found = store.query(
        "waiting_accounts",
        channels=list(rule.channels) or None,
        is_of_accounts=bool(rule.segments) or rule.least_revenue_amount is not None,
        account_segments=list(rule.segments),
        least_revenue=rule.least_revenue_amount,
    )
    return [
        Alert(
            rule,
            row["known_on"],
            contact_id=row["contact_id"],
            customer_id=row["customer_id"],
            owner=rule.owner_of(row["owner_email"], row["segment"], row["region"]),
            facts=_told(n=row["contact_count"], least=rule.threshold),
        )
        for row in found.iter_rows(named=True)
        if row["contact_count"] >= (rule.threshold or 1)
    ]


def _window(rule: CaseRule, on: date, **chosen: Any) -> Filters:
    """The rule's days up to that one, against as many before them."""
    first_on = on - timedelta(days=rule.window_days - 1)
    before = Period(first_on - timedelta(days=rule.window_days), first_on - timedelta(days=1))
    channels = tuple(it for it in CHANNELS if it in rule.channels)
    return Filters(Period(first_on, on), compared_to=before, channel=channels, **chosen)


def _first_on(rule: CaseRule, known_on: date) -> date | None:
    if rule.look_back_days is None:
        return None
    return known_on - timedelta(days=rule.look_back_days)


def _may_wake(rule: CaseRule, brought: Mapping[str, Any]) -> bool:
    """Whether what a file brought can be what the rule looks for: most files of answers bring none
    that is that low, and nothing more has to be asked of them."""
    if rule.kind == "comment_says":
        return bool(brought["is_commented"])
    if rule.kind in ANSWER_RULES:
        least = brought["least_score"]
        is_low = least is not None and least <= (rule.threshold or 0)
        return is_low or bool(brought["customer_count"])
    return True


def _woken_on(
    known: KnownUntil, rule: CaseRule, brought: Mapping[str, Any], today: date
) -> date | None:
    """The last known day, if the batch brought anything that the rule looks back to."""
    if rule.kind in ("nps_drop", "theme_rising"):
        known_on, brought_on = last_answered_on(known.answers, rule, today), brought["answered_on"]
    else:
        contacts = known.contacts.items()
        days = [day for name, day in contacts if not rule.channels or name in rule.channels]
        known_on, brought_on = (min(max(days), today) if days else None), brought["contacted_on"]
    if known_on is None or brought_on is None:
        return None
    first_on = _first_on(rule, known_on)
    return known_on if first_on is None or brought_on >= first_on else None


def _pattern(term: str) -> str:
    """A word or phrase as it is looked for; '' if nothing is left of it."""
    is_begin = term.rstrip().endswith("*")
    folded = unicodedata.normalize("NFKD", term.lower())
    letters = "".join(it for it in folded if not unicodedata.combining(it))
    words = re.sub(r"[\W_]+", " ", letters).strip()
    return words and words + (r"[\pL\pN]*" if is_begin else "")


def _told(**facts: object) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}
