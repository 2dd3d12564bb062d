"""Daily counts: only the days that an import or an undo touches are counted again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.ingest import check_store, undo_batch
from cxdata.ingest.importing import import_file
from cxdata.ingest.soundness.counts import count_problems
from cxdata.store.connection import Store

Answer = tuple[int, int, str, int, str]  # identifier, day of May, comment, score, segment
COMMENTS = ("", "Retard", "retards", "Livraison en retard", "Pas livré", "😡")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add(store: Store, answers: list[Answer], name: str) -> int | None:
    rows = [
        {"response_id": str(number), "responded_at": f"2026-05-{day:02}", "comment": comment,
         "survey": "relationship", "nps_score": score, "segment": segment, "language": "fr"}
        for number, day, comment, score, segment in answers
    ]  # fmt: skip
    content = pl.DataFrame(rows).write_csv().encode()
    report = import_file(
        store, content, file_name=name, kind="responses", same_id="replace", empty_cells="clear"
    )
    assert report.refused_count == 0
    return report.batch_id


def answers_by_chance(draw: Random) -> list[Answer]:
    """New ones, and ones that replace others, also on another day."""
    return [
        (
            draw.randrange(12),
            draw.randint(1, 3),
            draw.choice(COMMENTS),
            draw.choice((0, 8, 10)),
            draw.choice(("home", "office")),
        )
        for _ in range(draw.randint(1, 5))
    ]


def term_counts(store: Store, term: str) -> dict[int, int]:
    """By day of May."""
    with store.cursor() as con:
        rows = con.execute(
            """select day(answered_on), sum(comment_count) from term_days
            where term = $term group by answered_on order by answered_on""",
            {"term": term},
        ).fetchall()
    return {day: int(count) for day, count in rows}


def late(first: int, last: int, day: int) -> list[Answer]:
    return [(number, day, "Retard", 0, "home") for number in range(first, last + 1)]


@pytest.mark.parametrize("seed", range(4))
def test_after_any_imports_and_undos_all_counts_are_those_of_a_full_recount(
    tmp_path: Path, seed: int
) -> None:
    """Terms are shown from two comments on, so that many come and go.

    The rest of the store is checked at the end: what each step brings is for other tests.
    """
    chosen = load_settings()
    few = replace(chosen, answers=replace(chosen.answers, minimum_count=2))
    store = Store.open(tmp_path / "cx.duckdb", few)
    draw = Random(seed)
    standing: list[int] = []
    for step in range(12):
        if standing and draw.random() < 0.4:
            undo_batch(store, standing.pop(draw.randrange(len(standing))))
        else:
            batch_id = add(store, answers_by_chance(draw), f"{step}.csv")
            standing += [] if batch_id is None else [batch_id]
        assert count_problems(store) == []
    assert check_store(store) == []
    store.close()


def test_days_without_a_new_answer_are_not_counted_again(store: Store) -> None:
    add(store, late(1, 9, day=1) + late(10, 18, day=2), "a.csv")
    with store.transaction() as con:
        for table in ("answer_days", "score_days"):
            con.execute(f"update {table} set answer_count = 77 where answered_on = '2026-05-01'")
        con.execute("update term_days set comment_count = 77 where answered_on = '2026-05-01'")
    batch_id = add(store, [*late(18, 18, day=3), *late(19, 20, day=2)], "b.csv")
    assert batch_id is not None
    assert term_counts(store, "fr:retard") == {1: 77, 2: 10, 3: 1}
    undo_batch(store, batch_id)
    assert term_counts(store, "fr:retard") == {1: 77, 2: 9}
    assert [note.values["table"] for note in check_store(store)] == [
        "answer_days",
        "score_days",
        "term_days",
    ]


def test_a_term_that_enough_comments_mention_at_last_has_all_its_days(store: Store) -> None:
    add(store, late(1, 4, day=1), "a.csv")
    assert term_counts(store, "fr:retard") == {}
    batch_id = add(store, late(5, 5, day=2), "b.csv")
    assert batch_id is not None
    assert term_counts(store, "fr:retard") == {1: 4, 2: 1}
    undo_batch(store, batch_id)
    assert term_counts(store, "fr:retard") == {}
    assert term_counts(store, "") == {1: 4}


def test_an_answer_that_moves_to_another_day_leaves_the_one_it_was_on(store: Store) -> None:
    add(store, late(1, 6, day=1), "a.csv")
    batch_id = add(store, late(1, 2, day=2), "b.csv")
    assert batch_id is not None
    assert term_counts(store, "fr:retard") == {1: 4, 2: 2}
    undo_batch(store, batch_id)
    assert term_counts(store, "fr:retard") == {1: 6}


def test_a_setting_counts_again_only_what_it_enters(store: Store) -> None:
    add(store, late(1, 9, day=1), "a.csv")
    with store.transaction() as con:
        con.execute("update term_days set comment_count = 77")
    store.change_settings({"contacts.return_days": 9})
    assert term_counts(store, "fr:retard") == {1: 77}
    store.change_settings({"answers.minimum_count": 9})
    assert term_counts(store, "fr:retard") == {1: 9}
    store.change_settings({"answers.minimum_count": 10})
    assert term_counts(store, "fr:retard") == {}
    assert check_store(store) == []
