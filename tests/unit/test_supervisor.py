"""The supervisor: what it does with a server that is stuck, crashes or is to end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cxdata.errors import ServerError
from cxdata.supervision.supervisor import Patience, Supervisor, insist_on_free_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
PROJECT = Path(__file__).parents[2]
WAIT_SECONDS = 60

# A server that answers every request, and does something else besides.
SERVER = """
import ctypes, os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

port, does = int(sys.argv[1]), sys.argv[2]

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()

def serve():
    HTTPServer(("127.0.0.1", port), Answer).serve_forever()

def hold_the_lock_for_good():
    # Waits in C for what never comes, with Python's lock in hand; no signal ends it.
    c, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(256)
    c.pthread_mutex_init(mutex, None)
    c.pthread_mutex_lock(mutex)
    c.pthread_mutex_lock(mutex)

if does == "crash":
    sys.exit(3)
if does == "ignore":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
threading.Thread(target=serve, daemon=True).start()
if does == "stuck once" and not Path("was stuck").exists():
    Path("was stuck").touch()
    time.sleep(1)
    hold_the_lock_for_good()
while not (does == "peace" and Path("end").exists()):
    time.sleep(0.05)
"""
SUPERVISE = """
import logging, sys
from pathlib import Path
from cxdata.supervision.supervisor import Patience, Supervisor
logging.basicConfig(level=logging.INFO, format="%(message)s")
patience = Patience(0.2, 1.0, 2, 30.0, 1.0, 0.5, 30.0, 3, 0.1, 0.2)
Supervisor(["server", sys.argv[1], sys.argv[2]], "127.0.0.1", int(sys.argv[1]), folder=Path.cwd(),
           stacks_path=Path("logs/stacks.txt"), patience=patience).run()
"""


@dataclass
class Watched:
    """A supervisor in a process of its own, and what it says."""

    folder: Path
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    def start(self, does: str) -> subprocess.Popen[bytes]:
        (self.folder / "server.py").write_text(SERVER)
        with (self.folder / "said.txt").open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISE, str(self.port), does],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{self.folder}"},
                stderr=said,
            )
        return self.process

    @property
    def said(self) -> str:
        return (self.folder / "said.txt").read_text("utf-8")

    @property
    def servers(self) -> list[int]:
        return [int(it) for it in re.findall(r"started \(process (\d+)\)", self.said)]

    def wait_for(self, text: str, count: int = 1) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while self.said.count(text) < count:
            assert time.monotonic() < until, f"never said {text!r}:\n{self.said}"
            time.sleep(0.05)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    if watched.process and watched.process.poll() is None:
        watched.process.kill()
        watched.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_running(pid: int) -> bool:
    """Whether there is such a process that hasn't ended (a zombie has)."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return listed.stdout.strip()[:1] not in (b"", b"Z")


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while is_running(pid):
        assert time.monotonic() < until, f"process {pid} goes on"
        time.sleep(0.05)


def test_a_server_whose_python_is_stuck_tells_where_is_killed_and_started_again(
    watched: Watched,
) -> None:
    watched.start("stuck once")
    watched.wait_for("The server answers", 2)
    first, second = watched.servers
    assert not is_running(first)
    assert is_running(second)
    assert "hold_the_lock_for_good" in (watched.folder / "logs" / "stacks.txt").read_text()
    assert (watched.folder / "logs" / "stacks.txt").stat().st_mode & 0o077 == 0
    for step in ("doesn't answer (1 of 2)", "is stuck", "threads' stacks", "it is killed"):
        assert step in watched.said


def test_a_server_that_was_stopped_by_a_signal_is_replaced(watched: Watched) -> None:
    watched.start("serve")
    watched.wait_for("The server answers")
    os.kill(watched.servers[0], signal.SIGSTOP)
    watched.wait_for("The server answers", 2)
    assert not is_running(watched.servers[0])


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("does", ["serve", "ignore"])
def test_a_signal_ends_both(watched: Watched, asked: signal.Signals, does: str) -> None:
    process = watched.start(does)
    watched.wait_for("The server answers")
    process.send_signal(asked)
    assert process.wait(WAIT_SECONDS) == 0
    assert not is_running(watched.servers[0])
    assert f"Asked to stop ({asked.name})." in watched.said
    assert "Traceback" not in watched.said


def test_a_second_signal_kills_a_server_that_takes_its_time(watched: Watched) -> None:
    process = watched.start("ignore")
    watched.wait_for("The server answers")
    process.send_signal(signal.SIGINT)
    watched.wait_for("asked to end")
    process.send_signal(signal.SIGINT)
    assert process.wait(WAIT_SECONDS) == 0
    assert not is_running(watched.servers[0])


@pytest.mark.parametrize("does", ["serve", "ignore"])
def test_the_server_ends_when_the_supervisor_is_killed(watched: Watched, does: str) -> None:
    process = watched.start(does)
    watched.wait_for("The server answers")
    process.kill()
    process.wait()
    wait_until_gone(watched.servers[0])


def test_a_server_that_was_killed_is_started_again(watched: Watched) -> None:
    watched.start("serve")
    watched.wait_for("The server answers")
    os.kill(watched.servers[0], signal.SIGKILL)
    watched.wait_for("The server answers", 2)
    assert "ended by itself, with code -9" in watched.said


def test_a_server_that_cannot_start_is_given_up_with_a_sentence(watched: Watched) -> None:
    process = watched.start("crash")
    assert process.wait(WAIT_SECONDS) == 1
    assert len(watched.servers) == 3
    assert "The server ended 3 times right after its start." in watched.said


def test_a_server_that_ends_in_peace_is_not_started_again(watched: Watched) -> None:
    process = watched.start("peace")
    watched.wait_for("The server answers")
    (watched.folder / "end").touch()
    assert process.wait(WAIT_SECONDS) == 0
    assert len(watched.servers) == 1


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServerError, match=f"The port {port} of 127.0.0.1 can't be had"):
            Supervisor(
                ["server"], "127.0.0.1", port, folder=tmp_path, stacks_path=tmp_path / "stacks"
            ).run()
    insist_on_free_port("127.0.0.1", port)


def test_an_address_of_another_computer_is_one_sentence() -> None:
    with pytest.raises(ServerError, match="another program has it"):
        insist_on_free_port("192.0.2.1", 8501)


def test_nobody_is_restarted_for_less_than_half_a_minute_of_silence() -> None:
    patience = Patience()
    assert patience.answer * patience.silence_count >= 30
