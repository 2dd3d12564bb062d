"""What was planted in the sample's answers is found by the metrics and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.ingest import import_file
from cxdata.metrics.nps.control import control_limits
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.satisfaction import satisfaction_by
from cxdata.metrics.nps.score import nps_change, nps_summary
from cxdata.metrics.nps.trend import nps_rolling, nps_trend, nps_trend_year_before
from cxdata.metrics.nps.weighting import judgement, nps_of_customers, nps_weighted_change
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

SAMPLE = Path(__file__).parents[2] / "sample_data" / "responses.parquet"
AUTUMN = Period(date(2024, 10, 1), date(2024, 12, 31))
AUGUST = Period(date(2024, 8, 1), date(2024, 8, 31))
AFTER_FIX = Period(date(2025, 10, 1), date(2025, 12, 31))
BEFORE_FIX = Period(date(2025, 7, 1), date(2025, 9, 30))
LAST_YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample's customers, and its answers, put straight into the store."""
    opened = Store.open(tmp_path_factory.mktemp("planted") / "cx.duckdb")
    import_file(opened, SAMPLE.with_name("clients.csv"), kind="customers")
    moment = pl.col("responded_at")
    answers = pl.read_parquet(SAMPLE).with_columns(
        responded_on=moment.dt.convert_time_zone("Europe/Paris").dt.date(),
        responded_at=moment.dt.replace_time_zone(None),
    )
    columns = (
        "response_id, customer_id, responded_at, responded_on, survey, journey, channel, "
        "nps_score, csat_score, ces_score, segment, region, product"
    )
    with opened.transaction() as con:
        con.register("sample_answers", answers.to_arrow())
        con.execute(
            f"""insert into response_versions ({columns}, ces_scale, batch_id, content_hash,
                is_current)
            select {columns}, 5, 1, 0, true from sample_answers"""
        )
        con.unregister("sample_answers")
        rebuild_days(con, opened.settings_history, ["responses"])
    yield opened
    opened.close()


def test_august_2024_has_twelve_answers_and_a_small_base(store: Store) -> None:
    row = nps_summary(store, Filters(period=AUGUST)).row(0, named=True)
    assert (row["answer_count"], row["base"]) == (12, "small")
    assert nps_change(store, Filters(period=AUGUST)).verdict == "too_few_answers"
    heat = nps_heat(store, Filters(period=AUGUST), "segment", "journey")
    assert set(heat["reason"]) == {"too_few_to_show"}


def test_a_rolling_window_bridges_august_2024(store: Store) -> None:
    rolling = nps_rolling(store, Filters(period=AUGUST))
    assert rolling.select("answer_count", "base", "is_complete", "reaches_before").rows() == [
        (2212, "ok", True, True)
    ]


def test_the_fall_of_autumn_2024_is_mix_only(store: Store) -> None:
    filters = Filters(period=AUTUMN)
    change = nps_change(store, filters)
    assert change.difference == pytest.approx(-6.298, abs=5e-4)
    assert (change.verdict, change.current["answer_count"].item()) == ("real_change", 3000)
    mix = nps_mix(store, filters, "segment")
    assert mix["rate_effect"].min() > 0  # type: ignore[operator]
    # Each segment's answers score higher, none beyond chance, nor all of them together.
    assert mix["rate_effect_low"].max() < 0  # type: ignore[operator]
    ends = mix.select("rate_total_effect_low", "rate_total_effect_high").row(0)
    assert ends == pytest.approx((-1.41, 7.56), abs=0.005)
    assert mix["rate_effect"].sum() == pytest.approx(3.0778, abs=5e-5)
    assert mix["mix_effect"].sum() == pytest.approx(-9.3756, abs=5e-5)
    total = mix["rate_effect"].sum() + mix["mix_effect"].sum()
    assert total == pytest.approx(change.difference, abs=1e-9)


