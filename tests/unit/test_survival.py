"""Kaplan-Meier on grouped counts."""

from __future__ import annotations

import polars as pl
import pytest

from cxdata.metrics.statistics.survival import kaplan_meier


def waits(*rows: tuple[int, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["time", "event_count", "censored_count"], orient="row")


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


def test_nobody_ended_gives_no_curve() -> None:
    assert kaplan_meier(waits((10, 0, 3))).is_empty()
