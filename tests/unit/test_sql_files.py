"""SQL files: each binds on an empty store, is used, and names its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cxdata.models import DIMENSIONS, Filters
from cxdata.store.connection import Store
from cxdata.store.filtering import filter_values
from cxdata.store.query import (
    SQL_FOLDER,
    run_statement,
    sql_counted,
    sql_parameters,
    sql_text,
)

PROJECT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in SQL_FOLDER.glob("*.sql"))
VALUES = {
    "fiscal_offset": 3,
    "first_on": date(2026, 1, 1),
    "last_on": date(2026, 1, 31),
    "survey": "relationship",
    "initiated_by": "customer",
    "class_survey": "relationship",
    "as_of": datetime(2026, 1, 1),
    "return_days": 7,
    "information_reasons": ["information"],
    "advertising_reasons": ["marketing"],
    "at_on": date(2026, 1, 1),
    "start_known_on": date(2025, 12, 31),
    "end_known_on": date(2026, 1, 31),
    "from_on": date(2026, 1, 1),
    "until_on": date(2026, 1, 1),
    "grain": "month",
    "dimension": "segment",
    "rows_dimension": "segment",
    "columns_dimension": "region",
    "time_zone": "Europe/Paris",
    "touchpoints": ["delivery"],
    "minimum_count": 5,
    "term": "fr:x",
    "terms": ["fr:x", "fr:y"],
    "days": [date(2026, 1, 1)],
    "opened_days": [date(2026, 1, 1)],
    "near_days": [date(2026, 1, 1)],
    "clock_end_on": date(2026, 1, 1),
    "compared_first_on": date(2025, 1, 1),
    "compared_last_on": date(2025, 12, 31),
    "measure": "nps",
    "nps_class": None,
    "score": None,
    "own": ["segment"],
    **dict.fromkeys(f"own_{name}" for name in DIMENSIONS),
    "channels": ["call"],
    "most_rows": 500,
    "classes": ["promoter", "unknown"],
    "segments": ["x", None],
    "from_amounts": [None, 500.0],
    "below_amounts": [500.0, None],
    "rates": [0.1, None],
    "batches": [1],
    "people": ["C1"],
    "comparisons": [0],
    "sides": [0],
    "side_first_ons": [date(2025, 1, 1)],
    "side_last_ons": [date(2025, 12, 31)],
    "first_ons": [date(2025, 1, 1)],
    "last_ons": [date(2025, 12, 31)],
    "answer_days": 30,
    "response_days": 14,
    "leave_days": 90,
    "last_only": False,
    "scale": "csat",
    "spans": [1],
    "known_until_on": date(2026, 1, 1),
    "snapshot_id": None,
    "reader": "ada",
    "owner": None,
    "batch_id": 1,
    "surveys": ["relationship"],
    "most_score": 3,
    "is_of_accounts": True,
    "account_segments": ["x"],
    "least_revenue": 1.0,
    "asked": " (call me) ",
    "denied": None,
    "themes": ["x"],
    "customers": ["C1"],
    "statuses": ["open"],
    "response_ids": ["x"],
    **dict.fromkeys(("suggestion", "question", "problem", "compliment"), " (x) "),
    **dict.fromkeys(("problem_denied", "compliment_denied"), " (no) x "),
    "case_ids": ["x"],
    "opened_until": datetime(2026, 1, 1),
    "is_overdue": False,
    "now": datetime(2026, 1, 1),
    "decision_id": None,
    **dict.fromkeys(("response_id", "contact_id", "customer_id", "case_id", "case_number")),
    **dict.fromkeys(("owner", "rule", "severity", "root_cause", "searched")),
    **dict.fromkeys(("weekday", "from_hour", "until_hour", "from_seconds", "until_seconds")),
    **dict.fromkeys(("own_reason", "status", "outcome", "wait_class", "repeat")),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("sql") / "cx.duckdb")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", NAMES)
def test_it_binds_on_an_empty_store(store: Store, name: str) -> None:
    if name.startswith("rebuild_"):
        with store.transaction() as con:
            run_statement(con, name, VALUES)
    else:
        every = Filters(**dict.fromkeys(DIMENSIONS, ("x",)))
        for filters in (Filters(), every) if sql_counted(name) else (None,):
            bound = filter_values(filters).keys() if filters else set()
            store.query(name, filters, **{it: VALUES[it] for it in sql_parameters(name) - bound})


@pytest.mark.parametrize("name", NAMES)
def test_its_header_names_every_parameter(name: str) -> None:
    header = "\n".join(re.findall(r"--.*", sql_text(name)))
    assert "Grain:" in header
    for parameter in sql_parameters(name):
        assert re.search(rf"\b{parameter}\b", header), parameter


@pytest.mark.parametrize("name", NAMES)
def test_it_is_used(name: str) -> None:
    code = "".join(path.read_text("utf-8") for path in PROJECT.glob("cxdata/**/*.py"))
    code += "".join(path.read_text("utf-8") for path in PROJECT.glob("pages/**/*.py"))
    is_rebuild = name.startswith("rebuild_") and f'"{name.removeprefix("rebuild_")}"' in code
    assert is_rebuild or f'"{name}"' in code


@pytest.mark.parametrize("name", NAMES)
def test_its_keywords_are_lower_case_and_its_columns_explicit(name: str) -> None:
    statement = re.sub(r"--.*", "", sql_text(name))
    assert not re.search(r"\b(SELECT|FROM|WHERE|GROUP BY|JOIN)\b", statement)
    assert not re.search(r"select\s+\*", statement)
