"""What acting could bring: what is moved, by what evidence, and when nothing can be said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from cxdata.config import load_settings
from cxdata.errors import CxDataError
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.churn.acting import Effects, effects
from cxdata.metrics.churn.board import board_figures
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.churn.promoters import promoter_value
from cxdata.metrics.churn.rates import churn_by_reason
from cxdata.metrics.churn.value import economics, expected_clv, value_amount
from cxdata.metrics.churn.what_if import Moves, rescue_interval, what_if
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

YEAR = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
LEFT = date(2025, 6, 1)
TABLES = ("customer_versions", "response_versions", "contact_versions", "cases")
KEYS = "(select number, $prefix || number as key from range($count) as numbers(number)) as keys"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("what_if") / "cx.duckdb", load_settings())
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    with opened.transaction() as con:
        for table in TABLES:
            con.execute(f"delete from {table}")
        rebuild_days(con, opened.settings_history, ["customers", "responses", "contacts"])
    return opened


def add(
    store: Store,
    prefix: str,
    kept: int,
    lost: int,
    score: int | None = None,
    *,
    segment: str = "home",
    revenue: float | None = 1000,
    called_on: date | None = None,
    wait_seconds: int | None = None,
    strategic: bool = False,
    reason: str | None = None,
    is_last: bool = True,
) -> None:
    """Customers since 2020; those lost left on 1 June 2025. All answered on 1 December 2024.

    They are counted after the last of several groups.
    """
    keys = {"prefix": prefix, "count": kept + lost}
    with store.transaction() as con:
        con.execute(
            f"""insert into customer_versions (customer_id, name, segment, is_strategic,
                started_on, ended_on, end_reason, annual_revenue_amount, batch_id, content_hash,
                is_current)
            select key, 'Name ' || key, $segment, $strategic, '2020-01-01',
                case when number >= $kept then $left::date end,
                case when number >= $kept then $reason::varchar end, $revenue::double, 1, 0, true
            from {KEYS}""",
            {
                **keys,
                "segment": segment,
                "strategic": strategic,
                "kept": kept,
                "left": LEFT,
                "reason": reason,
                "revenue": revenue,
            },
        )
        if score is not None:
            con.execute(
                f"""insert into response_versions (response_id, customer_id, responded_at,
                    responded_on, survey, nps_score, batch_id, content_hash, is_current)
                select key, key, '2024-12-01 12:00', '2024-12-01', 'relationship', $score, 1, 0,
                    true
                from {KEYS}""",
                {**keys, "score": score},
            )
        if called_on is not None:
            con.execute(
                f"""insert into cases (case_id, customer_id, opened_at, first_contact_at)
                select key, key, '2024-12-02', $called_on::timestamp from {KEYS}""",
                {**keys, "called_on": called_on},
            )
        if wait_seconds is not None:
            con.execute(
                f"""insert into contact_versions (contact_id, customer_id, channel, initiated_by,
                    opened_at, opened_on, first_response_at, batch_id, content_hash, is_current)
                select key, key, 'call', 'customer', '2025-05-14 08:00', '2025-05-14',
                    timestamp '2025-05-14 08:00' + to_seconds($wait_seconds::bigint), 1, 0, true
                from {KEYS}""",
                {**keys, "wait_seconds": wait_seconds},
            )
        con.execute(
            """insert into contact_versions (contact_id, channel, initiated_by, opened_at,
                opened_on, first_response_at, batch_id, content_hash, is_current)
            select 'last', 'call', 'customer', '2025-12-31 09:00', '2025-12-31',
                '2025-12-31 09:00:10', 1, 0, true
            where not exists (select 1 from contact_versions where contact_id = 'last')"""
        )
        if is_last:
            rebuild_days(con, store.settings_history, ["customers", "responses", "contacts"])
            con.execute(
                """insert into customers_known (batch_id, known_on, ends, lost_count, current_count)
                values (2, '2025-12-31', 'told', 1, 1)"""
            )


def add_firm(store: Store) -> None:
    add(store, "promoter", 190, 10, 10, is_last=False)
    add(store, "passive", 180, 20, 8, is_last=False)
    add(store, "detractor", 150, 50, 0)


def rows(known: Effects, moves: Moves) -> dict[str, dict[str, Any]]:
    return {row["move"]: row for row in what_if(known, moves).to_dicts()}


def test_detractors_who_become_passives_leave_as_passives_do(store: Store) -> None:
    add_firm(store)
    known = effects(store, YEAR)
    found = rows(known, Moves(detractors_to_passive_share=0.1))
    assert list(found) == ["detractors_to_passive", "total"]
    row = found["detractors_to_passive"]
    # A tenth of today's 150 detractors; 25 % of them would leave, 10 % of passives.
    assert row["concerned_count"] == pytest.approx(15)
    assert row["kept_central_count"] == pytest.approx(15 * 0.15)
    assert (row["basis"], row["is_established"], row["reason"]) == ("measured", True, None)
    central = economics(store.settings.churn, "central")
    one = value_amount(1000, 1, 1 - 80 / 600, central)
    assert row["central_amount"] == pytest.approx(15 * 0.15 * one)
    assert 0 < row["low_amount"] < row["central_amount"] < row["high_amount"]
    assert found["total"]["central_amount"] == pytest.approx(row["central_amount"])


def test_twice_the_move_brings_twice_as_much(store: Store) -> None:
    add_firm(store)
    known = effects(store, YEAR)
    once, twice = (rows(known, Moves(share))["total"] for share in (0.2, 0.4))
    for end in ("low_amount", "central_amount", "high_amount", "kept_low_count"):
        assert twice[end] == pytest.approx(2 * once[end])


def test_a_move_is_compared_within_segments(store: Store) -> None:
    add_firm(store)
    # Here everyone leaves often, whatever the class.
    add(store, "b promoter", 20, 20, 10, segment="firm")
    add(store, "b passive", 20, 20, 8, segment="firm")
    add(store, "b detractor", 200, 200, 0, segment="firm")
    row = rows(effects(store, YEAR), Moves(detractors_to_passive_share=1))["total"]
    assert row["kept_central_count"] == pytest.approx(150 * 0.15 + 0)


def test_calls_back_need_cases_or_an_assumption(store: Store) -> None:
    add_firm(store)
    known = effects(store, YEAR)
    found = rows(known, Moves(follow_up_share=0.5))
    assert found["follow_up"]["reason"] == found["total"]["reason"] == "needs_cases"
    assert found["total"]["central_amount"] is None
    assumed = rows(known, Moves(follow_up_share=0.5, rescue_rate=(0.1, 0.2, 0.4)))["follow_up"]
    # Half of 150 detractors, a quarter of whom would leave, a fifth of whom stay.
    assert assumed["kept_central_count"] == pytest.approx(75 * 0.25 * 0.2)
    assert (assumed["basis"], assumed["is_established"]) == ("assumed", None)
    assert assumed["kept_low_count"] < 75 * 0.25 * 0.1
    assert assumed["kept_high_count"] > 75 * 0.25 * 0.4


def test_the_firms_own_cases_say_what_a_call_keeps(store: Store) -> None:
    add_firm(store)
    add(store, "called", 90, 10, 0, called_on=date(2024, 12, 10))
    known = effects(store, YEAR)
    assert known.rescue.reason is None
    assert known.rescue.rate == pytest.approx(1 - 0.10 / 0.25)
    low, high = rescue_interval(known) or (0, 0)
    assert 0 < low < known.rescue.rate < high < 1
    row = rows(known, Moves(follow_up_share=1))["follow_up"]
    assert (row["basis"], row["is_established"]) == ("measured", True)
    # Today's 240 detractors would leave as all 300 did: one in five.
    assert row["kept_central_count"] == pytest.approx(240 * 0.2 * 0.6)


def test_a_call_in_the_window_is_no_evidence_because_who_is_called_then_had_stayed_till_then(
    store: Store,
) -> None:
    add_firm(store)
    add(store, "called", 100, 0, 0, called_on=date(2025, 12, 1))
    assert effects(store, YEAR).rescue.reason == "needs_cases"
    assert rescue_interval(effects(store, YEAR)) is None


def test_four_calls_are_too_few(store: Store) -> None:
    add_firm(store)
    add(store, "called", 4, 0, 0, called_on=date(2024, 12, 10))
    assert effects(store, YEAR).rescue.reason == "too_few_cases"


def test_a_detractor_who_became_a_passive_is_not_called_back_as_well(store: Store) -> None:
    add_firm(store)
    known = effects(store, YEAR)
    both = Moves(0.4, follow_up_share=0.5, rescue_rate=(0.2, 0.2, 0.2))
    found = rows(known, both)
    assert found["follow_up"]["kept_central_count"] == pytest.approx(150 * 0.6 * 0.5 * 0.25 * 0.2)
    assert found["total"]["kept_central_count"] == pytest.approx(
        sum(found[it]["kept_central_count"] for it in ("detractors_to_passive", "follow_up"))
    )
    assert found["total"]["basis"] == "assumed"


def test_contacts_in_time_keep_as_many_as_the_met_ones_do(store: Store) -> None:
    add(store, "met", 380, 20, 8, wait_seconds=30)
    add(store, "missed", 75, 25, 8, wait_seconds=600)
    known = effects(store, YEAR)
    assert known.missed_share == pytest.approx(0.2)
    row = rows(known, Moves(compliance_points=5))["compliance"]
    # 5 of 100 contacts are 25 of 500: a quarter of the missed; 25 % of them left, 5 % of the met.
    assert row["concerned_count"] == pytest.approx(25)
    assert row["kept_central_count"] == pytest.approx(25 * 0.20)
    assert row["is_established"]
    # All that is missed is 20 points: more can't be gained.
    most = rows(known, Moves(compliance_points=60))["compliance"]
    assert most["kept_central_count"] == pytest.approx(100 * 0.20)


def test_an_effect_within_the_noise_is_not_established(store: Store) -> None:
    add(store, "met", 90, 10, 8, wait_seconds=30)
    add(store, "missed", 45, 5, 8, wait_seconds=600)
    row = rows(effects(store, YEAR), Moves(compliance_points=5))["compliance"]
    assert row["kept_central_count"] == pytest.approx(0, abs=1e-9)
    assert not row["is_established"]
    assert row["low_amount"] < 0 < row["high_amount"]


@pytest.mark.parametrize(
    ("groups", "moves", "reason"),
    [
        ([], Moves(0.1), "no_customers"),
        ([("a", 1, 0, 0)], Moves(0.1), "too_few_customers"),
        ([("a", 10, 0, 0), ("b", 10, 0, 8)], Moves(0.1), "nobody_lost"),
        ([("a", 0, 10, 0), ("b", 0, 10, 8)], Moves(0.1), "everyone_lost"),
        ([("a", 10, 10, None)], Moves(0.1), "no_classes"),
        ([("a", 10, 10, 8)], Moves(0.1), "no_detractors"),
        ([("a", 10, 10, 0)], Moves(0.1), "no_passives"),
        ([("a", 10, 10, 0), ("b", 10, 3, 8)], Moves(compliance_points=5), "no_contacts"),
    ],
)
def test_a_move_whose_effect_is_unknown_says_why(
    store: Store, groups: list[tuple[str, int, int, int | None]], moves: Moves, reason: str
) -> None:
    for prefix, kept, lost, score in groups:
        add(store, prefix, kept, lost, score)
    move, total = what_if(effects(store, YEAR), moves).to_dicts()
    assert (move["reason"], total["reason"]) == (reason, reason)
    assert move["central_amount"] is total["central_amount"] is None


def test_without_revenue_there_is_no_amount(store: Store) -> None:
    add(store, "a", 80, 20, 0, revenue=None)
    add(store, "b", 90, 10, 8, revenue=None)
    assert what_if(effects(store, YEAR), Moves(0.1))["reason"].to_list() == ["no_revenue"] * 2


def test_no_move_is_no_row(store: Store) -> None:
    add_firm(store)
    assert what_if(effects(store, YEAR), Moves()).is_empty()


@pytest.mark.parametrize(
    "values",
    [
        {"detractors_to_passive_share": 1.1},
        {"compliance_points": -1},
        {"follow_up_share": 2},
        {"rescue_rate": (0.1, 0.2, 1.2)},
        {"rescue_rate": (0.3, 0.2, 0.1)},
        {"detractors_to_passive_share": float("nan")},
    ],
)
def test_absurd_moves_are_refused_with_a_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(CxDataError):
        Moves(**values)


def test_the_board_figures_name_only_the_moves_that_are_told(store: Store) -> None:
    add_firm(store)
    row = board_figures(store, YEAR, Moves(0.1, follow_up_share=0.5)).row(0, named=True)
    assert (row["detractors_to_passive_share"], row["follow_up_share"]) == (0.1, None)
    assert row["acting_reason"] == "needs_cases"
    assert (row["lost_count"], row["customer_count"]) == (80, 600)
    alone = rows(effects(store, YEAR), Moves(0.1))["total"]
    assert row["acting_central_amount"] == pytest.approx(alone["central_amount"])
    assert board_figures(store, YEAR, Moves())["acting_reason"].item() == "no_moves"


# Accounts at risk


def test_the_accounts_together_risk_what_the_summary_says(store: Store) -> None:
    add_firm(store)
    add(store, "unknown", 80, 20, None, revenue=500)
    # Dear and cheap accounts with a rate each, a segment of too few, one that lost everybody.
    add(store, "dear", 50, 10, 0, segment="office", revenue=9_000)
    add(store, "cheap", 40, 60, 0, segment="office", revenue=99.99)
    add(store, "few", 3, 1, 0, segment="shop", revenue=777)
    accounts = at_risk_accounts(store, YEAR, 1000)
    assert accounts.height == 600 - 80 + 100 - 20 + 50 + 40 + 3
    risked = churn_cost_summary(store, YEAR)["revenue_at_risk_amount"].item()
    assert accounts["revenue_at_risk_amount"].sum() == pytest.approx(risked)


def test_strategic_accounts_come_first_then_the_most_at_risk(store: Store) -> None:
    add_firm(store)
    add(store, "dear", 1, 0, 0, revenue=90_000)
    add(store, "strategic", 1, 0, 10, revenue=100, strategic=True)
    add(store, "unpriced", 1, 0, 0, revenue=None)
    accounts = at_risk_accounts(store, YEAR, 1000)
    assert accounts["customer_id"][:2].to_list() == ["strategic0", "dear0"]
    assert accounts["nps_class"][2:152].unique().to_list() == ["detractor"]
    dear = accounts.row(1, named=True)
    assert dear["churn_rate"] == pytest.approx(50 / 202)
    assert dear["revenue_at_risk_amount"] == pytest.approx(90_000 * 50 / 202)
    assert dear["rate_low"] < dear["churn_rate"] < dear["rate_high"]
    assert (dear["last_answered_on"], dear["last_score"]) == (date(2024, 12, 1), 0)
    assert dear["name"] == "Name dear0"
    last = accounts.row(-1, named=True)
    assert (last["customer_id"], last["reason"]) == ("unpriced0", "no_revenue")
    assert last["value_at_risk_central_amount"] is None


def test_each_account_says_on_how_many_customers_its_rate_rests(store: Store) -> None:
    add_firm(store)
    add(store, "few", 8, 4, 8)
    add(store, "too few", 3, 1, None)  # with the next larger class, promoters
    add(store, "next", 50, 5, 8)
    accounts = at_risk_accounts(store, YEAR, 1000)
    based = accounts.unique("nps_class").sort("nps_class")
    columns = ("nps_class", "class_customer_count", "is_small_base", "reason")
    assert based.select(columns).rows() == [
        ("detractor", 200, False, None), ("passive", 267, False, None),
        ("promoter", 204, False, None), ("unknown", 204, False, None),
    ]  # fmt: skip
    rates = accounts.filter(nps_class="unknown")["churn_rate"].to_list()
    assert rates == pytest.approx([11 / 204] * 3)


@pytest.mark.parametrize(("count", "is_small"), [(29, True), (30, False)])
def test_a_rate_below_the_small_base_is_marked(store: Store, count: int, is_small: bool) -> None:
    add_firm(store)
    add(store, "few", count - 5, 5, 3, segment="office")
    accounts = at_risk_accounts(store, YEAR, 1000).filter(segment="office")
    assert accounts.height == count - 5
    assert set(accounts["class_customer_count"]) == {count}
    assert set(accounts["is_small_base"]) == {is_small}


def test_the_list_ends_where_it_is_told_to(store: Store) -> None:
    add_firm(store)
    assert at_risk_accounts(store, YEAR, 7).height == 7


@pytest.mark.parametrize(("kept", "lost", "count"), [(4, 10, 0), (0, 50, 0), (50, 0, 50)])
def test_few_active_customers_are_not_listed_and_nobody_lost_is_no_zero(
    store: Store, kept: int, lost: int, count: int
) -> None:
    add(store, "a", kept, lost, 0)
    accounts = at_risk_accounts(store, YEAR)
    assert accounts.height == count
    assert accounts["churn_rate"].null_count() == count
    assert set(accounts["reason"]) == ({"nobody_lost"} if count else set())


# Promoters


def test_promoters_bring_referrals_worth_their_value_and_save_advertising(store: Store) -> None:
    add_firm(store)
    row = promoter_value(store, YEAR).row(0, named=True)
    assert (row["promoter_count"], row["valued_promoter_count"]) == (190, 190)
    assert row["referred_central_count"] == pytest.approx(190 * 0.05)
    value = expected_clv(1000 * 0.3, 1 - 80 / 600, 0.1, 5)
    assert row["value_central_amount"] == pytest.approx(190 * 0.05 * value)
    assert row["advertising_central_amount"] == pytest.approx(190 * 0.05 * 80)
    assert row["net_central_amount"] == pytest.approx(190 * 0.05 * (value - 80))
    assert row["promoter_value_central_amount"] == pytest.approx(0.05 * value)
    assert row["value_low_amount"] < row["value_central_amount"] < row["value_high_amount"]


@pytest.mark.parametrize(
    ("kept", "lost", "score", "revenue", "reason"),
    [
        (0, 0, 0, 1.0, "no_customers"),
        (2, 1, 10, 1.0, "too_few_customers"),
        (20, 5, 0, 1.0, "no_promoters"),
        (20, 5, 10, None, "no_revenue"),
        (0, 20, 10, 1.0, "everyone_lost"),
    ],
)
def test_a_promoter_without_a_value_says_why(
    store: Store, kept: int, lost: int, score: int, revenue: float | None, reason: str
) -> None:
    add(store, "a", kept, lost, score, revenue=revenue)
    row = promoter_value(store, YEAR).row(0, named=True)
    assert (row["reason"], row["value_central_amount"]) == (reason, None)


# Reasons


def test_reasons_are_counted_with_the_class_of_those_who_gave_them(store: Store) -> None:
    add(store, "a", 50, 6, 0, reason="Price")
    add(store, "b", 50, 2, 10, reason="Price")
    add(store, "c", 50, 7, None, reason="Moved", revenue=None)
    add(store, "d", 50, 9, 8)
    found = churn_by_reason(store, YEAR)
    assert found["end_reason"].to_list() == ["Price", "Moved", None]
    assert found["lost_count"].to_list() == [8, 7, 9]
    assert found["lost_share"].to_list() == pytest.approx([8 / 24, 7 / 24, 9 / 24])
    assert found["lost_revenue_amount"].to_list() == [8000, None, 9000]
    assert found.row(0)[-5:] == (2, 0, 6, 0, None)
    assert found.row(1)[-5:] == (0, 0, 0, 7, None)
    assert found["lost_count"].sum() == churn_cost_summary(store, YEAR)["lost_count"].item()
    assert found["share_low"][0] == pytest.approx(0.1797, abs=1e-4)


def test_a_reason_of_a_handful_is_withheld_with_the_next_one(store: Store) -> None:
    add(store, "a", 50, 9, 0, reason="Price")
    add(store, "b", 50, 6, 0, reason="Moved")
    add(store, "c", 50, 2, 0, reason="Quarrel")
    found = churn_by_reason(store, YEAR)
    assert found.select("end_reason", "lost_count", "reason").rows() == [
        ("Price", 9, None), ("Moved", None, "protects_others"),
        ("Quarrel", None, "too_few_customers"),
    ]  # fmt: skip
    assert found.drop("end_reason", "reason").null_count().row(0) == (2,) * 10


@pytest.mark.parametrize(("kept", "lost"), [(0, 0), (3, 1), (50, 0)])
def test_where_nobody_was_lost_or_too_few_were_there_no_reason_is_given(
    store: Store, kept: int, lost: int
) -> None:
    add(store, "a", kept, lost, 0, reason="Price")
    assert churn_by_reason(store, YEAR).is_empty()
