"""The settings as a reader with a scope may see them.

A firm's own standards, assumptions and names of journeys are about segments, regions and journeys.
Those of a value of which the reader sees no row change nothing that the reader sees, and would only
tell that it exists: they are left out, of what is computed with and of the values as they stand in
a file, which snapshots and scenarios keep.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

from cxdata.config import Settings
from cxdata.models import Scope

_STANDARDS, _ASSUMPTIONS = "response_time_overrides", "churn_overrides"
_JOURNEYS = "journey_names"
SeenValues = Mapping[str, Collection[str]]


def settings_within(
    settings: Settings, scope: Scope, seen_values: Callable[[], SeenValues]
) -> Settings:
    """The settings without what is said of values that the scope, or the rows in it, don't have.

    Parameters
    ----------
    seen_values
        The values of each dimension in the rows that are seen; asked only if it can matter.
    """
    values = settings.values
    lists = (_STANDARDS, _ASSUMPTIONS, _JOURNEYS)
    own = [named for name in lists for named in _named(values.get(name, ()))]
    if scope.is_everything or not own:
        return settings
    allowed: dict[str, Collection[str]] = dict(scope.allowed)
    if any(name not in allowed for name, _ in own):
        allowed = {**seen_values(), **allowed}

    def is_inside(named: tuple[str, str]) -> bool:
        name, value = named
        return name not in allowed or value in allowed[name]

    kept = {
        name: [row for row in values.get(name, ()) if all(map(is_inside, _named([row])))]
        for name in lists
    }
    if all(len(rows) == len(values.get(name, ())) for name, rows in kept.items()):
        return settings
    standards = tuple(
        it for it in settings.response_time_overrides if is_inside((it.audience, it.value))
    )
    assumed = {
        key: it for key, it in settings.churn.overrides.items() if is_inside(("segment", key[0]))
    }
    return replace(
        settings,
        response_time_overrides=standards,
        churn=replace(settings.churn, overrides=MappingProxyType(assumed)),
        journey_names=tuple(it for it in settings.journey_names if is_inside(("journey", it.code))),
        values=MappingProxyType({**values, **kept}),
    )


def _named(rows: Any) -> list[tuple[str, str]]:
    """The dimension and value that each row is about; strategic accounts are no dimension."""
    told = (
        ("journey", it["journey"])
        if "journey" in it
        else (it.get("audience", "segment"), it.get("value", it.get("segment")))
        for it in rows
    )
    return [cast(tuple[str, str], it) for it in told if it[0] != "strategic"]
