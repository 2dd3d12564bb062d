"""Valid rows into the store: one transaction, one batch, nothing doubled.

A row is known by its own identifier, or else by its content and how often that content has
stood in the file so far: two equal anonymous answers are two people, and the same rows in
another file are the same people. Every version of a row is kept with its batch, also one
that equals the current version, so that undoing any batch leaves what the others brought.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from cxdata.ingest.columns import RATING_PREFIX, load_columns
from cxdata.ingest.comments.wording import comment_terms
from cxdata.ingest.judging.dates import local_days
from cxdata.ingest.judging.validation import ValidRows
from cxdata.ingest.storing.erased import REMOVED, hide_erased, hide_refused, insert_hidden_terms
from cxdata.ingest.storing.matching import match_keyless
from cxdata.ingest.storing.merging import (
    Given,
    content_texts,
    insert_kept_ratings,
    kept_sql,
    merge_staged,
)
from cxdata.ingest.storing.tables import KEYLESS_PREFIX, TABLES, FactTable
from cxdata.models import CUSTOMER_DIMENSIONS, Kind, Refusal
from cxdata.store.marks import mark_batch


@dataclass(frozen=True)
class Counts:
    """What becomes of the valid rows.

    ``compared`` are those that were laid beside a current version with another content, ``matched``
    those that were known again without an identifier, ``hidden`` those of people who were erased.
    """

    accepted: int
    corrected: int
    replaced: int
    duplicate: int
    compared: int = 0
    matched: int = 0
    hidden: int = 0


@dataclass(frozen=True)
class BatchRecord:
    """What a batch remembers of its file."""

    file_name: str
    sha256: str
    kind: Kind
    mapping: Mapping[str, str]
    loaded_by: str | None
    extracted_at: datetime | None


@dataclass(frozen=True)
class EarlierBatch:
    """A batch that stands in the store."""

    batch_id: int
    row_count: int
    refused_count: int


def stage(
    con: duckdb.DuckDBPyConnection,
    kind: Kind,
    rows: ValidRows,
    time_zone: str,
    *,
    is_apart: bool = False,
    keeps_empty: bool = False,
) -> Counts:
    """Lay the rows beside the store's own, in a table of the connection, and count them.

    ``incoming`` then holds the rows, ``staged`` one row per key, the file's last, with its
    ``status``: new, replaced or duplicate, and ``merged``, if any row was compared, those that are
    replaced, completed by what the file doesn't say. Nothing is stored yet.

    Parameters
    ----------
    is_apart
        No identifier of the file is a row's own: its content is.
    keeps_empty
        Empty cells say nothing, so that what the store has stays.
    """
    table = TABLES[kind]
    con.register("incoming", _incoming(rows.frame, table, time_zone))
    con.execute(_staging_sql(kind, table, is_apart=is_apart))
    hidden = hide_erased(con, kind)
    given = given_of(rows, keeps_empty=keeps_empty)
    accepted, corrected, replaced, keyless = _staged_counts(con)
    matched = 0
    # Of rows that are said to be different ones, none is known again by less than all it says.
    if keyless and not is_apart:
        matched = match_keyless(con, kind, given)
    compared = replaced + matched
    if compared:
        merge_staged(con, kind, given)
        accepted, corrected, replaced, _ = _staged_counts(con)
    duplicate = rows.frame.height - accepted
    return Counts(accepted, corrected, replaced, duplicate, compared, matched, hidden)


def _staged_counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int, int]:
    """Staged rows that are accepted, those of them that were corrected, those that replace a
    version, and new ones without an identifier."""
    found = con.execute(
        f"""select count(*) filter (status <> 'duplicate'),
            count(*) filter (status <> 'duplicate' and is_corrected),
            count(*) filter (status = 'replaced'),
            count(*) filter (status = 'new' and starts_with(fact_key, '{KEYLESS_PREFIX}'))
        from staged"""
    ).fetchall()[0]
    return int(found[0]), int(found[1]), int(found[2]), int(found[3])


def given_of(rows: ValidRows, *, keeps_empty: bool) -> Given:
    """What the file says of each row."""
    names = [name for name in rows.frame.columns if name.startswith(RATING_PREFIX)]
    touchpoints = tuple(name.removeprefix(RATING_PREFIX) for name in names)
    return Given(rows.given, rows.own_columns, touchpoints, keeps_empty)


def store_staged(
    con: duckdb.DuckDBPyConnection,
    rows: ValidRows,
    counts: Counts,
    batch: BatchRecord,
    on_step: Callable[[float], None] = lambda done: None,
    *,
    keeps_empty: bool = False,
) -> tuple[int, datetime]:
    """Write the staged rows and their batch; the caller's transaction makes it one step.

    ``on_step`` is called with how much of it is done, from 0 to 1.
    """
    batch_id = int(con.execute("select nextval('batch_ids')").fetchall()[0][0])
    loaded_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    _insert_batch(
        con,
        batch_id,
        loaded_at,
        counts,
        batch,
        row_count=rows.row_count,
        refused_count=rows.refused_count,
        left_out_count=rows.left_out_count,
    )
    _insert_refusals(con, batch_id, rows.refusals)
    _insert_versions(con, batch_id, batch.kind, given_of(rows, keeps_empty=keeps_empty), counts)
    if batch.kind == "responses":
        _insert_ratings(con, batch_id, rows)
        if counts.compared:
            insert_kept_ratings(con, batch_id)
        if counts.hidden:
            insert_hidden_terms(con, batch_id)
        insert_terms(con, batch_id, on_step)
    mark_batch(con, batch_id, _tables_of(batch.kind, has_refusals=bool(rows.refusals)))
    return batch_id, loaded_at


def _tables_of(kind: Kind, *, has_refusals: bool) -> list[str]:
    """The tables that a file of the kind brings rows to."""
    beside = ("rating_versions", "comment_terms") if kind == "responses" else ()
    refused = ("refused_rows",) if has_refusals else ()
    return [TABLES[kind].name, *beside, *refused]


def insert_cases_batch(
    con: duckdb.DuckDBPyConnection,
    batch: BatchRecord,
    counts: Counts,
    row_count: int,
    refusals: tuple[Refusal, ...],
    refused_count: int,
) -> tuple[int, datetime]:
    """Write the batch of a list of cases, in the caller's transaction; its rows are no facts."""
    batch_id = int(con.execute("select nextval('batch_ids')").fetchall()[0][0])
    loaded_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    _insert_batch(
        con, batch_id, loaded_at, counts, batch, row_count=row_count, refused_count=refused_count
    )
    _insert_refusals(con, batch_id, refusals)
    mark_batch(con, batch_id)
    return batch_id, loaded_at


