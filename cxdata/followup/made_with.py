"""What figures were made from: files, settings and program, so that one can say what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any

from cxdata import __version__
from cxdata.config import Settings
from cxdata.errors import StoreDamaged
from cxdata.metrics import data_days
from cxdata.store.connection import Store

# The settings that figures rest on; the others say where files lie and who is let in.
FIGURE_SETTINGS = (
    "firm",
    "fiscal_year",
    "answers",
    "own_dimensions",
    "contacts",
    "invitations",
    "opening_hours",
    "response_time",
    "response_time_overrides",
    "churn",
    "pyramid",
)


@dataclass(frozen=True)
class KeptBatch:
    """A file that counted: its number may come again after a restore, its moment doesn't."""

    batch_id: int
    kind: str
    loaded_at: str


@dataclass(frozen=True)
class MadeWith:
    """What figures rest on besides their filters.

    ``settings`` are the values of ``FIGURE_SETTINGS``. ``data_until`` is None without data.
    """

    data_version: int
    data_until: date | None
    batches: tuple[KeptBatch, ...]
    settings_mark: str
    program_version: str
    settings: Mapping[str, Any] = field(hash=False)


def made_with(store: Store) -> MadeWith:
    """What the figures of the store rest on now, as far as its reader sees it."""
    rows = store.query("counting_batches").iter_rows(named=True)
    batches = (
        KeptBatch(it["batch_id"], it["kind"], it["loaded_at"].isoformat(sep=" ")) for it in rows
    )
    settings = store.settings
    return MadeWith(
        data_version=store.data_version,
        data_until=data_days(store).last_on,
        batches=tuple(batches),
        settings_mark=settings_mark(settings),
        program_version=__version__,
        settings=json.loads(_settings_json(settings)),
    )


def made_with_json(made: MadeWith) -> str:
    """How it is kept; ``made_with_of_json`` reads it."""
    document = {
        "data_version": made.data_version,
        "data_until": made.data_until and made.data_until.isoformat(),
        "batches": [[it.batch_id, it.kind, it.loaded_at] for it in made.batches],
        "settings_mark": made.settings_mark,
        "program_version": made.program_version,
        "settings": made.settings,
    }
    return json.dumps(document, ensure_ascii=False)


def made_with_of_json(text: str) -> MadeWith:
    """What was kept so.

    Raises
    ------
    StoreDamaged
        If it can't be read.
    """
    try:
        said = json.loads(text)
        until = said["data_until"]
        return MadeWith(
            data_version=int(said["data_version"]),
            data_until=until and date.fromisoformat(until),
            batches=tuple(KeptBatch(int(a), str(b), str(c)) for a, b, c in said["batches"]),
            settings_mark=str(said["settings_mark"]),
            program_version=str(said["program_version"]),
            settings=dict(said["settings"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(
            "The store is damaged: a value of {where} can't be read.",
            "Check the store, and restore a backup.",
            where="snapshots.made_with",
        ) from error


def settings_mark(settings: Settings) -> str:
    """Twelve signs that are the same for the same settings of figures, and for no others."""
    return hashlib.sha256(_settings_json(settings).encode()).hexdigest()[:12]


def changed_settings(
    then: Mapping[str, Any], now: Mapping[str, Any], place: str = ""
) -> tuple[tuple[str, Any, Any], ...]:
    """Each setting that differs: its name, its value then and now; None where there is none.

    >>> changed_settings({"answers": {"confidence": 0.95}}, {"answers": {"confidence": 0.9}})
    (('answers.confidence', 0.95, 0.9),)
    """
    found: list[tuple[str, Any, Any]] = []
    for name in sorted({*then, *now}):
        one, other = then.get(name), now.get(name)
        if one == other:
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found += changed_settings(one, other, f"{place}{name}.")
        else:
            found.append((f"{place}{name}", one, other))
    return tuple(found)


def _settings_json(settings: Settings) -> str:
    of_figures = {name: getattr(settings, name) for name in FIGURE_SETTINGS}
    return json.dumps(of_figures, sort_keys=True, default=_plainly)


def _plainly(value: object) -> object:
    """What JSON has no word for: days as they are written, sets in an order of their own."""
    if is_dataclass(value) and not isinstance(value, type):
        return {it.name: getattr(value, it.name) for it in fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, Mapping):
        return {str(name): it for name, it in value.items()}
    return value.isoformat() if isinstance(value, date) else str(value)
