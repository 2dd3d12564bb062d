"""What an import wakes: inside its transaction the rules are asked, and cases are opened.

So a file's rows, the cases that they open and the mails to their owners are all there or all not.
Undoing the import takes back the cases that nobody has touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import duckdb

from cxdata.cases.alerts import alerts_of_batch, woken_alerts
from cxdata.cases.opening import Causes, open_alerts
from cxdata.cases.rules import ASKED_AFTER, CaseRule, recorded_rules, rule_called
from cxdata.cases.telling import tell_owners
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.models import SEVERITIES, Kind
from cxdata.store.connection import Store

HOLDING = N_(
    "The rule {rule} would open {count} cases after one import, more than {most}: none is opened "
    "until somebody says yes."
)


@dataclass(frozen=True)
class Hold:
    """A rule that would have opened more cases than the settings allow, and waits."""

    hold_id: str
    rule: str
    batch_id: int
    case_count: int
    held_at: datetime


@dataclass(frozen=True)
class Woken:
    """What an import woke: ``case_count`` cases were opened; ``held`` rules wait for a yes."""

    case_count: int = 0
    held: tuple[Hold, ...] = ()


def wake_rules(store: Store, con: duckdb.DuckDBPyConnection, batch_id: int, kind: Kind) -> Woken:
    """Ask the rules that are on about a batch, in its own transaction, after its counts are made.

    The most severe are asked first; what one rule opened a case for, no other opens another for.
    """
    inside = store.within(con)
    rules = [it for it in recorded_rules(inside) if it.is_active and kind in ASKED_AFTER[it.kind]]
    rules.sort(key=lambda it: SEVERITIES.index(it.severity))
    if not rules:
        return Woken()
    woken = woken_alerts(inside, rules, batch_id, _now().date())
    fired = list(zip(rules, woken, strict=True))
    if not any(alerts for _, alerts in fired):
        return Woken()
    causes, most = Causes.of(inside), store.settings.cases.most_at_once
    opened, held = [], []
    for rule, alerts in fired:
        known = causes.copied()
        fresh = known.taken(alerts)
        if len(fresh) > most:
            held.append(_hold(con, rule, batch_id, len(fresh)))
            continue
        causes = known
        opened.append((rule, open_alerts(con, store.settings_history, fresh, batch_id)))
    tell_owners(store, con, opened, f"import {batch_id}")
    return Woken(sum(len(rows) for _, rows in opened), tuple(held))


def withdraw_cases(con: duckdb.DuckDBPyConnection, batch_id: int) -> tuple[int, tuple[int, ...]]:
    """Take back the cases that a batch opened and nobody touched, in the transaction of its undo.

    Returns
    -------
    tuple
        How many were taken back, and the numbers of those that stay.
    """
    bound = {"id": batch_id, "now": _now()}
    con.execute(
        """insert into case_history
        select case_id, revision + 1, $now, null, 'status', status, 'withdrawn' from cases
        where batch_id = $id and revision = 1 and status = 'open'""",
        bound,
    )
    gone = con.execute(
        """update cases set status = 'withdrawn', revision = 2, changed_at = $now,
            closed_at = greatest(opened_at, $now)
        where batch_id = $id and revision = 1 and status = 'open' returning case_id""",
        bound,
    ).fetchall()
    con.execute(
        """update held_alerts set decided_at = greatest(held_at, $now), is_taken = false
        where batch_id = $id and decided_at is null""",
        bound,
    )
    return len(gone), cases_staying(con, batch_id)


def cases_staying(con: duckdb.DuckDBPyConnection, batch_id: int) -> tuple[int, ...]:
    """The numbers of a batch's cases that somebody has touched."""
    rows = con.execute(
        """select case_number from cases where batch_id = $id and status <> 'withdrawn'
            and (revision > 1 or status <> 'open')
        order by case_number""",
        {"id": batch_id},
    ).fetchall()
    return tuple(row[0] for row in rows)


def held_alerts(store: Store) -> tuple[Hold, ...]:
    """The rules that wait for a yes, the oldest first."""
    rows = store.query("held_alerts").iter_rows(named=True)
    return tuple(Hold(**row) for row in rows)


def decide_hold(store: Store, hold_id: str, *, is_taken: bool, decided_by: str | None) -> int:
    """Say yes or no to a rule that was held; how many cases that opened.

    Raises
    ------
    CxDataError
        If it was decided already, or its import undone.
    """
    with store.transaction() as con:
        inside = store.within(con)
        held = next((it for it in held_alerts(inside) if it.hold_id == hold_id), None)
        if held is None:
            raise CxDataError(
                N_("This was decided already, or its import undone."), N_("Load the page again.")
            )
        opened = 0
        if is_taken:
            rule = rule_called(inside, held.rule)
            alerts = alerts_of_batch(inside, rule, held.batch_id, _now().date())
            fresh = Causes.of(inside).taken(alerts)
            rows = open_alerts(con, store.settings_history, fresh, held.batch_id)
            tell_owners(store, con, [(rule, rows)], f"hold {hold_id}")
            opened = len(rows)
        con.execute(
            """update held_alerts set decided_at = greatest(held_at, $now), decided_by = $who,
                is_taken = $taken where hold_id = $id""",
            {"id": hold_id, "now": _now(), "who": decided_by, "taken": is_taken},
        )
        con.execute("update store_info set data_version = data_version + 1")
    return opened


def _hold(con: duckdb.DuckDBPyConnection, rule: CaseRule, batch_id: int, count: int) -> Hold:
    hold = Hold(uuid4().hex, rule.code, batch_id, count, _now())
    con.execute(
        """insert into held_alerts (hold_id, rule, batch_id, case_count, held_at)
        values ($hold_id, $rule, $batch_id, $case_count, $held_at)""",
        vars(hold),
    )
    return hold


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
