"""Response-time charts from tiny frames: what is drawn, what a click on it asks for."""

from __future__ import annotations

import json
import re
from datetime import date
from math import log10
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from cxdata.charts.contact_hours import hours_figure
from cxdata.charts.response_time import (
    ZONE_COLOURS,
    compliance_by_figure,
    compliance_trend_figure,
    journey_channels_figure,
    missed_map_figure,
    rate_picture,
)
from cxdata.charts.theme import CHANNEL_COLOURS, GOAL, faded, literal, shade
from cxdata.charts.waits import (
    BACKLOG_COLOURS,
    backlog_figure,
    nps_by_wait_figure,
    returns_figure,
    share_by_wait_figure,
    waits_figure,
)
from cxdata.i18n import translator
from cxdata.metrics.response_time.contacts_behind import ContactChoice, contact_choice_of

EN, FR = translator("en"), translator("fr")
HOSTILE = """<img src=x onerror="alert(1)"> & 'it'"""


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def channel(name: str, **values: object) -> dict[str, Any]:
    row = {
        "channel": name, "period": date(2026, 4, 1), "is_complete": True, "contact_count": 103,
        "met_count": 80, "missed_count": 20, "not_yet_due_count": 3, "compliance_rate": 0.8,
        "rate_low": 0.71, "rate_high": 0.87, "goal": 0.85, "verdict": "cannot_tell",
        "clock": "elapsed", "favourable_seconds": 90.0, "limit_seconds": 240.0,
        "p50_seconds": 30.0, "p90_seconds": 120.0, "is_small_base": False,
    }  # fmt: skip
    return {**row, **values}


WITHOUT_RATE = dict.fromkeys(("compliance_rate", "rate_low", "rate_high"))


# One channel


def lengths(drawing: str, colour: str) -> list[float]:
    return [
        float(it.attrib["width"])
        for it in ElementTree.fromstring(drawing).iter()
        if it.attrib.get("fill") == colour and "width" in it.attrib
    ]


def test_all_channels_share_one_scale_on_which_the_rate_is_a_bar_and_the_goal_a_mark() -> None:
    drawing = rate_picture(channel("call"), EN, "light")
    assert lengths(drawing, CHANNEL_COLOURS["call"]) == [192.0]  # 80 % of 240
    [goal] = re.findall(rf"<line x1='([\d.]+)'[^>]*stroke='{GOAL}'", drawing)
    assert float(goal) == 204.0  # 85 % of 240
    dark = rate_picture(channel("call"), EN, "dark")
    assert lengths(dark, shade(CHANNEL_COLOURS["call"], "dark")) == [192.0]


def test_a_map_marks_where_a_group_surely_misses_and_opens_its_missed_contacts() -> None:
    rows = frame(
        {**channel("call", verdict="missed"), "region": "Nord"},
        {**channel("chat", is_small_base=True), "region": "Nord"},
        {**channel("call", **WITHOUT_RATE), "region": None},
    )
    cells, points = missed_map_figure(rows, "region", EN)["data"]
    assert cells["text"] == [["", ""], ["✗ <b>80%</b>", "(80%)"]]
    assert points["customdata"] == [
        ["channel", "call", "region", "Nord", "status", "missed"],
        ["channel", "chat", "region", "Nord", "status", "missed"],
    ]


def test_the_hours_in_which_most_is_missed_stand_in_a_frame() -> None:
    cells = frame({"weekday": 0, "local_hour": 9, "contact_count": 40, "missed_share": 0.6,
                   "share_low": 0.5, "share_high": 0.7, "is_small_base": False})  # fmt: skip
    worst = frame({"weekday": 0, "from_hour": 8, "until_hour": 12})
    [drawn] = hours_figure(cells, "call", EN, worst)["layout"]["shapes"]
    assert [drawn[it] for it in ("x0", "x1", "y0", "y1")] == [7.5, 11.5, 5.5, 6.5]
    every_day = frame({"weekday": None, "from_hour": 18, "until_hour": 22})
    [drawn] = hours_figure(cells, "call", EN, every_day)["layout"]["shapes"]
    assert (drawn["y0"], drawn["y1"]) == (-0.5, 6.5)
    assert hours_figure(cells, "call", EN, worst.clear())["layout"]["shapes"] == []


