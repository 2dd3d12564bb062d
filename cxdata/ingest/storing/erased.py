"""People who were erased: known again by a keyed hash, and taken without who they are.

Of each identifier of a person who was erased the store keeps a hash with a key of its own. A row
of a later file that has such an identifier comes in under a name made of the hash, without name
and comment. So it is the row that is there already, and nothing is counted twice.
"""

from __future__ import annotations

import secrets

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.comments.wording import comment_terms
from cxdata.ingest.storing.merging import content_sql
from cxdata.ingest.storing.tables import KEYLESS_PREFIX, TABLES
from cxdata.models import Kind
from cxdata.store.connection import Store

ERASED_PREFIX = "erased-"  # begins what stands for an identifier of somebody who was erased
# In place of a comment that was removed: an empty text, which no file brings.
REMOVED = ""
KEY_BYTES = 32
HASH_LETTERS = 24  # of the hash, 96 bits
# A reason that so many people give is nobody's own words.
SHARED_BY = 5
OF_ERASED = N_(
    "{count} rows are of people whose data was erased: they are counted, without who they are."
)


def hash_sql(key: str, what: str, value: str) -> str:
    """The keyed hash of an identifier, 64 hexadecimal digits; all three are SQL.

    Two rounds, each with the key before it, as HMAC has them. ``what`` keeps the identifiers of
    answers apart from those of customers.
    """
    return f"sha256({key} || 'outer' || sha256({key} || 'inner' || {what} || ':' || {value}))"


def stand_in_sql(hashed: str, key: str = "''") -> str:
    """What stands for an identifier; that of a row without one of its own stays known as such."""
    return (
        f"case when starts_with({key}, '{KEYLESS_PREFIX}') then '{KEYLESS_PREFIX}' else '' end "
        f"|| '{ERASED_PREFIX}' || left({hashed}, {HASH_LETTERS})"
    )


def erasure_key(con: duckdb.DuckDBPyConnection) -> str:
    """The key of the store's hashes, made when it is first needed; inside a transaction."""
    found = con.execute("select min(key) from erasure_key").fetchall()[0][0]
    if found is None:
        found = secrets.token_hex(KEY_BYTES)
        con.execute("insert into erasure_key values ($key)", {"key": found})
    return str(found)


def name_key(store: Store, choices: Choices, *, is_kept: bool) -> str | None:
    """The key of the stand-ins for names, if names are to be replaced; else None.

    It is that of the store's other hashes. Where nothing is to be kept and there is none yet, one
    for this look alone.
    """
    if choices.get("names") != "hash":
        return None
    with store.cursor() as con:
        found = con.execute("select min(key) from erasure_key").fetchall()[0][0]
    if found is not None:
        return str(found)
    if not is_kept:
        return secrets.token_hex(KEY_BYTES)
    with store.transaction() as con:
        return erasure_key(con)


def is_anybody_erased(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("select count(*) from erasures").fetchall()[0][0])


def hide_erased(con: duckdb.DuckDBPyConnection, kind: Kind) -> int:
    """Take from ``incoming`` and ``staged`` who those are that were erased; how many rows.

    If there are any, ``hidden`` then holds the rows' lines, what they were known by and what stands
    for it, and ``hidden_terms`` what their comments share with those of others.
    """
    if kind == "assessments" or not is_anybody_erased(con):
        return 0
    con.execute(
        """create or replace temp table hidden (
            line bigint, fact_key varchar, new_key varchar, new_customer varchar)"""
    )
    con.execute(
        """create or replace temp table hidden_terms (
            response_id varchar, term varchar, label varchar)"""
    )
    _find_hidden(con, kind)
    if kind == "responses":
        _keep_shared_terms(con)
    count = int(con.execute("select count(*) from hidden").fetchall()[0][0])
    if count:
        con.register("incoming", con.sql(_anonymous_sql(kind)).pl())
        _stage_again(con, kind)
    return count


