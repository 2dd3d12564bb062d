"""Pictures of every page and part, to be compared before and after a change of the house.

``python benchmarks/pictures.py take FOLDER`` starts the dashboard of this tree on the sample data
and takes a picture of each page and part in each language; ``compare ONE OTHER`` says which of
them differ, and by how many pixels. ``--width`` and ``--dark`` choose the look.
``readme docs/images`` takes those of the README again: what a screen of 1280 by 720 shows.
``matrix FOLDER`` takes every page on each screen of ``SCREENS``, in each language, light and dark,
with the sample, nothing and twelve answers in the store, and a contact sheet for each page, so
that many are looked at at once; ``--only nps`` takes one page, ``--held empty`` one store.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).parents[1]
# fmt: off
PARTS: dict[str, tuple[str, ...]] = {
    "": (),
    "nps": ("trend", "why", "whom", "drivers", "words", "satisfaction", "who"),
    "cx-pyramid": ("levels", "history", "evidence", "gate", "vision", "assess", "thresholds"),
    "response-times": (
        "trend", "when", "how_long", "backlog", "by", "across", "costs", "standards",
    ),
    "churn-cost": ("over_time", "cost", "reasons", "survival", "at_risk", "what_if", "assumptions"),
    "board-pack": ("pack", "snapshots"),
    "decisions": (),
    "meeting": (),
    "cases": ("list", "helped", "rules"),
    "import": (),
    "data": (),
    "settings": (
        "standard_call", "standard_email", "standard_chat", "standard_social", "hours", "contacts",
        "cases", "invitations", "answers", "privacy", "dimensions", "churn", "imports", "firm",
        "targets", "touchpoints", "own", "segments", "history", "access",
    ),
    "methods": (),
}
# fmt: on
# What the address shows beside parts: a form, a case, a screen of the meeting, two packs compared.
VIEWS: dict[str, tuple[str, ...]] = {
    "nps": (
        "segment=Premium",
        "how=nps_trend&data=nps_trend",
        "list=%5B%22nps_class%22%2C%22detractor%22%5D",
    ),
    "board-pack": ("part=snapshots&against=today",),
    "meeting": tuple(f"screen={place}" for place in (1, 2, 5, 9)),
    "cases": ("case=1", "which=all"),
}
LANGUAGES = ("en", "fr")
SCREENS = ((1280, 720), (1920, 1080), (390, 844))
THUMB_WIDTH, IN_A_ROW = 320, 6
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome Mobile Safari/537.36"
IN_README = ("", "nps", "response-times")
COLOURS = 128  # of the pictures of the README: a third of the bytes, and no eye sees it
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--no-first-run")
START_SECONDS = 90
# A pixel differs if a colour does by more than this; text is drawn with soft edges.
NOTICED = 24


# What is in the store that the pictures are of: the sample, nothing, or twelve answers.
HELD = ("sample", "empty", "twelve")


def queries(path: str) -> list[str]:
    """What is asked of a page to see each of its parts, and what else it can show."""
    return [*(f"part={it}" for it in PARTS[path]), *VIEWS.get(path, ())] or [""]


@contextmanager
def sample_dashboard(held: str = "sample") -> Iterator[str]:
    """The address of the dashboard of this tree, with one of ``HELD`` in a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "cx.duckdb"
        fill(store, held, Path(folder))
        with dashboard(store, Path(os.devnull)) as address:
            yield address


def fill(store: Path, held: str, folder: Path) -> None:
    """Puts into a store what ``HELD`` names, or the sample's extracts alone, without a snapshot; an
    empty one is made when it is opened."""
    command = [sys.executable, "-m", "cxdata", "--store", str(store)]
    if held in ("sample", "extracts"):
        subprocess.run([*command, "sample"], cwd=PROJECT, check=True)
    if held == "sample":
        subprocess.run([*command, "snapshot", "Comité de juin"], cwd=PROJECT, check=True)
    elif held == "twelve":
        scores = (10, 9, 9, 10, 10, 9, 10, 9, 8, 7, 3, 0)
        rows = [
            f"R{place},2026-06-{place:02},{score},Gold,Buying,It works"
            for place, score in enumerate(scores, 1)
        ]
        header = "response_id,responded_at,nps_score,segment,journey,comment"
        file = folder / "twelve.csv"
        file.write_text("\n".join([header, *rows]), "utf-8")
        subprocess.run([*command, "import", str(file)], cwd=PROJECT, check=True)


