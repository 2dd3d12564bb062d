"""Single answers that lie in a lake, asked for there: one list at a time, within a limit of time.

``CXDATA_LAKE_ENGINE`` and ``CXDATA_LAKE_FACTS`` say where, as ``count`` is told. Nothing is kept of
what is read, and a figure never waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, cast

import polars as pl

from cxdata.config import LAKE_ENGINE_VARIABLE, LAKE_FACTS_VARIABLE
from cxdata.errors import EngineError
from cxdata.lake.counting import BEFORE_VIEWS, columns_of, make_views, views_of
from cxdata.lake.engine import engine_session, told_engine
from cxdata.lake.facts import FactColumn, counted_rows, register_rows, see_facts
from cxdata.models import Filters
from cxdata.store.connection import Store
from cxdata.store.query import bound_query

LONGEST_SECONDS = 60.0
# What lists of answers are made of, besides the small tables of the store.
FACTS_READ = ("responses", "customers", "comment_terms")
VIEWS_READ = ("responses", "customers")
SMALL_TABLES = ("term_labels", "customers_known")


def rows_in_lake(
    store: Store, name: str, filters: Filters, parameters: Mapping[str, object]
) -> pl.DataFrame:
    """The rows of ``cxdata/sql/<name>.sql`` over the facts in the lake.

    Returns
    -------
    pl.DataFrame
        Of the columns and types that ``store.query`` gives, in its order.

    Raises
    ------
    EngineError
        If the engine isn't there, fails, or hasn't answered after ``LONGEST_SECONDS``.
    AccessError
        If the store is seen by a reader with rights to a part of it, or without those to people.
    """
    store.see_whole()
    store.see_people()
    engine, place = os.environ[LAKE_ENGINE_VARIABLE], os.environ[LAKE_FACTS_VARIABLE]
    with store.cursor() as con:
        tables, views = columns_of(con), views_of(con)
        small = {it: con.sql(f"select * from {it}").pl() for it in SMALL_TABLES}
    shape = store.query(name, filters, **parameters).schema
    text, values = bound_query(name, filters, parameters)

    def ask() -> pl.DataFrame:
        from cxdata.lake.portable import portable_text

        with engine_session(engine) as session:
            for table, rows in small.items():
                register_rows(session, table, tables[table], rows)
            _see_lake(session, place, tables, views, store.settings.firm.time_zone)
            return cast(
                pl.DataFrame,
                pl.from_arrow(session.sql(portable_text(text, values).sql).toArrow()),
            )

    return _within(LONGEST_SECONDS, engine, ask).select(shape.names()).cast(dict(shape))  # type: ignore[arg-type]


def _see_lake(
    session: Any,
    place: str,
    tables: Mapping[str, list[FactColumn]],
    views: Mapping[str, str],
    zone: str,
) -> None:
    from cxdata.lake.portable import portable

    see_facts(session, place, tables, zone, FACTS_READ)
    counted = counted_rows(session, portable(f"rebuild_{BEFORE_VIEWS}", {}), tables[BEFORE_VIEWS])
    counted.createOrReplaceTempView(BEFORE_VIEWS)
    make_views(session, {name: views[name] for name in VIEWS_READ})


def _within(seconds: float, engine: str, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """What is asked, or a sentence: an engine that hangs is left to itself."""
    told: SimpleQueue[pl.DataFrame | EngineError | None] = SimpleQueue()

    def run() -> None:
        found: pl.DataFrame | EngineError | None = None
        try:
            found = ask()
        except EngineError as error:
            found = error
        finally:
            told.put(found)

    Thread(target=run, name="lake", daemon=True).start()
    try:
        found = told.get(timeout=seconds)
    except Empty:
        raise EngineError(
            "The engine {engine} hasn't answered within {seconds} seconds.",
            "Ask for fewer answers, or again later.",
            engine=told_engine(engine),
            seconds=round(seconds),
        ) from None
    if isinstance(found, EngineError):
        raise found
    if found is None:
        raise EngineError(
            "The list couldn't be read by the engine {engine}; why stands in the log.",
            engine=told_engine(engine),
        )
    return found
