"""What people write about the pyramid: assessments, views from the top."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cxdata.config import load_settings
from cxdata.errors import CxDataError
from cxdata.followup.assessing import Assessment, record_assessment
from cxdata.followup.visions import VISION_SCHEMA, Vision, recorded_visions, write_vision
from cxdata.ingest import import_file, recorded_batches, undo_batch
from cxdata.metrics.pyramid.levels import pyramid_evidence
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.models import Filters
from cxdata.store.connection import Store
from tests.stores import HOSTILE_TEXTS

INDICATOR = pyramid_model(load_settings()).indicator("information_findable")
FOUND = Assessment(
    "Repair",
    INDICATOR,
    date(2026, 5, 4),
    "A. Martin",
    "Audit grid 12",
    found_count=18,
    reviewed_count=24,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb", load_settings())
    yield opened
    opened.close()


def found_in(store: Store) -> dict[str, object]:
    evidence = pyramid_evidence(store, Filters())
    return evidence.filter(indicator="information_findable").row(0, named=True)


# Assessments


def test_cases_found_of_cases_reviewed_become_the_share_and_stay_in_the_evidence(
    store: Store,
) -> None:
    report = record_assessment(store, FOUND)
    assert (report.accepted_count, report.refused_count) == (1, 0)
    row = found_in(store)
    assert (row["value"], row["assessed_on"], row["assessed_by"], row["evidence"]) == (
        0.75,
        date(2026, 5, 4),
        "A. Martin",
        "18/24 · Audit grid 12",
    )


@pytest.mark.parametrize(("cases", "high"), [(None, None), (1_200, 0.8359)])
def test_a_share_is_kept_to_the_last_digit_with_its_number_of_cases_if_told(
    store: Store, cases: int | None, high: float | None
) -> None:
    record_assessment(store, replace(FOUND, value=0.815, found_count=None, reviewed_count=cases))
    row = found_in(store)
    assert (row["value"], row["n"], row["evidence"]) == (0.815, cases, "Audit grid 12")
    assert row["high"] == (None if high is None else pytest.approx(high, abs=1e-4))


def test_a_file_may_bring_the_number_of_cases(store: Store) -> None:
    file = """parcours;niveau;indicateur;valeur;évalué le;évalué par;Nombre de cas
Repair;1;information_findable;0,75;04/05/2026;A. Martin;24
Billing;1;information_findable;0,75;04/05/2026;A. Martin;
"""
    report = import_file(store, file.encode(), file_name="a.csv", kind="assessments")
    assert (report.accepted_count, report.refused_count) == (2, 0)
    evidence = pyramid_evidence(store, Filters()).filter(indicator="information_findable")
    assert evidence.select("journey", "n").rows() == [("Billing", None), ("Repair", 24)]


def test_a_share_above_one_and_half_a_case_are_refused(store: Store) -> None:
    file = """parcours;niveau;indicateur;valeur;évalué le;évalué par;Nombre de cas
Repair;1;information_findable;75;04/05/2026;A. Martin;24
Billing;1;information_findable;75 %;04/05/2026;A. Martin;2,5
Buying;1;information_findable;75 %;04/05/2026;A. Martin;0
Delivery;1;information_findable;75 %;04/05/2026;A. Martin;24
"""
    report = import_file(store, file.encode(), file_name="a.csv", kind="assessments")
    assert [(it.line, it.column, it.value) for it in report.refusals] == [
        (2, "valeur", "75"), (3, "Nombre de cas", "2,5"), (4, "Nombre de cas", "0"),
    ]  # fmt: skip
    assert report.accepted_count == 1


def test_an_assessment_is_a_batch_that_can_be_undone(store: Store) -> None:
    record_assessment(store, FOUND)
    report = record_assessment(store, replace(FOUND, found_count=6))
    assert found_in(store)["value"] == 0.25
    assert report.replaced_count == 1
    [newest, _] = recorded_batches(store).to_dicts()
    assert (newest["kind"], newest["loaded_by"]) == ("assessments", "A. Martin")
    undo_batch(store, report.batch_id or 0)
    assert found_in(store)["value"] == 0.75


def test_the_same_assessment_twice_adds_nothing(store: Store) -> None:
    record_assessment(store, FOUND)
    again = record_assessment(store, FOUND)
    assert again.accepted_count == 0 or again.batch_id == 1
    assert recorded_batches(store).height == 1


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_texts_are_kept_as_they_were_written(store: Store, text: str) -> None:
    record_assessment(store, replace(FOUND, journey=text, evidence=text, assessed_by=text[:80]))
    row = found_in(store)
    assert (row["journey"], row["evidence"]) == (text, f"18/24 · {text}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"journey": " "},
        {"assessed_by": ""},
        {"evidence": "\n"},
        {"evidence": "x" * 501},
        {"found_count": 25},
        {"found_count": -1},
        {"found_count": 0, "reviewed_count": 0},
        {"found_count": None, "value": None},
        {"found_count": None, "value": 0.5, "reviewed_count": 0},
        {"found_count": None, "value": 1.2},
        {"assessed_on": date(2900, 1, 1)},
        {"assessed_on": date(1066, 1, 1)},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_stored(
    store: Store, wrong: dict[str, object]
) -> None:
    with pytest.raises(CxDataError):
        record_assessment(store, replace(FOUND, **wrong))  # type: ignore[arg-type]
    assert recorded_batches(store).is_empty()


def test_only_assessed_indicators_are_assessed(store: Store) -> None:
    measured = pyramid_model(load_settings()).indicator("compliance_rate")
    with pytest.raises(ValueError, match="compliance_rate"):
        record_assessment(store, replace(FOUND, indicator=measured))


# Views from the top


def test_the_newest_writing_of_a_journey_counts(store: Store) -> None:
    before = store.data_version
    write_vision(store, Vision("Repair", "First", (1,), "A."))
    write_vision(store, Vision("Repair", " Never\nbroken ", (3, 2, 3), "B.  B."))
    write_vision(store, Vision("Billing", "No bill at all"))
    visions = recorded_visions(store)
    assert dict(visions.schema) == VISION_SCHEMA
    assert [tuple(row.values())[:3] for row in visions.to_dicts()] == [
        ("Billing", "No bill at all", []),
        ("Repair", "Never\nbroken", [2, 3]),
    ]
    assert visions["written_by"].to_list() == [None, "B. B."]
    assert store.data_version == before + 3


def test_an_empty_text_takes_the_view_away(store: Store) -> None:
    write_vision(store, Vision("Repair", "Never broken"))
    write_vision(store, Vision("Repair", "  "))
    assert recorded_visions(store).is_empty()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_a_hostile_view_is_kept_as_it_was_written(store: Store, text: str) -> None:
    write_vision(store, Vision(text, text, (), text[:80]))
    [row] = recorded_visions(store).to_dicts()
    assert (row["journey"], row["vision"]) == (text, text)


def test_a_view_that_is_too_long_is_refused(store: Store) -> None:
    with pytest.raises(CxDataError):
        write_vision(store, Vision("Repair", "x" * 2001))
    with pytest.raises(ValueError, match="6"):
        write_vision(store, Vision("Repair", "x", (6,)))
    assert recorded_visions(store).is_empty()
