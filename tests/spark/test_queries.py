"""What pages ask gives on the engine what it gives in the store, to the last digits.

Each query of facts and day tables, for a year, for chosen values, and for hostile ones that
nothing has. What an engine is known to refuse is asked for, too: if it gives rows after all, they
are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import grpc
import polars as pl
import pytest
from pyspark.errors import PySparkException

from cxdata.lake.counting import views_of
from cxdata.lake.engine import engine_session
from cxdata.lake.portable import portable_text
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.filtering import chosen_dimensions, filter_values
from cxdata.store.query import bound_values, sql_counted, sql_parameters, sql_text, tables_read
from tests.spark.engines import ENGINE
from tests.unit.test_sql_files import NAMES, VALUES

# Read from the facts and what is counted from them; what people add stays in the store.
IN_A_LAKE = frozenset(
    {
        *("responses", "contacts", "customers", "invitations", "ratings", "rating_versions"),
        "comment_terms",
        *("response_versions", "contact_versions", "customer_versions", "invitation_versions"),
        *("contact_outcomes", "customer_prices", "customer_dimensions", "repeat_answers"),
        *("invitation_outcomes", "answer_days", "score_days", "term_days", "term_labels"),
        *("contact_days", "wait_days", "need_days", "customer_spans", "answers_known"),
        *("contacts_known", "customers_known", "invitations_known", "batches"),
        *("response_standards", "contact_sources", "clock_spans", "local_offsets"),
    }
)
NO_ACCENTS = "takes the accents off comments, for which there is no function"
# What an engine refuses, for some values at least, and why; the queries run in the store.
NOT_THERE: dict[str, dict[str, str]] = {
    "sail": {
        "alert_answers": NO_ACCENTS,
        "later_answers": "no subquery within the filter of an aggregate",
        "later_contacts": "no subquery within the filter of an aggregate",
        "later_customers": "no subquery within the filter of an aggregate",
        "repeats_by": "takes an aggregate's own name for its input",
        "source_repeats": "takes an aggregate's own name for its input",
        "churn_base": "divides by zero while it plans, where few customers are left",
        "churn_revenues": "divides by zero while it plans, where few customers are left",
    },
    "spark": {"alert_answers": NO_ACCENTS},
}
QUERIES = [
    name
    for name in NAMES
    if not name.startswith("rebuild_")
    if tables_read(name) and tables_read(name) <= IN_A_LAKE
]
YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
HOSTILE = ("it's", "c\\", "'; drop table t; --", "é😀\n", "")
FILTERS = {
    "year": Filters(YEAR),
    "chosen": Filters(YEAR, segment=("Premium",), channel=("call", "email")),
    "hostile": Filters(YEAR, segment=HOSTILE, journey=HOSTILE),
}
GIVEN: dict[str, object] = {
    **VALUES,
    **dict.fromkeys(("from_on", "at_on"), YEAR.first_on),
    **dict.fromkeys(("until_on", "end_known_on", "known_until_on"), YEAR.last_on),
    **{key: [YEAR.first_on] for key in ("side_first_ons", "first_ons")},
    **{key: [YEAR.last_on] for key in ("side_last_ons", "last_ons")},
    "as_of": datetime(2026, 6, 30),
    "start_known_on": date(2025, 6, 30),
    "compared_first_on": date(2024, 7, 1),
    "compared_last_on": date(2025, 6, 30),
    "days": [date(2026, 1, day) for day in range(1, 20)],
}
CASES = [
    (name, which) for name in QUERIES for which in FILTERS if sql_counted(name) or which == "year"
]
SMALLEST_SHARE = 1e-14  # of a sum of fractions, which are added in another order


@pytest.fixture(scope="module")
def session(engine: str, sample: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("tables")
    with engine_session(engine) as opened:
        with sample.cursor() as con:
            tables = con.execute("select table_name from duckdb_tables()").fetchall()
            for table in {name for (name,) in tables} & IN_A_LAKE:
                rows = con.sql(f"select * from {table}").pl().drop("content_hash", strict=False)
                rows.write_parquet(folder / f"{table}.parquet")
                opened.read.parquet(f"{folder}/{table}.parquet").createOrReplaceTempView(table)
            for name, text in views_of(con).items():
                opened.sql(portable_text(text, {}).sql).createOrReplaceTempView(name)
        yield opened


@pytest.mark.parametrize(("name", "which"), CASES)
def test_a_query_gives_there_what_it_gives_here(
    sample: Store, session: Any, parity: dict[str, dict[str, object]], name: str, which: str
) -> None:
    text, values = asked(name, which)
    key = f"{name}, {which}"
    known = NOT_THERE[ENGINE]
    with sample.cursor() as con:
        ours = con.sql(text, params=values).pl()
    parity["queries"][key] = "differs"
    try:
        found = pl.from_arrow(session.sql(portable_text(text, values).sql).toArrow())
    except (PySparkException, grpc.RpcError, ValueError):
        if name not in known:
            raise
        parity["queries"][key] = known[name]
        return
    assert isinstance(found, pl.DataFrame)
    theirs = found.cast(dict(ours.schema))  # type: ignore[arg-type]
    sums = [it for it, kind in ours.schema.items() if kind.is_float()]
    order = [*(it for it in ours.columns if it not in sums), *sums]
    ours, theirs = (it.select(order).sort(order, nulls_last=True) for it in (ours, theirs))
    assert ours.drop(sums).equals(theirs.drop(sums))
    largest = max([0.0, *(share_of_difference(ours[it], theirs[it]) for it in sums)])
    assert largest <= SMALLEST_SHARE
    parity["queries"][key] = largest


def asked(name: str, which: str) -> tuple[str, dict[str, object]]:
    """A query of one of the runs, and what it binds."""
    filters = FILTERS[which] if sql_counted(name) else None
    bound = filter_values(filters).keys() if filters else set()
    own = {it: GIVEN[it] for it in sql_parameters(name) - bound}
    values = dict(bound_values(name, filters, own))
    return sql_text(name, chosen_dimensions(filters)) if filters else sql_text(name), values


def share_of_difference(ours: pl.Series, theirs: pl.Series) -> float:
    """The largest difference of two columns, as a share of the value."""
    assert ours.is_null().equals(theirs.is_null())
    assert ours.is_nan().equals(theirs.is_nan())
    shares = (ours - theirs).abs() / ours.abs().replace(0.0, 1.0)
    return float(shares.fill_nan(0).max() or 0)  # type: ignore[arg-type]
