"""Kaplan-Meier on grouped counts, and quantiles of the wait histogram."""

from __future__ import annotations

import math

import polars as pl
import pytest

from cxdata.metrics.statistics.survival import kaplan_meier, survival_quantile, wait_quantile


def waits(*rows: tuple[int, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["time", "event_count", "censored_count"], orient="row")


def buckets(*rows: tuple[int, int, int]) -> pl.DataFrame:
    names = ["wait_bucket", "answered_count", "waiting_count"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_without_open_waits_it_is_the_plain_share() -> None:
    curve = kaplan_meier(waits((30, 1, 0), (10, 2, 0), (20, 1, 0)))
    assert curve.select("time", "at_risk_count", "event_count", "survival").rows() == [
        (10.0, 4, 2, 0.5),
        (20.0, 2, 1, 0.25),
        (30.0, 1, 1, 0.0),
    ]
    assert curve["standard_error"].to_list() == [0.25, pytest.approx(0.2165, abs=1e-4), None]


def test_grouped_and_single_rows_agree() -> None:
    single = kaplan_meier(waits((1, 1, 0), (1, 1, 0), (1, 0, 1), (5, 0, 1), (7, 1, 0)))
    assert single.equals(kaplan_meier(waits((1, 2, 1), (5, 0, 1), (7, 1, 0))))


def test_dropping_open_waits_would_flatter() -> None:
    with_open = kaplan_meier(waits((60, 5, 0), (600, 0, 5), (3600, 1, 0)))
    dropped = kaplan_meier(waits((60, 5, 0), (3600, 1, 0)))
    assert survival_quantile(with_open, 0.6) == 3600
    assert survival_quantile(dropped, 0.6) == 60


def test_a_quantile_that_nobody_reached_yet_is_unknown() -> None:
    curve = kaplan_meier(waits((10, 1, 3)))
    assert survival_quantile(curve, 0.25) == 10
    assert survival_quantile(curve, 0.5) is None


def test_nobody_answered_gives_no_curve_and_no_quantile() -> None:
    curve = kaplan_meier(waits((10, 0, 3)))
    assert curve.is_empty()
    assert survival_quantile(curve, 0.5) is None


def test_a_round_share_is_reached_despite_rounding() -> None:
    curve = kaplan_meier(waits(*[(n, 1, 0) for n in range(1, 11)]))
    assert [survival_quantile(curve, share) for share in (0.1, 0.3, 0.7, 0.9)] == [1, 3, 7, 9]


@pytest.mark.parametrize("seconds", [1, 45, 90, 3600, 14_400, 86_400 * 30])
def test_the_middle_of_a_bucket_is_within_half_a_percent(seconds: int) -> None:
    bucket = math.floor(math.log(seconds) / math.log(1.01))
    middle = wait_quantile(buckets((bucket, 1, 0)), 0.5)
    assert middle == pytest.approx(seconds, rel=0.005)


def test_the_bucket_below_one_second_counts_as_zero() -> None:
    assert wait_quantile(buckets((-1, 3, 0), (100, 1, 0)), 0.5) == 0.0
