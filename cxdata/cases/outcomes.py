"""What somebody wrote into a list of cases that had left as a file, taken back as one batch.

What counts is what differs from the case as the file had it: so a list in which ten rows were
edited changes ten cases, and what others did meanwhile to the rest stands. A case that somebody
changed since it was exported is never overwritten: its row is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from cxdata.cases.changing import (
    CASE_NOTE_LETTERS,
    CASE_OUTCOMES,
    GIVEN_STATUSES,
    UNFINISHED_CASES,
    CaseField,
    cleaned_text,
    write_changes,
)
from cxdata.cases.owners import known_owners
from cxdata.i18n import N_
from cxdata.models import Refusal
from cxdata.store.connection import Store

OutcomeValues = Mapping[CaseField, str]

NO_SUCH_CASE = N_("There is no case of that number.")
NO_SUCH_REVISION = N_("The case never had this version: it is at {now}.")
CHANGED_SINCE = N_(
    "The case was changed by {who} since this list was made (version {then}, now {now}): nothing "
    "is overwritten."
)
UNKNOWN_VALUE = N_("A case has no such value; there are: {known}.")
UNKNOWN_OWNER = N_("Nobody of that name can be given a case.")
TOO_LONG = N_("A note has at most {most} characters.")
CONTACT_OUT_OF_TIME = N_("Lies before the case was opened, or in the future.")
TWICE = N_("The case stands in the file twice.")
# A clock that is ahead of ours by less is no mistake.
CLOCK_SLACK = timedelta(minutes=10)


@dataclass(frozen=True)
class ReturnedRow:
    """One row of a list that came back: what it says of each field, as codes, empty: nothing.

    ``revision`` is what the case was when the list was made, ``cells`` what stands in the file
    for each field, and ``columns`` in which column of it.
    """

    line: int
    number: int
    revision: int
    values: OutcomeValues
    first_contact_at: datetime | None  # UTC
    cells: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Returned:
    """What a list brings: by case what changes, how many rows say nothing new, what is refused."""

    changes: Mapping[int, tuple[dict[CaseField, str], datetime | None]]
    same_count: int
    refusals: tuple[Refusal, ...]


def returned_changes(
    store: Store, con: duckdb.DuckDBPyConnection, rows: Sequence[ReturnedRow]
) -> Returned:
    """Hold each row against the case as it was when the list was made, and as it is now."""
    cases = _cases(con, [row.number for row in rows])
    known = _Known(store, con)
    changes: dict[int, tuple[dict[CaseField, str], datetime | None]] = {}
    seen: set[int] = set()
    refusals: list[Refusal] = []
    same = 0
    for row in rows:
        case = cases.get(row.number)
        if case is None or row.number in seen:
            refusals.append(_refused(row, "case_number", TWICE if case else NO_SUCH_CASE))
            continue
        seen.add(row.number)
        if row.revision > case["revision"] or row.revision < 1:
            values = {"now": str(case["revision"])}
            refusals.append(_refused(row, "revision", NO_SUCH_REVISION, values))
            continue
        said, contacted_at = _said(row, case)
        if not said and contacted_at is None:
            same += 1
        elif row.revision != case["revision"]:
            told = {
                "who": str(case["last_by"] or "–"),
                "then": str(row.revision),
                "now": str(case["revision"]),
            }
            refusals.append(_refused(row, "revision", CHANGED_SINCE, told))
        elif wrong := known.wrong(row, said, case, contacted_at):
            refusals.extend(wrong)
        else:
            changes[row.number] = said, contacted_at
    return Returned(changes, same, tuple(refusals))


def write_returned(
    store: Store, con: duckdb.DuckDBPyConnection, returned: Returned, batch_id: int
) -> None:
    """Write what a list brings, signed by the batch."""
    cases = _cases(con, list(returned.changes))
    for number, (said, contacted_at) in returned.changes.items():
        case = {name: it for name, it in cases[number].items() if name not in ("then", "last_by")}
        write_changes(store, con, case, said, batch_sign(batch_id), contacted_at)


def batch_sign(batch_id: int) -> str:
    """Who changed a case where a file did."""
    return f"import {batch_id}"


def undo_returned(con: duckdb.DuckDBPyConnection, batch_id: int) -> tuple[int, tuple[int, ...]]:
    """Give cases back what they were before a list came; those that somebody changed after it
    stay: how many were given back, and the numbers of those."""
    rows = con.execute(
        """select kase.case_id, kase.case_number, kase.revision, past.revision, past.field,
            past.value_before
        from case_history as past join cases as kase on kase.case_id = past.case_id
        where past.changed_by = $sign order by kase.case_number, past.field""",
        {"sign": batch_sign(batch_id)},
    ).fetchall()
    before: dict[str, dict[str, str | None]] = {}
    staying: set[int] = set()
    for case_id, number, now, then, field, value in rows:
        if now == then:
            before.setdefault(case_id, {})[field] = value
        else:
            staying.add(number)
    at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    for case_id, values in before.items():
        _give_back(con, case_id, values, at)
    return len(before), tuple(sorted(staying))


def cases_changed_after(con: duckdb.DuckDBPyConnection, batch_id: int) -> tuple[int, ...]:
    """The numbers of the cases that a list changed and somebody else changed after it."""
    rows = con.execute(
        """select distinct kase.case_number
        from case_history as past join cases as kase on kase.case_id = past.case_id
        where past.changed_by = $sign and kase.revision > past.revision
            and exists (
                select 1 from case_history as later
                where later.case_id = past.case_id and later.revision > past.revision
                    and later.changed_by is not null)
        order by kase.case_number""",
        {"sign": batch_sign(batch_id)},
    ).fetchall()
    return tuple(row[0] for row in rows)


def _give_back(
    con: duckdb.DuckDBPyConnection, case_id: str, values: Mapping[str, str | None], at: datetime
) -> None:
    [(status, contacted_at, closed_at, opened_at, changed_at)] = con.execute(
        """select status, first_contact_at, closed_at, opened_at, changed_at from cases
        where case_id = $id""",
        {"id": case_id},
    ).fetchall()
    con.execute(
        """insert into case_history
        select past.case_id, past.revision + 1, $at, null, past.field, past.value_after,
            past.value_before
        from case_history as past join cases as kase
            on kase.case_id = past.case_id and kase.revision = past.revision
        where past.case_id = $id""",
        {"id": case_id, "at": at},
    )
    was = {name: it for name, it in values.items() if name != "first_contact_at"}
    if "first_contact_at" in values:
        said = values["first_contact_at"]
        contacted_at = said and datetime.fromisoformat(said)
    elif "status" in values and contacted_at == changed_at:
        contacted_at = None  # it was set by the status that goes
    now_status = was.get("status") or status
    ends = {
        "first_contact_at": contacted_at,
        "closed_at": None if now_status in UNFINISHED_CASES else closed_at,
    }
    assigned = ", ".join(f"{name} = ${name}" for name in (*was, *ends))
    con.execute(
        f"""update cases set {assigned}, revision = revision + 1, changed_at = $at
        where case_id = $id""",
        {**was, **ends, "at": max(at, opened_at), "id": case_id},
    )


def _cases(con: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The cases by number, each with ``then``: what each field was at earlier revisions, and who
    changed it last."""
    found = con.sql(
        "select * from cases where case_number in (select unnest(cast($numbers as bigint[])))",
        params={"numbers": list(numbers)},
    ).pl()
    cases: dict[int, dict[str, Any]] = {
        row["case_number"]: {**row, "then": [], "last_by": None}
        for row in found.iter_rows(named=True)
    }
    by_id = {row["case_id"]: row for row in cases.values()}
    past = con.execute(
        """select case_id, revision, field, value_before, changed_by from case_history
        where case_id in (select unnest(cast($ids as varchar[]))) order by revision""",
        {"ids": list(by_id)},
    ).fetchall()
    for case_id, revision, field, before, by in past:
        by_id[case_id]["then"].append((revision, field, before))
        by_id[case_id]["last_by"] = by
    return cases


