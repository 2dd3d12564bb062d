"""The servers that the benchmarks compare: a bare one-line page, and the dashboard on two stores.

Stores are made once per schema, in ``data/benchmarks/``, and used again.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from urllib.error import URLError
from urllib.request import Request, urlopen

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "data" / "benchmarks"
SCHEMA = sha256((PROJECT / "cxdata" / "store" / "schema.sql").read_bytes()).hexdigest()[:8]
SAMPLE, LARGE = FOLDER / f"sample-{SCHEMA}.duckdb", FOLDER / f"large-{SCHEMA}.duckdb"
START_SECONDS = 180
FIRST_PORT = 8611
HEADER, READER = "X-Reader", "ada@example.org"


@dataclass(frozen=True)
class Contender:
    """A server to measure; ``store`` None is the bare page. ``reader`` is who asks, by the header
    of a proxy that the server trusts; empty: nobody logs in."""

    name: str
    port: int
    store: Path | None
    path: str = ""
    reader: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """What each request says of who asks."""
        return {HEADER: self.reader} if self.reader else {}

    @property
    def url(self) -> str:
        """The page to open."""
        return f"{self.address}/{self.path}"


def contenders(
    first_port: int = FIRST_PORT, path: str = "", scope: str = "", case_count: int = 0
) -> tuple[Contender, Contender, Contender]:
    """The three servers, their stores made if they are not there yet; ``path`` names our page.
    With a ``scope``, a reader who has it takes the place of the large store; the large one has
    ``case_count`` cases."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not SAMPLE.exists():
        run("-m", "cxdata", "--store", str(SAMPLE), "sample")
    bare = Contender("bare page", first_port, None)
    sample = Contender("sample data", first_port + 1, SAMPLE, path)
    if scope:
        return bare, sample, _scoped(first_port + 2, path, scope)
    if not LARGE.exists():
        run(str(PROJECT / "benchmarks" / "generate_large.py"), str(LARGE))
    if case_count:
        return bare, sample, _with_cases(first_port + 2, path, case_count)
    return bare, sample, Contender("1 M + 5 M", first_port + 2, LARGE, path)


def _with_cases(port: int, path: str, count: int) -> Contender:
    """The large store with as many cases."""
    store = FOLDER / f"cases-{count}-{SCHEMA}.duckdb"
    if not store.exists():
        copyfile(LARGE, store)
        run(str(PROJECT / "benchmarks" / "plant_cases.py"), str(store), str(count))
    return Contender(f"1 M + 5 M, {count:,} cases", port, store, path)


def _scoped(port: int, path: str, scope: str) -> Contender:
    """The sample with a reader who sees the rows of one value alone; ``scope``: DIM=VALUE."""
    store = FOLDER / f"scoped-{SCHEMA}.duckdb"
    if not store.exists():
        copyfile(SAMPLE, store)
    run(
        "-m", "cxdata", "--store", str(store), "rights", "grant", READER, "reader", "--where", scope
    )
    return Contender(f"sample, {scope}", port, store, path, READER)


@contextmanager
def started(contender: Contender) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The running server, and the seconds from its start until it listened."""
    _insist_on_free_port(contender.port)
    log = FOLDER / f"{contender.port}.log"
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            _command(contender),
            cwd=PROJECT if contender.store else PROJECT / "benchmarks" / "bare",
            env=os.environ | {"CXDATA_STORE": str(contender.store)} | _trusted(contender),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_listening(process, contender, log)
            yield process, time.perf_counter() - began
        finally:
            process.terminate()
            process.wait(20)


def _trusted(contender: Contender) -> dict[str, str]:
    return {"CXDATA_TRUSTED_HEADER": HEADER} if contender.reader else {}


def run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=PROJECT, check=True)


def report(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Prints the rows as a Markdown table and writes them as JSON."""
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(_cell(row.get(column)) for column in columns) + " |")
    target = FOLDER / f"{name}.json"
    target.write_text(json.dumps(list(rows), indent=2) + "\n", "utf-8")
    print(f"\nwritten to {target.relative_to(PROJECT)}", file=sys.stderr)


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,.2f}" if isinstance(value, float) else str(value)


def _command(contender: Contender) -> list[str]:
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(contender.port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
    return [*command, "--browser.gatherUsageStats", "false"]


def _wait_until_listening(
    process: subprocess.Popen[bytes], contender: Contender, log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            asked = Request(f"{contender.address}/_stcore/health", headers=contender.headers)
            with urlopen(asked, timeout=START_SECONDS):
                return
        except (URLError, ConnectionError):
            time.sleep(0.01)
    raise SystemExit(f"{contender.name} doesn't listen; see {log}")


def _insist_on_free_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SystemExit(f"port {port} is taken; free it or give --port")
