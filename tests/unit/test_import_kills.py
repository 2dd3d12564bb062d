"""An import that is killed leaves the whole batch with its cases and mails, or nothing.

``benchmarks/kills.py`` does it many times.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cxdata.access.rights import Right, Subject, grant
from cxdata.config import SETTINGS_VARIABLE
from cxdata.ingest import check_store, import_file
from cxdata.store.connection import Store
from tests.stores import add

ROWS, CASES = 3_000, 40
OWNER = "ann@example.org"
SETTINGS = """
[mail]
sender = "cx@example.org"
server = "127.0.0.1"
allowed = ["example.org"]
"""
COUNTS = """select (select count(*) from responses), (select count(*) from cases),
    (select count(*) from mails)"""
IMPORT = """
import os, signal, sys
from cxdata.ingest import import_file
from cxdata.store.connection import Store

def say(stage, done):
    if (stage, done >= float(sys.argv[4])) == (sys.argv[3], True):
        os.kill(os.getpid(), signal.SIGKILL)

store = Store.open(sys.argv[1])
import_file(store, sys.argv[2], on_progress=say)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
@pytest.mark.parametrize(
    ("stage", "done", "is_there"),
    [("storing", "0", False), ("counting", "1", False), ("committed", "1", True)],
)
def test_a_killed_import_leaves_all_or_nothing_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, done: str, is_there: bool
) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    monkeypatch.setenv(SETTINGS_VARIABLE, str(tmp_path / "settings.toml"))
    file, path = tmp_path / "file.csv", tmp_path / "cx.duckdb"
    rows = "".join(
        f"R{n},C{n},2026-01-05 10:00:00,{2 if n < CASES else 4 + n % 7},late again\n"
        for n in range(ROWS)
    )
    file.write_text("response_id,customer_id,responded_at,nps_score,comment\n" + rows, "utf-8")
    store = Store.open(path)
    accounts = [{"customer_id": f"C{n}", "owner_email": OWNER} for n in range(CASES)]
    add(store, accounts, "customers")
    grant(store, Right(Subject("person", OWNER), "manager", may_see_people=True))
    store.close()
    command = [sys.executable, "-c", IMPORT, str(path), str(file), stage, done]
    places = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.run(command, env=os.environ | {"PYTHONPATH": places}, check=False)
    assert killed.returncode == -signal.SIGKILL
    store = Store.open(path)
    try:
        with store.cursor() as con:
            left = con.execute(COUNTS).fetchall()
        assert left == [(ROWS, CASES, 1) if is_there else (0, 0, 0)]
        assert check_store(store) == []
        import_file(store, file)
        with store.cursor() as con:
            assert con.execute(COUNTS).fetchall() == [(ROWS, CASES, 1)]
    finally:
        store.close()
