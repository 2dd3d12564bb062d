"""The answers behind a figure: which, in which order, and when none are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.metrics.nps.answers_behind import Choice, answers_behind, choice_of
from cxdata.metrics.nps.score import nps_by, nps_summary
from cxdata.metrics.nps.themes import nps_themes
from cxdata.metrics.nps.trend import nps_trend
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add, withhold_nothing

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
START = datetime(2026, 5, 4, 12)
COLUMNS = [
    "response_id", "responded_on", "responded_at", "nps_score", "nps_class", "csat_score",
    "ces_score", "ces_scale", "comment", "customer_id", "name", "is_strategic",
    "annual_revenue_amount", "segment", "region", "product", "channel", "journey", "language",
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def answer(number: int, score: int | None = 5, **fields: object) -> dict[str, object]:
    """The answer ``r<number>``, given so many minutes after the start."""
    at = START + timedelta(minutes=number)
    return {"response_id": f"r{number}", "responded_at": at, "nps_score": score, **fields}


def ids(
    store: Store, choice: Choice | None = None, filters: Filters | None = None, most_rows: int = 500
) -> list[str]:
    behind = answers_behind(
        store, filters or Filters(period=MAY), choice or Choice(), most_rows=most_rows
    )
    return behind.answers["response_id"].to_list()


# Which answers, and in which order


def test_strategic_customers_come_first_then_detractors_value_and_the_newest(store: Store) -> None:
    clients = [
        {"customer_id": "big", "annual_revenue_amount": 900},
        {"customer_id": "small", "annual_revenue_amount": 10},
        {"customer_id": "key", "annual_revenue_amount": 5, "is_strategic": True},
    ]
    add(store, clients, "customers")
    rows = [
        answer(0, 10, customer_id="key"),
        answer(1, 3, customer_id="small"),
        answer(2, 3, customer_id="big"),
        answer(3, 0),
        answer(4, 0),
        answer(5, 7, customer_id="big"),
        answer(6, 9, customer_id="big"),
    ]
    add(store, rows, "responses")
    assert ids(store) == ["r0", "r2", "r1", "r4", "r3", "r5", "r6"]


def test_a_row_says_who_answered_what(store: Store) -> None:
    withhold_nothing(store)
    client = {"customer_id": "c", "name": "Zoé", "is_strategic": True, "annual_revenue_amount": 7}
    add(store, [client], "customers")
    said = {"comment": "=1+1", "segment": "home", "channel": "chat", "customer_id": "c"}
    add(store, [answer(number, 10, **said) for number in range(5)], "responses")
    row = answers_behind(store, Filters(period=MAY), Choice()).answers.row(0, named=True)
    assert list(row) == COLUMNS
    assert row["responded_on"] == date(2026, 5, 4)
    assert (row["nps_class"], row["comment"], row["name"]) == ("promoter", "=1+1", "Zoé")
    assert (row["is_strategic"], row["annual_revenue_amount"]) == (True, 7.0)


def test_an_answer_is_listed_once_though_its_customer_was_imported_twice(store: Store) -> None:
    withhold_nothing(store)
    for name in ("before", "after"):
        add(store, [{"customer_id": "c", "name": name}], "customers")
    add(store, [answer(number, customer_id="c") for number in range(5)], "responses")
    behind = answers_behind(store, Filters(period=MAY), Choice())
    assert behind.answers["name"].to_list() == ["after"] * 5


def test_the_answers_of_four_people_are_not_listed_however_many_they_are(store: Store) -> None:
    said = [answer(number, 3, customer_id=f"c{number % 4}") for number in range(12)]
    add(store, said, "responses")
    behind = answers_behind(store, Filters(period=MAY), Choice())
    assert (behind.answers.height, behind.answer_count) == (0, None)
    assert behind.reason == "too_few_to_show"
    add(store, [answer(number, 9) for number in range(20, 22)], "responses")
    assert len(ids(store)) == 14
    chosen = answers_behind(store, Filters(period=MAY), Choice(nps_class="detractor"))
    assert (chosen.answer_count, chosen.reason) == (None, "too_few_to_show")


def test_the_list_ends_but_the_count_does_not(store: Store) -> None:
    add(store, [answer(number) for number in range(9)], "responses")
    behind = answers_behind(store, Filters(period=MAY), Choice(), most_rows=2)
    assert (behind.answers.height, behind.answer_count, behind.reason) == (2, 9, None)


def test_the_list_has_as_many_answers_as_the_figures_count(sample: Store) -> None:
    filters = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 30)))
    total = nps_summary(sample, filters).row(0, named=True)
    for nps_class in ("promoter", "passive", "detractor"):
        choice = Choice(nps_class=nps_class)  # type: ignore[arg-type]
        behind = answers_behind(sample, filters, choice)
        assert behind.answer_count == total[f"{nps_class}_count"]
    for row in nps_trend(sample, filters, grain="month").iter_rows(named=True):
        choice = choice_of(["period", row["period"].isoformat()], grain="month")
        assert answers_behind(sample, filters, choice).answer_count == row["answer_count"]
    for row in nps_by(sample, filters, "journey").iter_rows(named=True):
        choice = choice_of(["journey", row["journey"]])
        assert answers_behind(sample, filters, choice).answer_count == row["answer_count"]
    for row in nps_themes(sample, filters, limit=3).iter_rows(named=True):
        behind = answers_behind(sample, filters, choice_of(["term", row["term"]]))
        assert (behind.answer_count, behind.theme) == (row["comment_count"], row["theme"])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four thousand answers over a year and a half, some of them with a comment."""
    opened = Store.open(tmp_path_factory.mktemp("people") / "cx.duckdb")
    rows = [
        {
            "response_id": f"r{number}",
            "responded_at": datetime(2025, 1, 1, 12) + timedelta(hours=3 * number),
            "nps_score": (number * 7) % 11,
            "journey": ("Achat", "Livraison", None)[number % 3],
            "comment": "Livraison en retard" if number % 5 == 0 else None,
            "language": "fr",
        }
        for number in range(4000)
    ]
    add(opened, rows, "responses")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(score=3), 5),
        (Choice(nps_class="passive"), 6),
        (Choice(values=(("segment", "home"),)), 5),
        (Choice(values=(("segment", None),)), 6),
        (Choice(values=(("segment", None),), score=8), 6),
        (Choice(measure="csat"), 6),
        (Choice(measure="csat", score=2), 6),
        (Choice(measure="ces"), 5),
        (Choice(measure="ces7"), 0),
    ],
)
def test_what_is_chosen_narrows_the_list(store: Store, choice: Choice, expected: int) -> None:
    home = [answer(n, 3, segment="home", ces_score=1, ces_scale=5) for n in range(5)]
    other = [answer(5 + number, 8, csat_score=2) for number in range(6)]
    add(store, home + other, "responses")
    behind = answers_behind(store, Filters(period=MAY), choice)
    assert behind.answer_count == expected


