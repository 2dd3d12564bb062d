"""Snapshots: the figures as they were shown at a meeting, kept for good.

A snapshot holds numbers and codes, not sentences, and the standards that they were judged by.
Nothing that changes later, neither data nor settings, changes it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any
from uuid import uuid4

import polars as pl

from cxdata.config import Settings
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.metrics import data_days
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.known_until import known_until
from cxdata.metrics.nps.score import nps_change
from cxdata.metrics.nps.weighting import OF_CUSTOMERS, judgement, nps_weighted_change
from cxdata.metrics.pyramid.levels import company_level, pyramid_levels
from cxdata.metrics.response_time.compliance import (
    channels_at_goal,
    compliance_by_channel,
    settings_in_force,
)
from cxdata.models import Filters
from cxdata.store.connection import Store
from cxdata.store.narrowing import scope_json
from cxdata.store.stored_json import stored_json

TITLE_LETTERS = 200


def take_snapshot(
    store: Store, title: str, filters: Filters, *, taken_by: str | None = None
) -> str:
    """Keep the headline figures of the filters as they are now; its snapshot_id.

    Raises
    ------
    CxDataError
        If the title is empty or longer than ``TITLE_LETTERS``.
    """
    named = " ".join(title.split())
    if not named:
        raise CxDataError(N_("A snapshot needs a title."), N_("Such as the name of the meeting."))
    if len(named) > TITLE_LETTERS:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(named),
            most=TITLE_LETTERS,
        )
    row = {
        "id": uuid4().hex,
        "taken_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "taken_by": taken_by,
        "title": named,
        "filters": _json(asdict(filters)),
        "figures": _json(headline_figures(store, filters)),
        "scope": scope_json(store.scope),
    }
    with store.keeping() as con:
        con.execute(
            """insert into snapshots (snapshot_id, taken_at, taken_by, title, filters, figures,
                scope)
            values ($id, $taken_at, $taken_by, $title, $filters, $figures, $scope)""",
            row,
        )
        con.execute("update store_info set data_version = data_version + 1")
    return str(row["id"])


def recorded_snapshots(store: Store) -> pl.DataFrame:
    """All snapshots.

    Returns
    -------
    pl.DataFrame
        One row per snapshot, newest first: ``snapshot_id`` (String), ``taken_at`` (Datetime,
        UTC), ``taken_by`` (String, null if not told), ``title`` (String), ``filters`` (String,
        JSON). No rows if none was taken.
    """
    return store.query("snapshots", snapshot_id=None).drop("figures")


def snapshot_figures(store: Store, snapshot_id: str) -> dict[str, Any]:
    """The figures of a snapshot as :func:`headline_figures` gave them; days are ISO texts.

    Raises
    ------
    CxDataError
        If there is no such snapshot.
    """
    found = store.query("snapshots", snapshot_id=snapshot_id)
    if found.is_empty():
        raise CxDataError(
            N_("There is no snapshot {snapshot}."),
            N_("Look at the list of snapshots."),
            snapshot=snapshot_id,
        )
    figures: dict[str, Any] = stored_json(found["figures"].item(), "snapshots.figures")
    return figures


def headline_figures(store: Store, filters: Filters) -> dict[str, Any]:
    """What the four questions are answered with, as numbers and codes.

    Returns
    -------
    dict
        ``data_until`` (date or None); ``known_until``: the last known day of answers, of each
        channel and of customers; ``nps``: the row of ``nps_summary`` with difference,
        p_value and verdict, the share of customers who answered and the NPS of all of them;
        ``pyramid``: level, is_established and weakest journeys;
        ``response_time``: reached and due channels, and the rows of ``compliance_by_channel``;
        ``churn_cost``: the row of ``churn_cost_summary``; ``standards``: those in force on the
        period's last day, with their overrides and opening hours, as they stand in the
        settings.
    """
    change, weighted = nps_change(store, filters), nps_weighted_change(store, filters)
    of_customers = weighted.current.row(0, named=True)
    level = company_level(pyramid_levels(store, filters))
    channels = compliance_by_channel(store, filters)
    reached, due = channels_at_goal(channels)
    return {
        "data_until": data_days(store).last_on,
        "known_until": known_until(store).all_days(filters),
        "nps": {
            **change.current.row(0, named=True),
            "difference": change.difference,
            "p_value": change.p_value,
            "verdict": judgement(change, weighted),
            **{name: of_customers[name] for name in OF_CUSTOMERS},
        },
        "pyramid": asdict(level),
        "response_time": {
            "channels_at_goal": reached,
            "channels_due": due,
            "channels": channels.to_dicts(),
        },
        "churn_cost": churn_cost_summary(store, filters).row(0, named=True),
        "standards": _standards(settings_in_force(store, filters)),
    }


def _standards(settings: Settings) -> dict[str, Any]:
    names = ("response_time", "response_time_overrides", "opening_hours")
    return {name: settings.value(name) for name in names}


def _json(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    """What JSON has words for: no NaN, days and moments in ISO form."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value.isoformat() if isinstance(value, date | datetime) else value
