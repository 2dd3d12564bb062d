"""What `make test-fast` runs: what imports the change, the nearest first, never too much."""

from __future__ import annotations

import ast

import pytest

from tests.of_rooms import (
    CORE,
    MOST_SECONDS,
    PROJECT,
    SECONDS,
    House,
    Selection,
    house,
    imported,
    module_name,
)
from tests.unit.test_architecture import imports

HOUSE = house()


def chosen(*changed: str) -> tuple[str, ...]:
    return HOUSE.selection(changed).chosen


@pytest.mark.parametrize(
    ("changed", "test"),
    [
        ("cxdata/metrics/churn/cost.py", "tests/unit/test_churn_cost.py"),
        ("cxdata/ingest/judging/personal.py", "tests/unit/test_ingest_personal.py"),
        ("cxdata/charts/churn_detail.py", "tests/unit/test_churn_charts.py"),
        ("cxdata/store/marks.py", "tests/unit/test_marks.py"),
        ("cxdata/ingest/recognising/named_scales.py", "tests/unit/test_survey_scales.py"),
        ("cxdata/sql/repeats_by.sql", "tests/unit/test_repeated_answers.py"),
        ("pages/data/settings.py", "tests/app/test_settings_page.py"),
        ("docs/metrics.md", "tests/unit/test_docs.py"),
        ("tests/unit/test_clocks.py", "tests/unit/test_clocks.py"),
    ],
)
def test_a_change_chooses_the_tests_that_reach_it(changed: str, test: str) -> None:
    assert (PROJECT / changed).exists()
    assert test in chosen(changed)


def test_tests_of_other_rooms_stay_out() -> None:
    reached = HOUSE.distances(["cxdata/charts/churn_detail.py"])
    assert "tests/unit/test_churn_charts.py" in reached
    assert not reached.keys() & {"tests/unit/test_ingest_personal.py", "tests/unit/test_clocks.py"}


@pytest.mark.parametrize("changed", ["cxdata/models.py", "cxdata/store/connection.py"])
def test_what_everything_imports_has_the_core_and_what_time_allows(changed: str) -> None:
    selection = HOUSE.selection([changed])
    assert set(CORE) <= set(selection.chosen)
    assert selection.left
    assert selection.seconds <= MOST_SECONDS


def test_without_a_change_there_is_the_core() -> None:
    assert chosen() == CORE


def test_the_nearest_come_first_and_each_that_has_room() -> None:
    sources = {
        "cxdata/a.py": "",
        "cxdata/b.py": "from cxdata import a\n",
        "tests/unit/test_far.py": "from cxdata.b import it\n",
        "tests/unit/test_near.py": "def late():\n    from cxdata.a import it\n",
        "tests/unit/test_long.py": "import cxdata.a\n",
        "tests/unit/test_other.py": "import json\n",
    }
    seconds = dict.fromkeys(CORE, 0.0) | {"tests/unit/test_long.py": MOST_SECONDS + 1}
    near, far, long = (f"tests/unit/test_{it}.py" for it in ("near", "far", "long"))
    assert House(sources, seconds).selection(["cxdata/a.py"]) == Selection(
        (*CORE, near, far, "cxdata/a.py"), (long,), 10.0
    )


def test_imports_are_those_that_python_sees() -> None:
    known = {module_name(path): "" for path in HOUSE.sources}
    for path in ("cxdata/ingest/importing.py", "pages/insights/nps.py", "tests/conftest.py"):
        source = HOUSE.sources[path]
        seen = set(imports(ast.parse(source), known)) & known.keys()
        assert imported(source) & known.keys() == seen != set()


def test_only_tests_that_are_there_have_a_time() -> None:
    assert SECONDS.name == "cpu_seconds.json"
    assert [path for path in HOUSE.seconds if not (PROJECT / path).exists()] == []
    assert [path for path in CORE if not (PROJECT / path).exists()] == []
