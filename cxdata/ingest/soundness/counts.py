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
from cxdata.store.days import count_days, is_counted_elsewhere
from cxdata.store.marks import prints_of

DIFFERS = N_("The daily counts {table} differ from a recount.")
# Sums of fractions: their last digits depend on the order in which they were added.
SUMS: Mapping[str, str] = {
    "contact_days": "score_sum",
    "customer_spans": "annual_revenue_amount",
}
# As a share of the sum, and for sums near zero.
SMALLEST_SHARE, SMALLEST_DIFFERENCE = 1e-9, 1e-6


def count_problems(store: Store) -> list[Problem]:
    """The derived tables that differ from a recount; none where the facts aren't in the store."""
    with store.cursor() as con:
        if is_counted_elsewhere(con):
            return []
    with store.trial() as con:
        return [Problem("count", DIFFERS, table=name) for name in recounted_differences(con, store)]


def recounted_differences(con: duckdb.DuckDBPyConnection, store: Store) -> list[str]:
    """Count everything again; the tables that were different before."""
    compared = {name: _exact_columns(name) for name in DERIVED_TABLES}
    before = prints_of(con, compared)
    for name in SUMS:
        con.execute(f"create or replace temp table before_{name} as from {name}")
    count_days(con, store.settings_history, TABLES)
    now = prints_of(con, compared)
    return [
        name
        for name in DERIVED_TABLES
        if now[name] != before[name] or (name in SUMS and _sums_differ(con, name))
    ]


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
