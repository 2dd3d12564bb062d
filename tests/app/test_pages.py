"""Each page on the sample data, in both languages: its true figures, its words, no exception."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from cxdata.cases.listing import recorded_cases
from cxdata.store.connection import Store
from pages.components.navigation import PAGES, PageEntry
from tests.app.conftest import Opened

Open = Callable[..., Opened]
OVERVIEW, NPS = "insights/overview.py", "insights/nps.py"
PYRAMID, CHURN = "insights/cx_pyramid.py", "insights/churn_cost.py"
RESPONSE_TIMES = "insights/response_times.py"
INVENTORY, METHODS = "data/inventory.py", "data/methods.py"
# Texts of the data that have three words and more.
FROM_DATA = ("audit@example.com", "qualite@example.com")
# Methods names the same books in both languages; it is checked with the documents.
TRANSLATED = [entry for entry in PAGES if entry.url_path != "methods"]
MIX_ONLY = {"period": "2024-10-01..2024-12-31"}


# What each page says


def opened_part(opened: Open, sample: Store, page: str, **query: str) -> Opened:
    """A page, or the part of it that stands behind a question mark."""
    path, _, part = page.partition("?")
    return opened(sample, path, **query, **({"part": part} if part else {}))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (OVERVIEW, "+8.6 points, real change"),
        (
            OVERVIEW,
            "Customers are more loyal (+8.6 points), but the journey Facturation pulls the score "
            "down and we answer too late in the chat, most of all in the evening.",
        ),
        (OVERVIEW, "vs the 12 months before · 95% interval +22 to +25 · 12,250 answers"),
        (OVERVIEW, "data until 30 June 2026"),
        (OVERVIEW, "established"),
        (OVERVIEW, "For level 3, improve Facturation:"),
        (OVERVIEW, "78,339 contacts due"),
        (OVERVIEW, "Target all 4: ✗ 1 missing"),
        (
            OVERVIEW,
            "Answer faster in the chat (worst: every day, 18:00 to 22:00): 1,196 more in time "
            "reach the goal.",
        ),
        (OVERVIEW, "+€94k, within the noise"),
        (OVERVIEW, "1,487 of 15,254 customers left (9.7%), 13.2% of revenue"),
        (
            OVERVIEW,
            "Call back dissatisfied customers first: €400k to €2.3M goes with dissatisfaction (an "
            "association).",
        ),
        (NPS, "The NPS rose 8.6 points: a real change"),
        (f"{NPS}?why", "p below 0.001 · a change of 2.9 points would have shown in 80% of cases"),
        (
            f"{NPS}?why",
            "+8.5 (+6.1 to +10.8) in all; the customers' mix brought +0.1, who of them answered "
            "0.0.",
        ),
        (
            f"{NPS}?why",
            "52% of customers, 57% of revenue answered · all customers: +26 (+24 to +27)",
        ),
        (PYRAMID, "Level 2 of 6 is reached, not established"),
        (f"{PYRAMID}?evidence", "6.2% (4.7% to 8.2%)"),
        (RESPONSE_TIMES, "3 of 4 channels at their goal"),
        (f"{RESPONSE_TIMES}?standards", "69.9% to 71.5% · 12,834 contacts due · 3 not yet due"),
        (CHURN, "Lost customers cost €1.4M to €5.4M"),
        (
            f"{CHURN}?at_risk",
            "of a year's revenue is at risk among today's customers (€2.5M to €3.1M at 95%).",
        ),
        (INVENTORY, "249,862"),
        (INVENTORY, "clients.csv"),
        (METHODS, "adjusted Wald"),
    ],
)
def test_a_page_says_its_figures(page: str, expected: str, sample: Store, opened: Open) -> None:
    assert expected in opened_part(opened, sample, page).text


def test_what_qualifies_a_card_stands_behind_its_how(sample: Store, opened: Open) -> None:
    page = opened(sample, OVERVIEW)
    page.app.session_state["how:overview_nps"] = True
    page.app.run()
    assert "from 8,790 customers · 52% of customers (57% of revenue) answered" in page.text
    assert "all: +26 (+24 to +27)" in page.text


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (OVERVIEW, "+8,6\u00a0points"),
        (OVERVIEW, "12\u202f250"),
        (OVERVIEW, "30 juin 2026"),
        (OVERVIEW, "9,7\u00a0%"),
        (NPS, "1er juil. 2025 – 30 juin 2026"),
        (f"{NPS}?why", "p inférieur à 0,001"),
        (f"{PYRAMID}?evidence", "6,2\u00a0%"),
        (RESPONSE_TIMES, "70,7\u00a0%"),
        (CHURN, "9,7\u00a0%"),
        (INVENTORY, "249\u202f862"),
    ],
)
def test_a_page_writes_figures_as_french_people_do(
    page: str, expected: str, sample: Store, opened: Open
) -> None:
    assert expected in opened_part(opened, sample, page, lang="fr").text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_overview_answers_the_four_questions_with_one_figure_each(
    lang: str, sample: Store, opened: Open
) -> None:
    nps, level, channels, cost = opened(sample, OVERVIEW, lang=lang).figures
    assert nps == "+23"
    assert re.findall(r"\d", level) == ["2", "6"]
    assert re.findall(r"\d", channels) == ["3", "4"]
    assert re.findall(r"\d[.,]\d", cost) == (["1.4", "5.4"] if lang == "en" else ["1,4", "5,4"])


@pytest.mark.parametrize("entry", TRANSLATED, ids=lambda entry: entry.url_path or "overview")
def test_a_page_in_french_shares_no_phrase_with_the_english_one(
    entry: PageEntry, sample: Store, opened: Open
) -> None:
    english, french = (
        set().union(*map(phrases, opened(sample, entry.path, lang=lang).lines()))
        for lang in ("en", "fr")
    )
    names = set().union(*map(phrases, FROM_DATA))
    written = texts_of_cases(sample) if entry.url_path == "cases" else ""
    assert {it for it in english & french if it.strip("*… ") not in written} <= names


def texts_of_cases(store: Store) -> str:
    """Customers, their owners and what they wrote, as the list of cases has them."""
    cases = recorded_cases(store).select("name", "customer_id", "owner_email", "comment")
    return " ".join(" ".join(str(it).split()) for row in cases.iter_rows() for it in row if it)


def phrases(line: str) -> set[str]:
    """The parts of a line, or sentences of a document, that have words enough to be a phrase."""
    parts = re.split(r"\n\n|\| | · |[:;.,] ", re.sub(r":material/\w+:|`[^`]*`", "", line))
    return {part.strip() for part in parts if len(re.findall(r"[A-Za-zÀ-ÿ]{3,}", part)) > 2}


# The same figure on every page


def test_overview_and_pages_agree(sample: Store, opened: Open) -> None:
    overview = opened(sample, OVERVIEW)
    assert overview.figures[0] == opened(sample, NPS).figures[0]
    for page in (NPS, RESPONSE_TIMES, CHURN, PYRAMID):
        [title, *_] = opened(sample, page).lines()
        for number in re.findall(r"\d[\d.,]*", title):
            assert number in overview.text, (page, title)


# The planted truths


def test_a_fall_by_mix_alone_is_told_from_a_fall_of_the_groups(sample: Store, opened: Open) -> None:
    page = opened(sample, NPS, part="why", **MIX_ONLY).unfold("nps_mix")
    assert "weighted to all customers, the NPS rose 3.0 points (+15.8 to +18.8)" in page.text
    assert "The NPS fell" not in page.text
    assert (
        "−6.3 points: no group surely moved, +3.1 (−1.4 to +7.6) in all; the customers' mix "
        "brought 0.0, who of them answered −9.4."
    ) in page.text
    for segment in ("Particuliers", "Premium", "Professionnels"):
        before, now = moved(page, segment)
        assert now > before


def moved(page: Opened, segment: str) -> tuple[int, int]:
    """The NPS of a segment before and now, from the table of why it moved."""
    [row] = [row for row in page.rows("Mix effect") if row[0] == segment]
    before, now = (int(it.replace("−", "-")) for it in row[2].split(" → "))
    return before, now


def test_the_delivery_fix_is_a_real_change_of_its_journey(sample: Store, opened: Open) -> None:
    fixed = {"period": "2025-10-01..2025-12-31"}
    assert "The NPS rose 11.5 points: a real change" in opened(sample, NPS, **fixed).text
    delivery = opened(sample, NPS, journey="Livraison", **fixed)
    assert delivery.figures == ["+29"]
    assert "The NPS rose 29.2 points: a real change" in delivery.text


def test_a_quiet_year_is_noise(sample: Store, opened: Open) -> None:
    page = opened(sample, NPS, period="2026-04-01..2026-06-30")
    assert "The NPS did not move beyond the noise" in page.text
    assert "within the noise" in page.text


def test_the_month_with_twelve_answers_is_marked_as_a_small_base(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, NPS, period="2024-08-01..2024-08-31")
    assert "12 answers · small base" in page.text
    assert "Too few answers to say whether the NPS moved" in page.text


def test_billing_holds_the_company_at_level_2(sample: Store, opened: Open) -> None:
    page = opened(sample, PYRAMID)
    levels = {row[0]: row[1] for row in page.rows("Established")}
    assert {name: level[0] for name, level in levels.items()} == {
        "Achat": "3",
        "Dépannage": "4",
        "Facturation": "2",
        "Installation": "3",
        "Livraison": "3",
    }
    assert page.app.main.selectbox(key="pyramid_journey:").value == "Facturation"


def test_detractors_leave_more_often(sample: Store, opened: Open) -> None:
    classes = opened(sample, CHURN, part="cost").unfold("churn_by_class").rows("Revenue churn")
    assert [row[:4] for row in classes] == [
        ["Promoters", "5,365", "293", "5.5% (4.9% to 6.1%)"],
        ["Passives", "3,167", "276", "8.7% (7.8% to 9.7%)"],
        ["Detractors", "3,026", "581", "19.2% (17.8% to 20.6%)"],
        ["No answer yet", "3,696", "337", "9.1% (8.2% to 10.1%)"],
    ]


def test_chat_is_the_only_channel_that_misses_its_goal(sample: Store, opened: Open) -> None:
    page = opened(sample, RESPONSE_TIMES, part="standards").unfold("compliance")
    assert {row[0]: row[2] for row in page.rows("Verdict")} == {
        "Calls": "✓ reached",
        "Emails": "✓ reached",
        "Chat": "✗ missed",
        "Social media": "✓ reached",
    }


# What the reader chooses on a page


def test_a_filter_changes_the_figure(sample: Store, opened: Open) -> None:
    assert opened(sample, NPS, segment="Premium").figures == ["+53"]
    both = opened(sample, NPS, segment=["Premium", "Professionnels"], region="Bretagne")
    assert both.figures != ["+53"]


def test_another_grain_draws_other_periods(sample: Store, opened: Open) -> None:
    page = opened(sample, NPS).unfold("nps_trend")
    assert "Dec 2025" in page.text
    page.button_group("nps_grain").set_value("quarter").run()
    assert "Q4 2025" in page.text
    assert "Dec 2025" not in page.text


def test_another_dimension_compares_other_groups(sample: Store, opened: Open) -> None:
    page = opened(sample, NPS).look_closer("whom")
    assert "Professionnels is 34 points below the rest (28 to 39, 3,215 answers)." in page.text
    page.button_group("nps_whom").set_value("journey").run()
    assert not page.app.exception
    assert "Facturation is 12 points below the rest (6 to 18, 1,866 answers)." in page.text


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "section", ["trend", "why", "whom", "drivers", "words", "satisfaction", "who"]
)
def test_each_section_opens_and_says_something(
    section: str, lang: str, sample: Store, opened: Open
) -> None:
    page = opened(sample, NPS, lang=lang)
    before = page.text
    page.look_closer(section)
    assert (page.text != before) == (section != "trend")


@pytest.mark.parametrize("dimension", ["segment", "region", "product", "channel", "journey"])
@pytest.mark.parametrize("survey", ["relationship", "transactional"])
def test_each_dimension_shows_names_not_codes(
    dimension: str, survey: str, sample: Store, opened: Open
) -> None:
    page = opened(sample, NPS, survey=survey).look_closer("whom").unfold("nps_by")
    page.button_group("nps_whom").set_value(dimension).run()
    assert not page.app.exception
    labels = page.chart("nps_by")["layout"]["yaxis"]["ticktext"]
    names = {row[0] for row in page.rows("Against the rest")}
    assert set(labels) == names
    assert not {"None", "call", "email", "social"} & names
    assert not re.search("^(None|call|email|social|chat) is ", page.text, re.MULTILINE)


def test_evidence_is_shown_for_the_journey_that_was_asked_for(sample: Store, opened: Open) -> None:
    page = opened(sample, PYRAMID, part="evidence")
    page.app.main.selectbox(key="pyramid_journey:").set_value("Dépannage").run()
    assert "83.5% (80.0% to 86.5%)" in page.text
    assert "6.2% (4.7% to 8.2%)" not in page.text


def test_the_pyramid_is_drawn_with_every_journey_beside_its_level(
    sample: Store, opened: Open
) -> None:
    drawing = opened(sample, PYRAMID).sketches()
    for text in (
        "○ Achat, ○ Installation, ○",
        "Livraison",
        "○ Dépannage",
        "▼ ○ Facturation (weakest)",
    ):
        assert f">{text}</span>" in drawing
