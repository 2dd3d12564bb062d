"""Personal data: found by headers and values, never taken unless kept on purpose."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.judging.personal import count_inside, personal_columns
from cxdata.ingest.reading.regular import Dialect
from cxdata.ingest.reading.sampling import WHOLE_BYTES, spread_rows
from cxdata.ingest.recognising.mapping import choose_layout
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
        ("Adresse de messagerie", "", "e-mail"),
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


def many(cells: list[str], header: str = "region") -> bytes:
    rows = "".join(f"2026-01-01;9;{cell}\n" for cell in cells)
    return f"responded_at;nps_score;{header}\n{rows}".encode()


def emails(count: int) -> list[str]:
    return [f"ann{number}@example.com" for number in range(count)]


def phones(count: int) -> list[str]:
    """Mobile numbers as people have them: without separators, and beginning in many ways."""
    return [f"06{number * 7_654_321 % 10**8:08d}" for number in range(1, count + 1)]


@pytest.mark.parametrize(
    "cells",
    [
        [""] * 500 + emails(10),
        [""] * 500 + phones(10),
        ["Nord"] * 499 + emails(1000),
        ["Nord", "Sud"] * 5_000 + emails(20),
    ],
    ids=["e-mails", "phones", "most cells", "most different cells"],
)
def test_personal_data_that_begins_further_down_is_not_taken_either(
    store: Store, cells: list[str]
) -> None:
    shown = preview_file(store, many(cells))
    assert "region" not in shown.mapping
    assert shown.personal == ("region",)
    assert "region" not in shown.rows.columns
    report = take(store, many(cells))
    assert "region" not in report.mapping
    assert set(regions(store)) == {None}
    assert any("not taken: region." in note for note in report.notes)


def test_it_is_kept_on_purpose_also_if_it_begins_further_down(store: Store) -> None:
    content = many([""] * 500 + emails(3))
    shown = preview_file(store, content, kept_columns=("region",))
    assert (shown.mapping["region"], shown.personal) == ("region", ("region",))
    report = take(store, content, kept=("region",))
    assert [it for it in regions(store) if it] == emails(3)
    assert "Personal data, kept on purpose: region." in report.notes


def test_the_same_file_is_known_again_though_a_column_was_dropped(store: Store) -> None:
    content = many([""] * 500 + emails(3))
    assert take(store, content).accepted_count == 503
    again = take(store, content)
    assert (again.accepted_count, again.batch_id) == (0, None)
    assert any("imported before, as batch 1" in note for note in again.notes)


def test_a_required_field_is_not_filled_with_it_further_down(store: Store) -> None:
    ids = [f"C{number}" for number in range(400)] + emails(600)
    content = "customer_id;name\n" + "".join(f"{each};Ann\n" for each in ids)
    with pytest.raises(ImportRefused, match="looks like personal data"):
        take(store, content.encode())


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("Ligne", phones(10), "phone"),
        ("Numéro", phones(30), "phone"),
        ("Ligne", [f"33{phone[1:]}" for phone in phones(12)], "phone"),
        ("Ligne", [f"{phone[1:]}" for phone in phones(12)], None),  # a sheet lost its first 0
        ("Line", [f"{202 + n * 37 % 700}{555 + n}{1000 + n * 7}" for n in range(20)], "phone"),
        ("Ligne", phones(9), None),  # too few to tell
        ("N° client", phones(30), None),
        ("OrderID", phones(30), None),
        ("Réf. commande", phones(30), None),
        ("Suivi", [f"{412_000_000 + n:010d}" for n in range(30)], None),  # counts up
        ("Suivi", [f"{n * 123_457:010d}" for n in range(30)], None),
        ("EAN", [f"33012345{n * 37:05d}" for n in range(30)], None),
        ("Quand", [str(1_767_225_600 + n * 86_399) for n in range(30)], None),  # seconds since 1970
        ("Montant", [f"{n * 1234.56:.2f}" for n in range(30)], None),
        ("Jour", [f"2026{n % 12 + 1:02d}{n % 28 + 1:02d}" for n in range(30)], None),
    ],
)
def test_digits_alone_are_a_phone_number_where_nothing_else_explains_them(
    header: str, cells: list[str], kind: str | None
) -> None:
    assert kind_of(header, *cells) == kind


@pytest.mark.parametrize(
    ("text", "is_counted"),
    [
        ("Write to ann.b@example.co.uk please", True),
        ("0612345678", True),
        ("au +33 (0)6 12 34 56 78", True),
        ("au 0033 6 12 34 56 78", True),
        ("call +1 (555) 123-4567 or so", True),
        ("call (555) 123-4567", True),
        ("555-123-4567", True),
        ("order 0012345678", False),
        ("on 2026-01-01 at 10:30:00", False),
        ("1 234 567,89 € for 12 345 678 km", False),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", False),
        ("@support never answers", False),
    ],
)
def test_what_counts_as_an_address_within_a_text(text: str, is_counted: bool) -> None:
    notes = list(count_inside(pl.Series([text, None, "fine"]), "comment"))
    assert [note.values["count"] for note in notes] == ([1] if is_counted else [])


def test_the_subjects_of_contacts_are_looked_through_as_comments_are(store: Store) -> None:
    content = (
        b"opened_at;channel;contact_id;reason\n"
        b"2026-01-01 10:00;call;1;please call 06 12 34 56 78\n2026-01-01 11:00;call;2;invoice\n"
    )
    shown = preview_file(store, content, time_zone="Europe/Paris")
    (note,) = (note for note in shown.notes if "e-mail address or a phone" in note)
    assert note.startswith("reason: 1 texts contain")


# Columns that no field is taken from are named, too


def with_contact(contacts: list[str], answer: str = "fine") -> pl.DataFrame:
    count = len(contacts)
    return pl.DataFrame(
        {
            "responded_at": ["2026-01-01"] * count,
            "nps_score": ["9"] * count,
            "comment": [answer] * count,
            "Contact": contacts,
            "Courriel": [""] * count,
        }
    )


def as_parquet(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def as_workbook(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_excel(target)
    return target.getvalue()


def as_quoted(frame: pl.DataFrame) -> bytes:
    return frame.write_csv(quote_style="always").encode()


def as_utf16(frame: pl.DataFrame) -> bytes:
    return frame.write_csv(separator="\t").encode("utf-16")


@pytest.mark.parametrize("written", [as_quoted, as_utf16, as_parquet, as_workbook])
def test_a_column_that_is_not_taken_is_judged_all_over_the_file(
    written: Callable[[pl.DataFrame], bytes], store: Store
) -> None:
    shown = preview_file(store, written(with_contact([""] * 500 + emails(50))))
    assert shown.personal == ("Contact", "Courriel")
    assert any("not taken: Contact, Courriel." in note for note in shown.notes)


def test_a_long_text_is_judged_in_stretches_that_may_begin_within_a_cell(store: Store) -> None:
    content = as_quoted(
        with_contact([""] * 12_000 + emails(12_000), "line one\nline two, and more")
    )
    assert len(content) > 2 * WHOLE_BYTES
    assert "Contact" in preview_file(store, content).personal


def test_of_a_long_text_rows_come_from_its_start_to_its_end() -> None:
    text = "".join(f"{number:06d},{'x' * 90}\n" for number in range(20_000)).encode()
    rows = spread_rows(text, 0, Dialect(","), 2_000)
    numbers = [int(row[0]) for row in rows]
    assert 1_000 <= len(rows) <= 2_000
    assert {len(row) for row in rows} == {2}
    assert numbers == sorted(numbers)
    assert (min(numbers) < 400, max(numbers) > 19_500) == (True, True)
    gaps = [after - before for before, after in pairwise(numbers)]
    assert max(gaps) < 400


@pytest.mark.parametrize("text", [b"", b"a,b\r1,2\r", b'"never closed,\n1,2\n' * 40_000])
def test_a_text_that_cannot_be_cut_at_a_glance_gives_few_rows_and_no_error(text: bytes) -> None:
    assert len(spread_rows(text, 0, Dialect(","), 100)) <= 100
