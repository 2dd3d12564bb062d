"""Snapshots: the figures as they were shown at a meeting, kept for good.

A snapshot holds numbers and codes, and the standards that they were judged by; beside them, where
it was taken of a board pack, the whole pack (``cxdata.pack.freezing``). Nothing that changes later,
neither data nor settings nor the program, changes it: rows are added, and only who is erased, or
past the time that names are kept, is taken out of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any
from uuid import uuid4

import polars as pl

from cxdata.config import Settings
from cxdata.errors import CxDataError, StoreDamaged
from cxdata.followup.made_with import MadeWith, made_with, made_with_json, made_with_of_json
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
from cxdata.models import DIMENSIONS, Filters, Period, Scope
from cxdata.store.connection import Store
from cxdata.store.narrowing import scope_json, scope_of_json
from cxdata.store.stored_json import stored_json

TITLE_LETTERS, NOTE_LETTERS = 200, 1000


@dataclass(frozen=True)
class KeptPack:
    """A pack as it is kept: in which language and format; ``people`` is its part that lists
    people, None without."""

    locale: str
    pack_format: int
    pack: str
    people: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """What is known of a snapshot besides its figures.

    ``filters`` are those that it was taken with, ``scope`` the rights. ``made_with`` is None where
    an earlier version took it; ``has_pack`` says whether it holds a whole pack.
    """

    snapshot_id: str
    taken_at: datetime
    taken_by: str | None
    title: str
    note: str
    filters: Filters
    scope: Scope
    made_with: MadeWith | None
    has_pack: bool


def take_snapshot(
    store: Store,
    title: str,
    filters: Filters,
    *,
    taken_by: str | None = None,
    note: str = "",
    packs: Sequence[KeptPack] = (),
) -> str:
    """Keep the headline figures of the filters as they are now, and packs beside them; its
    snapshot_id.

    Raises
    ------
    CxDataError
        If the title is empty, or a text is longer than ``TITLE_LETTERS`` or ``NOTE_LETTERS``.
    """
    named, noted = (" ".join(it.split()) for it in (title, note))
    if not named:
        raise CxDataError(N_("A snapshot needs a title."), N_("Such as the name of the meeting."))
    see_letters(named, TITLE_LETTERS)
    see_letters(noted, NOTE_LETTERS)
    row = {
        "id": uuid4().hex,
        "taken_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "taken_by": taken_by,
        "title": named,
        "filters": _json(asdict(filters)),
        "figures": _json(headline_figures(store, filters)),
        "scope": scope_json(store.scope),
        "note": noted or None,
        "made_with": made_with_json(made_with(store)),
    }
    with store.keeping() as con:
        con.execute(
            """insert into snapshots (snapshot_id, taken_at, taken_by, title, filters, figures,
                scope, note, made_with)
            values ($id, $taken_at, $taken_by, $title, $filters, $figures, $scope, $note,
                $made_with)""",
            row,
        )
        for it in packs:
            con.execute(
                """insert into snapshot_packs (snapshot_id, locale, format, pack, people)
                values ($id, $locale, $format, $pack, $people)""",
                {
                    "id": row["id"],
                    "locale": it.locale,
                    "format": it.pack_format,
                    "pack": it.pack,
                    "people": it.people,
                },
            )
        con.execute("update store_info set data_version = data_version + 1")
    return str(row["id"])


def see_letters(text: str, most: int) -> None:
    """Refuse a text that is longer.

    Raises
    ------
    CxDataError
        With how long it is, and how long it may be.
    """
    if len(text) > most:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(text),
            most=most,
        )


def recorded_snapshots(store: Store) -> pl.DataFrame:
    """All snapshots.

    Returns
    -------
    pl.DataFrame
        One row per snapshot, newest first: ``snapshot_id`` (String), ``taken_at`` (Datetime,
        UTC), ``taken_by`` (String, null if not told), ``title`` (String), ``filters`` (String,
        JSON), ``note`` (String, null without), ``has_pack`` (Boolean). No rows if none was taken.
    """
    return store.query("snapshots", snapshot_id=None).drop("figures", "made_with", "scope")


def snapshot_of(store: Store, snapshot_id: str) -> Snapshot:
    """What is known of one snapshot.

    Raises
    ------
    CxDataError
        If there is no such snapshot, or it can't be read.
    """
    row = _row(store, snapshot_id)
    made = row["made_with"]
    return Snapshot(
        snapshot_id=row["snapshot_id"],
        taken_at=row["taken_at"],
        taken_by=row["taken_by"],
        title=row["title"],
        note=row["note"] or "",
        filters=filters_of_json(stored_json(row["filters"], "snapshots.filters")),
        scope=scope_of_json(row["scope"]) or Scope(),
        made_with=None if made is None else made_with_of_json(made),
        has_pack=row["has_pack"],
    )


def snapshot_packs(store: Store, snapshot_id: str) -> tuple[KeptPack, ...]:
    """The packs of a snapshot, one of each language; none if an earlier version took it.

    Raises
    ------
    CxDataError
        If there is no such snapshot.
    """
    rows = store.query("snapshot_packs", snapshot_id=snapshot_id).rows()
    if not rows:
        _row(store, snapshot_id)
    return tuple(KeptPack(*it) for it in rows)


def snapshot_figures(store: Store, snapshot_id: str) -> dict[str, Any]:
    """The figures of a snapshot as :func:`headline_figures` gave them; days are ISO texts.

    Raises
    ------
    CxDataError
        If there is no such snapshot.
    """
    found = _row(store, snapshot_id)["figures"]
    figures: dict[str, Any] = stored_json(found, "snapshots.figures")
    return figures


def filters_of_json(said: Mapping[str, Any]) -> Filters:
    """The filters that were kept as ``asdict`` of them.

    Raises
    ------
    StoreDamaged
        If they are none.
    """
    try:
        return Filters(
            period=_period(said.get("period")),
            comparison=said.get("comparison") or "previous_period",
            compared_to=_period(said.get("compared_to")),
            survey=said.get("survey") or "relationship",
            **{it: tuple(map(str, said.get(it) or ())) for it in DIMENSIONS},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamaged(
            "The store is damaged: a value of {where} can't be read.",
            "Check the store, and restore a backup.",
            where="snapshots.filters",
        ) from error


def _period(said: Mapping[str, str] | None) -> Period | None:
    if said is None:
        return None
    return Period(date.fromisoformat(said["first_on"]), date.fromisoformat(said["last_on"]))


def _row(store: Store, snapshot_id: str) -> dict[str, Any]:
    found = store.query("snapshots", snapshot_id=snapshot_id)
    if found.is_empty():
        raise CxDataError(
            N_("There is no snapshot {snapshot}."),
            N_("Look at the list of snapshots."),
            snapshot=snapshot_id,
        )
    return found.row(0, named=True)


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
