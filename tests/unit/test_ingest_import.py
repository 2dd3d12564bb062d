"""Import: what a file does to the store, and how every batch can be taken back."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata.errors import ImportRefused, StoreError
from cxdata.i18n import translator
from cxdata.ingest import (
    check_store,
    import_file,
    importing,
    preview_file,
    reason_text,
    recorded_batches,
    recorded_refusals,
    undo_batch,
)
from cxdata.models import Filters, ImportReport
from cxdata.store.connection import Store
from tests.examples import examples
from tests.refusal_reasons import REFUSAL_REASONS

SAMPLES = Path(__file__).parents[1] / "samples"
HEADER = "response_id;responded_at;nps_score;segment\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def make() -> Store:
        opened.append(Store.open(tmp_path / f"{len(opened)}.duckdb"))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
        return found


def counts(report: ImportReport) -> tuple[int, int, int, int, int, int]:
    """Rows, accepted, corrected, replaced, refused, duplicate."""
    return (
        report.row_count,
        report.accepted_count,
        report.corrected_count,
        report.replaced_count,
        report.refused_count,
        report.duplicate_count,
    )


def answers(*lines: str, header: str = HEADER) -> bytes:
    return (header + "".join(f"{line}\n" for line in lines)).encode()


def csv(store: Store, content: bytes, **options: object) -> ImportReport:
    return import_file(store, content, file_name="test.csv", **options)  # type: ignore[arg-type]


def test_a_french_excel_file_is_taken_but_for_its_bad_rows(store: Store) -> None:
    report = import_file(store, SAMPLES / "french_excel.csv")
    assert counts(report) == (6, 3, 3, 0, 3, 0)
    assert [
        (each.line, each.column, each.value, reason_text(each)) for each in report.refusals
    ] == [
        (3, "Note NPS", "11", "score 11: NPS goes from 0 to 10"),
        (4, "Date de réponse", "31/02/2026 10:00", "There is no such day."),
        (7, "Canal", "fax", "This is not known here; known are: call, email, chat, social."),
    ]
    stored = rows(
        store,
        """select response_id, responded_at, responded_on, survey, channel, nps_score, comment
        from responses order by response_id""",
    )
    assert stored == [
        (
            "R1",
            datetime(2026, 4, 3, 12, 5),
            date(2026, 4, 3),
            "relationship",
            "call",
            9,
            "Très bien ; merci",
        ),
        (
            "R4",
            datetime(2026, 4, 25, 21, 30),
            date(2026, 4, 25),
            "transactional",
            "social",
            0,
            "Déçu\r\nsur deux lignes",
        ),
        ("R6", datetime(2026, 4, 26, 22, 0), date(2026, 4, 27), "relationship", "call", 10, None),
    ]
    assert rows(store, "select response_id, touchpoint, score from ratings order by 1") == [
        ("R1", "livraison", 8),
        ("R6", "livraison", 10),
    ]
    assert rows(store, "select sum(answer_count) from answer_days") == [(3,)]
    assert recorded_refusals(store, 1) == list(report.refusals)
    assert recorded_refusals(store, 1, limit=1) == list(report.refusals[:1])
    assert check_store(store) == []


def test_every_reason_and_note_has_its_place_in_the_list_of_texts() -> None:
    from cxdata.i18n.messages import all_texts

    assert set(REFUSAL_REASONS) <= all_texts()


def test_html_formulas_and_sql_stay_text(store: Store) -> None:
    report = import_file(store, SAMPLES / "hostile_text.csv")
    assert counts(report)[:2] == (4, 3)
    assert [(each.line, reason_text(each)) for each in report.refusals] == [
        (4, "The quotation marks of the row don't match.")
    ]
    assert rows(
        store, "select response_id, comment, segment, region from responses order by 1"
    ) == [
        ("2", "'; drop table batches; --", "+1+1", "{nps}"),
        ("4", "ok", "NUL and bell", "\u202eright to left"),
        (
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            '=HYPERLINK("http://evil","x")',
            "[link](javascript:alert(1))",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("qualtrics_nps.csv", "responses", (3, 3, 0, 0, 0, 0)),
        ("surveymonkey_nps.csv", "responses", (2, 2, 2, 0, 0, 0)),
        ("delighted.csv", "responses", (2, 2, 0, 0, 0, 0)),
        ("totals_and_blanks.csv", "contacts", (0, 0, 0, 0, 0, 0)),
        ("ragged.csv", "responses", (5, 2, 0, 0, 3, 0)),
        ("zendesk.csv", "contacts", (3, 2, 2, 0, 1, 0)),
    ],
)
def test_native_exports_are_taken_as_they_come(
    store: Store, name: str, kind: str, expected: tuple[int, ...]
) -> None:
    if name == "totals_and_blanks.csv":
        report = import_file(store, SAMPLES / name, kind="responses")
        assert counts(report) == (2, 2, 2, 0, 0, 0)
        assert rows(store, "select responded_on from responses order by 1") == [
            (date(2026, 2, 1),),
            (date(2026, 2, 13),),
        ]
        return
    # A bare "Score" doesn't say what was asked.
    scales = {"nps_score": "0-10"} if name == "delighted.csv" else None
    report = import_file(store, SAMPLES / name, scales=scales)
    assert (report.kind, counts(report)) == (kind, expected)
    assert check_store(store) == []


def test_month_first_is_proven_by_one_value(store: Store) -> None:
    import_file(store, SAMPLES / "surveymonkey_nps.csv")
    assert rows(store, "select responded_on, nps_score from responses order by 1") == [
        (date(2026, 3, 2), 0),
        (date(2026, 3, 13), 10),
    ]


def test_an_open_day_and_month_are_said_and_can_be_chosen(store: Store) -> None:
    content = b"response_id,responded_at,nps_score\n1,03/04/2026,9\n"
    with pytest.raises(ImportRefused, match="--date-order dmy"):
        csv(store, content)
    assert recorded_batches(store).is_empty()
    assert counts(csv(store, content, date_order="dmy"))[:2] == (1, 1)
    assert rows(store, "select responded_on from responses") == [(date(2026, 4, 3),)]
    assert counts(csv(store, content, date_order="mdy")) == (1, 1, 0, 1, 0, 0)
    assert rows(store, "select responded_on from responses") == [(date(2026, 3, 4),)]


def test_another_column_decides_an_open_one(store: Store) -> None:
    content = (
        b"contact_id,channel,opened_at,resolved_at\n"
        b"1,call,03/04/2026 10:00,03/04/2026 11:00\n2,call,03/05/2026 10:00,03/25/2026 11:00\n"
    )
    report = csv(store, content)
    assert rows(store, "select opened_on from contacts order by 1") == [
        (date(2026, 3, 4),),
        (date(2026, 3, 5),),
    ]
    assert not any("first was taken" in note for note in report.notes)


def test_a_missing_column_refuses_the_file_and_leaves_the_store_as_it_was(store: Store) -> None:
    with pytest.raises(ImportRefused, match="no column for responded_at"):
        csv(store, b"nps_score;comment\n9;good\n")
    assert recorded_batches(store).is_empty()
    assert store.data_version == 0


def test_a_fixed_value_that_cannot_be_is_refused_at_once(store: Store) -> None:
    with pytest.raises(ImportRefused, match="responded_at can't be 31/02/2026 for all rows"):
        csv(store, b"nps_score\n9\n", mapping={"responded_at": "=31/02/2026"})


def test_fixed_values_fill_all_rows(store: Store) -> None:
    mapping = {"responded_at": "=2026-01-02", "survey": "=transactionnelle"}
    assert counts(csv(store, b"nps_score\n9\n8\n", mapping=mapping))[:2] == (2, 2)
    assert rows(store, "select distinct responded_on, survey from responses") == [
        (date(2026, 1, 2), "transactional")
    ]


def test_the_same_file_twice_adds_nothing(store: Store) -> None:
    content = answers("1;2026-01-01;9;A", "2;2026-01-02;12;A", "3;2026-01-03;3;B")
    first, version = csv(store, content), store.data_version
    again = csv(store, content)
    assert (first.batch_id, counts(first)) == (1, (3, 2, 0, 0, 1, 0))
    assert (again.batch_id, counts(again)) == (None, (3, 0, 0, 0, 1, 2))
    assert "imported before, as batch 1" in " ".join(again.notes)
    assert [reason_text(each) for each in again.refusals] == ["score 12: NPS goes from 0 to 10"]
    assert store.data_version == version
    assert recorded_batches(store).height == 1


def test_a_flawless_file_is_known_again_without_reading_it(store: Store) -> None:
    content = answers("1;2026-01-01;9;A")
    first = csv(store, content)
    again = csv(store, content)
    assert (again.batch_id, counts(again)) == (None, (1, 0, 0, 0, 0, 1))
    assert again.mapping == first.mapping


def test_the_same_rows_in_another_file_are_duplicates(store: Store) -> None:
    csv(store, answers("1;2026-01-01;9;A", "2;2026-01-02;8;A"))
    report = csv(store, answers("2;02/01/2026;8;A ", "3;2026-01-03;7;A", "1;2026-01-01;9;A"))
    assert counts(report) == (3, 1, 0, 0, 0, 2)
    assert rows(store, "select count(*) from responses") == [(3,)]


def test_equal_anonymous_answers_are_people_and_the_same_people_in_another_file(
    store: Store,
) -> None:
    header = "responded_at;nps_score\n"
    assert counts(csv(store, answers("2026-01-01;9", "2026-01-01;9", header=header)))[1] == 2
    three = answers("2026-01-01;9", "2026-01-01;9", "2026-01-01;9", header=header)
    assert counts(csv(store, three)) == (3, 1, 0, 0, 0, 2)


def test_a_corrected_export_replaces_its_rows(store: Store) -> None:
    csv(store, answers("1;2026-01-01;9;A", "2;2026-01-02;8;A"))
    report = csv(store, answers("1;2026-01-01;9;A", "2;2026-01-02;2;A"))
    assert counts(report) == (2, 1, 0, 1, 0, 1)
    assert rows(store, "select response_id, nps_score from responses order by 1") == [
        ("1", 9),
        ("2", 2),
    ]
    assert rows(store, "select sum(answer_count), sum(detractor_count) from answer_days") == [
        (2, 1)
    ]


def test_changed_ratings_alone_replace_the_answer(store: Store) -> None:
    header = "response_id;responded_at;nps_score;rating_a\n"
    csv(store, answers("1;2026-01-01;9;6", header=header))
    assert counts(csv(store, answers("1;2026-01-01;9;7", header=header)))[3] == 1
    assert rows(store, "select score, scale from ratings") == [(7, 10)]
    undo_batch(store, 2)
    assert rows(store, "select score, scale from ratings") == [(6, 10)]


def test_within_a_file_the_last_row_of_an_identifier_counts(store: Store) -> None:
    report = csv(store, answers("1;2026-01-01;9;A", "1;2026-01-01;1;A"), same_id="replace")
    assert counts(report) == (1, 1, 0, 0, 0, 0)
    assert "2 rows bear 1 identifiers: of each the last row was taken, as said." in report.notes
    assert rows(store, "select nps_score from responses") == [(1,)]


def test_a_dry_run_says_the_same_and_stores_nothing(store: Store) -> None:
    content = answers("1;2026-01-01;9;A", "2;2026-01-02;12;A")
    dry = csv(store, content, dry_run=True)
    assert recorded_batches(store).is_empty()
    assert counts(dry) == counts(csv(store, content))
    assert dry.batch_id is None


@pytest.mark.parametrize("lines", [(), ("1;2026-01-01;11;A",)])
def test_a_file_without_a_good_row_makes_no_batch(store: Store, lines: tuple[str, ...]) -> None:
    report = csv(store, answers(*lines))
    assert (report.batch_id, report.accepted_count) == (None, 0)
    assert recorded_batches(store).is_empty()


def test_a_crash_in_the_middle_leaves_the_store_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv(store, answers("1;2026-01-01;9;A"))
    before = rows(store, "select * from response_versions")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "rebuild_days", crash)
    with pytest.raises(KeyboardInterrupt):
        csv(store, answers("1;2026-01-01;1;A", "2;2026-01-02;8;A"))
    monkeypatch.undo()
    assert rows(store, "select * from response_versions") == before
    assert recorded_batches(store).height == 1
    assert check_store(store) == []
    assert counts(csv(store, answers("1;2026-01-01;1;A", "2;2026-01-02;8;A")))[1] == 2


def test_undo_brings_back_exactly_what_was_replaced(store: Store) -> None:
    csv(store, answers("1;2026-01-01;9;A", "2;2026-01-02;8;A"))
    before = store.query("nps_counts", Filters())
    csv(store, answers("2;2026-01-02;0;B", "3;2026-01-03;0;B"))
    assert undo_batch(store, 2) == 2
    assert rows(store, "select response_id, nps_score, segment from responses order by 1") == [
        ("1", 9, "A"),
        ("2", 8, "A"),
    ]
    after = store.query("nps_counts", Filters())
    assert after.equals(before)
    assert recorded_batches(store)["undone_at"].null_count() == 1


def test_undoing_a_file_keeps_the_rows_that_a_later_file_brought_too(store: Store) -> None:
    csv(store, answers("1;2026-01-01;9;A"))
    csv(store, answers("1;2026-01-01;9;A", "2;2026-01-02;8;A"))
    undo_batch(store, 1)
    assert rows(store, "select response_id, nps_score from responses order by 1") == [
        ("1", 9),
        ("2", 8),
    ]
    assert check_store(store) == []


def test_an_undone_file_can_be_imported_again(store: Store) -> None:
    content = answers("1;2026-01-01;9;A")
    csv(store, content)
    undo_batch(store, 1)
    assert csv(store, content).batch_id == 2


@pytest.mark.parametrize("again", [False, True])
def test_what_cannot_be_undone_is_a_sentence(store: Store, again: bool) -> None:
    if again:
        csv(store, answers("1;2026-01-01;9;A"))
        undo_batch(store, 1)
    with pytest.raises(StoreError, match="undone already" if again else "There is no batch 1"):
        undo_batch(store, 1)


IMPORTS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1, max_size=3),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=IMPORTS, data=st.data())
def test_undo_in_any_order_equals_never_having_loaded(
    new_store: Callable[[], Store], files: list[dict[str, int]], data: st.DataObject
) -> None:
    """Every file is distinct, so that none is left out as known."""
    contents = [
        answers(
            *(f"{key};2026-01-01;{score};A" for key, score in file.items()), f"x{at};2026-01-01;5;A"
        )
        for at, file in enumerate(files)
    ]
    undone = data.draw(st.lists(st.sampled_from(range(len(files))), unique=True))
    one, other = new_store(), new_store()
    for content in contents:
        csv(one, content)
    for index in undone:
        undo_batch(one, index + 1)
    for index, content in enumerate(contents):
        if index not in undone:
            csv(other, content)
    current = "select response_id, nps_score from responses order by 1"
    assert rows(one, current) == rows(other, current)
    assert check_store(one) == []


def test_dimensions_left_open_come_from_the_customer(store: Store) -> None:
    csv(store, b"customer_id;name;segment;region\nC1;Ann;Gold;North\n")
    csv(store, b"response_id;responded_at;nps_score;customer_id;segment\n1;2026-01-01;9;C1;\n")
    csv(store, b"response_id;responded_at;nps_score;customer_id;segment\n2;2026-01-01;9;C1;Own\n")
    assert rows(store, "select segment, region from responses order by response_id") == [
        ("Gold", "North"),
        ("Own", "North"),
    ]
    csv(store, b"customer_id;name;segment;region\nC1;Ann;Silver;North\n")
    again = b"customer_id;response_id;responded_at;nps_score;segment\nC1;1;2026-01-01;9;\n"
    assert counts(csv(store, again)) == (1, 0, 0, 0, 0, 1)
    assert rows(store, "select segment from responses where response_id = '1'") == [("Gold",)]


def test_rows_that_contradict_themselves_are_refused(store: Store) -> None:
    header = b"contact_id;channel;opened_at;first_response_at\n"
    contacts = csv(store, header + b"1;call;2026-01-02 10:00;2026-01-02 09:59\n")
    customers = csv(store, b"customer_id;started_on;ended_on\nC1;2026-02-01;2026-01-01\n")
    assert [reason_text(each.refusals[0]) for each in (contacts, customers)] == [
        "This is before the contact was opened.",
        "The relation ends before it starts.",
    ]


@pytest.mark.parametrize(
    ("header", "score", "said", "stored", "refused"),
    [
        ("ces_score", "4", "1-5", (4, 5), 0),
        ("ces_score", "4", "1-7", (4, 7), 0),
        ("ces_score", "2", "1-5 easy", (4, 5), 0),
        ("ces_score", "7", "1-7 easy", (1, 7), 0),
        ("ces_score", "6", "1-5", None, 1),
        ("ces_7", "3", "1-7", (3, 7), 0),
        ("ces_5", "3", None, (3, 5), 0),
        ("ces_5", "6", None, None, 1),
        ("Effort (1-7)", "3", None, (3, 7), 0),
        ("How easy was it? (1 to 7)", "3", None, (5, 7), 0),
    ],
)
def test_the_scale_of_effort_is_stated_and_never_mixed(
    store: Store,
    header: str,
    score: str,
    said: str | None,
    stored: tuple[int, int] | None,
    refused: int,
) -> None:
    content = f"response_id;responded_at;{header}\n1;2026-01-01;{score}\n".encode()
    scales = {"ces_score": said} if said else None
    report = csv(store, content, scales=scales, mapping={"ces_score": "#3"})
    assert report.refused_count == refused
    found = rows(store, "select ces_score, ces_scale from responses")
    assert found == ([stored] if stored else [])
    is_turned = bool(stored) and stored[0] != int(score)
    assert any("turned round" in note for note in report.notes) == is_turned


def test_an_extract_date_is_the_end_of_its_local_day(store: Store) -> None:
    csv(store, answers("1;2026-01-01;9;A"), extract_date=date(2026, 6, 30))
    assert rows(store, "select extracted_at from batches") == [(datetime(2026, 6, 30, 21, 59, 59),)]


def test_assessments_and_parquet_are_taken(store: Store) -> None:
    buffer = io.BytesIO()
    pl.DataFrame(
        {
            "journey": ["Livraison"],
            "level": [2],
            "indicator": ["needs_met"],
            "value": [0.5],
            "assessed_on": [date(2026, 1, 1)],
            "assessed_by": ["Ann"],
        }
    ).write_parquet(buffer)
    report = import_file(store, buffer.getvalue(), file_name="a.parquet")
    assert (report.kind, report.accepted_count) == ("assessments", 1)
    assert rows(store, "select journey, level, value from assessments") == [("Livraison", 2, 0.5)]


def test_the_preview_shows_rows_as_they_will_be_stored_and_stores_nothing(store: Store) -> None:
    preview = preview_file(store, SAMPLES / "french_excel.csv")
    assert (preview.kind, preview.row_count, preview.refused_count) == ("responses", 6, 3)
    assert preview.rows["channel"].to_list() == ["call", "social", "call"]
    assert preview.rows["line"].to_list() == [2, 5, 8]
    assert preview.missing == ()
    assert recorded_batches(store).is_empty()


def test_the_preview_of_a_file_with_missing_columns_says_which(store: Store) -> None:
    preview = preview_file(store, b"nps;texte\n9;bien\n", kind="responses")
    assert preview.missing == ("responded_at",)
    assert preview.headers == ("nps", "texte")
    assert preview.rows.is_empty()


def test_progress_tells_its_stages(store: Store) -> None:
    stages: list[str] = []
    csv(store, answers("1;2026-01-01;9;A"), on_progress=lambda stage, done: stages.append(stage))
    assert list(dict.fromkeys(stages)) == ["reading", "validating", "storing", "counting"]


def test_a_note_can_be_translated(store: Store) -> None:
    (note,) = (each for each in csv(store, answers("1;2026-01-01;;A")).notes if "score" in each)
    assert note == "Answers without any score: 1."
    assert translator("en")(note.template, **note.values) == note  # type: ignore[attr-defined]


def test_the_check_finds_what_does_not_hang_together(store: Store) -> None:
    csv(store, answers("1;2026-01-01;9;A"))
    with store.transaction() as con:
        con.execute("update answer_days set answer_count = 2")
        con.execute("update response_versions set is_current = false")
        con.execute("update batches set accepted_count = 7")
        con.execute("insert into rating_versions values ('zz', 'a', 1, 1, null, null)")
    assert check_store(store) == [
        "responses: 1 rows have not exactly one current version.",
        "1 batches don't add up.",
        "1 batches don't hold as many rows as they say.",
        "1 ratings belong to no answer.",
        "Batch 1 (test.csv): nothing proves its 1 rows of ratings.",
        "The daily counts answer_days differ from a recount.",
        "The daily counts score_days differ from a recount.",
    ]
    assert rows(store, "select answer_count from answer_days") == [(2,)]


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_report_or_one_sentence(store: Store, content: bytes) -> None:
    mapping = {"responded_at": "=2026-01-01", "nps_score": "#1"}
    with suppress(ImportRefused):
        report = import_file(store, content, kind="responses", mapping=mapping, dry_run=True)
        taken = report.accepted_count + report.duplicate_count
        assert report.row_count == taken + report.refused_count


def test_what_a_file_leaves_open_in_so_many_words_has_its_usual_value(store: Store) -> None:
    content = (
        b"contact_id,opened_at,channel,initiated_by\n"
        b"T1,2026-01-05,call,n/a\nT2,2026-01-05,call,-\nT3,2026-01-05,call,\n"
        b"T4,2026-01-05,call,company\n"
    )
    report = import_file(store, content)
    assert (report.accepted_count, report.corrected_count) == (4, 2)
    assert rows(store, "select initiated_by from contacts order by contact_id") == [
        *[("customer",)] * 3,
        ("company",),
    ]


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), datetime(2101, 1, 1), date.max])
def test_a_file_tells_of_a_day_that_a_calendar_has(store: Store, day: date) -> None:
    content = b"contact_id,opened_at,channel\nT1,2026-01-05,call\n"
    with pytest.raises(ImportRefused, match="The year must lie from 1900 to 2100"):
        import_file(store, content, extract_date=day)
    assert import_file(store, content, extract_date=date(2100, 12, 31)).accepted_count == 1
