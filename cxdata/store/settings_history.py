"""Settings that people changed in the dashboard: who, when, before, after, and from when.

The settings file gives the values to begin with; changes are kept in the store, oldest first,
and none is ever rewritten. What "in time" means is dated: a change applies to the contacts
opened from a day on, so that figures of earlier periods stay as they were. All other settings
hold for everything as soon as they are changed.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from cxdata.config import Settings
from cxdata.store.stored_json import stored_json

DATED = ("response_time", "response_time_overrides", "opening_hours")
SINCE_EVER = date.min


@dataclass(frozen=True)
class SettingChange:
    """One change of one setting; values as in the settings file, None for none.

    ``applies_from`` is the first day for whose contacts a dated setting counts; None: always.
    """

    setting: str
    value_before: Any
    value_after: Any
    changed_at: datetime
    changed_by: str | None
    applies_from: date | None

    @property
    def is_dated(self) -> bool:
        return is_dated(self.setting)


@dataclass(frozen=True)
class SettingsHistory:
    """The settings in force on each day.

    ``periods`` are the first day and the settings of each stretch, oldest first; the first one
    begins before all days. ``now`` are those of the last stretch.
    """

    periods: tuple[tuple[date, Settings], ...]

    @property
    def now(self) -> Settings:
        return self.periods[-1][1]

    def on(self, day: date) -> Settings:
        """The settings in force on a day."""
        return self.periods[bisect_right([first_on for first_on, _ in self.periods], day) - 1][1]


def is_dated(setting: str) -> bool:
    """Whether a change of the setting says from when it applies."""
    return setting.split(".")[0] in DATED


def history_of(base: Settings, changes: Sequence[SettingChange]) -> SettingsHistory:
    """What the changes, oldest first, make of the settings that there were to begin with.

    Raises
    ------
    SettingsError
        If the values make no sense together.
    """
    if not changes:
        return SettingsHistory(((SINCE_EVER, base),))
    days = {each.applies_from for each in changes if each.is_dated and each.applies_from}
    first_days = [SINCE_EVER, *sorted(days)]
    return SettingsHistory(
        tuple((day, base.changed(_values_on(changes, day))) for day in first_days)
    )


def recorded_changes(con: duckdb.DuckDBPyConnection) -> tuple[SettingChange, ...]:
    """All changes in the order in which they were made, whatever the clock said."""
    rows = con.sql(
        """select setting, value_before, value_after, changed_at, changed_by, applies_from
        from settings_history order by change_number, changed_at, setting"""
    ).fetchall()
    return tuple(
        SettingChange(setting, _loaded(before), _loaded(after), changed_at, changed_by, from_on)
        for setting, before, after, changed_at, changed_by, from_on in rows
    )


def insert_change(con: duckdb.DuckDBPyConnection, change: SettingChange) -> None:
    con.execute(
        """insert into settings_history
            (setting, value_before, value_after, changed_at, changed_by, applies_from,
            change_number)
        select $setting, $before, $after, $changed_at, $changed_by, $applies_from,
            coalesce(max(change_number), 0) + 1
        from settings_history""",
        {
            "setting": change.setting,
            "before": _dumped(change.value_before),
            "after": _dumped(change.value_after),
            "changed_at": change.changed_at,
            "changed_by": change.changed_by,
            "applies_from": change.applies_from,
        },
    )


def change_now(
    setting: str, before: Any, after: Any, changed_by: str | None, applies_from: date | None
) -> SettingChange:
    """A change made at this moment; a setting that isn't dated applies always."""
    moment = datetime.now(UTC).replace(tzinfo=None)
    from_on = applies_from if is_dated(setting) else None
    return SettingChange(setting, before, after, moment, changed_by, from_on)


def _values_on(changes: Sequence[SettingChange], day: date) -> dict[str, Any]:
    """Of each setting the value with the latest first day up to ``day``; of equals, the newest."""
    in_force = [each for each in changes if (each.applies_from or SINCE_EVER) <= day]
    # Sorting keeps the order of equals: that in which they were made, whatever the clock said.
    in_force.sort(key=lambda each: each.applies_from or SINCE_EVER)
    return {each.setting: each.value_after for each in in_force}


def _dumped(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _loaded(text: str | None) -> Any:
    return None if text is None else stored_json(text, "settings_history")
