"""Response times: who was answered in time, by which clock, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest

from cxdata.metrics.response_time.compliance import (
    channels_at_goal,
    compliance_by,
    compliance_by_channel,
    compliance_then,
    compliance_trend,
    service_level,
)
from cxdata.models import KINDS, Filters, Period
from cxdata.store.clocks import clock_spans
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from tests.clocks import business_seconds
from tests.stores import withhold_nothing

TUESDAY = datetime(2026, 5, 26, 8)  # 10:00 in Paris
LATER = datetime(2026, 6, 20, 12)
STATUSES = ["met_count", "missed_count", "not_yet_due_count", "abandoned_count"]
Row = dict[str, object]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    withhold_nothing(opened)
    yield opened
    opened.close()


def with_rule(store: Store, rule: str) -> None:
    store.change_settings({"response_time.call.abandon_rule": rule})


def contact(
    channel: str = "call",
    opened_at: datetime = TUESDAY,
    *,
    answered: float | None = None,
    abandoned: float | None = None,
    resolved: float | None = None,
    initiated_by: str = "customer",
    segment: str | None = None,
) -> Row:
    """A contact; answered, abandoned and resolved so many seconds after it was opened."""

    def after(seconds: float | None) -> datetime | None:
        return None if seconds is None else opened_at + timedelta(seconds=seconds)

    return {
        "channel": channel,
        "opened_at": opened_at,
        "first_response_at": after(answered),
        "abandoned_at": after(abandoned),
        "resolved_at": after(resolved),
        "initiated_by": initiated_by,
        "segment": segment,
    }


def add(store: Store, *contacts: Row, extracted_at: datetime = LATER) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, extracted_at,
                mapping, row_count, accepted_count, corrected_count, replaced_count,
                refused_count, duplicate_count)
            values (1, 'c.csv', '', 'contacts', now()::timestamp, $at, '{}', 1, 1, 0, 0, 0, 0)""",
            {"at": extracted_at},
        )
        for row in contacts:
            con.execute(
                """insert into contact_versions (contact_id, channel, initiated_by, opened_at,
                    opened_on, first_response_at, abandoned_at, resolved_at, segment, batch_id,
                    content_hash, is_current)
                values (uuid()::varchar, $channel, $initiated_by, $opened_at, $opened_at::date,
                    $first_response_at, $abandoned_at, $resolved_at, $segment, 1, 0, true)""",
                row,
            )
        rebuild_days(con, store.settings_history, KINDS)


def only_row(store: Store, filters: Filters | None = None) -> Row:
    frame = compliance_by_channel(store, filters or Filters())
    assert frame.height == 1
    return frame.row(0, named=True)


def statuses(store: Store) -> list[object]:
    row = only_row(store)
    return [row[name] for name in STATUSES]


MET, MISSED, NOT_YET_DUE = [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]
NINE_HOURS = 24 * 3600.0  # Tuesday 10:00 to Wednesday 10:00 is one business day


@pytest.mark.parametrize(
    ("channel", "seconds", "status"),
    [
        ("call", 89.999999, MET),
        ("call", 90, MISSED),  # "in less than 90 s"
        ("chat", 45, MET),
        ("chat", 45.000001, MISSED),
        ("social", 4 * 3600, MET),
        ("social", 4 * 3600 + 0.000001, MISSED),
        ("email", NINE_HOURS, MET),
        ("email", NINE_HOURS + 0.000001, MISSED),
        ("call", 0, MET),
    ],
)
def test_the_boundary_of_each_channel_is_exact(
    store: Store, channel: str, seconds: float, status: list[int]
) -> None:
    add(store, contact(channel, TUESDAY + timedelta(microseconds=123_457), answered=seconds))
    assert statuses(store) == status


def test_one_business_day_is_in_time_whatever_the_fraction_of_a_second(store: Store) -> None:
    starts = [TUESDAY + timedelta(microseconds=n * 9973) for n in range(100)]
    add(store, *[contact("email", start, answered=NINE_HOURS) for start in starts])
    assert statuses(store) == [100, 0, 0, 0]


@pytest.mark.parametrize(
    ("channel", "seconds", "status"),
    [
        ("call", 89.999999, NOT_YET_DUE),
        ("call", 90, MISSED),
        ("chat", 45, NOT_YET_DUE),
        ("chat", 45.000001, MISSED),
        ("email", NINE_HOURS, NOT_YET_DUE),
        ("email", NINE_HOURS + 1, MISSED),
    ],
)
def test_an_open_contact_is_missed_once_it_can_no_longer_be_met(
    store: Store, channel: str, seconds: float, status: list[int]
) -> None:
    add(store, contact(channel), extracted_at=TUESDAY + timedelta(seconds=seconds))
    assert statuses(store) == status


def test_nights_weekends_and_holidays_do_not_count_for_email(store: Store) -> None:
    # Thursday 30 April 2026, 17:00 in Paris; Friday is a holiday; Monday 16:00 is 8 h later.
    thursday = datetime(2026, 4, 30, 15)
    monday = datetime(2026, 5, 4, 15) - thursday
    add(store, *5 * [contact("email", thursday, answered=monday.total_seconds())])
    assert statuses(store) == [5, 0, 0, 0]
    assert only_row(store)["p50_seconds"] == pytest.approx(9 * 3600, rel=0.005)


