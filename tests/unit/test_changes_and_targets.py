"""What else moved besides the NPS, and what figures should reach."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.metrics.changes import channels_change, churn_change, level_change
from cxdata.metrics.targets import target_value
from cxdata.models import Filters, Period, Verdict

YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
BEFORE = Period(date(2024, 7, 1), date(2025, 6, 30))


def levels(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    """Of each journey the level, the lowest that is sure, and the highest that may be."""
    return pl.DataFrame(
        [
            {"journey": name, "level": level, "established_level": low, "possible_level": high}
            for name, level, low, high in rows
        ],
        schema={"journey": pl.String, "level": pl.Int64, "established_level": pl.Int64,
                "possible_level": pl.Int64},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [
        (levels(("A", 3, 3, 3)), levels(("A", 2, 2, 2)), "real_change"),
        (levels(("A", 3, 2, 3)), levels(("A", 2, 2, 2)), "within_noise"),
        (levels(("A", 3, 3, 3)), levels(("A", 2, 2, 3)), "within_noise"),
        (levels(("A", 1, 1, 1)), levels(("A", 2, 2, 2)), "real_change"),
    ],
)
def test_a_level_moved_only_if_all_that_it_may_be_did(
    now: pl.DataFrame, then: pl.DataFrame, verdict: Verdict
) -> None:
    assert level_change(now, BEFORE, then, is_known=True).verdict == verdict


def test_a_level_of_other_journeys_or_of_half_a_period_is_not_compared() -> None:
    one, other = levels(("A", 3, 3, 3)), levels(("A", 3, 3, 3), ("B", 1, 1, 1))
    assert level_change(one, BEFORE, other, is_known=True).reason == "not_known_then"
    assert level_change(one, BEFORE, one, is_known=False).reason == "not_known_then"
    assert level_change(one, None, one, is_known=True).reason == "no_earlier_period"
    assert level_change(one, BEFORE, one.clear(), is_known=True).reason == "no_evidence"


def channels(**verdicts: str) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"channel": name, "compliance_rate": 0.8, "goal": 0.8, "verdict": verdict,
             "favourable_seconds": 20.0, "clock": "elapsed", "is_small_base": False}
            for name, verdict in verdicts.items()
        ]
    )  # fmt: skip


def test_a_channel_came_to_miss_its_goal_only_if_both_are_sure() -> None:
    now, then = channels(call="missed", chat="missed"), channels(call="reached", chat="cannot_tell")
    change = channels_change(now, BEFORE, then, is_known=True)
    assert (change.lost, change.gained, change.compared_reached) == (("call",), (), 1)
    back = channels_change(then, BEFORE, now, is_known=True)
    assert (back.lost, back.gained, back.compared_reached) == ((), ("call",), 0)


def test_a_goal_that_was_changed_is_no_change_of_the_channel() -> None:
    now, then = channels(call="missed", chat="reached"), channels(call="reached", chat="reached")
    then = then.with_columns(goal=pl.when(channel="call").then(0.7).otherwise("goal"))
    change = channels_change(now, BEFORE, then, is_known=True)
    assert (change.lost, change.compared_reached, change.reason) == ((), None, "goals_changed")


def test_channels_of_half_a_period_are_not_compared() -> None:
    now = channels(call="missed")
    half = channels_change(now, BEFORE, channels(call="reached"), is_known=False)
    assert (half.lost, half.reason) == ((), "not_known_then")


def churn(lost: int, customers: int, period: Period, cost: float = 1e6) -> dict[str, Any]:
    return {
        "lost_count": lost,
        "customer_count": customers,
        "customer_churn_rate": lost / customers,
        "cost_central_amount": cost,
        "window_first_on": period.first_on,
        "window_last_on": period.last_on,
        "reason": None,
    }


def changed(then: dict[str, Any], known_from: date = date(2020, 1, 1), **period: Period) -> Any:
    return churn_change(
        churn(120, 1000, YEAR, 1.5e6),
        period.get("period", BEFORE),
        then,
        known_from=known_from,
        answers=load_settings().answers,
    )


def test_the_cost_moved_really_where_more_customers_left_than_chance_brings() -> None:
    more = changed(churn(80, 1000, BEFORE))
    assert (more.verdict, more.difference_amount) == ("real_change", 5e5)
    assert changed(churn(110, 1000, BEFORE)).verdict == "within_noise"
    assert changed(churn(3, 20, BEFORE)).verdict == "too_few_answers"


def test_nobody_known_to_have_left_then_is_no_rise() -> None:
    late = changed(churn(0, 1000, BEFORE), known_from=date(2025, 6, 1))
    assert (late.reason, late.difference_amount, late.compared) == ("not_known_then", None, None)


def test_windows_of_other_lengths_are_not_compared() -> None:
    half = Period(date(2025, 1, 1), date(2025, 6, 30))
    assert changed(churn(40, 1000, half), period=half).reason == "other_length"


# Targets


TARGETS = """
[[targets]]
figure = "nps"
value = 20
last_on = 2025-12-31
[[targets]]
figure = "nps"
value = 30
survey = "relationship"
first_on = 2026-01-01
source = "board"
[[targets]]
figure = "nps"
value = 40
segment = "Premium"
[[targets]]
figure = "level"
value = 3
[[targets]]
figure = "churn_rate"
value = 0.09
"""


@pytest.mark.parametrize(
    ("filters", "day", "value"),
    [
        (Filters(), date(2025, 6, 30), 20),
        (Filters(), date(2026, 6, 30), 30),
        (Filters(survey="transactional"), date(2026, 6, 30), None),
        (Filters(segment=("Premium",)), date(2026, 6, 30), 40),
        (Filters(segment=("Home",)), date(2026, 6, 30), None),
        (Filters(segment=("Premium", "Home")), date(2026, 6, 30), None),
        (Filters(region=("Sud",)), date(2026, 6, 30), None),
    ],
)
def test_a_target_is_of_its_survey_segment_and_days(
    filters: Filters, day: date, value: float | None, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TARGETS, "utf-8")
    settings = load_settings(path)
    assert target_value(settings, "nps", filters, day) == value
    assert target_value(settings, "level", Filters(), day) == 3
    assert target_value(settings, "churn_rate", Filters(), day) == 0.09
    assert target_value(settings, "churn_cost", Filters(), day) is None
    assert json.loads(json.dumps(settings.value("targets"))) == settings.value("targets")
