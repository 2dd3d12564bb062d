"""The one place where SQL becomes a frame."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from cxdata.models import Counted, Filters
from cxdata.store.filtering import (
    EVERY,
    Chosen,
    check_filters,
    chosen_dimensions,
    counted_of,
    expanded,
    filter_values,
)
from cxdata.store.narrowing import NARROWINGS

SQL_FOLDER = Path(__file__).parent.parent / "sql"
# What a query may read from besides tables: lists that are bound, and numbers.
TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})


@lru_cache(maxsize=2048)
def sql_text(name: str, chosen: Chosen = EVERY) -> str:
    """The text of ``cxdata/sql/<name>.sql`` for filters by the chosen dimensions."""
    return expanded(_written(name), chosen)


@cache
def sql_counted(name: str) -> Counted | None:
    """What the statement counts, and so which filters it takes; None if it takes none."""
    return counted_of(name, _written(name))


@lru_cache(maxsize=2048)
def sql_parameters(name: str, chosen: Chosen = EVERY) -> frozenset[str]:
    """The ``$parameters`` that the statement binds, its comments left aside.

    >>> "segment" in sql_parameters("rebuild_answer_days")
    False
    """
    statement = re.sub(r"--.*", "", sql_text(name, chosen))
    return frozenset(re.findall(r"\$([a-z0-9_]+)", statement))


def bound_values(
    name: str, filters: Filters | None, parameters: Mapping[str, object]
) -> dict[str, object]:
    """What the statement binds: of the filters all that it takes, and every parameter.

    Raises
    ------
    ValueError
        If it is given a filter or parameter that it doesn't take, or lacks one: nothing that
        was asked for is dropped without a word.
    """
    binds, scope = sql_parameters(name), sql_counted(name)
    values = dict(parameters)
    if filters is None and scope:
        raise ValueError(f"{name}.sql filters {scope}: it needs filters")
    if filters is not None:
        check_filters(name, scope, binds)
        binds = sql_parameters(name, chosen_dimensions(filters))
        taken = {key: value for key, value in filter_values(filters).items() if key in binds}
        if twice := taken.keys() & parameters.keys():
            raise ValueError(f"{name}.sql is given {', '.join(sorted(twice))} twice")
        values |= taken
    if missing := binds - values.keys():
        raise ValueError(f"{name}.sql needs {', '.join(sorted(missing))}")
    if unknown := values.keys() - binds:
        raise ValueError(f"{name}.sql doesn't take {', '.join(sorted(unknown))}")
    return {key: values[key] for key in sorted(binds)}


@cache
def tables_read(name: str) -> frozenset[str]:
    """The tables that a .sql file reads; each of them is narrowed to what its reader may see.

    Raises
    ------
    ValueError
        If it isn't one select, or reads past the list of ``cxdata.store.narrowing``: a table that
        isn't on it or is named with its place, a function that makes rows.
    """
    return tables_of(name, sql_text(name))


def tables_of(name: str, text: str) -> frozenset[str]:
    """As ``tables_read``, of the text of a statement."""
    with _parser().cursor() as con:
        found = con.execute("select json_serialize_sql($text)", {"text": text}).fetchall()[0][0]
    parsed = json.loads(found)
    if parsed["error"] or len(parsed["statements"]) != 1:
        raise ValueError(f"{name}.sql has to be one select: {parsed.get('error_message', '')}")
    nodes = list(_nodes(parsed))
    steps = {it["key"] for node in nodes for it in node.get("cte_map", {}).get("map", ())}
    read = set()
    for node in nodes:
        kind = node.get("type")
        if kind == "BASE_TABLE":
            place = node["catalog_name"] + node["schema_name"]
            if place or node["table_name"] not in NARROWINGS.keys() | steps:
                raise ValueError(f"{name}.sql reads {node['table_name']}, which isn't on the list")
            read.add(node["table_name"])
        elif kind == "TABLE_FUNCTION":
            if node["function"]["function_name"] not in TABLE_FUNCTIONS:
                raise ValueError(f"{name}.sql reads {node['function']['function_name']}()")
        elif kind == "SHOW_REF":
            raise ValueError(f"{name}.sql reads what the store is made of")
    return frozenset(read & NARROWINGS.keys())


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A connection without a store, which only takes statements apart."""
    return duckdb.connect(config={"threads": 1})


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for each in part.values():
            yield from _nodes(each)
    elif isinstance(part, list):
        for each in part:
            yield from _nodes(each)


def bound_query(
    name: str, filters: Filters | None, parameters: Mapping[str, object]
) -> tuple[str, dict[str, object]]:
    """The text of a select with its filters, and what it binds: for another engine.

    Raises
    ------
    ValueError
        As ``bound_values``.
    """
    values = bound_values(name, filters, parameters)
    return sql_text(name, chosen_dimensions(filters)) if filters else sql_text(name), values


def run_query(
    con: duckdb.DuckDBPyConnection,
    name: str,
    parameters: Mapping[str, object],
    filters: Filters | None = None,
) -> pl.DataFrame:
    """The rows of a select as a frame.

    Raises
    ------
    ValueError
        As ``bound_values`` and ``tables_read``.
    """
    tables_read(name)
    text, values = bound_query(name, filters, parameters)
    rows: pl.DataFrame = con.sql(text, params=values).pl()
    return rows


def run_statement(
    con: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object]
) -> None:
    """An insert, update or delete that takes what it binds of the parameters on offer."""
    binds = sql_parameters(name)
    offered = {key: value for key, value in parameters.items() if key in binds}
    con.execute(sql_text(name), bound_values(name, None, offered))


@cache
def _written(name: str) -> str:
    return (SQL_FOLDER / f"{name}.sql").read_text("utf-8")
