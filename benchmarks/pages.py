"""How long a person waits: cold start, first page, filter change; beside a bare Streamlit page.

    python benchmarks/pages.py [--path nps] [--scope segment=Premium] [--cases COUNT]
                               [--looks SECONDS] [--repeats 5] [--port 8611]

Three servers take turns on the same machine: a one-line page (``benchmarks/bare``), the Overview
on the sample data, and on 1 M answers + 5 M contacts. Medians; what counts are the ratios to the
bare page. Takes about three minutes, one more the first time (it makes the large store).

- start: from the command to the first answer on the port
- first page: from the navigation until the script has ended and every chart is drawn, with an
  empty and with a warm browser cache; bytes as they came over the wire, WebSocket included
- filter: from the click on another period to the last change in the page; "new" has never been
  computed, "seen" comes from the cache of results. With ``--looks``, somebody looks at the page
  for so long before: then "new" is what is computed ahead meanwhile
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from servers import FIRST_PORT, Contender, contenders, report, started

# The period codes and the bare page's options, as the list shows them.
PERIODS = ("Last 3 months", "Last 6 months", "Last 24 months", "Last 36 months", "Whole history")
BARE_OPTIONS = ("Silver", "Gold", "Silver", "Gold", "Silver")
# Pages without a period: there only the opening is measured.
WITHOUT_PERIOD = ("cases",)
IS_COMPLETE = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    if (app?.dataset.testScriptState !== 'notRunning') return false;
    if (document.querySelector('[data-testid=stSkeleton]')) return false;
    const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
    if (!charts.every(chart => chart.querySelector('.main-svg'))) return false;
    return document.querySelector('[data-testid=stMain]').innerText.trim() && performance.now();
}"""
WATCH = """() => {
    const note = () => { window.lastChange = performance.now(); };
    new MutationObserver(note).observe(document.querySelector('[data-testid=stMain]'),
        {subtree: true, childList: true, characterData: true, attributes: true});
    document.addEventListener('pointerup', () => { window.clicked = performance.now(); }, true);
}"""
IS_QUIET = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return window.lastChange > window.clicked && app.dataset.testScriptState === 'notRunning'
        && performance.now() - window.lastChange > 500 && window.lastChange - window.clicked;
}"""

Samples = dict[tuple[str, str], list[float]]


def main() -> None:
    options = _options()
    servers = contenders(options.port, options.path, options.scope, options.cases)
    samples: Samples = {}
    for _ in range(min(options.repeats, 3)):
        for server in servers:
            with started(server) as (_, seconds):
                _add(samples, server, "start, s", seconds)
    with sync_playwright() as playwright, ExitStack() as stack:
        browser = playwright.chromium.launch(
            executable_path=options.chromium,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        for server in servers:
            stack.enter_context(started(server))
        for _ in range(options.repeats):
            for server in servers:
                _measure_first_page(samples, server, browser)
        for server in servers if options.path not in WITHOUT_PERIOD else ():
            _measure_filter(samples, server, browser, options.looks)
    report(
        "pages",
        ["measure", *(s.name for s in servers), *_ratio_names(servers)],
        _rows(samples, servers),
    )


def _measure_first_page(samples: Samples, server: Contender, browser: Browser) -> None:
    looks = {"width": 1280, "height": 720}
    with browser.new_context(
        viewport=looks, locale="en-GB", extra_http_headers=server.headers
    ) as context:
        for cache in ("empty", "warm"):
            milliseconds, size = _visit(server, context)
            _add(samples, server, f"first page, {cache} cache, ms", milliseconds)
            _add(samples, server, f"first page, {cache} cache, MB", size / 1e6)


def _visit(server: Contender, context: BrowserContext) -> tuple[float, float]:
    """Milliseconds until the page is complete, and the bytes that came over the wire."""
    page = context.new_page()
    received: list[float] = []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    wire.on(
        "Network.webSocketFrameReceived",
        lambda event: received.append(len(event["response"]["payloadData"]) * 3 / 4),
    )
    page.goto(server.url, wait_until="commit")
    milliseconds = page.wait_for_function(IS_COMPLETE, polling="raf").json_value()
    page.wait_for_timeout(300)
    page.close()
    return float(milliseconds), sum(received)


def _measure_filter(
    samples: Samples, server: Contender, browser: Browser, look_seconds: float
) -> None:
    looks = {"width": 1280, "height": 720}
    page = browser.new_page(viewport=looks, locale="en-GB", extra_http_headers=server.headers)
    page.goto(server.url)
    page.wait_for_function(IS_COMPLETE)
    page.wait_for_timeout(1000 * look_seconds)
    page.evaluate(WATCH)
    for kind in ("new", "seen"):
        for milliseconds in _pick_all(page, server):
            _add(samples, server, f"filter to redrawn, {kind}, ms", milliseconds)
    page.close()


def _pick_all(page: Page, server: Contender) -> Iterator[float]:
    label, options = ("Period", PERIODS) if server.store else ("Segment", BARE_OPTIONS)
    for option in options:
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option, exact=True).click()
        yield float(page.wait_for_function(IS_QUIET).json_value())


def _add(samples: Samples, server: Contender, measure: str, value: float) -> None:
    samples.setdefault((measure, server.name), []).append(value)


def _ratio_names(servers: tuple[Contender, ...]) -> list[str]:
    return [f"{server.name} / bare" for server in servers[1:]]


def _rows(samples: Samples, servers: tuple[Contender, ...]) -> list[dict[str, object]]:
    bare = servers[0].name
    rows: list[dict[str, object]] = []
    for measure in dict.fromkeys(measure for measure, _ in samples):
        medians = {s.name: statistics.median(samples[measure, s.name]) for s in servers}
        ratios = {
            name: medians[server.name] / medians[bare]
            for server, name in zip(servers[1:], _ratio_names(servers), strict=True)
        }
        rows.append({"measure": measure, **medians, **ratios})
    return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time start, first page and filter change.")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the first of three")
    parser.add_argument(
        "--path", default="", help="of our page, such as nps; the Overview's is empty"
    )
    parser.add_argument("--looks", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--scope", default="", metavar="DIM=VALUE", help="of a reader in the third")
    parser.add_argument("--cases", type=int, default=0, metavar="COUNT", help="in the large store")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    return parser.parse_args()


if __name__ == "__main__":
    main()
