"""Answers are not people: intervals, tests and what is withheld where customers answer again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cxdata.ingest.storing.batches import undo_batch
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.repeats import class_counts, groups_by
from cxdata.metrics.nps.satisfaction import (
    satisfaction_by,
    satisfaction_summary,
    satisfaction_trend,
)
from cxdata.metrics.nps.score import nps_by, nps_change, nps_summary
from cxdata.metrics.nps.trend import nps_rolling, nps_trend
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    nps_difference,
    nps_interval,
    smallest_detectable_change,
)
from cxdata.metrics.statistics.people import Repeats, Shared, correlation, design_effect
from cxdata.metrics.statistics.withheld import Pair, protecting, protecting_pairs
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import count_days
from tests.stores import add

DAY = datetime(2026, 5, 4, 12)
MAY = Period(DAY.date().replace(day=1), DAY.date().replace(day=31))
SCORE = {1: 9, 0: 7, -1: 0}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def rows(
    balances: Sequence[int], customer: str | None, *, at: datetime = DAY, **texts: object
) -> list[dict[str, object]]:
    """A customer's answers, a day apart."""
    return [
        {
            "responded_at": at + timedelta(days=place),
            "customer_id": customer,
            "nps_score": SCORE[balance],
            **texts,
        }
        for place, balance in enumerate(balances)
    ]


def put(store: Store, answers: list[dict[str, object]]) -> None:
    numbered = [{"response_id": f"R{place}", **row} for place, row in enumerate(answers)]
    add(store, numbered, "responses")


def robust_variance(people: Sequence[Sequence[int]]) -> float:
    """By the book, with other code: the cluster-robust variance of a mean."""
    every = [answer for answers in people for answer in answers]
    mean = sum(every) / len(every)
    return sum((sum(it) - len(it) * mean) ** 2 for it in people) / len(every) ** 2


def many(count: int = 60) -> list[list[int]]:
    random = np.random.default_rng(3)
    level = random.choice([-1, 0, 1], count)
    return [
        [int(it) if random.random() < 0.7 else int(random.integers(-1, 2)) for _ in range(n)]
        for it, n in zip(level, random.integers(1, 6, count), strict=True)
    ]


def test_a_customer_who_answers_again_counts_once(store: Store) -> None:
    people = many()
    put(store, [row for who, it in enumerate(people) for row in rows(it, f"C{who}")])
    row = nps_summary(store, Filters(period=MAY)).row(0, named=True)
    n = sum(map(len, people))
    assert (row["answer_count"], row["people_count"]) == (n, 60)
    single = nps_interval(
        class_counts(nps_summary(store, Filters(period=MAY)).drop("design_effect"))
    )
    every = [answer for it in people for answer in it]
    mean = sum(every) / n
    alone = sum((it - mean) ** 2 for it in every) / n**2
    # Small samples and pseudo-answers add a little to the ratio by the book.
    assert row["design_effect"] == pytest.approx(robust_variance(people) / alone, rel=0.08)
    assert row["design_effect"] > 1.5
    width = row["nps_high"] - row["nps_low"]
    plain = float((single[1] - single[0])[0])
    assert width == pytest.approx(plain * row["design_effect"] ** 0.5, rel=0.03)


def test_one_answer_each_is_as_it_was_to_the_last_digit(store: Store) -> None:
    balances = [1] * 50 + [0] * 20 + [-1] * 30
    put(store, [row for who, it in enumerate(balances) for row in rows([it], f"C{who}")])
    row = nps_summary(store, Filters(period=MAY)).row(0, named=True)
    low, high = nps_interval(ClassCounts(50, 20, 30))
    assert (row["nps_low"], row["nps_high"]) == (float(low), float(high))
    assert (row["people_count"], row["design_effect"]) == (100, 1.0)


def test_answers_without_a_customer_are_of_one_person_each(store: Store) -> None:
    put(store, [row for _ in range(8) for row in rows([1, 0, -1, 1], None)])
    row = nps_summary(store, Filters(period=MAY)).row(0, named=True)
    assert (row["people_count"], row["design_effect"]) == (32, 1.0)


