"""Which standard a contact is judged by: its own, the channel's, and the one of its day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.errors import CxDataError
from cxdata.followup.snapshots import (
    headline_figures,
    recorded_snapshots,
    snapshot_figures,
    take_snapshot,
)
from cxdata.metrics.response_time.compliance import compliance_by_channel, compliance_trend
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.stores import add, add_contact_facts, withhold_nothing

MARCH, APRIL, MAY = (datetime(2026, month, 14, 10) for month in (3, 4, 5))
FIRST_OF_APRIL = date(2026, 4, 1)
COUNTS = ("met_count", "missed_count", "own_standard_count")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    withhold_nothing(opened)
    yield opened
    opened.close()


def call(wait: float = 60, opened_at: datetime = MAY, **fields: object) -> dict[str, object]:
    return {"channel": "call", "opened_at": opened_at, "answered": wait, **fields}


def only(audience: str, value: str, seconds: float, **more: object) -> dict[str, object]:
    return {
        "channel": "call", "audience": audience, "value": value, "favourable_seconds": seconds,
        **more,
    }  # fmt: skip


def own(store: Store, *standards: dict[str, object], from_on: date | None = None) -> None:
    store.change_settings({"response_time_overrides": list(standards)}, applies_from=from_on)


def counts(store: Store, filters: Filters | None = None) -> tuple[object, ...]:
    return compliance_by_channel(store, filters or Filters()).select(COUNTS).row(0)


@pytest.mark.parametrize(
    ("audience", "value", "fields"),
    [
        ("segment", "Premium", {"segment": "Premium"}),
        ("region", "Nord", {"region": "Nord"}),
        ("journey", "Repair", {"journey": "Repair"}),
        ("strategic", "yes", {"customer_id": "key"}),
    ],
)
def test_a_standard_of_its_own_counts_for_its_contacts_and_no_others(
    store: Store, audience: str, value: str, fields: dict[str, object]
) -> None:
    clients = [{"customer_id": "key", "is_strategic": True}, {"customer_id": "small"}]
    add(store, clients, "customers")
    others = [
        call(),
        call(segment="Standard", region="Sud", journey="Billing"),
        call(customer_id="small"),
    ]
    add_contact_facts(store, *others, call(**fields), {**call(**fields), "channel": "social"})
    assert counts(store) == (4, 0, 0)
    own(store, only(audience, value, 30))
    assert counts(store) == (3, 1, 1)
    social = compliance_by_channel(store, Filters()).row(1, named=True)
    assert (social["met_count"], social["own_standard_count"]) == (1, 0)


def test_of_several_that_fit_the_first_counts(store: Store) -> None:
    add_contact_facts(store, call(segment="Premium", region="Nord"))
    fast, slow = only("segment", "Premium", 30), only("region", "Nord", 80)
    own(store, fast, slow)
    assert counts(store) == (0, 1, 1)
    own(store, slow, fast)
    assert counts(store) == (1, 0, 1)


def test_a_customer_marked_strategic_later_is_judged_as_one(store: Store) -> None:
    own(store, only("strategic", "yes", 30))
    add(store, [{"customer_id": "c"}], "customers")
    add_contact_facts(store, call(customer_id="c"))
    assert counts(store) == (1, 0, 0)
    add(store, [{"customer_id": "c", "is_strategic": True}], "customers")
    assert counts(store) == (0, 1, 1)


def test_only_judged_contacts_are_counted_as_judged(store: Store) -> None:
    own(store, only("segment", "Premium", 30, abandon_rule="ignored"))
    add_contact_facts(
        store,
        call(segment="Premium", initiated_by="company"),
        {**call(segment="Premium"), "answered": None, "abandoned": 60},
        call(),
    )
    row = compliance_by_channel(store, Filters()).row(0, named=True)
    # The abandoned one is judged by its own standard too, which leaves it out.
    assert (row["met_count"], row["missed_count"], row["own_standard_count"]) == (1, 0, 1)


def test_a_standard_changed_from_a_day_on_leaves_earlier_contacts_alone(store: Store) -> None:
    days = [datetime(2026, 3, 31, 21), datetime(2026, 3, 31, 22)]  # midnight in Paris
    rows = [call(60, at, opened_on=(at + timedelta(hours=2)).date()) for at in days]
    add_contact_facts(store, *rows)
    store.change_settings(
        {"response_time.call.favourable_seconds": 30}, applies_from=FIRST_OF_APRIL
    )
    assert counts(store) == (1, 1, 0)


def test_an_own_standard_from_a_day_on_leaves_earlier_contacts_alone(store: Store) -> None:
    add_contact_facts(store, *[call(60, at, segment="Premium") for at in (MARCH, APRIL)])
    own(store, only("segment", "Premium", 30), from_on=FIRST_OF_APRIL)
    assert counts(store) == (1, 1, 1)


def test_opening_hours_changed_from_a_day_on_leave_earlier_days_alone(store: Store) -> None:
    """An email of Friday 17:00, answered on Saturday at 11:00: one open hour, then three."""
    fridays = [datetime(2026, 3, 13, 16), datetime(2026, 4, 17, 15)]
    emails = [
        {"channel": "email", "opened_at": at, "answered": 18 * 3600, "contact_id": f"{at:%m}"}
        for at in fridays
    ]
    add_contact_facts(store, *emails)
    store.change_settings({"opening_hours.saturday": ["09:00-12:00"]}, applies_from=FIRST_OF_APRIL)
    with store.cursor() as con:
        found = con.sql("select contact_id, wait_seconds from contact_outcomes order by 1")
        assert found.fetchall() == [("03", 3600.0), ("04", 3 * 3600.0)]


def test_a_wait_over_the_change_of_the_hours_counts_each_day_by_its_own(store: Store) -> None:
    # Tuesday 31 March 17:00 to Wednesday 1 April 11:00 in Paris; from April on from 10:00.
    email = {"channel": "email", "opened_at": datetime(2026, 3, 31, 15), "answered": 18 * 3600}
    add_contact_facts(store, email)
    store.change_settings({"opening_hours.wednesday": ["10:00-18:00"]}, applies_from=FIRST_OF_APRIL)
    with store.cursor() as con:
        assert con.sql("select wait_seconds from contact_outcomes").fetchall() == [(2 * 3600.0,)]


def test_the_goal_is_that_of_the_last_day_and_in_a_trend_of_each_period(store: Store) -> None:
    add_contact_facts(store, *[call(10, at) for at in (MARCH, APRIL, MAY)])
    store.change_settings({"response_time.call.goal": 0.9}, applies_from=date(2026, 4, 20))
    store.change_settings({"response_time.call.goal": 0.95}, applies_from=date(2026, 5, 20))

    def goal(filters: Filters) -> object:
        return compliance_by_channel(store, filters)["goal"].item()

    assert goal(Filters(period=Period(date(2026, 3, 1), date(2026, 4, 19)))) == 0.8
    assert goal(Filters(period=Period(date(2026, 3, 1), date(2026, 4, 20)))) == 0.9
    assert goal(Filters()) == 0.9  # the last contact was on 14 May
    trend = compliance_trend(store, Filters())
    assert trend["goal"].to_list() == [0.8, 0.9, 0.9]
    until_end_of_may = Filters(period=Period(date(2026, 3, 1), date(2026, 5, 31)))
    assert goal(until_end_of_may) == 0.95
    assert compliance_trend(store, until_end_of_may)["goal"].to_list() == [0.8, 0.9, 0.95]


# Snapshots


def test_a_setting_changed_later_leaves_a_snapshot_alone(store: Store) -> None:
    add_contact_facts(store, *[call(60) for _ in range(10)])
    add(store, [{"responded_at": MAY, "nps_score": 10}] * 1, "responses")
    filters = Filters(period=Period(date(2026, 5, 1), date(2026, 5, 31)))
    taken = take_snapshot(store, "Board, June", filters, taken_by="ana")
    before = snapshot_figures(store, taken)
    assert before["response_time"]["channels"][0]["met_count"] == 10
    assert before["response_time"]["channels"][0]["favourable_seconds"] == 90
    assert before["response_time"]["channels_at_goal"] == 0  # ten of ten: 72 to 100 %
    store.change_settings({"response_time.call.favourable_seconds": 30, "answers.minimum_count": 1})
    add_contact_facts(store, *[call(1) for _ in range(90)])
    assert headline_figures(store, filters)["response_time"]["channels"][0]["missed_count"] == 10
    assert snapshot_figures(store, taken) == before
    standards = before["standards"]["response_time"]["call"]
    assert (standards["favourable_seconds"], standards["goal"]) == (90, 0.8)


def test_snapshots_are_listed_and_raise_the_data_version(store: Store) -> None:
    version = store.data_version
    taken = take_snapshot(store, "  Board,\n June ", Filters(segment=("Premium",)))
    assert store.data_version == version + 1
    row = recorded_snapshots(store).row(0, named=True)
    assert (row["snapshot_id"], row["title"], row["taken_by"]) == (taken, "Board, June", None)
    assert '"segment": ["Premium"]' in row["filters"]


def test_a_snapshot_of_an_empty_store_has_reasons_and_no_figures(store: Store) -> None:
    figures = snapshot_figures(store, take_snapshot(store, "Empty", Filters()))
    assert (figures["data_until"], figures["pyramid"]["level"]) == (None, None)
    assert (figures["nps"]["nps"], figures["nps"]["reason"]) == (None, "no_answers")
    assert figures["response_time"] == {"channels_at_goal": 0, "channels_due": 0, "channels": []}
    assert figures["churn_cost"]["reason"] == "no_customers"


@pytest.mark.parametrize("title", ["", " \n ", "x" * 201])
def test_a_snapshot_needs_a_title_that_fits(store: Store, title: str) -> None:
    with pytest.raises(CxDataError):
        take_snapshot(store, title, Filters())
    assert recorded_snapshots(store).is_empty()


def test_a_snapshot_that_is_not_there_is_said_plainly(store: Store) -> None:
    with pytest.raises(CxDataError, match="There is no snapshot nowhere"):
        snapshot_figures(store, "nowhere")
