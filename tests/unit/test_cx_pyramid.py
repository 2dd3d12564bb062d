"""CX pyramid: the model as data, what counts as evidence, and the gates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.config import load_settings
from cxdata.errors import SettingsError
from cxdata.metrics.cx_pyramid import (
    EVIDENCE_SCHEMA,
    LEVEL_SCHEMA,
    PYRAMID,
    CompanyLevel,
    Indicator,
    Outcome,
    assessed_outcome,
    company_level,
    load_model,
    measured_outcome,
    pyramid_evidence,
    pyramid_levels,
    reached_level,
)
from cxdata.metrics.intervals import wilson_interval
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.query import run_statement

MODEL = load_model()
BY_ID = {indicator.id: indicator for indicator in MODEL.indicators}
LAST_ON = date(2026, 6, 30)
TABLES = (
    *("answer_days", "contact_days", "need_days", "contact_versions", "response_versions"),
    "assessment_versions",
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("pyramid") / "cx.duckdb", load_settings())
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    """Empty again for each test."""
    with opened.transaction() as con:
        for table in TABLES:
            con.execute(f"delete from {table}")
    return opened


def add_contacts(
    store: Store, journey: str, *, customer: int = 0, company: int = 0, automatic: int = 0,
    met: int = 0, missed: int = 0, resolved: int = 0, opened_on: date = LAST_ON,
    segment: str = "Private",
) -> None:  # fmt: skip
    counts = {"customer": customer, "company": company, "automatic": automatic}
    with store.transaction() as con:
        for who, count in counts.items():
            own = (met, missed, resolved) if who == "customer" else (0, 0, 0)
            con.execute(
                """insert into contact_days (opened_on, initiated_by, channel, journey, segment,
                    contact_count, met_count, missed_count, resolved_count, not_yet_due_count,
                    abandoned_count, score_sum)
                values (?, ?, 'call', ?, ?, ?, ?, ?, ?, 0, 0, 0)""",
                (opened_on, who, journey, segment, count, *own),
            )


def add_needs(
    store: Store, journey: str, *, reasons: int, information: int, followed: int, repeated: int
) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into need_days (opened_on, channel, journey, segment, contact_count,
                reason_count, information_count, followed_count, repeated_count)
            values (?, 'call', ?, 'Private', ?, ?, ?, ?, ?)""",
            (LAST_ON, journey, reasons, reasons, information, followed, repeated),
        )


def add_answers(
    store: Store, journey: str, *, answers: int, promoters: int, efforts: int, easy: int,
    survey: str = "transactional",
) -> None:  # fmt: skip
    with store.transaction() as con:
        con.execute(
            """insert into answer_days (answered_on, survey, journey, segment, answer_count,
                promoter_count, passive_count, detractor_count, csat_count, csat_satisfied_count,
                csat_score_sum, ces_count, ces_score_sum, ces_easy_count, ces7_count,
                ces7_score_sum, ces7_easy_count)
            values (?, ?, ?, 'Private', ?, ?, ?, 0, 0, 0, 0, ?, 0, ?, 0, 0, 0)""",
            (LAST_ON, survey, journey, answers, promoters, answers - promoters, efforts, easy),
        )


