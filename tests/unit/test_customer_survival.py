"""How long customers stay: who counts from when, what a cohort shows, what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.metrics.churn.customer_survival import (
    churn_cohorts,
    survival_by_class,
    survival_difference,
)
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

UNTIL = date(2026, 6, 30)
KEYS = "(select $prefix || number as key from range($count) as numbers(number)) as keys"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("survival") / "cx.duckdb", load_settings())
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    """Empty, and known until the last known day."""
    with opened.transaction() as con:
        for table in ("customer_versions", "response_versions"):
            con.execute(f"delete from {table}")
        rebuild(con, opened)
    return opened


def add(
    store: Store,
    prefix: str,
    count: int,
    *,
    score: int | None = None,
    answered_on: date = date(2026, 1, 1),
    started_on: date | None = date(2020, 1, 1),
    ended_on: date | None = None,
    segment: str = "home",
) -> None:
    keys = {"prefix": prefix, "count": count}
    with store.transaction() as con:
        con.execute(
            f"""insert into customer_versions (customer_id, segment, started_on, ended_on,
                batch_id, content_hash, is_current)
            select key, $segment, $started_on::date, $ended_on::date, 1, 0, true from {KEYS}""",
            {**keys, "segment": segment, "started_on": started_on, "ended_on": ended_on},
        )
        if score is not None:
            at = datetime(answered_on.year, answered_on.month, answered_on.day, 12)
            con.execute(
                f"""insert into response_versions (response_id, customer_id, responded_at,
                    responded_on, survey, nps_score, batch_id, content_hash, is_current)
                select key || ' ' || $at, key, $at, $day, 'relationship', $score, 1, 0, true
                from {KEYS}""",
                {**keys, "at": at, "day": answered_on, "score": score},
            )
        rebuild(con, store)


def rebuild(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """The counts anew; customers are known until the last known day."""
    rebuild_days(con, store.settings_history, ["customers", "responses"])
    con.execute(
        """insert into customers_known (batch_id, known_on, ends, lost_count, current_count)
        values (2, $day, 'told', 1, 1)""",
        {"day": UNTIL},
    )


def test_survival_starts_at_the_answer_and_falls_where_customers_leave(store: Store) -> None:
    add(store, "stays", 15, score=10)
    add(store, "leaves", 5, score=9, ended_on=date(2026, 3, 2))
    rows = survival_by_class(store, Filters())
    assert rows.select("nps_class", "days", "at_risk_count", "lost_count", "survival").rows() == [
        ("promoter", 0, 20, 0, 1.0),
        ("promoter", 60, 20, 5, 0.75),
        ("promoter", 180, 15, 0, 0.75),
    ]
    assert rows["survival_low"].to_list() == [1.0, *[pytest.approx(0.5, abs=0.03)] * 2]
    assert rows["survival_high"].to_list() == [1.0, *[pytest.approx(0.89, abs=0.03)] * 2]


def test_a_later_answer_changes_nothing_so_nobody_is_classed_by_what_came_after(
    store: Store,
) -> None:
    add(store, "a", 10, score=10)
    with store.transaction() as con:
        con.execute(
            """insert into response_versions select * replace ('later ' || response_id as
                response_id, timestamp '2026-05-01' as responded_at, date '2026-05-01' as
                responded_on, 0 as nps_score) from response_versions"""
        )
    assert survival_by_class(store, Filters())["nps_class"].unique().to_list() == ["promoter"]


def test_who_answered_later_is_watched_for_a_shorter_time(store: Store) -> None:
    add(store, "early", 10, score=0, answered_on=date(2025, 6, 30), ended_on=date(2026, 6, 30))
    add(store, "late", 30, score=0, answered_on=date(2026, 6, 20))
    last = survival_by_class(store, Filters()).row(-1, named=True)
    # The 30 who answered ten days before the end say nothing of a year.
    assert (last["days"], last["at_risk_count"], last["survival"]) == (365, 10, 0.0)
    assert last["survival_low"] is None


def test_the_end_of_a_curve_is_cut_where_fewer_than_five_are_watched(store: Store) -> None:
    add(store, "many", 20, score=8, answered_on=date(2026, 6, 1))
    add(store, "few", 4, score=8, answered_on=date(2025, 1, 1), ended_on=date(2026, 1, 1))
    rows = survival_by_class(store, Filters())
    assert rows.select("days", "survival").rows() == [(0, 1.0), (29, 1.0)]


def test_a_class_of_four_has_no_curve(store: Store) -> None:
    add(store, "a", 4, score=10)
    assert survival_by_class(store, Filters()).is_empty()


def test_the_period_chooses_the_answers(store: Store) -> None:
    add(store, "a", 10, score=10, answered_on=date(2025, 1, 1))
    add(store, "b", 10, score=0, answered_on=date(2026, 1, 1))
    only = Filters(period=Period(date(2026, 1, 1), UNTIL))
    assert survival_by_class(store, only)["nps_class"].unique().to_list() == ["detractor"]


def test_classes_that_differ_are_told_apart_but_not_where_the_segment_is_the_reason(
    store: Store,
) -> None:
    # In each segment both classes leave alike; detractors are where more leave.
    for segment, promoters, detractors, lost_share in (
        ("home", 80, 20, 0.1),
        ("firm", 20, 80, 0.6),
    ):
        for score, count in ((10, promoters), (0, detractors)):
            lost = round(count * lost_share)
            key = f"{segment} {score} "
            add(store, key + "lost", lost, score=score, segment=segment, ended_on=date(2026, 3, 1))
            add(store, key + "kept", count - lost, score=score, segment=segment)
    row = survival_difference(store, Filters()).row(0, named=True)
    assert (row["customer_count"], row["lost_count"]) == (200, 70)
    assert (row["degrees_of_freedom"], row["standardised_degrees_of_freedom"]) == (1, 1)
    assert row["p_value"] < 0.0001
    assert row["standardised_p_value"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([], "no_customers"),
        ([(3, 10, None)], "too_few_customers"),
        ([(10, 10, None), (10, 0, None)], "nobody_lost"),
        ([(10, 10, date(2026, 3, 1))], "one_class"),
    ],
)
def test_a_test_that_cannot_be_made_says_why(
    store: Store, groups: list[tuple[int, int, date | None]], reason: str
) -> None:
    for count, score, ended_on in groups:
        add(store, f"{score} ", count, score=score, ended_on=ended_on)
    row = survival_difference(store, Filters()).row(0, named=True)
    assert (row["reason"], row["p_value"], row["standardised_p_value"]) == (reason, None, None)


def test_everyone_lost_still_has_a_curve(store: Store) -> None:
    add(store, "a", 10, score=10, ended_on=date(2026, 2, 1))
    add(store, "b", 10, score=0, ended_on=date(2026, 3, 1))
    rows = survival_by_class(store, Filters())
    assert rows.group_by("nps_class", maintain_order=True).last()["survival"].to_list() == [0, 0]
    assert survival_difference(store, Filters())["p_value"].item() < 0.001


def test_a_cohort_is_shown_up_to_the_age_that_all_of_it_has_reached(store: Store) -> None:
    add(store, "kept", 6, started_on=date(2025, 7, 1))
    add(store, "last", 2, started_on=date(2025, 9, 30))
    add(store, "lost", 2, started_on=date(2025, 7, 1), ended_on=date(2025, 11, 1))
    rows = churn_cohorts(store, Filters())
    # The youngest started nine months before the end: three full quarters.
    assert rows.select("cohort", "age_quarters", "customer_count", "still_count").rows() == [
        (date(2025, 7, 1), 0, 10, 10),
        (date(2025, 7, 1), 1, 10, 10),
        (date(2025, 7, 1), 2, 10, 8),
        (date(2025, 7, 1), 3, 10, 8),
    ]
    assert rows["still_share"].to_list() == [1.0, 1.0, 0.8, 0.8]
    assert rows["share_low"][3] == pytest.approx(0.4902, abs=1e-4)


def test_cohorts_older_than_the_first_recorded_end_are_marked(store: Store) -> None:
    add(store, "old", 6, started_on=date(2019, 5, 1), ended_on=date(2025, 5, 1))
    add(store, "new", 6, started_on=date(2025, 6, 1))
    rows = churn_cohorts(store, Filters())
    marks = rows.group_by("cohort").agg(pl.col("is_watched_from_start").unique()).sort("cohort")
    assert marks.rows() == [(date(2019, 4, 1), [False]), (date(2025, 4, 1), [True])]


def test_a_cohort_of_four_is_withheld_and_customers_without_a_start_are_in_none(
    store: Store,
) -> None:
    add(store, "few", 4, started_on=date(2026, 1, 1))
    add(store, "no start", 9, started_on=None)
    rows = churn_cohorts(store, Filters())
    assert rows["customer_count"].unique().to_list() == [None]
    assert rows["still_share"].null_count() == rows.height == 2
    assert rows["reason"].unique().to_list() == ["too_few_customers"]


def test_an_empty_store_has_neither_curve_nor_cohort(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    empty = Store.open(tmp_path_factory.mktemp("none") / "cx.duckdb", load_settings())
    try:
        assert survival_by_class(empty, Filters()).is_empty()
        assert churn_cohorts(empty, Filters()).is_empty()
        assert survival_difference(empty, Filters())["reason"].item() == "no_customers"
    finally:
        empty.close()
