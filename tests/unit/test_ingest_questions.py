"""Questions: what a file leaves open is asked, what it proves or somebody says is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cxdata.config import load_settings
from cxdata.errors import ImportRefused
from cxdata.i18n import translator
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.importing import FilePreview
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.models import Filters, ImportReport, Period, Question
from cxdata.store.connection import Store

TELCO = Path(__file__).parents[3] / "shared/fixtures/churn/Telco-Customer-Churn.csv"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def lines(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def preview(store: Store, content: bytes, **choices: object) -> FilePreview:
    return preview_file(store, content, **choices)  # type: ignore[arg-type]


def take(store: Store, content: bytes, **choices: object) -> ImportReport:
    return import_file(store, content, **choices)  # type: ignore[arg-type]


def only(preview: FilePreview) -> Question:
    (question,) = preview.questions
    return question


def readings(question: Question) -> dict[str, tuple[tuple[str, str], ...]]:
    return {each.choice: each.examples for each in question.readings}


def stored(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
        return found


# Days and months --------------------------------------------------------------------------


def test_an_open_order_is_asked_with_the_files_own_cells(store: Store) -> None:
    content = lines("responded_at,nps_score", "03/04/2026 10:00,9", "05/05/2026 10:00,9")
    question = only(preview(store, content))
    assert (question.option, question.is_open) == ("date_order", True)
    assert readings(question) == {
        "dmy": (("03/04/2026 10:00", "2026-04-03"),),
        "mdy": (("03/04/2026 10:00", "2026-03-04"),),
    }
    answered = only(preview(store, content, date_order="mdy"))
    assert (answered.answer, answered.readings[0].choice) == ("mdy", "mdy")


def test_am_and_pm_make_month_first_likely_but_it_is_asked(store: Store) -> None:
    content = lines("responded_at,nps_score", "03/04/2026 10:00 AM,9")
    shown = preview(store, content)
    assert [each.choice for each in only(shown).readings] == ["mdy", "dmy"]
    assert shown.rows["responded_at"].to_list() == [datetime(2026, 3, 4, 9)]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("responded_at,nps_score", ("31/03/2026,9", "03/04/2026,9")),
        ("responded_at;nps_score", ("03/04/2026;9",)),  # the form of a French spreadsheet
        ("responded_at,nps_score", ("2026-04-03,9",)),
        ("responded_at,nps_score", ("3 avril 2026,9",)),
        ("responded_at,nps_score", ("05/05/2026,9",)),
    ],
)
def test_nothing_is_asked_where_the_file_tells(
    store: Store, header: str, rows: tuple[str, ...]
) -> None:
    assert preview(store, lines(header, *rows)).questions == ()


def test_values_that_prove_both_orders_are_asked_of(store: Store) -> None:
    rows = ("31/03/2026,9", "12/31/2025,9", "30/03/2026,9")
    question = only(preview(store, lines("responded_at,nps_score", *rows)))
    assert [each.choice for each in question.readings] == ["dmy", "mdy"]


def test_what_values_prove_is_not_overruled(store: Store) -> None:
    take(store, lines("responded_at,nps_score", "31/03/2026,9", "03/04/2026,8"), date_order="mdy")
    found = stored(store, "select responded_on from responses order by 1")
    assert found == [(date(2026, 3, 31),), (date(2026, 4, 3),)]


# Decimal marks ----------------------------------------------------------------------------


def test_a_thousand_or_a_decimal_mark_is_asked(store: Store) -> None:
    content = lines("customer_id;name;annual revenue", "C1;Ann;1.234", "C2;Bob;980")
    question = only(preview(store, content))
    assert question.option == "decimal_mark"
    assert readings(question) == {",": (("1.234", "1234"),), ".": (("1.234", "1.234"),)}
    with pytest.raises(ImportRefused, match="--decimal-mark"):
        take(store, content)
    take(store, content, decimal_mark=",")
    found = stored(store, "select annual_revenue_amount from customers order by customer_id")
    assert found == [(1234.0,), (980.0,)]


@pytest.mark.parametrize("amounts", [("1.234,5", "1.234"), ("1 234", "980"), ("1,234,567", "1")])
def test_a_proven_decimal_mark_is_not_asked(store: Store, amounts: tuple[str, ...]) -> None:
    rows = [f"C{at};Ann;{amount}" for at, amount in enumerate(amounts)]
    assert preview(store, lines("customer_id;name;annual revenue", *rows)).questions == ()


# Scales -----------------------------------------------------------------------------------


def scored(header: str, scores: list[int]) -> bytes:
    rows = (f"{at};2026-01-01;{score}" for at, score in enumerate(scores))
    return lines(f"response_id;responded_at;{header}", *rows)


def test_twenty_recommendations_within_one_to_five_are_asked_of(store: Store) -> None:
    assert preview(store, scored("nps_score", [1, 5] * 9)).questions == ()
    assert preview(store, scored("nps_score", [1, 5] * 20 + [6])).questions == ()
    question = only(preview(store, scored("nps_score", [1, 5] * 10)))
    assert (question.option, question.about) == ("scales", "nps_score")
    assert [each.choice for each in question.readings] == ["0-10", "1-5", "1-5 satisfaction"]
    kept = take(store, scored("nps_score", [1, 5] * 10), scales={"nps_score": "0-10"})
    assert kept.accepted_count == 20


def test_a_recommendation_to_five_is_no_nps(store: Store) -> None:
    with pytest.raises(ImportRefused, match="an NPS needs answers from 0 to 10"):
        take(store, scored("nps_score", [1, 5] * 10), scales={"nps_score": "1-5"})


def test_few_ratings_within_one_to_five_are_asked_of_once(store: Store) -> None:
    content = lines("responded_at;nps_score;rating_a;rating_b", "2026-01-01;9;4;5")
    question = only(preview(store, content))
    assert (question.about, question.values) == ("ratings", {"columns": "rating_a, rating_b"})
    take(store, content, scales={"ratings": "0-10"})
    assert stored(store, "select distinct scale from ratings") == [(10,)]


@pytest.mark.parametrize(
    ("header", "ratings", "scale"),
    [
        ("rating_a", [1, 6], 10),
        ("rating_a", [1, 5] * 50, 5),
        ("rating_a (1-5)", [4], 5),
        ("note: a sur 10", [4], 10),
    ],
)
def test_a_scale_that_header_or_values_tell_is_not_asked(
    store: Store, header: str, ratings: list[int], scale: int
) -> None:
    rows = (f"{at};2026-01-01;9;{rating}" for at, rating in enumerate(ratings))
    take(store, lines(f"response_id;responded_at;nps_score;{header}", *rows))
    assert stored(store, "select distinct scale from ratings") == [(scale,)]


def test_a_rating_beyond_the_stated_scale_is_refused(store: Store) -> None:
    content = lines("responded_at;nps_score;rating_a (1-5)", "2026-01-01;9;4", "2026-01-01;9;7")
    (refusal,) = take(store, content).refusals
    assert (refusal.line, refusal.values["high"]) == (3, 5)


@pytest.mark.parametrize("scales", [{"nps_score": "1-7"}, {"comment": "1-5"}])
def test_a_scale_that_there_is_not_is_refused(store: Store, scales: dict[str, str]) -> None:
    with pytest.raises(ImportRefused, match="has no scale"):
        take(store, lines("responded_at;nps_score", "2026-01-01;9"), scales=scales)


# Times ------------------------------------------------------------------------------------


def test_the_time_zone_can_be_said_for_the_file(store: Store) -> None:
    content = lines("responded_at;nps_score", "2026-07-01 10:00;9")
    shown = preview(store, content, time_zone="America/New_York")
    assert shown.rows["responded_at"].to_list() == [datetime(2026, 7, 1, 14)]
    assert any("America/New_York" in note for note in shown.notes)
    for unknown in ("Paris", "America", "../UTC", "localtime"):
        with pytest.raises(ImportRefused, match=f"no time zone called {unknown}"):
            preview(store, content, time_zone=unknown)


def test_a_header_that_says_utc_is_believed(store: Store) -> None:
    content = lines("Submit Date (UTC);NPS", "2026-07-01 10:00;9")
    shown = preview(store, content, mapping={"responded_at": "#1"})
    assert shown.rows["responded_at"].to_list() == [datetime(2026, 7, 1, 10)]


def test_a_column_of_seconds_since_1970_is_read_and_said(store: Store) -> None:
    shown = preview(store, lines("responded_at;nps_score", "1774965930;9"))
    assert shown.rows["responded_at"].to_list() == [datetime(2026, 3, 31, 14, 5, 30)]
    assert "responded_at: the numbers were read as seconds since 1970." in shown.notes


def test_a_column_of_excels_days_is_read_and_said(store: Store) -> None:
    """So dates look in a delimited file of a sheet whose cells weren't formatted as dates."""
    shown = preview(store, lines("responded_at;nps_score", "46030;9", "46030.5;8"))
    noon = datetime(2026, 1, 8, 11)  # of Paris, in UTC
    assert shown.rows["responded_at"].to_list()[1] == noon
    note = "responded_at: the numbers were read as Excel's days; 45000 is 15 March 2023."
    assert note in shown.notes


