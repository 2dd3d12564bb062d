"""A rule tried on what was: how often it would have fired, and for whom. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cxdata.cases.alerts import Alert, answer_alerts, group_alerts, last_answered_on
from cxdata.cases.opening import Causes
from cxdata.cases.rules import ANSWER_RULES, CaseRule, see_sensible
from cxdata.metrics.known_until import known_until
from cxdata.models import Period, last_months
from cxdata.store.connection import Store

# Of what waits now the past isn't known: when a contact was past its deadline, no file says.
NOW_ONLY = frozenset({"backlog_past_due", "account_waits"})
WEEK = timedelta(days=7)
TOLD_SUBJECTS = 3


@dataclass(frozen=True)
class Rehearsal:
    """What a rule would have done in ``period``; None: there is no data.

    ``fired_count`` cases, ``subject_counts`` of them by customer or group, most first, and
    ``names`` of these customers where they are known. ``is_now_only``: it can be tried on today
    alone.
    """

    rule: CaseRule
    period: Period | None
    fired_count: int = 0
    subject_counts: tuple[tuple[str, int], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    is_now_only: bool = False

    @property
    def top_count(self) -> int:
        """How many of them would have been for the three that it would have fired for most."""
        return sum(count for _, count in self.subject_counts[:TOLD_SUBJECTS])


def rehearse(store: Store, rule: CaseRule, months: int = 1) -> Rehearsal:
    """Try a rule on the last months of the data, as if it had been on: with its quiet days, and
    without the cases that there are.

    Rules of figures are asked once a week, by figures as they are known today.

    Raises
    ------
    CxDataError
        If the rule makes no sense.
    """
    see_sensible(rule)
    last_on = _last_on(store, rule)
    if last_on is None:
        return Rehearsal(rule, None)
    if rule.kind in NOW_ONLY:
        found, period = group_alerts(store, rule, last_on), Period(last_on, last_on)
    else:
        period = last_months(last_on, months)
        found = _alerts(store, rule, period)
    taken = Causes().taken(found)
    counts = Counter(it.subject for it in taken).most_common()
    return Rehearsal(
        rule,
        period,
        len(taken),
        tuple(counts),
        _names(store, [it for it, _ in counts[:TOLD_SUBJECTS]]),
        rule.kind in NOW_ONLY,
    )


def _alerts(store: Store, rule: CaseRule, period: Period) -> list[Alert]:
    if rule.kind in ANSWER_RULES:
        return answer_alerts(store, rule, first_on=period.first_on, last_on=period.last_on)
    count = period.day_count // WEEK.days
    days = [period.last_on - place * WEEK for place in range(count, -1, -1)]
    return [
        alert for day in days if day >= period.first_on for alert in group_alerts(store, rule, day)
    ]


def _last_on(store: Store, rule: CaseRule) -> date | None:
    today, known = datetime.now(UTC).date(), known_until(store)
    if rule.kind in (*ANSWER_RULES, "nps_drop", "theme_rising"):
        return last_answered_on(known.answers, rule, today)
    days = known.contacts.values()
    return min(max(days), today) if days else None


def _names(store: Store, customers: list[str]) -> tuple[tuple[str, str], ...]:
    if not store.may_see_people:
        return ()
    rows = store.query("customer_names", customers=customers).iter_rows()
    return tuple((str(key), str(name)) for key, name in rows)