def test_filters_choose_the_answers_that_are_repeated(store: Store) -> None:
    people = [
        *(row for who in range(40) for row in rows([1, -1], f"C{who}", region="north")),
        *(row for who in range(40) for row in rows([1], f"C{who}", region="south")),
    ]
    put(store, people)
    south = nps_summary(store, Filters(period=MAY, region=("south",))).row(0, named=True)
    assert (south["answer_count"], south["people_count"], south["design_effect"]) == (40, 40, 1.0)
    both = nps_summary(store, Filters(period=MAY)).row(0, named=True)
    assert (both["answer_count"], both["people_count"]) == (120, 40)


def test_a_segment_of_one_person_with_six_answers_is_withheld(store: Store) -> None:
    put(
        store,
        [
            *(row for who in range(60) for row in rows([1, 0], f"C{who}", segment="many")),
            *(row for who in range(7) for row in rows([-1], f"D{who}", segment="seven")),
            *rows([-1] * 6, "E", segment="one"),
        ],
    )
    by = {row["segment"]: row for row in nps_by(store, Filters(period=MAY), "segment").to_dicts()}
    assert by["one"]["reason"] == "too_few_to_show"
    assert {by["one"][it] for it in ("nps", "answer_count", "people_count", "design_effect")} == {
        None
    }
    # Six answers of one person are the whole less the others: the next smallest protects them.
    assert by["seven"]["reason"] == "protects_others"
    assert by["many"]["nps"] == 50
    mix = nps_mix(store, Filters(period=MAY, compared_to=MAY.year_before()), "segment")
    assert mix.is_empty()
    trend = nps_trend(store, Filters(period=MAY, segment=("one",)))
    assert trend["reason"].to_list() == ["too_few_to_show"]
    assert trend["nps"].to_list() == [None]
    rolled = nps_rolling(store, Filters(period=MAY, segment=("one",)))
    assert rolled["nps"].to_list() == [None]


def test_the_case_of_customers_who_answered_every_month(store: Store) -> None:
    """60 customers with twelve answers each beside two with 40 and 6 answers of their own."""
    random = np.random.default_rng(11)
    level = random.choice([-1, 0, 1], 60, p=[0.2, 0.25, 0.55])
    answers = [
        row
        for who, it in enumerate(level)
        for row in rows([int(it)] * 11 + [0], f"A{who}", segment="A")
    ]
    answers += rows([1, -1] * 14, "T", segment="one, many answers") + rows(
        [-1] * 6, "O", segment="one"
    )
    put(store, answers)
    by = {row["segment"]: row for row in nps_by(store, Filters(period=MAY), "segment").to_dicts()}
    assert [by[it]["reason"] for it in ("one", "one, many answers")] == ["too_few_to_show"] * 2
    # Where both small groups are one person each, and nothing else is left to show.
    shown = by["A"]
    book = 196 * robust_variance([[int(it)] * 11 + [0] for it in level]) ** 0.5
    assert shown["nps_low"] == pytest.approx(shown["nps"] - book, abs=1.2)
    assert shown["nps_high"] == pytest.approx(shown["nps"] + book, abs=1.2)
    assert shown["rest_difference"] is None


def test_the_same_customers_before_and_after_are_compared_with_themselves(store: Store) -> None:
    random = np.random.default_rng(4)
    before = random.choice([-1, 0, 1], 200, p=[0.3, 0.3, 0.4])
    after = np.where(random.random(200) < 0.1, np.minimum(before + 1, 1), before)
    april = DAY - timedelta(days=30)
    put(
        store,
        [
            *(row for who, it in enumerate(before) for row in rows([int(it)], f"C{who}", at=april)),
            *(row for who, it in enumerate(after) for row in rows([int(it)], f"C{who}")),
        ],
    )
    april_days = Period(april.date(), april.date())
    change = nps_change(store, Filters(period=MAY, compared_to=april_days))
    moved = after - before
    z = moved.mean() / (moved.std() / 200**0.5)
    assert change.difference == pytest.approx(100 * moved.mean())
    assert 0.6 * z < float(np.sqrt(2) * _inverse(change.p_value)) <= z
    assert change.verdict == "real_change"
    alone = nps_difference(class_counts(change.current), class_counts(change.compared))
    assert float(alone.p_value[0]) > 0.05
    assert change.smallest_detectable_change is not None
    wide = smallest_detectable_change(class_counts(change.current), class_counts(change.compared))
    assert change.smallest_detectable_change < 0.6 * float(wide[0])


