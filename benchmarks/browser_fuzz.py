"""Files made by chance, dropped on the Import page of a browser, its questions answered by lot.

    python benchmarks/browser_fuzz.py [--files 200] [--first 0]

The files are those of ``fuzz_files.py``; a case is the same whenever its number is. Each question
that the page asks gets an offered answer or "none of these", drawn by lot; lists, ticks and texts
are changed now and then; the button is pressed when it can be. Wrong are: the page that stands for
a fault, a traceback in the server's log, a page that doesn't come to rest, and, looked at after
every ``ROUND`` files with the server stopped, a store that doesn't hang together or holds another
number of imports than the page said it stored.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as WaitedTooLong

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.fuzz_files import SEED, Case, drawn_case, whole_files  # noqa: E402
from benchmarks.pictures import ARGUMENTS, chromium, dashboard  # noqa: E402
from cxdata.i18n import translator  # noqa: E402
from cxdata.ingest import check_store, import_file, recorded_batches  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

ROUND = 25  # files between two looks at the store
TURNS = 6  # times that a page's questions are answered anew
LOOKS = 20  # at a page for what it says of an import, 300 milliseconds apart
REPORTED = (
    ("in the store.", "stored"),
    ("dans la base.", "stored"),
    ("Nothing was added", "nothing new"),
    ("Rien n’a été ajouté", "nothing new"),
)
PATIENCE = 40_000  # milliseconds until a page has come to rest
FAULT = "This page can't be shown because of a fault in the dashboard: fault {fault}, see the log."
FAULTS = tuple(translator(lang)(FAULT, fault="|").split("|")[0] for lang in ("en", "fr"))
EARLIER = (
    b"response_id,responded_at,nps_score,comment\nA1,2026-01-05,9,Good\nA2,2026-01-06,3,Slow\n",
    b"contact_id,opened_at,channel\nT1,2026-01-05 10:00:00,call\n",
    b"customer_id,started_on,segment\nC1,2020-01-05,Consumer\n",
)


@dataclass
class Outcomes:
    """What the files ended in, how often the page was answered, and what was wrong."""

    ends: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)


class Wrong(Exception):
    """What must not happen."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--files", type=int, default=200)
    options.add_argument("--first", type=int, default=2 * len(whole_files()))
    said = options.parse_args()
    outcomes, began = Outcomes(), time.perf_counter()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for first in range(said.first, said.first + said.files, ROUND):
            last = min(first + ROUND, said.first + said.files)
            _round(browser, range(first, last), outcomes)
            print(f"{last - said.first} files, {len(outcomes.wrong)} wrong so far", flush=True)
        browser.close()
    for number, what in outcomes.wrong:
        print(f"--- case {number}\n{what}")
    for name, counts in (("ends", outcomes.ends), ("answers", outcomes.answered)):
        print(f"{name}: " + ", ".join(f"{count} {it}" for it, count in counts.most_common()))
    print(f"{len(outcomes.wrong)} wrong; {time.perf_counter() - began:.0f} s")
    sys.exit(bool(outcomes.wrong))


def _round(browser: Browser, numbers: range, outcomes: Outcomes) -> None:
    """Some files on one server, and then a look at what it left."""
    with tempfile.TemporaryDirectory() as folder:
        path, log = Path(folder) / "cx.duckdb", Path(folder) / "server.log"
        store = Store.open(path)
        for content in EARLIER:
            import_file(store, content)
        store.close()
        stored = 0
        with dashboard(path, log) as address:
            for number in numbers:
                try:
                    end = _one(browser, address, number, outcomes.answered)
                except (Wrong, BrowserError) as error:
                    outcomes.wrong.append((number, f"{type(error).__name__}: {error}"[:2000]))
                    end = "wrong"
                outcomes.ends[end] += 1
                stored += end == "stored"
        said = log.read_text("utf-8", errors="replace")
        if "Traceback" in said:
            outcomes.wrong.append((numbers[0], said[-3000:]))
        store = Store.open(path)
        problems = check_store(store)
        held = recorded_batches(store).height - len(EARLIER)
        store.close()
        if problems or held != stored:
            told = f"{held} imports in the store, {stored} said; {problems}"
            outcomes.wrong.append((numbers[0], told))