def touched_days(
    con: duckdb.DuckDBPyConnection, batch_id: int, kind: Kind, *, has_others: bool = True
) -> list[date]:
    """The local days whose facts change with the batch, once it is stored or before it is undone:
    of all versions of its current rows, of contacts also of those that later ones have replaced,
    because they tell what was known. Of customers those of their answers and contacts that leave a
    dimension open, and of contacts that have a standard because of who they are from; none of
    assessments.

    ``has_others``: another batch may have versions of these rows.
    """
    table = TABLES[kind]
    if kind == "customers":
        return [
            *_days_of_open(con, batch_id, TABLES["responses"]),
            *_days_of_open(con, batch_id, TABLES["contacts"]),
            *_days_of_strategic_contacts(con, batch_id),
        ]
    if not table.day:
        return []
    days = f"""select distinct {table.day} from {table.name}
        where batch_id = $batch_id and is_current"""
    if has_others:
        counts = "true" if kind == "contacts" else "own.is_current"
        days += f"""
        union
        select other.{table.day} from {table.name} as other
        join {table.name} as own on own.{table.key} = other.{table.key}
        where own.batch_id = $batch_id and {counts} and other.batch_id <> $batch_id"""
    rows = con.execute(days, {"batch_id": batch_id}).fetchall()
    return [row[0] for row in rows]


