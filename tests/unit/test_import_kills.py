"""An import that is killed leaves the whole batch or nothing; see benchmarks/kills.py for many."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cxdata.ingest import check_store, import_file
from cxdata.store.connection import Store

ROWS = 3_000
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
    ("stage", "done", "row_count"),
    [("storing", "0", 0), ("counting", "1", 0), ("committed", "1", ROWS)],
)
def test_a_killed_import_leaves_all_or_nothing_and_can_be_repeated(
    tmp_path: Path, stage: str, done: str, row_count: int
) -> None:
    file, path = tmp_path / "file.csv", tmp_path / "cx.duckdb"
    rows = "".join(f"R{n},2026-01-05 10:00:00,{n % 11},late again\n" for n in range(ROWS))
    file.write_text("response_id,responded_at,nps_score,comment\n" + rows, "utf-8")
    Store.open(path).close()
    command = [sys.executable, "-c", IMPORT, str(path), str(file), stage, done]
    places = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.run(command, env=os.environ | {"PYTHONPATH": places}, check=False)
    assert killed.returncode == -signal.SIGKILL
    store = Store.open(path)
    try:
        with store.cursor() as con:
            assert con.execute("select count(*) from responses").fetchall() == [(row_count,)]
        assert check_store(store) == []
        import_file(store, file)
        with store.cursor() as con:
            assert con.execute("select count(*) from responses").fetchall() == [(ROWS,)]
    finally:
        store.close()
