"""The watched folder: whole files alone are taken, once, and their report lies beside them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cxdata import log
from cxdata.api import inbox as watching_module
from cxdata.api.inbox import Inbox, watched_inbox, watching
from cxdata.ingest import recorded_batches
from cxdata.store.connection import Store

GOOD = "response_id;responded_at;nps_score;segment\n" + "".join(
    f"{number};2026-01-{number:02};9;A\n" for number in range(10, 20)
)
OPEN = "responded_at,nps_score\n" + "01/02/2026,9\n" * 9


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("store") / "cx.duckdb")
    yield store
    store.close()


@pytest.fixture
def inbox(store: Store, tmp_path: Path) -> Inbox:
    (tmp_path / "in").mkdir()
    return Inbox(tmp_path / "in", store.path)


def put(inbox: Inbox, name: str, text: str) -> Path:
    path = inbox.folder / name
    path.write_text(text, "utf-8")
    return path


def taken(inbox: Inbox) -> list[tuple[str, str]]:
    """What two looks take."""
    return [(it.file_name, it.outcome) for _ in range(2) for it in inbox.look()]


def report(inbox: Inbox, place: str, name: str) -> Any:
    return json.loads((inbox.folder / place / f"{name}.report.json").read_text("utf-8"))


def test_a_file_is_taken_at_the_second_look_and_lies_in_done_with_its_report(
    inbox: Inbox, store: Store
) -> None:
    put(inbox, "answers.csv", GOOD)
    assert inbox.look() == []
    assert inbox.waiting_count == 1
    [done] = inbox.look()
    assert (done.file_name, done.outcome, inbox.waiting_count) == ("answers.csv", "done", 0)
    assert (inbox.folder / "done/answers.csv").read_text("utf-8") == GOOD
    told = report(inbox, "done", "answers.csv")
    assert (told["batch_id"], told["accepted_count"]) == (done.batch_id, 10)
    batch = recorded_batches(store).row(0, named=True)
    assert (batch["file_name"], batch["loaded_by"]) == ("answers.csv", "watched folder")
    text = inbox.folder / "done/answers.csv.report.txt"
    assert "answers.csv: responses, 10 rows, 10 accepted" in text.read_text("utf-8")
    assert stat.S_IMODE(text.stat().st_mode) == 0o600

    put(inbox, "answers.csv", GOOD)  # the same again is said, and adds nothing
    assert taken(inbox) == [("answers.csv", "again")]
    assert "Nothing in it is new" in (inbox.folder / "done/answers-2.csv.report.txt").read_text()
    assert "déjà été pris" in (inbox.folder / "done/answers-2.csv.report.txt").read_text()
    assert recorded_batches(store)["batch_id"].max() == done.batch_id


def test_what_is_open_refuses_a_file_with_its_questions_in_both_languages(inbox: Inbox) -> None:
    put(inbox, "odd.csv", OPEN)
    assert taken(inbox) == [("odd.csv", "refused")]
    told = report(inbox, "refused", "odd.csv")
    assert set(told["refusal"]) == {"en", "fr"}
    assert told["refusal"]["en"] != told["refusal"]["fr"]
    [question] = [it for it in told["questions"] if it["option"] == "date_order"]
    assert question["readings"] == ["dmy", "mdy"]
    assert set(question["texts"]) == {"en", "fr"}
    assert (inbox.folder / "refused/odd.csv").exists()


@pytest.mark.parametrize("text", ["nothing of a table", "\x00\x01\x02" * 50])
def test_what_is_no_extract_is_refused(inbox: Inbox, text: str) -> None:
    put(inbox, "a.csv", text)
    assert taken(inbox) == [("a.csv", "refused")]
    assert report(inbox, "refused", "a.csv")["refusal"]["en"]


def test_a_file_that_grows_waits_until_it_is_whole(inbox: Inbox) -> None:
    path = put(inbox, "b.csv", GOOD[:60])
    for end in (100, 150, len(GOOD)):
        assert inbox.look() == []
        path.write_text(GOOD[:end], "utf-8")
    assert inbox.look() == []
    [done] = inbox.look()
    assert report(inbox, "done", "b.csv")["row_count"] == 10
    assert done.file_name == "b.csv"


def test_an_empty_file_waits(inbox: Inbox) -> None:
    put(inbox, "empty.csv", "")
    assert taken(inbox) == []
    assert inbox.waiting_count == 1


@pytest.mark.parametrize("is_own_name", [True, False])
def test_a_ready_name_is_taken_at_the_first_look(inbox: Inbox, is_own_name: bool) -> None:
    if is_own_name:
        put(inbox, "c.csv.ready", GOOD)
    else:
        put(inbox, "c.csv", GOOD)
        put(inbox, "c.csv.ready", "")
    assert [it.file_name for it in inbox.look()] == ["c.csv"]
    left = {it.name for it in inbox.folder.iterdir()}
    assert left == {"done", "refused"}
    assert (inbox.folder / "done/c.csv").read_text("utf-8") == GOOD


@pytest.mark.parametrize(
    "name",
    [".hidden.csv", "~$open.xlsx", "a.csv.part", "A.CSV.TMP", "a.crdownload", "#a.csv", "a.csv~"],
)
def test_hidden_and_unfinished_names_are_left_alone(inbox: Inbox, name: str) -> None:
    path = put(inbox, name, GOOD)
    assert taken(inbox) == []
    assert path.exists()


def test_links_folders_and_pipes_are_left_alone(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(GOOD)
    (inbox.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inbox.folder / "sub.csv").mkdir()
    (inbox.folder / "sub.csv" / "deep.csv").write_text(GOOD)
    os.mkfifo(inbox.folder / "pipe.csv")
    assert taken(inbox) == []
    assert inbox.waiting_count == 0
    assert (tmp_path / "secret.csv").read_text() == GOOD


def test_a_done_folder_that_is_a_link_is_not_followed(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (inbox.folder / "done").symlink_to(tmp_path / "elsewhere")
    put(inbox, "d.csv", GOOD)
    assert taken(inbox) == []
    assert inbox.problem is not None
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_that_isnt_there_is_said_and_tried_again(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    log._repeats.forget()
    inbox.folder.rmdir()
    caplog.set_level("INFO", "cxdata.log")
    assert inbox.look() == []
    assert str(inbox.problem).startswith(f"The watched folder {inbox.folder} can't be read")
    assert "what=inbox The watched folder … can't be read or written." in caplog.text
    inbox.folder.mkdir()
    put(inbox, "e.csv", GOOD)
    assert [name for name, _ in taken(inbox)] == ["e.csv"]
    assert inbox.problem is None
    assert "inbox outcome=" in caplog.text
    assert "e.csv" not in caplog.text


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(inbox, "f.csv", GOOD)
    inbox.look()
    copy = watching_module.shutil.copyfileobj

    def copied_slowly(*arguments: Any) -> None:
        copy(*arguments)
        with path.open("a") as file:
            file.write("20;2026-02-01;3;A\n")

    with monkeypatch.context() as patched:
        patched.setattr(watching_module.shutil, "copyfileobj", copied_slowly)
        assert inbox.look() == []
    assert [name for name, _ in taken(inbox)] == ["f.csv"]
    assert report(inbox, "done", "f.csv")["row_count"] == 11


def test_a_file_that_cant_be_moved_is_imported_once(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox, "g.csv", GOOD.replace(";9;", ";3;"))

    def refused(self: Path, target: Path) -> None:
        raise PermissionError(13, "no", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refused)
        for _ in range(4):
            inbox.look()
        assert inbox.problem is not None
    assert len(list((inbox.folder / "done").glob("g*.report.json"))) == 1


def test_a_file_over_which_the_program_stumbles_is_tried_twice_and_then_refused(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox, "stumble.csv.ready", GOOD)
    tries = []

    def stumbling(*arguments: object, **options: object) -> None:
        tries.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(watching_module, "import_one", stumbling)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            inbox.look()
    assert [(it.file_name, it.outcome) for it in inbox.look()] == [("stumble.csv", "refused")]
    assert len(tries) == 2
    told = report(inbox, "refused", "stumble.csv")
    assert "each of the 2 times" in told["refusal"]["en"]
    assert told["refusal"]["fr"] != told["refusal"]["en"]
    assert {it.name for it in inbox.folder.iterdir()} == {"done", "refused"}


def test_a_file_that_ends_the_server_is_opened_twice_at_most(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each server is another, which knows of the others what lies in the folder alone."""

    def ending(*arguments: object, **options: object) -> None:
        raise SystemExit

    path = put(inbox, "deadly.csv.ready", GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(watching_module, "import_one", ending)
        for _ in range(2):
            with pytest.raises(SystemExit):
                Inbox(inbox.folder, inbox.store_path).look()
    patient = Inbox(inbox.folder, inbox.store_path)
    assert [it.outcome for it in patient.look()] == ["refused"]
    path.write_text(GOOD)  # put there again, it is another file: it gets its two attempts
    assert [it.outcome for it in patient.look()] != ["refused"]


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "b"}', "\x00"])
def test_a_note_of_attempts_that_cant_be_read_hinders_nothing(inbox: Inbox, content: str) -> None:
    put(inbox, ".attempts.json", content)
    put(inbox, "n.csv.ready", GOOD)
    assert [name for name, _ in taken(inbox)] == ["n.csv"]


def test_what_isnt_the_files_fault_and_a_server_that_is_stopped_are_no_attempts(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox, "patient.csv.ready", GOOD)

    def full(*arguments: object) -> None:
        raise OSError(28, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(watching_module.shutil, "copyfileobj", full)
        for _ in range(4):
            assert inbox.look() == []

    def stopped(*arguments: object, **options: object) -> None:
        inbox.is_not_to_blame()
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(watching_module, "import_one", stopped)
        for _ in range(4):
            with pytest.raises(SystemExit):
                inbox.look()
    assert [name for name, _ in taken(inbox)] == ["patient.csv"]


def test_no_setting_no_folder(store: Store) -> None:
    with watching("", store.path, 1) as inbox:
        assert inbox is None
        assert watched_inbox() is None


def test_the_thread_takes_what_comes(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "h.csv.ready").write_text(GOOD)
    with watching(str(folder), store.path, 0.05) as inbox:
        assert watched_inbox() is inbox
        for _ in range(200):
            if (folder / "done/h.csv").exists():
                break
            watching_module.threading.Event().wait(0.05)
    assert (folder / "done/h.csv").exists()
    assert watched_inbox() is None