def assess(
    store: Store, journey: str, indicator: str, value: float, on: date = date(2026, 5, 1)
) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into assessment_versions (assessment_id, journey, level, indicator, value,
                assessed_on, assessed_by, batch_id, content_hash, is_current)
            values (?, ?, 1, ?, ?, ?, 'A. Martin', 1, 0, true)""",
            (f"{journey} {indicator} {on}", journey, indicator, value, on),
        )


def add_journey_at_level_3(store: Store, journey: str) -> None:
    add_contacts(store, journey, customer=1000, company=50, met=900, missed=100, resolved=950)
    add_needs(store, journey, reasons=1000, information=50, followed=1000, repeated=20)
    add_answers(store, journey, answers=500, promoters=250, efforts=500, easy=400)
    assess(store, journey, "information_findable", 0.9)
    assess(store, journey, "needs_met_beyond_problem", 0.9)


def level_of(store: Store, journey: str, filters: Filters | None = None) -> dict[str, object]:
    levels = pyramid_levels(store, filters or Filters())
    assert dict(levels.schema) == LEVEL_SCHEMA
    return levels.filter(pl.col("journey") == journey).row(0, named=True)


def evidence_of(store: Store, indicator: str, filters: Filters | None = None) -> dict[str, object]:
    evidence = pyramid_evidence(store, filters or Filters())
    assert dict(evidence.schema) == EVIDENCE_SCHEMA
    return evidence.filter(pl.col("indicator") == indicator).row(0, named=True)


# The model


def test_the_model_has_the_six_published_levels_in_both_languages() -> None:
    assert [level.name.en for level in MODEL.levels] == [
        "Give me information I can use",
        "Solve my problem when I ask",
        "Meet my needs when I ask",
        "Give me what I need without my asking",
        "Give me what I need without my knowing",
        "Make me stronger",
    ]
    assert MODEL.levels[2].name.fr == "Répondre à mes besoins lorsque je le demande"


def test_gartners_five_levels_are_mapped_in_order() -> None:
    mapped = [level.gartner_2018 for level in MODEL.levels]
    five = ["Communication", "Responsive", "Commitment", "Proactive", "Evolution"]
    assert list(dict.fromkeys(mapped)) == five


def test_every_threshold_says_that_it_is_our_own_choice() -> None:
    assert all(indicator.source.startswith("D: ") for indicator in MODEL.indicators)


def test_all_four_axes_are_looked_at() -> None:
    axes = {indicator.axis for indicator in MODEL.indicators}
    assert axes == {"trigger", "effort", "completeness", "emotion"}


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('axis = "trigger"', 'axis = "colour"', "information_contact_share"),
        ('counted = "information"', 'counted = "smiles"', "information_contact_share"),
        ("number = 4", "number = 5", "level 4"),
        ('id = "promoter_share"', 'id = "resolved_share"', "a name of its own"),
        ("threshold = 0.25\n", "", "threshold"),
        ("assessed_valid_months = 12", "assessed_valid_months = ", "Invalid value"),
    ],
)
def test_a_wrong_model_is_refused_and_the_entry_named(
    tmp_path: Path, before: str, after: str, named: str
) -> None:
    path = tmp_path / "pyramid.toml"
    path.write_text(PYRAMID.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(SettingsError, match=named):
        load_model(path)


# Outcomes


@pytest.mark.parametrize(
    ("indicator", "counted", "out_of", "expected"),
    [
        ("compliance_rate", 0, 0, "no_evidence"),
        ("compliance_rate", 29, 29, "no_evidence"),
        ("compliance_rate", 30, 30, "pass"),
        ("compliance_rate", 75, 100, "not_established"),
        ("compliance_rate", 74, 100, "fail"),
        ("compliance_rate", 850, 1000, "pass"),
        ("repeat_contact_share", 15, 100, "not_established"),
        ("repeat_contact_share", 16, 100, "fail"),
        ("repeat_contact_share", 50, 1000, "pass"),
        ("repeat_contact_share", 0, 5, "no_evidence"),
    ],
)
def test_a_measured_share_is_judged_with_its_interval(
    indicator: str, counted: int, out_of: int, expected: Outcome
) -> None:
    assert judged(BY_ID[indicator], counted, out_of) == expected


def judged(indicator: Indicator, counted: int, out_of: int) -> Outcome:
    low, high = wilson_interval(counted, max(out_of, 1))
    return measured_outcome(indicator, counted, out_of, float(low), float(high))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "no_evidence"), (0.69, "fail"), (0.70, "pass"), (1, "pass"), (4, "no_evidence")],
)
def test_an_assessment_is_judged_by_its_value(value: float | None, expected: Outcome) -> None:
    assert assessed_outcome(BY_ID["needs_met_beyond_problem"], value) == expected


# Gates

UP_TO = {
    number: [it.id for level in MODEL.levels[:number] for it in level.indicators]
    for number in range(7)
}


@pytest.mark.parametrize(
    ("reached", "changed", "level", "established", "missing"),
    [
        (0, {}, 0, 0, ["information_contact_share", "information_findable"]),
        (1, {}, 1, 1, ["compliance_rate", "resolved_share"]),
        (6, {}, 6, 6, []),
        (6, {"information_findable": "fail"}, 0, 0, ["information_findable"]),
        (6, {"repeat_contact_share": "no_evidence"}, 2, 2, ["repeat_contact_share"]),
        (6, {"repeat_contact_share": "fail", "low_effort_share": "not_established"}, 2, 2,
            ["repeat_contact_share"]),
        (4, {"compliance_rate": "not_established"}, 4, 1,
            ["automatic_contact_share", "needs_met_unknowingly"]),
        (6, {"promoter_share": "not_established"}, 6, 5, []),
    ],
)  # fmt: skip
def test_gates_are_cumulative_and_no_evidence_never_passes(
    reached: int, changed: dict[str, Outcome], level: int, established: int, missing: list[str]
) -> None:
    outcomes: dict[str, Outcome] = {**dict.fromkeys(UP_TO[reached], "pass"), **changed}
    verdict = reached_level(outcomes, MODEL.levels)
    assert (verdict.level, verdict.established_level) == (level, established)
    assert list(verdict.next_level_missing) == missing
    assert verdict.is_established == (level > 0 and level == established)


CASE_COUNT = 200


def outcomes_of(counts: dict[str, int]) -> dict[str, Outcome]:
    return {
        name: judged(BY_ID[name], count, CASE_COUNT)
        if BY_ID[name].kind == "measured"
        else assessed_outcome(BY_ID[name], count / CASE_COUNT)
        for name, count in counts.items()
    }


def around_thresholds(indicator: Indicator) -> st.SearchStrategy[int]:
    """Mostly good values, so that the higher gates are reached as well."""
    is_higher = indicator.direction == "higher"
    good = round(CASE_COUNT * indicator.threshold) + (25 if is_higher else -25)
    return st.one_of(st.just(good), st.just(good), st.just(good), st.integers(0, CASE_COUNT))


@settings(max_examples=150, deadline=None)
@given(
    counts=st.fixed_dictionaries({name: around_thresholds(it) for name, it in BY_ID.items()}),
    name=st.sampled_from(sorted(BY_ID)),
    raised=st.integers(0, CASE_COUNT),
)
def test_bettering_one_indicator_never_lowers_the_level(
    counts: dict[str, int], name: str, raised: int
) -> None:
    is_higher = BY_ID[name].direction == "higher"
    better = min(counts[name] + raised, CASE_COUNT) if is_higher else max(counts[name] - raised, 0)
    before = reached_level(outcomes_of(counts), MODEL.levels)
    after = reached_level(outcomes_of({**counts, name: better}), MODEL.levels)
    assert after.level >= before.level
    assert after.established_level >= before.established_level


# Journeys


def test_an_empty_store_has_no_journeys_and_no_company_level(store: Store) -> None:
    assert pyramid_evidence(store, Filters()).is_empty()
    assert pyramid_levels(store, Filters()).is_empty()
    assert company_level(pyramid_levels(store, Filters())) == CompanyLevel(None, False, ())


def test_a_journey_is_at_the_level_that_its_evidence_shows(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    assert level_of(store, "Repair") == {
        "journey": "Repair",
        "level": 3,
        "is_established": True,
        "established_level": 3,
        "next_level_missing": ["proactive_contact_share", "proactive_share_confirmed"],
    }


def test_each_indicator_has_value_count_interval_and_gap(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    evidence = pyramid_evidence(store, Filters())
    assert evidence["indicator"].to_list() == [it.id for it in MODEL.indicators]
    found = evidence_of(store, "compliance_rate")
    assert (found["value"], found["n"], found["outcome"]) == (0.9, 1000, "pass")
    assert found["gap"] == pytest.approx(0.9 - BY_ID["compliance_rate"].threshold)
    assert (found["low"], found["high"]) == pytest.approx((0.8798, 0.9171), abs=1e-4)
    assert found["assessed_by"] is None


def test_an_assessment_has_a_name_and_a_day_but_no_interval(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    found = evidence_of(store, "information_findable")
    assert (found["assessed_on"], found["assessed_by"]) == (date(2026, 5, 1), "A. Martin")
    assert (found["n"], found["low"], found["high"]) == (None, None, None)


def test_company_contacts_count_as_proactive_and_devices_as_both(store: Store) -> None:
    add_contacts(store, "Repair", customer=50, company=30, automatic=20)
    assert evidence_of(store, "proactive_contact_share")["value"] == pytest.approx(0.5)
    assert evidence_of(store, "automatic_contact_share")["value"] == pytest.approx(0.2)


def test_too_few_cases_are_no_evidence_and_below_the_minimum_not_even_shown(store: Store) -> None:
    add_contacts(store, "Repair", customer=100, met=20, resolved=90)
    assert evidence_of(store, "compliance_rate")["outcome"] == "no_evidence"
    assert evidence_of(store, "compliance_rate")["value"] == 1
    add_answers(store, "Repair", answers=4, promoters=4, efforts=0, easy=0)
    assert evidence_of(store, "promoter_share")["value"] is None
    assert evidence_of(store, "promoter_share")["n"] == 4


def test_where_solving_is_never_recorded_it_is_unknown_and_not_zero(store: Store) -> None:
    add_contacts(store, "Repair", customer=1000, met=900, missed=100, resolved=0)
    assert evidence_of(store, "resolved_share")["outcome"] == "no_evidence"
    add_contacts(store, "Billing", customer=1000, met=900, missed=100, resolved=10)
    unsolved = pyramid_evidence(store, Filters()).filter(pl.col("indicator") == "resolved_share")
    assert unsolved["outcome"].to_list() == ["fail", "fail"]


def test_only_answers_about_the_journey_count_never_another_survey(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    add_answers(store, "Repair", answers=900, promoters=900, efforts=0, easy=0, survey="benchmark")
    assert evidence_of(store, "promoter_share")["n"] == 500


@pytest.mark.parametrize(
    ("assessed_on", "outcome"),
    [
        (date(2026, 6, 30), "pass"),
        (date(2025, 7, 1), "pass"),
        (date(2025, 6, 30), "no_evidence"),
    ],
)
def test_an_assessment_expires_by_the_datas_own_date(
    store: Store, assessed_on: date, outcome: Outcome
) -> None:
    add_contacts(store, "Repair", customer=1000, met=900, resolved=950)
    assess(store, "Repair", "information_findable", 0.9, assessed_on)
    found = evidence_of(store, "information_findable")
    assert (found["outcome"], found["assessed_on"]) == (outcome, assessed_on)


def test_the_latest_assessment_counts_even_if_it_is_worse(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    assess(store, "Repair", "information_findable", 0.2, date(2026, 6, 1))
    assert evidence_of(store, "information_findable")["outcome"] == "fail"
    assert level_of(store, "Repair")["level"] == 0


def test_the_period_and_segment_filter_what_is_measured_and_not_what_is_assessed(
    store: Store,
) -> None:
    add_journey_at_level_3(store, "Repair")
    add_contacts(store, "Repair", customer=1000, missed=1000, opened_on=date(2024, 1, 1))
    add_contacts(store, "Repair", customer=1000, missed=1000, segment="Business")
    june = Period(date(2026, 6, 1), LAST_ON)
    assert level_of(store, "Repair")["level"] == 1
    assert level_of(store, "Repair", Filters(period=june, segment=("Private",)))["level"] == 3


def test_the_journey_filter_leaves_the_others_out(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    add_journey_at_level_3(store, "Billing")
    levels = pyramid_levels(store, Filters(journey=("Repair",)))
    assert levels["journey"].to_list() == ["Repair"]


def test_a_company_is_where_its_weakest_journey_is(store: Store) -> None:
    add_journey_at_level_3(store, "Repair")
    add_journey_at_level_3(store, "Billing")
    assess(store, "Billing", "needs_met_beyond_problem", 0.3, date(2026, 6, 1))
    assert company_level(pyramid_levels(store, Filters())) == CompanyLevel(2, True, ("Billing",))


def test_a_company_level_within_the_noise_of_any_journey_is_not_established() -> None:
    levels = pl.DataFrame(
        [("Billing", 2, True, 2, []), ("Repair", 4, False, 1, [])],
        schema=LEVEL_SCHEMA,
        orient="row",
    )
    assert company_level(levels) == CompanyLevel(2, False, ("Billing",))


# Daily counts behind the needs


def moment(text: str) -> datetime:
    """The store's times are UTC without saying so."""
    return datetime.fromisoformat(text)


