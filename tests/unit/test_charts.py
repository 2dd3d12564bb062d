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
from cxdata.charts.cx_pyramid import (
    LEVEL_COLOURS,
    OVERVIEW,
    PAGE,
    PHONE,
    history_figure,
    named_pyramid,
)
from cxdata.charts.lines import TargetRun
from cxdata.charts.nps import Overlay, nps_by_figure, nps_classes_figure, nps_trend_figure
from cxdata.charts.nps_detail import heat_figure
from cxdata.charts.theme import (
    CLASS_COLOURS,
    LETTERS_OF_A_PHONE,
    faded,
    literal,
    round_ticks,
    time_axis,
)
from cxdata.i18n import Locale, translator
from cxdata.models import FiscalYear, Grain

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
    figure = nps_trend_figure(frame(month(4), month(5, nps=20.0)), EN, "month")
    low, high, line, marks = figure["data"]
    assert line["x"] == marks["x"] == [date(2026, 4, 1), date(2026, 5, 1)]
    assert line["y"] == marks["y"] == [12.4, 20.0]
    assert [it["text"] for it in figure["layout"]["annotations"]] == ["<b>+20</b>"]
    assert (low["y"], high["y"]) == ([7.1, 7.1], [17.2, 17.2])
    assert high["fill"] == "tonexty"


def test_a_target_is_drawn_over_the_periods_that_have_it() -> None:
    rows, all_three = frame(month(4), month(5), month(6)), (date(2026, 4, 1), date(2026, 6, 1))

    def lines(*runs: TargetRun) -> list[dict[str, Any]]:
        made = nps_trend_figure(rows, EN, "month", overlay=Overlay(targets=runs))
        assert max(it.value for it in runs) < made["layout"]["yaxis"]["range"][1]
        return made["layout"]["shapes"]

    [across] = lines(TargetRun(*all_three, 60.0))
    assert (across["xref"], across["y0"]) == ("paper", 60.0)
    before, after = lines(TargetRun(all_three[0], date(2026, 5, 1), 20.0),
                          TargetRun(all_three[1], all_three[1], 30.0))  # fmt: skip
    assert before["x1"] == date(2026, 5, 16)
    assert (after["x0"], after["x1"]) == (date(2026, 5, 17), date(2026, 6, 1))


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
    assert ticks["ticktext"][0] == "Dec<br>2025"
    assert len(ticks["tickvals"]) == len(ticks["ticktext"])


