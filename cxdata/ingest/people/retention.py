"""What is about people goes after its time: comments, names, and who did what; counts stay."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from cxdata.errors import StoreError
from cxdata.ingest.people.erasing import marks_renewed, remove_comments
from cxdata.ingest.people.frozen import replace_in_frozen
from cxdata.ingest.stand_ins import STAND_IN_FORM, with_stand_ins
from cxdata.ingest.storing.erased import REMOVED, erasure_key
from cxdata.ingest.storing.merging import hash_again
from cxdata.ingest.storing.tables import TABLES
from cxdata.models import Kind
from cxdata.record.acts import INSERT, act_row
from cxdata.record.reading import RETENTION, shorten_record
from cxdata.store.connection import Store

# Where names are stored: table, its key and column.
NAMED: tuple[tuple[Kind, str, str], ...] = (
    ("customers", "customer_versions", "name"),
    ("customers", "customer_versions", "owner_email"),
    ("assessments", "assessment_versions", "assessed_by"),
)
PLAIN_NAMES = " union ".join(
    f"""select {column} as name from {table}
        where {column} <> '' and not regexp_full_match({column}, '{STAND_IN_FORM}')"""
    for _, table, column in NAMED
)
NO_NAMES = "select '' as name where false"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removed:
    """How much went: comments of answers, customers whose name went, acts of the record;
    different names in whose place a keyed hash stands now."""

    comment_count: int = 0
    name_count: int = 0
    act_count: int = 0
    hashed_count: int = 0


def first_kept_day(today: date, months: int) -> date:
    """From which day on what is kept for so many months stays: the first of a month, so that
    something goes once a month and never before its time.

    >>> first_kept_day(date(2026, 11, 30), 12), first_kept_day(date(2026, 1, 1), 1)
    (datetime.date(2025, 11, 1), datetime.date(2025, 12, 1))
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(max(year, 1), month + 1, 1)


def keep_to_time(store: Store, today: date | None = None) -> Removed:
    """Remove what the settings ``[privacy]`` give no more time; what goes is recorded.

    Where they want keyed hashes in the place of names, those of earlier imports are replaced.

    All counts stay: of the words of a comment those remain that enough people use. The file is
    written anew if anything went. Cheap if nothing is due.

    Raises
    ------
    StoreError
        If the store can't be written.
    """
    day, privacy = today or datetime.now(UTC).date(), store.settings.privacy
    acts = shorten_record(store, privacy.record_months, day)
    comments = _due_sql("comments", day, privacy.comment_months)
    names = _due_sql("names", day, privacy.name_months)
    notes = _due_notes_sql(day, privacy.comment_months)
    plain = PLAIN_NAMES if privacy.hash_names else NO_NAMES
    with store.cursor() as con:
        is_due = any(_exists(con, it) for it in (comments, names, notes, plain))
    if not is_due:
        return Removed(act_count=acts)
    with store.transaction() as con:
        removed = _remove(con, comments, names, acts)
        _remove_notes(con, notes)
        removed = replace(removed, hashed_count=_hash_names(con, plain))
        details = {"comments": removed.comment_count, "names": removed.name_count}
        if removed.hashed_count:
            details["hashed"] = removed.hashed_count
        con.execute(INSERT, act_row("retention", RETENTION, details=details))
        con.execute("update store_info set data_version = data_version + 1")
    store.rewrite()
    return removed


def keep_to_time_quietly(store: Store) -> None:
    """As ``keep_to_time``, beside something that is done: what hinders it goes to the log."""
    try:
        keep_to_time(store)
    except StoreError as error:
        log.warning("What is past its time isn't removed: %s", error)


def _due_sql(what: str, today: date, months: int) -> str:
    """The versions that are due: key and batch of each."""
    if not months:
        return "select '' as fact_key, 0 as batch_id where false"
    cut = f"date '{first_kept_day(today, months).isoformat()}'"
    if what == "comments":
        return f"""select response_id as fact_key, batch_id from response_versions
            where comment is not null and comment <> '{REMOVED}' and responded_on < {cut}"""
    return f"""select customer_id as fact_key, batch_id from customer_versions
        where (name is not null or owner_email is not null) and customer_id in (
            select customer_id from customer_versions where is_current and ended_on < {cut})"""


