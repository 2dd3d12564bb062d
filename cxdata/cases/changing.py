"""What people do with a case: assign it, note what was said, close it.

Each change is kept beside the case with who, when and what; none is ever rewritten. Who opened a
case before somebody else changed it overwrites nothing: they see what differs, and decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import duckdb
import polars as pl

from cxdata.cases.opening import CASE_HISTORY_SCHEMA, insert_frame
from cxdata.cases.owners import owner_called
from cxdata.cases.telling import tell_assigned
from cxdata.cases.words import NamedWord
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.models import CASE_STATUSES, CaseStatus
from cxdata.record import note_done
from cxdata.store.connection import Store

CaseField = Literal["status", "owner_email", "note", "root_cause", "outcome"]
CASE_FIELDS: tuple[CaseField, ...] = get_args(CaseField)
Changes = Mapping[CaseField, str | None]
# What people may say of a case; the last is the program's own.
GIVEN_STATUSES: tuple[CaseStatus, ...] = CASE_STATUSES[:-1]
UNFINISHED_CASES: tuple[CaseStatus, ...] = ("open", "contacted", "no_answer")
REACHED: tuple[CaseStatus, ...] = ("contacted", "resolved")
CASE_OUTCOMES = ("satisfied", "partly", "dissatisfied", "leaving", "not_reached", "no_need")
CASE_NOTE_LETTERS = 10_000


@dataclass(frozen=True)
class CaseDifference:
    """What somebody else changed of a case meanwhile, beside what was to be written.

    ``mine`` is None where this field wasn't to be changed.
    """

    field: str
    before: str | None
    theirs: str | None
    mine: str | None
    changed_by: str | None
    changed_at: datetime


class CaseConflict(CxDataError):
    """A case was changed since it was opened on the screen; ``revision`` is what it is now."""

    def __init__(self, number: int, revision: int, differences: tuple[CaseDifference, ...]) -> None:
        last = differences[-1] if differences else None
        super().__init__(
            N_("Case {number} was changed by {who} since you opened it: nothing is overwritten."),
            N_("See what differs, and decide."),
            number=number,
            who=(last and last.changed_by) or "–",
        )
        self.revision = revision
        self.differences = differences


@dataclass(frozen=True)
class Bulk:
    """What became of a change of several cases: ``done``, and those that somebody else ``changed``
    meanwhile and that stay as they are."""

    done: tuple[int, ...]
    changed: tuple[int, ...]


def change_case(
    store: Store,
    number: int,
    changes: Changes,
    *,
    revision: int | None = None,
    changed_by: str | None = None,
) -> int:
    """Change a case; its revision afterwards, the same as before if nothing differs.

    Parameters
    ----------
    revision
        What the case was when it was read; None: whatever it is now.

    Raises
    ------
    CaseConflict
        If it was changed since then; with what differs.
    CxDataError
        If there is no such case, the owner isn't known, or a value is none that a case can have.
    """
    _see_fields(store, changes)
    _see_seen(store, number)
    with store.keeping() as con:
        row = _row(con, number)
        if revision is not None and row["revision"] != revision:
            raise CaseConflict(number, row["revision"], _differences(con, row, revision, changes))
        now = write_changes(store, con, row, changes, changed_by)
        _tell(store, con, [row], changed_by)
    if now != row["revision"]:
        note_done(store, "case_changed", details={"case": number, "fields": sorted(changes)})
    return now


def change_cases(
    store: Store,
    revisions: Mapping[int, int | None],
    changes: Changes,
    *,
    changed_by: str | None = None,
) -> Bulk:
    """Change several cases alike, all of those that nobody changed meanwhile.

    Parameters
    ----------
    revisions
        The cases by number, each with what it was when it was read; None: whatever it is now.

    Raises
    ------
    CxDataError
        As :func:`change_case`; then nothing is changed.
    """
    _see_fields(store, changes)
    for number in revisions:
        _see_seen(store, number)
    done, changed = [], []
    before: list[dict[str, Any]] = []
    with store.keeping() as con:
        for number, revision in revisions.items():
            row = _row(con, number)
            if revision is not None and row["revision"] != revision:
                changed.append(number)
                continue
            write_changes(store, con, row, changes, changed_by)
            done.append(number)
            before.append(row)
        _tell(store, con, before, changed_by)
    if done:
        note_done(store, "case_changed", details={"cases": len(done), "fields": sorted(changes)})
    return Bulk(tuple(done), tuple(changed))


def _tell(
    store: Store,
    con: duckdb.DuckDBPyConnection,
    before: Sequence[Mapping[str, Any]],
    changed_by: str | None,
) -> None:
    """Tell by mail whoever has unfinished cases now that were somebody else's ``before``, but for
    whoever took them."""
    was = {row["case_id"]: row["owner_email"] for row in before}
    rows = con.execute(
        """select owner_email, case_id from cases
        where case_id in (select unnest(cast($ids as varchar[]))) and owner_email is not null
            and status in (select unnest(cast($unfinished as varchar[])))
        order by case_number""",
        {"ids": list(was), "unfinished": list(UNFINISHED_CASES)},
    ).fetchall()
    given: dict[str, list[str]] = {}
    for owner, case_id in rows:
        if owner not in (was[case_id], (changed_by or "").lower()):
            given.setdefault(owner, []).append(case_id)
    for owner, case_ids in given.items():
        tell_assigned(Store.open(store.path), con, owner, case_ids)


def _see_fields(store: Store, changes: Changes) -> None:
    store.see_people()
    if unknown := changes.keys() - set(CASE_FIELDS):
        raise ValueError(f"no field of a case: {', '.join(sorted(unknown))}")
    causes = store.settings.cases.root_causes
    for name, said, known in (
        (N_("status"), changes.get("status"), GIVEN_STATUSES),
        (N_("root cause"), changes.get("root_cause"), causes),
        (N_("outcome"), changes.get("outcome"), CASE_OUTCOMES),
    ):
        if said and said not in known:
            raise CxDataError(
                N_("{what}: there is no {said}."),
                N_("There are: {known}."),
                what=NamedWord(name),
                said=said[:80],
                known=", ".join(known),
            )
    if "status" in changes and not changes["status"]:
        raise ValueError("a case has a status")
    if len(changes.get("note") or "") > CASE_NOTE_LETTERS:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(changes["note"] or ""),
            most=CASE_NOTE_LETTERS,
        )


def _see_seen(store: Store, number: int) -> None:
    """Whoever may not see a case can't change it either."""
    if store.query("case_seen", case_number=number).is_empty():
        raise no_case(number)


