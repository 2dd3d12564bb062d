"""``rights``: who may do and see what, listed, given and taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import polars as pl

from cxdata.access.rights import (
    Right,
    RightsChange,
    Subject,
    grant,
    recorded_rights,
    revoke,
    rights_changes,
)
from cxdata.cli.choosing import dimension_called
from cxdata.cli.days import TYPED_DAY, as_day
from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.errors import FilterError
from cxdata.ingest.notes import Note
from cxdata.models import DIMENSIONS, ROLES, Dimension, Role, Scope
from cxdata.store.connection import Store

ACTIONS = ("list", "grant", "revoke")
BY_COMMAND = "command line"


@spoken_command()
@click.argument("action", type=click.Choice(ACTIONS), default="list")
@click.argument("name", required=False)
@click.argument("role", type=click.Choice(ROLES), required=False)
@click.option("--group", "is_group", is_flag=True, help="NAME is a group, not a person.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@click.option("--people", "sees_people", is_flag=True, help="Names and comments may be seen.")
@click.option("--until", "until", type=TYPED_DAY, help="The last day.")
@click.option("--by", "changed_by", metavar="NAME", help="Who gives or takes it.")
@click.option("--history", "is_history", is_flag=True, help="List all changes instead.")
@served
def rights(
    store: Store,
    action: str,
    name: str | None,
    role: Role | None,
    is_group: bool,
    wheres: tuple[str, ...],
    sees_people: bool,
    until: datetime | None,
    changed_by: str | None,
    is_history: bool,
) -> Told:
    """List who may do and see what, grant NAME a ROLE, or revoke all that NAME has.

    Without --where everything is seen; --where limits a dimension to the values named.
    """
    told = Told()
    if action != "list":
        if not name:
            raise WrongUsage("{command} needs {what}.", command=action, what="NAME")
        subject = Subject.of("group" if is_group else "person", name)
        by = changed_by or BY_COMMAND
        if action == "revoke":
            revoke(store, subject, changed_by=by)
        else:
            if role is None:
                raise WrongUsage("{command} needs {what}.", command="grant", what="NAME ROLE")
            scope = _scope(told, store, wheres)
            grant(store, Right(subject, role, scope, sees_people, as_day(until)), changed_by=by)
    if is_history:
        return _listed(told, "changes", [_change_row(it) for it in rights_changes(store)])
    return _listed(told, "rights", [_right_row(it) for it in recorded_rights(store)])


def _scope(told: Told, store: Store, wheres: tuple[str, ...]) -> Scope:
    """The values named; one that the data doesn't have yet is said, and taken."""
    known = set(store.query("dimension_values").select("dimension", "value").iter_rows())
    values: dict[Dimension, list[str]] = {}
    for where in wheres:
        called, separator, value = where.partition("=")
        if not separator:
            raise WrongUsage(
                "{option} takes {form}, not {said}.",
                option="--where",
                form="DIM=VALUE",
                said=repr(where),
            )
        name = dimension_called(store, called)
        if name not in DIMENSIONS:
            raise FilterError(
                "There is no dimension {dimension}.",
                "Choose one of: {choices}.",
                dimension=called,
                choices=", ".join(store.settings.used_dimensions()),
            )
        if (name, value) not in known:
            told.note(
                Note("No row has {value} as its {called} yet.", value=repr(value), called=called)
            )
        values.setdefault(name, []).append(value)
    return Scope.of(values)


def _listed(told: Told, what: str, rows: list[dict[str, Any]]) -> Told:
    told.document = {what: rows}
    if rows:
        shown = [row | {"scope": _scope_text(row["scope"])} for row in rows]
        told.print_rows(pl.DataFrame(shown, infer_schema_length=None))
    else:
        told.note(Note("Nobody has been given rights yet."))
    return told


def _right_row(right: Right) -> dict[str, Any]:
    return {
        "kind": right.subject.kind,
        "name": right.subject.name,
        "role": right.role,
        "scope": {name: list(values) for name, values in right.scope.allowed},
        "may_see_people": right.may_see_people,
        "until_on": right.until_on,
        "changed_at": right.changed_at,
        "changed_by": right.changed_by,
    }


def _change_row(change: RightsChange) -> dict[str, Any]:
    row = _right_row(change.right) if change.right else _right_row(Right(change.subject, "reader"))
    taken = {} if change.right else {"role": None, "may_see_people": None}
    told = {"changed_at": change.changed_at, "changed_by": change.changed_by}
    return {"number": change.number, **row, **taken, **told}


def _scope_text(scope: dict[str, list[str]]) -> str:
    return "; ".join(f"{name}={','.join(values)}" for name, values in scope.items()) or "everything"
