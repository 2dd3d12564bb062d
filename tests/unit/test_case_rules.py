"""Rules that open cases: what each fires on, exactly at its bounds, and what never wakes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cxdata.cases.alerts import alerts_of_batch, answer_alerts, asked_pattern, group_alerts
from cxdata.cases.due import due_after
from cxdata.cases.opening import Causes
from cxdata.cases.rules import CaseRule, keep_rule, recorded_rules, rule_called, see_sensible
from cxdata.errors import CxDataError
from cxdata.store.connection import Store
from tests.stores import add, add_classes, add_contact_facts

LAST = date(2026, 6, 30)
TODAY = date(2026, 11, 30)
NOW = datetime(2026, 5, 26, 12)
STRATEGIC = CaseRule("strategic", "strategic_detractor", threshold=6)
LOW = CaseRule("low", "low_score", threshold=3)
CALL = CaseRule("call", "comment_says", terms=("call me", "rappelez-moi", "résili*"))
FALLS = CaseRule("falls", "nps_drop", threshold=0, window_days=30)
BELOW = CaseRule("below", "compliance_below", threshold=0, window_days=30)
COMMENTS = {
    "asks": "Please CALL ME, it is urgent",
    "asks in French": "Bonjour,\nrappelez-moi !",
    "begins so": "Je vais résilier.",
    "another word": "I will recall memories",
    "denied": "No need to call me",
    "denied in French": "Ne me rappelez-moi pas",
    "empty": "",
}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One answer of each score on the last day, by accounts of all kinds; and comments."""
    store = Store.open(tmp_path_factory.mktemp("rules") / "cx.duckdb")
    accounts: list[dict[str, Any]] = [
        {"customer_id": "told", "is_strategic": True, "owner_email": "Ann@Example.org"},
        {"customer_id": "premium", "segment": "Premium", "is_strategic": False},
        {"customer_id": "at", "annual_revenue_amount": 50_000},
        {"customer_id": "under", "annual_revenue_amount": 49_999.99},
    ]
    add(store, accounts, "customers")
    rows: list[dict[str, Any]] = [
        {"response_id": f"{it['customer_id']}-{score}", "nps_score": score, **it}
        for it in ({"customer_id": row["customer_id"]} for row in accounts)
        for score in range(11)
    ]
    rows += [
        {"response_id": name, "customer_id": name, "comment": text, "nps_score": 8}
        for name, text in COMMENTS.items()
    ]
    rows.append({"response_id": "nobody", "nps_score": 0, "comment": "call me"})
    days: dict[str, Any] = {"responded_at": datetime(2026, 6, 30, 12), "survey": "relationship"}
    add(store, [{**days, **row} for row in rows], "responses")
    yield store
    store.close()


def ids(alerts: list[Any]) -> set[str]:
    return {it.response_id for it in alerts}


@pytest.mark.parametrize("most", [0, 3, 6, 10])
def test_a_low_score_is_one_up_to_the_threshold_included(answered: Store, most: int) -> None:
    found = answer_alerts(answered, replace(LOW, threshold=most))
    scores = {row["facts"]["score"] for row in map(vars, found)}
    assert scores == {*range(most + 1)} - ({8} if most < 8 else set())
    assert "nobody" not in ids(found)


@pytest.mark.parametrize(
    ("chosen", "accounts"),
    [
        ({}, {"told"}),
        ({"segments": ("Premium",)}, {"told", "premium"}),
        ({"segments": ("Home",)}, {"told"}),
        ({"least_revenue_amount": 50_000}, {"told", "at"}),
        ({"least_revenue_amount": 50_000.01}, {"told"}),
        ({"segments": ("Premium",), "least_revenue_amount": 1}, {"told", "premium", "at", "under"}),
    ],
)
def test_a_strategic_account_is_told_by_the_file_or_a_segment_or_its_revenue(
    answered: Store, chosen: dict[str, Any], accounts: set[str]
) -> None:
    found = answer_alerts(answered, replace(STRATEGIC, **chosen))
    assert {it.customer_id for it in found} == accounts
    assert {it.facts["score"] for it in found} == {*range(7)}


