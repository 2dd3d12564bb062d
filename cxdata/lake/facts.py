"""Facts as they lie in a lake: which tables there are, and what of them may be left out.

A fact is a folder of Parquet files, or one, named like the fact (``responses``, ``contacts``, …),
whose columns are named like the store's. What isn't there is empty; a column that isn't there is
not known, unless no fact can do without it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from polars import selectors

from cxdata.errors import EngineError

if TYPE_CHECKING:
    from cxdata.lake.portable import Portable

# The names in the lake and the tables of the store that they stand for.
FACTS: Mapping[str, str] = {
    "responses": "response_versions",
    "contacts": "contact_versions",
    "customers": "customer_versions",
    "invitations": "invitation_versions",
    "ratings": "rating_versions",
    "comment_terms": "comment_terms",
    "batches": "batches",
}
# Without one of these there is nothing to count.
COUNTED_FACTS = ("responses", "contacts", "customers", "invitations")
# What a column is where the lake doesn't have it: a lake has one version of each row.
STANDARD = {
    "batch_id": "cast(1 as bigint)",
    "is_current": "true",
    "responded_on": "cast(from_utc_timestamp({responded_at}, {zone}) as date)",
    "opened_on": "cast(from_utc_timestamp({opened_at}, {zone}) as date)",
    "sent_on": "cast(from_utc_timestamp({sent_at}, {zone}) as date)",
}
# Only the store itself reads these.
NOT_READ = frozenset({"content_hash"})
# Of batches, what counting reads; the rest is about files.
READ_OF_BATCHES = frozenset({"batch_id", "kind", "extracted_at", "loaded_at", "mapping"})
KINDS_OF_COLUMNS = {
    "VARCHAR": "string",
    "TIMESTAMP": "timestamp_ntz",
    "DATE": "date",
    "TINYINT": "tinyint",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
}
# What an import would have refused, by fact, as the condition that holds for each row.
CONTRACT: Mapping[str, str] = {
    "responses": "survey in ('relationship', 'transactional', 'benchmark')"
    " and coalesce(nps_score between 0 and 10, true)"
    " and coalesce(csat_score between 1 and 5, true)"
    " and coalesce(ces_score between 1 and ces_scale, ces_score is null)"
    " and coalesce(ces_scale in (5, 7), true)",
    "contacts": "initiated_by in ('customer', 'company', 'automatic')"
    " and coalesce(first_response_at >= opened_at, true)"
    " and coalesce(abandoned_at >= opened_at, true)"
    " and coalesce(resolved_at >= opened_at, true)",
    "customers": "coalesce(annual_revenue_amount >= 0, true)"
    " and coalesce(ended_on >= started_on, true)",
    "invitations": "survey in ('relationship', 'transactional', 'benchmark')",
}
_NOT_THERE = re.compile(r"PATH_NOT_FOUND|does not exist|doesn't exist|not found|no such file", re.I)


@dataclass(frozen=True)
class FactColumn:
    """A column of a table of the store: its type there, and whether it may be null."""

    name: str
    type: str
    is_needed: bool


def register_facts(
    session: Any, place: str, tables: Mapping[str, list[FactColumn]], zone: str
) -> dict[str, int]:
    """Make a view of each fact under the name of the store's table; those that aren't there are
    empty.

    Returns
    -------
    dict[str, int]
        How many rows each fact of the lake has, in the order of ``FACTS``.

    Raises
    ------
    EngineError
        If none of them is there, one lacks a column, or has rows that no import would take.
    """
    there = see_facts(session, place, tables, zone, FACTS)
    found = {fact: _count(session, fact, tables[FACTS[fact]]) for fact in there}
    if not found.keys() & set(COUNTED_FACTS):
        raise EngineError(
            "There are no facts in {place}.",
            "It has to hold folders of Parquet files named {names}, one or more of them.",
            place=place,
            names=", ".join(COUNTED_FACTS),
        )
    return found


def see_facts(
    session: Any,
    place: str,
    tables: Mapping[str, list[FactColumn]],
    zone: str,
    facts: Collection[str],
) -> list[str]:
    """A view of each of the facts, without a look at its rows; those that are in the lake."""
    there = []
    for fact in facts:
        rows = _found(session, place, fact)
        if rows is None:
            register_empty(session, FACTS[fact], tables[FACTS[fact]])
        else:
            _register(session, rows, fact, tables[FACTS[fact]], zone)
            there.append(fact)
    return there


def register_empty(session: Any, table: str, columns: list[FactColumn]) -> None:
    """A view without rows, with the columns of a table of the store."""
    wanted = ", ".join(
        f"cast(null as {spark_type(it)}) as `{it.name}`"
        for it in columns
        if it.name not in NOT_READ
    )
    session.sql(f"select {wanted} where false").createOrReplaceTempView(table)


def register_rows(session: Any, table: str, columns: list[FactColumn], rows: pl.DataFrame) -> None:
    """A view of small rows that were made here, under the name of a table of the store."""
    if rows.is_empty():
        register_empty(session, table, columns)
        return
    types = {it.name: spark_type(it) for it in columns}
    told = [f"cast(`{name}` as {types[name]}) as `{name}`" for name in rows.columns]
    known = rows.with_columns(
        selectors.unsigned_integer().cast(pl.Int64), selectors.by_dtype(pl.Null).cast(pl.String)
    )
    given = session.createDataFrame(known.to_arrow())
    given.selectExpr(*told).createOrReplaceTempView(table)


def counted_rows(session: Any, statement: Portable, columns: list[FactColumn]) -> Any:
    """What a statement fills a table of the store with, in its types; not computed yet."""
    types = {it.name: spark_type(it) for it in columns}
    told = [f"cast(`{name}` as {types[name]}) as `{name}`" for name in statement.columns]
    return session.sql(statement.sql).toDF(*statement.columns).selectExpr(*told)


def spark_type(column: FactColumn) -> str:
    """What the other engine calls the type of a column of the store."""
    return KINDS_OF_COLUMNS.get(column.type, "string")


def _found(session: Any, place: str, fact: str) -> Any | None:
    """The rows of a fact; None: it isn't in the lake."""
    from pyspark.errors import PySparkException

    for name in (fact, f"{fact}.parquet"):
        rows = session.read.parquet(f"{place.rstrip('/')}/{name}")
        try:
            if rows.columns:
                return rows
        except PySparkException as error:
            if not _NOT_THERE.search(str(error)):
                raise
    return None


