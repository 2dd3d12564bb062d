"""Following up: in time or not, exactly; what helped is found, and what didn't isn't claimed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cxdata.charts.root_causes import root_causes_figure
from cxdata.i18n import translator
from cxdata.metrics.follow_up.helped import leaving_by_follow_up, mantel_haenszel, rescue_rate
from cxdata.metrics.follow_up.in_time import follow_up_summary, root_causes
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from tests.stores import withhold_nothing

NOW = datetime(2026, 6, 10, 12)
DUE = NOW - timedelta(days=1)
COLUMNS = "case_id, case_number, customer_id, opened_at, due_at, first_contact_at, closed_at"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def test_in_time_is_reached_by_the_due_moment_and_who_can_still_be_isnt_judged(
    store: Store,
) -> None:
    withhold_nothing(store)
    second, opened = timedelta(seconds=1), DUE - timedelta(days=2)
    rows = [
        (DUE, DUE - second, None),
        (DUE, DUE, None),
        (DUE, DUE + second, None),  # late
        (DUE, None, None),  # overdue
        (NOW + second, None, None),  # not due yet
        (NOW + second, None, NOW),  # closed without a contact
        (None, NOW, None),  # without a due date nobody can say
    ]
    with store.transaction() as con:
        for number, (due_at, reached_at, closed_at) in enumerate(rows, start=1):
            con.execute(
                f"insert into cases ({COLUMNS}) values (?, ?, null, ?, ?, ?, ?)",
                [str(number), number, opened, due_at, reached_at, closed_at],
            )
    row = follow_up_summary(store, Filters(), now=NOW).row(0, named=True)
    names = ("case_count", "judged_count", "in_time_count", "reached_count", "waiting_count")
    assert [row[it] for it in names] == [7, 6, 2, 4, 1]
    assert row["in_time_share"] == pytest.approx(1 / 3)
    assert row["first_contact_p50_seconds"] == 3 * 86_400
    later = Filters(period=Period(date(2026, 6, 10), date(2026, 6, 10)))
    assert follow_up_summary(store, later, now=NOW)["reason"].to_list() == ["no_cases"]


def test_root_causes_count_each_customers_revenue_once(store: Store) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into customer_versions (customer_id, annual_revenue_amount, batch_id,
                content_hash, is_current)
            values ('a', 100, 1, 0, true), ('b', 10, 1, 0, true)"""
        )
        con.execute(
            """insert into cases (case_id, case_number, customer_id, opened_at, root_cause)
            select n::varchar, n, customer, $now, cause from (values
                (1, 'a', 'price'), (2, 'a', 'price'), (3, 'b', 'delivery'), (4, 'b', 'delivery'),
                (5, 'b', 'delivery'), (6, 'b', null),
                (7, 'c', 'delivery')) as it (n, customer, cause)""",
            {"now": NOW},
        )
    found = root_causes(store, Filters())
    assert found.select(pl.exclude("^.*share$")).rows() == [
        ("price", 2, 1, 100.0, 1),
        ("delivery", 4, 2, 10.0, 1),
    ]
    assert found["cumulative_share"].to_list() == pytest.approx([1 / 3, 1])
    assert found["cumulative_revenue_share"].to_list() == pytest.approx([10 / 11, 1])
    bars, added = root_causes_figure(found, translator("fr"), "EUR")["data"]
    assert bars["x"] == pytest.approx([1 / 11, 10 / 11])
    assert added["x"] == pytest.approx([1, 10 / 11])
    assert "Prix" in bars["customdata"][1]
    assert "100" in bars["customdata"][1]
    assert "est connu\xa0: 1 sur 2" in bars["customdata"][0]


