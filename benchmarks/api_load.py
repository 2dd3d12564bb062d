"""An import over HTTP and by the watched folder while people click, and ``kill -9`` during it.

    python benchmarks/api_load.py [--rows 100000] [--sessions 20] [--kills 50] [--port 8621]

First one file is imported by the command line alone: its report is what the others have to be.
Then the running dashboard gets the same file over HTTP, and by the watched folder, while sessions
change a filter over real WebSockets; no click may fail. Then the server is killed at a random
moment of an import, over HTTP and by the folder in turn: the store must open, be sound, and hold
the whole file or nothing of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sessions import Session
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from cxdata.api.attempts import NOTE  # noqa: E402
from cxdata.cli.through_server import asked_of, running_server  # noqa: E402
from cxdata.errors import ServerError  # noqa: E402
from cxdata.ingest import check_store, import_file, recorded_batches, undo_batch  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

SEED = 20261130
BASE_ROWS = 3_000
START_SECONDS = 300
# What differs between two imports of the same file, whichever way it took.
OWN_TO_AN_IMPORT = ("batch_id", "outcome", "taken_at")


def main() -> None:
    options = _options()
    with TemporaryDirectory() as name:
        folder = Path(name)
        extract = _extract(folder / "extract.csv", options.rows, "N")
        expected = _by_command(folder, extract)
        place = _base_store(folder)
        if not options.kills_only:
            with _server(place, folder / "in", options.port):
                for way, take in WAYS.items():
                    _measure(way, take, place, folder / "in", extract, expected, options)
        draw, found = random.Random(SEED), Counter[str]()
        for number in range(options.kills):
            way = [*WAYS][number % len(WAYS)]
            seconds = draw.uniform(0, options.longest_seconds)
            left = _killed(way, place, folder / "in", extract, seconds, options)
            found[f"{way}: {left}"] += 1
            print(f"kill {number + 1}, {way}, after {seconds:.1f} s: {left}", flush=True)
        print(f"{options.kills} kills: {dict(found)}", flush=True)


def _extract(path: Path, row_count: int, mark: str) -> Path:
    rows = (
        f"{mark}{number};2026-{number % 6 + 1:02}-{number % 28 + 1:02};{number % 11};S{number % 4}"
        for number in range(row_count)
    )
    path.write_text("\n".join(["response_id;responded_at;nps_score;segment", *rows, ""]), "utf-8")
    return path


def _by_command(folder: Path, extract: Path) -> dict[str, Any]:
    words = ["import", str(extract), "--json", "--store", str(folder / "alone.duckdb")]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "cxdata", *words], cwd=PROJECT, capture_output=True, check=True
    )
    print(f"command line alone: {time.perf_counter() - began:.1f} s", flush=True)
    return _own_part(json.loads(done.stdout))


def _own_part(report: dict[str, Any]) -> dict[str, Any]:
    return {name: it for name, it in report.items() if name not in OWN_TO_AN_IMPORT}


def _base_store(folder: Path) -> Path:
    place = folder / "cx.duckdb"
    store = Store.open(place)
    import_file(store, _extract(folder / "base.csv", BASE_ROWS, "B"))
    store.close()
    return place


@contextmanager
def _server(place: Path, inbox: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    inbox.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "CXDATA_STORE": str(place), "CXDATA_INBOX": str(inbox)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + START_SECONDS
        while running_server(str(place)) is None:
            if time.monotonic() > until or process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.2)
        yield process
    finally:
        process.kill()
        process.wait()


def _over_http(place: Path, inbox: Path, extract: Path) -> dict[str, Any]:
    server = running_server(str(place))
    if server is None:
        raise ServerError("There is no server.")
    pairs = [("name", extract.name)]
    status, answer = asked_of(server.running, "POST", "import", pairs, extract.read_bytes())
    return dict(answer["document"]) if status == 200 else {"status": status, **answer}


def _by_folder(place: Path, inbox: Path, extract: Path) -> dict[str, Any]:
    """Copied under another name and then given its own, as another system would."""
    part = inbox / f"{extract.name}.part"
    shutil.copyfile(extract, part)
    part.rename(inbox / extract.name)
    report = inbox / "done" / f"{extract.name}.report.json"
    while (inbox / extract.name).exists() or not report.exists():
        time.sleep(0.1)
        if running_server(str(place)) is None:
            raise ServerError("The server is gone.")
    return dict(json.loads(report.read_text("utf-8")))


Way = Callable[[Path, Path, Path], dict[str, Any]]
WAYS: dict[str, Way] = {"HTTP": _over_http, "folder": _by_folder}


def _measure(
    way: str,
    take: Way,
    place: Path,
    inbox: Path,
    extract: Path,
    expected: dict[str, Any],
    options: argparse.Namespace,
) -> None:
    began = time.perf_counter()
    report, clicks, errors = asyncio.run(
        _clicking(lambda: take(place, inbox, extract), options.sessions, options.port)
    )
    seconds = time.perf_counter() - began
    is_same = _own_part(report) == expected
    print(
        f"{way}: {seconds:.1f} s with {options.sessions} sessions, {clicks} clicks, "
        f"{errors} errors, report {'the same' if is_same else 'different: ' + str(report)[:300]}",
        flush=True,
    )
    server = running_server(str(place))
    if server is not None and report.get("batch_id"):
        asked_of(server.running, "POST", "undo", [("batch", str(report["batch_id"]))], b"")


async def _clicking(
    act: Callable[[], dict[str, Any]], session_count: int, port: int
) -> tuple[dict[str, Any], int, int]:
    """What the act returns, and the clicks and failures of sessions until then."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    sockets = [
        await connect(address, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
        for _ in range(session_count)
    ]
    sessions = [Session(it, random.Random(place)) for place, it in enumerate(sockets)]
    await asyncio.gather(*(it.rerun() for it in sessions))
    done, counts = asyncio.Event(), Counter[str]()

    async def click(session: Session) -> None:
        while not done.is_set():
            try:
                await session.change_filter()
                counts["clicks"] += 1
            except (OSError, TimeoutError, WebSocketException):
                counts["errors"] += 1
                return
            await asyncio.sleep(session.choice.uniform(0.2, 2))

    clicking = [asyncio.create_task(click(it)) for it in sessions]
    report = await asyncio.to_thread(act)
    done.set()
    await asyncio.gather(*clicking)
    for socket in sockets:
        await socket.close()
    errors = counts["errors"] + sum(len(it.faults) for it in sessions)
    return report, counts["clicks"], errors


