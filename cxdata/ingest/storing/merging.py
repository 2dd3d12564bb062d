"""What a file says nothing of stays as the store has it, field by field.

A version keeps what it took over beside what its file said, and the names of the fields that it
took over. So undoing the batch that they came from makes them again from what is left.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from cxdata.ingest.columns import HISTORY, RATING_PREFIX, load_columns
from cxdata.ingest.judging.validation import DEFAULTS
from cxdata.ingest.storing.tables import KEYLESS_PREFIX, TABLES, FactTable
from cxdata.models import CUSTOMER_DIMENSIONS, OWN_DIMENSIONS, Kind
from cxdata.store.marks import BATCH_TABLES, batch_fits_marks, mark_batch

EMPTY_CELLS = "@empty_cells"  # in a batch's mapping: what its empty cells do


@dataclass(frozen=True)
class Given:
    """What a file says of each row: its fields, those that have a column of their own, its rated
    touchpoints; ``keeps_empty``: an empty cell says nothing, either."""

    fields: frozenset[str]
    columns: frozenset[str]
    touchpoints: tuple[str, ...] = ()
    keeps_empty: bool = False


@dataclass(frozen=True)
class EmptyCells:
    """Empty cells of a file where the store knows a value: how many, of which fields."""

    count: int
    fields: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]  # a row's key and what the store has


def merge_staged(con: duckdb.DuckDBPyConnection, kind: Kind, given: Given) -> None:
    """Complete the staged rows that differ from their current version by what they don't say.

    ``merged`` then holds them as they will be stored; one that so equals its current version is
    a duplicate in ``staged``.
    """
    table = TABLES[kind]
    fields = [name for name in load_columns().stored(kind) if name != table.key]
    _keep_ratings(con, kind, given)
    made = ", ".join(f"{_merged(name, given)} as {name}" for name in fields)
    same = " and ".join(f"made.{name} is not distinct from made.stored_{name}" for name in fields)
    stored = ", ".join(f"stored.{name} as stored_{name}" for name in fields)
    con.execute(
        f"""create or replace temp table merged as
        select made.*, {same} and made.ratings = made.stored_ratings as is_same
        from (
            select staged.line, staged.fact_key, stored.content_hash as stored_hash,
                stored.batch_id as stored_batch, {made}, {stored},
                {_ratings_text("incoming.ratings", "kept.ratings")} as ratings,
                {_ratings_text("had.ratings", "''")} as stored_ratings
            from staged
            join incoming on incoming.line = staged.line
            join {table.name} as stored
                on stored.{table.key} = staged.fact_key and stored.is_current
            left join (select fact_key, {_rated()} as ratings from kept_ratings group by fact_key)
                as kept on kept.fact_key = staged.fact_key
            left join (
                select response_id, batch_id, {_rated()} as ratings from rating_versions
                where response_id in (select fact_key from staged where status = 'replaced')
                group by response_id, batch_id
            ) as had on had.response_id = staged.fact_key and had.batch_id = stored.batch_id
            where staged.status = 'replaced'
        ) as made"""
    )
    content = content_sql(kind, "merged", "fact_key")
    con.execute(
        f"""update staged set
            status = case when merged.is_same then 'duplicate' else 'replaced' end,
            content_hash = case when merged.is_same then merged.stored_hash
                else cast(md5_number({content}) >> 64 as ubigint) end
        from merged where merged.line = staged.line"""
    )


def emptied_cells(con: duckdb.DuckDBPyConnection, kind: Kind, given: Given) -> EmptyCells:
    """The empty cells of the staged rows that would take away what the store knows."""
    table = TABLES[kind]
    names = [
        name
        for name in load_columns().stored(kind)
        if name in given.columns
        and not (table.takes_dimensions and name in CUSTOMER_DIMENSIONS)
        and name != table.key
    ]
    if not names:
        return EmptyCells(0, (), ())
    parts = " union all ".join(
        f"""select '{name}' as field, fact_key, cast(stored_{name} as varchar) as value
        from merged join incoming on incoming.line = merged.line
        where incoming.{name} is null and stored_{name} is not null"""
        for name in names
    )
    found = con.execute(f"select field, fact_key, value from ({parts})").fetchall()
    fields = tuple(dict.fromkeys(row[0] for row in found))
    return EmptyCells(len(found), fields, tuple((row[1], row[2]) for row in found[:3]))


def kept_sql(kind: Kind, given: Given) -> str:
    """The names of the fields that an incoming row doesn't say, as one text."""
    table = TABLES[kind]
    fields = [name for name in load_columns().stored(kind) if name != table.key]
    absent = ",".join(name for name in fields if name not in given.fields)
    if not given.keeps_empty:
        return f"'{absent}'"
    empty = [
        f"case when incoming.{name} is null then '{name}' end"
        for name in fields
        if name in given.fields
    ]
    parts = ", ".join([f"nullif('{absent}', '')", *empty])
    return f"concat_ws(',', {parts})"


