"""A server with a store of its own, a Chromium, and a screenshot of what failed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as WaitedTooLong

from cxdata.ingest import import_file
from cxdata.models import DIMENSIONS
from cxdata.store.connection import Store
from tests.e2e.readers import IN_ONE_PROCESS, Reader, Readers
from tests.stores import HOSTILE_TEXTS, add, answers, shared_sample

PROJECT = Path(__file__).parents[2]
RESULTS = PROJECT / "test-results"
CHROMIUM_NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
CHROME_OF_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
# A website of somebody else whose name points at this machine; newer browsers would ask first.
EVIL = "evil.example"
REBINDING = (
    f"--host-resolver-rules=MAP {EVIL} 127.0.0.1",
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
)
# Streamlit looks for its server under the page's own path first.
PROBE = re.compile(r"/[a-z-]+/_stcore/(health|host-config)$")
START_SECONDS = 300
# Files that write into one store run in one process, which starts one server for them.
ON_OWN_SERVER = {"test_filters_and_import", "test_hostile_texts"}
# What begins first: one process imports the sample data for the own server, while the other tries
# what needs none; then what takes longest, so that none is left alone with much at the end.
FIRST = (
    *("test_filters_and_import", "test_hostile_texts"),
    *("test_login", "test_meeting", "test_import_questions", "test_own_dimensions"),
    *("test_cases", "test_decisions"),
    *("test_pyramid_access", "test_looks", "test_disaster", "test_many_at_once"),
    *("test_twelve_questions", "test_structure", "test_people_behind", "test_saved_views"),
)
# How long what is awaited may take: on a busy machine five seconds, which is usual, are too few.
expect.set_options(timeout=20_000)


@dataclass
class Server:
    """The dashboard as users start it, on a free port."""

    store_path: Path
    log_path: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, is_well: bool = True) -> None:
        """Wait until it answers; ``is_well``: that it has its store."""
        command = ["-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=PROJECT,
                env={**os.environ, "CXDATA_STORE": str(self.store_path), **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(is_well)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _wait(self, is_well: bool) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except urllib.error.HTTPError:
                if not is_well:
                    return
                time.sleep(0.1)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        pytest.fail(f"the server did not start:\n{self.log_path.read_text('utf-8')}")


@dataclass
class Tab:
    """A browser tab on one server, and what it asked for on the way."""

    page: Page
    server: Server
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("console", lambda it: self._note_console(it.type, it.text, it.location["url"]))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.server.url}/{path}")
        self.settle()

    def resize(self, *, width: int, height: int, is_dark: bool) -> None:
        """Another screen, with another look."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="dark" if is_dark else "light")

    def settle(self) -> None:
        """Wait until the script has run and nothing stale is left."""
        self.page.wait_for_selector(
            "[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000
        )
        self.page.wait_for_selector(
            "[data-testid=stMain] [data-testid=stElementContainer]",
            state="attached",
            timeout=60_000,
        )
        waiting = self.page.locator("[data-stale=true], [data-testid=stSkeleton]")
        expect(waiting).to_have_count(0, timeout=60_000)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_test_id("stSidebar")

    @property
    def figure(self) -> Locator:
        """The page's first large figure."""
        return self.main.get_by_test_id("stMetricValue").first

    @property
    def bar(self) -> Locator:
        """The filter bar above the page."""
        return self.page.locator(".st-key-filter_bar")

    def pick(self, label: str, value: str) -> None:
        """Add a value to a filter of the bar's list of further filters."""
        self.page.locator(".st-key-filters").get_by_test_id("stPopoverButton").click()
        self.choose(self.page.get_by_role("combobox", name=label), value)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)

    def choose(self, box: Locator, option: str) -> None:
        """Choose it as a person does: a list that the page's own drawing closed is opened again."""
        offered = self.page.get_by_role("option", name=option, exact=True)
        for patience in (3_000, 3_000, 30_000):
            self.settle()
            box.click()
            box.fill(option)
            try:
                offered.click(timeout=patience)
                return
            except WaitedTooLong:
                continue
        raise AssertionError(f"{option} was never offered")

    def _note_request(self, url: str) -> None:
        if urlsplit(url).scheme in {"http", "https", "ws", "wss"} and (
            urlsplit(url).hostname != "127.0.0.1"
        ):
            self.outside.append(url)

    def _note_console(self, kind: str, text: str, url: str) -> None:
        is_probe = "404" in text and PROBE.search(urlsplit(url).path)
        if kind == "error" and not is_probe:
            self.errors.append(f"{text} {url}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium_path() -> str:
    """The browser that ensure_chromium.sh found or installed."""
    named = [os.environ.get("CHROMIUM"), *map(shutil.which, CHROMIUM_NAMES), str(CHROME_OF_MACOS)]
    for path in named:
        if path and os.access(path, os.X_OK):
            return path
    pytest.fail("no Chromium: run sh tests/e2e/ensure_chromium.sh, or set CHROMIUM to its path")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*QUIET, *REBINDING, IN_ONE_PROCESS]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample data, imported once; to be copied, not to be opened."""
    return shared_sample(tmp_path_factory)


@dataclass
class Servers:
    """Those that tests have started, each with a copy of a store, in a folder of its own.

    A browser keeps the frontend by the address that it came from, so the next server listens where
    one listened that is stopped.
    """

    folders: pytest.TempPathFactory
    ports: list[int] = field(default_factory=list)

    @contextmanager
    def started(self) -> Iterator[Callable[..., Server]]:
        """``serve(store_path)``; all that it started are stopped at the end."""
        servers: list[Server] = []

        def serve(store_path: Path, **environment: str) -> Server:
            folder = self.folders.mktemp("server")
            own = folder / "cx.duckdb"
            shutil.copyfile(store_path, own)
            port = self.ports.pop() if self.ports else free_port()
            server = Server(own, folder / "server.log", environment, port)
            servers.append(server)
            server.start()
            return server

        yield serve
        for server in servers:
            server.stop()
            self.ports.append(server.port)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Servers:
    return Servers(tmp_path_factory)


@pytest.fixture(scope="module")
def serve(servers: Servers) -> Iterator[Callable[..., Server]]:
    """``serve(store_path)``: a server with a copy of that store, stopped when its file is done."""
    with servers.started() as serve:
        yield serve


@pytest.fixture(scope="session")
def serve_all_files(servers: Servers) -> Iterator[Callable[..., Server]]:
    """As ``serve``, for all files of tests."""
    with servers.started() as serve:
        yield serve


@pytest.fixture(scope="session")
def sample_server(serve_all_files: Callable[..., Server], sample_path: Path) -> Server:
    """The sample data, for tests that only read."""
    return serve_all_files(sample_path)


@pytest.fixture(scope="session")
def own_server(
    serve_all_files: Callable[..., Server],
    sample_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    """The sample data and hostile answers, for tests that write."""
    path = tmp_path_factory.mktemp("own") / "hostile.duckdb"
    shutil.copyfile(sample_path, path)
    store = Store.open(path)
    rows: list[dict[str, object]] = []
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        places = dict.fromkeys(("segment", "region", "product", "journey"), text)
        own = answers([10] * (20 + number) + [2] * 10, comment=text, **places)
        rows += [{**row, "response_id": f"{text} {place}"} for place, row in enumerate(own)]
    add(store, rows, "responses", kept_columns=DIMENSIONS)
    file = b"responded_at,nps_score\n2026-06-15,9\n"
    import_file(store, file, file_name=" ".join(HOSTILE_TEXTS.values()))
    store.close()
    return serve_all_files(path)


@pytest.fixture(scope="session")
def readers(browser: Browser) -> Readers:
    return Readers(browser)


@pytest.fixture
def open_tab(readers: Readers, request: pytest.FixtureRequest) -> Iterator[Callable[..., Tab]]:
    """``open_tab(server, "nps")``: a new tab of a reader of its own, whom the server never met.

    When the test ends, no tab may have asked for anything outside this machine, nor have an
    error in its console.
    """
    tabs: list[Tab] = []
    lent: list[Reader] = []

    def open_tab(
        server: Server,
        path: str = "",
        *,
        width: int = 1280,
        height: int = 720,
        is_dark: bool = False,
        locale: str = "en-GB",
    ) -> Tab:
        reader = readers.lend(locale, f"{server.url}/health")
        lent.append(reader)
        page = reader.context.new_page()
        tab = Tab(page, server)
        tab.resize(width=width, height=height, is_dark=is_dark)
        tabs.append(tab)
        tab.watch()
        tab.open(path)
        return tab

    yield open_tab
    try:
        if getattr(request.node, "has_failed", False):
            _keep_screenshots(request.node.name, tabs)
    finally:
        for reader in lent:
            readers.take_back(reader)
    for tab in tabs:
        assert tab.outside == []
        assert tab.errors == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests stay together (``--dist loadgroup``), and what begins first."""
    places = {name: place for place, name in enumerate(FIRST)}
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            name = item.path.stem
            group = "own_server" if name in ON_OWN_SERVER else name
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(
        key=lambda item: places.get(item.path.stem, len(FIRST)) if item.path.parent == here else -1
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed:
        item.has_failed = True
    return report


def _keep_screenshots(name: str, tabs: list[Tab]) -> None:
    RESULTS.mkdir(exist_ok=True)
    for number, tab in enumerate(tabs, 1):
        if tab.page.is_closed():
            continue
        place = RESULTS / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}-{number}.png"
        tab.page.screenshot(path=place)
