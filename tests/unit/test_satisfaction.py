"""CSAT and CES: each scale for itself, direction said, few answers withheld."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.metrics.nps.satisfaction import (
    satisfaction_by,
    satisfaction_summary,
    satisfaction_trend,
)
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
FIGURES = ["favourable_count", "favourable_share", "share_low", "share_high", "mean_score"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add(
    store: Store, day: date, scores: list[int], *, scale: str = "csat", journey: str | None = None
) -> None:
    """Answers of one day, each with a score on the scale and nothing else."""
    column = "csat_score" if scale == "csat" else "ces_score"
    with store.transaction() as con:
        con.execute(
            f"""insert into response_versions (response_id, responded_at, responded_on, survey,
                {column}, ces_scale, journey, batch_id, content_hash, is_current)
            select uuid()::varchar, $day::timestamp, $day, 'relationship', score, $ces_scale,
                $journey, 1, 0, true
            from (select unnest($scores) as score)""",
            {
                "day": day,
                "scores": scores,
                "ces_scale": {"ces": 5, "ces7": 7}.get(scale),
                "journey": journey,
            },
        )
        rebuild_days(con, store.settings_history, ["responses"])


EVERYTHING = Filters()


def summary(store: Store, scale: str, filters: Filters = EVERYTHING) -> dict[str, object]:
    rows = satisfaction_summary(store, filters).rows(named=True)
    return next(row for row in rows if row["scale"] == scale)


def test_csat_is_the_share_of_the_two_best_scores_with_its_interval_and_mean(store: Store) -> None:
    add(store, MAY.first_on, [5] * 50 + [4] * 35 + [3] * 5 + [1] * 10)
    assert summary(store, "csat") == {
        "scale": "csat",
        "top_score": 5,
        "higher_is_better": True,
        "answer_count": 100,
        "people_count": 100,
        "design_effect": 1.0,
        "favourable_count": 85,
        "favourable_share": 0.85,
        "share_low": pytest.approx(0.767, abs=5e-4),
        "share_high": pytest.approx(0.907, abs=5e-4),
        "mean_score": 4.15,
        "base": "ok",
        "reason": None,
    }


@pytest.mark.parametrize(
    ("scale", "scores", "favourable_count", "mean_score"),
    [("ces", [1, 2, 3, 4, 5], 2, 3), ("ces7", [1, 2, 3, 4, 5, 6, 7], 3, 4)],
)
def test_effort_is_easy_at_the_low_end_of_its_scale(
    store: Store, scale: str, scores: list[int], favourable_count: int, mean_score: float
) -> None:
    add(store, MAY.first_on, scores, scale=scale)
    row = summary(store, scale)
    assert (row["favourable_count"], row["mean_score"]) == (favourable_count, mean_score)
    assert (row["top_score"], row["higher_is_better"]) == (len(scores), False)


def test_the_two_scales_of_effort_are_never_pooled(store: Store) -> None:
    add(store, MAY.first_on, [1] * 5, scale="ces")
    add(store, MAY.first_on, [7] * 10, scale="ces7")
    assert (summary(store, "ces")["answer_count"], summary(store, "ces")["mean_score"]) == (5, 1)
    assert (summary(store, "ces7")["answer_count"], summary(store, "ces7")["mean_score"]) == (10, 7)
    assert summary(store, "ces7")["favourable_share"] == 0


@pytest.mark.parametrize(
    ("count", "base", "reason"),
    [
        (0, "withheld", "no_answers"),
        (1, "withheld", "too_few_to_show"),
        (4, "withheld", "too_few_to_show"),
        (5, "small", None),
        (29, "small", None),
        (30, "ok", None),
    ],
)
def test_few_answers_are_withheld_or_marked(
    store: Store, count: int, base: str, reason: str | None
) -> None:
    add(store, MAY.first_on, [5] * count)
    row = summary(store, "csat")
    shown = None if reason == "too_few_to_show" else count
    assert (row["answer_count"], row["base"], row["reason"]) == (shown, base, reason)
    assert [row[name] is None for name in FIGURES] == [count < 5] * 5


def test_unanimous_answers_are_not_certain(store: Store) -> None:
    add(store, MAY.first_on, [5] * 10)
    row = summary(store, "csat")
    assert (row["favourable_share"], row["share_high"]) == (1, 1)
    assert row["share_low"] == pytest.approx(0.722, abs=5e-4)


def test_both_ends_of_a_period_belong_to_it(store: Store) -> None:
    for day in (date(2026, 4, 30), MAY.first_on, MAY.last_on, date(2026, 6, 1)):
        add(store, day, [5] * 5)
    assert summary(store, "csat", Filters(period=MAY))["answer_count"] == 10


def test_the_trend_pools_a_quarter_and_says_what_is_partial(store: Store) -> None:
    add(store, date(2026, 1, 1), [5] * 90)
    add(store, date(2026, 2, 1), [1] * 10)
    add(store, date(2026, 2, 2), [1] * 10, scale="ces")
    add(store, date(2026, 4, 1), [4] * 30)
    months = satisfaction_trend(store, Filters(), "csat")
    assert months.select("period", "favourable_share", "is_complete").rows() == [
        (date(2026, 1, 1), 1, True),
        (date(2026, 2, 1), 0, True),
        (date(2026, 4, 1), 1, False),
    ]
    quarters = satisfaction_trend(store, Filters(), "csat", grain="quarter")
    assert quarters["favourable_share"].to_list() == [0.9, 1]
    assert satisfaction_trend(store, Filters(), "ces7").is_empty()


def test_a_breakdown_has_only_values_with_answers_on_the_scale(store: Store) -> None:
    add(store, MAY.first_on, [1] * 6, scale="ces", journey="Repair")
    add(store, MAY.first_on, [5] * 9, scale="ces", journey="Billing")
    add(store, MAY.first_on, [2] * 4, scale="ces")
    add(store, MAY.first_on, [5] * 9, journey="Delivery")
    by = satisfaction_by(store, Filters(), "ces", "journey")
    assert by.select("journey", "answer_count", "favourable_share", "mean_score").rows() == [
        ("Billing", 9, 0, 5),
        ("Repair", None, None, None),
        (None, None, None, None),
    ]
    assert by["reason"].to_list() == [None, "protects_others", "too_few_to_show"]
