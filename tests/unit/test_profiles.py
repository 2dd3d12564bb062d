"""Saved profiles: said once, taken by the next file of the same shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cxdata.errors import ImportRefused, SettingsError
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.choices import Choices
from cxdata.ingest.recognising.profiles import (
    Profile,
    kept_choices,
    named_profile,
    profile_for,
    remove_profile,
    save_profile,
    saved_profiles,
    shape_of,
    with_profile,
)
from cxdata.store.connection import Store

HEADERS = ("When", "How was it", "Words")
MAPPING = {"responded_at": "When", "nps_score": "How was it", "comment": "Words"}
FILE = b"When,How was it,Words\n03/04/2026,9,fine\n"
HEAD = [(1, list(HEADERS)), (2, ["03/04/2026", "9", "fine"])]
USED = "The saved profile Shop was used."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def save(store: Store, name: str = "Shop", **said: object) -> None:
    save_profile(
        store,
        name,
        headers=HEADERS,
        kind="responses",
        choices={"mapping": MAPPING, "date_order": "mdy", **said},  # type: ignore[typeddict-item]
        saved_by="Ann",
    )


def test_a_file_of_the_same_shape_takes_the_profile_by_itself(store: Store) -> None:
    with pytest.raises(ImportRefused):
        import_file(store, FILE)
    save(store)
    report = import_file(store, FILE)
    assert (report.accepted_count, report.mapping) == (1, MAPPING)
    assert USED in report.notes
    with store.cursor() as con:
        found = con.execute("select cast(responded_on as varchar) from responses").fetchall()
    assert found == [("2026-03-04",)]


def test_the_order_of_the_columns_does_not_matter(store: Store) -> None:
    save(store)
    assert USED in preview_file(store, b"Words,WHEN,how was it ?\nfine,03/04/2026,9\n").notes


def test_a_preview_takes_it_too_and_an_empty_name_takes_none(store: Store) -> None:
    save(store)
    assert preview_file(store, FILE).mapping == MAPPING
    shown = preview_file(store, FILE, profile="")
    assert USED not in shown.notes
    assert shown.missing


def test_a_file_of_another_shape_takes_it_only_by_name(store: Store) -> None:
    save(store)
    other = FILE.replace(b"Words", b"Words,More").replace(b"fine", b"fine,x")
    assert USED not in preview_file(store, other).notes
    assert USED in import_file(store, other, profile="Shop").notes


def test_what_is_said_wins_over_the_profile(store: Store) -> None:
    save(store)
    report = import_file(store, FILE, date_order="dmy", mapping={"comment": ""})
    assert "comment" not in report.mapping
    with store.cursor() as con:
        found = con.execute("select cast(responded_on as varchar) from responses").fetchall()
    assert found == [("2026-04-03",)]


def test_of_two_profiles_of_a_shape_the_newest_is_taken(store: Store) -> None:
    save(store, "Old")
    save(store, "New", time_zone="UTC")
    found = profile_for(store, [HEAD])
    assert found is not None
    assert (found.name, found.choices.get("time_zone")) == ("New", "UTC")


def test_saving_under_a_name_again_replaces_it(store: Store) -> None:
    save(store)
    save(store, decimal_mark=",")
    assert saved_profiles(store)["name"].to_list() == ["Shop"]
    assert named_profile(store, "Shop").choices.get("decimal_mark") == ","


def test_what_is_said_of_one_file_only_is_not_kept(store: Store) -> None:
    save(store, extract_date="2026-04-01", profile="x")
    assert named_profile(store, "Shop").choices.keys() == {"mapping", "date_order"}


def test_profiles_are_listed_and_removed(store: Store) -> None:
    assert saved_profiles(store).is_empty()
    save(store)
    row = saved_profiles(store).row(0, named=True)
    assert (row["name"], row["kind"], row["saved_by"]) == ("Shop", "responses", "Ann")
    remove_profile(store, "Shop")
    assert saved_profiles(store).is_empty()
    with pytest.raises(SettingsError, match="no profile called Shop"):
        remove_profile(store, "Shop")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_name_must_be_there_and_short(store: Store, name: str) -> None:
    with pytest.raises(SettingsError, match="from 1 to 80 characters"):
        save(store, name)


def test_an_unknown_name_is_refused_with_those_that_there_are(store: Store) -> None:
    save(store)
    with pytest.raises(ImportRefused, match=r"called Shap\. The saved profiles are: Shop"):
        import_file(store, FILE, profile="Shap")


def test_a_profile_keeps_a_title_row_and_a_column_without_name(store: Store) -> None:
    """The header row is one that only the mapping finds."""
    content = b"Export;;\nWhen;;Words\n03/04/2026;9;fine\n03/05/2026;7;\n"
    mapping = {"responded_at": "When", "nps_score": "#2"}
    headers = preview_file(store, content, kind="responses", mapping=mapping).headers
    save_profile(store, "Shop", headers=headers, kind="responses", choices={"mapping": mapping})
    assert USED in import_file(store, content).notes


def test_a_profile_of_another_kind_than_was_said_is_not_taken(store: Store) -> None:
    save(store)
    assert USED not in preview_file(store, FILE, kind="contacts").notes


def test_a_file_without_headers_takes_a_profile_by_name_only(store: Store) -> None:
    content = b"2026-03-02,9\n2026-03-03,4\n"
    mapping = {"responded_at": "#1", "nps_score": "#2"}
    shown = preview_file(store, content, kind="responses", mapping=mapping)
    assert shown.headers == ("#1", "#2")
    save_profile(
        store, "Bare", headers=shown.headers, kind="responses", choices={"mapping": mapping}
    )
    with pytest.raises(ImportRefused, match="first row holds values"):
        import_file(store, content)
    assert import_file(store, content, profile="Bare").accepted_count == 2


def test_the_shape_is_the_headers_without_order_case_and_accents() -> None:
    assert shape_of(["Réponse", "NPS"]) == shape_of(["nps", "REPONSE"])
    assert shape_of(["a"]) != shape_of(["a", "a"])


def test_scales_are_merged_field_by_field() -> None:
    kept = Profile("a", "responses", {"scales": {"ratings": "1-5", "nps_score": "0-10"}})
    merged = with_profile(kept, {"scales": {"nps_score": "1-5"}})
    assert merged.get("scales") == {"ratings": "1-5", "nps_score": "1-5"}


def test_of_two_kinds_saved_for_one_shape_the_said_one_is_taken(store: Store) -> None:
    save(store, "Answers")
    mapping = {"opened_at": "When", "channel": "=call", "reason": "Words"}
    save_profile(store, "Calls", headers=HEADERS, kind="contacts", choices={"mapping": mapping})
    assert profile_for(store, [HEAD]).name == "Calls"  # type: ignore[union-attr]
    assert profile_for(store, [HEAD], kind="responses").name == "Answers"  # type: ignore[union-attr]
    assert profile_for(store, [HEAD], kind="customers") is None


def test_the_store_is_asked_once_for_a_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    save(store)
    asked: list[Store] = []
    cursor = Store.cursor

    def counted(self: Store) -> duckdb.DuckDBPyConnection:
        asked.append(self)
        return cursor(self)

    monkeypatch.setattr(Store, "cursor", counted)
    other = [(1, ["A", "B", "C"]), *((line, ["x", "y", "z"]) for line in range(2, 31))]
    assert profile_for(store, [other, other, HEAD]) is not None
    assert len(asked) == 1


def test_saved_again_a_profile_keeps_what_the_first_one_said(store: Store) -> None:
    save(store, mapping=MAPPING | {"comment": ""})
    report = import_file(store, FILE)
    kept = kept_choices(store, {"decimal_mark": ","}, report.mapping, "Shop")
    assert kept["mapping"] == MAPPING | {"comment": ""}
    assert (kept["date_order"], kept["decimal_mark"]) == ("mdy", ",")


def test_a_field_that_was_left_out_stays_out_of_the_next_file(store: Store) -> None:
    content = b"responded_at,nps_score,comment\n2026-03-02,9,fine\n"
    said: Choices = {"mapping": {"comment": ""}}
    report = import_file(store, content, **said)
    kept = kept_choices(store, said, report.mapping)
    headers = preview_file(store, content).headers
    save_profile(store, "Quiet", headers=headers, kind="responses", choices=kept)
    assert "comment" not in import_file(store, content.replace(b"02", b"03")).mapping
