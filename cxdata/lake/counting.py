"""The day tables, counted where the facts lie, by the statements that count them in the store.

Everything is fetched before the first row of the store is touched; then all of it takes the place
of what was there, in one transaction. An engine that isn't there, dies or is refused leaves the
store as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.dataset
import pyarrow.parquet

from cxdata.errors import EngineError
from cxdata.lake.engine import engine_session, told_engine
from cxdata.lake.facts import (
    FactColumn,
    counted_rows,
    register_empty,
    register_facts,
    register_rows,
)
from cxdata.leftovers import temporary_folder
from cxdata.record import note_done
from cxdata.store.connection import Store
from cxdata.store.days import (
    DAY_TABLES,
    clock_rows,
    counting_parameters,
    note_counted_elsewhere,
    see_no_facts,
    standard_rows,
)
from cxdata.store.settings_history import SettingsHistory
from cxdata.store.sources import BATCHES_OF_CONTACTS, rows_of_sources
from cxdata.store.touched import whole_slice

if TYPE_CHECKING:
    from cxdata.lake.portable import Portable

DAYS_OF_ANSWERS = "select distinct responded_on from response_versions where is_current"
DAYS_OF_CONTACTS = "select distinct opened_on from contact_versions where is_current"
# What gives answers, contacts and invitations the dimensions of their customers: the store's views
# are made over the lake once this is counted.
BEFORE_VIEWS = "customer_dimensions"
# Read by its own statement only, which a view of it would have read itself.
READ_BY_ITSELF = "term_days"


@dataclass(frozen=True)
class CountedElsewhere:
    """How many rows each fact of the lake has, and each day table that was filled from them."""

    facts: Mapping[str, int]
    rows: Mapping[str, int]


def count_elsewhere(store: Store, engine: str, facts: str, most_rows: int) -> CountedElsewhere:
    """Fill the day tables of a store without facts of its own from the facts in a lake.

    Parameters
    ----------
    engine
        Where Spark Connect listens: ``spark://host:port`` or ``sc://host:port``.
    facts
        The folder of the facts, as the engine names it: a path, ``s3://…``, ``abfss://…``.
    most_rows
        More than so many rows of one table aren't fetched.

    Raises
    ------
    EngineError
        If the engine isn't there, fails or is of another version, or if its facts can't be
        counted; the store is as it was.
    StoreError
        If the store has facts of its own, or can't be written.
    """
    history = store.settings_history
    with store.cursor() as con:
        see_no_facts(con)
        tables, views = columns_of(con), views_of(con)
    with temporary_folder() as folder:
        with engine_session(engine) as session:
            found = register_facts(session, facts, tables, history.now.firm.time_zone)
            fetched = _Fetched(session, folder.path, tables, most_rows)
            _prepare(fetched, history)
            for table in DAY_TABLES:
                fetched.fetch(table)
                if table == BEFORE_VIEWS:
                    make_views(session, views)
        rows = _take(store, history, fetched)
    told = {"engine": told_engine(engine), "facts": facts, "rows": sum(rows.values())}
    note_done(store, "imported", details=told)
    return CountedElsewhere(found, rows)


class _Fetched:
    """The day tables as the engine counts them: asked one by one, kept in files of a folder."""

    def __init__(
        self, session: Any, folder: Path, tables: Mapping[str, list[FactColumn]], most_rows: int
    ) -> None:
        self.session = session
        self.folder = folder
        self.tables = tables
        self.most_rows = most_rows
        self.values: Mapping[str, object] = {}
        self.columns: dict[str, tuple[str, ...]] = {}

    def rows(self, statement: Portable) -> list[tuple[Any, ...]]:
        """The few rows that a statement gives."""
        return [tuple(row) for row in self.session.sql(statement.sql).collect()]

    def see(self, table: str, rows: pl.DataFrame) -> None:
        """Have small rows that were made here stand under the name of a table."""
        register_rows(self.session, table, self.tables[table], rows)

    def fetch(self, table: str) -> None:
        """Count one day table, keep its rows, and have them there for those that follow."""
        from cxdata.lake.portable import portable

        statement = portable(f"rebuild_{table}", self.values)
        register_empty(self.session, table, self.tables[table])
        rows = counted_rows(self.session, statement, self.tables[table]).persist()
        count = rows.count()
        if count > self.most_rows:
            raise EngineError(
                "{table} would have {count} rows, and no more than {most} of one table are taken "
                "into a store. The store is as it was.",
                "--rows-at-most takes more, if there is room for them.",
                table=table,
                count=count,
                most=self.most_rows,
            )
        fetched = rows.toArrow()
        pyarrow.parquet.write_table(fetched, self.file(table))
        self.columns[table] = statement.columns
        if table != READ_BY_ITSELF:
            rows.createOrReplaceTempView(table)

    def file(self, table: str) -> Path:
        """Where the rows of a table are until they are taken."""
        return self.folder / f"{table}.parquet"


def make_views(session: Any, views: Mapping[str, str]) -> None:
    """The store's own views, over the facts of the lake."""
    from cxdata.lake.portable import portable_text

    for name, text in views.items():
        session.sql(portable_text(text, {}).sql).createOrReplaceTempView(name)