def test_answers_without_a_score_are_not_behind_an_nps(store: Store) -> None:
    rows = [answer(number, None, csat_score=5) for number in range(5)]
    add(store, [*rows, *(answer(10 + number) for number in range(5))], "responses")
    assert answers_behind(store, Filters(period=MAY), Choice()).answer_count == 5


def test_a_period_is_cut_to_the_filters(store: Store) -> None:
    rows = [answer(60 * 24 * day) for day in range(20)]
    add(store, rows, "responses", scales={"nps_score": "0-10"})
    week = choice_of(["period", "2026-05-04"], grain="week")
    assert len(ids(store, week)) == 7
    from_wednesday = Filters(period=Period(date(2026, 5, 6), date(2026, 5, 31)))
    assert len(ids(store, week, from_wednesday)) == 5


def test_exact_days_take_the_place_of_the_filters_period(store: Store) -> None:
    rows = [answer(60 * 24 * day) for day in range(20)]
    add(store, rows, "responses", scales={"nps_score": "0-10"})
    june = Filters(period=Period(date(2026, 6, 1), date(2026, 6, 30)))
    before = choice_of(["first_on", "2026-05-04", "last_on", "2026-05-09"])
    assert answers_behind(store, june, before).answer_count == 6


def test_a_period_outside_the_filters_has_no_answers(store: Store) -> None:
    add(store, [answer(number) for number in range(9)], "responses")
    march = choice_of(["period", "2026-03-01"], grain="month")
    behind = answers_behind(store, Filters(period=MAY), march)
    assert (behind.answers.height, behind.answer_count, behind.reason) == (0, 0, "no_answers")
    assert behind.answers.columns == COLUMNS


