"""Events and reference lines: kept as typed, refused with a sentence when they can't be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.errors import CxDataError
from cxdata.followup.annotations import (
    Annotation,
    ReferenceLine,
    add_annotation,
    add_reference_line,
    change_annotation,
    change_reference_line,
    recorded_annotations,
    recorded_lines,
    remove_annotation,
    remove_reference_line,
)
from cxdata.models import Period
from cxdata.store.connection import Store
from tests.stores import HOSTILE_TEXTS

STRIKE = Annotation(date(2026, 3, 12), "Strike of the carriers", "Zoé")
TARGET = ReferenceLine("target", "relationship", "Plan 2026", 30, author="Zoé")
BANKING = ReferenceLine(
    "benchmark", "relationship", "Banking", 24.5, "Yearbook, p. 12", date(2025, 11, 3)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def said(store: Store) -> list[str]:
    return recorded_annotations(store)["text"].to_list()


# Events


def test_an_event_is_kept_with_its_day_text_and_author(store: Store) -> None:
    key = add_annotation(store, STRIKE)
    [row] = recorded_annotations(store).to_dicts()
    assert row.pop("changed_at") <= datetime.now(UTC).replace(tzinfo=None)
    assert row == {
        "annotation_id": key,
        "noted_on": date(2026, 3, 12),
        "text": "Strike of the carriers",
        "author": "Zoé",
    }


def test_events_of_a_period_come_oldest_first(store: Store) -> None:
    for day in (28, 1, 14):
        add_annotation(store, Annotation(date(2026, 2, day), f"on {day}"))
    february = Period(date(2026, 2, 1), date(2026, 2, 14))
    assert recorded_annotations(store, february)["text"].to_list() == ["on 1", "on 14"]
    assert said(store) == ["on 1", "on 14", "on 28"]


def test_an_event_can_be_changed_and_removed(store: Store) -> None:
    key = add_annotation(store, STRIKE)
    change_annotation(store, key, replace(STRIKE, text="Strike, second day"))
    assert said(store) == ["Strike, second day"]
    remove_annotation(store, key)
    assert said(store) == []


def test_an_event_that_somebody_removed_can_not_be_changed(store: Store) -> None:
    key = add_annotation(store, STRIKE)
    remove_annotation(store, key)
    version = store.data_version
    with pytest.raises(CxDataError, match="somebody has removed it"):
        change_annotation(store, key, STRIKE)
    with pytest.raises(CxDataError, match="somebody has removed it"):
        remove_annotation(store, key)
    assert store.data_version == version


def test_every_change_is_seen_by_other_sessions(store: Store) -> None:
    versions = [store.data_version]
    key = add_annotation(store, STRIKE)
    versions.append(store.data_version)
    change_annotation(store, key, STRIKE)
    versions.append(store.data_version)
    remove_annotation(store, key)
    versions.append(store.data_version)
    line = add_reference_line(store, TARGET)
    versions.append(store.data_version)
    remove_reference_line(store, line)
    versions.append(store.data_version)
    assert versions == list(range(versions[0], versions[0] + 6))


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_texts_are_kept_as_they_are(text: str, store: Store) -> None:
    add_annotation(store, Annotation(date(2026, 3, 12), text, text))
    add_reference_line(store, replace(BANKING, name=text, source=text))
    assert said(store) == [text]
    assert recorded_lines(store)["source"].to_list() == [text]


def test_a_text_is_kept_on_one_line(store: Store) -> None:
    add_annotation(store, Annotation(date(2026, 3, 12), "  a\n\tb\x00c  ", "   "))
    [row] = recorded_annotations(store).to_dicts()
    assert (row["text"], row["author"]) == ("a b c", None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": " \n "}, "Say what happened."),
        ({"text": "x" * 201}, "A text has 201 characters; 200 are the most."),
        ({"author": "x" * 81}, "A text has 81 characters; 80 are the most."),
        ({"noted_on": date(1989, 12, 31)}, "can't be right"),
        ({"noted_on": date(226, 3, 12)}, "can't be right"),
        ({"noted_on": date(2226, 3, 12)}, "can't be right"),
    ],
)
def test_an_event_that_can_not_be_right_is_refused(
    changes: dict[str, object], sentence: str, store: Store
) -> None:
    with pytest.raises(CxDataError, match=sentence):
        add_annotation(store, replace(STRIKE, **changes))  # type: ignore[arg-type]
    assert said(store) == []


def test_a_text_of_the_greatest_length_is_kept(store: Store) -> None:
    add_annotation(store, replace(STRIKE, text="x" * 200))
    assert said(store) == ["x" * 200]


# Reference lines


def test_lines_are_kept_per_survey_targets_first(store: Store) -> None:
    add_reference_line(store, BANKING)
    add_reference_line(store, TARGET)
    add_reference_line(store, replace(TARGET, survey="transactional", nps=-100))
    assert recorded_lines(store, "relationship")["name"].to_list() == ["Plan 2026", "Banking"]
    assert recorded_lines(store, "benchmark").is_empty()
    assert recorded_lines(store)["nps"].to_list() == [30.0, -100.0, 24.5]


def test_a_benchmark_is_kept_with_its_source_and_date(store: Store) -> None:
    add_reference_line(store, BANKING)
    row = recorded_lines(store).row(0, named=True)
    assert (row["kind"], row["source"]) == ("benchmark", "Yearbook, p. 12")
    assert row["published_on"] == date(2025, 11, 3)


def test_a_line_can_be_changed_and_removed(store: Store) -> None:
    key = add_reference_line(store, TARGET)
    change_reference_line(store, key, replace(TARGET, nps=35))
    assert recorded_lines(store)["nps"].to_list() == [35.0]
    remove_reference_line(store, key)
    assert recorded_lines(store).is_empty()
    with pytest.raises(CxDataError, match="somebody has removed it"):
        change_reference_line(store, key, TARGET)


TOMORROW = (datetime.now(UTC) + timedelta(days=3)).date()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (replace(TARGET, nps=100.5), "between −100 and 100 points"),
        (replace(TARGET, nps=-101), "between −100 and 100 points"),
        (replace(TARGET, nps=float("nan")), "between −100 and 100 points"),
        (replace(TARGET, name=" "), "Give the line a name."),
        (replace(TARGET, name="x" * 81), "80 are the most"),
        (replace(BANKING, source=" "), "A benchmark needs its source"),
        (replace(BANKING, published_on=None), "A benchmark needs its source"),
        (replace(BANKING, published_on=date(1066, 1, 1)), "can't be right"),
        (replace(BANKING, published_on=TOMORROW), "published after today"),
    ],
)
def test_a_line_that_can_not_be_right_is_refused(
    line: ReferenceLine, sentence: str, store: Store
) -> None:
    with pytest.raises(CxDataError, match=sentence):
        add_reference_line(store, line)
    assert recorded_lines(store).is_empty()


def test_a_line_of_no_known_kind_is_a_mistake_of_the_caller(store: Store) -> None:
    with pytest.raises(ValueError, match="no line"):
        add_reference_line(store, replace(TARGET, kind="wish"))  # type: ignore[arg-type]