def test_a_comment_asks_by_whole_words_in_both_languages_and_not_where_it_says_not_to(
    answered: Store,
) -> None:
    found = answer_alerts(answered, CALL)
    assert ids(found) == {"asks", "asks in French", "begins so"}
    assert {it.facts["phrase"] for it in found} == {"call me", "rappelez moi", "resilier"}


def test_a_comment_can_be_of_a_theme(answered: Store) -> None:
    rule = replace(CALL, terms=(), themes=("urgent",))
    assert ids(answer_alerts(answered, rule)) == {"asks"}
    assert asked_pattern([" * ", "!"]) is None


def test_the_owner_is_of_the_account_else_of_its_group_else_fixed(answered: Store) -> None:
    by_segment = replace(
        LOW, owner_by="segment", owners={"Premium": "Pia@x.org"}, owner="desk@x.org"
    )
    for rule, owners in (
        (replace(LOW, owner="desk@x.org"), {"told": "ann@example.org", "premium": "desk@x.org"}),
        (by_segment, {"told": "desk@x.org", "premium": "pia@x.org"}),
        (replace(LOW, owner_by="fixed"), {"told": None, "premium": None}),
    ):
        found = {it.customer_id: it.owner for it in answer_alerts(answered, rule)}
        assert {name: found[name] for name in owners} == owners


@pytest.mark.parametrize(
    ("back", "days", "fires"),
    [(30, 30, True), (30, 31, False), (0, 0, True), (0, 1, False), (None, 900, True)],
)
def test_late_answers_of_an_old_date_wake_no_rule_unless_it_says_so(
    tmp_path: Path, back: int | None, days: int, fires: bool
) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    day = datetime(2026, 6, 30, 12)
    add(store, [{"customer_id": "x", "responded_at": day, "nps_score": 10}], "responses")
    old = {"customer_id": "y", "responded_at": day - timedelta(days=days), "nps_score": 0}
    add(store, [old], "responses")
    found = alerts_of_batch(store, replace(LOW, look_back_days=back), 2, TODAY)
    store.close()
    assert bool(found) == fires


