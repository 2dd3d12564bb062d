"""Tables for people: exact cells, and texts that a spreadsheet opens without harm."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.i18n import translator
from cxdata.ingest.formulas import defused
from cxdata.metrics.churn.value import assumptions
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.models import Refusal
from cxdata.tables import (
    assumptions_table,
    batches_table,
    classes_table,
    compliance_table,
    evidence_table,
    holdings_table,
    levels_table,
    nps_by_table,
    nps_mix_table,
    nps_trend_table,
    preview_frame,
    refusals_table,
)

EN, FR = translator("en"), translator("fr")
NPS_ROW: dict[str, Any] = {
    "answer_count": 1_010,
    "nps": 12.4,
    "nps_low": 7.1,
    "nps_high": 17.2,
    "base": "ok",
    "reason": None,
}
SMALL = {"base": "small", "answer_count": 12}
WITHHELD = {
    **dict.fromkeys(("nps", "nps_low", "nps_high")),
    "answer_count": 4,
    "base": "withheld",
    "reason": "too_few_to_show",
}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


# NPS


def test_a_trend_shows_each_period_with_what_limits_it() -> None:
    trend = frame(
        {"period": date(2026, 4, 1), "is_complete": True, **NPS_ROW},
        {"period": date(2026, 5, 1), "is_complete": False, **NPS_ROW, **SMALL},
        {"period": date(2026, 6, 1), "is_complete": True, **WITHHELD},
    )
    table = nps_trend_table(trend, "month", EN)
    assert table.columns == ["Period", "NPS", "95% interval", "Answers", "Note"]
    assert table.rows() == [
        ("Apr 2026", "+12", "+7 to +17", "1,010", ""),
        ("May 2026", "+12", "+7 to +17", "12", "partial period, small base"),
        ("Jun 2026", "–", "–", "4", "Too few answers to show without telling who gave them."),
    ]
    assert nps_trend_table(trend, "quarter", EN)["Period"][0] == "Q2 2026"


def test_a_table_of_nothing_has_its_columns_and_no_row() -> None:
    columns = {"period": pl.Date, "is_complete": pl.Boolean, "answer_count": pl.Int64}
    empty = pl.DataFrame(schema={**columns, "nps": pl.Float64, "base": pl.String})
    table = nps_trend_table(empty, "month", EN)
    assert table.columns == ["Period", "NPS", "95% interval", "Answers", "Note"]
    assert table.is_empty()


def test_groups_are_set_against_the_rest() -> None:
    rest = {"rest_difference": -33.5, "rest_difference_low": -40.0, "rest_difference_high": -27.0,
            "rest_verdict": "real_change"}  # fmt: skip
    alone = {"rest_difference": None, "rest_verdict": "too_few_answers"}
    values = frame(
        {"segment": "*Gold*", **NPS_ROW, **rest},
        {"segment": None, **WITHHELD, **alone},
    )
    table = nps_by_table(values, "segment", EN)
    assert table.columns == ["Segment", "NPS", "95% interval", "Answers", "Against the rest"]
    assert table.rows() == [
        ("*Gold*", "+12", "+7 to +17", "1,010", "−33.5 (−40.0 to −27.0) · surely different"),
        ("not given", "–", "–", "4", "–"),
    ]


def test_channels_are_called_by_their_names() -> None:
    rest = {"rest_difference": 1.2, "rest_difference_low": -3.0, "rest_difference_high": 5.0,
            "rest_verdict": "within_noise"}  # fmt: skip
    values = frame({"channel": "call", **NPS_ROW, **rest})
    assert nps_by_table(values, "channel", EN)["Channel"].to_list() == ["Calls"]
    [french] = nps_by_table(values, "channel", FR).rows()
    assert french[0] != "call"
    assert french[3] == "1\u202f010"
    assert french[4].startswith("+1,2 (−3,0 à +5,0) · ")


def test_what_moved_a_group_is_shown_before_and_now() -> None:
    mix = frame(
        {"segment": "Gold", "share": 0.16, "compared_share": 0.36, "nps": 45.6,
         "compared_nps": 43.0, "rate_effect": 0.68, "rate_effect_low": -1.0,
         "rate_effect_high": 2.4, "mix_effect": -8.9, "mix_effect_low": -9.9,
         "mix_effect_high": -7.9},
        {"segment": "New", "share": 0.01, "compared_share": 0.0, "nps": None,
         "compared_nps": None, "rate_effect": None, "mix_effect": None},
    )  # fmt: skip
    assert nps_mix_table(mix, "segment", EN).rows() == [
        ("Gold", "36% → 16%", "+43 → +46", "+0.7 (−1.0 to +2.4)", "−8.9 (−9.9 to −7.9)"),
        ("New", "0% → 1%", "– → –", "–", "–"),
    ]


# Response times


CHANNEL: dict[str, Any] = {
    "channel": "chat",
    "compliance_rate": 0.7068,
    "rate_low": 0.6988,
    "rate_high": 0.7146,
    "verdict": "missed",
    "met_count": 9_071,
    "missed_count": 3_763,
    "not_yet_due_count": 3,
    "abandoned_count": 120,
    "p50_seconds": 31.0,
    "p90_seconds": 109.0,
    "gave_up_share": 0.01,
    "score": 88.4,
    "clock": "elapsed",
    "is_small_base": False,
    "reason": None,
}


def test_a_channel_shows_rate_counts_waits_and_score() -> None:
    table = compliance_table(frame(CHANNEL), EN)
    assert table.columns == [
        "Channel", "In time (95% interval)", "Verdict", "Met", "Missed", "Not yet due",
        "Abandoned", "Half answered within", "9 in 10 within", "Graded score",
    ]  # fmt: skip
    assert table.row(0) == (
        "Chat", "70.7% (69.9% to 71.5%)", "✗ missed", "9,071", "3,763", "3", "120", "31 s",
        "1 min 49 s", "88",
    )  # fmt: skip


def test_a_channel_where_nothing_was_due_has_no_rate_and_no_verdict() -> None:
    nothing = dict.fromkeys(
        ("compliance_rate", "rate_low", "rate_high", "p50_seconds", "p90_seconds", "score")
    )
    waiting = {**CHANNEL, **nothing, "met_count": 0, "missed_count": 0, "reason": "none_due"}
    assert compliance_table(frame(waiting), EN).row(0) == (
        "Chat", "No contact was due yet.", "–", "0", "0", "3", "120", "–", "–", "–",
    )  # fmt: skip


# The pyramid


def test_a_journey_is_shown_with_its_level_and_what_it_lacks() -> None:
    levels = frame(
        {"journey": "Billing", "level": 2, "is_established": True,
         "next_level_missing": ["repeat_contact_share", "low_effort_share"]},
        {"journey": "Buying", "level": 0, "is_established": False,
         "next_level_missing": ["information_findable"]},
        {"journey": "Repair", "level": 6, "is_established": True, "next_level_missing": []},
        {"journey": "Delivery", "level": 2, "is_established": False,
         "next_level_missing": ["low_effort_share"]},
    )  # fmt: skip
    known = {"possible_level": pl.Series([2, 0, 6, 3]), "lacks_evidence": pl.lit(False)}
    levels = levels.with_columns(**known)
    rows = levels_table(levels, pyramid_model(load_settings()), EN).rows()
    assert rows[0] == (
        "Billing", "2 · Solve my problem when I ask", "yes", "Had to ask again, Little effort",
    )  # fmt: skip
    assert rows[1][1:3] == ("below level 1", "no")
    assert rows[2][1].startswith("6 · ")
    assert rows[2][2:] == ("yes", "–")
    assert rows[3] == ("Delivery", "2–3", "can't tell", "Little effort")


def test_evidence_shows_value_threshold_and_what_it_rests_on() -> None:
    measured = {
        "level": 3, "indicator": "low_effort_share", "outcome": "fail", "value": 0.062,
        "low": 0.053, "high": 0.074, "threshold": 0.5, "direction": "higher", "kind": "measured",
        "n": 2_041, "assessed_on": None, "assessed_by": None, "axis": "effort", "gap": -0.438,
        "is_expired": False, "evidence": None,
    }  # fmt: skip
    assessed = {
        **measured, "indicator": "information_findable", "level": 1, "outcome": "pass",
        "value": 0.9, "low": None, "high": None, "threshold": 0.25, "direction": "lower",
        "kind": "assessed", "n": None, "assessed_on": date(2026, 5, 13), "assessed_by": "A. Audit",
        "axis": "completeness", "gap": 0.1, "evidence": "Audit grid",
    }  # fmt: skip
    counted = {**assessed, "n": 60, "low": 0.8, "high": 0.952, "evidence": None}
    missing = {
        **assessed, "value": None, "outcome": "no_evidence", "assessed_on": None,
        "assessed_by": None, "gap": None,
    }  # fmt: skip
    table = evidence_table(
        frame(measured, assessed, counted, missing), pyramid_model(load_settings()), EN
    )
    assert table.rows() == [
        ("3", "Little effort", "✗ failed", "6.2% (5.3% to 7.4%)", "≥\u00a050%", "−43.8",
         "n = 2,041", "Effort"),
        ("1", "Information is found without asking", "✓ passed", "90%", "≤\u00a025%", "+10.0",
         "A. Audit, 13 May 2026 · number of cases not given · Audit grid", "Completeness"),
        ("1", "Information is found without asking", "✓ passed", "90.0% (80.0% to 95.2%)",
         "≤\u00a025%", "+10.0", "A. Audit, 13 May 2026 · n = 60", "Completeness"),
        ("1", "Information is found without asking", "? no evidence", "–", "≤\u00a025%", "–",
         "not assessed yet", "Completeness"),
    ]  # fmt: skip


# Churn


def test_classes_show_churn_with_its_interval_or_why_there_is_none() -> None:
    classes = frame(
        {"nps_class": "detractor", "customer_count": 3_026, "lost_count": 581,
         "customer_churn_rate": 0.192, "rate_low": 0.178, "rate_high": 0.206,
         "revenue_churn_rate": 0.21, "reason": None},
        {"nps_class": "unknown", "customer_count": 4, "lost_count": 1, "customer_churn_rate": None,
         "rate_low": None, "rate_high": None, "revenue_churn_rate": None,
         "reason": "too_few_customers"},
    )  # fmt: skip
    few = classes.head(1).with_columns(customer_count=pl.lit(29))
    assert classes_table(few, load_settings().answers, EN).row(0)[3].endswith("· small base")
    assert classes_table(classes, load_settings().answers, EN).rows() == [
        ("Detractors", "3,026", "581", "19.2% (17.8% to 20.6%)", "21.0%"),
        ("No answer yet", "4", "1", "Too few customers to give a rate.",
         "Too few customers to give a rate."),
    ]  # fmt: skip


def test_assumptions_are_shown_in_their_own_units() -> None:
    rows = assumptions_table(assumptions(load_settings()), "EUR", EN).rows()
    assert [row[:4] for row in rows] == [
        ("Margin rate", "20% of revenue", "30% of revenue", "40% of revenue"),
        ("Discount rate", "12% a year", "10% a year", "8% a year"),
        ("Acquisition cost", *(f"{it} per customer" for it in ("€40", "€80", "€120"))),
        ("Horizon", "3 years", "5 years", "10 years"),
        ("Referral rate", *(f"{it} per promoter a year" for it in ("0.02", "0.05", "0.10"))),
    ]


def test_an_assumption_of_a_segment_names_it() -> None:
    own = {"segment": "Business", "assumption": "margin_rate", "low": 0.3, "central": 0.425}
    settings = load_settings().changed({"churn_overrides": [{**own, "high": 0.5, "source": "CFO"}]})
    *_, last = assumptions_table(assumptions(settings), "EUR", EN).rows()
    shares = [f"{it}% of revenue" for it in ("30", "42.5", "50")]
    assert last == ("Margin rate · Business", *shares, "CFO")


# Imports


def test_a_refusal_says_where_what_and_why() -> None:
    refusal = Refusal(1_204, "Note", "11", "{low} to {high}", {"low": 0, "high": 10})
    table = refusals_table([refusal], EN)
    assert table.columns == ["Line", "Column", "Value", "Reason"]
    assert table.rows() == [("1,204", "Note", "11", "0 to 10")]
    assert refusals_table([], EN).is_empty()


def test_a_batch_shows_its_counts_moment_and_state() -> None:
    counts = {
        "row_count": 200, "accepted_count": 197, "corrected_count": 5, "refused_count": 3,
        "duplicate_count": 0,
    }  # fmt: skip
    batch = {"batch_id": 1, "file_name": "=1+1.csv", "kind": "responses",
             "loaded_at": datetime(2026, 6, 30, 22, 30), "undone_at": None, **counts}  # fmt: skip
    undone = {**batch, "undone_at": datetime(2026, 7, 1)}
    [row, taken_out] = batches_table(frame(batch, undone), "Europe/Paris", EN).rows()
    assert row == (
        "1", "=1+1.csv", "Answers", "1 Jul 2026, 00:30", "200", "197", "5", "3", "0",
        "in the store",
    )  # fmt: skip
    assert taken_out[-1] == "undone"


def test_holdings_leave_unknown_days_and_shares_open() -> None:
    held = frame(
        {"kind": "responses", "row_count": 60_052, "first_on": date(2023, 7, 1),
         "last_on": date(2026, 6, 30), "customer_share": 0.987, "segment_share": 0.987},
        {"kind": "assessments", "row_count": 120, "first_on": None, "last_on": None,
         "customer_share": None, "segment_share": None},
    )  # fmt: skip
    assert holdings_table(held, EN).rows() == [
        ("Answers", "60,052", "1 July 2023", "30 June 2026", "98.7%", "98.7%"),
        ("Assessments", "120", "–", "–", "–", "–"),
    ]


# Files


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@sum(a1)", "'@sum(a1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("−5", "−5"),
    ],
)
def test_no_cell_of_a_file_is_run_as_a_formula(text: str, shown: str) -> None:
    assert defused(text) == shown


@pytest.mark.parametrize("text", ["a=1", "1-2", "mail@example.com", ""])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_a_preview_shows_local_times_under_the_fields_names() -> None:
    stored = pl.DataFrame(
        {"line": [2], "responded_at": [datetime(2026, 5, 31, 22)], "rating_delivery": [4]}
    )
    shown = preview_frame(stored, "Europe/Paris", FR)
    assert shown.columns == ["Ligne", FR("Date of the answer"), "rating_delivery"]
    assert shown.row(0) == (2, datetime(2026, 6, 1), 4)
