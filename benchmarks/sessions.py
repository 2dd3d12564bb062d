"""Fifty people at once: each session changes a filter over a real WebSocket.

    python benchmarks/sessions.py [--sessions 50] [--rounds 3] [--port 8611]

Speaks Streamlit's own protocol (protobuf over ``/_stcore/stream``) with the bare page, the
dashboard on the sample data and on 1 M answers + 5 M contacts, one after the other. Times are
from sending the change to the end of the script run, everything received. About two minutes.

- at once: all sessions change at the same moment; "new" for the first time, so that the results
  are computed, "seen" after that, ``--rounds`` times
- paced: each session changes every five seconds, at a moment of its own

The client runs on the same machine and takes its share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import psutil
from servers import FIRST_PORT, Contender, contenders, report, started
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Selectbox_pb2 import Selectbox
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

PACE_SECONDS = 5.0
PATIENCE_SECONDS = 60
# The list that is changed, by the beginning of its key: the dashboard's, the bare page's.
CHANGED = ("period", "segment")
OPTION_COUNT = 6  # the last period, "chosen days", is none


class Session:
    """One browser tab: keeps the list it was sent and answers as Streamlit's frontend does."""

    def __init__(self, socket: ClientConnection, choice: random.Random) -> None:
        self.socket = socket
        self.choice = choice
        self.widget = Selectbox()
        self.request = BackMsg()
        self.request.rerun_script.context_info.locale = "en-GB"
        self.faults: list[str] = []
        self.received_bytes = 0

    async def rerun(self) -> float:
        """Seconds until the script has run to its end."""
        began = time.perf_counter()
        await self.socket.send(self.request.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self._take(await self.socket.recv()):
                pass
        return time.perf_counter() - began

    async def change_filter(self) -> float:
        """Pick another option and run again."""
        options = self.widget.options[:OPTION_COUNT]
        states = self.request.rerun_script.widget_states
        del states.widgets[:]
        states.widgets.add(id=self.widget.id, string_value=self.choice.choice(options))
        return await self.rerun()

    def _take(self, data: str | bytes) -> bool:
        """Whether the message ends the script run."""
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        self.received_bytes += len(data)
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._keep(message.delta.new_element)
        elif kind == "new_session":
            self.request.rerun_script.page_script_hash = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.request.rerun_script.query_string = message.page_info_changed.query_string
        return kind == "script_finished"

    def _keep(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind == "selectbox" and element.selectbox.id.split("-")[-1].startswith(CHANGED):
            self.widget = element.selectbox
        elif kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR):
            self.faults.append(str(element)[:200])


Act = Callable[[Session], Awaitable[float]]


async def measure(
    server: Contender, options: argparse.Namespace, pid: int
) -> list[dict[str, object]]:
    process = psutil.Process(pid)
    before = _megabytes(process)
    address = server.address.replace("http", "ws") + "/_stcore/stream"
    sockets = [
        await connect(address, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
        for _ in range(options.sessions)
    ]
    sessions = [Session(socket, random.Random(i)) for i, socket in enumerate(sockets)]
    loads = [
        ("first page, at once", 1, Session.rerun, 0.0),
        ("filter, at once, new", 1, Session.change_filter, 0.0),
        ("filter, at once, seen", options.rounds, Session.change_filter, 0.0),
        ("filter, paced", options.rounds, Session.change_filter, PACE_SECONDS),
    ]
    rows = [await _load(server, sessions, process, *load) for load in loads]
    rows[-1] |= {"memory before, MB": before, "memory after, MB": _megabytes(process)}
    for socket in sockets:
        await socket.close()
    return rows


async def _load(
    server: Contender,
    sessions: Sequence[Session],
    process: psutil.Process,
    load: str,
    rounds: int,
    act: Act,
    pace: float,
) -> dict[str, object]:
    cpu_before = sum(process.cpu_times()[:2])
    faults_before = sum(len(session.faults) for session in sessions)
    seconds: list[float] = []
    for _ in range(rounds):
        seconds += await _round(sessions, act, pace)
    errors = sum(len(session.faults) for session in sessions) - faults_before
    cpu = sum(process.cpu_times()[:2]) - cpu_before
    done = [value for value in seconds if value >= 0]
    return {
        "server": server.name,
        "load": load,
        "runs": len(done),
        "errors": errors + len(seconds) - len(done),
        "median, ms": statistics.median(done) * 1000,
        "p95, ms": statistics.quantiles(done, n=20)[-1] * 1000,
        "CPU a run, ms": cpu / len(done) * 1000,
    }


async def _round(sessions: Sequence[Session], act: Act, pace: float) -> list[float]:
    """Every session once; -1 for one that failed."""

    async def once(place: int, session: Session) -> float:
        await asyncio.sleep(pace * place / len(sessions))
        try:
            return await act(session)
        except (OSError, TimeoutError, WebSocketException):
            return -1.0

    return list(await asyncio.gather(*(once(i, s) for i, s in enumerate(sessions))))


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure many sessions at once.")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the first of three")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for server in contenders(options.port):
        with started(server) as (process, _):
            rows += asyncio.run(measure(server, options, process.pid))
    report("sessions", list(dict.fromkeys(name for row in rows for name in row)), rows)


if __name__ == "__main__":
    main()
