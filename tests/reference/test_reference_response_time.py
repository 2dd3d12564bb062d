"""Response times against published results (METHODS.md §2), to the digits given."""

from __future__ import annotations

import polars as pl
import pytest

from cxdata.metrics.response_time.compliance import AbandonVariant, service_level
from cxdata.metrics.statistics.competing import cumulative_incidence, reached_at
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.survival import kaplan_meier


# Published service-level variants: 1000 answered (860 in time), 60 abandoned (20 in time).
@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("abandoned_in_time_met", 83.02),
        ("abandoned_ignored", 86.00),
        ("abandoned_missed", 81.13),
        ("abandoned_in_time_ignored", 82.69),
    ],
)
def test_service_level_variants(variant: AbandonVariant, percent: float) -> None:
    level = service_level(
        answered_count=1000,
        answered_in_time_count=860,
        abandoned_count=60,
        abandoned_in_time_count=20,
        variant=variant,
    )
    assert level == pytest.approx(percent / 100, abs=5e-5)


# Cisco Unified Contact Center: 70 answered in time, 10 abandoned in time, 20 answered late.
@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("abandoned_in_time_ignored", 77.8),
        ("abandoned_missed", 70),
        ("abandoned_in_time_met", 80),
    ],
)
def test_ciscos_three_service_levels(variant: AbandonVariant, percent: float) -> None:
    level = service_level(
        answered_count=90,
        answered_in_time_count=70,
        abandoned_count=10,
        abandoned_in_time_count=10,
        variant=variant,
    )
    assert level == pytest.approx(percent / 100, abs=5e-4)


@pytest.mark.parametrize(
    ("met", "due", "low", "high"), [(85, 100, 76.7, 90.7), (850, 1000, 82.7, 87.1)]
)
def test_wilson_interval(met: int, due: int, low: float, high: float) -> None:
    ends = [100 * float(end) for end in wilson_interval(met, due)]
    assert ends == pytest.approx([low, high], abs=0.05)


def test_one_forgotten_mail_moves_the_mean_but_not_the_median() -> None:
    waits = [1.0] * 10 + [96.0]
    assert sum(waits) / len(waits) == pytest.approx(9.636, abs=5e-4)
    counts = pl.DataFrame({"time": [1.0, 96.0], "event_count": [10, 1]})
    ended = counts.with_columns(competing_count=0, censored_count=0)
    assert reached_at(cumulative_incidence(ended), 0.5) == 1.0


# R package survival, data set aml, group "Maintained".
def test_kaplan_meier_and_greenwood_of_the_maintained_group() -> None:
    times = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    is_open = [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1]
    counts = pl.DataFrame(
        {"time": times, "event_count": [1 - o for o in is_open], "censored_count": is_open}
    )
    curve = kaplan_meier(counts)
    assert curve["time"].to_list() == [9, 13, 18, 23, 31, 34, 48]
    assert curve["survival"].to_list() == pytest.approx(
        [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184], abs=5e-4
    )
    assert curve["standard_error"].to_list() == pytest.approx(
        [0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535], abs=5e-5
    )
    # Where nothing competes, the cumulative incidence is what Kaplan-Meier leaves.
    incidence = cumulative_incidence(counts.with_columns(competing_count=0))
    assert incidence["incidence"].to_list() == pytest.approx((1 - curve["survival"]).to_list())
    assert [reached_at(incidence, share) for share in (0.5, 0.9)] == [31, None]
