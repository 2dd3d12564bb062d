"""What was planted in the sample's customers is found: detractors leave more often.

Who of them was called back stands in no extract: it is planted here, as a call centre's list of
outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from cxdata.cases.alerts import answer_alerts
from cxdata.cases.opening import open_alerts
from cxdata.cases.rules import rule_called
from cxdata.ingest import import_file
from cxdata.metrics.churn.cost import churn_cost_by, churn_cost_summary, churn_waterfall
from cxdata.metrics.churn.customer_survival import survival_by_class, survival_difference
from cxdata.metrics.churn.dissatisfaction import excess_of
from cxdata.metrics.churn.exposure import exposure
from cxdata.metrics.churn.rates import churn_by_class, churn_by_reason
from cxdata.metrics.follow_up.helped import leaving_by_follow_up, rescue_rate
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from tests.stores import SAMPLE_FOLDER

YEAR = Filters(period=Period(date(2025, 7, 1), date(2026, 6, 30)))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample's customers as imported, and their relationship answers put straight in."""
    opened = Store.open(tmp_path_factory.mktemp("planted") / "cx.duckdb")
    import_file(opened, SAMPLE_FOLDER / "clients.csv", kind="customers")
    day = pl.col("responded_at").dt.convert_time_zone("Europe/Paris").dt.date()
    answers = (
        pl.read_parquet(SAMPLE_FOLDER / "responses.parquet")
        .filter(pl.col("survey") == "relationship")
        .select(
            *("response_id", "customer_id", "survey", "nps_score"),
            responded_on=day,
            responded_at=pl.col("responded_at").dt.replace_time_zone(None),
        )
    )
    with opened.transaction() as con:
        con.register("sample_answers", answers.to_arrow())
        con.execute(
            """insert into response_versions (response_id, customer_id, survey, nps_score,
                responded_on, responded_at, batch_id, content_hash, is_current)
            select response_id, customer_id, survey, nps_score, responded_on, responded_at, 2, 0,
                true
            from sample_answers"""
        )
        con.unregister("sample_answers")
        rebuild_days(con, opened.settings_history, ["responses"])
    yield opened
    opened.close()


def test_both_churn_rates_of_the_last_year(store: Store) -> None:
    row = churn_cost_summary(store, YEAR).row(0, named=True)
    assert (row["customer_count"], row["lost_count"]) == (15_254, 1_487)
    assert row["customer_churn_rate"] == pytest.approx(0.0975, abs=5e-5)
    assert row["revenue_churn_rate"] == pytest.approx(0.1320, abs=5e-5)
    assert row["class_coverage_share"] == pytest.approx(0.758, abs=5e-4)
    assert row["compared_share"] == 1


def test_detractors_leave_more_often_by_the_class_of_before(store: Store) -> None:
    rows = churn_by_class(store, YEAR).select("nps_class", "customer_count", "lost_count").rows()
    assert rows == [
        ("promoter", 5_365, 293),
        ("passive", 3_167, 276),
        ("detractor", 3_026, 581),
        ("unknown", 3_696, 337),
    ]


def test_the_excess_is_that_of_the_segments_not_the_raw_one(store: Store) -> None:
    excess = excess_of(exposure(store, YEAR))
    passives, detractors = excess.lost_counts
    raw = 581 / 3_026 - 293 / 5_365
    assert raw == pytest.approx(0.137, abs=5e-4)
    assert detractors / 3_026 == pytest.approx(0.127, abs=5e-4)
    assert 0 < passives / 3_167 < 276 / 3_167 - 293 / 5_365


def test_dissatisfaction_has_a_part_in_the_cost_that_chance_does_not_explain(store: Store) -> None:
    rows = {row["step"]: row for row in churn_waterfall(store, YEAR).to_dicts()}
    assert rows["dissatisfaction"]["low_amount"] > 0
    assert rows["detractor"]["central_amount"] > 4 * rows["passive"]["central_amount"] > 0
    assert rows["dissatisfaction"]["central_amount"] < rows["gross"]["central_amount"]


def test_the_dear_segment_loses_the_most(store: Store) -> None:
    by_segment = churn_cost_by(store, YEAR, "segment")
    assert by_segment["segment"][0] == "Professionnels"
    assert by_segment["customer_churn_rate"][0] == pytest.approx(0.1718, abs=5e-5)


def test_detractors_curves_fall_faster_also_within_segments(store: Store) -> None:
    last = survival_by_class(store, Filters()).group_by("nps_class", maintain_order=True).last()
    promoters, passives, detractors = last["survival"]
    assert promoters > passives > detractors
    assert survival_difference(store, Filters())["standardised_p_value"].item() < 1e-6


def test_detractors_say_most_often_that_the_service_was_it(store: Store) -> None:
    reasons = churn_by_reason(store, YEAR)
    assert reasons["lost_count"].sum() == 1_487
    by_detractors = reasons.sort("detractor_count", descending=True)
    assert by_detractors["end_reason"][0] == "Insatisfaction service"
    assert by_detractors["detractor_count"][0] == 226