def test_in_autumn_2024_other_customers_answered(store: Store) -> None:
    filters = Filters(period=AUTUMN)
    change, weighted = nps_change(store, filters), nps_weighted_change(store, filters)
    figures = weighted.compared["customers_nps"].item(), weighted.current["customers_nps"].item()
    assert figures == pytest.approx((15.83, 18.79), abs=0.005)
    assert (weighted.difference, weighted.verdict) == (
        pytest.approx(2.962, abs=5e-4),
        "within_noise",
    )
    assert judgement(change, weighted) == "who_answered"
    mix = nps_mix(store, filters, "segment")
    assert mix["customers_effect"].sum() == pytest.approx(-0.0024, abs=5e-5)
    assert mix["respondents_effect"].sum() == pytest.approx(-9.3732, abs=5e-5)
    assert mix["base_share"].sum() == pytest.approx(1)


def test_the_last_year_speaks_for_half_of_the_customers(store: Store) -> None:
    row = nps_of_customers(store, Filters(period=LAST_YEAR)).row(0, named=True)
    assert (row["customer_count"], row["answered_count"]) == (17_005, 8_790)
    assert row["answered_revenue_share"] == pytest.approx(0.5704, abs=5e-5)
    assert (row["customers_nps"], row["revenue_nps"]) == pytest.approx((25.675, 14.841), abs=5e-4)
    change = nps_change(store, Filters(period=LAST_YEAR))
    weighted = nps_weighted_change(store, Filters(period=LAST_YEAR))
    assert judgement(change, weighted) == "real_change"


def test_the_fix_of_october_2025_is_a_real_change_above_all_for_deliveries(store: Store) -> None:
    chosen = Filters(period=AFTER_FIX, compared_to=BEFORE_FIX)
    change = nps_change(store, chosen)
    assert change.difference == pytest.approx(25.31 - 13.79, abs=0.005)
    assert (change.verdict, change.p_value) == ("real_change", pytest.approx(1.14e-8, abs=1e-10))
    journeys = nps_mix(store, chosen, "journey").sort("rate_effect", descending=True)
    assert journeys["journey"][0] == "Livraison"
    scores = journeys.select("compared_nps", "nps").row(0)
    assert scores == pytest.approx((-0.66, 28.59), abs=0.005)


def test_months_before_and_after_the_fix_lie_outside_the_limits(store: Store) -> None:
    found = control_limits(nps_trend(store, Filters()))
    assert found is not None
    assert found.centre == pytest.approx(18.486, abs=0.005)
    assert found.outside == (date(2025, 10, 1), date(2026, 5, 1))
    last_year = control_limits(nps_trend(store, Filters(period=LAST_YEAR)))
    assert last_year is not None
    assert last_year.outside == last_year.ends_a_run == ()
    assert last_year.dispersion == pytest.approx(2.06, abs=0.005)


def test_the_year_before_lies_under_the_last_year(store: Store) -> None:
    before = nps_trend_year_before(store, Filters(period=LAST_YEAR))
    now = nps_trend(store, Filters(period=LAST_YEAR))
    assert before["period"].to_list() == now["period"].to_list()
    assert before["answer_count"].sum() == 11_542
    assert now["answer_count"].sum() == 12_250


def test_billing_costs_the_most_effort(store: Store) -> None:
    filters = Filters(period=LAST_YEAR, survey="transactional")
    by = satisfaction_by(store, filters, "ces", "journey").sort("favourable_share")
    assert by["journey"][0] == "Facturation"
    assert by["favourable_share"][0] == pytest.approx(0.062, abs=5e-4)


def test_the_command_line_tells_the_same(store: Store) -> None:
    period = ["--from", "2024-10-01", "--to", "2024-12-31", "--json", "--store", str(store.path)]
    result = CliRunner().invoke(main, ["show", "nps-change", "--by", "segment", *period])
    shown = json.loads(result.stdout)
    assert shown["whole"]["difference"] == pytest.approx(-6.298, abs=5e-4)
    assert shown["filters"]["compared_from"] == "2024-07-01"
    assert shown["whole"]["verdict"] == "who_answered"
    assert shown["notes"][0].startswith("Who answered changed: weighted to all customers, the NPS")
    assert sum(row["mix_effect"] for row in shown["rows"]) == pytest.approx(-9.3756, abs=5e-5)
