"""Saved profiles: how the files of one shape are read, said once and kept.

The shape of a file is the set of its headers. Of several profiles for one shape, the one saved
last is taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from cxdata.errors import ImportRefused, SettingsError
from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.columns import plain_form
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.tables import FileRow
from cxdata.ingest.recognising.mapping import possible_headers
from cxdata.models import KINDS, Kind
from cxdata.record import note_done
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

MAX_NAME_LENGTH = 80  # characters
USED = N_("The saved profile {name} was used.")

# What a profile keeps. The rest is said of one file only: its extract date, above all.
KEPT = (
    *("mapping", "sheet", "encoding", "delimiter", "date_order", "decimal_mark", "time_zone"),
    *("scales", "kept_columns", "same_id", "empty_cells", "unfinished"),
    *("waits", "flags", "two_parts", "names"),
)


@dataclass(frozen=True)
class Profile:
    """One saved way to read a file; ``choices`` holds no kind and no empty choice."""

    name: str
    kind: Kind
    choices: Choices


@dataclass(frozen=True)
class _Saved:
    """A profile and the shape of the files that it is for."""

    shape: str
    profile: Profile


def saved_profiles(store: Store) -> pl.DataFrame:
    """One row per saved profile, by name; no rows if none was saved.

    - ``name``, ``kind`` (String)
    - ``choices``, ``headers`` (String): JSON, what was said and the headers of the file
    - ``saved_at`` (Datetime, UTC), ``saved_by`` (String, null if unknown)
    """
    with store.cursor() as con:
        profiles: pl.DataFrame = con.sql(
            """select name, kind, choices, headers, saved_at, saved_by from import_profiles
            order by name"""
        ).pl()
    return profiles


def save_profile(
    store: Store,
    name: str,
    *,
    headers: Sequence[str],
    kind: Kind,
    choices: Choices,
    saved_by: str | None = None,
) -> None:
    """Keep how a file was read for the next one with the same headers.

    A profile of that name is replaced.

    Raises
    ------
    SettingsError
        If the name is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise SettingsError(
            "A profile's name has from 1 to {limit} characters.",
            "Choose another name.",
            limit=MAX_NAME_LENGTH,
        )
    if kind not in KINDS:
        raise ValueError(f"no kind of file: {kind}")
    with store.transaction() as con:
        con.execute("delete from import_profiles where name = $name", {"name": name})
        con.execute(
            """insert into import_profiles (name, shape, kind, choices, headers, saved_at, saved_by,
                change_number)
            select $name, $shape, $kind, $choices, $headers, $saved_at, $saved_by,
                coalesce(max(change_number), 0) + 1
            from import_profiles""",
            {
                "name": name,
                "shape": shape_of(headers),
                "kind": kind,
                "choices": _as_json(choices),
                "headers": json.dumps(list(headers), ensure_ascii=False),
                "saved_at": datetime.now(UTC).replace(tzinfo=None),
                "saved_by": saved_by,
            },
        )
    note_done(store, "settings_changed", details={"profile_for": kind})


