"""The page of cases: found, changed without overwriting, opened from lists; rules tried there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cxdata.cases.changing import change_case
from cxdata.cases.listing import case_called
from cxdata.cases.rules import rule_called
from cxdata.models import Reader, Scope
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from pages.components import reader
from tests.app.conftest import Opened
from tests.app.test_import_page import IMPORT, take, upload
from tests.stores import HOSTILE_TEXTS, MIDDAY, add

Open = Callable[..., Opened]
CASES = "insights/cases.py"
ACCOUNTS = [
    {"customer_id": "C1", "name": "Acme", "segment": "Home", "owner_email": "ann@x.org"},
    {"customer_id": "C2", "name": "Bolt", "segment": "Pro", "is_strategic": True},
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    add(opened, ACCOUNTS, "customers")
    rows = [
        {"response_id": f"R{n}", "customer_id": f"C{n}", "nps_score": score,
         "responded_at": MIDDAY + timedelta(minutes=n), "comment": text}
        for n, score, text in ((1, 2, HOSTILE_TEXTS["html"]), (2, 5, "Slow, again"))
    ]  # fmt: skip
    add(opened, rows, "responses")
    yield opened
    opened.close()


def test_the_list_says_whom_why_and_until_when_in_both_languages(
    store: Store, opened: Open
) -> None:
    page = opened(store, CASES)
    assert "2 cases to do, 1 without an owner" in page.text
    assert "Bolt · Urgent" in page.text  # the rest stands in why it was opened
    assert "strategic account, 5 of 10 · " in page.text
    assert HOSTILE_TEXTS["html"] in page.text  # as text
    assert "2 of 10; the rule asks for 3 at most" in page.text
    french = opened(store, CASES, lang="fr")
    assert "2 dossiers à traiter, 1 sans responsable" in french.text
    page.app.text_input(key="cases_search").input("acme").run()
    assert "Bolt" not in page.text
    assert recorded_acts(store)["details"][0] == '{"list": "cases"}'


def test_what_the_list_is_narrowed_to_stands_in_the_address_and_comes_back_with_it(
    store: Store, opened: Open
) -> None:
    change_case(store, 2, {"root_cause": "price"}, changed_by="eve")
    page = opened(store, CASES)
    page.app.text_input(key="cases_search").input("acme").run()
    page.app.selectbox(key="cases_rule:en").select("very_low_score").run()
    page.app.selectbox(key="cases_cause:en").select("price").run()
    page.app.toggle(key="cases_unowned:en").set_value(True).run()
    assert not page.app.exception
    asked = {name: page.app.query_params[name] for name in ("search", "rule", "cause", "unowned")}
    assert asked == {"search": "acme", "rule": "very_low_score", "cause": "price", "unowned": "1"}
    assert "No case fits." in page.text  # Acme's has an owner
    page.app.toggle(key="cases_unowned:en").set_value(False).run()
    assert "unowned" not in page.app.query_params
    again = opened(store, CASES, search="acme", rule="very_low_score", cause="price", severity="x")
    assert "Acme" in again.text
    assert "Bolt" not in again.text
    assert again.app.text_input(key="cases_search").value == "acme"
    assert again.app.selectbox(key="cases_severity:en").value is None  # there is no x
    other = opened(store, CASES, rule="strategic_detractor", lang="fr")
    assert "Bolt" in other.text
    assert "Acme" not in other.text


def test_a_case_is_saved_and_one_that_was_changed_meanwhile_is_not_overwritten(
    store: Store, opened: Open
) -> None:
    page = opened(store, CASES, case="2")
    assert "Acme · Case 2" in page.text
    change_case(store, 2, {"note": "theirs"}, changed_by="eve")
    page.app.run()  # whatever makes the page run again: the form stays that of the first time
    page.app.text_area(key="case_note:2:1").input("mine")
    page.app.selectbox(key="case_status:2:1:en").select("contacted")
    page.app.button(key="FormSubmitter:case_form:2:1-Save").click().run()
    assert case_called(store, 2)["note"] == "theirs"
    assert "Notes: now theirs (by eve), before –; yours: mine" in page.text
    page.app.button(key="case_mine").click().run()
    assert not page.app.exception
    case = case_called(store, 2)
    assert (case["note"], case["status"], case["revision"]) == ("mine", "contacted", 3)
    assert "Notes: theirs → mine" in page.text


def test_a_case_that_is_not_there_or_no_number_is_said_so(store: Store, opened: Open) -> None:
    assert "There is no case 99 for you to see." in opened(store, CASES, case="99").text
    assert "'<b>' is no number of a case." in opened(store, CASES, case="<b>").text
    assert "There is no customer x for you to see." in opened(store, CASES, customer="x").text


def test_a_customers_page_has_everything_on_one_time_line(store: Store, opened: Open) -> None:
    change_case(store, 2, {"note": "called them", "status": "resolved"}, changed_by="ann@x.org")
    page = opened(store, CASES, customer="C1")
    for told in ("Acme", "Answer · Relationship · 2 of 10", "Case 2 opened", "called them"):
        assert told in page.text
    assert "Case 2 · Status: Resolved" in page.text


def test_rules_are_tried_and_switched_on_the_page(store: Store, opened: Open) -> None:
    page = opened(store, CASES, part="rules")
    page.app.button(key="rule_try:very_low_score").click().run()
    assert "It would have fired 1 time from" in page.text
    version = store.data_version
    page.app.toggle(key=f"rule_on:very_low_score:{version}").set_value(False).run()
    assert not page.app.exception
    assert not rule_called(store, "very_low_score").is_active


@pytest.mark.parametrize(
    ("right", "seen", "works"),
    [
        (
            Reader("n", "manager", Scope.of({"segment": ["Home"]}), may_see_people=True),
            "Acme",
            True,
        ),
        (Reader("r", "reader", may_see_people=True), "Bolt", False),
        (Reader("u", "manager"), "Cases name people", False),
    ],
)
def test_cases_are_for_who_may_see_these_people(
    store: Store,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    right: Reader,
    seen: str,
    works: bool,
) -> None:
    monkeypatch.setattr(reader, "true_reader", lambda: right)
    page = opened(store, CASES)
    assert seen in page.text
    assert ("Bolt" in page.text) == (right.name == "r")
    assert ("cases_several:en" in {it.key for it in page.app.toggle}) == works
    detail = opened(store, CASES, case="2")
    assert bool(detail.app.text_area) == works


def test_a_rule_says_on_the_page_how_its_owners_are_told(store: Store, opened: Open) -> None:
    page = opened(store, CASES, part="rules")
    assert "No mail tells anybody: mail isn't set up in the settings file." in page.text
    page.app.button(key="rule_edit:segment_falls").click().run()
    told = page.app.selectbox(key="rule_alert:segment_falls:nps_drop:en")
    assert told.value == "digest"
    assert told.options == ["Nobody is told", "By mail at once", "In the weekly mail"]
    values = page.app.dataframe[-1].value
    assert values["value"].to_list() == ["Home", "Pro"]  # an owner each


def test_a_list_of_cases_is_taken_on_the_import_page(store: Store, opened: Open) -> None:
    content = b"case_number,revision,case_status,note\n1,1,resolved,<b>called</b>\n2,7,closed,\n"
    page = upload(opened(store, IMPORT), content, "cases.csv")
    assert "Cases that change: 1; rows that say nothing new: 0" in page.text
    shown = page.app.main.dataframe[0].value
    assert shown["Status"].to_list() == ["Resolved"]
    assert shown["Notes"].to_list() == ["<b>called</b>"]
    take(page)
    assert "1 case changed." in page.text
    assert case_called(store, 1)["note"] == "<b>called</b>"
    assert "The case never had this version" in page.text
