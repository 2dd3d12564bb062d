"""The build of a page as a few lines of text: what stands where, how large, in which letters.

``python -m tests.e2e.structure`` writes ``structure.json`` anew from the dashboard of this tree
on the sample data; look at its difference before it is committed.
"""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

KEPT = Path(__file__).with_name("structure.json")
# Address -> what of the page has to be drawn before it is looked at.
LOOKED_AT = {
    "?lang=fr": ".cx-sketch",
    "nps?lang=en": ".main-svg",
    "cx-pyramid?lang=fr": ".cx-sketch",
    "response-times?lang=en": ".main-svg",
    "churn-cost?lang=fr": ".main-svg",
}
SIZE = {"width": 1280, "height": 720}
# One line each: name, place and size in steps of 8 pixels, size of letters, colour of a state.
LINES = """() => {
    const step = (n) => 8 * Math.round(n / 8);
    const box = (it) => {
        const b = it.getBoundingClientRect();
        return [b.left, b.top + document.querySelector('[data-testid=stMain]').scrollTop,
                b.width, b.height].map(step).join(' ');
    };
    const shown = (name) => [...document.querySelectorAll(name)]
        .filter((it) => it.getBoundingClientRect().width > 1);
    const letters = (it) => parseFloat(getComputedStyle(it).fontSize);
    const face = getComputedStyle(document.querySelector('h1')).fontFamily.split(',')[0];
    const lines = [`face ${face.replaceAll('"', '')}`];
    const add = (name, places, more = () => '') => places.forEach((it) =>
        lines.push(`${name} ${box(it)} ${more(it)}`.trim()));
    add('frame', shown('[data-testid=stSidebar]'));
    add('bar', shown('.st-key-filter_bar'));
    add('title', shown('h1'), letters);
    add('part', shown('h2').slice(0, 1), letters);
    add("tabs", shown(".st-key-page_tabs"), (it) =>
        [...it.querySelectorAll("button, label")].filter((each) => each.offsetWidth).length);
    add('card', shown('[class*=st-key-card_]'));
    add('row', shown('.st-key-channel_rows').slice(0, 1));
    add('value', shown('[data-testid=stMetricValue]'), letters);
    add('drawing', shown('.cx-sketch, [data-testid=stPlotlyChart]').slice(0, 4));
    add('small', shown('[data-testid=stCaptionContainer] p').slice(0, 1), letters);
    shown('[data-testid=stMetricDelta], [class*=stMarkdownBadge]').forEach((it) =>
        lines.push(`state ${getComputedStyle(it).color} ${getComputedStyle(it).backgroundColor}`));
    return lines;
}"""


def structure(page: Page) -> list[str]:
    """The lines of the page that is shown."""
    lines: list[str] = page.evaluate(LINES)
    return lines


def differences(one: list[str], other: list[str], slack: int = 8) -> list[str]:
    """What stands in one alone, and in the other; places that differ by one step are the same.

    >>> differences(["title 8 8 80 16 24"], ["title 16 8 80 16 24"])
    []
    >>> differences(["title 8 8 80 16 24"], ["title 8 8 80 16 20"])
    ['- title 8 8 80 16 24', '+ title 8 8 80 16 20']
    """
    if len(one) == len(other) and all(map(lambda a, b: _alike(a, b, slack), one, other)):
        return []
    lost = [f"- {it}" for it in one if not any(_alike(it, each, slack) for each in other)]
    found = [f"+ {it}" for it in other if not any(_alike(it, each, slack) for each in one)]
    return [*lost, *found] or [f"{len(one)} lines against {len(other)}"]


def _alike(one: str, other: str, slack: int) -> bool:
    left, right = one.split(), other.split()
    if len(left) != len(right) or left[0] != right[0] or left[5:] != right[5:]:
        return False
    if left[0] in ("face", "state"):
        return left == right
    boxes = zip(left[1:5], right[1:5], strict=True)
    return all(abs(int(a) - int(b)) <= slack for a, b in boxes)


def main() -> None:
    """Writes what the pages are like now."""
    from benchmarks.pictures import ARGUMENTS, chromium, sample_dashboard, settle

    found: dict[str, list[str]] = {}
    with sample_dashboard("extracts") as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for path, drawn in LOOKED_AT.items():
            page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
            page.set_default_timeout(120_000)
            page.goto(f"{address}/{path}")
            settle(page)
            page.wait_for_selector(drawn)
            page.wait_for_timeout(1000)
            found[path] = structure(page)
    KEPT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