def _killed(
    way: str, place: Path, inbox: Path, extract: Path, seconds: float, options: argparse.Namespace
) -> str:
    """What the store holds after a kill in the middle: the whole file, nothing, or worse."""
    shutil.rmtree(inbox, ignore_errors=True)
    with _server(place, inbox, options.port) as process:

        def take() -> None:
            with suppress(ServerError):
                WAYS[way](place, inbox, extract)

        thread = threading.Thread(target=take)
        thread.start()
        while way == "folder" and not (inbox / NOTE).exists():  # until the file is opened
            time.sleep(0.01)
        time.sleep(seconds)
        process.kill()
        process.wait()
        thread.join()
    store = Store.open(place)
    try:
        problems = check_store(store)
        count = int(store.query("holdings")["row_count"].sum())
        if problems:
            return f"problems: {problems[:3]}"
        if count == BASE_ROWS:
            return "nothing"
        if count != BASE_ROWS + options.rows:
            return f"{count} rows"
        undo_batch(store, max(recorded_batches(store)["batch_id"]))
        return "whole"
    finally:
        store.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Imports over HTTP and by folder under load.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--port", type=int, default=8621)
    parser.add_argument("--longest-seconds", type=float, default=5.0, help="before a kill")
    parser.add_argument("--kills-only", action="store_true", help="without the load before")
    return parser.parse_args()


if __name__ == "__main__":
    main()
