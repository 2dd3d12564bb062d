"""With filters that leave four answers, nothing about the four comes out anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.satisfaction import (
    SATISFACTION_SCALES,
    satisfaction_by,
    satisfaction_summary,
    satisfaction_trend,
)
from cxdata.metrics.nps.score import (
    nps_by,
    nps_change,
    nps_summary,
    score_distribution,
)
from cxdata.metrics.nps.trend import nps_rolling, nps_trend
from cxdata.models import Dimension, Filters, Grain, Period
from cxdata.store.connection import Store
from tests.stores import add

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
FOUR = Filters(period=MAY, segment=("Few",))
BY: tuple[Dimension, ...] = ("segment", "region", "journey")
# What tells nothing about a person: of what, and why there is no figure.
HARMLESS = {
    "compared_base", "compared_reason", "base",
    "reason", "model_reason", "verdict", "rest_verdict", "is_complete", "is_compared_complete",
    "reaches_before", "is_protecting", "period", "window_first_on", "scale", "top_score",
    "higher_is_better", "score", "nps_class", "segment", "region", "journey", "touchpoint",
    "touchpoint_count", "left_out_count", "scale_top", "is_left_out",
    "coverage_reason", "customers_reason", "revenue_reason", "base_reason", "answers_verdict",
}  # fmt: skip
# Figures of the fifty answers of April, which are others.
OTHERS = {
    f"compared_{name}"
    for name in (
        *("nps", "nps_low", "nps_high", "share", "answer_count", "comment_count"),
        *("people_count", "design_effect"),
    )
}
STATED_SCALES: dict[str, str] = {"ratings": "1-5", "ces_score": "1-5"}
WORDS = ("parcel", "courier", "furious")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four of a segment in May beside a hundred others; fifty of each in April."""
    opened = Store.open(tmp_path_factory.mktemp("privacy") / "cx.duckdb")

    def answers(segment: str, day: str, scores: list[int]) -> list[dict[str, object]]:
        return [
            {
                "response_id": f"{segment} {day} {at}",
                "responded_at": f"{day} 12:00",
                "nps_score": score,
                "csat_score": 1,
                "ces_score": 5,
                "segment": segment,
                "region": "Nord" if at % 2 else "Sud",
                "journey": "Delivery",
                "rating_delivery": 1,
                "rating_price": 1 + at % 5,
                "comment": f"The {WORDS[0]} {WORDS[1]} was {WORDS[2]}" if segment == "Few" else "",
            }
            for at, score in enumerate(scores)
        ]

    add(opened, answers("Few", "2026-05-04", [0, 3, 9, 10]), "responses", scales=STATED_SCALES)
    add(
        opened, answers("Many", "2026-05-04", [0, 7, 8, 10] * 25), "responses", scales=STATED_SCALES
    )
    add(
        opened,
        answers("Few", "2026-04-04", [0, 7, 8, 10, 10] * 10),
        "responses",
        scales=STATED_SCALES,
    )
    add(
        opened,
        answers("Many", "2026-04-04", [0, 7, 8, 10, 10] * 10),
        "responses",
        scales=STATED_SCALES,
    )
    yield opened
    opened.close()


def told(rows: list[dict[str, Any]], *harmless: str) -> set[str]:
    """The names of what the rows say beyond what is harmless."""
    known = HARMLESS | set(harmless)
    return {
        name for row in rows for name, value in row.items() if not is_nothing(name, value)
    } - known


def is_nothing(name: str, value: object) -> bool:
    """That there are none tells of nobody."""
    return value is None or (name.endswith("_count") and value == 0)


@pytest.mark.parametrize("grain", ["week", "month", "year"])
def test_neither_level_nor_path_is_told(store: Store, grain: Grain) -> None:
    assert told(nps_summary(store, FOUR).to_dicts()) == set()
    assert told(nps_trend(store, FOUR, grain=grain).to_dicts()) == set()
    assert told(nps_rolling(store, FOUR, grain=grain).to_dicts()) == set()


def test_no_score_is_told(store: Store) -> None:
    scores = score_distribution(store, FOUR)
    assert scores["answer_count"].null_count() == scores["share"].null_count() == 11


@pytest.mark.parametrize("dimension", BY)
def test_no_part_is_told(store: Store, dimension: Dimension) -> None:
    assert told(nps_by(store, FOUR, dimension).to_dicts()) == set()
    for other in set(BY) - {dimension}:
        assert told(nps_heat(store, FOUR, dimension, other).to_dicts()) == set()


@pytest.mark.parametrize("dimension", BY)
def test_a_change_is_not_told_and_so_the_four_are_not(store: Store, dimension: Dimension) -> None:
    change = nps_change(store, FOUR)
    assert told(change.current.to_dicts()) == set()
    assert (change.difference, change.p_value, change.smallest_detectable_change) == (None,) * 3
    assert told(nps_mix(store, FOUR, dimension).to_dicts(), *OTHERS) == set()


def test_neither_satisfaction_nor_effort_is_told(store: Store) -> None:
    assert told(satisfaction_summary(store, FOUR).to_dicts()) == set()
    for scale in SATISFACTION_SCALES:
        assert told(satisfaction_trend(store, FOUR, scale).to_dicts()) == set()
        assert told(satisfaction_by(store, FOUR, scale, "region").to_dicts()) == set()


@pytest.mark.parametrize(
    "words",
    [
        ["nps"],
        ["nps", "--by", "region"],
        ["nps", "--grain", "week"],
        ["nps", "--compare"],
        ["nps-change"],
        ["nps-change", "--by", "region"],
        ["drivers"],
        ["themes"],
        ["themes", "--compare", "2020-01-01..2020-12-31"],
    ],
    ids=" ".join,
)
def test_the_command_line_tells_nothing(store: Store, words: list[str]) -> None:
    days = ["--from", "2026-05-01", "--to", "2026-05-31", "--where", "segment=Few"]
    result = CliRunner().invoke(main, ["show", *words, *days, "--json", "--store", str(store.path)])
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    others = OTHERS | {f"compared_{name}_count" for name in ("promoter", "passive", "detractor")}
    assert told(shown["rows"], *others) == set()
    assert told([shown.get("whole", {})], *others) == set()
    assert [word for word in WORDS if word in result.stdout] == []


def test_the_same_figures_are_told_of_more(store: Store) -> None:
    """Or the tests above would prove nothing."""
    many = Filters(period=MAY, segment=("Many",))
    assert "nps" in told(nps_summary(store, many).to_dicts())
    assert "nps" in told(nps_rolling(store, many).to_dicts())
    assert "nps" in told(nps_heat(store, many, "segment", "region").to_dicts())
    assert "rate_effect" in told(nps_mix(store, many, "region").to_dicts())
    assert "mean_score" in told(satisfaction_by(store, many, "csat", "region").to_dicts())
    assert isinstance(score_distribution(store, many)["share"].sum(), float)
    assert score_distribution(store, many).filter(pl.col("answer_count") > 0).height == 4
