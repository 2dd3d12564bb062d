"""Rows and whose they are: nothing is dropped, overwritten or emptied without a word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import check_store, import_file, preview_file, undo_batch
from cxdata.ingest.recognising.unfinished import UNFINISHED
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.models import Filters, ImportReport, Period
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import"
WAVE = "ID réponse;Date de réponse;Note NPS\n"
CUSTOMERS = (
    "customer_id;segment;annual_revenue;start_date;end_date\n"
    "C1;Pro;1000;2024-01-01;\nC2;Pro;2000;2024-02-01;2025-03-01\nC3;Home;3000;2024-03-01;\n"
)
ANSWERS = "response_id;responded_at;nps_score;comment;rating_price;rating_help\n"
Rows = list[tuple[object, ...]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    assert check_store(opened) == []
    opened.close()


def taken(store: Store, text: str, **choices: object) -> ImportReport:
    return import_file(store, text.encode(), file_name="test.csv", **choices)  # type: ignore[arg-type]


def rows(store: Store, sql: str) -> Rows:
    with store.cursor() as con:
        found: Rows = con.execute(sql).fetchall()
        return found


def wave(month: int, scores: str) -> str:
    lines = [f"{i};{i:02}/{month:02}/2026;{score}\n" for i, score in enumerate(scores, start=1)]
    return WAVE + "".join(lines)


def facts(store: Store) -> dict[str, Rows]:
    """All that the store shows."""
    views = ("customers", "responses", "ratings", "contacts")
    return {
        view: rows(store, f"select * exclude (batch_id) from {view} order by all") for view in views
    }


def test_a_second_wave_with_the_same_numbers_is_asked_about_and_both_stay(store: Store) -> None:
    taken(store, wave(1, "9987"), date_order="dmy")
    with pytest.raises(ImportRefused, match="--same-id apart / --same-id replace"):
        taken(store, wave(2, "3267"), date_order="dmy")
    preview = preview_file(store, wave(2, "3267").encode(), date_order="dmy")
    asked = [each for each in preview.questions if each.option == "same_id"]
    assert [reading.choice for reading in asked[0].readings] == ["apart", "replace"]
    assert "2026-01-01" in asked[0].readings[0].examples[0][0]
    assert "2026-02-01" in asked[0].readings[0].examples[0][1]
    report = taken(store, wave(2, "3267"), date_order="dmy", same_id="apart")
    assert (report.accepted_count, report.replaced_count) == (4, 0)
    assert rows(
        store, "select month(responded_on), count(*) from responses group by 1 order by 1"
    ) == [
        (1, 4),
        (2, 4),
    ]


def test_a_correction_of_the_same_answers_is_no_question(store: Store) -> None:
    taken(store, wave(1, "9987"), date_order="dmy")
    report = taken(store, wave(1, "9981"), date_order="dmy")
    assert (report.replaced_count, report.duplicate_count) == (1, 3)


def test_a_few_rows_of_another_date_are_told(store: Store) -> None:
    taken(store, wave(1, "9987"), date_order="dmy")
    report = taken(store, WAVE + "1;20/02/2026;7\n", date_order="dmy")
    assert "Rows replaced by one with another date or person: 1." in report.notes


def test_a_persons_number_is_not_the_answers(store: Store) -> None:
    header = "Submission ID,Respondent ID,Submitted at,How likely are you to recommend us?\n"
    report = taken(
        store,
        header
        + "".join(f"s{i},p{i % 5},2026-0{1 + i // 5 * 3}-10 09:00:00,{i}\n" for i in range(10)),
    )
    assert (report.accepted_count, report.duplicate_count) == (10, 0)
    assert rows(store, "select count(distinct customer_id) from responses") == [(5,)]


def test_rows_of_one_answer_that_differ_are_asked_about(store: Store) -> None:
    text = WAVE + "1;13/01/2026;9\n1;14/01/2026;2\n2;15/01/2026;8\n2;15/01/2026;8\n"
    with pytest.raises(ImportRefused, match="2 rows bear 1 identifiers"):
        taken(store, text)
    report = taken(store, text, same_id="replace")
    assert (report.row_count, report.accepted_count, report.duplicate_count) == (3, 2, 1)
    assert rows(store, "select nps_score from responses order by 1") == [(2,), (8,)]


def test_events_of_a_contact_are_combined_and_its_last_state_counts(store: Store) -> None:
    header = "contact_id;opened_at;channel;first_response_at;resolved_at\n"
    lines = [
        "t1;2026-01-05 09:00;email;;",
        "t1;2026-01-05 09:00;email;2026-01-05 10:00;",
        "t1;2026-01-05 09:00;email;2026-01-05 10:00;2026-01-06 09:00",
        "t2;2026-01-05 09:00;email;;2026-01-05 12:00",
        "t2;2026-01-05 09:00;email;2026-01-07 12:00;",
        "t3;2026-01-05 09:00;email;;",
        "t3;2026-01-05 09:00;email;;2026-01-08 12:00",
    ]
    report = taken(store, header + "\n".join(lines), time_zone="UTC")
    assert (report.row_count, report.accepted_count, report.duplicate_count) == (3, 3, 0)
    assert any("7 rows are the events of 3 contacts" in note for note in report.notes)
    states = rows(
        store,
        "select contact_id, resolved_at is null, first_response_at is null"
        " from contacts order by 1",
    )
    assert states == [("t1", False, False), ("t2", True, False), ("t3", False, True)]


def test_messages_of_a_contact_are_answered_by_the_firms_first(store: Store) -> None:
    header = "contact_id;opened_at;channel;initiated_by\n"
    lines = [
        "t1;2026-01-05 09:00;chat;customer",
        "t1;2026-01-05 09:05;chat;customer",
        "t1;2026-01-05 09:07;chat;agent",
        "t1;2026-01-05 09:30;chat;agent",
    ]
    taken(store, header + "\n".join(lines), time_zone="UTC")
    waits = "select cast(first_response_at - opened_at as varchar), initiated_by from contacts"
    assert rows(store, waits) == [("00:07:00", "customer")]


def test_messages_to_and_fro_tell_what_was_not_answered(store: Store) -> None:
    """Of 10 conversations 4 have a message of the customer alone: they are without answer."""
    lines = [f"C{n},2026-03-02T09:0{n}:00Z,inbound" for n in range(10)]
    lines += [f"C{n},2026-03-02T09:0{n}:20Z,outbound" for n in range(6)]
    lines += ["C10,2026-04-02T09:00:00Z,inbound", "C10,2026-04-02T09:00:20Z,outbound"]
    text = "\n".join(["conversation id,opened at,direction", *lines])
    report = taken(store, text, mapping={"channel": "=chat"})
    assert not any("doesn't say when contacts" in note for note in report.notes)
    march = Filters(period=Period(date(2026, 3, 1), date(2026, 3, 31)))
    found = compliance_by_channel(store, march)
    counts = ("contact_count", "met_count", "missed_count", "not_known_count")
    assert found.select(counts).rows() == [(10, 6, 4, 0)]


def test_contacts_of_several_people_are_not_combined(store: Store) -> None:
    header = "contact_id;opened_at;channel;customer_id\n"
    lines = ["1;2026-01-05 09:00;chat;a", "1;2026-02-05 09:05;chat;b", "2;2026-02-05 09:05;chat;b"]
    with pytest.raises(ImportRefused, match="--same-id combine"):
        taken(store, header + "\n".join(lines), time_zone="UTC")
    report = taken(store, header + "\n".join(lines), time_zone="UTC", same_id="apart")
    assert report.accepted_count == 3


def test_subscriptions_of_a_customer_are_added_up_and_the_last_end_counts(store: Store) -> None:
    header = "Subscription ID;customer_id;annual_revenue;start_date;end_date\n"
    lines = [
        "s1;upgraded;100;2024-01-01;2025-01-01",
        "s2;upgraded;300;2025-01-01;",
        "s3;two;100;2024-01-01;",
        "s4;two;100;2024-01-01;",
        "s5;lost;100;2024-01-01;2025-06-01",
        "s6;lost;50;2024-06-01;2025-07-01",
        "s7;one;70;2024-06-01;",
    ]
    report = taken(store, header + "\n".join(lines), kind="customers")
    assert (report.accepted_count, report.duplicate_count) == (4, 0)
    found = rows(
        store,
        "select customer_id, annual_revenue_amount, cast(started_on as varchar), "
        "cast(ended_on as varchar) from customers order by 1",
    )
    assert found == [
        ("lost", 150.0, "2024-01-01", "2025-07-01"),
        ("one", 70.0, "2024-06-01", None),
        ("two", 200.0, "2024-01-01", None),
        ("upgraded", 300.0, "2024-01-01", None),
    ]


def test_monthly_states_of_customers_are_no_subscriptions(store: Store) -> None:
    lines = ["a;100;2024-01-01", "a;120;2024-01-01", "b;1;2024-01-01"]
    text = "customer_id;annual_revenue;start_date\n" + "\n".join(lines)
    with pytest.raises(ImportRefused, match="--same-id combine / --same-id replace"):
        taken(store, text, kind="customers")
    taken(store, text, kind="customers", same_id="replace")
    assert rows(store, "select sum(annual_revenue_amount) from customers") == [(121.0,)]


def test_columns_that_are_absent_keep_what_the_store_has(store: Store) -> None:
    first = taken(store, CUSTOMERS)
    before = facts(store)
    second = taken(store, "customer_id;region\nC1;North\nC2;South\nC3;North\n", kind="customers")
    assert second.replaced_count == 3
    sums = """select count(ended_on), sum(annual_revenue_amount), count(region), count(segment)
        from customers"""
    assert rows(store, sums) == [(1, 6000.0, 3, 3)]
    again = taken(store, CUSTOMERS + "\n")
    assert (again.replaced_count, again.duplicate_count) == (0, 3)
    undo_batch(store, again.batch_id or 0)
    undo_batch(store, second.batch_id or 0)
    assert facts(store) == before
    third = taken(store, "customer_id;region\nC1;North\nC2;South\n", kind="customers")
    undo_batch(store, first.batch_id or 0)
    assert rows(store, sums) == [(0, None, 2, 0)]
    undo_batch(store, third.batch_id or 0)
    assert facts(store)["customers"] == []


def test_undoing_any_batch_leaves_what_the_others_would_have_brought(tmp_path: Path) -> None:
    files = [
        ANSWERS + "r1;2026-01-02;9;very good price;8;7\nr2;2026-01-03;3;bad help;6;2\n",
        "response_id;responded_at;nps_score;rating_price\nr1;2026-01-02;8;9\nr2;2026-01-03;3;6\n",
        "response_id;responded_at;nps_score;segment;comment\nr1;2026-01-02;8;Pro;\n",
        "response_id;responded_at;nps_score\nr1;2026-01-02;8\nr2;2026-01-03;1\n",
    ]
    for gone in range(len(files)):
        whole, rest = (Store.open(tmp_path / f"{name}{gone}.duckdb") for name in ("whole", "rest"))
        batches = [taken(whole, text, empty_cells="keep").batch_id for text in files]
        for text in files[:gone] + files[gone + 1 :]:
            taken(rest, text, empty_cells="keep")
        undo_batch(whole, batches[gone] or 0)
        assert facts(whole) == facts(rest), gone
        assert check_store(whole) == []
        whole.close()
        rest.close()


def test_empty_cells_are_asked_about_once_per_file(store: Store) -> None:
    taken(store, CUSTOMERS)
    emptied = CUSTOMERS.replace("2025-03-01", "").replace(";3000;", ";;")
    with pytest.raises(ImportRefused, match="2 cells are empty"):
        taken(store, emptied)
    taken(store, emptied, empty_cells="keep")
    sums = "select count(ended_on), sum(annual_revenue_amount) from customers"
    assert rows(store, sums) == [(1, 6000.0)]
    taken(store, emptied, empty_cells="clear")
    assert rows(store, sums) == [(0, 3000.0)]


def test_the_same_file_with_one_more_column_corrects_its_answers(store: Store) -> None:
    days = [(f"2026-01-{1 + i % 28:02} 10:{i % 60:02}", i % 11) for i in range(60)]
    short = "responded_at;nps_score\n" + "".join(f"{day};{score}\n" for day, score in days)
    long = "responded_at;nps_score;comment\n" + "".join(
        f"{day};{score};about {score} and {day}\n" for day, score in days
    )
    taken(store, short)
    before = facts(store)
    second = taken(store, long)
    assert (second.accepted_count, second.replaced_count) == (60, 60)
    assert any(note.startswith("60 rows without an identifier") for note in second.notes)
    again = taken(store, long + "2026-02-01 09:00;9;a new one\n")
    assert (again.accepted_count, again.duplicate_count) == (1, 60)
    assert rows(store, "select count(*), count(comment) from responses") == [(61, 61)]
    undo_batch(store, again.batch_id or 0)
    undo_batch(store, second.batch_id or 0)
    assert facts(store) == before


def test_other_people_without_an_identifier_are_new(store: Store) -> None:
    taken(store, "responded_at;nps_score\n2026-01-01;9\n2026-01-02;8\n2026-01-03;7\n")
    other = "responded_at;nps_score;comment\n2026-01-01;9;a\n2026-02-02;8;b\n2026-02-03;7;c\n"
    assert taken(store, other).replaced_count == 0
    assert rows(store, "select count(*) from responses") == [(6,)]


@pytest.mark.parametrize(
    ("header", "good", "bad"),
    [
        ("Status", "Complete", "Partial"),
        ("Status", "Complete", "Disqualified"),
        ("Statut", "Terminé", "Incomplet"),
        ("Statut", "Complété", "En cours"),
        ("Finished", "True", "False"),
        ("Completed", "Yes", "No"),
        ("Terminé", "oui", "non"),
        ("Response Status", "completed", "screened out"),
        ("Test", "", "yes"),
        ("Statut", "Validé", "Aperçu"),
    ],
)
def test_unfinished_and_test_answers_are_left_out_and_counted(
    store: Store, header: str, good: str, bad: str
) -> None:
    text = f"responded_at;nps_score;{header}\n2026-01-02;9;{good}\n2026-01-03;0;{bad}\n"
    report = taken(store, text)
    assert (report.accepted_count, report.left_out_count) == (1, 1)
    assert any(note.startswith("Left out") for note in report.notes)
    report = taken(store, text, unfinished="take")
    assert (report.accepted_count, report.left_out_count) == (1, 0)


def test_the_state_of_a_ticket_says_nothing_of_the_answer(store: Store) -> None:
    text = "responded_at;nps_score;Status\n2026-01-02;9;Waiting for customer\n2026-01-03;0;Open\n"
    assert taken(store, text).left_out_count == 0
    assert "partial" in UNFINISHED


@pytest.mark.parametrize(
    "text",
    [
        "Date;Réponses;Promoteurs;Détracteurs;NPS\n2026-01-01;10;5;2;8\n2026-02-01;9;5;1;9\n",
        "date,% promoters,% detractors,NPS\n2026-01-01,45%,37%,8\n2026-02-01,45%,37%,8\n",
        "responded_at;score;Nombre\n2026-01-01;0;12\n2026-01-01;9;30\n",
    ],
)
def test_sums_of_answers_are_refused(store: Store, text: str) -> None:
    with pytest.raises(ImportRefused, match="sums up many answers"):
        taken(store, text)


def test_flags_and_row_numbers_are_no_sums(store: Store) -> None:
    text = "n;responded_at;nps_score;Promoter;Detractor\n1;2026-01-01;9;1;0\n2;2026-01-02;2;0;1\n"
    assert taken(store, text).accepted_count == 2


@pytest.mark.parametrize(
    ("known", "named", "cure"),
    [
        ("{:06d}", "{}", "leading zeros"),
        ("C{}", "c{}", "capital and small letters"),
        ("AB-{}", "AB {}", "spaces, hyphens"),
        ("{}", "{}.0", ".0 at the end"),
        ("CUST{}", "{}", "digits"),
    ],
)
def test_customers_that_nobody_knows_are_told_with_what_would_fit(
    store: Store, known: str, named: str, cure: str
) -> None:
    lines = [f"{known.format(i)};2025-01-01;Pro\n" for i in range(1, 9)]
    taken(store, "customer_id;start date;segment\n" + "".join(lines), kind="customers")
    answers = [f"{named.format(i)};2026-01-02;9\n" for i in range(1, 11)]
    report = taken(store, "customer_id;responded_at;nps_score\n" + "".join(answers))
    assert "0 of 10 customers that the file names are known." in report.notes
    assert any(note.startswith("8 would be") and cure in note for note in report.notes)


@pytest.mark.parametrize(
    ("name", "files", "sql", "expected"),
    [
        (
            "12-tally",
            ["q1.csv", "q2.csv"],
            "select quarter(responded_on), count(*) from responses group by 1 order by 1",
            [(1, 30), (2, 30)],
        ),
        (
            "11-alchemer",
            ["alchemer_export.csv"],
            "select count(*), count(*) filter (nps_score > 8) - count(*) filter (nps_score < 7) "
            "from responses",
            [(50, 20)],
        ),
        (
            "37-second-table",
            ["crm.csv", "reg.csv"],
            "select count(*), count(ended_on), count(region) from customers",
            [(200, 40, 200)],
        ),
    ],
)
def test_the_shared_cases_where_they_are(
    store: Store, name: str, files: list[str], sql: str, expected: Rows
) -> None:
    if not (CASES / name).exists():
        files, expected = [], rows(store, sql)
    for file in files:
        kind = "customers" if name.startswith("37") else None
        import_file(store, CASES / name / file, kind=kind)
    assert rows(store, sql) == expected
