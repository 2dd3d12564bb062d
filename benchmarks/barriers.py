"""What axe finds on every page and part, in both languages and themes.

``python benchmarks/barriers.py`` walks the dashboard of this tree on the sample data, on an empty
store and on twelve answers, and writes a line per finding: page, language, theme, rule, how many
places, and the first of them. It ends with 1 if there is any. ``--only nps`` walks one page,
``--held empty`` one store, ``--address`` a dashboard that runs already.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from pictures import ARGUMENTS, HELD, LANGUAGES, PARTS, chromium, queries, sample_dashboard, settle
from playwright.sync_api import Page, sync_playwright

THEMES = ("light", "dark")


def findings(page: Page) -> list[str]:
    """A line per rule that is broken on the page."""
    found = [(it["id"], it["nodes"]) for it in Axe().run(page).response["violations"]]
    return [
        f"{rule}: {len(places)} × {places[0]['target']} {places[0]['html'][:160]}"
        for rule, places in found
    ]


def walk(address: str, paths: list[str], languages: list[str], themes: list[str]) -> int:
    """Every page and part; the number of findings."""
    count = looked = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for theme in themes:
            context = browser.new_context(
                viewport={"width": 1280, "height": 720},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.set_default_timeout(120_000)
            for path, lang in product(paths, languages):
                for query in queries(path):
                    page.goto(f"{address}/{path}?lang={lang}&{query}")
                    settle(page)
                    looked += 1
                    for line in findings(page):
                        count += 1
                        print(path or "overview", query, lang, theme, line, flush=True)
            context.close()
        browser.close()
    print(f"{looked} pages looked at, {count} findings")
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    parser.add_argument("--lang", choices=LANGUAGES, action="append")
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--held", choices=HELD, action="append")
    parser.add_argument("--address")
    said = parser.parse_args()
    count = 0
    for held in [""] if said.address else said.held or HELD:
        place = sample_dashboard(held) if held else nullcontext(said.address)
        with place as address:
            print(held or address, flush=True)
            count += walk(
                address,
                said.only or list(PARTS),
                said.lang or list(LANGUAGES),
                said.theme or list(THEMES),
            )
    sys.exit(bool(count))


if __name__ == "__main__":
    main()
