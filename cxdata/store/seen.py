"""What a reader may see, as views: one schema per scope, in a database of its own in memory.

A cursor of a reader sees the schema of the reader's scope and nothing else, so the .sql files
stay as they are: a table that isn't on the list (``cxdata.store.narrowing``) doesn't exist there,
and a query of it fails instead of showing everything. What is counted from several rows, some of
which the reader may not see, is counted again from those that the reader may: so a reader's
figures are those of a store that holds only the allowed rows.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import duckdb

from cxdata.errors import AccessError
from cxdata.models import DIMENSIONS, LEFT_OUT, Counted, Scope
from cxdata.store.days import counting_parameters, is_counted_elsewhere
from cxdata.store.narrowing import (
    BATCH_COLUMNS,
    BRINGING_TABLES,
    KEPT_WITH_SCOPE,
    MADE_WAYS,
    NARROWINGS,
    SCOPES_DATABASE,
    Narrowing,
    counted_from,
    lacking_dimensions,
    scope_of_json,
)
from cxdata.store.query import run_query, run_statement
from cxdata.store.settings_history import SettingsHistory
from cxdata.store.touched import whole_slice

# Schemas of scopes that nobody uses at the moment are kept up to this number.
KEPT_SCOPES = 16


@dataclass
class _Schema:
    """A scope's views and tables; ``facts`` marks the rows that these were made of."""

    name: str
    facts: str
    filled: set[str] = field(default_factory=set)
    kept_at: object = None
    users: int = 0
    is_left: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)


