"""What is computed once for everybody stays as it is, whoever draws it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import plotly.tools
import polars as pl
import pytest

from cxdata.charts.theme import layout, own_figure
from cxdata.store.connection import Store
from pages.components import context
from pages.parts.churn_cost.sections import SECTIONS as CHURN
from pages.parts.cx_pyramid.sections import SECTIONS as PYRAMID
from pages.parts.nps.sections import SECTIONS as NPS
from pages.parts.response_times.sections import SECTIONS as RESPONSE
from tests.app.conftest import Opened

Open = Callable[..., Opened]
PARTS = [
    *(("insights/nps.py", part) for part in NPS),
    *(("insights/response_times.py", part) for part in RESPONSE),
    *(("insights/churn_cost.py", part) for part in CHURN),
    *(("insights/cx_pyramid.py", part) for part in PYRAMID),
]
THREADS, ROUNDS = 4, 60


class Untouchable(dict[str, Any]):
    """A dictionary that can be read and copied only."""

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {name: deepcopy(each, memo) for name, each in self.items()}

    def _refuse(self, *_: object, **__: object) -> Any:
        raise AssertionError("what is shared was changed")

    __setitem__ = __delitem__ = pop = popitem = update = setdefault = clear = _refuse  # type: ignore[assignment]


class UntouchableList(list[Any]):
    """A list that can be read and copied only."""

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [deepcopy(each, memo) for each in self]

    def _refuse(self, *_: object, **__: object) -> Any:
        raise AssertionError("what is shared was changed")

    __setitem__ = __delitem__ = append = extend = insert = pop = _refuse  # type: ignore[assignment]
    remove = sort = reverse = clear = _refuse  # type: ignore[assignment]


def untouchable(value: Any) -> Any:
    """The same, all the way down, for reading only."""
    if isinstance(value, dict):
        return Untouchable({name: untouchable(each) for name, each in value.items()})
    return UntouchableList(map(untouchable, value)) if isinstance(value, list) else value


def written(found: Any) -> str:
    """All of a result, names in their order."""
    return repr(found.to_dicts() if isinstance(found, pl.DataFrame) else found)


@pytest.fixture
def quick_switches() -> Iterator[None]:
    """Threads take turns after nearly every step, as under load."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("quick_switches")
def test_many_draw_the_same_figure_at_once_and_each_gets_its_bars() -> None:
    traces = [{"type": "bar", "x": ["a", "b"], "y": [1, place]} for place in range(12)]
    shared = {"data": traces, "layout": layout(200)}

    def drawn(_: int) -> list[str]:
        validated = plotly.tools.return_figure_from_figure_or_data(own_figure(shared), True)
        return [trace["type"] for trace in validated["data"]]

    with ThreadPoolExecutor(THREADS) as pool:
        types = list(pool.map(drawn, range(ROUNDS)))
    assert types == [["bar"] * len(traces)] * ROUNDS


def test_drawing_every_page_leaves_all_kept_results_as_they_were(
    opened: Open, sample: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And plotly reads only what lies below the parts that are copied for it."""
    kept: list[tuple[object, str]] = []
    drawn: set[str] = set()
    result_of, validate = context._Slot.result, plotly.tools.return_figure_from_figure_or_data

    def result(self: Any, compute: Callable[[], object]) -> object:
        was_empty = not self._results
        found = result_of(self, compute)
        if was_empty and isinstance(found, (dict, list, pl.DataFrame)):
            kept.append((found, written(found)))
        return found

    def validate_untouchable(figure: Any, validate_figure: bool) -> Any:
        data = [{name: untouchable(it) for name, it in trace.items()} for trace in figure["data"]]
        laid = {name: untouchable(it) for name, it in figure["layout"].items()}
        drawn.update(str(trace.get("type")) for trace in data)
        validated = validate({**figure, "data": data, "layout": laid}, validate_figure)
        assert validated == validate(figure, validate_figure)
        return validated

    context._slot.cache_clear()
    monkeypatch.setattr(context._Slot, "result", result)
    monkeypatch.setattr(plotly.tools, "return_figure_from_figure_or_data", validate_untouchable)
    for page, part in PARTS:
        opened(sample, page, part=part)
    assert [found for found, before in kept if written(found) != before] == []
    assert sum(isinstance(found, dict) for found, _ in kept) >= 2
    assert {"bar", "scatter", "heatmap"} <= drawn