# Over time


def test_a_channel_keeps_its_colour_over_time_and_a_gap_stays_a_gap() -> None:
    rows = frame(
        channel("call"),
        channel("chat", **WITHOUT_RATE),
        channel("call", period=date(2026, 5, 1), is_complete=False),
    )
    figure = compliance_trend_figure(rows, EN, "month")
    _, line, dotted, call, _, chat = figure["data"]
    assert (call["name"], chat["name"]) == ("Calls", "Chat")
    assert line["line"]["color"] == CHANNEL_COLOURS["call"]
    assert (line["y"][1], dotted["y"], dotted["line"]["dash"]) == (None, call["y"], "dot")
    assert "Calls <b>80%</b>" in [it["text"] for it in figure["layout"]["annotations"]]
    full, hollow = call["marker"]["color"]
    assert (full, hollow != full) == (CHANNEL_COLOURS["call"], True)
    assert (chat["y"], chat["text"]) == ([None], [""])
    assert call["text"][0] == "80.0% (71% to 87%) · n = 100"


def test_a_goal_that_all_channels_share_is_one_line() -> None:
    rows = frame(channel("call"), channel("chat"), channel("call", period=date(2026, 5, 1)))
    goals, *_ = compliance_trend_figure(rows, EN, "month")["data"]
    assert goals["name"] == "goal 85%"
    assert goals["y"] == [0.85, 0.85]


def test_a_goal_of_its_own_and_one_that_changed_are_lines_of_their_own() -> None:
    rows = frame(
        channel("call"),
        channel("chat", goal=0.7),
        channel("call", period=date(2026, 5, 1)),
        channel("chat", goal=0.75, period=date(2026, 5, 1)),
    )
    calls, chats, *_ = compliance_trend_figure(rows, EN, "month")["data"]
    assert (calls["name"], calls["y"]) == ("Calls: goal 85%", [0.85, 0.85])
    assert (chats["name"], chats["y"]) == ("Chat: goal 70% → 75%", [0.7, 0.75])
    assert calls["line"]["color"] == CHANNEL_COLOURS["call"]


def test_a_point_of_the_trend_is_a_channel_and_a_period() -> None:
    *_, call = compliance_trend_figure(frame(channel("call")), EN, "month")["data"]
    assert contact_choice_of(call["customdata"][0], grain="month") == ContactChoice(
        grain="month", period_on=date(2026, 4, 1), values=(("channel", "call"),)
    )


# By hour


def hour(weekday: int, local_hour: int, **values: object) -> dict[str, Any]:
    row = {
        "weekday": weekday, "local_hour": local_hour, "contact_count": 60, "due_count": 50,
        "missed_count": 30, "missed_share": 0.6, "share_low": 0.46, "share_high": 0.72,
        "is_small_base": False, "reason": None,
    }  # fmt: skip
    return {**row, **values}


HOURS = frame(
    hour(0, 9),
    hour(0, 10, missed_share=0.2, is_small_base=True, due_count=20),
    hour(6, 21, missed_share=None, share_low=None, share_high=None, contact_count=4),
)


def test_monday_is_on_top_and_its_share_stands_in_its_cell() -> None:
    shares, *_ = hours_figure(HOURS, "call", EN)["data"]
    assert shares["y"][::6] == ["Sunday", "Monday"]
    assert (shares["x"][0], shares["x"][-1]) == (8, 21)
    assert shares["z"][6][1:3] == [0.6, 0.2]
    assert shares["text"][6][1:3] == ["60", "(20)"]  # in brackets: small base


def test_a_cell_with_too_few_contacts_is_grey_and_tells_no_share() -> None:
    shares, withheld, cells, _ = hours_figure(HOURS, "call", EN)["data"]
    assert (shares["z"][0][-1], shares["text"][0][-1]) == (None, "")
    assert [value for line in withheld["z"] for value in line if value is not None] == [0]
    assert withheld["z"][0][-1] == 0
    assert "too few due to show a share" in cells["text"][0]
    assert "%" not in cells["text"][0]