def test_surveys_are_never_mixed(store: Store) -> None:
    add(store, [answer(number) for number in range(5)], "responses")
    add(store, [answer(9 + n, survey="transactional") for n in range(6)], "responses")
    assert answers_behind(store, Filters(period=MAY), Choice()).answer_count == 5


# Privacy


@pytest.mark.parametrize("count", [1, 4])
def test_too_few_answers_are_not_listed_and_not_counted(store: Store, count: int) -> None:
    add(store, [answer(number) for number in range(count)], "responses")
    behind = answers_behind(store, Filters(period=MAY), Choice())
    assert behind.answers.is_empty()
    assert (behind.answer_count, behind.reason) == (None, "too_few_to_show")


def test_five_answers_are_listed(store: Store) -> None:
    add(store, [answer(number) for number in range(5)], "responses")
    assert len(ids(store)) == 5


def test_too_few_of_many_are_not_listed(store: Store) -> None:
    add(store, [answer(number, 0 if number < 4 else 10) for number in range(50)], "responses")
    behind = answers_behind(store, Filters(period=MAY), Choice(nps_class="detractor"))
    assert (behind.answers.height, behind.answer_count) == (0, None)


def test_of_too_few_answers_not_even_a_zero_is_told(store: Store) -> None:
    """That none of four is a detractor would say what each of them is."""
    add(store, [answer(number, 10) for number in range(4)], "responses")
    for choice in (Choice(nps_class="detractor"), Choice(score=3), Choice(term="fr:retard")):
        behind = answers_behind(store, Filters(period=MAY), choice)
        assert (behind.answer_count, behind.reason) == (None, "too_few_to_show"), choice


def test_of_enough_answers_a_zero_is_told(store: Store) -> None:
    add(store, [answer(number, 10) for number in range(5)], "responses")
    behind = answers_behind(store, Filters(period=MAY), Choice(nps_class="detractor"))
    assert (behind.answer_count, behind.reason) == (0, "no_answers")


# What a chart's point says


def test_names_and_values_in_turn_are_a_choice() -> None:
    named = ["segment", "Gold", "region", None, "nps_class", "detractor", "score", 3]
    assert choice_of(named) == Choice(
        nps_class="detractor", score=3, values=(("segment", "Gold"), ("region", None))
    )
    assert choice_of([]) == Choice()
    assert choice_of(["period", "2026-03-01"], grain="quarter") == Choice(
        grain="quarter", period_on=date(2026, 3, 1)
    )


@pytest.mark.parametrize(
    "named",
    [
        ["segment"],
        ["password", "x"],
        ["nps_class", "hater"],
        ["score", "3"],
        ["score", 11],
        ["score", True],
        ["score", float("nan")],
        ["channel", "pigeon"],
        ["segment", ["Gold"]],
        ["period", "soon"],
        ["grain", "hour", "period", "2026-03-01"],
        ["first_on", "2026-03-01"],
        ["first_on", "2026-03-02", "last_on", "2026-03-01"],
        ["measure", "love"],
        ["term", 3],
    ],
)
def test_what_no_chart_of_ours_says_is_refused(named: list[object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        choice_of(named)


def test_the_value_of_a_choice_is_never_part_of_the_question(store: Store) -> None:
    add(store, [answer(number, segment="x' or 1=1 --") for number in range(5)], "responses")
    add(store, [answer(10 + number, segment="y") for number in range(5)], "responses")
    assert len(ids(store, choice_of(["segment", "x' or 1=1 --"]))) == 5
