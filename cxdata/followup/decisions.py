"""Decisions: what was decided, who does it until when, and the figure that it should move.

A decision keeps the level that its figure had on the day. Each change adds a state; none is ever
rewritten, so the states of a decision are its history. Who changes a decision says which state
they saw: one that somebody else changed meanwhile isn't overwritten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time
from math import isfinite
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl

from cxdata.errors import CxDataError, FilterError
from cxdata.followup.annotations import NAME_LETTERS, YEARS_AHEAD
from cxdata.i18n import N_, Translator
from cxdata.metrics.decided import FigureLevel, figure_level, filters_about
from cxdata.models import (
    DECISION_FIGURES,
    DECISION_STATUSES,
    DIMENSIONS,
    DecisionFigure,
    DecisionStatus,
    Filters,
    Period,
    Scope,
)
from cxdata.record.acts import INSERT, act_row
from cxdata.store.connection import Store
from cxdata.store.narrowing import scope_json
from cxdata.store.stored_json import stored_json

DECISION_LETTERS, CAUSE_LETTERS, ADDRESS_LETTERS = 500, 80, 254
# What a goal can be, by the unit of its figure.
GOAL_RANGES: Mapping[DecisionFigure, tuple[float, float]] = {
    **dict.fromkeys((it for it in DECISION_FIGURES), (0.0, 1.0)),
    "nps": (-100.0, 100.0),
    "level": (1.0, 6.0),
    "churn_cost": (0.0, 1e15),
}
# What people can change of a decision; what it is about stays, since its level is of that.
CHANGEABLE = ("text", "owner", "owner_email", "due_on", "goal", "root_cause", "status")
NOON = time(12)
NEWEST = """select * from decisions where decision_id = $id
    order by change_number desc limit 1"""
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


@dataclass(frozen=True)
class Decision:
    """What is decided, by whom it is done and until when, and what it is about.

    ``figure`` is one of ``DECISION_FIGURES`` or None; ``filters`` what of it; ``period_rule`` the
    code of the filters' period as the page has it (``12m``). ``goal`` is in the figure's own unit:
    points, a share from 0 to 1, a level, an amount. ``root_cause`` is a text, or the code of a
    cause of cases. ``decided_on`` None is today.
    """

    text: str
    owner: str
    due_on: date
    figure: DecisionFigure | None = None
    filters: Filters = field(default_factory=Filters)
    owner_email: str = ""
    goal: float | None = None
    root_cause: str = ""
    snapshot_id: str | None = None
    decided_on: date | None = None
    status: DecisionStatus = "open"
    period_rule: str = ""

    def holds(self, words: str) -> bool:
        """Whether all of the words stand in what people wrote of it."""
        text = " ".join((self.text, self.owner, self.owner_email, self.root_cause)).casefold()
        return all(it in text for it in words.casefold().split())


class DecisionChanged(CxDataError):
    """Somebody else changed the decision since it was opened.

    ``fields`` says what differs: each with its value when it was opened, what stands there now,
    and what was wanted. ``state`` is the ``change_number`` that stands now.
    """

    def __init__(
        self, fields: Mapping[str, tuple[object, object, object]], state: int, by: str
    ) -> None:
        self.fields = dict(fields)
        self.state = state
        super().__init__(
            N_("{name} changed this decision since you opened it."),
            N_("Look at what differs, and save again if yours shall stand."),
            name=by or "–",
        )


def add_decision(
    store: Store, decision: Decision, *, decided_by: str | None = None, today: date | None = None
) -> str:
    """Keep a decision with the level that its figure has now; its decision_id.

    It is seen by who sees all that its author may see.

    Parameters
    ----------
    today
        The day on which it is written down, at noon; None: now.

    Raises
    ------
    CxDataError
        If a text is empty or too long, the due date is over, the figure is unknown, the goal is
        none that the figure can have, or the address is none.
    """
    day = decision.decided_on or today or firm_day(store)
    _see_due(decision.due_on, today or day)
    about = filters_within(decision.filters, store.scope)
    checked = _checked(replace(decision, decided_on=day, filters=about))
    level = FigureLevel()
    if checked.figure is not None:
        level = figure_level(store, checked.figure, checked.filters)
    row = _row(checked, decided_by, today) | {
        "decision_id": uuid4().hex,
        "level_then": _level_json(level, checked),
        "scope": scope_json(store.scope),
    }
    with store.keeping() as con:
        con.execute(_insert_sql(row), row)
        con.execute(INSERT, _act_of(row, "add"))
        con.execute("update store_info set data_version = data_version + 1")
    return str(row["decision_id"])


def change_decision(
    store: Store,
    decision_id: str,
    seen: int | None = None,
    *,
    changed_by: str | None = None,
    note: str = "",
    today: date | None = None,
    **changes: Any,
) -> None:
    """Add a state to a decision's history.

    Parameters
    ----------
    seen
        The ``change_number`` of the state on the screen; None: whatever stands there now.
    changes
        Some of ``CHANGEABLE`` with their new values.

    Raises
    ------
    DecisionChanged
        If another state stands there now.
    CxDataError
        As of :func:`add_decision`, or if there is no such decision.
    """
    if not set(changes) <= set(CHANGEABLE):
        raise ValueError(f"can't be changed: {sorted(set(changes) - set(CHANGEABLE))}")
    states = _states(store, decision_id)
    row = states[-1]
    _see_unchanged(states, seen, changes)
    kept = decision_of(row)
    wanted = _checked(replace(kept, **changes))
    if wanted.due_on != kept.due_on:
        _see_due(wanted.due_on, today or firm_day(store))
    said = _line_of(note, DECISION_LETTERS) or None
    with store.keeping() as con:
        # In the transaction, where nobody comes between.
        found = con.execute(NEWEST, {"id": decision_id})
        names = [it[0] for it in found.description or ()]
        standing = dict(zip(names, found.fetchall()[0], strict=True))
        if standing["change_number"] != row["change_number"]:
            _see_unchanged([*states, standing], row["change_number"], changes)
        new = _row(wanted, changed_by, today) | {
            "decision_id": decision_id,
            "note": said,
            "level_then": standing["level_then"],
            "scope": standing["scope"],
        }
        con.execute(_insert_sql(new), new)
        con.execute(INSERT, _act_of(new, "change"))
        con.execute("update store_info set data_version = data_version + 1")


def close_decision(
    store: Store,
    decision_id: str,
    status: DecisionStatus = "done",
    seen: int | None = None,
    *,
    changed_by: str | None = None,
    note: str = "",
    today: date | None = None,
) -> None:
    """Say that a decision is done or dropped, or open again; errors as :func:`change_decision`."""
    change_decision(
        store, decision_id, seen, changed_by=changed_by, note=note, today=today, status=status
    )


def forget_decisions(store: Store, changed_by: str) -> None:
    """Take out the decisions of which every state is by that one: those of the samples, which a
    person who has touched one keeps."""
    with store.keeping() as con:
        gone = con.execute(
            """delete from decisions where decision_id in (
                select decision_id from decisions group by decision_id
                having bool_and(changed_by is not distinct from $by)
            ) returning decision_id""",
            {"by": changed_by},
        ).fetchall()
        if gone:
            con.execute("update store_info set data_version = data_version + 1")


def recorded_decisions(store: Store) -> pl.DataFrame:
    """All decisions as they stand now.

    Returns
    -------
    pl.DataFrame
        One row per decision, open ones first, then by due day; no rows if none was made.

        - ``decision_id`` (String), ``change_number`` (Int64): of the state that stands
        - ``changed_at`` (Datetime, UTC), ``changed_by``, ``note`` (String, null if not told)
        - ``text``, ``owner``, ``owner_email`` (String): null for whoever may not see people, the
          address also if there is none
        - ``decided_on``, ``due_on`` (Date), ``status`` (String: ``open``, ``done``, ``dropped``)
        - ``figure`` (String: one of ``DECISION_FIGURES``, null for none)
        - ``filters``, ``level_then`` (String, JSON: see :func:`decision_of`, :func:`level_of`)
        - ``goal`` (Float64, in the figure's own unit; null: none)
        - ``root_cause``, ``snapshot_id`` (String, null: none)
    """
    return store.query("decisions")


def decision_states(store: Store, decision_id: str) -> pl.DataFrame:
    """How a decision came to be what it is: the columns of :func:`recorded_decisions`, one row
    per state, the first first; no rows if there is no such decision."""
    return store.query("decision_states", decision_id=decision_id)


def decision_of(row: Mapping[str, Any]) -> Decision:
    """A row of :func:`recorded_decisions` as a decision.

    Raises
    ------
    StoreDamaged
        If its filters can't be read.
    """
    kept = stored_json(row["filters"], "decisions.filters")
    days = kept.get("period")
    filters = Filters(
        period=days and Period(*(date.fromisoformat(days[it]) for it in ("first_on", "last_on"))),
        comparison=kept.get("comparison", "previous_period"),
        survey=kept.get("survey", "relationship"),
    )
    chosen: dict[str, Any] = {it: tuple(kept.get(it) or ()) for it in DIMENSIONS}
    return Decision(
        text=row["text"],
        owner=row["owner"] or "",
        due_on=row["due_on"],
        figure=row["figure"],
        filters=replace(filters, **chosen),
        owner_email=row["owner_email"] or "",
        goal=row["goal"],
        root_cause=row["root_cause"] or "",
        snapshot_id=row["snapshot_id"],
        decided_on=row["decided_on"],
        status=row["status"],
        period_rule=kept.get("period_rule", ""),
    )


def level_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The figure of a decision on the day it was made: ``value``, ``low``, ``high``, ``count``,
    ``reason``, ``first_on`` and ``last_on`` (ISO texts, None for the whole history); empty without
    a figure."""
    level: dict[str, Any] = stored_json(row["level_then"], "decisions.level_then")
    return level


def filters_within(filters: Filters, scope: Scope) -> Filters:
    """The filters of what somebody with this scope sees, whoever looks at it later.

    >>> filters_within(Filters(region=("Sud",)), Scope.of({"segment": ["SMB"]})).segment
    ('SMB',)
    """
    named: dict[str, Any] = {
        name: tuple(it for it in getattr(filters, name) if it in values) or values
        for name, values in scope.allowed
    }
    return replace(filters, **named)


def goal_of_text(figure: DecisionFigure | None, text: str, tr: Translator) -> float | None:
    """A goal as people type it, in the figure's own unit; None if nothing is typed.

    A share may be typed in percent: ``80 %``, ``80`` and ``0.8`` are the same.

    Raises
    ------
    CxDataError
        If it is no number.
    """
    typed = text.strip()
    if not typed:
        return None
    number = tr.typed_number(typed.replace("%", "").replace("−", "-").lstrip("+").strip())
    if number is None:
        raise CxDataError(N_("The goal {goal} is no number."), goal=text.strip())
    is_share = figure is not None and GOAL_RANGES[figure] == (0.0, 1.0)
    return number / 100 if is_share and ("%" in typed or number > 1) else number


def firm_day(store: Store) -> date:
    """Today, where the firm is."""
    return datetime.now(ZoneInfo(store.settings.firm.time_zone)).date()


def _checked(decision: Decision) -> Decision:
    if decision.figure is not None and decision.figure not in DECISION_FIGURES:
        raise FilterError(
            N_("There is no figure called {choice}."),
            N_("There are: {known}."),
            choice=decision.figure,
            known=", ".join(DECISION_FIGURES),
        )
    if decision.status not in DECISION_STATUSES:
        raise ValueError(f"no status: {decision.status}")
    return replace(
        decision,
        text=_filled(decision.text, N_("Say what is decided."), DECISION_LETTERS),
        owner=_filled(decision.owner, N_("Say who owns the decision."), NAME_LETTERS),
        owner_email=_address(decision.owner_email),
        root_cause=_line_of(decision.root_cause, CAUSE_LETTERS),
        goal=_goal(decision.figure, decision.goal),
        filters=filters_about(decision.figure, decision.filters),
    )


def _see_due(due_on: date, today: date) -> None:
    if due_on < today:
        raise CxDataError(
            N_("The due date {day} is over."),
            N_("A decision is due today or later."),
            day=due_on,
        )
    if due_on > today + YEARS_AHEAD:
        raise CxDataError(
            N_("{day} can't be right."),
            N_("A decision is due within five years."),
            day=due_on,
        )


def _goal(figure: DecisionFigure | None, goal: float | None) -> float | None:
    if goal is None:
        return None
    if figure is None:
        raise CxDataError(
            N_("A goal needs a figure that it is of."), N_("Choose the figure, or leave the goal.")
        )
    low, high = GOAL_RANGES[figure]
    if not isfinite(goal) or not low <= goal <= high:
        raise CxDataError(
            N_("The goal {goal} is none that this figure can have."),
            N_("It lies between {low} and {high}; shares are written as 0.8 or 80%."),
            goal=goal,
            low=low,
            high=high,
        )
    return float(goal)


def _address(text: str) -> str:
    address = _line_of(text, ADDRESS_LETTERS)
    if address and not _ADDRESS.fullmatch(address):
        raise CxDataError(
            N_("{address} is no e-mail address."),
            N_("Write it as name@firm.com, or leave it empty."),
            address=address,
        )
    return address


def _line_of(text: str, most: int) -> str:
    """The text on one line, without what no keyboard types."""
    line = " ".join("".join(it if it.isprintable() else " " for it in text).split())
    if len(line) > most:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(line),
            most=most,
        )
    return line


