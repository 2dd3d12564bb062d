"""A person goes: who they are leaves the store, what is counted of them stays.

Their rows stay with what figures are made of: days, scores, dimensions, what became of contacts.
Identifiers are replaced by hashes, names and comments are taken out, of the words of a comment
those stay that enough people use. So every count of past days stays what it was, also when it is
counted again. Then the file is written anew, and searched for what was in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from cxdata.errors import CxDataError, StoreError
from cxdata.ingest.people.finding import (
    CASES_OF_PERSON,
    OWN_KINDS,
    WAS_ERASED,
    WRITTEN,
    Person,
    choose_rows,
    find_person,
)
from cxdata.ingest.people.finding import person_data as data_of
from cxdata.ingest.people.frozen import replace_in_frozen
from cxdata.ingest.people.proving import Proof, distinctive_parts, search_store
from cxdata.ingest.storing.erased import (
    REMOVED,
    erasure_key,
    hash_sql,
    is_anybody_erased,
    own_text_sql,
    stand_in_sql,
)
from cxdata.ingest.storing.merging import hash_again
from cxdata.ingest.storing.tables import TABLES
from cxdata.models import KINDS
from cxdata.record.acts import INSERT, act_row
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.marks import BATCH_TABLES, batch_fits_marks, mark_batch

IN_PLACE = "…"  # where a name stood in what people wrote


@dataclass(frozen=True)
class Erased:
    """What went: rows by table, and whether anything of it is left in the file."""

    row_counts: Mapping[str, int]
    proof: Proof


def erase_person(store: Store, who: str) -> Erased:
    """Take out of the store who somebody is, for good, and prove that it is gone.

    All of it is done or, after an error, nothing; it is recorded without saying of whom. Copies
    outside of the store, backups first of all, still hold the person. Of somebody who is erased
    already, the file is written anew once more.

    Raises
    ------
    CxDataError
        As of ``find_person``; or if the store can't be written.
    """
    try:
        person = find_person(store, who)
    except CxDataError as error:
        if error.message != WAS_ERASED:
            raise
        return _finished(store, who.strip())
    frames = data_of(store, person)
    counts = {name: frame.height for name, frame in frames.items() if name != "mentions"}
    with store.transaction() as con:
        choose_rows(con, person)
        looked_for = distinctive_parts(con, person, frames)
        key = erasure_key(con)
        _remember(con, key)
        _anonymise(con, key)
        rebuild_days(con, store.settings_history, KINDS)
        con.execute(INSERT, act_row("person_erased", details=counts))
    _rewrite(store)
    return Erased(counts, search_store(store, person, looked_for))


def _finished(store: Store, who: str) -> Erased:
    """Of somebody who is erased already: the file, which may not have been written anew."""
    _rewrite(store)
    person = Person(who, (), {}, (who,))
    return Erased({}, search_store(store, person, person.distinctive))


def _rewrite(store: Store) -> None:
    try:
        store.rewrite()
    except StoreError as error:
        raise StoreError(
            "The person is erased, but their bytes are still in the file: {reason}",
            "Erase them again when nobody reads or imports.",
            reason=str(error),
        ) from error


def erase_known(store: Store) -> int:
    """Erase again whom a restored backup brought back; how many of their identifiers it had."""
    with store.cursor() as con:
        if not is_anybody_erased(con):
            return 0
    with store.transaction() as con:
        con.execute("create or replace temp table chosen (kind varchar, key varchar)")
        con.execute("create or replace temp table named (text varchar, is_long boolean)")
        for kind in ("customers", *OWN_KINDS):
            con.execute(
                f"""insert into chosen
                select distinct '{kind}', ids.id from ({_identifiers_sql(kind)}) as ids
                cross join erasure_key
                where {hash_sql("erasure_key.key", repr(kind), "ids.id")} in (
                    select key_hash from erasures)"""
            )
        for kind in OWN_KINDS:
            table = TABLES[kind]
            con.execute(
                f"""insert into chosen
                select distinct '{kind}', {table.key} from {table.name}
                where customer_id in (select key from chosen where kind = 'customers')
                    and {table.key} not in (select key from chosen where kind = '{kind}')"""
            )
        count = int(con.execute("select count(*) from chosen").fetchall()[0][0])
        if not count:
            return 0
        con.execute(
            """insert into named
            select key, length(key) >= 5 from chosen
            union select name, length(name) >= 5 from customer_versions
            where name is not null and customer_id in (
                select key from chosen where kind = 'customers')"""
        )
        key = erasure_key(con)
        _remember(con, key)
        _anonymise(con, key)
        rebuild_days(con, store.settings_history, KINDS)
        con.execute(INSERT, act_row("person_erased", details={"after_restore": count}))
    store.rewrite()
    return count


def _identifiers_sql(kind: str) -> str:
    if kind != "customers":
        table = TABLES[kind]  # type: ignore[index]
        return f"select {table.key} as id from {table.name}"
    return " union ".join(
        f"select customer_id as id from {TABLES[it].name} where customer_id is not null"
        for it in ("customers", *OWN_KINDS)
    )


def _remember(con: duckdb.DuckDBPyConnection, key: str) -> None:
    """Keep the hashes of the identifiers, also of answers that only an invitation names."""
    con.execute(
        f"""insert into erasures
        select key_hash, $now from (
            select {hash_sql("$key", "kind", "key")} as key_hash from chosen
            union
            select {hash_sql("$key", "'responses'", "response_id")} from invitation_versions
            where response_id is not null
                and invitation_id in (select key from chosen where kind = 'invitations')
        ) where key_hash not in (select key_hash from erasures)""",
        {"key": key, "now": datetime.now(UTC).replace(tzinfo=None, microsecond=0)},
    )


def _anonymise(con: duckdb.DuckDBPyConnection, key: str) -> None:
    """Take who they are out of the rows of ``chosen`` and of what ``named`` names."""
    con.execute(
        f"""create or replace temp table gone as
        select kind, key as old_key,
            {stand_in_sql(hash_sql("$key", "kind", "key"), "key")} as new_key
        from chosen""",
        {"key": key},
    )
    with marks_renewed(con, _touched(con)):
        _empty_comments(con)
        _empty_rows(con, key)
        _empty_written(con)
        _rename(con, key)
        for kind in TABLES:
            con.execute(
                f"""create or replace temp table renamed as
                select distinct new_key as fact_key from gone where kind = '{kind}'"""
            )
            hash_again(con, kind, "renamed")


@contextmanager
def marks_renewed(con: duckdb.DuckDBPyConnection, batch_ids: Sequence[int]) -> Iterator[None]:
    """Within this, the program itself changes what these batches hold: the marks of those that
    fit are made again afterwards, so that a check knows what stands there now."""
    batches = [it for it in batch_ids if batch_fits_marks(con, it, BATCH_TABLES)]
    made = con.execute("select batch_id, table_name, made_at, is_of_import from batch_marks")
    told = {(row[0], row[1]): (row[2], row[3]) for row in made.fetchall()}
    yield
    for batch_id in batches:
        mark_batch(con, batch_id)
        _keep_told(con, batch_id, told)


def _touched(con: duckdb.DuckDBPyConnection) -> list[int]:
    """The batches that brought any of it."""
    parts = [
        f"""select batch_id from {table.name} where {table.key} in (
            select old_key from gone where kind = '{kind}')"""
        for kind, table in TABLES.items()
    ]
    parts += [
        """select batch_id from invitation_versions where response_id in (
            select old_key from gone where kind = 'responses')""",
        f"select batch_id from refused_rows where {_names('value')} or {_names('reason_values')}",
        f"select batch_id from assessment_versions where {_names('evidence')}",
    ]
    rows = con.execute(f"select distinct batch_id from ({' union '.join(parts)})").fetchall()
    return sorted(row[0] for row in rows)


def _names(column: str) -> str:
    return f"""(lower({column}) in (select lower(text) from named) or exists (
        select 1 from named where is_long and contains(lower({column}), lower(text))))"""


def _empty_comments(con: duckdb.DuckDBPyConnection) -> None:
    """Of the words of a comment those stay that are shown, which enough people use."""
    of_person = "response_id in (select old_key from gone where kind = 'responses')"
    remove_comments(con, of_person)


def remove_comments(con: duckdb.DuckDBPyConnection, which: str) -> None:
    """Take out the comments of the versions for which a condition holds, and their own words."""
    con.execute(
        f"""create or replace temp table emptied as
        select response_id, batch_id from response_versions
        where comment is not null and comment <> '{REMOVED}' and {which}"""
    )
    in_emptied = "(response_id, batch_id) in (select response_id, batch_id from emptied)"
    con.execute(
        f"""delete from comment_terms
        where {in_emptied} and term <> '' and term not in (select term from term_labels)"""
    )
    con.execute(
        f"""update comment_terms set label = term_labels.label from term_labels
        where term_labels.term = comment_terms.term and {in_emptied}"""
    )
    con.execute(f"update response_versions set comment = '{REMOVED}' where {in_emptied}")


def _empty_rows(con: duckdb.DuckDBPyConnection, key: str) -> None:
    bound = {"key": key}
    con.execute(
        f"""update customer_versions set name = null, owner_email = null,
            end_reason = {own_text_sql("end_reason", "customer_versions", "$key")}
        where customer_id in (select old_key from gone where kind = 'customers')""",
        bound,
    )
    con.execute(
        f"""update contact_versions
        set reason = {own_text_sql("reason", "contact_versions", "$key")}
        where contact_id in (select old_key from gone where kind = 'contacts')""",
        bound,
    )
    _empty_cases(con)


def _empty_cases(con: duckdb.DuckDBPyConnection) -> None:
    """What was written of them goes, and what a rule read in their comment; that there was a case,
    and what became of it, stays."""
    con.execute(
        f"""update case_history set value_before = null, value_after = null
        where field in ('note', 'owner_email')
            and case_id in (select case_id from cases where {CASES_OF_PERSON})"""
    )
    con.execute(f"""update cases set note = null, owner_email = null, facts = '{{}}'
        where {CASES_OF_PERSON}""")
    con.execute(
        """update comment_notes set value = '' where field = 'reply'
            and response_id in (select old_key from gone where kind = 'responses')"""
    )


def _empty_written(con: duckdb.DuckDBPyConnection) -> None:
    """Refused values that name the person, and their name in what people wrote by hand."""
    con.execute(
        f"""update refused_rows set value = '{REMOVED}'
        where {_names("value")}"""
    )
    texts = [row[0] for row in con.execute("select text from named where is_long").fetchall()]
    for text in sorted(texts, key=len, reverse=True):
        for table, column in (*WRITTEN, ("refused_rows", "reason_values")):
            con.execute(
                f"""update {table} set {column} = regexp_replace(
                    {column}, '\\b' || regexp_escape($text) || '\\b', '{IN_PLACE}', 'gi')
                where contains(lower({column}), lower($text))""",
                {"text": text},
            )
    named = [row[0] for row in con.execute("select text from named").fetchall()]
    replace_in_frozen(con, dict.fromkeys(named, IN_PLACE), dict.fromkeys(texts, IN_PLACE))


def _rename(con: duckdb.DuckDBPyConnection, key: str) -> None:
    """Identifiers of the person, wherever they stand, to what stands for them."""
    for table, column, kind in _columns():
        con.execute(
            f"""update {table} set {column} = gone.new_key from gone
            where gone.kind = '{kind}' and gone.old_key = {table}.{column}"""
        )
    answer = stand_in_sql(hash_sql("$key", "'responses'", "response_id"), "response_id")
    con.execute(
        f"""update invitation_versions set response_id = {answer}
        where response_id is not null and not starts_with(response_id, 'erased-')
            and invitation_id in (select new_key from gone where kind = 'invitations')""",
        {"key": key},
    )


def _columns() -> Iterator[tuple[str, str, str]]:
    for kind in OWN_KINDS:
        yield TABLES[kind].name, TABLES[kind].key, kind
        yield TABLES[kind].name, "customer_id", "customers"
    yield "customer_versions", "customer_id", "customers"
    yield "rating_versions", "response_id", "responses"
    yield "comment_terms", "response_id", "responses"
    yield "comment_notes", "response_id", "responses"
    yield "invitation_versions", "response_id", "responses"
    yield "cases", "customer_id", "customers"
    yield "cases", "response_id", "responses"
    yield "cases", "contact_id", "contacts"


def _keep_told(
    con: duckdb.DuckDBPyConnection,
    batch_id: int,
    told: Mapping[tuple[int, str], tuple[datetime, bool]],
) -> None:
    """A mark made after the import isn't one of the import, whenever it is made again."""
    for (batch, table), (made_at, is_of_import) in told.items():
        if batch == batch_id and not is_of_import:
            con.execute(
                """update batch_marks set made_at = $made_at, is_of_import = false
                where batch_id = $batch and table_name = $table""",
                {"batch": batch_id, "table": table, "made_at": made_at},
            )
