"""Did a decision help: what is planted is found, what isn't is not claimed, at each bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from cxdata.exports.calendar import as_calendar
from cxdata.exports.pack_files import FACES, pack_file
from cxdata.followup.decisions import Decision, add_decision, close_decision
from cxdata.i18n import translator
from cxdata.metrics.decided import (
    Beside,
    DecisionEffect,
    FigureLevel,
    comparable_windows,
    decision_effect,
    figure_level,
    filters_about,
)
from cxdata.models import DECISION_FIGURES, DecisionFigure, Filters, Period
from cxdata.pack.making import PackChoice, pack_of
from cxdata.panels import Request
from cxdata.panels.decided import (
    DecisionOutcome,
    decided_events,
    decisions_since_panel,
    outcome_lines,
    outcome_mood,
    outcomes,
)
from cxdata.panels.response_time import compliance_trend_panel
from cxdata.store.connection import Store
from tests.stores import add

START = date(2026, 1, 5)
HALF, DAYS = 28, 56
DECIDED, DUE = START + timedelta(days=HALF - 1), START + timedelta(days=DAYS - 1)
LATER = DUE + timedelta(days=60)
MOVED, FLAT = Filters(segment=("Moved",)), Filters(segment=("Flat",))
# Of ten a day, how many are answered in time before the decision and after it.
PLANTED = {
    ("chat", "Moved"): (6, 8),
    ("chat", "Flat"): (7, 7),
    ("email", "Moved"): (5, 7),  # as much as where nothing was decided
    ("email", "Flat"): (5, 7),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("decided") / "cx.duckdb")
    add(opened, contacts(), "contacts")
    add(opened, given_answers(), "responses")
    yield opened
    opened.close()


def contacts() -> list[dict[str, object]]:
    rows = []
    for day in range(DAYS):
        for (channel, segment), (before, after) in PLANTED.items():
            for number in range(10):
                opened_at = datetime(2026, 1, 5, 9) + timedelta(days=day, minutes=number)
                is_met = number < (before if day < HALF else after)
                late = timedelta(hours=2) if channel == "chat" else timedelta(days=6)
                rows.append(
                    {
                        "contact_id": f"{channel} {segment} {day} {number}",
                        "channel": channel,
                        "segment": segment,
                        "opened_at": opened_at,
                        "first_response_at": opened_at + (timedelta(seconds=5) if is_met else late),
                    }
                )
    return rows


def given_answers() -> list[dict[str, object]]:
    """Ten a day: the NPS of one segment rises from 0 to 40, the other's stays."""
    return [
        {
            "response_id": f"{segment} {day} {number}",
            "responded_at": datetime(2026, 1, 5, 10) + timedelta(days=day),
            "nps_score": 10 if number < (7 if day >= HALF and segment == "Moved" else 5) else 0,
            "csat_score": 5 if number < 6 else 2,
            "segment": segment,
        }
        for day in range(DAYS)
        for segment in ("Moved", "Flat")
        for number in range(10)
    ]


def effect(
    store: Store,
    figure: DecisionFigure | None,
    filters: Filters,
    decided_on: date = DECIDED,
    due_on: date = DUE,
    today: date = LATER,
) -> DecisionEffect:
    return decision_effect(store, figure, filters, decided_on, due_on, today=today)


@pytest.mark.parametrize(
    ("figure", "then", "now", "gap"),
    [("chat_in_time", 0.6, 0.8, 0.2), ("nps", 0.0, 40.0, 40.0)],
)
def test_a_planted_effect_is_found_and_is_more_than_there(
    store: Store, figure: DecisionFigure, then: float, now: float, gap: float
) -> None:
    found = effect(store, figure, MOVED)
    assert (found.then.value, found.now.value) == (pytest.approx(then), pytest.approx(now))
    assert (found.then.count, found.now.count) == (280, 280)
    assert found.verdict == "real_change"
    assert found.beside is not None
    assert found.beside.values == ("Flat",)
    assert found.beside.gap == pytest.approx(gap)
    assert found.beside.gap_low is not None
    assert found.beside.gap_low > 0
    assert found.beside.verdict == "more"


def test_the_interval_of_the_difference_of_differences_is_by_hand(store: Store) -> None:
    """Four shares of 280 on the adjusted counts, 95 %: the z² = 3.8415 of each."""
    beside = effect(store, "chat_in_time", MOVED).beside
    assert beside is not None

    def variance(part: int) -> float:
        share = (part + 3.8415 / 2) / (280 + 3.8415)
        return share * (1 - share) / (280 + 3.8415)

    margin = 1.959964 * sum(map(variance, (168, 224, 196, 196))) ** 0.5
    assert beside.gap_low == pytest.approx(0.2 - margin, abs=1e-6)
    assert beside.gap_high == pytest.approx(0.2 + margin, abs=1e-6)


