"""All that the store holds of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.ingest.people.frozen import frozen_mentions
from cxdata.ingest.storing.erased import hash_sql
from cxdata.ingest.storing.tables import TABLES
from cxdata.models import Kind
from cxdata.store.connection import Store

# Shorter texts stand everywhere by chance: they are looked for as identifiers, not within texts.
LEAST_LETTERS = 5
OWN_KINDS: tuple[Kind, ...] = ("responses", "contacts", "invitations")
# What people wrote by hand, in which a person may be named: table, column.
WRITTEN = (
    ("annotations", "text"),
    ("journey_visions", "vision"),
    ("snapshots", "title"),
    ("snapshots", "note"),
    ("pack_choices", "name"),
    ("pack_choices", "choice"),
    ("scenarios", "name"),
    *(("decisions", it) for it in ("text", "owner", "owner_email", "note", "root_cause")),
    ("saved_views", "name"),
    ("saved_views", "query"),
    ("import_profiles", "name"),
    ("batches", "file_name"),
    ("assessment_versions", "evidence"),
    ("mail_schedules", "title"),
    ("mails", "letter"),
    ("cases", "note"),
    ("case_history", "value_before"),
    ("case_history", "value_after"),
    ("comment_notes", "value"),
)
REFUSED = ("refused_rows", "value")

NOBODY = N_("The store has nobody called {who}.")
WAS_ERASED = N_("Whoever that was is erased; the store has nothing of them.")
ALSO_CUSTOMER = N_("{who} is of a customer whom the store knows.")
NAME_CUSTOMER = N_("Name the customer: {customers}.")


@dataclass(frozen=True)
class Person:
    """Who somebody is in the store.

    ``customers`` are their identifiers as a customer, none if they are known by single answers or
    contacts only; ``keys`` those of their rows by kind; ``texts`` what names them, the longest
    first.
    """

    who: str
    customers: tuple[str, ...]
    keys: Mapping[Kind, tuple[str, ...]]
    texts: tuple[str, ...]

    @property
    def distinctive(self) -> tuple[str, ...]:
        """What names them and is long enough to be looked for within other texts."""
        return tuple(it for it in self.texts if len(it) >= LEAST_LETTERS)


def find_person(store: Store, who: str) -> Person:
    """The person of a customer's identifier; else of an answer, contact or invitation without a
    customer; else of an e-mail address that stands in comments of answers without a customer.

    Raises
    ------
    CxDataError
        If there is nobody, they are erased already, or the row is a known customer's.
    """
    said = who.strip()
    with store.cursor() as con:
        if said and _is_customer(con, said):
            return _person(con, said, (said,), {})
        rows = _rows_called(con, said) or _rows_naming(con, said)
        owners = {customer for _, _, customer in rows if customer is not None}
        if owners:
            raise CxDataError(
                ALSO_CUSTOMER, NAME_CUSTOMER, who=said, customers=", ".join(sorted(owners))
            )
        if rows:
            keys: dict[Kind, tuple[str, ...]] = {
                kind: tuple(sorted({key for each, key, _ in rows if each == kind}))
                for kind in OWN_KINDS
            }
            return _person(con, said, (), keys)
        if said and _was_erased(con, said):
            raise CxDataError(WAS_ERASED)
    raise CxDataError(NOBODY, N_("An identifier is written as in its file."), who=said or "–")


def person_data(store: Store, person: Person) -> dict[str, pl.DataFrame]:
    """Every row that is about the person, by table: all versions, those of undone imports gone.

    Returns
    -------
    dict[str, pl.DataFrame]
        Only tables that have such rows; ``mentions`` are texts of other people and of the firm
        that name them: ``table``, ``column``, ``text``.
    """
    found: dict[str, pl.DataFrame] = {}
    with store.cursor() as con:
        choose_rows(con, person)
        for kind in ("customers", *OWN_KINDS):
            table = TABLES[kind]
            found[kind] = _frame(
                con,
                f"""select * exclude (content_hash) from {table.name}
                where {table.key} in (select key from chosen where kind = '{kind}')
                order by {table.key}, batch_id""",
            )
        for name in ("rating_versions", "comment_terms", "comment_notes"):
            found[name.split("_versions")[0]] = _frame(
                con,
                f"""select * from {name} where response_id in (
                    select key from chosen where kind = 'responses') order by all""",
            )
        found["cases"] = _frame(con, f"select * from cases where {CASES_OF_PERSON} order by all")
        found["case_history"] = _frame(
            con,
            f"""select * from case_history where case_id in (
                select case_id from cases where {CASES_OF_PERSON}) order by all""",
        )
        found["refused_rows"] = _frame(
            con,
            """select batch_id, line, "column", value, reason from refused_rows
            where lower(value) in (select lower(text) from named)
                or exists (select 1 from named
                    where is_long and contains(lower(value), lower(text)))
            order by batch_id, line""",
        )
        found["mentions"] = pl.DataFrame(
            [row for place in WRITTEN for row in _mentions(con, *place)]
            + _mentions(
                con,
                "response_versions",
                "comment",
                "response_id not in (select key from chosen where kind = 'responses')",
            )
            + frozen_mentions(con, person.distinctive),
            schema={"table": pl.String, "column": pl.String, "text": pl.String},
            orient="row",
        )
    return {name: frame for name, frame in found.items() if not frame.is_empty()}


CASES_OF_PERSON = """customer_id in (select key from chosen where kind = 'customers')
    or response_id in (select key from chosen where kind = 'responses')
    or contact_id in (select key from chosen where kind = 'contacts')"""


def choose_rows(con: duckdb.DuckDBPyConnection, person: Person) -> None:
    """The temporary tables ``chosen`` (kind, key) of the person's rows, and ``named`` of the texts
    that name them."""
    con.execute("create or replace temp table chosen (kind varchar, key varchar)")
    for kind, keys in (("customers", person.customers), *person.keys.items()):
        for key in keys:
            con.execute("insert into chosen values ($kind, $key)", {"kind": kind, "key": key})
    con.execute("create or replace temp table named (text varchar, is_long boolean)")
    for text in person.texts:
        row = {"text": text, "is_long": text in person.distinctive}
        con.execute("insert into named values ($text, $is_long)", row)


def _is_customer(con: duckdb.DuckDBPyConnection, who: str) -> bool:
    tables = [TABLES[kind].name for kind in ("customers", *OWN_KINDS)] + ["cases"]
    any_of = " or ".join(
        f"exists (select 1 from {name} where customer_id = $who)" for name in tables
    )
    return bool(con.execute(f"select {any_of}", {"who": who}).fetchall()[0][0])


def _rows_called(con: duckdb.DuckDBPyConnection, who: str) -> list[tuple[Kind, str, str | None]]:
    found: list[tuple[Kind, str, str | None]] = []
    for kind in OWN_KINDS:
        table = TABLES[kind]
        rows = con.execute(
            f"select distinct {table.key}, customer_id from {table.name} where {table.key} = $who",
            {"who": who},
        ).fetchall()
        found += [(kind, key, customer) for key, customer in rows]
    return found


def _rows_naming(con: duckdb.DuckDBPyConnection, who: str) -> list[tuple[Kind, str, str | None]]:
    """Answers without a customer whose comment holds the e-mail address."""
    if "@" not in who or len(who) < LEAST_LETTERS:
        return []
    rows = con.execute(
        """select distinct response_id from response_versions
        where customer_id is null and contains(lower(comment), lower($who))""",
        {"who": who},
    ).fetchall()
    return [("responses", row[0], None) for row in rows]


def _was_erased(con: duckdb.DuckDBPyConnection, who: str) -> bool:
    hashes = " or ".join(
        f"{hash_sql('key', repr(kind), '$who')} in (select key_hash from erasures)"
        for kind in ("customers", *OWN_KINDS)
    )
    found = con.execute(f"select count(*) from erasure_key where {hashes}", {"who": who})
    return bool(found.fetchall()[0][0])


def _person(
    con: duckdb.DuckDBPyConnection,
    who: str,
    customers: tuple[str, ...],
    known: Mapping[Kind, tuple[str, ...]],
) -> Person:
    keys: dict[Kind, tuple[str, ...]] = dict(known)
    for kind in OWN_KINDS if customers else ():
        table = TABLES[kind]
        rows = con.execute(
            f"select distinct {table.key} from {table.name} where customer_id = $who order by all",
            {"who": customers[0]},
        ).fetchall()
        keys[kind] = tuple(row[0] for row in rows)
    names = con.execute(
        """select distinct name from customer_versions
        where customer_id = $who and name is not null order by name""",
        {"who": who},
    ).fetchall()
    own = [key for each in keys.values() for key in each]
    answers = con.execute(
        """select distinct response_id from invitation_versions
        where customer_id = $who and response_id is not null""",
        {"who": who},
    ).fetchall()
    texts = {who, *(row[0] for row in names), *own, *(row[0] for row in answers)}
    return Person(who, customers, keys, tuple(sorted(texts, key=lambda it: (-len(it), it))))


def _mentions(
    con: duckdb.DuckDBPyConnection, table: str, column: str, condition: str = "true"
) -> list[tuple[str, str, str]]:
    rows = con.execute(
        f"""select distinct {column} from {table}
        where {condition} and exists (select 1 from named
            where is_long and contains(lower({column}), lower(text)))
        order by all"""
    ).fetchall()
    return [(table, column, str(row[0])) for row in rows]


def _frame(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    frame: pl.DataFrame = con.sql(sql).pl()
    return frame
