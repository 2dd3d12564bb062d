"""Groups compared over time and between two periods, on the sample: the figures stay the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from cxdata.charts.groups import two_periods_figure
from cxdata.followup.annotations import ReferenceLine, add_reference_line
from cxdata.i18n import translator
from cxdata.metrics.nps.score import nps_summary
from cxdata.metrics.nps.trend import nps_trend
from cxdata.models import Filters, Period
from cxdata.panels import Request, groups
from cxdata.panels.churn import numbers_panel
from cxdata.panels.groups import of_group
from cxdata.panels.nps import nps_target_panel, nps_trend_panel, score_panel
from cxdata.panels.pyramid import thresholds_panel
from cxdata.store.connection import Store

EN = translator("en")
YEAR = Filters(period=Period(date(2025, 7, 1), date(2026, 6, 30)))


def test_the_lines_are_the_figures_of_the_filters_themselves(sample: Store) -> None:
    asked = Request.computed_now(sample, YEAR, EN)
    made = groups.nps_groups_panel(asked, "segment", ("Premium", "Professionnels"), "quarter")
    assert made.frame is not None
    for group in ("Premium", "Professionnels"):
        own = nps_trend(sample, of_group(YEAR, "segment", group), grain="quarter")
        shown = made.frame.filter(segment=group)
        assert shown["value"].to_list() == own["nps"].to_list()
        assert shown["low"].to_list() == own["nps_low"].to_list()
    assert made.title == (
        "Professionnels stands below the others in all periods shown: +2, the next +56 (Q2 2026)"
    )
    assert made.texts is not None
    assert made.texts().row(0)[:3] == ("Premium", "Q3 2025", "+43")


def test_two_periods_stand_beside_each_other_with_the_groups_that_surely_moved(
    sample: Store,
) -> None:
    asked = Request.computed_now(sample, YEAR, EN)
    made = groups.nps_two_periods_panel(asked)
    assert made.title == "Surely moved: Particuliers +9.1, Premium +8.3, Professionnels +7.5"
    assert made.frame is not None
    premium = made.frame.row(by_predicate=pl.col("segment") == "Premium", named=True)
    own = nps_summary(sample, of_group(YEAR, "segment", "Premium"))
    assert premium["nps"] == own["nps"].item()
    drawn = two_periods_figure(made.frame, "segment", ("before", "now"), EN)
    assert [len(it["x"]) for it in drawn["data"]] == [3, 3]


def test_nothing_is_compared_with_days_before_the_data(sample: Store) -> None:
    asked = Request.computed_now(sample, replace(YEAR, period=None), EN)
    made = groups.nps_two_periods_panel(asked)
    assert made.is_empty
    assert made.reason == "Too few answers to compare the two periods group by group"


def test_the_trend_says_its_last_whole_period_and_which_is_only_partly_known(
    sample: Store,
) -> None:
    asked = Request.computed_now(sample, YEAR, EN)
    quarter = nps_trend_panel(asked, "quarter").lead
    assert quarter == "Q2 2026: +27, +0.8 on Q1 2026 (within the noise)"
    cut = replace(YEAR, period=Period(date(2025, 7, 1), date(2026, 5, 15)))
    asked = Request.computed_now(sample, cut, EN)
    assert nps_trend_panel(asked, "quarter").lead.endswith("Q2 2026 is only partly known: dotted")


def test_without_a_target_the_headline_is_left_out(sample: Store) -> None:
    made = nps_target_panel(Request.computed_now(sample, YEAR, EN))
    assert (made.headline, made.reason) == (None, "No target set")


def test_the_target_of_the_settings_is_that_of_the_page_and_its_trend(own_sample: Store) -> None:
    add_reference_line(own_sample, ReferenceLine("target", "relationship", "Plan", 12.0))
    asked = Request.computed_now(own_sample, YEAR, EN)
    drawn = nps_target_panel(asked).headline
    assert drawn is not None
    assert (drawn.value, drawn.mood) == ("+12.0", "good")
    own_sample.change_settings(
        {"targets": [{"figure": "nps", "value": 40, "first_on": "2026-01-01"}]}, changed_by="Ana"
    )
    asked = Request.computed_now(own_sample, YEAR, EN)
    shown = nps_target_panel(asked).headline
    assert shown is not None
    assert (shown.value, shown.mood) == ("+40.0", "bad")
    chart = nps_trend_panel(asked, "quarter").chart
    assert chart is not None
    [level] = [it for it in chart["layout"]["shapes"] if it.get("y0") == it.get("y1")]
    assert (level["y0"], level["x0"].year, level["x1"].year) == (40, 2025, 2026)
    said = [it["text"] for it in chart["layout"]["annotations"]]
    assert "Target <b>+40.0</b>" in said
    assert not any("Plan" in it for it in said)
    south = replace(YEAR, region=("Sud",))
    assert nps_target_panel(Request.computed_now(own_sample, south, EN)).headline is None


def test_titles_say_what_is_not_of_what(sample: Store) -> None:
    asked = Request.computed_now(sample, YEAR, EN)
    assert score_panel(asked).title == "48% gave 9 or 10, 25% 0 to 6"
    assert thresholds_panel(asked).title.endswith(" indicators, none with a threshold of your own")


def test_the_target_of_the_cost_stands_beside_the_cost(own_sample: Store) -> None:
    own_sample.change_settings(
        {"targets": [{"figure": "churn_cost", "value": 6_000_000}]}, changed_by="Ana"
    )
    cost, *others = numbers_panel(Request.computed_now(own_sample, YEAR, EN)).parts
    assert "Target at most €6M: ✓ reached" in cost.notes[0]
    assert not any("Target" in text for it in others for text in it.notes[0])
