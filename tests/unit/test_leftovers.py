"""What a killed process leaves among the temporary files goes; what a living one uses stays."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cxdata.leftovers import UNLOCKED_SECONDS, clear_leftovers, temporary_folder

PROJECT = Path(__file__).parents[2]
HOLDER = """
import subprocess, sys, time
from cxdata.leftovers import temporary_folder
with temporary_folder() as folder:
    (folder.path / "file").write_bytes(bytes(1000))
    heir = [sys.executable, "-c", "import time; time.sleep(60)"]
    if sys.argv[1] == "with heir":
        heir = subprocess.Popen(heir, pass_fds=[folder.lock], stdout=subprocess.DEVNULL)
        print(heir.pid, flush=True)
    print(folder.path, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def among(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def started(words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, words], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_folder_is_its_owners_alone_and_goes_at_the_end(among: Path) -> None:
    with temporary_folder() as folder:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        assert clear_leftovers() == 0
        assert folder.path.is_dir()
    assert [*among.iterdir()] == []


def test_the_folder_of_a_killed_process_goes_and_not_before() -> None:
    with started("alone") as process:
        folder = Path(said(process))
        assert clear_leftovers() == 0
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (folder / "file").exists()
    assert clear_leftovers() == 1
    assert not folder.exists()


def test_a_process_that_inherited_the_folder_still_uses_it() -> None:
    with started("with heir") as process:
        heir, folder = int(said(process)), Path(said(process))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert clear_leftovers() == 0
    assert folder.exists()
    os.kill(heir, signal.SIGKILL)
    while clear_leftovers() == 0:  # the system takes a moment
        time.sleep(0.05)
    assert not folder.exists()


def test_only_folders_of_the_own_form_go_and_those_without_a_lock_when_they_are_old(
    among: Path,
) -> None:
    (among / "cxdata-new").mkdir()
    (among / "cxdata-old").mkdir()
    (among / "other-old").mkdir()
    (among / "kept").mkdir()
    (among / "cxdata-link").symlink_to(among / "kept")
    (among / "cxdata-file").write_bytes(b"")
    long_ago = time.time() - UNLOCKED_SECONDS - 60
    for name in ("cxdata-old", "other-old", "kept", "cxdata-file"):
        os.utime(among / name, (long_ago, long_ago))
    assert clear_leftovers() == 1
    assert sorted(each.name for each in among.iterdir()) == [
        *("cxdata-file", "cxdata-link", "cxdata-new", "kept", "other-old")
    ]


def test_there_may_be_nothing_to_clear(among: Path) -> None:
    assert clear_leftovers(among / "nowhere") == 0
