"""Imports from before marks were kept: their rows still have the hash of what the file said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.columns import HISTORY, load_columns
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import RESTORE
from cxdata.ingest.soundness.report import Problem
from cxdata.ingest.storing.tables import KEYLESS_PREFIX, TABLES, FactTable
from cxdata.models import CUSTOMER_DIMENSIONS, OWN_DIMENSIONS, Kind

OTHER_HASH = N_("Batch {batch}: {count} rows of {table} aren't what their file said.")
OTHER_FORM = N_("Batch {batch}: its rows have hashes of another form, which prove nothing here.")

DifferingHashes = tuple[int, int, int]  # batch, rows, of these with another hash


def hash_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    for table, (batch_id, rows, others) in _differing(con):
        if others < rows:
            yield Problem(
                "hash", OTHER_HASH, batch=batch_id, count=others, table=table, remedy=Note(RESTORE)
            )


def unproven_hashes(con: duckdb.DuckDBPyConnection) -> Iterator[Note]:
    """Batches of which no row fits: an earlier version made their hashes."""
    for _, (batch_id, rows, others) in _differing(con):
        if others == rows:
            yield Note(OTHER_FORM, batch=batch_id)


def _differing(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, DifferingHashes]]:
    for kind, table in TABLES.items():
        rows = con.execute(_hash_sql(kind, table)).fetchall()
        yield from ((table.view, found) for found in rows if found[2])


def _hash_sql(kind: Kind, table: FactTable) -> str:
    """A dimension that the file left open was filled from the customer: each may be one."""
    fields = _without_own(load_columns().stored(kind))
    filled = _without_own(CUSTOMER_DIMENSIONS) if table.takes_dimensions else ()
    openings = [open_ for size in range(len(filled) + 1) for open_ in combinations(filled, size)]
    fits = " or ".join(f"content_hash = {_hash(fields, table, open_)}" for open_ in openings)
    return f"""select batch_id, count(*), count(*) filter (not ({fits}))
        from (
            select fact.*, coalesce(rated.ratings, '') as ratings
            from {table.name} as fact {_ratings(kind)}
            where batch_id in (select batch_id from batch_marks where not is_of_import)
        ) as written
        group by batch_id order by batch_id"""


def _without_own(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the firm's own dimensions there were none before marks were kept, nor of revenue over
    time."""
    return tuple(name for name in names if name not in (*OWN_DIMENSIONS, HISTORY))


def _hash(fields: tuple[str, ...], table: FactTable, left_open: tuple[str, ...]) -> str:
    texts = ", ".join(_text(name, table, left_open) for name in [*fields, "ratings"])
    return f"cast(md5_number(concat_ws(chr(31), {texts})) >> 64 as ubigint)"


def _text(name: str, table: FactTable, left_open: tuple[str, ...]) -> str:
    if name in left_open:
        return "chr(30)"
    if name == table.key:
        return f"case when starts_with({name}, '{KEYLESS_PREFIX}') then chr(30) else {name} end"
    return f"coalesce(cast({name} as varchar), chr(30))"


def _ratings(kind: Kind) -> str:
    if kind != "responses":
        return "left join (select '' as ratings) as rated on false"
    return """left join (
                select response_id as rated_id, batch_id as rated_batch,
                    string_agg(touchpoint || '=' || cast(score as varchar), ';'
                        order by touchpoint) as ratings
                from rating_versions group by response_id, batch_id
            ) as rated on rated_id = fact.response_id and rated_batch = fact.batch_id"""
