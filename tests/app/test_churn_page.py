"""The Churn cost page: its figures, its sections, its sentences where a figure is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from shutil import copyfile
from time import perf_counter

import pytest

from cxdata.followup.scenarios import recorded_scenarios
from cxdata.store.connection import Store
from pages.parts.churn_cost.scenarios import CALLED, MADE_PASSIVE, RESCUED
from pages.parts.churn_cost.sections import SECTIONS
from tests.app.conftest import Opened
from tests.app.test_hostile_texts import assert_plain
from tests.stores import HOSTILE_TEXTS, add, answers, customers

Open = Callable[..., Opened]
Case = Callable[[str], Store]
PAGE = "insights/churn_cost.py"
LAST_ON = date(2026, 6, 15)  # up to when the customers are known
HALF_YEAR = {"period": "2026-01-01..2026-06-30"}
languages = pytest.mark.parametrize("lang", ["en", "fr"])
EVERY_OR_NONE = re.compile(r"(?<![\d.,])(0|100)\s?%")


def add_asked(store: Store, scores: list[int], lost_count: int, **texts: object) -> None:
    """Customers who each gave one score in December 2025, the first of them lost in March."""
    add(
        store,
        customers(len(scores), lost_count, **texts),
        "customers",
        kept_columns=[*texts],
        extract_date=LAST_ON,
    )
    asked = [
        {**row, "customer_id": f"C{place}", "responded_at": datetime(2025, 12, 1, 12)}
        for place, row in enumerate(answers(scores))
    ]
    add(store, asked, "responses")


def add_twelve(store: Store) -> None:
    add_asked(store, [2, 10, 3, 10, 9, 8, 10, 7, 10, 10, 1, 10], 3, segment="Gold")


def add_forty(store: Store, lost_count: int) -> None:
    add_asked(store, [2] * 20 + [10] * 20, lost_count)
    add(store, answers([9], customer_id="C1"), "responses")


def add_unpriced(store: Store) -> None:
    rows = [{**it, "annual_revenue_amount": None} for it in customers(40, lost_count=4)]
    add(store, rows, "customers", extract_date=LAST_ON)


def add_hostile(store: Store) -> None:
    named: list[dict[str, object]] = []
    for text in HOSTILE_TEXTS.values():
        rows = customers(20, 5, name=text, segment=text, end_reason=text, owner_email=text)
        named += [{**it, "customer_id": f"{text} {it['customer_id']}"} for it in rows]
    kept = ["customer_id", "name", "segment", "end_reason", "owner_email"]
    add(store, named, "customers", kept_columns=kept, extract_date=LAST_ON)


def add_firm(store: Store) -> None:
    """A third detractors, half of whom leave; of the others one in twenty."""
    rows = [
        {
            **row,
            "segment": ("Premium", "Professionnels", "Particuliers")[place % 3],
            "region": ("Ouest", "Est")[place % 2],
            "ended_on": date(2026, 3, 1) if place < 40 or place >= 232 else None,
        }
        for place, row in enumerate(customers(240))
    ]
    add(store, rows, "customers", extract_date=LAST_ON)
    asked = [
        {**row, "customer_id": f"C{place}", "responded_at": datetime(2025, 12, 1, 12)}
        for place, row in enumerate(answers([2] * 80 + [8] * 60 + [10] * 100))
    ]
    add(store, asked, "responses")


CASES: dict[str, Callable[[Store], None]] = {
    "twelve": add_twelve,
    "nobody left": partial(add_forty, lost_count=0),
    "everybody left": partial(add_forty, lost_count=40),
    "no revenue": add_unpriced,
    "hostile": add_hostile,
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Store]]:
    """``case("twelve")``: one store per case, for pages that only read."""
    opened: dict[str, Store] = {}

    def case(name: str) -> Store:
        if name not in opened:
            opened[name] = Store.open(tmp_path_factory.mktemp("case") / "cx.duckdb")
            CASES[name](opened[name])
        return opened[name]

    yield case
    for store in opened.values():
        store.close()


@pytest.fixture(scope="module")
def firm_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("firm") / "cx.duckdb"
    store = Store.open(path)
    add_firm(store)
    store.close()
    return path


@pytest.fixture
def own_firm(firm_path: Path, tmp_path: Path) -> Iterator[Store]:
    """A store for pages that write: of all that a page shows of a new copy nothing is known yet,
    which takes seconds for the sample."""
    copyfile(firm_path, tmp_path / "own.duckdb")
    store = Store.open(tmp_path / "own.duckdb")
    yield store
    store.close()


# The first screen


def test_the_first_screen_says_it_in_one_sentence(sample: Store, opened: Open) -> None:
    assert (
        "From 1 July 2025 to 30 June 2026, 1,487 customers of 15,254 left (9.7%), which costs "
        "€1.4M to €5.4M, of which €400k to €2.3M goes with dissatisfaction (an association); if "
        "10% of detractors became passives, €23k to €140k a year could be kept, if the "
        "association is causal."
    ) in opened(sample, PAGE, part="cost").text


def test_the_two_rates_stand_apart_with_what_they_are_of(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE)
    assert rates(page) == ["9.7% (9.3% to 10.2% at 95%)", "13.2% (12.1% to 14.4% at 95%)"]
    assert "1,487 lost of 15,254 · 9.3% to 10.2% at 95%" in page.text
    assert "of yearly revenue, known for 99%" in page.text


def rates(page: Opened) -> list[str]:
    """Customer churn and revenue churn, as the line below the numbers says them."""
    [said] = [it for it in page.lines() if it.startswith(("Customer churn", "Attrition des"))][:1]
    return [re.split(r"[ \u202f](?=[\d–])", it, maxsplit=1)[1] for it in said.split(" · ")[:2]]


def test_three_numbers_stand_beside_those_of_the_year_before(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE)
    assert [(it.label, it.value, it.delta) for it in page.app.main.metric] == [
        ("Cost of churn", "€1.4M – €5.4M", "before: €1.4M – €5.2M"),
        ("of which dissatisfaction", "€400k – €2.3M", "before: €260k – €1.7M"),
        ("could be kept", "€23k – €140k", "before: €14k – €140k"),
    ]
    for basis in ("1,487 lost of 15,254", "class known for 76% of customers",
                  "of 2,778 detractors"):  # fmt: skip
        assert any(it.startswith(basis) for it in page.lines())
    assert "assuming a margin of 20% to 40%" in page.text
    assert "vs the 12 months before · could be kept in a year, if 10% of detractors" in page.text
    first_year = opened(sample, PAGE, period="2023-07-01..2024-06-30")
    assert next(iter(first_year.app.main.metric)).delta == ""
    assert "the data doesn't cover the whole earlier period" in first_year.text


def test_the_cost_is_drawn_as_a_range(sample: Store, opened: Open) -> None:
    figure = opened(sample, PAGE, part="cost").chart("cost_range")
    assert [it["text"] for it in figure["layout"]["annotations"]] == [
        "<b>of which dissatisfaction</b>: €400k to €2.3M, central €1.1M",
        "<b>Cost of churn</b>: €1.4M to €5.4M, central €2.9M",
    ]


def test_the_basis_names_coverage_assumptions_and_that_it_is_an_association(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, part="cost")
    [basis] = [it for it in page.lines() if "an association, not a proof" in it]
    for part in (
        "class known for 76% of customers",
        "cost of the 1,476 of 1,487 lost whose revenue is known",
        "a margin of 20% to 40%, a discount rate of 8% to 12% a year",
    ):
        assert part in basis
    assert "Margin rate" in page.look_closer("assumptions").text
    assert "D: ask the finance department" in page.text


def test_filters_of_customers_apply_and_are_named(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE, segment="Premium")
    assert "201 lost of 4,062" in page.text
    assert "Premium · customers known until 30 June 2026" in page.text


def test_filters_that_customers_dont_have_are_named_as_left_out(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, channel="call")
    assert "1,487 lost of 15,254" in page.text
    [chip] = [it.help for it in page.app.main.button if it.key.startswith("chip:")]
    assert "not filtered by Channel" in chip
    assert "customers have none" in chip


def test_customers_alone_have_a_data_date(empty: Store, opened: Open) -> None:
    add(empty, customers(200, lost_count=20), "customers")
    page = opened(empty, PAGE, **HALF_YEAR)
    assert "customers known until 1 March 2026" in page.text
    assert "no data yet" not in page.text


# The sections


@languages
@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_opens_on_the_sample(
    section: str, lang: str, sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, lang=lang).look_closer(section)
    assert page.charts or page.app.main.dataframe


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("cost", "476 customers more left than if passives and detractors had left as rarely"),
        (
            "cost",
            "Professionnels: €1.1M to €4M, 476 of 2,770 customers lost, 7.1 to 11.3 points more",
        ),
        ("cost", "Detractors leave more often: 19.2% against 5.5% of promoters"),
        ("survival", "Of those who started in Q3 2023, 76% are still there after 11 quarters"),
        ("assumptions", "moves the cost most: from €"),
        ("cost", "6,209 promoters bring 124 to 621 new customers a year"),
        ("over_time", "Between 0.7% (May 2026) and 1.0% (Aug 2025) of the customers left"),
        ("reasons", "“Prix” is given most often: 371 of 1,487 lost (25%)"),
        ("survival", "After half a year, still there: 98% of promoters, 96% of passives, 91% of"),
        ("survival", "within the same segment too (log-rank, p below 0.001)."),
        ("survival", "8,766 customers with an answer, 442 of them lost afterwards"),
        ("at_risk", "252 strategic accounts hold €400k of the €2.8M at risk in a year"),
        ("what_if", "Could keep €23k to €140k a year, if the association is causal"),
        ("what_if", "of 2,778 detractors"),
        ("at_risk", "Leaving rate a year (95% interval)"),
        ("assumptions", "No assumption was changed: all are those of the settings file."),
    ],
)
def test_each_section_says_its_figures(
    section: str, expected: str, sample: Store, opened: Open
) -> None:
    assert expected in opened(sample, PAGE).look_closer(section).text


@pytest.mark.parametrize("dimension", ["region", "product"])
def test_the_cost_can_be_split_by_any_dimension_of_customers(
    dimension: str, sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, part="cost")
    page.button_group("churn_by").set_value(dimension).run()
    page.unfold("churn_cost_by")
    named = page.rows(dimension.capitalize())
    drawn = page.chart("cost_by")["layout"]["yaxis"]["ticktext"]
    assert drawn == [row[0] for row in named][::-1]


def test_partial_periods_are_marked(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE, period="2026-04-15..2026-06-30").look_closer("over_time")
    rows = page.unfold("churn_trend").rows("Customer churn a year")
    assert [(row[0], row[-1]) for row in rows] == [
        ("Apr 2026", "partial period"), ("May 2026", "–"), ("Jun 2026", "–"),
    ]  # fmt: skip


def test_accounts_at_risk_say_where_their_rate_rests_on_few(empty: Store, opened: Open) -> None:
    add_asked(empty, [2, 10, 3, 10, 9, 8, 10, 7, 10, 10, 1, 10, 4, 5, 7, 8, 8], 3)
    page = opened(empty, PAGE, **HALF_YEAR).look_closer("at_risk")
    assert (
        "Small base: the leaving rate rests on few customers of these classes: Promoters (17), "
        "Passives (17), Detractors (17)."
    ) in page.text
    listed = page.app.main.dataframe[0].value
    based = {*zip(listed["nps_class"], listed["class_customer_count"], strict=True)}
    assert based == {("Promoters", 17), ("Passives", 17), ("Detractors", 17)}
    assert listed["is_small_base"].all()
    noted = {row[0]: (row[1], row[3]) for row in page.rows("Leaving rate a year (95% interval)")}
    assert noted["Detractors"] == ("17", "small base")


def test_accounts_at_risk_begin_with_the_strategic_ones(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("at_risk")
    listed = page.app.main.dataframe[0].value
    assert listed["is_strategic"].to_list()[:252] == [True] * 252
    own = listed["revenue_at_risk_amount"].to_list()[:252]
    assert own == sorted(own, reverse=True)
    assert not listed["is_strategic"].to_list()[252]


# What if


def test_a_move_changes_what_could_be_kept(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("what_if")
    page.app.slider(key=MADE_PASSIVE).set_value(20).run()
    assert "Could keep €46k to €280k a year" in page.text
    page.app.slider(key=MADE_PASSIVE).set_value(0).run()
    assert "Move a slider to see what acting could bring." in page.text


def test_a_follow_up_without_cases_asks_for_an_assumption(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("what_if")
    page.app.slider(key=MADE_PASSIVE).set_value(0)
    page.app.slider(key=CALLED).set_value(50).run()
    assert "No evidence yet: it needs cases of detractors who were called back" in page.text
    page.app.slider(key=RESCUED).set_value((10, 30)).run()
    assert "rests on an assumption of yours" in page.text
    assert "Could keep" in page.text


def test_the_sliders_keep_their_place_while_another_section_is_open(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE).look_closer("what_if")
    page.app.slider(key=MADE_PASSIVE).set_value(35).run()
    page.look_closer("cost").look_closer("what_if")
    assert page.app.slider(key=MADE_PASSIVE).value == 35


def test_a_move_takes_less_than_a_fifth_of_a_second(sample: Store, opened: Open) -> None:
    """The whole page runs again here; in a browser only the part with the sliders does."""
    page = opened(sample, PAGE).look_closer("what_if")
    seconds = []
    for share in (11, 12, 13, 14, 15):
        started = perf_counter()
        page.app.slider(key=MADE_PASSIVE).set_value(share).run()
        seconds.append(perf_counter() - started)
    assert min(seconds) < 0.2


def save(page: Opened, name: str, author: str = "") -> Opened:
    page.app.text_input(key="scenario_name").set_value(name)
    page.app.text_input(key="scenario_by").set_value(author)
    page.app.button(key="scenario_save").click().run()
    assert not page.app.exception
    return page


def test_a_scenario_is_named_saved_compared_shown_again_and_removed(
    own_firm: Store, opened: Open
) -> None:
    page = opened(own_firm, PAGE, **HALF_YEAR).look_closer("what_if")
    assert "No scenario was saved yet." in page.text
    assert "The scenario was saved." in save(page, "  Call   back ", "Ana").text
    saved = recorded_scenarios(own_firm).row(0, named=True)
    assert (saved["name"], saved["saved_by"]) == ("Call back", "Ana")
    page.app.slider(key=MADE_PASSIVE).set_value(40).run()
    save(page, "More")
    assert [row[:2] for row in page.rows("Scenario")] == [
        ["More", "Detractors become passives (40%)"],
        ["Call back", "Detractors become passives (10%)"],
    ]
    page.app.selectbox(key=f"scenario_one:{own_firm.data_version}").select_index(1).run()
    page.app.button(key="scenario_again").click().run()
    assert page.app.slider(key=MADE_PASSIVE).value == 10
    page.app.button(key="scenario_remove").click().run()
    assert "The scenario was removed." in page.text
    assert recorded_scenarios(own_firm)["name"].to_list() == ["More"]


def test_scenarios_name_their_filters_and_whether_they_compare(
    own_firm: Store, opened: Open
) -> None:
    page = save(opened(own_firm, PAGE, **HALF_YEAR).look_closer("what_if"), "All")
    assert "These amounts don't compare" not in page.text
    page = opened(
        own_firm, PAGE, **HALF_YEAR, segment=["Premium", "Professionnels"], region="Ouest"
    )
    page = save(page.look_closer("what_if"), "Some")
    assert "These amounts don't compare: the scenarios rest on different filters." in page.text
    scopes = {row[0]: row[4:6] for row in page.rows("Scenario")}
    assert scopes["Some"] == [
        "1 Jan 2026 – 30 Jun 2026 · Premium, Professionnels · Ouest",
        "15 Jun 2026",
    ]
    assert scopes["All"] == ["1 Jan 2026 – 30 Jun 2026", "15 Jun 2026"]
    [listed] = [it for it in page.app.multiselect if (it.key or "").startswith("scenarios_comp")]
    assert listed.options[0].startswith("Some (1 Jan 2026 – 30 Jun 2026 · Premium, Professionnels")


def test_a_scenario_without_an_amount_is_refused_with_a_sentence(
    empty: Store, opened: Open
) -> None:
    add_forty(empty, lost_count=0)
    page = opened(empty, PAGE, **HALF_YEAR).look_closer("what_if")
    assert "A scenario without an amount can't be saved." in save(page, "Plan").text
    assert recorded_scenarios(empty).is_empty()


def test_a_scenario_without_a_name_is_refused(own_firm: Store, opened: Open) -> None:
    page = save(opened(own_firm, PAGE, **HALF_YEAR).look_closer("what_if"), "  ")
    assert "A scenario needs a name." in page.text
    assert recorded_scenarios(own_firm).is_empty()


# Where a figure is missing


@languages
@pytest.mark.parametrize("section", SECTIONS)
def test_twelve_customers_open_every_section(
    section: str, lang: str, case: Case, opened: Open
) -> None:
    page = opened(case("twelve"), PAGE, lang=lang, **HALF_YEAR).look_closer(section)
    few = "25.0% (8.9% to 53.2% at 95%)"
    if lang == "fr":
        few = "25,0\u00a0% (8,9\u00a0% à 53,2\u00a0%, intervalle à 95\u00a0%)"
    assert rates(page)[0] == few
    assert rates(page)[1].startswith("25")


def test_twelve_customers_are_a_small_base(empty: Store, opened: Open) -> None:
    add_asked(empty, [2, 10, 3, 10, 9, 8, 10, 7, 10, 10, 1, 10], 3)
    page = opened(empty, PAGE, **HALF_YEAR)
    assert "3 lost of 12 · 8.9% to 53.2% at 95% · small base" in page.text
    page.look_closer("cost")
    assert "No part of it can be told to go with dissatisfaction" in page.text


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody left", "Nobody left in the period."),
        ("everybody left", "Every customer left: there is no remaining life to count with."),
    ],
)
def test_nobody_and_everyone_lost_give_a_sentence(
    section: str, name: str, sentence: str, case: Case, opened: Open
) -> None:
    page = opened(case(name), PAGE, **HALF_YEAR)
    assert sentence in page.text
    page.look_closer(section)


@pytest.mark.parametrize("section", SECTIONS)
def test_customers_without_revenue_have_a_rate_and_no_cost(
    section: str, case: Case, opened: Open
) -> None:
    page = opened(case("no revenue"), PAGE, **HALF_YEAR)
    assert rates(page)[0] == "10.0% (4.0% to 23.1% at 95%)"
    assert rates(page)[1].startswith("– (")
    assert "No revenue is known for the customers concerned." in page.text
    assert not page.look_closer(section).app.exception


@pytest.mark.parametrize("section", SECTIONS)
def test_where_nobody_left_no_cost_of_zero_is_shown(section: str, case: Case, opened: Open) -> None:
    page = opened(case("nobody left"), PAGE, **HALF_YEAR)
    assert page.lines()[0] == "None of the 40 customers left"
    page.look_closer(section)
    drawn = json.dumps([page.charts, page.lines()], ensure_ascii=False)
    assert "€0" not in drawn


def test_a_missing_rate_is_explained_once(empty: Store, opened: Open) -> None:
    add(empty, customers(1, lost_count=1), "customers")
    page = opened(empty, PAGE, **HALF_YEAR)
    assert page.lines()[0] == "Churn cost"
    assert page.text.count("Too few customers to give a rate.") == 1


def test_one_customer_has_no_rate(empty: Store, opened: Open) -> None:
    add(empty, customers(1, lost_count=1), "customers")
    page = opened(empty, PAGE, **HALF_YEAR)
    assert "Too few customers to give a rate." in page.text
    assert not EVERY_OR_NONE.search(page.text)


# Texts from files and people


@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_of_a_hostile_text_is_left_for_markdown(
    section: str, case: Case, opened: Open
) -> None:
    page = opened(case("hostile"), PAGE, **HALF_YEAR).look_closer(section)
    page.unfold("churn_reasons", "churn_cost_by")
    assert_plain(page)


def test_a_hostile_name_of_a_scenario_stays_a_text(own_firm: Store, opened: Open) -> None:
    page = opened(own_firm, PAGE, **HALF_YEAR).look_closer("what_if")
    typed, *others = HOSTILE_TEXTS.values()
    save(page, typed)
    with own_firm.transaction() as con:
        for place, text in enumerate(others, 1):
            con.execute(
                """insert into scenarios by name
                select 's' || $place as scenario_id, $text as name,
                    change_number + $place as change_number,
                    * exclude (scenario_id, name, change_number)
                from scenarios where change_number = 1""",
                {"place": place, "text": text},
            )
        con.execute("update store_info set data_version = data_version + 1")
    page.app.run()
    assert not page.app.exception
    assert_plain(page)
    shown = {row[0] for row in page.rows("Scenario")}
    assert shown
    assert shown <= set(HOSTILE_TEXTS.values())


# Assumptions


def test_a_changed_assumption_stands_in_the_history(own_firm: Store, opened: Open) -> None:
    own_firm.change_settings(
        {
            "churn.margin_rate.central": 0.35,
            "churn_overrides": [
                {"segment": "Premium", "assumption": "margin_rate", "low": 0.3, "central": 0.4,
                 "high": 0.5, "source": "CFO"}
            ],
        },
        changed_by="Ana",
        applies_from=None,
    )  # fmt: skip
    page = opened(own_firm, PAGE, **HALF_YEAR).look_closer("assumptions")
    changed = {row[0]: row[1:4] for row in page.rows("Changed by")}
    assert changed["Churn economics · Margin, central"] == ["0.3", "0.35", "Ana"]
    assert "Premium, Margin rate, 0.3, 0.4, 0.5, CFO" in changed["Assumptions of segments"][1]
    assumed = {row[0]: row[2] for row in page.rows("Low cost")}
    assert assumed["Margin rate"] == "35% of revenue"
    assert assumed["Margin rate · Premium"] == "40% of revenue"
