"""A person goes: nothing says who they were, every count stays, no later file brings them back."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from cxdata.errors import CxDataError
from cxdata.followup.annotations import Annotation, add_annotation
from cxdata.ingest import check_store, import_file, undo_batch
from cxdata.ingest.people.erasing import Erased, erase_person
from cxdata.ingest.people.finding import find_person, person_data
from cxdata.ingest.people.proving import search_files
from cxdata.ingest.people.restoring import restore_without_erased
from cxdata.models import ImportReport
from cxdata.record import acting_as, recorded_acts
from cxdata.store.backups import backup_to_file
from cxdata.store.connection import Store
from tests.damaged import run
from tests.stores import add

MARKER = "Zanzibar-Quokka"
NAME = "Wilhelmina Marker-Ostrowska"
WHO = "CUST-0001"
ANSWERS = (
    "response_id,customer_id,responded_at,nps_score,rating_delivery,language,comment\n"
    + "".join(
        f"REPLY-{n:03},CUST-{n % 8:04},2026-05-{1 + n % 20:02} 10:{n:02},{n % 11},{n * 3 % 11},en,"
        + (f"late delivery {MARKER} of Wilhelmina\n" if n == 1 else "late delivery\n")
        for n in range(40)
    )
)
# Without identifiers: known again by their content.
BARE = "customer_id,responded_at,nps_score,language,comment\n" + "".join(
    f"CUST-{n % 8:04},2026-06-{1 + n % 20:02},{n % 11},en,"
    + (f"again {MARKER}\n" if n % 8 == 1 else "late again\n")
    for n in range(16)
)
COUNTED = (
    *("answer_days", "score_days", "term_days", "term_labels", "contact_days", "wait_days"),
    *("need_days", "customer_spans", "answers_known", "contacts_known", "customers_known"),
    *("invitations_known", "repeat_answers"),
)


def counts(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All daily counts; the numbers of people in one of them stand for nothing."""
    without = {"repeat_answers": " exclude (customer_number)"}
    with store.cursor() as con:
        return {
            name: con.execute(
                f"select *{without.get(name, '')} from {name} order by all"
            ).fetchall()
            for name in COUNTED
        }


def ids(store: Store, table: str, column: str) -> set[str]:
    with store.cursor() as con:
        return {row[0] for row in con.execute(f"select {column} from {table}").fetchall()}


def fill(store: Store) -> ImportReport:
    """The batch of the answers."""
    people = [
        {
            "customer_id": f"CUST-{n:04}",
            "name": NAME if n == 1 else f"Firm {n}",
            "owner_email": f"owner{n}@example.com",
            "segment": "home" if n % 2 else "work",
            "started_on": date(2020, 1, 1),
            "ended_on": date(2026, 3, 1) if n == 1 else None,
            "end_reason": f"moved to {MARKER}" if n == 1 else None,
            "annual_revenue_amount": 1000,
        }
        for n in range(8)
    ]
    add(store, people, "customers")
    add(store, [{**it, "name": f"{it['name']} Ltd"} for it in people], "customers")
    taken = import_file(store, ANSWERS.encode(), file_name="answers.csv")
    import_file(store, BARE.encode(), file_name="bare.csv")
    contacts = [
        {
            "contact_id": f"CONTACT-{n:03}",
            "customer_id": f"CUST-{n % 8:04}",
            "channel": "call",
            "journey": "delivery",
            "reason": f"{MARKER} reason" if n == 1 else "delay",
            "opened_at": datetime(2026, 5, 1 + n % 9, 10),
            "first_response_at": datetime(2026, 5, 1 + n % 9, 10, 1 + n % 3),
        }
        for n in range(24)
    ]
    add(store, contacts, "contacts")
    invitations = [
        {
            "invitation_id": f"INVITE-{n:03}",
            "customer_id": f"CUST-{n:04}",
            "response_id": f"REPLY-{n:03}",
            "sent_at": datetime(2026, 5, 1, 8),
        }
        for n in range(8)
    ]
    add(store, invitations, "invitations")
    refused = f"responded_at,nps_score\n2026-02-01,9\n2026-02-02,{WHO}\n"
    import_file(store, refused.encode(), file_name="refused.csv", accept_refusals=True)
    add_annotation(store, Annotation(date(2026, 5, 3), f"Visit of {NAME}"))
    return taken


@dataclass
class Case:
    """A store in which somebody was erased, and how it was before."""

    store: Store
    before: dict[str, list[tuple[object, ...]]]
    was_in_bytes: bool
    done: Erased
    answers: ImportReport
    backup: Path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("erased")
    store = Store.open(folder / "cx.duckdb")
    answers = fill(store)
    before = counts(store)
    backup_to_file(store, folder / "backup.duckdb")
    with store.cursor() as con:
        con.execute("checkpoint")
    was_in_bytes = search_files(store.path, [MARKER])[0]
    acting_as("Ann", "data")
    done = erase_person(store, WHO)
    yield Case(store, before, was_in_bytes, done, answers, folder / "backup.duckdb")
    store.close()


def test_all_of_a_person_is_found(case: Case) -> None:
    assert case.done.row_counts == {
        "customers": 2,
        "responses": 7,
        "contacts": 3,
        "invitations": 1,
        "rating": 5,
        "comment_terms": case.done.row_counts["comment_terms"],
        "refused_rows": 1,
        "cases": 2,
        "case_history": 4,
    }