def _inverse(p_value: float | None) -> float:
    """The argument of erfc that gives the p-value, by bisection."""
    import math

    assert p_value is not None
    low, high = 0.0, 30.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle) > p_value else (low, middle)
    return low


def test_the_rest_is_all_other_answers_with_their_people(store: Store) -> None:
    random = np.random.default_rng(6)
    answers: list[dict[str, object]] = []
    people: dict[int, list[tuple[str, int]]] = {}
    for who in range(80):
        level = int(random.integers(-1, 2))
        for place in range(int(random.integers(1, 5))):
            balance = level if random.random() < 0.7 else int(random.integers(-1, 2))
            journey = ("buy", "repair")[int(random.integers(0, 2))]
            answers += rows([balance], f"C{who}", at=DAY + timedelta(hours=place), journey=journey)
            people.setdefault(who, []).append((journey, balance))
    put(store, answers)
    found = groups_by(store, Filters(period=MAY), "journey")
    counts, rest, moves = found.counts, found.rest, found.moves_with_rest
    sides = {
        name: [[b for j, b in it if (j == name)] for it in people.values()]
        for name in ("buy", "repair")
    }
    here = counts["journey"].to_list().index("buy")
    asked = [sum(1 for it in sides[name] if it) for name in ("buy", "repair")]
    assert counts["people_count"].to_list()[here] == asked[0]
    assert list(rest.people)[here] == asked[1]
    assert found.shared == sum(asked) - len(people)
    # Of two groups each is the other's rest.
    assert np.asarray(rest.design_effect)[here] == pytest.approx(counts["design_effect"][1 - here])
    assert moves[0] == pytest.approx(moves[1])
    one, other = sides["buy"], sides["repair"]
    n, m = sum(map(len, one)), sum(map(len, other))
    x, y = sum(map(sum, one)) / n, sum(map(sum, other)) / m
    covariance = sum(
        (sum(a) - len(a) * x) * (sum(b) - len(b) * y) for a, b in zip(one, other, strict=True)
    ) / (n * m)
    by_book = covariance / (robust_variance(one) * robust_variance(other)) ** 0.5
    assert moves[here] == pytest.approx(by_book, rel=0.1)


def test_a_trend_and_its_windows_count_people_of_their_own_days(store: Store) -> None:
    april, march = DAY - timedelta(days=30), DAY - timedelta(days=60)
    put(
        store,
        [
            *(row for who in range(40) for row in rows([1, 1], f"C{who}")),
            *(row for who in range(40) for row in rows([1], f"C{who}", at=april)),
            *(row for who in range(40) for row in rows([-1], f"C{who}", at=march)),
        ],
    )
    trend = nps_trend(store, Filters())
    assert trend["answer_count"].to_list() == [40, 40, 80]
    assert trend["people_count"].to_list() == [40, 40, 40]
    assert trend["design_effect"].to_list()[:2] == [1.0, 1.0]
    rolled = nps_rolling(store, Filters())
    assert rolled["answer_count"].to_list() == [40, 80, 160]
    assert rolled["people_count"].to_list() == [40, 40, 40]


def test_months_of_the_same_few_people_protect_each_other(store: Store) -> None:
    """Two months of the same four people are four people, who'd be the year less the others."""
    answers = [
        row for who in range(20) for row in rows([1], f"C{who}", at=datetime(2026, 2, 10, 12))
    ]
    for month in (3, 4):
        at = datetime(2026, month, 10, 12)
        answers += [row for who in range(4) for row in rows([0], f"D{who}", at=at)]
    answers += [row for who in range(9) for row in rows([1], f"E{who}", at=datetime(2026, 5, 10))]
    put(store, answers)
    trend = nps_trend(store, Filters())
    assert trend["reason"].to_list() == [
        "protects_others", "too_few_to_show", "too_few_to_show", "protects_others",
    ]  # fmt: skip


