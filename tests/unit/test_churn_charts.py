"""The churn page's charts from tiny frames: what is drawn, and what is left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from cxdata.charts.churn_cost import cost_range_figure
from cxdata.charts.churn_detail import (
    MOST_REASONS,
    churn_trend_figure,
    churn_waterfall_figure,
    cost_by_figure,
    reasons_figure,
)
from cxdata.charts.lines import TargetRun
from cxdata.charts.survival import MOST_COHORTS, cohorts_figure, survival_figure
from cxdata.charts.theme import CLASS_COLOURS, HOLLOW, MUTED
from cxdata.i18n import translator
from tests.stores import HOSTILE_TEXTS

EN, FR = translator("en"), translator("fr")


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def step(name: str, start: float, end: float, low: float, high: float) -> dict[str, Any]:
    return {"step": name, "from_amount": start, "to_amount": end, "low_amount": low,
            "central_amount": start - end, "high_amount": high, "reason": None}  # fmt: skip


STEPS = frame(
    step("gross", 3_000, 0, 1_500, 6_000),
    step("not_explained", 3_000, 1_000, 900, 4_600),
    step("dissatisfaction", 1_000, 0, -100, 2_400),
    step("detractor", 1_000, 200, 100, 2_000),
    step("passive", 200, 0, -200, 500),
)


def period(month: int, rate: float | None, **values: object) -> dict[str, Any]:
    return {
        "period": date(2026, month, 1), "is_complete": True, "customer_count": 1_000,
        "lost_count": 10, "customer_churn_rate": rate, "rate_low": 0.005, "rate_high": 0.018,
        "revenue_churn_rate": 0.02, "revenue_rate_low": 0.01, "revenue_rate_high": 0.03, **values,
    }  # fmt: skip


# Cost


def test_the_waterfall_goes_down_from_the_whole_to_its_parts() -> None:
    [bars] = churn_waterfall_figure(STEPS, EN, "EUR")["data"]
    assert bars["y"] == [
        "Passives", "Detractors", "Goes with dissatisfaction", "At the promoters' rate",
        "Cost of churn",
    ]  # fmt: skip
    assert bars["base"] == [0, 200, 0, 1_000, 0]
    assert bars["x"] == [200, 800, 1_000, 2_000, 3_000]


def test_each_step_carries_its_own_range() -> None:
    [bars] = churn_waterfall_figure(STEPS, EN, "EUR")["data"]
    assert bars["error_x"]["array"][-1] == 3_000
    assert bars["error_x"]["arrayminus"][-1] == 1_500
    assert bars["customdata"][2] == "€1,000 (−€100 to €2,400)"


def test_a_range_below_zero_has_its_zero_line_and_room() -> None:
    laid = cost_range_figure([("Plan", -50.0, 20.0, 100.0)], EN, "EUR")["layout"]
    assert [it["x0"] for it in laid["shapes"]] == [0]
    assert laid["xaxis"]["range"][0] == pytest.approx(-53)
    assert not cost_range_figure([("Plan", 5.0, 20.0, 100.0)], EN, "EUR")["layout"]["shapes"]


def test_amounts_that_are_all_nothing_can_be_drawn() -> None:
    laid = cost_range_figure([("Plan", 0.0, 0.0, 0.0)], EN, "EUR")["layout"]
    assert laid["xaxis"]["range"] is None


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_the_name_of_a_scenario_is_shown_as_text(text: str) -> None:
    figure = cost_range_figure([(text, 1.0, 2.0, 3.0)], EN, "EUR")
    [said] = [it["text"] for it in figure["layout"]["annotations"]]
    name = said.replace(":<br>€", ": €").removeprefix("<b>").replace("</b>: €1", "")
    assert not set("<>") & set(name)


def group(name: str | None, central: float | None, count: int = 100) -> dict[str, Any]:
    low, high = (None, None) if central is None else (central / 2, central * 2)
    return {
        "segment": name, "customer_count": count, "lost_count": 20, "customer_churn_rate": 0.2,
        "cost_low_amount": low, "cost_central_amount": central, "cost_high_amount": high,
    }  # fmt: skip


def test_groups_are_ranges_and_those_without_a_cost_are_left_out() -> None:
    values = frame(group("Gold", 4_000.0), group(None, 1_000.0, 20), group("New", None))
    figure = cost_by_figure(values, "segment", 30, EN, "EUR")
    [dots] = figure["data"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["not given", "Gold"]
    assert dots["x"] == [1_000, 4_000]
    assert dots["text"] == ["€500 to €2,000", "€2,000 to €8,000"]
    assert dots["hovertext"][1] == "<b>Gold</b><br>20 lost of 100 (20.0%)"
    assert dots["marker"]["color"][0] != dots["marker"]["color"][1]


# Over time


def test_the_two_rates_are_two_lines_that_differ_in_more_than_colour() -> None:
    trend = frame(period(1, 0.01), period(2, 0.012, is_complete=False))
    figure = churn_trend_figure(trend, EN, "month")
    band, *lines = figure["data"]
    _, _, customers, solid, _, revenue = lines
    assert band["y"] == [0.018, 0.018, 0.005, 0.005]
    assert (customers["name"], revenue["name"]) == ("Customer churn", "Revenue churn")
    assert revenue["text"][0] == "Revenue churn: 2.0% (1.0% to 3.0%)"
    assert (lines[0]["line"]["dash"], solid["line"]["dash"]) == ("solid", "dash")
    said = sorted(it["text"] for it in figure["layout"]["annotations"])
    assert said == ["customers <b>1.2%</b>", "revenue <b>2.0%</b>"]
    assert customers["marker"]["symbol"] != revenue["marker"]["symbol"]
    assert customers["marker"]["color"][1] == HOLLOW
    assert customers["text"][0] == "Customer churn: 1.0% (0.5% to 1.8%) · 10 lost of 1,000"


def test_a_target_is_a_line_on_the_trend_named_at_its_end() -> None:
    trend = frame(period(1, 0.01), period(2, 0.012))
    wanted = [TargetRun(date(2026, 1, 1), date(2026, 2, 1), 0.03)]
    layout = churn_trend_figure(trend, EN, "month", targets=wanted)["layout"]
    assert [(it["y0"], it["line"]["dash"]) for it in layout["shapes"]] == [(0.03, "dash")]
    assert "Target <b>3.0%</b>" in [it["text"] for it in layout["annotations"]]
    assert layout["yaxis"]["range"][1] > 0.03


def test_without_revenue_there_is_no_second_line() -> None:
    trend = frame(period(1, 0.01, revenue_churn_rate=None))
    _, line, marks = churn_trend_figure(trend, EN, "month")["data"]
    assert (line["x"], marks["name"]) == (marks["x"], "Customer churn")


def test_a_period_without_a_rate_is_not_drawn_as_zero() -> None:
    trend = frame(period(1, None), period(2, 0.01))
    customers = churn_trend_figure(trend, EN, "month")["data"][2]
    assert customers["x"] == [date(2026, 2, 1)]


def test_small_rates_have_ticks_that_differ() -> None:
    laid = churn_trend_figure(frame(period(1, 0.01)), FR, "month")["layout"]
    assert laid["yaxis"]["ticktext"] == ["0,0\u00a0%", "0,5\u00a0%", "1,0\u00a0%", "1,5\u00a0%",
                                         "2,0\u00a0%"]  # fmt: skip


def reason(text: str | None, count: int, share: float) -> dict[str, Any]:
    return {
        "end_reason": text, "lost_count": count, "lost_share": share, "share_low": share - 0.1,
        "share_high": share + 0.1, "promoter_count": 1, "passive_count": 0, "detractor_count": 2,
        "unknown_count": 3,
    }  # fmt: skip


def test_the_lost_without_a_reason_are_shown_as_such() -> None:
    figure = reasons_figure(frame(reason("<b>Price</b>", 6, 0.6), reason(None, 4, 0.4)), EN)
    [dots] = figure["data"]
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "no reason given", "&lt;b&gt;Price&lt;/b&gt;",
    ]  # fmt: skip
    assert dots["marker"]["color"][0] == MUTED
    told = "Promoters 1 · Passives 0 · Detractors 2 · No answer yet 3"
    assert dots["hovertext"][1].endswith(f"6 customers<br>{told}")


def test_only_so_many_reasons_are_drawn() -> None:
    many = frame(*(reason(f"reason {it}", 1, 0.2) for it in range(MOST_REASONS + 5)))
    assert len(reasons_figure(many, EN)["data"][0]["x"]) == MOST_REASONS


# Survival


def at(nps_class: str, days: int, survival: float, low: float | None = 0.5) -> dict[str, Any]:
    return {
        "nps_class": nps_class, "days": days, "months": days / 30.4375, "at_risk_count": 40,
        "lost_count": 1, "survival": survival, "survival_low": low,
        "survival_high": None if low is None else 1.0,
    }  # fmt: skip


def test_each_class_is_a_step_line_in_its_band() -> None:
    curve = frame(
        at("promoter", 0, 1.0, 1.0), at("promoter", 60, 0.9), at("detractor", 0, 1.0, 1.0),
        at("detractor", 30, 0.0, None),
    )  # fmt: skip
    _, _, promoters, low, high, detractors = survival_figure(curve, EN)["data"]
    assert (promoters["name"], detractors["name"]) == ("Promoters", "Detractors")
    assert promoters["line"]["shape"] == "hv"
    assert promoters["line"]["dash"] != detractors["line"]["dash"]
    assert detractors["line"]["color"] == CLASS_COLOURS["detractor"]
    assert detractors["y"] == [1.0, 0.0]
    assert low["y"] == high["y"] == [1.0]
    assert promoters["text"][1] == (
        "<b>Promoters</b> after 2.0 months<br>90.0% (50.0% to 100.0%) · n = 40"
    )


def cohort(first_on: date, age: int, share: float | None, **values: object) -> dict[str, Any]:
    return {
        "cohort": first_on, "age_quarters": age, "customer_count": 50, "still_share": share,
        "share_low": 0.8, "share_high": 1.0, "is_small_base": False,
        "is_watched_from_start": True, **values,
    }  # fmt: skip


def test_cohorts_are_a_triangle_and_one_that_was_not_watched_from_its_start_is_marked() -> None:
    old = [cohort(date(2025, 1, 1), age, 1.0, is_watched_from_start=False) for age in (0, 1, 2)]
    new = [cohort(date(2025, 4, 1), 0, 0.9), cohort(date(2025, 4, 1), 1, 0.85, is_small_base=True)]
    [cells] = cohorts_figure(frame(*old, *new), EN)["data"]
    assert (cells["y"], cells["x"]) == (["Q1 2025 *", "Q2 2025"], [0, 1, 2])
    assert cells["text"] == [["100", "100", "100"], ["90", "(85)", ""]]
    assert cells["z"] == [[1.0, 1.0, 1.0], [0.9, 0.85, None]]
    said = "<b>Q2 2025</b> after 1 quarter<br>85.0% (80.0% to 100.0%) · n = 50"
    assert cells["hovertext"][1][1] == said


def test_only_the_newest_cohorts_with_an_age_are_drawn() -> None:
    rows = [cohort(date(2005 + it, 1, 1), age, 0.9) for it in range(20) for age in (0, 1)]
    only_begun, withheld = cohort(date(2026, 4, 1), 0, 1.0), cohort(date(2004, 1, 1), 1, None)
    [cells] = cohorts_figure(frame(*rows, only_begun, withheld), EN)["data"]
    assert cells["y"] == [f"Q1 {2024 - it}" for it in range(MOST_COHORTS)][::-1]