def no_case(number: int) -> CxDataError:
    return CxDataError(
        N_("There is no case {number} for you to see."), N_("See the list."), number=number
    )


def _row(con: duckdb.DuckDBPyConnection, number: int) -> dict[str, Any]:
    found: pl.DataFrame = con.sql(
        "select * from cases where case_number = $number", params={"number": number}
    ).pl()
    if found.is_empty():
        raise no_case(number)
    return found.row(0, named=True)


def write_changes(
    store: Store,
    con: duckdb.DuckDBPyConnection,
    row: Mapping[str, Any],
    changes: Changes,
    changed_by: str | None,
    first_contact_at: datetime | None = None,
) -> int:
    """Write what differs in the caller's transaction; the case's revision afterwards.

    Parameters
    ----------
    first_contact_at
        When the customer was reached first (UTC), where somebody says so; else a status tells.
    """
    said: dict[str, str | None] = {name: cleaned_text(value) for name, value in changes.items()}
    if said.get("owner_email") and said["owner_email"] != row["owner_email"]:
        said["owner_email"] = owner_called(store.within(con), str(said["owner_email"]))
    differing = {name: it for name, it in said.items() if it != row[name]}
    if not differing and first_contact_at is None:
        return int(row["revision"])
    now = max(_now(), row["opened_at"])
    status = differing.get("status")
    moments: dict[str, datetime | None] = {
        "first_contact_at": row["first_contact_at"],
        "closed_at": row["closed_at"],
    }
    if first_contact_at is not None:
        moments["first_contact_at"] = first_contact_at
    elif status in REACHED and row["first_contact_at"] is None:
        moments["first_contact_at"] = now
    if status:
        moments["closed_at"] = None if status in UNFINISHED_CASES else row["closed_at"] or now
    values = {**differing, **moments}
    assigned = ", ".join(f"{name} = ${name}" for name in values)
    con.execute(
        f"""update cases set {assigned}, revision = revision + 1, changed_at = $now
        where case_id = $case_id""",
        {**values, "now": now, "case_id": row["case_id"]},
    )
    told = [(name, row[name], it) for name, it in differing.items()]
    if first_contact_at is not None:
        before = row["first_contact_at"]
        told.append(
            ("first_contact_at", before and before.isoformat(), first_contact_at.isoformat())
        )
    history = [
        {
            "case_id": row["case_id"],
            "revision": row["revision"] + 1,
            "changed_at": now,
            "changed_by": changed_by,
            "field": name,
            "value_before": was,
            "value_after": it,
        }
        for name, was, it in told
    ]
    insert_frame(con, "case_history", pl.DataFrame(history, schema=CASE_HISTORY_SCHEMA))
    con.execute("update store_info set data_version = data_version + 1")
    return int(row["revision"]) + 1


def _differences(
    con: duckdb.DuckDBPyConnection, row: Mapping[str, Any], revision: int, changes: Changes
) -> tuple[CaseDifference, ...]:
    """What was changed after that revision, in the order in which it was."""
    found = con.execute(
        """select field, value_before, value_after, changed_by, changed_at from case_history
        where case_id = $case_id and revision > $revision order by revision, field""",
        {"case_id": row["case_id"], "revision": revision},
    ).fetchall()
    said: dict[str, str | None] = {str(name): value for name, value in changes.items()}
    return tuple(
        CaseDifference(name, before, after, cleaned_text(said.get(name)), by, at)
        for name, before, after, by, at in found
    )


def cleaned_text(text: str | None) -> str | None:
    """The text without what no keyboard types; None for an empty one."""
    kept = "".join(it for it in text or "" if it >= " " or it in "\n\t")
    return kept.strip() or None


def numbers_of(numbers: Iterable[str]) -> tuple[int, ...]:
    """Numbers of cases as they were typed.

    Raises
    ------
    CxDataError
        If one is no number.
    """
    typed = [it.strip().lstrip("#") for it in numbers]
    for text in typed:
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise CxDataError(N_("{said} is no number of a case."), said=repr(text[:40]))
    return tuple(dict.fromkeys(int(it) for it in typed))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