@pytest.mark.parametrize(
    ("lang", "grain", "last", "most"),
    [
        ("en", "month", "Dec<br>2025", 8),
        ("fr", "week", "semaine du<br>1 déc. 2025", 5),
        ("en", "quarter", "Q3<br>FY2026", 8),
        ("fr", "quarter", "T3 exercice<br>2026", 5),
    ],
)
def test_names_of_periods_have_room_beside_each_other_on_a_phone(
    lang: Locale, grain: Grain, last: str, most: int
) -> None:
    tr = translator(lang).in_years(FiscalYear(4))
    days = [date(2022 + it // 12, it % 12 + 1, 1) for it in range(48)]
    ticks = time_axis(days, [tr.period_name(it, grain) for it in days])
    assert ticks["ticktext"][0].replace("1er", "1") == last
    assert len(ticks["ticktext"]) <= most
    lines = [max(map(len, name.split("<br>"))) for name in ticks["ticktext"]]
    assert sum(lines) <= LETTERS_OF_A_PHONE


def test_an_empty_trend_is_an_empty_chart() -> None:
    empty = frame(month(4)).clear()
    assert all(trace["x"] == [] for trace in nps_trend_figure(empty, EN, "month")["data"])


def test_months_are_french_in_french() -> None:
    *_, line = nps_trend_figure(frame(month(8, answer_count=1_010)), FR, "month")["data"]
    assert line["text"][0].startswith("<b>août 2026</b>")
    assert "1\u202f010" in line["text"][0]


# Groups and classes


def row_names(figure: dict[str, Any]) -> list[str]:
    """The names of groups side by side, from the lowest row up."""
    names: list[str] = figure["layout"]["yaxis"]["ticktext"]
    return names


def group(name: str | None, nps: float | None, **values: object) -> dict[str, Any]:
    return {**NPS, "segment": name, "nps": nps, **values}


def test_groups_are_drawn_from_the_worst_up_without_the_withheld() -> None:
    rows = frame(group("Gold", 40.0), {**WITHHELD, "segment": "Rare"}, group("Tin", -10.0))
    figure = nps_by_figure(rows, "segment", EN)
    [dots] = figure["data"]
    assert row_names(figure) == ["Tin", "Gold"]
    assert dots["x"] == [-10.0, 40.0]
    assert dots["text"] == ["−10", "+40"]
    assert dots["error_x"]["array"] == pytest.approx([27.2, -22.8])
    assert "Rare" not in json.dumps(dots, default=str)


def test_the_name_of_a_group_is_text() -> None:
    figure = nps_by_figure(frame(group(HOSTILE, 1.0)), "segment", EN)
    assert row_names(figure) == [literal(HOSTILE)]
    assert "<" not in row_names(figure)[0]


def test_answers_without_a_group_and_channels_are_called_by_name() -> None:
    figure = nps_by_figure(frame(group(None, 1.0), group("Gold", 2.0)), "segment", EN)
    assert row_names(figure) == ["not given", "Gold"]
    channels = frame({**NPS, "channel": "call"}, {**NPS, "channel": "social", "nps": 20.0})
    assert row_names(nps_by_figure(channels, "channel", EN)) == ["Calls", "Social media"]


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


# Churn


def test_a_cost_is_a_bar_from_low_to_high_with_its_centre() -> None:
    ranges = [("Cost", 1.5e6, 3.2e6, 6.1e6), ("of which", 3.4e5, 9.8e5, 1.9e6)]
    figure = cost_range_figure(ranges, EN, "EUR")
    bars, centres = figure["data"]
    assert bars["base"] == [3.4e5, 1.5e6]
    assert bars["x"] == pytest.approx([1.56e6, 4.6e6])
    assert centres["x"] == [9.8e5, 3.2e6]
    said = ["<b>of which</b>: €340k to €1.9M, central €980k",
            "<b>Cost</b>: €1.5M to €6.1M, central €3.2M"]  # fmt: skip
    assert centres["customdata"] == [it["text"] for it in figure["layout"]["annotations"]] == said


def test_amounts_are_french_in_french() -> None:
    _, centres = cost_range_figure([("Coût", 1.5e6, 3.2e6, 6.1e6)], FR, "EUR")["data"]
    assert centres["customdata"] == [
        "<b>Coût</b>\u00a0: 1,5\u00a0M€ à 6,1\u00a0M€, central 3,2\u00a0M€"
    ]


def test_a_long_name_leaves_the_amounts_a_line_of_their_own() -> None:
    ranges = [("Des détracteurs deviennent passifs (10 %)", 2.3e4, 6.6e4, 1.6e5)]
    figure = cost_range_figure(ranges, FR, "EUR")
    assert figure["layout"]["annotations"][0]["text"] == (
        "<b>Des détracteurs deviennent passifs (10 %)</b>\u00a0:<br>"
        "23\u00a0k€ à 160\u00a0k€, central 66\u00a0k€"
    )


def test_a_class_without_a_rate_is_not_drawn() -> None:
    row = {"nps_class": "detractor", "customer_churn_rate": 0.192, "rate_low": 0.178,
           "rate_high": 0.206, "lost_count": 581, "customer_count": 3_026}  # fmt: skip
    few = {**row, "nps_class": "passive", "customer_churn_rate": None}
    figure = churn_by_class_figure(frame(row, few), 30, EN)
    [dots] = figure["data"]
    assert row_names(figure) == ["Detractors"]
    assert dots["text"] == ["19.2%"]
    assert dots["hovertext"] == ["<b>Detractors</b><br>19.2% · 581 lost of 3,026"]
    assert dots["marker"]["color"] == [CLASS_COLOURS["detractor"]]
    [pale] = churn_by_class_figure(frame(row), 4_000, EN)["data"]
    assert pale["marker"]["color"] == [faded(CLASS_COLOURS["detractor"], 0.35)]


def test_the_widest_swing_is_on_top() -> None:
    swings = frame(
        {"assumption": "margin_rate", "low_amount": 2e6, "high_amount": 4e6, "swing_amount": 2e6,
         "central_amount": 3e6},
        {"assumption": "discount_rate", "low_amount": 3.1e6, "high_amount": 2.9e6,
         "swing_amount": 2e5, "central_amount": 3e6},
    )  # fmt: skip
    figure = sensitivity_figure(swings, EN, "EUR")
    bars, lows, highs = figure["data"]
    assert bars["y"] == ["Discount rate", "Margin rate"]
    assert bars["base"] == [2.9e6, 2e6]
    assert [it.strip("\u2002") for it in lows["text"]] == ["€2.9M", "€2M"]
    assert [it.strip("\u2002") for it in highs["text"]] == ["€3.1M", "€4M"]
    assert figure["layout"]["shapes"][0]["x0"] == 3e6


# The pyramid

LEVEL_NAMES = ["One", "Two", "Three", "Four", "Five", "Six"]


def standing(*rows: tuple[str, int, bool]) -> pl.DataFrame:
    """Journey, level and whether it is established."""
    return pl.DataFrame(
        rows,
        schema={"journey": pl.String, "level": pl.Int64, "is_established": pl.Boolean},
        orient="row",
    ).with_columns(possible_level="level")


FIRM = standing(
    ("Billing", 2, True), ("Buying", 3, True), ("Repair", 4, False), ("Delivery", 3, True)
)


def test_a_journey_of_which_it_cant_be_told_has_both_levels_beside_it() -> None:
    open_ones = FIRM.with_columns(
        possible_level=pl.when(pl.col("journey") == "Repair").then(5).otherwise("level")
    )
    said = [it.text for it in drawn(open_ones).iter() if it.text]
    assert any("Repair 4–5" in it and "○" not in it for it in said)


def drawn(levels: pl.DataFrame = FIRM, **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(
        named_pyramid(levels, LEVEL_NAMES, EN, **{"mode": "light", "look": PAGE, **options}).svg
    )


def texts(svg: ElementTree.Element) -> list[str]:
    return [it.text or "" for it in svg.iter(f"{SVG}text")]


def widths(svg: ElementTree.Element, fill: str) -> list[float]:
    """How wide the foot of each area of that colour is."""
    found = [it for it in svg.iter(f"{SVG}polygon") if it.get("fill") == fill]
    feet = [[float(xy.split(",")[0]) for xy in (it.get("points") or "").split()] for it in found]
    return [foot[1] - foot[0] for foot in feet]


@pytest.mark.parametrize(("level", "share"), [(1, 1), (2, 1), (3, 0.75), (4, 0.25)])
def test_a_level_is_lit_for_the_share_of_journeys_that_reached_it(level: int, share: float) -> None:
    svg = drawn()
    [lit] = widths(svg, LEVEL_COLOURS[level - 1])
    whole = widths(svg, "#dde3e7")[level - 1]
    assert lit == pytest.approx(whole * share, abs=0.2)


def test_levels_that_nobody_reached_are_not_lit() -> None:
    for level in (5, 6):
        assert widths(drawn(), LEVEL_COLOURS[level - 1]) == []
    nobody = drawn(standing(("Billing", 0, False)))
    assert {it.get("fill") for it in nobody.iter(f"{SVG}polygon")} == {"#dde3e7"}


def test_a_pyramid_without_journeys_is_drawn_dark() -> None:
    assert {"1", "6", "One", "Six"} <= set(texts(drawn(FIRM.clear())))


def test_journeys_stand_beside_their_level_the_weakest_marked_by_sign_and_word() -> None:
    shown = texts(drawn())
    assert "▼ Billing (weakest)" in shown
    assert "Buying, Delivery" in shown
    assert "○ Repair" in shown


def test_a_journey_below_level_1_is_marked() -> None:
    shown = texts(drawn(standing(("Returns", 0, False), ("Repair", 1, True))))
    assert "Repair, ▼ ✗ Returns (weakest)" in " ".join(shown)


def test_too_many_journeys_for_a_level_are_counted() -> None:
    many = standing(*((f"Journey {number:02}", 3, True) for number in range(40)), ("Low", 1, True))
    shown = " ".join(texts(drawn(many)))
    assert "Journey 00" in shown
    assert re.search(r"\+3\d", shown)


def test_level_numbers_are_the_largest_letters() -> None:
    for look in (PAGE, PHONE):
        sizes = {
            it.text: float(it.get("font-size") or 0) for it in drawn(look=look).iter(f"{SVG}text")
        }
        assert min(sizes[str(level)] for level in range(1, 7)) > sizes["Three"] >= 14


@pytest.mark.parametrize("look", [PAGE, PHONE, OVERVIEW])
def test_a_hostile_journey_is_text_in_the_drawing(look: Any) -> None:
    svg = drawn(standing((HOSTILE, 2, True), ("Repair", 4, True)), look=look)
    assert "<img src=x" in " ".join(texts(svg))
    assert {it.tag for it in svg.iter()} <= {
        f"{SVG}{it}" for it in ("svg", "polygon", "text", "line", "circle")
    }


def test_the_small_pyramid_has_no_names_of_levels() -> None:
    shown = texts(drawn(look=OVERVIEW))
    assert not set(LEVEL_NAMES) & set(shown)
    assert "▼ Billing (weakest)" in shown


def test_light_and_dark_differ() -> None:
    light, dark = (
        named_pyramid(FIRM, LEVEL_NAMES, EN, mode=mode).svg for mode in ("light", "dark")
    )
    assert light != dark


def test_levels_over_time_say_what_is_not_established_and_what_lacks_evidence() -> None:
    history = frame(
        {"journey": "Repair", "period": date(2026, 1, 1), "level": 0, "is_established": False,
         "possible_level": 0, "lacks_evidence": True},
        {"journey": "Repair", "period": date(2026, 4, 1), "level": 3, "is_established": True,
         "possible_level": 3, "lacks_evidence": False},
        {"journey": HOSTILE, "period": date(2026, 4, 1), "level": 2, "is_established": False,
         "possible_level": 4, "lacks_evidence": False},
    )  # fmt: skip
    company = frame(
        {
            "period": date(2026, 1, 1),
            "level": None,
            "possible_level": None,
            "is_established": False,
        },
        {"period": date(2026, 4, 1), "level": 2, "possible_level": 2, "is_established": False},
    )
    [trace] = history_figure(history, company, EN)["data"]
    assert trace["x"] == ["Q1 2026", "Q2 2026"]
    assert trace["y"][-1] == "<b>Company</b>"
    assert not set("<>") & set(trace["y"][1])
    assert trace["text"] == [["?", "3"], ["", "2–4"], ["?", "(2)"]]
    wanted = [TargetRun(date(2026, 4, 1), date(2026, 4, 1), 3.0)]
    [trace] = history_figure(history, company, EN, targets=wanted)["data"]
    assert (trace["y"][-1], trace["text"][-1]) == ("<i>Target</i>", ["", "≥ 3"])


# What all charts share


def test_every_chart_leaves_the_background_to_the_page_and_is_plain_json() -> None:
    figures = [
        nps_trend_figure(frame(month(4)), EN, "month"),
        nps_by_figure(frame(group("Gold", 1.0)), "segment", EN),
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


# NPS of each pair of values


def test_a_cell_has_its_n_below_its_nps_and_names_it_on_hover() -> None:
    alike = {"rest_verdict": "within_noise", "rest_difference": -3.0}
    sure = {"rest_verdict": "real_change", "rest_difference": -30.0}
    few = {**NPS, "answer_count": 12, "base": "small"}
    rows = [
        {**NPS, "segment": "Gold", "journey": "Buying", "is_protecting": False},
        {**NPS, "segment": "Gold", "journey": "Moving", "is_protecting": False, **sure},
        {**few, "segment": "Gold", "journey": "Repair", "is_protecting": False},
        {**WITHHELD, "segment": "Mass", "journey": "Buying", "is_protecting": False},
        {**WITHHELD, "segment": "Mass", "journey": "Repair", "is_protecting": True},
    ]
    cells, points = heat_figure(
        frame(*({**alike, **row} for row in rows)), "segment", "journey", EN
    )["data"]
    assert cells["text"] == [
        ["withheld", "", "protected"],
        ["<b>+12</b><br>1,010", "▼ <b>+12</b><br>1,010", "(<b>+12</b>)<br>12"],
    ]
    assert points["text"] == [
        "+12 (+7 – +17) · n = 1,010", "+12 (+7 – +17) · n = 1,010", "+12 (+7 – +17) · n = 12",
    ]  # fmt: skip
