"""What the sections of the Churn cost page say, to the letter, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from cxdata import tables
from cxdata.config import load_settings
from cxdata.i18n import translator
from cxdata.sentences import churn_detail as tell

EN, FR = translator("en"), translator("fr")
ANSWERS = load_settings().answers
CHURN: dict[str, Any] = {
    "customer_count": 1_000, "lost_count": 100, "customer_churn_rate": 0.1, "rate_low": 0.08,
    "rate_high": 0.12, "revenue_churn_rate": 0.2, "revenue_coverage_share": 0.9,
    "revenue_rate_low": 0.15, "revenue_rate_high": 0.26,
    "costed_lost_count": 90, "excess_lost_count": 40.2, "excess_lost_low_count": -3.0,
    "excess_lost_high_count": 80.0, "compared_share": 1.0,
}  # fmt: skip
MOVE: dict[str, Any] = {
    "move": "compliance", "size": 5.0, "concerned_count": 70.0, "kept_low_count": -5.4,
    "kept_central_count": 3.0, "kept_high_count": 9.0, "low_amount": -3_000.0,
    "central_amount": 2_000.0, "high_amount": 9_000.0, "basis": "measured",
    "is_established": False, "reason": None,
}  # fmt: skip


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def test_customer_churn_and_revenue_churn_say_what_they_are_of() -> None:
    assert tell.rates_text(CHURN, ANSWERS, EN) == {
        "customer_churn_rate": ("10.0%", "100 lost of 1,000 · 8.0% to 12.0% at 95%"),
        "revenue_churn_rate": ("20.0%", "of yearly revenue, known for 90% · 15.0% to 26.0% at 95%"),
    }


def test_an_unknown_revenue_is_no_rate_of_zero() -> None:
    unknown = {**CHURN, "revenue_churn_rate": None}
    rates = tell.rates_text(unknown, replace(ANSWERS, small_base_count=2_000), EN)
    assert rates["revenue_churn_rate"] == (
        "–", "No revenue is known for the customers concerned.",
    )  # fmt: skip
    assert rates["customer_churn_rate"][1].endswith("small base")


def test_the_excess_is_told_with_its_interval_and_a_true_minus() -> None:
    assert tell.excess_sentence(CHURN, 0.95, EN) == (
        "40 customers more left than if passives and detractors had left as rarely as the "
        "promoters of their segment (−3 to 80 at 95%)."
    )
    none = {**CHURN, "excess_lost_count": -2.0, "compared_share": 0.8}
    assert tell.excess_sentence(none, 0.95, EN) == (
        "Passives and detractors left no more often than the promoters of their segment "
        "(difference −3 to 80 customers at 95%). Compared are 80% of passives and detractors: the "
        "others' segments have no promoters."
    )
    assert tell.excess_sentence({**CHURN, "excess_lost_count": None}, 0.95, EN) == ""


def test_the_cost_says_of_how_many_of_the_lost_it_is() -> None:
    told = "cost of the 90 of 100 lost whose revenue is known"
    assert tell.cost_coverage(CHURN, EN) == told
    assert tell.cost_coverage({**CHURN, "costed_lost_count": 100}, EN) == ""


def month(number: int, rate: float | None, *, is_complete: bool = True) -> dict[str, Any]:
    return {"period": date(2026, number, 1), "customer_churn_rate": rate,
            "is_complete": is_complete}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [month(1, 0.02), month(2, 0.01), month(3, 0.5, is_complete=False)],
            "Between 1.0% (Feb 2026) and 2.0% (Jan 2026) of the customers left",
        ),
        ([month(1, 0.02), month(2, None)], "Jan 2026: 2.0% of the customers left"),
        (
            [month(1, 0.02), month(2, 0.02)],
            "2.0% of the customers left in each complete period",
        ),
        ([month(1, 0.0), month(2, 0.0)], "Nobody left in the complete periods"),
        ([month(1, 0.5, is_complete=False)], "No complete period with enough customers."),
    ],
)
def test_the_trend_speaks_of_complete_periods_only(
    rows: list[dict[str, Any]], expected: str
) -> None:
    rates = pl.DataFrame(rows, schema_overrides={"customer_churn_rate": pl.Float64})
    assert tell.churn_trend_sentence(rates, "month", EN) == expected


def test_reasons_say_how_many_gave_none() -> None:
    given = {"end_reason": "Price", "lost_count": 6, "lost_share": 0.6}
    silent = {"end_reason": None, "lost_count": 4, "lost_share": 0.4}
    told = tell.reasons_sentence(frame(given, silent), FR)
    assert told == (
        "«\u00a0Price\u00a0» est le motif le plus fréquent\u00a0: 6 des 10 perdus (60\u00a0%) · "
        "pas de motif pour 4"
    )
    assert tell.reasons_sentence(frame(silent), EN) == (
        "No reason is given for any of the lost customers."
    )


def test_survival_is_told_at_an_age_that_the_curves_reach() -> None:
    curve = frame(
        *({"nps_class": name, "days": days, "survival": share}
          for name, shares in {"promoter": (1.0, 0.97, 0.9), "detractor": (1.0, 0.8, 0.7)}.items()
          for days, share in zip((0, 100, 300), shares, strict=True))
    )  # fmt: skip
    assert tell.survival_sentence(curve, EN) == (
        "After half a year, still there: 97% of promoters, 80% of detractors"
    )
    longer = curve.with_columns(pl.col("days") * 2)
    assert tell.survival_sentence(longer, EN).startswith("After a year, still there: 97%")
    assert tell.survival_sentence(curve.head(3), EN) == "How long customers stay after an answer"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (
            {"reason": "one_class"},
            "All who answered are of one class: there is nothing to compare.",
        ),
        (
            {"reason": None, "standardised_p_value": 0.2},
            "Within the same segment, the classes can't be told apart (log-rank, p = 0.20).",
        ),
        (
            {"reason": None, "standardised_p_value": 0.049},
            "The classes leave at different rates, within the same segment too (log-rank, "
            "p = 0.049).",
        ),
        (
            {"reason": None, "standardised_p_value": None},
            "Within the segments there is nothing to compare.",
        ),
    ],
)
def test_log_rank_in_words(test: dict[str, Any], expected: str) -> None:
    assert tell.difference_sentence(test, 0.95, EN) == expected


def account(amount: float | None, *, is_strategic: bool = False) -> dict[str, Any]:
    return {"is_strategic": is_strategic, "revenue_at_risk_amount": amount,
            "reason": None if amount is not None else "no_revenue"}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "whole", "expected"),
    [
        (
            [account(900.0, is_strategic=True), account(100.0)], 5_000.0,
            "1 strategic account holds €900 of the €5,000 at risk in a year",
        ),
        (
            [account(900.0), account(100.0)], 5_000.0,
            "2 accounts hold €1,000 of the €5,000 at risk in a year",
        ),
        (
            [account(900.0), account(None)], None,
            "€900 at risk in a year with 1 account whose class has a churn rate",
        ),
        ([account(None)], None, "No revenue is known for the customers concerned."),
    ],
)  # fmt: skip
def test_accounts_at_risk_are_told_against_the_whole(
    rows: list[dict[str, Any]], whole: float | None, expected: str
) -> None:
    accounts = pl.DataFrame(rows, schema_overrides={"revenue_at_risk_amount": pl.Float64})
    assert tell.at_risk_sentence(accounts, whole, EN, "EUR") == expected


def test_an_empty_list_of_accounts_has_too_few_customers() -> None:
    none = frame(account(1.0)).clear()
    assert tell.at_risk_sentence(none, None, EN, "EUR") == (
        "Too few customers are still there to list them."
    )


def rated(
    nps_class: str, rate: float | None, count: int, segment: str | None = None
) -> dict[str, Any]:
    return {"segment": segment, "rate_from_amount": None, "rate_below_amount": None,
            "nps_class": nps_class, "churn_rate": rate, "rate_low": 0.1, "rate_high": 0.4,
            "class_customer_count": count, "is_small_base": count < 30,
            "reason": None if rate else "too_few_customers"}  # fmt: skip


RATED = frame(
    rated("unknown", None, 3), rated("detractor", 0.2, 12), rated("passive", 0.1, 30),
    rated("detractor", 0.2, 12),
)  # fmt: skip


def test_accounts_name_the_classes_whose_rate_rests_on_few() -> None:
    assert tell.small_classes_sentence(RATED, EN) == (
        "Small base: the leaving rate rests on few customers of these classes: Detractors (12)."
    )
    assert tell.small_classes_sentence(RATED.filter(pl.col("nps_class") != "detractor"), EN) == ""
    assert "de ces classes\u00a0: Détracteurs (12)." in tell.small_classes_sentence(RATED, FR)


def test_the_rates_of_segments_are_named_with_them_and_counted_where_they_are_many() -> None:
    few = pl.concat([frame(rated("detractor", 0.2, 12, segment)) for segment in ("Shop", "Home")])
    assert tell.small_classes_sentence(few, EN).endswith(
        "of these classes: Home · Detractors (12), Shop · Detractors (12)."
    )
    rows = tables.leaving_rates_table(
        few.with_columns(rate_from_amount=pl.lit(5000.0)), "EUR", ANSWERS, EN
    )
    assert rows.row(0) == (
        "Home", "Detractors", "12", "20.0% (10.0% to 40.0%)", "revenue from €5,000 · small base",
    )  # fmt: skip
    many = pl.concat([frame(rated("detractor", 0.2, 12, str(number))) for number in range(7)])
    assert tell.small_classes_sentence(many, EN) == (
        "Small base: 7 of the leaving rates rest on few customers."
    )


def test_the_leaving_rates_stand_once_each_with_base_and_interval() -> None:
    rows = tables.leaving_rates_table(RATED, "EUR", ANSWERS, EN)
    assert rows.columns[2] == "Leaving rate a year (95% interval)"
    assert rows.rows() == [
        ("Passives", "30", "10.0% (10.0% to 40.0%)", "–"),
        ("Detractors", "12", "20.0% (10.0% to 40.0%)", "small base"),
        ("No answer yet", "3", "Too few customers to give a rate.", "small base"),
    ]


@pytest.mark.parametrize(("confidence", "level"), [(0.9, "90%"), (0.995, "99.5%")])
def test_words_name_the_level_that_the_settings_have(confidence: float, level: str) -> None:
    answers = replace(ANSWERS, confidence=confidence)
    assert tell.rates_text(CHURN, answers, EN)["customer_churn_rate"][1].endswith(f" at {level}")
    assert f"(−3 to 80 at {level})" in tell.excess_sentence(CHURN, confidence, EN)
    assert f"Leaving rate a year ({level} interval)" in tables.leaving_rates_table(
        RATED, "EUR", answers, EN
    )


def test_what_cannot_be_told_from_nothing_is_not_called_a_gain() -> None:
    assert tell.what_if_sentence(frame(MOVE), EN, "EUR") == (
        "Can't be told yet: −€3,000 to €9,000 a year"
    )
    gain = {**MOVE, "low_amount": 1_000.0}
    assert tell.what_if_sentence(frame(gain), EN, "EUR") == (
        "Could keep €1,000 to €9,000 a year, if the association is causal"
    )


def test_a_move_shows_its_size_what_it_keeps_and_what_that_rests_on() -> None:
    assert tables.what_if_table(frame(MOVE), "EUR", EN).rows() == [
        (
            "More contacts in time (+5 points)", "70", "3 (−5 to 9)", "−€3,000 to €9,000",
            "within the noise: the data can't tell whether it does anything",
        )
    ]  # fmt: skip
    assumed = {**MOVE, "move": "follow_up", "size": 0.5, "basis": "assumed", "is_established": None}
    [row] = tables.what_if_table(frame(assumed), "EUR", EN).rows()
    assert (row[0], row[4]) == (
        "Follow-up of detractors (50%)", "rests on an assumption of yours",
    )  # fmt: skip


def test_few_new_customers_are_told_with_a_decimal_and_no_promoters_as_such() -> None:
    row = {"valued_promoter_count": 21, "referred_low_count": 0.42, "referred_high_count": 2.1,
           "value_low_amount": 230.0, "value_high_amount": 6_100.0, "reason": None}  # fmt: skip
    assert tell.promoter_sentence(row, EN, "EUR") == (
        "21 promoters bring 0.4 to 2.1 new customers a year by recommending, worth €230 to €6,100"
    )
    none = {**row, "value_low_amount": None, "reason": "no_promoters"}
    assert tell.promoter_sentence(none, EN, "EUR") == "No promoters among today's customers."


def test_the_cost_of_no_group_is_not_zero_where_nobody_left() -> None:
    row = {"segment": "Gold", "customer_count": 100, "cost_central_amount": 0.0, "lost_count": 0}
    answers = load_settings().answers
    told = tell.cost_by_sentence(frame(row), "segment", answers, EN, "EUR")
    assert told == "Nobody left in the period."
    unknown = frame({**row, "cost_central_amount": None, "lost_count": 2})
    unknown = unknown.cast({"cost_central_amount": pl.Float64})
    told = tell.cost_by_sentence(unknown, "segment", answers, EN, "EUR")
    assert told == "The cost of no group can be given."


def test_a_group_is_named_for_its_cost_only_if_it_surely_leaves_more_often() -> None:
    large = {"segment": "Home", "customer_count": 1_000, "lost_count": 100,
             "cost_central_amount": 9e6, "cost_low_amount": 8e6,
             "cost_high_amount": 1e7}  # fmt: skip
    small = {"segment": "Gold", "customer_count": 200, "lost_count": 25,
             "cost_central_amount": 2e6, "cost_low_amount": 1e6,
             "cost_high_amount": 3e6}  # fmt: skip
    answers = load_settings().answers
    # 12.5 against 10 %: chi-square 1.13, p 0.29 before any correction.
    told = tell.cost_by_sentence(frame(large, small), "segment", answers, EN, "EUR")
    assert told == "No group surely leaves more often than the others."
    told = tell.cost_by_sentence(
        frame(large, {**small, "lost_count": 60}), "segment", answers, EN, "EUR"
    )
    assert told.startswith("Gold: €1M to €3M, 60 of 200 customers lost, ")


def test_a_slider_says_how_many_it_is_about_or_why_it_moves_nothing() -> None:
    assert tell.concerned_text(1_200.0, None, "detractors", EN) == "of 1,200 detractors"
    assert tell.concerned_text(1.0, None, "missed", EN) == (
        "of 1 customer whose first contact was missed"
    )
    assert tell.concerned_text(0.0, "no_passives", "detractors", EN) == (
        "No passives among the customers."
    )
    assert tell.rescue_text(0.6, (0.2, 0.81), 40, 0.9, EN) == (
        "measured: 60% (20% to 81% at 90%), on 40 detractors who were called back"
    )


def test_scenarios_stand_side_by_side_with_their_moves() -> None:
    about = {"scenario_id": "a", "name": "<b>", "saved_at": datetime(2026, 7, 1, 8),
             "first_on": date(2026, 1, 1), "last_on": date(2026, 6, 30), "segment": "Gold, Pro",
             "region": None, "product": "Card", "data_until": date(2026, 6, 30)}  # fmt: skip
    total = {**MOVE, "move": "total", "size": None}
    compared = frame({**about, **MOVE}, {**about, **total})
    assert tables.scenarios_table(compared, "EUR", "Europe/Paris", EN).rows() == [
        (
            "<b>", "More contacts in time (+5 points)", "3 (−5 to 9)", "−€3,000 to €9,000",
            "1 Jan 2026 – 30 Jun 2026 · Gold, Pro · Card", "30 Jun 2026", "1 Jul 2026, 10:00",
        )
    ]  # fmt: skip
    assert tell.scenario_label({**about, "first_on": None, "name": "Plan"}, EN) == (
        "Plan (whole history · Gold, Pro · Card)"
    )


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), ""),
        (
            ("filters",),
            "Ces montants ne se comparent pas : les scénarios reposent sur des filtres différents.",
        ),
        (
            ("filters", "data", "settings"),
            "Ces montants ne se comparent pas : les scénarios reposent sur des filtres différents, "
            "des données différentes et des réglages différents.",
        ),
        (
            ("unknown",),
            "Pour certains, enregistrés plus tôt, on ne sait pas sur quelles données ni sur quels "
            "réglages ils reposent.",
        ),
    ],
)
def test_what_speaks_against_comparing_is_said(codes: tuple[str, ...], expected: str) -> None:
    assert tell.differences_sentence(codes, FR).replace("\u00a0", " ") == expected


def test_cohorts_are_listed_at_each_full_year_and_their_present_age() -> None:
    ages = frame(
        *({"cohort": date(2025, 1, 1), "age_quarters": age, "customer_count": 50,
           "still_share": 0.9, "share_low": 0.8, "share_high": 1.0,
           "is_watched_from_start": False, "reason": None} for age in range(6))
    )  # fmt: skip
    rows = tables.cohorts_table(ages, ANSWERS, EN).rows()
    assert [row[1] for row in rows] == ["0", "4", "5"]
    assert rows[0][3:] == ("90.0% (80.0% to 100.0%)", "earlier losses may be missing")
