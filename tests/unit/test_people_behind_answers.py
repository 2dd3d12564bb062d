"""Answers are not people, also beside the NPS of a period.

Themes, drivers, the pyramid, forms of files, the spread of scores, satisfaction after a contact,
cells of a heat table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.metrics.nps.drivers import driver_model, rated_answers, resampled_products
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.repeats import groups_by
from cxdata.metrics.nps.score import score_distribution
from cxdata.metrics.nps.sources import nps_sources
from cxdata.metrics.nps.theme_people import points_effect, with_theme_people
from cxdata.metrics.nps.theme_points import theme_points
from cxdata.metrics.nps.themes import comment_summary, nps_themes
from cxdata.metrics.pyramid.levels import journey_counts, pyramid_evidence, quarter_counts
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.metrics.response_time.wait_effects import scores_by_wait
from cxdata.metrics.statistics.intervals import ClassCounts, nps_difference, wilson_interval
from cxdata.metrics.statistics.people import Repeats, Shared
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add

DAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
ANSWERS = load_settings().answers
OFTEN, EACH = 60, 4
SAID = {9: "Livraison rapide", 7: "Correct", 0: "Livraison en retard"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """60 customers with four alike answers each, all about one journey and with a comment."""
    opened = Store.open(tmp_path_factory.mktemp("people") / "cx.duckdb")
    answers = [
        {
            "response_id": f"{who}-{place}",
            "customer_id": f"C{who}",
            "responded_at": DAY + timedelta(days=place),
            "survey": "transactional",
            "journey": "Buying",
            "segment": ("home", "work")[place % 2],
            "region": "north",
            "nps_score": (9, 7, 0)[who % 3],
            "csat_score": 5 if who % 2 else 2,
            "ces_score": 1 if who % 2 else 4,
            "ces_scale": 5,
            "comment": SAID[(9, 7, 0)[who % 3]],
            "language": "fr",
        }
        for who in range(OFTEN)
        for place in range(EACH)
    ]
    add(opened, answers, "responses")
    contacts = [
        {
            "contact_id": f"T{who}",
            "customer_id": f"C{who}",
            "channel": "call",
            "opened_at": DAY - timedelta(hours=5),
            "answered_at": DAY - timedelta(hours=5) + timedelta(seconds=9),
        }
        for who in range(OFTEN)
    ]
    add(opened, contacts, "contacts")
    yield opened
    opened.close()


FILTERS = Filters(period=MAY, survey="transactional")


def as_of(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval of so many people, as wide as four answers of each make it."""
    low, high = wilson_interval(part, whole)
    return pytest.approx(float(low), abs=0.015), pytest.approx(float(high), abs=0.015)


def test_the_spread_of_scores_is_that_of_people(store: Store) -> None:
    scores = score_distribution(store, FILTERS)
    nine = scores.row(9, named=True)
    assert (nine["answer_count"], nine["share"]) == (80, pytest.approx(1 / 3))
    assert (nine["share_low"], nine["share_high"]) == as_of(20, 60)


def test_satisfaction_after_a_contact_is_that_of_people(store: Store) -> None:
    row = scores_by_wait(store, FILTERS).row(0, named=True)
    assert (row["csat_count"], row["people_count"]) == (240, 60)
    assert (row["csat_satisfied_share_low"], row["csat_satisfied_share_high"]) == as_of(30, 60)


def test_an_indicator_of_the_pyramid_is_judged_by_people(store: Store) -> None:
    model = pyramid_model(store.settings)
    counts = journey_counts(store, FILTERS, model)["Buying"]
    assert (counts["efforts"], counts["efforts_people"]) == (240, 60)
    assert counts["efforts_effect"] == pytest.approx(4.2, abs=0.1)
    assert [dict(it) for _, it in quarter_counts(store, FILTERS, model)] == [{"Buying": counts}]
    evidence = pyramid_evidence(store, FILTERS)
    row = evidence.filter(indicator="low_effort_share").row(0, named=True)
    assert (row["n"], row["value"], row["outcome"]) == (240, 0.5, "not_established")
    first = Filters(period=Period(MAY.first_on, DAY.date()), survey="transactional")
    first_day = pyramid_evidence(store, first).filter(indicator="low_effort_share")
    assert (first_day["n"].item(), first_day["outcome"].item()) == (60, "not_established")
    assert first_day["low"].item() == pytest.approx(row["low"], abs=0.015)


