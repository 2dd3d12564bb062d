"""Three segments whose customers answered again and again: 60 customers, and twice one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.ingest import import_file
from cxdata.metrics.nps.score import nps_by
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

CASE = Path(__file__).parents[3] / "shared/cases/figures/clusters/answers.csv"
pytestmark = pytest.mark.skipif(
    not CASE.is_file(), reason="../shared/cases/figures does not exist on this machine"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    import_file(opened, CASE)
    yield opened
    opened.close()


def test_the_interval_is_that_of_customers_and_one_person_is_withheld(store: Store) -> None:
    year = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
    by = {row["segment"]: row for row in nps_by(store, year, "segment").to_dicts()}
    many = by["A"]
    assert (many["answer_count"], many["people_count"]) == (720, 60)
    # By the book without the pseudo-answers 16.9 to 50.1; as 720 people 27.5 to 39.2.
    assert (many["nps_low"], many["nps_high"]) == (
        pytest.approx(16.9, abs=0.8),
        pytest.approx(50.1, abs=0.8),
    )
    for name in ("Only one person", "One person, 40 answers"):
        assert (by[name]["answer_count"], by[name]["nps"]) == (None, None)
        assert by[name]["reason"] == "too_few_to_show"