def _prepare(fetched: _Fetched, history: SettingsHistory) -> None:
    """What the statements read and bind besides the facts."""
    from cxdata.lake.portable import portable, portable_text

    first_at, latest_at = fetched.rows(portable("contact_moments", {}))[0]
    sources = fetched.rows(portable_text(BATCHES_OF_CONTACTS, {}))
    fetched.see("contact_sources", rows_of_sources(sources))
    fetched.see("response_standards", standard_rows(history))
    clocks = {} if first_at is None else clock_rows(history, first_at, latest_at)
    for table in ("clock_spans", "local_offsets"):
        fetched.see(table, clocks.get(table, pl.DataFrame()))
    days = [it for (it,) in fetched.rows(portable_text(DAYS_OF_ANSWERS, {}))]
    opened = [it for (it,) in fetched.rows(portable_text(DAYS_OF_CONTACTS, {}))]
    fetched.values = counting_parameters(history.now, days, part=whole_slice(opened))


def _take(store: Store, history: SettingsHistory, fetched: _Fetched) -> dict[str, int]:
    """Put what was fetched in place of what the day tables held, all of it or nothing."""
    taken = {}
    with store.transaction() as con:
        see_no_facts(con)
        for table, columns in fetched.columns.items():
            con.execute(f"delete from {table}")
            con.register("counted_rows", pyarrow.dataset.dataset(fetched.file(table)))
            types = {it.name: it.type for it in fetched.tables[table]}
            told = ", ".join(f'cast("{it}" as {types[it]}) as "{it}"' for it in columns)
            con.execute(f"insert into {table} by name select {told} from counted_rows")
            con.unregister("counted_rows")
            count = con.execute(f"select count(*) from {table}").fetchall()
            taken[table] = int(count[0][0])
        note_counted_elsewhere(con, history)
    return taken


def columns_of(con: Any) -> dict[str, list[FactColumn]]:
    """The columns of each table of the store."""
    rows: Sequence[tuple[str, str, str, bool]] = con.execute(
        """select table_name, column_name, data_type, not is_nullable from duckdb_columns()
        where database_name = current_database() and schema_name = 'main' and not internal
        order by table_name, column_index"""
    ).fetchall()
    columns: dict[str, list[FactColumn]] = {}
    for table, name, kind, is_needed in rows:
        columns.setdefault(table, []).append(FactColumn(name, kind, is_needed))
    return columns


def views_of(con: Any) -> dict[str, str]:
    """The selects of the store's views of facts."""
    rows = con.execute(
        """select view_name, sql from duckdb_views()
        where database_name = current_database() and schema_name = 'main' and not internal
            and view_name in ('responses', 'contacts', 'customers', 'invitations', 'ratings')"""
    ).fetchall()
    return {name: str(text).split(" AS ", 1)[1].rstrip("; \n") for name, text in rows}