# Built fields -----------------------------------------------------------------------------


def test_durations_become_moments(store: Store) -> None:
    header = "contact_id;channel;opened_at;first_response_after;resolved_after;resolved_at"
    take(
        store,
        lines(
            header,
            "1;call;2026-01-01T10:00:00Z;0:01:30;1 h 05;",
            "2;call;2026-01-01T10:00:00Z;;;2026-01-01T12:00:00Z",
        ),
        mapping={"resolved_after": "resolved_after", "resolved_at": "resolved_at"},
    )
    found = stored(
        store,
        "select first_response_at, resolved_at, abandoned_at from contacts order by contact_id",
    )
    opened = datetime(2026, 1, 1, 10)
    assert found == [
        (opened.replace(minute=1, second=30), opened.replace(hour=11, minute=5), None),
        (None, opened.replace(hour=12), None),
    ]


def test_a_wait_ends_with_an_answer_or_with_hanging_up(store: Store) -> None:
    rows = ("1;call;2026-01-01T10:00:00Z;02:03;no", "2;call;2026-01-01T10:00:00Z;02:03;yes")
    content = lines("contact_id;channel;opened_at;wait time;abandoned", *rows)
    take(store, content, two_parts={"wait_time": "mm:ss"})
    ended = datetime(2026, 1, 1, 10, 2, 3)
    sql = "select first_response_at, abandoned_at from contacts order by contact_id"
    assert stored(store, sql) == [(ended, None), (None, ended)]