def _said(
    row: ReturnedRow, case: Mapping[str, Any]
) -> tuple[dict[CaseField, str], datetime | None]:
    """What the row says that the case neither is now nor was when the list was made."""
    then = dict(case)
    for revision, field, before in reversed(case["then"]):
        if revision > row.revision:
            then[field] = before
    said = {
        name: value
        for name, value in row.values.items()
        if value and not any(_same(value, it[name]) for it in (then, case))
    }
    contacted_at = row.first_contact_at
    known = {case["first_contact_at"], _moment(then["first_contact_at"])}
    if contacted_at is not None and any(
        it is not None and abs(it - contacted_at) < timedelta(minutes=1) for it in known
    ):
        contacted_at = None  # spreadsheets drop the seconds
    return said, contacted_at


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _same(said: str, known: str | None) -> bool:
    """Whether a text is the one there is, but for its blanks and line ends."""
    return cleaned_text(said.replace("\r\n", "\n")) == cleaned_text(
        (known or "").replace("\r\n", "\n")
    )


class _Known:
    """What a case can be given, looked up once."""

    def __init__(self, store: Store, con: duckdb.DuckDBPyConnection) -> None:
        self._owners = set(known_owners(store.within(con)))
        self._choices: dict[str, tuple[str, ...]] = {
            "status": GIVEN_STATUSES,
            "root_cause": store.settings.cases.root_causes,
            "outcome": CASE_OUTCOMES,
        }
        self._latest = datetime.now(UTC).replace(tzinfo=None) + CLOCK_SLACK

    def wrong(
        self,
        row: ReturnedRow,
        said: dict[CaseField, str],
        case: Mapping[str, Any],
        contacted_at: datetime | None,
    ) -> list[Refusal]:
        """What of the row no case can have."""
        found = []
        for name, value in said.items():
            if name == "owner_email":
                said[name] = value.strip().lower()
                if said[name] not in self._owners:
                    found.append(_refused(row, name, UNKNOWN_OWNER))
            elif name == "note":
                if len(value) > CASE_NOTE_LETTERS:
                    found.append(_refused(row, name, TOO_LONG, {"most": CASE_NOTE_LETTERS}))
            elif value not in self._choices[name]:
                told = {"known": ", ".join(self._choices[name])}
                found.append(_refused(row, name, UNKNOWN_VALUE, told))
        if contacted_at and not case["opened_at"] <= contacted_at <= self._latest:
            found.append(_refused(row, "first_contact_at", CONTACT_OUT_OF_TIME))
        return found


def _refused(
    row: ReturnedRow, field: str, reason: str, values: Mapping[str, Any] | None = None
) -> Refusal:
    column, cell = row.cells.get(field, ("", ""))
    return Refusal(row.line, column, cell, reason, dict(values or {}))
