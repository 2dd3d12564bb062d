"""Churn against published figures: Fader & Hardie, IBM's Telco sample, Dell/Bain."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cxdata.metrics.churn_cost import (
    expected_clv,
    expected_life_years,
    referral_value_amount,
    share,
)

# The folder of files that nobody here wrote; it is not part of the project.
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "churn"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="../shared/fixtures/churn does not exist on this machine"
)


def percent(part: float, whole: float) -> float:
    value = share(part, whole)
    assert value is not None
    return round(100 * value, 2)


def test_lifetime_value_of_the_published_example() -> None:
    # Fader & Hardie: m (1 + d) / (1 + d − r)
    assert round(expected_clv(100, 0.8, 0.1), 2) == 366.67


def test_five_percent_a_year_stay_twenty_years() -> None:
    assert expected_life_years(0.05) == 20


def test_what_a_comment_and_a_promoter_bring() -> None:
    # Dell/Bain: 4 M customers × 25 % referred × $210 over 40 M comments, 8 per promoter
    assert referral_value_amount(4e6, 0.25, 210, 40e6) == 5.25
    assert referral_value_amount(4e6, 0.25, 210, 40e6, comments_per_promoter=8) == 42


def test_the_telco_rates_as_published() -> None:
    assert percent(1_869, 7_043) == 26.54
    assert percent(139_130.85, 456_116.60) == 30.50
    assert percent(3_684_459.82, 21_371_131.69) == 17.24
    assert percent(1_869, 7_043 - 454) == 28.37


@needs_fixtures
def test_customer_and_revenue_churn_of_the_telco_file() -> None:
    rows = telco()
    lost = rows.filter(pl.col("Churn") == "Yes")
    assert (lost.height, rows.height) == (1_869, 7_043)
    assert percent(lost.height, rows.height) == 26.54
    monthly = rows["MonthlyCharges"].sum()
    assert (round(lost["MonthlyCharges"].sum(), 2), round(monthly, 2)) == (139_130.85, 456_116.60)
    assert percent(lost["MonthlyCharges"].sum(), monthly) == 30.50


@needs_fixtures
@pytest.mark.parametrize(
    ("contract", "rate"), [("Month-to-month", 42.71), ("One year", 11.27), ("Two year", 2.83)]
)
def test_customer_churn_by_contract(contract: str, rate: float) -> None:
    rows = telco().filter(pl.col("Contract") == contract)
    assert percent(rows.filter(pl.col("Churn") == "Yes").height, rows.height) == rate


@needs_fixtures
def test_who_joined_within_the_quarter_is_not_in_the_base() -> None:
    status = pl.read_excel(FIXTURES / "Telco_customer_churn_status.xlsx")["Customer Status"]
    base = status.filter(status != "Joined")
    assert status.len() - base.len() == 454
    assert percent((base == "Churned").sum(), base.len()) == 28.37


@needs_fixtures
def test_revenue_churn_over_all_that_customers_ever_paid() -> None:
    services = pl.read_excel(FIXTURES / "Telco_customer_churn_services.xlsx")
    status = pl.read_excel(FIXTURES / "Telco_customer_churn_status.xlsx")
    rows = services.join(status, on="Customer ID", validate="1:1")
    lost = rows.filter(pl.col("Customer Status") == "Churned")["Total Revenue"].sum()
    assert round(lost, 2) == 3_684_459.82
    assert round(rows["Total Revenue"].sum(), 2) == 21_371_131.69
    assert percent(lost, rows["Total Revenue"].sum()) == 17.24


def telco() -> pl.DataFrame:
    return pl.read_csv(FIXTURES / "Telco-Customer-Churn.csv", infer_schema=False).with_columns(
        pl.col("MonthlyCharges").cast(pl.Float64)
    )
