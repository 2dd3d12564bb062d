"""Scenarios: what acting could bring, kept under a name with the figures as they were.

A saved scenario doesn't change with the data or the settings. Saving again under the same name
puts the newer one in its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.metrics.what_if import WHAT_IF_SCHEMA, Moves
from cxdata.models import Filters
from cxdata.store.connection import Store

NAME_LETTERS = 80


def save_scenario(
    store: Store,
    name: str,
    moves: Moves,
    filters: Filters,
    figures: pl.DataFrame,
    saved_by: str | None = None,
) -> str:
    """Keep moves and what they would bring under a name; its scenario_id.

    Parameters
    ----------
    figures
        As :func:`cxdata.metrics.what_if.what_if` returns them.

    Raises
    ------
    CxDataError
        If the name is empty or longer than ``NAME_LETTERS``, or nothing is moved.
    """
    named = " ".join(name.split())
    if not named:
        raise CxDataError(N_("A scenario needs a name."), N_("Such as what would be done."))
    if len(named) > NAME_LETTERS:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(named),
            most=NAME_LETTERS,
        )
    if figures.is_empty():
        raise CxDataError(N_("Nothing is moved."), N_("Choose what would be done, and how much."))
    row = {
        "id": uuid4().hex,
        "name": named,
        "moves": _json(asdict(moves)),
        "filters": _json(asdict(filters)),
        "figures": _json(figures.to_dicts()),
        "saved_at": datetime.now(UTC).replace(tzinfo=None),
        "saved_by": saved_by,
    }
    with store.transaction() as con:
        con.execute(
            """insert into scenarios (scenario_id, name, moves, filters, figures, saved_at,
                saved_by)
            values ($id, $name, $moves, $filters, $figures, $saved_at, $saved_by)""",
            row,
        )
        con.execute("update store_info set data_version = data_version + 1")
    return str(row["id"])


def recorded_scenarios(store: Store) -> pl.DataFrame:
    """The saved scenarios, of each name the one saved last.

    Returns
    -------
    pl.DataFrame
        One row per name, newest first: ``scenario_id``, ``name`` (String), ``moves``,
        ``filters`` (String, JSON), ``saved_at`` (Datetime, UTC), ``saved_by`` (String, null if
        not told). No rows if none was saved.
    """
    return store.query("scenarios").drop("figures")


def remove_scenario(store: Store, scenario_id: str) -> None:
    """Take a scenario away, with all that were saved under its name before.

    Raises
    ------
    CxDataError
        If there is no such scenario any more.
    """
    with store.transaction() as con:
        gone = con.execute(
            """delete from scenarios where name in (
                select name from scenarios where scenario_id = $id
            ) returning scenario_id""",
            {"id": scenario_id},
        ).fetchall()
        if not gone:
            raise _unknown(scenario_id)
        con.execute("update store_info set data_version = data_version + 1")


def scenario_moves(store: Store, scenario_id: str) -> Moves:
    """What a saved scenario moves: to show it again with today's figures.

    Raises
    ------
    CxDataError
        If there is no such scenario any more.
    """
    moved: dict[str, Any] = json.loads(_row(store, scenario_id)["moves"])
    rescue = moved.pop("rescue_rate")
    return Moves(**moved, rescue_rate=None if rescue is None else tuple(rescue))


def compared_scenarios(store: Store, scenario_ids: Sequence[str]) -> pl.DataFrame:
    """Saved scenarios side by side, with the figures as they were when saved.

    Returns
    -------
    pl.DataFrame
        One row per scenario and move, in the order asked for, each scenario's ``total`` last:
        ``scenario_id``, ``name`` (String), ``saved_at`` (Datetime, UTC), ``first_on``,
        ``last_on`` (Date): the filters' period, null for the whole history; then the columns of
        :func:`cxdata.metrics.what_if.what_if`. No rows if none is asked for.

    Raises
    ------
    CxDataError
        If there is no such scenario any more.
    """
    rows = [each for it in scenario_ids for each in _figures(_row(store, it))]
    own = {"scenario_id": pl.String(), "name": pl.String(), "saved_at": pl.Datetime("us")}
    days = {"first_on": pl.Date(), "last_on": pl.Date()}
    return pl.DataFrame(rows, schema={**own, **days, **WHAT_IF_SCHEMA})


def _figures(row: dict[str, Any]) -> list[dict[str, Any]]:
    period = json.loads(row["filters"])["period"] or {}
    shown = {name: row[name] for name in ("scenario_id", "name", "saved_at")}
    shown |= {end: date.fromisoformat(day) for end, day in period.items()}
    return [{**shown, **figures} for figures in json.loads(row["figures"])]


def _row(store: Store, scenario_id: str) -> dict[str, Any]:
    found = store.query("scenarios").filter(pl.col("scenario_id") == scenario_id)
    if found.is_empty():
        raise _unknown(scenario_id)
    return found.row(0, named=True)


def _unknown(scenario_id: str) -> CxDataError:
    return CxDataError(
        N_("There is no scenario {scenario}."),
        N_("Look at the list of scenarios."),
        scenario=scenario_id,
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=date.isoformat)
