"""Response times in sentences and tables, exact to the sign."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from cxdata import sentences as say
from cxdata import tables
from cxdata.config import load_settings
from cxdata.i18n import translator
from cxdata.metrics.response_time.contact_hours import WORST_SCHEMA
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.models import Filters
from cxdata.store.settings_history import change_now, history_of

EN, FR = translator("en"), translator("fr")
CHANNEL: dict[str, Any] = {
    "channel": "chat", "met_count": 9_071, "missed_count": 3_763, "not_yet_due_count": 3,
    "compliance_rate": 0.7068, "rate_low": 0.6988, "rate_high": 0.7146, "goal": 0.8,
    "goal_is_published": False, "verdict": "missed", "clock": "elapsed", "is_strict": False,
    "favourable_seconds": 45.0, "limit_seconds": 180.0, "abandon_rule": "missed",
    "p50_seconds": 25.0, "p90_seconds": 109.0, "score": 88.4, "own_standard_count": 0,
    "is_small_base": False, "reason": None, "not_known_count": 0, "untimed_count": 0,
    "ever_answered_share": 0.95, "ever_answered_share_low": 0.94, "ever_answered_share_high": 0.96,
    "gave_up_share": 0.04,
}  # fmt: skip
GIVEN_UP = {
    **CHANNEL, "p90_seconds": None, "ever_answered_share": 0.8, "ever_answered_share_low": 0.711,
    "ever_answered_share_high": 0.867, "gave_up_share": 0.2,
}  # fmt: skip
MAIL = {**CHANNEL, "channel": "email", "clock": "business", "favourable_seconds": 32_400.0}
WORST = pl.DataFrame(
    [
        {
            "weekday": 0, "from_hour": 8, "until_hour": 12, "due_count": 200, "missed_count": 119,
            "missed_share": 0.596, "rest_due_count": 900, "rest_missed_count": 126,
            "rest_share": 0.14, "difference": 0.455, "difference_low": 0.38,
            "difference_high": 0.52, "p_value": 0.0, "tried_count": 840,
        }
    ],
    schema=WORST_SCHEMA,
)  # fmt: skip


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


# A channel


def test_a_channel_says_how_sure_it_is_and_of_how_many() -> None:
    assert say.channel_basis(CHANNEL, EN) == [
        "95% interval 69.9% to 71.5%", "12,834 contacts due", "", "3 not yet due",
    ]  # fmt: skip
    assert say.channel_figures(CHANNEL, EN) == ("n = 12,834", "69.9% to 71.5% (95%)")
    assert say.channel_figures(CHANNEL, FR) == (
        "n = 12\u202f834", "69,9\xa0% à 71,5\xa0% (95\xa0%)",
    )  # fmt: skip
    few = {**CHANNEL, "met_count": 9, "missed_count": 2, "is_small_base": True}
    assert say.channel_figures(few, EN)[2] == "small base"
    assert say.channel_figures({**CHANNEL, "compliance_rate": None}, EN) == ()
    assert say.channel_basis(few, EN)[1:3] == ["11 contacts due", "small base"]


def test_a_channel_where_nothing_was_due_says_so_and_gives_no_interval() -> None:
    waiting = {**CHANNEL, "compliance_rate": None, "reason": "none_due"}
    assert say.channel_basis(waiting, EN) == ["No contact was due yet.", "3 not yet due"]


def test_a_channel_says_its_waits_and_its_score() -> None:
    assert say.channel_waits(CHANNEL, EN) == [
        "● half within 25 s", "◆ 9 in 10 within 1 min 49 s",
    ]  # fmt: skip
    assert say.graded_score_text(CHANNEL, EN) == "graded score 88 of 100"
    unknown = {**CHANNEL, "p90_seconds": None, "score": None}
    assert say.channel_waits(unknown, EN) == ["● half within 25 s", ""]
    assert say.graded_score_text(unknown, EN) == ""


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ({"compliance_rate": 0.7, "verdict": "missed"},
         "Calls: below the goal for the first time, 70.0% in Mar 2026."),
        ({"compliance_rate": 0.79},
         "Calls: under 80% for the first time, 79.0% in Mar 2026, too close to be sure."),
        ({"compliance_rate": 0.7, "is_complete": False}, ""),
        ({"compliance_rate": 0.7, "is_small_base": True}, ""),
        ({"compliance_rate": 0.81}, ""),
    ],
)  # fmt: skip
def test_a_channel_that_falls_below_its_goal_for_the_first_time_is_said(
    last: dict[str, Any], said: str
) -> None:
    month = {"channel": "call", "is_complete": True, "is_small_base": False, "goal": 0.8,
             "rate_high": 0.85, "verdict": "cannot_tell", "compliance_rate": 0.82}  # fmt: skip
    months = [{**month, "period": date(2026, it, 1)} for it in (1, 2)]
    trend = pl.DataFrame([*months, {**month, "period": date(2026, 3, 1)} | last])
    assert say.first_below_sentence(trend, "month", EN) == said
    again = pl.DataFrame([{**months[0], "compliance_rate": 0.78}, *trend.to_dicts()[1:]])
    assert say.first_below_sentence(again, "month", EN) == ""


def test_opening_hours_have_no_days_of_24_hours() -> None:
    slow = {**MAIL, "p50_seconds": 97_200.0}
    assert say.channel_waits(slow, EN)[0] == "● half within 27 h"
    assert say.channel_waits({**slow, "clock": "elapsed"}, EN)[0] == "● half within 1 d 3 h"


def test_contacts_with_a_standard_of_their_own_are_counted() -> None:
    standard = "within 45 s · company's own goal 80% · abandoned counts as missed"
    assert say.channel_standard(CHANNEL, EN) == [standard, ""]
    own = say.channel_standard({**CHANNEL, "own_standard_count": 120}, EN)
    assert own == [standard, "120 contacts judged by standards of their own"]


# When and how long


def test_the_worst_hours_are_said_with_their_rest() -> None:
    assert say.worst_hours_sentence(WORST, "call", EN) == (
        "Calls: Monday, 8:00 to 12:00, 60% missed against 14% otherwise."
    )
    assert say.worst_hours_sentence(WORST, "call", FR) == (
        "Appels\u00a0: lundi de 8\u00a0h à 12\u00a0h, 60\u00a0% manqués contre 14\u00a0% "
        "le reste du temps."
    )
    assert say.worst_hours_basis(WORST, EN) == [
        "119 of 200 missed there",
        "difference 38 to 52 points (95%)",
        "sure although 840 stretches of hours were tried",
    ]


def test_hours_of_every_day_have_no_weekday() -> None:
    daily = WORST.with_columns(weekday=pl.lit(None, pl.Int8), from_hour=18, until_hour=24)
    assert say.worst_hours_sentence(daily, "chat", EN).startswith("Chat: every day, 18:00 to 24:00")


def test_where_no_hours_stand_out_nothing_is_said() -> None:
    assert say.worst_hours_sentence(WORST.clear(), "call", EN) == ""
    assert say.worst_hours_basis(WORST.clear(), EN) == []


def test_waits_are_said_as_far_as_they_are_known() -> None:
    assert say.waits_sentence(CHANNEL, EN) == (
        "Chat: half answered within 25 s, 9 in 10 within 1 min 49 s."
    )
    assert say.waits_sentence({**CHANNEL, "p90_seconds": None}, EN) == (
        "Chat: half answered within 25 s."
    )
    assert say.waits_sentence({**CHANNEL, "p50_seconds": None}, EN) == (
        "Chat: fewer than half have an answer."
    )


def test_where_too_many_give_up_nine_in_ten_are_never_answered() -> None:
    assert say.waits_sentence(GIVEN_UP, EN) == (
        "Chat: half answered within 25 s, 9 in 10 never: 80.0% are answered, 20.0% give up."
    )
    assert say.waits_sentence(GIVEN_UP, FR) == (
        "Chat\u00a0: la moitié en 25 s au plus, 9 sur 10 jamais\u00a0: 80,0\u00a0% ont une "
        "réponse, 20,0\u00a0% abandonnent."
    )
    assert say.channel_waits(GIVEN_UP, EN)[1] == (
        "◆ 9 in 10 never: 80.0% are answered (71.1% to 86.7%), 20.0% give up"
    )
    mostly = {
        **GIVEN_UP, "p50_seconds": None, "ever_answered_share": 0.4, "gave_up_share": 0.6
    }  # fmt: skip
    assert say.waits_sentence(mostly, EN) == "Chat: 40.0% are answered, 60.0% give up."
    assert tables.compliance_table(frame({**mostly, "abandoned_count": 6}), EN).row(0)[7:9] == (
        "never", "never"
    )  # fmt: skip
    waits_on = {**mostly, "ever_answered_share": 0.45, "gave_up_share": 0.3}
    assert say.waits_sentence(waits_on, EN) == "Chat: fewer than half have an answer."


# The backlog


def open_contacts(**counts: int) -> pl.DataFrame:
    return pl.DataFrame(
        [{"backlog_class": code, "contact_count": n} for code, n in counts.items()],
        schema={"backlog_class": pl.String, "contact_count": pl.Int64},
    )


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "Nobody is waiting for an answer."),
        ({"due_later": 1}, "1 contact is open, within its time."),
        ({"due_later": 2, "due_within_1_hour": 3}, "5 contacts are open, all within their time."),
        ({"past_due": 1}, "1 of 1 open contact is past its time."),
        ({"past_due": 150, "due_later": 24}, "150 of 174 open contacts are past their time."),
    ],
)
def test_the_backlog_says_who_waits_too_long(counts: dict[str, int], sentence: str) -> None:
    assert say.backlog_sentence(open_contacts(**counts), EN) == sentence


def test_now_is_the_extracts_date_in_the_firms_own_time() -> None:
    contacts = pl.DataFrame({"now_at": [datetime(2026, 6, 30, 18)]})
    assert say.backlog_basis(contacts, "Europe/Paris", EN) == [
        "“Now” is the date of the extract, 30 Jun 2026, 20:00, not today",
        "all open contacts, whatever the period chosen",
    ]


def test_time_left_is_said_in_words() -> None:
    assert say.time_left_text(7_800, EN) == "2 h 10 min left"
    assert say.time_left_text(0, EN) == "0 s left"
    assert say.time_left_text(-90, EN) == "1 min 30 s past"
    assert say.time_left_text(-90, FR) == "dépassé de 1 min 30 s"
    assert say.time_left_text(None, EN) == "not known"


# Groups and channels


def test_the_lowest_group_that_surely_misses_is_named() -> None:
    rows = frame(
        {**CHANNEL, "segment": "Gold", "compliance_rate": 0.6},
        {**CHANNEL, "segment": "New", "compliance_rate": 0.5, "verdict": "cannot_tell"},
        {**CHANNEL, "segment": None, "compliance_rate": 0.7},
    )
    assert say.groups_sentence(rows, "segment", "chat", EN) == (
        "Chat: Gold has 60% in time (70% to 71%, 12,834 contacts), below 80%: the lowest of 3."
    )
    sure = rows.filter(pl.col("verdict") == "cannot_tell")
    assert say.groups_sentence(sure, "segment", "chat", EN) == (
        "Chat: no group surely misses the goal."
    )
    assert say.groups_sentence(rows.clear(), "segment", "chat", EN) == (
        "Chat: too few contacts to compare groups."
    )


def test_a_group_with_a_small_base_is_not_the_worst() -> None:
    small = {**CHANNEL, "segment": "Rare", "compliance_rate": 0.1, "is_small_base": True}
    rows = frame({**CHANNEL, "segment": "Gold", "compliance_rate": 0.6}, small)
    assert say.groups_sentence(rows, "segment", "chat", EN) == (
        "Chat: Gold has 60% in time (70% to 71%, 12,834 contacts), below 80%."
    )
    fine = {**CHANNEL, "segment": "Gold", "verdict": "reached"}
    assert say.groups_sentence(frame(fine, small), "segment", "chat", EN) == (
        "Chat: only groups with a small base miss the goal."
    )
    assert say.groups_sentence(frame(small), "segment", "chat", EN) == (
        "Chat: too few contacts to compare groups."
    )


def test_a_channel_with_a_small_base_is_not_the_worst() -> None:
    small = {**CHANNEL, "channel": "call", "compliance_rate": 0.1, "is_small_base": True}
    assert say.worst_channel_sentence(frame(CHANNEL, small), EN) == (
        "Chat: 9 points short of the goal, 1,196 contacts more to answer in time."
    )
    assert say.worst_channel_sentence(frame(small), EN) == (
        "Goal missed on a small base only: Calls."
    )


def test_where_all_channels_have_too_few_contacts_the_title_says_so() -> None:
    few = {**CHANNEL, "compliance_rate": None, "reason": "too_few_to_show"}
    waiting = {**CHANNEL, "compliance_rate": None, "reason": "none_due"}
    assert say.compliance_title(frame(few, waiting), EN) == "Too few contacts to show a figure."
    assert say.compliance_title(frame(waiting), EN) == "No contact was due yet."


def journey(
    name: str, channel: str, rate: float, due: int = 1_000, *, is_small_base: bool = False
) -> dict[str, Any]:
    met = round(rate * due)
    return {
        "journey": name, "channel": channel, "compliance_rate": rate, "met_count": met,
        "missed_count": due - met, "is_small_base": is_small_base,
    }  # fmt: skip


def test_the_journey_whose_channels_differ_most_is_named() -> None:
    rows = frame(
        journey("Buying", "call", 0.8), journey("Buying", "chat", 0.7),
        journey("Billing", "email", 0.92), journey("Billing", "chat", 0.61),
    )  # fmt: skip
    # Newcombe at 1 - 0.05 / (3 figures x 2 pairs).
    assert say.across_sentence(rows, 0.95, EN) == (
        "Billing: 92% in time by email, 61% by chat (difference 26 to 36 points, 2,000 contacts)."
    )
    assert say.across_sentence(rows, 0.95, FR).startswith(
        "Billing\u00a0: 92\u00a0% dans les temps par e-mail, 61\u00a0% par chat ("
    )


@pytest.mark.parametrize(("others", "is_named"), [(0, True), (8, False)])
def test_the_more_journeys_are_looked_at_the_more_a_difference_has_to_be(
    others: int, is_named: bool
) -> None:
    """77 against 69 % of 500 each: p 0.0044, enough for 3 looks (0.013) and not for 27 (0.12)."""
    alike = [journey(f"Other {it}", channel, 0.8, 500) for it in range(others)
             for channel in ("call", "chat")]  # fmt: skip
    rows = frame(journey("Buying", "call", 0.77, 500), journey("Buying", "chat", 0.69, 500), *alike)
    named = say.across_sentence(rows, 0.95, EN).startswith("Buying")
    assert named == is_named


def test_channels_that_chance_alone_may_part_do_not_differ() -> None:
    rows = frame(journey("Buying", "call", 0.8, 60), journey("Buying", "chat", 0.7, 60))
    assert say.across_sentence(rows, 0.95, EN) == (
        "No journey is surely answered better on one channel than on another."
    )


def test_a_channel_with_a_small_base_is_not_compared() -> None:
    small = journey("Buying", "chat", 0.1, is_small_base=True)
    rows = frame(journey("Buying", "call", 0.8), journey("Buying", "email", 0.6), small)
    assert say.across_sentence(rows, 0.95, EN).startswith(
        "Buying: 80% in time by telephone, 60% by email (difference "
    )


def test_returns_are_said_of_contacts() -> None:
    row = {"return_rate": 0.159, "reason": None}
    assert say.returns_sentence(row, 7, EN) == (
        "After 15.9% of contacts the customer had to ask the same again within 7 days."
    )
    none = {"return_rate": None, "reason": "none_followed"}
    assert say.returns_sentence(none, 7, EN) == "No contact could be followed for long enough."
    few = {"return_rate": None, "reason": "too_few_to_show"}
    assert say.returns_sentence(few, 7, EN) == "Too few contacts to show a figure."


def wait_class(code: str, nps: float | None, margin: float = 3.0) -> dict[str, Any]:
    ends = (None, None) if nps is None else (nps - margin, nps + margin)
    return {"wait_class": code, "nps": nps, "nps_low": ends[0], "nps_high": ends[1]}


def test_waiting_is_said_only_where_the_nps_surely_differs() -> None:
    rows = frame(wait_class("favourable", 31), wait_class("limit", 20), wait_class("beyond", -12))
    assert say.wait_scores_sentence(rows, EN) == (
        "NPS +31 after a prompt answer, −12 after a late one (beyond the limit)."
    )
    close = frame(wait_class("favourable", 31), wait_class("beyond", 28))
    assert say.wait_scores_sentence(close, EN) == "The NPS doesn't surely differ with the wait."
    alone = frame(wait_class("favourable", 31), wait_class("beyond", None))
    assert say.wait_scores_sentence(alone, EN) == (
        "Too few answers after a contact to compare waits."
    )


def test_answers_after_a_contact_name_their_survey_and_days() -> None:
    assert say.answers_after_text(Filters(survey="transactional"), 30, EN) == [
        "Transactional survey",
        "answers up to 30 days after the customer's last contact",
    ]


def test_what_was_chosen_is_said_in_full() -> None:
    choice = ContactChoice(
        channel="call", status="missed", outcome="waiting", wait_class="beyond",
        repeat="switched", weekday=0, local_hours=(8, 12), wait_seconds=(60, 75), grain="month",
        period_on=date(2026, 4, 1), values=(("reason", "<b>"), ("segment", None)),
    )  # fmt: skip
    assert say.contact_choice_text(choice, EN) == [
        "Channel = Calls", "Reason = <b>", "Segment = not given", "Apr 2026", "Monday",
        "8:00 to 12:00", "wait 1 min to 1 min 15 s", "Missed", "still open", "Beyond the limit",
        "asked again on another channel",
    ]  # fmt: skip


# Tables


def test_groups_stand_beside_their_channel() -> None:
    values = frame({**CHANNEL, "contact_reason": "=1+1", "abandoned_count": 120})
    texts = tables.compliance_by_table(values, "reason", EN)
    assert texts.columns[:3] == ["Channel", "Reason", "In time (95% interval)"]
    assert texts.row(0)[:3] == ("Chat", "=1+1", "70.7% (69.9% to 71.5%)")
    small = values.with_columns(is_small_base=pl.lit(True))
    shown = tables.compliance_by_table(small, "reason", EN).row(0)[2]
    assert shown == "70.7% (69.9% to 71.5%) · small base"


def test_a_withheld_share_says_why() -> None:
    hour = {
        "weekday": 6, "local_hour": 21, "missed_share": None, "share_low": None,
        "share_high": None, "missed_count": 1, "due_count": 4, "contact_count": 4,
        "reason": "too_few_to_show",
    }  # fmt: skip
    assert tables.hours_table(frame(hour), EN).row(0) == (
        "Sunday", "21:00", "Too few contacts to show a figure.", "1", "4", "4",
    )  # fmt: skip


def test_waits_are_on_the_channels_own_clock() -> None:
    row = {
        "channel": "email", "from_seconds": 90_000.0, "until_seconds": 113_400.0,
        "answered_count": 7, "waiting_count": 3, "gave_up_count": 2, "share": 0.1,
    }  # fmt: skip
    texts = tables.waits_table(frame(row), {"email": "business"}, EN)
    assert texts.row(0) == ("Emails", "25 h", "31 h 30 min", "7", "2", "1", "10.0%")


def test_a_changed_standard_is_listed_with_the_day_from_which_it_counts() -> None:
    base = load_settings()
    before = base.value("response_time.call.favourable_seconds")
    change = change_now(
        "response_time.call.favourable_seconds", before, 60, "Zoé", date(2026, 3, 1)
    )
    texts = tables.standards_history_table(history_of(base, [change]), EN)
    calls = texts.filter(pl.col("Channel") == "Calls").select("Standard", "Contacts opened from")
    assert calls.rows() == [
        ("in less than 1 min · published goal 80% · abandoned counts as missed", "1 March 2026"),
        (
            "in less than 1 min 30 s · published goal 80% · abandoned counts as missed",
            "the beginning",
        ),
    ]
    assert texts.height == 5  # the other channels' standards stayed what they were


def test_a_standard_for_some_names_them() -> None:
    override = {
        "channel": "email", "audience": "strategic", "value": "yes", "favourable_seconds": 14_400,
        "source": "agreed",
    }  # fmt: skip
    own = load_settings().changed({"response_time_overrides": [override]})
    texts = tables.standards_history_table(history_of(own, []), EN)
    mails = texts.filter(pl.col("Channel") == "Emails").select("For", "Score 0 from", "Source")
    assert mails["For"].to_list() == ["everybody", "Strategic accounts"]
    assert mails.row(1)[1:] == ("36 h", "agreed")


def test_opening_hours_are_listed_by_weekday() -> None:
    hours = load_settings().changed({"opening_hours.monday": ["09:00-12:30", "14:00-18:00"]})
    rows = tables.opening_hours_table(hours, EN).rows()
    assert rows[0] == ("Monday", "09:00 – 12:30, 14:00 – 18:00")
    assert rows[6] == ("Sunday", "closed")


# Little to say


def hours_of(**values: object) -> pl.DataFrame:
    row = {"weekday": 0, "local_hour": 9, "due_count": 40, "missed_share": 0.1}
    return frame({**row, **values}).cast({"missed_share": pl.Float64})


@pytest.mark.parametrize(
    ("by_hour", "title"),
    [
        (hours_of(), "Chat: no hours stand out."),
        (
            hours_of(due_count=4, missed_share=None),
            "Chat: too few contacts an hour to compare hours.",
        ),
        (hours_of(due_count=0, missed_share=None), "No contact was due yet."),
        (hours_of().clear(), "No contacts for these filters."),
    ],
)
def test_why_no_hours_stand_out_is_said(by_hour: pl.DataFrame, title: str) -> None:
    assert say.hours_title(by_hour, WORST.clear(), "chat", EN) == title


def test_one_channel_is_one_channel_and_a_goal_in_doubt_is_not_missed() -> None:
    assert say.compliance_title(frame(CHANNEL), EN) == "0 of 1 channel at its goal"
    doubtful = {**CHANNEL, "verdict": "cannot_tell"}
    assert say.compliance_title(frame(doubtful), EN) == (
        "Can't tell yet whether the goals are reached"
    )
    assert say.compliance_title(frame(doubtful, CHANNEL), EN) == "0 of 2 channels at their goal"


def test_no_contacts_are_not_contacts_that_are_not_due() -> None:
    none = {**CHANNEL, "compliance_rate": None, "reason": "no_contacts"}
    assert say.compliance_title(frame(none), EN) == "No contacts for these filters."
    assert say.compliance_title(frame(none).clear(), EN) == "No contacts for these filters."


def test_channels_of_no_journey_can_be_compared_if_each_has_one() -> None:
    rows = frame(journey("Buying", "call", 0.9), journey("Billing", "call", 0.5))
    assert say.across_sentence(rows, 0.95, EN) == (
        "No journey has two channels with enough contacts to compare."
    )


def test_waits_that_are_all_the_same_have_no_longest_tenth() -> None:
    assert say.waits_sentence({**CHANNEL, "p90_seconds": 25.0}, EN) == (
        "Chat: 9 in 10 answered within 25 s."
    )


# The trend


def months(channel: str, *rates: float, **values: object) -> list[dict[str, Any]]:
    """A month each, which surely misses the goal if it is 3 points below."""
    return [
        {**CHANNEL, "channel": channel, "is_complete": True, "compliance_rate": rate,
         "verdict": "missed" if rate <= 0.77 else "cannot_tell", **values}
        for rate in rates
    ]  # fmt: skip


def test_the_trend_names_the_channel_that_was_most_often_below_its_goal() -> None:
    rows = [*months("call", 0.9, 0.77, 0.9), *months("chat", 0.7, 0.77, 0.79)]
    trend = pl.DataFrame(rows)
    assert say.compliance_trend_sentence(trend, EN) == "Chat: below the goal in 2 of 3 periods."
    assert say.compliance_trend_sentence(trend, FR) == (
        "Chat\u00a0: sous l’objectif pendant 2 des 3 périodes."
    )


def test_a_trend_within_the_margin_of_error_names_nobody() -> None:
    trend = pl.DataFrame(months("chat", 0.79, 0.9))
    said = "No channel was below its goal in any period, beyond the margin of error."
    assert say.compliance_trend_sentence(trend, EN) == said


@pytest.mark.parametrize(
    "unsure", [{"is_complete": False}, {"is_small_base": True}, {"rate_high": None}]
)
def test_partial_small_and_empty_periods_say_nothing_of_the_trend(unsure: dict[str, Any]) -> None:
    trend = pl.DataFrame(months("chat", 0.1, **unsure), schema_overrides={"rate_high": pl.Float64})
    assert say.compliance_trend_sentence(trend, EN) == ""
