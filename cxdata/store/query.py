"""The one place where SQL becomes a frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

SQL_FOLDER = Path(__file__).parent.parent / "sql"


@cache
def sql_text(name: str) -> str:
    """The text of ``cxdata/sql/<name>.sql``."""
    return (SQL_FOLDER / f"{name}.sql").read_text("utf-8")


@cache
def sql_parameters(name: str) -> frozenset[str]:
    """The ``$parameters`` that the statement binds, its comments left aside.

    >>> "segment" in sql_parameters("rebuild_answer_days")
    False
    """
    statement = re.sub(r"--.*", "", sql_text(name))
    return frozenset(re.findall(r"\$([a-z_]+)", statement))


def bound(name: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Of all parameters on offer, those that the statement binds.

    Raises
    ------
    ValueError
        If the statement binds one that isn't offered.
    """
    missing = sql_parameters(name) - parameters.keys()
    if missing:
        raise ValueError(f"{name}.sql needs {', '.join(sorted(missing))}")
    return {key: parameters[key] for key in sorted(sql_parameters(name))}


def run_query(
    con: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object]
) -> pl.DataFrame:
    """The rows of a select as a frame."""
    rows: pl.DataFrame = con.sql(sql_text(name), params=bound(name, parameters)).pl()
    return rows


def run_statement(
    con: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object]
) -> None:
    """An insert, update or delete; no rows come back."""
    con.execute(sql_text(name), bound(name, parameters))
