"""A lake counted on the engine gives the day tables that the store counts itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.errors import EngineError
from cxdata.lake import CountedElsewhere, count_elsewhere, counting, reading
from cxdata.lake.engine import engine_session
from cxdata.lake.facts import FACTS
from cxdata.lake.portable import portable_text
from cxdata.metrics.nps.answers_behind import Choice, answers_behind
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import DAY_TABLES
from tests.spark.engines import end, engine_process

# Sums of fractions, whose last digit depends on the order in which they are added.
SUMS = {"contact_days": "score_sum", "customer_spans": "annual_revenue_amount"}
MOST = 10_000_000
HOSTILE = [
    "",
    "it's",
    'a "b"',
    "c\\",
    "\\'; drop table t; --",
    "$x :y {z}",
    "é\n\t😀",
    "NULL",
    "%_",
]


@pytest.fixture(scope="session")
def lake(sample: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    for fact, table in FACTS.items():
        rows(sample, table).drop("content_hash", strict=False).write_parquet(
            folder / f"{fact}.parquet"
        )
    return folder


@pytest.fixture(scope="session")
def counted(
    engine: str, lake: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, CountedElsewhere]:
    store = Store.open(tmp_path_factory.mktemp("counted") / "cx.duckdb", load_settings())
    return store, count_elsewhere(store, engine, str(lake), MOST)


def rows(store: Store, table: str) -> pl.DataFrame:
    with store.cursor() as con:
        return con.sql(f"select * from {table}").pl()


@pytest.mark.parametrize("table", DAY_TABLES)
def test_each_day_table_is_that_of_the_store(
    sample: Store,
    counted: tuple[Store, CountedElsewhere],
    parity: dict[str, dict[str, object]],
    table: str,
) -> None:
    store, told = counted
    ours, theirs = rows(sample, table), rows(store, table)
    parity["tables"][table] = [ours.height, "differs"]
    assert told.rows[table] == ours.height
    order = [it for it in ours.columns if it != SUMS.get(table)]
    ours, theirs = (it.sort(order, nulls_last=True) for it in (ours, theirs))
    assert ours.select(order).equals(theirs.select(order))
    differing = 0
    if table in SUMS:
        differences = (ours[SUMS[table]] - theirs[SUMS[table]]).abs()
        assert float(differences.max() or 0) < 1e-6  # type: ignore[arg-type]
        differing = int((differences > 0).sum())
    parity["tables"][table] = [ours.height, differing]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_is_the_same_text_there(engine: str, text: str) -> None:
    values = {"text": text, "many": [text, "other"], "none": [], "nothing": None}
    asked = portable_text(
        "select $text as t, len($many) as n, $text in (select unnest($many)) as b, "
        "$text in (select unnest($none)) as c, $nothing is null as d",
        values,
    )
    with engine_session(engine) as session:
        assert tuple(session.sql(asked.sql).collect()[0]) == (text, 2, True, False, True)


def test_numbers_of_customers_and_boundaries_of_time_are_the_same(
    sample: Store, engine: str
) -> None:
    text = (
        "select x, cast(md5_number_lower(x) >> 1 as bigint) as number, "
        "date_diff('second', timestamp '2026-01-01 00:00:00.9', timestamp '2026-01-01 00:00:01.1')"
        " as s, date_diff('minute', timestamp '1969-12-31 23:59:30', timestamp '1970-01-01 00:00')"
        " as m from (select unnest($texts) as x) order by x"
    )
    texts = sorted(["a", "é", "customer 12", "", "😀"])
    with sample.cursor() as con:
        ours = con.execute(text, {"texts": texts}).fetchall()
    with engine_session(engine) as session:
        found = session.sql(portable_text(text, {"texts": texts}).sql).collect()
    assert [tuple(it) for it in found] == ours


def test_an_engine_that_dies_half_way_leaves_the_store_as_it_was(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", load_settings())
    version = store.data_version
    fetch = counting._Fetched.fetch
    with engine_process(tmp_path) as (address, process):

        def dying(self: counting._Fetched, table: str) -> None:
            fetch(self, table)
            end(process)

        monkeypatch.setattr(counting._Fetched, "fetch", dying)
        with pytest.raises(EngineError, match="The store is as it was") as told:
            count_elsewhere(store, address, str(lake), MOST)
    assert "\n" not in str(told.value)
    assert store.data_version == version
    assert rows(store, "answers_known").is_empty()


def test_a_list_of_people_is_read_from_the_lake(
    sample: Store,
    counted: tuple[Store, CountedElsewhere],
    engine: str,
    lake: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CXDATA_LAKE_ENGINE", engine)
    monkeypatch.setenv("CXDATA_LAKE_FACTS", str(lake))
    monkeypatch.setattr(reading, "LONGEST_SECONDS", 600)
    filters = Filters(Period(date(2026, 1, 1), date(2026, 6, 30)))
    choice = Choice(nps_class="detractor")
    ours = answers_behind(sample, filters, choice, most_rows=20)
    theirs = answers_behind(
        counted[0], filters, choice, most_rows=20, elsewhere=reading.rows_in_lake
    )
    assert theirs.answer_count == ours.answer_count
    assert theirs.answers.height == 20
    assert theirs.answers.equals(ours.answers)


def test_too_many_rows_no_facts_and_impossible_facts_are_refused(
    engine: str, lake: Path, tmp_path: Path
) -> None:
    store = Store.open(tmp_path / "cx.duckdb", load_settings())
    with pytest.raises(EngineError, match="no more than 3 of one table"):
        count_elsewhere(store, engine, str(lake), 3)
    with pytest.raises(EngineError, match="no facts in"):
        count_elsewhere(store, engine, str(tmp_path), MOST)
    wrong = pl.read_parquet(lake / "responses.parquet").head(9)
    (tmp_path / "lake").mkdir()
    wrong.with_columns(nps_score=pl.lit(12)).write_parquet(tmp_path / "lake" / "responses.parquet")
    with pytest.raises(EngineError, match="9 of the 9 rows of responses"):
        count_elsewhere(store, engine, str(tmp_path / "lake"), MOST)
    assert rows(store, "answers_known").is_empty()
