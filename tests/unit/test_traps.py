"""Traps: how a query returns a wrong number without an error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from cxdata.metrics.nps.score import nps_by, nps_summary
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.response_time.backlog import backlog
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.metrics.response_time.contact_hours import missed_by_hour, worst_hours
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels
from cxdata.metrics.response_time.returns import returns_summary
from cxdata.metrics.response_time.wait_effects import leaving_by_wait, scores_by_wait
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.models import KINDS, Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from tests.stores import MIDDAY, add_contact_facts, withhold_nothing


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add_answers(
    con: duckdb.DuckDBPyConnection, day: date, scores: list[int | None], **values: object
) -> None:
    con.execute(
        """insert into response_versions (response_id, responded_at, responded_on, survey,
            nps_score, csat_score, ces_score, ces_scale, segment, batch_id, content_hash,
            is_current)
        select uuid()::varchar, $day::timestamp, $day, 'relationship', score, $csat, $ces,
            $ces_scale, $segment, 1, 0, $is_current
        from (select unnest($scores::integer[]) as score)""",
        {
            "day": day,
            "scores": scores,
            "csat": None,
            "ces": None,
            "ces_scale": None,
            "segment": None,
            "is_current": True,
            **values,
        },
    )


def add_contact(
    con: duckdb.DuckDBPyConnection,
    channel: str,
    opened_at: datetime,
    first_response_at: datetime | None,
    *,
    batch_id: int = 1,
) -> None:
    con.execute(
        """insert into contact_versions (contact_id, channel, initiated_by, opened_at, opened_on,
            first_response_at, batch_id, content_hash, is_current)
        values (uuid()::varchar, $channel, 'customer', $opened_at, $opened_at::date, $response_at,
            $batch_id, 0, true)""",
        {
            "channel": channel,
            "opened_at": opened_at,
            "response_at": first_response_at,
            "batch_id": batch_id,
        },
    )


def add_batch(con: duckdb.DuckDBPyConnection, batch_id: int, extracted_at: datetime | None) -> None:
    con.execute(
        """insert into batches (batch_id, file_name, sha256, kind, loaded_at, extracted_at, mapping,
            row_count, accepted_count, corrected_count, replaced_count, refused_count,
            duplicate_count)
        values ($id, 'c.csv', '', 'contacts', now()::timestamp, $at, '{}', 1, 1, 0, 0, 0, 0)""",
        {"id": batch_id, "at": extracted_at},
    )


def test_rated_touchpoints_do_not_multiply_answers(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [10, 10, 9, 7, 0])
        con.execute(
            """insert into rating_versions (response_id, touchpoint, score, batch_id)
            select response_id, touchpoint, 3, batch_id
            from response_versions cross join (values ('a'), ('b'), ('c')) as t(touchpoint)"""
        )
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_summary(store, Filters())["answer_count"].item() == 5


def test_a_contact_is_counted_once_though_joined_to_two_spans_of_a_day(store: Store) -> None:
    with store.transaction() as con:
        for hour in range(24):
            opened_at = datetime(2026, 5, 26, hour)
            add_contact(con, "email", opened_at, datetime(2026, 5, 28, hour))
        rebuild_days(con, store.settings_history, KINDS)
        waits = con.sql("select sum(answered_count + waiting_count) from wait_days").fetchall()
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    assert row["contact_count"] == row["met_count"] + row["missed_count"] == 24
    assert waits == [(24,)]


def test_older_versions_of_a_row_are_not_counted(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [0] * 10, is_current=False)
        add_answers(con, date(2026, 5, 4), [10] * 10)
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_summary(store, Filters())["nps"].item() == 100


def test_counting_twice_gives_the_same_counts(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [10] * 5)
        add_contact(con, "call", datetime(2026, 5, 4, 8), datetime(2026, 5, 4, 8, 1))
        rebuild_days(con, store.settings_history, KINDS)
        rebuild_days(con, store.settings_history, KINDS)
    withhold_nothing(store)
    assert nps_summary(store, Filters())["answer_count"].item() == 5
    assert compliance_by_channel(store, Filters())["contact_count"].item() == 1


def test_the_score_of_a_quarter_is_not_the_average_of_its_months(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 4, 1), [10] * 90)
        add_answers(con, date(2026, 5, 1), [0] * 10)
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_trend(store, Filters())["nps"].to_list() == [100, -100]
    assert nps_trend(store, Filters(), grain="quarter")["nps"].to_list() == [80]


def test_answers_without_a_score_are_no_detractors(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [10] * 5 + [None] * 5, csat=4)
        rebuild_days(con, store.settings_history, KINDS)
        counts = con.sql("select sum(csat_count), sum(csat_satisfied_count) from answer_days")
        assert counts.fetchall() == [(10, 10)]
    row = nps_summary(store, Filters()).row(0, named=True)
    assert (row["answer_count"], row["nps"]) == (5, 100)


def test_days_with_satisfaction_only_are_no_nps_periods(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 4, 4), [None], csat=1)
        add_answers(con, date(2026, 5, 4), [10] * 5)
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_trend(store, Filters())["period"].to_list() == [date(2026, 5, 1)]


def test_efforts_on_a_scale_of_seven_are_not_added_to_those_on_five(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [None], ces=2, ces_scale=5)
        add_answers(con, date(2026, 5, 4), [None], ces=7, ces_scale=7)
        rebuild_days(con, store.settings_history, KINDS)
        effort = con.sql("select sum(ces_count), sum(ces_score_sum) from answer_days").fetchall()
    assert effort == [(1, 2)]


def test_unknown_segments_stay_in_the_whole_and_out_of_a_filter(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [10] * 6, segment="home")
        add_answers(con, date(2026, 5, 4), [0] * 6)
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_summary(store, Filters())["answer_count"].item() == 12
    assert nps_summary(store, Filters(segment=("home",)))["answer_count"].item() == 6
    assert set(nps_by(store, Filters(), "segment")["segment"]) == {"home", None}


def test_both_ends_of_a_period_belong_to_it(store: Store) -> None:
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    with store.transaction() as con:
        for day in (date(2026, 4, 30), may.first_on, may.last_on, date(2026, 6, 1)):
            add_answers(con, day, [10] * 5)
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_summary(store, Filters(period=may))["answer_count"].item() == 10


def test_the_day_is_the_firms_own_whatever_the_clock_in_utc(store: Store) -> None:
    # 1 May 00:30 in Paris is 30 April in UTC; the import stores the local day.
    with store.transaction() as con:
        con.execute(
            """insert into response_versions (response_id, responded_at, responded_on, survey,
                nps_score, batch_id, content_hash, is_current)
            values ('a', '2026-04-30 22:30:00', '2026-05-01', 'relationship', 10, 1, 0, true)"""
        )
        rebuild_days(con, store.settings_history, KINDS)
    assert nps_trend(store, Filters())["period"].to_list() == [date(2026, 5, 1)]


def test_business_hours_hold_across_the_change_of_the_clocks(store: Store) -> None:
    # Friday 16:00 to Monday 16:00 in Paris, 71 hours apart: one business day, not one less.
    with store.transaction() as con:
        add_contact(con, "email", datetime(2026, 3, 27, 15), datetime(2026, 3, 30, 14))
        add_contact(con, "email", datetime(2026, 3, 27, 15), datetime(2026, 3, 30, 14, 0, 1))
        rebuild_days(con, store.settings_history, KINDS)
    withhold_nothing(store)
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    assert (row["met_count"], row["missed_count"]) == (1, 1)


def test_now_is_the_extracts_own_date_and_never_the_wall_clock(store: Store) -> None:
    opened_at = datetime(2020, 5, 26, 8)
    with store.transaction() as con:
        add_batch(con, 1, datetime(2020, 5, 26, 8, 1))
        add_batch(con, 2, None)
        add_batch(con, 3, datetime(2020, 5, 26, 13))
        for batch_id in (1, 2, 3):
            add_contact(con, "social", opened_at, None, batch_id=batch_id)
        rebuild_days(con, store.settings_history, KINDS)
    withhold_nothing(store)
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    # The second batch has no date: now is its own latest moment, whatever another file tells.
    assert (row["not_yet_due_count"], row["missed_count"]) == (2, 1)


def test_without_an_extract_date_now_is_the_latest_moment_of_the_contacts(store: Store) -> None:
    with store.transaction() as con:
        add_contact(con, "call", datetime(2020, 5, 26, 8), None)
        add_contact(con, "call", datetime(2020, 5, 26, 8), datetime(2020, 5, 26, 8, 2))
        add_contact(con, "call", datetime(2020, 5, 26, 8, 1, 30), None)
        rebuild_days(con, store.settings_history, KINDS)
    withhold_nothing(store)
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    assert (row["not_yet_due_count"], row["missed_count"]) == (1, 2)


def test_one_answer_shows_nothing_about_the_person(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [0])
        rebuild_days(con, store.settings_history, KINDS)
    row = nps_trend(store, Filters()).row(0, named=True)
    assert (row["answer_count"], row["nps"], row["detractor_count"]) == (None, None, None)


def test_unanimous_answers_are_not_certain(store: Store) -> None:
    with store.transaction() as con:
        add_answers(con, date(2026, 5, 4), [10] * 10)
        rebuild_days(con, store.settings_history, KINDS)
    row = nps_summary(store, Filters()).row(0, named=True)
    assert (row["nps"], row["nps_low"]) == (100, pytest.approx(47.50, abs=0.005))


@pytest.mark.parametrize(
    ("rule", "rate", "reason"), [("missed", 0.0, None), ("ignored", None, "none_due")]
)
def test_contacts_that_were_all_abandoned_are_all_missed_or_no_figure(
    store: Store, rule: str, rate: float | None, reason: str | None
) -> None:
    store.change_settings({"response_time.call.abandon_rule": rule})
    add_contact_facts(store, *[{"abandoned": 30} for _ in range(5)])
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    assert (row["compliance_rate"], row["reason"], row["p50_seconds"]) == (rate, reason, None)
    hour = missed_by_hour(store, Filters()).row(0, named=True)
    assert hour["missed_share"] == (None if rate is None else 1.0)
    assert wait_distribution(store, Filters())["waiting_count"].sum() == 5
    assert returns_summary(store, Filters())["reason"].item() == "none_followed"


def test_contacts_that_all_still_wait_have_no_figure_yet(store: Store) -> None:
    add_contact_facts(store, *[{} for _ in range(5)], extracted_at=MIDDAY)
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    assert (row["compliance_rate"], row["reason"], row["p50_seconds"]) == (None, "none_due", None)
    hour = missed_by_hour(store, Filters())
    assert hour.select("missed_share", "reason").rows() == [(None, "none_due")]
    assert worst_hours(hour).is_empty()
    assert backlog(store, Filters())["contact_count"].to_list() == [5]
    assert scores_by_wait(store, Filters()).is_empty()
    assert leaving_by_wait(store, Filters()).is_empty()
    assert compliance_by_reason(store, Filters())["compliance_rate"].to_list() == [None]


def test_unknown_callers_are_judged_but_not_followed(store: Store) -> None:
    about = {"journey": "Billing", "reason": "invoice", "answered": 10, "resolved": 10}
    add_contact_facts(store, *[about for _ in range(5)], {"opened_at": datetime(2026, 7, 15)})
    row = returns_summary(store, Filters()).row(0, named=True)
    assert (row["followed_count"], row["return_rate"]) == (0, None)
    assert compliance_by_channel(store, Filters())["met_count"].item() == 5
    assert scores_by_wait(store, Filters()).is_empty()


def test_the_rate_of_a_channel_is_not_the_average_of_its_journeys(store: Store) -> None:
    good = [{"journey": "a", "answered": 10} for _ in range(90)]
    bad = [{"journey": "b", "answered": 100} for _ in range(10)]
    add_contact_facts(store, *good, *bad)
    assert compliance_by_channel(store, Filters())["compliance_rate"].item() == 0.9
    assert journey_channels(store, Filters())["compliance_rate"].to_list() == [1.0, 0.0]
