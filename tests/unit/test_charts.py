"""Charts from tiny frames: what is drawn, what it is called, what is left out."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from cxdata.charts.churn_cost import churn_by_class_figure, cost_range_figure, sensitivity_figure
from cxdata.charts.cx_pyramid import OVERVIEW, PAGE, pyramid_svg
from cxdata.charts.nps import nps_by_figure, nps_classes_figure, nps_trend_figure
from cxdata.charts.response_time import compliance_figure, compliance_trend_figure
from cxdata.charts.theme import CHANNEL_COLOURS, CLASS_COLOURS, faded, literal, round_ticks
from cxdata.i18n import translator

EN, FR = translator("en"), translator("fr")
HOSTILE = """<img src=x onerror="alert(1)"> & 'it'"""
NPS: dict[str, Any] = {
    "period": date(2026, 4, 1),
    "is_complete": True,
    "answer_count": 1_010,
    "nps": 12.4,
    "nps_low": 7.1,
    "nps_high": 17.2,
    "base": "ok",
    "reason": None,
}
WITHHELD = {
    **NPS,
    **dict.fromkeys(("nps", "nps_low", "nps_high")),
    "answer_count": 4,
    "base": "withheld",
    "reason": "too_few_to_show",
}
SVG = "{http://www.w3.org/2000/svg}"


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def month(number: int, row: dict[str, Any] = NPS, **values: object) -> dict[str, Any]:
    return {**row, "period": date(2026, number, 1), **values}


# The NPS trend


def test_a_trend_is_a_line_in_its_interval() -> None:
    low, high, line = nps_trend_figure(frame(month(4), month(5, nps=20.0)), EN, "month")["data"]
    assert line["x"] == [date(2026, 4, 1), date(2026, 5, 1)]
    assert line["y"] == [12.4, 20.0]
    assert (low["y"], high["y"]) == ([7.1, 7.1], [17.2, 17.2])
    assert high["fill"] == "tonexty"


def test_a_withheld_period_is_not_drawn() -> None:
    figure = nps_trend_figure(frame(month(4), month(5, WITHHELD), month(6)), EN, "month")
    for trace in figure["data"]:
        assert trace["x"] == [date(2026, 4, 1), date(2026, 6, 1)]
        assert len(trace["y"]) == 2
    assert "4 answers" not in json.dumps(figure, default=str)


def test_a_small_base_is_pale_and_a_partial_period_hollow_and_both_are_said() -> None:
    rows = frame(month(4), month(5, base="small", answer_count=12), month(6, is_complete=False))
    *_, line = nps_trend_figure(rows, EN, "month")["data"]
    full, pale, hollow = line["marker"]["color"]
    assert len({full, pale, hollow}) == 3
    assert "0.35" in pale
    assert line["text"] == [
        "<b>Apr 2026</b><br>NPS +12 (+7 to +17)<br>1,010 answers",
        "<b>May 2026</b><br>NPS +12 (+7 to +17)<br>12 answers<br>small base",
        "<b>Jun 2026</b><br>NPS +12 (+7 to +17)<br>1,010 answers<br>partial period",
    ]


@pytest.mark.parametrize(
    ("grain", "name"),
    [
        ("week", "week of 1 Apr 2026"),
        ("month", "Apr 2026"),
        ("quarter", "Q2 2026"),
        ("year", "2026"),
    ],
)
def test_periods_are_called_by_their_grain(grain: Any, name: str) -> None:
    figure = nps_trend_figure(frame(month(4)), EN, grain)
    assert figure["layout"]["xaxis"]["ticktext"] == [name]


def test_a_long_trend_names_eight_periods_and_always_the_last() -> None:
    rows = [month(it % 12 + 1, period=date(2023 + it // 12, it % 12 + 1, 1)) for it in range(36)]
    ticks = nps_trend_figure(frame(*rows), EN, "month")["layout"]["xaxis"]
    assert len(ticks["ticktext"]) <= 8
    assert ticks["ticktext"][0] == "Dec 2025"
    assert len(ticks["tickvals"]) == len(ticks["ticktext"])


def test_an_empty_trend_is_an_empty_chart() -> None:
    empty = frame(month(4)).clear()
    assert all(trace["x"] == [] for trace in nps_trend_figure(empty, EN, "month")["data"])


def test_months_are_french_in_french() -> None:
    *_, line = nps_trend_figure(frame(month(8, answer_count=1_010)), FR, "month")["data"]
    assert line["text"][0].startswith("<b>août 2026</b>")
    assert "1\u202f010" in line["text"][0]


# Groups and classes


def group(name: str | None, nps: float | None, **values: object) -> dict[str, Any]:
    return {**NPS, "segment": name, "nps": nps, **values}


def test_groups_are_drawn_from_the_worst_up_without_the_withheld() -> None:
    rows = frame(group("Gold", 40.0), {**WITHHELD, "segment": "Rare"}, group("Tin", -10.0))
    [dots] = nps_by_figure(rows, "segment", EN)["data"]
    assert dots["y"] == ["Tin", "Gold"]
    assert dots["x"] == [-10.0, 40.0]
    assert dots["text"] == ["−10", "+40"]
    assert dots["error_x"]["array"] == pytest.approx([27.2, -22.8])
    assert "Rare" not in json.dumps(dots, default=str)


def test_the_name_of_a_group_is_text() -> None:
    [dots] = nps_by_figure(frame(group(HOSTILE, 1.0)), "segment", EN)["data"]
    assert dots["y"] == [literal(HOSTILE)]
    assert "<" not in dots["y"][0]


def test_answers_without_a_group_and_channels_are_called_by_name() -> None:
    [dots] = nps_by_figure(frame(group(None, 1.0), group("Gold", 2.0)), "segment", EN)["data"]
    assert dots["y"] == ["not given", "Gold"]
    channels = frame({**NPS, "channel": "call"}, {**NPS, "channel": "social", "nps": 20.0})
    [dots] = nps_by_figure(channels, "channel", EN)["data"]
    assert dots["y"] == ["Calls", "Social media"]


def test_classes_share_one_bar_in_their_own_colours() -> None:
    counts = {"promoter_count": 50, "passive_count": 30, "detractor_count": 20, "answer_count": 100}
    bars = nps_classes_figure(counts, EN)["data"]
    assert [bar["text"] for bar in bars] == [
        ["Detractors 20%"],
        ["Passives 30%"],
        ["Promoters 50%"],
    ]
    assert sum(bar["x"][0] for bar in bars) == pytest.approx(1)
    assert [bar["marker"]["color"] for bar in bars] == [
        CLASS_COLOURS[it] for it in ("detractor", "passive", "promoter")
    ]
    assert nps_classes_figure(counts, FR)["data"][0]["text"][0].endswith("20\u00a0%")


# Response times


def channel(name: str, **values: object) -> dict[str, Any]:
    row = {
        "channel": name, "period": date(2026, 4, 1), "is_complete": True, "met_count": 80,
        "missed_count": 20, "not_yet_due_count": 3, "compliance_rate": 0.8, "rate_low": 0.71,
        "rate_high": 0.87, "goal": 0.85, "verdict": "cannot_tell",
    }  # fmt: skip
    return {**row, **values}


def test_a_channel_shows_rate_interval_goal_and_verdict_in_words() -> None:
    rows = frame(
        channel("call"), channel("chat", compliance_rate=None, rate_low=None, rate_high=None)
    )
    bars, goals, words = compliance_figure(rows, EN)["data"]
    assert bars["y"] == goals["y"] == words["y"] == ["Calls"]
    assert bars["x"] == [0.8]
    assert goals["x"] == [0.85]
    assert words["text"] == ["80% ≈ can't tell"]
    assert bars["customdata"] == [
        "80.0% in time (71.0% to 87.0%), 80 met, 20 missed, 3 not yet due"
    ]
    assert goals["customdata"] == ["goal 85%"]


def test_percentages_are_french_in_french() -> None:
    figure = compliance_figure(frame(channel("call", compliance_rate=0.807)), FR)
    assert figure["layout"]["xaxis"]["ticktext"] == ["0\u00a0%", "50\u00a0%", "100\u00a0%"]
    assert figure["data"][2]["text"][0].startswith("81\u00a0%")
    assert "80,7\u00a0%" in figure["data"][0]["customdata"][0]


def test_a_channel_keeps_its_colour_over_time_and_a_gap_stays_a_gap() -> None:
    rows = frame(
        channel("call"),
        channel("chat", compliance_rate=None),
        channel("call", period=date(2026, 5, 1), is_complete=False),
    )
    call, chat = compliance_trend_figure(rows, EN, "month")["data"]
    assert (call["name"], chat["name"]) == ("Calls", "Chat")
    assert call["line"]["color"] == CHANNEL_COLOURS["call"]
    full, hollow = call["marker"]["color"]
    assert (full, hollow != full) == (CHANNEL_COLOURS["call"], True)
    assert chat["y"] == [None]
    assert chat["customdata"] == [""]
    assert call["customdata"][0] == "80.0% · n = 100"


# Churn


def test_a_cost_is_a_bar_from_low_to_high_with_its_centre() -> None:
    ranges = [("Cost", 1.5e6, 3.2e6, 6.1e6), ("of which", 3.4e5, 9.8e5, 1.9e6)]
    bars, centres = cost_range_figure(ranges, EN, "EUR")["data"]
    assert bars["y"] == ["of which", "Cost"]
    assert bars["base"] == [3.4e5, 1.5e6]
    assert bars["x"] == pytest.approx([1.56e6, 4.6e6])
    assert centres["text"] == ["€980k", "€3.2M"]
    assert centres["customdata"] == ["€340k – €1.9M", "€1.5M – €6.1M"]


def test_amounts_are_french_in_french() -> None:
    _, centres = cost_range_figure([("Coût", 1.5e6, 3.2e6, 6.1e6)], FR, "EUR")["data"]
    assert centres["text"] == ["3,2\u00a0M€"]


def test_a_class_without_a_rate_is_not_drawn() -> None:
    row = {"nps_class": "detractor", "customer_churn_rate": 0.192, "rate_low": 0.178,
           "rate_high": 0.206, "lost_count": 581, "customer_count": 3_026}  # fmt: skip
    few = {**row, "nps_class": "passive", "customer_churn_rate": None}
    [dots] = churn_by_class_figure(frame(row, few), EN)["data"]
    assert dots["y"] == ["Detractors"]
    assert dots["text"] == ["19.2%"]
    assert dots["customdata"] == ["581 lost of 3,026"]
    assert dots["marker"]["color"] == [CLASS_COLOURS["detractor"]]


def test_the_widest_swing_is_on_top() -> None:
    swings = frame(
        {"assumption": "margin_rate", "low_amount": 2e6, "high_amount": 4e6, "swing_amount": 2e6,
         "central_amount": 3e6},
        {"assumption": "discount_rate", "low_amount": 3.1e6, "high_amount": 2.9e6,
         "swing_amount": 2e5, "central_amount": 3e6},
    )  # fmt: skip
    figure = sensitivity_figure(swings, EN, "EUR")
    [bars] = figure["data"]
    assert bars["y"] == ["Discount rate", "Margin rate"]
    assert bars["base"] == [2.9e6, 2e6]
    assert figure["layout"]["shapes"][0]["x0"] == 3e6


# The pyramid


def drawn(journeys: dict[int, list[str]], level: int = 2, **options: Any) -> ElementTree.Element:
    names = ["One", "Two", "Three", "Four", "Five", "Six"]
    return ElementTree.fromstring(
        pyramid_svg(level, names, journeys, **{"mode": "light", "look": PAGE, **options})
    )


def texts(svg: ElementTree.Element) -> list[str]:
    return [it.text or "" for it in svg.iter(f"{SVG}text")]


def test_the_pyramid_has_six_levels_lit_up_to_the_companys() -> None:
    fills = [it.get("fill") for it in drawn({}).iter(f"{SVG}polygon")]
    assert len(fills) == 6
    assert len(set(fills[2:])) == 1
    assert fills[2] not in fills[:2]
    assert {"1", "6", "One", "Six"} <= set(texts(drawn({})))


def test_a_company_below_level_1_has_no_light_on() -> None:
    assert len({it.get("fill") for it in drawn({}, level=0).iter(f"{SVG}polygon")}) == 1


def test_journeys_stand_beside_their_level_and_those_below_it_are_marked() -> None:
    shown = texts(drawn({2: ["Billing"], 3: ["Buying", "Repair"], 0: ["Returns"]}))
    assert {"Billing", "Buying, Repair", "✗ Returns"} <= set(shown)


@pytest.mark.parametrize("look", [PAGE, OVERVIEW])
def test_a_hostile_journey_is_text_in_the_drawing(look: Any) -> None:
    svg = drawn({2: [HOSTILE]}, look=look)
    assert HOSTILE in texts(svg)
    assert {it.tag for it in svg.iter()} <= {
        f"{SVG}{it}" for it in ("svg", "polygon", "text", "line")
    }


def test_the_small_pyramid_has_numbers_only() -> None:
    assert texts(drawn({}, look=OVERVIEW)) == ["1", "2", "3", "4", "5", "6"]


def test_light_and_dark_differ() -> None:
    light, dark = (pyramid_svg(2, [], {}, mode=mode) for mode in ("light", "dark"))
    assert light != dark


# What all charts share


def test_every_chart_leaves_the_background_to_the_page_and_is_plain_json() -> None:
    figures = [
        nps_trend_figure(frame(month(4)), EN, "month"),
        nps_by_figure(frame(group("Gold", 1.0)), "segment", EN),
        compliance_figure(frame(channel("call")), EN),
        cost_range_figure([("Cost", 1.0, 2.0, 3.0)], EN, "EUR"),
    ]
    for figure in figures:
        assert set(figure) == {"data", "layout"}
        assert figure["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        assert not re.search("http", json.dumps(figure, default=str))


@pytest.mark.parametrize("text", [HOSTILE, "<b>", "a & b", '"', "'"])
def test_text_for_a_chart_holds_no_markup(text: str) -> None:
    assert not set("<>") & set(literal(text))


def test_a_faded_colour_keeps_its_hue() -> None:
    assert faded("#ff8000", 0.5) == "rgba(255, 128, 0, 0.5)"


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (0, 6.13, [0, 2, 4, 6]),
        (0, 0, [0]),
        (0, 0.206, [0, 0.1, 0.2]),
        (-3, 7, [0, 5]),
    ],
)
def test_ticks_are_round(least: float, most: float, expected: list[float]) -> None:
    assert round_ticks(least, most) == pytest.approx(expected)