def _days_of_open(con: duckdb.DuckDBPyConnection, batch_id: int, table: FactTable) -> list[date]:
    """Of all versions of the batch's customers: what a newer one empties was theirs, too."""
    said = ", ".join(f"max({name}) as {name}" for name in CUSTOMER_DIMENSIONS)
    is_open = " or ".join(
        f"(fact.{name} is null and own.{name} is not null)" for name in CUSTOMER_DIMENSIONS
    )
    rows = con.execute(
        f"""with own as (
            select customer_id, {said} from customer_versions
            where customer_id in (
                select customer_id from customer_versions where batch_id = $batch_id)
            group by customer_id
        )
        select distinct fact.{table.day}
        from {table.name} as fact
        join own on fact.customer_id = own.customer_id
        where fact.is_current and ({is_open})""",
        {"batch_id": batch_id},
    ).fetchall()
    return [row[0] for row in rows]


def _days_of_strategic_contacts(con: duckdb.DuckDBPyConnection, batch_id: int) -> list[date]:
    """Of the batch's customers who are strategic accounts in any version, if these have a standard
    of their own."""
    rows = con.execute(
        """select distinct fact.opened_on
        from contact_versions as fact
        join (
            select customer_id from customer_versions
            where customer_id in (
                select customer_id from customer_versions where batch_id = $batch_id)
            group by customer_id
            having coalesce(bool_or(is_strategic), false)
        ) as own on fact.customer_id = own.customer_id
        where fact.is_current
            and exists (select 1 from response_standards where audience = 'strategic')""",
        {"batch_id": batch_id},
    ).fetchall()
    return [row[0] for row in rows]


def earlier_batch(con: duckdb.DuckDBPyConnection, batch: BatchRecord) -> EarlierBatch | None:
    """The batch that brought exactly this file, read in exactly this way."""
    found = con.execute(
        """select batch_id, row_count, refused_count from batches
        where sha256 = $sha256 and kind = $kind and mapping = $mapping and undone_at is null
        order by batch_id desc limit 1""",
        {"sha256": batch.sha256, "kind": batch.kind, "mapping": mapping_text(batch.mapping)},
    ).fetchall()
    return EarlierBatch(*found[0]) if found else None


def mapping_text(mapping: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(mapping.items())), ensure_ascii=False)


def _incoming(frame: pl.DataFrame, table: FactTable, time_zone: str) -> pl.DataFrame:
    """The rows with their local day and their ratings as one text."""
    ratings = [name for name in frame.columns if name.startswith(RATING_PREFIX)]
    texts = [
        pl.lit(f"{name.removeprefix(RATING_PREFIX)}=") + pl.col(name).cast(pl.String)
        for name in sorted(ratings)
    ]
    joined = pl.concat_str(texts, separator=";", ignore_nulls=True) if texts else pl.lit("")
    incoming = frame.with_columns(joined.alias("ratings")).drop(ratings)
    if not table.moment:
        return incoming
    return incoming.with_columns(local_days(incoming[table.moment], time_zone).alias(table.day))


def _staging_sql(kind: Kind, table: FactTable, *, is_apart: bool) -> str:
    """One narrow row per key of the incoming rows, compared with the store's current version."""
    content = f"concat_ws(chr(31), {', '.join(content_texts(kind).values())})"
    own_key = "cast(null as varchar)" if is_apart else _own_key_sql(kind, table)
    identity = "cast(null as varchar)" if is_apart else _identity_sql(kind)
    return f"""create or replace temp table staged as
with written as (
    select line, is_corrected, {own_key} as own_key, {content} as content,
        {identity} as identity
    from incoming
),
hashed as (
    -- md5_number_lower, without its detour by texts of bits
    select line, is_corrected, own_key,
        cast(md5_number(content) >> 64 as ubigint) as content_hash,
        case when own_key is null then left(sha256(coalesce(identity, content)), 24) end
            as content_key
    from written
),
keyed as (
    select line, is_corrected, content_hash, own_key as fact_key
    from hashed where own_key is not null
    union all
    select line, is_corrected, content_hash,
        '{KEYLESS_PREFIX}' || content_key || '-' || cast(
            row_number() over (partition by content_key order by line) as varchar) as fact_key
    from hashed where own_key is null
),
repeated as (
    select fact_key, max(line) as last_line from keyed group by fact_key having count(*) > 1
),
latest as (
    select keyed.line, keyed.fact_key, keyed.content_hash, keyed.is_corrected from keyed
    left join repeated on repeated.fact_key = keyed.fact_key
    where repeated.last_line is null or repeated.last_line = keyed.line
)
select latest.line, latest.fact_key, latest.content_hash, latest.is_corrected,
    case
        when stored.content_hash is null then 'new'
        when stored.content_hash = latest.content_hash then 'duplicate'
        else 'replaced'
    end as status
from latest
left join {table.name} as stored on stored.{table.key} = latest.fact_key and stored.is_current"""


