"""Pages with little or nothing to say: they say so, and never show 0 or 100 % for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from cxdata.store.connection import Store
from pages.components.navigation import PAGES
from tests.app.conftest import Opened
from tests.stores import add, answers, calls, customers

Open = Callable[..., Opened]
OVERVIEW, NPS = "insights/overview.py", "insights/nps.py"
PYRAMID, CHURN = "insights/cx_pyramid.py", "insights/churn_cost.py"
RESPONSE_TIMES = "insights/response_times.py"
INSIGHTS = (OVERVIEW, NPS, PYRAMID, RESPONSE_TIMES, CHURN)
NO_DATA = "no data yet"
EVERY_OR_NONE = re.compile(r"(?<![\d.,])(0|100)\s?%")
languages = pytest.mark.parametrize("lang", ["en", "fr"])


# Nothing at all


@languages
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "overview")
def test_every_page_opens_on_an_empty_store(entry, lang: str, empty: Store, opened: Open) -> None:  # type: ignore[no-untyped-def]
    assert opened(empty, entry.path, lang=lang).text.strip()


@languages
@pytest.mark.parametrize("page", INSIGHTS)
def test_an_empty_store_has_no_figure(page: str, lang: str, empty: Store, opened: Open) -> None:
    shown = opened(empty, page, lang=lang)
    assert set(shown.figures) <= {"–"}
    assert not shown.charts
    assert not EVERY_OR_NONE.search(without_assumptions(shown))


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (OVERVIEW, "Welcome: three steps to the first figures"),
        (OVERVIEW, "Begin with the answers of your survey: one file is enough."),
        (NPS, "No answers for these filters."),
        (PYRAMID, "Import contacts, answers or assessments with their journey to see a level."),
        (RESPONSE_TIMES, "No contacts for these filters."),
        (CHURN, "No customers for these filters at the start of the period."),
        ("data/inventory.py", "The store is empty: import an extract."),
    ],
)
def test_an_empty_store_gives_a_sentence(
    page: str, sentence: str, empty: Store, opened: Open
) -> None:
    assert sentence in opened(empty, page).text


@pytest.mark.parametrize("page", INSIGHTS)
def test_an_empty_store_leads_to_the_import(page: str, empty: Store, opened: Open) -> None:
    leads = "Import an extract" if page == OVERVIEW else "The store is empty: import an extract."
    assert leads in opened(empty, page).text


def test_nothing_is_assumed_of_a_cost_that_nobody_knows(empty: Store, opened: Open) -> None:
    assert "assuming" not in opened(empty, OVERVIEW).text


@pytest.mark.parametrize("page", INSIGHTS)
def test_a_period_without_data_is_as_empty_as_a_store(
    page: str, sample: Store, opened: Open
) -> None:
    shown = opened(sample, page, period="2031-01-01..2031-12-31")
    assert set(shown.figures) <= {"–"}
    assert not EVERY_OR_NONE.search(without_assumptions(shown))


def without_assumptions(page: Opened) -> str:
    """What the page says, without the settings that hold whatever the data."""
    kept = [line for line in page.lines() if "≥" not in line and "≤" not in line]
    return "\n".join(kept)


# Few answers


@pytest.fixture
def twelve(empty: Store) -> Store:
    """12 answers: 8 promoters, 2 passives, 2 detractors."""
    add(empty, answers([10] * 8 + [8] * 2 + [2] * 2, segment="Gold", journey="Buying"), "responses")
    return empty


@pytest.fixture
def four(empty: Store) -> Store:
    """4 answers of a segment of their own, all detractors."""
    add(empty, answers([0, 1, 2, 3], segment="Rare", journey="Buying"), "responses")
    return empty


@pytest.mark.parametrize("page", [RESPONSE_TIMES, CHURN])
def test_a_page_whose_data_is_missing_leads_to_the_import(
    page: str, twelve: Store, opened: Open
) -> None:
    assert "Import an extract" in opened(twelve, page).text


@pytest.mark.parametrize("page", [OVERVIEW, NPS])
def test_twelve_answers_are_shown_as_a_small_base(page: str, twelve: Store, opened: Open) -> None:
    shown = opened(twelve, page)
    assert shown.figures[0] == "+50"
    assert "12 answers · small base" in shown.text


def test_twelve_answers_are_shown_with_their_interval_and_no_trend(
    twelve: Store, opened: Open
) -> None:
    shown = opened(twelve, NPS)
    assert "95% interval +1 to +79" in shown.text
    assert "12 answers: too few to judge" in shown.text
    assert "Too few answers to compare groups" in shown.look_closer("whom").text


def test_twelve_answers_are_a_small_base_in_french(twelve: Store, opened: Open) -> None:
    shown = opened(twelve, NPS, lang="fr")
    assert shown.figures == ["+50"]
    assert "12 réponses" in shown.text
    assert "petite base" in shown.text


@pytest.mark.parametrize("page", [OVERVIEW, NPS])
def test_four_answers_are_withheld(page: str, four: Store, opened: Open) -> None:
    shown = opened(four, page)
    assert "Too few answers to show without telling who gave them." in shown.text
    assert shown.figures[:1] in (["–"], [])
    assert "−100" not in shown.text
    assert not shown.charts


@pytest.mark.parametrize("dimension", ["segment", "journey"])
def test_four_answers_among_others_are_withheld(dimension: str, four: Store, opened: Open) -> None:
    add(four, answers([10] * 40, segment="Gold", journey="Delivery"), "responses")
    shown = opened(four, NPS).look_closer("whom").unfold("nps_by", "nps_trend")
    shown.button_group("nps_whom").set_value(dimension).run()
    [row] = [it for it in shown.rows("Against the rest") if it[0] in {"Rare", "Buying"}]
    assert row[1:3] == ["–", "–"]
    assert "−100" not in shown.text


def test_four_answers_beside_one_other_group_cannot_be_worked_out(
    four: Store, opened: Open
) -> None:
    """The total less the one group shown would tell the group withheld."""
    add(four, answers([10] * 40, segment="Gold", journey="Delivery"), "responses")
    shown = opened(four, NPS).look_closer("whom").unfold("nps_by")
    rows = shown.rows("Against the rest")
    assert [row[0] for row in rows] == ["Gold", "Rare"]
    assert [row[4] for row in rows] == ["–", "–"]


def test_four_answers_leave_no_evidence_in_the_pyramid(four: Store, opened: Open) -> None:
    shown = opened(four, PYRAMID)
    assert "No evidence for any level yet" in shown.text
    assert not EVERY_OR_NONE.search(shown.text)


def test_four_customers_have_no_rate(empty: Store, opened: Open) -> None:
    add(empty, [*customers(4, lost_count=4)], "customers", extract_date=date(2026, 6, 15))
    shown = opened(empty, CHURN, period="2026-01-01..2026-06-30")
    assert "Too few customers to give a rate." in shown.text
    assert not EVERY_OR_NONE.search(shown.text)


# One kind of data only


def test_contacts_alone_give_response_times(empty: Store, opened: Open) -> None:
    add(empty, calls([30] * 45 + [200] * 5, journey="Buying"), "contacts")
    shown = opened(empty, RESPONSE_TIMES, part="standards").unfold("compliance")
    assert "Can't tell yet whether the goals are reached" in shown.text
    assert "No channel surely misses its goal." in shown.text
    assert shown.rows("Verdict")[0][:5] == [
        "Calls",
        "90.0% (78.6% to 95.7%)",
        "≈ can't tell",
        "45",
        "5",
    ]


def test_contacts_alone_leave_the_other_questions_open(empty: Store, opened: Open) -> None:
    add(empty, calls([30] * 480 + [200] * 20, journey="Buying"), "contacts")
    nps, _, channels, cost = opened(empty, OVERVIEW).figures
    assert (nps, channels, cost) == ("–", "1 of 1", "–")
    assert "No answers for these filters." in opened(empty, NPS).text
    assert "No customers" in opened(empty, CHURN).text


@languages
@pytest.mark.parametrize("page", INSIGHTS)
def test_answers_alone_open_every_page(page: str, lang: str, empty: Store, opened: Open) -> None:
    add(empty, answers([10] * 100 + [8] * 50 + [2] * 50, segment="Gold"), "responses")
    shown = opened(empty, page, lang=lang)
    if page in (OVERVIEW, NPS):
        assert shown.figures[0] == "+25"
    if page == OVERVIEW:
        assert shown.figures[1:] == ["–", "–", "–"]
    assert not EVERY_OR_NONE.search(without_assumptions(shown))


def test_customers_alone_give_churn_without_classes(empty: Store, opened: Open) -> None:
    add(empty, customers(200, lost_count=20), "customers", extract_date=date(2026, 6, 15))
    shown = opened(empty, CHURN, period="2026-01-01..2026-06-30", part="cost")
    assert "20 customers of 200 left (10.0%)" in shown.text
    assert "No customer had answered before the period." in shown.text


def test_a_channel_where_nothing_is_due_yet_has_no_rate(empty: Store, opened: Open) -> None:
    social = [{**it, "first_response_at": None} for it in calls([0] * 5, channel="social")]
    waiting = [{**it, "contact_id": f"social {place}"} for place, it in enumerate(social)]
    add(empty, [*calls([30] * 50), *waiting], "contacts")
    [_, shown] = (
        opened(empty, RESPONSE_TIMES, part="standards").unfold("compliance").rows("Verdict")
    )
    assert shown[:6] == ["Social media", "No contact was due yet.", "–", "0", "0", "5"]
