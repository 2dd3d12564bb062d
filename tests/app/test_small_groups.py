"""Pages of a store with tiny groups: they open, and no table of theirs counts a handful."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.small_groups import add_small_groups

Open = Callable[..., Opened]
PARTS = {
    "insights/overview.py": (),
    "insights/nps.py": ("trend", "why", "whom", "drivers", "words", "satisfaction"),
    "insights/response_times.py": ("when", "how_long", "backlog", "by", "across", "costs"),
    "insights/churn_cost.py": ("cost", "over_time", "survival", "at_risk", "what_if"),
    "insights/cx_pyramid.py": ("evidence", "gate", "history"),
}
PERIOD = "2025-07-01..2026-06-30"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("small") / "cx.duckdb")
    add_small_groups(opened)
    yield opened
    opened.close()


@pytest.mark.parametrize("filters", [{}, {"segment": "Tiny"}, {"channel": "social"}])
@pytest.mark.parametrize("path", PARTS)
def test_every_part_opens_beside_tiny_groups(
    path: str, filters: dict[str, str], store: Store, opened: Open
) -> None:
    page = opened(store, path, period=PERIOD, lang="fr", **filters)
    offered = [it for it in page.app.main.button_group if "_section:" in (it.key or "")]
    for part in PARTS[path] if offered else ():
        assert page.look_closer(part).text.strip()


def test_the_table_of_segments_says_why_two_are_missing(store: Store, opened: Open) -> None:
    page = opened(store, "insights/nps.py", period=PERIOD).look_closer("whom").unfold("nps_by")
    page.button_group("nps_whom").set_value("segment").run()
    rows = {row[0]: list(row[1:]) for row in page.rows("Against the rest")}
    assert rows["Tiny"] == ["–", "–", "withheld", "–"]
    assert rows["Small"] == ["–", "–", "protected", "–"]
    assert "–" not in rows["Home"]
