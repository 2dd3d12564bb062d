"""Our pages beside the same small dashboard in Dash and in plain Streamlit, in one run.

    python benchmarks/peers/measure.py [--repeats 5] [--port 8621]

Each peer draws the NPS by month and the share in time by channel, with a period and a segment to
choose (:mod:`counted`), on the rows of the large store of the other benchmarks (1 M answers, 5 M
contacts) as two Parquet files, in an environment of its own below ``data/benchmarks/peers``. Ours
are the Overview and the NPS page on that store, which draw more: intervals, verdicts, what isn't
known. Medians; what counts are the ratios in one run.

- first page: from the navigation until all charts stand, with an empty and with a warm browser
  cache; bytes as they came over the wire
- filter: from the click on another period to the last change in the page; "new" is computed for
  the first time, "seen" is chosen again
- CPU of the server per change of the filter, and its memory at the end
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import duckdb
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers import FOLDER, LARGE, contenders, report, started

HERE = Path(__file__).parent
PLACE = FOLDER / "peers"
PERIODS = ("Last 3 months", "Last 6 months", "Last 24 months", "Last 36 months", "Whole history")
TICKS = os.sysconf("SC_CLK_TCK")
WAIT_SECONDS = 120
EXPORTS = {
    "answers": "select responded_on, nps_score, segment from response_versions where is_current",
    "contacts": """select opened_on, channel, segment,
            coalesce(date_diff('second', opened_at, first_response_at) <= 3600, false) as is_in_time
        from contact_versions where is_current and initiated_by = 'customer'""",
}
CHART = ".js-plotly-plot .main-svg, [data-testid=stImage] img, svg[role=img], .stHtml svg"
IS_COMPLETE = f"""() => {{
    const app = document.querySelector('[data-testid=stApp]');
    if (app && app.dataset.testScriptState !== 'notRunning') return false;
    if (document.querySelector('[data-testid=stSkeleton]')) return false;
    const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart], .dash-graph')];
    if (!charts.every(it => it.querySelector('.main-svg'))) return false;
    return (charts.length || document.querySelector('{CHART}')) && performance.now();
}}"""
WATCH = """() => {
    const note = () => { window.lastChange = performance.now(); };
    const place = document.querySelector('[data-testid=stMain]')
        || document.querySelector('#react-entry-point');
    new MutationObserver(note).observe(place,
        {subtree: true, childList: true, characterData: true, attributes: true});
    document.addEventListener('click', () => { window.clicked = performance.now(); }, true);
    document.addEventListener('pointerup', () => { window.clicked = performance.now(); }, true);
}"""
IS_QUIET = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return window.lastChange > window.clicked
        && (!app || app.dataset.testScriptState === 'notRunning')
        && !document.querySelector('[data-dash-is-loading]')
        && performance.now() - window.lastChange > 700 && window.lastChange - window.clicked;
}"""