def test_what_rose_as_much_elsewhere_is_not_claimed(store: Store) -> None:
    found = effect(store, "email_in_time", MOVED)
    assert found.verdict == "real_change"
    assert found.beside is not None
    assert (found.beside.gap, found.beside.verdict) == (pytest.approx(0.0), "cannot_tell")


@pytest.mark.parametrize("figure", ["chat_in_time", "nps", "csat"])
def test_a_planted_non_effect_is_not_claimed(store: Store, figure: DecisionFigure) -> None:
    found = effect(store, figure, FLAT)
    assert found.verdict == "within_noise"
    assert found.beside is not None
    assert found.beside.verdict != "more"


def test_a_channel_without_other_filters_is_held_against_the_other_channels(store: Store) -> None:
    beside = effect(store, "chat_in_time", Filters()).beside
    assert beside is not None
    assert (beside.dimension, beside.values) == ("channel", ("email",))
    # Chats 65 to 75 %, emails 50 to 70 %.
    assert beside.difference == pytest.approx(0.2)
    assert beside.gap == pytest.approx(-0.1)
    assert beside.verdict == "less"


def test_without_other_groups_nothing_is_held_against_them(store: Store) -> None:
    found = effect(store, "nps", Filters())
    assert found.verdict == "real_change"
    assert found.beside is None


def test_few_answers_tell_nothing_beside_others(store: Store) -> None:
    short = DECIDED + timedelta(days=14)
    few = Filters(segment=("Moved",), channel=("chat",))  # no answer has a channel
    found = effect(store, "nps", few, due_on=short)
    assert (found.verdict, found.reason) == (None, "no_answers")


@pytest.mark.parametrize(
    ("due_in", "today_in", "known_in", "outcome"),
    [
        (13, 99, 99, "too_early"),
        (14, 99, 99, 14),
        (20, 99, 99, 14),  # whole weeks
        (21, 99, 99, 21),
        (400, 999, 999, 364),
        (56, 99, 55, "not_known"),  # half a comparison is none
        (56, 99, 56, 56),
        (56, 55, 99, 49),  # not due yet: up to today
        (56, 40, 30, 28),  # or to the last known day
        (56, 13, 99, "too_early"),
        (56, 40, None, "not_known"),
    ],
)
def test_windows_are_whole_weeks_and_as_long_as_each_other(
    due_in: int, today_in: int, known_in: int | None, outcome: int | str
) -> None:
    def day(count: int) -> date:
        return DECIDED + timedelta(days=count)

    known_on = None if known_in is None else day(known_in)
    found = comparable_windows(DECIDED, day(due_in), today=day(today_in), known_on=known_on)
    if isinstance(found, str):
        assert found == outcome
        return
    assert found.before.day_count == found.after.day_count == outcome
    assert found.before.last_on == DECIDED
    assert found.after.first_on > DECIDED


def test_before_anything_is_known_there_is_no_verdict(store: Store) -> None:
    early = effect(store, "nps", MOVED, decided_on=START + timedelta(days=20))
    assert (early.reason, early.verdict) == ("not_known_then", None)
    late = effect(store, "nps", MOVED, due_on=DUE + timedelta(days=1))
    assert (late.reason, late.verdict, late.now.value) == ("not_known", None, None)
    assert effect(store, None, MOVED).reason == "no_figure"


@pytest.mark.parametrize("figure", DECISION_FIGURES)
def test_every_figure_has_a_level_or_says_why_not(store: Store, figure: DecisionFigure) -> None:
    period = Filters(period=Period(DECIDED, DUE))
    level = figure_level(store, figure, period)
    assert (level.value is None) == (level.reason is not None)
    assert filters_about(figure, replace(period, segment=("Moved",))).segment == ("Moved",)


REAL = DecisionEffect(difference=0.1, verdict="real_change", now=FigureLevel(0.8, 0.78, 0.82))
NOISE = replace(REAL, verdict="within_noise")
BESIDE = Beside("segment", ("Flat",), 0.0, 0.1, 0.02, 0.18, "more")


@pytest.mark.parametrize(
    ("figure", "found", "mood"),
    [
        ("chat_in_time", REAL, "good"),
        ("chat_in_time", replace(REAL, difference=-0.1), "bad"),
        ("churn_rate", REAL, "bad"),
        ("churn_rate", replace(REAL, difference=-0.1), "good"),
        ("chat_in_time", NOISE, "neutral"),
        ("chat_in_time", replace(REAL, verdict="too_few_answers"), "neutral"),
        ("chat_in_time", replace(REAL, verdict=None, reason="not_known"), "neutral"),
        ("chat_in_time", replace(REAL, beside=BESIDE), "good"),
        ("chat_in_time", replace(REAL, beside=replace(BESIDE, verdict="cannot_tell")), "neutral"),
        (
            "chat_in_time",
            replace(REAL, beside=replace(BESIDE, gap=-0.1, verdict="less")),
            "neutral",
        ),
        (None, DecisionEffect(reason="no_figure"), "neutral"),
    ],
)
def test_only_what_is_sure_is_good_or_bad_news(
    figure: DecisionFigure | None, found: DecisionEffect, mood: str
) -> None:
    decision = Decision("x", "y", DUE, figure)
    assert outcome_mood(DecisionOutcome("1", 1, decision, {}, found, None, False)) == mood