def _due_notes_sql(today: date, months: int) -> str:
    """The finished cases of which what was noted is due: as old as a comment."""
    if not months:
        return "select '' as case_id where false"
    cut = f"timestamp '{first_kept_day(today, months).isoformat()}'"
    return f"""select case_id from cases where closed_at < {cut} and (
        note is not null or case_id in (select case_id from case_history
            where field = 'note' and value_after is not null))"""


def _remove_notes(con: duckdb.DuckDBPyConnection, due: str) -> None:
    con.execute(f"create or replace temp table due_notes as {due}")
    con.execute("update cases set note = null where case_id in (select case_id from due_notes)")
    con.execute(
        """update case_history set value_before = null, value_after = null
        where field = 'note' and case_id in (select case_id from due_notes)"""
    )


def _exists(con: duckdb.DuckDBPyConnection, due: str) -> bool:
    return bool(con.execute(f"select exists ({due})").fetchall()[0][0])


def _remove(con: duckdb.DuckDBPyConnection, comments: str, names: str, act_count: int) -> Removed:
    con.execute(f"create or replace temp table due_comments as {comments}")
    con.execute(f"create or replace temp table due_names as {names}")
    batches = con.execute(
        "select batch_id from due_comments union select batch_id from due_names order by all"
    ).fetchall()
    with marks_renewed(con, [row[0] for row in batches]):
        remove_comments(
            con, "(response_id, batch_id) in (select fact_key, batch_id from due_comments)"
        )
        _empty_frozen(con)
        con.execute(
            """update customer_versions set name = null, owner_email = null
            where customer_id in (select fact_key from due_names)"""
        )
        due: tuple[tuple[Kind, str], ...] = (
            ("responses", "due_comments"),
            ("customers", "due_names"),
        )
        for kind, keys in due:
            hash_again(con, kind, keys)
    counts = con.execute(
        """select (select count(distinct fact_key) from due_comments),
            (select count(distinct fact_key) from due_names)"""
    ).fetchall()[0]
    return Removed(int(counts[0]), int(counts[1]), act_count)


def _empty_frozen(con: duckdb.DuckDBPyConnection) -> None:
    """The names that are due, in the lists of frozen packs."""
    rows = con.execute(
        """select distinct unnest([name, owner_email]) from customer_versions
        where customer_id in (select fact_key from due_names)
        except select distinct unnest([name, owner_email]) from customer_versions
        where customer_id not in (select fact_key from due_names)"""
    ).fetchall()
    names = {row[0] for row in rows if row[0]}
    replace_in_frozen(con, dict.fromkeys(sorted(names), REMOVED), {})


def plain_name_count(con: duckdb.DuckDBPyConnection) -> int:
    """How many different names the store holds as they were written."""
    return int(con.execute(f"select count(*) from ({PLAIN_NAMES})").fetchall()[0][0])


def _hash_names(con: duckdb.DuckDBPyConnection, plain: str) -> int:
    """Stand-ins in the place of these names, in all versions; how many different ones."""
    names: pl.Series = con.sql(plain).pl()["name"]
    if names.is_empty():
        return 0
    made = pl.DataFrame({"name": names, "made": with_stand_ins(names, erasure_key(con))})
    con.register("made_names", made)
    con.execute("create or replace temp table stand_ins as select * from made_names")
    con.unregister("made_names")
    batches = " union ".join(
        f"select batch_id from {table} where {column} in (select name from stand_ins)"
        for _, table, column in NAMED
    )
    touched = [row[0] for row in con.execute(f"{batches} order by all").fetchall()]
    with marks_renewed(con, touched):
        for kind, table, column in NAMED:
            key = TABLES[kind].key
            con.execute(
                f"""create or replace temp table renamed as
                select distinct {key} as fact_key from {table}
                where {column} in (select name from stand_ins)"""
            )
            con.execute(
                f"""update {table} set {column} = stand_ins.made
                from stand_ins where {table}.{column} = stand_ins.name"""
            )
            hash_again(con, kind, "renamed")
    replace_in_frozen(con, dict(zip(names, made["made"], strict=True)), {})
    return names.len()