def add_contact(store: Store, contact_id: str, opened_at: datetime, **values: object) -> None:
    row = {"customer_id": "a", "journey": "Repair", "reason": "broken", "initiated_by": "customer"}
    row = {**row, **values}
    with store.transaction() as con:
        con.execute(
            """insert into contact_versions (contact_id, channel, opened_at, opened_on,
                customer_id, journey, reason, initiated_by, batch_id, content_hash, is_current)
            values (?, 'call', ?, ?, ?, ?, ?, ?, 1, 0, true)""",
            (contact_id, opened_at, opened_at.date(), *row.values()),
        )


def needs(store: Store) -> tuple[int, ...]:
    """contacts, with a reason, information, followed, repeated"""
    with store.transaction() as con:
        con.execute("delete from contact_outcomes")
        con.execute("delete from need_days")
        now = {"as_of": moment("2026-06-30 18:00"), "return_days": 7}
        run_statement(con, "rebuild_contact_outcomes", now)
        run_statement(con, "rebuild_need_days", {"information_reasons": ["information"]})
    with store.cursor() as cursor:
        row = cursor.sql(
            """select sum(contact_count) as a, sum(reason_count) as b, sum(information_count) as c,
                sum(followed_count) as d, sum(repeated_count) as e from need_days"""
        ).fetchall()[0]
    return tuple(int(value) for value in row)


