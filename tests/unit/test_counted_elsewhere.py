"""A store whose day tables come from a lake: nothing is counted over them, and it says so."""

from __future__ import annotations

import socket
from pathlib import Path
from threading import Event
from typing import Any

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.errors import AccessError, EngineError, StoreError
from cxdata.ingest.soundness import soundness
from cxdata.lake import count_elsewhere
from cxdata.lake.engine import _see_version
from cxdata.lake.facts import FactColumn, _told
from cxdata.lake.reading import _within, rows_in_lake
from cxdata.metrics.nps.answers_behind import Choice, answers_behind
from cxdata.models import KINDS, Filters, Reader, Scope
from cxdata.store.connection import Store
from cxdata.store.days import note_counted_elsewhere, rebuild_days
from tests.stores import add, answers


@pytest.fixture
def empty_store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "cx.duckdb", load_settings())


def counted_in_a_lake(store: Store) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into answer_days by name
            select date '2026-01-05' as answered_on, 'relationship' as survey,
                3 as answer_count, 3 as promoter_count, 0 as passive_count, 0 as detractor_count,
                0 as csat_count, 0 as csat_satisfied_count, 0 as csat_score_sum,
                0 as ces_count, 0 as ces_score_sum, 0 as ces_easy_count,
                0 as ces7_count, 0 as ces7_score_sum, 0 as ces7_easy_count"""
        )
        note_counted_elsewhere(con, store.settings_history)


def answer_count(store: Store) -> int:
    with store.cursor() as con:
        return int(con.execute("select sum(answer_count) from answer_days").fetchall()[0][0])


def test_nothing_is_counted_over_what_was_counted_in_a_lake(empty_store: Store) -> None:
    counted_in_a_lake(empty_store)
    with pytest.raises(StoreError, match="facts in a lake"), empty_store.transaction() as con:
        rebuild_days(con, empty_store.settings_history, KINDS)
    path = empty_store.path
    empty_store.close()
    again = Store.open(path, load_settings())
    assert answer_count(again) == 3
    found = soundness(again)
    assert not found.problems
    assert any("counted in a lake" in note for note in found.not_checked)


def test_a_store_with_facts_of_its_own_is_not_filled_from_a_lake(empty_store: Store) -> None:
    add(empty_store, answers([10, 9]), "responses")
    with pytest.raises(StoreError, match="facts of its own"):
        count_elsewhere(empty_store, "spark://127.0.0.1:1", "/nowhere", 1)


def test_an_engine_that_is_not_there_is_one_sentence(empty_store: Store) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens on it
        engine = f"spark://127.0.0.1:{taken.getsockname()[1]}/;token=secret"
        with pytest.raises(EngineError, match="Nobody answers at") as refused:
            count_elsewhere(empty_store, engine, "/nowhere", 1)
    assert "secret" not in str(refused.value)


def test_answers_that_stayed_in_a_lake_are_not_said_to_be_none(
    empty_store: Store, tmp_path: Path
) -> None:
    counted_in_a_lake(empty_store)
    found = answers_behind(empty_store, Filters(), Choice())
    assert (found.reason, found.answer_count) == ("in_a_lake", None)
    asked_for: list[object] = []
    with_answers = Store.open(tmp_path / "with.duckdb", load_settings())
    add(with_answers, answers([10, 9, 8, 7, 6, 5]), "responses")

    def elsewhere(_store: Store, name: str, filters: Filters, values: Any) -> pl.DataFrame:
        asked_for.append(name)
        return with_answers.query(name, filters, **values)

    asked = answers_behind(empty_store, Filters(), Choice(), elsewhere=elsewhere)
    assert (asked.reason, asked.answer_count, asked.answers.height) == (None, 6, 6)
    few = Reader("ada", "reader", Scope.of({"segment": ["x"]}), may_see_people=True)
    with pytest.raises(AccessError, match="whoever may see everything"):
        answers_behind(empty_store.seen_by(few), Filters(), Choice(), elsewhere=elsewhere)
    assert asked_for == ["answers_behind"]


def test_a_list_asked_for_in_a_lake_that_is_not_there_or_hangs_is_one_sentence(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = f"spark://127.0.0.1:{taken.getsockname()[1]}/;token=secret"
        monkeypatch.setenv("CXDATA_LAKE_ENGINE", engine)
        monkeypatch.setenv("CXDATA_LAKE_FACTS", "/nowhere")
        counted_in_a_lake(empty_store)
        with pytest.raises(EngineError, match="Nobody answers at"):
            answers_behind(empty_store, Filters(), Choice(), elsewhere=rows_in_lake)
    forever = Event()

    def hang() -> pl.DataFrame:
        forever.wait()
        return pl.DataFrame()

    with pytest.raises(EngineError, match="hasn't answered within") as hung:
        _within(0.01, engine, hang)
    forever.set()
    assert "secret" not in str(hung.value)


@pytest.mark.parametrize(
    "address", ["", "lake", "http://lake:1", "spark://", "spark://h:x", "sc://"]
)
def test_what_is_no_address_is_refused(empty_store: Store, address: str) -> None:
    with pytest.raises(EngineError, match="no address of an engine"):
        count_elsewhere(empty_store, address, "/nowhere", 1)


def test_an_older_engine_is_refused() -> None:
    with pytest.raises(EngineError, match=r"of version 3\.5\.1"):
        _see_version("spark://h", "3.5.1")
    _see_version("spark://h", "4.0.0")


def test_a_column_that_no_fact_can_do_without_is_named() -> None:
    needed = FactColumn("nps", "TINYINT", True)
    with pytest.raises(EngineError, match="responses in the lake have no column nps"):
        _told(needed, {}, "responses", "UTC")
    assert (
        _told(FactColumn("own_1", "VARCHAR", False), {}, "responses", "UTC")
        == "cast(null as string)"
    )
    day = FactColumn("responded_on", "DATE", True)
    assert "`Responded_At`" in _told(day, {"responded_at": "Responded_At"}, "responses", "UTC")