class ScopedViews:
    """The schemas of all scopes on one connection to a store."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._store = _quoted(str(con.sql("select current_database()").fetchall()[0][0]))
        self._lock = threading.RLock()
        self._schemas: dict[Scope, _Schema] = {}
        self._number = 0
        self._facts: tuple[object, str] = (None, "")

    @contextmanager
    def entered(
        self,
        cursor: duckdb.DuckDBPyConnection,
        scope: Scope,
        *,
        sees_people: bool,
        version: object,
        history: SettingsHistory,
        tables: Collection[str],
    ) -> Iterator[None]:
        """The cursor sees what the scope allows, and nothing else, until it is closed.

        ``tables`` are those that will be read: what of them has to be counted is counted now,
        once for all readers with the scope. ``version`` differs whenever the data may differ.
        """
        schema = self._taken(cursor, scope, version)
        try:
            if not scope.is_everything:
                self._fill(cursor, schema, history, counted_from(tables))
            self._note_kept(cursor, schema, scope, version)
            name = schema.name if sees_people else f"{schema.name}_unnamed"
            cursor.execute(f"set search_path = '{SCOPES_DATABASE}.{name}'")
            yield
        finally:
            self._leave(cursor, schema)

    def _taken(self, cursor: duckdb.DuckDBPyConnection, scope: Scope, version: object) -> _Schema:
        with self._lock:
            facts = self._facts_at(cursor, version)
            schema = self._schemas.get(scope)
            if schema is None or schema.facts != facts:
                if schema is not None:
                    schema.is_left = True
                    self._drop_if_left(cursor, schema)
                self._number += 1
                schema = _Schema(f"s_{self._number}", facts)
                _make(cursor, self._store, schema.name, scope)
            self._schemas.pop(scope, None)
            self._schemas[scope] = schema  # the one used last stands last
            schema.users += 1
            self._forget(cursor)
            return schema

    def _leave(self, cursor: duckdb.DuckDBPyConnection, schema: _Schema) -> None:
        with self._lock:
            schema.users -= 1
            with suppress(duckdb.Error):  # after a fault; the connection is opened anew then
                self._drop_if_left(cursor, schema)

    def _forget(self, cursor: duckdb.DuckDBPyConnection) -> None:
        unused = [scope for scope, it in self._schemas.items() if not it.users]
        for scope in unused[: max(len(self._schemas) - KEPT_SCOPES, 0)]:
            schema = self._schemas.pop(scope)
            schema.is_left = True
            self._drop_if_left(cursor, schema)

    def _drop_if_left(self, cursor: duckdb.DuckDBPyConnection, schema: _Schema) -> None:
        if schema.is_left and not schema.users:
            for name in (f"{schema.name}_unnamed", schema.name):
                cursor.execute(f"drop schema if exists {SCOPES_DATABASE}.{name} cascade")

    def _facts_at(self, cursor: duckdb.DuckDBPyConnection, version: object) -> str:
        """A mark of what is counted: what people add beside it changes nothing of the counts."""
        if self._facts[0] != version:
            self._facts = (version, _facts(cursor))
        return self._facts[1]

    def _fill(
        self,
        cursor: duckdb.DuckDBPyConnection,
        schema: _Schema,
        history: SettingsHistory,
        tables: Collection[str],
    ) -> None:
        with schema.lock:
            missing = [it for it in tables if it not in schema.filled]
            if not missing:
                return
            if is_counted_elsewhere(cursor):
                raise AccessError(
                    "This is shown only to whoever may see everything: it was counted in a lake, "
                    "for all rows together.",
                    "An administrator of the dashboard gives rights.",
                )
            cursor.execute(f"set search_path = '{SCOPES_DATABASE}.{schema.name}'")
            days = run_query(cursor, "contact_dates", {})["opened_on"]
            parameters = counting_parameters(history.now, [], part=whole_slice(days))
            for table in missing:
                if NARROWINGS[table].way == "counted":
                    run_statement(cursor, f"rebuild_{table}", parameters)
                else:
                    cursor.execute(_seen_batches(self._store, table))
                schema.filled.add(table)

    def _note_kept(
        self,
        cursor: duckdb.DuckDBPyConnection,
        schema: _Schema,
        scope: Scope,
        version: object,
    ) -> None:
        """Which of the scopes that people made something with are within this one."""
        with schema.lock:
            if schema.kept_at == version or scope.is_everything:
                return
            union = " union ".join(
                f"select scope from {self._store}.main.{it} where scope is not null"
                for it in KEPT_WITH_SCOPE
            )
            made_with = [text for (text,) in cursor.execute(union).fetchall()]
            within = [it for it in made_with if _is_within(it, scope)]
            table = f"{SCOPES_DATABASE}.{schema.name}.scopes_within"
            cursor.execute(f"delete from {table}")
            if within:
                values = {"within": within}
                cursor.execute(f"insert into {table} select unnest($within)", values)
            schema.kept_at = version


@contextmanager
def seen_only() -> Iterator[None]:
    """What isn't there for the reader is refused in words.

    Raises
    ------
    AccessError
        If something is read that isn't on the list.
    """
    try:
        yield
    except duckdb.CatalogException as error:
        raise AccessError(
            "This is shown only to whoever may see everything.",
            "An administrator of the dashboard gives rights.",
        ) from error


def _is_within(text: str, scope: Scope) -> bool:
    made_with = scope_of_json(text)
    return made_with is not None and made_with.is_within(scope)


def _make(cursor: duckdb.DuckDBPyConnection, store: str, name: str, scope: Scope) -> None:
    """The schema of a scope, its counted tables still empty."""
    seen = f"{SCOPES_DATABASE}.{name}"
    cursor.begin()
    try:
        cursor.execute(f"create schema {seen}")
        cursor.execute(f"create table {seen}.allowed (dimension varchar, value varchar)")
        cursor.execute(f"create table {seen}.scopes_within (scope varchar)")
        for dimension, values in scope.allowed:
            if values:
                cursor.execute(
                    f"insert into {seen}.allowed select $dimension, unnest($allowed)",
                    {"dimension": dimension, "allowed": list(values)},
                )
        # Views are made of what is there: tables come first.
        for table, narrowing in sorted(
            NARROWINGS.items(), key=lambda it: it[1].way not in MADE_WAYS
        ):
            if sql := _definition(table, narrowing, scope, f"{store}.main", seen):
                cursor.execute(sql)
        _make_unnamed(cursor, seen, scope)
    except BaseException:
        cursor.rollback()
        raise
    cursor.commit()


def _make_unnamed(cursor: duckdb.DuckDBPyConnection, seen: str, scope: Scope) -> None:
    """The same without what tells who people are."""
    cursor.execute(f"create schema {seen}_unnamed")
    for table, narrowing in NARROWINGS.items():
        if not _is_hidden(narrowing, scope):
            nulls = ", ".join(f"cast(null as varchar) as {it}" for it in narrowing.personal)
            columns = f"* replace ({nulls})" if nulls else "*"
            cursor.execute(
                f"create view {seen}_unnamed.{table} as select {columns} from {seen}.{table}"
            )


def _definition(table: str, narrowing: Narrowing, scope: Scope, main: str, seen: str) -> str | None:
    """The statement that makes a table's view or, of what is counted again, an empty table."""
    if _is_hidden(narrowing, scope):
        return None
    view = f"create view {seen}.{table} as select"
    if scope.is_everything or narrowing.way == "open":
        return f"{view} * from {main}.{table}"
    match narrowing.way:
        case "counted" | "seen_batches":
            columns = "*" if narrowing.way == "counted" else ", ".join(BATCH_COLUMNS)
            return f"create table {seen}.{table} as select {columns} from {main}.{table} limit 0"
        case "kept":
            within = f"scope in (select scope from {seen}.scopes_within)"
            return f"{view} * from {main}.{table} where {within}"
        case "beside":
            return f"{view} * from {main}.{table} where {narrowing.told.format(seen=seen)}"
        case "versions":
            return f"{view} version.* from {_versions(table, narrowing, scope, main, seen)}"
    parts = [_allowed(narrowing.counted, scope, seen, "{name}")]
    if narrowing.told:
        parts.append(narrowing.told.format(seen=seen))
    return f"{view} * from {main}.{table} where {' and '.join(parts)}"