def test_the_day_table_agrees_with_the_clock_contact_by_contact(store: Store) -> None:
    random = Random(7)
    openings = [TUESDAY + timedelta(seconds=random.uniform(-5e6, 1e6)) for _ in range(300)]
    waits = [random.uniform(0, 3e5) for _ in openings]
    pairs = list(zip(openings, waits, strict=True))
    add(store, *[contact("email", opened_at, answered=wait) for opened_at, wait in pairs])
    spans = clock_spans(store.settings_history, date(2026, 3, 1), date(2026, 6, 30))
    ends = [opened_at + timedelta(seconds=wait) for opened_at, wait in pairs]
    business = spans.filter(clock="business")
    seconds = business_seconds(business, pl.Series(openings), pl.Series(ends))
    met = int((seconds <= 9 * 3600).sum())
    assert 0 < met < 300
    assert statuses(store) == [met, 300 - met, 0, 0]


@pytest.mark.parametrize(
    ("rule", "seconds", "status"),
    [
        ("missed", 3, [0, 1, 0, 1]),
        ("ignored", 300, [0, 0, 0, 1]),
        ("short_ignored", 4.999, [0, 0, 0, 1]),
        ("short_ignored", 5, [0, 1, 0, 1]),
    ],
)
def test_abandoned_calls_follow_the_rule(
    store: Store, rule: str, seconds: float, status: list[int]
) -> None:
    with_rule(store, rule)
    add(store, contact(abandoned=seconds))
    assert statuses(store) == status
    assert only_row(store)["abandon_rule"] == rule


def test_an_answer_before_hanging_up_counts_and_a_call_back_does_not(store: Store) -> None:
    add(store, contact(answered=10, abandoned=60), contact(answered=80, abandoned=60))
    assert statuses(store) == [1, 1, 0, 1]


def test_a_contact_resolved_without_a_recorded_answer_was_answered_then(store: Store) -> None:
    add(
        store,
        contact(channel="chat", resolved=30),
        contact(channel="chat", resolved=600),
    )
    assert statuses(store) == [1, 1, 0, 0]


def test_what_the_firm_began_is_not_judged(store: Store) -> None:
    add(
        store,
        *5 * [contact(answered=10)],
        contact(answered=1000, initiated_by="company", resolved=1000),
        contact(initiated_by="automatic"),
    )
    row = only_row(store)
    assert (row["contact_count"], row["compliance_rate"]) == (5, 1.0)
    with store.cursor() as cursor:
        counted = cursor.sql(
            """select sum(contact_count), sum(met_count + missed_count + not_yet_due_count),
            sum(resolved_count) from contact_days"""
        ).fetchall()
        waited = cursor.sql("select sum(answered_count + waiting_count) from wait_days").fetchall()
    assert (counted, waited) == ([(7, 5, 1)], [(5,)])


def test_the_rate_has_its_interval_and_verdict(store: Store) -> None:
    met, missed = contact(answered=10), contact(answered=200)
    add(store, *[met] * 85, *[missed] * 15)
    row = only_row(store)
    assert (row["compliance_rate"], row["goal"]) == (0.85, 0.8)
    assert (row["rate_low"], row["rate_high"]) == (
        pytest.approx(0.767, abs=5e-4),
        pytest.approx(0.907, abs=5e-4),
    )
    assert row["verdict"] == "cannot_tell"


@pytest.mark.parametrize(
    ("met", "missed", "verdict", "at_goal"),
    [(100, 0, "reached", (1, 1)), (0, 9, "missed", (0, 1)), (8, 2, "cannot_tell", (0, 1))],
)
def test_the_goal_is_reached_only_beyond_the_noise(
    store: Store, met: int, missed: int, verdict: str, at_goal: tuple[int, int]
) -> None:
    add(store, *[contact(answered=1)] * met, *[contact(answered=300)] * missed)
    by_channel = compliance_by_channel(store, Filters())
    assert by_channel["verdict"].to_list() == [verdict]
    assert channels_at_goal(by_channel) == at_goal


@pytest.mark.parametrize(
    ("one", "score"),
    [
        (contact(answered=90), 100),
        (contact(answered=165), 50),
        (contact(answered=240), 0),
        (contact(answered=9999), 0),
        (contact(abandoned=100), 0),
    ],
)
def test_the_graded_score_falls_in_a_straight_line(store: Store, one: Row, score: float) -> None:
    add(store, *5 * [one])
    assert only_row(store)["score"] == pytest.approx(score)


def test_not_yet_due_alone_has_no_rate(store: Store) -> None:
    add(store, contact(), extracted_at=TUESDAY)
    row = only_row(store)
    assert (row["compliance_rate"], row["rate_low"], row["score"]) == (None, None, None)
    assert (row["verdict"], row["reason"]) == ("cannot_tell", "none_due")
    assert channels_at_goal(compliance_by_channel(store, Filters())) == (0, 0)