def test_then_and_now_are_said_with_their_verdict_and_the_goal(store: Store) -> None:
    goal = Decision("Evening team", "Ada", DUE, "chat_in_time", MOVED, goal=0.9)
    made = add_decision(store, replace(goal, decided_on=DECIDED), today=DECIDED)
    request = Request.computed_now(store, Filters(), translator("en"))
    [outcome] = [it for it in outcomes(request, today=LATER) if it.decision_id == made]
    assert (outcome.is_overdue, outcome.state) == (True, "overdue")
    moved, beside, windows = outcome_lines(outcome, request)
    assert moved == "60.0% → 80.0%, a real change · goal 90.0% not reached"
    assert beside.startswith("Beside Flat (0.0 points): +20.0 points apart, 95% interval +")
    assert beside.endswith("moved more than elsewhere")
    assert windows == "28 days up to 1 Mar 2026 against as many up to 1 Feb 2026"
    panel = decisions_since_panel(request)
    assert panel.table is not None
    assert "60.0% → 80.0%" in panel.table.row(0)[4]
    close_decision(store, made, "dropped", today=LATER)
    [outcome] = [it for it in outcomes(request, today=LATER) if it.decision_id == made]
    assert outcome.effect.reason == "dropped"


def test_a_decision_is_an_event_of_the_charts_that_it_concerns(store: Store) -> None:
    about = replace(Decision("Night shift", "Ada", DUE, "chat_in_time", MOVED), decided_on=DECIDED)
    add_decision(store, about, today=DECIDED)
    period = Period(START, DUE)

    def shown(filters: Filters, *figures: DecisionFigure) -> list[str]:
        request = Request.computed_now(store, replace(filters, period=period), translator("en"))
        return [text for _, text in decided_events(request, figures)]

    assert shown(Filters(), "chat_in_time") == ["Decided: Night shift"]
    assert shown(MOVED, "chat_in_time", "nps") == ["Decided: Night shift"]
    assert shown(FLAT, "chat_in_time") == []
    assert shown(Filters(), "nps") == []
    assert shown(Filters(channel=("email",)), "chat_in_time") == []
    request = Request.computed_now(store, Filters(period=period), translator("en"))
    chart = compliance_trend_panel(request).chart
    assert chart is not None
    assert "Decided: Night shift" in str(chart["layout"]["annotations"])


def test_the_pack_says_what_was_decided_and_what_became_of_it(store: Store) -> None:
    about = Decision("=1+1 <b>More</b> people", "Ada", DUE, "chat_in_time", MOVED)
    add_decision(store, replace(about, decided_on=DECIDED), today=DECIDED)
    request = Request.computed_now(store, Filters(), translator("fr"))
    pack = pack_of(request, PackChoice(sections=("decisions",)))
    made, since = pack.sections[0].figures
    assert made.table is not None
    assert since.table is not None
    assert "=1+1 <b>More</b> people" in [row[0] for row in made.table.rows]
    [row] = [row for row in since.table.rows if row[0] == "=1+1 <b>More</b> people"]
    assert "60,0\N{NO-BREAK SPACE}% → 80,0\N{NO-BREAK SPACE}%, un changement réel" in row[4]
    assert "Flat" in row[5]
    for face in FACES:
        assert pack_file(pack, face).content


def test_due_dates_are_whole_days_of_a_calendar(store: Store) -> None:
    text = "Chats; nights, too\nBEGIN:VEVENT"
    decision = Decision(text, "Ada", date(2026, 12, 31), "nps", owner_email="ada@example.org")
    outcome = DecisionOutcome("abc", 7, decision, {}, DecisionEffect(), None, False)
    done = replace(outcome, decision=replace(decision, status="done"))
    told = as_calendar([outcome, done], translator("fr")).decode().replace("\r\n ", "")
    assert told.count("\r\nBEGIN:VEVENT\r\n") == 1
    assert "DTSTART;VALUE=DATE:20261231" in told
    assert "DTEND;VALUE=DATE:20270101" in told
    assert "UID:abc@cx-dashboard" in told
    assert r"Chats\; nights\, too\nBEGIN:VEVENT" in told
    assert "ada@example.org" in told


def test_contacts_that_were_judged_otherwise_are_not_compared(store: Store) -> None:
    """The last of the file, since the store keeps the changed standard."""
    day = DECIDED + timedelta(days=1)
    store.change_settings({"response_time.chat.favourable_seconds": 30}, applies_from=day)
    found = effect(store, "chat_in_time", MOVED)
    assert (found.reason, found.verdict) == ("judged_otherwise", None)