def test_the_last_answer_of_each_customer_counts_alone_if_so_set(store: Store) -> None:
    put(
        store,
        [
            *(row for who in range(30) for row in rows([-1, 1], f"C{who}", segment="home")),
            *(row for who in range(10) for row in rows([-1], f"C{who}", at=DAY + timedelta(days=9),
                                                      segment="work")),
            *(row for who in range(20) for row in rows([0], None, segment="home")),
        ],
    )  # fmt: skip
    filters = Filters(period=MAY)
    assert nps_summary(store, filters)["answer_count"].item() == 90
    store.change_settings({"answers.last_only": True})
    row = nps_summary(store, filters).row(0, named=True)
    assert (row["answer_count"], row["people_count"], row["design_effect"]) == (50, 50, 1.0)
    assert (row["promoter_count"], row["passive_count"], row["detractor_count"]) == (20, 20, 10)
    by = nps_by(store, filters, "segment")
    assert by.select("segment", "answer_count", "nps").rows() == [
        ("home", 40, 50.0), ("work", 10, -100.0),
    ]  # fmt: skip
    assert nps_change(store, filters).current["nps"].item() == 20
    assert nps_trend(store, filters)["answer_count"].to_list() == [50]
    assert nps_rolling(store, filters)["nps"].to_list() == [20]
    heat = nps_heat(store, filters, "segment", "region")
    assert heat["answer_count"].to_list() == [40, 10]


def test_satisfaction_counts_people_too(store: Store) -> None:
    answers = [
        {**row, "csat_score": 5 if who % 2 else 1}
        for who in range(40)
        for row in rows([1] * 4, f"C{who}", journey="buy")
    ]
    answers += [{**row, "csat_score": 5} for row in rows([1] * 6, "D", journey="odd")]
    answers += [{**row, "csat_score": 5} for row in rows([1] * 9, "E", journey="rare")]
    put(store, answers)
    filters = Filters(period=MAY)
    whole = satisfaction_summary(store, filters).row(0, named=True)
    assert (whole["answer_count"], whole["people_count"]) == (175, 42)
    by = {
        row["journey"]: row for row in satisfaction_by(store, filters, "csat", "journey").to_dicts()
    }
    assert [by[name]["reason"] for name in ("buy", "odd", "rare")] == [
        None, "too_few_to_show", "too_few_to_show",
    ]  # fmt: skip
    assert by["odd"]["favourable_share"] is None
    # 40 people of whom half are satisfied: about 0.35 to 0.65.
    low, high = by["buy"]["share_low"], by["buy"]["share_high"]
    assert (low, high) == (pytest.approx(0.35, abs=0.015), pytest.approx(0.65, abs=0.015))
    trend = satisfaction_trend(store, filters, "csat")
    assert trend["people_count"].to_list() == [42]


def test_who_is_in_several_groups_is_one_person_where_groups_are_withheld() -> None:
    counts = {"a": 90, "b": 4, "c": 4, "d": 40}
    assert protecting(counts, [counts], 5) == frozenset()
    assert protecting(counts, [counts], 5, shared=[4.0]) == {"d"}
    pairs: dict[Pair, int] = {
        ("a", "x"): 90,
        ("a", "y"): 4,
        ("a", "z"): 30,
        ("b", "x"): 60,
        ("b", "y"): 4,
        ("b", "z"): 30,
    }
    alone = protecting_pairs(pairs, 5)
    twice: dict[Pair, tuple[float, float, float]] = {
        it: (0.0, 2.0, 2.0) if it[1] == "y" else (0.0, 0.0, 0.0) for it in pairs
    }
    assert protecting_pairs(pairs, 5, twice) >= alone


def simulated(
    random: np.random.Generator, runs: int, people: int, each: int, shares: Sequence[float]
) -> tuple[ClassCounts, Repeats]:
    """Firms in which everybody gives the same answer so many times."""
    classes = random.multinomial(people, shares, runs).T.astype(float)
    balance, told = classes[0] - classes[2], classes[0] + classes[2]
    more = each * (each - 1)
    repeats = Repeats(more * told, more * balance, np.full(runs, float(more * people)))
    return ClassCounts(*(each * it for it in classes)), repeats


@pytest.mark.parametrize("people", [30, 100, 500])
@pytest.mark.parametrize("shares", [(0.4, 0.3, 0.3), (0.8, 0.15, 0.05)])
def test_the_interval_holds_its_coverage_where_everybody_answers_four_times(
    people: int, shares: Sequence[float]
) -> None:
    counts, repeats = simulated(np.random.default_rng(1), 4000, people, 4, shares)
    counts = counts._replace(design_effect=design_effect(counts, repeats))
    low, high = nps_interval(counts)
    truth = 100 * (shares[0] - shares[2])
    assert 0.92 <= ((low <= truth) & (truth <= high)).mean() <= 0.985