def test_a_cell_that_is_clicked_is_an_hour_of_a_weekday_on_the_channel() -> None:
    *_, cells, _ = hours_figure(HOURS, "call", EN)["data"]
    chosen = [contact_choice_of(it) for it in cells["customdata"]]
    assert ContactChoice(weekday=0, local_hours=(9, 10), values=(("channel", "call"),)) in chosen
    assert len(chosen) == 3


def test_the_bars_above_are_all_contacts_of_the_hour() -> None:
    *_, volumes = hours_figure(frame(hour(0, 9), hour(1, 9)), "call", EN)["data"]
    counts = dict(zip(volumes["x"], volumes["y"], strict=True))
    assert (counts[9], counts[10]) == (120, 0)


def test_hours_and_days_are_french_in_french() -> None:
    figure = hours_figure(HOURS, "call", FR)
    assert figure["data"][0]["y"][-1] == "Lundi"
    assert figure["layout"]["xaxis"]["ticktext"][0] == "8\u00a0h"


# Waits


def wait(from_seconds: float, until_seconds: float, answered: int, waiting: int) -> dict[str, Any]:
    """Of ten who wait, seven have given up."""
    return {
        "channel": "call", "from_seconds": from_seconds, "until_seconds": until_seconds,
        "answered_count": answered, "waiting_count": waiting, "channel_count": 100,
        "gave_up_count": waiting * 7 // 10,
        "share": (answered + waiting) / 100,
    }  # fmt: skip


WAITS = frame(wait(0, 1, 10, 0), wait(60, 75, 60, 0), wait(95, 120, 10, 10), wait(250, 320, 5, 5))


def test_waits_are_coloured_by_zone_and_the_unanswered_lie_on_top() -> None:
    answered, given_up, open_ones = waits_figure(WAITS, channel("call"), EN)["data"]
    favourable, late, beyond = ZONE_COLOURS
    assert answered["marker"]["color"] == [favourable, favourable, late, beyond]
    assert answered["y"] == [0.1, 0.6, 0.1, 0.05]
    assert given_up["y"] == [0, 0, 0.07, 0.03]
    assert open_ones["y"] == [0, 0, 0.03, 0.02]
    assert given_up["text"][2] == "1 min 35 s to 2 min<br>7 gave up"
    assert answered["text"][2] == "1 min 35 s to 2 min<br>10 answered"


def test_waits_have_lines_at_favourable_time_and_limit() -> None:
    laid = waits_figure(WAITS, channel("call"), EN)["layout"]
    assert [it["x0"] for it in laid["shapes"]] == [log10(90), log10(240)]
    assert [it["text"] for it in laid["annotations"]] == ["favourable", "limit"]


def test_a_bar_of_waits_is_the_contacts_that_waited_so_long() -> None:
    answered, *_ = waits_figure(WAITS, channel("call"), EN)["data"]
    assert contact_choice_of(answered["customdata"][1]) == ContactChoice(
        wait_seconds=(60, 75), values=(("channel", "call"),)
    )


def test_the_backlog_begins_with_those_past_their_time() -> None:
    rows = frame(
        {"channel": "call", "backlog_class": "due_later", "contact_count": 2},
        {"channel": "email", "backlog_class": "past_due", "contact_count": 109},
        {"channel": "email", "backlog_class": "due_later", "contact_count": 4},
    )
    late, later = backlog_figure(rows, EN)["data"]
    assert (late["name"], later["name"]) == ("Past due", "Due later")
    assert late["y"] == ["Emails", "Calls"]
    assert (late["x"], late["text"]) == ([109, 0], ["109", ""])
    assert later["x"] == [4, 2]
    assert late["marker"]["color"] == BACKLOG_COLOURS["past_due"]


# Groups


def test_groups_are_drawn_from_the_worst_down_against_the_goal() -> None:
    rows = frame(
        channel("call", segment="Gold", compliance_rate=0.9),
        channel("call", segment="Tin", compliance_rate=0.75),
        channel("call", segment="Rare", **WITHOUT_RATE),
    )
    figure = compliance_by_figure(rows, "segment", EN)
    assert figure["layout"]["yaxis"]["ticktext"] == ["Gold", "Tin"]  # from the bottom up
    assert figure["data"][0]["x"] == [0.9, 0.75]
    assert [it["x0"] for it in figure["layout"]["shapes"]] == [0.85]