@dataclass(frozen=True)
class Running:
    """A server that listens: its name, page and process."""

    name: str
    url: str
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Of the process and all that it started."""
        return sum(_ticks(it) for it in _family(self.process.pid)) / TICKS

    def megabytes(self) -> float:
        return sum(_resident(it) for it in _family(self.process.pid)) / 1e6


Samples = dict[tuple[str, str], list[float]]


def main() -> None:
    options = _options()
    _make_ready()
    ours = contenders(options.port)[2]
    samples: Samples = {}
    with sync_playwright() as playwright, ExitStack() as stack:
        browser = playwright.chromium.launch(
            executable_path=options.chromium,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        running = [
            stack.enter_context(_peer("Dash", options.port + 3)),
            stack.enter_context(_peer("Streamlit", options.port + 4)),
        ]
        process, _ = stack.enter_context(started(ours))
        running += [
            Running("our Overview", f"{ours.address}/?period=12m&lang=en", process),
            Running("our NPS page", f"{ours.address}/nps?period=12m&lang=en", process),
        ]
        for _ in range(options.repeats):
            for server in running:
                _measure_first_page(samples, server, browser)
        for server in running:
            _measure_filter(samples, server, browser)
    _report(samples, [it.name for it in running])


def _make_ready() -> None:
    """The rows as Parquet, and an environment for each peer, once."""
    PLACE.mkdir(parents=True, exist_ok=True)
    contenders()
    if not (PLACE / "contacts.parquet").exists():
        with duckdb.connect(str(LARGE), read_only=True) as con:
            for name, query in EXPORTS.items():
                con.execute(f"copy ({query}) to '{PLACE / name}.parquet' (format parquet)")
    for name in ("dash", "streamlit"):
        if not (PLACE / name).exists():
            uv = (sys.executable, "-m", "uv", "--quiet")
            subprocess.run([*uv, "venv", str(PLACE / name)], check=True)
            words = ["pip", "install", "--python", _python(name), "-r", str(HERE / f"{name}.txt")]
            subprocess.run([*uv, *words], check=True)


def _python(name: str) -> str:
    return str(PLACE / name / "bin" / "python")


@contextmanager
def _peer(name: str, port: int) -> Iterator[Running]:
    if name == "Dash":
        command = [_python("dash"), str(HERE / "dash_app.py"), str(port)]
    else:
        command = [_python("streamlit"), "-m", "streamlit", "run", str(HERE / "streamlit_app.py")]
        command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
        command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
        command += ["--browser.gatherUsageStats", "false"]
    with (PLACE / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=HERE,
            env=os.environ | {"PEERS_DATA": str(PLACE)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait_until_listening(url, process)
        yield Running(name, url, process)
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_listening(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=WAIT_SECONDS):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise SystemExit(f"{url} doesn't listen; see the logs in {PLACE}")


def _measure_first_page(samples: Samples, server: Running, browser: Browser) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB") as context:
        context.set_default_timeout(WAIT_SECONDS * 1e3)
        for cache in ("empty", "warm"):
            page = context.new_page()
            milliseconds, size = _visit(page, server.url)
            page.close()
            _add(samples, server, f"first page, {cache} cache, ms", milliseconds)
            _add(samples, server, f"first page, {cache} cache, MB", size / 1e6)


def _visit(page: Page, url: str) -> tuple[float, float]:
    received: list[float] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    wire.on(
        "Network.webSocketFrameReceived",
        lambda event: received.append(len(event["response"]["payloadData"]) * 3 / 4),
    )
    page.goto(url, wait_until="commit")
    milliseconds = page.wait_for_function(IS_COMPLETE, polling="raf").json_value()
    page.wait_for_timeout(300)
    return float(milliseconds), sum(received)


def _measure_filter(samples: Samples, server: Running, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="en-GB")
    page.set_default_timeout(WAIT_SECONDS * 1e3)
    page.goto(server.url)
    page.wait_for_function(IS_COMPLETE)
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    for kind in ("new", "seen"):
        before = server.cpu_seconds()
        for period in PERIODS:
            _open_periods(page)
            page.get_by_role("option", name=period, exact=True).click()
            milliseconds = float(page.wait_for_function(IS_QUIET).json_value())
            _add(samples, server, f"filter to redrawn, {kind}, ms", milliseconds)
        spent = server.cpu_seconds() - before
        _add(samples, server, f"CPU of the server a filter, {kind}, ms", spent * 1e3 / len(PERIODS))
    _add(samples, server, "memory of the server, MB", server.megabytes())
    page.close()


def _open_periods(page: Page) -> None:
    ours = page.get_by_role("combobox", name="Period")
    (ours if ours.count() else page.locator("#period")).first.click()


def _report(samples: Samples, names: list[str]) -> None:
    rows: list[dict[str, object]] = []
    for measure in dict.fromkeys(it for it, _ in samples):
        medians = {it: statistics.median(samples[measure, it]) for it in names}
        ratios = {
            f"{it} ÷ Streamlit": medians[it] / medians["Streamlit"]
            for it in names
            if it != "Streamlit"
        }
        rows.append({"measure": measure, **medians, **ratios})
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    report("peers", list(rows[0]), rows)


def _add(samples: Samples, server: Running, measure: str, value: float) -> None:
    samples.setdefault((measure, server.name), []).append(value)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text("utf-8").split():
            yield from _family(int(child))


def _ticks(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return float(after_name[11]) + float(after_name[12])


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--port", type=int, default=8621, help="the first of eight")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    return parser.parse_args()


if __name__ == "__main__":
    main()