def test_a_theme_is_mentioned_by_people(store: Store) -> None:
    themes = {it["theme"]: it for it in nps_themes(store, FILTERS, limit=None).to_dicts()}
    late = next(row for name, row in themes.items() if "retard" in name)
    assert (late["comment_count"], late["detractor_share"]) == (80, 1)
    high = float(wilson_interval(0, 20)[1])
    assert (late["promoter_share_low"], late["promoter_share_high"]) == (
        0,
        pytest.approx(high, abs=0.02),
    )
    # 20 people are a small base, and no test.
    assert (late["base"], late["theme_points_p_value"]) == ("small", None)


def test_comments_of_four_people_are_not_counted(tmp_path: Path) -> None:
    opened = Store.open(tmp_path / "cx.duckdb")
    answers = [
        {
            "response_id": f"{who}-{place}", "customer_id": f"C{who}", "responded_at": DAY,
            "survey": "transactional", "nps_score": 0, "comment": SAID[0], "language": "fr",
        }
        for who in range(4)
        for place in range(3)
    ]  # fmt: skip
    add(opened, answers, "responses")
    summary, themes = comment_summary(opened, FILTERS), nps_themes(opened, FILTERS)
    opened.close()
    assert summary.row(0) == (*[None] * 4, "too_few_to_show")
    assert themes.is_empty()


def test_a_cell_is_compared_with_the_people_of_the_others(store: Store) -> None:
    """Everybody answered twice in either cell: nothing differs, and the two move together."""
    groups = groups_by(store, FILTERS, "segment", "region")
    assert list(groups.rest.people) == [60, 60]
    assert np.asarray(groups.rest.design_effect) == pytest.approx(
        groups.counts["design_effect"].to_numpy()
    )
    assert groups.moves_with_rest == pytest.approx([1, 1], abs=0.05)
    assert groups.shared == 60
    heat = nps_heat(store, FILTERS, "segment", "region")
    assert heat["rest_verdict"].to_list() == ["within_noise"] * 2
    assert heat["rest_p_value"].to_list() == [1, 1]


def repeats_of(balance: np.ndarray, who: np.ndarray, is_in: np.ndarray) -> tuple[Repeats, Shared]:
    """By the book: sums over people, here and with what else they said."""
    size = who.max() + 1
    s, n = np.bincount(who, balance * is_in, size), np.bincount(who, is_in, size)
    a = np.bincount(who, np.abs(balance) * is_in, size)
    other_s, other_n = np.bincount(who, balance, size) - s, np.bincount(who, minlength=size) - n
    one = np.ones(1)
    return (
        Repeats((s**2 - a).sum() * one, (s * (n - 1)).sum() * one, (n * (n - 1)).sum() * one),
        Shared(*(it.sum() * one for it in (s * other_s, s * other_n, n * other_s, n * other_n))),
    )


def test_what_a_theme_costs_is_as_sure_as_drawing_people_again_says() -> None:
    random = np.random.default_rng(4)
    who = np.repeat(np.arange(400), random.integers(1, 6, 400))
    level = random.choice([1, 0, -1], 400, p=[0.45, 0.3, 0.25])
    balance = np.where(
        random.random(len(who)) < 0.8, level[who], random.choice([1, 0, -1], len(who))
    )
    habit = random.random(400) < 0.3
    is_in = np.where(habit[who], random.random(len(who)) < 0.8, random.random(len(who)) < 0.05)
    own, whole = (
        ClassCounts(*(np.array([(balance[it] == value).sum()]) for value in (1, 0, -1)))
        for it in (is_in, np.full(len(who), True))
    )
    mine, both = repeats_of(balance, who, is_in)
    everyone, _ = repeats_of(balance, who, np.full(len(who), True))
    effect = float(points_effect(own, whole, mine, everyone, both, 0.95)[0])

    def drawn(units: np.ndarray) -> float:
        """The spread of the points where these units are drawn again."""
        size = units.max() + 1
        sums = np.array([np.bincount(units, it, size) for it in (
            balance, np.ones(len(units)), balance * ~is_in, ~is_in)])  # fmt: skip
        again = sums @ random.multinomial(size, np.full(size, 1 / size), 1500).T
        return float((again[0] / again[1] - again[2] / again[3]).std())

    by_book = (drawn(who) / drawn(np.arange(len(who)))) ** 2
    assert effect == pytest.approx(by_book, rel=0.12)
    assert effect > 1.8


