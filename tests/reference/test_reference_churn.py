"""Churn against published figures: Fader & Hardie, IBM's Telco sample, Dell/Bain."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.metrics.churn.rates import share
from cxdata.metrics.churn.value import (
    expected_clv,
    expected_life_years,
    referral_value_amount,
)
from cxdata.metrics.statistics.intervals import chi_square_p
from cxdata.metrics.statistics.survival import kaplan_meier, log_rank, with_band
from cxdata.models import Filters
from cxdata.store.connection import Store

# The folder of files that nobody here wrote; it is not part of the project.
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "churn"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="../shared/fixtures/churn does not exist on this machine"
)


LAST_MONTH = {"first_ons": [date(2026, 6, 1)], "last_ons": [date(2026, 6, 30)]}


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


# Acute myelogenous leukaemia (Miller 1981; R's survival::aml): weeks and whether it is over.
MAINTAINED = ([9, 13, 18, 23, 31, 34, 48], [13, 28, 45, 161])
NOT_MAINTAINED = ([5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45], [16])


def followed(group: str, ended: list[int], censored: list[int]) -> pl.DataFrame:
    rows = [(group, time, 1, 0) for time in ended] + [(group, time, 0, 1) for time in censored]
    names = ["group", "time", "event_count", "censored_count"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_the_log_rank_test_of_the_published_example() -> None:
    # survdiff(Surv(time, status) ~ x, aml): chisq 3.4 on 1 degree of freedom, p 0.07
    both = pl.concat([followed("m", *MAINTAINED), followed("n", *NOT_MAINTAINED)])
    found = log_rank(both)
    assert (round(found.chi_square or 0, 2), found.degrees_of_freedom) == (3.40, 1)
    assert round(found.p_value or 0, 4) == 0.0653


def test_a_stratum_of_one_group_adds_nothing_to_the_log_rank_test() -> None:
    both = pl.concat([followed("m", *MAINTAINED), followed("n", *NOT_MAINTAINED)])
    alone = followed("m", [1, 2, 3], [4]).with_columns(stratum=pl.lit("other"))
    stratified = log_rank(pl.concat([both.with_columns(stratum=pl.lit("one")), alone]))
    assert stratified.chi_square == pytest.approx(log_rank(both).chi_square)


def test_the_band_of_the_published_curve() -> None:
    # summary(survfit(Surv(time, status) ~ x, aml, conf.type = "log-log"))
    curve = with_band(kaplan_meier(followed("m", *MAINTAINED)), 0.95)
    assert [round(it, 3) for it in curve["survival_low"][:3]] == [0.508, 0.447, 0.350]
    assert [round(it, 3) for it in curve["survival_high"][:3]] == [0.987, 0.951, 0.899]


@pytest.mark.parametrize(
    ("chi_square", "degrees", "p_value"),
    # The 5 % and 1 % points as every table prints them.
    [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (9.488, 4, 0.05), (13.277, 4, 0.01)],
)
def test_the_tail_of_the_chi_square(chi_square: float, degrees: int, p_value: float) -> None:
    assert round(chi_square_p(chi_square, degrees), 4) == p_value


@needs_fixtures
def test_the_telco_file_gives_its_rates_through_the_command_line_alone(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["--store", str(tmp_path / "cx.duckdb"), *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    file = FIXTURES / "Telco-Customer-Churn.csv"
    run("import", str(file), "--extract-date", "2026-06-30")
    shown = run("show", "churn-cost", "--json", "--from", "2026-06-01", "--to", "2026-06-30")
    (row,) = json.loads(shown)["rows"]
    assert (row["customer_count"], row["lost_count"]) == (7_043, 1_869)
    assert round(100 * row["customer_churn_rate"], 2) == 26.54
    assert round(100 * row["revenue_churn_rate"], 2) == 30.50
    # the file knows one moment: the whole history and the year open on its month, too
    for period in ((), ("--from", "2025-07-01", "--to", "2026-06-30")):
        assert json.loads(run("show", "churn-cost", "--json", *period))["rows"] == [
            {**row, "window_reason": "only_one_moment"}
        ]
    store = Store.open(tmp_path / "cx.duckdb")
    amounts = store.query("churn_base", Filters(), **LAST_MONTH).select(
        "known_amount", "lost_known_amount"
    )
    assert [round(it / 12, 2) for it in amounts.sum().row(0)] == [456_116.60, 139_130.85]
    store.close()