def _filled(text: str, question: str, most: int) -> str:
    line = _line_of(text, most)
    if not line:
        raise CxDataError(question)
    return line


def _row(decision: Decision, changed_by: str | None, day: date | None) -> dict[str, object]:
    at = datetime.combine(day, NOON) if day else datetime.now(UTC).replace(tzinfo=None)
    about = asdict(decision.filters) | {"period_rule": decision.period_rule}
    return {
        "changed_at": at.replace(microsecond=0),
        "changed_by": _line_of(changed_by or "", NAME_LETTERS) or None,
        "note": None,
        "text": decision.text,
        "owner": decision.owner,
        "owner_email": decision.owner_email or None,
        "decided_on": decision.decided_on,
        "due_on": decision.due_on,
        "status": decision.status,
        "figure": decision.figure,
        "filters": _json(about),
        "goal": decision.goal,
        "root_cause": decision.root_cause or None,
        "snapshot_id": decision.snapshot_id,
    }


def _level_json(level: FigureLevel, decision: Decision) -> str:
    if decision.figure is None:
        return "{}"
    period = decision.filters.period
    return _json(
        {
            **{name: getattr(level, name) for name in ("value", "low", "high", "count", "reason")},
            "first_on": period and period.first_on,
            "last_on": period and period.last_on,
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=date.isoformat)


def _insert_sql(row: Mapping[str, object]) -> str:
    names, values = ", ".join(row), ", ".join(f"${name}" for name in row)
    return f"""insert into decisions (change_number, {names})
        select coalesce(max(change_number), 0) + 1, {values} from decisions"""


def _act_of(row: Mapping[str, object], act: str) -> dict[str, object]:
    """For the record: which decision and what became of it, not its words."""
    details = {"decision": row["decision_id"], "act": act, "status": row["status"]}
    return act_row("decided", details=details)


def _states(store: Store, decision_id: str) -> list[dict[str, Any]]:
    """All states of a decision that the reader sees, the one that stands last."""
    states = decision_states(store, decision_id)
    if states.is_empty():
        raise CxDataError(
            N_("There is no decision {decision}."),
            N_("Look at the list of decisions."),
            decision=decision_id,
        )
    return states.to_dicts()


def _see_unchanged(
    states: Sequence[Mapping[str, Any]], seen: int | None, changes: Mapping[str, Any]
) -> None:
    now = states[-1]
    if seen is None or now["change_number"] == seen:
        return
    then = next((it for it in states if it["change_number"] == seen), states[0])
    fields = {}
    for name in CHANGEABLE:
        values = (then[name], now[name], changes.get(name, then[name]) or None)
        if values[0] != values[1] or values[2] != values[0]:
            fields[name] = values
    raise DecisionChanged(fields, int(now["change_number"]), now["changed_by"] or "")