def test_a_small_base_is_pale_and_below_the_others() -> None:
    rows = frame(
        channel("call", segment="Gold"),
        channel("call", segment="New", compliance_rate=0.1, is_small_base=True),
    )
    figure = compliance_by_figure(rows, "segment", EN)
    [dots] = figure["data"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["New", "Gold"]  # from the bottom up
    assert set(dots["marker"]["color"]) == {
        CHANNEL_COLOURS["call"],
        faded(CHANNEL_COLOURS["call"], 0.35),
    }
    assert [it.endswith("small base") for it in dots["hovertext"]].count(True) == 1


def test_a_reason_is_text_and_its_dot_is_its_missed_contacts() -> None:
    rows = frame(channel("call", contact_reason=HOSTILE))
    figure = compliance_by_figure(rows, "reason", EN)
    assert figure["layout"]["yaxis"]["ticktext"] == [literal(HOSTILE)]
    assert "<img" not in json.dumps(figure["data"][0]["hovertext"])
    assert contact_choice_of(figure["data"][0]["customdata"][0]) == ContactChoice(
        status="missed", values=(("channel", "call"), ("reason", HOSTILE))
    )


def test_a_journey_has_a_mark_of_its_own_shape_per_channel() -> None:
    rows = frame(
        channel("call", journey="Buying"),
        channel("chat", journey="Buying", compliance_rate=0.6),
        channel("chat", journey=None, is_small_base=True),
    )
    figure = journey_channels_figure(rows, EN)
    call, chat = figure["data"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["not given", "Buying"]
    assert (call["x"], call["y"]) == ([0.8], [1])
    assert chat["y"] == [1, 0]
    assert call["marker"]["symbol"] != chat["marker"]["symbol"]
    assert chat["marker"]["color"][1] == faded(CHANNEL_COLOURS["chat"], 0.35)
    assert contact_choice_of(chat["customdata"][1]).values == (
        ("channel", "chat"),
        ("journey", None),
    )


def test_the_journey_with_most_returns_comes_first() -> None:
    row = {"return_rate_low": 0.05, "return_rate_high": 0.5, "is_small_base": False}
    rows = frame(
        {**row, "journey": "Buying", "return_rate": 0.1, "followed_count": 900},
        {**row, "journey": HOSTILE, "return_rate": 0.4, "followed_count": 100},
        {**row, "journey": "Rare", "return_rate": None, "followed_count": 3},
    )
    figure = returns_figure(rows, "journey", EN)
    assert figure["layout"]["yaxis"]["ticktext"] == ["Buying", literal(HOSTILE)]
    assert figure["data"][0]["text"] == ["10.0% · n = 900", "40.0% · n = 100"]
    assert contact_choice_of(figure["data"][0]["customdata"][0]).repeat == "returned"


# What goes with waiting


def test_the_prompt_are_on_top_and_a_withheld_class_is_not_drawn() -> None:
    row = {"nps_low": -9.0, "nps_high": 40.0, "answer_count": 50, "is_small_base": False}
    rows = frame(
        {**row, "wait_class": "favourable", "nps": 31.0},
        {**row, "wait_class": "limit", "nps": None},
        {**row, "wait_class": "abandoned", "nps": -4.0, "is_small_base": True},
    )
    figure = nps_by_wait_figure(rows, EN)
    names = figure["layout"]["yaxis"]["ticktext"]
    assert names == ["Abandoned", "Within the favourable time"]
    assert figure["data"][0]["text"] == ["−4 · n = 50", "+31 · n = 50"]
    assert "0.35" in figure["data"][0]["marker"]["color"][0]


def test_a_share_by_wait_has_its_interval_and_n() -> None:
    row = {
        "wait_class": "beyond", "leave_rate": 0.1, "leave_rate_low": 0.05, "leave_rate_high": 0.2,
        "customer_count": 60, "is_small_base": False,
    }  # fmt: skip
    [dots] = share_by_wait_figure([row], "leave_rate", "customer_count", EN)["data"]
    assert dots["text"] == ["10.0% · n = 60"]
    assert dots["error_x"]["array"] == pytest.approx([0.1])
    assert dots["error_x"]["arrayminus"] == pytest.approx([0.05])
    assert contact_choice_of(dots["customdata"][0]).wait_class == "beyond"