@contextmanager
def dashboard(store: Path, log: Path) -> Iterator[str]:
    """The address of the dashboard of this tree on that store; what it says goes to ``log``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("ab") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=PROJECT,
            env={**os.environ, "CXDATA_STORE": str(store)},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_answered(address)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def wait_until_answered(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urlopen(f"{address}/health", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise SystemExit("The dashboard did not start.")


def take(folder: Path, width: int, is_dark: bool) -> None:
    with pages_shown(width, 900, is_dark=is_dark) as (address, page):
        for path, parts in PARTS.items():
            for part, lang in product(parts or ("",), LANGUAGES):
                page.set_viewport_size({"width": width, "height": 900})
                query = f"lang={lang}" + (f"&part={part}" if part else "")
                page.goto(f"{address}/{path}?{query}")
                settle(page)
                show_whole(page)
                save(page, folder, "-".join(it for it in (path or "overview", part, lang) if it))


def take_for_readme(folder: Path) -> None:
    with pages_shown(1280, 720) as (address, page):
        for path, lang in product(IN_README, LANGUAGES):
            page.goto(f"{address}/{path}?lang={lang}")
            settle(page)
            name = (path or "overview") + ("" if lang == "en" else f"-{lang}")
            save(page, folder, name)
            picture = Image.open(folder / f"{name}.png").convert("RGB")
            picture.quantize(COLOURS).save(folder / f"{name}.png", optimize=True)


def take_matrix(folder: Path, paths: list[str], helds: list[str]) -> None:
    """A picture of each page as each reader may meet it, then the contact sheets."""
    for held in helds:
        with sample_dashboard(held) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for (width, height), theme in product(SCREENS, ("light", "dark")):
                is_phone = width < 500
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if theme == "dark" else "light",
                    reduced_motion="reduce",
                    is_mobile=is_phone,
                    has_touch=is_phone,
                    user_agent=PHONE if is_phone else None,
                )
                page = context.new_page()
                page.set_default_timeout(120_000)
                for path, lang in product(paths, LANGUAGES):
                    page.goto(f"{address}/{path}?lang={lang}")
                    settle(page)
                    save(page, folder, f"{path or 'overview'}_{held}_{width}_{lang}_{theme}")
                context.close()
            browser.close()
    for path in paths:
        contact_sheet(folder, path or "overview")


def contact_sheet(folder: Path, name: str) -> None:
    """All pictures of a page, small, side by side, as ``sheet_NAME.png``."""
    thumbs = []
    for file in sorted(folder.glob(f"{name}_*.png")):
        picture = Image.open(file).convert("RGB")
        high = round(picture.height * THUMB_WIDTH / picture.width)
        thumbs.append(picture.resize((THUMB_WIDTH, high)).crop((0, 0, THUMB_WIDTH, min(high, 420))))
    rows = [thumbs[first : first + IN_A_ROW] for first in range(0, len(thumbs), IN_A_ROW)]
    heights = [max(it.height for it in row) + 8 for row in rows]
    sheet = Image.new("RGB", (IN_A_ROW * (THUMB_WIDTH + 8), sum(heights)), "gray")
    top = 0
    for row, high in zip(rows, heights, strict=True):
        for place, thumb in enumerate(row):
            sheet.paste(thumb, (place * (THUMB_WIDTH + 8), top))
        top += high
    sheet.save(folder / f"sheet_{name}.png")


@contextmanager
def pages_shown(width: int, height: int, *, is_dark: bool = False) -> Iterator[tuple[str, Page]]:
    """The address of the dashboard and a browser's page to look at it."""
    with sample_dashboard() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if is_dark else "light",
            reduced_motion="reduce",
        )
        yield address, context.new_page()
        browser.close()


def save(page: Page, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def settle(page: Page) -> None:
    """Until the script has run and nothing is stale."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stElementContainer]")
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"
    )
    page.wait_for_timeout(700)


def show_whole(page: Page) -> None:
    size = page.viewport_size or {"width": 1280, "height": 900}
    high = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(900, high)})
    page.wait_for_timeout(700)


def chromium() -> str | None:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = (Path(folder) / name for name in CHROMIUM for folder in folders)
    return next((str(it) for it in found if it.exists()), None)


def compare(one: Path, other: Path) -> int:
    """The number of pictures that differ or are missing on a side."""
    names = sorted({it.name for folder in (one, other) for it in folder.glob("*.png")})
    differing = 0
    for name in names:
        told = difference(one / name, other / name)
        differing += bool(told)
        if told:
            print(f"{name}: {told}")
    print(f"{len(names)} pictures, {differing} differ")
    return differing


def difference(one: Path, other: Path) -> str:
    if not (one.exists() and other.exists()):
        return "only on one side"
    left, right = (np.asarray(Image.open(it).convert("RGB"), dtype=int) for it in (one, other))
    if left.shape != right.shape:
        return f"size {left.shape[1]}x{left.shape[0]} against {right.shape[1]}x{right.shape[0]}"
    count = int((np.abs(left - right).max(axis=2) > NOTICED).sum())
    return f"{count} pixels" if count else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("take", "compare", "readme", "matrix"))
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    parser.add_argument("--held", choices=HELD, action="append")
    said = parser.parse_args()
    if said.command == "take":
        take(said.folders[0], said.width, said.dark)
    elif said.command == "readme":
        take_for_readme(said.folders[0])
    elif said.command == "matrix":
        take_matrix(said.folders[0], said.only or list(PARTS), said.held or list(HELD))
    else:
        sys.exit(bool(compare(*said.folders)))


if __name__ == "__main__":
    main()