def test_nothing_of_them_is_left_in_the_bytes_of_the_file(case: Case) -> None:
    assert case.was_in_bytes
    assert case.done.proof.is_gone
    texts = [MARKER, NAME, WHO, "REPLY-001", "CONTACT-001", "INVITE-001", "owner1@example.com"]
    assert search_files(case.store.path, texts)[0] is False
    assert search_files(case.store.path, ["owner2@example.com"])[0] is True


def test_every_count_stays_and_a_recount_gives_the_same(case: Case) -> None:
    assert counts(case.store) == case.before
    assert check_store(case.store) == []


def test_they_can_no_longer_be_found_and_nobody_else_is_missing(case: Case) -> None:
    for called in (WHO, "REPLY-001", "CONTACT-009"):
        with pytest.raises(CxDataError, match="is erased"):
            find_person(case.store, called)
    with pytest.raises(CxDataError, match="nobody called CUST-9999"):
        find_person(case.store, "CUST-9999")
    assert find_person(case.store, "CUST-0002").keys["responses"]


def test_the_erasure_is_recorded_without_saying_of_whom(case: Case) -> None:
    (row,) = recorded_acts(case.store, act="person_erased").to_dicts()
    assert row["done_by"] == "Ann"
    assert WHO not in str(row)
    assert '"responses": 7' in row["details"]


def test_a_later_import_of_the_same_rows_brings_nobody_back_and_counts_nothing_twice(
    case: Case,
) -> None:
    held = ids(case.store, "response_versions", "response_id")
    for text in (ANSWERS, BARE):
        again = import_file(case.store, (text + "\n").encode(), file_name="again.csv")
        assert again.duplicate_count == again.row_count
        assert [it for it in again.notes if "data was erased" in it]
        assert counts(case.store) == case.before
    assert ids(case.store, "response_versions", "response_id") == held
    assert WHO not in ids(case.store, "response_versions", "customer_id")
    with case.store.cursor() as con:
        con.execute("checkpoint")
    assert search_files(case.store.path, [MARKER, WHO, "REPLY-001"])[0] is False
    assert check_store(case.store) == []


def test_an_undo_and_a_new_import_keep_the_person_away(case: Case) -> None:
    undo_batch(case.store, case.answers.batch_id or 0)
    assert check_store(case.store) == []
    fresh = import_file(case.store, ANSWERS.encode(), file_name="answers.csv")
    assert fresh.batch_id
    assert counts(case.store) == case.before
    assert check_store(case.store) == []
    assert WHO not in ids(case.store, "response_versions", "customer_id")


def test_a_restored_backup_brings_nobody_back(case: Case) -> None:
    restore_without_erased(case.store.path, case.backup)
    assert counts(case.store) == case.before
    assert WHO not in ids(case.store, "customer_versions", "customer_id")
    assert search_files(case.store.path, [MARKER, NAME, WHO])[0] is False
    assert check_store(case.store) == []


def test_an_answer_without_a_customer_is_erased_by_its_own_identifier_or_an_address(
    tmp_path: Path,
) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    text = (
        "response_id,responded_at,nps_score,comment\n"
        "SOLO-77,2026-05-01,9,call me\nSOLO-78,2026-05-02,3,write to jane@example.org\n"
    )
    import_file(store, text.encode(), file_name="a.csv")
    before = counts(store)
    assert list(person_data(store, find_person(store, "SOLO-77"))) == ["responses", "comment_terms"]
    assert erase_person(store, "SOLO-77").proof.is_gone
    assert erase_person(store, "jane@example.org").proof.is_gone
    assert counts(store) == before
    more = import_file(store, (text + "SOLO-79,2026-05-03,5,new\n").encode(), file_name="b.csv")
    assert (more.accepted_count, more.duplicate_count) == (1, 2)
    assert not {"SOLO-77", "SOLO-78"} & ids(store, "response_versions", "response_id")
    store.close()


def test_the_command_shows_takes_and_erases_a_person(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    text = "response_id,responded_at,nps_score,comment\nSOLO-77,2026-05-01,9,=1+1 call me\n"
    import_file(store, text.encode(), file_name="a.csv")
    store.close()
    target = tmp_path / "taken.zip"
    assert "=1+1 call me" in run(store.path, "person", "show", "SOLO-77").output
    assert run(store.path, "person", "export", "SOLO-77", "--output", str(target)).exit_code == 0
    with zipfile.ZipFile(target) as archive:
        assert "'=1+1 call me" in archive.read("responses.csv").decode()
        rows = json.loads(archive.read("person.json"))["tables"]["responses"]
    assert (rows[0]["response_id"], rows[0]["comment"]) == ("SOLO-77", "=1+1 call me")
    assert run(store.path, "person", "erase", "SOLO-77").exit_code == 1  # nobody said yes
    done = json.loads(run(store.path, "person", "erase", "SOLO-77", "--yes", "--json").stdout)
    assert (done["is_gone"], done["rows"]["responses"], done["not_covered"]) == (True, 1, [])
    assert '"rows": {}' in run(store.path, "person", "erase", "SOLO-77", "--yes", "--json").stdout
    gone = run(store.path, "person", "show", "SOLO-77")
    assert (gone.exit_code, "is erased" in gone.output) == (1, True)
    listed = json.loads(run(store.path, "record", "--json").stdout)["acts"]
    assert [it["act"] for it in listed][:3] == ["person_erased", "person_exported", "person_shown"]