def _own_key_sql(kind: Kind, table: FactTable) -> str:
    """What identifies a row by itself; null where the file says nothing."""
    if kind == "assessments":
        return "concat_ws('|', journey, indicator, cast(assessed_on as varchar))"
    return table.key


def _identity_sql(kind: Kind) -> str:
    """What a row without an identifier is known by; null: by its whole content.

    An invitation to a customer is the same when it comes again answered.
    """
    if kind != "invitations":
        return "cast(null as varchar)"
    parts = ("customer_id", "survey", "cast(sent_at as varchar)", "coalesce(sent_by, '')")
    return f"case when customer_id is not null then concat_ws(chr(31), {', '.join(parts)}) end"


def _insert_batch(
    con: duckdb.DuckDBPyConnection,
    batch_id: int,
    loaded_at: datetime,
    counts: Counts,
    batch: BatchRecord,
    *,
    row_count: int,
    refused_count: int,
    left_out_count: int = 0,
) -> None:
    con.execute(
        """insert into batches (batch_id, file_name, sha256, kind, loaded_by, loaded_at,
            extracted_at, mapping, row_count, accepted_count, corrected_count, replaced_count,
            refused_count, duplicate_count, left_out_count)
        values ($batch_id, $file_name, $sha256, $kind, $loaded_by, $loaded_at, $extracted_at,
            $mapping, $row_count, $accepted, $corrected, $replaced, $refused, $duplicate,
            $left_out)""",
        {
            "batch_id": batch_id,
            "file_name": batch.file_name,
            "sha256": batch.sha256,
            "kind": batch.kind,
            "loaded_by": batch.loaded_by,
            "loaded_at": loaded_at,
            "extracted_at": batch.extracted_at,
            "mapping": mapping_text(batch.mapping),
            "row_count": row_count,
            "accepted": counts.accepted,
            "corrected": counts.corrected,
            "replaced": counts.replaced,
            "refused": refused_count,
            "duplicate": counts.duplicate,
            "left_out": left_out_count,
        },
    )


def _insert_refusals(
    con: duckdb.DuckDBPyConnection, batch_id: int, refusals: tuple[Refusal, ...]
) -> None:
    """The listed refusals, without what names people who were erased."""
    if not refusals:
        return
    frame = pl.DataFrame(
        [
            (each.line, each.column, each.value, each.reason, json.dumps(each.values))
            for each in refusals
        ],
        schema={
            "line": pl.Int64,
            "column": pl.String,
            "value": pl.String,
            "reason": pl.String,
            "reason_values": pl.String,
        },
        orient="row",
    )
    con.register("new_refusals", frame)
    con.execute(
        """insert into refused_rows (batch_id, line, "column", value, reason, reason_values)
        select $batch_id, line, "column", value, reason, reason_values from new_refusals""",
        {"batch_id": batch_id},
    )
    con.unregister("new_refusals")
    hide_refused(con, batch_id)