def test_a_bad_duration_is_refused_in_its_own_column(store: Store) -> None:
    rows = "1;call;2026-01-01T10:00:00Z;soon"
    (refusal,) = take(store, lines("contact_id;channel;opened_at;wait time", rows)).refusals
    assert (refusal.column, refusal.value) == ("wait time", "soon")


def test_a_flag_and_a_tenure_need_an_extract_date(store: Store) -> None:
    content = lines("customer_id;name;churn;tenure months;mrr", "C1;A;Yes;3;10", "C2;B;No;0;20")
    question = only(preview(store, content))
    assert (question.option, question.readings, question.is_open) == ("extract_date", (), True)
    with pytest.raises(ImportRefused, match="Which day was that"):
        take(store, content)
    take(store, content, extract_date=date(2026, 7, 31))
    sql = """select started_on, ended_on, annual_revenue_amount from customers
        order by customer_id"""
    assert stored(store, sql) == [
        (date(2026, 3, 31), date(2026, 7, 31), 120.0),
        (date(2026, 6, 30), None, 240.0),
    ]


def test_the_same_snapshot_of_another_day_is_another_extract(store: Store) -> None:
    content = lines("customer_id;name;churn", "C1;A;Yes")
    take(store, content, extract_date=date(2026, 7, 31))
    again = take(store, content, extract_date=date(2026, 6, 30))
    assert again.replaced_count == 1
    assert stored(store, "select ended_on from customers") == [(date(2026, 6, 30),)]


def test_a_day_that_the_file_states_stays(store: Store) -> None:
    content = lines("customer_id;ended_on;churn", "C1;2026-03-01;Yes", "C2;;No")
    take(store, content)
    sql = "select ended_on from customers order by customer_id"
    assert stored(store, sql) == [(date(2026, 3, 1),), (None,)]


@pytest.mark.skipif(not TELCO.exists(), reason="../shared/fixtures is not on this machine")
@pytest.mark.parametrize("extracted", [date(2026, 6, 30), date(2026, 7, 31), date(2026, 6, 15)])
def test_the_published_telecom_file_gives_its_published_rates(
    store: Store, extracted: date
) -> None:
    report = import_file(store, TELCO, extract_date=extracted)
    assert (report.accepted_count, report.refused_count) == (7043, 0)
    month = Period(extracted.replace(day=1), extracted)
    churn = churn_cost_summary(store, Filters(period=month)).row(0, named=True)
    assert (churn["lost_count"], churn["customer_count"]) == (1869, 7043)
    assert round(churn["customer_churn_rate"], 4) == 0.2654
    assert round(churn["revenue_churn_rate"], 4) == 0.3050


# Refusals ---------------------------------------------------------------------------------


def test_a_near_spelling_is_named(store: Store) -> None:
    content = lines("contact_id;channel;opened_at", "1;telefone;2026-01-01", "2;fax;2026-01-01")
    near, far = take(store, content).refusals
    assert near.values["near"] == "call"
    assert "near" not in far.values


def test_all_refusals_are_counted_but_not_all_are_listed(tmp_path: Path) -> None:
    chosen = tmp_path / "settings.toml"
    chosen.write_text("[imports]\nlisted_refusal_count = 3\n", "utf-8")
    store = Store.open(tmp_path / "cx.duckdb", settings=load_settings(chosen))
    report = take(store, scored("nps_score", [11] * 5), dry_run=True)
    assert (report.refused_count, [each.line for each in report.refusals]) == (5, [2, 3, 4])
    assert "Refused values: 5; the first 3 are listed." in report.notes
    store.close()


def test_a_fixed_value_is_refused_in_the_users_language(store: Store) -> None:
    with pytest.raises(ImportRefused) as raised:
        take(store, b"nps_score\n9\n", mapping={"responded_at": "=31/02/2026"})
    assert "Ce jour n’existe pas." in translator("fr").error(raised.value)[0]


def test_corrections_are_listed_apart_from_refusals(store: Store) -> None:
    rows = ("1;Téléphone;2026-01-01", "2;fax;2026-01-01", "3;Téléphone;2026-01-01", "4;Tchat;n/a")
    report = take(store, lines("contact_id;channel;opened_at", *rows))
    (correction,) = report.corrections
    assert (correction.column, correction.value, correction.became) == (
        "channel", "Téléphone", "call",
    )  # fmt: skip
    assert (correction.count, correction.first_line, report.refused_count) == (2, 2, 2)
