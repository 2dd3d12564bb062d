"""``figures``: the list of the pages' figures, and one of them with its words and data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cxdata import cli
from cxdata.followup.visions import Vision, write_vision
from cxdata.panels import PANELS
from cxdata.store.connection import Store
from tests.stores import add, answers


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A store with 40 answers: 20 promoters, 10 passives, 10 detractors."""
    path = tmp_path / "cx.duckdb"
    store = Store.open(path)
    add(store, answers([10, 9, 8, 3] * 10, segment="Home"), "responses")
    yield path
    Store.open(path).close()


def run(place: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["figures", *words, "--store", str(place)])


def document(place: Path, *words: str) -> Any:
    result = run(place, *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_list_has_every_panel_with_its_page_and_question(place: Path) -> None:
    rows = document(place)
    assert [(it["figure"], it["page"]) for it in rows] == [
        (it.key, it.page or None) for it in PANELS
    ]
    assert all(it["question"] and it["answer"] for it in rows)
    listed = run(place).stdout.splitlines()
    assert len(listed) == len(PANELS) + 1
    assert listed[1].startswith("overview_nps")


def test_a_figure_is_printed_with_its_question_value_and_rows(place: Path) -> None:
    result = run(place, "nps")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["Are customers more loyal?", "NPS: +25 (No earlier figure)"]
    assert "40 answers" in result.stdout
    assert "promoter_count" in result.stdout
    assert result.stderr.strip() == (
        "16 Jun 2025 – 15 Jun 2026 · Relationship survey · answers known until 15 June 2026"
    )


def test_a_figure_is_one_document(place: Path) -> None:
    found = document(place, "nps", "--from", "2026-06-01", "--where", "segment=Home")
    assert found["key"] == "nps"
    assert found["headline"]["value"] == "+25"
    assert found["filters"] == {
        "from": "2026-06-01",
        "to": "2026-06-15",
        "comparison": "previous_period",
        "survey": "relationship",
        "segment": ["Home"],
        "region": [],
        "product": [],
        "channel": [],
        "journey": [],
    }
    assert (found["data_until"], found["method"]) == ("2026-06-15", "classes-and-score-s")
    assert found["units"]["nps"] == "points"
    assert found["rows"][0]["promoter_count"] == 20


def test_words_are_of_the_language_that_is_asked_for(place: Path) -> None:
    assert document(place, "nps", "--lang", "fr")["question"] == (
        "Les clients sont-ils plus fidèles\u00a0?"
    )
    assert run(place, "nps", "--lang", "fr").stdout.splitlines()[1].startswith("NPS\u00a0: +25")


def test_a_figure_that_cannot_be_given_says_why(place: Path) -> None:
    found = document(place, "answer_coverage")
    assert found["headline"] is None
    assert found["reason"] == "No customers for these filters at the end of the period."
    assert found["rows"] == []


def test_an_unknown_figure_is_a_mistake_with_a_hint(place: Path) -> None:
    result = run(place, "npz")
    assert result.exit_code == 1
    assert "There is no figure called npz." in result.stderr
    assert "nps_trend" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_people_wrote_stands_on_one_line(place: Path) -> None:
    store = Store.open(place)
    write_vision(store, Vision("Buying", "No bill\nthat needs\treading", (1,), "A. Martin"))
    store.close()
    lines = run(place, "pyramid_vision").stdout.splitlines()
    [line] = [it for it in lines if it.startswith("Buying")]
    assert "No bill that needs reading" in line
    assert "A. Martin · would make needless: level 1" in line
