"""A list of cases leaves as a file, is edited elsewhere, and comes back as one batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from click.testing import CliRunner

from cxdata.cases.changing import change_case
from cxdata.cases.listing import CaseChoice, case_called, case_changes, recorded_cases
from cxdata.cases.outcomes import CHANGED_SINCE, NO_SUCH_CASE, TWICE, UNKNOWN_OWNER, UNKNOWN_VALUE
from cxdata.cli import main
from cxdata.errors import AccessError
from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.i18n import translator
from cxdata.ingest import check_store, import_file, preview_file, undo_batch
from cxdata.ingest.storing.batches import cases_of_batch
from cxdata.store.connection import Store
from cxdata.tables.cases import cases_for_file
from tests.stores import MIDDAY, add

OWNER = "ann@x.org"
HOSTILE = "<b>=1+1</b> \"à\" 'l'\n=cmd|' /C calc'!A1;-2 😀 " + "é" * 9_900


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    accounts = [{"customer_id": f"C{n}", "name": f"Firm {n}", "owner_email": OWNER}
                for n in range(4)]  # fmt: skip
    add(opened, accounts, "customers")
    rows = [
        {"response_id": f"R{n}", "customer_id": f"C{n}", "nps_score": 1,
         "responded_at": MIDDAY + timedelta(minutes=n), "comment": HOSTILE}
        for n in range(4)
    ]  # fmt: skip
    add(opened, rows, "responses")
    yield opened
    opened.close()


def exported(store: Store, face: str = "csv", locale: str = "fr") -> bytes:
    tr = translator(locale)
    frame = cases_for_file(recorded_cases(store, CaseChoice("all")), "Europe/Paris", tr)
    extract = Extract("cases", "Dossiers", frame, "", None)
    return as_csv(extract, tr) if face == "csv" else as_workbook(extract, tr)


def edited(content: bytes, locale: str = "fr", **cells: dict[int, str]) -> bytes:
    """The list with other cells, by number of the case, under the names of its columns."""
    separator = translator(locale).list_separator
    frame = pl.read_csv(content, separator=separator, infer_schema=False)
    number = frame.columns[0]
    for name, values in cells.items():
        column = name.replace("_", " ")
        frame = frame.with_columns(
            pl.col(number).replace_strict(
                {str(it): text for it, text in values.items()}, default=pl.col(column)
            ).alias(column)
        )  # fmt: skip
    return frame.write_csv(separator=separator).encode()


def test_what_was_edited_changes_and_what_was_not_stays(store: Store) -> None:
    change_case(store, 4, {"note": HOSTILE, "root_cause": "price"}, changed_by="eve")
    list_of_cases = exported(store)
    assert import_file(store, list_of_cases, file_name="l.csv").accepted_count == 0
    content = edited(
        list_of_cases, Statut={1: "Résolu", 2: "contacted"}, Résultat={1: "satisfied"},
        Notes={1: "Rappelé, content"}, Premier_contact_le={2: "2030-01-01 10:00"},
    )  # fmt: skip
    report = import_file(store, content, file_name="l.csv", loaded_by="max")
    assert (report.kind, report.accepted_count, report.duplicate_count, report.refused_count) == (
        "cases", 1, 2, 1,
    )  # fmt: skip
    [refused] = report.refusals
    assert (refused.column, refused.value) == ("Premier contact le", "2030-01-01 10:00")
    first, other = case_called(store, 1), case_called(store, 4)
    assert (first["status"], first["outcome"], first["note"]) == (
        "resolved", "satisfied", "Rappelé, content",
    )  # fmt: skip
    assert first["first_contact_at"] is not None
    assert (other["note"], other["revision"]) == (HOSTILE.strip(), 2)
    signs = case_changes(store, first["case_id"])["changed_by"].unique().to_list()
    assert set(signs) == {None, f"import {report.batch_id}"}
    assert import_file(store, content, file_name="l.csv").accepted_count == 0
    assert check_store(store) == []


def test_a_case_changed_since_the_list_was_made_is_refused_and_stays(store: Store) -> None:
    content = edited(exported(store), Statut={1: "Résolu", 2: "Résolu"})
    change_case(store, 1, {"note": "on the phone"}, changed_by="eve")
    change_case(store, 3, {"note": "not in their hands"}, changed_by="eve")
    report = import_file(store, content, file_name="l.csv")
    assert (report.accepted_count, report.refused_count, report.duplicate_count) == (1, 1, 2)
    [refused] = report.refusals
    assert refused.reason == CHANGED_SINCE
    assert refused.values == {"who": "eve", "then": "1", "now": "2"}
    assert case_called(store, 1)["status"] == "open"
    assert case_called(store, 2)["status"] == "resolved"


def test_one_undo_gives_back_what_nobody_changed_after_it(store: Store) -> None:
    content = edited(exported(store), Statut={1: "Contacté", 2: "Clos"}, Notes={1: "a", 2: "b"})
    batch = import_file(store, content, file_name="l.csv").batch_id
    assert batch is not None
    change_case(store, 2, {"note": "c"}, changed_by="eve")
    assert undo_batch(store, batch) == 1
    assert cases_of_batch(store, batch) == (2,)
    first, second = case_called(store, 1), case_called(store, 2)
    assert (first["status"], first["note"], first["first_contact_at"]) == ("open", None, None)
    assert (second["status"], second["note"]) == ("closed", "c")
    assert check_store(store) == []
    assert import_file(store, content, file_name="l.csv").refused_count == 2  # both changed since


def test_what_no_case_can_have_is_refused_by_row(store: Store) -> None:
    lines = (
        "case_number,revision,case_status,owner_email\n"
        "1,1,flying,\n2,1,closed,who@x.org\n3,1,closed,ANN@x.org\n3,1,closed,\n99,1,closed,\n"
        "x,1,closed,\n4,7,closed,\n"
    )
    report = import_file(store, lines.encode(), file_name="l.csv", accept_refusals=True)
    assert (report.accepted_count, report.refused_count) == (1, 6)
    reasons = [it.reason for it in report.refusals]
    assert reasons[:4] == [UNKNOWN_VALUE, UNKNOWN_OWNER, TWICE, NO_SUCH_CASE]
    assert case_called(store, 3)["status"] == "closed"
    assert case_called(store, 1)["status"] == "open"


def test_a_workbook_comes_back_with_its_moments_and_hostile_texts(store: Store) -> None:
    change_case(store, 1, {"status": "contacted", "note": HOSTILE}, changed_by="eve")
    content = exported(store, "xlsx")
    sheet = fastexcel.read_excel(content).load_sheet(0).to_polars()
    assert HOSTILE in sheet["Commentaire"].to_list()
    preview = preview_file(store, content, file_name="l.xlsx")
    assert (preview.kind, preview.row_count, preview.rows.height) == ("cases", 4, 0)
    assert import_file(store, BytesIO(content).getvalue(), file_name="l.xlsx").duplicate_count == 4


def test_the_command_line_takes_a_list_as_any_file(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "done.csv"
    path.write_bytes(edited(exported(store, locale="en"), "en", Status={2: "Closed"}))
    store.close()
    said = CliRunner().invoke(main, ["--store", str(store.path), "import", str(path)])
    assert said.exit_code == 0, said.output
    assert "outcomes of cases" in said.output
    opened = Store.open(store.path)
    assert case_called(opened, 2)["status"] == "closed"
    opened.close()


def test_who_may_not_see_people_takes_no_list_of_cases(store: Store) -> None:
    content = edited(exported(store), Statut={1: "Résolu"})
    for take in (import_file, preview_file):
        with pytest.raises(AccessError, match="list of cases"):
            take(store, content, file_name="l.csv", sees_people=False)
    assert case_called(store, 1)["status"] == "open"
