"""What is kept as JSON can be read, and has the form that its readers need."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import duckdb

from cxdata.errors import StoreDamaged
from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.profiles import shape_of
from cxdata.ingest.soundness.blocks import RESTORE
from cxdata.ingest.soundness.report import Problem
from cxdata.store.stored_json import unpacked_text

UNREADABLE = N_("{table}: {count} rows have a {column} that can't be read.")

IsReadable = Callable[[Any], bool]
_MOVES = {"rescue_rate"}
_MADE_WITH = {"data_version", "data_until", "batches", "settings", "settings_mark"}
_DIMENSIONS = ("segment", "region", "product")


def written_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    for table, column, is_readable in _texts():
        rows = con.execute(f'select "{column}" from {table}').fetchall()
        count = sum(not _holds(row[0], is_readable) for row in rows)
        if count:
            yield Problem(
                "written",
                UNREADABLE,
                table=table,
                column=column,
                count=count,
                remedy=Note(RESTORE),
            )
    shapes = con.execute("select headers, shape from import_profiles").fetchall()
    wrong = sum(_holds(headers, _is_list) and _shape(headers) != shape for headers, shape in shapes)
    if wrong:
        yield Problem(
            "written",
            UNREADABLE,
            table="import_profiles",
            column="shape",
            count=wrong,
            remedy=Note(RESTORE),
        )


def _texts() -> Iterator[tuple[str, str, IsReadable]]:
    yield "batches", "mapping", _is_texts
    yield "refused_rows", "reason_values", _is_object
    yield "import_profiles", "choices", _is_object
    yield "import_profiles", "headers", _is_list
    yield "snapshots", "filters", _is_filters
    yield "snapshots", "figures", _is_filled
    yield "snapshots", "made_with", _is_made_with
    yield "snapshot_packs", "pack", _is_pack
    yield "snapshot_packs", "people", _is_people
    yield "pack_choices", "choice", _is_object
    yield "scenarios", "moves", _is_moves
    yield "scenarios", "filters", _is_filters
    yield "scenarios", "figures", _is_figures
    yield "journey_visions", "needless_levels", _is_levels
    yield "decisions", "filters", _is_filters
    yield "decisions", "level_then", _is_object
    yield "rights_changes", "scope", _is_object
    yield "mail_schedules", "recipe", _is_filled
    yield "saved_views", "query", _is_query
    yield "cases", "facts", _is_object
    yield "settings_history", "value_before", _is_anything
    yield "settings_history", "value_after", _is_anything


def _holds(text: str | None, is_readable: IsReadable) -> bool:
    if text is None:
        return is_readable in (_is_anything, _is_made_with, _is_people)
    try:
        return is_readable(json.loads(unpacked_text(text, "")))
    except (ValueError, StoreDamaged):
        return False


def _shape(headers: str) -> str:
    return shape_of([str(each) for each in json.loads(headers)])


def _is_anything(value: Any) -> bool:
    return True


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_query(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_list(each) for each in value.values())


def _is_filled(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _is_made_with(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= _MADE_WITH


def _is_pack(value: Any) -> bool:
    """Of whatever format: one of a later version is whole, too."""
    return isinstance(value, dict) and value.keys() >= {"format", "pack"}


def _is_people(value: Any) -> bool:
    return _is_pack(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_figures(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _is_moves(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= _MOVES


def _is_filters(value: Any) -> bool:
    if not isinstance(value, dict) or "period" not in value:
        return False
    period = value["period"]
    has_days = period is None or (
        isinstance(period, dict) and {"first_on", "last_on"} <= set(period)
    )
    return has_days and all(isinstance(value.get(name), list) for name in _DIMENSIONS)


def _is_levels(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, int) and not isinstance(each, bool) and 1 <= each <= 5 for each in value
    )
