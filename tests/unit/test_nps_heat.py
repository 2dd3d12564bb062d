"""NPS over two dimensions, and what of it would tell of a handful of people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.statistics.withheld import protecting, protecting_pairs
from cxdata.models import Filters
from cxdata.store.connection import Store
from tests.stores import add_classes as add

DAY = date(2026, 5, 4)
Cells = dict[tuple[str | None, str | None], int]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def test_every_pair_with_answers_has_its_figures(store: Store) -> None:
    add(store, DAY, (30, 20, 50), segment="home", region="north")
    add(store, DAY, (0, 5, 5), segment="business", region="south")
    add(store, DAY, (10, 0, 30), segment=None, region="south")
    add(store, DAY, (99, 0, 0), segment="home", region="north", survey="benchmark")
    heat = nps_heat(store, Filters(), "segment", "region")
    assert heat.select("segment", "region", "answer_count", "nps", "base", "reason").rows() == [
        ("business", "south", 10, 50, "small", None),
        ("home", "north", 100, 20, "ok", None),
        (None, "south", 40, 50, "ok", None),
    ]
    assert heat.row(1, named=True)["nps_low"] == pytest.approx(2.65, abs=0.005)


def test_a_withheld_cell_is_never_alone_in_its_row_or_column(store: Store) -> None:
    for segment, region, count in [
        ("a", "x", 90), ("a", "y", 4), ("a", "z", 50),
        ("b", "x", 60), ("b", "y", 70), ("b", "z", 80),
    ]:  # fmt: skip
        add(store, DAY, (0, 0, count), segment=segment, region=region)
    heat = nps_heat(store, Filters(), "segment", "region")
    assert heat["is_protecting"].to_list() == [False, False, True, False, True, True]
    assert heat["reason"].is_null().to_list() == [True, False, False, True, False, False]
    withheld = heat.filter(heat["reason"].is_not_null())
    assert withheld.select("nps", "nps_low", "nps_high", "promoter_count").null_count().row(0) == (
        (4,) * 4
    )
    assert set(withheld["base"]) == {"withheld"}
    assert heat["answer_count"].null_count() == 4


def test_no_answers_give_no_cells(store: Store) -> None:
    assert nps_heat(store, Filters(), "segment", "journey").is_empty()


def test_a_table_of_one_dimension_is_a_mistake_of_the_caller(store: Store) -> None:
    with pytest.raises(ValueError, match="two different"):
        nps_heat(store, Filters(), "segment", "segment")


CELLS = st.lists(st.integers(0, 12), min_size=12, max_size=12).map(
    lambda counts: {
        cell: count for cell, count in zip(product("abc", "wxyz"), counts, strict=True) if count
    }
)


@given(CELLS)
def test_withheld_cells_of_a_line_are_several_and_have_enough_answers(cells: Cells) -> None:
    withheld = protecting_pairs(cells, 5) | {cell for cell, count in cells.items() if count < 5}
    for axis in (0, 1):
        sums = dict.fromkeys(sorted({cell[axis] or "" for cell in cells}), 0)
        for cell, count in cells.items():
            sums[cell[axis] or ""] += count
        few = {value for value, count in sums.items() if count < 5}
        # The rows and columns that are shown as wholes.
        for value in sums.keys() - few - protecting(sums, [sums], 5):
            line = {cell for cell in cells if cell[axis] == value}
            hidden = [cells[cell] for cell in line & withheld]
            assert not hidden or line <= withheld or (len(hidden) > 1 and sum(hidden) >= 5)


@given(CELLS)
def test_nothing_is_withheld_without_need(cells: Cells) -> None:
    enough = {cell: count for cell, count in cells.items() if count >= 5}
    assert protecting_pairs(enough, 5) == set()
