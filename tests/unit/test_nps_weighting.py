"""Who answered is not who we serve: coverage, the NPS of all customers, and whose change it was."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdata import sentences as say
from cxdata.i18n import translator
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.score import nps_change
from cxdata.metrics.nps.weighting import (
    WeightedChange,
    judgement,
    nps_of_customers,
    nps_weighted_change,
)
from cxdata.metrics.statistics.intervals import nps_interval
from cxdata.metrics.statistics.post_stratification import (
    UNTOLD,
    People,
    collapsed_cells,
    weighted_nps,
)
from cxdata.models import Filters, Period
from cxdata.panels import Request, panel
from cxdata.store.connection import Store
from tests.stores import add

FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))
SECOND = Period(date(2026, 4, 1), date(2026, 6, 30))
BOTH = Filters(period=SECOND)
EN, FR = translator("en"), translator("fr")
Row = dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def people(start: int, count: int, segment: str, **texts: object) -> list[Row]:
    return [
        {"customer_id": f"C{n}", "segment": segment, "started_on": date(2020, 1, 1), **texts}
        for n in range(start, start + count)
    ]


def given(customers: list[Row], day: date, classes: tuple[int, int, int]) -> list[Row]:
    """Detractors, passives and promoters of one day, from the first customers on."""
    scores = [score for score, n in zip((2, 7, 10), classes, strict=True) for _ in range(n)]
    return [
        {
            "response_id": f"{day}-{it['customer_id']}",
            "customer_id": it["customer_id"],
            "responded_at": datetime(day.year, day.month, day.day, 12),
            "nps_score": score,
            "survey": "relationship",
        }
        for it, score in zip(customers, scores, strict=False)
    ]


def import_(store: Store, customers: list[Row], answers: list[Row]) -> None:
    add(store, customers, "customers", extract_date=datetime(2026, 6, 30, 22))
    add(store, answers, "responses", extract_date=datetime(2026, 6, 30, 22))


def two_segments(store: Store) -> None:
    """A (50, then 55) and B (0, then 5), 1,000 customers each; then B answers twice as often."""
    a, b = people(0, 1000, "A"), people(1000, 1000, "B")
    answers = [
        *given(a[:400], date(2026, 2, 10), (60, 80, 260)),
        *given(b[:200], date(2026, 2, 10), (50, 100, 50)),
        *given(a[400:600], date(2026, 5, 10), (25, 40, 135)),
        *given(b[200:600], date(2026, 5, 10), (120, 140, 140)),
    ]
    import_(store, [*a, *b], answers)


def row(store: Store, filters: Filters = BOTH) -> Row:
    return nps_of_customers(store, filters).row(0, named=True)


# The case: who answered changed


def test_a_fall_of_the_answers_may_be_a_rise_of_all_customers(store: Store) -> None:
    two_segments(store)
    change, weighted = nps_change(store, BOTH), nps_weighted_change(store, BOTH)
    assert (change.difference, change.verdict) == (pytest.approx(-11.667, abs=5e-4), "real_change")
    now, then = weighted.current.row(0, named=True), weighted.compared.row(0, named=True)
    assert (then["customers_nps"], now["customers_nps"]) == (pytest.approx(25), pytest.approx(30))
    assert weighted.difference == pytest.approx(5)
    assert weighted.respondents_effect == pytest.approx(-50 / 3)
    assert (now["customer_count"], now["answered_count"], now["answered_share"]) == (2000, 600, 0.3)
    assert judgement(change, weighted) == "who_answered"


@pytest.mark.parametrize(
    ("tr", "title", "verdict"),
    [
        (
            EN,
            "Who answered changed: weighted to all customers, the NPS rose 5.0 points (+25.0 to "
            "+30.0), within the noise",
            "−11.7 points: others answered",
        ),
        (
            FR,
            "D’autres ont répondu\u00a0: pondéré à tous les clients, le NPS a gagné 5,0 points "
            "(+25,0 à +30,0), dans la marge d’erreur",
            "−11,7 points\u00a0: autres répondants",
        ),
    ],
)
def test_no_face_says_that_customers_are_less_loyal(
    store: Store, tr: Any, title: str, verdict: str
) -> None:
    two_segments(store)
    for key in ("nps", "overview_nps", "nps_trend"):
        shown = panel(Request.computed_now(store, BOTH, tr), key)
        assert shown.title == title
        if shown.headline:
            assert (shown.headline.verdict, shown.headline.mood) == (verdict, "neutral")
    notes = panel(Request.computed_now(store, BOTH, EN), "nps").notes
    assert notes[1] == ("30% of customers answered", "all customers: +30 (+24 to +36)")


def test_the_mix_is_split_into_customers_and_who_answered(store: Store) -> None:
    two_segments(store)
    mix = nps_mix(store, BOTH, "segment")
    assert mix["customers_effect"].sum() == pytest.approx(0)
    assert mix["respondents_effect"].sum() == pytest.approx(-50 / 3)
    parts = mix.select("rate_effect", "customers_effect", "respondents_effect").sum().row(0)
    assert sum(parts) == pytest.approx(nps_change(store, BOTH).difference)
    shown = panel(Request.computed_now(store, BOTH, EN), "nps_mix")
    assert shown.title == (
        "−11.7 points: no group surely moved, +5.0 (−3.7 to +13.7) in all; the customers' mix "
        "brought 0.0, who of them answered −16.7."
    )
    assert shown.chart
    bars = shown.chart["data"][0]
    assert bars["x"][-3:-1] == ["customers changed", "who answered changed"]
    assert bars["y"][-3:-1] == [pytest.approx(0), pytest.approx(-50 / 3)]


def test_where_the_customers_changed_it_is_their_mix(store: Store) -> None:
    """Half of A leaves, and of each segment as large a part answers: nobody else answered."""
    left = people(0, 500, "A", ended_on=date(2026, 3, 31))
    a, b = people(500, 500, "A"), people(1000, 1000, "B")
    answers = [
        *given([*left[:50], *a[:50]], date(2026, 2, 10), (15, 20, 65)),
        *given(b[:100], date(2026, 2, 10), (40, 40, 20)),
        *given(a[50:100], date(2026, 5, 10), (7, 11, 32)),
        *given(b[100:200], date(2026, 5, 10), (40, 40, 20)),
    ]
    import_(store, [*left, *a, *b], answers)
    mix = nps_mix(store, BOTH, "segment")
    # A falls from half to a third, at 50 against -20.
    assert mix["customers_effect"].sum() == pytest.approx(-70 / 6)
    assert mix["respondents_effect"].sum() == pytest.approx(0, abs=1e-9)
    weighted = nps_weighted_change(store, BOTH)
    assert weighted.difference == pytest.approx(nps_change(store, BOTH).difference)
    assert weighted.respondents_verdict == "within_noise"
    assert judgement(nps_change(store, BOTH), weighted) != "who_answered"


def test_channels_and_unknown_customers_leave_one_mix(store: Store) -> None:
    two_segments(store)
    mix = nps_mix(store, BOTH, "journey")
    assert set(mix["base_reason"]) == {"customers_have_none"}
    assert mix["customers_effect"].null_count() == mix.height
    shown = panel(Request.computed_now(store, BOTH, EN), "nps_mix")
    assert "base_reason" in shown.frame.columns  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("verdict", "difference", "weighted", "weighted_difference", "moved", "said"),
    [
        ("real_change", -11.7, "within_noise", 5.0, True, "who_answered"),
        ("real_change", -11.7, "real_change", 5.0, True, "who_answered"),
        ("real_change", -11.7, "real_change", -5.0, True, "real_change"),
        ("real_change", -11.7, "within_noise", -5.0, True, "who_answered"),
        ("within_noise", 0.3, "real_change", 5.0, True, "who_answered"),
        ("within_noise", 0.3, "within_noise", -0.3, True, "within_noise"),
        ("real_change", -11.7, "within_noise", -9.0, False, "real_change"),
        ("too_few_answers", -11.7, "within_noise", 5.0, True, "too_few_answers"),
        ("real_change", -11.7, "too_few_answers", 5.0, True, "real_change"),
    ],
)
def test_who_answered_is_named_where_all_customers_say_something_else(
    store: Store,
    verdict: Any,
    difference: float,
    weighted: Any,
    weighted_difference: float,
    moved: bool,
    said: str,
) -> None:
    none = pl.DataFrame()
    change = nps_change(store, BOTH).__class__(
        None, None, none, none, difference, 0.01, verdict, 10.0, True
    )
    of_all = WeightedChange(
        none,
        none,
        weighted_difference,
        0.01,
        weighted,
        respondents_effect=-9.0,
        respondents_p_value=0.001 if moved else 0.4,
        respondents_verdict="real_change" if moved else "within_noise",
    )
    assert judgement(change, of_all) == said


def test_no_rise_of_nothing_is_told(store: Store) -> None:
    two_segments(store)
    weighted = replace(nps_weighted_change(store, BOTH), difference=-0.04)
    told = say.who_answered_title(weighted, EN)
    assert told == "Who answered changed: weighted to all customers, the NPS did not move"


# Right values, from the facts by other code


def a_firm(seed: int) -> tuple[list[Row], list[Row]]:
    """Segments and regions that answer differently, pay differently, come and go."""
    draw = random.Random(seed)
    customers, answers = [], []
    for n in range(1500):
        segment, region = draw.choice("AAAB"), draw.choice("NS")
        started = date(2026, 1, 1) + timedelta(days=draw.randrange(-300, 170))
        ended = started + timedelta(days=draw.randrange(30, 900))
        revenue = None if n % 11 == 0 else round(1000 * draw.lognormvariate(0, 1))
        customers.append(
            {"customer_id": f"C{n}", "segment": segment, "region": region, "started_on": started,
             "ended_on": ended if ended < date(2026, 6, 30) else None,
             "annual_revenue_amount": revenue}
        )  # fmt: skip
        if draw.random() < {"A": 0.3, "B": 0.8}[segment] and started <= date(2026, 6, 1):
            for at in range(draw.choice((1, 1, 3))):
                answers.append(
                    {"response_id": f"R{n}-{at}", "customer_id": f"C{n}", "survey": "relationship",
                     "responded_at": datetime(2026, 6, 2 + 9 * at, 12),
                     "nps_score": draw.choice({"A": (10, 9, 9, 5), "B": (2, 6, 8, 10)}[segment])}
                )  # fmt: skip
    return customers, answers


def expected(customers: list[Row], answers: list[Row], weight: str) -> float:
    """The NPS of all customers, by loops over persons; every cell has answers enough."""
    first_on, last_on = SECOND.first_on, SECOND.last_on
    size: dict[tuple[str, str], float] = {}
    told: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for it in customers:
        begin = max(it["started_on"], first_on)
        end = min(it["ended_on"] or last_on, last_on)
        days = (end - begin).days + 1
        revenue = it["annual_revenue_amount"]
        if days < 1 or (weight == "revenue" and not revenue):
            continue
        worth = 1.0 if weight == "customers" else revenue
        cell = (it["segment"], it["region"])
        size[cell] = size.get(cell, 0) + days * worth
        scores = [a["nps_score"] for a in answers if a["customer_id"] == it["customer_id"]]
        if scores:
            own = sum((s >= 9) - (s <= 6) for s in scores) / len(scores)
            told.setdefault(cell, []).append((worth, own))
    assert all(len(told[cell]) >= 30 for cell in size)
    whole = sum(size.values())
    return sum(
        100 * size[cell] / whole
        * sum(w * own for w, own in told[cell]) / sum(w for w, _ in told[cell])
        for cell in size
    )  # fmt: skip


def test_the_nps_of_all_customers_is_that_of_their_cells_by_days_and_revenue(store: Store) -> None:
    customers, answers = a_firm(3)
    import_(store, customers, answers)
    found = row(store)
    assert found["customers_nps"] == pytest.approx(expected(customers, answers, "customers"))
    assert found["revenue_nps"] == pytest.approx(expected(customers, answers, "revenue"))
    active = [
        it
        for it in customers
        if it["started_on"] <= SECOND.last_on
        and (it["ended_on"] is None or it["ended_on"] >= SECOND.first_on)
    ]
    who = {it["customer_id"] for it in answers}
    answered = [it for it in active if it["customer_id"] in who]
    assert (found["customer_count"], found["answered_count"]) == (len(active), len(answered))
    revenue = [sum(it["annual_revenue_amount"] or 0 for it in part) for part in (answered, active)]
    assert found["answered_revenue_share"] == pytest.approx(revenue[0] / revenue[1])


def test_filters_choose_customers_and_answers_alike(store: Store) -> None:
    customers, answers = a_firm(4)
    import_(store, customers, answers)
    own = [it for it in customers if it["segment"] == "B"]
    ids = {it["customer_id"] for it in own}
    theirs = [it for it in answers if it["customer_id"] in ids]
    found = row(store, Filters(period=SECOND, segment=("B",)))
    assert found["customers_nps"] == pytest.approx(expected(own, theirs, "customers"))
    assert found["answered_count"] <= found["customer_count"] <= len(own)


def test_a_customer_counts_once_however_many_answers(store: Store) -> None:
    firm = people(0, 100, "A")
    once = given(firm[:40], date(2026, 5, 1), (20, 0, 20))
    again = [
        {**it, "response_id": f"{it['response_id']}-{n}"}
        for n in range(3)
        for it in given(firm[:10], date(2026, 5, 20), (10, 0, 0))
    ]
    import_(store, firm, [*once, *again])
    assert row(store)["customers_nps"] == pytest.approx(0)
    assert nps_change(store, BOTH).current["nps"].item() == pytest.approx(-100 * 30 / 70)
    assert row(store)["customers_person_count"] == 40


# Cells


def test_a_cell_joins_its_region_then_its_segment() -> None:
    counts = {
        ("A", "N", "x"): 50, ("A", "N", "y"): 20, ("A", "N", "z"): 12,
        ("A", "S", "x"): 3, ("A", "S", "y"): 0,
        ("B", "N", "x"): 9, ("B", "S", "x"): 0,
        ("C", "N", "x"): 3, ("D", "N", "x"): 4, ("E", "N", "x"): 0,
    }  # fmt: skip
    cells = collapsed_cells(counts, enough=30, least=5)
    assert cells["A", "N", "y"] == cells["A", "N", "z"] != cells["A", "N", "x"]
    # Too few of A's south for a cell: it joins A's smallest one.
    assert cells["A", "S", "x"] == cells["A", "S", "y"] == cells["A", "N", "y"]
    assert cells["B", "N", "x"] == cells["B", "S", "x"] != cells["A", "N", "x"]
    assert cells["C", "N", "x"] == cells["D", "N", "x"] != UNTOLD
    assert cells["E", "N", "x"] == UNTOLD


def test_a_segment_without_answers_is_said_and_told_by_no_other(store: Store) -> None:
    a, b, c = people(0, 600, "A"), people(600, 300, "B"), people(900, 100, "C")
    answers = [
        *given(a[:100], date(2026, 5, 1), (20, 20, 60)),
        *given(b[:100], date(2026, 5, 1), (60, 20, 20)),
    ]
    import_(store, [*a, *b, *c], answers)
    found = row(store)
    assert found["customers_nps"] == pytest.approx(40 * 2 / 3 - 40 / 3)
    assert found["customers_left_out_share"] == pytest.approx(0.1)
    notes = panel(Request.computed_now(store, BOTH, EN), "nps").notes
    assert "without the 10% of customers whose segment didn't answer" in notes[1]


def test_a_cell_without_answers_is_told_by_its_segment_and_said(store: Store) -> None:
    north, south = people(0, 80, "A", region="N"), people(80, 20, "A", region="S")
    import_(store, [*north, *south], given(north[:40], date(2026, 5, 1), (10, 0, 30)))
    found = row(store)
    assert found["customers_nps"] == pytest.approx(50)
    assert found["customers_borrowed_share"] == pytest.approx(0.2)
    assert found["customers_left_out_share"] == pytest.approx(0)


def test_segments_that_answered_once_only_are_not_compared(store: Store) -> None:
    """B, the unhappy ones, stop to answer: that is no rise."""
    a, b = people(0, 500, "A"), people(500, 500, "B")
    answers = [
        *given(a[:100], date(2026, 2, 1), (20, 20, 60)),
        *given(b[:100], date(2026, 2, 1), (60, 20, 20)),
        *given(a[100:200], date(2026, 5, 1), (20, 20, 60)),
    ]
    import_(store, [*a, *b], answers)
    weighted = nps_weighted_change(store, BOTH)
    assert weighted.current["customers_nps"].item() == pytest.approx(40)
    assert weighted.compared["customers_nps"].item() == pytest.approx(0)
    assert (weighted.difference, weighted.left_out_share) == (pytest.approx(0), pytest.approx(0.5))


# Who isn't in the files of customers


def test_an_unknown_customer_stands_for_the_group_that_the_answer_names(store: Store) -> None:
    a, b = people(0, 100, "A"), people(100, 100, "B")
    strangers = [
        {**it, "customer_id": f"X{n}", "response_id": f"X{n}", "segment": "B"}
        for n, it in enumerate(given(b[:40], date(2026, 5, 1), (40, 0, 0)))
    ]
    nobody = [
        {**it, "customer_id": None, "response_id": f"N{n}"}
        for n, it in enumerate(given(b[:20], date(2026, 5, 1), (20, 0, 0)))
    ]
    import_(store, [*a, *b], [*given(a[:40], date(2026, 5, 1), (0, 0, 40)), *strangers, *nobody])
    found = row(store)
    assert found["customers_nps"] == pytest.approx(0)
    assert (found["answered_count"], found["unplaced_share"]) == (40, pytest.approx(0.2))


# Where it isn't known


def test_without_customers_it_says_so(store: Store) -> None:
    add(store, given(people(0, 40, "A"), date(2026, 5, 1), (10, 10, 20)), "responses")
    found = row(store)
    assert found["coverage_reason"] == found["customers_reason"] == "no_customer_list"
    assert found["customer_count"] is found["customers_nps"] is None
    notes = panel(Request.computed_now(store, BOTH, EN), "overview_nps").notes
    reason = "No file of customers: whom the answers stand for isn't known."
    assert notes[-1][-1] == reason
    notes = panel(Request.computed_now(store, BOTH, EN), "nps").notes
    assert notes[-1][-1] == f"How many customers answered isn't known: {reason}"


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (datetime(2026, 3, 31, 21), "base_not_known"),
        (datetime(2026, 4, 20), "base_not_known"),
        (datetime(2026, 6, 10), None),
    ],
)
def test_customers_have_to_be_known_for_the_period(
    store: Store, known: datetime, reason: str | None
) -> None:
    firm = people(0, 100, "A")
    add(store, firm, "customers", extract_date=known)
    answers = given(firm[:40], date(2026, 5, 20), (10, 10, 20))
    add(store, answers, "responses", extract_date=datetime(2026, 6, 30, 22))
    found = row(store)
    assert (found["coverage_reason"], found["customers_reason"]) == (reason, reason)
    assert (found["answered_share"] is None) == (reason is not None)
    assert found["base_last_on"] == (None if reason else known.date())


@pytest.mark.parametrize(
    ("filters", "coverage", "reason"),
    [
        ({"journey": ("Buying",)}, None, "experience_chosen"),
        ({"survey": "transactional"}, None, "asked_after_contacts"),
        ({"survey": "benchmark"}, "asked_of_others", "asked_of_others"),
        ({"segment": ("Nobody",)}, "no_base", "no_base"),
    ],
)
def test_some_answers_stand_for_no_customers(
    store: Store, filters: dict[str, Any], coverage: str | None, reason: str
) -> None:
    firm = people(0, 100, "A")
    rows = given(firm[:40], date(2026, 5, 1), (10, 10, 20))
    for survey in ("relationship", "transactional", "benchmark"):
        own = [{**it, "response_id": f"{survey}{n}", "survey": survey, "journey": "Buying"}
               for n, it in enumerate(rows)]  # fmt: skip
        add(store, own, "responses")
    add(store, firm, "customers", extract_date=datetime(2026, 6, 30, 22))
    found = row(store, Filters(period=SECOND, **filters))
    assert (found["coverage_reason"], found["customers_reason"]) == (coverage, reason)
    assert found["customers_nps"] is None


@pytest.mark.parametrize("answered", [1, 4])
def test_a_handful_of_people_is_withheld(store: Store, answered: int) -> None:
    firm = people(0, 100, "A", annual_revenue_amount=1000)
    import_(store, firm, given(firm[:answered], date(2026, 5, 1), (answered, 0, 0)))
    found = row(store)
    assert found["coverage_reason"] == found["customers_reason"] == "too_few_to_show"
    told = {name for name, value in found.items() if value is not None}
    assert told == {"base_first_on", "base_last_on", "coverage_reason", "customers_reason",
                    "revenue_reason"}  # fmt: skip


def test_the_nps_by_revenue_is_not_that_of_a_few_large_accounts(store: Store) -> None:
    firm = people(0, 60, "A", annual_revenue_amount=10)
    firm[0]["annual_revenue_amount"] = 1_000_000
    import_(store, firm, given(firm[:40], date(2026, 5, 1), (10, 0, 30)))
    found = row(store)
    assert (found["revenue_nps"], found["revenue_reason"]) == (None, "few_hold_revenue")
    assert found["customers_nps"] == pytest.approx(50)


# The interval


def test_one_cell_that_answers_alike_is_worth_its_answers() -> None:
    ones = np.ones(2)
    alike = People(np.array([0, 0]), np.array([1.0, 0]), np.array([0.0, 1]), ones, 250 * ones)
    found = weighted_nps(alike, np.array([1.0]))
    assert found.effective_count == pytest.approx(500, rel=0.02)
    assert found.kish_count == pytest.approx(500)


def test_all_agree_and_still_there_is_an_interval() -> None:
    alike = People(np.array([0]), np.ones(1), np.zeros(1), np.ones(1), np.array([10.0]))
    found = weighted_nps(alike, np.array([1.0]))
    low, high = nps_interval(found.classes)
    assert (low[0], high[0]) == (pytest.approx(47.5, abs=0.05), 100)


@pytest.mark.parametrize("revenue_spread", [0.0, 1.0])
def test_the_interval_holds_the_truth_where_segments_answer_differently(
    revenue_spread: float,
) -> None:
    """Nominal 95 %; 400 firms of three segments of which 5, 30 and 60 % answer."""
    draw = np.random.default_rng(14)
    size, rate = np.array([3000, 800, 300]), np.array([0.05, 0.3, 0.6])
    promoter, detractor = np.array([0.6, 0.4, 0.2]), np.array([0.1, 0.3, 0.5])
    cell = np.repeat(np.arange(3), size)
    worth = np.exp(revenue_spread * draw.standard_normal(len(cell)))
    shares = np.bincount(cell, worth) / worth.sum()
    truth = 100 * float(shares @ (promoter - detractor))
    held = 0
    for _ in range(400):
        is_in = draw.random(len(cell)) < rate[cell]
        own, chance = cell[is_in], draw.random(int(is_in.sum()))
        who = People(
            own,
            (chance < promoter[own]).astype(float),
            (chance > 1 - detractor[own]).astype(float),
            worth[is_in],
            np.ones(len(own)),
        )
        low, high = nps_interval(weighted_nps(who, shares).classes)
        held += low[0] <= truth <= high[0]
    assert 0.92 <= held / 400 <= 0.98


def test_who_answered_is_told_by_own_dimensions_only_where_they_are_chosen(store: Store) -> None:
    """The rows of both ways are of the same people, a stranger of two shops being two."""
    store.change_settings({"own_dimensions.own_1": "Shop"})
    customers = [*people(0, 8, "A", Shop="Nord"), *people(8, 8, "A", Shop="Sud")]
    answers = [
        {**answer, "Shop": row["Shop"], "customer_id": "X" if n >= 12 else row["customer_id"]}
        for n, (row, answer) in enumerate(
            zip(customers, given(customers, SECOND.first_on, (3, 8, 5)), strict=True)
        )
    ]
    answers[12]["Shop"] = "Nord"
    import_(store, customers, answers)
    days = {"from_on": SECOND.first_on, "until_on": SECOND.last_on}
    whole = store.query("answering_people", BOTH, **days)
    parts = store.query("answering_people", replace(BOTH, own_1=("Nord", "Sud")), **days)
    kept = [it for it in parts.columns if it not in {"own_1", "person_count"}]
    assert whole.columns == [*kept, "person_count"]
    assert (
        parts.group_by(kept)
        .agg(pl.col("person_count").sum())
        .sort(kept, nulls_last=True)
        .equals(whole)
    )
    assert whole.filter(relation="unknown")["person_count"].sum() == 2
    assert whole.height < parts.height