def test_root_causes_without_any_revenue_are_shares_of_cases(store: Store) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into cases (case_id, case_number, customer_id, opened_at, root_cause)
            values ('1', 1, 'a', $now, 'price'), ('2', 2, 'b', $now, 'price'),
                ('3', 3, null, $now, 'delivery')""",
            {"now": NOW},
        )
    found = root_causes(store, Filters())
    assert found["annual_revenue_amount"].to_list() == [None, None]
    assert found["revenue_known_count"].to_list() == [0, 0]
    assert found["revenue_share"].to_list() == [None, None]
    bars, added = root_causes_figure(found, translator("en"), "EUR")["data"]
    assert (bars["x"], added["x"]) == (pytest.approx([1 / 3, 2 / 3]), pytest.approx([1, 2 / 3]))


def test_a_difference_within_segments_is_that_of_mantel_and_haenszel() -> None:
    """Two segments of which one leaves more and is called less: pooled, calling would shine."""
    strata = pl.DataFrame(
        {
            "segment": ["a", "a", "b", "b"],
            "is_followed": [True, False, True, False],
            "customer_count": [80, 20, 20, 80],
            "lost_count": [8, 2, 10, 40],
        }
    )
    difference = mantel_haenszel(strata, 0.95)
    assert difference is not None
    assert difference[0] == pytest.approx(0)
    assert difference[1] < 0 < difference[2]
    assert mantel_haenszel(strata.filter("is_followed"), 0.95) is None


def planted(store: Store, rescue: tuple[float, float], leave: tuple[float, float]) -> None:
    """Detractors of January 2025, two of five reached in a case in February: of the reached and of
    the others, such a share gives 9 in June 2026, and such a share leaves in 2025."""
    random, count = np.random.default_rng(7), 1000
    followed = np.arange(count) % 5 < 2
    chance = random.random((2, count))
    frame = pl.DataFrame(
        {
            "key": [f"C{it}" for it in range(count)],
            "is_followed": followed,
            "is_rescued": chance[0] < np.where(followed, *rescue),
            "is_lost": chance[1] < np.where(followed, *leave),
        }
    )
    with store.transaction() as con:
        con.register("planted", frame)
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, extracted_at,
                mapping, row_count, accepted_count, corrected_count, replaced_count, refused_count,
                duplicate_count)
            values (1, 'c', '', 'customers', now()::timestamp, '2026-06-30', '{"ended_on": "x"}',
                1, 1, 0, 0, 0, 0)"""
        )
        con.execute(
            """insert into customer_versions (customer_id, started_on, ended_on, batch_id,
                content_hash, is_current)
            select key, date '2020-01-01', case when is_lost then date '2025-09-01' end, 1, 0, true
            from planted"""
        )
        for moment, score in (("2025-01-10", "2"), ("2026-06-01", "if(is_rescued, 9, 3)")):
            con.execute(
                f"""insert into response_versions (response_id, customer_id, responded_at,
                    responded_on, survey, nps_score, batch_id, content_hash, is_current)
                select key || '{moment}', key, timestamp '{moment} 12:00', date '{moment}',
                    'relationship', {score}, 1, 0, true from planted"""
            )
        con.execute(
            """insert into cases (case_id, case_number, customer_id, opened_at, first_contact_at)
            select key, row_number() over (), key, timestamp '2025-01-11',
                timestamp '2025-02-01' from planted where is_followed"""
        )
        con.unregister("planted")
        rebuild_days(con, store.settings_history, ["customers", "responses"])


@pytest.mark.parametrize(
    ("rescue", "leave", "verdicts"),
    [
        ((0.6, 0.3), (0.1, 0.3), ("better", "better")),
        ((0.4, 0.4), (0.2, 0.2), ("cannot_tell", "cannot_tell")),
        ((0.3, 0.6), (0.3, 0.1), ("worse", "worse")),
    ],
)
def test_a_planted_effect_is_found_and_a_planted_non_effect_is_not_claimed(
    store: Store,
    rescue: tuple[float, float],
    leave: tuple[float, float],
    verdicts: tuple[str, str],
) -> None:
    planted(store, rescue, leave)
    year = Filters(period=Period(date(2025, 3, 1), date(2026, 2, 28)))
    won = rescue_rate(store, Filters())
    left = leaving_by_follow_up(store, year)
    assert won["customer_count"].to_list() == left["customer_count"].to_list() == [400, 600]
    assert (won["verdict"][0], left["verdict"][0]) == verdicts
    assert won["difference"][0] == pytest.approx(rescue[0] - rescue[1], abs=0.08)
    assert left["difference"][0] == pytest.approx(leave[0] - leave[1], abs=0.08)
    assert left["difference_low"][0] < left["difference"][0] < left["difference_high"][0]


def test_of_few_nothing_is_told_and_of_nobody_no_row(store: Store) -> None:
    assert rescue_rate(store, Filters()).is_empty()
    assert leaving_by_follow_up(store, Filters()).is_empty()
    with store.transaction() as con:
        for month, score in ((1, 0), (2, 9)):
            con.execute(
                f"""insert into response_versions (response_id, customer_id, responded_at,
                    responded_on, survey, nps_score, batch_id, content_hash, is_current)
                select n || '-{month}', n::varchar, timestamp '2026-0{month}-01', date
                    '2026-0{month}-01', 'relationship', {score}, 1, 0, true
                from range(4) as it (n)"""
            )
    rows = rescue_rate(store, Filters())
    assert rows["rescue_rate"].to_list() == [None, None]
    assert rows["reason"].to_list() == ["too_few_to_show"] * 2
