"""The dashboard really started, and requests to it written by hand."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
START_SECONDS = 90
# Run by Python itself before anything else: notes every address that the server wants to reach.
WATCH = """
import os, sys

def note(event, arguments):
    if event == "socket.getaddrinfo":
        target = arguments[0]
    elif event == "socket.connect":
        target = arguments[1][0] if isinstance(arguments[1], tuple) else None
    else:
        return
    if target not in (None, "", "127.0.0.1", "localhost", "::1"):
        with open(os.environ["ASKED_FILE"], "a") as file:
            file.write(f"{event} {target}\\n")

sys.addaudithook(note)
"""


@dataclass
class StartedServer:
    port: int
    folder: Path

    @property
    def store_path(self) -> Path:
        return self.folder / "cx.duckdb"

    @property
    def log(self) -> str:
        path = self.folder / "logs" / "cx-dashboard.log"
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def output(self) -> str:
        return (self.folder / "output.txt").read_text("utf-8")

    @property
    def asked(self) -> str:
        """Which addresses outside this machine it wanted to reach."""
        path = self.folder / "asked.txt"
        return path.read_text("utf-8") if path.exists() else ""

    def connection(self, seconds: float = 20) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def answer(self, *lines: str, body: bytes = b"", seconds: float = 20) -> Answer:
        """What comes back for a request of exactly these lines."""
        with self.connection(seconds) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            return answer_on(connection)


@dataclass(frozen=True)
class Answer:
    status: int  # 0: the connection was ended without one
    headers: dict[str, str]
    body: bytes


def answer_on(connection: socket.socket) -> Answer:
    """The head of the answer, and the body as far as its length is said."""
    received = b""
    while b"\r\n\r\n" not in received:
        try:
            chunk = connection.recv(65_536)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            return Answer(0, {}, received)
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        chunk = connection.recv(65_536)
        if not chunk:
            break
        body += chunk
    return Answer(int(first.split()[1]), headers, body)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started_server(
    folder: Path, settings: str = "", project: Path = PROJECT, **environment: str
) -> Iterator[StartedServer]:
    """The dashboard on a free port with a store in ``folder``; its outgoing calls are noted."""
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    (folder / "settings.toml").write_text(settings)
    server = StartedServer(free_port(), folder)
    command = ["-m", "streamlit", "run", "app.py", "--server.port", str(server.port)]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=project,
            env={
                **os.environ,
                "CXDATA_STORE": str(server.store_path),
                "CXDATA_SETTINGS": str(folder / "settings.toml"),
                "PYTHONPATH": str(folder / "watch"),
                "ASKED_FILE": str(folder / "asked.txt"),
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _wait(server: StartedServer) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            answer = server.answer("GET /health HTTP/1.1", f"Host: 127.0.0.1:{server.port}")
        except OSError:
            time.sleep(0.1)
            continue
        if answer.status == 200 and json.loads(answer.body)["status"] == "ok":
            return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{server.output}")