def test_chance_is_called_a_real_change_in_one_case_of_twenty_at_most() -> None:
    random, runs, shares = np.random.default_rng(2), 6000, (0.4, 0.3, 0.3)
    sides = [simulated(random, runs, 100, 4, shares) for _ in range(2)]
    one, other = (it._replace(design_effect=design_effect(it, more)) for it, more in sides)
    assert (nps_difference(one, other).p_value < 0.05).mean() <= 0.06
    plain = nps_difference(sides[0][0], sides[1][0]).p_value
    assert (plain < 0.05).mean() > 0.2


def test_a_panel_is_tested_neither_too_often_nor_too_seldom() -> None:
    """The same 300 people twice, of whom each says the same again with a chance of 0.8."""
    random, runs, people = np.random.default_rng(5), 4000, 300
    first = random.choice([-1, 0, 1], (runs, people), p=[0.3, 0.3, 0.4])
    again = random.choice([-1, 0, 1], (runs, people), p=[0.3, 0.3, 0.4])
    second = np.where(random.random((runs, people)) < 0.8, first, again)
    one, other = (
        ClassCounts(*((it == balance).sum(axis=1) for balance in (1, 0, -1)))
        for it in (first, second)
    )
    sums = first.sum(axis=1).astype(float), second.sum(axis=1).astype(float)
    both = Shared((first * second).sum(axis=1).astype(float), *sums, np.full(runs, float(people)))
    moves = correlation(one, other, both)
    assert moves.mean() == pytest.approx(0.8, abs=0.02)
    p = nps_difference(one, other, correlation=moves).p_value
    assert 0.03 <= (p < 0.05).mean() <= 0.06
    assert (nps_difference(one, other).p_value < 0.05).mean() < 0.001


def test_one_person_with_most_answers_makes_the_score_that_of_few() -> None:
    counts = ClassCounts([20.0 + 90], [0.0], [40.0 - 30])
    single = Repeats(np.zeros(1), np.zeros(1), np.zeros(1))
    heavy = Repeats(np.array([870.0]), np.array([870.0]), np.array([870.0]))
    assert design_effect(counts, single)[0] == 1
    assert 2 < design_effect(counts, heavy)[0] <= 120
    low, high = nps_interval(counts._replace(design_effect=design_effect(counts, heavy)))
    plain_low, plain_high = nps_interval(counts)
    assert low[0] < plain_low[0]
    assert high[0] > plain_high[0]


def test_what_is_counted_again_for_some_is_what_is_counted_for_all(store: Store) -> None:
    """New answers, one that is another customer's now, one on another day; and each undone."""

    def is_as_all() -> bool:
        with store.transaction() as con:
            found = con.sql("select * from repeat_answers order by all").fetchall()
            count_days(con, store.settings_history, ["responses"])
            return bool(found == con.sql("select * from repeat_answers order by all").fetchall())

    def given(name: str, customer: str, day: int, balance: int = 1) -> dict[str, object]:
        at = DAY + timedelta(days=day)
        return {"response_id": name, **rows([balance], customer, at=at)[0]}

    steps = [
        [given("a", "A", 0), given("b", "A", 1), given("c", "B", 1), given("d", "C", 2)],
        [given("e", "B", 3, -1), given("f", "D", 3)],
        [given("b", "B", 1)],
        [given("c", "B", 5)],
        [given("e", "C", 3, 0)],
    ]
    batches = []
    for step in steps:
        batch_id = add(store, step, "responses").batch_id
        assert batch_id is not None
        batches.append(batch_id)
        assert is_as_all(), step
    for batch_id in reversed(batches):
        undo_batch(store, batch_id)
        assert is_as_all(), batch_id


def test_counts_of_the_days_are_without_repeats_where_nobody_repeats(store: Store) -> None:
    put(store, rows([1, 0, -1], None))
    with store.cursor() as con:
        assert con.sql("select count(*) from repeat_answers").fetchall() == [(0,)]
    put(store, rows([1, 0, -1], "C1"))
    with store.cursor() as con:
        found = con.sql("select place, nps_score from repeat_answers order by place").pl()
    assert found.equals(
        pl.DataFrame({"place": [1, 2, 3], "nps_score": [9, 7, 0]}).cast(
            {"place": pl.Int64, "nps_score": pl.Int8}
        )
    )
