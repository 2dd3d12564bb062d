"""Small stores with a known truth, shown by the commands that their description names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cxdata import cli
from cxdata.ingest import import_file
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared/cases/figures"
YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="../shared/cases/figures does not exist on this machine"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def take(store: Store, case: str, *names: str, known_until: date | None = None) -> None:
    for name in names:
        path = CASES / case / f"{name}.csv"
        if name == "customers" and known_until:
            import_file(store, path, extract_date=known_until)
        else:
            import_file(store, path)


def shown(store: Store, *words: str) -> list[dict[str, Any]]:
    said = CliRunner().invoke(cli.main, ["show", *words, "--json", "--store", str(store.path)])
    assert said.exit_code == 0, said.output
    rows: list[dict[str, Any]] = json.loads(said.stdout)["rows"]
    return rows


def test_who_answered_changed_and_the_nps_of_all_customers_rose(store: Store) -> None:
    take(store, "respondent_mix", "customers", "answers")
    (row,) = shown(store, "nps-change", "--from", "2026-04-01", "--to", "2026-06-30")
    assert row["difference"] == pytest.approx(-11.67, abs=0.01)
    assert row["customers_difference"] == pytest.approx(5)
    assert row["verdict"] == "who_answered"


def test_revenue_at_risk_is_the_sum_of_its_segments(store: Store) -> None:
    take(store, "revenue_at_risk", "customers", "answers", known_until=date(2025, 12, 31))
    (whole,) = shown(store, "churn-cost", *YEAR)
    by = shown(store, "churn-cost", "--by", "segment", *YEAR)
    parts = {row["segment"]: row["revenue_at_risk_amount"] for row in by}
    assert parts == pytest.approx({"Big": 210_000, "Small": 1_960})
    assert whole["revenue_at_risk_amount"] == pytest.approx(sum(parts.values()))
    low, high = whole["revenue_at_risk_low_amount"], whole["revenue_at_risk_high_amount"]
    assert low < 211_960 < high


def test_only_the_excess_of_small_accounts_goes_with_dissatisfaction(store: Store) -> None:
    take(store, "money_within_segment", "customers", "answers", known_until=date(2025, 12, 31))
    (row,) = shown(store, "churn-cost", *YEAR)
    assert row["dissatisfaction_central_amount"] == pytest.approx(32_119, abs=10)


def test_who_gave_up_is_never_answered(store: Store) -> None:
    take(store, "abandon", "contacts")
    (row,) = shown(store, "response-time")
    assert (row["ever_answered_share"], row["gave_up_share"]) == (0.8, 0.2)
    assert row["p50_seconds"] == pytest.approx(20, abs=0.5)
    assert row["p90_seconds"] is None
