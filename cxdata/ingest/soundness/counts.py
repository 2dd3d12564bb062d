"""Everything that is counted from the facts is counted again and compared exactly."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.soundness.blocks import DERIVED_TABLES
from cxdata.ingest.soundness.report import Problem
from cxdata.ingest.soundness.schema import expected_schema
from cxdata.ingest.storing.tables import TABLES
from cxdata.store.connection import Store
from cxdata.store.days import count_days
from cxdata.store.marks import rows_mark

DIFFERS = N_("The daily counts {table} differ from a recount.")
# Sums of fractions: their last digits depend on the order in which they were added.
SUMS: Mapping[str, str] = {
    "contact_days": "score_sum",
    "customer_spans": "annual_revenue_amount",
}
# As a share of the sum, and for sums near zero.
SMALLEST_SHARE, SMALLEST_DIFFERENCE = 1e-9, 1e-6


class _Recounted(Exception):
    """Ends the transaction of a check, so that nothing of it stays."""


def count_problems(store: Store) -> list[Problem]:
    """The derived tables that differ from a recount."""
    problems: list[Problem] = []
    try:
        with store.transaction(is_check=True) as con:
            differing = recounted_differences(con, store)
            problems = [Problem("count", DIFFERS, table=name) for name in differing]
            raise _Recounted
    except _Recounted:
        return problems


def recounted_differences(con: duckdb.DuckDBPyConnection, store: Store) -> list[str]:
    """Count everything again; the tables that were different before."""
    before = {name: _exact_mark(con, name) for name in DERIVED_TABLES}
    for name in SUMS:
        con.execute(f"create or replace temp table before_{name} as from {name}")
    count_days(con, store.settings_history, TABLES)
    return [
        name
        for name in DERIVED_TABLES
        if _exact_mark(con, name) != before[name] or (name in SUMS and _sums_differ(con, name))
    ]


def _exact_mark(con: duckdb.DuckDBPyConnection, name: str) -> tuple[int, str]:
    return rows_mark(con, name, _exact_columns(name))


def _exact_columns(name: str) -> list[str]:
    return [column for column in expected_schema().columns[name] if column != SUMS.get(name)]


def _sums_differ(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Rows are told apart by their other columns, which are the same before and after."""
    keys, column = ", ".join(_exact_columns(name)), SUMS[name]
    same = " and ".join(
        f"now.{key} is not distinct from earlier.{key}" for key in _exact_columns(name)
    )
    summed = f"select {keys}, sum({column}) as total"
    differing = con.execute(
        f"""select count(*) from ({summed} from {name} group by {keys}) as now
        join ({summed} from before_{name} group by {keys}) as earlier on {same}
        where now.total is distinct from earlier.total
            and abs(now.total - earlier.total)
                > {SMALLEST_SHARE} * abs(now.total) + {SMALLEST_DIFFERENCE}"""
    ).fetchall()[0][0]
    return bool(differing)
