"""The firm's own spellings: saved, compared like headers, folded and counted as corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.errors import SettingsError
from cxdata.ingest import import_file
from cxdata.ingest.judging.spellings import (
    own_spellings,
    remove_spelling,
    save_spelling,
    spellings_table,
)
from cxdata.store.connection import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def segments(store: Store) -> list[object]:
    with store.cursor() as con:
        return [
            row[0] for row in con.execute("select segment from customers order by 1").fetchall()
        ]


def test_a_segments_spellings_are_folded_and_counted_apart_from_refusals(store: Store) -> None:
    save_spelling(store, "segment", "Entreprises", "Business", "Ann")
    save_spelling(store, "segment", "B2B", "Business")
    content = b"customer_id;name;segment\nC1;A;entreprises\nC2;B;b2b\nC3;C;Business\nC4;D;Home\n"
    report = import_file(store, content)
    assert segments(store) == ["Business", "Business", "Business", "Home"]
    assert (report.corrected_count, report.refused_count) == (2, 0)
    assert [(each.value, each.became) for each in report.corrections] == [
        ("entreprises", "Business"),
        ("b2b", "Business"),
    ]


def test_a_file_imported_before_a_spelling_was_saved_is_read_anew(store: Store) -> None:
    content = b"customer_id;name;segment\nC1;A;B2B\n"
    import_file(store, content)
    save_spelling(store, "segment", "b2b", "Business")
    assert import_file(store, content).replaced_count == 1
    assert segments(store) == ["Business"]
    assert import_file(store, content).batch_id is None


def test_a_channels_spellings_add_to_those_that_everybody_uses(store: Store) -> None:
    content = b"contact_id;channel;opened_at\n1;Fax;2026-01-01\n2;Appel;2026-01-01\n"
    assert import_file(store, content, dry_run=True).refused_count == 1
    save_spelling(store, "channel", "fax", "email")
    assert import_file(store, content).accepted_count == 2


def test_a_spelling_is_replaced_and_removed_whatever_its_case(store: Store) -> None:
    save_spelling(store, "region", "Île-de-France", "North")
    save_spelling(store, "region", "ile de france", "Paris")
    assert own_spellings(store) == {"region": {"iledefrance": "Paris"}}
    assert spellings_table(store).select("field", "spelling", "value").rows() == [
        ("region", "ile de france", "Paris")
    ]
    remove_spelling(store, "region", "ILE DE FRANCE")
    assert own_spellings(store) == {}


@pytest.mark.parametrize(
    ("field", "spelling", "value"),
    [("segment", " - ", "A"), ("segment", "A", " "), ("channel", "fax", "facsimile")],
)
def test_what_makes_no_sense_is_a_sentence(
    store: Store, field: str, spelling: str, value: str
) -> None:
    with pytest.raises(SettingsError):
        save_spelling(store, field, spelling, value)
    assert spellings_table(store).is_empty()


def test_other_fields_have_no_spellings(store: Store) -> None:
    with pytest.raises(ValueError, match="comment has no spellings"):
        save_spelling(store, "comment", "a", "b")
