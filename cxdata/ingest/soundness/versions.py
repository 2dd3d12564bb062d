"""Versions, ratings and terms hang together with each other and with their batches."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import RESTORE, filled_tables
from cxdata.ingest.soundness.report import Problem
from cxdata.ingest.storing.tables import TABLES, FactTable

NOT_ONE_CURRENT = N_("{table}: {count} rows have not exactly one current version.")
OLD_CURRENT = N_("{table}: {count} rows show a version that a newer one replaced.")
ORPHANED = N_("{table}: {count} rows belong to no batch, or to an undone one.")
OTHER_KIND = N_("{table}: {count} rows belong to a batch of another kind.")
UNRATED = N_("{count} ratings belong to no answer.")
UNCOMMENTED = N_("{count} terms belong to no comment.")
DONT_ADD_UP = N_("{count} batches don't add up.")
OTHER_NUMBER = N_("{count} batches don't hold as many rows as they say.")


def version_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    filled = filled_tables(con)
    for kind, table in TABLES.items():
        if table.name in filled:
            yield from _current_problems(con, table)
            yield from _origin_problems(con, kind, table)
    yield from _batch_problems(con)
    yield from _reference_problems(con)


def _current_problems(con: duckdb.DuckDBPyConnection, table: FactTable) -> Iterator[Problem]:
    """The newest version counts, or an older one of the same content."""
    unclear, outdated = con.execute(
        f"""select count(*) filter (current_count <> 1),
            count(*) filter (current_count = 1 and current_content <> newest_content)
        from (
            select count(*) filter (is_current) as current_count,
                max(content_hash) filter (is_current) as current_content,
                max_by(content_hash, batch_id) as newest_content
            from {table.name} group by {table.key}
        ) as facts"""
    ).fetchall()[0]
    if unclear:
        yield Problem("current", NOT_ONE_CURRENT, table=table.view, count=unclear)
    if outdated:
        yield Problem("current", OLD_CURRENT, table=table.view, count=outdated)


def _origin_problems(
    con: duckdb.DuckDBPyConnection, kind: str, table: FactTable
) -> Iterator[Problem]:
    orphaned, misplaced = con.execute(
        f"""select count(*) filter (batch.batch_id is null or batch.undone_at is not null),
            count(*) filter (batch.undone_at is null and batch.kind <> $kind)
        from {table.name} as fact left join batches as batch on batch.batch_id = fact.batch_id""",
        {"kind": kind},
    ).fetchall()[0]
    remedy = Note(RESTORE)
    if orphaned:
        yield Problem("orphan", ORPHANED, table=table.view, count=orphaned, remedy=remedy)
    if misplaced:
        yield Problem("orphan", OTHER_KIND, table=table.view, count=misplaced, remedy=remedy)


def _batch_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Each accepted row is a version; of the duplicates those that repeat no row of the file. Lists
    of cases bring no versions: what they changed stands in the history of the cases."""
    versions = " union all ".join(f"select batch_id from {it.name}" for it in TABLES.values())
    unequal, unlike = con.execute(
        f"""select
            count(*) filter (row_count <> accepted_count + refused_count + duplicate_count),
            count(*) filter (undone_at is null and kind <> 'cases'
                and coalesce(held.version_count, 0) not between
                    accepted_count and accepted_count + duplicate_count)
        from batches left join (
            select batch_id, count(*) as version_count from ({versions}) as version
            group by batch_id
        ) as held on held.batch_id = batches.batch_id"""
    ).fetchall()[0]
    remedy = Note(RESTORE)
    if unequal:
        yield Problem("batch", DONT_ADD_UP, count=unequal, remedy=remedy)
    if unlike:
        yield Problem("batch", OTHER_NUMBER, count=unlike, remedy=remedy)


def _reference_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    questions = (
        (UNRATED, "rating_versions", "response_versions", "true"),
        (UNCOMMENTED, "comment_terms", "response_versions", "other.comment is not null"),
    )
    for text, table, other, condition in questions:
        count = con.execute(
            f"""select count(*) from {table} as own left join {other} as other
                on other.response_id = own.response_id and other.batch_id = own.batch_id
                    and {condition}
            where other.response_id is null"""
        ).fetchall()[0][0]
        if count:
            remedy = Note(RESTORE) if table == "rating_versions" else None
            yield Problem("reference", text, count=count, remedy=remedy)
