"""Labels beside and instead of numbers; a file of which one end of a scale is refused is held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.ingest import import_file, preview_file
from cxdata.ingest.judging.spellings import save_spelling
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import" / "26-noisy-labels"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def scored(header: str, *cells: str) -> bytes:
    rows = (f"{at};2026-01-01;{cell}" for at, cell in enumerate(cells))
    return "\n".join([f"response_id;responded_at;{header}", *rows, ""]).encode()


def scores(store: Store, field: str = "nps_score") -> list[int]:
    with store.cursor() as con:
        found = con.execute(f"select {field} from responses order by length(response_id), 1")
        return [row[0] for row in found.fetchall()]


@pytest.mark.parametrize(
    ("label", "score"),
    [
        ("Not at all likely - 0", 0),
        ("10 - Extremely likely", 10),
        ("Extremely likely (10)", 10),
        ("0 (pas du tout probable)", 0),
        ("Très probable : 10", 10),
        ("Très probable\u00a0:\u00a010", 10),
        ("0 = Pas du tout", 0),
        ("10: Sehr wahrscheinlich", 10),
        ("0 nada probable", 0),
        ("Pas du tout probable 0", 0),
        ("8/10 - likely", 8),
        ("7 -", 7),
        ("\uff19", 9),
        ("[0] Not at all likely", None),
        ("3 out of 5", None),
        ("between 1 and 2", None),
    ],
)
def test_a_label_stands_on_either_side_of_its_number(
    store: Store, label: str, score: int | None
) -> None:
    report = import_file(store, scored("nps_score", "5", label), accept_refusals=True)
    assert scores(store) == ([5] if score is None else sorted([5, score]))
    assert report.refused_count == (score is None)


@pytest.mark.parametrize(
    ("bottom", "top"),
    [
        ("Not at all likely", "Extremely likely"),
        ("Pas du tout probable", "Tout à fait probable"),
        ("Sehr unwahrscheinlich", "Äußerst wahrscheinlich"),
        ("Nada probable", "Muy probable"),
    ],
)
def test_words_alone_are_the_ends_of_a_column_of_numbers(
    store: Store, bottom: str, top: str
) -> None:
    report = import_file(store, scored("nps_score", bottom, "4", "7", top))
    assert (scores(store), report.corrected_count) == ([0, 4, 7, 10], 2)


def test_words_without_any_number_are_no_recommendation(store: Store) -> None:
    report = import_file(store, scored("nps_score", "Very likely", "Likely", "Very unlikely"))
    assert (report.refused_count, scores(store)) == (3, [])


@pytest.mark.parametrize(
    "words",
    [
        ("Very dissatisfied", "Dissatisfied", "Satisfied", "Very satisfied"),
        ("Pas du tout satisfait", "Plutôt pas satisfait", "Plutôt satisfait", "Très satisfaite"),
        ("Sehr unzufrieden", "Unzufrieden", "Zufrieden", "Sehr zufrieden"),
        ("Nada satisfecho", "Poco satisfecho", "Satisfecho", "Muy satisfecho"),
    ],
)
def test_four_words_of_satisfaction_are_read(store: Store, words: tuple[str, ...]) -> None:
    import_file(store, scored("csat_score", *words))
    assert scores(store, "csat_score") == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("nps_score", [*["9"] * 50, *["7"] * 40, "Never ever"], "nps_score"),
        ("nps_score", [*["9"] * 90, "Jamais", "Jamais"], "nps_score"),
        ("nps_score", [*["8"] * 90, "1", "(best) 10!", "(best) 10!"], "nps_score"),
        ("rating_shop (1-5)", [*["4"] * 90, "7", "6"], "rating_shop"),
    ],
)
def test_a_file_that_would_lose_an_end_is_held(
    store: Store, header: str, cells: list[str], field: str
) -> None:
    content = scored(header, *cells)
    if field != "nps_score":
        content = content.replace(b";rating_shop", b";nps_score;rating_shop").replace(
            b"2026-01-01;", b"2026-01-01;9;"
        )
    report = import_file(store, content)
    assert (report.is_held, report.accepted_count) == (True, 0)
    assert any("one end of the scale" in note for note in report.notes)
    preview = preview_file(store, content)
    assert preview.is_held
    assert len(preview.lost_ends) == 1
    assert import_file(store, content, accept_refusals=True).accepted_count >= 90


@pytest.mark.parametrize(
    "cells",
    [
        [*["9"] * 50, "abc"],
        [*["9"] * 50, "11"],
        [*["9"] * 25, *["0"] * 5, *["10"] * 5, "Don't ask me", "Don't ask me"],
        ["99"] * 3,
    ],
)
def test_a_slip_holds_no_file(store: Store, cells: list[str]) -> None:
    assert not preview_file(store, scored("nps_score", *cells)).is_held


def test_a_label_can_be_taught(store: Store) -> None:
    content = scored("nps_score", *["9"] * 10, *["Never ever"] * 2)
    assert import_file(store, content).is_held
    save_spelling(store, "nps_score", "Never ever", "0")
    report = import_file(store, content)
    assert (report.accepted_count, scores(store).count(0)) == (12, 2)


def test_the_case_of_labelled_zeros(store: Store) -> None:
    """Seven passives, ten promoters, three zeros with the tool's own label: +35."""
    cells = [*["8"] * 7, *["10"] * 10, *["Not at all likely - 0"] * 3]
    outcome = preview_file(store, scored("nps_score", *cells)).outcome
    assert outcome is not None
    assert outcome.nps == 35
    path = CASES / "surveymonkey_zero_labelled.csv"
    if path.exists():
        outcome = preview_file(store, path).outcome
        assert outcome is not None
        assert (outcome.nps, outcome.scored_count) == (25, 100)
