"""Groups compared over time and between two periods: what is drawn and what is said of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from cxdata.charts.groups import groups_figure
from cxdata.i18n import translator
from cxdata.sentences import groups as tell
from cxdata.sentences.nps import target_verdict

EN = translator("en")


def row(group: str, month: int, value: float, **changes: Any) -> dict[str, Any]:
    return {
        "group": group, "period": date(2026, month, 1), "is_complete": True, "value": value,
        "low": value - 5, "high": value + 5, "is_small_base": False, "n": 200, **changes,
    }  # fmt: skip


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows))


def said(*rows: dict[str, Any]) -> str:
    return tell.groups_over_time_sentence(frame(*rows), "segment", "month", EN.nps, EN)


def test_the_lowest_group_is_said_with_the_period_since_which_it_is_surely_below() -> None:
    rows = [row("Gold", it, 30) for it in (1, 2, 3)]
    assert said(*rows, row("Mass", 1, 28), row("Mass", 2, 10), row("Mass", 3, 8)) == (
        "Mass has stood below the others since Feb 2026: +8, the next +30 (Mar 2026)"
    )
    assert said(*rows, *(row("Mass", it, 9) for it in (1, 2, 3))) == (
        "Mass stands below the others in all periods shown: +9, the next +30 (Mar 2026)"
    )


@pytest.mark.parametrize(
    "last",
    [{"value": 25, "low": 20, "high": 30.5}, {"is_complete": False}, {"is_small_base": True}],
)
def test_no_group_is_called_lower_by_chance_a_partial_period_or_a_small_base(
    last: dict[str, Any],
) -> None:
    rows = [row("Gold", 1, 30), row("Mass", 1, 28), row("Gold", 2, 35), row("Mass", 2, 1) | last]
    assert said(*rows).endswith("no group stands surely below the others")


def test_one_group_alone_is_not_compared() -> None:
    assert said(row("Gold", 1, 30)) == "No whole period with enough of two groups to compare them."


def test_each_group_has_its_line_band_and_name_and_opens_its_own_answers() -> None:
    rows = frame(row("Gold", 1, 30), row("Gold", 2, 31, is_complete=False), row("Mass", 1, 9))
    figure = groups_figure(rows, EN, "segment", "month", EN.nps, events=[(date(2026, 1, 9), "!")])
    names = [it["name"] for it in figure["data"] if "name" in it]
    assert names == ["Gold", "Mass"]
    gold = figure["data"][3]
    assert gold["customdata"][0] == ["segment", "Gold", "period", "2026-01-01"]
    assert [it["text"] for it in figure["layout"]["annotations"]] == [
        "!", "Mass <b>+9</b>", "Gold <b>+31</b>",
    ]  # fmt: skip
    assert figure["layout"]["shapes"][0]["x0"] == date(2026, 1, 9)


@pytest.mark.parametrize(
    ("target", "verdict", "mood"),
    [(20, "reached, 3.4 points above", "good"), (30, "missed, 6.6 points short", "bad"),
     (24, "−0.6 points, too close to tell", "neutral")],
)  # fmt: skip
def test_a_target_is_missed_or_reached_only_where_the_interval_says_so(
    target: float, verdict: str, mood: str
) -> None:
    now = {"nps": 23.4, "nps_low": 21.9, "nps_high": 24.9}
    assert target_verdict(now, target, EN) == (verdict, mood)