def test_alone_a_theme_is_as_sure_as_it_was() -> None:
    counts = pl.DataFrame(
        {
            "term": ["", "fr:x"],
            **{
                f"{prefix}{name}_count": values
                for prefix in ("", "compared_")
                for name, values in (
                    ("promoter", [88, 8]), ("passive", [48, 8]), ("detractor", [64, 24]),
                    ("comment", [200, 40]),
                )
            },
        }
    )  # fmt: skip
    names = ("promoter", "passive", "detractor", "other", "comment")
    sums = [f"{it}_{end}" for it in names for end in ("square", "mixed", "repeated")]
    sums += ["square", "mixed", "size", "repeated", "rest_repeated"]
    sums += [f"both_{it}" for it in ("square", "mixed", "mixed_back", "size")]
    none = pl.DataFrame(
        schema={"side": pl.Int64, "term": pl.String, **dict.fromkeys(sums, pl.Int64)}
    )
    found = with_theme_people(counts, none, 0.95)
    assert set(found.select("^.*_effect$").unpivot()["value"]) == {1.0}
    assert found["rest_people"].to_list() == [0, 160]
    total = counts.row(0, named=True)
    plain = theme_points(counts[1:], total, ANSWERS)
    assert theme_points(found[1:], total, ANSWERS).equals(plain)


def rated(each: int) -> pl.DataFrame:
    """100 people who each give so many alike answers, as ``driver_patterns.sql`` gives them."""
    random = np.random.default_rng(5)
    ratings = random.integers(1, 6, (100, 2))
    scores = np.clip(ratings[:, 0] + ratings[:, 1] + random.integers(-2, 3, 100), 0, 10)
    return pl.DataFrame(
        {
            "nps_score": scores,
            "pattern": (ratings[:, 0] + 1) + 12 * (ratings[:, 1] + 1),
            "person": np.arange(100) if each > 1 else [None] * 100,
            "answer_count": np.full(100, each),
        }
    )


def test_drivers_are_as_sure_as_people_make_them() -> None:
    """Four times the same answers of the same people say what one of each says."""
    once, often = (rated_answers(rated(each), ["a", "b"]) for each in (1, 4))
    assert (often.complete_count, often.people_count) == (400, 100)
    one, four = (driver_model(it, 30).figures for it in (once, often))
    for name in ("gain", "weight"):
        width = one[f"{name}_high"] - one[f"{name}_low"]
        same = four[f"{name}_high"] - four[f"{name}_low"]
        assert same.to_list() == pytest.approx(width.to_list(), rel=0.1)
    few = rated_answers(rated(4)[:25], ["a", "b"])
    assert driver_model(few, 30).reason == "too_few_answers"


def test_people_are_drawn_with_all_of_their_answers() -> None:
    random = np.random.default_rng(6)
    who = np.repeat(np.arange(300), 5)
    rows = np.column_stack([np.ones(1500), random.standard_normal(300)[who]])
    drawn = resampled_products(rows, 2000, random, who)
    means = drawn[:, 0, 1] / drawn[:, 0, 0]
    assert means.std() == pytest.approx(rows[:, 1].std() / 300**0.5, rel=0.08)


def put_form(store: Store, batch: int, column: str, first_on: date, scores: list[int]) -> None:
    """A file with an answer of each of as many customers."""
    with store.transaction() as con:
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, mapping,
                row_count, accepted_count, corrected_count, replaced_count, refused_count,
                duplicate_count)
            values (?, ?, 'x', 'responses', '2026-06-01', ?, 0, 0, 0, 0, 0, 0)""",
            [batch, f"{batch}.csv", json.dumps({"nps_score": column, "responded_at": "Date"})],
        )
        rows = [
            (f"{batch}-{who}", first_on, first_on, f"C{who}", score, batch)
            for who, score in enumerate(scores)
        ]
        con.executemany(
            """insert into response_versions (response_id, responded_at, responded_on, survey,
                customer_id, nps_score, batch_id, content_hash, is_current)
            values (?, ?::timestamp, ?, 'relationship', ?, ?, ?, 0, true)""",
            rows,
        )


def test_forms_that_the_same_people_filled_in_are_compared_person_by_person(tmp_path: Path) -> None:
    """Of 150 customers nine say one class less in the new form: too few to show in 150 others."""
    opened = Store.open(tmp_path / "cx.duckdb")
    before = [9, 7, 0] * 50
    after = [7 if it == 9 and who % 18 == 0 else it for who, it in enumerate(before)]
    put_form(opened, 1, "Score", date(2026, 1, 10), before)
    put_form(opened, 2, "Recommend", date(2026, 3, 10), after)
    found = nps_sources(opened, Filters()).row(1, named=True)
    opened.close()
    sides = (ClassCounts(50, 50, 50), ClassCounts(41, 59, 50))
    assert float(nps_difference(*sides).p_value) > 0.3
    assert found["break_points"] == pytest.approx(-100 * 9 / 150)
    assert found["break_p_value"] < 0.05
    assert found["is_break"]
