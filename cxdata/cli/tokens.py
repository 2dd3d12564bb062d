"""``token``: what other systems ask the running dashboard with."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
import polars as pl

from cxdata.cli.choosing import dimension_called
from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.errors import FilterError
from cxdata.ingest.notes import Note
from cxdata.models import ROLES, Dimension, Role, Scope
from cxdata.store.connection import Store
from cxdata.store.tokens import LONGEST_DAYS, create_token, recorded_tokens, revoke_token

DEFAULT_DAYS = 365
ACTS_ON_TOKENS = ("create", "list", "revoke")


@spoken_command()
@click.argument("act", type=click.Choice(ACTS_ON_TOKENS))
@click.argument("name", required=False)
@click.option("--role", type=click.Choice(ROLES), default="reader", help="What it may do.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=DEFAULT_DAYS,
    show_default=True,
    help="How long it is valid.",
)
@click.option(
    "--only", "onlys", multiple=True, metavar="DIM=VALUE", help="Only these rows. Repeatable."
)
@click.option("--people", is_flag=True, help="Names, comments and lists of people, too.")
@click.option("--by", "created_by", metavar="NAME", help="Who makes it.")
@served
def token(
    store: Store,
    act: str,
    name: str | None,
    role: Role,
    days: int,
    onlys: tuple[str, ...],
    people: bool,
    created_by: str | None,
) -> Told:
    """Make a token for the system NAME, list them, or revoke the one whose number is NAME.

    Its role says what the system may do: a reader figures and lists of imports, a manager imports
    and undo as well, an administrator everything.
    """
    if (act == "list") == bool(name):
        raise WrongUsage("create takes a NAME, revoke a number, list neither.")
    if act == "list":
        return _listed(store)
    if act == "revoke":
        revoke_token(store, str(name))
        told = Told({"token_id": name})
        told.add(Note("The token {token} opens nothing any more.", token=str(name)))
        return told
    scope = _scope(store, onlys)
    made = create_token(
        store, str(name), role, days, scope=scope, may_see_people=people, created_by=created_by
    )
    told = Told({"token": made})
    told.print(made)
    told.add(Note("It is shown this once: keep it where only that system can read it."))
    return told


def _listed(store: Store) -> Told:
    recorded = recorded_tokens(store)
    rows = [{**row, "scope": json.loads(row["scope"])} for row in recorded.iter_rows(named=True)]
    told = Told({"tokens": rows})
    told.print_rows(recorded.with_columns(pl.col("valid_until", "revoked_at").cast(pl.Date)))
    if recorded.is_empty():
        told.note(Note("No token was made yet."))
    return told


def _scope(store: Store, onlys: Sequence[str]) -> Scope:
    chosen: dict[Dimension, list[str]] = {}
    for only in onlys:
        name, separator, value = only.partition("=")
        if not separator or not value:
            raise WrongUsage(
                "{option} takes {form}, not {said}.",
                option="--only",
                form="DIM=VALUE",
                said=repr(only),
            )
        dimension = dimension_called(store, name)
        if dimension not in store.settings.used_dimensions():
            raise FilterError("There is no filter called {choice}.", choice=name)
        chosen.setdefault(dimension, []).append(value)
    return Scope.of(chosen)