def _insert_versions(
    con: duckdb.DuckDBPyConnection, batch_id: int, kind: Kind, given: Given, counts: Counts
) -> None:
    table = TABLES[kind]
    if counts.replaced:
        con.execute(
            f"""update {table.name} set is_current = false
            where is_current and {table.key} in (
                select fact_key from staged where status = 'replaced')"""
        )
    fields = [name for name in load_columns().stored(kind) if name != table.key]
    taken, merged = [f"incoming.{name}" for name in fields], ""
    if counts.compared:
        taken = [
            f"case when merged.line is null then incoming.{name} else merged.{name} end"
            for name in fields
        ]
        merged = "left join merged on merged.line = staged.line"
    if table.day:
        fields, taken = [*fields, table.day], [*taken, f"incoming.{table.day}"]
    con.execute(
        f"""insert into {table.name} ({table.key}, {", ".join(fields)}, batch_id, content_hash,
            is_current, kept_fields)
        select staged.fact_key, {", ".join(taken)}, $batch_id, staged.content_hash,
            staged.status <> 'duplicate',
            case when staged.status <> 'new' then {kept_sql(kind, given)} end
        from staged
        join incoming on incoming.line = staged.line {merged}""",
        {"batch_id": batch_id},
    )


def _insert_ratings(con: duckdb.DuckDBPyConnection, batch_id: int, rows: ValidRows) -> None:
    names = [name for name in rows.frame.columns if name.startswith(RATING_PREFIX)]
    if not names:
        return
    field = pl.col("field")
    ratings = rows.frame.unpivot(
        names, index="line", variable_name="field", value_name="score"
    ).select(
        "line",
        "score",
        field.str.strip_prefix(RATING_PREFIX).alias("touchpoint"),
        field.replace_strict(rows.rating_scales, default=None, return_dtype=pl.Int8).alias("scale"),
    )
    con.register("new_ratings", ratings.drop_nulls("score"))
    con.execute(
        """insert into rating_versions (response_id, touchpoint, score, batch_id, scale)
        select staged.fact_key, rating.touchpoint, rating.score, $batch_id, rating.scale
        from new_ratings as rating join staged on staged.line = rating.line""",
        {"batch_id": batch_id},
    )
    con.unregister("new_ratings")


def insert_terms(
    con: duckdb.DuckDBPyConnection, batch_id: int, on_step: Callable[[float], None]
) -> None:
    """Read the comments of a batch for the terms that they mention; those that were removed
    mention what another version of the answer has kept of them."""
    comments = con.sql(
        """select response_id, comment, language from response_versions
        where batch_id = $batch_id and comment is not null
        order by response_id""",
        params={"batch_id": batch_id},
    ).pl()
    if comments.is_empty():
        return
    is_removed = comments["comment"] == REMOVED
    if is_removed.any():
        _insert_kept_terms(con, batch_id)
        comments = comments.filter(~is_removed)
    for terms in comment_terms(comments, on_step):
        con.register("new_terms", terms)
        con.execute(
            """insert into comment_terms (response_id, batch_id, term, label)
            select response_id, $batch_id, term, label from new_terms""",
            {"batch_id": batch_id},
        )
        con.unregister("new_terms")


def delete_read_terms(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Take out the terms of a batch that its comments give again: not those of removed ones."""
    con.execute(
        f"""delete from comment_terms where batch_id = $batch_id and response_id not in (
            select response_id from response_versions
            where batch_id = $batch_id and comment = '{REMOVED}')""",
        {"batch_id": batch_id},
    )


def _insert_kept_terms(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    con.execute(
        f"""insert into comment_terms (response_id, batch_id, term, label)
        with bare as (
            select response_id from response_versions
            where batch_id = $batch_id and comment = '{REMOVED}' and response_id not in (
                select response_id from comment_terms where batch_id = $batch_id)
        ),
        newest as (
            select response_id, max(batch_id) as batch_id from comment_terms
            where response_id in (select response_id from bare) group by response_id
        )
        select bare.response_id, $batch_id, coalesce(kept.term, ''), coalesce(kept.label, '')
        from bare
        left join newest on newest.response_id = bare.response_id
        left join comment_terms as kept
            on kept.response_id = newest.response_id and kept.batch_id = newest.batch_id""",
        {"batch_id": batch_id},
    )