FIRST = moment("2026-06-01 10:00")


@pytest.mark.parametrize(
    ("again_at", "values", "repeated"),
    [
        (moment("2026-06-08 10:00"), {}, 1),
        (moment("2026-06-08 10:00:01"), {}, 0),
        (moment("2026-06-02 10:00"), {"customer_id": "b"}, 0),
        (moment("2026-06-02 10:00"), {"customer_id": None}, 0),
        (moment("2026-06-02 10:00"), {"reason": "invoice"}, 0),
        (moment("2026-06-02 10:00"), {"journey": "Billing"}, 0),
        (moment("2026-06-02 10:00"), {"initiated_by": "company"}, 0),
    ],
)
def test_a_repeat_is_the_same_customer_for_the_same_reason_within_seven_days(
    store: Store, again_at: datetime, values: dict[str, object], repeated: int
) -> None:
    add_contact(store, "1", FIRST)
    add_contact(store, "2", again_at, **values)
    assert needs(store)[4] == repeated


def test_contacts_of_the_last_seven_days_are_not_yet_followed(store: Store) -> None:
    add_contact(store, "1", moment("2026-06-23 18:00"))
    add_contact(store, "2", moment("2026-06-23 19:00"))
    assert needs(store) == (2, 2, 0, 1, 1)