def test_every_channel_of_the_data_has_a_row_in_a_fixed_order(store: Store) -> None:
    add(store, contact("social", answered=1), contact("call", answered=1))
    nothing = Filters(period=Period(date(2020, 1, 1), date(2020, 1, 31)))
    frame = compliance_by_channel(store, nothing)
    assert frame.select("channel", "contact_count", "compliance_rate", "reason").rows() == [
        ("call", 0, None, "no_contacts"),
        ("social", 0, None, "no_contacts"),
    ]
    assert compliance_by_channel(store, Filters(channel=("social",)))["channel"].to_list() == [
        "social"
    ]
    assert compliance_trend(store, nothing).is_empty()
    assert compliance_by(store, nothing, "segment").is_empty()


def test_a_period_to_compare_with_has_the_same_rates_without_the_waits(store: Store) -> None:
    chats = [contact("chat", answered=seconds) for seconds in (1, 2, 9_000)]
    add(store, *chats, *5 * [contact("call", answered=99)], contact("email"))
    whole, then = compliance_by_channel(store, Filters()), compliance_then(store, Filters())
    assert then.columns == whole.columns[: whole.columns.index("reason") + 1]
    assert then.equals(whole.select(then.columns))


def test_open_contacts_lengthen_the_quantiles(store: Store) -> None:
    answered = [contact("social", answered=3600)] * 6
    add(store, *answered, *[contact("social")] * 4)
    row = only_row(store)
    assert row["p50_seconds"] == pytest.approx(3600, rel=0.005)
    assert row["p90_seconds"] is None


def test_a_trend_has_one_row_per_period_and_channel(store: Store) -> None:
    for opened_at in (datetime(2026, 4, 1, 8), datetime(2026, 5, 31, 8)):
        calls = 5 * [contact("call", opened_at, answered=99)]
        add(store, *5 * [contact("chat", opened_at, answered=1)], *calls)
    trend = compliance_trend(store, Filters(), "month")
    assert trend.select("period", "is_complete", "channel", "compliance_rate").rows() == [
        (date(2026, 4, 1), True, "call", 0.0),
        (date(2026, 4, 1), True, "chat", 1.0),
        (date(2026, 5, 1), True, "call", 0.0),
        (date(2026, 5, 1), True, "chat", 1.0),
    ]


def test_a_breakdown_keeps_channels_apart_and_unknown_values(store: Store) -> None:
    add(
        store,
        *5 * [contact("call", answered=1, segment="home")],
        *5 * [contact("call", answered=100)],
        *5 * [contact("chat", answered=1, segment="home")],
    )
    by = compliance_by(store, Filters(), "segment")
    assert by.select("segment", "channel", "met_count", "missed_count").rows() == [
        ("home", "call", 5, 0),
        (None, "call", 0, 5),
        ("home", "chat", 5, 0),
    ]
    assert by["p50_seconds"].null_count() == 0
    assert compliance_by(store, Filters(), "channel")["channel"].to_list() == ["call", "chat"]


@pytest.mark.parametrize(
    ("due", "rate", "is_small_base", "reason"),
    [
        (4, None, True, "too_few_to_show"),
        (5, 1.0, True, None),
        (29, 1.0, True, None),
        (30, 1.0, False, None),
    ],
)
def test_few_contacts_due_are_marked_and_very_few_have_no_rate(
    store: Store, due: int, rate: float | None, is_small_base: bool, reason: str | None
) -> None:
    store.change_settings({"answers.minimum_count": 5})
    chats = 5 * [contact("chat", answered=1)]
    add(store, *due * [contact(answered=10, segment="home")], *chats)
    expected = (rate and due, rate, rate and 100.0, is_small_base, reason)
    columns = ["met_count", "compliance_rate", "score", "is_small_base", "reason"]
    for frame in (
        compliance_by_channel(store, Filters()),
        compliance_trend(store, Filters()),
        compliance_by(store, Filters(segment=("home",)), "segment"),
    ):
        assert frame.filter(channel="call").select(columns).rows() == [expected]
    [low] = compliance_by(store, Filters(), "segment").filter(channel="call")["rate_low"]
    [half] = compliance_by_channel(store, Filters()).filter(channel="call")["p50_seconds"]
    assert [low is None, half is None] == [rate is None] * 2


def test_waits_that_are_not_due_yet_count_for_the_quantiles_and_not_for_the_rate(
    store: Store,
) -> None:
    early = TUESDAY + timedelta(seconds=30)
    store.change_settings({"answers.minimum_count": 5})
    add(store, *3 * [contact(answered=10)], *2 * [contact()], extracted_at=early)
    row = only_row(store)
    assert (row["compliance_rate"], row["reason"]) == (None, "too_few_to_show")
    assert row["p50_seconds"] == pytest.approx(10, rel=0.01)


def test_no_calls_have_no_service_level() -> None:
    nothing = service_level(
        answered_count=0, answered_in_time_count=0, abandoned_count=0, abandoned_in_time_count=0
    )
    assert nothing is None