def _one(browser: Browser, address: str, number: int, answered: Counter[str]) -> str:
    """What one file ends in, in a session of its own."""
    draw = Random(f"{SEED} browser {number}")
    case = drawn_case(number)
    lang = draw.choice(("en", "fr"))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/import?lang={lang}")
        _settle(page)
        page.locator("input[type=file]").set_input_files(
            {"name": _name(case, number), "mimeType": "text/csv", "buffer": case.content}
        )
        page.wait_for_timeout(300)
        _settle(page)
        for _ in range(TURNS):
            if not _answer(page, draw, answered):
                break
        return _end(page)
    finally:
        context.close()


def _end(page: Page) -> str:
    take = page.get_by_test_id("stMain").get_by_role("button", name="Import", exact=True)
    take = take.or_(page.get_by_test_id("stMain").get_by_role("button", name="Importer"))
    if not take.count():
        return "refused"
    if not take.first.is_enabled():
        return "asked or held"
    take.first.click()
    alerts = page.get_by_test_id("stMain").get_by_test_id("stAlert")
    for _ in range(LOOKS):  # on a busy machine the page may not have begun to draw itself anew
        page.wait_for_timeout(300)
        _settle(page)
        for text, end in REPORTED:
            if alerts.get_by_text(text).count():
                return end
    return "refused at the button"


def _answer(page: Page, draw: Random, answered: Counter[str]) -> bool:
    """One widget of the page, chosen and set by lot; false if nothing is to be answered."""
    main = page.get_by_test_id("stMain")
    radios = [it for it in _shown(main.get_by_test_id("stRadio")) if not _is_answered(it)]
    if radios:
        labels = _shown(draw.choice(radios).locator("label:has(input[type=radio])"))
        chosen = draw.choice(labels)
        is_none = chosen == labels[-1]
        answered["none of these" if is_none else "an offered answer"] += 1
        chosen.click()
    elif (days := _shown(main.get_by_test_id("stDateInput"))) and draw.random() < 0.7:
        answered["a day"] += 1
        days[0].locator("input").fill("30/06/2026")
        page.keyboard.press("Enter")
    elif (ticks := _shown(main.get_by_test_id("stCheckbox"))) and draw.random() < 0.5:
        answered["a tick"] += 1
        draw.choice(ticks).locator("label").first.click()
    elif (lists := _shown(main.get_by_test_id("stSelectbox"))) and draw.random() < 0.5:
        answered["a list"] += _choose(page, draw.choice(lists), draw)
    elif (texts := _shown(main.get_by_test_id("stTextInput"))) and draw.random() < 0.3:
        answered["a text"] += 1
        draw.choice(texts).locator("input").fill(draw.choice(("x", "0-10", "<b>", "#3", "=1")))
        page.keyboard.press("Enter")
    else:
        return False
    page.wait_for_timeout(300)
    _settle(page)
    return True


def _choose(page: Page, box: Locator, draw: Random) -> bool:
    """An option of a list by lot; false if the page drew itself anew meanwhile."""
    try:
        box.get_by_role("combobox").click(timeout=3_000)
        offered = page.get_by_role("option")
        offered.first.wait_for(timeout=3_000)
        draw.choice(offered.all()).click(timeout=3_000)
    except WaitedTooLong:
        page.keyboard.press("Escape")
        return False
    return True


def _is_answered(radio: Locator) -> bool:
    return radio.locator("input:checked").count() > 0


def _shown(found: Locator) -> list[Locator]:
    return [it for it in found.all() if it.is_visible()]


def _settle(page: Page) -> None:
    """Until the page has come to rest; whatever a fault would show is raised."""
    try:
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        page.wait_for_function(
            "() => !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"
        )
    except WaitedTooLong as error:
        raise Wrong("the page doesn't come to rest") from error
    text = page.get_by_test_id("stMain").inner_text()
    if any(it in text for it in FAULTS) or page.get_by_test_id("stException").count():
        raise Wrong(f"a fault: {text[:1500]}")


def _name(case: Case, number: int) -> str:
    form = next((it for it in case.origin.split() if it not in ("table", "changed")), "csv")
    packing = {"zip": ".zip", "gz": ".gz"}.get(case.origin.split()[-1], "")
    return f"case{number}.{form if form not in ('noise', 'zip', 'gz') else 'csv'}{packing}"


if __name__ == "__main__":
    main()