def _register(session: Any, rows: Any, fact: str, columns: list[FactColumn], zone: str) -> None:
    present = {name.lower(): name for name in rows.columns}
    wanted = _wanted(fact, columns)
    texts = [f"{_told(it, present, fact, zone)} as `{it.name}`" for it in wanted]
    rows.selectExpr(*texts).createOrReplaceTempView(FACTS[fact])


def _wanted(fact: str, columns: list[FactColumn]) -> list[FactColumn]:
    wanted = [it for it in columns if it.name not in NOT_READ]
    return [it for it in wanted if fact != "batches" or it.name in READ_OF_BATCHES]


def _count(session: Any, fact: str, columns: list[FactColumn]) -> int:
    """How many rows a fact has, each of which an import would take."""
    needed = [f"`{it.name}` is not null" for it in _wanted(fact, columns) if it.is_needed]
    fits = " and ".join([*needed, CONTRACT.get(fact, "true")])
    counted = session.sql(
        f"select count(*) as n, count(case when not ({fits}) then 1 end) as wrong "
        f"from {FACTS[fact]}"
    ).collect()[0]
    if counted["wrong"]:
        raise EngineError(
            "{wrong} of the {total} rows of {fact} in the lake can't be facts: no file with such "
            "values would be taken.",
            "docs/scale.md says what each column may hold.",
            wrong=counted["wrong"],
            total=counted["n"],
            fact=fact,
        )
    return int(counted["n"])


def _told(column: FactColumn, present: Mapping[str, str], fact: str, zone: str) -> str:
    """The expression of one column: what the lake has, else what stands for it."""
    if column.name in present:
        return f"cast(`{present[column.name]}` as {spark_type(column)})"
    standard = STANDARD.get(column.name)
    if standard is not None:
        moment = next(iter(re.findall(r"{(\w+_at)}", standard)), "")
        if not moment or moment in present:
            quoted = zone.replace("'", "")
            shown = f"`{present.get(moment, '')}`"
            return standard.format(**{moment: shown} if moment else {}, zone=f"'{quoted}'")
    if column.is_needed:
        raise EngineError(
            "The facts {fact} in the lake have no column {column}.",
            "docs/scale.md says which columns each fact needs.",
            fact=fact,
            column=column.name,
        )
    return f"cast(null as {spark_type(column)})"
