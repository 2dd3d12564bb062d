"""One series across a change of survey tool."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from cxdata.i18n import translator
from cxdata.metrics.nps.sources import SOURCE_SCHEMA, changed_on, nps_sources
from cxdata.models import Filters
from cxdata.sentences import source_change_sentence
from cxdata.store.connection import Store

CHANGED_ON = date(2026, 3, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add(
    store: Store, batch: int, column: str, first_on: date, promoters: int, detractors: int,
    *, days: int = 50, file_name: str = "",
) -> None:  # fmt: skip
    """Answers of one file, dealt over its days."""
    with store.transaction() as con:
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, mapping,
                row_count, accepted_count, corrected_count, replaced_count, refused_count,
                duplicate_count)
            values (?, ?, 'x', 'responses', '2026-06-01', ?, 0, 0, 0, 0, 0, 0)""",
            [batch, file_name or f"file {batch}.csv",
             json.dumps({"nps_score": column, "responded_at": "Date"})],
        )  # fmt: skip
        for place, score in enumerate([10] * promoters + [0] * detractors):
            day = first_on + timedelta(days=place % days)
            con.execute(
                """insert into response_versions (response_id, responded_at, responded_on, survey,
                    nps_score, batch_id, content_hash, is_current)
                values (?, ?::timestamp, ?, 'relationship', ?, ?, 0, true)""",
                [f"{batch}-{place}", day, day, score, batch],
            )


def test_one_form_is_no_comparison_however_many_files(store: Store) -> None:
    assert nps_sources(store, Filters()).is_empty()
    add(store, 1, "Score", date(2026, 1, 1), 60, 40)
    add(store, 2, "Score", CHANGED_ON, 40, 60)
    found = nps_sources(store, Filters())
    assert found.is_empty()
    assert dict(found.schema) == SOURCE_SCHEMA


def test_a_fall_on_the_day_of_the_change_is_tested_on_both_sides_of_it(store: Store) -> None:
    add(store, 1, "Score", date(2026, 1, 1), 120, 80)
    add(store, 2, "Recommend", CHANGED_ON, 80, 120)
    found = nps_sources(store, Filters())
    assert dict(found.schema) == SOURCE_SCHEMA
    first, second = found.to_dicts()
    assert (first["source"], first["nps"], first["break_p_value"]) == ("file 1.csv", 20, None)
    assert (second["source"], second["nps"], second["is_overlapping"]) == ("file 2.csv", -20, False)
    # Adjusted Wald: 200 + 3 answers a side, 120.75 of 203 against 80.75, and a variance of
    # p + d - (p - d)^2 each.
    ends, both = 40 / 203, (200 + 1.5) / 203
    z = 2 * ends / math.sqrt(2 * (both - ends**2) / 203)
    assert second["break_points"] == -40
    assert second["break_p_value"] == pytest.approx(math.erfc(z / math.sqrt(2)))
    assert second["is_break"]
    assert changed_on(found) == [(CHANGED_ON, "file 2.csv")]
    assert source_change_sentence(found, translator("en")) == (
        "The score fell 40.0 points where the form of the answers changed, on 1 March 2026; "
        "asking differently may be why."
    )


def test_no_break_where_the_score_goes_on(store: Store) -> None:
    add(store, 1, "Score", date(2026, 1, 1), 110, 90)
    add(store, 2, "Recommend", CHANGED_ON, 108, 92)
    found = nps_sources(store, Filters())
    assert found["is_break"].to_list() == [None, False]
    assert source_change_sentence(found, translator("en")) == (
        "Answers come in several forms; no break of the score is established."
    )


def test_forms_that_overlap_are_compared_over_the_overlap_alone(store: Store) -> None:
    add(store, 1, "Score", date(2026, 1, 1), 150, 50, days=100)
    # Of the overlap's 30 days, the first form has 60 answers, of which promoters alone
    # come first: those of days 70 to 99 of each round of a hundred.
    add(store, 2, "Recommend", date(2026, 1, 1) + timedelta(days=70), 60, 60, days=60)
    second = nps_sources(store, Filters()).row(1, named=True)
    assert second["is_overlapping"]
    # First form: of answers 0 to 199 those with a place of 70 to 99 in their hundred: 30 promoters
    # of the first hundred, 30 detractors of the second. Second form: 30 of each class.
    assert second["break_points"] == 0


def test_a_form_with_few_answers_is_withheld_and_tests_nothing(store: Store) -> None:
    add(store, 1, "Score", date(2026, 1, 1), 30, 30)
    add(store, 2, "Recommend", CHANGED_ON, 1, 2)
    second = nps_sources(store, Filters()).row(1, named=True)
    assert (second["nps"], second["answer_count"], second["break_points"]) == (None, None, None)
    assert second["is_break"] is None
