"""Each kind of file is known until its own last day, never until another kind's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.i18n import translator
from cxdata.ingest.storing.batches import undo_batch
from cxdata.metrics.churn.cost import churn_cost_summary, churn_trend
from cxdata.metrics.churn.customer_survival import (
    churn_cohorts,
    survival_by_class,
    survival_difference,
)
from cxdata.metrics.churn.exposure import customers_known
from cxdata.metrics.churn.rates import churn_by_class
from cxdata.metrics.known_until import known_until
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.pyramid.history import pyramid_history
from cxdata.metrics.response_time.backlog import backlog_contacts
from cxdata.metrics.response_time.compliance import compliance_trend
from cxdata.metrics.response_time.returns import returns_by, returns_summary
from cxdata.metrics.response_time.wait_effects import leaving_by_wait
from cxdata.models import Filters, Period
from cxdata.panels import Request, panel
from cxdata.panels.document import panel_document
from cxdata.sentences.known import known_text
from cxdata.store.connection import Store
from tests.stores import add, answers

EN, FR = translator("en"), translator("fr")
MAY_31, JUNE_30 = date(2026, 5, 31), date(2026, 6, 30)
YEAR_END = date(2025, 12, 31)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def emails(count: int, *days: int) -> list[dict[str, object]]:
    """Of each customer one email on each of the days after 29 May, all answered and settled."""
    return [
        contact("email", f"E{number}-{day}", f"C{number}", datetime(2026, 5, 29) + at(day, number))
        for number in range(count)
        for day in days
    ]


def calls(
    count: int, opened_on: date = date(2026, 6, 29), prefix: str = "T"
) -> list[dict[str, object]]:
    opened_at = datetime(opened_on.year, opened_on.month, opened_on.day)
    return [
        contact("call", f"{prefix}{number}", f"D{number}", opened_at + at(0, number))
        for number in range(count)
    ]


def at(day: int, minute: int) -> timedelta:
    return timedelta(days=day, hours=10, minutes=minute)


def contact(channel: str, key: str, customer: str, opened_at: datetime) -> dict[str, object]:
    return {
        "contact_id": key,
        "customer_id": customer,
        "channel": channel,
        "initiated_by": "customer",
        "journey": "Billing",
        "reason": "invoice",
        "opened_at": opened_at,
        "first_response_at": opened_at + timedelta(hours=1),
        "resolved_at": opened_at + timedelta(hours=1),
    }


def clients(
    count: int, lost: int, ended_on: date = date(2025, 8, 1), **values: object
) -> list[dict[str, object]]:
    return [
        {
            "customer_id": f"C{number}",
            "started_on": date(2020, 1, 1),
            "ended_on": ended_on if number < lost else None,
            "annual_revenue_amount": 1000,
            **values,
        }
        for number in range(count)
    ]


def flagged(count: int, lost: int) -> list[dict[str, object]]:
    return [
        {"customer_id": f"C{number}", "tenure_months": 30, "is_lost": number < lost}
        for number in range(count)
    ]


def churn(store: Store, period: Period | None = None) -> dict[str, object]:
    return churn_cost_summary(store, Filters(period=period)).row(0, named=True)


def returns(store: Store) -> tuple[object, ...]:
    row = returns_summary(store, Filters()).row(0, named=True)
    return row["followed_count"], row["return_rate"], row["first_resolution_rate"], row["reason"]


def test_later_answers_dont_make_customers_known_for_longer(store: Store) -> None:
    add(store, clients(200, 40), "customers", extract_date=YEAR_END)
    add(store, [{**row, "customer_id": "C50"} for row in answers([9] * 30)], "responses")
    row = churn(store)
    assert (row["window_first_on"], row["window_last_on"]) == (date(2025, 1, 1), YEAR_END)
    assert row["customer_churn_rate"] == 0.2
    assert churn_trend(store, Filters(), grain="quarter")["period"].max() == date(2025, 10, 1)
    # the last months of all data are as many of the customers' own
    year = churn(store, Period(date(2025, 6, 16), date(2026, 6, 15)))
    assert (year["window_first_on"], year["window_last_on"]) == (date(2025, 1, 1), YEAR_END)
    assert (year["customer_churn_rate"], year["window_reason"]) == (0.2, "known_earlier")
    later = churn(store, Period(date(2026, 1, 1), JUNE_30))
    assert (later["reason"], later["customer_churn_rate"]) == ("after_data", None)


def test_without_an_extract_date_customers_are_known_until_their_last_start_or_end(
    store: Store,
) -> None:
    report = add(store, clients(20, 3), "customers")
    add(store, answers([9] * 30), "responses")
    assert customers_known(store).until == date(2025, 8, 1)
    assert any(note.values.get("day") == date(2025, 8, 1) for note in report.notes)


def test_each_file_counts_with_its_own_date_and_an_undo_takes_it_back(store: Store) -> None:
    add(store, clients(20, 3), "customers", extract_date=YEAR_END)
    later = add(store, clients(20, 4, date(2026, 2, 2)), "customers", extract_date=MAY_31)
    assert customers_known(store).until == MAY_31
    assert later.batch_id is not None
    undo_batch(store, later.batch_id)
    assert customers_known(store).until == YEAR_END


def test_the_same_rows_with_a_later_date_are_known_for_longer(store: Store) -> None:
    add(store, emails(10, 0), "contacts", extract_date=MAY_31)
    rows = [*emails(10, 0)]
    again = add(store, [{**row, "region": None} for row in rows], "contacts", extract_date=JUNE_30)
    assert again.accepted_count == 0
    assert known_until(store).contacts == {"email": JUNE_30}
    assert returns(store) == (10, 0.0, 1.0, None)


def test_a_return_on_a_channel_that_isnt_known_can_not_be_ruled_out(store: Store) -> None:
    add(store, emails(40, 0), "contacts", extract_date=MAY_31)
    add(store, calls(40), "contacts", extract_date=JUNE_30)
    assert returns(store) == (0, None, None, "none_followed")
    by_channel = returns_by(store, Filters(), "channel")
    assert by_channel["first_resolution_rate"].null_count() == 2
    add(store, emails(40, 0, 3), "contacts", extract_date=JUNE_30)
    assert returns(store) == (80, 0.5, 0.0, None)


def test_a_file_of_several_channels_is_known_to_its_end_for_all_of_them(store: Store) -> None:
    add(store, [*emails(10, 0), *calls(10)], "contacts")
    last_on = date(2026, 6, 29)
    assert known_until(store).contacts == {"call": last_on, "email": last_on}
    assert returns(store)[0] == 10


def test_a_channel_on_which_no_return_could_be_told_holds_up_no_other(store: Store) -> None:
    add(store, emails(10, 0), "contacts", extract_date=JUNE_30)
    anonymous = [{**row, "customer_id": None} for row in calls(10, date(2026, 3, 1))]
    add(store, anonymous, "contacts", extract_date=date(2026, 3, 31))
    assert returns(store)[0] == 10


def test_who_waits_is_judged_by_the_day_of_the_own_file(store: Store) -> None:
    waiting = {"first_response_at": None, "resolved_at": None}
    add(store, [{**row, **waiting} for row in emails(5, 0)], "contacts")
    add(store, calls(5), "contacts", extract_date=JUNE_30)
    rows = backlog_contacts(store, Filters())
    assert rows["now_at"].unique().to_list() == [datetime(2026, 5, 29, 8, 4)]
    assert rows["seconds_left"].min() >= 0  # type: ignore[operator]


def test_a_month_is_complete_by_channel(store: Store) -> None:
    add(store, emails(10, -3, 0), "contacts", extract_date=MAY_31)
    add(store, calls(10, date(2026, 5, 4)), "contacts", extract_date=date(2026, 5, 20))
    rows = compliance_trend(store, Filters())
    assert rows.select("channel", "is_complete").rows() == [("call", False), ("email", False)]
    add(store, calls(10, date(2026, 4, 1), "A"), "contacts", extract_date=date(2026, 5, 20))
    rows = compliance_trend(store, Filters(period=Period(date(2026, 5, 1), JUNE_30)))
    assert rows.select("channel", "is_complete").rows() == [("call", False), ("email", True)]


def test_a_month_of_answers_is_complete_by_the_surveys_own_files(store: Store) -> None:
    add(store, answers([9] * 10, responded_at=datetime(2026, 4, 1, 12)), "responses")
    add(store, answers([9] * 10), "responses", extract_date=JUNE_30)
    late = {"survey": "transactional", "responded_at": datetime(2026, 7, 20)}
    add(store, answers([9] * 10, **late), "responses")
    rows = nps_trend(store, Filters(period=Period(date(2026, 4, 1), date(2026, 7, 31))))
    assert rows["is_complete"].to_list() == [True, True]
    assert known_until(store).answers == {
        "relationship": JUNE_30,
        "transactional": date(2026, 7, 20),
    }


def test_a_quarter_of_the_pyramid_is_complete_if_answers_and_contacts_are(store: Store) -> None:
    rows = [contact("call", f"T{n}", f"D{n}", datetime(2026, 1, 1) + at(0, n)) for n in range(40)]
    add(store, [*rows, *emails(40, 0)], "contacts", extract_date=JUNE_30)
    said = {"survey": "transactional", "journey": "Billing"}
    add(store, answers([9] * 40, **said), "responses", extract_date=date(2026, 6, 20))
    assert pyramid_history(store, Filters())["is_complete"].to_list() == [True, False]


def test_whether_customers_had_asked_is_known_as_long_as_their_channels(store: Store) -> None:
    add(store, calls(10, date(2026, 5, 4)), "contacts", extract_date=MAY_31)
    notices = [
        {**row, "initiated_by": "company", "first_response_at": None, "resolved_at": None}
        for row in [*emails(10, 0), *emails(10, 20)]
    ]
    add(store, notices, "contacts", extract_date=JUNE_30)
    with store.cursor() as con:
        found = con.sql(
            """select opened_on, sum(need_count) from contact_days
            where initiated_by = 'company' group by 1 order by 1"""
        ).fetchall()
    assert found == [(date(2026, 5, 29), 10), (date(2026, 6, 18), 0)]


def test_a_file_that_only_flags_who_left_opens_on_its_month(store: Store) -> None:
    add(store, flagged(100, 26), "customers", extract_date=date(2018, 9, 15))
    for period in (None, Period(date(2018, 1, 1), date(2018, 12, 31))):
        row = churn(store, period)
        window = (row["window_first_on"], row["window_last_on"], row["window_reason"])
        assert window == (date(2018, 8, 16), date(2018, 9, 15), "only_one_moment")
        assert (row["customer_churn_rate"], row["revenue_at_risk_amount"]) == (0.26, None)
    assert churn_trend(store, Filters()).height == 2  # the month lies in two
    before = churn(store, Period(date(2018, 1, 1), date(2018, 6, 30)))
    assert (before["customer_churn_rate"], before["reason"]) == (None, "only_one_moment")
    after = churn(store, Period(date(2019, 1, 1), date(2019, 6, 30)))
    assert after["reason"] == "after_data"


def test_what_needs_the_day_of_leaving_refuses_a_flag(store: Store) -> None:
    add(store, flagged(100, 26), "customers", extract_date=JUNE_30)
    rows = [{**row, "customer_id": f"C{n}"} for n, row in enumerate(answers([3, 9] * 40))]
    early = [{**row, "responded_at": datetime(2026, 1, 5)} for row in rows]
    add(store, early, "responses")
    add(store, calls(20, date(2026, 1, 5)), "contacts", extract_date=JUNE_30)
    assert survival_by_class(store, Filters()).is_empty()
    assert survival_difference(store, Filters())["reason"].item() == "only_one_moment"
    assert churn_cohorts(store, Filters()).is_empty()
    assert leaving_by_wait(store, Filters()).is_empty()
    asked = Request.computed_now(store, Filters(), EN)
    for key in ("churn_survival", "churn_cohorts", "response_leaving_by_wait"):
        assert panel(asked, key).reason.startswith("The files of customers only mark who has left")


def test_a_list_that_doesnt_say_who_left_has_no_churn(store: Store) -> None:
    rows = [{"customer_id": f"C{n}", "started_on": date(2020, 1, 1)} for n in range(40)]
    add(store, rows, "customers", extract_date=JUNE_30)
    row = churn(store)
    assert (row["customer_churn_rate"], row["reason"]) == (None, "ends_not_told")
    assert churn_by_class(store, Filters()).is_empty()
    coverage = panel(Request.computed_now(store, Filters(), EN), "answer_coverage")
    assert coverage.headline is not None  # who is there is known


def test_panels_say_how_far_each_part_is_known(store: Store) -> None:
    add(store, clients(20, 3), "customers", extract_date=YEAR_END)
    add(store, emails(10, 0), "contacts", extract_date=MAY_31)
    add(store, calls(10), "contacts", extract_date=JUNE_30)
    year = Filters(period=Period(date(2025, 7, 1), JUNE_30))
    asked = Request.computed_now(store, year, EN)
    churned = panel(asked, "churn_customers")
    assert churned.scope_parts(EN) == (
        "1 Jul 2025 – 31 Dec 2025",
        "customers known until 31 December 2025",
    )
    returned = panel(asked, "response_returns")
    assert returned.data_until == MAY_31
    assert returned.scope_parts(EN)[1] == (
        "contacts known until: Calls 30 Jun 2026, Emails 31 May 2026"
    )
    document = panel_document(returned, EN)
    assert document["known_until"] == {"call": "2026-06-30", "email": "2026-05-31"}
    calls_only = Request.computed_now(store, Filters(channel=("call",)), FR)
    assert panel(calls_only, "response_returns").scope_parts(FR)[1] == (
        "contacts connus jusqu’au 30 juin 2026"
    )


def test_kinds_that_are_known_equally_long_are_one() -> None:
    assert known_text({}, EN) == "no data yet"
    same = {"answers": JUNE_30, "call": JUNE_30, "email": JUNE_30, "customers": JUNE_30}
    assert known_text(same, EN) == "data until 30 June 2026"
    assert known_text({**same, "customers": YEAR_END}, FR) == (
        "réponses connues jusqu’au 30 juin 2026 · clients connus jusqu’au 31 décembre 2025 · "
        "contacts connus jusqu’au 30 juin 2026"
    )


def test_an_empty_store_is_known_until_no_day(store: Store) -> None:
    known = known_until(store)
    assert (known.answers, known.contacts, known.customers) == ({}, {}, None)
    assert customers_known(store).window(None) == (None, None)
