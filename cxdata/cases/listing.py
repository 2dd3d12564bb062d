"""The cases as people work through them: overdue first, mine, searched; one with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import polars as pl

from cxdata.cases.changing import UNFINISHED_CASES, no_case
from cxdata.models import CASE_STATUSES, Severity
from cxdata.store.connection import Store

Which = Literal["unfinished", "overdue", "done", "all"]
WHICH: tuple[Which, ...] = get_args(Which)
# As many as a page lists; files have all.
LISTED_CASES = 200
STATUSES_OF: dict[Which, tuple[str, ...]] = {
    "unfinished": UNFINISHED_CASES,
    "overdue": ("open", "no_answer"),
    "done": ("resolved", "closed"),
    "all": CASE_STATUSES,
}


@dataclass(frozen=True)
class CaseChoice:
    """Which cases. ``owner`` None: everybody's, '': without one; ``searched`` is a part of the
    customer's name or number, of the note or the comment."""

    which: Which = "unfinished"
    owner: str | None = None
    rule: str | None = None
    severity: Severity | None = None
    root_cause: str | None = None
    searched: str = ""
    customer_id: str | None = None


def recorded_cases(
    store: Store, choice: CaseChoice = CaseChoice(), most_rows: int = LISTED_CASES
) -> pl.DataFrame:
    """The cases that fit.

    Returns
    -------
    pl.DataFrame
        One row per case, at most ``most_rows``: unfinished ones first, of these overdue ones first.
        No rows if none fits. The columns of ``cases_listed.sql``: the case, ``is_overdue``
        (Boolean), ``name``, ``segment``, ``annual_revenue_amount`` and so on of the customer,
        ``nps_score`` and ``comment`` of the answer, ``channel`` of the contact; ``case_count``
        (Int64): all that fit.

    Raises
    ------
    AccessError
        If the store is seen by a reader without the right to see people.
    """
    return _listed(store, choice, most_rows, None)


def case_called(store: Store, number: int) -> dict[str, Any]:
    """One case, as a row of :func:`recorded_cases`.

    Raises
    ------
    CxDataError
        If there is none of that number for this reader to see.
    """
    found = _listed(store, CaseChoice("all"), 1, number)
    if found.is_empty():
        raise no_case(number)
    return found.row(0, named=True)


def case_changes(store: Store, case_id: str) -> pl.DataFrame:
    """The history of a case.

    Returns
    -------
    pl.DataFrame
        One row per changed field, in the order of the changes: ``revision`` (Int64), ``changed_at``
        (Datetime, UTC), ``changed_by`` (String; null: a rule or an undone import), ``field``,
        ``value_before``, ``value_after`` (String).
    """
    store.see_people()
    return store.query("case_changes", case_id=case_id)


@dataclass(frozen=True)
class CaseCounts:
    """How many cases wait: unfinished, of them overdue, without an owner, and one owner's own."""

    unfinished: int
    overdue: int
    unowned: int
    own: int
    all: int


def case_counts(store: Store, owner: str | None = None) -> CaseCounts:
    """How many cases there are for this reader to see."""
    row = store.query("case_counts", owner=owner, now=cases_now()).row(0)
    return CaseCounts(*(int(it) for it in row))


def rules_of_cases(store: Store) -> list[tuple[str, str | None]]:
    """The codes of the rules that opened the cases which are seen, each with its kind then."""
    return store.query("case_rules").rows()


def cases_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _listed(store: Store, choice: CaseChoice, most_rows: int, number: int | None) -> pl.DataFrame:
    return store.query(
        "cases_listed",
        case_number=number,
        statuses=list(STATUSES_OF[choice.which]),
        owner=choice.owner,
        rule=choice.rule,
        severity=choice.severity,
        root_cause=choice.root_cause,
        searched=choice.searched.strip().lower() or None,
        customer_id=choice.customer_id,
        is_overdue=choice.which == "overdue",
        now=cases_now(),
        most_rows=most_rows,
    )
