"""Rows without an identifier, known again by what two files both say of them.

The same file with one more column has another content in every row. Its rows are those of the
earlier file if nearly all of them agree in all that both files say.
"""

from __future__ import annotations

import json

import duckdb

from cxdata.ingest.columns import RATING_PREFIX, load_columns
from cxdata.ingest.storing.merging import Given
from cxdata.ingest.storing.tables import KEYLESS_PREFIX, TABLES, FactTable
from cxdata.models import CUSTOMER_DIMENSIONS, OWN_DIMENSIONS, Kind

# Of the smaller of two files so many rows must agree with the other: two files of days and scores
# alone agree in many by chance.
LEAST_SHARE = 0.9
LEAST_ROWS = 5  # fewer prove nothing
LEAST_SHARED = 2  # fields that both say, the moment among them
TRIED_BATCHES = 10

# What a row may have from its customer instead of its file. A file of one store isn't that of
# another, so what the firm itself names is compared all the same.
_FILLED = frozenset(CUSTOMER_DIMENSIONS) - frozenset(OWN_DIMENSIONS)


def match_keyless(con: duckdb.DuckDBPyConnection, kind: Kind, given: Given) -> int:
    """Give staged new rows without an identifier the key of the stored row that they are; how many
    were known again."""
    table, count = TABLES[kind], 0
    if not table.moment:
        return count
    for batch_id, mapping in _batches(con, kind, table):
        shared = sorted(given.fields & _given_by(kind, mapping) - {*_FILLED, table.key})
        if table.moment in shared and len(shared) >= LEAST_SHARED:
            count += _match(con, table, batch_id, shared)
    return count


def _batches(
    con: duckdb.DuckDBPyConnection, kind: Kind, table: FactTable
) -> list[tuple[int, dict[str, str]]]:
    """The newest batches that have current rows without an identifier."""
    rows = con.execute(
        f"""select batch_id, mapping from batches
        where kind = $kind and undone_at is null and batch_id in (
            select batch_id from {table.name}
            where is_current and starts_with({table.key}, '{KEYLESS_PREFIX}'))
        order by batch_id desc limit {TRIED_BATCHES}""",
        {"kind": kind},
    ).fetchall()
    return [(row[0], json.loads(row[1])) for row in rows]


def _given_by(kind: Kind, mapping: dict[str, str]) -> set[str]:
    """The stored fields that a batch's file said."""
    fields = load_columns().fields[kind]
    named = [name for name in mapping if name in fields and not name.startswith(RATING_PREFIX)]
    stored = load_columns().stored(kind)
    return {fields[name].builds or name for name in named} & {*stored}


def _match(
    con: duckdb.DuckDBPyConnection, table: FactTable, batch_id: int, shared: list[str]
) -> int:
    texts = ", ".join(f"coalesce(cast(it.{name} as varchar), chr(30))" for name in shared)
    content = f"md5_number(concat_ws(chr(31), {texts}))"
    con.execute(
        f"""create or replace temp table agreeing as
        with own as (
            select fact_key, content,
                row_number() over (partition by content order by line) as place
            from (
                select staged.fact_key, staged.line, {content} as content
                from staged join incoming as it on it.line = staged.line
                where staged.status = 'new' and starts_with(staged.fact_key, '{KEYLESS_PREFIX}')
            )
        ),
        had as (
            select known_key, content,
                row_number() over (partition by content order by known_key) as place
            from (
                select it.{table.key} as known_key, {content} as content from {table.name} as it
                where it.is_current and it.batch_id = $batch_id
                    and starts_with(it.{table.key}, '{KEYLESS_PREFIX}')
                    and it.{table.key} not in (select fact_key from staged)
            )
        )
        select own.fact_key, had.known_key,
            least((select count(*) from own), (select count(*) from had)) as smaller
        from own join had on had.content = own.content and had.place = own.place""",
        {"batch_id": batch_id},
    )
    count, smaller = con.execute("select count(*), max(smaller) from agreeing").fetchall()[0]
    if count < LEAST_ROWS or count < LEAST_SHARE * smaller:
        return 0
    con.execute(
        """update staged set fact_key = agreeing.known_key, status = 'replaced'
        from agreeing where agreeing.fact_key = staged.fact_key"""
    )
    return int(count)