def insert_hidden_terms(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """What the comments of hidden answers share with those of others."""
    con.execute(
        """insert into comment_terms (response_id, batch_id, term, label)
        select response_id, $batch_id, term, label from hidden_terms
        where response_id in (select fact_key from staged)""",
        {"batch_id": batch_id},
    )


def hide_refused(con: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Empty the refused values of a batch that name somebody who was erased."""
    if not is_anybody_erased(con):
        return
    hashes = " or ".join(
        f"{hash_sql('erasure_key.key', repr(what), 'value')} in (select key_hash from erasures)"
        for what in TABLES
        if what != "assessments"
    )
    con.execute(
        f"""update refused_rows set value = '{REMOVED}'
        where batch_id = $id and value in (
            select value from refused_rows cross join erasure_key
            where batch_id = $id and ({hashes}))""",
        {"id": batch_id},
    )


def shared_texts_sql(table: str, column: str) -> str:
    """The texts that enough people have in a column, as a select."""
    key = next(it.key for it in TABLES.values() if it.name == table)
    return f"""select {column} from {table} where {column} is not null group by {column}
        having count(distinct coalesce(customer_id, {key})) >= {SHARED_BY}"""


def own_text_sql(column: str, table: str, key: str, value: str | None = None) -> str:
    """A text that many share as it is; that of one person by a hash, so that equal ones of theirs
    stay equal."""
    value = value or column
    stand_in = stand_in_sql(hash_sql(key, f"'{column}'", value))
    return f"""case when {value} is null or {value} in ({shared_texts_sql(table, column)})
            or starts_with({value}, '{ERASED_PREFIX}')
        then {value} else {stand_in} end"""


def _find_hidden(con: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    con.execute(
        f"""insert into hidden
        with named as (
            select staged.line, staged.fact_key, incoming.customer_id
            from staged join incoming on incoming.line = staged.line
        ),
        identifiers as (
            select distinct 'customers' as what, customer_id as id
            from named where customer_id is not null
            union
            select distinct '{kind}', fact_key from named
        ),
        hashed as (
            select identifiers.what, identifiers.id,
                {hash_sql("erasure_key.key", "identifiers.what", "identifiers.id")} as key_hash
            from identifiers cross join erasure_key
        ),
        known as (
            select what, id, min(key_hash) as key_hash from hashed
            where key_hash in (select key_hash from erasures) group by what, id
        ),
        main as (select min(key) as key from erasure_key)
        select named.line, named.fact_key,
            {
            stand_in_sql(
                f"coalesce(own.key_hash, {hash_sql('main.key', repr(kind), 'named.fact_key')})",
                "named.fact_key",
            )
        },
            {stand_in_sql("theirs.key_hash")}
        from named cross join main
        left join known as own on own.what = '{kind}' and own.id = named.fact_key
        left join known as theirs on theirs.what = 'customers' and theirs.id = named.customer_id
        where own.id is not null or theirs.id is not null"""
    )


def _keep_shared_terms(con: duckdb.DuckDBPyConnection) -> None:
    """Read the comments before they go, for the words that enough people use."""
    comments = con.sql(
        """select hidden.new_key as response_id, incoming.comment, incoming.language
        from hidden join incoming on incoming.line = hidden.line
        where incoming.comment is not null order by response_id"""
    ).pl()
    for terms in comment_terms(comments):
        con.register("new_terms", terms)
        con.execute(
            """insert into hidden_terms
            select new_terms.response_id, new_terms.term, coalesce(term_labels.label, '')
            from new_terms left join term_labels on term_labels.term = new_terms.term
            where new_terms.term = '' or term_labels.term is not null"""
        )
        con.unregister("new_terms")


def _anonymous_sql(kind: Kind) -> str:
    """The incoming rows, those that are hidden without who they are."""
    table, main = TABLES[kind], "(select min(key) from erasure_key)"
    made = {table.key: "hidden.new_key", "customer_id": "hidden.new_customer"}
    if kind == "customers":
        reason = own_text_sql("end_reason", table.name, main, "incoming.end_reason")
        made = {table.key: "hidden.new_key", "name": "null", "owner_email": "null"}
        made["end_reason"] = reason
    elif kind == "responses":
        made["comment"] = f"case when incoming.comment is not null then '{REMOVED}' end"
    elif kind == "contacts":
        made["reason"] = own_text_sql("reason", table.name, main, "incoming.reason")
    elif kind == "invitations":
        answer = stand_in_sql(hash_sql(main, "'responses'", "incoming.response_id"))
        made["response_id"] = f"case when incoming.response_id is not null then {answer} end"
    replaced = ", ".join(
        f"case when hidden.line is null then incoming.{name} else {value} end as {name}"
        for name, value in made.items()
    )
    return f"""select incoming.* replace ({replaced})
        from incoming left join hidden on hidden.line = incoming.line"""


def _stage_again(con: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    table = TABLES[kind]
    con.execute(
        f"""update staged set fact_key = made.new_key, content_hash = made.content_hash,
            status = case
                when made.stored_hash is null then 'new'
                when made.stored_hash = made.content_hash then 'duplicate'
                else 'replaced'
            end
        from (
            select hidden.line, hidden.new_key, stored.content_hash as stored_hash,
                cast(md5_number({content_sql(kind, "incoming", table.key)}) >> 64 as ubigint)
                    as content_hash
            from hidden join incoming on incoming.line = hidden.line
            left join {table.name} as stored
                on stored.{table.key} = hidden.new_key and stored.is_current
        ) as made
        where made.line = staged.line"""
    )
