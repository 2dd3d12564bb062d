"""Whether the customers that a file names are known: links that fit nothing are told."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.models import CUSTOMER_DIMENSIONS, Kind

TOLD_BELOW = 0.5  # share of a file's customers that are known, below which it is said
FEW_KNOWN = N_("{known} of {count} customers that the file names are known.")
NONE_NAMED = N_("{known} of {count} customers in answers and contacts are in this list.")
ADOPTED = N_(
    "{answers} answers and {contacts} contacts that came before take their segment, region, "
    "product or a dimension of the firm's own from these customers, where they don't say it "
    "themselves."
)
WOULD_FIT = {
    "zeros": N_("{would} would be if leading zeros were added or left out."),
    "case": N_("{would} would be if capital and small letters were the same."),
    "signs": N_("{would} would be without spaces, hyphens and other signs."),
    "decimals": N_("{would} would be without the .0 at the end."),
    "digits": N_("{would} would be if only the digits counted."),
}
_FORMS = {
    "zeros": "ltrim(id, '0')",
    "case": "lower(trim(id))",
    "signs": "lower(regexp_replace(id, '[^0-9A-Za-z]', '', 'g'))",
    "decimals": "regexp_replace(id, '[.,]0+$', '')",
    "digits": "ltrim(regexp_replace(id, '[^0-9]', '', 'g'), '0')",
}


def link_notes(con: duckdb.DuckDBPyConnection, kind: Kind) -> Iterator[Note]:
    """What is said of the customers that the incoming rows name; nothing if there is nobody to
    compare them with."""
    if kind == "assessments":
        return
    named, known = (
        "select customer_id as id from incoming",
        "select customer_id as id from customers",
    )
    if kind == "customers":
        named = """select customer_id as id from responses
            union all select customer_id as id from contacts"""
        known = "select customer_id as id from incoming"
    named, known = (f"select distinct id from ({it}) where id is not null" for it in (named, known))
    count, known_count, total = con.execute(
        f"""with named_ids as ({named}), known_ids as ({known})
        select count(*), count(*) filter (id <> '' and id in (select id from known_ids)),
            (select count(*) from known_ids)
        from named_ids"""
    ).fetchall()[0]
    if not count or not total or known_count >= TOLD_BELOW * count:
        return
    if kind == "customers" and known_count:
        return  # one list of several
    con.execute(f"create or replace temp table named_ids as {named}")
    con.execute(f"create or replace temp table known_ids as {known}")
    yield Note(NONE_NAMED if kind == "customers" else FEW_KNOWN, known=known_count, count=count)
    would = {name: _fitting(con, form)[1] for name, form in _FORMS.items()}
    best = max(would, key=lambda name: would[name])
    if would[best] > known_count:
        yield Note(WOULD_FIT[best], would=would[best])


def adopted_notes(con: duckdb.DuckDBPyConnection, kind: Kind) -> Iterator[Note]:
    """How many answers and contacts that came before take a dimension from new customers."""
    if kind != "customers":
        return
    answers, contacts = (_adopted(con, name) for name in ("response_versions", "contact_versions"))
    if answers or contacts:
        yield Note(ADOPTED, answers=answers, contacts=contacts)


def _adopted(con: duckdb.DuckDBPyConnection, table: str) -> int:
    is_taken = " or ".join(
        f"(fact.{name} is null and incoming.{name} is not null)" for name in CUSTOMER_DIMENSIONS
    )
    count = con.execute(
        f"""select count(*) from {table} as fact
        join incoming on incoming.customer_id = fact.customer_id
        join staged on staged.line = incoming.line and staged.status = 'new'
        where fact.is_current and ({is_taken})"""
    ).fetchall()[0][0]
    return int(count)


def _fitting(con: duckdb.DuckDBPyConnection, form: str) -> tuple[int, int]:
    """How many customers are named, and how many of them are known in this form."""
    count, known = con.execute(
        f"""select count(*), count(*) filter ({form} <> '' and {form} in (
            select {form} from known_ids))
        from named_ids"""
    ).fetchall()[0]
    return int(count), int(known)
