"""What a board pack costs beside opening the five pages that it is made from, and how large it is.

    python benchmarks/board_pack.py STORE [RUNS]

On a copy of the store, nothing remembered: the five pages once, then the whole pack (all sections,
with names) and each face of it. CPU seconds of this process, the median of the runs; ratios are
what counts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

sys.path.remove(str(Path(__file__).parent))  # its pages.py isn't the dashboard's pages
sys.path.insert(0, str(Path(__file__).parents[1]))

from streamlit.testing.v1 import AppTest

from cxdata.exports.pack_files import FACES, pack_file
from cxdata.i18n import translator
from cxdata.metrics import data_days
from cxdata.models import Filters, last_months
from cxdata.pack.making import PackChoice, pack_of
from cxdata.panels import Request
from cxdata.store.connection import Store
from pages.components import context

FRAME = Path(__file__).parents[1] / "pages" / "frame.py"
PAGES = ("overview", "nps", "cx_pyramid", "response_times", "churn_cost")


def main(source: Path, runs: int) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "store.duckdb"
        copyfile(source, place)
        os.environ["CXDATA_STORE"] = str(place)
        store = Store.open(place)
        filters = Filters(period=last_months(data_days(store).last_on, 12))
        request = Request.computed_now(store, filters, translator("en"))
        choice = PackChoice(with_names=True)
        open_pages()  # imports everything
        pages = times(open_pages, runs)
        made = times(lambda: pack_of(request, choice), runs)
        pack = pack_of(request, choice)
        print(f"five pages once: {pages[0]:.2f} s CPU, {pages[1]:.2f} s")
        told("pack", made, pages)
        for face in FACES:
            taken = times(lambda it=face: pack_file(pack, it), runs)
            told(f"{face} ({len(pack_file(pack, face).content) / 1000:.0f} kB)", taken, pages)
        store.close()


def open_pages() -> None:
    """As a first visitor opens them: nothing is remembered."""
    context._slot.cache_clear()
    app = AppTest.from_file(str(FRAME), default_timeout=3600).run()
    for name in PAGES[1:]:
        app.switch_page(f"insights/{name}.py").run()
        assert not app.exception, name


def times(act: Callable[[], object], runs: int) -> tuple[float, float]:
    """CPU and wall-clock seconds, the medians."""
    cpu, wall = [], []
    for _ in range(runs):
        cpu_start, start = process_time(), perf_counter()
        act()
        cpu.append(process_time() - cpu_start)
        wall.append(perf_counter() - start)
    return median(cpu), median(wall)


def told(name: str, taken: tuple[float, float], pages: tuple[float, float]) -> None:
    print(f"{name}: {taken[0]:.2f} s CPU, {taken[1]:.2f} s, {taken[0] / pages[0]:.2f} of the pages")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
