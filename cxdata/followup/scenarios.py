"""Scenarios: what acting could bring, kept under a name with the figures as they were.

A saved scenario doesn't change with the data or the settings. It keeps what it was made with:
filters, data and assumptions, so that two that were made with different ones aren't taken for
comparable. Saving again under the same name puts the newer one in its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import polars as pl

from cxdata.errors import CxDataError
from cxdata.followup.annotations import NAME_LETTERS
from cxdata.i18n import N_
from cxdata.metrics.churn.exposure import customers_known_until
from cxdata.metrics.churn.what_if import WHAT_IF_SCHEMA, Moves
from cxdata.models import CUSTOMER_DIMENSIONS, OWN_DIMENSIONS, Filters
from cxdata.store.connection import Store
from cxdata.store.narrowing import scope_json
from cxdata.store.stored_json import stored_json

MADE_WITH_SCHEMA: dict[str, pl.DataType] = {
    "first_on": pl.Date(),
    "last_on": pl.Date(),
    **dict.fromkeys(CUSTOMER_DIMENSIONS, pl.String()),
    "data_until": pl.Date(),
    "data_mark": pl.String(),
    "settings_mark": pl.String(),
}
ABOUT_SCHEMA: dict[str, pl.DataType] = {
    "scenario_id": pl.String(),
    "name": pl.String(),
    "saved_at": pl.Datetime("us"),
    "saved_by": pl.String(),
    **MADE_WITH_SCHEMA,
}


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
        As :func:`cxdata.metrics.churn.what_if.what_if` returns them.

    Raises
    ------
    CxDataError
        If the name is empty or longer than ``NAME_LETTERS``, nothing is moved, or no amount can
        be given for what is.
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
    if figures["low_amount"].is_null().all():
        raise CxDataError(
            N_("A scenario without an amount can't be saved."),
            N_("Choose moves and filters for which an amount can be given."),
        )
    row = {
        "id": uuid4().hex,
        "name": named,
        "moves": _json(asdict(moves)),
        "filters": _json(asdict(filters) | _made_with(store)),
        "figures": _json(figures.to_dicts()),
        "saved_at": datetime.now(UTC).replace(tzinfo=None),
        "saved_by": saved_by,
        "scope": scope_json(store.scope),
    }
    with store.keeping() as con:
        con.execute(
            """insert into scenarios (scenario_id, name, moves, filters, figures, saved_at,
                saved_by, scope, change_number)
            select $id, $name, $moves, $filters, $figures, $saved_at, $saved_by, $scope,
                coalesce(max(change_number), 0) + 1
            from scenarios""",
            row,
        )
        con.execute("update store_info set data_version = data_version + 1")
    return str(row["id"])


def recorded_scenarios(store: Store) -> pl.DataFrame:
    """The saved scenarios, of each name the one saved last.

    Returns
    -------
    pl.DataFrame
        One row per name, newest first; no rows if none was saved.

        - ``scenario_id``, ``name`` (String), ``saved_at`` (Datetime, UTC), ``saved_by`` (String,
          null if not told)
        - ``first_on``, ``last_on`` (Date): the filters' period, null for the whole history
        - ``segment``, ``region``, ``product`` (String): the values that the filters choose, with
          commas between them; null for all; likewise ``own_1`` and so on, of those by which any
          scenario was filtered
        - ``data_until`` (Date): the last known day of the data of then; null if not known
        - ``data_mark``, ``settings_mark`` (String): the same for the same imports, and for the
          same settings; null for scenarios that were saved before this was kept
    """
    rows = [_about(row) for row in store.query("scenarios").to_dicts()]
    return _without_unsaid(pl.DataFrame(rows, schema=ABOUT_SCHEMA))


def remove_scenario(store: Store, scenario_id: str) -> None:
    """Take a scenario away, with all that were saved under its name before.

    Raises
    ------
    CxDataError
        If there is no such scenario any more.
    """
    _row(store, scenario_id)
    with store.keeping() as con:
        gone = con.execute(
            """delete from scenarios where (name, coalesce(scope, '')) in (
                select (name, coalesce(scope, '')) from scenarios where scenario_id = $id
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
    moved: dict[str, Any] = stored_json(_row(store, scenario_id)["moves"], "scenarios.moves")
    rescue = moved.pop("rescue_rate")
    return Moves(**moved, rescue_rate=None if rescue is None else tuple(rescue))


def compared_scenarios(store: Store, scenario_ids: Sequence[str]) -> pl.DataFrame:
    """Saved scenarios side by side, with the figures as they were when saved.

    Returns
    -------
    pl.DataFrame
        One row per scenario and move, in the order asked for, each scenario's ``total`` last:
        the columns of :func:`recorded_scenarios`, then those of
        :func:`cxdata.metrics.churn.what_if.what_if`. No rows if none is asked for.

    Raises
    ------
    CxDataError
        If there is no such scenario any more.
    """
    rows = [
        {**_about(row), **figures}
        for row in (_row(store, it) for it in scenario_ids)
        for figures in stored_json(row["figures"], "scenarios.figures")
    ]
    return _without_unsaid(pl.DataFrame(rows, schema={**ABOUT_SCHEMA, **WHAT_IF_SCHEMA}))


def scenario_differences(compared: pl.DataFrame) -> tuple[str, ...]:
    """In what the scenarios differ besides their moves, so that their amounts don't compare.

    Parameters
    ----------
    compared
        As :func:`compared_scenarios` or :func:`recorded_scenarios` return them.

    Returns
    -------
    tuple of str
        Some of ``filters``, ``data``, ``settings``; then ``unknown`` if one of several scenarios
        was saved before its data and settings were kept. Empty if nothing speaks against it.
    """
    parts = {
        "filters": ("first_on", "last_on", *_chosen_by(compared)),
        "data": ("data_until", "data_mark"),
        "settings": ("settings_mark",),
    }
    about = compared.unique("scenario_id")
    marked = about.drop_nulls("data_mark")
    differing = [
        part
        for part, columns in parts.items()
        if (about if part == "filters" else marked).select(columns).n_unique() > 1
    ]
    is_unknown = about.height > 1 and marked.height < about.height
    return (*differing, *(["unknown"] if is_unknown else []))


def _chosen_by(scenarios: pl.DataFrame) -> list[str]:
    return [name for name in CUSTOMER_DIMENSIONS if name in scenarios.columns]


def _without_unsaid(scenarios: pl.DataFrame) -> pl.DataFrame:
    """Without the firm's own dimensions by which none of them was filtered."""
    unsaid = [it for it in OWN_DIMENSIONS if scenarios[it].null_count() == len(scenarios)]
    return scenarios.drop(unsaid)


def _made_with(store: Store) -> dict[str, object]:
    """What the figures rest on besides the filters."""
    batches = store.query("live_batches")["batch_id"].to_list()
    settings = {part: store.settings.value(part) for part in ("answers", "contacts", "churn")}
    settings["churn_overrides"] = store.settings.value("churn_overrides")
    return {
        "data_until": customers_known_until(store),
        "data_mark": _mark(batches),
        "settings_mark": _mark(settings),
    }


def _mark(value: object) -> str:
    """The same for the same value, and for no other."""
    return hashlib.sha256(_json(value).encode()).hexdigest()[:12]


def _about(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of ``ABOUT_SCHEMA``."""
    made_with = stored_json(row["filters"], "scenarios.filters")
    days = {**(made_with["period"] or {}), "data_until": made_with.get("data_until")}
    return {
        **{name: row[name] for name in ("scenario_id", "name", "saved_at", "saved_by")},
        **{end: date.fromisoformat(day) for end, day in days.items() if day},
        **{name: ", ".join(made_with.get(name, ())) or None for name in CUSTOMER_DIMENSIONS},
        **{name: made_with.get(name) for name in ("data_mark", "settings_mark")},
    }


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
