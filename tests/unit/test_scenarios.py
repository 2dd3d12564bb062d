"""Scenarios: kept under a name as they were, compared, taken away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.errors import CxDataError
from cxdata.followup.scenarios import (
    compared_scenarios,
    recorded_scenarios,
    remove_scenario,
    save_scenario,
    scenario_differences,
    scenario_moves,
)
from cxdata.metrics.churn.what_if import WHAT_IF_SCHEMA, Moves
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

MOVES = Moves(0.1, 5, 0.5, (0.1, 0.2, 0.3))
OF_2025 = Filters(
    period=Period(date(2025, 1, 1), date(2025, 12, 31)),
    segment=("Pro « A »", "Gold"),
    product=("Card",),
)
FIGURES = pl.DataFrame(
    [
        {"move": "compliance", "size": 5.0, "low_amount": 900.5, "is_established": True},
        {"move": "total", "low_amount": 900.5, "reason": "needs_cases"},
    ],
    schema=WHAT_IF_SCHEMA,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb", load_settings())
    yield opened
    opened.close()


def test_a_scenario_is_kept_with_moves_filters_and_figures_as_they_were(store: Store) -> None:
    version = store.data_version
    saved = save_scenario(store, "  Call\nthem back ", MOVES, OF_2025, FIGURES, "Ana")
    assert store.data_version == version + 1
    (row,) = recorded_scenarios(store).to_dicts()
    assert (row["scenario_id"], row["name"], row["saved_by"]) == (saved, "Call them back", "Ana")
    assert "figures" not in row
    assert scenario_moves(store, saved) == MOVES
    compared = compared_scenarios(store, [saved])
    assert compared.select(FIGURES.columns).equals(FIGURES)
    for shown in (compared.row(0, named=True), row):
        assert (shown["first_on"], shown["last_on"]) == (date(2025, 1, 1), date(2025, 12, 31))
        assert (shown["segment"], shown["region"], shown["product"]) == (
            "Pro « A », Gold", None, "Card",
        )  # fmt: skip


def test_the_newer_of_one_name_takes_the_place_of_the_older(store: Store) -> None:
    first = save_scenario(store, "Plan", MOVES, OF_2025, FIGURES)
    second = save_scenario(store, "Plan", Moves(0.2), Filters(), FIGURES)
    assert recorded_scenarios(store)["scenario_id"].to_list() == [second]
    assert scenario_moves(store, second) == Moves(0.2)
    with pytest.raises(CxDataError, match="There is no scenario"):
        compared_scenarios(store, [first])
    remove_scenario(store, second)
    assert recorded_scenarios(store).is_empty()


def test_scenarios_are_compared_in_the_order_asked_for(store: Store) -> None:
    saved = [save_scenario(store, name, MOVES, Filters(), FIGURES) for name in ("One", "Two")]
    compared = compared_scenarios(store, saved[::-1])
    assert compared["name"].to_list() == ["Two", "Two", "One", "One"]
    assert compared["first_on"].null_count() == 4
    assert compared_scenarios(store, []).is_empty()


def test_scenarios_of_the_same_filters_data_and_settings_compare(store: Store) -> None:
    saved = [save_scenario(store, name, MOVES, OF_2025, FIGURES) for name in ("One", "Two")]
    assert scenario_differences(compared_scenarios(store, saved)) == ()
    assert scenario_differences(compared_scenarios(store, [])) == ()


def test_each_difference_between_scenarios_is_named(store: Store) -> None:
    first = save_scenario(store, "First", MOVES, OF_2025, FIGURES)
    whole = save_scenario(store, "Whole", MOVES, replace(OF_2025, segment=()), FIGURES)
    store.change_settings({"churn.margin_rate.central": 0.35})
    margin = save_scenario(store, "Margin", MOVES, OF_2025, FIGURES)
    with store.transaction() as con:
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, extracted_at,
                mapping, row_count, accepted_count, corrected_count, replaced_count,
                refused_count, duplicate_count)
            values (1, 'a.csv', '', 'customers', '2026-05-01', '2026-05-01', '{}',
                0, 0, 0, 0, 0, 0)"""
        )
    later = save_scenario(store, "Later", MOVES, OF_2025, FIGURES)
    pairs = {(first, whole): ("filters",), (first, margin): ("settings",),
             (margin, later): ("data",),
             (whole, later): ("filters", "data", "settings")}  # fmt: skip
    found = {pair: scenario_differences(compared_scenarios(store, pair)) for pair in pairs}
    assert found == pairs


def test_what_an_older_scenario_rests_on_is_not_known(store: Store) -> None:
    old = save_scenario(store, "Old", MOVES, OF_2025, FIGURES)
    with store.transaction() as con:
        con.execute(
            "update scenarios set filters = $bare",
            {"bare": json.dumps(asdict(OF_2025), default=str)},
        )
    new = save_scenario(store, "New", MOVES, OF_2025, FIGURES)
    compared = compared_scenarios(store, [old, new])
    assert scenario_differences(compared) == ("unknown",)
    assert scenario_differences(compared.filter(pl.col("name") == "Old")) == ()
    assert compared["data_mark"].null_count() == 2


def test_a_scenario_without_an_amount_is_refused(store: Store) -> None:
    without = FIGURES.with_columns(low_amount=pl.lit(None, pl.Float64))
    with pytest.raises(CxDataError, match="without an amount can't be saved"):
        save_scenario(store, "Plan", MOVES, OF_2025, without)
    assert recorded_scenarios(store).is_empty()


@pytest.mark.parametrize("name", ["", " \n ", "x" * 81])
def test_a_scenario_without_a_name_or_with_too_long_a_one_is_refused(
    store: Store, name: str
) -> None:
    with pytest.raises(CxDataError):
        save_scenario(store, name, MOVES, Filters(), FIGURES)
    assert recorded_scenarios(store).is_empty()


def test_a_scenario_in_which_nothing_is_moved_is_refused(store: Store) -> None:
    with pytest.raises(CxDataError, match="Nothing is moved"):
        save_scenario(store, "Nothing", Moves(), Filters(), FIGURES.clear())


def test_a_scenario_can_be_removed_once(store: Store) -> None:
    saved = save_scenario(store, "Plan", MOVES, Filters(), FIGURES)
    remove_scenario(store, saved)
    for missing in (remove_scenario, scenario_moves):
        with pytest.raises(CxDataError, match="There is no scenario"):
            missing(store, saved)
