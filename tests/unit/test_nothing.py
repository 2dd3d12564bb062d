"""Words and days for nothing are no value, said once; a word that may be an answer stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.ingest import import_file
from cxdata.ingest.judging.spellings import save_spelling
from cxdata.store.connection import Store

CASE = Path(__file__).parents[3] / "shared/cases/import/03-servicenow/incident_event_log.csv"
WORDS = [
    *("?", "\\N", "(null)", "<null>", "NaT", "None", "-", "—", "–", "#VALUE!", "#N/A", "#REF!"),
    *("#VALEUR!", "Unknown", "Inconnu", "n/a", "s/o", "Non renseigné", "non renseigne", "vide"),
    *("nd", "N.D.", "NULL", "NaN", "Not available", "Sans objet", "#DIV/0!", "(blank)"),
]
DAYS = [
    *("0000-00-00", "0000-00-00 00:00:00", "1970-01-01", "1970-01-01 00:00:00", "0001-01-01"),
    *("0001-01-01T00:00:00", "1900-01-01", "30/12/1899", "1899-12-30", "01/01/1970", "00/00/0000"),
    *("9999-12-31", "0", "1970-01-01 01:00:00"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
    return found


def contacts(*resolved: str) -> bytes:
    header = "contact_id,channel,opened_at,resolved_at"
    lines = (f"T{at},call,2026-03-01 10:00,{cell}" for at, cell in enumerate(resolved))
    return "\n".join([header, *lines, ""]).encode()


@pytest.mark.parametrize("word", [*WORDS, *DAYS])
def test_an_open_contact_stays_open_whatever_stands_for_nothing(store: Store, word: str) -> None:
    report = import_file(store, contacts("2026-03-02 10:00", word, "2026-03-02 11:00"))
    assert (report.accepted_count, report.refused_count, report.corrected_count) == (3, 0, 1)
    assert rows(store, "select count(*), count(resolved_at) from contacts") == [(3, 2)]
    [note] = [it for it in report.notes if it.startswith("Taken as no value")]
    assert note == f"Taken as no value: {word} × 1 (resolved_at)."


def test_each_word_is_said_once_with_its_columns(store: Store) -> None:
    content = b"response_id,responded_at,nps_score,csat_score\n" + b"".join(
        f"R{at},2026-03-01,{'?' if at % 2 else 9},{'n/a' if at % 3 else '?'}\n".encode()
        for at in range(6)
    )
    report = import_file(store, content)
    [note] = [it for it in report.notes if it.startswith("Taken as no value")]
    assert note == "Taken as no value: ? × 5 (nps_score, csat_score); n/a × 4 (csat_score)."
    assert ("nps_score", "?", 3) in [(it.column, it.value, it.count) for it in report.corrections]


def test_moments_counted_since_1970_are_known_beside_words_for_nothing(store: Store) -> None:
    content = contacts("NULL", "1772445600", "0").replace(b"2026-03-01 10:00", b"1772359200")
    report = import_file(store, content)
    assert report.refused_count == 0
    assert rows(store, "select count(resolved_at) from contacts") == [(1,)]


def test_an_old_customer_keeps_the_first_day_of_1970(store: Store) -> None:
    content = b"customer_id,name,customer since\nC1,A,1970-01-01\nC2,B,1968-05-02\nC3,C,2001-02-03"
    import_file(store, content)
    found = rows(store, "select count(started_on) from customers")
    assert found == [(3,)]


def test_a_word_that_may_be_an_answer_stays_and_is_said(store: Store) -> None:
    content = (
        b"response_id,responded_at,nps_score,product,region\n"
        b"1,2026-03-01,9,None,NA\n2,2026-03-01,9,Unknown,?\n3,2026-03-01,9,Box,\\N\n"
    )
    report = import_file(store, content)
    assert rows(store, "select product, region from responses order by response_id") == [
        ("None", "NA"),
        (None, None),
        ("Box", None),
    ]
    [kept] = [it for it in report.notes if it.startswith("Kept as answers")]
    assert (
        kept
        == "Kept as answers, though they may mean nothing: NA × 1 (region); None × 1 (product)."
    )


def test_an_identifier_that_says_nothing_is_none(store: Store) -> None:
    content = (
        b"response_id,responded_at,nps_score,customer_id\n"
        b"N/A,2026-03-01,9,Unknown\nN/A,2026-03-02,3,-\n"
    )
    import_file(store, content)
    assert rows(store, "select count(*), count(customer_id) from responses") == [(2, 0)]


def test_comments_are_left_as_they_are(store: Store) -> None:
    import_file(store, b"response_id,responded_at,nps_score,comment\n1,2026-03-01,9,None\n")
    assert rows(store, "select comment from responses") == [("None",)]


def test_what_is_needed_is_refused_as_it_is_written(store: Store) -> None:
    content = contacts("").replace(b"call", b"Unknown")
    [refusal] = import_file(store, content).refusals
    assert (refusal.value, refusal.reason) == ("Unknown", "A value is needed here.")
    save_spelling(store, "channel", "Unknown", "call")
    assert import_file(store, content).accepted_count == 1


def test_the_case_of_incidents_keeps_what_is_open(store: Store) -> None:
    """Two incidents in five rows: the last state counts, and the open one stays open."""
    content = (
        b"number;contact_type;opened_at;resolved_at\n"
        b"I1;Phone;29/2/2016 01:16;?\nI1;Phone;29/2/2016 01:16;?\n"
        b"I1;Phone;29/2/2016 01:16;29/2/2016 11:29\n"
        b"I2;IVR;1/3/2016 02:00;?\nI2;IVR;1/3/2016 02:00;?\n"
    )
    mapping = {"channel": "contact_type", "contact_id": "number"}
    import_file(store, content, kind="contacts", mapping=mapping)
    assert rows(store, "select count(*), count(resolved_at) from contacts") == [(2, 1)]
    if CASE.exists():
        save_spelling(store, "channel", "Direct opening", "email")
        import_file(store, CASE, kind="contacts", mapping=mapping)
        found = rows(
            store, "select count(*), count(resolved_at) from contacts where contact_id like 'INC%'"
        )
        assert found == [(35, 32)]