@pytest.mark.parametrize(("gap", "count"), [(0, 1), (29, 1), (30, 2), (31, 2)])
def test_a_rule_is_quiet_for_whole_days(answered: Store, gap: int, count: int) -> None:
    [first] = [it for it in answer_alerts(answered, LOW) if it.response_id == "told-0"]
    later = replace(first, response_id="b", fired_on=first.fired_on + timedelta(days=gap))
    assert len(Causes().taken([first, later])) == count
    assert len(Causes().taken([later, first])) == count  # in whatever order they come
    assert Causes().taken([first, replace(first)]) == [first]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Segments that fall, stay, are small or withheld; and calls of which half are in time."""
    store = Store.open(tmp_path_factory.mktemp("figures") / "cx.duckdb")
    for segment, before, after in (
        ("falls", (10, 30, 60), (60, 30, 10)),
        ("rises", (60, 30, 10), (10, 30, 60)),
        ("stays", (30, 40, 30), (31, 40, 29)),
        ("small", (0, 0, 20), (20, 0, 0)),
        ("withheld", (0, 0, 4), (4, 0, 0)),
    ):
        add_classes(store, date(2026, 5, 20), before, segment=segment)
        add_classes(store, date(2026, 6, 30), after, segment=segment)
    half = [{"channel": "call", "opened_at": NOW, "answered": it} for it in [1, 3600] * 50]
    few = [{"channel": "chat", "opened_at": NOW, "answered": 9999}] * 4
    close = [{"channel": "email", "opened_at": NOW, "answered": it} for it in [1] * 26 + [9**7] * 8]
    add_contact_facts(store, *half, *few, *close, extracted_at=NOW)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("threshold", "least", "found"),
    [(0, 1, ["falls"]), (100, 100, ["falls"]), (100.1, 1, []), (0, 101, []), (0, 100, ["falls"])],
)
def test_a_segment_falls_if_it_is_sure_and_by_enough(
    figures: Store, threshold: float, least: int, found: list[str]
) -> None:
    rule = replace(FALLS, threshold=threshold, minimum_count=least)
    alerts = group_alerts(figures, rule, LAST)
    assert [it.about_value for it in alerts] == found
    for it in alerts:
        assert (it.facts["nps_before"], it.facts["nps"], it.facts["n"]) == (50.0, -50.0, 100)


def test_a_segment_of_two_periods_that_are_not_there_falls_not(figures: Store) -> None:
    assert group_alerts(figures, FALLS, date(2020, 1, 1)) == []


@pytest.mark.parametrize(
    ("threshold", "least", "found"),
    [(0, 1, ["call"]), (40, 100, ["call"]), (40.1, 1, []), (0, 101, [])],
)
def test_a_channel_is_below_its_goal_if_its_interval_is_clear_of_it(
    figures: Store, threshold: float, least: int, found: list[str]
) -> None:
    """Of the e-mails 26 of 34 are in time: below the goal, and within the noise of it; of chats
    too few are known to be shown."""
    goal = figures.settings.response_time["call"].goal
    below = max(threshold + 100 * goal - 90, 0)  # half are in time: 40 points below a goal of 90
    rule = replace(BELOW, threshold=below, minimum_count=least)
    assert [it.about_value for it in group_alerts(figures, rule, NOW.date())] == found


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three calls past their deadline, two of one customer, and one that isn't due yet."""
    store = Store.open(tmp_path_factory.mktemp("waiting") / "cx.duckdb")
    add(
        store, [{"customer_id": "c", "owner_email": "ann@x.org", "is_strategic": True}], "customers"
    )
    late = {"channel": "call", "opened_at": NOW - timedelta(hours=2)}
    add_contact_facts(
        store,
        {**late, "customer_id": "c"},
        {**late, "customer_id": "c"},
        {**late, "customer_id": "d"},
        {"channel": "email", "opened_at": NOW, "customer_id": "d"},
        extracted_at=NOW,
    )
    yield store
    store.close()


@pytest.mark.parametrize(("least", "found"), [(2, ["call"]), (3, ["call"]), (4, [])])
def test_a_backlog_is_told_from_so_many_contacts_on(
    waiting: Store, least: int, found: list[str]
) -> None:
    rule = CaseRule("b", "backlog_past_due", threshold=least)
    alerts = group_alerts(waiting, rule, NOW.date())
    assert [it.about_value for it in alerts] == found
    assert group_alerts(waiting, replace(rule, channels=("chat",)), NOW.date()) == []


@pytest.mark.parametrize(
    ("least", "chosen", "found"),
    [
        (1, {}, ["c", "d"]),
        (2, {}, ["c"]),
        (3, {}, []),
        (1, {"least_revenue_amount": 1}, ["c"]),
    ],
)
def test_an_account_waits_in_so_many_contacts(
    waiting: Store, least: int, chosen: dict[str, Any], found: list[str]
) -> None:
    rule = CaseRule("a", "account_waits", threshold=least, **chosen)
    alerts = group_alerts(waiting, rule, NOW.date())
    assert [it.customer_id for it in alerts] == found
    assert all(it.contact_id for it in alerts)