def remove_profile(store: Store, name: str) -> None:
    """Forget a profile.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    with store.transaction() as con:
        removed = con.execute(
            "delete from import_profiles where name = $name returning name", {"name": name}
        ).fetchall()
    if not removed:
        raise SettingsError(
            "There is no profile called {name}.",
            "See which there are, and choose one of them.",
            name=name,
        )
    note_done(store, "settings_changed", details={"profile_for": "removed"})


def profile_for(
    store: Store,
    heads: Sequence[Sequence[FileRow]],
    name: str | None = None,
    kind: Kind | None = None,
) -> Profile | None:
    """The profile that was named, or else the one for a table that begins with one of ``heads``.

    The order of the headers doesn't matter. None if none fits, if it is for another kind of file
    than was said, or if no profile is wanted (an empty name). A table without headers has no shape:
    its profile must be named.

    Raises
    ------
    ImportRefused
        If there is none of that name.
    """
    if name is not None:
        return named_profile(store, name) if name else None
    saved = [each for each in _profiles(store) if kind in (None, each.profile.kind)]
    if not saved:
        return None
    named = (
        headers
        for head in heads
        for headers in possible_headers(head)
        if not all(header.startswith("#") for header in headers)
    )
    return next(_fitting(saved, named), None)


def named_profile(store: Store, name: str) -> Profile:
    """The profile of that name.

    Raises
    ------
    ImportRefused
        If there is none.
    """
    saved = {each.profile.name: each.profile for each in _profiles(store)}
    if name not in saved:
        raise ImportRefused(
            "There is no profile called {name}.",
            "The saved profiles are: {known}." if saved else "None was saved yet.",
            name=name,
            known=", ".join(sorted(saved)),
        )
    return saved[name]


def with_profile(profile: Profile, choices: Choices) -> Choices:
    """What was said, and for the rest what the profile says; mappings field by field.

    >>> kept = Profile("a", "responses", {"mapping": {"nps_score": "Q1"}, "date_order": "mdy"})
    >>> with_profile(kept, {"date_order": "dmy", "mapping": {"comment": "Q2"}})["mapping"]
    {'nps_score': 'Q1', 'comment': 'Q2'}
    """
    said: Choices = {name: each for name, each in choices.items() if each}  # type: ignore[assignment]
    merged: Choices = {"kind": profile.kind, **profile.choices, **said}
    mapping, scales = profile.choices.get("mapping"), profile.choices.get("scales")
    if mapping:
        merged["mapping"] = {**mapping, **(choices.get("mapping") or {})}
    if scales:
        merged["scales"] = {**scales, **(choices.get("scales") or {})}
    if flags := profile.choices.get("flags"):
        merged["flags"] = {**flags, **(choices.get("flags") or {})}
    if two_parts := profile.choices.get("two_parts"):
        merged["two_parts"] = {**two_parts, **(choices.get("two_parts") or {})}
    return merged


def kept_choices(
    store: Store, choices: Choices, taken: Mapping[str, str], profile: str = ""
) -> Choices:
    """How a file was read, for the next one: by what was said, also by the profile that was used.

    ``taken`` is the mapping of the import; fields that shall not be taken stay so.

    Raises
    ------
    ImportRefused
        If the profile is gone.
    """
    said = with_profile(named_profile(store, profile), choices) if profile else choices
    return {**said, "mapping": {**(said.get("mapping") or {}), **taken}}


def used_note(profile: Profile) -> Note:
    """That the file was read as a profile says."""
    return Note(USED, name=profile.name)


def shape_of(headers: Sequence[str]) -> str:
    """What files of one form have in common: their headers, without order, case and accents.

    >>> shape_of(["Date", "Note NPS"]) == shape_of(["note_nps", "DATE"])
    True
    """
    names = sorted(plain_form(header) for header in headers)
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def _profiles(store: Store) -> list[_Saved]:
    """All of them, the one saved last first."""
    with store.cursor() as con:
        found = con.execute(
            "select shape, name, kind, choices from import_profiles order by change_number desc"
        ).fetchall()
    return [
        _Saved(shape, Profile(name, kind, stored_json(said, "import_profiles.choices")))
        for shape, name, kind, said in found
    ]


def _fitting(saved: Sequence[_Saved], possible: Iterable[Sequence[str]]) -> Iterator[Profile]:
    """The profiles for the first of the possible headers that fit, the one saved last first."""
    for headers in possible:
        shape = shape_of(headers)
        yield from (each.profile for each in saved if each.shape == shape)


def _as_json(choices: Mapping[str, object]) -> str:
    kept = {name: choices[name] for name in KEPT if choices.get(name)}
    return json.dumps(kept, ensure_ascii=False, default=_plainly)


def _plainly(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]
