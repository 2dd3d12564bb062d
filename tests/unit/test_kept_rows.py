"""What a query found is kept until the next commit, for whoever may see as much, and no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.models import Filters, Period, Reader, Scope
from cxdata.store import connection, kept_rows
from cxdata.store.connection import Store
from cxdata.store.kept_rows import KeptRows
from tests.stores import add, answers

DAYS = Filters(period=Period(date(2026, 1, 1), date(2026, 12, 31)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each query was really run."""
    counted: Counter[str] = Counter()

    def counting(con: Any, name: str, *arguments: Any) -> pl.DataFrame:
        counted[name] += 1
        return find(con, name, *arguments)

    find = connection.run_query
    monkeypatch.setattr(connection, "run_query", counting)
    return counted


def reader(*segments: str, sees_people: bool = True) -> Reader:
    scope = Scope.of({"segment": list(segments)}) if segments else Scope()
    return Reader("somebody", "reader", scope, may_see_people=sees_people)


def test_a_query_is_run_once_for_equal_filters_and_values(store: Store, run: Counter[str]) -> None:
    add(store, answers([10, 9, 0]), "responses")
    found = [store.query("nps_counts", DAYS) for _ in range(3)]
    assert run["nps_counts"] == 1
    assert found[0].equals(found[2])
    store.query("nps_counts", Filters(period=DAYS.period, survey="transactional"))
    store.query("contact_channels", channels=["call"])
    store.query("contact_channels", channels=["call", "chat"])
    assert run["nps_counts"] == run["contact_channels"] == 2


def test_a_commit_ends_what_is_kept_whether_or_not_the_data_version_rises(
    store: Store, run: Counter[str]
) -> None:
    add(store, answers([10, 9, 0]), "responses")
    version, before = store.data_version, store.query("nps_counts", DAYS)
    with store.transaction() as con:
        con.execute("update answer_days set answer_count = answer_count + 1")
        assert store.query("nps_counts", DAYS).equals(before)  # nobody sees it before the commit
    assert store.data_version == version
    assert not store.query("nps_counts", DAYS).equals(before)
    assert run["nps_counts"] == 2


def test_readers_share_what_is_kept_with_those_who_see_as_much(
    store: Store, run: Counter[str]
) -> None:
    add(store, [*answers([10, 10], segment="A"), *answers([0] * 3, segment="B")], "responses")
    seen = [store.seen_by(reader(*it)).query("nps_counts", DAYS) for it in ("A", "A", "B", "")]
    assert run["nps_counts"] == 3
    assert seen[0].equals(seen[1])
    assert len({str(it.rows()) for it in seen}) == 3
    store.seen_by(reader("A", sees_people=False)).query("nps_counts", DAYS)
    assert run["nps_counts"] == 4


def test_whoever_changes_their_rows_in_place_changes_nobody_elses(store: Store) -> None:
    add(store, answers([10, 9, 0]), "responses")
    mine, before = store.query("nps_counts", DAYS), store.query("nps_counts", DAYS).columns
    mine.drop_in_place(before[0])
    assert store.query("nps_counts", DAYS).columns == before


def test_lists_of_people_and_what_is_hidden_are_never_kept(store: Store, run: Counter[str]) -> None:
    for _ in range(2):
        store.query("customer_names", customers=["c1"])
        store.query("rights")
    assert run["customer_names"] == run["rights"] == 2


def test_what_is_kept_takes_no_more_room_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, asked = KeptRows(), list[int]()
    monkeypatch.setattr(kept_rows, "KEPT_QUERIES", 2)

    def rows(number: int) -> int:
        def find() -> pl.DataFrame:
            asked.append(number)
            return pl.DataFrame({"n": [number]})

        return int(kept.rows(None, "contact_channels", None, {"channels": [number]}, find).item())

    assert [rows(it) for it in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert asked == [1, 2, 3, 2]  # 2 was the one used longest ago
    monkeypatch.setattr(kept_rows, "LARGEST_BYTES", 0)
    assert [rows(9), rows(9)] == [9, 9]
    assert asked[-2:] == [9, 9]


def test_true_and_one_are_two_values(store: Store) -> None:
    kept = KeptRows()
    found = [
        kept.rows(
            None, "contact_channels", None, {"channels": [it]}, partial(pl.DataFrame, {"n": [it]})
        )
        for it in (1, True, 1.0)
    ]
    assert [it["n"].dtype for it in found] == [pl.Int64, pl.Boolean, pl.Float64]
