"""Daily counts: facts go in, the small tables that every metric reads come out.

Each table is defined once, by its ``sql/rebuild_<table>.sql``. Here they are emptied and
filled again inside the import's own transaction; the same statements can run on another
engine, or be replaced by increments, without a metric noticing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import duckdb
import polars as pl

from cxdata.config import ResponseStandard, Settings
from cxdata.models import Kind
from cxdata.store.clocks import clock_spans
from cxdata.store.query import run_query, run_statement

# Which counts change with which facts.
DAY_TABLES: dict[str, frozenset[Kind]] = {
    "answer_days": frozenset({"responses"}),
    "score_days": frozenset({"responses"}),
    "term_labels": frozenset({"responses"}),
    "term_days": frozenset({"responses"}),  # the terms of term_labels
    "contact_days": frozenset({"contacts"}),
    "wait_days": frozenset({"contacts"}),
    "need_days": frozenset({"contacts"}),
    "customer_spans": frozenset({"customers", "responses"}),
}


def rebuild_days(con: duckdb.DuckDBPyConnection, settings: Settings, kinds: Iterable[Kind]) -> None:
    """Count again what the changed ``kinds`` of facts touch; called inside a transaction."""
    count_days(con, settings, kinds)
    con.execute("update store_info set data_version = data_version + 1")


def count_days(con: duckdb.DuckDBPyConnection, settings: Settings, kinds: Iterable[Kind]) -> None:
    changed = frozenset(kinds)
    if "contacts" in changed:
        _write_standards(con, settings)
        _write_clock(con, settings)
    parameters = {
        "as_of": _latest_contact_moment(con) or datetime(1, 1, 1),  # noqa: DTZ001 - moments of the store are naive UTC
        "class_survey": settings.churn.class_survey,
        "minimum_count": settings.answers.minimum_count,
    }
    for table, sources in DAY_TABLES.items():
        if sources & changed:
            con.execute(f"delete from {table}")
            run_statement(con, f"rebuild_{table}", parameters)
    con.execute("update store_info set counted_with = $print", {"print": fingerprint(settings)})


def fingerprint(settings: Settings) -> str:
    """Equal for settings that count alike."""
    counted = (
        settings.firm,
        sorted(settings.opening_hours.items()),
        sorted(settings.response_time.items()),
        settings.churn.class_survey,
        settings.answers.minimum_count,
        sorted(DAY_TABLES),
    )
    return hashlib.sha256(repr(counted).encode()).hexdigest()


def _write_standards(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute("delete from response_standards")
    con.executemany(
        """insert into response_standards (channel, clock, favourable_seconds, limit_seconds,
            is_strict, abandon_rule, short_abandon_seconds) values (?, ?, ?, ?, ?, ?, ?)""",
        [_standard_row(channel, rule) for channel, rule in settings.response_time.items()],
    )


def _standard_row(channel: str, rule: ResponseStandard) -> list[object]:
    return [
        channel,
        rule.clock,
        rule.favourable_seconds,
        rule.limit_seconds,
        rule.is_strict,
        rule.abandon_rule,
        rule.short_abandon_seconds,
    ]


def _write_clock(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute("delete from clock_spans")
    spans = _spans_of_contacts(con, settings)
    if spans is None:
        return
    con.register("new_clock_spans", spans)
    con.execute(
        """insert into clock_spans (clock, day, from_at, until_at, is_open, seconds_before)
        select clock, day, from_at, until_at, is_open, seconds_before from new_clock_spans"""
    )
    con.unregister("new_clock_spans")


def _spans_of_contacts(con: duckdb.DuckDBPyConnection, settings: Settings) -> pl.DataFrame | None:
    row = run_query(con, "contact_moments", {}).row(0)
    if row[0] is None:
        return None
    first_at, last_at = row
    return clock_spans(
        settings, (first_at - timedelta(days=2)).date(), (last_at + timedelta(days=2)).date()
    )


def _latest_contact_moment(con: duckdb.DuckDBPyConnection) -> datetime | None:
    moment: datetime | None = run_query(con, "contact_moments", {}).row(0)[1]
    return moment
