"""Of a tiny group nothing is told, and nothing follows from what is told of the others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cxdata.cli import main
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.satisfaction import (
    SATISFACTION_SCALES,
    satisfaction_by,
    satisfaction_summary,
)
from cxdata.metrics.response_time.contact_hours import hour_counts, missed_by_hour, worst_hours
from cxdata.metrics.response_time.contact_mix import journey_channels
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.metrics.statistics.withheld import protecting, protecting_pairs
from cxdata.models import BUILT_IN_DIMENSIONS, Filters, Period
from cxdata.store.connection import Store
from tests.small_groups import SIZES, add_small_groups

Rows = list[dict[str, Any]]
MINIMUM = 5
# One of the firm's own stands for all six, which differ in nothing but their names.
USED = (*BUILT_IN_DIMENSIONS, "own_1")
YEAR = ("--from", "2025-07-01", "--to", "2026-06-30")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("tiny") / "cx.duckdb")
    opened.change_settings({"own_dimensions.own_1": "Shop"})
    add_small_groups(opened, "Shop")
    yield opened
    opened.close()


def shown(store: Store, *words: str) -> tuple[Rows, dict[str, Any]]:
    """The rows of a figure of the command line, and what it says of the whole."""
    result = CliRunner().invoke(main, ["show", *words, "--json", "--store", str(store.path)])
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    return document["rows"], document.get("whole", {})


def assert_nothing_follows(rows: Rows, base: str, total: int, lines: Sequence[str] = ()) -> None:
    """What the totals less the shown rows leave is nothing, or enough people in two rows."""
    groups: dict[tuple[object, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in lines), []).append(row)
    assert all(row[base] is None or not 0 < row[base] < MINIMUM for row in rows)
    hidden = [row for row in rows if row[base] is None]
    left = total - sum(row[base] or 0 for row in rows)
    assert not hidden or (len(hidden) > 1 and left >= MINIMUM), (base, rows)
    for row in hidden:
        assert row["reason"] in {"too_few_to_show", "too_few_customers", "protects_others"}
        counts = {name for name, value in row.items() if name.endswith("_count") and value}
        assert counts <= {f"compared_{base}", "active_count"}, counts


# What each figure is parted by, its base, and where the whole is shown.
PARTED = [
    *(("nps", name, "answer_count") for name in USED),
    *(("nps-change", name, "answer_count") for name in USED),
    *(("returns", name, "followed_count") for name in (*USED, "reason")),
    *(("churn-cost", name, "customer_count") for name in ("segment", "region", "product", "own_1")),
]


@pytest.mark.parametrize(("metric", "dimension", "base"), PARTED)
def test_a_tiny_part_does_not_follow_from_the_whole(
    store: Store, metric: str, dimension: str, base: str
) -> None:
    whole_of = "nps" if metric == "nps-change" else metric
    [whole], _ = shown(store, whole_of, *YEAR)
    rows, _ = shown(store, metric, "--by", dimension, *YEAR)
    assert any(row[base] is None for row in rows), "the planted store has to have a tiny group"
    assert any(row[base] is not None for row in rows)
    assert_nothing_follows(rows, base, whole[base])


@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_a_tiny_period_does_not_follow_from_longer_ones(store: Store, grain: str) -> None:
    [whole], _ = shown(store, "nps", *YEAR)
    rows, _ = shown(store, "nps", "--grain", grain, *YEAR)
    assert_nothing_follows(rows, "answer_count", whole["answer_count"])
    longer, _ = shown(store, "nps", "--grain", "quarter", *YEAR)
    if grain != "month":
        return
    for quarter in longer:
        own = [row for row in rows if _quarter(row["period"]) == quarter["period"]]
        if quarter["answer_count"] is not None:
            assert_nothing_follows(own, "answer_count", quarter["answer_count"])


def _quarter(day: str) -> str:
    first = date.fromisoformat(day)
    return first.replace(month=first.month - (first.month - 1) % 3).isoformat()


@pytest.mark.parametrize("split", ["segment", "region", "product", "journey", "reason"])
def test_parts_of_a_channel_do_not_follow_from_the_channel(store: Store, split: str) -> None:
    channels = {row["channel"]: row for row in shown(store, "response-time", *YEAR)[0]}
    rows, _ = shown(store, "response-time", "--by", split, *YEAR)
    assert {name for name, row in channels.items() if row["contact_count"] is None} == {"social"}
    for name, channel in channels.items():
        own = [row for row in rows if row["channel"] == name]
        if channel["contact_count"] is not None:
            assert_nothing_follows(own, "contact_count", channel["contact_count"])
        else:
            assert all(row["contact_count"] is None for row in own), "or their sum would tell"


def test_hours_do_not_follow_from_the_channel(store: Store) -> None:
    rows, _ = shown(store, "response-time", "--by", "hour", *YEAR)
    channels, _ = shown(store, "response-time", *YEAR)
    told = sum(row["contact_count"] or 0 for row in channels)
    assert told == sum(SIZES) - SIZES[0]
    assert_nothing_follows(rows, "contact_count", told)


@pytest.mark.parametrize("metric", ["churn-classes", "churn-reasons"])
def test_customers_of_a_class_or_reason_do_not_follow(store: Store, metric: str) -> None:
    [whole], _ = shown(store, "churn-cost", *YEAR)
    base = "customer_count" if metric == "churn-classes" else "lost_count"
    rows, _ = shown(store, metric, *YEAR)
    assert_nothing_follows(rows, base, whole[base])


def test_satisfaction_does_not_follow(store: Store) -> None:
    whole = {row["scale"]: row for row in satisfaction_summary(store, Filters()).to_dicts()}
    for scale, dimension in product(SATISFACTION_SCALES, USED):
        rows = satisfaction_by(store, Filters(), scale, dimension).to_dicts()
        assert_nothing_follows(rows, "answer_count", whole[scale]["answer_count"])


@pytest.mark.parametrize(("down", "across"), list(product(USED, USED)))
def test_no_cell_of_two_dimensions_follows_from_rows_and_columns(
    store: Store, down: Any, across: Any
) -> None:
    if down == across:
        return
    rows = nps_heat(store, Filters(), down, across).to_dicts()
    hidden = [row for row in rows if row["answer_count"] is None]
    wholes: list[tuple[str, object]] = [("", None)]
    for dimension in (down, across):
        parts, _ = shown(store, "nps", "--by", dimension)
        wholes += [(dimension, it[dimension]) for it in parts if it["answer_count"] is not None]
    equations = [
        [1.0 if not name or row[name] == value else 0.0 for row in hidden] for name, value in wholes
    ]
    assert not given_away(np.array(equations).reshape(len(wholes), len(hidden)))


def given_away(equations: np.ndarray[Any, Any]) -> list[int]:
    """The unknowns that linear equations have only one solution for."""
    if not equations.shape[1]:
        return []
    rank = np.linalg.matrix_rank(equations)
    unit = np.eye(equations.shape[1])
    return [
        place
        for place in range(equations.shape[1])
        if np.linalg.matrix_rank(np.vstack([equations, unit[place]])) == rank
    ]


def test_the_tables_of_the_pages_show_no_count_of_a_handful(store: Store) -> None:
    frames = [
        journey_channels(store, Filters()),
        wait_distribution(store, Filters()).select("channel", "channel_count", "reason"),
        missed_by_hour(store, Filters()),
    ]
    bases = {"contact_count", "channel_count", "followed_count", "answer_count", "due_count"}
    for frame in frames:
        for name in bases & set(frame.columns):
            assert not frame[name].is_between(1, MINIMUM - 1).any(), name


def test_a_named_stretch_of_hours_gives_no_withheld_hour_away(store: Store) -> None:
    counts = hour_counts(store, Filters())
    found = worst_hours(counts, minimum_count=MINIMUM)
    assert counts["is_withheld"].any()
    assert found.is_empty() or found["due_count"].item() >= MINIMUM


@pytest.mark.parametrize(
    "words",
    [
        ("drivers",), ("themes",), ("backlog",), ("wait-effects",), ("pyramid-evidence",),
        ("churn-waterfall",), ("churn-cohorts",), ("tornado",), ("survival",),
        ("promoter-value",), ("what-if",),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("where", [(), ("--where", "segment=Tiny")])
def test_no_figure_counts_a_handful(
    store: Store, words: tuple[str, ...], where: tuple[str, ...]
) -> None:
    """Bases of groups; what is counted within a group may be small, and the backlog is a list."""
    rows, whole = shown(store, *words, *YEAR, *where)
    bases = {
        "answer_count", "customer_count", "csat_count", "comment_count", "rating_count",
        "promoter_count", "valued_promoter_count", "class_customer_count", "active_count",
        "at_risk_count", "n", "concerned_count",
    }  # fmt: skip
    for row in [*rows, whole]:
        small = {name for name in bases if row.get(name) and 0 < row[name] < MINIMUM}
        assert not small, (words, row)


def test_a_snapshot_counts_no_handful(store: Store) -> None:
    from cxdata.followup.snapshots import headline_figures

    year = Period(date(2025, 7, 1), date(2026, 6, 30))
    figures = headline_figures(store, Filters(period=year, segment=("Tiny",)))
    assert figures["nps"]["answer_count"] is None
    assert figures["churn_cost"]["customer_count"] is None
    assert {row["contact_count"] for row in figures["response_time"]["channels"]} <= {None, 0}


COUNTS = st.lists(st.integers(0, 12), min_size=16, max_size=16).map(
    lambda counts: dict(zip(product("abcd", "wxyz"), counts, strict=True))
)


@given(COUNTS)
def test_no_small_cell_follows_from_all_lines_together(
    counts: dict[tuple[str | None, str | None], int],
) -> None:
    few = {cell for cell, count in counts.items() if 0 < count < MINIMUM}
    hidden = sorted(few | protecting_pairs(counts, MINIMUM))  # type: ignore[type-var]
    lines = [[1.0] * len(hidden)]
    for axis, values in ((0, "abcd"), (1, "wxyz")):
        sums = {it: sum(n for cell, n in counts.items() if cell[axis] == it) for it in values}
        less = protecting(sums, [sums], MINIMUM)
        lines += [
            [float(cell[axis] == value) for cell in hidden]
            for value in values
            if sums[value] >= MINIMUM and value not in less
        ]
    told = {hidden[place] for place in given_away(np.array(lines).reshape(len(lines), len(hidden)))}
    # Where all is withheld there is nothing left to withhold.
    assert not told & few or set(hidden) >= {cell for cell, count in counts.items() if count}


@given(st.lists(st.integers(0, 30), max_size=9))
def test_a_simple_table_hides_two_with_enough_together(sizes: list[int]) -> None:
    counts = dict(enumerate(sizes))
    few = {place for place, count in counts.items() if 0 < count < MINIMUM}
    hidden = few | protecting(counts, [counts], MINIMUM)
    rest = [place for place, count in counts.items() if count and place not in hidden]
    assert not hidden or not rest or (len(hidden) > 1 and sum(counts[it] for it in hidden) >= 5)
    assert few or not hidden
