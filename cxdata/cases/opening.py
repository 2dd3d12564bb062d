"""From alerts to cases: none twice for one cause, none while its rule is quiet; and by hand."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import duckdb
import polars as pl

from cxdata.cases.alerts import Alert
from cxdata.cases.due import due_after
from cxdata.cases.rules import ANSWER_RULES
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.store.connection import Store
from cxdata.store.settings_history import SettingsHistory

CASE_SCHEMA: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "case_number": pl.Int64(),
    "response_id": pl.String(),
    "contact_id": pl.String(),
    "customer_id": pl.String(),
    "about": pl.String(),
    "about_value": pl.String(),
    "rule": pl.String(),
    "fired_on": pl.Date(),
    "facts": pl.String(),
    "owner_email": pl.String(),
    "severity": pl.String(),
    "opened_at": pl.Datetime("us"),
    "due_at": pl.Datetime("us"),
    "opened_by": pl.String(),
    "batch_id": pl.Int64(),
    "status": pl.String(),
    "revision": pl.Int64(),
    "changed_at": pl.Datetime("us"),
    "note": pl.String(),
}
CASE_HISTORY_SCHEMA: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "revision": pl.Int64(),
    "changed_at": pl.Datetime("us"),
    "changed_by": pl.String(),
    "field": pl.String(),
    "value_before": pl.String(),
    "value_after": pl.String(),
}
# A case that is opened by hand is due after as many business hours.
HAND_DUE_HOURS = 16.0

CaseRow = dict[str, Any]


@dataclass
class Causes:
    """What has a case already; those that an undone import took back don't count.

    ``answers`` are response_ids, ``answered`` the days of the answers of each customer that have
    one, ``groups`` the days of each rule's cases by subject.
    """

    answers: set[str] = field(default_factory=set)
    answered: dict[str, list[date]] = field(default_factory=dict)
    groups: dict[tuple[str, str], list[date]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store) -> Causes:
        """Those of the cases in the store."""
        causes = cls()
        for row in store.query("case_causes").iter_rows(named=True):
            if row["response_id"]:
                causes.answers.add(row["response_id"])
                if row["customer_id"]:
                    causes.answered.setdefault(row["customer_id"], []).append(row["fired_on"])
            elif row["rule"]:
                subject = row["customer_id"] or f"{row['about']}:{row['about_value']}"
                causes.groups.setdefault((row["rule"], subject), []).append(row["fired_on"])
        return causes

    def copied(self) -> Causes:
        """The same, to be tried out."""
        return copy.deepcopy(self)

    def taken(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Those of the alerts that open a case; they are known from now on."""
        return [alert for alert in alerts if self._takes(alert)]

    def _takes(self, alert: Alert) -> bool:
        """A rule is quiet for whole days: the day on which they have passed isn't one of them."""
        if alert.rule.kind in ANSWER_RULES:
            days = self.answered.setdefault(alert.subject, [])
            is_known = alert.response_id in self.answers
        else:
            days = self.groups.setdefault((alert.rule.code, alert.subject), [])
            is_known = False
        if is_known or any(abs((alert.fired_on - it).days) < alert.rule.quiet_days for it in days):
            return False
        days.append(alert.fired_on)
        if alert.response_id:
            self.answers.add(alert.response_id)
        return True


def open_alerts(
    con: duckdb.DuckDBPyConnection,
    history: SettingsHistory,
    alerts: Sequence[Alert],
    batch_id: int,
) -> list[CaseRow]:
    """Write a case for each alert; the cases, in the order of the alerts."""
    if not alerts:
        return []
    now = _now()
    due = {it: due_after(history, now, it) for it in {alert.rule.due_hours for alert in alerts}}
    rows: list[CaseRow] = [
        {
            "case_id": uuid4().hex,
            "response_id": alert.response_id,
            "contact_id": alert.contact_id,
            "customer_id": alert.customer_id,
            "about": alert.about,
            "about_value": alert.about_value,
            "rule": alert.rule.code,
            "fired_on": alert.fired_on,
            "facts": json.dumps(
                {"kind": alert.rule.kind, **alert.facts}, ensure_ascii=False, sort_keys=True
            ),
            "owner_email": alert.owner,
            "severity": alert.rule.severity,
            "due_at": due[alert.rule.due_hours],
            "batch_id": batch_id,
        }
        for alert in alerts
    ]
    return _written(con, rows, now, None)


def open_by_hand(
    store: Store,
    *,
    response_id: str | None = None,
    contact_id: str | None = None,
    customer_id: str | None = None,
    note: str = "",
    owner: str | None = None,
    opened_by: str | None = None,
) -> int:
    """Open a case about an answer, a contact or a customer; its number.

    Of an answer or contact, the customer is its own. What has an unfinished case already keeps that
    one: its number is returned, and nothing is written.

    Raises
    ------
    CxDataError
        If what it is about isn't there, or isn't for this reader to see.
    """
    store.see_people()
    found = store.query(
        "case_subject", response_id=response_id, contact_id=contact_id, customer_id=customer_id
    )
    if found.is_empty():
        raise CxDataError(
            N_("There is no such answer, contact or customer."), N_("Load the page again.")
        )
    row = found.row(0, named=True)
    with store.keeping() as con:
        open_number = store.within(con).query(
            "case_of_subject",
            response_id=response_id,
            contact_id=contact_id,
            customer_id=row["customer_id"],
        )
        if not open_number.is_empty():
            return int(open_number["case_number"][0])
        now = _now()
        case: CaseRow = {
            "case_id": uuid4().hex,
            "response_id": response_id,
            "contact_id": contact_id,
            "customer_id": row["customer_id"],
            "about": None,
            "about_value": None,
            "rule": None,
            "fired_on": row["happened_on"] or now.date(),
            "facts": "{}",
            "owner_email": owner or (row["owner_email"] or "").lower() or opened_by,
            "severity": "normal",
            "due_at": due_after(store.settings_history, now, HAND_DUE_HOURS),
            "batch_id": None,
            "note": note.strip() or None,
        }
        written = _written(con, [case], now, opened_by)
        con.execute("update store_info set data_version = data_version + 1")
    return int(written[0]["case_number"])


def _written(
    con: duckdb.DuckDBPyConnection, rows: Sequence[CaseRow], now: datetime, opened_by: str | None
) -> list[CaseRow]:
    last = con.execute("select coalesce(max(case_number), 0) from cases").fetchall()[0][0]
    common = {"opened_at": now, "changed_at": now, "status": "open", "revision": 1}
    cases = [
        {"note": None, **row, **common, "case_number": last + place, "opened_by": opened_by}
        for place, row in enumerate(rows, start=1)
    ]
    insert_frame(con, "cases", pl.DataFrame(cases, schema=CASE_SCHEMA))
    history = [
        _history_row(case, name, case[name], now, opened_by)
        for case in cases
        for name in ("status", "owner_email", "note")
        if case[name] is not None
    ]
    insert_frame(con, "case_history", pl.DataFrame(history, schema=CASE_HISTORY_SCHEMA))
    return cases


def _history_row(
    case: Mapping[str, Any], name: str, value: str, now: datetime, by: str | None
) -> dict[str, object]:
    return {
        "case_id": case["case_id"],
        "revision": 1,
        "changed_at": now,
        "changed_by": by,
        "field": name,
        "value_before": None,
        "value_after": value,
    }


def insert_frame(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Add the rows, whose columns are named like the table's."""
    con.register("new_case_rows", rows)
    con.execute(f"insert into {table} by name select * from new_case_rows")
    con.unregister("new_case_rows")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