def insert_kept_ratings(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    con.execute(
        """insert into rating_versions (response_id, touchpoint, score, batch_id, scale, is_kept)
        select fact_key, touchpoint, score, $batch_id, scale, true from kept_ratings
        where fact_key in (select fact_key from merged)""",
        {"batch_id": batch_id},
    )


def content_sql(kind: Kind, source: str, key: str) -> str:
    """The content of a row as one text, as its hash is made of; ``ratings`` is a column."""
    table = TABLES[kind]
    key_text = (
        f"case when starts_with({source}.{key}, '{KEYLESS_PREFIX}') then chr(30) "
        f"else {source}.{key} end"
    )
    texts = [
        key_text if name == table.key else text
        for name, text in content_texts(kind, f"{source}.").items()
    ]
    return f"concat_ws(chr(31), {', '.join(texts)})"


def content_texts(kind: Kind, prefix: str = "") -> dict[str, str]:
    """Of each field that makes a row's content, and of its ratings, the text that enters it.

    A dimension of the firm's own, and a revenue over time, say nothing where they have no value,
    so that a row has the content that it had before there were any.
    """
    own = {*OWN_DIMENSIONS, HISTORY} & {*load_columns().stored(kind)}
    fields = [name for name in load_columns().stored(kind) if name not in own]
    texts = {
        name: f"coalesce(cast({prefix}{name} as varchar), chr(30))" for name in [*fields, "ratings"]
    }
    return texts | {name: f"'{name}=' || {prefix}{name}" for name in sorted(own)}


def _merged(name: str, given: Given) -> str:
    """A field of an incoming row, completed by the current version."""
    parts = [f"incoming.{name}"] if name in given.fields else []
    if name not in given.fields or given.keeps_empty:
        parts.append(f"stored.{name}")
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _keep_ratings(con: duckdb.DuckDBPyConnection, kind: Kind, given: Given) -> None:
    is_kept = "not list_contains($touchpoints, rating.touchpoint)"
    if given.keeps_empty:
        said = "contains(';' || incoming.ratings, ';' || rating.touchpoint || '=')"
        is_kept = f"({is_kept} or not {said})"
    if kind != "responses":
        is_kept = "false and len($touchpoints) = 0"
    con.execute(
        f"""create or replace temp table kept_ratings as
        select staged.fact_key, rating.touchpoint, rating.score, rating.scale
        from staged
        join incoming on incoming.line = staged.line
        join response_versions as stored
            on stored.response_id = staged.fact_key and stored.is_current
        join rating_versions as rating on rating.response_id = stored.response_id
            and rating.batch_id = stored.batch_id
        where staged.status = 'replaced' and {is_kept}""",
        {"touchpoints": list(given.touchpoints)},
    )


def _rated() -> str:
    return "string_agg(touchpoint || '=' || cast(score as varchar), ';' order by touchpoint)"


def _ratings_text(first: str, second: str) -> str:
    """Two texts of ratings as one, in one order."""
    both = f"concat_ws(';', nullif({first}, ''), nullif({second}, ''))"
    return f"array_to_string(list_sort(string_split({both}, ';')), ';')"


def refold(con: duckdb.DuckDBPyConnection, kind: Kind, keys: str) -> list[int]:
    """Make again what versions took over, after versions before them have gone.

    Parameters
    ----------
    keys
        A temporary table with the column ``fact_key``: the rows that a version was taken from.

    Returns
    -------
    list[int]
        The batches of which versions changed. Which version is current is set again, too.
    """
    table = TABLES[kind]
    fields = [name for name in load_columns().stored(kind) if name != table.key]
    trusted = _trusted(con, table, keys)
    changed = _refold_fields(con, table, fields, keys)
    if kind == "responses":
        changed |= _refold_ratings(con, keys)
    if not changed:
        return []
    hash_again(con, kind, keys, where="own.kept_fields is not null")
    choose_current(con, table, keys)
    for batch_id in sorted(changed & trusted):
        mark_batch(con, batch_id)
    return sorted(changed)


def _trusted(con: duckdb.DuckDBPyConnection, table: FactTable, keys: str) -> set[int]:
    """The batches with such versions that are as they were stored: damage keeps its mark."""
    rows = con.execute(
        f"""select distinct batch_id from {table.name}
        where kept_fields is not null and {table.key} in (select fact_key from {keys})"""
    ).fetchall()
    return {row[0] for row in rows if batch_fits_marks(con, row[0], BATCH_TABLES)}


def _refold_fields(
    con: duckdb.DuckDBPyConnection, table: FactTable, fields: Sequence[str], keys: str
) -> set[int]:
    made, differs = [], []
    for name in fields:
        is_kept = f"coalesce(list_contains(string_split(kept_fields, ','), '{name}'), false)"
        found = (
            f"last_value(case when not {is_kept} then struct_pack(it := {name}) end ignore nulls) "
            "over (partition by fact_key order by batch_id "
            "rows between unbounded preceding and current row)"
        )
        made.append(f"struct_extract({found}, 'it') as new_{name}, {is_kept} as keeps_{name}")
        differs.append(f"{name} is distinct from new_{name}")
    con.execute(
        f"""create or replace temp table refolded as
        select * from (
            select fact.{table.key} as fact_key, fact.* exclude ({table.key}), {", ".join(made)}
            from (
                select *, {table.key} as fact_key from {table.name}
                where {table.key} in (select fact_key from {keys})
            ) as fact
        ) where kept_fields is not null"""
    )
    for (kind, name), value in DEFAULTS.items():
        if TABLES[kind] is table:
            con.execute(
                f"update refolded set new_{name} = $value where new_{name} is null",
                {"value": value},
            )
    sets = ", ".join(f"{name} = refolded.new_{name}" for name in fields)
    rows = con.execute(
        f"select distinct batch_id from refolded where {' or '.join(differs)}"
    ).fetchall()
    if rows:
        con.execute(
            f"""update {table.name} set {sets} from refolded
            where {table.name}.{table.key} = refolded.fact_key
                and {table.name}.batch_id = refolded.batch_id"""
        )
    return {row[0] for row in rows}


def _refold_ratings(con: duckdb.DuckDBPyConnection, keys: str) -> set[int]:
    con.register("rating_columns", _rating_columns(con))
    con.execute(
        f"""create or replace temp table refolded_ratings as
        with version as (
            select response_id, batch_id, kept_fields is not null as completes
            from response_versions where response_id in (select fact_key from {keys})
        ),
        rated as (
            select response_id, batch_id, touchpoint, score, scale from rating_versions
            where response_id in (select fact_key from {keys}) and is_kept is not true
        ),
        grid as (
            select version.*, point.touchpoint
            from version join (select distinct response_id, touchpoint from rated) as point
                on point.response_id = version.response_id
        ),
        said as (
            select grid.response_id, grid.batch_id, grid.touchpoint,
                rated.score is not null as is_own,
                case when rated.score is not null or not grid.completes
                        or (column_of.touchpoint is not null and not column_of.keeps_empty)
                    then struct_pack(score := rated.score, scale := rated.scale) end as it
            from grid
            left join rated on rated.response_id = grid.response_id
                and rated.batch_id = grid.batch_id and rated.touchpoint = grid.touchpoint
            left join rating_columns as column_of on column_of.batch_id = grid.batch_id
                and column_of.touchpoint = grid.touchpoint
        )
        select response_id, batch_id, touchpoint, found.score as score, found.scale as scale
        from (
            select response_id, batch_id, touchpoint, is_own, last_value(it ignore nulls) over (
                partition by response_id, touchpoint order by batch_id
                rows between unbounded preceding and current row) as found
            from said
        ) where not is_own and found.score is not null"""
    )
    con.unregister("rating_columns")
    kept = f"""select response_id, batch_id, touchpoint, score, scale from rating_versions
        where is_kept and response_id in (select fact_key from {keys})"""
    rows = con.execute(
        f"""select distinct batch_id from (
            ({kept} except select * from refolded_ratings)
            union all (select * from refolded_ratings except {kept}))"""
    ).fetchall()
    if rows:
        con.execute(
            f"""delete from rating_versions
            where is_kept and response_id in (select fact_key from {keys})"""
        )
        con.execute(
            """insert into rating_versions
                (response_id, touchpoint, score, batch_id, scale, is_kept)
            select response_id, touchpoint, score, batch_id, scale, true from refolded_ratings"""
        )
    return {row[0] for row in rows}


def _rating_columns(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The touchpoints that the file of each batch has a column for."""
    batches = con.execute("select batch_id, mapping from batches where kind = 'responses'")
    rows = [
        (batch_id, name.removeprefix(RATING_PREFIX), mapping.get(EMPTY_CELLS) == "keep")
        for batch_id, mapping in ((row[0], json.loads(row[1])) for row in batches.fetchall())
        for name in mapping
        if name.startswith(RATING_PREFIX)
    ]
    schema = {"batch_id": pl.Int64, "touchpoint": pl.String, "keeps_empty": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def hash_again(con: duckdb.DuckDBPyConnection, kind: Kind, keys: str, where: str = "true") -> None:
    """The hashes of versions whose content was changed; ``keys`` as of ``refold``."""
    table = TABLES[kind]
    rated = "select '' as response_id, 0 as batch_id, '' as ratings where false"
    if kind == "responses":
        rated = f"""select response_id, batch_id, {_rated()} as ratings from rating_versions
            where response_id in (select fact_key from {keys}) group by response_id, batch_id"""
    con.execute(
        f"""update {table.name} set content_hash = hashed.content_hash
        from (
            select {table.key} as fact_key, batch_id,
                cast(md5_number({content_sql(kind, "fact", table.key)}) >> 64 as ubigint)
                    as content_hash
            from (
                select own.*, coalesce(rated.ratings, '') as ratings
                from {table.name} as own left join ({rated}) as rated
                    on rated.response_id = own.{table.key} and rated.batch_id = own.batch_id
                where {where}
                    and own.{table.key} in (select fact_key from {keys})
            ) as fact
        ) as hashed
        where {table.name}.{table.key} = hashed.fact_key
            and {table.name}.batch_id = hashed.batch_id"""
    )


def choose_current(con: duckdb.DuckDBPyConnection, table: FactTable, keys: str) -> None:
    """The newest version counts; of equal ones at the end the first, as imports have it.

    ``keys`` is a table with the ``fact_key`` of the rows that are meant.
    """
    con.execute(
        f"""create or replace temp table chosen as
        with version as (
            select {table.key} as fact_key, batch_id, content_hash,
                last_value(content_hash) over (
                    partition by {table.key} order by batch_id
                    rows between unbounded preceding and unbounded following
                ) as newest
            from {table.name} where {table.key} in (select fact_key from {keys})
        ),
        changed as (
            select fact_key, max(batch_id) filter (content_hash <> newest) as last_other
            from version group by fact_key
        )
        select version.fact_key, min(version.batch_id) as batch_id
        from version join changed on changed.fact_key = version.fact_key
        where version.batch_id > coalesce(changed.last_other, -1)
        group by version.fact_key"""
    )
    con.execute(
        f"""update {table.name} set is_current = ({table.key}, batch_id) in (
            select fact_key, batch_id from chosen)
        where {table.key} in (select fact_key from {keys})"""
    )
