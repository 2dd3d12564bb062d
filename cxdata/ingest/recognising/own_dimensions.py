"""Dimensions of the firm's own, such as a store: which column is which, and new names for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten

import polars as pl

from cxdata.config import OWN_NAME_LETTERS, plain_name
from cxdata.errors import ImportRefused
from cxdata.ingest.columns import plain_form
from cxdata.ingest.recognising.layout import Layout
from cxdata.models import OWN_DIMENSIONS, OwnDimension
from cxdata.store.connection import Store
from cxdata.store.settings_history import recorded_changes

SETTINGS = "own_dimensions."
FACTS = ("response_versions", "contact_versions", "customer_versions")


def name_of_column(header: str) -> str:
    """What a dimension is called that a column is kept as: its header, on one line.

    >>> name_of_column("  Code\\n magasin ")
    'Code magasin'
    """
    return shorten(header.replace("=", " "), OWN_NAME_LETTERS, placeholder="…")


def places_of(store: Store, columns: Sequence[str]) -> dict[OwnDimension, str]:
    """Own dimension -> the column that shall be kept as it.

    A column that is called like a dimension is that one. One that was called so before gets its
    values back; any other gets a place of which no file has said anything.

    Raises
    ------
    ImportRefused
        If there are more columns than places.
    """
    if not columns:
        return {}
    named = {plain_name(name): place for place, name in store.settings.own_dimensions.pairs}
    before = _names_before(store)
    places: dict[OwnDimension, str] = {}
    for column in dict.fromkeys(columns):
        name = plain_name(name_of_column(column))
        free = [it for it in OWN_DIMENSIONS if it not in named.values() and it not in places]
        place = named.get(name) or next((it for it in free if before.get(it) == name), None)
        place = place or next(iter(_unfilled(store, free)), None)
        if place is None:
            raise ImportRefused(
                "{column} can't be kept as a dimension: all {most} places are taken.",
                "On the Settings page, give it the place of a dimension that is no longer needed; "
                "the values of that one then go by the new name.",
                column=column,
                most=len(OWN_DIMENSIONS),
            )
        places[place] = column
    return places


def with_places(
    store: Store, mapping: Mapping[str, str], places: Mapping[OwnDimension, str]
) -> dict[str, str]:
    """The mapping with the columns that are kept as dimensions; a dimension may be called by its
    name."""
    called = {name: place for place, name in store.settings.own_dimensions.pairs}
    return {called.get(name, name): target for name, target in mapping.items()} | {
        str(place): column for place, column in places.items()
    }


def see_groups(rows: pl.DataFrame, layout: Layout, most_values: int) -> None:
    """Refuse what can't be a dimension: a column that names each row, not groups of them.

    Raises
    ------
    ImportRefused
        If a column has more than ``most_values`` different values.
    """
    for place in OWN_DIMENSIONS:
        if place not in layout.columns or place not in rows.columns:
            continue
        if (count := rows[place].drop_nulls().n_unique()) > most_values:
            raise ImportRefused(
                "{column} has {count} different values: a dimension has at most {most}.",
                "Leave the column out, or allow more values on the Settings page.",
                column=layout.header_of(place),
                count=count,
                most=most_values,
            )


def new_names(store: Store, places: Iterable[OwnDimension], layout: Layout) -> dict[str, str]:
    """The settings that name what columns were kept as, where they have no name yet."""
    named = store.settings.own_dimensions.names
    return {
        SETTINGS + place: name_of_column(layout.header_of(place))
        for place in places
        if place in layout.columns and place not in named
    }


def columns_called(
    names: Mapping[OwnDimension, str], headers: Sequence[Iterable[str]], taken: set[int]
) -> dict[str, int]:
    """The first column that bears a dimension's name in one of its headers, in plain form."""
    found: dict[str, int] = {}
    for place, name in names.items():
        wanted = plain_form(name)
        free = (index for index, called in enumerate(headers) if index not in taken)
        index = next((it for it in free if wanted and wanted in headers[it]), None)
        if index is not None:
            found[place] = index
            taken = {*taken, index}
    return found


def _names_before(store: Store) -> dict[OwnDimension, str]:
    """What each place was called last, of those that have no name any more."""
    found: dict[OwnDimension, str] = {}
    with store.cursor() as con:
        changes = recorded_changes(con)
    for change in changes:
        for place in OWN_DIMENSIONS:
            if change.setting == SETTINGS + place and change.value_before:
                found[place] = plain_name(str(change.value_before))
    return found


def _unfilled(store: Store, places: Sequence[OwnDimension]) -> list[OwnDimension]:
    """The places of which no version of a row holds a value."""
    if not places:
        return []
    counts = ", ".join(f"count({place})" for place in places)
    with store.cursor() as con:
        rows = [con.execute(f"select {counts} from {table}").fetchall()[0] for table in FACTS]
    return [
        place for place, held in zip(places, zip(*rows, strict=True), strict=True) if not any(held)
    ]