def test_central_costs_of_segments_add_up_and_their_ends_do_not(store: Store) -> None:
    whole = churn_cost_summary(store, YEAR).row(0, named=True)
    segments = churn_cost_by(store, YEAR, "segment")
    summed = {end: segments[f"cost_{end}_amount"].sum() for end in ("low", "central", "high")}
    assert summed["central"] == pytest.approx(whole["cost_central_amount"])
    assert summed["low"] < whole["cost_low_amount"]
    assert summed["high"] > whole["cost_high_amount"]


@pytest.mark.parametrize(
    "last_on", [date(2024, 6, 30), date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30)]
)
def test_what_is_at_risk_holds_what_the_next_year_takes(store: Store, last_on: date) -> None:
    """The leaving of the sample is recorded from mid-2023 on."""
    after = last_on + timedelta(days=1)
    seen = Period(after.replace(year=after.year - 1), last_on)
    until = after.replace(year=after.year + 1) - timedelta(days=1)
    row = churn_cost_summary(store, Filters(period=seen)).row(0, named=True)
    lost = exposure(store, Filters(period=Period(after, until))).total("lost_known_amount")
    assert row["revenue_at_risk_low_amount"] < lost < row["revenue_at_risk_high_amount"]
    rows = churn_cost_by(store, Filters(period=seen), "segment")
    assert rows["revenue_at_risk_amount"].sum() == pytest.approx(row["revenue_at_risk_amount"])


FIRST_YEAR_ENDS = date(2024, 6, 30)
FIRST_YEAR = Filters(period=Period(date(2023, 7, 1), FIRST_YEAR_ENDS))
LAST_YEAR_BEGINS = date(2025, 7, 1)
# Of so many customers one has cases.
WITH_CASES = 12


@pytest.fixture
def cases(store: Store) -> Iterator[pl.DataFrame]:
    """A case for some detractors' answers from before the last year, opened on their day, as if the
    rules had been on then; with what became of the customer."""
    rule = replace(rule_called(store, "very_low_score"), threshold=6, look_back_days=None)
    found = answer_alerts(store, rule, last_on=LAST_YEAR_BEGINS - timedelta(days=10))
    chosen = [it for it in found if it.customer_id and int(it.customer_id[-3:]) % WITH_CASES == 0]
    with store.transaction() as con:
        open_alerts(con, store.settings_history, chosen, 1)
        con.execute("update cases set opened_at = fired_on, changed_at = fired_on")
        con.execute("update case_history set changed_at = fired_on from cases where "
                    "case_history.case_id = cases.case_id")  # fmt: skip
        became = con.sql(
            """with scores as (
                select response_id, lead(nps_score) over (
                    partition by customer_id order by responded_at, response_id) as next_score
                from responses
            )
            select case_number, fired_on, coalesce(next_score >= 7, false) as is_rescued,
                coalesce(ended_on <= date '2026-06-30', false) as is_lost
            from cases
            left join scores using (response_id)
            left join customers using (customer_id)
            order by case_number"""
        ).pl()
    yield became
    with store.transaction() as con:
        con.execute("delete from cases; delete from case_history")


def outcomes(cases: pl.DataFrame, chance: float, chance_if_well: float) -> bytes:
    """What a call centre sends back: who was called three days later, drawn by how it ended."""
    is_well = np.where(
        cases["fired_on"] < FIRST_YEAR_ENDS,
        cases["is_rescued"],
        ~cases["is_lost"],
    )
    drawn = np.random.default_rng(20260630).random(cases.height)
    called = cases.filter(pl.Series(drawn < np.where(is_well, chance_if_well, chance)))
    return called.select(
        "case_number",
        pl.lit(1).alias("revision"),
        (pl.col("fired_on") + timedelta(days=3)).dt.strftime("%Y-%m-%d 10:00")
        .alias("first_contact_at"),
    ).write_csv().encode()  # fmt: skip


@pytest.mark.parametrize(
    ("chances", "verdicts"),
    [
        pytest.param((0.2, 0.5), ("better", "better"), id="an effect"),
        pytest.param((0.4, 0.4), ("cannot_tell", "cannot_tell"), id="none"),
    ],
)
def test_of_the_sample_a_planted_effect_is_found_and_a_planted_non_effect_is_not_claimed(
    chances: tuple[float, float],
    verdicts: tuple[str, str],
    cases: pl.DataFrame,
    store: Store,
) -> None:
    report = import_file(store, outcomes(cases, *chances), file_name="outcomes.csv")
    assert report.refused_count == 0
    assert report.accepted_count > 100
    won, left = rescue_rate(store, FIRST_YEAR), leaving_by_follow_up(store, YEAR)
    assert (won["verdict"][0], left["verdict"][0]) == verdicts
    assert won["difference_low"][0] < won["difference"][0] < won["difference_high"][0]
    followed = left.row(0, named=True)
    assert followed["following"] == "followed"
    assert followed["customer_count"] > 50