@pytest.mark.parametrize(
    ("now", "before", "asked"),
    [
        (40, 6, {(40, 1.0): True, (41, 1.0): False, (1, 34.0): True, (1, 34.1): False}),
        (40, 36, {(1, 0.0): False}),  # within the noise
        (4, 0, {(1, 0.0): False}),  # withheld
    ],
)
def test_a_theme_rises_if_it_is_sure_and_by_enough(
    tmp_path: Path, now: int, before: int, asked: dict[tuple[int, float], bool]
) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    rows = [
        {
            "responded_at": datetime(2026, month, 20, 12),
            "nps_score": (0, 10)[place % 2],
            "comment": "Livraison en retard" if place < count else "Parfait",
            "language": "fr",
        }
        for month, count in ((5, before), (6, now))
        for place in range(100)
    ]
    add(store, rows, "responses")
    for (least, rise), fires in asked.items():
        rule = CaseRule("t", "theme_rising", threshold=rise, minimum_count=least, window_days=31)
        found = group_alerts(store, rule, date(2026, 6, 20))
        assert bool(found) == fires, (least, rise)
        assert group_alerts(store, replace(rule, themes=("parfait",)), date(2026, 6, 20)) == []
    store.close()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (replace(LOW, threshold=None), "This rule needs a threshold: the highest score"),
        (replace(LOW, threshold=11), "lies between 0 and 10"),
        (replace(LOW, threshold=2.5), "lies between 0 and 10"),
        (replace(STRATEGIC, threshold=7), "lies between 0 and 6"),
        (replace(CALL, terms=(" ", "*")), "needs words or themes"),
        (replace(LOW, quiet_days=0), "quiet days lies between 1"),
        (replace(LOW, code="No!"), "is called by letters"),
        (replace(LOW, owner="nobody@x.org"), "Nobody called nobody@x.org can be given a case."),
        (replace(LOW, channels=("fax",)), "channel: there is no fax."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_one_sentence(
    answered: Store, rule: CaseRule, said: str
) -> None:
    before = recorded_rules(answered)
    with pytest.raises(CxDataError) as refused:
        keep_rule(answered, rule)
    assert said in str(refused.value)
    assert recorded_rules(answered) == before


def test_the_starting_set_makes_sense_and_is_off_but_for_the_first_two(answered: Store) -> None:
    rules = recorded_rules(answered)
    assert [it.is_active for it in rules] == [True, True] + [False] * (len(rules) - 2)
    assert {it.kind for it in rules} >= {"strategic_detractor", "nps_drop", "account_waits"}
    for rule in rules:
        see_sensible(rule)


def test_of_a_rule_the_last_change_counts_and_none_is_rewritten(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    rule = replace(rule_called(store, "very_low_score"), threshold=1)
    keep_rule(store, rule, changed_by="ada")
    keep_rule(store, replace(rule, is_active=False))
    keep_rule(store, replace(CALL, is_active=True))
    assert rule_called(store, "very_low_score") == replace(rule, is_active=False)
    assert rule_called(store, "call") == replace(CALL, is_active=True)
    with store.cursor() as con:
        assert con.execute("select count(*) from alert_rules").fetchall() == [(3,)]
    with pytest.raises(CxDataError, match="There is no rule called x"):
        rule_called(store, "x")
    store.close()


@pytest.mark.parametrize(
    ("opened_at", "hours", "due_at"),
    [
        (datetime(2026, 6, 4, 8), 2, datetime(2026, 6, 4, 10)),  # a Thursday, 10:00 in Paris
        (datetime(2026, 6, 5, 15), 1, datetime(2026, 6, 5, 16)),  # ends with the working day
        (datetime(2026, 6, 5, 15), 2, datetime(2026, 6, 8, 8)),  # an hour into Monday
        (datetime(2026, 6, 6, 12), 1, datetime(2026, 6, 8, 8)),  # opened on a Saturday
        (datetime(2026, 7, 13, 15), 2, datetime(2026, 7, 15, 8)),  # past the 14th of July
    ],
)
def test_a_case_is_due_after_so_many_business_hours(
    answered: Store, opened_at: datetime, hours: float, due_at: datetime
) -> None:
    assert due_after(answered.settings_history, opened_at, hours) == due_at
