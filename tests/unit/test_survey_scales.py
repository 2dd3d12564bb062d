"""Scores on any scale: named by the header, by the cells, by many values, or asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.i18n import translator
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.recognising.named_scales import named_scale
from cxdata.metrics.nps.satisfaction import satisfaction_summary
from cxdata.models import Filters, Question
from cxdata.sentences.nps_detail import satisfaction_basis
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def scored(header: str, *cells: object) -> bytes:
    rows = (f"{at};2026-01-01;{cell}" for at, cell in enumerate(cells))
    return "\n".join([f"response_id;responded_at;{header}", *rows, ""]).encode()


def stored(store: Store, *fields: str) -> list[object]:
    with store.cursor() as con:
        rows = con.execute(
            f"select {', '.join(fields)} from responses order by length(response_id), response_id"
        ).fetchall()
    return [row[0] if len(fields) == 1 else row for row in rows]


def share(store: Store) -> float:
    scores = [score for score in stored(store, "csat_score") if isinstance(score, int)]
    return sum(score >= 4 for score in scores) / len(scores)


def question(store: Store, content: bytes) -> Question:
    [found] = preview_file(store, content).questions
    return found


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("CSAT (1-3)", 1, 3),
        ("CSAT (1–7)", 1, 7),
        ("Satisfaction sur 10", None, 10),
        ("Note /10", None, 10),
        ("NPS 0-10", 0, 10),
        ("CSAT 1 to 5", 1, 5),
        ("Satisfaction de 1 à 5", 1, 5),
        ("From 1 (bad) to 7 (good), how satisfied are you?", 1, 7),
        ("Satisfaction out of 10", None, 10),
        ("Zufriedenheit von 1 bis 5", 1, 5),
        ("CSAT (%)", 0, 100),
        ("CSAT (5-point scale)", None, 5),
        ("Satisfaction (5 = très satisfait, 1 = pas du tout)", 1, 5),
        ("Nombre d'étoiles", None, 5),
        ("rating_1_5", 1, 5),
    ],
)
def test_a_header_names_its_scale(header: str, low: int | None, high: int) -> None:
    assert named_scale(header) == (low, high)


@pytest.mark.parametrize(
    "header", ["Q1 2026", "2026-01-05", "support 24/7", "CSAT", "3 of 5 rooms", "À 100 % ?"]
)
def test_other_numbers_are_no_scale(header: str) -> None:
    assert named_scale(header) is None


@pytest.mark.parametrize(
    ("header", "cells", "became"),
    [
        ("CSAT (1-3)", (1, 2, 3), [1, 3, 5]),
        ("CSAT (1-4)", (1, 2, 3, 4), [1, 2, 4, 5]),
        ("Satisfaction (1–7)", range(1, 8), [1, 1, 2, 3, 3, 4, 5]),
        ("Satisfaction sur 10", range(11), [1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5]),
        ("CSAT (%)", (0, 74, 75, 100), [1, 3, 4, 5]),
        ("CSAT (%)", ("0", "0.74", "0.75", "1"), [1, 3, 4, 5]),
        ("CSAT", ("100 %", "83,5 %", "20 %"), [5, 4, 1]),
        ("CSAT", ("3/3", "2/3", "1/3"), [5, 3, 1]),
        ("CSAT", ("★★★★☆", "★☆☆☆☆"), [4, 1]),
        ("Review Stars", (5, 1), [5, 1]),
        ("csat_score", (1, 3), [1, 3]),
        ("Satisfaction /5", (0, 4), [1, 4]),
        ("CSAT (1-7)", ("Very satisfied", 6, 4, "Very dissatisfied"), [5, 4, 3, 1]),
    ],
)
def test_satisfaction_is_brought_to_five_and_said(
    store: Store, header: str, cells: tuple[object, ...], became: list[int]
) -> None:
    report = import_file(store, scored(header, *cells))
    assert (stored(store, "csat_score"), report.refused_count) == (became, 0)
    is_other = header not in ("csat_score", "Review Stars") and "★" not in str(cells)
    assert any("was brought to 1 to 5" in note for note in report.notes) == is_other


@pytest.mark.parametrize(
    ("cells", "offered", "satisfied"),
    [
        ([1] * 3 + [2] * 5 + [3] * 12, ["1-3", "1-4", "1-5"], {"1-3": 60, "1-5": 0}),
        ([5, 4, 1, 2], ["1-5", "1-7", "0-10"], {"1-5": 50, "1-7": 0}),
        ([7, 1, 4, 6], ["1-7", "0-10"], {"1-7": 50}),
        ([4], ["1-4", "1-5", "1-7"], {"1-4": 100}),
    ],
)
def test_a_scale_that_nothing_tells_is_asked_with_what_each_would_give(
    store: Store, cells: list[int], offered: list[str], satisfied: dict[str, int]
) -> None:
    content = scored("Satisfaction", *cells)
    asked = question(store, content)
    assert (asked.option, asked.about, asked.is_open) == ("scales", "csat_score", True)
    readings = {it.choice: it.outcome for it in asked.readings}
    assert next(iter(readings)) == offered[0]
    assert set(offered) <= readings.keys()
    for choice, figure in satisfied.items():
        assert readings[choice] == f"{figure}% satisfied"
    with pytest.raises(ImportRefused, match=rf"csat_score={offered[0]} \(\d+% satisfied\)"):
        import_file(store, content)
    import_file(store, content, scales={"csat_score": offered[0]})
    assert round(100 * share(store)) == satisfied[offered[0]]


@pytest.mark.parametrize(
    ("cells", "last"), [([5, 1, 3, 4] * 25, 4), ([10, 8, 9, 0] * 3, 1), ([9, 10, 3, 7], 3)]
)
def test_many_values_prove_a_scale(store: Store, cells: list[int], last: int) -> None:
    report = import_file(store, scored("Satisfaction", *cells))
    assert stored(store, "csat_score")[-1] == last
    assert any("scale of satisfaction was read as" in note for note in report.notes)


def test_a_few_strange_numbers_make_no_longer_scale(store: Store) -> None:
    content = scored("Satisfaction", *[5, 1, 3, 4] * 25, 99)
    report = import_file(store, content)
    assert (report.accepted_count, report.refused_count) == (100, 1)


def test_the_best_beyond_a_scale_that_is_said_hold_the_file(store: Store) -> None:
    content = scored("csat_score", *[1, 2, 5] * 30, *[6, 7] * 2)
    assert import_file(store, content).is_held
    import_file(store, content, scales={"csat_score": "1-7"})
    assert len(stored(store, "csat_score")) == 94


@pytest.mark.parametrize("header", ["Score", "Rating score", "score"])
@pytest.mark.parametrize("count", [3, 60])
def test_a_bare_score_is_asked_about_whatever_the_number_of_rows(
    store: Store, header: str, count: int
) -> None:
    cells = ([5, 4, 5, 1] * 15)[:count]
    if header == "Rating score":
        content = scored(header, *cells)
        mapping = {"nps_score": header}
    else:
        content, mapping = scored(header, *cells), {}
    asked = preview_file(store, content, mapping=mapping).questions
    [found] = asked
    choices = [it.choice for it in found.readings]
    assert {"0-10", "1-5 satisfaction"} <= set(choices)
    import_file(store, content, mapping=mapping, scales={"nps_score": "1-5 satisfaction"})
    assert stored(store, "csat_score", "nps_score") == [(cell, None) for cell in cells]


def test_a_score_that_is_satisfaction_keeps_its_answered_question(store: Store) -> None:
    content = scored("Score", 5, 4, 1)
    scales = {"nps_score": "1-5 satisfaction"}
    seen = preview_file(store, content, scales=scales)
    [asked] = seen.questions
    assert (asked.answer, asked.is_open) == ("1-5 satisfaction", False)
    assert seen.outcome is not None
    assert (seen.outcome.nps, seen.outcome.row_count) == (None, 3)
    assert any("taken as satisfaction" in note for note in seen.notes)


def test_a_bare_score_to_ten_may_be_satisfaction(store: Store) -> None:
    content = scored("Score", 10, 8, 3)
    readings = {it.choice: it.outcome for it in question(store, content).readings}
    assert readings["0-10"] == "NPS +0"
    assert readings["0-10 satisfaction"] == "67% satisfied"
    import_file(store, content, scales={"nps_score": "0-10"})
    assert stored(store, "nps_score") == [10, 8, 3]


@pytest.mark.parametrize("header", ["NPS (1-5)", "NPS (1–7)", "NPS /5", "NPS (%)"])
def test_a_recommendation_on_another_scale_is_no_nps(store: Store, header: str) -> None:
    with pytest.raises(ImportRefused, match="an NPS needs answers from 0 to 10"):
        import_file(store, scored(header, 5, 4, 1))


@pytest.mark.parametrize(
    "header", ["NPS (1-10)", "NPS (0-10)", "NPS /10", "Recommandation sur 10", "NPS 0 to 10"]
)
def test_a_recommendation_to_ten_is_one(store: Store, header: str) -> None:
    import_file(store, scored(header, 5, 4, 1))
    assert stored(store, "nps_score") == [5, 4, 1]


@pytest.mark.parametrize(
    ("header", "said", "cells", "became"),
    [
        ("Effort (1-3)", "1-3", (1, 2, 3), [(1, 5), (3, 5), (5, 5)]),
        ("Effort (0-10)", "0-10", (0, 2, 5, 10), [(1, 5), (2, 5), (3, 5), (5, 5)]),
        ("CES (1-4)", "1-4 easy", (4, 3, 1), [(1, 5), (2, 5), (5, 5)]),
        ("CES", "0-10 easy", (10, 9, 0), [(1, 5), (1, 5), (5, 5)]),
        ("Effort (1-7)", None, (1, 7), [(1, 7), (7, 7)]),
    ],
)
def test_effort_is_taken_on_any_scale(
    store: Store,
    header: str,
    said: str | None,
    cells: tuple[int, ...],
    became: list[tuple[int, int]],
) -> None:
    scales = {"ces_score": said} if said else None
    import_file(store, scored(header, *cells), scales=scales)
    assert stored(store, "ces_score", "ces_scale") == became


def test_effort_on_an_unnamed_long_scale_is_asked(store: Store) -> None:
    asked = question(store, scored("CES", 10, 9, 2, 1))
    assert asked.about == "ces_score"
    assert {"0-10", "1-10", "0-10 easy", "1-10 easy"} <= {it.choice for it in asked.readings}


@pytest.mark.parametrize(
    ("header", "cells", "became"),
    [("rating_shop (1-7)", (1, 4, 7), [0, 5, 10]), ("rating_shop (1-3)", (1, 2, 3), [0, 5, 10])],
)
def test_ratings_on_other_scales_are_brought_to_ten(
    store: Store, header: str, cells: tuple[int, ...], became: list[int]
) -> None:
    content = scored(f"nps_score;{header}", *(f"9;{cell}" for cell in cells))
    import_file(store, content)
    with store.cursor() as con:
        found = con.execute("select score, scale from ratings order by score").fetchall()
    assert found == [(score, 10) for score in became]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_who_is_satisfied_stands_beside_the_figure(store: Store, lang: str) -> None:
    import_file(store, scored("CSAT (1-3)", *[1] * 3, *[2] * 5, *[3] * 12))
    row = satisfaction_summary(store, Filters()).row(0, named=True)
    assert (row["scale"], row["favourable_share"]) == ("csat", 0.6)
    words = {"en": "satisfied: 4 and 5 of 5", "fr": "satisfaits\u00a0: 4 et 5 sur 5"}[lang]
    assert any(words in each for each in satisfaction_basis(row, translator(lang)))


@pytest.mark.parametrize(
    ("file", "said", "figure"),
    [
        ("29-csat-other-scales/csat_1_3.csv", None, 0.6),
        ("29-csat-other-scales/csat_1_3_noheader.csv", {"csat_score": "1-3"}, 0.6),
        ("29-csat-other-scales/csat_percent.csv", None, 40 / 45),
        ("09-trustpilot/reviews_score_header.csv", {"nps_score": "1-5 satisfaction"}, 42 / 60),
    ],
)
def test_the_cases_with_right_figures(
    store: Store, file: str, said: dict[str, str] | None, figure: float
) -> None:
    if not (CASES / file).exists():
        return
    if said:
        with pytest.raises(ImportRefused):
            import_file(store, CASES / file)
    import_file(store, CASES / file, scales=said)
    assert share(store) == pytest.approx(figure)
    assert set(stored(store, "nps_score")) == {None}
