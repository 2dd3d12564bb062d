"""The record: who did what, added to and never rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.errors import StoreError
from cxdata.i18n.names import NAMES
from cxdata.ingest import import_file, undo_batch
from cxdata.ingest.judging.spellings import remove_spelling, save_spelling
from cxdata.ingest.recognising.profiles import remove_profile, save_profile
from cxdata.models import Filters, Period
from cxdata.record import ACTS, acting_as, actor, note_act, note_done, recorded_acts
from cxdata.record.acting import Actor
from cxdata.record.carrying import restore_with_record
from cxdata.record.reading import people_in_record, shorten_record, told
from cxdata.store.backups import backup_to_file
from cxdata.store.connection import Store
from tests.damaged import run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


ANN = Actor("Ann", "nps")
FILE = b"responded_at,nps_score\n2026-02-01,9\n2026-02-02,3\n"


def acts(store: Store) -> list[tuple[str, str, str]]:
    found = recorded_acts(store).select("done_by", "place", "act").rows()
    return [tuple(row) for row in found]  # type: ignore[misc]


def test_an_act_is_recorded_with_who_where_what_and_the_filters(store: Store) -> None:
    filters = Filters(period=Period(date(2026, 1, 1), date(2026, 1, 31)), segment=("Gold",))
    note_act(store, ANN, "list_opened", filters=filters, details={"list": "answers"})
    (row,) = recorded_acts(store).to_dicts()
    assert (row["done_by"], row["place"], row["act"]) == ("Ann", "nps", "list_opened")
    assert json.loads(row["filters"])["segment"] == ["Gold"]
    assert told(row["filters"]).startswith("comparison: previous_period · period: 2026-01-01..")
    assert told(row["details"]) == "list: answers"


def test_recording_isnt_a_change_of_the_data(store: Store) -> None:
    before = store.state
    note_act(store, ANN, "list_opened")
    assert store.state == before


def test_recording_doesnt_wait_for_whoever_imports(store: Store) -> None:
    with store.transaction():
        note_act(store, ANN, "list_opened")
        assert acts(store) == [("Ann", "nps", "list_opened")]


def test_an_import_and_its_undo_are_recorded_where_they_happen(store: Store) -> None:
    acting_as("Bob", "import")
    report = import_file(store, FILE, file_name="a.csv")
    assert import_file(store, FILE, file_name="a.csv").batch_id is None
    undo_batch(store, report.batch_id or 0)
    assert acts(store) == [("Bob", "import", "undone"), ("Bob", "import", "imported")]
    assert told(recorded_acts(store, act="imported")["details"].item()) == (
        f"accepted: 2 · batch: {report.batch_id} · file: a.csv · kind: responses · refused: 0"
    )


def test_what_decides_how_files_are_read_is_a_setting_too(store: Store) -> None:
    acting_as("Bob", "import")
    save_spelling(store, "channel", "Anruf", "call")
    remove_spelling(store, "channel", "Anruf")
    save_profile(store, "Ours", headers=["a", "b"], kind="responses", choices={})
    remove_profile(store, "Ours")
    assert acts(store) == [("Bob", "import", "settings_changed")] * 4


def test_an_act_that_cant_be_recorded_is_refused_but_an_import_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.transaction() as con:
        con.execute("alter table acts rename to lost")
    with pytest.raises(StoreError, match="can't be written down who does this"):
        note_act(store, ANN, "people_exported")
    note_done(store, "imported", ANN)
    assert import_file(store, FILE, file_name="a.csv").batch_id


def test_there_is_no_act_that_isnt_listed_and_each_has_a_name(store: Store) -> None:
    with pytest.raises(ValueError, match="no act"):
        note_act(store, ANN, "looked")  # type: ignore[arg-type]
    assert set(NAMES["act"]) == set(ACTS)


def test_nothing_in_the_program_changes_or_deletes_acts_but_the_end_of_their_time() -> None:
    project = Path(__file__).parents[2]
    writing = {
        file.name
        for file in [*project.glob("cxdata/**/*.py"), *project.glob("cxdata/sql/*.sql")]
        for words in ("delete from acts", "update acts", "drop table acts")
        if words in file.read_text("utf-8")
    }
    assert writing == {"reading.py"}


def test_the_record_is_filtered_by_who_what_and_days(store: Store) -> None:
    note_act(store, ANN, "list_opened")
    note_act(store, Actor("Bob", "data"), "undone")
    today = recorded_acts(store)["done_at"][0].date()
    assert recorded_acts(store, by="an")["done_by"].to_list() == ["Ann"]
    assert recorded_acts(store, act="undone")["done_by"].to_list() == ["Bob"]
    assert recorded_acts(store, since=today, until=today).height == 2
    assert recorded_acts(store, until=date(2020, 1, 1)).is_empty()
    assert people_in_record(store) == ["Ann", "Bob"]


def test_what_is_older_than_its_time_goes_and_that_is_recorded(store: Store) -> None:
    note_act(store, ANN, "list_opened")
    with store.transaction() as con:
        con.execute("update acts set done_at = '2020-01-05'")
    note_act(store, ANN, "undone")
    assert shorten_record(store, 0) == 0
    assert shorten_record(store, 24) == 1
    assert [row[2] for row in acts(store)] == ["record_shortened", "undone"]
    assert shorten_record(store, 24) == 0


def test_who_nobody_named_is_the_user_of_the_system() -> None:
    acting_as("Bob", "import")
    assert actor() == Actor("Bob", "import")


def test_a_restore_keeps_what_was_recorded_since_the_backup(store: Store, tmp_path: Path) -> None:
    note_act(store, ANN, "list_opened")
    backup_to_file(store, tmp_path / "backup.duckdb")
    note_act(store, ANN, "undone")
    acting_as("Bob", "restore")
    restore_with_record(store.path, tmp_path / "backup.duckdb")
    assert [row[2] for row in acts(store)] == ["restored", "undone", "list_opened"]


def test_the_command_lists_the_record(store: Store) -> None:
    note_act(store, ANN, "list_opened", details={"list": "answers"})
    store.close()
    told_of = run(store.path, "record", "--by", "ann")
    assert "list: answers" in told_of.output
    as_json = json.loads(run(store.path, "record", "--json", "--act", "list_opened").stdout)
    assert as_json["acts"][0]["details"] == {"list": "answers"}
    assert "nothing of that" in run(store.path, "record", "--since", "2099-01-01").output