def _is_hidden(narrowing: Narrowing, scope: Scope) -> bool:
    return narrowing.way == "hidden" or (narrowing.way == "whole" and not scope.is_everything)


def _seen_batches(store: str, table: str) -> str:
    """Fills the batches of a schema: those of files that brought a row that is seen."""
    brought = " union ".join(f"select batch_id from {it}" for it in BRINGING_TABLES)
    return (
        f"insert into {table} select {', '.join(BATCH_COLUMNS)} "
        f"from {store}.main.{table} where batch_id in ({brought})"
    )


def _versions(table: str, narrowing: Narrowing, scope: Scope, main: str, seen: str) -> str:
    """Versions in the scope of rows that are in it now, with the dimensions of their customers
    where they take those over."""
    current = f"version.{narrowing.key} in (select {narrowing.key} from {seen}.{narrowing.told})"
    join, column = "", "version.{name}"
    if narrowing.day:
        join = (
            f" left join {main}.customer_dimensions as own"
            f" on version.customer_id = own.customer_id"
            f" and version.{narrowing.day} >= own.from_on"
            f" and version.{narrowing.day} < own.until_on"
        )
        column = "coalesce(version.{name}, own.{name})"
    own = _allowed(narrowing.counted, scope, seen, column, plain="version.{name}")
    return f"{main}.{table} as version{join} where {current} and {own}"


def _allowed(
    counted: Counted | None, scope: Scope, seen: str, column: str, plain: str = "{name}"
) -> str:
    """The condition that the scope puts on rows; null is outside of every scope."""
    if counted is None:
        raise ValueError("rows are narrowed by the dimensions of what they count")
    if scope.is_nothing or lacking_dimensions(scope, counted):
        return "false"
    of_customers = set(DIMENSIONS) - set(LEFT_OUT["customers"])
    return " and ".join(
        f"{(column if name in of_customers else plain).format(name=name)} in "
        f"(select value from {seen}.allowed where dimension = '{name}')"
        for name, _ in scope.allowed
    )


def _facts(cursor: duckdb.DuckDBPyConnection) -> str:
    counts = ", ".join(
        f"(select count(*) from {it})"
        for it in (*(it for it in BRINGING_TABLES if it != "assessments"), "assessment_versions")
    )
    found = cursor.execute(
        f"""select md5(concat_ws('.',
            (select string_agg(counted_with, ',') from store_info),
            (select string_agg(concat_ws(':', batch_id, undone_at), ',' order by batch_id)
                from batches),
            (select string_agg(concat_ws(':', table_name, batch_id, mark), ','
                order by table_name, batch_id) from batch_marks),
            {counts})) as mark"""
    ).fetchall()
    return str(found[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
