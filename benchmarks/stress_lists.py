"""Many sessions open every list at once: does the server go on answering?

    python benchmarks/stress_lists.py [--sessions 16] [--seconds 60] [--threads 2 4 8]
                                      [--port 8611] [--store FILE] [--project FOLDER]

For the first 15 of every 40 seconds all sessions open the same two lists, over and over. After
that each opens, one after the other, every page and part that shows lists, tables or charts, as a
link would, with another period and language each time; then the lists behind the figures and the
data below them. Meanwhile ``/health`` is asked every second. It speaks Streamlit's
own protocol, like ``sessions.py``. One run per number of threads in Polars' pool, each with a
server and a copy of the sample data of its own; the server is always ended, by SIGKILL if it must.

Exit code 1 if a server hung (``/health`` silent for 30 seconds), a session waited longer than
``--patience`` seconds, a page showed a fault, or the log has an error. On a hang all threads'
stacks are in the log. ``--project`` names the folder of another version to try, to see that the
test finds the fault.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from servers import FIRST_PORT, FOLDER, PROJECT, SAMPLE, report, run
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

# Every page and part with a list, a table or a chart.
VISITS = (
    ("", ""),
    *(("nps", part) for part in ("why", "whom", "drivers", "words", "satisfaction")),
    *(
        ("cx-pyramid", part)
        for part in ("evidence", "gate", "history", "vision", "assess", "thresholds")
    ),
    *(("response-times", part) for part in ("when", "how_long", "by", "across", "costs")),
    *(("response-times", "backlog"),) * 4,  # the list that stands on the page itself
    *(("response-times", "standards"),),
    *(("churn-cost", part) for part in ("cost", "over_time", "survival", "what_if")),
    *(("churn-cost", "at_risk"),) * 4,
    *(("churn-cost", "assumptions"),),
    ("data", ""),
    *(("settings", part) for part in ("own", "segments", "history")),
)
# What all open at once, over and over, in the first part of each round: long lists, one period.
TOGETHER = (("response-times", "backlog"), ("churn-cost", "at_risk"))
ROUND_SECONDS, TOGETHER_SECONDS = 40, 15
PERIODS = ("3m", "6m", "12m", "24m", "36m", "all", "2025-02-01..2025-07-31")
LISTS, NARROWED, UNFOLDED = "people_button:", ("contacts_status:", "people_class:"), "data:"
OPENED_LISTS = 2
START_SECONDS, HANG_SECONDS, END_SECONDS = 120, 30, 5
FAULT_IN_LOG = re.compile(r"Traceback|\bERROR\b|Uncaught|panicked|partially initialized")


@dataclass
class Seen:
    """What all sessions of one run met."""

    visits: int = 0
    lists: int = 0
    tables: int = 0
    charts: int = 0
    faults: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    slowest_page: str = ""


class Visitor:
    """One browser tab that opens a link, reads what it gets and opens the lists in it."""

    def __init__(
        self, socket: ClientConnection, query: str, page: str, seen: Seen, patience: float
    ) -> None:
        self.socket, self.seen, self.patience = socket, seen, patience
        self.request = BackMsg()
        self.request.rerun_script.context_info.locale = "en-GB"
        self.request.rerun_script.query_string = query
        self.request.rerun_script.page_name = page
        self.buttons: dict[str, str] = {}
        self.groups: dict[str, tuple[str, ButtonGroup]] = {}
        self.unfolded: dict[str, str] = {}

    async def rerun(self, **widgets: tuple[str, object]) -> None:
        """One run of the script with these widgets changed, to its end."""
        request = BackMsg()
        request.CopyFrom(self.request)
        for identity, (kind, value) in widgets.items():
            state = request.rerun_script.widget_states.widgets.add(id=identity)
            if kind == "string_array_value":
                state.string_array_value.data.append(str(value))
            else:
                setattr(state, kind, value)
        began = time.perf_counter()
        await self.socket.send(request.SerializeToString())
        async with asyncio.timeout(self.patience):
            while not self._take(await self.socket.recv()):
                pass
        seconds = time.perf_counter() - began
        if seconds > self.seen.slowest_seconds:
            run = self.request.rerun_script
            self.seen.slowest_seconds = seconds
            self.seen.slowest_page = f"{run.page_name}?{run.query_string}"

    async def open_lists(self, choice: random.Random) -> None:
        """Some of the lists behind figures, each narrowed once."""
        keys = [key for key in self.buttons if key.startswith(LISTS)]
        for key in choice.sample(keys, min(OPENED_LISTS, len(keys))):
            self.groups.clear()
            await self.rerun(**{self.buttons[key]: ("trigger_value", True)})
            for fragment, group in list(self.groups.values())[:1]:
                option = choice.choice(group.raw_values or [""])
                self.request.rerun_script.fragment_id = fragment
                await self.rerun(**{group.id: ("string_array_value", option)})
                self.request.rerun_script.fragment_id = ""

    async def unfold(self) -> None:
        """All the data below the figures at once."""
        if self.unfolded:
            opened = dict.fromkeys(self.unfolded.values(), ("bool_value", True))
            await self.rerun(**opened)

    def _take(self, data: str | bytes) -> bool:
        """Whether the message ends the script run."""
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._keep(message.delta)
        elif kind == "new_session":
            self.request.rerun_script.page_script_hash = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.request.rerun_script.query_string = message.page_info_changed.query_string
        return kind == "script_finished"

    def _keep(self, delta: Delta) -> None:
        if delta.WhichOneof("type") == "add_block":
            block = delta.add_block
            if block.WhichOneof("type") == "expandable" and block.expandable.id:
                key = _key(block.expandable.id)
                if key.startswith(UNFOLDED):
                    self.unfolded[key] = block.expandable.id
            return
        element: Element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[_key(element.button.id)] = element.button.id
        elif kind == "button_group" and _key(element.button_group.id).startswith(NARROWED):
            key = _key(element.button_group.id)
            self.groups[key] = (delta.fragment_id, element.button_group)
        elif kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR):
            self.seen.faults.append(str(element)[:200])
        self.seen.lists += kind == "dataframe"
        self.seen.tables += kind == "table"
        self.seen.charts += kind == "plotly_chart"


def _key(identity: str) -> str:
    """The key that the page gave a widget: ids are ``$$ID-hash-key``."""
    return identity.split("-", 2)[-1]


async def visit_for(options: argparse.Namespace, seen: Seen) -> float:
    """All sessions for that long; the longest that ``/health`` took to answer.

    Raises
    ------
    TimeoutError
        When ``/health`` was silent for ``HANG_SECONDS``.
    """
    until = time.monotonic() + options.seconds
    watching = asyncio.create_task(_watch_health(options.port, until))
    visiting = [
        asyncio.create_task(_session(options, number, until, seen))
        for number in range(options.sessions)
    ]
    await asyncio.wait({watching, *visiting}, return_when=asyncio.FIRST_EXCEPTION)
    for task in visiting:
        task.cancel()
    await asyncio.gather(*visiting, return_exceptions=True)
    return await watching


async def _session(options: argparse.Namespace, number: int, until: float, seen: Seen) -> None:
    choice = random.Random(number)
    began, apart = time.monotonic(), _in_turn(VISITS, choice)
    while (now := time.monotonic()) < until:
        is_together = (now - began) % ROUND_SECONDS < TOGETHER_SECONDS
        page, part = choice.choice(TOGETHER) if is_together else next(apart)
        period = "12m" if is_together else choice.choice(PERIODS)
        query = f"period={period}&lang={choice.choice(('en', 'fr'))}"
        query += f"&part={part}" if part else ""
        try:
            await _visit(options, page, query, None if is_together else choice, seen)
        except (OSError, TimeoutError, WebSocketException) as error:
            seen.faults.append(f"{page}?{query}: {type(error).__name__} {error}")
            await asyncio.sleep(1)


def _in_turn(visits: Sequence[tuple[str, str]], choice: random.Random) -> Iterator[tuple[str, str]]:
    """All of them, in another order each time round."""
    while True:
        yield from choice.sample(visits, len(visits))


async def _visit(
    options: argparse.Namespace, page: str, query: str, choice: random.Random | None, seen: Seen
) -> None:
    """Opens the page and, with ``choice``, what lies behind and below its figures."""
    address = f"ws://127.0.0.1:{options.port}/_stcore/stream"
    async with connect(
        address,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
        open_timeout=options.patience,
        ping_interval=None,
        close_timeout=1,
    ) as socket:
        visitor = Visitor(socket, query, page, seen, options.patience)
        await visitor.rerun()
        if choice:
            await visitor.open_lists(choice)
            await visitor.unfold()
        seen.visits += 1


async def _watch_health(port: int, until: float) -> float:
    slowest = 0.0
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            await asyncio.to_thread(_ask_health, port)
        except (URLError, OSError) as error:
            raise TimeoutError(f"/health did not answer: {error}") from error
        slowest = max(slowest, time.perf_counter() - began)
        await asyncio.sleep(1)
    return slowest


def _ask_health(port: int) -> None:
    with urlopen(f"http://127.0.0.1:{port}/health", timeout=HANG_SECONDS) as answer:
        answer.read()


@contextmanager
def server(
    options: argparse.Namespace, threads: int, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A server of that version on a copy of the store; ended whatever happens."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(options.port), "--server.address", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as output:
        store = Path(folder) / "cx.duckdb"
        shutil.copyfile(options.store, store)
        process = subprocess.Popen(
            command,
            cwd=options.project,
            env=os.environ
            | {
                "CXDATA_STORE": str(store),
                "POLARS_MAX_THREADS": str(threads),
                "PYTHONFAULTHANDLER": "1",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_healthy(process, options.port, log)
            yield process
        finally:
            _end(process)


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            return _ask_health(port)
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"the server doesn't answer; see {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stress(options: argparse.Namespace, threads: int) -> dict[str, object]:
    """One run; the row of the report."""
    log = FOLDER / f"stress-{threads}.log"
    seen, hung, slowest = Seen(), "", 0.0
    began = time.monotonic()
    with server(options, threads, log) as process:
        try:
            slowest = asyncio.run(visit_for(options, seen))
        except TimeoutError as error:
            hung = f"after {time.monotonic() - began:.0f} s: {error}"
            process.send_signal(signal.SIGABRT)  # faulthandler writes every thread's stack
            time.sleep(1)
    faults = FAULT_IN_LOG.findall(log.read_text("utf-8", "replace"))
    for fault in dict.fromkeys(seen.faults):
        print(fault, file=sys.stderr)
    return {
        "pool threads": threads,
        "hung": hung or "no",
        "visits": seen.visits,
        "lists": seen.lists,
        "tables": seen.tables,
        "charts": seen.charts,
        "faults": len(seen.faults),
        "errors in the log": len(faults),
        "slowest /health, s": slowest,
        "slowest run, s": seen.slowest_seconds,
        "its page": seen.slowest_page,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Open every list in many sessions at once.")
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 4, 8], help="Polars' pool")
    parser.add_argument("--port", type=int, default=FIRST_PORT)
    parser.add_argument("--patience", type=float, default=120, help="seconds for one run")
    parser.add_argument("--store", type=Path, default=SAMPLE, help="the sample data if not given")
    parser.add_argument("--project", type=Path, default=PROJECT, help="the version to try")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if options.store == SAMPLE and not SAMPLE.exists():
        run("-m", "cxdata", "--store", str(SAMPLE), "sample")
    rows = [stress(options, threads) for threads in options.threads]
    report("stress_lists", list(rows[0]), rows)
    is_sound = all(
        row["hung"] == "no"
        and row["faults"] == 0
        and row["errors in the log"] == 0
        and row["lists"]
        for row in rows
    )
    sys.exit(0 if is_sound else 1)


if __name__ == "__main__":
    main()
