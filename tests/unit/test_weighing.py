"""Sums as so many answers, if somebody says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file, undo_batch
from cxdata.store.connection import Store

CLASSES = (
    "Date;Réponses;Promoteurs;Passifs;Détracteurs;NPS\n2025-01-01;12;4;5;3;8\nTotal;12;4;5;3;8"
)
SCORES = "date,score,count\n2025-01-01,10,3\n2025-01-01,8,2\n2025-01-01,3,5\n"
SHARES = "date,responses,% promoters,% detractors,NPS\n2025-01-01,20,45%,35%,10\n"


def balance(store: Store) -> tuple[int, int, int]:
    with store.cursor() as con:
        [found] = con.execute(
            """select count(*), count(*) filter (nps_score >= 9), count(*) filter (nps_score <= 6)
            from responses"""
        ).fetchall()
    return found


@pytest.mark.parametrize(
    ("text", "counted", "scales"),
    [
        (CLASSES, (12, 4, 3), None),
        (SCORES, (10, 3, 5), {"nps_score": "0-10"}),
        (SHARES, (20, 9, 7), None),
    ],
)
def test_sums_are_weighed_if_somebody_says_so(
    tmp_path: Path, text: str, counted: tuple[int, int, int], scales: dict[str, str] | None
) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    with pytest.raises(ImportRefused, match="sums up many answers"):
        import_file(store, text.encode(), scales=scales)
    outcome = preview_file(store, text.encode(), scales=scales, summary="weigh").outcome
    assert outcome is not None
    assert outcome.nps == 100 * (counted[1] - counted[2]) / counted[0]
    report = import_file(store, text.encode(), scales=scales, summary="weigh")
    assert (balance(store), report.row_count) == (counted, counted[0])
    assert any("rows of sums were taken" in note for note in report.notes)
    again = import_file(store, text.encode(), scales=scales, summary="weigh")
    assert (again.accepted_count, balance(store)) == (0, counted)
    assert report.batch_id is not None
    undo_batch(store, report.batch_id)
    assert balance(store) == (0, 0, 0)
    store.close()


def test_too_many_answers_of_a_table_of_sums_are_refused(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    many = CLASSES.replace(";12;4;", ";400008;400000;")
    with pytest.raises(ImportRefused, match="at most 200000"):
        import_file(store, many.encode(), summary="weigh")
    store.close()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2025-01-01;12;4;;3;8", "is empty"),
        ("2025-01-01;12;;5;3;8", "is empty"),
        ("2025-01-01;120;4;5;3;8", "12 promoters, passives and detractors aren't the 120"),
        ("2025-01-01;6;4;5;3;8", "12 promoters, passives and detractors aren't the 6"),
    ],
)
def test_sums_that_are_not_known_or_do_not_add_up_are_refused(
    tmp_path: Path, row: str, why: str
) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    text = "Date;Réponses;Promoteurs;Passifs;Détracteurs;NPS\n" + row
    with pytest.raises(ImportRefused, match=why):
        import_file(store, text.encode(), summary="weigh")
    assert balance(store) == (0, 0, 0)
    store.close()
