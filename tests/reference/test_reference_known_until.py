"""The figure cases of files that tell to different days, through the command line alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cxdata.cli import main

CASES = Path(__file__).parents[3] / "shared" / "cases" / "figures"
needs_cases = pytest.mark.skipif(
    not CASES.is_dir(), reason="../shared/cases/figures does not exist on this machine"
)


def run(store: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["--store", str(store), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def shown(store: Path, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(store, "show", *arguments, "--json"))
    return document


@needs_cases
def test_customers_are_known_until_their_own_extract(tmp_path: Path) -> None:
    store, case = tmp_path / "cx.duckdb", CASES / "known_until"
    customers = str(case / "customers_extract_2025-12-31.csv")
    run(store, "import", customers, "--as", "customers", "--extract-date", "2025-12-31")
    run(store, "import", str(case / "answers_june_2026.csv"), "--as", "responses")
    document = shown(store, "churn-cost")
    (row,) = document["rows"]
    assert round(row["customer_churn_rate"], 3) == 0.171
    assert (row["window_last_on"], document["data_until"]) == ("2025-12-31", "2025-12-31")
    trend = shown(store, "churn-cost", "--grain", "quarter")["rows"]
    assert trend[-1]["period"] == "2025-10-01"


@needs_cases
def test_returns_are_told_where_all_channels_are_known(tmp_path: Path) -> None:
    store, case = tmp_path / "cx.duckdb", CASES / "returns_two_extracts"
    run(store, "import", str(case / "emails_until_may31.csv"), "--extract-date", "2026-05-31")
    run(store, "import", str(case / "calls_until_june30.csv"), "--extract-date", "2026-06-30")
    document = shown(store, "returns")
    assert document["rows"][0]["first_resolution_rate"] is None
    assert document["known_until"] == {"call": "2026-06-30", "email": "2026-05-31"}
    run(store, "import", str(case / "emails_all.csv"), "--extract-date", "2026-06-30")
    (row,) = shown(store, "returns")["rows"]
    assert (row["first_resolution_rate"], row["return_rate"]) == (0.0, 0.5)
