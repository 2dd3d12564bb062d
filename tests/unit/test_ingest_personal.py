"""Personal data: found by headers and values, never taken unless kept on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.mapping import choose_layout
from cxdata.ingest.personal import personal_columns
from cxdata.models import ImportReport
from cxdata.store.connection import Store

HEADER = ["responded_at", "nps_score"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def kind_of(header: str, *cells: str) -> str | None:
    """What a column with this header and these cells is taken for."""
    head = [(1, [*HEADER, header])]
    head += [(line, ["2026-01-01", "9", cell]) for line, cell in enumerate(cells, start=2)]
    return personal_columns(choose_layout(head, "responses"), head).get(2)


@pytest.mark.parametrize(
    ("header", "cell", "kind"),
    [
        ("Email", "ann@example.com", "e-mail"),
        ("Adresse e-mail du répondant", "ann@example.com", "e-mail"),
        ("Contact", "ann@example.com", "e-mail"),
        ("Courriel", "", "e-mail"),
        ("Téléphone", "0612345678", "phone"),
        ("Caller number", "0612345678", "phone"),
        ("Ligne", "06 12 34 56 78", "phone"),
        ("Ligne", "+33 6 12 34 56 78", "phone"),
        ("Ligne", "(555) 123-4567", "phone"),
        ("IPAddress", "192.0.2.1", "ip"),
        ("Source", "192.0.2.1", "ip"),
        ("LocationLatitude", "48.8566", "location"),
        ("Code postal", "75011", "location"),
        ("Position", "48.8566, 2.3522", "location"),
    ],
)
def test_personal_data_is_known_by_header_or_value(header: str, cell: str, kind: str) -> None:
    assert kind_of(header, cell) == kind


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Canal", "E-mail"),
        ("Email", "oui"),
        ("N° client", "0612345678"),
        ("Commentaire", "Écrivez à ann@example.com s'il vous plaît"),
        ("Région", "Nord"),
        ("Montant", "1 234,50"),
        ("Version", "10.2.3"),
        ("Durée", "01:02:03"),
        ("Date", "2026-01-01 10:00:00"),
    ],
)
def test_other_data_is_not_mistaken_for_it(header: str, cell: str) -> None:
    assert kind_of(header, cell) is None


def test_one_odd_cell_makes_no_personal_column() -> None:
    assert kind_of("Segment", "A", "B", "ann@example.com", "A") is None


CONTENT = (
    b"responded_at;nps_score;region;Email\n"
    b"2026-01-01;9;192.0.2.1;ann@example.com\n2026-01-02;8;192.0.2.2;bob@example.com\n"
)


def regions(store: Store) -> list[object]:
    with store.cursor() as con:
        return [row[0] for row in con.execute("select region from responses order by 1").fetchall()]


def take(store: Store, content: bytes, *, kept: tuple[str, ...] = ()) -> ImportReport:
    return import_file(store, content, kept_columns=kept)


def test_a_mapped_column_of_personal_data_is_not_taken_and_that_is_said(store: Store) -> None:
    report = take(store, CONTENT)
    assert "region" not in report.mapping
    assert regions(store) == [None, None]
    assert any("not taken: region, Email." in note for note in report.notes)


def test_it_is_taken_if_it_is_kept_on_purpose(store: Store) -> None:
    report = take(store, CONTENT, kept=("region",))
    assert regions(store) == ["192.0.2.1", "192.0.2.2"]
    assert "Personal data, kept on purpose: region." in report.notes


def test_a_field_that_is_there_for_it_takes_it(store: Store) -> None:
    take(store, b"customer_id;name;owner_email\nC1;Ann;ann@example.com\n")
    with store.cursor() as con:
        assert con.execute("select owner_email from customers").fetchall() == [("ann@example.com",)]


def test_a_required_field_is_not_filled_with_it_unasked(store: Store) -> None:
    content = b"customer_id;name\nann@example.com;Ann\n"
    with pytest.raises(ImportRefused, match="looks like personal data"):
        take(store, content)
    assert take(store, content, kept=("customer_id",)).accepted_count == 1


def test_addresses_within_comments_are_counted_and_kept(store: Store) -> None:
    comments = ("Call 06 12 34 56 78", "ann@example.com", "12 points, 2026-01-01", "fine")
    rows = "".join(f"2026-01-01;9;{comment}\n" for comment in comments)
    shown = preview_file(store, f"responded_at;nps_score;comment\n{rows}".encode())
    (note,) = (note for note in shown.notes if "e-mail address or a phone" in note)
    assert note.startswith("comment: 2 texts")
    assert shown.rows["comment"].to_list() == list(comments)