def test_what_cannot_be_traced_is_neither_followed_nor_repeated(store: Store) -> None:
    for number in range(3):
        add_contact(store, f"c{number}", FIRST, customer_id=None)
        add_contact(store, f"r{number}", FIRST, reason=None)
    assert needs(store) == (6, 3, 0, 0, 0)


def test_information_is_counted_out_of_contacts_with_a_reason(store: Store) -> None:
    add_contact(store, "1", FIRST, reason="Information")
    add_contact(store, "2", FIRST, reason="broken")
    add_contact(store, "3", FIRST, reason=None)
    assert needs(store) == (3, 2, 1, 2, 0)


@pytest.mark.parametrize(
    ("score", "scale", "expected"), [(1, 5, (1, 1)), (2, 5, (1, 1)), (3, 5, (1, 0)), (2, 7, (0, 0))]
)
def test_little_effort_is_one_or_two_on_the_scale_of_five(
    store: Store, score: int, scale: int, expected: tuple[int, int]
) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into response_versions (response_id, responded_at, responded_on, survey,
                ces_score, ces_scale, batch_id, content_hash, is_current)
            values ('1', '2026-06-01', '2026-06-01', 'transactional', ?, ?, 1, 0, true)""",
            (score, scale),
        )
        run_statement(con, "rebuild_answer_days", {})
    with store.cursor() as cursor:
        rows = cursor.sql("select ces_count, ces_easy_count from answer_days").fetchall()
    assert rows == [expected]
