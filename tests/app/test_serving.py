"""``python -m cxdata serve``: the dashboard itself under its supervisor."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from cxdata.store.connection import Store

PROJECT = Path(__file__).parents[2]
CXDATA = (sys.executable, "-m", "cxdata")
START_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def health(port: int) -> int:
    """The status that ``/health`` answers with; 0 while nobody does."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_the_dashboard_is_served_and_ends_with_ctrl_c_and_leaves_its_store_to_others(
    tmp_path: Path,
) -> None:
    port, said = free_port(), tmp_path / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "cxdata",
                "--store",
                "own/cx.duckdb",
                "serve",
                "--port",
                str(port),
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + START_SECONDS
        while health(port) != 200:
            assert time.monotonic() < until, said.read_text("utf-8")
            assert process.poll() is None, said.read_text("utf-8")
            time.sleep(0.2)
        again = subprocess.run(
            [*CXDATA, "serve", "--port", str(port)],
            cwd=PROJECT,
            capture_output=True,
            check=False,
            text=True,
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(START_SECONDS) == 0
    finally:
        process.kill()
    assert again.returncode == 1
    assert f"The port {port} of 127.0.0.1 can't be had" in again.stderr
    assert "Traceback" not in again.stderr + said.read_text("utf-8")
    [server] = re.findall(r"started \(process (\d+)\)", said.read_text("utf-8"))
    assert "The server has ended." in said.read_text("utf-8")
    with pytest.raises(ProcessLookupError):
        os.kill(int(server), 0)
    Store.open(tmp_path / "own" / "cx.duckdb").close()
